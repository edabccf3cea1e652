"""Two browsers pass a message by copy and paste; damage and disagreement are said; the reference resolves."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from rec_viz.settings import View, link
from rec_viz.text.reference import STATEMENTS

from .conftest import settle

Open = Callable[..., Page]

VIEW = View(bits=8.0, dim=2, log2_bins=8, seed=2024)


def open_message(open_page: Open, view: View = VIEW, **options: object) -> Page:
    page = open_page(link("", view, "message", ("target",)).lstrip("/"), stage=False, **options)
    page.get_by_role("heading", name="Receiver").wait_for(timeout=120_000)
    settle(page)
    return page


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()
    settle(page)


def paste(page: Page, text: str) -> None:
    box = page.get_by_role("textbox", name="Bits, hex or words from the sender")
    box.fill(text)
    box.press("Control+Enter")
    settle(page)


def side(page: Page, name: str):
    return page.locator(f".st-key-{name}")


def test_a_message_passes_between_two_browsers_by_copy_and_paste(open_page: Open) -> None:
    alice = open_message(open_page, permissions=["clipboard-read", "clipboard-write"])
    bob = open_page(alice.url.split("/", 3)[3].replace("message?", "?page=message&"), stage=False)  # the address bar
    bob.get_by_role("heading", name="Receiver").wait_for(timeout=120_000)
    settle(bob)
    assert "target" not in alice.url
    press(alice, "Another target")
    press(alice, "Another target")
    assert "target" not in alice.url
    press(alice, "Encode")
    sample = side(alice, "sender").locator("code", has_text=".").first.inner_text()
    assert sample.count(",") == 1
    for spelling in ("Words", "Hex", "Bits"):
        paste(bob, "")
        expect(side(bob, "receiver").get_by_text("Nothing has come yet")).to_be_visible()
        alice.get_by_role("radio", name=spelling).click()
        settle(alice)
        code = side(alice, "sender").get_by_test_id("stCode").last
        code.hover()
        code.get_by_role("button").click()
        text = alice.evaluate("() => navigator.clipboard.readText()")
        assert text.strip() == code.locator("code").inner_text().strip()
        paste(bob, text)
        expect(side(bob, "receiver").get_by_text("The checksum fits")).to_be_visible()
        expect(side(bob, "sender").get_by_text("Press Encode")).to_be_visible()  # Bob sent nothing and has no target
        expect(side(bob, "receiver")).to_contain_text(sample)


def test_what_breaks_is_said_and_agreeing_again_mends_it(open_page: Open) -> None:
    page = open_message(open_page)
    press(page, "Encode")
    press(page, "Hand it to the receiver")
    receiver = side(page, "receiver")
    expect(receiver).to_contain_text("to the last bit")
    press(page, "Flip bit 105")
    expect(receiver).to_contain_text("Bit 105 was flipped on the way, in the payload")
    expect(receiver).to_contain_text("Without a checksum")
    press(page, "Flip bit 105")
    press(page, "Desynchronise the seed")
    expect(receiver).to_contain_text("another seed: 2024; yours is 2025")
    press(page, "Agree again")
    expect(receiver).to_contain_text("to the last bit")
    press(page, "Double the receiver’s J")
    expect(receiver).to_contain_text("J = 2⁸ bins; yours has 2⁹")
    press(page, "Agree again")
    expect(receiver).to_contain_text("to the last bit")


def test_the_picture_lights_the_same_dot_and_another_one_once_a_bit_is_flipped(open_page: Open) -> None:
    page = open_message(open_page, View())
    tapes = page.get_by_test_id("tapes")
    expect(tapes).to_have_attribute("data-place", "")
    press(page, "Encode")
    press(page, "Hand it to the receiver")
    expect(tapes).to_have_attribute("data-accepted", "true")
    star = tapes.locator(".sender .at").inner_text().removeprefix("The star is ").removesuffix(".")
    expect(tapes).to_have_attribute("data-place", star)
    assert tapes.locator(".receiver .star").count() == 1
    press(page, "Flip bit 105")
    expect(tapes).to_have_attribute("data-accepted", "false")
    expect(tapes).not_to_have_attribute("data-place", star)
    assert tapes.locator(".flipped").count() == 1
    assert tapes.locator(".receiver .star").count() == 0
    assert tapes.locator(".receiver .right").count() == 1


def test_the_switch_leads_from_one_screen_to_two_people_and_back(open_page: Open) -> None:
    page = open_page("?v=1&seed=77")
    settle(page)
    page.get_by_role("radio", name="Two people").click()
    page.get_by_role("heading", name="Receiver").wait_for(timeout=60_000)
    expect(page.get_by_text("seed 77, ")).to_be_visible()
    settle(page)
    page.get_by_role("radio", name="One screen").click()
    page.get_by_test_id("stage").wait_for(timeout=60_000)
    expect(page.get_by_test_id("stage").get_by_role("slider", name="Seed")).to_have_value("77")


def test_the_share_link_carries_the_agreement_and_no_target(open_page: Open) -> None:
    page = open_message(open_page, VIEW._replace(code="elias_delta"))
    page.get_by_role("spinbutton", name="Target number").fill("31337")
    page.get_by_role("spinbutton", name="Target number").press("Enter")
    settle(page)
    page.get_by_role("button", name="Share").click()
    shared = page.get_by_test_id("stPopoverBody").get_by_test_id("stCode").inner_text()
    assert "seed=2024" in shared
    assert "code=elias_delta" in shared
    assert "31337" not in shared + page.url


def test_the_receivers_settings_follow_a_new_agreement(open_page: Open) -> None:
    page = open_message(open_page)
    press(page, "Encode")
    press(page, "Hand it to the receiver")
    press(page, "Desynchronise the seed")
    press(page, "Change")
    page.get_by_role("spinbutton", name="Seed", exact=True).fill("7")
    page.get_by_role("spinbutton", name="Seed", exact=True).press("Enter")
    settle(page)
    page.keyboard.press("Escape")
    settle(page)
    expect(page.get_by_text("seed 7, ")).to_be_visible()
    expect(side(page, "receiver").get_by_text("as agreed")).to_be_visible()
    press(page, "Encode")
    press(page, "Hand it to the receiver")
    expect(side(page, "receiver")).to_contain_text("to the last bit")


def test_the_reference_page_sets_its_formulas_and_resolves_its_anchors(open_page: Open) -> None:
    page = open_page("?v=1&page=reference", stage=False)
    page.get_by_role("heading", name="Sources").wait_for(timeout=120_000)
    settle(page)
    assert page.locator(".katex").count() > 100
    assert page.locator(".katex-error").count() == 0
    for anchor in [statement.id for statement in STATEMENTS] + ["constants", "names", "sources"]:
        assert page.locator(f"#{anchor}").count() == 1, anchor
        assert page.locator(f"a[href='#{anchor}']").count() >= 1
    page.get_by_role("link", name="Weights change the time, never the message").click()
    page.wait_for_function(
        "() => { const top = document.getElementById('invariance').getBoundingClientRect().top;"
        " return top >= 0 && top < innerHeight }",
        timeout=20_000,
    )
    assert page.url.endswith("#invariance")
