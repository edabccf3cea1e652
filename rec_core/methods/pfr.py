"""Poisson functional representation: exact samples, and a random run time."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from typing import ClassVar, Literal, get_args

from ..allocation import greedy_powers
from ..arrays import LN2, Word
from ..channel import Channel, Problem, check_problem
from ..checks import choice, whole_number
from ..errors import BudgetExceeded, RecError
from ..laws.examined import examined_by_bins
from ..laws.index import index_law
from ..partition import ENUMERABLE_BINS, Partition, check_partition
from ..tables import MOST_LISTED, WEIGHTINGS, Weighting, log_sup_reweighted, tables
from ..upper_sum import log_upper_sum, upper_sum_bits
from .method import (
    MAX_EXAMINED,
    PER_BIN,
    SINGLE,
    About,
    Race,
    Record,
    Rules,
    SearchResult,
    check_bounded,
    check_width,
    is_hopeless,
    run,
)

Stopping = Literal["single", "per_bin"]
"""One stop line for all bins, as in the paper, or one for each."""


@dataclass(frozen=True)
class PFR:
    """Poisson functional representation, plain or partitioned: exact, with a random run time.

    `partition`: the bins; None is one bin. `weighting`: how P' weighs bins; it changes the time a search takes, but not
    its message if bins can be enumerated (J <= 4096). `stopping`: 'single' is one stop line T sup r' as in the paper,
    'per_bin' one for every bin; None is 'per_bin' if bins can be enumerated. After `max_examined` candidates a search
    raises BudgetExceeded.

    Raises RecError for invalid settings.
    Sources: Li & El Gamal (2018), proof of theorem 1; with bins He, Flamich & Hernandez-Lobato (2024). The best-first
    order of 'per_bin' with 'peak_ratio' is A* sampling on a one-level partition: Maddison, Tarlow & Minka (2014); as a
    code, Flamich, Markou & Hernandez-Lobato (2022).

    >>> PFR(Partition((8, 4)), weighting="uniform").max_examined
    67108864
    >>> import rec_core as rec
    >>> PFR.about.title, round(PFR().expected_bits(rec.gaussian_channel([6.0])), 2)
    ('Poisson functional representation', 7.85)
    """

    about: ClassVar[About] = About(
        title="Poisson functional representation",
        exact=True,
        message="bin and index",
        decoder="makes one candidate",
        length="exact law",
        cost="exact law",
        source="Li & El Gamal 2018; with bins He, Flamich & Hernandez-Lobato 2024",
    )
    partition: Partition | None = None
    _: KW_ONLY
    weighting: Weighting = "peak_ratio"
    stopping: Stopping | None = None
    max_examined: int = MAX_EXAMINED

    def __post_init__(self) -> None:
        if self.partition is not None:
            check_partition(self.partition, self.partition.dim if isinstance(self.partition, Partition) else 1)
        choice(self.weighting, "weighting", WEIGHTINGS)
        object.__setattr__(self, "max_examined", whole_number(self.max_examined, "max_examined"))
        if self.stopping is not None:
            choice(self.stopping, "stopping", get_args(Stopping))
        if self.stopping == "per_bin" and self.partition and self.partition.num_bins > ENUMERABLE_BINS:
            raise RecError(
                f"stopping='per_bin' keeps a clock for every bin and works up to J = {ENUMERABLE_BINS}; "
                "this partition has more: use stopping='single'."
            )

    def rules(self, dim: int) -> Rules:
        """The rules of a race in `dim` dimensions. Raises RecError for a partition of another dimension."""
        num_bins = check_partition(self.partition, dim).num_bins
        enumerable = num_bins <= ENUMERABLE_BINS
        line = SINGLE if self.stopping == "single" or not enumerable else PER_BIN
        return Rules(num_bins if enumerable else 0, WEIGHTINGS.index(self.weighting), line, 0, self.max_examined)

    def check(self, problem: Problem) -> None:
        """Raises RecError for a target whose ratio is unbounded, and for one too narrow for float64."""
        check_problem(problem)
        check_partition(self.partition, problem.dim)
        check_bounded(problem, "PFR")
        check_width(problem)

    def search(self, problem: Problem, seed: Word, record: Record, race: Race) -> SearchResult:
        """Race until no later candidate can win. Raises BudgetExceeded after `max_examined` candidates."""
        rules = self.rules(problem.dim)
        table = tables(problem, check_partition(self.partition, problem.dim), self.weighting)
        log_expected = float(log_sup_reweighted(table))
        if is_hopeless(rules, log_expected):
            raise self._refusal(problem, log_expected, 0)
        result, won = run(problem, table, rules, seed, record, race)
        if not won:
            raise self._refusal(problem, log_expected, result.examined)
        return result

    def expected_examined(self, problem: Problem) -> float:
        """sup r' with one stop line, U_J with 'peak_ratio', both exact; otherwise `laws.examined_by_bins`.

        Of more than 2^20 intervals in a dimension, of which Q reaches more than 2^14, U is that of at most 2^14 blocks.
        Raises RecError for a partition of another dimension.
        """
        cut = check_partition(self.partition, problem.dim)
        if self.weighting == "peak_ratio" and max(cut.intervals) <= MOST_LISTED:
            log2 = upper_sum_bits(problem, cut)
            return 2.0**log2 if log2 < 1023.0 else math.inf
        if math.isinf(problem.d_inf_bits):
            return math.inf
        table = tables(problem, cut, self.weighting)
        rules = self.rules(problem.dim)
        if not self._is_mean(rules):
            return examined_by_bins(table, rules.num_bins)
        log_sup = log_sup_reweighted(table)
        return math.exp(log_sup) if log_sup < 709.0 else math.inf

    def expected_bits(self, source: Problem | Channel) -> float:
        """log2 J and the entropy of the index, averaged over targets for a channel: the matched code's mean length.

        In bits, to about 1e-3. Raises RecError as `laws.index_law` does.
        """
        cut = check_partition(self.partition, source.dim)
        return cut.log2_bins + index_law(source, cut).entropy_bits

    def _is_mean(self, rules: Rules) -> bool:
        """Whether sup r' is the expected number of candidates; otherwise it is an upper bound."""
        return rules.stopping == SINGLE or self.weighting == "peak_ratio"

    def _refusal(self, problem: Problem, log_expected: float, examined: int) -> BudgetExceeded:
        """The error for a search over budget: its expected cost, and a partition that is within the budget."""
        bits = log_expected / LN2
        at_most = "" if self._is_mean(self.rules(problem.dim)) else "at most "
        number = f"2^{bits:.1f}" if bits > 20 else f"{2**bits:.4g}"
        text = f"This search needs {at_most}{number} candidates on average, "
        text += f"and examined {examined} without finishing; " if examined else ""
        text += f"max_examined is {self.max_examined}. "
        intervals = suggest_intervals(problem, self.max_examined)
        if intervals is None:
            text += "No partition brings it under; raise max_examined or use rec.ORC(num_candidates)."
        elif intervals == check_partition(self.partition, problem.dim).intervals:
            text += "This seed was unlucky: try another, a larger max_examined or weighting='peak_ratio'."
        else:
            shown = intervals if len(intervals) <= 8 else f"{str(intervals[:8])[:-1]}, ...)"
            text += (
                f"A partition with J = 2^{sum(n.bit_length() - 1 for n in intervals)} bins brings it under "
                f"with weighting='peak_ratio': rec.Partition({shown}); or raise max_examined."
            )
        return BudgetExceeded(text, expected_bits=bits, suggested_intervals=intervals)


def suggest_intervals(problem: Problem, budget: int) -> tuple[int, ...] | None:
    """Intervals of a partition whose U_J is at most a quarter of the budget, by a greedy search; None without one."""
    target = max(0.0, math.log(budget) - math.log(4.0))
    costs = [_doubling_cost(problem.family, row) for row in problem.params]
    powers = greedy_powers(costs, 40 * problem.dim, target)
    enough = sum(cost(int(k)) for cost, k in zip(costs, powers, strict=True)) <= math.log(budget)
    return tuple(2 ** int(k) for k in powers) if enough else None


def _doubling_cost(family: str, params: tuple[float, ...]) -> Callable[[int], float]:
    """ln of a dimension's factor of U_J at 2^k intervals, as a function of k."""
    return lambda k: log_upper_sum(family, params, 2**k)
