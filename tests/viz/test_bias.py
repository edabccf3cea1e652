"""The page of ORC's bias: samples follow the exact densities it draws, and its measures fall as they should."""

from __future__ import annotations

import numpy as np
import pytest

import rec_core as rec
from rec_viz import cached, theme
from rec_viz.controls import View
from rec_viz.figures import bias as figures

VIEW = View(bits=4.0, candidates=16, weights="target_mass")


def test_samples_follow_the_exact_density_and_not_the_target():
    result = cached.bias(VIEW)
    channel = cached.channel_of(VIEW)
    problem = channel.draw(VIEW.target)
    mean, scale = problem.params[0]
    edges = np.concatenate([[-8.0], mean + scale * np.linspace(-4, 4, 17), [8.0]])
    for name, cut in (("orc", None), ("orc_bins", cached.partition_of(VIEW, channel))):
        x = np.unique(np.concatenate([edges, np.linspace(-8, 8, 801), mean + scale * np.linspace(-6, 6, 1201)]))
        density = rec.laws.orc_density(problem, VIEW.candidates, x[:, None], cut, VIEW.weights)
        cumulative = np.concatenate([[0.0], np.cumsum(0.5 * (density[1:] + density[:-1]) * np.diff(x))])
        expected = np.diff(np.interp(edges, x, cumulative))
        samples = result.samples[name][:, 0]
        counts, _ = np.histogram(samples, edges)
        z = (counts - samples.size * expected) / np.sqrt(samples.size * expected * (1 - expected) + 1)
        assert np.abs(z).max() < 4.5  # 18 cells: a false alarm in about 10^4
        target = np.exp2(problem.log_ratio_bits(x[:, None])) * np.exp(-0.5 * x * x) / np.sqrt(2 * np.pi)
        of_target = np.diff(np.interp(edges, x, np.concatenate([[0.0], np.cumsum(target[1:] * np.diff(x))])))
        wrong = (counts - samples.size * of_target) / np.sqrt(samples.size * of_target * (1 - of_target) + 1)
        assert np.abs(wrong).max() > 4.5
        measured = 0.5 * np.abs(counts / samples.size - of_target).sum()  # of the cells: at most the whole
        assert measured < result.chosen[name][0] + 0.02


def test_bias_falls_with_candidates_and_bins_help():
    result = cached.bias(VIEW)
    for rows in (result.total_variation, result.kl_bits):
        for values in rows.values():
            assert (np.diff(values) <= 1e-9).all()
        assert (np.array(rows["orc_bins"]) <= np.array(rows["orc"]) + 1e-9).all()


def test_enough_candidates_are_enough_and_half_are_not():
    channel = cached.channel_of(VIEW)
    problem = channel.draw(VIEW.target)
    enough = cached.candidates_unnoticed(VIEW, 1000, "orc")
    kl = [rec.laws.orc_bias(problem, n).kl_bits for n in (enough, enough // 2)]
    assert cached.unnoticed_samples(kl[0]) >= 1000 > cached.unnoticed_samples(kl[1])
    assert cached.candidates_unnoticed(VIEW, 1000, "orc_bins") <= enough


@pytest.mark.parametrize("weights", ["peak_ratio", "target_mass", "uniform"])
def test_the_chance_of_silence_is_that_of_the_races(weights):
    view = View(family="uniform", bits=3.5, dim=2, log2_bins=3, candidates=4, weights=weights)
    channel = cached.channel_of(view)
    problem = channel.draw(view.target)
    for name, cut in (("orc", None), ("orc_bins", cached.partition_of(view, channel))):
        chance = cached.chance_of_silence(view)[name]
        silent = 0
        for seed in range(1500):
            try:
                rec.encode(problem, "orc", cut, weights, num_candidates=4, seed=seed)
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
    figure = figures.decay(x, [("ORC", "p", np.array([1, 0.1, 0.01, 0, 0.0]))], 2.0, "bias", theme.ROLES["dark"])
    assert figure.layout.yaxis.type == "log"
    assert np.isnan(figure.data[0].y[-1])
    with pytest.raises(KeyError):
        figures.decay(x, [("ORC", "no such role", x)], 2.0, "bias", theme.ROLES["dark"])
