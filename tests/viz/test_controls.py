"""The parameter table: links hold every value, bad values fall back, presets are views the core can serve."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rec_core import images
from rec_viz.settings import PAGES, PRESETS, TABLE, View, link, link_query, read_link
from rec_viz.settings.links import read_hidden
from rec_viz.settings.table import MAX_LANES, Images
from rec_viz.settings.view import consistent


def values_of(parameter):
    if parameter.kind == "several":
        return st.lists(st.sampled_from(list(parameter.options)), max_size=MAX_LANES, unique=True).map(tuple)
    if parameter.kind == "text":
        return st.text(max_size=40).filter(lambda text: "\x00" not in text)
    if parameter.options:
        return st.sampled_from(list(parameter.options))
    steps = st.integers(0, int((parameter.high - parameter.low) / parameter.step))
    return steps.map(lambda k: type(parameter.step)(parameter.low + k * parameter.step))


def records_of(kind):
    return st.builds(kind, **{key: values_of(row) for key, row in TABLE[kind].items()})


views = records_of(View).map(consistent)


@pytest.mark.parametrize("kind", TABLE)
def test_the_table_and_the_records_agree(kind):
    assert tuple(TABLE[kind]) == kind._fields
    for key, parameter in TABLE[kind].items():
        default = getattr(kind(), key)
        assert parameter.key == key
        assert parameter.parse(parameter.write(default)) == default
        assert type(parameter.parse(parameter.write(default))) is type(default)
        assert parameter.label
        assert kind is not View or parameter.help
        assert not parameter.help or parameter.help.endswith((".", "”."))


def test_no_two_records_of_a_page_share_a_name_in_its_link():
    for kinds in PAGES.values():
        names = [row.name for kind in kinds for row in TABLE[kind].values()]
        assert len(set(names)) == len(names)


def test_every_codec_and_rate_of_the_core_can_be_chosen():
    assert set(TABLE[Images]["codec"].options) == set(images.CODECS)
    assert set(TABLE[Images]["rate"].options) == set(images.RATES)


@given(st.data())
def test_a_link_restores_every_record(data):
    for kind in TABLE:
        record = data.draw(records_of(kind))
        record = consistent(record) if kind is View else record
        query = dict(parse_qsl(urlsplit(link("http://localhost/", record)).query, keep_blank_values=True))
        assert read_link(query, kind) == (record, [])


@given(views)
def test_a_link_holds_what_differs_and_restores_the_whole_view(view):
    query = dict(parse_qsl(urlsplit(link("http://localhost/lab", view)).query, keep_blank_values=True))
    assert read_link(query, View) == (view, [])
    base, _ = read_link({"p": query["p"]} if "p" in query else {}, View)
    assert ("v" in query) != ("p" in query)
    for key, row in TABLE[View].items():
        assert row.name not in query or getattr(base, key) != getattr(view, key)


@given(views)
def test_the_long_links_of_before_still_open(view):
    """They held every value."""
    query = {"v": "1"} | {row.name: row.write(getattr(view, key)) for key, row in TABLE[View].items()}
    assert read_link(query, View) == (view, [])


@pytest.mark.parametrize("page", [page for page, kinds in PAGES.items() if View in kinds])
def test_a_preset_has_a_short_link(page):
    for preset in PRESETS:
        assert link_query(preset.view) == {"p": preset.slug}
        assert len(link(f"https://192.168.100.200:8501/{page}", preset.view, page)) < 70
        assert len(link("http://localhost:8501/", preset.view._replace(seed=9, bits=7.5, dim=2), page)) < 120


def test_a_preset_that_is_not_known_is_said():
    view, notices = read_link({"p": "trapdoor", "dim": "3"}, View)
    assert view == View(dim=3)
    assert "trapdoor" in notices[0]


def test_what_is_private_does_not_show_in_the_choice_of_a_preset():
    for preset in PRESETS:
        query = link_query(preset.view, private=("target",))
        assert query == link_query(preset.view._replace(target=31), private=("target",))
        assert "p" not in query


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
        ("others", "pfr"),
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
    view, notices = read_link({"v": "1", "target": "12", key: text}, View)
    assert view == View(target=12)
    assert len(notices) == 1
    assert next(row.label for row in TABLE[View].values() if row.name == key) in notices[0]


def test_an_old_link_keeps_its_names_though_a_parameter_has_another():
    """Names in links are for ever: `weights` once was the name of what is called `weighting` now."""
    query = {"v": "1", "weights": "target_mass", "hide": "weights,seed"}
    view = View(weighting="target_mass")
    assert read_link(query, View) == (view, [])
    assert read_hidden(query) == (("weighting", "seed"), [])
    assert link_query(view, private=("target",), hide=("weighting", "seed")) == query
    assert read_hidden({"hide": "weighting"})[1]


def test_another_version_is_said_and_unknown_names_are_ignored():
    view, notices = read_link({"v": "9", "dim": "3", "colour": "red"}, View)
    assert view == View(dim=3)
    assert "version 9" in notices[0]


def test_link_opens_at_the_root_of_the_app():
    assert link("http://localhost:8501/lab?v=1&dim=9", View(seed=5)) == "http://localhost:8501/?v=1&seed=5"
    assert link("https://class.example/rec/lab", View()) == "https://class.example/rec/?p=cut-and-reweight"


def test_at_least_six_presets_each_teach_one_thing():
    assert len(PRESETS) >= 6
    assert len({preset.view for preset in PRESETS}) == len({preset.slug for preset in PRESETS}) == len(PRESETS)
    for preset in PRESETS:
        assert read_link(link_query(preset.view), View) == (preset.view, [])
        assert preset.teaches.endswith(".")
        assert len(preset.teaches) < 100
