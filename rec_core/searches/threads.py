"""One search in several threads: for one bin and many candidates."""

from __future__ import annotations

import math
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import numpy as np

from ..arrays import Floats, Word
from ..clocks import time_after
from ..methods.method import Outcome, Rules
from ..randomness import TILE
from ..tables import Tables
from . import tiles

_CHUNKS = 8  # about how many chunks of tiles a thread claims


@lru_cache(maxsize=1)
def _helpers() -> ThreadPoolExecutor:
    """Threads that wait for work, because starting one takes longer than a search."""
    return ThreadPoolExecutor(os.cpu_count(), "rec_core")


def race_in_threads(table: Tables, rules: Rules, key: Word, log_sup: float, num_threads: int) -> Outcome:
    """`tiles.race_plain` in several threads, which claim chunks of tiles in order. The outcome is the same."""
    sieve, num_candidates = tiles.make_sieve(table, math.inf), rules.num_candidates
    limit = num_candidates or rules.max_examined
    num_tiles = -(-limit // TILE)
    log_peak, end = (math.inf, math.inf) if num_candidates else (log_sup, math.inf)
    known = np.empty(num_tiles if num_candidates else 0)
    if num_candidates:
        tiles.fill_starts(key, 0, 0.0, known)
        end = time_after(key, limit, known[-1])
    expected = num_candidates or math.exp(min(log_sup, 100.0))
    chunk = int(min(max(expected / TILE / (_CHUNKS * num_threads), 32), 1024))
    shared, lock = np.full(1, np.inf), threading.Lock()
    first, before = 0, 0.0

    def claim(most: int) -> tuple[int, Floats]:
        """The next tiles and when they begin; none if there are no more, or PFR is past its stop line."""
        nonlocal first, before
        with lock:
            mine, count = first, min(most, num_tiles - first)
            starts = known[mine : mine + count] if num_candidates else np.empty(count)
            if count and not num_candidates:
                tiles.fill_starts(key, mine, before, starts)
                before = starts[-1]
                if mine and math.log(starts[0]) - log_sup > shared[0]:
                    first, starts = num_tiles, starts[:0]
            first += len(starts)
            return mine, starts

    def work(most: int, once: bool) -> tiles.Best:
        room, best = tiles.new_room(table.params.shape[0]), tiles.Best(math.inf, -math.inf, 0)
        while True:
            mine, starts = claim(most)
            if not len(starts):
                return best
            best = tiles.Best(
                *tiles.race_tiles(
                    table, sieve, room, key, log_sup, log_peak, num_candidates, end, limit, mine, starts, best, shared
                )
            )
            if once:
                return best

    leaders = [work(8, True)]  # a leader first: without one no candidate can be excluded
    others = [_helpers().submit(work, chunk, False) for _ in range(num_threads - 1)]
    leaders.append(work(chunk, False))
    leaders += [other.result() for other in others]
    best = min(leaders, key=lambda one: (one.log_race, one.index))
    return Outcome(*tiles.outcome(best, key, log_sup, rules))
