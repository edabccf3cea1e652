"""The picture the Images page opens with, sent twice: `python -m rec_viz.model.images.example` makes the files again.

What ships are the files themselves, as the sender wrote them; the page decodes them block by block, as receivers do.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from rec_core import images
from rec_core.images import container, inr

from ...memo import memo
from ...settings.table import Images
from . import measured
from .pictures import TILES, Picture, cut, photo

FOLDER = Path(__file__).parents[2] / "assets" / "example"
SYSTEMS = {"orc-16": Images(block_bits=16), "partitioned-48": Images(block_bits=48)}  # as the shipped table names them
TILE = TILES["The cat’s eye"]


class Received(NamedTuple):
    """A picture as it arrives: what each block brings the total to in bits, and how the picture then looks."""

    system: str
    name: str
    role: str
    bits: tuple[float, ...]  # after every block
    frames: tuple[Picture, ...]
    psnr_db: float


def picture() -> Picture:
    """What is sent."""
    return cut(photo(TILE.photo), TILE)


@memo(1)
def received() -> tuple[Received, ...]:
    """The shipped files, decoded block by block."""
    found = []
    for system in SYSTEMS:
        header, payload, _ = container.read((FOLDER / f"{system}.rec").read_bytes())
        events = list(inr.decode_events(header, payload))
        lengths = [event.partition.log2_bins + float(header.code.length_bits(event.message.index)) for event in events]
        name, role, *_ = measured.CURVES[system]
        frames = tuple(event.picture for event in events)
        level = images.psnr_db(picture(), frames[-1])
        found.append(Received(system, name, role, tuple(np.cumsum(lengths).tolist()), frames, level))
    return tuple(found)


def saved() -> measured.Saved | None:
    """How many fewer bits the second system takes than the first at equal quality, over the test pictures; None where
    that table is not there."""
    first, second = SYSTEMS
    return measured.savings().get((first, second))


def main() -> None:
    """Send the picture by both systems and keep the files."""
    FOLDER.mkdir(exist_ok=True)
    for system, settings in SYSTEMS.items():
        (FOLDER / f"{system}.rec").write_bytes(images.encode(picture(), **settings.coding))


if __name__ == "__main__":
    main()
