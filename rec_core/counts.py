"""The number of arrivals in each bin so far, where all bins share one clock: a hash table by the bin's key.

Open addressing, at most half full. Keys are random words, so their low bits are the hash.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .arrays import Ints, Word, Words
from .jit import kernel


class Counts(NamedTuple):
    """Slots of bins; an empty one has count 0."""

    keys: Words
    counts: Ints
    used: Ints  # (1,)


@kernel
def new_counts(size: int) -> Counts:
    """An empty table; `size` is a power of two."""
    return Counts(np.zeros(size, np.uint64), np.zeros(size, np.int64), np.zeros(1, np.int64))


@kernel
def slot_of(table: Counts, key: Word) -> int:
    """The slot of a bin's count, empty if the bin is new."""
    mask = np.int64(table.keys.shape[0] - 1)
    slot = np.int64(key & np.uint64(mask))
    while table.counts[slot] > 0 and table.keys[slot] != key:
        slot = (slot + 1) & mask
    return int(slot)


@kernel
def count_arrival(table: Counts, key: Word) -> int:
    """Count one more arrival in a bin and return its new count. Call `room_for_one` first."""
    slot = slot_of(table, key)
    if table.counts[slot] == 0:
        table.keys[slot] = key
        table.used[0] += 1
    table.counts[slot] += 1
    return int(table.counts[slot])


@kernel
def room_for_one(table: Counts) -> Counts:
    """The table, or a copy four times the size if it is half full."""
    if 2 * table.used[0] < table.keys.shape[0]:
        return table
    larger = new_counts(4 * table.keys.shape[0])
    for slot in range(table.keys.shape[0]):
        if table.counts[slot] > 0:
            place = slot_of(larger, table.keys[slot])
            larger.keys[place], larger.counts[place] = table.keys[slot], table.counts[slot]
    larger.used[0] = table.used[0]
    return larger
