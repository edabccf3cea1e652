"""A race as a still picture for paper: light SVG drawn in Python from the same trace the stage plays."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

import rec_core as rec
from rec_core.arrays import Floats

from ..model.lab import Lane, Race
from ..theme import ROLES

WIDTH, HEIGHT = 660, 300
_LEFT, _RIGHT, _TOP, _FLOOR, _FOOT = 46, 14, 24, 206, 24  # the race above the floor, the densities below it
_INK = ROLES["light"]


BEFORE_THE_RACE = ("densities", "cut", "reweight")


def lane(race: Race, shown: Lane, step: str = "winner") -> str:
    """One lane of a race as SVG: arrival times over x in one dimension, tiles and points in two; "" in more.

    `step` is where the stage would open: before the race ("densities", "cut", "reweight") only the densities and bins
    are drawn. "" too for a lane without a trace.
    """
    if shown.trace is None or race.problem.dim > 2:
        return ""
    draw = _line if race.problem.dim == 1 else _plane
    return draw(race.problem, shown, step)


class _Curves(NamedTuple):
    """What is drawn over x: densities of P, P' and Q, the ratio against P', and where the bins end."""

    x: Floats
    p: Floats
    heuristic: Floats
    q: Floats
    ratio: Floats
    cuts: Floats

    def across(self, at: float) -> float:
        """Where x = `at` lies on the paper."""
        low, high = float(self.x[0]), float(self.x[-1])
        return _LEFT + (at - low) / (high - low) * (WIDTH - _LEFT - _RIGHT)


def _curves(problem: rec.Problem, lane: Lane, points: Floats) -> _Curves:
    low, high = _span(problem, points, 0)
    cuts = _cuts(problem.family, lane.partition.intervals[0], low, high)
    ends = [] if problem.family == "gaussian" else list(problem.params[0])
    x = np.unique(np.concatenate([np.linspace(low, high, 481), points, *(c + np.array([-1e-9, 1e-9]) for c in cuts),
                                  *(c + np.array([-1e-9, 1e-9]) for c in ends)]))  # fmt: skip
    x = x[(x >= low) & (x <= high)]
    p, q = problem.prior.pdf(x[:, None]), problem.pdf(x[:, None])
    (weights,) = rec.bin_weights(problem, lane.partition, lane.weights)
    bins = np.clip(np.searchsorted(cuts, x, side="right") - 1, 0, len(weights) - 1)
    heuristic = p * weights[bins] * len(weights)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.nan_to_num(q / heuristic, nan=0.0, posinf=0.0)
    return _Curves(x, p, heuristic, q, ratio, cuts)


def _line(problem: rec.Problem, lane: Lane, step: str) -> str:
    assert lane.trace is not None
    curves = _curves(problem, lane, lane.trace.samples[:, 0])
    raced = step not in BEFORE_THE_RACE
    parts = [
        _stroke(curves.across(float(c)), _TOP, curves.across(float(c)), HEIGHT - _FOOT, "#C9CFD6", "2 3")
        for c in curves.cuts[1:-1]
    ]
    parts += _race(lane, curves) if raced else []
    parts += _densities(
        curves, _FLOOR + 10 if raced else _TOP, lane.partition.num_bins > 1 and (raced or step == "reweight")
    )
    return _framed(lane, parts, raced)


def _race(lane: Lane, curves: _Curves) -> list[str]:
    """Candidates at their arrival times, the curve that touches the winner, and the stop line."""
    trace = lane.trace
    assert trace is not None
    stops = lane.kind == "pfr" and trace.stopping == "single"
    top = 1.12 * max(float(trace.arrival_times[-1]), trace.stop_time if stops else 0.0)

    def up(time: float) -> float:
        return _FLOOR - min(time, top) / top * (_FLOOR - _TOP)

    touching = trace.race_times[trace.winner] * curves.ratio
    parts = [_path(map(curves.across, curves.x), map(up, touching), _INK["q"], 2.0)]
    if stops:
        line = up(trace.stop_time)
        parts.append(_stroke(_LEFT, line, WIDTH - _RIGHT, line, _INK["bound"], "6 4"))
        parts.append(_label(WIDTH - _RIGHT, line - 5, "stop line", _INK["bound"], "end"))
    for i, (at, time) in enumerate(zip(trace.samples[:, 0], trace.arrival_times, strict=True)):
        few = len(trace.arrival_times) <= 16
        parts.append(_dot(curves.across(float(at)), up(float(time)), i == trace.winner, i + 1, few))
    middle = (_TOP + _FLOOR) / 2
    parts.append(_stroke(_LEFT, _FLOOR, WIDTH - _RIGHT, _FLOOR, "#6B7480"))
    parts.append(
        f'<text x="14" y="{middle:.0f}" transform="rotate(-90 14 {middle:.0f})" text-anchor="middle" font-size="12" '
        'fill="#3F4A56">arrival time</text>'
    )
    return parts


def _densities(curves: _Curves, top: float, reweighted: bool) -> list[str]:
    """P, Q and, where bins are reweighted, P' (dashed) between `top` and the foot, with their names below."""
    shown = [("P", "p", curves.p, ""), ("Q", "q", curves.q, "")]
    shown += [("P′ (dashed)", "heuristic", curves.heuristic, "5 3")] if reweighted else []
    highest = max(float(values.max()) for _, _, values, _ in shown)
    parts, left = [_label(WIDTH - _RIGHT, HEIGHT - 6, "x", "#3F4A56", "end")], _LEFT
    for name, role, values, dashes in shown:
        heights = HEIGHT - _FOOT - values / highest * (HEIGHT - _FOOT - top)
        parts.append(_path(map(curves.across, curves.x), heights, _INK[role], 1.6, dashes))
        parts.append(_label(left, HEIGHT - 6, name, _INK[role]))
        left += 22
    return parts


def _plane(problem: rec.Problem, lane: Lane, step: str) -> str:
    trace = lane.trace
    assert trace is not None
    spans = [_span(problem, trace.samples[:, d], d) for d in range(2)]
    side = HEIGHT - _TOP - _FOOT
    left = (WIDTH - side) / 2

    def across(value: float) -> float:
        return left + (value - spans[0][0]) / (spans[0][1] - spans[0][0]) * side

    def up(value: float) -> float:
        return HEIGHT - _FOOT - (value - spans[1][0]) / (spans[1][1] - spans[1][0]) * side

    parts = [f'<rect x="{left:.1f}" y="{_TOP}" width="{side}" height="{side}" fill="none" stroke="#6B7480"/>']
    for d, place in enumerate((across, up)):
        for c in _cuts(problem.family, lane.partition.intervals[d], *spans[d])[1:-1]:
            if spans[d][0] < c < spans[d][1]:
                at = place(float(c))
                ends = (at, _TOP, at, HEIGHT - _FOOT) if d == 0 else (left, at, left + side, at)
                x1, y1, x2, y2 = ends
                parts.append(_stroke(x1, y1, x2, y2, "#C9CFD6"))
    (a, b), (c, e) = problem.params
    if problem.family == "gaussian":
        for k in (1.0, 2.0):
            parts.append(
                f'<ellipse cx="{across(a):.1f}" cy="{up(c):.1f}" rx="{across(a + k * b) - across(a):.1f}" '
                f'ry="{up(c) - up(c + k * e):.1f}" fill="none" stroke="{_INK["q"]}" stroke-width="1.6"/>'
            )
    else:
        parts.append(
            f'<rect x="{across(a):.1f}" y="{up(e):.1f}" width="{across(b) - across(a):.1f}" '
            f'height="{up(c) - up(e):.1f}" fill="none" stroke="{_INK["q"]}" stroke-width="1.6"/>'
        )
    raced = step not in BEFORE_THE_RACE
    if raced:
        for i, (x, y) in enumerate(trace.samples):
            parts.append(_dot(across(float(x)), up(float(y)), i == trace.winner, i + 1, False))
    return _framed(lane, parts, raced)


def _span(problem: rec.Problem, points: Floats, d: int) -> tuple[float, float]:
    if problem.family == "uniform":
        return 0.0, 1.0
    mean, scale = problem.params[d]
    side = 1.04 * max(3.0, abs(mean) + 3.0 * scale, float(np.abs(points).max()))
    return -side, side


def _cuts(family: str, n: int, low: float, high: float) -> Floats:
    u = np.arange(n + 1) / n
    return u if family == "uniform" else np.clip(ndtri(u), low, high)


def _path(across: Iterable[float], up: Iterable[float], colour: str, width: float, dashes: str = "") -> str:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(across, up, strict=True))
    dash = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{width}"{dash}/>'


def _stroke(x1: float, y1: float, x2: float, y2: float, colour: str, dashes: str = "") -> str:
    dash = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"{dash}/>'


def _dot(x: float, y: float, wins: bool, number: int, numbered: bool) -> str:
    colour = _INK["winner"] if wins else _INK["candidate"]
    shape = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{6 if wins else 4}" fill="{colour}"/>'
    if wins:
        shape += f'<circle cx="{x:.1f}" cy="{y:.1f}" r="10" fill="none" stroke="{colour}" stroke-width="2"/>'
    return shape + (_label(x + (13 if wins else 7), y + 4, str(number), colour) if numbered else "")


def _label(x: float, y: float, text: str, colour: str, anchor: str = "start") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {place} font-size="12" fill="{colour}">{html.escape(text)}</text>'


def _framed(lane: Lane, parts: list[str], raced: bool) -> str:
    trace = lane.trace
    assert trace is not None
    title = "P and Q" + (f", and P cut into {lane.partition.num_bins} bins" if lane.partition.num_bins > 1 else "")
    if raced:
        title = (
            f"{lane.title}: {trace.examined} candidates examined, number {trace.positions[trace.winner]} of them wins"
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{html.escape(title)}" font-family="sans-serif">'
        f"{''.join(parts)}{_label(_LEFT, 14, title, '#1B2430')}</svg>"
    )
