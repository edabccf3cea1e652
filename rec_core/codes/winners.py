"""Which message wins from which source: with seed and clock known, PFR's message is a function of the source.

Q = N(m, s^2) against N(0, 1). Candidate x_i that arrives at T_i wins where ln T_i - ln r(x_i) is least, that is where
y_i - m x_i is, y_i = s^2 ln T_i + (1 - s^2) x_i^2 / 2. So the winners are the corners of the lower convex hull of the
points (x_i, y_i), in order, and its slopes are the sources m at which the winner changes: a random partition of the
line, whose probabilities follow from the law of m. With a clock for every bin, T_i is J times the bin's own time.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from ..arrays import Floats, Ints, Word, Words
from ..channel import Channel
from ..checks import seed_word, shown
from ..clocks import exponential, next_tile, tile_gamma, tile_total
from ..errors import RecError
from ..families import family, quantile
from ..jit import kernel
from ..partition import ENUMERABLE_BINS, Message, Partition, check_partition
from ..randomness import MIDDLE, ROW, TILE, TOP, bin_key, candidate_uniforms, philox

_32, _MASK = np.uint64(32), np.uint64(0xFFFFFFFF)

MOST_BITS = 16.0  # of a block: the decoder looks at 2^(bits + _SPARE) candidates
_SPARE = 8


class Winners(NamedTuple):
    """The random partition of the sources by one seed: `messages` (K,) in the order of the sources they stand for, and
    `shares` (K + 1,), the probability of the sources below each of them, from 0 to 1.

    >>> import rec_core as rec
    >>> found = winners(rec.gaussian_channel([1.0]), None, seed=3)
    >>> len(found.messages), found.shares.size, round(found.entropy_bits, 2)
    (10, 11, 1.82)
    """

    messages: tuple[Message, ...]
    shares: Floats

    @property
    def entropy_bits(self) -> float:
        """Entropy of the message under this seed, in bits. Its mean over seeds does not depend on the partition."""
        some = np.diff(self.shares)
        some = some[some > 0.0]
        return -float(some @ np.log2(some))


def winners(channel: Channel, partition: Partition | None = None, *, seed: int) -> Winners:
    """Which message PFR sends from which sources under one seed: of a Gaussian channel in one dimension, exactly.

    Sources are named by their probability: the target's mean has the quantile u, and message k stands for the u between
    `shares[k]` and `shares[k + 1]`. Targets so far out that their winner comes after 2^(8 + bits) others are given to
    the best of those: less than one in a thousand.

    Raises RecError for another channel, more than 16 bits, and more than 4096 bins. Source: here.

    >>> import rec_core as rec
    >>> found = winners(rec.gaussian_channel([2.0]), rec.Partition((4,)), seed=3)
    >>> found.messages[0], found.shares[:3].round(3)
    (Message(bin=(0,), index=777), array([0.   , 0.   , 0.001]))
    """
    check_channel(channel)
    cut = check_partition(partition, 1)
    if cut.num_bins > ENUMERABLE_BINS:
        raise RecError(f"Winners are found among up to {ENUMERABLE_BINS} bins; this partition has {cut.num_bins}.")
    bins, indices, shares = corners_of(channel, cut, int(seed_word(seed)))
    return Winners(tuple(Message((b,), n) for b, n in zip(bins.tolist(), indices.tolist(), strict=True)), shares)


def check_channel(channel: Any) -> None:
    if not isinstance(channel, Channel) or family(channel.family).LAWS != "normal" or channel.dim != 1:
        raise RecError(
            "Winners are known for one dimension of a Gaussian channel, such as rec.gaussian_channel([6.0]); "
            f"got {shown(channel)}."
        )
    if channel.information_bits > MOST_BITS:
        raise RecError(
            f"The receiver would look at 2^{channel.information_bits + _SPARE:g} candidates; "
            f"take a channel of at most {MOST_BITS:g} bits."
        )


def looked_at(channel: Channel) -> int:
    """log2 of how many candidates are looked at, one more than there are."""
    return math.ceil(channel.information_bits) + _SPARE


@kernel
def _near_hull(
    family: int, key: Word, intervals: Ints, numbers: Ints, variance: float, tiles: int, log2_cells: int, x: Floats,
    logs: Floats, indices: Ints,
) -> int:  # fmt: skip
    """The candidates of the bin's first tiles that may be corners of the hull, with ln of their times; how many those
    are, or -1 if there is no room for them.

    A candidate above the chord between two others is no corner. Those two are the first ones of the cells beside its
    own, of 2^log2_cells cells of equal mass; where they are known, whatever comes late enough is above their chord, and
    its place and time need not be computed.
    """
    cells, used, start = 1 << log2_cells, 0, 0.0
    shift = np.uint64(40 - log2_cells)
    firsts, limits = np.full(cells, -1, np.int64), np.full(cells, np.inf)
    uniform, times, places = np.empty(1), np.empty(TILE), np.empty(TILE, np.uint64)
    for t in range(tiles):
        tile = np.uint64(t)
        _cells_of(key, tile, shift, places)
        known = False
        for place in range(TILE):
            cell = np.int64(places[place])
            new = firsts[cell] < 0  # it may be no corner, and is an end of chords
            if start > limits[cell] and not new:
                continue
            if not known:
                clock = next_tile(key, tile, start)
                total = 0.0
                for k in range(TILE):
                    total += exponential(key, tile, np.uint64(k))
                    times[k] = clock.start + clock.stretch * total
                known = True
            if times[place] > limits[cell] and not new:
                continue
            index = t * TILE + place + 1
            candidate_uniforms(key, np.uint64(index), uniform)
            at, log = quantile(family, numbers[0], intervals[0], uniform[0]), math.log(times[place])
            if limits[cell] < np.inf and not new:
                a, b = firsts[cell - 1], firsts[cell + 1]
                chord = logs[a] + (logs[b] - logs[a]) * (at - x[a]) / (x[b] - x[a])
                if variance * (log - chord) > 0.5 * (1.0 - variance) * (at - x[a]) * (x[b] - at):
                    continue
            if used == x.shape[0]:
                return -1
            x[used], logs[used], indices[used] = at, log, index
            if new:
                firsts[cell] = used
                for middle in (cell - 1, cell + 1):
                    if 0 < middle < cells - 1 and firsts[middle - 1] >= 0 and firsts[middle + 1] >= 0:
                        a, b = firsts[middle - 1], firsts[middle + 1]
                        rise = 0.125 * (1.0 - variance) / variance * (x[b] - x[a]) ** 2
                        limits[middle] = math.exp(max(logs[a], logs[b]) + rise)
            used += 1
        start = start + tile_gamma(key, tile) if t > 0 else tile_total(key, tile)
    return used


@kernel
def _cells_of(key: Word, tile: Word, shift: Word, places: Words) -> None:
    """The cells, in their order by u, of the candidates of a tile in one dimension: `shift` is 40 less their log2."""
    tops = np.empty((4, ROW), np.uint64)
    for group in range(ROW // 4):
        count = tile * np.uint64(ROW // 4) + np.uint64(group)
        words = philox(count & _MASK, count >> _32, np.uint64(0), TOP, key & _MASK, key >> _32)
        for row in range(4):
            for k in range(4):
                tops[row, 4 * group + k] = (words[row] >> np.uint64(8 * k)) & np.uint64(255)
    for place in range(ROW):
        number = tile * np.uint64(ROW) + np.uint64(place)
        words = philox(number & _MASK, number >> _32, np.uint64(0), MIDDLE, key & _MASK, key >> _32)
        for row in range(4):
            places[row * ROW + place] = ((tops[row, place] << _32) | words[row]) >> shift


@kernel
def _lower_hull(x: Floats, y: Floats, corners: Ints) -> int:
    """Which points (sorted by x) are corners of the lower convex hull, from left to right; returns how many."""
    used = 0
    for k in range(x.shape[0]):
        while used > 0 and x[corners[used - 1]] == x[k] and y[corners[used - 1]] >= y[k]:
            used -= 1
        while used > 1:
            a, b = corners[used - 2], corners[used - 1]
            if (y[b] - y[a]) * (x[k] - x[b]) < (y[k] - y[b]) * (x[b] - x[a]):
                break
            used -= 1
        if used == 0 or x[corners[used - 1]] < x[k]:
            corners[used] = k
            used += 1
    return used


@lru_cache(maxsize=256)
def corners_of(channel: Channel, cut: Partition, seed: int) -> tuple[Ints, Ints, Floats]:
    """Bins and indices of the winners (K,), and the probability of the sources below each, (K + 1,)."""
    from scipy.special import ndtr

    power, num_bins = looked_at(channel), cut.num_bins
    tiles = max(2**power // (TILE * num_bins), 1)
    log2_cells = max(power - _SPARE + 3 - math.ceil(cut.log2_bins), 0)  # where fewest candidates are left
    variance = float(channel.scales[0]) ** 2
    intervals, points = np.array(cut.intervals, np.int64), []
    for b in range(num_bins):
        numbers = np.array([b], np.int64)
        key, room, used = np.uint64(bin_key(np.uint64(seed), intervals, numbers)), TILE, -1
        while used < 0:
            room = min(16 * room, tiles * TILE)
            x, logs, indices = np.empty(room), np.empty(room), np.empty(room, np.int64)
            used = _near_hull(
                channel.family_code, key, intervals, numbers, variance, tiles, log2_cells, x, logs, indices
            )
        points.append((np.full(used, b), indices[:used], x[:used], logs[:used]))
    bins, indices, x, logs = (np.concatenate(column) for column in zip(*points, strict=True))
    y = variance * (logs + math.log(num_bins)) + 0.5 * (1.0 - variance) * x**2
    order = np.argsort(x, kind="stable")
    corners = np.empty(x.size, np.int64)
    corners = order[corners[: _lower_hull(x[order], y[order], corners)]]
    turns = np.diff(y[corners]) / np.diff(x[corners])
    shares = np.concatenate(([0.0], ndtr(turns / math.sqrt(max(1.0 - variance, 1e-300))), [1.0]))
    for column in (bins, indices, shares):
        column.setflags(write=False)
    return bins[corners], indices[corners], shares
