"""What can be moved on a picture by hand: its knobs, and how they answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ..settings import View
from .asked import Asked


class Knob(NamedTuple):
    """A number that can be moved: its key, what a screen reader calls it, its range, where it stands, and its words."""

    key: str
    name: str
    low: float
    high: float
    step: float
    value: float
    says: str


class Hand(NamedTuple):
    """A picture that is moved by hand, by what is asked for.

    `answer` is the number it answers its step with (None where the step has goals), `solved` where the knobs stand for
    the right one, and `view` the step's view as the knobs have it.
    """

    draw: Callable[[Asked], str]
    knobs: Callable[[Asked], list[Knob]]
    answer: Callable[[Asked], float] | None = None
    solved: Callable[[Asked], dict[str, float]] | None = None
    view: Callable[[Asked], View] | None = None


def knob(ask: Asked, key: str, name: str, ends: tuple[float, float, float], start: float, unit: str = "") -> Knob:
    """A knob that goes from ends[0] to ends[1] by ends[2]; `unit` follows its number."""
    low, high, step = ends
    place = min(max(ask.hand.get(key, start), low), high)
    place = round(low + round((place - low) / step) * step, 6)
    return Knob(key, name, low, high, step, place, f"{place:g} {unit}".rstrip())


def places(knobs: list[Knob]) -> list[float]:
    return [knob.value for knob in knobs]
