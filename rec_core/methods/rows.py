"""Many runs, one per row, in threads: what methods share that run them without Python in the loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .. import families
from ..arrays import LN2, Floats, Ints, Word, Words
from ..channel import Channel, Problem, draw_target
from ..jit import in_parts, kernel
from ..partition import Partition
from ..tables import Tables, empty_tables, fill_tables, log_sup_reweighted


class Rows(NamedTuple):
    """Results of R runs; logs and KL in nats. A run that failed has index 0."""

    samples: Floats  # (R, D)
    bins: Ints  # (R, D)
    indices: Ints  # (R,), as the others
    examined: Ints
    log_races: Floats
    kl: Floats


Work = Callable[[Tables, Floats, Words, Rows], int]
"""Runs with these seeds (R,), written into rows: (tables to be filled, scales of a channel or none, seeds, rows). The
first that failed, or -1."""


def in_rows(source: Channel | Problem, cut: Partition, seeds: Words, num_threads: int, work: Work) -> tuple[Rows, int]:
    """A run for each seed, by `work` on parts in threads; and the first run that failed, or -1. Rows after it are
    unfinished."""
    runs, dim = seeds.size, source.dim
    rows = Rows(
        np.empty((runs, dim)), np.zeros((runs, dim), np.int64), np.zeros(runs, np.int64), np.zeros(runs, np.int64),
        np.empty(runs), np.empty(runs),
    )  # fmt: skip
    params = source.table if isinstance(source, Problem) else np.empty((dim, 3))
    scales = source.scales if isinstance(source, Channel) else np.empty(0)

    def one(part: slice) -> int:
        table = empty_tables(source.family_code, params.copy(), np.array(cut.intervals, np.int64))
        failed = int(work(table, scales, seeds[part], Rows._make(column[part] for column in rows)))
        return failed if failed < 0 else part.start + failed

    failures = [run for run in in_parts(one, runs, num_threads) if run >= 0]
    return rows, failures[0] if failures else -1


def target_by_target(source: Channel | Problem, run: Callable[[Tables, Problem, Words, Rows], int]) -> Work:
    """The work of a method that needs a law of every target: `run(table, target, its seeds, its rows)`, all seeds of a
    problem at once, those of a channel one by one. KL is written before."""

    def work(table: Tables, scales: Floats, own: Words, rows: Rows) -> int:
        step = own.size if isinstance(source, Problem) else 1
        for i in range(0, own.size, step):
            target = source if isinstance(source, Problem) else source.draw(int(own[i]))
            some = Rows._make(column[i : i + step] for column in rows)
            some.kl[:] = target.kl_bits * LN2
            if (failed := run(table, target, own[i : i + step], some)) >= 0:
                return i + failed
        return -1

    return work


@kernel
def prepare(
    table: Tables, channel_scales: Floats, weighting: int, bounded: bool, seed: Word
) -> tuple[Tables, float, float]:
    """The tables of a run, with a new target if there is a channel; ln sup r', NaN unless `bounded`; KL in nats."""
    if channel_scales.shape[0] > 0:
        draw_target(table.family, channel_scales, seed, table.params)
    table = fill_tables(table, weighting)
    divergence = 0.0
    for d in range(table.intervals.shape[0]):
        divergence += families.kl(table.family, table.params[d])
    return table, log_sup_reweighted(table) if bounded else np.nan, divergence
