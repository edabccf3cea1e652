"""The charts of the page Which method? as programs."""

from __future__ import annotations

from ..settings import View
from . import program


def race(view: View, bias: float) -> str:
    """Bits above the floor against candidates; the table of methods is what `rec.advise` returns."""
    return "import rec_core as rec\n" + program(
        "league",
        view,
        f"print(rec.advise(model.channel_of(view), max_bias={bias!r}))",
        f"figure = figures.race(*model.race_chart(view, {bias!r}), colours)",
    )


def border(view: View) -> str:
    """From how many dimensions on a search takes fewer bits than dither."""
    return program("league", view, "figure = figures.border(*model.border_chart(view), colours)")
