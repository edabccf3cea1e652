"""`python -m rec_core.study`: a study of channels from the command line."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import MISSING, fields
from itertools import product
from typing import Any

from .. import families
from ..channel import Channel
from ..checks import choice
from ..errors import RecError
from ..methods import METHODS, Method, name_of
from ..methods.method import MAX_EXAMINED
from .cells import Cell, Study, grid
from .runs import run
from .summaries import summary, time_left
from .tables import FORMATS, Table

MOST_DIM = 2**16
MOST_THREADS = 4096
SETTINGS = ("weighting", "stopping", "num_candidates", "max_examined")  # of methods, as the command line has them


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m rec_core.study`; returns 0 for a complete study, 130 for a stopped one, 2 for an error."""

    def many(kind: Callable[[str], Any]) -> Callable[[str], list[Any]]:
        return lambda text: [kind(part) for part in text.split(",")]

    parser = argparse.ArgumentParser(prog="python -m rec_core.study", description="Encode over a grid and summarize.")
    add = parser.add_argument
    add("--family", choices=families.CHANNELS, default=families.CHANNELS[0])
    add("--bits", type=many(float), required=True, help="total information of the channels, e.g. 2,4,6")
    add("--dim", type=many(int), default=[1], help="dimensions the information is spread over, e.g. 1,5 (1)")
    add("--idle-dims", type=int, default=0, help="more dimensions, without information (0)")
    add("--targets", type=int, default=0, help="number of fixed targets per channel, instead of a new one per run")
    add("--log2-bins", type=many(lambda text: text if text == "I" else int(text)), default=[0],
        help="log2 J, e.g. 0,3,I (0: no partition, I: the channel's bits)")  # fmt: skip
    add("--strategy", type=many(str), default=["information"], help="information, random, collapsed or runtime")
    add("--method", type=many(str), default=["pfr"], help=" or ".join(METHODS))
    add("--weighting", type=many(str), default=[None], help="peak_ratio, target_mass or uniform (the method's own)")
    add("--stopping", type=many(str), default=[None], help="single or per_bin, for pfr")
    add(
        "--num-candidates",
        type=many(int),
        default=[None],
        help="for orc, minimalrandomcoding (about 2^(KL + 2) keeps their bias small) and truncatedpfr",
    )
    add("--max-examined", type=many(int), default=[MAX_EXAMINED], help=f"budget of one run ({MAX_EXAMINED})")
    add("--runs", type=int, default=1000, help="encodings per cell (%(default)s)")
    add("--chunk", type=int, default=250, help="encodings per unit of work (%(default)s)")
    add("--seed", type=int, default=0)
    add("--samples", action="store_true", help="store the samples, in columns x1, x2, ...")
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
        if max(given.dim) + given.idle_dims > MOST_DIM or given.threads > MOST_THREADS:
            raise RecError(f"--dim and --idle-dims are at most {MOST_DIM} together, --threads at most {MOST_THREADS}.")
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
    except (OSError, MemoryError) as error:  # a full disk, a folder nobody can write
        print(f"{error or 'Out of memory'}. Finished runs stay saved; the same command resumes.", file=sys.stderr)
        return 2
    print(_show(cells, summary(cells, rows)))
    if not stop.is_set():
        return 0
    where = f"saved in {given.out}; the same command resumes" if given.out else "not saved; give --out to save them"
    print(f"\nStopped. The finished runs are {where}.", file=sys.stderr)
    return 130


def _methods(given: argparse.Namespace) -> list[Method]:
    """The methods a command line names, each with every combination of the settings it takes."""
    methods: list[Method] = []
    for name in given.method:
        kind = METHODS[choice(name, "method", tuple(METHODS))]
        settings = [field for field in fields(kind) if field.name in SETTINGS]
        for values in product(*(getattr(given, field.name) for field in settings)):
            own = {field.name: value for field, value in zip(settings, values, strict=True) if value is not None}
            missing = [field.name for field in fields(kind) if field.default is MISSING and field.name not in own]
            if missing and missing[0] not in SETTINGS:
                raise RecError(f"Method {name} needs its {missing[0]}; give it to rec.study in Python.")
            if missing:
                raise RecError(f"Method {name} needs --{missing[0].replace('_', '-')}; see --help.")
            methods.append(kind(**own))
    return methods


def _show(cells: Sequence[Cell], means: Table) -> str:
    """The summary as lines of text."""
    wide = max(6, *(len(name_of(one.method)) for one in cells))
    lines = [
        f"I_bits   D  log2_J  {'method':{wide}s}  weighting    runs      examined: median, quartiles   log2 index    "
        "length_bits"
    ]
    for i, one in enumerate(cells):
        row = {name: column[i] for name, column in means.items()}
        information = one.source.information_bits if isinstance(one.source, Channel) else one.source.kl_bits
        line = f"{information:6.4g} {one.source.dim:3d} {one.cut.log2_bins:7.4g}  {name_of(one.method):{wide}s}  "
        line += f"{getattr(one.method, 'weighting', ''):11s}"
        spread = f"{row['examined_median']:.4g} [{row['examined_q1']:.4g}, {row['examined_q3']:.4g}]"
        line += f" {row['runs']:8d} {spread:>29s}"
        for name in ("log2_index", "length_bits") if not row["failed"] else ():
            line += f"  {row[name + '_mean']:6.3f} ± {row[name + '_se']:.2g}"
        lines += [line, f"        {row['failed']} failed. {row['error']}"] if row["failed"] else [line]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
