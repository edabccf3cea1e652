"""Learn: lessons that ask before they show. The lessons are data (rec_viz/lessons); a step is in learn_step.py."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import streamlit as st

from rec_viz import warm_up
from rec_viz.app_pages import class_room, learn_quiz, learn_step, parts, practice
from rec_viz.app_pages.learn_step import BY_SLUG, LESSONS, PAGE, place_query, share
from rec_viz.components import cards, memory, presenter
from rec_viz.lessons import Lesson, handout, pictures, progress
from rec_viz.settings import widgets
from rec_viz.settings.table import Learn

state = st.session_state


def done_in(lesson: Lesson) -> int:
    """How many of a lesson's steps are done."""
    return sum(Learn(lesson.slug, k) in state.learn_done for k in range(1, len(lesson.steps) + 1))


def contents() -> None:
    """Every lesson, what it is about, and how far one has come."""
    if widgets.presenting():
        presenter.listen(("Escape",), lambda key: presenter.leave(), "list", key="learn_keys")
    with st.container(horizontal=True, vertical_alignment="bottom", key="learn_head"):
        st.title("Learn", anchor=False, width="stretch")
        share(Learn())
    course = [lesson for lesson in LESSONS if not lesson.further]
    further = [lesson for lesson in LESSONS if lesson.further]
    minutes = sum(lesson.minutes for lesson in course)
    st.markdown(
        f"{len(course)} lessons, about {minutes} minutes in all. You need to know what a Gaussian density is and "
        "what a logarithm does; nothing else. Each lesson asks you to guess before it shows. Guessing wrong is "
        "part of it."
    )
    class_room.door()
    learn_quiz.offer()
    place = st.empty()
    if not warm_up.warm_up().ready.is_set():
        with place:
            parts.open_card(cards.show([card(lesson, "") for lesson in course], key="lessons_first"))
        warm_up.warm_up().ready.wait()
    with place:
        look = parts.colours()
        parts.open_card(cards.show([card(lesson, pictures.cover(lesson, look)) for lesson in course], key="lessons"))
    st.header("Further", anchor=False)
    parts.open_card(cards.show([card(lesson, pictures.cover(lesson, look)) for lesson in further], key="further"))
    practice.listed()


def card(lesson: Lesson, picture: str) -> cards.Card:
    """The way into a lesson, at the first step that is not done; then at its questions, until they are passed."""
    done, steps, passed = done_in(lesson), len(lesson.steps), lesson.slug in state.learn_passed
    k = next((k for k in range(1, steps + 1) if Learn(lesson.slug, k) not in state.learn_done), 1)
    extras = {"questions": "1"} if done == steps and not passed else {}
    after = "passed" if passed else f"about {lesson.minutes} minutes" if done < steps else "questions next"
    return cards.Card(
        f"learn?{urlencode(place_query(Learn(lesson.slug, k), **extras))}",
        f"{LESSONS.index(lesson) + 1}. {lesson.title}",
        lesson.about,
        picture,
        f"{'✓ ' * passed}{done} of {steps} steps done · {after}",
    )


def paper(lesson: Lesson) -> None:
    """The lesson as a hand-out, and as a file."""
    parts.wait_for_kernels(height=520)
    back, file = st.columns([3, 1], vertical_alignment="center")
    back.page_link(PAGE, label="Back to the lesson", icon=":material/arrow_back:",
                   query_params=place_query(Learn(lesson.slug)))  # fmt: skip
    file.download_button(
        "Download to print", handout.page(lesson), f"rec-lab-{lesson.slug}.html", "text/html", key="handout_file",
        icon=":material/download:", width="stretch", on_click="ignore",
    )  # fmt: skip
    st.html(handout.body(lesson))


def take_up(found: Any) -> None:
    """Add what an earlier visit left."""
    state.learn_done |= progress.read(found, LESSONS)


learn_step.prepare()
notices = class_room.arrive(learn_step.go)
learn_quiz.prepare()
here, told = learn_step.read_place()
parts.say_notices([*notices, *told])
if quiz := learn_quiz.asked_for():
    learn_quiz.play(quiz)
elif not here.lesson:
    contents()
elif st.query_params.get("handout") == "1":
    paper(BY_SLUG[here.lesson])
else:
    learn_step.play(here)
memory.keep("progress", progress.written(state.learn_done, LESSONS), take_up)
learn_quiz.keep()
class_room.keep()
