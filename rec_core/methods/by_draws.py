"""ORC, and PFR with more bins than can be enumerated: one clock, and every arrival draws its bin.

Written to be read next to the paper.
"""

from __future__ import annotations

import math

import numpy as np

from ..arrays import Ints, Word, Words
from ..candidates import candidate
from ..clocks import Clock, arrival_time, end_time, tick
from ..counts import count_arrival, new_counts, room_for_one
from ..jit import kernel
from ..randomness import bin_choice, bin_key
from ..tables import Tables, bin_sum, entry_size, log_ratio
from .method import Outcome, Record, Rules, copy, note


@kernel
def bin_thresholds(table: Tables) -> Words:
    """For each dimension the running sum of its entries' weights in units of 2^-63, ending at exactly 2^63."""
    out = np.empty(table.log_weight.shape[0], np.uint64)
    for d in range(table.intervals.shape[0]):
        total, running = 0.0, 0.0
        for b in range(table.offsets[d], table.offsets[d + 1]):
            total += entry_size(table, d, b) * math.exp(table.log_weight[b])
        for b in range(table.offsets[d], table.offsets[d + 1]):
            running += entry_size(table, d, b) * math.exp(table.log_weight[b])
            out[b] = np.uint64(running / total * 2.0**63)
    return out


@kernel
def first_above(thresholds: Words, low: int, high: int, word: Word) -> int:
    """The first of low .. high whose threshold exceeds the word; `high` if there is none before it."""
    while low < high:
        middle = (low + high) // 2
        if thresholds[middle] > word:
            high = middle
        else:
            low = middle + 1
    return low


@kernel
def draw_bin(table: Tables, thresholds: Words, seed: Word, arrival: int, entries: Ints, numbers: Ints) -> None:
    """The bin of this arrival, by inverse cdf in every cut dimension: its entries in the tables, its intervals."""
    for d in range(numbers.shape[0]):
        if table.intervals[d] > 1:
            word = bin_choice(seed, np.uint64(arrival), np.uint64(d))
            entry = first_above(thresholds, table.offsets[d], table.offsets[d + 1] - 1, word)
            entries[d] = entry - table.offsets[d]
            numbers[d] = interval_in_entry(table, thresholds, d, entry, word)


@kernel
def interval_in_entry(table: Tables, thresholds: Words, d: int, entry: int, word: Word) -> int:
    """The interval that a word draws, given its entry: those of a block are equally likely."""
    number = int(table.firsts[d] + (entry - table.offsets[d]) * table.blocks[d])
    if table.blocks[d] == 1:
        return number
    before = thresholds[entry - 1] if entry > table.offsets[d] else np.uint64(0)
    size, share = entry_size(table, d, entry), np.float64(word - before) / np.float64(thresholds[entry] - before)
    return number + min(int(share * size), size - 1)


@kernel
def log_time(time: float, num_candidates: int, end: float) -> float:
    """ln of an arrival time: PFR's where `num_candidates` is 0, else ORC's, which ends at `end`."""
    if num_candidates == 0:
        return math.log(time)
    return math.log(num_candidates * -math.log1p(-min(time / end, 1.0 - 2.0**-53)))


@kernel
def race_by_draws(table: Tables, rules: Rules, seed: Word, log_sup: float, winner: Ints, record: Record) -> Outcome:
    """One clock; every arrival draws its bin. PFR where `rules.num_candidates` is 0, else ORC with that many.

    A candidate's local index is the number of its bin's arrivals so far. ORC's arrival times are n sorted exponentials,
    times n so that they compare with a rate-1 clock: n arrivals over the time of one more are sorted uniforms, so they
    are -n ln(1 - T_i / T_(n+1)). With n large ORC runs PFR's own race.
    """
    dim, num_candidates = table.intervals.shape[0], rules.num_candidates
    entries, numbers = np.zeros(dim, np.int64), np.zeros(dim, np.int64)
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
        if examined >= rules.max_examined:
            return Outcome(0, examined, best, best_ratio, np.inf)
        examined += 1
        draw_bin(table, thresholds, seed, examined, entries, numbers)
        key = bin_key(seed, table.intervals, numbers)
        counts = room_for_one(counts)
        index = count_arrival(counts, key)
        candidate(table.family, key, index, table.intervals, numbers, x)
        log_r = log_ratio(table.family, table.params, x)
        log_reweighted = log_r - log_intervals - bin_sum(table.log_weight, table, entries)
        log_race = log_arrival - log_reweighted
        improves = log_race < best
        if improves:
            best, best_ratio, best_index = log_race, log_r, index
            copy(numbers, winner)
        note(record, examined, numbers, index, log_arrival, log_reweighted, log_race, improves)
