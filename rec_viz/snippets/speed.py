"""The charts of the Speed page as programs."""

from __future__ import annotations

from rec_core.advise import candidates_per_second

from ..settings import View
from . import program


def growth(view: View, axis: str) -> str:
    """Expected and measured candidates over I, KL or D_inf."""
    return program(
        "speed",
        view,
        f"rate = {candidates_per_second(view.family, view.dim)}  # candidates a second where the chart was made",
        f"figure = figures.growth(*model.growth_chart(view, {axis!r}), rate, colours)",
    )


def trade(view: View) -> str:
    """Message length against candidates as J doubles."""
    return program("speed", view, "figure = figures.trade(*model.trade_chart(view), colours)")


def strategies(view: View) -> str:
    """Candidates as J grows, by how its factors are shared out over dimensions."""
    return program("speed", view, "figure = figures.strategies(*model.strategies_chart(view), colours)")


def blame(view: View) -> str:
    """sup r' of every bin under two weightings."""
    return program("speed", view, "figure = figures.blame(*model.blame_chart(view), colours)")
