"""Which dimensions a partition cuts, and how often: strategies that depend on the channel, never on one target."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Literal, get_args

import numpy as np

from . import families
from .arguments import checked
from .arrays import Floats, Ints
from .channel import Channel
from .checks import choice, seed_word, whole_number
from .errors import RecError
from .jit import kernel
from .partition import Partition
from .randomness import ALLOCATION, uniforms

Strategy = Literal["information", "random", "collapsed", "runtime"]
"""How `allocate` divides bins among dimensions."""
STRATEGIES: tuple[str, ...] = get_args(Strategy)
MOST_LOG2_BINS = 2**16
"""The most factors of two that are divided."""
_DEEPEST_CUT = 40  # log2 of the most intervals that a greedy search gives one dimension: Q is at least 2^-40 of P wide


@checked
def allocate(channel: Channel, log2_bins: int, strategy: Strategy = "information", seed: int = 0) -> Partition:
    """A partition into J = 2^`log2_bins` bins, whose factors of two are divided among the dimensions by a strategy.

    `information`: in proportion to I_d (the paper's recipe). `random`: each factor to a random dimension, by `seed`.
    `collapsed`: all to dimensions without information, the worst case. `runtime`: each factor to the dimension where it
    lowers E_Y[log U] most (greedy). The partition depends on the channel, never on Y, so both sides can make it.

    Raises RecError for an unknown strategy, where a strategy cannot make that many bins, and above J = 2^65536.
    Source: He, Flamich & Hernandez-Lobato (2024), its `information`, `random` and `collapsed`; `runtime` is from here.

    >>> from rec_core import gaussian_channel
    >>> allocate(gaussian_channel([4.0, 2.0, 0.0]), 6).intervals
    (16, 4, 1)
    """
    total = whole_number(log2_bins, "log2_bins", 0, MOST_LOG2_BINS + 1)
    choice(strategy, "strategy", STRATEGIES)
    bits = np.array(channel.bits)
    if strategy == "information":
        powers = _proportional(bits, total)
    elif strategy == "random":
        v = np.empty(total)
        uniforms(seed_word(seed), ALLOCATION, np.uint64(0), v)
        powers = np.bincount((v * channel.dim).astype(np.int64), minlength=channel.dim)
    elif strategy == "collapsed":
        powers = _proportional((bits == 0.0).astype(np.float64), total)
    else:
        most = _DEEPEST_CUT * channel.dim
        if total <= most:
            powers = greedy_powers([partial(_mean_log_upper_sum, channel.family, b) for b in channel.bits], total)
        if (placed := int(powers.sum()) if total <= most else most) < total:
            raise RecError(
                f"strategy='runtime' cuts a dimension into at most 2^{_DEEPEST_CUT} intervals, so it can place "
                f"{placed} of the {total} bits here; lower log2_bins or use strategy='information'."
            )
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
    """Assign up to `total` factors of two one by one: `costs[d](k)` is the log cost of dimension d at 2^k intervals.

    Each goes where it lowers the cost most per factor, looking up to four ahead, because a single cut can be useless
    (Q centered on an edge). Stops once the summed cost is at most `target`.
    """
    powers = np.zeros(len(costs), dtype=np.int64)
    limit = _DEEPEST_CUT
    now = np.array([cost(0) for cost in costs])
    gains = np.array([_best_gain(cost, 0, limit) for cost in costs])
    for _ in range(total):
        if now.sum() <= target:
            break
        d = int(gains.argmax())
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
    """E_Y of ln U of one dimension at 2^k intervals; error below 1e-3 nats.

    Gaussian: away from its vertex v each interval has its supremum at one of its ends, so U = (sup r / n) times
    1 + sum_b exp(-w^2 (v - e_b)^2) over the n - 1 edges, w^2 = (1/s^2 - 1)/2; and v ~ N(0, 1/(1 - s^2)).
    """
    n, scale = 2**k, 2.0**-bits
    if families.family(family).LAWS == "box":
        lows, width = families.uniform.box_places(scale, 4096)
        touched = np.ceil((lows + width) * n - 1e-9) - np.floor(lows * n + 1e-9)
        return float(np.mean(np.log(touched))) - math.log(width * n)
    if scale == 1.0:
        return 0.0
    fine = math.ceil(bits) + 6
    if k > fine:  # U - 1 is nearly sup r / n: it goes on falling as it does here
        before, last = _mean_log_upper_sum(family, bits, fine - 1), _mean_log_upper_sum(family, bits, fine)
        return last * (last / before) ** (k - fine)
    rule, rule_weights = np.polynomial.legendre.leggauss(8)
    return 0.5 - math.log(scale * n) + _mean_log_edges(scale, n, rule, rule_weights)


_EDGE_INTERVALS = 32  # from the end inwards, computed one by one


@kernel
def _mean_log_edges(scale: float, intervals: int, rule: Floats, rule_weights: Floats) -> float:
    """E_v of ln(1 + sum_b exp(-w^2 (v - e_b)^2)), see `_mean_log_upper_sum`.

    Half of the intervals, which mirror each other, by their place from the end: the outermost one by one, the others on
    octaves of the place, on which the integral over an interval depends smoothly.
    """
    half, first, total = 0.5 * intervals, 0.0, 0.0
    while first < half:
        if first < _EDGE_INTERVALS:
            total += _log_edges_of(first, min(1.0, half - first), scale, intervals, rule, rule_weights)
            first += 1.0
        else:
            last = half if 2.0 * first > 0.8 * half else 2.0 * first
            for k in range(rule.shape[0]):
                place = first + 0.5 * (last - first) * (1.0 + rule[k]) - 0.5
                one = _log_edges_of(place, 1.0, scale, intervals, rule, rule_weights)
                total += 0.5 * (last - first) * rule_weights[k] * one
            first = last
    return 2.0 * total


@kernel
def _log_edges_of(
    place: float, share: float, scale: float, intervals: int, rule: Floats, rule_weights: Floats
) -> float:
    """The part of `_mean_log_edges` where v lies in the inner `share` of the interval `place` from the upper end."""
    gap = (1.0 - scale) * (1.0 + scale)
    spread = 1.0 / math.sqrt(gap)
    w = math.sqrt(0.5 * gap) / scale
    left = _edge(place + 1.0, intervals) if share == 1.0 else 0.0
    right = min(_edge(place, intervals), 9.0 * spread) if place > 0.0 else 9.0 * spread
    breaks = np.empty(13)
    for i in range(5):
        breaks[i] = 1.6 * (i + 1) * spread
    breaks[5], breaks[6] = left, right
    for side in range(2):
        for i in range(3):
            breaks[7 + 3 * side + i] = (left, right)[side] + (1.0 - 2.0 * side) * (0.8, 2.0, 5.0)[i] / w
    for i in range(breaks.shape[0]):
        breaks[i] = min(max(breaks[i], left), right)
    breaks.sort()
    total = 0.0
    for i in range(breaks.shape[0] - 1):
        half = 0.5 * (breaks[i + 1] - breaks[i])
        if half <= 0.0:
            continue
        for k in range(rule.shape[0]):
            v = breaks[i] + half * (1.0 + rule[k])
            sum_of_edges = 0.0
            for side in range(2):
                b = place + 1.0 if side == 0 else place
                while 0.0 < b < intervals:
                    z = w * (v - _edge(b, intervals))
                    if abs(z) > 6.5:
                        break
                    sum_of_edges += math.exp(-z * z)
                    b += 1.0 - 2.0 * side
            weight = half * rule_weights[k] * math.exp(families.gaussian.log_pdf(v / spread)) / spread
            total += weight * math.log1p(sum_of_edges)
    return total


@kernel
def _edge(place: float, intervals: int) -> float:
    """The point of N(0,1) with the mass place / intervals above it."""
    number = math.floor(place)
    return -families.gaussian.quantile(int(number), intervals, place - number)
