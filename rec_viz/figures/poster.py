"""The doors of Start and the panels of the poster: small pictures as SVG, and what they show in a sentence.

What "draws" or "pops" is set in motion by the cards' style sheet.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .evidence import HEIGHT, SIZE, WIDTH, card, pixels, received, targets
from .sketch import Panel, picture
from .style import Colours, Floats

FOOT = HEIGHT - 10


# ------------------------------------------------------------------------------------------------ the doors


def tour(heights: Floats, winner: int, ratios: Floats, colours: Colours) -> str:
    """Start's tape, standing alone."""
    panel = card(colours, (0, heights.size - 1), (0.0, 1.0), 60, WIDTH - 24, 10, FOOT)
    bell = card(colours, (0.0, float(ratios.max())), (0, ratios.size), 34, 4, 10, FOOT)
    bell.line(ratios, np.arange(ratios.size) + 0.5, "q", 4)
    for k, height in enumerate(heights):
        if k == winner - 1:
            panel.star(k, height, 20, "pops", k)
        else:
            panel.dot(k, height, "p", 8, moves="pops", order=k)
    return picture([*bell.parts, *panel.parts], "A tape of candidates, one of them a star", SIZE)


def play(race: Any, colours: Colours) -> str:
    """The staircase without words."""
    parts = _stairs(race, colours, 6, WIDTH - 6, binned=True, big=1.7)
    return picture(parts, "A curve under a staircase, and candidates", SIZE)


def sheet(colours: Colours) -> str:
    """The poster from afar."""
    panel = pixels(colours)
    boxes = ((10, 8, 104, 62), (128, 8, 104, 62), (246, 8, 104, 62), (10, 80, 104, 62), (128, 80, 222, 62))
    for (left, top, w, h), role in zip(boxes, ("q", "p", "heuristic", "best", "winner"), strict=True):
        panel.block((left, left + w), (top + h, top), role, 0.14, "0", edge=3, round=6)
    share = np.linspace(0.0, 1.0, 30)
    for x, y, role in (
        (22 + 80 * share, 58 - 38 * np.exp(-(((share - 0.5) / 0.16) ** 2)), "q"),
        (258 + 80 * share, 58 - 40 * np.repeat([0.3, 0.9, 0.6, 0.15, 0.1], 6), "heuristic"),
        (22 + 80 * share, 92 + 40 * share**0.5, "best"),
        (142 + 196 * share, 132 - 42 * share, "p"),
        (142 + 196 * share, 132 - 6 * share, "heuristic"),
    ):
        panel.line(x, y, role, 4, moves="draws")
    for k in range(3):
        panel.dot(146 + 24 * k, 30 + 22 * (k % 2), "p", 6, moves="pops", order=k)
    panel.star(218, 30, 12, "pops", 3)
    return picture(panel.parts, "A poster of five panels", SIZE)


# ------------------------------------------------------------------------------------------------ the panels


def what(bits: Floats, floors: Floats, lengths: Floats, colours: Colours) -> tuple[str, str]:
    """The length of a message over the information, above the floor."""
    panel = card(colours, (0.0, bits[-1]), (0.0, float(lengths[-1])), right=WIDTH - 92, top=12, foot=FOOT)
    panel.area(bits, lengths, "winner", 0.14)
    panel.line(bits, floors, "bound", 2.5, "6 5")
    panel.line(bits, lengths, "winner", 3, moves="draws")
    for words, role, down in (("message", "winner", 4), ("floor", "bound", 24)):
        panel.text(bits[-1], lengths[-1], words, role, "start", 6, down)
    says = (
        f"Sending one random sample of Q costs little more than the {bits[-1]:.0f} bits it tells: {lengths[-1]:.1f} on "
        f"average, where any one-shot code needs at least {floors[-1]:.1f}."
    )
    return picture(panel.parts, "Message length over information", SIZE), says


def how(race: Any, colours: Colours) -> tuple[str, str]:
    """Candidates as they arrive, and the curve that touches the winner."""
    says = (
        "Both sides draw the same candidates from P. The first that the rising curve of Q over P touches wins, and "
        "only its number travels."
    )
    parts = _stairs(race, colours, 6, WIDTH - 6)
    return picture(parts, "A race: candidates, and the curve touching a star", SIZE), says


def cut(race: Any, colours: Colours) -> tuple[str, str]:
    """The same race without bins and with them: what the sender looks at."""
    middle, words = WIDTH / 2, pixels(colours)
    words.text(4, 14, f"{race.expected_plain:.1f} expected", anchor="start")
    words.text(middle + 12, 14, f"{race.expected_binned:.1f} expected", anchor="start")
    parts = _stairs(race, colours, 4, middle - 12, front=True)
    parts += _stairs(race, colours, middle + 12, WIDTH - 4, binned=True)
    says = (
        f"Cut P into {race.peaks.size} equal bins, visit each as often as its peak deserves, and race as before: "
        f"{race.expected_binned:.1f} candidates on average take the place of {race.expected_plain:.1f}."
    )
    return picture([*parts, *words.parts], "What a sender looks at, without bins and with them", SIZE), says


def _stairs(
    race: Any, colours: Colours, left: float, right: float, front: bool = False, binned: bool = False, big: float = 1.0
) -> list[str]:  # fmt: skip
    """The race in equal shares of P between two x, and what the sender has looked at when it is over."""
    panel, number = Panel((left, 24, right, FOOT), (0.0, 1.0), (0.0, race.ceiling), colours), race.peaks.size
    fronts = race.height * (race.peaks if binned else np.full(number, race.top))
    if front or binned:
        steps = np.repeat(np.arange(number + 1.0) / number, 2)[1:-1]
        panel.area(steps, np.repeat(fronts, 2), "heuristic", 0.16)
        panel.line(steps, np.repeat(fronts, 2), "heuristic", 2.5 * big, moves="draws")
    if binned:
        for edge in np.arange(1, number) / number:
            panel.line((edge, edge), panel.y, "heuristic", 1, opacity=0.4)
    curve = race.height * race.ratios
    panel.area(race.grid, curve, "q")
    panel.line(race.grid, curve, "q", 2.5 * big, moves="draws")
    panel.line(panel.x, (0.0, 0.0), "bound", 1.5)
    seen = race.arrivals <= fronts[np.minimum((race.places * number).astype(int), number - 1)]
    for k, (x, y) in enumerate(zip(race.places, race.arrivals, strict=True)):
        if k == race.winner:
            panel.star(x, y, 11 * big, "pops", k)
        else:
            panel.dot(x, y, "candidate", 4.5 * big, not seen[k], "pops", k, 1.5)
    return panel.parts


_WEIGHTINGS = {"uniform": "all bins alike", "target_mass": "by Q’s share", "peak_ratio": "by highest ratio"}


def weights(messages: dict[str, Any], colours: Colours) -> tuple[str, str]:
    """The message of one search under every weighting."""
    panel = pixels(colours)
    for row, (name, title) in enumerate(_WEIGHTINGS.items()):
        message, y = messages[name], 32 + 46 * row
        panel.text(4, y + 6, title, anchor="start")
        _part(panel, (146, 230), y, f"bin {message.bin[0] + 1}", "heuristic", 2 * row)
        _part(panel, (240, 352), y, f"number {message.index}", "winner", 2 * row + 1)
    same = len(set(messages.values())) == 1
    says = (
        "No. The message names a bin and a number within it; weights only decide how soon the sender gets there. "
        f"Three weightings, {'one and the same message' if same else 'different messages'}."
    )
    return picture(panel.parts, "The message under three weightings", SIZE), says


def _part(panel: Panel, x: tuple[float, float], y: float, words: str, role: str, order: int) -> None:
    """A part of a message, boxed."""
    since = len(panel.parts)
    panel.block(x, (y + 17, y - 17), role, 0.18, "0", edge=2, round=8)
    panel.text(sum(x) / 2, y + 6, words)
    panel.together(since, "pops", order)


def runtime(d_inf: Floats, binned: Floats, slope: float, colours: Colours) -> tuple[str, str]:
    """Candidates over D_inf, a dot for each target, on logarithmic axes."""
    panel = targets(d_inf, binned, colours, WIDTH - 92, "pops")
    says = (
        f"Exact samples in five dimensions: plain search doubles with every bit of D∞, one with bins grows "
        f"{2.0**slope:.2f} times."
    )
    return picture(panel.parts, "Candidates of exact searches over D∞", SIZE), says


def bias(powers: Floats, plain: Floats, binned: Floats, colours: Colours) -> tuple[str, str]:
    """How far ORC's samples are from Q over the candidates it may look at, on logarithmic axes."""
    logs = np.log10(np.stack([plain, binned]))
    ranges = (0.0, powers[-1]), (float(logs.min()), float(logs.max()))
    panel = card(colours, *ranges, right=WIDTH - 92, foot=FOOT - 14)
    for values, name, role in zip(logs, ("no bins", "bins"), ("p", "heuristic"), strict=True):
        panel.line(powers, values, role, 3, moves="draws")
        panel.text(powers[-1], values[-1], name, role, "start", 6, 5)
    panel.text(0.0, ranges[1][0], "more candidates →", anchor="start", down=HEIGHT - 6 - panel.foot)
    at = int(np.argmax(powers >= 6))
    says = (
        f"Stopped after {2 ** int(powers[at])} candidates, samples are {plain[at] / binned[at]:.0f} times nearer to Q "
        "with bins than without, in the distance the paper uses."
    )
    return picture(panel.parts, "Distance of ORC’s samples from Q over its candidates", SIZE), says


def pictures(sources: Sequence[str], curves: Sequence[Any], saved: float, colours: Colours) -> tuple[str, str]:
    """The same picture in small blocks and in large ones, and quality over rate of the test pictures."""
    bits, levels = (
        np.concatenate([getattr(curve, name) for curve in curves]) for name in ("bits_per_pixel", "psnr_db")
    )
    across, up = ((float(values.min()), float(values.max())) for values in (bits, levels))
    panel, words = card(colours, across, up, 10, WIDTH - 150, 12, FOOT), pixels(colours)
    for order, (curve, name) in enumerate(zip(curves, ("16-bit blocks", "48 bits, bins", "theory"), strict=True)):
        dashed = curve.dash == "dash"
        panel.line(
            curve.bits_per_pixel, curve.psnr_db, curve.role, 2.5 if dashed else 3, "6 5" if dashed else "",
            "" if dashed else "draws",
        )  # fmt: skip
        words.text(WIDTH - 144, 70 + 22 * order, name, curve.role, "start")
    words.text(10, 16, "quality over bits", anchor="start")
    says = (
        f"CIFAR-10 pictures as small networks: blocks of 48 bits, out of reach without bins, take {-100 * saved:.0f}% "
        "fewer bits at equal quality than blocks of 16."
    )
    drawn = picture([*panel.parts, *words.parts], "Quality of pictures over bits a pixel", SIZE)
    return received(sources) + drawn, says
