"""What theory says of a search before it runs: how many candidates it examines, how many bits its message takes.

For a Gaussian channel the information density log r(X), X ~ Q, averaged over Y, has a closed form. With x the sample
and z = (x - m)/s its standardised residual, ln r_d = I_d ln 2 + (x - z)(x + z)/2, and x - z, x + z are independent
normals: ln r = I ln 2 + W, W = sum_d c_d A_d B_d with c_d = sqrt(1 - s_d^2) and A, B independent N(0,1). So W is
symmetric with characteristic function prod_d (1 + c_d^2 t^2)^(-1/2), and the expectations below are single integrals.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.stats import qmc

from . import families
from .channel import LN2, Channel, Problem
from .partition import Partition, Tables, check_partition, log_sup_reweighted, tables
from .race import ORC, SINGLE, bin_sum, check_searchable, make_plan, split_bin

_LATTICE = 2**15  # points of the quadrature behind per-bin stopping


def bound_bits(information_bits: float, log2_bins: float = 0.0, overhead_bits: float = 0.0) -> float:
    """Upper bound on the expected message length in bits, constants included (bin uniform, index Zipf).

    E|M| <= I + eps + log2(I + eps - log2 J + 2) + 2 with eps = `overhead_bits`; J = 1 and eps = 0 is plain PFR or ORC.
    """
    total = information_bits + overhead_bits
    return total + math.log2(max(total - log2_bins, 0.0) + 2.0) + 2.0


def overhead_bits(channel: Channel, partition: Partition | None = None) -> float:
    """E_Y[eps] in bits, eps = E_Q[max(0, log2 J - log2 r(X))]: what the two-part message costs over a plain one."""
    cut = check_partition(partition, channel.dim)
    return _mean_positive_part(channel, cut.log2_num_bins * LN2 - channel.information_bits * LN2, False) / LN2


def log2_index_bound_bits(channel: Channel, partition: Partition | None = None) -> float:
    """A = E[log2(1 + r(X)/J)] in bits, over Y and X ~ Q: an upper bound on E[log2 index].

    It is sharper than I + eps - log2 J + 1, and the parameter to give `ZipfCode`: rounded up to a multiple of 2^-20, so
    that sender and receiver hold the same number whatever their last bits of arithmetic.
    """
    cut = check_partition(partition, channel.dim)
    mean = _mean_positive_part(channel, channel.information_bits * LN2 - cut.log2_num_bins * LN2, True) / LN2
    return math.ceil(mean * 2.0**20 - 1e-3) / 2.0**20


def sharp_bound_bits(channel: Channel, partition: Partition | None = None) -> float:
    """Upper bound log2 J + A + log2(A + 1) + 1 on the expected message length, A = `log2_index_bound_bits`; in bits."""
    cut = check_partition(partition, channel.dim)
    mean = log2_index_bound_bits(channel, cut)
    return cut.log2_num_bins + mean + math.log2(mean + 1.0) + 1.0


def _mean_positive_part(channel: Channel, shift: float, soft: bool) -> float:
    """E[(shift + W)^+], or where `soft` E[ln(1 + e^(shift + W))], nats; W is ln r(X) - I ln 2 (symmetric).

    From E|V| = (2/pi) int (1 - Re phi_V(t)) / t^2 dt. The soft version adds to W a logistic variable, whose positive
    part averages to ln(1 + e^w) and whose characteristic function is pi t / sinh(pi t).
    """
    spread = np.array([-math.expm1(-2.0 * LN2 * bits) for bits in channel.bits])
    if channel.family == "uniform":
        spread[:] = 0.0
    if not soft and not spread.any():
        return max(0.0, shift)

    def log_phi(t: float) -> float:
        value = -0.5 * float(np.log1p(spread * (t * t)).sum())
        if soft and t > 0.0:
            value += math.log(2.0 * math.pi * t) - math.pi * t - math.log1p(-math.exp(-2.0 * math.pi * t))
        return value

    variance = float(spread.sum()) + (math.pi**2 / 3.0 if soft else 0.0)

    def integrand(t: float) -> float:
        return 0.5 * variance if t < 1e-5 / math.sqrt(variance) else -math.expm1(log_phi(t)) / (t * t)

    if abs(shift) < 1e-12:
        value = quad(integrand, 0.0, 1.0, limit=200)[0] + quad(integrand, 1.0, np.inf, limit=200)[0]
    else:
        value = quad(integrand, 0.0, np.inf, weight="cos", wvar=abs(shift), limit=200, limlst=200)[0]
    return max(0.0, max(0.0, shift) + float(value) / math.pi)


def expected_examined(
    problem: Problem,
    method: str = "pfr",
    partition: Partition | None = None,
    weights: str | None = None,
    stopping: str | None = None,
    num_candidates: int | None = None,
) -> float:
    """Expected number of candidates a search examines; the arguments are those of `encode`.

    ORC: n. PFR with one stop line: sup r', and with `peak_ratio` weights U_J, both exact. PFR with a stop line for each
    bin and other weights: sum_j pi_j / E_P'[min(1, r'(X) / sup_j r')], since a candidate of bin j arriving at t is
    examined iff no earlier one scored below t / sup_j r'; exact to 1e-6 in one dimension, by quasi-Monte Carlo
    (relative error about 1e-2) in more.
    """
    plan = make_plan(problem.dim, method, partition, weights, stopping, num_candidates, 2**61)
    if plan.method == ORC:
        return float(plan.num_candidates)
    check_searchable(problem, plan)
    table = tables(problem, plan.cut, plan.weights)
    log_sup = log_sup_reweighted(table)
    if plan.stopping == SINGLE or plan.weights == "peak_ratio":
        return math.exp(log_sup) if log_sup < 709.0 else math.inf
    log_weight, log_bin_sup = _bins(table, plan.num_bins)
    points = np.sort(_reweighted_log_ratios(table))
    # E[min(1, e^(points - bound))] for every bound at once, from sums over the sorted points
    below = np.searchsorted(points, log_bin_sup)
    logs = np.logaddexp.accumulate(points)
    with np.errstate(divide="ignore"):
        small = np.where(below > 0, np.exp(logs[np.maximum(below - 1, 0)] - log_bin_sup), 0.0)
    mean = (small + (points.size - below)) / points.size
    return float(np.sum(np.exp(log_weight) / mean))


def _bins(table: Tables, num_bins: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """ln pi_j and ln sup of r' over bin j for every bin that can hold a winner."""
    numbers = np.empty(table.intervals.size, np.int64)
    weight, peak = np.empty(num_bins), np.empty(num_bins)
    for j in range(num_bins):
        split_bin(j, table.intervals, numbers)
        weight[j] = bin_sum(table.log_weight, table, numbers)
        peak[j] = bin_sum(table.log_peak, table, numbers)
    alive = (weight > -np.inf) & (peak > -np.inf)
    return weight[alive], peak[alive] - weight[alive] - math.log(num_bins)


def _reweighted_log_ratios(table: Tables) -> NDArray[np.float64]:
    """ln r'(X) at evenly spread X ~ P': a midpoint lattice in one dimension, Sobol points in more."""
    dim = table.intervals.size
    midpoints = ((np.arange(_LATTICE) + 0.5) / _LATTICE)[:, None]
    v = midpoints if dim == 1 else qmc.Sobol(dim, seed=0).random(_LATTICE)
    total = np.zeros(_LATTICE)
    for d in range(dim):
        start, stop = table.offsets[d], table.offsets[d + 1]
        weight = np.exp(table.log_weight[start:stop])
        cumulative = np.cumsum(weight)
        cumulative /= cumulative[-1]
        numbers = np.minimum(np.searchsorted(cumulative, v[:, d], side="right"), stop - start - 1)
        inside = (v[:, d] - (cumulative[numbers] - weight[numbers])) / weight[numbers]
        inside = np.clip(inside, 1e-12, 1.0 - 1e-12)
        for i, (b, f) in enumerate(zip(numbers.tolist(), inside.tolist(), strict=True)):
            x = families.quantile(table.family, b, int(stop - start), f)
            total[i] += families.log_ratio(table.family, table.params[d], x)
        total -= math.log(stop - start) + table.log_weight[start + numbers]
    return total
