"""Laws of sums of independent variables: each law on a circular grid, then products of their Fourier transforms."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats
from ..jit import kernel


@kernel
def deposit(share: float, t: float, at: int, out: Floats) -> None:
    """Add a share at t grid steps past point `at` of a circular grid (G,): to four points, exact for cubics."""
    size = out.shape[0]
    a, b, c = t - 1.0, t - 2.0, t - 3.0
    out[at] -= share * a * b * c / 6.0
    out[(at + 1) % size] += share * t * b * c / 2.0
    out[(at + 2) % size] -= share * t * a * c / 2.0
    out[(at + 3) % size] += share * t * a * b / 6.0


@kernel
def _scatter(values: Floats, shares: Floats, centers: Floats, steps: Floats, out: Floats) -> None:
    """Put laws on grids (S, G), one per row, point k at center + k step."""
    size = out.shape[1]
    for i in range(values.shape[0]):
        for k in range(values.shape[1]):
            place = (values[i, k] - centers[i]) / steps[i]
            base = math.floor(place) - 1.0
            deposit(shares[i, k], place - base, int(base % size), out[i])


def transformed(values: Floats, shares: Floats, centers: Floats, steps: Floats, size: int) -> NDArray[np.complex128]:
    """Fourier transforms, (S, size // 2 + 1), of S laws on grids: `values`, `shares` (S, M), `centers` (S,)."""
    from scipy.fft import rfft

    grids = np.zeros((centers.size, size))
    _scatter(values, shares, centers, steps, grids)
    return np.asarray(rfft(grids, axis=1), dtype=np.complex128)


def untransformed(spectrum: NDArray[np.complex128], size: int) -> Floats:
    """The laws on grids, (S, size), with these transforms."""
    from scipy.fft import irfft

    return np.asarray(irfft(spectrum, size, axis=1), dtype=np.float64)


def convolved(parts: Iterable[tuple[Floats, Floats, Floats]], steps: Floats, size: int) -> Floats:
    """Laws of S sums on grids (S, size), point k at the sum of centers + k step; some weights are slightly negative.

    `parts`: the values and shares (S, M) of each summand, and its centers (S,).
    """
    spectrum = np.ones((steps.size, size // 2 + 1), dtype=np.complex128)
    for values, shares, centers in parts:
        spectrum *= transformed(values, shares, centers, steps, size)
    return untransformed(spectrum, size)
