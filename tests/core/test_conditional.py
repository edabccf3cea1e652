"""The index given the shared randomness: winners against real races, the code against its law, and both ends agree."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

import rec_core as rec
from rec_core import codes, laws
from rec_core.codes.conditional import _table

WHOLE = rec.Partition.uncut(1)


def at_quantile(channel, u):
    """The target of a source at this quantile."""
    scale = float(channel.scales[0])
    return rec.gaussian_problem([norm.ppf(u) * np.sqrt(1 - scale**2)], [scale])


@pytest.mark.parametrize(("bits", "cut"), [(3.0, (1,)), (3.0, (5,)), (6.0, (1,)), (1.0, (8,))])
def test_winners_are_those_of_real_races(bits, cut):
    """At 300 sources each; under another seed they are not."""
    channel, bins = rec.gaussian_channel([bits]), rec.Partition(cut)
    sources = (np.arange(300) + 0.5) / 300
    raced = [rec.encode(at_quantile(channel, u), rec.PFR(bins), seed=11).message for u in sources.tolist()]

    def agree(seed):
        known = codes.winners(channel, bins, seed=seed)
        assert known.shares[0] == 0.0
        assert known.shares[-1] == 1.0
        assert (np.diff(known.shares) >= 0).all()
        places = np.searchsorted(known.shares, sources) - 1
        return sum(known.messages[k] == message for k, message in zip(places.tolist(), raced, strict=True))

    assert agree(11) == 300
    assert agree(12) < 150


@pytest.mark.parametrize(("bits", "entropy"), [(1.0, 1.74), (2.0, 2.78), (4.0, 4.80), (6.0, 6.78)])
def test_mean_lengths_are_the_entropies_given_the_seed(bits, entropy):
    """Entropies from a simulation by another hand. The mean over 300 seeds is within 0.05 and the price of the escape,
    at most 0.04; the law blind to the candidates is a bit above."""
    channel = rec.gaussian_channel([bits])
    law = laws.index_law(channel)
    code = codes.ConditionalCode(channel, tuple(range(300)))
    mean = code.mean_length_bits(law)
    assert entropy - 0.05 < mean < entropy + 0.09
    assert laws.functional_information_bits(channel) < mean < law.entropy_bits - 0.5


def test_messages_go_through_real_bytes():
    channel = rec.gaussian_channel([4.0])
    sent = rec.encode_many(channel, 300, seed=1)
    code = codes.ConditionalCode(channel, sent.seeds.tolist())
    data = rec.pack(sent.messages, WHOLE, code)
    assert rec.unpack(data, WHOLE, code) == sent.messages
    ideal = float(code.length_bits(sent.indices).sum())
    assert abs(8 * (len(data) - rec.FRAME_BYTES) - ideal) < 0.02 * 300 + 16
    matched = rec.pack(sent.messages, WHOLE, rec.MatchedCode(channel))
    assert len(data) < 0.9 * len(matched)
    other = codes.ConditionalCode(channel, sent.seeds[::-1].tolist())
    with pytest.raises(rec.MessageError, match="checksum"):
        rec.unpack(data, WHOLE, other)
    assert rec.unpack(data, WHOLE, other, count=300, check=False) != sent.messages
    assert float(other.length_bits(sent.indices).sum()) > 1.3 * ideal


def test_every_index_has_a_word_and_late_ones_an_escape():
    channel = rec.gaussian_channel([2.0])
    code = codes.ConditionalCode(channel, (7, 8, 9))
    for seed in code.seeds:
        _, counts = _table(channel, seed)
        assert counts.min() >= 1
        assert counts.sum() == 2**24
    indices = np.array([2**40 + 3, 1, 2**10])
    data = codes.pack_stream(lambda coder: code.encode(coder, indices))
    assert codes.unpack_stream(data, lambda decoder: code.decode(decoder, 3)).tolist() == indices.tolist()
    words = [code.codeword(n) for n in (*range(1, 40), 1024, 1025, 2**40)]
    assert not any(a != b and b.startswith(a) for a in words for b in words)
    assert sum(2.0 ** -len(word) for word in words) < 1
    assert code.length_bits(2**40) > 50
    with pytest.raises(rec.RecError, match="seeds"):
        code.length_bits([1, 1, 1, 1])


def test_other_channels_are_refused():
    for channel in (rec.uniform_channel([3.0]), rec.gaussian_channel([1.0, 1.0]), rec.gaussian_channel([17.0])):
        with pytest.raises(rec.RecError, match=r"Gaussian channel|at most 16"):
            codes.ConditionalCode(channel, (1,))
    with pytest.raises(rec.RecError, match="seeds"):
        codes.ConditionalCode(rec.gaussian_channel([1.0]), ())
    with pytest.raises(rec.RecError, match="bins"):
        codes.winners(rec.gaussian_channel([1.0]), rec.Partition((2**13,)), seed=1)


def test_the_entropy_given_the_seed_does_not_depend_on_the_bins():
    """Means over 400 seeds within four standard errors of their difference."""
    channel = rec.gaussian_channel([3.0])
    plain, bins = (
        np.array([codes.winners(channel, cut, seed=seed).entropy_bits for seed in range(400)])
        for cut in (WHOLE, rec.Partition((16,)))
    )
    error = np.hypot(plain.std(), bins.std()) / np.sqrt(400)
    assert abs(plain.mean() - bins.mean()) < 4 * error
    assert error < 0.05


def test_a_message_map_is_of_the_messages_sent():
    """PFR's by its hull, and any other method's message by message: here PFR under another name."""

    class Other:
        partition, check, search, expected_examined = (
            WHOLE,
            *(staticmethod(getattr(rec.PFR(), name)) for name in ("check", "search", "expected_examined")),
        )

    channel = rec.gaussian_channel([2.0], prior_mean=3.0)
    known = codes.message_map(channel, rec.PFR(), range(4), 25)
    assert (known == codes.message_map(channel, Other(), range(4), 25)).all()
    assert (known != codes.message_map(channel, Other(), range(4, 8), 25)).any()
    uniform = codes.message_map(rec.uniform_channel([2.0]), rec.PFR(rec.Partition((4,))), [1], 8)
    assert uniform.tolist() == [[0, 0, 1, 1, 2, 2, 3, 3]]
    with pytest.raises(rec.RecError, match="one dimension"):
        codes.message_map(rec.gaussian_channel([1.0, 1.0]), rec.PFR(), [1], 8)
