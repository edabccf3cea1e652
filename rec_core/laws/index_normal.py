"""The law of the index for one informative Gaussian dimension of a problem or channel: closed forms in the sample."""

from __future__ import annotations

import math

import numpy as np

from .. import families
from ..arrays import Floats
from ..jit import kernel
from .line import legendre, log_add
from .mixture import IndexLaw, deposited, grid_points, mixed
from .ratio import REACH, UNIT_ROW, log_q_mass


@kernel
def _log_p_mass(mean: float, scale: float, z1: float, z2: float) -> float:
    """ln P of [mean + scale z1, mean + scale z2], for any width."""
    if not z1 < z2:
        return -np.inf
    width = scale * (z2 - z1)
    middle = mean + scale * 0.5 * (z1 + z2)
    if width < 1e-4 / (1.0 + abs(middle)):
        return math.log(width) + families.gaussian.log_pdf(middle)
    return families.gaussian.log_mass(UNIT_ROW, mean + scale * z1, mean + scale * z2)


@kernel
def _line_bin(
    mean: float, scale: float, log_share: float, z_low: float, z_high: float, weight: float,
    rule: Floats, rule_weights: Floats, y: Floats, w: Floats, used: int,
) -> int:  # fmt: skip
    """Append nodes (y, w) of one bin of one Gaussian dimension; returns how many are used. Total w: weight Q(bin).

    The bin is [z_low, z_high] in units of z = (x - mean)/scale; dimensions without information divide its P-mass by
    e^log_share. Everything is smooth between breaks (where the mirror image of x about the vertex leaves the bin, and
    a few of Q's).
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
                log_p = log_add(_log_p_mass(mean, scale, z_low, low), _log_p_mass(mean, scale, high, z_high))
                log_q = log_add(log_q_mass(z_low, low), log_q_mass(high, z_high))
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
            w[used] = weight * half * rule_weights[k] * math.exp(families.gaussian.log_pdf(z))
            used += 1
    return used


@kernel
def _line_bins(
    family: int, mean: float, scale: float, log_share: float, intervals: int, first: float, step: float, count: int,
    rule: Floats, rule_weights: Floats, y: Floats, w: Floats,
) -> int:  # fmt: skip
    """Nodes of bins first, first + step, ... of one target; returns how many nodes."""
    used = 0
    for i in range(count):
        b = math.floor(first + i * step)
        low, high = families.edge(family, b, intervals), families.edge(family, b + 1, intervals)
        used = _line_bin(
            mean, scale, log_share, (low - mean) / scale, (high - mean) / scale, 1.0, rule, rule_weights, y, w, used
        )
    return used


def line_problem_law(family: int, row: Floats, intervals: int, log_idle: float) -> IndexLaw:
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
    return mixed(y[:used], w[:used], 0.0)


@kernel
def _line_targets(
    scale: float, log_share: float, intervals: int, place: float, weight: float, rule: Floats, rule_weights: Floats,
    y: Floats, w: Floats,
) -> int:  # fmt: skip
    """Nodes of one bin, averaged over all targets of a channel in one dimension; returns how many.

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
            density = math.exp(families.gaussian.log_pdf(mean / spread)) / spread
            used = _line_bin(
                mean, scale, log_share, (edges[0] - mean) / scale, (edges[1] - mean) / scale,
                weight * intervals * half * rule_weights[k] * density, rule, rule_weights, y, w, used,
            )  # fmt: skip
    return used


def line_channel_law(scale: float, intervals: int, log_idle: float) -> IndexLaw:
    """One informative Gaussian dimension, averaged over its targets.

    Bins mirror each other, so half of them are computed, with twice the weight. The outermost are computed one by one;
    the others change smoothly with their place, so their sum is an integral over the place, by octaves from the tail.
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
        parts.append(deposited(y[:used], w[:used]))
    law = np.zeros(max(part.size for part in parts))
    for part in parts:
        law[: part.size] += part
    return mixed(grid_points(law.size), law, 0.0)


_PIECES = 11  # between the breaks of one bin
_EDGE_BINS = 12
_MOST_BINS = 4096
