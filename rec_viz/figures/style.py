"""What all charts share: their layout, and a role's colour as a tint."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Colours = Mapping[str, str]


def finish(figure: go.Figure, height: int, right: int = 16, bottom: int = 48) -> go.Figure:
    """The figure with its height and margins in pixels, and the legend in a row above."""
    figure.update_layout(
        height=height, margin={"l": 60, "r": right, "t": 34, "b": bottom},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    )  # fmt: skip
    return figure


def faint(colour: str, opacity: float) -> str:
    """A colour written #rrggbb as a tint for areas."""
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"
