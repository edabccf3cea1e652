"""Start: one search from the sender to the receiver, and what 1 to 48 bits of surprise cost."""

from __future__ import annotations

import csv
import math
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

import rec_core as rec
from rec_core.advise import candidates_per_second
from rec_core.arrays import Floats

from ..memo import memo
from . import setting

# A target and a seed whose search is short enough to watch, and whose lead changes hands twice.
TARGET = rec.gaussian_problem([-0.9], [0.2])
SEED = 2305

SHARES = (np.arange(80) + 0.5) / 80  # of P, where Q's ratio is drawn

MOST_BITS = 48
BITS_A_DIMENSION = 8  # at most: a dimension's bins are then quickly tabulated
PRICES = Path(__file__).parents[1] / "assets" / "prices.csv"
TIMED_RUNS = 5


class Sent(NamedTuple):
    """A plain PFR search, its message and what the receiver makes of it; K candidates, leaders and winner from 1."""

    tape: Floats  # (K,) the candidates as the sender drew them
    heights: Floats  # (K,) the same as quantiles of P, in [0, 1]
    scores: Floats  # (K,) the winner's race time over theirs: 1 for the winner, less for all others
    leaders: tuple[int, ...]
    winner: int
    codeword: str
    own_tape: Floats  # (K,) the candidates as the receiver draws them, by number alone
    own_heights: Floats
    received: float  # what it makes of the message
    kl_bits: float


@memo(1)
def sent() -> Sent:
    """The search on Start, every number of it worked out."""
    search, prior, uncut = rec.trace(TARGET, rec.PFR(), seed=SEED), TARGET.prior, rec.Partition.uncut(1)
    code = rec.ZipfCode.for_source(TARGET, uncut)
    numbers = range(1, search.examined + 1)
    own = np.array([rec.decode(rec.Message((0,), n), prior, uncut, seed=SEED)[0] for n in numbers])
    return Sent(
        tape=search.samples[:, 0],
        heights=search.quantiles[:, 0],
        scores=search.race_times[search.winner] / search.race_times,
        leaders=tuple(int(best) + 1 for best in dict.fromkeys(search.best.tolist())),
        winner=search.message.index,
        codeword=code.codeword(search.message.index),
        own_tape=own,
        own_heights=prior.cdf(own[:, None])[:, 0],
        received=float(rec.decode(search.message, prior, uncut, seed=SEED)[0]),
        kl_bits=TARGET.kl_bits,
    )


def ratios(at: Floats) -> Floats:
    """Q's density over P's at quantiles of P, (K,)."""
    return setting.ratios(TARGET, at)


class Price(NamedTuple):
    """What a Gaussian sample of `bits` bits of surprise costs with 2^bits bins, and without: a row of the table."""

    bits: int
    floor_bits: float  # I_F of the channel: the least any one-shot code needs on average
    length_bits: float  # exact mean of the message, over the channel, with bins
    log2_plain: float  # log2 of the candidates expected for the channel's typical target, without bins
    log2_binned: float  # and with them


class Timed(NamedTuple):
    """The same, and the seconds of both searches on this machine."""

    price: Price
    plain_seconds: float
    binned_seconds: float


def channel(bits: int) -> tuple[rec.Channel, rec.Partition]:
    """The Gaussian channel of this many bits in as few dimensions as BITS_A_DIMENSION allows, and its 2^bits bins."""
    dim = math.ceil(bits / BITS_A_DIMENSION)
    source = rec.gaussian_channel([bits / dim] * dim)
    return source, rec.allocate(source, bits)


def typical(source: rec.Channel) -> rec.Problem:
    """The target whose means are one standard deviation from 0: its KL is the channel's information, to the last bit.

    It stands for the channel where searches are counted, whose expectations over the channel are infinite.
    """
    scales = [2.0**-bits for bits in source.bits]
    return rec.gaussian_problem([math.sqrt((1.0 - scale) * (1.0 + scale)) for scale in scales], scales)


def price(bits: int) -> Price:
    """A row by the exact laws; from about 30 bits on it takes up to a second."""
    source, cut = channel(bits)
    return Price(
        bits,
        rec.laws.functional_information_bits(source),
        rec.laws.mean_length_bits(source, cut, rec.ZipfCode.for_source(source, cut)),
        math.log2(rec.laws.expected_examined(typical(source), rec.PFR())),
        math.log2(rec.laws.expected_examined(typical(source), rec.PFR(cut))),
    )


@memo(1)
def prices() -> tuple[Price, ...]:
    """The shipped table, from 1 to MOST_BITS bits: `python -m rec_viz.model.start` makes it again."""
    with PRICES.open(encoding="utf-8", newline="") as file:
        return tuple(Price(int(row["bits"]), *(float(row[name]) for name in Price._fields[1:]))
                     for row in csv.DictReader(file))  # fmt: skip


@memo(1)
def timed() -> tuple[Timed, ...]:
    """The table with the times of this machine.

    A search with bins is timed. One without takes as many candidates as are expected, at what one takes, and a call.
    """
    call = _seconds(1)
    return tuple(
        Timed(row, call + 2.0**row.log2_plain / candidates_per_second(TARGET.family, channel(row.bits)[0].dim),
              _seconds(row.bits))
        for row in prices()
    )  # fmt: skip


def _seconds(bits: int) -> float:
    """The median time of a search for the typical target, with bins."""
    source, cut = channel(bits)
    target, times = typical(source), []
    for seed in range(TIMED_RUNS):
        begun = time.perf_counter()
        rec.encode(target, rec.PFR(cut), seed=seed)
        times.append(time.perf_counter() - begun)
    return float(np.median(times))


def main() -> None:
    """Work the table out and keep it, to six decimals."""
    with PRICES.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(Price._fields)
        for bits in range(1, MOST_BITS + 1):
            table.writerow([bits, *(f"{value:.6f}" for value in price(bits)[1:])])


if __name__ == "__main__":
    main()
