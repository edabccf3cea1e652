"""Which method, as pictures: pure functions from numbers to Plotly figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from ..text.reading import raised
from .style import TYPE, Colours, Floats, faint, finish

HEIGHT = 480
_TOP, _BOTTOM = 58, 48  # margins in pixels; two rows of legend, as on a phone, take no height from the rest
INNER = HEIGHT - _TOP - _BOTTOM
_LABEL = 18.0  # pixels between labels
_ACROSS = 280.0  # of the narrowest chart, a phone's


class Line(NamedTuple):
    """A law: log2 of candidates and bits above the floor, (K,), and what is written at its points."""

    name: str
    role: str
    log2_candidates: Floats
    above_bits: Floats
    marks: tuple[str, ...]


class Mark(NamedTuple):
    """One method at one channel."""

    name: str
    log2_candidates: float
    above_bits: float
    exact: bool


class Border(NamedTuple):
    """Where a search and dither take equally many bits: dimensions (K,), at so many bits of each (K,)."""

    name: str
    role: str
    dims: Floats
    bits: Floats


def race(lines: Sequence[Line], marks: Sequence[Mark], colours: Colours) -> go.Figure:
    """Bits above the floor against candidates examined, on a logarithmic axis: left and low is good."""
    figure = go.Figure()
    for line in lines:
        figure.add_scatter(
            x=line.log2_candidates, y=line.above_bits, mode="lines+markers", name=line.name, hovertext=line.marks,
            line={"color": colours[line.role], "width": 2}, marker={"size": 5},
            hovertemplate="%{hovertext}<br>2^%{x:.1f} candidates<br>%{y:.2f} bits above the floor",
        )  # fmt: skip
    for name, exact, symbol, role in (("exact", True, "circle", "q"), ("biased", False, "circle-open", "best")):
        some = [mark for mark in marks if mark.exact == exact]
        if some:
            figure.add_scatter(
                x=[mark.log2_candidates for mark in some], y=[mark.above_bits for mark in some], mode="markers",
                name=name, showlegend=False, hovertext=[mark.name for mark in some],
                marker={"symbol": symbol, "size": 12, "color": colours[role], "line": {"width": 2}},
                hovertemplate="%{hovertext}<br>2^%{x:.1f} candidates<br>%{y:.2f} bits above the floor",
            )  # fmt: skip
    right = max([4.0, *(mark.log2_candidates for mark in marks), *(line.log2_candidates.max() for line in lines)])
    heights = [0.0, *(mark.above_bits for mark in marks), *(b for line in lines for b in line.above_bits)]
    low, high = min(heights) - 0.45, max(heights) + 0.6
    scale = INNER / (high - low)  # pixels a bit
    for mark, moved in zip(marks, _apart(marks, scale, right, low), strict=True):
        figure.add_annotation(
            x=mark.log2_candidates, y=mark.above_bits, text=mark.name, xanchor="left", ax=14, ay=-moved,
            showarrow=True, arrowhead=0, arrowwidth=1, arrowcolor=colours["bound"], standoff=5,
            font={"size": TYPE, "color": colours["bound"]},
        )  # fmt: skip
    figure.add_hline(y=0.0, line={"color": colours["bound"], "dash": "dash", "width": 1.5})
    figure.add_annotation(x=1.0, xref="paper", y=0.0, text="the floor", showarrow=False, xanchor="right", yshift=-11)
    step = max(1, round(right / 5))
    ticks = np.arange(0, int(right) + 2, step)
    figure.update_xaxes(
        title="candidates examined", range=[-0.04 * right - 0.1, 1.4 * right + 0.5], zeroline=False,
        tickangle=0, tickvals=ticks, ticktext=[f"{2**int(k):,}" if k < 10 else raised(f"2^{k}") for k in ticks],
    )  # fmt: skip
    figure.update_yaxes(title="bits above the floor", range=[low, high], zeroline=False)
    return finish(figure, HEIGHT, bottom=_BOTTOM).update_layout(margin_t=_TOP)


def _apart(marks: Sequence[Mark], scale: float, right: float, bottom: float) -> list[float]:
    """How many pixels up each name is moved: as few as keep it off other names, other dots, the floor and the axis."""
    pixel = (1.44 * right + 0.6) / _ACROSS
    taken = [
        (-np.inf, np.inf, 0.0, 13.0),
        (-np.inf, np.inf, bottom * scale, 9.0),
    ]  # from, to, how high in pixels, and how far others keep from it
    taken += [(m.log2_candidates - 9 * pixel, m.log2_candidates + 9 * pixel, m.above_bits * scale, 13.0) for m in marks]
    moved = {}
    for mark in sorted(marks, key=lambda one: one.above_bits):
        low = mark.log2_candidates + 13 * pixel
        high = low + 7.5 * len(mark.name) * pixel
        height = mark.above_bits * scale

        def free(shift: int, low: float = low, high: float = high, height: float = height) -> bool:
            return height + shift > bottom * scale and all(
                high < a or b < low or abs(height + shift - at) >= apart for a, b, at, apart in taken
            )

        shift = next((k for k in sorted(range(-150, 151), key=abs) if free(k)), 0)
        taken.append((low, high, height + shift, _LABEL))
        moved[mark] = float(shift)
    return [moved[mark] for mark in marks]


def border(lines: Sequence[Border], here: tuple[float, float], colours: Colours) -> go.Figure:
    """Dimensions across, bits of each up: to the right of a line that search takes fewer bits than dither."""
    figure = go.Figure()
    dashes = ("solid", "dot")
    for order, line in enumerate(lines):
        figure.add_scatter(
            x=line.dims, y=line.bits, mode="lines+markers", name=line.name, marker={"size": 5},
            line={"color": colours[line.role], "width": 2.5, "dash": dashes[order % 2]},
        )  # fmt: skip
    figure.add_scatter(
        x=[here[0]], y=[here[1]], mode="markers", name="this channel",
        marker={"symbol": "star", "size": 17, "color": colours["winner"]},
    )  # fmt: skip
    right = max(16.0, 1.2 * here[0])
    top = max(9.0, 1.15 * here[1])
    edge = float(lines[0].dims.mean()) if lines else 6.0
    figure.add_vrect(x0=0.0, x1=edge, fillcolor=faint(colours["q"], 0.08), line_width=0, layer="below")
    figure.add_vrect(x0=edge, x1=right, fillcolor=faint(colours["heuristic"], 0.1), line_width=0, layer="below")
    for x, anchor, words in ((0.15, "left", "dither is shorter"), (right - 0.3, "right", "a search is shorter")):
        figure.add_annotation(x=x, y=0.97 * top, text=words, showarrow=False, xanchor=anchor, yanchor="top")
    figure.update_xaxes(title="dimensions D", range=[0, right], zeroline=False)
    figure.update_yaxes(title="bits per dimension", range=[0, top], zeroline=False)
    return finish(figure, 360)
