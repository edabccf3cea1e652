"""Every chart as a program: views to Python that makes the same figure with rec_core, for a notebook.

A snippet stands alone, works its numbers out with rec_core, draws with rec_viz.figures, and leaves its chart in
`figure`. One module a page.
"""

from __future__ import annotations

from .. import cached
from ..controls import View


def head(view: View) -> str:
    """The beginning of every snippet: imports, the view's `channel`, its `problem` and its partition `bins`."""
    channel, problem = cached.problem_of(view)
    made = f"channel.draw({view.target})  # one target Q of the channel"
    if view.source == "own":
        first, second = (list(column) for column in zip(*problem.params, strict=True))
        made = f"rec.{problem.family}_problem({first}, {second})  # Q"
    bins = cached.partition_of(view, channel)
    return f"""\
import numpy as np
import rec_core as rec
from rec_viz import theme

colours = theme.ROLES["light"]
channel = rec.{channel.family}_channel({list(channel.bits)})  # bits of information in each dimension
problem = {made}
bins = rec.partition({list(bins.intervals)})  # intervals in each dimension
"""
