"""Learn: lessons that ask before they show. The lessons are data (rec_viz/lessons.py); this is the player."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

import rec_core as rec
from rec_viz import lessons, stage
from rec_viz.app_pages import parts
from rec_viz.components import memory, presenter
from rec_viz.lessons import Lesson, Step, handout, progress
from rec_viz.model import lab
from rec_viz.settings import TABLE, View, link_query, links, read_link, widgets
from rec_viz.settings.table import Learn

PAGE = Path(__file__)
STAGE_HEIGHT, LARGE_STAGE_HEIGHT = 400, 460

LESSONS = lessons.all_lessons()
BY_SLUG = {lesson.slug: lesson for lesson in LESSONS}
state = st.session_state
for name, empty in (("learn_done", set()), ("learn_answers", {}), ("learn_shown", set()), ("learn_views", {})):
    state.setdefault(name, empty)


# ------------------------------------------------------------------------------------------------ where we are


def place_query(place: Learn, **extras: str) -> dict[str, str]:
    """The query of a step, or of the list of lessons."""
    query = link_query(place) if place.lesson else {"v": links.LINK_VERSION}
    return query | ({"hide": ",".join(widgets.hidden())} if widgets.hidden() else {}) | extras


def go(place: Learn) -> None:
    """Turn to a step, or to the list; for callbacks."""
    st.query_params.from_dict(place_query(place, **({"present": "1"} if widgets.presenting() else {})))


def turn_page(steps: int) -> None:
    """On by one step, or back; for callbacks, from where the reader is by now rather than when the button was drawn."""
    place, _ = read_place()
    if place.lesson:
        before, after = neighbours(place)
        go(after or Learn() if steps > 0 else before or place)


def read_place() -> tuple[Learn, list[str]]:
    """The step a link asks for, and a sentence for what it asks in vain."""
    query = st.query_params.to_dict()
    place, notices = read_link(query, Learn)
    if "hide" in query:
        state.hidden, strange = links.read_hidden(query)
        notices += strange
    if place.lesson and place.lesson not in BY_SLUG:
        return Learn(), [*notices, f"There is no lesson “{place.lesson}”; here are the lessons there are."]
    last = len(BY_SLUG[place.lesson].steps) if place.lesson else 1
    if place.step > last or query.get("step", "1") != str(place.step):
        return place._replace(step=1), [f"This lesson has steps 1 to {last}, so it starts at the first."]
    return place, notices


def neighbours(place: Learn) -> tuple[Learn | None, Learn | None]:
    """The steps before and after, across lessons."""
    every = [Learn(lesson.slug, k) for lesson in LESSONS for k in range(1, len(lesson.steps) + 1)]
    at = every.index(place)
    return (every[at - 1] if at else None), (every[at + 1] if at + 1 < len(every) else None)


def done_in(lesson: Lesson) -> int:
    """How many of a lesson's steps are done."""
    return sum(Learn(lesson.slug, k) in state.learn_done for k in range(1, len(lesson.steps) + 1))


# ------------------------------------------------------------------------------------------------ the list


def contents() -> None:
    """Every lesson, what it is about, and how far one has come."""
    if widgets.presenting():
        presenter.listen(("Escape",), lambda key: presenter.leave(), "list", key="learn_keys")
    heading, button = st.columns([6, 1], vertical_alignment="bottom")
    heading.title("Learn", anchor=False)
    with button:
        share(Learn())
    minutes = sum(lesson.minutes for lesson in LESSONS)
    st.markdown(
        f"{len(LESSONS)} lessons, about {minutes} minutes in all. You need to know what a Gaussian density is and "
        "what a logarithm does; nothing else. Each lesson asks you to guess before it shows. Guessing wrong is "
        "part of it."
    )
    for number, lesson in enumerate(LESSONS, start=1):
        done, steps = done_in(lesson), len(lesson.steps)
        with st.container(border=True, key=f"lesson_{lesson.slug}"):
            k = next((k for k in range(1, steps + 1) if Learn(lesson.slug, k) not in state.learn_done), 1)
            st.page_link(
                PAGE, label=f"**{number}. {lesson.title}**", query_params=place_query(Learn(lesson.slug, k)),
                icon=":material/check_circle:" if done == steps else ":material/arrow_forward:",
            )  # fmt: skip
            st.markdown(f"{lesson.about}\n\n{done} of {steps} steps done · about {lesson.minutes} minutes")


@st.fragment
def share(place: Learn) -> None:
    """The link of this step, and what a teacher can do with it; made once it is asked for."""
    box = st.popover("Share", icon=":material/link:", on_change="rerun", key="share")
    if not box.open:
        return
    with box:
        query = place_query(place) | {"page": "learn"}
        st.markdown(
            "This link opens the lesson at this step." if place.lesson else "This link opens the list of lessons."
        )
        if place.lesson and st.toggle("Make a link for a class", key="class_link"):
            query |= parts.class_extras(presented=True, seeds=False)
        parts.handed(links.address(st.context.url or "", "learn", query))


# ------------------------------------------------------------------------------------------------ a step


def answer(place: Learn, given: float) -> None:
    """Take an answer; a right one opens the reveal at once."""
    step = step_at(place)
    state.learn_answers[place] = given
    if step.done_when == "answered":
        state.learn_done.add(place)
    if lessons.judge(step, given).right:
        state.learn_shown.add(place)


def answer_typed(place: Learn, key: str) -> None:
    """Take the number in a field."""
    if state[key] is not None:
        answer(place, float(state[key]))


def reveal(place: Learn) -> None:
    """Show why, whatever was answered."""
    state.learn_shown.add(place)
    state.learn_done.add(place)


def step_at(place: Learn) -> Step:
    """The step at a place."""
    return BY_SLUG[place.lesson].steps[place.step - 1]


def told(text: str, now: lessons.Situation) -> str:
    """A lesson's words with their numbers; some laws take a moment the first time."""
    with st.spinner("Working out the numbers"):
        return lessons.filled(text, now)


def say(text: str) -> None:
    """A lesson's words at the size the page is in."""
    if widgets.presenting():
        presenter.large(text)
    else:
        st.markdown(text)


def question(place: Learn, step: Step) -> None:
    """The prediction, a word about the answer, and the reveal."""
    ask = step.ask
    assert ask is not None
    now = lessons.situation(step)
    say(f"**{lessons.filled(ask.question, now)}**")
    given = state.learn_answers.get(place)
    verdict = None if given is None else lessons.judge(step, given)
    if widgets.presenting():
        presented_choices(step, given)
    elif ask.choices:
        for k, choice in enumerate(ask.choices):
            chosen = verdict is not None and given == k
            icon = (":material/check_circle:" if verdict.right else ":material/undo:") if chosen and verdict else None
            st.button(
                f"{'ABCD'[k]}. {lessons.filled(choice.text, now)}", key=f"choice_{place.lesson}_{place.step}_{k}",
                icon=icon, width="stretch", on_click=answer, args=(place, k),
            )  # fmt: skip
    else:
        typed = f"number_{place.lesson}_{place.step}"
        with st.form(f"form_{typed}", border=False):
            note = f" (within {ask.within:g} counts)" if ask.within else ""
            st.number_input(f"Your answer{note}", value=None, key=typed, placeholder="Type a number, then Enter",
                            format="%g")  # fmt: skip
            st.form_submit_button("Answer", on_click=answer_typed, args=(place, typed))
    if verdict is not None:
        if widgets.presenting():
            say(("**Yes.** " if verdict.right else "**Not quite.** ") + verdict.says)
        elif verdict.right:
            st.success(f"**Yes.** {verdict.says}", icon=":material/check_circle:")
        else:
            st.info(f"**Not quite.** {verdict.says}", icon=":material/lightbulb:")
    if place in state.learn_shown:
        say(told(step.reveal, now))
    elif verdict is not None and not widgets.presenting():
        st.button(
            "Show me why",
            key=f"why_{place.lesson}_{place.step}",
            icon=":material/visibility:",
            on_click=reveal,
            args=(place,),
        )


def presented_choices(step: Step, given: float | None) -> None:
    """The choices before a class: read out, and answered with the keys A to D."""
    assert step.ask is not None
    now = lessons.situation(step)
    for k, choice in enumerate(step.ask.choices):
        say(f"{'▸ ' if given == k else ''}{'ABCD'[k]}. {lessons.filled(choice.text, now)}")


def moved(place: Learn, step: Step) -> View:
    """The step's view with the controls the reader may move."""
    kept: dict[str, Any] = state.learn_views.setdefault(place, {})
    for name in step.controls:
        key = f"learn_{place.lesson}_{place.step}_{name}"
        if key not in state:
            state[key] = kept.get(name, getattr(step.view, name))
        kept[name] = widgets.draw_widget(TABLE[View][name], key)
    return step.view._replace(**kept)


def challenge(place: Learn, step: Step, view: View) -> None:
    """What is reached and what is missing."""
    try:
        met = lessons.goals_met(step, view)
    except rec.RecError as error:
        st.warning(str(error), icon=":material/info:")
        return
    for good, says in met:
        if good:
            st.success(says, icon=":material/check_circle:")
        else:
            st.info(says, icon=":material/radio_button_unchecked:")
    if all(good for good, _ in met):
        state.learn_done.add(place)
        st.markdown("**Done.** All of it holds at once.")


def stage_now(place: Learn, step: Step) -> Any:
    """What the stage shows now: in some steps nothing before the reveal, where it would give the answer away."""
    return step.stage_after if place in state.learn_shown else step.stage


def picture(place: Learn, step: Step, view: View) -> None:
    """The stage on the step's race, and the way to Play."""
    shown = stage_now(place, step)
    if shown is None:
        return
    try:
        race = lab.race(view)
    except rec.RecError as error:
        st.warning(str(error), icon=":material/info:")
        return
    parts.refusals(race)
    if any(lane.trace is not None for lane in race.lanes):
        height = LARGE_STAGE_HEIGHT if widgets.presenting() else STAGE_HEIGHT
        stage.show(stage.scene(race, height=height, **shown), key=f"learn_stage_{place.lesson}_{place.step}")
    if not widgets.presenting():
        st.page_link(
            PAGE.with_name("lab.py"), label="Open this in Play", icon=":material/science:",
            query_params=link_query(view, hide=widgets.hidden()),
        )  # fmt: skip


def turn_by_key(place: Learn) -> None:
    """Presenter mode's keys; outside it only the scroll to the top of a new step."""

    def act(name: str) -> None:
        now, _ = read_place()
        if not now.lesson:
            return
        step = step_at(now)
        if name in ("ArrowRight", "PageDown"):
            turn_page(1)
        elif name in ("ArrowLeft", "PageUp"):
            turn_page(-1)
        elif name == "r" and step.ask:
            reveal(now)
        elif name in "abcd" and step.ask and "abcd".index(name) < len(step.ask.choices):
            answer(now, "abcd".index(name))
        elif name == "Escape":
            presenter.leave()

    ask = step_at(place).ask
    answers = "abcd" if ask and ask.choices else ""
    keys = ("ArrowRight", "ArrowLeft", "PageDown", "PageUp", "r", *answers, "Escape") if widgets.presenting() else ()
    presenter.listen(keys, act, f"{place.lesson}/{place.step}", key="learn_keys")


def play(place: Learn) -> None:
    """One step: words and question on the left, the stage on the right, the way on below."""
    lesson, step = BY_SLUG[place.lesson], step_at(place)
    number, last = LESSONS.index(lesson) + 1, len(lesson.steps)
    turn_by_key(place)
    presenting = widgets.presenting()
    if step.done_when == "read":
        state.learn_done.add(place)
    if presenting:
        st.title(f"{lesson.title}: {step.title}", anchor=False)
    else:
        heading, button = st.columns([6, 1], vertical_alignment="bottom")
        heading.title(lesson.title, anchor=False)
        with button:
            share(place)
        st.markdown(
            f"Lesson {number} of {len(LESSONS)} · step **{place.step} of {last}** · "
            f"{' '.join('●' if Learn(lesson.slug, k) in state.learn_done else '○' for k in range(1, last + 1))} "
            f"{done_in(lesson)} done"
        )
    # The same boxes in every step, so that Streamlit puts each thing where its forerunner was and nothing shows twice.
    words, side = st.columns([1, 1] if presenting else [9, 11], gap="medium")
    below = st.container(key="step_below")
    with words:
        boxes = [st.container(key=f"step_{name}") for name in ("text", "controls", "ask", "goals", "turn")]
    parts.wait_for_kernels(height=520)
    text, movable, ask, goals, way = boxes
    with movable:
        view = moved(place, step) if step.controls else step.view
    try:
        with text:
            if not presenting:
                st.header(step.title, anchor=False)
            say(told(step.text, lessons.situation(step, view)))
        with ask:
            if step.ask:
                question(place, step)
        with goals:
            if step.goals:
                challenge(place, step, view)
    except rec.RecError as error:
        goals.warning(str(error), icon=":material/info:")
    if not presenting:
        with way:
            turn(place)
    with below if len(step.view.lanes) > 1 else side:
        picture(place, step, view)
    if presenting:
        st.markdown(
            f"Step **{place.step} of {last}** · keys: Page Up and Page Down turn, Space plays, ← → step, A to D "
            "answer, R reveals, B or . blanks, Escape leaves"
        )


def turn(place: Learn) -> None:
    """Back and next."""
    before, after = neighbours(place)
    label = "Next" if after and after.lesson == place.lesson else "Next lesson" if after else "Finish"
    with st.container(horizontal=True, key="learn_turn"):
        st.button("Back", key="learn_back", icon=":material/arrow_back:", disabled=before is None,
                  on_click=turn_page, args=(-1,))  # fmt: skip
        st.button(f"**{label}**", key="learn_next", icon=":material/arrow_forward:", on_click=turn_page, args=(1,))
        st.button("All lessons", key="learn_list", icon=":material/list:", on_click=go, args=(Learn(),))
    st.page_link(
        PAGE,
        label="Print this lesson",
        icon=":material/print:",
        query_params=place_query(Learn(place.lesson), handout="1"),
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


here, notices = read_place()
for notice in notices:
    st.info(notice, icon=":material/info:")
if not here.lesson:
    contents()
elif st.query_params.get("handout") == "1":
    paper(BY_SLUG[here.lesson])
else:
    play(here)
memory.keep("progress", progress.written(state.learn_done, LESSONS), take_up)
