"""Partitions: equal-mass intervals per dimension, how many bins they make, and the message that names a bin.

A partition cuts dimension d into n_d intervals of equal mass under the coding distribution P. Bins are the
products of intervals, J = n_1 * ... * n_D, all of P-mass 1/J. J may be far beyond enumeration: nothing here lists bins.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import NamedTuple

import numpy as np

from . import families
from .cache import kernel
from .channel import LN2, Channel, Problem
from .errors import RecError
from .randomness import ALLOCATION, Floats, Ints, check_seed, uniforms

_DEEPEST = 1e9  # nats below the top where a bin's logs are cut off: differences there still have seven digits
MAX_INTERVALS = 2**20  # of one dimension, in a search: its weights are kept in a table


class Message(NamedTuple):
    """What is sent: the bin (D interval numbers, from 0) and the local index within it (from 1)."""

    bin: tuple[int, ...]
    index: int  # type: ignore[assignment]  # tuple.index gives way


@dataclass(frozen=True)
class Partition:
    """Axis-aligned bins of equal mass under P: `intervals[d]` intervals in dimension d. Made by `partition`."""

    intervals: tuple[int, ...]

    def __post_init__(self) -> None:
        if not self.intervals:
            raise RecError(
                "A partition needs at least one dimension; pass the number of intervals of each, e.g. (8, 4)."
            )
        for n in self.intervals:
            if n < 1:
                raise RecError(f"Every dimension needs at least 1 interval, got {n}; 1 leaves a dimension uncut.")

    @property
    def dim(self) -> int:
        """Number of dimensions D."""
        return len(self.intervals)

    @property
    def num_bins(self) -> int:
        """J, exact."""
        return math.prod(self.intervals)

    @property
    def log2_num_bins(self) -> float:
        """log2 J, in bits."""
        return math.fsum(math.log2(n) for n in self.intervals)

    @cached_property
    def counts(self) -> Ints:
        """`intervals` as decoding takes them, int64 (D,). RecError where float64 cannot tell the intervals apart."""
        if max(self.intervals) >= 2**52:
            raise RecError("A dimension with 2^52 intervals or more is finer than float64 can tell apart.")
        return np.array(self.intervals, np.int64)


def partition(intervals: Sequence[int]) -> Partition:
    """Partition with `intervals[d]` equal-mass intervals in dimension d; shape (D,), whole numbers >= 1."""
    try:
        counts = tuple(operator.index(n) for n in intervals)
    except TypeError:
        raise RecError(
            f"Intervals must be a sequence of whole numbers, one a dimension, e.g. (8, 4); got {intervals!r}."
        ) from None
    return Partition(counts)


def check_partition(cut: Partition | None, dim: int) -> Partition:
    """The partition, the uncut one for None, or a sentence where its dimension is not `dim`."""
    if cut is None:
        return _uncut(dim)
    if not isinstance(cut, Partition):
        raise RecError(f"Make the partition with rec.partition((n_1, ..., n_D)); got {type(cut).__name__}.")
    if len(cut.intervals) != dim:
        raise RecError(f"The partition cuts {cut.dim} dimensions but the problem has {dim}; give one number for each.")
    return cut


@lru_cache(maxsize=64)
def _uncut(dim: int) -> Partition:
    return Partition((1,) * dim)


class Tables(NamedTuple):
    """What kernels know of a problem and its partition: values per interval, dimension after dimension.

    `offsets` (D + 1,) int64 says where a dimension's intervals start in the (sum n_d,) arrays, in nats:
    `log_peak` ln sup of r_d over the interval, `log_weight` ln pi_d (normalised per dimension).
    """

    family: int
    params: Floats
    intervals: Ints
    offsets: Ints
    log_peak: Floats
    log_weight: Floats


WEIGHTS = ("peak_ratio", "target_mass", "uniform")


def tables(problem: Problem, cut: Partition, weights: str) -> Tables:
    """Tables of a problem under a partition and bin weights."""
    _check_searchable(cut.intervals)
    intervals = np.array(cut.intervals, dtype=np.int64)
    table = empty_tables(problem.family_code, problem.table, intervals)
    fill_tables(table, WEIGHTS.index(weights))
    return table


def empty_tables(family: int, params: Floats, intervals: Ints) -> Tables:
    """Tables of the right shapes, not yet filled, or a sentence where they would be too large."""
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
def fill_tables(table: Tables, weights: int) -> None:
    """Fill `log_peak` and `log_weight`; `weights` is a position in WEIGHTS."""
    for d in range(table.intervals.shape[0]):
        n = table.intervals[d]
        start = table.offsets[d]
        high = families.edge(table.family, int(np.int64(0)), n)
        for b in range(n):
            low, high = high, families.edge(table.family, b + 1, n)
            table.log_peak[start + b] = families.log_sup(table.family, table.params[d], low, high)
            if weights == 0:
                table.log_weight[start + b] = table.log_peak[start + b]
            elif weights == 1:
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

    Far bins of a narrow Q have logs near -1e17, whose difference has no digits left. Raised, a peak is still an upper
    bound and a weight still positive, which is all that exactness asks of them.
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
    """ln sup r' = ln max_j M_j / (J pi_j), which factorises over dimensions; nats.

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


def bin_weights(problem: Problem, partition: Partition | None = None, weights: str = "peak_ratio") -> list[Floats]:
    """pi_d of each dimension, D arrays of shape (n_d,) summing to 1; the weight of a bin is their product."""
    cut = check_partition(partition, problem.dim)
    if weights not in WEIGHTS:
        raise RecError(f"Unknown bin weights {weights!r}; choose one of {', '.join(WEIGHTS)}.")
    if weights == "peak_ratio" and math.isinf(problem.renyi_inf_bits):
        raise RecError("Q is wider than P, so some bin's peak ratio is infinite; use target_mass or uniform weights.")
    table = tables(problem, cut, weights)
    return [np.exp(part) for part in np.split(table.log_weight, table.offsets[1:-1])]


def bin_peaks_bits(problem: Problem, partition: Partition | None = None) -> list[Floats]:
    """log2 of sup r_d over every interval, D arrays of shape (n_d,), in bits; they add up to log2 M_j of a bin."""
    cut = check_partition(partition, problem.dim)
    table = tables(problem, cut, "uniform")
    return [part / LN2 for part in np.split(table.log_peak, table.offsets[1:-1])]


def upper_sum_bits(problem: Problem, partition: Partition | None = None) -> float:
    """log2 U_J, U_J = (1/J) sum_j sup over bin j of r: the upper Riemann sum of r, in bits.

    It is the exact expected number of candidates PFR examines under `peak_ratio` weights; J = 1 gives D_inf.
    inf where Q is wider than P.
    """
    cut = check_partition(partition, problem.dim)
    return (
        math.fsum(log_upper_sum(problem.family, row, n) for row, n in zip(problem.params, cut.intervals, strict=True))
        / LN2
    )


@lru_cache(maxsize=65536)
def log_upper_sum(family: str, params: tuple[float, ...], intervals: int) -> float:
    """ln of one dimension's factor of U_J; `params` as in `Problem`."""
    one = Problem(family, (params,))
    peaks = tables(one, Partition((intervals,)), "uniform").log_peak
    return math.inf if np.isinf(peaks.max()) else float(log_sum_exp(peaks)) - math.log(intervals)


STRATEGIES = ("information", "random", "collapsed", "runtime")


def allocate(channel: Channel, log2_bins: int, strategy: str = "information", seed: int = 0) -> Partition:
    """A partition into J = 2^`log2_bins` bins, its factors of two dealt to dimensions by a strategy.

    `information`: in proportion to I_d (the paper's recipe). `random`: each factor to a random dimension, by `seed`.
    `collapsed`: all to dimensions without information, the bad case. `runtime`: each factor to the dimension where it
    lowers E_Y[log U] most (greedy).
    The partition depends on the channel, never on Y, so both sides can make it.
    """
    try:
        total = operator.index(log2_bins)
    except TypeError:
        raise RecError(f"log2_bins must be a whole number of bits >= 0, got {log2_bins!r}.") from None
    if total < 0:
        raise RecError(f"log2_bins must be a whole number of bits >= 0, got {log2_bins!r}.")
    bits = np.array(channel.bits)
    if strategy == "information":
        powers = _proportional(bits, total)
    elif strategy == "random":
        v = np.empty(total)
        uniforms(check_seed(seed), ALLOCATION, np.uint64(0), v)
        powers = np.bincount((v * channel.dim).astype(np.int64), minlength=channel.dim)
    elif strategy == "collapsed":
        powers = _proportional((bits == 0.0).astype(np.float64), total)
    elif strategy == "runtime":
        powers = greedy_powers([partial(_mean_log_upper_sum, channel.family, b) for b in channel.bits], total)
    else:
        raise RecError(f"Unknown strategy {strategy!r}; choose one of {', '.join(STRATEGIES)}.")
    return Partition(tuple(2 ** int(k) for k in powers))


def _proportional(shares: Floats, total: int) -> Ints:
    """Whole numbers summing to `total`, in proportion to `shares` (largest remainders first)."""
    if total == 0:
        return np.zeros(len(shares), dtype=np.int64)
    if not shares.any():
        raise RecError("No dimension qualifies for this strategy; choose another one or log2_bins = 0.")
    ideal = total * shares / shares.sum()
    powers: Ints = np.floor(ideal).astype(np.int64)
    order = np.argsort(powers - ideal, kind="stable")
    powers[order[: total - int(powers.sum())]] += 1
    return powers


def greedy_powers(costs: Sequence[Callable[[int], float]], total: int, target: float = -math.inf) -> Ints:
    """Deal up to `total` factors of two one by one: `costs[d](k)` is the log cost of dimension d at 2^k intervals.

    Each goes where it lowers the cost most per factor, looking up to four ahead since a first cut can be useless
    alone (Q centred on an edge). Stops once the summed cost is at most `target`.
    """
    powers = np.zeros(len(costs), dtype=np.int64)
    limit = MAX_INTERVALS.bit_length() - 1
    now = [cost(0) for cost in costs]
    gains = [_best_gain(cost, 0, limit) for cost in costs]
    for _ in range(total):
        if sum(now) <= target:
            break
        d = int(np.argmax(gains))
        if powers[d] >= limit:
            break
        powers[d] += 1
        now[d] = costs[d](int(powers[d]))
        gains[d] = _best_gain(costs[d], int(powers[d]), limit)
    return powers


def _best_gain(cost: Callable[[int], float], k: int, limit: int) -> float:
    if k >= limit:
        return -math.inf
    now = cost(k)
    if math.isinf(now):
        return -math.inf
    return max((now - cost(k + ahead)) / ahead for ahead in range(1, min(4, limit - k) + 1))


@lru_cache(maxsize=4096)
def _mean_log_upper_sum(family: str, bits: float, k: int) -> float:
    """E_Y of ln U of one dimension at 2^k intervals, by quadrature over Y."""
    if family == "uniform":
        width = 2.0**-bits
        lows = (np.arange(16) + 0.5) / 16 * (1.0 - width)
        return float(np.mean([log_upper_sum(family, (low, min(1.0, low + width)), 2**k) for low in lows.tolist()]))
    nodes, node_weights = np.polynomial.hermite_e.hermegauss(16)
    scale = 2.0**-bits
    means = nodes * math.sqrt((1.0 - scale) * (1.0 + scale))
    values = [log_upper_sum(family, (mean, scale), 2**k) for mean in means.tolist()]
    return float(np.dot(node_weights, values) / node_weights.sum())
