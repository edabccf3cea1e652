"""Play: the stage, the views worth seeing above it, the controls beside it, and three short cards below."""

from functools import partial
from typing import Any

import streamlit as st

import rec_core as rec
from rec_viz import stage
from rec_viz.app_pages import lab_cards, many, parts
from rec_viz.components import drawing, memory, presenter, presets
from rec_viz.model import lab as model
from rec_viz.model import setting
from rec_viz.settings import PRESETS, View, link_query, read_link, table, widgets
from rec_viz.settings.view import consistent, dragged, drawn, own_target
from rec_viz.text import reading

HEIGHT, LARGE_HEIGHT = 0, 310  # of the picture: 0 is as the window allows


def let_go(change: dict[str, Any]) -> None:
    """The reader dragged a handle of the stage: the controls follow."""
    widgets.put(dragged(widgets.current(View), change))


def drew(heights: list[float]) -> None:
    """The reader let go of the drawing board: the target follows."""
    widgets.put(drawn(widgets.current(View), heights))


def another(key: str) -> None:
    st.session_state[key] = getattr(widgets.now(View), key) + 1


def adopt_target() -> None:
    """An own target begins as the one on the stage."""
    before = widgets.current(View)
    if st.session_state.get("source") != "own" or before.source != "channel":
        return
    try:
        _, problem = setting.problem_of(before._replace(family=st.session_state.family))
    except rec.RecError:
        return
    widgets.put(own_target(before._replace(family=problem.family), problem.params))


def draw_controls() -> View:
    """The methods, the weights and the dice; under More, made once it is opened, every other parameter. The numbers
    that are played with most, I, D, J and the seed, are also on the stage itself."""
    values: dict[str, Any] = {}
    adopt_target()
    sight, dice = st.container(key="lab_controls"), st.container(horizontal=True, key="lab_dice")
    more = st.popover("More", icon=":material/tune:", on_change="rerun", key="lab_more")

    def under_more(*keys: str) -> None:
        if more.open:
            with more:
                widgets.draw(keys, values)
        else:
            values.update({key: widgets.value_of(key) for key in keys})

    def in_sight(*keys: str) -> None:
        with sight:
            widgets.draw(keys, values)

    in_sight("lanes")
    under_more("others", "source", "family", "means", "scales", "lows", "highs", "heights", "bits", "dim", "spread")
    under_more("target", "strategy", "log2_bins", "intervals")
    in_sight("weighting", "candidates")
    under_more("stopping", "seed", "view")
    with dice:
        if values["source"] == "channel":
            a_die("Another target", "target")
        a_die("Another race", "seed")
    widgets.say_hidden()
    return consistent(View(**values))


def a_die(label: str, key: str) -> None:
    """A button that draws another value of a parameter, unless that is hidden."""
    if key not in widgets.hidden():
        st.button(label, icon=":material/casino:", on_click=another, args=(key,), key=f"another_{key}")


def board(view: View) -> None:
    """Where the reader draws; a text that is no drawing leaves the board flat, and the page says why."""
    try:
        setting.problem_of(view)
        heights = reading.typed(view.heights) or ()
    except rec.RecError:
        heights = (0.0,) * 33
    drawing.show(heights, key="lab_drawing", on_commit=drew)


def caption(view: View) -> str:
    """One line over the stage: what a preset teaches, else what one can do."""
    for preset in PRESETS:
        if preset.view == view:
            return f"**{preset.name}.** {preset.teaches}"
    draggable = view.dim <= 2 and view.view != "strips" and view.source != "drawn"
    return "Press Play, or step with the arrow keys." + " Drag the handles to move Q and the bins." * draggable


def with_room(view: View) -> View:
    """The view with no more methods than the stage has room for."""
    return view._replace(others=view.others[: table.MAX_LANES - len(view.lanes)])


def picture(view: View, race: model.Race) -> None:
    """The stage, and why a method is not on it. Its ranges stay even without any, to go back by."""
    ran = any(lane.trace is not None for lane in race.lanes)
    blame = stage.worst_bin(race) if ran and view.weighting == "target_mass" else None
    scene = stage.scene(
        race, view.view, HEIGHT, highlight=blame or (), handles=view.source != "drawn", save=ran, live=view
    )  # fmt: skip
    ranges = scene["live"]["controls"]
    scene["live"]["controls"] = [one for one in ranges if one["key"] not in widgets.hidden()]
    stage.show(scene, key="lab_stage", on_commit=let_go)
    parts.refusals(race)


def turn_preset(steps: int) -> None:
    """Show another of the views worth seeing, `steps` further on."""
    views, now = [preset.view for preset in PRESETS], widgets.current(View)
    at = views.index(now) if now in views else -1 if steps > 0 else 0
    widgets.put(views[(at + steps) % len(views)])


def present(view: View) -> None:
    """Play before a class: what the view teaches in large type, a large stage, and keys."""

    def act(key: str) -> None:
        if key == "Escape":
            presenter.leave()
        else:
            turn_preset(1 if key == "PageDown" else -1)

    presenter.listen(("PageDown", "PageUp", "Escape"), act, "lab", key="lab_keys")
    preset = next((preset for preset in PRESETS if preset.view == view), None)
    st.title(preset.name if preset else "Play", anchor=False)
    presenter.large(preset.teaches if preset else "One race, from the first candidate to the message.")
    parts.wait_for_kernels(height=560)
    race = parts.attempt(lambda: model.race(with_room(view)))
    parts.refusals(race)
    if any(lane.trace is not None for lane in race.lanes):
        scene = stage.scene(race, view.view, LARGE_HEIGHT, compact=True, scale=presenter.SCALE)
        stage.show(scene, key="lab_stage")


def play(notices: list[str]) -> None:
    """The page."""
    with st.container(horizontal=True, vertical_alignment="center", key="lab_heading"):
        st.title("Play", anchor=False, width="content")
        parts.people(two=False)
        parts.back_to_lesson()
        share = st.empty()
    strip = st.container(height=presets.HEIGHT, border=False, key="lab_presets")
    parts.say_notices(notices)
    left, right = st.columns([10, 3], gap="medium")
    with right:
        view = draw_controls()
    widgets.write_link(view)
    with share:
        parts.share(view, "lab")
    with left:
        st.markdown(caption(view))
        if not view.lanes + view.others:
            st.info("Choose at least one method.", icon=":material/info:")
            st.stop()
        chosen, view = view, with_room(view)
        if view != chosen:
            st.info(
                "The stage has room for three methods: the first three are shown. Take one away to see another.",
                icon=":material/info:",
            )
        if view.source == "drawn":
            board(view)
        parts.wait_for_kernels(height=520)
        race = parts.attempt(lambda: model.race(view))
        picture(view, race)
    with strip:
        presets.show(view, "presets", widgets.put)
    if any(lane.trace is not None for lane in race.lanes):
        lab_cards.cards(view, race)
        parts.section("Take the searches away: CSV, JSON, Python", "lab_export", partial(lab_cards.exports, view, race))
    parts.section("Many problems at once: a CSV of your own", "batch_section", many.section)


def take_up(found: Any) -> None:
    """The settings of the last visit, which may be anything: read as a link is."""
    if isinstance(found, dict) and all(isinstance(text, str) for text in found.values()):
        widgets.put(read_link(found, View)[0])


# The last visit's settings are read only without a link and before anything is chosen.
fresh = st.session_state.setdefault("lab_fresh", not st.query_params and "current_View" not in st.session_state)
told = widgets.load_link("lab")
if widgets.presenting():
    now = consistent(View(**{key: widgets.value_of(key) for key in View._fields}))
    widgets.write_link(now)
    present(now)
else:
    play(told)
    memory.keep("view", link_query(widgets.current(View)), take_up if fresh else None)
