"""Ordered random coding: a fixed number of candidates, and samples with a small bias."""

from __future__ import annotations

import math
from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

from ..arguments import checked
from ..arrays import Word
from ..channel import Channel, Problem, check_problem
from ..checks import choice, whole_number
from ..errors import BudgetExceeded, RecError
from ..laws.notice import orc_silence
from ..laws.orc import orc_bias
from ..laws.orc_index import orc_index_bits
from ..partition import ENUMERABLE_BINS, Partition, check_partition
from ..tables import WEIGHTINGS, Weighting, check_weighting, tables
from .measured import index_bits
from .method import MAX_EXAMINED, SINGLE, About, Race, Record, Rules, SearchResult, check_width, run


@dataclass(frozen=True)
class ORC:
    """Ordered random coding with `num_candidates` candidates, plain or partitioned.

    Its samples are biased, but less with more candidates: about 2^(KL + 2) are enough for a small bias
    (`laws.orc_bias`). `partition` and `weighting` are as for `PFR`; here weights change what is sent, and 'target_mass'
    is the right choice. A search with more than `max_examined` candidates raises BudgetExceeded.

    Raises RecError for invalid settings.
    Sources: Theis & Yosri (2022); with bins He, Flamich & Hernandez-Lobato (2024).

    >>> import rec_core as rec
    >>> ORC(16).num_candidates, ORC.about.title, round(ORC(16).expected_bits(rec.gaussian_channel([3.0])), 2)
    (16, 'Ordered random coding', 3.71)
    >>> round(ORC(16).total_variation(rec.gaussian_problem([1.0], [0.1])), 2)
    0.25
    """

    about: ClassVar[About] = About(
        title="Ordered random coding",
        exact=False,
        message="bin and index",
        decoder="makes one candidate",
        length="exact law, with bins measured",
        cost="fixed",
        source="Theis & Yosri 2022; with bins He, Flamich & Hernandez-Lobato 2024",
    )
    num_candidates: int
    partition: Partition | None = None
    _: KW_ONLY
    weighting: Weighting = "target_mass"
    max_examined: int = MAX_EXAMINED

    def __post_init__(self) -> None:
        object.__setattr__(self, "num_candidates", whole_number(self.num_candidates, "num_candidates"))
        object.__setattr__(self, "max_examined", whole_number(self.max_examined, "max_examined"))
        if self.partition is not None:
            check_partition(self.partition, self.partition.dim if isinstance(self.partition, Partition) else 1)
        choice(self.weighting, "weighting", WEIGHTINGS)

    def rules(self, dim: int) -> Rules:
        """The rules of a race in `dim` dimensions. Raises RecError for a partition of another dimension."""
        num_bins = check_partition(self.partition, dim).num_bins
        num_bins = num_bins if num_bins <= ENUMERABLE_BINS else 0
        return Rules(num_bins, WEIGHTINGS.index(self.weighting), SINGLE, self.num_candidates, self.max_examined)

    def check(self, problem: Problem) -> None:
        """Raises RecError for peak_ratio weights where Q is wider than P, and for a target too narrow for float64."""
        check_problem(problem)
        check_partition(self.partition, problem.dim)
        check_weighting(problem, self.weighting)
        check_width(problem)

    def search(self, problem: Problem, seed: Word, record: Record, race: Race) -> SearchResult:
        """Race `num_candidates` candidates.

        Raises BudgetExceeded for more candidates than `max_examined`, and RecError if none of them has mass under Q.
        """
        cut = check_partition(self.partition, problem.dim)
        return race_all(problem, cut, self.weighting, self.rules(problem.dim), seed, record, race, "ORC")

    def expected_examined(self, problem: Problem) -> float:
        """`num_candidates`. Raises nothing."""
        return float(self.num_candidates)

    @checked
    def expected_bits(self, source: Problem | Channel) -> float:
        """log2 J and the entropy of the local index, in bits, averaged over the targets of a channel.

        Without bins by its exact law: to about 2e-3 for a problem and a channel of one dimension, 0.1 for a channel of
        more, over 32 of its targets. With bins measured on 1024 runs: to about 0.1; where they are long on as few as
        64: 0.3.

        Raises RecError for a source that cannot be searched, for targets so far off that ln r is beyond float64, and if
        no run finds a candidate with mass under Q.
        """
        self.check(source if isinstance(source, Problem) else source.draw(0))
        cut = check_partition(self.partition, source.dim)
        if cut.num_bins == 1:
            return orc_index_bits(source, self.num_candidates)
        return cut.log2_bins + index_bits(self, source)

    def total_variation(self, problem: Problem) -> float:
        """Of its output from Q, where a search that finds no candidate with mass under Q counts as wrong.

        Raises RecError as `laws.orc_bias` does.
        """
        return min(1.0, orc_bias(problem, self).total_variation + orc_silence(problem, self))


def race_all(
    problem: Problem, cut: Partition, weighting: str, rules: Rules, seed: Word, record: Record, race: Race, name: str
) -> SearchResult:
    """A race of a fixed number of candidates by a method of this name; raises as `ORC.search` does."""
    number = rules.num_candidates
    if number > rules.max_examined:
        raise BudgetExceeded(
            f"{name} with {number} candidates examines all of them, over max_examined = {rules.max_examined}; "
            "raise max_examined or lower num_candidates.",
            expected_bits=math.log2(number),
        )
    result, won = run(problem, tables(problem, cut, weighting), rules, seed, record, race)
    if not won:
        raise RecError(
            f"None of the {number} candidates has any mass under Q; {name} needs more candidates, "
            f"about 2^(KL + 2) = 2^{problem.kl_bits + 2:.1f} without a partition."
        )
    return result
