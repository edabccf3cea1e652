"""A search as a file: one row for each recorded candidate, every column explained in the file itself."""

from __future__ import annotations

import csv
import io
import json
import math
from typing import Any

import rec_core as rec
from rec_core import families

from ..settings import View, link_query
from .lab import Lane, Race

COLUMNS = {
    "number": "which candidate of the search, from 1; gaps where the recording was cut short",
    "bin_d": "interval of the bin in dimension d, from 0",
    "local_index": "which candidate of its bin, from 1: the index a message names",
    "x_d": "the candidate in dimension d, in P's own units",
    "u_d": "the same as a quantile of P, from 0 to 1",
    "arrival_time": "when it arrives: its bin's clock divided by the bin's weight",
    "log2_ratio": "log2 of q/p', the density ratio against the search prior P'; -inf where Q is zero",
    "race_time": "arrival time divided by that ratio; the smallest wins",
    "leader": "number of the candidate that leads after this one",
}


def _rows(lane: Lane) -> tuple[list[str], list[list[Any]]]:
    trace = lane.trace
    assert trace is not None
    dims = range(trace.samples.shape[1])
    names = ["number", *(f"bin_{d + 1}" for d in dims), "local_index", *(f"x_{d + 1}" for d in dims)]
    names += [*(f"u_{d + 1}" for d in dims), "arrival_time", "log2_ratio", "race_time", "leader"]
    columns = [trace.positions, *trace.bins.T, trace.indices, *trace.samples.T, *trace.quantiles.T]
    columns += [trace.arrival_times, trace.log_ratios_bits, trace.race_times, trace.positions[trace.best]]
    return names, [list(row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def meta(view: View, race: Race, lane: Lane) -> dict[str, Any]:
    """What the search was, what it sent, and what the columns mean."""
    trace = lane.trace
    assert trace is not None
    problem = race.problem
    return {
        "method": lane.title,
        "family": problem.family,
        "target": [list(pair) for pair in problem.params],
        "target_columns": _target_columns(problem),
        "kl_bits": problem.kl_bits,
        "intervals": list(lane.partition.intervals),
        "weighting": lane.weighting,
        "stopping": trace.stopping,
        "seed": view.seed,
        "message": {"bin": list(trace.message.bin), "index": trace.message.index},
        "length_bits": lane.length_bits,
        "examined": trace.examined,
        "winner": int(trace.positions[trace.winner]),
        "link": link_query(view),
        "columns": COLUMNS,
    }


def _target_columns(problem: rec.Problem) -> list[str]:
    """What the numbers of a dimension's target are."""
    pieces = len(problem.params[0]) - 1
    return list(families.family(problem.family).PARAMS) or [f"ln q at {k / pieces:g}" for k in range(pieces + 1)]


def as_csv(view: View, race: Race, lane: Lane) -> str:
    """The trace under a header of comment lines, as `pandas.read_csv(file, comment="#")` reads it."""
    out = io.StringIO()
    for key, value in meta(view, race, lane).items():
        if key == "columns":
            out.writelines(f"# {name}: {meaning}\n" for name, meaning in value.items())
        else:
            out.write(f"# {key} = {json.dumps(value)}\n")
    names, rows = _rows(lane)
    table = csv.writer(out, lineterminator="\n")
    table.writerow(names)
    table.writerows([repr(value) if isinstance(value, float) else value for value in row] for row in rows)
    return out.getvalue()


def as_json(view: View, race: Race, lane: Lane) -> str:
    """The same as {"meta": ..., "trace": {column: [...]}}; JSON has no infinity, so an infinite number is null."""
    names, rows = _rows(lane)
    columns = zip(*rows, strict=True)
    finite = {name: [None if _infinite(v) else v for v in column] for name, column in zip(names, columns, strict=True)}
    return json.dumps({"meta": meta(view, race, lane), "trace": finite}, allow_nan=False)


def _infinite(value: Any) -> bool:
    return isinstance(value, float) and not math.isfinite(value)
