"""Greedy Poisson rejection sampling: the height below which nothing is accepted, and the exact law of the index.

A candidate X that arrives at time T is accepted if T <= sigma(r(X)), that is, if r(X) is at least the height at T,

    sigma(h) = integral from 0 to h of dv / S(v),   S(v) = E_P[(r(U) - v)^+] (`width`), S' = -w,

so the height rises at the rate S, from 0 to sup r. The height H at which the sample is accepted has the density w, and
given H = h the index less 1 is a Poisson number with mean sigma(h) + ln S(h): those before it lie above the height.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ..arrays import Floats, Ints
from ..channel import Channel, Problem
from ..jit import kernel
from .line import legendre
from .targets import targets
from .tries import cells, entropy_bits
from .width import Width, above, width

_LOWEST = 1e-6  # the level below which S is 1 - h
_LEFT = 1e-9, 1e-6  # what is left of Q where the height stops to rise, in one dimension and in more
TARGETS = 32  # of a channel in several dimensions, where the law of one takes a tenth of a second
_SMALL = 2**8  # indices whose probabilities are computed one by one
_PER_FACTOR = 32  # cells to a factor e of 1 + L, in which Poisson numbers of means L are put together


class Rise(NamedTuple):
    """When the height reaches which level: `heights`, S there and `times`, (K,); the last for all later times."""

    heights: Floats
    above: Floats
    times: Floats


def rise(problem: Problem) -> Rise:
    """The height as a function of time. Raises RecError where sup r is infinite or beyond float64."""
    return _rise(problem)[0]


@lru_cache(maxsize=16)
def _rise(problem: Problem) -> tuple[Rise, Width]:
    law = width(problem, _LOWEST)
    some = law.above > _LEFT[problem.dim > 1]
    law = Width(*(each[some] for each in law))
    times = np.zeros(law.levels.size)
    _integrate(law, *legendre(8), times)
    return Rise(law.levels, law.above, times), law


@kernel
def _integrate(law: Width, rule: Floats, rule_weights: Floats, times: Floats) -> None:
    """Write sigma at the levels."""
    for k in range(times.shape[0] - 1):
        half, total = 0.5 * (law.levels[k + 1] - law.levels[k]), 0.0
        for i in range(rule.shape[0]):
            total += rule_weights[i] / above(law, law.levels[k] + half * (1.0 + rule[i]), k)
        times[k + 1] = times[k] + half * total


@kernel
def log_height(curve: Rise, time: float, k: int) -> tuple[float, int]:
    """ln of the height at a time, and the piece it is on; `k` is that of an earlier time, or 0.

    On a piece it is the cubic in time with the right values and slopes S at the ends.
    """
    last = curve.times.shape[0] - 1
    while k < last and curve.times[k + 1] <= time:
        k += 1
    if k == last:
        return math.log(curve.heights[k]) if curve.heights[k] > 0.0 else -np.inf, k
    size = curve.times[k + 1] - curve.times[k]
    t = (time - curve.times[k]) / size
    back = 1.0 - t
    low = curve.heights[k] * (1.0 + 2.0 * t) + curve.above[k] * size * t
    high = curve.heights[k + 1] * (1.0 + 2.0 * back) - curve.above[k + 1] * size * back
    return math.log(low * back * back + high * t * t), k


def _waits(problem: Problem, most: float) -> tuple[Floats, Floats]:
    """Values of L = sigma(H) + ln S(H) and their probabilities, so close up to `most` that Poisson numbers differ
    little."""
    curve, law = _rise(problem)
    at_ends = np.maximum(curve.times + np.log(curve.above), 0.0)
    steps = np.diff(at_ends)
    wanted = np.where(at_ends[:-1] < most, np.ceil(steps / np.sqrt(1.0 + at_ends[:-1])), 1.0)
    parts = np.clip(wanted, 1.0, 4096.0).astype(np.int64)
    rule, rule_weights = legendre(4)
    values, chances = np.empty((2, int(parts.sum()) * rule.size + 1))
    _fill_waits(law, curve.times, parts, rule, rule_weights, *legendre(8), values, chances)
    values[-1], chances[-1] = at_ends[-1], curve.above[-1]
    return values, chances / chances.sum()


@kernel
def _fill_waits(
    law: Width, times: Floats, parts: Ints, rule: Floats, rule_weights: Floats, inner: Floats, inner_weights: Floats,
    values: Floats, chances: Floats,
) -> None:  # fmt: skip
    """Nodes of every part of every panel: L there, and the share of w."""
    used = 0
    for k in range(parts.shape[0]):
        start, time = law.levels[k], times[k]
        half = 0.5 * (law.levels[k + 1] - start) / parts[k]
        for _ in range(parts[k]):
            at, before = start, above(law, start, k)
            for i in range(rule.shape[0]):
                level, passed = start + half * (1.0 + rule[i]), 0.0
                for m in range(inner.shape[0]):
                    passed += inner_weights[m] / above(law, at + 0.5 * (level - at) * (1.0 + inner[m]), k)
                time += 0.5 * (level - at) * passed
                values[used] = max(time + math.log(above(law, level, k)), 0.0)
                chances[used] = rule_weights[i]
                at = level
                used += 1
            passed, end = 0.0, start + 2.0 * half
            for m in range(inner.shape[0]):
                passed += inner_weights[m] / above(law, at + 0.5 * (end - at) * (1.0 + inner[m]), k)
            time += 0.5 * (end - at) * passed
            start = end
            after = above(law, start, k) if start < law.levels[k + 1] else law.above[k + 1]
            for i in range(rule.shape[0]):
                chances[used - rule.shape[0] + i] *= 0.5 * (before - after)


def index_chances(problem: Problem, max_index: int) -> Floats:
    """P(N = n), n = 1..max_index, shape (max_index,)."""
    return _chances(*_waits(problem, 2.0 * max_index + 64.0), np.arange(max_index, dtype=np.float64))


def _chances(means: Floats, chances: Floats, counts: Floats) -> Floats:
    """Probabilities of Poisson numbers `counts` with these means, in parts that fit into memory."""
    from scipy.special import gammaln, xlogy

    out = np.empty(counts.size)
    for first in range(0, counts.size, 256):
        part = counts[first : first + 256, None]
        out[first : first + 256] = np.exp(xlogy(part, means) - means - gammaln(part + 1.0)) @ chances
    return out


def _tails(means: Floats, chances: Floats, counts: Floats) -> Floats:
    """P(Poisson number >= count), for counts of 2^8 and more, by Wilson and Hilferty's cube root of the Gamma law."""
    from scipy.special import ndtr

    root, spread = np.cbrt(means / counts[:, None]), 1.0 / (9.0 * counts[:, None])
    return np.asarray(ndtr((root - (1.0 - spread)) / np.sqrt(spread)) @ chances)


def index_bits(source: Problem | Channel) -> float:
    """Entropy of the index in bits, to about 1e-3; the index averaged over a channel's targets before it is taken."""
    some = targets(source) if isinstance(source, Channel) else [(source, 1.0)]
    some = some if source.dim == 1 else some[:TARGETS]
    laws = [(*_waits(problem, 2.0 * _SMALL), weight) for problem, weight in some if weight > 1e-15]
    means = np.concatenate([values for values, _, _ in laws])
    shares = np.concatenate([weight * chances for _, chances, weight in laws]) / sum(weight for *_, weight in laws)
    places = (_PER_FACTOR * np.log1p(means)).astype(np.int64)
    together = np.asarray(np.bincount(places, shares), dtype=np.float64)
    some_shares = together > 0.0
    means, shares = np.bincount(places, shares * means)[some_shares] / together[some_shares], together[some_shares]
    ends = cells(math.log2(means[-1] + 2.0) + 1.0)
    far = ends[ends >= _SMALL]
    small = _chances(means, shares, np.arange(_SMALL - 1, dtype=np.float64))
    masses = np.concatenate((small, np.maximum(-np.diff(_tails(means, shares, far - 1.0)), 0.0)))
    return entropy_bits(masses / masses.sum(), np.diff(ends))
