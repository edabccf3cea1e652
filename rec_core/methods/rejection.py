"""Rejection sampling: the first candidate that chance accepts, the simplest exact method."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..arguments import checked
from ..arrays import LN2, Floats, Word, Words
from ..channel import Channel, Problem
from ..checks import whole_number
from ..laws.tries import rejection_channel_law
from ..laws.width import Width
from ..partition import Partition
from ..tables import Tables
from .method import About, Race, Record, SearchResult, new_record
from .rows import Rows, in_rows
from .tries import InTurn, accept_many, accepted

_NO_LAW = Width(np.zeros(2), np.zeros(2), np.zeros(2))  # which rejection sampling does not look at


@dataclass(frozen=True)
class RejectionSampling(InTurn):
    """Rejection sampling: candidate k is accepted with chance r / sup r, and the first accepted one is sent; exact.

    Its index is geometric with mean sup r, so it costs about D_inf bits where others cost about KL. After
    `max_examined` candidates a search raises BudgetExceeded.

    Raises RecError for invalid settings.
    Source: von Neumann, Various techniques used in connection with random digits (1951); as a code Flamich & Theis
    (2023).

    >>> import rec_core as rec
    >>> problem, method = rec.gaussian_problem([1.0], [0.5]), rec.RejectionSampling()
    >>> rec.encode(problem, method, seed=7).message.index, round(method.expected_examined(problem), 3)
    (4, 3.895)
    >>> method.index_pmf(problem, 3).round(4), round(method.expected_bits(problem), 3)
    (array([0.2567, 0.1908, 0.1418]), 3.201)
    >>> method.partition, method.max_examined, method.about.cost
    (None, 67108864, 'exact law')
    """

    about: ClassVar[About] = About(
        title="Rejection sampling",
        exact=True,
        message="index",
        decoder="makes one candidate",
        length="exact law",
        cost="exact law",
        source="von Neumann 1951; as a code Flamich & Theis 2023",
    )
    called: ClassVar[str] = "rejection sampling"

    def search(self, problem: Problem, seed: Word, record: Record, race: Race) -> SearchResult:
        """Try candidates in turn. Raises BudgetExceeded after `max_examined` of them."""
        return accepted(problem, _NO_LAW, False, self.max_examined, seed, record, self.called)

    def many(self, source: Channel | Problem, seeds: Words, num_threads: int) -> tuple[Rows, int]:
        """Runs with these seeds, and the first over budget or -1. Raises nothing.

        >>> import rec_core as rec
        >>> rec.RejectionSampling().many(rec.gaussian_channel([1.0]), rec.randomness.run_seeds(1, 3), 1)[1]
        -1
        """

        def work(table: Tables, scales: Floats, own: Words, rows: Rows) -> int:
            record = new_record(0, source.dim)
            return int(accept_many(table, scales, _NO_LAW, False, self.max_examined, own, record, rows))

        return in_rows(source, Partition.uncut(source.dim), seeds, num_threads, work)

    @checked
    def index_pmf(self, problem: Problem, max_index: int) -> Floats:
        """P(index = n), n = 1..max_index, shape (max_index,): geometric with mean sup r.

        Raises RecError for a problem that cannot be searched, and unless 1 <= max_index <= 2^24.
        """
        self.check(problem)
        count, share = whole_number(max_index, "max_index", 1, 2**24 + 1), 2.0**-problem.d_inf_bits
        return np.asarray(share * np.exp(np.arange(count) * math.log1p(-share)) if share < 1.0 else np.eye(1, count)[0])

    @checked
    def expected_bits(self, source: Problem | Channel) -> float:
        """Entropy of the index in bits: exact for a problem, averaged over the targets of a channel to about 1e-3 bits.

        Raises RecError for a source that cannot be searched.
        """
        if isinstance(source, Channel):
            self.check(source.draw(0))
            return rejection_channel_law(source).entropy_bits
        self.check(source)
        share = 2.0**-source.d_inf_bits
        if share >= 1.0:
            return 0.0
        rest = -math.log1p(-share) * (1.0 - share) / share if share > 1e-300 else 1.0
        return float(source.d_inf_bits + rest / LN2)
