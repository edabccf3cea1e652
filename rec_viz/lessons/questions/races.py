"""Questions of lessons 1 and 2: what a sample costs, what the receiver does with a number, and who wins a race."""

from __future__ import annotations

import math
from random import Random

import rec_core as rec

from ...figures import questions as figures
from . import exact
from .form import Draft, Picture, bits, hundredths, percent, place, tenths

# ------------------------------------------------------------------------------------------------ lesson 1


def halvings(dice: Random) -> Draft | None:
    """How many bits several narrow numbers take."""
    dim, k = dice.randint(2, 6), dice.randint(2, 8)
    right = exact.channel((float(k),) * dim).information_bits
    return Draft(
        f"A sample is {dim} numbers. In each of them Q is {2**k} times narrower than P. "
        "At least how many bits must the message have on average?",
        right,
        {"one_dimension_pays": k, "no_logarithm": dim * 2.0**k, "digits_are_sent": 64.0 * dim},
        f"{2**k} is {k} halvings, so each number carries {k} bits, and {dim} of them carry {right:g} bits.",
        bits, Picture(figures.curves, (*exact.bells(exact.target((0.0,), (k,))), None)),
    )  # fmt: skip


def look_up(dice: Random) -> Draft | None:
    """What the receiver holds."""
    mean, k, seed, number = dice.choice((-1.2, -0.6, 0.6, 1.2)), dice.choice((1, 2)), dice.randrange(10**6), 0
    trace, number = exact.race(exact.target((mean,), (k,)), 6, seed), dice.randint(2, 6)
    shown = [round(float(x), 2) for x in trace.samples[:, 0]]
    held = float(rec.decode(rec.Message((0,), number), trace.problem.prior, seed=seed)[0])
    assert held == float(trace.samples[number - 1, 0])
    nearest = min(shown, key=lambda x: abs(x - mean))
    return Draft(
        f"This is the start of the shared list. Q has its center at {tenths(mean).replace('-', '−')}; only the sender "
        f"knows. The message is “number {number}”. Which sample does the receiver hold?",
        shown[number - 1],
        {"receiver_knows_q": nearest, "digits_are_sent": float(number)},
        f"Candidate number {number} in the list is {place(shown[number - 1])}. Where Q lies does not matter any more.",
        place, Picture(figures.tape, ((tuple(shown),), ("",), (0, number - 1))),
        (("number", *map(str, range(1, 7))), ("candidate", *map(place, shown))),
    )  # fmt: skip


def greedy_share(dice: Random) -> Draft | None:
    """How often the likeliest candidate lies on a slope of Q."""
    k, n = dice.choice((1, 2, 3)), dice.randint(3, 40)
    problem = exact.target((0.0,), (k,))
    width = 2.0**-k
    outside = 1.0 - exact.share_of_p(problem, -width, width)
    honest = 1.0 - exact.share_of_q(problem, -width, width)
    if outside**n > 0.6 * honest:
        return None
    return Draft(
        f"Q has the same center as P and is {2**k} times narrower. Each time, draw {n} new candidates from P and send "
        "the one where Q is highest. How often does it lie further from the center than the width of Q?",
        outside**n,
        {"greedy": honest, "winners_follow_p": outside},
        f"A candidate of P lies that far out with a chance of {percent(outside)}, and it is sent only if all {n} do: "
        f"{percent(outside**n)}. An honest draw from Q lies there {percent(honest)} of the time.",
        percent, Picture(figures.curves, (*exact.bells(problem), (-width, width))),
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------ lesson 2


def winner(dice: Random) -> Draft | None:
    """Who wins among five."""
    problem = exact.target((dice.choice((-1.0, -0.5, 0.0, 0.5, 1.0)),), (dice.choice((1, 2)),))
    trace = exact.race(problem, 5, dice.randrange(10**6))
    times = [round(float(t), 1) for t in trace.arrival_times]
    ratios = [round(exact.ratio(trace, k), 2) for k in range(5)]
    if min(times) <= 0.0 or min(ratios) <= 0.0:
        return None
    scores = [t / r for t, r in zip(times, ratios, strict=True)]
    best, fit = min(range(5), key=scores.__getitem__), max(range(5), key=ratios.__getitem__)
    if best != trace.winner or sorted(scores)[1] < 1.15 * scores[best] or len(set(times)) < 5 or len(set(ratios)) < 5:
        return None
    if any(
        abs(times[k] - times[n]) < 0.06 * max(times) and abs(ratios[k] - ratios[n]) < 0.05 * max(ratios)
        for k in range(5) for n in range(k)
    ):  # fmt: skip  # they would hide each other in the picture
        return None
    return Draft(
        "Five candidates, their arrival times T and their ratios r. Which one wins the race?",
        best + 1.0,
        {"first_wins": 1.0, "greedy": fit + 1.0},
        f"Candidate {best + 1} has the smallest T / r: {times[best]} / {ratios[best]:.2f} = {scores[best]:.2f}. "
        f"Candidate 1, the first, has {scores[0]:.2f}, and candidate {fit + 1}, the best fit, {scores[fit]:.2f}.",
        lambda value: f"Candidate {value:.0f}", Picture(figures.race, (tuple(times), tuple(ratios), best)),
        (("candidate", *map(str, range(1, 6))), ("T", *map(tenths, times)), ("r", *map(hundredths, ratios))),
    )  # fmt: skip


def winners_between(dice: Random) -> Draft | None:
    """Where the winners fall."""
    mean, k = dice.choice((-1.2, -0.8, -0.4, 0.4, 0.8, 1.2)), dice.choice((1, 2))
    low = round(mean + dice.choice((-0.8, -0.5, -0.2, 0.1, 0.3)), 1)
    high = round(low + dice.choice((0.3, 0.4, 0.5, 0.8)), 1)
    problem = exact.target((mean,), (k,))
    from_p, from_q = exact.share_of_p(problem, low, high), exact.share_of_q(problem, low, high)
    if not 0.03 < from_q < 0.9:
        return None
    peak = float(mean / (1.0 - 4.0**-k))
    runs = 100 * dice.randint(2, 20)
    ends = f"{tenths(low)} and {tenths(high)}".replace("-", "−")
    return Draft(
        f"Between {ends} lie {percent(from_p)} of P and {percent(from_q)} of Q; r is highest at "
        f"{hundredths(peak).replace('-', '−')}. Of the winners of {runs:,} races, about how many lie between {ends}?",
        float(round(runs * round(from_q, 2))),
        {"winners_follow_p": float(round(runs * round(from_p, 2))),
         "peak_takes_all": float(runs) if low < peak < high else 0.0},
        f"Winners are draws from Q, so {percent(from_q)} of {runs:,}, which is about "
        f"{round(runs * round(from_q, 2)):,}.",
        lambda value: f"{value:,.0f}", Picture(figures.curves, (*exact.bells(problem), (low, high))),
    )  # fmt: skip


def overtake(dice: Random) -> Draft | None:
    """What a late candidate needs to win."""
    problem = exact.target((dice.choice((-1.0, -0.5, 0.0, 0.5, 1.0)),), (dice.choice((1, 2, 3)),))
    trace = exact.race(problem, 4, dice.randrange(10**6))
    lead = trace.winner
    first, fit = round(float(trace.arrival_times[lead]), 1), round(exact.ratio(trace, lead), 2)
    if first <= 0.0 or fit <= 0.1:
        return None
    score, best = round(first / fit, 2), round(max(exact.ratio(trace, k) for k in range(4)), 2)
    late = round(float(trace.arrival_times[-1]) + dice.choice((0.4, 0.9, 1.7, 2.6, 3.8)), 1)
    needed = late / score if score >= 0.3 else math.inf
    if not 0.2 < needed < 40.0:
        return None
    return Draft(
        f"The leader arrived at T = {first} with r = {fit:.2f}: a race time of {score:.2f}. The largest ratio so far "
        f"is {best:.2f}. Now a candidate arrives at T = {late}. How large must its ratio be to take the lead?",
        needed,
        {"greedy": best, "first_wins": math.inf},
        f"Its T / r must be below {score:.2f}, so r must be above {late} / {score:.2f} = {needed:.1f}.",
        lambda value: f"Above {value:.1f}" if value < math.inf else "No ratio is large enough",
        Picture(figures.limit, ((fit, first), (needed, late), True)),
    )  # fmt: skip


LESSONS = {
    "sample": {"halvings": halvings, "look_up": look_up, "greedy_share": greedy_share},
    "race": {"winner": winner, "winners_between": winners_between, "overtake": overtake},
}
