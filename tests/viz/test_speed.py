"""The page of speed: exact curves that measurements meet, a trade that is one, and a trap that is there."""

from __future__ import annotations

import numpy as np
import pytest

import rec_core as rec
from rec_viz import cached, theme
from rec_viz.controls import View
from rec_viz.figures import speed as figures

COLOURS = theme.ROLES["light"]
TRAPPED = View(bits=1.5, target=6)


@pytest.mark.parametrize("dim", [1, 4])
def test_growth_is_exact_and_met_by_measurement(dim):
    growth = cached.growth("gaussian", dim)
    information = np.array(growth.information_bits)
    assert information[-1] == 60
    plain, peak, finer = (np.array(row) for row in (growth.plain, growth.peak, growth.finer))
    known = np.isfinite(peak)
    assert known.sum() >= 8
    assert (finer[known] <= peak[known] + 1e-9).all()
    assert (peak[known] <= plain[known] + 1e-9).all()
    gap = plain[known] - peak[known]
    assert gap[-1] > gap[0] + 5  # what bins buy grows with the information
    for (_, _, x, y), exact in zip(growth.points, (plain, peak), strict=True):
        assert len(x) >= 4
        expected = exact[np.searchsorted(information, x)]
        # the log of a mean of 20 counts, over 24 targets: its own bias and noise are below a quarter of a bit
        assert (np.abs(np.array(y) - expected) < 0.25).all()
        assert (np.abs(np.array(y) - expected - 1.0) > 0.25).all()


def test_the_trade_gives_time_for_bits():
    trade = cached.trade(View(bits=6.0, log2_bins=6))
    assert trade.log2_bins[0] == 0
    assert trade.chosen_log2_bins == 6
    assert (np.diff(trade.candidates_bits) < 0).all()
    assert trade.length_bits[-1] > min(trade.length_bits)


def test_the_trap_is_a_tail_bin_and_peak_ratio_escapes_it():
    trap = cached.trap(TRAPPED)
    plain, single, per_bin, peak = (value for _, value in trap.rows)
    assert single > plain > peak
    assert peak <= per_bin < single
    assert max(trap.target_mass) == pytest.approx(single, rel=1e-9)
    np.testing.assert_allclose(trap.peak_ratio, peak, rtol=1e-9)
    channel = cached.channel_of(TRAPPED)
    shares = rec.bin_weights(channel.draw(TRAPPED.target), rec.partition((8,)), "target_mass")[0]
    assert np.argmax(trap.target_mass) == np.argmin(shares)
    assert cached.trap(View(dim=2)) is None


def test_figures_say_what_they_show():
    x = np.array([1.0, 10.0, 60.0])
    figure = figures.growth([figures.Line("plain", "p", "solid", x, x + 1)], [], 1e7, COLOURS)
    assert "information" in figure.layout.xaxis.title.text
    assert "candidates" in figure.layout.yaxis.title.text
    seconds = dict(zip(figure.layout.yaxis2.ticktext, figure.layout.yaxis2.tickvals, strict=True))
    assert seconds["1 s"] == pytest.approx(np.log2(1e7))
    assert tuple(figure.layout.yaxis.range) == tuple(figure.layout.yaxis2.range)
    figure = figures.trade(np.arange(3.0), np.array([6.0, 6.1, 7.0]), np.array([5.0, 3.0, 1.0]), 1, COLOURS)
    assert (figure.data[1].x[0], figure.data[1].y[0]) == (6.1, 3.0)
    trap = cached.trap(TRAPPED)
    figure = figures.blame({"target mass": np.array(trap.target_mass)}, {"target mass": "best"}, trap.plain, COLOURS)
    assert list(figure.data[0].marker.line.width).index(4) == int(np.argmax(trap.target_mass))
