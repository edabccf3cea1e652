"""The numbers behind the cards of the Evidence page: each is what its page opens with, and nothing takes long."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from rec_core.arrays import Floats

from ..background import Halted
from ..memo import memo
from ..settings import View
from ..settings.presets import OPENINGS
from . import bias, code_lengths, league, reference, speed
from .images import example
from .paper.results import slope
from .paper.studies import exact_targets
from .setting import channel_at, shares_of

TITLES = {  # of the pages, by their addresses
    "code_lengths": "Code lengths",
    "speed": "Speed",
    "bias": "Bias",
    "league": "Which method?",
    "images": "Images",
    "paper": "Paper",
    "reference": "Reference",
}


class Lengths(NamedTuple):
    """Where the bits of a message go without and with bins, beside I, the floor and the bound; bits."""

    information_bits: float
    floor_bits: float
    plain: tuple[float, ...]  # the parts
    bins: tuple[float, ...]
    bound_bits: float


@memo(1)
def lengths() -> Lengths:
    """Of the page Code lengths."""
    view = View()
    plain, bins = (tuple(part.bits for part in account.parts) for account in code_lengths.accounts(view))
    theory = code_lengths.lengths(view)
    return Lengths(*code_lengths.limits(view), plain, bins, theory.lanes[-1].bound_bits)


class Candidates(NamedTuple):
    """log2 of the candidates of a typical target over I without and with bins, and of the page's own target."""

    information_bits: Floats
    plain_bits: Floats
    bins_bits: Floats
    here: speed.Here
    view: View


@memo(1)
def candidates() -> Candidates:
    """Of the page Speed."""
    view = OPENINGS["speed"]
    grid = np.arange(4.0, 61.0, 4.0)
    channels = [channel_at(view.family, shares_of(view), bits) for bits in grid]
    plain, bins = (
        np.array([speed.typical_bits(one, speed.bins_of(one, search)) for one in channels])
        for search in speed.SEARCHES[:2]
    )
    return Candidates(grid, plain, bins, speed.here(view), view)


class Leaning(NamedTuple):
    """Q and what ORC sends instead without and with bins, over x; and how far off either is in total variation."""

    x: Floats
    target: Floats
    plain: Floats
    bins: Floats
    candidates: int
    plain_variation: float
    bins_variation: float


@memo(1)
def leaning() -> Leaning:
    """Of the page Bias."""
    view = View()
    x, target, (plain, bins) = bias.densities(view)
    off = [bias.bias(view, name, view.candidates).total_variation for name in bias.ORC_LANES]
    return Leaning(x, target, plain.density, bins.density, view.candidates, *off)


class Methods(NamedTuple):
    """A method a row at one channel, best first: its name, log2 of its candidates, bits above the floor; and the best
    of all and the best search in words, with their bits."""

    names: tuple[str, ...]
    log2_candidates: Floats
    above_bits: Floats
    best: tuple[str, float]
    search: tuple[str, float]


@memo(1)
def methods() -> Methods:
    """Of the page Which method?"""
    served = [option for option in league.rows(View(), 0.0) if not option.refused]
    best, search = (option for option in league.answer(tuple(served)) if option is not None)
    return Methods(
        tuple(league.short(option) for option in served),
        np.array([max(0.0, option.log2_candidates) for option in served]),
        np.array([option.above_floor_bits for option in served]),
        *((league.title(option), option.bits) for option in (best, search)),
    )


class Pictures(NamedTuple):
    """The picture of the page Images as it arrived in small and in large blocks, and what the latter save."""

    received: tuple[example.Received, ...]
    saved: float  # a share of 1


@memo(1)
def pictures() -> Pictures:
    """Of the page Images."""
    received, saved = example.received(), example.saved()
    small, large = (way.bits[-1] for way in received)
    return Pictures(received, 1.0 - large / small if saved is None else -saved.bd_rate)


class Targets(NamedTuple):
    """Targets of the paper's 5-D channels: D_inf, log2 of the candidates with bins, and how the latter grows, in bits
    for every bit of D_inf; without bins it is one."""

    d_inf_bits: Floats
    bins_bits: Floats
    slope: float


@memo(1)
def targets() -> Targets:
    """Of the page Paper, by the exact law."""
    d_inf, bins = exact_targets()
    return Targets(d_inf, bins, slope(d_inf, bins)[0])


class Checked(NamedTuple):
    """How far measured numbers lie from their laws in standard errors, (K,), and how many statements there are."""

    distances: Floats
    statements: int
    runs: int


@memo(1)
def checked() -> Checked:
    """Of the page Reference."""
    checks = [check for name in ("pfr", "index", "examined", "two-part", "upper-sum") for check in
              reference.numbers(name)]  # fmt: skip
    found = [(one.measured - one.theory) / (one.half_width / 1.96) for one in checks if one.measured is not None]
    return Checked(np.array(found), len(reference.CHECKS), reference.RUNS)


CARDS: dict[str, Callable[[], Any]] = {
    "code_lengths": lengths,
    "speed": candidates,
    "bias": leaning,
    "league": methods,
    "images": pictures,
    "paper": targets,
    "reference": checked,
}


def work_out(found: dict[str, Any], halted: Halted) -> Iterator[tuple[float, float]]:
    """All of them, one after the other, into `found`."""
    for done, (page, numbers) in enumerate(CARDS.items(), start=1):
        if halted():
            return
        found[page] = numbers()
        yield done, len(CARDS)
