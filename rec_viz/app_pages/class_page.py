"""Class: a teacher's room, its two tests and what they say; a student's test; and question sets to take away."""

from __future__ import annotations

import math
import secrets
from functools import partial

import streamlit as st

from rec_viz.app_pages import class_room, learn_step, parts
from rec_viz.lessons import question_set, questions
from rec_viz.lessons.questions import Question
from rec_viz.room import ROOMS, forms, gain
from rec_viz.room.rooms import Form, RoomError
from rec_viz.settings.table import Learn
from rec_viz.text import reading

PAGE = class_room.CLASS.with_name("learn.py")
NAMES = {"pre": "before", "post": "after"}
state = st.session_state


# ------------------------------------------------------------------------------------------------ the teacher


def lobby(found: class_room.Seat) -> None:
    """How to come in, and where to go from here."""

    def lead() -> None:
        ROOMS.lead(found.code, found.key, state.class_leads)

    left, right = st.columns([3, 2], gap="medium")
    with left:
        class_room.beside(Learn(), None, 1.0)
    with right:
        chosen = st.selectbox("Lesson", learn_step.LESSONS, format_func=lambda one: one.title, key="class_lesson")
        st.page_link(
            PAGE, label="Present it", icon=":material/co_present:",
            query_params=learn_step.place_query(Learn(chosen.slug), present="1"),
        )  # fmt: skip
        st.toggle("Students’ pages follow yours", ROOMS.leads(found.code), key="class_leads", on_change=lead)
        st.button("Close the room", key="class_close", icon=":material/logout:", on_click=class_room.close)
    if class_room.unreachable():
        st.warning(
            "This page is open under an address that only this computer knows. For students, start the app with "
            "`rec-lab --address 0.0.0.0`, and open it by this computer’s own address.",
            icon=":material/wifi_off:",
        )


def tests(found: class_room.Seat) -> None:
    """The two tests, and the class's gain."""
    st.header("What did they learn?", anchor=False)
    st.markdown(
        f"{forms.SIZE} questions before the lessons, and {forms.SIZE} of the same kinds with other numbers after. "
        "Students take them on their own screens."
    )
    begun = any(ROOMS.marks(found.code, found.key).values())
    about = st.pills(
        "Lessons the tests are about", questions.LESSONS, selection_mode="multi", default=questions.COURSE,
        format_func=titled, key="class_about", disabled=begun,
    )  # fmt: skip

    def hand_out(name: str) -> None:
        ROOMS.hand_out(found.code, found.key, name, about, secrets.randbelow(100_000))

    out = ROOMS.form(found.code)
    with st.container(horizontal=True):
        for name, when in NAMES.items():
            st.button(f"Hand out the test {when}", key=f"class_{name}", icon=":material/assignment:", args=(name,),
                      disabled=not about or (out is not None and out.name == name), on_click=hand_out)  # fmt: skip
        if out is not None:
            st.button("Take it back", key="class_back", type="tertiary", on_click=ROOMS.take_back,
                      args=(found.code, found.key))  # fmt: skip
    st.fragment(partial(results, found), run_every=2.0 if out else None)()


def titled(slug: str) -> str:
    """A lesson's title."""
    return learn_step.BY_SLUG[slug].title if slug in learn_step.BY_SLUG else slug


def results(found: class_room.Seat) -> None:
    """How many have handed in, and what the class learned; live while a test is out."""
    try:
        marks = ROOMS.marks(found.code, found.key)
    except RoomError:
        return
    joined = ROOMS.tally(found.code, "").joined
    said = [f"{len(marks[name])} of {joined} handed in the test {when}" for name, when in NAMES.items()
            if name in marks]  # fmt: skip
    if said:
        st.markdown(" · ".join(said) + ".")
    told = gain.of_class(marks)
    if told.students:
        between = "" if math.isnan(told.low) else f"95% between {told.low:.2f} and {told.high:.2f}"
        columns = st.columns(3)
        columns[0].metric("Right before", f"{told.pre:.0%}")
        columns[1].metric("Right after", f"{told.post:.0%}")
        columns[2].metric("Normalized gain", "all right before" if math.isnan(told.gain) else f"{told.gain:.2f}")
        st.markdown(
            f"Of {told.students} who took both. The gain is what was learned of what could be, (after − before) / "
            f"(1 − before), of the class’s means{f'; {between}, resampling students' if between else ''}."
        )
    if any(marks.values()):
        st.download_button(
            "Results as CSV, without names", gain.table(marks), "rec-lab-class.csv", "text/csv", key="class_csv",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip


def take_away() -> None:
    """Question sets as files."""
    st.markdown("With the right answer and a word about every option, as a table or for a learning platform.")
    about = st.pills("Lessons", questions.LESSONS, selection_mode="multi", default=questions.LESSONS[:2],
                     format_func=titled, key="set_lessons")  # fmt: skip
    number = st.number_input("Questions of each", 1, 20, 5, key="set_number", width=180)
    if not about:
        return
    parts.wait_for_kernels(height=120)
    seed = state.setdefault("set_seed", secrets.randbelow(100_000))
    chosen = parts.attempt(partial(question_set.chosen, about, int(number), seed))
    with st.container(horizontal=True):
        st.download_button("CSV", question_set.table(chosen), "rec-lab-questions.csv", "text/csv", key="set_csv",
                           icon=":material/download:", on_click="ignore")  # fmt: skip
        st.download_button(
            "QTI 2.1", question_set.package(chosen), "rec-lab-questions.zip", "application/zip", key="set_qti",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip
        st.button("Other numbers", key="set_again", icon=":material/casino:", type="tertiary",
                  on_click=lambda: state.pop("set_seed"))  # fmt: skip
    first = chosen[0]
    st.markdown(f"The first of {len(chosen)}:")
    posed(first, 1)
    for k, option in enumerate(first.options):
        st.markdown(f"{'**' * (k == first.right)}{question_set.letter(k)}. {reading.plain(option.text)}"
                    f"{'**' * (k == first.right)}: {reading.plain(question_set.feedback(first, k))}")  # fmt: skip


# ------------------------------------------------------------------------------------------------ a student


def test(found: class_room.Seat, form: Form) -> None:
    """Eight questions on one page, handed in together."""
    st.title(f"Eight questions, {NAMES[form.name]}", anchor=False)
    st.markdown("Nobody sees your name. What you do not know, leave open.")
    parts.wait_for_kernels(height=420)
    asked = parts.attempt(partial(forms.asked, form))

    def hand_in() -> None:
        chosen = [state.get(f"test_{form.name}_{k}") for k in range(len(asked))]
        ROOMS.hand_in(found.code, found.token, form.name, forms.right(form, chosen))

    with st.form("class_test", border=False):
        for k, one in enumerate(asked):
            with st.container(border=True, key=f"test_box_{k}"):
                posed(one, k + 1)
                st.radio(
                    f"Answer to question {k + 1}", range(len(one.options)), index=None, key=f"test_{form.name}_{k}",
                    format_func=[reading.plain(option.text) for option in one.options].__getitem__,
                    label_visibility="collapsed",
                )  # fmt: skip
        st.form_submit_button(parts.on_primary("Hand in"), type="primary", on_click=hand_in)


def waiting(found: class_room.Seat) -> None:
    """A student for whom there is nothing to do here."""
    form = ROOMS.form(found.code)
    st.title(f"Room {found.code}", anchor=False)
    if form:
        st.success("Handed in. Thank you.", icon=":material/check_circle:")
    else:
        st.markdown("Nothing to hand in at the moment.")
    st.page_link(PAGE, label="Back to the lessons", icon=":material/arrow_back:")


# ------------------------------------------------------------------------------------------------ both


def posed(asked: Question, number: int) -> None:
    """A question's words and its table."""
    st.markdown(f"**{number}.** {reading.plain(asked.text)}")
    if asked.table:
        head, *rows = ([reading.plain(cell) or " " for cell in row] for row in asked.table)
        lines = [head, ["---"] * len(head), *rows]
        st.markdown("\n".join(f"| {' | '.join(cells)} |" for cells in lines))


def main() -> None:
    """The page of a teacher with a room or without, or of a student."""
    learn_step.prepare()
    follow = None if class_room.pending() else lambda place: parts.go("learn", learn_step.place_query(place))
    parts.say_notices(class_room.arrive(follow))
    if found := class_room.student():
        if form := class_room.pending():
            test(found, form)
        else:
            waiting(found)
        return
    st.title("Class", anchor=False)
    if found := class_room.teacher():
        lobby(found)
        tests(found)
    else:
        st.markdown(
            "Open a room, and students join with its code: no accounts, no names. Their predictions are pooled, and "
            "you show them before the right answer. A room keeps counts in memory, for a day."
        )
        st.button(parts.on_primary("Open a room"), type="primary", icon=":material/groups:", key="class_open",
                  on_click=class_room.open_room)  # fmt: skip
    parts.section("Questions to take away", "class_take_away", take_away)


main()
class_room.keep()
