"""Fast searches, with the winners of the readable races to the last bit, and the one place that chooses.

dispatch: which code runs a race. tiles, tiles_bins: whole tiles of candidates, without bins and with. threads: one race
in several threads. many: many races, on all cores and without Python in the loop.
"""

from .dispatch import race, race_readable
from .many import race_many

__all__ = ["race", "race_many", "race_readable"]
