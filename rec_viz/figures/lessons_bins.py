"""The pictures of lessons 5 to 10, pure: numbers in, SVG out. Most pose a question first and answer it when `shown`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from .sketch import Numbers, sheet, svg, within
from .style import Colours, Floats

_AXIS = [(k, f"{k:g}".replace("-", "−")) for k in (-2, 0, 2)]

# ------------------------------------------------------------------------------------------------ a budget


def pulled(
    x: Floats, p: Floats, q: Floats, curves: Mapping[int, Floats], colours: Colours, narrow: bool
) -> str:  # fmt: skip
    """What budgets put out, {n: density}, between P and Q."""
    panel = sheet(narrow, colours, (float(x[0]), float(x[-1])), (0.0, 1.15 * float(q.max())), left=20)
    panel.area(x, q, "q", 0.14)
    panel.line(x, p, "p", 2, "6 5")
    panel.line(x, q, "q", 2, "6 5")
    for n, curve in curves.items():
        panel.line(x, curve, "best", 3, moves="appears")
        at = int(np.argmax(curve))
        panel.text(float(x[at]), float(curve[at]), f"n = {n}", "best", "start", 26, -4, bold=True)
    panel.text(float(x[int(np.argmax(q))]), float(q.max()), "Q", "q", down=-8, bold=True)
    panel.text(2.0, float(np.interp(2.0, x, p)), "P", "p", down=-10, bold=True)
    panel.floor(_AXIS, "x")
    return svg(panel, "A budget's output lies between P and Q", narrow)


def variation(
    x: Floats, q: Floats, output: Floats, candidates: Sequence[int], errors: Sequence[float], information: float,
    shown: bool, colours: Colours, narrow: bool,
) -> str:  # fmt: skip
    """Q beside what comes out, the gap shaded; then the total variation over n."""
    if not shown:
        panel = sheet(narrow, colours, (float(x[0]), float(x[-1])), (0.0, 1.15 * float(q.max())), left=20)
        both = np.minimum(q, output)
        panel.between(x, both, np.maximum(q, both), "best", 0.35)
        panel.line(x, q, "q", 3)
        panel.line(x, output, "best", 2.5, "6 4")
        for words, role, row in (
            ("Q", "q", 0.94),
            ("what ORC puts out", "best", 0.86),
            ("shaded: total variation", "", 0.78),
        ):
            panel.text(panel.x[0], row * panel.y[1], words, role, "start", bold=bool(role))
        panel.floor([(k, f"{k:g}".replace("-", "−")) for k in (-1.5, -1, -0.5, 0)], "x")
        return svg(panel, "Q and what the budget puts out, the gap between them shaded", narrow)
    logs = np.log2(candidates)
    panel = sheet(narrow, colours, (0.5, float(logs[-1]) + 0.4), (0.0, 1.12 * max(errors)), left=50)
    panel.line((information, information), panel.y, "bound", 2, "6 4")
    panel.text(information, panel.y[1], "n = 2ᴵ", "bound", down=-8)
    panel.line(logs, errors, "best", 3)
    for at, n, error in zip(logs, candidates, errors, strict=True):
        panel.dot(float(at), error, "best", 6)
        panel.text(
            float(at),
            error,
            f"{error:.2f}" if error >= 0.005 else f"{error:.3f}",
            "best",
            "end" if at == logs[-1] else "middle",
            6 if at == logs[-1] else 22,
            -10,
        )
        panel.text(float(at), 0.0, str(n), down=18)
    panel.floor(name="n")
    panel.wall([(0.0, "0"), (0.5, "0.5")], "total variation")
    return svg(panel, "Total variation falls with n", narrow)


def fixed_code(bits: int, winner: int, shown: bool, colours: Colours, narrow: bool) -> str:
    """2^bits numbered boxes; then the halvings that lead to one. `winner` counts from 1."""
    number = 2**bits
    panel = sheet(narrow, colours, (0.0, float(number)), (float(bits) + 1.0, 0.0), left=20, top=40)
    low, high, word = 0, number, format(winner - 1, f"0{bits}b")
    for row in range(bits + 1):
        if not shown and row < bits:
            continue
        for k in range(number):
            inside = low <= k < high
            panel.block((k + 0.06, k + 0.94), (row + 0.8, row + 0.2), "winner" if inside and shown else "candidate",
                        0.85 if inside and shown else 0.25)  # fmt: skip
            if row == bits:
                panel.text(k + 0.5, row + 0.98, str(k + 1), size=13)
        if row < bits:
            middle = (low + high) // 2
            low, high = (middle, high) if word[row] == "1" else (low, middle)
            panel.text((low + high) / 2, row + 1.1, word[row], "winner", bold=True, size=17)
    if shown:
        panel.text(number / 2, 0.0, f"number {winner} is written {word}", "winner", down=-12, bold=True)
    else:
        panel.text(number / 2, bits - 0.6, f"the winner is one of {number}: how many bits say which?")
    return svg(panel, f"{number} numbers and the word of one of them", narrow)


# ------------------------------------------------------------------------------------------------ bins


def bins(
    x: Floats, p: Floats, edges: Floats, word: str, given: int | None, shown: bool, colours: Colours, narrow: bool
) -> str:  # fmt: skip
    """P cut into bins to tap, and the halvings that a word of bits names. Bins count from 1."""
    top = 1.25 * float(p.max())
    panel = sheet(narrow, colours, (float(x[0]), float(x[-1])), (0.0, top), left=20, top=20, foot=100 if shown else 46)
    number, right = len(edges) - 1, int(word, 2) + 1
    cuts = np.clip(edges, x[0], x[-1])
    for k in range(number):
        a, b, since = float(cuts[k]), float(cuts[k + 1]), len(panel.parts)
        inside = (x >= a) & (x <= b)
        role = "winner" if shown and k + 1 == right else "best" if given == k + 1 else "p"
        panel.block((a, b), (0.0, top), role, 0.0 if role == "p" else 0.2)
        at = np.array([a, *x[inside], b])
        panel.area(at, np.interp(at, x, p), role, 0.3 if role == "p" else 0.7)
        panel.frame((a, b), (0.0, top))
        panel.text((a + b) / 2, 0.0, str(k + 1), down=18)
        panel.pick(k + 1, f"Bin {k + 1}", since)
        if k:
            panel.line((a, a), (0.0, top), "heuristic", 1.5, "3 3")
    panel.line(x, p, "p")
    panel.floor()
    answer = right if shown else given
    if shown or given is not None:
        low, high = 0, number
        for row, bit in enumerate(word):
            middle = (low + high) // 2
            low, high = (middle, high) if bit == "1" else (low, middle)
            y = panel.foot + 30 + 20 * row if shown else panel.top + 14 + 20 * row
            a, b = panel.across(float(cuts[low])), panel.across(float(cuts[high]))
            words = "right" if bit == "1" else "left"
            panel.parts.append(
                f'<rect class="appears" style="animation-delay:{0.6 * row:.1f}s" x="{a:.1f}" y="{y:.1f}" '
                f'width="{b - a:.1f}" height="14" fill="{panel.ink("winner")}" fill-opacity="0.75"/>'
                f'<text x="{b + 6:.1f}" y="{y + 12:.1f}" font-size="15" fill="currentColor">{bit}: {words}</text>'
            )
            if not shown and answer is not None and not low < answer <= high:
                break
    return svg(panel, f"P cut into {number} bins of equal probability: tap the one named {word}", narrow)


def bin_tapes(
    shares: Sequence[Numbers], named: tuple[int, int], shown: bool, colours: Colours, narrow: bool
) -> str:  # fmt: skip
    """A list of candidates for every bin; `named` is the bin and the number in it, from 1."""
    number, rows = len(shares), len(shares[0])
    panel = sheet(narrow, colours, (0.0, float(number)), (0.0, rows + 0.4), left=34, top=20)
    for k, places in enumerate(shares):
        own = k + 1 == named[0]
        if own:
            panel.block((k, k + 1), (0.0, panel.y[1]), "winner", 0.12)
        for row, share in enumerate(places):
            counted = own and shown and row < named[1]
            if own and row + 1 == named[1]:
                panel.star(k + float(share), row + 0.5, 13)
            else:
                panel.dot(k + float(share), row + 0.5, "winner" if counted else "candidate", 6,
                          hollow=shown and not own)  # fmt: skip
        panel.line((k, k), panel.y, "heuristic", 1.2, "3 3")
        panel.text(k + 0.5, 0.0, str(k + 1), "winner" if own else "", down=18, bold=own)
    panel.line((number, number), panel.y, "heuristic", 1.2, "3 3")
    panel.floor(name="bin")
    panel.wall([(row + 0.5, str(row + 1)) for row in range(rows)])
    return svg(panel, f"Every bin has its own list; bin {named[0]}, number {named[1]} is sent", narrow)


def two_parts(
    rows: Mapping[str, tuple[float, float]], bits: float, way: int, shown: bool, colours: Colours, narrow: bool
) -> str:  # fmt: skip
    """Messages as bars, {name: (bits of the bin, bits of the number)}; the last number is a guess until it is shown."""
    most = 2.2 * sum(next(iter(rows.values())))
    panel = sheet(narrow, colours, (0.0, most), (float(len(rows)), 0.0), left=20, top=44)
    for k, (name, (first, second)) in enumerate(rows.items()):
        asked = not shown and k + 1 == len(rows)
        panel.text(0.0, k + 0.24, name, anchor="start")
        if first:
            panel.block((0.0, first), (k + 0.75, k + 0.32), "heuristic", 0.9)
            panel.text(first / 2, k + 0.58, f"bin: {first:g}", "paper", bold=True)
        if asked:
            panel.block((first, first + second), (k + 0.75, k + 0.32), "p", 0.3, "5 5")
            panel.guess(first + second, k + 0.53, "p", way, across=True)
            anchor, right = ("end", -16) if second > 4.0 else ("start", 16)
            panel.text(first + second, k + 0.53, f"number: {second:.1f}?", "p", anchor, right, 5, bold=True)
            panel.field((first, first + 8.0), (k + 0.95, k + 0.1), across="guess", low=0.0, high=8.0)
        else:
            panel.block((first, first + second), (k + 0.75, k + 0.32), "p", 0.85, moves="appears")
            panel.text(first + second / 2, k + 0.58, f"{second:.2f}", "paper", bold=True)
            panel.text(first + second, k + 0.58, f"= {first + second:.2f} bits", "", "start", 8)
    panel.line((bits, bits), (len(rows), 0.0), "bound", 2, "6 4")
    panel.text(bits, 0.0, f"I = {bits:g}", "bound", down=-8)
    panel.line((0.0, most), (len(rows), len(rows)), width=1.2)
    return svg(panel, "The message without bins and with them", narrow)


# ------------------------------------------------------------------------------------------------ weights


def cancels(time: float, ratio: float, colours: Colours, narrow: bool) -> str:
    """T and r of one candidate, and both when its bin's clock runs twice as fast."""
    panel = sheet(narrow, colours, (0.0, 1.35 * max(time, ratio)), (4.6, 0.0), left=30, top=20, foot=20)
    for row, (words, share) in enumerate((("fair share: w = 1", 1.0), ("twice the share: w = 2", 0.5))):
        top = 2.4 * row
        panel.text(0.0, top + 0.3, words, anchor="start", bold=True)
        for k, (name, value, role) in enumerate((("T", time, "candidate"), ("r", ratio, "q"))):
            y = top + 0.5 + 0.65 * k
            panel.block((0.0, value * share), (y + 0.5, y), role, 0.85, moves="appears")
            panel.text(0.0, y + 0.36, name, role, "end", -8, bold=True)
            panel.text(value * share, y + 0.36, f"{value * share:.2f}", anchor="start", right=8)
    panel.text(panel.x[1], 2.1, "T / r = ?", anchor="end", size=22, bold=True)
    return svg(panel, "With twice the weight both T and r are halved", narrow)


def fronts(
    u: Floats, curve: Floats, rain: tuple[Floats, Floats], star: tuple[float, float],
    lanes: Sequence[tuple[str, Floats, int]], top: float, colours: Colours, narrow: bool, cuts: Sequence[int] = (),
) -> str:  # fmt: skip
    """One race searched in several ways: how high the sender has looked moves, the dots and the star do not.

    `cuts`: how many bins to draw in each, where they are to be seen.
    """
    panel = sheet(narrow, colours, left=20, top=30, foot=50)
    for k, (name, front, looked) in enumerate(lanes):
        left = k / len(lanes) + 0.01
        part = within(panel, (left, 0.0, left + 0.98 / len(lanes) - 0.02, 1.0), (0.0, 1.0), (0.0, top))
        part.area(u, np.minimum(front, top), "heuristic", 0.22)
        part.line(u, np.minimum(front, top), "heuristic")
        for b in range(1, cuts[k] if cuts else 0):
            part.line((b / cuts[k], b / cuts[k]), (0.0, top), "heuristic", 1.2, "3 3")
        part.area(u, curve, "q", 0.25)
        part.line(u, curve, "q", 2)
        for a, b in zip(*rain, strict=True):
            if b < top and (a, b) != star:
                part.dot(float(a), float(b), "candidate", 3.5)
        part.star(*star, 11)
        part.floor()
        part.text(0.5, 0.0, name, down=20, size=14 if not narrow else 13)
        part.text(0.5, 0.0, f"looks at {looked}", down=40, bold=True)
    return svg(panel, "The same dots and the same star, and how far the sender looks", narrow)


# ------------------------------------------------------------------------------------------------ how many bins


def overpaid(
    u: Floats, log_ratio: Floats, log_bins: float, mean: float, shown: bool, colours: Colours, narrow: bool
) -> str:  # fmt: skip
    """What a sample is worth, over equal shares of Q, against the price of its bin."""
    top = 1.2 * float(max(log_ratio.max(), log_bins))
    low = min(0.0, float(log_ratio.min()))
    panel = sheet(narrow, colours, (0.0, 1.0), (low, top), left=44)
    if shown:
        gap = np.minimum(log_ratio, log_bins)
        panel.between(u, gap, np.full(u.size, log_bins), "best", 0.6)
        panel.text(0.5, low + 0.25 * (log_bins - low), f"overpaid: {mean:.2f} bits", "best", size=18, bold=True)
        panel.text(0.5, low + 0.25 * (log_bins - low), "on average over targets", "best", down=20)
    panel.line(u, log_ratio, "q", 3)
    panel.line((0.0, 1.0), (log_bins, log_bins), "heuristic", 2.5, "7 4")
    panel.text(0.5, log_bins, f"price of the bin: log₂ J = {log_bins:g}", "heuristic", down=24, bold=True)
    panel.text(0.5, float(log_ratio.max()), "worth of a sample: log₂ r", "q", down=-10, bold=True)
    panel.floor(name="samples of Q, from left to right")
    panel.wall([(k, str(k).replace("-", "−")) for k in range(int(np.ceil(low)), int(top) + 1, 2)], "bits")
    return svg(panel, "Where a sample is worth less than its bin costs, the message overpays", narrow)


def more_bins(
    log_bins: Numbers, lengths: Numbers, information: float, upto: int, shown: bool, colours: Colours, narrow: bool
) -> str:  # fmt: skip
    """Mean message length over log2 J; what lies beyond `upto` is asked for until it is shown."""
    top = 1.12 * float(max(lengths))
    panel = sheet(narrow, colours, (0.0, float(log_bins[-1]) + 0.4), (0.0, top), left=46)
    known = len(lengths) if shown else int(np.searchsorted(log_bins, upto, side="right"))
    panel.line((0.0, min(top, panel.x[1])), (0.0, min(top, panel.x[1])), "heuristic", 2, "5 5")
    panel.text(panel.x[1], panel.x[1], "the bin alone", "heuristic", "end", -6, 22)
    panel.line((information, information), (0.0, top), "bound", 1.5, "6 4")
    panel.text(information, top, "log₂ J = I", "bound", "start", 8, 16)
    panel.line(log_bins[:known], lengths[:known], "p", 3)
    for at, bits in list(zip(log_bins, lengths, strict=True))[:known]:
        panel.dot(at, bits, "p", 5)
    if not shown:
        panel.text(float(log_bins[-1]), float(lengths[known - 1]), "?", "p", size=30, bold=True)
    panel.floor([(k, str(k)) for k in range(0, int(log_bins[-1]) + 1, 2)], "log₂ J")
    panel.wall([(k, str(k)) for k in range(0, int(top) + 1, 2)], "mean message, bits")
    return svg(panel, "Mean message length over the number of bins", narrow)


def growth(
    dims: Numbers, overheads: Numbers, guess: tuple[float, int] | None, shown: bool, colours: Colours, narrow: bool
) -> str:  # fmt: skip
    """Overhead over the number of numbers in a message, between the line and the square root."""
    first, last = float(overheads[0]), float(dims[-1])
    panel = sheet(narrow, colours, (0.7, last + 0.4), (0.0, first * last * 1.08), left=50)
    many = np.linspace(1.0, last, 60)
    panel.line(many, first * many, "candidate", 1.8, "5 5")
    panel.text(last, first * last, "adds up", "candidate", "end", -14, 0)
    panel.line(many, first * np.sqrt(many), "candidate", 1.8, "5 5")
    panel.text(2.5, first * np.sqrt(2.5), "square root", "candidate", "start", 0, 24)
    panel.line((1.0, last), (first, first), "candidate", 1.8, "5 5")
    panel.text(2.6, first, "stays", "candidate", "end", -4, 20)
    panel.dot(1.0, first, "best", 8)
    if shown:
        panel.line(dims, overheads, "best", 3, moves="appears")
        for d, bits in zip(dims, overheads, strict=True):
            panel.dot(d, bits, "best", 7)
            panel.text(d, bits, f"{bits:.2f}", "best", down=-13, bold=True)
    else:
        panel.text(1.0, first, f"{first:.2f}", "best", right=8, down=-13, bold=True)
    if guess is not None:
        at, way = guess
        panel.line((last, last), (0.0, at), "best", 1.5, "4 5")
        panel.guess(last, at, "best", way, across=False)
        panel.text(last, at, f"{at:.2f}?", "best", "end", -34, 5, bold=True)
        panel.field((0.5 * (1.0 + last), panel.x[1]), panel.y, up="guess")
    panel.floor([(float(d), f"{d:g}") for d in dims], "numbers in one message")
    panel.wall(name="ε, bits")
    return svg(panel, "The overhead over the number of dimensions", narrow)
