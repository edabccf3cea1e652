"""Views changed: a target typed, dragged or drawn, and which parameters say anything."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rec_core import families

from ..text import reading
from .table import COUNTED, MAX_DIM, MAX_LANES, TABLE, View

VECTORS = {name: tuple(f"{param}s" for param in families.family(name).PARAMS) for name in families.CHANNELS}
DRAWN = "piecewise"  # the family of targets drawn by hand


def consistent(view: View) -> View:
    """An own target has as many dimensions as numbers: the view's D follows them. A drawn one has one; P is uniform."""
    if view.source == "drawn":
        return view._replace(dim=1, family=families.channel_family(DRAWN))
    first = reading.typed(getattr(view, VECTORS[view.family][0])) if view.source == "own" else None
    return view._replace(dim=len(first)) if first and len(first) <= MAX_DIM else view


def own_target(view: View, rows: Iterable[Sequence[float]]) -> View:
    """The view with Q set to these rows, one for each dimension: the parameters of the view's family."""
    vectors: dict[str, Any] = {
        key: reading.written(column) for key, column in zip(VECTORS[view.family], zip(*rows, strict=True), strict=True)
    }
    return consistent(view._replace(source="own", **vectors))


def drawn(view: View, heights: Iterable[float]) -> View:
    """The view with Q drawn by hand: log2 q at evenly spaced knots, up to a constant."""
    return consistent(view._replace(source="drawn", heights=",".join(f"{height:.9g}" for height in heights)))


def dragged(view: View, change: Mapping[str, Any]) -> View:
    """The view with what the reader drags on the stage, every value checked.

    {"rows": [[mean, scale], ...]}, the parameters of Q's family, {"intervals": [n, ...]}, or parameters of the view by
    their keys: {"bits": 4.5}. Raises ValueError for a value that no link can have.
    """
    values = {key: _checked(key, value) for key, value in change.items() if key not in ("rows", "intervals")}
    try:
        rows = [[float(value) for value in row] for row in change.get("rows", ())]
        numbers = [int(n) for n in change.get("intervals", ())]
    except (TypeError, OverflowError) as error:
        raise ValueError("rows and intervals are lists of numbers") from error
    if len(rows) > MAX_DIM or any(len(row) != 2 or not all(map(math.isfinite, row)) for row in rows):
        raise ValueError("a row of Q is two finite numbers")
    if len(numbers) > MAX_DIM or any(not 1 <= n < 2**63 for n in numbers):
        raise ValueError("intervals are whole numbers from 1")
    view = consistent(view._replace(**values))
    if not 1 <= len(view.lanes + view.others) <= MAX_LANES:
        raise ValueError(f"there is room for one to {MAX_LANES} methods")
    if rows:
        view = own_target(view, rows)
    if numbers and view.strategy == "own":
        return view._replace(intervals=", ".join(map(str, numbers)))
    if numbers:
        return view._replace(log2_bins=min(math.prod(numbers).bit_length() - 1, int(TABLE[View]["log2_bins"].high)))
    return view


def _checked(key: str, value: Any) -> Any:
    """The value of a parameter. Raises ValueError."""
    row = TABLE[View].get(key)
    try:
        if row is not None:
            return row.parse(row.write(value))
    except (ValueError, TypeError):
        pass
    raise ValueError(f"{row.label if row else key[:40]} cannot be {str(value)[:40]}")


def relevant(key: str, values: Mapping[str, Any]) -> bool:
    """Whether a parameter says anything, given the values of those before it; the others are not drawn."""
    lanes = values.get("lanes", ()) + values.get("others", ())
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
        **{key: own and values.get("family") == name for name, keys in VECTORS.items() for key in keys},
        "candidates": any(name in COUNTED for name in lanes),
        "stopping": any(name.startswith("pfr") for name in lanes),
        "strategy": bins,
        "weighting": bins,
        "log2_bins": bins and values.get("strategy") != "own",
        "intervals": bins and values.get("strategy") == "own",
    }
    return says.get(key, True)
