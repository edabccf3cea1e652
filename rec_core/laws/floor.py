"""The floor under every one-shot code: functional information, and the channel simulation divergence it averages."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from ..arguments import checked
from ..arrays import LN2, Floats
from ..channel import Channel, Problem
from ..discrete import DiscreteChannel
from ..errors import RecError
from ..families import family, log_mass, log_ratio, turn
from ..partition import Partition
from ..tables import Tables, tables
from .dither import dither_bits
from .line import level_points, standard_row
from .ratio import search_law, target_law
from .targets import target_means

_TARGETS = 64  # of a channel in several dimensions; a power of two, for Sobol's sequence
_SMOOTH = 1.5  # steps of the grid of ln r by which its law is blurred, because the density may begin with a jump


@checked
def channel_simulation_divergence_bits(problem: Problem) -> float:
    """D_CS(Q || P) in bits: the differential entropy of the width function w(h) = P(r(U) >= h), U ~ P.

    The width function is a density on h > 0. D_CS is at least KL(Q || P), at most D_inf, and equal to KL where the
    ratio has one value on the support of Q. Error below 0.005 bits.

    Raises RecError for anything but a problem.
    Source: Flamich, Sriramu & Wagner (2025); how it is computed from the law of ln r is from here.

    >>> import rec_core as rec
    >>> round(channel_simulation_divergence_bits(rec.uniform_problem([0.25], [0.5])), 6)
    2.0
    """
    if family(problem.family).LAWS == "normal" and problem.dim > 1 and not math.isinf(problem.d_inf_bits):
        told = problem.table[:, 1] < 1.0
        means, scales = problem.table[told, :2].T
        if told.sum() > 1:
            return problem.kl_bits + float(_excess_of_many(scales, means[None])[0])
    values, shares = target_law(_uncut(problem))
    order = np.argsort(values)
    return float(_entropy_bits(values[order], shares[order]))


@checked
def functional_information_bits(channel: Channel | DiscreteChannel) -> float:
    """I_F = E_X[D_CS(P_Y|X || P_Y)] in bits: no one-shot code costs less on average, and I_F + log2 e suffice.

    Of a Gaussian channel given X = x and given Y = y the ratio has the same law, so the mean over targets is that over
    samples: by quadrature in one dimension, over 64 points of Sobol's sequence in more, error below 0.005 bits. Of a
    uniform channel given X the ratio has one value, and I_F is I[X;Y]: the channel's bits where its boxes are cells,
    and less elsewhere, because X does not follow P there. Of a discrete channel it is a sum over its letters X, exact,
    and less than the mean of D_CS over targets where X tells more of the ratio than Y does.

    Raises RecError for anything but a channel.
    Source: Flamich, Sriramu & Wagner (2025); Hill, Alajaji, Linder & Flamich (2026).

    >>> import rec_core as rec
    >>> round(functional_information_bits(rec.gaussian_channel([2.0])), 2)
    2.52
    """
    if isinstance(channel, DiscreteChannel):
        return _of_letters(channel)
    if family(channel.family).LAWS != "normal":
        told = dither_bits(channel, tuple(channel.scales.tolist()))
        return channel.information_bits if abs(told - channel.information_bits) < 1e-9 else told
    return channel.information_bits + _excess_bits(channel.family, tuple(sorted(b for b in channel.bits if b > 0.0)))


def _of_letters(channel: DiscreteChannel) -> float:
    """I_F of a discrete channel."""
    given, masses, total = np.array(channel.conditional), channel.masses, 0.0
    for x, mass in enumerate(masses):
        shares = np.array(channel.source) * given[:, x] / mass  # of Y, given X = x
        some = np.flatnonzero(shares > 0.0)
        some = some[np.argsort(given[some, x])]
        total += float(mass * _entropy_bits(np.log(given[some, x] / mass), shares[some]))
    return total


@checked
def width_function(problem: Problem, heights: ArrayLike) -> Floats:
    """w(h) = P(r(U) >= h), U ~ P, at `heights` h of any shape; the result has that shape.

    It falls from 1 at h = 0 to 0 above sup r, and the area under it is 1. Exact in one dimension for families whose
    ratio turns once, and where r has one value; otherwise from the law of ln r, error below 0.005.

    Raises RecError for heights below 0. Source: Flamich, Sriramu & Wagner (2025).

    >>> import rec_core as rec
    >>> width_function(rec.uniform_problem([0.25], [0.5]), [1.0, 4.0, 5.0])
    array([0.25, 0.25, 0.  ])
    >>> width_function(rec.gaussian_problem([1.0], [0.5]), [0.0, 0.5, 2.0]).round(3)
    array([1.   , 0.429, 0.23 ])
    """
    h = np.asarray(heights, dtype=np.float64)
    if not (h >= 0.0).all():
        raise RecError("heights are values of the ratio r: give numbers that are zero or more.")
    with np.errstate(divide="ignore"):
        levels = np.log(h).ravel()
    if problem.dim == 1 and not math.isnan(turn(problem.family_code, problem.table[0])):
        just_below = (levels - 1e-12).tolist()  # where r has one value, that is at least itself
        widths = np.array([_mass_above(problem, level) for level in just_below])
    else:
        widths = _mass_above_by_law(problem, levels)
    widths[levels == -np.inf] = 1.0  # r may be 0, and is at least that
    return widths.reshape(h.shape)


def _mass_above(problem: Problem, level: float) -> float:
    """P(ln r(U) >= level) in one dimension, where ln r turns at most once."""
    code, row = problem.family_code, problem.table[0]
    left, right = level_points(code, row, level)
    between = math.exp(log_mass(code, standard_row(code), left, right)) if left < right else 0.0
    middle = min(max(turn(code, row), left), right)
    return between if log_ratio(code, row, middle) > level else 1.0 - between


def _mass_above_by_law(problem: Problem, levels: Floats) -> Floats:
    """The same at levels (K,), from the law of ln r under P."""
    values, shares = search_law(_uncut(problem))
    order = np.argsort(values)
    above = np.append(np.cumsum(shares[order][::-1])[::-1], 0.0)
    return np.asarray(np.clip(above[np.searchsorted(values[order], levels - 1e-12)], 0.0, 1.0))


def _uncut(problem: Problem) -> Tables:
    return tables(problem, Partition.uncut(problem.dim), "uniform")


@lru_cache(maxsize=1024)
def _excess_bits(family_name: str, bits: tuple[float, ...]) -> float:
    """I_F - I of a channel whose ratio is a sum of normal ones, in bits."""
    if not bits:
        return 0.0
    scales = np.exp2(-np.array(bits))
    means, weights = target_means(scales, _TARGETS)
    if scales.size > 1:
        return float(_excess_of_many(scales, means).mean())
    problems = [Problem(family_name, ((mean, float(scales[0])),)) for mean in means[:, 0].tolist()]
    excess = [channel_simulation_divergence_bits(problem) - problem.kl_bits for problem in problems]
    return float(np.average(excess, weights=weights))


def _excess_of_many(scales: Floats, means: Floats) -> Floats:
    """D_CS - KL in bits of S targets with these scales (D,) and means (S, D), D >= 2.

    ln r is a sum of quadratic functions of normal variables, so its characteristic function is a closed form; its law
    follows on one grid for all targets, about its mean, which is KL.
    """
    from scipy.fft import irfft

    lost, squares = 0.5 * (1.0 - scales) * (1.0 + scales), means**2
    deviation = np.sqrt(2.0 * float(lost @ lost) + squares @ scales**2)
    below = float((9.0 * deviation).max() + 72.0 * lost.max())
    peaks = float(lost.sum()) + (squares * (0.25 / lost - 0.5)).sum(axis=1)
    above = float(np.minimum(peaks, 9.0 * deviation + 72.0 * lost.max()).max()) + 0.02 * below
    size = max(2**11, 2**14 // len(means))
    step = (above + below) / size
    t = 2.0 * np.pi / (above + below) * np.arange(size // 2 + 1)
    spread = 1.0 + 2.0j * t[:, None] * lost
    fixed = 1j * t * (below + lost.sum()) - 0.5 * (np.log(spread).sum(axis=1) + (_SMOOTH * step * t) ** 2)
    spectrum = np.exp(fixed - (squares @ (scales**2 / spread).T) * (0.5 * t * t))
    laws = irfft(np.conj(spectrum), size, axis=1)
    values = np.asarray(step * np.arange(size) - below, np.float64)
    return _entropy_bits(values, laws)


def _entropy_bits(log_ratios: Floats, shares: Floats) -> Floats:
    """Minus the integral of w log2 w, where P's mass of an atom is its share of Q divided by its ratio.

    `log_ratios` (K,) increasing, `shares` (..., K), the result (...). Sums run from the highest ratio down, relative to
    it, so that masses like 2^-500 keep their digits. Shares that interpolate are slightly negative where a density
    begins; they count, or the others would sum to more than 1.
    """
    below = log_ratios[-1] - log_ratios
    mass = shares * np.exp(np.minimum(below, 700.0))  # P's, times e^top
    width = np.cumsum(mass[..., ::-1], axis=-1)[..., ::-1]  # e^top w between points k - 1 and k
    pieces = width * np.diff(np.exp(-below), prepend=0.0)  # of the integral of w, which is 1
    lengths = (pieces * np.log(np.maximum(width, 1e-300))).sum(axis=-1) / pieces.sum(axis=-1)
    return np.asarray((log_ratios[-1] - lengths) / LN2)
