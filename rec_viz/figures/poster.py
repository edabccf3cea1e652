"""The doors of Start and the panels of the poster: small pictures as SVG, drawn from numbers, and their sentences.

What carries class "draws" or "pops" is set in motion by the cards' style sheet, in the order that --n says.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .evidence import HEIGHT, WIDTH, line, scaled, svg, text
from .images import crisp
from .style import Colours, Floats, faint

FOOT = HEIGHT - 10


def star(x: float, y: float, colour: str, radius: float = 11.0, order: int = 0) -> str:
    """The winner."""
    turns = np.arange(10) * np.pi / 5 - np.pi / 2
    radii = np.where(np.arange(10) % 2, 0.45 * radius, radius)
    corners = " ".join(f"{x + r * np.cos(t):.1f},{y + r * np.sin(t):.1f}" for r, t in zip(radii, turns, strict=True))
    return f'<polygon class="pops" style="--n:{order}" points="{corners}" fill="{colour}"/>'


def dot(x: float, y: float, colour: str, order: int = 0, radius: float = 5.0, hollow: bool = False) -> str:
    """A candidate; hollow where nobody looks at it."""
    paint = f'fill="none" stroke="{colour}" stroke-width="1.5"' if hollow else f'fill="{colour}"'
    return f'<circle class="pops" style="--n:{order}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" {paint}/>'


def area(x: Floats, y: Floats, foot: float, colour: str, opacity: float = 0.2) -> str:
    """What lies below a line."""
    corners = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
    return f'<polygon points="{x[0]:.1f},{foot} {corners} {x[-1]:.1f},{foot}" fill="{faint(colour, opacity)}"/>'


def drawn(x: Floats, y: Floats, colour: str, width: float = 3.0) -> str:
    """A line that draws itself."""
    return line(x, y, colour, width).replace("<polyline", '<polyline class="draws" pathLength="1"')


# ------------------------------------------------------------------------------------------------ the doors


def tour(heights: Floats, winner: int, ratios: Floats, colours: Colours) -> str:
    """Start's tape, standing alone."""
    x, y = scaled(np.arange(float(heights.size)), 0, heights.size - 1, 60, WIDTH - 24), _up(heights)
    bell = scaled(np.arange(float(ratios.size)) + 0.5, 0, ratios.size, FOOT, 10)
    reach = 34 - 30 * ratios / ratios.max()
    inside = line(reach, bell, colours["q"], 4)
    for k, (a, b) in enumerate(zip(x, y, strict=True)):
        inside += star(a, b, colours["winner"], 20, k) if k == winner - 1 else dot(a, b, colours["p"], k, 8)
    return svg(inside, "A tape of candidates, one of them a star")


def play(race: Any, colours: Colours) -> str:
    """The staircase without words."""
    return svg(_stairs(race, colours, 6, WIDTH - 6, binned=True, big=1.7), "A curve under a staircase, and candidates")


def sheet(colours: Colours) -> str:
    """The poster from afar."""
    boxes = ((10, 8, 104, 62), (128, 8, 104, 62), (246, 8, 104, 62), (10, 80, 104, 62), (128, 80, 222, 62))
    inside = "".join(
        f'<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="6" fill="{faint(colours[role], 0.14)}" '
        f'stroke="{colours[role]}" stroke-width="3"/>'
        for (x, y, w, h), role in zip(boxes, ("q", "p", "heuristic", "best", "winner"), strict=True)
    )
    x = np.linspace(0.0, 1.0, 30)
    inside += drawn(22 + 80 * x, 58 - 38 * np.exp(-(((x - 0.5) / 0.16) ** 2)), colours["q"], 4)
    inside += "".join(dot(146 + 24 * k, 30 + 22 * (k % 2), colours["p"], k, 6) for k in range(3))
    inside += star(218, 30, colours["winner"], 12, 3)
    inside += drawn(258 + 80 * x, 58 - 40 * np.repeat([0.3, 0.9, 0.6, 0.15, 0.1], 6), colours["heuristic"], 4)
    inside += drawn(22 + 80 * x, 92 + 40 * x**0.5, colours["best"], 4)
    inside += drawn(142 + 196 * x, 132 - 42 * x, colours["p"], 4)
    inside += drawn(142 + 196 * x, 132 - 6 * x, colours["heuristic"], 4)
    return svg(inside, "A poster of five panels")


def _up(share: Floats) -> Floats:
    return scaled(share, 0.0, 1.0, FOOT, 10)


# ------------------------------------------------------------------------------------------------ the panels


def what(bits: Floats, lengths: Floats, colours: Colours) -> tuple[str, str]:
    """The length of a message over the information, above the floor."""
    top = float(lengths[-1])
    x = scaled(bits, 0.0, bits[-1], 8, WIDTH - 92)
    floor, length = (scaled(values, 0.0, top, FOOT, 12) for values in (bits, lengths))
    inside = area(x, length, FOOT, colours["winner"], 0.14) + line(x, floor, colours["bound"], 2.5, "6 5")
    inside += drawn(x, length, colours["winner"])
    inside += text(WIDTH - 86, 16, "message", colour=colours["winner"])
    inside += text(WIDTH - 86, 36, "floor", colour=colours["bound"])
    says = (
        f"Sending one random sample of Q costs little more than what it tells: {lengths[-1]:.1f} bits where no method "
        f"can take fewer than {bits[-1]:.0f}."
    )
    return svg(inside, "Message length over information"), says


def how(race: Any, colours: Colours) -> tuple[str, str]:
    """Candidates as they arrive, and the curve that touches the winner."""
    says = (
        "Both sides draw the same candidates from P. The first that the rising curve of Q over P touches wins, and "
        "only its number travels."
    )
    return svg(_stairs(race, colours, 6, WIDTH - 6), "A race: candidates, and the curve touching a star"), says


def cut(race: Any, colours: Colours) -> tuple[str, str]:
    """The same race without bins and with them: what the sender looks at."""
    middle = WIDTH / 2
    inside = _stairs(race, colours, 4, middle - 12, front=True) + _stairs(
        race, colours, middle + 12, WIDTH - 4, binned=True
    )
    inside += text(4, 14, f"{race.expected_plain:.1f} expected") + text(
        middle + 12, 14, f"{race.expected_binned:.1f} expected"
    )
    says = (
        f"Cut P into {race.peaks.size} equal bins, visit each as often as its peak deserves, and race as before: "
        f"{race.expected_binned:.1f} candidates on average take the place of {race.expected_plain:.1f}."
    )
    return svg(inside, "What a sender looks at, without bins and with them"), says


def _stairs(
    race: Any, colours: Colours, left: float, right: float, front: bool = False, binned: bool = False, big: float = 1.0
) -> str:  # fmt: skip
    """The race in equal shares of P between two x, and what the sender has looked at when it is over."""

    def up(values: Floats) -> Floats:
        return scaled(values, 0.0, race.ceiling, FOOT, 24)

    x, curve = scaled(race.grid, 0.0, 1.0, left, right), up(race.height * race.ratios)
    levels = np.repeat(race.height * (race.peaks if binned else np.full(race.peaks.size, race.top)), 2)
    steps = scaled(np.repeat(np.arange(race.peaks.size + 1.0), 2)[1:-1], 0, race.peaks.size, left, right)
    inside = ""
    if front or binned:
        green = colours["heuristic"]
        inside += area(steps, up(levels), FOOT, green, 0.16) + drawn(steps, up(levels), green, 2.5 * big)
    if binned:
        for edge in scaled(np.arange(1.0, race.peaks.size), 0, race.peaks.size, left, right):
            inside += line(np.array([edge, edge]), np.array([24.0, FOOT]), faint(colours["heuristic"], 0.4), 1)
    inside += area(x, curve, FOOT, colours["q"]) + drawn(x, curve, colours["q"], 2.5 * big)
    inside += line(np.array([left, right]), np.array([FOOT, FOOT]), colours["bound"], 1.5)
    bins = np.minimum((race.places * race.peaks.size).astype(int), race.peaks.size - 1)
    unseen = race.arrivals > race.height * (race.peaks[bins] if binned else race.top)
    across, heights = scaled(race.places, 0.0, 1.0, left, right), up(race.arrivals)
    for k, (a, b) in enumerate(zip(across, heights, strict=True)):
        if k == race.winner:
            inside += star(a, b, colours["winner"], 11 * big, k)
        else:
            inside += dot(a, b, colours["candidate"], k, 4.5 * big, hollow=bool(unseen[k]))
    return inside


_WEIGHTINGS = {"uniform": "all bins alike", "target_mass": "by Q’s share", "peak_ratio": "by highest ratio"}


def weights(messages: dict[str, Any], colours: Colours) -> tuple[str, str]:
    """The message of one search under every weighting."""
    inside = ""
    for row, (name, title) in enumerate(_WEIGHTINGS.items()):
        message, y = messages[name], 32 + 46 * row
        inside += text(4, y + 6, title)
        inside += _part(146, y, 84, f"bin {message.bin[0] + 1}", colours["heuristic"], 2 * row)
        inside += _part(240, y, 112, f"number {message.index}", colours["winner"], 2 * row + 1)
    same = len(set(messages.values())) == 1
    says = (
        "No. The message names a bin and a number within it; weights only decide how soon the sender gets there. "
        f"Three weightings, {'one and the same message' if same else 'different messages'}."
    )
    return svg(inside, "The message under three weightings"), says


def _part(x: float, y: float, width: float, words: str, colour: str, order: int) -> str:
    """A part of a message, boxed."""
    paint = f'fill="{faint(colour, 0.18)}" stroke="{colour}" stroke-width="2"'
    box = f'<rect x="{x}" y="{y - 17}" width="{width}" height="34" rx="8" {paint}/>'
    return f'<g class="pops" style="--n:{order}">{box}{text(x + width / 2, y + 6, words, "middle")}</g>'


def runtime(d_inf: Floats, binned: Floats, slope: float, colours: Colours) -> tuple[str, str]:
    """Candidates over D_inf, a dot a target, on logarithmic axes."""
    top = float(d_inf.max())
    x = scaled(d_inf, 0.0, top, 8, WIDTH - 92)
    inside = ""
    for order, (heights, role) in enumerate(((d_inf, "p"), (binned, "heuristic"))):
        y = scaled(heights, 0.0, top, FOOT, 12)
        inside += "".join(
            dot(a, b, colours[role], k // 6 + 3 * order, 3) for k, (a, b) in enumerate(zip(x, y, strict=True))
        )
        inside += text(
            WIDTH - 86, (18.0, float(np.median(y)) + 4)[order], ("no bins", "bins")[order], colour=colours[role]
        )
    says = (
        f"Exact samples in five dimensions: plain search doubles with every bit of D∞, one with bins grows "
        f"{2.0**slope:.2f} times."
    )
    return svg(inside, "Candidates of exact searches over D∞"), says


def bias(powers: Floats, plain: Floats, binned: Floats, colours: Colours) -> tuple[str, str]:
    """How far ORC's samples are from Q over the candidates it may look at, on logarithmic axes."""
    x = scaled(powers, 0.0, powers[-1], 8, WIDTH - 92)
    logs = np.log10(np.stack([plain, binned]))
    inside = ""
    for values, name, role in ((logs[0], "no bins", "p"), (logs[1], "bins", "heuristic")):
        y = scaled(values, float(logs.min()), float(logs.max()), FOOT - 14, 14)
        inside += drawn(x, y, colours[role]) + text(WIDTH - 86, float(y[-1]) + 5, name, colour=colours[role])
    inside += text(8, HEIGHT - 2, "more candidates →")
    at = int(np.argmax(powers >= 6))
    says = (
        f"Stopped after {2 ** int(powers[at])} candidates, samples are {plain[at] / binned[at]:.0f} times nearer to Q "
        "with bins than without, in the distance the paper uses."
    )
    return svg(inside, "Distance of ORC’s samples from Q over its candidates"), says


def pictures(
    sources: Sequence[str], curves: Sequence[Any], saved: float, colours: Colours
) -> tuple[str, str]:  # fmt: skip
    """The same picture in small blocks and in large ones, and quality over rate of the test pictures."""
    both = "".join(
        f'<figure style="margin:0;width:8rem">{crisp(source, f"The picture received in {name}", width=116)}'
        f'<figcaption style="font-size:14px">{name}</figcaption></figure>'
        for source, name in zip(sources, ("16-bit blocks", "48-bit blocks"), strict=True)
    )
    x_low, x_high = (float(f([f(curve.bits_per_pixel) for curve in curves])) for f in (np.min, np.max))
    y_low, y_high = (float(f([f(curve.psnr_db) for curve in curves])) for f in (np.min, np.max))
    inside = ""
    for order, curve in enumerate(curves):
        x = scaled(curve.bits_per_pixel, x_low, x_high, 10, WIDTH - 150)
        y = scaled(curve.psnr_db, y_low, y_high, FOOT, 12)
        colour = colours[curve.role]
        inside += line(x, y, colour, 2.5, "6 5") if curve.dash == "dash" else drawn(x, y, colour)
        inside += text(WIDTH - 144, 70 + 22 * order, ("16-bit blocks", "48 bits, bins", "theory")[order], colour=colour)
    inside += text(10, 16, "quality over bits")
    says = (
        f"CIFAR-10 pictures as small networks: blocks of 48 bits, out of reach without bins, take {-100 * saved:.0f}% "
        "fewer bits at equal quality than blocks of 16."
    )
    return both + svg(inside, "Quality of pictures over bits a pixel"), says
