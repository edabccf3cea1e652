"""Codes for the local index, their lengths in bits, and messages to bytes and back.

A message is a bin and a local index. The bin costs log2 J bits, because the decoder does not know the target and all
bins are alike to it. The index is coded by a law both sides agree on beforehand: `ZipfCode` when the mean of its
logarithm is known, `MatchedCode` when the channel is, `EliasDelta` when nothing is, `FixedCode` when it is one of a
fixed number (ordered random coding).

Lengths called ideal are -log2 of the probability, no rounding. `pack` comes within a fraction of a bit a message of
their sum by range coding (the `constriction` library), with no slot rounded up to whole bits. Everything the range
coder is told is a whole number derived by exact or decimal arithmetic, so any machine reads what any other wrote.
"""

from __future__ import annotations

import hashlib
import math
import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any, Protocol, TypeVar

import constriction
import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import laws
from .channel import Channel, Prior
from .checks import seed_word
from .errors import MessageError, RecError
from .partition import Message, Partition, check_partition

IntArray = NDArray[np.int64]
Result = TypeVar("Result")

INDEX_LIMIT = 1 << 63
"""Indices run from 1 to INDEX_LIMIT - 1."""

CODEWORD_LIMIT_BITS = 32
"""Longest code word `ZipfCode.codeword` writes: up to here double precision provably keeps the words prefix-free."""

FORMAT_VERSION = 1
FRAME_BYTES = 13
"""Bytes `pack` spends on the frame: version (1), number of messages (4, big-endian), checksum (8)."""

_model = constriction.stream.model
_PRECISION = 24  # constriction's fixed point: the probabilities of a table are whole multiples of 2^-24
_LIMB_BITS = 16  # a power of two is uniform without loss; larger ones are cut into limbs of this many bits
_TOP_BITS = 13  # the one limb that is no power of two: 2^12 or more values lose about a thousandth of a bit
_FIRST_OCTAVE = 8  # indices below 2^8 have a probability each, above they go by octave [2^k, 2^(k + 1))
_LAST_OCTAVE = 62
_NEAR = (1 << _FIRST_OCTAVE) - 1
_FINE_BITS = 4  # the same of MatchedCode, whose every part of an octave has its own probability
_LEAD_BITS = 6  # leading bits of the place within an octave that have their own probabilities; the rest is uniform


class Code(Protocol):
    """What `pack` asks of a code for the index. `repr` must name every parameter: the checksum covers it."""

    def length_bits(self, index: ArrayLike) -> NDArray[np.float64]:
        """Ideal lengths in bits, shape of `index`."""

    def codeword(self, index: int) -> str:
        """A prefix-free code word for one index, as a string of 0s and 1s."""

    def encode(self, coder: Any, indices: IntArray) -> None:
        """Write `indices`, shape (count,), to a `constriction` range encoder."""

    def decode(self, decoder: Any, count: int) -> IntArray:
        """Read `count` indices from a `constriction` range decoder, shape (count,)."""


@dataclass(frozen=True)
class ZipfCode:
    """The Zipf law P(n) = n^-lam / zeta(lam), lam = 1 + 1/C, for an index whose mean log2 is at most C.

    `mean_log2_index` is C in bits: a bound on or an estimate of E[log2 index], for instance
    information + overhead - log2 J + 1. An index that keeps to the bound costs at most C + 1 + log2(1 + C) bits on
    average. Both sides must hold the same C to the last bit: agree on a rounded one. Source: Li & El Gamal 2018.
    Raises RecError unless 1e-300 <= C <= 1e9.
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

    @property
    def exponent(self) -> float:
        """lam = 1 + 1/C."""
        return 1 + 1 / self.mean_log2_index

    @property
    def _tables(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        with localcontext(Context(prec=25)):
            return _power_tables(1 / Decimal(self.mean_log2_index), _LAST_OCTAVE)

    def length_bits(self, index: ArrayLike) -> NDArray[np.float64]:
        """Ideal length -log2 P(index) in bits, the shape of `index` (whole numbers from 1 to 2^63 - 1).

        `pack` spends at most 0.05 bits more on an index of up to 20 bits and at most 0.65 more on a rarer one, whose
        probability it rounds to a multiple of 2^-24. Often it spends less: it gives the probability of indices from
        2^63 on, which cannot occur, to the others.
        Raises RecError for an index out of range.
        """
        from scipy import special

        n = _checked_indices(index)
        log2_zeta = math.log1p(float(special.zetac(self.exponent))) / math.log(2)
        return np.asarray(self.exponent * np.log2(n) + log2_zeta)[()]

    def codeword(self, index: int) -> str:
        """Shannon's code word: the first ceil(-log2 P(n)) bits of F(n - 1) = sum over k < n of P(k). For display.

        Words are at most CODEWORD_LIMIT_BITS long, where double precision still keeps them prefix-free (a length
        within 2^-16 of the next whole number is rounded up once more, for the same reason).
        Raises RecError for an index out of range or too improbable for that.
        """
        from scipy import special

        n = _checked_index(index)
        width = math.ceil(float(self.length_bits(n)) + 2.0**-16)
        if width > CODEWORD_LIMIT_BITS:
            raise RecError(
                f"The code word of index {n} has {width} bits, more than the {CODEWORD_LIMIT_BITS} that can be written "
                "accurately; use length_bits for its length, or pack to code it."
            )
        below = max(0.0, 1 - float(special.zeta(self.exponent, n)) / float(special.zeta(self.exponent)))
        return format(int(below * 2**width), f"0{width}b")

    def encode(self, coder: Any, indices: IntArray) -> None:
        """Write `indices`, shape (count,), to a range encoder. Raises RecError for an index out of range."""
        _encode_by_octave(coder, _checked_indices(indices), *self._tables)

    def decode(self, decoder: Any, count: int) -> IntArray:
        """Read `count` indices from a range decoder, shape (count,)."""
        return _decode_by_octave(decoder, count, *self._tables)


@dataclass(frozen=True)
class EliasDelta:
    """Elias's delta code: floor(log2 n) + 2 floor(log2(floor(log2 n) + 1)) + 1 bits; asks to know nothing of the law.

    Source: Elias 1975. The lengths are whole and satisfy Kraft's inequality with equality.
    """

    def length_bits(self, index: ArrayLike) -> NDArray[np.float64]:
        """Length in bits, the shape of `index` (whole numbers from 1 to 2^63 - 1, else RecError)."""
        octave = _octave(_checked_indices(index))
        return np.asarray(octave + 2 * _octave(octave + 1) + 1, dtype=np.float64)[()]

    def codeword(self, index: int) -> str:
        """The code word: the gamma code of the number of binary digits, then the digits after the first."""
        digits = format(_checked_index(index), "b")
        size = format(len(digits), "b")
        return "0" * (len(size) - 1) + size + digits[1:]

    def encode(self, coder: Any, indices: IntArray) -> None:
        """Write `indices`, shape (count,), to a range encoder. Raises RecError for an index out of range."""
        _encode_by_octave(coder, _checked_indices(indices), *_elias_tables())

    def decode(self, decoder: Any, count: int) -> IntArray:
        """Read `count` indices from a range decoder, shape (count,)."""
        return _decode_by_octave(decoder, count, *_elias_tables())


@dataclass(frozen=True)
class FixedCode:
    """The uniform law on 1..num: log2(num) bits whatever the index. Raises RecError unless 1 <= num < 2^63."""

    num: int

    def __post_init__(self) -> None:
        try:
            num = operator.index(self.num)
        except TypeError:
            num = 0
        if not 1 <= num < INDEX_LIMIT:
            raise RecError(f"num must be a whole number of indices from 1 to 2^63 - 1, got {self.num!r}.")
        object.__setattr__(self, "num", num)

    def length_bits(self, index: ArrayLike) -> NDArray[np.float64]:
        """Ideal length log2(num) in bits, the shape of `index` (whole numbers from 1 to num, else RecError)."""
        return np.full(self._checked(index).shape, math.log2(self.num))[()]

    def codeword(self, index: int) -> str:
        """index - 1 in binary, ceil(log2 num) digits; the empty word where num is 1."""
        place, width = int(self._checked(_checked_index(index))) - 1, (self.num - 1).bit_length()
        return format(place, f"0{width}b") if width else ""

    def encode(self, coder: Any, indices: IntArray) -> None:
        """Write `indices`, shape (count,), to a range encoder. Raises RecError for an index above num."""
        _encode_uniform(coder, self._checked(indices).astype(object) - 1, self.num)

    def decode(self, decoder: Any, count: int) -> IntArray:
        """Read `count` indices from a range decoder, shape (count,). Raises MessageError for an index above num."""
        return _decode_uniform(decoder, count, self.num).astype(np.int64) + 1

    def _checked(self, index: ArrayLike) -> IntArray:
        n = _checked_indices(index)
        if n.size and int(n.max()) > self.num:
            raise RecError(f"Index {int(n.max())} is above the {self.num} this code has; make FixedCode larger.")
        return n


@dataclass(frozen=True)
class PowerCode:
    """The law P(n) proportional to n^-exponent on 1..2^octaves - 1: FixedCode at exponent 0, like ZipfCode above 1.

    Made for ordered random coding, whose index is bounded but rarely uniform: exponents below 1 put most of the
    probability in the last octaves, as a search does that uses all its candidates. Raises RecError unless
    0 <= exponent <= 64, not 1, and 2 <= octaves <= 63.
    """

    exponent: float
    octaves: int

    def __post_init__(self) -> None:
        if not 0.0 <= self.exponent <= 64.0 or self.exponent == 1.0:
            raise RecError(f"exponent must be a number from 0 to 64, not 1 itself (take 1.01); got {self.exponent!r}.")
        if not 2 <= self.octaves <= _LAST_OCTAVE + 1:
            raise RecError(f"octaves must be a whole number from 2 to {_LAST_OCTAVE + 1}, got {self.octaves!r}.")

    @property
    def _tables(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        return _power_tables(Decimal(self.exponent) - 1, self.octaves - 1)

    def length_bits(self, index: ArrayLike) -> NDArray[np.float64]:
        """-log2 of the probability the table gives an index, in bits, the shape of `index` (1 to 2^octaves - 1)."""
        n = self._checked(index)
        heads, leads = (_PRECISION - np.log2(np.array(counts)) for counts in self._tables)
        octave = _octave(n)
        near = octave < _FIRST_OCTAVE
        rest_bits = np.where(near, 0, octave - _LEAD_BITS)
        part = np.where(near, 0, (n >> rest_bits) & ((1 << _LEAD_BITS) - 1))
        symbol = np.where(near, n - 1, _NEAR + octave - _FIRST_OCTAVE)
        return np.asarray(heads[symbol] + np.where(near, 0.0, leads[part] + rest_bits))[()]

    def codeword(self, index: int) -> str:
        """Shannon-Fano-Elias: the first ceil(-log2 P(n)) + 1 bits of the middle of n's share of [0, 1). For display."""
        n = int(self._checked(_checked_index(index)))
        heads, leads = self._tables
        octave = n.bit_length() - 1
        if octave < _FIRST_OCTAVE:
            low, width, unit = sum(heads[: n - 1]), heads[n - 1], _PRECISION
        else:
            symbol, rest_bits = _NEAR + octave - _FIRST_OCTAVE, octave - _LEAD_BITS
            part = (n >> rest_bits) & ((1 << _LEAD_BITS) - 1)
            unit = 2 * _PRECISION + rest_bits
            width = heads[symbol] * leads[part]
            low = (sum(heads[:symbol]) << _PRECISION) + heads[symbol] * sum(leads[:part]) << rest_bits
            low += width * (n & ((1 << rest_bits) - 1))
        size = unit - (width.bit_length() - 1) + 1
        return format((2 * low + width) >> (unit + 1 - size), f"0{size}b")

    def encode(self, coder: Any, indices: IntArray) -> None:
        """Write `indices`, shape (count,), to a range encoder. Raises RecError for an index out of range."""
        _encode_by_octave(coder, self._checked(indices), *self._tables)

    def decode(self, decoder: Any, count: int) -> IntArray:
        """Read `count` indices from a range decoder, shape (count,)."""
        return _decode_by_octave(decoder, count, *self._tables)

    def _checked(self, index: ArrayLike) -> IntArray:
        n = _checked_indices(index)
        if n.size and int(n.max()) >> self.octaves:
            raise RecError(f"Index {int(n.max())} is above 2^{self.octaves} - 1; make the code with more octaves.")
        return n


@dataclass(frozen=True)
class MatchedCode:
    """The exact law of the local index, averaged over Y, as the code: both sides know the channel and the partition.

    Indices below 2^8 have their own probability, above they go by sixteenths of an octave and are uniform in one.
    Probabilities (`laws.index_law`) are rounded to 2^-8 bit, far coarser than any machine's last digits, before exact
    arithmetic makes whole multiples of 2^-24 of them; that costs about 1e-5 bit. `repr` names channel and partition
    and a fingerprint of the table, so should two machines ever round apart, `unpack` refuses rather than misreads.
    Made for PFR; it codes any index from 1 to 2^63 - 1. Raises RecError for what is no channel.
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

    def length_bits(self, index: ArrayLike) -> NDArray[np.float64]:
        """-log2 of the probability the table gives an index, in bits, the shape of `index` (1 to 2^63 - 1)."""
        symbols, rest_bits = _fine_symbols(_checked_indices(index))
        return np.asarray(_PRECISION - np.log2(np.array(self._table))[symbols] + rest_bits)[()]

    def codeword(self, index: int) -> str:
        """Shannon-Fano-Elias: the first ceil(-log2 P(n)) + 1 bits of the middle of n's share of [0, 1). For display."""
        n = _checked_index(index)
        symbols, rests = _fine_symbols(np.array([n]))
        symbol, rest = int(symbols[0]), int(rests[0])
        count = self._table[symbol]
        place = (sum(self._table[:symbol]) << rest) + count * (n & ((1 << rest) - 1))  # in units of 2^-(24 + rest)
        width = _PRECISION + rest - (count.bit_length() - 1) + 1
        return format((2 * place + count) >> (_PRECISION + rest + 1 - width), f"0{width}b")

    def encode(self, coder: Any, indices: IntArray) -> None:
        """Write `indices`, shape (count,), to a range encoder. Raises RecError for an index out of range."""
        n = _checked_indices(indices)
        if n.size:
            symbols, rest_bits = _fine_symbols(n)
            coder.encode(symbols.astype(np.int32), _categorical(self._table))
            for shift in range(0, int(rest_bits.max()), _LIMB_BITS):
                used = rest_bits > shift
                sizes = 1 << np.minimum(rest_bits[used] - shift, _LIMB_BITS)
                low_bits = ((n[used] >> shift) & (sizes - 1)).astype(np.int32)
                coder.encode(low_bits, _model.Uniform(), sizes.astype(np.int32))

    def decode(self, decoder: Any, count: int) -> IntArray:
        """Read `count` indices from a range decoder, shape (count,)."""
        if count == 0:
            return np.zeros(0, dtype=np.int64)
        symbols = decoder.decode(_categorical(self._table), count).astype(np.int64)
        parts = np.maximum(symbols - _NEAR, 0)
        rest_bits = np.where(symbols < _NEAR, 0, (parts >> _FINE_BITS) + _FIRST_OCTAVE - _FINE_BITS)
        leads = (1 << _FINE_BITS) + (parts & ((1 << _FINE_BITS) - 1))
        n: IntArray = np.where(symbols < _NEAR, symbols + 1, leads << rest_bits)
        for shift in range(0, int(rest_bits.max()), _LIMB_BITS):
            used = rest_bits > shift
            sizes = 1 << np.minimum(rest_bits[used] - shift, _LIMB_BITS)
            n[used] |= decoder.decode(_model.Uniform(), sizes.astype(np.int32)).astype(np.int64) << shift
        return n


def message_length_bits(message: Message, partition: Partition, code: Code) -> float:
    """Ideal length of a message in bits: log2 J for the bin, plus the code's for the index. Raises RecError."""
    _, indices = _checked_messages([message], partition)
    return partition.log2_bins + float(code.length_bits(int(indices[0])))


def pack(
    messages: Iterable[Message],
    partition: Partition,
    code: Code,
    *,
    seed: int | None = None,
    prior: Prior | None = None,
) -> bytes:
    """Many messages in one byte string: a frame of FRAME_BYTES, then the payload.

    Messages are (bin, index) pairs. The payload exceeds the sum of their `message_length_bits` by less than 0.02 bit
    a message on average, plus less than one byte in all. The checksum in the frame covers the payload, the partition,
    the code and, if given, the `seed` of the shared randomness and the `prior` (none of them is sent), so
    `unpack` refuses bytes meant for others. It guards against mistakes and damage, not against forgery.
    Raises RecError for a bin that is not of the partition, or an index out of range or not of the code.
    """
    numbers, indices = _checked_messages(list(messages), partition)
    payload = _payload(numbers, indices, partition, code)
    head = bytes([FORMAT_VERSION]) + indices.size.to_bytes(4, "big")
    return head + _checksum(head, payload, partition, code, seed, prior) + payload


def unpack(
    data: bytes,
    partition: Partition,
    code: Code,
    count: int | None = None,
    *,
    seed: int | None = None,
    prior: Prior | None = None,
    check: bool = True,
) -> list[Message]:
    """The messages that `pack` put in `data` under the same partition, code, seed and prior.

    `count`, where given, is the number of messages expected. Raises MessageError for anything but the bytes of `pack`
    under these very arguments: damaged, cut short, extended, or packed for another partition, code, seed, prior
    or count. With `check=False` the frame is ignored and `count` messages, which must be given, are read
    from the payload whatever it holds: to show what the checksum is for.
    """
    if not isinstance(data, bytes | bytearray | memoryview):
        raise MessageError(f"Expected the bytes that pack returned, got {type(data).__name__}.")
    data = bytes(data)
    if not check:
        if count is None:
            raise RecError("Without the check the number of messages cannot be trusted either; give count.")
        return unpack_bare(data[FRAME_BYTES:], partition, code, count)
    if len(data) < FRAME_BYTES:
        raise MessageError(f"These {len(data)} bytes are shorter than a frame ({FRAME_BYTES} bytes); pass all of them.")
    if data[0] != FORMAT_VERSION:
        raise MessageError(
            f"These bytes are damaged or of format {data[0]}; this version reads format {FORMAT_VERSION}."
        )
    head, checksum, payload = data[:5], data[5:FRAME_BYTES], data[FRAME_BYTES:]
    if checksum != _checksum(head, payload, partition, code, seed, prior):
        raise MessageError(
            "The checksum does not fit: the bytes are damaged or cut short, or were packed for another partition, code "
            "or seed; pass them whole, with the arguments given to pack."
        )
    packed = int.from_bytes(head[1:], "big")
    if count is not None and count != packed:
        raise MessageError(f"The bytes hold {packed} messages, but {count} were expected.")
    return unpack_bare(payload, partition, code, packed)


def pack_bare(messages: Iterable[Message], partition: Partition, code: Code) -> bytes:
    """`pack` without its frame: the payload alone, for formats with a header and a checksum of their own."""
    numbers, indices = _checked_messages(list(messages), partition)
    return _payload(numbers, indices, partition, code)


def unpack_bare(payload: bytes, partition: Partition, code: Code, count: int) -> list[Message]:
    """The `count` messages `pack_bare` wrote. Damage goes unnoticed but for what no encoder writes (MessageError)."""
    if count == 0:
        return []

    def read(decoder: Any) -> tuple[NDArray[np.object_], IntArray]:
        return _decode_uniform(decoder, count, partition.num_bins), code.decode(decoder, count)

    numbers, indices = unpack_stream(payload, read)
    columns = []
    for n in reversed(partition.intervals):
        columns.append(numbers % n)
        numbers = numbers // n
    bins = zip(*reversed(columns), strict=True)
    return [Message(bin_, index) for bin_, index in zip(bins, indices.tolist(), strict=True)]


def _payload(numbers: NDArray[np.object_], indices: IntArray, partition: Partition, code: Code) -> bytes:
    def write(encoder: Any) -> None:
        if indices.size:
            _encode_uniform(encoder, numbers, partition.num_bins)
            code.encode(encoder, indices)

    return pack_stream(write)


def pack_stream(write: Callable[[Any], None]) -> bytes:
    """The bytes of whatever `write(encoder)` puts into constriction's range encoder, in as few as can be."""
    encoder = constriction.stream.queue.RangeEncoder()
    write(encoder)
    return _shortest_bytes(encoder)


def unpack_stream(payload: bytes, read: Callable[[Any], Result]) -> Result:
    """What `read(decoder)` returns on the bytes of `pack_stream`. Raises MessageError for what no encoder writes."""
    padded = payload + bytes(-len(payload) % 4 + 8)  # the zeros _shortest_bytes left out, and two words to look ahead
    decoder = constriction.stream.queue.RangeDecoder(np.frombuffer(padded, dtype=">u4").astype(np.uint32))
    try:
        return read(decoder)
    except AssertionError:  # constriction's word for a stream no encoder writes
        raise MessageError("The payload is not the stream of any messages; pack them again.") from None


@dataclass(frozen=True)
class TableCode:
    """A law given by whole numbers: symbol i, from 0, has probability about weights[i] / sum(weights)."""

    weights: tuple[int, ...]

    @cached_property
    def _counts(self) -> tuple[int, ...]:
        return _counts([Decimal(weight) for weight in self.weights])

    @cached_property
    def _law(self) -> Any:
        return _categorical(self._counts)

    @cached_property
    def lengths_bits(self) -> NDArray[np.float64]:
        """-log2 of the probability of every symbol, in bits."""
        lengths: NDArray[np.float64] = _PRECISION - np.log2(np.array(self._counts))
        return lengths

    def encode(self, coder: Any, symbol: int) -> None:
        """Write one symbol to a range encoder."""
        coder.encode(symbol, self._law)

    def decode(self, decoder: Any) -> int:
        """Read one symbol from a range decoder."""
        return int(decoder.decode(self._law))


def encode_places(coder: Any, places: IntArray, powers: IntArray) -> None:
    """Write whole numbers `places[i]` below 2^powers[i], all equally probable; both of shape (count,)."""
    for shift in range(0, int(powers.max(initial=0)), _LIMB_BITS):
        used = powers > shift
        sizes = 1 << np.minimum(powers[used] - shift, _LIMB_BITS)
        coder.encode(((places[used] >> shift) & (sizes - 1)).astype(np.int32), _model.Uniform(), sizes.astype(np.int32))


def decode_places(decoder: Any, powers: IntArray) -> IntArray:
    """What `encode_places` wrote, shape (count,)."""
    places = np.zeros(powers.shape, np.int64)
    for shift in range(0, int(powers.max(initial=0)), _LIMB_BITS):
        used = powers > shift
        sizes = 1 << np.minimum(powers[used] - shift, _LIMB_BITS)
        places[used] |= decoder.decode(_model.Uniform(), sizes.astype(np.int32)).astype(np.int64) << shift
    return places


def _checked_indices(index: ArrayLike) -> IntArray:
    """`index` as int64, the same shape, every one a whole number from 1 to 2^63 - 1."""
    try:
        given = np.asarray(index)
    except ValueError:  # rows of different lengths
        given = np.array(None)
    if given.size == 0:
        return np.zeros(given.shape, dtype=np.int64)
    if given.dtype.kind not in "iu" or int(given.min()) < 1 or int(given.max()) >= INDEX_LIMIT:
        raise RecError(f"Indices must be whole numbers from 1 to 2^63 - 1, got {index!r:.80}.")
    return given.astype(np.int64)


def _checked_index(index: int) -> int:
    """One index, a whole number from 1 to 2^63 - 1."""
    checked = _checked_indices(index)
    if checked.ndim:
        raise RecError(f"Expected one index, got an array of shape {checked.shape}; pass them one by one.")
    return int(checked)


def _checked_messages(messages: Sequence[Message], partition: Partition) -> tuple[NDArray[np.object_], IntArray]:
    """Bins as single numbers from 0 to J - 1, exact, mixed radix with the last dimension fastest; and indices.

    Both of shape (count,).
    """
    intervals = partition.intervals
    numbers = np.empty(len(messages), dtype=object)
    indices = np.empty(len(messages), dtype=np.int64)
    for position, message in enumerate(messages):
        try:
            bin_, index = message
            places = [operator.index(place) for place in bin_]
            index = operator.index(index)
        except (TypeError, ValueError):
            raise RecError(
                f"Message {position} must be a pair (bin, index) of whole numbers, the bin a tuple of them; "
                f"got {message!r:.80}."
            ) from None
        if len(places) != len(intervals):
            raise RecError(
                f"The bin of message {position} has {len(places)} interval numbers, but the partition has "
                f"{len(intervals)} dimensions; pass the partition the message was encoded with."
            )
        number = 0
        for place, n in zip(places, intervals, strict=True):
            if not 0 <= place < n:
                raise RecError(
                    f"Message {position} names interval {place} of a dimension whose intervals run from 0 to {n - 1}; "
                    "pass the partition the message was encoded with."
                )
            number = number * n + place
        if not 1 <= index < INDEX_LIMIT:
            raise RecError(f"Message {position} has index {index}; indices run from 1 to 2^63 - 1.")
        numbers[position] = number
        indices[position] = index
    return numbers, indices


def _octave(n: IntArray) -> IntArray:
    """floor(log2 n), exact for 1 <= n < 2^63 (a double would round 2^60 - 1 up)."""
    high = n >> 32
    exponents = np.where(high > 0, 32 + np.frexp(high)[1], np.frexp(n & 0xFFFFFFFF)[1])
    return np.asarray(exponents - 1, dtype=np.int64)


def _categorical(counts: tuple[int, ...]) -> Any:
    """constriction's model with exactly these probabilities in units of 2^-24.

    It shares 2^24 less one for each symbol in proportion to what it is given, then adds the one; so it is given
    counts less one, whose sum makes the proportion exactly 1.
    """
    return _model.Categorical(np.array(counts, dtype=np.float64) - 1, perfect=False)


def _counts(weights: Sequence[Decimal]) -> tuple[int, ...]:
    """Whole numbers >= 1 summing to 2^24, in proportion to `weights` but for rounding; what is left goes to the top."""
    total = sum(weights)
    counts = [max(1, round(weight * (1 << _PRECISION) / total)) for weight in weights]
    counts[counts.index(max(counts))] += (1 << _PRECISION) - sum(counts)
    return tuple(counts)


@lru_cache(maxsize=128)
def _power_tables(slope: Decimal, last_octave: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Counts of the law n^-(1 + slope) up to `last_octave`: of each n <= 255, then each octave; and of the 64 equal
    parts of any octave from 2^8 on.

    Sums over an octave are integrals between half-integers (relative error below (lam / 2^9)^2). Decimal exp and ln
    are correctly rounded everywhere, which math.pow is not: a last digit that differs would garble the stream.
    """
    with localcontext(Context(prec=25)):
        edges = [Decimal(2 ** (k + 1) - 1) / 2 for k in range(_FIRST_OCTAVE, last_octave + 2)]
        octaves = [(a - b) / slope for a, b in pairwise((-slope * edge.ln()).exp() for edge in edges)]
        last_near = min(_NEAR, 2 ** (last_octave + 1) - 1)
        near = [(-(1 + slope) * Decimal(n).ln()).exp() for n in range(1, last_near + 1)]
        cuts = [1 + Decimal(part) / (1 << _LEAD_BITS) for part in range((1 << _LEAD_BITS) + 1)]
        lead = [a - b for a, b in pairwise((-slope * cut.ln()).exp() for cut in cuts)]
        return _counts(near + octaves), _counts([abs(part) for part in lead])


@lru_cache(maxsize=1)
def _elias_tables() -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Counts of the law 2^-length that Elias delta implies, laid out as in `_power_tables`; uniform in an octave."""
    octaves = [2 * (k + 1).bit_length() - 1 for k in range(_LAST_OCTAVE + 1)]  # -log2 of the octave's probability
    bits = [octaves[n.bit_length() - 1] + n.bit_length() - 1 for n in range(1, _NEAR + 1)] + octaves[_FIRST_OCTAVE:]
    with localcontext(Context(prec=25)):
        return _counts([Decimal(1 << (_PRECISION - b)) for b in bits]), _counts([Decimal(1)] * (1 << _LEAD_BITS))


def _fine_symbols(n: IntArray) -> tuple[IntArray, IntArray]:
    """Symbols of `MatchedCode` and how many low bits they leave open: an index below 2^8 less one, then the parts."""
    octave = _octave(n)
    rest_bits = np.where(octave < _FIRST_OCTAVE, 0, octave - _FINE_BITS)
    part = ((octave - _FIRST_OCTAVE) << _FINE_BITS) + (n >> rest_bits) - (1 << _FINE_BITS)
    return np.where(octave < _FIRST_OCTAVE, n - 1, _NEAR + part), rest_bits


@lru_cache(maxsize=64)
def _matched_table(channel: Channel, partition: Partition) -> tuple[int, ...]:
    """Counts of each n <= 255, then of the sixteenths of each octave from 2^8 on, summing to 2^24."""
    law = laws.index_law(channel, partition)
    parts = 1 << _FINE_BITS
    starts = [
        (parts + part) << (octave - _FINE_BITS)
        for octave in range(_FIRST_OCTAVE, _LAST_OCTAVE + 1)
        for part in range(parts)
    ]
    tail = law.tail(np.array([*starts, 1 << (_LAST_OCTAVE + 1)], dtype=np.float64))
    mass = np.concatenate((law.pmf(_NEAR), tail[:-1] - tail[1:]))
    rounded = np.rint(256.0 * np.log2(np.maximum(mass, 2.0**-_PRECISION))).astype(np.int64)
    with localcontext(Context(prec=25)):
        base = Decimal(2).ln() / 256
        return _counts([(base * power).exp() for power in rounded.tolist()])


def _encode_by_octave(coder: Any, indices: IntArray, heads: tuple[int, ...], leads: tuple[int, ...]) -> None:
    """Write indices: itself or its octave, then for octaves the leading bits of the place in it, then the rest."""
    if indices.size == 0:
        return
    octave = _octave(indices)
    symbols = np.where(octave < _FIRST_OCTAVE, indices - 1, _NEAR + octave - _FIRST_OCTAVE)
    coder.encode(symbols.astype(np.int32), _categorical(heads))
    far = octave >= _FIRST_OCTAVE
    if not far.any():
        return
    n, rest_bits = indices[far], octave[far] - _LEAD_BITS
    coder.encode(((n >> rest_bits) & ((1 << _LEAD_BITS) - 1)).astype(np.int32), _categorical(leads))
    for shift in range(0, int(rest_bits.max()), _LIMB_BITS):
        used = rest_bits > shift
        sizes = 1 << np.minimum(rest_bits[used] - shift, _LIMB_BITS)
        coder.encode(((n[used] >> shift) & (sizes - 1)).astype(np.int32), _model.Uniform(), sizes.astype(np.int32))


def _decode_by_octave(decoder: Any, count: int, heads: tuple[int, ...], leads: tuple[int, ...]) -> IntArray:
    """What `_encode_by_octave` wrote, shape (count,)."""
    if count == 0:
        return np.zeros(0, dtype=np.int64)
    symbols = decoder.decode(_categorical(heads), count).astype(np.int64)
    indices = np.asarray(symbols + 1)
    far = symbols >= _NEAR
    if not far.any():
        return indices
    rest_bits = symbols[far] - _NEAR + _FIRST_OCTAVE - _LEAD_BITS
    n = (1 << _LEAD_BITS) + decoder.decode(_categorical(leads), rest_bits.size).astype(np.int64) << rest_bits
    for shift in range(0, int(rest_bits.max()), _LIMB_BITS):
        used = rest_bits > shift
        sizes = 1 << np.minimum(rest_bits[used] - shift, _LIMB_BITS)
        n[used] |= decoder.decode(_model.Uniform(), sizes.astype(np.int32)).astype(np.int64) << shift
    indices[far] = n
    return indices


def _uniform_limbs(size: int) -> tuple[int, list[tuple[int, int]]]:
    """How a number below `size` is cut: values of the top limb, and (shift, bits) of the limbs below it.

    The limbs name top * 2^low_bits numbers, at most a 2^-12 part more than `size`; none more for a power of two.
    """
    low_bits = max(0, size.bit_length() - _TOP_BITS)
    shifts = range(0, low_bits, _LIMB_BITS)
    return ((size - 1) >> low_bits) + 1, [(shift, min(_LIMB_BITS, low_bits - shift)) for shift in shifts]


def _encode_uniform(coder: Any, numbers: NDArray[np.object_], size: int) -> None:
    """Write numbers from 0 to size - 1 (Python ints of any length, shape (count,)), all equally probable."""
    tops, limbs = _uniform_limbs(size)
    if tops > 1 and numbers.size:
        low_bits = sum(bits for _, bits in limbs)
        coder.encode((numbers >> low_bits).astype(np.int32), _model.Uniform(tops))
        for shift, bits in limbs:
            coder.encode(((numbers >> shift) & ((1 << bits) - 1)).astype(np.int32), _model.Uniform(1 << bits))


def _decode_uniform(decoder: Any, count: int, size: int) -> NDArray[np.object_]:
    """What `_encode_uniform` wrote, shape (count,). Raises MessageError for a number beyond size - 1."""
    tops, limbs = _uniform_limbs(size)
    numbers: NDArray[np.object_] = np.full(count, 0, dtype=object)
    if tops > 1 and count:
        low_bits = sum(bits for _, bits in limbs)
        numbers = decoder.decode(_model.Uniform(tops), count).astype(object) << low_bits
        for shift, bits in limbs:
            numbers = numbers | (decoder.decode(_model.Uniform(1 << bits), count).astype(object) << shift)
        if max(numbers) >= size:
            raise MessageError(f"The payload names number {max(numbers)}, where they end at {size - 1}; pack it again.")
    return numbers


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


def _checksum(
    head: bytes, payload: bytes, partition: Partition, code: Code, seed: int | None, prior: Prior | None = None
) -> bytes:
    """8 bytes of BLAKE2b over frame, parameters (with their length) and payload."""
    intervals = ",".join(format(n, "x") for n in partition.intervals)
    named = f"{intervals}\n{code!r}\n{None if seed is None else int(seed_word(seed))}"
    parameters = (named if prior is None else f"{named}\n{prior.family} {prior.dim}").encode()
    digest = hashlib.blake2b(head + len(parameters).to_bytes(4, "big") + parameters, digest_size=8)
    digest.update(payload)
    return digest.digest()
