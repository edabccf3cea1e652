"""A browser loses its connection in the middle of things: what it shows stays, and goes on when it is back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from rec_viz.settings import View, link

from .conftest import open_parts, settle
from .test_app import button, state

pytestmark = pytest.mark.reliability
SOCKETS = (
    "const Real = WebSocket; window.sockets = []; window.WebSocket = class extends Real {"
    " constructor(...args) { super(...args); window.sockets.push(this); } };"
)


@pytest.fixture
def open_(browser: Browser, app_url: str) -> Iterator[Callable[[str], Page]]:
    """Opens an address of the app in a page whose sockets can be closed; requests that fail are not errors here."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})

    def open_one(address: str) -> Page:
        page = context.new_page()
        page.add_init_script(SOCKETS)
        page.goto(address, wait_until="commit")
        return page

    yield open_one
    context.close()


def connection(page: Page, state: str) -> None:
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-connection-state", state)


def lose(page: Page) -> None:
    """No network any more, as when a laptop is carried to another room."""
    page.context.set_offline(True)
    page.evaluate("() => window.sockets.forEach((socket) => socket.close())")
    page.wait_for_function("() => document.querySelector('[data-testid=stApp]').dataset.testConnectionState"
                           " !== 'CONNECTED'")  # fmt: skip


def find(page: Page) -> None:
    page.context.set_offline(False)
    connection(page, "CONNECTED")
    settle(page)


def test_the_stage_plays_on_without_a_connection(open_: Callable[[str], Page], app_url: str) -> None:
    page = open_(link(app_url, View(log2_bins=3)))
    stage = page.get_by_test_id("stage")
    stage.wait_for(timeout=120_000)
    settle(page)
    button(page, "Play").click()
    lose(page)
    step = state(page)["step"]
    page.wait_for_function("([find, step]) => Number(eval(find).dataset.step) > step", arg=[FIND, step])


def encodings(page: Page) -> int:
    text = page.get_by_text("encodings · mean").first.inner_text()
    return int(re.search(r"([\d,]+) encodings", text)[1].replace(",", ""))
