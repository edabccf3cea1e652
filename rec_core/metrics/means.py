"""Means with their confidence intervals."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..arguments import checked
from ..arrays import Floats
from ..checks import seed_word, whole_number
from ..errors import RecError
from .samples import rows_of


class Interval(NamedTuple):
    """A `mean`, and the ends `low` and `high` of its confidence interval, in the units of the values.

    >>> Interval(mean=2.0, low=1.5, high=2.5).low
    1.5
    """

    mean: float
    low: float
    high: float


@checked
def mean_interval(values: ArrayLike, level: float = 0.95) -> Interval:
    """The mean of values (M,) with Student's confidence interval: for means of many, or of nearly normal, values.

    Raises RecError for fewer than two values, and a level outside (0, 1). Source: Student (1908), by `scipy.stats.t`.

    >>> [round(value, 2) for value in mean_interval([1.0, 2.0, 3.0, 4.0])]
    [2.5, 0.45, 4.55]
    """
    from scipy import stats

    x = _values(values, level)
    mean, error = float(x.mean()), float(x.std(ddof=1)) / math.sqrt(x.size)
    half = float(stats.t.ppf(0.5 + 0.5 * level, x.size - 1)) * error
    return Interval(mean, mean - half, mean + half)


@checked
def bootstrap_interval(values: ArrayLike, level: float = 0.95, resamples: int = 2000, seed: int = 0) -> Interval:
    """The mean of values (M,) with a bootstrap interval, corrected for bias and skewness (BCa).

    For skewed counts such as numbers of candidates, whose mean depends on a few large values.

    Raises RecError as `mean_interval`, and for an invalid seed or fewer than one resample.
    Source: Efron (1987), as in `scipy.stats.bootstrap`.

    >>> mean, low, high = bootstrap_interval(np.arange(100) ** 2)
    >>> low < mean < high
    True
    """
    from scipy import stats

    x = _values(values, level)
    mean = float(x.mean())
    if (x == x[0]).all():
        return Interval(mean, mean, mean)
    result = stats.bootstrap(
        (x,), np.mean, n_resamples=whole_number(resamples, "resamples"), batch=max(1, 2**22 // x.size),
        confidence_level=level, rng=np.random.default_rng(int(seed_word(seed))),
    )  # fmt: skip
    return Interval(mean, float(result.confidence_interval.low), float(result.confidence_interval.high))


def _values(values: ArrayLike, level: float) -> Floats:
    rows = rows_of(values, "values")
    if rows.shape[1] != 1:
        raise RecError(f"values must be a vector, got {rows.shape[1]} columns.")
    if not 0.0 < level < 1.0:
        raise RecError(f"level must lie between 0 and 1, for example 0.95; got {level!r}.")
    return rows[:, 0]
