"""Arrival times. Only the sender uses them.

A clock belongs to a key (the seed, or the seed and a bin). The gaps in its first tile are unit exponentials. A later
tile takes Gamma(TILE) in total, and its arrivals divide that time as the partial sums of TILE unit exponentials divide
their total. This is exactly a Poisson process, and a search can skip a tile that cannot win for the cost of one Gamma.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from .arrays import Word
from .families import normal_quantile_lower
from .jit import kernel
from .randomness import AFTER, CLOCK, TILE, TILE_CLOCK, block, to_uniform

_ONE = np.uint64(1)


@kernel
def exponential(key: Word, tile: Word, place: Word) -> float:
    """Unit exponential at a place of a tile; one block of random words gives two places, 512 apart."""
    half = np.uint64(TILE // 2)
    first, second = block(key, CLOCK, tile * half + (place & (half - _ONE)), np.uint64(0))
    return -math.log(to_uniform(second if place >= half else first))


@kernel
def tile_gamma(key: Word, tile: Word) -> float:
    """Gamma(TILE): the time tile `tile` >= 1 takes. Exact (Marsaglia & Tsang, 2000)."""
    d = TILE - 1.0 / 3.0
    attempt = np.uint64(0)
    while True:
        first, second = block(key, TILE_CLOCK, tile, attempt)
        v = to_uniform(first)
        x = normal_quantile_lower(min(v, 1.0 - v))
        cube = (1.0 + (x if v <= 0.5 else -x) / math.sqrt(9.0 * d)) ** 3
        if cube > 0.0:
            u, square = to_uniform(second), x * x
            if u < 1.0 - 0.0331 * square * square or math.log(u) < 0.5 * square + d * (1.0 - cube + math.log(cube)):
                return d * cube
        attempt += _ONE


class Clock(NamedTuple):
    """The state of a key's clock: arrivals of its tile come at start + stretch * (sum of exponentials so far)."""

    start: float
    stretch: float
    total: float


@kernel
def tile_total(key: Word, tile: Word) -> float:
    """The sum of a tile's exponentials up to rounding, with one logarithm for every sixteen."""
    half, total = TILE // 2, 0.0
    for group in range(0, half, 8):
        product = 1.0
        for place in range(group, group + 8):
            first, second = block(key, CLOCK, tile * np.uint64(half) + np.uint64(place), np.uint64(0))
            product *= to_uniform(first) * to_uniform(second)
        total -= math.log(product)
    return total


@kernel
def tile_start(key: Word, tile: Word, start: float) -> float:
    """When tile `tile` >= 1 begins, from when the one before it did."""
    return start + (tile_gamma(key, tile - _ONE) if tile > _ONE else tile_total(key, np.uint64(0)))


@kernel
def next_tile(key: Word, tile: Word, start: float) -> Clock:
    """The clock at the start of a tile that begins at `start`."""
    if tile == np.uint64(0):
        return Clock(0.0, 1.0, 0.0)
    return Clock(start, tile_gamma(key, tile) / tile_total(key, tile), 0.0)


@kernel
def tick(key: Word, index: Word, clock: Clock) -> Clock:
    """The clock at arrival `index` = 1, 2, 3, ..., from the clock one arrival earlier; for index 1, any clock."""
    tile, place = (index - _ONE) >> np.uint64(10), (index - _ONE) & np.uint64(TILE - 1)
    if place == np.uint64(0):
        clock = next_tile(key, tile, tile_start(key, tile, clock.start) if tile > np.uint64(0) else 0.0)
    total = clock.total + exponential(key, tile, place)
    return Clock(clock.start, clock.stretch, total)


@kernel
def arrival_time(clock: Clock) -> float:
    """The time of a clock's current arrival."""
    return clock.start + clock.stretch * clock.total


@kernel
def time_after(key: Word, index: int, start: float) -> float:
    """The time of one extra arrival after arrival `index` >= 1, whose tile begins at `start`.

    Its gap has an address of its own, so whole tiles are enough where `index` is the last of its tile.
    """
    tile, place = np.uint64(index - 1) >> np.uint64(10), (index - 1) & (TILE - 1)
    gap, _ = block(key, AFTER, np.uint64(index), np.uint64(0))
    if place == TILE - 1:
        return tile_start(key, tile + _ONE, start) - math.log(to_uniform(gap))
    clock, total = next_tile(key, tile, start), 0.0
    for earlier in range(place + 1):
        total += exponential(key, tile, np.uint64(earlier))
    return clock.start + clock.stretch * total - math.log(to_uniform(gap))


@kernel
def end_time(key: Word, index: int) -> float:
    """`time_after` from the beginning, one tile at a step."""
    start = 0.0
    for tile in range(1, ((index - 1) >> 10) + 1):
        start = tile_start(key, np.uint64(tile), start)
    return time_after(key, index, start)
