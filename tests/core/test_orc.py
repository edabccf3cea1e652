"""Ordered random coding: the exact biased law of its output, plain and partitioned, and its bookkeeping."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import rec_core as rec
from rec_core.laws.orc_index import orc_index_cells
from tests import naive
from tests.core.conftest import (
    ALL_WEIGHTINGS,
    ALPHA,
    chi_square_p,
    gaussian_pair,
    index_p,
    ks_p,
    ks_p_all,
    mean_p,
    uniform_pair,
)

RUNS = 20_000
NARROW, OFF_CENTRE = gaussian_pair(0.9, 0.3), gaussian_pair(-1.5, 0.1)
BINS = (8,)


def run(pair, num_candidates, intervals=None, weighting=None, runs=RUNS, seed=41):
    cut = None if intervals is None else rec.Partition(intervals)
    chosen = {} if weighting is None else {"weighting": weighting}
    return rec.encode_many(pair.problem, runs, rec.ORC(num_candidates, cut, **chosen), seed=seed)


def orc_p(samples, pair, num_candidates, **partition):
    """KS p-value of one-dimensional samples against the exact law of ORC's output."""
    x, value = naive.orc_cdf(pair.oracle, num_candidates, **partition)
    assert value[-1] == pytest.approx(1, abs=1e-3)
    return ks_p(samples[:, 0], lambda y: np.interp(y, x, value))


@pytest.mark.parametrize("num_candidates", [2, 8, 64])
@pytest.mark.parametrize("pair", [NARROW, OFF_CENTRE], ids=["narrow", "off centre"])
def test_output_follows_its_exact_biased_law(pair, num_candidates):
    samples = run(pair, num_candidates).samples
    assert orc_p(samples, pair, num_candidates) > ALPHA
    assert orc_p(samples, pair, 4 * num_candidates if num_candidates < 64 else 8) < ALPHA
    if num_candidates < 64:
        assert ks_p_all(samples, pair.oracle.target) < ALPHA / 1000


@pytest.mark.parametrize("weighting", ALL_WEIGHTINGS)
def test_partitioned_output_follows_its_exact_biased_law(weighting):
    samples = run(NARROW, 4, BINS, weighting).samples
    assert orc_p(samples, NARROW, 4, intervals=BINS, weighting=weighting) > ALPHA
    others = [other for other in ALL_WEIGHTINGS if other != weighting]
    assert min(orc_p(samples, NARROW, 4, intervals=BINS, weighting=other) for other in others) < ALPHA


def test_one_candidate_is_a_sample_of_the_search_heuristic():
    plain = run(NARROW, 1)
    assert (plain.indices == 1).all()
    assert ks_p_all(plain.samples, NARROW.oracle.prior) > ALPHA
    assert ks_p_all(plain.samples, NARROW.oracle.target) < ALPHA / 1000
    for weighting in ALL_WEIGHTINGS:
        seen = np.bincount(run(NARROW, 1, BINS, weighting).bins[:, 0], minlength=8)
        for other in ALL_WEIGHTINGS:
            p = chi_square_p(seen, naive.bin_weights(NARROW.oracle, BINS, other))
            assert p > ALPHA if other == weighting else p < ALPHA


def test_enough_candidates_are_as_good_as_exact():
    """KL is 1.7 bits: 1024 candidates leave no bias that 5000 runs could see."""
    result = run(NARROW, 1024, runs=5000)
    assert ks_p_all(result.samples, NARROW.oracle.target) > ALPHA
    assert mean_p(result.samples[:, 0], 0.9) > ALPHA


def test_default_weights_are_target_mass_and_bring_the_output_closer_to_the_target():
    plain, cut = run(OFF_CENTRE, 4).samples, run(OFF_CENTRE, 4, BINS)
    assert (cut.samples == run(OFF_CENTRE, 4, BINS, "target_mass").samples).all()
    cdf = OFF_CENTRE.oracle.target[0].cdf
    distance = [stats.kstest(samples[:, 0], cdf).statistic for samples in (plain, cut.samples)]
    assert distance[1] < distance[0] / 1.5
    exact = [
        naive.total_variation_of_orc(OFF_CENTRE.oracle, 4),
        naive.total_variation_of_orc(OFF_CENTRE.oracle, 4, intervals=BINS, weighting="target_mass"),
    ]
    assert exact[1] < exact[0] / 1.5


def test_several_dimensions():
    """Two factors alike have outputs alike, and with many candidates the target's law."""
    pair = gaussian_pair([0.8, 0.8], [0.4, 0.4])
    few = run(pair, 3).samples
    assert stats.ks_2samp(few[: RUNS // 2, 0], few[RUNS // 2 :, 1]).pvalue > ALPHA
    assert ks_p_all(run(pair, 1024, runs=4000).samples, pair.oracle.target) > ALPHA
    box = uniform_pair([0.25, 0.1], [0.5, 0.9])
    assert ks_p_all(run(box, 512, runs=5000).samples, box.oracle.target) > ALPHA


def test_beyond_enumeration():
    """The law of r' is nearly one value in fine bins, so a handful of candidates already gives Q."""
    pair = gaussian_pair([0.9, -0.4, 1.2, 0.0, -0.9, 0.3], [2.0**-4] * 6)
    result = run(pair, 64, (2**8,) * 6, runs=5000)
    assert ks_p_all(result.samples, pair.oracle.target) > ALPHA
    assert (result.examined == 64).all()
    coarse = run(pair, 64, runs=5000).samples
    assert ks_p_all(coarse, pair.oracle.target) < ALPHA / 1000


@pytest.mark.parametrize("intervals", [None, BINS, (2**14,)])
def test_runtime_and_index_are_bounded_by_the_number_of_candidates(intervals):
    for num_candidates in (1, 2, 50):
        result = run(NARROW, num_candidates, intervals, runs=2000)
        assert (result.examined == num_candidates).all()
        assert result.indices.min() >= 1
        assert result.indices.max() <= num_candidates


def test_index_is_not_that_of_the_last_batch_only():
    """A batched search that forgets earlier batches has late winners; here nearly all come among the first 100."""
    indices = run(NARROW, 20_000, runs=200).indices
    assert np.mean(indices < 100) > 0.95
    for seed in range(5):
        seen = rec.trace(NARROW.problem, rec.ORC(20_000), seed=seed, max_events=20_000)
        assert len(seen.race_times) == 20_000
        assert seen.winner == np.argmin(seen.race_times)
        assert seen.message.index == seen.winner + 1


def test_arrival_times_are_sorted_exponentials():
    """In the scaling t * n: the first is Exp(1), the last n times the largest of n exponentials."""
    first, last, middle = [], [], []
    for seed in range(1500):
        times = rec.trace(NARROW.problem, rec.ORC(20), seed=seed).arrival_times
        first.append(times[0])
        last.append(times[-1] / 20)
        middle.append(times[9] / 20)
    assert ks_p(np.array(first), stats.expon.cdf) > ALPHA
    assert ks_p(np.array(last), lambda t: (-np.expm1(-t)) ** 20) > ALPHA
    # The tenth of twenty order statistics, as quantiles: Beta(10, 11).
    assert ks_p(-np.expm1(-np.array(middle)), stats.beta(10, 11).cdf) > ALPHA
    assert ks_p(np.array(first) * 1.2, stats.expon.cdf) < ALPHA


def test_many_candidates_and_pfr_agree_on_how_far_the_index_goes():
    """As n grows ORC becomes PFR: the same geometric mixture of indices."""
    pmf = naive.index_pmf(NARROW.oracle, (1,), 100, 20_000)
    assert index_p(run(NARROW, 1024, runs=5000).indices, pmf) > ALPHA
    assert index_p(run(NARROW, 8, runs=5000).indices, pmf) < ALPHA


def ranks(problem, num_candidates, seed=3):
    """The winner's place in the order of clocks, in plain NumPy: as many unsorted clocks and candidates as wanted."""
    rng = np.random.default_rng(seed)
    clocks = rng.standard_exponential((RUNS, num_candidates))
    x = problem.prior.quantile(rng.random((RUNS, num_candidates, problem.dim)))
    with np.errstate(divide="ignore", over="ignore"):
        race = clocks / np.exp(problem.log_ratio_bits(x) * np.log(2.0))
    first = np.argmin(race, axis=1)[:, None]
    found = np.isfinite(np.take_along_axis(race, first, axis=1))[:, 0]
    return 1 + (clocks < np.take_along_axis(clocks, first, axis=1)).sum(axis=1)[found]


TARGETS = {
    "narrow": NARROW.problem,
    "off centre": OFF_CENTRE.problem,
    "wider than P": rec.gaussian_problem([0.3], [1.3]),
    "two dimensions": rec.gaussian_problem([0.3, -1.0], [0.3, 0.2]),
    "a box": rec.uniform_problem([0.25], [0.375]),
    "knots": rec.piecewise_problem([0.1, 3.0, 0.5, 1.0]),
}


@pytest.mark.parametrize("num_candidates", [2, 9, 100])
@pytest.mark.parametrize("problem", TARGETS.values(), ids=TARGETS)
def test_the_index_has_its_exact_law(problem, num_candidates):
    """Against a simulation of another hand and the search itself, where every run finds something; not one of 9 for
    one of 12. Eighteen tests of two: a false alarm in 1,000 / 36 tries at worst."""
    ends, masses = orc_index_cells(problem, num_candidates)
    assert ends.tolist() == list(range(1, num_candidates + 2))
    seen = ranks(problem, num_candidates)
    assert index_p(seen, masses) > ALPHA
    if seen.size == RUNS:
        sent = rec.encode_many(problem, RUNS, rec.ORC(num_candidates), seed=5)
        assert index_p(sent.indices, masses) > ALPHA
    if num_candidates < 100:  # where the law has nearly reached its limit
        assert index_p(ranks(problem, num_candidates + 1 + num_candidates // 3, seed=4), masses) < ALPHA
    counts = np.bincount(seen)[1:]
    plain = counts[counts > 0] / seen.size
    expected = -float(plain @ np.log2(plain)) + (plain.size - 1) / (2 * seen.size * np.log(2))
    assert rec.ORC(num_candidates).expected_bits(problem) == pytest.approx(expected, abs=0.03)


@pytest.mark.parametrize("num_candidates", [2, 9, 100, 1000, 5000])
@pytest.mark.parametrize("size", [0.5, 0.11, 0.003, 0.0002])
def test_of_a_box_the_index_takes_the_entropy_of_the_first_that_hits(size, num_candidates):
    """All hits have one ratio, so the first of n in time wins: a geometric law, cut off at n; right to 2e-3 bits."""
    law = size * (1.0 - size) ** np.arange(num_candidates)
    law /= law.sum()
    law = law[law > 0.0]
    bits = rec.ORC(num_candidates).expected_bits(rec.uniform_problem([0.25], [0.25 + size]))
    assert bits == pytest.approx(-float(law @ np.log2(law)), abs=2e-3)


@pytest.mark.parametrize("source", [NARROW.problem, rec.gaussian_channel([4.0]), rec.uniform_channel([3.0])], ids=str)
def test_with_many_candidates_the_index_takes_what_that_of_pfr_takes(source):
    """Two laws of one limit by two ways: binomials of n - 1 trials here, geometric laws there."""
    exact = rec.PFR().expected_bits(source)
    assert rec.ORC(2**22).expected_bits(source) == pytest.approx(exact, abs=2e-3)
    assert rec.ORC(2**6).expected_bits(source) < exact - 1e-3
    assert rec.ORC(1).expected_bits(source) == 0.0


@pytest.mark.parametrize("channel", [rec.gaussian_channel([3.0]), rec.gaussian_channel([1.5, 1.0])], ids=str)
def test_a_channels_index_takes_its_bits(channel):
    """Entropy of what 50,000 runs send, plain and with bins."""
    for cut, error in ((None, 0.05), (rec.Partition((4,) * channel.dim), 0.12)):
        method = rec.ORC(60, cut)
        counts = np.bincount(rec.encode_many(channel, 50_000, method, seed=2).indices)
        shares = counts[counts > 0] / counts.sum()
        bins = 0.0 if cut is None else cut.log2_bins
        entropy = bins - float(shares @ np.log2(shares))
        assert method.expected_bits(channel) == pytest.approx(entropy, abs=error)
        assert rec.ORC(3, cut).expected_bits(channel) != pytest.approx(entropy, abs=error)


@pytest.mark.nojit
def test_race_times_beyond_double_precision():
    """Far targets score no candidate well: the best race time may overflow, the search may not."""
    far = rec.gaussian_problem([-1.5], [0.1])
    many = rec.encode_many(far, 200, rec.ORC(1), seed=41)
    assert np.isfinite(many.samples).all()
    for i in range(200):
        one = rec.encode(far, rec.ORC(1), seed=int(many.seeds[i]))
        assert one.race_time == many.race_times[i]
        assert (one.sample == many.samples[i]).all()
    farther = rec.gaussian_problem([50.0], [0.5])
    sent = rec.encode(farther, rec.ORC(100), seed=1)
    seen = rec.trace(farther, rec.ORC(100), seed=1)
    assert sent.sample[0] == seen.samples.max()  # the nearest by far


@pytest.mark.nojit
def test_no_candidate_where_the_target_has_mass():
    problem = rec.uniform_problem([0.5], [0.50001])
    with pytest.raises(rec.RecError, match=r"\w+ .{15,}"):
        rec.encode(problem, rec.ORC(3), seed=1)
    cut = rec.Partition((10_000,))
    sent = rec.encode(problem, rec.ORC(3, cut), seed=1)  # target_mass goes straight there
    assert 0.5 <= sent.sample[0] <= 0.50001
