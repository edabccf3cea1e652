"""Practice beside the lessons: two things to do with one's hands, and where they are found."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

HERE = Path(__file__).parent
ACTIVITIES = {
    "sender": ("Play the sender", "Candidates arrive. You say which one leads, and when to stop."),
    "rule": ("Build your own rule", "Choose candidates by a rule of your own. Is what the receiver gets still Q?"),
}
AFTER = {  # the last step of a lesson
    "race": ({"page": "sender"}, {"page": "rule"}),
    "budget": ({"page": "sender", "method": "orc"},),
    "partition": ({"page": "sender", "method": "bins"},),
}


def listed() -> None:
    """Under the list of lessons."""
    st.header("Practice", anchor=False)
    for name, (title, about) in ACTIVITIES.items():
        with st.container(border=True, key=f"practice_{name}"):
            st.page_link(HERE / f"{name}.py", label=f"**{title}**", icon=":material/sports_esports:")
            st.markdown(about)


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
