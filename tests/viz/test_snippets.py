"""The Python offered under a chart makes that very chart."""

from __future__ import annotations

import csv
import io

import numpy as np
import plotly.graph_objects as go
import pytest

from rec_viz import cached, theme
from rec_viz.controls import View
from rec_viz.figures import speed as speed_figures
from rec_viz.figures.data import COLUMNS, as_csv
from rec_viz.snippets import speed

COLOURS = theme.ROLES["light"]


def made_by(program: str) -> go.Figure:
    """The figure a snippet leaves, run as a notebook cell would be."""
    names: dict[str, object] = {}
    exec(program, names)
    figure = names["figure"]
    assert isinstance(figure, go.Figure)
    return figure


def assert_same(figure: go.Figure, page: go.Figure) -> None:
    """The same series with the same numbers, on the same axes."""
    assert as_csv(figure) == as_csv(page)
    assert figure.layout == page.layout


def test_blame():
    view = View(bits=1.5, target=6)
    trap = cached.trap(view)
    page = speed_figures.blame(
        {"target mass": np.array(trap.target_mass), "peak ratio": np.array(trap.peak_ratio)},
        {"target mass": "best", "peak ratio": "heuristic"},
        trap.plain,
        COLOURS,
    )
    assert_same(made_by(speed.blame(view)), page)
    with pytest.raises(AssertionError):
        assert_same(made_by(speed.blame(view._replace(target=7))), page)


def test_the_table_of_a_chart():
    figure = go.Figure()
    figure.add_scatter(x=[1, 2], y=[3.5, 4.5], name="a<sup>2</sup>", error_y={"array": [0.1, 0.2]})
    figure.add_bar(x=["bin"], y=[7], name="b")
    figure.add_scatter(x=[0], y=[0], mode="none")
    figure.update_xaxes(title="bits")
    rows = list(csv.reader(io.StringIO(as_csv(figure))))
    assert rows[0] == list(COLUMNS)
    assert rows[1:] == [
        ["a2", "bits", "1", "", "3.5", "0.1"],
        ["a2", "bits", "2", "", "4.5", "0.2"],
        ["b", "bits", "bin", "", "7", ""],
    ]
