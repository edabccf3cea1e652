"""Laws in one dimension by quadrature between the breaks of a family, for any formulas.

All that is used of P and Q are the functions of `families`: where they are smooth, ln r, and the mass of intervals. The
index law also needs that ln r turns at most once (`families.turn`).
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from .. import families
from ..arrays import Floats
from ..families import log_pdfs, log_ratios
from ..jit import kernel

_NATS = 3.0  # how much ln r may change in a panel
_MOST_PANELS = 256  # that one panel is divided into
_FAR = 100.0  # nats below its top from which ln r does not matter
MOST_BINS = 4096


@lru_cache(maxsize=16)
def legendre(size: int) -> tuple[Floats, Floats]:
    """Gauss-Legendre nodes on [-1, 1] and their weights."""
    nodes, weights = np.polynomial.legendre.leggauss(size)
    return nodes, weights


def standard_row(family: int) -> Floats:
    """The row for which Q = P."""
    own = families.family(family)
    row: Floats = own.table((own.STANDARD,))[0]
    return row


def panels(family: int, row: Floats, ends: Floats) -> Floats:
    """Ends of panels, increasing: `ends`, and more of them so that ln r changes little in a panel."""
    logs = np.maximum(log_ratios(family, row, ends), -1e300)
    near = np.maximum(logs, logs.max() - _FAR)
    cuts = np.clip(np.ceil(np.abs(np.diff(near)) / _NATS), 1, _MOST_PANELS).astype(np.int64)
    first = np.repeat(np.cumsum(cuts) - cuts, cuts)
    part = (np.arange(cuts.sum()) - first) / np.repeat(cuts, cuts)
    return np.append(np.repeat(ends[:-1], cuts) + part * np.repeat(np.diff(ends), cuts), ends[-1])


def target_nodes(
    family: int,
    row: Floats,
    low: float = -math.inf,
    high: float = math.inf,
    extra: Floats | None = None,
    size: int = 16,
) -> tuple[Floats, Floats, Floats]:
    """Quadrature of Q between `low` and `high`: points x, ln r there, and their weights; those sum to Q([low, high]).

    `extra`: more ends of panels, where the function to be averaged is not smooth. Beyond the breaks Q is negligible.
    """
    own = families.family(family).breaks(row)
    ends = np.concatenate((own, [] if extra is None else extra, [low, high]))
    ends = panels(family, row, np.unique(np.clip(ends, max(low, own[0]), min(high, own[-1]))))
    rule, rule_weights = legendre(size)
    half = 0.5 * np.diff(ends)[:, None]
    x = (ends[:-1, None] + half * (1.0 + rule)).ravel()
    logs = log_ratios(family, row, x)
    return x, logs, (half * rule_weights).ravel() * np.exp(log_pdfs(family, x) + logs)


def interval_nodes(family: int, row: Floats, lows: Floats, highs: Floats) -> tuple[Floats, Floats, Floats]:
    """Of Q restricted to each of S intervals: ln r and weights that sum to 1, both (S, M); and (S, 4) mean, variance
    and maximum of ln r, and ln Q(interval)."""
    laws = [target_nodes(family, row, low, high)[1:] for low, high in zip(lows.tolist(), highs.tolist(), strict=True)]
    values, shares = np.zeros((2, lows.size, max(logs.size for logs, _ in laws)))
    moments = np.empty((lows.size, 4))
    for i, (logs, weights) in enumerate(laws):
        mass = weights / weights.sum()
        mean = float(mass @ logs)
        values[i], shares[i, : mass.size] = mean, mass
        values[i, : mass.size] = logs
        log_mass = families.log_mass(family, row, lows[i], highs[i])
        moments[i] = mean, float(mass @ (logs - mean) ** 2), logs.max(), log_mass
    return values, shares, moments


def search_nodes(family: int, row: Floats, edges: Floats, tilt: Floats, size: int = 8) -> tuple[Floats, Floats]:
    """Quadrature of P': ln r' and its weights. `edges` (n - 1,) between intervals, `tilt` (n,) ln p'/p in each."""
    own = families.family(family).breaks
    ends = panels(family, row, np.union1d(np.concatenate((own(row), own(standard_row(family)))), edges))
    rule, rule_weights = legendre(size)
    half = 0.5 * np.diff(ends)[:, None]
    x = (ends[:-1, None] + half * (1.0 + rule)).ravel()
    lean = tilt[np.searchsorted(edges, np.repeat(ends[:-1] + half[:, 0], size), side="right")]
    shares = (half * rule_weights).ravel() * np.exp(log_pdfs(family, x) + lean)
    logs = log_ratios(family, row, x)
    alive = (shares > 0.0) & (logs > -np.inf)
    return (logs - lean)[alive], shares[alive]


def level_points(family: int, row: Floats, level: float) -> Floats:
    """The points with ln r = `level`, (2,), left and right of its turn; if there are none, the ends of the search."""
    low, high = reach(family, row)
    middle = min(max(float(families.turn(family, row)), low), high)
    return np.array([crossing(family, row, level, middle, low), crossing(family, row, level, middle, high)])


def reach(family: int, row: Floats) -> tuple[float, float]:
    """An interval twice as wide as the breaks of P and Q, so that 1e-40 of P is outside."""
    ends = np.concatenate([families.family(family).breaks(each) for each in (row, standard_row(family))])
    low, high = float(ends.min()), float(ends.max())
    bottom, top = families.support(family)
    return max(2.0 * low - high, bottom), min(2.0 * high - low, top)


@kernel
def crossing(family: int, row: Floats, level: float, start: float, end: float) -> float:
    """The point between `start` and `end` where ln r, which is monotone there, passes `level`; `end` if it does not."""
    above = families.log_ratio(family, row, start) > level
    if (families.log_ratio(family, row, end) > level) == above:
        return end
    a, b = start, end
    while True:
        middle = 0.5 * (a + b)
        if middle in (a, b):  # neighboring floats
            return middle
        if (families.log_ratio(family, row, middle) > level) == above:
            a = middle
        else:
            b = middle


@kernel
def log_add(a: float, b: float) -> float:
    """ln(e^a + e^b)."""
    top, low = max(a, b), min(a, b)
    return top if low == -np.inf else top + math.log1p(math.exp(low - top))


@kernel
def log_mass_below(family: int, row: Floats, low: float, left: float, right: float, high: float, peaked: bool) -> float:
    """ln Q of the part of [low, high] outside [left, right], or inside it if r has no peak."""
    if not peaked:
        return families.log_mass(family, row, left, right) if left < right else -np.inf
    first = families.log_mass(family, row, low, left) if low < left else -np.inf
    last = families.log_mass(family, row, right, high) if right < high else -np.inf
    return log_add(first, last)


@kernel
def bin_nodes(
    family: int, row: Floats, standard: Floats, ends: Floats, reach: tuple[float, float], low: float, high: float,
    log_share: float, rule: Floats, rule_weights: Floats, y: Floats, w: Floats,
) -> int:  # fmt: skip
    """Nodes of the bin [low, high], y = ln(1 + g) and the weight under Q; returns how many there are.

    `ends`: breaks of P and Q, increasing; Q is negligible beyond the first and last, P beyond `reach`. r is at least
    r(x) between x and the point across the turn where it is r(x) again, or outside of that if r has no peak; dimensions
    without information divide the bin's P-mass by e^log_share.
    """
    turn = families.turn(family, row)
    peaked = math.isinf(turn) or families.log_sup(family, row, -np.inf, np.inf) < np.inf
    bottom, top = max(low, ends[0]), min(high, ends[-1])
    if not bottom < top:
        return 0
    left_end, right_end, used = max(low, reach[0]), min(high, reach[1]), 0
    middle = min(max(turn, left_end), right_end)
    breaks = np.empty(ends.shape[0] + 5)
    breaks[: ends.shape[0]] = ends
    breaks[-5], breaks[-4], breaks[-3] = bottom, middle, top
    breaks[-2] = crossing(family, row, families.log_ratio(family, row, left_end), middle, right_end)
    breaks[-1] = crossing(family, row, families.log_ratio(family, row, right_end), middle, left_end)
    for i in range(breaks.shape[0]):
        breaks[i] = min(max(breaks[i], bottom), top)
    breaks.sort()
    for i in range(breaks.shape[0] - 1):
        half = 0.5 * (breaks[i + 1] - breaks[i])
        if half <= 0.0:
            continue
        for k in range(rule.shape[0]):
            x = breaks[i] + half * (1.0 + rule[k])
            log_r = families.log_ratio(family, row, x)
            across = crossing(family, row, log_r, middle, right_end if x < middle else left_end)
            left, right = min(x, across), max(x, across)
            left, right = (low if left == left_end else left), (high if right == right_end else right)
            log_p = log_mass_below(family, standard, low, left, right, high, peaked)
            log_q = log_mass_below(family, row, low, left, right, high, peaked)
            log_top = log_r + log_p
            y[used] = 0.0
            if log_top > log_q:
                log_excess = log_top - log_share
                if log_q > -np.inf:
                    log_excess += math.log(-math.expm1(log_q - log_top))
                y[used] = max(log_excess, 0.0) + math.log1p(math.exp(-abs(log_excess)))
            w[used] = half * rule_weights[k] * math.exp(families.log_pdf(family, x) + log_r)
            used += 1
    return used


def index_nodes(family: int, row: Floats, intervals: int, log_idle: float) -> tuple[Floats, Floats]:
    """Nodes of y = ln(1 + g) and their weights for one informative dimension: every bin Q reaches, or MOST_BINS evenly.

    `log_idle`: ln of the number of intervals of the dimensions without information.
    """
    own = families.family(family)
    standard, ends = standard_row(family), own.breaks(row)
    within = [math.exp(families.log_mass(family, standard, -math.inf, end)) for end in (ends[0], ends[-1])]
    first, last = (min(max(math.floor(u * intervals), 0), intervals - 1) for u in within)
    count = min(last - first + 1, MOST_BINS)
    step = (last - first + 1) / count
    widest = reach(family, row)
    ends = np.union1d(ends, np.clip(own.breaks(standard), ends[0], ends[-1]))
    rule, rule_weights = legendre(24 if count <= 256 else 8)
    nodes = []
    y, w = np.empty((2, (ends.size + 5) * rule.size))
    for i in range(count):
        b = math.floor(first + 0.5 * (step - 1.0) + i * step)
        low, high = families.edge(family, b, intervals), families.edge(family, b + 1, intervals)
        used = bin_nodes(family, row, standard, ends, widest, low, high, log_idle, rule, rule_weights, y, w)
        nodes.append((y[:used].copy(), w[:used].copy()))
    return np.concatenate([one for one, _ in nodes]), np.concatenate([one for _, one in nodes])
