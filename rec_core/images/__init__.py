"""Pictures through relative entropy coding: `encode` to bytes, `decode` back.

    from rec_core import images
    data = images.encode(picture, rate="medium")       # uint8 (H, W, 3); a real file, with header and checksum
    data = images.encode(picture, "dct", "medium")     # much faster, for whole photographs
    decoded = images.decode(data)                      # the pixels that the sender's report is about

Two codecs share events, blocks and container. "inr" fits a network to each tile; read network, posterior, prior, inr.
"dct" sends the coefficients of a picture under a Gaussian model of photographs; read transform, mixture, dct. `train`
learns what sender and receiver share, for "dct" with `train_mixture`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Literal

import numpy as np

from ..arguments import checked
from ..checks import choice, seed_word, whole_number
from ..errors import MessageError, RecError
from . import container, dct, inr, mixture
from .blocks import SEARCH_METHODS, SearchMethod, check_blocks, check_reach, without_bins
from .container import CODECS, Codec
from .events import BlockCoded, Coded, Fitting, Picture, Report, psnr_db
from .prior import RATES

__all__ = [
    "CODECS",
    "RATES",
    "BlockCoded",
    "Codec",
    "Coded",
    "Fitting",
    "MessageError",
    "Report",
    "SearchMethod",
    "Stopped",
    "decode",
    "encode",
    "encode_detailed",
    "psnr_db",
]

Progress = Callable[[int, int, float | None], None]


class Stopped(RecError):
    """`encode` was stopped before the picture was complete.

    >>> try:
    ...     encode(np.full((32, 32, 3), 90, np.uint8), "dct", "high", stop=lambda: True)
    ... except Stopped as error:
    ...     print(error)
    Coding was stopped before the picture was complete; nothing was written.
    """


@checked
def encode(
    image: Any,
    codec: Codec = "inr",
    rate: str | float = "medium",
    block_bits: int = 48,
    method: SearchMethod = "orc",
    partition_bits: int | Literal["auto"] | None = "auto",
    seed: int = 0,
    progress: Progress | None = None,
    stop: Callable[[], bool] | threading.Event | None = None,
) -> bytes:
    """A picture uint8 (H, W, 3) as a file.

    `codec`: "inr" codes tiles of 32x32, "dct" strips of 32 rows. `rate`: "low", "medium", "high", "best", or bits (of
    KL) per pixel, for "dct" those of an average photograph. `block_bits`: KL of a block; "dct" makes smaller ones if
    the search would take too long. `partition_bits`: log2 J, None for no bins, "auto" for eight less than the block
    (none for blocks under 24 bits). `method`: "orc", or "pfr", which is exact and fast enough only for small blocks, or
    for "dct" "dither", layered dither: exact, at once, and without bins.
    `progress(done, total, seconds_left)` counts steps and blocks; `stop`, an event or a function, ends the work.

    Raises RecError for invalid arguments, BudgetExceeded for a search that would take too long, and Stopped.
    Sources: He, Flamich & Hernandez-Lobato (2024), partitioned ORC for pictures; the codecs: see `inr` and `dct`.

    >>> picture = np.full((32, 32, 3), 90, np.uint8)
    >>> data = encode(picture, "dct", "low")
    >>> len(data) < 100, decode(data).shape
    (True, (32, 32, 3))
    """
    halted = stop.is_set if isinstance(stop, threading.Event) else stop or (lambda: False)
    report = progress or (lambda *_: None)
    begun = time.monotonic()
    for event in encode_detailed(image, codec, rate, block_bits, method, partition_bits, seed):
        if isinstance(event, Coded):
            return event.data
        if halted():
            raise Stopped("Coding was stopped before the picture was complete; nothing was written.")
        done, total = share_done(event, codec)
        report(done, total, (time.monotonic() - begun) * (total - done) / done)
    raise AssertionError("an encoding ends with its file")


def encode_detailed(
    image: Any,
    codec: Codec = "inr",
    rate: str | float = "medium",
    block_bits: int = 48,
    method: SearchMethod = "orc",
    partition_bits: int | Literal["auto"] | None = "auto",
    seed: int = 0,
) -> Iterator[Fitting | BlockCoded | Coded]:
    """`encode` as it happens: Fitting and BlockCoded events, then Coded with the file, the picture and a report.

    Arguments are checked at once; the work is done as events are requested. To stop, request no more.

    Raises RecError and BudgetExceeded as `encode` does. Source: as `encode`.

    >>> events = encode_detailed(np.full((32, 32, 3), 90, np.uint8), "dct", "low")
    >>> [type(event).__name__ for event in events][-1]
    'Coded'
    """
    picture = check_image(image)
    choice(codec, "codec", CODECS)
    choice(method, "method", SEARCH_METHODS)
    if method == "dither":
        if codec != "dct":
            raise RecError(
                "Layered dither needs widths of Q that both sides know, and the network's are fitted to the picture; "
                "use codec 'dct', or method 'orc'."
            )
        log2_bins = without_bins(block_bits, partition_bits)
    else:
        log2_bins = check_blocks(block_bits, partition_bits)
        check_reach(block_bits, log2_bins)
    settled = container.settle_rate(rate)
    number = int(seed_word(seed))
    if codec == "dct":
        dct.check_level(mixture.level_for(settled), block_bits, log2_bins)
        return dct.encode_events(picture, settled, block_bits, method, log2_bins, number)
    inr.make_plan(settled, block_bits, log2_bins)
    return inr.encode_events(picture, settled, block_bits, method, log2_bins, number)


MAX_PIXELS = 2**26
"""The most pixels of a picture that `decode` draws unless it is told to."""


@checked
def decode(data: bytes, max_pixels: int = MAX_PIXELS) -> Picture:
    """The picture uint8 (H, W, 3) in a file that `encode` wrote: the same pixels as the sender has.

    A few bytes can claim any size, so a picture is refused that has more than `max_pixels`, or more blocks than its
    messages can pay for.

    Raises MessageError for a file that is damaged, cut short, too large, or of another format. Source: as `encode`.

    >>> decode(b"not a picture")
    Traceback (most recent call last):
        ...
    rec_core.errors.MessageError: This is not a picture of format 1 (or its first byte is damaged); pass a whole file.
    """
    header, payload, _ = container.read(data)
    most = whole_number(max_pixels, "max_pixels")
    if header.width * header.height > most:
        raise MessageError(
            f"The picture is said to have {header.width} x {header.height} pixels, more than {most}; if that is right, "
            "give max_pixels."
        )
    return inr.decode(header, payload) if header.codec == "inr" else dct.decode(header, payload)


def check_image(image: Any) -> Picture:
    """The picture. Raises RecError for other shapes and types."""
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        what = f"{image.dtype} {image.shape}" if isinstance(image, np.ndarray) else type(image).__name__
        raise RecError(f"A picture must be a NumPy array uint8 of shape (H, W, 3), red, green and blue; got {what}.")
    if min(image.shape[:2]) < 1 or max(image.shape[:2]) > container.LONGEST_SIDE:
        raise RecError(f"Sides of a picture must be from 1 to {container.LONGEST_SIDE} pixels; got {image.shape[:2]}.")
    return image


def share_done(event: Fitting | BlockCoded, codec: str = "inr") -> tuple[int, int]:
    """Progress of an encoding as (done, total); with "inr" fitting counts as much as sending."""
    thousand = 1000
    if isinstance(event, Fitting):
        within = 0.5 * event.step / event.steps
    else:
        within = (event.block + 1) / event.blocks
        within = 0.5 + 0.5 * within if codec == "inr" else within
    return max(1, round(thousand * (event.tile + within))), thousand * event.tiles
