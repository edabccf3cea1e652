"""A picture of a lesson, made in Python as SVG, and the answers given on it.

    from rec_viz.components import sketch
    sketch.show(svg, key="picture", on_pick=lambda answer: ..., knobs=[...], place={...}, on_move=lambda hand: ...)

An element with data-pick gives that number when it is chosen. `knobs` are the numbers that can be moved, as
`lessons.knobs.Knob`: an element with data-x="key low high" moves the knob of that key when it is dragged across, low at
its left edge and high at its right; data-y the same from its foot to its top. Under the picture each is a range.
While it is moved, `place` and where all knobs stand are the request to /live that draws the picture anew.
What carries class "grows", "rises", "falls" or "appears" is set in motion when the picture changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from .. import mount

_MOUNT = mount("sketch", Path(__file__).with_name("sketch.js"))


def show(
    svg: str, key: str, on_pick: Callable[[float], None] | None = None, knobs: Sequence[Mapping[str, Any]] = (),
    place: Mapping[str, Any] | None = None, on_move: Callable[[dict[str, float]], None] | None = None,
) -> None:  # fmt: skip
    """The picture; before the next run `on_pick` is told the answer given on it, `on_move` where knobs are left."""

    def told(name: str, act: Callable[[Any], None] | None) -> Callable[[], None]:
        def callback() -> None:
            value = st.session_state[key].get(name)
            if act is not None and value is not None:
                act(value)

        return callback

    data = {"svg": svg, "knobs": list(knobs), "place": place}
    _MOUNT(
        data=data, key=key, width="stretch", height="content", on_picked_change=told("picked", on_pick),
        on_moved_change=told("moved", on_move),
    )  # fmt: skip
