"""Pictures of lessons to look at: `python -m rec_viz.lessons.render OUT`."""

from __future__ import annotations

import argparse
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from .answers import right_choice, right_number
from .errors import LessonError
from .format import all_lessons


def render(out: Path, only: str = "") -> Iterator[Path]:
    """Pictures of every step, its reveal open, through Chromium; each path as soon as it is there."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise LessonError('Pictures need the package playwright: pip install -e ".[test]".') from None
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        raise LessonError("Pictures need Chromium on the path.")
    out.mkdir(parents=True, exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "rec_viz", "--no-browser", "--port", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2)
                break
            except OSError:
                time.sleep(0.2)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            for number, lesson in enumerate(all_lessons(), start=1):
                for k, step in enumerate(lesson.steps, start=1):
                    if only and only != lesson.slug:
                        continue
                    page.goto(f"http://127.0.0.1:{port}/?v=1&page=learn&lesson={lesson.slug}&step={k}")
                    page.get_by_role("button", name="All lessons").wait_for(timeout=120_000)
                    if step.ask and step.ask.choices:
                        page.get_by_role("button", name=f"{'ABCD'[right_choice(step)]}. ").click()
                    elif step.ask:
                        page.get_by_role("spinbutton").fill(str(right_number(step)))
                        page.keyboard.press("Enter")
                    if step.ask:
                        page.get_by_text("Yes.").wait_for(timeout=60_000)
                    if step.stage_after is not None:
                        page.get_by_test_id("stage").wait_for(timeout=120_000)
                    page.wait_for_timeout(1500)
                    height = page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollHeight")
                    page.set_viewport_size({"width": 1280, "height": max(900, min(height, 4000))})
                    path = out / f"{number:02}-{lesson.slug}-{k}.png"
                    page.screenshot(path=str(path))
                    page.set_viewport_size({"width": 1280, "height": 900})
                    yield path
            browser.close()
    finally:
        server.terminate()
        server.wait(20)


def main() -> None:
    """`python -m rec_viz.lessons.render OUT`."""
    parser = argparse.ArgumentParser(description="Render every step of every lesson to a picture.")
    parser.add_argument("out", type=Path, help="folder for the pictures")
    parser.add_argument("--lesson", default="", help="only this lesson")
    options = parser.parse_args()
    try:
        for path in render(options.out, options.lesson):
            print(path, flush=True)
    except LessonError as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    main()
