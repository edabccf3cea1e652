"""Which code runs a race: the readable one, whole tiles, or tiles in threads. All have the same outcome."""

from __future__ import annotations

import math
import os

from .. import families
from ..arrays import Ints, Word
from ..methods.by_clocks import race_by_clocks
from ..methods.by_draws import race_by_draws
from ..methods.method import SINGLE, Outcome, Record, Rules
from ..tables import WEIGHTINGS, Tables
from .threads import race_in_threads
from .tiles_bins import race_tiled

FAST_FROM = 512  # expected candidates (of a clock) from which a search uses tiles: for fewer, tables do not pay
THREADS_FROM = 2**25  # numbers (candidates times dimensions) from which one search uses several threads


def race_readable(table: Tables, rules: Rules, seed: Word, log_sup: float, winner: Ints, record: Record) -> Outcome:
    """The readable race of these rules."""
    if rules.num_candidates == 0 and rules.num_bins > 0:
        return Outcome(*race_by_clocks(table, rules, seed, log_sup, winner, record))
    return Outcome(*race_by_draws(table, rules, seed, log_sup, winner, record))


def log_expected(rules: Rules, log_sup: float) -> float:
    """ln of the expected candidates: exact for ORC and one stop line, an upper bound for others."""
    return math.log(rules.num_candidates) if rules.num_candidates else log_sup


def is_fast(family: int, rules: Rules, log_sup: float) -> bool:
    """Whether tiles can run this race and are worth their tables."""
    if not families.family(family).HAS_CELLS:
        return False
    expected = log_expected(rules, log_sup)
    if rules.num_candidates or rules.num_bins in (0, 1):
        return expected >= math.log(FAST_FROM)
    in_order = rules.stopping == SINGLE or rules.weighting == WEIGHTINGS.index("peak_ratio")
    return in_order and expected >= math.log(FAST_FROM * rules.num_bins)


def race(table: Tables, rules: Rules, seed: Word, log_sup: float, winner: Ints, record: Record) -> Outcome:
    """Run the race with the fastest code; with the readable one if events are recorded."""
    if record.capacity > 0 or not is_fast(table.family, rules, log_sup):
        return race_readable(table, rules, seed, log_sup, winner, record)
    cores = os.cpu_count() or 1
    numbers = log_expected(rules, log_sup) + math.log(table.params.shape[0])
    if rules.num_bins == 1 and cores > 1 and numbers >= math.log(THREADS_FROM):
        return race_in_threads(table, rules, seed, log_sup, cores)
    return Outcome(*race_tiled(table, rules, seed, log_sup, winner))
