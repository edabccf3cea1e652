"""Piecewise: P = U[0, 1], ln q linear between K + 1 evenly spaced knots 0, 1/K, ..., 1. A row is ln q at the knots."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from ..arrays import Floats
from ..errors import RecError
from ..jit import kernel
from .location import Params

LABEL = "piecewise"
PRIOR = "U[0, 1]"
PARAMS = ()  # as many as there are knots
LAWS = "knots"
HAS_CELLS = False  # a cell may have more knots than a sieve should check
STANDARD = (0.0, 0.0)
SUPPORT = (0.0, 1.0)
MAX_PIECES = 256
kernel_means = kernel_mean = None  # by quadrature


def normalized(logs: Floats) -> Floats:
    """ln q at the knots from ln q up to an additive constant. Raises RecError for too few knots or too many."""
    if not 2 <= logs.size <= MAX_PIECES + 1:
        raise RecError(f"Give log2 q at 2 to {MAX_PIECES + 1} knots; got {logs.size}.")
    logs = logs - logs.max()
    logs -= log_mass(logs, 0.0, 1.0)
    return logs


def check(params: Params) -> None:
    """Raises RecError for more than one dimension, and for densities that are not normalized."""
    if len(params) != 1:
        raise RecError(f"A piecewise problem has one dimension; got {len(params)}.")
    row = np.array(params[0])
    if not 2 <= row.size <= MAX_PIECES + 1 or abs(log_mass(row, 0.0, 1.0)) > 1e-9:
        raise RecError("Make piecewise problems with rec.piecewise_problem, which normalizes them.")


def narrow(bits: float) -> tuple[float, ...]:
    """Parameters of a dimension in which sup r is nearly 2^bits: q falls exponentially from an end of P."""
    return tuple(normalized(np.array([2.0**bits, 0.0])).tolist())


def table(params: Params) -> Floats:
    """Rows as kernels take them, (1, K + 1)."""
    return np.array(params)


def width_bits(table: Floats) -> float:
    """0: Q has mass between all knots, so it is never narrow."""
    return 0.0


@kernel
def between_knots(row: Floats, x: float) -> float:
    """ln q at x in [0, 1], from its knots."""
    pieces = row.shape[0] - 1
    k = min(int(x * pieces), pieces - 1)
    t = x * pieces - k
    return float((1.0 - t) * row[k] + t * row[k + 1])


@kernel
def mean_exp(a: float, b: float) -> float:
    """Mean of e^l for l uniform between a and b."""
    top, fall = max(a, b), abs(a - b)
    return math.exp(top) * (-math.expm1(-fall) / fall if fall > 0.0 else 1.0)


@kernel
def _mean_log_exp(a: float, b: float) -> float:
    """Mean of l e^l for l uniform between a and b."""
    top, fall = max(a, b), abs(a - b)
    if fall < 1e-3:  # of (1 - (1 + d) e^-d) / d
        lost = fall * (0.5 - fall * (1.0 / 3.0 - fall * (0.125 - fall / 30.0)))
    else:
        lost = (-math.expm1(-fall) - fall * math.exp(-fall)) / fall
    return top * mean_exp(a, b) - math.exp(top) * lost


@kernel
def quantile(number: int, intervals: int, v: float) -> float:
    """Quantile of P at (number + v) / intervals."""
    return (number + v) / intervals


@kernel
def log_pdf(x: float) -> float:
    """ln p(x)."""
    return 0.0 if 0.0 <= x <= 1.0 else -np.inf


@kernel
def log_ratio(row: Floats, x: float) -> float:
    """ln r(x)."""
    return between_knots(row, x) if 0.0 <= x <= 1.0 else -np.inf


@kernel
def log_sup(row: Floats, low: float, high: float) -> float:
    """Supremum of ln r over [low, high]: at an end or a knot."""
    pieces = row.shape[0] - 1
    top = max(between_knots(row, low), between_knots(row, high))
    for k in range(math.ceil(low * pieces), math.floor(high * pieces) + 1):
        top = max(top, row[k])
    return float(top)


@kernel
def log_mass(row: Floats, low: float, high: float) -> float:
    """ln Q([low, high])."""
    pieces = row.shape[0] - 1
    first, last = int(low * pieces), max(math.ceil(high * pieces), 1)
    top, total = log_sup(row, low, high), 0.0
    for k in range(first, last):
        a, b = max(low, k / pieces), min(high, (k + 1) / pieces)
        total += max(b - a, 0.0) * mean_exp(between_knots(row, a) - top, between_knots(row, b) - top)
    return top + math.log(total)


@kernel
def log_peak_sum(row: Floats, intervals: int) -> float:
    """ln of the summed suprema of r over many equal intervals: of those between two knots a geometric series."""
    pieces, top, total = row.shape[0] - 1, row.max(), 0.0
    for k in range(pieces):
        first, last = (k * intervals + pieces - 1) // pieces, (k + 1) * intervals // pieces
        if k > 0 and k * intervals % pieces > 0:
            total += math.exp(log_sup(row, (first - 1) / intervals, first / intervals) - top)
        highest = max(between_knots(row, first / intervals), between_knots(row, last / intervals)) - top
        step, count = abs(row[k + 1] - row[k]) * pieces / intervals, last - first
        terms = math.expm1(-step * count) / math.expm1(-step) if step > 0.0 else float(count)
        total += math.exp(highest) * terms
    return float(top + math.log(total))


@kernel
def kl(row: Floats) -> float:
    """KL(Q || P) in nats."""
    pieces, total = row.shape[0] - 1, 0.0
    for k in range(pieces):
        total += _mean_log_exp(row[k], row[k + 1]) / pieces
    return max(0.0, total)


def moments(row: Floats) -> tuple[float, float, float]:
    """Mean of Q, and its standard deviation twice: it has no other scale."""
    nodes, weights = np.polynomial.legendre.leggauss(24)
    ends = breaks(row)
    half = 0.5 * np.diff(ends)[:, None]
    x = (ends[:-1, None] + half * (1.0 + nodes)).ravel()
    mass = (half * weights).ravel() * np.exp(np.interp(x, np.linspace(0.0, 1.0, row.size), row))
    mean = float(x @ mass)
    spread = math.sqrt(float((x - mean) ** 2 @ mass))
    return mean, spread, spread


def target_quantile(row: Floats, u: Floats) -> Floats:
    """Quantiles of Q at u in (0, 1)."""
    pieces = row.size - 1
    masses = np.array([mean_exp(a, b) / pieces for a, b in pairwise(row.tolist())])
    ends = np.append(0.0, np.cumsum(masses))
    k = np.clip(np.searchsorted(ends, u * ends[-1], side="right") - 1, 0, pieces - 1)
    part = np.clip((u * ends[-1] - ends[k]) / masses[k], 0.0, 1.0)
    climb = row[k + 1] - row[k]
    fall = np.maximum(np.abs(climb), 1e-12)
    left = np.where(climb > 0.0, 1.0 - part, part)  # of the piece's mass, on the side where q is high
    inside = np.where(np.abs(climb) < 1e-9, left, -np.log1p(left * np.expm1(-fall)) / fall)
    return np.asarray((k + np.where(climb > 0.0, 1.0 - inside, inside)) / pieces)


def breaks(row: Floats) -> Floats:
    """Ends of panels in which q and r are smooth: the knots, and where a steep piece has fallen 12 and 40 nats."""
    pieces = row.size - 1
    ends = [np.linspace(0.0, 1.0, row.size)]
    for fall in (12.0, 40.0):
        k = np.flatnonzero(np.abs(np.diff(row)) > fall)
        inside = fall / np.abs(row[k + 1] - row[k])
        ends.append((k + np.where(row[k + 1] > row[k], 1.0 - inside, inside)) / pieces)
    return np.unique(np.concatenate(ends))


def between(row: Floats, way: float) -> Floats:
    """The row of the density proportional to p^(1 - way) q^way."""
    return normalized(row * way)
