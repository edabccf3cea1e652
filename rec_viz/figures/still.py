"""A scene of the stage as a still picture: the end of a search, or before it; for a button and for paper."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from .sketch import Numbers, Panel, picture
from .style import Colours, Floats

SMALL, PAPER = (132, 52), (660, 300)
BEFORE_THE_RACE = ("densities", "cut", "reweight")  # steps without a candidate
_VARIABLES = {role: f"var(--{role})" for role in ("p", "q", "heuristic", "candidate", "best", "winner", "bound")}
_MOST_DOTS, _MOST_RAIN, _MOST_NUMBERED = 45, 400, 16
_UNLIKE = ("astar", "layereddither")  # they hold no race: there is no curve that rises
_MOST_LINES = 33  # more bins than that would be a solid block

Scene = Mapping[str, Any]  # see `stage.scene`


def thumbnail(scene: Scene) -> str:
    """SVG of a scene's last lane in a few strokes. Colours are CSS variables by role: --q, --heuristic, ..."""
    if not scene["lanes"]:
        return picture([], "", SMALL)
    lane, parts = scene["lanes"][-1], list[str]()
    panel = Panel((0, 4, SMALL[0], SMALL[1] - 2), (0, 1), (0, scene["top"]), _VARIABLES, parts)
    if scene["view"] == "race":
        _cuts(panel, lane["intervals"], 0.6)
        _race(panel, scene, lane, 1.0)
        rain = lane.get("rain", lane)
        _dots(panel, zip(rain["u"].ravel(), rain["height"], strict=True), 1.3)
        panel.star(lane["u"].ravel()[lane["winner"]], lane["height"][lane["winner"]], 5.5)
    elif scene["view"] == "plane":
        panel.y = (0, 1)
        _plane(panel, scene, lane, 0.6, 1.3)
        _star(panel, lane, 5.5)
    else:
        panel.y = (len(scene["window"]), 0)
        _strips(panel, scene, lane)
    return picture(parts, "", SMALL)


def paper(scene: Scene, name: str, colours: Colours, step: str = "winner") -> str:
    """SVG of the lane of this name as the stage would show it at `step`; before the race only densities and bins.

    One dimension as a race, two as a plane; "" in more, and where the lane has no search to show.
    """
    found = [lane for lane in scene["lanes"] if lane["name"] == name]
    if not found or len(scene["window"]) > 2 or found[0]["method"] in _UNLIKE:
        return ""
    lane = found[0]
    raced = step not in BEFORE_THE_RACE
    title = "P and Q" + (f", and P cut into {lane['num_bins_text']} bins" if lane["partitioned"] else "")
    if raced:
        number, count = lane["position"][lane["winner"]], lane["examined"]
        title = f"{lane['title']}: {count} candidate{'s' * (count > 1)} examined, number {number} of them wins"
    parts: list[str] = []
    width, height = PAPER
    if scene["view"] == "race":
        panel = Panel((14, 54, width - 14, height - 26), (0, 1), (0, scene["top"]), colours, parts)
        (_race_on_paper if raced else _densities)(panel, scene, lane, step)
    else:
        side = height - 60
        panel = Panel(((width - side) / 2, 34, (width + side) / 2, 34 + side), (0, 1), (0, 1), colours, parts)
        panel.block((0, 1), (0, 1), "p", 0.08, "0")
        _plane(panel, scene, lane, 1.0, 4.0 if raced else 0.0)
        panel.text(0.5, 0, "dimension 1, equal shares of P →", down=18)
        panel.text(0, 1, "↑ dimension 2", anchor="end", right=-10, down=12)
        if raced:
            _star(panel, lane, 11)
    Panel((0, 0, width, height), (0, width), (height, 0), colours, parts).text(14, 18, title, anchor="start", bold=True)
    return picture(parts, title, PAPER)


# ------------------------------------------------------------------------------------------------ one dimension


def front(lane: Mapping[str, Any]) -> Floats:
    """How far the sender has looked when the search is over, at the scene's grid or in every tile."""
    return np.asarray(lane["grid_weight"] * lane.get("grid_stop", lane["stop_time"]))


def _race(panel: Panel, scene: Scene, lane: Mapping[str, Any], width: float) -> None:
    """The front, and the curve that touches the winner; of a method that accepts the curve that the dots lie under."""
    grid, high = scene["grid"], 1.05 * panel.y[1]
    curve = _rise(lane) * grid["r"]
    if lane["stopping"] != "accept":
        panel.area(*_seen(panel, grid["u"], np.minimum(front(lane), high)), _role(lane), 0.2, edge=width)
    panel.area(*_seen(panel, grid["u"], np.minimum(curve, high)), "q", 0.3, edge=1.3 * width)


def _rise(lane: Mapping[str, Any]) -> float:
    """By what the ratio is multiplied when the search is over."""
    return 1.0 if lane["stopping"] == "accept" else float(lane["race"][lane["winner"]])


def _role(lane: Mapping[str, Any]) -> str:
    return "heuristic" if lane["partitioned"] else "p"


def _race_on_paper(panel: Panel, scene: Scene, lane: Mapping[str, Any], step: str) -> None:
    _cuts(panel, lane["intervals"], 1.0)
    _race(panel, scene, lane, 1.5)
    looked = set(zip(lane["bin"].ravel().tolist(), lane["local"].tolist(), strict=True))
    if rain := lane.get("rain"):
        names = zip(rain["bin"].ravel().tolist(), rain["local"].tolist(), strict=True)
        others = [k for k, name in enumerate(names) if name not in looked][:_MOST_RAIN]
        _dots(panel, zip(rain["u"].ravel()[others], rain["height"][others], strict=True), 3.5, hollow=True)
    places = list(zip(lane["u"].ravel().tolist(), lane["height"].tolist(), strict=True))
    for e, (u, height) in enumerate(places):
        if e != lane["winner"]:
            _dots(panel, [(u, height)], 4.0)
        if len(places) <= _MOST_NUMBERED and height < panel.y[1]:
            panel.text(
                u, height, str(lane["position"][e]), anchor="start", right=12 if e == lane["winner"] else 7, down=5
            )
    x, y = places[lane["winner"]]
    panel.star(x, y, 11)
    curve = _rise(lane) * scene["grid"]["r"]
    peak = int(np.argmax(curve))
    panel.text(scene["grid"]["u"][peak], curve[peak], "Q", "q", down=-8, bold=True)
    clock = "↑ time on the bin’s own clock" if lane["partitioned"] else "↑ arrival time"
    told = (
        "↑ height: the first dot under the curve is sent"
        if lane["stopping"] == "accept"
        else f"{clock}; shaded: looked at"
    )
    panel.text(0, panel.y[1], told, anchor="start", down=-14)
    _axis(panel, scene, shares=True)


def _densities(panel: Panel, scene: Scene, lane: Mapping[str, Any], step: str) -> None:
    """P and Q over x; reweighted, P′ and Q over equal shares of P, where P is level."""
    grid, shares = scene["grid"], step == "reweight"
    at = grid["u"] if shares else grid["x"]
    lines = [
        ("P", "p", np.ones(at.size) if shares else grid["p"]),
        ("Q", "q", grid["r"] * (1 if shares else grid["p"])),
    ]
    if shares and lane["partitioned"]:
        lines.append(("P′", "heuristic", lane["grid_weight"]))
    panel.x = (0.0, 1.0) if shares else (float(at[0]), float(at[-1]))
    panel.y = (0.0, 1.1 * max(float(values.max()) for _, _, values in lines))
    if lane["partitioned"] and (shares or step == "cut"):
        edges = np.arange(1, lane["intervals"][0]) / lane["intervals"][0] if shares else lane["edges"][1:-1]
        _lines(panel, edges, 1.0)
    for k, (name, role, values) in enumerate(lines):
        panel.area(*_seen(panel, at, values), role, 0.12)
        panel.line(*_seen(panel, at, values), role, 2, "6 4" if name == "P′" else "")
        panel.text(
            panel.x[0], panel.y[1], f"{name}{' (dashed)' if name == 'P′' else ''}", role, "start", 30 * k, -8, bold=True
        )
    _axis(panel, scene, shares)


def _axis(panel: Panel, scene: Scene, shares: bool) -> None:
    """The axis across with places of x, which need not be evenly spaced."""
    grid, (low, high) = scene["grid"], scene["problem"]["range"][0]
    step = 0.25 if scene["problem"]["bounded"] else 1.0
    ticks: list[tuple[float, str]] = []
    for x in np.arange(math.ceil(low / step), math.floor(high / step) + 1) * step:
        at = float(np.interp(x, grid["x"], grid["u"])) if shares else float(x)
        if 40 < panel.across(at) < panel.right - 150 and (
            not ticks or panel.across(at) - panel.across(ticks[-1][0]) > 30
        ):
            ticks.append((at, f"{x:g}".replace("-", "−")))
    panel.floor(ticks)
    panel.text(panel.x[1], panel.y[0], "equal shares of P →" if shares else "x →", anchor="end", down=18)


# ------------------------------------------------------------------------------------------------ two and more


def _plane(panel: Panel, scene: Scene, lane: Mapping[str, Any], width: float, dots: float) -> None:
    """The square of equal shares of P from above: tiles, Q, and candidates."""
    _cuts(panel, lane["intervals"], width)
    for ring in scene["contours"]:
        panel.shape(ring[::2], ring[1::2], "q", 0.15, 1.3)
    if dots:
        _dots(panel, lane["u"].reshape(-1, 2), dots)


def _star(panel: Panel, lane: Mapping[str, Any], radius: float) -> None:
    u, v = lane["u"].reshape(-1, 2)[lane["winner"]]
    panel.star(u, v, radius)


def _strips(panel: Panel, scene: Scene, lane: Mapping[str, Any]) -> None:
    """A row for each dimension, from the top: where Q lies, and where the winner does."""
    low, high, rows = scene["problem"]["q_low"], scene["problem"]["q_high"], len(scene["window"])
    won = lane["u"].reshape(-1, rows)[lane["winner"]]
    for d in range(rows):
        panel.line((0, 1), (d + 0.5, d + 0.5), "heuristic", 0.6, opacity=0.45)
        panel.block((low[d], max(high[d], low[d] + 2 / (panel.right - panel.left))), (d + 0.8, d + 0.2), "q", 0.3, "0")
        panel.dot(won[d], d + 0.5, "winner", 2.6)


# ------------------------------------------------------------------------------------------------ strokes


def _cuts(panel: Panel, intervals: Sequence[int], width: float) -> None:
    """Where bins end, across and, in the plane, up."""
    for n, upright in zip(intervals, (True, False), strict=False):
        _lines(panel, np.arange(1, n) / n, width, upright)


def _lines(panel: Panel, places: Sequence[float] | Floats, width: float, upright: bool = True) -> None:
    if len(places) < _MOST_LINES:
        for at in places:
            x, y = ((at, at), panel.y) if upright else (panel.x, (at, at))
            panel.line(x, y, "heuristic", width, opacity=0.45)


def _dots(panel: Panel, places: Iterable[Sequence[float]], radius: float, hollow: bool = False) -> None:
    for x, y in list(places)[:_MOST_DOTS] if radius < 2 else places:
        if y < panel.y[1]:
            panel.dot(x, y, "candidate", radius, hollow, edge=1.25)


def _seen(panel: Panel, x: Floats, y: Floats) -> tuple[Numbers, Numbers]:
    """A curve thinned to the points that can be told apart; of level stretches to their ends."""
    places = np.array([(round(panel.across(a)), round(panel.up(b))) for a, b in zip(x, y, strict=True)])
    kept = np.flatnonzero(np.append(True, (np.diff(places, axis=0) != 0).any(axis=1)))
    level = np.diff(places[kept, 1]) == 0
    kept = kept[~(np.append(False, level) & np.append(level, False))]
    return x[kept], y[kept]
