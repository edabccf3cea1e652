"""Laplace: P has density exp(-|x|) / 2, Q is P scaled and shifted. Columns of a row: mean, scale, -ln scale.

ln r(x) = -ln s + |x| - |x - m| / s is piecewise linear with a bend at 0 and one at m. Where s < 1 it peaks at m; where
s = 1 it climbs from -|m| to |m|; where s > 1 it has no upper bound.
"""

from __future__ import annotations

import math

import numpy as np

from ..arrays import Floats
from ..jit import kernel
from .location import (
    PARAMS,
    STANDARD,
    SUPPORT,
    between,
    check,
    fault,
    layer_nodes,
    limit,
    moments_of,
    narrow,
    place,
    scaled_quantile,
    table,
    width_bits,
)

__all__ = ["PARAMS", "STANDARD", "SUPPORT", "between", "check", "fault", "narrow", "place", "table", "width_bits"]

LABEL = "Laplace"
PRIOR = "Laplace(0, 1)"
LAWS = "line"
HAS_CELLS = True
kernel_means = kernel_mean = None  # by quadrature

_KNEES = np.array([0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 28.0, 46.0])  # scales; beyond the last lies 1e-20 of the mass


@kernel
def quantile(number: int, intervals: int, v: float) -> float:
    """Quantile of P at (number + v) / intervals."""
    below = number + v
    if 2.0 * below <= intervals:
        return math.log(2.0 * below / intervals)
    return -math.log(2.0 * ((intervals - 1 - number) + (1.0 - v)) / intervals)


@kernel
def log_pdf(x: float) -> float:
    """ln p(x)."""
    return -abs(x) - math.log(2.0)


@kernel
def log_ratio(row: Floats, x: float) -> float:
    """ln r(x)."""
    return float(row[2] + (abs(x) - abs(x - row[0]) / row[1]))


@kernel
def log_sup(row: Floats, low: float, high: float) -> float:
    """Supremum of ln r over [low, high]: for s < 1 at the mean, or at the end nearer to it; otherwise at an end."""
    if row[1] < 1.0:
        return log_ratio(row, min(max(row[0], low), high))
    left = limit(row, low) if math.isinf(low) else log_ratio(row, low)
    right = limit(row, high) if math.isinf(high) else log_ratio(row, high)
    return max(left, right)


@kernel
def turn(row: Floats) -> float:
    """Where ln r turns: its peak if Q is narrower than P, its lowest point if wider; otherwise infinite."""
    if row[1] == 1.0:
        return np.inf if row[0] > 0.0 else -np.inf
    return float(row[0]) if row[1] < 1.0 else 0.0


@kernel
def log_mass(row: Floats, low: float, high: float) -> float:
    """ln Q([low, high])."""
    if not low < high:
        return -np.inf
    a, b, width = (low - row[0]) / row[1], (high - row[0]) / row[1], (high - low) / row[1]
    if a > 0.0:
        a, b = -b, -a
    if b <= 0.0:
        return float(b - math.log(2.0) + math.log(-math.expm1(-width)))
    outside = 0.5 * (math.exp(a) + math.exp(-b))
    if outside < 0.25:
        return math.log1p(-outside)
    return math.log(-0.5 * (math.expm1(a) + math.expm1(-b)))


@kernel
def kl(row: Floats) -> float:
    """KL(Q || P) = |m| + s exp(-|m| / s) - 1 - ln s, nats."""
    mean, scale = abs(row[0]), row[1]
    return float(max(0.0, mean + scale * math.expm1(-mean / scale) + (scale - 1.0 + row[2])))


def moments(row: Floats) -> tuple[float, float, float]:
    """Mean, scale and standard deviation of Q."""
    return moments_of(row, math.sqrt(2.0))


def target_quantile(row: Floats, u: Floats) -> Floats:
    """Quantiles of Q at u in (0, 1)."""
    return scaled_quantile(quantile, row, u)


def breaks(row: Floats) -> Floats:
    """Ends of panels in which q and r are smooth; together they cover all of Q except 1e-20."""
    own = np.unique(row[0] + row[1] * np.concatenate((-_KNEES, _KNEES)))
    return np.union1d(own, np.clip(0.0, own[0], own[-1]))


@kernel
def layer(u: float, v: float) -> float:
    """Half the width of a layer of the noise of scale 1: the sum of two exponentials."""
    return -math.log(u) - math.log(v)


@kernel
def log_location(scale: float, low: float, high: float) -> float:
    """ln P(mean in [low, high]) where Q, averaged over means, is P: 0 with chance scale^2, else Laplace too."""
    above = (1.0 - scale) * (1.0 + scale)
    a, b = abs(low), abs(high)
    if low <= 0.0 <= high:
        return math.log(1.0 - 0.5 * above * (math.exp(-a) + math.exp(-b)))
    near, far = min(a, b), max(a, b)
    return math.log(0.5 * above) - near + math.log1p(-math.exp(near - far)) if far > near else -np.inf


def layer_law() -> tuple[Floats, Floats]:
    """Half widths of layers, and their probabilities: nodes of a quadrature."""
    return layer_nodes(lambda w: w * np.exp(-w), 50.0)


def location_breaks(scale: float) -> Floats:
    """Ends of panels in which the density of the mean is smooth; together they cover all of it except 1e-20."""
    return np.unique(np.concatenate((-_KNEES, _KNEES)))
