"""Gaussian posteriors over a network's weights, fitted by gradient descent to one picture or to many at once.

Everything is in the prior's coordinates: weight d is mu_d + sigma_d u, and its posterior is u ~ N(mean, scale^2)
against N(0, 1). So KL, the coding problem and the size of a step are the same for every weight. `scale` stays below
WIDEST < 1, so that the density ratio of every weight is bounded.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .network import Singles

WIDEST = 0.98  # of a posterior's scale; a weight with this scale costs 0.0006 bits
_RATES = (0.9, 0.98)  # Adam's averages of gradients and of their squares


class Posteriors(NamedTuple):
    """Posteriors of B pictures and the state of Adam; float32 (B, num_weights), changed in place.

    scale = WIDEST / (1 + exp(-logit)).
    """

    mean: Singles
    logit: Singles
    moments: tuple[Singles, Singles, Singles, Singles]  # mean's gradient and its square, logit's and its square

    @property
    def scale(self) -> Singles:
        """Posterior scales, below WIDEST."""
        return scale_of(self.logit)


def scale_of(logit: Singles) -> Singles:
    """WIDEST times the logistic function."""
    out: Singles = np.float32(WIDEST) / (np.float32(1.0) + np.exp(-logit))
    return out


def logit_of(scale: NDArray[Any]) -> Singles:
    """The inverse of `scale_of`, for scales clipped to between 1e-4 and just below WIDEST."""
    share = np.clip(np.asarray(scale, dtype=np.float64) / WIDEST, 1e-4, 1.0 - 1e-4)
    return np.log(share / (1.0 - share)).astype(np.float32)


def start(count: int, scale: NDArray[Any]) -> Posteriors:
    """Posteriors at the prior's mean, with the same scales (num_weights,) for each of `count` pictures."""
    shape = (count, len(scale))
    logit = np.broadcast_to(logit_of(scale), shape).copy()
    first, second, third, fourth = (np.zeros(shape, np.float32) for _ in range(4))
    return Posteriors(np.zeros(shape, np.float32), logit, (first, second, third, fourth))


def kl_nats(mean: NDArray[Any], scale: NDArray[Any]) -> NDArray[Any]:
    """KL of N(mean, scale^2) from N(0, 1) in nats, elementwise."""
    return np.asarray(0.5 * (mean * mean + scale * scale - 1.0) - np.log(scale))


def descend(
    posteriors: Posteriors,
    gradient: Singles,
    noise: Singles,
    sigma: Singles,
    beta: Singles | np.float32,
    rate: float,
    count: int,
    used: NDArray[np.bool_] | None = None,
) -> None:
    """One step of Adam, of size `rate`, on error + sum over weights of beta KL (in nats).

    `gradient` (B, num_weights) is that of the error at weights drawn with `noise`; `beta` broadcasts to its shape.
    `count` is the number of the step, from 1; weights whose `used` is False do not change.
    """
    mean, logit, moments = posteriors
    at_mean, at_logit = slopes(mean, logit, gradient, noise, sigma, beta)
    if used is not None:
        at_mean *= used
        at_logit *= used
    adam(mean, at_mean, moments[0], moments[1], rate, count)
    adam(logit, at_logit, moments[2], moments[3], rate, count)


def slopes(
    mean: Singles, logit: Singles, gradient: Singles, noise: Singles, sigma: Singles, beta: Singles | np.float32
) -> tuple[Singles, Singles]:
    """Gradients of error + sum of beta KL with respect to mean and logit, at weights drawn with `noise`."""
    scale = scale_of(logit)
    inner = gradient * sigma
    at_mean: Singles = inner + beta * mean
    at_scale = inner * noise + beta * (scale - np.float32(1.0) / scale)
    at_logit: Singles = at_scale * scale * (np.float32(1.0) - scale / np.float32(WIDEST))
    return at_mean, at_logit


def adam(values: Singles, gradient: Singles, first: Singles, second: Singles, rate: float, count: int) -> None:
    """A step of Adam (Kingma & Ba, 2015), in place; values whose gradient has always been 0 do not change."""
    keep, keep_squares = (np.float32(k) for k in _RATES)
    first += (1 - keep) * (gradient - first)
    second += (1 - keep_squares) * (gradient * gradient - second)
    shrink = np.float32(rate / (1.0 - _RATES[0] ** count))
    values -= shrink * first / (np.sqrt(second / np.float32(1.0 - _RATES[1] ** count)) + np.float32(1e-12))
