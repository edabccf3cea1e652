"""What only a browser can show: the stage plays, links restore, nothing leaves the machine, everyone can use it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from urllib.parse import quote

from playwright.sync_api import Page, WebSocketRoute, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from rec_viz.settings import PRESETS, View, link
from tests.viz.test_hostile import HOSTILE

from .conftest import for_everyone, open_parts, settle

Open = Callable[..., Page]


def state(page: Page) -> dict[str, int | bool]:
    stage = page.get_by_test_id("stage")
    return {
        "events": int(stage.get_attribute("data-events")),
        "step": int(stage.get_attribute("data-step")),
        "frame": int(stage.get_attribute("data-frame")),
        "playing": stage.get_attribute("data-playing") == "true",
    }


def button(page: Page, name: str):
    return page.get_by_test_id("stage").get_by_role("button", name=name, exact=True)


def test_start_page_paints_its_hero_ships_no_plotly_and_leads_to_four_places(open_page: Open) -> None:
    page = open_page(stage=False)
    hero = page.get_by_test_id("hero")
    hero.wait_for(timeout=120_000)  # compiles the kernels, if they never were
    loaded = page.evaluate("() => performance.getEntriesByType('resource').map(e => [e.name, e.encodedBodySize || 0])")
    assert len(loaded) > 5
    assert not any("plotly" in name.lower() for name, _ in loaded)
    assert sum(size for _, size in loaded) < 3_000_000
    begun = time.monotonic()
    page.reload(wait_until="commit")
    hero.wait_for(timeout=60_000)
    assert time.monotonic() - begun < 30  # the bar of 5 s is measured in benchmarks/, not on a shared clock
    bar = page.get_by_test_id("stTopNavLink")
    expect(bar).to_have_text([re.compile(name) for name in ("Start", "Learn", "Play", "Evidence")], timeout=60_000)


def test_play_pause_step_scrub_and_keys(open_page: Open) -> None:
    page = open_page("?v=1")
    last = state(page)["events"]
    button(page, "Step").click()
    assert state(page)["step"] == 1
    button(page, "Step").click()
    assert state(page)["step"] == 2
    button(page, "Step back").click()
    assert state(page)["step"] == 1
    button(page, "Play").click()
    assert state(page)["playing"]
    page.wait_for_timeout(4000)
    button(page, "Pause").click()
    paused = state(page)
    assert not paused["playing"]
    assert paused["step"] > 1
    page.wait_for_timeout(400)
    assert state(page)["step"] == paused["step"]
    scrub = page.get_by_test_id("stage").get_by_role("slider", name="Position")
    scrub.fill(str(last))
    assert state(page)["step"] == last
    page.get_by_test_id("stage").focus()
    page.keyboard.press("Home")
    assert state(page)["step"] == 0
    page.keyboard.press("ArrowRight")
    assert state(page)["step"] == 1
    page.keyboard.press("ArrowLeft")
    assert state(page)["step"] == 0
    page.keyboard.press("End")
    assert state(page)["step"] == last
    page.keyboard.press("Home")
    page.keyboard.press("Space")
    assert state(page)["playing"]
    page.keyboard.press("Space")
    assert not state(page)["playing"]
    page.get_by_test_id("stage").get_by_label("Speed").select_option(label="8×")
    button(page, "Play").click()
    stage = page.get_by_test_id("stage")
    expect(stage).to_have_attribute("data-step", str(last), timeout=60_000)
    expect(stage).to_have_attribute("data-playing", "false")


def test_a_share_link_restores_the_whole_view(open_page: Open) -> None:
    view = View(
        lanes=("orc", "orc_bins"), bits=5.5, dim=3, spread="falling", log2_bins=5, strategy="runtime",
        weighting="target_mass", stopping="single", candidates=64, view="strips", target=3, seed=11,
    )  # fmt: skip
    page = open_page(link("", view).lstrip("/"))
    settle(page)
    for part in link("", view).split("?")[1].split("&"):
        assert part.replace(",", "%2C") in page.url.replace(",", "%2C")
    ranges = page.get_by_test_id("stage")
    expect(ranges.get_by_role("slider", name="Seed")).to_have_value("11")
    expect(ranges.get_by_role("slider", name="Dimension D")).to_have_value("3")
    page.get_by_role("button", name="More").click()
    expect(page.get_by_role("spinbutton", name="Seed")).to_have_value("11")
    text = page.get_by_test_id("stage").inner_text()
    assert "ORC" in text
    assert "64" in text


def test_every_preset_shows_a_stage_and_the_receivers_sample(open_page: Open) -> None:
    page = open_page(link("", View()).lstrip("/"))
    for preset in PRESETS:
        settle(page)
        page.get_by_role("button", name=preset.name, exact=True).click()
        settle(page)
        expect(page).to_have_url(re.compile(f"/lab[?]p={preset.slug}$"))
        expect(page.get_by_role("button", name=preset.name, exact=True)).to_have_attribute("aria-pressed", "true")
        expect(page.get_by_text(preset.teaches)).to_be_visible()
        expect(page.get_by_text("to the last bit").first).to_be_visible()
        assert state(page)["events"] > 3
        assert page.get_by_test_id("stException").count() == 0


def test_reduced_motion_still_plays_by_steps(open_page: Open) -> None:
    page = open_page("?v=1", reduced_motion="reduce")
    button(page, "Step").click()
    assert state(page)["step"] == 1
    button(page, "Play").click()
    page.wait_for_timeout(4000)
    assert state(page)["step"] > 1


def test_encodings_fill_in_live_and_stop_keeps_them(open_page: Open) -> None:
    page = open_page(link("", View(), "code_lengths").lstrip("/"), stage=False)
    settle(page)
    open_parts(page, "Thousands of real messages")
    page.get_by_role("button", name="Run 20,000").click()
    page.get_by_role("button", name="Stop").wait_for()
    page.get_by_text("4,000 encodings").first.wait_for(timeout=60_000)
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Run 20,000").wait_for(timeout=30_000)
    settle(page)
    text = page.get_by_text("encodings · mean").first.inner_text()
    assert int(re.search(r"([\d,]+) encodings", text)[1].replace(",", "")) >= 4000


def test_research_pages_keep_the_labs_problem(open_page: Open) -> None:
    page = open_page(link("", View(bits=5.0, seed=77)).lstrip("/"))
    settle(page)
    page.get_by_role("link", name="Evidence").click()
    page.get_by_role("link", name="Speed").first.click(timeout=60_000)
    page.get_by_role("heading", name="Speed", exact=True).wait_for(timeout=60_000)
    settle(page)
    expect(page.get_by_test_id("stSidebar").get_by_role("slider", name="Information I")).to_have_value("5")
    page.get_by_role("link", name="Play").click()
    page.get_by_test_id("stage").wait_for(timeout=60_000)
    expect(page.get_by_test_id("stage").get_by_role("slider", name="Seed")).to_have_value("77")


def test_a_page_left_while_its_timer_asks_for_it_is_left(open_page: Open) -> None:
    page = open_page(link("", View(), "evidence").lstrip("/"), stage=False, own=True)
    clicked, late = [], []

    def also_ask(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def up(data: bytes | str) -> None:
            asked = BackMsg.FromString(data if isinstance(data, bytes) else data.encode())
            clicked.extend([asked] if asked.rerun_script.fragment_id else [])
            server.send(data)

        def down(data: bytes | str) -> None:
            told = ForwardMsg.FromString(data if isinstance(data, bytes) else data.encode())
            if clicked and told.new_session.page_script_hash not in ("", clicked[-1].rerun_script.page_script_hash):
                asked = clicked.pop().rerun_script  # the other page is being drawn: the timer has not heard of it
                late.append(BackMsg(rerun_script={
                    "fragment_id": asked.fragment_id, "page_script_hash": asked.page_script_hash, "is_auto_rerun": True,
                }))  # fmt: skip
                server.send(late[-1].SerializeToString())
            socket.send(data)

        socket.on_message(up)
        server.on_message(down)

    page.route_web_socket("**/_stcore/stream", also_ask)
    page.reload()
    settle(page)
    page.get_by_test_id("cards").get_by_role("link", name="Speed").click()
    page.get_by_test_id("stSidebar").get_by_role("slider", name="Information I").wait_for(timeout=60_000)
    settle(page)
    assert late
    expect(page.get_by_role("heading", name="Speed", exact=True)).to_be_visible()


def test_the_first_screen_of_play_holds_presets_controls_and_the_whole_picture(open_page: Open) -> None:
    page = open_page("?v=1")
    page.set_viewport_size({"width": 1280, "height": 800})
    settle(page)
    for shown in (
        page.get_by_role("button", name="48 bits in 6-D"),
        page.get_by_role("button", name="Partitioned ORC"),
        page.get_by_role("button", name="More"),
        page.get_by_test_id("stage").get_by_role("slider", name="log2 J"),
        page.get_by_test_id("stage").locator("canvas").first,
    ):
        box = shown.bounding_box()
        assert box is not None
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 800
        assert box["x"] + box["width"] <= 1280
    page.set_viewport_size({"width": 390, "height": 844})
    settle(page)
    stage, methods = (
        page.get_by_test_id("stage").bounding_box(),
        page.get_by_text("Methods side by side").bounding_box(),
    )
    assert stage["y"] + stage["height"] <= methods["y"]  # on a phone the stage comes first
    for_everyone(page)


def test_what_is_closed_is_not_made_and_the_player_survives_reruns(open_page: Open) -> None:
    page = open_page("?v=1")
    settle(page)
    assert page.get_by_role("table").count() == 0
    button(page, "Step").click()
    button(page, "Step").click()
    page.get_by_text("In bits, too").click()
    expect(page.get_by_text("PFR, no bins")).to_be_visible()
    page.get_by_text("On average", exact=True).click()
    expect(page.get_by_text("fresh targets and races")).to_be_visible()
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_role("img", name="QR code of the link")).to_be_visible()
    expect(page.locator("code", has_text="?p=cut-and-reweight")).to_be_visible()
    page.keyboard.press("Escape")
    settle(page)
    assert state(page)["step"] == 2
    before = page.get_by_test_id("stage").inner_text()
    page.get_by_test_id("stage").get_by_role("slider", name="log2 J").focus()
    page.keyboard.press("ArrowRight")
    settle(page)
    expect(page).to_have_url(re.compile("log2_bins=4"))
    expect(page.get_by_test_id("stage")).to_contain_text("of 16")
    assert page.get_by_test_id("stage").inner_text() != before


def test_the_last_settings_come_back_without_a_link(open_page: Open) -> None:
    page = open_page("?p=two-dimensions&seed=5")
    settle(page)
    root = page.url.split("lab")[0]
    page.goto(root, wait_until="commit")
    page.get_by_role("link", name="Play").first.click(timeout=60_000)
    expect(page).to_have_url(re.compile("p=two-dimensions&seed=5"), timeout=60_000)
    page.goto(f"{root}?p=uniforms", wait_until="commit")  # a link wins
    page.get_by_test_id("stage").wait_for(timeout=60_000)
    settle(page)
    expect(page).to_have_url(re.compile("p=uniforms$"))


def test_text_from_outside_is_shown_letter_for_letter(open_page: Open) -> None:
    """Every kind at once; a request to another host fails the fixture. A value that can be used is."""
    hide = ",".join(quote(text[:38]) for text in HOSTILE)
    page = open_page(f"?page=lab&v={quote(HOSTILE[0])}&hide={hide}&bits=lots&dim=2")
    alerts = page.get_by_test_id("stAlert")
    expect(alerts.first).to_be_visible()
    settle(page)
    told = " ".join(alerts.all_inner_texts()).replace("\u2060", "")
    assert "cannot be used" in told
    expect(page.get_by_test_id("stage").get_by_role("slider", name="Dimension D")).to_have_value("2")
    for text in HOSTILE[:13]:
        assert f"“{text[:38]}”" in told, (text, told)
    words = alerts.get_by_test_id("stMarkdownContainer")
    for tag in ("a", "img", "code", "strong", "script", "h1", "table", ".katex", ".stMarkdownColoredText"):
        assert words.locator(tag).count() == 0, tag
