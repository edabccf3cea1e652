"""Layered dither: the offsets and widths of a lattice that sender and receiver share, and the sample of an integer.

Noise of a known law is a mixture of uniform noises, its layers. Both sides draw a layer of half width W and an offset
U; the sender rounds y on the lattice of step a = 2 W, K = round(y / a + U), and a (K - U) is y plus noise of the law.
"""

from __future__ import annotations

import math

import numpy as np

from . import families
from .arrays import Floats, Ints, Word
from .jit import kernel
from .randomness import DITHER, LAYER, block, to_uniform

THINNEST = 2.0**-17  # half a layer, in scales: of Gaussian noise one in 2^53 is thinner, and is taken to be as wide
FARTHEST = 2.0**44  # of the center of Q from 0, in scales: so that K is at most 2^60


@kernel
def lattice(family: int, scales: Floats, seed: Word, steps: Floats, offsets: Floats) -> None:
    """Write step a and offset U in (0, 1) of every dimension, for noise of these scales; all of shape (D,)."""
    dim = scales.shape[0]
    for d in range(dim):
        first, second = block(seed, LAYER, np.uint64(0), np.uint64(d))
        steps[d] = step_of(family, scales[d], to_uniform(first), to_uniform(second))
        if d % 2 == 0:
            first, second = block(seed, DITHER, np.uint64(0), np.uint64(d // 2))
            offsets[d] = to_uniform(first)
            if d + 1 < dim:
                offsets[d + 1] = to_uniform(second)


@kernel
def step_of(family: int, scale: float, u: float, v: float) -> float:
    """Step a of a dimension, from the two uniforms of its layer."""
    return 2.0 * scale * max(families.layer(family, u, v), THINNEST)


@kernel
def folded(k: int) -> int:
    """K as a whole number from 0: 0, -1, 1, -2, 2 are 0 to 4."""
    return 2 * k if k >= 0 else -2 * k - 1


@kernel
def unfolded(number: int) -> int:
    """The K of a whole number from 0."""
    return -(number // 2) - 1 if number % 2 else number // 2


@kernel
def quantized(center: float, step: float, offset: float) -> int:
    """K = round(center / step + U)."""
    return math.floor(center / step + offset + 0.5)


@kernel
def sample(family: int, numbers: Ints, steps: Floats, offsets: Floats, x: Floats) -> None:
    """Write the sample (D,) of whole numbers from 0, (D,)."""
    for d in range(x.shape[0]):
        x[d] = point(family, unfolded(numbers[d]), steps[d], offsets[d])


@kernel
def point(family: int, k: int, step: float, offset: float) -> float:
    """a (K - U) of one dimension, never outside the support of P."""
    low, high = families.support(family)
    return min(max(step * (k - offset), low), high)
