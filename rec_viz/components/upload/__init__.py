"""A field for choosing a file, labelled and usable by keyboard: the browser's own, in the look of the page."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from .. import mount

MOST_BYTES = 5_000_000

_MOUNT = mount(
    "upload",
    Path(__file__).with_name("upload.js"),
    html='<label class="upload"><span></span><input type="file"></label>',
)


def show(label: str, accept: str, key: str, on_file: Callable[[str, bytes | None], None]) -> None:
    """The field. `on_file` is called with the name and the bytes of a file, None for more than MOST_BYTES."""

    def chosen() -> None:
        file = st.session_state[key].get("chosen")
        if file is not None:
            on_file(str(file["name"]), base64.b64decode(file["b64"]) if "b64" in file else None)

    data = {"label": label, "accept": accept, "most": MOST_BYTES}
    _MOUNT(data=data, key=key, width="stretch", height="content", on_chosen_change=chosen)
