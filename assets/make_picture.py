"""The hero as a GIF and twelve photographs for the docs: `python assets/make_picture.py http://127.0.0.1:8501`.

The app is running there, and has been looked at once, so that its numbers are worked out.
"""

import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
OUT = Path(__file__).parents[1] / "docs" / "pictures" / "hero.gif"
RATE, WIDTH = 10, 960  # frames a second; pixels
PHOTOGRAPHS = {  # name: path, width and height, color scheme, seconds until all is there
    "start": ("", 1280, 800, "light", 18),
    "start-phone": ("", 390, 844, "dark", 18),
    "poster": ("poster", 1920, 1080, "light", 15),
    "lesson-race": ("learn?lesson=race&step=3", 1280, 800, "light", 8),
    "lesson-tail-bin": ("learn?lesson=reweight&step=4", 1280, 800, "dark", 8),
    "play": ("lab?p=cut-and-reweight", 1280, 800, "light", 8),
    "play-trap": ("lab?p=tail-bin-trap", 1920, 1080, "dark", 8),
    "play-tiles": ("lab?p=two-dimensions", 1280, 800, "light", 8),
    "play-48-bits": ("lab?p=48-bits", 1280, 800, "dark", 8),
    "message": ("message", 1280, 800, "light", 10),
    "evidence": ("evidence", 1280, 800, "light", 15),
    "speed": ("speed", 1280, 800, "light", 12),
}


def photographs(browser: Browser, url: str) -> None:
    """Twelve views as they are seen on one screen."""
    for name, (path, width, height, scheme, seconds) in PHOTOGRAPHS.items():
        page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
        page.goto(f"{url}/{path}")
        page.wait_for_timeout(1000 * seconds)
        shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        shot.quantize(128, dither=Image.Dither.NONE).save(OUT.with_name(f"{name}.png"), optimize=True)
        page.close()


def main(url: str) -> None:
    frames = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(url)
        hero = page.get_by_test_id("hero")
        hero.wait_for(timeout=120_000)
        hero.get_by_role("button").evaluate("node => { node.style.visibility = 'hidden'; }")
        hero.evaluate("node => { node.style.outline = 'none'; }")
        hero.press("Home")
        page.clock.install()
        page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 1)  # from here on time passes when it is told to
        hero.press("Space")
        box = hero.bounding_box()
        around = {"x": box["x"] - 12, "y": box["y"] - 8, "width": box["width"] + 24, "height": box["height"] + 12}
        while hero.get_attribute("data-time") != "12.00":
            page.clock.run_for(1000 // RATE)
            shot = Image.open(io.BytesIO(page.screenshot(clip=around))).convert("RGB")
            frames.append(shot.resize((WIDTH, shot.height * WIDTH // shot.width), Image.Resampling.LANCZOS))
        photographs(browser, url)
        browser.close()
    every = Image.new("RGB", (WIDTH, 4 * frames[0].height))
    for k in range(4):  # so that the colors of every part of the story are there
        every.paste(frames[(len(frames) - 1) * (k + 1) // 4], (0, k * frames[0].height))
    palette = every.quantize(255, method=Image.Quantize.MAXCOVERAGE)
    small = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    OUT.parent.mkdir(exist_ok=True)
    pause = [1000 // RATE] * (len(small) - 1) + [4000]
    small[0].save(OUT, save_all=True, append_images=small[1:], duration=pause, loop=0, optimize=True)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8501")
