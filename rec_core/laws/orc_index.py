"""The exact law of the index that ORC sends without bins.

The winner is a candidate with ratio r whose clock shows t = s r: of n unit exponential clocks it is the one with the
least s = t / r. Each of the other n - 1 does not win with probability phi(s) = E_P[exp(-s r')], and then comes before
it in the order of clocks with probability A(s, r) = E_P[(exp(-s r') - exp(-s r))^+]. So

    density of (r, s) = n r exp(-s r) phi(s)^(n-1),    index - 1 ~ Binomial(n - 1, A / phi) given both.

As n grows, this becomes PFR's law: s has an exponential law of rate n, and the binomials a geometric one.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from scipy import special

from ..arrays import Floats
from ..channel import Channel, Problem
from ..jit import kernel
from ..partition import Partition
from .mixture import STEP, deposited, grid_points
from .orc import checked_law
from .targets import targets
from .tries import cells, entropy_bits

_FINE = 1.0 / 32.0  # nats: atoms of ln r that are nearer are put together
_SPAN = 48.0  # nats below the largest ln r, below which atoms are wide: they win never, and only come earlier
_STEP = 0.125  # nats of ln s, by the trapezoidal rule
_SMOOTH = 6.0  # ln(1 + mean excess) from which a binomial is narrower than a cell of indices
_TARGETS = 32  # of a channel in several dimensions


def _atoms(problem: Problem) -> tuple[Floats, Floats]:
    """ln r under P in increasing order, and its probabilities; neighbours put together."""
    values, shares = checked_law(problem, Partition.uncut(problem.dim), "uniform")
    depth = float(values.max()) - values
    place = np.where(depth < _SPAN, depth / _FINE, _SPAN / _FINE + (depth - _SPAN)).astype(np.int64)
    _, place = np.unique(place, return_inverse=True)
    mass = np.bincount(place, shares)
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = np.bincount(place, shares * values) / mass
    some = mass > 1e-18
    return np.asarray(middle[some][::-1], dtype=np.float64), np.asarray(mass[some][::-1], dtype=np.float64)


@kernel
def _winners(values: Floats, shares: Floats, logs: Floats, count: int, y: Floats, weights: Floats) -> int:
    """Write ln(1 + mean excess) of the binomial at points of (s, r) = e^(logs, values), and n r exp(-s r) phi^(n-1) s;
    returns how many there are. Atoms of ln r (V,) are in increasing order, and their `shares` may sum to less than 1.
    """
    idle = max(0.0, 1.0 - shares.sum())
    hit, used = np.empty(values.size), int(np.int64(0))
    for u in logs:
        struck = 0.0  # 1 - phi
        for k in range(values.size):
            hit[k] = -math.expm1(-math.exp(min(u + values[k], 6.5)))
            struck += shares[k] * hit[k]
        phi = max(1.0 - struck, 1e-300)
        log_none = (count - 1) * (math.log1p(-struck) if struck < 0.5 else math.log(phi)) + math.log(count)
        if log_none < -40.0:  # and less from here on
            break
        mass, missed = idle, 0.0  # of smaller ratios, and E[1 - exp(-s r')] over them
        for k in range(values.size):
            power = u + values[k]
            chance = shares[k] * math.exp(log_none + power - math.exp(min(power, 6.5)))
            if chance > 1e-14:
                earlier = min(max((mass * hit[k] - missed) / phi, 0.0), 1.0)
                y[used], weights[used] = math.log1p((count - 1) * earlier), chance
                used += 1
            mass += shares[k]
            missed += shares[k] * hit[k]
    return used


def _law_of_binomials(problem: Problem, count: int) -> Floats:
    """The law of ln(1 + mean excess) on a grid, given that some candidate has mass under Q."""
    values, shares = _atoms(problem)
    step = _STEP if values.size > 64 else _STEP / 8.0
    low = -max(float(values[-1]), math.log(count)) - 22.0
    logs = np.arange(low, max(low + 26.0, min(-float(values[0]) + 5.0, low + 120.0)), step)
    y, weights = np.empty((2, logs.size * values.size))
    used = _winners(values, shares, logs, count, y, weights)
    law: Floats = deposited(y[:used], weights[:used])
    return law / float(law.sum())


@lru_cache(maxsize=64)
def orc_index_cells(source: Problem | Channel, count: int) -> tuple[Floats, Floats]:
    """Ends (C + 1,) of cells of indices, and the probability (C,) that ORC with this many candidates sends one of each.

    All indices to 2^8, then sixteenths of octaves. Over a channel's targets: a quadrature in one dimension, 32 points
    of Sobol's sequence in more. Raises RecError for targets so far off that ln r is beyond float64.
    """
    ends = cells(math.log2(count))
    ends = np.unique(np.append(ends[ends <= count], count + 1.0))
    if count == 1:
        return ends, np.ones(1)
    some = [(source, 1.0)] if isinstance(source, Problem) else targets(source, _TARGETS)
    law = np.zeros(int(math.log(count) / STEP) + 5)
    for problem, weight in some:
        if weight > 1e-6:
            part = _law_of_binomials(problem, count)
            law[: part.size] += weight * part
    law /= law.sum()
    grid = grid_points(law.size)
    few = grid <= _SMOOTH
    below = ends[1:-1] - 1.0  # P(index < end)
    chances = np.minimum(np.expm1(grid[few]) / (count - 1), 1.0)
    more = law[few] @ special.betainc(below, count - below, chances[:, None])
    spread = np.sqrt(np.exp(-grid[~few, None]) + (0.6 * STEP) ** 2)  # of a binomial, and so that no gap is between two
    more += law[~few] @ special.ndtr((grid[~few, None] - np.log(ends[1:-1])) / spread)
    return ends, np.maximum(-np.diff(np.concatenate(([1.0], more, [0.0]))), 0.0)


def orc_index_bits(source: Problem | Channel, count: int) -> float:
    """Entropy of the index in bits, by `orc_index_cells`. Raises RecError as that does."""
    ends, masses = orc_index_cells(source, count)
    return max(0.0, entropy_bits(masses, np.diff(ends)))
