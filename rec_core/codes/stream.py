"""The range coder: tables of probabilities, uniform numbers, and the fewest bytes for them.

The only file that uses the `constriction` library, whose coder does the arithmetic.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeVar

import constriction
import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats, Ints
from ..checks import iterable, whole_number
from ..errors import MessageError, RecError

Result = TypeVar("Result")

PRECISION = 24  # constriction's fixed point: the probabilities of a table are whole multiples of 2^-24
_LIMB_BITS = 16  # a power of two is uniform without loss; larger ones are cut into limbs of this many bits
_TOP_BITS = 13  # of the one limb that is not a power of two: 2^12 or more values lose about a thousandth of a bit

_model = constriction.stream.model


def pack_stream(write: Callable[[Any], None]) -> bytes:
    """What `write(encoder)` puts into constriction's range encoder, as the fewest bytes that decode to it.

    Raises nothing. Source: here; the coder is constriction's (Bamler, 2022).

    >>> law = TableCode((3, 1))
    >>> len(pack_stream(lambda encoder: [law.encode(encoder, symbol) for symbol in (0, 1, 0, 0) * 20]))
    8
    """
    encoder = constriction.stream.queue.RangeEncoder()
    write(encoder)
    return _shortest_bytes(encoder)


def information_bits(write: Callable[[Any], None]) -> float:
    """How many bits `write(encoder)` takes, before the last interval is rounded to bytes. Raises nothing. Source: here.

    >>> law = TableCode((3, 1))
    >>> round(information_bits(lambda encoder: [law.encode(encoder, 0) for _ in range(100)]), 2)
    41.51
    """
    encoder = constriction.stream.queue.RangeEncoder()
    write(encoder)
    num_words, (_, width) = encoder.pos()
    return float(32.0 * num_words + 64.0 - math.log2(width))


def unpack_stream(payload: bytes, read: Callable[[Any], Result]) -> Result:
    """What `read(decoder)` returns for the bytes of `pack_stream`.

    Raises MessageError for bytes that no encoder writes. Source: here; the coder is constriction's (Bamler, 2022).

    >>> law = TableCode((3, 1))
    >>> unpack_stream(pack_stream(lambda encoder: law.encode(encoder, 1)), law.decode)
    1
    """
    padded = payload + bytes(
        -len(payload) % 4 + 8
    )  # the zeros that _shortest_bytes left out, and two words to look ahead
    decoder = constriction.stream.queue.RangeDecoder(np.frombuffer(padded, dtype=">u4").astype(np.uint32))
    try:
        return read(decoder)
    except AssertionError:  # by constriction, for a stream that no encoder writes
        raise MessageError("The payload is not the stream of any messages; pack them again.") from None


def _shortest_bytes(encoder: Any) -> bytes:
    """The fewest bytes from which a decoder that reads zeros after them recovers everything that was encoded.

    A decoder can use any number in [low, low + width), the coder's final interval. `width` is below 2^64, and the coder
    gives `low` modulo 2^64 and one number of the interval, hence `low` exactly. The result is the number of the
    interval with the most zero bytes at its end, without these.
    """
    num_words, (low_residue, width) = encoder.pos()
    num_bytes = 4 * num_words + 8
    point = int.from_bytes(encoder.get_compressed().astype(">u4").tobytes().ljust(num_bytes, b"\0"), "big")
    low: int = point - ((point - low_residue) % (1 << 64))
    spare_bits = 64
    while (number := -(-low >> spare_bits) << spare_bits) >= low + width:
        spare_bits -= 8
    return number.to_bytes(num_bytes, "big").rstrip(b"\0")


# --- tables


def categorical(counts: tuple[int, ...] | Ints) -> Any:
    """constriction's model with exactly these probabilities in units of 2^-24.

    It divides 2^24 minus the number of symbols in proportion to its arguments, then adds one per symbol. So its
    arguments are the counts minus one, whose sum makes the proportion exactly 1.
    """
    return _model.Categorical(np.array(counts, dtype=np.float64) - 1, perfect=False)


def counts_of(weights: Sequence[Decimal]) -> tuple[int, ...]:
    """Whole numbers >= 1 that sum to 2^24, in proportion to `weights` up to rounding; the largest takes the rest."""
    total = sum(weights)
    counts = [max(1, round(weight * (1 << PRECISION) / total)) for weight in weights]
    counts[counts.index(max(counts))] += (1 << PRECISION) - sum(counts)
    return tuple(counts)


@dataclass(frozen=True)
class TableCode:
    """A law given by whole numbers: symbol i, from 0, has probability about `weights[i]` / sum(weights).

    Raises RecError unless the weights are whole numbers >= 0, at least one of them positive. Source: here.

    >>> law = TableCode((3, 1))
    >>> law.lengths_bits.round(3)
    array([0.415, 2.   ])
    >>> unpack_stream(pack_stream(lambda encoder: law.encode(encoder, 1)), lambda decoder: law.decode(decoder))
    1
    """

    weights: tuple[int, ...]

    def __post_init__(self) -> None:
        iterable(self.weights, "weights")
        weights = tuple(whole_number(weight, f"weights[{i}]", 0) for i, weight in enumerate(self.weights))
        if not any(weights):
            raise RecError("Give the weights as whole numbers, one for each symbol, at least one of them positive.")
        object.__setattr__(self, "weights", weights)

    @cached_property
    def _counts(self) -> tuple[int, ...]:
        return counts_of([Decimal(weight) for weight in self.weights])

    @cached_property
    def _law(self) -> Any:
        return categorical(self._counts)

    @cached_property
    def lengths_bits(self) -> Floats:
        """-log2 of the probability of every symbol, in bits, shape (symbols,)."""
        lengths: Floats = PRECISION - np.log2(np.array(self._counts))
        return lengths

    def encode(self, coder: Any, symbol: int) -> None:
        """Write one symbol to a range encoder. Raises RecError for a symbol that the law does not have."""
        coder.encode(whole_number(symbol, "symbol", 0, len(self.weights)), self._law)

    def decode(self, decoder: Any) -> int:
        """Read one symbol from a range decoder. Raises nothing: see `unpack_stream`."""
        return int(decoder.decode(self._law))


# --- uniform numbers


def _limbs(powers: Ints) -> Iterator[tuple[int, NDArray[np.bool_], Ints]]:
    """How numbers below 2^powers[i] are split: each limb's shift, which numbers have it, its number of values there."""
    for shift in range(0, int(powers.max(initial=0)), _LIMB_BITS):
        used = powers > shift
        yield shift, used, 1 << np.minimum(powers[used] - shift, _LIMB_BITS)


def encode_places(coder: Any, places: NDArray[Any], powers: Ints) -> None:
    """Write the low `powers[i]` bits of whole numbers `places[i]` >= 0, all equally probable; both of shape (count,).

    Raises nothing. Source: here.

    >>> powers = np.array([3, 40])
    >>> data = pack_stream(lambda encoder: encode_places(encoder, np.array([5, 2**39]), powers))
    >>> unpack_stream(data, lambda decoder: decode_places(decoder, powers)).tolist()
    [5, 549755813888]
    """
    for shift, used, sizes in _limbs(powers):
        limbs = (places[used] >> shift) & (sizes - 1).astype(places.dtype)
        coder.encode(limbs.astype(np.int32), _model.Uniform(), sizes.astype(np.int32))


def decode_places(decoder: Any, powers: Ints) -> NDArray[Any]:
    """What `encode_places` wrote, shape (count,): int64, or Python's int if numbers may be 2^63 or more.

    Raises nothing: see `unpack_stream`. Source: here.

    >>> decode_places(None, np.zeros(2, np.int64))  # numbers below 2^0 take no bits
    array([0, 0])
    """
    places = np.zeros(powers.shape, np.int64 if powers.max(initial=0) < 64 else object)
    for shift, used, sizes in _limbs(powers):
        places[used] |= decoder.decode(_model.Uniform(), sizes.astype(np.int32)).astype(places.dtype) << shift
    return places


def uniform_limbs(size: int) -> tuple[int, int]:
    """How a number below `size` is split: how many values its top limb has, and how many bits are below that.

    The limbs can name top * 2^low_bits numbers, more than `size` by at most a factor 1 + 2^-12, for a power of two by
    none.
    """
    low_bits = max(0, size.bit_length() - _TOP_BITS)
    return ((size - 1) >> low_bits) + 1, low_bits


def encode_uniform(coder: Any, numbers: NDArray[np.object_], size: int) -> None:
    """Write numbers from 0 to size - 1 (Python ints of any size, shape (count,)), all equally probable."""
    tops, low_bits = uniform_limbs(size)
    if tops > 1 and numbers.size:
        coder.encode((numbers >> low_bits).astype(np.int32), _model.Uniform(tops))
        encode_places(coder, numbers, np.full(numbers.shape, low_bits))


def decode_uniform(decoder: Any, count: int, size: int) -> NDArray[np.object_]:
    """What `encode_uniform` wrote, shape (count,). Raises MessageError for a number beyond size - 1."""
    tops, low_bits = uniform_limbs(size)
    numbers: NDArray[np.object_] = np.full(count, 0, dtype=object)
    if tops > 1 and count:
        numbers = decoder.decode(_model.Uniform(tops), count).astype(object) << low_bits
        numbers = numbers | decode_places(decoder, np.full(count, low_bits)).astype(object)
        if max(numbers) >= size:
            raise MessageError(f"The payload has number {max(numbers)}, but the largest is {size - 1}; pack it again.")
    return numbers
