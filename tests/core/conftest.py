"""Shared pieces of the core tests: pairs of one problem in both worlds, and hypothesis tests that return p-values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from tests import naive

Array = NDArray[Any]

# False-alarm rate of every single statistical check. Seeds are fixed, so a check that passes keeps passing; the rate
# says how surprising a first failure is. A wrong law has to come out far below it.
ALPHA = 1e-4

ALL_WEIGHTINGS = ("peak_ratio", "target_mass", "uniform")
ALL_STOPPING = ("single", "per_bin")


class Pair(NamedTuple):
    """One problem as the package sees it and as the oracle sees it."""

    problem: Any
    oracle: naive.Problem


def gaussian_pair(mean: ArrayLike, scale: ArrayLike) -> Pair:
    import rec_core as rec

    mean, scale = np.atleast_1d(mean), np.atleast_1d(scale)
    return Pair(rec.gaussian_problem(mean, scale), naive.gaussian(mean, scale))


def uniform_pair(low: ArrayLike, high: ArrayLike) -> Pair:
    import rec_core as rec

    low, high = np.atleast_1d(low), np.atleast_1d(high)
    return Pair(rec.uniform_problem(low, high), naive.uniform(low, high))


def shortfall_bits(source: Any, cut: Any) -> float:
    """E[(log2 J - log2 r)^+], J = 1 among them; `laws.overhead_bits` is this where there are bins, and 0 without."""
    from rec_core.laws import bounds

    shortfall = bounds._mean_nats(source, cut, False) / np.log(2)
    assert bounds.overhead_bits(source, cut) == (shortfall if cut.num_bins > 1 else 0.0)
    return float(shortfall)


def ks_p(sample: Array, cdf: Callable[[Array], Array]) -> float:
    """p-value of a two-sided Kolmogorov-Smirnov test."""
    return float(stats.kstest(sample, cdf).pvalue)


def ks_p_all(samples: Array, laws: tuple[Any, ...]) -> float:
    """p-value of KS tests of every column against its law: the smallest, times the number of columns."""
    return min(1.0, len(laws) * min(ks_p(samples[:, d], law.cdf) for d, law in enumerate(laws)))


def chi_square_p(counts: Array, probabilities: Array, least: float = 10.0) -> float:
    """p-value of a chi-square test; neighbouring cells are pooled until each expects at least `least`.

    Whatever the probabilities leave out is one more cell, with the counts that were left out.
    """
    counts, probabilities = np.asarray(counts, dtype=float), np.asarray(probabilities, dtype=float)
    total = counts.sum()
    if len(counts) == len(probabilities):
        counts = np.append(counts, 0.0)
    probabilities = np.append(probabilities, max(0.0, 1 - probabilities.sum()))
    observed, expected, seen, wanted = [], [], 0.0, 0.0
    for count, chance in zip(counts, probabilities, strict=True):
        seen, wanted = seen + count, wanted + chance * total
        if wanted >= least:
            observed.append(seen)
            expected.append(wanted)
            seen = wanted = 0.0
    observed[-1] += seen
    expected[-1] += wanted
    observed, expected = np.array(observed), np.array(expected)
    expected *= observed.sum() / expected.sum()
    return float(stats.chisquare(observed, expected).pvalue)


def index_p(indices: Array, pmf: Array) -> float:
    """Chi-square p-value of 1-based indices against pmf[0] = P(N = 1), ...; about fifty cells, the tail one of them."""
    counts = np.bincount(np.minimum(np.asarray(indices, dtype=np.int64), len(pmf) + 1) - 1, minlength=len(pmf) + 1)
    return chi_square_p(counts, pmf, least=max(10.0, len(indices) / 50))


def mean_p(values: Array, mean: float) -> float:
    """Two-sided p-value of a z-test of the mean."""
    values = np.asarray(values, dtype=float)
    spread = values.std(ddof=1) / np.sqrt(len(values))
    if spread == 0:
        return float(np.isclose(values[0], mean, rtol=1e-9))
    return float(2 * stats.norm.sf(abs(values.mean() - mean) / spread))


def geometric_pmf(success: float, max_index: int) -> Array:
    return success * (1 - success) ** np.arange(max_index)
