"""One control: how surprising the sample is, and what that costs in bits and in time. Python ships the whole table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from ... import javascript
from ...model import start
from ...text import reading
from ...theme import ROLES

_HERE = Path(__file__).parent
_STAGE = _HERE.parents[1] / "stage"
_MOUNT = st.components.v2.component(
    "rec_lab_surprise",
    html=(_HERE / "surprise.html").read_text(encoding="utf-8"),
    css="".join(file.read_text(encoding="utf-8") for file in (_STAGE / "base.css", _HERE / "surprise.css")),
    js=javascript.joined(_HERE / "surprise.js"),
)

_AT_FIRST = 40  # bits
_TICKS = ((1e-3, "1 ms"), (1.0, "1 s"), (3600.0, "1 hour"), (31_557_600.0, "1 year"))


def show(key: str) -> None:
    """The control on what the exact laws and this machine say."""
    _mount([row(timed) for timed in start.timed()], key)


def hold(key: str) -> None:
    """Its place, while times are taken."""
    _mount([], key)


def _mount(rows: list[dict[str, Any]], key: str) -> None:
    data = {"rows": rows, "start": _AT_FIRST, "ticks": _TICKS, "colors": ROLES}
    _MOUNT(data=data, key=key, width="stretch", height="content")


def row(timed: start.Timed) -> dict[str, Any]:
    """A row as the table ships it: its numbers, and those to be read as text."""
    price, plain, binned = timed
    return {
        "bits": price.bits,
        "length_bits": price.length_bits,
        "plain_seconds": plain,
        "binned_seconds": binned,
        "plain_time": reading.duration(plain),
        "binned_time": reading.duration(binned),
        "plain_candidates": reading.number(2.0**price.log2_plain),
        "binned_candidates": reading.number(2.0**price.log2_binned),
    }
