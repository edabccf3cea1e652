"""Partitioned PFR: exactness under every weight and stopping rule, invariance of the message, runtime laws."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats

import rec_core as rec
from rec_core.trace import arrivals
from tests import naive
from tests.core.conftest import (
    ALL_STOPPING,
    ALL_WEIGHTINGS,
    ALPHA,
    chi_square_p,
    gaussian_pair,
    geometric_pmf,
    index_p,
    ks_p,
    ks_p_all,
    mean_p,
    uniform_pair,
)

RUNS = 10_000
RULES = list(itertools.product(ALL_WEIGHTINGS, ALL_STOPPING))
ONE, TWO = gaussian_pair(1.5, 0.4), gaussian_pair([0.5, -1.0], [0.5, 0.3])
BOX = uniform_pair([0.2, 0.1], [0.45, 0.9])
CASES = {
    "1-D": (ONE, (8,)),
    "1-D, finer than the target": (ONE, (256,)),
    "2-D": (TWO, (4, 2)),
    "2-D, one dimension uncut": (TWO, (1, 8)),
    "box across bins": (BOX, (4, 2)),
}
HUGE = {  # more bins than clocks can be kept for
    "1-D": (ONE, (2**14,)),
    "2-D": (TWO, (2**7, 2**6)),
    "6-D": (gaussian_pair([0.9, -0.4, 1.2, 0.0, -0.9, 0.3], [2.0**-4] * 6), (2**8,) * 6),
    "box across bins": (uniform_pair([0.2034, 0.1], [0.4512, 0.9071]), (100, 100)),
}


def run(pair, intervals, weighting="peak_ratio", stopping=None, runs=RUNS, seed=11):
    method = rec.PFR(rec.Partition(intervals), weighting=weighting, stopping=stopping)
    return rec.encode_many(pair.problem, runs, method, seed=seed)


@pytest.fixture(scope="module")
def results():
    """All rules give the same messages, so one is enough wherever only samples and messages are judged."""
    return {name: run(pair, intervals) for name, (pair, intervals) in CASES.items()}


# ---------------------------------------------------------------------------------------------------------- exactness


@pytest.mark.parametrize(("weighting", "stopping"), RULES)
@pytest.mark.parametrize("name", ["1-D", "2-D", "box across bins"])
def test_samples_follow_the_target_under_every_rule(name, weighting, stopping):
    pair, intervals = CASES[name]
    result = run(pair, intervals, weighting, stopping, seed=hash_free_seed(name, weighting, stopping))
    assert ks_p_all(result.samples, pair.oracle.target) > ALPHA
    assert ks_p(result.race_times, stats.expon.cdf) > ALPHA


def hash_free_seed(*words):
    """A seed of its own for every case, the same in every process."""
    return sum(ord(letter) * 31**i for i, letter in enumerate("".join(words)[:12])) % 2**32


@pytest.mark.parametrize("weighting", ALL_WEIGHTINGS)
@pytest.mark.parametrize("name", ["1-D", "2-D", "box across bins"])
def test_samples_follow_the_target_beyond_enumeration(name, weighting):
    pair, intervals = HUGE[name]
    result = run(pair, intervals, weighting, "single", runs=5000, seed=hash_free_seed(name, weighting))
    assert ks_p_all(result.samples, pair.oracle.target) > ALPHA
    assert ks_p(result.race_times, stats.expon.cdf) > ALPHA


def test_forty_eight_bits_in_six_dimensions():
    """J = 2^48, which nothing could enumerate; 24 bits of information and more."""
    pair, intervals = HUGE["6-D"]
    result = run(pair, intervals, runs=5000)
    assert ks_p_all(result.samples, pair.oracle.target) > ALPHA
    scores = (result.samples - np.array([q.mean() for q in pair.oracle.target])) / 2.0**-4
    assert ks_p((scores**2).sum(axis=1), stats.chi2(6).cdf) > ALPHA
    expected = 2 ** rec.upper_sum_bits(pair.problem, rec.Partition(intervals))
    assert mean_p(result.examined, expected) > ALPHA
    shifted = result.samples.copy()
    shifted[:, 3] += 0.1 * 2.0**-4
    assert ks_p_all(shifted, pair.oracle.target) < ALPHA


@pytest.mark.parametrize("name", CASES)
def test_the_same_test_rejects_wrong_laws(results, name):
    (pair, intervals), rng = CASES[name], np.random.default_rng(1)
    wrong = np.stack([p.ppf(rng.random(RUNS)) for p in pair.oracle.prior], axis=1)
    assert ks_p_all(wrong, pair.oracle.target) < ALPHA / 1000
    # The law P' itself, with the right bins but P within them, unless the bins are so fine that it is nearly Q.
    bins = results[name].bins
    inside = (bins + rng.random(bins.shape)) / np.array(intervals)
    wrong = np.stack([p.ppf(inside[:, d]) for d, p in enumerate(pair.oracle.prior)], axis=1)
    if max(intervals) < 100:
        assert ks_p_all(wrong, pair.oracle.target) < ALPHA


@pytest.mark.parametrize("name", CASES)
def test_samples_lie_in_their_bins_and_bins_follow_their_masses(results, name):
    (pair, intervals), result = CASES[name], results[name]
    quantiles = np.stack([p.cdf(result.samples[:, d]) for d, p in enumerate(pair.oracle.prior)], axis=1)
    inside = quantiles * np.array(intervals) - result.bins
    assert inside.min() > -1e-9
    assert inside.max() < 1 + 1e-9
    j = np.ravel_multi_index(tuple(result.bins.T), intervals)
    counts = np.bincount(j, minlength=np.prod(intervals))
    assert chi_square_p(counts, naive.masses(pair.oracle, intervals)) > ALPHA
    if name in ("1-D", "2-D", "box across bins"):  # finer bins hardly tell the two weights apart
        assert chi_square_p(counts, naive.bin_weights(pair.oracle, intervals, "peak_ratio")) < ALPHA


@pytest.mark.parametrize(
    ("name", "cells_per_dimension"), [("1-D", 4000), ("2-D", 150), ("2-D, one dimension uncut", 150)]
)
def test_messages_follow_the_geometric_mixture_bin_by_bin(results, name, cells_per_dimension):
    (pair, intervals), result = CASES[name], results[name]
    joint = naive.message_pmf(pair.oracle, intervals, 30, cells_per_dimension)
    j = np.ravel_multi_index(tuple(result.bins.T), intervals)
    counts = np.zeros_like(joint)
    inside = result.indices <= 30
    np.add.at(counts, (j[inside], result.indices[inside] - 1), 1)
    assert inside.mean() > 0.999
    assert chi_square_p(np.append(counts.ravel(), (~inside).sum()), np.append(joint.ravel(), 1 - joint.sum())) > ALPHA
    assert index_p(result.indices, joint.sum(axis=0)) > ALPHA
    plain = naive.index_pmf(pair.oracle, (1,) * pair.oracle.dim, 30, cells_per_dimension)
    assert index_p(result.indices, plain) < ALPHA / 1000


def test_local_index_given_sample_and_race_time_is_poisson(results):
    """N - 1 given X = x in bin j and S = s is Poisson with mean s g_j(x): the weights are nowhere in it."""
    (pair, (num,)), result = CASES["1-D"], results["1-D"]
    ratio, _ = naive.cells(pair.oracle, (num,), 5000)
    level = np.exp(naive.log_ratio(pair.oracle, result.samples))
    rate = np.empty(RUNS)
    for j in range(num):
        here = result.bins[:, 0] == j
        rate[here] = result.race_times[here] * naive.excess(ratio[j], level[here]) / num
    usable = rate > 0.02
    residual = (result.indices[usable] - 1 - rate[usable]) / np.sqrt(rate[usable])
    assert mean_p(residual, 0) > ALPHA
    assert mean_p(residual**2, 1) > ALPHA
    assert mean_p(residual, 0.15) < ALPHA


# --------------------------------------------------------------------------------------------------------- invariance


def random_problem(rng):
    """A random problem in one to three dimensions with a random partition of at most 4096 bins."""
    dim = int(rng.integers(1, 4))
    if rng.random() < 0.25:
        low = rng.uniform(0, 0.8, dim)
        problem = rec.uniform_problem(low, low + rng.uniform(0.05, 0.2, dim))
    else:
        scale = 2.0 ** -rng.uniform(0.1, 5 / dim, dim)
        problem = rec.gaussian_problem(rng.standard_normal(dim) * np.sqrt(1 - scale**2), scale)
    while True:
        intervals = tuple(int(n) for n in np.round(2 ** rng.uniform(0, 12 / dim, dim)))
        if np.prod(intervals) <= 4096:
            return problem, rec.Partition(intervals)


@pytest.mark.parametrize("block", [pytest.param(0, marks=pytest.mark.nojit), 1, 2, 3, 4, 5])
def test_weights_and_stopping_never_change_the_message(block):
    """Fifty random problems a block, six rules each: bin, index, sample and race time are one and the same."""
    rng = np.random.default_rng(block)
    skipped = 0
    for seed in range(50 if block else 15):
        problem, cut = random_problem(rng)
        found = []
        for weighting, stopping in RULES:
            method = rec.PFR(cut, weighting=weighting, stopping=stopping, max_examined=200_000)
            try:
                sent = rec.encode(problem, method, seed=seed)
            except rec.BudgetExceeded:
                # Only the rules the theory calls slow may be: a tail bin of target_mass, or bins far from Q.
                assert (weighting, stopping) != ("peak_ratio", "per_bin")
                skipped += 1
                continue
            found.append(sent)
        for other in found[1:]:
            assert other.message == found[0].message
            assert (other.sample == found[0].sample).all()
            assert other.race_time == pytest.approx(found[0].race_time, rel=1e-9)
    assert skipped <= 10


def test_the_largest_enumerable_partition_is_invariant():
    problem, cut = rec.gaussian_problem([0.4, -1.1, 0.8], [0.1, 0.3, 0.5]), rec.Partition((64, 8, 8))
    for seed in range(10):
        messages = {
            rec.encode(problem, rec.PFR(cut, weighting=weighting, stopping=stopping), seed=seed).message
            for weighting, stopping in RULES
        }
        assert len(messages) == 1


def test_many_runs_are_invariant_too():
    pair, intervals = CASES["2-D"]
    first = run(pair, intervals, runs=2000)
    for weighting, stopping in RULES:
        other = run(pair, intervals, weighting, stopping, runs=2000)
        assert (other.bins == first.bins).all()
        assert (other.indices == first.indices).all()
        assert (other.samples == first.samples).all()


def test_another_seed_gives_another_message():
    """The twin: the equality above is not vacuous."""
    pair, intervals = CASES["2-D"]
    assert (run(pair, intervals, runs=2000).samples != run(pair, intervals, runs=2000, seed=12).samples).all()


# ------------------------------------------------------------------------------------------------------------ runtime


@pytest.mark.parametrize(("weighting", "stopping"), RULES)
@pytest.mark.parametrize(
    ("name", "cells_per_dimension"),
    [("1-D", 4000), ("2-D", 120), ("2-D, one dimension uncut", 120), ("box across bins", 200)],
)
def test_examined_has_the_exact_mean(name, cells_per_dimension, weighting, stopping):
    pair, intervals = CASES[name]
    examined = run(pair, intervals, weighting, stopping, seed=21).examined
    expected = naive.expected_examined(pair.oracle, intervals, weighting, stopping, cells_per_dimension)
    assert mean_p(examined, expected) > ALPHA
    assert mean_p(examined, 1.1 * expected) < ALPHA
    if stopping == "single":
        assert index_p(examined, geometric_pmf(1 / expected, int(10 * expected) + 10)) > ALPHA
    method = rec.PFR(rec.Partition(intervals), weighting=weighting, stopping=stopping)
    told = rec.laws.expected_examined(pair.problem, method)
    exact = stopping == "single" or weighting == "peak_ratio"
    assert told == pytest.approx(expected, rel=1e-4 if exact or pair.oracle.dim == 1 else 0.02)


@pytest.mark.parametrize("name", CASES)
def test_best_first_examines_the_upper_riemann_sum(name):
    pair, intervals = CASES[name]
    expected = naive.upper_sum(pair.oracle, intervals)
    assert 2 ** rec.upper_sum_bits(pair.problem, rec.Partition(intervals)) == pytest.approx(expected, rel=1e-6)
    for stopping in ALL_STOPPING:
        examined = run(pair, intervals, "peak_ratio", stopping, seed=22).examined
        assert mean_p(examined, expected) > ALPHA
        assert mean_p(examined, 1.1 * expected) < ALPHA
        assert index_p(examined, geometric_pmf(1 / expected, 60)) > ALPHA


@pytest.mark.parametrize("weighting", ALL_WEIGHTINGS)
@pytest.mark.parametrize("name", ["2-D", "box across bins"])
def test_examined_beyond_enumeration(name, weighting):
    pair, intervals = HUGE[name]
    expected = naive.expected_examined(pair.oracle, intervals, weighting, "single")
    examined = run(pair, intervals, weighting, "single", runs=5000, seed=23).examined
    assert mean_p(examined, expected) > ALPHA
    assert index_p(examined, geometric_pmf(1 / expected, int(10 * expected) + 10)) > ALPHA


def test_paper_weights_can_be_slower_than_no_partition():
    """Q = N(1.5, 0.4), J = 8: 10.4 examined against 9.5 plain, and 1.66 best first."""
    plain = rec.encode_many(ONE.problem, RUNS, seed=24).examined.mean()
    masses = run(ONE, (8,), "target_mass", "single").examined.mean()
    peaks = run(ONE, (8,), "peak_ratio", "per_bin").examined.mean()
    assert plain == pytest.approx(9.5, abs=0.5)
    assert masses == pytest.approx(10.4, abs=0.5)
    assert peaks == pytest.approx(1.657, abs=0.05)


def test_finer_bins_bring_the_cost_down_to_one():
    means = [run(ONE, (2**k,), runs=4000).examined.mean() for k in (0, 2, 4, 6, 8, 10)]
    assert all(a > b for a, b in itertools.pairwise(means))
    assert means[-1] < 1.05


# -------------------------------------------------------------------------------------------- bins almost without mass


FAR = gaussian_pair(0.0, 0.01)


@pytest.mark.nojit
@pytest.mark.parametrize(("weighting", "stopping"), RULES)
def test_bins_whose_mass_underflows_neither_hang_nor_change_the_message(weighting, stopping):
    """Q = N(0, 0.01), J = 64: Q gives the outer bins less than the smallest double, their ratio is positive."""
    cut = rec.Partition((64,))
    for seed in range(4):
        reference = rec.encode(FAR.problem, rec.PFR(cut), seed=seed)
        sent = rec.encode(FAR.problem, rec.PFR(cut, weighting=weighting, stopping=stopping), seed=seed)
        assert sent.message == reference.message
        assert (sent.sample == reference.sample).all()


def test_bins_whose_mass_underflows_keep_the_law():
    for weighting, stopping in RULES:
        runs = 4000 if (weighting, stopping) != ("target_mass", "single") else 300
        result = run(FAR, (64,), weighting, stopping, runs=runs, seed=33)
        assert ks_p_all(result.samples, FAR.oracle.target) > ALPHA


@pytest.mark.nojit
@pytest.mark.parametrize(("weighting", "stopping"), RULES)
def test_empty_bins_are_harmless(weighting, stopping):
    """A box that leaves most bins empty: none of those wins, and none is examined where each bin has its stop line."""
    problem, cut = rec.uniform_problem([0.26], [0.3]), rec.Partition((64,))
    for seed in range(25):
        sent = rec.encode(problem, rec.PFR(cut, weighting=weighting, stopping=stopping), seed=seed)
        assert sent.message == rec.encode(problem, rec.PFR(cut), seed=seed).message
        assert 0.26 <= sent.sample[0] <= 0.3
        if stopping == "per_bin":
            seen = rec.trace(problem, rec.PFR(cut, weighting=weighting, stopping=stopping), seed=seed)
            assert np.isin(seen.bins, [16, 17, 18, 19]).all()


@pytest.mark.parametrize("weighting", ALL_WEIGHTINGS)
def test_empty_bins_beyond_enumeration(weighting):
    pair = uniform_pair([0.26, 0.5], [0.3, 0.75])
    result = run(pair, (250, 100), weighting, "single", runs=3000)
    assert ks_p_all(result.samples, pair.oracle.target) > ALPHA


def test_a_cell_of_the_grid_needs_one_candidate():
    """A whole-bit uniform channel with matching bins: the upper sum is 1, the index always 1."""
    channel, cut = rec.uniform_channel([2.0, 3.0]), rec.Partition((4, 8))
    for weighting, stopping in (("peak_ratio", "single"), ("peak_ratio", "per_bin"), ("target_mass", "per_bin")):
        result = rec.encode_many(channel, 500, rec.PFR(cut, weighting=weighting, stopping=stopping), seed=2)
        assert (result.examined == 1).all()
        assert (result.indices == 1).all()
    assert rec.upper_sum_bits(channel.draw(1), cut) == pytest.approx(0, abs=1e-12)


def test_a_very_narrow_target():
    """s = 1e-9 in 2^18 bins: the upper sum is 2^12, and the sample keeps its nine digits."""
    pair = gaussian_pair(0.3, 1e-9)
    cut = rec.Partition((2**18,))
    expected = 2 ** rec.upper_sum_bits(pair.problem, cut)
    assert 2**11 < expected < 2**13
    result = rec.encode_many(pair.problem, 120, rec.PFR(cut, max_examined=2**17), seed=1)
    assert ks_p((result.samples[:, 0] - 0.3) / 1e-9, stats.norm.cdf) > ALPHA
    assert mean_p(result.examined, expected) > ALPHA


def test_a_very_narrow_target_with_clocks():
    pair, cut = gaussian_pair(0.3, 1e-6), rec.Partition((4096,))
    for stopping in ALL_STOPPING:
        result = run(pair, (4096,), stopping=stopping, runs=500)
        assert ks_p((result.samples[:, 0] - 0.3) / 1e-6, stats.norm.cdf) > ALPHA
        assert mean_p(result.examined, 2 ** rec.upper_sum_bits(pair.problem, cut)) > ALPHA
        told = rec.laws.expected_examined(pair.problem, rec.PFR(cut, stopping=stopping))
        assert np.log2(told) == pytest.approx(rec.upper_sum_bits(pair.problem, cut), abs=1e-3)
    narrow = rec.gaussian_problem([0.3], [1e-9])
    for stopping in ALL_STOPPING:
        told = rec.laws.expected_examined(narrow, rec.PFR(cut, stopping=stopping))
        assert np.log2(told) == pytest.approx(rec.upper_sum_bits(narrow, cut), abs=1e-3)


def test_five_hundred_and_twelve_bits():
    """64 dimensions of 8 bits: J = 2^768, found among 2^15 candidates and decoded to the last bit."""
    channel, cut = rec.gaussian_channel([8.0] * 64), rec.Partition((2**12,) * 64)
    assert cut.num_bins == 2**768
    problem = channel.draw(5)
    sent = rec.encode(problem, rec.PFR(cut), seed=5)
    assert (rec.decode(sent.message, channel.prior, cut, seed=5) == sent.sample).all()
    mean, scale = np.array(problem.params).T
    assert ks_p((sent.sample - mean) / scale, stats.norm.cdf) > ALPHA


@pytest.mark.parametrize("weighting", ["peak_ratio", "target_mass", "uniform"])
@pytest.mark.parametrize("name", ["1-D", "1-D, finer than the target", "2-D", "2-D, one dimension uncut"])
def test_a_search_examines_the_arrivals_below_its_front(name, weighting):
    """By one stop line: those with J T_jn <= J pi_j t and no others, t that of the last candidate; each the same."""
    pair, intervals = CASES[name]
    cut = rec.Partition(intervals)
    for seed in range(20):
        search = rec.trace(pair.problem, rec.PFR(cut, weighting=weighting, stopping="single"), seed=seed)
        weights = rec.bin_weights(pair.problem, cut, weighting)

        def rises(bins, weights=weights):
            return cut.num_bins * np.prod([w[bins[:, d]] for d, w in enumerate(weights)], axis=0)

        heights = search.arrival_times * rises(search.bins)
        shared = arrivals(pair.problem.prior, cut, seed=seed, until=2.0 * heights.max())
        below = shared.heights <= rises(shared.bins) * search.arrival_times[-1] * (1 + 1e-12)
        told = {(*bins, n): x for bins, n, x in zip(shared.bins.tolist(), shared.indices, shared.samples, strict=True)}
        examined = [(*bins, n) for bins, n in zip(search.bins.tolist(), search.indices, strict=True)]
        assert {key for key, seen in zip(told, below, strict=True) if seen} == set(examined)
        assert all((told[key] == x).all() for key, x in zip(examined, search.samples, strict=True))
        other = arrivals(pair.problem.prior, cut, seed=seed + 1, until=2.0 * heights.max())
        assert not np.isin(search.samples[:, 0], other.samples).any()  # another seed is another codebook


def test_arrivals_are_one_even_rain():
    """Over all bins a Poisson process of rate one, uniform in u; a rate of 1.05 and a slanted u are told from it."""
    prior, cut = rec.Prior("gaussian", 2), rec.Partition((4, 3))
    rain = [arrivals(prior, cut, seed=seed, until=200.0) for seed in range(200)]
    gaps = np.concatenate([np.diff(one.heights, prepend=0.0) for one in rain])
    u = np.concatenate([one.quantiles for one in rain])
    assert ks_p(gaps, stats.expon.cdf) > ALPHA
    assert ks_p(1.05 * gaps, stats.expon.cdf) < ALPHA
    assert all(ks_p(u[:, d], stats.uniform.cdf) > ALPHA for d in range(2))
    assert ks_p(u[:, 0] ** 1.05, stats.uniform.cdf) < ALPHA
    assert all((np.diff(one.heights) >= 0).all() for one in rain)


def test_arrivals_refuse_what_no_clock_can_give():
    prior = rec.Prior("gaussian", 1)
    for until in (-1.0, np.inf, np.nan, "3", True):
        with pytest.raises(rec.RecError, match="until"):
            arrivals(prior, seed=1, until=until)
    with pytest.raises(rec.RecError, match="4096"):
        arrivals(prior, rec.Partition((4097,)), seed=1, until=1.0)
    assert arrivals(prior, seed=1, until=0.0).heights.size == 0
    assert arrivals(prior, seed=1, until=1e9, most=5).heights.size == 5
