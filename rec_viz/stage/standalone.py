"""The stage as one HTML file that plays anywhere: no server, no request, nothing beside it. Needs no Streamlit."""

from __future__ import annotations

import json
import re
from html import escape
from pathlib import Path
from typing import Any

from .. import javascript
from .scene import as_json

_HERE = Path(__file__).parent


def page(scene: dict[str, Any] | None, title: str = "Relative entropy coding") -> str:
    """A page that plays a scene, of about 200 kB; None leaves its place empty."""
    css = "".join(_text(name) for name in ("alone.css", "base.css", "stage.css"))
    data = json.dumps(as_json(scene), separators=(",", ":")).replace("<", "\\u003c")
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{css}</style></head>'
        f'<body>{_text("stage.html")}<script type="application/json" id="scene">{data}</script>'
        f'<script type="module">{program()}</script></body></html>'
    )


def frame(scene: dict[str, Any], title: str = "Relative entropy coding") -> str:
    """The same as an element of another page: a frame, so that its styles stay inside."""
    inside = page(scene, title).replace("&", "&amp;").replace("'", "&#39;")
    return (
        f"<iframe srcdoc='{inside}' title='{escape(title)}' style='width: 100%; height: 46rem; border: 0'></iframe>"
    )


def program() -> str:
    """The player as one module, without its comments and indents."""
    return re.sub(r"^\s*(//.*\n)?", "", javascript.joined(_HERE / "alone.js"), flags=re.MULTILINE)


def _text(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")
