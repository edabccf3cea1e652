"""The law of the index of letters: r has finitely many values, so it is a finite mixture of geometric laws."""

from __future__ import annotations

import numpy as np

from ..arrays import Floats
from ..families.discrete import letters_of, straddled


def steps_nodes(row: Floats, intervals: int) -> tuple[Floats, Floats]:
    """y = ln(1 + g) and its probability: a node for every letter in every bin in which a letter ends; elsewhere r is
    constant in a bin, and g = 0."""
    ends, ratios = letters_of(row)
    gaps = np.maximum(ratios[:, None] - ratios, 0.0)
    y, weights = [np.zeros(1)], [np.ones(1)]
    for j in straddled(row, intervals) if intervals > 1 else [0]:
        low, high = j / intervals, (j + 1) / intervals
        overlaps = np.maximum(np.minimum(ends[1:], high) - np.maximum(ends[:-1], low), 0.0)
        y.append(np.log1p(gaps @ overlaps))
        weights.append(overlaps * ratios)
        weights[0] -= weights[-1].sum()
    return np.concatenate(y), np.maximum(np.concatenate(weights), 0.0)


def letters_law(row: Floats, most: int) -> Floats:
    """The chance that a letter wins and has the number N = 1 to `most`, without bins: (K, most)."""
    y, weights = (values[1:, None] for values in steps_nodes(row, 1))  # the first is of bins without ends
    return np.asarray(weights * np.exp(-y) * (-np.expm1(-y)) ** np.arange(most))
