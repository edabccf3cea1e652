"""Questions of lessons 3 and 8: how long messages are, and what bins add to them."""

from __future__ import annotations

from random import Random

import rec_core as rec

from ...figures import questions as figures
from . import exact
from .form import Draft, Picture, bell, bits, count, percent, plain, tenths

# ------------------------------------------------------------------------------------------------ lesson 3


def early(dice: Random) -> Draft | None:
    """How often an early number wins."""
    k, part = dice.randint(4, 9), dice.choice((2, 4, 8))
    mean = dice.choice((0.0, 0.5, 1.0, 1.5))
    problem = exact.target((mean,), (k,))
    whole = exact.examined(problem)
    limit = round(whole / part)
    right = exact.early(problem, limit)
    return Draft(
        f"{bell(mean, k)} A search examines {count(whole)} candidates on average. How often is the winner among the "
        f"first {limit:,}?",
        right,
        {"index_is_uniform": limit / whole, "first_wins": 1.0},
        f"{percent(right)} of the time. Coming early helps, so that is more than the even share of "
        f"{percent(limit / whole)}; but the tail is long, and {percent(1.0 - right)} of the winners come later.",
        percent, Picture(figures.curves, (*exact.bells(problem), None)),
    )  # fmt: skip


def doublings(dice: Random) -> Draft | None:
    """How long the word of a larger number is."""
    code = rec.ZipfCode(float(dice.choice((2, 3, 4, 5, 6, 8, 10))))
    start, further = dice.randint(0, 6), dice.randint(2, 6)
    first, second, last = (float(code.length_bits(2**n)) for n in (start, start + 1, start + 1 + further))
    return Draft(
        f"In a Zipf code the number {2**start:,} takes {first:.2f} bits and {2 ** (start + 1):,} takes {second:.2f}. "
        f"How many bits does {2 ** (start + 1 + further):,} take?",
        last,
        {"words_grow_like_numbers": second * 2.0**further, "word_is_log2": start + 1.0 + further},
        f"Each doubling adds {second - first:.2f} bits, and from {2 ** (start + 1):,} there are {further} more of "
        f"them: {last:.1f} bits.",
        bits,
        Picture(figures.bars, (((f"N = {2**start:,}", first), (f"N = {2 ** (start + 1):,}", second)),
                               (f"N = {2 ** (start + 1 + further):,}", last), "bits", 2)),
    )  # fmt: skip


def surcharge(dice: Random) -> Draft | None:
    """How the length grows with I."""
    low, factor = dice.choice((2.0, 3.0, 4.0, 5.0, 6.0)), dice.choice((2, 3, 4, 5))
    high = low * factor
    short, long = exact.mean_length(exact.channel((low,))), exact.mean_length(exact.channel((high,)))
    return Draft(
        f"At I = {low:g} bits the message of plain PFR takes {short:.1f} bits on average. "
        f"How many does it take at I = {high:g} bits?",
        long,
        {"message_is_information": high, "surcharge_linear": short * factor},
        f"{long:.1f} bits: I, and a surcharge that grows only like log₂ I, from {short - low:.1f} to "
        f"{long - high:.1f} bits.",
        bits, Picture(figures.bars, (((f"I = {low:g}", short),), (f"I = {high:g}", long), "bits", 1)),
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------ lesson 8


def flat(dice: Random) -> Draft | None:
    """What bins leave to search of a flat target."""
    information = dice.randint(5, 14)
    cut = dice.randint(2, information - 3)
    problem = rec.uniform_problem([0.0], [2.0**-information])
    right = exact.examined(problem, (2**cut,))
    return Draft(
        f"P is flat from 0 to 1. Q is flat too, on a stretch of 1/{2**information:,} of it that lies inside one of "
        f"{2**cut:,} bins. With weights by the peaks, how many candidates does the search take on average?",
        right,
        {"bits_are_candidates": float(information - cut), "peak_decides": 2.0**information},
        f"All candidates now fall into that bin, which is {count(right)} times as wide as Q. "
        f"So it takes {count(right)} on average.",
        count,
        Picture(figures.bars, ((("halvings to Q", information), ("halvings to a bin", cut)), None, "", 0)),
    )  # fmt: skip


def too_many(dice: Random) -> Draft | None:
    """What bins beyond the information cost."""
    information = dice.choice((3.0, 4.0, 5.0, 6.0, 8.0))
    low = int(information) + dice.choice((2, 3))
    high = low + dice.choice((3, 4, 5))
    source = exact.channel((information,))
    before, after = exact.mean_length(source, (2**low,)), exact.mean_length(source, (2**high,))
    return Draft(
        f"I = {information:g} bits. With {2**low:,} bins the number is nearly always one, and the message takes "
        f"{before:.1f} bits on average. How many bits does it take with {2**high:,} bins?",
        after,
        {"bins_are_free": before, "bins_shorten": before - (high - low)},
        f"log₂ J grows from {low} to {high}, and nothing is left to save on the number: {after:.1f} bits.",
        bits, Picture(figures.bars, (((f"{2**low:,} bins", before),), (f"{2**high:,} bins", after), "bits", 1)),
    )  # fmt: skip


def growth(dice: Random) -> Draft | None:
    """How ε grows with the number of dimensions."""
    dim, k = dice.choice((3, 4, 5, 6, 8, 9, 12, 16)), dice.choice((2, 3, 4, 5, 6))
    one, many = exact.overhead(exact.channel((float(k),)), (2**k,)), exact.overhead(
        exact.channel((float(k),) * dim), (2**k,) * dim)  # fmt: skip
    return Draft(
        f"One number with I = {k} bits and {2**k} bins has an overhead ε of {one:.2f} bits. "
        f"How large is ε for a message of {dim} such numbers?",
        many,
        {"epsilon_linear": one * dim, "epsilon_constant": one},
        f"{many:.2f} bits: it grows about like the square root of {dim}, which is {dim**0.5:.1f}, "
        "for what one number overpays another makes up for.",
        lambda value: f"{value:.2f} bits",
        Picture(figures.bars, ((("one number", one),), (f"{dim} numbers", many), "bits", 2)),
    )  # fmt: skip


def overpaid(dice: Random) -> Draft | None:
    """ε of four samples, by hand."""
    k = dice.choice((2, 3, 4, 5))
    problem, cost = exact.target((dice.choice((0.0, 0.5, 1.0)),), (k,)), k + dice.choice((0, 0, 1))
    drawn = [exact.search(problem, dice.randrange(10**6)) for _ in range(4)]
    worth = [round(float(trace.log_ratios_bits[trace.winner]), 1) for trace in drawn]
    gaps = [cost - value for value in worth]
    right = sum(max(gap, 0.0) for gap in gaps) / 4
    signed, every = sum(gaps) / 4, sum(map(abs, gaps)) / 4
    if right < 0.3:
        return None
    terms = " + ".join(tenths(max(gap, 0.0)) for gap in gaps)
    return Draft(
        f"Naming the bin costs {cost} bits. Four samples are worth these many bits, log₂ r. How many bits are overpaid "
        "on average, as ε counts them?",
        right,
        {"overpaid_balances": signed, "every_gap_counts": every},
        f"({terms}) / 4 = {right:.2f}: where a sample is worth more than {cost} bits, zero counts.",
        lambda value: f"{value:.2f} bits".replace("-", "−"),
        Picture(figures.bars, ((*((f"sample {n}", value) for n, value in enumerate(worth, start=1)),
                               ("the bin", float(cost))), None, "bits", 1)),
        (("sample", "1", "2", "3", "4"), ("log₂ r", *(plain(value).replace("-", "−") for value in worth))),
    )  # fmt: skip


LESSONS = {
    "index": {"early": early, "doublings": doublings, "surcharge": surcharge},
    "overhead": {"flat": flat, "too_many": too_many, "growth": growth, "overpaid": overpaid},
}
