"""Many races, one per row, on all cores and without Python in the loop."""

from __future__ import annotations

from ..arrays import Floats, Words
from ..candidates import candidate_of_bin
from ..channel import Channel, Problem
from ..jit import kernel
from ..methods.by_clocks import race_by_clocks
from ..methods.by_draws import race_by_draws
from ..methods.method import Record, Rules, is_hopeless, new_record
from ..methods.rows import Rows, in_rows, prepare
from ..partition import Partition
from ..tables import WEIGHTINGS, Tables, log_sup_reweighted, tables
from .dispatch import is_fast
from .tiles_bins import race_tiled


def race_many(
    source: Channel | Problem, typical: Problem, rules: Rules, cut: Partition, seeds: Words, num_threads: int
) -> tuple[Rows, int]:
    """A run for each seed, with a target of its own if the source is a channel; and the first run that failed, or -1.

    Rows after it are unfinished. `typical` decides whether races use tiles.
    """
    log_sup = float(log_sup_reweighted(tables(typical, cut, WEIGHTINGS[rules.weighting])))
    fast = is_fast(typical.family_code, rules, log_sup)

    def work(table: Tables, scales: Floats, own: Words, rows: Rows) -> int:
        if fast:
            return int(_many_tiled(table, scales, rules, own, rows))
        return int(_many(table, scales, rules, own, new_record(0, source.dim), rows))

    return in_rows(source, cut, seeds, num_threads, work)


@kernel
def _many(table: Tables, channel_scales: Floats, rules: Rules, seeds: Words, record: Record, rows: Rows) -> int:
    """One thread's runs by the readable races. If `channel_scales` is empty, all are of the table's problem."""
    log_sup, divergence = 0.0, 0.0
    for i in range(seeds.shape[0]):
        if i == 0 or channel_scales.shape[0] > 0:
            table, log_sup, divergence = prepare(
                table, channel_scales, rules.weighting, rules.num_candidates == 0, seeds[i]
            )
        rows.kl[i] = divergence
        if is_hopeless(rules, log_sup):
            return i
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
            table, log_sup, divergence = prepare(
                table, channel_scales, rules.weighting, rules.num_candidates == 0, seeds[i]
            )
        rows.kl[i] = divergence
        if is_hopeless(rules, log_sup):
            return i
        outcome = race_tiled(table, rules, seeds[i], log_sup, rows.bins[i])
        rows.indices[i], rows.examined[i], rows.log_races[i] = outcome.local_index, outcome.examined, outcome.log_race
        if outcome.local_index == 0:
            return i
        candidate_of_bin(table.family, seeds[i], outcome.local_index, table.intervals, rows.bins[i], rows.samples[i])
    return -1
