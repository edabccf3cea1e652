"""Speed: candidates over I, what a partition costs, which partition to choose, and the tail-bin trap."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

import rec_core as rec
from rec_core.arrays import Floats

from ..figures import speed as figures
from ..memo import memo
from ..settings import TABLE, View
from .setting import TARGETS, channel_at, channel_of, partition_of, problem_of, shares_of, sups_bits

MOST_BITS = 60  # how far curves go
FINEST_BITS = 40  # of a dimension: floats cannot resolve the candidates of a finer target
MOST_CUT_BITS = 51  # log2 of the intervals a dimension may have
MEASURED_AT = (2.0, 4.0, 6.0, 20.0, 40.0)  # I in bits where searches are run
SPEED_RUNS = 40  # races of each target behind a measured mark
SPEED_NUMBERS_BITS = 10  # log2 of the numbers (candidates times D) a measured race may draw on average
SPEED_INTERVALS = 2**12  # in all dimensions, of a measured race


class Search(NamedTuple):
    """A line of the chart: PFR into 2^(I + `more`) bins weighted by their peaks, or without bins where it is None."""

    name: str
    role: str
    dash: str
    more: int | None


SEARCHES = (
    Search("no bins", "p", "solid", None),
    Search("J = 2ᴵ bins", "heuristic", "solid", 0),
    Search("8 × the bins", "heuristic", "dash", 3),
)


class Growth(NamedTuple):
    """A typical target at I bits: means over TARGETS targets; tuples have an entry for each of SEARCHES, nan where a
    search is not run."""

    information_bits: float
    kl_bits: float
    d_inf_bits: float
    exact_bits: tuple[float, ...]  # log2 of the expected candidates
    measured_bits: tuple[float, ...]  # log2 of the mean of SPEED_RUNS races
    error_bits: tuple[float, ...]  # half of its 95% interval


_GRID = (*range(1, 9), *range(10, MOST_BITS + 1, 5))


def growth_grid(view: View) -> list[float]:
    """I of the chart's points, in bits: up to what floats can resolve."""
    shares = shares_of(view)
    finest = FINEST_BITS * shares.sum() / shares.max()
    return [float(bits) for bits in _GRID if bits <= finest]


def growth(view: View, information_bits: float, run: bool = True) -> Growth:
    """One point of the curves: the view's family, dimension and spread, at another I; measured where searches `run`."""
    channel = channel_at(view.family, shares_of(view), information_bits)
    kl, top, *exact = _exact(channel)
    marks = _measured(channel) if run and information_bits in MEASURED_AT else ((math.nan, math.nan),) * len(SEARCHES)
    found, errors = zip(*marks, strict=True)
    return Growth(float(information_bits), kl, top, tuple(exact), found, errors)


@memo(2048)
def _exact(channel: rec.Channel) -> tuple[float, ...]:
    """Mean KL and D_inf of typical targets, and log2 of the candidates by each of SEARCHES."""
    problems = [channel.draw(target) for target in range(TARGETS)]
    kl, top = (_mean([getattr(problem, name) for problem in problems]) for name in ("kl_bits", "d_inf_bits"))
    return kl, top, *(typical_bits(channel, bins_of(channel, search)) for search in SEARCHES)


@memo(256)
def _measured(channel: rec.Channel) -> tuple[tuple[float, float], ...]:
    """By each of SEARCHES log2 of the candidates measured, and half of the mark's 95% interval."""
    marks = []
    for search, exact in zip(SEARCHES, _exact(channel)[2:], strict=True):
        cut = bins_of(channel, search)
        if exact + math.log2(channel.dim) > SPEED_NUMBERS_BITS or sum(cut.intervals) > SPEED_INTERVALS:
            marks.append((math.nan, math.nan))
            continue
        found = [_measured_bits(channel.draw(target), cut, target) for target in range(TARGETS)]
        variance = sum(error**2 for _, error in found)
        marks.append((_mean([mean for mean, _ in found]), 1.96 * math.sqrt(variance) / len(found)))
    return tuple(marks)


def bins_of(channel: rec.Channel, search: Search) -> rec.Partition:
    """The bins of a search of the chart, shared out by information."""
    if search.more is None:
        return rec.Partition.uncut(channel.dim)
    return rec.allocate(channel, int(channel.information_bits) + search.more)


def _mean(values: list[float]) -> float:
    return float(np.mean(values))


def _measured_bits(problem: rec.Problem, cut: rec.Partition, seed: int) -> tuple[float, float]:
    """log2 of the mean examined over SPEED_RUNS races of one target, and its standard error."""
    examined = rec.encode_many(problem, SPEED_RUNS, rec.PFR(cut, max_examined=2**24), seed=seed).examined
    mean = float(examined.mean())
    return math.log2(mean), float(examined.std(ddof=1)) / (mean * math.log(2.0) * math.sqrt(SPEED_RUNS))


class Here(NamedTuple):
    """One target on the chart's axes, and log2 of the candidates it takes, without bins and with the view's under
    peak-ratio weights."""

    information_bits: float
    kl_bits: float
    d_inf_bits: float
    plain_bits: float
    binned_bits: float


def here(view: View) -> Here:
    """The view's own target. Raises RecError for a view that cannot be."""
    channel, problem = problem_of(view)
    cut = partition_of(view, channel)
    top = problem.d_inf_bits
    return Here(channel.information_bits, problem.kl_bits, top, top, rec.upper_sum_bits(problem, cut))


class Cost(NamedTuple):
    """What one partition of a channel costs a typical target: log2 of the candidates, and mean message lengths."""

    intervals: tuple[int, ...]
    log2_bins: float
    candidates_bits: float
    zipf_bits: float
    matched_bits: float


def cost(view: View, intervals: tuple[int, ...]) -> Cost:
    """PFR with peak-ratio weights and these intervals on the view's channel."""
    return _cost(channel_of(view), intervals)


@memo(2048)
def _cost(channel: rec.Channel, intervals: tuple[int, ...]) -> Cost:
    cut = rec.Partition(intervals)
    law = rec.laws.index_law(channel, cut)
    zipf = rec.laws.mean_length_bits(channel, cut, rec.ZipfCode.for_source(channel, cut))
    return Cost(intervals, cut.log2_bins, typical_bits(channel, cut), zipf, cut.log2_bins + law.entropy_bits)


def typical_bits(channel: rec.Channel, cut: rec.Partition) -> float:
    """log2 of the candidates under peak-ratio weights, averaged over TARGETS targets of the channel."""
    return _mean([rec.upper_sum_bits(channel.draw(target), cut) for target in range(TARGETS)])


def trade_partitions(view: View) -> list[tuple[int, ...]]:
    """The partitions of the trade's curve, J doubling by the view's strategy from one bin to beyond 2^I.

    Raises RecError where the strategy has nothing to cut. Own intervals are a single partition, so the curve is that of
    the intervals by information.
    """
    channel = channel_of(view)
    strategy = "information" if view.strategy == "own" else view.strategy
    most = min(math.ceil(channel.information_bits) + 8, MOST_BITS)
    grid = np.unique(np.linspace(0, most, min(most + 1, 15)).round().astype(int)).tolist()
    cuts = [rec.allocate(channel, k, strategy).intervals for k in grid]
    return [intervals for intervals in cuts if max(intervals) <= 2**MOST_CUT_BITS]


def doubled(view: View) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The view's intervals, and those with twice the bins: by its strategy, or of one's own where it saves most."""
    channel = channel_of(view)
    now = partition_of(view, channel)
    if view.strategy == "own":
        halved = [
            rec.Partition(tuple(n * (1 + (e == d)) for e, n in enumerate(now.intervals))) for d in range(view.dim)
        ]
        after = min(halved, key=lambda cut: typical_bits(channel, cut))
    else:
        after = partition_of(view._replace(log2_bins=view.log2_bins + 1), channel)
    return now.intervals, after.intervals


class Strategy(NamedTuple):
    """One way to share J's factors out over dimensions, as J grows."""

    name: rec.Strategy
    title: str
    log2_bins: tuple[float, ...]
    candidates_bits: tuple[float, ...]  # log2, of a typical target
    now: tuple[int, ...]  # intervals at the view's J, or the power of two nearest to it


STRATEGY_ROLES: dict[rec.Strategy, str] = {
    "information": "heuristic",
    "runtime": "winner",
    "random": "candidate",
    "collapsed": "best",
}


def strategies(view: View) -> list[Strategy]:
    """Every strategy the view's channel allows."""
    channel = channel_of(view)
    return _strategies(channel, round(partition_of(view, channel).log2_bins))


@memo(64)
def _strategies(channel: rec.Channel, log2_bins: int) -> list[Strategy]:
    most = min(max(math.ceil(channel.information_bits) + 4, log2_bins), MOST_CUT_BITS)
    grid = sorted({*np.linspace(0, most, 13).round().astype(int).tolist(), log2_bins})
    found = []
    for name in STRATEGY_ROLES:
        try:
            cuts = [rec.allocate(channel, k, name) for k in grid]
        except rec.RecError:  # no dimension to cut: there is none without information
            continue
        typical = tuple(typical_bits(channel, cut) for cut in cuts)
        now, title = cuts[grid.index(log2_bins)], TABLE[View]["strategy"].options[name]
        powers = tuple(float(k) for k in grid)
        found.append(Strategy(name, title, powers, typical, now.intervals))
    return found


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
    weightings: tuple[rec.Weighting, ...] = ("target_mass", "peak_ratio")
    sups = [tuple(np.exp2(sups_bits(problem, cut, weighting)[0]).tolist()) for weighting in weightings]
    rows = tuple(
        (name, rec.laws.expected_examined(problem, method))
        for name, method in (
            ("no bins", rec.PFR()),
            ("target mass, one stop line", rec.PFR(cut, weighting="target_mass", stopping="single")),
            ("target mass, a stop line for each bin", rec.PFR(cut, weighting="target_mass", stopping="per_bin")),
            ("peak ratio", rec.PFR(cut)),
        )
    )
    (shares,) = rec.bin_weights(problem, cut, "target_mass")
    return Trap(tuple(shares.tolist()), sups[0], sups[1], rows)


# -------------------------------------------------------------------------------- what charts show

AXES = {  # what candidates are drawn against, a field of Growth and of Here
    "information_bits": "information I, bits",
    "kl_bits": "KL(Q ‖ P), bits",
    "d_inf_bits": "D∞ = log₂ sup r, bits",
}


def growth_chart(
    view: View, axis: str, run: bool = True
) -> tuple[Floats, str, list[figures.Line], list[figures.Star]]:  # fmt: skip
    """Candidates of every search over `axis`, one of AXES: x, its title, lines, and the view's own target."""
    points, own = [growth(view, bits, run) for bits in growth_grid(view)], here(view)
    lines = [
        figures.Line(
            search.name, search.role, search.dash,
            *(np.array([getattr(point, what)[k] for point in points])
              for what in ("exact_bits", "measured_bits", "error_bits")),
        )
        for k, search in enumerate(SEARCHES)
    ]  # fmt: skip
    stars = [
        figures.Star("your target and bins", role, getattr(own, axis), height)
        for role, height in (("p", own.plain_bits), ("heuristic", own.binned_bits))
    ]
    return np.array([getattr(point, axis) for point in points]), AXES[axis], lines, stars


Lines = list[tuple[str, str, Floats]]  # name, role, and values


def trade_chart(view: View) -> tuple[Floats, Floats, Lines, tuple[float, float], tuple[float, float]]:
    """What J buys: log2 J, log2 of candidates, lengths under two codes, I and the floor, and the bins at hand (length,
    candidates).

    Raises RecError where the view's strategy has nothing to cut, or its bins are too fine.
    """
    row, chosen = [cost(view, intervals) for intervals in trade_partitions(view)], cost(view, doubled(view)[0])
    log2_bins, candidates, zipf, matched = np.array(
        [(one.log2_bins, one.candidates_bits, one.zipf_bits, one.matched_bits) for one in row]
    ).T
    lengths: Lines = [("Zipf code", "heuristic", zipf), ("matched code", "best", matched)]
    at = (chosen.zipf_bits, chosen.candidates_bits)
    channel = channel_of(view)
    limits = channel.information_bits, rec.laws.functional_information_bits(channel)
    return log2_bins, candidates, lengths, limits, at


def strategies_chart(view: View) -> tuple[Floats, Lines, float]:
    """Candidates as J grows, by how its factors are shared out: log2 J, lines, and the J at hand."""
    found = strategies(view)
    lines = [(one.title, STRATEGY_ROLES[one.name], np.array(one.candidates_bits)) for one in found]
    return np.array(found[0].log2_bins), lines, math.log2(math.prod(found[0].now))


def blame_chart(view: View) -> tuple[dict[str, Floats], dict[str, str], float]:
    """sup r' of every bin under two weightings, their roles, and sup r without bins; of a view that has a `trap`."""
    found = trap(view)
    assert found is not None
    sups = {"target mass": np.array(found.target_mass), "peak ratio": np.array(found.peak_ratio)}
    return sups, {"target mass": "best", "peak ratio": "heuristic"}, found.plain
