"""The codebook sender and receiver share: candidate n of bin j, a function of (seed, j, n) alone, made in O(D)."""

from __future__ import annotations

import numpy as np

from . import families
from .arrays import Floats, Ints, Word
from .jit import kernel
from .randomness import bin_key, candidate_uniforms


@kernel
def candidate(family: int, key: Word, index: int, intervals: Ints, numbers: Ints, x: Floats) -> None:
    """Write candidate `index` (from 1) of the bin with these interval numbers and this key into x (D,)."""
    candidate_uniforms(key, np.uint64(index), x)
    for d in range(x.shape[0]):
        x[d] = families.quantile(family, numbers[d], intervals[d], x[d])


@kernel
def candidate_of_bin(family: int, seed: Word, index: int, intervals: Ints, numbers: Ints, x: Floats) -> None:
    """`candidate` from the seed: computes the bin's key first."""
    candidate(family, bin_key(seed, intervals, numbers), index, intervals, numbers, x)
