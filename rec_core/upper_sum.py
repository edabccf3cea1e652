"""The upper Riemann sum of r: how many candidates PFR examines on average under `peak_ratio` weights.

A few intervals are computed one by one. Many need no table: away from its peak r rises or falls, so every interval has
its supremum at an edge, and each inner edge is that of one interval. Hence n U is sup r plus the sum of r over the
inner edges, of which nearly all come from Q's own mass. So a dimension may have more intervals than fit in a table.
"""

from __future__ import annotations

import math
from functools import lru_cache

from . import families
from .arguments import checked
from .arrays import LN2, Floats
from .channel import Problem
from .errors import RecError
from .jit import kernel
from .partition import Partition, check_partition
from .tables import WEIGHTINGS, every_interval, log_sum_exp

_TABULATED = 2**6  # intervals that are computed one by one
_FINEST = 2**52  # from here on float64 cannot tell edges apart
_ONE_BY_ONE = 256  # edges next to an end, a kink or the peak, where r may bend sharply
_NOTHING = 70.0  # nats below sup r from which edges are left out


@checked
def upper_sum_bits(problem: Problem, partition: Partition | None = None) -> float:
    """log2 U_J, U_J = (1/J) sum_j sup over bin j of r: the upper Riemann sum of r, in bits.

    It is the exact expected number of candidates PFR examines under `peak_ratio` weights; J = 1 gives D_inf. inf where
    Q is wider than P. A dimension has fewer than 2^52 intervals.

    Raises RecError for a partition of another dimension, or with more intervals. Source: here.

    >>> import rec_core as rec
    >>> problem = rec.gaussian_problem([1.0], [0.1])
    >>> round(upper_sum_bits(problem), 3), round(upper_sum_bits(problem, rec.Partition((16,))), 3)
    (4.051, 0.942)
    >>> upper_sum_bits(problem, rec.Partition((2**40,))) < 1e-9
    True
    """
    cut = check_partition(partition, problem.dim)
    rows = zip(problem.params, cut.intervals, strict=True)
    return math.fsum(log_upper_sum(problem.family, row, n) for row, n in rows) / LN2


@lru_cache(maxsize=65536)
def log_upper_sum(family: str, params: tuple[float, ...], intervals: int) -> float:
    """ln of one dimension's factor of U_J; `params` as in `Problem`. Error below 1e-10."""
    own, code = families.family(family), families.FAMILIES[family]
    kind, rows = own.LAWS, own.table((params,))  # no Problem is made: a refusal asks thousands of times
    if intervals <= _TABULATED:
        peaks, _ = every_interval(code, rows[0], intervals, WEIGHTINGS.index("uniform"))
        return math.inf if math.isinf(peaks.max()) else float(log_sum_exp(peaks)) - math.log(intervals)
    if intervals >= _FINEST:
        raise RecError(f"A dimension has fewer than 2^52 intervals, got {intervals}; float64 cannot tell more apart.")
    row = rows[0]
    if kind in ("knots", "steps"):
        return float(own.log_peak_sum(row, intervals)) - math.log(intervals)
    if kind == "box":
        return float(row[2]) + math.log(families.uniform.cells_reached(row, intervals) / intervals)
    top = float(families.log_sup(code, row, *families.support(code)))
    if math.isinf(top):
        return math.inf
    return top + math.log1p(float(_edge_sum(code, row, intervals, top))) - math.log(intervals)


@kernel
def _edge_sum(family: int, row: Floats, n: int, top: float) -> float:
    """r / sup r summed over the n - 1 inner edges."""
    turn = families.turn(family, row)
    low, high = 1, n  # the first edge past the peak
    while low < high:
        middle = (low + high) // 2
        if families.edge(family, middle, n) >= turn:
            high = middle
        else:
            low = middle + 1
    peak = low
    first = _crossing(family, row, n, 1, peak, top - _NOTHING, True)
    last = _crossing(family, row, n, peak, n, top - _NOTHING, False)
    half = min(max(n // 2, first), last)  # where P may have a kink
    one, two = min(peak, half), max(peak, half)
    return (
        _piece(family, row, n, top, first, one)
        + _piece(family, row, n, top, one, two)
        + _piece(family, row, n, top, two, last)
    )


@kernel
def _crossing(family: int, row: Floats, n: int, low: int, high: int, level: float, rises: bool) -> int:
    """The first edge from `low` where ln r, monotone there, has crossed the level; `high` if none has."""
    while low < high:
        middle = (low + high) // 2
        if (families.log_ratio(family, row, families.edge(family, middle, n)) >= level) == rises:
            high = middle
        else:
            low = middle + 1
    return low


@kernel
def _piece(family: int, row: Floats, n: int, top: float, first: int, last: int) -> float:
    """r / sup r summed over the edges from `first` up to, not including, `last`.

    A long stretch in the middle by Euler and Maclaurin's midpoint formula: n times Q's mass from half an edge before it
    to half an edge before its end, less a 24th of how the slope changes.
    """
    if last - first <= 4 * _ONE_BY_ONE:
        return _sum(family, row, n, top, first, last)
    a, c = first + _ONE_BY_ONE, last - _ONE_BY_ONE
    low, high = families.quantile(family, a - 1, n, 0.5), families.quantile(family, c - 1, n, 0.5)
    slopes = _at(family, row, n, top, c) - _at(family, row, n, top, c - 1)
    slopes -= _at(family, row, n, top, a) - _at(family, row, n, top, a - 1)
    middle = n * math.exp(families.log_mass(family, row, low, high) - top) - slopes / 24.0
    return _sum(family, row, n, top, first, a) + middle + _sum(family, row, n, top, c, last)


@kernel
def _sum(family: int, row: Floats, n: int, top: float, first: int, last: int) -> float:
    total = 0.0
    for b in range(first, last):
        total += _at(family, row, n, top, b)
    return total


@kernel
def _at(family: int, row: Floats, n: int, top: float, b: int) -> float:
    return math.exp(families.log_ratio(family, row, families.edge(family, b, n)) - top)
