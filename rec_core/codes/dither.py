"""The integers of layered dither as bytes: each by its law given the lattice that sender and receiver share.

K = round(c / a + U) of a center c ~ N(0, spread^2): given step a and offset U, K is a rounded normal number of mean U
and deviation spread / a. Deviations of 32 and more leave low bits, which are uniform; what is above them has tables,
for 16 deviations an octave and 32 means a unit. As in `MatchedCode`, probabilities are rounded far coarser than any
machine's last digits before whole numbers are made of them, so that any machine can read what any other wrote.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .. import families
from ..arguments import checked
from ..arrays import LN2, Floats, Ints, Words
from ..channel import Channel
from ..checks import seed_word, shown
from ..dither import folded, lattice, unfolded
from ..errors import MessageError, RecError
from ..jit import kernel
from ..partition import INDEX_LIMIT, Message, Partition, check_message
from .elias import EliasDelta
from .stream import PRECISION, categorical, decode_places, encode_places

_STEPS, _MEANS = 16, 32  # deviations an octave, means a unit
_WIDEST, _NARROWEST = 5 * _STEPS, -8 * _STEPS  # steps of the largest deviation that has tables, 32, and the smallest
_REACH = 8.0  # deviations, beyond which the high part of an integer is sent by Elias's code
_LOG_UNIT = 256  # logs of probabilities are rounded to 2^-8 bits


@dataclass(frozen=True)
class DitherCode:
    """A code for the messages of `LayeredDither` on a Gaussian `channel`, given the seed of each: both sides know it.

    It is within 0.005 bits a dimension of the ideal length, which is -log2 of the integer's probability over the
    channel's targets, given the lattice; that of a mean ideal length is `LayeredDither.expected_bits`.

    Raises RecError for anything but a Gaussian channel. Source: here.

    >>> import rec_core as rec
    >>> channel = rec.gaussian_channel([3.0, 2.0])
    >>> sent = rec.encode_many(channel, 100, rec.LayeredDither.for_source(channel), seed=1)
    >>> code = DitherCode(channel)
    >>> data = rec.codes.pack_stream(lambda coder: code.encode(coder, sent.messages, sent.seeds))
    >>> len(data), round(float(code.length_bits(sent.messages, sent.seeds).sum()) / 8)
    (75, 75)
    >>> rec.codes.unpack_stream(data, lambda decoder: code.decode(decoder, sent.seeds)) == sent.messages
    True
    """

    channel: Channel

    def __post_init__(self) -> None:
        if not isinstance(self.channel, Channel) or families.family(self.channel.family).LAWS != "normal":
            raise RecError(
                f"DitherCode needs a Gaussian channel, made by rec.gaussian_channel; got {shown(self.channel)}."
            )

    @checked
    def length_bits(self, messages: Iterable[Message], seeds: ArrayLike) -> Floats:
        """Ideal lengths in bits given the lattice, shape (R,).

        Raises RecError for a message that layered dither does not send.
        """
        numbers, words = _rows(messages, seeds, self.channel.dim)
        out = np.empty(len(numbers))
        _lengths(self.channel.family_code, self.channel.scales, words, numbers, out)
        return out / LN2

    @checked
    def encode(self, coder: Any, messages: Iterable[Message], seeds: ArrayLike) -> None:
        """Write R messages to a range encoder; `seeds` are (R,), or one for all.

        Raises RecError for a message that layered dither does not send.
        """
        numbers, words = _rows(messages, seeds, self.channel.dim)
        encode_integers(coder, numbers.ravel(), *self._lattices(words))

    @checked
    def decode(self, decoder: Any, seeds: ArrayLike) -> list[Message]:
        """Read as many messages as there are seeds, (R,), from a range decoder.

        Raises RecError for anything but seeds, and MessageError for integers that no encoder writes.
        """
        words = _words(seeds)
        numbers = decode_integers(decoder, *self._lattices(words)).reshape(-1, self.channel.dim)
        return [Message(tuple(row), 1) for row in numbers.tolist()]

    def _lattices(self, seeds: Words) -> tuple[Floats, Floats]:
        """Deviations and offsets of all integers, R D of each."""
        return lattices(self.channel.family_code, self.channel.scales, seeds)


def lattices(family: int, scales: Floats, seeds: Words) -> tuple[Floats, Floats]:
    """Deviations of the integers of R messages with noise of these scales (D,), and their offsets; (R D,) each."""
    steps, offsets = np.empty((2, seeds.size, scales.size))
    _lattices(family, scales, seeds, steps, offsets)
    return (np.sqrt((1.0 - scales) * (1.0 + scales)) / steps).ravel(), offsets.ravel()


def encode_integers(coder: Any, numbers: Ints, deviations: Floats, offsets: Floats) -> None:
    """Write integers counted from 0 as in `dither.folded`, (count,), rounded normal numbers of these laws (count,)."""
    low_bits, kinds = _laws(deviations, offsets)
    k = _unfold(numbers)
    high, rest = k >> low_bits, []
    for kind, members in _groups(kinds):
        reach, _, law = _table(kind)
        own = high[members]
        far = np.abs(own) > reach
        coder.encode(np.where(far, 0, own + reach + 1).astype(np.int32), law)
        rest.append(own[far])
    far_ones = np.concatenate(rest) if rest else np.zeros(0, np.int64)
    if far_ones.size:
        EliasDelta().encode(coder, _fold(far_ones) + 1)
    encode_places(coder, k - (high << low_bits), low_bits)


def decode_integers(decoder: Any, deviations: Floats, offsets: Floats) -> Ints:
    """What `encode_integers` wrote, (count,). Raises MessageError for integers that no encoder writes."""
    low_bits, kinds = _laws(deviations, offsets)
    high, far = np.zeros(kinds.size, np.int64), []
    for kind, members in _groups(kinds):
        reach, _, law = _table(kind)
        symbols = decoder.decode(law, members.size).astype(np.int64)
        high[members] = symbols - reach - 1
        far.append(members[symbols == 0])
    beyond = np.concatenate(far) if far else np.zeros(0, np.int64)
    if beyond.size:
        high[beyond] = _unfold(EliasDelta().decode(decoder, beyond.size) - 1)
        if (np.abs(high[beyond]) >= (np.int64(1) << (61 - low_bits[beyond]))).any():
            raise MessageError("The payload has an integer beyond 2^61; it is not the stream of any messages.")
    return _fold((high << low_bits) | decode_places(decoder, low_bits).astype(np.int64))


def _laws(deviations: Floats, offsets: Floats) -> tuple[Ints, Ints]:
    """How many low bits integers have, and numbers of the tables of what is above them; (count,) each.

    `t` is where the mean lies, half a unit above the lower end of the integer 0.
    """
    steps = np.rint(_STEPS * np.log2(np.maximum(deviations, 2.0**-9))).astype(np.int64)
    low_bits = np.maximum(0, -((_WIDEST - steps) // _STEPS))
    steps = np.maximum(steps - _STEPS * low_bits, _NARROWEST)
    t = np.ldexp(offsets + 0.5, -low_bits.astype(np.int32))
    return low_bits, (steps - _NARROWEST) * (2 * _MEANS) + (t * _MEANS).astype(np.int64)


def _groups(kinds: Ints) -> Iterator[tuple[int, Ints]]:
    """Each table that is needed, in order, and where; integers of one table are coded together."""
    order = np.argsort(kinds, kind="stable")
    ends = np.flatnonzero(np.diff(kinds[order])) + 1
    for members in np.split(order, ends) if order.size else ():
        yield int(kinds[members[0]]), members


@lru_cache(maxsize=2**13)
def _table(kind: int) -> tuple[int, tuple[int, ...], Any]:
    """Of a table: the farthest integer R; counts, of sum 2^24, of an escape and -R, ..., R; and the coder's model."""
    step, mean = divmod(kind, 2 * _MEANS)
    deviation = 2.0 ** ((step + _NARROWEST) / _STEPS)
    center = (mean + 0.5) / _MEANS - 0.5
    reach = math.ceil(_REACH * deviation) + 2
    logs = _log_masses(center, deviation, reach) / LN2
    rounded = np.rint(_LOG_UNIT * np.maximum(logs, -float(PRECISION))).astype(np.int64)
    whole, part = np.divmod(rounded, _LOG_UNIT)
    weights = np.append(1, _powers()[part] >> -whole)  # in units of 2^-36
    counts = np.maximum(1, (weights << PRECISION) // weights.sum())
    counts[np.argmax(counts)] += (1 << PRECISION) - counts.sum()
    shares = tuple(counts.tolist())
    return reach, shares, categorical(shares)


@lru_cache(maxsize=1)
def _powers() -> Ints:
    """2^(36 + k / 256) for k from 0 to 255, in whole numbers."""
    with localcontext(Context(prec=25)):
        base = Decimal(2).ln() / _LOG_UNIT
        return np.array([int((base * k).exp() * (1 << 36)) for k in range(_LOG_UNIT)], np.int64)


def _words(seeds: Any) -> Words:
    """Seeds as words, (R,). Raises RecError for others."""
    try:
        return np.array([seed_word(seed) for seed in np.asarray(seeds).ravel().tolist()], np.uint64)
    except RecError:
        raise
    except Exception:  # a value may be anything, and so may what it raises
        raise RecError(f"Seeds are whole numbers from 0 to 2^64 - 1, one or (R,); got {shown(seeds)}.") from None


def _rows(messages: Iterable[Message], seeds: Any, dim: int) -> tuple[Ints, Words]:
    """Integers (R, D) of messages, counted from 0, and their seeds (R,)."""
    cut, rows = Partition((INDEX_LIMIT,) * dim), []
    for message in messages:
        _, (numbers, index) = check_message(message, cut)
        if index != 1:
            raise RecError(f"A message of layered dither has index 1; got {shown(message)}.")
        rows.append(numbers)
    words = _words(seeds)
    if words.size not in (1, len(rows)):
        raise RecError(f"There are {len(rows)} messages and {words.size} seeds; give one for each, or one for all.")
    return np.array(rows, np.int64).reshape(-1, dim), np.broadcast_to(words, len(rows))


@kernel
def _lattices(family: int, scales: Floats, seeds: Words, steps: Floats, offsets: Floats) -> None:
    for i in range(seeds.shape[0]):
        lattice(family, scales, seeds[i], steps[i], offsets[i])


@kernel
def _fold(k: Ints) -> Ints:
    out = np.empty_like(k)
    for i in range(k.shape[0]):
        out[i] = folded(k[i])
    return out


@kernel
def _unfold(numbers: Ints) -> Ints:
    out = np.empty_like(numbers)
    for i in range(numbers.shape[0]):
        out[i] = unfolded(numbers[i])
    return out


@kernel
def _lengths(family: int, scales: Floats, seeds: Words, numbers: Ints, out: Floats) -> None:
    """Ideal lengths in nats."""
    dim = scales.shape[0]
    steps, offsets = np.empty(dim), np.empty(dim)
    for i in range(seeds.shape[0]):
        lattice(family, scales, seeds[i], steps, offsets)
        out[i] = 0.0
        for d in range(dim):
            k = unfolded(numbers[i, d]) - offsets[d]
            out[i] -= families.log_location(family, scales[d], steps[d] * (k - 0.5), steps[d] * (k + 0.5))


@kernel
def _log_masses(center: float, deviation: float, reach: int) -> Floats:
    """ln of the probability of the integers from -reach to reach as a rounded normal number, (2 reach + 1,)."""
    out = np.empty(2 * reach + 1)
    for k in range(-reach, reach + 1):
        low = (k - 0.5 - center) / deviation
        out[k + reach] = families.log_normal_mass(low, low + 1.0 / deviation)
    return out
