"""What location-scale families share: Q is P shifted and scaled. Columns of a row: mean, scale, -ln scale."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from ..arrays import LN2, Floats
from ..errors import RecError
from ..jit import kernel

Params = tuple[tuple[float, ...], ...]

PARAMS = ("mean", "scale")
STANDARD = (0.0, 1.0)
SUPPORT = (-math.inf, math.inf)


def check(params: Params) -> None:
    """Raises RecError for anything but (mean, scale) with scale > 0 in every dimension."""
    for d, row in enumerate(params):
        if len(row) != 2:
            raise RecError(f"A dimension of Q is (mean, scale); dimension {d} has {len(row)} numbers.")
        if wrong := fault(row):
            raise RecError(f"In dimension {d} of Q {wrong[1]}.")


def fault(row: Sequence[float]) -> tuple[int, str] | None:
    """The first invalid parameter of a dimension, by its place in PARAMS, and why; None if all are valid."""
    return None if row[1] > 0.0 else (1, f"the scale must be positive; it is {row[1]:g}")


def narrow(bits: float) -> tuple[float, ...]:
    """Parameters of a dimension in which sup r = 2^bits."""
    return 0.0, 2.0**-bits


def table(params: Params) -> Floats:
    """Rows as kernels take them, (D, 3)."""
    rows = np.empty((len(params), 3))
    rows[:, :2] = params
    rows[:, 2] = -np.log(rows[:, 1])
    return rows


def width_bits(table: Floats) -> float:
    """-log2 of the smallest scale."""
    return float(table[:, 2].max()) / LN2


@kernel
def limit(row: Floats, end: float) -> float:
    """ln r at an infinite end, where both densities fall exponentially."""
    if row[1] < 1.0:
        return -np.inf
    if row[1] > 1.0:
        return np.inf
    return float(row[0] if end > 0.0 else -row[0])


@kernel
def place(row: Floats) -> tuple[float, float]:
    """Where the noise of Q is centered, and its scale."""
    return row[0], row[1]


def layer_nodes(density: Callable[[Floats], Floats], last: float) -> tuple[Floats, Floats]:
    """Nodes w of a quadrature over the half width of a layer, whose density is -2 w f'(w) up to `last`, and weights."""
    nodes, weights = np.polynomial.legendre.leggauss(12)
    ends = last * np.linspace(0.0, 1.0, 13) ** 2
    half = 0.5 * np.diff(ends)[:, None]
    w = (ends[:-1, None] + half * (1.0 + nodes)).ravel()
    shares = (half * weights).ravel() * density(w)
    return w, shares / shares.sum()


def moments_of(row: Floats, standard_deviation: float) -> tuple[float, float, float]:
    """Mean, scale and standard deviation of Q, from the standard deviation of P."""
    return float(row[0]), float(row[1]), float(row[1]) * standard_deviation


def scaled_quantile(quantile: Callable[[int, int, float], float], row: Floats, u: Floats) -> Floats:
    """Quantiles of Q at u in (0, 1), from those of P."""
    return np.asarray(row[0] + row[1] * np.array([quantile(0, 1, v) for v in u.tolist()]))


def between(row: Floats, way: float) -> Floats:
    """A row with the mean of Q and a scale between P's and Q's: scale^way."""
    return np.asarray(table(((float(row[0]), float(row[1]) ** way),))[0])
