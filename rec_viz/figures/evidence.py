"""The cards of the Evidence page: small pictures as SVG, drawn from numbers; and each page's finding in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..text import reading
from .images import crisp
from .style import Colours, Floats, faint

WIDTH, HEIGHT = 360, 150


def svg(inside: str, says: str) -> str:
    """A picture of WIDTH by HEIGHT, for eyes and for ears."""
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{says}">{inside}</svg>'


def text(x: float, y: float, words: str, anchor: str = "start", colour: str = "") -> str:
    """Words at a place."""
    fill = f' style="fill:{colour}"' if colour else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{fill}>{words}</text>'


def line(x: Floats, y: Floats, colour: str, width: float = 3.0, dash: str = "") -> str:
    """A line through points in pixels."""
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{width:g}"{dashed}/>'


def scaled(values: Floats, low: float, high: float, start: float, end: float) -> Floats:
    """Values from low to high on pixels from start to end."""
    return start + (np.asarray(values) - low) / (high - low) * (end - start)


def code_lengths(
    information: float, plain: Sequence[float], bins: Sequence[float], bound: float, colours: Colours
) -> tuple[str, str]:
    """Two bars of where the bits go, and lines at I and the bound."""
    unit, left = (WIDTH - 16) / bound, 4.0
    parts = []
    for row, (name, bits) in enumerate((("no bins", plain), ("with bins", bins))):
        x, top = left, 24.0 + 60 * row
        parts.append(text(left, top - 6, name))
        for part, role in zip(bits, ("heuristic", "best", "winner", "candidate"), strict=True):
            parts.append(f'<rect x="{x:.1f}" y="{top}" width="{part * unit:.1f}" height="28" fill="{colours[role]}"/>')
            x += part * unit
    for at, name, colour, anchor in (
        (information, "I", colours["q"], "middle"), (bound, "bound", colours["bound"], "end")
    ):  # fmt: skip
        x = left + at * unit
        parts.append(line(np.array([x, x]), np.array([10.0, 126.0]), colour, 2, "5 4"))
        parts.append(text(x, 143, name, anchor, colour))
    says = f"A message takes {sum(bins):.2f} bits on average where I = {information:g}, which no method can beat."
    return svg("".join(parts), "Where the bits of a message go"), says


def speed(
    information: Floats, plain: Floats, bins: Floats, here: Any, view: Any, colours: Colours
) -> tuple[str, str]:  # fmt: skip
    """Candidates over I, without bins and with them."""
    top = float(plain[-1])
    x = scaled(information, information[0], information[-1], 8, WIDTH - 90)
    inside = ""
    for name, heights, role in (("no bins", plain, "p"), ("bins", bins, "heuristic")):
        y = scaled(heights, 0.0, top, HEIGHT - 8, 14)
        inside += line(x, y, colours[role]) + text(WIDTH - 84, float(y[-1]) + 5, name, colour=colours[role])
    says = (
        f"At {view.bits:g} bits, bins bring a search from {reading.number(2.0**here.plain_bits)} candidates to "
        f"{reading.number(2.0**here.binned_bits)}."
    )
    return svg(inside, "Candidates a search examines, as information grows"), says


def bias(
    x: Floats, target: Floats, plain: Floats, bins: Floats, candidates: int, off: float, off_bins: float,
    colours: Colours,
) -> tuple[str, str]:  # fmt: skip
    """Q, and what is sent instead."""
    at, top = scaled(x, x[0], x[-1], 4, WIDTH - 4), 1.05 * float(max(target.max(), plain.max(), bins.max()))
    q, without, with_bins = (scaled(values, 0.0, top, HEIGHT - 6, 6) for values in (target, plain, bins))
    corners = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(at, q, strict=True))
    area = f'<polygon points="4,{HEIGHT - 6} {corners} {WIDTH - 4},{HEIGHT - 6}" fill="{faint(colours["q"], 0.18)}"/>'
    lines = line(at, q, colours["q"], 2) + line(at, without, colours["p"]) + line(at, with_bins, colours["heuristic"])
    peak = int(np.argmax(target))
    side, anchor = (at[peak] - 60, "end") if at[peak] > WIDTH / 2 else (at[peak] + 60, "start")
    words = text(side, 22, "target Q", anchor, colours["q"]) + text(side, 42, "no bins", anchor, colours["p"])
    words += text(side, 62, "bins", anchor, colours["heuristic"])
    says = (
        f"After {candidates} candidates ORC is off by {reading.small(off)} in total variation; with bins, by "
        f"{reading.small(off_bins)}."
    )
    return svg(area + lines + words, "What is sent, against the target Q"), says


def images(small: str, large: str, saved: float) -> tuple[str, str]:
    """The picture received in small blocks and in large ones; sources of two pictures."""
    both = "".join(
        f'<figure style="margin:0;width:8rem">{crisp(source, f"The picture received in {name}", width=116)}'
        f'<figcaption style="font-size:14px">{name}</figcaption></figure>'
        for source, name in ((small, "16-bit blocks"), (large, "48-bit blocks"))
    )
    says = f"48-bit blocks with bins take {100 * saved:.0f}% fewer bits at equal quality than 16-bit blocks without."
    return both, says


def paper(d_inf: Floats, bins: Floats, slope: float, colours: Colours) -> tuple[str, str]:
    """Targets by D_inf: the candidates without bins, which is D_inf itself, and with them."""
    top = float(d_inf.max())
    x = scaled(d_inf, 0.0, top, 8, WIDTH - 84)
    y = scaled(bins, 0.0, top, HEIGHT - 8, 10)
    dots = "".join(
        f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3" fill="{colours["heuristic"]}"/>' for a, b in zip(x, y, strict=True)
    )
    dots += "".join(
        f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3" fill="{colours["p"]}"/>'
        for a, b in zip(x, scaled(d_inf, 0.0, top, HEIGHT - 8, 10), strict=True)
    )
    words = text(WIDTH - 76, 18, "no bins", colour=colours["p"])
    words += text(WIDTH - 76, float(np.median(y)) + 5, "bins", colour=colours["heuristic"])
    says = (
        f"In the paper’s 5-D experiment a bit of D∞ doubles plain search, and makes one with bins only "
        f"{2.0**slope:.2f} times as long."
    )
    return svg(dots + words, "Candidates against D∞, a dot for each target"), says


def reference(distances: Floats, statements: int, runs: int, colours: Colours) -> tuple[str, str]:
    """Measured numbers about their laws, in standard errors, in the band that holds nineteen of twenty."""
    x = scaled(np.arange(float(distances.size)), 0, distances.size - 1, 16, WIDTH - 16)
    y = scaled(distances, -4.0, 4.0, HEIGHT - 8, 8)
    low, high, middle = scaled(np.array([-1.96, 1.96, 0.0]), -4.0, 4.0, HEIGHT - 8, 8)
    band = f'<rect x="0" y="{high:.1f}" width="{WIDTH}" height="{low - high:.1f}" fill="{faint(colours["p"], 0.15)}"/>'
    band += line(np.array([0.0, WIDTH]), np.array([middle, middle]), colours["bound"], 1.5)
    dots = "".join(
        f'<circle cx="{a:.1f}" cy="{b:.1f}" r="5" fill="{colours["heuristic"]}"/>' for a, b in zip(x, y, strict=True)
    )
    inside = int(np.sum(np.abs(distances) < 1.96))
    words = text(WIDTH - 4, HEIGHT - 10, "95% of chance", "end")
    says = (
        f"{statements} statements with proofs and code; here {inside} of {distances.size} numbers measured on this "
        "machine lie within 95% of chance."
    )
    return svg(band + dots + words, "Measured numbers against their laws"), says
