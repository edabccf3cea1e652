"""What theory says of a search before it runs: how many candidates it examines, how many bits its message takes.

For a Gaussian channel the information density log r(X), X ~ Q, averaged over Y, has a closed form. With x the sample
and z = (x - m)/s its standardised residual, ln r_d = I_d ln 2 + (x - z)(x + z)/2, and x - z, x + z are independent
normals: ln r = I ln 2 + W, W = sum_d c_d A_d B_d with c_d = sqrt(1 - s_d^2) and A, B independent N(0,1). So W is
symmetric with characteristic function prod_d (1 + c_d^2 t^2)^(-1/2), and the expectations below are single integrals.
"""

from __future__ import annotations

import math
import operator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, product
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray
from scipy.fft import irfft, rfft
from scipy.integrate import quad
from scipy.interpolate import CubicSpline, PchipInterpolator
from scipy.special import ndtr, ndtri
from scipy.stats import qmc

from . import families
from .channel import LN2, Channel, Problem
from .errors import RecError
from .partition import Partition, Tables, check_partition, log_sup_reweighted, tables
from .race import ORC, SINGLE, bin_sum, split_bin
from .randomness import Floats, Ints
from .search import ENUMERABLE_BINS, check_problem, check_searchable, make_plan

_LATTICE = 2**15  # points of the quadrature behind per-bin stopping
_REACH = 9.0  # standard deviations of a normal that are looked at: the rest weighs 1e-19
_STEP = 1.0 / 32.0  # of the grid of ln(1 + g) on which laws of the index are kept
_UNIT_ROW = np.array([0.0, 1.0, 0.0])  # N(0,1) as families know it


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
    examined iff no earlier one scored below t / sup_j r'; exact to 1e-6 in one dimension, in more to about 1e-3 by the
    convolved law of ln r' (bins with sup_j r' < e^-16: by quasi-Monte Carlo).
    """
    check_problem(problem)
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
    if problem.dim > 1:  # the same mean as E_Q[min(1/r', e^-bound)], unless the bound is deep in the tail of Q
        values, masses = _target_law(table)
        place = np.searchsorted(values, log_bin_sup)
        under = np.concatenate((np.zeros(1), np.cumsum(masses)))[place]
        over = np.concatenate((np.cumsum((masses * np.exp(-np.clip(values, -40.0, None)))[::-1])[::-1], np.zeros(1)))
        mean = np.where(log_bin_sup > -16.0, under * np.exp(-np.maximum(log_bin_sup, -40.0)) + over[place], mean)
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


@njit(cache=True, nogil=True)
def _add_log_ratios(family: int, row: Floats, intervals: int, numbers: Ints, inside: Floats, total: Floats) -> None:
    """Add ln r of one dimension at the points a fraction `inside` into intervals `numbers`."""
    for i in range(total.shape[0]):
        total[i] += families.log_ratio(family, row, families.quantile(family, numbers[i], intervals, inside[i]))


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
        _add_log_ratios(table.family, table.params[d], int(stop - start), numbers, inside, total)
        total -= math.log(stop - start) + table.log_weight[start + numbers]
    return total


# ---------------------------------------------------------------------------------------------- law of the index
#
# Given that the sample is x, in bin j, the local index is geometric with mean excess g_j(x) over 1,
#
#     g_j(x) = integral over B_j of (r(x) - r(u))^+ dP(u) = r(x)/J - Q(B_j) E[min(1, r(x)/r(X'))],   X' ~ Q on B_j.
#
# The second form (from r dP = dQ) needs the law of ln r under Q alone, a few nats wide whatever the information, and
# loses no digits: the term taken off is at most 1. So the law of the index is the law of g, kept here as weights on
# a fixed grid of y = ln(1 + g): a geometric law, its tail and its mean log all vary on a scale of one nat in y, so
# four-point Lagrange weights on a grid of 1/32 nat carry them to about 1e-7.


@dataclass(frozen=True)
class IndexLaw:
    """Law of the local index: geometric with mean 1 + `excess[k]` with probability `weights[k]`; both of shape (K,).

    Weights are those of an interpolation: they sum to 1, some may be slightly negative. `error_bits` is the standard
    error of `mean_log2` where bins or targets were averaged over a lattice of nodes, 0 where all were summed.
    """

    excess: Floats
    weights: Floats
    error_bits: float

    def pmf(self, max_index: int) -> Floats:
        """P(index = n) for n = 1..max_index, shape (max_index,)."""
        return np.maximum(_geometric_mixture(_grid(self.weights.size), self.weights, max_index), 0.0)

    def tail(self, index: ArrayLike) -> Floats:
        """P(index >= n) for n = `index` >= 1 of any size, the shape of `index`."""
        n = np.asarray(index, dtype=np.float64)
        with np.errstate(divide="ignore", invalid="ignore"):
            log_decay = np.log(-np.expm1(-_STEP * np.arange(self.weights.size)))
            powers = np.where(n[..., None] > 1.0, np.exp((n[..., None] - 1.0) * log_decay), 1.0)
        return np.asarray(np.clip(powers @ self.weights, 0.0, 1.0))

    @property
    def mean_log2(self) -> float:
        """E[log2 index] in bits."""
        return float(self.weights @ _mean_log2_table(self.weights.size))


def index_law(problem_or_channel: Problem | Channel, partition: Partition | None = None) -> IndexLaw:
    """Exact law of the local index PFR sends (plain: of the index N), averaged over Y for a channel.

    It does not depend on weights or stopping rule, which cancel. Method, and error of E[log2 n]:

    - no dimension with information: the index is 1, exactly;
    - uniform targets: ln g is a sum over dimensions, whose law is convolved; Y is averaged in closed form or by 4096
      strata (error below 1e-4 bits, none where bins and boxes are aligned);
    - one informative Gaussian dimension: closed form in the sample, piecewise Gauss-Legendre over it, the bins and Y
      (below 1e-5 bits);
    - more: the law of ln r under Q within a bin by convolution on a grid (below 1e-4 bits), for every bin of a problem
      with at most 4096 of them; else, and for a channel, at lattice nodes of (Y, bin), their weights corrected so
      that mean and variance of the information density are exact. `IndexLaw.error_bits` is the standard error left.

    Raises RecError for a partition of another dimension.
    """
    if not isinstance(problem_or_channel, Channel):
        check_problem(problem_or_channel)
    cut = check_partition(partition, problem_or_channel.dim)
    return _index_law(problem_or_channel, cut)


def index_pmf(
    problem_or_channel: Problem | Channel, partition: Partition | None = None, max_index: int = 256
) -> Floats:
    """P(local index = n), n = 1..max_index, shape (max_index,): a mixture of geometrics; see `index_law`."""
    return index_law(problem_or_channel, partition).pmf(_checked_count(max_index, "max_index"))


def _checked_count(value: int, name: str) -> int:
    try:
        number = operator.index(value)
    except TypeError:
        number = 0
    if not 1 <= number < 2**62:
        raise RecError(f"{name} must be a whole number >= 1, got {value!r}.")
    return number


def expected_log2_index(problem_or_channel: Problem | Channel, partition: Partition | None = None) -> float:
    """E[log2 n] of the local index in bits, exact up to the error stated at `index_law`."""
    return index_law(problem_or_channel, partition).mean_log2


@lru_cache(maxsize=256)
def _index_law(source: Problem | Channel, cut: Partition) -> IndexLaw:
    if source.family == "uniform":
        return _uniform_law(source, cut)
    if isinstance(source, Channel):
        active = [d for d, bits in enumerate(source.bits) if bits > 0.0]
    else:
        active = [d for d, pair in enumerate(source.params) if pair != (0.0, 1.0)]
    # A dimension without information only splits each bin's share of P: ln r = 0, and J counts its intervals.
    log_idle = math.fsum(math.log(n) for d, n in enumerate(cut.intervals) if d not in active)
    counts = [cut.intervals[d] for d in active]
    if not active:
        return _mixed(np.zeros(1), np.ones(1), 0.0)
    if isinstance(source, Channel):
        if len(active) == 1:
            return _line_channel_law(source.scales[active[0]], counts[0], log_idle)
        return _lattice_channel_law(source.scales[active], counts, log_idle)
    rows = source.table[active]
    return _line_problem_law(rows[0], counts[0], log_idle) if len(active) == 1 else _grid_law(rows, counts, log_idle)


# --- the grid of y = ln(1 + g)


def _mixed(y: Floats, weights: Floats, error_bits: float) -> IndexLaw:
    """The law from values of y = ln(1 + g) >= 0 and their weights."""
    law = _deposited(y, weights)
    law /= law.sum()
    law.setflags(write=False)
    with np.errstate(over="ignore"):
        excess = np.expm1(_STEP * np.arange(law.size))
    excess.setflags(write=False)
    return IndexLaw(excess, law, error_bits)


def _grid(size: int) -> Floats:
    return _STEP * np.arange(size, dtype=np.float64)


def _deposited(y: Floats, weights: Floats) -> Floats:
    """Weights on the grid whose sums against cubics in y are those of `weights` at `y`."""
    out = np.zeros(int(y.max(initial=0.0) / _STEP) + 4)
    _deposit(y, weights, out)
    return out


@njit(cache=True, nogil=True)
def _deposit(y: Floats, weights: Floats, out: Floats) -> None:
    for i in range(y.shape[0]):
        if weights[i] == 0.0:
            continue
        place = y[i] / _STEP
        k = max(int(place) - 1, 0)
        t = place - k
        a, b, c = t - 1.0, t - 2.0, t - 3.0
        out[k] -= weights[i] * a * b * c / 6.0
        out[k + 1] += weights[i] * t * b * c / 2.0
        out[k + 2] -= weights[i] * t * a * c / 2.0
        out[k + 3] += weights[i] * t * a * b / 6.0


@njit(cache=True, nogil=True)
def _geometric_mixture(y: Floats, weights: Floats, max_index: int) -> Floats:
    """sum over k of weights[k] e^-y (1 - e^-y)^(n-1) at y = y[k], for n = 1..max_index."""
    out = np.zeros(max_index)
    for k in range(y.shape[0]):
        if weights[k] == 0.0:
            continue
        term, decay = weights[k] * math.exp(-y[k]), -math.expm1(-y[k])
        for n in range(max_index):
            out[n] += term
            term *= decay
            if term == 0.0:
                break
    return out


def mean_log2_geometric(log1p_excess: ArrayLike) -> Floats:
    """e(g) = E[log2 N] in bits, N geometric on 1, 2, ... with mean 1 + g, at y = ln(1 + g) >= 0; the shape of y.

    Where N is short the sum itself. Else, with success probability p = e^-y and lam = -ln(1 - p), from the expansion
    of the polylogarithm at e^-lam (Wood 1992, eq. 9.3): (p/(1-p)) times
    -(gamma + ln lam)/lam - zeta'(0) + zeta'(-1) lam - zeta'(-2) lam^2/2 + ... Absolute error below 1e-11.
    """
    y = np.asarray(log1p_excess, dtype=np.float64)
    flat = y.ravel()
    out = np.empty(flat.shape)
    short = flat < _SHORT
    index = np.arange(2.0, 40.0 * math.exp(_SHORT))
    logs = np.log(index)
    for i in np.flatnonzero(short):
        decay = -math.expm1(-flat[i])
        out[i] = math.exp(-flat[i]) * float(decay ** (index - 1.0) @ logs)
    far = flat[~short]
    lam = np.where(far < 30.0, -np.log(-np.expm1(-np.minimum(far, 30.0))), np.exp(-np.minimum(far, 700.0)))
    # p/(1-p) = expm1(lam), and ln lam = -y where y is large
    log_lam = np.where(far < 30.0, np.log(lam), -far)
    ratio = np.where(lam > 1e-8, np.expm1(lam) / lam, 1.0)
    series = sum(c * lam**k for k, c in enumerate(_ZETA_SLOPES))
    out[~short] = ratio * (-np.euler_gamma - log_lam + lam * series)
    return (out / LN2).reshape(y.shape)


_SHORT = 3.0
_ZETA_SLOPES = (
    0.918938533204672742, -0.165421143700450929, 0.0152242285289222, 0.000896429396295712, -0.000332675461213,
    -0.00000477160,
)  # fmt: skip  # (-1)^(k+1) zeta'(-k) / k!


@lru_cache(maxsize=8)
def _mean_log2_all(size: int) -> Floats:
    table = mean_log2_geometric(_STEP * np.arange(size, dtype=np.float64))
    table.setflags(write=False)
    return table


def _mean_log2_table(size: int) -> Floats:
    """E[log2 N] at the first `size` points of the grid of y."""
    return _mean_log2_all(max(2048, 1 << (size - 1).bit_length()))[:size]


# --- one dimension


@njit(cache=True, nogil=True)
def _log_add(a: float, b: float) -> float:
    top, low = max(a, b), min(a, b)
    return top if low == -np.inf else top + math.log1p(math.exp(low - top))


@njit(cache=True, nogil=True)
def _log_q_mass(z1: float, z2: float) -> float:
    return families.log_mass(families.GAUSSIAN, _UNIT_ROW, z1, z2) if z1 < z2 else -np.inf


@njit(cache=True, nogil=True)
def _log_p_mass(mean: float, scale: float, z1: float, z2: float) -> float:
    """ln P of [mean + scale z1, mean + scale z2], however narrow."""
    if not z1 < z2:
        return -np.inf
    width = scale * (z2 - z1)
    middle = mean + scale * 0.5 * (z1 + z2)
    if width < 1e-4 / (1.0 + abs(middle)):
        return math.log(width) - 0.5 * middle * middle - 0.5 * math.log(2.0 * math.pi)
    return families.log_mass(families.GAUSSIAN, _UNIT_ROW, mean + scale * z1, mean + scale * z2)


@njit(cache=True, nogil=True)
def _line_bin(
    mean: float, scale: float, log_share: float, z_low: float, z_high: float, weight: float,
    rule: Floats, rule_weights: Floats, y: Floats, w: Floats, used: int,
) -> int:  # fmt: skip
    """Append nodes (y, w) of one bin of one Gaussian dimension; returns how many are used. Total w: weight Q(bin).

    The bin is [z_low, z_high] in units of z = (x - mean)/scale; e^-log_share is what idle dimensions leave of its
    P-mass. Between breaks (where the mirror image of x about the vertex leaves the bin, and a few of Q) all is smooth.
    """
    gap = (1.0 - scale) * (1.0 + scale)
    far = 1e300 if mean > 0.0 else -1e300  # where r is monotone; finite, so that mirror images are numbers
    vertex = mean * scale / gap if gap != 0.0 else far
    bottom, top = max(z_low, -_REACH), min(z_high, _REACH)
    if not bottom < top:
        return used
    breaks = np.array([bottom, -5.0, -3.0, -1.5, 0.0, 1.5, 3.0, 5.0, vertex, 0.0, 0.0, top])
    breaks[9] = 2.0 * vertex - z_low
    breaks[10] = 2.0 * vertex - z_high
    for i in range(breaks.shape[0]):
        breaks[i] = min(max(breaks[i], bottom), top)
    breaks.sort()
    for i in range(breaks.shape[0] - 1):
        half = 0.5 * (breaks[i + 1] - breaks[i])
        if half <= 0.0:
            continue
        for k in range(rule.shape[0]):
            z = breaks[i] + half * (1.0 + rule[k])
            x = mean + scale * z
            mirror = 2.0 * vertex - z
            low = min(max(min(z, mirror), z_low), z_high)
            high = max(min(max(z, mirror), z_high), z_low)
            if gap >= 0.0:
                log_p = _log_add(_log_p_mass(mean, scale, z_low, low), _log_p_mass(mean, scale, high, z_high))
                log_q = _log_add(_log_q_mass(z_low, low), _log_q_mass(high, z_high))
            else:
                log_p, log_q = _log_p_mass(mean, scale, low, high), _log_q_mass(low, high)
            log_top = -math.log(scale) + 0.5 * (x - z) * (x + z) + log_p
            if log_top > log_q:
                log_excess = log_top - log_share
                if log_q > -np.inf:
                    log_excess += math.log(-math.expm1(log_q - log_top))
                y[used] = (
                    log_excess + math.log1p(math.exp(-log_excess))
                    if log_excess > 0.0
                    else math.log1p(math.exp(log_excess))
                )
            else:
                y[used] = 0.0
            w[used] = weight * half * rule_weights[k] * math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)
            used += 1
    return used


@njit(cache=True, nogil=True)
def _line_bins(
    mean: float, scale: float, log_share: float, intervals: int, first: float, step: float, count: int,
    rule: Floats, rule_weights: Floats, y: Floats, w: Floats,
) -> int:  # fmt: skip
    """Nodes of the bins number first, first + step, ... of one target; returns how many nodes."""
    used = 0
    for i in range(count):
        b = math.floor(first + i * step)
        low, high = families.edge(families.GAUSSIAN, b, intervals), families.edge(families.GAUSSIAN, b + 1, intervals)
        used = _line_bin(
            mean, scale, log_share, (low - mean) / scale, (high - mean) / scale, 1.0, rule, rule_weights, y, w, used
        )
    return used


def _line_problem_law(row: Floats, intervals: int, log_idle: float) -> IndexLaw:
    """One informative Gaussian dimension of one problem: every bin Q reaches, or _MOST_BINS of them evenly."""
    mean, scale = float(row[0]), float(row[1])
    first, last = (
        min(max(math.floor(float(ndtr(mean + sign * _REACH * scale)) * intervals), 0), intervals - 1)
        for sign in (-1.0, 1.0)
    )
    count = min(last - first + 1, _MOST_BINS)
    step = (last - first + 1) / count
    rule, rule_weights = _legendre(24 if count <= 256 else 8)
    y, w = np.empty((2, count * _PIECES * rule.size))
    used = _line_bins(
        mean, scale, log_idle, intervals, first + 0.5 * (step - 1.0), step, count, rule, rule_weights, y, w
    )
    return _mixed(y[:used], w[:used], 0.0)


@njit(cache=True, nogil=True)
def _line_targets(
    scale: float, log_share: float, intervals: int, place: float, weight: float, rule: Floats, rule_weights: Floats,
    y: Floats, w: Floats,
) -> int:  # fmt: skip
    """Nodes of one bin averaged over all targets of a channel of one dimension; returns how many.

    The bin covers the quantiles (place - 1/2, place + 1/2)/intervals. The mean of Q given that the sample is in it has
    density N(mean; 0, 1 - scale^2) Q(bin) intervals; Q(bin) is the total weight `_line_bin` gives.
    """
    edges = np.empty(2)
    for side in range(2):
        number = min(max(math.floor(place - 0.5 + side), 0), intervals - 1)
        share = place - 0.5 + side - number
        if number == 0 and share <= 0.0:
            edges[side] = -np.inf
        elif number == intervals - 1 and share >= 1.0:
            edges[side] = np.inf
        else:
            edges[side] = families.quantile(families.GAUSSIAN, number, intervals, share)
    spread = math.sqrt((1.0 - scale) * (1.0 + scale))
    bottom = max(-_REACH * spread, edges[0] - _REACH * scale)
    top = min(_REACH * spread, edges[1] + _REACH * scale)
    breaks = np.empty(22)
    for i in range(11):
        breaks[i] = spread * (i - 5) * 1.2
    for i in range(5):
        breaks[11 + i] = edges[0] + (i - 2) * 2.0 * scale
        breaks[16 + i] = edges[1] + (i - 2) * 2.0 * scale
    breaks[21] = bottom
    for i in range(22):
        breaks[i] = min(max(breaks[i], bottom), top)
    breaks.sort()
    used = 0
    for i in range(22):
        right = breaks[i + 1] if i < 21 else top
        half = 0.5 * (right - breaks[i])
        if half <= 1e-9 * spread * scale:
            continue
        for k in range(rule.shape[0]):
            mean = breaks[i] + half * (1.0 + rule[k])
            score = mean / spread
            density = math.exp(-0.5 * score * score) / (math.sqrt(2.0 * math.pi) * spread)
            used = _line_bin(
                mean, scale, log_share, (edges[0] - mean) / scale, (edges[1] - mean) / scale,
                weight * intervals * half * rule_weights[k] * density, rule, rule_weights, y, w, used,
            )  # fmt: skip
    return used


def _line_channel_law(scale: float, intervals: int, log_idle: float) -> IndexLaw:
    """One informative Gaussian dimension, averaged over its targets.

    Bins mirror each other, so one half is done, with twice the weight. The outermost are done one by one; the others
    change smoothly with their place, and a sum over them is an integral over the place, on octaves towards the tail.
    """
    rule, rule_weights = _legendre(10)
    near = min(intervals, 2 * _EDGE_BINS)
    places = [(b + 0.5, 1.0 if 2 * b + 1 == near else 2.0) for b in range((near + 1) // 2)]
    if intervals > near:
        half, start = 0.5 * intervals, float(_EDGE_BINS)
        nodes, node_weights = _legendre(6)
        while start < half:
            stop = half if 2.0 * start > 0.8 * half else 2.0 * start
            width = 0.5 * (stop - start)
            places += [
                (start + width * (1.0 + node), 2.0 * width * share)
                for node, share in zip(nodes.tolist(), node_weights.tolist(), strict=True)
            ]
            start = stop
    y, w = np.empty((2, 22 * rule.size * _PIECES * rule.size))
    parts = []
    for place, weight in places:
        used = _line_targets(scale, log_idle, intervals, place, weight / intervals, rule, rule_weights, y, w)
        parts.append(_deposited(y[:used], w[:used]))
    law = np.zeros(max(part.size for part in parts))
    for part in parts:
        law[: part.size] += part
    return _mixed(_grid(law.size), law, 0.0)


_PIECES = 11  # between the breaks of one bin
_EDGE_BINS = 12
_MOST_BINS = 4096


@lru_cache(maxsize=16)
def _legendre(size: int) -> tuple[Floats, Floats]:
    """Gauss-Legendre nodes on [-1, 1] and their weights."""
    nodes, weights = np.polynomial.legendre.leggauss(size)
    return nodes, weights


# --- several dimensions


@njit(cache=True, nogil=True)
def _interval_atoms(
    means: Floats, scale: float, lows: Floats, highs: Floats, rule: Floats, rule_weights: Floats,
    log_ratios: Floats, shares: Floats, moments: Floats,
) -> None:  # fmt: skip
    """Quadrature of Q restricted to an interval of one Gaussian dimension, for S (mean, low, high) at once.

    Fills `log_ratios` (S, M), ln r at the nodes; `shares` (S, M), their weights, summing to 1; and `moments` (S, 4):
    mean, variance and maximum of ln r, and ln Q(interval).
    """
    for i in range(means.shape[0]):
        mean = means[i]
        z_low, z_high = (lows[i] - mean) / scale, (highs[i] - mean) / scale
        nearest = max(z_low, -z_high, 0.0)
        reach = math.sqrt(nearest * nearest + _REACH * _REACH)
        bottom, top = max(z_low, -reach), min(z_high, reach)
        half = 0.5 * (top - bottom)
        total = first = second = 0.0
        peak = -np.inf
        for k in range(rule.shape[0]):
            z = bottom + half * (1.0 + rule[k])
            x = mean + scale * z
            value = -math.log(scale) + 0.5 * (x - z) * (x + z)
            share = rule_weights[k] * math.exp(0.5 * (nearest - z) * (nearest + z))
            log_ratios[i, k] = value
            shares[i, k] = share
            total += share
            first += share * value
            peak = max(peak, value)
        first /= total
        for k in range(rule.shape[0]):
            shares[i, k] /= total
            second += shares[i, k] * (log_ratios[i, k] - first) ** 2
        moments[i, 0], moments[i, 1], moments[i, 2] = first, second, peak
        moments[i, 3] = _log_q_mass(z_low, z_high)


@njit(cache=True, nogil=True)
def _scatter(values: Floats, shares: Floats, centres: Floats, steps: Floats, out: Floats) -> None:
    """Weights on circular grids (S, G), one a row, point k at centre + k step, exact for cubics in the values."""
    size = out.shape[1]
    for i in range(values.shape[0]):
        for k in range(values.shape[1]):
            place = (values[i, k] - centres[i]) / steps[i]
            base = math.floor(place) - 1.0
            t = place - base
            at = int(base % size)
            a, b, c = t - 1.0, t - 2.0, t - 3.0
            share = shares[i, k]
            out[i, at] -= share * a * b * c / 6.0
            out[i, (at + 1) % size] += share * t * b * c / 2.0
            out[i, (at + 2) % size] -= share * t * a * c / 2.0
            out[i, (at + 3) % size] += share * t * a * b / 6.0


@njit(cache=True, nogil=True)
def _grid_excess(
    laws: Floats, centres: Floats, steps: Floats, below: Ints, log_bins: float, log_masses: Floats,
    node_weights: Floats, y: Floats, weights: Floats,
) -> None:  # fmt: skip
    """y = ln(1 + g) and weight at every point of S laws of ln r on circular grids (S, G): centre + k step in nats.

    k runs from -below[i]. `log_masses` is ln Q(bin). Points without weight are left at y = 0.
    """
    size = laws.shape[1]
    for i in range(laws.shape[0]):
        mass = math.exp(log_masses[i])
        decay = math.exp(-steps[i])
        above = 0.0
        for k in range(size - 1, -1, -1):  # E[e^(l - L); L >= l]
            above = laws[i, (k - below[i]) % size] + decay * above
            y[i, k] = above
        less = 0.0  # P(L < l)
        for k in range(size):
            share = laws[i, (k - below[i]) % size]
            if abs(share) < 1e-14:
                y[i, k] = weights[i, k] = 0.0
                continue
            top = centres[i] + (k - below[i]) * steps[i] - log_bins
            y[i, k] = top if top > 36.0 else math.log1p(max(0.0, math.exp(top) - mass * (less + y[i, k])))
            weights[i, k] = node_weights[i] * share
            less += share


def _window(means: Floats, variances: Floats, peaks: Floats) -> tuple[Floats, Floats]:
    """How far below and above its mean the law of ln r is kept, (S,) each: its tails are at most exponential."""
    spread = 9.0 * np.sqrt(variances) + 18.0
    return np.minimum(spread, 700.0 + np.sqrt(variances)), np.minimum(spread, np.maximum(peaks - means, 0.0) + 0.5)


def _grid_law(rows: Floats, counts: list[int], log_idle: float) -> IndexLaw:
    """Several informative Gaussian dimensions of one problem: every bin, or bins drawn from Q by a lattice."""
    dim = len(counts)
    log_bins = log_idle + math.fsum(math.log(n) for n in counts)
    numbers, node_weights, batches = _bins_of(rows, counts)
    rule, rule_weights = _legendre(128)
    inverse, pieces, moments = [], [], np.zeros((numbers.shape[0], 4))
    for d in range(dim):
        used, back = np.unique(numbers[:, d], return_inverse=True)
        edges = [[families.edge(families.GAUSSIAN, int(b) + side, counts[d]) for b in used] for side in (0, 1)]
        shape = (used.size, rule.size)
        values, shares, own = np.empty(shape), np.empty(shape), np.empty((used.size, 4))
        means = np.full(used.size, rows[d, 0])
        _interval_atoms(
            means, float(rows[d, 1]), np.array(edges[0]), np.array(edges[1]), rule, rule_weights, values, shares, own
        )
        inverse.append(back.reshape(-1))
        pieces.append((values, shares, own[:, 0].copy()))
        moments += own[inverse[d]]
    below, above = _window(moments[:, 0], moments[:, 1], moments[:, 2])
    size = 4096 if dim * numbers.shape[0] <= 2**15 else 2048
    below[:] = below.max()
    step = float(below[0] + above.max()) / (size - 8)
    transforms = []
    for values, shares, centres in pieces:
        grids = np.zeros((centres.size, size))
        _scatter(values, shares, centres, np.full(centres.size, step), grids)
        transforms.append(rfft(grids, axis=1))
    if batches > 1:
        # by quadrature in each dimension: what the nodes' averages should be
        node_weights = _corrected(moments, batches, *_density_moments(rows))
    else:
        node_weights = node_weights * np.exp(moments[:, 3])
    parts: list[Floats] = [np.zeros(0) for _ in range(batches)]
    chunk = max(1, 2**20 // size)
    per_batch = numbers.shape[0] // batches
    for batch in range(batches):
        for start in range(batch * per_batch, (batch + 1) * per_batch, chunk):
            part = slice(start, min(start + chunk, (batch + 1) * per_batch))
            spectrum = transforms[0][inverse[0][part]]
            for d in range(1, dim):
                spectrum *= transforms[d][inverse[d][part]]
            steps = np.full(spectrum.shape[0], step)
            laws = irfft(spectrum, size, axis=1)
            added = _law_of_grids(laws, moments[part], below[part], steps, log_idle, log_bins, node_weights[part])
            parts[batch] = _added(parts[batch], added)
    return _averaged(parts)


def _law_of_grids(
    laws: Floats, moments: Floats, below: Floats, steps: Floats, log_idle: float, log_bins: float, node_weights: Floats
) -> Floats:
    """Deposited law of y from laws of ln r on circular grids; `moments` as `_interval_atoms` gives, summed over d."""
    y, weights = np.empty(laws.shape), np.empty(laws.shape)
    first = np.ceil(below / steps).astype(np.int64)
    _grid_excess(laws, moments[:, 0], steps, first, log_bins, moments[:, 3] - log_idle, node_weights, y, weights)
    return _deposited(y.ravel(), weights.ravel())


def _added(total: Floats, part: Floats) -> Floats:
    if part.size > total.size:
        total, part = part, total
    total[: part.size] += part
    return total


def _averaged(parts: list[Floats]) -> IndexLaw:
    """The mean of independent estimates of the law of y, with the standard error of E[log2 n]."""
    total = np.zeros(max(part.size for part in parts))
    means = []
    for part in parts:
        part = part / part.sum()
        means.append(float(part @ _mean_log2_table(part.size)))
        total[: part.size] += part / len(parts)
    error = float(np.std(means, ddof=1)) / math.sqrt(len(means)) if len(means) > 1 else 0.0
    return _mixed(_grid(total.size), total, error)


def _density_moments(rows: Floats) -> tuple[float, float]:
    """Mean and variance of ln r(X), X ~ Q, in nats: x = mean + scale z gives a quadratic in z."""
    mean, scale = rows[:, 0], rows[:, 1]
    gap = (1.0 - scale) * (1.0 + scale)
    average = math.fsum(families.kl(families.GAUSSIAN, row) for row in rows)
    return average, float(np.sum((mean * scale) ** 2 + 0.5 * gap * gap))


def _corrected(moments: Floats, batches: int, mean: float, variance: float) -> Floats:
    """Weights of the nodes, (S,), near 1: in each batch ln r has exactly this mean and variance (a control variate)."""
    out = np.empty(moments.shape[0])
    for part in np.split(np.arange(out.size), batches):
        first = moments[part, 0] - mean
        second = moments[part, 1] + first * first - variance
        basis = np.stack([np.ones(part.size), first, second])
        gram = basis @ basis.T
        gram += 1e-9 * np.diag(np.diag(gram) + 1e-30)
        shift = np.linalg.solve(gram, np.array([part.size, 0.0, 0.0]) - basis.sum(axis=1))
        out[part] = 1.0 + shift @ basis
    return out


# Prime sizes and generators of rank-1 lattices, found by search (smallest P_2 over 16 dimensions): every coordinate
# alone is evenly spread, and pairs well.
_RULES = ((1021, 166), (509, 146), (251, 24), (127, 46))
_BATCHES = 4
_SHIFT = 0.6180339887498949


def _lattice(dim: int, size: int, generator: int) -> Floats:
    """Nodes in (0, 1)^dim, (batches * size, dim): shifted copies of one lattice, folded so that ends do not matter."""
    powers = np.array([pow(generator, d, size) for d in range(dim)], dtype=np.int64)
    grid = (np.arange(size, dtype=np.int64)[:, None] * powers % size) / size
    shifts = np.arange(1, _BATCHES * dim + 1).reshape(_BATCHES, 1, dim) * _SHIFT % 1.0
    nodes = (grid[None] + shifts) % 1.0
    folded = 1.0 - np.abs(2.0 * nodes - 1.0)
    return np.clip(folded, 1e-9, 1.0 - 1e-9).reshape(-1, dim)


def _bins_of(rows: Floats, counts: list[int]) -> tuple[NDArray[np.int64], Floats, int]:
    """Bins of a problem: interval numbers (S, D), their weights, and how many batches they come in (1: all bins).

    All bins come with weight 1 (their Q-mass is found later); bins drawn from Q by lattice nodes stand for that.
    """
    reached, masses = [], []
    for row, n in zip(rows, counts, strict=True):
        ends = [
            min(max(math.floor(float(ndtr(row[0] + sign * _REACH * row[1])) * n), 0), n - 1) for sign in (-1.0, 1.0)
        ]
        edges = [families.edge(families.GAUSSIAN, b, n) for b in range(ends[0], ends[1] + 2)]
        own = np.array([families.log_mass(families.GAUSSIAN, row, a, b) for a, b in pairwise(edges)])
        kept = own > -30.0
        reached.append(np.arange(ends[0], ends[1] + 1)[kept])
        masses.append(np.exp(own[kept]))
    if math.prod(own.size for own in reached) <= ENUMERABLE_BINS:
        numbers = np.array(list(product(*(own.tolist() for own in reached))), dtype=np.int64)
        return numbers, np.ones(numbers.shape[0]), 1
    nodes = _lattice(len(counts), *_rule(len(counts)))
    columns = []
    for d, (own, mass) in enumerate(zip(reached, masses, strict=True)):
        cumulative = np.cumsum(mass) / mass.sum()
        columns.append(own[np.minimum(np.searchsorted(cumulative, nodes[:, d], side="right"), own.size - 1)])
    return np.stack(columns, axis=1), np.ones(nodes.shape[0]), _BATCHES


def _rule(dim: int) -> tuple[int, int]:
    """Size and generator of the lattice for this many informative dimensions: less where each node costs more."""
    return _RULES[0 if dim <= 4 else 1 if dim <= 12 else 2 if dim <= 32 else 3]


def _lattice_channel_law(scales: Floats, counts: list[int], log_idle: float) -> IndexLaw:
    """Several informative Gaussian dimensions averaged over Y and the bin, at lattice nodes.

    X ~ P decides the bin, and given X = x the mean of Q is N((1 - scale^2) x, (1 - scale^2) scale^2) in each dimension.
    """
    dim = len(counts)
    log_bins = log_idle + math.fsum(math.log(n) for n in counts)
    nodes = _lattice(2 * dim, *_rule(dim))
    means, lows, highs = np.empty((3, nodes.shape[0], dim))
    spread = (1.0 - scales) * (1.0 + scales)
    for d, n in enumerate(counts):
        number = np.minimum(np.floor(nodes[:, 2 * d] * n), n - 1.0)
        lows[:, d], highs[:, d] = _interval_ends(number, n)
        own = np.sqrt(spread[d]) * scales[d]
        means[:, d] = spread[d] * ndtri(nodes[:, 2 * d]) + own * ndtri(nodes[:, 2 * d + 1])
    rule, rule_weights = _legendre(96)
    count = nodes.shape[0]
    moments = np.zeros((dim, count, 4))
    values, shares = np.empty((2, dim, count, rule.size))
    for d in range(dim):
        mean, low, high = (np.ascontiguousarray(part[:, d]) for part in (means, lows, highs))
        _interval_atoms(mean, float(scales[d]), low, high, rule, rule_weights, values[d], shares[d], moments[d])
    total = moments.sum(axis=0)
    below, above = _window(total[:, 0], total[:, 1], total[:, 2])
    size = 512 if dim <= 16 else 1024
    steps = (below + above) / (size - 8)
    spectrum = np.ones((count, size // 2 + 1), dtype=np.complex128)
    for d in range(dim):
        grids = np.zeros((count, size))
        _scatter(values[d], shares[d], moments[d, :, 0], steps, grids)
        spectrum *= rfft(grids, axis=1)
    laws = irfft(spectrum, size, axis=1)
    information = -float(np.log(scales).sum())
    weights = _corrected(total, _BATCHES, information, float(spread.sum()))
    return _averaged(
        [
            _law_of_grids(laws[part], total[part], below[part], steps[part], log_idle, log_bins, weights[part])
            for part in np.split(np.arange(count), _BATCHES)
        ]
    )


def _interval_ends(numbers: Floats, intervals: int) -> tuple[Floats, Floats]:
    """Ends of intervals of an equal-mass cut of N(0,1), by their numbers, both tails to full precision."""
    left = np.where(2.0 * numbers <= intervals, ndtri(numbers / intervals), -ndtri((intervals - numbers) / intervals))
    after = numbers + 1.0
    right = np.where(2.0 * after <= intervals, ndtri(after / intervals), -ndtri((intervals - after) / intervals))
    return left, right


# --- uniform targets


def _uniform_law(source: Problem | Channel, cut: Partition) -> IndexLaw:
    """Where r is constant on a box, g = (r/J)(1 - e^-s), s = ln of 1/J over the P-mass of bin and box together.

    s is a sum over dimensions of independent parts, each averaged over its own box, so nothing is left to average.
    """
    atoms, top = [], -math.fsum(math.log(n) for n in cut.intervals)
    for d, n in enumerate(cut.intervals):
        if isinstance(source, Channel):
            width = float(source.scales[d])
            cells = round(1.0 / width)
            if abs(cells * width - 1.0) <= 1e-9 and cells < 2**50:
                count = min(cells, _STRATA)
                lows = np.floor((np.arange(count) + 0.5) * (cells / count)) / cells
                width = 1.0 / cells
            else:
                lows = (np.arange(_STRATA) + 0.5) / _STRATA * (1.0 - width)
        else:
            lows, width = np.array([source.params[d][0]]), source.params[d][1] - source.params[d][0]
        top -= math.log(width)
        atoms.append(_overlaps(lows, width, n))
    means = [float(values @ shares) for values, shares in atoms]
    reach = sum(float(values.max()) for values, _ in atoms)
    if reach == 0.0:
        return _mixed(np.zeros(1), np.ones(1), 0.0)
    if len(atoms) == 1 or sum(float(values.max()) > 0.0 for values, _ in atoms) == 1:
        values, shares = max(atoms, key=lambda atom: float(atom[0].max()))
    else:
        variance = sum(float((v - m) ** 2 @ w) for (v, w), m in zip(atoms, means, strict=True))
        size = 2**14
        step = min(reach + 0.1, sum(means) + 9.0 * math.sqrt(variance) + 40.0) / (size - 8)
        spectrum = np.ones(size // 2 + 1, dtype=np.complex128)
        for values, shares in atoms:
            grid = np.zeros((1, size))
            _scatter(values[None], shares[None], np.zeros(1), np.array([step]), grid)
            spectrum *= rfft(grid[0])
        values, shares = step * np.arange(size, dtype=np.float64), np.asarray(irfft(spectrum, size), dtype=np.float64)
        values[-4:] = 0.0  # where the first points of a cubic next to s = 0 wrap to
    with np.errstate(divide="ignore"):
        log_excess = top + np.log(-np.expm1(-values))
    return _mixed(np.logaddexp(0.0, log_excess), np.ascontiguousarray(shares), 0.0)


_STRATA = 4096  # of the place of a uniform channel's box in one dimension


def _overlaps(lows: Floats, width: float, intervals: int) -> tuple[Floats, Floats]:
    """s = -ln(intervals * overlap) >= 0 over the intervals that boxes [low, low + width] meet, and their Q-shares."""
    highs = lows + width
    first = np.floor(lows * intervals + 1e-9)
    last = np.maximum(np.ceil(highs * intervals - 1e-9) - 1.0, first)
    head = np.minimum(highs, (first + 1.0) / intervals) - lows
    tail = np.where(last > first, highs - last / intervals, 0.0)
    body = np.maximum(width - head - tail, 0.0)
    overlaps = np.concatenate((head, tail, np.full(1, 1.0 / intervals)))
    shares = np.concatenate((head, tail, np.full(1, float(body.sum())))) / (width * lows.size)
    with np.errstate(divide="ignore"):
        values = -np.log(np.clip(intervals * overlaps, 1e-300, 1.0))
    values[values < 1e-8] = 0.0
    kept = shares > 1e-14
    return values[kept], shares[kept]


# ------------------------------------------------------------------------------------------------- output of ORC
#
# With r' = q/p' the output has density p'(x) n E[phi(T / r'(x))^(n-1)], T ~ Exp(1), phi(t) = E_P'[exp(-t r'(U))]:
# it depends on x through ln r' alone, and 1 - phi(t) = E_Q[(1 - exp(-t r'))/r'] is a sum of positive terms.


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
    values, shares = _heuristic_law(table)
    out[alive] = _output_ratio(values, shares, count, reweighted[alive]) * np.exp(log_heuristic[alive])
    return out


def orc_bias(
    problem: Problem, num_candidates: int, partition: Partition | None = None, weights: str | None = None
) -> OrcBias:
    """Total variation and KL(output || Q) in bits of ORC with `num_candidates`; arguments as in `orc_density`.

    Errors as there. In more dimensions KL is only its order of magnitude where n > 2^15 candidates still miss Q.
    """
    table, count = _orc_plan(problem, num_candidates, partition, weights)
    values, shares = _heuristic_law(table)
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


def _target_law(table: Tables) -> tuple[Floats, Floats]:
    """Law of ln r'(X), X ~ Q: values in nats and their probabilities.

    Convolved over dimensions on a grid where there are several; weights are of cubics, some slightly negative.
    """
    parts = []
    rule, rule_weights = _legendre(256 if int(table.intervals.max()) <= 64 else 64)
    for d in range(table.intervals.size):
        start, stop = int(table.offsets[d]), int(table.offsets[d + 1])
        edges = np.array([families.edge(table.family, b, stop - start) for b in range(stop - start + 1)])
        masses = np.array([families.log_mass(table.family, table.params[d], a, b) for a, b in pairwise(edges)])
        used = np.flatnonzero(masses > -38.0)
        offset = -math.log(stop - start) - table.log_weight[start + used]
        if table.family == families.GAUSSIAN:
            values, shares = np.empty((2, used.size, rule.size))
            mean, scale = float(table.params[d, 0]), float(table.params[d, 1])
            _interval_atoms(
                np.full(used.size, mean), scale, edges[used], edges[used + 1], rule, rule_weights, values, shares,
                np.empty((used.size, 4)),
            )  # fmt: skip
            values += offset[:, None]
            shares *= np.exp(masses[used])[:, None]
        else:
            values, shares = table.log_peak[start + used] + offset, np.exp(masses[used])
        parts.append((values.ravel(), shares.ravel() / shares.sum()))
    if len(parts) == 1:
        return parts[0]
    centres = [float(values @ shares) for values, shares in parts]
    variance = sum(float((v - c) ** 2 @ w) for (v, w), c in zip(parts, centres, strict=True))
    above = sum(float(v.max()) - c for (v, _), c in zip(parts, centres, strict=True))
    below = sum(c - float(v.min()) for (v, _), c in zip(parts, centres, strict=True))
    reach = 9.0 * math.sqrt(variance) + 36.0
    above, below = min(above, reach) + 0.1, min(below, reach) + 0.1
    size = 4096
    step = (above + below) / (size - 8)
    spectrum = np.ones(size // 2 + 1, dtype=np.complex128)
    for (values, shares), centre in zip(parts, centres, strict=True):
        grid = np.zeros((1, size))
        _scatter(values[None], shares[None], np.array([centre]), np.array([step]), grid)
        spectrum *= rfft(grid[0])
    first = math.ceil(below / step) + 2
    points = math.fsum(centres) + step * np.arange(-first, size - first, dtype=np.float64)
    return points, np.asarray(np.roll(irfft(spectrum, size), first), dtype=np.float64)


def _heuristic_law(table: Tables) -> tuple[Floats, Floats]:
    """Law of ln r'(U), U ~ P', where r' > 0: values and probabilities, which may sum to less than 1."""
    if table.family == families.GAUSSIAN and table.intervals.size == 1:
        mean, scale = float(table.params[0, 0]), float(table.params[0, 1])
        count = int(table.intervals[0])
        edges = np.array([families.edge(table.family, b, count) for b in range(1, count)])
        far = 9.0 * 1.15 ** np.arange(120)
        ends = (min(-8.5, mean - 9.0 * scale), max(8.5, mean + 9.0 * scale))
        breaks = np.concatenate(
            (mean + scale * np.linspace(-9.0, 9.0, 73), np.linspace(-8.5, 8.5, 401), mean + scale * far,
             mean - scale * far, edges)
        )  # fmt: skip
        breaks = np.unique(np.clip(breaks, *ends))
        rule, rule_weights = _legendre(8)
        half = 0.5 * np.diff(breaks)[:, None]
        x = (breaks[:-1, None] + half * (1.0 + rule)).ravel()
        number = np.searchsorted(edges, np.repeat(breaks[:-1] + half[:, 0], rule.size), side="right")
        tilt = math.log(count) + table.log_weight[number]
        z = (x - mean) / scale
        shares = (half * rule_weights).ravel() * np.exp(tilt - 0.5 * x * x) / math.sqrt(2.0 * math.pi)
        kept = shares > 0.0
        return (-math.log(scale) + 0.5 * (x - z) * (x + z) - tilt)[kept], shares[kept]
    values, masses = _target_law(table)
    kept = np.abs(masses) > 1e-16
    values, masses = values[kept], masses[kept]
    if table.family == families.UNIFORM:
        return values, masses * np.exp(-values)
    top = values >= -20.0
    low = _reweighted_log_ratios(table)
    low = low[low < -20.0]
    return (
        np.concatenate((low, values[top])),
        np.concatenate((np.full(low.size, 1.0 / _LATTICE), masses[top] * np.exp(-values[top]))),
    )


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
