"""Starts an installed `rec-lab` and looks at it in Chromium: `python look.py BARE WHOLE`, two paths of that command.

BARE is installed without the extra [app] and has to say so; WHOLE shows its hero, a stage
and the lessons.
"""

import re
import shutil
import subprocess
import sys

from playwright.sync_api import expect, sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


def main(bare: str, whole: str) -> None:
    refused = subprocess.run([bare], capture_output=True, text=True)
    assert refused.returncode != 0, refused
    assert "rec-lab[app]" in refused.stderr, refused
    app = subprocess.Popen([whole, "--no-browser"], stdout=subprocess.PIPE, text=True)
    try:
        found = re.search(r"http://127\.0\.0\.1:\d+", app.stdout.readline())
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        with sync_playwright() as playwright:
            page = playwright.chromium.launch(executable_path=chromium, args=FLAGS).new_page()
            troubles = []
            page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
            page.on(
                "request", lambda request: troubles.append(request.url) if "//127.0.0.1" not in request.url else None
            )
            page.goto(found[0])
            page.get_by_test_id("hero").wait_for(timeout=400_000)
            page.get_by_role("link", name="Play").first.click()
            page.get_by_test_id("stage").wait_for(timeout=400_000)
            page.get_by_role("link", name="Learn").click()
            expect(page.get_by_text("10. ", exact=False).first).to_be_visible(timeout=60_000)
            assert not troubles, troubles
    finally:
        app.terminate()
        app.wait(20)
    print(f"{found[0]} showed the hero, a stage and ten lessons.")


if __name__ == "__main__":
    main(*sys.argv[1:])
