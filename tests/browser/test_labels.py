"""What is written on the stage can be read: large enough, within the picture, no two texts over each other."""

from __future__ import annotations

import itertools
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page

from rec_viz.settings import PRESETS

from .conftest import settle
from .test_stage import Open, still

# Keeps, for every canvas, what has been written on it since it was last cleared.
RECORD = """
const pen = CanvasRenderingContext2D.prototype, { fillText, clearRect } = pen;
pen.clearRect = function (x, y, w, h) { this.canvas.texts = []; return clearRect.call(this, x, y, w, h); };
pen.fillText = function (text, x, y, ...rest) {
  const wide = this.measureText(text).width, size = parseFloat(this.font.match(/([\\d.]+)px/)[1]);
  const left = x - ({ right: wide, center: wide / 2 }[this.textAlign] ?? 0);
  const box = { left, right: left + wide, top: y - 0.72 * size, bottom: y + 0.2 * size };
  (this.canvas.texts ??= []).push({ text, size, ...box, alpha: this.globalAlpha });
  return fillText.call(this, text, x, y, ...rest);
};
"""
READ = """() => {
  const find = (n) => n.querySelector?.('[data-testid=stage]')
    || [...(n.querySelectorAll?.('*') || [])].map((e) => e.shadowRoot && find(e.shadowRoot)).find(Boolean);
  return [...find(document).querySelectorAll('canvas')].map((c) => {
    const box = c.getBoundingClientRect();
    return { width: box.width, height: box.height, texts: (c.texts ?? []).filter((t) => t.alpha > 0.3) };
  }); }"""


def faults(pictures: list[dict]) -> list[str]:
    """Every text that is too small, leaves its picture or lies over another."""
    out = []
    for picture in pictures:
        texts = picture["texts"]
        out += [f"{t['text']!r} is {t['size']} px" for t in texts if t["size"] < 13]
        out += [
            f"{t['text']!r} leaves the picture"
            for t in texts
            if t["left"] < -1
            or t["top"] < -1
            or t["right"] > picture["width"] + 1
            or t["bottom"] > picture["height"] + 1
        ]
        out += [
            f"{a['text']!r} lies over {b['text']!r}"
            for a, b in itertools.combinations(texts, 2)
            if min(a["right"], b["right"]) - max(a["left"], b["left"]) > 1
            and min(a["bottom"], b["bottom"]) - max(a["top"], b["top"]) > 1
            and not (a["text"].isdigit() and b["text"].isdigit())  # numbers of candidates that lie close
        ]
    return out


def test_the_check_finds_a_fault() -> None:
    text = {"text": "a", "size": 13, "left": 0, "right": 20, "top": 0, "bottom": 12}
    near = text | {"text": "b", "left": 15, "right": 30}
    assert faults([{"width": 100, "height": 50, "texts": [text, near]}]) == ["'a' lies over 'b'"]
    assert len(faults([{"width": 10, "height": 50, "texts": [text | {"size": 12}]}])) == 2


@pytest.mark.parametrize(("first", "width"), [(0, 390), (1, 1280), (2, 1920)])
def test_labels_can_be_read(open_stage: Open, first: int, width: int) -> None:
    """Every preset at one width."""
    names = [preset.name for preset in PRESETS[first::3]]
    page = open_stage(names[0], width=width, script=RECORD, options={"reduced_motion": "reduce"})
    read_at_every_kind_of_step(page, width)
    for name, scheme in zip(names[1:], itertools.cycle(("dark", "light")), strict=False):
        page.emulate_media(color_scheme=scheme)
        page.goto(f"{page.url.split('?')[0]}?{urlencode({'preset': name})}", wait_until="commit")
        page.get_by_test_id("stage").wait_for(timeout=120_000)
        settle(page)
        read_at_every_kind_of_step(page, width)


def read_at_every_kind_of_step(page: Page, width: int) -> None:
    still(page)
    stage = page.get_by_test_id("stage")
    last = int(stage.get_attribute("data-events"))
    scrub = stage.get_by_role("slider", name="Position")
    pictures = page.evaluate(READ)
    assert any(picture["texts"] for picture in pictures)
    wrong = [f"{width} px, step 0: {fault}" for fault in faults(pictures)]
    for step in sorted({1, 2, 3, 4, 6, last - 2, last}):
        scrub.fill(str(min(max(step, 1), last)))
        still(page)
        wrong += [f"{width} px, step {step} of {last}: {fault}" for fault in faults(page.evaluate(READ))]
    assert not wrong, wrong
