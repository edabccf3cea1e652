"""The law of the index for a density whose log is linear between knots: closed form in the sample."""

from __future__ import annotations

import math

import numpy as np

from .. import families
from ..arrays import Floats, Ints
from ..jit import kernel
from .line import legendre
from .mixture import IndexLaw, mixed

_ONE_BY_ONE = 2**16  # intervals; of more, those in a piece of q are sampled
_NATS, _MOST_PANELS = 3.0, 2**12  # how much ln q may change in a panel of a piece, and the most panels


def knots_law(row: Floats, intervals: int) -> IndexLaw:
    """Law of the index for a density with ln q linear between the knots `row` (K + 1,)."""
    numbers, counts = _bins(row, intervals)
    pieces = row.size - 1 + numbers.size
    rule, rule_weights = legendre(32 if pieces <= 1024 else 4)
    y, weights = np.zeros((2, pieces * rule.size))
    used = _piecewise_bins(row, intervals, numbers, counts, rule, rule_weights, y, weights)
    return mixed(y[:used], weights[:used], 0.0)


def _bins(row: Floats, intervals: int) -> tuple[Ints, Floats]:
    """Bins, and how many each stands for: all, or those across a knot and Gauss-Legendre nodes of those between two."""
    if intervals <= _ONE_BY_ONE:
        return np.arange(intervals), np.ones(intervals)
    pieces = row.size - 1
    across = [k * intervals // pieces for k in range(1, pieces) if k * intervals % pieces]
    parts = [(np.array(across, np.int64), np.ones(len(across)))]
    rule, rule_weights = legendre(8)
    for k in range(pieces):
        first, last = -(-k * intervals // pieces), (k + 1) * intervals // pieces
        panels = min(math.ceil(abs(row[k + 1] - row[k]) / _NATS) + 1, _MOST_PANELS)
        half = 0.5 * (last - first) / panels
        at = first + half * (2.0 * np.arange(panels)[:, None] + 1.0 + rule)
        parts.append((at.ravel().astype(np.int64), np.tile(half * rule_weights, panels)))
    return np.concatenate([numbers for numbers, _ in parts]), np.concatenate([counts for _, counts in parts])


@kernel
def _piecewise_bins(
    row: Floats, intervals: int, numbers: Ints, counts: Floats, rule: Floats, rule_weights: Floats, y: Floats, w: Floats
) -> int:
    """Fill y = ln(1 + g) and Q's weight at the nodes of these bins; returns how many there are."""
    knots, used = row.shape[0] - 1, 0
    breaks = np.empty(knots + 3)
    for place in range(numbers.shape[0]):
        j = numbers[place]
        low, high = j / intervals, (j + 1) / intervals
        breaks[0], size = low, 1
        for k in range(int(low * knots), min(math.ceil(high * knots), knots)):
            if breaks[size - 1] < (k + 1) / knots < high:
                breaks[size] = (k + 1) / knots
                size += 1
        breaks[size] = high
        for piece in range(size):
            a, half = breaks[piece], 0.5 * (breaks[piece + 1] - breaks[piece])
            for node in range(rule.shape[0]):
                here = families.piecewise.between_knots(row, a + half * (1.0 + rule[node]))
                y[used] = math.log1p(_piecewise_excess(row, breaks, size, here))
                w[used] = counts[place] * half * rule_weights[node] * math.exp(here)
                used += 1
    return used


@kernel
def _piecewise_excess(row: Floats, breaks: Floats, size: int, here: float) -> float:
    """g at ln r = `here`: the integral of (e^here - e^(ln r(u)))^+ over the `size` pieces between `breaks`."""
    total = 0.0
    for piece in range(size):
        width = breaks[piece + 1] - breaks[piece]
        a, b = (
            families.piecewise.between_knots(row, breaks[piece]),
            families.piecewise.between_knots(row, breaks[piece + 1]),
        )
        low, high = min(a, b), max(a, b)
        if low >= here:
            continue
        if high > here:  # only where ln q is below `here`
            width *= (here - low) / (high - low)
            high = here
        total += width * (math.exp(here) - families.piecewise.mean_exp(low, high))
    return max(total, 0.0)
