"""What a sender tabulates for a problem and a partition: peaks of the ratio and bin weights, for every interval.

The weights pi_j of the bins turn P into P'. They factorize over dimensions, so they are stored per interval.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple, get_args

import numpy as np

from . import families
from .arguments import checked
from .arrays import LN2, Floats, Ints
from .channel import Problem
from .checks import choice
from .errors import RecError
from .jit import kernel
from .partition import Partition, check_partition

_DEEPEST = 1e9  # nats below the top where a bin's logs are cut off: differences there still have seven digits
MAX_INTERVALS = 2**20  # of one dimension, in a search: its weights are stored in a table

Weighting = Literal["peak_ratio", "target_mass", "uniform"]
"""How P' weighs bins: by the supremum of r in them, by their mass under Q, or equally."""
WEIGHTINGS: tuple[str, ...] = get_args(Weighting)


class Tables(NamedTuple):
    """A problem and its partition as kernels take them: values per interval, dimension after dimension.

    `offsets` (D + 1,) int64 is where a dimension's intervals start in the (sum n_d,) arrays, in nats:
    `log_peak` ln sup of r_d over the interval, `log_weight` ln pi_d (normalized per dimension).
    """

    family: int
    params: Floats
    intervals: Ints
    offsets: Ints
    log_peak: Floats
    log_weight: Floats


def tables(problem: Problem, cut: Partition, weighting: str) -> Tables:
    """Tables of a problem under a partition and a weighting."""
    _check_searchable(cut.intervals)
    intervals = np.array(cut.intervals, dtype=np.int64)
    table = empty_tables(problem.family_code, problem.table, intervals)
    fill_tables(table, WEIGHTINGS.index(weighting))
    return table


def empty_tables(family: int, params: Floats, intervals: Ints) -> Tables:
    """Tables of the right shapes, not yet filled. Raises RecError for too many intervals in a dimension."""
    _check_searchable(intervals.tolist())
    offsets = np.concatenate((np.zeros(1, np.int64), np.cumsum(intervals)))
    size = int(offsets[-1])
    return Tables(family, params, intervals, offsets, np.empty(size), np.empty(size))


def _check_searchable(intervals: Sequence[int]) -> None:
    for n in intervals:
        if n > MAX_INTERVALS:
            raise RecError(
                f"A dimension can be searched in at most {MAX_INTERVALS} intervals, got {n}; "
                "spread log2 J over more dimensions."
            )


@kernel
def fill_tables(table: Tables, weighting: int) -> None:
    """Fill `log_peak` and `log_weight`; `weighting` is a position in WEIGHTINGS."""
    for d in range(table.intervals.shape[0]):
        n = table.intervals[d]
        start = table.offsets[d]
        high = families.edge(table.family, int(np.int64(0)), n)
        for b in range(n):
            low, high = high, families.edge(table.family, b + 1, n)
            table.log_peak[start + b] = families.log_sup(table.family, table.params[d], low, high)
            if weighting == 0:
                table.log_weight[start + b] = table.log_peak[start + b]
            elif weighting == 1:
                table.log_weight[start + b] = families.log_mass(table.family, table.params[d], low, high)
            else:
                table.log_weight[start + b] = 0.0
        lift(table.log_peak[start : start + n])
        lift(table.log_weight[start : start + n])
        total = log_sum_exp(table.log_weight[start : start + n])
        for b in range(start, start + n):
            table.log_weight[b] -= total


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
        total += top - math.log(table.intervals[d])
    return total


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

    Raises RecError for an unknown weighting, peak_ratio where Q is wider than P, and a partition of another dimension.
    Source: He, Flamich & Hernandez-Lobato (2024), `target_mass`; `peak_ratio` is from here.

    >>> import rec_core as rec
    >>> problem, cut = rec.gaussian_problem([1.0], [0.5]), rec.Partition((4,))
    >>> [weights.round(3) for weights in bin_weights(problem, cut, "target_mass")]
    [array([0.   , 0.022, 0.235, 0.742])]
    """
    cut = check_partition(partition, problem.dim)
    check_weighting(problem, weighting)
    table = tables(problem, cut, weighting)
    return [np.exp(part) for part in np.split(table.log_weight, table.offsets[1:-1])]


@checked
def bin_peaks_bits(problem: Problem, partition: Partition | None = None) -> list[Floats]:
    """log2 of sup r_d over every interval, D arrays of shape (n_d,), in bits; their sum over d is log2 M_j of a bin.

    Raises RecError for a partition of another dimension. Source: here.

    >>> import rec_core as rec
    >>> [peaks.round(2) for peaks in bin_peaks_bits(rec.gaussian_problem([1.0], [0.5]), rec.Partition((4,)))]
    [array([-6.76, -1.89,  1.02,  1.96])]
    """
    cut = check_partition(partition, problem.dim)
    table = tables(problem, cut, "uniform")
    return [part / LN2 for part in np.split(table.log_peak, table.offsets[1:-1])]


@kernel
def bin_sum(values: Floats, table: Tables, numbers: Ints) -> float:
    """Sum over dimensions of a per-interval value at one bin."""
    total = 0.0
    for d in range(numbers.shape[0]):
        total += values[table.offsets[d] + numbers[d]]
    return total


@kernel
def log_ratio(family: int, params: Floats, x: Floats) -> float:
    """ln r(x), summed over dimensions; `params` as `Problem.table`."""
    total = 0.0
    for d in range(x.shape[0]):
        total += families.log_ratio(family, params[d], x[d])
    return total
