"""Codes: lengths against independent sums, messages to bytes and back, sizes against the ideal, damage refused."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise

import constriction
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rec_core import codes
from rec_core.channel import Prior
from rec_core.codes import (
    CODEWORD_LIMIT_BITS,
    FRAME_BYTES,
    EliasDelta,
    FixedCode,
    ZipfCode,
    message_length_bits,
    pack,
    unpack,
)
from rec_core.errors import MessageError, RecError
from rec_core.partition import Message, Partition

CS = [0.3, 1.0, 3.0, 8.5, 40.0, 512.0]


def zeta_by_sum(exponent, terms=4000):
    """zeta by direct summation and Euler's and Maclaurin's tail; no library."""
    tail = terms ** (1 - exponent) / (exponent - 1) - terms**-exponent / 2 + exponent * terms ** (-exponent - 1) / 12
    return math.fsum(n**-exponent for n in range(1, terms + 1)) + tail


def zipf_indices(mean_log2_index, count, seed, limit=2**60):
    """Draws from the Zipf law below `limit`, by inverting its distribution function on octaves, then rejection."""
    rng = np.random.default_rng(seed)
    exponent = 1 + 1 / mean_log2_index
    drawn = []
    while len(drawn) < count:  # Devroye 1986, X.6.1
        x = math.floor(rng.random() ** (-1 / (exponent - 1)))
        if x < limit:
            ratio = (1 + 1 / x) ** (exponent - 1)
            if rng.random() * x * (ratio - 1) / (2 ** (exponent - 1) - 1) <= ratio / 2 ** (exponent - 1):
                drawn.append(x)
    return drawn


def random_messages(intervals, indices, seed):
    """Uniform bins, by exact integer draws, and the given indices."""
    rng = np.random.default_rng(seed)
    places = [[int(rng.integers(n)) for n in intervals] for _ in indices]
    return [Message(tuple(place), index) for place, index in zip(places, indices, strict=True)]


def payload_bits(data):
    return 8 * (len(data) - FRAME_BYTES)


def ideal_bits(messages, cut, code):
    return math.fsum(message_length_bits(message, cut, code) for message in messages)


def stream_cost_bits(code, index):
    """-log2 of the width of the coder's interval after one index: what the stream really pays."""
    encoder = constriction.stream.queue.RangeEncoder()
    code.encode(encoder, np.array([index]))
    words, (_, width) = encoder.pos()
    return 32 * words + 64 - math.log2(width)


def signed(payload, count, cut, code):
    """A payload under a frame that is in order, whatever the payload."""
    head = bytes([codes.FORMAT_VERSION]) + count.to_bytes(4, "big")
    return head + codes.frame._checksum(head, payload, cut, code, None) + payload


# --- lengths ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mean", CS)
def test_zipf_lengths_by_direct_summation(mean):
    exponent = 1 + 1 / mean
    indices = [1, 2, 3, 10, 12345, 2**31 + 7, 2**53 + 1, 2**60, 2**63 - 1]
    expected = [exponent * math.log2(n) + math.log2(zeta_by_sum(exponent)) for n in indices]
    np.testing.assert_allclose(ZipfCode(mean).length_bits(indices), expected, rtol=1e-11)


@pytest.mark.parametrize("mean", CS)
def test_zipf_probabilities_sum_to_one(mean):
    exponent = 1 + 1 / mean
    terms = 10**5
    mass = 2.0 ** -ZipfCode(mean).length_bits(np.arange(1, terms + 1))
    beyond = mean * (terms + 0.5) ** (1 - exponent) / zeta_by_sum(exponent)
    assert mass.sum() + beyond == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("mean", [0.3, 1.0, 3.0, 8.5])
def test_an_index_that_keeps_to_the_mean_is_within_the_bound(mean):
    """The law with the given mean log2 that suits the code least still costs at most C + 1 + log2(1 + C)."""
    code = ZipfCode(mean)
    two_point = 2 ** math.ceil(mean)
    share = mean / math.ceil(mean)
    cost = (1 - share) * float(code.length_bits(1)) + share * float(code.length_bits(two_point))
    assert cost <= mean + 1 + math.log2(1 + mean)


def test_zipf_extremes():
    assert float(ZipfCode(0.01).length_bits(1)) == pytest.approx(0, abs=1e-12)
    assert float(ZipfCode(0.01).length_bits(2)) == pytest.approx(101)
    near_one = 1e6 + 0.5772156649  # zeta(1 + 1/C) = C + Euler's constant + O(1/C)
    assert float(ZipfCode(1e6).length_bits(1)) == pytest.approx(math.log2(near_one), rel=1e-11)
    for mean in (1e-300, 1e-9, 1e9):
        messages = [Message((0,), 1), Message((0,), 2), Message((0,), 2**60)]
        cut = Partition((1,))
        assert unpack(pack(messages, cut, ZipfCode(mean)), cut, ZipfCode(mean)) == messages


def test_elias_lengths():
    assert [EliasDelta().codeword(n) for n in (1, 2, 3, 4, 5, 8, 17)] == [
        "1",
        "0100",
        "0101",
        "01100",
        "01101",
        "00100000",
        "001010001",
    ]
    indices = [*range(1, 3000), *(2**k + d for k in range(3, 63) for d in (-1, 0, 1)), 2**63 - 1]
    lengths = EliasDelta().length_bits(indices)
    assert [len(EliasDelta().codeword(n)) for n in indices] == lengths.tolist()
    octaves = [Fraction(1, 2 ** (2 * ((k + 1).bit_length() - 1) + 1)) for k in range(2**12 - 1)]
    assert sum(octaves) == 1 - Fraction(1, 2**12)  # Kraft's sum tends to 1


@pytest.mark.parametrize("num", [1, 2, 3, 8, 1000])
def test_fixed_lengths(num):
    code = FixedCode(num)
    assert float(code.length_bits(num)) == math.log2(num)
    words = [code.codeword(n) for n in range(1, num + 1)]
    assert len(set(words)) == num
    assert {len(word) for word in words} == {math.ceil(math.log2(num))}
    for beyond in (num + 1, 0):
        with pytest.raises(RecError):
            code.length_bits(beyond)
        with pytest.raises(RecError):
            code.codeword(beyond)


@pytest.mark.parametrize("code", [ZipfCode(3.0), EliasDelta(), FixedCode(64)])
def test_lengths_keep_the_shape(code):
    assert isinstance(code.length_bits(3), float)
    assert isinstance(code.length_bits(np.int64(3)), float)
    assert code.length_bits([[1, 2, 3], [4, 5, 6]]).shape == (2, 3)
    assert code.length_bits([]).shape == (0,)
    assert code.length_bits([[1, 2], [3, 9]])[1, 1] == code.length_bits(9)


@pytest.mark.parametrize("code", [ZipfCode(3.0), EliasDelta(), FixedCode(2**63 - 1)])
@pytest.mark.parametrize("index", [0, -1, 2**63, 2**70, 1.0, 1.5, math.nan, "1", None, True, [1, 0], [[1], [1, 2]]])
def test_bad_indices(code, index):
    with pytest.raises(RecError, match="whole numbers from 1"):
        code.length_bits(index)
    with pytest.raises(RecError):
        code.codeword(index)


def test_codeword_takes_one_index():
    with pytest.raises(RecError, match="one index"):
        ZipfCode(3.0).codeword(np.array([1, 2]))


@pytest.mark.parametrize("mean", [0.0, -1.0, math.nan, math.inf, -math.inf, 1e10, 1e-301, "3", None, 10**400])
def test_bad_mean(mean):
    with pytest.raises(RecError, match="mean_log2_index"):
        ZipfCode(mean)


@pytest.mark.parametrize("num", [0, -3, 2**63, 2.5, 4.0, "4", None])
def test_bad_num(num):
    with pytest.raises(RecError, match="num must be"):
        FixedCode(num)


def test_numpy_parameters_are_the_same_code():
    assert repr(ZipfCode(np.float64(3))) == repr(ZipfCode(3)) == "ZipfCode(mean_log2_index=3.0)"
    assert repr(FixedCode(np.int64(8))) == repr(FixedCode(8)) == "FixedCode(num=8)"


# --- code words ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mean", [0.4, 1.0, 3.0, 8.5, 40.0, 512.0])
def test_zipf_codewords_are_shannons(mean):
    code = ZipfCode(mean)
    words = []
    for n in range(1, 5001):
        if float(code.length_bits(n)) > CODEWORD_LIMIT_BITS - 1:
            break
        words.append(code.codeword(n))
    assert len(words) > 100
    widths = np.array([len(word) for word in words])
    np.testing.assert_array_equal(widths, np.ceil(code.length_bits(np.arange(1, len(words) + 1))))
    ordered = sorted(words)  # a prefix sorts just before some word it begins
    assert not any(after.startswith(word) for word, after in pairwise(ordered))
    exponent = 1 + 1 / mean
    below = np.concatenate([[0], np.cumsum(np.arange(1, len(words)) ** -exponent)]) / zeta_by_sum(exponent)
    for word, start in zip(words[:200], below, strict=False):
        assert abs(int(word, 2) - start * 2 ** len(word)) <= 1 + 1e-6
        assert int(word, 2) <= start * 2 ** len(word) + 1e-6


def test_zipf_codewords_at_the_limit():
    code = ZipfCode(8.5)
    assert len(code.codeword(1)) == 4
    assert ZipfCode(0.01).codeword(1) == ZipfCode(1e-3).codeword(1) == "0"
    edge = next(n for n in range(10**6, 10**9, 10**5) if float(code.length_bits(n)) > CODEWORD_LIMIT_BITS)
    assert len(code.codeword(edge - 2 * 10**5)) == CODEWORD_LIMIT_BITS
    with pytest.raises(RecError, match="length_bits"):
        code.codeword(edge)
    words = [code.codeword(n) for n in range(edge - 203000, edge - 200000)]
    assert all(a < b for a, b in pairwise(words))


# --- round trips --------------------------------------------------------------------------------------------------

edge_counts = st.sampled_from([2**12 - 1, 2**12, 2**13 - 1, 2**13, 2**13 + 1, 2**16, 2**24 - 1, 2**60, 2**60 - 93])
interval_counts = st.one_of(st.integers(1, 40), edge_counts, st.integers(1, 2**60))
index_values = st.one_of(
    st.integers(1, 300),
    st.integers(0, 60).flatmap(lambda k: st.integers(2**k, 2 ** (k + 1) - 1)),
    st.sampled_from([255, 256, 257, 2**60, 2**63 - 1]),
)
any_code = st.one_of(st.floats(0.01, 600).map(ZipfCode), st.just(EliasDelta()), st.just(FixedCode(2**63 - 1)))


@settings(max_examples=150)
@given(data=st.data())
def test_round_trip(data):
    cut = Partition(data.draw(st.lists(interval_counts, min_size=1, max_size=8)))
    code = data.draw(any_code)
    one = st.tuples(st.tuples(*(st.integers(0, n - 1) for n in cut.intervals)), index_values)
    messages = [Message(*pair) for pair in data.draw(st.lists(one, max_size=12))]
    packed = pack(messages, cut, code)
    back = unpack(packed, cut, code, count=len(messages))
    assert back == messages
    assert all(type(m) is Message and type(m.index) is int and all(type(b) is int for b in m.bin) for m in back)
    assert packed == pack(messages, cut, code)


@settings(max_examples=60)
@given(data=st.data())
def test_round_trip_of_fixed_codes(data):
    code = FixedCode(data.draw(interval_counts))
    messages = [Message((1,), n) for n in [1, code.num, *data.draw(st.lists(st.integers(1, code.num), max_size=8))]]
    assert unpack(pack(messages, Partition((2,)), code), Partition((2,)), code) == messages


@pytest.mark.parametrize(
    "intervals", [(2,) * 512, (2**60,) * 64, (2**60 - 93,) * 64, (3,) * 64, (2**256, 2**256), (1,) * 64, (10**700,)]
)
@pytest.mark.parametrize("code", [ZipfCode(3.0), EliasDelta(), FixedCode(2**60)])
def test_round_trip_of_many_bins(intervals, code):
    cut = Partition(intervals)
    corners = [tuple(0 for _ in intervals), tuple(n - 1 for n in intervals), tuple(n // 3 for n in intervals)]
    messages = [Message(bin_, index) for bin_ in corners for index in (1, 256, 2**60)]
    assert unpack(pack(messages, cut, code), cut, code) == messages


def test_the_shortest_bytes_always_decode():
    """Many short streams, so that carries, interval ends and trailing zeros all come up."""
    cut, code = Partition((5, 3)), ZipfCode(2.0)
    for seed in range(1500):
        indices = zipf_indices(2.0, 1 + seed % 23, seed)
        messages = random_messages(cut.intervals, indices, seed)
        assert unpack(pack(messages, cut, code), cut, code) == messages


@pytest.mark.parametrize("code", [ZipfCode(3.0), EliasDelta(), FixedCode(5), FixedCode(1)])
def test_no_messages(code):
    cut = Partition((8, 4))
    packed = pack([], cut, code)
    assert len(packed) == FRAME_BYTES
    assert unpack(packed, cut, code) == []
    assert unpack(packed, cut, code, count=0) == []


def test_messages_from_numpy_and_from_iterators():
    cut, code = Partition((8, 4)), ZipfCode(3.0)
    plain = [Message((7, 3), 5), Message((0, 1), 900)]
    arrays = ((np.array(m.bin), np.int64(m.index)) for m in plain)
    assert pack(arrays, cut, code) == pack(plain, cut, code)


def test_bytes_like_data():
    cut, code = Partition((8, 4)), ZipfCode(3.0)
    packed = pack([Message((7, 3), 5)], cut, code)
    assert unpack(bytearray(packed), cut, code) == unpack(memoryview(packed), cut, code) == [Message((7, 3), 5)]


def test_pinned_bytes():
    """The format. A change here is a change of format: raise FORMAT_VERSION with it."""
    cut = Partition((8, 3, 10007))
    messages = [Message((7, 2, 10006), 1), Message((0, 0, 0), 300), Message((3, 1, 5000), 2**40 + 12345)]
    assert pack(messages, cut, ZipfCode(3.5)).hex() == PINNED_ZIPF
    assert pack(messages, cut, EliasDelta()).hex() == PINNED_ELIAS
    assert pack(messages, cut, FixedCode(2**41), seed=7).hex() == PINNED_FIXED
    assert unpack(bytes.fromhex(PINNED_ZIPF), cut, ZipfCode(3.5)) == messages


PINNED_ZIPF = "01000000038902dcb1abda82ecfff22b34d01f1f1f0aff1ffc609180"
PINNED_ELIAS = "01000000038caa96967b404801fff22b34d01f212f58d5bb6e32d824"
PINNED_FIXED = "01000000031959edb10819de64fff22b34d01f1d666fb41e4580009a036a53c0"


# --- sizes --------------------------------------------------------------------------------------------------------

SIZES = [(1,), (8, 4), (7, 11, 13), (10007,), (2**13 - 1,), (2,) * 48, (2**8,) * 64, (3**5,) * 64]


@pytest.mark.parametrize("intervals", SIZES)
@pytest.mark.parametrize("mean", [0.5, 3.0, 12.0])
def test_size_of_300_messages(intervals, mean):
    cut, code = Partition(intervals), ZipfCode(mean)
    messages = random_messages(intervals, zipf_indices(mean, 300, seed=5), seed=6)
    assert payload_bits(pack(messages, cut, code)) <= ideal_bits(messages, cut, code) + 0.1 * 300


@pytest.mark.parametrize("intervals", SIZES)
def test_size_of_one_message(intervals):
    """Whole bytes: the ideal rounded up, and at most one more."""
    cut, code = Partition(intervals), ZipfCode(3.0)
    extra = []
    for index in [1, 2, 3, 5, 100, *zipf_indices(3.0, 40, seed=2)]:
        (message,) = random_messages(intervals, [index], seed=index)
        num_bytes = len(pack([message], cut, code)) - FRAME_BYTES
        extra.append(num_bytes - math.ceil(message_length_bits(message, cut, code) / 8))
    assert max(extra) <= 1
    assert np.mean(extra) <= 0.6


def test_size_of_many_messages_is_the_ideal_from_both_sides():
    """With C = 3 nearly no mass lies beyond 2^63, so less than the ideal on average would be a wrong probability."""
    cut, code = Partition((7, 11)), ZipfCode(3.0)
    messages = random_messages(cut.intervals, zipf_indices(3.0, 10_000, seed=8), seed=9)
    excess = payload_bits(pack(messages, cut, code)) - ideal_bits(messages, cut, code)
    assert abs(excess) <= 0.005 * 10_000
    for code in (EliasDelta(), FixedCode(10**9)):
        few = [message for message in messages if message.index <= 10**9]
        assert payload_bits(pack(few, cut, code)) <= ideal_bits(few, cut, code) + 0.005 * len(few) + 8


def test_bins_of_no_power_of_two_lose_little():
    for num in (3, 4095, 4097, 8191, 8193, 10**5 + 3, 10**12 + 39, 3**300):
        cut = Partition((num,))
        rng = np.random.default_rng(4)
        messages = [Message((num * int(rng.integers(2**53)) // 2**53,), 1) for _ in range(4000)]
        excess = payload_bits(pack(messages, cut, FixedCode(1))) - 4000 * math.log2(num)
        assert excess <= 0.0015 * 4000 + 8


@pytest.mark.parametrize("mean", [0.3, 1.0, 3.0, 8.5])
def test_the_stream_pays_each_index_its_ideal_length(mean):
    code = ZipfCode(mean)
    costs = np.array([stream_cost_bits(code, n) for n in range(1, 256)])
    ideal = code.length_bits(np.arange(1, 256))
    loss = math.fsum(2.0**-ideal * (costs - ideal))
    left_out = mean * 2 ** (-63 / mean) / zeta_by_sum(1 + 1 / mean)  # P(n >= 2^63), given to the rest
    assert -1.5 * left_out - 1e-4 <= loss <= 1e-4
    rare = np.array([256, 300, 1000, 2**12 + 3, 2**15 - 1])
    excess = np.array([stream_cost_bits(code, int(n)) for n in rare]) - code.length_bits(rare)
    if mean >= 1:  # the place in an octave has 64 steps, each flat: off by half a step at most
        assert np.all(np.abs(excess) <= (1 + 1 / mean) / 128 / math.log(2) + 1.5 * left_out + 0.005)
    else:  # below the smallest probability the coder can hold: cheaper than its length
        assert excess[-1] < -1


def test_the_stream_pays_little_more_than_zipf_says():
    """What the docstring of `ZipfCode.length_bits` promises, for common and for rare indices."""
    indices = np.array([*range(1, 70), *range(250, 262), 300, 1000, 4095, 4096, 2**15 + 1, 2**40, 2**63 - 1])
    worst = []
    for mean in (0.02, 0.1, 0.2, 0.2626, 0.3, 0.3377, 0.3927, 0.5, 1.0, 3.0, 20.0):
        code = ZipfCode(mean)
        ideal = code.length_bits(indices)
        excess = np.array([stream_cost_bits(code, int(n)) for n in indices]) - ideal
        assert np.all(excess <= np.where(ideal <= 20, 0.05, 0.65))
        worst.append((excess[ideal <= 20].max(), excess.max()))
    common, rare = np.max(worst, axis=0)
    assert common > 0.04  # promises that cannot be made stronger
    assert rare > 0.55


def test_the_stream_never_pays_more_than_elias_says():
    indices = [*range(1, 600), *(2**k + 5 for k in range(10, 62)), 2**63 - 1]
    excess = [stream_cost_bits(EliasDelta(), n) - float(EliasDelta().length_bits(n)) for n in indices]
    assert max(excess) <= 1e-3
    assert min(excess) >= math.log2(63 / 64) - 5e-3  # the octaves from 2^63 on have 1/64, given to the rest


def test_a_hundred_thousand_messages():
    cut, code = Partition((16, 16, 3)), ZipfCode(4.0)
    rng = np.random.default_rng(0)
    indices = np.minimum(rng.zipf(1.25, size=100_000), 2**50)
    bins = rng.integers((16, 16, 3), size=(100_000, 3))
    messages = [Message(tuple(b), n) for b, n in zip(bins.tolist(), indices.tolist(), strict=True)]
    packed = pack(messages, cut, code)
    assert unpack(packed, cut, code, count=100_000) == messages
    assert payload_bits(packed) <= 100_000 * cut.log2_bins + code.length_bits(indices).sum() + 1000


def test_frame():
    assert FRAME_BYTES <= 16
    cut = Partition((1,))
    assert len(pack([Message((0,), 1)] * 50, cut, FixedCode(1))) == FRAME_BYTES


def test_message_length():
    cut = Partition((2**200, 2**312))
    length = message_length_bits(Message((5, 6), 17), cut, ZipfCode(2.0))
    assert length == pytest.approx(512 + 1.5 * math.log2(17) + math.log2(zeta_by_sum(1.5)))
    with pytest.raises(RecError, match="dimensions"):
        message_length_bits(Message((5,), 17), cut, ZipfCode(2.0))


# --- damage and mistakes ------------------------------------------------------------------------------------------

CUT, CODE = Partition((8, 3)), ZipfCode(3.0)
MESSAGES = [Message((7, 2), 1), Message((0, 1), 300), Message((4, 0), 12)]


def test_every_change_of_a_byte_is_refused():
    packed = pack(MESSAGES, CUT, CODE)
    for position in range(len(packed)):
        for change in range(1, 256):
            damaged = bytearray(packed)
            damaged[position] ^= change
            with pytest.raises(MessageError):
                unpack(bytes(damaged), CUT, CODE)


def test_cut_short_or_extended():
    packed = pack(MESSAGES, CUT, CODE)
    for length in range(len(packed)):
        with pytest.raises(MessageError):
            unpack(packed[:length], CUT, CODE)
    for more in (b"\0", b"\0" * 8, b"\x01", b"\xff" * 100, packed):
        with pytest.raises(MessageError):
            unpack(packed + more, CUT, CODE)
    with pytest.raises(MessageError):
        unpack(packed[1:], CUT, CODE)


@pytest.mark.parametrize("data", [b"", b"\x01", bytes(FRAME_BYTES), b"\xff" * 40, "text", None, 5, [1, 2, 3]])
def test_not_our_bytes(data):
    with pytest.raises(MessageError):
        unpack(data, CUT, CODE)


@settings(max_examples=200)
@given(st.binary(max_size=60))
def test_random_bytes_are_refused(data):
    with pytest.raises(MessageError):
        unpack(data, CUT, CODE)


@pytest.mark.parametrize("cut", [(3, 8), (24,), (8, 3, 1), (8, 4), (83,), (8,)])
def test_foreign_partition(cut):
    with pytest.raises(MessageError, match="another partition"):
        unpack(pack(MESSAGES, CUT, CODE), Partition(cut), CODE)
    with pytest.raises(MessageError):
        unpack(pack([], CUT, CODE), Partition(cut), CODE)


@pytest.mark.parametrize("code", [ZipfCode(math.nextafter(3.0, 4.0)), ZipfCode(2.0), EliasDelta(), FixedCode(3)])
def test_foreign_code(code):
    with pytest.raises(MessageError, match="code"):
        unpack(pack(MESSAGES, CUT, CODE), CUT, code)
    with pytest.raises(MessageError):
        unpack(pack([], CUT, CODE), CUT, code)
    with pytest.raises(MessageError):
        unpack(pack(MESSAGES, CUT, FixedCode(300)), CUT, FixedCode(301))


def test_foreign_seed():
    packed = pack(MESSAGES, CUT, CODE, seed=3)
    assert unpack(packed, CUT, CODE, seed=np.int64(3)) == MESSAGES
    assert len(packed) == len(pack(MESSAGES, CUT, CODE))
    for seed in (4, 0, None):
        with pytest.raises(MessageError, match="seed"):
            unpack(packed, CUT, CODE, seed=seed)
    with pytest.raises(RecError, match="seed"):
        pack(MESSAGES, CUT, CODE, seed=1.5)


def test_wrong_count():
    packed = pack(MESSAGES, CUT, CODE)
    for count in (0, 2, 4, 10**12):
        with pytest.raises(MessageError, match="3 messages"):
            unpack(packed, CUT, CODE, count=count)


def test_other_format():
    packed = pack(MESSAGES, CUT, CODE)
    with pytest.raises(MessageError, match="format 2"):
        unpack(b"\x02" + packed[1:], CUT, CODE)


def test_a_huge_claimed_count_costs_nothing():
    """The checksum is looked at before the count is believed."""
    packed = pack(MESSAGES, CUT, CODE)
    with pytest.raises(MessageError, match="checksum"):
        unpack(packed[:1] + b"\xff\xff\xff\xff" + packed[5:], CUT, CODE)


@pytest.mark.parametrize("code", [ZipfCode(3.0), EliasDelta(), FixedCode(5), FixedCode(10007)])
def test_any_signed_payload_gives_messages_of_the_partition_or_an_error(code):
    """Even under a checksum that fits, what comes out is in range."""
    cut = Partition((5, 4099))
    rng = np.random.default_rng(1)
    outcomes = set()
    for payload in (*(rng.bytes(int(rng.integers(40))) for _ in range(400)), b"\xff" * 30):
        try:
            messages = unpack(signed(payload, 4, cut, code), cut, code)
        except MessageError:
            outcomes.add("refused")
            continue
        outcomes.add("read")
        for message in messages:
            assert all(0 <= b < n for b, n in zip(message.bin, cut.intervals, strict=True))
            code.length_bits(message.index)
    assert outcomes == {"read", "refused"}


def test_a_number_beyond_the_last_bin_is_refused():
    """(2^13 + 1) bins are cut into limbs that could name a few more; those are no bins."""
    num = 2**13 + 1
    cut, wider = Partition((num,)), Partition((num + 1,))
    assert codes.stream.uniform_limbs(num) == codes.stream.uniform_limbs(num + 1)
    payload = pack([Message((num,), 1)], wider, FixedCode(1))[FRAME_BYTES:]
    with pytest.raises(MessageError, match="has number 8193"):
        unpack(signed(payload, 1, cut, FixedCode(1)), cut, FixedCode(1))


@pytest.mark.parametrize(
    ("message", "match"),
    [
        (((1,), 1), "2 dimensions"),
        (((1, 1, 0), 1), "2 dimensions"),
        (((8, 0), 1), r"bin\[0\] .* < 8, got 8"),
        (((0, 3), 1), r"bin\[1\] .* < 3, got 3"),
        (((-1, 0), 1), r"bin\[0\] .* got -1"),
        (((0, 0), 0), "index .* got 0"),
        (((0, 0), -5), "index .* got -5"),
        (((0, 0), 2**63), "index .* got 9223372036854775808"),
        (((0.0, 0), 1), "whole number"),
        (((0, 0), 1.0), "whole number"),
        (((0, 0), None), "whole number"),
        ((5, 1), "pair"),
        (((0, 0), 1, 2), "pair"),
        (7, "pair"),
    ],
)
def test_bad_messages(message, match):
    for call in (lambda: pack([MESSAGES[0], message], CUT, CODE), lambda: message_length_bits(message, CUT, CODE)):
        with pytest.raises(RecError, match=match) as caught:
            call()
        assert not isinstance(caught.value, MessageError)


def test_an_index_the_code_does_not_have():
    with pytest.raises(RecError, match="above the 299"):
        pack(MESSAGES, CUT, FixedCode(299))


def test_the_prior_is_under_the_checksum_where_it_is_given():
    cut, code, message = Partition((4,)), EliasDelta(), [Message((1,), 5)]
    gaussian, uniform = Prior("gaussian", 1), Prior("uniform", 1)
    packed = pack(message, cut, code, seed=1, prior=gaussian)
    assert unpack(packed, cut, code, seed=1, prior=gaussian) == message
    for other in (uniform, Prior("gaussian", 2), None):
        with pytest.raises(MessageError, match="checksum"):
            unpack(packed, cut, code, seed=1, prior=other)
    assert pack(message, cut, code, seed=1) != packed


def test_without_the_check_the_payload_is_read_whatever_the_frame_says():
    cut, code, message = Partition((4,)), EliasDelta(), [Message((1,), 5)]
    packed = pack(message, cut, code)
    spoilt = bytes([packed[0] ^ 255, *(b ^ 255 for b in packed[1:FRAME_BYTES])]) + packed[FRAME_BYTES:]
    with pytest.raises(MessageError):
        unpack(spoilt, cut, code)
    assert unpack(spoilt, cut, code, 1, check=False) == message
    assert len(unpack(b"", cut, code, 3, check=False)) == 3
    with pytest.raises(RecError, match="give count"):
        unpack(packed, cut, code, check=False)
