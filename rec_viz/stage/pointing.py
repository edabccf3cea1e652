"""What the stage opens at and points at: names that people write, as the player takes them. Raises ValueError."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..model.lab import Lane, Race
from ..model.setting import sups_bits
from ..settings.table import ALL_LANES

MAX_DRAWN_INTERVALS = 256  # of a dimension: more are narrower than a pixel

ALWAYS = ("glance", "densities", "winner", "message", "decoded")
WITH_BINS = ("cut", "reweight")
THINGS = ("p", "q", "heuristic", "curve", "stop", "message", "count")
RACE_ONLY = ("curve", "stop")


def opening(step: str | None, lanes: Sequence[Lane]) -> dict[str, Any] | None:
    """The step by its kind, with the event (from 0) of a candidate."""
    if step is None or step in ALWAYS:
        return None if step is None else {"kind": step}
    if step in WITH_BINS:
        if not any(lane.partition.num_bins > 1 for lane in lanes):
            raise ValueError(f"No search here has bins, so there is no step {step!r}.")
        return {"kind": step}
    kind, _, number = step.partition(":")
    if kind != "candidate" or not number.isdecimal():
        known = ", ".join((*ALWAYS, *WITH_BINS, "candidate:17"))
        raise ValueError(f"There is no step {step!r}; choose one of {known}.")
    events = [event for lane in lanes if (event := _event(lane, int(number))) is not None]
    if not events:
        raise ValueError(f"No search here meets a candidate {number}.")
    return {"kind": "candidate", "event": min(events)}


def targets(names: Sequence[str], view: str, lanes: Sequence[Lane]) -> list[dict[str, Any]]:
    """Everything to point at: one entry for each search (its place among `lanes`) that has such a thing."""
    out = []
    for name in names:
        lane_name, _, thing = name.rpartition("/")
        if lane_name and lane_name not in ALL_LANES:
            raise ValueError(f"There is no search {lane_name!r}; choose one of {', '.join(ALL_LANES)}.")
        found = [
            {"lane": i, **target}
            for i, lane in enumerate(lanes)
            if lane_name in ("", lane.name) and (target := _target(thing, view, lane)) is not None
        ]
        if not found:
            raise ValueError(f"Nothing here is called {name!r}: no search shown in the {view} view has it.")
        out += found
    return out


def _target(thing: str, view: str, lane: Lane) -> dict[str, Any] | None:
    kind, _, which = thing.partition(":")
    if kind == "bin":
        numbers = [int(part) for part in which.split(",") if part.strip().isdecimal()]
        if len(numbers) != which.count(",") + 1:
            raise ValueError(f"Name a bin by whole numbers from 1, one per dimension, as in 'bin:2,1'; got {thing!r}.")
        intervals = lane.partition.intervals
        fits = len(numbers) == len(intervals) and all(1 <= b <= n for b, n in zip(numbers, intervals, strict=True))
        drawn = lane.partition.num_bins > 1 and max(intervals) <= MAX_DRAWN_INTERVALS
        return {"kind": kind, "bin": [b - 1 for b in numbers]} if fits and drawn else None
    if kind == "candidate":
        event = _event(lane, int(which)) if which.isdecimal() else None
        return None if event is None else {"kind": kind, "event": event}
    if thing not in THINGS:
        raise ValueError(f"The stage cannot point at {thing!r}; it can at bin:3, candidate:17, {', '.join(THINGS)}.")
    if (thing in RACE_ONLY and view != "race") or (thing == "heuristic" and lane.partition.num_bins == 1):
        return None
    return {"kind": thing}


def _event(lane: Lane, position: int) -> int | None:
    """Which recorded event the candidate at this position (from 1) is; None where it was not recorded."""
    assert lane.trace is not None
    at = np.flatnonzero(lane.trace.positions == position)
    return int(at[0]) if at.size else None


def worst_bin(race: Race) -> str | None:
    """The bin that sets the one stop line of a PFR search, as `highlight` takes it.

    None where no search has bins under one stop line, where they are too many to draw, or where all are equally bad.
    """
    for lane in race.lanes:
        cut = lane.partition
        if lane.trace is None or lane.stopping != "single" or not 1 < max(cut.intervals) <= MAX_DRAWN_INTERVALS:
            continue
        sups = sups_bits(race.problem, cut, lane.weighting)
        if any(np.ptp(own[np.isfinite(own)]) > 1e-9 for own in sups):
            return "bin:" + ",".join(str(int(np.argmax(own)) + 1) for own in sups)
    return None
