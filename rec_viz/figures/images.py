"""Pictures sent through blocks, as pictures: pure functions to Plotly figures and small pieces of HTML."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from ..text.reading import raised
from .style import TYPE, Colours, Floats, finish, name_end, time_axis

THICK = 8  # markers of the curves a legend names; others are named where they end
MOST_BARS = 96  # more blocks than that share bars
# ------------------------------------------------------------------------------------------------ pieces of HTML


def crisp(source: str, says: str, shape: tuple[int, ...] = (1, 1), width: int = 256) -> str:
    """A small picture of `shape` (height, width, ...) enlarged without smoothing, at most `width` pixels wide."""
    return (
        f'<img src="{source}" alt="{escape(says)}" style="display:block;width:100%;max-width:{width}px;'
        f'aspect-ratio:{shape[1]}/{shape[0]};image-rendering:pixelated;border-radius:0.5rem">'
    )


def outlined(source: str, says: str, size: tuple[int, int], square: tuple[int, int, int], colour: str) -> str:
    """A photograph of `size` (height, width) with the `square` (left, top, side) outlined."""
    height, width = size
    left, top, side = square
    place = f"left:{100 * left / width:.2f}%;top:{100 * top / height:.2f}%"
    return (
        f'<div style="position:relative;height:256px;aspect-ratio:{width}/{height};max-width:100%;margin:auto">'
        f'<img src="{source}" alt="{escape(says)}" style="width:100%;height:100%;display:block;border-radius:0.5rem">'
        f'<div aria-hidden="true" style="position:absolute;{place};width:{100 * side / width:.2f}%;'
        f"height:{100 * side / height:.2f}%;box-sizing:border-box;border:3px solid {colour};"
        'box-shadow:0 0 0 2px #fff,inset 0 0 0 1px #fff;border-radius:2px"></div></div>'
    )


class BlockBar(NamedTuple):
    """What one block, or the mean of a few, takes in bits: its bin, its index up to the KL, and beyond."""

    bin_bits: float
    index_bits: float
    over_bits: float


def bars_of(blocks: Sequence[tuple[float, float, float]], total: int) -> list[BlockBar | None]:
    """Bars of blocks given as (bin bits, index bits, KL bits); None for those to come. Many blocks share bars."""
    each = max(1, -(-total // MOST_BARS))
    bars: list[BlockBar | None] = []
    for first in range(0, total, each):
        some = np.array(blocks[first : first + each])
        if not len(some):
            bars.append(None)
            continue
        in_bin, index, kl = some.mean(axis=0)
        over = max(0.0, in_bin + index - kl)
        bars.append(BlockBar(in_bin, max(0.0, index - over), over))
    return bars


def block_bars(
    bars: Sequence[BlockBar | None], size_bits: float, colours: Colours, dithered: bool = False, height: int = 190
) -> str:
    """The bars side by side, the KL a block is made for as a line across; with a legend and its words.

    `dithered`: what is sent is integers, in the place of the index.
    """
    top = 1.08 * max([size_bits * 1.25, *(sum(bar) for bar in bars if bar)])
    gap = 3 if len(bars) <= 32 else 1
    columns = "".join(_column(bar, top, colours) for bar in bars)
    done = [bar for bar in bars if bar]
    mean = sum(sum(bar) for bar in done) / len(done) if done else 0.0
    says = f"{len(done)} of {len(bars)} bars filled, {mean:.1f} bits a block on average; its size is {size_bits:g} bits"
    parts = (
        [("integers, up to the KL", "winner")]
        if dithered
        else [("bin", "heuristic"), ("index, up to the KL", "winner")]
    )
    legend = "".join(
        f'<span style="display:inline-flex;align-items:center;gap:0.35rem"><span style="width:0.8rem;height:0.8rem;'
        f'background:{colours[role]};border-radius:2px"></span>{name}</span>'
        for name, role in (*parts, ("beyond the KL", "best"))
    )
    return (
        f'<div role="img" aria-label="{says}" style="position:relative;height:{height}px;display:flex;gap:{gap}px;'
        f'align-items:flex-end;border-bottom:2px solid {colours["bound"]}">{columns}'
        f'<div style="position:absolute;left:0;right:0;bottom:{100 * size_bits / top:.2f}%;'
        f'border-top:2px dashed {colours["bound"]}"></div></div>'
        f'<div style="display:flex;flex-wrap:wrap;gap:0.3rem 1rem;font-size:0.875rem;padding-top:0.5rem">{legend}'
        '<span style="display:inline-flex;align-items:center;gap:0.35rem"><span style="width:1rem;'
        f'border-top:2px dashed {colours["bound"]}"></span>size set for a block, {size_bits:g} bits</span></div>'
    )


def _column(bar: BlockBar | None, top: float, colours: Colours) -> str:
    if bar is None:
        return f'<div style="flex:1;min-width:0;height:4px;background:{colours["candidate"]};opacity:0.35"></div>'
    pieces = "".join(
        f'<div style="height:{100 * bits / sum(bar):.2f}%;background:{colours[role]}"></div>'
        for bits, role in ((bar.over_bits, "best"), (bar.index_bits, "winner"), (bar.bin_bits, "heuristic"))
    )
    return f'<div style="flex:1;min-width:0;height:{100 * sum(bar) / top:.2f}%">{pieces}</div>'


# ------------------------------------------------------------------------------------------------ PSNR against rate


class Curve(NamedTuple):
    """Fidelity over rate: means over test pictures with half of their 95% intervals (empty: one picture, no bars)."""

    name: str
    role: str
    dash: str
    symbol: str
    bits_per_pixel: Floats
    psnr_db: Floats
    bits_error: Floats = np.empty(0)
    psnr_error: Floats = np.empty(0)


class Mark(NamedTuple):
    """One picture that was sent here."""

    name: str
    bits_per_pixel: float
    psnr_db: float


def rate_distortion(
    curves: Sequence[Curve], others: Sequence[Curve], marks: Sequence[Mark], colours: Colours
) -> go.Figure:
    """PSNR against bits per pixel: curves over many pictures, thin lines of other codecs on one, single pictures."""
    figure = go.Figure()
    for curve, width, size in [(curve, 2.5, THICK) for curve in curves] + [(curve, 1.25, 5) for curve in others]:
        figure.add_scatter(
            x=curve.bits_per_pixel, y=curve.psnr_db, mode="lines+markers", name=curve.name,
            line={"color": colours[curve.role], "width": width, "dash": curve.dash},
            marker={"size": size, "symbol": curve.symbol}, showlegend=size == THICK,
        )  # fmt: skip
        if size != THICK:
            name_end(figure, curve.name, colours[curve.role])
        if curve.psnr_error.size:
            for axis, error in (("error_x", curve.bits_error), ("error_y", curve.psnr_error)):
                figure.data[-1][axis] = {"array": error, "thickness": 1.5, "width": 3}
    if marks:
        figure.add_scatter(
            x=[mark.bits_per_pixel for mark in marks], y=[mark.psnr_db for mark in marks], mode="markers",
            name="pictures sent here", text=[mark.name for mark in marks],
            marker={"symbol": "star", "size": 16, "color": colours["winner"],
                    "line": {"width": 1, "color": colours["bound"]}},
            hovertemplate="%{text}<br>%{x:.2f} bits a pixel, %{y:.2f} dB<extra></extra>",
        )  # fmt: skip
    figure.update_xaxes(title="bits a pixel", rangemode="tozero")
    figure.update_yaxes(title="PSNR, dB")
    return finish(figure, 470)


# ------------------------------------------------------------------------------------------------ how far


def reach(
    sizes: Floats, plain_bits: Floats, binned_bits: Floats, limits: tuple[float, float], chosen: float, rate: float,
    colours: Colours,
) -> go.Figure:  # fmt: skip
    """Candidates for a block over its size, without bins (faint past what can be searched) and with them.

    `limits`: the largest block coded without bins, and log2 of the most candidates looked at with them. Right axis:
    time at `rate` candidates a second.
    """
    figure = go.Figure()
    near, far = sizes <= limits[0], sizes >= sizes[sizes <= limits[0]].max()
    figure.add_scatter(
        x=sizes[near], y=plain_bits[near], mode="lines+markers", name="ORC without bins",
        line={"color": colours["p"], "width": 2.5},
    )  # fmt: skip
    figure.add_scatter(
        x=sizes[far], y=plain_bits[far], mode="lines", name="out of reach",
        line={"color": colours["candidate"], "width": 2.5, "dash": "dot"},
    )  # fmt: skip
    figure.add_scatter(
        x=sizes, y=binned_bits, mode="lines+markers", name="ORC with bins, log₂ J = block − 8",
        line={"color": colours["heuristic"], "width": 2.5}, marker={"symbol": "diamond"},
    )  # fmt: skip
    figure.add_scatter(
        x=sizes[[0, -1]], y=[limits[1]] * 2, mode="lines", name="most looked at with bins",
        line={"color": colours["bound"], "width": 1.5, "dash": "dash"},
    )  # fmt: skip
    figure.add_vline(x=chosen, line={"color": colours["bound"], "dash": "dot"})
    figure.update_xaxes(title="bits of a block", dtick=8)
    time_axis(figure, float(sizes[0]), float(plain_bits.max()) + 2.0, rate, "time for a block on this machine")
    return finish(figure, 420, right=96)


class Measured(NamedTuple):
    """What blocks of a size took beyond their KL, in % of it."""

    name: str
    role: str
    symbol: str
    block_bits: float
    percent: float


def overhead(
    sizes: Floats, plain: Floats, binned: Floats, measured: Sequence[Measured], colours: Colours
) -> go.Figure:  # fmt: skip
    """Bits beyond the KL, in % of it, over the size of a block: bounds as lines, and what was measured as marks."""
    figure = go.Figure()
    for name, role, values in (
        ("bound without bins", "p", plain),
        ("bound with bins, log₂ J = block − 8", "heuristic", binned),
    ):
        figure.add_scatter(x=sizes, y=values, mode="lines", name=name, line={"color": colours[role], "width": 2.5})
    for mark in measured:
        figure.add_scatter(
            x=[mark.block_bits], y=[mark.percent], mode="markers", name=mark.name,
            marker={"color": colours[mark.role], "size": 15 if mark.symbol == "star" else 11, "symbol": mark.symbol},
            showlegend=False,
        )  # fmt: skip
        name_end(figure, mark.name.rpartition(", ")[2], colours[mark.role])
    lowest = min([0.0, *(mark.percent for mark in measured)])
    highest = max(float(plain.max()), *(mark.percent for mark in measured), 0.0)
    figure.update_xaxes(title="bits of a block", dtick=8)
    figure.update_yaxes(title="beyond the KL, %", range=[lowest - 4.0, 1.05 * highest], zeroline=True)
    return finish(figure, 420)


def trade(log2_bins: Floats, bound_bits: Floats, search_bits: Floats, kl_bits: float,
          chosen: tuple[float, float] | None, limit_bits: float, colours: Colours) -> go.Figure:  # fmt: skip
    """What bins buy for one block: candidates over the bound on its message, a mark for each J.

    Starred: the `chosen` (x, y). Dashed: the block's KL, and log2 of the most candidates looked at with bins.
    """
    figure = go.Figure()
    figure.add_scatter(
        x=bound_bits, y=search_bits, mode="lines+markers+text", name="a block with J bins",
        text=[raised(f"2^{k:.0f}") for k in log2_bins], textposition="middle right", textfont_size=TYPE,
        line={"color": colours["heuristic"], "width": 2}, customdata=log2_bins,
        hovertemplate="J = 2^%{customdata:.0f}: %{x:.2f} bits<br>2^%{y:.1f} candidates<extra></extra>",
    )  # fmt: skip
    if chosen:
        figure.add_scatter(
            x=[chosen[0]], y=[chosen[1]], mode="markers", name="the J chosen",
            marker={"symbol": "star", "size": 17, "color": colours["winner"]},
        )  # fmt: skip
    ends = [min(kl_bits, float(bound_bits.min())), float(bound_bits.max())]
    figure.add_scatter(
        x=ends, y=[limit_bits] * 2, mode="lines", name="most looked at",
        line={"color": colours["bound"], "width": 1.5, "dash": "dash"},
    )  # fmt: skip
    figure.add_scatter(
        x=[kl_bits] * 2, y=[0.0, float(search_bits.max())], mode="lines", name="KL of the block",
        line={"color": colours["bound"], "width": 1.5, "dash": "dot"},
    )  # fmt: skip
    figure.update_xaxes(title="bound on the mean length of its message, bits")
    figure.update_yaxes(title="log₂ of expected candidates", rangemode="tozero")
    return finish(figure, 420)
