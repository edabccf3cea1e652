"""The parameter table: links hold every value, bad values fall back, presets are views the core can serve."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rec_viz.settings import LANES, MAX_LANES, PARAMETERS, PRESETS, TABLE, View, consistent, link, link_query, read_link


def values_of(parameter):
    match parameter.kind:
        case "choice":
            return st.sampled_from(list(parameter.options))
        case "choices":
            return st.lists(st.sampled_from(list(LANES)), min_size=1, max_size=MAX_LANES, unique=True).map(tuple)
        case "power":
            return st.sampled_from(parameter.powers)
        case "text":
            return st.text(max_size=40).filter(lambda text: "\x00" not in text)
        case "whole":
            return st.integers(int(parameter.low), int(parameter.high))
    steps = st.integers(0, int((parameter.high - parameter.low) / parameter.step))
    return steps.map(lambda k: type(parameter.default)(parameter.low + k * parameter.step))


views = st.builds(View, **{p.key: values_of(p) for p in PARAMETERS}).map(consistent)


def test_the_table_and_the_view_agree():
    assert tuple(TABLE) == tuple(sorted(TABLE, key=[p.key for p in PARAMETERS].index))
    assert set(TABLE) == set(View._fields)
    for parameter in PARAMETERS:
        assert parameter.parse(parameter.write(parameter.default)) == parameter.default
        assert parameter.label
        assert parameter.help.endswith((".", "”."))


@given(views)
def test_a_link_restores_the_whole_view(view):
    query = dict(parse_qsl(urlsplit(link("http://localhost/lab", view)).query, keep_blank_values=True))
    assert query["v"] == "1"
    assert set(query) == {"v", *View._fields}
    assert read_link(query) == (view, [])


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("bits", "lots"),
        ("bits", "nan"),
        ("bits", "-1"),
        ("bits", "4.3"),
        ("dim", "0"),
        ("dim", "65"),
        ("dim", "1.5"),
        ("lanes", ""),
        ("lanes", "pfr,orc,pfr_bins,orc_bins"),
        ("lanes", "teleport"),
        ("candidates", "3"),
        ("candidates", "1e9"),
        ("weights", "heavy"),
        ("seed", "-4"),
        ("seed", "99999999999"),
        ("intervals", "8," * 500),
    ],
)
def test_a_bad_value_falls_back_with_a_notice_and_spares_the_others(key, text):
    view, notices = read_link({"v": "1", "target": "12", key: text})
    assert view == View(target=12)
    assert len(notices) == 1
    assert TABLE[key].label in notices[0]


def test_another_version_is_said_and_unknown_names_are_ignored():
    view, notices = read_link({"v": "9", "dim": "3", "colour": "red"})
    assert view == View(dim=3)
    assert "version 9" in notices[0]


def test_link_opens_at_the_root_of_the_app():
    assert link("http://localhost:8501/lab?v=1&dim=9", View()).startswith("http://localhost:8501/?v=1&")
    assert link("https://class.example/rec/lab", View()).startswith("https://class.example/rec/?v=1&")


def test_at_least_six_presets_each_teach_one_thing():
    assert len(PRESETS) >= 6
    assert len({preset.view for preset in PRESETS}) == len(PRESETS)
    for preset in PRESETS:
        assert read_link(link_query(preset.view)) == (preset.view, [])
        assert preset.teaches.endswith(".")
        assert len(preset.teaches) < 100
