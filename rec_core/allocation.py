"""Which dimensions a partition cuts, and how often: strategies that depend on the channel, never on one target."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Literal, get_args

import numpy as np

from .arrays import Floats, Ints
from .channel import Channel
from .checks import choice, seed_word, whole_number
from .errors import RecError
from .partition import Partition
from .randomness import ALLOCATION, uniforms
from .tables import MAX_INTERVALS, log_upper_sum

Strategy = Literal["information", "random", "collapsed", "runtime"]
STRATEGIES: tuple[str, ...] = get_args(Strategy)
_DEEPEST_CUT = MAX_INTERVALS.bit_length() - 1  # log2 of the most intervals one dimension can be searched in


def allocate(channel: Channel, log2_bins: int, strategy: Strategy = "information", seed: int = 0) -> Partition:
    """A partition into J = 2^`log2_bins` bins, its factors of two dealt to dimensions by a strategy.

    `information`: in proportion to I_d (the paper's recipe). `random`: each factor to a random dimension, by `seed`.
    `collapsed`: all to dimensions without information, the bad case. `runtime`: each factor to the dimension where it
    lowers E_Y[log U] most (greedy).
    The partition depends on the channel, never on Y, so both sides can make it.
    """
    total = whole_number(log2_bins, "log2_bins", 0)
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
        powers = greedy_powers([partial(_mean_log_upper_sum, channel.family, b) for b in channel.bits], total)
        if powers.sum() < total:
            raise RecError(
                f"strategy='runtime' cuts a dimension into at most 2^{_DEEPEST_CUT} intervals, so it can deal "
                f"{int(powers.sum())} of the {total} bits here; lower log2_bins or use strategy='information'."
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
    """Deal up to `total` factors of two one by one: `costs[d](k)` is the log cost of dimension d at 2^k intervals.

    Each goes where it lowers the cost most per factor, looking up to four ahead since a first cut can be useless
    alone (Q centred on an edge). Stops once the summed cost is at most `target`.
    """
    powers = np.zeros(len(costs), dtype=np.int64)
    limit = _DEEPEST_CUT
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
