"""Greedy Poisson rejection sampling: accept the first candidate that lies under a rising height; exact."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..arguments import checked
from ..arrays import LN2, Floats, Ints, Word, Words
from ..candidates import candidate_of_bin
from ..channel import Channel, Problem, check_problem
from ..checks import whole_number
from ..clocks import Clock, arrival_time, tick
from ..errors import BudgetExceeded, RecError
from ..jit import in_parts, kernel
from ..laws.greedy_poisson import Rise, index_chances, index_entropy_bits, log_height, rise
from ..partition import Message
from ..tables import log_ratio
from .method import MAX_EXAMINED, About, Outcome, Race, Record, SearchResult, check_width, new_record, note, target_of

_HOPELESS = 16.0  # a search expected to need this many budgets is refused before it starts
MOST_CHANCES = 2**16


@dataclass(frozen=True)
class GPRS:
    """Greedy Poisson rejection sampling: candidates come at PFR's own times, and the first under the height is sent.

    The height sigma^-1(T) rises from 0 to sup r so that the sample follows Q exactly, up to the quadrature of sigma, an
    error below 1e-4 in total variation; a candidate is accepted if r(X) is at least the height. It examines sup r
    candidates on average, as plain PFR, and after `max_examined` raises BudgetExceeded.

    Raises RecError for invalid settings. Source: Flamich (2023); the exact law of the index is from here.

    >>> import rec_core as rec
    >>> rec.encode(rec.gaussian_problem([1.0], [0.5]), GPRS(max_examined=1000), seed=7).message.bin
    (0,)
    """

    about: ClassVar[About] = About(
        title="Greedy Poisson rejection sampling",
        exact=True,
        message="index",
        decoder="makes one candidate",
        length="exact law",
        cost="exact law",
        source="Flamich 2023",
    )
    partition: ClassVar[None] = None
    max_examined: int = MAX_EXAMINED

    def __post_init__(self) -> None:
        object.__setattr__(self, "max_examined", whole_number(self.max_examined, "max_examined"))

    def check(self, problem: Problem) -> None:
        """Raises RecError for a target whose ratio is unbounded, and for one too narrow for float64."""
        check_bounded(problem, "GPRS")

    def search(self, problem: Problem, seed: Word, record: Record, race: Race) -> SearchResult:
        """Try candidates until one is accepted. Raises BudgetExceeded after `max_examined`."""
        log_sup = problem.d_inf_bits * LN2
        if log_sup > math.log(_HOPELESS * self.max_examined):
            raise self._refusal(problem, 0)
        found = Outcome(*_search(problem.family_code, problem.table, rise(problem), seed, self.max_examined, record))
        if found.local_index == 0:
            raise self._refusal(problem, found.examined)
        message = Message((0,) * problem.dim, int(found.local_index))
        return SearchResult(message, int(found.examined), found.log_race, found.log_ratio, 0.0, log_sup, "accept")

    def many(self, source: Channel | Problem, seeds: Words, num_threads: int) -> tuple[Any, int]:
        """Searches for many seeds, as `Method` says. Raises RecError for targets out of reach."""
        runs, dim = seeds.size, source.dim
        samples, log_races, kl = np.empty((runs, dim)), np.empty(runs), np.empty(runs)
        bins, indices = np.zeros((runs, dim), np.int64), np.zeros(runs, np.int64)

        def work(part: slice) -> int:
            for first in range(part.start, part.stop, 1 if isinstance(source, Channel) else part.stop - part.start):
                now = slice(first, first + 1) if isinstance(source, Channel) else part
                problem = target_of(source, int(seeds[first]))
                kl[now] = problem.kl_bits * LN2
                if problem.d_inf_bits * LN2 > math.log(_HOPELESS * self.max_examined):
                    return first
                failed = _many(
                    problem.family_code, problem.table, rise(problem), seeds[now], self.max_examined,
                    new_record(0, dim), samples[now], bins[now], indices[now], log_races[now],
                )  # fmt: skip
                if failed >= 0:
                    return first + int(failed)
            return -1

        failures = [run for run in in_parts(work, runs, num_threads) if run >= 0]
        return (samples, bins, indices, indices.copy(), log_races, kl), failures[0] if failures else -1

    def expected_examined(self, problem: Problem) -> float:
        """sup r, exact. Raises nothing."""
        return 2.0**problem.d_inf_bits if problem.d_inf_bits < 1023.0 else math.inf

    @checked
    def index_pmf(self, problem: Problem, max_index: int) -> Floats:
        """P(index = n), n = 1..max_index, shape (max_index,), exact: the height at which the sample is accepted has the
        density P(r >= h), and given h the index less 1 is a Poisson number with mean sigma(h) + ln S(h).

        Raises RecError unless 1 <= max_index <= 2^16, and for a problem that the method cannot search. Source: here.

        >>> import rec_core as rec
        >>> GPRS().index_pmf(rec.uniform_problem([0.0], [0.5]), 4).round(4)
        array([0.5   , 0.25  , 0.125 , 0.0625])
        """
        self.check(problem)
        return index_chances(problem, whole_number(max_index, "max_index", 1, MOST_CHANCES + 1))

    @checked
    def expected_bits(self, source: Problem | Channel) -> float:
        """Entropy of the index in bits, by its exact law; of a channel with several dimensions over 128 targets.

        Raises RecError for what the method cannot search. Source: here.

        >>> import rec_core as rec
        >>> round(GPRS().expected_bits(rec.gaussian_channel([6.0])), 2)
        8.11
        """
        self.check(target_of(source, 0))
        return index_entropy_bits(source)

    def _refusal(self, problem: Problem, examined: int) -> BudgetExceeded:
        bits = problem.d_inf_bits
        text = f"This search needs {f'2^{bits:.1f}' if bits > 20 else f'{2**bits:.4g}'} candidates on average, "
        text += f"and examined {examined} without accepting one; " if examined else ""
        text += f"max_examined is {self.max_examined}. Raise it, or use rec.AStar() or rec.PFR with bins."
        return BudgetExceeded(text, expected_bits=bits)


def check_bounded(problem: Problem, name: str) -> None:
    """Raises RecError for a target whose ratio is unbounded, and for one too narrow for float64."""
    check_problem(problem)
    if math.isinf(problem.d_inf_bits):
        raise RecError(
            f"Q is wider than P in some dimension, or as wide and shifted, so the density ratio has no upper bound and "
            f"{name} could never stop. Use rec.ORC(num_candidates), or make every scale of Q smaller than P's."
        )
    check_width(problem)


@kernel
def _search(family: int, params: Floats, curve: Rise, seed: Word, max_examined: int, record: Record) -> Outcome:
    dim = params.shape[0]
    x, box, intervals = np.empty(dim), np.zeros(dim, np.int64), np.ones(dim, np.int64)
    clock, piece = Clock(0.0, 1.0, 0.0), int(np.int64(0))
    for index in range(1, max_examined + 1):
        clock = tick(seed, np.uint64(index), clock)
        height, piece = log_height(curve, arrival_time(clock), piece)
        candidate_of_bin(family, seed, index, intervals, box, x)
        log_r = log_ratio(family, params, x)
        accepted = height <= log_r
        note(record, index, box, index, height, log_r, height - log_r, accepted)
        if accepted:
            return Outcome(index, index, height - log_r, log_r, 0.0)
    return Outcome(0, max_examined, np.inf, -np.inf, 0.0)


@kernel
def _many(
    family: int, params: Floats, curve: Rise, seeds: Words, max_examined: int, record: Record, samples: Floats,
    bins: Ints, indices: Ints, log_races: Floats,
) -> int:  # fmt: skip
    """A search for each seed of one target; the first that failed, or -1."""
    intervals = np.ones(params.shape[0], np.int64)
    for i in range(seeds.shape[0]):
        outcome = _search(family, params, curve, seeds[i], max_examined, record)
        indices[i], log_races[i] = outcome.local_index, outcome.log_race
        if outcome.local_index == 0:
            return i
        candidate_of_bin(family, seeds[i], outcome.local_index, intervals, bins[i], samples[i])
    return -1
