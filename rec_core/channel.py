"""Channels (the information is known, the target is random), problems (one target) and priors (what all know).

A channel draws Y; Y decides the target Q = Q(X|Y) that the sender wants to send a sample of, and P = E_Y[Q(X|Y)] is the
prior both sides share. A problem is one such Q.

All is kept as if P were the standard member of its family. A prior that is not has its `shift` and `scale` beside it,
and x = shift + scale z takes a standard point z to the user's units: `Prior.place`, for sender and receiver alike.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from . import families
from .arrays import LN2, Floats, Word
from .checks import choice, seed_word, vector, whole_number
from .errors import RecError
from .families import FAMILIES
from .jit import kernel
from .randomness import SOURCE, uniforms

MAX_BITS = 1000.0  # a dimension's information: 2^-bits must stay a positive float

Numbers = float | Sequence[float] | ArrayLike


def _shown(value: Any) -> str:
    """The `repr` of a value without the fields that are empty: a standard prior goes without saying."""
    fields = ((name, getattr(value, name)) for name in value.__dataclass_fields__)
    return f"{type(value).__name__}({', '.join(f'{name}={own!r}' for name, own in fields if own != ())})"


@dataclass(frozen=True, repr=False)
class Prior:
    """The prior P, all the receiver needs to know of a problem: its family, dimension D, and where it lies.

    `shift` and `scale` (D,) say x = shift + scale z, z standard: of a family of a location and a scale the prior's mean
    and scale, of a box its low end and its width. Both are empty where P is the standard member. Raises RecError for
    an unknown family, no dimension, and a shift and scale that are not D finite numbers, scales positive.

    >>> Prior("gaussian", 2).quantile([0.5, 0.975]).round(3)
    array([0.  , 1.96])
    """

    family: str
    dim: int
    shift: tuple[float, ...] = ()
    scale: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        choice(self.family, "family", tuple(FAMILIES))
        whole_number(self.dim, "dim")
        if self.shift or self.scale:
            shift, scale = _placement(self.shift, self.scale, self.dim)
            object.__setattr__(self, "shift", shift)
            object.__setattr__(self, "scale", scale)

    __repr__ = _shown

    @property
    def family_code(self) -> int:
        """The number kernels know the family by."""
        return FAMILIES[self.family]

    def place(self, z: Floats) -> Floats:
        """Standard points (..., D) in the user's units. The one map of sender and receiver: equal to the last bit."""
        return z * np.array(self.scale) + np.array(self.shift) if self.shift else z

    def standard(self, x: ArrayLike) -> Floats:
        """Points (..., D) of the user's units as standard ones. Raises RecError for another shape."""
        points = np.asarray(x, dtype=np.float64)
        if points.ndim == 0 or points.shape[-1] != self.dim:
            raise RecError(f"x must have shape (..., {self.dim}), got {points.shape}.")
        return (points - np.array(self.shift)) / np.array(self.scale) if self.shift else points

    def log_pdf(self, x: ArrayLike) -> Any:
        """ln p(x), nats; `x` of shape (..., D), result (...)."""
        return _summed(families.log_pdfs, self.family_code, None, self.standard(x)) - math.fsum(
            map(math.log, self.scale)
        )

    def pdf(self, x: ArrayLike) -> Any:
        """Density p(x); `x` of shape (..., D), result (...). Raises RecError for another shape.

        >>> float(gaussian_problem([0.0], [0.5]).prior.pdf([0.0]).round(4))
        0.3989
        """
        return np.exp(self.log_pdf(x))

    def quantile(self, u: ArrayLike) -> Floats:
        """The point whose dimensions have the quantiles `u` (..., D) in [0, 1], the shape of u.

        Raises RecError for another shape, and numbers outside [0, 1].
        """
        points = np.asarray(u, dtype=np.float64)
        if points.ndim == 0 or points.shape[-1] != self.dim or not ((points >= 0.0) & (points <= 1.0)).all():
            raise RecError(f"u must have shape (..., {self.dim}) and lie in [0, 1].")
        return self.place(_quantiles(self.family_code, points.ravel()).reshape(points.shape))

    def cdf(self, x: ArrayLike) -> Floats:
        """The quantiles u = F_P(x) of every dimension; `x` and result (..., D). Raises RecError for another shape."""
        points = self.standard(x)
        row = families.family(self.family).table((families.family(self.family).STANDARD,))[0]
        return families.cdfs(self.family_code, row, points.ravel()).reshape(points.shape)

    def edges(self, dimension: int, intervals: int) -> Floats:
        """Ends of equal-mass intervals of a dimension in x, shape (intervals + 1,), rising; infinite at the ends of the
        line."""
        ends = np.array([families.edge(self.family_code, number, intervals) for number in range(intervals + 1)])
        return ends * self.scale[dimension] + self.shift[dimension] if self.shift else ends


def _placement(shift: tuple[float, ...], scale: tuple[float, ...], dim: int) -> tuple[tuple[float, ...], ...]:
    """Shift and scale of a prior of so many dimensions, empty where it is standard. Raises RecError for others."""
    if not len(shift) == len(scale) == dim:
        raise RecError(f"Give the prior one number or {dim}, one for each dimension.")
    if not all(math.isfinite(value) for value in shift) or not all(0.0 < value < math.inf for value in scale):
        raise RecError("The prior must have finite numbers, and its scale must be positive in every dimension.")
    plain = all(value == 0.0 for value in shift) and all(value == 1.0 for value in scale)
    return ((), ()) if plain else (shift, scale)


def _summed(kernel: Any, family: int, table: Floats | None, points: Floats) -> Floats:
    """The sum over dimensions of what a kernel gives at points (..., D)."""
    total = np.zeros(points.shape[:-1])
    for d in range(points.shape[-1]):
        own = () if table is None else (table[d],)
        total += kernel(family, *own, points[..., d].ravel()).reshape(total.shape)
    return total[()]


@kernel
def _quantiles(family: int, u: Floats) -> Floats:
    out = np.empty(u.shape[0])
    for i in range(u.shape[0]):
        if u[i] == 0.0 or u[i] == 1.0:
            out[i] = families.support(family)[int(u[i])]
        else:
            out[i] = families.quantile(family, int(np.int64(0)), int(np.int64(1)), u[i])
    return out


@dataclass(frozen=True, repr=False)
class Problem:
    """One target Q against P. Made by `gaussian_problem` and the others below, or by `Channel.draw`.

    `params[d]` says what Q is in dimension d where P is standard, as `families` has it: (mean, scale) of a Gaussian,
    (low, high) of a uniform one, ln q at the knots of a piecewise one. `prior_shift` and `prior_scale` place the prior,
    as in `Prior`. Raises RecError for an unknown family and parameters it does not have.

    >>> Problem("gaussian", ((1.0, 0.5), (0.0, 1.0))).dim
    2
    """

    family: str
    params: tuple[tuple[float, ...], ...]
    prior_shift: tuple[float, ...] = ()
    prior_scale: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        choice(self.family, "family", tuple(FAMILIES))
        if not self.params:
            raise RecError("A problem needs at least one dimension.")
        if not all(math.isfinite(value) for row in self.params for value in row):
            raise RecError("The parameters of Q must be finite numbers; found NaN or infinity.")
        families.family(self.family).check(self.params)
        prior = self.prior
        object.__setattr__(self, "prior_shift", prior.shift)
        object.__setattr__(self, "prior_scale", prior.scale)

    __repr__ = _shown

    @property
    def dim(self) -> int:
        """Number of dimensions D."""
        return len(self.params)

    @cached_property
    def prior(self) -> Prior:
        """The prior P, which the receiver knows."""
        return Prior(self.family, self.dim, self.prior_shift, self.prior_scale)

    @property
    def family_code(self) -> int:
        """The number kernels know the family by."""
        return FAMILIES[self.family]

    @property
    def table(self) -> Floats:
        """Parameters as kernels take them, float64 with a row a dimension; see `families`."""
        rows: Floats = families.family(self.family).table(self.params)
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
        """log2 r(x) = log2 q(x)/p(x); `x` of shape (..., D), result (...) in bits, -inf outside Q's support.

        Raises RecError for another shape.
        """
        return _summed(families.log_ratios, self.family_code, self.table, self.prior.standard(x)) / LN2

    def pdf(self, x: ArrayLike) -> Any:
        """Density q(x); `x` of shape (..., D), result (...). Raises RecError for another shape.

        >>> float(gaussian_problem([1.0], [0.5]).pdf([1.0]).round(4))
        0.7979
        """
        return np.exp(self.prior.log_pdf(x) + self.log_ratio_bits(x) * LN2)

    @property
    def mean(self) -> Floats:
        """The mean of Q, shape (D,)."""
        return self.prior.place(self._moments[:, 0])

    @property
    def scale(self) -> Floats:
        """The scale of Q as its constructor takes it, of a box its width, else the standard deviation; shape (D,)."""
        return np.asarray(self._moments[:, 1] * np.array(self.prior_scale or 1.0))

    @property
    def spread(self) -> Floats:
        """The standard deviation of Q, shape (D,)."""
        return np.asarray(self._moments[:, 2] * np.array(self.prior_scale or 1.0))

    @property
    def _moments(self) -> Floats:
        return np.array([families.family(self.family).moments(row) for row in self.table])


@dataclass(frozen=True, repr=False)
class Channel:
    """A channel with `bits[d]` bits of information in dimension d. Made by `gaussian_channel` or `uniform_channel`.

    `prior_shift` and `prior_scale` place the prior, as in `Prior`. Raises RecError for a family without channels, no
    dimension and information below 0 or above MAX_BITS.

    >>> Channel("gaussian", (4.0, 2.0)).information_bits
    6.0
    """

    family: str
    bits: tuple[float, ...]
    prior_shift: tuple[float, ...] = ()
    prior_scale: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        choice(self.family, "family of channels", families.CHANNELS)
        if not self.bits:
            raise RecError("A channel needs at least one dimension; pass the bits of each, e.g. (4.0, 2.0).")
        for d, value in enumerate(self.bits):
            if not 0.0 <= value <= MAX_BITS:
                raise RecError(
                    f"Information must be between 0 and {MAX_BITS:g} bits in every dimension; "
                    f"dimension {d} has {value:g}."
                )
        prior = self.prior
        object.__setattr__(self, "prior_shift", prior.shift)
        object.__setattr__(self, "prior_scale", prior.scale)

    __repr__ = _shown

    @property
    def dim(self) -> int:
        """Number of dimensions D."""
        return len(self.bits)

    @cached_property
    def prior(self) -> Prior:
        """The prior P, which the receiver knows."""
        return Prior(self.family, self.dim, self.prior_shift, self.prior_scale)

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
        """2^(-I_d): how wide Q is where P is standard; shape (D,)."""
        scales: Floats = np.exp2(-np.array(self.bits))
        return scales

    def draw(self, seed: int) -> Problem:
        """The target Q of one Y: a function of the seed. Raises RecError for a seed that cannot be."""
        table = np.empty((self.dim, 3))
        draw_target(self.family_code, self.scales, seed_word(seed), table)
        params = tuple((float(row[0]), float(row[1])) for row in table)
        return Problem(self.family, params, self.prior_shift, self.prior_scale)


@kernel
def draw_target(family: int, scales: Floats, seed: Word, table: Floats) -> None:
    """Draw Y and write the target's rows into `table` (D, 3); `scales` (D,) as `Channel.scales`."""
    v = np.empty(scales.shape[0])
    uniforms(seed, SOURCE, np.uint64(0), v)
    for d in range(scales.shape[0]):
        families.draw(family, scales[d], v[d], table[d])


def gaussian_channel(
    information_bits: Sequence[float] | ArrayLike, prior_mean: Numbers = 0.0, prior_scale: Numbers = 1.0
) -> Channel:
    """Gaussian channel: X ~ N(prior_mean, prior_scale^2) and I_d = `information_bits[d]` >= 0 bits in dimension d.

    Where the prior is N(0,1), X given Y is N(m_d, 4^(-I_d)) with m_d ~ N(0, 1 - 4^(-I_d)). Bits of shape (D,), the
    prior one number or (D,). Raises RecError for what is not so.

    >>> gaussian_channel([2.0, 1.0], prior_mean=5.0).prior.shift
    (5.0, 5.0)
    """
    bits = vector(information_bits, "information_bits")
    return Channel("gaussian", bits, *_prior(len(bits), prior_mean, prior_scale))


def uniform_channel(
    information_bits: Sequence[float] | ArrayLike, prior_low: Numbers = 0.0, prior_high: Numbers = 1.0
) -> Channel:
    """Uniform channel: P uniform on the box from prior_low to prior_high, Q on a box 2^(-I_d) as wide in dimension d.

    Bits of shape (D,), the prior one number or (D,). Raises RecError for what is not so.

    >>> uniform_channel([3.0]).draw(seed=1).params
    ((0.125, 0.25),)
    """
    bits = vector(information_bits, "information_bits")
    return Channel("uniform", bits, *_box(len(bits), prior_low, prior_high))


def gaussian_problem(
    mean: Sequence[float] | ArrayLike,
    scale: Sequence[float] | ArrayLike,
    prior_mean: Numbers = 0.0,
    prior_scale: Numbers = 1.0,
) -> Problem:
    """Q = N(mean, diag(scale^2)) against P = N(prior_mean, diag(prior_scale^2)).

    Q's of shape (D,), scale > 0, the prior's one number or (D,). Raises RecError for what is not so.

    >>> gaussian_problem([3.0], [0.5], prior_mean=1.0, prior_scale=2.0)
    Problem(family='gaussian', params=((1.0, 0.25),), prior_shift=(1.0,), prior_scale=(2.0,))
    """
    return _located("gaussian", mean, scale, prior_mean, prior_scale)


def laplace_problem(
    mean: Sequence[float] | ArrayLike,
    scale: Sequence[float] | ArrayLike,
    prior_mean: Numbers = 0.0,
    prior_scale: Numbers = 1.0,
) -> Problem:
    """Q of density exp(-|x - mean| / scale) / (2 scale) in every dimension against P, the same of the prior.

    Q's of shape (D,), scale > 0, the prior's one number or (D,). Raises RecError for what is not so.

    >>> round(laplace_problem([1.0], [0.25]).kl_bits, 4)
    2.0066
    """
    return _located("laplace", mean, scale, prior_mean, prior_scale)


def logistic_problem(
    mean: Sequence[float] | ArrayLike,
    scale: Sequence[float] | ArrayLike,
    prior_mean: Numbers = 0.0,
    prior_scale: Numbers = 1.0,
) -> Problem:
    """Q with the cdf 1 / (1 + exp(-(x - mean) / scale)) in every dimension against P, the same of the prior.

    Q's of shape (D,), scale > 0, the prior's one number or (D,). Raises RecError for what is not so.

    >>> round(logistic_problem([1.0], [0.25]).kl_bits, 4)
    1.5187
    """
    return _located("logistic", mean, scale, prior_mean, prior_scale)


def uniform_problem(
    low: Sequence[float] | ArrayLike,
    high: Sequence[float] | ArrayLike,
    prior_low: Numbers = 0.0,
    prior_high: Numbers = 1.0,
) -> Problem:
    """Q uniform on the box from low to high against P uniform on the box from prior_low to prior_high, which holds it.

    Q's of shape (D,), low < high, the prior's one number or (D,). Raises RecError for what is not so.

    >>> round(uniform_problem([0.25, 0.0], [0.5, 1.0]).kl_bits, 4)
    2.0
    """
    ends = _pairs(low, high, ("low", "high"))
    shift, scale = _box(len(ends), prior_low, prior_high)
    if shift:
        ends = [tuple((value - a) / b for value in pair) for pair, a, b in zip(ends, shift, scale, strict=True)]
    return Problem("uniform", tuple(ends), shift, scale)


def piecewise_problem(
    log2_ratio: Sequence[float] | ArrayLike, prior_low: float = 0.0, prior_high: float = 1.0
) -> Problem:
    """Q against P uniform on [prior_low, prior_high], log2 q linear between K + 1 knots spread evenly over it.

    `log2_ratio` of shape (K + 1,), 1 <= K <= 256, up to an additive constant: it is normalised. One dimension. Any P
    with a quantile function is this problem in the variable u = F_P(x). Raises RecError for what is not so.

    >>> round(piecewise_problem([0.0, 4.0, 0.0]).kl_bits, 4)
    0.3883
    """
    logs = families.piecewise.normalised(np.array(vector(log2_ratio, "log2_ratio")) * LN2)
    return Problem("piecewise", (tuple(logs.tolist()),), *_box(1, prior_low, prior_high))


def _located(family: str, mean: Any, scale: Any, prior_mean: Numbers, prior_scale: Numbers) -> Problem:
    """The problem of a family of a location and a scale."""
    rows = _pairs(mean, scale, ("mean", "scale"))
    a, b = _prior(len(rows), prior_mean, prior_scale)
    if a:
        rows = [((m - shift) / unit, s / unit) for (m, s), shift, unit in zip(rows, a, b, strict=True)]
    return Problem(family, tuple(rows), a, b)


def _pairs(first: Any, second: Any, names: tuple[str, str]) -> list[tuple[float, ...]]:
    """Two vectors of one length, dimension by dimension."""
    one, other = vector(first, names[0]), vector(second, names[1])
    if len(one) != len(other):
        raise RecError(
            f"{names[0]} and {names[1]} must have the same length, one number for each dimension; "
            f"got {len(one)} and {len(other)}."
        )
    return list(zip(one, other, strict=True))


def _prior(dim: int, shift: Numbers, scale: Numbers) -> tuple[tuple[float, ...], ...]:
    """Shift and scale of a prior, each given as one number or (D,); empty where it is standard."""
    return _placement(_each(dim, shift), _each(dim, scale), dim)


def _each(dim: int, value: Numbers) -> tuple[float, ...]:
    """One number for each dimension, from one for all or (D,)."""
    return vector([value] * dim if isinstance(value, int | float | np.number) else value, "the prior")


def _box(dim: int, low: Numbers, high: Numbers) -> tuple[tuple[float, ...], ...]:
    """Shift and scale of a box."""
    lows, highs = _each(dim, low), _each(dim, high)
    return _prior(dim, lows, tuple(b - a for a, b in zip(lows, highs, strict=False)))


def check_problem(problem: Any) -> None:
    """Raises RecError for anything that is not a problem."""
    if not isinstance(problem, Problem):
        raise RecError(
            "Give a problem, made by channel.draw(seed), rec.gaussian_problem, uniform_problem or piecewise_problem; "
            f"got {type(problem).__name__}."
        )
