"""What is dragged on the stage is answered while it is dragged, and the page follows when it is let go."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from rec_viz.settings import PRESETS, View, link

from .conftest import settle
from .test_stage import canvas, still

Open = Callable[..., Page]
THREE = View(lanes=("pfr", "pfr_bins", "orc_bins"))


@pytest.fixture
def open_lab(open_page: Open) -> Open:
    """Opens the page that has all controls on a view."""

    def open_(view: View, **options: object) -> Page:
        page = open_page(link("", view).lstrip("/"), stage=False, **options)
        page.get_by_test_id("stage").wait_for(timeout=120_000)
        settle(page)
        return page

    return open_


def control(page: Page, name: str) -> Locator:
    return page.get_by_test_id("stage").get_by_role("slider", name=name, exact=True)


def answers(page: Page) -> int:
    return int(page.get_by_test_id("stage").get_attribute("data-answers") or 0)


def take(page: Page, name: str) -> tuple[float, float, float]:
    """Press on the thumb of a control: where it is, and the width of the range."""
    node = control(page, name)
    node.scroll_into_view_if_needed()
    box = node.bounding_box()
    assert box is not None
    low, high, value = (float(node.evaluate(f"(n) => n.{key}")) for key in ("min", "max", "value"))
    x, y = box["x"] + 8 + (box["width"] - 16) * (value - low) / (high - low), box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    return x, y, box["width"]


def test_every_control_answers_before_it_is_let_go(open_lab: Open) -> None:
    page = open_lab(THREE)
    for name, key, dx in (
        ("log2 J", "log2_bins", 0.25), ("Seed", "seed", 0.3), ("Information I", "bits", 0.04),
        ("Dimension D", "dim", 0.05),
    ):  # fmt: skip
        drag(page, name, key, dx)


def drag(page: Page, name: str, key: str, dx: float) -> None:
    """Drag a control, which THREE's value is on: the picture follows, and the page once it is let go."""
    stage, before, picture, answered = page.get_by_test_id("stage"), page.url, canvas(page), answers(page)
    x, y, width = take(page, name)
    page.mouse.move(x + dx * width, y, steps=8)
    expect(stage).not_to_have_attribute("data-answers", str(answered))
    expect(stage).to_have_attribute("data-dragging", "true")
    page.wait_for_function("(url) => location.href === url", arg=before)  # the page has not heard of it
    assert canvas(page) != picture
    value = control(page, name).input_value()
    assert value != f"{getattr(THREE, key):g}"
    page.mouse.up()
    page.wait_for_function(f"() => new URLSearchParams(location.search).get('{key}') === '{float(value):g}'")
    settle(page)
    assert control(page, name).input_value() == value
    expect(stage).not_to_have_attribute("data-dragging", "true")


def test_a_sweep_ends_at_its_last_value(open_stage: Open) -> None:
    page = open_stage("Cut and reweight", live="1")
    x, y, width = take(page, "log2 J")
    for share in (0.2, 0.4, 0.1, 0.3, 0.0, 0.25):
        page.mouse.move(x + share * width, y, steps=3)
    last = int(control(page, "log2 J").input_value())
    expect(page.get_by_test_id("stage")).to_contain_text(f"of {2**last}")
    assert answers(page) > 1
    page.mouse.up()
    settle(page)
    expect(page.get_by_test_id("stage")).to_contain_text(f"of {2**last}")


def test_the_keyboard_drags_too(open_stage: Open) -> None:
    page = open_stage("Cut and reweight", live="1")
    control(page, "log2 J").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_test_id("stage")).to_contain_text("of 16")
    settle(page)
    expect(control(page, "log2 J")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_test_id("stage")).to_contain_text("of 32")
    assert int(page.get_by_test_id("stage").get_attribute("data-step") or -1) == 0


def test_a_search_that_is_too_long_says_what_it_would_take_and_keeps_its_place(open_stage: Open) -> None:
    page = open_stage("Cut and reweight", live="1")
    stage = page.get_by_test_id("stage")
    x, y, width = take(page, "Information I")
    left = stage.locator("canvas").first.bounding_box()
    page.mouse.move(x + 0.4 * width, y, steps=6)
    expect(stage.locator(".refusal").first).to_contain_text(re.compile("2[⁰¹²³⁴⁵⁶⁷⁸⁹]+ candidates on"))
    assert stage.locator("canvas").first.bounding_box() == left
    page.mouse.move(x, y, steps=6)
    expect(stage.locator(".refusal").first).not_to_be_visible()
    page.mouse.up()


@pytest.mark.reliability
def test_without_the_socket_the_page_answers_on_release(browser: Browser, app_url: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.route_web_socket("**/live", lambda socket: socket.close())
    page.goto(link(app_url, THREE), wait_until="commit")
    stage = page.get_by_test_id("stage")
    stage.wait_for(timeout=120_000)
    settle(page)
    picture = canvas(page)
    x, y, width = take(page, "log2 J")
    page.mouse.move(x + 0.25 * width, y, steps=8)
    expect(stage).to_contain_text("Let go to see the answer.")
    still(page)
    assert canvas(page) == picture
    last = int(control(page, "log2 J").input_value())
    page.mouse.up()
    expect(stage).to_contain_text(f"of {2**last}")
    expect(stage).to_have_attribute("data-answers", "0")
    expect(stage).not_to_contain_text("Let go")
    context.close()


@pytest.mark.reliability
def test_a_socket_that_is_lost_comes_back(open_stage: Open) -> None:
    page = open_stage("Cut and reweight", own=True)
    page.add_init_script(
        "const Real = WebSocket; window.sockets = []; window.WebSocket = class extends Real {"
        " constructor(...args) { super(...args); if (this.url.endsWith('/live')) window.sockets.push(this); } };"
    )
    page.goto(page.url + "&live=1")
    page.get_by_test_id("stage").wait_for()
    settle(page)
    page.evaluate("() => window.sockets[0].close()")
    page.wait_for_function("() => window.sockets.length > 1 && window.sockets[1].readyState === 1")
    control(page, "Seed").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_test_id("stage")).to_have_attribute("data-answers", "1")


def test_what_is_played_stops_for_the_hand(open_stage: Open) -> None:
    page = open_stage("A first race", live="1")
    stage = page.get_by_test_id("stage")
    stage.get_by_role("button", name="Play", exact=True).click()
    control(page, "Seed").focus()
    page.keyboard.press("ArrowRight")
    expect(stage).to_have_attribute("data-playing", "false")
    expect(stage).to_have_attribute("data-step", "0")
    expect(stage.get_by_role("button", name="Play", exact=True)).to_be_visible()


def test_the_controls_are_those_that_say_something(open_stage: Open) -> None:
    assert PRESETS[0].view.lanes == ("pfr",)
    page = open_stage("A first race", live="1", handles="1")
    names = page.get_by_test_id("stage").locator(".control label").all_inner_texts()
    assert [name.strip() for name in names] == ["Dimension D", "Information I", "Seed"]


def test_where_no_search_runs_the_ranges_stay_and_lead_back(open_lab: Open) -> None:
    page = open_lab(View(lanes=("pfr",)))
    stage = page.get_by_test_id("stage")
    x, y, width = take(page, "Information I")
    page.mouse.move(x + 0.5 * width, y, steps=6)
    expect(stage.locator(".refusal")).to_contain_text("candidates on average")
    page.mouse.up()
    settle(page)
    expect(stage.locator(".refusal")).to_contain_text(
        re.compile("2[⁰¹²³⁴⁵⁶⁷⁸⁹]+ candidates on average; the stage stops")
    )
    page = open_lab(View(lanes=("pfr",), bits=24.0))
    stage = page.get_by_test_id("stage")
    expect(stage.locator(".caption")).to_contain_text("candidates on average")
    expect(stage.locator("canvas")).to_have_count(0)
    x, y, width = take(page, "Information I")
    page.mouse.move(x - 0.45 * width, y, steps=6)
    expect(stage.locator("canvas")).to_have_count(1)
    page.mouse.up()
    settle(page)
    expect(stage.locator(".caption")).to_contain_text("looked at")
