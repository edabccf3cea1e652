"""Families of one-dimensional (P, Q) pairs: the only home of their formulas.

A family answers five questions about one dimension: where the quantile of P lies, the log density ratio
ln r(x) = ln q(x) - ln p(x), its supremum over an interval, the Q-mass of an interval, and how far Q is from P.
Everything else factorises over dimensions and is family-free: in quantile space u = F_P(x) every P is uniform.

A problem is a table of parameters, float64 with a row a dimension; logs in here are natural (nats).

    family      P        Q                           columns
    GAUSSIAN    N(0,1)   N(mean, scale^2)            mean, scale, -ln scale
    UNIFORM     U[0,1]   U[low, high]                low, high, -ln(high - low)
    PIECEWISE   U[0,1]   ln q linear between knots   ln q at K + 1 evenly spaced knots 0, 1/K, ..., 1
"""

from __future__ import annotations

import math

import numpy as np

from .arrays import LN2, Floats
from .jit import kernel

GAUSSIAN = 0
UNIFORM = 1
PIECEWISE = 2
FAMILIES = {"gaussian": GAUSSIAN, "uniform": UNIFORM, "piecewise": PIECEWISE}

_HALF_LOG_2PI = 0.5 * math.log(2.0 * math.pi)
_SLIVER = 1e-15  # a uniform box overlapping an interval by less than rounding of its edges does not overlap it


@kernel
def normal_quantile_lower(p: float) -> float:
    """Quantile of N(0,1) at p in (0, 1/2]: Wichura's algorithm AS 241 (1988), relative error about 1e-16."""
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
def quantile(family: int, number: int, intervals: int, v: float) -> float:
    """Quantile of P at u = (number + v) / intervals: the point a fraction v into an interval. Both tails alike."""
    if family != GAUSSIAN:
        return (number + v) / intervals
    below = number + v
    lower = 2.0 * below <= intervals
    x = normal_quantile_lower((below if lower else (intervals - 1 - number) + (1.0 - v)) / intervals)
    return x if lower else -x


@kernel
def between_knots(row: Floats, x: float) -> float:
    """ln q at x in [0, 1], from its knots."""
    pieces = row.shape[0] - 1
    k = min(int(x * pieces), pieces - 1)
    t = x * pieces - k
    return float((1.0 - t) * row[k] + t * row[k + 1])


@kernel
def mean_exp(a: float, b: float) -> float:
    """Mean of e^l for l evenly spread between a and b."""
    top, fall = max(a, b), abs(a - b)
    return math.exp(top) * (-math.expm1(-fall) / fall if fall > 0.0 else 1.0)


@kernel
def _mean_log_exp(a: float, b: float) -> float:
    """Mean of l e^l for l evenly spread between a and b."""
    top, fall = max(a, b), abs(a - b)
    if fall < 1e-3:  # of (1 - (1 + d) e^-d) / d
        lost = fall * (0.5 - fall * (1.0 / 3.0 - fall * (0.125 - fall / 30.0)))
    else:
        lost = (-math.expm1(-fall) - fall * math.exp(-fall)) / fall
    return top * mean_exp(a, b) - math.exp(top) * lost


@kernel
def log_ratio(family: int, row: Floats, x: float) -> float:
    """ln r(x) of one dimension; -inf outside the support of Q.

    For a Gaussian (x - z)(x + z)/2 with z = (x - mean)/scale keeps its digits from scale 1e-12 to 1 and above, where
    a x^2 + b x + c loses them all; at mean 0, scale 1 it is exactly 0.
    """
    if family == UNIFORM:
        return row[2] if row[0] <= x <= row[1] else -np.inf
    if family == PIECEWISE:
        return between_knots(row, x) if 0.0 <= x <= 1.0 else -np.inf
    z = (x - row[0]) / row[1]
    return float(row[2] + 0.5 * (x - z) * (x + z))


@kernel
def log_sup(family: int, row: Floats, low: float, high: float) -> float:
    """Supremum of ln r over [low, high] (ends may be infinite); inf where r is unbounded, -inf where r is 0."""
    if family == UNIFORM:
        return row[2] if min(high, row[1]) - max(low, row[0]) > _SLIVER else -np.inf
    if family == PIECEWISE:
        pieces = row.shape[0] - 1
        top = max(between_knots(row, low), between_knots(row, high))
        for k in range(math.ceil(low * pieces), math.floor(high * pieces) + 1):
            top = max(top, row[k])
        return float(top)
    mean, scale = row[0], row[1]
    gap = (1.0 - scale) * (1.0 + scale)
    if gap > 0.0:  # Q narrower than P: ln r is a downward parabola
        vertex = mean / gap
        if low <= vertex <= high:
            return float(row[2] + 0.5 * mean * mean / gap)
        return log_ratio(family, row, low if vertex < low else high)
    if gap == 0.0 and mean == 0.0:
        return 0.0
    best = -np.inf
    for end in (low, high):
        if not math.isinf(end):
            best = max(best, log_ratio(family, row, end))
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
    """The N(0,1) cdf over its density and -1/z, at z <= -30."""
    y = 1.0 / (z * z)
    return 1.0 - y * (1.0 - 3.0 * y * (1.0 - 5.0 * y * (1.0 - 7.0 * y * (1.0 - 9.0 * y))))


@kernel
def _log_normal_mass(a: float, b: float) -> float:
    """ln of the N(0,1) mass of [a, b], a < b: to 1e-8, or to four units in its own last place where that is more.

    Never -inf for a < b finite.
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
def log_mass(family: int, row: Floats, low: float, high: float) -> float:
    """ln Q([low, high]); -inf only where Q has no mass."""
    if family == UNIFORM:
        overlap = min(high, row[1]) - max(low, row[0])
        return math.log(overlap) + row[2] if overlap > _SLIVER else -np.inf
    if family == PIECEWISE:
        pieces = row.shape[0] - 1
        first, last = int(low * pieces), max(math.ceil(high * pieces), 1)
        top, total = log_sup(family, row, low, high), 0.0
        for k in range(first, last):
            a, b = max(low, k / pieces), min(high, (k + 1) / pieces)
            total += max(b - a, 0.0) * mean_exp(between_knots(row, a) - top, between_knots(row, b) - top)
        return top + math.log(total)
    return _log_normal_mass((low - row[0]) / row[1], (high - row[0]) / row[1])


@kernel
def edge(family: int, number: int, intervals: int) -> float:
    """Left end of interval `number` of an equal-mass cut of P; number = intervals gives the right end of the last."""
    if family == GAUSSIAN:
        if number == 0:
            return -np.inf
        if number == intervals:
            return np.inf
    return quantile(family, number, intervals, 0.0)


@kernel
def kl(family: int, row: Floats) -> float:
    """KL(Q || P) of one dimension in nats."""
    if family == UNIFORM:
        return float(row[2])
    if family == PIECEWISE:
        pieces, total = row.shape[0] - 1, 0.0
        for k in range(pieces):
            total += _mean_log_exp(row[k], row[k + 1]) / pieces
        return max(0.0, total)
    mean, scale = row[0], row[1]
    return float(row[2] + 0.5 * (mean * mean - (1.0 - scale) * (1.0 + scale)))


@kernel
def support(family: int) -> tuple[float, float]:
    """Ends of the support of P."""
    return (-np.inf, np.inf) if family == GAUSSIAN else (0.0, 1.0)


def has_cells(family: int) -> bool:
    """Whether searches by tiles can bound the ratio over cells of quantile space: not between a piecewise Q's knots."""
    return family in (GAUSSIAN, UNIFORM)


def width_bits(family: str, table: Floats) -> float:
    """How much narrower than P the narrowest dimension of Q is, log2 of the ratio of widths; 0 where none is."""
    return 0.0 if family == "piecewise" else float(table[:, 2].max()) / LN2
