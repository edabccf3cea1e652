"""The pictures to press and the code to photograph: drawn from the real thing."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from rec_viz import stage
from rec_viz.components import presets
from rec_viz.figures import qr, still
from rec_viz.model import lab
from rec_viz.settings import PRESETS, View


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.slug)
def test_a_thumbnail_has_the_bins_and_the_star_of_its_search(preset):
    race = lab.race(preset.view)
    drawn = ElementTree.fromstring(still.thumbnail(stage.scene(race)))
    fills = [shape.get("fill") for shape in drawn]
    lane = race.lanes[-1]
    if preset.view.dim > 2:
        assert fills.count("var(--winner)") == fills.count("var(--q)") == preset.view.dim
        return
    assert fills.count("var(--winner)") == 1
    assert fills.count("var(--q)") == preset.view.dim  # in the plane two rings
    cuts = sum(n - 1 for n in lane.partition.intervals if n <= 33)
    assert fills.count("none") == cuts
    star = drawn[fills.index("var(--winner)")]
    across = [float(point.split(",")[0]) for point in star.get("points").split()]
    u = lane.trace.quantiles.reshape(-1, preset.view.dim)[lane.trace.winner][0]
    assert sum(across) / len(across) == pytest.approx(u * still.SMALL[0], abs=0.3)


def test_the_row_has_every_preset_and_stays_small():
    rows = presets.pictures()
    assert [row["slug"] for row in rows] == [preset.slug for preset in PRESETS]
    assert sum(len(row["svg"]) for row in rows) < 40_000


def test_nothing_to_draw_is_an_empty_picture():
    scene = stage.scene(lab.race(View(lanes=("pfr",), bits=40.0)))
    assert scene["lanes"] == []
    assert len(ElementTree.fromstring(still.thumbnail(scene))) == 0


def test_a_qr_code_is_dark_on_light_and_grows_with_the_link():
    short, long = (qr.picture("http://localhost:8501/?p=" + "x" * n) for n in (8, 400))
    assert short.startswith("<svg")
    assert 'stroke="#000"' in short
    assert 'fill="#fff"' in short
    sides = [int(re.search(r'viewBox="0 0 (\d+)', text)[1]) for text in (short, long)]
    assert 21 < sides[0] < sides[1]
    assert len(short) < 3000
    assert "<script" not in qr.picture("<script>alert(1)</script>")
