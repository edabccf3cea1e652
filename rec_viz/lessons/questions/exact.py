"""The exact laws and real searches that questions are made of, each worked out once."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import rec_core as rec

from ...memo import memo


@memo(1024)
def target(mean: tuple[float, ...], log2_widths: tuple[float, ...]) -> rec.Problem:
    """A Gaussian target whose widths are 2 to the power of minus these, against P = N(0, 1)."""
    return rec.gaussian_problem(mean, [2.0**-k for k in log2_widths])


@memo(1024)
def channel(bits: tuple[float, ...]) -> rec.Channel:
    """A Gaussian channel of so many bits in each dimension."""
    return rec.gaussian_channel(bits)


@memo(2048)
def examined(problem: rec.Problem, intervals: tuple[int, ...] = (), weights: rec.Weighting = "peak_ratio") -> float:
    """How many candidates PFR examines on average; without intervals plain, else with one stop line for all bins."""
    if not intervals:
        return rec.laws.expected_examined(problem, rec.PFR())
    return rec.laws.expected_examined(problem, rec.PFR(rec.Partition(intervals), weighting=weights, stopping="single"))


@memo(2048)
def upper_sum(problem: rec.Problem, intervals: tuple[int, ...]) -> float:
    """The same with weights by the peaks, for any number of bins."""
    return math.exp2(rec.upper_sum_bits(problem, rec.Partition(intervals)))


@memo(2048)
def mean_length(source: rec.Problem | rec.Channel, intervals: tuple[int, ...] = ()) -> float:
    """Mean length of PFR's message in bits: log₂ J and Zipf words."""
    cut = rec.Partition(intervals) if intervals else None
    return rec.laws.mean_length_bits(source, cut, rec.ZipfCode.for_source(source, cut))


@memo(512)
def overhead(source: rec.Channel, intervals: tuple[int, ...]) -> float:
    """ε in bits."""
    return rec.laws.overhead_bits(source, rec.Partition(intervals))


@memo(512)
def floor(bits: tuple[float, ...]) -> float:
    """Functional information of a Gaussian channel in bits."""
    return rec.laws.functional_information_bits(channel(bits))


@memo(512)
def dithered(bits: tuple[float, ...]) -> float:
    """Mean length of layered dither's message on a Gaussian channel, bits."""
    return rec.LayeredDither.for_source(channel(bits)).expected_bits(channel(bits))


@memo(512)
def rejection_length(problem: rec.Problem) -> float:
    """Mean length of rejection sampling's message by a code that fits its law, bits."""
    return rec.RejectionSampling().expected_bits(problem)


@memo(512)
def early(problem: rec.Problem, limit: int) -> float:
    """The chance that the number of plain PFR's winner is at most `limit`."""
    return 1.0 - float(rec.laws.index_law(problem).tail(limit + 1.0))


@memo(1024)
def variation(problem: rec.Problem, candidates: int) -> float:
    """Total variation between Q and what ORC sends."""
    return rec.laws.orc_bias(problem, rec.ORC(candidates)).total_variation


@memo(1024)
def orc_share(problem: rec.Problem, candidates: int, low: float, high: float) -> float:
    """How often ORC sends a sample between low and high, by Gauss-Legendre quadrature of its exact density."""
    rule, weights = np.polynomial.legendre.leggauss(64)
    half = 0.5 * (high - low)
    x = low + half * (1.0 + rule)
    return float(half * weights @ rec.laws.orc_density(problem, rec.ORC(candidates), x[:, None]))


@memo(512)
def lettered(q: tuple[float, ...], p: tuple[float, ...]) -> rec.Problem:
    """A target of letters."""
    return rec.discrete_problem(q, p)


@memo(512)
def flipped(flip: float) -> tuple[float, float]:
    """I and the floor of a bit that is flipped with this chance, bits."""
    line = rec.binary_symmetric_channel(flip)
    return line.information_bits, rec.laws.functional_information_bits(line)


def share_of_p(problem: rec.Problem, low: float, high: float) -> float:
    """How much of P lies between low and high, one dimension."""
    ends = problem.prior.cdf(np.array([[low], [high]]))
    return float(ends[1, 0] - ends[0, 0])


def share_of_q(problem: rec.Problem, low: float, high: float) -> float:
    """How much of a Gaussian Q lies between low and high, one dimension: P's share of the interval in Q's own units."""
    mean, scale = problem.params[0]
    return share_of_p(problem, (low - mean) / scale, (high - mean) / scale)


def race(problem: rec.Problem, candidates: int, seed: int) -> rec.Trace:
    """A race among so many candidates."""
    return rec.trace(problem, rec.ORC(candidates), seed=seed)


def search(problem: rec.Problem, seed: int) -> rec.Trace:
    """A search of plain PFR up to its stop line."""
    return rec.trace(problem, rec.PFR(), seed=seed)


def peaks(problem: rec.Problem, intervals: int) -> tuple[float, ...]:
    """The peak of r in each bin, one dimension."""
    return tuple(float(2.0**b) for b in rec.bin_peaks_bits(problem, rec.Partition((intervals,)))[0])


def shares(problem: rec.Problem, intervals: int) -> tuple[float, ...]:
    """Q's share of each bin, one dimension."""
    return tuple(map(float, rec.bin_weights(problem, rec.Partition((intervals,)), "target_mass")[0]))


def ratio(trace: rec.Trace, event: int) -> float:
    """r of a candidate."""
    return math.exp2(float(trace.log_ratios_bits[event]))


# ------------------------------------------------------------------------------------------------ what is drawn


def _tuples(*arrays: Any) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(np.asarray(values, dtype=float).round(6).tolist()) for values in arrays)


@memo(512)
def bells(problem: rec.Problem) -> tuple[tuple[float, ...], ...]:
    """x, p and q of a problem in one dimension."""
    mean, scale = problem.params[0]
    x = np.union1d(np.linspace(-3.2, 3.2, 121), mean + scale * np.linspace(-4.0, 4.0, 81))
    return _tuples(x, problem.prior.pdf(x[:, None]), problem.pdf(x[:, None]))


@memo(512)
def staircase(problem: rec.Problem, bins: int) -> tuple[tuple[float, ...], ...]:
    """Shares u of P, the ratio r there, and its peak in each of so many bins (none for 1); one dimension."""
    u = (np.arange(320) + 0.5) / 320
    r = np.exp2(problem.log_ratio_bits(problem.prior.quantile(u[:, None])))
    return _tuples(u, r, peaks(problem, bins) if bins > 1 else ())


@memo(512)
def ring(problem: rec.Problem) -> tuple[tuple[float, ...], ...]:
    """The ring of two widths round the center of Q in its first two dimensions, in shares of P."""
    turn = np.linspace(0.0, 2.0 * np.pi, 73)
    (m, s), (n, t) = problem.params[:2]
    points = np.stack([m + 2.0 * s * np.cos(turn), n + 2.0 * t * np.sin(turn)], axis=1)
    return _tuples(*(target((0.0, 0.0), (1.0, 1.0)).prior.cdf(points)).T)
