"""Class: a teacher's room, its two tests and what they say, and question sets to take away."""

from __future__ import annotations

import streamlit as st

from rec_viz.app_pages import class_room, learn_step
from rec_viz.room import ROOMS
from rec_viz.settings.table import Learn

PAGE = class_room.CLASS.with_name("learn.py")


def lobby(found: class_room.Seat) -> None:
    """A teacher's open room: how to come in, and where to go from here."""
    class_room.beside(Learn(), None, 1.0)
    if class_room.unreachable():
        st.warning(
            "This page is open under an address that only this computer knows. For students, start the app with "
            "`rec-lab --address 0.0.0.0`, and open it by this computer’s own address.",
            icon=":material/wifi_off:",
        )

    def lead() -> None:
        ROOMS.lead(found.code, found.key, st.session_state.class_leads)

    st.toggle("Students’ pages follow yours", ROOMS.leads(found.code), key="class_leads", on_change=lead)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox("Lesson", learn_step.LESSONS, format_func=lambda lesson: lesson.title, key="class_lesson")
        st.page_link(
            PAGE, label="Present it", icon=":material/co_present:",
            query_params=learn_step.place_query(Learn(chosen.slug), present="1"),
        )  # fmt: skip
    st.button("Close the room", key="class_close", icon=":material/logout:", on_click=class_room.close)


learn_step.prepare()
for notice in class_room.arrive():
    st.info(notice, icon=":material/info:")
st.title("Class", anchor=False)
if (teacher := class_room.teacher()) is None:
    st.markdown(
        "Open a room, and students join with its code: no accounts, no names. Their predictions are pooled, and you "
        "show them before the right answer."
    )
    st.button("Open a room", type="primary", icon=":material/groups:", key="class_open", on_click=class_room.open_room)
else:
    lobby(teacher)
class_room.keep()
