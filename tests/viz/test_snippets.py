"""The Python offered under a chart makes that very chart."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import plotly.graph_objects as go
import pytest
from streamlit.testing.v1 import AppTest

from rec_viz import warm_up
from rec_viz.figures.data import COLUMNS, as_csv
from rec_viz.settings import View, link_query
from rec_viz.snippets import speed
from tests.viz.parts import open_parts

APP = str(Path(__file__).parents[2] / "app.py")


def made_by(program: str) -> go.Figure:
    """The figure a snippet leaves, run as a notebook cell would be."""
    names: dict[str, object] = {}
    exec(program, names)
    figure = names["figure"]
    assert isinstance(figure, go.Figure)
    return figure


def opened(page: str, view: View) -> tuple[list[dict], list[str]]:
    """The charts of a page as it sends them to the browser, and the programs offered under them."""
    warm_up.warm_up().ready.wait(120)
    app = AppTest.from_file(APP, default_timeout=300)
    for key, value in (link_query(view) | {"page": page}).items():
        app.query_params[key] = value
    open_parts(app, page)
    app.run()
    assert not app.exception
    charts = [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]
    return charts, [block.value for block in app.code if "figure = " in block.value]


def assert_same(figure: go.Figure, page: go.Figure | dict) -> None:
    """The same series with the same numbers to the last bit, on the same axes. `page` as made, or as sent."""
    assert json.loads(figure.to_json()) == (page if isinstance(page, dict) else json.loads(page.to_json()))


@pytest.mark.parametrize(
    ("page", "view", "charts"),
    [
        ("speed", View(bits=1.5, target=6), 3),
        ("speed", View(family="uniform", bits=3.5, dim=2, spread="falling", strategy="own", intervals="3,2"), 3),
        ("bias", View(bits=3.0, weighting="target_mass"), 4),
        ("bias", View(bits=6.0, dim=2, candidates=2**8), 3),
    ],
    ids=lambda value: f"{value.family}-{value.dim}" if isinstance(value, View) else None,
)
def test_every_chart_of_a_page_is_made_by_its_program(page, view, charts):
    figures, programs = opened(page, view)
    assert len(figures) == len(programs) == charts
    for figure, program in zip(figures, programs, strict=True):
        assert_same(made_by(program), figure)


def test_another_view_makes_another_chart():
    view = View(bits=1.5, target=6)
    figure = json.loads(made_by(speed.blame(view)).to_json())
    assert_same(made_by(speed.blame(view)), figure)
    with pytest.raises(AssertionError):
        assert_same(made_by(speed.blame(view._replace(target=7))), figure)


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
