"""What was measured on test pictures, as pictures: other codecs, ways to choose intervals, KL against the channel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from .style import Colours, finish, name_end

STRATEGIES = {  # a row of the shipped table: its name, role and symbol
    "information": ("by information", "heuristic", "diamond"),
    "random": ("at random", "best", "circle"),
    "collapsed": ("weights that tell least", "winner", "x"),
    "none": ("none", "p", "cross"),
    "small": ("none, in 12-bit blocks", "q", "triangle-up"),
    "exact": ("exact samples", "bound", "square"),
}
NAMED_AT_END = ("small", "exact")
FITS = {  # a field of Budget: its name, role and symbol
    "free": ("one price for every bit", "q", "circle"),
    "held": ("the codec: a price for each block", "heuristic", "diamond"),
}


class Strategy(NamedTuple):
    """A way to choose intervals at a rate and a fixed number of candidates: means over pictures, and standard errors.

    `from_exact_db` is PSNR against exact samples of the same fits; `left_bits` the KL of a block its bins leave to
    search; `log2_examined` of all candidates of a picture.
    """

    strategy: str
    rate: str
    pictures: int
    machine: str
    bits_per_pixel: float
    psnr_db: float
    psnr_db_standard_error: float
    from_exact_db: float
    from_exact_db_standard_error: float
    left_bits: float
    log2_examined: float


class Budget(NamedTuple):
    """KL of one weight or block over test pictures, or of one picture over its blocks, against what the channel says.

    `information_bits` is the sum of I_d over its weights. `free_bits` is the mean KL where every bit has one price,
    `held_bits` where each block's price moves until its KL is the block's size. Spreads are standard deviations;
    `channel_spread` is that of targets of the Gaussian channel with these I_d.
    """

    rate: str
    of: str  # weight, block or picture
    number: int
    information_bits: float
    channel_spread: float
    free_bits: float
    free_spread: float
    held_bits: float
    held_spread: float


def strategies(rows: Sequence[Strategy], colours: Colours) -> go.Figure:
    """PSNR against bits per pixel over rates, a line for each choice of intervals, and exact samples."""
    figure = go.Figure()
    for key, (name, role, symbol) in STRATEGIES.items():
        own = [row for row in rows if row.strategy == key]
        figure.add_scatter(
            x=[row.bits_per_pixel for row in own], y=[row.psnr_db for row in own], mode="lines+markers", name=name,
            line={"color": colours[role], "width": 2, "dash": "dash" if key == "exact" else "solid"},
            marker={"symbol": symbol, "size": 10}, showlegend=key not in NAMED_AT_END,
        )  # fmt: skip
        if key in NAMED_AT_END:
            name_end(figure, name, colours[role])
    figure.update_xaxes(title="bits a pixel", rangemode="tozero")
    figure.update_yaxes(title="PSNR, dB")
    return finish(figure, 430)


def budget(rows: Sequence[Budget], colours: Colours) -> go.Figure:
    """KL against what the channel says, at one rate: of weights, of pictures, of blocks.

    Pictures and blocks are in the order of their KL. Bars are deviations over pictures; dashed lines are what targets
    of the channel differ by, twice their deviation.
    """
    titles = ["a dot for each weight", "a dot for each picture", "a dot for each block"]
    figure = make_subplots(rows=1, cols=3, horizontal_spacing=0.09, subplot_titles=titles)
    for col, of in enumerate(("weight", "picture", "block"), start=1):
        own = sorted((row for row in rows if row.of == of), key=lambda row: row.free_bits)
        told, spread = (np.array([getattr(row, f) for row in own]) for f in ("information_bits", "channel_spread"))
        unit = 0.01 * told if of == "picture" else np.ones(told.size)
        x = told if of == "weight" else np.arange(1.0, told.size + 1)
        for field in ("free",) if of == "weight" else FITS:
            name, role, symbol = FITS[field]
            mean, wide = (np.array([getattr(row, f"{field}_{f}") for row in own]) / unit for f in ("bits", "spread"))
            figure.add_scatter(
                x=x, y=mean, mode="markers", name=name, showlegend=of == "picture",
                marker={"color": colours[role], "size": 5 if of == "weight" else 7, "symbol": symbol},
                error_y={"array": wide, "thickness": 1, "width": 2} if of == "block" else None, row=1, col=col,
            )  # fmt: skip
        order = np.argsort(x)
        for sign in (0,) if of == "weight" else (-2, 2):
            figure.add_scatter(
                x=x[order], y=((told + sign * spread) / unit)[order], mode="lines", name="the channel",
                showlegend=of == "weight", line={"color": colours["bound"], "width": 1.5, "dash": "dash"}, row=1,
                col=col,
            )  # fmt: skip
    for col, x_title, y_title in ((1, "I of a weight, bits", "mean KL, bits"), (2, "pictures by KL", "KL, % of I"),
                       (3, "blocks by KL", "KL, bits")):  # fmt: skip
        figure.update_xaxes(title=x_title, col=col)
        figure.update_yaxes(title=y_title, col=col)
    finish(figure, 430)
    figure.update_layout(margin_t=64, legend_y=1.08)
    return figure
