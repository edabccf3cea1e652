"""PFR that gives up: after a fixed number of candidates it sends the first one."""

from __future__ import annotations

import math
from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

import numpy as np

from ..arguments import checked
from ..arrays import Floats, Word, Words
from ..candidates import candidate_of_bin
from ..channel import Channel, Problem, check_problem
from ..checks import whole_number
from ..clocks import Clock, arrival_time, tick
from ..errors import BudgetExceeded
from ..jit import kernel
from ..laws.tries import log_given_up, truncated_bits, truncated_pmf, truncated_variation
from ..partition import Message, Partition
from ..tables import WEIGHTINGS, Tables, log_ratio, tables
from .by_clocks import race_by_clocks
from .method import (
    MAX_EXAMINED,
    PER_BIN,
    About,
    Race,
    Record,
    Rules,
    SearchResult,
    check_bounded,
    check_width,
    new_record,
    run,
)
from .rows import Rows, in_rows, prepare


@dataclass(frozen=True)
class TruncatedPFR:
    """PFR that gives up: candidate 1 is sent where the search has not ended after `num_candidates` candidates.

    The search has ended within n candidates if arrival n + 1 is beyond the stop line, the best race time of the first n
    times sup r; that some later candidate would have won is not asked. The chance of giving up is (1 - 1/sup r)^n, and
    does not depend on the sample, so samples are those of Q unless it gives up. Then candidate 1 fits worse than others
    do, because it has not won: the total variation is more than (1 - 1/sup r)^n TV(Q, P), which it would be with
    candidate n + 1 in its place (`total_variation`).

    Raises RecError for invalid settings. A search over `max_examined` candidates raises BudgetExceeded.
    Sources: PFR: Li & El Gamal (2018); its laws when stopped are from here.

    >>> import rec_core as rec
    >>> problem, method = rec.gaussian_problem([1.0], [0.5]), rec.TruncatedPFR(8)
    >>> rec.encode(problem, method, seed=7).message.index, round(method.expected_examined(problem), 3)
    (5, 3.533)
    >>> method.index_pmf(problem, 3).round(4), round(method.expected_bits(problem), 3)
    (array([0.4871, 0.2044, 0.1227]), 2.171)
    >>> round(method.total_variation(problem), 4)
    0.0837
    >>> method.partition, method.num_candidates, method.max_examined, method.about.exact
    (None, 8, 67108864, False)
    """

    about: ClassVar[About] = About(
        title="PFR that gives up",
        exact=False,
        message="index",
        decoder="makes one candidate",
        length="exact law",
        cost="exact law",
        source="PFR: Li & El Gamal 2018; its laws when stopped: here",
    )
    partition: ClassVar[None] = None
    num_candidates: int
    _: KW_ONLY
    max_examined: int = MAX_EXAMINED

    def __post_init__(self) -> None:
        object.__setattr__(self, "num_candidates", whole_number(self.num_candidates, "num_candidates"))
        object.__setattr__(self, "max_examined", whole_number(self.max_examined, "max_examined"))

    @property
    def _rules(self) -> Rules:
        """PFR's, with the number of candidates as its budget."""
        most = min(self.num_candidates, self.max_examined)
        return Rules(1, WEIGHTINGS.index("peak_ratio"), PER_BIN, 0, most)

    def check(self, problem: Problem) -> None:
        """Raises RecError for a target whose ratio is unbounded, and for one too narrow for float64."""
        check_problem(problem)
        check_bounded(problem, "PFR")
        check_width(problem)

    def search(self, problem: Problem, seed: Word, record: Record, race: Race) -> SearchResult:
        """PFR's race; in a record of one that was given up, all but the first candidate are rejected.

        Raises BudgetExceeded where it has not ended after `max_examined` candidates, fewer than `num_candidates`.
        """
        rules, table = self._rules, tables(problem, Partition.uncut(problem.dim), "peak_ratio")
        result, won = run(problem, table, rules, seed, record, race)
        if won:
            return result
        if self.num_candidates > self.max_examined:
            raise BudgetExceeded(
                f"This search has not ended after max_examined = {self.max_examined} candidates, and gives up only "
                f"after num_candidates = {self.num_candidates}; raise the one or lower the other.",
                expected_bits=math.log2(self.expected_examined(problem)),
            )
        used = int(record.used[0])
        record.logs[1:used, 2] = math.inf
        log_arrival, log_r = first_candidate(table, seed, np.empty(problem.dim))
        message = Message((0,) * problem.dim, 1)
        return result._replace(message=message, log_race=log_arrival - log_r, log_ratio=log_r)

    def many(self, source: Channel | Problem, seeds: Words, num_threads: int) -> tuple[Rows, int]:
        """Runs with these seeds, and the first over budget or -1. Raises nothing.

        >>> import rec_core as rec
        >>> method = rec.TruncatedPFR(16)
        >>> method.many(rec.gaussian_channel([1.0]), rec.randomness.run_seeds(1, 3), 1)[1]
        -1
        """
        rules, gives_up = self._rules, self.num_candidates <= self.max_examined

        def work(table: Tables, scales: Floats, own: Words, rows: Rows) -> int:
            return int(_many(table, scales, rules, gives_up, own, new_record(0, source.dim), rows))

        return in_rows(source, Partition.uncut(source.dim), seeds, num_threads, work)

    def expected_examined(self, problem: Problem) -> float:
        """sup r (1 - (1 - 1/sup r)^n), exact. Raises nothing."""
        bits = problem.d_inf_bits
        given_up = -math.expm1(log_given_up(problem, self.num_candidates))
        return float(self.num_candidates) if bits > 900.0 or given_up == 0.0 else 2.0**bits * given_up

    @checked
    def index_pmf(self, problem: Problem, max_index: int) -> Floats:
        """P(index = n), n = 1..max_index, shape (max_index,), to the error of `laws.index_law`.

        Raises RecError for a problem that cannot be searched, as `laws.index_law` does, and unless
        1 <= max_index <= 2^24.
        """
        self.check(problem)
        out = np.zeros(whole_number(max_index, "max_index", 1, 2**24 + 1))
        some = min(out.size, self.num_candidates)
        out[:some] = truncated_pmf(problem, self.num_candidates, np.arange(1.0, some + 1.0))
        out[0] += math.exp(log_given_up(problem, self.num_candidates))
        return out

    @checked
    def expected_bits(self, source: Problem | Channel) -> float:
        """Entropy of the index in bits, to about 1e-3; the index averaged over a channel's targets: by quadrature in
        one dimension, over 256 points of Sobol's sequence in more.

        Raises RecError as `index_pmf` does.
        """
        self.check(source.draw(0) if isinstance(source, Channel) else source)
        return truncated_bits(source, self.num_candidates)

    @checked
    def total_variation(self, problem: Problem) -> float:
        """Total variation between what is sent and Q, from 0 to 1: to about 1e-6 in one dimension, 1e-5 in more.

        Raises RecError for a problem that cannot be searched, and where log2 sup r is above 937 bits.
        """
        self.check(problem)
        return truncated_variation(problem, self.num_candidates)


@kernel
def first_candidate(table: Tables, seed: Word, x: Floats) -> tuple[float, float]:
    """Write candidate 1 into x (D,); returns ln of its arrival time and ln r."""
    numbers, one = np.zeros(table.intervals.shape[0], np.int64), int(np.int64(1))
    candidate_of_bin(table.family, seed, one, table.intervals, numbers, x)
    clock = tick(seed, np.uint64(1), Clock(0.0, 1.0, 0.0))
    return math.log(arrival_time(clock)), log_ratio(table.family, table.params, x)


@kernel
def _many(
    table: Tables, channel_scales: Floats, rules: Rules, gives_up: bool, seeds: Words, record: Record, rows: Rows
) -> int:
    log_sup, divergence = 0.0, 0.0
    for i in range(seeds.shape[0]):
        if i == 0 or channel_scales.shape[0] > 0:
            table, log_sup, divergence = prepare(table, channel_scales, rules.weighting, True, seeds[i])
        rows.kl[i] = divergence
        outcome = race_by_clocks(table, rules, seeds[i], log_sup, rows.bins[i], record)
        rows.examined[i], rows.log_races[i] = outcome.examined, outcome.log_race
        index = outcome.local_index
        if index == 0:
            if not gives_up:
                return i
            log_arrival, log_r = first_candidate(table, seeds[i], rows.samples[i])
            index, rows.log_races[i] = 1, log_arrival - log_r
            rows.bins[i] = 0
        rows.indices[i] = index
        candidate_of_bin(table.family, seeds[i], index, table.intervals, rows.bins[i], rows.samples[i])
    return -1
