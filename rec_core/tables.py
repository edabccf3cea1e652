"""What a sender tabulates for a problem and a partition: peaks of the ratio and bin weights, for intervals that count.

The weights pi_j of the bins turn P into P'. They factorize over dimensions, so they are stored per interval. Of many
intervals only those are stored that can be drawn: Q is narrow where bins are many, so these are a few hundred whatever
the number. Where even those would be too many, neighbors are weighed together, in blocks.
"""

from __future__ import annotations

import math
from typing import Literal, NamedTuple, get_args

import numpy as np

from . import families
from .arguments import checked
from .arrays import LN2, Floats, Ints
from .channel import Problem
from .checks import choice
from .errors import RecError
from .jit import kernel
from .partition import ENUMERABLE_BINS, Partition, check_partition

_DEEPEST = 1e9  # nats below the top where a bin's logs are cut off: differences there still have seven digits
_FEW = 64  # intervals of a dimension that are always stored
# Nats below the largest weight from which intervals are left out. After it, less than half a digit of the running sum;
# before it, less than a digit of a threshold by far: sums and thresholds are, to the last bit, those of all intervals.
_BEFORE, _AFTER = 110.0, 40.0
MOST_LISTED = 2**20
"""Up to here the intervals of a dimension are weighed one by one, however many Q reaches."""
MOST_ENTRIES = 2**14
"""Of more intervals, those that Q reaches are weighed in at most so many blocks."""

Weighting = Literal["peak_ratio", "target_mass", "uniform"]
"""How P' weighs bins: by the supremum of r in them, by their mass under Q, or equally."""
WEIGHTINGS: tuple[str, ...] = get_args(Weighting)
_PEAK_RATIO, _TARGET_MASS, _UNIFORM = range(3)


class Tables(NamedTuple):
    """A problem and its partition as kernels take them: values per entry, dimension after dimension.

    An entry is `blocks[d]` neighboring intervals of dimension d, nearly always one. Entries are from interval
    `firsts[d]` to before `lasts[d]`, all n_d if bins can be enumerated; the others are never drawn. `offsets` (D + 1,)
    int64 is where a dimension's entries start in the arrays, in nats: `log_peak` ln sup of r_d over the entry,
    `log_weight` ln pi_d of each of its intervals, which is less by `log_totals[d]` than before it was normalized.
    `weighting` is a position in WEIGHTINGS.
    """

    family: int
    params: Floats
    intervals: Ints
    weighting: int
    offsets: Ints
    firsts: Ints
    lasts: Ints
    blocks: Ints
    log_totals: Floats
    log_peak: Floats
    log_weight: Floats


def tables(problem: Problem, cut: Partition, weighting: str) -> Tables:
    """Tables of a problem under a partition and a weighting. Raises RecError for 2^52 intervals or more in one."""
    empty = empty_tables(problem.family_code, problem.table, cut.counts)
    return Tables(*fill_tables(empty, WEIGHTINGS.index(weighting)))


def empty_tables(family: int, params: Floats, intervals: Ints) -> Tables:
    """Tables that are not yet filled, without room for entries."""
    dim, none = intervals.size, np.empty(0)
    firsts, lasts, blocks = np.zeros((3, dim), np.int64)
    offsets = np.zeros(dim + 1, np.int64)
    return Tables(family, params, intervals, _UNIFORM, offsets, firsts, lasts, blocks, np.empty(dim), none, none)


@kernel
def fill_tables(table: Tables, weighting: int) -> Tables:
    """The tables filled, in the arrays given if they have room; `weighting` is a position in WEIGHTINGS."""
    bins = 1.0
    for n in table.intervals:
        bins *= n
    for d in range(table.intervals.shape[0]):
        n = table.intervals[d]
        first, last = int(np.int64(0)), int(n)
        if bins > ENUMERABLE_BINS and n > _FEW:
            first, last = drawn_intervals(table.family, table.params[d], n, weighting)
        block = int(np.int64(1))
        if n > MOST_LISTED and last - first > MOST_ENTRIES:
            block = (last - first + MOST_ENTRIES - 1) // MOST_ENTRIES
        table.firsts[d], table.lasts[d], table.blocks[d] = first, last, block
        table.offsets[d + 1] = table.offsets[d] + (last - first + block - 1) // block
    size, log_peak, log_weight = table.offsets[table.offsets.shape[0] - 1], table.log_peak, table.log_weight
    if log_peak.shape[0] < size:
        log_peak, log_weight = np.empty(size), np.empty(size)
    filled = Tables(
        table.family, table.params, table.intervals, int(np.int64(weighting)), table.offsets, table.firsts, table.lasts,
        table.blocks, table.log_totals, log_peak, log_weight,
    )  # fmt: skip
    for d in range(table.intervals.shape[0]):
        _fill_dimension(filled, d)
    return filled


@kernel
def _fill_dimension(table: Tables, d: int) -> None:
    n, last, block = table.intervals[d], table.lasts[d], table.blocks[d]
    start, stop, number = table.offsets[d], table.offsets[d + 1], table.firsts[d]
    high = families.edge(table.family, number, n)
    for e in range(start, stop):
        size = min(block, last - number)
        number += size
        low, high = high, families.edge(table.family, number, n)
        table.log_peak[e] = families.log_sup(table.family, table.params[d], low, high)
        if table.weighting == _PEAK_RATIO:
            table.log_weight[e] = table.log_peak[e]
        elif table.weighting == _TARGET_MASS:
            table.log_weight[e] = families.log_mass(table.family, table.params[d], low, high) - math.log(size)
        else:
            table.log_weight[e] = 0.0
    lift(table.log_peak[start:stop])
    lift(table.log_weight[start:stop])
    table.log_totals[d] = _log_total(table, d)
    for e in range(start, stop):
        table.log_weight[e] -= table.log_totals[d]


@kernel
def _log_total(table: Tables, d: int) -> float:
    """ln of the summed weights of a dimension's intervals."""
    top, total, size, last = -np.inf, 0.0, table.blocks[d], table.offsets[d + 1] - 1
    for e in range(table.offsets[d], last + 1):
        top = max(top, table.log_weight[e])
    for e in range(table.offsets[d], last):
        total += size * math.exp(table.log_weight[e] - top)
    total += entry_size(table, d, last) * math.exp(table.log_weight[last] - top)
    return top + math.log(total)


@kernel
def entry_size(table: Tables, d: int, entry: int) -> int:
    """How many intervals entry `entry` of the arrays, one of dimension d, has: the last block may be shorter."""
    before = table.firsts[d] + (entry - table.offsets[d]) * table.blocks[d]
    return int(min(table.blocks[d], table.lasts[d] - before))


@kernel
def drawn_intervals(family: int, row: Floats, n: int, weighting: int) -> tuple[int, int]:
    """The first interval that can be drawn and the one after the last, where weights rise to one peak and fall.

    All of them where weights are equal or r is not known to have one peak.
    """
    turn = families.turn(family, row)
    low_end, high_end = families.support(family)
    top_ratio = families.log_sup(family, row, low_end, high_end)
    if weighting == _UNIFORM or not (math.isfinite(turn) and math.isfinite(top_ratio)):
        return int(np.int64(0)), n
    peak, after = int(np.int64(0)), n  # the last interval that begins before the turn
    while after - peak > 1:
        middle = (peak + after) // 2
        if families.edge(family, middle, n) <= turn:
            peak = middle
        else:
            after = middle
    top = -np.inf
    for b in range(max(peak - 1, 0), min(peak + 2, n)):
        top = max(top, _log_weight(family, row, b, n, weighting))
    low, first = int(np.int64(-1)), peak
    while first - low > 1:
        middle = (low + first) // 2
        if _log_weight(family, row, middle, n, weighting) >= top - _BEFORE:
            first = middle
        else:
            low = middle
    last, high = peak + 1, n
    while last < high:
        middle = (last + high) // 2
        if _log_weight(family, row, middle, n, weighting) >= top - _AFTER:
            last = middle + 1
        else:
            high = middle
    return first, last


@kernel
def _log_weight(family: int, row: Floats, b: int, n: int, weighting: int) -> float:
    """The weight of one interval, not normalized."""
    low, high = families.edge(family, b, n), families.edge(family, b + 1, n)
    if weighting == _PEAK_RATIO:
        return families.log_sup(family, row, low, high)
    return families.log_mass(family, row, low, high)


@kernel
def lift(logs: Floats) -> None:
    """Raise finite values to at least _DEEPEST below the largest.

    Far bins of a narrow Q have logs near -1e17, whose differences have no digits left. A raised peak is still an upper
    bound, and a raised weight still positive, which is all that an exact search needs.
    """
    top = -np.inf
    for value in logs:
        top = max(top, value)
    if top < np.inf:
        for b in range(logs.shape[0]):
            if logs[b] > -np.inf:
                logs[b] = max(logs[b], top - _DEEPEST)


@kernel
def log_sum_exp(values: Floats) -> float:
    """ln sum exp, for values that may include -inf but not all."""
    top = -np.inf
    for value in values:
        top = max(top, value)
    total = 0.0
    for value in values:
        total += math.exp(value - top)
    return top + math.log(total)


@kernel
def log_sup_reweighted(table: Tables) -> float:
    """ln sup r' = ln max_j M_j / (J pi_j), which factorizes over dimensions; nats.

    With `peak_ratio` weights this is ln U_J, the upper Riemann sum.
    """
    total = 0.0
    for d in range(table.intervals.shape[0]):
        top = -np.inf
        for b in range(table.offsets[d], table.offsets[d + 1]):
            if table.log_peak[b] > -np.inf:
                top = max(top, table.log_peak[b] - table.log_weight[b])
        if table.weighting == _TARGET_MASS and table.lasts[d] - table.firsts[d] < table.intervals[d]:
            top = max(top, _log_sup_outside(table, d))
        total += top - math.log(table.intervals[d])
    return total


@kernel
def _log_sup_outside(table: Tables, d: int) -> float:
    """The largest ln of peak over weight of the intervals that are never drawn: far bins of `target_mass`, where r
    falls steeply, have the largest. Of more than MOST_LISTED intervals at powers of two from either end."""
    n, first, last = table.intervals[d], table.firsts[d], table.lasts[d]
    deepest_peak = table.log_peak[table.offsets[d] : table.offsets[d + 1]].max() - _DEEPEST
    deepest = table.log_weight[table.offsets[d] : table.offsets[d + 1]].max() + table.log_totals[d] - _DEEPEST
    top, b = -np.inf, int(np.int64(0))
    while b < n:
        if first <= b < last:
            b = last
            continue
        low, high = families.edge(table.family, b, n), families.edge(table.family, b + 1, n)
        peak = families.log_sup(table.family, table.params[d], low, high)
        if peak > -np.inf:
            weight = max(families.log_mass(table.family, table.params[d], low, high), deepest) - table.log_totals[d]
            top = max(top, max(peak, deepest_peak) - weight)
        b = b + 1 if n <= MOST_LISTED else _next_sparse(b, first, last, n)
    return top


@kernel
def _next_sparse(b: int, first: int, last: int, n: int) -> int:
    """The next interval at a power of two from an end of what lies outside first .. last; n after the last one."""
    start, end = (int(np.int64(0)), first) if b < first else (last, n)
    rise, fall = b - start, end - 1 - b
    if rise < fall // 2:
        return start + max(2 * rise, 1)
    return end - 1 - fall // 2 if fall > 0 else end


def check_weighting(problem: Problem, weighting: str) -> None:
    """Raises RecError for an unknown weighting, and for peak_ratio where the ratio is unbounded."""
    choice(weighting, "weighting", WEIGHTINGS)
    if weighting == "peak_ratio" and math.isinf(problem.d_inf_bits):
        raise RecError(
            "Q is wider than P, so some bin's peak ratio is infinite; use weighting='target_mass' or 'uniform'."
        )


@checked
def bin_weights(
    problem: Problem, partition: Partition | None = None, weighting: Weighting = "peak_ratio"
) -> list[Floats]:
    """pi_d of each dimension, D arrays of shape (n_d,) summing to 1; the weight of a bin is their product.

    Raises RecError for an unknown weighting, peak_ratio where Q is wider than P, a partition of another dimension and
    more than 2^20 intervals in one. Source: He, Flamich & Hernandez-Lobato (2024), `target_mass`; `peak_ratio` is from
    here.

    >>> import rec_core as rec
    >>> problem, cut = rec.gaussian_problem([1.0], [0.5]), rec.Partition((4,))
    >>> [weights.round(3) for weights in bin_weights(problem, cut, "target_mass")]
    [array([0.   , 0.022, 0.235, 0.742])]
    """
    cut = check_partition(partition, problem.dim)
    check_weighting(problem, weighting)
    return [np.exp(logs) for _, logs in _listed(problem, cut, weighting)]


@checked
def bin_peaks_bits(problem: Problem, partition: Partition | None = None) -> list[Floats]:
    """log2 of sup r_d over every interval, D arrays of shape (n_d,), in bits; their sum over d is log2 M_j of a bin.

    Raises RecError for a partition of another dimension and more than 2^20 intervals in one. Source: here.

    >>> import rec_core as rec
    >>> [peaks.round(2) for peaks in bin_peaks_bits(rec.gaussian_problem([1.0], [0.5]), rec.Partition((4,)))]
    [array([-6.76, -1.89,  1.02,  1.96])]
    """
    cut = check_partition(partition, problem.dim)
    return [logs / LN2 for logs, _ in _listed(problem, cut, "uniform")]


def _listed(problem: Problem, cut: Partition, weighting: str) -> list[tuple[Floats, Floats]]:
    """`log_peak` and `log_weight` of every interval, dimension by dimension, each (n_d,)."""
    if max(cut.intervals) > MOST_LISTED:
        raise RecError(
            f"Values of {max(cut.intervals)} intervals in a dimension are not listed; the most are {MOST_LISTED}: "
            "spread log2 J over more dimensions."
        )
    pairs = []
    for row, n in zip(problem.table, cut.counts.tolist(), strict=True):
        pairs.append(every_interval(problem.family_code, row, n, WEIGHTINGS.index(weighting)))
    return pairs


@kernel
def every_interval(family: int, row: Floats, n: int, weighting: int) -> tuple[Floats, Floats]:
    """`log_peak` and `log_weight` of all n intervals of a dimension."""
    one, zero = np.ones(1, np.int64), np.zeros(1, np.int64)
    all_of_it, offsets = np.full(1, np.int64(n)), np.array([0, n])
    table = Tables(
        family, row.reshape(1, row.shape[0]), all_of_it, weighting, offsets, zero, all_of_it, one, np.empty(1),
        np.empty(n), np.empty(n),
    )  # fmt: skip
    _fill_dimension(table, 0)
    return table.log_peak, table.log_weight


def entry_edges(table: Tables, d: int) -> Floats:
    """Ends of a dimension's entries in x, (m + 1,): those of its intervals, if all are stored."""
    n, last = int(table.intervals[d]), int(table.lasts[d])
    numbers = [*range(int(table.firsts[d]), last, int(table.blocks[d])), last]
    return np.array([families.edge(table.family, b, n) for b in numbers])


def entry_sizes(table: Tables, d: int) -> Floats:
    """How many intervals each of a dimension's entries has, (m,)."""
    sizes = np.full(int(table.offsets[d + 1] - table.offsets[d]), float(table.blocks[d]))
    sizes[-1] = table.lasts[d] - table.firsts[d] - sizes[:-1].sum()
    return sizes


def search_steps(table: Tables, d: int) -> tuple[Floats, Floats]:
    """P' over P in a dimension, a step function: where it steps, in x, and ln p'/p between, one more; -inf where P' has
    no mass."""
    edges, n = entry_edges(table, d), int(table.intervals[d])
    steps = math.log(n) + table.log_weight[int(table.offsets[d]) : int(table.offsets[d + 1])]
    before, after = int(table.firsts[d] > 0), int(table.lasts[d] < n)
    nothing = np.full(1, -np.inf)
    return edges[1 - before : edges.size - 1 + after], np.concatenate((nothing[:before], steps, nothing[:after]))


@kernel
def bin_sum(values: Floats, table: Tables, entries: Ints) -> float:
    """Sum over dimensions of a per-interval value at one bin, by its entries from 0: its interval numbers, if bins can
    be enumerated."""
    total = 0.0
    for d in range(entries.shape[0]):
        total += values[table.offsets[d] + entries[d]]
    return total


@kernel
def log_ratio(family: int, params: Floats, x: Floats) -> float:
    """ln r(x), summed over dimensions; `params` as `Problem.table`."""
    total = 0.0
    for d in range(x.shape[0]):
        total += families.log_ratio(family, params[d], x[d])
    return total
