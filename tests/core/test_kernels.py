"""The fast kernels: the readable searches' winners to the last bit; bounds that bound; one compilation each."""

from __future__ import annotations

import importlib.util
import math
import os
import pickle
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numba
import numpy as np
import pytest
from scipy import special, stats

import rec_core as rec
from rec_core import jit, randomness
from rec_core.methods import new_record
from rec_core.methods.by_clocks import race_by_clocks
from rec_core.methods.by_draws import race_by_draws
from rec_core.searches import dispatch, threads, tiles, tiles_bins
from rec_core.tables import log_sup_reweighted, tables
from tests.core.conftest import ALPHA, gaussian_pair, ks_p, ks_p_all


def choose(num_candidates, cut=None, **own):
    """PFR where there is no number of candidates, else ORC."""
    return rec.ORC(num_candidates, cut, **own) if num_candidates else rec.PFR(cut, **own)


def tabled(problem, method):
    """Tables of a problem, the rules of a method's race in them, and ln sup r'."""
    table = tables(problem, method.partition or rec.Partition.uncut(problem.dim), method.weighting)
    return table, method.rules(problem.dim), log_sup_reweighted(table)


def raced(run, problem, method, seed, *more):
    """Message and outcome of a race, but for its last arrival time, which tiles do not tell for ORC."""
    table, rules, log_sup = tabled(problem, method)
    winner = np.zeros(problem.dim, np.int64)
    outcome = run(table, rules, np.uint64(seed), log_sup, winner, *more)
    return tuple(winner), *outcome[: 4 if rules.num_candidates else 5]


def by_race(problem, method, seed, run=dispatch.race_readable):
    """The readable search."""
    return raced(run, problem, method, seed, new_record(0, problem.dim))


def by_tiles(problem, method, seed, expected=math.inf):
    """Tiles without bins, by the sieve for so many candidates: 1 is float32, infinity is cells."""
    table, rules, log_sup = tabled(problem, method)
    sieve = tiles.make_sieve(table, expected)
    outcome = tiles.race_sieved(table, sieve, rules, np.uint64(seed), log_sup)
    return (0,) * problem.dim, *outcome[: 4 if rules.num_candidates else 5]


def by_threads(problem, method, seed, num_threads):
    table, rules, log_sup = tabled(problem, method)
    outcome = threads.race_in_threads(table, rules, np.uint64(seed), log_sup, num_threads)
    return (0,) * problem.dim, *outcome[: 4 if rules.num_candidates else 5]


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
        exact = rng.random() < 0.5 and problem.d_inf_bits < 13
        num = 0 if exact else int(rng.choice([1, 5, 63, 1000, 1024, 1025, 3000, 9000]))
        method = choose(num)
        expected = by_race(problem, method, seed)
        assert raced(tiles_bins.race_tiled, problem, method, seed) == expected
        for size in (1.0, math.inf):  # float32, cells
            assert by_tiles(problem, method, seed, size) == expected, (problem, num, seed, size)


@pytest.mark.parametrize("block", range(10))
def test_same_winner_with_bins(block):
    """Partitions of 1 to 2^90 bins under all weights, by draws: numbers of bins in one limb and in two."""
    rng = np.random.default_rng(100 + block)
    compared = large = 0
    for seed in range(60):
        problem = random_problem(rng, 30)
        most = min(12, 60 / problem.dim)
        cut = rec.Partition([round(2 ** rng.uniform(0, most)) if rng.random() < 0.8 else 1 for _ in range(problem.dim)])
        if problem.dim >= 8 and rng.random() < 0.3:
            cut = rec.Partition([int(2 ** (66 / problem.dim)) + 1] * problem.dim)
        weighting = str(rng.choice(["peak_ratio", "target_mass", "uniform"]))
        num = 0 if rng.random() < 0.4 else int(rng.choice([1, 7, 1024, 3000]))
        method = choose(num, cut, weighting=weighting)
        if num == 0 and tabled(problem, method)[2] > math.log(10_000):
            continue
        run = tiles_bins.race_bins if cut.num_bins > 1 else tiles_bins.race_tiled
        expected = by_race(problem, method, seed, race_by_draws)
        assert raced(run, problem, method, seed) == expected, (problem, method, seed)
        compared += 1
        large += cut.log2_bins > 64
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
        cut = rec.Partition([max(1, int(2**bits + rng.random())) for bits in log2_bins])
        weighting, stopping = str(rng.choice(["peak_ratio", "target_mass", "uniform"])), "single"
        if weighting == "peak_ratio":
            stopping = str(rng.choice(["single", "per_bin"]))
        if not 1 < cut.num_bins <= rec.ENUMERABLE_BINS or math.isinf(problem.d_inf_bits):
            continue
        method = rec.PFR(cut, weighting=weighting, stopping=stopping)
        if tabled(problem, method)[2] > math.log(30_000):
            continue
        expected = by_race(problem, method, seed, race_by_clocks)
        assert raced(tiles_bins.race_bins_by_clocks, problem, method, seed) == expected, (problem, cut, seed)
        compared += 1
    assert compared > 30


def test_with_clocks_a_budget_ends_both_searches_alike():
    problem, cut = rec.gaussian_channel([9.0, 8.0]).draw(1), rec.Partition([2, 3])
    for seed in range(4):
        for method in (rec.PFR(cut), rec.PFR(cut, weighting="uniform", stopping="single")):
            _, index, examined, *_ = raced(tiles_bins.race_bins_by_clocks, problem, method, seed)
            assert index > 0
            for budget in (examined, examined - 1, examined // 2, examined // 20, 10):
                less = replace(method, max_examined=budget)
                found = raced(tiles_bins.race_bins_by_clocks, problem, less, seed)
                slow = by_race(problem, less, seed)
                assert found[1:3] == slow[1:3]
                assert (found[1] == 0) == (budget < examined)


def test_a_search_with_clocks_that_cannot_end_gives_up():
    """Bins whose bound says 2^40 candidates: the budget stops it after about as many as it allows."""
    problem, cut = rec.gaussian_problem([0.0, 0.0], [2.0**-20, 2.0**-20]), rec.Partition([2, 2])
    method = rec.PFR(cut, max_examined=200_000)
    assert raced(tiles_bins.race_bins_by_clocks, problem, method, 1)[1:3] == (0, 200_000)


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
                assert by_tiles(problem, rec.ORC(num), seed, size) == by_race(problem, rec.ORC(num), seed)


@pytest.mark.parametrize("num_threads", [1, 2, 3])
def test_the_winner_does_not_depend_on_threads(num_threads):
    """Enough tiles for several chunks; one thread's way is held to the readable search above."""
    for seed in range(6):
        for bits, num in (([5.0, 4.0, 3.0], 600_000), ([9.0, 7.0], 0), ([4.0] * 5, 300_000)):
            problem, method = rec.gaussian_channel(bits).draw(seed), choose(num)
            assert by_threads(problem, method, seed, num_threads) == by_tiles(problem, method, seed)


def test_the_comparison_can_fail():
    """A sieve that claims a better bound than it has loses winners."""
    lost = 0
    for seed in range(20):
        problem, method = rec.gaussian_problem([0.7, -0.4], [0.3, 0.2]), rec.ORC(5000)
        table, rules, log_sup = tabled(problem, method)
        sieve = tiles.make_sieve(table, math.inf)
        spoiled = sieve._replace(deficits=sieve.deficits + np.float32(3.0))
        found = tiles.race_sieved(table, spoiled, rules, np.uint64(seed), log_sup)
        lost += found.local_index != by_race(problem, method, seed)[1]
    assert lost > 0


def test_budgets_end_searches_alike():
    problem = rec.gaussian_channel([8.0, 6.0]).draw(1)
    _, index, examined, *_ = by_race(problem, rec.PFR(), 5)
    assert examined > 2048
    enough = rec.PFR(max_examined=examined)
    assert by_tiles(problem, enough, 5) == by_race(problem, enough, 5)
    for less in (examined - 1, 2000, 1024, 10):
        method = rec.PFR(max_examined=less)
        assert by_tiles(problem, method, 5)[1] == by_race(problem, method, 5)[1] == 0
    assert 0 < index <= examined


def test_encode_agrees_with_trace_and_encode_many_whichever_kernel_runs():
    """`trace` runs the readable search; large searches run tiles, the largest in threads."""
    cases = [
        (rec.gaussian_channel([5.0, 4.0]), rec.PFR(), 3),
        (rec.gaussian_channel([3.0] * 4), rec.ORC(5000), 3),
        (rec.gaussian_channel([0.75] * 16), rec.ORC(dispatch.THREADS_FROM // 16), 1),
        (rec.gaussian_channel([2.0] * 8), rec.ORC(2000, rec.Partition((4,) * 8)), 3),
    ]
    assert any(getattr(one, "num_candidates", 0) * channel.dim >= dispatch.THREADS_FROM for channel, one, _ in cases)
    for channel, method, runs in cases:
        table, rules, log_sup = tabled(channel.draw(0), method)
        assert dispatch.is_fast(table.family, rules, log_sup)
        many = rec.encode_many(channel, runs, method, seed=4)
        for i, seed in enumerate(many.seeds.tolist()):
            sent = rec.encode(channel.draw(seed), method, seed=seed)
            seen = rec.trace(channel.draw(seed), method, seed=seed)
            assert sent.message == seen.message == rec.Message(tuple(many.bins[i]), many.indices[i])
            assert sent.race_time == seen.race_times[seen.winner] == many.race_times[i]
            assert sent.examined == seen.examined == many.examined[i]
            assert (sent.sample == many.samples[i]).all()


def test_large_searches_follow_the_target():
    pair = gaussian_pair([1.1, -0.3], [2.0**-5, 2.0**-4])
    found = rec.encode_many(pair.problem, 4000, seed=2)
    assert found.examined.mean() > dispatch.FAST_FROM
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
    room, worst = tiles.new_room(3), 0.0
    for part in words.reshape(40, 1024):
        top = part >> np.uint32(32 - bits)
        room.words[:] = part << np.uint32(bits)
        byte = (top << np.uint32(4) if bits == 4 else top).astype(np.uint8)
        tiles.quantiles32(room, byte, 4 if bits == 4 else 0, bits)
        known = ~np.isnan(room.near)
        near_end = np.minimum(part, ~part) < tiles._TAIL
        assert (near_end == ~known).all()
        for edge in (part.astype(float), part + 1.0):
            exact = special.ndtri(edge[known] / 2**32)
            error = np.abs(room.near[known] - exact) / (1 + np.abs(exact))
            worst = max(worst, error.max())
    assert worst < tiles._EPSILON / 2


def test_cells_bound_every_candidate():
    """No candidate's ratio exceeds its cell's peak; and the bound is close, or it would sieve nothing."""
    rng = np.random.default_rng(3)
    for dim in (1, 2, 3, 6):
        problem = rec.gaussian_channel([12.0 / dim] * dim).draw(dim)
        table, _, _ = tabled(problem, rec.ORC(1000))
        sieve, room = tiles.make_sieve(table, math.inf), tiles.new_room(dim)
        for number in range(room.planes.shape[0]):
            tiles.fill_top(np.uint64(9), np.uint64(4), number, room.planes[number])
        tiles.fill_deficits(np.uint64(9), np.uint64(4), sieve, room)
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
    tiles.fill_plane(seed, randomness.BIN_CHOICE, tile, dimension, words)
    for place in (0, 300, 1023):
        index = np.uint64(3 * randomness.TILE + place + 1)
        word = int(randomness.bin_choice(seed, index, np.uint64(dimension)))
        for threshold, reached in ((word - 1, 1), (word, 1), (word + 1, 0), (2**63, 0)):
            numbers = np.zeros(randomness.TILE, np.int32)
            tiles_bins.count_reached(np.uint64(threshold), seed, tile, dimension, words, numbers)
            assert numbers[place] == reached


def test_decode_takes_every_seed():
    """Seeds from 2^63 on go another way than smaller ones, and a truth value is none."""
    channel = rec.gaussian_channel([2.0, 1.0])
    for seed in (2**63 - 1, 2**63, 2**64 - 1):
        sent = rec.encode(channel.draw(1), seed=seed)
        many = rec.decode_many([sent.message], channel.prior, seeds=np.array([seed], np.uint64))
        assert (rec.decode(sent.message, channel.prior, seed=seed) == many[0]).all()
    with pytest.raises(rec.RecError, match="seed"):
        rec.decode(sent.message, channel.prior, seed=True)


def test_decode_many_is_decode_row_by_row():
    channel, cut = rec.gaussian_channel([2.0, 1.0, 0.0]), rec.Partition((4, 2, 1))
    many = rec.encode_many(channel, 60, rec.PFR(cut), seed=3)
    held = rec.decode_many((many.bins, many.indices), channel.prior, cut, seeds=many.seeds)
    assert (held == many.samples).all()
    messages = [rec.Message(tuple(b), n) for b, n in zip(many.bins.tolist(), many.indices.tolist(), strict=True)]
    assert (rec.decode_many(messages, channel.prior, cut, seeds=many.seeds) == held).all()
    one_seed = rec.decode_many(messages, channel.prior, cut, seeds=7)
    assert (one_seed == [rec.decode(message, channel.prior, cut, seed=7) for message in messages]).all()
    assert rec.decode_many([], channel.prior, seeds=0).shape == (0, 3)


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
def test_bad_batches_raise_rec_error(bins, indices, seeds):
    with pytest.raises(rec.RecError, match=r"\w+ .{15,}"):
        rec.decode_many((bins, indices), rec.gaussian_channel([1.0, 1.0]).prior, rec.Partition((4, 2)), seeds=seeds)


@pytest.mark.nojit
def test_runs_are_numbered_from_first():
    channel = rec.gaussian_channel([2.0])
    whole = rec.encode_many(channel, 30, seed=8)
    part = rec.encode_many(channel, 12, seed=8, first=10)
    assert (part.samples == whole.samples[10:22]).all()
    assert (part.seeds == whole.seeds[10:22]).all()
    for bad in (-1, 0.5, None, True):
        with pytest.raises(rec.RecError, match="first"):
            rec.encode_many(channel, 2, seed=0, first=bad)


# -------------------------------------------------------------------------------------------------------- compilation


def test_nothing_is_compiled_twice():
    """Whole numbers and floats, lists and arrays, one problem or many: one signature for every kernel."""
    script = r"""
import re, sys, numpy as np, rec_core as rec
from numba.core.registry import CPUDispatcher
for problem in (rec.gaussian_problem([0], [0.5]), rec.gaussian_problem(np.array([0.5]), [0.5])):
    for n in (None, 3, np.int64(2000)):
        for cut in (None, rec.Partition([4]), rec.Partition((5000,))):
            method = rec.ORC(n, cut) if n else rec.PFR(cut)
            sent = rec.encode(problem, method, seed=np.uint64(3))
            rec.decode(sent.message, problem.prior, cut, seed=3)
            rec.trace(problem, method, seed=0)
            many = rec.encode_many(problem, 2, method, seed=0)
            rec.encode_many(rec.gaussian_channel([1]), 2, method, seed=0)
            rec.decode_many((many.bins, many.indices), problem.prior, cut, seeds=3)
seen = 0
for module in [value for name, value in sys.modules.items() if name.startswith("rec_core.")]:
    for name, value in vars(module).items():
        if isinstance(value, CPUDispatcher) and value.py_func.__module__ == module.__name__:
            signatures = [str(one.args) for one in value.nopython_signatures]
            seen += bool(signatures)
            if ".searches.tiles" not in module.__name__:  # small functions may be made anew for a number in the call
                signatures = {re.sub(r"Literal\[int\]\(\d+\)", "int64", text) for text in signatures}
            assert len(signatures) <= 1, (name, signatures)
assert seen >= 8, seen  # those called from Python; all of them where nothing is in Numba's cache yet
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.reliability
def test_a_cache_that_cannot_be_written_is_said_once_and_replaced(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr(jit, "_folders", lambda: iter([tmp_path / "file" / "kernels"]))
    monkeypatch.setattr(jit, "_new", True)
    with pytest.warns(UserWarning, match="NUMBA_CACHE_DIR") as said:
        folder = Path(jit._home())
    assert len(said) == 1
    assert folder.is_dir()
    assert not jit.none_kept()  # another process would compile in vain


DAMAGE = {
    "cut short": lambda data: data[: len(data) // 2],
    "a flipped bit": lambda data: data[:-9] + bytes([data[-9] ^ 1]) + data[-8:],
    "empty": lambda data: b"",
}


@pytest.mark.reliability
@pytest.mark.parametrize("files", ["*.nbi", "*.nbc"])
@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_file_is_compiled_anew(monkeypatch, tmp_path, damage, files):
    """A kernel is made, kept and loaded; then its files are spoiled. Under plain Numba a file cut short raises."""
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "kernels"))

    def kept(first):
        source = tmp_path / f"{first.strip('@').replace('.', '_')[:12]}.py"
        source.write_text(
            f"from numba import njit\nfrom rec_core.jit import kernel\n{first}\ndef twice(x): return 2 * x\n"
        )
        os.utime(source, (1, 1))
        spec = importlib.util.spec_from_file_location(source.stem, source)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.twice

    def spoil():
        spoiled = list((tmp_path / "kernels").rglob(files))
        assert spoiled
        for path in spoiled:
            path.write_bytes(DAMAGE[damage](path.read_bytes()))

    def loads(twice):
        assert twice(21) == 42
        return sum(twice.stats.cache_hits.values())

    assert [loads(kept("@kernel")) for _ in range(2)] == [0, 1]
    spoil()
    assert [loads(kept("@kernel")) for _ in range(2)] == [0, 1]
    if damage == "cut short":
        shutil.rmtree(tmp_path / "kernels")
        loads(kept("@njit(cache=True)"))
        spoil()
        with pytest.raises((EOFError, pickle.UnpicklingError)):
            loads(kept("@njit(cache=True)"))


def test_kernels_are_kept_by_a_digest_of_the_sources_they_come_from(monkeypatch, tmp_path):
    (tmp_path / "a.py").write_text("@kernel\ndef f(): return 1")
    (tmp_path / "b.py").write_text("plain = 1")
    monkeypatch.setattr(jit, "_HERE", tmp_path)
    first = jit._digest()
    (tmp_path / "b.py").write_text("plain = 2")
    assert jit._digest() == first  # holds no kernel
    (tmp_path / "a.py").write_text("@kernel\ndef f(): return 2")
    assert jit._digest() != first


def test_whether_any_kernel_was_kept_is_known_from_then_on(monkeypatch, tmp_path):
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(numba.config, "DISABLE_JIT", 0)
    monkeypatch.setattr(jit, "_new", False)
    folder = Path(jit._home())
    assert jit.none_kept()
    (folder / "one").mkdir()
    assert jit.none_kept()
    (folder / "one" / "kernel.nbi").touch()
    assert jit.none_kept()  # compiled by this process
    jit._home()
    assert not jit.none_kept()


def test_the_users_choice_of_a_folder_counts(monkeypatch, tmp_path):
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    with jit.kernels_cached():
        assert Path(numba.config.CACHE_DIR).parent == tmp_path
    assert str(tmp_path) == numba.config.CACHE_DIR
