"""Folders of results: one file per chunk, each complete or absent, and `_study.json`, which describes the study.

A file's name ends in a checksum of its bytes and of the description: `part-00002-000000250-91ae5f0c37d2b846.parquet`
holds cell 2 from run 250. So a file that is damaged, or another study's, is told from its name alone. Files and
descriptions written before there were checksums are read as they are, and a warning says so.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import uuid
import warnings
from collections.abc import Sequence
from dataclasses import fields
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..arguments import checked
from ..channel import Channel, Problem
from ..checks import choice, shown
from ..errors import RecError
from ..methods import METHODS, name_of
from ..methods.method import has_bins
from ..partition import Partition
from .cells import Cell, Chunk, Study, chunks_of
from .tables import FORMATS, Format, Table, from_bytes, join, pyarrow, to_bytes

FORMAT_VERSION = 3
"""Version of a folder of results; one more whenever the same study would give other numbers."""


@checked
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
    raise RecError(
        f"{_named(out)} uses {shown(', '.join(sorted(unknown)))}; give the classes: load(out, methods=[...])."
    )


@checked
def read(out: str | os.PathLike[str]) -> Table:
    """The table of all finished runs in a folder, columns of shape (R,), sorted by cell and run.

    Damaged files are left out, and a warning names them: running the study again makes them anew. Another warning tells
    of files without a checksum, written before there were any: damage in them may go unnoticed.

    Raises RecError for a folder without a study, or of another version. Source: here.

    >>> import rec_core as rec, tempfile
    >>> with tempfile.TemporaryDirectory() as out:
    ...     work = rec.study.Study(rec.study.grid([rec.gaussian_channel([2.0])]), runs=3)
    ...     rows = rec.study.run(work, out, form="csv")
    ...     bool((read(out)["index"] == rows["index"]).all())
    True
    """
    description = _description(out)
    study, folder = description["study"], _folder(Path(out), description)
    tables, damaged = [], []
    for chunk in chunks_of(len(study["cells"]), study["runs"], study["chunk"]):
        table, bad = _find_part(folder, chunk)
        tables += [] if table is None else [table]
        damaged += bad
    if damaged:
        _warn(f"{_names(damaged)} in {folder.path}: damaged, left out. Run the study again to make the runs anew.")
    return join(tables)


# ---------------------------------------------------------------------------------------------------- description


def _description(out: str | os.PathLike[str]) -> dict[str, Any]:
    """The contents of `_study.json`, if of this version."""
    description = _read_description(Path(out))
    if description is None:
        raise _damaged(out)
    if description["version"] != FORMAT_VERSION:
        raise RecError(
            f"{_named(out)} was written by version {description['version']!r:.20} of studies, this is {FORMAT_VERSION}."
        )
    return description


def _damaged(out: str | os.PathLike[str]) -> RecError:
    return RecError(
        f"{_named(out)} is not a folder of results: its _study.json is missing or damaged. Running the same study "
        "with this folder mends it."
    )


def _named(path: str | os.PathLike[str]) -> str:
    """A path for an error, the end of a long one."""
    text = os.fspath(path)
    return text if len(text) <= 150 else f"...{text[-147:]}"


def _read_description(folder: Path) -> dict[str, Any] | None:
    """The contents of `_study.json`, of any version; None if it is missing or damaged."""
    try:
        description: dict[str, Any] = json.loads((folder / "_study.json").read_text(encoding="utf-8"))
        checksum = description.pop("checksum", None)
        version, form, study = itemgetter("version", "form", "study")(description)
        cells, runs, chunk = itemgetter("cells", "runs", "chunk")(study)
        usual = len(description) == 3 and form in FORMATS and isinstance(cells, list)
        usual = usual and isinstance(runs, int) and isinstance(chunk, int) and min(runs, chunk) > 0
        whole = checksum in (None, _digest(description))
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
    return description if whole and (usual or version != FORMAT_VERSION) else None


def _digest(description: dict[str, Any]) -> str:
    return hashlib.blake2b(json.dumps(description, indent=1).encode(), digest_size=16).hexdigest()


# ---------------------------------------------------------------------------------------------------- folder


class Folder(NamedTuple):
    """An open folder: where, the form of its files, its study's digest, and the files it had by (cell, first run)."""

    path: Path
    form: Format
    key: str
    parts: dict[tuple[int, int], list[Path]]


def _folder(path: Path, description: dict[str, Any]) -> Folder:
    """The folder as it is now; warns of files without a checksum."""
    parts: dict[tuple[int, int], list[Path]] = {}
    unmarked = 0
    for part in sorted(path.glob("part-*")):
        if found := PART.fullmatch(part.name):
            parts.setdefault((int(found["cell"]), int(found["first"])), []).append(part)
            unmarked += not found["mark"]
    if unmarked:
        _warn(f"{path} has files from before there were checksums ({unmarked}); damage in them may go unnoticed.")
    return Folder(path, description["form"], _digest(description), parts)


PART = re.compile(r"part-(?P<cell>\d{5,9})-(?P<first>\d{9,18})(-(?P<mark>[0-9a-f]{16}))?\.(parquet|csv)", re.ASCII)
DRAFT = re.compile(r"\.(part-.*|_study\.json)\.[0-9a-f]{32}", re.ASCII)


def open_folder(study: Study, path: Path, form: Format) -> Folder:
    """Make the folder, or check that it is this study's; drafts that a killed study left are removed.

    A description that is missing or damaged is written anew if a file is this study's by its checksum, and none is
    without one.

    Raises RecError for another study's, and where nothing can be written.
    """
    choice(form, "format", FORMATS)
    if form == "parquet":
        pyarrow()
    ours = {"version": FORMAT_VERSION, "form": form, "study": _described(study)}
    try:
        key = _digest(ours)
    except TypeError as error:
        raise RecError(
            f"Settings of a method must be numbers, strings or tuples of them to be saved: {error}."
        ) from None
    try:
        path.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise RecError(f"{_named(path)} is a file; give a folder for the results.") from None
    except OSError as error:
        raise RecError(f"{_named(path)} could not be made: {error.strerror}. Choose another folder.") from None
    known = path / "_study.json"
    before = known.exists()  # asked first: another study may begin here at the same time
    theirs = _read_description(path)
    if theirs is None:
        there = [(part, found["mark"]) for part in path.glob("part-*") if (found := PART.fullmatch(part.name))]
        told = all(mark for _, mark in there) and any(_is_named(part, part.read_bytes(), key) for part, _ in there)
        if there and not told:
            raise RecError(f"{_named(path)} has results but no whole _study.json to describe them, and by their "
                           "checksums they are not this study's; choose another folder.")  # fmt: skip
        _write(known, json.dumps({**ours, "checksum": key}, indent=1).encode(), over=before)
        theirs = _read_description(path) or ours
    if _digest(theirs) != key:
        raise RecError(f"{_named(path)} has the results of another study, or of this one in another format or version; "
                       "repeat the study exactly to resume it, or choose another folder.")  # fmt: skip
    for draft in path.glob(".*"):
        if DRAFT.fullmatch(draft.name):
            with contextlib.suppress(OSError):
                draft.unlink()
    return _folder(path, ours)


def _write(path: Path, data: bytes, over: bool = True) -> None:
    """Write all of it or nothing, even if interrupted. Not `over`: a file that is there by then stays."""
    while True:
        draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
        try:
            with draft.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileNotFoundError):  # another study opened the folder and took it for left over
                return _place(draft, path, over)
        except OSError as error:
            raise RecError(
                f"{_named(path)} could not be written: {error.strerror}. What was finished before is saved; with this "
                "mended, run the study again to resume it."
            ) from error
        finally:
            with contextlib.suppress(OSError):
                draft.unlink()


def _place(draft: Path, path: Path, over: bool) -> None:
    """Give a finished draft its name."""
    if not over:  # of two studies that begin at once, one gets the folder
        try:
            return os.link(draft, path)
        except FileExistsError:
            return None
        except OSError:  # no links on this disk
            pass
    return os.replace(draft, path)


# ---------------------------------------------------------------------------------------------------- parts


def write_part(folder: Folder, chunk: Chunk, table: Table) -> None:
    """Write a chunk's table into the folder. Raises RecError where it cannot be written."""
    data = to_bytes(table, folder.form)
    name = f"part-{chunk.cell:05d}-{chunk.first:09d}-{_mark(data, folder.key)}.{folder.form}"
    _write(folder.path / name, data)


def resume_part(folder: Folder, chunk: Chunk) -> Table | None:
    """A chunk's table; None if it has to be made. Damaged files are removed, and a warning names them."""
    table, damaged = _find_part(folder, chunk)
    for path in damaged:
        with contextlib.suppress(OSError):
            path.unlink()
    if damaged:
        _warn(f"{_names(damaged)} in {folder.path}: damaged. " + ("Its runs are made anew." if table is None else ""))
    return table


def _find_part(folder: Folder, chunk: Chunk) -> tuple[Table | None, list[Path]]:
    """A chunk's table from the first file that is whole, and the files before it, which are not."""
    damaged: list[Path] = []
    for path in folder.parts.get((chunk.cell, chunk.first), []):
        table = _read_part(path, folder, chunk)
        if table is not None:
            return table, damaged
        damaged.append(path)
    return None, damaged


def _read_part(path: Path, folder: Folder, chunk: Chunk) -> Table | None:
    """A chunk's table, or None if its file is damaged, incomplete or another chunk's."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    if path.suffix != f".{folder.form}" or not _is_named(path, data, folder.key):
        return None
    table = from_bytes(data, folder.form)
    if table is None:
        return None
    rows = len(table["run"])
    whole = rows == chunk.runs or (rows == 1 and table["error"][0])
    whole = whole and np.array_equal(table["run"], np.arange(chunk.first, chunk.first + rows))
    return table if whole and (table["cell"] == chunk.cell).all() else None


def _mark(data: bytes, key: str) -> str:
    """What the name of a file with these bytes ends in."""
    return hashlib.blake2b(data, key=key.encode(), digest_size=8).hexdigest()


def _is_named(path: Path, data: bytes, key: str) -> bool:
    """Whether a file's name agrees with its bytes, or is of a time when names said nothing."""
    found = PART.fullmatch(path.name)
    return found is not None and found["mark"] in (None, _mark(data, key))


def _names(paths: Sequence[Path]) -> str:
    """The first three names, and how many more."""
    more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
    return ", ".join(path.name for path in paths[:3]) + more


def _warn(text: str) -> None:
    warnings.warn(text, stacklevel=4)


# ---------------------------------------------------------------------------------------------------- JSON


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
    return Cell(source, kind(partition=cut, **own) if has_bins(kind) else kind(**own))


def _frozen(value: Any) -> Any:
    """JSON's lists as tuples."""
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
