"""The session's settings: from a link into the widgets, from the widgets into the address bar."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from . import STUDENT, TABLE, Parameter, View, consistent, link_query, read_hidden, read_link


def load_link(page: str) -> list[str]:
    """At the top of a page: put a link's view into the widgets, or the view the last page left. Returns notices.

    A link is an address we did not write ourselves. Streamlit forgets widgets on a change of page; the view is ours.
    """
    state, query = st.session_state, st.query_params.to_dict()
    if "view_now" not in state or (query and query != state.get("link_written")):
        own = {"seed": str(student_seed())} if query.get("seed") == STUDENT else {}
        view, notices = read_link(query | own)
        state.hidden, strange = read_hidden(query)
        state.view_notices = notices + strange
        if own:
            state.view_notices.append(
                f"This class link gives everyone a race of their own. Yours has seed {view.seed}."
            )
        set_view(view if query or "view_now" not in state else state.view_now)
    elif state.get("view_page") != page:
        set_view(state.view_now)
    state.view_page = page
    return list(state.view_notices)


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


def set_view(view: View) -> None:
    """Make the widgets show this view; call before they are drawn or in a callback."""
    for key, value in view._asdict().items():
        st.session_state[key] = list(value) if isinstance(value, tuple) else value
    st.session_state.view_now = view


def write_link(view: View, private: Sequence[str] = ()) -> None:
    """Keep the address bar on the view, every value explicit but the private ones."""
    query = link_query(view, private, hidden()) | ({"present": "1"} if presenting() else {})
    st.session_state.view_now, st.session_state.link_written = view, query
    if st.query_params.to_dict() != query:
        st.query_params.from_dict(query)


def relevant(key: str, values: Mapping[str, Any]) -> bool:
    """Whether a parameter says anything, given the values of those before it; the others are not drawn."""
    lanes = values.get("lanes", ())
    bins = any(name.endswith("_bins") for name in lanes)
    source = values.get("source", "channel")
    channel, own = source == "channel", source == "own"
    return {
        "family": source != "drawn",
        "bits": channel,
        "dim": channel,
        "target": channel,
        "spread": channel and values.get("dim", 1) > 1,
        "heights": source == "drawn",
        "means": own and values.get("family") == "gaussian",
        "scales": own and values.get("family") == "gaussian",
        "lows": own and values.get("family") == "uniform",
        "highs": own and values.get("family") == "uniform",
        "candidates": any(name.startswith("orc") for name in lanes),
        "stopping": any(name.startswith("pfr") for name in lanes),
        "strategy": bins,
        "weights": bins,
        "log2_bins": bins and values.get("strategy") != "own",
        "intervals": bins and values.get("strategy") == "own",
    }.get(key, True)


def widget(key: str) -> Any:
    """Draw a parameter's widget and return its value."""
    if key not in st.session_state:  # hidden until now, so Streamlit has forgotten it
        value = kept(key)
        st.session_state[key] = list(value) if isinstance(value, tuple) else value
    return draw_widget(TABLE[key], key)


def draw_widget(p: Parameter, key: str) -> Any:
    """Draw the widget of a parameter on a key of the session, which holds its value.

    The value is also given as the widget's default. Streamlit sends a value set in the session to the browser once, and
    where that run is cut short the browser never hears of it: the widget would then stand at the low end of its range.
    """
    label, value = p.label, st.session_state[key]
    common: dict[str, Any] = {"key": key, "help": p.help}
    if p.kind == "choice":
        if len(p.options) > 2:
            options = list(p.options)
            return st.selectbox(label, options, options.index(value), p.options.__getitem__, **common)
        return st.segmented_control(
            label, list(p.options), default=value, format_func=p.options.__getitem__, required=True, width="stretch",
            **common,
        )  # fmt: skip
    if p.kind == "choices":
        return tuple(
            st.pills(
                label, list(p.options), selection_mode="multi", default=value, format_func=p.options.__getitem__,
                **common,
            )
        )  # fmt: skip
    if p.kind == "slider":
        number = type(p.default)
        return st.slider(label, number(p.low), number(p.high), value, number(p.step), **common)
    if p.kind == "power":
        return st.select_slider(label, p.powers, value, format_func=lambda n: f"{n:,}", **common)
    if p.kind == "whole":
        return st.number_input(label, int(p.low), int(p.high), value, 1, **common)
    return st.text_input(label, value, max_chars=int(p.high), **common)


def draw(keys: Sequence[str], values: dict[str, Any], title: str = "") -> None:
    """Draw the widgets of these parameters where they say something, under a title, adding every value to `values`.

    What a teacher hides, and everything in presenter mode, keeps its value undrawn.
    """
    headed = not title
    for key in keys:
        if presenting() or key in hidden() or not relevant(key, values):
            values[key] = kept(key)
            continue
        if not headed:
            st.subheader(title, anchor=False)
            headed = True
        values[key] = widget(key)


def say_hidden() -> None:
    """At the foot of the sidebar: what a class link hides, and a way to show it again."""
    if not hidden() or presenting():
        return
    names = ", ".join(TABLE[key].label for key in hidden())
    st.markdown(f"Your teacher’s link hides: {names}.")
    st.button("Show them again", icon=":material/visibility:", on_click=show_hidden, key="show_hidden")


def show_hidden() -> None:
    """Forget which controls are hidden."""
    st.session_state.hidden = ()


def kept(key: str) -> Any:
    """The value of a parameter that is not drawn: the one it had when it was, or the link's."""
    return getattr(st.session_state.view_now, key)


def channel_and_bins(groups: Mapping[str, Sequence[str]], lanes: tuple[str, ...] = ("pfr", "pfr_bins")) -> View:
    """The sidebar of a research page, which compares `lanes`: headed groups; other parameters keep the Lab's values."""
    values: dict[str, Any] = {"lanes": lanes, "source": kept("source")}
    with st.sidebar:
        for title, keys in groups.items():
            draw(keys, values, title)
        say_hidden()
    del values["lanes"]
    return consistent(View(**{key: values.get(key, kept(key)) for key in View._fields}))
