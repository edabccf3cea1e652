"""The receiver: from a message to the sample it names. It needs no clock, table or search."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike

from .arguments import checked
from .arrays import Floats, Ints, Words
from .candidates import candidate_of_bin
from .checks import has, seed_word, shown
from .errors import RecError
from .jit import in_parts, kernel
from .partition import INDEX_LIMIT, Message, Partition, check_message, check_partition
from .prior import Prior

_INT64 = np.dtype(np.int64)
_TRUTHS = {bool, np.bool_}  # NumPy would take them for 0 and 1


def _check_prior(prior: Any) -> None:
    if not isinstance(prior, Prior):
        raise RecError(f"Give the prior as problem.prior or channel.prior; got {shown(prior)}.")


@kernel
def _receive(family: int, address: Ints, intervals: Ints, x: Floats) -> bool:
    """Write the candidate at an address (seed, index, bin...); False, and nothing is written, for an invalid one."""
    if address.shape[0] != x.shape[0] + 2 or address[0] < 0 or address[1] < 1:
        return False
    numbers = address[2:]
    for d in range(x.shape[0]):
        if not 0 <= numbers[d] < intervals[d]:
            return False
    candidate_of_bin(family, np.uint64(address[0]), address[1], intervals, numbers, x)
    return True


class Receiver(Protocol):
    """A method as its receiver knows it: its partition, and how it reads a message if `decode` alone cannot."""

    @property
    def partition(self) -> Partition | None:
        """The bins of its messages."""


def decode(message: Message, prior: Prior, partition: Partition | Receiver | None = None, *, seed: int) -> Floats:
    """The sample (D,) a message names: equal to the encoder's to the last bit, in time O(D) for any index.

    `prior` is `problem.prior` or `channel.prior`; `partition` (or the method, which has one) and seed must be the
    sender's. A method whose samples are no candidates of the codebook must be given, and decodes in its own time.

    Raises RecError for a message that names no candidate, a partition of another dimension, and an invalid seed.
    Source: here; that the receiver needs no arrival time is in Li & El Gamal (2018), decoding in O(D) is not.

    >>> import rec_core as rec
    >>> problem = rec.gaussian_problem([1.0], [0.1])
    >>> sent = rec.encode(problem, seed=7)
    >>> rec.decode(sent.message, problem.prior, seed=7) == sent.sample
    array([ True])
    """
    _check_prior(prior)
    book: Any = partition
    if has(book, "partition", "receive"):
        sample: Floats = book.receive(message, prior, seed_word(seed))
        return sample
    cut = check_partition(book.partition if has(book, "partition") else book, prior.dim)
    x = np.empty(prior.dim)
    try:
        address = np.array((seed, message[1], *message[0]))
    except Exception:  # anything may be given, and may raise anything; the next line says what is wrong
        return _decode_carefully(message, prior, cut, seed)
    whole = address.dtype is _INT64 and _TRUTHS.isdisjoint(map(type, (seed, message[1], *message[0])))
    if whole and _receive(prior.family_code, address, cut.counts, x):
        return prior.place(x)
    return _decode_carefully(message, prior, cut, seed)


def _decode_carefully(message: Message, prior: Prior, cut: Partition, seed: int) -> Floats:
    """`decode` with every check, for invalid input and for seeds of 2^63 or more."""
    _, (numbers, index) = check_message(message, cut)
    x = np.empty(prior.dim)
    candidate_of_bin(prior.family_code, seed_word(seed), index, cut.counts, np.array(numbers, np.int64), x)
    return prior.place(x)


@kernel
def _decode_rows(family: int, seeds: Words, indices: Ints, intervals: Ints, bins: Ints, samples: Floats) -> None:
    for i in range(indices.shape[0]):
        candidate_of_bin(family, seeds[i], indices[i], intervals, bins[i], samples[i])


@checked
def decode_many(
    messages: Sequence[Message] | tuple[ArrayLike, ArrayLike],
    prior: Prior,
    partition: Partition | Receiver | None = None,
    *,
    seeds: ArrayLike,
) -> Floats:
    """The samples (R, D) of R messages, on all cores: row i is `decode(messages[i], prior, partition, seed=seeds[i])`.

    `messages` may also be two arrays, bins (R, D) and indices (R,), as `encode_many` returns them, which is faster.
    `seeds` is one seed for all, or (R,). With a method that has a receiver of its own, one message after the other.

    Raises RecError as `decode` does, and for arrays whose shapes do not match. Source: here.

    >>> import rec_core as rec
    >>> channel = rec.gaussian_channel([3.0])
    >>> sent = rec.encode_many(channel, 100, seed=1)
    >>> bool((rec.decode_many(sent.messages, channel.prior, seeds=sent.seeds) == sent.samples).all())
    True
    """
    book: Any = partition
    own = has(book, "partition", "receive")
    cut = check_partition(book.partition if has(book, "partition") else book, prior.dim)
    if isinstance(messages, tuple) and not isinstance(messages, Message) and len(messages) == 2:
        named, numbered = messages
    else:
        limits = Partition((INDEX_LIMIT,) * prior.dim) if own else cut
        checked = [check_message(message, limits)[1] for message in messages]
        named, numbered = [message.bin for message in checked], [message.index for message in checked]
    try:
        bins = np.asarray(named).reshape(-1, prior.dim)
        indices, keys = np.asarray(numbered), np.asarray(seeds)
        if any(column.size and column.dtype.kind not in "iu" for column in (bins, indices, keys)):
            raise ValueError
        keys = np.broadcast_to(keys, indices.shape)
    except ValueError:
        raise RecError(
            f"Give bins of shape (R, {prior.dim}), indices (R,) and one seed or (R,) of them, all whole numbers."
        ) from None
    if indices.shape != (len(bins),):
        raise RecError(f"There are {len(bins)} bins and {indices.size} indices; give one of each per message.")
    if keys.size and keys.dtype.kind == "i" and keys.min() < 0:
        raise RecError(f"Seeds are whole numbers from 0 to 2^64 - 1, got {keys.min()}.")
    if own:
        rows = zip(bins.tolist(), indices.tolist(), keys.tolist(), strict=True)
        found = [book.receive(Message(tuple(bin), index), prior, seed_word(seed)) for bin, index, seed in rows]
        return np.array(found).reshape(-1, prior.dim)
    wrong = (bins < 0) | (bins >= np.array(cut.intervals))
    if wrong.any():
        cut.number(bins[int(np.argwhere(wrong)[0, 0])].tolist())  # raises RecError
    if indices.size and not (indices.min() >= 1 and indices.max() < INDEX_LIMIT):
        raise RecError(f"A local index is a whole number from 1 to 2^63 - 1, got {indices.min()}.")
    samples = np.empty(bins.shape)
    numbers, places, words = bins.astype(np.int64), indices.astype(np.int64), keys.astype(np.uint64)

    def work(part: slice) -> None:
        _decode_rows(prior.family_code, words[part], places[part], cut.counts, numbers[part], samples[part])

    in_parts(work, len(bins), os.cpu_count() or 1)
    return prior.place(samples)
