"""Plain PFR: the exact laws of sample, index, examined and race time; decoding; traces; many runs at once."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from scipy import stats

import rec_core as rec
from tests import naive
from tests.core.conftest import (
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

RUNS = 20_000
PAIRS = {
    "gaussian 1-D": gaussian_pair(0.9, 0.3),
    "gaussian 1-D, narrow": gaussian_pair(-1.2, 0.02),
    "gaussian 1-D, hardly any information": gaussian_pair(0.05, 0.999),
    "gaussian 2-D": gaussian_pair([0.5, -1.0], [0.5, 0.3]),
    "gaussian 5-D with a collapsed dimension": gaussian_pair([0.3, -0.8, 0.0, 1.1, 0.2], [0.5, 0.6, 1.0, 0.5, 0.9]),
    "uniform 1-D": uniform_pair(0.3, 0.41),
    "uniform 2-D": uniform_pair([0.25, 0.1], [0.5, 0.9]),
}


@pytest.fixture(scope="module")
def runs():
    return {name: rec.encode_many(pair.problem, RUNS, seed=101) for name, pair in PAIRS.items()}


@pytest.mark.parametrize("name", PAIRS)
def test_samples_follow_the_target(runs, name):
    samples, oracle = runs[name].samples, PAIRS[name].oracle
    assert samples.shape == (RUNS, oracle.dim)
    assert ks_p_all(samples, oracle.target) > ALPHA
    # The joint law too: uniform scores of each dimension, their mean direction and their radius.
    scores = np.stack([stats.norm.ppf(q.cdf(samples[:, d])) for d, q in enumerate(oracle.target)], axis=1)
    assert ks_p(scores.sum(axis=1) / np.sqrt(oracle.dim), stats.norm.cdf) > ALPHA
    assert ks_p((scores**2).sum(axis=1), stats.chi2(oracle.dim).cdf) > ALPHA


@pytest.mark.parametrize("name", [name for name in PAIRS if "hardly" not in name])
def test_the_same_test_rejects_the_prior(name):
    oracle = PAIRS[name].oracle
    rng = np.random.default_rng(7)
    wrong = np.stack([p.ppf(rng.random(RUNS)) for p in oracle.prior], axis=1)
    assert ks_p_all(wrong, oracle.target) < ALPHA / 1000


@pytest.mark.parametrize("name", ["gaussian 1-D", "gaussian 2-D"])
def test_the_same_test_rejects_race_times_from_the_candidates_stream(name):
    oracle = PAIRS[name].oracle
    horizon = 18 * int(2 ** naive.d_inf_bits_by_search(oracle))
    assert ks_p_all(naive.spoiled_pfr(oracle, RUNS, seed=8, horizon=horizon), oracle.target) < ALPHA / 1000


def test_the_famous_bias_of_shared_streams_is_absent():
    """Spoiled samplers give mean 0.964 and deviation 0.440 here."""
    x = rec.encode_many(rec.gaussian_problem([1.0], [0.5]), RUNS, seed=3).samples[:, 0]
    assert mean_p(x, 1.0) > ALPHA
    assert mean_p((x - 1) ** 2, 0.25) > ALPHA


@pytest.mark.parametrize(
    ("name", "cells_per_dimension"),
    [("gaussian 1-D", 20_000), ("gaussian 1-D, narrow", 50_000), ("gaussian 2-D", 400), ("uniform 1-D", 50_000)],
)
def test_index_follows_the_geometric_mixture(runs, name, cells_per_dimension):
    oracle, indices = PAIRS[name].oracle, runs[name].indices
    intervals = (1,) * oracle.dim
    pmf = naive.index_pmf(oracle, intervals, 200, cells_per_dimension)
    assert index_p(indices, pmf) > ALPHA
    if "gaussian" in name:  # a single geometric with the right mean is the wrong law
        mean = naive.mean_index(oracle, intervals, cells_per_dimension)
        assert index_p(indices, geometric_pmf(1 / mean, 200)) < ALPHA / 1000
    else:
        assert index_p(indices, geometric_pmf(0.11, 200)) > ALPHA
        assert index_p(indices, geometric_pmf(0.12, 200)) < ALPHA / 1000


@pytest.mark.parametrize("name", PAIRS)
def test_examined_is_geometric_with_mean_sup_ratio(runs, name):
    examined = runs[name].examined
    mean = 2 ** naive.d_inf_bits_by_search(PAIRS[name].oracle)
    assert mean == pytest.approx(2 ** PAIRS[name].problem.d_inf_bits, rel=1e-9)
    assert mean_p(examined, mean) > ALPHA
    assert mean_p(examined, 1.06 * mean) < ALPHA
    assert index_p(examined, geometric_pmf(1 / mean, int(8 * mean) + 8)) > ALPHA
    assert index_p(examined, geometric_pmf(1 / (1.12 * mean), int(8 * mean) + 8)) < ALPHA
    assert (examined >= runs[name].indices).all()


@pytest.mark.parametrize("name", PAIRS)
def test_race_time_is_exponential_and_independent_of_the_sample(runs, name):
    result, oracle = runs[name], PAIRS[name].oracle
    assert ks_p(result.race_times, stats.expon.cdf) > ALPHA
    features = [result.samples[:, d] for d in range(oracle.dim)]
    if "uniform" not in name:
        features.append(naive.log_ratio(oracle, result.samples))
    for feature in features:
        assert stats.spearmanr(feature, result.race_times).pvalue > ALPHA
    if "hardly" not in name:  # the index, unlike the sample, does depend on the race time
        assert stats.spearmanr(result.indices, result.race_times).pvalue < ALPHA / 1000


@pytest.mark.parametrize("name", ["gaussian 1-D", "gaussian 1-D, narrow"])
def test_index_given_sample_and_race_time_is_poisson(runs, name):
    """N - 1 given X = x, S = s has mean and variance s g(x)."""
    result, oracle = runs[name], PAIRS[name].oracle
    (row,), _ = naive.cells(oracle, (1,), 50_000)
    rate = result.race_times * naive.excess(row, np.exp(naive.log_ratio(oracle, result.samples)))
    usable = rate > 0.05
    residual = (result.indices[usable] - 1 - rate[usable]) / np.sqrt(rate[usable])
    assert mean_p(residual, 0) > ALPHA
    assert mean_p(residual**2, 1) > ALPHA
    assert mean_p(residual, 0.1) < ALPHA


def test_a_channel_sends_the_prior_on_average():
    """Over Y and the race, X ~ P = N(0, 1) in every dimension, and the divergences average to the information."""
    bits = [1.0, 0.5, 0.0]
    result = rec.encode_many(rec.gaussian_channel(bits), RUNS, seed=31)
    assert ks_p_all(result.samples, (stats.norm(),) * 3) > ALPHA
    assert mean_p(result.kl_bits, 1.5) > ALPHA
    assert mean_p(result.kl_bits, 1.55) < ALPHA
    scale = 0.5
    assert ks_p(result.samples[:, 0] * (1 + scale), stats.norm.cdf) < ALPHA / 1000
    uniform = rec.encode_many(rec.uniform_channel([2.0, 1.0]), RUNS, seed=32)
    assert ks_p_all(uniform.samples, (stats.uniform(),) * 2) > ALPHA
    assert uniform.kl_bits == pytest.approx(3.0, rel=1e-12)


@pytest.mark.nojit
def test_neighbouring_seeds_are_unrelated():
    """Seeds 0, 1, 2, ... as a user would take them."""
    problem = rec.gaussian_problem([0.9], [0.3])
    sent = [rec.encode(problem, seed=seed) for seed in range(1500)]
    x, s = np.array([one.sample[0] for one in sent]), np.array([one.race_time for one in sent])
    assert ks_p(x, PAIRS["gaussian 1-D"].oracle.target[0].cdf) > ALPHA
    assert ks_p(s, stats.expon.cdf) > ALPHA
    for lag in (1, 2, 4, 256):
        assert stats.spearmanr(x[lag:], x[:-lag]).pvalue > ALPHA
        assert stats.spearmanr(s[lag:], s[:-lag]).pvalue > ALPHA


def test_the_target_drawn_and_the_race_run_with_one_seed_are_unrelated():
    """A run's seed makes both Y and the candidates: different purposes, so (X - m) / s is N(0, 1) whatever m."""
    channel = rec.gaussian_channel([2.0, 1.0])
    result = rec.encode_many(channel, 3000, seed=8)
    params = np.array([channel.draw(int(seed)).params for seed in result.seeds])
    scores = (result.samples - params[..., 0]) / params[..., 1]
    assert ks_p_all(scores, (stats.norm(),) * 2) > ALPHA
    for d in range(2):
        for e in range(2):
            assert stats.spearmanr(scores[:, d], params[:, e, 0]).pvalue > ALPHA
        assert stats.spearmanr(result.race_times, params[:, d, 0]).pvalue > ALPHA
    assert stats.spearmanr(result.samples[:, 0], params[:, 0, 0]).pvalue < ALPHA / 1000


# ------------------------------------------------------------------------------------------------- many runs at once


def choices():
    """Every kind of search: what it is tried on, and the method."""
    one, two = rec.gaussian_problem([0.9], [0.3]), rec.gaussian_problem([0.5, -1.0], [0.5, 0.3])
    channel = rec.gaussian_channel([2.0, 1.0, 0.0])
    return {
        "plain": (one, rec.PFR()),
        "channel": (channel, rec.PFR()),
        "uniform channel": (rec.uniform_channel([3.0, 1.0]), rec.PFR(rec.Partition((4, 2)))),
        "best first": (two, rec.PFR(rec.Partition((8, 4)))),
        "one line": (two, rec.PFR(rec.Partition((8, 4)), weighting="target_mass", stopping="single")),
        "uniform weights": (channel, rec.PFR(rec.Partition((4, 2, 2)), weighting="uniform")),
        "beyond enumeration": (channel, rec.PFR(rec.Partition((64, 64, 64)))),
        "orc": (channel, rec.ORC(50)),
        "orc, partitioned": (two, rec.ORC(8, rec.Partition((8, 4)))),
        "orc, beyond enumeration": (channel, rec.ORC(8, rec.Partition((64, 64, 64)), weighting="peak_ratio")),
    }


CHOICES = list(choices())


def problem_of(source, seed):
    return source.draw(int(seed)) if hasattr(source, "draw") else source


@pytest.mark.nojit
@pytest.mark.parametrize("name", CHOICES)
def test_many_runs_equal_single_runs(name):
    source, method = choices()[name]
    many = rec.encode_many(source, 12, method, seed=77)
    for i, seed in enumerate(many.seeds):
        problem = problem_of(source, seed)
        one = rec.encode(problem, method, seed=int(seed))
        assert one.message == rec.Message(tuple(int(b) for b in many.bins[i]), int(many.indices[i])) == many.messages[i]
        assert (one.sample == many.samples[i]).all()
        assert one.examined == many.examined[i]
        assert one.race_time == many.race_times[i]
        assert problem.kl_bits == pytest.approx(many.kl_bits[i], rel=1e-12, abs=1e-15)


def test_arrays_have_the_promised_shapes():
    result = rec.encode_many(rec.gaussian_channel([1.0, 1.0]), 9, rec.PFR(rec.Partition((2, 1))), seed=1)
    assert result.samples.shape == result.bins.shape == (9, 2)
    for column in (result.indices, result.examined, result.race_times, result.kl_bits, result.seeds):
        assert column.shape == (9,)
    assert result.bins.dtype == result.indices.dtype == np.int64
    assert result.seeds.dtype == np.uint64


def test_results_do_not_depend_on_threads_or_on_the_number_of_runs():
    channel = rec.gaussian_channel([3.0, 1.0])
    results = [rec.encode_many(channel, 300, seed=5, num_threads=threads) for threads in (1, 2, 3, 8)]
    results.append(rec.encode_many(channel, 301, seed=5))
    for other in results[1:]:
        for field in ("samples", "bins", "indices", "examined", "race_times", "kl_bits", "seeds"):
            assert (getattr(other, field)[:300] == getattr(results[0], field)).all(), field


def test_searches_in_several_threads_agree():
    """Sessions of a web application share the process."""
    problem, cut = rec.gaussian_problem([0.5, -1.0], [0.5, 0.3]), rec.Partition((4, 4))
    alone = [rec.encode(problem, rec.PFR(cut), seed=seed).message for seed in range(60)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda seed: rec.encode(problem, rec.PFR(cut), seed=seed).message, range(60)))
    assert together == alone


def test_ten_thousand_runs_take_about_a_second():
    problem = rec.gaussian_channel([4.0]).draw(2)
    rec.encode_many(problem, 10, seed=0)
    start = time.perf_counter()
    rec.encode_many(problem, 10_000, seed=0)
    assert time.perf_counter() - start < 3


# ---------------------------------------------------------------------------------------------------------- decoding


@pytest.mark.nojit
@pytest.mark.parametrize("name", CHOICES)
def test_decoding_returns_the_sample_to_the_last_bit(name):
    source, method = choices()[name]
    cut = method.partition
    for seed in range(20):
        problem = problem_of(source, seed)
        sent = rec.encode(problem, method, seed=seed)
        held = rec.decode(sent.message, problem.prior, cut, seed=seed)
        assert held.shape == (problem.dim,)
        assert (held == sent.sample).all()
        assert (rec.decode(sent.message, source.prior, cut, seed=seed) == sent.sample).all()
        assert not np.isclose(rec.decode(sent.message, problem.prior, cut, seed=seed + 1), sent.sample).any()


@pytest.mark.nojit
def test_decoding_does_not_walk_the_stream():
    prior = rec.gaussian_channel([1.0] * 64).prior
    start = time.perf_counter()
    for index in (1, 2**31, 2**32, 2**40, 2**60):
        assert np.isfinite(rec.decode(rec.Message((0,) * 64, index), prior, seed=9)).all()
    assert time.perf_counter() - start < 30  # compilation included; a walk of 2^60 would take years


@pytest.mark.nojit
def test_messages_out_of_arrays_decode_too():
    """Rows of encode_many hold NumPy integers."""
    problem, cut = rec.gaussian_problem([0.5, -1.0], [0.5, 0.3]), rec.Partition((4, 4))
    result = rec.encode_many(problem, 5, rec.PFR(cut), seed=1)
    for i in range(5):
        message = rec.Message(tuple(result.bins[i]), result.indices[i])
        assert (rec.decode(message, problem.prior, cut, seed=result.seeds[i]) == result.samples[i]).all()


@pytest.mark.nojit
@pytest.mark.parametrize("log2_intervals", [20, 40, 51])
def test_the_outermost_of_very_fine_bins_decode_to_finite_samples(log2_intervals):
    """(bin + place) / n may round to 1, where the quantile function is infinite."""
    prior, num = rec.gaussian_problem([0.0], [0.5]).prior, 2**log2_intervals
    for b in (0, num - 1):
        x = [rec.decode(rec.Message((b,), n), prior, rec.Partition((num,)), seed=1)[0] for n in range(1, 300)]
        assert np.isfinite(x).all()


@pytest.mark.nojit
def test_plain_coding_is_one_bin():
    problem = rec.gaussian_problem([0.5, -1.0], [0.5, 0.3])
    for seed in range(30):
        plain, one_bin = rec.encode(problem, seed=seed), rec.encode(problem, rec.PFR(rec.Partition((1, 1))), seed=seed)
        assert plain.message == one_bin.message
        assert plain.message.bin == (0, 0)
        assert (plain.sample == one_bin.sample).all()
        assert (plain.examined, plain.race_time) == (one_bin.examined, one_bin.race_time)


# ------------------------------------------------------------------------------------------------------------ traces


TWO, FAR = gaussian_pair([0.5, -1.0], [0.5, 0.3]), gaussian_pair(1.5, 0.4)
TRACED = {
    "plain": (gaussian_pair(0.9, 0.3), rec.PFR(rec.Partition((1,)))),
    "plain 3-D": (gaussian_pair([0.3, -0.8, 0.0], [0.5, 0.6, 1.0]), rec.PFR(rec.Partition.uncut(3))),
    "best first": (TWO, rec.PFR(rec.Partition((8, 4)))),
    "one line, peaks": (TWO, rec.PFR(rec.Partition((4, 4)), stopping="single")),
    "one line, masses": (FAR, rec.PFR(rec.Partition((8,)), weighting="target_mass", stopping="single")),
    "a line a bin, masses": (FAR, rec.PFR(rec.Partition((8,)), weighting="target_mass")),
    "a line a bin, uniform": (FAR, rec.PFR(rec.Partition((8,)), weighting="uniform")),
    "uniform family": (
        uniform_pair([0.25, 0.1], [0.5, 0.9]),
        rec.PFR(rec.Partition((2, 4)), weighting="target_mass"),
    ),
    "beyond enumeration": (TWO, rec.PFR(rec.Partition((128, 64)), weighting="target_mass", stopping="single")),
    "orc": (gaussian_pair(0.9, 0.3), rec.ORC(40, rec.Partition((1,)))),
    "orc, partitioned": (TWO, rec.ORC(40, rec.Partition((8, 4)))),
}


def traced(name, seed):
    """The pair, the method, the encoding and the trace."""
    pair, method = TRACED[name]
    return pair, method, rec.encode(pair.problem, method, seed=seed), rec.trace(pair.problem, method, seed=seed)


@pytest.mark.nojit
@pytest.mark.parametrize("name", TRACED)
def test_trace_tells_the_same_story_as_encode(name):
    for seed in range(12):
        pair, method, sent, seen = traced(name, seed)
        intervals, count = method.partition.intervals, len(seen.race_times)
        assert seen.examined == sent.examined == count
        assert seen.message == sent.message
        assert (seen.samples[seen.winner] == sent.sample).all()
        assert seen.race_times[seen.winner] == pytest.approx(sent.race_time, rel=1e-12)
        assert sent.message == rec.Message(
            tuple(int(b) for b in seen.bins[seen.winner]), int(seen.indices[seen.winner])
        )
        assert (seen.positions == np.arange(1, count + 1)).all()
        assert (np.diff(seen.arrival_times) > 0).all()
        # The race: score by score, in the oracle's arithmetic.
        with np.errstate(divide="ignore"):
            assert seen.race_times == pytest.approx(seen.arrival_times / 2.0**seen.log_ratios_bits, rel=1e-9)
        assert seen.winner == np.argmin(seen.race_times)
        running = [int(np.argmin(seen.race_times[: k + 1])) for k in range(count)]
        ever_finite = np.isfinite(np.minimum.accumulate(seen.race_times))
        assert (seen.best[ever_finite] == np.array(running)[ever_finite]).all()
        # Where the candidates lie.
        assert (np.floor(seen.quantiles * np.array(intervals)) == seen.bins).all()
        for d, law in enumerate(pair.oracle.prior):
            assert seen.samples[:, d] == pytest.approx(law.ppf(seen.quantiles[:, d]), rel=1e-12, abs=1e-15)
        # The ratios r' = r / (J pi_j).
        weights = naive.bin_weights(pair.oracle, intervals, method.weighting)
        j = np.ravel_multi_index(tuple(seen.bins.T), intervals)
        log_reweighted = naive.log_ratio(pair.oracle, seen.samples) - np.log(len(weights) * weights[j])
        assert seen.log_ratios_bits * np.log(2) == pytest.approx(log_reweighted, rel=1e-9, abs=1e-9)
        # Local indices count the candidates of a bin.
        for k in range(count):
            assert seen.indices[k] == 1 + np.sum(j[:k] == j[k])
        for k in range(count):
            held = rec.decode(
                rec.Message(tuple(int(b) for b in seen.bins[k]), int(seen.indices[k])),
                pair.problem.prior,
                method.partition,
                seed=seed,
            )
            assert (held == seen.samples[k]).all()


@pytest.mark.nojit
@pytest.mark.parametrize("name", [name for name in TRACED if "orc" not in name])
def test_trace_stops_where_theory_says(name):
    for seed in range(12):
        pair, method, _, seen = traced(name, seed)
        intervals = method.partition.intervals
        peak = naive.peaks(pair.oracle, intervals)
        weights = naive.bin_weights(pair.oracle, intervals, method.weighting)
        used = weights > 0
        reweighted_peak = peak[used] / (len(weights) * weights[used])
        best_before = np.concatenate([[np.inf], np.minimum.accumulate(seen.race_times)[:-1]])
        if method.stopping == "single" or seen.stopping == "single":
            line = best_before * reweighted_peak.max()
        else:
            j = np.ravel_multi_index(tuple(seen.bins.T), intervals)
            line = best_before * (peak / np.where(used, len(weights) * weights, 1))[j]
        assert (seen.arrival_times <= line * (1 + 1e-9)).all()
        assert seen.stop_time == pytest.approx(seen.race_times[seen.winner] * reweighted_peak.max(), rel=1e-6)
        assert seen.log2_sup_ratio == pytest.approx(np.log2(reweighted_peak.max()), rel=1e-6, abs=1e-6)


def test_what_a_line_a_bin_examines_is_part_of_what_one_line_examines():
    pair = gaussian_pair(1.5, 0.4)
    cut = rec.Partition((8,))
    for weighting in ("peak_ratio", "target_mass", "uniform"):
        for seed in range(30):
            both = [
                rec.trace(pair.problem, rec.PFR(cut, weighting=weighting, stopping=stopping), seed=seed)
                for stopping in ("per_bin", "single")
            ]
            few, many = (
                {(int(b[0]), int(i), t) for b, i, t in zip(s.bins, s.indices, s.arrival_times, strict=True)}
                for s in both
            )
            assert few <= many


def test_a_short_trace_keeps_every_improvement():
    problem = rec.gaussian_problem([1.0], [0.02])
    for seed in range(10):
        full, short = rec.trace(problem, seed=seed), rec.trace(problem, seed=seed, max_events=5)
        assert full.message == short.message
        assert full.examined == short.examined
        assert (np.diff(short.positions) > 0).all()
        kept = short.positions - 1
        assert (full.race_times[kept] == short.race_times).all()
        improvements = np.flatnonzero(np.diff(np.concatenate([[-1], full.best])))
        assert np.isin(improvements, kept).all()
        assert kept[short.winner] == full.winner
        assert len(kept) <= 5 + len(improvements)


def test_clocks_and_candidates_of_a_trace_are_unrelated():
    """Rank correlation of the candidate with the gap before it, over many traces."""
    gaps, places = [], []
    for seed in range(400):
        seen = rec.trace(rec.gaussian_problem([0.9], [0.1]), seed=seed)
        gaps.extend(np.diff(np.concatenate([[0.0], seen.arrival_times])))
        places.extend(seen.quantiles[:, 0])
    # The last candidates of a search are chosen by where they fell: use the first few of each only.
    first = np.array([rec.trace(rec.gaussian_problem([0.9], [0.1]), seed=s).arrival_times[0] for s in range(2000)])
    assert ks_p(first, stats.expon.cdf) > ALPHA
    assert stats.spearmanr(gaps, places).pvalue > ALPHA


def test_bins_of_the_first_candidate_follow_the_weights():
    problem, cut = rec.gaussian_problem([1.5], [0.4]), rec.Partition((8,))
    oracle = naive.gaussian(1.5, 0.4)
    for weighting in ("peak_ratio", "target_mass", "uniform"):
        first = [
            int(rec.trace(problem, rec.PFR(cut, weighting=weighting, stopping="single"), seed=s).bins[0, 0])
            for s in range(1500)
        ]
        counts = np.bincount(first, minlength=8)
        assert chi_square_p(counts, naive.bin_weights(oracle, (8,), weighting)) > ALPHA
