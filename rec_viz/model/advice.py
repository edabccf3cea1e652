"""Would bins help? PFR on one target without bins and with ever more of them, and ORC."""

from __future__ import annotations

import math
from typing import NamedTuple

import rec_core as rec
from rec_core.advise import best_of, candidates_per_second, cut_into, cuts_to_compare, most_bins

from ..memo import memo
from ..settings import View
from .bias import candidates_unnoticed
from .setting import coded_for, is_flat, problem_of

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
