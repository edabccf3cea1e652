"""The only cache: what a pure function gave for its last arguments, for every session of the app.

    @memo(64)
    def lengths(channel, partition): ...

A value that several sessions ask for at once is worked out once; the others wait. Whoever gets a value must not change
it: the next one gets the same. An error is not kept.
"""

from __future__ import annotations

import functools
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Generic, ParamSpec, TypeVar

import numpy as np

Given = ParamSpec("Given")
Made = TypeVar("Made")


class _Place(Generic[Made]):
    """Where one value is, or will be."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.values: list[Made] = []  # one, once it is there


def memo(entries: int) -> Callable[[Callable[Given, Made]], Callable[Given, Made]]:
    """Keep a function's values for the last `entries` different arguments, which are hashable or arrays."""

    def keep(function: Callable[Given, Made]) -> Callable[Given, Made]:
        places: OrderedDict[Hashable, _Place[Made]] = OrderedDict()
        gate = threading.Lock()

        @functools.wraps(function)
        def kept(*args: Given.args, **kwargs: Given.kwargs) -> Made:
            key = (*map(_key, args), *((name, _key(value)) for name, value in sorted(kwargs.items())))
            with gate:
                place = places.setdefault(key, _Place())
                places.move_to_end(key)
                while len(places) > entries:
                    places.popitem(last=False)
            with place.lock:
                if not place.values:
                    place.values.append(function(*args, **kwargs))
            return place.values[0]

        return kept

    return keep


def _key(value: Any) -> Hashable:
    """An argument as part of a key: an array by its shape and a digest of its bytes."""
    if isinstance(value, np.ndarray):
        return value.shape, value.dtype.str, hashlib.blake2b(value.tobytes(), digest_size=16).digest()
    hash(value)
    return value  # type: ignore[no-any-return]
