"""The Gaussian transform codec: coefficients of a picture, sent as samples through forward test channels.

A picture is divided into strips; a strip's coefficients are Gaussian given the classes of its blocks (`mixture`).

1. Choose the class of every tile and block, and send it.
2. Both sides now know the information of each coefficient, divide the coefficients of a strip into blocks of about
   `block_bits`, and partition each block into bins. Harder blocks are smaller: see `group`.
3. Send a sample of each block's Q. Scaled, it is the receiver's coefficient; those that are not sent are 0.

The target of a coefficient x of variance sigma^2 is Q = N(sqrt(1 - s^2) x / sigma, s^2), s^2 = D / sigma^2, against
P = N(0, 1); the receiver takes sqrt(sigma^2 - D) times the sample. The information is a mean: KL(Q || P) varies from
block to block, and with it the number of candidates.

Both sides know s, so layered dither can take the place of the search: then a block is only how a picture arrives, and
what is sent is an integer a coefficient.
"""

from __future__ import annotations

import heapq
import math
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import rec_core as rec

from .. import codes
from ..arrays import Floats, Ints, Words
from ..codes import PowerCode
from ..codes.dither import decode_integers, encode_integers, lattices
from ..codes.frame import paid_for
from ..families import FAMILIES
from ..randomness import run_seeds
from . import blocks as coding
from . import container, mixture, transform
from .container import Header
from .events import BlockCoded, Coded, Picture, Report, psnr_db
from .mixture import UNIT, Level, Mixture

REACH_BITS = 9  # mean search bits of a block with bins, at most
MARGIN_BITS = 4.0  # ORC examines 2^(KL from the search prior + this) candidates
LIMIT_BITS = 17.0  # with bins, at most 2^this
PLAIN_LIMIT_BITS = 24.0  # without bins, where a candidate takes a fiftieth of the time, at most 2^this
MOST_BITS = 20  # of a coefficient: beyond, neither bins nor candidates are fine enough
_DRAWINGS = 32  # about how often a strip is drawn while its blocks are sent

Writer = Callable[[Any], None]  # of messages, to a range encoder


class Group(NamedTuple):
    """One block: which of its strip's numbers are in it, and its partition."""

    members: Ints
    cut: rec.Partition


class Grouping(NamedTuple):
    """What both sides know about a strip from its classes: its blocks, and for each of its numbers the `scale` of Q and
    `spread` = sigma sqrt(1 - s^2), 1 and 0 if it is not sent."""

    scale: Floats
    spread: Floats
    groups: tuple[Group, ...]


# ------------------------------------------------------------------------------------------------- both sides


def check_level(level: Level, block_bits: int, partition_bits: int) -> None:
    """Raises RecError if a coefficient has more information, or more bins, than a search can resolve."""
    most = int(max(level.coarse.max(), level.fine.max())) / UNIT * max(1.0, partition_bits / block_bits)
    if most > MOST_BITS - 1:
        raise rec.RecError(
            f"Some coefficients would need {most:.0f} bits each, and a search can resolve {MOST_BITS - 1}; choose "
            "fewer bits per pixel, or partition_bits no larger than block_bits."
        )


def group(
    model: Mixture, level: Level, tiles: Ints, classes: Ints, block_bits: int, partition_bits: int,
    most: tuple[float, float] = (math.inf, math.inf),
) -> Grouping:  # fmt: skip
    """Divide a strip's numbers into blocks of equal information, by the classes of its tiles (T,) and blocks (4, 4 T).

    A block of I bits has 2^(I partition_bits / block_bits) bins. Bins shorten the search less if a number has few bits,
    so with bins there are at least as many blocks as reduce the mean search to REACH_BITS. All arithmetic is in whole
    numbers, so that both sides agree on any machine.

    Raises MessageError, before the work, for more blocks or more bits of bins than `most`.
    """
    within = mixture.per_block(classes)
    steps = np.concatenate((level.coarse[tiles].ravel(), level.fine[within].ravel()))
    log_sigma = np.concatenate((model.coarse[tiles].ravel(), model.fine[within].ravel()))
    scale = 2.0 ** (-steps / UNIT)
    spread = 2.0 ** (log_sigma / UNIT) * np.sqrt(1.0 - scale**2)
    active = np.flatnonzero(steps)
    if not active.size:
        return Grouping(scale, spread, ())
    order = active[np.argsort(-steps[active], kind="stable")]
    count = round(int(steps[order].sum()) / (UNIT * block_bits))
    if partition_bits:
        count = max(count, -(-int(search_steps(steps[order]).sum()) // (UNIT * REACH_BITS)))
    wanted = int(steps.sum()) * partition_bits / (UNIT * block_bits) - count  # bits of bins, at least
    if count > most[0] or wanted > most[1]:
        raise _too_short()
    groups = []
    for members in deal(order, steps[order], min(max(count, 1), order.size)):
        own = steps[members]
        log2_bins = round(int(own.sum()) * partition_bits / (UNIT * block_bits))
        groups.append(Group(members, rec.allocate(rec.gaussian_channel(own / UNIT), log2_bins)))
    return Grouping(scale, spread, tuple(groups))


def search_steps(steps: Ints) -> Ints:
    """About how much of the numbers' information remains for a search among bins; in steps of 1/UNIT bits.

    By quadrature, for bins of five sixths of the information: 0.6 of 1 bit, 0.9 of 2, and 1.1 of 3 and more.
    """
    return np.minimum(steps * 9 // 16, 68)


def deal(order: Ints, steps: Ints, count: int) -> list[Ints]:
    """`order` divided among `count` blocks, each number to the smallest block, sorted within each; `steps` decrease."""
    members: list[list[int]] = [[] for _ in range(count)]
    heap = [(0, block) for block in range(count)]
    for number, size in zip(order.tolist(), steps.tolist(), strict=True):
        total, block = heap[0]
        members[block].append(number)
        heapq.heapreplace(heap, (total + size, block))
    return [np.array(sorted(block), np.int64) for block in members]


def draw(model: Mixture, grouping: Grouping, samples: Floats) -> Picture:
    """The strip of these samples, one for each of its numbers, 0 for those not sent (yet)."""
    return transform.inverse(transform.unflat(grouping.spread * samples), model.colors)


# ------------------------------------------------------------------------------------------------- sending


def encode_events(
    image: Picture, rate: str | float, block_bits: int, method: str, partition_bits: int, seed: int
) -> Iterator[BlockCoded | Coded]:
    """Encode a picture uint8 (H, W, 3), arguments already checked, yielding events; the last is Coded.

    `method` "exact" draws each sample from Q itself, without a message, to show the quality at this KL.
    """
    begun = time.perf_counter()
    model, level = mixture.shipped(), mixture.level_for(rate)
    height, width = image.shape[:2]
    strips, _ = transform.num_tiles(height, width)
    tiles, classes = classify(model, level, image)
    sent: list[rec.Message] = []
    groupings, pictures = [], []
    kl_bits = 0.0
    for strip in range(strips):
        rows = classes[strip * transform.ACROSS :][: transform.ACROSS]
        grouping = group(model, level, tiles[strip], rows, block_bits, partition_bits)
        numbers = transform.flat(transform.forward(transform.cut_strip(image, strip), model.colors))
        seeds = run_seeds(seed, len(grouping.groups), len(sent)) if grouping.groups else np.empty(0, np.uint64)
        picture = draw(model, grouping, np.zeros(numbers.size))
        for event in encode_strip(model, grouping, numbers, method, seeds, (strip, strips)):
            yield event
            sent.append(event.message)
            kl_bits += event.kl_bits
            picture = event.picture
        groupings.append(grouping)
        pictures.append(picture)
    code = coding.best_code([message.index for message in sent]) if sent else PowerCode(0.0, 2)
    if method == "dither":
        codec, write, ideal_bits = container.DITHERED, *integers_writer(sent, groupings, seed)
    else:
        codec, write, ideal_bits = "dct", *messages_writer(sent, groupings, code)
    payload, side_bits = write_payload(model, tiles, classes, write)
    data = container.write(Header(codec, width, height, rate, block_bits, partition_bits, code, seed), payload)
    whole = np.ascontiguousarray(np.concatenate(pictures)[:height, :width])
    report = Report(
        kl_bits=kl_bits,
        ideal_bits=ideal_bits,
        payload_bits=8 * len(payload),
        header_bits=8 * (len(data) - len(payload)),
        psnr_db=psnr_db(image, whole),
        seconds=time.perf_counter() - begun,
        side_bits=side_bits,
    )
    yield Coded(data, whole, report)


def classify(model: Mixture, level: Level, image: Picture) -> tuple[Ints, Ints]:
    """Classes of a picture's tiles (strips, T) and blocks (4 strips, 4 T)."""
    strips, across = transform.num_tiles(*image.shape[:2])
    tiles = np.empty((strips, across), np.int64)
    classes = np.empty((strips * transform.ACROSS, across * transform.ACROSS), np.int64)
    for strip in range(strips):
        first = strip * transform.ACROSS
        numbers = transform.forward(transform.cut_strip(image, strip), model.colors)
        above = classes[first - 1] if strip else None
        tiles[strip], classes[first : first + transform.ACROSS] = mixture.choose_classes(model, level, numbers, above)
    return tiles, classes


def encode_strip(
    model: Mixture,
    grouping: Grouping,
    numbers: Floats,
    method: str,
    seeds: NDArray[np.uint64],
    place: tuple[int, int] = (0, 1),
) -> Iterator[BlockCoded]:
    """Send a strip's blocks, block b with seed `seeds[b]`; searches run in parallel on all cores."""
    count = len(grouping.groups)
    samples = np.zeros(numbers.size)
    every = -(-count // _DRAWINGS)
    pool = ThreadPoolExecutor(os.cpu_count())
    try:
        problems = (target(grouping, one, numbers) for one in grouping.groups)
        results = pool.map(_search, problems, grouping.groups, [method] * count, seeds.tolist())
        picture = draw(model, grouping, samples)
        for block, (problem, sent, seconds) in enumerate(results):
            samples[grouping.groups[block].members] = sent.sample
            if (block + 1) % every == 0 or block + 1 == count:
                picture = draw(model, grouping, samples)
            yield BlockCoded(
                *place,
                block,
                count,
                problem.kl_bits,
                sent.message,
                sent.examined,
                sent.log_ratio_bits,
                seconds,
                picture,
                problem,
                grouping.groups[block].cut,
                int(seeds[block]),
            )
    finally:  # also if no more events are requested
        pool.shutdown(cancel_futures=True)


def candidates(problem: rec.Problem, cut: rec.Partition) -> int:
    """How many candidates ORC examines for this target."""
    limit = LIMIT_BITS if cut.num_bins > 1 else PLAIN_LIMIT_BITS
    return int(max(16, math.ceil(2.0 ** min(coding.search_bits(problem, cut) + MARGIN_BITS, limit))))


def target(grouping: Grouping, one: Group, numbers: Floats) -> rec.Problem:
    """Q of a block, from the coefficients of its strip."""
    scale, spread = grouping.scale[one.members], grouping.spread[one.members]
    return rec.gaussian_problem(numbers[one.members] * (1.0 - scale**2) / spread, scale)


def _search(problem: rec.Problem, one: Group, method: str, seed: int) -> tuple[rec.Problem, rec.Encoding, float]:
    """A block's sample and message, and how many seconds the search took."""
    begun = time.perf_counter()
    if method == "exact":
        sent = coding.draw_exactly(problem, np.random.default_rng(seed))
    else:
        sent = coding.code_block(problem, one.cut, method, seed, candidates(problem, one.cut))
    return problem, sent, time.perf_counter() - begun


# ------------------------------------------------------------------------------------------------- the payload


def write_payload(model: Mixture, tiles: Ints, classes: Ints, write_messages: Writer) -> tuple[bytes, float]:
    """All classes, then the messages of all blocks, as one stream; and the ideal bits of the classes."""
    named = [(model.coarse_code, int(number)) for number in tiles.ravel()]
    for row, column in np.ndindex(classes.shape):
        law = model.fine_codes[mixture.context(classes, row, column, len(model.fine_codes))]
        named.append((law, int(classes[row, column])))

    def write(encoder: Any) -> None:
        for law, number in named:
            law.encode(encoder, number)
        write_messages(encoder)

    return codes.pack_stream(write), float(sum(law.lengths_bits[number] for law, number in named))


def messages_writer(sent: list[rec.Message], groupings: list[Grouping], code: PowerCode) -> tuple[Writer, float]:
    """What writes bins and indices of all blocks, and their ideal bits."""
    indices, powers = [message.index for message in sent], _powers(groupings)

    def write(encoder: Any) -> None:
        places = [place for message in sent for place in message.bin]
        codes.encode_places(encoder, np.array(places, np.int64), powers)
        code.encode(encoder, np.array(indices, np.int64))

    return write, float(powers.sum() + code.length_bits(indices).sum())


def integers_writer(sent: list[rec.Message], groupings: list[Grouping], seed: int) -> tuple[Writer, float]:
    """What writes the integers of layered dither, and their ideal bits."""
    integers = np.array([number for message in sent for number in message.bin], np.int64)
    laws, bits = integer_laws(groupings, seed)
    ideal = 0.0
    for message, (own, word) in zip(sent, bits, strict=True):
        ideal += float(codes.DitherCode(rec.gaussian_channel(-np.log2(own))).length_bits([message], word)[0])
    return lambda encoder: encode_integers(encoder, integers, *laws), ideal


def integer_laws(groupings: list[Grouping], seed: int) -> tuple[tuple[Floats, Floats], list[tuple[Floats, Words]]]:
    """Deviations and offsets of all integers, as `codes.dither` takes them; and of each block its scales and seed."""
    scales = [grouping.scale[one.members] for grouping in groupings for one in grouping.groups]
    blocks = list(zip(scales, np.split(run_seeds(seed, len(scales)), len(scales)) if scales else (), strict=True))
    own = [lattices(FAMILIES["gaussian"], *block) for block in blocks]
    empty = np.empty(0)
    deviations, offsets = (np.concatenate([empty, *(one[part] for one in own)]) for part in (0, 1))
    return (deviations, offsets), blocks


def _powers(groupings: list[Grouping]) -> Ints:
    """log2 of the intervals of every dimension of these partitions, one after the other."""
    cuts = [one.cut for grouping in groupings for one in grouping.groups]
    return np.array([intervals.bit_length() - 1 for cut in cuts for intervals in cut.intervals], np.int64)


def decode(header: Header, payload: bytes) -> Picture:
    """The picture uint8 (H, W, 3) in a file's messages."""
    model, level = mixture.shipped(), mixture.level_for(header.rate)
    dithered = header.codec == container.DITHERED

    def read(decoder: Any) -> tuple[list[Grouping], list[rec.Message]]:
        tiles, classes = read_classes(model, header, 8 * len(payload) + 64, decoder)
        bits, blocks = 8.0 * len(payload) + 64.0, paid_for(len(payload), 1, header.code)
        if dithered:  # no block has an index
            blocks = coding.most_blocks(len(payload), header.block_bits)
        groupings: list[Grouping] = []
        for own, rows in zip(tiles, np.split(classes, len(tiles)), strict=True):  # each pays for itself and those above
            cuts = 0 if dithered else header.partition_bits
            groupings.append(group(model, level, own, rows, header.block_bits, cuts, (blocks, bits)))
            blocks -= len(groupings[-1].groups)
            bits -= sum(one.cut.log2_bins for one in groupings[-1].groups)
        sizes = [one.members.size for grouping in groupings for one in grouping.groups]
        if dithered:
            integers = decode_integers(decoder, *integer_laws(groupings, header.seed)[0])
            return groupings, [rec.Message(tuple(own), 1) for own in _split(integers, sizes)]
        powers = _powers(groupings)
        if powers.sum() > 8 * len(payload) + 64:
            raise _too_short()
        bins = _split(codes.decode_places(decoder, powers), sizes)
        indices = header.code.decode(decoder, len(sizes)).tolist()
        return groupings, [rec.Message(tuple(own), index) for own, index in zip(bins, indices, strict=True)]

    groupings, messages = codes.unpack_stream(payload, read)
    seeds = run_seeds(header.seed, len(messages)).tolist() if messages else []
    pictures, first = [], 0
    for grouping in groupings:
        samples = np.zeros(grouping.scale.size)
        for number, (members, cut) in enumerate(grouping.groups, start=first):
            book = rec.LayeredDither(tuple(grouping.scale[members])) if dithered else cut
            samples[members] = rec.decode(
                messages[number], rec.Prior("gaussian", members.size), book, seed=seeds[number]
            )
        first += len(grouping.groups)
        pictures.append(draw(model, grouping, samples))
    return np.ascontiguousarray(np.concatenate(pictures)[: header.height, : header.width])


def _split(numbers: NDArray[Any], sizes: list[int]) -> Iterator[list[int]]:
    """Numbers of all blocks, block by block."""
    return (own.tolist() for own in np.split(numbers, np.cumsum(sizes)[:-1]) if own.size)


def read_classes(model: Mixture, header: Header, limit_bits: float, decoder: Any) -> tuple[Ints, Ints]:
    """Classes of tiles and blocks, in the shapes of `classify`. Raises MessageError for more than `limit_bits`."""
    strips, across = transform.num_tiles(header.height, header.width)
    tiles = np.empty((strips, across), np.int64)
    classes = np.empty((strips * transform.ACROSS, across * transform.ACROSS), np.int64)
    worth = 0.0
    for strip, tile in np.ndindex(tiles.shape):
        tiles[strip, tile] = number = model.coarse_code.decode(decoder)
        worth += model.coarse_code.lengths_bits[number]
        if worth > limit_bits:
            raise _too_short()
    for row, column in np.ndindex(classes.shape):
        law = model.fine_codes[mixture.context(classes, row, column, len(model.fine_codes))]
        classes[row, column] = number = law.decode(decoder)
        worth += law.lengths_bits[number]
        if worth > limit_bits:
            raise _too_short()
    return tiles, classes


def _too_short() -> rec.MessageError:
    return rec.MessageError("The file has fewer messages than a picture of its size needs; it is not of this format.")
