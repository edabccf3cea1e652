"""Samples and their law, compared one dimension at a time."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .. import families
from ..arrays import Floats
from ..channel import Problem
from ..errors import RecError
from .samples import pair_of, rows_of


class Ks(NamedTuple):
    """Kolmogorov-Smirnov `statistic` and `p_value` of every dimension, both of shape (D,).

    >>> ks([0.2, 0.7], [0.1, 0.9]).statistic
    array([0.5])
    """

    statistic: Floats
    p_value: Floats


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


def _cells(samples: ArrayLike, name: str, edges: Floats) -> Floats:
    """Shares of one-dimensional samples in the cells."""
    rows = rows_of(samples, name, least=1)
    if rows.shape[1] != 1:
        raise RecError(f"{name} must have one dimension to be counted in cells, got {rows.shape[1]}.")
    return np.asarray(np.histogram(rows[:, 0], edges)[0] / rows.shape[0], dtype=np.float64)
