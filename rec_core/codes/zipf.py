"""The Zipf law as a code."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .. import laws
from ..arrays import Floats, Ints
from ..channel import Channel, Problem
from ..errors import RecError
from ..partition import Partition
from .code import checked_index, checked_indices
from .octaves import LAST_OCTAVE, Tables, decode_by_octave, encode_by_octave, power_tables

CODEWORD_LIMIT_BITS = 32
"""Longest code word of `ZipfCode.codeword`: up to here the words are provably prefix-free in double precision."""


@dataclass(frozen=True)
class ZipfCode:
    """The Zipf law P(n) = n^-lam / zeta(lam), lam = 1 + 1/C, for an index whose mean log2 is at most C.

    `mean_log2_index` is C in bits: a bound on or an estimate of E[log2 index], such as `for_source` computes. An index
    within the bound costs at most C + 1 + log2(1 + C) bits on average. Both sides must have the same C to the last bit,
    so agree on a rounded one.

    Raises RecError unless 1e-300 <= C <= 1e9. Source: Li & El Gamal (2018), the Zipf code of their index.

    >>> code = ZipfCode(3.0)
    >>> code.length_bits([1, 2, 4]).round(3), code.codeword(2), round(code.exponent, 3)
    (array([1.848, 3.182, 4.515]), '0100', 1.333)
    >>> round(float(code.length_at_log2(1.0)), 3)
    3.182
    """

    mean_log2_index: float

    def __post_init__(self) -> None:
        try:
            mean = float(self.mean_log2_index) if math.isfinite(self.mean_log2_index) else math.nan
        except (TypeError, OverflowError):
            mean = math.nan
        if not 1e-300 <= mean <= 1e9:
            raise RecError(
                "mean_log2_index must be a number of bits above 0 (at least 1e-300, at most 1e9), for instance "
                f"information + overhead - log2 J + 1; got {self.mean_log2_index!r}."
            )
        object.__setattr__(self, "mean_log2_index", mean)

    @staticmethod
    def for_source(source: Problem | Channel, partition: Partition | None = None) -> ZipfCode:
        """The code of PFR's index on a channel or problem: C is `laws.log2_index_bound_bits`, a bound on E[log2 index].

        Both sides know the channel, so both can compute it. Raises RecError for a partition of another dimension.

        >>> import rec_core as rec
        >>> ZipfCode.for_source(rec.gaussian_channel([6.0]), rec.Partition((8,)))
        ZipfCode(mean_log2_index=3.2477054595947266)
        """
        return ZipfCode(laws.log2_index_bound_bits(source, partition))

    @property
    def exponent(self) -> float:
        """lam = 1 + 1/C."""
        return 1 + 1 / self.mean_log2_index

    @property
    def _tables(self) -> Tables:
        with localcontext(Context(prec=25)):
            return power_tables(1 / Decimal(self.mean_log2_index), LAST_OCTAVE)

    def length_bits(self, index: ArrayLike) -> Floats:
        """Ideal length -log2 P(index) in bits, the shape of `index` (whole numbers from 1 to 2^63 - 1).

        `pack` uses at most 0.05 bits more for an index of up to 20 bits, and at most 0.65 more for a rarer one, whose
        probability it rounds to a multiple of 2^-24. It often uses less, because it gives the probability of indices
        from 2^63 on, which cannot occur, to the others.
        Raises RecError for an index out of range.
        """
        return self.length_at_log2(np.log2(checked_indices(index)))

    def length_at_log2(self, log2_index: ArrayLike) -> Floats:
        """Ideal length in bits as a function of log2 of the index, the shape of `log2_index`.

        It is linear, so at the mean of log2 n it is the mean length. Raises nothing.
        """
        from scipy import special

        log2_zeta = math.log1p(float(special.zetac(self.exponent))) / math.log(2)
        return np.asarray(self.exponent * np.asarray(log2_index) + log2_zeta)[()]

    def mean_length_bits(self, law: laws.IndexLaw) -> float:
        """Mean of `length_bits` over a law of the index, in bits. Raises nothing."""
        return float(self.length_at_log2(law.mean_log2))

    def codeword(self, index: int) -> str:
        """Shannon's code word: the first ceil(-log2 P(n)) bits of F(n - 1) = sum over k < n of P(k). For display.

        Words are at most CODEWORD_LIMIT_BITS long, so that they are prefix-free in double precision (a length within
        2^-16 of the next whole number is rounded up once more, for the same reason).
        Raises RecError for an index out of range, or with a longer word.
        """
        from scipy import special

        n = checked_index(index)
        width = math.ceil(float(self.length_bits(n)) + 2.0**-16)
        if width > CODEWORD_LIMIT_BITS:
            raise RecError(
                f"The code word of index {n} has {width} bits, more than the {CODEWORD_LIMIT_BITS} that can be written "
                "accurately; use length_bits for its length, or pack to code it."
            )
        below = max(0.0, 1 - float(special.zeta(self.exponent, n)) / float(special.zeta(self.exponent)))
        return format(int(below * 2**width), f"0{width}b")

    def encode(self, coder: Any, indices: Ints) -> None:
        """Write `indices`, shape (count,), to a range encoder. Raises RecError for an index out of range."""
        encode_by_octave(coder, checked_indices(indices), self._tables)

    def decode(self, decoder: Any, count: int) -> Ints:
        """Read `count` indices from a range decoder, shape (count,)."""
        return decode_by_octave(decoder, count, self._tables)
