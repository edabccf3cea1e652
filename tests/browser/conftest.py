"""A running app and a browser for it. Without a Chromium these tests are skipped, and on CI they fail."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import gettempdir
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, BrowserType, Error, Page, Request, expect

from serving import served

ROOT = Path(__file__).parents[2]

expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def app_url() -> Iterator[str]:
    """The app as README starts it, on a free port, its kernels compiled."""
    yield from serve("app.py")


def serve(script: str) -> Iterator[str]:
    """The address of a Streamlit script. One server for all test processes: who starts it waits until all are done."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", f"{os.getpid()}")
    shared = Path(gettempdir()) / f"served-{run}-{Path(script).stem}.json"

    @contextmanager
    def state() -> Iterator[dict[str, Any]]:
        with shared.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            known = json.loads(shared.read_text()) if shared.exists() else {"url": "", "users": []}
            known["users"] = [user for user in known["users"] if Path(f"/proc/{user}").exists()]
            yield known
            shared.write_text(json.dumps(known))

    with ExitStack() as stack:
        with state() as known:
            begun = not known["users"]
            if begun:
                known["url"] = f"http://{stack.enter_context(served(script))[0]}"
            known["users"].append(os.getpid())
        yield known["url"]
        with state() as known:
            known["users"].remove(os.getpid())
        while begun and known["users"]:
            time.sleep(0.5)
            with state() as known:
                pass
    if begun:
        shared.unlink(missing_ok=True)
        shared.with_suffix(".lock").unlink(missing_ok=True)


class Window:
    """One window that tests use one after another: it has compiled Streamlit's scripts, half the work of a page.

    Each finds it without cookies, storage, routes and listeners of the one before.
    """

    def __init__(self, context: BrowserContext) -> None:
        self.context, self.page, self.taken = context, context.pages[0], False

    def take(self, scheme: str, reduced_motion: str) -> Page:
        self.taken = True
        self.page.emulate_media(color_scheme=scheme, reduced_motion=reduced_motion)
        return self.page

    def give_back(self, listeners: dict[str, Callable]) -> None:
        address, page, self.taken = urlsplit(self.page.url), self.page, False
        try:
            for event, listener in listeners.items():
                page.remove_listener(event, listener)
            page.unroute_all()
            if address.netloc:
                page.evaluate("() => sessionStorage.clear()")
            page.goto("about:blank")
        except Error:  # it is closed, or its page hangs
            self.page = self.context.new_page()
            page.close()
        for other in self.context.pages:
            if other != self.page:
                other.close()
        self.context.clear_cookies()
        if address.netloc:
            place = {"origin": f"{address.scheme}://{address.netloc}", "storageTypes": "all"}
            session = self.context.new_cdp_session(self.page)
            session.send("Storage.clearDataForOrigin", place)
            session.detach()


@pytest.fixture(scope="session")
def window(chromium: tuple[BrowserType, dict], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    kind, how = chromium
    context = kind.launch_persistent_context(tmp_path_factory.mktemp("chromium"), **how)
    yield Window(context)
    context.close()


class Opener:
    """Opens pages of one server, the first in the shared window, others and those with options in one of their own.

    `troubles` are the errors in their consoles, and requests to elsewhere.
    """

    def __init__(self, window: Window, browser: Callable[[], Browser], url: str) -> None:
        self.window, self.browser, self.url = window, browser, url
        self.contexts: list[BrowserContext] = []
        self.troubles: list[str] = []
        self.shared = False
        self.listeners: dict[str, Callable] = {
            "console": lambda m: self.troubles.append(f"console: {m.text}") if m.type == "error" else None,
            "pageerror": lambda e: self.troubles.append(f"page error: {e}"),
            "request": self.request,
        }

    def request(self, request: Request) -> None:
        if not request.url.startswith((self.url, "data:", "blob:", "ws://127.0.0.1")):
            self.troubles.append(request.url)

    def page(
        self, width: int, scheme: str, own: bool, script: str = "", reduced_motion: str = "no-preference",
        **options: Any,
    ) -> Page:  # fmt: skip
        if own or script or options or self.window.taken:
            context = self.browser().new_context(color_scheme=scheme, reduced_motion=reduced_motion, **options)
            context.add_init_script(script)
            self.contexts.append(context)
            page = context.new_page()
        else:
            page, self.shared = self.window.take(scheme, reduced_motion), True
        page.set_viewport_size({"width": width, "height": 900})
        for event, listener in self.listeners.items():
            page.on(event, listener)
        return page

    def close(self) -> None:
        for context in self.contexts:
            context.close()
        if self.shared:
            self.window.give_back(self.listeners)
        assert not self.troubles, self.troubles


@pytest.fixture
def open_page(window: Window, request: pytest.FixtureRequest, app_url: str) -> Iterator[Callable[..., Page]]:
    """Opens a path of the app and waits for its stage. Fails the test on a console error or a request to elsewhere."""
    opener = Opener(window, lambda: request.getfixturevalue("browser"), app_url)

    def open_(
        path: str = "", width: int = 1280, scheme: str = "light", stage: bool = True, own: bool = False, **options: Any
    ) -> Page:
        page = opener.page(width, scheme, own, **options)
        page.goto(f"{app_url}/{path}", wait_until="commit")
        if stage:
            page.get_by_test_id("stage").wait_for(timeout=120_000)
        return page

    yield open_
    opener.close()


@pytest.fixture(scope="session")
def stage_url() -> Iterator[str]:
    """One stage on a page of its own, which shows what its address asks for."""
    yield from serve("tests/browser/stage_page.py")


@pytest.fixture
def open_stage(window: Window, request: pytest.FixtureRequest, stage_url: str) -> Iterator[Callable[..., Page]]:
    """Opens the page of one stage, a script run before its own; fails the test on an error in the console."""
    opener = Opener(window, lambda: request.getfixturevalue("browser"), stage_url)

    def open_(
        preset: str = "Cut and reweight", width: int = 1280, scheme: str = "light", options: dict | None = None,
        script: str = "", own: bool = False, **query: object,
    ) -> Page:  # fmt: skip
        page = opener.page(width, scheme, own, script, **(options or {}))
        page.goto(f"{stage_url}/?{urlencode({'preset': preset, **query}, doseq=True)}", wait_until="commit")
        page.get_by_test_id("stage").wait_for(timeout=120_000)
        settle(page)
        return page

    yield open_
    opener.close()


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
    for one in [closed.filter(has_text=name) for name in names] or [closed] * 20:
        if not names and not one.count():
            break
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
        results = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        violations = [(v["id"], [n["html"][:160] for n in v["nodes"]][:3]) for v in results]
        assert not violations, (scheme, width, violations)
        over = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
        assert over <= 0, (scheme, width, over)
