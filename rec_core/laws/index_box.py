"""The law of the index where r is constant on a box: uniform targets, problems and channels, in any dimension."""

from __future__ import annotations

import math

import numpy as np

from ..arrays import Floats
from ..channel import Channel, Problem
from ..families.uniform import box_places
from ..partition import Partition
from .grids import convolved
from .mixture import IndexLaw, mixed


def box_law(source: Problem | Channel, cut: Partition) -> IndexLaw:
    """If r is constant on a box, g = (r/J)(1 - e^-s), s = ln of 1/J over the P-mass of the overlap of bin and box.

    s is a sum of independent parts, one per dimension, each averaged over its own box, so this is the whole average.
    """
    atoms, top = [], -math.fsum(math.log(n) for n in cut.intervals)
    for d, n in enumerate(cut.intervals):
        if isinstance(source, Channel):
            lows, width = box_places(float(source.scales[d]), _STRATA)
        else:
            lows, width = np.array([source.params[d][0]]), source.params[d][1] - source.params[d][0]
        top -= math.log(width)
        atoms.append(_overlaps(lows, width, n))
    certain = math.fsum(float(values[0]) for values, _ in atoms if values.size == 1)
    atoms = [(values, shares) for values, shares in atoms if values.size > 1]
    means = [float(values @ shares) for values, shares in atoms]
    reach = sum(float(values.max()) for values, _ in atoms)
    if certain + reach == 0.0:
        return mixed(np.zeros(1), np.ones(1), 0.0)
    if len(atoms) < 2:
        values, shares = atoms[0] if atoms else (np.zeros(1), np.ones(1))
    else:
        variance = sum(float((v - m) ** 2 @ w) for (v, w), m in zip(atoms, means, strict=True))
        size, spread = 2**14, 2 * len(atoms)  # every summand is put on points beside it, so sums reach further
        step = min(reach + 0.1, sum(means) + 9.0 * math.sqrt(variance) + 40.0) / (size - 2 * spread)
        rows = ((values[None], shares[None], np.zeros(1)) for values, shares in atoms)
        (shares,) = convolved(rows, np.array([step]), size)
        values = step * np.arange(size, dtype=np.float64)
        values[-spread:] = 0.0  # where points below s = 0 wrap to
    values = certain + values
    with np.errstate(divide="ignore"):
        log_excess = top + np.log(-np.expm1(-values))
    return mixed(np.logaddexp(0.0, log_excess), np.ascontiguousarray(shares), 0.0)


_STRATA = 4096  # of the place of a uniform channel's box in one dimension


def _overlaps(lows: Floats, width: float, intervals: int) -> tuple[Floats, Floats]:
    """s = -ln(intervals * overlap) >= 0 for the intervals that overlap boxes [low, low + width], and their Q-shares."""
    if intervals == 1:
        return np.array([-math.log(width)]), np.ones(1)
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
    used = shares > 1e-14
    return values[used], shares[used]
