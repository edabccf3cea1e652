"""Questions of lessons 11 to 15: rejection, the true floor, dither, the tree, and letters."""

from __future__ import annotations

import math
from random import Random

from ...figures import questions as figures
from . import exact
from .form import Draft, Picture, bell, bits, count, percent, place, tenths

# ------------------------------------------------------------------------------------------------ lesson 11


def kept(dice: Random) -> Draft | None:
    """How often a candidate is kept."""
    problem = exact.target((dice.choice((-0.5, 0.0, 0.5)),), (dice.choice((1, 2, 3)),))
    peak = round(2.0**problem.d_inf_bits, 1)
    ratio = round(peak * dice.randint(10, 90) / 100, 2)
    return Draft(
        f"Rejection sampling: the peak of r is {tenths(peak)}, and a candidate has r = {ratio:.2f}. "
        "How often is such a candidate kept?",
        ratio / peak,
        {"kept_by_ratio": min(ratio, 1.0), "kept_alike": 1.0 / peak},
        f"Its height is even between zero and {tenths(peak)}, and it is kept below {ratio:.2f}: "
        f"{percent(ratio / peak)} of the time.",
        percent, Picture(figures.bars, ((("r", ratio), ("peak of r", peak)), None, "", 2)),
    )  # fmt: skip


def number(dice: Random) -> Draft | None:
    """How long the message of rejection sampling is."""
    mean, k = dice.choice((0.0, 0.5, 1.0)), dice.choice((2, 3, 4, 5, 6))
    problem = exact.target((mean,), (k,))
    tries = exact.examined(problem)
    right = exact.rejection_length(problem)
    return Draft(
        f"{bell(mean, k)} Rejection keeps one candidate in {count(tries)}, and KL is {problem.kl_bits:.1f} bits. "
        "How long is its message on average, by a code that fits its number?",
        right,
        {"message_is_information": problem.kl_bits, "no_logarithm": tries},
        f"The number is {count(tries)} on average. That takes log₂ of it, D∞ = {problem.d_inf_bits:.1f} bits, and a "
        f"little more, because nobody knows it in advance: {bits(right)}.",
        bits, Picture(figures.curves, (*exact.bells(problem), None)),
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------ lesson 12


def least(dice: Random) -> Draft | None:
    """The floor of a channel."""
    information = dice.randint(8, 40) / 10
    right, most = exact.floor((information,)), information + math.log2(information + 2.0) + 2.0
    return Draft(
        f"P is a bell curve and Q a narrower one, worth I = {information:g} bits on average over targets. The race is "
        f"promised to need {most:.1f} bits at most. What is the least that any method needs?",
        right,
        {"message_is_information": information, "ceiling_is_floor": most},
        f"Functional information, {right:.2f} bits: {right - information:.2f} more than I.",
        lambda value: f"{value:.2f} bits",
        Picture(figures.bars, ((("I", information), ("promised", most)), ("floor", right), "bits", 2)),
    )  # fmt: skip


def saved(dice: Random) -> Draft | None:
    """How much a better method could save."""
    information = dice.randint(10, 60) / 10
    length, floor = exact.mean_length(exact.channel((information,))), exact.floor((information,))
    return Draft(
        f"I = {information:g} bits in one number, a bell curve. The messages of an exact method take {length:.2f} bits "
        f"on average; functional information is {floor:.2f}. How many bits could a better method save at most?",
        length - floor,
        {"message_is_information": length - information, "exact_is_optimal": 0.0},
        f"Nobody gets below functional information: {length:.2f} − {floor:.2f} = {length - floor:.2f} bits.",
        lambda value: f"{value:.2f} bits",
        Picture(figures.bars, ((("message", length), ("floor", floor), ("I", information)), None, "bits", 2)),
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------ lesson 13


def comb(dice: Random) -> Draft | None:
    """Which tooth is taken, by hand."""
    space = dice.choice((0.5, 0.8, 1.0, 1.2))
    shift = round(space * dice.randint(2, 8) / 10, 2)
    center = round(dice.randint(-18, 18) / 10 + dice.choice((0.03, 0.07)), 2)
    right = shift + space * round((center - shift) / space)
    if abs(abs(center - right) - 0.5 * space) < 0.1 * space or min(map(abs, (right, center))) < 0.1:
        return None
    told = f"{place(shift - space)}, {place(shift)}, {place(shift + space)}, and so on both ways"
    return Draft(
        f"The teeth of the shared comb lie {space:g} apart: at {told}. The center of Q is at {place(center)}. "
        "Which sample does your friend get?",
        right,
        {"center_arrives": center, "comb_unpushed": space * round(center / space)},
        f"The tooth nearest to {place(center)} is the one at {place(right)}.",
        place, Picture(figures.bars, ((("center of Q", center), ("a tooth", shift)), None, "", 2)),
    )  # fmt: skip


def many(dice: Random) -> Draft | None:
    """What dither takes for many numbers."""
    dim, k = dice.choice((3, 4, 5, 6, 8, 10, 12)), dice.choice((1, 1.5, 2, 2.5, 3))
    one = exact.dithered((float(k),))
    return Draft(
        f"By dither one number with I = {k:g} bits takes {one:.2f} bits on average. "
        f"How many do {dim} such numbers take?",
        exact.dithered((float(k),) * dim),
        {"one_overhead": dim * k + one - k, "one_dimension_pays": one},
        f"Each number is rounded by itself and pays by itself: {dim} × {one:.2f} = {dim * one:.1f} bits.",
        bits, Picture(figures.bars, ((("one number", one),), (f"{dim} numbers", dim * one), "bits", 1)),
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------ lesson 14


def next_box(dice: Random) -> Draft | None:
    """Which box is opened next."""
    problem = exact.target((dice.choice((-0.5, -0.25, 0.25, 0.5)),), (dice.choice((0.5, 0.75, 1.0)),))
    peaks = [round(peak, 1) for peak in exact.peaks(problem, 4)]
    times = [round(dice.expovariate(0.25) + 0.2, 1) for _ in peaks]
    if min(peaks) < 0.1 or len({*peaks}) < 4 or len({*times}) < 4:
        return None
    bounds = [time / peak for time, peak in zip(times, peaks, strict=True)]
    ordered = sorted(bounds)
    if ordered[1] < 1.2 * ordered[0]:
        return None
    best = bounds.index(ordered[0])
    return Draft(
        "Four boxes are still closed. In each nothing arrives before T, and r is nowhere above the peak. "
        "Which box does the tree open next?",
        best + 1.0,
        {"first_wins": times.index(min(times)) + 1.0, "greedy": peaks.index(max(peaks)) + 1.0},
        f"Box {best + 1} has the smallest bound: {tenths(times[best])} / {tenths(peaks[best])} = {ordered[0]:.2f}.",
        lambda value: f"Box {value:.0f}",
        Picture(figures.race, (times, peaks, best)),
        (("box", "1", "2", "3", "4"), ("T", *map(tenths, times)), ("peak of r", *map(tenths, peaks))),
    )  # fmt: skip


def halved(dice: Random) -> Draft | None:
    """How many boxes there are at a depth."""
    across, up = dice.randint(1, 5), dice.randint(1, 5)
    return Draft(
        f"P lies on a plane. A path has halved its box {across} time{'s' * (across > 1)} across and {up} "
        f"time{'s' * (up > 1)} upward. How many boxes of that size fill the plane?",
        float(2 ** (across + up)),
        {"intervals_add": float(2**across + 2**up), "finest_axis_counts": float(2 ** max(across, up))},
        f"Each halving doubles them: 2 to the power {across + up} is {2 ** (across + up):,}.",
        count, Picture(figures.tiles, ((2**across, 2**up), None, True)),
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------ lesson 15


def first(dice: Random) -> Draft | None:
    """How often the first candidate wins, with two letters."""
    p, q = dice.randint(2, 7) / 10, dice.randint(4, 9) / 10
    if q < p + 0.15:
        return None
    problem = exact.lettered((q, 1.0 - q), (p, 1.0 - p))
    low = (1.0 - q) / (1.0 - p)
    right = exact.early(problem, 1)
    return Draft(
        f"There are two letters, A and B. Under P, A has chance {percent(p)}; under Q, {percent(q)}. "
        "How often does the first candidate win the race?",
        right,
        {"greedy": p, "first_wins": 1.0},
        f"A first A always wins, {percent(p)} of the time. A first B wins if no A comes soon enough to beat it, and "
        f"together that makes {percent(right)}.",
        percent, Picture(figures.bars, ((("r of A", q / p), ("r of B", low)), None, "", 2)),
    )  # fmt: skip


def coin(dice: Random) -> Draft | None:
    """The floor of a bit that may be flipped."""
    flip = dice.randint(10, 40) / 100
    information, right = exact.flipped(flip)
    return Draft(
        f"A fair bit is to arrive flipped with chance {percent(flip)}. What is the least that any method needs on "
        "average, one bit at a time?",
        right,
        {"message_is_information": information, "flips_only": 1.0 - flip},
        f"With chance {percent(2 * flip)} a shared coin takes the place of the bit and nothing is sent; "
        f"else one bit. That is the floor, {right:.2f} bits, above I = {information:.2f}.",
        lambda value: f"{value:.2f} bits",
        Picture(figures.bars, ((("I", information), ("a bit", 1.0)), ("floor", right), "bits", 2)),
    )  # fmt: skip


LESSONS = {
    "rejection": {"kept": kept, "number": number},
    "floor": {"least": least, "saved": saved},
    "dither": {"comb": comb, "many": many},
    "tree": {"next_box": next_box, "halved": halved},
    "letters": {"first": first, "coin": coin},
}
