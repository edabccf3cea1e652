"""What the stage draws, worked out once: a race as numbers and arrays. Pure; see `stage.show` for the page.

One dimension is drawn in equal shares of P: across, u = F_P(x); up, the bin's own clock J T_jn. There candidates are
one even rain whatever the bins, Q is the curve r, and what the sender has looked at lies under a front J pi_j t.
"""

from __future__ import annotations

import base64
import json
import math
import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import rec_core as rec
from rec_core import families
from rec_core.arrays import Floats
from rec_core.trace import arrivals

from ..model.lab import Lane, Race
from ..model.setting import ends
from ..settings import TABLE, View, link_query
from ..settings.view import relevant
from ..theme import ROLES
from . import pointing
from .pointing import MAX_DRAWN_INTERVALS

CONTROLS = {"log2_bins": "log2 J", "dim": "Dimension D", "bits": "Information I", "seed": "Seed"}
MOST_POWERS = 12  # of two, that J is dragged to in each dimension
SEEDS = 1000  # that one sweep passes
_GRID = 240  # evenly spaced points of a drawn curve, in x and in u each
_MOST_RAIN = 1500  # candidates drawn that no search looked at
_MOST_TILES = 4096
_TEETH = 12  # of a lattice that are drawn on either side
_SMALLEST = 0.12  # of the width of a picture: Q is drawn no smaller
_WHOLE, _WIDE = 0.99994, 0.9973  # of Q's mass: where its curve is drawn closely, and what a picture shows of it
_HIGHEST = 1e30  # of a ratio that is drawn


def scene(
    race: Race,
    view: str = "auto",
    height: int = 420,
    compact: bool = False,
    step: str | None = None,
    highlight: str | Sequence[str] = (),
    handles: bool = False,
    save: bool = False,
    units: str = "shares",
    scale: float = 1.0,
    live: View | None = None,
    top: float | None = None,
) -> dict[str, Any]:
    """What the stage draws: numbers, texts and arrays, x in P's own units, u in equal shares of P.

    `view` is "auto", "race" (1-D), "plane" (2-D) or "strips"; `height` is in pixels, 0 as the window allows; `compact`
    leaves out the table of candidates. `step` and `highlight` are explained in `rec_viz.stage`; `handles` lets the
    reader drag Q and the bins, `save` offers the picture and the animation as files, `units` is "shares" or "own",
    `scale` enlarges the type. `live` is the view the race is of: its numbers can then be dragged on the stage, each
    answered as it moves (see `rec_viz.live`), and `top` the height that pictures reach so far, which is kept where the
    new ones fit.
    """
    problem = race.problem
    if view == "auto" or (view == "race" and problem.dim != 1) or (view == "plane" and problem.dim != 2):
        view = {1: "race", 2: "plane"}.get(problem.dim, "strips")
    shown = [lane for lane in race.lanes if lane.trace is not None]
    low_high = _range(problem, shown)
    grid = _grid(problem, low_high[0], shown) if problem.dim == 1 else None
    fits = _top(problem, shown, grid) if problem.dim <= 2 else 0.0
    top = top if top is not None and fits / 1.3 <= top <= 5.0 * fits else fits
    out: dict[str, Any] = {
        "id": f"{race.id}-{view}",
        "view": view,
        "colors": ROLES,
        "height": height,
        "scale": scale,
        "units": units,
        "compact": compact,
        "handles": handles,
        "save": save,
        "top": top,
        "problem": _problem(problem, low_high),
        "slots": [lane.name for lane in race.lanes],
        "lanes": [_lane(problem, lane, grid, top) for lane in shown],
        "receiver": [_receiver(lane) for lane in shown],
        "point": {
            "step": pointing.opening(step, shown),
            "targets": pointing.targets([highlight] if isinstance(highlight, str) else highlight, view, shown),
        },
    }
    if grid is not None:
        out["grid"] = {name: curve.astype("f4") for name, curve in grid.items()}
    if live is not None:
        out["live"] = {"query": link_query(live), "controls": _controls(live)}
        out["refused"] = [{"name": lane.name, "refusal": lane.refusal} for lane in race.lanes if lane.trace is None]
    out["window"] = _windows(out["problem"]["q_low"], out["problem"]["q_high"])
    if problem.dim == 2:
        out["contours"] = _contours(problem)
        out["axes"] = [_axis(problem.prior, d, low_high[d]) for d in range(2)]
    return out


def _controls(view: View) -> list[dict[str, Any]]:
    """The parameters a reader drags under the picture, where they say something."""
    controls = []
    for key, name in CONTROLS.items():
        row, value = TABLE[View][key], getattr(view, key)
        low, high = row.low, row.high
        if key == "log2_bins":
            high = max(value, min(high, MOST_POWERS * view.dim))
        elif key == "seed":
            low = value - value % SEEDS
            high = low + SEEDS - 1
        if relevant(key, view._asdict()):
            controls.append({"key": key, "name": name, "low": low, "high": high, "step": row.step, "value": value})
    return controls


def as_json(value: Any) -> Any:
    """A scene for JSON: arrays in base64."""
    if isinstance(value, np.ndarray):
        kind, array = _typed(value)
        return {"t": kind, "n": array.size, "b64": base64.b64encode(array.tobytes()).decode("ascii")}
    if isinstance(value, dict):
        return {name: as_json(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_json(item) for item in value]
    return value


def as_bytes(value: Any) -> bytes:
    """A scene for a socket: the length of its JSON in four bytes, the JSON, and its arrays, each at a multiple of 8."""
    arrays: list[bytes] = []
    size = 0

    def put(array: NDArray[Any]) -> dict[str, Any]:
        nonlocal size
        kind, array = _typed(array)
        data, at = array.tobytes(), size
        arrays.append(data + bytes(-len(data) % 8))
        size += len(arrays[-1])
        return {"t": kind, "n": array.size, "at": at}

    text = json.dumps(value, separators=(",", ":"), default=put).encode()
    text += b" " * (-(len(text) + 4) % 8)
    return struct.pack("<I", len(text)) + text + b"".join(arrays)


def _typed(array: NDArray[Any]) -> tuple[str, NDArray[Any]]:
    """An array as the browser reads it, and its name for the type."""
    kind = {"f": f"f{array.dtype.itemsize}", "i": "i4"}[array.dtype.kind]
    return kind, np.ascontiguousarray(array, dtype=f"<{kind}")


def _bounded(problem: rec.Problem) -> bool:
    """Whether P lives on a box."""
    return math.isfinite(families.family(problem.family).SUPPORT[1])


def _range(problem: rec.Problem, lanes: list[Lane]) -> list[tuple[float, float]]:
    """What is shown of the first two dimensions in P's own units: Q, every candidate and most of P."""
    prior = problem.prior
    if _bounded(problem):
        low_high = prior.place(np.repeat([[0.0], [1.0]], problem.dim, axis=1))
    else:
        drawn = [lane.trace.samples for lane in lanes if lane.trace is not None]
        reach = np.abs(prior.standard(np.concatenate([ends(problem, _WIDE), *drawn]))).max(axis=0)
        side = np.minimum(1.04 * np.maximum(reach, 3.2), 6.0)
        low_high = prior.place(np.stack((-side, side)))
    return [(low, high) for low, high in low_high[:, :2].T.tolist()]


def _grid(problem: rec.Problem, low_high: tuple[float, float], lanes: list[Lane]) -> dict[str, Floats]:
    """Where curves are drawn: evenly in x and in u, both sides of every cut (the front jumps there), closely at Q."""
    prior = problem.prior
    low, high = ends(problem, _WHOLE)[:, 0]
    even = prior.quantile(np.linspace(1e-4, 1.0 - 1e-4, _GRID)[:, None])[:, 0]
    points = [np.linspace(*low_high, _GRID), even, np.linspace(low, high, 161)]
    counts = {n for lane in lanes if (n := lane.partition.intervals[0]) <= MAX_DRAWN_INTERVALS}
    steps = np.concatenate([prior.edges(0, n) for n in counts] + [np.array([low, high])])
    steps = steps[np.isfinite(steps)]
    points += [np.nextafter(steps, -np.inf), np.nextafter(steps, np.inf)]
    x = np.unique(np.concatenate(points))
    x = x[(x >= low_high[0]) & (x <= low_high[1])]
    with np.errstate(over="ignore"):
        ratio = np.minimum(np.exp2(problem.log_ratio_bits(x[:, None])), _HIGHEST)
    return {"x": x, "u": prior.cdf(x[:, None])[:, 0], "p": prior.pdf(x[:, None]), "r": ratio}


def _axis(prior: rec.Prior, d: int, low_high: tuple[float, float]) -> dict[str, NDArray[np.float32]]:
    """x and u = F_P(x) along a dimension."""
    points = np.zeros((600, prior.dim))
    points[:500] = prior.quantile(np.repeat(np.linspace(1e-4, 1.0 - 1e-4, 500)[:, None], prior.dim, axis=1))
    points[500:, d] = np.linspace(*low_high, 100)
    points = points[np.argsort(points[:, d])]
    return {"x": points[:, d].astype("f4"), "u": prior.cdf(points)[:, d].astype("f4")}


def _contours(problem: rec.Problem) -> list[Floats]:
    """The outlines of Q in the square of equal shares of P, as pairs (u, v)."""
    if _bounded(problem):
        (low_x, low_y), (high_x, high_y) = ends(problem)
        rings = [np.array([[high_x, low_y], [high_x, high_y], [low_x, high_y], [low_x, low_y]])]
    else:
        turn = np.linspace(0.0, 2.0 * np.pi, 64, endpoint=False)
        circle = np.stack((np.cos(turn), np.sin(turn)), axis=1)
        rings = [problem.mean + k * problem.scale * circle for k in (2.0, 1.0)]
    return [problem.prior.cdf(ring).ravel() for ring in rings]


def _windows(low: Floats, high: Floats) -> list[list[float]]:
    """Of every dimension the part of [0, 1] that shows Q, whose middle 95% lie from `low` to `high`, large enough."""
    width = np.minimum(1.0, np.maximum(high - low, 1e-9) / _SMALLEST)
    start = np.clip(0.5 * (low + high) - 0.5 * width, 0.0, 1.0 - width)
    return [[float(a), float(b)] for a, b in zip(start, start + width, strict=True)]


def _top(problem: rec.Problem, lanes: list[Lane], grid: dict[str, Floats] | None) -> float:
    """The height all lanes are drawn to: their curves fit, at the race time that wins, with some room above."""
    heights = [1e-9]
    for lane in lanes:
        trace = lane.trace
        assert trace is not None
        peak = float(grid["r"].max()) if grid is not None else 2.0 ** min(problem.d_inf_bits, 60.0)
        heights.append((1.0 if trace.stopping == "accept" else float(trace.race_times[trace.winner])) * peak)
    return 1.45 * max(heights)


def _problem(problem: rec.Problem, low_high: list[tuple[float, float]]) -> dict[str, Any]:
    low, high = problem.prior.cdf(ends(problem))
    return {
        "dim": problem.dim,
        "bounded": _bounded(problem),
        "kl_bits": problem.kl_bits,
        "d_inf_bits": problem.d_inf_bits,
        "q_low": low,
        "q_high": high,
        "rows": [list(row) for row in problem.params] if families.family(problem.family).PARAMS else [],
        "range": low_high,
    }


def _lane(problem: rec.Problem, lane: Lane, grid: dict[str, Floats] | None, top: float) -> dict[str, Any]:
    trace, cut = lane.trace, lane.partition
    assert trace is not None
    out: dict[str, Any] = {
        "title": lane.title,
        "name": lane.name,
        "method": lane.kind,
        "partitioned": cut.num_bins > 1,
        "weighting": lane.weighting,
        "num_bins_text": bins_text(cut),
        "log2_num_bins": cut.log2_bins,
        "intervals": np.array(cut.intervals, np.int32)
        if max(cut.intervals) < 2**31
        else np.array(cut.intervals, float),
        "log2_sup_ratio": trace.log2_sup_ratio,
        "num_events": len(trace.indices),
        "examined": trace.examined,
        "num_candidates": lane.num_candidates,
        "expected_examined": lane.expected_examined if math.isfinite(lane.expected_examined) else None,
        "arrival": trace.arrival_times,
        "race": trace.race_times,
        "log2_ratio": trace.log_ratios_bits.astype("f4"),
        "x": trace.samples.astype("f4"),
        "u": trace.quantiles.astype("f4"),
        "bin": trace.bins.astype("i4"),
        "local": trace.indices.astype("i4"),
        "position": trace.positions.astype("i4"),
        "best": trace.best.astype("i4"),
        "winner": trace.winner,
        "stop_time": trace.stop_time,
        "counts": not hasattr(lane.method, "receive"),
        "in_order": trace.stopping not in ("accept", "best_first")
        and bool(np.all(np.diff(trace.arrival_times) >= 0.0)),
        "stopping": trace.stopping,
        "per_bin": trace.stopping == "per_bin" and cut.num_bins > 1 and lane.weighting != "peak_ratio",
        "message": {
            "bin": list(trace.message.bin),
            "bin_bits": lane.bin_bits,
            "index": trace.message.index,
            "index_bits": lane.index_bits,
            "told": lane.told,
            "length_bits": lane.length_bits,
            "bin_length_bits": cut.log2_bins,
            "index_length_bits": lane.length_bits - cut.log2_bins,
        },
    }
    if problem.dim == 1 and isinstance(lane.method, rec.LayeredDither):
        (place,), index = trace.message  # the integers 0, -1, 1, -2, ... from 0; two more are the next on its side
        near = [place + 2 * k for k in range(-_TEETH, _TEETH + 1) if place + 2 * k >= 0]
        near += [k + 1 - 2 * (k % 2) for k in near]  # and as many on the other
        points = {k: lane.method.receive(rec.Message((k,), index), problem.prior, lane.seed) for k in set(near)}  # type: ignore[arg-type]
        out["lattice"] = np.sort(problem.prior.cdf(np.array(list(points.values())))[:, 0])
    if problem.dim == 1 and isinstance(lane.method, rec.AStar):
        places = trace.bins[:, 0] + 1  # the boxes of 0, 1, 2, ... halvings, one after the other
        boxes = 2 ** np.floor(np.log2(places)).astype(np.int64)
        out["box_low"], out["box_high"] = (places - boxes) / boxes, (places - boxes + 1) / boxes
    if max(cut.intervals) > MAX_DRAWN_INTERVALS and problem.dim > 1:
        return out
    weights = rec.bin_weights(problem, cut, lane.weighting)
    peaks = rec.bin_peaks_bits(problem, cut)
    # Where a bin's clock stands at an event: its arrival in P' times J pi_j.
    out["height"] = trace.arrival_times * (_front(weights, cut, trace.bins) if cut.num_bins > 1 else 1.0)
    if max(cut.intervals) <= MAX_DRAWN_INTERVALS:
        out["edges"] = np.concatenate([problem.prior.edges(d, n) for d, n in enumerate(cut.intervals)])
        out["weights_by_dim"] = np.concatenate(weights)
        out["masses_by_dim"] = np.concatenate(rec.bin_weights(problem, cut, "target_mass"))
        out["log2_peaks_by_dim"] = np.concatenate(peaks)
    rates = tops = np.empty(0)
    if grid is not None:
        n = cut.intervals[0]
        numbers = np.minimum((grid["u"] * n).astype(np.int64), n - 1)
        if n <= MAX_DRAWN_INTERVALS:  # next to a cut its two sides differ in x alone
            numbers = np.clip(np.searchsorted(out["edges"], grid["x"], side="right") - 1, 0, n - 1)
        rates, tops = n * weights[0][numbers], peaks[0][numbers]
    elif problem.dim == 2 and cut.num_bins <= _MOST_TILES and max(cut.intervals) <= MAX_DRAWN_INTERVALS:
        rates, tops = cut.num_bins * np.multiply.outer(*weights).ravel(), np.add.outer(*peaks).ravel()
    if rates.size:
        tops = np.minimum(np.exp2(tops), _HIGHEST)
        out["grid_weight"], out["grid_peak"] = rates.astype("f4"), tops.astype("f4")
        if out["per_bin"]:
            out["grid_stop"] = _stops(trace, rates, tops)
    if lane.kind == "pfr" and grid is not None and cut.num_bins <= rec.ENUMERABLE_BINS:
        rain = arrivals(problem.prior, cut, seed=lane.seed, until=min(top, float(_MOST_RAIN)), most=_MOST_RAIN)
        out["rain"] = {
            "x": rain.samples.astype("f4"), "u": rain.quantiles.astype("f4"), "height": rain.heights,
            "bin": rain.bins.astype("i4"), "local": rain.indices.astype("i4"),
        }  # fmt: skip
    return out


def _stops(trace: rec.Trace, rates: Floats, peaks: Floats) -> Floats:
    """When a search with a stop line for each bin leaves bins of these J pi_j and highest ratios, (K,) both: as soon as
    the bin's clock is past the best race time so far times its highest ratio.
    """
    leaders = np.unique(trace.best)
    leaders = leaders[np.isfinite(trace.race_times[leaders])]
    begins = trace.arrival_times[leaders]
    slopes = np.divide(peaks, rates, out=np.zeros(peaks.size), where=rates > 0)
    stops = np.maximum(begins, np.multiply.outer(slopes, trace.race_times[leaders]))
    while_leading = stops < np.append(begins[1:], np.inf)
    return np.asarray(stops[np.arange(peaks.size), np.argmax(while_leading, axis=1)])


def _front(weights: list[Floats], cut: rec.Partition, bins: NDArray[np.int64]) -> Floats:
    """J pi_j of the bins (K, D): how fast the front rises there."""
    shares = [n * weights[d][bins[:, d]] for d, n in enumerate(cut.intervals)]
    return np.asarray(np.prod(shares, axis=0), dtype=np.float64)


def bins_text(partition: rec.Partition) -> str:
    """J as people write it."""
    j = partition.num_bins
    return f"{j:,}" if j < 2**20 else f"2^{partition.log2_bins:g}"


def _receiver(lane: Lane) -> dict[str, Any]:
    return {"x": list(lane.received[:8]), "equal": lane.agrees}
