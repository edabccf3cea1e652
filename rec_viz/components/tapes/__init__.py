"""Two people and a wire: the same tapes of candidates on both sides, the bits between, and the dot they light.

    from rec_viz.components import tapes
    tapes.show(model.picture(...), says="The receiver holds the same dot.", key="tapes")

A column is the tape of a bin, its first candidate lowest. What arrives is counted up to on the receiver's own tape.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...theme import ROLES
from .. import mount

__all__ = ["show"]

_MOUNT = mount("tapes", Path(__file__).with_name("tapes.js"))


def show(picture: dict[str, Any], says: str, key: str) -> None:
    """The picture of `model.tapes.picture`; `says` is the same in words."""
    _MOUNT(data=picture | {"says": says, "colors": ROLES}, key=key, width="stretch", height="content")
