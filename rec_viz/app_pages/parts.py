"""Parts that several pages share."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Event
from typing import Any, NoReturn, TypeVar
from urllib.parse import parse_qsl

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime import exists, get_instance
from streamlit.runtime.scriptrunner import get_script_run_ctx

import rec_core as rec
from rec_core import families
from rec_viz import background, theme, warm_up
from rec_viz.figures import qr
from rec_viz.model import lab, setting
from rec_viz.settings import PAGES, TABLE, View, link, link_query, links, widgets
from rec_viz.text import reading

Made = TypeVar("Made")


def wait_for_kernels(height: int, on_start: bool = False) -> None:
    """Go on once the kernels are compiled; until then hold the stage's place and say what is going on.

    `on_start`: the page needs no others than the Start page's, which come first.
    """
    warm = warm_up.warm_up()
    compiled = warm.start if on_start else warm.ready
    if compiled.is_set():
        return
    place, begun = st.empty(), time.monotonic()
    with place.container(height=height, border=True, key="compiling"):
        words = st.empty()
    while not compiled.wait(0.5):
        words.markdown(
            "**Compiling the search for this machine.** This happens once after installation and takes less than a "
            f"minute: {time.monotonic() - begun:.0f} s so far."
        )
    place.empty()


def wait_for(event: Event) -> None:
    """Wait, and let Streamlit end the run where the reader does something else: it does so at an output."""
    place = st.empty()
    while not event.wait(0.3):
        place.empty()


def attempt(work: Callable[[], Made], says: str = "Working it out") -> Made:
    """What `work` returns, behind a spinner; where it raises RecError, the page shows the error and ends."""
    try:
        with st.spinner(says):
            return work()
    except rec.RecError as error:
        st.warning(reading.plain(str(error)), icon=":material/info:")
        st.stop()


def refusals(race: lab.Race) -> None:
    """The methods that do not run on this problem, and why."""
    for lane in race.lanes:
        if lane.trace is None:
            st.warning(
                f"**{reading.plain(lane.title)}** does not run here. {reading.plain(reading.raised(lane.refusal))}",
                icon=":material/timer_off:",
            )


def open_card(chosen: str | None) -> None:
    """Open the page of the card that was chosen, if any."""
    if chosen is not None:
        page, _, query = chosen.partition("?")
        go(page, dict(parse_qsl(query)))


def go(page: str, query: Mapping[str, str] | None = None) -> NoReturn:
    """Open another page by the last part of its address.

    What a timer on this page still asks for is dropped first: Streamlit would answer it after the other page was
    drawn, as a run of this one, and the browser would clear the other page for it.
    """
    if context := get_script_run_ctx():
        context.fragment_storage.clear(frozenset())  # from here on it refuses such requests
    st.session_state.going = (page, dict(query or {}))
    st.rerun()  # what has been asked for already becomes part of this run, in which the app opens the page


def colours() -> dict[str, str]:
    """The colour of every role under the reader's theme."""
    return theme.ROLES["dark" if dark() else "light"]


def dark() -> bool:
    """Whether the reader's theme is dark."""
    return bool(st.context.theme.type == "dark")


def alive() -> Callable[[], bool]:
    """A function that says whether this session is still open: a run that no one can see ends, though not for a
    connection that is lost and soon back."""
    context = get_script_run_ctx()
    if context is None or not exists():
        return lambda: True
    runtime, session = get_instance(), context.session_id
    return background.patient(lambda: runtime.is_active_session(session), background.SECONDS_AWAY)


def on_primary(label: str) -> str:
    """A primary button's label: white on the dark theme's light blue could not be read."""
    return f':color[{label}]{{foreground="#10151C"}}' if st.context.theme.type == "dark" else label


def each(work: Callable[[Any], Any], steps: Sequence[Any], text: str) -> list[Any]:
    """`work` of every step, behind a progress bar where it takes long."""
    place, begun, found = st.empty(), time.monotonic(), []
    for done, step in enumerate(steps):
        if time.monotonic() - begun > 0.3:
            place.progress(done / len(steps), text)
        found.append(work(step))
    place.empty()
    return found


def head(title: str, share_: Callable[[], None] | None = None) -> DeltaGenerator:
    """The top of a page of Evidence: the way back, the title, the Share button. Returns the place of its finding."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="head"):
        st.title(title, anchor=False, width="stretch")
        st.page_link(Path(__file__).with_name("evidence.py"), label="Evidence", icon=":material/arrow_back:")
        if share_:
            share_()
    return st.empty()


def finding(place: DeltaGenerator, text: str) -> None:
    """The page's finding in large type; `text` is plain, except for `**bold**`."""
    bold = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", html.escape(text, quote=False))
    place.html(f'<p style="font-size:1.3rem;line-height:1.45;max-width:56rem;margin:0 0 0.5rem">{bold}</p>')


def say_notices(notices: Sequence[str]) -> None:
    """What a link asked for and could not have, letter for letter."""
    for notice in notices:
        st.info(reading.plain(notice), icon=":material/info:")


@st.fragment
def section(title: str, key: str, show: Callable[[], None]) -> None:
    """A closed part of a page: its contents run once it is opened, and without the rest of the page."""
    box = st.expander(f"**{title}**", key=key, on_change="rerun")
    if box.open:
        with box:
            show()


def research_page(
    page: str, title: str, groups: Mapping[str, Sequence[str]], lanes: tuple[str, ...] = ("pfr", "pfr_bins")
) -> tuple[View, DeltaGenerator]:
    """The top of a page about a channel and its bins: sidebar, notices, address bar, head; and the finding's place."""
    notices = widgets.load_link(page)
    view = widgets.channel_and_bins(groups, lanes)
    say_notices(notices)
    widgets.write_link(view, *(widgets.now(kind) for kind in PAGES[page] if kind is not View))
    place = head(title, lambda: share(view, page))
    if view.source == "drawn":
        return _stand_in(view), place
    if view.source == "own":
        st.info(
            "The target on Play is your own. Where this page averages over targets, they are those of the channel with "
            "the same information in each dimension.",
            icon=":material/info:",
        )
    return view, place


def _stand_in(view: View) -> View:
    """What a page about channels shows while the target on Play is drawn by hand, and a notice of that."""
    _, problem = attempt(lambda: setting.problem_of(view))
    st.info(
        f"The target on Play is drawn by hand. This page is about a channel and its many targets, so it shows the "
        f"{families.LABELS[View().family]} channel with the same information, I = {problem.kl_bits:.2f} bits.",
        icon=":material/info:",
    )
    return view._replace(source="channel", family=View().family, bits=problem.kl_bits)


def people(two: bool) -> None:
    """The switch at the top of Play between its two views, of which `two` people is the page Message."""
    chosen = st.segmented_control(
        "Who is there", [False, True], format_func=lambda two: "Two people" if two else "One screen", default=two,
        required=True, label_visibility="collapsed", key=f"people_{two}",
    )  # fmt: skip
    if chosen != two:
        go("message" if chosen else "lab")


def share(
    record: tuple[Any, ...], page: str, private: tuple[str, ...] = (),
    says: str = "This link opens the page exactly as it stands.",
) -> None:  # fmt: skip
    """A button that shows the link of a page set to this record, and to its own where it has one, without the private
    values; and where its controls are Play's, one for a class."""

    def show() -> None:
        own: dict[str, str] = {}
        for kind in PAGES[page]:
            if kind is not type(record):
                own |= {key: text for key, text in link_query(widgets.now(kind)).items() if key != "v"}
        st.markdown(says)
        if isinstance(record, View) and st.toggle("Make a link for a class", key="class_link"):
            own |= class_extras(page == "lab")
        elif widgets.hidden():
            own |= links.hiding(widgets.hidden())
        handed(link(st.context.url or "", record, page, private, **own))

    share_button(show)


def share_button(show: Callable[[], None]) -> None:
    """A button as wide as its words, and what it shows: made once it is pressed, without the rest of the page."""
    with st.container(width="content"):  # a fragment alone would take what a row has left
        _shared(show)


@st.fragment
def _shared(show: Callable[[], None]) -> None:
    box = st.popover("Share", icon=":material/link:", on_change="rerun", key="share")
    if box.open:
        with box:
            show()


def handed(address: str) -> None:
    """A link to copy, and its QR code."""
    st.code(address, language=None, wrap_lines=True)
    st.image(qr.picture(address), width=180, alt="QR code of the link")


def class_extras(presented: bool, seeds: bool = True) -> dict[str, str]:
    """What a teacher adds to a link, chosen in the Share box."""
    rows = TABLE[View]
    hide = st.multiselect("Controls to hide", list(rows), format_func=lambda key: rows[key].label, key="class_hide")
    extras = links.hiding(hide)
    if seeds and st.checkbox("Another seed for every student", key="class_seed"):
        extras["seed"] = links.STUDENT
    if presented and st.checkbox("Presenter mode: large type, keys only, Escape leaves", key="class_present"):
        extras["present"] = "1"
    return extras


def back_to_lesson() -> None:
    """The way back to the step of a lesson that was read last."""
    if here := st.session_state.get("learn_here"):
        query, lesson, step = here
        st.page_link(
            Path(__file__).with_name("learn.py"), label=f"Back to lesson {lesson}, step {step}",
            icon=":material/arrow_back:", query_params=query,
        )  # fmt: skip
