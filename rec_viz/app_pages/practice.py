"""Practice beside the lessons: two things to do with one's hands, and where they are found."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from rec_viz.app_pages import parts
from rec_viz.components import cards
from rec_viz.figures import practice as figures
from rec_viz.model import rule, sender
from rec_viz.settings.table import Sender

HERE = Path(__file__).parent
ACTIVITIES = {
    "sender": ("Play the sender", "Candidates arrive. You say which one leads, and when to stop."),
    "rule": ("Build your own rule", "Choose candidates by a rule of your own. Is what the receiver gets still Q?"),
}
CARD = Sender("bins", "middle", 3)  # the race on the card
AFTER = {  # the last step of a lesson
    "race": ({"page": "sender"}, {"page": "rule"}),
    "budget": ({"page": "sender", "method": "orc"},),
    "partition": ({"page": "sender", "method": "bins"},),
}


def listed() -> None:
    """Under the list of lessons."""
    st.header("Practice", anchor=False)
    look, game, law = parts.colours(), sender.game(CARD), rule.narrowed(2.0)
    front = game.peaks * game.candidates[-1].best
    dots = [(one.u, one.height) for one in game.candidates]
    pictures = {
        "sender": figures.sender(game.curve, game.candidates[-1].best, dots, game.winner, front, look),
        "rule": figures.rule(*law, look),
    }
    shown = [cards.Card(page, title, about, pictures[page]) for page, (title, about) in ACTIVITIES.items()]
    parts.open_card(cards.show(shown, key="practice"))


def after(lesson: str) -> None:
    """At the end of a lesson that has something to practice."""
    for link in AFTER.get(lesson, ()):
        query = {"v": "1"} | {key: value for key, value in link.items() if key != "page"}
        st.page_link(
            HERE / f"{link['page']}.py", label=f"Practice: {ACTIVITIES[link['page']][0].lower()}",
            icon=":material/sports_esports:", query_params=query,
        )  # fmt: skip


def head(page: str) -> None:
    """The top of an activity: its title, and the way back to the lessons."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="head"):
        st.title(ACTIVITIES[page][0], anchor=False, width="stretch")
        st.page_link(HERE / "learn.py", label="All lessons", icon=":material/arrow_back:")
