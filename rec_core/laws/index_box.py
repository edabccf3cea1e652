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
    means = [float(values @ shares) for values, shares in atoms]
    reach = sum(float(values.max()) for values, _ in atoms)
    if reach == 0.0:
        return mixed(np.zeros(1), np.ones(1), 0.0)
    if len(atoms) == 1 or sum(float(values.max()) > 0.0 for values, _ in atoms) == 1:
        values, shares = max(atoms, key=lambda atom: float(atom[0].max()))
    else:
        variance = sum(float((v - m) ** 2 @ w) for (v, w), m in zip(atoms, means, strict=True))
        size = 2**14
        step = min(reach + 0.1, sum(means) + 9.0 * math.sqrt(variance) + 40.0) / (size - 8)
        rows = ((values[None], shares[None], np.zeros(1)) for values, shares in atoms)
        (shares,) = convolved(rows, np.array([step]), size)
        values = step * np.arange(size, dtype=np.float64)
        values[-4:] = 0.0  # where the first points of a cubic next to s = 0 wrap to
    with np.errstate(divide="ignore"):
        log_excess = top + np.log(-np.expm1(-values))
    return mixed(np.logaddexp(0.0, log_excess), np.ascontiguousarray(shares), 0.0)


_STRATA = 4096  # of the place of a uniform channel's box in one dimension


def _overlaps(lows: Floats, width: float, intervals: int) -> tuple[Floats, Floats]:
    """s = -ln(intervals * overlap) >= 0 for the intervals that overlap boxes [low, low + width], and their Q-shares."""
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
