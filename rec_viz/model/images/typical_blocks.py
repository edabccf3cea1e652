"""What blocks cost before any is sent: typical blocks of a codec at a rate, from what was learnt in training."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

import rec_core as rec
from rec_core.arrays import Floats
from rec_core.images import blocks as grouping
from rec_core.images import dct, inr, mixture, posterior

from ...memo import memo
from .pictures import Picture

BLOCKS = 4  # that are looked at
TARGETS = 4  # of each
TILES = 8  # of a strip that the transform codec's model draws
SIZES = tuple(range(8, 65, 4))  # bits of a block that are compared
STEP = 4  # between the log2 J that are compared


class Typical(NamedTuple):
    """Blocks of a size, with J bins or none: how many a tile of 32x32 has, and means over typical targets.

    `kl_bits` is what a block is worth; `search_bits` is log2 of the candidates ORC wants for one, `peak_bits` that of
    the candidates PFR expects; `bound_bits` the bound on a message's mean length, by PFR and a Zipf code.
    """

    blocks: float
    dim: int
    kl_bits: float
    search_bits: float
    peak_bits: float
    bound_bits: float


class Block(NamedTuple):
    """A typical block: the mean information of its numbers as a channel, its bins, and targets of it."""

    channel: rec.Channel
    cut: rec.Partition
    kl_bits: float
    targets: tuple[rec.Problem, ...]


@memo(1024)
def typical(codec: str, rate: str, block_bits: int, log2_bins: int) -> Typical:
    """Means over a few blocks and a few targets of each."""
    a_tile, dim, found = _DEALT[codec](rate, block_bits, log2_bins)
    search, peaks, bounds = [], [], []
    for channel, cut, kl_bits, targets in found:
        bounds.append(rec.laws.sharp_bound_bits(channel, cut) - channel.information_bits + kl_bits)
        search += [grouping.search_bits(problem, cut) + margin_bits(codec) for problem in targets]
        peaks += [rec.upper_sum_bits(problem, cut) for problem in targets]
    kl_bits = float(np.mean([block.kl_bits for block in found]))
    means = (float(np.mean(values)) for values in (search, peaks, bounds))
    return Typical(a_tile, round(dim), kl_bits, *means)


def _network(rate: str, block_bits: int, log2_bins: int) -> tuple[float, float, list[Block]]:
    """Blocks a tile, their mean size, and some of them; targets are brought to budget as the codec does."""
    known, dealt = inr.make_plan(rate, block_bits, log2_bins)
    found = []
    for number in _some(dealt.num_blocks):
        channel = rec.gaussian_channel(known.information_bits[dealt.members[number]].astype(np.float64))
        targets = tuple(to_budget(channel.draw(seed), block_bits) for seed in range(TARGETS))
        found.append(Block(channel, dealt.cuts[number], block_bits, targets))
    return dealt.num_blocks, float(np.mean([members.size for members in dealt.members])), found


def _transform(rate: str, block_bits: int, log2_bins: int) -> tuple[float, float, list[Block]]:
    """The same for a strip whose classes the model draws."""
    model, level = mixture.shipped(), mixture.level_for(rate)
    scale, _, groups = dct.group(model, level, *mixture.draw_classes(model, TILES), block_bits, log2_bins)
    found = []
    for number in _some(len(groups)):
        members, cut = groups[number]
        channel = rec.gaussian_channel(-np.log2(scale[members]))
        targets = tuple(channel.draw(seed) for seed in range(TARGETS))
        found.append(Block(channel, cut, channel.information_bits, targets))
    return len(groups) / TILES, float(np.mean([members.size for members, _ in groups])), found


_DEALT = {"inr": _network, "dct": _transform}


def _some(count: int) -> Sequence[int]:
    """A few numbers evenly among `count`."""
    return range(0, count, max(1, count // BLOCKS))[:BLOCKS]


def margin_bits(codec: str) -> float:
    """log2 of how many times 2^(KL from P') candidates ORC looks at."""
    return grouping.MARGIN_BITS if codec == "inr" else dct.MARGIN_BITS


def limit_bits(codec: str) -> float:
    """log2 of the most candidates ORC looks at with bins."""
    return grouping.SEARCH_LIMIT_BITS if codec == "inr" else dct.LIMIT_BITS


def to_budget(problem: rec.Problem, block_bits: int) -> rec.Problem:
    """The target with its widths moved until its KL is the block's, as the network codec does."""
    mean, scale = np.array(problem.params).T
    logit = posterior.logit_of(scale).astype(np.float64)
    return rec.gaussian_problem(mean, inr.to_budget(mean, logit, block_bits))


def reach_rows(codec: str, rate: str) -> tuple[Floats, Floats, Floats]:
    """Sizes of a block (S,); without bins and with J = 2^(size - 8): log2 of candidates and % beyond the KL (2, S)."""
    plain, binned = (
        np.array([_reach(codec, rate, size, max(size - spared, 0)) for size in SIZES]).T for spared in (SIZES[-1], 8)
    )
    return np.array(SIZES, dtype=np.float64), plain, binned


def _reach(codec: str, rate: str, size: int, log2_bins: int) -> tuple[float, float]:
    found = typical(codec, rate, size, log2_bins)
    return found.search_bits, 100.0 * (found.bound_bits / found.kl_bits - 1.0)


class Trade(NamedTuple):
    """For a block: log2 J, the bound on its message in bits, and log2 of the candidates ORC wants; each (K,)."""

    log2_bins: Floats
    bound_bits: Floats
    search_bits: Floats
    kl_bits: float


def trade_rows(codec: str, rate: str, block_bits: int) -> Trade:
    """What J buys. The transform codec makes other blocks where there are no bins: that one is left out."""
    cuts = range(0 if codec == "inr" else STEP, min(block_bits + STEP, 63) + 1, STEP)
    found = [typical(codec, rate, block_bits, log2_bins) for log2_bins in cuts]
    bounds, search = np.array([(one.bound_bits, one.search_bits) for one in found]).T
    return Trade(np.array(cuts, dtype=np.float64), bounds, search, found[-1].kl_bits)


@memo(64)
def orc_rate(dim: int, bins: bool) -> float:
    """How many candidates of one ORC search in `dim` dimensions this machine examines in a second, to two digits."""
    problem = rec.gaussian_problem([0.0] * dim, [0.5] * dim)
    cut, n = rec.Partition((2 if bins else 1,) * dim), 2**16
    seconds = []
    for _ in range(3):  # the first may compile
        begun = time.perf_counter()
        rec.encode(problem, rec.ORC(n, cut), seed=0)
        seconds.append(time.perf_counter() - begun)
    return float(f"{n / min(seconds):.1e}")


@memo(16)
def transform_blocks(picture: Picture, rate: str, block_bits: int, log2_bins: int) -> tuple[int, float]:
    """Blocks the transform codec makes of a picture, and their mean information in bits."""
    model, level = mixture.shipped(), mixture.level_for(rate)
    tiles, classes = dct.classify(model, level, picture)
    rows = np.split(classes, len(tiles))
    strips = [dct.group(model, level, row, own, block_bits, log2_bins) for row, own in zip(tiles, rows, strict=True)]
    count = sum(len(strip.groups) for strip in strips)
    information = -float(sum(np.log2(strip.scale).sum() for strip in strips))
    return count, information / max(count, 1)
