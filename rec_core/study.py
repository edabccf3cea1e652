"""Studies: many encodings over a grid of problems and methods, on any executor, streamed to a folder, resumable.

    from rec_core import study
    cells = study.grid([rec.gaussian_channel([i]) for i in (2, 4, 6)], log2_bins=(0, 3))
    rows = study.run(study.Study(cells, runs=2000, seed=1), out="results")      # run it again: it resumes
    means = study.summary(cells, rows)

or `python -m rec_core.study --bits 2,4,6 --log2-bins 0,3 --runs 2000 --seed 1 --out results`.

The unit of work is a chunk: `run_chunk(cell, seed, first, runs)`, a pure function. So a chunk that is lost with its
worker is simply run again, and neither the executor, nor the number of workers, nor the order in which they finish
changes one bit of the result. An executor is anything with the interface of `concurrent.futures.Executor`: threads
(the default; the kernels release the GIL), processes, or `dask.distributed.Client(...).get_executor()` for a cluster.

A folder of results holds one file a chunk, each whole or absent, and `_study.json`, which says what study it is.
pandas and pyarrow read the folder as one table: they pass over names that begin with an underscore.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import importlib
import io
import json
import math
import os
import signal
import sys
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from . import families, laws
from .allocation import Strategy, allocate
from .channel import Channel, Problem, check_problem
from .checks import seed_word
from .codes import ZipfCode
from .encode import Encoding, encode, encode_many
from .errors import RecError
from .methods import ORC, PFR
from .methods.method import MAX_EXAMINED
from .partition import Partition, check_partition
from .randomness import run_seeds

FORMAT_VERSION = 3  # of a folder; one more whenever the same study would give other numbers
FORMATS = ("parquet", "csv")
ATTEMPTS = 4  # at a chunk whose worker died or whose executor failed
COLUMNS: dict[str, Any] = dict.fromkeys(("cell", "run", "index", "examined"), np.int64)
COLUMNS |= {"seed": np.uint64, **dict.fromkeys(("kl_bits", "bin_bits", "length_bits"), np.float64), "error": object}
"""Columns of a table, one run a row. `cell` and `run` from 0. `index`: the local index, from 1. `seed`: the run's own,
`Cell.encode(seed)` is this very run. `kl_bits`: KL(Q || P). `bin_bits`: log2 J. `length_bits`: of bin and Zipf-coded
index together, ideal. `error`: empty, or for a run over budget a sentence; it has index 0, examined 0 and NaN.
A study that keeps samples has columns `x1` ... `xD` more."""

Table = dict[str, NDArray[Any]]
Progress = Callable[[int, int, float | None], object]


@dataclass(frozen=True)
class Cell:
    """One point of a study: a channel or one problem, and the method that encodes. Raises RecError where the method
    cannot serve it.

    >>> import rec_core as rec
    >>> Cell(rec.gaussian_channel([3.0]), rec.PFR(rec.Partition((8,)))).cut.num_bins
    8
    """

    source: Channel | Problem
    method: PFR | ORC = PFR()

    def __post_init__(self) -> None:
        source = self.source
        if isinstance(source, Channel):
            source = replace(source, bits=tuple(bits + 0.0 for bits in source.bits))  # + 0.0: one zero only
        else:
            check_problem(source)
            source = replace(source, params=tuple(tuple(value + 0.0 for value in row) for row in source.params))
        if not isinstance(self.method, PFR | ORC):
            raise RecError(f"Give the method as rec.PFR(...) or rec.ORC(num_candidates, ...); got {self.method!r}.")
        cut = check_partition(self.method.partition, source.dim)
        object.__setattr__(self, "source", source)
        object.__setattr__(self, "method", replace(self.method, partition=cut))
        self.method.check(self.target(0))

    @property
    def cut(self) -> Partition:
        """The partition."""
        return check_partition(self.method.partition, self.source.dim)

    def target(self, seed: int) -> Problem:
        """The problem of the run with this seed."""
        return self.source.draw(seed) if isinstance(self.source, Channel) else self.source

    def encode(self, seed: int) -> Encoding:
        """The run with this seed (a table's column) once more, alone. Raises BudgetExceeded as `encode` does."""
        return encode(self.target(seed), self.method, seed=seed)


def grid(
    sources: Iterable[Channel | Problem],
    log2_bins: Sequence[int | Literal["I"]] = (0,),
    strategies: Sequence[Strategy] = ("information",),
    methods: Sequence[PFR | ORC] = (PFR(),),
    *,
    seed: int = 0,
    targets: int = 0,
) -> tuple[Cell, ...]:
    """Every combination, the first argument slowest, each once; every method with every partition.

    Partitions are `allocate(channel, log2_bins, strategy, seed)`, where "I" among `log2_bins` is the channel's
    information in whole bits; where it is 0 a method keeps its own. Bins cannot be allocated to a problem: give its
    methods theirs. With `targets`, a channel's targets draw(0), ..., draw(targets - 1) take its place, each with cells
    of its own. Raises RecError for what does not go together.
    """
    cells = []
    for source, bins, strategy, method in product(sources, log2_bins, strategies, methods):
        if bins and not isinstance(source, Channel):
            raise RecError("Bins are allocated by a channel's information; give a problem's method its own partition.")
        if bins and isinstance(source, Channel):
            total = round(source.information_bits) if bins == "I" else int(bins)
            method = replace(method, partition=allocate(source, total, strategy, seed))
        some = [source.draw(t) for t in range(targets)] if targets and isinstance(source, Channel) else [source]
        cells += [Cell(one, method) for one in some]
    return tuple(dict.fromkeys(cells))


@dataclass(frozen=True)
class Study:
    """`runs` encodings of every cell, all from one `seed`, in chunks of at most `chunk` runs, which changes no number.
    `samples`: tables have what was sent too. Raises RecError for no cells, a cell given twice, counts below 1, and
    samples to be kept of cells that differ in dimension."""

    cells: tuple[Cell, ...]
    runs: int
    seed: int = 0
    chunk: int = 250
    samples: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "cells", tuple(self.cells))
        if not self.cells or len(set(self.cells)) < len(self.cells):
            raise RecError("A study needs at least one cell, and each cell only once.")
        for name in ("runs", "chunk"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
                raise RecError(f"{name} must be a whole number >= 1, got {value!r}.")
            object.__setattr__(self, name, int(value))
        object.__setattr__(self, "seed", int(seed_word(self.seed)))
        if self.samples and len({one.source.dim for one in self.cells}) > 1:
            raise RecError("Samples can be kept of cells that all have one dimension; make a study for each dimension.")

    @property
    def num_runs(self) -> int:
        """Runs of all cells together."""
        return len(self.cells) * self.runs


class Chunk(NamedTuple):
    """Runs first .. first + runs - 1 of the cell with this number."""

    cell: int
    first: int
    runs: int


def chunks(study: Study) -> Iterator[Chunk]:
    """The chunks of a study, the first of every cell before the second of any: charts fill evenly."""
    for first in range(0, study.runs, study.chunk):
        for number in range(len(study.cells)):
            yield Chunk(number, first, min(study.chunk, study.runs - first))


# ---------------------------------------------------------------------------------------------------- work


def run_chunk(cell: Cell, seed: int, first: int, runs: int, samples: bool = False) -> Table:
    """Runs first .. first + runs - 1 of a cell, in a study with this seed: a table but for its column `cell`.

    The channel or problem is hashed into the study's seed: row k is run first + k of `encode_many(..., seed=that)`,
    whatever the chunk. Method and partition are not hashed: cells of one channel meet the same
    targets with the same shared randomness, so their differences are less noisy than their means.
    A run over budget has its sentence in `error`. If it is the first the others are not tried: one row stands for all.
    """
    source = cell.source
    bits, params = (source.bits, ()) if isinstance(source, Channel) else ((), source.params)
    text = repr((int(seed_word(seed)), source.family, bits, params))
    source_seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())
    seeds = run_seeds(source_seed, runs, first)
    rows = [_run_one(cell, int(seeds[0]))]
    if not rows[0][3] and runs > 1:
        try:
            found = encode_many(source, runs, cell.method, seed=source_seed, num_threads=1, first=first)
            rows = list(zip(found.indices, found.examined, found.kl_bits, [""] * runs, found.samples, strict=True))
        except RecError:  # some run: one by one, to keep the others
            rows += [_run_one(cell, seed) for seed in seeds[1:].tolist()]
    index, examined, kl, error, sent = zip(*rows, strict=True)
    code_bits = _zipf_code(cell).length_bits(np.maximum(index, 1))
    count, bin_bits = len(rows), cell.cut.log2_bins
    return {
        "run": np.arange(first, first + count),
        "seed": seeds[:count],
        "index": np.array(index, np.int64),
        "examined": np.array(examined, np.int64),
        "kl_bits": np.array(kl),
        "bin_bits": np.full(count, bin_bits),
        "length_bits": np.where(np.array(index) > 0, bin_bits + code_bits, math.nan),
        "error": np.array(error, object),
        **({f"x{d}": column for d, column in enumerate(np.array(sent).T.copy(), start=1)} if samples else {}),
    }


def _run_one(cell: Cell, seed: int) -> tuple[int, int, float, str, NDArray[np.float64]]:
    """Index, examined, KL in bits, error and sample of one run. A hopeless search is refused before it starts."""
    try:
        sent = cell.encode(seed)
        return sent.message.index, sent.examined, cell.target(seed).kl_bits, "", sent.sample
    except RecError as refusal:
        return 0, 0, math.nan, str(refusal), np.full(cell.source.dim, math.nan)


@lru_cache(maxsize=4096)
def _zipf_code(cell: Cell) -> ZipfCode:
    """The code of a cell's indices: C = `laws.log2_index_bound_bits`."""
    return ZipfCode(laws.log2_index_bound_bits(cell.source, cell.cut))


def _work(number: int, cell: Cell, seed: int, first: int, runs: int, samples: bool, attempt: int) -> Table:
    """What is submitted. With `attempt`, an executor that knows calls by their arguments cannot repeat a failure."""
    table = run_chunk(cell, seed, first, runs, samples)
    return {"cell": np.full(len(table["run"]), number), **table}


def stream(
    study: Study,
    out: str | os.PathLike[str] | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
    stop: Callable[[], bool] | threading.Event | None = None,
    form: str = "parquet",
    in_flight: int = 64,
) -> Iterator[Table]:
    """Tables of the chunks as they finish, each once; with `out`, first those the folder holds, and then written there.

    `executor`: threads, one a core, unless given; at most `in_flight` chunks are with it at a time. `form`: of the
    files, 'parquet' or 'csv'. `progress(done, total, seconds_left)` counts runs; seconds_left is None until a first
    chunk tells. `stop`, an event or a function, ends the study: chunks under way are finished and kept. Closing the
    iterator ends it at once, and drops them.
    Raises RecError where `out` holds another study, RuntimeError for a chunk that failed ATTEMPTS times and
    BrokenExecutor for an executor that died. What was done is kept.
    """
    folder = None if out is None else _open(study, Path(out), form)
    halted = stop.is_set if isinstance(stop, threading.Event) else stop or (lambda: False)
    report = progress or (lambda *_: None)
    todo: deque[tuple[Chunk, int]] = deque()
    flying: dict[Future[Table], tuple[Chunk, int]] = {}
    done = fresh = 0
    for chunk in chunks(study):
        held = None if folder is None else _read_part(folder, chunk, form)
        if held is None:
            todo.append((chunk, 1))
        else:
            done += chunk.runs
            yield held
    report(done, study.num_runs, None if todo else 0.0)
    start, stopped = time.monotonic(), False
    pool = ThreadPoolExecutor(os.cpu_count()) if executor is None else executor
    try:
        while flying or (todo and not stopped):
            stopped = stopped or halted()
            if stopped:
                flying = {future: task for future, task in flying.items() if not future.cancel()}
            while todo and not stopped and len(flying) < in_flight:
                chunk, attempt = todo.popleft()
                work = chunk.cell, study.cells[chunk.cell], study.seed, chunk.first, chunk.runs, study.samples
                flying[pool.submit(_work, *work, attempt)] = chunk, attempt
            for future in wait(flying, timeout=0.2, return_when=FIRST_COMPLETED).done:
                chunk, attempt = flying.pop(future)
                try:
                    table = future.result()
                except BrokenExecutor:
                    raise
                except Exception as error:  # whatever an executor raises for a worker that died
                    if attempt == ATTEMPTS:
                        raise RuntimeError(f"{chunk} failed {ATTEMPTS} times, the last time with: {error!r}") from error
                    todo.appendleft((chunk, attempt + 1))
                    continue
                if folder is not None:
                    _write(folder / _part(chunk, form), to_bytes(table, form))
                done, fresh = done + chunk.runs, fresh + chunk.runs
                report(done, study.num_runs, (time.monotonic() - start) / fresh * (study.num_runs - done))
                yield table
    except BrokenExecutor as error:
        raise BrokenExecutor(
            "A worker died and took its executor along; what is in `out` is kept. Run the study again with a new "
            "executor, and it resumes."
        ) from error
    finally:
        for future in flying:
            future.cancel()
        if executor is None:
            pool.shutdown(wait=False)


def run(
    study: Study,
    out: str | os.PathLike[str] | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
    stop: Callable[[], bool] | threading.Event | None = None,
    form: str = "parquet",
    in_flight: int = 64,
) -> Table:
    """`stream` to its end: all that is done, sorted by cell and run."""
    return join(stream(study, out, executor, progress, stop, form, in_flight))


def join(tables: Iterable[Table]) -> Table:
    """One table of many, sorted by (cell, run)."""
    parts = list(tables) or [{name: np.empty(0, kind) for name, kind in COLUMNS.items()}]
    whole = {name: np.concatenate([part[name] for part in parts]) for name in _names(parts[0])}
    order = np.lexsort((whole["run"], whole["cell"]))
    return {name: column[order] for name, column in whole.items()}


def samples(table: Table) -> NDArray[np.float64]:
    """The samples in a table of a study that keeps them, (R, D); NaN for runs that failed."""
    return np.column_stack([table[name] for name in _names(table)[len(COLUMNS) :]])


def _names(names: Iterable[str]) -> list[str]:
    """Columns of a table in their order, those of samples last."""
    return [*COLUMNS, *(name for name in names if name not in COLUMNS)]


def summary(cells: Sequence[Cell], table: Table) -> Table:
    """One row a cell: `cell`, `runs` (done), `failed`, `error` (the first), and of examined, log2_index, kl_bits and
    length_bits each `_mean`, `_se` (its standard error), `_q1`, `_median` and `_q3` (values that occurred).

    Where runs failed, those left would mislead, and all these are NaN but for the quartiles of examined, in which a
    failure is infinity. Over a Gaussian channel the examined of PFR has no finite mean: quote its quartiles.
    """
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


# ---------------------------------------------------------------------------------------------------- folders


def load(out: str | os.PathLike[str]) -> Study:
    """The study a folder holds. Raises RecError for a folder of none, or of another version."""
    path = Path(out) / "_study.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        version = found["version"]
        if version == FORMAT_VERSION:
            return Study(**{**found["study"], "cells": [_cell(fields) for fields in found["study"]["cells"]]})
    except (OSError, ValueError, KeyError, TypeError):
        raise RecError(f"{os.fspath(out)} is not a folder of results: its _study.json is missing or damaged.") from None
    raise RecError(f"{os.fspath(out)} was written by version {version} of studies, this is {FORMAT_VERSION}.")


def _described(study: Study) -> dict[str, Any]:
    """A study as JSON has it."""
    fields = {name: getattr(study, name) for name in ("runs", "seed", "chunk", "samples")}
    return {"cells": [_fields(cell) for cell in study.cells], **fields}


def _fields(cell: Cell) -> dict[str, Any]:
    source, method = cell.source, cell.method
    known: dict[str, Any] = {"bits": source.bits} if isinstance(source, Channel) else {"params": source.params}
    own = {name: getattr(method, name) for name in method.__dataclass_fields__ if name != "partition"}
    if source.prior.shift:
        known |= {"prior_shift": source.prior_shift, "prior_scale": source.prior_scale}
    return {"family": source.family, **known, "method": _name(method), "intervals": cell.cut.intervals, **own}


def _cell(fields: dict[str, Any]) -> Cell:
    """The cell of `_fields`, as JSON gives them back."""
    own = dict(fields)
    family, kind, cut = own.pop("family"), _METHODS[own.pop("method")], Partition(own.pop("intervals"))
    placed = {name: tuple(own.pop(name)) for name in ("prior_shift", "prior_scale") if name in own}
    source: Channel | Problem
    if "bits" in own:
        source = Channel(family, tuple(own.pop("bits")), **placed)
    else:
        source = Problem(family, tuple(map(tuple, own.pop("params"))), **placed)
    return Cell(source, kind(partition=cut, **own))


_METHODS: dict[str, type[PFR] | type[ORC]] = {"pfr": PFR, "orc": ORC}


def _name(method: PFR | ORC) -> str:
    return "pfr" if isinstance(method, PFR) else "orc"


def read(out: str | os.PathLike[str]) -> Table:
    """All that is done in a folder, sorted by cell and run. Files that are damaged count as not there."""
    study, folder = load(out), Path(out)
    form = json.loads((folder / "_study.json").read_text(encoding="utf-8"))["form"]
    held = (_read_part(folder, chunk, form) for chunk in chunks(study))
    return join(table for table in held if table is not None)


def _open(study: Study, folder: Path, form: str) -> Path:
    """Make the folder, or see that it is this study's."""
    if form not in FORMATS:
        raise RecError(f"Unknown format {form!r}; choose one of {', '.join(FORMATS)}.")
    if form == "parquet":
        _pyarrow()
    description = json.dumps({"version": FORMAT_VERSION, "form": form, "study": _described(study)}, indent=1)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise RecError(f"{folder} is a file; give a folder for the results.") from None
    path = folder / "_study.json"
    if not path.exists():
        if any(folder.glob("part-*")):
            raise RecError(f"{folder} has results but no _study.json to say of what; choose another folder.")
        _write(path, description.encode())
    elif path.read_text(encoding="utf-8") != description:
        raise RecError(f"{folder} holds the results of another study, or of this one in another format or version; "
                       "repeat the study exactly to resume it, or choose another folder.")  # fmt: skip
    return folder


def _part(chunk: Chunk, form: str) -> str:
    return f"part-{chunk.cell:05d}-{chunk.first:09d}.{form}"


def _write(path: Path, data: bytes) -> None:
    """All of it or nothing, whatever happens meanwhile."""
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        with draft.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def to_bytes(table: Table, form: str) -> bytes:
    """A table as a file of this form, as folders hold it."""
    if form == "parquet":
        pyarrow, parquet = _pyarrow()
        sink = io.BytesIO()
        parquet.write_table(pyarrow.table({name: pyarrow.array(table[name]) for name in _names(table)}), sink)
        return sink.getvalue()
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_names(table))
    writer.writerows(zip(*(table[name].tolist() for name in _names(table)), strict=True))
    return text.getvalue().encode()


def _read_part(folder: Path, chunk: Chunk, form: str) -> Table | None:
    """A chunk's table, or None where its file is not there or not whole."""
    try:
        data = (folder / _part(chunk, form)).read_bytes()
        if form == "parquet":
            _, parquet = _pyarrow()
            columns = parquet.read_table(io.BytesIO(data)).to_pydict()
        else:
            if not data.endswith(b"\n"):
                return None
            names, *lines = csv.reader(io.StringIO(data.decode()))
            columns = dict(zip(names, zip(*lines, strict=True), strict=True))
        parse: dict[Any, Callable[[Any], Any]] = {np.float64: float, object: str}
        table: Table = {
            name: np.array([parse.get(kind, int)(value) for value in columns[name]], kind)
            for name, kind in {**dict.fromkeys(_names(columns), np.float64), **COLUMNS}.items()
        }
    except (OSError, ValueError, KeyError, TypeError):
        return None
    rows = len(table["run"])
    whole = rows == chunk.runs or (rows == 1 and table["error"][0])
    whole = whole and np.array_equal(table["run"], np.arange(chunk.first, chunk.first + rows))
    return table if whole and (table["cell"] == chunk.cell).all() else None


def _pyarrow() -> tuple[Any, Any]:
    try:
        return importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    except ImportError:
        raise RecError('Parquet files need pyarrow: pip install "rec-lab[study]", or choose form="csv".') from None


# ---------------------------------------------------------------------------------------------------- terminal


def time_left(seconds: float | None) -> str:
    """For people: '12 s left', '3 min left', '2.5 h left'."""
    if seconds is None or not math.isfinite(seconds):
        return "time left unknown"
    if seconds < 100:
        return f"{seconds:.0f} s left"
    return f"{seconds / 60:.0f} min left" if seconds < 6000 else f"{seconds / 3600:.1f} h left"


def _show(cells: Sequence[Cell], means: Table) -> str:
    """The summary as lines of text."""
    lines = [
        "I_bits   D  log2_J  method  weighting    runs      examined: median, quartiles   log2 index    length_bits"
    ]
    for i, one in enumerate(cells):
        row = {name: column[i] for name, column in means.items()}
        information = one.source.information_bits if isinstance(one.source, Channel) else one.source.kl_bits
        line = f"{information:6.4g} {one.source.dim:3d} {one.cut.log2_bins:7.4g}  {_name(one.method):6s}  "
        line += f"{one.method.weighting:11s}"
        spread = f"{row['examined_median']:.4g} [{row['examined_q1']:.4g}, {row['examined_q3']:.4g}]"
        line += f" {row['runs']:8d} {spread:>29s}"
        for name in ("log2_index", "length_bits") if not row["failed"] else ():
            line += f"  {row[name + '_mean']:6.3f} ± {row[name + '_se']:.2g}"
        lines += [line, f"        {row['failed']} failed. {row['error']}"] if row["failed"] else [line]
    return "\n".join(lines)


def _methods(given: argparse.Namespace) -> list[PFR | ORC]:
    """The methods a command line names, in all combinations."""
    methods: list[PFR | ORC] = []
    for name, weighting in product(given.method, given.weighting):
        if name not in _METHODS:
            raise RecError(f"Unknown method {name!r}; choose 'pfr' (exact) or 'orc' (a fixed number of candidates).")
        own = {} if weighting is None else {"weighting": weighting}
        if name == "pfr":
            methods += [PFR(stopping=line, max_examined=given.max_examined, **own) for line in given.stopping]
        elif None in given.num_candidates:
            raise RecError("ORC needs --num-candidates: about 2^(KL + 2) keeps its bias small.")
        else:
            methods += [ORC(n, max_examined=given.max_examined, **own) for n in given.num_candidates]
    return methods


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m rec_core.study`; 0 when the study is complete, 130 when it was stopped, 2 for an error."""

    def many(kind: Callable[[str], Any]) -> Callable[[str], list[Any]]:
        return lambda text: [kind(part) for part in text.split(",")]

    parser = argparse.ArgumentParser(prog="python -m rec_core.study", description="Encode over a grid and summarise.")
    add = parser.add_argument
    add("--family", choices=families.CHANNELS, default=families.CHANNELS[0])
    add("--bits", type=many(float), required=True, help="information of the channels in all, e.g. 2,4,6")
    add("--dim", type=many(int), default=[1], help="dimensions the information is spread over, e.g. 1,5 (1)")
    add("--idle-dims", type=int, default=0, help="dimensions without information, besides those (0)")
    add("--targets", type=int, default=0, help="so many fixed targets of each channel, not a fresh one a run")
    add("--log2-bins", type=many(lambda text: text if text == "I" else int(text)), default=[0],
        help="log2 J, e.g. 0,3,I (0: no partition, I: the channel's bits)")  # fmt: skip
    add("--strategy", type=many(str), default=["information"], help="information, random, collapsed or runtime")
    add("--method", type=many(str), default=["pfr"], help="pfr or orc")
    add("--weighting", type=many(str), default=[None], help="peak_ratio, target_mass or uniform (the method's own)")
    add("--stopping", type=many(str), default=[None], help="single or per_bin, for pfr")
    add("--num-candidates", type=many(int), default=[None], help="for orc")
    add("--max-examined", type=int, default=MAX_EXAMINED, help="budget of one run (%(default)s)")
    add("--runs", type=int, default=1000, help="encodings of every cell (%(default)s)")
    add("--chunk", type=int, default=250, help="encodings a unit of work (%(default)s)")
    add("--seed", type=int, default=0)
    add("--samples", action="store_true", help="keep what was sent, in columns x1, x2, ...")
    add("--out", help="folder for the results; the same command resumes an interrupted study")
    add("--format", choices=FORMATS, default="parquet")
    add("--threads", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args(arguments)
    stop = threading.Event()
    last = [0.0]

    def progress(done: int, total: int, seconds: float | None) -> None:
        live = sys.stderr.isatty()
        if done == total or time.monotonic() - last[0] > (0.1 if live else 5.0):
            last[0] = time.monotonic()
            line = f"{done} of {total} runs, {time_left(seconds) if done < total else 'done'}"
            print(f"\r{line:60s}" if live else line, end="" if live and done < total else "\n", file=sys.stderr)

    def interrupt(*_: object) -> None:
        stop.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a second Ctrl-C does not wait

    try:
        if min(given.dim) < 1 or given.threads < 1 or min(given.idle_dims, given.targets) < 0:
            raise RecError("--dim and --threads must be at least 1, --idle-dims and --targets at least 0.")
        idle = (0.0,) * given.idle_dims
        sources = [Channel(given.family, (bits / dim,) * dim + idle) for bits, dim in product(given.bits, given.dim)]
        cells = grid(sources, given.log2_bins, given.strategy, _methods(given), targets=given.targets)
        work = Study(cells, given.runs, given.seed, given.chunk, given.samples)
        usual = signal.signal(signal.SIGINT, interrupt)
        try:
            with ThreadPoolExecutor(given.threads) as pool:
                rows = run(work, given.out, pool, progress, stop, given.format)
        finally:
            signal.signal(signal.SIGINT, usual)
    except RecError as error:
        print(error, file=sys.stderr)
        return 2
    print(_show(cells, summary(cells, rows)))
    if not stop.is_set():
        return 0
    kept = f"kept in {given.out}; the same command resumes" if given.out else "not kept; with --out they would be"
    print(f"\nStopped. The runs that were done are {kept}.", file=sys.stderr)
    return 130


if __name__ == "__main__":
    from rec_core.study import main as imported  # whose functions workers can import

    sys.exit(imported())
