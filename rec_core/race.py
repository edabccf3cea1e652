"""PFR and ORC, plain and partitioned, written to be read beside the paper.

Every search is a race. Candidates X ~ P' arrive at times T; a candidate's race time is T / r'(X), r' = q/p', and the
smallest wins. All times are kept as logs, so a bin whose Q-mass underflows is as good as any other.

Two ways to run the clock, by the number of bins J:

- `race_by_clocks` (PFR, J <= ENUMERABLE_BINS): every bin has its own rate-1 Poisson clock. In P' bin j runs at rate
  pi_j, so its candidate n arrives at T_jn / pi_j and has race time (T_jn / pi_j) / r' = J T_jn / r(X_jn): pi cancels,
  and the winner is the same under all weights. Weights only order the work.
- `race_by_draws` (ORC; PFR beyond enumeration): one clock for all; each arrival draws its bin, dimension by dimension.

Candidate n of a bin is a function of (seed, bin, n) alone, so the receiver computes it in O(D).
`kernels` and `kernels_bins` run the same races faster, with the same winners.

Sources: PFR, Li & El Gamal (2018); ORC, Theis & Yosri (2022); partitioning, He, Flamich & Hernandez-Lobato (2024).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from . import families
from .cache import kernel
from .counts import count_arrival, new_counts, room_for_one
from .partition import Tables
from .randomness import Clock, Floats, Ints, Word, arrival_time, bin_choice, bin_key, candidate_uniforms, end_time, tick

PFR, ORC = 0, 1
SINGLE, PER_BIN = 0, 1


class Outcome(NamedTuple):
    """What a search found; logs in nats. `local_index` 0 means the budget ran out first."""

    local_index: int
    examined: int
    log_race: float
    log_ratio: float
    log_stop: float  # PFR: ln of the stop line at the end, S sup r'; ORC: ln of the last arrival time


class Record(NamedTuple):
    """Events of a search as they happen, for `trace`: C of them and some improvements more, `used[0]` filled."""

    capacity: int  # C
    used: Ints
    bins: Ints  # (.., D)
    numbers: Ints  # (.., 2) position, local index
    logs: Floats  # (.., 3) of arrival time, ratio, race time


@kernel
def copy(source: Ints, target: Ints) -> None:
    """target[:] = source, as a loop: an array assignment costs seconds of compile time."""
    for d in range(source.shape[0]):
        target[d] = source[d]


@kernel
def note(
    record: Record,
    position: int,
    numbers: Ints,
    index: int,
    log_arrival: float,
    log_ratio: float,
    log_race: float,
    improves: bool,
) -> None:
    """Record a candidate: the first `capacity`, and after those the ones that take the lead."""
    k = record.used[0]
    if k < record.capacity or (improves and k < record.bins.shape[0]):
        copy(numbers, record.bins[k])
        record.numbers[k, 0], record.numbers[k, 1] = position, index
        record.logs[k, 0], record.logs[k, 1], record.logs[k, 2] = log_arrival, log_ratio, log_race
        record.used[0] = k + 1


# ---------------------------------------------------------------------------------------------------- candidates


@kernel
def candidate(family: int, key: Word, index: int, intervals: Ints, numbers: Ints, x: Floats) -> None:
    """Write candidate `index` (from 1) of the bin with these interval numbers and this key into x (D,)."""
    candidate_uniforms(key, np.uint64(index), x)
    for d in range(x.shape[0]):
        x[d] = families.quantile(family, numbers[d], intervals[d], x[d])


@kernel
def log_ratio(family: int, params: Floats, x: Floats) -> float:
    """ln r(x), all dimensions."""
    total = 0.0
    for d in range(x.shape[0]):
        total += families.log_ratio(family, params[d], x[d])
    return total


@kernel
def bin_sum(values: Floats, table: Tables, numbers: Ints) -> float:
    """Sum over dimensions of a per-interval value at one bin."""
    total = 0.0
    for d in range(numbers.shape[0]):
        total += values[table.offsets[d] + numbers[d]]
    return total


@kernel
def split_bin(j: int, intervals: Ints, numbers: Ints) -> None:
    """Interval numbers of bin j in mixed radix, the last dimension fastest."""
    for d in range(intervals.shape[0] - 1, -1, -1):
        numbers[d] = j % intervals[d]
        j //= intervals[d]


# ---------------------------------------------------------------------------------------------------- the searches


@kernel
def next_arrival(key: Word, index: int, row: Floats) -> float:
    """When candidate `index` of a bin arrives by the bin's clock, which is kept in a row (3,) and moves on."""
    clock = tick(key, np.uint64(index), Clock(row[0], row[1], row[2]))
    row[0], row[1], row[2] = clock.start, clock.stretch, clock.total
    return arrival_time(clock)


@kernel
def sink(queue: Ints, size: int, place: int, values: Floats) -> None:
    """Mend a heap whose entry at `place` may be too large for it. Entries are places in `values`, smallest first.

    By hand, over arrays: a list of pairs and `heapq` take three seconds to compile.
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
def race_by_clocks(
    table: Tables,
    num_bins: int,
    seed: Word,
    stopping: int,
    log_sup: float,
    max_examined: int,
    winner: Ints,
    record: Record,
) -> Outcome:
    """PFR with a clock for every bin. Writes the winning bin's interval numbers into `winner` (D,).

    `stopping` SINGLE: stop at the first arrival T' with T' / sup r' above the best race time (`log_sup` = ln sup r').
    PER_BIN: drop a bin once its next arrival cannot win, J T / M_j > best; stop when no bin is left. With peak_ratio
    weights the two coincide and candidates come in the order of their bounds: best first.
    """
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
        if examined >= max_examined:
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


@kernel
def bin_thresholds(table: Tables) -> NDArray[np.uint64]:
    """Per dimension, the running sum of pi_d in units of 2^-63, ending at exactly 2^63; (sum n_d,)."""
    out = np.empty(table.log_weight.shape[0], np.uint64)
    for d in range(table.intervals.shape[0]):
        total, running = 0.0, 0.0
        for b in range(table.offsets[d], table.offsets[d + 1]):
            total += math.exp(table.log_weight[b])
        for b in range(table.offsets[d], table.offsets[d + 1]):
            running += math.exp(table.log_weight[b])
            out[b] = np.uint64(running / total * 2.0**63)
    return out


@kernel
def first_above(thresholds: NDArray[np.uint64], low: int, high: int, word: Word) -> int:
    """The first of low .. high whose threshold exceeds the word; `high` if none before it does."""
    while low < high:
        middle = (low + high) // 2
        if thresholds[middle] > word:
            high = middle
        else:
            low = middle + 1
    return low


@kernel
def draw_bin(table: Tables, thresholds: NDArray[np.uint64], seed: Word, arrival: int, numbers: Ints) -> None:
    """Interval numbers of the bin of this arrival, by inverse cdf in every cut dimension."""
    for d in range(numbers.shape[0]):
        if table.intervals[d] > 1:
            word = bin_choice(seed, np.uint64(arrival), np.uint64(d))
            numbers[d] = first_above(thresholds, table.offsets[d], table.offsets[d + 1] - 1, word) - table.offsets[d]


@kernel
def log_time(time: float, num_candidates: int, end: float) -> float:
    """ln of an arrival time: PFR's where `num_candidates` is 0, else ORC's, which ends at `end`."""
    if num_candidates == 0:
        return math.log(time)
    return math.log(num_candidates * -math.log1p(-min(time / end, 1.0 - 2.0**-53)))


@kernel
def race_by_draws(
    table: Tables,
    seed: Word,
    num_candidates: int,
    log_sup: float,
    max_examined: int,
    winner: Ints,
    record: Record,
) -> Outcome:
    """One clock; every arrival draws its bin. PFR where `num_candidates` is 0, else ORC with that many.

    A candidate's local index is the number of its bin's arrivals so far. ORC's arrival times are n sorted exponentials,
    times n so that they compare with a rate-1 clock: n arrivals over the time of one more are sorted uniforms, so they
    are -n ln(1 - T_i / T_(n+1)). With n large ORC runs PFR's own race.
    """
    dim = table.intervals.shape[0]
    numbers = np.zeros(dim, np.int64)
    x = np.empty(dim)
    thresholds = bin_thresholds(table)
    counts = new_counts(int(np.int64(64)))
    log_intervals = 0.0
    for d in range(dim):
        log_intervals += math.log(table.intervals[d])

    end = end_time(seed, num_candidates) if num_candidates > 0 else np.inf
    clock = Clock(0.0, 1.0, 0.0)
    best, best_ratio, best_index, examined, log_arrival = np.inf, -np.inf, 0, 0, -np.inf
    while True:
        if num_candidates > 0 and examined == num_candidates:
            return Outcome(best_index, examined, best, best_ratio, log_arrival)
        clock = tick(seed, np.uint64(examined + 1), clock)
        log_arrival = log_time(arrival_time(clock), num_candidates, end)
        if num_candidates == 0 and log_arrival - log_sup > best:
            return Outcome(best_index, examined, best, best_ratio, best + log_sup)
        if examined >= max_examined:
            return Outcome(0, examined, best, best_ratio, np.inf)
        examined += 1
        draw_bin(table, thresholds, seed, examined, numbers)
        key = bin_key(seed, table.intervals, numbers)
        counts = room_for_one(counts)
        index = count_arrival(counts, key)
        candidate(table.family, key, index, table.intervals, numbers, x)
        log_r = log_ratio(table.family, table.params, x)
        log_reweighted = log_r - log_intervals - bin_sum(table.log_weight, table, numbers)
        log_race = log_arrival - log_reweighted
        improves = log_race < best
        if improves:
            best, best_ratio, best_index = log_race, log_r, index
            copy(numbers, winner)
        note(record, examined, numbers, index, log_arrival, log_reweighted, log_race, improves)


def run_race(
    table: Tables,
    num_bins: int,
    seed: Word,
    method: int,
    stopping: int,
    num_candidates: int,
    log_sup: float,
    max_examined: int,
    winner: Ints,
    record: Record,
) -> Outcome:
    """The search these choices name; `num_bins` 0 beyond enumeration."""
    if method == PFR and num_bins > 0:
        return race_by_clocks(table, num_bins, seed, stopping, log_sup, max_examined, winner, record)
    return race_by_draws(table, seed, num_candidates, log_sup, max_examined, winner, record)
