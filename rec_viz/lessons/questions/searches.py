"""Questions of lessons 4 and 5: when a search may stop, how long it takes, and what a budget does."""

from __future__ import annotations

import math
from random import Random

import rec_core as rec

from ...figures import questions as figures
from ...memo import memo
from . import exact
from .form import Draft, Picture, bell, bits, count, percent, place, tenths

# ------------------------------------------------------------------------------------------------ lesson 4


def stop_line(dice: Random) -> Draft | None:
    """After what arrival time nothing can win."""
    problem = exact.target((dice.choice((-1.0, -0.5, 0.0, 0.5, 1.0)),), (dice.choice((1, 2, 3)),))
    trace = exact.search(problem, dice.randrange(10**6))
    arrival, ratio = round(float(trace.arrival_times[trace.winner]), 1), round(exact.ratio(trace, trace.winner), 2)
    peak = round(2.0**trace.log2_sup_ratio, 1)
    if arrival <= 0.0 or ratio < 0.1:
        return None
    score = round(arrival / ratio, 2)
    stop = score * peak
    if score < 0.2 or abs(stop - trace.stop_time) > 0.05 * trace.stop_time:  # rounding has moved it
        return None
    return Draft(
        f"The leader arrived at T = {arrival} with r = {ratio:.2f}: a race time of {score:.2f}. The peak of r is "
        f"{peak:.1f}. After what arrival time can no candidate win any more?",
        stop,
        {"first_wins": arrival, "average_is_limit": peak},
        f"At the peak a candidate still needs T / {peak:.1f} below {score:.2f}, so T below {score:.2f} × {peak:.1f} = "
        f"{stop:.1f}.",
        tenths, Picture(figures.limit, ((ratio, arrival), (peak, stop), False)),
    )  # fmt: skip


def how_many(dice: Random) -> Draft | None:
    """How many candidates, by KL and D∞."""
    dim, k = dice.randint(1, 6), dice.choice((1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0))
    problem = exact.target((0.0,) * dim, (k,) * dim)
    kl, d_inf = problem.kl_bits, problem.d_inf_bits
    if d_inf > 16:
        return None
    right = exact.examined(problem)
    return Draft(
        f"For a target, log₂ r is {kl:.1f} bits on average, which is KL, and {d_inf:g} bits at its highest, which is "
        "D∞. How many candidates does plain PFR examine on average?",
        right,
        {"time_is_2_to_kl": 2.0 ** round(kl, 1), "bits_are_candidates": round(kl, 1)},
        f"As many as the peak of r, and the peak is 2 to the power {d_inf:g}: {count(right)}.",
        count, Picture(figures.bars, ((("KL", kl), ("D∞", d_inf)), None, "bits", 1)),
    )  # fmt: skip


def more_bits(dice: Random) -> Draft | None:
    """What further bits do to the time."""
    mean, k, more = dice.choice((0.0, 0.25, 0.5, 0.75, 1.0)), dice.randint(2, 7), dice.randint(2, 5)
    before = exact.examined(exact.target((mean,), (k,)))
    after = exact.examined(exact.target((mean,), (k + more,)))
    return Draft(
        f"{bell(mean, k)} I is {k} bits, and plain PFR "
        f"examines {count(before)} candidates on average. How many does it examine if Q becomes {2**more} times "
        f"narrower still, so that I is {k + more}?",
        after,
        {"bits_are_candidates": before + more, "height_squared": before * 4.0**more,
         "time_grows_like_length": before * (k + more) / k},
        f"{2**more} times as narrow is {2**more} times as high, so the peak of r, and with it the time, grows about "
        f"{2**more} times: from {count(before)} to {count(after)}.",
        count, Picture(figures.curves, (*exact.bells(exact.target((mean,), (k,))), None)),
    )  # fmt: skip


@memo(64)
def _spiked(tip: int, knots: int) -> rec.Problem:
    """Even, but for a spike of two intervals in the middle, so many times as high."""
    return rec.piecewise_problem([math.log2(tip) if n == knots // 2 else 0.0 for n in range(knots + 1)])


def spike(dice: Random) -> Draft | None:
    """How long the message of a target with a rare spike is."""
    tip, knots = dice.choice((60, 100, 150, 200, 300, 400, 500)), dice.choice((32, 64, 80, 100, 128, 160, 200, 256))
    problem = _spiked(tip, knots)
    d_inf, length, time = problem.d_inf_bits, exact.mean_length(problem), exact.examined(problem)
    if length > 0.6 * d_inf:
        return None
    return Draft(
        f"P is flat from 0 to 1. Q is too, but for a spike in the middle: 1/{knots // 2} wide at its foot, and at "
        f"its tip {tip} times as high. So D∞ is {d_inf:.1f} bits, and plain PFR examines {count(time)} candidates. "
        "How long is the message on average, with Zipf words made for this target?",
        length,
        {"dinf_is_length": d_inf, "time_is_length": time},
        f"{length:.1f} bits. Most samples do not come from the spike: KL, the average of log₂ r, is only "
        f"{problem.kl_bits:.1f} bits, and the length goes with that.",
        bits, Picture(figures.steps, exact.staircase(problem, 1)),
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------ lesson 5


def fixed_words(dice: Random) -> Draft | None:
    """The length of words of one length."""
    k, information = dice.randint(2, 12), dice.randint(2, 12)
    right = float(rec.FixedCode(2**k).length_bits(1))
    return Draft(
        f"I is {information} bits. The sender examines {2**k:,} candidates and no more, and every number from 1 to "
        f"{2**k:,} has a word of the same length. How long is the message?",
        right,
        {"message_is_information": float(information), "no_logarithm": 2.0**k},
        f"{2**k:,} can be halved {k} times, so {k} bits tell {2**k:,} numbers apart, whatever I is.",
        bits, Picture(figures.bars, ((("I", float(information)),), ("a word", right), "bits", 0)),
    )  # fmt: skip


def bias(dice: Random) -> Draft | None:
    """What four times the candidates do to the bias."""
    mean, k = dice.choice((0.0, 0.5, 1.0)), dice.choice((2, 3))
    problem = exact.target((mean,), (k,))
    budget = 2 ** (round(problem.kl_bits) + dice.choice((1, 2, 3)))
    before, after = exact.variation(problem, budget), exact.variation(problem, 4 * budget)
    if after < 0.004 or after > 0.8 * before / 2:
        return None
    return Draft(
        f"{bell(mean, k)} KL is {problem.kl_bits:.1f} bits. "
        f"With {budget} candidates ORC is off by a total variation of {before:.3f}. And with {4 * budget}?",
        after,
        {"more_is_no_help": before, "square_root_law": before / 2, "budget_is_honest": 0.0},
        f"{after:.3f}: past 2 to the power KL each doubling cuts the bias by more and more, but never to zero.",
        lambda value: f"{value:.3f}",
        Picture(figures.bars, (((f"{budget} candidates", before),), (f"{4 * budget} candidates", after), "", 3)),
    )  # fmt: skip


def pulled(dice: Random) -> Draft | None:
    """Where the samples of a small budget fall."""
    mean, k, budget = dice.choice((-1.5, -1.0, 1.0, 1.5)), dice.choice((1, 2)), dice.choice((1, 1, 2, 3, 4, 6, 8))
    width = 2.0**-k
    low, high = mean - width, mean + width
    problem = exact.target((mean,), (k,))
    from_p, from_q = exact.share_of_p(problem, low, high), exact.share_of_q(problem, low, high)
    right = from_p if budget == 1 else exact.orc_share(problem, budget, low, high)
    wrong = {"budget_is_honest": from_q, "halfway": (from_p + from_q) / 2}
    if budget > 1:
        wrong["winners_follow_p"] = from_p
    return Draft(
        f"{bell(mean, k)} Between {place(low)} and {place(high)} lie {percent(from_p)} of P and {percent(from_q)} of "
        f"Q. How many of the samples of ORC with {budget} candidate{'s' * (budget > 1)} lie there?",
        right,
        wrong,
        f"{percent(right)}. " + ("One candidate wins unopposed, and it comes from P." if budget == 1 else
        f"{budget} candidates give Q some say, but the sample is still pulled toward P."),
        percent, Picture(figures.curves, (*exact.bells(problem), (low, high))),
    )  # fmt: skip


LESSONS = {
    "stop": {"stop_line": stop_line, "how_many": how_many, "more_bits": more_bits, "spike": spike},
    "budget": {"fixed_words": fixed_words, "bias": bias, "pulled": pulled},
}
