"""The numbers of a chart as a table: every Plotly figure of the app in one tidy CSV."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import plotly.graph_objects as go

from ..text import spreadsheet

COLUMNS = ("series", "x_axis", "x", "y_axis", "y", "y_error")


def as_csv(figure: go.Figure) -> str:
    """One row for each point: its series, what its axes are, x, y, and where drawn the half width of its error bar."""
    rows: list[tuple[Any, ...]] = [COLUMNS]
    for trace in figure.data:
        if trace.x is None or trace.y is None or getattr(trace, "mode", None) == "none":
            continue
        axes = [_title(figure, trace, axis) for axis in "xy"]
        bars = trace.error_y.array
        errors = np.full(len(trace.x), "") if bars is None else np.asarray(bars)
        for x, y, error in zip(trace.x, trace.y, errors, strict=True):
            rows.append((_plain(trace.name), axes[0], x, axes[1], y, error))
    return spreadsheet.as_csv(rows)


def _title(figure: go.Figure, trace: Any, axis: str) -> str:
    name = trace[f"{axis}axis"] or axis  # x, x2, y3 ...
    return _plain(figure.layout[f"{axis}axis{name[1:]}"].title.text)


def _plain(text: str | None) -> str:
    """Without Plotly's mark-up."""
    return re.sub(r"<[^>]+>", "", text or "")
