"""A density is drawn with the mouse and with the keyboard, and problems are uploaded, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Page, expect

import rec_core as rec
from rec_viz.settings import View, link

from .conftest import for_everyone, open_parts

Open = Callable[..., Page]
FLAT = ",".join(["0"] * 33)
DRAWN = link("", View(source="drawn", family="uniform", heights=FLAT)).lstrip("/")
PROBLEMS = "name,mean_1,scale_1\na,1.2,0.01\nb,0.1,0.02\n"


def heights(page: Page) -> list[float]:
    """What the address says is drawn."""
    return [float(h) for h in parse_qs(urlparse(page.url).query)["heights"][0].split(",")]


def test_the_mouse_draws_and_the_page_follows(open_page: Open) -> None:
    page = open_page(DRAWN)
    paper = page.locator(".paper canvas")
    box = paper.bounding_box()
    left, width = box["x"] + 34, box["width"] - 46
    at = lambda u, h: (left + u * width, box["y"] + 178 - h / 16 * 168)  # noqa: E731
    page.mouse.move(*at(0.25, 4))
    page.mouse.down()
    page.mouse.move(*at(0.5, 12), steps=12)
    page.mouse.move(*at(0.75, 4), steps=12)
    said = page.get_by_test_id("drawing-said")
    expect(said).to_contain_text("Let go to race")  # a preview: Python has not heard of it
    assert heights(page) == [0.0] * 33
    previewed = said.inner_text()
    page.mouse.up()
    page.wait_for_function("() => !new URL(location).searchParams.get('heights').startsWith(Array(33).fill(0).join())")
    drawn = heights(page)
    assert drawn[:8] == drawn[25:] == [0.0] * 8
    assert drawn[16] == pytest.approx(12, abs=0.5)
    assert drawn[12] == pytest.approx(8, abs=0.5)
    kl = rec.piecewise_problem(drawn).kl_bits
    assert float(re.search(r"KL\(Q‖P\) ([\d.]+)", previewed)[1]) == pytest.approx(kl, abs=0.006)
    expect(page.get_by_text("The target you drew")).to_contain_text(f"{kl:.2f} bits")
    expect(said).not_to_contain_text("Let go")
    expect(page.get_by_text("to the last bit").first).to_be_visible()


def test_the_keyboard_draws_and_escape_takes_back(open_page: Open) -> None:
    page = open_page(DRAWN)
    knots = page.locator(".knot")
    expect(knots).to_have_count(33)
    page.get_by_role("button", name="Reset to flat").focus()
    page.keyboard.press("Tab")
    expect(knots.nth(0)).to_be_focused()
    for key in ("ArrowUp", "ArrowRight", "PageUp", "ArrowUp"):
        page.keyboard.press(key)
    expect(knots.nth(1)).to_be_focused()
    expect(knots.nth(1)).to_have_attribute("aria-valuenow", "2.25")
    page.keyboard.press("Enter")
    page.wait_for_function("() => new URL(location).searchParams.get('heights').startsWith('0.25,2.25,0,0')")
    expect(knots.nth(1)).to_be_focused()
    page.keyboard.press("End")
    expect(knots.nth(1)).to_have_attribute("aria-valuenow", "16")
    page.keyboard.press("Escape")
    expect(knots.nth(1)).to_have_attribute("aria-valuenow", "2.25")
    page.get_by_role("button", name="Ramp").press("Enter")
    page.wait_for_function("() => new URL(location).searchParams.get('heights').startsWith('0,0.25,0.5,0.75,1,')")


def test_problems_are_uploaded_and_axe_finds_nothing(open_page: Open) -> None:
    page = open_page(DRAWN)
    open_parts(page, "Many problems at once")
    chooser = page.get_by_label("CSV of problems")
    chooser.set_input_files({"name": "wrong.csv", "mimeType": "text/csv", "buffer": b"mean_1,scale_1\n1,x\n"})
    expect(page.get_by_text("Row 1, column scale_1")).to_be_visible()
    chooser.set_input_files({"name": "own.csv", "mimeType": "text/csv", "buffer": PROBLEMS.encode()})
    page.get_by_role("button", name="Work out 2 problems").click()
    expect(page.get_by_text("All 2 worked out.")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("for all.")).to_be_visible()
    row = page.get_by_role("link", name="Open row 1 in Play").get_attribute("href")
    assert parse_qs(urlparse(row).query)["means"] == ["1.2"]
    with page.expect_download() as download:
        page.get_by_role("button", name="Results as CSV").click()
    assert download.value.path().read_text().startswith("row,name,dimensions")
    for_everyone(page)
