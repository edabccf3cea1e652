"""A component without a face beside a lesson: hears the keys that answer, keeps words in sight, and tells a telephone.

narrow = reader.follow("abc", answer, "race/2", verdict="shown", words="step_text", key="learn_reader")
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

from .. import mount

_MOUNT = mount("reader", Path(__file__).with_name("reader.js"), html="<span></span>")


def follow(keys: Sequence[str], act: Callable[[str], None], place: str, verdict: str, words: str, key: str) -> bool:
    """Call `act` with each of `keys` that is pressed outside a field: letters, "enter", "arrowright". Returns whether
    the window is as narrow as a telephone, False until it has told. Enter on a button or a link stays theirs, but for
    those among the words, which are answers given.

    Of a new `place` page and words begin at the top; with a new `verdict` the words scroll to it,
    and with "shown" until it is at their top. `words` is the key
    of the container that scrolls, the verdict's is words + "_verdict".
    """

    def pressed() -> None:
        if (name := st.session_state[key].pressed) is not None:
            act(name)

    data = {"keys": list(keys), "place": place, "verdict": verdict, "words": words}
    told = _MOUNT(
        data=data, key=key, default={"narrow": False}, on_pressed_change=pressed, on_narrow_change=lambda: None
    )
    return bool(told.narrow)
