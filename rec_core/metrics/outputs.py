"""MMD from Q of what a search sends, from the law of its output: no search is run.

That output has density p' rho(ln r') (`laws.output_ratio`), so over any law M that covers it and Q,

    MMD^2 = E delta(x) delta(x') k(x, x'),   x, x' ~ M,   delta = (rho p' - q) / M,

and because the mean of delta is 0 the kernel may be centered at Q, which removes most of the noise. M is a mixture of
P', Q and two laws between P and Q, where the best of too few candidates lie.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from .. import families, laws
from ..arguments import checked
from ..arrays import LN2, Floats, Ints
from ..channel import Problem
from ..checks import check_method, vector, whole_number
from ..errors import RecError
from ..jit import kernel
from ..laws.line import legendre, standard_row
from ..methods import ORC, PFR
from ..partition import Partition, check_partition
from ..tables import Tables, entry_sizes, search_steps, tables
from ..upper_sum import upper_sum_bits
from .discrepancy import bandwidth_of, in_standard_units, kernel_mean, kernel_means

_LINE_POINTS = 2048  # of each part of the mixture in one dimension
_SPACE_POINTS = 800  # and in more
_BETWEEN = (1 / 3, 2 / 3)


@checked
def output_mmd(problem: Problem, methods: Sequence[ORC | PFR], bandwidth: ArrayLike | None = None) -> Floats:
    """MMD from Q of what each of K methods sends; shape (K,). They must have one partition and one weighting.

    From the law of the output (`laws.output_ratio`), without running a search: of ORC with its number of candidates,
    or of PFR stopped after `max_examined`. Kernel and bandwidth are as in `mmd`. One dimension: quadrature, to about
    1%. More: over points drawn with a fixed seed, with an error of about 5% however small the MMD is, plus that of the
    law. A uniform Q is sent exactly, and the MMD is 0, if r' is constant: without bins, if bins fit its box, and with
    every weighting except 'target_mass'.

    Raises RecError as `laws.output_ratio` and `mmd` do, for methods that differ in partition or weighting, and for a
    uniform Q with 'target_mass' and bins that do not fit its box, whose MMD is not computed. Source: here.

    >>> import rec_core as rec
    >>> output_mmd(rec.gaussian_problem([1.0], [0.1]), [rec.ORC(1), rec.ORC(64)]).round(2)
    array([0.71, 0.04])
    """
    from scipy.interpolate import PchipInterpolator

    methods = list(methods)
    for method in methods:
        check_method(method, "weighting", "max_examined")
    kinds = {(method.partition, method.weighting) for method in methods}
    if len(kinds) != 1:
        raise RecError("Give at least one method, all of one partition and one weighting.")
    methods[0].check(problem)
    widths = in_standard_units(problem, bandwidth_of(bandwidth, problem, problem.dim))
    cut, weighting = kinds.pop()
    code, target = problem.family_code, problem.table
    table = tables(problem, check_partition(cut, problem.dim), weighting)
    if families.family(code).LAWS == "steps":
        raise RecError("The MMD of letters is not computed; compare how often each is sent (rec.letters).")
    if families.family(code).LAWS == "box":
        for d in range(problem.dim):
            part = slice(int(table.offsets[d]), int(table.offsets[d + 1]))
            share = np.exp(table.log_weight[part])
            if np.ptp(share[table.log_peak[part] > -np.inf]) > 1e-9 * share.max():
                raise RecError(
                    "Some bin is partly outside the box of Q, so what is sent is not quite uniform, and its MMD is "
                    "not computed; use bins that fit the box, or another weighting."
                )
        return np.zeros(len(methods))
    between = [np.array([families.family(code).between(row, way) for row in target]) for way in _BETWEEN]
    x = _nodes([target, *between], table)
    log_target = _log_density(code, target, x)
    log_search = _log_density(code, np.array([standard_row(code)] * problem.dim), x)
    for d in range(problem.dim):
        edges, steps = search_steps(table, d)
        log_search += np.maximum(steps[np.searchsorted(edges, x[:, d], side="right")], -690.0)
    parts = [log_search, log_target, *(_log_density(code, rows, x) for rows in between)]
    log_mixture = np.logaddexp.reduce(parts) - math.log(len(parts))
    ratio_bits = (log_target - log_search) / LN2
    high = ratio_bits.max()
    grid = np.concatenate((np.quantile(ratio_bits, np.linspace(0.0, 1.0, 256)), high - np.linspace(0.0, 60.0, 192)))
    grid = np.unique(grid.round(6))
    deltas = np.empty((x.shape[0], len(methods)))
    for k, method in enumerate(methods):
        output = laws.output_ratio(problem, method, grid)
        log_output = PchipInterpolator(grid, np.log(np.maximum(output, 1e-300)))(ratio_bits)
        deltas[:, k] = np.exp(log_output + log_search - log_mixture) - np.exp(log_target - log_mixture)
    deltas /= x.shape[0]
    sums = deltas.sum(axis=0)
    if np.abs(sums).max() > 0.1:  # they are 0 where the points cover both laws
        raise RecError("The MMD cannot be computed for so distant a target; take more bins, or one nearer the prior.")
    means = kernel_means(problem, x, widths)
    squares = _quadratic(x / widths, deltas, 1.0 if problem.dim == 1 else 0.0)
    squares += -2.0 * (means @ deltas) * sums + kernel_mean(problem, widths) * sums**2
    if problem.dim > 1:  # only pairs of different points
        own = deltas**2
        squares += 2.0 * (means @ own) - kernel_mean(problem, widths) * own.sum(axis=0)
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


def _nodes(targets: list[Floats], table: Tables) -> Floats:
    """Points of P' and of the laws of these rows, equally many of each, (N, D): midpoints of equal masses, or drawn."""
    code, dim = table.family, table.intervals.size
    count = _LINE_POINTS if dim == 1 else _SPACE_POINTS
    drawn = np.random.default_rng(0).random((1 + len(targets), count, dim))
    v = np.broadcast_to(((np.arange(count) + 0.5) / count)[:, None], drawn.shape) if dim == 1 else drawn
    there, quantile = np.empty(drawn.shape), families.family(code).target_quantile
    for d in range(dim):
        sizes = entry_sizes(table, d)
        share = sizes * np.exp(table.log_weight[table.offsets[d] : table.offsets[d + 1]])
        ends = np.cumsum(share)
        ends /= ends[-1]
        entry = np.minimum(np.searchsorted(ends, v[0, :, d], side="right"), share.size - 1)
        inside = np.clip((v[0, :, d] - (ends[entry] - share[entry])) / share[entry], 1e-9, 1.0 - 1e-9) * sizes[entry]
        place = int(table.firsts[d]) + entry * int(table.blocks[d]) + inside
        there[0, :, d] = quantile(standard_row(code), place / int(table.intervals[d]))
        for own, rows, u in zip(there[1:], targets, v[1:], strict=True):
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


@checked
def searched_until(
    problem: Problem, levels: Sequence[float], partition: Partition | None = None, most_bits: int = 22
) -> tuple[float, ...]:
    """log2 of the candidates after which stopped PFR's MMD from Q is below each of K levels, (K,).

    NaN beyond 2^most_bits. From `output_mmd` after 1, 2, 4, ... candidates, interpolated linearly in the logs.

    Raises RecError as `output_mmd` does. Source: here.

    >>> import rec_core as rec
    >>> [round(bits, 1) for bits in searched_until(rec.gaussian_problem([1.0], [0.1]), (0.2, 0.05))]
    [4.1, 5.1]
    """
    cut = check_partition(partition, problem.dim)
    wanted = np.log(np.maximum(vector(levels, "levels"), 1e-300))
    most = min(whole_number(most_bits, "most_bits", 0), math.ceil(upper_sum_bits(problem, cut)) + 4)
    bias = output_mmd(problem, [PFR(cut, max_examined=2**k) for k in range(most + 1)])
    bias = np.log(np.minimum.accumulate(np.maximum(bias, 1e-12)))
    bits = []
    for level in wanted:
        after = int(np.argmax(bias < level)) if bias[-1] < level else -1
        before = max(after - 1, 0)
        share = (bias[before] - level) / (bias[before] - bias[after]) if after > 0 else 0.0
        bits.append(math.nan if after < 0 else float(before + share))
    return tuple(bits)


_RESOLVED = 1e-11  # smaller squares are below the error of the density


@checked
def orc_mmd_squared(problem: Problem, method: ORC, bandwidth: ArrayLike | None = None) -> float:
    """MMD^2 from Q of what ORC sends in one dimension; 0 if it is below 1e-11.

    By quadrature of `laws.orc_density`, with the same relative error: more accurate than `output_mmd`, which is also
    for more dimensions and for PFR. Kernel and bandwidth are as in `mmd`.

    Raises RecError for more dimensions, and as `laws.orc_density` does. Source: here.

    >>> import rec_core as rec
    >>> round(orc_mmd_squared(rec.gaussian_problem([1.0], [0.5]), rec.ORC(1)), 4)
    0.3193
    """
    if problem.dim != 1:
        raise RecError(f"This MMD is for one dimension, the problem has {problem.dim}; use output_mmd.")
    unit = problem.prior_scale[0] if problem.prior_scale else 1.0
    z, width = _line_rule(problem, check_partition(method.partition, 1))
    x = problem.prior.place(z[:, None])
    gap = (laws.orc_density(problem, method, x) - problem.pdf(x)) * unit * width
    (scale,) = in_standard_units(problem, bandwidth_of(bandwidth, problem, 1))
    square = float(gap @ np.exp(-0.5 * ((z[:, None] - z) / scale) ** 2) @ gap)
    return square if square > _RESOLVED else 0.0


def _line_rule(problem: Problem, cut: Partition) -> tuple[Floats, Floats]:
    """Points and weights for the line, P standard: panels end at edges of bins, and are narrow where Q is."""
    code, row = problem.family_code, problem.table[0]
    own, wide = (families.family(code).breaks(of) for of in (row, standard_row(code)))
    first, last = _interval(code, np.array([own[0], own[-1]]), cut.num_bins)
    first, last = max(int(first), 1), int(last) + 1  # beyond them P' is as smooth as P, or nothing
    numbers = range(first, last, max(1, (last - first) // 512))  # finer bins make steps too small to matter
    edges = np.array([families.edge(code, number, cut.num_bins) for number in numbers])
    ends = [edges, own, np.linspace(wide[0], wide[-1], 181), np.linspace(own[0], own[-1], 49)]
    breaks = np.unique(np.clip(np.concatenate(ends), *families.support(code)))
    nodes, weights = legendre(4)
    half = 0.5 * np.diff(breaks)[:, None]
    return (breaks[:-1, None] + half * (1.0 + nodes)).ravel(), (half * weights).ravel()
