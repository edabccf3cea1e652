"""Greedy rejection sampling: every candidate accepts as much of Q as it can."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np

from ..arguments import checked
from ..arrays import Floats, Word, Words
from ..channel import Channel, Problem
from ..checks import whole_number
from ..laws.tries import greedy_bits, greedy_pmf
from ..laws.width import width
from ..partition import Partition
from ..tables import Tables
from .method import About, Race, Record, SearchResult, new_record
from .rows import Rows, in_rows, target_by_target
from .tries import InTurn, accept_many, accepted

_width = lru_cache(maxsize=64)(width)
_NO_SCALES = np.empty(0)


@dataclass(frozen=True)
class GreedyRejection(InTurn):
    """Greedy rejection sampling (GRS): candidate k is accepted with chance min(1, (r - L)^+ / S); exact.

    L begins at 0 and S, the chance that no candidate has been accepted, at 1; after every candidate L rises by S, and S
    is Q(r >= L) - L P(r >= L). So it accepts as early as it can. Over a Gaussian channel of 6 bits its index has
    8.11 bits of entropy, PFR's 7.85 and that of rejection sampling 8.42; all examine sup r candidates on average. S is
    computed from the law of ln r, to 1e-8 in one dimension, to about 1e-7 in more. After `max_examined` candidates a
    search raises BudgetExceeded.

    Raises RecError for invalid settings.
    Sources: Harsha, Jain, McAllester & Radhakrishnan (2007); for densities Flamich & Theis (2023).

    >>> import rec_core as rec
    >>> problem, method = rec.gaussian_problem([1.0], [0.5]), rec.GreedyRejection()
    >>> rec.encode(problem, method, seed=7).message.index, round(method.expected_examined(problem), 3)
    (5, 3.895)
    >>> method.index_pmf(problem, 3).round(4), round(method.expected_bits(problem), 3)
    (array([0.4534, 0.1672, 0.0969]), 2.916)
    >>> method.partition, method.max_examined, method.about.cost
    (None, 67108864, 'exact law')
    """

    about: ClassVar[About] = About(
        title="Greedy rejection sampling",
        exact=True,
        message="index",
        decoder="makes one candidate",
        length="exact law",
        cost="exact law",
        source="Harsha, Jain, McAllester & Radhakrishnan 2007; Flamich & Theis 2023",
    )
    called: ClassVar[str] = "greedy rejection"

    def search(self, problem: Problem, seed: Word, record: Record, race: Race) -> SearchResult:
        """Try candidates in turn. Raises BudgetExceeded after `max_examined` of them, RecError as `index_pmf` does."""
        return accepted(problem, _width(problem), True, self.max_examined, seed, record, self.called)

    def many(self, source: Channel | Problem, seeds: Words, num_threads: int) -> tuple[Rows, int]:
        """Runs with these seeds, and the first over budget or -1. A channel's targets have their laws computed one by
        one, about a millisecond each in one dimension. Raises RecError as `index_pmf` does.

        >>> import rec_core as rec
        >>> rec.GreedyRejection().many(rec.gaussian_channel([1.0]), rec.randomness.run_seeds(1, 3), 1)[1]
        -1
        """

        def run(table: Tables, problem: Problem, own: Words, rows: Rows) -> int:
            law = _width(problem) if problem is source else width(problem)
            table.params[:] = problem.table
            record = new_record(0, problem.dim)
            return int(accept_many(table, _NO_SCALES, law, True, self.max_examined, own, record, rows))

        return in_rows(source, Partition.uncut(source.dim), seeds, num_threads, target_by_target(source, run))

    @checked
    def index_pmf(self, problem: Problem, max_index: int) -> Floats:
        """P(index = n), n = 1..max_index, shape (max_index,): what S loses at every candidate, to about 1e-8 in one
        dimension and 1e-7 in more.

        Raises RecError for a problem that cannot be searched, where log2 sup r is above 937 bits, and unless
        1 <= max_index <= 2^24.
        """
        self.check(problem)
        return greedy_pmf(problem, whole_number(max_index, "max_index", 1, 2**24 + 1))

    @checked
    def expected_bits(self, source: Problem | Channel) -> float:
        """Entropy of the index in bits, to about 1e-3; the index averaged over a channel's targets: by quadrature in
        one dimension, over 256 points of Sobol's sequence in more.

        Raises RecError as `index_pmf` does.
        """
        self.check(source.draw(0) if isinstance(source, Channel) else source)
        return greedy_bits(source)
