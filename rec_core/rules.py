"""Other ways to choose among the candidates, and what they send instead of Q: only one of them is PFR.

Any rule that names a candidate can be decoded, since the receiver counts to its number. Whether the sample follows Q is
another matter. Candidates X and their arrival times T are those of PFR without bins at the same seed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import numpy as np

from .arguments import checked
from .arrays import Floats, Ints, Word, Words
from .candidates import candidate
from .channel import Problem
from .checks import choice, shown, whole_number
from .clocks import Clock, arrival_time, tick
from .errors import RecError
from .jit import kernel
from .randomness import MOST_RUNS, run_seeds
from .tables import log_ratio

__all__ = ["KINDS", "Chosen", "Kind", "Rule", "choose_many"]

Kind = Literal["quotient", "difference", "first", "largest"]
"""The kinds of rules, which `Rule` explains."""
KINDS: tuple[Kind, ...] = get_args(Kind)
"""All of them."""
_QUOTIENT, _DIFFERENCE, _FIRST, _LARGEST = range(4)  # places in KINDS


@dataclass(frozen=True)
class Rule:
    """Which candidate is sent: `kind` says how it is chosen, and `setting` is its a.

        quotient     the smallest T / r^a, a >= 0; PFR where a = 1
        difference   the smallest T - a ln r, a >= 0
        first        the first with r > a, a >= 0
        largest      the largest r of the first a, a whole number >= 1

    Raises RecError for another kind, and settings it cannot have. Source: here.

    >>> Rule("first", 2.0)
    Rule(kind='first', setting=2.0)
    """

    kind: Kind = "quotient"
    setting: float = 1.0

    def __post_init__(self) -> None:
        choice(self.kind, "kind of rule", KINDS)
        if self.kind == "largest":
            object.__setattr__(self, "setting", whole_number(self.setting, "setting", 1, 2**31))
        elif isinstance(self.setting, bool) or not isinstance(self.setting, float | int | np.floating | np.integer):
            raise RecError(f"setting must be a number, got {shown(self.setting)}.")
        elif not 0.0 <= self.setting < math.inf:
            raise RecError(f"setting must be a finite number, zero or more; got {shown(self.setting)}.")


class Chosen(NamedTuple):
    """What R runs of a rule sent: `samples` (R, D), the numbers `indices` (R,) from 1 in the list of candidates, and
    how many candidates were `examined` (R,).

    >>> import rec_core as rec
    >>> choose_many(rec.gaussian_problem([1.0], [0.5]), Rule("largest", 4), 5, seed=1).examined
    array([4, 4, 4, 4, 4])
    """

    samples: Floats
    indices: Ints
    examined: Ints


@checked
def choose_many(problem: Problem, rule: Rule, num_runs: int, *, seed: int, max_examined: int = 2**20) -> Chosen:
    """`num_runs` independent choices by a rule. Run i has the candidates and arrival times of run i of `encode_many`
    with this seed, so that Rule() names what PFR names.

    A search by T stops once nothing that arrives later can win. Raises RecError where a run would examine more than
    `max_examined`, for a ratio without a largest value and for a rule that no candidate can meet.

    Source: here; the race is that of Li & El Gamal (2018).

    >>> import rec_core as rec
    >>> problem = rec.gaussian_problem([1.0], [0.5])
    >>> chosen = choose_many(problem, Rule("largest", 4), 1000, seed=1)
    >>> chosen.samples.shape, int(chosen.examined.max())
    ((1000, 1), 4)
    """
    if not isinstance(rule, Rule):
        raise RecError(f"Give a rule, such as rec.rules.Rule('first', 2.0); got {shown(rule)}.")
    runs, most = whole_number(num_runs, "num_runs"), whole_number(max_examined, "max_examined")
    if runs * problem.dim > MOST_RUNS:
        raise RecError(f"num_runs = {runs} in {problem.dim} dimensions are more than 2^26 numbers; use fewer runs.")
    log_sup = problem.d_inf_bits * math.log(2.0)
    if not math.isfinite(log_sup):
        raise RecError("Q is wider than P, so the ratio has no largest value and no search by T could stop.")
    if rule.kind == "first" and rule.setting > 0.0 and math.log(rule.setting) >= log_sup:
        largest = f"{math.exp(log_sup):g}" if log_sup < 100.0 else f"2^{problem.d_inf_bits:.1f}"
        raise RecError(f"No candidate has a ratio above {rule.setting:g}: the largest is {largest}.")
    if rule.kind == "largest" and rule.setting > most:
        raise RecError(f"The rule looks at {rule.setting:g} candidates, more than max_examined = {most}.")
    chosen = Chosen(np.empty((runs, problem.dim)), np.empty(runs, np.int64), np.empty(runs, np.int64))
    kind = KINDS.index(rule.kind)
    failed = _choose_many(
        problem.family_code, problem.table, kind, float(rule.setting), log_sup, run_seeds(seed, runs), most, *chosen
    )
    if failed >= 0:
        raise RecError(f"Run {failed} would examine more than max_examined = {most} candidates.")
    return chosen._replace(samples=problem.prior.place(chosen.samples))


@kernel
def _choose_many(
    family: int, params: Floats, kind: int, setting: float, log_sup: float, seeds: Words, most: int, samples: Floats,
    indices: Ints, examined: Ints,
) -> int:  # fmt: skip
    """A row for each seed; the first run that is over `most`, -1 where none is."""
    intervals, numbers = np.ones(params.shape[0], np.int64), np.zeros(params.shape[0], np.int64)
    for i in range(seeds.shape[0]):
        indices[i], examined[i] = _choose(
            family, params, kind, setting, log_sup, seeds[i], most, intervals, numbers, samples[i]
        )
        if indices[i] == 0:
            return i
        candidate(family, seeds[i], indices[i], intervals, numbers, samples[i])
    return -1


@kernel
def _choose(
    family: int, params: Floats, kind: int, setting: float, log_sup: float, seed: Word, most: int, intervals: Ints,
    numbers: Ints, x: Floats,
) -> tuple[int, int]:  # fmt: skip
    """The number of the candidate that is sent, 0 if `most` were not enough, and how many were examined."""
    clock, best, leader = Clock(0.0, 1.0, 0.0), np.inf, 0
    last = min(most, int(setting)) if kind == _LARGEST else most
    for index in range(1, last + 1):
        score = 0.0
        if kind in (_QUOTIENT, _DIFFERENCE):
            clock = tick(seed, np.uint64(index), clock)
            score = math.log(arrival_time(clock)) if kind == _QUOTIENT else arrival_time(clock)
            if score - setting * log_sup > best:
                return leader, index - 1
        candidate(family, seed, index, intervals, numbers, x)
        log_r = log_ratio(family, params, x)
        if kind == _FIRST:
            if math.exp(log_r) > setting:
                return index, index
            continue
        score = -log_r if kind == _LARGEST else score - setting * log_r if setting > 0.0 else score
        if score < best:
            best, leader = score, index
    return (leader, last) if kind == _LARGEST else (0, last)
