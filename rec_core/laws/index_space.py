"""The law of the index in several informative dimensions: the law of ln r under Q within a bin, by convolution."""

from __future__ import annotations

import math
from itertools import pairwise, product

import numpy as np
from numpy.typing import NDArray

from .. import families
from ..arrays import Floats, Ints
from ..jit import kernel
from ..partition import ENUMERABLE_BINS
from .grids import convolved, transformed, untransformed
from .line import interval_nodes, legendre, standard_row, target_nodes
from .mixture import IndexLaw, deposited, grid_points, mean_log2_table, mixed
from .ratio import interval_atoms


@kernel
def _grid_excess(
    laws: Floats, centers: Floats, steps: Floats, below: Ints, log_bins: float, log_masses: Floats,
    node_weights: Floats, y: Floats, weights: Floats,
) -> None:  # fmt: skip
    """y = ln(1 + g) and weight at every point of S laws of ln r on circular grids (S, G): center + k step in nats.

    k starts at -below[i]. `log_masses` is ln Q(bin). Points without weight have y = 0.
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
            top = centers[i] + (k - below[i]) * steps[i] - log_bins
            y[i, k] = top if top > 36.0 else math.log1p(max(0.0, math.exp(top) - mass * (less + y[i, k])))
            weights[i, k] = node_weights[i] * share
            less += share


def _window(means: Floats, variances: Floats, peaks: Floats) -> tuple[Floats, Floats]:
    """How far below and above its mean the law of ln r is computed, (S,) each: its tails are at most exponential."""
    spread = 9.0 * np.sqrt(variances) + 18.0
    return np.minimum(spread, 700.0 + np.sqrt(variances)), np.minimum(spread, np.maximum(peaks - means, 0.0) + 0.5)


def grid_law(family: int, rows: Floats, counts: list[int], log_idle: float) -> IndexLaw:
    """Several informative dimensions of one problem: every bin, or bins drawn from Q by a lattice."""
    dim = len(counts)
    log_bins = log_idle + math.fsum(math.log(n) for n in counts)
    numbers, node_weights, batches = _bins_of(family, rows, counts)
    inverse, pieces, moments = [], [], np.zeros((numbers.shape[0], 4))
    for d in range(dim):
        used, back = np.unique(numbers[:, d], return_inverse=True)
        lows, highs = np.array([[families.edge(family, int(b) + side, counts[d]) for b in used] for side in (0, 1)])
        values, shares, own = _interval_law(family, rows[d], lows, highs)
        inverse.append(back.reshape(-1))
        pieces.append((values, shares, own[:, 0].copy()))
        moments += own[inverse[d]]
    below, above = _window(moments[:, 0], moments[:, 1], moments[:, 2])
    size = 4096 if dim * numbers.shape[0] <= 2**15 else 2048
    below[:] = below.max()
    step = float(below[0] + above.max()) / (size - 8)
    transforms = [
        transformed(values, shares, centers, np.full(centers.size, step), size) for values, shares, centers in pieces
    ]
    if batches > 1:
        # by quadrature in each dimension, which gives the exact averages over the nodes
        node_weights = _corrected(moments, batches, *_density_moments(family, rows))
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
            laws = untransformed(spectrum, size)
            added = _law_of_grids(laws, moments[part], below[part], steps, log_idle, log_bins, node_weights[part])
            parts[batch] = _added(parts[batch], added)
    return _averaged(parts)


def _law_of_grids(
    laws: Floats, moments: Floats, below: Floats, steps: Floats, log_idle: float, log_bins: float, node_weights: Floats
) -> Floats:
    """Deposited law of y from laws of ln r on circular grids; `moments` as in `interval_atoms`, summed over d."""
    y, weights = np.empty(laws.shape), np.empty(laws.shape)
    first = np.ceil(below / steps).astype(np.int64)
    _grid_excess(laws, moments[:, 0], steps, first, log_bins, moments[:, 3] - log_idle, node_weights, y, weights)
    return deposited(y.ravel(), weights.ravel())


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
        means.append(float(part @ mean_log2_table(part.size)))
        total[: part.size] += part / len(parts)
    error = float(np.std(means, ddof=1)) / math.sqrt(len(means)) if len(means) > 1 else 0.0
    return mixed(grid_points(total.size), total, error)


def _interval_law(family: int, row: Floats, lows: Floats, highs: Floats) -> tuple[Floats, Floats, Floats]:
    """Of Q restricted to each of S intervals: ln r and its weights (S, M), and moments as in `interval_atoms`."""
    if families.family(family).LAWS == "line":
        return interval_nodes(family, row, lows, highs)
    rule, rule_weights = legendre(128)
    values, shares, own = np.empty((lows.size, 128)), np.empty((lows.size, 128)), np.empty((lows.size, 4))
    means = np.full(lows.size, row[0])
    interval_atoms(means, float(row[1]), lows, highs, rule, rule_weights, values, shares, own)
    return values, shares, own


def _density_moments(family: int, rows: Floats) -> tuple[float, float]:
    """Mean and variance of ln r(X), X ~ Q, in nats; of a Gaussian, x = mean + scale z gives a quadratic in z."""
    average = math.fsum(families.kl(family, row) for row in rows)
    if families.family(family).LAWS == "line":
        laws = [target_nodes(family, row)[1:] for row in rows]
        return average, math.fsum(float((logs - shares @ logs) ** 2 @ shares) for logs, shares in laws)
    mean, scale = rows[:, 0], rows[:, 1]
    gap = (1.0 - scale) * (1.0 + scale)
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


# Prime sizes and generators of rank-1 lattices, from a search (smallest P_2 over 16 dimensions): every coordinate is
# evenly spread, and pairs nearly so.
_RULES = ((1021, 166), (509, 146), (251, 24), (127, 46))
_BATCHES = 4
_SHIFT = 0.6180339887498949


def _lattice(dim: int, size: int, generator: int) -> Floats:
    """Nodes in (0, 1)^dim, (batches * size, dim): shifted copies of one lattice, folded to make functions periodic."""
    powers = np.array([pow(generator, d, size) for d in range(dim)], dtype=np.int64)
    grid = (np.arange(size, dtype=np.int64)[:, None] * powers % size) / size
    shifts = np.arange(1, _BATCHES * dim + 1).reshape(_BATCHES, 1, dim) * _SHIFT % 1.0
    nodes = (grid[None] + shifts) % 1.0
    folded = 1.0 - np.abs(2.0 * nodes - 1.0)
    return np.clip(folded, 1e-9, 1.0 - 1e-9).reshape(-1, dim)


def _bins_of(family: int, rows: Floats, counts: list[int]) -> tuple[NDArray[np.int64], Floats, int]:
    """Bins of a problem: interval numbers (S, D), their weights, and how many batches they come in (1: all bins).

    All bins have weight 1 (their Q-mass is computed later), and so have bins drawn from Q by lattice nodes.
    """
    reached, masses = [], []
    for row, n in zip(rows, counts, strict=True):
        within = families.cdfs(family, standard_row(family), families.family(family).breaks(row)[[0, -1]])
        ends = np.clip(np.floor(within * n), 0, n - 1).astype(np.int64)
        edges = [families.edge(family, b, n) for b in range(ends[0], ends[1] + 2)]
        own = np.array([families.log_mass(family, row, a, b) for a, b in pairwise(edges)])
        heavy = own > -30.0
        reached.append(np.arange(ends[0], ends[1] + 1)[heavy])
        masses.append(np.exp(own[heavy]))
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
    """Size and generator of the lattice for this many informative dimensions: smaller if each node costs more."""
    return _RULES[0 if dim <= 4 else 1 if dim <= 12 else 2 if dim <= 32 else 3]


def lattice_channel_law(scales: Floats, counts: list[int], log_idle: float) -> IndexLaw:
    """Several informative Gaussian dimensions averaged over Y and the bin, at lattice nodes.

    X ~ P gives the bin, and given X = x the mean of Q is N((1 - scale^2) x, (1 - scale^2) scale^2) in each dimension.
    """
    from scipy.special import ndtri

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
    rule, rule_weights = legendre(96)
    count = nodes.shape[0]
    moments = np.zeros((dim, count, 4))
    values, shares = np.empty((2, dim, count, rule.size))
    for d in range(dim):
        mean, low, high = (np.ascontiguousarray(part[:, d]) for part in (means, lows, highs))
        interval_atoms(mean, float(scales[d]), low, high, rule, rule_weights, values[d], shares[d], moments[d])
    total = moments.sum(axis=0)
    below, above = _window(total[:, 0], total[:, 1], total[:, 2])
    size = 512 if dim <= 16 else 1024
    steps = (below + above) / (size - 8)
    laws = convolved(zip(values, shares, moments[:, :, 0], strict=True), steps, size)
    information = -float(np.log(scales).sum())
    weights = _corrected(total, _BATCHES, information, float(spread.sum()))
    return _averaged(
        [
            _law_of_grids(laws[part], total[part], below[part], steps[part], log_idle, log_bins, weights[part])
            for part in np.split(np.arange(count), _BATCHES)
        ]
    )


def _interval_ends(numbers: Floats, intervals: int) -> tuple[Floats, Floats]:
    """Ends of intervals of equal mass under N(0,1), by their numbers; both tails to full precision."""
    from scipy.special import ndtri

    left = np.where(2.0 * numbers <= intervals, ndtri(numbers / intervals), -ndtri((intervals - numbers) / intervals))
    after = numbers + 1.0
    right = np.where(2.0 * after <= intervals, ndtri(after / intervals), -ndtri((intervals - after) / intervals))
    return left, right
