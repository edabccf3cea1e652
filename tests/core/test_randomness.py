"""The counter-based generator: known answers, addresses, uniformity."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats

import rec_core as rec
from rec_core import randomness
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
    coding = rec.uniform_problem([0.0] * len(intervals), [1.0] * len(intervals)).coding
    return rec.decode(rec.Message(tuple(bin_numbers), index), coding, rec.partition(intervals), seed=seed)


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
    """No two of: candidates, clock gaps, other purposes, run seeds, ever give one value."""
    values = []
    out = np.empty(4)
    purposes = [value for name, value in vars(randomness).items() if name.isupper() and not name.startswith("_")]
    assert len(purposes) == len({int(purpose) for purpose in purposes})
    for key in (np.uint64(0), np.uint64(1), np.uint64(2**40)):
        for index in (1, 2, 3, 2**32 + 1):
            for purpose in purposes:
                randomness.uniforms(key, purpose, np.uint64(index), out)
                values.extend(out)
            gap = randomness.exponential(key, np.uint64(index))
            values.extend([-np.expm1(-gap), np.exp(-gap)])
    rounded = np.round(values, 12)
    clock = 3 * 4 * 2
    # An exponential is a transform of one uniform of the clock's own purpose: only there may a value be met again.
    assert len(np.unique(rounded)) >= len(rounded) - clock
    without_clock = []
    for key in (np.uint64(0), np.uint64(1), np.uint64(2**40)):
        for index in (1, 2, 3, 2**32 + 1):
            for purpose in purposes:
                if purpose != randomness.CLOCK:
                    randomness.uniforms(key, purpose, np.uint64(index), out)
                    without_clock.extend(out)
            gap = randomness.exponential(key, np.uint64(index))
            without_clock.append(-np.expm1(-gap))
            without_clock.append(np.exp(-gap))
    assert len(np.unique(np.round(without_clock, 12))) == len(without_clock)


def test_uniforms_are_uniform_and_gaps_exponential():
    out = np.empty(3)
    values = np.empty((3000, 3))
    gaps = np.empty(3000)
    for i in range(3000):
        randomness.uniforms(np.uint64(11), randomness.CANDIDATE, np.uint64(i + 1), out)
        values[i] = out
        gaps[i] = randomness.exponential(np.uint64(11), np.uint64(i + 1))
    for d in range(3):
        assert stats.kstest(values[:, d], "uniform").pvalue > ALPHA
        assert stats.spearmanr(values[:, d], gaps).pvalue > ALPHA
        assert stats.spearmanr(values[:-1, d], values[1:, d]).pvalue > ALPHA
    assert stats.kstest(gaps, "expon").pvalue > ALPHA
    assert stats.spearmanr(values[:, 0], values[:, 1]).pvalue > ALPHA


def test_run_seeds_are_distinct_and_a_prefix_of_longer_studies():
    long, short = randomness.run_seeds(5, 20_000), randomness.run_seeds(5, 100)
    assert long.dtype == np.uint64
    assert len(np.unique(long)) == 20_000
    assert (long[:100] == short).all()
    assert not np.isin(long, randomness.run_seeds(6, 20_000)).any()


@pytest.mark.parametrize("seed", [-1, 2**64, 0.5, float("nan"), "7", None])
def test_bad_seeds_are_refused_in_a_sentence(seed):
    problem = rec.gaussian_problem([0.5], [0.5])
    with pytest.raises(rec.RecError, match=r"\w+ .{15,}"):
        rec.encode(problem, seed=seed)
