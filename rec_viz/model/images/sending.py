"""A picture on its way: what sending it will take, the run in a thread of its own, and a block's race for the stage."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

import rec_core as rec
from rec_core import images
from rec_core.images import blocks as grouping
from rec_core.images import inr
from rec_core.images.events import BlockCoded, Coded, Fitting

from ...background import Halted, Job, Steps
from ...model import lab
from ...settings import LANES
from ...settings.table import Images
from ...text import reading
from . import typical_blocks
from .pictures import Picture
from .typical_blocks import Typical, typical

TILED = ("inr",)  # codecs that are shown on one tile of 32x32; the others take whole pictures
LONGEST_RACE = 2**19  # candidates of a block that is raced again for the stage: about two seconds


# ------------------------------------------------------------------------------------------------ before


def refusal(picture: Picture, settings: Images) -> str:
    """Why this cannot be sent, or ''. What only the search itself can show is not known yet."""
    try:
        images.encode_detailed(picture, **settings.coding)
        expected(settings)
    except rec.RecError as error:
        return str(error)
    return ""


def count_blocks(picture: Picture, settings: Images) -> int:
    """How many blocks the picture will have. Raises RecError."""
    found = expected(settings)
    if found:
        return round(found.blocks) * len(inr.split(picture))
    log2_bins = grouping.check_blocks(settings.block_bits, settings.partition_bits)
    count, _ = typical_blocks.transform_blocks(picture, settings.rate, settings.block_bits, log2_bins)
    return count


def expected(settings: Images) -> Typical | None:
    """The blocks these settings make; None for a codec whose blocks depend on the picture. Raises RecError."""
    log2_bins = grouping.check_blocks(settings.block_bits, settings.partition_bits)
    return typical(settings.codec, settings.rate, settings.block_bits, log2_bins) if settings.codec in TILED else None


# ------------------------------------------------------------------------------------------------ the run


@dataclass
class Sending:
    """A picture on its way: what has been sent so far."""

    picture: Picture
    settings: Images
    total_blocks: int
    name: str = field(default_factory=lambda: f"{time.time_ns():x}")
    fitting: Fitting | None = None
    blocks: list[BlockCoded] = field(default_factory=list)
    tiles: dict[int, Picture] = field(default_factory=dict)  # of each, how it would be drawn now
    coded: Coded | None = None
    races: dict[int, lab.Race | None] = field(default_factory=dict)  # of blocks looked at since

    @property
    def canvas(self) -> Picture | None:
        """What the receiver would draw now, grey where nothing has come yet; None before the first block."""
        if self.coded:
            return self.coded.picture
        if not self.blocks:
            return None
        canvas = np.full_like(self.picture, 128)
        for number, tile in list(self.tiles.items()):
            height, width = tile.shape[:2]
            row, column = divmod(number, -(-canvas.shape[1] // width))
            place = canvas[row * height :, column * width :][:height, :width]
            place[:] = tile[: place.shape[0], : place.shape[1]]
        return canvas


def start(picture: Picture, settings: Images, alive: Callable[[], bool] = lambda: True) -> Job[Sending]:
    """Send the picture."""
    return Job(Sending(picture, settings, count_blocks(picture, settings)), _work, alive)


def _work(sending: Sending, halted: Halted) -> Steps:
    yield 0, 1
    for event in images.encode_detailed(sending.picture, **sending.settings.coding):
        if isinstance(event, Coded):
            sending.coded = event
            yield 1, 1
            return
        if isinstance(event, Fitting):
            sending.fitting = event
        else:
            sending.blocks.append(event)
            sending.tiles[event.tile] = event.picture
        yield images.share_done(event, sending.settings.codec)
        if halted():
            return


class Sent(NamedTuple):
    """A picture sent whole: which run it was, what to call it, what it cost."""

    run: str
    name: str
    pixels: int
    payload_bits: int
    header_bits: int
    psnr_db: float


def remember(sent: list[Sent], sending: Sending) -> None:
    """Add a run that came to its end, once."""
    if sending.coded is None or any(one.run == sending.name for one in sent):
        return
    settings, report = sending.settings, sending.coded.report
    log2_bins = grouping.check_blocks(settings.block_bits, settings.partition_bits)
    cut = reading.raised(f", J = 2^{log2_bins}") if log2_bins else ""
    way = f"{settings.method.upper()} in {settings.block_bits}-bit blocks{cut}"
    name = f"{'Layered dither' if settings.method == 'dither' else way}, rate {settings.rate}"
    pixels = sending.picture.shape[0] * sending.picture.shape[1]
    sent.append(Sent(sending.name, name, pixels, report.payload_bits, report.header_bits, report.psnr_db))


class BlockBits(NamedTuple):
    """What a block takes: its bin, its index (or integers) at the ideal length, and the KL it was worth."""

    bin_bits: float
    index_bits: float
    kl_bits: float


def block_bits(sending: Sending) -> list[BlockBits]:
    """The blocks sent so far; their indices by the law that is shortest for them."""
    sent = list(sending.blocks)
    if not sent:
        return []
    if sending.settings.method == "dither":
        return [BlockBits(0.0, dithered_bits(event), event.kl_bits) for event in sent]
    indices = [event.message.index for event in sent]
    lengths = grouping.best_code(indices).length_bits(indices).tolist()
    return [
        BlockBits(event.partition.log2_bins, length, event.kl_bits) for event, length in zip(sent, lengths, strict=True)
    ]


def dithered_bits(event: BlockCoded) -> float:
    """The ideal length of a block's integers, given the lattice both sides share."""
    code = rec.codes.DitherCode(rec.gaussian_channel(-np.log2(event.problem.scale)))
    return float(code.length_bits([event.message], event.seed)[0])


def block_race(sending: Sending, number: int) -> lab.Race | None:
    """The race of a block once more, recorded for the stage; None where it is too long."""
    event = sending.blocks[number]
    problem, cut = event.problem, event.partition
    if event.examined > LONGEST_RACE:
        return None
    kind = sending.settings.method
    method: rec.PFR | rec.ORC
    if kind == "orc":
        method = rec.ORC(event.examined, cut, weighting="target_mass" if cut.num_bins > 1 else "uniform")
    else:
        method = rec.PFR(cut, max_examined=LONGEST_RACE)
    trace = rec.trace(problem, method, seed=event.seed, max_events=lab.max_events(problem.dim))
    code = grouping.best_code([sent.message.index for sent in sending.blocks])
    name = f"{kind}_bins" if cut.num_bins > 1 else kind
    lane = lab.Lane(
        name=name,
        title=LANES[name],
        method=method,
        partition=cut,
        seed=event.seed,
        trace=trace,
        refusal="",
        expected_examined=method.expected_examined(problem),
        zipf_bits=math.nan,
        length_bits=cut.log2_bins + float(code.length_bits(event.message.index)),
        bound_bits=rec.laws.sharp_bound_bits(problem, cut),
        bin_bits=lab.bin_bits(event.message.bin, cut),
        index_bits=code.codeword(event.message.index),
        told=f"{'local index' if cut.num_bins > 1 else 'index'} {event.message.index:,}",
        data=b"",
        received=tuple(rec.decode(event.message, problem.prior, cut, seed=event.seed).tolist()),
    )
    return lab.Race(f"images-{sending.name}-{number}", problem, problem.kl_bits, (lane,))
