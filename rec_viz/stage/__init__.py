"""The stage: one animation component. Python works the race out once and ships arrays; JavaScript owns the player.

    from rec_viz import stage
    from rec_viz.model import lab
    race = lab.race(view)
    stage.show(stage.scene(race, step="winner", highlight="bin:3"), key="lesson_stage")

`step` is where the story opens: "glance", "densities", "cut", "reweight" (the last two where a search has bins),
"candidate:17" (counted from 1), "winner", "message" or "decoded". `highlight` is one thing to point at, or several:

    "bin:3", "bin:2,1"         a bin, counted from 1 as people do, one number for each dimension
    "candidate:17"             a candidate, counted from 1 in the order the search met it
    "p", "q", "heuristic"      the densities P, Q and P'
    "curve", "stop"            the curve of equal race time and the stop line (race view)
    "message", "count"         what is sent, and the local count in it

Each points in every search that has such a thing; "pfr_bins/candidate:17" names the search (see settings.LANES). What
is pointed at is outlined and named, the rest is dimmed, and a line under the caption says it in words. Calling again
under the same key with the same race and another `step` or `highlight` moves there without starting over; with the same
ones it leaves the player where the reader left it. `worst_bin(race)` is the bin that sets the one stop line. What
cannot be pointed at is a ValueError.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .pointing import worst_bin
from .scene import bins_text, scene

if TYPE_CHECKING:
    from .mount import show

__all__ = ["bins_text", "scene", "show", "worst_bin"]


def __getattr__(name: str) -> Any:
    """`show` alone needs Streamlit, and a notebook may have none."""
    if name != "show":
        raise AttributeError(name)
    from .mount import show

    return show
