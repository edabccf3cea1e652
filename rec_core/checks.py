"""One check for each kind of argument, used wherever a caller's value comes in."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from .arrays import Floats
from .errors import RecError

MAX_DIM = 2**20  # dimensions: what nobody needs must not fill the memory before it is refused


def whole_number(value: Any, name: str, least: int = 1, below: float = 2**62) -> int:
    """`value` as an int with least <= value < below. Raises RecError with its `name` for anything else (bool too)."""
    try:
        number = least - 1 if isinstance(value, bool | np.bool_) else operator.index(value)
    except Exception:  # TypeError, or what a value of anybody's class raises
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
    array = _as_floats(values)
    if array is None:
        raise RecError(f"{name} must be a sequence of numbers, one for each dimension; got {shown(values)}.")
    if array.ndim != 1:
        raise RecError(f"{name} must have shape (D,), one number for each dimension; got shape {array.shape}.")
    if array.size > MAX_DIM:
        raise RecError(f"{name} may have at most 2^20 numbers, one for each dimension; got {array.size}.")
    if not np.isfinite(array).all():
        raise RecError(f"{name} must be finite numbers; found NaN or infinity.")
    return tuple(array.tolist())


_NO_NUMBERS = (str, bytes, bool, np.bool_, complex, np.complexfloating)  # which float() takes all the same


def _as_floats(value: Any) -> Floats | None:
    """An array of floats; None for anything that is not real numbers, texts and complex numbers too."""
    try:
        array = np.asarray(value)
        if (array.dtype.kind not in "iufO" and array.size) or (array.dtype.kind == "O" and not array.size):
            return None
        if array.dtype.kind == "O" and any(one is None or isinstance(one, _NO_NUMBERS) for one in array.flat):
            return None
        return array.astype(np.float64)
    except Exception:  # a value may be anything, and so may what it raises when it is looked at
        return None


def has(value: Any, *members: str) -> bool:
    """Whether a value, not a class, has all these members. Raises nothing."""
    try:
        return not isinstance(value, type) and all(hasattr(value, name) for name in members)
    except Exception:  # a value of anybody's class, asked for an attribute
        return False


def iterable(value: Any, name: str) -> None:
    """Raises RecError for what cannot be looked through one by one, and for text, bytes and dictionaries."""
    try:
        if not isinstance(value, str | bytes | bytearray | dict):
            iter(value)
            return
    except Exception:  # a value of anybody's class
        pass
    raise RecError(f"{name} must be a sequence, one after the other; got {shown(value)}.")


def check_method(value: Any, *settings: str) -> None:
    """Raises RecError for anything but a method, and for one without these settings."""
    if not has(value, "partition", "search", "check", *settings):
        raise RecError(f"Give a method, such as rec.PFR() or rec.ORC(num_candidates); got {shown(value)}.")


def real_number(value: Any, name: str) -> float:
    """`value` as a float. Raises RecError with its `name` for anything but a real number, and for NaN."""
    try:
        number = math.nan if isinstance(value, _NO_NUMBERS) else float(value)
    except Exception:  # as in _as_floats
        number = math.nan
    if math.isnan(number):
        raise RecError(f"{name} must be a number, got {shown(value)}.")
    return number


def real_array(value: Any, name: str) -> Floats:
    """`value` as an array of floats. Raises RecError with its `name` for anything else, complex numbers and NaN too."""
    array = _as_floats(value)
    if array is None or np.isnan(array).any():
        raise RecError(f"{name} must be numbers, none of them NaN; got {shown(value)}.")
    return array


def shown(value: Any) -> str:
    """`repr` of a value for an error, cut to 80 characters."""
    try:
        text = repr(value)
    except Exception:  # a value may be anything, and so may what its own repr raises
        text = f"a {type(value).__name__}"
    return text if len(text) <= 80 else text[:77] + "..."
