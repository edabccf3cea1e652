"""Code lengths as pictures: pure functions from numbers to Plotly figures. Every axis is in bits unless it says not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

Floats = NDArray[np.float64]
Colours = Mapping[str, str]

_MARGIN = {"l": 60, "r": 16, "t": 34, "b": 48}


class Running(NamedTuple):
    """A mean as it fills in: after each of `runs` (K,) encodings, its value and the half width of its 95% interval."""

    name: str
    role: str
    runs: Floats
    mean_bits: Floats
    half_width_bits: Floats
    exact_bits: float
    bound_bits: float


def running_mean(lanes: Sequence[Running], information_bits: float, colours: Colours) -> go.Figure:
    """Mean message length against the number of encodings, with its interval, the exact mean and the bound."""
    figure = go.Figure()
    for lane in lanes:
        colour = colours[lane.role]
        band = np.concatenate([lane.mean_bits + lane.half_width_bits, (lane.mean_bits - lane.half_width_bits)[::-1]])
        figure.add_scatter(
            x=np.concatenate([lane.runs, lane.runs[::-1]]), y=band, fill="toself", mode="none", fillcolor=colour,
            opacity=0.2, hoverinfo="skip", name=f"{lane.name}: 95% interval", showlegend=False,
        )  # fmt: skip
        figure.add_scatter(
            x=lane.runs, y=lane.mean_bits, mode="lines", line={"color": colour, "width": 2.5}, name=f"{lane.name}: mean"
        )
        for value, dash, what in ((lane.exact_bits, "dot", "exact mean"), (lane.bound_bits, "dash", "bound")):
            figure.add_scatter(
                x=lane.runs[[0, -1]], y=[value, value], mode="lines", name=f"{lane.name}: {what}",
                line={"color": colour, "dash": dash, "width": 1.5},
            )  # fmt: skip
    ends = np.array([min(lane.runs[0] for lane in lanes), max(lane.runs[-1] for lane in lanes)])
    figure.add_scatter(
        x=ends, y=[information_bits] * 2, mode="lines", name="I: no method can do better", line={"color": colours["q"]}
    )
    figure.update_xaxes(title="encodings", type="log", dtick=1)
    figure.update_yaxes(title="mean message length, bits", rangemode="tozero")
    return _finish(figure, 400)


class Histogram(NamedTuple):
    """Counts of the local index and its exact law, over the bins of `edges` (K + 1,)."""

    name: str
    role: str
    edges: Floats
    counts: NDArray[np.int64]
    exact: Floats  # probability of each bin


def index_edges(max_index: int) -> Floats:
    """Histogram edges over 1..max_index: every index alone at first, then a quarter of an octave each."""
    edges = np.unique(np.concatenate([np.arange(1, 9), np.round(2.0 ** np.arange(3, 64, 0.25))]))
    return edges[edges <= max_index] - 0.5


def index_histogram(lanes: Sequence[Histogram], colours: Colours) -> go.Figure:
    """Measured local indices as bars under the curve of their exact law, one panel a method."""
    figure = make_subplots(
        rows=1,
        cols=len(lanes),
        shared_yaxes=True,
        horizontal_spacing=0.04,
    )
    for column, lane in enumerate(lanes, start=1):
        centre = np.sqrt(np.maximum(lane.edges[:-1], 0.5) * lane.edges[1:])
        width = np.log2(lane.edges[1:] / np.maximum(lane.edges[:-1], 0.5))
        total = max(int(lane.counts.sum()), 1)
        figure.add_bar(
            x=np.log2(centre), y=lane.counts / total / width, width=width, marker_color=colours[lane.role],
            opacity=0.55, name="measured", legendgroup="measured", showlegend=column == 1, row=1, col=column,
        )  # fmt: skip
        figure.add_scatter(
            x=np.log2(centre), y=lane.exact / width, mode="lines+markers", line={"color": colours["bound"], "width": 2},
            marker_size=5, name="exact law", legendgroup="exact", showlegend=column == 1, row=1, col=column,
        )  # fmt: skip
        figure.update_xaxes(title=f"log₂ of the index, {lane.name}", row=1, col=column)
    figure.update_yaxes(title="probability per bit", col=1)
    return _finish(figure, 330)


class Account(NamedTuple):
    """Where one method's bits go, on average; the parts add up to its mean length."""

    name: str
    parts: tuple[tuple[str, str, float], ...]  # what, role, bits


def account(lanes: Sequence[Account], colours: Colours) -> go.Figure:
    """Stacked bars of where the bits go."""
    figure = go.Figure()
    seen: set[str] = set()
    for lane in lanes:
        for what, role, bits in lane.parts:
            figure.add_bar(
                y=[lane.name], x=[bits], orientation="h", marker_color=colours[role], name=what, legendgroup=what,
                showlegend=what not in seen, text=f"{bits:.2f}" if bits > 0.25 else "", textposition="inside",
                insidetextanchor="middle",
            )  # fmt: skip
            seen.add(what)
    figure.update_layout(barmode="stack")
    figure.update_xaxes(title="bits")
    figure.update_yaxes(autorange="reversed")
    return _finish(figure, 150 + 52 * len(lanes))


class Sweep(NamedTuple):
    """One line over the information I; `measured` marks means of real encodings."""

    name: str
    role: str
    dash: str
    information_bits: Floats
    excess_bits: Floats


def sweep(
    lines: Sequence[Sweep], points: Sequence[tuple[str, str, Floats, Floats, Floats]], colours: Colours
) -> go.Figure:
    """Bits above I against I. `points` are (name, role, I, excess, half width of the 95% interval)."""
    figure = go.Figure()
    for line in lines:
        figure.add_scatter(
            x=line.information_bits, y=line.excess_bits, mode="lines", name=line.name,
            line={"color": colours[line.role], "dash": line.dash, "width": 2},
        )  # fmt: skip
    for name, role, x, y, half in points:
        figure.add_scatter(
            x=x, y=y, mode="markers", name=name, marker={"color": colours[role], "size": 9, "symbol": "diamond"},
            error_y={"type": "data", "array": half, "color": colours[role]},
        )  # fmt: skip
    figure.update_xaxes(title="information I, bits", rangemode="tozero")
    figure.update_yaxes(title="mean message length − I, bits", rangemode="tozero")
    return _finish(figure, 420)


def _finish(figure: go.Figure, height: int) -> go.Figure:
    figure.update_layout(
        height=height, margin=_MARGIN, legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        hovermode="closest",
    )  # fmt: skip
    return figure
