"""Bad input is a RecError with a sentence; a search beyond its budget says what it would cost and what would help."""

from __future__ import annotations

import time

import numpy as np
import pytest

import rec_core as rec

NAN = float("nan")
GOOD = rec.gaussian_problem([0.9], [0.3])
FLAT = rec.gaussian_problem([0.9, 0.0], [0.3, 0.5])
CHANNEL = rec.gaussian_channel([2.0, 1.0])
WIDE = rec.gaussian_problem([0.2], [1.5])
HUGE = rec.partition((128, 128))


def orc(**options):
    return rec.encode(GOOD, "orc", **options)


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
    "partition: zero": lambda: rec.partition((0,)),
    "partition: negative": lambda: rec.partition((2, -1)),
    "partition: fraction": lambda: rec.partition((2.5,)),
    "partition: NaN": lambda: rec.partition((NAN,)),
    "partition: empty": lambda: rec.partition(()),
    "partition: number": lambda: rec.partition(8),
    "partition: words": lambda: rec.partition(("a",)),
    "many: intervals beyond any table": lambda: rec.encode_many(CHANNEL, 2, partition=rec.partition((2**48, 1))),
    "allocate: negative": lambda: rec.allocate(CHANNEL, -1),
    "allocate: fraction": lambda: rec.allocate(CHANNEL, 2.5),
    "allocate: unknown strategy": lambda: rec.allocate(CHANNEL, 3, strategy="best"),
    "allocate: nothing collapsed": lambda: rec.allocate(CHANNEL, 3, strategy="collapsed"),
    "upper sum: wrong dimension": lambda: rec.upper_sum_bits(GOOD, rec.partition((2, 2))),
    "encode: unknown method": lambda: rec.encode(GOOD, "mcmc"),
    "encode: unknown weights": lambda: rec.encode(GOOD, weights="best", partition=rec.partition((2,))),
    "encode: unknown stopping": lambda: rec.encode(GOOD, stopping="never"),
    "encode: intervals of another dimension": lambda: rec.encode(GOOD, partition=rec.partition((2, 2))),
    "encode: a tuple for a partition": lambda: rec.encode(GOOD, partition=(2,)),
    "encode: n with PFR": lambda: rec.encode(GOOD, num_candidates=5),
    "encode: n missing for ORC": lambda: orc(),
    "encode: n = 0": lambda: orc(num_candidates=0),
    "encode: n negative": lambda: orc(num_candidates=-3),
    "encode: n a fraction": lambda: orc(num_candidates=2.5),
    "encode: stopping with ORC": lambda: orc(num_candidates=5, stopping="single"),
    "encode: per_bin beyond enumeration": lambda: rec.encode(FLAT, partition=HUGE, stopping="per_bin"),
    "encode: no budget": lambda: rec.encode(GOOD, max_examined=0),
    "encode: not a problem": lambda: rec.encode(CHANNEL),
    "encode: Q wider than P": lambda: rec.encode(WIDE),
    "encode: Q shifted at the same width": lambda: rec.encode(rec.gaussian_problem([0.1], [1.0])),
    "encode: Q wider than P in bins": lambda: rec.encode(WIDE, partition=rec.partition((8,))),
    "encode_many: Q wider than P": lambda: rec.encode_many(WIDE, 3),
    "encode_many: no runs": lambda: rec.encode_many(GOOD, -1),
    "encode_many: fraction of a run": lambda: rec.encode_many(GOOD, 1.5),
    "encode_many: no threads": lambda: rec.encode_many(GOOD, 3, num_threads=0),
    "encode_many: n missing": lambda: rec.encode_many(GOOD, 3, "orc"),
    "encode_many: not a problem": lambda: rec.encode_many([0.5], 3),
    "trace: no events": lambda: rec.trace(GOOD, max_events=0),
    "trace: Q wider than P": lambda: rec.trace(WIDE),
    "decode: bin of another dimension": lambda: rec.decode(rec.Message((0, 0), 1), GOOD.coding),
    "decode: bin outside": lambda: rec.decode(rec.Message((4,), 1), GOOD.coding, rec.partition((4,))),
    "decode: negative bin": lambda: rec.decode(rec.Message((-1,), 1), GOOD.coding, rec.partition((4,))),
    "decode: bin of no partition": lambda: rec.decode(rec.Message((1,), 1), GOOD.coding),
    "decode: index 0": lambda: rec.decode(rec.Message((0,), 0), GOOD.coding),
    "decode: negative index": lambda: rec.decode(rec.Message((0,), -5), GOOD.coding),
    "decode: index beyond 64 bits": lambda: rec.decode(rec.Message((0,), 2**70), GOOD.coding),
    "decode: fraction of an index": lambda: rec.decode(rec.Message((0,), 1.5), GOOD.coding),
    "decode: fraction of a bin": lambda: rec.decode(rec.Message((0.5,), 1), GOOD.coding, rec.partition((4,))),
    "decode: partition of another dimension": lambda: rec.decode(
        rec.Message((0,), 1), GOOD.coding, rec.partition((2, 2))
    ),
    "decode: not a message": lambda: rec.decode("hello", GOOD.coding),
    "decode: not a coding": lambda: rec.decode(rec.Message((0,), 1), "gaussian"),
}


@pytest.mark.nojit
@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_a_sentence(name):
    with pytest.raises(rec.RecError) as caught:
        BAD[name]()
    sentence = str(caught.value)
    assert len(sentence) > 20
    assert " " in sentence
    assert isinstance(caught.value, ValueError)
    assert not isinstance(caught.value, rec.BudgetExceeded)


@pytest.mark.nojit
def test_wide_targets_say_why_and_what_to_do():
    with pytest.raises(rec.RecError) as caught:
        rec.encode(WIDE)
    sentence = str(caught.value).lower()
    assert "orc" in sentence
    assert "ratio" in sentence


def test_orc_takes_wide_targets():
    """ORC needs no finite supremum, under the weights that need none."""
    samples = rec.encode_many(WIDE, 2000, "orc", num_candidates=200, seed=1).samples
    assert samples.std() > 1.2
    cut = rec.partition((8,))
    assert rec.encode_many(WIDE, 2000, "orc", num_candidates=200, partition=cut, seed=1).samples.std() > 1.2


# ------------------------------------------------------------------------------------------------------------- budget


BUDGET = 2000
EXPENSIVE = {
    "plain": (rec.gaussian_problem([0.5], [2.0**-16]), {}),
    "three dimensions": (rec.gaussian_problem([0.5, -1.0, 0.3], [2.0**-6, 2.0**-7, 0.5]), {}),
    "bins too coarse": (
        rec.gaussian_problem([0.5, -1.0], [2.0**-9, 2.0**-9]),
        {"partition": rec.partition((4, 4))},
    ),
    "one line": (
        rec.gaussian_problem([0.5, -1.0], [2.0**-9, 2.0**-9]),
        {"partition": rec.partition((4, 4)), "stopping": "single"},
    ),
    "uniform": (rec.uniform_problem([0.1, 0.2], [0.1 + 2.0**-10, 0.2 + 2.0**-10]), {}),
    "beyond enumeration": (
        rec.gaussian_problem([0.5] * 12, [2.0**-6] * 12),
        {"partition": rec.partition((2**4,) * 12)},
    ),
}


@pytest.mark.parametrize("name", EXPENSIVE)
def test_budget_names_the_exact_cost_and_a_partition_that_works(name):
    problem, options = EXPENSIVE[name]
    with pytest.raises(rec.BudgetExceeded) as caught:
        rec.encode(problem, seed=3, max_examined=BUDGET, **options)
    error = caught.value
    cut = options.get("partition", rec.partition((1,) * problem.dim))
    assert error.expected_bits == pytest.approx(rec.upper_sum_bits(problem, cut), rel=1e-9)
    assert len(str(error)) > 20
    better = rec.partition(error.suggested_intervals)
    assert rec.upper_sum_bits(problem, better) <= np.log2(BUDGET)
    # The cost is a mean, and a search may be unlucky: eight times the mean is so once in 3000 times.
    sent = rec.encode(problem, partition=better, weights="peak_ratio", seed=3, max_examined=8 * BUDGET)
    assert (rec.decode(sent.message, problem.coding, better, seed=3) == sent.sample).all()
    done = rec.encode(problem, partition=better, weights="peak_ratio", seed=4, max_examined=BUDGET)
    assert done.examined <= BUDGET


def test_budget_with_other_weights_expects_sup_of_the_reweighted_ratio():
    problem, cut = rec.gaussian_problem([0.5], [2.0**-12]), rec.partition((4,))
    with pytest.raises(rec.BudgetExceeded) as caught:
        rec.encode(problem, partition=cut, weights="uniform", stopping="single", seed=1, max_examined=100)
    assert caught.value.expected_bits == pytest.approx(problem.renyi_inf_bits, rel=1e-9)


def test_budget_of_orc_is_its_number_of_candidates():
    with pytest.raises(rec.BudgetExceeded) as caught:
        orc(num_candidates=1000, max_examined=999)
    assert caught.value.expected_bits == pytest.approx(np.log2(1000), rel=1e-12)
    assert orc(num_candidates=1000, max_examined=1000).examined == 1000


def test_budget_is_kept_to_the_candidate():
    """A search examines at most what it may; with exactly enough it succeeds, with one less it does not."""
    for seed in range(20):
        need = rec.encode(GOOD, seed=seed).examined
        assert rec.encode(GOOD, seed=seed, max_examined=need).examined == need
        if need > 1:
            with pytest.raises(rec.BudgetExceeded):
                rec.encode(GOOD, seed=seed, max_examined=need - 1)


def test_budget_in_many_runs_and_traces():
    problem = rec.gaussian_problem([0.5], [2.0**-16])
    with pytest.raises(rec.BudgetExceeded):
        rec.encode_many(problem, 5, max_examined=BUDGET)
    with pytest.raises(rec.BudgetExceeded):
        rec.trace(problem, max_examined=BUDGET)
    with pytest.raises(rec.BudgetExceeded):
        rec.encode_many(rec.gaussian_channel([16.0]), 5, max_examined=BUDGET)


def test_hopeless_searches_are_refused_at_once():
    """2^580 candidates are not tried."""
    problem = rec.gaussian_channel([8.0] * 64).draw(5)
    rec.encode(GOOD)
    start = time.perf_counter()
    with pytest.raises(rec.BudgetExceeded) as caught:
        rec.encode(problem)
    assert caught.value.expected_bits == pytest.approx(problem.renyi_inf_bits, rel=1e-12)
    assert time.perf_counter() - start < 5


@pytest.mark.nojit
def test_narrow_targets_in_few_bins_are_not_hopeless():
    """The tail bins of a narrow target have weights far below the smallest double; they must not count as infinite."""
    problem, cut = rec.gaussian_problem([0.3], [1e-6]), rec.partition((4096,))
    sent = rec.encode(problem, partition=cut, seed=1)
    assert (rec.decode(sent.message, problem.coding, cut, seed=1) == sent.sample).all()
