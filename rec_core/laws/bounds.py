"""Bounds on message lengths, with their constants.

Of a Gaussian problem or channel the information density ln r(X), X ~ Q, is a sum of quadratics of independent normals,
so its moment generating function has a closed form and the expectations below are single integrals of it. A problem:
with z = (x - m)/s, ln r_d = m^2/2 - ln s + m s z - (1 - s^2) z^2 / 2. A channel: ln r_d = I_d ln 2 + (x - z)(x + z)/2,
and averaged over Y, x - z and x + z are independent normals, so ln r = I ln 2 + W, W = sum_d c_d (A_d^2 - B_d^2) / 2
with c_d = sqrt(1 - s_d^2) and A, B independent N(0,1).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .. import families
from ..arguments import checked
from ..arrays import LN2, Floats
from ..channel import Channel, Problem
from ..jit import kernel
from ..partition import Partition, check_partition
from ..tables import tables
from .line import legendre, level_points, target_nodes
from .mixture import beyond_floats
from .ratio import target_law


@checked
def bound_bits(information_bits: float, log2_bins: float = 0.0, overhead_bits: float = 0.0) -> float:
    """Upper bound on the expected message length in bits, with its constants (uniform bin, Zipf-coded index).

    E|M| <= I + eps + log2(I + eps - log2 J + 2) + 2, where eps = `overhead_bits`.

    Raises nothing. Sources: J = 1 and eps = 0, plain PFR or ORC, is the bound of Li & Anantharam (2021); with bins He,
    Flamich & Hernandez-Lobato (2024), with a constant from here.

    >>> round(bound_bits(6.0, log2_bins=6.0, overhead_bits=0.5), 3)
    9.822
    """
    total = information_bits + overhead_bits
    return total + math.log2(max(total - log2_bins, 0.0) + 2.0) + 2.0


@checked
def overhead_bits(problem_or_channel: Problem | Channel, partition: Partition | None = None) -> float:
    """eps = E_Q[max(0, log2 J - log2 r(X))] in bits, averaged over Y for a channel: the cost of the two-part message.

    0 without bins (J = 1), where the message has one part. Error below 1e-9 bits and below 1e-9 of log2 J and
    information; below 1e-4 bits for Laplace and logistic targets with information in several dimensions.

    Raises RecError for a partition of another dimension.
    Source: He, Flamich & Hernandez-Lobato (2024), printed without the maximum; how it is computed is from here.

    >>> import rec_core as rec
    >>> round(overhead_bits(rec.gaussian_channel([6.0]), rec.Partition((8,))), 4)
    0.0359
    """
    if check_partition(partition, problem_or_channel.dim).num_bins == 1:
        return 0.0
    return _mean_nats(problem_or_channel, partition, False) / LN2


@checked
def log2_index_bound_bits(problem_or_channel: Problem | Channel, partition: Partition | None = None) -> float:
    """A = E[log2(1 + r(X)/J)] in bits, X ~ Q, averaged over Y for a channel: an upper bound on E[log2 index].

    It is sharper than I + eps - log2 J + 1, and the right parameter of `ZipfCode`: rounded up to a multiple of 2^-20,
    so that sender and receiver have the same number even if their arithmetic differs in the last bits.

    Raises RecError for a partition of another dimension. Source: here.

    >>> import rec_core as rec
    >>> log2_index_bound_bits(rec.gaussian_channel([6.0]), rec.Partition((8,)))
    3.2477054595947266
    """
    mean = _mean_nats(problem_or_channel, partition, True) / LN2
    return max(math.ceil(mean * 2.0**20 - 1e-3), 1) / 2.0**20


@checked
def sharp_bound_bits(problem_or_channel: Problem | Channel, partition: Partition | None = None) -> float:
    """Upper bound log2 J + A + log2(A + 1) + 1 on the expected message length, A = `log2_index_bound_bits`; in bits.

    Raises RecError for a partition of another dimension. Source: here.

    >>> import rec_core as rec
    >>> round(sharp_bound_bits(rec.gaussian_channel([6.0]), rec.Partition((8,))), 3)
    9.334
    """
    cut = check_partition(partition, problem_or_channel.dim)
    mean = log2_index_bound_bits(problem_or_channel, cut)
    return cut.log2_bins + mean + math.log2(mean + 1.0) + 1.0


def _mean_nats(source: Problem | Channel, partition: Partition | None, soft: bool) -> float:
    """E[(ln J - ln r(X))^+], or E[ln(1 + r(X)/J)] if `soft`; nats."""
    log_bins = check_partition(partition, source.dim).log2_bins * LN2
    kind = families.family(source.family).LAWS
    if isinstance(source, Problem) and kind == "knots":
        return _piecewise_mean(source.table[0], log_bins, soft)
    if isinstance(source, Problem) and kind == "steps":
        logs, shares = target_law(tables(source, check_partition(None, 1), "uniform"))
        return float(shares @ (np.logaddexp(0.0, logs - log_bins) if soft else np.maximum(log_bins - logs, 0.0)))
    if isinstance(source, Problem) and kind == "line":
        return _line_mean(source, log_bins, soft)
    law = _information_density(source)
    above = _Quadratic(law.constant - log_bins, law.slopes, law.curves)
    return _mean_positive(above if soft else above.negative(), soft)


class _Quadratic(NamedTuple):
    """The law of constant + sum_k slopes[k] z_k - curves[k] z_k^2 / 2 with independent z ~ N(0,1)."""

    constant: float
    slopes: Floats
    curves: Floats

    def negative(self) -> _Quadratic:
        return _Quadratic(-self.constant, self.slopes, -self.curves)


def _information_density(source: Problem | Channel) -> _Quadratic:
    """The law of ln r(X) in nats, X ~ Q, averaged over Y for a channel."""
    kind = families.family(source.family).LAWS
    if isinstance(source, Channel):
        spread = np.sqrt([-math.expm1(-2.0 * LN2 * bits) for bits in source.bits])
        curves = np.concatenate((spread, -spread)) if kind == "normal" else np.zeros(1)
        return _Quadratic(source.information_bits * LN2, np.zeros(curves.size), curves)
    table = source.table
    if kind == "box":
        return _Quadratic(math.fsum(table[:, 2]), np.zeros(1), np.zeros(1))
    mean, scale = table[:, 0], table[:, 1]
    return _Quadratic(math.fsum(table[:, 2] + 0.5 * mean * mean), mean * scale, (1.0 - scale) * (1.0 + scale))


def _mean_positive(law: _Quadratic, soft: bool) -> float:
    """E[X^+] for this law; if `soft`, of its sum with a logistic variable, which gives E[ln(1 + e^X)].

    With M the moment generating function, E[X^+] is the integral of M(t) / t^2 over any path in the complex plane from
    below to above that crosses the real axis between 0 and the first singularity of M; the logistic's M is
    pi t / sin(pi t). We cross where M(t) / t^2 is smallest on the axis and bend the path, a hyperbola, to the side
    where M falls: there the integrand does not oscillate, so no digits are lost for any size of X, and the trapezoidal
    rule converges geometrically (Weideman & Trefethen 2007). If E[X] > 0, use -X: E[X^+] = E[X] + E[(-X)^+].
    """
    alive = (law.slopes != 0.0) | (law.curves != 0.0)
    slopes, curves = law.slopes[alive], law.curves[alive]
    if not alive.any():
        return float(np.logaddexp(0.0, law.constant)) if soft else max(0.0, law.constant)
    mean = law.constant - 0.5 * float(curves.sum())
    if mean > 0.0:
        return mean + _mean_positive(law.negative(), soft)
    edge = -1.0 / min(float(curves.min()), -1.0 if soft else -1e-30)
    logit = _crossing(law.constant, slopes, curves, edge, soft)
    if math.isinf(logit):
        return 0.0  # X is not positive, or with a probability below any float
    t, left = edge / (1.0 + math.exp(-logit)), edge / (1.0 + math.exp(logit))
    if not (t * t > 0.0 and np.isfinite(slopes * slopes).all()):
        raise beyond_floats()
    room = 1.0 + curves * t
    bend = float(np.sum(0.5 * (curves / room) ** 2 + slopes**2 / room**3)) + 2.0 / t**2
    if soft:
        bend += (math.pi / math.sin(math.pi * t)) ** 2 - 1.0 / t**2
    scale, angle = 2.0 * min(t, left), math.pi / 6.0
    step = min(0.09 * angle, 0.5 / (scale * math.cos(angle) * math.sqrt(bend)))

    def log_integrand(places: Floats, side: int) -> NDArray[np.complex128]:
        """ln of M(t) / t^2 dt along the path, bent to the right where `side` is 1, to the left where it is -1."""
        nodes = angle + 1j * side * places
        path = t + side * scale * (np.sin(nodes) - 0.5)
        room = 1.0 + np.multiply.outer(path, curves)
        logs = 0.5 * (np.multiply.outer(path * path, slopes * slopes) / room - np.log(room)).sum(axis=1)
        if soft:
            logs += np.log(2.0 * math.pi * path) + 1j * math.pi * (path - 0.5) - np.log(-np.expm1(2j * math.pi * path))
        logs += law.constant * path - 2.0 * np.log(path) + np.log(scale * np.cos(nodes))
        return np.asarray(logs, dtype=np.complex128)

    def reach(side: int) -> tuple[float, float, int]:
        """How far above its start the integrand climbs (at least one e-fold), and where it is negligible."""
        logs = log_integrand(_PLACES, side).real
        end = int(np.argmax(np.append(logs < logs[0] - 40.0, True)))
        return max(1.0, float(logs[: end + 1].max() - logs[0])), float(_PLACES[min(end, _PLACES.size - 1)]), side

    _, end, side = min(reach(1), reach(-1))
    if not end <= _MOST_STEPS * step:
        raise beyond_floats()
    logs = log_integrand(np.arange(0.0, end, step), side)
    return math.exp(logs[0].real) * (float(np.exp(logs - logs[0]).real.sum()) - 0.5) * step / math.pi


@kernel
def _crossing(constant: float, slopes: Floats, curves: Floats, edge: float, soft: bool) -> float:
    """Where M(t) / t^2 is smallest: the logit of t / edge, to 1e-3; inf if it falls all the way to the edge."""
    low, high = -700.0, 34.0
    if _slope(high, constant, slopes, curves, edge, soft) <= 0.0:
        return np.inf
    while high - low > 1e-3:
        middle = 0.5 * (low + high)
        if _slope(middle, constant, slopes, curves, edge, soft) > 0.0:
            high = middle
        else:
            low = middle
    return high


@kernel
def _slope(logit: float, constant: float, slopes: Floats, curves: Floats, edge: float, soft: bool) -> float:
    """The derivative of ln M(t) - 2 ln t by t, which increases."""
    t = edge / (1.0 + math.exp(-logit))
    total = constant - 2.0 / t
    if soft:
        total += 1.0 / t - math.pi / math.tan(math.pi * t)
    for k in range(curves.shape[0]):
        room = 1.0 + curves[k] * t
        total += (slopes[k] * slopes[k] * t * (1.0 + 0.5 * curves[k] * t) / room - 0.5 * curves[k]) / room
    return total


_MOST_STEPS = 2**20  # of a path
_PLACES = np.arange(0.0, 30.0, 0.25)  # on a path, to find out how long it is


def _line_mean(problem: Problem, log_bins: float, soft: bool) -> float:
    """`_mean_nats` by the law of ln r under Q: quadrature in one informative dimension, convolution in more."""
    family, idle = problem.family_code, families.family(problem.family).STANDARD
    rows = [row for row, pair in zip(problem.table, problem.params, strict=True) if pair != idle]
    if len(rows) > 1:
        logs, shares = target_law(tables(problem, check_partition(None, problem.dim), "uniform"))
    else:
        row = rows[0] if rows else problem.table[0]
        _, logs, shares = target_nodes(family, row, extra=level_points(family, row, log_bins))
    return float(shares @ (np.logaddexp(0.0, logs - log_bins) if soft else np.maximum(log_bins - logs, 0.0)))


def _piecewise_mean(row: Floats, log_bins: float, soft: bool) -> float:
    """`_mean_nats` of a piecewise density: quadrature between knots, crossings of ln J, and negligible stretches."""
    rule, rule_weights = legendre(48)
    low, high = (np.expand_dims(f(row[:-1], row[1:]), (1, 2)) for f in (np.minimum, np.maximum))
    levels = np.array([-np.inf, row.max() - 60.0, log_bins, np.inf])
    with np.errstate(invalid="ignore"):
        breaks = np.clip((np.sort(levels) - low[:, 0]) / np.maximum(high - low, 1e-300)[:, 0], 0.0, 1.0)
    half = 0.5 * np.diff(breaks)[..., None]
    logs = low + (high - low) * (breaks[:, :-1, None] + half * (1.0 + rule))
    values = np.logaddexp(0.0, logs - log_bins) if soft else np.maximum(log_bins - logs, 0.0)
    return float(np.sum(half * rule_weights * np.exp(logs) * values)) / (row.size - 1)
