"""What ORC puts out instead of Q: its density and its bias.

With r' = q/p' the output has density p'(x) n E[phi(T / r'(x))^(n-1)], T ~ Exp(1), phi(t) = E_P'[exp(-t r'(U))]:
it depends on x through ln r' alone, and 1 - phi(t) = E_Q[(1 - exp(-t r'))/r'] is a sum of positive terms.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import ArrayLike
from scipy.interpolate import CubicSpline, PchipInterpolator

from .. import families
from ..channel import LN2, Problem
from ..partition import Partition, Tables, tables
from ..race import check_problem, check_searchable, make_plan
from ..randomness import Floats
from .ratio import heuristic_law


class OrcBias(NamedTuple):
    """How far the output of ORC is from Q: total variation in [0, 1], and KL(output || Q) in bits."""

    total_variation: float
    kl_bits: float


def orc_density(
    problem: Problem,
    num_candidates: int,
    x: ArrayLike,
    partition: Partition | None = None,
    weights: str | None = None,
) -> Floats:
    """Density of the sample ORC sends, at `x` (..., D); result (...). Any `num_candidates` up to 2^40.

    q(x) h_n(x), h_n(x) = n int_0^inf exp(-t r'(x)) phi(t)^(n-1) dt, given that some candidate fell where Q has mass
    (`encode` raises otherwise). `weights` as in `encode`, 'target_mass' by default. One dimension: quadrature, error
    below 1e-3 of the density. More: phi from the convolved law of ln r' under Q, and by 2^15 Sobol points of P' where
    ln r' < -20; error about 1e-2 of p' at small n.
    """
    table, count = _orc_plan(problem, num_candidates, partition, weights)
    points = np.asarray(x, dtype=np.float64)
    log_ratio = problem.log_ratio_bits(points) * LN2
    log_heuristic = np.zeros(points.shape[:-1])
    for d in range(problem.dim):
        start, stop = int(table.offsets[d]), int(table.offsets[d + 1])
        edges = np.array([families.edge(table.family, b, stop - start) for b in range(1, stop - start)])
        number = np.searchsorted(edges, points[..., d], side="right")
        log_heuristic += math.log(stop - start) + table.log_weight[start + number]
        if table.family == families.GAUSSIAN:
            log_heuristic -= 0.5 * points[..., d] ** 2 + 0.5 * math.log(2.0 * math.pi)
        else:
            log_heuristic += np.where((points[..., d] >= 0.0) & (points[..., d] <= 1.0), 0.0, -np.inf)
    prior = -0.5 * np.sum(points**2, axis=-1) - 0.5 * problem.dim * math.log(2.0 * math.pi)
    log_prior = prior if table.family == families.GAUSSIAN else 0.0
    with np.errstate(invalid="ignore"):
        reweighted = log_ratio + log_prior - log_heuristic
    out = np.zeros(log_ratio.shape)
    alive = np.isfinite(reweighted)
    values, shares = heuristic_law(table)
    out[alive] = _output_ratio(values, shares, count, reweighted[alive]) * np.exp(log_heuristic[alive])
    return out


def orc_bias(
    problem: Problem, num_candidates: int, partition: Partition | None = None, weights: str | None = None
) -> OrcBias:
    """Total variation and KL(output || Q) in bits of ORC with `num_candidates`; arguments as in `orc_density`.

    Errors as there. In more dimensions KL is only its order of magnitude where n > 2^15 candidates still miss Q.
    """
    table, count = _orc_plan(problem, num_candidates, partition, weights)
    values, shares = heuristic_law(table)
    if values.size > 1024:
        low, high = float(values.min()), float(values.max())
        grid = high + 0.02 - np.geomspace(0.02, high - low + 0.04, 768)[::-1]
        logs = PchipInterpolator(grid, np.log(np.maximum(_output_ratio(values, shares, count, grid), 1e-300)))
        ratio = np.exp(logs(values))
    else:
        ratio = _output_ratio(values, shares, count, values)
    positive = ratio > 0.0
    output = shares * ratio / float(shares @ ratio)
    divergence = float(np.sum(output[positive] * (np.log(ratio[positive]) - values[positive])))
    missing = float(np.sum(shares * np.maximum(np.exp(values) - ratio, 0.0)))
    return OrcBias(min(1.0, max(0.0, missing)), max(0.0, divergence) / LN2)


def _orc_plan(
    problem: Problem, num_candidates: int, partition: Partition | None, weights: str | None
) -> tuple[Tables, int]:
    check_problem(problem)
    plan = make_plan(problem.dim, "orc", partition, weights, None, num_candidates, 2**61)
    check_searchable(problem, plan)
    return tables(problem, plan.cut, plan.weights), plan.num_candidates


@njit(cache=True, nogil=True)
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


def _output_ratio(values: Floats, shares: Floats, count: int, at: Floats) -> Floats:
    """Density of ORC's output over p', n E[phi(T / r')^(n-1)], at points of ln r' = `at` (M,)."""
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

    out = np.empty(at.size)
    order = np.argsort(at)
    for chunk in np.array_split(order, max(1, -(-at.size // 256))):
        if chunk.size == 0:
            continue
        low = max(min(0.0, float(at[chunk].min()) - math.log(count)) - 36.0, -700.0)
        w = np.arange(low, 4.0, 0.25)
        phi = np.exp((count - 1) * log_phi(w[:, None] - at[chunk]) + (w - np.exp(w))[:, None])
        out[chunk] = 0.25 * count * phi.sum(axis=0)
    return out / -math.expm1(count * math.log(idle)) if idle > 0.0 else out
