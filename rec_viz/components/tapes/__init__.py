"""Two people and a wire: the same tapes of candidates on both sides, the bits between, and the dot they light.

    from rec_viz.components import tapes
    tapes.show(model.picture(...), says="The receiver holds the same dot.", key="tapes")

A column is the tape of a bin, its first candidate lowest. What arrives is counted up to on the receiver's own tape.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from ... import javascript
from ...theme import ROLES

__all__ = ["show"]

_HERE = Path(__file__).parent
_MOUNT = st.components.v2.component(
    "rec_lab_tapes",
    html=(_HERE / "tapes.html").read_text(encoding="utf-8"),
    css=(_HERE / "tapes.css").read_text(encoding="utf-8"),
    js=javascript.joined(_HERE / "tapes.js"),
)


def show(picture: dict[str, Any], says: str, key: str) -> None:
    """The picture of `model.tapes.picture`; `says` is the same in words."""
    _MOUNT(data=picture | {"says": says, "colors": ROLES}, key=key, width="stretch", height="content")
