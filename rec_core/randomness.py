"""Shared randomness: a counter-based generator in which every uniform has an address.

Sender and receiver share a 64-bit seed and nothing else. A uniform is a pure function of its address
(seed, purpose, bin, index, dimension), so the receiver computes the one candidate it needs in O(D) and never walks a
stream, and race times can never be drawn from the candidates' numbers: they have another purpose.

The generator is Philox4x32-10 (Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
One block maps a 128-bit counter and a 64-bit key to 128 bits. The counter holds the 64-bit index, the pair of
dimensions and the purpose; the key holds the seed with the bin absorbed into it, one block per cut dimension, so bins
may number 2^512. Two bins share a key with probability 2^-64.
"""

from __future__ import annotations

import math
import operator

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .errors import RecError

Word = np.uint64  # a 64-bit word; inside Philox, 32 bits held in one
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Purposes: the last counter word. No two kinds of randomness ever share one.
CANDIDATE = np.uint64(0)  # where candidate n of a bin lies
CLOCK = np.uint64(1)  # when it arrives: the sender's business alone
BIN_CHOICE = np.uint64(2)  # which bin arrives next, where bins are too many to give each a clock
ABSORB = np.uint64(3)  # a bin number entering the key
RUN = np.uint64(4)  # the seed of run i of many
SOURCE = np.uint64(5)  # Y of a channel
ALLOCATION = np.uint64(6)  # which dimension a factor of J goes to

_M0 = np.uint64(0xD2511F53)
_M1 = np.uint64(0xCD9E8D57)
_W0 = np.uint64(0x9E3779B9)
_W1 = np.uint64(0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_32 = np.uint64(32)
_12 = np.uint64(12)
_ONE = np.uint64(1)
_ROUNDS = 10
_STEP = 2.0**-52


@njit(cache=True, nogil=True)
def _philox(c0: Word, c1: Word, c2: Word, c3: Word, k0: Word, k1: Word) -> tuple[Word, Word, Word, Word]:
    """Ten rounds on 32-bit words held in uint64."""
    for _ in range(_ROUNDS):
        p0 = _M0 * c0
        p1 = _M1 * c2
        c0, c1, c2, c3 = (p1 >> _32) ^ c1 ^ k0, p1 & _LOW, (p0 >> _32) ^ c3 ^ k1, p0 & _LOW
        k0 = (k0 + _W0) & _LOW
        k1 = (k1 + _W1) & _LOW
    return c0, c1, c2, c3


def philox4x32(c0: int, c1: int, c2: int, c3: int, k0: int, k1: int) -> tuple[int, int, int, int]:
    """Philox4x32-10: four 32-bit counter words and two key words to four 32-bit words."""
    words = _philox(*(np.uint64(w) for w in (c0, c1, c2, c3, k0, k1)))
    return tuple(int(w) for w in words)  # type: ignore[return-value]


@njit(cache=True, nogil=True)
def block(key: Word, purpose: Word, index: Word, pair: Word) -> tuple[Word, Word]:
    """Two 64-bit words at the address (key, purpose, index, pair)."""
    w0, w1, w2, w3 = _philox(index & _LOW, index >> _32, pair, purpose, key & _LOW, key >> _32)
    return w0 | (w1 << _32), w2 | (w3 << _32)


@njit(cache=True, nogil=True)
def to_uniform(word: Word) -> float:
    """The top 52 bits of a word as a uniform in (0, 1): odd multiples of 2^-53, so 1 - v is exact too."""
    return (np.float64(word >> _12) + 0.5) * _STEP


@njit(cache=True, nogil=True)
def uniforms(key: Word, purpose: Word, index: Word, out: Floats) -> None:
    """Fill `out` (D,) with the uniforms of dimensions 0..D-1; one block serves two dimensions."""
    dim = out.shape[0]
    for pair in range((dim + 1) // 2):
        a, b = block(key, purpose, index, np.uint64(pair))
        out[2 * pair] = to_uniform(a)
        if 2 * pair + 1 < dim:
            out[2 * pair + 1] = to_uniform(b)


@njit(cache=True, nogil=True)
def exponential(key: Word, index: Word) -> float:
    """Unit exponential: the gap before arrival `index` of the clock of this key."""
    word, _ = block(key, CLOCK, index, np.uint64(0))
    return -math.log(to_uniform(word))


@njit(cache=True, nogil=True)
def bin_key(seed: Word, intervals: Ints, interval_numbers: Ints) -> Word:
    """Absorb a bin into the seed. Dimensions of one interval say nothing and are skipped: J = 1 is the seed itself."""
    key = seed
    for d in range(intervals.shape[0]):
        if intervals[d] > 1:
            key, _ = block(key, ABSORB, np.uint64(interval_numbers[d]), np.uint64(d))
    return key


@njit(cache=True, nogil=True)
def _run_seeds(seed: Word, first: int, out: NDArray[np.uint64]) -> None:
    for i in range(out.shape[0]):
        out[i], _ = block(seed, RUN, np.uint64(first + i), np.uint64(0))


def run_seeds(seed: int, num_runs: int, first: int = 0) -> NDArray[np.uint64]:
    """Seeds of runs first .. first+num_runs-1 of a study with this seed; uint64, shape (num_runs,)."""
    out = np.empty(num_runs, dtype=np.uint64)
    _run_seeds(check_seed(seed), first, out)
    return out


def check_seed(seed: int) -> np.uint64:
    """The seed as uint64, or a sentence."""
    try:
        number = operator.index(seed)
    except TypeError:
        raise RecError(f"The seed must be a whole number from 0 to 2^64 - 1, got {seed!r}.") from None
    if isinstance(seed, bool) or not 0 <= number < 2**64:
        raise RecError(f"The seed must be a whole number from 0 to 2^64 - 1, got {seed!r}.")
    return np.uint64(number)
