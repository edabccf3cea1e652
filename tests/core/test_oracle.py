"""The oracle checked against itself: closed forms against searches, laws against simulation. No rec_core here."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats

from tests import naive
from tests.core.conftest import (
    ALL_STOPPING,
    ALL_WEIGHTINGS,
    ALPHA,
    chi_square_p,
    geometric_pmf,
    index_p,
    ks_p,
    ks_p_all,
    mean_p,
)

NARROW = naive.gaussian(0.9, 0.3)
OFF_CENTRE = naive.gaussian(1.5, 0.4)


@pytest.mark.parametrize(("mean", "scale"), [(0.0, 0.5), (1.5, 0.4), (-2.0, 0.05), ([0.3, -1.0], [0.2, 0.9])])
def test_divergences_by_closed_form_and_by_search(mean, scale):
    problem = naive.gaussian(mean, scale)
    assert naive.kl_bits_by_quadrature(problem) == pytest.approx(naive.gaussian_kl_bits(mean, scale), rel=1e-6)
    found = naive.d_inf_bits_by_search(problem)
    assert found == pytest.approx(naive.gaussian_d_inf_bits(mean, scale), rel=1e-9)


def test_uniform_divergences():
    problem = naive.uniform([0.25, 0.0], [0.5, 0.125])
    assert naive.kl_bits_by_quadrature(problem) == pytest.approx(5, rel=1e-9)
    assert naive.d_inf_bits_by_search(problem) == pytest.approx(5, rel=1e-9)


@pytest.mark.parametrize("x", [-3.0, 0.29, 0.31, 4.0])
def test_log_ratio_agrees_with_high_precision(x):
    ratio = naive.log_ratio(naive.gaussian(0.3, 0.01), [x])
    assert ratio == pytest.approx(naive.exact_gaussian_log_ratio(0.3, 0.01, x), rel=1e-12)


def test_weights_are_distributions_and_the_upper_sum_falls_to_one():
    for weighting in ALL_WEIGHTINGS:
        assert naive.bin_weights(OFF_CENTRE, (16,), weighting).sum() == pytest.approx(1)
    sums = [naive.upper_sum(OFF_CENTRE, (2**k,)) for k in range(8)]
    assert sums[0] == pytest.approx(2 ** naive.gaussian_d_inf_bits(1.5, 0.4))
    assert all(a > b for a, b in itertools.pairwise(sums))
    assert 1 < sums[-1] < 1 + 2 * sums[0] / 128  # the ratio rises once and falls once
    assert sums[3] == pytest.approx(1.657, abs=1e-3)


def test_stopping_does_not_change_the_winner():
    for seed in range(200):
        stopped, patient = naive.pfr(NARROW, seed), naive.pfr(NARROW, seed, horizon=400)
        assert (stopped.index, stopped.race_time) == (patient.index, patient.race_time)


def test_the_winner_does_not_depend_on_weights_or_stopping():
    cases = [(OFF_CENTRE, (8,)), (naive.gaussian([0.5, -1.0], [0.5, 0.3]), (4, 2)), (naive.uniform(0.2, 0.45), (4,))]
    for problem, intervals in cases:
        for seed in range(40):
            winners = set()
            for weighting, stopping in itertools.product(ALL_WEIGHTINGS, ALL_STOPPING):
                found = naive.partitioned_pfr(problem, intervals, seed, weighting, stopping)
                winners.add((found.bin, found.index, tuple(found.sample)))
            assert len(winners) == 1


@pytest.mark.parametrize("intervals", [None, (1,), (4,)])
def test_pfr_follows_its_laws(intervals):
    """Sample, race time, local index and examined, from simulation, with and without a partition."""
    runs, problem = 2000, NARROW
    if intervals is None:
        won = [naive.pfr(problem, seed) for seed in range(runs)]
        intervals, success = (1,), 2 ** -naive.gaussian_d_inf_bits(0.9, 0.3)
        assert index_p(np.array([w.examined for w in won]), geometric_pmf(success, 100)) > ALPHA
    else:
        won = [naive.partitioned_pfr(problem, intervals, seed, "target_mass", "per_bin") for seed in range(runs)]
    samples = np.array([w.sample for w in won])
    assert ks_p_all(samples, problem.target) > ALPHA
    assert ks_p_all(samples, problem.prior) < ALPHA / 1000
    assert ks_p(np.array([w.race_time for w in won]), stats.expon.cdf) > ALPHA
    pmf = naive.index_pmf(problem, intervals, 60, 4000)
    assert index_p(np.array([w.index for w in won]), pmf) > ALPHA
    bins = np.bincount([w.bin[0] for w in won], minlength=intervals[0])
    if intervals[0] > 1:
        assert chi_square_p(bins, naive.masses(problem, intervals)) > ALPHA


def test_examined_follows_its_formula():
    problem, intervals, runs = OFF_CENTRE, (8,), 600
    expected = {}
    for weighting, stopping in itertools.product(ALL_WEIGHTINGS, ALL_STOPPING):
        counts = [naive.partitioned_pfr(problem, intervals, seed, weighting, stopping).examined for seed in range(runs)]
        expected[weighting, stopping] = naive.expected_examined(problem, intervals, weighting, stopping)
        assert mean_p(np.array(counts), expected[weighting, stopping]) > ALPHA, (weighting, stopping)
        if stopping == "single":
            pmf = geometric_pmf(1 / expected[weighting, stopping], 200)
            assert index_p(np.array(counts), pmf) > ALPHA
    for stopping in ALL_STOPPING:
        assert expected["peak_ratio", stopping] == pytest.approx(naive.upper_sum(problem, intervals), rel=1e-4)
    # A tail bin with little Q mass makes the paper's stop line slower than no partition at all.
    assert expected["target_mass", "single"] > 2 ** naive.gaussian_d_inf_bits(1.5, 0.4)
    assert expected["target_mass", "per_bin"] < expected["target_mass", "single"]


def test_local_excess_by_two_quadratures():
    for intervals, x in [((1,), 0.7), ((8,), 0.7), ((8,), 1.9)]:
        num = intervals[0]
        ratio, _ = naive.cells(NARROW, intervals, 20_000)
        row = ratio[min(int(stats.norm.cdf(x) * num), num - 1)]
        level = np.exp(naive.log_ratio(NARROW, np.array([x])))
        want = naive.local_excess(NARROW, intervals, [x])
        assert float(naive.excess(row, np.array([level]))[0]) / num == pytest.approx(want, rel=1e-4)


def test_index_pmf_mean():
    pmf = naive.index_pmf(NARROW, (2,), 600, 3000)
    assert pmf.sum() == pytest.approx(1, abs=1e-6)
    assert pmf @ np.arange(1, 601) == pytest.approx(naive.mean_index(NARROW, (2,), 3000), rel=1e-4)


@pytest.mark.parametrize("num_candidates", [2, 8, 64])
def test_orc_follows_its_biased_law(num_candidates):
    rng = np.random.default_rng(1)
    samples = np.array([naive.orc(NARROW, num_candidates, rng).sample[0] for _ in range(4000)])
    x, value = naive.orc_cdf(NARROW, num_candidates)
    assert value[-1] == pytest.approx(1, abs=1e-4)
    assert ks_p(samples, lambda y: np.interp(y, x, value)) > ALPHA
    if num_candidates < 64:
        assert ks_p(samples, NARROW.target[0].cdf) < ALPHA / 1000


def test_orc_factor_by_simulation_of_its_definition():
    """h_n(x) = E[n / (r(x) + the sum of n - 1 ratios)]."""
    rng = np.random.default_rng(2)
    ratios = np.exp(naive.log_ratio(NARROW, rng.standard_normal((200_000, 7, 1)))).sum(axis=1)
    for x in [0.2, 0.9, 2.0]:
        values = 8 / (np.exp(naive.log_ratio(NARROW, [x])) + ratios)
        assert mean_p(values, naive.orc_factor(NARROW, 8, np.array([[x]]))[0]) > ALPHA


def test_partitioned_orc_follows_its_law_and_is_less_biased():
    rng = np.random.default_rng(3)
    partition = {"intervals": (8,), "weighting": "target_mass"}
    samples = np.array([naive.partitioned_orc_sample(NARROW, (8,), "target_mass", 2, rng)[0] for _ in range(2000)])
    x, value = naive.orc_cdf(NARROW, 2, **partition)
    assert value[-1] == pytest.approx(1, abs=1e-3)
    assert ks_p(samples, lambda y: np.interp(y, x, value)) > ALPHA
    assert naive.total_variation_of_orc(NARROW, 2, **partition) < naive.total_variation_of_orc(NARROW, 2) / 2


def test_spoiled_sampler_is_caught():
    spoiled = naive.spoiled_pfr(naive.gaussian(1.0, 0.5), 20_000, seed=6)
    assert spoiled.mean() == pytest.approx(0.964, abs=0.01)  # instead of 1
    assert spoiled.std() == pytest.approx(0.440, abs=0.01)  # instead of 0.5
    samples = naive.spoiled_pfr(NARROW, 20_000, seed=4)
    assert ks_p_all(samples, NARROW.target) < ALPHA / 1000


def test_the_p_values_are_honest():
    """Under the null the chi-square, z and KS p-values do not gather near zero."""
    rng = np.random.default_rng(5)
    pmf = geometric_pmf(0.3, 40)
    p = [index_p(rng.geometric(0.3, 500), pmf) for _ in range(300)]
    assert stats.kstest(p, "uniform").pvalue > ALPHA
    p = [mean_p(rng.exponential(size=500), 1.0) for _ in range(300)]
    assert stats.kstest(p, "uniform").pvalue > ALPHA
