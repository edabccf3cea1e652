"""The prior P: all that the receiver has to know about a problem.

Candidates are made as if P were the standard member of its family. Another prior has a `shift` and a `scale`, and
x = shift + scale z takes a standard point z to the user's units: `Prior.place`, for sender and receiver alike.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from . import families
from .arrays import Floats
from .checks import MAX_DIM, choice, real_array, vector, whole_number
from .errors import RecError
from .families import FAMILIES
from .jit import kernel

MAX_EDGES = 2**22
"""The most intervals whose ends are listed, in all dimensions together."""


def shown_fields(value: Any) -> str:
    """The `repr` of a value without its empty fields, such as those of a standard prior."""
    fields = ((name, getattr(value, name)) for name in value.__dataclass_fields__)
    return f"{type(value).__name__}({', '.join(f'{name}={own!r}' for name, own in fields if own != ())})"


@dataclass(frozen=True, repr=False)
class Prior:
    """The prior P, all that the receiver has to know about a problem: `family`, dimension `dim` = D, and place.

    `shift` and `scale` (D,) say that x = shift + scale z with z standard: they are the mean and scale of a
    location-scale family, the low end and width of a box, and empty where P is the standard member of its family.

    Raises RecError for an unknown family, no dimension, and anything but D finite shifts and D positive scales.
    Source: P is the coding distribution of He, Flamich & Hernandez-Lobato (2024).

    >>> prior = Prior("gaussian", 2, shift=(1.0, 0.0), scale=(2.0, 1.0))
    >>> prior.quantile([0.5, 0.975]).round(3), prior.cdf([1.0, 1.96]).round(3), prior.log_pdf([1.0, 0.0]).round(3)
    (array([1.  , 1.96]), array([0.5  , 0.975]), np.float64(-2.531))
    >>> prior.standard([3.0, 0.0]), prior.place(np.array([1.0, 0.0])), prior.edges(0, 2), prior.family_code
    (array([1., 0.]), array([3., 0.]), array([-inf,   1.,  inf]), 0)
    """

    family: str
    dim: int
    shift: tuple[float, ...] = ()
    scale: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        choice(self.family, "family", tuple(FAMILIES))
        object.__setattr__(self, "dim", whole_number(self.dim, "dim", 1, MAX_DIM + 1))
        shift, scale = vector(self.shift, "shift"), vector(self.scale, "scale")
        if shift or scale:
            shift, scale = placement(shift, scale, self.dim)
            object.__setattr__(self, "shift", shift)
            object.__setattr__(self, "scale", scale)

    __repr__ = shown_fields

    @property
    def family_code(self) -> int:
        """The number of the family in kernels."""
        return FAMILIES[self.family]

    def place(self, z: Floats) -> Floats:
        """Standard points (..., D) in the user's units; both sides use this map, so they agree to the last bit.

        Raises nothing.
        """
        return z * np.array(self.scale) + np.array(self.shift) if self.shift else z

    def standard(self, x: ArrayLike) -> Floats:
        """Points (..., D) in the user's units as standard ones. Raises RecError for an x of another shape."""
        points = real_array(x, "x")
        if points.ndim == 0 or points.shape[-1] != self.dim:
            raise RecError(f"x must have shape (..., {self.dim}), got {points.shape}.")
        return (points - np.array(self.shift)) / np.array(self.scale) if self.shift else points

    def log_pdf(self, x: ArrayLike) -> Any:
        """ln p(x) in nats; `x` of shape (..., D), result (...). Raises RecError for an x of another shape."""
        return summed(families.log_pdfs, self.family_code, None, self.standard(x)) - math.fsum(
            map(math.log, self.scale)
        )

    def pdf(self, x: ArrayLike) -> Any:
        """Density p(x); `x` of shape (..., D), result (...). Raises RecError for an x of another shape.

        >>> float(Prior("gaussian", 1).pdf([0.0]).round(4))
        0.3989
        """
        return np.exp(self.log_pdf(x))

    def quantile(self, u: ArrayLike) -> Floats:
        """The points x with F_P(x) = u in every dimension, shape (..., D) as `u`.

        Raises RecError for a u of another shape, and for numbers outside [0, 1].
        """
        points = real_array(u, "u")
        if points.ndim == 0 or points.shape[-1] != self.dim or not ((points >= 0.0) & (points <= 1.0)).all():
            raise RecError(f"u must have shape (..., {self.dim}) and lie in [0, 1].")
        return self.place(_quantiles(self.family_code, points.ravel()).reshape(points.shape))

    def cdf(self, x: ArrayLike) -> Floats:
        """u = F_P(x) in every dimension; `x` and result (..., D). Raises RecError for an x of another shape."""
        points = self.standard(x)
        row = families.family(self.family).table((families.family(self.family).STANDARD,))[0]
        return families.cdfs(self.family_code, row, points.ravel()).reshape(points.shape)

    def edges(self, dimension: int, intervals: int) -> Floats:
        """Ends of a dimension's equal-mass intervals in x, shape (intervals + 1,), increasing.

        Raises RecError unless 0 <= dimension < D and 1 <= intervals <= 2^22.
        """
        d, count = (
            whole_number(dimension, "dimension", 0, self.dim),
            whole_number(intervals, "intervals", 1, MAX_EDGES + 1),
        )
        ends = _edges(self.family_code, count)
        return ends * self.scale[d] + self.shift[d] if self.shift else ends


def placement(shift: tuple[float, ...], scale: tuple[float, ...], dim: int) -> tuple[tuple[float, ...], ...]:
    """Shift and scale of a prior, checked; empty tuples for the standard one. Raises RecError for other shapes."""
    if not len(shift) == len(scale) == dim:
        raise RecError(f"Give the prior one number or {dim}, one for each dimension.")
    if not all(math.isfinite(value) for value in shift) or not all(0.0 < value < math.inf for value in scale):
        raise RecError("The prior must have finite numbers, and its scale must be positive in every dimension.")
    plain = all(value == 0.0 for value in shift) and all(value == 1.0 for value in scale)
    return ((), ()) if plain else (shift, scale)


_FAR = 1e100  # P and Q have no mass beyond, and the square is a number still


def summed(kernel: Any, family: int, table: Floats | None, points: Floats) -> Floats:
    """The sum over dimensions of a kernel's values at points (..., D)."""
    points = np.clip(points, -_FAR, _FAR)
    total = np.zeros(points.shape[:-1])
    for d in range(points.shape[-1]):
        own = () if table is None else (table[d],)
        total += kernel(family, *own, points[..., d].ravel()).reshape(total.shape)
    return total[()]


@kernel
def _edges(family: int, intervals: int) -> Floats:
    out = np.empty(intervals + 1)
    for number in range(intervals + 1):
        out[number] = families.edge(family, number, intervals)
    return out


@kernel
def _quantiles(family: int, u: Floats) -> Floats:
    out = np.empty(u.shape[0])
    for i in range(u.shape[0]):
        if u[i] == 0.0 or u[i] == 1.0:
            out[i] = families.support(family)[int(u[i])]
        else:
            out[i] = families.quantile(family, int(np.int64(0)), int(np.int64(1)), u[i])
    return out
