"""Play the sender: a race in which the reader says who leads, what is next, and when it is over."""

from __future__ import annotations

import secrets
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from rec_viz.app_pages import parts, practice
from rec_viz.components import memory, sender
from rec_viz.model import sender as model
from rec_viz.settings import widgets
from rec_viz.settings.table import Sender

state = st.session_state
state.setdefault("sender_best", {})  # "pfr-short" -> [right, moves]
HOW = {
    "pfr": "Candidates arrive one by one, and the smallest time / ratio wins: a dot under the curve takes the lead.",
    "orc": "ORC looks at {number} candidates, no more and no fewer. A dot under the curve takes the lead.",
    "bins": "Every bin has a clock. As the staircase rises, the bar it meets first is looked at next.",
}
STOPPING = {
    "pfr": "Stop once the next candidate arrives above the top of the curve: neither it nor any later one can win.",
    "orc": "Stop once the budget is spent, whatever could still come. That is what makes ORC quick, and its samples a "
    "little off.",
    "bins": "A bin may be left once its bar lies above the curve everywhere in the bin. Stop once that is so in all.",
}


def ended(game: model.Game, settings: Sender, answers: list[str]) -> None:
    """Keep the best result of a method and length."""
    try:
        result = model.play(game, answers)
    except ValueError:  # not from our page
        return
    name = f"{settings.method}-{settings.level}"
    state.sender_best = model.bettered(state.sender_best, name, result.right, result.moves)


def again() -> None:
    """Another race: another seed."""
    widgets.put(widgets.now(Sender)._replace(seed=secrets.randbelow(10_000_000)))


def take_up(found: Any) -> None:
    """Add what an earlier visit left, where it is better."""
    for name, (right, moves) in model.read_best(found).items():
        state.sender_best = model.bettered(state.sender_best, name, right, moves)


notices = widgets.load_link("sender")
practice.head("sender")
parts.say_notices(notices)
with st.container(horizontal=True, vertical_alignment="bottom", key="sender_controls"):
    widgets.widget(Sender, "method", width="content")
    widgets.widget(Sender, "level", width="content")
    parts.share(widgets.now(Sender), "sender")
settings = widgets.now(Sender)
widgets.write_link(settings)
parts.wait_for_kernels(height=420)
game = parts.attempt(lambda: model.game(settings), "Looking for a good race")
best = state.sender_best.get(f"{settings.method}-{settings.level}")
sender.show(
    game,
    HOW[settings.method].format(number=len(game.candidates)),
    f"{best[0]} of {best[1]}" if best else "",
    key="sender",
    on_end=partial(ended, game, settings),
    on_again=again,
)
st.markdown(STOPPING[settings.method])
st.page_link(
    Path(__file__).with_name("rule.py"), label="Next: build your own rule", icon=":material/arrow_forward:"
)  # fmt: skip
memory.keep("sender", {name: list(pair) for name, pair in state.sender_best.items()}, take_up)
