"""Indices coded by octave [2^k, 2^(k + 1)): those below 2^8 with a probability each, then octave, place and the rest.

The place within an octave is one of 64, each with a probability of its own; within one, indices are equally probable.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Context, Decimal, localcontext
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import Floats, Ints
from .code import NEGLIGIBLE
from .stream import PRECISION, categorical, counts_of, decode_places, encode_places

if TYPE_CHECKING:
    from ..laws import IndexLaw

FIRST_OCTAVE = 8  # indices below 2^8 have a probability each; above, octaves have
LAST_OCTAVE = 62
NEAR = (1 << FIRST_OCTAVE) - 1
LEAD_BITS = 6  # leading bits of the place within an octave that have their own probabilities; the rest is uniform

Tables = tuple[tuple[int, ...], tuple[int, ...]]
"""Counts out of 2^24: of each n <= 255 and then each octave; and of the 64 parts of any octave from 2^8 on."""


def octave_of(n: Ints) -> Ints:
    """floor(log2 n), exact for 1 <= n < 2^63 (a double would round 2^60 - 1 up)."""
    high = n >> 32
    exponents = np.where(high > 0, 32 + np.frexp(high)[1], np.frexp(n & 0xFFFFFFFF)[1])
    return np.asarray(exponents - 1, dtype=np.int64)


@cache
def _logarithms(last_octave: int) -> tuple[list[Decimal], list[Decimal], list[Decimal]]:
    """ln to 25 digits of the octaves' edges, of the indices below 2^8, and of the places in an octave.

    The same for every slope, and most of the time of `power_tables`.
    """
    with localcontext(Context(prec=25)):
        edges = [Decimal(2 ** (k + 1) - 1) / 2 for k in range(FIRST_OCTAVE, last_octave + 2)]
        last_near = min(NEAR, 2 ** (last_octave + 1) - 1)
        cuts = [1 + Decimal(part) / (1 << LEAD_BITS) for part in range((1 << LEAD_BITS) + 1)]
        return [x.ln() for x in edges], [Decimal(n).ln() for n in range(1, last_near + 1)], [x.ln() for x in cuts]


@lru_cache(maxsize=128)
def power_tables(slope: Decimal, last_octave: int) -> Tables:
    """Counts of the law n^-(1 + slope) up to `last_octave`.

    Sums over an octave are integrals between half-integers (relative error below (lam / 2^9)^2). Decimal exp and ln
    are correctly rounded everywhere, which math.pow is not: a last digit that differs would garble the stream.
    """
    edges, indices, cuts = _logarithms(last_octave)
    with localcontext(Context(prec=25)):
        octaves = [(a - b) / slope for a, b in pairwise((-slope * edge).exp() for edge in edges)]
        near = [(-(1 + slope) * index).exp() for index in indices]
        lead = [a - b for a, b in pairwise((-slope * cut).exp() for cut in cuts)]
        return counts_of(near + octaves), counts_of([abs(part) for part in lead])


def symbols_of(n: Ints) -> tuple[Ints, Ints, Ints]:
    """Of indices: the symbol in `Tables[0]`, that in `Tables[1]`, and how many low bits remain; both 0 below 2^8."""
    octave = octave_of(n)
    near = octave < FIRST_OCTAVE
    rest_bits = np.where(near, 0, octave - LEAD_BITS)
    parts = np.where(near, 0, (n >> rest_bits) & ((1 << LEAD_BITS) - 1))
    return np.where(near, n - 1, NEAR + octave - FIRST_OCTAVE), parts, rest_bits


def encode_by_octave(coder: Any, indices: Ints, tables: Tables) -> None:
    """Write indices, shape (count,): each itself or its octave, then for octaves the place in it, then the rest."""
    if indices.size == 0:
        return
    symbols, parts, rest_bits = symbols_of(indices)
    coder.encode(symbols.astype(np.int32), categorical(tables[0]))
    far = symbols >= NEAR
    if far.any():
        coder.encode(parts[far].astype(np.int32), categorical(tables[1]))
        encode_places(coder, indices, rest_bits)


def decode_by_octave(decoder: Any, count: int, tables: Tables) -> Ints:
    """What `encode_by_octave` wrote, shape (count,)."""
    if count == 0:
        return np.zeros(0, dtype=np.int64)
    symbols = decoder.decode(categorical(tables[0]), count).astype(np.int64)
    indices: Ints = symbols + 1
    far = symbols >= NEAR
    if far.any():
        rest_bits = symbols[far] - NEAR + FIRST_OCTAVE - LEAD_BITS
        n = (1 << LEAD_BITS) + decoder.decode(categorical(tables[1]), rest_bits.size).astype(np.int64) << rest_bits
        indices[far] = n | decode_places(decoder, rest_bits)
    return indices


def parts_from(first: int, end: int, bits: int) -> Ints:
    """Where the 2^`bits` parts of the octaves `first` .. `end` - 1 begin."""
    return np.array([(1 << bits) + part << k - bits for k in range(first, end) for part in range(1 << bits)], np.int64)


def mean_by_parts(law: IndexLaw, length_bits: Callable[[Ints], Floats], octaves: int, bits: int = LEAD_BITS) -> float:
    """Mean of a length that is constant in each part of an octave, and depends on the index below 2^8.

    inf if n >= 2^octaves is more probable than NEGLIGIBLE.
    """
    starts = np.concatenate((np.arange(1, min(NEAR, 2**octaves - 1) + 1), parts_from(FIRST_OCTAVE, octaves, bits)))
    tails = law.tail(np.append(starts.astype(np.float64), 2.0**octaves))
    return float(-np.diff(tails) @ length_bits(starts)) if tails[-1] <= NEGLIGIBLE else np.inf


def count_length_bits(tables: Tables, n: Ints) -> Floats:
    """-log2 of the probability of indices in tables, in bits, the shape of `n`."""
    heads, leads = (PRECISION - np.log2(np.array(counts)) for counts in tables)
    symbols, parts, rest_bits = symbols_of(n)
    return np.asarray(heads[symbols] + np.where(symbols < NEAR, 0.0, leads[parts] + rest_bits))
