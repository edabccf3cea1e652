"""Many problems at once: a CSV with one row per problem, read with every fault named, worked out in a thread.

Every problem gets its own best J, as if the receiver could know it; and all of them share one partition and one code,
which is what two sides can agree on beforehand. The shared bins are dealt out by the mean KL of each dimension, and J
is chosen by mean bits + log2 of mean candidates: a bit of message is worth half the search.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

import rec_core as rec
from rec_core import families
from rec_core.advise import best_of, candidates_per_second, channel_like, cut_into, cuts_to_compare

from ..background import Halted, Job, Steps
from ..settings import TABLE, View
from ..settings.table import MAX_DIM
from ..settings.view import own_target
from ..text import reading, spreadsheet
from .advice import Advice, pfr_advice

MAX_ROWS = 1000
MAX_FAULTS = 20  # named at once
TEMPLATE = "name,mean_1,mean_2,scale_1,scale_2\nfirst,1.2,-0.4,0.3,0.6\nsecond,0.1,0.8,0.25,0.5\n"
COLUMNS = (
    "row", "name", "dimensions", "kl_bits", "d_inf_bits", "plain_candidates", "plain_bits", "plain_seconds",
    "best_log2_bins", "best_candidates", "best_bits", "best_seconds", "note",
)  # fmt: skip
PARAMS = {name: families.family(name).PARAMS for name in families.CHANNELS}
MAX_COLUMNS = 1 + MAX_DIM * max(map(len, PARAMS.values()))
_FAMILIES = {param: name for name, params in PARAMS.items() for param in params}
_COLUMN = re.compile(rf"({'|'.join(_FAMILIES)})_([1-9]\d{{0,3}})")
_PAIRS = ", or ".join(" and ".join(f"{param}_d" for param in params) for params in PARAMS.values())


# ------------------------------------------------------------------------------------------------ reading


class Entry(NamedTuple):
    """A problem and what its row calls it."""

    name: str
    problem: rec.Problem


class Contents(NamedTuple):
    """What a file holds: its problems, or the faults that keep it from being used."""

    problems: tuple[Entry, ...]
    faults: tuple[str, ...]


def read(data: bytes) -> Contents:
    """The problems of a CSV with a header of mean_1..mean_D, scale_1..scale_D (or low_d, high_d), in any order.

    A column `name` may be there too. Rows are counted from 1 below the header; blank lines are left out.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return Contents((), ("The file is not text in UTF-8; save it as a CSV in UTF-8.",))
    lines = text.splitlines()
    first = next((line for line in lines if line.strip()), "")
    mark = "," if "," in first else ";" if ";" in first else "\t"
    try:
        table = [row for row in csv.reader(lines, delimiter=mark) if any(cell.strip() for cell in row)]
    except csv.Error as error:
        return Contents((), (f"The file cannot be read as a CSV: {error}.",))
    if not table:
        return Contents((), ("The file is empty; it needs a header and one row per problem.",))
    header = [cell.strip().lower() for cell in table[0]]
    faults = _header_faults(header)
    rows = table[1:]
    if not faults and not rows:
        faults = ["The file has a header but no rows; give one row per problem."]
    if not faults and len(rows) > MAX_ROWS:
        faults = [f"The file has {len(rows):,} rows; up to {MAX_ROWS:,} are worked out at once. Split it."]
    if faults:
        return Contents((), tuple(faults[:MAX_FAULTS]))
    problems: list[Entry] = []
    for number, row in enumerate(rows, 1):
        found = _row(number, header, row)
        if isinstance(found, Entry):
            problems.append(found)
        else:
            faults += found
    if len(faults) > MAX_FAULTS:
        faults = [*faults[:MAX_FAULTS], f"There are {len(faults) - MAX_FAULTS:,} more faults like these."]
    return Contents((), tuple(faults)) if faults else Contents(tuple(problems), ())


def _header_faults(header: Sequence[str]) -> list[str]:
    """What is wrong with the names of the columns."""
    if len(header) > MAX_COLUMNS:
        return [f"The header has {len(header):,} columns; up to {MAX_COLUMNS} are read: {MAX_DIM} dimensions and name."]
    if all(_number(cell) is not None for cell in header):
        return ["The first row must be a header, for example mean_1,mean_2,scale_1,scale_2; it holds numbers."]
    faults: list[str] = []
    seen: dict[str, set[int]] = {}
    for place, cell in enumerate(header, 1):
        if cell in header[: place - 1]:
            faults.append(f"Column {place}: “{cell[:40]}” is there twice.")
        elif match := _COLUMN.fullmatch(cell):
            seen.setdefault(match[1], set()).add(int(match[2]))
        elif cell != "name":
            faults.append(
                f"Column {place}: “{cell[:40]}” is not a name that is known; use {_PAIRS}, with d = 1, 2, …, and name."
            )
    if faults:
        return faults
    used = {_FAMILIES[param] for param in seen}
    if len(used) != 1:
        return [f"The header needs {_PAIRS}: one of these pairs."]
    params = PARAMS[used.pop()]
    dims = sorted(set().union(*seen.values()))
    if dims[-1] > MAX_DIM:
        return [f"The header has {dims[-1]} dimensions; up to {MAX_DIM} are worked out."]
    wanted = ((param, d) for d in range(1, dims[-1] + 1) for param in params)
    return [f"The header lacks the column {param}_{d}." for param, d in wanted if d not in seen.get(param, ())]


def _number(text: str) -> float | None:
    found = reading.typed(text, ",")
    return found[0] if found and len(found) == 1 else None


def _row(number: int, header: Sequence[str], row: Sequence[str]) -> Entry | list[str]:
    """The problem of a row, or its faults."""
    if len(row) != len(header):
        return [f"Row {number} has {len(row)} cells where the header has {len(header)}."]
    faults, values, name = [], {}, ""
    for column, cell in zip(header, row, strict=True):
        if column == "name":
            name = cell.strip()
            continue
        value = _number(cell)
        if not cell.strip():
            faults.append(f"Row {number}, column {column}: the cell is empty.")
        elif value is None:
            faults.append(f"Row {number}, column {column}: “{cell.strip()[:40]}” is not a number.")
        elif not math.isfinite(value):
            faults.append(f"Row {number}, column {column}: the number must be finite.")
        else:
            values[column] = value
    if faults:
        return faults
    family = next(family for family, params in PARAMS.items() if f"{params[0]}_1" in values)
    params = PARAMS[family]
    dims = [tuple(values[f"{param}_{d + 1}"] for param in params) for d in range(len(values) // len(params))]
    for d, own in enumerate(dims, 1):
        if wrong := families.family(family).fault(own):
            faults.append(f"Row {number}, column {params[wrong[0]]}_{d}: {wrong[1]}.")
        elif rec.Problem(family, (own,)).kl_bits > rec.channel.MAX_BITS:
            what = f"Q is more than {rec.channel.MAX_BITS:g} bits from P there"
            faults.append(f"Row {number}, column {params[0]}_{d}: {what}.")
    return faults or Entry(name, rec.Problem(family, tuple(dims)))


# ------------------------------------------------------------------------------------------------ working out


class Row(NamedTuple):
    """One problem worked out. `advice` is None where PFR cannot serve it, and `note` says why.

    `shared` has, for each of the shared cuts, E[log2 index], the bound A that the code is made from, and the expected
    candidates.
    """

    number: int
    name: str
    problem: rec.Problem
    advice: Advice | None
    shared: tuple[tuple[float, float, float], ...]
    note: str


class Shared(NamedTuple):
    """One partition and one code for all the problems: means over them."""

    partition: rec.Partition
    mean_bits: float
    mean_candidates: float
    seconds: float  # of searching for all


class Summary(NamedTuple):
    """What a batch costs with one J for all, for each J compared; the first is without bins."""

    served: int  # problems that PFR serves
    options: tuple[Shared, ...]
    best: int


def shared_cuts(problems: Sequence[Entry]) -> tuple[rec.Partition, ...]:
    """The partitions compared for all: dealt out by the mean KL of each dimension."""
    bits = np.mean([channel_like(one.problem).bits for one in problems], axis=0)
    channel = rec.Channel(families.channel_family(problems[0].problem.family), tuple(bits.tolist()))
    return tuple(cut_into(channel, k) for k in cuts_to_compare(channel))


def work_out(number: int, one: Entry, cuts: Sequence[rec.Partition]) -> Row:
    """A problem's own best J, and what the shared partitions cost it."""
    problem = one.problem
    try:
        advice = pfr_advice(problem, channel_like(problem), problem)
    except rec.RecError as error:
        return Row(number, one.name, problem, None, (), str(error))
    shared = tuple(
        (
            rec.laws.expected_log2_index(problem, cut),
            rec.laws.log2_index_bound_bits(problem, cut),
            2.0 ** min(rec.upper_sum_bits(problem, cut), 1000.0),
        )
        for cut in cuts
    )
    return Row(number, one.name, problem, advice, shared, "")


def summary(rows: Sequence[Row], cuts: Sequence[rec.Partition]) -> Summary | None:
    """One J for all the rows that PFR serves, the index coded with the mean of their bounds; None without such rows."""
    served = [row for row in rows if row.advice is not None]
    if not served:
        return None
    rate = candidates_per_second(served[0].problem.family, served[0].problem.dim)
    log2_index, bound, candidates = np.mean([row.shared for row in served], axis=0).T.tolist()
    options = tuple(
        Shared(
            cut,
            cut.log2_bins + float(rec.ZipfCode(bound[i]).length_at_log2(log2_index[i])),
            candidates[i],
            len(served) * candidates[i] / rate,
        )
        for i, cut in enumerate(cuts)
    )
    return Summary(len(served), options, best_of([(one.mean_bits, one.mean_candidates) for one in options]))


@dataclass
class Batch:
    """Problems, the partitions compared for all of them, and the rows worked out so far."""

    problems: tuple[Entry, ...]
    cuts: tuple[rec.Partition, ...]
    rows: list[Row]


def start(problems: Sequence[Entry], alive: Callable[[], bool], rows: Sequence[Row] = ()) -> Job[Batch]:
    """Work the problems out, or go on after the `rows` of a run that was stopped."""
    return Job(Batch(tuple(problems), shared_cuts(problems), list(rows)), _work, alive)


def _work(batch: Batch, halted: Halted) -> Steps:
    for number in range(len(batch.rows), len(batch.problems)):
        yield number, len(batch.problems)
        if halted():
            return
        batch.rows.append(work_out(number + 1, batch.problems[number], batch.cuts))
    yield len(batch.rows), len(batch.problems)


# ------------------------------------------------------------------------------------------------ taking away


def record(row: Row) -> dict[str, str | int | float | None]:
    """A row's numbers under COLUMNS; None where PFR does not serve it."""
    problem = row.problem
    values: list[str | int | float | None] = [
        row.number, row.name, problem.dim, problem.kl_bits, problem.d_inf_bits
    ]  # fmt: skip
    if row.advice is None:
        values += [None] * 7
    else:
        plain, best = row.advice.options[0], row.advice.options[row.advice.best]
        values += [plain.candidates, plain.mean_bits, plain.seconds]
        values += [best.log2_bins, best.candidates, best.mean_bits, best.seconds]
    return dict(zip(COLUMNS, [*values, row.note], strict=True))


def as_csv(rows: Sequence[Row]) -> str:
    """The rows as a CSV, numbers in full."""
    return spreadsheet.as_csv([COLUMNS, *(list(record(row).values()) for row in rows)])


def view_of(row: Row) -> View:
    """Play on this problem, with its best J."""
    view = View(family=row.problem.family)
    best = row.advice.options[row.advice.best].log2_bins if row.advice else 0
    return own_target(view, row.problem.params)._replace(log2_bins=int(min(best or 0, TABLE[View]["log2_bins"].high)))
