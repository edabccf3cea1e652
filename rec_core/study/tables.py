"""Tables of results: their columns, and how files of them are written and read."""

from __future__ import annotations

import csv
import importlib
import io
from collections.abc import Callable, Iterable
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from ..arguments import checked
from ..arrays import Floats
from ..checks import choice, shown
from ..errors import RecError

Format = Literal["parquet", "csv"]
"""Form of files of results."""

FORMATS: tuple[Format, ...] = get_args(Format)
"""All of them."""

COLUMNS: dict[str, Any] = {
    **dict.fromkeys(("cell", "run", "index", "examined"), np.int64), "seed": np.uint64,
    **dict.fromkeys(("kl_bits", "bin_bits", "length_bits"), np.float64), "error": object,
}  # fmt: skip
"""Columns of a table, one run per row. `cell` and `run` from 0. `index`: the local index, from 1. `seed`: the run's
own, with which `Cell.encode(seed)` repeats the run. `kl_bits`: KL(Q || P). `bin_bits`: log2 J. `length_bits`: of bin
and Zipf-coded index together, ideal. `error`: empty, or the message of BudgetExceeded for a run over budget, which has
index 0, examined 0 and NaN. A study with samples also has columns `x1` ... `xD`."""

Table = dict[str, NDArray[Any]]
"""Columns by name, all of shape (R,)."""


@checked
def join(tables: Iterable[Table]) -> Table:
    """One table from many, columns of shape (R,), sorted by (cell, run).

    Raises RecError for anything but tables with the same columns. Source: here.

    >>> [len(column) for column in join([]).values()]
    [0, 0, 0, 0, 0, 0, 0, 0, 0]
    """
    parts = list(tables) or [{name: np.empty(0, kind) for name, kind in COLUMNS.items()}]
    for number, part in enumerate(parts):
        check_table(part, f"tables[{number}]")
        if part.keys() != parts[0].keys():
            raise RecError(f"Tables must have the same columns; the first has {len(parts[0])}, "
                           f"tables[{number}] has {len(part)}.")  # fmt: skip
    whole = {name: np.concatenate([part[name] for part in parts]) for name in names_of(parts[0])}
    order = np.lexsort((whole["run"], whole["cell"]))
    return {name: column[order] for name, column in whole.items()}


def samples(table: Table) -> Floats:
    """The samples in a table of a study with samples, (R, D); NaN for runs that failed.

    Raises RecError for a table without samples. Source: here.

    >>> samples({name: np.zeros(2) for name in (*COLUMNS, "x1", "x2")}).shape
    (2, 2)
    """
    check_table(table, "table")
    names = names_of(table)[len(COLUMNS) :]
    if not names:
        raise RecError("This table has no samples; make the study with samples=True.")
    return np.column_stack([table[name] for name in names])


def check_table(value: Any, name: str) -> None:
    """Raises RecError for anything but a table: arrays by name, all of one length, with the usual COLUMNS."""
    columns = list(value.values()) if isinstance(value, dict) and value.keys() >= COLUMNS.keys() else [None]
    shapes = {column.shape if isinstance(column, np.ndarray) else () for column in columns}
    if len(shapes) > 1 or len(shapes.pop()) != 1:
        raise RecError(f"{name} must be a table of results, as rec.study.run returns it; got {shown(value)}.")


def names_of(names: Iterable[str]) -> list[str]:
    """Columns of a table in their order, those of samples last."""
    return [*COLUMNS, *(name for name in names if name not in COLUMNS)]


def to_bytes(table: Table, form: Format) -> bytes:
    """A table as a file of this form, as in folders.

    Raises RecError for what is no table, another form, and Parquet without pyarrow. Source: here.

    >>> to_bytes(join([]), "csv")[:14]
    b'cell,run,index'
    """
    check_table(table, "table")
    if choice(form, "format", FORMATS) == "parquet":
        arrow, parquet = pyarrow()
        sink = io.BytesIO()
        parquet.write_table(arrow.table({name: arrow.array(table[name]) for name in names_of(table)}), sink)
        return sink.getvalue()
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names_of(table))
    writer.writerows(zip(*(table[name].tolist() for name in names_of(table)), strict=True))
    return text.getvalue().encode()


def from_bytes(data: bytes, form: Format) -> Table | None:
    """The table in a file of this form; None for a damaged file. Raises RecError for Parquet without pyarrow."""
    parquet = pyarrow()[1] if form == "parquet" else None
    try:
        if parquet:
            columns = parquet.read_table(io.BytesIO(data)).to_pydict()
        else:
            if not data.endswith(b"\n"):
                return None
            names, *lines = csv.reader(io.StringIO(data.decode()))
            columns = dict(zip(names, zip(*lines, strict=True), strict=True))
        parse: dict[Any, Callable[[Any], Any]] = {np.float64: float, object: str}
        return {
            name: np.array([parse.get(kind, int)(value) for value in columns[name]], kind)
            for name, kind in {**dict.fromkeys(names_of(columns), np.float64), **COLUMNS}.items()
        }
    except Exception:  # whatever csv, pyarrow and NumPy raise for bytes that no one wrote
        return None


def pyarrow() -> tuple[Any, Any]:
    """pyarrow and its Parquet module. Raises RecError if it is not installed."""
    try:
        return importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    except ImportError:
        raise RecError('Parquet files need pyarrow: pip install "rec-lab[study]", or choose form="csv".') from None
