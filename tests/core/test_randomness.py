"""The counter-based generator: known answers, addresses, uniformity."""

from __future__ import annotations

import itertools

import numba
import numpy as np
import pytest
from scipy import stats

import rec_core as rec
from rec_core import clocks, randomness
from tests.core.conftest import ALPHA

pytestmark = pytest.mark.nojit

# Random123, kat_vectors, philox4x32 with 10 rounds.
KNOWN_ANSWERS = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN_ANSWERS)
def test_philox_known_answers(counter, key, answer):
    assert tuple(int(word) for word in randomness.philox4x32(*counter, *key)) == answer


def sample_at(seed, bin_numbers, index, intervals):
    """The quantiles of one candidate, by its address, through the public decoder."""
    prior = rec.uniform_problem([0.0] * len(intervals), [1.0] * len(intervals)).prior
    return rec.decode(rec.Message(tuple(bin_numbers), index), prior, rec.Partition(intervals), seed=seed)


def within_bin(seed, bin_numbers, index, intervals):
    """The uniforms behind a candidate: its place within its bin."""
    u = sample_at(seed, bin_numbers, index, intervals)
    return np.array(intervals) * u - np.array(bin_numbers)


def test_every_component_of_an_address_matters():
    intervals = (4, 4, 4)
    seeds, indices = (0, 1, 2**32, 2**63), (1, 2, 3, 2**31, 2**32, 2**32 + 1, 2**60)
    bins = list(itertools.product(range(4), repeat=3))
    values = np.array(
        [within_bin(seed, b, index, intervals) for seed in seeds for b in bins for index in indices]
    ).ravel()
    assert values.min() > 0
    assert values.max() < 1
    # Also different between dimensions. Rounding in place of bin leaves about 2^-51 of resolution: compare coarsely.
    assert len(np.unique(np.round(values, 12))) == len(values)


def test_indices_do_not_wrap_at_32_bits():
    """Index times dimension overflowing a 32-bit counter is a known mistake."""
    for dim in (1, 2, 3, 64):
        for k in (1, 5):
            near = sample_at(3, (0,) * dim, k, (1,) * dim)
            for far in (2**31, 2**32, 2**32 // dim, 2**33, 2**48, 2**60, 2**62):
                assert not np.isclose(near, sample_at(3, (0,) * dim, far + k, (1,) * dim)).any()


def test_huge_partitions_have_their_own_randomness_for_every_bin():
    """Bins that differ in one interval of 2^512, and in which dimension, do not share candidates."""
    dim = 64
    intervals = (256,) * dim
    zero = within_bin(0, (0,) * dim, 1, intervals)
    seen = [zero]
    for d in (0, 1, 31, 63):
        for b in (1, 255):
            numbers = [0] * dim
            numbers[d] = b
            seen.append(within_bin(0, numbers, 1, intervals))
    values = np.array(seen)
    for first, second in itertools.combinations(range(len(values)), 2):
        assert not np.isclose(values[first], values[second], rtol=0, atol=1e-9).any()


def test_purposes_do_not_overlap():
    """No two of the kinds of randomness ever give one value."""
    purposes = randomness.PURPOSES
    assert len(purposes) == len({int(purpose) for purpose in purposes})
    named = {int(value) for name, value in vars(randomness).items() if isinstance(value, np.uint64) and name[0] != "_"}
    assert named == {int(purpose) for purpose in purposes}
    out, values = np.empty(4), []
    for key in (np.uint64(0), np.uint64(1), np.uint64(2**40)):
        for index in (1, 2, 3, 2**32 + 1):
            for purpose in purposes:
                randomness.uniforms(key, purpose, np.uint64(index), out)
                values.extend(out)
    assert len(np.unique(np.round(values, 12))) == len(values)


def candidates(key, count, dim, first=1):
    """The uniforms of candidates first, first + 1, ...; (count, dim)."""
    out = np.empty((count, dim))
    for i in range(count):
        randomness.candidate_uniforms(np.uint64(key), np.uint64(first + i), out[i])
    return out


@pytest.mark.parametrize("dim", [1, 2, 3, 9])
def test_candidates_are_uniform_and_independent(dim):
    """Neighbours, rows of a tile (256 apart), tiles (1024 apart), dimensions."""
    v = candidates(11, 2400, dim)
    assert (v * 2.0**53 % 2 == 1).all()  # odd multiples of 2^-53: 1 - v is exact
    for d in range(dim):
        assert stats.kstest(v[:, d], "uniform").pvalue > ALPHA
        for lag in (1, 2, 4, 256, 512, 1024):
            assert stats.spearmanr(v[lag:, d], v[:-lag, d]).pvalue > ALPHA
        for e in range(d):
            assert stats.spearmanr(v[:, d], v[:, e]).pvalue > ALPHA


@pytest.mark.parametrize("dim", [1, 3])
def test_planes_are_uniform_and_independent(dim):
    """The first bits, the middle 32 and the last, each as a number in [0, 1)."""
    words = (candidates(12, 4096, dim).ravel() * 2.0**52).astype(np.uint64)
    top = 8 if dim <= randomness.MAX_BYTE_DIM else 4
    planes = [
        (words >> np.uint64(52 - top)).astype(float) / 2**top,
        (words >> np.uint64(20 - top) & np.uint64(2**32 - 1)).astype(float) / 2**32,
        (words & np.uint64(2 ** (20 - top) - 1)).astype(float) / 2 ** (20 - top),
    ]
    rng = np.random.default_rng(0)
    for plane, bits in zip(planes, (top, 32, 20 - top), strict=True):
        assert stats.kstest(plane + rng.random(plane.size) / 2**bits, "uniform").pvalue > ALPHA
    for first, second in itertools.combinations(planes, 2):
        assert stats.spearmanr(first, second).pvalue > ALPHA
    assert stats.spearmanr(planes[0], planes[0] + planes[1] / 8).pvalue < ALPHA


def test_every_bit_of_an_address_flips_half_the_bits_of_a_candidate():
    """Avalanche: seed and index, one bit at a time; 52 bits a uniform, each flipped with chance one half."""

    def word(key, index):
        out = np.empty(3)
        randomness.candidate_uniforms(np.uint64(key), np.uint64(index), out)
        return [int(u * 2.0**52) for u in out]

    rng, flips = np.random.default_rng(4), []
    for _ in range(60):
        key, index = int(rng.integers(2**63)), int(rng.integers(1, 2**40))
        before = word(key, index)
        for bit in range(0, 40, 3):
            for after in (word(key ^ (1 << bit), index), word(key, (index ^ (1 << bit)) or 1)):
                flips += [(a ^ b).bit_count() for a, b in zip(before, after, strict=True)]
    # Neighbouring candidates share no bits either; 52 fair coins have deviation 3.6.
    assert stats.norm.sf(abs(np.mean(flips) - 26) / (np.sqrt(13) / np.sqrt(len(flips)))) > ALPHA / 2
    assert np.std(flips) == pytest.approx(np.sqrt(13), rel=0.05)


def test_bins_have_their_own_candidates_and_clocks():
    intervals = np.array([2**20, 2**20, 2**20, 2**20])  # two limbs
    numbers = np.array([[b, 0, 0, c] for b in range(40) for c in range(40)])
    keys = [int(randomness.bin_key(np.uint64(3), intervals, row)) for row in numbers]
    assert len(set(keys)) == len(keys)
    v = np.array([candidates(key, 1, 1)[0, 0] for key in keys])
    assert stats.kstest(v, "uniform").pvalue > ALPHA
    assert stats.spearmanr(v[1:], v[:-1]).pvalue > ALPHA
    assert int(randomness.bin_key(np.uint64(3), np.array([1, 1]), np.array([0, 0]))) == 3


# -------------------------------------------------------------------------------------------------------------- clocks


def arrivals(key, count):
    """The first arrivals of a clock."""
    clock, times = clocks.Clock(0.0, 1.0, 0.0), []
    for index in range(1, count + 1):
        clock = clocks.tick(np.uint64(key), np.uint64(index), clock)
        times.append(clocks.arrival_time(clock))
    return np.array(times)


def test_arrivals_are_a_poisson_process_across_tiles():
    """Gaps are independent unit exponentials, within a tile and over its border."""
    tile = randomness.TILE
    times = np.array([arrivals(key, 2 * tile + 4) for key in range(6 if jit_is_off() else 60)])
    assert (np.diff(times) > 0).all()
    gaps = np.diff(times, prepend=0.0)
    assert stats.kstest(gaps.ravel(), "expon").pvalue > ALPHA
    assert stats.spearmanr(gaps[:, 1:].ravel(), gaps[:, :-1].ravel()).pvalue > ALPHA
    for border in (tile, 2 * tile):
        assert stats.kstest(gaps[:, border], "expon").pvalue > ALPHA
    for place in (tile - 1, tile, 2 * tile - 1, 2 * tile):
        assert stats.kstest(times[:, place], stats.gamma(place + 1).cdf).pvalue > ALPHA
    half = times[:, tile - 1 + tile // 2] - times[:, tile - 1]
    assert stats.kstest(half, stats.gamma(tile // 2).cdf).pvalue > ALPHA


def test_the_same_test_rejects_a_tile_of_fixed_length():
    """The twin: a later tile stretched to last its mean has the wrong spread, though every gap looks right."""
    tile, ends, wrong = randomness.TILE, [], []
    for key in range(1, 400):
        length = clocks.tile_gamma(np.uint64(key), np.uint64(3))
        ends.append(length)
        wrong.append(tile + 0.5 * (length - tile))
    assert stats.kstest(ends, stats.gamma(tile).cdf).pvalue > ALPHA
    assert stats.kstest(wrong, stats.gamma(tile).cdf).pvalue < ALPHA


def test_counted_arrivals_over_one_more_are_sorted_uniforms():
    """What ORC's times are made of, with the last one inside a tile, at its end, and after it."""
    tile = randomness.TILE
    for count in (3, tile, tile + 1):
        shares = []
        for key in range(300 if count == 3 or not jit_is_off() else 8):
            shares.append(arrivals(key, count) / clocks.end_time(np.uint64(key), count))
        shares = np.array(shares)
        assert shares.max() < 1
        for place in (0, count // 2, count - 1):
            assert stats.kstest(shares[:, place], stats.beta(place + 1, count - place).cdf).pvalue > ALPHA
        assert count > 3 or stats.kstest(shares[:, 1], stats.beta(2, 3).cdf).pvalue < ALPHA


def jit_is_off():
    return bool(numba.config.DISABLE_JIT)


def test_run_seeds_are_distinct_and_a_prefix_of_longer_studies():
    long, short = randomness.run_seeds(5, 20_000), randomness.run_seeds(5, 100)
    assert long.dtype == np.uint64
    assert len(np.unique(long)) == 20_000
    assert (long[:100] == short).all()
    assert not np.isin(long, randomness.run_seeds(6, 20_000)).any()


@pytest.mark.parametrize("seed", [-1, 2**64, 0.5, float("nan"), "7", None])
def test_bad_seeds_raise_rec_error(seed):
    problem = rec.gaussian_problem([0.5], [0.5])
    with pytest.raises(rec.RecError, match=r"\w+ .{15,}"):
        rec.encode(problem, seed=seed)
