"""The floor of the page Code lengths as pictures: the width function, and maps of every message."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from .style import Colours, Floats, faint, finish


class Width(NamedTuple):
    """The width function of one target and what follows from it, over heights h of r, all (K,).

    w(h) is a density of h, and `below` its cdf; `lengths_bits` are -log2 w, and `shares` is Q(r < h).
    """

    log2_heights: Floats
    widths: Floats
    below: Floats
    lengths_bits: Floats
    shares: Floats
    kl_bits: float
    divergence_bits: float


def width(found: Width, colours: Colours) -> go.Figure:
    """The width function; and log2 r and -log2 w by how often they are less: the areas are KL and D_CS."""
    figure = make_subplots(rows=1, cols=2, horizontal_spacing=0.2)
    figure.add_scatter(
        x=found.log2_heights, y=found.widths, mode="lines", name="w(h)", line={"color": colours["p"], "width": 2.5},
        fill="tozeroy", fillcolor=faint(colours["p"], 0.15), row=1, col=1,
    )  # fmt: skip
    for x, y, name, role, bits in (
        (found.below, found.lengths_bits, "−log₂ w", "bound", found.divergence_bits),
        (found.shares, found.log2_heights, "log₂ r", "q", found.kl_bits),
    ):
        seen = np.isfinite(y) & (y > found.kl_bits - 12.0)
        figure.add_scatter(
            x=x[seen], y=y[seen], mode="lines", name=f"{name}: area {bits:.2f} bits",
            line={"color": colours[role], "width": 2.5}, fill="tozeroy", fillcolor=faint(colours[role], 0.12), row=1,
            col=2,
        )  # fmt: skip
    figure.update_xaxes(title="log₂ of the height h", row=1, col=1)
    figure.update_yaxes(title="share of P with r ≥ h", rangemode="tozero", row=1, col=1)
    figure.update_xaxes(title="how often it is less", range=[0.0, 1.0], row=1, col=2)
    figure.update_yaxes(title="bits", row=1, col=2)
    return finish(figure, 380)


class MessageMap(NamedTuple):
    """One method's messages as tints from 0 to 1, (seeds, sources), and their entropy given the seed."""

    name: str
    tints: Floats
    given_bits: float


class MessageMaps(NamedTuple):
    """Methods on one channel, its I and its floor."""

    information_bits: float
    floor_bits: float
    maps: tuple[MessageMap, ...]


def message_maps(found: MessageMaps, colours: Colours) -> go.Figure:
    """A picture for each method: sources across by their quantile, one seed a row."""
    titles = [f"{one.name}: {one.given_bits:.2f} bits given the seed" for one in found.maps]
    figure = make_subplots(
        rows=len(titles), cols=1, shared_xaxes=True, subplot_titles=titles, vertical_spacing=0.09
    )  # fmt: skip
    scale = [[k / 4, colours[role]] for k, role in enumerate(("p", "heuristic", "winner", "q", "best"))]
    for row, one in enumerate(found.maps, start=1):
        across = (np.arange(one.tints.shape[1]) + 0.5) / one.tints.shape[1]
        figure.add_heatmap(
            x=across, z=one.tints, zmin=0.0, zmax=1.0, colorscale=scale, showscale=False, hoverinfo="skip",
            name=one.name, row=row, col=1,
        )  # fmt: skip
        figure.update_yaxes(title="seed", showticklabels=False, row=row, col=1)
    figure.update_xaxes(title="the source, by its quantile", row=len(titles), col=1)
    return finish(figure, 160 * len(titles) + 60)
