"""The readable races with bins, fast: the same winners, to the last bit.

**One clock, bins drawn.** The clock is as without bins, and a tile's arrivals draw their bins, one dimension after the
other. A bin's peak is a sieve too, and only arrivals that pass it are counted: a bin's bound rises with time and the
leader's race time falls, so if an arrival passes, all earlier arrivals of the same bin did.

**A clock for every bin.** Each bin is a race without bins, with a sieve of its own and a common leader. The bin whose
next tile has the lowest bound goes first, a batch of tiles at a time. How many candidates the readable search examines
is counted at the end, from the winning race time: it examines candidates in the order of their bounds, so exactly those
whose bound is at most that.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats, Ints, Word
from ..clocks import end_time, next_tile, tile_start
from ..counts import count_arrival, new_counts, room_for_one
from ..jit import kernel
from ..methods.by_clocks import sink
from ..methods.by_draws import bin_thresholds, first_above, interval_in_entry, log_time
from ..methods.method import SINGLE, Outcome, Rules, copy
from ..partition import split_bin
from ..randomness import (
    BIN_CHOICE,
    BIN_CHOICE_LOW,
    LOW,
    MAX_BYTE_DIM,
    ROW,
    TILE,
    TOP,
    bin_choice,
    bin_key,
    block,
    philox,
    plane_word,
)
from ..tables import Tables, bin_sum
from .tiles import (
    FINE,
    Best,
    Room,
    Words,
    cell_peaks,
    count_examined,
    fill_plane,
    fill_starts,
    fill_sums,
    log_ratio_at,
    new_room,
    num_bytes,
    num_cells,
    race_plain,
    race_tiles,
    sieve_by_cells,
)

MAX_BIN_CELLS = 2**16  # in the table of a partition's cells; beyond, only the peak of a bin is its bound
FEW_INTERVALS = 8  # of a dimension: up to here thresholds are tested one after the other, a tile at a time
MOST_TILES = 512  # of a bin before another bin is next
_LANES = 8  # bytes of a candidate that are computed at once: two vectors of four 64-bit words


# ---------------------------------------------------------------------------------------------------- one clock


@kernel
def bin_cells(table: Tables) -> Floats:
    """ln sup of r_d over the top plane's cells in each interval, (sum n_d, cells); one cell if there are too many."""
    total, cells = table.log_peak.shape[0], num_cells(table.params.shape[0])
    if total * cells > MAX_BIN_CELLS or table.blocks.max() > 1:
        return table.log_peak.copy().reshape(total, 1)
    peaks = np.empty((total, cells))
    for d in range(table.intervals.shape[0]):
        for b in range(table.firsts[d], table.lasts[d]):
            cell_peaks(table, d, b, peaks[table.offsets[d] + b - table.firsts[d]])
    return peaks


@kernel
def draw_bins(
    table: Tables, thresholds: NDArray[np.uint64], gains: Floats, seed: Word, tile: Word, room: Room,
    numbers: NDArray[np.int32], bounds: Floats,
) -> None:  # fmt: skip
    """`draw_bin` for a whole tile: entries `numbers` (D, 1024 or more), and the sum of `gains` over them."""
    for place in range(TILE):
        bounds[place] = 0.0
    for d in range(numbers.shape[0]):
        start, last, row = table.offsets[d], table.offsets[d + 1] - 1, numbers[d]
        for place in range(TILE):
            row[place] = 0
        if last > start:
            fill_plane(seed, BIN_CHOICE, tile, d, room.words)
        if last - start <= FEW_INTERVALS:
            for b in range(start, last):
                count_reached(thresholds[b], seed, tile, d, room.words, row)
        else:
            for place in range(TILE):
                word = np.uint64(room.words[place]) << np.uint64(31)
                b = first_above(thresholds, start, last, word)
                if thresholds[b] <= word | np.uint64(0x7FFFFFFF):  # the low word decides
                    low = plane_word(seed, BIN_CHOICE_LOW, tile, np.uint64(place), np.uint64(d))
                    b = first_above(thresholds, start, last, word | (low >> np.uint64(1)))
                row[place] = b - start
        add_gains(gains[start : last + 1], row, bounds)


@kernel
def add_gains(gains: Floats, numbers: NDArray[np.int32], bounds: Floats) -> None:
    """Add to every place's bound the gain of its interval in one dimension."""
    if gains.shape[0] <= 2:
        first, second = gains[0], gains[gains.shape[0] - 1]
        for place in range(TILE):
            bounds[place] += second if numbers[place] > 0 else first
        return
    for place in range(TILE):
        bounds[place] += gains[numbers[place]]


@kernel
def count_reached(
    threshold: Word, seed: Word, tile: Word, dimension: int, words: Words, numbers: NDArray[np.int32]
) -> None:
    """Add 1 to the number of every place whose 63-bit word, of which `words` has the first 32, is >= `threshold`."""
    if threshold >= np.uint64(2**63):
        return
    high, ties = np.uint32(threshold >> np.uint64(31)), np.int32(0)
    for place in range(TILE):
        numbers[place] += np.int32(words[place] >= high)
        ties += np.int32(words[place] == high)
    if ties > 0:
        for place in range(TILE):
            if words[place] == high:
                low = plane_word(seed, BIN_CHOICE_LOW, tile, np.uint64(place), np.uint64(dimension))
                if (np.uint64(high) << np.uint64(31)) | (low >> np.uint64(1)) < threshold:
                    numbers[place] -= np.int32(1)


@kernel
def new_bytes(dim: int) -> NDArray[np.uint32]:
    """Work space for the top plane at one place of a tile: (chunks, 4, lanes), a chunk for bytes computed at once.

    Unused lanes after the last byte cost less than a chunk that does not fill vectors.
    """
    needed = num_bytes(dim)
    lanes = needed if needed <= 2 else _LANES
    return np.empty(((needed + lanes - 1) // lanes, 4, lanes), np.uint32)


@kernel
def fill_bytes(key: Word, tile: Word, place: Word, first: int, out: Words) -> None:
    """The bytes from `first` on at one place; out (4, lanes), one row for each row of a tile."""
    count = tile * np.uint64(ROW // 4) + ((place & np.uint64(ROW - 1)) >> np.uint64(2))
    low, high, shift = count & np.uint64(0xFFFFFFFF), count >> np.uint64(32), np.uint64(8) * (place & np.uint64(3))
    key_low, key_high = key & np.uint64(0xFFFFFFFF), key >> np.uint64(32)
    for lane in range(out.shape[1]):
        number = np.uint64(first) + np.uint64(lane)
        w0, w1, w2, w3 = philox(low, high, number, TOP, key_low, key_high)
        out[0, lane], out[1, lane] = np.uint32(w0 >> shift), np.uint32(w1 >> shift)
        out[2, lane], out[3, lane] = np.uint32(w2 >> shift), np.uint32(w3 >> shift)


@kernel
def examine_in_bin(
    table: Tables,
    peaks: Floats,
    key: Word,
    index: int,
    entries: Ints,
    numbers: Ints,
    tops: NDArray[np.uint32],
    peak: float,
    need: float,
) -> float:
    """ln r of candidate `index` of a bin, equal to `tables.log_ratio`, or -inf as soon as it must be below `need`.

    `peak` is the bin's. The candidate's bytes are computed a chunk at a time, and each chunk lowers its bound.
    """
    dim, mask = numbers.shape[0], np.int64(peaks.shape[1] - 1)
    tile, place = np.uint64(index - 1) >> np.uint64(10), np.uint64(index - 1) & np.uint64(TILE - 1)
    row, rest = np.int64(place >> np.uint64(8)), peak
    if rest == -np.inf:
        return -np.inf
    need -= FINE * (1.0 + abs(need) + abs(rest))
    lanes = tops.shape[2]
    together = lanes if dim <= MAX_BYTE_DIM else 2 * lanes
    for chunk in range(tops.shape[0]):
        fill_bytes(key, tile, place, chunk * lanes, tops[chunk])
        for d in range(chunk * together, min((chunk + 1) * together, dim)):
            interval, cell = table.offsets[d] + entries[d], top_of(tops[chunk, row], d - chunk * together, dim)
            rest += peaks[interval, cell & mask] - table.log_peak[interval]
        if rest < need:
            return -np.inf
    total, first, second = 0.0, np.uint64(0), np.uint64(0)
    for d in range(dim):
        top = top_of(tops[d // together, row], d % together, dim)
        if d % 8 == 0:
            first, second = block(key, LOW, np.uint64(index), np.uint64(d // 8))
        total += log_ratio_at(table, numbers, key, tile, place, d, top, second if d % 8 >= 4 else first)
        rest -= peaks[table.offsets[d] + entries[d], top & mask]
        if total + rest < need:
            return -np.inf
    return total


@kernel
def top_of(bytes: Words, d: int, dim: int) -> int:
    """The first bits of dimension d of these words, from 0; the last byte of a word is the candidate's."""
    if dim <= MAX_BYTE_DIM:
        return int(np.int64(bytes[d])) & 255
    byte = int(np.int64(bytes[d >> 1]))
    return byte & 15 if d & 1 else (byte >> 4) & 15


@kernel
def race_bins(table: Tables, rules: Rules, seed: Word, log_sup: float, winner: Ints) -> Outcome:
    """`race_by_draws` for more than one bin, in one thread."""
    dim, num_candidates = table.intervals.shape[0], rules.num_candidates
    room, peaks, thresholds = new_room(dim), bin_cells(table), bin_thresholds(table)
    end = end_time(seed, num_candidates) if num_candidates > 0 else np.inf
    log_intervals = 0.0
    for d in range(dim):
        log_intervals += math.log(table.intervals[d])
    gains = table.log_peak - table.log_weight
    drawn, bounds = np.empty((dim, TILE + 16), np.int32), np.empty(TILE)  # 16: not a power of two apart
    entries, numbers, tops = np.empty(dim, np.int64), np.empty(dim, np.int64), new_bytes(dim)
    counts = new_counts(int(np.int64(4096)))
    best, start, tile, examined = Best(np.inf, -np.inf, 0), 0.0, 0, 0
    while True:
        start = tile_start(seed, np.uint64(tile), start) if tile > 0 else 0.0
        stretch = next_tile(seed, np.uint64(tile), start).stretch
        fill_sums(seed, np.uint64(tile), room.sums)
        draw_bins(table, thresholds, gains, seed, np.uint64(tile), room, drawn, bounds)
        for place in range(TILE):
            if num_candidates > 0 and examined == num_candidates:
                return Outcome(best.index, examined, best.log_race, best.log_ratio, np.nan)
            log_t = log_time(start + stretch * room.sums[place], num_candidates, end)
            if num_candidates == 0 and log_t - log_sup > best.log_race:
                return Outcome(best.index, examined, best.log_race, best.log_ratio, best.log_race + log_sup)
            if examined >= rules.max_examined:
                return Outcome(0, examined, best.log_race, best.log_ratio, np.inf)
            examined += 1
            slack = FINE * (1.0 + abs(best.log_race))
            if log_t - (bounds[place] - log_intervals + FINE * (1.0 + abs(bounds[place]))) > best.log_race + slack:
                continue
            weight, peak = 0.0, 0.0
            for d in range(dim):
                entries[d] = drawn[d, place]
                numbers[d] = table.firsts[d] + entries[d]
                if table.blocks[d] > 1:
                    word = bin_choice(seed, np.uint64(examined), np.uint64(d))
                    numbers[d] = interval_in_entry(table, thresholds, d, table.offsets[d] + entries[d], word)
                weight += table.log_weight[table.offsets[d] + entries[d]]
                peak += table.log_peak[table.offsets[d] + entries[d]]
            key = bin_key(seed, table.intervals, numbers)
            counts = room_for_one(counts)
            index = count_arrival(counts, key)
            need = log_t - best.log_race + log_intervals + weight
            log_r = examine_in_bin(table, peaks, key, index, entries, numbers, tops, peak, need)
            log_race = log_t - (log_r - log_intervals - weight)
            if log_race < best.log_race:
                best = Best(log_race, log_r, index)
                copy(numbers, winner)
        tile += 1


# ---------------------------------------------------------------------------------------------------- many clocks


@kernel
def race_bins_by_clocks(table: Tables, rules: Rules, seed: Word, log_sup: float, winner: Ints) -> Outcome:
    """`race_by_clocks`, if its order is that of its bounds: one stop line, or peak_ratio weights."""
    num_bins, stopping, max_examined = rules.num_bins, rules.stopping, rules.max_examined
    dim, log_bins = table.intervals.shape[0], math.log(num_bins)
    room, numbers = new_room(dim), np.empty(dim, np.int64)
    keys, peaks, worths = np.empty(num_bins, np.uint64), np.empty(num_bins), np.empty(num_bins)  # ln of T's worth
    starts, tiles = np.zeros(num_bins), np.zeros(num_bins, np.int64)  # when a bin's last tile began; its next tile
    bounds, queue = np.empty(num_bins), np.empty(num_bins, np.int64)
    alive, front = int(np.int64(0)), int(np.int64(0))
    for j in range(num_bins):
        split_bin(j, table.intervals, numbers)
        keys[j] = bin_key(seed, table.intervals, numbers)
        peaks[j] = bin_sum(table.log_peak, table, numbers)
        weight = bin_sum(table.log_weight, table, numbers)
        worths[j] = -weight if stopping == SINGLE or weight == -np.inf else log_bins
        bounds[j] = -np.inf
        if weight > -np.inf and peaks[j] > -np.inf:
            queue[alive] = j
            alive += 1
    best, shared, winning = Best(np.inf, -np.inf, 0), np.full(1, np.inf), int(np.int64(-1))
    searched, check = 0, max_examined
    while alive > 0:
        j = queue[front]
        if bounds[j] > best.log_race:
            break
        if searched > check:
            line = Best(bounds[j], -np.inf, 0)  # arrivals below it have been raced, and all of them count
            if count_in_bins(keys, worths, peaks, stopping, log_sup, line, winning, max_examined) > max_examined:
                return Outcome(0, max_examined, best.log_race, best.log_ratio, np.inf)
            check = 2 * searched
        split_bin(j, table.intervals, numbers)
        batch = np.empty(min(max(tiles[j], 1), MOST_TILES))
        fill_starts(keys[j], tiles[j], starts[j], batch)
        before = best.log_race
        best = race_tiles(
            table, sieve_by_cells(table, numbers, log_bins), room, keys[j], peaks[j], peaks[j], int(np.int64(0)),
            np.inf, max_examined, tiles[j], batch, best, shared,
        )  # fmt: skip
        if best.log_race < before:
            winning = j
            copy(numbers, winner)
        tiles[j] += batch.shape[0]
        starts[j] = batch[batch.shape[0] - 1]
        searched += batch.shape[0] * TILE
        bounds[j] = log_bins + math.log(tile_start(keys[j], np.uint64(tiles[j]), starts[j])) - peaks[j]
        sink(queue, alive, front, bounds)
    examined = count_in_bins(keys, worths, peaks, stopping, log_sup, best, winning, max_examined)
    if examined > max_examined:
        return Outcome(0, max_examined, best.log_race, best.log_ratio, np.inf)
    return Outcome(best.index, examined, best.log_race, best.log_ratio, best.log_race + log_sup)


@kernel
def count_in_bins(
    keys: NDArray[np.uint64], worths: Floats, peaks: Floats, stopping: int, log_sup: float, best: Best, winning: int,
    limit: int,
) -> int:  # fmt: skip
    """The number of arrivals, of all bins, whose bound is at most the best race time; above `limit` not exact.

    The winner is one of them, even if its ratio is its bin's peak and rounding puts it above.
    """
    total = int(np.int64(0))
    for j in range(keys.shape[0]):
        if total > limit:
            break
        if worths[j] < np.inf and (stopping == SINGLE or peaks[j] > -np.inf):
            top = log_sup if stopping == SINGLE else peaks[j]
            arrivals = count_examined(keys[j], best.log_race, worths[j], top, limit - total)
            total += max(arrivals, best.index) if j == winning else arrivals
    return total


@kernel
def race_tiled(table: Tables, rules: Rules, seed: Word, log_sup: float, winner: Ints) -> Outcome:
    """The readable race of these rules, by tiles and in one thread."""
    if rules.num_candidates == 0 and rules.num_bins > 1:
        return race_bins_by_clocks(table, rules, seed, log_sup, winner)
    if rules.num_bins != 1:
        return race_bins(table, rules, seed, log_sup, winner)
    for d in range(winner.shape[0]):
        winner[d] = 0
    return race_plain(table, rules, seed, log_sup)
