"""Questions of lessons 9 and 10: many dimensions, and time and bits together."""

from __future__ import annotations

import math
from random import Random

from ...figures import questions as figures
from . import exact
from .form import Draft, Picture, bell, count

# ------------------------------------------------------------------------------------------------ lesson 9


def tiles(dice: Random) -> Draft | None:
    """How many bins intervals make."""
    axes = tuple(dice.choice((2, 3, 4, 5, 6, 8, 10, 16)) for _ in range(dice.choice((2, 3, 3))))
    return Draft(
        f"The axes are cut into {', '.join(map(str, axes[:-1]))} and {axes[-1]} intervals. How many bins are there?",
        float(math.prod(axes)),
        {"intervals_add": float(sum(axes)), "finest_axis_counts": float(max(axes))},
        f"{' × '.join(map(str, axes))} = {math.prod(axes):,}: every interval of one axis meets every interval of the "
        "others.",
        count, Picture(figures.tiles, (axes[:2], None, False)),
    )  # fmt: skip


_SPREADS = ((6, 2), (2, 6), (3, 1), (1, 3), (4.5, 1.5), (1.5, 4.5), (7.5, 2.5), (2.5, 7.5), (5, 1), (1, 5))


def which_way(dice: Random) -> Draft | None:
    """Which cuts make the search fastest."""
    first, second = dice.choice(_SPREADS)
    budget = dice.choice((4, 6, 8))
    share = round(budget * first / (first + second))
    rich = budget if first > second else 0
    means = (dice.choice((0.0, 0.5, 1.0)), dice.choice((0.0, 0.5, 1.0)))
    problem = exact.target(means, (first, second))

    def cost(bits: float) -> float:
        return exact.upper_sum(problem, (2 ** int(bits), 2 ** (budget - int(bits))))

    wrong = {"cut_evenly": budget / 2, "cut_where_wide": float(budget - share), "all_on_one_axis": float(rich)}
    if min(map(cost, wrong.values())) < 1.05 * cost(share):
        return None

    def show(bits: float) -> str:
        return f"{2 ** int(bits)} × {2 ** (budget - int(bits))}"

    return Draft(
        f"The first number carries {first:g} bits of information, the second {second:g}. Q has its center at "
        f"({means[0]:g}, {means[1]:g}). You have {2**budget} bins, and weights by the peaks. "
        "Which intervals, first × second, make the search fastest?",
        float(share),
        wrong,
        f"{show(share)}: {cost(share):.1f} candidates on average. The others take "
        f"{', '.join(f'{cost(bits):.1f} ({show(bits)})' for bits in wrong.values())}.",
        show, Picture(figures.tiles, ((2**share, 2 ** (budget - share)), exact.ring(problem), True)),
    )  # fmt: skip


def empty_axis(dice: Random) -> Draft | None:
    """What cuts along an axis without information do."""
    mean, k, cut = dice.choice((0.0, 0.5, 1.0, 1.5)), dice.randint(2, 8), dice.randint(2, 6)
    problem = exact.target((mean, 0.0), (k, 0))
    right = exact.upper_sum(problem, (1, 2**cut))
    if right < 1.5 * 2**cut:
        return None
    return Draft(
        f"Along the first axis {bell(mean, k)} Along the second Q equals P. "
        f"Plain search takes {count(exact.examined(problem))} candidates on average. Cut the second "
        f"axis into {2**cut} intervals, with weights by the peaks. How many now?",
        right,
        {"cuts_divide": right / 2**cut, "each_bin_searched": right * 2**cut},
        f"Still {count(right)}: every interval of the empty axis is as promising as any other, so there is nothing to "
        "reweight.",
        count, Picture(figures.tiles, ((1, 2**cut), exact.ring(problem), False)),
    )  # fmt: skip


def how_far(dice: Random) -> Draft | None:
    """What is left to search with as many bits of bins as of information."""
    dim, k = dice.randint(2, 6), dice.randint(2, 7)
    mean = dice.choice((0.0, 0.3, 0.6))
    problem = exact.target((mean,) * dim, (k,) * dim)
    right = exact.upper_sum(problem, (2**k,) * dim)
    plain = 2.0**problem.d_inf_bits
    if plain < 20 * right:
        return None
    return Draft(
        f"{dim} numbers of {k} bits each. In every dimension {bell(mean, k)} "
        f"Every axis is cut into {2**k} intervals, and weights go by the peaks. "
        "How many candidates does the search take on average?",
        right,
        {"bins_say_all": 1.0, "peak_decides": plain},
        f"About {count(right)}: {right ** (1 / dim):.1f} in each of {dim} dimensions, multiplied. Without bins it "
        f"would be {count(plain)}.",
        count, Picture(figures.tiles, ((2 ** min(k, 5),) * 2, exact.ring(problem), False)),
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------ lesson 10


def which_j(dice: Random) -> Draft | None:
    """Which number of bins meets two limits."""
    k, mean, spare = dice.choice((5, 6, 8, 10, 12)), dice.choice((0.0, 0.3, 0.6, 0.9)), 3
    few, many = dice.choice((0, 1)), dice.choice((2 * k, 2 * k + 1, 2 * k + 2))
    problem, source = exact.target((mean,), (k,)), exact.channel((float(k),))
    right = k + dice.choice((-1, 0))
    limit = dice.choice((10, 20))
    costs = {n: (exact.upper_sum(problem, (2**n,)), exact.mean_length(source, (2**n,))) for n in (few, right, many)}
    if [n for n, (time, length) in costs.items() if time < limit and length < k + spare] != [right]:
        return None
    return Draft(
        f"I = {k} bits. {bell(mean, k)} "
        f"The search, with weights by the peaks, should take fewer than {limit} candidates on average, and the message "
        f"fewer than {k + spare} bits. Which number of bins does both?",
        float(right),
        {"bins_only_cost": float(few), "more_is_better": float(many)},
        " ".join(f"J = {2**n:,}: {count(time)} candidates, {length:.1f} bits." for n, (time, length) in costs.items()),
        lambda n: f"J = {2 ** int(n):,}", Picture(figures.steps, exact.staircase(problem, 2 ** min(right, 6))),
    )  # fmt: skip


def in_step(dice: Random) -> Draft | None:
    """What further bits do where bins keep step."""
    mean, k, more = dice.choice((0.0, 0.25, 0.5, 0.75)), dice.randint(3, 8), dice.randint(3, 8)
    before = exact.upper_sum(exact.target((mean,), (k,)), (2**k,))
    after = exact.upper_sum(exact.target((mean,), (k + more,)), (2 ** (k + more),))
    return Draft(
        f"{bell(mean, k)} With {2**k} bins and weights by "
        f"the peaks a search takes {before:.1f} candidates on average. Make Q {2**more} times narrower still, and take "
        f"{2 ** (k + more):,} bins. How many now?",
        after,
        {"peak_decides": before * 2.0**more, "time_grows_like_length": before * (k + more) / k},
        f"{after:.1f}: the bins get narrower with Q, so a few of them still cover it, and what is left to search stays "
        "about the same.",
        count, Picture(figures.steps, exact.staircase(exact.target((mean,), (k,)), 2 ** min(k, 6))),
    )  # fmt: skip


def who_works(dice: Random) -> Draft | None:
    """What the receiver has to do."""
    trace = exact.search(
        exact.target((dice.choice((-1.0, 0.0, 1.0)),), (dice.choice((3, 4, 5)),)), dice.randrange(10**6)
    )
    number, examined = trace.message.index, trace.examined
    if number < 3:
        return None
    return Draft(
        f"The sender examined {examined:,} candidates, and number {number:,} won. "
        "For how many of them does the receiver work out the ratio r?",
        0.0,
        {"receiver_knows_q": float(number), "receiver_races": float(examined)},
        f"For none: it takes candidate number {number:,} from the list, and that is the sample. r needs q, which only "
        "the sender knows.",
        count, Picture(figures.bars, ((("examined", float(examined)), ("number sent", float(number))), None, "", 0)),
    )  # fmt: skip


LESSONS = {
    "dimensions": {"tiles": tiles, "which_way": which_way, "empty_axis": empty_axis, "how_far": how_far},
    "challenge": {"which_j": which_j, "in_step": in_step, "who_works": who_works},
}
