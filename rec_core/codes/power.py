"""A power law on finitely many indices, as a code."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from numpy.typing import ArrayLike

from ..arrays import Floats, Ints
from ..checks import whole_number
from ..errors import RecError
from ..laws import IndexLaw
from .code import checked_index, checked_indices, middle_word
from .octaves import (
    LAST_OCTAVE,
    NEAR,
    Tables,
    count_length_bits,
    decode_by_octave,
    encode_by_octave,
    mean_by_parts,
    power_tables,
    symbols_of,
)
from .stream import PRECISION


@dataclass(frozen=True)
class PowerCode:
    """The law P(n) proportional to n^-`exponent` on 1..2^`octaves` - 1.

    FixedCode at exponent 0, like ZipfCode above 1. Made for ordered random coding, whose index is bounded but rarely
    uniform: exponents below 1 have most of the probability in the last octaves, as a search that uses all its
    candidates has.

    Raises RecError unless 0 <= exponent <= 64, not 1, and 2 <= octaves <= 63. Source: here.

    >>> code = PowerCode(0.5, 10)
    >>> code.length_bits([1, 100, 1000]).round(2), code.codeword(1)
    (array([ 5.97,  9.29, 10.95]), '0000001')
    """

    exponent: float
    octaves: int

    def __post_init__(self) -> None:
        if not 0.0 <= self.exponent <= 64.0 or self.exponent == 1.0:
            raise RecError(f"exponent must be a number from 0 to 64, not 1 itself (take 1.01); got {self.exponent!r}.")
        object.__setattr__(self, "octaves", whole_number(self.octaves, "octaves", 2, LAST_OCTAVE + 2))

    @property
    def _tables(self) -> Tables:
        return power_tables(Decimal(self.exponent) - 1, self.octaves - 1)

    def length_bits(self, index: ArrayLike) -> Floats:
        """-log2 of the probability of an index in the table, in bits, the shape of `index` (1 to 2^octaves - 1).

        Raises RecError for an index out of range.
        """
        return count_length_bits(self._tables, self._checked(index))[()]

    def mean_length_bits(self, law: IndexLaw) -> float:
        """Mean of `length_bits` over a law of the index, in bits, from its tails.

        inf if indices from 2^octaves on are more probable than one in a million.
        """
        return mean_by_parts(law, self.length_bits, self.octaves)

    def codeword(self, index: int) -> str:
        """Shannon-Fano-Elias: the first ceil(-log2 P(n)) + 1 bits of the middle of n's share of [0, 1). For display.

        Raises RecError for an index out of range.
        """
        n = self._checked(checked_index(index))
        heads, leads = self._tables
        symbol, part, rest_bits = (int(value) for value in symbols_of(n))
        if symbol < NEAR:
            return middle_word(sum(heads[:symbol]), heads[symbol], PRECISION)
        low = (sum(heads[:symbol]) << PRECISION) + heads[symbol] * sum(leads[:part]) << rest_bits
        width = heads[symbol] * leads[part]
        return middle_word(low + width * (int(n) & ((1 << rest_bits) - 1)), width, 2 * PRECISION + rest_bits)

    def encode(self, coder: Any, indices: Ints) -> None:
        """Write `indices`, shape (count,), to a range encoder. Raises RecError for an index out of range."""
        encode_by_octave(coder, self._checked(indices), self._tables)

    def decode(self, decoder: Any, count: int) -> Ints:
        """Read `count` indices from a range decoder, shape (count,)."""
        return decode_by_octave(decoder, count, self._tables)

    def _checked(self, index: ArrayLike) -> Ints:
        n = checked_indices(index)
        if n.size and int(n.max()) >> self.octaves:
            raise RecError(f"Index {int(n.max())} is above 2^{self.octaves} - 1; make the code with more octaves.")
        return n
