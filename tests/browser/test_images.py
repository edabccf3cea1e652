"""The Images page in a browser: send, watch, stop, open the file again; and the page is for everyone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from rec_viz.settings import link_query
from rec_viz.settings.table import Images

from .conftest import for_everyone, settle

Open = Callable[..., Page]


def open_images(open_page: Open, settings: Images, **options: object) -> Page:
    query = "&".join(f"{key}={value}" for key, value in (link_query(settings) | {"page": "images"}).items())
    page = open_page(f"?{query}", stage=False, **options)
    page.get_by_role("heading", name="How far bins reach").wait_for(timeout=120_000)
    settle(page)
    return page


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
    with page.expect_download() as download:
        page.get_by_role("button", name="The file, .rec").click()
    file = tmp_path / "picture.rec"
    download.value.save_as(file)
    page.get_by_label("Open a .rec file").set_input_files(file)
    expect(page.get_by_text("the sender’s pixels exactly")).to_be_visible(timeout=30_000)
    damaged = tmp_path / "damaged.rec"
    damaged.write_bytes(file.read_bytes()[:-1])
    page.get_by_label("Open a .rec file").set_input_files(damaged)
    expect(page.get_by_text("The checksum does not fit")).to_be_visible(timeout=30_000)
    for_everyone(page)


def test_stop_keeps_the_picture_so_far(open_page: Open) -> None:
    page = open_images(open_page, Images(rate="high", block_bits=8))
    top = page.locator(".st-key-images_run").bounding_box()
    page.get_by_role("button", name="Send it").click()
    page.get_by_text("blocks sent, ").wait_for(timeout=120_000)
    assert page.locator(".st-key-images_run").bounding_box() == top  # nothing jumps
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("what was sent is kept")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("heading", name="What arrived before it was stopped")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Messages so far")).to_be_visible()
    page.get_by_role("button", name="Send it").wait_for()
