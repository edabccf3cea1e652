"""The cards of the Evidence page: small pictures as SVG, drawn from numbers; and each page's finding in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..text import reading
from .images import crisp
from .sketch import Panel, picture
from .style import Colours, Floats

SIZE = WIDTH, HEIGHT = 360, 150


def card(
    colours: Colours, x: tuple[float, float], y: tuple[float, float], left: float = 8, right: float = WIDTH - 8,
    top: float = 14, foot: float = HEIGHT - 8,
) -> Panel:  # fmt: skip
    """A panel of a card with these ranges, between these pixels."""
    return Panel((left, top, right, foot), x, y, colours)


def pixels(colours: Colours) -> Panel:
    """A card whose places are pixels from its top left corner."""
    return card(colours, (0, WIDTH), (HEIGHT, 0), 0, WIDTH, 0, HEIGHT)


def code_lengths(
    information: float, floor: float, plain: Sequence[float], bins: Sequence[float], bound: float, colours: Colours
) -> tuple[str, str]:
    """Two bars of where the bits go, and lines at I, the floor and the bound."""
    panel = card(colours, (0, bound), (HEIGHT, 0), 4, WIDTH - 12, 0, HEIGHT)
    for name, bits, top in (("no bins", plain, 24.0), ("with bins", bins, 84.0)):
        panel.text(0, top - 6, name, anchor="start")
        ends = np.cumsum([0.0, *bits])
        roles = ("heuristic", "best", "winner", "candidate")
        for begin, end, role in zip(ends[:-1], ends[1:], roles, strict=True):
            panel.block((begin, end), (top + 28, top), role)
    for at, name, role, anchor, dash in (
        (information, "I", "q", "end", "5 4"), (floor, "floor", "bound", "start", ""),
        (bound, "bound", "bound", "end", "5 4"),
    ):  # fmt: skip
        panel.line((at, at), (10, 126), role, 2, dash)
        panel.text(at, 143, name, role, anchor)
    says = (
        f"A message takes {sum(bins):.2f} bits on average, {sum(bins) - floor:.2f} above the floor: the least any "
        f"one-shot code needs where I = {information:g}."
    )
    return picture(panel.parts, "Where the bits of a message go", SIZE), says


def speed(information: Floats, plain: Floats, bins: Floats, here: Any, view: Any, colours: Colours) -> tuple[str, str]:
    """Candidates over I, without bins and with them."""
    panel = card(colours, (information[0], information[-1]), (0.0, float(plain[-1])), right=WIDTH - 90)
    for name, heights, role in (("no bins", plain, "p"), ("bins", bins, "heuristic")):
        panel.line(information, heights, role, 3)
        panel.text(information[-1], heights[-1], name, role, "start", right=6, down=5)
    says = (
        f"At {view.bits:g} bits, bins bring a search from {reading.number(2.0**here.plain_bits)} candidates to "
        f"{reading.number(2.0**here.binned_bits)}."
    )
    return picture(panel.parts, "Candidates a search examines, as information grows", SIZE), says


def bias(
    x: Floats, target: Floats, plain: Floats, bins: Floats, candidates: int, off: float, off_bins: float,
    colours: Colours,
) -> tuple[str, str]:  # fmt: skip
    """Q, and what is sent instead."""
    top = 1.05 * float(max(target.max(), plain.max(), bins.max()))
    panel = card(colours, (x[0], x[-1]), (0.0, top), 4, WIDTH - 4, 6, HEIGHT - 6)
    panel.area(x, target, "q", 0.18)
    for heights, role, width in ((target, "q", 2), (plain, "p", 3), (bins, "heuristic", 3)):
        panel.line(x, heights, role, width)
    peak = float(x[np.argmax(target)])
    right, anchor = (-60, "end") if panel.across(peak) > WIDTH / 2 else (60, "start")
    for words, role, down in (("target Q", "q", 22), ("no bins", "p", 42), ("bins", "heuristic", 62)):
        panel.text(peak, top, words, role, anchor, right, down - panel.top)
    says = (
        f"After {candidates} candidates ORC is off by {reading.small(off)} in total variation; with bins, by "
        f"{reading.small(off_bins)}."
    )
    return picture(panel.parts, "What is sent, against the target Q", SIZE), says


def league(
    names: Sequence[str], log2_candidates: Floats, above: Floats, best: tuple[str, float], search: tuple[str, float],
    colours: Colours,
) -> tuple[str, str]:  # fmt: skip
    """A dot for each method: candidates across, bits above the floor up."""
    right = max(4.0, float(log2_candidates.max()))
    panel = card(colours, (-0.3, right), (0.0, 1.15 * float(above.max()) + 0.1), right=WIDTH - 60, foot=HEIGHT - 26)
    panel.line((-0.3, right), (0.0, 0.0), "bound", 2, "5 4")
    panel.text(right, 0.0, "the floor", "bound", "end", down=18)
    for x, y in zip(log2_candidates, above, strict=True):
        panel.dot(x, y, "q", 5)
    for k in {int(np.argmin(log2_candidates)), int(np.argmax(log2_candidates))}:
        off = 5.0 if panel.up(0.0) - panel.up(above[k]) > 12.0 else -7.0  # the line of the floor
        panel.text(log2_candidates[k], above[k], names[k], anchor="start", right=9, down=off)
    name, bits = best
    says = f"{name[:1].upper()}{name[1:]} takes {bits:.2f} bits; the best that searches ({search[0]}), {search[1]:.2f}."
    return picture(panel.parts, "Bits above the floor against candidates", SIZE), says


def received(sources: Sequence[str]) -> str:
    """The same picture received in small blocks and in large ones, as HTML; `sources` are those of two pictures."""
    return "".join(
        f'<figure style="margin:0;width:8rem">{crisp(source, f"The picture received in {name}", width=116)}'
        f'<figcaption style="font-size:14px">{name}</figcaption></figure>'
        for source, name in zip(sources, ("16-bit blocks", "48-bit blocks"), strict=True)
    )


def images(sources: Sequence[str], saved: float) -> tuple[str, str]:
    """The picture received both ways."""
    says = f"48-bit blocks with bins take {100 * saved:.0f}% fewer bits at equal quality than 16-bit blocks without."
    return received(sources), says


def paper(d_inf: Floats, bins: Floats, slope: float, colours: Colours) -> tuple[str, str]:
    """Targets by D_inf: the candidates without bins, which is D_inf itself, and with them."""
    says = (
        f"In the paper’s 5-D experiment a bit of D∞ doubles plain search, and makes one with bins only "
        f"{2.0**slope:.2f} times as long."
    )
    panel = targets(d_inf, bins, colours, WIDTH - 84)
    return picture(panel.parts, "Candidates against D∞, a dot for each target", SIZE), says


def targets(d_inf: Floats, bins: Floats, colours: Colours, right: float, moves: str = "") -> Panel:
    """Candidates over D_inf without bins and with them, a dot for each target, on logarithmic axes."""
    top = float(d_inf.max())
    panel = card(colours, (0.0, top), (0.0, top), right=right, top=12)
    for first, (name, heights, role, label) in enumerate(
        (("no bins", d_inf, "p", top), ("bins", bins, "heuristic", float(np.median(bins))))
    ):
        for k, (x, y) in enumerate(zip(d_inf, heights, strict=True)):
            panel.dot(x, y, role, 3, moves=moves, order=k // 6 + 3 * first)
        panel.text(top, label, name, role, "start", right=6, down=5)
    return panel


def reference(distances: Floats, statements: int, runs: int, colours: Colours) -> tuple[str, str]:
    """Measured numbers about their laws, in standard errors, in the band that holds nineteen of twenty."""
    panel = card(colours, (0, distances.size - 1), (-4.0, 4.0), 16, WIDTH - 16, 8)
    beyond = 16 / (WIDTH - 32) * (distances.size - 1)  # the band reaches the card's edges
    across = (-beyond, distances.size - 1 + beyond)
    panel.block(across, (-1.96, 1.96), "p", 0.15)
    panel.line(across, (0.0, 0.0), "bound", 1.5)
    for k, distance in enumerate(distances):
        panel.dot(k, distance, "heuristic")
    panel.text(across[1], -4.0, "95% of chance", anchor="end", right=-4, down=-2)
    says = (
        f"{statements} statements with proofs and code; here {int(np.sum(np.abs(distances) < 1.96))} of "
        f"{distances.size} numbers measured on this machine lie within 95% of chance."
    )
    return picture(panel.parts, "Measured numbers against their laws", SIZE), says
