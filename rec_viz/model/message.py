"""A message between two people: what each side holds beforehand, what travels, and what its bits say. Nothing draws.

Both sides hold a `Shared`. The sender also has a target; the receiver has bytes and its own `Shared` and nothing else,
as the signature of `receive` says. Bytes are written as hex, as bits, or as words to read aloud: five letters for two
bytes, consonant and vowel in turn (proquints: Wilkerson 2009, arXiv 0901.4016), and one more word as a check.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

import rec_core as rec
from rec_core import families
from rec_core.arrays import Floats
from rec_core.codes import Code

from ..figures.message import Group
from ..memo import memo
from ..settings import View
from ..settings.table import CODES
from .lab import MAX_EXAMINED
from .setting import channel_of, partition_of

NEARBY_SEEDS = 100  # how far off a seed may be for `diagnose` to name it
STREAM_SIZES = (1, 3, 10, 30, 100, 300)
MOST_LOG2_BINS = 48  # the largest J it tries
CONSONANTS, VOWELS = "bdfghjklmnprstvz", "aiou"


class Shared(NamedTuple):
    """What a side must hold before any message: the randomness, the channel, its bins, and the code of the index."""

    seed: int
    channel: rec.Channel
    partition: rec.Partition
    code: str  # one of CODES


class Sent(NamedTuple):
    """The sender's side of one message."""

    data: bytes
    message: rec.Message
    sample: tuple[float, ...]
    examined: int
    length_bits: float  # ideal: log2 J and the code's for the index


class Received(NamedTuple):
    """The receiver's side of one message."""

    message: rec.Message
    sample: tuple[float, ...]


def code_of(shared: Shared) -> Code:
    """The code of the index, made from what is shared."""
    return _code(shared.code, shared.channel, shared.partition)


@memo(256)
def _code(name: str, channel: rec.Channel, partition: rec.Partition) -> Code:
    if name == "zipf":
        return rec.ZipfCode.for_source(channel, partition)
    return rec.MatchedCode(channel, partition) if name == "matched" else rec.EliasDelta()


def send(problem: rec.Problem, shared: Shared, max_examined: int) -> Sent:
    """Race for a sample of the target and pack its message. Raises RecError for a target or budget that will not do."""
    encoding = rec.encode(problem, rec.PFR(shared.partition, max_examined=max_examined), seed=shared.seed)
    code = code_of(shared)
    data = rec.pack([encoding.message], shared.partition, code, seed=shared.seed, prior=shared.channel.prior)
    length = rec.message_length_bits(encoding.message, shared.partition, code)
    return Sent(data, encoding.message, tuple(encoding.sample.tolist()), encoding.examined, length)


def receive(data: bytes, own: Shared) -> Received:
    """What bytes mean to someone who has `own`. Raises MessageError for damage and for other settings."""
    (message,) = rec.unpack(data, own.partition, code_of(own), 1, seed=own.seed, prior=own.channel.prior)
    return Received(message, _candidate(message, own))


def receive_unchecked(data: bytes, own: Shared) -> Received:
    """The same with the checksum ignored, as if there were none: what it protects from."""
    (message,) = rec.unpack(data, own.partition, code_of(own), 1, check=False)
    return Received(message, _candidate(message, own))


def _candidate(message: rec.Message, own: Shared) -> tuple[float, ...]:
    return tuple(rec.decode(message, own.channel.prior, own.partition, seed=own.seed).tolist())


# ------------------------------------------------------------------------------------------------ what is wrong


def diagnose(data: bytes, own: Shared) -> str:
    """Which one change would make these bytes fit, found by trying; the receiver can do this alone.

    Tries every flipped bit, the other codes, the other family, other numbers of bins and seeds nearby. The checksum has
    64 bits, so what fits is what happened.
    """
    for number in range(1, 8 * len(data) + 1):
        if _fits(flipped(data, number), own):
            return f"Bit {number} was flipped on the way, in {part_of(data, number)}: everything else fits."
    for other, sentence in _other_settings(own):
        if _fits(data, other):
            return sentence
    return (
        "No single flipped bit, other code, other J or seed nearby explains it: more is damaged, or more than one "
        "setting differs. Compare settings with the sender and ask for the message again."
    )


def _fits(data: bytes, own: Shared) -> bool:
    try:
        rec.unpack(data, own.partition, code_of(own), seed=own.seed, prior=own.channel.prior)
    except rec.RecError:
        return False
    return True


def _other_settings(own: Shared) -> Iterator[tuple[Shared, str]]:
    """Settings one change away, each with what the change would mean."""
    for code, title in CODES.items():
        if code != own.code:
            yield own._replace(code=code), f"It was written in the {title} code; yours is {CODES[own.code]}."
    for family, label in families.LABELS.items():
        if family in families.CHANNELS and family != own.channel.family:
            other = own._replace(channel=rec.Channel(family, own.channel.bits))
            yield other, f"It was written for the {label} family; yours is {families.LABELS[own.channel.family]}."
    for seed in range(max(0, own.seed - NEARBY_SEEDS), min(2**64 - 1, own.seed + NEARBY_SEEDS) + 1):
        if seed != own.seed:
            yield own._replace(seed=seed), f"It was written with another seed: {seed}; yours is {own.seed}."
    most, here = MOST_LOG2_BINS, round(own.partition.log2_bins)
    near = (here - 2, here - 1, here + 1, here + 2)  # the law behind a matched code takes a while for every J
    for log2_bins in range(most + 1) if own.code != "matched" else [k for k in near if 0 <= k <= most]:
        try:
            cut = rec.allocate(own.channel, log2_bins)
        except rec.RecError:
            continue
        if cut != own.partition and max(cut.intervals) < 2**52:
            yield (
                own._replace(partition=cut),
                f"It was written for another partition: J = 2^{log2_bins} bins; yours has {_count(own.partition)}.",
            )


def _count(cut: rec.Partition) -> str:
    power = cut.num_bins.bit_length() - 1
    return f"2^{power}" if cut.num_bins == 2**power else str(cut.num_bins)


# ------------------------------------------------------------------------------------------------ what the bits say


def written_out(message: rec.Message, shared: Shared) -> tuple[Group, ...]:
    """The message bit by bit: the interval of every cut dimension, then the code word of the index in its parts."""
    groups = []
    for d, (place, n) in enumerate(zip(message.bin, shared.partition.intervals, strict=True)):
        if n > 1:
            name = "bin" if shared.partition.dim == 1 else f"bin, dimension {d + 1}"
            says = f"{'bin' if shared.partition.dim == 1 else 'interval'} {place + 1} of {n}"
            groups.append(Group(format(place, f"0{(n - 1).bit_length()}b"), "heuristic", name, says))
    return (*groups, *_index_groups(message.index, code_of(shared)))


def _index_groups(index: int, code: Code) -> list[Group]:
    """The index's code word: Elias delta's three parts, or in one piece where the bits say nothing one by one."""
    if isinstance(code, rec.EliasDelta):
        word = code.codeword(index)
        zeros = len(word) - len(word.lstrip("0"))
        octave = int(word[zeros : 2 * zeros + 1], 2) - 1
        first, last = 2**octave, 2 ** (octave + 1) - 1
        range_ = f"{octave + 1} binary digits: {first} to {last}" if octave else "1 digit: candidate 1"
        parts = [
            Group(word[:zeros], "candidate", "length", f"the octave takes {zeros + 1} bits"),
            Group(word[zeros : 2 * zeros + 1], "best", "octave", range_),
            Group(word[2 * zeros + 1 :], "winner", "mantissa", f"{first} + {index - first} = candidate {index}"),
        ]
        return [part for part in parts if part.bits]
    try:
        word = code.codeword(index)
    except rec.RecError:  # too improbable to be written accurately
        word = ""
    ideal = f"candidate {index}, worth {float(code.length_bits(index)):.2f} bits by this code"
    return [Group(word, "winner", "index", ideal)]


def travelling(data: bytes) -> tuple[Group, ...]:
    """The packed bytes in their parts, bits as hex digits: version, number of messages, checksum, payload."""
    parts = [
        Group(data[start:stop].hex(" "), role, name, says)
        for (start, stop), role, name, says in zip(
            _parts(data),
            ("candidate", "candidate", "bound", "winner"),
            ("version", "count", "checksum", "payload"),
            (
                "of the format",
                f"{int.from_bytes(data[1:5], 'big')} message",
                "of payload, bins, code, seed and P",
                "bin and index, range coded",
            ),
            strict=True,
        )
    ]
    return tuple(part for part in parts if part.bits)


def _parts(data: bytes) -> tuple[tuple[int, int], ...]:
    return (0, 1), (1, 5), (5, rec.FRAME_BYTES), (rec.FRAME_BYTES, max(len(data), rec.FRAME_BYTES))


def part_of(data: bytes, number: int) -> str:
    """Which part of the bytes bit `number` (from 1) lies in."""
    names = ("the version", "the count of messages", "the checksum", "the payload")
    place = (number - 1) // 8
    return next(name for (start, stop), name in zip(_parts(data), names, strict=True) if start <= place < stop)


def flipped(data: bytes, number: int) -> bytes:
    """The bytes with bit `number` (from 1, the first byte's highest) turned over."""
    place, mask = (number - 1) // 8, 128 >> (number - 1) % 8
    return data[:place] + bytes([data[place] ^ mask]) + data[place + 1 :]


# ------------------------------------------------------------------------------------------------ spellings


def as_bits(data: bytes) -> str:
    """Bits, a space after every byte."""
    return " ".join(format(byte, "08b") for byte in data)


def as_words(data: bytes) -> str:
    """Words to read aloud, two bytes each; the last is a check that notices any one word misheard."""
    padded = data + bytes(len(data) % 2)
    return "-".join(_word(*pair) for pair in _pairs(padded + _check(len(data) % 2, padded)))


def name_of(sample: tuple[float, ...]) -> str:
    """Two words that name a sample's very bits, so that two people can compare theirs aloud."""
    digest = hashlib.blake2b(np.array(sample).astype("<f8").tobytes(), digest_size=4).digest()
    return "-".join(_word(*pair) for pair in _pairs(digest))


def read(text: str) -> bytes:
    """Bytes from bits, hex or words, whichever the text is. Raises MessageError for anything else."""
    letters = re.sub(r"[\s:_,.-]+", "", text).lower()
    if not letters:
        raise rec.MessageError("There is nothing to read; paste the bits, the hex digits or the words.")
    if re.fullmatch("[01]+", letters):
        if len(letters) % 8:
            raise rec.MessageError(f"These are {len(letters)} bits, not whole bytes; paste all of them.")
        return int(letters, 2).to_bytes(len(letters) // 8, "big")
    if re.search(r"\d", letters):
        if strange := re.search("[^0-9a-f]", letters):
            raise rec.MessageError(f"“{strange[0]}” is not a hex digit; paste bits, hex digits or words, one kind.")
        if len(letters) % 2:
            raise rec.MessageError(f"These are {len(letters)} hex digits, not whole bytes; one is missing or too many.")
        return bytes.fromhex(letters)
    return _from_words(letters)


def _from_words(letters: str) -> bytes:
    words = [letters[start : start + 5] for start in range(0, len(letters), 5)]
    for number, word in enumerate(words, 1):
        if not re.fullmatch(f"[{CONSONANTS}][{VOWELS}][{CONSONANTS}][{VOWELS}][{CONSONANTS}]", word):
            raise rec.MessageError(
                f"Word {number}, “{word}”, is not of this code: each has five letters, consonant and vowel in turn, "
                f"of {CONSONANTS} and {VOWELS}."
            )
    whole = b"".join(_word_bytes(word) for word in words)
    padded, check = whole[:-2], whole[-2:]
    for odd in (0, 1):
        if check == _check(odd, padded) and (not odd or padded[-1:] == b"\0"):
            return padded[: len(padded) - odd]
    raise rec.MessageError("The last word does not fit the others: one was misheard, left out or swapped; read again.")


def _check(odd: int, padded: bytes) -> bytes:
    """CRC-16 of the padded bytes and whether the last is padding: any error within one word changes it."""
    return binascii.crc_hqx(bytes([odd]) + padded, 0xFFFF).to_bytes(2, "big")


def _pairs(data: bytes) -> Iterator[tuple[int, int]]:
    return zip(data[::2], data[1::2], strict=True)


def _word(high: int, low: int) -> str:
    value = 256 * high + low
    c, v = CONSONANTS, VOWELS
    return c[value >> 12] + v[value >> 10 & 3] + c[value >> 6 & 15] + v[value >> 4 & 3] + c[value & 15]


def _word_bytes(word: str) -> bytes:
    value = 0
    for letter in word:
        value = 4 * value + VOWELS.index(letter) if letter in VOWELS else 16 * value + CONSONANTS.index(letter)
    return value.to_bytes(2, "big")


# ------------------------------------------------------------------------------------------------ many in one stream


class StreamCost(NamedTuple):
    """k messages packed together; bits per message."""

    messages: int
    paid_bits: float  # all bytes of the pack
    frame_bits: float  # its frame
    ideal_bits: float  # mean ideal length of these messages


def stream_costs(shared: Shared, sizes: tuple[int, ...], max_examined: int) -> tuple[StreamCost, ...]:
    """What it costs to pack the first k of some fresh messages, for k in `sizes`. Raises RecError past the budget."""
    method = rec.PFR(shared.partition, max_examined=max_examined)
    many = rec.encode_many(shared.channel, max(sizes), method, seed=shared.seed)
    code, messages = code_of(shared), many.messages
    lengths: Floats = shared.partition.log2_bins + np.asarray(code.length_bits(many.indices))
    costs = []
    for k in sizes:
        data = rec.pack(messages[:k], shared.partition, code, seed=shared.seed, prior=shared.channel.prior)
        costs.append(StreamCost(k, 8 * len(data) / k, 8 * rec.FRAME_BYTES / k, float(lengths[:k].mean())))
    return tuple(costs)


def shared_of(view: View) -> Shared:
    """What a view says both sides hold. Raises RecError for a view that cannot be."""
    channel = channel_of(view)
    return Shared(view.seed, channel, partition_of(view, channel), view.code)


@memo(64)
def stream(shared: Shared) -> tuple[StreamCost, ...]:
    """What many messages in one stream cost, per message. Raises RecError past the budget."""
    return stream_costs(shared, STREAM_SIZES, MAX_EXAMINED // STREAM_SIZES[-1])
