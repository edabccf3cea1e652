"""What a class learned between two tests: the normalized gain (Hake 1998), with an interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..text import spreadsheet

RESAMPLES = 4000
Marks = Mapping[str, Mapping[str, Sequence[bool]]]


class Gain(NamedTuple):
    """Shares right before and after, of those who took both tests; the gain and its 95% interval, nan where undefined:
    for a class that had everything right before, and the interval of fewer than three students."""

    students: int
    pre: float
    post: float
    gain: float
    low: float
    high: float


def gain(pre: npt.ArrayLike, post: npt.ArrayLike, *, seed: int = 0) -> Gain:
    """The normalized gain of class means, (post - pre) / (1 - pre): what was learned of what could be.

    `pre`, `post`: (n,) each student's share right, 0 to 1. The interval is a percentile bootstrap over students.
    """
    before, after = np.asarray(pre, dtype=float), np.asarray(post, dtype=float)
    if before.size == 0:
        return Gain(0, *(float("nan"),) * 5)
    drawn = np.random.default_rng(seed).integers(0, before.size, (RESAMPLES, before.size))
    resampled = _of_means(before[drawn].mean(axis=1), after[drawn].mean(axis=1))
    resampled = resampled[np.isfinite(resampled)]
    low, high = np.quantile(resampled, [0.025, 0.975]) if before.size > 2 and resampled.size else (np.nan, np.nan)
    mean_pre, mean_post = before.mean(), after.mean()
    whole = _of_means(np.array([mean_pre]), np.array([mean_post]))[0]
    return Gain(before.size, float(mean_pre), float(mean_post), float(whole), float(low), float(high))


def _of_means(pre: npt.NDArray[np.float64], post: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(pre < 1.0, (post - pre) / (1.0 - pre), np.nan)


def of_class(marks: Marks) -> Gain:
    """The gain of the browsers that took both tests, from `Rooms.marks`."""
    pre, post = marks.get("pre", {}), marks.get("post", {})
    both = [browser for browser in pre if browser in post]
    return gain([float(np.mean(pre[one])) for one in both], [float(np.mean(post[one])) for one in both])


def table(marks: Marks) -> str:
    """CSV without names: a line for each browser, under an arbitrary number, with its shares and every question."""
    forms = [form for form in ("pre", "post") if marks.get(form)]
    sizes = {form: max(len(right) for right in marks[form].values()) for form in forms}
    rows = [["browser", *forms, *(f"{form}_{k}" for form in forms for k in range(1, sizes[form] + 1))]]
    for browser in sorted({browser for form in forms for browser in marks[form]}, key=int):
        taken = {form: marks[form].get(browser) for form in forms}
        shares = ["" if right is None else f"{np.mean(right):.4f}" for right in taken.values()]
        each: list[str] = []
        for form, right in taken.items():
            each += [""] * sizes[form] if right is None else [str(int(one)) for one in right]
        rows.append([browser, *shares, *each])
    return spreadsheet.as_csv(rows)
