"""Every page is for everyone: axe finds nothing and nothing is cut off. Pages with charts: see test_export.py; Play:
see test_app.py. Pages are opened by their old addresses, where a 404 in the console would fail the test."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from rec_viz.lessons import all_lessons

from .conftest import BY_NIGHT, ON_A_DESK, for_everyone, settle
from .test_lessons import Pointer, arrive, path, predict
from .test_message import open_message, press

Open = Callable[..., Page]


def test_start(open_page: Open) -> None:
    page = open_page(stage=False)
    expect(page.get_by_test_id("surprise")).to_have_attribute("data-bits", "40", timeout=120_000)
    settle(page)
    for_everyone(page)


def test_poster(open_page: Open) -> None:
    page = open_page("poster", stage=False)
    expect(page.get_by_role("heading", name="The poster", exact=True)).to_be_visible(timeout=120_000)
    expect(page).to_have_url(re.compile("/poster([?]|$)"))
    expect(page.get_by_test_id("cards").get_by_role("link")).to_have_count(7, timeout=120_000)
    settle(page)
    for_everyone(page)


def test_message_sent_and_broken(open_page: Open) -> None:
    page = open_message(open_page)
    press(page, "Encode")
    press(page, "Hand it to the receiver")
    for_everyone(page)
    press(page, "Desynchronize the seed")
    page.get_by_text("The receiver’s own settings").click()
    page.wait_for_timeout(500)
    for_everyone(page, (BY_NIGHT,))


def test_paper(open_page: Open) -> None:
    page = open_page("paper", stage=False)
    page.get_by_role("heading", name="Paper", exact=True).wait_for(timeout=120_000)
    expect(page).to_have_url(re.compile("/paper([?]|$)"))
    settle(page)
    for_everyone(page)


def test_reference(open_page: Open) -> None:
    page = open_page("reference?statement=orc", stage=False)
    page.get_by_role("heading", name="Sources").wait_for(timeout=120_000)
    expect(page.get_by_role("heading", name="Reference", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile("/reference[?]"))
    settle(page)
    expect(page.get_by_text("def orc_density").first).to_be_visible(timeout=30_000)
    for_everyone(page)
    page.get_by_label("Search the statements").fill("matched")
    page.get_by_label("Search the statements").press("Enter")
    expect(page.get_by_role("heading", name="No method beats I")).to_have_count(0, timeout=30_000)
    expect(page.get_by_test_id("stSidebar").get_by_role("link", name="matched")).not_to_have_count(0)


def test_evidence(open_page: Open) -> None:
    page = open_page("?v=1&page=evidence", stage=False)
    cards = page.get_by_test_id("cards").get_by_role("link")
    expect(cards).to_have_count(7, timeout=120_000)
    expect(page.get_by_test_id("cards").get_by_role("img")).to_have_count(8, timeout=120_000)  # Images has two
    settle(page)
    for_everyone(page)
    for width, columns in ((1280, 3), (1920, 3), (390, 1)):
        page.set_viewport_size({"width": width, "height": 900})
        lefts = {round(card.bounding_box()["x"]) for card in cards.all()}
        assert len(lefts) == columns, width
    page.set_viewport_size({"width": 1280, "height": 900})
    box = cards.nth(1).bounding_box()
    page.mouse.click(box["x"] + box["width"] - 12, box["y"] + 12)  # its corner: the whole card leads there
    expect(page.get_by_role("heading", name="Speed", exact=True)).to_be_visible(timeout=60_000)
    settle(page)
    page.get_by_role("link", name="Evidence", exact=True).last.click()
    expect(cards).to_have_count(7, timeout=60_000)


def test_list_of_lessons(open_page: Open) -> None:
    page = open_page("?v=1&page=learn", stage=False)
    expect(page.get_by_role("link", name="Your turn")).to_be_visible(timeout=60_000)
    settle(page)
    for_everyone(page)


def test_steps_answered(open_page: Open) -> None:
    race = all_lessons()[1]
    page = open_page(path("race", 2), stage=False)
    predict(page, arrive(page, race, 2), Pointer(), wrongly=True)
    for_everyone(page, (BY_NIGHT,))
    page.get_by_role("button", name="Next", exact=True).click()
    arrive(page, race, 3)
    page.get_by_role("button", name="Next", exact=True).click()
    predict(page, arrive(page, race, 4), Pointer(), wrongly=True)
    for_everyone(page)


def test_handout(open_page: Open) -> None:
    page = open_page(path("race", 1, handout="1"), stage=False)
    expect(page.get_by_role("heading", name="Answers")).to_be_visible(timeout=60_000)
    for_everyone(page)


def test_presented_step(open_page: Open) -> None:
    page = open_page(path("race", 4, present="1"))
    settle(page)
    for_everyone(page, (ON_A_DESK, ("dark", 1280)))
