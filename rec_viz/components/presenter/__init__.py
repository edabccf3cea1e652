"""Presenter mode: large words, and a component without a face that hears the keys.

Space plays the stage and arrows step it. B blanks the screen until the next key, and so does a full stop, for where B
is an answer. What is left goes to Python.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

from ...lessons import handout
from .. import mount

SCALE = 1.8  # of the type on the stage

_MOUNT = mount(
    "keys",
    Path(__file__).with_name("presenter.js"),
    html='<dialog class="blank" aria-label="Blank screen: press any key" data-testid="blank"></dialog>',
)


def listen(keys: Sequence[str], act: Callable[[str], None], place: str, key: str) -> None:
    """Call `act` with each of `keys` that is pressed outside a field; a change of `place` scrolls the page to its top.

    With any keys to listen to, Space, arrows and B work as above; without a stage arrows are keys like others.
    """

    def pressed() -> None:
        if (name := st.session_state[key].pressed) is not None:
            act(name)

    _MOUNT(data={"keys": list(keys), "place": place}, key=key, on_pressed_change=pressed)


def leave() -> None:
    """Back to the ordinary page; for a callback."""
    if "present" in st.query_params:
        del st.query_params["present"]


_LARGE = """<style>.rec-large { font-size: 1.5rem; line-height: 1.4 }
.rec-large :is(p, li, td, th) { font-size: inherit; line-height: inherit }
.rec-large :is(td, th) { padding: 0.15em 1.2em 0.15em 0; text-align: left }</style>"""


def large(text: str) -> None:
    """Words for the back row of a class."""
    st.html(f'{_LARGE}<div class="rec-large">{handout.markdown(text)}</div>')
