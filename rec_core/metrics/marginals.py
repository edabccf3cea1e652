"""Samples and their law, compared one dimension at a time."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .. import families
from ..arguments import checked
from ..arrays import Floats
from ..channel import Problem
from ..checks import whole_number
from ..errors import RecError
from .means import Interval
from .samples import pair_of, rows_of


class Ks(NamedTuple):
    """Kolmogorov-Smirnov `statistic` and `p_value` of every dimension, both of shape (D,).

    >>> ks([0.2, 0.7], [0.1, 0.9]).statistic
    array([0.5])
    """

    statistic: Floats
    p_value: Floats


@checked
def ks(samples: ArrayLike, target: Problem | ArrayLike) -> Ks:
    """Two-sided Kolmogorov-Smirnov test of each dimension against Q's marginal, or against other samples (N, D).

    It compares marginals only; `mmd` compares joint laws. The result has arrays of shape (D,).

    Raises RecError for shapes that do not match. Source: `scipy.stats.kstest` and `ks_2samp`.

    >>> import rec_core as rec
    >>> problem = rec.gaussian_problem([1.0], [0.5])
    >>> sent = rec.encode_many(problem, 500, seed=1)
    >>> bool(ks(sent.samples, problem).p_value[0] > 0.001)
    True
    """
    from scipy import stats

    x, other = pair_of(samples, target)
    if isinstance(other, Problem):
        x = np.ascontiguousarray(other.prior.standard(x))
    tests = []
    for d in range(x.shape[1]):
        if isinstance(other, Problem):
            law: Any = partial(families.cdfs, other.family_code, other.table[d])
            tests.append(stats.kstest(x[:, d], law))
        else:
            tests.append(stats.ks_2samp(x[:, d], other[:, d]))
    return Ks(np.array([row.statistic for row in tests]), np.array([row.pvalue for row in tests]))


@checked
def total_variation(samples: ArrayLike, target: Callable[[Floats], Floats] | ArrayLike, edges: ArrayLike) -> float:
    """Total variation between histograms over cells with ends `edges` (K,), and one more cell for everything else.

    `samples` (M,); `target` a density, called with points (N,), or other samples (N,). Differences within a cell do not
    count, which lowers the value; noise raises it, by about sqrt(cells / (2 pi M)) if the laws are the same.

    Raises RecError for edges that do not increase, and samples of several dimensions. Source: here.

    >>> total_variation([0.1, 0.2, 0.7], [0.6, 0.8, 0.9], edges=[0.0, 0.5, 1.0])
    0.6666666666666667
    """
    ends = np.asarray(edges, dtype=np.float64)
    if ends.ndim != 1 or ends.size < 2 or not (np.diff(ends) > 0).all():
        raise RecError("edges must be at least two increasing numbers.")
    ours = _cells(samples, "samples", ends)
    if callable(target):
        nodes, weights = np.polynomial.legendre.leggauss(16)
        half = 0.5 * np.diff(ends)[:, None]
        theirs = (target((ends[:-1, None] + half * (1.0 + nodes)).ravel()).reshape(-1, 16) * weights * half).sum(axis=1)
    else:
        theirs = _cells(target, "target", ends)
    return 0.5 * float(np.abs(ours - theirs).sum() + abs(ours.sum() - theirs.sum()))


def variation_interval(samples: ArrayLike, target: Problem, cells: int = 32, level: float = 0.95) -> Interval:
    """How far samples (M,) or (M, 1) are from Q in total variation, from below, with a confidence interval.

    One half of the samples, in the order they come in, chooses the event that is most off, a union of cells of equal
    mass under Q; the other half measures by how much. So no luck enters: samples of Q give 0 on average, and no event
    is further off than the total variation. Of that the cells hide what happens inside them, and the choice a little.
    Raises RecError for fewer than 4 samples, a target that is no problem in one dimension, cells that are no whole
    number >= 2 and a level outside (0, 1). Source: here, by splitting the sample.

    >>> import rec_core as rec
    >>> problem = rec.gaussian_problem([1.0], [0.1])
    >>> sent = rec.encode_many(problem, 4000, rec.ORC(64), seed=1)  # its total variation is 0.040
    >>> [round(value, 3) for value in variation_interval(sent.samples, problem)]
    [0.033, 0.012, 0.055]
    """
    from scipy import stats

    x, problem = pair_of(rows_of(samples, "samples", least=4), target)
    if not isinstance(problem, Problem) or problem.dim != 1:
        raise RecError("variation_interval holds samples of one dimension against a problem.")
    if not 0.0 < level < 1.0:
        raise RecError(f"level must lie between 0 and 1, for example 0.95; got {level!r}.")
    count = whole_number(cells, "cells", 2)
    standard = np.ascontiguousarray(problem.prior.standard(x)[:, 0])
    shares = families.cdfs(problem.family_code, problem.table[0], standard)
    cell = np.minimum((shares * count).astype(np.int64), count - 1)
    half = cell.size // 2
    chosen = np.bincount(cell[:half], minlength=count) > half / count
    rest = cell.size - half
    mass = float(chosen[cell[half:]].mean())
    gap = mass - float(chosen.mean())
    reach = float(stats.norm.ppf(0.5 + 0.5 * level)) * math.sqrt(max(mass * (1.0 - mass), 1.0 / rest) / rest)
    return Interval(gap, gap - reach, gap + reach)


def _cells(samples: ArrayLike, name: str, edges: Floats) -> Floats:
    """Shares of one-dimensional samples in the cells."""
    rows = rows_of(samples, name, least=1)
    if rows.shape[1] != 1:
        raise RecError(f"{name} must have one dimension to be counted in cells, got {rows.shape[1]}.")
    return np.asarray(np.histogram(rows[:, 0], edges)[0] / rows.shape[0], dtype=np.float64)
