"""A target the reader types or drags: read, refused in a sentence, and served by every page."""

from __future__ import annotations

import pytest

import rec_core as rec
from rec_viz import warm_up
from rec_viz.model import lab, setting
from rec_viz.settings import LANES, PRESETS, View, link_query, read_link
from rec_viz.settings.view import consistent, dragged

from .test_pages import opened, words


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    warm_up.warm_up().ready.wait(120)


def test_an_own_target_is_what_was_typed():
    channel, problem = setting.problem_of(View(source="own", means="1.5; −0.25", scales="0.4 0.9", dim=2))
    assert problem == rec.gaussian_problem([1.5, -0.25], [0.4, 0.9])
    assert channel.information_bits == pytest.approx(problem.kl_bits)
    one = rec.gaussian_problem([-0.25], [0.9])
    assert channel.bits[1] == pytest.approx(one.kl_bits)
    _, box = setting.problem_of(View(source="own", family="uniform", lows="0, 0.5", highs="0.25, 1", dim=2))
    assert box == rec.uniform_problem([0, 0.5], [0.25, 1])


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"means": "one"}, "must be numbers"),
        ({"means": ""}, "must be numbers"),
        ({"means": "1, 2"}, "one number for each dimension"),
        ({"scales": "0"}, "must be positive"),
        ({"means": "nan"}, "finite"),
        ({"means": ",".join(["0"] * 65), "scales": ",".join(["0.5"] * 65)}, "up to 64 dimensions"),
        ({"family": "uniform", "lows": "0.5", "highs": "0.2"}, "low < high"),
        ({"means": "60", "scales": "0.5"}, "between 0 and 1000 bits"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_wrong_vector_gets_a_sentence(values, said):
    with pytest.raises(rec.RecError, match=said):
        lab.race(View(source="own")._replace(**values))


def test_every_lane_searches_an_own_target():
    for lane in LANES:
        (ran,) = lab.race(View(lanes=(lane,), source="own", means="1.2", scales="0.3", weighting="target_mass")).lanes
        assert ran.trace is not None
        assert ran.received == tuple(ran.trace.samples[ran.trace.winner].tolist())
        average = lab.measured(View(lanes=(lane,), source="own", means="1.2", scales="0.3"), ran)
        assert average.mean_bits < ran.bound_bits


def test_a_hand_let_go_changes_the_target_or_the_bins_and_nothing_else():
    view = View(target=4, seed=25)
    moved = dragged(view, {"rows": [[-1.25, 0.3]]})
    assert moved == view._replace(source="own", means="-1.25", scales="0.3")
    assert setting.problem_of(moved)[1] == rec.gaussian_problem([-1.25], [0.3])
    box = dragged(View(family="uniform", bits=2.0), {"rows": [[0.1, 0.1 + 0.2]]})
    assert (box.lows, box.highs) == ("0.1", "0.3")
    assert dragged(view, {"intervals": [32]}) == view._replace(log2_bins=5)
    assert dragged(view, {"intervals": [1]}) == view._replace(log2_bins=0)
    assert dragged(view._replace(strategy="own"), {"intervals": [4]}).intervals == "4"
    both = dragged(view, {"rows": [[0.5, 0.5]], "intervals": [2]})
    assert (both.means, both.log2_bins) == ("0.5", 1)


def test_dimensions_follow_the_vector_and_links_carry_it():
    view = View(source="own", means="1, -0.5, 0", scales="0.5, 0.5, 0.9")
    assert consistent(view).dim == 3
    assert consistent(View(means="1, 2")).dim == 1  # not in use
    assert read_link(link_query(view), View) == (consistent(view), [])


OWN = [
    View(source="own", means="1.2", scales="0.3"),
    View(source="own", means="1.2, -0.4, 0", scales="0.3, 0.6, 0.95", dim=3, log2_bins=4),
    View(source="own", family="uniform", lows="0.2", highs="0.45", candidates=4),
    View(source="own", means="0, 0", scales="1, 1", dim=2),
]


@pytest.mark.parametrize(
    ("page", "view"),
    [("lab", view) for view in OWN] + [(page, view) for page in ("code_lengths", "speed", "bias") for view in OWN[1:3]],
    ids=lambda value: f"{value.family}-{value.dim}" if isinstance(value, View) else value,
)
def test_every_page_serves_an_own_target(page, view):
    app = opened(view, page=page) if page != "lab" else opened(view)
    assert not app.exception
    assert "to the last bit" in words(app) if page == "lab" else any("your own" in info.value for info in app.info)


@pytest.mark.parametrize("page", ["lab", "code_lengths", "speed", "bias"])
def test_every_page_says_what_is_wrong_with_a_vector(page):
    view = View(source="own", means="one", scales="0.3")
    app = opened(view, page=page) if page != "lab" else opened(view)
    assert not app.exception
    assert any("must be numbers" in warning.value for warning in app.warning)


def test_an_own_target_wider_than_p_is_served_by_orc():
    app = opened(View(lanes=("pfr", "orc"), source="own", means="0.5", scales="1.5", candidates=64))
    assert not app.exception
    assert any("wider than P" in warning.value for warning in app.warning)
    assert "to the last bit" in words(app)


def test_presets_are_drawn_targets():
    assert all(preset.view.source == "channel" for preset in PRESETS)
