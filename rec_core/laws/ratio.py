"""The law of ln r': under Q, where it is a few nats wide for any information, and under P'."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .. import families
from ..arrays import Floats, Ints
from ..jit import kernel
from ..tables import Tables, entry_edges, entry_sizes, search_steps
from .grids import convolved
from .line import legendre, search_nodes, target_nodes

_ONE_NUMBER = 1e-12  # nats: ln r' of a dimension that varies by less is a constant
LATTICE = 2**15  # points of the quadrature for per-bin stopping
UNIT_ROW = np.array([0.0, 1.0, 0.0])  # N(0,1) as a row of `families`
REACH = 9.0  # standard deviations of a normal that are integrated over: the rest has mass 1e-19


@kernel
def log_q_mass(z1: float, z2: float) -> float:
    return families.gaussian.log_mass(UNIT_ROW, z1, z2) if z1 < z2 else -np.inf


@kernel
def interval_atoms(
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
        reach = math.sqrt(nearest * nearest + REACH * REACH)
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
        moments[i, 3] = log_q_mass(z_low, z_high)


def target_law(table: Tables) -> tuple[Floats, Floats]:
    """Law of ln r'(X), X ~ Q: values in nats and their probabilities.

    Convolved over dimensions on a grid if ln r' varies along several; weights interpolate cubics, some are slightly
    negative.
    """
    kind = families.family(table.family).LAWS
    if kind == "knots":
        return _piecewise_target_law(table)
    if kind == "steps":
        return _steps_target_law(table)
    parts = []
    rule, rule_weights = legendre(256 if int(np.diff(table.offsets).max()) <= 64 else 64)
    for d in range(table.intervals.size):
        start, stop = int(table.offsets[d]), int(table.offsets[d + 1])
        edges, log_count = entry_edges(table, d), math.log(table.intervals[d])
        if kind == "line":
            tilt = log_count + table.log_weight[start:stop]
            x, values, shares = target_nodes(table.family, table.params[d], edges[0], edges[-1], extra=edges)
            parts.append((values - tilt[np.searchsorted(edges[1:-1], x)], shares / shares.sum()))
            continue
        masses = np.array([families.log_mass(table.family, table.params[d], a, b) for a, b in pairwise(edges)])
        used = np.flatnonzero(masses > -38.0)
        offset = -log_count - table.log_weight[start + used]
        if kind == "normal":
            values, shares = np.empty((2, used.size, rule.size))
            mean, scale = float(table.params[d, 0]), float(table.params[d, 1])
            interval_atoms(
                np.full(used.size, mean), scale, edges[used], edges[used + 1], rule, rule_weights, values, shares,
                np.empty((used.size, 4)),
            )  # fmt: skip
            values += offset[:, None]
            shares *= np.exp(masses[used])[:, None]
        else:
            values, shares = table.log_peak[start + used] + offset, np.exp(masses[used])
        parts.append((values.ravel(), shares.ravel() / shares.sum()))
    shift = math.fsum(float(values[0]) for values, _ in parts if np.ptp(values) <= _ONE_NUMBER)
    parts = [(values, shares) for values, shares in parts if np.ptp(values) > _ONE_NUMBER]
    if len(parts) < 2:
        values, shares = parts[0] if parts else (np.zeros(1), np.ones(1))
        return values + shift, shares
    centers = [float(values @ shares) for values, shares in parts]
    variance = sum(float((v - c) ** 2 @ w) for (v, w), c in zip(parts, centers, strict=True))
    above = sum(float(v.max()) - c for (v, _), c in zip(parts, centers, strict=True))
    below = sum(c - float(v.min()) for (v, _), c in zip(parts, centers, strict=True))
    reach = 9.0 * math.sqrt(variance) + 36.0
    above, below = min(above, reach) + 0.1, min(below, reach) + 0.1
    size = 4096
    step = (above + below) / (size - 8)
    rows = ((values[None], shares[None], np.array([c])) for (values, shares), c in zip(parts, centers, strict=True))
    (law,) = convolved(rows, np.array([step]), size)
    first = math.ceil(below / step) + 2
    points = math.fsum(centers) + shift + step * np.arange(-first, size - first, dtype=np.float64)
    return points, np.roll(law, first)


def _piecewise_target_law(table: Tables) -> tuple[Floats, Floats]:
    """Law of ln r'(X), X ~ Q, for a piecewise problem: quadrature between its knots and the edges of bins."""
    row, (edges, steps) = table.params[0], search_steps(table, 0)
    breaks = np.union1d(np.arange(row.size) / (row.size - 1), edges)
    rule, rule_weights = legendre(
        next(nodes for nodes in (256, 64, 16, 2) if nodes * breaks.size <= 2**14 or nodes == 2)
    )
    half = 0.5 * np.diff(breaks)[:, None]
    x = breaks[:-1, None] + half * (1.0 + rule)
    logs = np.interp(x, np.arange(row.size) / (row.size - 1), row)
    values = logs - steps[np.searchsorted(edges, breaks[:-1] + half[:, 0], side="right")][:, None]
    shares = half * rule_weights * np.exp(logs)
    return values.ravel(), shares.ravel() / shares.sum()


def _steps_target_law(table: Tables) -> tuple[Floats, Floats]:
    """Law of ln r'(X), X ~ Q, for letters: an atom for every letter in every bin that has a part of it."""
    row, (edges, steps) = table.params[0], search_steps(table, 0)
    breaks = np.union1d(families.discrete.breaks(row), edges)
    middles = 0.5 * (breaks[:-1] + breaks[1:])
    logs = families.log_ratios(table.family, row, middles)
    shares = np.diff(breaks) * np.exp(logs)
    some = shares > 0.0
    return (logs - steps[np.searchsorted(edges, middles)])[some], shares[some] / shares.sum()


def search_law(table: Tables) -> tuple[Floats, Floats]:
    """Law of ln r'(U), U ~ P', where r' > 0: values and probabilities, which may sum to less than 1."""
    kind = families.family(table.family).LAWS
    if kind == "line" and table.intervals.size == 1:
        return search_nodes(table.family, table.params[0], *search_steps(table, 0))
    if kind == "normal" and table.intervals.size == 1:
        mean, scale = float(table.params[0, 0]), float(table.params[0, 1])
        edges, steps = search_steps(table, 0)
        far = 9.0 * 1.15 ** np.arange(120)
        ends = (min(-8.5, mean - 9.0 * scale), max(8.5, mean + 9.0 * scale))
        breaks = np.concatenate(
            (mean + scale * np.linspace(-9.0, 9.0, 73), np.linspace(-8.5, 8.5, 401), mean + scale * far,
             mean - scale * far, edges)
        )  # fmt: skip
        breaks = np.unique(np.clip(breaks, *ends))
        rule, rule_weights = legendre(8)
        half = 0.5 * np.diff(breaks)[:, None]
        x = (breaks[:-1, None] + half * (1.0 + rule)).ravel()
        tilt = steps[np.searchsorted(edges, np.repeat(breaks[:-1] + half[:, 0], rule.size), side="right")]
        z = (x - mean) / scale
        shares = (half * rule_weights).ravel() * np.exp(tilt + families.log_pdfs(table.family, x))
        used = shares > 0.0
        return (-math.log(scale) + 0.5 * (x - z) * (x + z) - tilt)[used], shares[used]
    values, masses = target_law(table)
    if kind in ("knots", "steps"):
        return values, masses * np.exp(-values)
    used = np.abs(masses) > 1e-16
    values, masses = values[used], masses[used]
    if kind == "box":
        return values, masses * np.exp(-values)
    top = values >= -20.0
    low = reweighted_log_ratios(table)
    low = low[low < -20.0]
    return (
        np.concatenate((low, values[top])),
        np.concatenate((np.full(low.size, 1.0 / LATTICE), masses[top] * np.exp(-values[top]))),
    )


@kernel
def _add_log_ratios(family: int, row: Floats, intervals: int, numbers: Ints, inside: Floats, total: Floats) -> None:
    """Add ln r of one dimension at the points a fraction `inside` into intervals `numbers`."""
    for i in range(total.shape[0]):
        total[i] += families.log_ratio(family, row, families.quantile(family, numbers[i], intervals, inside[i]))


def reweighted_log_ratios(table: Tables) -> NDArray[np.float64]:
    """ln r'(X) at evenly spread X ~ P': a midpoint lattice in one dimension, Sobol points in more."""
    from scipy.stats import qmc

    dim = table.intervals.size
    midpoints = ((np.arange(LATTICE) + 0.5) / LATTICE)[:, None]
    v = midpoints if dim == 1 else qmc.Sobol(dim, seed=0).random(LATTICE)
    total = np.zeros(LATTICE)
    for d in range(dim):
        start, stop = table.offsets[d], table.offsets[d + 1]
        sizes, first, block = entry_sizes(table, d), table.firsts[d], table.blocks[d]
        weight = sizes * np.exp(table.log_weight[start:stop])
        cumulative = np.cumsum(weight)
        cumulative /= cumulative[-1]
        entries = np.minimum(np.searchsorted(cumulative, v[:, d], side="right"), stop - start - 1)
        inside = (v[:, d] - (cumulative[entries] - weight[entries])) / weight[entries] * sizes[entries]
        part = np.clip(np.floor(inside), 0.0, sizes[entries] - 1.0)
        inside = np.clip(inside - part, 1e-12, 1.0 - 1e-12)
        numbers = first + entries * block + part.astype(np.int64)
        _add_log_ratios(table.family, table.params[d], int(table.intervals[d]), numbers, inside, total)
        total -= math.log(table.intervals[d]) + table.log_weight[start + entries]
    return total
