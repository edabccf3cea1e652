"""A search in a notebook: a frame that holds all it needs, without Streamlit; and a core that goes without rec_viz."""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys

import numpy as np
import pytest

import rec_core as rec
import rec_viz

from .test_scene import unpack

PROBLEM = rec.gaussian_problem([1.0], [0.3])
BINS = rec.PFR(rec.Partition((8,)))


def shown(text: str) -> tuple[str, dict]:
    """The page in a frame, and the scene it plays."""
    (source,) = re.findall(r"<iframe srcdoc='([^']*)'", text)
    page = html.unescape(source)
    (data,) = re.findall(r'<script type="application/json" id="scene">(.*?)</script>', page, re.DOTALL)
    return page, json.loads(data)


def test_a_trace_knows_its_search_and_shows_it():
    trace = rec.trace(PROBLEM, BINS, seed=7)
    assert (trace.problem, trace.method, trace.seed) == (PROBLEM, BINS, 7)
    page, scene = shown(trace._repr_html_())
    (lane,) = scene["lanes"]
    assert lane["message"]["bin"] == list(trace.message.bin)
    np.testing.assert_array_equal(unpack(lane["race"]), trace.race_times)
    assert scene["receiver"][0]["equal"]
    assert not re.findall(r'(?:src|href)="|https?://(?!www\.w3\.org)|import\s*[({]', page)  # nothing is fetched


def test_up_to_three_methods_stand_side_by_side():
    methods = [rec.PFR(), BINS, rec.ORC(16, rec.Partition((8,)))]
    told = rec_viz.compare(PROBLEM, methods, seed=7)
    assert [trace.method for trace in told.traces] == methods
    _, scene = shown(told._repr_html_())
    assert [lane["title"] for lane in scene["lanes"]] == ["PFR", "PFR, J = 8", "ORC, n = 16, J = 8"]
    assert len({lane["name"] for lane in scene["lanes"]}) == 3
    for wrong in ([], [BINS] * 4):
        with pytest.raises(rec.RecError, match="one to 3 methods"):
            rec_viz.compare(PROBLEM, wrong, seed=7)


@pytest.mark.parametrize(
    ("problem", "methods"),
    [
        (rec.gaussian_problem([2.5], [0.002]), [rec.PFR()] * 3),  # some thousand candidates each
        (rec.gaussian_channel([4.0] * 2).draw(3), [rec.PFR(), rec.PFR(rec.Partition((16, 16)))]),
        (rec.gaussian_channel([1.0] * 12).draw(3), [rec.PFR()] * 3),
        (rec.gaussian_channel([6.0]).draw(3), [rec.PFR(rec.Partition((256,)))] * 3),
    ],
    ids=["long", "plane", "strips", "many bins"],
)
def test_it_stays_small(problem, methods):
    assert len(rec_viz.compare(problem, methods, seed=3)._repr_html_().encode()) < 300_000


def test_a_long_trace_is_shown_with_fewer_of_its_candidates():
    trace = rec.trace(rec.gaussian_problem([2.5], [0.002]), seed=3)
    assert len(trace.indices) > 1000
    text = trace._repr_html_()
    assert len(text.encode()) < 300_000
    (lane,) = shown(text)[1]["lanes"]
    assert (lane["examined"], lane["message"]["index"]) == (trace.examined, trace.message.index)


def test_it_needs_no_streamlit_and_the_core_needs_no_app():
    program = (
        "import sys\nsys.modules[{!r}] = None\nimport rec_core as rec\n"
        "shown = rec.trace(rec.gaussian_problem([1.0], [0.3]), seed=7)._repr_html_()\n"
    )
    for absent, then in (("streamlit", "assert shown.startswith('<iframe')"), ("rec_viz", "assert shown is None")):
        done = subprocess.run(
            [sys.executable, "-c", program.format(absent) + then], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    spoiled = program.format("rec_viz") + "assert shown is not None"
    assert subprocess.run([sys.executable, "-c", spoiled], capture_output=True, check=False).returncode != 0


def test_what_is_in_a_title_or_a_scene_stays_there():
    from rec_viz.stage import standalone

    page = standalone.page({"id": "</script><script>alert(1)</script>"}, "<b>&")
    assert page.count("<script") == 2
    assert "<title>&lt;b&gt;&amp;</title>" in page
