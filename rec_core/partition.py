"""Partitions: equal-mass intervals in each dimension, how many bins they make, and the message that names a bin.

A partition cuts dimension d into n_d intervals of equal mass under the prior P. Bins are the products of intervals,
J = n_1 * ... * n_D, all of P-mass 1/J. J may be far beyond enumeration: nothing here lists bins.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from .arrays import Floats, Ints
from .checks import MAX_DIM, shown, whole_number
from .errors import RecError
from .jit import kernel
from .prior import MAX_EDGES, Prior

ENUMERABLE_BINS = 4096
"""The most bins that have a clock each, so that weights do not change PFR's message."""


class Message(NamedTuple):
    """What is sent: the `bin` (D interval numbers, from 0) and the local `index` within it (from 1).

    >>> Message((3, 1), 5).index
    5
    """

    bin: tuple[int, ...]
    index: int  # type: ignore[assignment]  # tuple.index gives way


@dataclass(frozen=True)
class Partition:
    """Axis-aligned bins of equal mass under P: `intervals[d]` intervals in dimension d, whole numbers >= 1.

    `intervals` is any sequence of shape (D,), stored as a tuple.

    Raises RecError for no dimension, and for anything but whole numbers >= 1.
    Source: He, Flamich & Hernandez-Lobato (2024), axis-aligned partitions into bins of equal mass.

    >>> cut = Partition((8, 4))
    >>> cut.num_bins, cut.dim, cut.log2_bins, cut.counts
    (32, 2, 5.0, array([8, 4]))
    """

    intervals: tuple[int, ...]

    def __post_init__(self) -> None:
        try:
            given = tuple(islice(self.intervals, MAX_DIM + 1))
        except Exception:  # TypeError, or what a value of anybody's class raises
            given = ()
        if not given:
            raise RecError(
                "Intervals must be a sequence of whole numbers, one for each dimension, e.g. (8, 4); "
                f"got {shown(self.intervals)}."
            )
        if len(given) > MAX_DIM:
            raise RecError("A partition has at most 2^20 dimensions; these intervals are more.")
        intervals = tuple(whole_number(n, f"intervals[{d}]", 1, math.inf) for d, n in enumerate(given))
        object.__setattr__(self, "intervals", intervals)

    @staticmethod
    def uncut(dim: int) -> Partition:
        """The partition of `dim` dimensions into one bin. Raises RecError unless `dim` is a whole number >= 1.

        >>> Partition.uncut(2)
        Partition(intervals=(1, 1))
        """
        return _uncut(whole_number(dim, "dim", 1, MAX_DIM + 1))

    @property
    def dim(self) -> int:
        """Number of dimensions D."""
        return len(self.intervals)

    @property
    def num_bins(self) -> int:
        """J, exact."""
        return math.prod(self.intervals)

    @property
    def log2_bins(self) -> float:
        """log2 J, in bits."""
        return math.fsum(math.log2(n) for n in self.intervals)

    @cached_property
    def counts(self) -> Ints:
        """`intervals` as decoding takes them, int64 (D,). Raises RecError for 2^52 intervals or more in a dimension."""
        if max(self.intervals) >= 2**52:
            raise RecError("A dimension with 2^52 intervals or more is finer than float64 can tell apart.")
        return np.array(self.intervals, np.int64)

    def edges(self, prior: Prior) -> list[Floats]:
        """Ends of the intervals in x, D arrays of shape (n_d + 1,), increasing; the outermost are those of P's support.

        Raises RecError for a prior of another dimension, and for more than 2^22 intervals in all dimensions together.

        >>> from rec_core import uniform_channel
        >>> Partition((2,)).edges(uniform_channel([3.0]).prior)
        [array([0. , 0.5, 1. ])]
        """
        if not isinstance(prior, Prior):
            raise RecError(f"prior must be a prior, such as problem.prior; got {shown(prior)}.")
        check_partition(self, prior.dim)
        if (listed := int(self.counts.sum())) > MAX_EDGES:
            raise RecError(
                f"The ends of {listed} intervals are too many to list, at most 2^22 are; prior.edges lists "
                "those of one dimension, prior.quantile gives single ones."
            )
        return [prior.edges(d, int(n)) for d, n in enumerate(self.counts)]

    def number(self, bin: Sequence[int]) -> int:
        """A bin's number from 0 to J - 1, exact: its interval numbers in mixed radix, the last dimension fastest.

        Raises RecError for interval numbers that the partition does not have.

        >>> Partition((8, 4)).number((1, 2))
        6
        """
        try:
            places = tuple(bin)
        except Exception:  # as where intervals are looked at
            raise RecError(f"bin must be a sequence of interval numbers; got {shown(bin)}.") from None
        if len(places) != self.dim:
            raise RecError(f"The bin names {len(places)} intervals, the partition has {self.dim} dimensions.")
        number = 0
        for d, (place, n) in enumerate(zip(places, self.intervals, strict=True)):
            number = number * n + whole_number(place, f"bin[{d}]", 0, n)
        return number

    def bin(self, number: int) -> tuple[int, ...]:
        """The interval numbers (D,) of a bin with this number, as `Partition.number` gives it.

        Raises RecError unless 0 <= number < J.

        >>> Partition((8, 4)).bin(6)
        (1, 2)
        """
        rest = whole_number(number, "number", 0, self.num_bins)
        places = []
        for n in reversed(self.intervals):
            rest, place = divmod(rest, n)
            places.append(place)
        return tuple(reversed(places))


def check_partition(cut: Partition | None, dim: int) -> Partition:
    """The partition, or the one without cuts for None. Raises RecError unless its dimension is `dim`."""
    if cut is None:
        return _uncut(dim)
    if not isinstance(cut, Partition):
        raise RecError(f"Make the partition with rec.Partition((n_1, ..., n_D)); got {type(cut).__name__}.")
    if len(cut.intervals) != dim:
        raise RecError(f"The partition cuts {cut.dim} dimensions but the problem has {dim}; give one number for each.")
    return cut


INDEX_LIMIT = 1 << 63
"""Local indices are from 1 to INDEX_LIMIT - 1."""


def check_message(message: Any, cut: Partition) -> tuple[int, Message]:
    """The number of a message's bin, and the message in Python's own ints.

    Raises RecError for anything but a bin of the partition and an index from 1 to 2^63 - 1.
    """
    try:
        given, index = message
        given = tuple(given)
    except Exception:  # TypeError, ValueError, or what a value of anybody's class raises
        raise RecError(
            f"A message must be a pair (bin, index) of whole numbers, the bin a tuple of them; got {shown(message)}."
        ) from None
    number = cut.number(given)
    return number, Message(tuple(map(int, given)), whole_number(index, "index", 1, INDEX_LIMIT))


@lru_cache(maxsize=64)
def _uncut(dim: int) -> Partition:
    return Partition((1,) * dim)


@kernel
def split_bin(j: int, intervals: Ints, numbers: Ints) -> None:
    """`Partition.bin` for kernels: write the interval numbers of bin j into `numbers` (D,)."""
    for d in range(intervals.shape[0] - 1, -1, -1):
        numbers[d] = j % intervals[d]
        j //= intervals[d]
