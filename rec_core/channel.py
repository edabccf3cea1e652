"""Channels (the information is known, the target is random) and problems (one target).

A channel draws Y; Y decides the target Q = Q(X|Y) that the sender wants to send a sample of, and P = E_Y[Q(X|Y)] is the
coding distribution both sides share. A problem is one such Q.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from . import families
from .arrays import LN2, Floats, Word
from .checks import choice, seed_word, vector
from .errors import RecError
from .families import FAMILIES, GAUSSIAN
from .jit import kernel
from .randomness import SOURCE, uniforms

MAX_PIECES = 256  # of a piecewise density
MAX_BITS = 1000.0  # a dimension's information: 2^-bits must stay a positive float


class Prior(NamedTuple):
    """The prior P, all the receiver needs to know of a problem: its family and dimension D."""

    family: str
    dim: int

    def edges(self, dimension: int, intervals: int) -> Floats:
        """Ends of equal-mass intervals of a dimension in x, shape (intervals + 1,), rising; infinite at the ends of the
        line."""
        code = FAMILIES[self.family]
        return np.array([families.edge(code, number, intervals) for number in range(intervals + 1)])


@dataclass(frozen=True)
class Problem:
    """One target Q against P. Made by `gaussian_problem`, `uniform_problem`, `piecewise_problem` or `Channel.draw`.

    `params[d]` is (mean, scale) of a Gaussian, (low, high) of a uniform dimension, or ln q at the knots of a
    piecewise one.
    """

    family: str
    params: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        choice(self.family, "family", tuple(FAMILIES))
        if not self.params:
            raise RecError("A problem needs at least one dimension.")
        if not all(math.isfinite(value) for pair in self.params for value in pair):
            raise RecError("The parameters of Q must be finite numbers; found NaN or infinity.")
        if self.family == "piecewise":
            return _check_piecewise(self.params)
        for d, (a, b) in enumerate(self.params):
            if self.family == "gaussian" and b <= 0.0:
                raise RecError(f"The scale of Q must be positive in every dimension; dimension {d} has {b:g}.")
            if self.family == "uniform" and not 0.0 <= a < b <= 1.0:
                raise RecError(
                    f"The box of Q must lie inside the support of P with 0 <= low < high <= 1 in every dimension; "
                    f"dimension {d} has [{a:g}, {b:g}]."
                )

    @property
    def dim(self) -> int:
        """Number of dimensions D."""
        return len(self.params)

    @property
    def prior(self) -> Prior:
        """The prior P, which the receiver knows."""
        return Prior(self.family, self.dim)

    @property
    def family_code(self) -> int:
        """The number kernels know the family by."""
        return FAMILIES[self.family]

    @property
    def table(self) -> Floats:
        """Parameters as kernels take them, float64 with a row a dimension; see `families`."""
        if self.family == "piecewise":
            return np.array(self.params)
        rows = np.empty((self.dim, 3))
        rows[:, :2] = self.params
        width = rows[:, 1] - rows[:, 0] if self.family == "uniform" else rows[:, 1]
        rows[:, 2] = -np.log(width)
        return rows

    @property
    def kl_bits(self) -> float:
        """KL(Q || P) in bits, exact."""
        return math.fsum(families.kl(self.family_code, row) for row in self.table) / LN2

    @property
    def d_inf_bits(self) -> float:
        """D_inf = log2 sup r in bits, exact; inf where Q is wider than P."""
        low, high = families.support(self.family_code)
        return sum(families.log_sup(self.family_code, row, low, high) for row in self.table) / LN2

    def log_ratio_bits(self, x: ArrayLike) -> Any:
        """log2 r(x) = log2 q(x)/p(x); `x` of shape (..., D), result (...) in bits, -inf outside Q's support."""
        points = np.asarray(x, dtype=np.float64)
        if points.ndim == 0 or points.shape[-1] != self.dim:
            raise RecError(f"x must have shape (..., {self.dim}), got {points.shape}.")
        table = self.table
        logs = np.zeros(points.shape[:-1])
        for d in range(self.dim):
            logs += _log_ratios(self.family_code, table[d], points[..., d].ravel()).reshape(logs.shape)
        return (logs / LN2)[()]


@kernel
def _log_ratios(family: int, row: Floats, x: Floats) -> Floats:
    out = np.empty(x.shape[0])
    for i in range(x.shape[0]):
        out[i] = families.log_ratio(family, row, x[i])
    return out


@dataclass(frozen=True)
class Channel:
    """A channel with `bits[d]` bits of information in dimension d. Made by `gaussian_channel` or `uniform_channel`."""

    family: str
    bits: tuple[float, ...]

    def __post_init__(self) -> None:
        choice(self.family, "family of channels", ("gaussian", "uniform"))
        if not self.bits:
            raise RecError("A channel needs at least one dimension; pass the bits of each, e.g. (4.0, 2.0).")
        for d, value in enumerate(self.bits):
            if not 0.0 <= value <= MAX_BITS:
                raise RecError(
                    f"Information must be between 0 and {MAX_BITS:g} bits in every dimension; "
                    f"dimension {d} has {value:g}."
                )

    @property
    def dim(self) -> int:
        """Number of dimensions D."""
        return len(self.bits)

    @property
    def prior(self) -> Prior:
        """The prior P, which the receiver knows."""
        return Prior(self.family, self.dim)

    @property
    def family_code(self) -> int:
        """The number kernels know the family by."""
        return FAMILIES[self.family]

    @property
    def information_bits(self) -> float:
        """I[X;Y] in bits, all dimensions together."""
        return math.fsum(self.bits)

    @property
    def scales(self) -> Floats:
        """2^(-I_d): a Gaussian's posterior scale, a uniform's box width; shape (D,)."""
        scales: Floats = np.exp2(-np.array(self.bits))
        return scales

    def draw(self, seed: int) -> Problem:
        """The target Q of one Y: a function of the seed."""
        table = np.empty((self.dim, 3))
        draw_target(self.family_code, self.scales, seed_word(seed), table)
        return Problem(self.family, tuple((float(row[0]), float(row[1])) for row in table))


@kernel
def draw_target(family: int, scales: Floats, seed: Word, table: Floats) -> None:
    """Draw Y and write the target's parameters into `table` (D, 3); `scales` (D,) as `Channel.scales`.

    Gaussian: scale 2^-I, mean ~ N(0, 1 - scale^2), so that P = N(0,1) exactly. Uniform: a cell of the equal grid
    where 2^I is whole, so that P is uniform exactly; elsewhere a box of that width placed uniformly.
    """
    dim = scales.shape[0]
    v = np.empty(dim)
    uniforms(seed, SOURCE, np.uint64(0), v)
    for d in range(dim):
        scale = scales[d]
        if family == GAUSSIAN:
            spread = math.sqrt((1.0 - scale) * (1.0 + scale))
            table[d, 0] = spread * families.quantile(family, int(np.int64(0)), int(np.int64(1)), v[d])
            table[d, 1] = scale
            table[d, 2] = -math.log(scale)
        else:
            cells = 1.0 / scale
            if abs(cells - round(cells)) <= 1e-9 * cells and cells < 2.0**50:
                cell = math.floor(v[d] * round(cells))
                table[d, 0] = cell / round(cells)
                table[d, 1] = (cell + 1.0) / round(cells)
            else:
                table[d, 0] = v[d] * (1.0 - scale)
                table[d, 1] = min(1.0, table[d, 0] + scale)
            table[d, 2] = -math.log(table[d, 1] - table[d, 0])


def box_places(scale: float, most: int) -> tuple[Floats, float]:
    """Lower ends of one dimension's boxes, at most `most`, evenly among those `draw_target` draws; and their width."""
    cells = round(1.0 / scale)
    if abs(cells * scale - 1.0) <= 1e-9 and cells < 2**50:
        count = min(cells, most)
        return np.floor((np.arange(count) + 0.5) * (cells / count)) / cells, 1.0 / cells
    return (np.arange(most) + 0.5) / most * (1.0 - scale), scale


def gaussian_channel(information_bits: Sequence[float] | ArrayLike) -> Channel:
    """Gaussian channel: X ~ N(0,1) and I_d = `information_bits[d]` >= 0 bits in dimension d; shape (D,).

    Given Y, X is N(m_d, 4^(-I_d)) with m_d ~ N(0, 1 - 4^(-I_d)).
    """
    return Channel("gaussian", vector(information_bits, "information_bits"))


def uniform_channel(information_bits: Sequence[float] | ArrayLike) -> Channel:
    """Uniform channel: P = U[0,1]^D, Q uniform on a box of width 2^(-I_d) in dimension d; shape (D,)."""
    return Channel("uniform", vector(information_bits, "information_bits"))


def gaussian_problem(mean: Sequence[float] | ArrayLike, scale: Sequence[float] | ArrayLike) -> Problem:
    """Q = N(mean, diag(scale^2)) against P = N(0, I); both of shape (D,), scale > 0."""
    return _problem("gaussian", vector(mean, "mean"), vector(scale, "scale"), ("mean", "scale"))


def uniform_problem(low: Sequence[float] | ArrayLike, high: Sequence[float] | ArrayLike) -> Problem:
    """Q = U(box from low to high) against P = U[0,1]^D; both of shape (D,), 0 <= low < high <= 1."""
    return _problem("uniform", vector(low, "low"), vector(high, "high"), ("low", "high"))


def piecewise_problem(log2_ratio: Sequence[float] | ArrayLike) -> Problem:
    """Q on [0, 1] against P = U[0,1], with log2 q linear between K + 1 evenly spaced knots 0, 1/K, ..., 1.

    `log2_ratio` of shape (K + 1,), 1 <= K <= 256, up to an additive constant: it is normalised. One dimension. Any P
    with a quantile function is this problem in the variable u = F_P(x).
    """
    logs = np.array(vector(log2_ratio, "log2_ratio")) * LN2
    if not 2 <= logs.size <= MAX_PIECES + 1:
        raise RecError(f"Give log2 q at 2 to {MAX_PIECES + 1} knots; got {logs.size}.")
    logs -= logs.max()
    logs -= families.log_mass(families.PIECEWISE, logs, 0.0, 1.0)
    return Problem("piecewise", (tuple(logs.tolist()),))


def _check_piecewise(params: tuple[tuple[float, ...], ...]) -> None:
    if len(params) != 1:
        raise RecError(f"A piecewise problem has one dimension; got {len(params)}.")
    row = np.array(params[0])
    if not 2 <= row.size <= MAX_PIECES + 1 or abs(families.log_mass(families.PIECEWISE, row, 0.0, 1.0)) > 1e-9:
        raise RecError("Make piecewise problems with rec.piecewise_problem, which normalises them.")


def _problem(family: str, first: tuple[float, ...], second: tuple[float, ...], names: tuple[str, str]) -> Problem:
    if len(first) != len(second):
        raise RecError(
            f"{names[0]} and {names[1]} must have the same length, one number for each dimension; "
            f"got {len(first)} and {len(second)}."
        )
    return Problem(family, tuple(zip(first, second, strict=True)))


def check_problem(problem: Any) -> None:
    """Raises RecError for anything that is not a problem."""
    if not isinstance(problem, Problem):
        raise RecError(
            "Give a problem, made by channel.draw(seed), rec.gaussian_problem, uniform_problem or piecewise_problem; "
            f"got {type(problem).__name__}."
        )
