"""One picture arriving twice, side by side, at the same bits a second: the shorter file is whole first.

    from rec_viz.components import arriving
    arriving.show(sent, [arriving.Way(...), arriving.Way(...)], key="race")

It plays once by itself and again on Play; to a reader who wants no motion it shows the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from .. import mount

_MOUNT = mount("arriving", Path(__file__).with_name("arriving.js"))
SECONDS = 7.0  # for the longest file


class Way(NamedTuple):
    """One way to send it: `frames` is the source of one picture, how it looks after each block, one below the other;
    `bits` what each block brings the total to."""

    name: str
    color: str
    frames: str
    bits: tuple[float, ...]
    quality: str


def show(sent: str, ways: Sequence[Way], key: str) -> None:
    """Play it; `sent` is the source of the picture that is sent."""
    data = {"sent": sent, "ways": [way._asdict() for way in ways], "seconds": SECONDS}
    _MOUNT(data=data, key=key, width="stretch", height="content")
