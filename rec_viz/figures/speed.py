"""How long searches take, as pictures: pure functions from numbers to Plotly figures; heights in log2 of candidates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Colours = Mapping[str, str]

# log10 of seconds, and how people say it
_TIMES = (
    (-6, "1 µs"), (-3, "1 ms"), (0, "1 s"), (1.78, "1 min"), (3.56, "1 h"), (4.94, "1 day"), (7.5, "1 year"),
    (10.5, "1000 years"),
)  # fmt: skip


class Line(NamedTuple):
    """log2 of the expected candidates of a typical target, over the information I."""

    name: str
    role: str
    dash: str
    information_bits: Floats
    candidates_bits: Floats


def growth(
    lines: Sequence[Line], points: Sequence[tuple[str, str, Floats, Floats]], rate: float, colours: Colours
) -> go.Figure:
    """Expected candidates against I; `points` are measured (name, role, I, log2 candidates). Right axis: time at `rate`
    candidates a second."""
    figure = go.Figure()
    for line in lines:
        figure.add_scatter(
            x=line.information_bits, y=line.candidates_bits, mode="lines", name=line.name,
            line={"color": colours[line.role], "dash": line.dash, "width": 2.5},
        )  # fmt: skip
    for name, role, x, y in points:
        figure.add_scatter(
            x=x, y=y, mode="markers", name=name, marker={"color": colours[role], "size": 9, "symbol": "diamond"}
        )
    top = max(float(np.nanmax(line.candidates_bits)) for line in lines[:1]) + 4.0
    shift = np.log2(rate)
    ticks = [(seconds * np.log2(10) + shift, text) for seconds, text in _TIMES]
    ticks = [(at, text) for at, text in ticks if -0.5 <= at <= top]
    figure.add_scatter(x=[lines[0].information_bits[0]], y=[0], yaxis="y2", mode="none", showlegend=False)
    figure.update_layout(
        yaxis={"title": "log₂ of expected candidates", "range": [-0.5, top]},
        yaxis2={
            "title": "time on this machine", "overlaying": "y", "side": "right", "range": [-0.5, top],
            "showgrid": False, "tickvals": [t for t, _ in ticks], "ticktext": [text for _, text in ticks],
        },
    )  # fmt: skip
    figure.update_xaxes(title="information I, bits")
    return finish(figure, 430, right=96)


def trade(log2_bins: Floats, length_bits: Floats, candidates_bits: Floats, chosen: int, colours: Colours) -> go.Figure:
    """What each doubling of J buys: time against mean message length, one mark a J; `chosen` is starred."""
    figure = go.Figure()
    figure.add_scatter(
        x=length_bits, y=candidates_bits, mode="lines+markers+text", line={"color": colours["heuristic"], "width": 2},
        text=[f"2<sup>{k:.0f}</sup>" if k % 2 == 0 else "" for k in log2_bins], textposition="top right", name="J",
        hovertemplate="%{x:.2f} bits<br>2^%{y:.1f} candidates<extra></extra>",
    )  # fmt: skip
    figure.add_scatter(
        x=[length_bits[chosen]], y=[candidates_bits[chosen]], mode="markers", name="the bins chosen at the left",
        marker={"symbol": "star", "size": 17, "color": colours["winner"]},
    )  # fmt: skip
    figure.update_xaxes(title="mean message length, bits")
    figure.update_yaxes(title="log₂ of expected candidates", rangemode="tozero")
    return finish(figure, 380)


def blame(sups: Mapping[str, Floats], roles: Mapping[str, str], plain: float, colours: Colours) -> go.Figure:
    """sup r' of every bin under several weightings, the first one's worst outlined. Dashed: sup r without bins.

    One stop line for all bins is as slow as the highest bar.
    """
    figure = go.Figure()
    worst = int(np.argmax(next(iter(sups.values()))))
    for order, (name, values) in enumerate(sups.items()):
        outline = [4 if b == worst and order == 0 else 0 for b in range(values.size)]
        figure.add_bar(
            x=np.arange(1, values.size + 1), y=values, name=name, marker_color=colours[roles[name]],
            marker_line={"width": outline, "color": colours["winner"]},
        )  # fmt: skip
    figure.add_hline(
        y=plain, line={"color": colours["p"], "dash": "dash"}, annotation_text="no bins: sup r", annotation_font_size=12
    )
    figure.update_layout(barmode="group")
    figure.update_xaxes(title="bin, from left to right", dtick=1 if len(next(iter(sups.values()))) <= 16 else None)
    figure.update_yaxes(title="sup r′ of the bin")
    return finish(figure, 340)


def finish(figure: go.Figure, height: int, right: int = 16) -> go.Figure:
    figure.update_layout(
        height=height, margin={"l": 60, "r": right, "t": 34, "b": 48},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    )  # fmt: skip
    return figure
