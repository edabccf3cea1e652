"""The drawing board: log2 of q by hand over P = U[0, 1], as knots with straight lines between.

    from rec_viz.components import drawing
    drawing.show([0.0, 3.0, 0.0], key="board", on_commit=keep)   # keep([...]) gets the heights let go of

Drag across the board, or walk the knots with the arrow keys. While the hand is down JavaScript previews the normalised
density, its KL and its highest ratio (curve.js, which a test holds to rec_core); Python hears of it on release.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

from ...theme import ROLES
from .. import mount

__all__ = ["show"]

_MOUNT = mount("drawing", Path(__file__).with_name("board.js"), base=True)


def show(heights: Sequence[float], key: str, on_commit: Callable[[list[float]], None]) -> None:
    """The board on these heights, log2 q at even knots up to a constant; `on_commit` gets what the reader drew."""

    def committed() -> None:
        drawn = st.session_state[key].get("commit")
        if drawn is not None:
            on_commit([float(height) for height in drawn])

    data = {"heights": list(heights), "colors": ROLES}
    _MOUNT(data=data, key=key, width="stretch", height="content", on_commit_change=committed)
