"""The boundary of the package: `checked` looks at every argument of a public function once, before it runs.

What an argument may be is read from its annotation. Ranges of numbers are the functions' own business.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import os
import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from .channel import Channel, Problem
from .checks import check_method, has, iterable, real_array, real_number, shown
from .discrete import DiscreteChannel
from .errors import MessageError, RecError
from .partition import Partition
from .prior import Prior

Function = TypeVar("Function", bound=Callable[..., Any])
_VALUES = {
    "Problem": Problem,
    "Channel": Channel,
    "DiscreteChannel": DiscreteChannel,
    "Partition": Partition,
    "Prior": Prior,
    "None": type(None),
}
_MADE_BY = {
    "Problem": "a problem, such as rec.gaussian_problem([0.5], [0.1])",
    "Channel": "a channel, such as rec.gaussian_channel([3.0])",
    "DiscreteChannel": "a channel, such as rec.gaussian_channel([3.0])",
    "Partition": "a rec.Partition, such as rec.Partition((8,))",
    "Prior": "a prior, such as problem.prior",
    "None": "None",
}


def checked(function: Function) -> Function:
    """Raises RecError where an argument is not of the kind its annotation names, before the function runs.

    Kinds are problems, channels, partitions, priors, methods, codes, laws, bytes, truth values, real numbers, arrays of
    real numbers, functions, paths, and whatever is looked through one by one.

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
    note = str(note)
    if note in _WHOLE:
        return _WHOLE[note]
    parts = [part.strip() for part in note.split("|")]
    if all(part in _VALUES for part in parts):
        return functools.partial(_check_value, tuple(parts))
    if note.startswith(("Sequence[", "Iterable[")) and note.endswith("]"):
        return iterable
    base = " | ".join(part for part in parts if part != "None")
    check = _WHOLE.get(base)
    if check is None or "None" not in parts:
        return check
    return lambda value, name: None if value is None else check(value, name)


def _check_value(kinds: tuple[str, ...], value: Any, name: str) -> None:
    if not isinstance(value, tuple(_VALUES[kind] for kind in kinds)):
        if isinstance(value, DiscreteChannel):
            raise RecError(f"{name} cannot be a discrete channel here; use the problems of its `targets` one by one.")
        wanted = " or ".join(dict.fromkeys(_MADE_BY[kind] for kind in kinds))
        raise RecError(f"{name} must be {wanted}; got {shown(value)}.")


def _check_bytes(value: Any, name: str) -> None:
    if not isinstance(value, bytes | bytearray | memoryview):
        raise MessageError(f"{name} must be bytes, as they were written; got {shown(value)}.")


def _check_truth(value: Any, name: str) -> None:
    if not isinstance(value, bool | np.bool_):
        raise RecError(f"{name} must be True or False; got {shown(value)}.")


def _check_rows(kind: type | None, value: Any, name: str) -> None:
    """Samples, or what stands for their law: a problem, or any function of points."""
    if not (isinstance(value, kind) if kind else callable(value)):
        real_array(value, name)


def _check_path(value: Any, name: str) -> None:
    if isinstance(value, str):
        usable = value != "" and "\0" not in value
    else:
        usable = not isinstance(value, type) and isinstance(value, os.PathLike)
    if not usable:
        raise RecError(f"{name} must be the path of a folder; got {shown(value)}.")


def _check_called(count: int, value: Any, name: str) -> None:
    """A function that takes so many arguments, as far as it says what it takes."""
    fits = callable(value) and not isinstance(value, type)
    with contextlib.suppress(ValueError):  # some compiled functions do not say
        try:
            fits = fits and inspect.signature(value).bind(*range(count)) is not None
        except TypeError:
            fits = False
    if not fits:
        raise RecError(f"{name} must be a function of {count} arguments; got {shown(value)}.")


def _check_stop(value: Any, name: str) -> None:
    if not isinstance(value, threading.Event):
        _check_called(0, value, name)


def _with(members: Sequence[str], made_by: str) -> Callable[[Any, str], None]:
    """A check that a value has these members: any class of anybody's will do."""

    def check(value: Any, name: str) -> None:
        if not has(value, *members):
            raise RecError(f"{name} must be {made_by}; got {shown(value)}.")

    return check


_WHOLE: dict[str, Callable[[Any, str], Any]] = {
    "Method": lambda value, _: check_method(value),
    "ORC": lambda value, _: check_method(value, "num_candidates", "weighting"),
    "ORC | PFR": lambda value, _: check_method(value, "max_examined", "weighting"),
    "float": real_number,
    "ArrayLike": real_array,
    "Problem | ArrayLike": functools.partial(_check_rows, Problem),
    "Callable[[Floats], Floats] | ArrayLike": functools.partial(_check_rows, None),
    "Sequence[Message] | tuple[ArrayLike, ArrayLike]": iterable,
    "bytes": _check_bytes,
    "bool": _check_truth,
    "Code": _with(("length_bits", "mean_length_bits", "encode", "decode"), "a code, such as rec.EliasDelta()"),
    "LengthLaw": _with(("mean_length_bits",), "a code, such as rec.EliasDelta()"),
    "IndexLaw": _with(("tail", "mean_log2", "weights"), "a law, such as rec.laws.index_law(problem)"),
    "OrcBias": _with(("total_variation", "kl_bits"), "what rec.laws.orc_bias(problem, method) returns"),
    "Tables": _with(("log_peak", "log_weight"), "what rec_core.tables.tables returns"),
    "Cell": _with(("source", "method", "cut"), "a cell, such as rec.study.Cell(channel, rec.PFR())"),
    "Executor": _with(("submit",), "an executor, such as ThreadPoolExecutor(2)"),
    "Progress": functools.partial(_check_called, 3),
    "Callable[[], bool] | threading.Event": _check_stop,
    "str | os.PathLike[str]": _check_path,
    "Study": _with(("cells", "runs", "chunk"), "a study, such as rec.study.Study(cells, runs=100)"),
}
