"""Means and quartiles of a table, cell by cell."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..arguments import checked
from ..errors import RecError
from .cells import Cell
from .tables import Table, check_table


@checked
def summary(cells: Sequence[Cell], table: Table) -> Table:
    """One row per cell, columns of shape (cells,).

    `cell`, `runs` (finished), `failed`, `error` (the first), and of examined, log2_index, kl_bits and length_bits each
    `_mean`, `_se` (its standard error), `_q1`, `_median` and `_q3` (values that occurred). If runs failed, the others
    would be misleading, so all these are NaN except the quartiles of examined, in which a failure counts as infinity.
    Over a Gaussian channel the number PFR examines has no finite mean: quote its quartiles.

    Raises RecError for what is no table of results, and without cells. Source: here.

    >>> import rec_core as rec
    >>> cells = rec.study.grid([rec.gaussian_channel([4.0])], (0, 4))
    >>> means = summary(cells, rec.study.run(rec.study.Study(cells, runs=200)))
    >>> bool(means["examined_median"][0] > means["examined_median"][1])
    True
    """
    check_table(table, "table")
    cells = list(cells)
    if not cells:
        raise RecError("Give the cells of the study, such as study.cells; there are none.")
    failures = table["error"] != ""
    examined = np.where(failures, math.inf, table["examined"])
    log2_index = np.log2(np.maximum(table["index"], 1))
    values = {**table, "examined": examined, "log2_index": log2_index}
    rows = []
    for number in range(len(cells)):
        here = table["cell"] == number
        failed = int((here & failures).sum())
        error = table["error"][here & failures][0] if failed else ""
        row = {"cell": number, "runs": int(here.sum()) - failed, "failed": failed, "error": error}
        for name in ("examined", "log2_index", "kl_bits", "length_bits"):
            x = values[name][here]
            known = x if not failed else x[:0]
            row[f"{name}_mean"] = float(known.mean()) if known.size else math.nan
            row[f"{name}_se"] = float(known.std(ddof=1)) / math.sqrt(known.size) if known.size > 1 else math.nan
            ranked = x if name == "examined" else known
            for mark, level in (("q1", 0.25), ("median", 0.5), ("q3", 0.75)):
                value = np.quantile(ranked, level, method="inverted_cdf") if ranked.size else math.nan
                row[f"{name}_{mark}"] = float(value)
        rows.append(row)
    return {key: np.array([row[key] for row in rows], object if key == "error" else None) for key in rows[0]}


@checked
def time_left(seconds: float | None) -> str:
    """Seconds as text; None if unknown.

    Raises RecError for what is no number. Source: here.

    >>> time_left(12.3), time_left(9000.0)
    ('12 s left', '2.5 h left')
    """
    seconds = math.inf if seconds is None else float(seconds)
    if not math.isfinite(seconds):
        return "time left unknown"
    if seconds < 100:
        return f"{seconds:.0f} s left"
    return f"{seconds / 60:.0f} min left" if seconds < 6000 else f"{seconds / 3600:.1f} h left"
