"""One check for each kind of argument, used wherever a caller's value comes in."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from .errors import RecError


def whole_number(value: Any, name: str, least: int = 1, below: int = 2**62) -> int:
    """`value` as an int with least <= value < below. Raises RecError, which names it, for anything else (bool too)."""
    try:
        number = operator.index(value)
    except TypeError:
        number = least - 1
    if isinstance(value, bool | np.bool_) or not least <= number < below:
        limit = "" if below == 2**62 else f" and < {below}"
        raise RecError(f"{name} must be a whole number >= {least}{limit}, got {shown(value)}.")
    return number


def seed_word(seed: Any) -> np.uint64:
    """The seed as uint64. Raises RecError for what is no whole number from 0 to 2^64 - 1."""
    try:
        number = operator.index(seed)
    except TypeError:
        number = -1
    if isinstance(seed, bool | np.bool_) or not 0 <= number < 2**64:
        raise RecError(f"The seed must be a whole number from 0 to 2^64 - 1, got {shown(seed)}.")
    return np.uint64(number)


def choice(value: Any, name: str, choices: Sequence[str]) -> str:
    """`value` if it is one of the choices. Raises RecError, which lists them, for anything else."""
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
    """Raises RecError for what is no method, and for one without these settings."""
    if isinstance(value, type) or not all(hasattr(value, name) for name in ("partition", "search", *settings)):
        raise RecError(f"Give a method, such as rec.PFR() or rec.ORC(num_candidates); got {shown(value)}.")


def shown(value: Any) -> str:
    """`repr` of a value for an error, cut to 80 characters."""
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
