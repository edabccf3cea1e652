"""Photographs the stage for README: start the app, then `python assets/make_picture.py http://127.0.0.1:8501`."""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]


def main(url: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1080, "height": 900}, device_scale_factor=1.5)
        page.goto(url)
        stage = page.get_by_test_id("stage")
        stage.wait_for(timeout=120_000)
        page.wait_for_timeout(2500)
        stage.screenshot(path=Path(__file__).parent / "stage.png")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8501")
