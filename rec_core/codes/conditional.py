"""The index given the shared randomness: both sides know which candidates can win, and from which sources."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .. import laws
from ..arrays import Floats, Ints
from ..channel import Channel
from ..checks import iterable, seed_word
from ..errors import RecError
from ..partition import Partition
from .code import checked_index, checked_indices, middle_word
from .elias import EliasDelta
from .stream import PRECISION, categorical, decode_places, encode_places
from .winners import check_channel, corners_of, looked_at

_BEYOND = PRECISION - 10  # log2 of the share, in units of 2^-24, that is left for candidates not looked at


@dataclass(frozen=True)
class ConditionalCode:
    """Plain PFR's index given the shared randomness, arrival times too: one message of `channel` for each of `seeds`.

    The receiver knows which candidates can win and from which sources, so it knows the probability of every index. The
    mean length is the entropy of the index given the seed, about I_F + 0.26 bits, against about I + 1.85 for the best
    code that is blind to the candidates. The price: sender and receiver both look at 2^(8 + bits) candidates. Indices
    from there on, one in a thousand, follow an escape. For one dimension of a Gaussian channel, up to 16 bits.

    Index i of `encode` and `length_bits` belongs to seed i. `repr` has a fingerprint of the tables, so if two machines
    ever round differently, `unpack` raises instead of misreading.

    Raises RecError for another channel, and for no seed or one that is not from 0 to 2^64 - 1.
    Source: here; the floor it comes near to is that of Flamich, Sriramu & Wagner (2025).

    >>> import rec_core as rec
    >>> channel, whole = rec.gaussian_channel([6.0]), rec.Partition.uncut(1)
    >>> sent = rec.encode_many(channel, 100, seed=1)
    >>> code = ConditionalCode(channel, sent.seeds.tolist())
    >>> data = rec.pack(sent.messages, whole, code)
    >>> rec.unpack(data, whole, code) == sent.messages, len(data) - rec.FRAME_BYTES
    (True, 85)
    """

    channel: Channel
    seeds: tuple[int, ...]

    def __post_init__(self) -> None:
        check_channel(self.channel)
        iterable(self.seeds, "seeds")
        object.__setattr__(self, "seeds", tuple(int(seed_word(seed)) for seed in self.seeds))
        if not self.seeds:
            raise RecError("Give the seeds, one for each message.")

    def __repr__(self) -> str:
        digest = hashlib.blake2b(digest_size=8)
        for seed in self.seeds:
            indices, counts = _table(self.channel, seed)
            digest.update(seed.to_bytes(8, "big") + indices.astype(">i8").tobytes() + counts.astype(">i8").tobytes())
        return f"ConditionalCode(channel={self.channel!r}, seeds={len(self.seeds)}, tables={digest.hexdigest()})"

    def length_bits(self, index: ArrayLike) -> Floats:
        """-log2 of the probability of index i under seed i, in bits, the shape of `index`, which has one axis or none.

        Raises RecError for more indices than seeds, and for an index out of range.
        """
        n = self._checked(index)
        lengths = np.empty(n.size)
        for i, (seed, one) in enumerate(zip(self.seeds, n.ravel().tolist(), strict=False)):
            symbol, counts = self._symbol(seed, one)
            lengths[i] = PRECISION - math.log2(counts[symbol]) + (self._escape_bits(one) if symbol == 0 else 0.0)
        return lengths.reshape(n.shape)[()]

    def mean_length_bits(self, law: laws.IndexLaw) -> float:
        """Mean of `length_bits` over the sources, and over the seeds of this code, in bits; error below 0.01.

        `law` is that of the index, and says how probable the escape is. Raises nothing.
        """
        power = looked_at(self.channel)
        starts = 2.0 ** np.arange(power, max(law.octaves, power) + 1)
        beyond = law.tail(starts)
        escape = PRECISION - _BEYOND + power + EliasDelta().length_bits(2 ** np.arange(starts.size - 1) + 1)
        escaped = float((beyond[:-1] - beyond[1:]) @ escape)
        entropies = []
        for seed in self.seeds:
            _, counts = _table(self.channel, seed)
            shares = counts[1:] / counts[1:].sum()
            entropies.append(float(shares @ (PRECISION - np.log2(counts[1:]))))
        return (1.0 - float(beyond[0])) * float(np.mean(entropies)) + escaped

    def codeword(self, index: int) -> str:
        """The code word of an index under the first seed: Shannon-Fano-Elias, and after an escape Elias delta.

        Raises RecError for an index out of range.
        """
        n = checked_index(index)
        symbol, counts = self._symbol(self.seeds[0], n)
        word = middle_word(int(counts[:symbol].sum()), int(counts[symbol]), PRECISION)
        if symbol:
            return word
        power = looked_at(self.channel)
        return word + EliasDelta().codeword((n >> power) + 1) + format(n & (2**power - 1), f"0{power}b")

    def encode(self, coder: Any, indices: Ints) -> None:
        """Write `indices`, shape (count,), to a range encoder. Raises RecError for more indices than seeds."""
        power = looked_at(self.channel)
        for seed, n in zip(self.seeds, self._checked(indices).tolist(), strict=False):
            symbol, counts = self._symbol(seed, n)
            coder.encode(symbol, categorical(counts))
            if symbol == 0:
                EliasDelta().encode(coder, np.array([(n >> power) + 1]))
                encode_places(coder, np.array([n & (2**power - 1)]), np.array([power]))

    def decode(self, decoder: Any, count: int) -> Ints:
        """Read `count` indices from a range decoder, shape (count,). Raises RecError for more indices than seeds."""
        power, found = looked_at(self.channel), np.empty(self._enough(count), np.int64)
        for i, seed in enumerate(self.seeds[:count]):
            indices, counts = _table(self.channel, seed)
            found[i] = indices[int(decoder.decode(categorical(counts)))]
            if found[i] == 0:
                high = int(EliasDelta().decode(decoder, 1)[0]) - 1
                low = int(decode_places(decoder, np.array([power]))[0])
                found[i] = (high << power) | low
        return found

    def _symbol(self, seed: int, index: int) -> tuple[int, Ints]:
        """The symbol of an index, 0 for the escape, and the counts of all symbols."""
        indices, counts = _table(self.channel, seed)
        places = np.flatnonzero(indices == index)
        return int(places[0]) if places.size else 0, counts

    def _escape_bits(self, index: int) -> float:
        power = looked_at(self.channel)
        return power + float(EliasDelta().length_bits((index >> power) + 1))

    def _checked(self, index: ArrayLike) -> Ints:
        n = checked_indices(index)
        if n.ndim > 1:
            raise RecError(f"Give indices with one axis, one for each seed; got shape {n.shape}.")
        self._enough(n.size)
        return n

    def _enough(self, count: int) -> int:
        if count > len(self.seeds):
            raise RecError(f"This code has {len(self.seeds)} seeds, one for each message, and got {count} indices.")
        return count


@lru_cache(maxsize=256)
def _table(channel: Channel, seed: int) -> tuple[Ints, Ints]:
    """Indices by their symbols, 0 for the escape, and their counts, which sum to 2^24."""
    _, indices, shares = corners_of(channel, Partition.uncut(1), seed)
    room = 2**PRECISION - 2**_BEYOND - indices.size
    counts = 1 + np.diff(np.floor(shares * room).astype(np.int64))
    return np.append(0, indices), np.append(2**_BEYOND, counts)
