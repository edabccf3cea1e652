"""Piecewise log-linear targets: their formulas against plain numerical integration, their laws against simulation."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

import rec_core as rec
from rec_core import families, laws
from tests.core.conftest import shortfall_bits

PROBLEMS = {
    "a slope": [0.0, 5.0],
    "flat": [1.0, 1.0, 1.0],
    "two peaks": [-3.0, 4.0, -6.0, -6.0, 3.0, 0.0],
    "drawn": np.random.default_rng(4).normal(0.0, 2.0, 33),
    "steep": [0.0, -40.0, -40.0, 6.0, -60.0],
}
U = (np.arange(2**18) + 0.5) / 2**18


@pytest.fixture(params=PROBLEMS, name="problem")
def _problem(request):
    return rec.piecewise_problem(PROBLEMS[request.param])


def ratio(problem):
    return np.exp2(problem.log_ratio_bits(U[:, None]))


def test_density_is_normalized_and_divergences_are_its_integrals(problem):
    r = ratio(problem)
    assert r.mean() == pytest.approx(1.0, abs=1e-6)
    assert problem.kl_bits == pytest.approx(np.mean(r * np.log2(r)), abs=1e-5)
    assert problem.d_inf_bits == pytest.approx(np.log2(r.max()), abs=2e-3)
    assert problem.d_inf_bits >= np.log2(r.max())


@pytest.mark.parametrize("intervals", [1, 4, 8, 1024])
def test_masses_and_peaks_of_intervals(problem, intervals):
    row = problem.table[0]
    edges = np.arange(intervals + 1) / intervals
    masses = [np.exp(families.log_mass(families.PIECEWISE, row, a, b)) for a, b in pairwise(edges)]
    assert sum(masses) == pytest.approx(1.0, abs=1e-12)
    number = np.minimum((U * intervals).astype(int), intervals - 1)
    measured = np.bincount(number, ratio(problem), intervals) / U.size
    assert masses == pytest.approx(measured, abs=2e-5)
    (peaks,) = rec.bin_peaks_bits(problem, rec.Partition([intervals]))
    tops = np.full(intervals, -np.inf)
    np.maximum.at(tops, number, problem.log_ratio_bits(U[:, None]))
    assert (peaks >= tops - 1e-12).all()
    assert peaks == pytest.approx(tops, abs=0.02)


@pytest.mark.parametrize("intervals", [1, 3, 8])
def test_law_of_the_index_and_bounds_are_their_integrals(problem, intervals):
    cut = rec.Partition([intervals])
    r = ratio(problem)
    number = np.minimum((U * intervals).astype(int), intervals - 1)
    y = np.linspace(0.0, 14.0, 14_001)
    log2_index = laws.mean_log2_geometric(y)
    mean = bound = overhead = 0.0
    for j in range(intervals):
        inside = np.sort(r[number == j])
        excess = (inside * np.arange(1, inside.size + 1) - np.cumsum(inside)) / U.size
        share = inside / U.size
        mean += share @ np.interp(np.log1p(np.maximum(excess, 0.0)), y, log2_index)
        bound += share @ np.log2(1.0 + inside / intervals)
        overhead += share @ np.maximum(0.0, np.log2(intervals) - np.log2(np.maximum(inside, 1e-300)))
    assert laws.expected_log2_index(problem, cut) == pytest.approx(mean, abs=2e-4)
    assert laws.log2_index_bound_bits(problem, cut) == pytest.approx(bound, abs=2e-4)
    assert shortfall_bits(problem, cut) == pytest.approx(overhead, abs=1e-3)
    assert laws.expected_log2_index(problem, cut) <= laws.log2_index_bound_bits(problem, cut) + 1e-4


@pytest.mark.parametrize("weighting", ["peak_ratio", "target_mass"])
def test_samples_follow_the_density_and_searches_their_law(problem, weighting):
    # 6,000 runs: Kolmogorov-Smirnov at a false-alarm rate of 1e-4 a problem, examined within four standard errors
    method = rec.PFR(rec.Partition([5]), weighting=weighting, stopping="per_bin")
    many = rec.encode_many(problem, 6000, method, seed=11)
    cdf = np.cumsum(ratio(problem)) / U.size
    at = np.sort(many.samples[:, 0])
    distance = np.abs(np.interp(at, U, cdf) - (np.arange(at.size) + 0.5) / at.size).max()
    limit = 2.23 / np.sqrt(at.size)
    assert distance < limit
    if problem.kl_bits > 0.1:  # and the twin: the prior itself is told apart
        assert np.abs(at - (np.arange(at.size) + 0.5) / at.size).max() > limit
    expected = laws.expected_examined(problem, method)
    error = many.examined.std() / np.sqrt(many.examined.size)
    assert abs(many.examined.mean() - expected) < 4 * error + 1e-6 * expected


@pytest.mark.parametrize("count", [1, 16, 1024])
def test_what_orc_puts_out(problem, count):
    method = rec.ORC(count, rec.Partition([4]))
    x = (np.arange(4000) + 0.5) / 4000
    density = laws.orc_density(problem, method, x[:, None])
    assert density.mean() == pytest.approx(1.0, abs=2e-3)
    q = np.exp2(problem.log_ratio_bits(x[:, None]))
    bias = laws.orc_bias(problem, method)
    assert bias.total_variation == pytest.approx(0.5 * np.abs(density - q).mean(), abs=2e-3)


def test_the_receiver_holds_the_sample(problem):
    cut = rec.Partition([8])
    sent = rec.encode(problem, rec.PFR(cut), seed=5)
    assert rec.decode(sent.message, problem.prior, cut, seed=5) == sent.sample


def test_refusals():
    for wrong in ([1.0], np.zeros(400), [0.0, np.nan], [[0.0, 1.0]]):
        with pytest.raises(rec.RecError):
            rec.piecewise_problem(wrong)
    with pytest.raises(rec.RecError, match="normalizes"):
        rec.Problem("piecewise", ((0.0, 1.0),))
    with pytest.raises(rec.RecError, match="one dimension"):
        rec.Problem("piecewise", ((0.0, 0.0), (0.0, 0.0)))
