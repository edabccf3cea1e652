"""A race to play: every question with its answers and reasons is shipped, so that the browser grades at once.

from rec_viz.components import sender
sender.show(game, "The smallest time / ratio wins.", best="9 of 10", key="sender", on_end=keep, on_again=renew)
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from ...model.sender import Game, short
from ...theme import ROLES
from .. import mount

_MOUNT = mount("sender", Path(__file__).with_name("sender.js"), base=True)


def show(
    game: Game, says: str, best: str, key: str, on_end: Callable[[list[str]], None], on_again: Callable[[], None]
) -> None:  # fmt: skip
    """The game; `on_end` is told the answers of a player who is through, `on_again` that another game is wanted."""

    def ended() -> None:
        answers = st.session_state[key].get("ended")
        if isinstance(answers, list):
            on_end([str(answer) for answer in answers])

    def again() -> None:
        if st.session_state[key].get("again") is not None:
            on_again()

    _MOUNT(
        data=payload(game) | {"says": says, "best": best, "colors": ROLES}, key=key, width="stretch", height="content",
        on_ended_change=ended, on_again_change=again,
    )  # fmt: skip


def payload(game: Game) -> dict[str, Any]:
    """What the browser is told, JSON: numbers to draw, and texts to read."""
    return {
        "id": f"{game.method}-{game.seed}-{len(game.candidates)}",
        "method": game.method,
        "tops": game.tops,
        "curve": [float(f"{ratio:.5g}") for ratio in game.curve.tolist()],
        "peaks": game.peaks.tolist(),
        "peaks_told": [short(peak) for peak in game.peaks.tolist()],
        "winner": game.winner,
        "candidates": [
            one._asdict() | {"told": [short(one.height), short(one.ratio), short(one.best)]} for one in game.candidates
        ],
        "coming": [[height if math.isfinite(height) else None for height in row] for row in game.coming.tolist()],
        "coming_told": [[short(height) for height in row] for row in game.coming.tolist()],
        "moves": [
            {"asks": move.asks, "looked": move.looked, "options": [option._asdict() for option in move.options]}
            for move in game.moves
        ],
    }
