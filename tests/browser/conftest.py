"""A running app and a browser for it. Without a Chromium these tests are skipped, and on CI they fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from serving import served

ROOT = Path(__file__).parents[2]

expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def app_url() -> Iterator[str]:
    """The app as README starts it, on a free port, its kernels compiled."""
    yield from serve("app.py")


def serve(script: str) -> Iterator[str]:
    """The address of a Streamlit script, until the caller is done with it."""
    with served(script) as (host, _):
        yield f"http://{host}"


@pytest.fixture
def open_page(browser: Browser, app_url: str) -> Iterator[Callable[..., Page]]:
    """Opens a path of the app and waits for its stage. Fails the test on a console error or a request to elsewhere."""
    contexts = []
    troubles: list[str] = []

    def open_(path: str = "", width: int = 1280, scheme: str = "light", stage: bool = True, **options: object) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: troubles.append(f"console: {m.text}") if m.type == "error" else None)
        page.on("pageerror", lambda e: troubles.append(f"page error: {e}"))
        page.on(
            "request",
            lambda r: (
                None if r.url.startswith((app_url, "data:", "blob:", "ws://127.0.0.1")) else troubles.append(r.url)
            ),
        )
        page.goto(f"{app_url}/{path}", wait_until="commit")
        if stage:
            page.get_by_test_id("stage").wait_for(timeout=120_000)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not troubles, troubles


@pytest.fixture(scope="session")
def stage_url() -> Iterator[str]:
    """One stage on a page of its own, which shows what its address asks for."""
    yield from serve("tests/browser/stage_page.py")


@pytest.fixture
def open_stage(browser: Browser, stage_url: str) -> Iterator[Callable[..., Page]]:
    """Opens the page of one stage, a script run before its own; fails the test on an error in the console."""
    contexts, troubles = [], []

    def open_(
        preset: str = "Cut and reweight", width: int = 1280, scheme: str = "light", options: dict | None = None,
        script: str = "", **query: object,
    ) -> Page:  # fmt: skip
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, accept_downloads=True, **(options or {})
        )
        contexts.append(context)
        context.add_init_script(script)
        page = context.new_page()
        page.on("console", lambda m: troubles.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: troubles.append(str(e)))
        page.goto(f"{stage_url}/?{urlencode({'preset': preset, **query}, doseq=True)}", wait_until="commit")
        page.get_by_test_id("stage").wait_for(timeout=120_000)
        settle(page)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not troubles, troubles


def settle(page: Page) -> None:
    """Until Streamlit has had nothing to run for almost half a second, and no kernel is waited for.

    On a busy machine a run begins well after the click that asked for it, and a click while the page is drawn is lost.
    """
    page.evaluate("() => { window.idle = 0; }")
    page.wait_for_function(
        "() => { const done = document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"
        " && !document.querySelector('.st-key-compiling'); window.idle = done ? window.idle + 1 : 0;"
        " return window.idle >= 6; }",
        polling=80,
        timeout=180_000,
    )


def open_parts(page: Page, *names: str) -> None:
    """Open the closed parts of a page: those named, or all of them."""
    closed = page.locator("[data-testid=stMain] [data-testid=stExpander] > details:not([open]) > summary")
    for one in [closed.filter(has_text=name) for name in names] or [closed] * closed.count():
        one.first.click()
        settle(page)


ON_A_DESK, BY_NIGHT = ("light", 1280), ("dark", 390)


def for_everyone(page: Page, looks: tuple[tuple[str, int], ...] = (ON_A_DESK, BY_NIGHT)) -> None:
    """Axe finds nothing and nothing is cut off, in both themes, on a desk and on a telephone."""
    for scheme, width in looks:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        page.locator("body").press("r")  # charts take the theme of their run
        settle(page)
        results = Axe().run(page).response["violations"]
        violations = [(v["id"], [n["html"][:160] for n in v["nodes"]][:3]) for v in results]
        assert not violations, (scheme, width, violations)
        over = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
        assert over <= 0, (scheme, width, over)
