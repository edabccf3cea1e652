"""Start: one search from the sender to the receiver, and what 1 to 48 bits of surprise cost."""

from __future__ import annotations

import math
import time
from typing import NamedTuple

import numpy as np

import rec_core as rec
from rec_core.arrays import Floats

from ..memo import memo
from . import speed

# A target and a seed whose search is short enough to watch and is no walk-over: the lead changes hands twice.
TARGET = rec.gaussian_problem([-0.9], [0.2])
SEED = 2305

SHARES = (np.arange(80) + 0.5) / 80  # of P, where Q's ratio is drawn

MOST_BITS = 48
BITS_A_DIMENSION = 12  # at the most: a dimension's bins are then few enough to tabulate in a millisecond
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
    return np.exp2(TARGET.log_ratio_bits(TARGET.prior.quantile(at[:, None])))


class Price(NamedTuple):
    """What a Gaussian sample of so many bits of surprise costs: exact mean length of the message with 2^bits bins,
    expected candidates of plain PFR and with those bins, and seconds of both searches."""

    bits: int
    length_bits: float
    log2_plain: float
    log2_binned: float
    plain_seconds: float
    binned_seconds: float


def priced(bits: int) -> tuple[rec.Problem, rec.Partition]:
    """The typical target of KL `bits`, and its 2^bits bins.

    Its dimensions are those of a Gaussian channel, each mean one standard deviation from 0, where a target's KL is the
    channel's information to the last bit. Expectations over the channel itself would be infinite.
    """
    dim = math.ceil(bits / BITS_A_DIMENSION)
    scale = 2.0 ** (-bits / dim)
    mean = math.sqrt((1.0 - scale) * (1.0 + scale))
    return rec.gaussian_problem([mean] * dim, [scale] * dim), rec.allocate(rec.gaussian_channel([bits / dim] * dim), bits)


@memo(1)
def prices() -> tuple[Price, ...]:
    """From 1 to MOST_BITS bits: lengths and candidates by the exact laws, times from this machine.

    A search with bins is timed. One without is as many candidates as are expected, at what one takes, and a call.
    """
    call = _seconds(*priced(1))
    return tuple(_price(bits, call) for bits in range(1, MOST_BITS + 1))


def _price(bits: int, call: float) -> Price:
    problem, cut = priced(bits)
    plain = rec.laws.expected_examined(problem, rec.PFR())
    binned = rec.laws.expected_examined(problem, rec.PFR(cut))
    return Price(
        bits,
        rec.laws.mean_length_bits(problem, cut, rec.ZipfCode.for_source(problem, cut)),
        math.log2(plain),
        math.log2(binned),
        call + plain / speed.candidates_per_second("gaussian", problem.dim),
        _seconds(problem, cut),
    )


def _seconds(problem: rec.Problem, cut: rec.Partition) -> float:
    """The median time of a search with these bins."""
    times = []
    for seed in range(TIMED_RUNS):
        begun = time.perf_counter()
        rec.encode(problem, rec.PFR(cut), seed=seed)
        times.append(time.perf_counter() - begun)
    return float(np.median(times))
