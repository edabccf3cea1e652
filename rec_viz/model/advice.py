"""Would bins help? PFR on one target without bins and with ever more of them, and ORC."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

import rec_core as rec

from ..memo import memo
from ..settings import View
from .bias import candidates_unnoticed
from .setting import coded_for, is_flat, problem_of
from .speed import MOST_BITS, candidates_per_second

CUT_BITS = 40  # log2 of the intervals of a dimension: floats cannot resolve the candidates of finer cuts
ADVISED = 6  # at most, of the cuts that are compared
NO_END = "Q is wider than P somewhere, so its ratio has no limit and no PFR search ever ends."
UNNOTICED_IN = 1000  # samples in which the bias of an ORC that is compared goes unnoticed


class Option(NamedTuple):
    """One way to send a sample of a view's target, on average over races; `log2_bins` is None for ORC."""

    name: str
    log2_bins: float | None
    candidates: float
    mean_bits: float
    seconds: float


class Advice(NamedTuple):
    """Plain PFR first, then PFR with ever more bins under peak-ratio weights, ORC last; `best` is a place among them.

    Best is the least mean_bits + log2(candidates): a bit of message is worth half the search.
    """

    options: tuple[Option, ...]
    best: int


class Glance(NamedTuple):
    """Candidates of plain PFR on a view's target, and with about 2^I bins under peak-ratio weights."""

    plain: float
    log2_bins: int
    candidates: float

    @property
    def helps(self) -> bool:
        """Whether bins make the search less than two thirds as long."""
        return self.candidates < 2 / 3 * self.plain


def glance(view: View) -> Glance:
    """The short answer, cheap enough to follow every control. Raises RecError where no search can serve the target."""
    channel, problem = problem_of(view)
    if math.isinf(problem.d_inf_bits):
        raise rec.RecError(NO_END)
    log2_bins = min(round(channel.information_bits), most_bins(channel))
    bits = rec.upper_sum_bits(problem, cut_into(channel, log2_bins))
    return Glance(2.0 ** min(problem.d_inf_bits, 1000.0), log2_bins, 2.0 ** min(bits, 1000.0))


def advice(view: View) -> Advice:
    """Would bins help with this target? Raises RecError where no search can serve it."""
    channel, problem = problem_of(view)
    found = pfr_advice(problem, channel, coded_for(view))
    if not is_flat(problem) and view.dim == 1:  # where the exact bias is quickly worked out
        n = candidates_unnoticed(view, UNNOTICED_IN, "orc")
        if n is not None:
            seconds = n / candidates_per_second(problem.family, 1)
            return found._replace(options=(*found.options, Option("ORC", None, float(n), math.log2(n), seconds)))
    return found


@memo(64)
def pfr_advice(problem: rec.Problem, channel: rec.Channel, source: rec.Channel | rec.Problem) -> Advice:
    """PFR on one target, its bins made for `channel`, its code for `source`. Raises RecError where it never ends."""
    if math.isinf(problem.d_inf_bits):
        raise rec.RecError(NO_END)
    rate = candidates_per_second(problem.family, problem.dim)
    options = []
    for k in cuts_to_compare(channel):
        cut = cut_into(channel, k)
        candidates = 2.0 ** min(rec.upper_sum_bits(problem, cut), 1000.0)
        size = rec.laws.mean_length_bits(problem, cut, rec.ZipfCode.for_source(source, cut))
        options.append(Option("PFR", float(k), candidates, size, candidates / rate))
    return Advice(tuple(options), best_of([(option.mean_bits, option.candidates) for option in options]))


def best_of(costs: Sequence[tuple[float, float]]) -> int:
    """Which of these (mean bits, candidates) is best: a bit of message is worth half the search."""
    return min(range(len(costs)), key=lambda i: costs[i][0] + math.log2(costs[i][1]))


def cut_into(channel: rec.Channel, log2_bins: int) -> rec.Partition:
    """2^log2_bins bins by information; one bin serves a channel without any, too."""
    return rec.allocate(channel, log2_bins) if log2_bins else rec.Partition.uncut(channel.dim)


def most_bins(channel: rec.Channel) -> int:
    """log2 of the most bins that are compared for a channel."""
    return min(CUT_BITS * sum(bits > 0 for bits in channel.bits), MOST_BITS)


def cuts_to_compare(channel: rec.Channel) -> list[int]:
    """log2 J of no bins, 4, 16, ..., 2^I and 4 times that; evenly thinned out where they are many."""
    top = round(channel.information_bits)
    if channel.information_bits == 0:
        return [0]
    most = most_bins(channel)
    cuts = sorted({0, *range(2, top, 2), top, top + 2} & set(range(most + 1)))
    middle = cuts[1:-2]
    places = np.unique(np.linspace(0, len(middle) - 1, min(ADVISED - 2, len(middle))).round().astype(int))
    return [0, *(middle[i] for i in places), *cuts[1:][-2:]]
