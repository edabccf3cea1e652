"""A step of a lesson: words on the left, its picture on the right and always in sight, the way on in one place."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

import rec_core as rec
from rec_viz import lessons, stage
from rec_viz.app_pages import class_room, parts, practice
from rec_viz.components import presenter, reader, sketch
from rec_viz.lessons import Step, hands, pictures, tour
from rec_viz.settings import TABLE, View, link_query, links, read_link, widgets
from rec_viz.settings.table import Learn
from rec_viz.text import reading

PAGE = Path(__file__).with_name("learn.py")
WORDS_HEIGHT = 540  # pixels: with the way on below it, what a window 800 high has room for
STACKED_HEIGHT = 160  # of each of two pictures one above the other
NARROW_HEIGHT = 270  # of a picture on a telephone

LESSONS = lessons.all_lessons()
BY_SLUG = {lesson.slug: lesson for lesson in LESSONS}
state = st.session_state


def prepare() -> None:
    """What a session knows of its lessons, nothing at first."""
    for name, empty in (("learn_done", set()), ("learn_answers", {}), ("learn_shown", set()), ("learn_views", {}),
                        ("learn_hands", {})):  # fmt: skip
        state.setdefault(name, empty)


# ------------------------------------------------------------------------------------------------ where we are


def touring(place: Learn) -> bool:
    """Whether the reader is on the tour, at this step of it."""
    return st.query_params.get("tour") == "1" and place in tour.stops()


def place_query(place: Learn, **extras: str) -> dict[str, str]:
    """The query of a step, or of the list of lessons."""
    query = link_query(place) if place.lesson else {"v": links.LINK_VERSION}
    query |= {"tour": "1"} if touring(place) else {}
    return query | ({"hide": ",".join(widgets.hidden())} if widgets.hidden() else {}) | extras


def go(place: Learn, **extras: str) -> None:
    """Turn to a step, or to the list; for callbacks. With questions="1" to the questions after a lesson."""
    st.query_params.from_dict(place_query(place, **extras, **({"present": "1"} if widgets.presenting() else {})))


def turn_page(steps: int) -> None:
    """On by one step, or back; for callbacks, from where the reader is by now rather than when the button was drawn."""
    place, _ = read_place()
    if place.lesson:
        before, after = neighbours(place)
        if steps > 0 and asks_after(place):
            go(Learn(place.lesson), questions="1")
        else:
            go(after or Learn() if steps > 0 else before or place)


def read_place() -> tuple[Learn, list[str]]:
    """The step a link asks for, and a sentence for what it asks in vain."""
    query = st.query_params.to_dict()
    place, notices = read_link(query, Learn)
    if "hide" in query:
        state.hidden, strange = links.read_hidden(query)
        notices += strange
    if query.get("tour") == "1" and not place.lesson:
        stops = list(tour.stops())
        return next((stop for stop in stops if stop not in state.learn_done), stops[0]), notices
    if place.lesson and place.lesson not in BY_SLUG:
        return Learn(), [*notices, f"There is no lesson “{place.lesson}”; here are the lessons there are."]
    if not place.lesson:
        return Learn(), notices
    last = len(BY_SLUG[place.lesson].steps)
    if place.step > last or query.get("step", "1") != str(place.step):
        return place._replace(step=1), [f"This lesson has steps 1 to {last}, so it starts at the first."]
    return place, notices


def neighbours(place: Learn) -> tuple[Learn | None, Learn | None]:
    """The steps before and after, across lessons or along the tour."""
    every = [Learn(lesson.slug, k) for lesson in LESSONS for k in range(1, len(lesson.steps) + 1)]
    every = list(tour.stops()) if touring(place) else every
    at = every.index(place)
    return (every[at - 1] if at else None), (every[at + 1] if at + 1 < len(every) else None)


def asks_after(place: Learn) -> bool:
    """Whether what comes next are the lesson's questions; the tour has none."""
    return not touring(place) and place.step == len(BY_SLUG[place.lesson].steps)


def share(place: Learn, **extras: str) -> None:
    """The link of this step, or with `extras` of its questions, and what a teacher can do with it."""

    def show() -> None:
        query = place_query(place, **extras) | {"page": "learn"}
        st.markdown(
            "This link opens these questions, with the same numbers."
            if extras
            else "This link opens the lesson at this step."
            if place.lesson
            else "This link opens the list of lessons."
        )
        if place.lesson:
            st.page_link(
                PAGE, label="Print this lesson", icon=":material/print:",
                query_params=place_query(Learn(place.lesson), handout="1"),
            )  # fmt: skip
        st.page_link(PAGE.with_name("class_page.py"), label="Open a room for a class", icon=":material/groups:")
        if place.lesson and st.toggle("Make a link for a class", key="class_link"):
            query |= parts.class_extras(presented=True, seeds=False)
        parts.handed(links.address(st.context.url or "", "learn", query))

    parts.share_button(show)


# ------------------------------------------------------------------------------------------------ a step


def answer(place: Learn, given: float) -> None:
    """Take an answer; a right one opens the reveal at once."""
    step = step_at(place)
    state.learn_answers[place] = given
    if step.done_when == "answered":
        state.learn_done.add(place)
    class_room.vote(place, step, given)
    if lessons.judge(step, given).right and not class_room.waits(place):
        reveal(place)


def answer_typed(place: Learn, key: str) -> None:
    """Take the number in a field."""
    if state[key] is not None:
        answer(place, float(state[key]))


def move(place: Learn, hand: dict[str, float]) -> None:
    """The picture was moved by hand and let go of, which may be the answer."""
    step = step_at(place)
    state.learn_hands[place] = hand
    moved = hands.of(step)
    if moved is not None and moved.answer is not None and not class_room.seen(place)[1]:
        answer(place, moved.answer(hands.asked(step, hand)))


def reveal(place: Learn) -> None:
    """Show why, whatever was answered; in presenter mode to the whole class."""
    state.learn_shown.add(place)
    state.learn_done.add(place)
    if widgets.presenting():
        class_room.reveal(place)


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
    given, shown = class_room.seen(place)
    waits = class_room.waits(place)
    verdict = None if given is None or waits else lessons.judge(step, given)
    if widgets.presenting():
        presented_choices(step, given)
    elif ask.choices:
        right = lessons.right_choice(step) if shown else None
        for k, choice in enumerate(ask.choices):
            chosen = ":material/radio_button_checked:" if waits else ":material/close:"
            icon = ":material/check_circle:" if k == right else chosen if k == given else None
            st.button(
                f"{'ABCD'[k]}. {lessons.filled(choice.text, now)}", key=f"choice_{place.lesson}_{place.step}_{k}",
                icon=icon, width="stretch", on_click=answer, args=(place, k),
            )  # fmt: skip
    elif (moved := hands.of(step)) is None or moved.answer is None:
        typed = f"number_{place.lesson}_{place.step}"
        with st.form(f"form_{typed}", border=False):
            note = f", to within {ask.within:g}" if ask.within else ""
            st.number_input(f"Your answer{note}", value=None, key=typed, placeholder="Type a number, then Enter",
                            format="%g")  # fmt: skip
            st.form_submit_button("Answer", on_click=answer_typed, args=(place, typed))
    with st.container(key="step_text_verdict"):
        if verdict is not None:
            if widgets.presenting():
                say(("**Yes.** " if verdict.right else "**Not quite.** ") + verdict.says)
            elif verdict.right:
                st.success(f"**Yes.** {verdict.says}", icon=":material/check_circle:")
            else:
                st.info(f"**Not quite.** {verdict.says}", icon=":material/lightbulb:")
        if waits and given is not None:
            st.info("Your answer is counted. You can change it until your teacher shows the right one.",
                    icon=":material/how_to_vote:")  # fmt: skip
        elif shown:
            say(told(step.reveal, now))
        elif verdict is not None and not widgets.presenting():
            st.button(
                "Show me why", key=f"why_{place.lesson}_{place.step}", icon=":material/visibility:", on_click=reveal,
                args=(place,),
            )  # fmt: skip


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
    met = lessons.goals_met(step, view)
    for good, says in met:
        if good:
            st.success(says, icon=":material/check_circle:")
        else:
            st.info(says, icon=":material/radio_button_unchecked:")
    if all(good for good, _ in met):
        state.learn_done.add(place)
        st.markdown("**Done.** All of it holds at once.")


def picture(place: Learn, step: Step, view: View, narrow: bool) -> None:
    """The step's stage or its own picture, and the way to Play."""
    (given, shown), name = class_room.seen(place), f"{place.lesson}_{place.step}"
    if class_room.waits(place):
        given = None  # a picture would tell whether it is right
    on_stage = pictures.staged(step, shown, view, given)
    if on_stage is None:
        hand, dark = state.learn_hands.get(place, {}), parts.dark()
        moved = hands.of(step, shown)
        knobs = moved.knobs(hands.asked(step, hand, given, shown)) if moved else []
        sketch.show(
            pictures.draw(step, given, shown, parts.colours(), narrow, hand), f"learn_sketch_{name}",
            partial(answer, place) if step.ask else None, [knob._asdict() for knob in knobs],
            {"lesson": place.lesson, "step": place.step, "shown": shown, "narrow": narrow, "dark": dark},
            partial(move, place),
        )  # fmt: skip
    else:
        race, points = on_stage
        parts.refusals(race)
        if any(lane.trace is not None for lane in race.lanes):
            height = NARROW_HEIGHT if narrow else STACKED_HEIGHT if len(race.lanes) > 1 else 0
            scale = presenter.SCALE if widgets.presenting() else 1.0
            key = f"learn_stage_{name}{'_only' * (len(race.lanes) < len(view.lanes))}"
            stage.show(stage.scene(race, height=height, scale=scale, **points), key=key)
    if BY_SLUG[place.lesson].play and not widgets.presenting():
        st.page_link(
            PAGE.with_name("lab.py"), label="Open this in Play", icon=":material/science:",
            query_params=link_query(view, hide=widgets.hidden()),
        )  # fmt: skip


def choose(letter: str) -> None:
    """Answer the step the reader is at by now with a letter, A to D; for callbacks."""
    now, _ = read_place()
    ask = step_at(now).ask if now.lesson else None
    if ask and "abcd".index(letter) < len(ask.choices):
        answer(now, "abcd".index(letter))


def turn_by_key(place: Learn) -> None:
    """Presenter mode's keys."""

    def act(name: str) -> None:
        now, _ = read_place()
        if name in "abcd":
            choose(name)
        elif name in ("ArrowRight", "PageDown"):
            turn_page(1)
        elif name in ("ArrowLeft", "PageUp"):
            turn_page(-1)
        elif name == "r" and now.lesson and step_at(now).ask:
            reveal(now)
        elif name == "o" and not class_room.teacher():
            class_room.open_room()
        elif name == "Escape":
            presenter.leave()

    ask = step_at(place).ask
    answers = "abcd" if ask and ask.choices else ""
    keys = ("ArrowRight", "ArrowLeft", "PageDown", "PageUp", "r", "o", *answers, "Escape")
    presenter.listen(keys, act, f"{place.lesson}/{place.step}", key="learn_keys")


def follow(place: Learn, step: Step) -> bool:
    """Letters answer and the words follow; whether this is a telephone."""
    given = state.learn_answers.get(place)
    verdict = "shown" if place in state.learn_shown else "" if given is None else f"given {given}"
    keys = "abcd"[: len(step.ask.choices)] if step.ask else ""
    return reader.follow(keys, choose, f"{place.lesson}/{place.step}", verdict, words="step_text", key="learn_reader")


def heading(place: Learn) -> None:
    """Title, progress and Share in one row."""
    lesson = BY_SLUG[place.lesson]
    number = LESSONS.index(lesson) + 1
    title, row = f"{number}. {lesson.title}", [Learn(lesson.slug, k) for k in range(1, len(lesson.steps) + 1)]
    if touring(place):
        title, row = tour.TITLE, list(tour.stops())
    dots = " ".join("●" if stop in state.learn_done else "○" for stop in row)
    with st.container(horizontal=True, vertical_alignment="center", key="step_heading"):
        st.title(title, anchor=False, width="stretch")
        st.markdown(f"step **{row.index(place) + 1} of {len(row)}** {dots}", width="content")
        class_room.beside(place, step_at(place), 1.0, reveal)
        share(place)


def play(place: Learn) -> None:
    """One step: words and question on the left, the way on below them, its picture on the right.

    On a telephone the way on comes first, then the picture, then the words. On a desk words are in a box of their own
    that scrolls, so that neither the picture nor the way on ever moves.
    """
    step, presenting = step_at(place), widgets.presenting()
    state.learn_here = place_query(place), LESSONS.index(BY_SLUG[place.lesson]) + 1, place.step
    if step.done_when == "read":
        state.learn_done.add(place)
    narrow = False
    if presenting:
        turn_by_key(place)
        with st.container(horizontal=True, vertical_alignment="center", key="presented_heading"):
            st.title(f"{BY_SLUG[place.lesson].title}: {step.title}", anchor=False, width="stretch")
            class_room.beside(place, step, presenter.SCALE, reveal)
    else:
        narrow = follow(place, step)
        heading(place)
    way, side, words = boxes(narrow)
    if not presenting:
        with way:
            turn(place)
    with words:
        text, movable, ask, goals = (
            st.container(key=f"step_{name}") for name in ("told", "controls", "ask", "goals")
        )  # fmt: skip
    with side:
        parts.wait_for_kernels(height=420)
    with movable:
        view = moved(place, step) if step.controls else hands.view(step, state.learn_hands.get(place, {}))
    try:
        with text:
            if not presenting:
                st.header(step.title, anchor=False)
            if touring(place):
                say(tour.stops()[place])
            say(told(step.text, lessons.situation(step, view)))
        with ask:
            if step.ask:
                question(place, step)
        with goals:
            if step.goals:
                challenge(place, step, view)
            if place.step == len(BY_SLUG[place.lesson].steps) and not presenting:
                practice.after(place.lesson)
        with side:
            picture(place, step, view, narrow)
    except rec.RecError as error:
        goals.warning(reading.plain(str(error)), icon=":material/info:")
    if presenting:
        st.markdown(
            f"Step **{place.step} of {len(BY_SLUG[place.lesson].steps)}** · keys: Page Up and Page Down turn, Space "
            "plays, ← → step, A to D answer, R reveals, "
            + ("S shows the class" if class_room.teacher() else "O opens a room for a class")
            + ", B or . blanks, Escape leaves"
        )


def boxes(narrow: bool) -> tuple[DeltaGenerator, DeltaGenerator, DeltaGenerator]:
    """Where the way on, the picture and the words go: the same boxes in every step, so that Streamlit puts each thing
    where its forerunner was and nothing shows twice."""
    if narrow:
        return st.container(key="step_way"), st.container(key="step_picture"), st.container(key="step_text")
    left, right = st.columns([2, 3], gap="medium")
    with left:
        words = st.container(height="content" if widgets.presenting() else WORDS_HEIGHT, border=False, key="step_text")
        way = st.container(key="step_way")
    return way, right.container(key="step_picture"), words


def turn(place: Learn) -> None:
    """Back and next, always in the same place."""
    before, after = neighbours(place)
    label = "Questions" if asks_after(place) else "Next" if after else "Finish"
    with st.container(horizontal=True, key="learn_turn"):
        st.button("Back", key="learn_back", icon=":material/arrow_back:", disabled=before is None,
                  on_click=turn_page, args=(-1,))  # fmt: skip
        st.button(parts.on_primary(label), key="learn_next", icon=":material/arrow_forward:", type="primary",
                  on_click=turn_page, args=(1,))  # fmt: skip
        st.button("All lessons", key="learn_list", type="tertiary", icon=":material/list:", on_click=go,
                  args=(Learn(),))  # fmt: skip
