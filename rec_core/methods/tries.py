"""Candidates tried one after another until one is accepted by chance: rejection sampling and greedy rejection.

Both look at the candidates of the plain codebook in PFR's order, and at the same chance for the same candidate.
"""

from __future__ import annotations

import math
from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

import numpy as np

from ..arrays import Floats, Word, Words
from ..candidates import candidate
from ..channel import Problem, check_problem
from ..checks import whole_number
from ..errors import BudgetExceeded
from ..jit import kernel
from ..laws.width import Width, above, panel
from ..partition import Message, Partition
from ..randomness import ACCEPT, block, to_uniform
from ..tables import Tables, log_ratio, log_sup_reweighted, tables
from .method import (
    HOPELESS,
    MAX_EXAMINED,
    Outcome,
    Record,
    SearchResult,
    check_bounded,
    check_width,
    note,
)
from .pfr import suggest_intervals
from .rows import Rows, prepare


@dataclass(frozen=True)
class InTurn:
    """What methods have in common that look at the candidates of the plain codebook until one is accepted.

    They have no bins, and examine sup r candidates on average. `called` is their name in errors.
    """

    partition: ClassVar[None] = None
    called: ClassVar[str]
    _: KW_ONLY
    max_examined: int = MAX_EXAMINED

    def __post_init__(self) -> None:
        object.__setattr__(self, "max_examined", whole_number(self.max_examined, "max_examined"))

    def check(self, problem: Problem) -> None:
        """Raises RecError for a target whose ratio is unbounded, and for one too narrow for float64."""
        check_problem(problem)
        check_bounded(problem, self.called)
        check_width(problem)

    def expected_examined(self, problem: Problem) -> float:
        """sup r, exact; inf beyond float64. Raises nothing."""
        return 2.0**problem.d_inf_bits if problem.d_inf_bits < 1023.0 else math.inf


@kernel
def chance(seed: Word, index: int) -> float:
    """The uniform that decides whether candidate `index` is accepted."""
    word, _ = block(seed, ACCEPT, np.uint64(index), np.uint64(0))
    return to_uniform(word)


@kernel
def accept_in_turn(
    table: Tables, law: Width, greedy: bool, seed: Word, log_sup: float, most: int, record: Record
) -> Outcome:
    """The first accepted candidate of at most `most`. Each has a height, and is accepted if r is at least that.

    Rejection: an even height from 0 to sup r. Greedy rejection accepts as much of Q as there is left above a level: an
    even height from L to L + S, where S is what no candidate so far has accepted. Then L rises by S. A trace has the
    heights as arrival times, so that race times are heights over ratios, and the first of at most 1 is sent.
    """
    dim = table.intervals.shape[0]
    numbers, x = np.zeros(dim, np.int64), np.empty(dim)
    level, left, place = 0.0, 1.0, 0
    for index in range(1, most + 1):
        candidate(table.family, seed, index, table.intervals, numbers, x)
        log_r = min(log_ratio(table.family, table.params, x), log_sup)
        if greedy:
            log_height = math.log(level + chance(seed, index) * left)
            level += left
            place = panel(law, level, place)
            left = above(law, level, place)
        else:
            log_height = math.log(chance(seed, index)) + log_sup
        accepted = log_height <= log_r
        note(record, index, numbers, index, log_height, log_r, log_height - log_r, accepted)
        if accepted:
            return Outcome(index, index, log_height - log_r, log_r, 0.0)
    return Outcome(0, most, np.inf, -np.inf, np.inf)


@kernel
def accept_many(
    table: Tables, channel_scales: Floats, law: Width, greedy: bool, most: int, seeds: Words, record: Record, rows: Rows
) -> int:
    """A row for each seed; the first run over budget, or -1. If `channel_scales` is empty, all are of one problem."""
    log_sup, divergence, numbers = 0.0, 0.0, np.zeros(table.intervals.shape[0], np.int64)
    for i in range(seeds.shape[0]):
        if i == 0 or channel_scales.shape[0] > 0:
            table, log_sup, divergence = prepare(table, channel_scales, int(np.int64(0)), True, seeds[i])
        rows.kl[i] = divergence
        if log_sup > math.log(HOPELESS * most):
            return i
        outcome = accept_in_turn(table, law, greedy, seeds[i], log_sup, most, record)
        rows.indices[i], rows.examined[i], rows.log_races[i] = outcome.local_index, outcome.examined, outcome.log_race
        if outcome.local_index == 0:
            return i
        candidate(table.family, seeds[i], outcome.local_index, table.intervals, numbers, rows.samples[i])
    return -1


def accepted(
    problem: Problem, law: Width, greedy: bool, max_examined: int, seed: Word, record: Record, name: str
) -> SearchResult:
    """One search. Raises BudgetExceeded after `max_examined` candidates, and where far more are expected."""
    table = tables(problem, Partition.uncut(problem.dim), "peak_ratio")
    log_sup = float(log_sup_reweighted(table))  # as in `accept_many`, to the last bit
    outcome = Outcome(0, 0, 0.0, 0.0, 0.0)
    if log_sup <= math.log(HOPELESS * max_examined):
        outcome = Outcome(*accept_in_turn(table, law, greedy, seed, log_sup, max_examined, record))
    if outcome.local_index == 0:
        raise _over_budget(problem, max_examined, outcome.examined, name)
    message = Message((0,) * problem.dim, int(outcome.local_index))
    logs = outcome.log_race, outcome.log_ratio, outcome.log_stop, log_sup
    return SearchResult(message, int(outcome.examined), *logs, "accept")


def _over_budget(problem: Problem, max_examined: int, examined: int, name: str) -> BudgetExceeded:
    """The error for a search over budget: its expected cost, and what needs less."""
    bits = problem.d_inf_bits
    number = f"2^{bits:.1f}" if bits > 20 else f"{2**bits:.4g}"
    text = f"{name[0].upper()}{name[1:]} needs {number} candidates on average, "
    text += f"and examined {examined} without finishing; " if examined else ""
    text += f"max_examined is {max_examined}. "
    intervals = suggest_intervals(problem, max_examined)
    if intervals is None:
        text += "Raise max_examined or use rec.ORC(num_candidates)."
    elif max(intervals) == 1:
        text += "This seed was unlucky: try another, or a larger max_examined."
    else:
        shown = intervals if len(intervals) <= 8 else f"{str(intervals[:8])[:-1]}, ...)"
        text += f"Raise max_examined, or search in bins: rec.PFR(rec.Partition({shown})) is within it."
    return BudgetExceeded(text, expected_bits=bits, suggested_intervals=intervals)
