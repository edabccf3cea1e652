"""Cards that lead to pages: a picture, a title and one sentence; the whole card is a link.

from rec_viz.app_pages import parts
from rec_viz.components import cards
if (page := cards.show([cards.Card("speed", "Speed", "One sentence.", svg)], key="cards")):
    parts.go(page)

In the pictures what carries class "draws" or "pops" moves when it appears and when its card is pointed at, in
the order that --n says.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from .. import mount

_MOUNT = mount(
    "cards",
    Path(__file__).with_name("cards.js"),
    html='<div class="cards" data-testid="cards"><div class="grid"></div></div>',
)


class Card(NamedTuple):
    """A page by the last part of its address, with its query; `picture` is HTML of our own, '' while it is made."""

    page: str
    title: str
    finding: str
    picture: str
    note: str = ""


def show(cards: Sequence[Card], key: str, layout: Literal["grid", "doors", "poster"] = "grid") -> str | None:
    """The cards. Returns the page of the one just chosen. Doors are three in a row; a poster's last card is wide."""
    chosen = _MOUNT(
        data={"cards": [card._asdict() for card in cards], "layout": layout},
        key=key, width="stretch", height="content", on_chosen_change=lambda: None,
    ).chosen  # fmt: skip
    return chosen if any(chosen == card.page for card in cards) else None
