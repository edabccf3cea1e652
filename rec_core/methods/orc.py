"""Ordered random coding: a fixed number of candidates, and a sample slightly off Q."""

from __future__ import annotations

import math
from dataclasses import KW_ONLY, dataclass

from ..arrays import Word
from ..channel import Problem, check_problem
from ..checks import choice, whole_number
from ..errors import BudgetExceeded, RecError
from ..partition import ENUMERABLE_BINS, Partition, check_partition
from ..tables import WEIGHTINGS, Weighting, check_weighting, tables
from .method import MAX_EXAMINED, SINGLE, Found, Race, Record, Rules, check_width, run


@dataclass(frozen=True)
class ORC:
    """Ordered random coding with `num_candidates` candidates, plain or partitioned.

    What it sends is biased, the less the larger the number: about 2^(KL + 2) keep it small (`laws.orc_bias`).
    `partition` and `weighting` as for `PFR`; weights do change what ORC sends, and 'target_mass' is right for it.
    `max_examined`: a search with more candidates than that is refused with BudgetExceeded. Raises RecError for choices
    that cannot be. Source: Theis & Yosri (2022).

    >>> ORC(16).num_candidates
    16
    """

    num_candidates: int
    partition: Partition | None = None
    _: KW_ONLY
    weighting: Weighting = "target_mass"
    max_examined: int = MAX_EXAMINED

    def __post_init__(self) -> None:
        object.__setattr__(self, "num_candidates", whole_number(self.num_candidates, "num_candidates"))
        object.__setattr__(self, "max_examined", whole_number(self.max_examined, "max_examined"))
        if self.partition is not None:
            check_partition(self.partition, getattr(self.partition, "dim", 1))
        choice(self.weighting, "weighting", WEIGHTINGS)

    def rules(self, dim: int) -> Rules:
        """The rules of a race in so many dimensions. Raises RecError where the partition has others."""
        num_bins = check_partition(self.partition, dim).num_bins
        num_bins = num_bins if num_bins <= ENUMERABLE_BINS else 0
        return Rules(num_bins, WEIGHTINGS.index(self.weighting), SINGLE, self.num_candidates, self.max_examined)

    def check(self, problem: Problem) -> None:
        """Raises RecError for peak_ratio weights where Q is wider than P, and for a target too narrow for float64."""
        check_problem(problem)
        check_partition(self.partition, problem.dim)
        check_weighting(problem, self.weighting)
        check_width(problem)

    def search(self, problem: Problem, seed: Word, record: Record, race: Race) -> Found:
        """Race `num_candidates` candidates. Raises BudgetExceeded where those are more than `max_examined`, and
        RecError where none of them fell where Q has mass."""
        number = self.num_candidates
        if number > self.max_examined:
            raise BudgetExceeded(
                f"ORC with {number} candidates examines all of them, over max_examined = {self.max_examined}; "
                "raise max_examined or lower num_candidates.",
                expected_bits=math.log2(number),
            )
        table = tables(problem, check_partition(self.partition, problem.dim), self.weighting)
        found, won = run(problem, table, self.rules(problem.dim), seed, record, race)
        if not won:
            raise RecError(
                f"None of the {number} candidates fell where Q has any mass; ORC needs more candidates, "
                f"about 2^(KL + 2) = 2^{problem.kl_bits + 2:.1f} without a partition."
            )
        return found

    def expected_examined(self, problem: Problem) -> float:
        """n, always."""
        return float(self.num_candidates)
