"""Gaussian: P = N(0, 1), Q = N(mean, scale^2). Columns of a row: mean, scale, -ln scale."""

from __future__ import annotations

import math

import numpy as np

from ..arrays import Floats
from ..jit import kernel
from .location import (
    PARAMS,
    STANDARD,
    SUPPORT,
    check,
    fault,
    layer_nodes,
    moments_of,
    narrow,
    place,
    scaled_quantile,
    table,
    width_bits,
)

__all__ = ["PARAMS", "STANDARD", "SUPPORT", "check", "fault", "narrow", "place", "table", "width_bits"]

LABEL = "Gaussian"
PRIOR = "N(0, 1)"
LAWS = "normal"
HAS_CELLS = True

_HALF_LOG_2PI = 0.5 * math.log(2.0 * math.pi)


@kernel
def normal_quantile_lower(p: float) -> float:
    """Quantile of N(0,1) at p in (0, 1/2]: Wichura's algorithm AS 241 (1988), relative error below 2e-15."""
    q = p - 0.5
    if q >= -0.425:
        r = 0.180625 - q * q
        num = 2.5090809287301226727e3
        for c in (
            3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4, 1.3731693765509461125e4,
            1.9715909503065514427e3, 1.3314166789178437745e2, 3.3871328727963666080e0,
        ):  # fmt: skip
            num = num * r + c
        den = 5.2264952788528545610e3
        for c in (
            2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4, 5.3941960214247511077e3,
            6.8718700749205790830e2, 4.2313330701600911252e1, 1.0,
        ):  # fmt: skip
            den = den * r + c
        return q * num / den
    r = math.sqrt(-math.log(p))
    if r <= 5.0:
        r -= 1.6
        num = 7.74545014278341407640e-4
        for c in (
            2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258e0, 3.64784832476320460504e0,
            5.76949722146069140550e0, 4.63033784615654529590e0, 1.42343711074968357734e0,
        ):  # fmt: skip
            num = num * r + c
        den = 1.05075007164441684324e-9
        for c in (
            5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1, 6.89767334985100004550e-1,
            1.67638483018380384940e0, 2.05319162663775882187e0, 1.0,
        ):  # fmt: skip
            den = den * r + c
        return -num / den
    r -= 5.0
    num = 2.01033439929228813265e-7
    for c in (
        2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2, 2.96560571828504891230e-1,
        1.78482653991729133580e0, 5.46378491116411436990e0, 6.65790464350110377720e0,
    ):  # fmt: skip
        num = num * r + c
    den = 2.04426310338993978564e-15
    for c in (
        1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4, 1.48753612908506148525e-2,
        1.36929880922735805310e-1, 5.99832206555887937690e-1, 1.0,
    ):  # fmt: skip
        den = den * r + c
    return -num / den


@kernel
def quantile(number: int, intervals: int, v: float) -> float:
    """Quantile of P at (number + v) / intervals."""
    below = number + v
    lower = 2.0 * below <= intervals
    x = normal_quantile_lower((below if lower else (intervals - 1 - number) + (1.0 - v)) / intervals)
    return x if lower else -x


@kernel
def log_pdf(x: float) -> float:
    """ln p(x)."""
    return -0.5 * x * x - _HALF_LOG_2PI


@kernel
def log_ratio(row: Floats, x: float) -> float:
    """ln r(x). (x - z)(x + z)/2 with z = (x - mean)/scale is accurate from scale 1e-12 to 1 and above, where
    a x^2 + b x + c loses every digit; at mean 0, scale 1 it is exactly 0."""
    z = (x - row[0]) / row[1]
    return float(row[2] + 0.5 * (x - z) * (x + z))


@kernel
def log_sup(row: Floats, low: float, high: float) -> float:
    """Supremum of ln r over [low, high]: where Q is narrower than P, ln r is a downward parabola."""
    mean, scale = row[0], row[1]
    gap = (1.0 - scale) * (1.0 + scale)
    if gap > 0.0:
        vertex = mean / gap
        if low <= vertex <= high:
            return float(row[2] + 0.5 * mean * mean / gap)
        return log_ratio(row, low if vertex < low else high)
    if gap == 0.0 and mean == 0.0:
        return 0.0
    best = -np.inf
    for end in (low, high):
        if not math.isinf(end):
            best = max(best, log_ratio(row, end))
        elif gap < 0.0 or end * mean > 0.0:
            return np.inf
    return best


@kernel
def log_normal_cdf(z: float) -> float:
    """ln of the N(0,1) cdf, to full relative precision arbitrarily far into the lower tail."""
    if z > 5.0:
        return math.log1p(-0.5 * math.erfc(z / math.sqrt(2.0)))
    if z > -30.0:
        return math.log(0.5 * math.erfc(-z / math.sqrt(2.0)))
    return -0.5 * z * z - _HALF_LOG_2PI - math.log(-z) + math.log(_tail_series(z))


@kernel
def _tail_series(z: float) -> float:
    """The N(0,1) cdf divided by its density and by -1/z, at z <= -30."""
    y = 1.0 / (z * z)
    return 1.0 - y * (1.0 - 3.0 * y * (1.0 - 5.0 * y * (1.0 - 7.0 * y * (1.0 - 9.0 * y))))


@kernel
def log_normal_mass(a: float, b: float) -> float:
    """ln of the N(0,1) mass of [a, b], a < b: to 1e-8, or to four units in the last place if that is more.

    Never -inf for finite a < b.
    """
    if a > 0.0:
        a, b = -b, -a
    if b - a < 1e-4 / (1.0 + abs(a)):
        middle = 0.5 * (a + b)
        return -0.5 * middle * middle - _HALF_LOG_2PI + math.log(max(b - a, 5e-324))
    if b > 0.0:
        return math.log1p(-0.5 * math.erfc(-a / math.sqrt(2.0)) - 0.5 * math.erfc(b / math.sqrt(2.0)))
    upper = log_normal_cdf(b)
    if a == -np.inf:
        return upper
    if b < -30.0:  # not a difference of logs, which have lost the digits after the point
        return upper + math.log1p(-math.exp(-0.5 * (a - b) * (a + b)) * (b / a) * (_tail_series(a) / _tail_series(b)))
    return upper + math.log1p(-math.exp(log_normal_cdf(a) - upper))


@kernel
def log_mass(row: Floats, low: float, high: float) -> float:
    """ln Q([low, high])."""
    return log_normal_mass((low - row[0]) / row[1], (high - row[0]) / row[1])


@kernel
def kl(row: Floats) -> float:
    """KL(Q || P) in nats."""
    mean, scale = row[0], row[1]
    return float(row[2] + 0.5 * (mean * mean - (1.0 - scale) * (1.0 + scale)))


@kernel
def draw(scale: float, v: float, row: Floats) -> None:
    """A target of a channel: mean ~ N(0, 1 - scale^2), so that P = N(0, 1) exactly."""
    spread = math.sqrt((1.0 - scale) * (1.0 + scale))
    row[0] = spread * quantile(int(np.int64(0)), int(np.int64(1)), v)
    row[1] = scale
    row[2] = -math.log(scale)


@kernel
def turn(row: Floats) -> float:
    """Where ln r turns: its peak if Q is narrower than P, its lowest point if wider; otherwise infinite."""
    gap = (1.0 - row[1]) * (1.0 + row[1])
    if gap == 0.0:
        return np.inf if row[0] > 0.0 else -np.inf
    return float(row[0] / gap)


@kernel
def parabola(row: Floats) -> tuple[bool, float, float]:
    """True, vertex and slope of ln r = top - (slope (x - vertex))^2, slope 0 for Q = P; False if Q is wider than P."""
    mean, scale = row[0], row[1]
    if mean == 0.0 and scale == 1.0:
        return True, 0.0, 0.0
    gap = (1.0 - scale) * (1.0 + scale)
    if gap <= 0.0:
        return False, 0.0, 0.0
    return True, mean / gap, math.sqrt(0.5 * gap) / scale


def moments(row: Floats) -> tuple[float, float, float]:
    """Mean, scale and standard deviation of Q."""
    return moments_of(row, 1.0)


def target_quantile(row: Floats, u: Floats) -> Floats:
    """Quantiles of Q at u in (0, 1)."""
    return scaled_quantile(quantile, row, u)


def breaks(row: Floats) -> Floats:
    """Ends of panels in which q and r are smooth; together they cover all of Q except 1e-18."""
    return np.asarray(row[0] + row[1] * np.linspace(-9.0, 9.0, 13))


def between(row: Floats, way: float) -> Floats:
    """The row of the density proportional to p^(1 - beta) q^beta, of scale s^way."""
    mean, scale = float(row[0]), float(row[1])
    even = abs(scale - 1.0) < 1e-6
    beta = way if even else (scale ** (-2.0 * way) - 1.0) / (scale**-2.0 - 1.0)
    return np.asarray(table(((beta * mean * scale ** (2.0 * way - 2.0), scale**way),))[0])


def kernel_means(row: Floats, x: Floats, width: float) -> Floats:
    """E_Q[exp(-(x - Y)^2 / (2 width^2))] at x (M,)."""
    variance = width**2 + row[1] ** 2
    return np.asarray(width / math.sqrt(variance) * np.exp(-0.5 * (x - row[0]) ** 2 / variance))


def kernel_mean(row: Floats, width: float) -> float:
    """E[exp(-(Y - Y')^2 / (2 width^2))] for independent Y, Y' ~ Q."""
    return float(width / math.sqrt(width**2 + 2.0 * row[1] ** 2))


@kernel
def layer(u: float, v: float) -> float:
    """Half the width of a layer of the noise N(0, 1): its square is chi-square with three degrees of freedom."""
    z = normal_quantile_lower(0.5 * u)
    return math.sqrt(z * z - 2.0 * math.log(v))


@kernel
def log_location(scale: float, low: float, high: float) -> float:
    """ln P(mean in [low, high]): the mean of a channel's Q is N(0, 1 - scale^2)."""
    spread = math.sqrt((1.0 - scale) * (1.0 + scale))
    return log_normal_mass(low / spread, high / spread)


def layer_law() -> tuple[Floats, Floats]:
    """Half widths of layers, and their probabilities: nodes of a quadrature."""
    return layer_nodes(lambda w: w * w * math.sqrt(2.0 / math.pi) * np.exp(-0.5 * w * w), 9.5)


def location_breaks(scale: float) -> Floats:
    """Ends of panels in which the density of the mean is smooth; together they cover all of it except 1e-18."""
    return np.asarray(math.sqrt((1.0 - scale) * (1.0 + scale)) * np.linspace(-9.0, 9.0, 13))
