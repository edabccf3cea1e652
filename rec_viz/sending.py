"""A picture on its way: what sending it will take, the run in a thread of its own, and a block's race for the stage."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np

import rec_core as rec
from rec_core import images
from rec_core.images import blocks as grouping
from rec_core.images import inr, posterior
from rec_core.images.events import BlockCoded, Coded, Fitting
from rec_core.randomness import Floats

from . import cached, reading
from .picture_settings import TILED, Settings
from .pictures import Picture

TYPICAL_BLOCKS = 4  # blocks of a rate that expectations are worked out for
TYPICAL_TARGETS = 4  # targets of each
LONGEST_RACE = 2**19  # candidates of a block that is raced again for the stage: about two seconds


# ------------------------------------------------------------------------------------------------ expectations


class Typical(NamedTuple):
    """Blocks of the network codec with 2^log2_bins bins: how many a tile has, and means over typical targets.

    `search_bits` is log2 of the candidates ORC wants for one, 2^(KL from P' + 2); `peak_bits` that of the candidates
    PFR expects; `bound_bits` the bound on a message's mean length, by PFR and a Zipf code.
    """

    blocks: int
    dim: int
    search_bits: float
    peak_bits: float
    bound_bits: float


@lru_cache(maxsize=512)
def typical(rate: str, block_bits: int, log2_bins: int) -> Typical:
    """The first few blocks of a rate, their targets drawn from the channel learnt in training and brought to budget."""
    known, dealt = inr.make_plan(rate, block_bits, log2_bins)
    search, peaks, bounds = [], [], []
    for members, cut in list(zip(dealt.members, dealt.cuts, strict=True))[:TYPICAL_BLOCKS]:
        channel = rec.gaussian_channel(known.information_bits[members].astype(np.float64))
        bounds.append(rec.laws.sharp_bound_bits(channel, cut) - channel.information_bits + block_bits)
        for seed in range(TYPICAL_TARGETS):
            problem = to_budget(channel.draw(seed), block_bits)
            search.append(grouping.search_bits(problem, cut) + grouping.MARGIN_BITS)
            peaks.append(rec.upper_sum_bits(problem, cut))
    dim = round(float(np.mean([members.size for members in dealt.members])))
    means = (float(np.mean(values)) for values in (search, peaks, bounds))
    return Typical(dealt.num_blocks, dim, *means)


SIZES = tuple(range(8, 65, 4))  # bits of a block that are compared
STEP = 4  # between the log2 J that are compared


def reach_rows(rate: str) -> tuple[Floats, Floats, Floats]:
    """Sizes of a block (S,); without bins and with J = 2^(size - 8): log2 of candidates and % beyond the KL (2, S)."""
    plain, binned = (
        np.array([_reach(rate, size, max(size - spared, 0)) for size in SIZES]).T for spared in (SIZES[-1], 8)
    )
    return np.array(SIZES, dtype=np.float64), plain, binned


def _reach(rate: str, size: int, log2_bins: int) -> tuple[float, float]:
    found = typical(rate, size, log2_bins)
    return found.search_bits, 100.0 * (found.bound_bits / size - 1.0)


def trade_rows(rate: str, block_bits: int) -> tuple[Floats, Floats, Floats]:
    """For a block: log2 J, the bound on its message in bits, and log2 of the candidates ORC wants; each (K,)."""
    cuts = range(0, min(block_bits + STEP, 63) + 1, STEP)
    found = [typical(rate, block_bits, log2_bins) for log2_bins in cuts]
    values = [(one.bound_bits, one.search_bits) for one in found]
    return np.array(cuts, dtype=np.float64), *np.array(values).T


def to_budget(problem: rec.Problem, block_bits: int) -> rec.Problem:
    """The target with its widths moved until its KL is the block's, as the codec does."""
    mean, scale = np.array(problem.params).T
    logit = posterior.logit_of(scale).astype(np.float64)
    return rec.gaussian_problem(mean, inr.to_budget(mean, logit, block_bits))


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
        return found.blocks * len(inr.split(picture))
    log2_bins = grouping.check_blocks(settings.block_bits, settings.partition_bits)
    count, _ = cached.transform_blocks(picture, settings.rate, settings.block_bits, log2_bins)
    return count


def expected(settings: Settings) -> Typical | None:
    """The blocks these settings make; None for a codec whose blocks depend on the picture. RecError: refused."""
    log2_bins = grouping.check_blocks(settings.block_bits, settings.partition_bits)
    return typical(settings.rate, settings.block_bits, log2_bins) if settings.codec in TILED else None


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
        self.races: dict[int, cached.Race | None] = {}  # of blocks looked at since
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


def block_race(job: Job, number: int) -> cached.Race | None:
    """The race of a block once more, recorded for the stage; None where it is too long."""
    event = job.blocks[number]
    problem, cut = event.problem, event.partition
    if event.examined > LONGEST_RACE:
        return None
    method = job.settings.method
    trace = rec.trace(
        problem, method, cut, num_candidates=event.examined if method == "orc" else None, seed=event.seed,
        max_examined=LONGEST_RACE, max_events=cached.max_events(problem.dim),
    )  # fmt: skip
    code = grouping.best_code([sent.message.index for sent in job.blocks])
    name = f"{method}_bins" if cut.num_bins > 1 else method
    lane = cached.Lane(
        name=name,
        title=cached.LANES[name],
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
        bin_bits=cached.bin_bits(event.message.bin, cut.intervals),
        index_bits=code.codeword(event.message.index),
        data=b"",
        held=tuple(rec.decode(event.message, problem.coding, cut, event.seed).tolist()),
    )
    return cached.Race(f"images-{job.name}-{number}", problem, problem.kl_bits, (lane,))
