"""Cards that lead to pages: a picture, a title and one sentence; all of a card is the way.

from rec_viz.components import cards
if (page := cards.show([cards.Card("speed", "Speed", "One sentence.", svg)], key="cards")):
    st.switch_page(page)
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import streamlit as st

from ... import javascript

_HERE = Path(__file__).parent
_MOUNT = st.components.v2.component(
    "rec_lab_cards",
    html='<div class="cards" data-testid="cards"><div class="grid"></div></div>',
    css=(_HERE / "cards.css").read_text(encoding="utf-8"),
    js=javascript.joined(_HERE / "cards.js"),
)


class Card(NamedTuple):
    """A page by the last part of its address; `picture` is HTML of our own, '' while it is being made."""

    page: str
    title: str
    finding: str
    picture: str


def show(cards: Sequence[Card], key: str) -> str | None:
    """The cards; the page of the one that was just chosen."""
    chosen = _MOUNT(
        data={"cards": [card._asdict() for card in cards]}, key=key, width="stretch", height="content",
        on_chosen_change=lambda: None,
    ).chosen  # fmt: skip
    return None if chosen is None else str(chosen)
