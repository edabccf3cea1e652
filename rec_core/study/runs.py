"""Chunks of a study run on an executor, streamed to a folder."""

from __future__ import annotations

import hashlib
import math
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ThreadPoolExecutor, wait
from functools import lru_cache
from pathlib import Path

import numpy as np

from ..arguments import checked
from ..arrays import Floats
from ..channel import Channel
from ..checks import seed_word, whole_number
from ..codes import ZipfCode
from ..encode import MOST_NUMBERS, encode_many
from ..errors import RecError
from ..randomness import run_seeds
from . import folders
from .cells import Cell, Chunk, Study, chunks
from .tables import Format, Table, join

ATTEMPTS = 4
"""How often a chunk is tried whose worker died or whose executor failed."""

Progress = Callable[[int, int, float | None], object]
"""A function (runs done, runs in total, seconds left or None)."""


@checked
def stream(
    study: Study,
    out: str | os.PathLike[str] | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
    stop: Callable[[], bool] | threading.Event | None = None,
    form: Format = "parquet",
    in_flight: int = 64,
) -> Iterator[Table]:
    """Tables of the chunks as they finish, columns of shape (runs,), each chunk once.

    With `out`, a folder, finished chunks are saved there, and those it already has come first; a warning names damaged
    files, whose chunks are run again. `executor`: threads, one per core, unless given; it has at most `in_flight`
    chunks at a time. `form`: of the files, 'parquet' or 'csv'.
    `progress(done, total, seconds_left)` counts runs; seconds_left is None until the first chunk is finished. `stop`,
    an event or a function, ends the study: running chunks are finished and saved. Closing the iterator ends it at once
    and drops them.

    Raises RecError if `out` has another study or cannot be written, RuntimeError for a chunk that failed ATTEMPTS
    times, and BrokenExecutor for an executor that died. Finished chunks stay saved. Source: here.

    >>> import rec_core as rec
    >>> work = Study(rec.study.grid([rec.gaussian_channel([2.0])]), runs=4, chunk=2)
    >>> sorted(table["run"].tolist() for table in stream(work))
    [[0, 1], [2, 3]]
    """
    limit = whole_number(in_flight, "in_flight")
    folder = None if out is None else folders.open_folder(study, Path(out), form)
    halted = stop.is_set if isinstance(stop, threading.Event) else stop or (lambda: False)
    report = progress or (lambda *_: None)
    todo: deque[tuple[Chunk, int]] = deque()
    flying: dict[Future[Table], tuple[Chunk, int]] = {}
    done = fresh = 0
    for chunk in chunks(study):
        saved = None if folder is None else folders.resume_part(folder, chunk)
        if saved is None:
            todo.append((chunk, 1))
        else:
            done += chunk.runs
            yield saved
    report(done, study.num_runs, None if todo else 0.0)
    start, stopped = time.monotonic(), False
    pool = ThreadPoolExecutor(os.cpu_count()) if executor is None else executor
    try:
        while flying or (todo and not stopped):
            stopped = stopped or halted()
            if stopped:
                flying = {future: task for future, task in flying.items() if not future.cancel()}
            while todo and not stopped and len(flying) < limit:
                chunk, attempt = todo.popleft()
                work = chunk.cell, study.cells[chunk.cell], study.seed, chunk.first, chunk.runs, study.samples
                flying[pool.submit(_work, *work, attempt)] = chunk, attempt
            for future in wait(flying, timeout=0.2, return_when=FIRST_COMPLETED).done:
                chunk, attempt = flying.pop(future)
                try:
                    table = future.result()
                except (BrokenExecutor, RecError):  # the same again if it is tried again
                    raise
                except Exception as error:  # whatever an executor raises for a worker that died
                    if attempt == ATTEMPTS:
                        raise RuntimeError(f"{chunk} failed {ATTEMPTS} times, the last time with: {error!r}") from error
                    todo.appendleft((chunk, attempt + 1))
                    continue
                if folder is not None:
                    folders.write_part(folder, chunk, table)
                done, fresh = done + chunk.runs, fresh + chunk.runs
                taken = max(time.monotonic() - start, 0.0)  # whatever the clock does
                report(done, study.num_runs, taken / fresh * (study.num_runs - done))
                yield table
    except BrokenExecutor as error:
        raise BrokenExecutor(
            "A worker died and with it its executor; chunks in `out` stay saved. Run the study again with a new "
            "executor, and it resumes."
        ) from error
    finally:
        for future in flying:
            future.cancel()
        if executor is None:
            pool.shutdown(wait=False)


@checked
def run(
    study: Study,
    out: str | os.PathLike[str] | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
    stop: Callable[[], bool] | threading.Event | None = None,
    form: Format = "parquet",
    in_flight: int = 64,
) -> Table:
    """Run `stream` to its end: one table of all finished runs, columns of shape (R,), sorted by cell and run.

    Raises RecError, RuntimeError and BrokenExecutor as `stream` does. Source: here.

    >>> import rec_core as rec
    >>> rows = run(Study(rec.study.grid([rec.gaussian_channel([4.0])], ("I",)), runs=100))
    >>> bool((rows["index"] >= 1).all()), float(rows["bin_bits"][0])
    (True, 4.0)
    """
    return join(stream(study, out, executor, progress, stop, form, in_flight))


@checked
def run_chunk(cell: Cell, seed: int, first: int, runs: int, samples: bool = False) -> Table:
    """Runs first .. first + runs - 1 of a cell in a study with this seed: a table without the column `cell`.

    Columns have shape (runs,). The channel or problem is hashed into the study's seed: row k is run first + k of
    `encode_many(..., seed=that)`, whatever the chunk. Method and partition are not hashed: cells of one channel have
    the same targets and the same shared randomness, so their differences are less noisy than their means. A run over
    budget has the message of BudgetExceeded in `error`; if it is the first, the others are not tried and the table has
    one row.

    Raises RecError for invalid numbers. Source: here.

    >>> import rec_core as rec
    >>> run_chunk(Cell(rec.gaussian_channel([2.0])), seed=1, first=10, runs=3)["run"]
    array([10, 11, 12])
    """
    source, runs = cell.source, whole_number(runs, "runs", 1, MOST_NUMBERS // cell.source.dim + 1)
    whole_number(first, "first", 0, 2**62 - runs)
    bits, params = (source.bits, ()) if isinstance(source, Channel) else ((), source.params)
    text = repr((int(seed_word(seed)), source.family, bits, params))
    source_seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())
    seeds = run_seeds(source_seed, runs, first)
    rows = [_run_one(cell, int(seeds[0]))]
    if not rows[0][3] and runs > 1:
        try:
            many = encode_many(source, runs, cell.method, seed=source_seed, num_threads=1, first=first)
            rows = list(zip(many.indices, many.examined, many.kl_bits, [""] * runs, many.samples, strict=True))
        except RecError:  # in some run: one by one, so that the others are not lost
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


def _run_one(cell: Cell, seed: int) -> tuple[int, int, float, str, Floats]:
    """Index, examined, KL in bits, error and sample of one run."""
    try:
        sent = cell.encode(seed)
        return sent.message.index, sent.examined, cell.target(seed).kl_bits, "", sent.sample
    except RecError as refusal:
        return 0, 0, math.nan, str(refusal), np.full(cell.source.dim, math.nan)


@lru_cache(maxsize=4096)
def _zipf_code(cell: Cell) -> ZipfCode:
    """The code of a cell's indices: C = `laws.log2_index_bound_bits`."""
    return ZipfCode.for_source(cell.source, cell.cut)


def _work(number: int, cell: Cell, seed: int, first: int, runs: int, samples: bool, attempt: int) -> Table:
    """What is submitted. `attempt` makes calls differ, for executors that return one result for equal arguments."""
    table = run_chunk(cell, seed, first, runs, samples)
    return {"cell": np.full(len(table["run"]), number), **table}
