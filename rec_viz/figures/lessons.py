"""The pictures of lessons 1 to 4, pure: numbers in, SVG out. Most pose a question first and answer it when `shown`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from .sketch import Numbers, Panel, sheet, svg, within
from .style import Colours, Floats

# ------------------------------------------------------------------------------------------------ sending a sample


def _person(panel: Panel, x: float, name: str, knows: str) -> None:
    panel.dot(x, 0.26, "", 15)
    a, b = panel.across(x), panel.up(0.0)
    panel.parts.append(f'<path d="M{a - 34:.0f},{b:.0f} a34,40 0 0 1 68,0 z" fill="currentColor"/>')
    panel.text(x, 0.0, name, down=20, bold=True)
    panel.text(x, 0.0, knows, down=38)


def two_people(x: Floats, q: Floats, colours: Colours, narrow: bool) -> str:
    """A sender who knows Q, a wire, and a receiver who does not."""
    panel = sheet(narrow, colours, foot=50)
    _person(panel, 0.14, "You", "know Q")
    _person(panel, 0.86, "Your friend", "has never seen Q")
    bell = within(panel, (-0.04, 0.05, 0.36, 0.5), (float(x[0]), float(x[-1])), (0.0, float(q.max())))
    bell.area(x, q, "q", 0.25)
    bell.line(x, q, "q")
    bell.line((x[0], x[-1]), (0, 0), width=1)
    bell.text(float(x[int(np.argmax(q))]), float(q.max()), "Q", "q", down=-8, bold=True)
    panel.text(0.86, 0.62, "?", size=60)
    panel.line((0.28, 0.72), (0.14, 0.14), dash="7 6")
    panel.text(0.72, 0.14, "▶", down=6)
    panel.text(0.5, 0.14, "how few bits?", down=-12)
    return svg(panel, "You know the curve Q. Your friend does not. A wire carries bits.", narrow)


def digits(value: float, bits: int, colours: Colours, narrow: bool) -> str:
    """What is left of the interval from -4 to 4 after the last of so many binary digits of a number, enlarged."""
    rows = min(bits, 5)
    low, high = -4.0, 4.0
    for _ in range(bits - rows):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if value >= middle else (low, middle)
    panel = sheet(narrow, colours, (low, high), (6.9, 0.0), left=70, top=16)
    whole, off = (low, high), 8.0 / 2 ** (bits + 1)
    for k in range(bits - rows, bits + 1):
        row = k - bits + rows
        panel.block(whole, (row + 0.8, row + 0.1), "", 0.08)
        panel.block((low, high), (row + 0.8, row + 0.1), "q", 0.4 + 0.4 * (k == bits))
        panel.text(whole[0], row + 0.55, "no bits" if k == 0 else f"{k} bit{'s' * (k > 1)}", anchor="end", right=-6)
        middle = 0.5 * (low + high)
        low, high = (middle, high) if value >= middle else (low, middle)
    panel.line((value, value), (rows + 0.9, 0.0), "winner", 2, "4 4")
    panel.text(value, rows + 0.9, "the number", "winner", down=18)
    says = f"off by up to {_power(off)}" + (f"; enlarged {2 ** (bits - rows):,} times" if bits > rows else "")
    panel.text(whole[0], 6.9, says, anchor="start", right=-62, down=24, bold=True, size=14 if narrow else 17)
    panel.field(whole, (6.9, 0.0), across="bits", low=0.0, high=40.0)
    return svg(panel, f"After {bits} bits the number is still unknown by up to {off:.2g}.", narrow)


def _power(value: float) -> str:
    """A small number as people write it."""
    exponent = int(np.floor(np.log10(value)))
    if exponent > -4:
        return f"{value:.3g}"
    return f"{value / 10**exponent:.0f} × 10{str(exponent).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


def p_and_q(
    x: Floats, p: Floats, q: Floats, widths: tuple[float, float], mean: float, bits: float, shown: bool,
    colours: Colours, narrow: bool,
) -> str:  # fmt: skip
    """P and Q with their widths; then the halvings between them."""
    top = 1.22 * float(q.max())
    panel = sheet(narrow, colours, (float(x[0]), float(x[-1])), (0.0, top), left=20)
    for name, heights, at in (("p", p, 0.0), ("q", q, mean)):
        panel.area(x, heights, name, 0.18)
        panel.line(x, heights, name)
        panel.text(at, float(heights.max()), name.upper(), name, down=-9, bold=True)
    panel.floor([(k, f"{k:g}".replace("-", "−")) for k in (-2, 0, 2)], "x")
    wide, slim = widths
    if not shown:
        panel.bracket((1.1, 1.1 + wide), 0.55 * top, f"width of P: {wide:g}", "p")
        panel.bracket((1.1, 1.1 + slim), 0.78 * top, f"width of Q: {slim:g}", "q")
        return svg(panel, f"P is {wide:g} wide and Q {slim:g}.", narrow)
    for k in range(round(bits) + 1):
        role = "p" if k == 0 else "q" if k == round(bits) else "candidate"
        words = f"{wide / 2**k:g}" + (f" after {k} bit{'s' * (k > 1)}" if k else "")
        panel.bracket((1.1, 1.1 + wide / 2**k), (0.55 + 0.15 * k) * top, words, role)
    return svg(panel, f"{bits:g} halvings bring the width of P to that of Q.", narrow)


def tapes(
    places: Floats, pick: int, x: Floats, q: Floats, shown: bool, colours: Colours, narrow: bool, whole: bool = False
) -> str:  # fmt: skip
    """The same candidates on both sides; the sender points at one, and the receiver finds it."""
    panel = sheet(narrow, colours, left=20, top=16, foot=32)
    side = (float(min(x[0], places.min() - 0.2)), float(x[-1]))
    for row, (name, knows) in enumerate((("Sender", "knows Q"), ("Receiver", "does not"))):
        part = within(panel, (0.0, 0.02 + 0.56 * row, 1.0, 0.42 + 0.56 * row), side, (0.0, 1.3))
        part.text(side[0], 1.2, name, anchor="start", bold=True)
        part.text(side[0], 1.2, knows, anchor="start", right=78)
        if row == 0:
            part.area(x, q / q.max(), "q", 0.22)
            part.line(x, q / q.max(), "q", 1.8)
        part.line(side, (0.0, 0.0), width=1.2)
        for k, at in enumerate(places, start=1):
            if k == pick and (row == 0 or shown):
                part.star(float(at), 0.0)
            else:
                part.dot(float(at), 0.0, "p", 6)
            part.text(float(at), 0.0, str(k), down=24, bold=k == pick and (row == 0 or shown))
    middle = within(panel, (0.0, 0.47, 1.0, 0.6))
    middle.line((0.75, 0.75), (0.9, 0.1))
    middle.text(0.75, 0.0, "▼", down=4)
    says = f"“number {pick}”" + (", and both hold it" if whole else "")
    middle.text(0.75, 0.5, says, "winner", "end", -10, 6, bold=True)
    return svg(panel, f"Both sides draw the same candidates; the sender says number {pick}.", narrow)


def greedy(
    x: Floats, q: Floats, candidates: Floats, sent: Mapping[str, Floats], shown: bool, colours: Colours, narrow: bool
) -> str:  # fmt: skip
    """Candidates under Q, the likeliest taken; then what several rules send, {words: values}, poured under Q."""
    panel = sheet(narrow, colours, (float(x[0]), float(x[-1])), (0.0, 1.15 * float(q.max())), left=20)
    axis = [(k, f"{k:g}".replace("-", "−")) for k in (-2, 0, 2)]
    if shown:
        panel = sheet(narrow, colours, left=20, top=10)
        highest = max(float(np.histogram(values, 60, _ends(x), density=True)[0].max()) for values in sent.values())
        for k, ((words, values), role) in enumerate(zip(sent.items(), ("best", "winner"), strict=True)):
            part = within(panel, (0.0, 0.52 * k, 1.0, 0.48 + 0.52 * k), _ends(x), (0.0, 1.1 * highest))
            part.pour(values, 60, role)
            part.area(x, q, "q", 0.12)
            part.line(x, q, "q")
            part.text(part.x[0], part.y[1], words, role, "start", down=22, bold=True)
            part.text(part.x[0], part.y[1], f"width {values.std():.2f}", role, "start", down=42)
            part.floor(axis if k == len(sent) - 1 else (), "x" if k == len(sent) - 1 else "")
        return svg(panel, "What two rules send, beside Q", narrow)
    panel.area(x, q, "q", 0.16)
    panel.line(x, q, "q")
    panel.text(float(x[0]), 0.92 * panel.y[1], "Q", "q", "start", bold=True)
    panel.floor(axis, "x")
    likeliest = int(np.argmax(np.interp(candidates, x, q)))
    for k, at in enumerate(candidates):
        height = float(np.interp(at, x, q))
        panel.line((at, at), (0.0, height), "best" if k == likeliest else "candidate", 1.5)
        panel.dot(float(at), 0.0, "best" if k == likeliest else "candidate", 6)
    best = float(candidates[likeliest])
    panel.text(best, float(np.interp(best, x, q)), "taken", "best", "start", 10, 0, bold=True)
    return svg(panel, "Candidates under Q", narrow)


def _ends(x: Floats) -> tuple[float, float]:
    """The first and the last of x."""
    return float(x[0]), float(x[-1])


# ------------------------------------------------------------------------------------------------ the race


def race(
    x: Floats, ratio: Floats, places: Floats, times: Floats, ratios: Floats, winner: int, given: int | None,
    shown: bool, colours: Colours, narrow: bool,
) -> str:  # fmt: skip
    """Five dots to choose from; then the curve that grows to the one chosen, and what it touches on its way.

    `winner` and `given` count from 0.
    """
    top = 1.25 * float(times.max())
    panel = sheet(narrow, colours, (float(x[0]), float(x[-1])), (0.0, top), left=34, right=80 if narrow else 20)
    panel.floor(name="x")
    panel.wall(name="time T")
    scores, aim = times / ratios, winner if shown else given
    if aim is not None:
        curve = np.minimum(scores[aim] * ratio, top)
        panel.area(x, curve, "q", 0.2, "grows")
        panel.line(x, curve, "q", 2.5, moves="grows")
    for k, (at, time, r) in enumerate(zip(places, times, ratios, strict=True)):
        since = len(panel.parts)
        panel.parts.append(
            f'<circle class="ring" opacity="0" cx="{panel.across(at):.1f}" cy="{panel.up(time):.1f}" r="19" '
            f'fill="none" stroke="{panel.ink("winner")}" stroke-width="2"/>'
        )
        before = aim is not None and aim != winner and scores[k] < scores[aim]
        if shown and k == winner:
            panel.star(at, time, 15)
        else:
            panel.dot(at, time, "best" if before or k == given else "candidate", 9)
        label = f"{k + 1}: T {time:.1f}, r {r:.2f}" if narrow else f"{k + 1}: T = {time:.1f}, r = {r:.2f}"
        if shown or before or k == given:
            label = f"{k + 1}: T / r = {scores[k]:.1f}"
        ahead = [
            panel.up(c) for b, c in zip(places, times, strict=True)
            if 0 < panel.across(b) - panel.across(at) < 150 and abs(panel.up(c) - panel.up(time)) < 18
        ]  # fmt: skip
        leftwards = bool(ahead) and k + 1 < len(places) and panel.across(at) > 160
        down = 5 if leftwards or not ahead else 16 if ahead[0] < panel.up(time) else -6
        panel.text(at, time, label, "", "end" if leftwards else "start", -16 if leftwards else 16, down)
        panel.pick(k + 1, f"Candidate {k + 1}, T = {time:.1f}, r = {r:.2f}", since)
    if given is not None and given != winner and not shown:
        early = int(np.sum(scores < scores[given]))
        panel.text(panel.x[0], top, f"Before number {given + 1}, the curve meets {early} other"
                   f"{'s' * (early > 1)}.", "best", "start", 60, 4, bold=True)  # fmt: skip
    return svg(panel, "Candidates at their arrival times: choose the winner", narrow)


def winners(
    x: Floats, p: Floats, q: Floats, found: Floats, claim: tuple[str, Floats] | None, colours: Colours, narrow: bool
) -> str:  # fmt: skip
    """Winners of many races poured into a histogram under P and Q, or under the curve that an answer stands for."""
    highest = float(np.histogram(found, 60, _ends(x), density=True)[0].max())
    panel = sheet(narrow, colours, _ends(x), (0.0, 1.12 * max(float(q.max()), highest)), left=20)
    panel.pour(found, 60, "winner", 4.0, 25)
    lines = [("Q", q, "q"), ("P", p, "p")] if claim is None else [(f"answer {claim[0]}", claim[1], "best")]
    for _, heights_, role in lines:
        panel.line(x, heights_, role, 2 if role == "p" else 3, "6 5" if role == "p" else "")
    legend = [(f"{found.size:,} winners", "winner"), *((name, role) for name, _, role in lines)]
    for k, (words, role) in enumerate(legend):
        panel.text(panel.x[0], (0.94 - 0.06 * k) * panel.y[1], words, role, "start", bold=True)
    panel.floor([(k, f"{k:g}".replace("-", "−")) for k in (-2, 0, 2)], "x")
    says = "spread exactly like Q" if claim is None else "pour in beside what was answered"
    return svg(panel, f"The winners {says}", narrow)


# ------------------------------------------------------------------------------------------------ the number


def shapes(
    chances: Sequence[Numbers], found: tuple[int, Numbers], given: int | None, colours: Colours, narrow: bool
) -> str:  # fmt: skip
    """Three laws of N to choose from, A to C; on the one given, the shares of N that so many races found."""
    panel = sheet(narrow, colours, left=20, top=30, foot=34)
    for k, heights_ in enumerate(chances):
        left = k / 3 + 0.015
        part = within(panel, (left, 0.2, left + 0.3, 0.85), (0.0, len(heights_)), (0.0, float(max(heights_)) * 1.1))
        since = len(panel.parts)
        part.block(part.x, part.y, "candidate", 0.1 if given != k else 0.25)
        part.frame(part.x, part.y)
        for n, height in enumerate(heights_):
            part.block((n + 0.12, n + 0.88), (0.0, float(height)), "p", 0.3 if given == k else 0.85)
            if given == k:
                part.block((n + 0.22, n + 0.78), (0.0, float(found[1][n])), "best", 0.85, moves="rises")
        part.text(0.5 * part.x[1], part.y[1], "ABC"[k], down=-8, bold=True)
        if given == k:
            part.text(0.5 * part.x[1], 0.0, f"{found[0]} races", "best", down=38, bold=True)
        part.text(0.5, 0.0, "1", down=18)
        part.text(part.x[1], 0.0, "N", anchor="end", down=18)
        panel.pick(k, f"Answer {'ABC'[k]}", since)
    return svg(panel, "Three laws of N: falling, level, and with a peak in the middle", narrow)


def index_law(chances: Floats, late: int, beyond: float, colours: Colours, narrow: bool) -> str:
    """The exact law of N, N = 1, 2, ..., on a logarithmic axis."""
    n = np.arange(1.0, chances.size + 1)
    panel = sheet(narrow, colours, (-0.5, float(np.log2(chances.size))), (0.0, 1.1 * float(chances.max())), left=50)
    for k in range(min(chances.size, 40)):
        a, b = np.log2(k + 0.75) if k else -0.4, np.log2(k + 1.25)
        panel.block((float(a), float(b)), (0.0, float(chances[k])), "p", 0.85, moves="rises")
    panel.line(np.log2(n), chances, "p", 2)
    panel.block((float(np.log2(late)), panel.x[1]), (0.0, panel.y[1]), "q", 0.1)
    panel.text(
        float(np.log2(late)), panel.y[1], f"{100 * beyond:.0f}% lie beyond {late}", "q", "end", -6, 20, bold=True
    )
    powers = [2**k for k in range(0, int(np.log2(chances.size)) + 1, 2)]
    panel.floor([(float(np.log2(k)), str(k)) for k in powers], "N")
    panel.wall([(float(c), f"{100 * c:.0f}%") for c in (chances[0], chances[1], chances[3])], "chance")
    return svg(panel, "The chance of each N falls slowly", narrow)


def word_lengths(
    n: Sequence[int], bits: Sequence[float], claim: tuple[str, Numbers] | None, shown: bool, colours: Colours,
    narrow: bool,
) -> str:  # fmt: skip
    """The length of the word for N, N doubling from bar to bar: the first two, and all once shown.

    `claim` is an answer by its letter, and the lengths if it were right.
    """
    panel = sheet(narrow, colours, (0.0, float(len(n))), (0.0, 1.15 * max(bits)), left=46)
    letter, claimed = claim or ("", ())
    for k, (number, length) in enumerate(zip(n, bits, strict=True)):
        inside = (k + 0.15, k + 0.85)
        if shown or k < 2:
            panel.block(inside, (0.0, length), "p", 0.8, moves="rises" if shown else "")
            panel.text(k + 0.5, length, f"{length:.1f}", down=-7)
        elif claim:
            top = min(claimed[k], panel.y[1])
            panel.block(inside, (0.0, top), "best", 0.15, "4 4", "rises")
            says, down = f"{claimed[k]:.{claimed[k] < 100:d}f}", -7 if top < panel.y[1] else 20
            panel.text(k + 0.5, top, says, "best", down=down)
        else:
            panel.text(k + 0.5, 0.45 * panel.y[1], "?")
        panel.text(k + 0.5, 0.0, str(number), down=18)
    if claim:
        panel.text(0.0, panel.y[1], f"if answer {letter} were right", "best", "start", 0, 24, bold=True)
    panel.line((0.0, len(n)), (0.0, 0.0), width=1.2)
    panel.text(panel.x[1], 0.0, "N", anchor="end", down=36)
    panel.text(0.0, panel.y[1], "bits of the word", anchor="start", down=-12)
    return svg(
        panel, "Each doubling of N adds the same length" if shown else "How long is the word for 2, 4, 8?", narrow
    )


def balance(
    rows: Mapping[str, tuple[float, str]], most: float, marks: Mapping[str, float], guess: tuple[float, int] | None,
    colours: Colours, narrow: bool,
) -> str:  # fmt: skip
    """Bars of bits: {name: (bits, role)}, not a number where a guess stands for it, with which way
    it should go; lines at `marks`."""
    panel = sheet(narrow, colours, (0.0, most), (len(rows), 0.0), left=20, top=46)
    for k, (name, (bits, role)) in enumerate(rows.items()):
        panel.text(0.0, k + 0.26, name, anchor="start")
        if guess is not None and not np.isfinite(bits):
            at, way = guess
            panel.block((0.0, at), (k + 0.78, k + 0.34), role, 0.3, "5 5")
            panel.guess(at, k + 0.56, role, way, across=True)
            anchor, right = ("end", -16) if at > 0.75 * most else ("start", 16)
            panel.text(at, k + 0.56, f"{at:.1f} bits?", role, anchor, right, 5, bold=True)
            panel.field((0.0, most), (k + 0.95, k + 0.15), across="guess")
            continue
        panel.block((0.0, bits), (k + 0.78, k + 0.34), role, 0.85, moves="appears")
        panel.text(0.0, k + 0.62, f"{bits:.2f}", "paper", "start", 8, bold=True)
    for name, at in marks.items():
        panel.line((at, at), (len(rows), 0.0), "bound", 2, "6 4")
        panel.text(at, 0.0, name, "bound", down=-8)
    panel.line((0.0, most), (len(rows), len(rows)), width=1.2)
    panel.text(0.0, len(rows), "0", down=18)
    panel.text(most, len(rows), "bits", anchor="end", down=18)
    says = (f"{name}: {f'{bits:.2f} bits' if np.isfinite(bits) else '?'}" for name, (bits, _) in rows.items())
    return svg(panel, "; ".join(says), narrow)


# ------------------------------------------------------------------------------------------------ the search


def doubling(
    x: Floats, curves: Sequence[tuple[str, Floats]], top: float, way: int, shown: bool, colours: Colours, narrow: bool
) -> str:  # fmt: skip
    """The ratio r of a target, and of one with one bit more: as it is, or until then as the reader drags it."""
    panel = sheet(narrow, colours, _ends(x), (0.0, top), left=50)
    for (name, curve), role in zip(curves, ("q", "best"), strict=True):
        at, peak, second = float(x[int(np.argmax(curve))]), float(curve.max()), role == "best"
        asked = second and not shown
        panel.area(x, curve, role, 0.15)
        panel.line(x, curve, role, dash="6 4" if asked else "")
        says = f"{name}: peak {peak:.0f}" + "?" * asked
        panel.text(at, peak, says, role, "start", 18, 0 if second else 14, bold=True)
        if asked:
            panel.guess(at, peak, role, way, across=False)
            panel.field(panel.x, panel.y, up="guess")
    panel.floor(name="x")
    panel.wall([(float(curves[0][1].max()), f"{curves[0][1].max():.0f}")], "r")
    return svg(panel, "One more bit makes the curve half as wide and twice as high", narrow)


def skyline(information: Sequence[float], candidates: Sequence[float], colours: Colours, narrow: bool) -> str:
    """Candidates over I as towers that all grow at one speed and leave the picture."""
    top = candidates[len(candidates) // 2] * 1.6
    panel = sheet(narrow, colours, (0.0, float(len(information))), (0.0, top), left=20, top=20)
    for k, (bits, count) in enumerate(zip(information, candidates, strict=True)):
        lasts = 3.0 * min(count / top, 1.0)
        panel.block((k + 0.12, k + 0.88), (0.0, count), "p", 0.85, moves="grows", lasts=3.0 * count / top)
        panel.text(k + 0.5, 0.0, f"{bits:g}", down=18)
        since = len(panel.parts)
        if count < top:
            panel.text(k + 0.5, count, f"{count:.0f}", down=-6)
        else:
            panel.text(k + 0.5, top, f"↑ {count:.0f}", "paper", down=14, bold=True)
        panel.together(since, "appears", delay=lasts)
    panel.line(panel.x, (0.0, 0.0), width=1.2)
    panel.text(panel.x[1], 0.0, "I, bits", anchor="end", down=36)
    panel.text(0.0, 0.0, "candidates", anchor="start", down=36)
    return svg(panel, "Each bit doubles the candidates: the towers leave the picture", narrow)


def years(rows: Sequence[tuple[str, float, str]], marks: Sequence[tuple[float, str]], colours: Colours,
          narrow: bool) -> str:  # fmt: skip
    """Search times on a logarithmic axis: (name, seconds, words), "with bins" in green; marks: (seconds, words)."""
    logs = [float(np.log10(seconds)) for _, seconds, _ in rows]
    low, high = min(logs) - 0.6, max(*logs, *(float(np.log10(s)) for s, _ in marks)) + 0.8
    panel = sheet(narrow, colours, (low, high), (float(len(rows)), 0.0), left=76, top=40)
    for seconds, words in marks:
        at = float(np.log10(seconds))
        panel.line((at, at), (len(rows), 0.0), "bound", 1.5, "4 5")
        panel.text(at, 0.0, words, "bound", down=-8)
    for k, ((name, _, words), at) in enumerate(zip(rows, logs, strict=True)):
        panel.block((low, at), (k + 0.75, k + 0.25), "heuristic" if name == "with bins" else "p", 0.85, moves="appears")
        ends = at > low + 0.6 * (high - low)
        role, anchor, right = ("paper", "end", -8) if ends else ("", "start", 8)
        panel.text(at, k + 0.5, words, role, anchor, right, 6, bold=True)
        panel.text(low, k + 0.5, name, anchor="end", right=-6, down=6)
    panel.line((low, high), (len(rows), len(rows)), width=1.2)
    panel.text(high, len(rows), "time, each step ten times as long", anchor="end", down=20)
    return svg(panel, "; ".join(f"{name}: {words}" for name, _, words in rows), narrow)
