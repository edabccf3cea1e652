"""A* coding, GPRS and its fast variant: exact samples, index and cost laws against a slow oracle of another hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

import rec_core as rec
from rec_core.laws import greedy_poisson
from rec_core.methods import by_tree, gprs
from rec_core.methods.measured import number_bits, path_bits
from rec_core.methods.method import new_record
from rec_core.methods.rows import Rows
from rec_core.randomness import run_seeds
from tests import naive
from tests.core.conftest import ALPHA, gaussian_pair, geometric_pmf, index_p, ks_p, ks_p_all, mean_p

LINE, PLANE = gaussian_pair([1.0], [0.3]), gaussian_pair([0.5, -1.0], [0.5, 0.3])
TREE = rec.AStar((1.0, 2.5))
EVERY = {
    "GPRS": (LINE, rec.GPRS()),
    "GPRS in the plane": (PLANE, rec.GPRS()),
    "FastGPRS": (LINE, rec.FastGPRS()),
    "AStar": (PLANE, TREE),
    "AStar with roots": (PLANE, rec.AStar(partition=rec.Partition((3, 2)))),
}
CASES = pytest.mark.parametrize(("pair", "method"), EVERY.values(), ids=EVERY)
RUNS = 4000


def both_p(one, other):
    """p-value of two samples of counts having one law: chi-square, rare values put together."""
    ends = np.unique(np.quantile(np.concatenate((one, other)), np.linspace(0.0, 1.0, 13)[1:-1]))
    table = [np.bincount(np.searchsorted(ends, values), minlength=ends.size + 1) for values in (one, other)]
    return stats.chi2_contingency(np.array(table)[:, np.sum(table, axis=0) > 0]).pvalue


@CASES
def test_samples_follow_the_target(pair, method):
    found = rec.encode_many(pair.problem, RUNS, method, seed=5)
    assert ks_p_all(found.samples, pair.oracle.target) > ALPHA
    wider = [stats.norm(m, 1.2 * s) for m, s in pair.problem.params]
    assert ks_p_all(found.samples, wider) < ALPHA
    if isinstance(method, rec.AStar):  # PFR's own law
        assert ks_p(found.race_times, stats.expon.cdf) > ALPHA
        assert ks_p(found.race_times, stats.expon(scale=1.15).cdf) < ALPHA


def test_a_height_that_rises_too_slowly_is_noticed():
    curve, (problem, oracle) = greedy_poisson.rise(LINE.problem), LINE
    late = curve._replace(times=2.0 * curve.times, above=0.5 * curve.above)
    seeds = run_seeds(5, RUNS)
    for height, fits in ((curve, True), (late, False)):
        none = np.zeros(RUNS, np.int64)
        rows = Rows(np.empty((RUNS, 1)), none[:, None], none.copy(), none.copy(), np.empty(RUNS), np.empty(RUNS))
        gprs._many(problem.family_code, problem.table, height, seeds, 2**20, new_record(0, 1), rows)
        assert (ks_p_all(rows.samples, oracle.target) > ALPHA) == fits


@pytest.mark.parametrize(("pair", "most"), [(LINE, 40), (PLANE, 100)], ids=["line", "plane"])
def test_the_index_of_gprs_has_its_law(pair, most):
    method, problem = rec.GPRS(), pair.problem
    found, law = rec.encode_many(problem, RUNS, method, seed=6), method.index_pmf(problem, most)
    assert index_p(found.indices, law) > ALPHA
    assert index_p(found.indices, rec.laws.index_pmf(problem, max_index=most)) < ALPHA  # PFR's
    assert mean_p(found.examined, method.expected_examined(problem)) > ALPHA
    assert (found.examined == found.indices).all()


def test_the_index_law_of_gprs_is_that_of_a_simulation_of_another_hand():
    luck, (m, s) = np.random.default_rng(3), LINE.problem.params[0]
    indices, samples = naive.gprs(m, s, 2000, luck)
    assert index_p(indices, rec.GPRS().index_pmf(LINE.problem, 40)) > ALPHA
    assert index_p(indices, rec.laws.index_pmf(LINE.problem, max_index=40)) < ALPHA
    assert ks_p(samples, LINE.oracle.target[0].cdf) > ALPHA


def test_of_a_box_the_index_of_gprs_is_geometric():
    box = rec.uniform_problem([0.25], [0.35])
    assert rec.GPRS().index_pmf(box, 300) == pytest.approx(geometric_pmf(0.1, 300), rel=1e-5, abs=1e-9)
    entropy = -(0.9 * np.log2(0.9) + 0.1 * np.log2(0.1)) / 0.1
    assert rec.GPRS().expected_bits(box) == pytest.approx(entropy, abs=1e-3)
    whole = rec.gaussian_problem([0.0], [1.0])
    assert rec.GPRS().index_pmf(whole, 3).tolist() == [1.0, 0.0, 0.0]
    assert rec.GPRS().expected_bits(whole) == 0.0
    law = rec.GPRS().index_pmf(LINE.problem, 2**14)
    assert rec.GPRS().expected_bits(LINE.problem) == pytest.approx(-law @ np.log2(law), abs=2e-3)


@pytest.mark.parametrize("pair", [LINE, PLANE], ids=["line", "plane"])
def test_depth_and_nodes_are_those_of_a_tree_of_another_hand(pair):
    method = rec.AStar((1.0, 2.5)[-pair.problem.dim :])
    found = rec.encode_many(pair.problem, RUNS, method, seed=7)
    depths, nodes, samples = naive.astar(*pair.problem.table[:, :2].T, method.bits, 2500, np.random.default_rng(8))
    assert both_p(found.indices - 1, depths) > ALPHA
    assert both_p(found.examined, nodes) > ALPHA
    assert ks_p_all(samples, pair.oracle.target) > ALPHA
    assert both_p(found.indices, depths) < ALPHA
    assert both_p(found.examined + 1, nodes) < ALPHA


def test_fast_gprs_takes_the_steps_of_a_search_of_another_hand():
    found = rec.encode_many(LINE.problem, RUNS, rec.FastGPRS(), seed=7)
    steps, samples = naive.fast_gprs(*LINE.problem.params[0], 2500, np.random.default_rng(8))
    assert both_p(found.examined, steps) > ALPHA
    assert both_p(found.examined + 1, steps) < ALPHA
    assert ks_p(samples, LINE.oracle.target[0].cdf) > ALPHA


def test_a_tree_that_is_never_halved_is_plain_pfr():
    problem, never = PLANE.problem, rec.AStar((0.0, 0.0))
    found = rec.encode_many(problem, RUNS, never, seed=9)
    law = rec.laws.index_pmf(problem, max_index=60)
    assert (found.bins == 0).all()
    assert index_p(found.indices, law) > ALPHA
    assert index_p(rec.encode_many(problem, RUNS, seed=9, method=TREE).indices, law) < ALPHA
    assert mean_p(found.examined, 2.0**problem.d_inf_bits) > ALPHA


def test_the_axis_is_halved_where_the_channel_has_its_bits():
    channel = rec.gaussian_channel([6.0, 0.0, 2.0])
    method = rec.AStar.for_source(channel)
    found = rec.encode_many(channel, 300, method, seed=1)
    assert (found.bins[:, 1] == 0).all()
    assert found.bins[:, 0].mean() > 8 * found.bins[:, 2].mean()
    assert 1.5 * found.examined.mean() < rec.encode_many(channel, 300, rec.AStar(), seed=1).examined.mean()


def test_nodes_and_bits_are_few():
    """What the best of simpler trees took, with axes in turn: 114 nodes and 26.6 bits, and in one dimension I + 1."""
    wide, narrow = rec.gaussian_channel([6.0] * 4), rec.gaussian_channel([8.0])
    assert rec.encode_many(wide, 300, rec.AStar(), seed=1).examined.mean() < 105
    assert rec.encode_many(narrow, 2000, rec.AStar(), seed=1).examined.mean() == pytest.approx(9.0, abs=0.3)
    assert rec.AStar().expected_bits(wide) == pytest.approx(26.35, abs=0.25)


@pytest.mark.parametrize("bits", [0.5, 2.0, 4.0, 8.0])
def test_bits_on_a_line_are_hardly_more_than_the_entropy_of_the_box(bits):
    """The box tells its depth, so no code is shorter: I + 1.28 bits at 0.5, and I + 1.6 from 2 bits on. One that is
    blind to the place is longer."""
    channel = rec.gaussian_channel([bits])
    boxes = rec.encode_many(channel, 300_000, rec.AStar(), seed=1).bins[:, 0]
    counts = np.unique(boxes, return_counts=True)[1]
    entropy = -(counts @ np.log2(counts / boxes.size)) / boxes.size + (counts.size - 1) / (2 * boxes.size * math.log(2))
    assert entropy - 0.04 < rec.AStar().expected_bits(channel) < entropy + 0.06
    assert bits < 2.0 or path_bits(rec.AStar(), channel) > entropy + 0.06


def test_a_number_given_its_place_takes_its_conditional_entropy():
    """Numbers around 3 + c, give or take a normal law of standard deviation 2: h = log2(2 sqrt(2 pi e)) bits."""
    rng, runs = np.random.default_rng(1), 4096
    c = 40.0 * rng.random(runs)
    numbers = np.round(3.0 + c + 2.0 * rng.standard_normal(runs)).astype(np.int64)
    h = math.log2(2.0 * math.sqrt(2.0 * math.pi * math.e))
    assert h - 0.05 < number_bits(numbers, c[None]) < h + 0.1
    blind = number_bits(numbers, rng.permutation(c)[None])
    assert abs(blind - math.log2(40.0)) < 0.2


def test_a_tree_is_shorter_by_what_the_place_says():
    """The message of a channel's target, whose depth rises with -log2 p: more than a quarter of a bit is saved."""
    channel = rec.gaussian_channel([8.0] * 3)
    method = rec.AStar.for_source(channel)
    assert method.expected_bits(channel) < path_bits(method, channel) - 0.25
    boxed = rec.uniform_channel([4.0])  # p is flat, so a place says nothing
    assert rec.AStar().expected_bits(boxed) == pytest.approx(path_bits(rec.AStar(), boxed), abs=0.02)


@CASES
def test_the_receiver_holds_the_senders_sample(pair, method):
    problem = pair.problem
    for seed in (0, 7, 2**64 - 1):
        sent = rec.encode(problem, method, seed=seed)
        assert (rec.decode(sent.message, problem.prior, method, seed=seed) == sent.sample).all()
        assert sent.log_ratio_bits == pytest.approx(problem.log_ratio_bits(sent.sample), rel=1e-9)
        seen = rec.trace(problem, method, seed=seed)
        assert seen.message == sent.message
        assert len(seen.indices) == seen.examined == sent.examined
        assert (seen.samples[seen.winner] == sent.sample).all()
        assert seen.log_ratios_bits == pytest.approx(problem.log_ratio_bits(seen.samples), rel=1e-9)
        assert seen.race_times == pytest.approx(seen.arrival_times * 2.0**-seen.log_ratios_bits, rel=1e-9)
        assert seen.quantiles == pytest.approx(problem.prior.cdf(seen.samples), abs=1e-12)
        if seen.stopping == "accept":
            assert (seen.race_times > 1.0).tolist() == [True] * seen.winner + [False]


@pytest.mark.parametrize("method", [rec.GPRS(), rec.FastGPRS(), rec.AStar()], ids=["GPRS", "FastGPRS", "AStar"])
@pytest.mark.parametrize("source", [LINE.problem, rec.gaussian_channel([2.0], 3.0, 2.0)], ids=["problem", "channel"])
def test_many_runs_equal_single_runs(source, method):
    found = rec.encode_many(source, 12, method, seed=3, first=4, num_threads=2)
    columns = (found.bins, found.indices)
    for messages in (found.messages, columns):
        decoded = rec.decode_many(messages, source.prior, method, seeds=found.seeds)
        assert (decoded == found.samples).all()
    for i, seed in enumerate(found.seeds.tolist()):
        problem = source if isinstance(source, rec.Problem) else source.draw(seed)
        sent = rec.encode(problem, method, seed=seed)
        assert (sent.message, sent.examined, sent.race_time) == (
            found.messages[i], found.examined[i], found.race_times[i],
        )  # fmt: skip
        assert (sent.sample == found.samples[i]).all()
        assert problem.kl_bits == pytest.approx(found.kl_bits[i], rel=1e-12)


def test_forty_bits_on_a_line_and_forty_eight_dimensions():
    channel = rec.gaussian_channel([40.0])
    found = rec.encode_many(channel, 500, rec.AStar(), seed=2)
    targets = [channel.draw(seed).params[0] for seed in found.seeds.tolist()]
    z = np.array([(x - m) / s for x, (m, s) in zip(found.samples[:, 0], targets, strict=True)])
    assert ks_p(z, stats.norm.cdf) > ALPHA
    assert ks_p(z, stats.norm(0.4).cdf) < ALPHA
    assert found.examined.mean() < 45
    channel = rec.uniform_channel([1.0] * 48)
    for seed in range(5):
        sent = rec.encode(channel.draw(seed), rec.AStar(), seed=seed)
        assert (rec.decode(sent.message, channel.prior, rec.AStar(), seed=seed) == sent.sample).all()
        assert np.isfinite(channel.draw(seed).log_ratio_bits(sent.sample))
    channel = rec.gaussian_channel([20.0])
    found = rec.encode_many(channel, 40, rec.FastGPRS(), seed=2)
    assert (rec.decode_many(found.messages, channel.prior, rec.FastGPRS(), seeds=found.seeds) == found.samples).all()


FAMILIES = {
    "uniform": rec.uniform_problem([0.3], [0.55]),
    "laplace": rec.laplace_problem([1.0], [0.25]),
    "logistic": rec.logistic_problem([-1.0], [0.3]),
    "piecewise": rec.piecewise_problem([0.0, 4.0, 1.0, -2.0]),
    "two peaks": rec.piecewise_problem([0.0, 4.0, -1.0, 3.0, 0.0]),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_other_families(family):
    problem = FAMILIES[family]
    for method in (rec.GPRS(), rec.AStar(), rec.FastGPRS()):
        if family == "two peaks" and isinstance(method, rec.FastGPRS):
            with pytest.raises(rec.RecError, match="one peak"):
                rec.encode(problem, method, seed=1)
            continue
        samples = rec.encode_many(problem, 1500, method, seed=4).samples
        assert rec.metrics.ks(samples, problem).p_value[0] > ALPHA
        assert rec.metrics.ks(samples + 0.3 * problem.spread, problem).p_value[0] < 10 * ALPHA


def test_searches_over_budget_say_so():
    narrow, tall = rec.gaussian_problem([1.0], [2.0**-12]), rec.gaussian_problem([0.5] * 6, [2.0**-8] * 6)
    for problem, method, words in (
        (tall, rec.AStar(max_examined=20), "took 20 nodes"),
        (narrow, rec.GPRS(max_examined=100), "max_examined is 100"),
        (LINE.problem, rec.GPRS(max_examined=1), "examined 1 without"),
        (rec.gaussian_problem([1.0], [2.0**-39]), rec.FastGPRS(), "62 steps"),
    ):
        with pytest.raises(rec.BudgetExceeded, match=words) as told:
            [rec.encode(problem, method, seed=seed) for seed in range(80)]
        assert told.value.expected_bits >= 0.0
        with pytest.raises(rec.BudgetExceeded, match=words):
            rec.encode_many(problem, 80, method, seed=1)
    with pytest.raises(rec.BudgetExceeded, match="measured"):
        rec.AStar(max_examined=20).expected_examined(tall)


@pytest.mark.parametrize("method", [rec.GPRS(), rec.FastGPRS(), rec.AStar()], ids=["GPRS", "FastGPRS", "AStar"])
def test_targets_that_cannot_be_searched(method):
    for problem in (rec.gaussian_problem([0.2], [1.5]), rec.gaussian_problem([0.2], [2.0**-41])):
        for call in (lambda one: rec.encode(one, method, seed=1), method.expected_bits):
            with pytest.raises(rec.RecError, match=r"wider than P|narrower than 2"):
                call(problem)
    if not isinstance(method, rec.FastGPRS):
        return
    for call in (lambda: rec.encode(PLANE.problem, method, seed=1), lambda: method.expected_bits(PLANE.problem)):
        with pytest.raises(rec.RecError, match="one dimension"):
            call()


def test_messages_that_name_nothing_are_refused():
    prior, plane = LINE.problem.prior, PLANE.problem.prior
    for message, method, own in (
        (rec.Message((0,), 2), rec.AStar(), prior),
        (rec.Message((5,), 2), rec.AStar(), prior),
        (rec.Message((-1,), 1), rec.AStar(), prior),
        (rec.Message((2**60,), 61), rec.AStar(), prior),
        (rec.Message((1,), 2), rec.AStar(), plane),
        (rec.Message((1, 2), 3), rec.AStar((1.0,)), plane),
        (rec.Message((2,), 2), rec.FastGPRS(), prior),
        (rec.Message((0,), 63), rec.FastGPRS(), prior),
        (rec.Message((0, 0), 1), rec.FastGPRS(), plane),
    ):
        with pytest.raises(rec.RecError):
            rec.decode(message, own, method, seed=1)
        with pytest.raises(rec.RecError):
            rec.decode_many([message], own, method, seeds=1)
    assert rec.decode(rec.Message((0, 0), 5), plane, rec.AStar((0.0, 0.0)), seed=1).shape == (2,)


def test_settings_are_checked():
    for make in (
        lambda: rec.AStar((-1.0,)),
        lambda: rec.AStar(()),
        lambda: rec.AStar(partition=rec.Partition((2**13,))),
        lambda: rec.AStar(max_examined=0),
        lambda: rec.GPRS(max_examined=0),
        lambda: rec.AStar.for_source(LINE.problem),
    ):
        with pytest.raises(rec.RecError):
            make()
    assert rec.AStar.for_source(rec.gaussian_channel([2.0, 3.0])) == rec.AStar((2.0, 3.0))


def test_boxes_of_one_depth_and_number_have_keys_of_their_own_if_their_shapes_differ():
    roots, numbers, intervals, shapes = np.ones(2, np.int64), np.array([0, 1]), np.empty(2, np.int64), np.full(2, 64)
    keys = set()
    for halvings in ([1, 2], [2, 1], [0, 3]):
        keys.add(int(by_tree.node_key(np.uint64(7), roots, np.array(halvings), numbers, intervals, shapes)))
        assert (intervals == 2 ** np.array(halvings)).all()
    assert len(keys) == 3
    assert by_tree.node_key(np.uint64(7), roots, 0 * roots, 0 * roots, intervals, shapes) == 7


def test_no_two_nodes_of_a_search_share_their_candidate():
    seen = rec.trace(rec.gaussian_channel([6.0] * 4).draw(1), rec.AStar(), seed=3)
    inside = seen.quantiles * 2.0 ** np.floor(np.log2(seen.bins + 1.0)) % 1.0
    assert len(np.unique(inside[:, 0].round(9))) == seen.examined > 50
