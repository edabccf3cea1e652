"""The paper's toy experiments as pictures: pure functions from what rows say to Plotly figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

import rec_core as rec
from rec_core.metrics import Interval

from .style import Colours, Floats, faint, finish

_EDGES = np.linspace(-3.5, 3.5, 71)  # of histograms, in standard deviations of P


class Band(NamedTuple):
    """One line of a chart: x (K,), the mean of each point's runs, their quartiles, and what the law says (NaN where it
    was not worked out)."""

    name: str
    role: str
    x: Floats
    mean: Floats
    low: Floats
    high: Floats
    exact: Floats


class Measured(NamedTuple):
    """Bias and length of one cell of every target: MMD with the ends of its 95% interval, and its exact value; mean
    length with its interval, and quartiles."""

    mmd: float
    mmd_low: float
    mmd_high: float
    mmd_exact: float
    length: Interval
    length_low: float
    length_high: float
    runs: int


class Orc(NamedTuple):
    """Figure 3: number of candidates -> what was measured, without and with bins."""

    plain: dict[int, Measured]
    bins: dict[int, Measured]


class Choice(NamedTuple):
    """One way to choose intervals, and what was measured with it.

    `sent` are the coded values of the first target's dimension where Q lies furthest from P, and `target` is Q's mean
    and scale there.
    """

    name: str
    intervals: tuple[int, ...]
    measured: Measured
    sent: Floats
    target: tuple[float, float]


def exact(d_inf: Floats, bins: Floats, colours: Colours) -> go.Figure:
    """log2 of expected candidates against D_inf, a dot for each target: without bins D_inf itself, and with them."""
    figure = go.Figure()
    for name, role, y, symbol in (("no bins", "p", d_inf, "circle"), ("J = 2ᴵ bins", "heuristic", bins, "diamond")):
        figure.add_scatter(
            x=d_inf, y=y, mode="markers", name=name, marker={"color": colours[role], "size": 9, "symbol": symbol}
        )
    figure.update_xaxes(title="D∞ of the target, bits", rangemode="tozero")
    figure.update_yaxes(title="log₂ of expected candidates", rangemode="tozero")
    return finish(figure, 430)


def steps(bands: Sequence[Band], colours: Colours) -> go.Figure:
    """log2 of candidates examined against D_inf, with quartiles and the exact mean."""
    figure = go.Figure()
    for band in bands:
        _draw(figure, band, colours, "middle half of the runs")
    figure.update_xaxes(title="D∞ of the target, bits")
    figure.update_yaxes(title="log₂ of candidates examined")
    return finish(figure, 430)


def lengths(bands: Sequence[Band], floors: tuple[Floats, Floats], colours: Colours) -> go.Figure:
    """Message length against I, with quartiles, the exact mean, I itself and the floor; `floors` are both of these."""
    figure = go.Figure()
    for band in bands:
        _draw(figure, band, colours, "middle half of the runs")
    for y, name, role in zip(floors, ("I", "floor I_F: the least a one-shot code needs"), ("q", "bound"), strict=True):
        figure.add_scatter(x=floors[0], y=y, mode="lines", name=name, line={"color": colours[role]})
    figure.update_xaxes(title="information I, bits")
    figure.update_yaxes(title="message length, bits", rangemode="tozero")
    return finish(figure, 430)


def stopped(levels: Sequence[tuple[float, Sequence[Band]]], colours: Colours) -> go.Figure:
    """log2 of candidates until the output's MMD is below each level, against D_inf; a panel a level."""
    titles = [f"until the MMD is below {level:g}" for level, _ in levels]
    figure = make_subplots(
        rows=2, cols=2, shared_xaxes=True, shared_yaxes=True, subplot_titles=titles, horizontal_spacing=0.04,
        vertical_spacing=0.1,
    )  # fmt: skip
    for k, (_, bands) in enumerate(levels):
        for band in bands:
            _draw(figure, band, colours, "middle half of the targets", row=k // 2 + 1, col=k % 2 + 1)
    figure.update_xaxes(title="D∞ of the target, bits", row=2)
    figure.update_yaxes(title="log₂ of candidates", col=1)
    seen: set[str] = set()
    for trace in figure.data:  # every panel has the same series: one legend
        trace.showlegend = trace.name not in seen and trace.showlegend is not False
        seen.add(trace.name)
    finish(figure, 640)
    figure.update_layout(margin_t=64, legend_y=1.06)
    return figure


def bias(result: Orc, colours: Colours) -> go.Figure:
    """ORC's MMD from Q against log2 n, with its 95% interval and its exact value."""
    return _against_candidates(
        result, colours, lambda one: (one.mmd, one.mmd_low, one.mmd_high, one.mmd_exact), "95% interval",
        "MMD of the output from Q",
    )  # fmt: skip


def orc_lengths(result: Orc, colours: Colours) -> go.Figure:
    """ORC's message length against log2 n, with its quartiles."""
    return _against_candidates(
        result, colours, lambda one: (one.length.mean, one.length_low, one.length_high, np.nan),
        "middle half of the runs", "message length, bits",
    )  # fmt: skip


def intervals(choices: Mapping[str, Choice], colours: Colours) -> go.Figure:
    """MMD and message length of each way to choose intervals, with 95% intervals."""
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.08)
    names = [choice.name for choice in choices.values()]
    points: list[Measured] = [choice.measured for choice in choices.values()]
    marker = {"color": colours["heuristic"], "size": 11, "symbol": "diamond"}
    figure.add_scatter(
        x=names, y=[one.mmd for one in points], mode="markers", name="measured, 95% interval", marker=marker,
        error_y={"array": [one.mmd_high - one.mmd for one in points], "color": colours["heuristic"],
                 "arrayminus": [one.mmd - one.mmd_low for one in points], "thickness": 2, "width": 7},
        row=1, col=1,
    )  # fmt: skip
    figure.add_scatter(
        x=names, y=[one.mmd_exact for one in points], mode="markers", name="exact",
        marker={"symbol": "line-ew", "size": 26, "line": {"width": 2, "color": colours["bound"]}}, row=1, col=1,
    )  # fmt: skip
    figure.add_scatter(
        x=names, y=[one.length.mean for one in points], mode="markers", name="mean length, 95% interval", marker=marker,
        error_y={"array": [one.length.high - one.length.mean for one in points], "color": colours["heuristic"],
                 "thickness": 2, "width": 7},
        showlegend=False, row=2, col=1,
    )  # fmt: skip
    figure.update_yaxes(title="MMD of the output from Q", rangemode="tozero", row=1, col=1)
    figure.update_yaxes(title="mean message length, bits", row=2, col=1)
    figure.update_xaxes(type="category")
    figure.update_xaxes(title="dimensions cut", row=2)
    return finish(figure, 560)


def histograms(choices: Mapping[str, Choice], colours: Colours) -> go.Figure:
    """Coded samples of one dimension over the densities of Q and P, a panel for each choice of intervals."""
    panels: dict[tuple[int, ...], list[Choice]] = {}
    for one in choices.values():  # two strategies may choose the same bins
        panels.setdefault(one.intervals, []).append(one)
    titles = [f"dimensions cut: {' and '.join(one.name for one in same)}" for same in panels.values()]
    figure = make_subplots(
        rows=(len(panels) + 1) // 2, cols=2, shared_xaxes=True, shared_yaxes=True, subplot_titles=titles,
        horizontal_spacing=0.04, vertical_spacing=0.12,
    )  # fmt: skip
    x = (_EDGES[1:] + _EDGES[:-1]) / 2
    for k, (choice, *_) in enumerate(panels.values()):
        place = {"row": k // 2 + 1, "col": k % 2 + 1}
        shares = np.histogram(choice.sent, _EDGES)[0] / (choice.sent.size * np.diff(_EDGES))
        figure.add_bar(
            x=x, y=shares, width=np.diff(_EDGES), name=f"{choice.sent.size:,} coded samples",
            marker={"color": faint(colours["candidate"], 0.5), "line": {"width": 0}}, showlegend=k == 0, **place,
        )  # fmt: skip
        (mean, scale) = choice.target
        target = rec.gaussian_problem([mean], [scale])
        for name, role, law in (("Q", "q", target), ("P", "p", target.prior)):
            figure.add_scatter(
                x=x, y=law.pdf(x[:, None]), mode="lines", name=name, line={"color": colours[role], "width": 2},
                showlegend=k == 0, **place,
            )  # fmt: skip
    figure.update_xaxes(title="x", row=(len(panels) + 1) // 2)
    figure.update_yaxes(title="density", col=1)
    finish(figure, 520)
    figure.update_layout(bargap=0, margin_t=64, legend_y=1.08)
    return figure


def _against_candidates(
    result: Orc, colours: Colours, values: Callable[[Measured], tuple[float, ...]], spread: str, title: str
) -> go.Figure:
    figure = go.Figure()
    for name, role, found in (("plain", "p", result.plain), ("J = 2ᴵ bins", "heuristic", result.bins)):
        if found:
            columns = np.array([values(one) for one in found.values()], dtype=np.float64).T
            x = np.log2(np.array(list(found), dtype=np.float64))
            _draw(figure, Band(name, role, x, *columns), colours, spread)
    figure.update_xaxes(title="log₂ of the number of candidates n")
    figure.update_yaxes(title=title, rangemode="tozero")
    return finish(figure, 400)


def _draw(figure: go.Figure, band: Band, colours: Colours, spread: str, **where: int) -> None:
    """A band between two lines, marks of the mean, and the exact mean as a thin line."""
    colour = colours[band.role]
    lines = {"mode": "lines", "line": {"width": 0, "color": colour}, "hoverinfo": "skip"}
    figure.add_scatter(x=band.x, y=band.low, name=f"{band.name}: {spread}, from", showlegend=False, **lines, **where)
    figure.add_scatter(
        x=band.x, y=band.high, name=f"{band.name}: {spread}, to", showlegend=False, fill="tonexty",
        fillcolor=faint(colour, 0.2), **lines, **where,
    )  # fmt: skip
    known = bool(np.isfinite(band.exact).any())
    symbol = "circle" if band.role == "p" else "diamond"
    figure.add_scatter(
        x=band.x, y=band.mean, name=band.name, mode="markers" if known else "lines+markers",
        marker={"color": colour, "size": 9, "symbol": symbol}, line={"color": colour, "width": 2.5}, **where,
    )  # fmt: skip
    if known:
        figure.add_scatter(
            x=band.x, y=band.exact, name=f"{band.name}: exact", mode="lines", line={"color": colour, "width": 1.5},
            showlegend=False, **where,
        )  # fmt: skip
