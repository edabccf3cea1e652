"""Bad input raises RecError; a search beyond its budget says what it would cost and what would help."""

from __future__ import annotations

import pickle
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest

import rec_core as rec

NAN = float("nan")
GOOD = rec.gaussian_problem([0.9], [0.3])
FLAT = rec.gaussian_problem([0.9, 0.0], [0.3, 0.5])
CHANNEL = rec.gaussian_channel([2.0, 1.0])
WIDE = rec.gaussian_problem([0.2], [1.5])
HUGE = rec.Partition((128, 128))
PACKED = rec.pack([rec.Message((3,), 1)], rec.Partition((4,)), rec.FixedCode(4))


BAD = {
    "channel: negative bits": lambda: rec.gaussian_channel([1.0, -0.5]),
    "channel: NaN": lambda: rec.gaussian_channel([NAN]),
    "channel: infinite": lambda: rec.gaussian_channel([np.inf]),
    "channel: no dimension": lambda: rec.gaussian_channel([]),
    "channel: matrix": lambda: rec.gaussian_channel([[1.0, 2.0]]),
    "channel: scalar": lambda: rec.gaussian_channel(1.0),
    "channel: words": lambda: rec.gaussian_channel(["one"]),
    "channel: None": lambda: rec.gaussian_channel(None),
    "uniform channel: negative bits": lambda: rec.uniform_channel([-1.0]),
    "uniform channel: NaN": lambda: rec.uniform_channel([NAN]),
    "gaussian: NaN mean": lambda: rec.gaussian_problem([NAN], [0.5]),
    "gaussian: NaN scale": lambda: rec.gaussian_problem([0.0], [NAN]),
    "gaussian: infinite mean": lambda: rec.gaussian_problem([np.inf], [0.5]),
    "gaussian: zero scale": lambda: rec.gaussian_problem([0.0], [0.0]),
    "gaussian: negative scale": lambda: rec.gaussian_problem([0.0], [-1.0]),
    "gaussian: infinite scale": lambda: rec.gaussian_problem([0.0], [np.inf]),
    "gaussian: shapes differ": lambda: rec.gaussian_problem([0.0, 1.0], [0.5]),
    "gaussian: empty": lambda: rec.gaussian_problem([], []),
    "gaussian: matrix": lambda: rec.gaussian_problem([[0.0]], [[0.5]]),
    "uniform: outside": lambda: rec.uniform_problem([-0.1], [0.5]),
    "uniform: outside above": lambda: rec.uniform_problem([0.5], [1.1]),
    "uniform: empty box": lambda: rec.uniform_problem([0.5], [0.5]),
    "uniform: upside down": lambda: rec.uniform_problem([0.6], [0.5]),
    "uniform: NaN": lambda: rec.uniform_problem([NAN], [0.5]),
    "uniform: shapes differ": lambda: rec.uniform_problem([0.1], [0.5, 0.6]),
    "log ratio: wrong last axis": lambda: GOOD.log_ratio_bits(np.zeros((3, 2))),
    "log ratio: scalar for two dimensions": lambda: FLAT.log_ratio_bits(0.5),
    "partition: zero": lambda: rec.Partition((0,)),
    "partition: negative": lambda: rec.Partition((2, -1)),
    "partition: fraction": lambda: rec.Partition((2.5,)),
    "partition: truth for a number": lambda: rec.Partition((True,)),
    "partition: NumPy's truth for a number": lambda: rec.Partition((4, np.True_)),
    "partition: truth for a dimension": lambda: rec.Partition.uncut(True),
    "partition: truth for a bin": lambda: HUGE.number((1, True)),
    "prior: truth for a dimension": lambda: rec.Prior("gaussian", True),
    "prior: truth for intervals": lambda: GOOD.prior.edges(0, True),
    "prior: a dimension it has not": lambda: GOOD.prior.edges(1, 2),
    "seed: truth": lambda: rec.encode(GOOD, seed=True),
    "seed: fraction": lambda: CHANNEL.draw(1.0),
    "seed: 65 bits": lambda: rec.encode(GOOD, seed=2**64),
    "laws: truth for an index": lambda: rec.laws.index_pmf(GOOD, max_index=True),
    "laws: fraction of an index": lambda: rec.laws.index_law(GOOD).pmf(2.5),
    "laws: truth for samples": lambda: rec.laws.unnoticed_candidates(GOOD, rec.ORC(2), True),
    "metrics: truth for resamples": lambda: rec.metrics.bootstrap_interval([1.0, 2.0], resamples=True),
    "metrics: truth for bits": lambda: rec.metrics.searched_until(GOOD, [0.1], most_bits=True),
    "codes: truth for a count": lambda: rec.unpack(PACKED, rec.Partition((4,)), rec.FixedCode(4), True),
    "codes: truth for a bare count": lambda: rec.codes.unpack_bare(b"", rec.Partition((4,)), rec.FixedCode(4), False),
    "codes: truth for an index": lambda: rec.FixedCode(4).length_bits(True),
    "codes: truth for a weight": lambda: rec.codes.TableCode((True, 3)),
    "codes: no weight": lambda: rec.codes.TableCode((0, 0)),
    "randomness: truth for runs": lambda: rec.randomness.run_seeds(1, True),
    "randomness: a word of 33 bits": lambda: rec.randomness.philox4x32(2**32, 0, 0, 0, 0, 0),
    "decode: truth for an index": lambda: rec.decode(rec.Message((0,), True), GOOD.prior, seed=0),
    "decode: truth for a bin": lambda: rec.decode(rec.Message((True,), 1), GOOD.prior, rec.Partition((4,)), seed=0),
    "decode: NumPy's truth for a seed": lambda: rec.decode(rec.Message((0,), 1), GOOD.prior, seed=np.True_),
    "decode_many: truth for an index": lambda: rec.decode_many([((0,), 2), ((0,), True)], GOOD.prior, seeds=0),
    "partition: NaN": lambda: rec.Partition((NAN,)),
    "partition: empty": lambda: rec.Partition(()),
    "partition: number": lambda: rec.Partition(8),
    "partition: words": lambda: rec.Partition(("a",)),
    "many: intervals beyond float64": lambda: rec.encode_many(CHANNEL, 2, rec.PFR(rec.Partition((2**52, 1))), seed=0),
    "allocate: negative": lambda: rec.allocate(CHANNEL, -1),
    "allocate: fraction": lambda: rec.allocate(CHANNEL, 2.5),
    "allocate: unknown strategy": lambda: rec.allocate(CHANNEL, 3, strategy="best"),
    "allocate: nothing collapsed": lambda: rec.allocate(CHANNEL, 3, strategy="collapsed"),
    "upper sum: wrong dimension": lambda: rec.upper_sum_bits(GOOD, rec.Partition((2, 2))),
    "problem: unknown family": lambda: rec.Problem("cauchy", ((0.0, 0.5),)),
    "problem: no dimension": lambda: rec.Problem("gaussian", ()),
    "partition: no dimension uncut": lambda: rec.Partition.uncut(0),
    "partition: bin of another dimension": lambda: HUGE.number((1,)),
    "partition: bin outside": lambda: HUGE.number((1, 128)),
    "partition: fraction of a bin": lambda: HUGE.number((1, 0.5)),
    "partition: number outside": lambda: HUGE.bin(128**2),
    "partition: negative number": lambda: HUGE.bin(-1),
    "partition: edges of another dimension": lambda: HUGE.edges(GOOD.prior),
    "PFR: words for a partition": lambda: rec.PFR("x"),
    "PFR: unknown weighting": lambda: rec.PFR(weighting="nope"),
    "PFR: a number for a weighting": lambda: rec.PFR(weighting=0),
    "PFR: unknown stopping": lambda: rec.PFR(stopping="never"),
    "PFR: per_bin beyond enumeration": lambda: rec.PFR(HUGE, stopping="per_bin"),
    "PFR: no budget": lambda: rec.PFR(max_examined=0),
    "PFR: fraction of a budget": lambda: rec.PFR(max_examined=1e6),
    "ORC: no candidates": lambda: rec.ORC(0),
    "ORC: negative candidates": lambda: rec.ORC(-3),
    "ORC: fraction of a candidate": lambda: rec.ORC(2.5),
    "ORC: truth for a number": lambda: rec.ORC(True),
    "ORC: a partition for a number": lambda: rec.ORC(HUGE),
    "ORC: words for a partition": lambda: rec.ORC(5, "x"),
    "ORC: unknown weighting": lambda: rec.ORC(5, weighting="nope"),
    "ORC: no budget": lambda: rec.ORC(5, max_examined=0),
    "encode: a word for a method": lambda: rec.encode(GOOD, "pfr", seed=1),
    "encode: a class for a method": lambda: rec.encode(GOOD, rec.PFR, seed=1),
    "encode: a partition for a method": lambda: rec.encode(GOOD, rec.Partition((4,)), seed=1),
    "encode: ORC by peaks of a wider Q": lambda: rec.encode(WIDE, rec.ORC(5, weighting="peak_ratio"), seed=0),
    "encode: narrower than float64": lambda: rec.encode(rec.gaussian_problem([0.0], [2.0**-41]), rec.ORC(5), seed=0),
    "laws: a word for a method": lambda: rec.laws.expected_examined(GOOD, "pfr"),
    "laws: a class for a method": lambda: rec.laws.expected_examined(GOOD, rec.PFR),
    "laws: PFR has no density of ORC": lambda: rec.laws.orc_density(GOOD, rec.PFR(), [[0.0]]),
    "laws: a number for ORC": lambda: rec.laws.orc_bias(GOOD, 5),
    "laws: not a problem": lambda: rec.laws.expected_examined(CHANNEL, rec.PFR()),
    "metrics: words for methods": lambda: rec.metrics.output_mmd(GOOD, "orc"),
    "encode: intervals of another dimension": lambda: rec.encode(GOOD, rec.PFR(rec.Partition((2, 2))), seed=0),
    "encode: a tuple for a partition": lambda: rec.encode(GOOD, rec.PFR((2,)), seed=0),
    "encode: not a problem": lambda: rec.encode(CHANNEL, seed=0),
    "encode: Q wider than P": lambda: rec.encode(WIDE, seed=0),
    "encode: Q shifted at the same width": lambda: rec.encode(rec.gaussian_problem([0.1], [1.0]), seed=0),
    "encode: Q wider than P in bins": lambda: rec.encode(WIDE, rec.PFR(rec.Partition((8,))), seed=0),
    "encode_many: Q wider than P": lambda: rec.encode_many(WIDE, 3, seed=0),
    "encode_many: no runs": lambda: rec.encode_many(GOOD, -1, seed=0),
    "encode_many: fraction of a run": lambda: rec.encode_many(GOOD, 1.5, seed=0),
    "encode_many: no threads": lambda: rec.encode_many(GOOD, 3, seed=0, num_threads=0),
    "encode_many: a word for a method": lambda: rec.encode_many(GOOD, 3, "orc", seed=0),
    "encode_many: a class for a method": lambda: rec.encode_many(GOOD, 3, rec.ORC, seed=0),
    "encode_many: not a problem": lambda: rec.encode_many([0.5], 3, seed=0),
    "trace: a word for a method": lambda: rec.trace(GOOD, "pfr", seed=0),
    "trace: no events": lambda: rec.trace(GOOD, seed=0, max_events=0),
    "trace: Q wider than P": lambda: rec.trace(WIDE, seed=0),
    "decode: bin of another dimension": lambda: rec.decode(rec.Message((0, 0), 1), GOOD.prior, seed=0),
    "decode: bin outside": lambda: rec.decode(rec.Message((4,), 1), GOOD.prior, rec.Partition((4,)), seed=0),
    "decode: negative bin": lambda: rec.decode(rec.Message((-1,), 1), GOOD.prior, rec.Partition((4,)), seed=0),
    "decode: bin of no partition": lambda: rec.decode(rec.Message((1,), 1), GOOD.prior, seed=0),
    "decode: index 0": lambda: rec.decode(rec.Message((0,), 0), GOOD.prior, seed=0),
    "decode: negative index": lambda: rec.decode(rec.Message((0,), -5), GOOD.prior, seed=0),
    "decode: index beyond 64 bits": lambda: rec.decode(rec.Message((0,), 2**70), GOOD.prior, seed=0),
    "decode: fraction of an index": lambda: rec.decode(rec.Message((0,), 1.5), GOOD.prior, seed=0),
    "decode: fraction of a bin": lambda: rec.decode(rec.Message((0.5,), 1), GOOD.prior, rec.Partition((4,)), seed=0),
    "decode: partition of another dimension": lambda: rec.decode(
        rec.Message((0,), 1), GOOD.prior, rec.Partition((2, 2)), seed=0
    ),
    "decode: not a message": lambda: rec.decode("hello", GOOD.prior, seed=0),
    "decode: not a prior": lambda: rec.decode(rec.Message((0,), 1), "gaussian", seed=0),
}


@pytest.mark.nojit
@pytest.mark.parametrize("name", BAD)
def test_bad_input_raises_rec_error(name):
    with pytest.raises(rec.RecError) as caught:
        BAD[name]()
    text = str(caught.value)
    assert len(text) > 20
    assert " " in text
    assert isinstance(caught.value, ValueError)
    assert not isinstance(caught.value, rec.BudgetExceeded)


@pytest.mark.nojit
@pytest.mark.parametrize(
    "call",
    [
        lambda: rec.ORC(),
        lambda: rec.PFR(num_candidates=5),
        lambda: rec.ORC(5, stopping="single"),
        lambda: rec.PFR(None, "uniform"),
        lambda: rec.encode(GOOD),
        lambda: rec.encode(GOOD, rec.PFR(), 7),
        lambda: rec.trace(GOOD),
        lambda: rec.encode_many(GOOD, 3),
        lambda: rec.decode(rec.Message((0,), 1), GOOD.prior),
        lambda: rec.decode(rec.Message((0,), 1), GOOD.prior, None, 7),
        lambda: rec.decode_many([rec.Message((0,), 1)], GOOD.prior),
    ],
)
def test_a_seed_is_always_given_by_name_and_choices_that_do_not_go_together_cannot_be_written(call):
    with pytest.raises(TypeError):
        call()


def test_an_allocation_that_cannot_be_dealt_says_so():
    """Each dimension is cut into 2^40 at most, so two take 80 of 88 bits; nothing is dropped in silence."""
    channel = rec.gaussian_channel([44.0, 44.0])
    with pytest.raises(rec.RecError, match="80 of the 88 bits"):
        rec.allocate(channel, 88, "runtime")
    assert rec.allocate(channel, 48, "runtime").num_bins == 2**48


@pytest.mark.nojit
def test_wide_targets_say_why_and_what_to_do():
    with pytest.raises(rec.RecError) as caught:
        rec.encode(WIDE, seed=0)
    text = str(caught.value).lower()
    assert "orc" in text
    assert "ratio" in text


def test_orc_takes_wide_targets():
    """ORC needs no finite supremum, under the weights that need none."""
    samples = rec.encode_many(WIDE, 2000, rec.ORC(200), seed=1).samples
    assert samples.std() > 1.2
    cut = rec.Partition((8,))
    assert rec.encode_many(WIDE, 2000, rec.ORC(200, cut), seed=1).samples.std() > 1.2


# ------------------------------------------------------------------------------------------------------------- budget


BUDGET = 2000
LITTLE = rec.PFR(max_examined=BUDGET)
EXPENSIVE = {
    "plain": (rec.gaussian_problem([0.5], [2.0**-16]), LITTLE),
    "three dimensions": (rec.gaussian_problem([0.5, -1.0, 0.3], [2.0**-6, 2.0**-7, 0.5]), LITTLE),
    "bins too coarse": (
        rec.gaussian_problem([0.5, -1.0], [2.0**-9, 2.0**-9]),
        rec.PFR(rec.Partition((4, 4)), max_examined=BUDGET),
    ),
    "one line": (
        rec.gaussian_problem([0.5, -1.0], [2.0**-9, 2.0**-9]),
        rec.PFR(rec.Partition((4, 4)), stopping="single", max_examined=BUDGET),
    ),
    "uniform": (rec.uniform_problem([0.1, 0.2], [0.1 + 2.0**-10, 0.2 + 2.0**-10]), LITTLE),
    "beyond enumeration": (
        rec.gaussian_problem([0.5] * 12, [2.0**-6] * 12),
        rec.PFR(rec.Partition((2**4,) * 12), max_examined=BUDGET),
    ),
}


@pytest.mark.parametrize("name", EXPENSIVE)
def test_budget_names_the_exact_cost_and_a_partition_that_works(name):
    problem, method = EXPENSIVE[name]
    with pytest.raises(rec.BudgetExceeded) as caught:
        rec.encode(problem, method, seed=3)
    error = caught.value
    assert error.expected_bits == pytest.approx(rec.upper_sum_bits(problem, method.partition), rel=1e-9)
    assert len(str(error)) > 20
    better = rec.Partition(error.suggested_intervals)
    assert rec.upper_sum_bits(problem, better) <= np.log2(BUDGET)
    # The cost is a mean, and a search may be unlucky: eight times the mean is so once in 3000 times.
    sent = rec.encode(problem, rec.PFR(better, max_examined=8 * BUDGET), seed=3)
    assert (rec.decode(sent.message, problem.prior, better, seed=3) == sent.sample).all()
    done = rec.encode(problem, rec.PFR(better, max_examined=BUDGET), seed=4)
    assert done.examined <= BUDGET


@pytest.mark.slow
@pytest.mark.usefixtures("own_main")
def test_the_refusal_survives_pickle_and_a_pool_of_processes():
    problem, method = EXPENSIVE["bins too coarse"]
    with pytest.raises(rec.BudgetExceeded) as caught:
        rec.encode(problem, method, seed=3)
    here = caught.value
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        there = pool.submit(rec.encode, problem, method, seed=3).exception()
        assert pool.submit(abs, -1).result() == 1  # the pool goes on
    for copy in (pickle.loads(pickle.dumps(here)), there):
        assert type(copy) is rec.BudgetExceeded
        assert str(copy) == str(here)
        assert copy.expected_bits == here.expected_bits
        assert copy.suggested_intervals == here.suggested_intervals is not None


def test_budget_with_other_weights_expects_sup_of_the_reweighted_ratio():
    problem, cut = rec.gaussian_problem([0.5], [2.0**-12]), rec.Partition((4,))
    with pytest.raises(rec.BudgetExceeded) as caught:
        rec.encode(problem, rec.PFR(cut, weighting="uniform", stopping="single", max_examined=100), seed=1)
    assert caught.value.expected_bits == pytest.approx(problem.d_inf_bits, rel=1e-9)


def test_budget_of_orc_is_its_number_of_candidates():
    for call in (rec.encode, rec.trace, lambda problem, *rest, seed: rec.encode_many(problem, 3, *rest, seed=seed)):
        with pytest.raises(rec.BudgetExceeded) as caught:
            call(GOOD, rec.ORC(1000, max_examined=999), seed=0)
        assert caught.value.expected_bits == pytest.approx(np.log2(1000), rel=1e-12)
    assert rec.encode(GOOD, rec.ORC(1000, max_examined=1000), seed=0).examined == 1000


def test_budget_is_kept_to_the_candidate():
    """A search examines at most what it may; with exactly enough it succeeds, with one less it does not."""
    for seed in range(20):
        need = rec.encode(GOOD, seed=seed).examined
        assert rec.encode(GOOD, rec.PFR(max_examined=need), seed=seed).examined == need
        if need > 1:
            with pytest.raises(rec.BudgetExceeded):
                rec.encode(GOOD, rec.PFR(max_examined=need - 1), seed=seed)


def test_budget_in_many_runs_and_traces():
    problem = rec.gaussian_problem([0.5], [2.0**-16])
    with pytest.raises(rec.BudgetExceeded):
        rec.encode_many(problem, 5, rec.PFR(max_examined=BUDGET), seed=0)
    with pytest.raises(rec.BudgetExceeded):
        rec.trace(problem, rec.PFR(max_examined=BUDGET), seed=0)
    with pytest.raises(rec.BudgetExceeded):
        rec.encode_many(rec.gaussian_channel([16.0]), 5, rec.PFR(max_examined=BUDGET), seed=0)


def test_hopeless_searches_are_refused_at_once():
    """2^580 candidates are not tried."""
    problem = rec.gaussian_channel([8.0] * 64).draw(5)
    rec.encode(GOOD, seed=0)
    start = time.perf_counter()
    with pytest.raises(rec.BudgetExceeded) as caught:
        rec.encode(problem, seed=0)
    assert caught.value.expected_bits == pytest.approx(problem.d_inf_bits, rel=1e-12)
    assert time.perf_counter() - start < 5


@pytest.mark.nojit
def test_narrow_targets_in_few_bins_are_not_hopeless():
    """The tail bins of a narrow target have weights far below the smallest double; they must not count as infinite."""
    problem, cut = rec.gaussian_problem([0.3], [1e-6]), rec.Partition((4096,))
    sent = rec.encode(problem, rec.PFR(cut), seed=1)
    assert (rec.decode(sent.message, problem.prior, cut, seed=1) == sent.sample).all()
