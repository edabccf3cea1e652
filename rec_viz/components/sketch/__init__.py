"""A picture of a lesson, made in Python as SVG; parts of it can be buttons that give an answer.

    from rec_viz.components import sketch
    sketch.show(svg, key="picture", on_pick=lambda answer: ...)

An element with data-pick gives that number when it is chosen; one with data-rise="low high" the height pointed at.
What carries class "grows", "rises" or "appears" is set in motion when the picture changes.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from .. import mount

_MOUNT = mount(
    "sketch", Path(__file__).with_name("sketch.js"), html='<figure class="sketch" data-testid="sketch"></figure>'
)


def show(svg: str, key: str, on_pick: Callable[[float], None] | None = None) -> None:
    """The picture; `on_pick` is called, before the next run, with the answer given on it."""

    def picked() -> None:
        answer = st.session_state[key].get("picked")
        if on_pick is not None and answer is not None:
            on_pick(float(answer))

    _MOUNT(data={"svg": svg}, key=key, width="stretch", height="content", on_picked_change=picked)
