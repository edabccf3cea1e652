"""The page of ORC's bias: samples follow the exact densities it draws, and its measures fall as they should."""

from __future__ import annotations

import numpy as np
import pytest

import rec_core as rec
from rec_viz import theme
from rec_viz.figures import bias as figures
from rec_viz.model import bias, setting
from rec_viz.settings import View

VIEW = View(bits=4.0, candidates=16, weighting="target_mass")


def test_samples_follow_the_exact_density_and_not_the_target():
    channel = setting.channel_of(VIEW)
    problem = channel.draw(VIEW.target)
    mean, scale = problem.params[0]
    edges = np.concatenate([[-8.0], mean + scale * np.linspace(-4, 4, 17), [8.0]])
    for name, cut in (("orc", None), ("orc_bins", setting.partition_of(VIEW, channel))):
        x = np.unique(np.concatenate([edges, np.linspace(-8, 8, 801), mean + scale * np.linspace(-6, 6, 1201)]))
        density = rec.laws.orc_density(problem, rec.ORC(VIEW.candidates, cut, weighting=VIEW.weighting), x[:, None])
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


def test_samples_that_would_take_long_are_not_drawn():
    assert bias.runs_of(4000, rec.ORC(16), 1) == 4000
    assert bias.runs_of(4000, rec.ORC(2**16), 64) == 0
    assert bias.runs_of(20_000, rec.ORC(16, rec.Partition((bias.MOST_INTERVALS,))), 1) < 1100
    assert bias.orc_samples(VIEW._replace(candidates=2**16), "orc").shape == (0, 1)


@pytest.mark.parametrize("change", [{"log2_bins": 20}, {"strategy": "own", "intervals": "1048576"}])
def test_more_bins_than_can_be_worked_out_are_refused_before_anything_runs(change):
    with pytest.raises(rec.RecError, match=r"8,192 intervals of all dimensions together; these bins have 1.0 × 10⁶"):
        bias.bias(VIEW._replace(**change), "orc_bins", 8)


def test_what_the_page_says_of_safe_samples_and_silence_is_the_laws():
    channel, problem = setting.problem_of(VIEW)
    cuts = {"orc": None, "orc_bins": setting.partition_of(VIEW, channel)}
    enough = {name: bias.candidates_unnoticed(VIEW, 1000, name) for name in cuts}
    assert enough == {name: rec.laws.unnoticed_candidates(problem, rec.ORC(1, cut), 1000) for name, cut in cuts.items()}
    assert 1 < enough["orc_bins"] <= enough["orc"]
    view = View(family="uniform", bits=3.5, dim=2, log2_bins=3, candidates=4, weighting="uniform")
    channel, problem = setting.problem_of(view)
    cuts["orc_bins"] = setting.partition_of(view, channel)
    methods = {name: rec.ORC(4, cut, weighting="uniform") for name, cut in cuts.items()}
    silence = {name: rec.laws.orc_silence(problem, method) for name, method in methods.items()}
    boxes = bias.in_box(view)
    assert {name: box.silence for name, box in boxes.items()} == silence
    assert 0 < silence["orc"] < 1
    assert [box.total_variation for box in boxes.values()] == [0.0, 0.0]
    by_mass = bias.in_box(view._replace(weighting="target_mass"))
    assert by_mass["orc"].total_variation == 0.0 < by_mass["orc_bins"].total_variation


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
