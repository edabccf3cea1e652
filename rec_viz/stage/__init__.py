"""The stage: one animation component. Python works the race out once and ships arrays; JavaScript owns the player.

    from rec_viz import stage
    from rec_viz.model import lab
    race = lab.race(view)
    stage.show(stage.scene(race, step="winner", highlight="bin:3"), key="lesson_stage")

`step` is where the story opens: "glance", "densities", "cut", "reweight" (the last two where a search has bins),
"candidate:17" (counted from 1), "winner", "message" or "decoded". `highlight` is one thing to point at, or several:

    "bin:3", "bin:2,1"         a bin, counted from 1 as people do, one number a dimension
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

import base64
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

import rec_core as rec

from .. import javascript
from ..model.lab import Lane, Race
from ..theme import ROLES
from . import pointing
from .pointing import MAX_DRAWN_INTERVALS, worst_bin

__all__ = ["bins_text", "scene", "show", "worst_bin"]

_HERE = Path(__file__).parent
_MOUNT = st.components.v2.component(
    "rec_lab_stage",
    html=(_HERE / "stage.html").read_text(encoding="utf-8"),
    css="".join((_HERE / name).read_text(encoding="utf-8") for name in ("base.css", "stage.css")),
    js=javascript.joined(_HERE / "player.js"),
)

_GRID = 900  # points of a drawn density


def show(scene: dict[str, Any], key: str, on_commit: Callable[[dict[str, Any]], None] | None = None) -> None:
    """Mount the stage on a scene. `on_commit` is told, before the next run, what the reader dragged and let go:

    {"rows": [[mean, scale], ...]} of Q ([low, high] where it is uniform), {"intervals": [n, ...]}, or both.
    """

    def committed() -> None:
        change = st.session_state[key].get("commit")
        if on_commit is not None and change is not None:
            on_commit(change)

    _MOUNT(data=scene, key=key, width="stretch", height="content", on_commit_change=committed)


def scene(
    race: Race,
    view: str = "auto",
    height: int = 420,
    compact: bool = False,
    step: str | None = None,
    highlight: str | Sequence[str] = (),
    handles: bool = False,
    save: bool = False,
) -> dict[str, Any]:
    """What the stage draws, as JSON: numbers in packed arrays, x in P's own units, u in quantile space.

    `view` is "auto", "race" (1-D), "plane" (2-D) or "strips"; `compact` leaves out the table of candidates. `step` and
    `highlight` are explained at the top of this file; `handles` lets the reader drag Q and the bins,
    `save` offers the picture as PNG and the animation as WebM.
    """
    problem = race.problem
    if view == "auto" or (view == "race" and problem.dim != 1) or (view == "plane" and problem.dim != 2):
        view = {1: "race", 2: "plane"}.get(problem.dim, "strips")
    shown = [lane for lane in race.lanes if lane.trace is not None]
    low_high = _range(problem, shown)
    grid = _grid(problem, low_high[0], shown)
    out: dict[str, Any] = {
        "id": f"{race.id}-{view}",
        "view": view,
        "colors": ROLES,
        "height": height,
        "compact": compact,
        "handles": handles,
        "save": save,
        "problem": _problem(problem, low_high),
        "lanes": [_lane(problem, lane, grid) for lane in shown],
        "receiver": [_receiver(lane) for lane in shown],
        "point": {
            "step": pointing.opening(step, shown),
            "targets": pointing.targets([highlight] if isinstance(highlight, str) else highlight, view, shown),
        },
    }
    if problem.dim == 1:
        out["grid"] = {
            "x": _pack(grid),
            "p": _pack(problem.prior.pdf(grid[:, None])),
            "q": _pack(problem.pdf(grid[:, None])),
        }
    return out


def _pack(values: Any, kind: str = "f8") -> dict[str, Any]:
    array = np.ascontiguousarray(values, dtype=f"<{kind}")
    return {"t": kind, "n": array.size, "b64": base64.b64encode(array.tobytes()).decode("ascii")}


def _range(problem: rec.Problem, lanes: list[Lane]) -> list[tuple[float, float]]:
    if problem.family != "gaussian":
        return [(0.0, 1.0)] * min(problem.dim, 2)
    out = []
    for d in range(min(problem.dim, 2)):
        mean, scale = problem.params[d]
        reach = [abs(mean) + 3.0 * scale, 3.2]
        reach += [float(np.abs(lane.trace.samples[:, d]).max()) for lane in lanes if lane.trace is not None]
        side = min(max(reach) * 1.04, 6.0)
        out.append((-side, side))
    return out


def _grid(problem: rec.Problem, low_high: tuple[float, float], lanes: list[Lane]) -> NDArray[np.float64]:
    """Where curves are drawn: evenly, both sides of every cut (r' jumps there), and closely where Q is."""
    points = [np.linspace(*low_high, _GRID)]
    if problem.dim == 1:
        low, high = _reach(problem)
        points.append(np.linspace(low, high, 161))
        ends = {n for lane in lanes if (n := lane.partition.intervals[0]) <= MAX_DRAWN_INTERVALS}
        steps = np.concatenate([_cuts(problem, n) for n in ends] + [np.array([low, high])])
        steps = steps[np.isfinite(steps)]
        points += [np.nextafter(steps, -np.inf), np.nextafter(steps, np.inf)]
    grid = np.unique(np.concatenate(points))
    return grid[(grid >= low_high[0]) & (grid <= low_high[1])]


def _reach(problem: rec.Problem) -> tuple[float, float]:
    """Where a one-dimensional Q is, for its curve to be close there."""
    if problem.family == "piecewise":
        return 0.0, 1.0
    first, second = problem.params[0]
    return (first - 4 * second, first + 4 * second) if problem.family == "gaussian" else (first, second)


def _middle(problem: rec.Problem) -> NDArray[np.float64]:
    """The ends of the middle 95% of a piecewise Q."""
    (masses,) = rec.bin_weights(problem, rec.Partition((4096,)), "target_mass")
    return np.interp([0.025, 0.975], np.cumsum(masses), (np.arange(4096) + 1) / 4096)


def _problem(problem: rec.Problem, low_high: list[tuple[float, float]]) -> dict[str, Any]:
    if problem.family == "piecewise":
        first, second = _middle(problem).reshape(2, 1)
    else:
        first, second = (np.array(column) for column in zip(*problem.params, strict=True))
    low, high, names = first, second, ("low", "high")
    if problem.family == "gaussian":
        low, high = ndtr(first - 1.96 * second), ndtr(first + 1.96 * second)
        names = ("mean", "scale")
    return {
        "dim": problem.dim,
        "family": problem.family,
        "kl_bits": problem.kl_bits,
        "d_inf_bits": problem.d_inf_bits,
        "q_low": _pack(low),
        "q_high": _pack(high),
        names[0]: _pack(first),
        names[1]: _pack(second),
        "range": low_high,
    }


def _cuts(problem: rec.Problem, n: int) -> NDArray[np.float64]:
    """Where dimension cuts lie in x: n + 1 of them."""
    u = np.arange(n + 1) / n
    return ndtri(u) if problem.family == "gaussian" else u


def _lane(problem: rec.Problem, lane: Lane, grid: NDArray[np.float64]) -> dict[str, Any]:
    trace = lane.trace
    assert trace is not None
    out: dict[str, Any] = {
        "title": lane.title,
        "name": lane.name,
        "method": lane.kind,
        "partitioned": lane.partition.num_bins > 1,
        "weights": lane.weights if lane.partition.num_bins > 1 else None,
        "bin_weights": lane.weights,
        "num_bins_text": bins_text(lane.partition),
        "log2_num_bins": lane.partition.log2_bins,
        "intervals": _pack(lane.partition.intervals, "i4"),
        "log2_sup_ratio": trace.log2_sup_ratio,
        "num_events": len(trace.indices),
        "examined": trace.examined,
        "num_candidates": lane.num_candidates,
        "expected_examined": lane.expected_examined if math.isfinite(lane.expected_examined) else None,
        "arrival": _pack(trace.arrival_times),
        "race": _pack(trace.race_times),
        "log2_ratio": _pack(trace.log_ratios_bits, "f4"),
        "x": _pack(trace.samples, "f4"),
        "u": _pack(trace.quantiles, "f4"),
        "bin": _pack(trace.bins, "i4"),
        "local": _pack(trace.indices, "i4"),
        "position": _pack(trace.positions, "i4"),
        "best": _pack(trace.best, "i4"),
        "winner": trace.winner,
        "stop_time": trace.stop_time,
        "stopping": trace.stopping,
        "message": {
            "bin": list(trace.message.bin),
            "bin_bits": lane.bin_bits,
            "index": trace.message.index,
            "index_bits": lane.index_bits,
            "length_bits": lane.length_bits,
            "bin_length_bits": lane.partition.log2_bins,
            "index_length_bits": lane.length_bits - lane.partition.log2_bins,
        },
    }
    drawn = max(lane.partition.intervals) <= MAX_DRAWN_INTERVALS
    if drawn or problem.dim == 1:
        weights = rec.bin_weights(problem, lane.partition, lane.weights)
        peaks = rec.bin_peaks_bits(problem, lane.partition)
    if drawn:
        masses = rec.bin_weights(problem, lane.partition, "target_mass")
        out["edges"] = _pack(np.concatenate([_cuts(problem, n) for n in lane.partition.intervals]))
        out["weights_by_dim"] = _pack(np.concatenate(weights))
        out["masses_by_dim"] = _pack(np.concatenate(masses))
        out["log2_peaks_by_dim"] = _pack(np.concatenate(peaks))
    if problem.dim == 1:
        n = lane.partition.intervals[0]
        numbers = np.searchsorted(_cuts(problem, n), grid, side="right") - 1
        scaled = n * weights[0][np.clip(numbers, 0, n - 1)]
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.exp2(problem.log_ratio_bits(grid[:, None])) / scaled
        out["grid_heuristic"] = _pack(problem.prior.pdf(grid[:, None]) * scaled)
        out["grid_ratio"] = _pack(np.nan_to_num(ratio, nan=0.0, posinf=0.0))
        if trace.stopping == "per_bin":
            with np.errstate(divide="ignore", invalid="ignore"):
                out["bin_stop"] = _pack(trace.race_times[trace.winner] * np.exp2(peaks[0]) / (n * weights[0]))
    return out


def bins_text(partition: rec.Partition) -> str:
    """J as people write it."""
    j = partition.num_bins
    return f"{j:,}" if j < 2**20 else f"2^{partition.log2_bins:g}"


def _receiver(lane: Lane) -> dict[str, Any]:
    assert lane.trace is not None
    return {"x": list(lane.held[:8]), "equal": lane.held == tuple(lane.trace.samples[lane.trace.winner].tolist())}
