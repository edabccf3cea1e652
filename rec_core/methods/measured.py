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
from ..errors import BudgetExceeded, RecError
from ..laws.targets import targets
from ..randomness import run_seeds
from .by_draws import race_by_draws
from .method import new_record
from .rows import Rows

RUNS = 1024
RUNS_ON_A_LINE = 2**14  # of a channel of one dimension, where most runs are short and much depends on the place
_PER_TARGET = 128  # of a channel of one dimension, whose targets are nodes of a quadrature
_PARTS = 32, *(2**k for k in range(5, 14))  # runs at a time, until they are enough or have examined as many as below
_ENOUGH = 2**19
_MOST_CANDIDATES = 2**24


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
    entropy, or by `number_bits` given what `places` says of the boxes (R, D), if a channel's are given.
    Raises BudgetExceeded as `runs` does."""
    if places is not None and isinstance(source, Channel):
        own = runs(method, source, RUNS_ON_A_LINE if source.dim == 1 else RUNS)
        return float((own.indices - 1).mean()) + number_bits(own.indices - 1, places(own.bins))
    if isinstance(source, Channel) and source.dim == 1:
        some = [(problem, weight) for problem, weight in targets(source) if weight > 1e-6]
        parts = [(runs(method, problem, _PER_TARGET), weight) for problem, weight in some]
    else:
        parts = [(runs(method, source, RUNS), 1.0)]
    steps = np.concatenate([own.indices for own, _ in parts]) - 1
    weights = np.concatenate([np.full(own.indices.size, weight / own.indices.size) for own, weight in parts])
    weights /= weights.sum()
    shares = np.asarray(np.bincount(steps, weights), dtype=np.float64)
    return float(steps @ weights) + entropy_bits(shares, 1.0 / float(weights @ weights))


def number_bits(numbers: Ints, places: Floats) -> float:
    """Mean ideal length of numbers (R,) by the shorter of two codes that know where each number's path leads.

    `places` (K, R) says it at K points of the path's end, which the receiver knows once it has the path; a code takes
    the mean chance over them. Both sides have its law from the same measured runs.
    """
    return max(min(_bits_by_class(numbers, places), _bits_by_line(numbers, places)), 0.0)


def _bits_by_class(numbers: Ints, places: Floats) -> float:
    """By the numbers' law in each class of places: one for every 1024 runs, so that laws do not fit their noise."""
    runs = numbers.size
    classes = max(runs // RUNS, 1)
    which = np.searchsorted(np.quantile(places, np.arange(1, classes) / classes), places)
    counts = np.zeros((classes, int(numbers.max()) + 1))
    np.add.at(counts, (which, np.broadcast_to(numbers, places.shape)), 1.0 / len(places))
    chances = (counts / np.maximum(counts.sum(axis=1, keepdims=True), 1.0))[which, numbers].mean(axis=0)
    free = int(np.count_nonzero(counts)) - classes
    return float(-np.log2(chances).mean()) + free / (2.0 * runs * LN2)


def _bits_by_line(numbers: Ints, places: Floats) -> float:
    """By a law that expects a + b c of them at a place c: that of the rests here, smoothed as a normal law's would be
    (Silverman), which keeps it from fitting their noise."""
    c = places.mean(axis=0)
    middle, mean, spread = float(c.mean()), float(numbers.mean()), float(c.var())
    slope = float(((c - middle) * (numbers - mean)).mean()) / spread if spread > 1e-12 else 0.0
    rests = numbers - mean - slope * (places - middle)  # (K, R)
    sd = max(math.sqrt(float((rests**2).mean())), 0.05)
    edges = np.linspace(rests.min() - 6.0 * sd - 1.0, rests.max() + 6.0 * sd + 1.0, 4097)
    shares = np.histogram(rests, edges)[0] / rests.size
    width = 1.06 * sd * numbers.size**-0.2 / (edges[1] - edges[0])
    up_to = np.concatenate(([0.0], np.cumsum(gaussian_filter1d(shares, width, mode="constant"))))
    chances = np.interp(rests + 0.5, edges, up_to) - np.interp(rests - 0.5, edges, up_to)
    return float(-np.log2(np.maximum(chances.mean(axis=0), 2.0**-64)).mean())


def index_bits(method: Any, source: Problem | Channel) -> float:
    """Entropy in bits of the local index of a method that draws `num_candidates`, on 1024 runs or fewer where they are
    long.

    Indices from 8 on are taken for equally probable within a quarter of an octave. Runs without a result do not count.
    Raises the RecError of the last if there is none with one.
    """
    number, found, refused = method.num_candidates, [], None
    record = new_record(0, source.dim)
    for seed in run_seeds(0, min(RUNS, max(64, _MOST_CANDIDATES // number))):
        target = source if isinstance(source, Problem) else source.draw(int(seed))
        try:
            found.append(method.search(target, seed, record, race_by_draws).message.index)
        except RecError as error:
            refused = error
    if refused is not None and not found:
        raise refused
    indices = np.array(found)
    octaves = np.arange(3, math.log2(number) + 1, 0.25)
    ends = np.unique(np.append(np.arange(1, 9), np.floor(2.0**octaves)))
    counts, _ = np.histogram(indices, ends)
    sizes = np.minimum(ends[1:], number + 1) - ends[:-1]
    some = counts > 0
    return entropy_bits(counts / indices.size, indices.size) + float(counts[some] @ np.log2(sizes[some])) / indices.size


def entropy_bits(shares: Floats, runs: float) -> float:
    """Entropy in bits of a law measured on so many runs, without most of the bias that it has (Miller and Madow)."""
    some = shares[shares > 0.0]
    return float(-(some @ np.log2(some))) + (some.size - 1) / (2.0 * runs * LN2)
