"""A picture asked for: what its numbers are worked out from, and how it is to be drawn."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from ..figures.style import Colours
from ..model import lab
from ..model.lab import Lane
from ..settings import View
from .numbers import Situation, value


class Asked(NamedTuple):
    """The step's numbers, what was answered, whether the reveal is open, how to draw, and where its knobs stand."""

    now: Situation
    given: float | None
    shown: bool
    colours: Colours
    narrow: bool
    hand: Mapping[str, float] = MappingProxyType({})

    @property
    def how(self) -> tuple[bool, Colours, bool]:
        """The last three arguments of most figures."""
        return self.shown, self.colours, self.narrow

    @property
    def look(self) -> tuple[Colours, bool]:
        """The last two arguments of the others."""
        return self.colours, self.narrow

    @property
    def choice(self) -> int | None:
        """What was answered as a whole number, if anything was."""
        return None if self.given is None else round(self.given)

    def number(self, name: str) -> float:
        """A number by its name in lessons."""
        return float(value(name, self.now))

    def lane(self, name: str, **change: object) -> Lane:
        """A lane of the step's race, or of the race with its view changed."""
        return next(lane for lane in lab.race(self.now.view._replace(**change)).lanes if lane.name == name)  # type: ignore[arg-type]


def situation_of(ask: Asked, view: View) -> Situation:
    """The step's numbers for another view."""
    return ask.now._replace(view=view, also={})
