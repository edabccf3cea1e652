"""A race as a still picture for paper: light SVG drawn in Python from the same trace the stage plays."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

import rec_core as rec

from ..cached import Lane, Race
from ..theme import ROLES

WIDTH, HEIGHT = 660, 300
_LEFT, _RIGHT, _TOP, _FLOOR, _FOOT = 46, 14, 24, 206, 24  # the race above the floor, the densities below it
_INK = ROLES["light"]


def lane(race: Race, shown: Lane) -> str:
    """One lane of a race: arrival times over x in one dimension, tiles and points in two; "" in more or without a trace."""
    if shown.trace is None or race.problem.dim > 2:
        return ""
    return _race(race.problem, shown) if race.problem.dim == 1 else _plane(race.problem, shown)


def _race(problem: rec.Problem, lane: Lane) -> str:
    trace = lane.trace
    assert trace is not None
    points = trace.samples[:, 0]
    low, high = _span(problem, points, 0)
    cuts = _cuts(problem.family, lane.partition.intervals[0], low, high)
    winner = trace.winner
    top = 1.1 * float(max(trace.arrival_times[-1], trace.stop_time if np.isfinite(trace.stop_time) else 0.0))
    x = np.unique(np.concatenate([np.linspace(low, high, 481), points, cuts - 1e-9, cuts + 1e-9]))
    x = x[(x >= low) & (x <= high)]
    p = np.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi) if problem.family == "gaussian" else np.ones_like(x)
    ratio = np.exp2(problem.log_ratio_bits(x[:, None]))
    weights = rec.bin_weights(problem, lane.partition, lane.weights)[0] * lane.partition.num_bins
    scaled = weights[np.clip(np.searchsorted(cuts, x, side="right") - 1, 0, len(weights) - 1)]
    with np.errstate(divide="ignore", invalid="ignore"):
        curve = np.nan_to_num(trace.race_times[winner] * ratio / scaled, nan=0.0, posinf=top)

    def across(at: float) -> float:
        return _LEFT + (at - low) / (high - low) * (WIDTH - _LEFT - _RIGHT)

    def up(time: float) -> float:
        return _FLOOR - min(time, top) / top * (_FLOOR - _TOP)

    parts = [
        f'<line x1="{across(c):.1f}" y1="{_TOP}" x2="{across(c):.1f}" y2="{HEIGHT - _FOOT}" stroke="#C9CFD6" '
        'stroke-dasharray="2 3"/>'
        for c in cuts[1:-1]
        if low < c < high
    ]
    parts.append(_path(map(across, x), map(up, curve), _INK["winner"], 2.0))
    if np.isfinite(trace.stop_time) and lane.method == "pfr" and trace.stopping == "single":
        parts.append(_line(up(trace.stop_time), _INK["bound"]))
        parts.append(_label(WIDTH - _RIGHT, up(trace.stop_time) - 5, "stop line", _INK["bound"], "end"))
    highest = float(max(p.max(), (p * ratio).max(), (p * scaled).max()))

    def density(value: float) -> float:
        return HEIGHT - _FOOT - value / highest * (HEIGHT - _FOOT - _FLOOR - 10)

    parts.append(_path(map(across, x), map(density, p), _INK["p"], 1.6))
    if lane.partition.num_bins > 1:
        parts.append(_path(map(across, x), map(density, p * scaled), _INK["heuristic"], 1.6, "5 3"))
    parts.append(_path(map(across, x), map(density, p * ratio), _INK["q"], 1.6))
    for i, (at, time) in enumerate(zip(points, trace.arrival_times, strict=True)):
        parts.append(_dot(across(float(at)), up(float(time)), i == winner, i + 1, len(points) <= 16))
    parts += [
        f'<line x1="{_LEFT}" y1="{_FLOOR}" x2="{WIDTH - _RIGHT}" y2="{_FLOOR}" stroke="#6B7480"/>',
        f'<text x="14" y="{(_TOP + _FLOOR) / 2:.0f}" transform="rotate(-90 14 {(_TOP + _FLOOR) / 2:.0f})" '
        'text-anchor="middle" font-size="12" fill="#3F4A56">arrival time</text>',
        _label(_LEFT, HEIGHT - 6, "P", _INK["p"]),
        _label(_LEFT + 22, HEIGHT - 6, "Q", _INK["q"]),
        _label(_LEFT + 46, HEIGHT - 6, "P′ (dashed)", _INK["heuristic"]) if lane.partition.num_bins > 1 else "",
        _label(WIDTH - _RIGHT, HEIGHT - 6, "x", "#3F4A56", "end"),
    ]
    return _framed(lane, parts)


def _plane(problem: rec.Problem, lane: Lane) -> str:
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
                parts.append(
                    '<line x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}" stroke="#C9CFD6"/>'.format(*ends)
                )
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
    for i, (x, y) in enumerate(trace.samples):
        parts.append(_dot(across(float(x)), up(float(y)), i == trace.winner, i + 1, False))
    return _framed(lane, parts)


def _span(problem: rec.Problem, points: NDArray[np.float64], d: int) -> tuple[float, float]:
    if problem.family == "uniform":
        return 0.0, 1.0
    mean, scale = problem.params[d]
    side = 1.04 * max(3.0, abs(mean) + 3.0 * scale, float(np.abs(points).max()))
    return -side, side


def _cuts(family: str, n: int, low: float, high: float) -> NDArray[np.float64]:
    u = np.arange(n + 1) / n
    return u if family == "uniform" else np.clip(ndtri(u), low, high)


def _path(across: Iterable[float], up: Iterable[float], colour: str, width: float, dashes: str = "") -> str:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(across, up, strict=True))
    dash = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{width}"{dash}/>'


def _line(y: float, colour: str) -> str:
    return (
        f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{WIDTH - _RIGHT}" y2="{y:.1f}" stroke="{colour}" stroke-dasharray="6 4"/>'
    )


def _dot(x: float, y: float, wins: bool, number: int, numbered: bool) -> str:
    colour = _INK["winner"] if wins else _INK["candidate"]
    shape = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{6 if wins else 4}" fill="{colour}"/>'
    if wins:
        shape += f'<circle cx="{x:.1f}" cy="{y:.1f}" r="10" fill="none" stroke="{colour}" stroke-width="2"/>'
    return shape + (_label(x + (13 if wins else 7), y + 4, str(number), colour) if numbered else "")


def _label(x: float, y: float, text: str, colour: str, anchor: str = "start") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="12" fill="{colour}">{html.escape(text)}</text>'
    )


def _framed(lane: Lane, parts: list[str]) -> str:
    trace = lane.trace
    assert trace is not None
    title = f"{lane.title}: {trace.examined} candidates examined, number {trace.positions[trace.winner]} of them wins"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{html.escape(title)}" font-family="sans-serif">'
        f"{''.join(parts)}{_label(_LEFT, 14, title, '#1B2430')}</svg>"
    )
