"""The pictures of lessons 11 to 14, pure: numbers in, SVG out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from .sketch import Numbers, sheet, svg
from .style import Colours, Floats


def slices(
    u: Floats, ratio: Floats, heights: Numbers, widths: Numbers, colours: Colours, narrow: bool
) -> str:  # fmt: skip
    """The ratio in equal shares of P, and how wide it is at a few heights."""
    top = float(ratio.max())
    panel = sheet(narrow, colours, (0.0, 1.0), (0.0, 1.15 * top), left=20)
    panel.area(u, ratio, "q", 0.18)
    panel.line(u, ratio, "q", 3)
    for height, width in zip(heights, widths, strict=True):
        under = u[ratio >= height]
        ends = (float(under[0]), float(under[-1]))
        panel.line(ends, (height, height), "best", 5)
        says = "" if narrow else f"{100 * width:.0f}% wide: "
        says += f"{-np.log2(width):.1f} bits"
        right = 1.0 - ends[1] > ends[0]
        panel.text(
            ends[1] if right else ends[0], float(height), says,
            "best", "start" if right else "end", 12 if right else -12, 5, bold=True,
        )  # fmt: skip
    panel.text(float(u[int(np.argmax(ratio))]), top, "r", "q", down=-8, bold=True)
    panel.floor(name="equal shares of P")
    return svg(panel, "Slices through the ratio at three heights, and what it takes to name them", narrow)


def lines(
    x: Floats, curves: Mapping[str, Floats], known: int, names: tuple[str, str], says: Callable[[float], str],
    colours: Colours, narrow: bool,
) -> str:  # fmt: skip
    """Two curves by their names, over x, the first `known` points of each, the last of them in words; `names` are those
    of the axes."""
    top = 1.15 * max(float(values.max()) for values in curves.values())
    panel = sheet(narrow, colours, (0.0, float(x[-1]) + 0.4), (0.0, top), left=50)
    highest = max(float(values[known - 1]) for values in curves.values())
    for (name, values), role in zip(curves.items(), ("best", "heuristic"), strict=True):
        told = values[:known]
        panel.line(x[:known], told, role, 3)
        for a, b in zip(x, told, strict=False):
            panel.dot(float(a), float(b), role, 6)
        above, at_end = told[-1] == highest, known == x.size
        place = ("end", 8, -14 if above else 30) if at_end else ("start", 10, 5)
        panel.text(float(x[known - 1]), float(told[-1]), f"{name}: {says(float(told[-1]))}", role, *place, bold=True)
    panel.floor([(float(k), f"{k:g}") for k in x], names[0])
    panel.wall(name=names[1])
    return svg(panel, f"{names[1]} over {names[0]}: {' and '.join(curves)}", narrow)
