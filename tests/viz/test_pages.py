"""Every page and preset runs without an exception, as Streamlit's own test client sees it."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from rec_viz import warm_up
from rec_viz.model import lab
from rec_viz.settings import PRESETS, View, link_query
from tests.viz.parts import open_parts

APP = str(Path(__file__).parents[2] / "app.py")


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    warm_up.warm_up().ready.wait(120)


def opened(view: View | None = None, **query: str) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=120)
    open_parts(app, query.get("page", "lab"))
    for key, value in (link_query(view) | query if view else query).items():
        app.query_params[key] = value
    return app.run()


def words(app: AppTest) -> str:
    return " ".join([*(element.value for element in app.markdown), *(one.proto.body for one in app.get("html"))])


def test_start_and_the_poster_run():
    app = opened()
    assert not app.exception
    assert "price of its surprise" in app.title[0].value
    app = opened(page="poster")
    assert not app.exception
    assert "NeurIPS 2024" in words(app)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_every_preset_opens_from_its_link(preset):
    app = opened(preset.view)
    assert not app.exception
    assert not app.info
    assert preset.teaches in words(app)
    assert "to the last bit" in words(app)


def test_of_four_methods_three_are_shown_and_it_is_said(monkeypatch):
    raced, race = [], lab.race
    monkeypatch.setattr(lab, "race", lambda view: raced.append(view.lanes + view.others) or race(view))
    view = View(lanes=("pfr", "pfr_bins"), others=("gprs", "greedy"))
    for query in ({}, {"present": "1"}):
        app = opened(view, **query)
        assert not app.exception
        assert ("pfr", "pfr_bins", "gprs") in raced
        assert max(map(len, raced)) == 3
        raced.clear()
        assert query or any("first three are shown" in info.value for info in app.info)


def test_a_bad_link_value_is_said():
    app = opened(v="1", bits="lots", dim="2")
    assert not app.exception
    assert "cannot be used" in app.info[0].value


def more(app: AppTest) -> AppTest:
    """With the other controls of Play opened."""
    app.session_state["lab_more"] = True
    return app.run()


def test_more_is_not_made_before_it_is_opened():
    app = opened(View())
    assert not app.slider
    assert {slider.key for slider in more(app).slider} == {"bits", "dim", "log2_bins"}
    assert not app.exception


def test_controls_that_say_nothing_are_not_drawn_and_keep_their_value():
    app = more(opened(View(dim=2, spread="falling")))
    assert app.selectbox(key="spread").value == "falling"
    app.slider(key="dim").set_value(1).run()
    assert not app.exception
    assert all(box.key != "spread" for box in app.selectbox)
    app.slider(key="dim").set_value(2).run()
    assert app.selectbox(key="spread").value == "falling"


@pytest.mark.parametrize(
    "view",
    [
        View(bits=0.0),
        View(bits=0.0, dim=3, log2_bins=0),
        View(bits=48.0, dim=64, log2_bins=48, lanes=("orc", "orc_bins"), candidates=256),
        View(bits=48.0, dim=1, log2_bins=20),
        View(strategy="collapsed"),
        View(strategy="own", intervals="not a number"),
        View(family="uniform", bits=3.5, dim=2, weighting="target_mass", stopping="single"),
        View(lanes=("orc", "orc_bins"), family="uniform", bits=10.0, log2_bins=0, candidates=1),
    ],
    ids=lambda view: f"{view.family}-{view.bits}-{view.dim}-{view.strategy}-{'+'.join(view.lanes)}",
)
def test_extremes_answer_in_sentences(view):
    app = opened(view)
    assert not app.exception


@pytest.mark.parametrize("view", [View(), View(family="uniform", bits=4.0), View(bits=30.0, dim=4, log2_bins=30)])
def test_code_lengths_opens_from_its_link(view):
    app = opened(view, page="code_lengths")
    assert not app.exception
    assert "Mean message length" in words(app)


@pytest.mark.parametrize(
    "view", [View(bits=1.5), View(family="uniform", bits=4.0), View(bits=0.0), View(bits=30.0, dim=4, log2_bins=30)]
)
def test_speed_opens_from_its_link(view):
    app = opened(view, page="speed")
    assert not app.exception
    assert "candidates a second" in words(app)


@pytest.mark.parametrize(
    ("view", "says"),
    [
        (View(), "Total variation"),
        (View(bits=6.0, dim=2), "Total variation"),
        (View(family="uniform", bits=4.0, candidates=2), "nothing to send"),
        (View(bits=0.0), "ORC has no bias"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_bias_opens_from_its_link(view, says):
    app = opened(view, page="bias")
    assert not app.exception
    assert says in words(app)
