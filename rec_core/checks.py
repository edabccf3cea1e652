"""One check for each kind of argument, used wherever a caller's value comes in."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from .errors import RecError


def whole_number(value: Any, name: str, least: int = 1, below: float = 2**62) -> int:
    """`value` as an int with least <= value < below. Raises RecError with its `name` for anything else (bool too)."""
    try:
        number = least - 1 if isinstance(value, bool | np.bool_) else operator.index(value)
    except TypeError:
        number = least - 1
    if not least <= number < below:
        end = f"2^{math.log2(below):g}" if below > 2**20 else below
        limit = "" if below in (2**62, math.inf) else f" and < {end}"
        raise RecError(f"{name} must be a whole number >= {least}{limit}, got {shown(value)}.")
    return number


def seed_word(seed: Any) -> np.uint64:
    """The seed as uint64. Raises RecError unless it is a whole number from 0 to 2^64 - 1."""
    return np.uint64(whole_number(seed, "seed", 0, 2**64))


def choice(value: Any, name: str, choices: Sequence[str]) -> str:
    """`value` if it is one of the choices. Raises RecError with a list of them for anything else."""
    if not isinstance(value, str) or value not in choices:
        raise RecError(f"Unknown {name} {shown(value)}; choose one of {', '.join(choices)}.")
    return value


def vector(values: Any, name: str) -> tuple[float, ...]:
    """`values` as a tuple of finite floats, one for each dimension. Raises RecError for other shapes, NaN, infinity."""
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise RecError(f"{name} must be a sequence of numbers, one for each dimension; got {shown(values)}.") from None
    if array.ndim != 1:
        raise RecError(f"{name} must have shape (D,), one number for each dimension; got shape {array.shape}.")
    if not np.isfinite(array).all():
        raise RecError(f"{name} must be finite numbers; found NaN or infinity.")
    return tuple(array.tolist())


def check_method(value: Any, *settings: str) -> None:
    """Raises RecError for anything but a method, and for one without these settings."""
    if isinstance(value, type) or not all(hasattr(value, name) for name in ("partition", "search", *settings)):
        raise RecError(f"Give a method, such as rec.PFR() or rec.ORC(num_candidates); got {shown(value)}.")


def shown(value: Any) -> str:
    """`repr` of a value for an error, cut to 80 characters."""
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
