"""Methods: how a sender chooses a sample and its message. One file for each; a method is a frozen value.

method: what a method is, and what all races share. by_clocks, by_draws: the two races, as one reads them. pfr, orc: the
methods. To add one, write a frozen dataclass with the members of `Method` in a file of its own, and name it here.
"""

from .method import Found, Method, Record, Rules, new_record
from .orc import ORC
from .pfr import PFR, Stopping

__all__ = ["ORC", "PFR", "Found", "Method", "Record", "Rules", "Stopping", "new_record"]
