"""Which method: every method at one channel, and where a search takes fewer bits than dither does."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any, NamedTuple

import numpy as np

import rec_core as rec
from rec_core.advise import cut_into, cuts_to_compare, floor_bits, log2_candidates, options_of, ranked, targets_of
from rec_core.arrays import Floats
from rec_core.methods import METHODS

from ..background import Halted
from ..figures import league as figures
from ..memo import memo
from ..settings import View
from ..text import reading
from .setting import channel_of

SLOW = ("greedyrejection", "gprs")  # half a minute each in more dimensions than one; they come last
SECONDS = 1.0  # that the runs which measure times may take in all
RUNS = 20  # of each target behind a dot
MOST_RUN = 2**21  # candidates behind a dot, at most
MOST_BITS = 26  # log2 of the most candidates that are drawn
SHORT = {"MinimalRandomCoding": "MRC", "LayeredDither": "dither", "GreedyRejection": "greedy rejection",
         "RejectionSampling": "rejection", "TruncatedPFR": "PFR that gives up", "FastGPRS": "fast GPRS",
         "AStar": "A*"}  # fmt: skip


def short(option: rec.Option) -> str:
    """What a row is called on a chart: 'PFR, 2³ bins'."""
    name, *settings = option.name.split(", ")
    said = [_setting(setting) for setting in settings if setting.startswith("J")]
    return reading.raised(", ".join([SHORT.get(name, name), *said]))


def title(option: rec.Option) -> str:
    """What a row is called, with all its settings: 'ORC, 2³ bins, n = 64'."""
    name, *settings = option.name.split(", ")
    return reading.raised(", ".join([SHORT.get(name, name), *map(_setting, settings)]))


def _setting(text: str) -> str:
    """'J = 2^3' as '2^3 bins'; others as they are."""
    return text.removeprefix("J = ") + " bins" * text.startswith("J")


# ---------------------------------------------------------------------------------------- one channel


@dataclass
class Board:
    """The league at one channel, as far as it is worked out."""

    options: list[rec.Option] = field(default_factory=list)
    examined: dict[str, float] = field(default_factory=dict)  # log2 of candidates counted in runs, by a row's name
    lines: tuple[figures.Line, ...] = ()
    doing: str = "the laws"

    @property
    def ranked(self) -> tuple[rec.Option, ...]:
        """Best first."""
        return ranked(self.options)


def work_out(view: View, bias: float, board: Board, halted: Halted) -> Iterator[tuple[float, float]]:
    """Fill the board: the lines, then a method after the other with its row and its runs."""
    channel = channel_of(view)
    board.lines = lines(channel)
    share = {kind: 30.0 if kind in SLOW and channel.dim > 1 else 1.0 for kind in METHODS}  # of the time, about
    done = 0.0
    for kind in sorted(METHODS, key=SLOW.__contains__):
        if halted():
            return
        board.doing = METHODS[kind].about.title
        for option in _options(kind, channel, bias):
            board.examined[option.name] = _examined(channel, option)
            board.options.append(option)
        done += share[kind]
        yield done, sum(share.values())


def finished(view: View, bias: float) -> Board:
    """The whole board."""
    board = Board()
    for _ in work_out(view, bias, board, lambda: False):
        pass
    return board


def rows(view: View, bias: float) -> tuple[rec.Option, ...]:
    """Every method at a view's channel, best first."""
    return ranked(option for kind in METHODS for option in _options(kind, channel_of(view), bias))


@memo(512)
def _options(kind: str, channel: rec.Channel, bias: float) -> tuple[rec.Option, ...]:
    return tuple(options_of(kind, channel, bias, SECONDS / len(METHODS)))


@memo(512)
def _examined(channel: rec.Channel, option: rec.Option) -> float:
    """log2 of the candidates that runs of the method examine, on average over targets; nan where it is not run."""
    targets = targets_of(channel)
    if option.method is None or not option.log2_candidates + math.log2(RUNS * len(targets)) <= math.log2(MOST_RUN):
        return math.nan
    means = [
        rec.encode_many(target, RUNS, option.method, seed=seed).examined.mean() for seed, target in enumerate(targets)
    ]
    return fmean(math.log2(mean) for mean in means)


@memo(64)
def lines(channel: rec.Channel) -> tuple[figures.Line, ...]:
    """Exact laws: PFR from one bin to more than 2^I, and a uniform index among n candidates."""
    floor = floor_bits(channel)
    powers = cuts_to_compare(channel)
    methods = [rec.PFR(cut_into(channel, k)) for k in powers]
    bins = np.array([(log2_candidates(channel, one), one.expected_bits(channel) - floor) for one in methods])
    shown = bins[:, 0] <= MOST_BITS
    n = np.arange(math.ceil(floor + 2.0), min(floor + 6.0, MOST_BITS) + 1e-9)
    marks = tuple(reading.raised(f"2^{k}") if k else "no bins" for k, one in zip(powers, shown, strict=True) if one)
    found = [figures.Line("PFR, from no bins to many", "heuristic", bins[shown, 0], bins[shown, 1], marks)]
    if n.size:
        found.append(figures.Line("n candidates, log₂ n bits", "best", n, n - floor, ("",) * n.size))
    return tuple(found)


def marks(board: Board) -> list[figures.Mark]:
    """A dot for each row with numbers: where its runs were, else its law."""
    found = []
    for option in board.options:
        if math.isfinite(option.bits) and option.log2_candidates <= MOST_BITS:
            run = board.examined.get(option.name, math.nan)
            at = option.log2_candidates if math.isnan(run) else run
            found.append(figures.Mark(short(option), max(at, 0.0), option.above_floor_bits, option.bias == 0.0))
    return found


def race_chart(view: View, bias: float) -> tuple[tuple[figures.Line, ...], list[figures.Mark]]:
    """Bits above the floor against candidates: lines by law, and a dot for each method."""
    board = finished(view, bias)
    return board.lines, marks(board)


# ------------------------------------------------------------------------------------------ the answer


class Answer(NamedTuple):
    """What to take: the best of all, and the best that sends a Q whose width only the sender knows."""

    best: rec.Option | None
    search: rec.Option | None


def answer(options: tuple[rec.Option, ...]) -> Answer:
    """Of ranked options; None where every one is refused."""
    served = [option for option in options if not option.refused]
    search = [option for option in served if not isinstance(option.method, rec.LayeredDither)]
    return Answer(served[0] if served else None, search[0] if search else None)


# ------------------------------------------------------------------------------------------ the border

BORDER_BITS = (0.5, 1.0, 2.0, 4.0, 8.0)  # of each dimension
_BORDER_DIMS = (3, 4, 6, 8, 10)


@memo(64)
def crossings(bits: float) -> tuple[float, float]:
    """From how many dimensions of so many bits on PFR takes fewer bits than dither: with 2^I bins, and without."""
    alone = rec.laws.functional_information_bits(rec.gaussian_channel([bits]))
    gains: list[list[float]] = [[], []]
    for dim in _BORDER_DIMS:
        channel = rec.gaussian_channel([bits] * dim)
        for gain, log2_bins in zip(gains, (round(channel.information_bits), 0), strict=True):
            gain.append(rec.PFR(cut_into(channel, log2_bins)).expected_bits(channel) - dim * alone)
    first, second = (float(np.interp(0.0, -np.array(gain), _BORDER_DIMS)) for gain in gains)
    return first, second


def border() -> tuple[figures.Border, ...]:
    """Where a search takes as many bits as dither, by the bits of each dimension: with bins, and without."""
    dims: Floats = np.array([crossings(bits) for bits in BORDER_BITS])
    each = np.array(BORDER_BITS)
    return (
        figures.Border("PFR with 2ᴵ bins", "heuristic", dims[:, 0], each),
        figures.Border("PFR without bins", "p", dims[:, 1], each),
    )


def border_chart(view: View) -> tuple[tuple[figures.Border, ...], tuple[float, float]]:
    """The border, and the place of the view's own channel."""
    channel = channel_of(view)
    active: list[Any] = [bits for bits in channel.bits if bits > 0]
    return border(), (float(max(1, len(active))), channel.information_bits / max(1, len(active)))
