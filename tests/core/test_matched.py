"""MatchedCode: a complete, prefix-free, exact law of the index that both sides make alike."""

from __future__ import annotations

import time
from itertools import pairwise

import numpy as np
import pytest

import rec_core as rec
from rec_core import codes, laws
from rec_core.codes import MatchedCode

SOURCES = [
    (rec.gaussian_channel([6.0]), (1,)),
    (rec.gaussian_channel([6.0]), (64,)),
    (rec.gaussian_channel([2.0, 1.0, 0.0]), (4, 1, 2)),
    (rec.gaussian_channel([40.0]), (1,)),
    (rec.gaussian_channel([0.0, 0.0]), (2, 2)),
    (rec.uniform_channel([2.0, 1.5]), (4, 2)),
]
EDGES = [1, 2, 3, 254, 255, 256, 257, 271, 272, 511, 512, 10**6, 2**40 + 12345, 2**62 - 1, 2**62, 2**63 - 1]


@pytest.mark.parametrize(("channel", "intervals"), SOURCES)
def test_messages_come_back_and_cost_their_lengths(channel, intervals):
    cut = rec.Partition(intervals)
    code = MatchedCode(channel, cut)
    messages = [rec.Message((0,) * channel.dim, n) for n in EDGES]
    assert rec.unpack(rec.pack(messages, cut, code), cut, code) == messages
    messages = messages * 20
    spent = 8 * (len(rec.pack(messages, cut, code)) - rec.FRAME_BYTES)
    ideal = sum(rec.message_length_bits(message, cut, code) for message in messages)
    assert ideal - 1 <= spent <= ideal + 0.02 * len(messages) + 8


@pytest.mark.parametrize(("channel", "intervals"), SOURCES)
def test_lengths_are_those_of_a_probability_over_all_indices(channel, intervals):
    code = MatchedCode(channel, rec.Partition(intervals))
    total = np.exp2(-code.length_bits(np.arange(1, 256))).sum()
    for octave in range(8, 63):
        for part in range(16):
            start = (16 + part) << (octave - 4)
            total += 2.0 ** (octave - 4 - float(code.length_bits(start)))
    assert total == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(("channel", "intervals"), SOURCES)
def test_code_words_are_prefix_free_and_in_order(channel, intervals):
    code = MatchedCode(channel, rec.Partition(intervals))
    words = [code.codeword(n) for n in [*range(1, 600), *EDGES[-5:]]]
    assert all(a < b and not b.startswith(a) for a, b in pairwise(words))
    lengths = np.array([len(code.codeword(n)) for n in EDGES])
    ideal = code.length_bits(EDGES)
    assert np.all((lengths >= ideal + 1) & (lengths < ideal + 2 + 1e-9))


@pytest.mark.parametrize(
    ("bits", "intervals", "zipf", "matched"),
    [(6.0, 1, 8.926, 7.854), (6.0, 64, None, 7.742), (10.0, 1, None, 11.858), (10.0, 1024, None, 11.742)],
)
def test_mean_message_length(bits, intervals, zipf, matched):
    """Matched coding costs about I + 1.8 bits whatever the partition up to J = 2^I; Zipf a bit more when plain."""
    channel, cut = rec.gaussian_channel([bits]), rec.Partition([intervals])
    code, law = MatchedCode(channel, cut), laws.index_law(channel, cut)
    n = np.arange(1, 2**16)
    tail = law.tail(np.exp2(np.arange(16, 63)))
    beyond = (tail - np.append(tail[1:], 0)) @ code.length_bits([3 << k for k in range(15, 62)])
    mean = cut.log2_bins + law.pmf(n.size) @ code.length_bits(n) + beyond
    assert mean == pytest.approx(matched, abs=0.005)
    if zipf is not None:
        other = rec.ZipfCode(bits - cut.log2_bins + 1)
        cost = other.exponent * law.mean_log2 + float(other.length_bits(1))
        assert cut.log2_bins + cost == pytest.approx(zipf, abs=0.005)


def test_simulated_messages_cost_what_the_law_says():
    channel, cut = rec.gaussian_channel([2.0, 1.5]), rec.Partition([4, 2])
    code, law = MatchedCode(channel, cut), laws.index_law(channel, cut)
    lengths = code.length_bits(rec.encode_many(channel, 20_000, rec.PFR(cut), seed=21).indices)
    n = np.arange(1, 20_000)
    mean = law.pmf(n.size) @ code.length_bits(n)
    assert abs(lengths.mean() - mean) < 4 * lengths.std() / np.sqrt(lengths.size)
    plain = MatchedCode(channel)
    assert law.pmf(n.size) @ plain.length_bits(n) > mean + 0.5


def test_representation_names_channel_partition_and_table():
    code = MatchedCode(rec.gaussian_channel([2.0, 1.0]), rec.Partition([4, 1]))
    assert repr(code.channel) in repr(code)
    assert repr(code.partition) in repr(code)
    assert MatchedCode(rec.gaussian_channel([1.0])) == MatchedCode(rec.gaussian_channel([1.0]), rec.Partition([1]))
    cut = rec.Partition([1])
    data = rec.pack([rec.Message((0,), 3)], cut, MatchedCode(rec.gaussian_channel([2.0])))
    with pytest.raises(rec.MessageError, match="checksum"):
        rec.unpack(data, cut, MatchedCode(rec.gaussian_channel([2.5])))


def test_last_digits_of_arithmetic_do_not_reach_the_table(monkeypatch):
    """Both sides make the same table though their libraries round differently: noise of 1e-13 changes nothing."""
    channel, cut = rec.gaussian_channel([2.0, 1.0]), rec.Partition([4, 2])
    table = codes.matched._matched_table(channel, cut)
    exact = laws.index_law(channel, cut)
    noise = 1 + 1e-13 * np.random.default_rng(0).standard_normal(exact.weights.size)
    other = laws.IndexLaw(exact.excess, exact.weights * noise, 0.0)
    monkeypatch.setattr(laws, "index_law", lambda *_: other)
    assert codes.matched._matched_table.__wrapped__(channel, cut) == table


def test_tables_are_made_in_about_a_second_and_kept():
    MatchedCode(rec.gaussian_channel([1.0, 1.0])).length_bits(1)  # compile
    start = time.process_time()
    code = MatchedCode(rec.gaussian_channel([8.0] * 64), rec.Partition([256] * 64))
    code.length_bits(1)
    assert time.process_time() - start < 5  # under 1 s alone on a core of 2020; headroom for a loaded one
    start = time.process_time()
    code.length_bits(1)
    assert time.process_time() - start < 0.1


def test_what_is_no_channel_is_refused():
    with pytest.raises(rec.RecError, match="needs the channel"):
        MatchedCode(rec.gaussian_problem([0.0], [0.5]))
    with pytest.raises(rec.RecError, match="whole numbers"):
        MatchedCode(rec.gaussian_channel([1.0])).length_bits(0)
