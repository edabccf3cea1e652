"""Logistic: P has density 1 / (4 cosh^2(x/2)), Q is P scaled and shifted. Columns of a row: mean, scale, -ln scale.

With z = (x - m)/s, ln r(x) = -ln s + |x| - |z| + 2 ln(1 + e^-|x|) - 2 ln(1 + e^-|z|), of slope
tanh(x/2) - tanh(z/2)/s. Where s < 1 the slope is 0 where F(x) = x - m - 2 s artanh(s tanh(x/2)) is, and
F' = 1 - s^2 (1 - t^2)/(1 - s^2 t^2) > 0, t = tanh(x/2): so there is one peak, and no other turn. Where s > 1 the same
is true of p/q, so r has one lowest point and no upper bound. Where s = 1 it climbs from -|m| to |m|.
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

LABEL = "logistic"
PRIOR = "Logistic(0, 1)"
LAWS = "line"
HAS_CELLS = True
kernel_means = kernel_mean = None  # by quadrature

_KNEES = np.array([0.0, 1.5, 3.0, 5.0, 8.0, 12.0, 18.0, 28.0, 46.0])  # scales; beyond the last lies 1e-20 of the mass
_STEP, _STEPS = 0.5, 90  # of a trapezium rule over a standard logistic: poles at i pi leave e^-39, the tails e^-45


@kernel
def quantile(number: int, intervals: int, v: float) -> float:
    """Quantile of P at (number + v) / intervals."""
    below, above = number + v, (intervals - 1 - number) + (1.0 - v)
    return math.log(below / above) if below <= above else -math.log(above / below)


@kernel
def log_pdf(x: float) -> float:
    """ln p(x)."""
    return -abs(x) - 2.0 * math.log1p(math.exp(-abs(x)))


@kernel
def _log_ratio(row: Floats, x: float, z: float) -> float:
    """ln r(x), z = (x - mean)/scale."""
    bends = math.log1p(math.exp(-abs(x))) - math.log1p(math.exp(-abs(z)))
    return float(row[2] + ((abs(x) - abs(z)) + 2.0 * bends))


@kernel
def log_ratio(row: Floats, x: float) -> float:
    """ln r(x)."""
    return _log_ratio(row, x, (x - row[0]) / row[1])


@kernel
def _peak(mean: float, scale: float) -> tuple[float, float]:
    """x and z of the one peak, mean >= 0, scale < 1: Newton's method on F, convex, from its right."""
    x = mean + scale * math.log1p(2.0 * scale / (1.0 - scale))
    while True:
        t, fall = math.tanh(0.5 * x), math.exp(-x)
        rest = 2.0 * fall / (1.0 + fall)  # 1 - t, without cancellation
        short = (1.0 - scale) + scale * rest  # 1 - s t, without cancellation
        z = math.log1p(2.0 * scale * t / short)  # 2 artanh(s t)
        slope = 1.0 - scale * scale * rest * (1.0 + t) / (short * (1.0 + scale * t))
        after = x - (x - mean - scale * z) / max(slope, 1e-300)
        if not mean <= after < x:
            return x, z
        x = after


@kernel
def log_sup(row: Floats, low: float, high: float) -> float:
    """Supremum of ln r over [low, high]: for s < 1 at its peak, or at the end nearer to it; otherwise at an end."""
    if row[1] < 1.0:
        x, z = _peak(abs(row[0]), row[1])
        peak = x if row[0] >= 0.0 else -x
        if low <= peak <= high:
            return _log_ratio(row, x, z)
        return log_ratio(row, low if peak < low else high)
    left = limit(row, low) if math.isinf(low) else log_ratio(row, low)
    right = limit(row, high) if math.isinf(high) else log_ratio(row, high)
    return max(left, right)


@kernel
def turn(row: Floats) -> float:
    """Where ln r turns: its peak if Q is narrower than P, its lowest point if wider; otherwise infinite."""
    mean, scale = row[0], row[1]
    if scale == 1.0:
        return np.inf if mean > 0.0 else -np.inf
    x = _peak(abs(mean), scale)[0] if scale < 1.0 else abs(mean) - scale * _peak(abs(mean) / scale, 1.0 / scale)[0]
    return float(x if mean >= 0.0 else -x)


@kernel
def _log_cdf(z: float) -> float:
    return min(z, 0.0) - math.log1p(math.exp(-abs(z)))


@kernel
def log_mass(row: Floats, low: float, high: float) -> float:
    """ln Q([low, high])."""
    if not low < high:
        return -np.inf
    a, b, width = (low - row[0]) / row[1], (high - row[0]) / row[1], (high - low) / row[1]
    return math.log(-math.expm1(-width)) + _log_cdf(b) + _log_cdf(-a)


@kernel
def kl(row: Floats) -> float:
    """KL(Q || P) = |m| - ln s - 2 + 2 E[ln(1 + e^-(|m| + s Z))], Z standard, in nats; error below 1e-13 (1 + s).

    E[ln(1 + e^(a - s Z))] = s E[ln(1 + e^((a - Z)/s))]; of the two functions the flatter one is summed.
    """
    mean, scale = abs(row[0]), row[1]
    total = 0.0
    for k in range(-_STEPS, _STEPS + 1):
        z = _STEP * k
        y = -mean - scale * z if scale <= 1.0 else (-mean - z) / scale
        total += math.exp(log_pdf(z)) * (max(y, 0.0) + math.log1p(math.exp(-abs(y))))
    return float(max(0.0, mean + row[2] - 2.0 + 2.0 * _STEP * total * max(scale, 1.0)))


def moments(row: Floats) -> tuple[float, float, float]:
    """Mean, scale and standard deviation of Q."""
    return moments_of(row, math.pi / math.sqrt(3.0))


def target_quantile(row: Floats, u: Floats) -> Floats:
    """Quantiles of Q at u in (0, 1)."""
    return scaled_quantile(quantile, row, u)


def breaks(row: Floats) -> Floats:
    """Ends of panels in which q and r are smooth; together they cover all of Q except 1e-20."""
    own = np.unique(row[0] + row[1] * np.concatenate((-_KNEES, _KNEES)))
    return np.union1d(own, np.clip([-5.0, -2.0, 0.0, 2.0, 5.0], own[0], own[-1]))


@kernel
def layer(u: float, v: float) -> float:
    """Half the width of a layer of the noise of scale 1: where the density falls to a part v of its value at a |Z|."""
    return 2.0 * math.acosh(1.0 / math.sqrt(v * u * (2.0 - u)))


@kernel
def log_location(scale: float, low: float, high: float) -> float:
    """ln P(mean in [low, high]) where Q, averaged over means, is P: the density is as 1 / (cosh x + cos(pi scale))."""
    t = math.tan(0.5 * math.pi * scale)
    a, b = 0.5 * min(max(low, -600.0), 600.0), 0.5 * min(max(high, -600.0), 600.0)
    across = math.cosh(a) * math.cosh(b) + t * t * math.sinh(a) * math.sinh(b)
    mass = math.atan2(t * math.sinh(b - a), across) / (math.pi * scale)
    return math.log(mass) if mass > 0.0 else -np.inf


def layer_law() -> tuple[Floats, Floats]:
    """Half widths of layers, and their probabilities: nodes of a quadrature."""
    return layer_nodes(lambda w: 0.5 * w * np.tanh(0.5 * w) / np.cosh(0.5 * w) ** 2, 50.0)


def location_breaks(scale: float) -> Floats:
    """Ends of panels in which the density of the mean is smooth; together they cover all of it except 1e-20."""
    ends = np.geomspace(max(1.0 - scale, 1e-6), 46.0, 16)
    return np.concatenate((-ends[::-1], [0.0], ends))
