"""A target drawn by hand: read, refused in a sentence, served by every page; the board's numbers are rec_core's."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import rec_core as rec
from rec_viz import stage, warm_up
from rec_viz.components import drawing
from rec_viz.model import advice as model
from rec_viz.model import lab, setting, traces
from rec_viz.settings import LANES, View, link, link_query, read_link
from rec_viz.settings.view import consistent, drawn
from rec_viz.snippets import lab as programs
from rec_viz.stage.scene import as_json

from .test_pages import opened, words

CURVE = Path(drawing.__file__).parent / "curve.js"
DRAWN = consistent(View(source="drawn", seed=5))


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    warm_up.warm_up().ready.wait(120)


def test_a_drawing_is_the_problem_of_its_heights_and_travels_in_a_link():
    view = drawn(View(dim=3, family="gaussian"), [0.0, 4.25, -1.0])
    assert (view.source, view.heights, view.dim, view.family) == ("drawn", "0,4.25,-1", 1, "uniform")
    channel, problem = setting.problem_of(view)
    assert problem == rec.piecewise_problem([0.0, 4.25, -1.0])
    assert channel == rec.uniform_channel([problem.kl_bits])
    assert read_link(link_query(view), View) == (view, [])
    assert "heights" not in link("", View())
    assert "heights=1,2,3" in link("", DRAWN._replace(heights="1,2,3"))


@pytest.mark.parametrize(
    ("heights", "said"),
    [
        ("up", "must be numbers"),
        ("", "must be numbers"),
        ("1", "2 to 257 knots"),
        ("0,nan", "finite"),
        ("0,300", "may span 200 bits"),
        (",".join(["0"] * 300), "2 to 257 knots"),
    ],
)
def test_a_text_that_is_no_drawing_gets_a_sentence(heights, said):
    with pytest.raises(rec.RecError, match=said):
        lab.race(DRAWN._replace(heights=heights))


def test_the_code_and_the_bounds_are_those_of_this_very_target():
    plain, bins = lab.race(DRAWN).lanes
    problem = setting.problem_of(DRAWN)[1]
    for lane in (plain, bins):
        overhead = rec.laws.overhead_bits(problem, lane.partition) if lane is bins else 0.0
        assert lane.zipf_bits == rec.laws.log2_index_bound_bits(problem, lane.partition)
        assert lane.bound_bits == rec.laws.bound_bits(problem.kl_bits, lane.partition.log2_bins, overhead)
        average = lab.measured(DRAWN, lane)
        assert average.mean_bits + 4.0 * average.error_bits < lane.bound_bits  # 400 runs, fixed seed
    assert bins.zipf_bits != rec.laws.log2_index_bound_bits(rec.uniform_channel([problem.kl_bits]), bins.partition)


def test_every_lane_searches_it_and_every_picture_can_be_drawn():
    for name in LANES:
        view = DRAWN._replace(lanes=(name,), weighting="target_mass", view="strips")
        race = lab.race(view)
        (lane,) = race.lanes
        assert lane.received == tuple(lane.trace.samples[lane.trace.winner].tolist())
        for picture in ("race", "strips"):
            scene = stage.scene(race, picture)
            assert (scene["problem"]["bounded"], scene["problem"]["rows"]) == (True, [])
            assert json.dumps(as_json(scene), allow_nan=False)


def test_the_middle_on_the_stage_holds_95_percent():
    problem = setting.problem_of(DRAWN)[1]
    samples = rec.encode_many(problem, 4000, seed=3).samples[:, 0]
    low, high = setting.ends(problem)[:, 0]
    share = np.mean((samples > low) & (samples < high))
    assert abs(share - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 4000)  # false alarm 6e-5, fixed seed
    assert abs(np.mean(samples > low) - 0.95) > 4 * np.sqrt(0.95 * 0.05 / 4000)  # and half of it is something else


def test_the_program_and_the_files_are_this_search():
    race = lab.race(DRAWN)
    for lane in race.lanes:
        names: dict[str, object] = {}
        exec(programs.search(DRAWN, lane.name), names)
        assert names["problem"] == race.problem
        assert names["data"] == lane.data
        assert tuple(names["decoded"].tolist()) == lane.received
        meta = json.loads(traces.as_json(DRAWN, race, lane))["meta"]
        assert len(meta["target_columns"]) == len(meta["target"][0]) == 33
        assert rec.Problem("piecewise", (tuple(meta["target"][0]),)) == race.problem


def test_would_bins_help_is_measured_on_this_target():
    advice = model.advice(DRAWN)
    problem = setting.problem_of(DRAWN)[1]
    assert advice.options[0].candidates == pytest.approx(2.0**problem.d_inf_bits)
    one = advice.options[1]
    cut = rec.Partition([2 ** int(one.log2_bins)])
    many = rec.encode_many(problem, 4000, rec.PFR(cut), seed=2)
    sizes = one.log2_bins + rec.ZipfCode(rec.laws.log2_index_bound_bits(problem, cut)).length_bits(many.indices)
    assert abs(sizes.mean() - one.mean_bits) < 4.5 * sizes.std() / len(sizes) ** 0.5  # false alarm 7e-6, fixed seed
    assert abs(many.examined.mean() - one.candidates) < 4.5 * many.examined.std() / len(sizes) ** 0.5
    assert abs(sizes.mean() - one.mean_bits - 0.5) > 4.5 * sizes.std() / len(sizes) ** 0.5
    assert advice.options[-1].name == "ORC"


@pytest.mark.slow
@pytest.mark.parametrize("page", ["code_lengths", "speed", "bias"])
def test_a_research_page_shows_a_channel_instead_and_says_so(page):
    app = opened(DRAWN, page=page)
    assert not app.exception
    assert any("drawn by hand" in info.value and "same information" in info.value for info in app.info)
    wrong = opened(DRAWN._replace(heights="up"), page=page)
    assert not wrong.exception
    assert any("must be numbers" in warning.value for warning in wrong.warning)


@pytest.mark.parametrize("page", ["lab", "message"])
def test_lab_and_message_serve_it(page):
    app = opened(DRAWN, page=page) if page != "lab" else opened(DRAWN)
    assert not app.exception
    if page == "lab":
        assert "The target you drew" in words(app)
        assert "to the last bit" in words(app)


def test_the_boards_numbers_are_the_cores(run):
    rng = np.random.default_rng(8)
    drawings = [rng.normal(0, 4, int(rng.integers(2, 80))).tolist() for _ in range(60)]
    drawings += [[0.0] * 33, [0.0, 1e-5, 0.0], [0.0, 190.0, 0.0], [-3.0, 8.0]]
    problems = [rec.piecewise_problem(heights) for heights in drawings]
    told = run(
        CURVE,
        "(h) => { const n = js.normaliseDrawing(h); return [n.kl_bits, n.d_inf_bits, ...n.logs]; }",
        [[heights] for heights in drawings],
    )
    for numbers, problem in zip(told, problems, strict=True):
        knots = (np.array(problem.params[0]) / np.log(2.0)).tolist()
        np.testing.assert_allclose(numbers, [problem.kl_bits, problem.d_inf_bits, *knots], rtol=1e-9, atol=1e-9)
