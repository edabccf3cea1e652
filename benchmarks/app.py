"""How soon the app answers: `python benchmarks/app.py`. Prints medians; needs Chromium on the path.

First paint is from opening the Start page to the first frame of its stage, kernels compiled. A control change is from
pressing a key on a slider to the stage holding the new scene, for problems under 10^5 expected candidates.
"""

from __future__ import annotations

import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from machine import machine

ROOT = Path(__file__).parents[1]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
STAGE_ID = (
    "() => { const find = n => n.querySelector('[data-testid=stage]') || [...n.querySelectorAll('*')]"
    ".filter(e => e.shadowRoot).map(e => find(e.shadowRoot)).find(Boolean);"
    " const s = find(document); return s ? s.innerText : '' }"
)


def main() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        "app.py",
        "--server.headless",
        "true",
        "--server.port",
        str(port),
    ]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(url)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            open_stage(browser.new_page(), url)  # compiles, where nothing is cached yet
            paints = [first_paint(browser, url) for _ in range(5)]
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            open_stage(page, f"{url}/?v=1")
            answers = [
                answer(page, slider, key)
                for slider in ("log₂ J", "Information I", "Dimension D")
                for key in ["ArrowRight"] * 4 + ["ArrowLeft"] * 4
            ]
            frames = frame_rate(page)
            browser.close()
    finally:
        server.terminate()
    print(f"machine: {machine()}")
    print(f"first paint of the stage   median {statistics.median(paints):.2f} s   max {max(paints):.2f} s")
    print(f"a control change answers   median {statistics.median(answers):.0f} ms   max {max(answers):.0f} ms")
    print(f"frames a second, playing   {frames:.0f}")


def wait_for(url: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=2)
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("The app did not start within a minute.")


def open_stage(page: Page, url: str) -> None:
    page.goto(url, wait_until="commit")
    page.get_by_test_id("stage").wait_for(timeout=120_000)
    page.wait_for_timeout(1500)


def first_paint(browser, url: str) -> float:  # type: ignore[no-untyped-def]
    page = browser.new_context().new_page()
    begun = time.perf_counter()
    page.goto(url, wait_until="commit")
    page.get_by_test_id("stage").wait_for(timeout=60_000)
    seconds = time.perf_counter() - begun
    page.context.close()
    return seconds


def answer(page: Page, slider: str, key: str) -> float:
    """Milliseconds from the key to the stage's new words."""
    page.get_by_role("slider", name=slider).focus()
    before = page.evaluate(STAGE_ID)
    begun = time.perf_counter()
    page.keyboard.press(key)
    page.wait_for_function(f"before => ({STAGE_ID})() !== before", arg=before, polling=5, timeout=30_000)
    elapsed = 1000 * (time.perf_counter() - begun)
    page.wait_for_timeout(900)
    return elapsed


def frame_rate(page: Page) -> float:
    stage = page.get_by_test_id("stage")
    stage.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_timeout(300)
    before, begun = int(stage.get_attribute("data-frame") or 0), time.perf_counter()
    page.wait_for_timeout(2000)
    return (int(stage.get_attribute("data-frame") or 0) - before) / (time.perf_counter() - begun)


if __name__ == "__main__":
    main()
