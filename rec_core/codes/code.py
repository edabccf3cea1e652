"""What every code does, and the check of the indices it is given."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike

from ..arrays import Floats, Ints
from ..errors import RecError
from ..laws import IndexLaw
from ..partition import INDEX_LIMIT

NEGLIGIBLE = 1e-6  # the probability of the indices that a code may lack


class Code(Protocol):
    """What `pack` needs of a code for the index. `repr` must name every parameter, because the checksum covers it.

    Raises nothing itself; see its members. Source: here.

    >>> import rec_core as rec
    >>> code: Code = rec.FixedCode(4)
    >>> law = rec.laws.index_law(rec.uniform_channel([2.0]))
    >>> code.length_bits([1, 4]), code.codeword(2), code.mean_length_bits(law)
    (array([2., 2.]), '01', inf)
    >>> data = rec.codes.pack_stream(lambda coder: code.encode(coder, np.array([3, 1, 2])))
    >>> rec.codes.unpack_stream(data, lambda decoder: code.decode(decoder, 3))
    array([3, 1, 2])
    """

    def length_bits(self, index: ArrayLike) -> Floats:
        """Ideal lengths in bits, the shape of `index`. Raises RecError for an index that the code does not have."""

    def mean_length_bits(self, law: IndexLaw) -> float:
        """Mean of `length_bits` over a law of the index, in bits.

        inf if indices that the code does not have are more probable than one in a million. Raises nothing.
        """

    def codeword(self, index: int) -> str:
        """A prefix-free code word for one index, as a string of 0s and 1s.

        Raises RecError for an index that the code does not have.
        """

    def encode(self, coder: Any, indices: Ints) -> None:
        """Write `indices`, shape (count,), to a `constriction` range encoder.

        Raises RecError for an index that the code does not have.
        """

    def decode(self, decoder: Any, count: int) -> Ints:
        """Read `count` indices from a `constriction` range decoder, shape (count,).

        Raises MessageError for an index that the code does not have; other damage goes unnoticed here.
        """


def checked_indices(index: ArrayLike) -> Ints:
    """`index` as int64, the same shape. Raises RecError unless every one is a whole number from 1 to 2^63 - 1."""
    try:
        given = np.asarray(index)
    except ValueError:  # rows of different lengths
        given = np.array(None)
    if given.size == 0:
        return np.zeros(given.shape, dtype=np.int64)
    if given.dtype.kind not in "iu" or int(given.min()) < 1 or int(given.max()) >= INDEX_LIMIT:
        raise RecError(f"Indices must be whole numbers from 1 to 2^63 - 1, got {index!r:.80}.")
    return given.astype(np.int64)


def checked_index(index: int) -> int:
    """One index. Raises RecError unless it is a whole number from 1 to 2^63 - 1."""
    checked = checked_indices(index)
    if checked.ndim:
        raise RecError(f"Expected one index, got an array of shape {checked.shape}; pass them one by one.")
    return int(checked)


def middle_word(low: int, width: int, unit: int) -> str:
    """Shannon-Fano-Elias: the first ceil(-log2 P) + 1 bits of the middle of a share of [0, 1).

    The share is [low, low + width) in units of 2^-unit, so P = width 2^-unit. Source: Cover & Thomas, section 5.9.
    """
    size = unit - (width.bit_length() - 1) + 1
    return format((2 * low + width) >> (unit + 1 - size), f"0{size}b")
