"""The page of code lengths says what is true: its theory adds up, its figures show it, its measurements fill in."""

from __future__ import annotations

import numpy as np
import pytest

import rec_core as rec
from rec_viz import cached, theme
from rec_viz.controls import View
from rec_viz.figures import code_lengths as figures

COLOURS = theme.ROLES["light"]
VIEW = View(bits=5.0, log2_bins=4)


@pytest.mark.parametrize("view", [VIEW, View(family="uniform", bits=4.0, log2_bins=4), View(bits=6.0, dim=3)])
def test_measured_lengths_agree_with_the_exact_law_and_keep_below_the_bounds(view):
    for lane in cached.lengths(view).lanes:
        indices = np.concatenate([cached.index_batch(view, lane.name, number, 2000) for number in range(3)])
        sizes = lane.log2_bins + rec.ZipfCode(lane.zipf_bits).length_bits(indices)
        error = sizes.std() / np.sqrt(sizes.size)
        assert abs(sizes.mean() - lane.zipf_mean_bits) < 4.5 * error + 0.01  # false alarm about 1e-5 a lane
        assert abs(sizes.mean() - lane.zipf_mean_bits - 0.5) > 4.5 * error  # half a bit off would be seen
        assert view.bits <= lane.zipf_mean_bits <= lane.sharp_bound_bits <= lane.bound_bits + 1e-6
        matched, zipf, elias, fixed = lane.codes
        assert view.bits <= matched <= zipf + 1e-6
        assert matched <= min(elias, fixed) + 1e-6


def test_matched_and_elias_means_are_the_sums_they_claim():
    law = cached.lengths(VIEW).lanes[1].law
    n = np.arange(1, 2**13)
    mass = law.pmf(n.size)
    some = mass > 0
    assert mass.sum() == pytest.approx(1 - float(law.tail(n.size + 1)), abs=1e-9)
    assert cached.matched_mean_bits(law) == pytest.approx(-(mass[some] * np.log2(mass[some])).sum(), abs=2e-3)
    assert cached.elias_mean_bits(law) == pytest.approx((mass * rec.EliasDelta().length_bits(n)).sum(), abs=2e-3)
    limit = 2.0 ** cached.fixed_bits(law)
    assert law.tail(np.floor(limit) + 1) <= cached.OVERFLOW < law.tail(np.floor(limit / 1.1))


def test_weights_leave_every_message_as_it_is():
    same = cached.invariance(VIEW)
    assert same.identical == same.runs
    assert len({row[1] for row in same.rows}) == 1
    assert len({row[3] for row in same.rows}) > 1


def test_the_running_mean_shows_interval_exact_mean_bound_and_information():
    runs = np.arange(10.0, 100.0)
    lane = figures.Running("PFR", "p", runs, 6 + 0 * runs, 1 / np.sqrt(runs), 6.1, 8.0)
    figure = figures.running_mean([lane], 5.0, COLOURS)
    assert "bits" in figure.layout.yaxis.title.text
    lines = {trace.name: trace for trace in figure.data}
    assert set(lines["PFR: exact mean"].y) == {6.1}
    assert set(lines["PFR: bound"].y) == {8.0}
    assert min(lines["PFR: bound"].y) > max(lines["PFR: mean"].y)
    assert set(next(t for name, t in lines.items() if name.startswith("I:")).y) == {5.0}


def test_the_histogram_and_its_law_have_the_same_area():
    law = cached.lengths(VIEW).lanes[0].law
    edges = figures.index_edges(4096)
    assert (np.diff(edges) >= 1).all()
    counts, _ = np.histogram(cached.index_batch(VIEW, "pfr", 0, 2000), edges)
    exact = -np.diff(law.tail(edges + 0.5))
    figure = figures.index_histogram([figures.Histogram("PFR", "p", edges, counts, exact)], COLOURS)
    bars, curve = figure.data
    assert (np.array(bars.y) * bars.width).sum() == pytest.approx(1, abs=1e-3)
    assert (np.array(curve.y) * bars.width).sum() == pytest.approx(1, abs=5e-3)
    assert "PFR" in figure.layout.xaxis.title.text


def test_the_account_adds_up():
    lane = cached.lengths(VIEW).lanes[1]
    parts = (("bin", "heuristic", lane.log2_bins), ("rest", "winner", lane.zipf_mean_bits - lane.log2_bins))
    figure = figures.account([figures.Account(lane.title, parts)], COLOURS)
    assert sum(bar.x[0] for bar in figure.data) == pytest.approx(lane.zipf_mean_bits)


def test_the_sweep_stays_between_zero_and_the_bound():
    rows, points = cached.length_sweep("gaussian")
    column = dict(zip(cached.SWEEP, np.array(rows).T, strict=True))
    for name in ("plain", "bins"):
        assert (column["I"] <= column[f"matched {name}"] + 1e-6).all()
        assert (column[f"matched {name}"] <= column[name] + 1e-6).all()
        assert (column[name] <= column[f"bound {name}"]).all()
    for (_, _, measured), exact in zip(points, ("plain", "bins"), strict=True):
        for information, excess, half in measured:
            at = int(np.argmin(np.abs(column["I"] - information)))
            assert abs(excess - (column[exact][at] - information)) < 2.3 * half  # 4.5 standard errors
