"""The width function w(h) = P(r(U) >= h), U ~ P, and what lies above a level: S(h) = E_P[(r(U) - h)^+], S' = -w.

S falls from 1 at h = 0 to 0 at sup r, and h + S(h) = 1 + g(h), where g(h) = E_P[(h - r(U))^+] is the mean excess of the
index law. Both are tabled at levels so close that a cubic with these values and slopes between them is S to 1e-8.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from .. import families
from ..arrays import LN2, Floats
from ..channel import Problem
from ..errors import RecError
from ..jit import kernel
from .grids import convolved
from .line import crossing, reach, standard_row, target_nodes

_STEP = 1.0 / 32.0  # nats between levels
_MOST_NATS = 650.0  # of ln sup r: levels are floats
_PANELS, _GRID = 2**11, 2**16  # of the points of a dimension, and of their sums
_KINK = 1e-9  # how far from a level at which w may jump or bend the levels around it are, as a share
_SAME = 1e-14  # how near levels may be, as a share: letters with one ratio differ by rounding
_GRADED = 1.0 - np.exp(-np.arange(1.0, 27.0, 0.125))  # shares of sup r: S bends there as a power of the distance


class Width(NamedTuple):
    """S and w, both (K,), at increasing levels (K,), from 0 to sup r."""

    levels: Floats
    above: Floats
    share: Floats


def width(problem: Problem, lowest: float = 1.0) -> Width:
    """The width function of a problem, finely from the level `lowest` on.

    In one informative dimension in closed form at every level, error below 1e-8; in more by the convolved law of ln r
    under Q, error about 1e-7. Raises RecError where sup r is infinite or beyond float64.
    """
    log_top = problem.d_inf_bits * LN2
    if not log_top <= _MOST_NATS:
        raise RecError(
            f"The law of this search is computed up to log2 sup r = {_MOST_NATS / LN2:.0f} bits, and this target has "
            f"{problem.d_inf_bits:.4g}; take one nearer to the prior, or not so narrow."
        )
    own = families.family(problem.family)
    rows = problem.table[[pair != own.STANDARD for pair in problem.params]]
    top = math.exp(log_top)
    if not len(rows) or top <= lowest:  # Q = P
        return _closed(np.zeros(0), np.zeros(0), np.zeros(0), top)
    standard = standard_row(problem.family_code)
    start = math.log(lowest)
    spaced = np.exp(np.linspace(start, log_top, math.ceil((log_top - start) / _STEP) + 2))
    breaks = np.concatenate([own.breaks(rows[0]), own.breaks(standard)])
    bends = np.exp(np.minimum(families.log_ratios(problem.family_code, rows[0], breaks), log_top))
    levels = np.unique(np.concatenate((spaced, top * _GRADED, bends * (1.0 - _KINK), bends * (1.0 + _KINK))))
    levels = levels[(levels >= lowest) & (levels < top)]
    levels = levels[np.append(np.diff(levels) > _SAME * levels[1:], True)[: levels.size]]
    if own.LAWS == "box":
        above, share = 1.0 - levels / top, np.full(levels.size, 1.0 / top)
    elif len(rows) > 1:
        levels, above, share = _of_space(problem.family_code, rows, levels)
        above, share, levels = (each[levels < top] for each in (above, share, levels))
    elif own.LAWS == "steps":
        above, share = _of_steps(rows[0], levels)
    elif own.LAWS == "knots":
        above, share = _of_knots(rows[0], np.log(levels))
    else:
        ends = np.array(reach(problem.family_code, rows[0]))
        above, share = _of_line(problem.family_code, rows[0], standard, ends, np.log(levels))
    return _closed(levels, above, share, top)


def _closed(levels: Floats, above: Floats, share: Floats, top: float) -> Width:
    """With the ends, S = 1 at 0 and S = 0 at sup r, and rounding taken out: both fall, and S is not above a chord."""
    above = np.minimum.accumulate(np.clip(above, 0.0, np.minimum(1.0, top - levels)))
    share = np.minimum.accumulate(np.clip(share, 0.0, 1.0))
    return Width(
        np.concatenate(([0.0], levels, [top])),
        np.concatenate(([1.0], above, [0.0])),
        np.concatenate(([1.0], share, [0.0])),
    )


@kernel
def _of_line(family: int, row: Floats, standard: Floats, ends: Floats, logs: Floats) -> tuple[Floats, Floats]:
    """S and w at levels e^logs where ln r turns at most once: r is above a level on an interval."""
    above, share = np.empty(logs.shape[0]), np.empty(logs.shape[0])
    middle = min(max(families.turn(family, row), ends[0]), ends[1])
    for k in range(logs.shape[0]):
        left = crossing(family, row, logs[k], middle, ends[0])
        right = crossing(family, row, logs[k], middle, ends[1])
        left, right = (-np.inf if left == ends[0] else left), (np.inf if right == ends[1] else right)
        log_p, log_q = -np.inf, -np.inf
        if left < right:
            log_p = families.log_mass(family, standard, left, right)
            log_q = families.log_mass(family, row, left, right)
        share[k] = math.exp(log_p)
        above[k] = math.exp(log_q) - math.exp(logs[k] + log_p)
    return above, share


def _of_steps(row: Floats, levels: Floats) -> tuple[Floats, Floats]:
    """S and w at levels where r is constant on every letter."""
    ends, ratios = families.discrete.letters_of(row)
    higher = ratios - levels[:, None]
    return np.maximum(higher, 0.0) @ np.diff(ends), (higher >= 0.0) @ np.diff(ends)


def _of_knots(row: Floats, logs: Floats) -> tuple[Floats, Floats]:
    """S and w at levels e^logs for ln r linear between evenly spaced knots."""
    low, high = np.minimum(row[:-1], row[1:]), np.maximum(row[:-1], row[1:])
    above, share = np.zeros(logs.size), np.zeros(logs.size)
    for a, b in zip(low.tolist(), high.tolist(), strict=True):
        bottom = np.clip(logs, a, b)
        part = np.where(logs < b, (b - bottom) / (b - a) if b > a else 1.0, 0.0) / low.size
        mean = np.array([families.piecewise.mean_exp(one, b) for one in bottom.tolist()])
        share += part
        above += part * (mean - np.exp(logs))
    return above, share


def _of_space(family: int, rows: Floats, levels: Floats) -> tuple[Floats, Floats, Floats]:
    """Levels near those given, and S and w there. They are points of a grid on which ln r of the dimensions is added.

    ln r of a dimension comes from points so close that their law on the grid is smooth, because S is asked for at every
    level. Sums over points are integrals by the trapezoid rule; what it misses where the integrand begins with a slope
    is known (Euler and Maclaurin).
    """
    parts, low, high, variance = [], 0.0, 0.0, 0.0
    for row in rows:
        breaks = families.family(family).breaks(row)
        _, logs, masses = target_nodes(family, row, extra=np.linspace(breaks[0], breaks[-1], _PANELS))
        masses = masses / masses.sum()
        center = float(logs @ masses)
        parts.append((logs[None], masses[None], np.array([center])))
        low, high = low + center - float(logs.min()), high + float(logs.max()) - center
        variance += float((logs - center) ** 2 @ masses)
    most = 9.0 * math.sqrt(variance) + 36.0
    low, high = min(low, most) + 0.1, min(high, most) + 0.1
    step = (low + high) / (_GRID - 8)
    first = math.ceil(low / step) + 2
    masses = np.roll(convolved(parts, np.array([step]), _GRID)[0], first)
    values = math.fsum(float(center[0]) for *_, center in parts) + step * np.arange(-first, _GRID - first)
    of_prior = masses * np.exp(-np.clip(values, -_MOST_NATS, _MOST_NATS))
    q, p = (np.cumsum(each[::-1])[::-1] - 0.5 * each for each in (masses, of_prior))
    p += (np.append(of_prior[1:], 0.0) - np.append(0.0, of_prior[:-1])) / 24.0
    places = np.unique(np.rint((np.log(levels) - values[0]) / step).astype(np.int64))
    places = places[(places >= 0) & (places < _GRID)]
    at = np.exp(values[places])
    return at, q[places] - at * p[places] + step / 12.0 * masses[places], p[places]


@kernel
def panel(width: Width, level: float, place: int) -> int:
    """The panel with a level, from one at or below it."""
    while place + 2 < width.levels.shape[0] and width.levels[place + 1] <= level:
        place += 1
    return place


@kernel
def above(width: Width, level: float, place: int) -> float:
    """S at a level in panel `place`, by the cubic; 0 from sup r on."""
    start, end = width.levels[place], width.levels[place + 1]
    if level >= end:
        return 0.0
    size = end - start
    t = (level - start) / size
    back = 1.0 - t
    low = width.above[place] * (1.0 + 2.0 * t) - width.share[place] * size * t
    high = width.above[place + 1] * (1.0 + 2.0 * back) + width.share[place + 1] * size * back
    return float(max(low * back * back + high * t * t, 0.0))
