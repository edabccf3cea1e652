"""The pictures of lessons 11 to 15, pure: numbers in, SVG out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from .sketch import Numbers, sheet, svg, within
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


def letters(p: Floats, q: Floats, r: Floats, shown: bool, colours: Colours, narrow: bool) -> str:
    """P and Q of each letter, 0, 1, ..., as bars; beside them r, each letter as wide as its share of P."""
    panel = sheet(narrow, colours, left=16, top=40)
    bars = within(panel, (0.0, 0.0, 0.46, 1.0), (0.0, float(p.size)), (0.0, 1.0))
    for k in range(p.size):
        for at, chance, role in ((0.1, p[k], "p"), (0.52, q[k], "q")):
            bars.block((k + at, k + at + 0.38), (0.0, float(chance)), role, 0.85)
            bars.text(k + at + 0.19, float(chance), f"{chance:.1f}", role, down=-7, bold=True)
        bars.text(k + 0.5, 0.0, f"letter {k}", down=17)
    bars.floor()
    for at, name in ((0.0, "P"), (0.36, "Q")):
        bars.text(at, 1.0, name, name.lower(), "start", 4, -14, bold=True)
    steps = within(panel, (0.56, 0.0, 1.0, 1.0), (0.0, 1.0), (0.0, 1.15 * float(r.max())))
    ends = np.append(0.0, np.cumsum(p))
    for k, height in enumerate(r):
        inside = (float(ends[k]), float(ends[k + 1]))
        steps.text(sum(inside) / 2, 0.0, f"letter {k}", down=17)
        if shown:
            steps.block(inside, (0.0, float(height)), "q", 0.22, moves="rises")
            steps.line(inside, (height, height), "q", 4)
            steps.text(sum(inside) / 2, float(height), f"{height:.1f}", "q", down=-9, bold=True)
        else:
            steps.block(inside, (0.0, float(r.max())), "q", 0.06, "5 5")
            steps.text(sum(inside) / 2, 0.5 * steps.y[1], "?", "q", size=26, bold=True)
    steps.floor(name="equal shares of P")
    steps.text(0.0, steps.y[1], "r", "q", "start", 4, -14, bold=True)
    told = "; ".join(f"letter {k}: P {p[k]:.1f}, Q {q[k]:.1f}" + f", r {r[k]:.1f}" * shown for k in range(p.size))
    return svg(panel, told, narrow)


def counted(chances: Floats, shown: bool, colours: Colours, narrow: bool) -> str:
    """The law of N of two letters, (2, N); once shown, each bar in the parts of both letters, the higher one below."""
    whole = chances.sum(axis=0)
    panel = sheet(narrow, colours, (0.0, float(whole.size)), (0.0, 1.15 * float(whole[0])), left=20, top=24)
    for n, chance in enumerate(whole):
        low = 0.0
        for k, role in ((1, "q"), (0, "best")) if shown else ((None, "candidate"),):
            part = float(chance if k is None else chances[k, n])
            if part > 0.0:
                panel.block((n + 0.14, n + 0.86), (low, low + part), role, 0.85, moves="rises" if shown else "")
                if shown and n == 0:
                    panel.text(n + 0.5, low + part / 2, f"{part:.1f}", "paper", down=6, bold=True)
            low += part
        panel.text(n + 0.5, float(chance), f"{chance:.3f}" if chance < 0.0995 else f"{chance:.2f}", down=-7)
        panel.text(n + 0.5, 0.0, str(n + 1), down=18)
    if shown:
        for k, role in ((0, "best"), (1, "q")):
            panel.text(panel.x[1], panel.y[1], f"letter {k} wins", role, "end", 0, 26 + 24 * k, bold=True)
    panel.line(panel.x, (0.0, 0.0), width=1.2)
    panel.text(panel.x[1], 0.0, "N", anchor="end", down=38)
    told = ", ".join(f"{chance:.3f}" for chance in whole)
    return svg(panel, f"The chance of N = 1, 2 and so on: {told}", narrow)


def two_lines(
    rows: Mapping[str, Sequence[float]], names: Sequence[str], shown: bool, colours: Colours, narrow: bool
) -> str:  # fmt: skip
    """Bits of two channels side by side under the same names; the last channel's second one is open until shown."""
    most = 1.15 * max(max(values) for values in rows.values())
    panel = sheet(narrow, colours, (0.0, 2.0), (0.0, most), left=16, top=24, foot=64)
    for k, (words, values) in enumerate(rows.items()):
        for j, (name, value) in enumerate(zip(names, values, strict=True)):
            role = ("q", "bound", "p")[j]
            left = k + 0.06 + 0.3 * j
            middle = left + 0.13
            if k == 1 and j == 1 and not shown:
                panel.block((left, left + 0.26), (0.0, most / 1.15), role, 0.06, "5 5")
                panel.text(middle, 0.5 * most, "?", role, size=26, bold=True)
            else:
                panel.block((left, left + 0.26), (0.0, value), role, 0.85, moves="rises" if k == j == 1 else "")
                panel.text(middle, value, f"{value:.2f}", role, down=-7, bold=True)
            panel.text(middle, 0.0, name, down=18)
        panel.text(k + 0.49, 0.0, words if not narrow else words.split()[-1], down=44, bold=True)
    panel.floor()
    panel.text(0.0, most, "bits", anchor="start", right=4, down=-4)
    told = "; ".join(f"{words}: " + ", ".join(map("{} {:.2f}".format, names, values)) for words, values in rows.items())
    return svg(panel, told if shown else "Bits of both lines; the floor of the second is asked for", narrow)


def dice(rows: Mapping[str, tuple[float, str]], colours: Colours, narrow: bool) -> str:
    """What the shared dice decide: how often the bit is sent, and what they put in its place otherwise."""
    panel = sheet(narrow, colours, left=16, top=20, foot=40)
    for k, (name, (said, other)) in enumerate(rows.items()):
        row = within(panel, (0.0, 0.5 * k, 1.0, 0.5 * k + 0.46))
        row.text(0.0, 0.86, name, anchor="start", bold=True)
        for ends, role, words, bits in (((0.0, said), "p", "your bit is sent", 1), ((said, 1.0), "best", other, 0)):
            row.block(ends, (0.3, 0.78), role, 0.85)
            middle = sum(ends) / 2
            row.text(middle, 0.54, words, "paper", down=-5, bold=True)
            row.text(middle, 0.54, f"{bits} bit{'s' * (bits != 1)}", "paper", down=17)
            row.text(middle, 0.3, f"{ends[1] - ends[0]:.1f}", role, down=20, bold=True)
    panel.text(1.0, 0.0, "what the shared dice decide", anchor="end", down=26)
    told = "; ".join(f"{name}: 1 bit with chance {said:.1f}, else {other}" for name, (said, other) in rows.items())
    return svg(panel, told, narrow)
