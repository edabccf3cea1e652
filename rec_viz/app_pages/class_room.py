"""A room on the pages of those in it: who sits where, what a student may see yet, and what the teacher's row says."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import streamlit as st

from rec_viz import lessons
from rec_viz.app_pages import parts
from rec_viz.components import memory, tally
from rec_viz.figures import qr
from rec_viz.lessons import Step, handout
from rec_viz.room import ROOMS, rooms
from rec_viz.room.rooms import Form, RoomError
from rec_viz.settings import widgets
from rec_viz.settings.table import Learn

CLOSED = "The room has closed. Everything else works as before."
CLASS = Path(__file__).with_name("class_page.py")
state = st.session_state


class Seat(NamedTuple):
    """A browser's place in a room; the teacher's has the key."""

    code: str
    token: str
    key: str = ""


def seat() -> Seat | None:
    """This session's place, while its room is there."""
    found: Seat | None = state.get("class_seat")
    return found if found and ROOMS.exists(found.code) else None


def student() -> Seat | None:
    """This session's place, if it is a student's."""
    found = seat()
    return found if found and not found.key else None


def teacher() -> Seat | None:
    """This session's place, if it is the teacher's."""
    found = seat()
    return found if found and found.key else None


def name(place: Learn) -> str:
    """What a room calls a step."""
    return f"{place.lesson}/{place.step}"


# ------------------------------------------------------------------------------------------------ in and out


def open_room() -> None:
    """Take a new room as its teacher; for a callback."""
    try:
        code, key = ROOMS.open()
    except RoomError as error:
        state.class_notice = str(error)
        return
    leave()
    state.class_seat, state.class_opened = Seat(code, secrets.token_urlsafe(12), key), widgets.presenting()


def enter(code: str, token: str = "") -> None:
    """Sit down in the room with a code, as somebody typed it."""
    known = rooms.clean(code)
    token = token or secrets.token_urlsafe(12)
    try:
        if not known:
            raise RoomError(f"A room’s code is {rooms.CODE_LENGTH} letters, such as KXTR.")
        ROOMS.join(known, token)
    except RoomError as error:
        state.class_notice = str(error)
        return
    if (before := student()) and before.token != token:
        ROOMS.leave(before.code, before.token)
    state.class_seat, state.class_at = Seat(known, token), None


def leave() -> None:
    """Stand up; for a callback. What was counted stays counted."""
    state.class_seat = None


def close() -> None:
    """End the room; for a callback."""
    if found := teacher():
        ROOMS.close(found.code, found.key)
    leave()


def take_up(found: Any) -> None:
    """Back to the seat that this browser had before its page was loaded again, if the room is still there."""
    if not isinstance(found, Mapping):
        return
    held = [found.get(part, "") for part in Seat._fields]
    if not all(isinstance(part, str) for part in held):
        return
    code, token, key = held
    here = seat()
    if not ROOMS.exists(code) or (here and (here.key or here.code != code)):
        return
    if key and ROOMS.is_teacher(code, key):
        if here:
            ROOMS.leave(here.code, here.token)
        state.class_seat = Seat(code, token, key)
    elif not key:
        enter(code, token)


def arrive(go: Callable[[Learn], None] | None = None) -> list[str]:
    """At the top of a page: enter the room of a link, and with `go` follow the teacher. Returns notices."""
    code = st.query_params.get("room", "")
    if code and code != state.get("class_link"):
        here = seat()
        if here is None or here.code != rooms.clean(code):
            enter(code)
    state.class_link = code
    notices = [state.pop("class_notice")] if "class_notice" in state else []
    if state.get("class_seat") and not seat():
        state.class_seat = None
        notices.append(CLOSED)
    if go and (found := student()):
        follow(found, go)
    return notices


def follow(found: Seat, go: Callable[[Learn], None]) -> None:
    """Go where the teacher asks a student to be: to a test that is out, once, or to the teacher's step."""
    if (form := pending()) and form.name not in state.setdefault("class_forms", set()):
        state.class_forms.add(form.name)
        parts.go("class")
    if (at := ROOMS.place(found.code)) and at != state.get("class_at"):
        state.class_at = at
        lesson, _, step = at.rpartition("/")
        go(Learn(lesson, int(step)))


def pending() -> Form | None:
    """The test that this student is asked to take, and has not handed in."""
    found = student()
    form = ROOMS.form(found.code) if found else None
    return form if found and form and not ROOMS.handed_in(found.code, found.token, form.name) else None


def keep() -> None:
    """At the end of a page: what the browser remembers, and its ear to the room."""
    found = seat()
    memory.keep("room", found._asdict() if found else {}, take_up)
    if found is None or found.key:
        return
    code, news = found.code, ROOMS.news(found.code)

    def refused() -> None:
        state.class_polls = True

    def look() -> None:
        if ROOMS.news(code) != news:
            st.rerun()

    tally.follow(code, news, "class_pupil", on_heard=lambda: None, on_refused=refused)
    if state.get("class_polls"):
        st.fragment(look, run_every=2.0)()


def door() -> None:
    """On the list of lessons: the way into a room, for a student and for a teacher, or out of it."""
    found = seat()
    with st.container(horizontal=True, vertical_alignment="center", key="class_door"):
        if found is None:
            box = st.popover("Join a class", icon=":material/groups:", key="class_join")
            with box, st.form("class_form", border=False):
                st.text_input("The room’s code", max_chars=40, key="class_typed", placeholder="Four letters")
                st.form_submit_button("Join", on_click=lambda: enter(state.class_typed))
            st.page_link(CLASS, label="Teach a class", icon=":material/co_present:")
            return
        st.badge(f"Room {found.code}", icon=":material/groups:", color="gray")
        if found.key:
            st.page_link(CLASS, label="Your class", icon=":material/co_present:")
        else:
            st.page_link(CLASS, label="Tests", icon=":material/assignment:")
            st.button("Leave the room", key="class_leave", on_click=leave, type="tertiary")


# ------------------------------------------------------------------------------------------------ a step


def vote(place: Learn, step: Step, given: float) -> None:
    """Count a student's answer."""
    found = student()
    if found is None or step.ask is None:
        return
    try:
        bucket = rooms.choice(int(given)) if step.ask.choices else rooms.bucket(given)
        ROOMS.vote(found.code, found.token, name(place), bucket)
    except RoomError:
        pass  # the room has just closed, or the number is none, which the step says


def waits(place: Learn) -> bool:
    """Whether the answer is the teacher's to show, and has not been shown yet."""
    found = student()
    return found is not None and not ROOMS.revealed(found.code, name(place))


def counted(place: Learn) -> bool:
    """Whether this student's answer is among those counted."""
    found = student()
    return found is not None and ROOMS.counted(found.code, found.token, name(place))


def seen(place: Learn) -> tuple[float | None, bool]:
    """What the reader has answered, and whether the answer is shown. In a room its teacher shows it, to all at once."""
    given = state.learn_answers.get(place)
    if waits(place):
        return given if counted(place) else None, False
    if student():
        state.learn_shown.add(place)
    return given, place in state.learn_shown


def reveal(place: Learn) -> None:
    """Show a class the answer."""
    if found := teacher():
        ROOMS.reveal(found.code, found.key, name(place))


def address(code: str) -> str:
    """The link that students open, short enough to type."""
    here = (st.context.url or "").split("?")[0].rstrip("/").removesuffix("/learn").removesuffix("/class")
    return f"{here}/learn?room={code}"


def unreachable() -> bool:
    """Whether the page is open under an address that only this machine knows."""
    return urlsplit(st.context.url or "").hostname in ("localhost", "127.0.0.1", "::1")


def beside(place: Learn, step: Step | None, scale: float, show: Callable[[Learn], None] | None = None) -> None:
    """Beside a step's title: for a student the room's code, for its teacher how the class answers. Without a step: the
    code and the link, large. `show` is what the teacher's page does when the answer is revealed."""
    found = seat()
    if found is None:
        return
    if not found.key:
        st.badge(f"Room {found.code}", icon=":material/groups:", color="gray")
        return
    ask = step.ask if step else None
    question = name(place) if ask else ""
    if place.lesson:
        ROOMS.turn(found.code, found.key, name(place))

    def revealed() -> None:
        reveal(place)
        if show:
            show(place)

    def again() -> None:
        ROOMS.ask_again(found.code, found.key, question)

    def refused() -> None:
        state.class_polls = True

    def draw() -> None:
        link = address(found.code)
        shown = bool(ask) and ROOMS.exists(found.code) and ROOMS.revealed(found.code, question)
        picture: dict[str, Any] = {
            "asked": {"code": found.code, "key": found.key, "question": question},
            "link": link.removeprefix("http://").removeprefix("https://"), "qr": qr.picture(link),
            "lobby": step is None, "opens": state.pop("class_opened", False), "scale": scale,
            "asks": "", "labels": None, "right": "", "revealed": shown, "seen": None,
        }  # fmt: skip
        if step and ask:
            now = lessons.situation(step)
            picture["asks"] = handout.inline(lessons.filled(ask.question, now))
            if ask.choices:
                picture["labels"] = {
                    letter: f"{letter}. {handout.inline(lessons.filled(choice.text, now))}"
                    for letter, choice in zip("ABCD", ask.choices, strict=False)
                }
            if shown:
                picture["right"] = (
                    rooms.choice(lessons.right_choice(step)) if ask.choices else lessons.right_answer(step)
                )
        if state.get("class_polls") and ROOMS.exists(found.code):
            seen = ROOMS.tally(found.code, question)
            picture["seen"] = {"question": question, "joined": seen.joined, "answered": seen.answered,
                               "rows": rooms.rows(seen.counts)}  # fmt: skip
        tally.show(picture, "class_tally", reveal=revealed, again=again, refused=refused, gone=lambda: None)

    if state.get("class_polls"):
        st.fragment(draw, run_every=1.0)()
    else:
        draw()
