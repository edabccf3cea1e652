"""A race as a still picture for paper: the scene that the stage would play, drawn in Python."""

from __future__ import annotations

from ..figures import still
from ..figures.still import BEFORE_THE_RACE
from ..model.lab import Lane, Race
from ..stage.scene import scene
from ..theme import ROLES

__all__ = ["BEFORE_THE_RACE", "lane"]


def lane(race: Race, shown: Lane, step: str = "winner") -> str:
    """One lane of a race as SVG at a step of the stage, "" where none can be drawn; see `figures.still.paper`."""
    return still.paper(scene(race), shown.name, ROLES["light"], step)
