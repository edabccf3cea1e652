"""A picture on its way: what sending it will take, the run in a thread of its own, and a block's race for the stage."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

import rec_core as rec
from rec_core import images
from rec_core.images import blocks as grouping
from rec_core.images import inr
from rec_core.images.events import BlockCoded, Coded, Fitting

from ...model import lab
from ...settings import LANES
from ...settings.pictures import TILED, Settings
from ...text import reading
from . import typical_blocks
from .pictures import Picture
from .typical_blocks import Typical, typical

LONGEST_RACE = 2**19  # candidates of a block that is raced again for the stage: about two seconds


# ------------------------------------------------------------------------------------------------ before


def refusal(picture: Picture, settings: Settings) -> str:
    """The sentence why this cannot be sent, or ''. What only shows in the search itself is not known yet."""
    try:
        images.encode_detailed(picture, **settings.coding)
        expected(settings)
    except rec.RecError as error:
        return str(error)
    return ""


def count_blocks(picture: Picture, settings: Settings) -> int:
    """How many blocks the picture will have. RecError: refused."""
    found = expected(settings)
    if found:
        return round(found.blocks) * len(inr.split(picture))
    log2_bins = grouping.check_blocks(settings.block_bits, settings.partition_bits)
    count, _ = typical_blocks.transform_blocks(picture, settings.rate, settings.block_bits, log2_bins)
    return count


def expected(settings: Settings) -> Typical | None:
    """The blocks these settings make; None for a codec whose blocks depend on the picture. RecError: refused."""
    log2_bins = grouping.check_blocks(settings.block_bits, settings.partition_bits)
    return typical(settings.codec, settings.rate, settings.block_bits, log2_bins) if settings.codec in TILED else None


# ------------------------------------------------------------------------------------------------ the run


class Job:
    """A picture being sent in a thread: the blocks sent so far, and how to stop it, which keeps them."""

    def __init__(self, picture: Picture, settings: Settings, alive: Callable[[], bool] = lambda: True) -> None:
        """Begin. It ends by itself once `alive` says no."""
        self.picture, self.settings, self.total_blocks = picture, settings, count_blocks(picture, settings)
        self.name = f"{time.time_ns():x}"
        self.fitting: Fitting | None = None
        self.blocks: list[BlockCoded] = []
        self._tiles: dict[int, Picture] = {}  # of each, how it would be drawn now
        self.coded: Coded | None = None
        self.races: dict[int, lab.Race | None] = {}  # of blocks looked at since
        self.error = ""
        self.share = 0.0
        self.stop, self.ended = threading.Event(), threading.Event()
        self._alive, self._begun = alive, time.monotonic()
        threading.Thread(target=self._run, daemon=True, name="picture").start()

    def _run(self) -> None:
        try:
            for event in images.encode_detailed(self.picture, **self.settings.coding):
                self._take(event)
                if self.stop.is_set() or not self._alive():
                    break
        except rec.RecError as error:  # the page says it; what came before is kept
            self.error = str(error)
        except Exception as error:
            self.error = f"The run ended early: {error}"
        finally:
            self.ended.set()

    def _take(self, event: Fitting | BlockCoded | Coded) -> None:
        if isinstance(event, Coded):
            self.coded, self.share = event, 1.0
            return
        if isinstance(event, Fitting):
            self.fitting = event
        else:
            self.blocks.append(event)
            self._tiles[event.tile] = event.picture
        done, total = images.share_done(event, self.settings.codec)
        self.share = done / total

    @property
    def seconds_left(self) -> float | None:
        """About how long it still takes; None before anything is known."""
        return (time.monotonic() - self._begun) * (1.0 / self.share - 1.0) if self.share else None

    @property
    def held(self) -> Picture | None:
        """What the receiver would draw now, grey where nothing has come yet; None before the first block."""
        if self.coded:
            return self.coded.picture
        if not self.blocks:
            return None
        canvas = np.full_like(self.picture, 128)
        for number, tile in list(self._tiles.items()):
            height, width = tile.shape[:2]
            row, column = divmod(number, -(-canvas.shape[1] // width))
            place = canvas[row * height :, column * width :][:height, :width]
            place[:] = tile[: place.shape[0], : place.shape[1]]
        return canvas


class Sent(NamedTuple):
    """A picture sent whole: which run it was, what to call it, what it cost."""

    run: str
    name: str
    pixels: int
    payload_bits: int
    header_bits: int
    psnr_db: float


def remember(sent: list[Sent], job: Job) -> None:
    """Add a run that came to its end, once."""
    if job.coded is None or any(one.run == job.name for one in sent):
        return
    settings, report = job.settings, job.coded.report
    log2_bins = grouping.check_blocks(settings.block_bits, settings.partition_bits)
    cut = reading.raised(f", J = 2^{log2_bins}") if log2_bins else ""
    name = f"{settings.method.upper()} in {settings.block_bits}-bit blocks{cut}, rate {settings.rate}"
    pixels = job.picture.shape[0] * job.picture.shape[1]
    sent.append(Sent(job.name, name, pixels, report.payload_bits, report.header_bits, report.psnr_db))


class BlockBits(NamedTuple):
    """What a block takes: its bin, its index at the ideal length, and the KL it was worth."""

    bin_bits: float
    index_bits: float
    kl_bits: float


def block_bits(job: Job) -> list[BlockBits]:
    """The blocks sent so far; their indices by the law that is shortest for them."""
    sent = list(job.blocks)
    if not sent:
        return []
    indices = [event.message.index for event in sent]
    lengths = grouping.best_code(indices).length_bits(indices).tolist()
    return [
        BlockBits(event.partition.log2_num_bins, length, event.kl_bits)
        for event, length in zip(sent, lengths, strict=True)
    ]


def block_race(job: Job, number: int) -> lab.Race | None:
    """The race of a block once more, recorded for the stage; None where it is too long."""
    event = job.blocks[number]
    problem, cut = event.problem, event.partition
    if event.examined > LONGEST_RACE:
        return None
    method = job.settings.method
    trace = rec.trace(
        problem, method, cut, num_candidates=event.examined if method == "orc" else None, seed=event.seed,
        max_examined=LONGEST_RACE, max_events=lab.max_events(problem.dim),
    )  # fmt: skip
    code = grouping.best_code([sent.message.index for sent in job.blocks])
    name = f"{method}_bins" if cut.num_bins > 1 else method
    lane = lab.Lane(
        name=name,
        title=LANES[name],
        method=method,
        partition=cut,
        weights="uniform" if name == "orc" else "target_mass" if method == "orc" else "peak_ratio",
        stopping=None if method == "orc" else trace.stopping,
        num_candidates=event.examined if method == "orc" else None,
        trace=trace,
        sentence="",
        expected_examined=float(event.examined) if method == "orc" else 2.0 ** rec.upper_sum_bits(problem, cut),
        zipf_bits=math.nan,
        length_bits=cut.log2_num_bins + float(code.length_bits(event.message.index)),
        bound_bits=rec.laws.sharp_bound_bits(problem, cut),
        bin_bits=lab.bin_bits(event.message.bin, cut.intervals),
        index_bits=code.codeword(event.message.index),
        data=b"",
        held=tuple(rec.decode(event.message, problem.coding, cut, event.seed).tolist()),
    )
    return lab.Race(f"images-{job.name}-{number}", problem, problem.kl_bits, (lane,))
