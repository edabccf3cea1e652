"""The ten-minute tour: six steps of the lessons in a row, and what is said before each."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping

from ..memo import memo
from ..settings.table import Learn
from .format import FOLDER

TITLE = "Ten-minute tour"


@memo(1)
def stops() -> Mapping[Learn, str]:
    """The places of the tour in order, each with its words."""
    found = tomllib.loads((FOLDER.parent / "tour.toml").read_text(encoding="utf-8"))["stops"]
    return {Learn(stop["lesson"], stop["step"]): stop["before"].strip() for stop in found}
