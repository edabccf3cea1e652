"""Code lengths as pictures: pure functions from numbers to Plotly figures. Every axis is in bits unless it says not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from .style import TYPE, Colours, Floats, faint, finish, name_end

TWO_LINES = 62  # pixels below a chart whose axis has a title of two lines


class Limits(NamedTuple):
    """What a mean length is measured against: I, and the floor, I_F, the least that any one-shot code needs; bits."""

    information_bits: float
    floor_bits: float


class Running(NamedTuple):
    """A mean as it fills in: after each of `runs` (K,) encodings, its value and the half width of its 95% interval."""

    name: str
    role: str
    runs: Floats
    mean_bits: Floats
    half_width_bits: Floats
    exact_bits: float
    bound_bits: float


def running(name: str, role: str, length_bits: Floats, exact_bits: float, bound_bits: float) -> Running:
    """The mean of `length_bits` (R,), R >= 10, as it fills in, at up to 120 points."""
    runs = np.unique(np.round(np.geomspace(10, length_bits.size, 120)).astype(int))
    mean = np.cumsum(length_bits)[runs - 1] / runs
    square = np.cumsum(length_bits**2)[runs - 1] / runs
    half = 1.96 * np.sqrt(np.maximum(square - mean**2, 0.0) / runs)
    return Running(name, role, runs.astype(float), mean, half, exact_bits, bound_bits)


def running_mean(lanes: Sequence[Running], limits: Limits, colours: Colours) -> go.Figure:
    """Mean message length against the number of encodings, with its interval, the exact mean and the bound."""
    figure = go.Figure()
    for lane in lanes:
        colour = colours[lane.role]
        for sign, end in ((-1, "from"), (1, "to")):
            figure.add_scatter(
                x=lane.runs, y=lane.mean_bits + sign * lane.half_width_bits, mode="lines", line={"width": 0},
                fill="tonexty" if sign > 0 else None, fillcolor=faint(colour, 0.2), hoverinfo="skip",
                name=f"{lane.name}: 95% interval, {end}", showlegend=False,
            )  # fmt: skip
        figure.add_scatter(
            x=lane.runs, y=lane.mean_bits, mode="lines", line={"color": colour, "width": 2.5}, name=f"{lane.name}: mean"
        )
        for value, dash, what in ((lane.exact_bits, "dot", "exact mean"), (lane.bound_bits, "dash", "bound")):
            figure.add_scatter(
                x=lane.runs[[0, -1]], y=[value, value], mode="lines", name=f"{lane.name}: {what}",
                line={"color": colour, "dash": dash, "width": 1.5}, showlegend=False,
            )  # fmt: skip
    ends = np.array([min(lane.runs[0] for lane in lanes), max(lane.runs[-1] for lane in lanes)])
    for value, name, role in zip(
        limits, ("I", "floor I_F: the least a one-shot code needs"), ("q", "bound"), strict=True
    ):
        figure.add_scatter(x=ends, y=[value] * 2, mode="lines", name=name, line={"color": colours[role]})
    figure.update_xaxes(title="encodings", type="log", dtick=1)
    figure.update_yaxes(title="mean message length, bits", rangemode="tozero")
    return finish(figure, 400, bottom=TWO_LINES)


class Histogram(NamedTuple):
    """Counts of the local index and its exact law, over the bins of `edges` (K + 1,)."""

    name: str
    role: str
    edges: Floats
    counts: NDArray[np.int64]
    exact: Floats  # probability of each bin


def histogram(name: str, role: str, indices: NDArray[np.int64], tail: Callable[[Floats], Floats]) -> Histogram:
    """Local indices (R,) counted, with their exact law: `tail(n)` is P(index >= n)."""
    edges = index_edges(2 * max(int(indices.max()), 8))
    return Histogram(name, role, edges, np.histogram(indices, edges)[0], -np.diff(tail(edges + 0.5)))


def index_edges(max_index: int) -> Floats:
    """Histogram edges over 1..max_index: every index alone at first, then a quarter of an octave each."""
    edges = np.unique(np.concatenate([np.arange(1, 9), np.round(2.0 ** np.arange(3, 64, 0.25))]))
    return edges[edges <= max_index] - 0.5


def _log2_places(edges: Floats) -> tuple[Floats, Floats]:
    """Middle and width of the bins of `edges` on the scale of log2 of the index; they part halfway between indices."""
    first = edges + 0.5  # index of the bin that begins at the edge
    ends = 0.5 * np.log2(np.maximum(first - 1.0, 0.5) * first)
    return 0.5 * (ends[:-1] + ends[1:]), np.diff(ends)


def index_histogram(lanes: Sequence[Histogram], colours: Colours) -> go.Figure:
    """Measured local indices as bars under the curve of their exact law, one panel a method."""
    figure = make_subplots(rows=1, cols=len(lanes), shared_yaxes=True, horizontal_spacing=0.04)
    for column, lane in enumerate(lanes, start=1):
        middle, width = _log2_places(lane.edges)
        _bars_and_curve(figure, column, lane, middle, width, colours)
        figure.update_xaxes(title=f"{lane.name}:<br> log₂ of the index", row=1, col=column)
    figure.update_yaxes(title="probability per bit", col=1)
    return finish(figure, 330, bottom=TWO_LINES)


class Sizes(NamedTuple):
    """Total lengths of messages: the index's histogram, how a length follows from the index, and real bytes."""

    histogram: Histogram
    shortest_bits: float  # length of a message with index 1
    exponent: float  # bits a bit of log2 index: the slope of the Zipf code
    alone_bits: NDArray[np.int64]  # (K,): payloads of messages packed one by one, whole bytes
    together_bits: float  # what a message takes in a batch packed in one piece


def size_histogram(lanes: Sequence[Sizes], limits: Limits, colours: Colours) -> go.Figure:
    """Total message lengths: ideal ones as bars under their exact law, real bytes of single messages as steps."""
    figure = make_subplots(rows=1, cols=len(lanes), shared_yaxes=True, horizontal_spacing=0.04)
    for column, lane in enumerate(lanes, start=1):
        middle, width = _log2_places(lane.histogram.edges)
        _bars_and_curve(
            figure, column, lane.histogram, lane.shortest_bits + lane.exponent * middle, lane.exponent * width, colours
        )
        sizes = np.arange(max(int(lane.alone_bits.min()) - 8, 0), int(lane.alone_bits.max()) + 9, 8)
        shares = np.array([(lane.alone_bits == size).mean() for size in sizes]) / 8.0
        marks = {"legendgroup": "bytes", "name": "one message as bytes", "showlegend": column == 1}
        figure.add_scatter(
            x=sizes, y=shares, mode="lines+markers", marker={"symbol": "square", "size": 7},
            line={"shape": "hvh", "color": colours["winner"], "width": 2}, row=1, col=column, **marks,
        )  # fmt: skip
        top = 1.05 * max(float(shares.max()), float((lane.histogram.exact / (lane.exponent * width)).max()))
        for value, what, role, dash in (
            (lane.together_bits, "a message in a batch, as bytes", "best", "dash"),
            (limits.information_bits, "I", "q", "solid"),
            (limits.floor_bits, "floor", "bound", "solid"),
        ):
            figure.add_scatter(
                x=[value, value], y=[0.0, top], mode="lines+text" if dash == "solid" else "lines", name=what,
                line={"color": colours[role], "dash": dash, "width": 2}, legendgroup=what,
                showlegend=column == 1 and dash == "dash", text=["", what],
                textposition="top left" if what == "I" else "top right",
                textfont={"size": TYPE, "color": colours[role]}, row=1, col=column,
            )  # fmt: skip
        figure.update_xaxes(title=f"{lane.histogram.name}:<br> message length, bits", row=1, col=column)
    figure.update_yaxes(title="probability per bit", col=1)
    return finish(figure, 360, bottom=TWO_LINES)


def _bars_and_curve(
    figure: go.Figure, column: int, lane: Histogram, middle: Floats, width: Floats, colours: Colours
) -> None:
    """Shares of `lane` per unit of x in a panel, measured as bars and exact as a curve."""
    total = max(int(lane.counts.sum()), 1)
    figure.add_bar(
        x=middle, y=lane.counts / total / width, width=width, marker_color=colours[lane.role], opacity=0.55,
        name="measured", legendgroup="measured", showlegend=column == 1, row=1, col=column,
    )  # fmt: skip
    figure.add_scatter(
        x=middle, y=lane.exact / width, mode="lines+markers", line={"color": colours["bound"], "width": 2},
        marker_size=5, name="exact law", legendgroup="exact", showlegend=column == 1, row=1, col=column,
    )  # fmt: skip


class Part(NamedTuple):
    """One part of an account: its bits, and in a few words what they are for."""

    what: str
    role: str
    bits: float
    meaning: str


class Account(NamedTuple):
    """Where one method's bits go, on average; the parts add up to its mean length."""

    name: str
    parts: tuple[Part, ...]


PARTS = {
    "bin, what it tells": "the part of log₂ J that says where the sample is",
    "bin, overhead E[ε]": "the part of log₂ J beyond what the sample is worth, log₂ r",
    "index, E[log₂ n]": "the digits of the candidate’s number in its bin",
    "size of the index": "how many digits those are: it must be told too",
}


def message_account(
    name: str, log2_bins: float, overhead_bits: float, mean_log2_index: float, mean_bits: float
) -> Account:
    """The account of a method of this mean length: all of it, in PARTS, of which the first two add up to log2 J."""
    bits = (log2_bins - overhead_bits, overhead_bits, mean_log2_index, mean_bits - log2_bins - mean_log2_index)
    roles = ("heuristic", "best", "winner", "candidate")
    return Account(
        name, tuple(Part(what, role, b, PARTS[what]) for what, role, b in zip(PARTS, roles, bits, strict=True))
    )


def account(lanes: Sequence[Account], limits: Limits, colours: Colours) -> go.Figure:
    """Stacked bars of where the bits go, with I and the floor beside them."""
    floor = (
        Part("I", "q", limits.information_bits, "what the sample tells about the source"),
        Part("floor − I", "bound", limits.floor_bits - limits.information_bits,
             "what any one-shot code pays above I"),
    )  # fmt: skip
    figure = go.Figure()
    seen: set[str] = set()
    for lane in [*lanes, Account("The floor", floor)]:
        for what, role, bits, meaning in lane.parts:
            figure.add_bar(
                y=[lane.name], x=[bits], orientation="h", marker_color=colours[role], name=what, legendgroup=what,
                showlegend=what not in seen and what in PARTS, text=f"{bits:.2f}" if bits > 0.25 else "",
                textposition="inside", insidetextanchor="middle", textangle=0, textfont_size=TYPE,
                hovertemplate=f"{what}: {bits:.3f} bits<br>{meaning}<extra></extra>",
            )  # fmt: skip
            seen.add(what)
    figure.add_vline(limits.information_bits, line={"color": colours["q"], "dash": "dot", "width": 2})
    figure.add_vline(limits.floor_bits, line={"color": colours["bound"], "width": 2})
    figure.update_layout(barmode="stack", uniformtext={"minsize": TYPE, "mode": "hide"})
    figure.update_xaxes(title="bits, on average")
    figure.update_yaxes(autorange="reversed")
    return finish(figure, 150 + 52 * (len(lanes) + 1), bottom=TWO_LINES)


class Mean(NamedTuple):
    """A measured mean length and the half width of its 95% interval, bits."""

    bits: float
    half_width_bits: float


class Method(NamedTuple):
    """One way to cut at one I: exact mean lengths and bounds, and a measured mean where within reach; bits."""

    zipf_bits: float
    matched_bits: float
    bound_bits: float
    sharp_bound_bits: float
    measured: Mean | None


class Swept(NamedTuple):
    """One way to cut, over a grid of I."""

    name: str
    role: str
    methods: Sequence[Method]


def sweep(
    information_bits: Floats, floors_bits: Floats, ways: Sequence[Swept], orc: Sequence[Mean | None],
    orc_spare_bits: int, colours: Colours,
) -> go.Figure:  # fmt: skip
    """Bits above the floor against I, both (K,). The colour says how space is cut; solid is the Zipf code, dotted the
    matched one. I itself lies below 0.

    `orc`: measured Zipf lengths of ORC with 2^(I + orc_spare_bits) candidates.
    """
    figure, above = go.Figure(), floors_bits - information_bits
    for name, role, methods in ways:
        zipf, matched = np.array([method[:2] for method in methods]).T
        for what, dash, bits in (("Zipf", "solid", zipf), ("matched", "dot", matched)):
            figure.add_scatter(
                x=information_bits, y=bits - floors_bits, mode="lines", legendgroup=name,
                name=f"{name}, {what}", showlegend=what == "Zipf",
                line={"color": colours[role], "dash": dash, "width": 2.5},
            )  # fmt: skip
    figure.add_scatter(
        x=information_bits, y=orc_spare_bits - above, mode="lines",
        name=f"ORC, fixed code of I + {orc_spare_bits} bits", line={"color": colours["best"], "width": 2},
    )  # fmt: skip
    figure.add_scatter(
        x=information_bits, y=np.log2(information_bits + 1.0) - above, mode="lines", name="I + log₂(I + 1)",
        line={"color": colours["q"], "dash": "longdash", "width": 2},
    )  # fmt: skip
    figure.add_scatter(
        x=information_bits, y=-above, mode="lines", name="I", showlegend=False,
        line={"color": colours["q"], "width": 2},
    )  # fmt: skip
    name_end(figure, "I", colours["q"])
    figure.add_hline(0.0, line={"color": colours["bound"], "width": 2})
    measured = [(name, role, [method.measured for method in methods]) for name, role, methods in ways]
    for name, role, means in [*measured, ("ORC", "best", orc)]:
        known = [
            (at, mean.bits - floor, mean.half_width_bits)
            for at, floor, mean in zip(information_bits, floors_bits, means, strict=True)
            if mean
        ]
        if known:
            x, y, half = np.array(known).T
            figure.add_scatter(
                x=x, y=y, mode="markers", name=f"{name}, Zipf, measured", showlegend=False,
                marker={"color": colours[role], "size": 9, "symbol": "diamond"},
                error_y={"type": "data", "array": half, "color": colours[role]},
            )  # fmt: skip
    figure.update_xaxes(title="information I, bits", rangemode="tozero")
    figure.update_yaxes(title="mean message length above the floor, bits")
    return finish(figure, 480, bottom=TWO_LINES)
