"""The law of an index as a mixture of geometric laws: weights on a fixed grid of y = ln(1 + g), g the mean excess.

A geometric law, its tail and its mean log all vary on a scale of one nat in y, so four-point Lagrange weights on a grid
of 1/32 nat interpolate them to 1e-6.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from ..arguments import checked
from ..arrays import LN2, Floats
from ..checks import whole_number
from ..errors import RecError
from ..jit import kernel
from .grids import deposit

STEP = 1.0 / 32.0  # of the grid of ln(1 + g) on which laws of the index are stored
_LAST_FLOAT = 700.0  # nats
_FARTHEST = 2.0**16  # nats: the end of that grid, at most


@dataclass(frozen=True, eq=False)
class IndexLaw:
    """Law of the local index: geometric with mean 1 + `excess[k]` with probability `weights[k]`; both of shape (K,).

    The weights are those of an interpolation: they sum to 1, some may be slightly negative. `error_bits` is the
    standard error of `mean_log2` in bits if bins or targets were averaged over a lattice of nodes, otherwise 0. Made by
    `index_law`.

    Raises nothing. Source: as `index_law`.

    >>> import rec_core as rec
    >>> law = rec.laws.index_law(rec.uniform_channel([3.0]))
    >>> law.pmf(2).round(4), float(law.tail(8).round(3)), round(law.mean_log2, 3), round(law.entropy_bits, 2)
    (array([0.125 , 0.1094]), 0.393, 2.402, 4.35)
    >>> law.octaves, law.excess.size == law.weights.size
    (11, True)
    """

    excess: Floats
    weights: Floats
    error_bits: float

    def pmf(self, max_index: int) -> Floats:
        """P(index = n) for n = 1..max_index, shape (max_index,). Raises RecError unless 1 <= max_index <= 2^24."""
        count = whole_number(max_index, "max_index", 1, 2**24 + 1)
        return np.maximum(_geometric_mixture(grid_points(self.weights.size), self.weights, count), 0.0)

    @checked
    def tail(self, index: ArrayLike) -> Floats:
        """P(index >= n) for n = `index` >= 1 of any size, the shape of `index`. Raises nothing."""
        n = np.minimum(np.asarray(index, dtype=np.float64), 1e300)
        y = grid_points(self.weights.size)
        with np.errstate(divide="ignore", invalid="ignore"):
            log_decay = np.where(y < 0.7, np.log(-np.expm1(-y)), np.log1p(-np.exp(-y)))  # both accurate
            powers = np.where(n[..., None] > 1.0, np.exp((n[..., None] - 1.0) * log_decay), 1.0)
        return np.asarray(np.clip(powers @ self.weights, 0.0, 1.0))

    @property
    def mean_log2(self) -> float:
        """E[log2 index] in bits."""
        return float(self.weights @ mean_log2_table(self.weights.size))

    @property
    def entropy_bits(self) -> float:
        """Entropy of the index in bits, the mean length of the matched code; to about 1e-3 bits.

        Indices from 2^8 on are treated as equally probable within a sixteenth of an octave.
        """
        octaves = np.arange(8, self.octaves, 1 / 16)
        edges = np.concatenate((np.arange(1.0, 2**8 + 1), np.floor(2.0 ** octaves[1:])))
        tails = self.tail(edges)
        mass = np.maximum(tails[:-1] - tails[1:], 0.0)
        some = mass > 1e-15
        return float(np.sum(mass[some] * (np.log2(np.diff(edges)[some]) - np.log2(mass[some]))))

    def log2_reach(self, chance: float) -> float:
        """log2 of the smallest n on a grid of sixteenths of an octave with P(index > n) <= `chance`, which is above 0.

        Raises nothing.

        >>> import rec_core as rec
        >>> round(rec.laws.index_law(rec.gaussian_channel([6.0])).log2_reach(1e-6), 3)
        22.812
        """
        sizes = np.floor(2.0 ** np.arange(0, self.octaves, 1 / 16))
        return float(np.log2(sizes[np.argmax(self.tail(sizes + 1.0) <= chance)]))

    @property
    def octaves(self) -> int:
        """The number of octaves [2^k, 2^(k + 1)) with nearly all of the index: up to 2^7 times its largest mean.

        Raises RecError for means beyond float64.
        """
        last = STEP * int(np.flatnonzero(self.weights > 0)[-1])
        if last > _LAST_FLOAT:
            raise RecError(
                f"This index reaches 2^{last / LN2:.0f}, beyond float64, and its lengths are not computed; take more "
                "bins or a target nearer to the prior."
            )
        return int(last / LN2) + 8


def mixed(y: Floats, weights: Floats, error_bits: float) -> IndexLaw:
    """The law from values of y = ln(1 + g) >= 0 and their weights."""
    law = deposited(y, weights)
    total = float(law.sum())
    if not total > 0.0:  # NaN too
        raise beyond_floats()
    law /= total
    law.setflags(write=False)
    with np.errstate(over="ignore"):
        excess = np.expm1(STEP * np.arange(law.size))
    excess.setflags(write=False)
    return IndexLaw(excess, law, error_bits)


def beyond_floats() -> RecError:
    """The refusal of a law whose numbers are too large or too small on the way."""
    return RecError(
        "This cannot be computed: ln r of this target is beyond float64. Take a target nearer to the "
        "prior, or one that is not so much narrower or wider."
    )


def grid_points(size: int) -> Floats:
    return STEP * np.arange(size, dtype=np.float64)


def deposited(y: Floats, weights: Floats) -> Floats:
    """Weights on the grid that integrate cubics in y as `weights` at `y` do. Raises RecError for y above _FARTHEST."""
    top = float(y.max(initial=0.0))
    if not top <= _FARTHEST:
        raise RecError(
            f"The law of the index is computed up to indices of about 2^{_FARTHEST / LN2:.0f}, and this one reaches "
            f"2^{top / LN2:.4g}; take more bins, or a target nearer to the prior."
        )
    out = np.zeros(int(top / STEP) + 4)
    _deposit(y, weights, out)
    return out


@kernel
def _deposit(y: Floats, weights: Floats, out: Floats) -> None:
    for i in range(y.shape[0]):
        if weights[i] == 0.0:
            continue
        place = y[i] / STEP
        k = max(int(place) - 1, 0)
        deposit(weights[i], place - k, k, out)


@kernel
def _geometric_mixture(y: Floats, weights: Floats, max_index: int) -> Floats:
    """sum over k of weights[k] e^-y (1 - e^-y)^(n-1) at y = y[k], for n = 1..max_index."""
    out = np.zeros(max_index)
    for k in range(y.shape[0]):
        if weights[k] == 0.0:
            continue
        term, decay = weights[k] * math.exp(-y[k]), -math.expm1(-y[k])
        for n in range(max_index):
            out[n] += term
            term *= decay
            if term == 0.0:
                break
    return out


@checked
def mean_log2_geometric(log1p_excess: ArrayLike) -> Floats:
    """e(g) = E[log2 N] in bits, N geometric on 1, 2, ... with mean 1 + g, at y = ln(1 + g) >= 0; the shape of y.

    For small g the sum itself. Otherwise, with success probability p = e^-y and lam = -ln(1 - p), the expansion of the
    polylogarithm at e^-lam: (p/(1-p)) times -(gamma + ln lam)/lam - zeta'(0) + zeta'(-1) lam - zeta'(-2) lam^2/2 + ...
    Absolute error below 1e-11.

    Raises RecError for y < 0. Source: Wood, The computation of polylogarithms (1992), equation 9.3.

    >>> mean_log2_geometric([0.0, 1.0, 50.0]).round(4)
    array([ 0.    ,  1.0807, 71.302 ])
    """
    y = np.asarray(log1p_excess, dtype=np.float64)
    if (y < 0.0).any():
        raise RecError(f"log1p_excess must be zero or more; got {float(y.min()):g}.")
    flat = y.ravel()
    out = np.empty(flat.shape)
    short = flat < _SHORT
    index = np.arange(2.0, 40.0 * math.exp(_SHORT))
    logs = np.log(index)
    for i in np.flatnonzero(short):
        decay = -math.expm1(-flat[i])
        out[i] = math.exp(-flat[i]) * float(decay ** (index - 1.0) @ logs)
    far = flat[~short]
    lam = -np.log1p(-np.exp(-np.minimum(far, 700.0)))
    # p/(1-p) = expm1(lam), and ln lam = -y where y is large
    log_lam = np.where(far < 30.0, np.log(lam), -far)
    ratio = np.expm1(lam) / lam
    series = sum(c * lam**k for k, c in enumerate(_ZETA_SLOPES))
    out[~short] = ratio * (-np.euler_gamma - log_lam + lam * series)
    return (out / LN2).reshape(y.shape)


_SHORT = 3.0
_ZETA_SLOPES = (
    0.918938533204672742, -0.165421143700450929, 0.0152242285289222, 0.000896429396295712, -0.000332675461213,
    -0.00000477160,
)  # fmt: skip  # (-1)^(k+1) zeta'(-k) / k!


@lru_cache(maxsize=8)
def _mean_log2_all(size: int) -> Floats:
    table = mean_log2_geometric(STEP * np.arange(size, dtype=np.float64))
    table.setflags(write=False)
    return table


def mean_log2_table(size: int) -> Floats:
    """E[log2 N] at the first `size` points of the grid of y."""
    return _mean_log2_all(max(2048, 1 << (size - 1).bit_length()))[:size]
