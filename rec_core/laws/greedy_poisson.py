"""Greedy Poisson rejection sampling: when a ratio is accepted, and the exact law of the index.

The curve that rises: a candidate X that arrives at time T is accepted if T <= sigma(r(X)), where

    sigma(h) = integral from 0 to h of dv / S(v),   S(v) = Q(r >= v) - v P(r >= v) = E_Q[(1 - v / r)^+].

So at time T all candidates with r(X) of at least sigma^-1(T), the height, are accepted. The law of ln r under Q is
taken as atoms (quadrature in one dimension, `ratio.target_law` in more). Of atoms S is linear between their ratios, and
sigma and its inverse have closed forms there.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ..arrays import LN2, Floats
from ..channel import Channel, Problem
from ..families import family
from ..jit import kernel
from ..partition import Partition
from ..tables import tables
from .line import legendre, target_nodes
from .ratio import target_law

_NODES = 64  # of a panel in which ln r changes by three nats
_TARGETS = 128  # of a channel in several dimensions; a power of two, for Sobol's sequence
_UNREACHED = 1e-14  # of Q, at the largest ratios: accepted whenever they come
_CELLS = 32  # to a factor e of 1 + L, in which means of Poisson numbers are put together
_SMALL = 256  # indices whose probabilities are computed one by one


class Rise(NamedTuple):
    """How the height rises: at `times` (K,) it reaches `heights` (K,), atoms of r over e^top; the last at infinity.

    `rates` (K,) is e^top P(r >= height), `left` (K,) is S there.
    """

    top: float
    heights: Floats
    rates: Floats
    left: Floats
    times: Floats


@lru_cache(maxsize=64)
def rise(problem: Problem) -> Rise:
    """The height as a function of time for a problem."""
    if problem.dim == 1:
        _, logs, shares = target_nodes(problem.family_code, problem.table[0], size=_NODES)
    else:
        logs, shares = target_law(tables(problem, Partition.uncut(problem.dim), "peak_ratio"))
    logs, places = np.unique(logs, return_inverse=True)
    shares = np.bincount(places, weights=np.maximum(shares, 0.0))
    shares /= shares.sum()
    reached = np.cumsum(shares[::-1])[::-1] > _UNREACHED  # grids go on beyond the largest ratio
    logs, shares = logs[reached], shares[reached]
    top = float(logs[-1])
    heights = np.exp(np.maximum(logs - top, -700.0))
    rates = np.cumsum((shares / heights)[::-1])[::-1].copy()
    steps = np.diff(heights, prepend=0.0)
    left = np.append(np.cumsum((rates * steps)[::-1])[::-1][1:], 0.0)
    with np.errstate(divide="ignore"):
        waits = math.exp(min(top, 700.0)) / rates * np.log1p(rates * steps / left)
    return Rise(top, heights, rates, left, np.cumsum(waits))


@kernel
def log_height(curve: Rise, time: float, k: int) -> tuple[float, int]:
    """ln of the height at a time, and the piece it is on; `k` is that of an earlier time, or 0."""
    while curve.times[k] < time:
        k += 1
    before, height, left = (curve.times[k - 1], curve.heights[k - 1], curve.left[k - 1]) if k > 0 else (0.0, 0.0, 1.0)
    fallen = -math.expm1((before - time) * curve.rates[k] * math.exp(-curve.top))
    return math.log(height + left * fallen / curve.rates[k]) + curve.top, k


def waits(problem: Problem) -> tuple[Floats, Floats]:
    """Values and probabilities of L: the index is 1 more than a Poisson number with mean L = sigma(H) + ln S(H).

    H, the height at which the sample is accepted, has the density P(r >= h): then no candidate before was accepted, and
    each of those was under the curve that r is of P with what is left.
    """
    curve = rise(problem)
    scale = math.exp(min(curve.top, 700.0)) / curve.rates
    heights, left, times = (np.concatenate(([one], part[:-1])) for one, part in
                            ((0.0, curve.heights), (1.0, curve.left), (0.0, curve.times)))  # at the start of each piece
    rule, rule_weights = legendre(2)
    share = 0.5 * (1.0 + rule)
    steps = (curve.heights - heights)[:-1, None]
    after = left[:-1, None] - curve.rates[:-1, None] * steps * share
    values = times[:-1, None] + scale[:-1, None] * np.log(left[:-1, None] / after) + np.log(after)
    chances = curve.rates[:-1, None] * steps * 0.5 * rule_weights
    # On the last piece S = left e^-t, t an exponential variable.
    rule, rule_weights = legendre(8)
    ends = np.concatenate(([0.0], np.exp(np.linspace(-40.0, math.log(40.0), 160))))
    half = 0.5 * np.diff(ends)[:, None]
    t = (ends[:-1, None] + half * (1.0 + rule)).ravel()
    last = times[-1] + scale[-1] * t + math.log(left[-1]) - t
    values = np.concatenate((values.ravel(), last))
    chances = np.concatenate((chances.ravel(), left[-1] * (half * rule_weights).ravel() * np.exp(-t)))
    return np.maximum(values, 0.0), chances / chances.sum()


def index_chances(problem: Problem, max_index: int) -> Floats:
    """P(N = n), n = 1..max_index, shape (max_index,)."""
    means, chances = waits(problem)
    return _chances(means, chances, np.arange(max_index, dtype=np.float64))


def _chances(means: Floats, chances: Floats, counts: Floats) -> Floats:
    """Probabilities of Poisson numbers `counts` with these means, in parts that fit into memory."""
    from scipy.special import gammaln, xlogy

    out = np.empty(counts.size)
    for first in range(0, counts.size, 512):
        part = counts[first : first + 512, None]
        out[first : first + 512] = np.exp(xlogy(part, means) - means - gammaln(part + 1.0)) @ chances
    return out


def _tails(means: Floats, chances: Floats, counts: Floats) -> Floats:
    """P(Poisson number >= count), counts of 256 and more, by Wilson and Hilferty's cube root of the Gamma law."""
    from scipy.special import ndtr

    root, spread = np.cbrt(means / counts[:, None]), 1.0 / (9.0 * counts[:, None])
    return np.asarray(ndtr((root - (1.0 - spread)) / np.sqrt(spread)) @ chances)


def index_entropy_bits(source: Problem | Channel) -> float:
    """Entropy of the index in bits, for a channel of its law averaged over targets; to about 1e-3 bits for a problem.

    Indices from 2^8 on are treated as equally probable within a sixteenth of an octave.
    """
    parts = [(weight, *waits(problem)) for weight, problem in _targets(source)]
    means = np.concatenate([values for _, values, _ in parts])
    chances = np.concatenate([weight * shares for weight, _, shares in parts])
    cells = (_CELLS * np.log1p(means)).astype(np.int64)
    chances, totals = np.bincount(cells, chances), np.bincount(cells, chances * means)
    means, chances = totals[chances > 0.0] / chances[chances > 0.0], chances[chances > 0.0]
    octaves = np.arange(8.0, max(math.log2(means[-1] + 2.0) + 1.0, 9.0), 1 / 16)
    edges = np.floor(2.0**octaves)
    small, tails = _chances(means, chances, np.arange(_SMALL, dtype=np.float64)), _tails(means, chances, edges)
    masses = np.concatenate((small, np.maximum(-np.diff(tails), 0.0)))
    sizes = np.concatenate((np.ones(_SMALL), np.diff(edges)))
    masses /= masses.sum()
    some = masses > 1e-15
    return float(np.sum(masses[some] * (np.log2(sizes[some]) - np.log2(masses[some]))))


def _targets(source: Problem | Channel) -> list[tuple[float, Problem]]:
    """Targets that stand for a channel's, and their weights."""
    if isinstance(source, Problem):
        return [(1.0, source)]
    if family(source.family).LAWS != "normal":  # all targets have one law of r
        return [(1.0, source.draw(0))]
    spread = np.sqrt(-np.expm1(-2.0 * LN2 * np.array(source.bits)))
    if source.dim == 1:
        z, weights = np.polynomial.hermite_e.hermegauss(48)
        points = z[:, None]
    else:
        from scipy.special import ndtri
        from scipy.stats import qmc

        points, weights = ndtri(qmc.Sobol(source.dim, rng=0).random(_TARGETS)), np.ones(_TARGETS)
    pairs = zip((weights / weights.sum()).tolist(), points * spread, strict=True)
    return [
        (weight, Problem(source.family, tuple(zip(means.tolist(), source.scales.tolist(), strict=True))))
        for weight, means in pairs
        if weight > 1e-12
    ]
