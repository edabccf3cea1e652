"""Every chart as a program: views to Python that makes the same figure with rec_core, for a notebook.

A snippet stands alone, works its numbers out with rec_core, draws with rec_viz.figures, and leaves its chart in
`figure`. One module a page.
"""

from __future__ import annotations

import rec_core as rec

from ..model import setting
from ..settings import View, vector


def channel_line(channel: rec.Channel) -> str:
    """The line that makes a channel."""
    return f"channel = rec.{channel.family}_channel({list(channel.bits)})  # bits of information in each dimension\n"


def problem_line(view: View, problem: rec.Problem) -> str:
    """The line that makes a view's target: from its `channel`, or from the reader's own numbers."""
    if view.source == "channel":
        return f"problem = channel.draw({view.target})  # one target Q of the channel\n"
    if view.source == "drawn":
        heights = list(vector(view.heights) or ())
        return f"problem = rec.piecewise_problem({heights})  # log2 q at even knots, up to a constant\n"
    first, second = (list(column) for column in zip(*problem.params, strict=True))
    return f"problem = rec.{problem.family}_problem({first}, {second})  # Q\n"


def bins_line(bins: rec.Partition) -> str:
    """The line that cuts the prior."""
    return f"bins = rec.Partition({list(bins.intervals)})  # intervals in each dimension; the receiver knows them\n"


def head(view: View) -> str:
    """The beginning of every snippet: imports, the view's `channel`, its `problem` and its partition `bins`."""
    channel, problem = setting.problem_of(view)
    bins = setting.partition_of(view, channel)
    return f"""\
import numpy as np
import rec_core as rec
from rec_viz import theme

colours = theme.ROLES["light"]
{channel_line(channel)}{problem_line(view, problem)}{bins_line(bins)}"""
