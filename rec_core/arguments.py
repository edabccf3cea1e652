"""The boundary of the package: `checked` looks at every argument of a public function once, before it runs.

What an argument may be is read from its annotation. Ranges of numbers are the functions' own business.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar

from .channel import Channel, Problem
from .checks import check_method, real_array, real_number, shown
from .errors import RecError
from .partition import Partition
from .prior import Prior

Function = TypeVar("Function", bound=Callable[..., Any])
_VALUES = {"Problem": Problem, "Channel": Channel, "Partition": Partition, "Prior": Prior, "None": type(None)}
_MADE_BY = {
    "Problem": "a problem, such as rec.gaussian_problem([0.5], [0.1])",
    "Channel": "a channel, such as rec.gaussian_channel([3.0])",
    "Partition": "a rec.Partition, such as rec.Partition((8,))",
    "Prior": "a prior, such as problem.prior",
    "None": "None",
}


def checked(function: Function) -> Function:
    """Raises RecError where an argument is not of the kind its annotation names, before the function runs.

    Kinds are problems, channels, partitions, priors, methods, real numbers and arrays of real numbers.

    >>> @checked
    ... def dimensions(problem: Problem) -> int:
    ...     return problem.dim
    >>> try:
    ...     dimensions("gaussian")
    ... except RecError as error:
    ...     print(error)
    problem must be a problem, such as rec.gaussian_problem([0.5], [0.1]); got 'gaussian'.
    """
    names = list(inspect.signature(function).parameters)
    notes = function.__annotations__
    checks = {name: check for name in names if (check := _check_of(notes.get(name, ""))) is not None}
    in_order = [checks.get(name) for name in names]

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        for check, name, value in zip(in_order, names, args, strict=False):
            if check is not None:
                check(value, name)
        for name, value in kwargs.items():
            if name in checks:
                checks[name](value, name)
        return function(*args, **kwargs)

    return wrapper  # type: ignore[return-value]


def _check_of(note: Any) -> Callable[[Any, str], Any] | None:
    parts = [part.strip() for part in str(note).split("|")]
    if all(part in _VALUES for part in parts):
        return functools.partial(_check_value, tuple(parts))
    optional = "None" in parts
    base = [part for part in parts if part != "None"]
    check = _OTHERS.get(" | ".join(base))
    if check is None or not optional:
        return check
    return lambda value, name: None if value is None else check(value, name)


def _check_method(value: Any, _: str) -> None:
    check_method(value)


_OTHERS: dict[str, Callable[[Any, str], Any]] = {
    "Method": _check_method, "float": real_number, "ArrayLike": real_array,
}  # fmt: skip


def _check_value(kinds: tuple[str, ...], value: Any, name: str) -> None:
    if not isinstance(value, tuple(_VALUES[kind] for kind in kinds)):
        wanted = " or ".join(_MADE_BY[kind] for kind in kinds)
        raise RecError(f"{name} must be {wanted}; got {shown(value)}.")
