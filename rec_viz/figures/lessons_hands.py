"""The pictures of lessons that are moved by hand, pure: numbers in, SVG out. A field moves the knob it names."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .sketch import Numbers, sheet, svg, within
from .style import Colours, Floats

# ------------------------------------------------------------------------------------------------ the race


def heights(
    x: Floats, p: Floats, q: Floats, at: float, bars: tuple[float, float], gaps: bool, shown: bool, colours: Colours,
    narrow: bool,
) -> str:  # fmt: skip
    """P, Q and at a candidate two bars to be put as high as they are; with `gaps`, what they lack."""
    top = 1.15 * float(max(p.max(), q.max()))
    panel = sheet(narrow, colours, (float(x[0]), float(x[-1])), (0.0, top), left=20)
    for name, values in (("p", p), ("q", q)):
        panel.area(x, values, name, 0.14)
        panel.line(x, values, name)
        panel.text(float(x[int(np.argmax(values))]), float(values.max()), name.upper(), name, down=-8, bold=True)
    panel.floor([(at, f"x = {at:.2f}".replace("-", "−"))])
    panel.line((at, at), (0.0, 0.62 * top), "candidate", 1.2, "3 4")
    wide = 0.06 * (panel.x[1] - panel.x[0])
    for name, values, bar, side in (("p", p, bars[0], -1), ("q", q, bars[1], 1)):
        middle, height = at + 0.5 * side * wide, float(np.interp(at, x, values))
        panel.block((middle - 0.3 * wide, middle + 0.3 * wide), (0.0, bar), name, 0.85)
        panel.grip(middle, bar, name)
        panel.text(middle, bar, f"{name} = {bar:.2f}", name, "end" if side < 0 else "start", 14 * side, 5, bold=True)
        if gaps and abs(bar - height) > 0.02 * top:
            panel.line((middle, middle), (bar, height), "best", 3, "4 3", "appears")
            panel.dot(middle, height, "best", 6, hollow=True)
        if not shown:
            panel.field(
                (middle - 2 * wide if side < 0 else at, at if side < 0 else middle + 2 * wide), panel.y, up=name
            )
    ratio = f"{bars[1] / bars[0]:.2f}" if bars[0] else "?"
    panel.text(panel.x[0], 0.92 * top, f"r = q / p = {ratio}", anchor="start", size=20, bold=True)
    if gaps:
        panel.text(panel.x[0], 0.82 * top, "Off their curves.", "best", "start", bold=True)
    return svg(panel, f"At the candidate the bar of P is {bars[0]:.2f} high and that of Q {bars[1]:.2f}.", narrow)


def stop_line(
    x: Floats, ratio: Floats, places: Floats, times: Floats, winner: int, stop: float, line: float, given: float | None,
    shown: bool, colours: Colours, narrow: bool,
) -> str:  # fmt: skip
    """The race at its end, and a line to be put where nobody above can win; `given`, and what it would have led to."""
    top = 1.7 * stop
    panel = sheet(narrow, colours, (float(x[0]), float(x[-1])), (0.0, top), left=34)
    curve = stop / float(ratio.max()) * ratio
    peak = float(x[int(np.argmax(curve))])
    panel.area(x, curve, "q", 0.2)
    panel.line(x, curve, "q")
    panel.floor(name="x")
    panel.wall(name="time T")
    for k, (at, time) in enumerate(zip(places, times, strict=True)):
        (panel.star if k == winner else lambda a, b: panel.dot(a, b, "candidate", 7))(at, time)
    if shown:
        panel.block(panel.x, (stop, top), "bound", 0.08)
        panel.line(panel.x, (stop, stop), "bound", 2.5, "7 5")
        panel.text(panel.x[1], stop, f"the stop line: {stop:.1f}", "bound", "end", down=-7, bold=True)
        panel.text(panel.x[0], 0.5 * (stop + top), "up here nobody can win", "bound", "start", 14)
        return svg(panel, f"The stop line is at {stop:.1f}, the height of the curve at its peak.", narrow)
    if given is not None and given < stop:
        under = x[curve > given]
        panel.between(under, np.full(under.size, given), curve[curve > given], "best", 0.6)
        panel.dot(peak, 0.5 * (given + stop), "best", 8, moves="falls")
        says = "would win" if narrow else "came later, and wins"
        panel.text(peak, 0.5 * (given + stop), says, "best", "start", 16, 5, bold=True)
    elif given is not None:
        panel.block(panel.x, (stop, given), "best", 0.25, moves="appears")
        panel.text(panel.x[0], 0.5 * (stop + given), "looked at in vain", "best", "start", 14, 5, bold=True)
    panel.line(panel.x, (line, line), "winner", 3, "7 5")
    panel.grip(panel.x[1], line, "winner", right=-14)
    panel.text(
        panel.x[0], line, f"stop here: {line:.1f}", "winner", "start", 14, 20 if line > 0.9 * top else -9, bold=True
    )
    panel.field(panel.x, panel.y, up="line")
    return svg(panel, f"The race and its winning curve; your line stands at {line:.1f}.", narrow)


# ------------------------------------------------------------------------------------------------ the price


def surcharge(
    information: Numbers, extra: Numbers, marked: Sequence[int], mine: float, way: int, shown: bool, colours: Colours,
    narrow: bool,
) -> str:  # fmt: skip
    """What a message costs above I, over I: a mark and a guess, `mine`; then all of it and a point at I = `mine`."""
    top = 1.6 * float(max(extra))
    panel = sheet(narrow, colours, (0.0, float(information[-1])), (0.0, top), left=50)
    if shown:
        height = float(np.interp(mine, information, extra))
        panel.line((0.0, panel.x[1]), (0.0, min(top, extra[0] / information[0] * panel.x[1])), "candidate", 1.5, "5 5")
        panel.block((mine - 0.3, mine + 0.3), (0.0, height), "best", 0.35)
        panel.line(information, extra, "best", 3)
        panel.text(panel.x[1], 0.3 * top, f"I = {mine:g} bits", "q", "end", bold=True, size=18)
        panel.text(panel.x[1], 0.3 * top, f"message {mine + height:.1f} bits", "", "end", down=24, bold=True)
        panel.text(panel.x[1], 0.3 * top, f"{100 * height / mine:.0f}% above I", "best", "end", down=46, bold=True)
        panel.grip(mine, height, "best")
    for k, at in enumerate(marked):
        height = float(np.interp(at, information, extra))
        if shown or k == 0:
            panel.dot(at, height, "best", 6)
            panel.text(at, height, f"{height:.1f}", "best", down=-20, bold=True)
        elif k == 1:
            panel.line((at, at), (0.0, mine), "best", 2, "4 6")
            panel.guess(at, mine, "best", way, across=False)
            panel.text(at, mine, f"{mine:.1f} bits?", "best", "start", 16, 5, bold=True)
            panel.field((0.5 * at, 1.6 * at), panel.y, up="guess")
    panel.floor([(at, f"{at:g}") for at in marked], "I, bits")
    panel.wall([(float(k), f"{k}") for k in range(0, int(top) + 1, 1)], "bits above I")
    if shown:
        panel.field((float(information[0]), panel.x[1]), panel.y, across="information")
    return svg(panel, "The surcharge grows slowly with I", narrow)


# ------------------------------------------------------------------------------------------------ a budget


def trade(
    examined: Floats, x: Floats, q: Floats, output: Floats, budget: int, error: float, colours: Colours, narrow: bool
) -> str:  # fmt: skip
    """How many candidates PFR takes and ORC, and what comes out of either; ORC's budget can be moved."""
    panel = sheet(narrow, colours, left=20, top=24, foot=44)
    most = 64.0
    time = within(panel, (0.0, 0.0, 1.0, 0.4), (0.0, most), (0.0, 0.0))
    shares = np.histogram(np.minimum(examined, most - 0.5), int(most), (0.0, most))[0] / examined.size
    time.y = (0.0, 1.15 * float(shares.max()))
    for n, share in enumerate(shares):
        time.block((n + 0.1, n + 0.9), (0.0, float(share)), "p", 0.85, moves="rises")
    time.block((budget - 0.9, budget - 0.1), time.y, "best", 0.85)
    time.grip(budget - 0.5, 0.6 * time.y[1], "best")
    left = budget > 0.55 * most
    anchor, right = ("end", -14) if left else ("start", 14)
    time.text(budget - 0.5, time.y[1], f"ORC: always {budget}", "best", anchor, right, 14, bold=True)
    time.text(time.x[1], 0.66 * time.y[1], f"PFR: up to {examined.max():.0f}", "p", "end", -14, bold=True)
    time.floor([(k - 0.5, str(k)) for k in (1, 16, 32, 48)] + [(most - 0.5, f"{most:.0f}+")])
    time.text(0.0, time.y[1], f"candidates looked at, in {examined.size:,} searches", anchor="start", down=-8)
    time.field((0.0, most), time.y, across="budget", low=0.5, high=most + 0.5)
    out = within(panel, (0.0, 0.58, 1.0, 1.0), (float(x[0]), float(x[-1])), (0.0, 1.1 * float(q.max())))
    out.between(x, np.minimum(q, output), np.maximum(q, output), "best", 0.35)
    out.line(x, q, "q", 3)
    out.line(x, output, "best", 2.5, "6 4")
    out.floor(name="x")
    out.text(out.x[0], out.y[1], "what is sent", anchor="start", down=-8)
    out.text(out.x[0], out.y[1], "PFR: exactly Q", "q", "start", down=20, bold=True)
    out.text(out.x[0], out.y[1], f"ORC: off by {error:.2f}", "best", "start", down=42, bold=True)
    return svg(
        panel, f"PFR takes as long as it takes and sends Q; ORC takes {budget} and is off by {error:.2f}.", narrow
    )


def prices(
    candidates: Floats, lengths: Floats, information: float, at: int, colours: Colours, narrow: bool
) -> str:  # fmt: skip
    """Candidates and bits of the mean message over log2 J = 0, 1, ..., and the J that is chosen."""
    panel = sheet(narrow, colours, left=36, right=24, top=32, foot=46)
    x = np.arange(len(lengths), dtype=float)
    doublings = np.log2(candidates)
    boxes = ((0.0, 0.0, 1.0, 0.4), (0.0, 0.56, 1.0, 1.0))
    time, bits = (
        within(panel, box, (-0.4, x[-1] + 0.4), (0.0, 1.2 * float(y.max())))
        for box, y in zip(boxes, (doublings, lengths), strict=True)
    )
    rows = (
        (time, doublings, "heuristic", "candidates, by doublings", f"{candidates[at]:,.{candidates[at] < 100:d}f}"),
        (bits, lengths, "p", "mean message, bits", f"{lengths[at]:.1f}"),
    )
    for part, y, role, name, says in rows:
        part.line((information, information), part.y, "bound", 1.5, "6 4")
        part.line(x, y, role, 3)
        for a, b in zip(x, y, strict=True):
            part.dot(float(a), float(b), role, 4)
        part.line((at, at), (0.0, float(y[at])), "winner", 2)
        part.star(at, float(y[at]), 11)
        part.text(at, float(y[at]), says, "winner", "end" if at > 0.5 * x[-1] else "start",
                  -14 if at > 0.5 * x[-1] else 14, -10, bold=True)  # fmt: skip
        part.floor([(float(k), str(k)) for k in range(0, len(lengths), 2)])
        part.text(part.x[0], part.y[1], name, anchor="start", down=-8)
    time.text(information, time.y[1], "log₂ J = I", "bound", "start", 8, 12)
    bits.text(bits.x[1], 0.0, "log₂ J", anchor="end", down=36)
    bits.field(bits.x, (0.0, bits.y[1]), across="log2_bins")
    says = f"With 2 to the power {at} bins: {candidates[at]:.1f} candidates and {lengths[at]:.1f} bits on average"
    return svg(panel, says, narrow)


# ------------------------------------------------------------------------------------------------ bins


def taps(
    u: Floats, ratio: Floats, fronts: Floats, worst: int, taps: Numbers, area: float, plain: float, replay: bool,
    shown: bool, colours: Colours, narrow: bool,
) -> str:  # fmt: skip
    """A tap under every bin, how far the sender must look in each, and the area of that; `worst` counts from 0."""
    number, peak = len(fronts), float(ratio.max())
    top = 1.45 * peak
    panel = sheet(narrow, colours, left=14, right=14, top=38, foot=34)
    race, row = within(panel, (0.0, 0.0, 1.0, 0.64), (0.0, 1.0), (0.0, top)), within(panel, (0.0, 0.72, 1.0, 1.0))
    row.x, row.y = (0.0, float(number)), (0.0, 100.0)
    for k, height in enumerate(fronts):
        inside, over = (k / number, (k + 1) / number), height > top
        role = "best" if k == worst and not shown else "heuristic"
        since = len(race.parts)
        race.block(inside, (0.0, min(height, top)), role, 0.28)
        race.line(inside, (min(height, top), min(height, top)), role, 3)
        if replay:
            race.together(since, "grows")
        if over:
            race.text((k + 0.5) / number, top, "↑", "heuristic", down=20, size=22, bold=True)
        row.block((k + 0.12, k + 0.88), (0.0, 100.0), "candidate", 0.12)
        row.block((k + 0.12, k + 0.88), (0.0, float(taps[k])), "heuristic", 0.85)
        row.grip(k + 0.5, float(taps[k]), "heuristic")
        row.text(k + 0.5, 0.0, str(k + 1), down=18)
        row.field((k, k + 1.0), row.y, up=f"tap{k + 1}")
    race.area(u, ratio, "q", 0.3)
    race.line(u, ratio, "q")
    race.line((0.0, 1.0), (plain, plain), "bound", 1.5, "6 4")
    race.text(0.0, plain, f"without bins {plain:.1f}", "bound", "start", 4, -6)
    race.line((0.0, 1.0), (0.0, 0.0), width=1.2)
    race.text(0.0, top, f"area of the steps: {area:.1f}" + " candidates" * (not narrow), "heuristic", "start",
              down=-14, size=15 if narrow else 18, bold=True)  # fmt: skip
    if not shown:
        race.text(
            1.0,
            top,
            f"tap {worst + 1} " + ("is last" if narrow else "holds up the rest"),
            "best",
            "end",
            down=-14,
            bold=True,
        )
    row.text(0.0, 100.0, "taps: how often the sender looks there", anchor="start", down=-7)
    says = f"The sender looks at {area:.1f} candidates on average; bin {worst + 1} is the last to be cleared."
    return svg(panel, says, narrow)


def cuts(
    outline: Floats, intervals: tuple[int, int], weights: Sequence[Floats], costs: Sequence[float], at: int,
    candidates: Floats | None, shown: bool, colours: Colours, narrow: bool, plain: float | None = None,
) -> str:  # fmt: skip
    """The plane cut across and up around Q, and what each way to spend the cuts costs: the one at hand, or all.

    With `plain`, what the search costs without cuts, the cost at hand is asked for until it is shown.

    `outline` is a ring of Q in equal shares of P, (n, 2); `weights` P' of the intervals of either axis; `candidates`
    those that one search would look at, (n, 2) in shares.
    """
    panel = sheet(narrow, colours, left=14, right=14, top=30, foot=40)
    size = min(0.92 * (panel.foot - panel.top), 0.58 * (panel.right - panel.left))
    wide, tall = (panel.right - panel.left), (panel.foot - panel.top)
    if narrow:
        size = 0.56 * tall
        plane = within(panel, (0.5 - 0.5 * size / wide, 0.0, 0.5 + 0.5 * size / wide, 0.56))
        bars = within(panel, (0.06, 0.76, 0.94, 1.0))
    else:
        plane = within(panel, (0.0, 0.02, size / wide, 0.02 + size / tall))
        bars = within(panel, (size / wide + 0.09, 0.3, 1.0, 0.02 + size / tall))
    plane.block((0.0, 1.0), (0.0, 1.0), "candidate", 0.05)
    across, up = intervals
    for i, a in enumerate(weights[0]):
        for j, b in enumerate(weights[1]):
            times = across * up * float(a * b)  # as often as P would come there
            if times > 0.02:
                plane.block((i / across, (i + 1) / across), (j / up, (j + 1) / up), "heuristic",
                            0.75 * (1.0 - float(np.exp(-times / 4.0))))  # fmt: skip
    for k in range(1, across):
        plane.line((k / across, k / across), (0.0, 1.0), "heuristic", 0.8)
    for k in range(1, up):
        plane.line((0.0, 1.0), (k / up, k / up), "heuristic", 0.8)
    corners = " ".join(f"{plane.across(u):.1f},{plane.up(v):.1f}" for u, v in outline)
    plane.parts.append(f'<polygon points="{corners}" fill="none" stroke="{plane.ink("q")}" stroke-width="3"/>')
    for k, (a, b) in enumerate(() if candidates is None else candidates):
        plane.dot(float(a), float(b), "best", 4.5, moves="appears", delay=0.08 * k)
    plane.text(0.5, 1.0, f"{across} across × {up} up", "heuristic", down=-9, bold=True)
    plane.text(0.5, 0.0, "each axis in equal shares of P; ring: Q", down=19, size=14)
    asked = plain is not None and not shown
    if not asked:
        plane.field((0.0, 1.0), (0.0, 1.0), across="across", low=0.0, high=len(costs) - 1.0)
    bars.x, bars.y = (0.0, float(len(costs))), (0.0, 1.15 * max(costs) if plain is None else 1.3 * plain)
    if plain is not None:
        bars.line(bars.x, (plain, plain), "bound", 1.8, "6 4")
        bars.text(bars.x[1], plain, f"without bins {plain:.0f}", "bound", "end", down=-7)
    for k, cost in enumerate(costs):
        if asked and k == at:
            bars.block((k + 0.12, k + 0.88), (0.0, bars.y[1] / 1.3), "best", 0.08, "5 5")
            bars.text(k + 0.5, 0.45 * bars.y[1], "?", "best", size=26, bold=True)
        elif shown or (k == at and plain is None):
            bars.block((k + 0.12, k + 0.88), (0.0, cost), "best" if k == at else "candidate", 0.85)
            bars.text(k + 0.5, cost, f"{cost:.1f}", "best" if k == at else "", down=-6, bold=k == at, size=14)
        bars.text(k + 0.5, 0.0, str(2**k), down=17, size=14)
    bars.line(bars.x, (0.0, 0.0), width=1.2)
    bars.text(bars.x[1], 0.0, "intervals across", anchor="end", down=36, size=14)
    if narrow:
        bars.text(bars.x[1], bars.y[1], "candidates", anchor="end", down=-8, size=14)
    else:
        bars.text(0.0, bars.y[1], "?" if asked else f"{costs[at]:.1f}", "best", "start", down=-66, size=34, bold=True)
        bars.text(0.0, bars.y[1], "candidates on average", anchor="start", down=-44)
    says = f"{across} intervals across and {up} up"
    if not asked:
        bars.field(bars.x, bars.y, across="across", low=-0.5, high=len(costs) - 0.5)
        says += f": {costs[at]:.1f} candidates on average"
    return svg(panel, says, narrow)


def board(
    information: Numbers, cut: Sequence[int], point: tuple[float, float], zone: tuple[float, float],
    limits: tuple[int, tuple[float, float]], colours: Colours, narrow: bool,
) -> str:  # fmt: skip
    """The game: cuts to be laid for each dimension, in bits, beside its information; time against bits, and the zone.

    `point` and `zone` are log2 of candidates and bits above the floor; `limits` the most bits of cuts of a dimension,
    and the farthest that a point can be.
    """
    most, farthest = limits
    panel = sheet(narrow, colours, left=14, right=14, top=34, foot=54)
    first, second = (
        ((0.0, 0.0, 1.0, 0.3), (0.12, 0.56, 1.0, 1.0)) if narrow else ((0.0, 0.06, 0.4, 1.0), (0.53, 0.06, 1.0, 1.0))
    )
    laid = within(panel, first, (0.0, float(len(cut))), (0.0, most + 0.4))
    for k, (bits, mine) in enumerate(zip(information, cut, strict=True)):
        laid.block((k + 0.1, k + 0.48), (0.0, float(bits)), "q", 0.8)
        laid.block((k + 0.52, k + 0.9), (0.0, float(most)), "heuristic", 0.1)
        for level in range(mine):
            laid.block((k + 0.52, k + 0.9), (level + 0.06, level + 0.94), "heuristic", 0.85)
        laid.grip(k + 0.71, float(mine), "heuristic")
        laid.text(k + 0.71, 0.0, str(2**mine), "heuristic", down=26, bold=True)
        laid.field((k, k + 1.0), laid.y, up=f"cut{k + 1}")
    laid.floor()
    laid.text(0.0, laid.y[1], "information", "q", "start", down=-14, bold=True)
    laid.text(laid.x[1], laid.y[1], "your cuts, in bits", "heuristic", "end", down=-14, bold=True)
    laid.text(0.0, 0.0, f"intervals along each axis; log₂ J = {sum(cut)}", anchor="start", down=45, size=14)
    wide, tall = farthest[1], farthest[0]
    goal = within(panel, second, (0.0, wide), (0.0, tall))
    reached = point[0] < zone[0] and point[1] <= zone[1]
    goal.block((0.0, zone[1]), (0.0, zone[0]), "heuristic", 0.5 if reached else 0.16, "0" if reached else "6 4")
    goal.text(zone[1] / 2, zone[0], "reached" if reached else "reach this", "heuristic", down=20, bold=True)
    y, x = min(point[0], tall), min(point[1], wide)
    if y > zone[0]:
        under = y - 20.0 / (goal.foot - goal.top) * tall  # the star
        goal.line((x, x), (zone[0], max(under, zone[0])), "best", 1.8, "4 4")
        goal.text(x, 0.5 * (zone[0] + y), f"{_times(2.0 ** (point[0] - zone[0]))} too slow", "best",
                  "end" if x > 0.5 * wide else "start", -24 if x > 0.5 * wide else 24, 5, bold=True)  # fmt: skip
    if x > zone[1]:
        below = min(y, zone[0])
        goal.line((zone[1], x), (below, below), "best", 1.8, "4 4")
        goal.text(zone[1], below, f"{point[1] - zone[1]:.1f} bits too many", "best", "start", 8, 20, bold=True)
    goal.star(x, y, 17 if reached else 13)
    goal.floor([(k, str(k)) for k in range(0, int(wide) + 1, 2)], "bits above the floor")
    goal.wall([(k, f"2{_raised(k)}") for k in range(0, int(tall) + 1, 4)], "candidates")
    says = "the zone is reached" if reached else "outside the zone"
    return svg(panel, f"Your cuts, and where they bring you: {says}", narrow)


def _times(factor: float) -> str:
    return f"{factor:.0f} times" if factor >= 3 else f"{factor:.1f} times"


def _raised(k: int) -> str:
    return str(k).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
