"""Methods that try one candidate after another: their samples, messages, laws, traces, and their refusals."""

from __future__ import annotations

import math
from collections import Counter
from itertools import permutations

import numpy as np
import pytest
from scipy import stats

import rec_core as rec
from rec_core.laws.tries import rejection_channel_law
from rec_core.laws.width import above, panel, width
from rec_core.methods import new_record
from rec_core.methods.mrc import candidate_at, place_of
from rec_core.methods.tries import accept_in_turn
from rec_core.study.__main__ import main
from rec_core.tables import tables
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

PAIR = gaussian_pair([0.5, -1.0], [0.6, 0.5])
LINE = gaussian_pair([1.0], [0.5])
BOX = uniform_pair([0.2], [0.45])
REJECTION, GREEDY, RANDOM, STOPPED = METHODS = (
    rec.RejectionSampling(), rec.GreedyRejection(), rec.MinimalRandomCoding(6), rec.TruncatedPFR(8),
)  # fmt: skip
NAMES = [type(method).__name__ for method in METHODS]
each = pytest.mark.parametrize("method", METHODS, ids=NAMES)
RUNS = 8000


def sent(problem, method, runs=RUNS, seed=5):
    return rec.encode_many(problem, runs, method, seed=seed)


# ---------------------------------------------------------------------------------------------------- what is sent


@each
@pytest.mark.parametrize("pair", [PAIR, LINE, BOX], ids=["2-D", "1-D", "box"])
def test_receiver_and_trace_have_the_senders_sample_to_the_last_bit(method, pair):
    problem = pair.problem
    for seed in (0, 7, 2**64 - 1):
        one = rec.encode(problem, method, seed=seed)
        assert (rec.decode(one.message, problem.prior, method, seed=seed) == one.sample).all()
        assert one.log_ratio_bits == pytest.approx(problem.log_ratio_bits(one.sample), rel=1e-9)
        seen = rec.trace(problem, method, seed=seed)
        assert (seen.message, seen.examined, len(seen.indices)) == (one.message, one.examined, one.examined)
        assert (seen.samples[seen.winner] == one.sample).all()
        assert seen.indices[seen.winner] == one.message.index
        assert seen.race_times[seen.winner] == seen.race_times.min() == one.race_time
        assert seen.quantiles == pytest.approx(problem.prior.cdf(seen.samples), abs=1e-12)
        if method is not RANDOM:
            assert (rec.decode(one.message, problem.prior, seed=seed) == one.sample).all()
            assert (seen.indices == np.arange(1, one.examined + 1)).all()


@each
@pytest.mark.parametrize("source", [PAIR.problem, rec.gaussian_channel([1.0, 0.5])], ids=["problem", "channel"])
def test_many_runs_equal_single_runs(method, source):
    found = rec.encode_many(source, 16, method, seed=3, num_threads=2)
    for i, seed in enumerate(found.seeds.tolist()):
        problem = source if isinstance(source, rec.Problem) else source.draw(seed)
        one = rec.encode(problem, method, seed=seed)
        assert (one.message, one.examined, one.race_time) == (found.messages[i], found.examined[i], found.race_times[i])
        assert (one.sample == found.samples[i]).all()
        assert problem.kl_bits == found.kl_bits[i]


def test_rejection_shows_what_it_rejects():
    for method in (REJECTION, rec.GreedyRejection()):
        seen = max((rec.trace(LINE.problem, method, seed=seed) for seed in range(9)), key=lambda one: one.examined)
        assert (seen.stopping, seen.stop_time) == ("accept", 1.0)
        ratios = 2.0**seen.log_ratios_bits
        assert seen.race_times == pytest.approx(seen.arrival_times / ratios, rel=1e-12)
        assert (seen.arrival_times[:-1] > ratios[:-1]).all()
        assert seen.arrival_times[-1] <= ratios[-1]
        assert (seen.arrival_times > 0.0).all()
        assert seen.winner == seen.examined - 1 > 3
    assert (rec.trace(LINE.problem, REJECTION, seed=9).arrival_times <= 2.0**LINE.problem.d_inf_bits).all()


def test_a_race_that_is_given_up_has_no_other_times():
    given_up = rec.TruncatedPFR(1)
    for seed in range(6):
        whole, seen = (rec.trace(LINE.problem, method, seed=seed) for method in (rec.PFR(), given_up))
        assert seen.message.index == 1
        assert seen.race_times[0] == whole.race_times[0] == rec.encode(LINE.problem, given_up, seed=seed).race_time
    seen = rec.trace(LINE.problem, rec.TruncatedPFR(3), seed=_given_up_at(3))
    assert (seen.message.index, seen.examined, seen.winner) == (1, 3, 0)
    assert np.isinf(seen.race_times[1:]).all()


def _given_up_at(count):
    return next(seed for seed in range(100) if rec.trace(LINE.problem, seed=seed).examined > count)


def test_pfr_that_may_go_on_long_enough_is_pfr():
    plain = sent(PAIR.problem, rec.PFR(), 300)
    stopped = sent(PAIR.problem, rec.TruncatedPFR(10**6), 300)
    assert stopped.messages == plain.messages
    assert (stopped.race_times == plain.race_times).all()
    for i, seed in enumerate(plain.seeds.tolist()):
        short = rec.encode(PAIR.problem, STOPPED, seed=seed)
        assert short.message.index == (plain.indices[i] if plain.examined[i] <= 8 else 1)


def test_greedy_and_plain_rejection_agree_where_the_ratio_has_one_value():
    """A candidate in the box is taken by both, whatever chance says."""
    assert (sent(BOX.problem, GREEDY, 200).indices == sent(BOX.problem, REJECTION, 200).indices).all()


# ---------------------------------------------------------------------------------------------------- their samples


@pytest.mark.parametrize("method", [REJECTION, GREEDY], ids=NAMES[:2])
def test_exact_methods_are_exact(method):
    assert ks_p_all(sent(PAIR.problem, method).samples, PAIR.oracle.target) > ALPHA
    assert ks_p_all(sent(LINE.problem, method).samples, LINE.oracle.target) > ALPHA
    assert ks_p_all(sent(BOX.problem, method, 2000).samples, BOX.oracle.target) > ALPHA


@pytest.mark.parametrize(("greedy", "other", "cut"), [(False, [1.0, 0.5], math.log(2)), (True, [0.6, 0.6], 0.0)])
def test_spoiled_ones_are_not(greedy, other, cut):
    """Rejection that takes sup r for half of what it is; greedy rejection by the law of a lower ratio."""
    problem, lower = LINE.problem, rec.gaussian_problem(other[:1], other[1:])
    table, wrong = tables(problem, rec.Partition.uncut(1), "peak_ratio"), width(lower)
    log_sup, record = problem.d_inf_bits * math.log(2) - cut, new_record(0, 1)
    seeds = rec.randomness.run_seeds(5, RUNS)
    indices = [accept_in_turn(table, wrong, greedy, seed, log_sup, 10**4, record).local_index for seed in seeds]
    samples = rec.decode_many((np.zeros((RUNS, 1), int), indices), problem.prior, seeds=seeds)
    assert ks_p_all(samples, LINE.oracle.target) < ALPHA


@pytest.mark.parametrize(
    "problem",
    [rec.laplace_problem([0.7], [0.5]), rec.laplace_problem([0.7], [1.0]), rec.piecewise_problem([0.0, 3.0, 3.0, 1.0]),
     rec.logistic_problem([0.5, -0.3], [0.6, 0.5])],
    ids=["laplace", "flat tails", "piecewise", "logistic 2-D"],
)  # fmt: skip
def test_greedy_rejection_in_other_families(problem):
    """Against PFR's samples, which other tests hold to Q: both of one law, by the values of r."""
    methods = GREEDY, rec.PFR(), rec.MinimalRandomCoding(1)
    greedy, exact, spoiled = (problem.log_ratio_bits(sent(problem, one, 3000).samples).round(9) for one in methods)
    assert stats.ks_2samp(greedy, exact).pvalue > ALPHA
    assert stats.ks_2samp(spoiled, exact).pvalue < ALPHA


def test_minimal_random_coding_sends_the_sample_of_ordered_random_coding():
    for method, ordered in ((RANDOM, rec.ORC(6)), (rec.MinimalRandomCoding(3000), rec.ORC(3000))):  # one by tiles
        for problem in (PAIR.problem, rec.gaussian_problem([0.5], [1.5])):
            one, other = (rec.encode(problem, each, seed=11) for each in (method, ordered))
            assert (one.sample == other.sample).all()
            assert one.race_time == other.race_time
    one, other = sent(LINE.problem, RANDOM), sent(LINE.problem, rec.ORC(6))
    assert (one.samples == other.samples).all()
    assert np.mean(one.indices == other.indices) < 0.3
    points, values = naive.orc_cdf(LINE.oracle, 6)
    assert ks_p(one.samples[:, 0], lambda x: np.interp(x, points, values)) > ALPHA
    assert ks_p_all(one.samples, LINE.oracle.target) < ALPHA
    bias = rec.laws.orc_bias(LINE.problem, rec.ORC(6)).total_variation
    assert RANDOM.total_variation(LINE.problem) == pytest.approx(bias)


def test_its_index_is_drawn_by_the_ratios_alone():
    """Given all candidates index i has chance r_i over their sum: that of the one sent has the mean sum of squares."""
    found, ratios = sent(LINE.problem, RANDOM, 3000), []
    for place in range(1, 7):
        numbers = [candidate_at(seed, place, 6) for seed in found.seeds]
        samples = rec.decode_many((found.bins, numbers), LINE.problem.prior, seeds=found.seeds)
        ratios.append(2.0 ** LINE.problem.log_ratio_bits(samples))
    shares = np.array(ratios).T
    shares /= shares.sum(axis=1, keepdims=True)
    chosen = shares[np.arange(len(shares)), found.indices - 1]
    assert mean_p(chosen - (shares**2).sum(axis=1), 0.0) > ALPHA
    assert mean_p(shares[:, 0] - (shares**2).sum(axis=1), 0.0) < ALPHA


def test_both_orders_of_candidates_are_one_permutation():
    seed = np.uint64(3)
    for count in (1, 2, 3, 5, 24, 25, 1000):
        places = [place_of(seed, index, count) for index in range(1, count + 1)]
        assert sorted(places) == list(range(1, count + 1))
        assert [candidate_at(seed, place, count) for place in places] == list(range(1, count + 1))
    for count in (2**40 + 1, 2**61 - 1):
        for index in (1, 77, count):
            assert candidate_at(seed, place_of(seed, index, count), count) == index
    seeds, every = rec.randomness.run_seeds(1, 6000), np.full(24, 1 / 24)
    orders = Counter(tuple(place_of(one, index, 4) for index in (1, 2, 3, 4)) for one in seeds)
    assert chi_square_p(np.array([orders[order] for order in permutations((1, 2, 3, 4))]), every) > ALPHA
    shifts = Counter(tuple(np.roll((1, 2, 3, 4), int(one % 4)).tolist()) for one in seeds)
    assert chi_square_p(np.array([shifts[order] for order in permutations((1, 2, 3, 4))]), every) < ALPHA


# ---------------------------------------------------------------------------------------------------- their laws


@each
@pytest.mark.parametrize("pair", [PAIR, LINE], ids=["2-D", "1-D"])
def test_the_laws_of_index_and_cost(method, pair):
    found, law = sent(pair.problem, method), method.index_pmf(pair.problem, 300)
    assert index_p(found.indices, law) > ALPHA
    assert index_p(found.indices, (law + 0.3 * geometric_pmf(0.9, 300)) / 1.3) < ALPHA
    assert mean_p(found.examined, method.expected_examined(pair.problem)) > ALPHA
    assert rec.laws.expected_examined(pair.problem, method) == method.expected_examined(pair.problem)
    law = method.index_pmf(pair.problem, 20_000)
    some = law[law > 0]
    assert method.expected_bits(pair.problem) == pytest.approx(-(some @ np.log2(some)), abs=2e-3)


@pytest.mark.parametrize(("pair", "points", "error"), [(LINE, 200_000, 1e-8), (PAIR, 600, 2e-5), (BOX, 200_000, 1e-8)])
def test_greedy_rejection_loses_what_is_left_of_the_target(pair, points, error):
    """Against the recursion on evenly spread points of P, by another hand."""
    ratio = naive.cells(pair.oracle, (1,) * pair.problem.dim, points).ratio[0]
    tails = naive.greedy_tails(ratio, 40)
    told = GREEDY.index_pmf(pair.problem, 40)
    assert told == pytest.approx(tails[:-1] - tails[1:], abs=error)
    assert (np.abs(told - REJECTION.index_pmf(pair.problem, 40)).max() > 0.05) == (pair is not BOX)


def test_what_is_left_above_a_level():
    """S is the mean of (r - h)^+, at levels between those that are tabled, and far up."""
    for problem in (LINE.problem, rec.laplace_problem([0.7], [0.5]), rec.piecewise_problem([0.0, 3.0, 3.0, 1.0])):
        ratio = 2.0 ** problem.log_ratio_bits(problem.prior.quantile(((np.arange(400_000) + 0.5) / 400_000)[:, None]))
        law = width(problem, 1e-3)
        top = law.levels[-1]
        assert top == pytest.approx(2.0**problem.d_inf_bits)
        for level in (0.0, 0.0123, 0.777, 1.0, 0.5 + 0.5 * top, 0.99 * top, 0.9999 * top):
            told = above(law, level, panel(law, level, 0))
            assert told == pytest.approx(np.maximum(ratio - level, 0.0).mean(), abs=2e-8)


def test_rejection_has_a_geometric_index_and_over_a_channel_a_mixture_of_them():
    problem = LINE.problem
    assert REJECTION.index_pmf(problem, 50) == pytest.approx(geometric_pmf(2.0**-problem.d_inf_bits, 50), rel=1e-12)
    assert REJECTION.index_pmf(rec.gaussian_problem([0.0], [1.0]), 3).tolist() == [1.0, 0.0, 0.0]
    channel = rec.gaussian_channel([1.0, 0.0, 0.7])
    draws = np.random.default_rng(2).normal(size=(200_000, 2))
    success = 2.0**-1.7 * np.exp(-0.5 * (draws**2).sum(axis=1))  # sup r = exp(chi^2 / 2) 2^I, worked by hand
    oracle = np.array([(success * (1 - success) ** n).mean() for n in range(12)])
    law = rejection_channel_law(channel)
    assert law.pmf(12) == pytest.approx(oracle, abs=1e-3)
    assert index_p(sent(channel, rec.RejectionSampling(max_examined=2**40), 3000).indices, law.pmf(300)) > ALPHA
    assert index_p(sent(channel, rec.PFR(), 3000).indices, law.pmf(300)) < ALPHA


@pytest.mark.parametrize("pair", [PAIR, LINE, BOX], ids=["2-D", "1-D", "box"])
def test_what_giving_up_costs(pair):
    """Index, cost and total variation against simulations by another hand."""
    samples, indices, examined = naive.given_up(pair.oracle, 8, 100_000, 3)
    assert index_p(indices, STOPPED.index_pmf(pair.problem, 8)) > ALPHA
    assert index_p(indices, rec.laws.index_pmf(pair.problem, max_index=8)) < ALPHA
    assert mean_p(examined, STOPPED.expected_examined(pair.problem)) > ALPHA
    # P(r(sent) < h) - Q(r < h) is largest at the h where the output's density crosses that of Q
    ratio = naive.log_ratio(pair.oracle, samples)
    target = naive.log_ratio(
        pair.oracle, np.stack([q.rvs(100_000, random_state=5 + d) for d, q in enumerate(pair.oracle.target)], axis=-1)
    )
    levels = np.linspace(*np.quantile(target, [0.001, 0.999]), 400)
    apart = max(np.mean(ratio < h) - np.mean(target < h) for h in levels)
    told = STOPPED.total_variation(pair.problem)
    assert told == pytest.approx(apart, abs=0.008)
    chance = (1 - 2.0**-pair.problem.d_inf_bits) ** 8
    assert chance * rec.TruncatedPFR(1).total_variation(pair.problem) < told - 0.02


def test_giving_up_at_once_and_never():
    assert rec.TruncatedPFR(1).total_variation(BOX.problem) == pytest.approx(0.75, abs=1e-6)  # P itself: 1 - 1/4
    assert rec.TruncatedPFR(3).total_variation(BOX.problem) == pytest.approx(0.75**3, abs=1e-6)  # never in the box
    assert rec.TruncatedPFR(10**6).total_variation(LINE.problem) == pytest.approx(0.0, abs=1e-12)
    same = rec.gaussian_problem([0.0], [1.0])
    assert (STOPPED.total_variation(same), STOPPED.expected_examined(same)) == (0.0, 1.0)
    for method in (REJECTION, GREEDY, STOPPED):
        assert method.index_pmf(same, 2) == pytest.approx([1.0, 0.0], abs=1e-9)
        assert method.expected_bits(same) == pytest.approx(0.0, abs=1e-6)


def test_lengths_over_a_channel_are_those_of_the_mean_index_law():
    channel = rec.gaussian_channel([1.0])
    means = np.sqrt(0.75) * np.random.default_rng(4).normal(size=400)
    for method, edge in ((GREEDY, 400), (STOPPED, 8)):
        laws = np.mean([method.index_pmf(rec.gaussian_problem([m], [0.5]), edge) for m in means], axis=0)
        some = laws[laws > 0]
        tail = max(0.0, 1.0 - laws.sum())
        told = method.expected_bits(channel)
        assert told == pytest.approx(-(some @ np.log2(some)) + tail * math.log2(edge), abs=0.1)
        assert told < rec.RejectionSampling().expected_bits(channel)
    assert RANDOM.expected_bits(channel) == math.log2(6)


def test_long_tails_of_greedy_rejection_go_on_where_its_steps_are_no_longer_taken():
    """From 2^12 on by an equation; its tails are those of the steps, and all of them together are sup r on average."""
    from rec_core.laws.tries import _greedy_tails

    problem = rec.gaussian_problem([0.5], [2.0**-13])
    edges, out = np.array([4000.0, 5000.0, 9000.0, 40_000.0]), np.empty(4)
    _greedy_tails(width(problem), edges, out)
    pmf = GREEDY.index_pmf(problem, 40_000)
    assert out == pytest.approx(1.0 - np.cumsum(pmf)[edges.astype(int) - 2], abs=1e-6)


# ---------------------------------------------------------------------------------------------------- refusals


@each
def test_an_unbounded_ratio_is_refused_where_the_search_could_not_stop(method):
    wide = rec.gaussian_problem([0.2, 0.0], [1.5, 0.5])
    if method is RANDOM:
        assert rec.encode(wide, method, seed=1).examined == 6
        return
    for call in (
        lambda: rec.encode(wide, method, seed=1), lambda: rec.encode_many(wide, 2, method, seed=1),
        lambda: rec.trace(wide, method, seed=1), lambda: method.index_pmf(wide, 3), lambda: method.expected_bits(wide),
    ):  # fmt: skip
        with pytest.raises(rec.RecError, match=r"no upper bound and [\w ]+ could never stop. Use rec.ORC"):
            call()


@pytest.mark.parametrize("kind", [rec.RejectionSampling, rec.GreedyRejection])
def test_searches_over_budget_say_what_would_do(kind):
    far = rec.gaussian_problem([0.5], [2.0**-16])
    for run in (rec.encode, rec.trace, lambda *case, seed: rec.encode_many(case[0], 3, case[1], seed=seed)):
        with pytest.raises(rec.BudgetExceeded, match=r"on average, max_examined is 100. Raise .*rec.Partition\(\(\d+"):
            run(far, kind(max_examined=100), seed=1)
    with pytest.raises(rec.BudgetExceeded, match="bins"):  # and no lucky run of a channel is kept that encode refuses
        rec.encode_many(rec.gaussian_channel([16.0]), 3, kind(max_examined=4000), seed=1)
    near = kind(max_examined=2)
    with pytest.raises(rec.BudgetExceeded, match="examined 2 without finishing; max_examined is 2") as error:
        rec.encode_many(LINE.problem, 50, near, seed=1)
    assert error.value.expected_bits == LINE.problem.d_inf_bits


def test_fixed_numbers_over_budget():
    with pytest.raises(rec.BudgetExceeded, match="MRC with 100 candidates examines all"):
        rec.encode(LINE.problem, rec.MinimalRandomCoding(100, max_examined=10), seed=1)
    with pytest.raises(rec.BudgetExceeded, match="MRC with 100 candidates examines all"):
        rec.encode_many(LINE.problem, 4, rec.MinimalRandomCoding(100, max_examined=10), seed=1)
    with pytest.raises(rec.BudgetExceeded, match="gives up only after num_candidates = 9"):
        rec.encode_many(LINE.problem, 50, rec.TruncatedPFR(9, max_examined=1), seed=1)
    with pytest.raises(rec.RecError, match="MRC needs more candidates"):
        rec.encode_many(rec.uniform_problem([0.2], [0.201]), 3, RANDOM, seed=1)


def test_messages_that_name_nothing():
    prior = LINE.problem.prior
    for message in (rec.Message((0,), 7), rec.Message((0,), 0), rec.Message((1,), 1), rec.Message((0, 0), 1), None):
        with pytest.raises(rec.RecError):
            rec.decode(message, prior, RANDOM, seed=1)
    assert rec.decode(rec.Message((0,), 6), prior, RANDOM, seed=1).shape == (1,)


@each
def test_settings_that_are_no_numbers(method):
    names = [name for name in ("num_candidates", "max_examined") if hasattr(method, name)]
    for name in names:
        for odd in (0, -1, 1.5, "8", None, True, 2**70):
            with pytest.raises(rec.RecError, match=name):
                type(method)(**{**dict.fromkeys(names, 4), name: odd})
    for odd in (0, 2**25, 1.5):
        with pytest.raises(rec.RecError, match="max_index"):
            method.index_pmf(LINE.problem, odd)
    with pytest.raises(rec.RecError):
        method.index_pmf("gaussian", 3)
    with pytest.raises(rec.RecError):
        method.expected_bits(None)


# ---------------------------------------------------------------------------------------------------- studies


def test_the_command_line_of_studies_takes_them_all(tmp_path, capsys):
    words = ["--bits", "2", "--runs", "5", "--num-candidates", "8", "--format", "csv", "--out", str(tmp_path)]
    assert main([*words, "--method", ",".join(["pfr", *(name.lower() for name in NAMES)])]) == 0
    shown = capsys.readouterr().out
    assert all(name.lower() in shown for name in NAMES)
    cells = rec.study.load(tmp_path).cells
    assert [type(cell.method) for cell in cells[1:]] == [type(method) for method in METHODS]
    rows = rec.study.read(tmp_path)
    last = cells[-1].encode(int(rows["seed"][-1]))
    assert (last.message.index, last.examined) == (rows["index"][-1], rows["examined"][-1])
    assert main(["--bits", "2", "--log2-bins", "1", "--method", "rejectionsampling", "--runs", "2"]) == 2
    assert "has no bins" in capsys.readouterr().err
    assert main(["--bits", "2", "--method", "truncatedpfr", "--runs", "2"]) == 2
    assert "--num-candidates" in capsys.readouterr().err
