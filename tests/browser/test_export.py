"""Charts can be taken away: every one on the research pages, as picture, as numbers, and as a program."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from rec_viz.figures.data import COLUMNS
from rec_viz.settings import View, link

from .conftest import for_everyone, open_parts, settle

Open = Callable[..., Page]
FIRST_BYTES = {"PNG": b"\x89PNG\r\n\x1a\n", "SVG": b"<svg", "CSV": ",".join(COLUMNS).encode()}
PAGES = {"code_lengths": "Code lengths", "speed": "Speed", "bias": "Bias", "images": "Images"}


def opened(open_page: Open, page: str, view: View) -> Page:
    """A research page with everything on it drawn."""
    tab = open_page(link("", view, page).lstrip("/"), stage=False)
    tab.get_by_role("heading", name=PAGES[page], exact=True).wait_for(timeout=120_000)
    expect(tab).to_have_url(re.compile(f"/{page}([?]|$)"))
    settle(tab)
    open_parts(tab)
    tab.locator("[data-testid=stPlotlyChart] .js-plotly-plot").first.wait_for(timeout=120_000)
    settle(tab)  # what was opened grows, and moves what stands below
    return tab


@pytest.mark.parametrize("page", PAGES)
def test_every_chart_has_its_export_button_and_axe_finds_nothing(open_page: Open, page: str) -> None:
    tab = opened(open_page, page, View(bits=1.5, target=6))
    charts = tab.locator("[data-testid=stPlotlyChart]").count()
    assert charts >= 3
    assert not tab.locator("[data-testid=stMain] [data-testid=stExpander] > details:not([open])").count()
    assert tab.get_by_role("button", name="Export").count() == charts
    for_everyone(tab)


def test_a_chart_downloads_as_picture_and_numbers_and_shows_its_program(open_page: Open, tmp_path: Path) -> None:
    tab = opened(open_page, "speed", View(bits=1.5, target=6))
    export = tab.locator(".st-key-speed_blame_export button").first
    export.evaluate("e => e.scrollIntoView({ block: 'center' })")  # what it opens must have room on the screen
    settle(tab)
    for name, start in FIRST_BYTES.items():
        export.click()  # a download closes the popover
        with tab.expect_download(timeout=30_000) as download:
            tab.get_by_role("button", name=name, exact=True).click()
        assert download.value.suggested_filename == f"speed_blame.{name.lower()}"
        path = tmp_path / name
        download.value.save_as(path)
        assert path.read_bytes().startswith(start)
        tab.keyboard.press("Escape")
        tab.wait_for_timeout(300)
    export.click()
    program = tab.locator("[data-testid=stPopoverBody] [data-testid=stCode] code").inner_text()
    assigned = {node.id for node in ast.walk(ast.parse(program)) if isinstance(node, ast.Name)}
    assert "figure" in assigned
