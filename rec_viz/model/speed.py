"""Speed: candidates over I, what a partition costs, which partition to choose, and the tail-bin trap."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

import rec_core as rec

from ..memo import memo
from ..settings import TABLE, View
from .bias import candidates_unnoticed
from .code_lengths import zipf_mean_bits
from .setting import TARGETS, channel_at, channel_of, channel_values, coded_for, partition_of, problem_of, shares_of

MOST_BITS = 60  # how far curves go
CUT_BITS = 16  # log2 of the intervals of a dimension: finer cuts take long to tabulate for a chart
FINEST_BITS = 40  # of a dimension: floats cannot tell the candidates of a finer target apart
LISTED_BITS = 8  # log2 of the bins up to which the chart gives each its stop line
SPEED_RUNS = 40  # races of each target behind a measured mark
SPEED_NUMBERS_BITS = 10  # log2 of the numbers (candidates times D) a measured race may draw on average
SPEED_INTERVALS = 2**12  # in all dimensions, of a measured race


class Search(NamedTuple):
    """One way to search, a line of the chart: into 2^(I + `more`) bins, or without bins where `more` is None."""

    name: str
    role: str
    dash: str
    weights: str
    stopping: str
    more: int | None


SEARCHES = (
    Search("no bins", "p", "solid", "peak_ratio", "single", None),
    Search("target mass, one stop line", "best", "dot", "target_mass", "single", 0),
    Search("target mass, a stop line a bin", "best", "dash", "target_mass", "per_bin", 0),
    Search("peak ratio", "heuristic", "solid", "peak_ratio", "single", 0),
    Search("peak ratio, 8 × the bins", "winner", "dash", "peak_ratio", "single", 3),
)


class Growth(NamedTuple):
    """A typical target at I bits: means over TARGETS targets; tuples have an entry for each of SEARCHES.

    nan where a search is not worked out or not run.
    """

    information_bits: float
    kl_bits: float
    d_inf_bits: float
    exact_bits: tuple[float, ...]  # log2 of the expected candidates
    measured_bits: tuple[float, ...]  # log2 of the mean of SPEED_RUNS races
    error_bits: tuple[float, ...]  # half of its 95% interval


_GRID = (*range(1, 9), *range(10, MOST_BITS + 1, 5))


def growth_grid(view: View) -> list[float]:
    """I of the chart's points, in bits: not so many that a uniform target's box is finer than floats."""
    shares = shares_of(view)
    finest = FINEST_BITS * shares.sum() / shares.max() if view.family == "uniform" else math.inf
    return [float(bits) for bits in _GRID if bits <= finest]


def growth(view: View, information_bits: float) -> Growth:
    """One point of the curves: the view's family, dimension and spread, at another I."""
    return _growth(view.family, tuple(shares_of(view).tolist()), float(information_bits))


@memo(2048)
def _growth(family: str, shares: tuple[float, ...], information_bits: float) -> Growth:
    channel = channel_at(family, shares, information_bits)
    problems = [channel.draw(target) for target in range(TARGETS)]
    rows = [_search_bits(channel, problems, search) for search in SEARCHES]
    exact, found, errors = zip(*rows, strict=True)
    kl, top = (_mean([getattr(problem, name) for problem in problems]) for name in ("kl_bits", "d_inf_bits"))
    return Growth(information_bits, kl, top, exact, found, errors)


def bins_of(channel: rec.Channel, search: Search) -> rec.Partition:
    """The bins of a search of the chart: shared out by information, no dimension finer than 2^CUT_BITS."""
    if search.more is None:
        return rec.Partition.uncut(channel.dim)
    shared = rec.allocate(channel, int(channel.information_bits) + search.more)
    return rec.Partition([min(n, 2**CUT_BITS) for n in shared.intervals])


def _search_bits(channel: rec.Channel, problems: list[rec.Problem], search: Search) -> tuple[float, float, float]:
    """log2 of the candidates a search examines: exact, measured, half of the measurement's 95% interval."""
    cut = bins_of(channel, search)
    if search.more is None:
        exact = most = _mean([problem.d_inf_bits for problem in problems])
    elif max(channel.bits) > FINEST_BITS or (search.stopping == "per_bin" and cut.num_bins > 2**LISTED_BITS):
        return math.nan, math.nan, math.nan
    else:
        most = _mean([_expected_bits(problem, cut, search.weights, "single") for problem in problems])
        exact = most
        if search.stopping == "per_bin":  # quadrature, quick only in few dimensions
            exact = math.nan
            if channel.dim <= 2 and channel.information_bits % 2 == 0:
                exact = _mean([_expected_bits(problem, cut, search.weights, "per_bin") for problem in problems])
    if not most + math.log2(channel.dim) <= SPEED_NUMBERS_BITS or sum(cut.intervals) > SPEED_INTERVALS:
        return exact, math.nan, math.nan
    found = [_measured_bits(problem, cut, search, seed) for seed, problem in enumerate(problems)]
    variance = sum(error**2 for _, error in found)
    return exact, _mean([mean for mean, _ in found]), 1.96 * math.sqrt(variance) / len(found)


def _mean(values: list[float]) -> float:
    return float(np.mean(values))


def _expected_bits(problem: rec.Problem, cut: rec.Partition, weights: str, stopping: str) -> float:
    """log2 of the candidates PFR is expected to examine; inf past 2^1000."""
    return math.log2(rec.laws.expected_examined(problem, rec.PFR(cut, weighting=weights, stopping=stopping)))


def _measured_bits(problem: rec.Problem, cut: rec.Partition, search: Search, seed: int) -> tuple[float, float]:
    """log2 of the mean examined over SPEED_RUNS races of one target, and its standard error."""
    method = rec.PFR(cut, weighting=search.weights, stopping=search.stopping, max_examined=2**24)
    examined = rec.encode_many(problem, SPEED_RUNS, method, seed=seed).examined
    mean = float(examined.mean())
    return math.log2(mean), float(examined.std(ddof=1)) / (mean * math.log(2.0) * math.sqrt(SPEED_RUNS))


class Here(NamedTuple):
    """One target on the chart's axes, and log2 of the candidates it takes, without bins and with the view's.

    The latter under peak-ratio weights; nan where the bins are too fine to look at.
    """

    information_bits: float
    kl_bits: float
    d_inf_bits: float
    plain_bits: float
    binned_bits: float


def here(view: View) -> Here:
    """The view's own target. RecError where the view asks for the impossible."""
    channel, problem = problem_of(view)
    cut = partition_of(view, channel)
    top = problem.d_inf_bits
    binned = rec.upper_sum_bits(problem, cut) if max(cut.intervals) <= 2**CUT_BITS else math.nan
    return Here(channel.information_bits, problem.kl_bits, top, top, binned)


@memo(256)
def candidates_per_second(family: str, dim: int) -> float:
    """How many candidates of a plain search in `dim` dimensions this machine examines in a second, to two digits."""
    bits = 16.0 - math.log2(dim)  # of sup r, so that every dimension takes about as long
    if family == "gaussian":
        problem = rec.gaussian_problem([0.0] * dim, [2.0 ** (-bits / dim)] * dim)
    elif family == "piecewise":
        problem = rec.piecewise_problem([*[0.0] * 128, 200.0, *[0.0] * 128])
    else:
        problem = rec.uniform_problem([0.0] * dim, [2.0 ** (-bits / dim)] * dim)
    rates = []
    for _ in range(3):
        begun = time.perf_counter()
        many = rec.encode_many(problem, 16, seed=0)
        rates.append(float(many.examined.sum()) / (time.perf_counter() - begun))
    return float(f"{np.median(rates):.1e}")


class Cost(NamedTuple):
    """What one partition of a channel costs a typical target: log2 of the candidates, and mean message lengths."""

    intervals: tuple[int, ...]
    log2_bins: float
    candidates_bits: float
    zipf_bits: float
    matched_bits: float


def cost(view: View, intervals: tuple[int, ...]) -> Cost:
    """PFR with peak-ratio weights and these intervals on the view's channel."""
    channel = channel_of(view)
    return _cost(channel.family, channel.bits, intervals)


@memo(2048)
def _cost(family: str, bits: tuple[float, ...], intervals: tuple[int, ...]) -> Cost:
    channel = rec.Channel(family, bits)
    cut = rec.Partition(intervals)
    law = rec.laws.index_law(channel, cut)
    code = rec.ZipfCode(rec.laws.log2_index_bound_bits(channel, cut))
    size = cut.log2_bins
    zipf, matched = size + zipf_mean_bits(code, law.mean_log2), size + law.entropy_bits
    return Cost(intervals, size, typical_bits(channel, cut), zipf, matched)


def typical_bits(channel: rec.Channel, cut: rec.Partition) -> float:
    """log2 of the candidates under peak-ratio weights, averaged over TARGETS targets of the channel.

    Intervals of dimensions without information change nothing, and may be too many to look at.
    """
    some = rec.Partition([n if bits > 0 else 1 for n, bits in zip(cut.intervals, channel.bits, strict=True)])
    return _mean([rec.upper_sum_bits(channel.draw(target), some) for target in range(TARGETS)])


def trade_partitions(view: View) -> list[tuple[int, ...]]:
    """The partitions of the trade's curve, J doubling by the view's strategy from one bin to beyond 2^I.

    RecError where the strategy has nothing to cut. A strategy of one's own has a single partition, so its curve is that
    of the intervals by information.
    """
    channel = channel_of(view)
    strategy = "information" if view.strategy == "own" else view.strategy
    most = min(math.ceil(channel.information_bits) + 8, MOST_BITS)
    found = []
    for k in np.unique(np.linspace(0, most, min(most + 1, 15)).round().astype(int)).tolist():
        cut = rec.allocate(channel, k, strategy)
        if _readable(channel, cut):
            found.append(cut.intervals)
    return found


def _readable(channel: rec.Channel, cut: rec.Partition) -> bool:
    """Whether no dimension with information is cut finer than charts tabulate."""
    return all(n <= 2**CUT_BITS for n, bits in zip(cut.intervals, channel.bits, strict=True) if bits > 0)


def doubled(view: View) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The view's intervals, and those with twice the bins: by its strategy, or of one's own where it saves most time.

    RecError where they are too fine to work out.
    """
    channel = channel_of(view)
    now = partition_of(view, channel)
    if view.strategy == "own":
        halved = [rec.Partition([n * (1 + (e == d)) for e, n in enumerate(now.intervals)]) for d in range(view.dim)]
        after = min((cut for cut in halved if _readable(channel, cut)), key=lambda cut: typical_bits(channel, cut))
    else:
        after = partition_of(view._replace(log2_bins=view.log2_bins + 1), channel)
    if not (_readable(channel, now) and _readable(channel, after)):
        raise rec.RecError(f"Choose bins with fewer than 2^{CUT_BITS} intervals in a dimension to see what more buy.")
    return now.intervals, after.intervals


class Strategy(NamedTuple):
    """One way to share J's factors out over dimensions, as J grows."""

    name: str
    title: str
    log2_bins: tuple[float, ...]
    candidates_bits: tuple[float, ...]  # log2, of a typical target; nan where an interval is too fine
    now: tuple[int, ...]  # intervals at the view's J, or the power of two nearest to it
    readable: bool  # whether what these cost can be worked out


STRATEGY_ROLES = {"information": "heuristic", "runtime": "winner", "random": "candidate", "collapsed": "best"}


@memo(64)
def _strategies(family: str, bits: tuple[float, ...], log2_bins: int) -> list[Strategy]:
    channel = rec.Channel(family, bits)
    most = max(math.ceil(channel.information_bits) + 4, log2_bins)
    grid = sorted({*np.linspace(0, most, 13).round().astype(int).tolist(), log2_bins})
    found = []
    for name in STRATEGY_ROLES:
        try:
            cuts = [rec.allocate(channel, k, name) for k in grid]
        except rec.RecError:  # no dimension to cut: there is none without information
            continue
        typical = [typical_bits(channel, cut) if _readable(channel, cut) else math.nan for cut in cuts]
        now, title = cuts[grid.index(log2_bins)], TABLE["strategy"].options[name]
        powers = tuple(float(k) for k in grid)
        found.append(Strategy(name, title, powers, tuple(typical), now.intervals, _readable(channel, now)))
    return found


def strategies(view: View) -> list[Strategy]:
    """Every strategy the view's channel allows."""
    channel = channel_of(view)
    return _strategies(channel.family, channel.bits, round(partition_of(view, channel).log2_bins))


ADVISED = 6  # cuts that are compared at most
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


def advice(view: View) -> Advice:
    """Would bins help with this target? RecError where no search can serve it."""
    keys = channel_values(view) | {"strategy": "information", "log2_bins": 0, "intervals": "1"}
    return _advice(target=view.target, **keys)


@memo(64)
def _advice(**values: object) -> Advice:
    view = View(**values)  # type: ignore[arg-type]
    channel, problem = problem_of(view)
    found = pfr_advice(problem, channel, coded_for(view))
    if problem.family != "uniform" and view.dim == 1:  # where the exact bias is quickly had
        n = candidates_unnoticed(view, UNNOTICED_IN, "orc")
        if n is not None:
            seconds = n / candidates_per_second(problem.family, 1)
            return found._replace(options=(*found.options, Option("ORC", None, float(n), math.log2(n), seconds)))
    return found


def pfr_advice(problem: rec.Problem, channel: rec.Channel, source: rec.Channel | rec.Problem) -> Advice:
    """PFR on one target, its bins dealt out for `channel`, its code made for `source`. RecError where it never ends."""
    if math.isinf(problem.d_inf_bits):
        raise rec.RecError("Q is wider than P somewhere, so its ratio has no limit and no PFR search ever ends.")
    rate = candidates_per_second(problem.family, problem.dim)
    options = []
    for k in cuts_to_compare(channel):
        cut = cut_into(channel, k)
        candidates = 2.0 ** min(rec.upper_sum_bits(problem, cut), 1000.0)
        code = rec.ZipfCode(rec.laws.log2_index_bound_bits(source, cut))
        size = k + zipf_mean_bits(code, rec.laws.expected_log2_index(problem, cut))
        options.append(Option("PFR", float(k), candidates, size, candidates / rate))
    return Advice(tuple(options), best_of([(option.mean_bits, option.candidates) for option in options]))


def best_of(costs: Sequence[tuple[float, float]]) -> int:
    """Which of these (mean bits, candidates) is best: a bit of message is worth half the search."""
    return min(range(len(costs)), key=lambda i: costs[i][0] + math.log2(costs[i][1]))


def cut_into(channel: rec.Channel, log2_bins: int) -> rec.Partition:
    """2^log2_bins bins by information; one bin serves a channel without any, too."""
    return rec.allocate(channel, log2_bins) if log2_bins else rec.Partition.uncut(channel.dim)


def cuts_to_compare(channel: rec.Channel) -> list[int]:
    """log2 J of no bins, 4, 16, ..., 2^I and 4 times that; evenly thinned out where they are many."""
    top = round(channel.information_bits)
    if channel.information_bits == 0:
        return [0]
    most = min(CUT_BITS * sum(bits > 0 for bits in channel.bits), MOST_BITS)
    cuts = sorted({0, *range(2, top, 2), top, top + 2} & set(range(most + 1)))
    middle = cuts[1:-2]
    places = np.unique(np.linspace(0, len(middle) - 1, min(ADVISED - 2, len(middle))).round().astype(int))
    return [0, *(middle[i] for i in places), *cuts[1:][-2:]]


class Trap(NamedTuple):
    """Every bin under two weightings, and what four searches examine."""

    target_share: tuple[float, ...]  # Q's mass of every bin
    target_mass: tuple[float, ...]  # sup r' of every bin, 0 where Q has no mass
    peak_ratio: tuple[float, ...]
    rows: tuple[tuple[str, float], ...]  # a search and its expected candidates; the first is without bins

    @property
    def plain(self) -> float:
        """Expected candidates without bins: sup r."""
        return self.rows[0][1]


def trap(view: View) -> Trap | None:
    """The view's target in one dimension; None where there are too few or too many bins to show."""
    channel, problem = problem_of(view)
    cut = partition_of(view, channel)
    if view.dim != 1 or not 2 <= cut.num_bins <= 64 or not 0 < channel.information_bits <= FINEST_BITS:
        return None
    (peaks,) = rec.bin_peaks_bits(problem, cut)
    sups = []
    for weights in ("target_mass", "peak_ratio"):
        (share,) = rec.bin_weights(problem, cut, weights)
        with np.errstate(divide="ignore", invalid="ignore"):
            sups.append(tuple(np.nan_to_num(np.exp2(peaks) / (share * cut.num_bins)).tolist()))
    expected = rec.laws.expected_examined
    rows = (
        ("no bins", expected(problem)),
        ("target mass, one stop line", expected(problem, "pfr", cut, "target_mass", "single")),
        ("target mass, a stop line for each bin", expected(problem, "pfr", cut, "target_mass", "per_bin")),
        ("peak ratio", expected(problem, "pfr", cut, "peak_ratio")),
    )
    (shares,) = rec.bin_weights(problem, cut, "target_mass")
    return Trap(tuple(shares.tolist()), sups[0], sups[1], rows)
