"""Start and the poster in a browser: the hero plays by itself, the control answers at once, doors and panels open."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from rec_viz.model import start
from rec_viz.text import reading

from .conftest import settle

Open = Callable[..., Page]


def opened(open_page: Open, **options: object) -> tuple[Page, Locator]:
    """Start, and the hero on it."""
    page = open_page(stage=False, **options)
    hero = page.get_by_test_id("hero")
    hero.wait_for(timeout=120_000)
    return page, hero


def test_the_hero_plays_by_itself_to_the_same_sample(open_page: Open) -> None:
    page, hero = opened(open_page)
    expect(hero).to_have_attribute("data-playing", "true")
    scenes: list[str] = []
    while hero.get_attribute("data-playing") == "true":
        scene = hero.get_attribute("data-scene")
        scenes += [scene] if scene not in scenes else []
        page.wait_for_timeout(100)
    order = ["intro", "unroll", "race", "winner", "send", "count", "same"]
    assert scenes == [scene for scene in order if scene in scenes]
    assert {"unroll", "race", "send", "count"} <= set(scenes)
    sent = start.sent()
    expect(hero).to_have_attribute("data-time", "12.00")
    expect(hero).to_have_attribute("data-sender", str(sent.received))
    expect(hero).to_have_attribute("data-receiver", hero.get_attribute("data-sender") or "none")
    expect(hero).to_have_attribute("data-bits", str(len(sent.codeword)))
    expect(hero).to_have_attribute("data-counted", str(sent.winner))
    expect(page.get_by_test_id("hero-caption")).to_have_text("Same sample, and the receiver never saw Q.")
    hero.get_by_role("button", name="Replay").click()
    expect(hero).to_have_attribute("data-playing", "true")
    expect(hero).to_have_attribute("data-receiver", "")


def test_the_hero_pauses_and_steps_by_keys(open_page: Open) -> None:
    _, hero = opened(open_page)
    hero.get_by_role("button", name="Pause").click()
    expect(hero).to_have_attribute("data-playing", "false")
    hero.focus()
    hero.press("Home")
    expect(hero).to_have_attribute("data-time", "0.00")
    hero.press("ArrowRight")
    hero.press("ArrowRight")
    expect(hero).to_have_attribute("data-time", "1.00")
    hero.press("ArrowLeft")
    expect(hero).to_have_attribute("data-time", "0.50")
    hero.press("End")
    expect(hero).to_have_attribute("data-scene", "same")
    hero.press("Home")
    hero.press("Space")
    expect(hero).to_have_attribute("data-playing", "true")


def test_without_motion_the_hero_shows_its_end_and_tells_all_in_words(open_page: Open) -> None:
    _, hero = opened(open_page, reduced_motion="reduce")
    expect(hero).to_have_attribute("data-scene", "same")
    expect(hero).to_have_attribute("data-playing", "false")
    expect(hero).to_have_attribute("data-receiver", str(start.sent().received))
    told = hero.get_by_role("listitem").all_inner_texts()
    assert len(told) == len(start.sent().tape) + 8
    assert any(f"Candidate {start.sent().winner}," in line and "takes the lead" in line for line in told)


def test_the_control_answers_on_input_with_the_tables_numbers(open_page: Open) -> None:
    page, _ = opened(open_page)
    control = page.get_by_test_id("surprise")
    slider = control.get_by_role("slider", name="How surprising is the sample?")
    expect(control).to_have_attribute("data-bits", "40", timeout=120_000)
    settle(page)
    runs: list[str] = []
    page.on("websocket", lambda socket: runs.append(socket.url))
    for bits in (48, 24, 1):
        slider.fill(str(bits))
        row = start.prices()[bits - 1]
        expect(control).to_have_attribute("data-bits", str(bits), timeout=1000)
        expect(control).to_contain_text(f"{row.length_bits:.1f} bits")
        expect(control.locator(".plain small")).to_have_text(f"{reading.number(2.0**row.log2_plain)} candidates")
        expect(control.locator(".binned small")).to_have_text(f"{reading.number(2.0**row.log2_binned)} candidates")
        expect(slider).to_have_attribute("aria-valuetext", re.compile(f"^{bits} bits"))
        assert page.get_by_test_id("stApp").get_attribute("data-test-script-state") == "notRunning"
    slider.press("ArrowRight")
    expect(control).to_have_attribute("data-bits", "2")


def test_the_first_screen_holds_hero_control_and_doors(open_page: Open) -> None:
    page, hero = opened(open_page, reduced_motion="reduce")
    expect(page.get_by_test_id("surprise")).to_have_attribute("data-bits", "40", timeout=120_000)
    for width, height in ((1280, 800), (1920, 1080)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(300)
        for door in page.get_by_test_id("cards").get_by_role("link").all():
            box = door.bounding_box()
            assert box["y"] + 60 < height, (width, door.inner_text())
        assert hero.bounding_box()["width"] > 0.85 * width


def test_the_doors_open(open_page: Open) -> None:
    page, _ = opened(open_page)
    for name, heading in (("The poster", "The poster"), ("Ten-minute tour", "Ten-minute tour")):
        settle(page)
        page.get_by_test_id("cards").get_by_role("link", name=name).click()
        expect(page.get_by_role("heading", name=heading).first).to_be_visible(timeout=120_000)
        page.get_by_role("link", name="Start", exact=True).click()
        page.get_by_test_id("hero").wait_for(timeout=60_000)
    settle(page)
    page.get_by_test_id("cards").get_by_role("link", name="Play").click()
    expect(page).to_have_url(re.compile("/lab"), timeout=60_000)


def test_every_panel_of_the_poster_leads_somewhere(open_page: Open) -> None:
    page = open_page("?v=1&page=poster", stage=False)
    panels = page.get_by_test_id("cards").get_by_role("link")
    expect(panels).to_have_count(7, timeout=120_000)
    expect(page.get_by_role("img", name="Distance of ORC")).to_be_visible(timeout=120_000)
    settle(page)
    addresses = [panel.get_attribute("href") for panel in panels.all()]
    assert [address.split("?")[0] for address in addresses] == [
        "learn", "learn", "lab", "learn", "paper", "bias", "images",
    ]  # fmt: skip
    panels.nth(3).click()
    expect(page.get_by_text("Reweight").first).to_be_visible(timeout=60_000)
    expect(page).to_have_url(re.compile("lesson=reweight"))
