"""The targets of a channel over which a law is averaged: a quadrature in one dimension, Sobol's points in several."""

from __future__ import annotations

import numpy as np

from .. import families
from ..arrays import Floats
from ..channel import Channel, Problem


def target_means(scales: Floats, most: int) -> tuple[Floats, Floats]:
    """Means (S, D) of targets with these scales (D,), for normal P, and weights (S,) that sum to 1.

    S is 48 in one dimension, and `most`, a power of two, in several.
    """
    if scales.size == 1:
        z, weights = np.polynomial.hermite_e.hermegauss(48)
        points = z[:, None]
    else:
        from scipy.special import ndtri
        from scipy.stats import qmc

        points, weights = ndtri(qmc.Sobol(scales.size, rng=0).random(most)), np.ones(most)
    return points * np.sqrt((1.0 - scales) * (1.0 + scales)), weights / weights.sum()


def targets(channel: Channel, most: int = 256) -> list[tuple[Problem, float]]:
    """Targets of a channel and their weights: one, where all have the same ratio, else as `target_means`."""
    if families.family(channel.family).LAWS == "box":
        return [(channel.draw(0), 1.0)]
    means, weights = target_means(channel.scales, most)
    rows = (tuple(zip(own, channel.scales.tolist(), strict=True)) for own in means.tolist())
    return [(Problem(channel.family, row), weight) for row, weight in zip(rows, weights.tolist(), strict=True)]
