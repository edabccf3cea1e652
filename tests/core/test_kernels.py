"""The fast kernels: the readable searches' winners to the last bit; bounds that bound; one compilation each."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import numba
import numpy as np
import pytest
from scipy import special, stats

import rec_core as rec
from rec_core import cache, kernels, kernels_bins, race, randomness, search
from rec_core.partition import tables
from tests.core.conftest import ALPHA, gaussian_pair, ks_p, ks_p_all


def tabled(problem, num_candidates, cut=None, weights=None, stopping=None):
    """Tables of a problem and ln of what bounds its search."""
    cut = cut or rec.partition((1,) * problem.dim)
    table = tables(problem, cut, weights or ("target_mass" if num_candidates else "peak_ratio"))
    plan = search.make_plan(
        problem.dim, "orc" if num_candidates else "pfr", cut, weights, stopping, num_candidates or None, 2**26
    )
    return table, search._log_expected(table, plan), plan


def by_race(problem, num_candidates, seed, cut=None, weights=None, max_examined=2**26, clocks=True, stopping=None):
    """Message and outcome of the readable search."""
    table, size, plan = tabled(problem, num_candidates, cut, weights, stopping)
    winner = np.zeros(problem.dim, np.int64)
    run = race.run_race if clocks else by_draws
    outcome = run(
        table, plan.num_bins, np.uint64(seed), plan.method, plan.stopping, num_candidates, size, max_examined, winner,
        search.new_record(0, problem.dim),
    )  # fmt: skip
    return tuple(winner), *outcome[:4]


def by_draws(table, num_bins, seed, method, stopping, num_candidates, size, max_examined, winner, record):
    return race.race_by_draws(table, seed, num_candidates, size, max_examined, winner, record)


def by_kernel(problem, num_candidates, seed, cut=None, weights=None, max_examined=2**26, expected=math.inf):
    table, size, _ = tabled(problem, num_candidates, cut, weights)
    winner = np.zeros(problem.dim, np.int64)
    outcome = kernels_bins.race_by_one_clock(
        table, np.uint64(seed), num_candidates, size, expected, max_examined, winner
    )  # fmt: skip
    return tuple(winner), *outcome[:4]


def by_bin_clocks(problem, seed, cut, weights=None, stopping=None, max_examined=2**26):
    table, size, plan = tabled(problem, 0, cut, weights, stopping)
    winner = np.zeros(problem.dim, np.int64)
    outcome = kernels_bins.race_bins_by_clocks(
        table, plan.num_bins, np.uint64(seed), plan.stopping, size, max_examined, winner
    )
    return tuple(winner), *outcome


def by_threads(problem, num_candidates, seed, threads=2):
    table, size, _ = tabled(problem, num_candidates)
    outcome = search.race_in_threads(table, np.uint64(seed), num_candidates, size, 2**26, threads)
    return (0,) * problem.dim, *outcome[:4]


def random_problem(rng, most_bits):
    """1 to 64 dimensions, Gaussian or uniform, some dimensions collapsed, now and then deep in the tail."""
    dim = int(rng.choice([1, 1, 2, 2, 3, 4, 5, 8, 16, 33, 64]))
    if rng.random() < 0.2:
        width = 2.0 ** -rng.uniform(0, most_bits / dim, dim)
        low = rng.random(dim) * (1 - width)
        return rec.uniform_problem(low, low + width)
    scale = 2.0 ** -(rng.dirichlet(np.ones(dim)) * rng.uniform(0, most_bits))
    scale[rng.random(dim) < 0.2] = 1.0
    return rec.gaussian_problem(rng.standard_normal(dim) * np.sqrt(1 - scale**2), scale)


# ------------------------------------------------------------------------------------------------------- same winners


@pytest.mark.parametrize("block", range(10))
def test_same_winner_without_bins(block):
    """A hundred random problems a block, PFR and ORC: message, examined, race time and ratio are equal, not close."""
    rng = np.random.default_rng(block)
    for seed in range(100):
        problem = random_problem(rng, 9)
        exact = rng.random() < 0.5 and problem.renyi_inf_bits < 13
        num = 0 if exact else int(rng.choice([1, 5, 63, 1000, 1024, 1025, 3000, 9000]))
        expected = by_race(problem, num, seed)
        for size in (1.0, math.inf):  # float32, cells
            assert by_kernel(problem, num, seed, expected=size) == expected, (problem, num, seed, size)


@pytest.mark.parametrize("block", range(10))
def test_same_winner_with_bins(block):
    """Partitions of 1 to 2^90 bins under all weights, by draws: numbers of bins in one limb and in two."""
    rng = np.random.default_rng(100 + block)
    compared = large = 0
    for seed in range(60):
        problem = random_problem(rng, 30)
        most = min(12, 60 / problem.dim)
        cut = rec.partition([round(2 ** rng.uniform(0, most)) if rng.random() < 0.8 else 1 for _ in range(problem.dim)])
        if problem.dim >= 8 and rng.random() < 0.3:
            cut = rec.partition([int(2 ** (66 / problem.dim)) + 1] * problem.dim)
        weights = str(rng.choice(["peak_ratio", "target_mass", "uniform"]))
        num = 0 if rng.random() < 0.4 else int(rng.choice([1, 7, 1024, 3000]))
        if num == 0 and tabled(problem, 0, cut, weights)[1] > math.log(10_000):
            continue
        found = by_kernel(problem, num, seed, cut, weights)
        assert found == by_race(problem, num, seed, cut, weights, clocks=False), (problem, cut, weights, num, seed)
        compared += 1
        large += cut.log2_num_bins > 64
    assert compared > 30
    assert large > 0


@pytest.mark.parametrize("block", range(10))
def test_same_winner_with_a_clock_for_every_bin(block):
    """Up to 4096 bins; peak_ratio weights under both stopping rules, and all weights under one stop line."""
    rng = np.random.default_rng(200 + block)
    compared = 0
    for seed in range(60):
        problem = random_problem(rng, 14)
        log2_bins = rng.dirichlet(np.ones(problem.dim)) * rng.uniform(0, 11.9)
        cut = rec.partition([max(1, int(2**bits + rng.random())) for bits in log2_bins])
        weights, stopping = str(rng.choice(["peak_ratio", "target_mass", "uniform"])), "single"
        if weights == "peak_ratio":
            stopping = str(rng.choice(["single", "per_bin"]))
        if not 1 < cut.num_bins <= search.ENUMERABLE_BINS or math.isinf(problem.renyi_inf_bits):
            continue
        if tabled(problem, 0, cut, weights, stopping)[1] > math.log(30_000):
            continue
        table, size, plan = tabled(problem, 0, cut, weights, stopping)
        winner = np.zeros(problem.dim, np.int64)
        expected = race.race_by_clocks(
            table, plan.num_bins, np.uint64(seed), plan.stopping, size, 2**26, winner, search.new_record(0, problem.dim)
        )
        assert by_bin_clocks(problem, seed, cut, weights, stopping) == (tuple(winner), *expected), (problem, cut, seed)
        compared += 1
    assert compared > 30


def test_with_clocks_a_budget_ends_both_searches_alike():
    problem, cut = rec.gaussian_channel([9.0, 8.0]).draw(1), rec.partition([2, 3])
    for seed in range(4):
        for weights, stopping in (("peak_ratio", "per_bin"), ("uniform", "single")):
            _, index, examined, *_ = by_bin_clocks(problem, seed, cut, weights, stopping)
            assert index > 0
            for budget in (examined, examined - 1, examined // 2, examined // 20, 10):
                found = by_bin_clocks(problem, seed, cut, weights, stopping, budget)
                slow = by_race(problem, 0, seed, cut, weights, budget, stopping=stopping)
                assert found[1:3] == slow[1:3]
                assert (found[1] == 0) == (budget < examined)


def test_a_search_with_clocks_that_cannot_end_gives_up():
    """Bins whose bound says 2^40 candidates: the budget stops it after about as many as it allows."""
    problem, cut = rec.gaussian_problem([0.0, 0.0], [2.0**-20, 2.0**-20]), rec.partition([2, 2])
    assert by_bin_clocks(problem, 1, cut, max_examined=200_000)[1:3] == (0, 200_000)


@pytest.mark.parametrize("num", [1000, 5000])
def test_same_winner_deep_in_the_tail(num):
    """No candidate comes near: all are bad, and the least bad has to be found among deficits of 10^13 nats."""
    for seed in range(8):
        for problem in (
            rec.gaussian_problem([8.0], [1e-6]),
            rec.gaussian_problem([-8.0, 0.3, 0.0], [1e-6, 0.5, 1.0]),
            rec.gaussian_problem([0.0, 7.0], [0.01, 1e-9]),
            rec.gaussian_problem([0.5, 0.1], [1.7, 0.3]),  # wider than P
        ):
            for size in (1.0, math.inf):
                assert by_kernel(problem, num, seed, expected=size) == by_race(problem, num, seed)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_the_winner_does_not_depend_on_threads(threads):
    """Enough tiles for several chunks; `one` is a thread's way, held to `race` above."""
    for seed in range(6):
        for bits, num in (([5.0, 4.0, 3.0], 600_000), ([9.0, 7.0], 0), ([4.0] * 5, 300_000)):
            problem = rec.gaussian_channel(bits).draw(seed)
            assert by_threads(problem, num, seed, threads) == by_kernel(problem, num, seed)


def test_the_comparison_can_fail():
    """A sieve that claims a better bound than it has loses winners."""
    lost = 0
    for seed in range(20):
        problem = rec.gaussian_problem([0.7, -0.4], [0.3, 0.2])
        table, size, _ = tabled(problem, 5000)
        sieve = kernels.make_sieve(table, math.inf)
        spoiled = sieve._replace(deficits=sieve.deficits + np.float32(3.0))
        starts = np.empty(5)
        kernels.fill_starts(np.uint64(seed), 0, 0.0, starts)
        end = randomness.time_after(np.uint64(seed), 5000, starts[-1])
        room, none = kernels.new_room(2), kernels.Best(math.inf, -math.inf, 0)
        found = kernels.race_tiles(
            table, spoiled, room, np.uint64(seed), size, math.inf, 5000, end, 5000, 0, starts, none, np.full(1, np.inf)
        )
        lost += found.index != by_race(problem, 5000, seed)[1]
    assert lost > 0


def test_budgets_end_searches_alike():
    problem = rec.gaussian_channel([8.0, 6.0]).draw(1)
    _, index, examined, *_ = by_race(problem, 0, 5)
    assert examined > 2048
    assert by_kernel(problem, 0, 5, max_examined=examined) == by_race(problem, 0, 5, max_examined=examined)
    for less in (examined - 1, 2000, 1024, 10):
        assert by_kernel(problem, 0, 5, max_examined=less)[1] == by_race(problem, 0, 5, max_examined=less)[1] == 0
    assert 0 < index <= examined


def test_encode_agrees_with_trace_and_encode_many_whichever_kernel_runs():
    """`trace` runs `race`; large searches run `kernels`, the largest in threads."""
    fine = rec.partition((4,) * 8)
    cases = [
        (rec.gaussian_channel([5.0, 4.0]), {"method": "pfr"}),
        (rec.gaussian_channel([3.0] * 4), {"method": "orc", "num_candidates": 5000}),
        (rec.gaussian_channel([0.75] * 16), {"method": "orc", "num_candidates": search.THREADS_FROM // 16}),
        (
            rec.gaussian_channel([2.0] * 8),
            {"method": "orc", "num_candidates": 2000, "partition": fine},
        ),
    ]
    assert any(options.get("num_candidates", 0) * channel.dim >= search.THREADS_FROM for channel, options in cases)
    for channel, options in cases:
        runs = 1 if options.get("num_candidates", 0) > 2**20 else 3
        many = rec.encode_many(channel, runs, seed=4, **options)
        for i, seed in enumerate(many.seeds.tolist()):
            sent = rec.encode(channel.draw(seed), seed=seed, **options)
            seen = rec.trace(channel.draw(seed), seed=seed, **options)
            assert sent.message == seen.message == rec.Message(tuple(many.bins[i]), many.indices[i])
            assert sent.race_time == seen.race_times[seen.winner] == many.race_times[i]
            assert sent.examined == seen.examined == many.examined[i]
            assert (sent.sample == many.samples[i]).all()


def test_large_searches_follow_the_target():
    pair = gaussian_pair([1.1, -0.3], [2.0**-5, 2.0**-4])
    found = rec.encode_many(pair.problem, 4000, seed=2)
    assert found.examined.mean() > search.FAST_FROM
    assert ks_p_all(found.samples, pair.oracle.target) > ALPHA
    assert ks_p(found.race_times, stats.expon.cdf) > ALPHA
    assert ks_p_all(found.samples + 0.1 * 2.0**-5, pair.oracle.target) < ALPHA


# -------------------------------------------------------------------------------------------------------------- bounds


@pytest.mark.parametrize("bits", [4, 8])
def test_float32_quantiles_are_as_good_as_claimed(bits):
    """Against SciPy, at every scale of the tail: within half of what the kernel allows for; NaN only near the ends."""
    rng = np.random.default_rng(bits)
    tail = np.exp2(rng.uniform(0, 31, 40 * 1024)).astype(np.uint64)
    words = np.where(rng.random(tail.size) < 0.5, tail, 2**32 - 1 - tail).astype(np.uint32)
    room, worst = kernels.new_room(3), 0.0
    for part in words.reshape(40, 1024):
        top = part >> np.uint32(32 - bits)
        room.words[:] = part << np.uint32(bits)
        byte = (top << np.uint32(4) if bits == 4 else top).astype(np.uint8)
        kernels.quantiles32(room, byte, 4 if bits == 4 else 0, bits)
        known = ~np.isnan(room.near)
        near_end = np.minimum(part, ~part) < kernels._TAIL
        assert (near_end == ~known).all()
        for edge in (part.astype(float), part + 1.0):
            exact = special.ndtri(edge[known] / 2**32)
            error = np.abs(room.near[known] - exact) / (1 + np.abs(exact))
            worst = max(worst, error.max())
    assert worst < kernels._EPSILON / 2


def test_cells_bound_every_candidate():
    """No candidate's ratio exceeds its cell's peak; and the bound is close, or it would sieve nothing."""
    rng = np.random.default_rng(3)
    for dim in (1, 2, 3, 6):
        problem = rec.gaussian_channel([12.0 / dim] * dim).draw(dim)
        table, _, _ = tabled(problem, 1000)
        sieve, room = kernels.make_sieve(table, math.inf), kernels.new_room(dim)
        for number in range(room.planes.shape[0]):
            kernels.fill_top(np.uint64(9), np.uint64(4), number, room.planes[number])
        kernels.fill_deficits(np.uint64(9), np.uint64(4), sieve, room)
        v, gaps = np.empty(dim), []
        for place in rng.integers(0, 1024, 300):
            randomness.candidate_uniforms(np.uint64(9), np.uint64(4 * 1024 + place + 1), v)
            actual = problem.log_ratio_bits(special.ndtri(v)) * math.log(2)
            gaps.append(sieve.top - room.deficits[place] - actual)
        assert min(gaps) > -1e-9
        assert np.median(gaps) < 0.5 * np.median(room.deficits)


# ------------------------------------------------------------------------------------------------------- batch decoding


@pytest.mark.nojit
def test_interval_numbers_at_a_threshold():
    """A word whose first 32 bits are the threshold's is told by the rest: 1 is added from the threshold on."""
    seed, tile, dimension = np.uint64(5), np.uint64(3), 2
    words = np.empty(randomness.TILE, np.uint32)
    kernels.fill_plane(seed, randomness.BIN_CHOICE, tile, dimension, words)
    for place in (0, 300, 1023):
        index = np.uint64(3 * randomness.TILE + place + 1)
        word = int(randomness.bin_choice(seed, index, np.uint64(dimension)))
        for threshold, reached in ((word - 1, 1), (word, 1), (word + 1, 0), (2**63, 0)):
            numbers = np.zeros(randomness.TILE, np.int32)
            kernels_bins.count_reached(np.uint64(threshold), seed, tile, dimension, words, numbers)
            assert numbers[place] == reached


def test_decode_takes_every_seed():
    """Seeds from 2^63 on go another way than smaller ones, and a truth value is none."""
    channel = rec.gaussian_channel([2.0, 1.0])
    for seed in (2**63 - 1, 2**63, 2**64 - 1):
        sent = rec.encode(channel.draw(1), seed=seed)
        many = rec.decode_many([sent.message], channel.coding, seeds=np.array([seed], np.uint64))
        assert (rec.decode(sent.message, channel.coding, seed=seed) == many[0]).all()
    with pytest.raises(rec.RecError, match="seed"):
        rec.decode(sent.message, channel.coding, seed=True)


def test_decode_many_is_decode_row_by_row():
    channel, cut = rec.gaussian_channel([2.0, 1.0, 0.0]), rec.partition((4, 2, 1))
    many = rec.encode_many(channel, 60, partition=cut, seed=3)
    held = rec.decode_many((many.bins, many.indices), channel.coding, cut, many.seeds)
    assert (held == many.samples).all()
    messages = [rec.Message(tuple(b), n) for b, n in zip(many.bins.tolist(), many.indices.tolist(), strict=True)]
    assert (rec.decode_many(messages, channel.coding, cut, many.seeds) == held).all()
    one_seed = rec.decode_many(messages, channel.coding, cut, 7)
    assert (one_seed == [rec.decode(message, channel.coding, cut, 7) for message in messages]).all()
    assert rec.decode_many([], channel.coding).shape == (0, 3)


@pytest.mark.nojit
@pytest.mark.parametrize(
    ("bins", "indices", "seeds"),
    [
        ([[4, 0]], [1], 0),
        ([[-1, 0]], [1], 0),
        ([[0, 0]], [0], 0),
        ([[0, 0]], [1, 2], 0),
        ([[0, 0]], [1.5], 0),
        ([[0, 0, 0]], [1], 0),
        ([[0, 0]], [1], -1),
        ([[0, 0]], [1], [1, 2]),
        ([[0, 0]], [1], "x"),
    ],
)
def test_bad_batches_are_refused_in_a_sentence(bins, indices, seeds):
    with pytest.raises(rec.RecError, match=r"\w+ .{15,}"):
        rec.decode_many((bins, indices), rec.gaussian_channel([1.0, 1.0]).coding, rec.partition((4, 2)), seeds)


@pytest.mark.nojit
def test_runs_are_numbered_from_first():
    channel = rec.gaussian_channel([2.0])
    whole = rec.encode_many(channel, 30, seed=8)
    part = rec.encode_many(channel, 12, seed=8, first=10)
    assert (part.samples == whole.samples[10:22]).all()
    assert (part.seeds == whole.seeds[10:22]).all()
    for bad in (-1, 0.5, None, True):
        with pytest.raises(rec.RecError, match="first"):
            rec.encode_many(channel, 2, first=bad)


# -------------------------------------------------------------------------------------------------------- compilation


def test_nothing_is_compiled_twice():
    """Whole numbers and floats, lists and arrays, one problem or many: one signature for every kernel."""
    script = r"""
import re, numpy as np, rec_core as rec
from numba.core.registry import CPUDispatcher
from rec_core import channel, families, kernels, kernels_bins, partition, race, randomness, search
for problem in (rec.gaussian_problem([0], [0.5]), rec.gaussian_problem(np.array([0.5]), [0.5])):
    for n in (None, 3, np.int64(2000)):
        method = "orc" if n else "pfr"
        for cut in (None, rec.partition([4]), rec.partition((5000,))):
            sent = rec.encode(problem, method, cut, num_candidates=n, seed=np.uint64(3))
            rec.decode(sent.message, problem.coding, cut, seed=3)
            rec.trace(problem, method, cut, num_candidates=n)
            many = rec.encode_many(problem, 2, method, cut, num_candidates=n)
            rec.encode_many(rec.gaussian_channel([1]), 2, method, cut, num_candidates=n)
            rec.decode_many((many.bins, many.indices), problem.coding, cut, 3)
seen = 0
for module in (channel, families, kernels, kernels_bins, partition, race, randomness, search):
    for name, value in vars(module).items():
        if isinstance(value, CPUDispatcher) and value.py_func.__module__ == module.__name__:
            signatures = [str(one.args) for one in value.nopython_signatures]
            seen += bool(signatures)
            if module not in (kernels, kernels_bins):  # small functions may be made anew for a number in the call
                signatures = {re.sub(r"Literal\[int\]\(\d+\)", "int64", text) for text in signatures}
            assert len(signatures) <= 1, (name, signatures)
assert seen >= 8, seen  # those called from Python; all of them where nothing is in Numba's cache yet
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr


def test_a_cache_that_cannot_be_written_is_said_once_and_replaced(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr(cache, "_folders", lambda: iter([tmp_path / "file" / "kernels"]))
    with pytest.warns(UserWarning, match="NUMBA_CACHE_DIR") as said:
        folder = Path(cache._home())
    assert len(said) == 1
    assert folder.is_dir()


def test_kernels_are_kept_by_a_digest_of_the_sources_they_come_from(monkeypatch, tmp_path):
    (tmp_path / "a.py").write_text("@kernel\ndef f(): return 1")
    (tmp_path / "b.py").write_text("plain = 1")
    monkeypatch.setattr(cache, "_HERE", tmp_path)
    first = cache._digest()
    (tmp_path / "b.py").write_text("plain = 2")
    assert cache._digest() == first  # holds no kernel
    (tmp_path / "a.py").write_text("@kernel\ndef f(): return 2")
    assert cache._digest() != first


def test_the_users_choice_of_a_folder_counts(monkeypatch, tmp_path):
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    with cache.kernels_kept():
        assert Path(numba.config.CACHE_DIR).parent == tmp_path
    assert str(tmp_path) == numba.config.CACHE_DIR
