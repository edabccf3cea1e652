"""How long searches take, as pictures: pure functions from numbers to Plotly figures; heights in log2 of candidates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from ..text.reading import raised
from .style import TYPE, Colours, Floats, finish, time_axis


class Line(NamedTuple):
    """One way to search: log2 of the candidates a typical target takes, exact and where it was run; nan elsewhere."""

    name: str
    role: str
    dash: str
    exact_bits: Floats
    measured_bits: Floats
    error_bits: Floats  # half of a 95% interval


class Star(NamedTuple):
    """One target under one search."""

    name: str
    role: str
    x: float
    candidates_bits: float


def growth(
    x: Floats, x_title: str, lines: Sequence[Line], stars: Sequence[Star], rate: float, colours: Colours
) -> go.Figure:
    """Expected candidates over what makes them many. Right axis: time at `rate` candidates a second."""
    figure = go.Figure()
    for line in lines:
        known, run = np.isfinite(line.exact_bits), np.isfinite(line.measured_bits)
        if known.any():
            figure.add_scatter(
                x=x[known], y=line.exact_bits[known], mode="lines", name=line.name,
                line={"color": colours[line.role], "dash": line.dash, "width": 2.5}, legendgroup=line.name,
            )  # fmt: skip
        if run.any():
            figure.add_scatter(
                x=x[run], y=line.measured_bits[run], mode="markers", name=f"{line.name}: measured",
                marker={"color": colours[line.role], "size": 8, "symbol": "diamond"}, legendgroup=line.name,
                error_y={"array": line.error_bits[run], "thickness": 1.5, "width": 3}, showlegend=False,
            )  # fmt: skip
    for order, star in enumerate(stars):
        figure.add_scatter(
            x=[star.x], y=[star.candidates_bits], mode="markers", name=star.name, legendgroup="stars",
            marker={"symbol": "star", "size": 18, "color": colours[star.role],
                    "line": {"width": 1, "color": colours["bound"]}},
            showlegend=order == 0,
        )  # fmt: skip
    heights = [float(lines[0].exact_bits.max()), *(star.candidates_bits for star in stars)]
    top = max(heights) + 4.0
    time_axis(figure, float(x[0]), top, rate, "time on this machine")
    figure.update_xaxes(title=x_title, rangemode="tozero")
    return finish(figure, 470, right=96)


def trade(
    log2_bins: Floats,
    candidates_bits: Floats,
    lengths_bits: Sequence[tuple[str, str, Floats]],
    limits: tuple[float, float],
    chosen: tuple[float, float],
    colours: Colours,
) -> go.Figure:
    """What each doubling of J buys: time against mean message length, one mark a J, one line a code for the index.

    `lengths_bits` are (name of the code, role, values); the first one's J are written out. `chosen` is a length and
    log2 of candidates, starred. `limits` are I, and the floor, the least any one-shot code needs.
    """
    figure = go.Figure()
    longer = np.diff(lengths_bits[0][2], prepend=lengths_bits[0][2][0]) > 0  # beside the line, on its free side
    places = ["top right" if more else "middle right" for more in longer]
    for order, (name, role, values) in enumerate(lengths_bits):
        figure.add_scatter(
            x=values, y=candidates_bits, mode="lines+markers+text" if order == 0 else "lines+markers", name=name,
            text=[raised(f"2^{k:.0f}") for k in log2_bins] if order == 0 else None, textposition=places,
            textfont_size=TYPE,
            line={"color": colours[role], "width": 2, "dash": "solid" if order == 0 else "dot"},
            customdata=log2_bins, hovertemplate="J = 2^%{customdata:.0f}: %{x:.2f} bits<br>2^%{y:.1f} candidates",
        )  # fmt: skip
    figure.add_scatter(
        x=[chosen[0]], y=[chosen[1]], mode="markers", name="the bins chosen",
        marker={"symbol": "star", "size": 17, "color": colours["winner"]},
    )  # fmt: skip
    top = float(np.max(candidates_bits))
    for value, name, role, side in zip(limits, ("I", "floor"), ("q", "bound"), ("left", "right"), strict=True):
        figure.add_scatter(
            x=[value] * 2, y=[0.0, top], mode="lines+text", name=name, showlegend=False, text=["", name],
            textposition=f"top {side}", textfont={"size": TYPE, "color": colours[role]},
            line={"color": colours[role], "width": 2},
        )  # fmt: skip
    figure.update_xaxes(title="mean message length, bits")
    figure.update_yaxes(title="log₂ of expected candidates", rangemode="tozero")
    return finish(figure, 420)


def strategies(
    log2_bins: Floats, lines: Sequence[tuple[str, str, Floats]], chosen: float, colours: Colours
) -> go.Figure:
    """Expected candidates as J grows, one line (name, role, log2 of candidates) a way to share its factors out."""
    figure = go.Figure()
    dashes = ("solid", "dash", "dot", "dashdot")
    for order, (name, role, values) in enumerate(lines):
        figure.add_scatter(
            x=log2_bins, y=values, mode="lines+markers", name=name,
            line={"color": colours[role], "width": 2.5, "dash": dashes[order % 4]},
        )  # fmt: skip
    figure.add_vline(
        x=chosen, line={"color": colours["bound"], "dash": "dot"}, annotation_text="J chosen",
        annotation_position="bottom right",
    )  # fmt: skip
    figure.update_xaxes(title="log₂ J: bins in powers of two")
    figure.update_yaxes(title="log₂ of expected candidates", rangemode="tozero")
    return finish(figure, 360)


def blame(sups: Mapping[str, Floats], roles: Mapping[str, str], plain: float, colours: Colours) -> go.Figure:
    """sup r' of every bin under several weightings, the first one's worst outlined. Dashed: sup r without bins.

    One stop line for all bins is as slow as the highest bar.
    """
    figure = go.Figure()
    first = next(iter(sups.values()))
    worst = int(np.argmax(first))
    for order, (name, values) in enumerate(sups.items()):
        outline = [4 if b == worst and order == 0 else 0 for b in range(values.size)]
        figure.add_bar(
            x=np.arange(1, values.size + 1), y=values, name=name, marker_color=colours[roles[name]],
            marker_line={"width": outline, "color": colours["winner"]},
        )  # fmt: skip
    figure.add_scatter(
        x=[0.5, first.size + 0.5], y=[plain, plain], mode="lines", name="sup r without bins",
        line={"color": colours["p"], "dash": "dash"},
    )  # fmt: skip
    figure.update_layout(barmode="group")
    figure.update_xaxes(title="bin, from left to right", dtick=1 if first.size <= 16 else None)
    figure.update_yaxes(title="sup r′ of the bin")
    return finish(figure, 340)
