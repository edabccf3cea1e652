"""Tables to take away, which most people open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

FORMULA = "=+-@＝＋－＠"  # a cell that begins with one of these, in either width, may be worked out


def as_csv(rows: Iterable[Sequence[object]]) -> str:
    """Rows as a CSV, numbers in full, and no formulas: text that a spreadsheet would work out gets an apostrophe before
    it. Numbers written as text stay numbers.
    """
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([_harmless(cell) for cell in row] for row in rows)
    return out.getvalue()


def _harmless(cell: object) -> object:
    if not isinstance(cell, str) or not cell.strip().startswith(tuple(FORMULA)):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell
