"""The page of ORC's bias: samples follow the exact densities it draws, and its measures fall as they should."""

from __future__ import annotations

import numpy as np
import pytest

import rec_core as rec
from rec_viz import theme
from rec_viz.figures import bias as figures
from rec_viz.model import bias, setting
from rec_viz.settings import View

VIEW = View(bits=4.0, candidates=16, weights="target_mass")


def test_samples_follow_the_exact_density_and_not_the_target():
    channel = setting.channel_of(VIEW)
    problem = channel.draw(VIEW.target)
    mean, scale = problem.params[0]
    edges = np.concatenate([[-8.0], mean + scale * np.linspace(-4, 4, 17), [8.0]])
    for name, cut in (("orc", None), ("orc_bins", setting.partition_of(VIEW, channel))):
        x = np.unique(np.concatenate([edges, np.linspace(-8, 8, 801), mean + scale * np.linspace(-6, 6, 1201)]))
        density = rec.laws.orc_density(problem, rec.ORC(VIEW.candidates, cut, weighting=VIEW.weights), x[:, None])
        cumulative = np.concatenate([[0.0], np.cumsum(0.5 * (density[1:] + density[:-1]) * np.diff(x))])
        expected = np.diff(np.interp(edges, x, cumulative))
        samples = bias.orc_samples(VIEW, name)[:, 0]
        counts, _ = np.histogram(samples, edges)
        z = (counts - samples.size * expected) / np.sqrt(samples.size * expected * (1 - expected) + 1)
        assert np.abs(z).max() < 4.5  # 18 cells: a false alarm in about 10^4
        target = np.exp2(problem.log_ratio_bits(x[:, None])) * np.exp(-0.5 * x * x) / np.sqrt(2 * np.pi)
        of_target = np.diff(np.interp(edges, x, np.concatenate([[0.0], np.cumsum(target[1:] * np.diff(x))])))
        wrong = (counts - samples.size * of_target) / np.sqrt(samples.size * of_target * (1 - of_target) + 1)
        assert np.abs(wrong).max() > 4.5
        measured = 0.5 * np.abs(counts / samples.size - of_target).sum()  # of the cells: at most the whole
        assert measured < bias.bias(VIEW, name, VIEW.candidates).total_variation + 0.02


def test_bias_falls_with_candidates_and_bins_help():
    plain, bins = ([bias.bias(VIEW, name, 2**k) for k in (0, 3, 6, 9)] for name in ("orc", "orc_bins"))
    for measure in ("total_variation", "kl_bits", "mmd_squared"):
        for rows in (plain, bins):
            assert (np.diff([getattr(row, measure) for row in rows]) < 0).all()
        for with_bins, without in zip(bins, plain, strict=True):
            assert getattr(with_bins, measure) <= getattr(without, measure)


def test_measured_mmd_is_that_of_the_exact_density():
    exact = [bias.bias(VIEW, name, n) for name in ("orc", "orc_bins") for n in (1, 8, 64)]
    z = [(row.measured_squared - row.mmd_squared) / row.error_squared for row in exact]
    assert np.abs(z).max() < 4.0  # 6 normals: a false alarm in about 2500
    assert max(abs(row.measured_squared / row.error_squared) for row in exact) > 20  # and 0 would not do
    assert np.isnan(bias.bias(VIEW._replace(dim=2), "orc", 8).mmd_squared)


def test_exact_mmd_agrees_with_a_closed_form():
    """With one candidate and no bins ORC sends P: MMD^2 of two normals with a Gaussian kernel."""
    problem = setting.channel_of(VIEW).draw(VIEW.target)
    ((mean, scale),), (width,) = problem.params, rec.metrics.median_bandwidth(problem)

    def kernel(distance, variance):
        return width / np.sqrt(width**2 + variance) * np.exp(-0.5 * distance**2 / (width**2 + variance))

    expected = kernel(0.0, 2.0) - 2.0 * kernel(mean, 1.0 + scale**2) + kernel(0.0, 2.0 * scale**2)
    assert bias.bias(VIEW, "orc", 1).mmd_squared == pytest.approx(expected, rel=1e-6)


def test_samples_that_would_take_long_are_not_drawn():
    assert bias.runs_of(4000, 16, 1) == 4000
    assert bias.runs_of(4000, 2**16, 64) == 0
    assert bias.orc_samples(VIEW._replace(candidates=2**16), "orc").shape == (0, 1)


def test_enough_candidates_are_enough_and_half_are_not():
    channel = setting.channel_of(VIEW)
    problem = channel.draw(VIEW.target)
    enough = bias.candidates_unnoticed(VIEW, 1000, "orc")
    far = [rec.laws.orc_bias(problem, rec.ORC(n)) for n in (enough, enough // 2)]
    assert bias.unnoticed_samples(far[0]) >= 1000 > bias.unnoticed_samples(far[1])
    assert bias.candidates_unnoticed(VIEW, 1000, "orc_bins") <= enough


def test_no_number_of_samples_is_safe_without_end_where_there_is_a_bias():
    problem = rec.gaussian_problem([1.0], [0.3])
    for candidates in (2**16, 2**20, 2**40):
        most = bias.unnoticed_samples(rec.laws.orc_bias(problem, rec.ORC(candidates)))
        assert candidates < most < candidates**2  # the bias falls as 1/n, KL as its square
    assert bias.unnoticed_samples(rec.laws.OrcBias(1e-9, 0.0)) == pytest.approx(bias.NOTICEABLE**2 * 1e18)
    assert bias.unnoticed_samples(rec.laws.OrcBias(0.0, 0.0)) == np.inf


@pytest.mark.parametrize("weights", ["peak_ratio", "target_mass", "uniform"])
def test_the_chance_of_silence_is_that_of_the_races(weights):
    view = View(family="uniform", bits=3.5, dim=2, log2_bins=3, candidates=4, weights=weights)
    channel = setting.channel_of(view)
    problem = channel.draw(view.target)
    for name, cut in (("orc", None), ("orc_bins", setting.partition_of(view, channel))):
        chance = bias.chance_of_silence(view)[name]
        silent = 0
        for seed in range(1500):
            try:
                rec.encode(problem, rec.ORC(4, cut, weighting=weights), seed=seed)
            except rec.RecError:
                silent += 1
        deviation = np.sqrt(1500 * chance * (1 - chance))
        assert abs(silent - 1500 * chance) < 4.5 * deviation + 1e-9  # false alarm below 1e-5 a case


def test_figures_say_what_they_show():
    x = np.linspace(0, 1, 5)
    output = figures.Output("ORC", "p", x, np.array([0.0, 0.5, 1.0]), np.array([1.2, 0.8]))
    figure = figures.densities(x, 1 + 0 * x, [output], theme.ROLES["light"])
    names = [trace.name for trace in figure.data]
    assert names == ["target Q", "ORC: samples", "ORC: exact"]
    output = output._replace(measured=np.full(2, np.nan))
    assert len(figures.densities(x, 1 + 0 * x, [output], theme.ROLES["light"]).data) == 2
    exact, nothing = np.array([1, 0.1, 0.01, 0, 0.0]), np.full(5, np.nan)
    measured, error = np.array([1.1, np.nan, 0.01, -0.1, np.nan]), np.array([0.2, np.nan, 0.02, 0.1, np.nan])
    lines = [figures.Decay("ORC", "p", exact, measured, error), figures.Decay("bins", "heuristic", nothing)]
    figure = figures.decay(x, lines, 2.0, "MMD² from Q", theme.ROLES["dark"])
    assert figure.layout.yaxis.type == "log"
    assert "MMD" in figure.layout.yaxis.title.text
    assert np.isnan(figure.data[0].y[-1])
    assert (list(figure.data[1].x), list(figure.data[1].y)) == ([0.0], [1.1])  # the others are lost in noise
    assert len(figure.data) == 2
    with pytest.raises(KeyError):
        figures.decay(x, [figures.Decay("ORC", "no such role", exact)], 2.0, "bias", theme.ROLES["dark"])
