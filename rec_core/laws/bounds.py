"""Bounds on message lengths, constants included.

For a Gaussian channel the information density log r(X), X ~ Q, averaged over Y, has a closed form. With x the sample
and z = (x - m)/s its standardised residual, ln r_d = I_d ln 2 + (x - z)(x + z)/2, and x - z, x + z are independent
normals: ln r = I ln 2 + W, W = sum_d c_d A_d B_d with c_d = sqrt(1 - s_d^2) and A, B independent N(0,1). So W is
symmetric with characteristic function prod_d (1 + c_d^2 t^2)^(-1/2), and the expectations below are single integrals.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from ..arrays import LN2, Floats
from ..channel import Channel, Problem, check_problem
from ..partition import Partition, check_partition
from ..tables import tables
from .ratio import target_law


def bound_bits(information_bits: float, log2_bins: float = 0.0, overhead_bits: float = 0.0) -> float:
    """Upper bound on the expected message length in bits, constants included (bin uniform, index Zipf).

    E|M| <= I + eps + log2(I + eps - log2 J + 2) + 2 with eps = `overhead_bits`; J = 1 and eps = 0 is plain PFR or ORC.
    """
    total = information_bits + overhead_bits
    return total + math.log2(max(total - log2_bins, 0.0) + 2.0) + 2.0


def overhead_bits(problem_or_channel: Problem | Channel, partition: Partition | None = None) -> float:
    """eps = E_Q[max(0, log2 J - log2 r(X))] in bits, over Y too for a channel: what the two-part message costs."""
    cut = check_partition(partition, problem_or_channel.dim)
    if isinstance(problem_or_channel, Problem):
        return _mean_over_target(problem_or_channel, lambda log_r: np.maximum(cut.log2_bins * LN2 - log_r, 0.0))
    channel = problem_or_channel
    return _mean_positive_part(channel, cut.log2_bins * LN2 - channel.information_bits * LN2, False) / LN2


def log2_index_bound_bits(problem_or_channel: Problem | Channel, partition: Partition | None = None) -> float:
    """A = E[log2(1 + r(X)/J)] in bits, X ~ Q, over Y too for a channel: an upper bound on E[log2 index].

    It is sharper than I + eps - log2 J + 1, and the parameter to give `ZipfCode`: rounded up to a multiple of 2^-20, so
    that sender and receiver hold the same number whatever their last bits of arithmetic.
    """
    cut = check_partition(partition, problem_or_channel.dim)
    log_bins = cut.log2_bins * LN2
    if isinstance(problem_or_channel, Problem):
        mean = _mean_over_target(problem_or_channel, lambda log_r: np.logaddexp(0.0, log_r - log_bins))
    else:
        channel = problem_or_channel
        mean = _mean_positive_part(channel, channel.information_bits * LN2 - log_bins, True) / LN2
    return max(math.ceil(mean * 2.0**20 - 1e-3), 1) / 2.0**20


def sharp_bound_bits(problem_or_channel: Problem | Channel, partition: Partition | None = None) -> float:
    """Upper bound log2 J + A + log2(A + 1) + 1 on the expected message length, A = `log2_index_bound_bits`; in bits."""
    cut = check_partition(partition, problem_or_channel.dim)
    mean = log2_index_bound_bits(problem_or_channel, cut)
    return cut.log2_bins + mean + math.log2(mean + 1.0) + 1.0


def _mean_over_target(problem: Problem, nats: Callable[[Floats], Floats]) -> float:
    """E_Q of a function of ln r(X), from nats to bits; error below 1e-4 bits."""
    check_problem(problem)
    log_ratio, shares = target_law(tables(problem, check_partition(None, problem.dim), "uniform"))
    return float(shares @ nats(log_ratio)) / LN2


def _mean_positive_part(channel: Channel, shift: float, soft: bool) -> float:
    """E[(shift + W)^+], or where `soft` E[ln(1 + e^(shift + W))], nats; W is ln r(X) - I ln 2 (symmetric).

    From E|V| = (2/pi) int (1 - Re phi_V(t)) / t^2 dt. The soft version adds to W a logistic variable, whose positive
    part averages to ln(1 + e^w) and whose characteristic function is pi t / sinh(pi t).
    """
    from scipy.integrate import quad

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
