"""Where what was measured goes: tables the app draws, and tables in docs/measurements."""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

from rec_core.images import inr

SHIPPED = Path(inr.__file__).parent
Row = TypeVar("Row", bound=tuple)  # a NamedTuple
DOCS = Path(__file__).parents[1] / "docs" / "measurements"


def write_csv(path: Path, columns: Sequence[str], lines: Iterable[Sequence[object]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(lines)


def read_rows(path: Path, kind: type[Row]) -> list[Row]:
    """The rows of a file without a head line, as NamedTuples of this kind; none where there is no file."""
    if not path.exists():
        return []
    kinds = get_type_hints(kind).values()
    with path.open(newline="") as file:
        return [kind(*(one(text) for one, text in zip(kinds, line, strict=True))) for line in csv.reader(file)]


def completed(
    path: Path, kind: type[Row], wanted: Iterable[tuple[Any, ...]], measure: Callable[[Any], Row]
) -> list[Row]:
    """A row for each key, its first fields: those in the file, and the missing ones, measured and written as they come.
    Says on standard error how long it will take."""
    rows, keys = read_rows(path, kind), list(wanted)
    size = len(keys[0])
    there = {row[:size] for row in rows}
    todo = [key for key in keys if key not in there]
    begun = time.monotonic()
    with path.open("a", newline="") as file:
        for done, key in enumerate(todo, start=1):
            rows.append(measure(key))
            csv.writer(file).writerow(rows[-1])
            file.flush()
            left = (time.monotonic() - begun) / done * (len(todo) - done)
            sys.stderr.write(f"\r{done}/{len(todo)} rows, {left / 60:.0f} min left\x1b[K")
    return sorted(row for row in rows if row[:size] in set(keys))


def markdown(columns: Sequence[str], lines: Iterable[Sequence[object]]) -> str:
    """A table in Markdown."""
    rows = [columns, ["---"] * len(columns), *lines]
    return "".join(f"| {' | '.join(map(str, row))} |\n" for row in rows)


def rewrite(name: str, text: str) -> None:
    """Put `text` between the marks of docs/measurements/NAME.md."""
    path, begin, end = DOCS / f"{name}.md", f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
    before, rest = path.read_text(encoding="utf-8").split(begin)
    path.write_text(f"{before}{begin}{text}{end}{rest.split(end)[1]}", encoding="utf-8")
