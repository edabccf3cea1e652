"""Shared randomness: a counter-based generator in which every number has an address.

Sender and receiver share a 64-bit seed and nothing else. A number is a pure function of its address
(seed, purpose, bin, index, dimension). So the receiver computes the one candidate it needs in O(D), without going
through a stream, and race times are independent of candidates, because they have another purpose.

The generator is Philox4x32-10 (Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
One block maps a 128-bit counter and a 64-bit key to four 32-bit words. The counter has a 64-bit number, the dimension
and the purpose; the key is the seed combined with the bin.

**Candidates.** The uniform of one dimension of a candidate has 52 bits, which come from three planes:

    top      4 bits (8 where D <= 2): enough to exclude nearly every candidate
    middle   32 bits: enough for a search in float32
    low      the rest: made for the few candidates whose race time is computed

so a fast search makes little more than half a byte per dimension. Candidates are numbered from 1 and come in tiles of
TILE = 1024; each tile is four rows of 256 places, and word r of a block is for row r. In the middle plane one block
has one dimension of four candidates, 256 places apart. In the top plane a word has four bytes, for four neighboring
places, and a byte is one dimension where D <= 2, else two (the even one in the high half). In the low plane a block
has eight dimensions of one candidate.

**Bins.** A bin's number in mixed radix, in limbs below 2^63, goes into the key, one block per limb. Two bins have the
same key with probability 2^-64. For J = 1 the key is the seed itself.
"""

from __future__ import annotations

import numpy as np

from .arrays import Floats, Ints, Word, Words
from .checks import seed_word, whole_number
from .jit import in_parts, inlined, kernel

__all__ = ["PURPOSES", "bin_key", "candidate_uniforms", "philox4x32", "run_seeds"]

TILE = 1024  # candidates in a tile
ROW = 256  # places in a row of a tile
MAX_BYTE_DIM = 2  # the most dimensions for which the top plane has a byte each; beyond, half a byte each

# Purposes: the last counter word. No two kinds of random numbers share one.
MIDDLE = np.uint64(0)  # a candidate: the 32 bits after the top ones
CLOCK = np.uint64(1)  # when it arrives, within its tile
BIN_CHOICE = np.uint64(2)  # which bin arrives next, if all bins share one clock: the first 32 bits
ABSORB = np.uint64(3)  # combining a bin number with the key
RUN = np.uint64(4)  # the seed of run i of many
SOURCE = np.uint64(5)  # Y of a channel
ALLOCATION = np.uint64(6)  # which dimension a factor of J goes to
TOP = np.uint64(7)  # a candidate: its first bits
LOW = np.uint64(8)  # and its last
TILE_CLOCK = np.uint64(9)  # how long a tile takes
BIN_CHOICE_LOW = np.uint64(10)  # the next 31 bits of a bin choice
AFTER = np.uint64(11)  # the arrival after the last of a fixed number of candidates
ACCEPT = np.uint64(12)  # whether a candidate is accepted, where chance decides
CHOICE = np.uint64(13)  # which of a fixed number of candidates is sent
DITHER = np.uint64(14)  # a lattice's offset
LAYER = np.uint64(15)  # and its width
NODE_CLOCK = np.uint64(16)  # when a node of a tree arrives, after its parent
PURPOSES = (
    MIDDLE, CLOCK, BIN_CHOICE, ABSORB, RUN, SOURCE, ALLOCATION, TOP, LOW, TILE_CLOCK, BIN_CHOICE_LOW, AFTER, ACCEPT,
    CHOICE, DITHER, LAYER, NODE_CLOCK,
)  # fmt: skip
"""Everything that random numbers are drawn for; each has its own last word of the counter."""

_M0 = np.uint64(0xD2511F53)
_M1 = np.uint64(0xCD9E8D57)
_W0 = np.uint64(0x9E3779B9)
_W1 = np.uint64(0xBB67AE85)
_MASK = np.uint64(0xFFFFFFFF)
_32 = np.uint64(32)
_12 = np.uint64(12)
_ONE = np.uint64(1)
_ROUNDS = 10
_STEP = 2.0**-52


@inlined
def philox(c0: Word, c1: Word, c2: Word, c3: Word, k0: Word, k1: Word) -> tuple[Word, Word, Word, Word]:
    """Ten rounds on 32-bit words in uint64."""
    for _ in range(_ROUNDS):
        p0 = _M0 * c0
        p1 = _M1 * c2
        c0, c1, c2, c3 = (p1 >> _32) ^ c1 ^ k0, p1 & _MASK, (p0 >> _32) ^ c3 ^ k1, p0 & _MASK
        k0 = (k0 + _W0) & _MASK
        k1 = (k1 + _W1) & _MASK
    return c0, c1, c2, c3


def philox4x32(c0: int, c1: int, c2: int, c3: int, k0: int, k1: int) -> tuple[int, int, int, int]:
    """Philox4x32-10: four 32-bit counter words and two key words to four 32-bit words.

    Raises RecError for words outside 0 to 2^32 - 1. Source: Salmon, Moraes, Dror & Shaw (2011), section 3.

    >>> [hex(word) for word in philox4x32(0, 0, 0, 0, 0, 0)]
    ['0x6627e8d5', '0xe169c58d', '0xbc57ac4c', '0x9b00dbd8']
    """
    words = philox(*(np.uint64(whole_number(w, "a word", 0, 2**32)) for w in (c0, c1, c2, c3, k0, k1)))
    return tuple(int(w) for w in words)  # type: ignore[return-value]


@kernel
def block(key: Word, purpose: Word, index: Word, pair: Word) -> tuple[Word, Word]:
    """Two 64-bit words at the address (key, purpose, index, pair)."""
    w0, w1, w2, w3 = philox(index & _MASK, index >> _32, pair, purpose, key & _MASK, key >> _32)
    return w0 | (w1 << _32), w2 | (w3 << _32)


@kernel
def to_uniform(word: Word) -> float:
    """The top 52 bits of a word as a uniform in (0, 1): odd multiples of 2^-53, so 1 - v is exact too."""
    return (np.float64(word >> _12) + 0.5) * _STEP


@kernel
def uniforms(key: Word, purpose: Word, index: Word, out: Floats) -> None:
    """Fill `out` (D,) with the uniforms of dimensions 0..D-1; one block has two dimensions."""
    dim = out.shape[0]
    for pair in range((dim + 1) // 2):
        a, b = block(key, purpose, index, np.uint64(pair))
        out[2 * pair] = to_uniform(a)
        if 2 * pair + 1 < dim:
            out[2 * pair + 1] = to_uniform(b)


@kernel
def uniform_pairs(keys: Words, purpose: Word, pair: Word, first: Floats, second: Floats) -> None:
    """Write both uniforms of the block at (key, purpose, 0, pair) for every key; all of shape (R,). A loop of nothing
    else is made in whole vectors."""
    for i in range(keys.shape[0]):
        a, b = block(keys[i], purpose, np.uint64(0), pair)
        first[i], second[i] = to_uniform(a), to_uniform(b)


# ---------------------------------------------------------------------------------------------------- candidates


@kernel
def plane_word(key: Word, purpose: Word, tile: Word, place: Word, dimension: Word) -> Word:
    """The 32 bits of a place of a tile, in a plane where word r of a block is for row r."""
    number = tile * np.uint64(ROW) + (place & np.uint64(ROW - 1))
    w0, w1, w2, w3 = philox(number & _MASK, number >> _32, dimension, purpose, key & _MASK, key >> _32)
    return pick(place >> np.uint64(8), w0, w1, w2, w3)


@kernel
def pick(row: Word, w0: Word, w1: Word, w2: Word, w3: Word) -> Word:
    """Word `row` of four."""
    pair = (w2, w3) if row >= np.uint64(2) else (w0, w1)
    return pair[1] if row & _ONE else pair[0]


@kernel
def top_byte(key: Word, tile: Word, place: Word, number: Word) -> Word:
    """Byte `number` of a candidate in the top plane: one dimension where D <= MAX_BYTE_DIM, else two."""
    count = tile * np.uint64(ROW // 4) + ((place & np.uint64(ROW - 1)) >> np.uint64(2))
    w0, w1, w2, w3 = philox(count & _MASK, count >> _32, number, TOP, key & _MASK, key >> _32)
    word = pick(place >> np.uint64(8), w0, w1, w2, w3)
    return (word >> (np.uint64(8) * (place & np.uint64(3)))) & np.uint64(255)


@kernel
def join_planes(top: Word, middle: Word, low: Word, top_bits: Word) -> float:
    """A uniform from its three planes; `low` has 16 bits, of which the first 20 - top_bits are used."""
    word = (top << (np.uint64(52) - top_bits)) | (middle << (np.uint64(20) - top_bits))
    return to_uniform((word | (low >> (top_bits - np.uint64(4)))) << _12)


@kernel
def candidate_uniforms(key: Word, index: Word, out: Floats) -> None:
    """Fill `out` (D,) with the uniforms of candidate `index` (from 1) of the bin with this key.

    Raises nothing; it is a kernel, and its arguments are not checked. Source: here.

    >>> out = np.empty(2)
    >>> candidate_uniforms(np.uint64(7), np.uint64(1), out)
    >>> out.round(3)
    array([0.461, 0.947])
    """
    dim = out.shape[0]
    tile, place = (index - _ONE) >> np.uint64(10), (index - _ONE) & np.uint64(TILE - 1)
    byte, first, second = np.uint64(0), np.uint64(0), np.uint64(0)
    for d in range(dim):
        if d % 8 == 0:
            first, second = block(key, LOW, index, np.uint64(d // 8))
        word = second if d % 8 >= 4 else first
        low = (word >> np.uint64(16 * (d % 4))) & np.uint64(0xFFFF)
        middle = plane_word(key, MIDDLE, tile, place, np.uint64(d))
        bits, shared = (np.uint64(8), 1) if dim <= MAX_BYTE_DIM else (np.uint64(4), 2)
        if d % shared == 0:
            byte = top_byte(key, tile, place, np.uint64(d // shared))
            top = byte >> (np.uint64(8) - bits)
        else:
            top = byte & np.uint64(15)
        out[d] = join_planes(top, middle, low, bits)


@kernel
def absorb(key: Word, limb: Word, number: Word) -> Word:
    """The key combined with one limb of a bin's number."""
    word, _ = block(key, ABSORB, limb, number)
    return word


@kernel
def bin_key(seed: Word, intervals: Ints, interval_numbers: Ints) -> Word:
    """The key of a bin with these interval numbers (D,), from the seed; the seed itself where J = 1.

    Raises nothing; it is a kernel, and its arguments are not checked. Source: here.

    >>> int(bin_key(np.uint64(7), np.array([1, 1]), np.array([0, 0])))
    7
    """
    key, limb, size, number = seed, np.int64(0), np.int64(1), np.uint64(0)
    for d in range(intervals.shape[0]):
        room = float(size) * float(intervals[d]) < 2.0**62  # certainly; otherwise divide
        if not room and size > np.int64(2**63 - 1) // intervals[d]:
            key = absorb(key, np.uint64(limb), number)
            limb, size, number = np.int64(0), np.int64(1), number + _ONE
        limb = limb * intervals[d] + interval_numbers[d]
        size *= intervals[d]
    return absorb(key, np.uint64(limb), number) if size > 1 else key


# ---------------------------------------------------------------------------------------------------- bins and runs


@kernel
def bin_choice(seed: Word, index: Word, dimension: Word) -> Word:
    """63 bits that choose an interval of one dimension for arrival `index` (from 1)."""
    tile, place = (index - _ONE) >> np.uint64(10), (index - _ONE) & np.uint64(TILE - 1)
    high = plane_word(seed, BIN_CHOICE, tile, place, dimension)
    low = plane_word(seed, BIN_CHOICE_LOW, tile, place, dimension)
    return (high << np.uint64(31)) | (low >> _ONE)


@kernel
def _run_seeds(seed: Word, first: int, out: Words) -> None:
    for i in range(out.shape[0]):
        out[i], _ = block(seed, RUN, np.uint64(first + i), np.uint64(0))


MOST_RUNS = 2**26  # whose seeds are made at once


def run_seeds(seed: int, num_runs: int, first: int = 0, num_threads: int = 1) -> Words:
    """Seeds of runs first .. first+num_runs-1 of a study with this seed; uint64, shape (num_runs,).

    Raises RecError for an invalid seed, numbers below 0, and more than 2^26 runs. Source: here.

    >>> bool((run_seeds(7, 5)[2:] == run_seeds(7, 3, first=2)).all())
    True
    """
    out = np.empty(whole_number(num_runs, "num_runs", 0, MOST_RUNS + 1), dtype=np.uint64)
    key, start = seed_word(seed), whole_number(first, "first", 0)
    threads = whole_number(num_threads, "num_threads")
    in_parts(lambda part: _run_seeds(key, start + part.start, out[part]), out.size, threads)
    return out
