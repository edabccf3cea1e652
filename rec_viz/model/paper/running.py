"""An experiment under way: how long it would take here, and the run itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import rec_core as rec
from rec_core import study

from ...background import Halted, Job, Steps
from ...memo import memo
from .results import Result, result_of
from .studies import SIZES, STUDIES, WORKERS, Rows, Stopped, candidates, channel, run_stopped, run_study


class Rates(NamedTuple):
    """What this machine does on two threads: candidates a second in 5-D; seconds for the exact law of one search."""

    candidates_per_second: float
    law_seconds: float


@memo(64)
def paper_rates() -> Rates:
    """Measured once: what the Paper page's estimates of time rest on."""
    source = channel(6.0)
    cut = rec.allocate(source, 6)
    runs, each = 8, 2**13
    for target in range(2):  # the first compiles
        problem, begun = source.draw(target), time.perf_counter()
        rec.encode_many(problem, runs, rec.ORC(each, cut), seed=0, num_threads=WORKERS)
        searched = time.perf_counter()
        rec.metrics.output_mmd(problem, [rec.ORC(2**k, cut) for k in range(10)])
        ended = time.perf_counter()
    return Rates(runs * each / (searched - begun), ended - searched)


@memo(64)
def paper_seconds(key: str, size: str) -> float:
    """How long an experiment of the Paper page will take here, about."""
    chosen, rates = SIZES[size], paper_rates()
    if key == "stopped":
        return 2.0 * len(chosen.law_bits) * chosen.law_targets * rates.law_seconds
    work = STUDIES[key](chosen)
    laws = len({(one.source, one.cut) for one in work.cells})
    pairs = len(work.cells) * work.runs**2 if work.samples else 0
    return (
        candidates(key, chosen) / rates.candidates_per_second
        + laws * rates.law_seconds
        + pairs * 1e-8  # of the MMD of samples
        + work.num_runs * (1e-3 if key == "pfr" else 2e-5)  # of looking at targets, and of Python
    )


@dataclass
class Run:
    """An experiment: its rows so far, and what they say.

    `result` is updated as rows come, in a small part of the time, and once at the end.
    """

    key: str  # 'pfr', 'stopped', 'orc' or 'intervals'
    size: str
    parts: list[Rows] = field(default_factory=list)
    targets: list[Stopped] = field(default_factory=list)
    result: Result | None = None

    @property
    def rows(self) -> study.Table:
        """All that is done, sorted by cell and run."""
        return study.join(part.table for part in self.parts)


def start(key: str, size: str, alive: Callable[[], bool] = lambda: True) -> Job[Run]:
    """Run an experiment at one of SIZES."""
    return Job(Run(key, size), _work, alive)


def _work(run: Run, halted: Halted) -> Steps:
    size, due = SIZES[run.size], 0.0
    stopped = run.key == "stopped"
    total = len(size.law_bits) * size.law_targets if stopped else STUDIES[run.key](size).num_runs
    yield 0, total
    for part in run_stopped(size, halted) if stopped else run_study(run.key, size, halted):
        if isinstance(part, Rows):
            run.parts.append(part)
        else:
            run.targets.append(part)
        yield (len(run.targets) if stopped else sum(part.table["run"].size for part in run.parts)), total
        if time.monotonic() > due:
            begun = time.monotonic()
            run.result = result_of(run.key, size, run.parts, run.targets)
            due = 5.0 * time.monotonic() - 4.0 * begun + 0.5
    if run.parts or run.targets:
        run.result = result_of(run.key, size, run.parts, run.targets)
