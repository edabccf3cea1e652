"""Priors that are not standard: the same messages, samples moved and scaled, and every number in the user's units."""

from __future__ import annotations

import time

import numpy as np
import pytest
from scipy import stats

import rec_core as rec
from rec_core import study
from tests.core.conftest import ALPHA, ks_p

SHIFT, SCALE = np.array([5.0, -2.0]), np.array([3.0, 0.1])
MEAN, WIDTH = np.array([6.5, -2.03]), np.array([0.6, 0.05])
PLAIN = {"mean": (MEAN - SHIFT) / SCALE, "scale": WIDTH / SCALE}
LOCATED = {
    "gaussian": (rec.gaussian_problem, stats.norm),
    "laplace": (rec.laplace_problem, stats.laplace),
    "logistic": (rec.logistic_problem, stats.logistic),
}


@pytest.fixture(params=[*LOCATED, "uniform", "piecewise"], name="worlds")
def _worlds(request):
    """A problem with a prior of its own, the standard one it is, and SciPy's Q and P in the user's units."""
    name = request.param
    if name == "uniform":
        ends = (SHIFT + 0.25 * SCALE, SHIFT + 0.5 * SCALE)
        moved = rec.uniform_problem(*ends, prior_low=SHIFT, prior_high=SHIFT + SCALE)
        law = [stats.uniform(a, b - a) for a, b in zip(*ends, strict=True)]
        prior = [stats.uniform(a, b) for a, b in zip(SHIFT, SCALE, strict=True)]
        return moved, rec.Problem("uniform", moved.params), law, prior
    if name == "piecewise":
        moved = rec.piecewise_problem([0.0, 4.0, 1.0], prior_low=-1.0, prior_high=3.0)
        return moved, rec.piecewise_problem([0.0, 4.0, 1.0]), None, [stats.uniform(-1.0, 4.0)]
    make, law = LOCATED[name]
    moved = make(MEAN, WIDTH, prior_mean=SHIFT, prior_scale=SCALE)
    return (
        moved,
        make(**PLAIN),
        [law(m, s) for m, s in zip(MEAN, WIDTH, strict=True)],
        [law(m, s) for m, s in zip(SHIFT, SCALE, strict=True)],
    )


def cut_of(problem):
    return rec.Partition((4, 2)[: problem.dim])


@pytest.mark.parametrize("method", [rec.PFR, lambda cut: rec.ORC(32, cut)], ids=["pfr", "orc"])
def test_messages_are_those_of_the_standard_problem_and_samples_are_placed(worlds, method):
    moved, plain, *_ = worlds
    cut = cut_of(moved)
    shift, scale = np.array(moved.prior.shift), np.array(moved.prior.scale)
    for seed in range(20):
        ours, theirs = rec.encode(moved, method(cut), seed=seed), rec.encode(plain, method(cut), seed=seed)
        assert ours.message == theirs.message
        assert (ours.sample == theirs.sample * scale + shift).all()
        assert (rec.decode(ours.message, moved.prior, cut, seed=seed) == ours.sample).all()
        traced = rec.trace(moved, method(cut), seed=seed)
        assert (traced.samples[traced.winner] == ours.sample).all()
    many = rec.encode_many(moved, 50, method(cut), seed=1)
    assert (rec.decode_many(many.messages, moved.prior, cut, seeds=many.seeds) == many.samples).all()
    for k in (0, 31):
        assert (rec.encode(moved, method(cut), seed=int(many.seeds[k])).sample == many.samples[k]).all()


def test_what_is_said_is_in_the_users_units(worlds):
    moved, plain, target, prior = worlds
    x = np.stack([law.rvs(2000, random_state=d) for d, law in enumerate(target or prior)], axis=1)
    p = np.prod([law.pdf(x[:, d]) for d, law in enumerate(prior)], axis=0)
    assert moved.prior.pdf(x) == pytest.approx(p, rel=1e-9)
    assert moved.log_ratio_bits(x) == pytest.approx(np.log2(moved.pdf(x) / p), rel=1e-9, abs=1e-9)
    assert moved.kl_bits == plain.kl_bits
    if target is not None:
        q = np.prod([law.pdf(x[:, d]) for d, law in enumerate(target)], axis=0)
        assert moved.pdf(x) == pytest.approx(q, rel=1e-9)
        assert moved.mean == pytest.approx([law.mean() for law in target], rel=1e-12)
        assert moved.spread == pytest.approx([law.std() for law in target], rel=1e-12)
    u = np.linspace(0.001, 0.999, 11)[:, None] * np.ones(moved.dim)
    assert moved.prior.quantile(u) == pytest.approx(np.stack([law.ppf(u[:, 0]) for law in prior], axis=1), rel=1e-9)
    assert moved.prior.cdf(moved.prior.quantile(u)) == pytest.approx(u, rel=1e-9)
    for law, ends, n in zip(prior, cut_of(moved).edges(moved.prior), cut_of(moved).intervals, strict=True):
        assert ends == pytest.approx(law.ppf(np.arange(n + 1) / n), rel=1e-12)


def test_samples_are_held_against_q_in_its_units(worlds):
    moved, plain, target, _ = worlds
    sent = rec.encode_many(moved, 2000, rec.PFR(cut_of(moved)), seed=2)
    assert (rec.metrics.ks(sent.samples, moved).p_value > ALPHA).all()
    assert rec.metrics.ks(sent.samples * 1.2, moved).p_value.min() < ALPHA
    standard = rec.encode_many(plain, 2000, rec.PFR(cut_of(moved)), seed=2)
    ours, theirs = rec.metrics.mmd(sent.samples, moved), rec.metrics.mmd(standard.samples, plain)
    assert ours.squared == pytest.approx(theirs.squared, rel=1e-6, abs=1e-12)
    assert abs(ours.squared) < 5 * ours.error
    if target is not None:
        assert ks_p(sent.samples[:, 0], target[0].cdf) > ALPHA
    method = rec.ORC(8, cut_of(moved))
    assert rec.metrics.output_mmd(moved, [method]) == pytest.approx(rec.metrics.output_mmd(plain, [method]), rel=1e-6)
    x = sent.samples[:20]
    density = rec.laws.orc_density(plain, method, moved.prior.standard(x)) / np.prod(moved.prior.scale)
    assert rec.laws.orc_density(moved, method, x) == pytest.approx(density, rel=1e-9)


CHANNELS = {
    "gaussian": (rec.gaussian_channel, {"prior_mean": SHIFT, "prior_scale": SCALE}),
    "uniform": (rec.uniform_channel, {"prior_low": SHIFT, "prior_high": SHIFT + SCALE}),
}


@pytest.mark.parametrize("name", CHANNELS)
def test_a_channels_laws_codes_and_messages_do_not_change_with_an_affine_map(name):
    make, prior = CHANNELS[name]
    plain, moved = make([3.0, 1.0]), make([3.0, 1.0], **prior)
    cut = rec.allocate(moved, 3)
    assert cut == rec.allocate(plain, 3)
    assert moved.information_bits == plain.information_bits
    laws = rec.laws
    for law in (
        laws.overhead_bits, laws.log2_index_bound_bits, laws.sharp_bound_bits, laws.expected_log2_index,
        lambda source, cut: laws.index_pmf(source, cut, 20).tolist(),
        lambda source, cut: laws.mean_length_bits(source, cut, rec.ZipfCode.for_source(source, cut)),
        lambda source, cut: rec.MatchedCode(source, cut).length_bits([1, 7, 1000]).tolist(),
    ):  # fmt: skip
        assert law(moved, cut) == law(plain, cut)
    assert rec.ZipfCode.for_source(moved, cut) == rec.ZipfCode.for_source(plain, cut)
    ours, theirs = (rec.encode_many(source, 300, rec.PFR(cut), seed=5) for source in (moved, plain))
    assert ours.messages == theirs.messages
    assert (ours.examined == theirs.examined).all()
    assert ours.kl_bits == pytest.approx(theirs.kl_bits, rel=1e-9)
    assert (ours.samples == theirs.samples * moved.prior.scale + SHIFT).all()
    own = stats.norm if name == "gaussian" else stats.uniform
    for d, x in enumerate(ours.samples.T):
        law = own(SHIFT[d], SCALE[d])  # averaged over targets samples follow P
        assert ks_p(x, law.cdf) > ALPHA
        assert ks_p(1.2 * x, law.cdf) < ALPHA
    target = moved.draw(9)
    assert target.prior == moved.prior
    found = rec.encode_many(target, 800, rec.PFR(cut), seed=6).samples
    assert (rec.metrics.ks(found, target).p_value > ALPHA).all()
    assert abs(rec.metrics.mmd(found, target).squared) < 5 * rec.metrics.mmd(found, target).error
    code = rec.MatchedCode(moved, cut)
    data = rec.pack(ours.messages, cut, code, seed=5, prior=moved.prior)
    assert rec.unpack(data, cut, code, seed=5, prior=moved.prior) == ours.messages


def test_standard_priors_go_without_saying():
    """What is not moved has the names it had: they enter checksums and the seeds of studies."""
    plain = rec.gaussian_problem([1.0], [0.5], prior_mean=[0.0], prior_scale=1.0)
    assert plain == rec.gaussian_problem([1.0], [0.5])
    assert repr(plain) == "Problem(family='gaussian', params=((1.0, 0.5),))"
    assert repr(rec.gaussian_channel([2.0], prior_mean=0.0)) == "Channel(family='gaussian', bits=(2.0,))"
    assert repr(rec.uniform_channel([2.0]).prior) == "Prior(family='uniform', dim=1)"
    moved = rec.gaussian_channel([2.0, 1.0], prior_mean=(3.0, 0.0))
    assert repr(moved.prior) == "Prior(family='gaussian', dim=2, shift=(3.0, 0.0), scale=(1.0, 1.0))"
    assert moved.draw(3).params == rec.gaussian_channel([2.0, 1.0]).draw(3).params
    assert moved.draw(3).prior == moved.prior


def test_the_checksum_covers_the_prior():
    cut, code = rec.Partition((4,)), rec.ZipfCode(2.0)
    message = rec.Message((1,), 5)
    plain, moved = rec.gaussian_channel([2.0]).prior, rec.gaussian_channel([2.0], prior_mean=1.0).prior
    data = {prior: rec.pack([message], cut, code, seed=1, prior=prior) for prior in (plain, moved)}
    assert data[plain] != data[moved]
    assert rec.unpack(data[moved], cut, code, seed=1, prior=moved) == [message]
    with pytest.raises(rec.MessageError, match="checksum"):
        rec.unpack(data[moved], cut, code, seed=1, prior=plain)


def test_a_study_keeps_its_priors(tmp_path):
    cells = (
        study.Cell(rec.gaussian_channel([2.0], prior_mean=10.0, prior_scale=2.0)),
        study.Cell(rec.laplace_problem([1.0], [0.2], prior_mean=0.5)),
        study.Cell(rec.gaussian_channel([2.0])),
    )
    work = study.Study(cells, 20, seed=4, samples=True)
    table = study.run(work, tmp_path, form="csv")
    assert study.load(tmp_path) == work
    placed, standard = (table["x1"][table["cell"] == k] for k in (0, 2))
    assert placed == pytest.approx(10.0 + 2.0 * standard, rel=1e-12)


@pytest.mark.parametrize(
    "make",
    [
        lambda: rec.gaussian_problem([0.0], [1.0], prior_scale=0.0),
        lambda: rec.gaussian_problem([0.0], [1.0], prior_scale=-1.0),
        lambda: rec.gaussian_problem([0.0], [1.0], prior_mean=float("nan")),
        lambda: rec.gaussian_problem([0.0], [1.0], prior_mean=[0.0, 1.0]),
        lambda: rec.gaussian_channel([1.0, 2.0], prior_scale=[1.0]),
        lambda: rec.gaussian_channel([1.0], prior_mean="far"),
        lambda: rec.uniform_problem([0.0], [1.0], prior_low=0.5),
        lambda: rec.uniform_problem([0.2], [0.3], prior_low=1.0, prior_high=0.0),
        lambda: rec.piecewise_problem([0.0, 1.0], prior_low=[0.0, 1.0]),
        lambda: rec.Prior("gaussian", 0),
        lambda: rec.Prior("gaussian", 2, (1.0,), (1.0,)),
        lambda: rec.gaussian_channel([1.0]).prior.quantile([1.5]),
        lambda: rec.gaussian_channel([1.0]).prior.pdf([1.5, 2.0]),
    ],
)
def test_bad_priors_raise_rec_error(make):
    with pytest.raises(rec.RecError):
        make()


def test_the_ends_of_too_many_intervals_are_refused_at_once():
    """1024 dimensions of 2^20 intervals each would be 8 GB and minutes; what is listed takes 34 MB and 1 s at most."""
    for dim, cut in ((1024, 2**20), (3, 2**51), (2, 2**21 + 1), (1, 2**22 + 1)):
        prior = rec.Prior("gaussian", dim)
        begun = time.process_time()
        with pytest.raises(rec.RecError, match="2\\^22"):
            rec.Partition((cut,) * dim).edges(prior)
        with pytest.raises(rec.RecError, match="2\\^22"):
            prior.edges(0, 2**22 + 1)
        assert time.process_time() - begun < 0.2
    rec.Prior("gaussian", 1).edges(0, 2)  # compiled
    begun = time.process_time()
    first, second = rec.Partition((2**21, 2**21)).edges(rec.Prior("gaussian", 2))
    assert time.process_time() - begun < 2.0
    assert first.nbytes + second.nbytes < 34e6
    assert (np.diff(first[1:-1]) > 0).all()
    assert first[2**20] == 0.0
