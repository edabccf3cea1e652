"""The Images page in a browser: send, watch, stop, open the file again; and the page is for everyone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, expect

from rec_viz.model.images import example as stored
from rec_viz.settings import link_query
from rec_viz.settings.table import Images

from .conftest import for_everyone, open_parts, settle

Open = Callable[..., Page]


def open_images(open_page: Open, settings: Images, **options: object) -> Page:
    query = "&".join(f"{key}={value}" for key, value in (link_query(settings) | {"page": "images"}).items())
    page = open_page(f"?{query}", stage=False, **options)
    page.get_by_text("How far bins reach").wait_for(timeout=120_000)
    settle(page)
    return page


FIRST = """(example) => {
  window.first = null;
  new MutationObserver(() => {
    const [, small, large] = [...example.querySelectorAll("figure p")].map((words) => words.innerText.includes("dB"));
    if (!window.first && small !== large) window.first = small ? "small" : "large";
  }).observe(example, { subtree: true, childList: true, characterData: true });
}"""


def test_the_stored_example_plays_by_itself_and_the_shorter_file_is_whole_first(open_page: Open) -> None:
    page = open_images(open_page, Images())
    example = page.get_by_test_id("arriving")
    small, large = (example.locator("figure p").nth(k) for k in (1, 2))
    expect(example).to_have_attribute("data-playing", "false", timeout=30_000)
    ways = stored.received()
    for words, way in zip((small, large), ways, strict=True):
        expect(words).to_have_text(f"{way.bits[-1]:,.0f} bits, {way.psnr_db:.1f} dB")
    shown = example.locator("canvas").nth(2).evaluate("c => [...c.getContext('2d').getImageData(0, 0, 32, 32).data]")
    assert np.array_equal(np.reshape(shown, (32, 32, 4))[..., :3], ways[1].frames[-1])
    example.evaluate(FIRST)
    example.get_by_role("button", name="Play again").click()
    expect(example).to_have_attribute("data-playing", "true")
    assert page.wait_for_function("() => window.first", timeout=30_000).json_value() == "large"
    expect(small).to_contain_text("dB", timeout=30_000)
    calm = open_page("?v=1&page=images", stage=False, reduced_motion="reduce")
    expect(calm.get_by_test_id("arriving")).to_have_attribute("data-playing", "false", timeout=60_000)


def send(page: Page) -> None:
    page.get_by_role("button", name="Send it").click()
    page.get_by_role("heading", name="What arrived", exact=True).wait_for(timeout=120_000)
    page.get_by_test_id("stage").wait_for(timeout=60_000)
    settle(page)


def test_a_picture_arrives_and_its_file_opens_again(open_page: Open, tmp_path: Path) -> None:
    page = open_images(open_page, Images(rate="low"))
    send(page)
    expect(page.get_by_text("All 7 blocks sent")).to_be_visible()
    expect(page.get_by_test_id("stage")).to_contain_text("same sample")
    open_parts(page, "Open a file")
    with page.expect_download() as download:
        page.get_by_role("button", name="The file, .rec").click()
    file = tmp_path / "picture.rec"
    download.value.save_as(file)
    page.get_by_label("Open a .rec file").set_input_files(file)
    expect(page.get_by_text("the sender’s pixels exactly")).to_be_visible(timeout=30_000)
    damaged = tmp_path / "damaged.rec"
    damaged.write_bytes(file.read_bytes()[:-1])
    page.get_by_label("Open a .rec file").set_input_files(damaged)
    expect(page.get_by_text("The checksum does not match")).to_be_visible(timeout=30_000)
    for_everyone(page)


def test_stop_keeps_the_picture_so_far(open_page: Open) -> None:
    page = open_images(open_page, Images(rate="high", block_bits=8))
    page.locator(".st-key-images_run").scroll_into_view_if_needed()
    page.get_by_role("button", name="Send it").scroll_into_view_if_needed()
    top = page.locator(".st-key-images_run").bounding_box()
    page.get_by_role("button", name="Send it").click()
    page.get_by_text("blocks sent, ").wait_for(timeout=120_000)
    assert page.locator(".st-key-images_run").bounding_box() == top  # nothing jumps
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("what was sent is kept")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("heading", name="What arrived before it was stopped")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Messages so far")).to_be_visible()
    page.get_by_role("button", name="Send it").wait_for()
