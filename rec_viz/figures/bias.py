"""ORC's bias as pictures: pure functions from numbers to Plotly figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from .style import Colours, Floats, faint, finish


class Output(NamedTuple):
    """What one method puts out: its exact density at the figure's `x`, and a histogram of real samples."""

    name: str
    role: str
    density: Floats
    edges: Floats
    measured: Floats  # density of the samples between the edges, nan without samples


def densities(x: Floats, target: Floats, outputs: Sequence[Output], colours: Colours) -> go.Figure:
    """The target's density, and the densities ORC puts out: exact as lines, measured as steps."""
    figure = go.Figure()
    figure.add_scatter(
        x=x, y=target, mode="lines", name="target Q", line={"color": colours["q"], "width": 3}, fill="tozeroy",
        fillcolor=faint(colours["q"], 0.15),
    )  # fmt: skip
    for output in outputs:
        if np.isfinite(output.measured).all():
            figure.add_scatter(
                x=np.repeat(output.edges, 2)[1:-1], y=np.repeat(output.measured, 2), mode="lines",
                name=f"{output.name}: samples", line={"color": colours[output.role], "width": 1}, opacity=0.6,
                showlegend=False,
            )  # fmt: skip
        figure.add_scatter(
            x=x, y=output.density, mode="lines", name=f"{output.name}: exact",
            line={"color": colours[output.role], "width": 2.5, "dash": "dash"},
        )  # fmt: skip
    figure.update_xaxes(title="x")
    figure.update_yaxes(title="density", rangemode="tozero")
    return finish(figure, 400)


class Decay(NamedTuple):
    """How one method's bias falls over the figure's n: exact, and measured where it was; nan elsewhere."""

    name: str
    role: str
    exact: Floats
    measured: Floats = np.empty(0)  # empty: nowhere
    error: Floats = np.empty(0)  # half of a 95% interval


def decay(log2_candidates: Floats, lines: Sequence[Decay], chosen: float, what: str, colours: Colours) -> go.Figure:
    """How a measure of the bias falls with the number of candidates, exact as lines, measured as diamonds.

    Values of 0 have no place on the axis, nor have measurements that do not differ from it clearly.
    """
    figure = go.Figure()
    for line in lines:
        if np.isfinite(line.exact).any():
            figure.add_scatter(
                x=log2_candidates, y=np.where(line.exact > 0, line.exact, np.nan), mode="lines", name=line.name,
                line={"color": colours[line.role], "width": 2.5}, legendgroup=line.name,
            )  # fmt: skip
        clear = line.measured > line.error  # nan is not
        if clear.any():
            figure.add_scatter(
                x=log2_candidates[clear], y=line.measured[clear], mode="markers", name=f"{line.name}: measured",
                marker={"color": colours[line.role], "size": 9, "symbol": "diamond"}, legendgroup=line.name,
                showlegend=False,
                error_y={"array": line.error[clear], "thickness": 1.5, "width": 3},
            )  # fmt: skip
    figure.add_vline(x=chosen, line={"color": colours["bound"], "dash": "dot"}, annotation_text="n chosen")
    figure.update_xaxes(title="log₂ of the number of candidates n")
    some = [values[values > 0] for values in (line.exact for line in lines)]
    decades = max((float(np.log10(values.max() / values.min())) for values in some if values.size), default=1.0)
    figure.update_yaxes(title=what, type="log", exponentformat="power", dtick=max(1, round(decades / 6)))
    return finish(figure, 340)
