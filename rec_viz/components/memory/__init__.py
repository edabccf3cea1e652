"""What a browser keeps for its reader: progress and last settings, in its localStorage and nowhere else.

    from rec_viz.components import memory
    memory.keep("progress", {"race": [1, 2]}, on_found=merge)   # called once, if there was an earlier visit

A private window that refuses localStorage keeps nothing, and all else works. What is found comes from
outside: check it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from .. import mount

__all__ = ["keep"]

_MOUNT = mount("memory", Path(__file__).with_name("memory.js"), html="<span></span>")


def keep(name: str, value: Any, on_found: Callable[[Any], None] | None) -> None:
    """Keep `value` (JSON) in the browser under `name`. Once a session `on_found` is first given what an earlier visit
    left, before the next run; with None for it that is overwritten unread.
    """
    key = f"memory_{name}"

    def found() -> None:
        if on_found is not None:
            on_found(st.session_state[key].get("found"))

    session = st.session_state.setdefault("memory_session", secrets.token_hex(4))
    asks = session if on_found is not None else ""
    _MOUNT(data={"name": f"rec-lab-{name}", "value": value, "asks": asks}, key=key, on_found_change=found)
