"""The race of one bin, fast: the winner of the readable race, to the last bit, from fewer and cheaper numbers.

Nearly every candidate can be shown to lose before it is made. A tile of 1024 goes through three sieves, each a lower
bound on race times, so a candidate that one rejects cannot win:

1. the whole tile: PFR stops at a tile that begins above the stop line;
2. the top plane: a candidate's first bits give its cell in quantile space, and a table has the best log ratio of each
   cell. Up to two dimensions the cells that can still win are ranges of bytes, and testing the bytes is all that is
   done for a candidate. If a search is too short to pay for tables, all candidates are computed in float32 instead;
3. the survivors, one dimension after the other in float64 by the formulas of `families`: first compared with the time
   at which the tile begins, and only then with their own arrival time.

A deficit is how many nats a log ratio is below the best possible: a candidate that arrives at T can win only if its
deficit is at most `best race - ln T + top`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .. import families
from ..arrays import Floats, Ints, Word
from ..clocks import next_tile, tile_gamma, tile_start, tile_total, time_after
from ..jit import kernel
from ..methods.by_draws import log_time
from ..methods.method import Outcome, Rules
from ..randomness import (
    CLOCK,
    LOW,
    MAX_BYTE_DIM,
    MIDDLE,
    ROW,
    TILE,
    TOP,
    block,
    join_planes,
    philox,
    plane_word,
    to_uniform,
)
from ..tables import Tables

CELLS, FLOAT32 = 0, 1  # ways to the deficits of a tile
FLOAT32_UP_TO = 2048  # expected candidates; a longer search is quicker by cells
_WIDEN = 4e-15  # of a cell's edges, for rounding in the quantile function
FINE = 1e-9  # relative slack of float64 bounds: far above the rounding of D sums, far below any effect on speed
_STEP = 64  # places of the first tile with a common bound on their time

# A normal quantile in float32, fitted at Chebyshev nodes: x = y f(w), y = 2u - 1, w = -ln(1 - y^2) = -ln(4 u (1 - u)),
# f a polynomial in w up to 5 and in sqrt(w) beyond. Tests check that its error is below _EPSILON (1 + |x|) / 2.
_EPSILON = 1e-5
_TAIL = np.int32(1 << 15)  # words this near an end do not determine x well enough
_ROOT_HALF = np.int32(0x3F3504F3)  # the bits of sqrt(1/2)
_LN2 = np.float32(math.log(2.0))
_LOG = tuple(
    np.float32(c)
    for c in (
        1.0000009644431402,
        -0.5000114528885057,
        0.33314673511655285,
        -0.24908274903278632,
        0.20491745869338582,
        -0.18680908897282603,
        0.11931345483875466,
    )
)
_CENTER = tuple(
    np.float32(c)
    for c in (
        1.2533186616512275,
        0.3280398314274219,
        0.016552276692698983,
        -0.003518796635851436,
        -0.00010114376455024277,
        6.62332304115407e-05,
        -4.476450584502891e-06,
    )
)
_OUTER = tuple(
    np.float32(c)
    for c in (
        2.599930632179877,
        -2.975897815247523,
        2.8427567214601277,
        -0.9870343857782682,
        0.19363160305902327,
        -0.020289166605157623,
        0.0008853633754895464,
    )
)

# Numba compiles a function again for each integer literal in a call, but not for `int(np.int64(0))`.

Bytes = NDArray[np.uint8]
Words = NDArray[np.uint32]
Singles = NDArray[np.float32]


class Sieve(NamedTuple):
    """Tables of the sieves for one bin of a problem in D dimensions; a candidate has B bytes of the top plane."""

    way: int  # CELLS or FLOAT32
    top: float  # ln of the best ratio there is
    peaks: Floats  # (D, cells) ln sup of r_d over each cell
    deficits: Singles  # (B, 256) of each byte, rounded down
    vertex: Singles  # (D,) FLOAT32: the deficit is the sum of ((x - vertex) * slope)^2
    slope: Singles  # (D,)
    blur: float  # FLOAT32: error of the root of the deficit, in addition to _EPSILON of itself
    numbers: Ints  # (D,) the bin's interval in every dimension
    log_bins: float  # ln J if this bin's clock is one of J, else 0


class Room(NamedTuple):
    """Work space of one thread."""

    planes: Words  # (B, 256) the top plane of a tile, four bytes a word
    bytes: Bytes  # (B, 1024) the same
    words: Words  # (1024,)
    tails: NDArray[np.int32]  # (1024,) distance of a word from the nearer end
    near: Singles  # (1024,) distance from the middle, in (-1, 1)
    both: Singles  # (1024,) four times the product of both tails
    both_bits: NDArray[np.int32]  # its bits
    deficits: Singles  # (1024,)
    sums: Floats  # (1024,) running sums of a tile's exponentials
    places: Ints  # (1024,) of survivors
    box: Ints  # (2, 2) first and last byte that can still win, D <= MAX_BYTE_DIM


class Best(NamedTuple):
    """The leader of one thread; index 0 for none yet."""

    log_race: float
    log_ratio: float
    index: int  # type: ignore[assignment]  # tuple.index gives way


# ---------------------------------------------------------------------------------------------------- tables


@kernel
def num_bytes(dim: int) -> int:
    """Bytes of the top plane a candidate has."""
    return dim if dim <= MAX_BYTE_DIM else (dim + 1) // 2


@kernel
def new_room(dim: int) -> Room:
    """Work space for a problem in `dim` dimensions."""
    planes = np.empty((num_bytes(dim), ROW), np.uint32)
    both = np.empty(TILE, np.float32)
    return Room(
        planes,
        planes.view(np.uint8),
        np.empty(TILE, np.uint32),
        np.empty(TILE, np.int32),
        np.empty(TILE, np.float32),
        both,
        both.view(np.int32),
        np.empty(TILE, np.float32),
        np.empty(TILE),
        np.empty(TILE, np.int64),
        np.zeros((2, 2), np.int64),
    )


@kernel
def make_sieve(table: Tables, expected: float) -> Sieve:
    """The sieve for a problem without bins and about `expected` candidates."""
    dim = table.params.shape[0]
    vertex, slope, numbers = np.zeros(dim, np.float32), np.zeros(dim, np.float32), np.zeros(dim, np.int64)
    if expected > FLOAT32_UP_TO:
        return sieve_by_cells(table, numbers, 0.0)
    peaks, top, blur = np.empty((dim, 1)), 0.0, 0.0
    for d in range(dim):
        curved, middle, width = families.parabola(table.family, table.params[d])
        if not curved or width > 1e12:  # no vertex, or one beyond float32
            return sieve_by_cells(table, numbers, 0.0)
        vertex[d], slope[d] = np.float32(middle), np.float32(width)
        blur += (width * (1.0 + abs(middle))) ** 2
        peaks[d, 0] = families.log_sup(table.family, table.params[d], -np.inf, np.inf)
        top += peaks[d, 0]
    deficits = np.empty((num_bytes(dim), 256), np.float32)
    return Sieve(FLOAT32, top, peaks, deficits, vertex, slope, _EPSILON * math.sqrt(blur), numbers, 0.0)


@kernel
def sieve_by_cells(table: Tables, numbers: Ints, log_bins: float) -> Sieve:
    """The sieve of the bin with these interval numbers."""
    dim = numbers.shape[0]
    peaks, top = np.empty((dim, num_cells(dim))), 0.0
    for d in range(dim):
        cell_peaks(table, d, numbers[d], peaks[d])
        top += peaks[d].max()
    deficits, none = np.empty((num_bytes(dim), 256), np.float32), np.zeros(dim, np.float32)
    byte_deficits(peaks, deficits)
    return Sieve(CELLS, top, peaks, deficits, none, none, 0.0, numbers, log_bins)


@kernel
def num_cells(dim: int) -> int:
    """Cells of the top plane in one dimension of a bin."""
    return 256 if dim <= MAX_BYTE_DIM else 16


@kernel
def cell_peaks(table: Tables, dimension: int, number: int, out: Floats) -> None:
    """ln sup of r_d over each cell of an interval. The outermost end at the last 52-bit uniform, so all are finite."""
    n, cells = table.intervals[dimension], out.shape[0]
    high = families.quantile(table.family, number, n, 2.0**-53)
    for c in range(cells):
        low, high = high, families.quantile(table.family, number, n, min((c + 1) / cells, 1.0 - 2.0**-53))
        out[c] = families.log_sup(
            table.family, table.params[dimension], low - _WIDEN * (1.0 + abs(low)), high + _WIDEN * (1.0 + abs(high))
        )


@kernel
def byte_deficits(peaks: Floats, out: Singles) -> None:
    """Deficits of all bytes of the top plane, rounded down."""
    dim, cells = peaks.shape
    for number in range(out.shape[0]):
        first = number if cells == 256 else 2 * number
        second = first + 1 if cells == 16 and first + 1 < dim else -1
        top = peaks[first].max() + (peaks[second].max() if second >= 0 else 0.0)
        for byte in range(256):
            peak = peaks[first, byte if cells == 256 else byte >> 4]
            if second >= 0:
                peak += peaks[second, byte & 15]
            out[number, byte] = np.float32((top - peak) * (1.0 - 1e-6))


# ---------------------------------------------------------------------------------------------------- tiles


@kernel
def fill_top(key: Word, tile: Word, number: int, out: Words) -> None:
    """Byte `number` of all candidates of a tile; out (256,)."""
    first = tile * np.uint64(ROW // 4)
    low, high = first & np.uint64(0xFFFFFFFF), first >> np.uint64(32)
    key_low, key_high = key & np.uint64(0xFFFFFFFF), key >> np.uint64(32)
    for b in range(ROW // 4):
        w0, w1, w2, w3 = philox(low + np.uint64(b), high, np.uint64(number), TOP, key_low, key_high)
        out[b] = np.uint32(w0)
        out[b + ROW // 4] = np.uint32(w1)
        out[b + ROW // 2] = np.uint32(w2)
        out[b + 3 * ROW // 4] = np.uint32(w3)


@kernel
def fill_plane(key: Word, purpose: Word, tile: Word, dimension: int, out: Words) -> None:
    """One dimension of a tile in a plane of 32-bit words; out (1024,)."""
    first = tile * np.uint64(ROW)
    low, high = first & np.uint64(0xFFFFFFFF), first >> np.uint64(32)
    key_low, key_high = key & np.uint64(0xFFFFFFFF), key >> np.uint64(32)
    for b in range(ROW):
        w0, w1, w2, w3 = philox(low + np.uint64(b), high, np.uint64(dimension), purpose, key_low, key_high)
        out[b] = np.uint32(w0)
        out[b + ROW] = np.uint32(w1)
        out[b + 2 * ROW] = np.uint32(w2)
        out[b + 3 * ROW] = np.uint32(w3)


@kernel
def fill_sums(key: Word, tile: Word, sums: Floats) -> None:
    """Running sums of a tile's exponentials, added in the order of `clocks.tick`."""
    half = TILE // 2
    for place in range(half):
        first, second = block(key, CLOCK, tile * np.uint64(half) + np.uint64(place), np.uint64(0))
        sums[place] = to_uniform(first)
        sums[place + half] = to_uniform(second)
    total = 0.0
    for place in range(TILE):
        total += -math.log(sums[place])
        sums[place] = total


@kernel
def quantiles32(room: Room, byte: Bytes, shift: int, bits: int) -> None:
    """Normal quantiles of one dimension of a tile, from `room.words` and the top plane, into `room.near`.

    NaN for words too near an end.
    """
    words, tails, near, both, both_bits = room.words, room.tails, room.near, room.both, room.both_bits
    for place in range(TILE):
        top = np.uint32(np.uint32(byte[place] >> shift) << (32 - bits))
        words[place] = np.uint32(top | np.uint32(words[place] >> bits))
    for place in range(TILE):
        signed = np.int32(words[place] ^ np.uint32(0x80000000))
        tail = np.int32(np.int32(0x7FFFFFFF) - np.int32(signed ^ np.int32(signed >> 31)))
        share = (np.float32(tail) + np.float32(0.5)) * np.float32(2.0**-32)
        tails[place] = tail
        near[place] = np.float32(signed) * np.float32(2.0**-31)
        both[place] = np.float32(4.0) * share * (np.float32(1.0) - share)
    for place in range(TILE):
        exponent = np.int32(np.int32(both_bits[place] - _ROOT_HALF) >> 23)
        both_bits[place] = np.int32(both_bits[place] - np.int32(exponent << 23))
        words[place] = np.uint32(exponent)
    for place in range(TILE):
        z = both[place] - np.float32(1.0)
        log = (
            (((((_LOG[6] * z + _LOG[5]) * z + _LOG[4]) * z + _LOG[3]) * z + _LOG[2]) * z + _LOG[1]) * z + _LOG[0]
        ) * z
        w = -(np.float32(np.int32(words[place])) * _LN2 + log)
        w = w if w > np.float32(0.0) else np.float32(0.0)
        root = np.float32(math.sqrt(w))
        middle, t = w < np.float32(5.0), w if w < np.float32(5.0) else root
        c6, c5 = _CENTER[6] if middle else _OUTER[6], _CENTER[5] if middle else _OUTER[5]
        c4, c3 = _CENTER[4] if middle else _OUTER[4], _CENTER[3] if middle else _OUTER[3]
        c2, c1 = _CENTER[2] if middle else _OUTER[2], _CENTER[1] if middle else _OUTER[1]
        c0 = _CENTER[0] if middle else _OUTER[0]
        x = near[place] * ((((((c6 * t + c5) * t + c4) * t + c3) * t + c2) * t + c1) * t + c0)
        near[place] = np.float32(np.nan) if tails[place] < _TAIL else x


@kernel
def fill_deficits(key: Word, tile: Word, sieve: Sieve, room: Room) -> None:
    """Deficits of a tile into `room.deficits`, by the sieve's way; the top plane must be filled."""
    deficits = room.deficits
    for place in range(TILE):
        deficits[place] = np.float32(0.0)
    if sieve.way == CELLS:
        for number in range(room.bytes.shape[0]):
            table, byte = sieve.deficits[number], room.bytes[number]
            for place in range(TILE):
                deficits[place] += table[byte[place]]
        return
    dim = sieve.slope.shape[0]
    for d in range(dim):
        vertex, slope = sieve.vertex[d], sieve.slope[d]
        if slope > np.float32(0.0):
            fill_plane(key, MIDDLE, tile, d, room.words)
            byte, shift, bits = d, 0, 8
            if dim > MAX_BYTE_DIM:
                byte, shift, bits = d // 2, 0 if d % 2 else 4, 4
            quantiles32(room, room.bytes[byte], shift, bits)
            near = room.near
            for place in range(TILE):
                z = (near[place] - vertex) * slope
                deficits[place] += z * z


@kernel
def most_deficit(sieve: Sieve, log_time: float, best: float) -> np.float32:
    """The largest float32 deficit that can still win at this time; negative if none can."""
    if best == np.inf or log_time == -np.inf:
        return np.float32(np.inf)
    most = best - log_time + sieve.top
    most += FINE * (1.0 + abs(best) + abs(log_time) + abs(sieve.top))
    if most < 0.0:
        return np.float32(-1.0)
    if sieve.way == FLOAT32:
        most = ((1.0 + _EPSILON) * math.sqrt(most) + sieve.blur) ** 2
    return np.float32(most * (1.0 + 1.2e-7 * (sieve.slope.shape[0] + 8)))


@kernel
def find_in_box(most: np.float32, sieve: Sieve, room: Room) -> int:
    """Places of a tile whose bytes are between the first and the last that can still win; at most two dimensions."""
    dim = sieve.deficits.shape[0]
    lows = np.uint8(room.box[0, 0]), np.uint8(room.box[1, 0])
    widths = np.uint8(room.box[0, 1] - room.box[0, 0]), np.uint8(room.box[1, 1] - room.box[1, 0])
    first, second = room.bytes[0], room.bytes[dim - 1]
    count = 0
    for group in range(0, TILE, 32):
        some = np.uint8(0)
        for place in range(group, group + 32):
            a = np.uint8(first[place] - lows[0]) <= widths[0]
            b = np.uint8(second[place] - lows[1]) <= widths[1]
            some |= np.uint8(a & b)
        if some:
            for place in range(group, group + 32):
                a = np.uint8(first[place] - lows[0]) <= widths[0]
                if a and np.uint8(second[place] - lows[1]) <= widths[1]:
                    deficit = sieve.deficits[0, first[place]]
                    if dim == 2:
                        deficit += sieve.deficits[1, second[place]]
                    room.deficits[place] = deficit
                    if deficit <= most:
                        room.places[count] = place
                        count += 1
    return count


@kernel
def shrink_box(most: np.float32, sieve: Sieve, room: Room) -> bool:
    """Shrink the box to the bytes that can still win; False if none can."""
    dim = sieve.deficits.shape[0]
    for d in range(2):
        table = sieve.deficits[min(d, dim - 1)]
        low, high = room.box[d, 0], room.box[d, 1]
        while low < high and table[low] > most:
            low += 1
        while high > low and table[high] > most:
            high -= 1
        room.box[d, 0], room.box[d, 1] = low, high
        if table[low] > most:
            return False
    return True


@kernel
def find_by_deficit(most: np.float32, room: Room, first: int, last: int) -> int:
    """Places first .. last - 1 (multiples of 64) of a tile whose deficits are at most `most`, or NaN."""
    deficits, count = room.deficits, 0
    for group in range(first, last, 64):
        some = 0
        for place in range(group, group + 64):
            some += not deficits[place] > most
        if some:
            for place in range(group, group + 64):
                if not deficits[place] > most:
                    room.places[count] = place
                    count += 1
    return count


@kernel
def examine(table: Tables, key: Word, tile: Word, place: int, sieve: Sieve, room: Room, need: float) -> float:
    """ln r of a candidate, equal to `tables.log_ratio`, or -inf as soon as it must be below `need`."""
    dim, mask = sieve.peaks.shape[0], np.int64(sieve.peaks.shape[1] - 1)
    at = np.uint64(place)
    index = tile * np.uint64(TILE) + at + np.uint64(1)
    rest = 0.0
    for d in range(dim):
        rest += sieve.peaks[d, cell(room, place, d, dim) & mask]
    need -= FINE * (1.0 + abs(need) + abs(rest))
    total, first, second = 0.0, np.uint64(0), np.uint64(0)
    for d in range(dim):
        top = cell(room, place, d, dim)
        if d % 8 == 0:
            first, second = block(key, LOW, index, np.uint64(d // 8))
        total += log_ratio_at(table, sieve.numbers, key, tile, at, d, top, second if d % 8 >= 4 else first)
        rest -= sieve.peaks[d, top & mask]
        if total + rest < need:
            return -np.inf
    return total


@kernel
def log_ratio_at(
    table: Tables, numbers: Ints, key: Word, tile: Word, place: Word, d: int, top: int, lows: Word
) -> float:
    """ln r of a bin's candidate in dimension d, from its top bits and the low plane's word with its last bits."""
    low = (lows >> np.uint64(16 * (d % 4))) & np.uint64(0xFFFF)
    bits = np.uint64(8 if numbers.shape[0] <= MAX_BYTE_DIM else 4)
    v = join_planes(np.uint64(top), plane_word(key, MIDDLE, tile, place, np.uint64(d)), low, bits)
    x = families.quantile(table.family, numbers[d], table.intervals[d], v)
    return families.log_ratio(table.family, table.params[d], x)


@kernel
def cell(room: Room, place: int, d: int, dim: int) -> int:
    """The first bits of a candidate in dimension d."""
    if dim <= MAX_BYTE_DIM:
        return int(np.int64(room.bytes[d, place]))
    byte = int(np.int64(room.bytes[d // 2, place]))
    return byte & 15 if d % 2 else byte >> 4


@kernel
def race_survivors(
    table: Tables,
    sieve: Sieve,
    room: Room,
    key: Word,
    log_peak: float,
    num_candidates: int,
    end: float,
    limit: int,
    tile: Word,
    start: float,
    stretch: float,
    count: int,
    best: Best,
    shared: Floats,
) -> Best:
    """Race the first `count` of `room.places`. `stretch` 0: `room.sums` are not filled yet, and are if needed."""
    floor = sieve.log_bins + log_time(start, num_candidates, end) if stretch == 0.0 else -np.inf
    for k in range(count):
        place = room.places[k]
        index = np.int64(tile) * TILE + place + 1
        if index > limit:
            break
        log_t = floor
        if stretch > 0.0:
            log_t = sieve.log_bins + log_time(start + stretch * room.sums[place], num_candidates, end)
        ahead = min(best.log_race, shared[0])
        if room.deficits[place] > most_deficit(sieve, log_t, ahead):
            continue
        log_r = min(examine(table, key, tile, place, sieve, room, log_t - ahead), log_peak)
        if log_r == -np.inf:
            continue
        if stretch == 0.0:
            fill_sums(key, tile, room.sums)
            stretch = tile_gamma(key, tile) / tile_total(key, tile)
            log_t = sieve.log_bins + log_time(start + stretch * room.sums[place], num_candidates, end)
        if log_t - log_r < best.log_race:
            best = Best(log_t - log_r, log_r, index)
            shared[0] = min(shared[0], best.log_race)
    return best


@kernel
def race_tiles(
    table: Tables,
    sieve: Sieve,
    room: Room,
    key: Word,
    log_sup: float,
    log_peak: float,
    num_candidates: int,
    end: float,
    limit: int,
    first: int,
    starts: Floats,
    best: Best,
    shared: Floats,
) -> Best:
    """Race the tiles first, first + 1, ..., which begin at `starts`; `best` led before.

    PFR if `num_candidates` is 0; stops at a tile that begins above the stop line. Candidates beyond `limit` are left
    out. `shared` (1,) is the best race time of all threads: it may be out of date, and only saves work.
    """
    by_box = sieve.way == CELLS and sieve.peaks.shape[0] <= MAX_BYTE_DIM
    for d in range(2):
        room.box[d, 0], room.box[d, 1] = 0, 255
    for t in range(starts.shape[0]):
        tile, start = np.uint64(first + t), starts[t]
        ahead = min(best.log_race, shared[0])
        floor = sieve.log_bins + log_time(start, num_candidates, end) if start > 0.0 else -np.inf
        if num_candidates == 0 and floor - log_sup > ahead:
            break
        most = most_deficit(sieve, floor, ahead)
        if most < np.float32(0.0) or (by_box and not shrink_box(most, sieve, room)):
            continue
        for number in range(room.planes.shape[0]):
            fill_top(key, tile, number, room.planes[number])
        if start == 0.0:
            fill_deficits(key, tile, sieve, room)
            fill_sums(key, tile, room.sums)
            for group in range(0, min(TILE, limit), _STEP):
                floor = sieve.log_bins + log_time(room.sums[group], num_candidates, end)
                most = most_deficit(sieve, floor, min(best.log_race, shared[0]))
                count = find_by_deficit(most, room, group, group + _STEP)
                best = race_survivors(
                    table, sieve, room, key, log_peak, num_candidates, end, limit, tile, 0.0, 1.0, count, best, shared
                )
            continue
        if by_box:
            count = find_in_box(most, sieve, room)
        else:
            fill_deficits(key, tile, sieve, room)
            count = find_by_deficit(most, room, int(np.int64(0)), int(np.int64(TILE)))
        if count > 0:
            best = race_survivors(
                table, sieve, room, key, log_peak, num_candidates, end, limit, tile, start, 0.0, count, best, shared
            )
    return best


@kernel
def fill_starts(key: Word, first: int, before: float, starts: Floats) -> None:
    """When tiles first, first + 1, ... begin; `before` is when the previous one did, if there is one."""
    for t in range(starts.shape[0]):
        before = tile_start(key, np.uint64(first + t), before) if first + t > 0 else 0.0
        starts[t] = before


@kernel
def count_examined(key: Word, line: float, log_worth: float, log_sup: float, limit: int) -> int:
    """The number of arrivals T with log_worth + ln T - log_sup <= line, but at most limit + 1."""
    sums = np.empty(TILE)
    start, tile = 0.0, 0
    while tile * TILE <= limit:
        after = tile_start(key, np.uint64(tile + 1), start)
        if log_worth + math.log(after) - log_sup > line:
            fill_sums(key, np.uint64(tile), sums)
            stretch = next_tile(key, np.uint64(tile), start).stretch
            for place in range(TILE):
                if log_worth + math.log(start + stretch * sums[place]) - log_sup > line:
                    return min(tile * TILE + place, limit + 1)
        start, tile = after, tile + 1
    return limit + 1


@kernel
def outcome(best: Best, key: Word, log_sup: float, rules: Rules) -> Outcome:
    """What the readable race returns for this winner, except for ORC's last arrival time, which is NaN."""
    if rules.num_candidates > 0:
        return Outcome(best.index, rules.num_candidates, best.log_race, best.log_ratio, np.nan)
    limit = rules.max_examined
    examined = count_examined(key, best.log_race, 0.0, log_sup, limit)
    if examined > limit:
        return Outcome(0, limit, best.log_race, best.log_ratio, np.inf)
    return Outcome(best.index, examined, best.log_race, best.log_ratio, best.log_race + log_sup)


@kernel
def race_plain(table: Tables, rules: Rules, seed: Word, log_sup: float) -> Outcome:
    """The readable races for one bin, in one thread."""
    expected = float(rules.num_candidates) if rules.num_candidates > 0 else math.exp(min(log_sup, 100.0))
    return race_sieved(table, make_sieve(table, expected), rules, seed, log_sup)


@kernel
def race_sieved(table: Tables, sieve: Sieve, rules: Rules, seed: Word, log_sup: float) -> Outcome:
    """`race_plain` with this sieve."""
    num_candidates, room = rules.num_candidates, new_room(table.params.shape[0])
    limit = num_candidates if num_candidates > 0 else rules.max_examined
    num_tiles = (limit + TILE - 1) // TILE
    log_peak = np.inf if num_candidates > 0 else log_sup
    shared, starts, end = np.full(1, np.inf), np.zeros(1), np.inf
    best, first = Best(np.inf, -np.inf, 0), int(np.int64(0))
    while first < num_tiles:
        before = starts[starts.shape[0] - 1]
        starts = np.empty(num_tiles if num_candidates > 0 else min(max(first, 1), 512, num_tiles - first))
        fill_starts(seed, first, before, starts)
        if num_candidates > 0:
            end = time_after(seed, limit, starts[num_tiles - 1])
        elif first > 0 and math.log(starts[0]) - log_sup > best.log_race:
            break
        best = race_tiles(
            table, sieve, room, seed, log_sup, log_peak, num_candidates, end, limit, first, starts, best, shared
        )
        first += starts.shape[0]
    return outcome(best, seed, log_sup, rules)
