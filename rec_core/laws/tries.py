"""Laws of methods that try one candidate after another: the index, the lengths, and what giving up costs.

With M = sup r, S and the width function w of `width`, and g the mean excess of `index`:

- rejection sampling: N is geometric with mean M.
- greedy rejection: P(N > k) = S(L_k), L_0 = 0, L_(k+1) = L_k + S(L_k).
- PFR stopped after n candidates: the number K it would examine is geometric with mean M and independent of the sample,
  and given both, N - 1 is binomial with K - 1 trials of probability g(x)/(M - 1). So K <= n and N = i have probability
  E[P(i | x) P(Binomial(n, (1 + g)/M) >= i)], P(i | x) geometric with mean 1 + g.
"""

from __future__ import annotations

import math

import numpy as np

from .. import families
from ..arrays import LN2, Floats
from ..channel import Channel, Problem
from ..jit import kernel
from .index import index_law
from .line import legendre
from .mixture import IndexLaw, mixed
from .targets import targets
from .width import Width, above, panel, width

_ALL = 2**8  # indices one by one; from there on by sixteenths of an octave
_STEPS = 2**12  # steps of greedy rejection one by one; from there on by an equation for many at once
_REACH = 12.0  # standard deviations of a normal that are integrated over


def cells(octaves: float) -> Floats:
    """Ends of cells of indices, increasing, with all of 2^8 and then sixteenths of octaves up to 2^`octaves`."""
    far = np.floor(2.0 ** np.arange(8, max(octaves, 8.0) + 1 / 16, 1 / 16))
    return np.concatenate((np.arange(1.0, _ALL), far))


def entropy_bits(masses: Floats, sizes: Floats) -> float:
    """Entropy in bits of an index that is even in every cell of this size and probability."""
    some = masses > 1e-15
    return float(np.sum(masses[some] * (np.log2(sizes[some]) - np.log2(masses[some]))))


# ---------------------------------------------------------------------------------------------------- rejection


def rejection_channel_law(channel: Channel) -> IndexLaw:
    """Law of the index of rejection sampling over a channel's targets: geometric with mean M.

    Of a Gaussian channel ln M is the information and half a chi-square with as many degrees of freedom as dimensions
    have information.
    """
    information = channel.information_bits * LN2
    informative = int(np.count_nonzero(channel.scales < 1.0))
    if families.family(channel.family).LAWS == "box" or informative == 0:
        return mixed(np.full(1, information), np.ones(1), 0.0)
    rule, rule_weights = legendre(16)
    ends = np.linspace(0.0, math.sqrt(informative) + _REACH, 49)
    half = 0.5 * np.diff(ends)[:, None]
    radius = (ends[:-1, None] + half * (1.0 + rule)).ravel()
    log_density = (informative - 1) * np.log(radius) - 0.5 * radius**2
    weights = (half * rule_weights).ravel() * np.exp(log_density - log_density.max())
    return mixed(information + 0.5 * radius**2, weights, 0.0)


# ---------------------------------------------------------------------------------------------------- greedy rejection


def greedy_pmf(problem: Problem, max_index: int) -> Floats:
    """P(N = 1), ..., P(N = max_index) of greedy rejection, (max_index,)."""
    out = np.empty(max_index)
    _greedy_pmf(width(problem), out)
    return out


@kernel
def _greedy_pmf(law: Width, out: Floats) -> None:
    level, left, place = 0.0, 1.0, 0
    for k in range(out.shape[0]):
        level += left
        place = panel(law, level, place)
        after = above(law, level, place)
        out[k] = max(left - after, 0.0)
        left = after


@kernel
def _greedy_tails(law: Width, edges: Floats, out: Floats) -> None:
    """P(N >= edge) of greedy rejection at increasing edges.

    From _STEPS on by the differential equation of which the recursion is a solution at whole times, up to a relative
    error of w^2: dL/dk = S(L) (1 + w(L)/2). S hardly changes within a step there.
    """
    level, left, place, k = 0.0, 1.0, 0, 0.0
    for i in range(edges.shape[0]):
        while k < edges[i] - 1.0:
            if k < _STEPS:
                level += left
                k += 1.0
            else:
                step = min(edges[i] - 1.0 - k, k / 64.0)
                first = _rate(law, level, place)
                second = _rate(law, level + 0.5 * step * first, place)
                third = _rate(law, level + 0.5 * step * second, place)
                fourth = _rate(law, level + step * third, place)
                level += step * (first + 2.0 * second + 2.0 * third + fourth) / 6.0
                k += step
            place = panel(law, level, place)
            left = above(law, level, place)
        out[i] = left


@kernel
def _rate(law: Width, level: float, place: int) -> float:
    place = panel(law, level, place)
    return float(above(law, level, place) * (1.0 + 0.5 * law.share[place]))


def greedy_bits(source: Problem | Channel) -> float:
    """Entropy of the index of greedy rejection in bits, averaged over a channel's targets before it is taken."""
    some = targets(source) if isinstance(source, Channel) else [(source, 1.0)]
    laws = [(width(problem), weight) for problem, weight in some if weight > 1e-18]
    edges = cells(max(math.log2(law.levels[-1]) for law, _ in laws) + 8.0)
    tails, one = np.zeros(edges.size), np.empty(edges.size)
    for law, weight in laws:
        _greedy_tails(law, edges, one)
        tails += weight * one
    return entropy_bits(tails[:-1] - tails[1:], np.diff(edges))


# ---------------------------------------------------------------------------------------------------- given up


def truncated_pmf(problem: Problem, count: int, indices: Floats) -> Floats:
    """P(N = i, and PFR ends within `count` candidates) at whole `indices` up to `count`, the shape of `indices`."""
    from scipy.special import betainc

    law = index_law(problem)
    size = 1.0 + law.excess
    share = np.minimum(size / 2.0**problem.d_inf_bits, 1.0)
    out = np.zeros(indices.size)
    for k in np.flatnonzero(law.weights):
        logs = (indices - 1.0) * math.log1p(-1.0 / size[k]) if size[k] > 1.0 else np.where(indices > 1.0, -np.inf, 0.0)
        out += law.weights[k] / size[k] * np.exp(logs) * betainc(indices, count - indices + 1.0, share[k])
    return np.maximum(out, 0.0)


def log_given_up(problem: Problem, count: int) -> float:
    """ln P(PFR has not ended within `count` candidates), ln (1 - 1/M)^count; -inf where it is impossible."""
    share = 2.0**-problem.d_inf_bits
    return count * math.log1p(-share) if share < 1.0 else -math.inf


def truncated_bits(source: Problem | Channel, count: int) -> float:
    """Entropy in bits of the index of PFR that sends 1 where it has not ended within `count` candidates."""
    ends = cells(math.log2(count))
    ends = np.unique(np.append(ends[ends <= count], count + 1.0))
    sizes, middles = np.diff(ends), np.floor(0.5 * (ends[:-1] + ends[1:] - 1.0))
    masses = np.zeros(middles.size)
    for problem, weight in targets(source) if isinstance(source, Channel) else [(source, 1.0)]:
        if weight > 1e-18:
            own = truncated_pmf(problem, count, middles) * sizes
            own[0] += math.exp(log_given_up(problem, count))
            masses += weight * own
    return entropy_bits(masses, sizes)


def truncated_variation(problem: Problem, count: int) -> float:
    """Total variation between Q and what PFR sends that falls back to candidate 1 unless it ends within `count`.

    It has not ended where r(X_i)/M <= U_(i) for all i; sorted uniforms U_(i) are arrival times over that of candidate
    n + 1. Given X_1 = x this has the chance c(r(x)), c(h) = n/M times the integral from h to M of
    (1 - (1 + g)/M)^(n - 1). What is sent where it has ended follows Q, so the output over q is 1 - delta + c(r)/r,
    delta = (1 - 1/M)^n. That falls in r and is 1 at some h*, and the variation is delta (1 + g*) - (1 - (1 + g*)/M)^n.
    """
    from scipy.optimize import brentq

    log_delta, top = log_given_up(problem, count), 2.0**problem.d_inf_bits
    if not (top > 1.0 and log_delta > -700.0):
        return 0.0
    law = width(problem, 1e-12)
    rule, rule_weights = legendre(4)

    def parts(low: Floats, high: Floats) -> Floats:
        """c(low) - c(high) over delta."""
        half = 0.5 * (high - low)[:, None]
        h = low[:, None] + half * (1.0 + rule)
        spent = np.maximum(1.0 - (h + _above_all(law, h.ravel()).reshape(h.shape)) / top, 1e-300)
        powers = np.exp((count - 1) * np.log(spent) - log_delta)
        return np.asarray(count / top * (powers * half) @ rule_weights)

    chance = np.append(np.cumsum(parts(law.levels[:-1], law.levels[1:])[::-1])[::-1], 0.0)
    k = int(np.argmax(chance <= law.levels))
    low, high = float(law.levels[k - 1]), float(law.levels[k])
    level = brentq(lambda h: chance[k] + parts(np.array([h]), law.levels[k : k + 1])[0] - h, low, high)
    size = level + float(_above_all(law, np.array([level]))[0])
    return float(math.exp(log_delta) * size - max(1.0 - size / top, 0.0) ** count)


@kernel
def _above_all(law: Width, levels: Floats) -> Floats:
    """S at increasing levels."""
    out, place = np.empty(levels.shape[0]), 0
    for k in range(levels.shape[0]):
        place = panel(law, levels[k], place)
        out[k] = above(law, levels[k], place)
    return out
