"""The exact law of the index as a code."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .. import laws
from ..arrays import Floats, Ints
from ..channel import Channel
from ..errors import RecError
from ..partition import Partition, check_partition
from .code import checked_index, checked_indices, middle_word
from .octaves import FIRST_OCTAVE, LAST_OCTAVE, NEAR, mean_by_parts, octave_of, parts_from
from .stream import PRECISION, categorical, counts_of, decode_places, encode_places

_FINE_BITS = 4  # every sixteenth of an octave has its own probability; within it indices are equally probable


@dataclass(frozen=True)
class MatchedCode:
    """The exact law of the local index, averaged over Y, as the code: both sides know `channel` and `partition`.

    Indices below 2^8 have their own probability; larger ones have one per sixteenth of an octave and are uniform in it.
    Probabilities (`laws.index_law`) are rounded to 2^-8 bits, far coarser than any machine's last digits, before exact
    arithmetic turns them into whole multiples of 2^-24; that costs less than 1e-4 bits. `repr` names channel, partition
    and a fingerprint of the table, so if two machines ever round differently, `unpack` raises instead of misreading.
    Made for PFR; it codes any index from 1 to 2^63 - 1.

    Raises RecError for anything but a channel, and a partition of another dimension.
    Source: here; the law as a mixture of geometric laws is also in Wei & Kountouris (2026).

    >>> import rec_core as rec
    >>> code = MatchedCode(rec.gaussian_channel([6.0]), rec.Partition((8,)))
    >>> code.length_bits([1, 2, 4]).round(2), code.codeword(2)
    (array([2.68, 3.14, 3.76]), '00110')
    """

    channel: Channel
    partition: Partition | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.channel, Channel):
            raise RecError(
                "MatchedCode needs the channel, made by rec.gaussian_channel or rec.uniform_channel; "
                f"got {type(self.channel).__name__}."
            )
        object.__setattr__(self, "partition", check_partition(self.partition, self.channel.dim))

    @property
    def _table(self) -> tuple[int, ...]:
        assert self.partition is not None
        return _matched_table(self.channel, self.partition)

    def __repr__(self) -> str:
        table = ",".join(format(count, "x") for count in self._table).encode()
        fingerprint = hashlib.blake2b(table, digest_size=8).hexdigest()
        return f"MatchedCode(channel={self.channel!r}, partition={self.partition!r}, table={fingerprint})"

    def length_bits(self, index: ArrayLike) -> Floats:
        """-log2 of the probability of an index in the table, in bits, the shape of `index` (1 to 2^63 - 1).

        Raises RecError for an index out of range.
        """
        symbols, rest_bits = _fine_symbols(checked_indices(index))
        return np.asarray(PRECISION - np.log2(np.array(self._table))[symbols] + rest_bits)[()]

    def mean_length_bits(self, law: laws.IndexLaw) -> float:
        """Mean of `length_bits` over a law of the index, in bits, from its tails.

        inf if indices from 2^63 on are more probable than one in a million.
        """
        return mean_by_parts(law, self.length_bits, LAST_OCTAVE + 1, _FINE_BITS)

    def codeword(self, index: int) -> str:
        """Shannon-Fano-Elias: the first ceil(-log2 P(n)) + 1 bits of the middle of n's share of [0, 1). For display.

        Raises RecError for an index out of range.
        """
        n = checked_index(index)
        symbol, rest = (int(value) for value in _fine_symbols(np.array(n)))
        count = self._table[symbol]
        low = (sum(self._table[:symbol]) << rest) + count * (n & ((1 << rest) - 1))
        return middle_word(low, count, PRECISION + rest)

    def encode(self, coder: Any, indices: Ints) -> None:
        """Write `indices`, shape (count,), to a range encoder. Raises RecError for an index out of range."""
        n = checked_indices(indices)
        if n.size:
            symbols, rest_bits = _fine_symbols(n)
            coder.encode(symbols.astype(np.int32), categorical(self._table))
            encode_places(coder, n, rest_bits)

    def decode(self, decoder: Any, count: int) -> Ints:
        """Read `count` indices from a range decoder, shape (count,)."""
        if count == 0:
            return np.zeros(0, dtype=np.int64)
        symbols = decoder.decode(categorical(self._table), count).astype(np.int64)
        parts = np.maximum(symbols - NEAR, 0)
        rest_bits = np.where(symbols < NEAR, 0, (parts >> _FINE_BITS) + FIRST_OCTAVE - _FINE_BITS)
        leads = (1 << _FINE_BITS) + (parts & ((1 << _FINE_BITS) - 1))
        n: Ints = np.where(symbols < NEAR, symbols + 1, leads << rest_bits) | decode_places(decoder, rest_bits)
        return n


def _fine_symbols(n: Ints) -> tuple[Ints, Ints]:
    """Symbols, and how many low bits remain: first the indices below 2^8, then the parts of octaves."""
    octave = octave_of(n)
    rest_bits = np.where(octave < FIRST_OCTAVE, 0, octave - _FINE_BITS)
    part = ((octave - FIRST_OCTAVE) << _FINE_BITS) + (n >> rest_bits) - (1 << _FINE_BITS)
    return np.where(octave < FIRST_OCTAVE, n - 1, NEAR + part), rest_bits


@lru_cache(maxsize=64)
def _matched_table(channel: Channel, partition: Partition) -> tuple[int, ...]:
    """Counts of each n <= 255, then of the sixteenths of each octave from 2^8 on, summing to 2^24."""
    law = laws.index_law(channel, partition)
    starts = parts_from(FIRST_OCTAVE, LAST_OCTAVE + 1, _FINE_BITS)
    tail = law.tail(np.append(starts.astype(np.float64), 2.0 ** (LAST_OCTAVE + 1)))
    mass = np.concatenate((law.pmf(NEAR), tail[:-1] - tail[1:]))
    rounded = np.rint(256.0 * np.log2(np.maximum(mass, 2.0**-PRECISION))).astype(np.int64)
    with localcontext(Context(prec=25)):
        base = Decimal(2).ln() / 256
        return counts_of([(base * power).exp() for power in rounded.tolist()])
