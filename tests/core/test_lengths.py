"""Mean lengths under every code, and the chances that ORC's bias shows: sums by hand and searches that were run."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

import rec_core as rec
from rec_core import codes, laws
from tests.core.conftest import ALPHA, mean_p

CHANNEL, CUT = rec.gaussian_channel([2.0, 1.0]), rec.Partition((2, 1))
CODES = [
    rec.ZipfCode.for_source(CHANNEL, CUT),
    rec.ZipfCode(0.4),
    rec.EliasDelta(),
    rec.MatchedCode(CHANNEL, CUT),
    codes.PowerCode(0.5, 40),
    codes.PowerCode(2.0, 20),
    rec.FixedCode(2**20),
]


@pytest.mark.parametrize("code", CODES, ids=lambda code: type(code).__name__)
@pytest.mark.parametrize("source", [rec.uniform_channel([3.3, 1.2]), rec.gaussian_problem([0.8, -0.4], [0.3, 0.6])])
def test_mean_length_is_the_sum_over_indices(source, code):
    """Of sources with so light a tail that the sum ends; a Gaussian channel's falls like a power of n."""
    law = laws.index_law(source, CUT)
    most = 2**15
    assert law.tail(most + 1.0) < 1e-9
    by_hand = 1.0 + law.pmf(most) @ code.length_bits(np.arange(1, most + 1))
    assert laws.mean_length_bits(source, CUT, code) == pytest.approx(by_hand, abs=2e-6)


@pytest.mark.parametrize("code", CODES, ids=lambda code: type(code).__name__)
def test_mean_length_is_that_of_messages(code):
    sent = rec.encode_many(CHANNEL, 4000, rec.PFR(CUT), seed=3)
    lengths = 1.0 + code.length_bits(sent.indices)
    mean = laws.mean_length_bits(CHANNEL, CUT, code)
    if np.ptp(lengths) == 0:
        assert lengths[0] == mean
    else:
        assert mean_p(lengths, mean) > ALPHA
        assert mean_p(lengths, mean + 8 * lengths.std() / np.sqrt(lengths.size)) < ALPHA / 100
    assert lengths[0] == rec.message_length_bits(sent.messages[0], CUT, code)


def test_matched_is_the_shortest_and_costs_the_entropy():
    matched = laws.mean_length_bits(CHANNEL, CUT, rec.MatchedCode(CHANNEL, CUT))
    assert matched == pytest.approx(1.0 + laws.index_law(CHANNEL, CUT).entropy_bits, abs=1e-3)
    assert all(laws.mean_length_bits(CHANNEL, CUT, code) >= matched - 1e-6 for code in CODES)


def test_indices_a_code_has_not_cost_infinitely_many_bits():
    wide = rec.gaussian_channel([80.0])
    for code in (rec.FixedCode(16), codes.PowerCode(0.5, 4)):
        assert laws.mean_length_bits(CHANNEL, CUT, code) == math.inf
    for code in (rec.FixedCode(2**63 - 1), codes.PowerCode(1.5, 63), rec.MatchedCode(wide)):
        assert laws.mean_length_bits(wide, None, code) == math.inf
    # Elias and Zipf go on for ever: E[log2 n] is about 80
    law = laws.index_law(wide)
    assert laws.mean_length_bits(wide, None, rec.EliasDelta()) == pytest.approx(law.mean_log2 + 12.5, abs=0.6)
    zipf = rec.ZipfCode(64.0)
    expected = float(zipf.length_bits(1)) + zipf.exponent * law.mean_log2
    assert laws.mean_length_bits(wide, None, zipf) == pytest.approx(expected, rel=1e-12)


def test_the_code_of_a_source_is_that_of_its_bound():
    for source in (CHANNEL, CHANNEL.draw(3)):
        code = rec.ZipfCode.for_source(source, CUT)
        assert code.mean_log2_index == laws.log2_index_bound_bits(source, CUT)
        assert laws.mean_length_bits(source, CUT, code) <= laws.sharp_bound_bits(source, CUT)
    with pytest.raises(rec.RecError, match="dimensions"):
        rec.ZipfCode.for_source(CHANNEL, rec.Partition((2,)))
    with pytest.raises(rec.RecError, match="dimensions"):
        laws.mean_length_bits(CHANNEL, rec.Partition((2,)), code)


def test_enough_candidates_are_enough_and_half_are_not():
    problem = rec.gaussian_problem([1.0], [0.2])
    method = rec.ORC(1, rec.Partition((4,)))
    enough = laws.unnoticed_candidates(problem, method, 1000)
    bias = [laws.orc_bias(problem, replace(method, num_candidates=n)) for n in (enough, enough // 2)]
    assert laws.unnoticed_samples(bias[0]) >= 1000 > laws.unnoticed_samples(bias[1])
    assert enough <= laws.unnoticed_candidates(problem, rec.ORC(1), 1000)
    assert laws.unnoticed_candidates(rec.gaussian_problem([6.0], [1e-9]), rec.ORC(1), 1000) is None


def test_no_number_of_samples_is_safe_without_end_where_there_is_a_bias():
    problem = rec.gaussian_problem([1.0], [0.3])
    for candidates in (2**16, 2**20, 2**40):
        most = laws.unnoticed_samples(laws.orc_bias(problem, rec.ORC(candidates)))
        assert candidates < most < candidates**2  # the bias falls as 1/n, KL as its square
    assert laws.unnoticed_samples(laws.OrcBias(1e-9, 0.0)) == pytest.approx(laws.NOTICEABLE**2 * 1e18)
    assert laws.unnoticed_samples(laws.OrcBias(0.0, 0.0)) == math.inf


def test_no_test_beats_the_bound_on_what_goes_unnoticed():
    """Two biased coins: the exact total variation of m flips stays below the advantage that Pinsker's bound allows."""
    share = 0.51
    kl = share * math.log2(share / 0.5) + (1 - share) * math.log2((1 - share) / 0.5)
    m = math.floor(laws.unnoticed_samples(laws.OrcBias(abs(share - 0.5), kl)))
    heads = np.arange(m + 1)
    logs = np.array([math.lgamma(m + 1) - math.lgamma(k + 1) - math.lgamma(m - k + 1) for k in heads])
    biased = np.exp(logs + heads * math.log(share) + (m - heads) * math.log(1 - share))
    variation = 0.5 * np.abs(biased - np.exp(logs - m * math.log(2))).sum()
    assert 0.05 < variation <= laws.NOTICEABLE
    assert laws.unnoticed_samples(laws.OrcBias(0.0, 0.0)) == math.inf


@pytest.mark.parametrize("weighting", ["peak_ratio", "target_mass", "uniform"])
@pytest.mark.parametrize("intervals", [None, (4, 2)])
def test_the_chance_of_silence_is_that_of_the_races(weighting, intervals):
    problem = rec.uniform_problem([0.05, 0.3], [0.4, 0.65])
    method = rec.ORC(4, None if intervals is None else rec.Partition(intervals), weighting=weighting)
    chance, silent = laws.orc_silence(problem, method), 0
    for seed in range(1500):
        try:
            rec.encode(problem, method, seed=seed)
        except rec.RecError:
            silent += 1
    deviation = np.sqrt(1500 * chance * (1 - chance))
    assert abs(silent - 1500 * chance) < 4.5 * deviation + 1e-9  # false alarm below 1e-5 a case
    assert chance == 0 or abs(silent - 1500 * chance**2) > 4.5 * deviation
    assert laws.orc_silence(rec.gaussian_problem([0.0], [0.1]), rec.ORC(1)) == 0.0
