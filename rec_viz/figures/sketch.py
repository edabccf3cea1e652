"""What small pictures are drawn with: SVG as text, in panels that know their ranges of x and y.

A component sets in motion what `moves`, a class of its style sheet, in the order that it counts.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from .style import Colours, Floats

WIDE, NARROW = (640, 460), (358, 380)  # of a lesson’s picture; as many pixels on a desk and on a telephone
TYPE = 15

Numbers = Sequence[float] | np.ndarray[Any, Any]


class Panel:
    """A box of a picture with its own ranges. A role of "" is the ink of the page, "paper" its ground."""

    def __init__(
        self, box: tuple[float, float, float, float], x: tuple[float, float], y: tuple[float, float], colours: Colours,
        parts: list[str] | None = None,
    ) -> None:  # fmt: skip
        self.left, self.top, self.right, self.foot = box
        self.x, self.y, self.colours = x, y, colours
        self.parts = [] if parts is None else parts

    def across(self, value: float) -> float:
        """Where x = value lies."""
        return self.left + (value - self.x[0]) / (self.x[1] - self.x[0]) * (self.right - self.left)

    def up(self, value: float) -> float:
        """Where y = value lies."""
        return self.foot - (value - self.y[0]) / (self.y[1] - self.y[0]) * (self.foot - self.top)

    def ink(self, role: str) -> str:
        """The colour of a role."""
        if role == "paper":
            return "var(--st-background-color, #fff)"
        return self.colours[role] if role else "currentColor"

    def _points(self, x: Numbers, y: Numbers) -> str:
        return " ".join(f"{self.across(a):.1f},{self.up(b):.1f}" for a, b in zip(x, y, strict=True))

    def line(
        self, x: Numbers, y: Numbers, role: str = "", width: float = 2.5, dash: str = "", moves: str = "",
        opacity: float = 1.0,
    ) -> None:  # fmt: skip
        """A line; what "draws" itself has a length of 1."""
        more = f' stroke-dasharray="{dash}"' if dash else ' pathLength="1"' if moves == "draws" else ""
        more += f' stroke-opacity="{opacity:g}"' if opacity < 1.0 else ""
        self.parts.append(
            f'<polyline{_motion(moves)} points="{self._points(x, y)}" fill="none" stroke="{self.ink(role)}" '
            f'stroke-width="{width:g}"{more}/>'
        )

    def shape(
        self, x: Numbers, y: Numbers, role: str, opacity: float = 1.0, edge: float = 0.0, more: str = "",
        moves: str = "",
    ) -> None:  # fmt: skip
        """What corners enclose, with an edge of some width; `more` are further corners, in pixels."""
        stroke = f' stroke="{self.ink(role)}" stroke-width="{edge:g}"' if edge else ""
        self.parts.append(
            f'<polygon{_motion(moves)} points="{self._points(x, y)}{more}" fill="{self.ink(role)}" '
            f'fill-opacity="{opacity:g}"{stroke}/>'
        )

    def area(
        self, x: Numbers, y: Numbers, role: str, opacity: float = 0.2, moves: str = "", edge: float = 0.0
    ) -> None:  # fmt: skip
        """What lies under a line."""
        floor = f" {self.across(x[-1]):.1f},{self.foot:.1f} {self.across(x[0]):.1f},{self.foot:.1f}"
        self.shape(x, y, role, opacity, edge, floor, moves)

    def block(
        self, x: tuple[float, float], y: tuple[float, float], role: str, opacity: float = 1.0, outline: str = "",
        moves: str = "", edge: float = 1.5, round: float = 0.0, order: int = 0, delay: float = 0.0, lasts: float = 0.0,
    ) -> None:  # fmt: skip
        """A rectangle from x[0] to x[1] and y[0] to y[1]; `outline` is a dash pattern, "0" for a whole line.

        Its animation begins after `delay` seconds and `lasts` so many, where these are not its own.
        """
        left, top = self.across(x[0]), self.up(y[1])
        more = f' stroke="{self.ink(role)}" stroke-width="{edge:g}" stroke-dasharray="{outline}"' if outline else ""
        more += f' rx="{round:g}"' if round else ""
        self.parts.append(
            f'<rect{_motion(moves, order, delay, lasts)} x="{left:.1f}" y="{top:.1f}" '
            f'width="{max(self.across(x[1]) - left, 0.5):.1f}" height="{max(self.up(y[0]) - top, 0.5):.1f}" '
            f'fill="{self.ink(role)}" fill-opacity="{opacity:g}"{more}/>'
        )

    def frame(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        """The outline of something to choose, seen while it is pointed at."""
        left, top = self.across(x[0]), self.up(y[1])
        self.parts.append(
            f'<rect class="ring" opacity="0" x="{left:.1f}" y="{top:.1f}" width="{self.across(x[1]) - left:.1f}" '
            f'height="{self.up(y[0]) - top:.1f}" fill="none" stroke="{self.ink("winner")}" stroke-width="2.5"/>'
        )

    def between(self, x: Numbers, low: Numbers, high: Numbers, role: str, opacity: float) -> None:
        """What lies between two lines."""
        self.shape(x, high, role, opacity, more=f" {self._points(x[::-1], low[::-1])}")

    def dot(
        self, x: float, y: float, role: str, radius: float = 5.0, hollow: bool = False, moves: str = "", order: int = 0,
        edge: float = 2.5, delay: float = 0.0,
    ) -> None:  # fmt: skip
        """A candidate."""
        ink = self.ink(role)
        paint = f'fill="none" stroke="{ink}" stroke-width="{edge:g}"' if hollow else f'fill="{ink}"'
        place = f'cx="{self.across(x):.1f}" cy="{self.up(y):.1f}"'
        self.parts.append(f'<circle{_motion(moves, order, delay)} {place} r="{radius:g}" {paint}/>')

    def grip(self, x: float, y: float, role: str, right: float = 0) -> None:
        """What a hand takes hold of."""
        self.parts.append(
            f'<circle cx="{self.across(x) + right:.1f}" cy="{self.up(y):.1f}" r="9" fill="{self.ink(role)}" '
            f'stroke="{self.ink("paper")}" stroke-width="2.5"/>'
        )

    def guess(self, x: float, y: float, role: str, way: int, across: bool) -> None:
        """A grip, and an arrow to where it should rather be: -1, 1, or 0 where nobody says."""
        self.grip(x, y, role)
        if way:
            arrow = ("←", "→")[way > 0] if across else ("↓", "↑")[way > 0]
            since = len(self.parts)
            self.text(x, y, arrow, role, right=0 if across else -22, down=-14 if across else 9, size=30, bold=True)
            self.together(since, "appears")

    def field(
        self, x: tuple[float, float], y: tuple[float, float], across: str = "", up: str = "", low: float | None = None,
        high: float | None = None,
    ) -> None:  # fmt: skip
        """Where a hand drags the knob named `across` or `up`, from `low` to `high`: the panel's values if not given."""
        ends = x if across else y
        name, ends = "x" if across else "y", (ends[0] if low is None else low, ends[1] if high is None else high)
        left, top = self.across(x[0]), self.up(y[1])
        self.parts.append(
            f'<rect data-{name}="{across or up} {ends[0]:g} {ends[1]:g}" x="{left:.1f}" y="{top:.1f}" '
            f'width="{self.across(x[1]) - left:.1f}" height="{self.up(y[0]) - top:.1f}" fill="transparent"/>'
        )

    def star(self, x: float, y: float, radius: float = 12.0, moves: str = "", order: int = 0) -> None:
        """The winner."""
        turns, radii = np.arange(10) * np.pi / 5 - np.pi / 2, np.where(np.arange(10) % 2, 0.45, 1.0) * radius
        corners = " ".join(
            f"{self.across(x) + r * np.cos(t):.1f},{self.up(y) + r * np.sin(t):.1f}"
            for r, t in zip(radii, turns, strict=True)
        )
        self.parts.append(f'<polygon{_motion(moves, order)} points="{corners}" fill="{self.ink("winner")}"/>')

    def text(
        self, x: float, y: float, words: str, role: str = "", anchor: str = "middle", right: float = 0, down: float = 0,
        size: float = TYPE, bold: bool = False,
    ) -> None:  # fmt: skip
        """Words at a place, moved `right` and `down` by some pixels."""
        weight = ' font-weight="700"' if bold else ""
        self.parts.append(
            f'<text x="{self.across(x) + right:.1f}" y="{self.up(y) + down:.1f}" text-anchor="{anchor}" '
            f'font-size="{size:g}" fill="{self.ink(role)}"{weight}>{html.escape(words)}</text>'
        )

    def floor(self, ticks: Iterable[tuple[float, str]] = (), name: str = "") -> None:
        """The axis across."""
        self.line(self.x, (self.y[0], self.y[0]), width=1.2)
        for at, words in ticks:
            self.text(at, self.y[0], words, down=TYPE + 3)
        if name:
            self.text(self.x[1], self.y[0], name, anchor="end", down=2 * TYPE + 6)

    def wall(self, ticks: Iterable[tuple[float, str]] = (), name: str = "") -> None:
        """The axis up; its name stands above it."""
        self.line((self.x[0], self.x[0]), self.y, width=1.2)
        for at, words in ticks:
            self.text(self.x[0], at, words, anchor="end", right=-7, down=5)
        if name:
            self.text(self.x[0], self.y[1], name, anchor="start", right=-20, down=-12)

    def pour(self, values: Floats, bins: int, role: str, seconds: float = 3.0, layers: int = 20) -> None:
        """Values in their order as a histogram of density that fills up, and some of them on their way into it."""
        edges = np.linspace(*self.x, bins + 1)
        unit = 1.0 / (values.size * (edges[1] - edges[0]))
        full = np.zeros(bins)
        for k, part in enumerate(np.array_split(values, layers)):
            more, delay = np.histogram(part, edges)[0] * unit, seconds * k / layers
            for b in np.flatnonzero(more):
                inside = (float(edges[b]), float(edges[b + 1]))
                self.block(
                    inside, (float(full[b]), float(full[b] + more[b])), role, 0.6, moves="lands", delay=delay + 0.5
                )
            full += more
            for at in part[: max(1, 60 // layers)]:
                if self.x[0] < at < self.x[1]:
                    self.dot(
                        float(at), float(full[np.searchsorted(edges, at) - 1]), role, 4, moves="drops", delay=delay
                    )

    def bracket(self, x: tuple[float, float], y: float, words: str, role: str = "") -> None:
        """A width, with what it is."""
        for a in x:
            self.line((a, a), (y, y), role)
            self.parts.append(
                f'<line x1="{self.across(a):.1f}" x2="{self.across(a):.1f}" y1="{self.up(y) - 6:.1f}" '
                f'y2="{self.up(y) + 6:.1f}" stroke="{self.ink(role)}" stroke-width="2"/>'
            )
        self.line(x, (y, y), role, 2)
        self.text(sum(x) / 2, y, words, role, down=-9)

    def together(self, since: int, moves: str, order: int = 0, delay: float = 0.0) -> None:
        """Make what was drawn since parts[since] move as one."""
        self.parts[since:] = [f"<g{_motion(moves, order, delay)}>{''.join(self.parts[since:])}</g>"]

    def pick(self, answer: float, name: str, since: int) -> None:
        """Make what was drawn since parts[since] a button that gives an answer."""
        inside = "".join(self.parts[since:])
        button = f'<g class="pick" data-pick="{answer:g}" role="button" tabindex="0" aria-label="{html.escape(name)}">'
        self.parts[since:] = [f"{button}{inside}</g>"]


def _motion(moves: str, order: int = 0, delay: float = 0.0, lasts: float = 0.0) -> str:
    """The attributes of what is set in motion: its place in an order, and seconds where its class has others."""
    own = {"--n": f"{order}" if order else "", "animation-delay": f"{delay:.2f}s" if delay else "",
           "animation-duration": f"{lasts:.2f}s" if lasts else ""}  # fmt: skip
    style = ";".join(f"{name}:{value}" for name, value in own.items() if value)
    return f' class="{moves}"' + (f' style="{style}"' if style else "") if moves else ""


def sheet(
    narrow: bool, colours: Colours, x: tuple[float, float] = (0.0, 1.0), y: tuple[float, float] = (0.0, 1.0),
    left: float = 44, right: float = 20, top: float = 34, foot: float = 46,
) -> Panel:  # fmt: skip
    """A picture of one panel, with such margins."""
    width, height = NARROW if narrow else WIDE
    return Panel((left, top, width - right, height - foot), x, y, colours)


def within(panel: Panel, box: tuple[float, float, float, float], x: tuple[float, float] = (0.0, 1.0),
           y: tuple[float, float] = (0.0, 1.0)) -> Panel:  # fmt: skip
    """A panel inside another: `box` is left, top, right, foot as shares of it, from its top left corner."""
    wide, tall = panel.right - panel.left, panel.foot - panel.top
    left, top, right, foot = box
    pixels = (panel.left + left * wide, panel.top + top * tall, panel.left + right * wide, panel.top + foot * tall)
    return Panel(pixels, x, y, panel.colours, panel.parts)


def svg(panel: Panel, says: str, narrow: bool) -> str:
    """The picture of a lesson; `says` is the same in words."""
    return picture(panel.parts, says, NARROW if narrow else WIDE)


def picture(parts: Sequence[str], says: str, size: tuple[int, int]) -> str:
    """A picture of this width and height; without words it is for eyes alone."""
    role = "group" if any(re.search("data-(pick|x|y)=", part) for part in parts) else "img"
    known = f'role="{role}" aria-label="{html.escape(says)}"' if says else 'aria-hidden="true"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size[0]} {size[1]}" {known} '
        f'font-family="sans-serif">{"".join(parts)}</svg>'
    )
