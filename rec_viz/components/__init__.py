"""Small parts of a page that Streamlit lacks: each a folder of .py .js .css .html that shows one thing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from .. import javascript

_BASE = Path(__file__).parents[1] / "stage" / "base.css"


def mount(name: str, script: Path, html: str = "", base: bool = False) -> Any:
    """A component: its script with what that imports, and beside it the style and, unless given here, the HTML of the
    same name. With `base` it has the stage's buttons and colors. Call it once, at the top of a module.
    """
    style = script.with_suffix(".css")
    styles = [file for file in (_BASE if base else None, style) if file is not None and file.is_file()]
    return st.components.v2.component(
        f"rec_lab_{name}",
        html=html or script.with_suffix(".html").read_text(encoding="utf-8"),
        css="".join(file.read_text(encoding="utf-8") for file in styles) or None,
        js=javascript.joined(script),
    )
