"""Every view can be read at every width, in both themes, and opens with its picture.

Six views are looked at, one for every width and theme; `pytest tests/browser/test_every_view.py --photographs DIR`
looks at all of them in all six ways, and keeps a photograph of each first screen.
"""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from rec_viz.lessons import all_lessons
from rec_viz.settings import PRESETS, link

from .conftest import settle
from .test_labels import READ, RECORD, faults

SCREENS = ((1280, 800), (390, 844), (1920, 1080))
WAYS = tuple(itertools.product(SCREENS, ("light", "dark")))
PAGES = (
    "", "evidence", "poster", "learn", "message", "code_lengths", "speed", "bias", "images", "paper", "reference",
    "league",
)  # fmt: skip
VIEWS = (
    *(f"?v=1&page={page}" if page else "" for page in PAGES),
    *(link("", preset.view).lstrip("/") for preset in PRESETS),
    *(f"?v=1&page=learn&lesson={one.slug}&step={k}" for one in all_lessons() for k in range(1, len(one.steps) + 1)),
    *(f"?v=1&page=learn&lesson={one.slug}&questions=1&seed=1" for one in all_lessons()),
)
SAMPLE = ("", VIEWS[12], "?v=1&page=learn&lesson=race&step=2", "?v=1&page=speed", "?v=1&page=evidence", VIEWS[16])
WITHOUT = ("reference",)  # statements and proofs

# Texts of the page, of every shadow root and of every drawing in SVG; formulas and names of code are set smaller.
TEXTS = """() => {
  const out = [], skip = ".katex, sup, sub, code, .modebar-container, [data-testid=stHeader]";
  const seen = (e) => { const s = getComputedStyle(e), r = e.getBoundingClientRect();
    return r.width > 1 && r.height > 1 && s.visibility === "visible" && Number(s.opacity) > 0.3; };
  const walk = (root, svgs) => {
    for (const e of root.querySelectorAll("*")) {
      if (e.shadowRoot) walk(e.shadowRoot);
      const words = [...e.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data).join("").trim();
      if (!words || e.closest(skip) || /^(style|script|option|title|desc)$/i.test(e.tagName) || !seen(e)) continue;
      const icon = /material/i.test(getComputedStyle(e).fontFamily);
      if (icon) continue;
      const svg = e.closest("svg"), r = e.getBoundingClientRect(), box = svg?.getBoundingClientRect();
      const scale = svg && svg.viewBox?.baseVal?.width ? box.width / svg.viewBox.baseVal.width : 1;
      const style = getComputedStyle(e);
      if (style.clipPath !== "none" || (r.width <= 2 && r.height <= 2)) continue;
      out.push({
        text: words.slice(0, 60), size: parseFloat(style.fontSize) * scale,
        left: r.left, right: r.right, top: r.top, bottom: r.bottom,
        drawing: box ? [box.left, box.top, box.right, box.bottom] : null,
        cut: style.overflowX === "hidden" && style.textOverflow === "ellipsis" && e.scrollWidth > e.clientWidth + 1,
      });
    }
  };
  walk(document);
  return out; }"""
PICTURE = """() => {
  let area = 0;
  const walk = (root) => { for (const e of root.querySelectorAll("*")) {
    if (e.shadowRoot) walk(e.shadowRoot);
    if (!/^(canvas|svg|img)$/i.test(e.tagName)) continue;
    const r = e.getBoundingClientRect();
    const wide = Math.min(r.right, innerWidth) - Math.max(r.left, 0);
    const high = Math.min(r.bottom, innerHeight) - Math.max(r.top, 0);
    if (wide > 0 && high > 0 && high > 0.5 * r.height) area += wide * high;
  } };
  walk(document);
  return area; }"""


def page_faults(page: Page) -> list[str]:
    """Every text of a page that is too small, cut off, outside its drawing or over another one of it."""
    texts = page.evaluate(TEXTS)
    out = [f"{t['text']!r} is {t['size']:.1f} px" for t in texts if t["size"] < 12.9]
    out += [f"{t['text']!r} is cut off" for t in texts if t["cut"]]
    drawn = [t for t in texts if t["drawing"]]
    for t in drawn:
        left, top, right, bottom = t["drawing"]
        if t["left"] < left - 2 or t["right"] > right + 2 or t["top"] < top - 3 or t["bottom"] > bottom + 3:
            out.append(f"{t['text']!r} leaves its drawing")
    for a, b in itertools.combinations(drawn, 2):
        wide = min(a["right"], b["right"]) - max(a["left"], b["left"])
        high = min(a["bottom"], b["bottom"]) - max(a["top"], b["top"])
        lower = min(a["bottom"] - a["top"], b["bottom"] - b["top"])
        if a["drawing"] == b["drawing"] and wide > 2 and high > 0.35 * lower:
            out.append(f"{a['text']!r} lies over {b['text']!r}")
    return out


def look_at(page: Page, view: str) -> list[str]:
    """What is wrong with a view that is open."""
    settle(page)
    page.wait_for_timeout(700)
    wrong = page_faults(page) + faults(page.evaluate(CANVASES))
    if page.evaluate("() => document.documentElement.scrollWidth > innerWidth"):
        wrong.append("is wider than the window")
    if page.evaluate(PICTURE) < 20_000 and not any(name in view for name in WITHOUT):
        wrong.append("has no picture in its first screen")
    return wrong


CANVASES = READ.replace(
    "[...find(document).querySelectorAll('canvas')]", "[...(find(document)?.querySelectorAll('canvas') ?? [])]"
)


def test_every_view_can_be_read_and_opens_with_its_picture(
    browser: Browser, app_url: str, request: pytest.FixtureRequest
) -> None:
    folder = request.config.getoption("--photographs")
    looks = itertools.product(VIEWS, WAYS) if folder else zip(SAMPLE, WAYS, strict=True)
    wrong = []
    for view, ((width, height), scheme) in looks:
        with browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme) as context:
            page = context.new_page()
            page.add_init_script(RECORD)
            page.goto(f"{app_url}/{view}", wait_until="commit")
            page.locator("[data-testid=stApp]").wait_for(timeout=60_000)
            faulty = [f"{view or 'start'} at {width} px, {scheme}: {fault}" for fault in look_at(page, view)]
            if folder:
                name = re.sub(r"[^a-z0-9]+", "-", view.replace("v=1&page=", "").lower()).strip("-") or "start"
                page.screenshot(path=Path(folder) / f"{name}-{width}-{scheme}.png")
                print(*faulty, sep="\n", end="\n" if faulty else "", flush=True)
            wrong += faulty
    assert not wrong, "\n".join(wrong)
