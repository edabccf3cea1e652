"""The charts of the page Code lengths as programs."""

from __future__ import annotations

from collections.abc import Mapping

from ..settings import View
from . import program

_LIMITS = "limits = model.limits(view)"


def _sampled(view: View, batches: Mapping[str, int], size: int, *lines: str) -> str:
    """Of the encodings a page has run so far: `batches` of `size`, by lane."""
    made = f"batches = {dict(batches)}  # of {size:,} encodings, by method"
    return program("code_lengths", view, made, _LIMITS, *lines)


def running_mean(view: View, batches: Mapping[str, int], size: int) -> str:
    """Mean message length as encodings come in."""
    return _sampled(
        view, batches, size,
        f"lanes = [model.running(view, name, count, {size}) for name, count in batches.items()]",
        "figure = figures.running_mean(lanes, limits, colours)",
    )  # fmt: skip


def index_histogram(view: View, batches: Mapping[str, int], size: int) -> str:
    """Local indices under their exact law."""
    return _sampled(
        view, batches, size,
        f"lanes = [model.sizes(view, name, count, {size}).histogram for name, count in batches.items()]",
        "figure = figures.index_histogram(lanes, colours)",
    )  # fmt: skip


def size_histogram(view: View, batches: Mapping[str, int], size: int) -> str:
    """Total lengths, ideal and as bytes."""
    return _sampled(
        view, batches, size,
        f"lanes = [model.sizes(view, name, count, {size}) for name, count in batches.items()]",
        "figure = figures.size_histogram(lanes, limits, colours)",
    )  # fmt: skip


def account(view: View) -> str:
    """Where the bits go."""
    made = "figure = figures.account(model.accounts(view), limits, colours)"
    return program("code_lengths", view, _LIMITS, made)


def sweep(view: View) -> str:
    """Every method over I."""
    return program("code_lengths", view, "figure = figures.sweep(*model.sweep(view), colours)")


def width(view: View) -> str:
    """The width function, and the areas."""
    return program("floor", view, "figure = figures.width(model.width(view), colours)")


def message_maps(view: View) -> str:
    """Which message every source sends."""
    return program("floor", view, "figure = figures.message_maps(model.message_maps(view), colours)")
