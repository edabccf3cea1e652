"""The output of ORC: its density and its bias.

With r' = q/p' the output has density p'(x) n E[phi(T / r'(x))^(n-1)], T ~ Exp(1), phi(t) = E_P'[exp(-t r'(U))]:
it depends on x only through ln r', and 1 - phi(t) = E_Q[(1 - exp(-t r'))/r'] is a sum of positive terms.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..arguments import checked
from ..arrays import LN2, Floats
from ..channel import Problem
from ..checks import check_method
from ..errors import RecError
from ..jit import kernel
from ..partition import Partition, check_partition
from ..tables import search_steps, tables
from .line import legendre
from .ratio import search_law

if TYPE_CHECKING:
    from ..methods import ORC, PFR


FARTHEST = 650.0
"""The largest ln r', in nats, for which the output of a search can be computed: e^-r' and its products are floats."""


class OrcBias(NamedTuple):
    """How far the output of ORC is from Q: `total_variation` in [0, 1], and `kl_bits`, KL(output || Q) in bits.

    >>> OrcBias(total_variation=0.001, kl_bits=1e-4).kl_bits
    0.0001
    """

    total_variation: float
    kl_bits: float


@checked
def orc_density(problem: Problem, method: ORC, x: ArrayLike) -> Floats:
    """Density of the sample ORC sends, at `x` (..., D); result (...). Any `num_candidates` up to 2^40.

    q(x) h_n(x), h_n(x) = n int_0^inf exp(-t r'(x)) phi(t)^(n-1) dt, given that some candidate has mass under Q
    (otherwise `encode` raises). One dimension: quadrature, error below 1e-3 of the density. More: phi from the
    convolved law of ln r' under Q, and by 2^15 Sobol points of P' where ln r' < -20; error about 1e-2 of p' at small n.

    Raises RecError for a problem that the method cannot search, an x of another shape, and where log2 r' is above 937
    bits. Source: here.

    >>> import rec_core as rec
    >>> problem = rec.gaussian_problem([1.0], [0.1])
    >>> orc_density(problem, rec.ORC(16), [[1.0]]).round(3), problem.pdf([[1.0]]).round(3)
    (array([2.358]), array([3.989]))
    """
    case, count = _case(problem, method, "num_candidates"), method.num_candidates
    table = tables(*case)
    points = np.asarray(x, dtype=np.float64)
    log_ratio = problem.log_ratio_bits(points) * LN2
    standard, tilt = problem.prior.standard(points), np.zeros(points.shape[:-1])
    for d in range(problem.dim):
        edges, steps = search_steps(table, d)
        tilt += steps[np.searchsorted(edges, standard[..., d], side="right")]
    log_search = tilt + problem.prior.log_pdf(points)
    with np.errstate(invalid="ignore"):
        reweighted = log_ratio - tilt
    out = np.zeros(log_ratio.shape)
    alive = np.isfinite(reweighted)
    out[alive] = _orc_ratio(_transform(*case, True), count, reweighted[alive]) * np.exp(log_search[alive])
    return out


@checked
def orc_bias(problem: Problem, method: ORC) -> OrcBias:
    """Total variation and KL(output || Q) in bits of ORC; arguments as in `orc_density`.

    Both are positive unless the output is Q, and accurate to 1% in one dimension however small; 0 if r' is constant up
    to rounding. More dimensions: errors as at `orc_density`, and KL is only an order of magnitude if n > 2^15
    candidates still miss Q.

    Raises RecError for a problem that the method cannot search, and where log2 r' is above 937 bits. Source: here.

    >>> import rec_core as rec
    >>> bias = orc_bias(rec.gaussian_problem([1.0], [0.1]), rec.ORC(64))
    >>> round(bias.total_variation, 3), round(bias.kl_bits, 3)
    (0.04, 0.007)
    """
    from scipy.interpolate import PchipInterpolator

    case, count = _case(problem, method, "num_candidates"), method.num_candidates
    (values, shares), transform = checked_law(*case), _transform(*case, True)
    low, high = float(values.min()), float(values.max())
    if high - low < 1e-12:
        return OrcBias(0.0, 0.0)
    if values.size > 1024:
        grid = high + 0.02 - np.geomspace(0.02, high - low + 0.04, 768)[::-1]
        logs = PchipInterpolator(grid, np.log(np.maximum(_orc_ratio(transform, count, grid), 1e-300)))(values)
    else:
        with np.errstate(divide="ignore"):
            logs = np.log(_orc_ratio(transform, count, values))
    logs -= values  # ln h, h = output / q
    near = np.abs(logs) < 0.2
    logs[near] = np.log1p(_orc_excess(transform, values, shares, count, values[near]))
    target = shares * np.exp(values)
    # KL is E_Q[h ln h], and E_Q[h] = 1: no term of E_Q[h ln h - h + 1] is negative, so a small sum is accurate
    terms = np.where(
        np.abs(logs) < 1e-2,
        target * logs * logs * (1.0 / 2 + logs * (1.0 / 3 + logs * (1.0 / 8 + logs / 30))),
        target + shares * np.exp(np.minimum(values + logs, 700.0)) * np.where(logs > -np.inf, logs - 1.0, 0.0),
    )
    missing = float(target @ np.maximum(-np.expm1(np.minimum(logs, 0.0)), 0.0))
    return OrcBias(min(1.0, missing), float(terms.sum()) / LN2)


def _case(problem: Problem, method: ORC | PFR, setting: str) -> tuple[Problem, Partition, str]:
    """What the law of r' depends on. Raises RecError for a method without this setting, and unsuitable problems."""
    check_method(method, "weighting", setting)
    method.check(problem)
    return problem, check_partition(method.partition, problem.dim), method.weighting


@kernel
def _laplace(values: Floats, shares: Floats, logs: Floats, hit: Floats, missed: Floats) -> None:
    """At t = e^logs: E[1 - exp(-t r)] and E[exp(-t r)], r = e^values with these probabilities."""
    for i in range(logs.shape[0]):
        for k in range(values.shape[0]):
            power = logs[i] + values[k]
            if power > 4.0:
                hit[i] += shares[k]
            else:
                now = -math.expm1(-math.exp(power))
                hit[i] += shares[k] * now
                missed[i] += shares[k] * (1.0 - now)


class _Transform(NamedTuple):
    """ln phi at ln t, phi(t) = E_P'[exp(-t r')], and P'(r' = 0)."""

    log_phi: Callable[[Floats], Floats]
    idle: float


def _orc_transform(values: Floats, shares: Floats) -> _Transform:
    from scipy.interpolate import CubicSpline, PchipInterpolator

    idle = max(0.0, 1.0 - float(shares.sum()))
    idle = idle if idle > 1e-6 else 0.0
    bottom, top = -float(values.max()) - 12.0, -float(values.min()) + 5.0
    logs = np.arange(bottom, min(top, bottom + 64.0), 0.125)
    if top > bottom + 64.0:
        logs = np.concatenate((logs, logs[-1] + 0.125 + np.geomspace(0.125, top - logs[-1], 400)))
    hit, missed = np.zeros((2, logs.size))
    _laplace(values, shares, logs, hit, missed)
    missed += idle
    log_hit = CubicSpline(logs, np.log(hit))
    log_missed = PchipInterpolator(logs, np.log(np.maximum(missed, 1e-300)))

    def log_phi(v: Floats) -> Floats:
        inside = np.clip(v, logs[0], logs[-1])
        struck = np.minimum(np.exp(np.where(v < logs[0], v, log_hit(inside))), 0.5)
        return np.asarray(np.where(struck < 0.5, np.log1p(-struck), log_missed(inside)))

    return _Transform(log_phi, idle)


def _orc_ratio(transform: _Transform, count: int, at: Floats) -> Floats:
    out = np.empty(at.size)
    order = np.argsort(at)
    for chunk in np.array_split(order, max(1, -(-at.size // 256))):
        if chunk.size == 0:
            continue
        low = max(min(0.0, float(at[chunk].min()) - math.log(count)) - 36.0, -700.0)
        w = np.arange(low, 4.0, 0.25)
        phi = np.exp((count - 1) * transform.log_phi(w[:, None] - at[chunk]) + (w - np.exp(w))[:, None])
        out[chunk] = 0.25 * count * phi.sum(axis=0)
    return _given_any(out, transform.idle, count)


def _orc_excess(transform: _Transform, values: Floats, shares: Floats, count: int, at: Floats) -> Floats:
    """h - 1, h = output / q, at points of ln r' where h is near 1, without cancellation.

    With t = s/n, h - 1 = int_0^inf e^-s (exp(E(s)) - 1) ds, E = t (1 - r') + (n - 1) (ln phi(t) + t), and because
    E_P'[r'] = 1, ln phi(t) + t = ln(1 + kappa(t)), kappa(t) = E_P'[exp(-t (r' - 1)) - 1 + t (r' - 1)], all terms >= 0.
    """
    from scipy.interpolate import CubicSpline

    w = np.arange(-40.0, 40.0, 0.25)
    s = np.exp(w)
    t = s / count
    knots = np.arange(-float(values.max()) - 12.0, 0.25, 0.125)
    kappa = np.zeros(knots.size)
    _curvature(values, shares, transform.idle, knots, kappa)
    inside = np.clip(np.log(t), knots[0], knots[-1])
    log_kappa = CubicSpline(knots, np.log(kappa))(inside) + 2.0 * np.minimum(np.log(t) - knots[0], 0.0)
    # E without its part in r', and the exponent of exp(E - s). Not lean - s: s may be a million times |fall|
    with np.errstate(over="ignore"):
        lean = np.where(t < 1.0, (count - 1) * np.log1p(np.exp(log_kappa)) + t, np.inf)
    fall = (count - 1) * transform.log_phi(np.log(t))
    out = np.empty(at.size)
    for chunk in np.array_split(np.arange(at.size), max(1, -(-at.size // 1024))):
        pull = np.multiply.outer(np.exp(at[chunk]), t)
        small = np.abs(lean - pull) < 1.0
        rise = np.exp(-s) * np.expm1(np.where(small, lean - pull, 0.0))
        out[chunk] = 0.25 * (np.where(small, rise, np.exp(fall - pull) - np.exp(-s)) @ s)
    missed = transform.idle**count
    return (out + missed) / (1.0 - missed)


@kernel
def _curvature(values: Floats, shares: Floats, idle: float, logs: Floats, out: Floats) -> None:
    """kappa of `_orc_excess` at t = e^logs; r' is e^values with these probabilities and 0 with `idle`."""
    for i in range(logs.shape[0]):
        t = math.exp(logs[i])
        for k in range(-1, values.shape[0]):
            x = -t if k < 0 else t * math.expm1(values[k])
            share = idle if k < 0 else shares[k]
            if abs(x) < 1e-2:
                out[i] += share * x * x * (1.0 / 2 - x * (1.0 / 6 - x * (1.0 / 24 - x / 120)))
            else:
                out[i] += share * (math.expm1(-x) + x)


def _given_any(ratio: Floats, idle: float, count: int) -> Floats:
    """A density given that at least one of `count` candidates has r' > 0."""
    return ratio / -math.expm1(count * math.log(idle)) if idle > 0.0 else ratio


# ------------------------------------------------------------------------------------------- stopped searches
#
# PFR stopped after n candidates sends the best so far. The first n arrivals of a Poisson process are sorted uniforms
# times a common factor, which changes no winner, so the winner is argmin U_i / r'(X_i) with n independent uniforms:
#
#     output / p' = n int_0^1 psi(u / r'(x))^(n-1) du,   psi(t) = E_P'[(1 - t r'(X))^+].
#
# ORC has exponentials in place of uniforms; as n grows the two agree.


@checked
def output_ratio(problem: Problem, method: ORC | PFR, log_ratios_bits: ArrayLike) -> Floats:
    """The density of what a search sends, divided by p', at points of log2 r'; the shape of the points.

    It depends on the sample only through r'.

    Of ORC: as `orc_density`, with its errors. Of PFR: stopped after `max_examined` candidates unless finished before,
    sending the best so far. Both given that some candidate has mass under Q. Any number of candidates up to 2^40.

    Raises RecError for a problem that the method cannot search. Source: here.

    >>> import rec_core as rec
    >>> output_ratio(rec.gaussian_problem([1.0], [0.1]), rec.ORC(1), [-1.0, 3.0]).round(3)
    array([1., 1.])
    """
    case, count = _case(problem, method, "max_examined"), getattr(method, "num_candidates", 0)
    points = np.asarray(log_ratios_bits, dtype=np.float64) * LN2
    if count:
        return _orc_ratio(_transform(*case, True), count, points.ravel()).reshape(points.shape)
    return _stopped_ratio(_transform(*case, False), method.max_examined, points.ravel()).reshape(points.shape)


@lru_cache(maxsize=16)
def checked_law(problem: Problem, cut: Partition, weighting: str) -> tuple[Floats, Floats]:
    """`search_law`; raises RecError where float64 does not hold it."""
    values, shares = search_law(tables(problem, cut, weighting))
    top = float(values.max(initial=0.0))
    mass = float(shares @ np.exp(np.minimum(values, 700.0)))  # of Q, which is 1
    if not (top <= FARTHEST and abs(mass - 1.0) < 0.2 and np.isfinite(values).all()):
        raise RecError(
            f"What is sent cannot be computed for so distant a target: log2 r' may reach {FARTHEST / LN2:.0f} bits, "
            "where float64 ends. Take more bins, or a target nearer to the prior."
        )
    return values, shares


@lru_cache(maxsize=64)
def _transform(problem: Problem, cut: Partition, weighting: str, ordered: bool) -> _Transform:
    values, shares = checked_law(problem, cut, weighting)
    return (_orc_transform if ordered else _stopped_transform)(values, shares)


def _stopped_transform(values: Floats, shares: Floats) -> _Transform:
    """ln psi in place of ln phi."""
    order = np.argsort(values)
    ranked = values[order]
    below = np.concatenate((np.zeros(1), np.cumsum(shares[order])))  # P'(r' < .)
    mass = np.concatenate((np.zeros(1), np.cumsum(shares[order] * np.exp(ranked))))  # and Q(r' < .)
    idle = max(0.0, 1.0 - float(below[-1]))

    def log_psi(logs: Floats) -> Floats:
        place = np.searchsorted(ranked, -logs)
        struck = np.exp(np.minimum(logs, 700.0)) * mass[place] + (below[-1] - below[place])  # E[min(1, t r')]
        near = np.log1p(-np.minimum(struck, 0.5))
        return np.asarray(np.where(struck < 0.5, near, np.log(np.maximum(1.0 - struck, 1e-300))))

    return _Transform(log_psi, idle if idle > 1e-6 else 0.0)


def _stopped_ratio(transform: _Transform, count: int, at: Floats) -> Floats:
    nodes, node_weights = legendre(8)
    out = np.empty(at.size)
    for chunk in np.array_split(np.argsort(at), max(1, -(-at.size // 256))):
        if chunk.size == 0:
            continue
        low = max(min(0.0, float(at[chunk].min()) - math.log(count)) - 36.0, -700.0)
        ends = np.linspace(low, 0.0, math.ceil(-low) + 1)
        half = 0.5 * np.diff(ends)[:, None]
        w = (ends[:-1, None] + half * (1.0 + nodes)).ravel()
        power = (count - 1) * transform.log_phi(w[:, None] - at[chunk])
        out[chunk] = count * ((half * node_weights).ravel() @ np.exp(power + w[:, None]))
    return _given_any(out, transform.idle, count)
