"""Questions of lessons 6 and 7: messages in two parts, and what weights change."""

from __future__ import annotations

import math
from random import Random

import rec_core as rec

from ...figures import questions as figures
from . import exact
from .form import Draft, Picture, bell, bits, count, hundredths, place, tenths

# ------------------------------------------------------------------------------------------------ lesson 6


def two_parts(dice: Random) -> Draft | None:
    """How long a message in two parts is."""
    information = dice.choice((4.0, 5.0, 6.0, 8.0, 10.0, 12.0))
    cut = dice.randint(2, int(information))
    source = exact.channel((information,))
    without, right = exact.mean_length(source), exact.mean_length(source, (2**cut,))
    more = "; even a few more, for Zipf words suit small numbers better" if right < without - 0.3 else ""
    return Draft(
        f"I = {information:g} bits. Without bins the message takes {without:.1f} bits on average. "
        f"Now there are {2**cut:,} bins, and naming one costs {cut} bits. How long is the whole message?",
        right,
        {"bins_cost_their_bits": without + cut, "bins_shorten": without - cut},
        f"{right:.1f} bits. The bin costs {cut} bits, and the number within it is about {2**cut:,} times smaller, "
        f"which saves about as many{more}.",
        bits, Picture(figures.bars, ((("without bins", without),), (f"{2**cut:,} bins", right), "bits", 1)),
    )  # fmt: skip


def bin_tapes(dice: Random) -> Draft | None:
    """Which candidate a pair names."""
    seed, cut, prior = dice.randrange(10**6), rec.Partition((4,)), rec.gaussian_channel([0.0]).prior
    lists = [
        [round(float(rec.decode(rec.Message((b,), n), prior, cut, seed=seed)[0]), 2) for n in range(1, 6)]
        for b in range(4)
    ]
    b, number = dice.randrange(1, 4), dice.randint(2, 5)
    center = round(dice.choice(lists[b]) + dice.choice((-0.1, 0.1)), 1)
    nearest = min(lists[b], key=lambda x: abs(x - center))
    right = lists[b][number - 1]
    return Draft(
        f"Four bins, each with its own list. The message is “bin {b + 1}, number {number}”. "
        f"Q has its center at {tenths(center)}; only the sender knows.".replace("-", "−")
        + " Which sample does the receiver hold?",
        right,
        {"bins_counted_together": lists[0][number - 1], "receiver_knows_q": nearest},
        f"In the list of bin {b + 1}, number {number} is {place(right)}. No other list is needed.",
        place,
        Picture(figures.tape, (tuple(map(tuple, lists)), ("bin 1", "bin 2", "bin 3", "bin 4"), (b, number - 1))),
        (("number", *map(str, range(1, 6))), *((f"bin {k}", *map(place, row)) for k, row in enumerate(lists, start=1))),
    )  # fmt: skip


def only_cut(dice: Random) -> Draft | None:
    """What cutting alone does to the time."""
    mean, k, cut = dice.choice((0.0, 0.5, 1.0, 1.5)), dice.randint(2, 6), dice.randint(2, 6)
    problem = exact.target((mean,), (k,))
    right = exact.examined(problem, (2**cut,), "uniform")
    if right < 1.5 * 2**cut:
        return None
    return Draft(
        f"{bell(mean, k)} Without bins the search takes "
        f"{count(exact.examined(problem))} candidates on average. Cut the line into {2**cut} bins, but visit all of "
        "them equally often, up to one stop line. How many now?",
        right,
        {"cuts_divide": right / 2**cut, "cutting_is_reweighting": exact.examined(problem, (2**cut,))},
        f"Still {count(right)}: candidates fall where P puts them, as before. Only weights can change that.",
        count, Picture(figures.steps, exact.staircase(problem, 2**cut)),
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------ lesson 7


def _peak_table(peaks: list[float]) -> tuple[tuple[str, ...], ...]:
    return ("bin", *map(str, range(1, len(peaks) + 1))), ("peak of r", *map(hundredths, peaks))


def by_peaks(dice: Random) -> Draft | None:
    """How many candidates weights by the peaks take."""
    mean, k, bins = round(dice.uniform(-1.5, 1.5), 1), dice.choice((1, 1.5, 2, 2.5, 3)), dice.choice((4, 8))
    problem = exact.target((mean,), (k,))
    peaks = [round(peak, 2) for peak in exact.peaks(problem, bins)]
    right = exact.examined(problem, (bins,))
    if tenths(sum(peaks) / bins) != tenths(right):
        return None
    return Draft(
        f"{bins} bins, all equally likely under P, and the peak of r in each. With weights by the peaks, how many "
        "candidates does the search take on average?",
        right,
        {"peak_decides": max(peaks), "peaks_add_up": sum(peaks)},
        f"The average of the peaks: {sum(peaks):.2f} / {bins} = {right:.1f}. Without bins it would be the highest, "
        f"{max(peaks):.1f}.",
        tenths, Picture(figures.steps, exact.staircase(problem, bins)), _peak_table(peaks),
    )  # fmt: skip


def weights_and_bits(dice: Random) -> Draft | None:
    """What weights do to the message."""
    information, cut, size = dice.randint(3, 8), dice.choice((2, 3, 4, 5)), dice.choice((8, 16, 32))
    mean = dice.choice((0.0, 0.5, 1.0))
    problem, source = exact.target((mean,), (information,)), exact.channel((float(information),))
    slow, fast = exact.examined(problem, (2**cut,), "uniform"), exact.examined(problem, (2**cut,))
    length = exact.mean_length(source, (2**cut,))
    return Draft(
        f"I = {information} bits and {2**cut} bins. With equal weights a search takes {count(slow)} candidates, and "
        f"the message {length:.1f} bits on average. Weights by the peaks, numbers of {size} bits each, bring the "
        f"search down to {count(fast)}. How long is the message now?",
        length,
        {"weights_sent": length + size * 2.0**cut, "weights_shorten": length - math.log2(slow / fast)},
        f"Still {length:.1f} bits: the same candidate wins, with the same number, and the weights are never sent.",
        bits, Picture(figures.bars, ((("equal weights", length),), ("by the peaks", length), "bits", 1)),
    )  # fmt: skip


def cancels(dice: Random) -> Draft | None:
    """What a weight does to a race time."""
    trace = exact.race(exact.target((dice.choice((-1.0, 0.0, 1.0)),), (dice.choice((1, 2)),)), 4, dice.randrange(10**6))
    one = dice.randrange(4)
    time, ratio = round(float(trace.arrival_times[one]), 1), round(exact.ratio(trace, one), 2)
    weight = dice.choice((2, 3, 4, 5, 8))
    if ratio < 0.2 or time / ratio / weight < 0.1:
        return None
    return Draft(
        f"With equal weights a candidate arrives at T = {time} with r = {ratio:.2f}. Now its bin gets {weight} times "
        f"its fair share: its clock runs {weight} times as fast. What is its race time, against P′?",
        time / ratio,
        {"clock_only": time / weight / ratio, "ratio_only": time * weight / ratio},
        f"T becomes {time} / {weight} and r becomes {ratio:.2f} / {weight}. In the quotient {weight} cancels: "
        f"{time} / {ratio:.2f} = {time / ratio:.2f}.",
        hundredths,
        Picture(figures.bars, ((("T", time), ("r", ratio)), ("T / r", time / ratio), "", 2)),
    )  # fmt: skip


def tail_bin(dice: Random) -> Draft | None:
    """How long weights by Q's share take with one stop line."""
    mean, k = dice.uniform(-1.6, 1.6), dice.choice((0.5, 0.75, 1.0, 1.25, 1.5, 2.0))
    problem = exact.target((mean,), (k,))
    peaks, shares = exact.peaks(problem, 4), exact.shares(problem, 4)
    needed = [peak / (4 * share) for peak, share in zip(peaks, shares, strict=True)]
    right, worst = exact.examined(problem, (4,), "target_mass"), max(range(4), key=needed.__getitem__)
    if not 1.5 * max(peaks) < right < 1000 or min(shares) < 1e-4:
        return None
    return Draft(
        "Four bins, weighted by Q’s share of them, and one stop line for all. It takes peak / (4 × share) "
        "candidates to clear a bin. How many candidates does the search take on average?",
        right,
        {"any_weights_do": sum(peaks) / 4, "never_slower": max(peaks)},
        f"The sender waits for bin {worst + 1}: its quotient is the largest, {right:.1f}. Without bins it would take "
        f"{max(peaks):.1f}.",
        tenths, Picture(figures.steps, exact.staircase(problem, 4)),
        (("bin", "1", "2", "3", "4"), ("Q’s share", *(f"{100 * share:.3g}%" for share in shares)),
         ("peak of r", *(f"{peak:.3g}" for peak in peaks)), ("quotient", *(f"{quotient:.1f}" for quotient in needed))),
    )  # fmt: skip


LESSONS = {
    "partition": {"two_parts": two_parts, "bin_tapes": bin_tapes, "only_cut": only_cut},
    "reweight": {"by_peaks": by_peaks, "weights_and_bits": weights_and_bits, "cancels": cancels, "tail_bin": tail_bin},
}
