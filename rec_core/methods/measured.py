"""What a method takes and sends, measured on seeded runs: for those whose laws are not known in closed form."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np

from ..arrays import LN2, Floats
from ..channel import Channel, Problem
from ..errors import BudgetExceeded
from ..laws.tries import targets
from ..randomness import run_seeds
from .rows import Rows

RUNS = 1024
_PER_TARGET = 128  # of a channel of one dimension, whose targets are nodes of a quadrature
_PARTS = 32, 32, 64, 128, 256, 512  # runs at a time, until there are enough or they have examined as much as below
_ENOUGH = 2**19


@lru_cache(maxsize=128)
def runs(method: Any, source: Problem | Channel, most: int) -> Rows:
    """At least 32 and at most `most` runs of a method that has `many`. Raises BudgetExceeded where one fails."""
    seeds, parts, first = run_seeds(0, most), [], 0
    for size in _PARTS:
        rows, failed = method.many(source, seeds[first : first + size], 1)
        if failed >= 0:
            raise BudgetExceeded(
                f"{type(method).__name__} was to be measured on seeded runs, and one took more than "
                f"{int(rows.examined[failed])} candidates; take a target with less information.",
                expected_bits=math.log2(max(int(rows.examined[failed]), 1)),
            )
        parts.append(rows)
        first += size
        if first >= most or sum(int(part.examined.sum()) for part in parts) > _ENOUGH:
            break
    return Rows(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def mean_examined(method: Any, problem: Problem) -> float:
    """Mean number of candidates examined. Raises BudgetExceeded as `runs` does."""
    return float(runs(method, problem, RUNS).examined.mean())


def path_bits(method: Any, source: Problem | Channel) -> float:
    """Mean length of a message that is a path of halves: a bit for every step after the first, and their number by its
    entropy. Raises BudgetExceeded as `runs` does."""
    if isinstance(source, Channel) and source.dim == 1:
        some = [(problem, weight) for problem, weight in targets(source) if weight > 1e-6]
        parts = [(runs(method, problem, _PER_TARGET).indices, weight) for problem, weight in some]
    else:
        parts = [(runs(method, source, RUNS).indices, 1.0)]
    indices = np.concatenate([own for own, _ in parts])
    weights = np.concatenate([np.full(own.size, weight / own.size) for own, weight in parts])
    weights /= weights.sum()
    shares = np.asarray(np.bincount(indices, weights), dtype=np.float64)
    return float(indices @ weights) - 1.0 + entropy_bits(shares, 1.0 / float(weights @ weights))


def entropy_bits(shares: Floats, runs: float) -> float:
    """Entropy in bits of a law measured on so many runs, without most of the bias that it has (Miller and Madow)."""
    some = shares[shares > 0.0]
    return float(-(some @ np.log2(some))) + (some.size - 1) / (2.0 * runs * LN2)
