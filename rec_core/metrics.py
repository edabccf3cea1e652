"""How far samples are from where they should be, and how sure a mean is.

    from rec_core import metrics                             # or rec.metrics
    sent = rec.encode_many(problem, 2000, rec.ORC(64), seed=1)
    metrics.mmd(sent.samples, problem).squared               # unbiased; only one side is sampled
    metrics.ks(sent.samples, problem).p_value                # one a dimension

Samples have shape (M, D); a vector (M,) is taken as D = 1. SciPy does what it has; the rest is here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from . import families, laws
from .arrays import LN2, Floats, Ints
from .channel import Problem, check_problem
from .checks import check_method
from .errors import RecError
from .jit import kernel
from .laws.line import legendre, standard_row, target_nodes
from .methods import ORC, PFR
from .tables import bin_weights

_MEDIAN_POINTS = 1000  # of a sample, whose distances the median heuristic looks at


def _rows(samples: ArrayLike, name: str, least: int = 2) -> Floats:
    """Samples as float64 (M, D), or a sentence."""
    try:
        rows = np.asarray(samples, dtype=np.float64)
    except (TypeError, ValueError):
        raise RecError(f"{name} must be an array of numbers, one sample a row.") from None
    rows = rows[:, None] if rows.ndim == 1 else rows
    if rows.ndim != 2 or rows.shape[0] < least or rows.shape[1] < 1:
        raise RecError(f"{name} must have shape (M, D) with at least {least} rows, got {rows.shape}.")
    if not np.isfinite(rows).all():
        raise RecError(f"{name} must be finite numbers; found NaN or infinity.")
    return np.ascontiguousarray(rows)


def _pair(samples: ArrayLike, target: Problem | ArrayLike) -> tuple[Floats, Problem | Floats]:
    """Both sides checked, of one dimension."""
    x = _rows(samples, "samples")
    other = target if isinstance(target, Problem) else _rows(target, "target")
    dim = other.dim if isinstance(other, Problem) else other.shape[1]
    if dim != x.shape[1]:
        raise RecError(f"The samples have {x.shape[1]} dimensions, what they are held against has {dim}.")
    return x, other


# ---------------------------------------------------------------------------------------- one dimension at a time


class Ks(NamedTuple):
    """Kolmogorov-Smirnov statistic and p-value of every dimension, both of shape (D,)."""

    statistic: Floats
    p_value: Floats


def ks(samples: ArrayLike, target: Problem | ArrayLike) -> Ks:
    """Two-sided Kolmogorov-Smirnov test of each dimension against Q's marginal, or against other samples (N, D).

    It sees marginals alone; for the joint law there is `mmd`. Raises RecError for shapes that do not match.
    """
    from scipy import stats

    x, other = _pair(samples, target)
    if isinstance(other, Problem):
        x = np.ascontiguousarray(other.prior.standard(x))
    found = []
    for d in range(x.shape[1]):
        if isinstance(other, Problem):
            cdf: Any = partial(families.cdfs, other.family_code, other.table[d])
            found.append(stats.kstest(x[:, d], cdf))
        else:
            found.append(stats.ks_2samp(x[:, d], other[:, d]))
    return Ks(np.array([row.statistic for row in found]), np.array([row.pvalue for row in found]))


def total_variation(samples: ArrayLike, target: Callable[[Floats], Floats] | ArrayLike, edges: ArrayLike) -> float:
    """Total variation between histograms over cells that end at `edges` (K,), and one cell for all the rest.

    `samples` (M,); `target` a density, called with points (N,), or other samples (N,). Cells hide what happens inside
    them, which lowers the value; noise raises it, by about sqrt(cells / (2 pi M)) where the laws are the same.
    Raises RecError for edges that do not increase.
    """
    ends = np.asarray(edges, dtype=np.float64)
    if ends.ndim != 1 or ends.size < 2 or not (np.diff(ends) > 0).all():
        raise RecError("edges must be at least two increasing numbers.")
    ours = _cells(samples, "samples", ends)
    if callable(target):
        nodes, weights = np.polynomial.legendre.leggauss(16)
        half = 0.5 * np.diff(ends)[:, None]
        theirs = (target((ends[:-1, None] + half * (1.0 + nodes)).ravel()).reshape(-1, 16) * weights * half).sum(axis=1)
    else:
        theirs = _cells(target, "target", ends)
    return 0.5 * float(np.abs(ours - theirs).sum() + abs(ours.sum() - theirs.sum()))


def _cells(samples: ArrayLike, name: str, edges: Floats) -> Floats:
    """Shares of one-dimensional samples in the cells."""
    rows = _rows(samples, name, least=1)
    if rows.shape[1] != 1:
        raise RecError(f"{name} must be of one dimension to be counted in cells, got {rows.shape[1]}.")
    return np.asarray(np.histogram(rows[:, 0], edges)[0] / rows.shape[0], dtype=np.float64)


# ------------------------------------------------------------------------------------------------------------- MMD
#
# With the kernel k(x, y) = exp(-sum_d (x_d - y_d)^2 / (2 b_d^2)),
#
#     MMD^2 = E k(X, X') - 2 E k(X, Y) + E k(Y, Y'),   X, X' samples, Y, Y' ~ Q,
#
# and E_Q k(x, Y), E k(Y, Y') are products over dimensions: closed forms of the family, else quadrature, to 1e-9.


class Mmd(NamedTuple):
    """Maximum mean discrepancy with a Gaussian kernel, squared.

    `squared` has the right mean, and may come out below 0; `biased_squared` is a true square, too large on average by
    about (1 - E k) / M. `error` is the standard error of `squared`, near 0 too, where its law is skewed to the right.
    `bandwidth` (D,) is the kernel's.
    """

    squared: float
    biased_squared: float
    error: float
    bandwidth: tuple[float, ...]

    @property
    def value(self) -> float:
        """The MMD itself, 0 where its square came out below."""
        return math.sqrt(max(0.0, self.squared))


def mmd(samples: ArrayLike, target: Problem | ArrayLike, bandwidth: ArrayLike | None = None) -> Mmd:
    """MMD of samples (M, D) from a problem's Q, whose side is not sampled, or from other samples (N, D).

    The kernel is exp(-sum_d (x_d - y_d)^2 / (2 b_d^2)); `bandwidth` is one number or (D,). By default it is the median
    heuristic: for a problem `median_bandwidth(problem)`, b_d in proportion to Q's spread in dimension d, so that every
    dimension counts; for samples the median distance in the two together. Time O(M^2 D), memory O(M D).

    Raises RecError for shapes that do not match and bandwidths that are not positive. Source: Gretton et al., A Kernel
    Two-Sample Test (2012), lemma 6 and equation 5.
    """
    x, other = _pair(samples, target)
    widths = _bandwidth(bandwidth, other if isinstance(other, Problem) else np.concatenate((x, other)), x.shape[1])
    (own, square), count = _own_sums(x / widths), x.shape[0]
    own_mean = (own - 1.0) / (count - 1)  # over the others
    spread = square - 2.0 * float(np.mean(own_mean**2)) + float(own_mean.mean()) ** 2  # of the kernel, centred
    if isinstance(other, Problem):
        units = _standard(other, widths)
        cross, constant = _kernel_means(other, other.prior.standard(x), units), _kernel_mean(other, units)
        biased, share = constant, 1.0 / count
        variance = _variance(own_mean - cross, spread * share)
    else:
        (their, _), size = _own_sums(other / widths), other.shape[0]
        their_mean = (their - 1.0) / (size - 1)
        cross = _row_sums(x / widths, other / widths) / size
        back = _row_sums(other / widths, x / widths) / count
        constant, biased, share = float(their_mean.mean()), float(their.mean()) / size, 1.0 / count + 1.0 / size
        variance = _variance(own_mean - cross, spread * share) + _variance(their_mean - back, spread * share)
    across = 2.0 * float(cross.mean())
    return Mmd(
        float(own_mean.mean()) - across + constant,
        max(0.0, float(own.mean()) / count - across + biased),
        math.sqrt(variance + 2.0 * max(0.0, spread) * share**2),
        tuple(widths.tolist()),
    )


def _variance(differences: Floats, noise: float) -> float:
    """First-order variance of the estimate from one side's mean differences (M,), less their own noise."""
    return 4.0 * max(0.0, float(np.var(differences)) - noise) / differences.size


def median_bandwidth(target: Problem | ArrayLike) -> tuple[float, ...]:
    """Bandwidth (D,) of the median heuristic.

    Of a problem: b_d = s_d sqrt(2 m), s_d the standard deviation of Q and m the median of chi-square with D degrees of
    freedom: the median distance of two samples of Q, each dimension in its own standard deviations (for a uniform Q
    nearly). Of samples (N, D): their median distance, the same in every dimension, from about 1000 of them.
    """
    from scipy import stats

    if isinstance(target, Problem):
        widths: list[float] = (target.spread * math.sqrt(2.0 * float(stats.chi2.median(target.dim)))).tolist()
        return tuple(widths)
    rows = _rows(target, "samples")
    rows = rows[:: -(-rows.shape[0] // _MEDIAN_POINTS)]
    squares = np.sum((rows[:, None] - rows) ** 2, axis=-1)[np.triu_indices(rows.shape[0], 1)]
    middle = math.sqrt(float(np.median(squares)))
    if middle == 0.0:
        raise RecError("More than half the samples are equal, so their median distance is 0; give a bandwidth.")
    return (middle,) * int(rows.shape[1])


def _bandwidth(given: ArrayLike | None, source: Problem | Floats, dim: int) -> Floats:
    widths = np.asarray(median_bandwidth(source) if given is None else given, dtype=np.float64)
    if widths.shape not in ((), (1,), (dim,)) or not (np.isfinite(widths) & (widths > 0.0)).all():
        raise RecError(f"bandwidth must be one positive number or {dim}, got {given!r}.")
    return np.broadcast_to(widths, (dim,)).astype(np.float64)


def _standard(problem: Problem, widths: Floats) -> Floats:
    """Bandwidths where P is standard."""
    return widths / np.array(problem.prior_scale) if problem.prior_scale else widths


@kernel
def _row_sums(x: Floats, y: Floats) -> Floats:
    """sum_j exp(-|x_i - y_j|^2 / 2) for every i, (M,)."""
    out = np.zeros(x.shape[0])
    for i in range(x.shape[0]):
        total = 0.0
        for j in range(y.shape[0]):
            square = 0.0
            for d in range(x.shape[1]):
                square += (x[i, d] - y[j, d]) ** 2
            total += math.exp(-0.5 * square)
        out[i] = total
    return out


@kernel
def _own_sums(x: Floats) -> tuple[Floats, float]:
    """`_row_sums` of x and itself, each pair once, and the mean square of the kernel over pairs of different rows."""
    out, squares = np.ones(x.shape[0]), 0.0
    for i in range(x.shape[0]):
        for j in range(i):
            square = 0.0
            for d in range(x.shape[1]):
                square += (x[i, d] - x[j, d]) ** 2
            value = math.exp(-0.5 * square)
            out[i] += value
            out[j] += value
            squares += value * value
    return out, 2.0 * squares / (x.shape[0] * (x.shape[0] - 1))


def _kernel_means(problem: Problem, x: Floats, widths: Floats) -> Floats:
    """E_Q[k(x, Y)] at x (M, D); x and widths where P is standard."""
    family, out = families.family(problem.family), np.ones(x.shape[0])
    for row, column, width in zip(problem.table, x.T, widths.tolist(), strict=True):
        if family.kernel_means is None:
            out *= _line_means(problem.family_code, row, np.ascontiguousarray(column), width)
        else:
            out *= family.kernel_means(row, column, width)
    return out


def _kernel_mean(problem: Problem, widths: Floats) -> float:
    """E[k(Y, Y')] for independent Y, Y' ~ Q; widths where P is standard."""
    family, code, out = families.family(problem.family), problem.family_code, 1.0
    for row, width in zip(problem.table, widths.tolist(), strict=True):
        if family.kernel_mean is not None:
            out *= family.kernel_mean(row, width)
            continue
        ends = family.breaks(row)
        near = (ends[:, None] + width * _BENDS).ravel() if width < np.diff(ends).max() else np.zeros(0)
        y, _, shares = target_nodes(code, row, extra=near, size=16 if ends.size <= 64 else 6)
        out *= float(shares @ _line_means(code, row, y, width)) / float(shares.sum())
    return out


_BENDS = np.array([-9.0, -6.0, -3.5, -1.5, 0.0, 1.5, 3.5, 6.0, 9.0])  # widths, between which the kernel is smooth


def _line_means(code: int, row: Floats, x: Floats, width: float) -> Floats:
    ends = families.family(code).breaks(row)
    return _means_by_quadrature(code, row, x, width, ends, *legendre(16 if ends.size <= 64 else 6))


@kernel
def _means_by_quadrature(
    code: int, row: Floats, x: Floats, width: float, ends: Floats, rule: Floats, rule_weights: Floats
) -> Floats:
    """E_Q[exp(-(x - Y)^2 / (2 width^2))] at x (M,), one dimension: panels end at the breaks of Q and of the kernel."""
    out, breaks = np.zeros(x.shape[0]), np.empty(ends.shape[0] + _BENDS.shape[0])
    for i in range(x.shape[0]):
        low, high = max(ends[0], x[i] + width * _BENDS[0]), min(ends[-1], x[i] + width * _BENDS[-1])
        if not low < high:
            continue
        for k in range(ends.shape[0]):
            breaks[k] = min(max(ends[k], low), high)
        for k in range(_BENDS.shape[0]):
            breaks[ends.shape[0] + k] = min(max(x[i] + width * _BENDS[k], low), high)
        breaks.sort()
        for k in range(breaks.shape[0] - 1):
            half = 0.5 * (breaks[k + 1] - breaks[k])
            if half <= 0.0:
                continue
            for node in range(rule.shape[0]):
                y = breaks[k] + half * (1.0 + rule[node])
                log = families.log_pdf(code, y) + families.log_ratio(code, row, y) - 0.5 * ((x[i] - y) / width) ** 2
                out[i] += half * rule_weights[node] * math.exp(log)
    return out


# ------------------------------------------------------------------------------------- MMD of an output, no samples
#
# A search's output has density p' rho(ln r') (`laws.output_ratio`), so over any law M that covers it and Q,
#
#     MMD^2 = E delta(x) delta(x') k(x, x'),   x, x' ~ M,   delta = (rho p' - q) / M,
#
# and since delta averages to 0 the kernel may be centred at Q, which takes most of the noise away. M is a mixture of
# P', Q and two laws between P and Q, where the best of too few candidates lie.

_LINE_POINTS = 2048  # of each part of the mixture in one dimension
_SPACE_POINTS = 800  # and in more
_BETWEEN = (1 / 3, 2 / 3)


def output_mmd(problem: Problem, methods: Sequence[ORC | PFR], bandwidth: ArrayLike | None = None) -> Floats:
    """MMD from Q of what each of K methods sends; shape (K,). They share partition and weighting.

    From the law of the output (`laws.output_ratio`), without running a search: of ORC with its number of candidates,
    or of PFR stopped after `max_examined`. Kernel and bandwidth are `mmd`'s. One dimension: quadrature, to about 1%.
    More: over points drawn with a fixed seed, with an error of about 5% however small the MMD is, on top of that of the
    law. A uniform Q is sent exactly: 0.

    Raises RecError as `laws.output_ratio` and `mmd` do, and where the methods differ in partition or weighting.
    """
    from scipy.interpolate import PchipInterpolator

    check_problem(problem)
    for method in methods:
        check_method(method, "weighting")
    kinds = {(method.partition, method.weighting) for method in methods}
    if len(kinds) != 1:
        raise RecError("Give at least one method, all of one partition and one weighting.")
    methods[0].check(problem)
    widths = _standard(problem, _bandwidth(bandwidth, problem, problem.dim))
    if families.family(problem.family).LAWS == "box":
        return np.zeros(len(methods))
    code, target, shares = problem.family_code, problem.table, bin_weights(problem, *kinds.pop())
    between = [np.array([families.family(code).between(row, way) for row in target]) for way in _BETWEEN]
    x = _nodes(code, [target, *between], shares)
    log_target = _log_density(code, target, x)
    log_heuristic = _log_density(code, np.array([standard_row(code)] * problem.dim), x)
    for d, share in enumerate(shares):
        log_heuristic += np.log(np.maximum(share.size * share[_interval(code, x[:, d], share.size)], 1e-300))
    parts = [log_heuristic, log_target, *(_log_density(code, rows, x) for rows in between)]
    log_mixture = np.logaddexp.reduce(parts) - math.log(len(parts))
    ratio_bits = (log_target - log_heuristic) / LN2
    high = ratio_bits.max()
    grid = np.concatenate((np.quantile(ratio_bits, np.linspace(0.0, 1.0, 256)), high - np.linspace(0.0, 60.0, 192)))
    grid = np.unique(grid.round(6))
    deltas = np.empty((x.shape[0], len(methods)))
    for k, method in enumerate(methods):
        output = laws.output_ratio(problem, method, grid)
        log_output = PchipInterpolator(grid, np.log(np.maximum(output, 1e-300)))(ratio_bits)
        deltas[:, k] = np.exp(log_output + log_heuristic - log_mixture) - np.exp(log_target - log_mixture)
    deltas /= x.shape[0]
    sums = deltas.sum(axis=0)
    means = _kernel_means(problem, x, widths)
    squares = _quadratic(x / widths, deltas, 1.0 if problem.dim == 1 else 0.0)
    squares += -2.0 * (means @ deltas) * sums + _kernel_mean(problem, widths) * sums**2
    if problem.dim > 1:  # of pairs of different points alone
        own = deltas**2
        squares += 2.0 * (means @ own) - _kernel_mean(problem, widths) * own.sum(axis=0)
        squares *= x.shape[0] / (x.shape[0] - 1)
    return np.asarray(np.sqrt(np.maximum(squares, 0.0)))


def _log_density(code: int, rows: Floats, x: Floats) -> Floats:
    """ln of the density of these rows at x (M, D)."""
    columns = np.ascontiguousarray(x.T)
    parts = [
        families.log_pdfs(code, z) + families.log_ratios(code, row, z) for row, z in zip(rows, columns, strict=True)
    ]
    return np.asarray(np.sum(parts, axis=0))


def _interval(code: int, x: Floats, intervals: int) -> Ints:
    """The intervals of an equal-mass cut of P in which points x (M,) lie."""
    u = families.cdfs(code, standard_row(code), np.ascontiguousarray(x))
    return np.minimum((u * intervals).astype(np.int64), intervals - 1)


def _nodes(code: int, tables: list[Floats], shares: list[Floats]) -> Floats:
    """Points of P' and of the laws of these rows, as many of each, (N, D): midpoints of equal masses or drawn."""
    dim = len(shares)
    count = _LINE_POINTS if dim == 1 else _SPACE_POINTS
    drawn = np.random.default_rng(0).random((1 + len(tables), count, dim))
    v = np.broadcast_to(((np.arange(count) + 0.5) / count)[:, None], drawn.shape) if dim == 1 else drawn
    there, quantile = np.empty(drawn.shape), families.family(code).target_quantile
    for d, share in enumerate(shares):
        ends = np.cumsum(share)
        ends /= ends[-1]
        number = np.minimum(np.searchsorted(ends, v[0, :, d], side="right"), share.size - 1)
        inside = np.clip((v[0, :, d] - (ends[number] - share[number])) / share[number], 1e-9, 1.0 - 1e-9)
        there[0, :, d] = quantile(standard_row(code), (number + inside) / share.size)
        for own, rows, u in zip(there[1:], tables, v[1:], strict=True):
            own[:, d] = quantile(rows[d], u[:, d])
    return there.reshape(-1, dim)


@kernel
def _quadratic(x: Floats, weights: Floats, diagonal: float) -> Floats:
    """sum_ij w_ik w_jk exp(-|x_i - x_j|^2 / 2) for every column k of weights (N, K); `diagonal` times i = j."""
    out = np.zeros(weights.shape[1])
    for i in range(x.shape[0]):
        for k in range(weights.shape[1]):
            out[k] += diagonal * weights[i, k] ** 2
        for j in range(i):
            square = 0.0
            for d in range(x.shape[1]):
                square += (x[i, d] - x[j, d]) ** 2
            twice = 2.0 * math.exp(-0.5 * square)
            for k in range(weights.shape[1]):
                out[k] += twice * weights[i, k] * weights[j, k]
    return out


# --------------------------------------------------------------------------------------------------------- means


class Interval(NamedTuple):
    """A mean and the ends of its confidence interval."""

    mean: float
    low: float
    high: float


def mean_interval(values: ArrayLike, level: float = 0.95) -> Interval:
    """The mean of values (M,) with Student's confidence interval: right for means of many, or of nearly normal values.

    Raises RecError for fewer than two values or a level outside (0, 1).
    """
    from scipy import stats

    x = _values(values, level)
    mean, error = float(x.mean()), float(x.std(ddof=1)) / math.sqrt(x.size)
    half = float(stats.t.ppf(0.5 + 0.5 * level, x.size - 1)) * error
    return Interval(mean, mean - half, mean + half)


def bootstrap_interval(values: ArrayLike, level: float = 0.95, resamples: int = 2000, seed: int = 0) -> Interval:
    """The mean of values (M,) with a bootstrap interval, corrected for bias and skewness (BCa).

    For skewed counts such as numbers of candidates, where few large values carry the mean. Raises RecError as
    `mean_interval`. Source: Efron (1987), as in `scipy.stats.bootstrap`.
    """
    from scipy import stats

    x = _values(values, level)
    mean = float(x.mean())
    if (x == x[0]).all():
        return Interval(mean, mean, mean)
    found = stats.bootstrap(
        (x,), np.mean, n_resamples=resamples, batch=max(1, 2**22 // x.size), confidence_level=level,
        rng=np.random.default_rng(seed),
    )  # fmt: skip
    return Interval(mean, float(found.confidence_interval.low), float(found.confidence_interval.high))


def _values(values: ArrayLike, level: float) -> Floats:
    rows = _rows(values, "values")
    if rows.shape[1] != 1:
        raise RecError(f"values must be a vector, got {rows.shape[1]} columns.")
    if not 0.0 < level < 1.0:
        raise RecError(f"level must lie between 0 and 1, for example 0.95; got {level!r}.")
    return rows[:, 0]
