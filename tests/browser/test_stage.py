"""The stage in a browser: it points where it is told, its handles follow the hand, and it can be taken away."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from rec_viz.model import lab, setting, traces
from rec_viz.settings import PRESETS, View, link
from rec_viz.settings.view import own_target

from .conftest import for_everyone, settle
from .test_app import button, state

Open = Callable[..., Page]
TRAP = "The tail-bin trap"
BINS = "Cut and reweight"
FIND = (
    "const find = (n) => n.querySelector?.('[data-testid=stage]') || [...(n.querySelectorAll?.('*') || [])]"
    ".map((e) => e.shadowRoot && find(e.shadowRoot)).find(Boolean); const stage = find(document);"
)


def canvas(page: Page, lane: int = 0) -> dict[str, float]:
    """How much of a lane's picture is drawn in the text's own colour, and a fingerprint of all of it."""
    return page.evaluate(
        f"(lane) => {{ {FIND} const c = stage.querySelectorAll('canvas')[lane];"
        " const text = getComputedStyle(stage).color.match(/\\d+/g).map(Number);"
        " const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; let hits = 0, sum = 0;"
        " for (let i = 0; i < d.length; i += 4) {"
        "   sum = (sum * 31 + d[i] * 7 + d[i + 1] * 3 + d[i + 2] + d[i + 3]) % 1000000007;"
        "   if (d[i + 3] === 255 && [0, 1, 2].every((k) => Math.abs(d[i + k] - text[k]) < 3)) hits++; }"
        " return { hits, sum }; }",
        lane,
    )


def still(page: Page) -> None:
    """Until the stage has drawn, and draws nothing new for half a second."""
    page.evaluate("() => { window.lastFrame = undefined; window.sameFrame = 0; }")
    page.wait_for_function(
        f"() => {{ {FIND} const now = stage?.dataset.frame;"
        " window.sameFrame = now !== undefined && now === window.lastFrame ? window.sameFrame + 1 : 0;"
        " window.lastFrame = now; return window.sameFrame >= 4; }",
        polling=125,
        timeout=30_000,
    )


def point_at(page: Page, what: str, text: str) -> None:
    page.get_by_role("textbox", name=what).fill(text)
    page.get_by_role("textbox", name=what).press("Enter")
    settle(page)
    still(page)


def handle(page: Page, name: str):
    return page.get_by_test_id("stage").get_by_role("slider", name=name)


def drag(page: Page, name: str, dx: float, dy: float = 0.0, let_go: bool = True) -> None:
    box = handle(page, name).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + dx, y + dy, steps=6)
    if let_go:
        page.mouse.up()


def landed(page: Page) -> None:
    """Until the race that a handle asked for is on the stage."""
    page.wait_for_function(f"() => {{ {FIND} return !('dragging' in stage.dataset); }}", timeout=60_000)
    settle(page)


# ---------------------------------------------------------------------------------------------------- pointing


def test_the_stage_opens_at_a_step_and_marks_a_bin(open_stage: Open) -> None:
    page = open_stage(TRAP, step="winner", highlight="bin:8")
    now = state(page)
    assert now["step"] == now["events"] - 2
    stage = page.get_by_test_id("stage")
    expect(stage).to_have_attribute("data-marked", "bin")
    expect(stage.get_by_text("Marked: bin 8 of 8")).to_be_visible()
    expect(stage.get_by_text("this bin is to blame")).to_be_visible()
    expect(stage.locator("canvas").nth(1)).to_have_attribute("aria-label", re.compile("Marked: bin 8 of 8"))
    expect(stage.locator("canvas").nth(0)).not_to_have_attribute("aria-label", re.compile("Marked"))
    expected = lab.race(next(p.view for p in PRESETS if p.name == TRAP)).lanes[1].expected_examined
    assert f"{expected:.3g} candidates on average" in stage.inner_text()


def once(page: Page, wanted: Callable[[dict], bool]) -> dict:
    """The lane's picture once it is as wanted, or after five seconds."""
    for _ in range(50):
        now = canvas(page, 1)
        if wanted(now):
            break
        page.wait_for_timeout(100)
    return now


@pytest.mark.parametrize(
    ("preset", "view", "things", "scheme"),
    [
        (BINS, "race", ["bin:7", "pfr_bins/candidate:2", "curve", "stop", "p", "q", "heuristic", "count"], "dark"),
        ("Two dimensions", "plane", ["bin:3,2", "candidate:3", "p", "q", "heuristic"], "light"),
        ("Two dimensions", "strips", ["bin:3,2", "candidate:3", "p", "q", "heuristic"], "dark"),
    ],
)
def test_every_mark_is_drawn_in_the_colour_of_the_text(
    open_stage: Open, preset: str, view: str, things: list[str], scheme: str
) -> None:
    """The text's colour has far more than 3:1 against the page; an outline in it needs no other colour to be seen."""
    page = open_stage(preset, view=view, scheme=scheme)
    still(page)
    plain = canvas(page, 1)
    for thing in things:
        point_at(page, "Highlight", thing)
        marked = once(page, lambda now: now["hits"] > plain["hits"] + 60)
        assert marked["hits"] > plain["hits"] + 60, (thing, plain, marked)
        expect(page.get_by_test_id("stage").get_by_text("Marked: ")).to_be_visible()
    point_at(page, "Highlight", "")
    assert once(page, lambda now: now == plain) == plain


def test_message_and_count_are_marked_in_the_page(open_stage: Open) -> None:
    page = open_stage(BINS, highlight="pfr_bins/message pfr/count")
    marked = page.get_by_test_id("stage").locator(".marked")
    expect(marked).to_have_count(2)
    widths = marked.evaluate_all("(nodes) => nodes.map((n) => parseFloat(getComputedStyle(n).outlineWidth))")
    assert min(widths) >= 3


def test_the_reader_may_move_away_and_python_may_point_elsewhere(open_stage: Open) -> None:
    page = open_stage(BINS, step="winner", highlight="curve")
    away = state(page)["step"] - 1
    button(page, "Step back").click()
    page.get_by_role("button", name="Run again").click()
    settle(page)
    assert state(page)["step"] == away  # pointing at the same again does not pull the reader back
    point_at(page, "Highlight", "stop")
    stage = page.get_by_test_id("stage")
    expect(stage).to_have_attribute("data-step", str(away + 1))  # another thing to look at: its step is shown again
    point_at(page, "Step", "candidate:2")
    expect(stage).to_have_attribute("data-marked", "stop stop")
    expect(stage).to_have_attribute("data-step", "5")  # glance, densities, cut, reweight, candidate 1, candidate 2


def test_captions_say_why_a_candidate_leads(open_stage: Open) -> None:
    page = open_stage("A first race", step="candidate:2")
    lane = lab.race(next(p.view for p in PRESETS if p.name == "A first race")).lanes[0]
    now, before = lane.trace.race_times[1], lane.trace.race_times[0]
    verb = "takes the lead" if now < before else "does not lead"
    caption = page.get_by_test_id("stage").locator(".caption")
    expect(caption).to_contain_text(f"Candidate 2 {verb}: ")
    told, beaten = re.search(r": ([\d.,]+) [<>] ([\d.,]+)\.", caption.inner_text()).groups()
    assert float(told.replace(",", "")) == pytest.approx(now, rel=5e-3)
    assert float(beaten.replace(",", "")) == pytest.approx(before, rel=5e-3)


def test_the_clock_slows_before_the_touch_and_reduced_motion_skips_it(open_stage: Open) -> None:
    page = open_stage("A first race")
    last = state(page)["events"]
    winner = last - 2
    for options, moves in (({}, True), ({"reduced_motion": "reduce"}, False)):
        page = open_stage("A first race", options=options)
        page.get_by_test_id("stage").get_by_role("slider", name="Position").fill(str(winner - 1))
        still(page)
        before = state(page)["frame"]
        button(page, "Step").click()
        page.wait_for_timeout(1000)  # for the first frame to come
        still(page)
        frames = state(page)["frame"] - before
        assert (frames > 12) is moves, frames


# ---------------------------------------------------------------------------------------------------- handles


def test_dragging_is_answered_and_letting_go_tells_the_page(open_stage: Open) -> None:
    page = open_stage(BINS, handles="1", live="1")
    stage = page.get_by_test_id("stage")
    before = canvas(page)
    drag(page, "Mean of Q", -120, let_go=False)
    expect(stage).to_have_attribute("data-dragging", "true")
    expect(stage).not_to_have_attribute("data-answers", "0")
    told = handle(page, "Mean of Q").get_attribute("aria-valuetext")
    assert canvas(page)["sum"] != before["sum"]
    mean = float(handle(page, "Mean of Q").get_attribute("aria-valuenow"))
    view = own_target(View(), [[mean, float(handle(page, "Scale of Q").get_attribute("aria-valuenow"))]])
    costs = [f"{lane.title}: {lane.expected_examined:.3g} candidates expected" for lane in lab.race(view).lanes]
    expect(handle(page, "Mean of Q")).to_have_attribute("aria-valuetext", re.compile(", ".join(costs)))
    assert told != before
    page.mouse.up()
    landed(page)
    assert float(handle(page, "Mean of Q").get_attribute("aria-valuenow")) == pytest.approx(mean, abs=1e-3)
    kept = stage.locator(".lane-title small").all_inner_texts()
    for text, lane in zip(kept, lab.race(view).lanes, strict=True):
        assert text.startswith(f"{lane.expected_examined:.3g} candidates")
    assert state(page)["step"] == 0


def test_handles_work_by_keyboard_and_keep_the_focus(open_stage: Open) -> None:
    page = open_stage(BINS, handles="1", live="1")
    for name, key, grows in (
        ("Scale of Q", "ArrowRight", True),
        ("Mean of Q", "PageDown", False),
        ("Number of bins", "ArrowUp", True),
    ):
        slider = handle(page, name)
        written = slider.get_attribute("aria-valuenow")
        before = float(written)
        slider.focus()
        page.keyboard.press(key)
        expect(slider).not_to_have_attribute("aria-valuenow", written)
        after = float(slider.get_attribute("aria-valuenow"))
        assert (after > before) is grows
        assert after != before
        expect(slider).to_have_attribute("aria-valuetext", re.compile("candidates expected"))
        landed(page)
        assert float(slider.get_attribute("aria-valuenow")) == after
        expect(slider).to_be_focused()
        assert state(page)["step"] == 0  # arrow keys on a handle do not step the player
    expect(page.get_by_test_id("stage")).to_contain_text("of 16")


def test_escape_and_a_return_to_the_start_leave_everything_as_it_was(open_stage: Open) -> None:
    hold = "const wait = setTimeout; window.setTimeout = (f, ms) => wait(f, ms === 600 ? 6e5 : ms);"
    page = open_stage(BINS, handles="1", live="1", script=hold)  # a pause of the keys is no release, however busy
    slider = handle(page, "Scale of Q")
    before, picture = slider.get_attribute("aria-valuenow"), canvas(page)
    slider.focus()
    page.keyboard.press("PageUp")
    expect(slider).not_to_have_attribute("aria-valuenow", before)
    expect(page.get_by_test_id("stage")).to_have_attribute("data-answers", "1")
    assert canvas(page) != picture
    page.keyboard.press("Escape")
    expect(slider).to_have_attribute("aria-valuenow", before)
    still(page)
    assert canvas(page) == picture


def test_the_number_of_bins_is_dragged_in_powers_of_two(open_stage: Open) -> None:
    page = open_stage(BINS, handles="1", live="1")
    drag(page, "Number of bins", -70)
    landed(page)
    text = handle(page, "Number of bins").get_attribute("aria-valuetext")
    assert re.fullmatch(r"(16|32|64|128|256) bins", text)
    expect(page.get_by_test_id("stage")).to_contain_text(f"of {text.split()[0]}")
    drag(page, "Number of bins", 900)
    landed(page)
    assert handle(page, "Number of bins").get_attribute("aria-valuetext") == "1 bin"


def test_both_means_are_moved_in_the_plane(open_stage: Open) -> None:
    page = open_stage("Two dimensions", handles="1", live="1")
    sliders = [handle(page, f"Mean of Q, dimension {d}") for d in (1, 2)]
    before = [float(slider.get_attribute("aria-valuenow")) for slider in sliders]
    box = page.get_by_test_id("stage").locator("[data-handle=mean]").bounding_box()
    page.mouse.move(box["x"] + 13, box["y"] + 13)
    page.mouse.down()
    page.mouse.move(box["x"] + 13, box["y"] - 12, steps=5)  # straight away: both shares of P fall
    expect(page.get_by_test_id("stage")).not_to_have_attribute("data-answers", "0")
    page.mouse.up()
    landed(page)
    after = [float(slider.get_attribute("aria-valuenow")) for slider in sliders]
    assert after[0] < before[0]
    assert after[1] < before[1]
    sliders[1].focus()
    page.keyboard.press("ArrowUp")
    landed(page)
    assert float(sliders[1].get_attribute("aria-valuenow")) > after[1]


def test_a_bins_clock_by_pointer_and_by_list(open_stage: Open) -> None:
    page = open_stage(TRAP, handles="1")
    stage = page.get_by_test_id("stage")
    lane = lab.race(next(p.view for p in PRESETS if p.name == TRAP)).lanes[1]
    met = lane.trace.indices[lane.trace.bins[:, 0] == 0]
    before = canvas(page, 1)
    stage.get_by_label("Clock of").select_option("bin 1")
    expect(stage.locator(".clock-text").nth(0)).to_contain_text("Bin 1 of 8")
    expect(stage.locator(".clock-text").nth(0)).to_contain_text(f"so far {len(met)} candidates: number {met[0]} at")
    still(page)
    assert canvas(page, 1)["hits"] > before["hits"] + 60
    box = stage.locator("canvas").nth(1).bounding_box()
    page.mouse.click(box["x"] + box["width"] - 40, box["y"] + 60)
    expect(stage.get_by_label("Clock of")).to_have_value("7")
    expect(stage.locator(".clock-text").nth(0)).to_contain_text("so far no candidate")
    page.mouse.click(box["x"] + box["width"] - 40, box["y"] + 60)
    expect(stage.get_by_label("Clock of")).to_have_value("-1")


@pytest.mark.parametrize(("preset", "marked"), [(TRAP, "bin:8"), ("Two dimensions", "q message")])
def test_axe_finds_nothing_on_a_stage_with_marks_handles_and_a_clock(
    open_stage: Open, preset: str, marked: str
) -> None:
    page = open_stage(preset, handles="1", save="1", highlight=marked)
    if preset == TRAP:
        page.get_by_test_id("stage").get_by_label("Clock of").select_option("bin 2")
    still(page)
    for_everyone(page)


# ---------------------------------------------------------------------------------------------------- taking it away


def test_the_stage_is_saved_as_a_picture_twice_its_size(open_stage: Open) -> None:
    page = open_stage(BINS, save="1")
    width = page.get_by_test_id("stage").bounding_box()["width"]
    with page.expect_download() as download:
        button(page, "PNG").click()
    data = download.value.path().read_bytes()
    assert download.value.suggested_filename.endswith(".png")
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(data[16:20], "big") == pytest.approx(2 * (width + 32), abs=3)
    assert len(data) > 20_000
    still(page)


def test_the_animation_is_saved_as_a_film_that_plays(open_stage: Open) -> None:
    page = open_stage("A first race", save="1")
    page.get_by_test_id("stage").get_by_label("Speed").select_option(label="8×")
    with page.expect_download(timeout=90_000) as download:
        button(page, "WebM").click()
    data = download.value.path().read_bytes()
    expect(page.get_by_test_id("stage")).to_contain_text("Saved the film.")
    expect(page.get_by_test_id("stage").get_by_role("button", name="WebM")).to_be_visible()
    size = page.evaluate(
        "(source) => new Promise((resolve, reject) => { const film = document.createElement('video');"
        " film.onloadeddata = () => resolve([film.videoWidth, film.videoHeight]);"
        " film.onerror = () => reject(new Error('not a film')); film.muted = true; film.src = source; })",
        "data:video/webm;base64," + base64.b64encode(data).decode("ascii"),
    )
    assert min(size) > 200


def test_a_browser_that_cannot_record_says_so(open_stage: Open) -> None:
    page = open_stage(BINS, own=True)
    page.context.add_init_script("delete window.MediaRecorder")
    page.goto(page.url + "&save=1")
    page.get_by_test_id("stage").wait_for(timeout=60_000)
    expect(page.get_by_test_id("stage")).to_contain_text("cannot record films")
    expect(button(page, "WebM")).to_be_disabled()


# ---------------------------------------------------------------------------------------------------- in the Lab


def test_a_dragged_target_becomes_an_own_one_with_a_link(open_page: Open) -> None:
    page = open_page(link("", View()).lstrip("/"))
    settle(page)
    handle(page, "Mean of Q").focus()
    page.keyboard.press("PageDown")
    landed(page)
    expect(page).to_have_url(re.compile("source=own"))
    values = {name: value[0] for name, value in parse_qs(urlsplit(page.url).query).items()}
    assert float(values["means"]) == float(handle(page, "Mean of Q").get_attribute("aria-valuenow"))
    expect(page.get_by_text("Your own target")).to_be_visible()
    expect(page.get_by_text("to the last bit").first).to_be_visible()
    expect(page.get_by_text("Would bins help?")).to_be_visible()
    page.get_by_role("button", name="More").click()
    expect(page.get_by_role("textbox", name="Means of Q")).to_have_value(values["means"])


def test_an_own_target_is_typed_and_a_wrong_one_gets_a_sentence(open_page: Open) -> None:
    page = open_page(link("", View()).lstrip("/"))
    settle(page)
    page.get_by_role("button", name="More").click()
    page.get_by_role("combobox", name="Target Q").click()
    page.get_by_role("option", name="Typed or dragged").click()
    settle(page)
    box = page.get_by_role("textbox", name="Means of Q")
    problem = setting.problem_of(View())[1]
    assert float(box.input_value()) == pytest.approx(problem.params[0][0], rel=1e-6)  # it begins as the one drawn
    box.fill("1, -0.5")
    box.press("Enter")
    expect(page.get_by_text("Give one number for each dimension in both")).to_be_visible(timeout=30_000)
    page.get_by_role("textbox", name="Scales of Q").fill("0.3, 0.6")
    page.get_by_role("textbox", name="Scales of Q").press("Enter")
    expect(handle(page, "Mean of Q, dimension 2")).to_be_visible(timeout=60_000)


def test_searches_are_taken_away_as_tables_and_as_a_program(open_page: Open) -> None:
    page = open_page(link("", View()).lstrip("/"))
    settle(page)
    page.get_by_text("Take the searches away").click()
    race = lab.race(View())
    for number, lane in enumerate(race.lanes):
        with page.expect_download() as download:
            page.get_by_role("button", name="CSV").nth(number).click()
        assert download.value.suggested_filename == f"{lane.name}.csv"
        assert download.value.path().read_text(encoding="utf-8") == traces.as_csv(View(), race, lane)
    expect(page.get_by_text("rec.trace(").first).to_be_visible()


def test_the_stage_is_saved_as_lines_and_letters(open_stage: Open) -> None:
    page = open_stage(BINS, save="1", highlight="bin:3")
    with page.expect_download() as download:
        button(page, "SVG").click()
    root = ElementTree.fromstring(download.value.path().read_text(encoding="utf-8"))
    space = "{http://www.w3.org/2000/svg}"
    words = " ".join(node.text or "" for node in root.iter(f"{space}text"))
    for text in ("PFR", "Partitioned PFR", "equal shares of P", "Message", "bin 3"):
        assert text in words
    assert len(list(root.iter(f"{space}path"))) > 20
    numbers = [float(v) for path in root.iter(f"{space}path") for v in re.findall(r"-?\d+\.?\d*", path.get("d", ""))]
    assert max(map(abs, numbers)) < 5000
    before = canvas(page)
    page.get_by_test_id("stage").evaluate("(stage) => stage.focus()")
    still(page)
    assert canvas(page) == before  # the page's own picture is as it was


def test_the_animation_is_saved_as_a_gif(open_stage: Open) -> None:
    page = open_stage("A first race", save="1")
    page.get_by_test_id("stage").get_by_label("Speed").select_option(label="8×")
    with page.expect_download(timeout=120_000) as download:
        button(page, "GIF").click()
    with Image.open(download.value.path()) as film:
        assert film.is_animated
        assert film.n_frames > 5
        assert film.width <= 802
        pictures = set()
        for number in range(film.n_frames):
            film.seek(number)
            picture = film.convert("RGB")
            pictures.add(picture.tobytes())
            corners = [(3, 3), (film.width - 3, 3), (3, film.height - 3), (film.width - 3, film.height - 3)]
            assert {picture.getpixel(corner) for corner in corners} == {(255, 255, 255)}
    assert len(pictures) > 5
    expect(page.get_by_test_id("stage")).to_contain_text("Saved the animation.")


def test_the_player_is_saved_as_a_page_that_plays_without_a_server(open_stage: Open, browser: Browser) -> None:
    page = open_stage(BINS, save="1", live="1")
    with page.expect_download() as download:
        button(page, "HTML").click()
    data = download.value.path().read_bytes()
    assert len(data) < 300_000
    context = browser.new_context(offline=True)
    alone, troubles = context.new_page(), []
    alone.on("pageerror", lambda e: troubles.append(str(e)))
    alone.on("request", lambda r: troubles.append(r.url) if not r.url.startswith(("file:", "data:", "blob:")) else None)
    path = download.value.path()
    alone.goto(f"file://{path.rename(path.with_suffix('.html'))}")
    for words in page.get_by_test_id("stage").locator(".caption, .message, .receiver").all_inner_texts():
        expect(alone.get_by_test_id("stage")).to_contain_text(words.split("\n")[-1])
    alone.get_by_role("button", name="Play", exact=True).click()
    expect(alone.get_by_test_id("stage")).to_have_attribute("data-playing", "true")
    assert not troubles
    context.close()
