"""The stage as a component of a Streamlit page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from .. import javascript
from .scene import as_json

_HERE = Path(__file__).parent
_MOUNT = st.components.v2.component(
    "rec_lab_stage",
    html=(_HERE / "stage.html").read_text(encoding="utf-8"),
    css="".join((_HERE / name).read_text(encoding="utf-8") for name in ("base.css", "stage.css")),
    js=javascript.joined(_HERE / "mount.js"),
)


def show(scene: dict[str, Any], key: str, on_commit: Callable[[dict[str, Any]], None] | None = None) -> None:
    """Mount the stage on a scene. `on_commit` gets, before the next run, what the reader dragged and let go, as
    `settings.view.dragged` takes it.
    """

    def committed() -> None:
        change = st.session_state[key].get("commit")
        if on_commit is not None and change is not None:
            on_commit(change)

    _MOUNT(data=as_json(scene), key=key, width="stretch", height="content", on_commit_change=committed)
