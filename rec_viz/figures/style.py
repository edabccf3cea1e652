"""What all charts share: their layout, and a role's colour as a tint."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Colours = Mapping[str, str]

TYPE = 14  # pixels
_NO_BUTTONS = ["zoom2d", "pan2d", "select2d", "lasso2d", "zoomIn2d", "zoomOut2d", "autoScale2d"]

# log10 of seconds, and how people say it
_TIMES = (
    (-6, "1 µs"), (-3, "1 ms"), (0, "1 s"), (1.78, "1 min"), (3.56, "1 h"), (4.94, "1 day"), (7.5, "1 year"),
    (10.5, "1000 years"),
)  # fmt: skip


def finish(figure: go.Figure, height: int, right: int = 16, bottom: int = 48) -> go.Figure:
    """The figure with its height and margins in pixels, the legend in a row above, and type to be read from afar."""
    figure.update_layout(
        height=height, margin={"l": 60, "r": right, "t": 34, "b": bottom}, font_size=TYPE,
        modebar={"remove": _NO_BUTTONS},  # on a phone they lie on the legend; the camera is what Export presses
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "font": {"size": TYPE}},
    )  # fmt: skip
    figure.update_xaxes(tickfont_size=TYPE, title_font_size=TYPE)
    figure.update_yaxes(tickfont_size=TYPE, title_font_size=TYPE)
    figure.update_annotations(font_size=TYPE)
    return figure


def name_end(figure: go.Figure, name: str, colour: str) -> None:
    """Write the name of the last series where it ends, for charts of more series than a legend should list."""
    series = figure.data[-1]
    if len(series.x):
        series.mode = f"{series.mode}+text"
        series.text = [""] * (len(series.x) - 1) + [name]
        series.textposition = "top center"
        series.textfont = {"size": TYPE, "color": colour}


def time_axis(figure: go.Figure, x: float, top: float, rate: float, title: str) -> None:
    """An axis of log2 of candidates from 0 to `top`, and on the right the time they take at `rate` a second.

    A rate of NaN is not known yet. `x` is any place on the x axis: the right axis needs a point to be drawn.
    """
    shift = np.log2(rate)
    ticks = [(seconds * np.log2(10) + shift, text) for seconds, text in _TIMES]
    ticks = [(at, text) for at, text in ticks if -0.5 <= at <= top]
    figure.add_scatter(x=[x], y=[0], yaxis="y2", mode="none", showlegend=False)
    figure.update_layout(
        yaxis={"title": "log₂ of expected candidates", "range": [-0.5, top]},
        yaxis2={
            "title": title, "overlaying": "y", "side": "right", "range": [-0.5, top], "showgrid": False,
            "tickvals": [t for t, _ in ticks], "ticktext": [text for _, text in ticks],
        },
    )  # fmt: skip


def faint(colour: str, opacity: float) -> str:
    """A colour written #rrggbb as a tint for areas."""
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"
