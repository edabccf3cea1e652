"""The page of speed: exact curves that measurements meet, a trade that is one, and a trap that is there."""

from __future__ import annotations

import importlib
from types import SimpleNamespace

import numpy as np
import pytest

import rec_core as rec
from rec_core.advise import candidates_per_second
from rec_viz import theme
from rec_viz.figures import speed as figures
from rec_viz.model import setting, speed
from rec_viz.settings import View
from rec_viz.settings.presets import OPENINGS

COLOURS = theme.ROLES["light"]
TRAPPED = View(bits=1.5, target=6)


def lines_of(view, grid):
    """The chart's lines at these I, (searches, I): exact, measured, half of the 95% interval."""
    points = [speed.growth(view, bits) for bits in grid]
    return [np.array([getattr(p, name) for p in points]).T for name in ("exact_bits", "measured_bits", "error_bits")]


@pytest.mark.parametrize("view", [View(), View(dim=2, spread="falling")], ids=["line", "plane"])
def test_curves_are_exact_and_met_by_measurement(view):
    exact, measured, half = lines_of(view, (2.0, 4.0, 6.0, 20.0))
    plain, peak, finer = exact
    assert (finer <= peak + 1e-9).all()
    assert (peak <= plain + 1e-9).all()
    assert plain[-1] - peak[-1] > plain[0] - peak[0] + 5  # what bins buy grows with the information
    run = np.isfinite(measured)
    assert run.sum() >= 8
    # half / 1.96 is a standard error; the log of a mean of 40 counts is low by up to 0.02. 12 marks at 4 deviations:
    # a false alarm in about 10^3, and never by chance again, since the seeds are fixed.
    z = (measured[run] - exact[run] + 0.01) / (half[run] / 1.96 + 1e-3)
    assert np.abs(z).max() < 4.0
    wrong = (measured[run] - exact[run] - 0.5) / (half[run] / 1.96 + 1e-3)
    assert (np.abs(wrong) > 4.0).all()


def test_plain_search_is_the_diagonal_of_the_d_inf_axis_and_above_that_of_kl():
    for bits in (3.0, 30.0, 40.0):
        point = speed.growth(View(), bits)
        assert point.exact_bits[0] == pytest.approx(point.d_inf_bits, abs=1e-9)
        assert point.kl_bits < point.d_inf_bits
        assert abs(point.kl_bits - bits) < 0.5  # KL averages to I over targets


def test_curves_end_where_floats_do():
    for family in ("uniform", "gaussian"):
        assert max(speed.growth_grid(View(family=family))) == 40
        assert max(speed.growth_grid(View(family=family, dim=2))) == 60


@pytest.mark.parametrize("view", [View(), OPENINGS["speed"]], ids=["line", "opening"])
def test_with_bins_the_curve_stays_low_as_the_page_says(view):
    """In one dimension bins may be finer than 2^16: there the curve climbed, by 24 bits at I = 40."""
    assert view.dim in (1, 6)
    grid = [bits for bits in speed.growth_grid(view) if bits >= 10]
    plain, peak, finer = lines_of(view, grid)[0]
    assert plain[-1] - plain[0] == pytest.approx(grid[-1] - grid[0], abs=0.1)
    assert np.ptp(peak) < 1.0
    assert (peak < 1.6 * view.dim).all()
    assert (finer < peak - 0.5).all()


def test_the_page_opens_at_six_dimensions_and_its_target_is_the_one_told():
    here = speed.here(OPENINGS["speed"])
    assert OPENINGS["speed"].dim == 6
    assert here.plain_bits > 50
    assert here.binned_bits < 10


def test_the_rate_is_of_that_dimension(monkeypatch):
    """By a clock that ticks once for each number of a candidate."""
    now = [0.0]

    def encoded(problem, runs, seed):
        sent = rec.encode_many(problem, runs, seed=seed)
        now[0] += float(sent.examined.sum()) * problem.dim
        return sent

    module = importlib.import_module("rec_core.advise")  # `rec_core.advise` is the function
    monkeypatch.setattr(module, "encode_many", encoded)
    monkeypatch.setattr(module, "time", SimpleNamespace(perf_counter=lambda: now[0]))
    assert candidates_per_second.__wrapped__("gaussian", 1) == 1.0
    assert candidates_per_second.__wrapped__("gaussian", 64) == 0.016


def test_the_trade_gives_time_for_bits():
    view = View(bits=6.0, log2_bins=6)
    costs = [speed.cost(view, intervals) for intervals in speed.trade_partitions(view)]
    assert costs[0].log2_bins == 0
    assert (np.diff([cost.candidates_bits for cost in costs]) < 0).all()
    assert costs[-1].zipf_bits > min(cost.zipf_bits for cost in costs)
    assert all(6.0 < cost.matched_bits <= cost.zipf_bits for cost in costs)
    now, after = speed.doubled(view)
    assert (now, after) == ((64,), (128,))
    assert speed.doubled(View(strategy="own", intervals="24")) == ((24,), (48,))
    assert speed.doubled(View(bits=40.0, log2_bins=40)) == ((2**40,), (2**41,))  # no table is in the way
    fine = [speed.cost(View(bits=40.0), intervals) for intervals in speed.doubled(View(bits=40.0, log2_bins=40))]
    assert fine[1].candidates_bits < fine[0].candidates_bits < 3


def test_cuts_through_an_empty_dimension_save_nothing():
    view = View(bits=9.0, dim=3, spread="one_empty", log2_bins=6)
    rows = {s.name: s for s in speed.strategies(view)}
    assert set(rows) == {"information", "runtime", "random", "collapsed"}
    empty, by_time, by_information = (
        np.array(rows[name].candidates_bits) for name in ("collapsed", "runtime", "information")
    )
    np.testing.assert_allclose(empty, empty[0])
    assert by_time[-1] < empty[-1] - 4
    assert (np.abs(by_time - by_information) < 0.5).all()
    assert rows["collapsed"].now == (1, 1, 64)
    assert "collapsed" not in {s.name for s in speed.strategies(view._replace(spread="equal"))}


def test_the_trap_is_a_tail_bin_and_peak_ratio_escapes_it():
    trap = speed.trap(TRAPPED)
    plain, single, per_bin, peak = (value for _, value in trap.rows)
    assert single > plain > peak
    assert peak <= per_bin < single
    assert max(trap.target_mass) == pytest.approx(single, rel=1e-9)
    np.testing.assert_allclose(trap.peak_ratio, peak, rtol=1e-9)
    channel = setting.channel_of(TRAPPED)
    shares = rec.bin_weights(channel.draw(TRAPPED.target), rec.Partition((8,)), "target_mass")[0]
    assert np.argmax(trap.target_mass) == np.argmin(shares)
    np.testing.assert_allclose(trap.target_share, shares)
    assert speed.trap(View(dim=2)) is None


def test_figures_say_what_they_show():
    x, gap = np.array([1.0, 10.0, 60.0]), np.array([1.2, np.nan, np.nan])
    line = figures.Line("plain", "p", "solid", x + 1, gap, 0.1 * gap)
    star = figures.Star("this target", "heuristic", 3.0, 5.0)
    figure = figures.growth(x, speed.AXES["kl_bits"], [line], [star], 1e7, COLOURS)
    assert "KL" in figure.layout.xaxis.title.text
    assert "bits" in figure.layout.xaxis.title.text
    assert "candidates" in figure.layout.yaxis.title.text
    seconds = dict(zip(figure.layout.yaxis2.ticktext, figure.layout.yaxis2.tickvals, strict=True))
    assert seconds["1 s"] == pytest.approx(np.log2(1e7))
    assert tuple(figure.layout.yaxis.range) == tuple(figure.layout.yaxis2.range)
    exact, marks, at = figure.data[:3]
    assert list(exact.y) == [2.0, 11.0, 61.0]
    assert (list(marks.x), list(marks.y), list(marks.error_y.array)) == ([1.0], [1.2], [pytest.approx(0.12)])
    assert (at.x[0], at.y[0]) == (3.0, 5.0)
    k, sizes = np.arange(3.0), np.array([6.0, 6.1, 7.0])
    figure = figures.trade(k, np.array([5.0, 3.0, 1.0]), [("Zipf code", "p", sizes)], (5.5, 5.8), (6.1, 3.0), COLOURS)
    assert list(figure.data[0].x) == [6.0, 6.1, 7.0]
    assert (figure.data[1].x[0], figure.data[1].y[0]) == (6.1, 3.0)
    assert [set(line.x) for line in figure.data[2:]] == [{5.5}, {5.8}]
    assert [line.name for line in figure.data[2:]] == ["I", "floor"]
    assert "length, bits" in figure.layout.xaxis.title.text
    figure = figures.strategies(k, [("By information", "heuristic", sizes)], 2.0, COLOURS)
    assert figure.layout.shapes[0].x0 == 2.0
    trap = speed.trap(TRAPPED)
    figure = figures.blame({"target mass": np.array(trap.target_mass)}, {"target mass": "best"}, trap.plain, COLOURS)
    assert list(figure.data[0].marker.line.width).index(4) == int(np.argmax(trap.target_mass))
    assert set(figure.data[1].y) == {trap.plain}
    assert not figure.layout.annotations
