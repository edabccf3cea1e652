"""Views changed: a target typed, dragged or drawn, and which parameters say anything."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..text import reading
from .table import MAX_DIM, View

VECTORS = {"gaussian": ("means", "scales"), "uniform": ("lows", "highs")}


def consistent(view: View) -> View:
    """An own target has as many dimensions as numbers: the view's D follows them. A drawn one has one; P is uniform."""
    if view.source == "drawn":
        return view._replace(dim=1, family="uniform")
    first = reading.typed(getattr(view, VECTORS[view.family][0])) if view.source == "own" else None
    return view._replace(dim=len(first)) if first and len(first) <= MAX_DIM else view


def own_target(view: View, rows: Iterable[Sequence[float]]) -> View:
    """The view with Q set to these rows, one a dimension: (mean, scale), or (low, high) of a uniform Q."""
    first, second = (reading.written(column) for column in zip(*rows, strict=True))
    if view.family == "gaussian":
        return consistent(view._replace(source="own", means=first, scales=second))
    return consistent(view._replace(source="own", lows=first, highs=second))


def drawn(view: View, heights: Iterable[float]) -> View:
    """The view with Q drawn by hand: log2 q at evenly spaced knots, up to a constant."""
    return consistent(view._replace(source="drawn", heights=",".join(f"{height:.9g}" for height in heights)))


def dragged(view: View, change: Mapping[str, Any]) -> View:
    """The view after the reader let go of a handle of the stage; see `stage.show`."""
    if "rows" in change:
        view = own_target(view, change["rows"])
    if "intervals" in change:
        numbers = [int(n) for n in change["intervals"]]
        if view.strategy == "own":
            view = view._replace(intervals=", ".join(map(str, numbers)))
        else:
            view = view._replace(log2_bins=math.prod(numbers).bit_length() - 1)
    return view


def relevant(key: str, values: Mapping[str, Any]) -> bool:
    """Whether a parameter says anything, given the values of those before it; the others are not drawn."""
    lanes = values.get("lanes", ())
    bins = any(name.endswith("_bins") for name in lanes)
    source = values.get("source", "channel")
    channel, own = source == "channel", source == "own"
    says: dict[str, bool] = {
        "family": source != "drawn",
        "bits": channel,
        "dim": channel,
        "target": channel,
        "spread": channel and values.get("dim", 1) > 1,
        "heights": source == "drawn",
        "means": own and values.get("family") == "gaussian",
        "scales": own and values.get("family") == "gaussian",
        "lows": own and values.get("family") == "uniform",
        "highs": own and values.get("family") == "uniform",
        "candidates": any(name.startswith("orc") for name in lanes),
        "stopping": any(name.startswith("pfr") for name in lanes),
        "strategy": bins,
        "weights": bins,
        "log2_bins": bins and values.get("strategy") != "own",
        "intervals": bins and values.get("strategy") == "own",
    }
    return says.get(key, True)
