"""What an encoding tells while it goes on, and how alike two pictures are: common to all codecs."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..channel import Problem
from ..partition import Message, Partition

Picture = NDArray[np.uint8]


class Fitting(NamedTuple):
    """The posteriors of a tile are being fitted. `kl_bits` is of all its blocks, `psnr_db` of one sample."""

    tile: int
    tiles: int
    step: int
    steps: int
    kl_bits: float
    psnr_db: float


class BlockCoded(NamedTuple):
    """A block was sent. `kl_bits` is KL(Q || P) of the Q coded.

    `examined` candidates in `seconds`; `log_ratio_bits` is log2 r of the sample. `picture` is the tile as the receiver
    would draw it now, with what is still to come at the mean of P. A tile of "dct" is a strip as wide as the picture;
    where it has many blocks, its picture is drawn anew every few of them. `problem`, `partition` and `seed` are what
    `rec.trace` needs to run the block's race again.
    """

    tile: int
    tiles: int
    block: int
    blocks: int
    kl_bits: float
    message: Message
    examined: int
    log_ratio_bits: float
    seconds: float
    picture: Picture
    problem: Problem
    partition: Partition
    seed: int


class Report(NamedTuple):
    """What a picture cost. `kl_bits` of all blocks as coded, `ideal_bits` the sum of -log2 probability of all messages,
    `payload_bits` and `header_bits` what the file takes; `psnr_db` of the decoded picture. `side_bits` is -log2
    probability of what the payload holds besides the messages: for "dct" the classes, for "inr" nothing."""

    kl_bits: float
    ideal_bits: float
    payload_bits: int
    header_bits: int
    psnr_db: float
    seconds: float
    side_bits: float = 0.0


class Coded(NamedTuple):
    """The file, the picture in it, and the report."""

    data: bytes
    picture: Picture
    report: Report


def psnr_db(original: Picture, other: Picture) -> float:
    """Peak signal-to-noise ratio of two uint8 pictures in dB; inf where they are equal.

    >>> round(psnr_db(np.zeros((2, 2, 3), np.uint8), np.full((2, 2, 3), 10, np.uint8)), 2)
    28.13
    """
    error = float(np.mean((original.astype(np.float64) - other.astype(np.float64)) ** 2))
    return math.inf if error == 0.0 else 10.0 * math.log10(255.0**2 / error)
