"""Finite alphabets: the smallest world in which every law can be seen whole.

A problem of letters lives in u, uniform in [0, 1) under P: letter k is an interval as wide as its prior mass, so that
candidates are those of any other problem, and both sides read a sample as its letter by `letters`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .arrays import Floats, Ints
from .channel import Problem
from .checks import real_array, real_number, seed_word, shown, vector
from .errors import RecError
from .families.discrete import LEAST, MAX_LETTERS, letter_ends
from .prior import Prior
from .randomness import SOURCE, block, to_uniform


def discrete_problem(target: Sequence[float] | ArrayLike, prior: Sequence[float] | ArrayLike) -> Problem:
    """Q with the probabilities `target` (K,) of K letters, against P with `prior` (K,); 1 <= K <= 256.

    Samples are points u of [0, 1], as those of a uniform prior; `letters(samples, prior)` gives their letters, 0 to
    K - 1. `pdf` and `log_ratio_bits` are of u, and on a letter r is its q/p.

    Raises RecError for vectors of other lengths, negative numbers, a prior below 2^-40 and sums that are not 1.
    Source: letters as steps of the quantile function of P, as in any textbook.

    >>> problem = discrete_problem([0.5, 0.5, 0.0], [0.25, 0.25, 0.5])
    >>> problem.kl_bits, problem.d_inf_bits, problem.log_ratio_bits([[0.1], [0.9]])
    (1.0, 1.0, array([  1., -inf]))
    """
    q, p = vector(target, "target"), vector(prior, "prior")
    if len(q) != len(p):
        raise RecError(f"target and prior must have a probability for each letter; got {len(q)} and {len(p)}.")
    return Problem("discrete", ((*p, *q),))


def letters(samples: ArrayLike, prior: Sequence[float] | ArrayLike) -> Ints:
    """The letters, 0 to K - 1, of samples u (..., 1) of a discrete problem; result (...). `prior` (K,) as its own.

    Raises RecError for samples of another shape or outside [0, 1], and for a prior that is not one.
    Source: the quantile function of P.

    >>> letters([[0.1], [0.3], [0.9]], [0.25, 0.25, 0.5])
    array([0, 1, 2])
    """
    points, masses = real_array(samples, "samples"), _distribution(prior, "prior", LEAST)
    if points.ndim == 0 or points.shape[-1] != 1 or not ((points >= 0.0) & (points <= 1.0)).all():
        raise RecError(f"samples must have shape (..., 1) and lie in [0, 1]; got shape {points.shape}.")
    return np.asarray(np.searchsorted(letter_ends(masses)[1:-1], points[..., 0], side="right"), dtype=np.int64)


@dataclass(frozen=True)
class DiscreteChannel:
    """A channel from Y to letters X: `conditional[y][x]` = P(X = x | Y = y), and `source[y]` = P(Y = y).

    Made by `discrete_channel`, `binary_symmetric_channel` or `erasure_channel`. Letters of X that are never sent are
    refused. Laws take it where their annotation says so; elsewhere use its `targets`.

    Raises RecError for rows that are not distributions on the same letters, and a source of another length.
    Source: Cover & Thomas, chapter 7.

    >>> channel = DiscreteChannel(((0.75, 0.25), (0.25, 0.75)), (0.5, 0.5))
    >>> channel.dim, channel.masses, round(channel.information_bits, 4), channel.prior == channel.draw(seed=1).prior
    (1, array([0.5, 0.5]), 0.1887, True)
    >>> [(problem.params[0][2:], weight) for problem, weight in channel.targets]
    [((0.75, 0.25), 0.5), ((0.25, 0.75), 0.5)]
    """

    conditional: tuple[tuple[float, ...], ...]
    source: tuple[float, ...]

    def __post_init__(self) -> None:
        source = _distribution(self.source, "source")
        if not isinstance(self.conditional, tuple) or len(self.conditional) != source.size:
            raise RecError(
                f"conditional must be a tuple with a row for each Y, as many as the source's {source.size}; "
                f"got {shown(self.conditional)}."
            )
        rows = [_distribution(row, f"conditional[{y}]") for y, row in enumerate(self.conditional)]
        if len({row.size for row in rows}) != 1:
            raise RecError("Every row of conditional must have a probability for each letter of X.")
        object.__setattr__(self, "conditional", tuple(tuple(row.tolist()) for row in rows))
        object.__setattr__(self, "source", tuple(source.tolist()))
        _distribution(self.masses, "the law of X", LEAST)

    @property
    def dim(self) -> int:
        """1."""
        return 1

    @property
    def prior(self) -> Prior:
        """The prior in u, all that `decode` needs. `letters` needs `masses`, too."""
        return Prior("discrete", 1)

    @property
    def masses(self) -> Floats:
        """P(X = x), (K,)."""
        return np.asarray(np.array(self.source) @ np.array(self.conditional))

    @property
    def targets(self) -> list[tuple[Problem, float]]:
        """The target of each Y that occurs, and P(Y)."""
        rows = zip(self.conditional, self.source, strict=True)
        return [(discrete_problem(row, self.masses), weight) for row, weight in rows if weight > 0.0]

    @property
    def information_bits(self) -> float:
        """I[X;Y] in bits, exact."""
        return math.fsum(weight * problem.kl_bits for problem, weight in self.targets)

    def draw(self, seed: int) -> Problem:
        """The target of one Y: a function of the seed. Raises RecError unless the seed is from 0 to 2^64 - 1."""
        first, _ = block(seed_word(seed), SOURCE, np.uint64(0), np.uint64(0))
        y = int(np.searchsorted(letter_ends(np.array(self.source))[1:-1], to_uniform(np.uint64(first)), side="right"))
        return discrete_problem(self.conditional[y], self.masses)


def discrete_channel(
    conditional: Sequence[Sequence[float]] | ArrayLike, source: Sequence[float] | ArrayLike
) -> DiscreteChannel:
    """The channel with `conditional` (Y, K), P(X = x | Y = y), and `source` (Y,), P(Y = y). At most 256 letters each.

    Raises RecError for other shapes, negative numbers, sums that are not 1, and letters of X that never occur.
    Source: Cover & Thomas, chapter 7.

    >>> discrete_channel([[1.0, 0.0], [0.0, 1.0]], [0.5, 0.5]).information_bits
    1.0
    """
    rows = real_array(conditional, "conditional")
    if rows.ndim != 2:
        raise RecError(f"conditional must have shape (Y, K), a row for each Y; got shape {rows.shape}.")
    return DiscreteChannel(tuple(map(tuple, rows.tolist())), vector(source, "source"))


def binary_symmetric_channel(crossover: float) -> DiscreteChannel:
    """A fair bit Y, and X = Y except with probability `crossover`. Raises RecError for one outside [0, 1].

    Source: Cover & Thomas, section 7.1.4.

    >>> round(binary_symmetric_channel(0.11).information_bits, 4)
    0.5001
    """
    flip = _probability(crossover, "crossover")
    return DiscreteChannel(((1.0 - flip, flip), (flip, 1.0 - flip)), (0.5, 0.5))


def erasure_channel(erasure: float) -> DiscreteChannel:
    """A fair bit Y, and X = Y, letter 0 or 1, or with probability `erasure` neither, letter 2.

    Raises RecError unless 0 < erasure < 1: with either end some letter never occurs. Source: Cover & Thomas, 7.1.5.

    >>> erasure_channel(0.25).information_bits
    0.75
    """
    lost = _probability(erasure, "erasure")
    return DiscreteChannel(((1.0 - lost, 0.0, lost), (0.0, 1.0 - lost, lost)), (0.5, 0.5))


def _probability(value: float, name: str) -> float:
    number = real_number(value, name)
    if not 0.0 <= number <= 1.0:
        raise RecError(f"{name} is a probability, from 0 to 1; got {number:g}.")
    return number


def _distribution(values: Sequence[float] | ArrayLike, name: str, least: float = 0.0) -> Floats:
    """A probability vector."""
    masses = np.array(vector(values, name))
    if not 1 <= masses.size <= MAX_LETTERS:
        raise RecError(f"{name} must have 1 to {MAX_LETTERS} probabilities; got {masses.size}.")
    if masses.min() < least or abs(masses.sum() - 1.0) > 1e-9:
        what = "of at least 2^-40 each" if least else "of 0 or more"
        raise RecError(f"{name} must be probabilities {what} that sum to 1; got {shown(masses.tolist())}.")
    return masses
