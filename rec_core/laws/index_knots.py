"""The law of the index for a density whose log is linear between knots: closed form in the sample."""

from __future__ import annotations

import math

import numpy as np

from .. import families
from ..arrays import Floats
from ..jit import kernel
from .line import legendre
from .mixture import IndexLaw, mixed


def knots_law(row: Floats, intervals: int) -> IndexLaw:
    """Law of the index for a density with ln q linear between the knots `row` (K + 1,)."""
    pieces = row.size - 1 + intervals
    rule, rule_weights = legendre(32 if pieces <= 1024 else 4)
    y, weights = np.zeros((2, pieces * rule.size))
    used = _piecewise_bins(row, intervals, rule, rule_weights, y, weights)
    return mixed(y[:used], weights[:used], 0.0)


@kernel
def _piecewise_bins(row: Floats, intervals: int, rule: Floats, rule_weights: Floats, y: Floats, w: Floats) -> int:
    """Fill y = ln(1 + g) and Q's weight at the nodes of every bin; returns how many there are."""
    knots, used = row.shape[0] - 1, 0
    breaks = np.empty(knots + 3)
    for j in range(intervals):
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
                w[used] = half * rule_weights[node] * math.exp(here)
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
