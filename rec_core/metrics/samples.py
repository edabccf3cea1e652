"""Samples as every metric takes them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..arrays import Floats
from ..channel import Problem
from ..errors import RecError


def rows_of(samples: ArrayLike, name: str, least: int = 2) -> Floats:
    """Samples as float64 (M, D). Raises RecError for other shapes, NaN and infinity."""
    try:
        rows = np.asarray(samples, dtype=np.float64)
    except (TypeError, ValueError):
        raise RecError(f"{name} must be an array of numbers, one sample per row.") from None
    rows = rows[:, None] if rows.ndim == 1 else rows
    if rows.ndim != 2 or rows.shape[0] < least or rows.shape[1] < 1:
        raise RecError(f"{name} must have shape (M, D) with at least {least} rows, got {rows.shape}.")
    if not np.isfinite(rows).all():
        raise RecError(f"{name} must be finite numbers; found NaN or infinity.")
    return np.ascontiguousarray(rows)


def pair_of(samples: ArrayLike, target: Problem | ArrayLike) -> tuple[Floats, Problem | Floats]:
    """Both sides, checked. Raises RecError if they differ in dimension."""
    x = rows_of(samples, "samples")
    other = target if isinstance(target, Problem) else rows_of(target, "target")
    dim = other.dim if isinstance(other, Problem) else other.shape[1]
    if dim != x.shape[1]:
        raise RecError(f"The samples have {x.shape[1]} dimensions, the target has {dim}.")
    return x, other
