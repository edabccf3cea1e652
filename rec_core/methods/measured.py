"""What a method takes and sends, measured on seeded runs: for those whose laws are not known in closed form."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..arrays import LN2, Floats, Ints
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


def path_bits(method: Any, source: Problem | Channel, places: Callable[[Ints], Floats] | None = None) -> float:
    """Mean length of a message that is a path of halves: a bit for every step after the first, and their number by its
    entropy, or by `number_bits` given what `places` says of the boxes (R, D), where a channel's are shorter by that.
    Raises BudgetExceeded as `runs` does."""
    if isinstance(source, Channel) and source.dim == 1:
        some = [(problem, weight) for problem, weight in targets(source) if weight > 1e-6]
        parts = [(runs(method, problem, _PER_TARGET), weight) for problem, weight in some]
    else:
        parts = [(runs(method, source, RUNS), 1.0)]
    steps = np.concatenate([own.indices for own, _ in parts]) - 1
    weights = np.concatenate([np.full(own.indices.size, weight / own.indices.size) for own, weight in parts])
    weights /= weights.sum()
    shares = np.asarray(np.bincount(steps, weights), dtype=np.float64)
    bits = entropy_bits(shares, 1.0 / float(weights @ weights))
    if places is not None and isinstance(source, Channel):
        bits = min(bits, number_bits(steps, places(np.concatenate([own.bins for own, _ in parts])), weights))
    return float(steps @ weights) + bits


def number_bits(numbers: Ints, places: Floats, weights: Floats) -> float:
    """Mean ideal length of numbers (R,) by a code that expects a + b c of them at a place and knows how they vary.

    `places` (K, R) is c at K points of where a number's path leads, which the receiver knows once it has the path; the
    code takes the mean chance over them. Both sides have a, b and the law from the same measured runs: the law is that
    of the rests here, smoothed as a normal law's would be (Silverman), which keeps it from fitting their noise.
    """
    c = places.mean(axis=0)
    middle, mean = float(c @ weights), float(numbers @ weights)
    spread = float((c - middle) ** 2 @ weights)
    slope = float((c - middle) * (numbers - mean) @ weights) / spread if spread > 1e-12 else 0.0
    rests = numbers - mean - slope * (places - middle)  # (K, R)
    sd = max(math.sqrt(float((rests**2).mean(axis=0) @ weights)), 0.05)
    edges = np.linspace(rests.min() - 6.0 * sd - 1.0, rests.max() + 6.0 * sd + 1.0, 4097)
    shares, _ = np.histogram(rests, edges, weights=np.broadcast_to(weights / len(rests), rests.shape))
    width = 1.06 * sd * float(weights @ weights) ** 0.2 / (edges[1] - edges[0])
    up_to = np.concatenate(([0.0], np.cumsum(gaussian_filter1d(shares, width, mode="constant"))))
    chances = np.interp(rests + 0.5, edges, up_to) - np.interp(rests - 0.5, edges, up_to)
    return float(-np.log2(np.maximum(chances.mean(axis=0), 2.0**-64)) @ weights)


def entropy_bits(shares: Floats, runs: float) -> float:
    """Entropy in bits of a law measured on so many runs, without most of the bias that it has (Miller and Madow)."""
    some = shares[shares > 0.0]
    return float(-(some @ np.log2(some))) + (some.size - 1) / (2.0 * runs * LN2)
