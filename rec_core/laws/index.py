"""The exact law of the local index, and its mean logarithm.

Given that the sample is x, in bin j, the local index is geometric with mean excess g_j(x) over 1,

    g_j(x) = integral over B_j of (r(x) - r(u))^+ dP(u) = r(x)/J - Q(B_j) E[min(1, r(x)/r(X'))],   X' ~ Q on B_j.

The second form (from r dP = dQ) needs the law of ln r under Q alone, a few nats wide whatever the information, and
loses no digits: the term taken off is at most 1. So the law of the index is the law of g, kept here as weights on
a fixed grid of y = ln(1 + g): a geometric law, its tail and its mean log all vary on a scale of one nat in y, so
four-point Lagrange weights on a grid of 1/32 nat carry them to 1e-6.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, product

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import families
from ..arrays import LN2, Floats, Ints
from ..channel import Channel, Problem, check_problem
from ..checks import whole_number
from ..families.uniform import box_places
from ..jit import kernel
from ..partition import ENUMERABLE_BINS, Partition, check_partition
from .line import index_nodes, interval_nodes, legendre, standard_row, target_nodes
from .ratio import REACH, UNIT_ROW, interval_atoms, log_q_mass, scatter

_STEP = 1.0 / 32.0  # of the grid of ln(1 + g) on which laws of the index are kept


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
        y = _grid(self.weights.size)
        with np.errstate(divide="ignore", invalid="ignore"):
            log_decay = np.where(y < 0.7, np.log(-np.expm1(-y)), np.log1p(-np.exp(-y)))  # both keep their digits
            powers = np.where(n[..., None] > 1.0, np.exp((n[..., None] - 1.0) * log_decay), 1.0)
        return np.asarray(np.clip(powers @ self.weights, 0.0, 1.0))

    @property
    def mean_log2(self) -> float:
        """E[log2 index] in bits."""
        return float(self.weights @ _mean_log2_table(self.weights.size))

    @property
    def entropy_bits(self) -> float:
        """Entropy of the index in bits, what the matched code costs on average; to about 1e-3 bits.

        Indices from 2^8 on are taken as evenly likely within a sixteenth of an octave.
        """
        octaves = np.arange(8, self.octaves, 1 / 16)
        edges = np.concatenate((np.arange(1.0, 2**8 + 1), np.floor(2.0 ** octaves[1:])))
        tails = self.tail(edges)
        mass = np.maximum(tails[:-1] - tails[1:], 0.0)
        some = mass > 1e-15
        return float(np.sum(mass[some] * (np.log2(np.diff(edges)[some]) - np.log2(mass[some]))))

    def log2_reach(self, chance: float) -> float:
        """log2 of a number of indices that are enough: P(index > 2^this) is at most `chance`, above 0.

        The least on a grid of sixteenths of an octave.

        >>> import rec_core as rec
        >>> round(rec.laws.index_law(rec.gaussian_channel([6.0])).log2_reach(1e-6), 3)
        22.938
        """
        sizes = np.floor(2.0 ** np.arange(0, self.octaves, 1 / 16))
        return float(np.log2(sizes[np.argmax(self.tail(sizes + 1.0) <= chance)]))

    @property
    def octaves(self) -> int:
        """How many octaves [2^k, 2^(k + 1)) hold nearly all of the index: up to 2^7 times its largest mean."""
        return int(np.log2(1.0 + float(self.excess[self.weights > 0].max()))) + 8


def index_law(problem_or_channel: Problem | Channel, partition: Partition | None = None) -> IndexLaw:
    """Exact law of the local index PFR sends (plain: of the index N), averaged over Y for a channel.

    It does not depend on weights or stopping rule, which cancel. Method, and error of E[log2 n]:

    - no dimension with information: the index is 1, exactly;
    - piecewise targets: closed form in the sample, Gauss-Legendre between knots and cuts (below 1e-4 bits);
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
    return index_law(problem_or_channel, partition).pmf(whole_number(max_index, "max_index"))


def expected_log2_index(problem_or_channel: Problem | Channel, partition: Partition | None = None) -> float:
    """E[log2 n] of the local index in bits, exact up to the error stated at `index_law`."""
    return index_law(problem_or_channel, partition).mean_log2


@lru_cache(maxsize=256)
def _index_law(source: Problem | Channel, cut: Partition) -> IndexLaw:
    own = families.family(source.family)
    if own.LAWS == "box":
        return _uniform_law(source, cut)
    if isinstance(source, Problem) and own.LAWS == "knots":
        return _piecewise_law(source.table[0], cut.intervals[0])
    if isinstance(source, Channel):
        active = [d for d, scale in enumerate(source.scales) if scale < 1.0]  # below 8e-17 bits no float tells
    else:
        active = [d for d, pair in enumerate(source.params) if pair != own.STANDARD]
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
    if len(active) > 1:
        return _grid_law(source.family_code, rows, counts, log_idle)
    if own.LAWS == "line":
        return _mixed(*index_nodes(source.family_code, rows[0], counts[0], log_idle), 0.0)
    return _line_problem_law(source.family_code, rows[0], counts[0], log_idle)


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


@kernel
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


@kernel
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


@kernel
def _log_add(a: float, b: float) -> float:
    top, low = max(a, b), min(a, b)
    return top if low == -np.inf else top + math.log1p(math.exp(low - top))


@kernel
def _log_p_mass(mean: float, scale: float, z1: float, z2: float) -> float:
    """ln P of [mean + scale z1, mean + scale z2], however narrow."""
    if not z1 < z2:
        return -np.inf
    width = scale * (z2 - z1)
    middle = mean + scale * 0.5 * (z1 + z2)
    if width < 1e-4 / (1.0 + abs(middle)):
        return math.log(width) - 0.5 * middle * middle - 0.5 * math.log(2.0 * math.pi)
    return families.gaussian.log_mass(UNIT_ROW, mean + scale * z1, mean + scale * z2)


@kernel
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
    bottom, top = max(z_low, -REACH), min(z_high, REACH)
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
                log_q = _log_add(log_q_mass(z_low, low), log_q_mass(high, z_high))
            else:
                log_p, log_q = _log_p_mass(mean, scale, low, high), log_q_mass(low, high)
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


@kernel
def _line_bins(
    family: int, mean: float, scale: float, log_share: float, intervals: int, first: float, step: float, count: int,
    rule: Floats, rule_weights: Floats, y: Floats, w: Floats,
) -> int:  # fmt: skip
    """Nodes of the bins number first, first + step, ... of one target; returns how many nodes."""
    used = 0
    for i in range(count):
        b = math.floor(first + i * step)
        low, high = families.edge(family, b, intervals), families.edge(family, b + 1, intervals)
        used = _line_bin(
            mean, scale, log_share, (low - mean) / scale, (high - mean) / scale, 1.0, rule, rule_weights, y, w, used
        )
    return used


def _line_problem_law(family: int, row: Floats, intervals: int, log_idle: float) -> IndexLaw:
    """One informative Gaussian dimension of one problem: every bin Q reaches, or _MOST_BINS of them evenly."""
    from scipy.special import ndtr

    mean, scale = float(row[0]), float(row[1])
    first, last = (
        min(max(math.floor(float(ndtr(mean + sign * REACH * scale)) * intervals), 0), intervals - 1)
        for sign in (-1.0, 1.0)
    )
    count = min(last - first + 1, _MOST_BINS)
    step = (last - first + 1) / count
    rule, rule_weights = legendre(24 if count <= 256 else 8)
    y, w = np.empty((2, count * _PIECES * rule.size))
    used = _line_bins(
        family, mean, scale, log_idle, intervals, first + 0.5 * (step - 1.0), step, count, rule, rule_weights, y, w
    )
    return _mixed(y[:used], w[:used], 0.0)


@kernel
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
            edges[side] = families.gaussian.quantile(number, intervals, share)
    spread = math.sqrt((1.0 - scale) * (1.0 + scale))
    bottom = max(-REACH * spread, edges[0] - REACH * scale)
    top = min(REACH * spread, edges[1] + REACH * scale)
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
    rule, rule_weights = legendre(10)
    near = min(intervals, 2 * _EDGE_BINS)
    places = [(b + 0.5, 1.0 if 2 * b + 1 == near else 2.0) for b in range((near + 1) // 2)]
    if intervals > near:
        half, start = 0.5 * intervals, float(_EDGE_BINS)
        nodes, node_weights = legendre(6)
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


# --- several dimensions


@kernel
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


def _grid_law(family: int, rows: Floats, counts: list[int], log_idle: float) -> IndexLaw:
    """Several informative dimensions of one problem: every bin, or bins drawn from Q by a lattice."""
    from scipy.fft import irfft, rfft

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
    transforms = []
    for values, shares, centres in pieces:
        grids = np.zeros((centres.size, size))
        scatter(values, shares, centres, np.full(centres.size, step), grids)
        transforms.append(rfft(grids, axis=1))
    if batches > 1:
        # by quadrature in each dimension: what the nodes' averages should be
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
            laws = irfft(spectrum, size, axis=1)
            added = _law_of_grids(laws, moments[part], below[part], steps, log_idle, log_bins, node_weights[part])
            parts[batch] = _added(parts[batch], added)
    return _averaged(parts)


def _law_of_grids(
    laws: Floats, moments: Floats, below: Floats, steps: Floats, log_idle: float, log_bins: float, node_weights: Floats
) -> Floats:
    """Deposited law of y from laws of ln r on circular grids; `moments` as `interval_atoms` gives, summed over d."""
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


def _interval_law(family: int, row: Floats, lows: Floats, highs: Floats) -> tuple[Floats, Floats, Floats]:
    """Of Q restricted to each of S intervals: ln r and its weights (S, M), and moments as `interval_atoms` gives."""
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


def _bins_of(family: int, rows: Floats, counts: list[int]) -> tuple[NDArray[np.int64], Floats, int]:
    """Bins of a problem: interval numbers (S, D), their weights, and how many batches they come in (1: all bins).

    All bins come with weight 1 (their Q-mass is found later); bins drawn from Q by lattice nodes stand for that.
    """
    reached, masses = [], []
    for row, n in zip(rows, counts, strict=True):
        within = families.cdfs(family, standard_row(family), families.family(family).breaks(row)[[0, -1]])
        ends = np.clip(np.floor(within * n), 0, n - 1).astype(np.int64)
        edges = [families.edge(family, b, n) for b in range(ends[0], ends[1] + 2)]
        own = np.array([families.log_mass(family, row, a, b) for a, b in pairwise(edges)])
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
    from scipy.fft import irfft, rfft
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
    spectrum = np.ones((count, size // 2 + 1), dtype=np.complex128)
    for d in range(dim):
        grids = np.zeros((count, size))
        scatter(values[d], shares[d], moments[d, :, 0], steps, grids)
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
    from scipy.special import ndtri

    left = np.where(2.0 * numbers <= intervals, ndtri(numbers / intervals), -ndtri((intervals - numbers) / intervals))
    after = numbers + 1.0
    right = np.where(2.0 * after <= intervals, ndtri(after / intervals), -ndtri((intervals - after) / intervals))
    return left, right


# --- uniform targets


def _uniform_law(source: Problem | Channel, cut: Partition) -> IndexLaw:
    """Where r is constant on a box, g = (r/J)(1 - e^-s), s = ln of 1/J over the P-mass of bin and box together.

    s is a sum over dimensions of independent parts, each averaged over its own box, so nothing is left to average.
    """
    from scipy.fft import irfft, rfft

    atoms, top = [], -math.fsum(math.log(n) for n in cut.intervals)
    for d, n in enumerate(cut.intervals):
        if isinstance(source, Channel):
            lows, width = box_places(float(source.scales[d]), _STRATA)
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
            scatter(values[None], shares[None], np.zeros(1), np.array([step]), grid)
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


# --- piecewise targets


def _piecewise_law(row: Floats, intervals: int) -> IndexLaw:
    """Law of the index of a density with ln q linear between the knots `row` (K + 1,)."""
    pieces = row.size - 1 + intervals
    rule, rule_weights = legendre(32 if pieces <= 1024 else 4)
    y, weights = np.zeros((2, pieces * rule.size))
    used = _piecewise_bins(row, intervals, rule, rule_weights, y, weights)
    return _mixed(y[:used], weights[:used], 0.0)


@kernel
def _piecewise_bins(row: Floats, intervals: int, rule: Floats, rule_weights: Floats, y: Floats, w: Floats) -> int:
    """Fill y = ln(1 + g) and Q's weight at the nodes of every bin; returns how many there are."""
    knots, used = row.shape[0] - 1, 0
    breaks = np.empty(knots + 3)
    for j in range(intervals):
        low, high = j / intervals, (j + 1) / intervals
        breaks[0], size = low, 1
        for k in range(int(low * knots), min(math.ceil(high * knots), knots)):
            if breaks[size - 1] < (k + 1) / knots < high:
                breaks[size] = (k + 1) / knots
                size += 1
        breaks[size] = high
        for piece in range(size):
            a, half = breaks[piece], 0.5 * (breaks[piece + 1] - breaks[piece])
            for node in range(rule.shape[0]):
                here = families.piecewise.between_knots(row, a + half * (1.0 + rule[node]))
                y[used] = math.log1p(_piecewise_excess(row, breaks, size, here))
                w[used] = half * rule_weights[node] * math.exp(here)
                used += 1
    return used


@kernel
def _piecewise_excess(row: Floats, breaks: Floats, size: int, here: float) -> float:
    """g at ln r = `here`: the integral of (e^here - e^(ln r(u)))^+ over the `size` pieces between `breaks`."""
    total = 0.0
    for piece in range(size):
        width = breaks[piece + 1] - breaks[piece]
        a, b = (
            families.piecewise.between_knots(row, breaks[piece]),
            families.piecewise.between_knots(row, breaks[piece + 1]),
        )
        low, high = min(a, b), max(a, b)
        if low >= here:
            continue
        if high > here:  # only where ln q is below `here`
            width *= (here - low) / (high - low)
            high = here
        total += width * (math.exp(here) - families.piecewise.mean_exp(low, high))
    return max(total, 0.0)
