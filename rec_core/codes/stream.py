"""The range coder: tables of probabilities, uniform numbers, and the fewest bytes that hold them.

The only file that knows the `constriction` library, whose coder carries out the arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeVar

import constriction
import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats, Ints
from ..checks import whole_number
from ..errors import MessageError, RecError

Result = TypeVar("Result")

PRECISION = 24  # constriction's fixed point: the probabilities of a table are whole multiples of 2^-24
_LIMB_BITS = 16  # a power of two is uniform without loss; larger ones are cut into limbs of this many bits
_TOP_BITS = 13  # the one limb that is no power of two: 2^12 or more values lose about a thousandth of a bit

_model = constriction.stream.model


def pack_stream(write: Callable[[Any], None]) -> bytes:
    """The bytes of whatever `write(encoder)` puts into constriction's range encoder, in as few as can be.

    >>> law = TableCode((3, 1))
    >>> len(pack_stream(lambda encoder: [law.encode(encoder, symbol) for symbol in (0, 1, 0, 0) * 20]))
    8
    """
    encoder = constriction.stream.queue.RangeEncoder()
    write(encoder)
    return _shortest_bytes(encoder)


def unpack_stream(payload: bytes, read: Callable[[Any], Result]) -> Result:
    """What `read(decoder)` returns on the bytes of `pack_stream`. Raises MessageError for what no encoder writes.

    >>> law = TableCode((3, 1))
    >>> unpack_stream(pack_stream(lambda encoder: law.encode(encoder, 1)), law.decode)
    1
    """
    padded = payload + bytes(-len(payload) % 4 + 8)  # the zeros _shortest_bytes left out, and two words to look ahead
    decoder = constriction.stream.queue.RangeDecoder(np.frombuffer(padded, dtype=">u4").astype(np.uint32))
    try:
        return read(decoder)
    except AssertionError:  # constriction's word for a stream no encoder writes
        raise MessageError("The payload is not the stream of any messages; pack them again.") from None


def _shortest_bytes(encoder: Any) -> bytes:
    """The fewest bytes from which a decoder that reads zeros after them recovers all that was encoded.

    A decoder recovers it from any number in [low, low + width), the coder's final interval. `width` is below 2^64 and
    the coder tells `low` modulo 2^64 together with one number of the interval, which gives `low` exactly. The answer
    is the number of the interval with most zero bytes at its end, without them.
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


def categorical(counts: tuple[int, ...]) -> Any:
    """constriction's model with exactly these probabilities in units of 2^-24.

    It shares 2^24 less one for each symbol in proportion to what it is given, then adds the one; so it is given
    counts less one, whose sum makes the proportion exactly 1.
    """
    return _model.Categorical(np.array(counts, dtype=np.float64) - 1, perfect=False)


def counts_of(weights: Sequence[Decimal]) -> tuple[int, ...]:
    """Whole numbers >= 1 summing to 2^24, in proportion to `weights` but for rounding; what is left goes to the top."""
    total = sum(weights)
    counts = [max(1, round(weight * (1 << PRECISION) / total)) for weight in weights]
    counts[counts.index(max(counts))] += (1 << PRECISION) - sum(counts)
    return tuple(counts)


@dataclass(frozen=True)
class TableCode:
    """A law given by whole numbers: symbol i, from 0, has probability about weights[i] / sum(weights).

    >>> TableCode((3, 1)).lengths_bits.round(3)
    array([0.415, 2.   ])
    """

    weights: tuple[int, ...]

    def __post_init__(self) -> None:
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
        """-log2 of the probability of every symbol, in bits."""
        lengths: Floats = PRECISION - np.log2(np.array(self._counts))
        return lengths

    def encode(self, coder: Any, symbol: int) -> None:
        """Write one symbol to a range encoder."""
        coder.encode(whole_number(symbol, "symbol", 0, len(self.weights)), self._law)

    def decode(self, decoder: Any) -> int:
        """Read one symbol from a range decoder."""
        return int(decoder.decode(self._law))


# --- uniform numbers


def _limbs(powers: Ints) -> Iterator[tuple[int, NDArray[np.bool_], Ints]]:
    """How numbers below 2^powers[i] are cut: the limb's shift, which numbers have it, how many values it has there."""
    for shift in range(0, int(powers.max(initial=0)), _LIMB_BITS):
        used = powers > shift
        yield shift, used, 1 << np.minimum(powers[used] - shift, _LIMB_BITS)


def encode_places(coder: Any, places: NDArray[Any], powers: Ints) -> None:
    """Write the low `powers[i]` bits of whole numbers `places[i]` >= 0, all equally probable; both of shape (count,).

    >>> powers = np.array([3, 40])
    >>> data = pack_stream(lambda encoder: encode_places(encoder, np.array([5, 2**39]), powers))
    >>> unpack_stream(data, lambda decoder: decode_places(decoder, powers)).tolist()
    [5, 549755813888]
    """
    for shift, used, sizes in _limbs(powers):
        limbs = (places[used] >> shift) & (sizes - 1).astype(places.dtype)
        coder.encode(limbs.astype(np.int32), _model.Uniform(), sizes.astype(np.int32))


def decode_places(decoder: Any, powers: Ints) -> NDArray[Any]:
    """What `encode_places` wrote, shape (count,): int64, or Python's own where they may be 2^63 and more.

    >>> decode_places(None, np.zeros(2, np.int64))  # numbers below 2^0 take no bits
    array([0, 0])
    """
    places = np.zeros(powers.shape, np.int64 if powers.max(initial=0) < 64 else object)
    for shift, used, sizes in _limbs(powers):
        places[used] |= decoder.decode(_model.Uniform(), sizes.astype(np.int32)).astype(places.dtype) << shift
    return places


def uniform_limbs(size: int) -> tuple[int, int]:
    """How a number below `size` is cut: how many values its top limb has, and how many bits there are below it.

    The limbs name top * 2^low_bits numbers, at most a 2^-12 part more than `size`; none more for a power of two.
    """
    low_bits = max(0, size.bit_length() - _TOP_BITS)
    return ((size - 1) >> low_bits) + 1, low_bits


def encode_uniform(coder: Any, numbers: NDArray[np.object_], size: int) -> None:
    """Write numbers from 0 to size - 1 (Python ints of any length, shape (count,)), all equally probable."""
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
            raise MessageError(f"The payload names number {max(numbers)}, where they end at {size - 1}; pack it again.")
    return numbers
