"""One browser for all tests. Without a Chromium those that need it are skipped, and on CI they fail."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Generator, Iterator
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

settings.register_profile("shared machine", deadline=None)  # an example that takes long says how busy the machine is
settings.load_profile("shared machine")

# Before NumPy is loaded: threads of linear algebra wait by spinning, which takes the cores from other test processes.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

if TYPE_CHECKING:  # tests/core runs where nothing of a browser is installed
    from playwright.sync_api import Browser, BrowserType

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--photographs", metavar="DIR", help="look at every view in six ways, and keep a photograph of each"
    )
    parser.addoption("--odd", type=int, default=200, metavar="N", help="odd values and forged files to draw (200)")


@pytest.hookimpl(wrapper=True, tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Generator[None]:
    """What needs a browser is marked so, wherever it stands; two processes in three begin with their part of those.

    Processes begin with equal parts of the list and then take from each other. Tests in a browser are the longest and
    wait the most: at the end they would leave the others idle, and many at a time would have to wait for each other.
    """
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
    yield
    browser = [item for item in items if item.get_closest_marker("browser")]
    rest = [item for item in items if not item.get_closest_marker("browser")]
    count, ordered = getattr(config, "workerinput", {}).get("workercount", 1), []
    begin = max(1, 2 * count // 3)
    for k in range(count):
        some = browser[k * len(browser) // begin : (k + 1) * len(browser) // begin]
        more = max(0, (k + 1) * len(items) // count - len(ordered) - len(some))
        ordered += some + rest[:more]
        rest = rest[more:]
    items[:] = ordered + rest


@pytest.fixture
def own_main(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests that spawn processes: these load __main__ anew, and Streamlit's tests leave a script there."""
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[tuple[BrowserType, dict[str, object]]]:
    """What launches a browser, and how."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI needs Chromium on the path.")
        pytest.skip("No Chromium on the path; install it to run the browser tests.")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright.chromium, {"executable_path": path, "args": FLAGS}


@pytest.fixture(scope="session")
def browser(chromium: tuple[BrowserType, dict[str, object]]) -> Iterator[Browser]:
    kind, how = chromium
    instance = kind.launch(**how)
    yield instance
    instance.close()
