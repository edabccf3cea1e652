"""A search as a picture the size of a thumb: what the stage would show at its end, in a few strokes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

WIDTH, HEIGHT = 132, 52
_MOST_DOTS = 60
_MOST_LINES = 33  # more bins than that would be a solid block


def thumbnail(scene: Mapping[str, Any]) -> str:
    """SVG of a scene (see `stage.scene`), of its last lane. Colours are CSS variables by role: --q, --heuristic, ...

    One dimension: the curve, the front and the candidates over shares of P. Two: tiles. More: a strip for each. The
    star is where it was in the real search.
    """
    if not scene["lanes"]:
        return _svg([])
    draw = {"race": _race, "plane": _plane}.get(scene["view"], _strips)
    return _svg(draw(scene, scene["lanes"][-1]))


def _race(scene: Mapping[str, Any], lane: Mapping[str, Any]) -> list[str]:
    grid, top, won = scene["grid"], scene["top"], lane["race"][lane["winner"]]
    u, curve = grid["u"], won * grid["r"]
    cuts = lane.get("edges", ())
    front = _front(lane, won)
    parts = [_line([(k / (len(cuts) - 1), 0), (k / (len(cuts) - 1), top)], top, "cut") for k in range(1, len(cuts) - 1)]
    parts = parts if len(parts) <= _MOST_LINES else []
    parts.append(_area(u, np.minimum(front, top), top, "heuristic"))
    parts.append(_area(u, curve, top, "q"))
    rain = lane.get("rain")
    dots = (
        zip(rain["u"].ravel(), rain["height"], strict=True)
        if rain
        else zip(lane["u"].ravel(), lane["height"], strict=True)
    )
    parts += [_dot(at, height / top) for at, height in list(dots)[:_MOST_DOTS] if height < top]
    return [*parts, _star(lane["u"].ravel()[lane["winner"]], lane["height"][lane["winner"]] / top)]


def _front(lane: Mapping[str, Any], won: float) -> Any:
    """How high the sender has looked at the end, on the scene's grid."""
    if lane["method"] == "orc":
        return lane["arrival"][-1] * lane["grid_weight"]
    single = lane["grid_weight"] * 2.0 ** min(lane["log2_sup_ratio"], 100.0)
    return won * (lane["grid_peak"] if lane["stopping"] == "per_bin" else single)


def _plane(scene: Mapping[str, Any], lane: Mapping[str, Any]) -> list[str]:
    low, high = scene["problem"]["q_low"], scene["problem"]["q_high"]
    across, up = (int(n) for n in lane["intervals"])
    parts = []
    for n, turned in ((across, False), (up, True)):
        if n <= _MOST_LINES:
            for k in range(1, n):
                ends = [(k / n, 0), (k / n, 1)]
                parts.append(_line([(b, a) for a, b in ends] if turned else ends, 1.0, "cut"))
    (x0, y0), (x1, y1) = low, high
    parts.append(
        f'<ellipse class="q" cx="{_x((x0 + x1) / 2)}" cy="{_y((y0 + y1) / 2)}" rx="{(x1 - x0) / 2 * WIDTH:.1f}" '
        f'ry="{(y1 - y0) / 2 * HEIGHT:.1f}"/>'
    )
    places = lane["u"].reshape(-1, 2)
    parts += [_dot(a, b) for a, b in places[:_MOST_DOTS]]
    return [*parts, _star(*places[lane["winner"]])]


def _strips(scene: Mapping[str, Any], lane: Mapping[str, Any]) -> list[str]:
    low, high = scene["problem"]["q_low"], scene["problem"]["q_high"]
    rows = len(low)
    won = lane["u"].reshape(-1, rows)[lane["winner"]]
    parts = []
    for d in range(rows):
        middle = 1 - (d + 0.5) / rows
        parts.append(_line([(0, middle), (1, middle)], 1.0, "cut"))
        y, tall = _y(middle + 0.3 / rows), 0.6 / rows * HEIGHT
        wide = max(2.0, (high[d] - low[d]) * WIDTH)
        parts.append(f'<rect class="q" x="{_x(low[d])}" y="{y}" width="{wide:.1f}" height="{tall:.1f}"/>')
    return parts + [_dot(at, 1 - (d + 0.5) / rows, "star", 2.6) for d, at in enumerate(won)]


def _x(u: float) -> str:
    return f"{u * WIDTH:.1f}"


def _y(share: float) -> str:
    return f"{HEIGHT - 2 - share * (HEIGHT - 6):.1f}"


def _line(points: Sequence[tuple[float, float]], top: float, role: str) -> str:
    return f'<polyline class="{role}" points="{" ".join(f"{_x(u)},{_y(y / top)}" for u, y in points)}"/>'


def _area(u: Any, heights: Any, top: float, role: str) -> str:
    """What lies under a curve, thinned to what can be seen."""
    seen = [(0.0, 0.0)]
    last = None
    for at, height in zip(u, heights, strict=True):
        share = min(float(height) / top, 1.05)
        point = round(float(at) * WIDTH), round(share * HEIGHT)
        if point != last:
            seen.append((float(at), share))
            last = point
    seen.append((1.0, 0.0))
    return f'<polygon class="{role}" points="{" ".join(f"{_x(a)},{_y(b)}" for a, b in seen)}"/>'


def _dot(u: float, share: float, role: str = "candidate", radius: float = 1.3) -> str:
    return f'<circle class="{role}" cx="{_x(u)}" cy="{_y(share)}" r="{radius}"/>'


def _star(u: float, share: float) -> str:
    x, y = float(_x(u)), float(_y(share))
    tips = [
        (x + r * math.sin(k * math.pi / 5), y - r * math.cos(k * math.pi / 5)) for k, r in enumerate((5.5, 2.5) * 5)
    ]
    return f'<polygon class="star" points="{" ".join(f"{a:.1f},{b:.1f}" for a, b in tips)}"/>'


def _svg(parts: list[str]) -> str:
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true">{"".join(parts)}</svg>'
