"""A* coding: best-first search on a tree of halved boxes; exact, and without a number of bins to choose."""

from __future__ import annotations

import math
from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ..arguments import checked
from ..arrays import LN2, Floats, Ints, Word, Words
from ..channel import MAX_BITS, Channel, Problem, check_problem
from ..checks import seed_word, vector, whole_number
from ..errors import BudgetExceeded, RecError
from ..partition import ENUMERABLE_BINS, Message, Partition, check_message, check_partition
from ..prior import Prior
from ..tables import Tables, log_sup_reweighted, tables
from .by_tree import FINEST, decode_tree, many_by_tree, open_box, race_by_tree
from .measured import mean_examined, path_bits
from .method import About, Outcome, Race, Record, SearchResult, check_bounded, check_width, new_record
from .rows import Rows, in_rows

MAX_NODES = 2**18


@dataclass(frozen=True)
class AStar:
    """A* coding on a tree of boxes that are halves of each other in P-mass (AD*), in any dimension.

    `bits` (D,) is the information of each dimension as far as both sides know it: a box is halved along the axis in
    which it is widest against a target of that many bits, and never along one of 0 bits. None takes all axes for equal;
    `AStar.for_source(channel)` takes the channel's. `partition`: at most 4096 bins, each the root of a tree; None is
    one root. A search of more than `max_examined` nodes raises BudgetExceeded; each waits in memory until it is taken.

    The sample follows Q exactly, as PFR's does. The message is Message(box, depth + 1): a box's place in dimension d
    counts all intervals of 0, 1, 2, ... halvings, from 0 (see `methods.by_tree`).

    Raises RecError for invalid settings.
    Sources: Maddison, Tarlow & Minka (2014); as a code Flamich, Markou & Hernandez-Lobato (2022). The choice of the
    axis by the box's width is from here.

    >>> import rec_core as rec
    >>> channel = rec.gaussian_channel([8.0] * 6)
    >>> problem, method = channel.draw(seed=1), rec.AStar.for_source(channel)
    >>> sent = rec.encode(problem, method, seed=7)
    >>> bool((rec.decode(sent.message, problem.prior, method, seed=7) == sent.sample).all()), sent.examined < 2000
    (True, True)
    >>> method.bits == channel.bits, method.partition, method.max_examined, method.check(problem)
    (True, None, 262144, None)
    >>> bool((method.receive(sent.message, problem.prior, 7) == sent.sample).all()), method.about.cost
    (True, 'measured')
    """

    about: ClassVar[About] = About(
        title="A* coding",
        exact=True,
        message="path and depth",
        decoder="makes one candidate",
        length="measured",
        cost="measured",
        source="Flamich, Markou & Hernandez-Lobato 2022",
    )
    bits: tuple[float, ...] | None = None
    partition: Partition | None = None
    _: KW_ONLY
    max_examined: int = MAX_NODES

    def __post_init__(self) -> None:
        if self.bits is not None:
            object.__setattr__(self, "bits", vector(self.bits, "bits"))
            if not all(0.0 <= value <= MAX_BITS for value in self.bits or (-1.0,)):
                raise RecError(f"bits must be a number from 0 to {MAX_BITS:g} for each dimension; got {self.bits}.")
        if self.partition is not None:
            cut = check_partition(self.partition, self.partition.dim if isinstance(self.partition, Partition) else 1)
            if cut.num_bins > ENUMERABLE_BINS:
                raise RecError(f"A tree can have {ENUMERABLE_BINS} roots, and the partition has {cut.num_bins} bins.")
        object.__setattr__(self, "max_examined", whole_number(self.max_examined, "max_examined"))

    @staticmethod
    @checked
    def for_source(channel: Channel) -> AStar:
        """The method with the information of a channel's dimensions, which both sides know.

        Raises RecError for anything but a channel.
        """
        return AStar(channel.bits)

    def check(self, problem: Problem) -> None:
        """Raises RecError for bits or bins of another dimension, and for targets that `PFR` cannot search."""
        check_problem(problem)
        self._roots(problem.dim)
        check_bounded(problem, "A* coding")
        check_width(problem)

    def search(self, problem: Problem, seed: Word, record: Record, race: Race) -> SearchResult:
        """Take nodes until no other can win. Raises BudgetExceeded after `max_examined` of them."""
        table, units = tables(problem, self._roots(problem.dim), "uniform"), self._units(problem.dim)
        winner, log_sup = np.zeros(problem.dim, np.int64), float(log_sup_reweighted(table))
        found = Outcome(*race_by_tree(table, units, seed, log_sup, self.max_examined, winner, record))
        if found.local_index == 0:
            raise BudgetExceeded(
                f"This search took {found.examined} nodes without finishing; max_examined is {self.max_examined}. "
                "Raise it, or use rec.PFR with bins.",
                expected_bits=math.log2(found.examined),
            )
        message = Message(tuple(winner.tolist()), int(found.local_index))
        logs = found.log_race, found.log_ratio, found.log_stop, log_sup
        return SearchResult(message, int(found.examined), *logs, "best_first")

    def many(self, source: Channel | Problem, seeds: Words, num_threads: int) -> tuple[Rows, int]:
        """Runs with these seeds, and the first over budget or -1. Raises nothing.

        >>> import rec_core as rec
        >>> rec.AStar().many(rec.gaussian_channel([1.0]), rec.randomness.run_seeds(1, 3), 1)[1]
        -1
        """
        units = self._units(source.dim)

        def work(table: Tables, scales: Floats, own: Words, rows: Rows) -> int:
            return int(many_by_tree(table, scales, units, own, self.max_examined, new_record(0, source.dim), rows))

        return in_rows(source, self._roots(source.dim), seeds, num_threads, work)

    @checked
    def receive(self, message: Message, prior: Prior, seed: Word) -> Floats:
        """The sample (D,) of a message, in time O(D). Raises RecError for a message that names no node.

        >>> import rec_core as rec
        >>> rec.AStar().receive(rec.Message((2,), 2), rec.gaussian_channel([1.0]).prior, 7).round(3)
        array([2.164])
        """
        roots, x = self._roots(prior.dim).counts, np.empty(prior.dim)
        _, (places, index) = check_message(message, Partition((2 * FINEST,) * prior.dim))
        box, halvings, numbers = np.array(places, np.int64), np.empty_like(roots), np.empty_like(roots)
        open_box(roots, box, halvings, numbers)
        depth = int(halvings.sum())
        ends = not np.any((self._units(prior.dim) > 0.0) & (roots << (halvings + 1) <= FINEST))
        if index <= depth or (index > depth + 1 and not ends):
            raise RecError(f"The index of a node's message is its depth plus one, here {depth + 1}; got {index}.")
        decode_tree(prior.family_code, seed_word(seed), index, roots, box, x)
        return prior.place(x)

    def expected_examined(self, problem: Problem) -> float:
        """Mean number of nodes, measured on 1024 runs, or fewer where they are long; error about 2%.

        Raises BudgetExceeded where a run does.
        """
        self.check(problem)
        return mean_examined(self, problem)

    @checked
    def expected_bits(self, source: Problem | Channel) -> float:
        """Mean length in bits: log2 of the number of roots, a bit for each halving, and the length of their number.

        A box is halved the more often the less likely P is there, so the number is coded given where its path leads, if
        that is shorter than by its own entropy. Measured on about 1024 runs, or fewer where they are long; error about
        0.15 bits.

        Raises RecError for what the method cannot search, and BudgetExceeded where a run does.

        >>> import rec_core as rec
        >>> 7.4 < rec.AStar().expected_bits(rec.gaussian_channel([6.0])) < 7.8
        True
        """
        self.check(source.draw(0) if isinstance(source, Channel) else source)
        roots, used = self._roots(source.dim), self._units(source.dim) > 0.0

        def places(boxes: Ints) -> Floats:
            return _surprise(source.prior.family, used, roots.counts, boxes)

        return roots.log2_bins + path_bits(self, source, places if used.any() else None)

    def _roots(self, dim: int) -> Partition:
        if self.bits is not None and len(self.bits) != dim:
            raise RecError(f"The method has bits of {len(self.bits)} dimensions, and here there are {dim}.")
        return check_partition(self.partition, dim)

    def _units(self, dim: int) -> Floats:
        """How much ln r turns over a length: 1 / scale, less what is P's own."""
        if self.bits is None:
            return np.ones(dim)
        return np.asarray(np.sqrt(np.expm1(2.0 * LN2 * np.minimum(np.array(self.bits), 500.0))))


def _surprise(family: str, used: NDArray[np.bool_], roots: Ints, boxes: Ints) -> Floats:
    """-log2 p at 16 points of P in each of these boxes (R, D), of a standard P and over the dimensions that are used;
    (16, R)."""
    halvings, numbers = np.empty_like(boxes), np.empty_like(boxes)
    for k, box in enumerate(boxes):
        open_box(roots, box, halvings[k], numbers[k])
    within = np.random.default_rng(0).random((16, *boxes.shape))
    points = ((numbers + within) / (roots << halvings))[..., used]
    prior = Prior(family, int(used.sum()))
    return np.asarray(prior.log_pdf(prior.quantile(points))) / -LN2
