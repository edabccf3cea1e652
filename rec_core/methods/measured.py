"""What a method takes and sends, measured on seeded runs: for those whose laws are not known in closed form."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np

from ..arrays import LN2, Floats, Ints
from ..channel import Channel, Problem
from ..errors import BudgetExceeded
from ..randomness import run_seeds
from .rows import Rows

RUNS = 1024
_PARTS = 32, 32, 64, 128, 256, 512  # runs at a time, until there are RUNS or they have examined as much as below
_ENOUGH = 2**19


@lru_cache(maxsize=64)
def runs(method: Any, source: Problem | Channel) -> Rows:
    """RUNS runs of a method that has `many`, or fewer where they are long. Raises BudgetExceeded where one fails."""
    seeds, parts, first = run_seeds(0, RUNS), [], 0
    for size in _PARTS:
        rows, failed = method.many(source, seeds[first : first + size], 1)
        if failed >= 0:
            raise BudgetExceeded(
                f"{type(method).__name__} was to be measured on {RUNS} runs, and one took more than "
                f"{int(rows.examined[failed])} candidates; take a target with less information.",
                expected_bits=math.log2(max(int(rows.examined[failed]), 1)),
            )
        parts.append(rows)
        first += size
        if sum(int(part.examined.sum()) for part in parts) > _ENOUGH:
            break
    return Rows(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def mean_examined(method: Any, problem: Problem) -> float:
    """Mean number of candidates examined. Raises BudgetExceeded as `runs` does."""
    return float(runs(method, problem).examined.mean())


def path_bits(method: Any, source: Problem | Channel) -> float:
    """Mean length of a message that is a path of halves: a bit for every step after the first, and their number by its
    entropy. Raises BudgetExceeded as `runs` does."""
    indices = runs(method, source).indices
    return float(indices.mean()) - 1.0 + entropy_bits(indices)


def entropy_bits(values: Ints) -> float:
    """Entropy in bits of the law of a sample, without most of the bias that it has (Miller and Madow)."""
    shares: Floats = np.unique(values, return_counts=True)[1] / values.size
    return float(-(shares @ np.log2(shares))) + (shares.size - 1) / (2.0 * values.size * LN2)
