"""Greedy Poisson rejection sampling: accept the first candidate that lies under a rising height; exact."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..arguments import checked
from ..arrays import LN2, Floats, Word, Words
from ..candidates import candidate
from ..channel import Channel, Problem
from ..checks import whole_number
from ..clocks import Clock, arrival_time, tick
from ..errors import BudgetExceeded
from ..jit import kernel
from ..laws.greedy_poisson import Rise, index_bits, index_chances, log_height, rise
from ..partition import Message, Partition
from ..tables import Tables, log_ratio
from .method import HOPELESS, About, Outcome, Race, Record, SearchResult, new_record, note
from .rows import Rows, in_rows, target_by_target
from .tries import InTurn

_MOST_CHANCES = 2**16


@dataclass(frozen=True)
class GPRS(InTurn):
    """Greedy Poisson rejection sampling: candidates come at PFR's own times, and the first under the height is sent.

    The height rises from 0 to sup r so that the sample follows Q exactly; a candidate is accepted if r(X) is at least
    the height when it comes. What is left to accept when the height has nearly reached sup r, 1e-9 of Q in one
    dimension and 1e-6 in more, is accepted as if it stood still. It examines sup r candidates on average, as plain PFR,
    and after `max_examined` raises BudgetExceeded.

    Raises RecError for invalid settings. Source: Flamich (2023); the exact law of the index is from here.

    >>> import rec_core as rec
    >>> problem, method = rec.gaussian_problem([1.0], [0.5]), rec.GPRS(max_examined=1000)
    >>> rec.encode(problem, method, seed=7).message, round(method.expected_examined(problem), 3)
    (Message(bin=(0,), index=5), 3.895)
    >>> method.partition, method.about.exact, method.check(problem)
    (None, True, None)
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
    called: ClassVar[str] = "GPRS"

    def search(self, problem: Problem, seed: Word, record: Record, race: Race) -> SearchResult:
        """Look at candidates until one is accepted. Raises BudgetExceeded after `max_examined` of them."""
        if self._is_hopeless(problem):
            raise self._refusal(problem, 0)
        found = Outcome(*_search(problem.family_code, problem.table, rise(problem), seed, self.max_examined, record))
        if found.local_index == 0:
            raise self._refusal(problem, found.examined)
        message = Message((0,) * problem.dim, int(found.local_index))
        logs = found.log_race, found.log_ratio, 0.0, problem.d_inf_bits * LN2
        return SearchResult(message, int(found.examined), *logs, "accept")

    def many(self, source: Channel | Problem, seeds: Words, num_threads: int) -> tuple[Rows, int]:
        """Runs with these seeds, and the first over budget or -1. A channel's targets have their laws computed one by
        one, in one dimension some milliseconds each. Raises RecError where log2 sup r is above 937 bits.

        >>> import rec_core as rec
        >>> rec.GPRS().many(rec.gaussian_channel([1.0]), rec.randomness.run_seeds(1, 3), 1)[1]
        -1
        """

        def run(table: Tables, problem: Problem, own: Words, rows: Rows) -> int:
            if self._is_hopeless(problem):
                return 0
            curve, record = rise(problem), new_record(0, problem.dim)
            return int(_many(problem.family_code, problem.table, curve, own, self.max_examined, record, rows))

        return in_rows(source, Partition.uncut(source.dim), seeds, num_threads, target_by_target(source, run))

    @checked
    def index_pmf(self, problem: Problem, max_index: int) -> Floats:
        """P(index = n), n = 1..max_index, shape (max_index,): a mixture of Poisson laws, see `laws.greedy_poisson`.

        Raises RecError for a problem that cannot be searched, where log2 sup r is above 937 bits, and unless
        1 <= max_index <= 2^16.

        >>> import rec_core as rec
        >>> rec.GPRS().index_pmf(rec.uniform_problem([0.0], [0.5]), 4).round(4)
        array([0.5   , 0.25  , 0.125 , 0.0625])
        """
        self.check(problem)
        return index_chances(problem, whole_number(max_index, "max_index", 1, _MOST_CHANCES + 1))

    @checked
    def expected_bits(self, source: Problem | Channel) -> float:
        """Entropy of the index in bits, to about 1e-3; the index averaged over a channel's targets: by quadrature in
        one dimension, over 32 points of Sobol's sequence in more.

        Raises RecError as `index_pmf` does.

        >>> import rec_core as rec
        >>> round(rec.GPRS().expected_bits(rec.gaussian_channel([6.0])), 2)
        8.11
        """
        self.check(source.draw(0) if isinstance(source, Channel) else source)
        return index_bits(source)

    def _is_hopeless(self, problem: Problem) -> bool:
        return problem.d_inf_bits * LN2 > math.log(HOPELESS * self.max_examined)

    def _refusal(self, problem: Problem, examined: int) -> BudgetExceeded:
        bits = problem.d_inf_bits
        text = f"GPRS needs {f'2^{bits:.1f}' if bits > 20 else f'{2**bits:.4g}'} candidates on average, "
        text += f"and examined {examined} without accepting one; " if examined else ""
        text += f"max_examined is {self.max_examined}. Raise it, or use rec.AStar(), or rec.PFR with bins."
        return BudgetExceeded(text, expected_bits=bits)


@kernel
def _search(family: int, params: Floats, curve: Rise, seed: Word, max_examined: int, record: Record) -> Outcome:
    """Candidates of the plain codebook at PFR's times, until one is accepted."""
    dim = params.shape[0]
    x, numbers, intervals = np.empty(dim), np.zeros(dim, np.int64), np.ones(dim, np.int64)
    clock, piece = Clock(0.0, 1.0, 0.0), int(np.int64(0))
    for index in range(1, max_examined + 1):
        clock = tick(seed, np.uint64(index), clock)
        height, piece = log_height(curve, arrival_time(clock), piece)
        candidate(family, seed, index, intervals, numbers, x)
        log_r = log_ratio(family, params, x)
        accepted = height <= log_r
        note(record, index, numbers, index, height, log_r, height - log_r, accepted)
        if accepted:
            return Outcome(index, index, height - log_r, log_r, 0.0)
    return Outcome(0, max_examined, np.inf, -np.inf, 0.0)


@kernel
def _many(family: int, params: Floats, curve: Rise, seeds: Words, max_examined: int, record: Record, rows: Rows) -> int:
    """A row for each seed, of one target; the first run over budget, or -1."""
    numbers, intervals = np.zeros(params.shape[0], np.int64), np.ones(params.shape[0], np.int64)
    for i in range(seeds.shape[0]):
        outcome = _search(family, params, curve, seeds[i], max_examined, record)
        rows.indices[i], rows.examined[i], rows.log_races[i] = outcome.local_index, outcome.examined, outcome.log_race
        if outcome.local_index == 0:
            return i
        candidate(family, seeds[i], outcome.local_index, intervals, numbers, rows.samples[i])
    return -1
