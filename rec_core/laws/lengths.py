"""Mean message lengths: the bin, and the index under a code, averaged over its exact law."""

from __future__ import annotations

from typing import Protocol

from ..arguments import checked
from ..channel import Channel, Problem
from ..partition import Partition, check_partition
from .index import index_law
from .mixture import IndexLaw


class LengthLaw(Protocol):
    """What is needed of a code for the index; `rec_core.codes` has them."""

    def mean_length_bits(self, law: IndexLaw) -> float:
        """Mean length in bits over a law of the index."""


@checked
def mean_length_bits(source: Problem | Channel, partition: Partition | None, code: LengthLaw) -> float:
    """Exact mean length of PFR's message in bits: log2 J for the bin, and the mean of the code's length of the index.

    Averaged over Y for a channel; the same for all weightings and stopping rules. Lengths are ideal, as in
    `message_length_bits`: `ZipfCode` uses E[log2 n], the others the tails of `index_law`. The error is about that of
    E[log2 n] given at `index_law`, times the bits of the code per octave of the index. inf for a code without all
    indices, if those it lacks are more probable than one in a million.

    Raises RecError for a partition of another dimension. Source: here.

    >>> import rec_core as rec
    >>> channel, cut = rec.gaussian_channel([6.0]), rec.Partition((8,))
    >>> round(mean_length_bits(channel, cut, rec.ZipfCode.for_source(channel, cut)), 3)
    8.257
    """
    cut = check_partition(partition, source.dim)
    return cut.log2_bins + code.mean_length_bits(index_law(source, cut))
