"""The questions at the end of a lesson, and those that come back: three right in a row pass it."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import streamlit as st

from rec_viz.app_pages import learn_step, parts
from rec_viz.app_pages.learn_step import BY_SLUG, LESSONS, go, say
from rec_viz.components import memory, presenter, reader, sketch
from rec_viz.lessons import LessonError, mastery
from rec_viz.lessons.mastery import Quiz
from rec_viz.settings import widgets
from rec_viz.settings.table import Learn

RETURNING = "returning"  # the quiz of what was missed, among those of lessons
NUMBERS = ("No", "One", "Two")
state = st.session_state


def prepare() -> None:
    """What a session knows of its quizzes, nothing at first."""
    for name, empty in (("quizzes", {}), ("learn_passed", set()), ("learn_missed", {})):
        state.setdefault(name, empty)


def keep() -> None:
    """Have the browser keep what is passed and missed."""

    def take_up(found: Any) -> None:
        passed, missed = mastery.read(found)
        state.learn_passed |= passed
        state.learn_missed = missed | state.learn_missed

    memory.keep("questions", mastery.written(state.learn_passed, state.learn_missed), take_up)


def today() -> int:
    """The day where the reader is, by its number."""
    return (datetime.now(UTC) - timedelta(minutes=st.context.timezone_offset or 0)).toordinal()


def asked_for() -> str:
    """The quiz the address asks for: a lesson, RETURNING, or "" for none."""
    if "questions" not in st.query_params:
        return ""
    place, _ = learn_step.read_place()
    return place.lesson or RETURNING


def seed_of_link() -> int | None:
    """The seed a link asks for, so that a class gets the same questions."""
    seed = st.query_params.get("seed", "")
    return int(seed) if seed.isascii() and seed.isdigit() and len(seed) < 10 else None


def quiz_of(name: str) -> Quiz | None:
    """The quiz a session is at; None where nothing comes back."""
    seed = seed_of_link()
    quiz: Quiz | None = state.quizzes.get(name)
    if quiz is None or (seed is not None and quiz.seed != seed):
        fresh = secrets.randbelow(10**8) if seed is None else seed
        quiz = (
            mastery.returning(state.learn_missed, today(), fresh)
            if name == RETURNING
            else mastery.of_lesson(name, fresh)
        )
        if quiz is not None:
            state.quizzes[name] = quiz
    return quiz


def answer(name: str, chosen: int) -> None:
    """Take an answer, and note what it says; for callbacks."""
    before = state.quizzes[name]
    quiz = state.quizzes[name] = before.answered(chosen)
    if quiz is before:
        return
    state.learn_missed = mastery.noted(state.learn_missed, quiz.kind, quiz.right, today())
    if quiz.passed and name != RETURNING:
        state.learn_passed.add(name)


def turn_on(name: str) -> None:
    """To the next question; once passed, to the next lesson or back to the list. For callbacks."""
    quiz = state.quizzes[name]
    if not quiz.passed:
        state.quizzes[name] = quiz.following()
        return
    state.quizzes.pop(name)
    leave(name)


def leave(name: str) -> None:
    """To the next lesson, or the list."""
    after = next_lesson(name)
    go(Learn(after) if after else Learn())


def next_lesson(name: str) -> str:
    """The lesson after the one of a quiz, "" for none."""
    at = next((k for k, lesson in enumerate(LESSONS) if lesson.slug == name), len(LESSONS))
    return LESSONS[at + 1].slug if at + 1 < len(LESSONS) else ""


def back(name: str) -> None:
    """To the lesson's last step, or the list; for callbacks."""
    go(Learn(name, len(BY_SLUG[name].steps)) if name in BY_SLUG else Learn())


def act(key: str) -> None:
    """Answer or turn by key, wherever the reader is by now; for callbacks."""
    name = asked_for()
    quiz = state.quizzes.get(name)
    if key.lower() == "escape":
        presenter.leave()
    elif quiz is None:
        return
    elif key in "abcd":
        answer(name, "abcd".index(key))
    elif key.lower() in ("enter", "arrowright", "pagedown") and quiz.chosen is not None:
        turn_on(name)
    elif key.lower() in ("arrowleft", "pageup"):
        back(name)


def offer() -> None:
    """What was missed and comes back today, for the top of the list of lessons."""
    kinds = mastery.due(state.learn_missed, today())
    if not kinds:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="returning"):
        many = "questions" if len(kinds) > 1 else "question"
        st.markdown(f"**{NUMBERS[len(kinds)]} {many} you missed**: the same kind, with new numbers.", width="stretch")
        st.button("Try again", key="returning_open", icon=":material/replay:", on_click=open_quiz, args=(RETURNING,))


def open_quiz(name: str) -> None:
    """Turn to a quiz; for callbacks."""
    go(Learn(name) if name in BY_SLUG else Learn(), questions="1")


# ------------------------------------------------------------------------------------------------ the page


def play(name: str) -> None:
    """One question: words and options on the left, the way on below them, its picture on the right."""
    parts.wait_for_kernels(height=520)
    try:
        quiz = quiz_of(name)
    except LessonError as error:
        st.warning(str(error))
        return
    if quiz is None:
        st.title("Nothing to ask today", anchor=False)
        st.markdown("What you miss comes back after one, three, seven and twenty-one days.")
        st.button("All lessons", icon=":material/list:", on_click=go, args=(Learn(),))
        return
    presenting, narrow, place = widgets.presenting(), False, f"quiz/{name}/{quiz.asked}"
    letters = "abcd"[: len(quiz.question.options)] if quiz.chosen is None else ""
    if presenting:
        presenter.listen(
            (*letters, "ArrowRight", "ArrowLeft", "PageDown", "PageUp", "Escape"), act, place, "learn_keys"
        )
    else:
        keys = tuple(letters) if quiz.chosen is None else ("enter", "arrowright")
        verdict = "" if quiz.chosen is None else f"given {quiz.chosen}"
        narrow = reader.follow(keys, act, place, verdict, words="step_text", key="learn_reader")
    heading(name, quiz)
    way, side, words = learn_step.boxes(narrow)
    if not presenting:
        with way:
            turn(name, quiz)
    with words:
        with st.container(key="step_ask"):
            ask(name, quiz)
        with st.container(key="step_text_verdict"):
            verdict_on(name, quiz)
    with side:
        drawn = quiz.question.drawn(parts.colours(), narrow, quiz.chosen is not None)
        sketch.show(drawn, f"quiz_sketch_{name}_{quiz.asked}")


def heading(name: str, quiz: Quiz) -> None:
    """Title and how many are right in a row."""
    dots = " ".join("●" if k < quiz.row else "○" for k in range(quiz.needed))
    with st.container(horizontal=True, vertical_alignment="center", key="step_heading"):
        title = f"{LESSONS.index(BY_SLUG[name]) + 1}. {BY_SLUG[name].title}" if name in BY_SLUG else "What you missed"
        st.title(title, anchor=False, width="stretch")
        st.markdown(f"**{quiz.row} of {quiz.needed}** in a row {dots}", width="content")
        if name in BY_SLUG:
            learn_step.share(Learn(name), questions="1", seed=str(quiz.seed))


def ask(name: str, quiz: Quiz) -> None:
    """The question and its options; once answered the right one is marked, and a wrong choice."""
    asked, presenting = quiz.question, widgets.presenting()
    say(f"**{asked.text}**")
    if asked.table:
        lines = [f"| {' | '.join(row)} |" for row in asked.table]
        say("\n".join([lines[0], "|---" * len(asked.table[0]) + "|", *lines[1:]]))
    for k, option in enumerate(asked.options):
        text = f"{'ABCD'[k]}. {option.text}"
        right, chosen = quiz.chosen is not None and k == asked.right, quiz.chosen == k
        if presenting:
            say(f"{'✓ ' if right else '▸ ' if chosen else ''}{text}")
            continue
        icon = ":material/check_circle:" if right else ":material/close:" if chosen else None
        st.button(text, key=f"quiz_{name}_{quiz.asked}_{k}", icon=icon, width="stretch", on_click=answer,
                  args=(name, k))  # fmt: skip


def verdict_on(name: str, quiz: Quiz) -> None:
    """What an answer shows, and why."""
    if quiz.chosen is None:
        return
    asked, idea = quiz.question, quiz.question.shows(quiz.chosen)
    if idea is None:
        text, show, icon = f"**Yes.** {asked.why}", st.success, ":material/check_circle:"
    else:
        text, show, icon = f"**Not quite. “{idea.name}”?** {idea.help}\n\n{asked.why}", st.info, (
            ":material/lightbulb:")  # fmt: skip
    if idea is not None and quiz.idea is idea:
        text += f"\n\n**This idea keeps coming back.** {idea.belief}"
    if widgets.presenting():
        say(text)
    else:
        show(text, icon=icon)
    if quiz.passed:
        say("**Passed.** " + ("They come back later, to make sure." if name == RETURNING else
            f"{quiz.needed} in a row: this lesson is yours."))  # fmt: skip


def turn(name: str, quiz: Quiz) -> None:
    """Back and next, in the places they have in a lesson."""
    label = "Next" if not quiz.passed else "Next lesson" if next_lesson(name) else "Finish"
    label = label if quiz.chosen is None else parts.on_primary(label)
    with st.container(horizontal=True, key="learn_turn"):
        st.button("Back", key="learn_back", icon=":material/arrow_back:", on_click=back, args=(name,))
        st.button(label, key="learn_next", icon=":material/arrow_forward:", type="primary",
                  disabled=quiz.chosen is None, on_click=turn_on, args=(name,))  # fmt: skip
        if not quiz.passed:
            st.button("Skip", key="learn_skip", type="tertiary", on_click=leave, args=(name,))
        st.button("All lessons", key="learn_list", type="tertiary", icon=":material/list:", on_click=go,
                  args=(Learn(),))  # fmt: skip
