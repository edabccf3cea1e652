"""The views worth seeing as a row of pictures, each drawn from its real search; pressing one shows it.

from rec_viz.components import presets
presets.show(view, key="presets", on_choose=widgets.put)   # called with the View of the one pressed
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from ...figures.still import thumbnail
from ...memo import memo
from ...model import lab
from ...settings import PRESETS, View
from ...stage import scene
from ...theme import ROLES
from .. import mount

__all__ = ["show"]

HEIGHT = 86

_MOUNT = mount(
    "presets",
    Path(__file__).with_name("presets.js"),
    html='<div class="presets" role="group" aria-label="Views worth seeing"></div>',
)


def show(view: View, key: str, on_choose: Callable[[View], None]) -> None:
    """The row, HEIGHT pixels high, with the preset that `view` is marked."""

    def pressed() -> None:
        slug = st.session_state[key].get("pressed")
        for preset in PRESETS:
            if preset.slug == slug:
                on_choose(preset.view)

    now = next((preset.slug for preset in PRESETS if preset.view == view), "")
    data = {"presets": pictures(), "now": now, "colors": ROLES}
    _MOUNT(data=data, key=key, width="stretch", height=HEIGHT, on_pressed_change=pressed)


@memo(1)
def pictures() -> list[dict[str, str]]:
    """Every preset's short name, name, what it teaches, and picture."""
    return [
        {"slug": p.slug, "name": p.name, "teaches": p.teaches, "svg": thumbnail(scene(lab.race(p.view)))}
        for p in PRESETS
    ]
