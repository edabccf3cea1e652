"""Methods: how a sender chooses a sample and its message. One file for each; a method is a frozen value.

method: what a method is, and what all races share. by_clocks, by_draws: the two races, as one reads them. pfr, orc: the
methods. To add one, write a frozen dataclass with the members of `Method` in a file of its own, and name it here.
"""

from typing import Any

from .method import Found, Method, Record, Rules, name_of, new_record, with_partition
from .orc import ORC
from .pfr import PFR, Stopping

__all__ = [
    "METHODS",
    "ORC",
    "PFR",
    "Found",
    "Method",
    "Record",
    "Rules",
    "Stopping",
    "name_of",
    "new_record",
    "with_partition",
]

METHODS: dict[str, type[Any]] = {kind.__name__.lower(): kind for kind in (PFR, ORC)}
"""The methods of this package by the names that command lines and folders of results have for them."""
