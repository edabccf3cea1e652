"""The hero: a sender, a receiver, and a sample sent, in twelve seconds. Python ships one search; JavaScript draws."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import streamlit as st

from ... import javascript
from ...model import start
from ...theme import ROLES

_HERE = Path(__file__).parent
_STAGE = _HERE.parents[1] / "stage"
_MOUNT = st.components.v2.component(
    "rec_lab_hero",
    html=(_HERE / "hero.html").read_text(encoding="utf-8"),
    css="".join(file.read_text(encoding="utf-8") for file in (_STAGE / "base.css", _HERE / "hero.css")),
    js=javascript.joined(_HERE / "hero.js"),
)


def show(key: str) -> None:
    """The hero on the one search that Start tells of."""
    told = {
        name: value.tolist() if isinstance(value, np.ndarray) else value
        for name, value in start.sent()._asdict().items()
    }
    data = {**told, "seed": start.SEED, "ratios": start.ratios(start.SHARES).tolist(), "colors": ROLES}
    _MOUNT(data=data, key=key, width="stretch", height="content")
