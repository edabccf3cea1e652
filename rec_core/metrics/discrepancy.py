"""Maximum mean discrepancy with a Gaussian kernel.

With the kernel k(x, y) = exp(-sum_d (x_d - y_d)^2 / (2 b_d^2)),

    MMD^2 = E k(X, X') - 2 E k(X, Y) + E k(Y, Y'),   X, X' samples, Y, Y' ~ Q,

and E_Q k(x, Y), E k(Y, Y') are products over dimensions: closed forms of the family, else quadrature, to 1e-9.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .. import families
from ..arguments import checked
from ..arrays import Floats
from ..channel import Problem
from ..errors import RecError
from ..jit import kernel
from ..laws.line import legendre, target_nodes
from .samples import pair_of, rows_of

_MEDIAN_POINTS = 1000  # of a sample, whose distances the median heuristic uses


class Mmd(NamedTuple):
    """Maximum mean discrepancy with a Gaussian kernel, squared.

    `squared` is unbiased, and may be below 0; `biased_squared` is never negative, and too large on average by about
    (1 - E k) / M. `error` is the standard error of `squared`, also near 0, where its law is skewed to the right.
    `bandwidth` (D,) is the kernel's, in the units of x.

    >>> Mmd(squared=-0.01, biased_squared=0.02, error=0.03, bandwidth=(1.0,)).value
    0.0
    """

    squared: float
    biased_squared: float
    error: float
    bandwidth: tuple[float, ...]

    @property
    def value(self) -> float:
        """The MMD itself, 0 if its squared estimate is negative."""
        return math.sqrt(max(0.0, self.squared))


@checked
def mmd(samples: ArrayLike, target: Problem | ArrayLike, bandwidth: ArrayLike | None = None) -> Mmd:
    """MMD of samples (M, D) from the Q of a problem, by its exact law, or from other samples (N, D).

    The kernel is exp(-sum_d (x_d - y_d)^2 / (2 b_d^2)); `bandwidth` is one number or (D,). By default it is the median
    heuristic: for a problem `median_bandwidth(problem)`, b_d in proportion to Q's spread in dimension d, so that every
    dimension matters; for samples the median distance in the two together. Time O(M^2 D), memory O(M D).

    Raises RecError for shapes that do not match, and bandwidths that are not positive.
    Source: Gretton et al., A Kernel Two-Sample Test (2012), lemma 6 and equation 5.

    >>> import rec_core as rec
    >>> problem = rec.gaussian_problem([1.0], [0.5])
    >>> distance = mmd(rec.encode_many(problem, 500, rec.ORC(1), seed=1).samples, problem)
    >>> distance.squared > 5 * distance.error
    True
    """
    x, other = pair_of(samples, target)
    widths = bandwidth_of(bandwidth, other if isinstance(other, Problem) else np.concatenate((x, other)), x.shape[1])
    (own, square), count = _own_sums(x / widths), x.shape[0]
    own_mean = (own - 1.0) / (count - 1)  # over the others
    spread = square - 2.0 * float(np.mean(own_mean**2)) + float(own_mean.mean()) ** 2  # of the kernel, centerd
    if isinstance(other, Problem):
        units = in_standard_units(other, widths)
        cross, constant = kernel_means(other, other.prior.standard(x), units), kernel_mean(other, units)
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
    """First-order variance of the estimate from one side's mean differences (M,), minus their own noise."""
    return 4.0 * max(0.0, float(np.var(differences)) - noise) / differences.size


@checked
def median_bandwidth(target: Problem | ArrayLike) -> tuple[float, ...]:
    """Bandwidth (D,) of the median heuristic.

    Of a problem: b_d = s_d sqrt(2 m), s_d the standard deviation of Q and m the median of chi-square with D degrees of
    freedom: the median distance of two samples of Q, each dimension in its own standard deviations (nearly, for a
    uniform Q). Of samples (N, D): their median distance, the same in every dimension, from about 1000 of them.

    Raises RecError if more than half of the samples are equal. Source: Gretton et al. (2012), section 8.

    >>> import rec_core as rec
    >>> [round(width, 3) for width in median_bandwidth(rec.gaussian_problem([1.0, 0.0], [0.5, 0.1]))]
    [0.833, 0.167]
    """
    from scipy import stats

    if isinstance(target, Problem):
        widths: list[float] = (target.spread * math.sqrt(2.0 * float(stats.chi2.median(target.dim)))).tolist()
        return tuple(widths)
    rows = rows_of(target, "samples")
    rows = rows[:: -(-rows.shape[0] // _MEDIAN_POINTS)]
    squares = np.sum((rows[:, None] - rows) ** 2, axis=-1)[np.triu_indices(rows.shape[0], 1)]
    middle = math.sqrt(float(np.median(squares)))
    if middle == 0.0:
        raise RecError("More than half of the samples are equal, so their median distance is 0; give a bandwidth.")
    return (middle,) * int(rows.shape[1])


def bandwidth_of(given: ArrayLike | None, source: Problem | Floats, dim: int) -> Floats:
    widths = np.asarray(median_bandwidth(source) if given is None else given, dtype=np.float64)
    if widths.shape not in ((), (1,), (dim,)) or not (np.isfinite(widths) & (widths > 0.0)).all():
        raise RecError(f"bandwidth must be one positive number or {dim}, got {given!r}.")
    return np.broadcast_to(widths, (dim,)).astype(np.float64)


def in_standard_units(problem: Problem, widths: Floats) -> Floats:
    """Bandwidths in units in which P is standard."""
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


def kernel_means(problem: Problem, x: Floats, widths: Floats) -> Floats:
    """E_Q[k(x, Y)] at x (M, D); x and widths in units in which P is standard."""
    family, out = families.family(problem.family), np.ones(x.shape[0])
    for row, column, width in zip(problem.table, x.T, widths.tolist(), strict=True):
        if family.kernel_means is None:
            out *= _line_means(problem.family_code, row, np.ascontiguousarray(column), width)
        else:
            out *= family.kernel_means(row, column, width)
    return out


def kernel_mean(problem: Problem, widths: Floats) -> float:
    """E[k(Y, Y')] for independent Y, Y' ~ Q; widths in units in which P is standard."""
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
