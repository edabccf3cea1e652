"""Messages to bytes and back: the frame, its checksum, and the payload.

The payload is one stream of the range coder: the numbers of all bins, then all indices.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arguments import checked
from ..arrays import Ints
from ..checks import seed_word, whole_number
from ..errors import MessageError, RecError
from ..partition import Message, Partition, check_message
from ..prior import Prior
from .code import Code
from .stream import decode_uniform, encode_uniform, information_bits, pack_stream, unpack_stream

FORMAT_VERSION = 1
"""Version of the bytes that `pack` writes."""

FRAME_BYTES = 13
"""Bytes of the frame of `pack`: version (1), number of messages (4, big-endian), checksum (8)."""

_FREE_NUMBERS = 2**17  # of bins and indices that bytes may claim without paying for them
_SLACK_BITS = 64  # the coder's last interval, and zero bytes that are not sent
_CHEAPEST = 1 / 16  # bits that a message is taken to cost at least


@checked
def message_length_bits(message: Message, partition: Partition, code: Code) -> float:
    """Ideal length of a message in bits: log2 J for the bin, plus the code's length of the index.

    Raises RecError for a bin that the partition does not have, and an index that the code does not have.
    Source: He, Flamich & Hernandez-Lobato (2024), the two-part code.

    >>> import rec_core as rec
    >>> message_length_bits(rec.Message((1, 2), 5), rec.Partition((8, 4)), rec.FixedCode(16))
    9.0
    """
    _, indices = _checked_messages([message], partition)
    return partition.log2_bins + float(code.length_bits(int(indices[0])))


@checked
def pack(
    messages: Iterable[Message],
    partition: Partition,
    code: Code,
    *,
    seed: int | None = None,
    prior: Prior | None = None,
) -> bytes:
    """Many messages in one byte string: a frame of FRAME_BYTES, then the payload.

    Messages are (bin, index) pairs. The payload exceeds the sum of their `message_length_bits` by less than 0.02 bits
    per message on average, plus less than one byte in total. The checksum in the frame covers the payload, the
    partition, the code and, if given, the `seed` of the shared randomness and the `prior` (none of which is sent), so
    `unpack` rejects bytes packed with other arguments. It protects against mistakes and damage, not against forgery.

    Raises RecError for a bin that the partition does not have, and an index that the code does not have.
    Source: here; the range coder is that of the `constriction` library.

    >>> import rec_core as rec
    >>> cut, code = rec.Partition((8, 4)), rec.ZipfCode(3.0)
    >>> rec.unpack(rec.pack([rec.Message((1, 2), 5)], cut, code), cut, code)
    [Message(bin=(1, 2), index=5)]
    """
    numbers, indices = _checked_messages(messages, partition)
    payload = _payload(numbers, indices, partition, code)
    head = bytes([FORMAT_VERSION]) + indices.size.to_bytes(4, "big")
    return head + _checksum(head, payload, partition, code, seed, prior) + payload


@checked
def unpack(
    data: bytes,
    partition: Partition,
    code: Code,
    count: int | None = None,
    *,
    seed: int | None = None,
    prior: Prior | None = None,
    check: bool = True,
    max_count: int | None = None,
) -> list[Message]:
    """The messages that `pack` put in `data` under the same partition, code, seed and prior.

    `count`, if given, is the number of messages expected. With `check=False` the frame is ignored, and `count` messages
    (it must be given) are read from the payload whatever it contains, to show what the checksum is for.

    Anybody can write a frame that claims 2^32 messages, so more than `max_count` are refused. By default these are as
    many as the payload can pay for, and 2^17 / (D + 1) more: a message costs log2 J bits and what the code takes for
    index 1, and is taken to cost at least a sixteenth of a bit. Give max_count for more messages that cost next to
    nothing.

    Raises MessageError for bytes that are damaged, cut short, extended, or were packed for another partition, code,
    seed, prior or count, or claim too many messages; RecError for an invalid count. Source: here.

    >>> import rec_core as rec
    >>> cut, data = rec.Partition((8,)), rec.pack([rec.Message((3,), 1)], rec.Partition((8,)), rec.EliasDelta())
    >>> rec.unpack(data, cut, rec.EliasDelta(), count=1)
    [Message(bin=(3,), index=1)]
    """
    data = bytes(data)
    if not check:
        if count is None:
            raise RecError("Without the check the frame's number of messages is not reliable either; give count.")
        return unpack_bare(data[FRAME_BYTES:], partition, code, count, max_count=max_count)
    if len(data) < FRAME_BYTES:
        raise MessageError(f"These {len(data)} bytes are shorter than a frame ({FRAME_BYTES} bytes); pass all of them.")
    if data[0] != FORMAT_VERSION:
        raise MessageError(
            f"These bytes are damaged or of format {data[0]}; this version reads format {FORMAT_VERSION}."
        )
    head, checksum, payload = data[:5], data[5:FRAME_BYTES], data[FRAME_BYTES:]
    if checksum != _checksum(head, payload, partition, code, seed, prior):
        raise MessageError(
            "The checksum does not match: the bytes are damaged or cut short, or were packed for another partition, "
            "code or seed; pass all of them, with the arguments given to pack."
        )
    packed = int.from_bytes(head[1:], "big")
    if count is not None and whole_number(count, "count", 0) != packed:
        raise MessageError(f"The bytes have {packed} messages, but {count} were expected.")
    return unpack_bare(payload, partition, code, packed, max_count=max_count)


@checked
def pack_bare(messages: Iterable[Message], partition: Partition, code: Code) -> bytes:
    """`pack` without its frame: the payload alone, for formats with a header and a checksum of their own.

    Raises RecError as `pack` does. Source: here.

    >>> import rec_core as rec
    >>> len(pack_bare([rec.Message((3,), 1)] * 8, rec.Partition((8,)), rec.FixedCode(1)))
    3
    """
    return _payload(*_checked_messages(messages, partition), partition, code)


@checked
def unpack_bare(
    payload: bytes, partition: Partition, code: Code, count: int, *, max_count: int | None = None
) -> list[Message]:
    """The `count` messages that `pack_bare` wrote, at most `max_count` of them, by default as many as `unpack` reads.

    Raises MessageError for a payload that no encoder writes, and for a count above max_count; other damage goes
    unnoticed. Source: here.

    >>> import rec_core as rec
    >>> cut = rec.Partition((8,))
    >>> unpack_bare(pack_bare([rec.Message((3,), 1)], cut, rec.FixedCode(1)), cut, rec.FixedCode(1), 1)
    [Message(bin=(3,), index=1)]
    """
    payload, count = bytes(payload), whole_number(count, "count", 0)
    limit = None if max_count is None else whole_number(max_count, "max_count", 0)
    if count == 0:
        return []
    if count > (_FREE_NUMBERS // (partition.dim + 1) if limit is None else limit):
        free = _FREE_NUMBERS // (partition.dim + 1)
        most = free + paid_for(len(payload), partition.num_bins, code) if limit is None else limit
        if count > most:
            raise MessageError(
                f"A payload of {len(payload)} bytes is said to have {count} messages, more than {most}; "
                "if that is right, give max_count."
            )

    def read(decoder: Any) -> tuple[NDArray[np.object_], Ints]:
        return decode_uniform(decoder, count, partition.num_bins), code.decode(decoder, count)

    numbers, indices = unpack_stream(payload, read)
    return [Message(partition.bin(number), index) for number, index in zip(numbers, indices.tolist(), strict=True)]


def paid_for(num_bytes: int, num_bins: int, code: Code) -> int:
    """How many messages a payload can pay for: each log2 J bits and those of index 1, a sixteenth at the least.

    Raises nothing. Source: here.

    >>> import rec_core as rec
    >>> paid_for(100, 8, rec.EliasDelta())
    217
    """
    some = np.full(64, 0, dtype=object), np.ones(64, np.int64)
    bits = information_bits(_writer(*some, num_bins, code)) / 64
    return int((8 * num_bytes + _SLACK_BITS) / max(bits, _CHEAPEST))


def _payload(numbers: NDArray[np.object_], indices: Ints, partition: Partition, code: Code) -> bytes:
    return pack_stream(_writer(numbers, indices, partition.num_bins, code))


def _writer(numbers: NDArray[np.object_], indices: Ints, num_bins: int, code: Code) -> Callable[[Any], None]:
    def write(encoder: Any) -> None:
        if indices.size:
            encode_uniform(encoder, numbers, num_bins)
            code.encode(encoder, indices)

    return write


def _checked_messages(messages: Iterable[Message], partition: Partition) -> tuple[NDArray[np.object_], Ints]:
    """Numbers of bins (`Partition.number`) and indices, both (count,). Raises RecError with the message's position."""
    numbers, indices = [], []
    for position, message in enumerate(messages):
        try:
            number, (_, index) = check_message(message, partition)
        except RecError as error:
            raise RecError(f"Message {position}: {error}") from None
        numbers.append(number)
        indices.append(index)
    return np.array(numbers, dtype=object), np.array(indices, dtype=np.int64)


def _checksum(
    head: bytes, payload: bytes, partition: Partition, code: Code, seed: int | None, prior: Prior | None = None
) -> bytes:
    """8 bytes of BLAKE2b over frame, parameters (with their length) and payload."""
    intervals = ",".join(format(n, "x") for n in partition.intervals)
    named = f"{intervals}\n{code!r}\n{None if seed is None else int(seed_word(seed))}"
    if prior is not None:
        placed = f" {prior.shift} {prior.scale}" if prior.shift else ""
        named += f"\n{prior.family} {prior.dim}{placed}"
    parameters = named.encode()
    digest = hashlib.blake2b(head + len(parameters).to_bytes(4, "big") + parameters, digest_size=8)
    digest.update(payload)
    return digest.digest()
