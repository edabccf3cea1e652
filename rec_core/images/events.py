"""The events of an encoding, and how similar two pictures are: common to all codecs."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..channel import Problem
from ..partition import Message, Partition

Picture = NDArray[np.uint8]


class Fitting(NamedTuple):
    """The posteriors of a tile are being fitted: number `tile` of `tiles`, `step` of `steps`.

    `kl_bits` is that of all its blocks in bits, `psnr_db` that of one sample in dB.

    >>> Fitting(tile=0, tiles=1, step=50, steps=1500, kl_bits=300.0, psnr_db=21.0).steps
    1500
    """

    tile: int
    tiles: int
    step: int
    steps: int
    kl_bits: float
    psnr_db: float


class BlockCoded(NamedTuple):
    """A block was sent: number `block` of `blocks` in number `tile` of `tiles`, with its `message`.

    `kl_bits` is KL(Q || P) in bits. The search `examined` that many candidates in `seconds`; `log_ratio_bits` is log2 r
    of the sample. `picture` is the tile as the receiver would draw it now, with later blocks at the mean of P. A tile
    of "dct" is a strip as wide as the picture; if it has many blocks, it is drawn again only every few of them. With
    `problem`, `partition` and `seed`, `rec.trace` repeats the block's race.

    >>> from rec_core.images import encode_detailed
    >>> events = encode_detailed(np.full((32, 32, 3), 90, np.uint8), "dct", "best")
    >>> isinstance(next(events), BlockCoded | Coded)
    True
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
    """The cost of a picture.

    `kl_bits` of all blocks, `ideal_bits` the sum of -log2 probability of all messages, `payload_bits` and `header_bits`
    of the file, `psnr_db` of the decoded picture, `seconds` of encoding. `side_bits` is -log2 probability of what the
    payload has in addition to the messages: for "dct" the classes, for "inr" nothing.

    >>> Report(kl_bits=96.0, ideal_bits=99.5, payload_bits=104, header_bits=96, psnr_db=25.0, seconds=1.0).side_bits
    0.0
    """

    kl_bits: float
    ideal_bits: float
    payload_bits: int
    header_bits: int
    psnr_db: float
    seconds: float
    side_bits: float = 0.0


class Coded(NamedTuple):
    """The end of an encoding: the file's `data`, the `picture` in it, uint8 (H, W, 3), and the `report`.

    >>> from rec_core.images import encode_detailed
    >>> *_, last = encode_detailed(np.full((32, 32, 3), 90, np.uint8), "dct", "low")
    >>> isinstance(last, Coded), last.picture.shape
    (True, (32, 32, 3))
    """

    data: bytes
    picture: Picture
    report: Report


def psnr_db(original: Picture, other: Picture) -> float:
    """Peak signal-to-noise ratio of two uint8 pictures (H, W, 3) in dB; inf if they are equal.

    Raises nothing. Source: the usual definition, 10 log10(255^2 / mean squared error).

    >>> round(psnr_db(np.zeros((2, 2, 3), np.uint8), np.full((2, 2, 3), 10, np.uint8)), 2)
    28.13
    """
    error = float(np.mean((original.astype(np.float64) - other.astype(np.float64)) ** 2))
    return math.inf if error == 0.0 else 10.0 * math.log10(255.0**2 / error)
