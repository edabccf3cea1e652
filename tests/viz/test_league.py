"""Which method?: the board is what `rec.advise` says, its dots are runs, and the border is where two laws meet."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest

import rec_core as rec
from rec_core.methods import METHODS
from rec_viz import theme
from rec_viz.figures import league as figures
from rec_viz.model import league as model
from rec_viz.settings import View
from rec_viz.snippets import league as snippets
from tests.viz.test_pages import opened, words
from tests.viz.test_snippets import assert_same, made_by

VIEW = View(bits=2.0)
COLOURS = theme.ROLES["light"]


@pytest.fixture(scope="module")
def board():
    return model.finished(VIEW, 0.0)


def test_the_rows_are_those_of_the_package(board):
    told = rec.advise(model.channel_of(VIEW), seconds=0.0)
    assert [(o.name, o.bits, o.log2_candidates, o.bias) for o in board.ranked if not o.refused] == [
        (o.name, o.bits, o.log2_candidates, o.bias) for o in told.options if not o.refused
    ]
    assert {o.name for o in board.options} == {o.name for o in told.options}
    assert {o.name.split(",")[0].lower() for o in board.options} == set(METHODS)


def test_dots_stand_where_runs_were(board):
    """Within 4.5 standard errors of the law of a mean of logs: 24 targets of 20 races, about 0.05 bits each."""
    exact = [o for o in board.ranked if not o.refused]
    assert exact
    for option in exact:
        run = board.examined[option.name]
        assert abs(run - option.log2_candidates) < 0.35
        assert not abs(run - option.log2_candidates - 1.0) < 0.35
    marks = model.marks(board)
    assert {mark.name for mark in marks} == {model.short(o) for o in board.options if math.isfinite(o.bits)}
    assert [mark.exact for mark in marks if mark.name in ("PFR", "ORC")] == [True, False]


def test_the_line_of_bins_passes_through_the_row_of_plain_pfr(board):
    line = board.lines[0]
    plain = next(o for o in board.options if o.name == "PFR")
    assert line.marks[0] == "no bins"
    assert (line.log2_candidates[0], line.above_bits[0]) == pytest.approx(
        (plain.log2_candidates, plain.above_floor_bits)
    )
    assert (np.diff(line.log2_candidates) < 0).all()


def test_the_answer_names_dither_and_a_search_for_a_width_of_the_senders(board):
    best, search = model.answer(board.ranked)
    assert isinstance(best.method, rec.LayeredDither)
    assert not isinstance(search.method, rec.LayeredDither)
    assert (
        best.cost_bits
        < search.cost_bits
        == min(o.cost_bits for o in board.ranked if not o.refused and o.method is not best.method)
    )
    assert model.answer(()) == (None, None)


def test_from_about_six_dimensions_on_a_search_is_shorter():
    """The crossing of two exact laws: at 4 dimensions dither is shorter, at 8 PFR, with bins or without."""
    bins, plain = model.crossings(2.0)
    alone = rec.laws.functional_information_bits(rec.gaussian_channel([2.0]))
    for dim, sign in ((4, 1.0), (8, -1.0)):
        channel = rec.gaussian_channel([2.0] * dim)
        for cut, at in ((rec.allocate(channel, 2 * dim), bins), (None, plain)):
            gain = rec.PFR(cut).expected_bits(channel) - dim * alone
            assert gain * sign > 0.2
            assert (at - dim) * sign > 0
    assert 4.0 < plain < bins < 8.0


def test_names_of_dots_lie_apart():
    marks = [figures.Mark(f"m{k}", 3.0, 1.0 + 0.01 * k, True) for k in range(6)]
    figure = figures.race((), marks, COLOURS)
    shifts = [-one.ay for one in figure.layout.annotations if one.text.startswith("m")]
    scale = figures.INNER / (figure.layout.yaxis.range[1] - figure.layout.yaxis.range[0])
    heights = [mark.above_bits * scale + shift for mark, shift in zip(marks, shifts, strict=True)]
    assert min(abs(a - b) for a, b in combinations(heights, 2)) > 16
    assert min(abs(height) for height in heights) >= 13  # off the floor


def test_a_program_makes_the_chart_and_calls_the_package(capsys):
    page = figures.race(*model.race_chart(VIEW, 0.0), COLOURS)
    program = snippets.race(VIEW, 0.0).replace("max_bias=0.0", "max_bias=0.0, seconds=0.0")
    assert "rec.advise(" in program
    assert_same(made_by(program), page)
    assert "PFR" in capsys.readouterr().out


def test_the_page_opens_with_its_answer(board):
    app = opened(VIEW, page="league")
    for _ in range(60):
        if len(app.get("plotly_chart")) == 2:
            break
        app.run()
    assert not app.exception
    assert "if the receiver knows how wide Q is" in words(app)
    assert f"{model.answer(board.ranked).best.bits:.2f} bits" in words(app)
    table = app.dataframe[0].value
    assert len(table) == len(board.options)
    assert app.get("plotly_chart")
