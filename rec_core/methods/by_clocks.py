"""PFR with a clock for every bin, written to be read next to the paper; J <= ENUMERABLE_BINS.

Every bin has its own rate-1 Poisson clock. In P' bin j runs at rate pi_j, so its candidate n arrives at T_jn / pi_j and
has race time (T_jn / pi_j) / r' = J T_jn / r(X_jn): pi cancels, and the winner is the same under all weights. Weights
only order the work. Times are stored as logs, so bins whose Q-mass underflows need no special care.
"""

from __future__ import annotations

import math

import numpy as np

from ..arrays import Floats, Ints, Word
from ..candidates import candidate
from ..clocks import Clock, arrival_time, tick
from ..jit import kernel
from ..partition import split_bin
from ..randomness import bin_key
from ..tables import Tables, bin_sum, log_ratio
from .method import PER_BIN, SINGLE, Outcome, Record, Rules, copy, note


@kernel
def next_arrival(key: Word, index: int, row: Floats) -> float:
    """The arrival time of candidate `index` by its bin's clock, whose state is a row (3,) and advances."""
    clock = tick(key, np.uint64(index), Clock(row[0], row[1], row[2]))
    row[0], row[1], row[2] = clock.start, clock.stretch, clock.total
    return arrival_time(clock)


@kernel
def sink(queue: Ints, size: int, place: int, values: Floats) -> None:
    """Restore a heap whose entry at `place` may be too large. Entries are indices into `values`, smallest first.

    Written out over arrays, because a list of pairs and `heapq` take three seconds to compile.
    """
    moving = queue[place]
    while 2 * place + 1 < size:
        below = 2 * place + 1
        if below + 1 < size and values[queue[below + 1]] < values[queue[below]]:
            below += 1
        if values[moving] <= values[queue[below]]:
            break
        queue[place] = queue[below]
        place = below
    queue[place] = moving


@kernel
def race_by_clocks(table: Tables, rules: Rules, seed: Word, log_sup: float, winner: Ints, record: Record) -> Outcome:
    """PFR with a clock for every bin. Writes the winning bin's interval numbers into `winner` (D,).

    `stopping` SINGLE: stop at the first arrival T' with T' / sup r' above the best race time (`log_sup` = ln sup r').
    PER_BIN: drop a bin once its next arrival cannot win, J T / M_j > best; stop when no bin is left. With peak_ratio
    weights the two are the same, and candidates come in the order of their bounds: best first.
    """
    num_bins, stopping = rules.num_bins, rules.stopping
    log_j = math.log(num_bins)
    numbers = np.empty(table.intervals.shape[0], np.int64)
    x = np.empty(table.intervals.shape[0])
    keys = np.empty(num_bins, np.uint64)
    clocks = np.empty((num_bins, 3))
    times, log_arrivals = np.empty(num_bins), np.empty(num_bins)  # of each bin's next candidate: its clock's, and in P'
    indices = np.empty(num_bins, np.int64)
    weights, peaks = np.empty(num_bins), np.empty(num_bins)
    queue, front, waiting = np.empty(num_bins, np.int64), int(np.int64(0)), int(np.int64(0))
    for j in range(num_bins):
        split_bin(j, table.intervals, numbers)
        weights[j] = bin_sum(table.log_weight, table, numbers)
        peaks[j] = bin_sum(table.log_peak, table, numbers)
        if weights[j] > -np.inf and (stopping == SINGLE or peaks[j] > -np.inf):
            keys[j] = bin_key(seed, table.intervals, numbers)
            indices[j] = 1
            times[j] = next_arrival(keys[j], indices[j], clocks[j])
            log_arrivals[j] = math.log(times[j]) - weights[j]
            queue[waiting] = j
            waiting += 1
    for place in range(waiting // 2 - 1, -1, -1):
        sink(queue, waiting, place, log_arrivals)

    best, best_ratio, best_index, examined = np.inf, -np.inf, 0, 0
    while waiting > 0:
        j = queue[0]
        log_arrival = log_arrivals[j]
        bound = log_j + math.log(times[j]) - peaks[j]
        if stopping == SINGLE and log_arrival - log_sup > best:
            break
        if stopping == PER_BIN and bound > best:
            waiting -= 1
            queue[0] = queue[waiting]
            sink(queue, waiting, front, log_arrivals)
            continue
        if examined >= rules.max_examined:
            return Outcome(0, examined, best, best_ratio, np.inf)
        examined += 1
        split_bin(j, table.intervals, numbers)
        candidate(table.family, keys[j], indices[j], table.intervals, numbers, x)
        log_r = min(log_ratio(table.family, table.params, x), peaks[j])
        log_race = log_j + math.log(times[j]) - log_r
        improves = log_race < best
        if improves:
            best, best_ratio, best_index = log_race, log_r, indices[j]
            copy(numbers, winner)
        note(record, examined, numbers, indices[j], log_arrival, log_r - log_j - weights[j], log_race, improves)
        indices[j] += 1
        times[j] = next_arrival(keys[j], indices[j], clocks[j])
        log_arrivals[j] = math.log(times[j]) - weights[j]
        sink(queue, waiting, front, log_arrivals)
    return Outcome(best_index, examined, best, best_ratio, best + log_sup)
