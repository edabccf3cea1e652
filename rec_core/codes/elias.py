"""Elias's delta code, which needs no knowledge of the index."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..arrays import Floats, Ints
from ..laws import IndexLaw
from .code import checked_index, checked_indices
from .octaves import FIRST_OCTAVE, LAST_OCTAVE, LEAD_BITS, NEAR, Tables, decode_by_octave, encode_by_octave, octave_of
from .stream import PRECISION, counts_of


@dataclass(frozen=True)
class EliasDelta:
    """Elias's delta code: floor(log2 n) + 2 floor(log2(floor(log2 n) + 1)) + 1 bits.

    The lengths are whole and satisfy Kraft's inequality with equality. Raises nothing. Source: Elias (1975).

    >>> [EliasDelta().codeword(n) for n in (1, 2, 5)]
    ['1', '0100', '01101']
    """

    def length_bits(self, index: ArrayLike) -> Floats:
        """Length in bits, the shape of `index`. Raises RecError unless indices are from 1 to 2^63 - 1."""
        return _length(octave_of(checked_indices(index)))[()]

    def mean_length_bits(self, law: IndexLaw) -> float:
        """Mean of `length_bits` over a law of the index, in bits, as accurate as the law's tails.

        The length depends on the octave only, so indices from 2^63 on are included.
        """
        octave = np.arange(law.octaves)
        tails = law.tail(2.0**octave)
        return float((tails - np.append(tails[1:], 0.0)) @ _length(octave))

    def codeword(self, index: int) -> str:
        """The code word: the gamma code of the number of binary digits, then the digits after the first.

        Raises RecError for an index out of range.
        """
        digits = format(checked_index(index), "b")
        size = format(len(digits), "b")
        return "0" * (len(size) - 1) + size + digits[1:]

    def encode(self, coder: Any, indices: Ints) -> None:
        """Write `indices`, shape (count,), to a range encoder. Raises RecError for an index out of range."""
        encode_by_octave(coder, checked_indices(indices), _tables())

    def decode(self, decoder: Any, count: int) -> Ints:
        """Read `count` indices from a range decoder, shape (count,)."""
        return decode_by_octave(decoder, count, _tables())


def _length(octave: Ints) -> Floats:
    return np.asarray(octave + 2 * octave_of(octave + 1) + 1, dtype=np.float64)


@lru_cache(maxsize=1)
def _tables() -> Tables:
    """Counts of the law 2^-length, uniform within an octave."""
    octaves = [2 * (k + 1).bit_length() - 1 for k in range(LAST_OCTAVE + 1)]  # -log2 of the octave's probability
    bits = [octaves[n.bit_length() - 1] + n.bit_length() - 1 for n in range(1, NEAR + 1)] + octaves[FIRST_OCTAVE:]
    with localcontext(Context(prec=25)):
        return counts_of([Decimal(1 << (PRECISION - b)) for b in bits]), counts_of([Decimal(1)] * (1 << LEAD_BITS))
