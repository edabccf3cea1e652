"""Many races, one per row, on all cores and without Python in the loop."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .. import families
from ..arrays import Floats, Ints, Word, Words
from ..candidates import candidate_of_bin
from ..channel import Channel, Problem, draw_target
from ..jit import in_parts, kernel
from ..methods.by_clocks import race_by_clocks
from ..methods.by_draws import race_by_draws
from ..methods.method import Record, Rules, new_record
from ..partition import Partition
from ..tables import WEIGHTINGS, Tables, empty_tables, fill_tables, log_sup_reweighted, tables
from .dispatch import is_fast
from .tiles_bins import race_tiled


class Rows(NamedTuple):
    """Results of R runs; logs and KL in nats. A run that failed has index 0."""

    samples: Floats  # (R, D)
    bins: Ints  # (R, D)
    indices: Ints  # (R,), as the others
    examined: Ints
    log_races: Floats
    kl: Floats


def race_many(
    source: Channel | Problem, typical: Problem, rules: Rules, cut: Partition, seeds: Words, num_threads: int
) -> tuple[Rows, int]:
    """A run for each seed, with a target of its own if the source is a channel; and the first run that failed, or -1.

    Rows after it are unfinished. `typical` decides whether races use tiles.
    """
    runs, dim = seeds.size, source.dim
    rows = Rows(
        np.empty((runs, dim)), np.zeros((runs, dim), np.int64), np.zeros(runs, np.int64), np.zeros(runs, np.int64),
        np.empty(runs), np.empty(runs),
    )  # fmt: skip
    params = source.table if isinstance(source, Problem) else np.empty((dim, 3))
    scales = source.scales if isinstance(source, Channel) else np.empty(0)
    log_sup = float(log_sup_reweighted(tables(typical, cut, WEIGHTINGS[rules.weighting])))
    fast = is_fast(typical.family_code, rules, log_sup)

    def work(part: slice) -> int:
        table = empty_tables(source.family_code, params.copy(), cut.counts, WEIGHTINGS[rules.weighting])
        mine = Rows._make(column[part] for column in rows)
        if fast:
            failed = int(_many_tiled(table, scales, rules, seeds[part], mine))
        else:
            failed = int(_many(table, scales, rules, seeds[part], new_record(0, dim), mine))
        return failed if failed < 0 else part.start + failed

    failures = [run for run in in_parts(work, runs, num_threads) if run >= 0]
    return rows, failures[0] if failures else -1


@kernel
def _many(table: Tables, channel_scales: Floats, rules: Rules, seeds: Words, record: Record, rows: Rows) -> int:
    """One thread's runs by the readable races. If `channel_scales` is empty, all are of the table's problem."""
    log_sup, divergence = 0.0, 0.0
    for i in range(seeds.shape[0]):
        if i == 0 or channel_scales.shape[0] > 0:
            table, log_sup, divergence = _prepare(table, channel_scales, rules, seeds[i])
        rows.kl[i] = divergence
        if rules.num_candidates == 0 and rules.num_bins > 0:  # as `race_readable`
            outcome = race_by_clocks(table, rules, seeds[i], log_sup, rows.bins[i], record)
        else:
            outcome = race_by_draws(table, rules, seeds[i], log_sup, rows.bins[i], record)
        rows.indices[i], rows.examined[i], rows.log_races[i] = outcome.local_index, outcome.examined, outcome.log_race
        if outcome.local_index == 0:
            return i
        candidate_of_bin(table.family, seeds[i], outcome.local_index, table.intervals, rows.bins[i], rows.samples[i])
    return -1


@kernel
def _many_tiled(table: Tables, channel_scales: Floats, rules: Rules, seeds: Words, rows: Rows) -> int:
    """`_many` by tiles: compiled separately, because small problems never need it."""
    log_sup, divergence = 0.0, 0.0
    for i in range(seeds.shape[0]):
        if i == 0 or channel_scales.shape[0] > 0:
            table, log_sup, divergence = _prepare(table, channel_scales, rules, seeds[i])
        rows.kl[i] = divergence
        outcome = race_tiled(table, rules, seeds[i], log_sup, rows.bins[i])
        rows.indices[i], rows.examined[i], rows.log_races[i] = outcome.local_index, outcome.examined, outcome.log_race
        if outcome.local_index == 0:
            return i
        candidate_of_bin(table.family, seeds[i], outcome.local_index, table.intervals, rows.bins[i], rows.samples[i])
    return -1


@kernel
def _prepare(table: Tables, channel_scales: Floats, rules: Rules, seed: Word) -> tuple[Tables, float, float]:
    """The tables for a run, with a new target if there is a channel; ln sup r' if it is needed, and KL in nats."""
    if channel_scales.shape[0] > 0:
        draw_target(table.family, channel_scales, seed, table.params)
    table = fill_tables(table)
    divergence = 0.0
    for d in range(table.intervals.shape[0]):
        divergence += families.kl(table.family, table.params[d])
    return table, np.nan if rules.num_candidates > 0 else log_sup_reweighted(table), divergence
