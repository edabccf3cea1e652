"""Layered dither: exact samples, an error that knows nothing of the target, its length three ways, and bytes."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

import rec_core as rec
from rec_core import codes, families, laws, study
from rec_core.families import FAMILIES

from .conftest import ALPHA, ks_p, ks_p_all, mean_p

NOISE = {
    "gaussian": stats.norm,
    "uniform": stats.uniform(-0.5, 1.0),
    "laplace": stats.laplace,
    "logistic": stats.logistic,
}
PROBLEMS = {
    "gaussian": rec.gaussian_problem([1.7, -0.2], [0.11, 0.6]),
    "placed": rec.gaussian_problem([7.0, 5.0], [0.5, 2.0], 5.0, 2.0),
    "as P": rec.gaussian_problem([0.0], [1.0]),
    "uniform": rec.uniform_problem([0.2, 0.61], [0.5, 0.62]),
    "laplace": rec.laplace_problem([1.5], [0.2]),
    "logistic": rec.logistic_problem([-2.0], [0.3]),
}
RUNS = 20_000
CHANNEL = rec.gaussian_channel([3.0, 0.7, 0.0])
METHOD = rec.LayeredDither.for_source(CHANNEL)
SENT = rec.encode_many(CHANNEL, RUNS, METHOD, seed=1)


def noise_of(samples, problem):
    """Samples around their center, in scales of Q."""
    return (samples - problem.mean) / problem.scale


# ------------------------------------------------------------------------------------------------- samples


@pytest.mark.parametrize("name", PROBLEMS)
def test_samples_follow_the_target(name):
    """KS of every dimension; noise 10% wider is noticed, and dimensions are independent."""
    problem = PROBLEMS[name]
    law = NOISE[problem.family]
    sent = rec.encode_many(problem, RUNS, rec.LayeredDither.for_source(problem), seed=3)
    noise = noise_of(sent.samples, problem)
    assert ks_p_all(noise, (law,) * problem.dim) > ALPHA
    assert ks_p_all(1.1 * noise, (law,) * problem.dim) < ALPHA
    if problem.dim > 1:
        assert stats.pearsonr(*noise.T).pvalue > ALPHA


def by_hand(spread, degrees, seed):
    """Gaussian noise of scale 1 around `spread` times a normal center, with layers of these degrees; (RUNS,) each."""
    generator = np.random.default_rng(seed)
    center, offset = spread * generator.standard_normal(RUNS), generator.random(RUNS)
    step = 2.0 * np.sqrt(stats.chi2(degrees).rvs(RUNS, random_state=generator))
    k = np.rint(center / step + offset)
    return k, step, offset, step * (k - offset) - center


def test_a_wrong_layer_is_noticed():
    """Three degrees of freedom make Gaussian noise, two or four do not."""
    assert ks_p(by_hand(7.9, 3, 0)[-1], stats.norm.cdf) > ALPHA
    assert ks_p(by_hand(7.9, 2, 0)[-1], stats.norm.cdf) < ALPHA
    assert ks_p(by_hand(7.9, 4, 0)[-1], stats.norm.cdf) < ALPHA


def test_layers_have_the_law_that_lengths_are_computed_with():
    """Means and mean squares over the nodes are those of drawn layers; a draw of another scale is noticed."""
    uniforms = np.random.default_rng(5).random((RUNS, 2))
    for name in families.LAYERED:
        half, share = families.family(name).layer_law()
        drawn = np.array([families.layer(FAMILIES[name], u, v) for u, v in uniforms])
        for power in (1, 2):
            assert mean_p(drawn**power, float(half**power @ share)) > ALPHA
        if name != "uniform":
            assert mean_p(1.05 * drawn, float(half @ share)) < ALPHA


def test_the_error_knows_nothing_of_the_target_and_the_samples_follow_p():
    centers = np.array([CHANNEL.draw(seed).mean for seed in SENT.seeds[:5000].tolist()])
    noise = (SENT.samples[:5000] - centers) / CHANNEL.scales
    assert ks_p_all(noise, (stats.norm,) * 3) > ALPHA
    assert ks_p_all(SENT.samples, (stats.norm,) * 3) > ALPHA
    for d in range(2):
        assert stats.pearsonr(centers[:, d], noise[:, d]).pvalue > ALPHA
        assert stats.pearsonr(centers[:, d] ** 2, noise[:, d] ** 2).pvalue > ALPHA
        coarse = CHANNEL.scales[d] * (np.rint(centers[:, d] / CHANNEL.scales[d]) - centers[:, d] / CHANNEL.scales[d])
        assert stats.pearsonr(centers[:, d] % CHANNEL.scales[d], coarse).pvalue < ALPHA  # without a dither


@pytest.mark.parametrize("name", families.LAYERED)
def test_centers_and_noise_together_are_p(name):
    """What `log_location` says: the mixture of Q over centers has the cdf of P, to the width of its cells."""
    code, scale = FAMILIES[name], 0.4
    edges = np.linspace(0.0, 1.0, 2001) if name == "uniform" else np.linspace(-40.005, 39.995, 8001)
    mass = np.exp([families.log_location(code, scale, a, b) for a, b in pairwise(edges)])
    assert mass.sum() == pytest.approx(1.0, abs=1e-9)
    if name != "uniform":  # whose channels draw boxes that do not average to P unless 1 / scale is whole
        middle = 0.5 * (edges[:-1] + edges[1:])
        for x in (-3.0, -0.4, 2.0):
            wanted = NOISE[name].cdf(x)
            assert float(mass @ NOISE[name].cdf((x - middle) / scale)) == pytest.approx(wanted, abs=1e-4)
            assert float(mass @ NOISE[name].cdf((x - middle) / 0.8)) != pytest.approx(wanted, abs=1e-3)


# ------------------------------------------------------------------------------------------------- lengths


@pytest.mark.parametrize("bits", [0.05, 0.5, 2.0, 6.0, 20.0])
def test_the_length_is_that_of_a_simulation_by_another_hand(bits):
    """-log2 P(K | lattice) of integers drawn with SciPy alone, from differences of the normal cdf."""
    scale = 2.0**-bits
    spread = math.sqrt(1.0 - scale**2) / scale
    k, step, offset, _ = by_hand(spread, 3, 7)
    low, high = (step * (k - offset + end) / spread for end in (-0.5, 0.5))
    exact = rec.LayeredDither((scale,)).expected_bits(rec.gaussian_channel([bits]))
    lengths = -np.log2(np.abs(stats.norm.cdf(high) - stats.norm.cdf(low)))
    assert mean_p(lengths, exact) > ALPHA
    assert mean_p(lengths, exact + 0.1) < ALPHA


@pytest.mark.parametrize("bits", [1.0, 3.0])
def test_in_one_dimension_it_is_functional_information(bits):
    channel = rec.gaussian_channel([bits])
    floor = laws.functional_information_bits(channel)
    told = rec.LayeredDither.for_source(channel).expected_bits(channel)
    assert told == pytest.approx(floor, abs=5e-3)
    assert told - bits == pytest.approx(0.521, abs=3e-3) or bits < 2.0


def test_lengths_of_special_sources():
    box = rec.uniform_channel([3.0, 1.0])
    assert rec.LayeredDither.for_source(box).expected_bits(box) == pytest.approx(4.0, abs=1e-9)
    assert rec.LayeredDither((1.0,)).expected_bits(rec.gaussian_channel([0.0])) == 0.0
    problem = CHANNEL.draw(5)
    many = rec.encode_many(problem, RUNS, METHOD, seed=2)
    code = codes.DitherCode(CHANNEL)
    assert mean_p(code.length_bits(many.messages, many.seeds), METHOD.expected_bits(problem)) > ALPHA
    assert METHOD.expected_bits(CHANNEL) == pytest.approx(
        sum(rec.LayeredDither((2.0**-bits,)).expected_bits(rec.gaussian_channel([bits])) for bits in CHANNEL.bits)
    )
    for family in ("laplace", "logistic"):
        problem = rec.Problem(family, ((0.8, 0.25),))
        assert rec.LayeredDither((0.25,)).expected_bits(problem) > problem.kl_bits - 1.0


# ------------------------------------------------------------------------------------------------- messages


@pytest.mark.parametrize("name", PROBLEMS)
def test_the_receiver_holds_the_senders_sample(name):
    problem = PROBLEMS[name]
    method = rec.LayeredDither.for_source(problem)
    many = rec.encode_many(problem, 50, method, seed=3, num_threads=2)
    for i, seed in enumerate(many.seeds.tolist()):
        sent = rec.encode(problem, method, seed=seed)
        assert sent.message == many.messages[i]
        assert (sent.sample == many.samples[i]).all()
        assert (rec.decode(sent.message, problem.prior, method, seed=seed) == sent.sample).all()
        assert sent.log_ratio_bits == pytest.approx(float(problem.log_ratio_bits(sent.sample)), rel=1e-9, abs=1e-9)
    assert many.kl_bits == pytest.approx(np.full(50, problem.kl_bits))
    seen = rec.trace(problem, method, seed=many.seeds[0].item())
    assert (seen.samples == many.samples[:1]).all()
    assert (seen.message, seen.winner, seen.examined, seen.stopping) == (many.messages[0], 0, 1, "accept")
    assert seen.quantiles == pytest.approx(problem.prior.cdf(many.samples[:1]))
    assert seen.race_times[0] <= 1.0
    assert seen.arrival_times[0] == pytest.approx(seen.race_times[0] * 2.0 ** seen.log_ratios_bits[0])


@pytest.mark.parametrize("kind", ["gaussian", "uniform"])
@pytest.mark.parametrize("bits", [[2.0], [1.0, 3.0, 0.5]], ids=len)
def test_many_targets_of_a_channel_are_sent_as_one_at_a_time(kind, bits):
    """Numbers are made for 256 runs at a time: on both sides of that, also where the last are fewer."""
    channel = rec.Channel(kind, tuple(bits))
    method = rec.LayeredDither.for_source(channel)
    many = rec.encode_many(channel, 1100, method, seed=5, num_threads=1)
    for i in (0, 1, 255, 256, 257, 1023, 1024, 1099):
        target = channel.draw(many.seeds[i].item())
        sent = rec.encode(target, method, seed=many.seeds[i].item())
        assert sent.message == many.messages[i]
        assert (sent.sample == many.samples[i]).all()
        assert many.kl_bits[i] == pytest.approx(target.kl_bits, rel=1e-12, abs=1e-15)


def test_the_height_of_a_trace_is_uniform_under_the_curve():
    """Height over ratio, of samples that layers made: uniform in (0, 1), which a height of half of it is not."""
    problem = rec.gaussian_problem([0.7], [0.3])
    method = rec.LayeredDither((0.3,))
    shares = np.array([rec.trace(problem, method, seed=seed).race_times[0] for seed in range(500)])
    assert ks_p(shares, stats.uniform.cdf) > ALPHA
    assert ks_p(0.5 * shares, stats.uniform.cdf) < ALPHA


def test_extreme_targets_come_back():
    """The narrowest and the farthest that are sent, and every seed's end."""
    fine = rec.LayeredDither((2.0**-40,))
    for mean in (-8.0, 0.0, 3.0):
        problem = rec.gaussian_problem([mean], [2.0**-40])
        for seed in (0, 2**64 - 1):
            assert rec.encode(problem, fine, seed=seed).sample[0] == pytest.approx(mean, abs=1e-10)
    far = rec.gaussian_problem([2.0**42], [0.5])
    assert rec.encode(far, rec.LayeredDither((0.5,)), seed=1).sample[0] == pytest.approx(2.0**42, abs=5.0)
    with pytest.raises(rec.RecError, match="finer than float64"):
        rec.encode(rec.gaussian_problem([2.0**44], [0.5]), rec.LayeredDither((0.5,)), seed=1)


def test_it_says_what_it_cannot_send():
    problem = CHANNEL.draw(1)
    for source, method, words in (
        (problem, rec.LayeredDither((0.5,)), "scales of 1 dimensions"),
        (problem, rec.LayeredDither((0.125, 0.5, 1.0)), "whose width only the sender knows"),
        (rec.piecewise_problem([0.0, 3.0]), rec.LayeredDither((0.5,)), "noise that is added"),
    ):
        with pytest.raises(rec.RecError, match=words):
            rec.encode(source, method, seed=1)
        with pytest.raises(rec.RecError, match=words):
            method.expected_bits(source)
    for scales in ((), (0.0,), (1.5,), (-0.1,), (math.nan,), "ab"):
        with pytest.raises(rec.RecError, match="scales"):
            rec.LayeredDither(scales)
    with pytest.raises(rec.RecError, match="at most 1"):
        rec.LayeredDither.for_source(rec.gaussian_problem([0.0], [1.5]))
    for message in (((1, 1), 1), ((1, 1, 1), 2), ((1, -1, 1), 1), ((1, 1, 2**63), 1), "ab"):
        with pytest.raises(rec.RecError):
            rec.decode(message, CHANNEL.prior, METHOD, seed=1)
    with pytest.raises(rec.RecError, match="3 dimensions"):
        rec.decode(((1, 1), 1), rec.gaussian_channel([1.0, 1.0]).prior, METHOD, seed=1)


def test_a_study_takes_it(tmp_path):
    work = study.Study((study.Cell(CHANNEL, METHOD),), runs=20, seed=3)
    rows = study.run(work, tmp_path, form="csv")
    assert (rows["examined"] == 1).all()
    assert study.load(tmp_path) == work
    with pytest.raises(rec.RecError, match="has no bins"):
        study.grid([CHANNEL], [2], methods=[METHOD])


# ------------------------------------------------------------------------------------------------- bytes


@pytest.mark.parametrize("bits", [[3.0, 0.7, 0.0], [0.01], [12.0, 30.0]])
def test_bytes_come_back_and_are_as_many_as_the_ideal_length(bits):
    channel = rec.gaussian_channel(bits)
    method, code = rec.LayeredDither.for_source(channel), codes.DitherCode(channel)
    sent = rec.encode_many(channel, 4000, method, seed=8)
    messages = sent.messages
    data = codes.pack_stream(lambda coder: code.encode(coder, messages, sent.seeds))
    assert codes.unpack_stream(data, lambda decoder: code.decode(decoder, sent.seeds)) == messages
    lengths = code.length_bits(messages, sent.seeds)
    assert abs(8 * len(data) - lengths.sum()) < 0.005 * 4000 * len(bits) + 64
    assert mean_p(lengths, method.expected_bits(channel)) > ALPHA


def test_integers_far_beyond_the_law_come_back_too():
    problem = rec.gaussian_problem([300.0], [0.125])
    code, seeds = codes.DitherCode(rec.gaussian_channel([3.0])), list(range(20))
    messages = [rec.encode(problem, rec.LayeredDither((0.125,)), seed=seed).message for seed in seeds]
    messages[3] = rec.Message((2**61,), 1)
    data = codes.pack_stream(lambda coder: code.encode(coder, messages, seeds))
    assert codes.unpack_stream(data, lambda decoder: code.decode(decoder, seeds)) == messages


def test_other_seeds_and_messages_are_refused_or_read_otherwise():
    code = codes.DitherCode(CHANNEL)
    messages = SENT.messages[:50]
    data = codes.pack_stream(lambda coder: code.encode(coder, messages, SENT.seeds[:50]))
    try:
        other = codes.unpack_stream(data, lambda decoder: code.decode(decoder, SENT.seeds[50:100]))
    except rec.MessageError:
        other = []
    assert other != messages
    for given, seeds in ((messages, [1, 2]), (messages, [-1]), ([rec.Message((1,), 1)], 1), (SENT.bins, 0)):
        with pytest.raises(rec.RecError):
            code.length_bits(given, seeds)
    for channel in (rec.uniform_channel([1.0]), CHANNEL.draw(1), None):
        with pytest.raises(rec.RecError, match="Gaussian channel"):
            codes.DitherCode(channel)


def test_tables_are_whole_numbers_that_say_the_law():
    """Counts sum to 2^24 and are within 2^-7 bits of SciPy's normal law where that has mass; a shifted law is not."""
    from rec_core.codes.dither import _MEANS, _NARROWEST, _STEPS, _table

    for step, mean in ((0, 3), (-_NARROWEST, 40), (-_NARROWEST + 77, 17)):
        reach, counts, _ = _table(step * 2 * _MEANS + mean)
        assert sum(counts) == 2**24
        law = stats.norm((mean + 0.5) / _MEANS - 0.5, 2.0 ** ((step + _NARROWEST) / _STEPS))
        k = np.arange(-reach, reach + 1)
        mass = law.cdf(k + 0.5) - law.cdf(k - 0.5)
        some = mass > 1e-4
        away = np.log2(np.array(counts[1:])[some] / 2.0**24) - np.log2(mass[some])
        assert np.abs(away).max() < 2.0**-7
