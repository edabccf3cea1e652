"""Two browsers pass a message by copy and paste; damage and disagreement are said; both pages are for everyone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from rec_viz.controls import View, link
from rec_viz.statements import STATEMENTS

Open = Callable[..., Page]

VIEW = View(bits=8.0, dim=2, log2_bins=8, seed=2024)


def settle(page: Page) -> None:
    """Until Streamlit has finished its run."""
    page.wait_for_timeout(100)
    page.wait_for_function(
        "() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"
        " && !document.querySelector('.st-key-compiling')",
        timeout=120_000,
    )
    page.wait_for_timeout(150)


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


@pytest.mark.parametrize("spelling", ["Words", "Hex", "Bits"])
def test_a_message_passes_between_two_browsers_by_copy_and_paste(open_page: Open, spelling: str) -> None:
    alice = open_message(open_page, permissions=["clipboard-read", "clipboard-write"])
    bob = open_page(alice.url.split("/", 3)[3].replace("message?", "?page=message&"), stage=False)  # the address bar
    bob.get_by_role("heading", name="Receiver").wait_for(timeout=120_000)
    settle(bob)
    assert "target" not in alice.url
    press(alice, "Another target")
    press(alice, "Another target")
    assert "target" not in alice.url
    press(alice, "Encode")
    alice.get_by_role("radio", name=spelling).click()
    settle(alice)
    code = side(alice, "sender").get_by_test_id("stCode").last
    code.hover()
    code.get_by_role("button").click()
    text = alice.evaluate("() => navigator.clipboard.readText()")
    assert text.strip() == code.locator("code").inner_text().strip()
    paste(bob, text)
    expect(side(bob, "receiver").get_by_text("The checksum fits")).to_be_visible()
    expect(side(bob, "sender").get_by_text("Press Encode")).to_be_visible()  # Bob has sent nothing and has no target
    sample = side(alice, "sender").locator("code", has_text=".").first.inner_text()
    assert sample.count(",") == 1
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


def test_the_share_link_carries_the_agreement_and_no_target(open_page: Open) -> None:
    page = open_message(open_page)
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
    page.get_by_role("spinbutton", name="Seed", exact=True).fill("7")
    page.get_by_role("spinbutton", name="Seed", exact=True).press("Enter")
    settle(page)
    expect(side(page, "receiver").get_by_text("as agreed")).to_be_visible()
    press(page, "Encode")
    press(page, "Hand it to the receiver")
    expect(side(page, "receiver")).to_contain_text("to the last bit")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_on_the_message_page(open_page: Open, width: int, scheme: str) -> None:
    page = open_message(open_page, width=width, scheme=scheme)
    press(page, "Encode")
    press(page, "Hand it to the receiver")
    check_for_everyone(page)
    press(page, "Desynchronise the seed")
    page.get_by_text("The receiver’s own settings").click()
    page.wait_for_timeout(500)
    check_for_everyone(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_on_the_reference_page(open_page: Open, width: int, scheme: str) -> None:
    page = open_page("?v=1&page=reference&statement=orc", stage=False, width=width, scheme=scheme)
    page.get_by_role("heading", name="Sources").wait_for(timeout=120_000)
    settle(page)
    page.locator("summary", has_text="orc_density").click()
    expect(page.get_by_text("def orc_density").first).to_be_visible(timeout=30_000)
    check_for_everyone(page)


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


def check_for_everyone(page: Page) -> None:
    results = Axe().run(page)
    violations = [(v["id"], [n["html"][:160] for n in v["nodes"]][:3]) for v in results.response["violations"]]
    assert not violations, violations
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
