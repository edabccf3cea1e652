"""Channels (the information is known, the target is random) and problems (one target).

A channel draws Y; Y decides the target Q = Q(X|Y) that the sender wants to send a sample of, and P = E_Y[Q(X|Y)] is the
prior both sides share. A problem is one such Q.

Parameters are stored as if P were the standard member of its family; `prior` says where P really lies.
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
from .checks import MAX_DIM, choice, seed_word, shown, vector
from .errors import RecError
from .families import FAMILIES
from .jit import kernel
from .prior import Prior, placement, shown_fields, summed
from .randomness import SOURCE, block, to_uniform

MAX_BITS = 1000.0  # a dimension's information: 2^-bits must stay a positive float

Numbers = float | Sequence[float] | ArrayLike


@dataclass(frozen=True, repr=False)
class Problem:
    """One target Q against P. Made by `gaussian_problem` and the functions like it, or by `Channel.draw`.

    `family` is one of `families.FAMILIES`. `params[d]` are the parameters of Q in dimension d in units in which P is
    standard: (mean, scale) of a Gaussian, (low, high) of a uniform one, ln q at the knots of a piecewise one,
    the masses of P and then of Q of a discrete one.
    `prior_shift` and `prior_scale` (D,) place the prior, as in `Prior`.

    Raises RecError for an unknown family, and for parameters that the family does not take.
    Source: the roles of P and Q are those of He, Flamich & Hernandez-Lobato (2024).

    >>> problem = Problem("gaussian", ((1.0, 0.5), (0.0, 0.25)))
    >>> problem.dim, problem.prior, problem.family_code
    (2, Prior(family='gaussian', dim=2), 0)
    >>> round(problem.kl_bits, 3), round(problem.d_inf_bits, 3), problem.log_ratio_bits([[1.0, 0.0]]).round(3)
    (2.504, 3.962, array([3.721]))
    >>> problem.mean, problem.scale, problem.spread, problem.table.shape
    (array([1., 0.]), array([0.5 , 0.25]), array([0.5 , 0.25]), (2, 3))
    """

    family: str
    params: tuple[tuple[float, ...], ...]
    prior_shift: tuple[float, ...] = ()
    prior_scale: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        choice(self.family, "family", tuple(FAMILIES))
        if not isinstance(self.params, tuple) or not self.params:
            raise RecError(f"params must be a tuple, one for each dimension; got {shown(self.params)}.")
        if len(self.params) > MAX_DIM:
            raise RecError("A problem has at most 2^20 dimensions; these params are more.")
        rows = tuple(vector(row, f"params[{d}]") for d, row in enumerate(self.params))
        object.__setattr__(self, "params", rows)
        families.family(self.family).check(self.params)
        prior = self.prior
        object.__setattr__(self, "prior_shift", prior.shift)
        object.__setattr__(self, "prior_scale", prior.scale)

    __repr__ = shown_fields

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
        """The number of the family in kernels."""
        return FAMILIES[self.family]

    @property
    def table(self) -> Floats:
        """Parameters as kernels take them, one row per dimension, shape (D, columns); see `families`."""
        rows: Floats = families.family(self.family).table(self.params)
        return rows

    @property
    def kl_bits(self) -> float:
        """KL(Q || P) in bits, exact."""
        return math.fsum(families.kl(self.family_code, row) for row in self.table) / LN2

    @cached_property
    def d_inf_bits(self) -> float:
        """D_inf = log2 sup r in bits, exact; inf where Q is wider than P."""
        low, high = families.support(self.family_code)
        return math.fsum(families.log_sup(self.family_code, row, low, high) for row in self.table) / LN2

    def log_ratio_bits(self, x: ArrayLike) -> Any:
        """log2 r(x) = log2 q(x)/p(x); `x` of shape (..., D), result (...) in bits, -inf outside the support of Q.

        Raises RecError for an x of another shape.
        """
        return summed(families.log_ratios, self.family_code, self.table, self.prior.standard(x)) / LN2

    def pdf(self, x: ArrayLike) -> Any:
        """Density q(x); `x` of shape (..., D), result (...). Raises RecError for an x of another shape.

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
        """The scale of Q as its constructor takes it, the width of a box, else the standard deviation; shape (D,)."""
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

    `family` is one of `families.CHANNELS`. `prior_shift` and `prior_scale` (D,) place the prior, as in `Prior`.

    Raises RecError for a family without channels, no dimension, and information below 0 or above 1000 bits.
    Source: the roles of X and Y are those of He, Flamich & Hernandez-Lobato (2024).

    >>> channel = Channel("gaussian", (4.0, 2.0))
    >>> channel.information_bits, channel.dim, channel.scales, channel.family_code
    (6.0, 2, array([0.0625, 0.25  ]), 0)
    >>> channel.draw(seed=1).prior == channel.prior
    True
    """

    family: str
    bits: tuple[float, ...]
    prior_shift: tuple[float, ...] = ()
    prior_scale: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        choice(self.family, "family of channels", families.CHANNELS)
        object.__setattr__(self, "bits", vector(self.bits, "bits"))
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

    __repr__ = shown_fields

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
        """The number of the family in kernels."""
        return FAMILIES[self.family]

    @property
    def information_bits(self) -> float:
        """I[X;Y] in bits, summed over dimensions.

        Of a uniform channel whose boxes are no cells, the mean of KL(Q || P): X does not follow P, and I[X;Y] is less.
        """
        return math.fsum(self.bits)

    @property
    def scales(self) -> Floats:
        """2^(-I_d): the scale of Q in units in which P is standard; shape (D,)."""
        scales: Floats = np.exp2(-np.array(self.bits))
        return scales

    def draw(self, seed: int) -> Problem:
        """The target Q of one Y: a function of the seed. Raises RecError unless the seed is from 0 to 2^64 - 1."""
        table = np.empty((self.dim, 3))
        draw_target(self.family_code, self.scales, seed_word(seed), table)
        params = tuple((float(row[0]), float(row[1])) for row in table)
        return Problem(self.family, params, self.prior_shift, self.prior_scale)


@kernel
def draw_target(family: int, scales: Floats, seed: Word, table: Floats) -> None:
    """Draw Y and write the target's rows into `table` (D, 3); `scales` (D,) as `Channel.scales`."""
    first = second = np.uint64(0)
    for d in range(scales.shape[0]):
        if d % 2 == 0:
            first, second = block(seed, SOURCE, np.uint64(0), np.uint64(d // 2))
        families.draw(family, scales[d], to_uniform(second if d % 2 else first), table[d])


def gaussian_channel(
    information_bits: Sequence[float] | ArrayLike, prior_mean: Numbers = 0.0, prior_scale: Numbers = 1.0
) -> Channel:
    """Gaussian channel: X ~ N(prior_mean, prior_scale^2) and I_d = `information_bits[d]` >= 0 bits in dimension d.

    Where the prior is N(0,1), X given Y is N(m_d, 4^(-I_d)) with m_d ~ N(0, 1 - 4^(-I_d)). Bits have shape (D,), the
    mean and scale of the prior are one number or (D,).

    Raises RecError for other shapes, negative information, and scales that are not positive.
    Source: the additive Gaussian noise channel, scaled so that X ~ P; Cover & Thomas, chapter 9.

    >>> gaussian_channel([2.0, 1.0], prior_mean=5.0).prior.shift
    (5.0, 5.0)
    """
    bits = vector(information_bits, "information_bits")
    return Channel("gaussian", bits, *_prior(len(bits), prior_mean, prior_scale))


def uniform_channel(
    information_bits: Sequence[float] | ArrayLike, prior_low: Numbers = 0.0, prior_high: Numbers = 1.0
) -> Channel:
    """Uniform channel: P uniform on the box from prior_low to prior_high, Q on a box in it, 2^(-I_d) times as wide.

    Q is a cell of an equal grid where 2^(I_d) is whole, so that X ~ P exactly; else a box placed uniformly. Bits have
    shape (D,), the ends of the prior are one number or (D,).

    Raises RecError for other shapes, negative information, and a prior whose low end is not below its high end.
    Source: He, Flamich & Hernandez-Lobato (2024), whose overhead eps is 0 there.

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

    Mean and scale of Q have shape (D,), those of the prior are one number or (D,).

    Raises RecError for other shapes, and scales that are not positive. Source: `families.gaussian`.

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
    """Q with density exp(-|x - mean| / scale) / (2 scale) in every dimension, against P of the same form.

    Mean and scale of Q have shape (D,), those of the prior are one number or (D,).

    Raises RecError for other shapes, and scales that are not positive. Source: `families.laplace`.

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
    """Q with the cdf 1 / (1 + exp(-(x - mean) / scale)) in every dimension, against P of the same form.

    Mean and scale of Q have shape (D,), those of the prior are one number or (D,).

    Raises RecError for other shapes, and scales that are not positive. Source: `families.logistic`.

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
    """Q uniform on the box from low to high, against P uniform on a box around it, from prior_low to prior_high.

    The ends of Q have shape (D,), those of the prior are one number or (D,).

    Raises RecError for other shapes, low >= high, and a Q outside the prior. Source: `families.uniform`.

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
    """Q with log2 q linear between K + 1 evenly spaced knots, against P uniform on [prior_low, prior_high].

    `log2_ratio` has shape (K + 1,), 1 <= K <= 256, up to an additive constant: it is normalized. One dimension. Any P
    with a quantile function is this problem in the variable u = F_P(x).

    Raises RecError for other shapes, and a prior whose low end is not below its high end. Source: `families.piecewise`.

    >>> round(piecewise_problem([0.0, 4.0, 0.0]).kl_bits, 4)
    0.3883
    """
    logs = families.piecewise.normalized(np.array(vector(log2_ratio, "log2_ratio")) * LN2)
    return Problem("piecewise", (tuple(logs.tolist()),), *_box(1, prior_low, prior_high))


def _located(family: str, mean: Any, scale: Any, prior_mean: Numbers, prior_scale: Numbers) -> Problem:
    """The problem of a location-scale family."""
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
    """Shift and scale of a prior, each given as one number or (D,); empty tuples for the standard one."""
    return placement(_each(dim, shift), _each(dim, scale), dim)


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
