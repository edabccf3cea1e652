"""The uniform law on 1..num as a code."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..arrays import Floats, Ints
from ..checks import whole_number
from ..errors import RecError
from ..laws import IndexLaw
from ..partition import INDEX_LIMIT
from .code import NEGLIGIBLE, checked_index, checked_indices
from .stream import decode_uniform, encode_uniform


@dataclass(frozen=True)
class FixedCode:
    """The uniform law on 1..`num`: log2(num) bits for every index.

    Raises RecError unless 1 <= num < 2^63. Source: Shannon (1948), for equally probable symbols.

    >>> float(FixedCode(64).length_bits(5)), FixedCode(64).codeword(5)
    (6.0, '000100')
    """

    num: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "num", whole_number(self.num, "num", 1, INDEX_LIMIT))

    def length_bits(self, index: ArrayLike) -> Floats:
        """Ideal length log2(num) in bits, the shape of `index`. Raises RecError unless indices are from 1 to num."""
        return np.full(self._checked(index).shape, math.log2(self.num))[()]

    def mean_length_bits(self, law: IndexLaw) -> float:
        """log2(num) bits; inf if indices above num are more probable than one in a million."""
        return math.log2(self.num) if law.tail(self.num + 1.0) <= NEGLIGIBLE else math.inf

    def codeword(self, index: int) -> str:
        """index - 1 in binary, ceil(log2 num) digits; empty where num is 1. Raises RecError for an index above num."""
        place, width = int(self._checked(checked_index(index))) - 1, (self.num - 1).bit_length()
        return format(place, f"0{width}b") if width else ""

    def encode(self, coder: Any, indices: Ints) -> None:
        """Write `indices`, shape (count,), to a range encoder. Raises RecError for an index above num."""
        encode_uniform(coder, self._checked(indices).astype(object) - 1, self.num)

    def decode(self, decoder: Any, count: int) -> Ints:
        """Read `count` indices from a range decoder, shape (count,). Raises MessageError for an index above num."""
        return decode_uniform(decoder, count, self.num).astype(np.int64) + 1

    def _checked(self, index: ArrayLike) -> Ints:
        n = checked_indices(index)
        if n.size and int(n.max()) > self.num:
            raise RecError(f"Index {int(n.max())} is above the {self.num} of this code; make FixedCode larger.")
        return n
