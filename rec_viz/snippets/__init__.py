"""Every chart as a program for a notebook: a few lines that call the model, and leave the very chart in `figure`.

One module a page. The numbers are those of rec_viz.model, which is pure and can be read; to change the view, change its
arguments.
"""

from __future__ import annotations

from ..settings import View


def program(page: str, view: View, *lines: str) -> str:
    """A page's program: its figures and its model, the view, and these lines."""
    return f"""\
from rec_viz import theme
from rec_viz.figures import {page} as figures
from rec_viz.model import {page} as model
from rec_viz.settings import View

colours = theme.ROLES["light"]
view = {written(view)}
""" + "".join(f"{line}\n" for line in lines)


def written(view: View) -> str:
    """A view as one would write it: what differs from the default."""
    changes = (f"{key}={value!r}" for key, value in view._asdict().items() if value != getattr(View(), key))
    return f"View({', '.join(changes)})"
