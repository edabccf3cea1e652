"""A slow, independent oracle for relative entropy coding in plain NumPy and SciPy.

Nothing here is shared with `rec_core`: other formulas, another random generator, no speed. A problem is a target Q
and a prior P that factorise over dimensions, each factor a frozen `scipy.stats` distribution. Ratios
are in nats unless a name says bits; indices of candidates count from 1.
"""

from __future__ import annotations

import functools
import heapq
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import integrate, optimize, special, stats

Array = NDArray[Any]


# ---------------------------------------------------------------------------------------------------------- problems


@dataclass(frozen=True)
class Problem:
    """Target Q and prior P, one frozen scipy distribution a dimension."""

    target: tuple[Any, ...]
    prior: tuple[Any, ...]

    @property
    def dim(self) -> int:
        return len(self.target)


def gaussian(mean: ArrayLike, scale: ArrayLike) -> Problem:
    """Q = N(mean, diag scale^2) against P = N(0, I)."""
    mean, scale = np.atleast_1d(mean), np.atleast_1d(scale)
    target = tuple(stats.norm(m, s) for m, s in zip(mean, scale, strict=True))
    return Problem(target, tuple(stats.norm() for _ in target))


def uniform(low: ArrayLike, high: ArrayLike) -> Problem:
    """Q uniform on a box against P = U[0, 1]^D."""
    low, high = np.atleast_1d(low), np.atleast_1d(high)
    target = tuple(stats.uniform(a, b - a) for a, b in zip(low, high, strict=True))
    return Problem(target, tuple(stats.uniform() for _ in target))


def log_ratio(problem: Problem, x: ArrayLike) -> Array:
    """log q(x)/p(x) in nats; x (..., D)."""
    x = np.asarray(x, dtype=float)
    factors = [
        q.logpdf(x[..., d]) - p.logpdf(x[..., d])
        for d, (q, p) in enumerate(zip(problem.target, problem.prior, strict=True))
    ]
    return np.sum(factors, axis=0)


def exact_gaussian_log_ratio(mean: float, scale: float, x: float) -> float:
    """The one-dimensional Gaussian log ratio in nats, worked with 60 digits from the given doubles."""
    with localcontext() as context:
        context.prec = 60
        m, s, y = Decimal(mean), Decimal(scale), Decimal(x)
        return float(-s.ln() - (y - m) ** 2 / (2 * s * s) + y * y / 2)


def gaussian_kl_bits(mean: ArrayLike, scale: ArrayLike) -> float:
    """KL(Q||P) in closed form."""
    mean, scale = np.atleast_1d(mean), np.atleast_1d(scale)
    return float(np.sum((scale**2 - 1 + mean**2) / 2 - np.log(scale)) / np.log(2))


def gaussian_d_inf_bits(mean: ArrayLike, scale: ArrayLike) -> float:
    """log2 of the largest ratio, in closed form; a dimension with Q = P adds nothing."""
    total = 0.0
    for m, s in zip(np.atleast_1d(mean), np.atleast_1d(scale), strict=True):
        if m == 0 and s == 1:
            continue
        total += (-np.log(s) + m**2 / (2 * (1 - s**2))) / np.log(2) if s < 1 else np.inf
    return float(total)


def kl_bits_by_quadrature(problem: Problem) -> float:
    """KL(Q||P) by numerical integration over the quantiles of Q, dimension by dimension."""
    total = 0.0
    for q, p in zip(problem.target, problem.prior, strict=True):
        value, _ = integrate.quad(
            lambda v, q=q, p=p: q.logpdf(q.ppf(v)) - p.logpdf(q.ppf(v)), 0, 1, epsabs=1e-11, limit=500
        )
        total += value
    return total / np.log(2)


@functools.cache
def sup_log_ratio(q: Any, p: Any, low: float, high: float) -> float:
    """Largest one-dimensional log ratio on the interval with P-quantiles [low, high]: a grid, then a local search.

    An end at infinity is searched far beyond what a quantile in double precision can reach.
    """
    ends = np.clip([p.ppf(low), p.ppf(high)], -100.0, 100.0)
    x = np.union1d(p.ppf(np.linspace(low, high, 2003)[1:-1]), np.linspace(*ends, 1001))
    with np.errstate(invalid="ignore"):
        values = q.logpdf(x) - p.logpdf(x)
    # An end where the ratio is positive while it is zero inside is a null set.
    values[0], values[-1] = (
        (end if np.isfinite(inner) else -np.inf) for end, inner in ((values[0], values[1]), (values[-1], values[-2]))
    )
    best = int(np.argmax(values))
    around = slice(max(best - 1, 0), best + 2)
    if not np.isfinite(values[around]).all():
        return float(values[best])
    found = optimize.minimize_scalar(
        lambda y: -(q.logpdf(y) - p.logpdf(y)), bounds=x[around][[0, -1]], method="bounded", options={"xatol": 1e-12}
    )
    return float(max(values[best], -found.fun))


@functools.cache
def d_inf_bits_by_search(problem: Problem) -> float:
    """log2 of the largest ratio, by numerical search."""
    return sum(sup_log_ratio(q, p, 0, 1) for q, p in zip(problem.target, problem.prior, strict=True)) / np.log(2)


# -------------------------------------------------------------------------------------------------------------- bins


def all_bins(intervals: Sequence[int]) -> list[tuple[int, ...]]:
    """Every bin as a tuple of interval numbers, in lexicographic order."""
    return list(itertools.product(*(range(n) for n in intervals)))


def product_over_bins(per_dimension: Sequence[Array]) -> Array:
    """Products of one factor a dimension, over all bins in lexicographic order."""
    return np.array([prod(values) for values in itertools.product(*per_dimension)])


@functools.cache
def peaks(problem: Problem, intervals: tuple[int, ...]) -> Array:
    """M_j, the largest ratio in each bin."""
    return product_over_bins(
        [
            np.exp([sup_log_ratio(q, p, b / n, (b + 1) / n) for b in range(n)])
            for q, p, n in zip(problem.target, problem.prior, intervals, strict=True)
        ]
    )


@functools.cache
def masses(problem: Problem, intervals: tuple[int, ...]) -> Array:
    """Q(B_j) of each bin."""
    per_dimension = []
    for q, p, n in zip(problem.target, problem.prior, intervals, strict=True):
        edges = p.ppf(np.arange(n + 1) / n)
        # Above the median by the survival function, so that a far tail keeps its digits.
        upper = edges[:-1] > q.median()
        per_dimension.append(np.where(upper, -np.diff(q.sf(edges)), np.diff(q.cdf(edges))))
    return product_over_bins(per_dimension)


def bin_weights(problem: Problem, intervals: Sequence[int], weighting: str) -> Array:
    """pi_j for one of the three rules."""
    if weighting == "uniform":
        raw = np.ones(prod(intervals))
    elif weighting == "target_mass":
        raw = masses(problem, intervals)
    elif weighting == "peak_ratio":
        raw = peaks(problem, intervals)
    else:
        raise ValueError(weighting)
    return raw / raw.sum()


def upper_sum(problem: Problem, intervals: Sequence[int]) -> float:
    """U_J, the upper Riemann sum of the ratio."""
    return float(np.mean(peaks(problem, intervals)))


# ---------------------------------------------------------------------------------------------------------- samplers


class Winner(NamedTuple):
    """What a search returns: bin, local index (from 1), sample, race time, candidates examined."""

    bin: tuple[int, ...]
    index: int
    sample: Array
    race_time: float
    examined: int


@functools.lru_cache(maxsize=100_000)
def clock_block(
    problem: Problem, intervals: tuple[int, ...], index: tuple[int, ...], seed: int, number: int
) -> tuple[Array, Array, Array]:
    """Sixteen gaps, candidates and ratios of a rate-1 process with candidates from P on one bin."""
    rng = np.random.default_rng([seed, number, *index])
    gaps = rng.exponential(size=16)
    u = (np.array(index) + rng.random((16, problem.dim))) / np.array(intervals)
    x = np.stack([p.ppf(u[:, d]) for d, p in enumerate(problem.prior)], axis=1)
    return gaps, x, np.exp(log_ratio(problem, x))


def clock(
    problem: Problem, intervals: tuple[int, ...], index: tuple[int, ...], seed: int
) -> Iterator[tuple[float, Array, float]]:
    """Endless (arrival time, candidate, ratio) of one bin: a function of the seed and the bin, not of any weight."""
    time = 0.0
    for number in itertools.count():
        for gap, x, ratio in zip(*clock_block(problem, intervals, index, seed, number), strict=True):
            time += gap
            yield time, x, ratio


def pfr(problem: Problem, seed: int, horizon: int | None = None) -> Winner:
    """Plain PFR with its stop line, or, given a horizon, the best of that many candidates without any stop."""
    sup = 2.0 ** d_inf_bits_by_search(problem) * (1 + 1e-12)
    best, winner, examined = np.inf, (0, np.zeros(problem.dim)), 0
    for time, x, ratio in clock(problem, (1,) * problem.dim, (0,) * problem.dim, seed):
        if horizon is None and time / sup > best:
            break
        if horizon is not None and examined == horizon:
            break
        examined += 1
        if ratio > 0 and time / ratio < best:
            best, winner = time / ratio, (examined, x)
    return Winner((0,) * problem.dim, winner[0], winner[1], best, examined)


def partitioned_pfr(
    problem: Problem, intervals: tuple[int, ...], seed: int, weighting: str = "peak_ratio", stopping: str = "per_bin"
) -> Winner:
    """Partitioned PFR: one clock a bin, candidates in order of their P' arrival time, either stopping rule."""
    bins, num = all_bins(intervals), prod(intervals)
    peak, pi = peaks(problem, intervals), bin_weights(problem, intervals, weighting)
    used = [j for j in range(num) if pi[j] > 0 and (stopping == "single" or peak[j] > 0)]
    sup = max(peak[j] / (num * pi[j]) for j in used) * (1 + 1e-12)
    clocks = {j: clock(problem, intervals, bins[j], seed) for j in used}
    heap = []
    for j in used:
        first = next(clocks[j])
        heap.append((first[0] / pi[j], j, 1, *first))
    heapq.heapify(heap)
    best, winner, examined = np.inf, (0, 0, np.zeros(problem.dim)), 0
    while heap:
        arrival, j, index, time, x, ratio = heapq.heappop(heap)
        if stopping == "single" and arrival / sup > best:
            break
        if stopping == "per_bin" and num * time > best * peak[j] * (1 + 1e-12):
            continue
        examined += 1
        if ratio > 0 and num * time / ratio < best:
            best, winner = num * time / ratio, (j, index, x)
        following = next(clocks[j])
        heapq.heappush(heap, (following[0] / pi[j], j, index + 1, *following))
    return Winner(bins[winner[0]], winner[1], winner[2], best, examined)


def orc(problem: Problem, num_candidates: int, rng: np.random.Generator) -> Winner:
    """Ordered random coding: n candidates, sorted exponentials for arrival times."""
    x = np.stack([p.ppf(rng.random(num_candidates)) for p in problem.prior], axis=1)
    times = np.sort(rng.exponential(size=num_candidates)) * num_candidates
    with np.errstate(divide="ignore"):
        scores = times / np.exp(log_ratio(problem, x))
    n = int(np.argmin(scores))
    return Winner((0,) * problem.dim, n + 1, x[n], float(scores[n]), num_candidates)


def partitioned_orc_sample(
    problem: Problem, intervals: Sequence[int], weighting: str, num_candidates: int, rng: np.random.Generator
) -> Array:
    """One sample of ORC whose candidates come from P': a bin by its weight, then P on that bin."""
    pi = bin_weights(problem, intervals, weighting)
    bins, num = np.array(all_bins(intervals)), prod(intervals)
    j = rng.choice(num, size=num_candidates, p=pi)
    u = (bins[j] + rng.random((num_candidates, problem.dim))) / np.array(intervals)
    x = np.stack([p.ppf(u[:, d]) for d, p in enumerate(problem.prior)], axis=1)
    times = np.sort(rng.exponential(size=num_candidates))
    return x[np.argmin(np.log(times) - log_ratio(problem, x) + np.log(num * pi[j]))]


def spoiled_pfr(problem: Problem, num_runs: int, seed: int, horizon: int = 100) -> Array:
    """A known mistake: race times made from the very uniforms that made the candidates. Samples (R, D), not ~ Q."""
    u = np.random.default_rng(seed).random((num_runs, horizon, problem.dim))
    x = np.stack([p.ppf(u[..., d]) for d, p in enumerate(problem.prior)], axis=-1)
    times = np.cumsum(-np.log1p(-u[..., 0]), axis=1)
    winners = np.argmin(np.log(times) - log_ratio(problem, x), axis=1)
    return x[np.arange(num_runs), winners]


# -------------------------------------------------------------------------------------------------------------- laws


class Cells(NamedTuple):
    """A midpoint rule of P inside every bin: ratios (J, C) at equally likely points, and the points (J, C, D)."""

    ratio: Array
    points: Array


def cells(problem: Problem, intervals: Sequence[int], per_dimension: int) -> Cells:
    """Equal-mass cells of P in every bin, `per_dimension` a dimension."""
    points = []
    for index in all_bins(intervals):
        axes = [
            p.ppf((b + (np.arange(per_dimension) + 0.5) / per_dimension) / n)
            for b, n, p in zip(index, intervals, problem.prior, strict=True)
        ]
        points.append(np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, problem.dim))
    return Cells(np.exp(log_ratio(problem, np.array(points))), np.array(points))


def excess(ratio: Array, at: Array) -> Array:
    """mean over the cells of (r(x) - r(u))^+, for ratios r(x) in `at`: g(x) = E_P[(r(x) - r(U))^+]."""
    ordered = np.sort(ratio)
    below = np.concatenate([[0.0], np.cumsum(ordered)])
    count = np.searchsorted(ordered, at)
    return (at * count - below[count]) / len(ordered)


def local_excess(problem: Problem, intervals: Sequence[int], x: Sequence[float]) -> float:
    """g_j(x) of theory by adaptive quadrature, one dimension: integral over the bin of x of (r(x) - r(u))^+ dP(u)."""
    (q,), (p,), (n,) = problem.target, problem.prior, intervals
    level = float(np.exp(log_ratio(problem, np.asarray(x))))
    b = min(int(p.cdf(x[0]) * n), n - 1)

    def integrand(u: float) -> float:
        y = p.ppf(u)
        return max(level - float(np.exp(q.logpdf(y) - p.logpdf(y))), 0.0)

    kinks = np.linspace(b / n, (b + 1) / n, 33)
    return float(sum(integrate.quad(integrand, a, c, epsabs=1e-12)[0] for a, c in itertools.pairwise(kinks)))


def message_pmf(problem: Problem, intervals: tuple[int, ...], max_index: int, per_dimension: int) -> Array:
    """P(bin = j, local index = n) for n up to max_index, (J, max_index): geometric mixtures integrated over Q."""
    ratio, _ = cells(problem, intervals, per_dimension)
    num, per_bin = ratio.shape
    pmf = np.zeros((num, max_index))
    for j, row in enumerate(ratio):
        g = excess(row, row) / num
        term, decay = row / (num * per_bin) / (1 + g), g / (1 + g)
        for n in range(max_index):
            pmf[j, n] = term.sum()
            term = term * decay
    return pmf


def index_pmf(problem: Problem, intervals: tuple[int, ...], max_index: int, per_dimension: int) -> Array:
    """P(N = 1), ..., P(N = max_index) of the local index."""
    return message_pmf(problem, intervals, max_index, per_dimension).sum(axis=0)


def mean_index(problem: Problem, intervals: Sequence[int], per_dimension: int) -> float:
    """E[N] = 1 + E_Q[g]."""
    ratio, _ = cells(problem, intervals, per_dimension)
    return 1 + sum(float(np.mean(row * excess(row, row))) for row in ratio) / len(ratio) ** 2


def expected_examined(
    problem: Problem, intervals: Sequence[int], weighting: str, stopping: str, per_dimension: int = 2000
) -> float:
    """Exact mean number of candidates examined by PFR.

    single: sup r' = max_j M_j / (J pi_j). per_bin: a candidate of bin j arriving at P' time t is examined if no earlier
    candidate scored under c_j t, c_j = J pi_j / M_j; integrating over t gives sum_j pi_j / E_P'[min(1, c_j r')].
    """
    pi, peak, num = bin_weights(problem, intervals, weighting), peaks(problem, intervals), prod(intervals)
    if stopping == "single":
        return float(np.max(peak[pi > 0] / (num * pi[pi > 0])))
    used = (pi > 0) & (peak > 0)
    ratio, _ = cells(problem, intervals, per_dimension)
    reweighted = ratio[used] / (num * pi[used])[:, None]
    total = 0.0
    for weight, top in zip(pi[used], peak[used], strict=True):
        passing = np.mean(np.minimum(1.0, num * weight / top * reweighted), axis=1)
        total += weight / float(np.sum(pi[used] * passing))
    return total


def orc_factor(
    problem: Problem, num_candidates: int, x: Array, intervals: Sequence[int] | None = None, weighting: str = "uniform"
) -> Array:
    """h_n at points x (M, D), one dimension: n times the integral over t of exp(-t r(x)) phi(t)^(n-1).

    With a partition and a weighting r is replaced by r' and P by P'.
    """
    intervals = (1,) * problem.dim if intervals is None else intervals
    pi, num = bin_weights(problem, intervals, weighting), prod(intervals)
    ratio, _ = cells(problem, intervals, 6000 // num)
    used = pi > 0
    reweighted = ratio[used] / (num * pi[used])[:, None]
    bins = np.minimum((problem.prior[0].cdf(x[:, 0]) * num).astype(int), num - 1)
    at = np.exp(log_ratio(problem, x)) / (num * pi[bins])
    # t = exp(v), up to where the smallest ratio asked for has decayed. The integrand vanishes at both ends, so the
    # trapezium rule in v converges exponentially fast.
    v = np.arange(-45, min(600, 5 - np.log(max(np.min(at), 1e-300))), 0.25)
    t = np.exp(v)
    phi = np.array([np.sum(pi[used] * np.mean(np.exp(-s * reweighted), axis=1)) for s in t])
    kernel = t * phi ** (num_candidates - 1)
    return num_candidates * (np.exp(-np.outer(at, t)) @ kernel) * (v[1] - v[0])


@functools.cache
def orc_cdf(problem: Problem, num_candidates: int, **partition: Any) -> tuple[Array, Array]:
    """Points and values of the distribution function of ORC's output q h_n, one dimension."""
    v = special.expit(np.linspace(-25, 25, 2000))
    # Half the points are quantiles of Q, half of P: the output lies between the two.
    x = np.sort(np.concatenate([problem.target[0].ppf(v), problem.prior[0].ppf(v)]))
    density = problem.target[0].pdf(x) * orc_factor(problem, num_candidates, x[:, None], **partition)
    value = np.concatenate([[0.0], np.cumsum(np.diff(x) * (density[1:] + density[:-1]) / 2)])
    return x, value


def total_variation_of_orc(problem: Problem, num_candidates: int, **partition: Any) -> float:
    """Total variation between ORC's output and Q, one dimension."""
    v = (np.arange(4000) + 0.5) / 4000
    x = problem.target[0].ppf(v)[:, None]
    return float(np.mean(np.abs(orc_factor(problem, num_candidates, x, **partition) - 1)) / 2)


# ---------------------------------------------------------------------------------------- one candidate after another


def greedy_tails(ratio: Array, steps: int) -> Array:
    """P(N > k), k = 0..steps, of greedy rejection sampling where P is even on the points with these ratios.

    By what every step accepts of every point: alpha = min(q - p L, p S), S what is left (Flamich & Theis, 2023).
    """
    left, level, tails = 1.0, 0.0, [1.0]
    for _ in range(steps):
        accepted = np.mean(np.minimum(np.maximum(ratio - level, 0.0), left))
        level, left = level + left, left - accepted
        tails.append(left)
    return np.array(tails)


def given_up(problem: Problem, num_candidates: int, num_runs: int, seed: int) -> tuple[Array, Array, Array]:
    """PFR that sends candidate 1 unless it ends within n candidates: samples (R, D), indices and examined (R,)."""
    rng, n = np.random.default_rng(seed), num_candidates
    x = np.stack([p.ppf(rng.random((num_runs, n))) for p in problem.prior], axis=-1)
    times = rng.exponential(size=(num_runs, n + 1)).cumsum(axis=1)
    with np.errstate(divide="ignore"):
        race = np.log(times[:, :n]) - log_ratio(problem, x)
    best = np.minimum.accumulate(race, axis=1)
    ended = np.log(times[:, 1:]) - d_inf_bits_by_search(problem) * np.log(2) > best  # after 1..n candidates
    over = ended.any(axis=1)
    index = np.where(over, race.argmin(axis=1), 0)
    return x[np.arange(num_runs), index], index + 1, np.where(over, ended.argmax(axis=1) + 1, n)


# ----------------------------------------------------------------------------- one Gaussian at a time, other methods


def _peak(m: float, s: float, low: float, high: float) -> float:
    """Largest log ratio of N(m, s^2) to N(0, 1) on an interval, s < 1."""
    x = min(max(m / (1 - s * s), low), high)
    return -np.log(s) - 0.5 * ((x - m) / s) ** 2 + 0.5 * x * x


def astar(mean: Array, scale: Array, bits: Sequence[float], runs: int, luck: np.random.Generator) -> tuple[Array, ...]:
    """A* sampling on boxes halved in P-mass along the axis that is widest against a target of these bits.

    Returns depths of the winners, numbers of nodes taken and samples.
    """
    dim, unit = len(mean), np.sqrt(4.0 ** np.array(bits) - 1)
    depths, counts, samples = [], [], []
    for _ in range(runs):
        queue = [(-np.inf, 0, luck.exponential(), ((0.0, 1.0),) * dim, 0)]
        best, ticket, taken = (np.inf, 0, None), 0, 0
        while queue:
            bound, _, time, box, depth = heapq.heappop(queue)
            if bound > best[0]:
                break
            taken += 1
            x = special.ndtri([luck.uniform(a, b) for a, b in box])
            race = np.log(time) - sum(_peak(m, s, y, y) for m, s, y in zip(mean, scale, x, strict=True))
            best = min(best, (race, depth, tuple(x)))
            widths = []
            for (a, b), per in zip(box, unit, strict=True):
                low, middle, high = special.ndtri([a, (a + b) / 2, b])
                widths.append(2 * per * min(middle - low, high - middle))
            axis = int(np.argmax(widths))
            a, b = box[axis]
            for half in ((a, (a + b) / 2), ((a + b) / 2, b)):
                child = (*box[:axis], half, *box[axis + 1 :])
                later = time + luck.exponential() * 2.0 ** (depth + 1)
                ends = [special.ndtri(side) for side in child]
                top = sum(_peak(m, s, *side) for m, s, side in zip(mean, scale, ends, strict=True))
                ticket += 1
                heapq.heappush(queue, (np.log(later) - top, ticket, later, child, depth + 1))
        depths.append(best[1])
        counts.append(taken)
        samples.append(best[2])
    return np.array(depths), np.array(counts), np.array(samples)


@functools.cache
def _sigma(m: float, s: float) -> tuple[Array, Array]:
    """Levels and sigma there, by the trapezoid rule on the two normal masses above every level."""
    vertex, slope = m / (1 - s * s), np.sqrt((1 / s**2 - 1) / 2)
    y = 1 - np.linspace(0, 1, 40001)[::-1] ** 3
    reach = np.sqrt(-np.log(np.maximum(y[1:], 1e-300))) / slope
    ends = vertex - reach, vertex + reach
    top = np.exp(_peak(m, s, -np.inf, np.inf))
    left = np.diff(stats.norm(m, s).cdf(ends), axis=0)[0] - top * y[1:] * np.diff(stats.norm.cdf(ends), axis=0)[0]
    rate = 1 / np.maximum(np.append(1.0, left), 1e-13)
    return top * y, np.append(0.0, np.cumsum(np.diff(top * y) * (rate[1:] + rate[:-1]) / 2))


def gprs(m: float, s: float, runs: int, luck: np.random.Generator) -> tuple[Array, Array]:
    """Greedy Poisson rejection sampling: indices and samples."""
    indices, samples = [], []
    for _ in range(runs):
        time, index, accepted = 0.0, 0, False
        while not accepted:
            index, time, x = index + 1, time + luck.exponential(), luck.normal()
            accepted = time <= np.interp(np.exp(_peak(m, s, x, x)), *_sigma(m, s))
        indices.append(index)
        samples.append(x)
    return np.array(indices), np.array(samples)


def fast_gprs(m: float, s: float, runs: int, luck: np.random.Generator) -> tuple[Array, Array]:
    """The same on an interval that every rejected sample cuts: numbers of steps and samples."""
    steps, samples = [], []
    for _ in range(runs):
        time, taken, accepted, low, high = 0.0, 0, False, 0.0, 1.0
        while not accepted:
            u = luck.uniform(low, high)
            taken, time, x = taken + 1, time + luck.exponential() / (high - low), special.ndtri(u)
            accepted = time <= np.interp(np.exp(_peak(m, s, x, x)), *_sigma(m, s))
            low, high = (u, high) if x < m / (1 - s * s) else (low, u)
        steps.append(taken)
        samples.append(x)
    return np.array(steps), np.array(samples)
