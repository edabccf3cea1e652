"""Folders of results: one file per chunk, each complete or absent, and `_study.json`, which describes the study."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Sequence
from dataclasses import fields
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np

from ..channel import Channel, Problem
from ..checks import choice
from ..errors import RecError
from ..methods import METHODS, name_of
from ..partition import Partition
from .cells import Cell, Chunk, Study, chunks_of
from .tables import FORMATS, Format, Table, from_bytes, join, pyarrow, to_bytes

FORMAT_VERSION = 3
"""Version of a folder of results; one more whenever the same study would give other numbers."""


def load(out: str | os.PathLike[str], methods: Sequence[type[Any]] = ()) -> Study:
    """The study in a folder. `methods`: the classes of its methods that are not in this package.

    Raises RecError for a folder without a study, of another version, or with an unknown method. Source: here.

    >>> import rec_core as rec, tempfile
    >>> work = rec.study.Study(rec.study.grid([rec.gaussian_channel([2.0])]), runs=3)
    >>> with tempfile.TemporaryDirectory() as out:
    ...     rows = rec.study.run(work, out, form="csv")
    ...     print(load(out) == work, len(read(out)["run"]))
    True 3
    """
    study, kinds = _description(out)["study"], METHODS | {kind.__name__.lower(): kind for kind in methods}
    try:
        unknown = {cell["method"] for cell in study["cells"]} - kinds.keys()
        if not unknown:
            return Study(**{**study, "cells": [_cell(cell, kinds) for cell in study["cells"]]})
    except (ValueError, KeyError, TypeError):
        raise _damaged(out) from None
    raise RecError(f"{os.fspath(out)} uses {', '.join(sorted(unknown))}; give the classes: load(out, methods=[...]).")


def _description(out: str | os.PathLike[str]) -> dict[str, Any]:
    """The contents of `_study.json`, if of this version."""
    try:
        description: dict[str, Any] = json.loads((Path(out) / "_study.json").read_text(encoding="utf-8"))
        version, _, study = itemgetter("version", "form", "study")(description)
        itemgetter("cells", "runs", "chunk")(study)
    except (OSError, ValueError, KeyError, TypeError):
        raise _damaged(out) from None
    if version != FORMAT_VERSION:
        raise RecError(f"{os.fspath(out)} was written by version {version} of studies, this is {FORMAT_VERSION}.")
    return description


def _damaged(out: str | os.PathLike[str]) -> RecError:
    return RecError(f"{os.fspath(out)} is not a folder of results: its _study.json is missing or damaged.")


def read(out: str | os.PathLike[str]) -> Table:
    """The table of all finished runs in a folder, columns of shape (R,), sorted by cell and run.

    Damaged files are ignored.

    Raises RecError for a folder without a study, or of another version. Source: here.

    >>> import rec_core as rec, tempfile
    >>> with tempfile.TemporaryDirectory() as out:
    ...     work = rec.study.Study(rec.study.grid([rec.gaussian_channel([2.0])]), runs=3)
    ...     rows = rec.study.run(work, out, form="csv")
    ...     bool((read(out)["index"] == rows["index"]).all())
    True
    """
    description = _description(out)
    study = description["study"]
    todo = chunks_of(len(study["cells"]), study["runs"], study["chunk"])
    parts = (read_part(Path(out), chunk, description["form"]) for chunk in todo)
    return join(table for table in parts if table is not None)


def open_folder(study: Study, folder: Path, form: Format) -> Path:
    """Make the folder, or check that it is this study's. Raises RecError for another study's."""
    choice(form, "format", FORMATS)
    if form == "parquet":
        pyarrow()
    try:
        description = json.dumps({"version": FORMAT_VERSION, "form": form, "study": _described(study)}, indent=1)
    except TypeError as error:
        raise RecError(
            f"Settings of a method must be numbers, strings or tuples of them to be saved: {error}."
        ) from None
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise RecError(f"{folder} is a file; give a folder for the results.") from None
    path = folder / "_study.json"
    if not path.exists():
        if any(folder.glob("part-*")):
            raise RecError(f"{folder} has results but no _study.json to describe them; choose another folder.")
        _write(path, description.encode())
    elif path.read_text(encoding="utf-8") != description:
        raise RecError(f"{folder} has the results of another study, or of this one in another format or version; "
                       "repeat the study exactly to resume it, or choose another folder.")  # fmt: skip
    return folder


def _write(path: Path, data: bytes) -> None:
    """Write all of it or nothing, even if interrupted."""
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        with draft.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def write_part(folder: Path, chunk: Chunk, table: Table, form: Format) -> None:
    """Write a chunk's table into the folder."""
    _write(folder / _part(chunk, form), to_bytes(table, form))


def _part(chunk: Chunk, form: Format) -> str:
    return f"part-{chunk.cell:05d}-{chunk.first:09d}.{form}"


def read_part(folder: Path, chunk: Chunk, form: Format) -> Table | None:
    """A chunk's table, or None if its file is missing, incomplete or another chunk's."""
    try:
        table = from_bytes((folder / _part(chunk, form)).read_bytes(), form)
    except OSError:
        return None
    if table is None:
        return None
    rows = len(table["run"])
    whole = rows == chunk.runs or (rows == 1 and table["error"][0])
    whole = whole and np.array_equal(table["run"], np.arange(chunk.first, chunk.first + rows))
    return table if whole and (table["cell"] == chunk.cell).all() else None


def _described(study: Study) -> dict[str, Any]:
    """A study as JSON values."""
    fields = {name: getattr(study, name) for name in ("runs", "seed", "chunk", "samples")}
    return {"cells": [_fields(cell) for cell in study.cells], **fields}


def _fields(cell: Cell) -> dict[str, Any]:
    source, method = cell.source, cell.method
    known: dict[str, Any] = {"bits": source.bits} if isinstance(source, Channel) else {"params": source.params}
    own = {name: getattr(method, name) for name in _settings(type(method))}
    if source.prior.shift:
        known |= {"prior_shift": source.prior_shift, "prior_scale": source.prior_scale}
    known = {"family": source.family, **known, "method": name_of(method), "intervals": cell.cut.intervals}
    if METHODS.get(name_of(method), type(method)) is not type(method) or known.keys() & own.keys():
        raise RecError(f"{type(method).__name__} has the name of another method, or a setting named like a cell's.")
    return {**known, **own}


def _settings(kind: type[Any]) -> list[str]:
    return [field.name for field in fields(kind) if field.init and field.name != "partition"]


def _cell(known: dict[str, Any], kinds: dict[str, type[Any]]) -> Cell:
    """The cell from `_fields` after JSON."""
    own = {name: _frozen(value) for name, value in known.items()}
    family, kind, cut = own.pop("family"), kinds[own.pop("method")], Partition(own.pop("intervals"))
    placed = {name: own.pop(name) for name in ("prior_shift", "prior_scale") if name in own}
    source: Channel | Problem
    if "bits" in own:
        source = Channel(family, own.pop("bits"), **placed)
    else:
        source = Problem(family, own.pop("params"), **placed)
    return Cell(source, kind(partition=cut, **own))


def _frozen(value: Any) -> Any:
    """JSON's lists as tuples."""
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
