"""A browser loses its connection in the middle of things: what it shows stays, and goes on once it is back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from rec_viz.settings import View, link

from .conftest import open_parts, settle
from .test_app import button, state
from .test_live import control

pytestmark = pytest.mark.reliability
Open = Callable[[str], Page]
SOCKETS = (  # while a page is cut off, none of its sockets leads anywhere
    "const Real = WebSocket; window.sockets = []; window.cut = false; window.WebSocket = class extends Real {"
    " constructor(address, ...more) { super(window.cut ? 'ws://127.0.0.1:9' : address, ...more);"
    " window.sockets.push(this); } };"
)


@pytest.fixture
def open_(browser: Browser) -> Iterator[Open]:
    """Opens pages of one window, whose connections can be lost together. Failing requests are no errors here."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.add_init_script(SOCKETS)

    def open_one(address: str) -> Page:
        page = context.new_page()
        page.goto(address, wait_until="commit")
        return page

    yield open_one
    context.close()


def lose(*pages: Page) -> None:
    """No network any more, as when a laptop is carried to another room."""
    for page in pages:  # closed first: without a network a browser does not close a socket, and the server must notice
        page.evaluate("() => { window.cut = true; window.sockets.forEach((socket) => socket.close()); }")
    pages[0].context.set_offline(True)
    for page in pages:
        expect(page.get_by_test_id("stApp")).not_to_have_attribute("data-test-connection-state", "CONNECTED")


def find(*pages: Page) -> None:
    """The network is back."""
    pages[0].context.set_offline(False)
    for page in pages:
        page.evaluate("() => { window.cut = false; }")
    for page in pages:
        expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-connection-state", "CONNECTED")


def number(page: Page, pattern: str) -> int:
    """What a page says at the first place that fits."""
    text = page.get_by_text(re.compile(pattern)).first.inner_text()
    return int(re.search(pattern, text)[1].replace(",", ""))


def test_the_stage_plays_on_and_answers_when_the_connection_is_back(open_: Open, app_url: str) -> None:
    page = open_(link(app_url, View()))
    stage = page.get_by_test_id("stage")
    stage.wait_for(timeout=120_000)
    settle(page)
    button(page, "Play").click()
    expect(stage).to_have_attribute("data-playing", "true")
    lose(page)
    step = state(page)["step"]
    assert step < state(page)["events"]
    stage.get_by_label("Speed").select_option(label="8×")
    expect(stage).to_have_attribute("data-step", str(state(page)["events"]))  # to the end
    caption = stage.locator(".caption").first.inner_text()
    expect(page.get_by_role("dialog")).to_contain_text("Connection error")
    find(page)
    expect(page.get_by_role("dialog")).not_to_be_visible()
    settle(page)
    assert state(page)["step"] == state(page)["events"] > step
    assert stage.locator(".caption").first.inner_text() == caption
    control(page, "Seed").press("ArrowRight")
    page.wait_for_function("(seed) => new URLSearchParams(location.search).get('seed') === seed",
                           arg=f"{View().seed + 1}")  # fmt: skip


def test_what_runs_goes_on_after_a_lost_connection(open_: Open, app_url: str) -> None:
    lengths, paper = open_(link(app_url, View(), "code_lengths")), open_(f"{app_url}/paper")
    settle(lengths)
    open_parts(lengths, "Thousands of real messages")
    settle(paper)
    open_parts(paper, "Figure 3")
    lengths.get_by_role("button", name="Run 20,000").click()
    paper.get_by_role("button", name="Run, ").first.click()
    lengths.get_by_text("4,000 encodings").first.wait_for(timeout=60_000)
    paper.get_by_text(" of 12,000 runs").wait_for(timeout=60_000)
    lose(lengths, paper)
    assert 4_000 <= number(lengths, "([0-9,]+) encodings · mean") < 20_000
    find(lengths, paper)
    expect(paper.get_by_text("Size small: 12,000 runs.")).to_be_visible(timeout=90_000)  # not stopped in between
    lengths.get_by_role("button", name="Run 20,000").wait_for(timeout=60_000)
    settle(lengths)
    assert number(lengths, "([0-9,]+) encodings · mean") == 20_000
