"""Methods: how a sender chooses a sample and its message. One file per method; a method is a frozen value.

method: what a method is, and what all races share. by_clocks, by_draws: the two races, written to be read. by_tree: a
race on a tree of boxes. tries: candidates accepted in turn. rows, measured: many runs, and their means. The others are
the methods: pfr, orc, and those without bins. To add one, write a frozen dataclass with the members of `Method` in a
file of its own, and name it here.
"""

from typing import Any

from .astar import AStar
from .fast_gprs import FastGPRS
from .gprs import GPRS
from .greedy import GreedyRejection
from .layered import LayeredDither
from .method import About, Method, Record, Rules, SearchResult, name_of, new_record, with_partition
from .mrc import MinimalRandomCoding
from .orc import ORC
from .pfr import PFR, Stopping
from .rejection import RejectionSampling
from .truncated import TruncatedPFR

__all__ = [
    "GPRS",
    "METHODS",
    "ORC",
    "PFR",
    "AStar",
    "About",
    "FastGPRS",
    "GreedyRejection",
    "LayeredDither",
    "Method",
    "MinimalRandomCoding",
    "Record",
    "RejectionSampling",
    "Rules",
    "SearchResult",
    "Stopping",
    "TruncatedPFR",
    "name_of",
    "new_record",
    "with_partition",
]

METHODS: dict[str, type[Any]] = {
    kind.__name__.lower(): kind
    for kind in (
        PFR,
        ORC,
        RejectionSampling,
        GreedyRejection,
        MinimalRandomCoding,
        TruncatedPFR,
        GPRS,
        FastGPRS,
        AStar,
        LayeredDither,
    )
}
"""The methods of this package by their names in command lines and folders of results."""
