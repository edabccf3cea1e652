"""The Evidence page: its cards say what their pages open with; and what holds for every chart behind them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from rec_core import images
from rec_viz import theme, warm_up
from rec_viz.app_pages import evidence as page
from rec_viz.figures import style
from rec_viz.model import evidence, speed
from rec_viz.model.images import example, measured
from rec_viz.settings import View, widgets
from rec_viz.settings.presets import OPENINGS
from rec_viz.settings.table import Images
from tests.viz.parts import PARTS, open_parts

APP = str(Path(__file__).parents[2] / "app.py")
COLOURS = theme.ROLES["light"]


def opened(name: str, whole: bool = False) -> AppTest:
    """A page as one comes to it from another, without a link."""
    warm_up.warm_up().ready.wait(120)
    app = AppTest.from_file(APP, default_timeout=300)
    if whole:
        open_parts(app, name)
    return go(app, name)


def go(app: AppTest, name: str) -> AppTest:
    app.switch_page(str(Path(page.__file__).with_name(f"{name}.py"))).run()
    assert not app.exception
    return app


def found(name: str) -> object:
    return evidence.CARDS[name]()


def test_every_page_behind_the_cards_has_one():
    assert list(page.TITLES) == list(page.ABOUT) == list(evidence.CARDS) == list(PARTS)


@pytest.mark.parametrize("name", evidence.CARDS)
def test_a_card_says_the_number_its_page_opens_with(name):
    picture, says = page.drawn(name, found(name), COLOURS)
    assert page.drawn(name, None, COLOURS) == ("", page.ABOUT[name])
    assert picture.startswith(("<svg", "<figure"))
    assert says.endswith(".")
    numbers = re.findall(r"\d[\d.,]*\d|\d", says)
    assert numbers
    app, least = opened(name), 2 if name in ("code_lengths", "speed", "bias") else 1
    for _ in range(120):  # some is worked out in the background
        told = " ".join(element.proto.body for element in app.get("html"))
        shared = [number for number in numbers if number in told]
        if "<b>" in told and len(shared) >= least:
            break
        app.run()
    assert "<b>" in told
    assert len(shared) >= least, (says, told)


def test_speed_opens_where_its_finding_is_seen_and_leaves_the_other_pages_alone():
    assert widgets.opening("speed", View) == OPENINGS["speed"]
    assert widgets.opening("lab", View) == View()
    app = opened("speed")
    assert app.slider(key="dim").value == 6
    app.query_params.clear()  # as a browser does on its way to another page
    assert go(app, "bias").slider(key="dim").value == 1
    app.slider(key="bits").set_value(5.0).run()
    app.query_params.clear()
    go(app, "speed")
    assert (app.slider(key="dim").value, app.slider(key="bits").value) == (1, 5.0)  # what was chosen is kept


def test_the_curve_of_the_card_is_that_of_the_page():
    one = evidence.candidates()
    for k in (3, 9):
        point = speed.growth(OPENINGS["speed"], float(one.information_bits[k]))
        assert (one.plain_bits[k], one.bins_bits[k]) == pytest.approx(point.exact_bits[:2])


def test_the_stored_example_is_our_own_coders_and_what_the_page_says_of_it():
    ways = example.received()
    assert [way.system for way in ways] == ["orc-16", "partitioned-48"]
    for way, settings in zip(ways, example.SYSTEMS.values(), strict=True):
        data = (example.FOLDER / f"{way.system}.rec").read_bytes()
        assert len(data) < 300
        assert np.array_equal(images.decode(data), way.frames[-1])
        assert way.psnr_db == images.psnr_db(example.picture(), way.frames[-1])
        assert settings == Images(block_bits=settings.block_bits)  # as the page's own button sends it
        assert (np.diff(way.bits) > 0).all()
        errors = [images.psnr_db(example.picture(), frame) for frame in way.frames]
        assert errors[-1] > errors[len(errors) // 2] > errors[0] + 2
    small, large = ways
    assert large.bits[-1] < 0.95 * small.bits[-1]
    assert large.psnr_db > small.psnr_db
    saved = example.saved()
    assert saved == measured.savings()["orc-16", "partitioned-48"]
    assert (
        f"<b>{-100 * saved.bd_rate:.0f}% fewer bits at equal quality</b>" in opened("images").get("html")[0].proto.body
    )


def legend(spec: dict) -> set[str]:
    """What a chart's legend lists."""
    shown = [one for one in spec["data"] if one.get("showlegend") is not False and one.get("name")]
    return {one["name"] for one in shown} if len(spec["data"]) > 1 else set()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["code_lengths", "speed", "bias", "images"])
def test_charts_have_a_title_few_legend_entries_and_type_one_can_read(name):
    app = opened(name, whole=True)
    charts = app.get("plotly_chart")
    assert len(charts) >= 2
    for chart in charts:
        spec = json.loads(chart.proto.spec)
        assert len(legend(spec)) <= 4, (chart.key, legend(spec))
        layout = json.dumps(spec["layout"]) + json.dumps(spec["data"])
        assert not re.search("<su[bp]>", layout), chart.key  # smaller than the rest
        assert spec["layout"]["font"]["size"] == style.TYPE >= 13
        for axis in (value for key, value in spec["layout"].items() if re.fullmatch(r"[xy]axis\d*", key)):
            assert axis["tickfont"]["size"] >= 13, chart.key
    assert len(legend({"data": [{"name": k, "showlegend": None} for k in "abcde"]})) == 5
