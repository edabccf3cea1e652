"""Predictions that are drawn: a bar, a point or a curve to be dragged to where the reader expects it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rec_core.arrays import Floats

from ..figures import lessons as figures
from ..figures import lessons_bins as binned
from ..settings import View
from .asked import Asked, situation_of
from .knobs import Hand, Knob, knob, places
from .numbers import problem_of, value

Knobs = Callable[[Asked], list[Knob]]


def guess_of(
    number: str, knobs: Knobs
) -> tuple[Callable[[Asked], float], Callable[[Asked], dict[str, float]]]:  # fmt: skip
    """How a single guess answers, and what it should be: the number of that name."""
    return (lambda ask: places(knobs(ask))[0]), (lambda ask: {"guess": ask.number(number)})


def way(ask: Asked, number: str) -> int:
    """Which way an answer that was given misses the number of that name; 0 before there is one."""
    return 0 if ask.given is None or ask.shown else int(np.sign(ask.number(number) - ask.given))


def _guessed(draw: Callable[[Asked, float | None, int], str], number: str, name: str,
             ends: Callable[[Asked], tuple[float, float, float, float]], unit: str = "bits") -> Hand:  # fmt: skip
    """A picture with a guess on it until it is shown. `ends`: where the guess may stand, its step, where it begins."""

    def knobs(ask: Asked) -> list[Knob]:
        low, high, step, begin = ends(ask)
        return [] if ask.shown else [knob(ask, "guess", name, (low, high, step), begin, unit)]

    def drawn(ask: Asked) -> str:
        return draw(ask, next(iter(places(knobs(ask))), None), way(ask, number))

    return Hand(drawn, knobs, *guess_of(number, knobs))


def _price(ask: Asked, guess: float | None, way: int) -> str:
    information = ask.number("information")
    rows = {
        "the information I": (information, "q"),
        "the message, on average": (ask.number("pfr.mean_length") if guess is None else np.nan, "p"),
    }
    if ask.shown:
        rows["the most that theory allows"] = (ask.number("pfr.bound"), "candidate")
    marks = {f"I = {information:g}": information, f"2 I = {2 * information:g}": 2 * information}
    return figures.balance(rows, 3.0 * information, marks, None if guess is None else (guess, way), *ask.look)


def _two_parts(ask: Asked, guess: float | None, way: int) -> str:
    with_bins = (ask.number("pfr_bins.log2_bins"), ask.number("pfr_bins.number_length") if guess is None else guess)
    rows = {
        "without bins: one number": (0.0, ask.number("pfr.mean_length")),
        f"with {ask.number('pfr_bins.bins'):g} bins": with_bins,
    }
    return binned.two_parts(rows, ask.number("information"), way, *ask.how)


def _doubling(ask: Asked, guess: float | None, way: int) -> str:
    """The second curve as it is, or the first with its height as guessed and its area kept."""
    reach, mean = 12 * ask.number("scale"), ask.number("mean")
    x = np.linspace(mean - reach, mean + reach, 641)

    def ratio(view: View, at: Floats) -> Floats:
        heights: Floats = np.exp2(problem_of(view).log_ratio_bits(at[:, None]))
        return heights

    before, after = ask.now.view, ask.now.also["more"]
    top = ask.number("more.peak")
    if guess is None:
        second = ratio(after, x)
    else:
        times = guess / ask.number("peak")
        second = times * ratio(before, mean + (x - mean) * times)
    curves = [(f"I = {before.bits:g}", ratio(before, x)), (f"I = {after.bits:g}", second)]
    return figures.doubling(x, curves, 1.9 * top, way, *ask.how)


def _growth(ask: Asked, guess: float | None, way: int) -> str:
    view, wide = ask.now.view, ask.now.also["wide"]
    dims = [d for d in (1, 2, 3, 4) if d <= wide.dim]
    found = [
        float(value("pfr_bins.overhead", situation_of(ask, view._replace(dim=d, bits=d * view.bits,
                                                                         log2_bins=d * view.log2_bins))))
        for d in dims
    ]  # fmt: skip
    return binned.growth([float(d) for d in dims], found, None if guess is None else (guess, way), *ask.how)


GUESSES = {
    "price": _guessed(
        _price, "pfr.mean_length", "Message", lambda ask: (0.0, 3.0 * ask.number("information"), 0.1, 2.0)
    ),
    "two parts": _guessed(_two_parts, "pfr_bins.number_length", "Number", lambda ask: (0.0, 8.0, 0.1, 6.0)),
    "doubling": _guessed(
        _doubling, "more.peak", "Peak",
        lambda ask: (10.0, round(1.8 * ask.number("more.peak")), 1.0, round(1.4 * ask.number("peak"))), "candidates",
    ),
    "growth": _guessed(_growth, "wide.pfr_bins.overhead", "Overhead", lambda ask: (0.0, 2.0, 0.05, 0.7)),
}  # fmt: skip
