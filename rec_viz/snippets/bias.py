"""The charts of the Bias page as programs."""

from __future__ import annotations

from ..model.bias import Measure
from ..settings import View
from . import program


def densities(view: View) -> str:
    """Q's density and ORC's output, exact and as a histogram of samples."""
    return program("bias", view, "figure = figures.densities(*model.densities(view), colours)")


def decay(view: View, measure: Measure) -> str:
    """How a measure of the bias falls with n."""
    return program("bias", view, f"figure = figures.decay(*model.decay(view, {measure!r}), colours)")
