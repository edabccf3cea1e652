"""The session's settings: from a link into the widgets, from the widgets into the address bar."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import Any, Literal

import streamlit as st

from .links import STUDENT, Record, link_query, read_hidden, read_link
from .presets import OPENINGS
from .table import PAGES, TABLE, Parameter, View
from .view import consistent, relevant


def load_link(page: str) -> list[str]:
    """At the top of a page: put a link's values into the widgets, or those the last page left. Returns notices.

    A link is an address we did not write ourselves. Streamlit forgets widgets on a change of page, we do not.
    """
    state, query = st.session_state, st.query_params.to_dict()
    opened = bool(query) and query != state.get("link_written")
    if opened:
        state.hidden, state.notices = read_hidden(query)
        if query.get("seed") == STUDENT:
            query["seed"] = str(student_seed())
            state.notices.append(f"This class link gives everyone a race of their own. Yours has seed {query['seed']}.")
    for kind in PAGES[page]:
        if opened:
            record, told = read_link(query, kind)
            state.notices = [*told, *(notice for notice in state.notices if notice not in told)]
            put(record)
        elif state.get("page") != page:
            record = current(kind)
            put(opening(page, kind) if record == opening(state.get("page", ""), kind) else record)
    state.page = page
    return list(state.get("notices", ()))


def opening(page: str, kind: type[Record]) -> Record:
    """The record a page shows before anybody has chosen one."""
    found = OPENINGS.get(page)
    return found if isinstance(found, kind) else kind()


def name_of(kind: type, key: str) -> str:
    """The session's key of a parameter's widget."""
    return key if kind is View else f"{kind.__name__.lower()}_{key}"


def put(record: tuple[Any, ...]) -> None:
    """Make the widgets show this record; call before they are drawn or in a callback."""
    kind = type(record)
    for key in TABLE[kind]:
        value = getattr(record, key)
        st.session_state[name_of(kind, key)] = list(value) if isinstance(value, tuple) else value
    st.session_state[f"current_{kind.__name__}"] = record


def current(kind: type[Record]) -> Record:
    """The record of a kind as it last stood in this session."""
    record = st.session_state.get(f"current_{kind.__name__}")
    return record if isinstance(record, kind) else kind()


def now(kind: type[Record]) -> Record:
    """What the widgets of a record say; those not drawn keep their values."""
    before, state = current(kind), st.session_state
    values = {key: state.get(name_of(kind, key), getattr(before, key)) for key in TABLE[kind]}
    return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in values.items()})


def write_link(*records: tuple[Any, ...], private: Sequence[str] = ()) -> None:
    """Keep the address bar on what a page is set to, without the private values."""
    for record in records:
        st.session_state[f"current_{type(record).__name__}"] = record
    query = link_query(*records, private=private, hide=hidden()) | ({"present": "1"} if presenting() else {})
    st.session_state.link_written = query
    if st.query_params.to_dict() != query:
        st.query_params.from_dict(query)


def student_seed() -> int:
    """The seed this session keeps for every link with seed=student."""
    if "student_seed" not in st.session_state:
        st.session_state.student_seed = secrets.randbelow(1_000_000)
    return int(st.session_state.student_seed)


def hidden() -> tuple[str, ...]:
    """The controls a class link has hidden in this session."""
    return tuple(st.session_state.get("hidden", ()))


def presenting() -> bool:
    """Whether the page is shown to a class: large type, no sidebar, no menu, keys only."""
    return bool(st.query_params.get("present") == "1")


def widget(kind: type, key: str, width: Literal["stretch", "content"] = "stretch") -> Any:
    """Draw a parameter's widget and return its value; `width` is that of buttons."""
    name = name_of(kind, key)
    if name not in st.session_state:  # hidden until now, so Streamlit has forgotten it
        value = getattr(current(kind), key)
        st.session_state[name] = list(value) if isinstance(value, tuple) else value
    return draw_widget(TABLE[kind][key], name, width)


def draw_widget(p: Parameter, name: str, width: Literal["stretch", "content"] = "stretch") -> Any:
    """Draw the widget of a parameter on a key of the session, which holds its value.

    The value is also given as the widget's default. Streamlit sends a value set in the session to the browser once, and
    where that run is cut short the browser never hears of it: the widget would then stand at the low end of its range.
    """
    value, options, words = st.session_state[name], list(p.options), p.options.__getitem__
    common: dict[str, Any] = {"key": name, "help": p.help or None}
    match p.kind:
        case "choice":
            return st.selectbox(p.label, options, options.index(value), words, **common)
        case "buttons":
            return st.segmented_control(
                p.label, options, default=value, format_func=words, required=True, width=width, **common
            )
        case "steps":
            return st.select_slider(p.label, options, value, words, **common)
        case "several":
            return tuple(st.pills(p.label, options, selection_mode="multi", default=value, format_func=words, **common))
        case "text":
            return st.text_input(p.label, value, max_chars=int(p.high), **common)
    number = type(p.step)
    draw_number = st.slider if p.kind == "slider" else st.number_input
    return draw_number(p.label, number(p.low), number(p.high), value, number(p.step), **common)


def draw(keys: Sequence[str], values: dict[str, Any], title: str = "") -> None:
    """Draw the widgets of these parameters where they say something, under a title, adding every value to `values`.

    What a teacher hides, and everything in presenter mode, keeps its value undrawn.
    """
    headed = not title
    for key in keys:
        if presenting() or key in hidden() or not relevant(key, values):
            values[key] = value_of(key)
            continue
        if not headed:
            st.subheader(title, anchor=False)
            headed = True
        values[key] = widget(View, key)


def say_hidden() -> None:
    """At the foot of the sidebar: what a class link hides, and a way to show it again."""
    if not hidden() or presenting():
        return
    names = ", ".join(TABLE[View][key].label for key in hidden())
    st.markdown(f"Your teacher’s link hides: {names}.")
    st.button("Show them again", icon=":material/visibility:", on_click=show_hidden, key="show_hidden")


def show_hidden() -> None:
    """Forget which controls are hidden."""
    st.session_state.hidden = ()


def value_of(key: str) -> Any:
    """The value of a parameter of the View that is not drawn: the one it had when it was, or the link's."""
    return getattr(current(View), key)


def channel_and_bins(
    groups: Mapping[str, Sequence[str]], lanes: tuple[str, ...] = ("pfr", "pfr_bins"), beside: bool = False
) -> View:
    """The controls of a page that compares `lanes`, in headed groups: in the sidebar, or where we are, `beside` each
    other. Other parameters keep their values."""
    values: dict[str, Any] = {"lanes": lanes, "source": value_of("source")}
    places = st.columns(len(groups)) if beside and groups else [st.sidebar] * len(groups)
    for place, (title, keys) in zip(places, groups.items(), strict=True):
        with place:
            draw(keys, values, title)
    with nullcontext() if beside else st.sidebar:
        say_hidden()
    del values["lanes"]
    return consistent(View(**{key: values.get(key, value_of(key)) for key in View._fields}))
