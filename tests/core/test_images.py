"""Pictures: the network and its gradients, blocks at their budgets, files that come back or are refused."""

from __future__ import annotations

import itertools
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

import rec_core as rec
from rec_core import images
from rec_core.codes import PowerCode
from rec_core.images import blocks, container, inr, network, posterior, prior, train

TINY = network.Shape(4, (6, 5))


def shapes(count: int, seed: int = 0) -> np.ndarray:
    """Synthetic pictures: a coloured slope with a disc on it; uint8 (count, 32, 32, 3)."""
    generator = np.random.default_rng(seed)
    down, across = np.mgrid[0:32, 0:32] / 31.0
    pictures = np.empty((count, 32, 32, 3))
    for picture in pictures:
        low, slopes, disc = (
            generator.uniform(0, 255, 3),
            generator.uniform(-120, 120, (2, 3)),
            generator.uniform(0, 255, 3),
        )
        picture[:] = low + down[..., None] * slopes[0] + across[..., None] * slopes[1]
        centre, radius = generator.uniform(0.2, 0.8, 2), generator.uniform(0.1, 0.3)
        picture[np.hypot(down - centre[0], across - centre[1]) < radius] = disc
    return np.clip(pictures, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def tiny() -> prior.Prior:
    """A prior learnt in the test, on synthetic pictures."""
    pictures = shapes(12)
    training = train.begin(TINY, len(pictures), 0)
    targets = network.as_targets(pictures)
    for _ in range(400):
        train.train_step(training, targets, 1e-5, 0.04, 0)
    train.move_prior(training)
    return train.finish(training, targets, "tiny", "synthetic", 1e-5, 0)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short fits and searches: these tests ask whether bytes come back, not how good the picture is."""
    monkeypatch.setattr(inr, "FIT_STEPS", 200)
    monkeypatch.setattr(inr, "REFIT_STEPS", 2)
    monkeypatch.setattr(blocks, "SEARCH_LIMIT_BITS", 10)


# ------------------------------------------------------------------------------------------------- the network


def test_gradients_agree_with_finite_differences():
    generator = np.random.default_rng(1)
    weights = np.stack([network.initial_weights(TINY, generator) for _ in range(6)]).astype(np.float64)
    waves = network.initial_waves(TINY, generator).astype(np.float64)
    phases = waves @ network.coordinates().T
    inputs = np.concatenate((np.sin(phases), np.cos(phases)))
    targets = generator.uniform(-0.5, 0.5, (6, 3, 1024))
    _, gradient, at_inputs = network.gradients(TINY, weights, inputs, targets, with_inputs=True)
    step = 1e-5
    for k in range(TINY.num_weights):
        moved = [weights.copy(), weights.copy()]
        moved[0][:, k] += step
        moved[1][:, k] -= step
        above, below = (network.gradients(TINY, w, inputs, targets)[0] for w in moved)
        np.testing.assert_allclose(gradient[:, k], (above - below) / (2 * step), rtol=1e-5, atol=1e-9)
    for at in [(0, 0), (3, 511), (7, 1023)]:
        moved = [inputs.copy(), inputs.copy()]
        moved[0][at] += step
        moved[1][at] -= step
        above, below = (network.gradients(TINY, weights, i, targets)[0].sum() for i in moved)
        assert at_inputs[at] == pytest.approx((above - below) / (2 * step), rel=1e-4, abs=1e-10)


def test_gradient_of_the_waves_agrees_with_finite_differences():
    generator = np.random.default_rng(2)
    weights = network.initial_weights(TINY, generator)[None].astype(np.float64)
    waves = network.initial_waves(TINY, generator).astype(np.float64)
    targets = generator.uniform(-0.5, 0.5, (1, 3, 1024))

    def error(waves: np.ndarray) -> float:
        phases = waves @ network.coordinates().T
        return float(network.gradients(TINY, weights, np.concatenate((np.sin(phases), np.cos(phases))), targets)[0][0])

    inputs = network.features(waves).astype(np.float64)
    at_inputs = network.gradients(TINY, weights, inputs, targets, with_inputs=True)[2]
    gradient = network.wave_gradient(at_inputs, inputs)
    for at in np.ndindex(waves.shape):
        step = np.zeros_like(waves)
        step[at] = 1e-5
        assert gradient[at] == pytest.approx((error(waves + step) - error(waves - step)) / 2e-5, rel=1e-3, abs=1e-7)


def test_slopes_of_the_posterior_agree_with_finite_differences():
    """Gradients of error + beta KL through the drawn weights, with the error a known quadratic."""
    generator = np.random.default_rng(3)
    mean, logit, noise, sigma, pull = (generator.normal(size=9) for _ in range(5))
    sigma, beta = np.abs(sigma), np.abs(generator.normal(size=9))

    def objective(mean: np.ndarray, logit: np.ndarray) -> float:
        scale = posterior.WIDEST / (1.0 + np.exp(-logit))
        weights = sigma * (mean + scale * noise)
        return float(((weights - pull) ** 2).sum() + (beta * posterior.kl_nats(mean, scale)).sum())

    weights = sigma * (mean + posterior.scale_of(logit) * noise)
    at_mean, at_logit = posterior.slopes(mean, logit, 2 * (weights - pull), noise, sigma, beta)
    for k in range(9):
        step = np.eye(9)[k] * 1e-6
        assert at_mean[k] == pytest.approx(
            (objective(mean + step, logit) - objective(mean - step, logit)) / 2e-6, rel=1e-4
        )
        assert at_logit[k] == pytest.approx(
            (objective(mean, logit + step) - objective(mean, logit - step)) / 2e-6, rel=1e-4, abs=1e-6
        )


def test_both_forward_passes_draw_the_same_picture():
    generator = np.random.default_rng(4)
    weights, waves = network.initial_weights(TINY, generator), network.initial_waves(TINY, generator)
    drawn = network.render(TINY, weights.astype(np.float64), waves)
    assert drawn.std() > 10
    error = network.gradients(TINY, weights[None], network.features(waves), network.as_targets(drawn[None]))[0]
    assert error[0] < (0.51 / 255) ** 2 + ((drawn == 0) | (drawn == 255)).mean()


def test_kl_is_that_of_the_package():
    mean, scale = np.array([0.3, -2.0]), np.array([0.2, 0.9])
    expected = rec.gaussian_problem(mean, scale).kl_bits
    assert posterior.kl_nats(mean, scale).sum() / np.log(2) == pytest.approx(expected, rel=1e-12)


# ------------------------------------------------------------------------------------------------- learning a prior


def test_moving_the_prior_keeps_the_posteriors_and_lowers_their_kl():
    training = train.begin(TINY, 5, 1)
    training.posteriors.mean[:] = np.random.default_rng(1).normal(size=training.posteriors.mean.shape)

    def state() -> tuple[np.ndarray, np.ndarray, float]:
        mean, scale = training.posteriors.mean, training.posteriors.scale
        return training.mu + training.sigma * mean, training.sigma * scale, float(posterior.kl_nats(mean, scale).sum())

    before, widths, kl = state()
    train.move_prior(training)
    after, widths_after, kl_after = state()
    np.testing.assert_allclose(after, before, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(widths_after, widths, rtol=1e-3)
    assert kl_after < kl


def test_training_goes_on_where_it_stopped(tmp_path, monkeypatch):
    monkeypatch.setitem(train.SHAPES, "low", TINY)
    pictures = shapes(4)
    (whole,) = train.learn(pictures, "synthetic", ["low"], tmp_path / "a", 12, 0)
    real, calls = train.train_step, []

    def dies(*arguments):
        calls.append(0)
        if len(calls) > 7:
            raise KeyboardInterrupt
        return real(*arguments)

    monkeypatch.setattr(train, "_SAVE_SECONDS", 0.0)
    monkeypatch.setattr(train, "train_step", dies)
    with pytest.raises(KeyboardInterrupt):
        train.learn(pictures, "synthetic", ["low"], tmp_path / "b", 12, 0)
    monkeypatch.setattr(train, "train_step", real)
    (resumed,) = train.learn(pictures, "synthetic", ["low"], tmp_path / "b", 12, 0)
    assert (resumed.mu == whole.mu).all()
    assert (prior.load(tmp_path / "b" / "low.npz").sigma == whole.sigma).all()
    with pytest.raises(rec.RecError, match="other pictures"):
        train.learn(pictures[::-1], "synthetic", ["low"], tmp_path / "b", 12, 0)


def test_other_files_are_no_training_pictures_and_no_priors(tmp_path):
    np.savez(tmp_path / "wrong.npz", train=np.zeros((2, 8, 8, 3), np.uint8))
    with pytest.raises(rec.RecError, match="uint8"):
        train.from_cifar(tmp_path / "wrong.npz", 2, 0)
    with pytest.raises(rec.RecError, match="array 'train'"):
        train.from_cifar(tmp_path / "missing.npz", 2, 0)
    with pytest.raises(rec.RecError, match="not a prior"):
        prior.load(tmp_path / "wrong.npz")


# ------------------------------------------------------------------------------------------------- blocks


def test_blocks_hold_every_weight_once_and_about_equal_information():
    information = np.random.default_rng(0).exponential(2.0, 400)
    dealt = blocks.make_blocks(information, 16, 48, 40)
    assert sorted(np.concatenate(dealt.members)) == list(range(400))
    sums = np.array([information[part].sum() for part in dealt.members])
    assert np.abs(sums - sums.mean()).max() <= information.max()
    assert all(
        cut.num_bins == 2**40 and cut.dim == part.size for cut, part in zip(dealt.cuts, dealt.members, strict=True)
    )


def test_to_budget_meets_the_budget_exactly_where_it_can():
    generator = np.random.default_rng(0)
    mean, logit = generator.normal(size=14), generator.normal(-2, 1, 14)
    for budget in (30.0, 48.0, 64.0):
        scale = inr.to_budget(mean, logit, budget)
        assert posterior.kl_nats(mean, scale).sum() / np.log(2) == pytest.approx(budget, abs=1e-6)
        assert (scale < 1).all()
    assert inr.to_budget(mean, logit, 0.1) == pytest.approx(posterior.WIDEST)


def test_fitting_brings_every_block_near_its_budget(tiny, monkeypatch):
    plan = inr.plan_for(tiny, 3 * 24.0, 24, 16)
    fit = inr.begin(plan, shapes(1, seed=9)[0], 0)
    before = fit.kl_bits()
    for _ in range(1200):
        fit.descend(0.02)
    after = fit.kl_bits()
    assert after == pytest.approx(np.full(3, 24.0), rel=0.06)
    assert np.abs(before - 24.0).max() > 3.0
    problem = fit.problem(1)
    assert problem.kl_bits == pytest.approx(24.0, abs=1e-6)
    assert np.isfinite(problem.d_inf_bits)


def test_weights_already_sent_stay(tiny):
    plan = inr.plan_for(tiny, 72.0, 24, 16)
    fit = inr.begin(plan, shapes(1, seed=9)[0], 0)
    fit.send(1, np.full(plan.blocks.members[1].size, 0.25))
    means = fit.posteriors.mean.copy()
    for _ in range(5):
        fit.descend(0.02)
    moved = (fit.posteriors.mean != means)[0]
    assert not moved[plan.blocks.members[1]].any()
    assert moved[plan.blocks.members[0]].all()


def test_messages_of_blocks_come_back_and_cost_their_ideal():
    dealt = blocks.make_blocks(np.random.default_rng(0).exponential(2.0, 60), 3, 48, 40)
    generator = np.random.default_rng(1)
    messages = []
    for position in range(300):
        cut = dealt.cuts[position % 3]
        places = tuple(int(generator.integers(n)) for n in cut.intervals)
        messages.append(rec.Message(places, int(2 ** generator.uniform(0, 12))))
    code = blocks.best_code([message.index for message in messages])
    payload = blocks.write_messages(messages, dealt, code)
    assert blocks.read_messages(payload, dealt, code, 300) == messages
    ideal = blocks.ideal_bits(messages, 40, code)
    assert abs(8 * len(payload) - ideal) < 8 + 0.001 * ideal


def test_the_best_code_is_short_where_indices_are_uniform_small_or_spread():
    generator = np.random.default_rng(0)
    uniform = generator.integers(1, 2**16, 400).tolist()
    assert blocks.best_code(uniform) == PowerCode(0.0, 16)
    assert blocks.best_code([1] * 95 + [2, 3, 2, 5, 9]).exponent >= 2.0
    spread = np.exp2(generator.uniform(0, 16, 400)).astype(int).tolist()
    assert 0.75 <= blocks.best_code(spread).exponent <= 1.25


@pytest.mark.parametrize(("exponent", "octaves"), [(0.0, 2), (0.0, 12), (0.5, 8), (0.875, 16), (1.05, 9), (3.0, 16)])
def test_the_power_code_is_a_probability_with_prefix_free_words(exponent, octaves):
    code = PowerCode(exponent, octaves)
    everything = np.arange(1, 2**octaves)
    assert np.exp2(-code.length_bits(everything)).sum() == pytest.approx(1, abs=1e-12)
    far = min(100, int(everything[-1]))
    assert code.length_bits(far) - code.length_bits(1) == pytest.approx(exponent * np.log2(far), abs=0.01)
    words = [code.codeword(int(n)) for n in np.unique(np.geomspace(1, 2**octaves - 1, 200).astype(int))]
    assert all(a < b and not b.startswith(a) for a, b in itertools.pairwise(words))
    with pytest.raises(rec.RecError, match="above"):
        code.length_bits(2**octaves)


# ------------------------------------------------------------------------------------------------- files


@pytest.fixture(scope="module")
def coded():
    """A picture that is no multiple of 32, through the shipped prior: events, file, picture."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inr, "FIT_STEPS", 200)
        patch.setattr(blocks, "SEARCH_LIMIT_BITS", 12)
        picture = np.concatenate(list(shapes(2, seed=3)), axis=1)[:30, :41]
        return picture, list(images.encode_detailed(picture, rate="low", seed=5))


def test_the_file_comes_back_as_the_senders_picture(coded):
    picture, events = coded
    result = events[-1]
    held = images.decode(result.data)
    assert held.shape == picture.shape
    assert held.dtype == np.uint8
    assert held.tobytes() == result.picture.tobytes()
    assert result.report.psnr_db == images.psnr_db(picture, held)
    assert result.report.psnr_db > images.psnr_db(picture, np.full_like(picture, int(picture.mean()))) + 2


def pixels_in_a_fresh_process(data):
    """The bytes of the pixels another process decodes."""
    script = (
        "import sys; from rec_core import images;"
        "sys.stdout.buffer.write(images.decode(sys.stdin.buffer.read()).tobytes())"
    )
    return subprocess.run([sys.executable, "-c", script], input=data, capture_output=True, check=True).stdout


def test_the_file_comes_back_in_a_fresh_process(coded):
    result = coded[1][-1]
    assert pixels_in_a_fresh_process(result.data) == result.picture.tobytes()


def test_the_report_tells_the_files_length(coded):
    _, events = coded
    data, _, report = events[-1]
    sent = [event for event in events if isinstance(event, images.BlockCoded)]
    assert report.header_bits + report.payload_bits == 8 * len(data)
    assert report.header_bits == 8 * 12
    assert abs(report.payload_bits - report.ideal_bits) < 8 + 0.001 * report.ideal_bits
    assert report.kl_bits == pytest.approx(48 * len(sent), abs=1e-3)
    assert all(event.kl_bits == pytest.approx(48, abs=1e-6) for event in sent)
    assert (sent[-1].block, sent[-1].tile) == (sent[-1].blocks - 1, 1)


def test_the_last_block_shows_the_decoded_tile(coded):
    _, events = coded
    tiles = [e.picture for e in events if isinstance(e, images.BlockCoded) and e.block == e.blocks - 1]
    assert (np.concatenate(tiles, axis=1)[:30, :41] == events[-1].picture).all()


def test_every_damaged_byte_is_noticed(coded):
    data = coded[1][-1].data
    for position in range(len(data)):
        broken = bytearray(data)
        broken[position] ^= 1 << (position % 8)
        with pytest.raises(images.MessageError):
            images.decode(bytes(broken))


@pytest.mark.parametrize("cut", [0, 1, 5, 11, 12, 20, -1])
def test_a_file_cut_short_or_extended_is_refused(coded, cut):
    data = coded[1][-1].data
    with pytest.raises(images.MessageError):
        images.decode(data[:cut])
    with pytest.raises(images.MessageError):
        images.decode(data + b"\x01")


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("rate", "block_bits", "partition_bits", "method"),
    [("low", 8, None, "orc"), (0.3, 32, "auto", "orc"), ("low", 24, 24, "orc"), ("low", 8, 8, "pfr")],
)
def test_other_choices_come_back(rate, block_bits, partition_bits, method):
    picture = shapes(1, seed=7)[0]
    data = images.encode(picture, "inr", rate, block_bits, method, partition_bits, seed=2**40)
    *_, last = images.encode_detailed(picture, "inr", rate, block_bits, method, partition_bits, seed=2**40)
    assert last.data == data
    assert (images.decode(data) == last.picture).all()


def test_header_says_all_there_is_to_know():
    for rate in (*images.RATES, 0.25, container.settle_rate(3.3)):
        header = container.Header("inr", 200, 16384, rate, 48, 40, PowerCode(0.95, 12), 2**64 - 1)
        read, payload, size = container.read(container.write(header, b"payload"))
        assert (read, payload) == (header, b"payload")
        assert size == len(container.write(header, b""))


def test_psnr_from_exact_samples_and_from_orc_are_alike(tiny, monkeypatch):
    """With enough candidates ORC's samples serve the picture as well as samples of Q do, with too few they do not."""
    monkeypatch.setattr(inr, "FIT_STEPS", 600)
    plan = inr.plan_for(tiny, 96.0, 16, 8)

    def level(method: str, limit_bits: int) -> float:
        monkeypatch.setattr(blocks, "SEARCH_LIMIT_BITS", limit_bits)
        ends = []
        for number, picture in enumerate(shapes(3, seed=11)):
            *_, last = inr.encode_tile(plan, picture, method, np.arange(6, dtype=np.uint64) + 10 * number)
            ends.append(images.psnr_db(picture, last.picture))
        return float(np.mean(ends))

    exact = level("exact", 4)
    assert abs(level("orc", 14) - exact) < 0.8
    assert level("orc", 4) < exact - 1.2


# ------------------------------------------------------------------------------------------------- words for bad input

FLAT = np.zeros((32, 32, 3), np.uint8)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((FLAT.astype(float),), "uint8"),
        ((FLAT[:, :, 0],), "shape"),
        ((FLAT[:0],), "Sides"),
        (("picture.png",), "NumPy array"),
        ((FLAT, "jpeg"), "codec"),
        ((FLAT, "inr", "huge"), "Unknown rate"),
        ((FLAT, "inr", 0.0), "bits per pixel"),
        ((FLAT, "inr", "low", 7), "block_bits"),
        ((FLAT, "inr", "low", 48.0), "block_bits"),
        ((FLAT, "inr", "low", 48, "astar"), "method"),
        ((FLAT, "inr", "low", 48, "orc", None), "needs at least 2\\^48 candidates"),
        ((FLAT, "inr", "low", 48, "orc", 64), "partition_bits"),
        ((FLAT, "inr", "low", 48, "orc", 40, -1), "seed"),
        ((FLAT, "inr", 60.0, 8), "blocks"),
    ],
)
def test_bad_arguments_raise_rec_error_at_once(arguments, words):
    with pytest.raises(rec.RecError, match=words):
        images.encode_detailed(*arguments)


@pytest.mark.usefixtures("quick")
def test_pfr_says_so_where_its_search_is_out_of_reach():
    with pytest.raises(rec.BudgetExceeded, match="use method 'orc'"):
        images.encode(shapes(1)[0], rate="low", method="pfr")


@pytest.mark.usefixtures("quick")
def test_progress_ends_at_the_total_and_stop_stops():
    seen = []
    images.encode(FLAT, rate="low", progress=lambda done, total, left: seen.append((done, total, left)))
    assert [done for done, _, _ in seen] == sorted(done for done, _, _ in seen)
    assert seen[-1][0] == seen[-1][1]
    stop = threading.Event()
    stop.set()
    with pytest.raises(images.Stopped, match="stopped"):
        images.encode(FLAT, rate="low", stop=stop)


def test_priors_ship_with_their_source():
    files = [Path(prior.__file__).parent / "priors" / f"{name}.npz" for name in images.RATES]
    assert sum(file.stat().st_size for file in files) < 100_000
    rates = [prior.shipped(name) for name in images.RATES]
    assert all("CIFAR-10" in one.source for one in rates)
    assert all(a.bits_per_pixel < b.bits_per_pixel and a.psnr_db < b.psnr_db for a, b in itertools.pairwise(rates))
