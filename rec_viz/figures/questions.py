"""The pictures of generated questions: what is given, and once `answered` what is true. Pure: numbers in, SVG out."""

from __future__ import annotations

from collections.abc import Sequence

from .sketch import Panel, sheet, svg, within
from .style import Colours

Numbers = tuple[float, ...]
Bar = tuple[str, float]


def _said(value: float, digits: int) -> str:
    """A number beside a mark; whole where it is whole."""
    digits = 0 if abs(value - round(value)) < 1e-9 else digits
    return f"{value:,.{digits}f}".replace("-", "−")


def curves(
    x: Numbers, p: Numbers, q: Numbers, region: tuple[float, float] | None, colours: Colours, narrow: bool,
    answered: bool,
) -> str:  # fmt: skip
    """P and Q, and a region asked about."""
    panel = sheet(narrow, colours, (x[0], x[-1]), (0.0, 1.15 * max(q)), left=20)
    for name, heights in (("p", p), ("q", q)):
        panel.area(x, heights, name, 0.18)
        panel.line(x, heights, name)
        top = max(range(len(x)), key=heights.__getitem__)
        at = top if name == "q" else min(range(len(x)), key=lambda k: abs(x[k] - (-1.9 if x[top] >= 0 else 1.9)))
        panel.text(x[at], heights[at], name.upper(), name, down=-9, bold=True)
    panel.floor([(k, f"{k:g}".replace("-", "−")) for k in (-2, 0, 2)], "x")
    if region:
        panel.block(region, panel.y, "", 0.08, outline="5 4")
    return svg(panel, "The curves of P and Q." + (" The region asked about is shaded." if region else ""), narrow)


def tape(
    lists: tuple[Numbers, ...], names: tuple[str, ...], pick: tuple[int, int], colours: Colours, narrow: bool,
    answered: bool,
) -> str:  # fmt: skip
    """Lists of candidates in boxes; the one that the message names, once answered."""
    wide = len(lists[0])
    panel = sheet(narrow, colours, (0.0, float(wide)), (float(max(len(lists), 3)), 0.0), left=52 if names[0] else 20)
    for b, (row, name) in enumerate(zip(lists, names, strict=True)):
        panel.text(0.0, b + 0.6, name, anchor="end", right=-6)
        for n, value in enumerate(row):
            right = answered and (b, n) == pick
            panel.block((n + 0.04, n + 0.96), (b + 0.86, b + 0.24), "winner" if right else "candidate",
                        0.3 if right else 0.12, "0" if right else "")  # fmt: skip
            panel.text(n + 0.5, b + 0.6, f"{value:.2f}".replace("-", "−"), size=14, bold=right)
    for n in range(wide):
        panel.text(n + 0.5, 0.0, str(n + 1), down=-2, size=14)
    return svg(panel, "The lists that sender and receiver share, by number.", narrow)


def race(times: Numbers, ratios: Numbers, wins: int, colours: Colours, narrow: bool, answered: bool) -> str:
    """Candidates by ratio and arrival time; the winner is met first by a line that turns up from the floor."""
    right, top = 1.15 * max(ratios), 1.15 * max(times)
    panel = sheet(narrow, colours, (0.0, right), (0.0, top))
    if answered:
        slope = times[wins] / ratios[wins]
        reach = min(right, top / slope)
        panel.line((0.0, reach), (0.0, slope * reach), "winner")
        panel.text(right, top, f"T = {slope:.2f} r", "winner", anchor="end", down=-12, bold=True)
    for k, (time, ratio) in enumerate(zip(times, ratios, strict=True)):
        if answered and k == wins:
            panel.star(ratio, time)
        else:
            panel.dot(ratio, time, "candidate", 6)
        panel.text(ratio, time, str(k + 1), right=18, down=5, bold=True)
    panel.floor(name="ratio r")
    panel.wall(name="arrival time T")
    return svg(panel, "Candidates by their ratio, across, and their arrival time, upward.", narrow)


def limit(
    leader: tuple[float, float], crossing: tuple[float, float], level: bool, colours: Colours, narrow: bool,
    answered: bool,
) -> str:  # fmt: skip
    """The leader's line T = s r, and where it meets a time (`level`) or the peak of r; points are (r, T)."""
    right, top = 1.2 * max(leader[0], crossing[0]), 1.2 * max(leader[1], crossing[1])
    panel = sheet(narrow, colours, (0.0, right), (0.0, top))
    slope = leader[1] / leader[0]
    reach = min(right, top / slope) if answered else leader[0]
    panel.line((0.0, reach), (0.0, slope * reach), "best")
    panel.dot(*leader, "best", 7)
    panel.text(*leader, "leader", "best", right=12, down=16, anchor="start")
    if level:
        panel.line((0.0, right), (crossing[1], crossing[1]), "candidate", dash="6 5")
        panel.text(0.0, crossing[1], f"T = {crossing[1]:.1f}", anchor="start", right=6, down=-7)
    else:
        panel.line((crossing[0], crossing[0]), (0.0, top), "bound", dash="6 5")
        panel.text(crossing[0], top, "peak of r", "bound", anchor="end", right=-6, down=12)
    if answered:
        panel.dot(*crossing, "winner", 7)
        words = f"r = {crossing[0]:.1f}" if level else f"T = {crossing[1]:.1f}"
        panel.text(*crossing, words, "winner", anchor="end", right=-10, down=-10, bold=True)
    panel.floor(name="ratio r")
    panel.wall(name="arrival time T")
    return svg(panel, "The leader’s race time as a line: below it a candidate takes the lead.", narrow)


def bars(
    given: tuple[Bar, ...], asked: Bar | None, unit: str, digits: int, colours: Colours, narrow: bool, answered: bool,
    marked: str = "",
) -> str:  # fmt: skip
    """Lengths as bars, printed to so many digits; the one asked for is open until it is answered, and `marked` has its
    colour."""
    values = [value for _, value in given] + ([asked[1]] if asked and answered else [])
    span = max(*values, 0.0) * (1.0 if answered or not asked else 1.7)
    low = min(*values, 0.0)
    rows, room = len(given) + (asked is not None), 0.4 if narrow else 0.22
    panel = sheet(narrow, colours, (low, span + room * (span - low)), (max(rows, 2) + 0.2, 0.0), left=118, foot=20)
    for k, (name, value) in enumerate(given):
        role = "heuristic" if name == marked else "candidate"
        _bar(panel, k, name, value, f"{_said(value, digits)} {unit}".strip(), role)
    if asked and answered:
        _bar(panel, len(given), *asked, f"{_said(asked[1], digits)} {unit}".strip(), "heuristic")
    elif asked:
        k = len(given)
        panel.block((0.0, span), (k + 0.8, k + 0.2), "heuristic", 0.08, outline="6 5")
        panel.text(0.0, k + 0.55, asked[0], anchor="end", right=-8)
        panel.text(0.5 * span, k + 0.58, "?", "heuristic", size=24, bold=True)
    return svg(panel, "; ".join(f"{name}: {_said(value, digits)} {unit}".strip() for name, value in given), narrow)


def _bar(panel: Panel, k: int, name: str, value: float, says: str, role: str) -> None:
    panel.block((min(value, 0.0), max(value, 0.0)), (k + 0.8, k + 0.2), role, 0.75)
    panel.text(panel.x[0], k + 0.55, name, anchor="end", right=-8)
    panel.text(max(value, 0.0), k + 0.55, says, anchor="start", right=8, bold=True)


def steps(u: Numbers, r: Numbers, peaks: Numbers, colours: Colours, narrow: bool, answered: bool) -> str:
    """The ratio in equal shares of P, over bins; their peaks as a staircase, once answered."""
    top = 1.12 * max(*r, *peaks, 1.0)
    panel = sheet(narrow, colours, (0.0, 1.0), (0.0, top))
    count = len(peaks)
    for b in range(1, count):
        panel.line((b / count, b / count), (0.0, top), "candidate", 1, "3 4")
    if answered:
        for b, peak in enumerate(peaks):
            panel.block((b / count, (b + 1) / count), (0.0, peak), "heuristic", 0.22)
    panel.line(u, r, "q")
    best = max(range(len(u)), key=r.__getitem__)
    panel.text(u[best], r[best], "r", "q", down=-8, bold=True)
    panel.floor([(0.0, "0"), (0.5, "half of P"), (1.0, "all")])
    says = f"The ratio r over {count} bins, all equally likely under P." if count else "The ratio r of Q and P."
    return svg(panel, says, narrow)


def tiles(
    intervals: tuple[int, int], ring: tuple[Numbers, Numbers] | None, asked: bool, colours: Colours, narrow: bool,
    answered: bool,
) -> str:  # fmt: skip
    """Two axes in equal shares of P, their cuts, and a ring round most of Q; cuts that are `asked` for come last."""
    panel = sheet(narrow, colours)
    half = 0.5 * min((panel.foot - panel.top) / (panel.right - panel.left), 1.0)
    square = within(panel, (0.5 - half, 0.0, 0.5 + half, 1.0))
    square.block((0.0, 1.0), (0.0, 1.0), "p", 0.07, "0")
    if answered or not asked:
        for count, across in ((intervals[0], True), (intervals[1], False)):
            for k in range(1, count):
                at = (k / count, k / count)
                square.line(at if across else (0.0, 1.0), (0.0, 1.0) if across else at, "heuristic", 1)
    if ring:
        square.line(*ring, "q", 3)
        square.text(ring[0][0], ring[1][0], "Q", "q", anchor="start", right=6, down=5, bold=True)
    square.text(1.0, 0.0, "first number", anchor="end", down=20)
    square.text(0.0, 1.0, "second number", anchor="start", down=-8)
    return svg(panel, f"Two axes cut into {_many(intervals)} intervals." if not asked else "Two axes and Q.", narrow)


def _many(intervals: Sequence[int]) -> str:
    return " and ".join(map(str, intervals))
