"""Minimal random coding: a fixed number of candidates, of which one is drawn by its ratio."""

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
from ..errors import MessageError
from ..jit import kernel
from ..partition import Message, Partition, check_message, check_partition
from ..prior import Prior
from ..randomness import CHOICE, block
from ..tables import WEIGHTINGS, Tables
from .by_draws import race_by_draws
from .method import MAX_EXAMINED, SINGLE, About, Race, Record, Rules, SearchResult, check_width, new_record
from .orc import ORC, race_all
from .rows import Rows, in_rows, prepare

_ROUNDS = 8  # of the permutation
_WEIGHTING = "target_mass"  # as ORC's; without bins it weighs nothing


@dataclass(frozen=True)
class MinimalRandomCoding:
    """Minimal random coding (MRC): of `num_candidates` candidates one is sent, each with chance r over the sum of r.

    Its samples are those of `ORC` with as many candidates, and so is their bias (`laws.orc_bias`): for one seed both
    send the same sample. ORC numbers its candidates in the order of their arrival times, MRC in an order that has
    nothing to do with them, so its index is uniform and costs log2 n bits; what ORC's costs less is what its order is
    worth. The two orders differ by a permutation that both sides know, so messages are decoded with the method:
    `rec.decode(message, prior, method, seed=seed)`. A search with more candidates than `max_examined` raises
    BudgetExceeded.

    Raises RecError for invalid settings.
    Sources: Havasi, Peharz & Hernandez-Lobato (2019); that ORC has the same output: Theis & Yosri (2022).

    >>> import rec_core as rec
    >>> problem, method = rec.gaussian_problem([1.0], [0.5]), rec.MinimalRandomCoding(16)
    >>> sent, ordered = (rec.encode(problem, one, seed=7) for one in (method, rec.ORC(16)))
    >>> sent.message.index, ordered.message.index, sent.sample == ordered.sample
    (6, 5, array([ True]))
    >>> method.expected_bits(problem), method.expected_examined(problem), method.index_pmf(problem, 2)
    (4.0, 16.0, array([0.0625, 0.0625]))
    >>> round(method.total_variation(problem), 3)
    0.035
    >>> method.receive(sent.message, problem.prior, np.uint64(7)) == sent.sample
    array([ True])
    >>> method.partition, method.num_candidates, method.max_examined, method.about.exact
    (None, 16, 67108864, False)
    """

    about: ClassVar[About] = About(
        title="Minimal random coding",
        exact=False,
        message="index",
        decoder="makes one candidate",
        length="fixed",
        cost="fixed",
        source="Havasi, Peharz & Hernandez-Lobato 2019",
    )
    partition: ClassVar[None] = None
    num_candidates: int
    _: KW_ONLY
    max_examined: int = MAX_EXAMINED

    def __post_init__(self) -> None:
        object.__setattr__(self, "num_candidates", whole_number(self.num_candidates, "num_candidates", 1, 2**61))
        object.__setattr__(self, "max_examined", whole_number(self.max_examined, "max_examined"))

    @property
    def _rules(self) -> Rules:
        """ORC's, for the race it shares with MRC."""
        return Rules(1, WEIGHTINGS.index(_WEIGHTING), SINGLE, self.num_candidates, self.max_examined)

    def check(self, problem: Problem) -> None:
        """Raises RecError for a target too narrow for float64."""
        check_problem(problem)
        check_width(problem)

    def search(self, problem: Problem, seed: Word, record: Record, race: Race) -> SearchResult:
        """ORC's race, and the winner's number in MRC's order.

        Raises BudgetExceeded for more candidates than `max_examined`, and RecError if none of them has mass under Q.
        """
        cut = Partition.uncut(problem.dim)
        found = race_all(problem, cut, _WEIGHTING, self._rules, seed, record, race, "MRC")
        _renumber(seed, self.num_candidates, record)
        place = int(place_of(seed, found.message.index, self.num_candidates))
        return found._replace(message=Message(found.message.bin, place))

    def receive(self, message: Message, prior: Prior, seed: Word) -> Floats:
        """The sample (D,) that a message names, in time O(D). Raises MessageError for one that names no candidate."""
        cut = check_partition(None, prior.dim)
        _, (numbers, index) = check_message(message, cut)
        if index > self.num_candidates:
            raise MessageError(f"The message names candidate {index} of {self.num_candidates}.")
        x = np.empty(prior.dim)
        number = candidate_at(seed, index, self.num_candidates)
        candidate_of_bin(prior.family_code, seed, number, cut.counts, np.array(numbers, np.int64), x)
        return prior.place(x)

    def many(self, source: Channel | Problem, seeds: Words, num_threads: int) -> tuple[Rows, int]:
        """Runs with these seeds, and the first without a candidate that has mass under Q, or -1. Raises nothing.

        >>> import rec_core as rec
        >>> method = rec.MinimalRandomCoding(16)
        >>> method.many(rec.gaussian_channel([1.0]), rec.randomness.run_seeds(1, 3), 1)[1]
        -1
        """
        rules = self._rules
        if rules.num_candidates > rules.max_examined:
            return in_rows(source, Partition.uncut(source.dim), seeds, 1, lambda *_: 0)

        def work(table: Tables, scales: Floats, own: Words, rows: Rows) -> int:
            return int(_many(table, scales, rules, own, new_record(0, source.dim), rows))

        return in_rows(source, Partition.uncut(source.dim), seeds, num_threads, work)

    def expected_examined(self, problem: Problem) -> float:
        """`num_candidates`. Raises nothing."""
        return float(self.num_candidates)

    @checked
    def total_variation(self, problem: Problem) -> float:
        """Of its output from Q, which is ORC's; a search that finds no candidate with mass under Q counts as wrong.

        Raises RecError as `laws.orc_bias` does.
        """
        return ORC(self.num_candidates).total_variation(problem)

    @checked
    def index_pmf(self, problem: Problem, max_index: int) -> Floats:
        """P(index = n), n = 1..max_index, shape (max_index,): one over `num_candidates`, and 0 beyond.

        Raises RecError for a problem that cannot be searched, and unless 1 <= max_index <= 2^24.
        """
        self.check(problem)
        count = whole_number(max_index, "max_index", 1, 2**24 + 1)
        return np.where(np.arange(count) < self.num_candidates, 1.0 / self.num_candidates, 0.0)

    @checked
    def expected_bits(self, source: Problem | Channel) -> float:
        """log2 of `num_candidates`, in bits. Raises RecError for a source that cannot be searched."""
        self.check(source.draw(0) if isinstance(source, Channel) else source)
        return math.log2(self.num_candidates)


# ---------------------------------------------------------------------------------------------------- the two orders
#
# A Feistel network on pairs: place - 1 = left * width + right, and each half in turn is shifted by a random function of
# the other. Where that ends beyond n - 1 it is done again, which it seldom is, because there are fewer than n + sqrt(n)
# + 1 pairs. A shift of all places by a random number makes the place of every candidate exactly uniform.


@kernel
def _sides(count: int) -> tuple[int, int]:
    """Numbers of left and right halves, nearly equal, whose product is at least `count`."""
    width = int(math.sqrt(float(count)))
    while width * width < count:
        width += 1
    return (count + width - 1) // width, width


@kernel
def _shift(seed: Word, number: int, half: int, size: int) -> int:
    """A random number from 0 to size - 1, of a round and the other half."""
    word, _ = block(seed, CHOICE, np.uint64(half), np.uint64(number))
    return int(np.int64(word % np.uint64(size)))


@kernel
def place_of(seed: Word, index: int, count: int) -> int:
    """The number in MRC's order, from 1, of candidate `index` of the codebook."""
    heights, width = _sides(count)
    place = index - 1
    while True:
        left, right = place // width, place % width
        for number in range(0, _ROUNDS, 2):
            left = (left + _shift(seed, number, right, heights)) % heights
            right = (right + _shift(seed, number + 1, left, width)) % width
        place = left * width + right
        if place < count:
            return (place + _shift(seed, _ROUNDS, 0, count)) % count + 1


@kernel
def candidate_at(seed: Word, place: int, count: int) -> int:
    """The candidate of the codebook with this number in MRC's order: the inverse of `place_of`."""
    heights, width = _sides(count)
    place = (place - 1 + count - _shift(seed, _ROUNDS, 0, count)) % count
    while True:
        left, right = place // width, place % width
        for number in range(_ROUNDS - 2, -1, -2):
            right = (right + width - _shift(seed, number + 1, left, width)) % width
            left = (left + heights - _shift(seed, number, right, heights)) % heights
        place = left * width + right
        if place < count:
            return place + 1


@kernel
def _renumber(seed: Word, count: int, record: Record) -> None:
    """MRC's numbers in place of ORC's."""
    for k in range(record.used[0]):
        record.numbers[k, 1] = place_of(seed, record.numbers[k, 1], count)


@kernel
def _many(table: Tables, channel_scales: Floats, rules: Rules, seeds: Words, record: Record, rows: Rows) -> int:
    log_sup, divergence = 0.0, 0.0
    for i in range(seeds.shape[0]):
        if i == 0 or channel_scales.shape[0] > 0:
            table, log_sup, divergence = prepare(table, channel_scales, rules.weighting, True, seeds[i])
        rows.kl[i] = divergence
        outcome = race_by_draws(table, rules, seeds[i], log_sup, rows.bins[i], record)
        rows.examined[i], rows.log_races[i] = outcome.examined, outcome.log_race
        if outcome.local_index == 0:
            return i
        rows.indices[i] = place_of(seeds[i], outcome.local_index, rules.num_candidates)
        candidate_of_bin(table.family, seeds[i], outcome.local_index, table.intervals, rows.bins[i], rows.samples[i])
    return -1
