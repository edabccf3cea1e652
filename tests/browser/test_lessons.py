"""Lessons in a browser: walked from start to finish by keys alone and by pointer alone, printed, presented, shared."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from rec_viz import lessons
from rec_viz.lessons import Lesson, Step, all_lessons, hands, pictures, tour
from rec_viz.lessons.knobs import Hand, Knob
from rec_viz.theme import ROLES

from .conftest import ROOT, settle
from .test_every_view import page_faults

Open = Callable[..., Page]
CHALLENGE = next(lesson for lesson in all_lessons() if lesson.slug == "challenge")
HALVES = {"first": all_lessons()[:5], "second": all_lessons()[5:]}


def path(lesson: str, step: int, **extras: str) -> str:
    query = {"v": "1", "page": "learn", "lesson": lesson, "step": str(step)} | extras
    return "?" + "&".join(f"{key}={value}" for key, value in query.items())


def arrive(page: Page, lesson: Lesson, k: int) -> Step:
    """Wait until a step is on the page, whole."""
    step = lesson.steps[k - 1]
    expect(page.get_by_role("heading", name=step.title, exact=True)).to_be_visible(timeout=60_000)
    expect(page.get_by_text(f"step {k} of {len(lesson.steps)}")).to_be_visible(timeout=60_000)
    if step.ask and step.ask.choices:
        expect(page.get_by_role("button", name=choice_name(step, len(step.ask.choices) - 1))).to_be_visible()
    if step.goals:
        expect(page.get_by_role("slider", name="Axis 1")).to_be_visible(timeout=60_000)
    settle(page)
    return step


def choice_name(step: Step, k: int) -> re.Pattern[str]:
    return re.compile(re.escape(f"{'ABCD'[k]}. {lessons.filled(step.ask.choices[k].text, lessons.situation(step))}"))


def answers(step: Step) -> tuple[float, float]:
    """A wrong answer to a prediction, and the right one."""
    if step.ask.choices:
        right = lessons.right_choice(step)
        return (right + 1) % len(step.ask.choices), right
    right = lessons.right_number(step)
    return right + step.ask.within + 1.0, right


PICTURES = """() => {
  const boxes = [], down = document.querySelector("[data-testid=stMain]").scrollTop;
  const walk = (root) => {
    for (const node of root.querySelectorAll("*")) {
      if (node.shadowRoot) walk(node.shadowRoot);
      if (!node.matches(".sketch svg, .picture canvas")) continue;
      const { top, bottom, left, width } = node.getBoundingClientRect();
      if (width) boxes.push({ top: top + down, bottom: bottom + down, left });
    }
  };
  walk(document);
  return boxes;
}"""


def see_picture(page: Page) -> None:
    """The picture is in the first screen: both where there are two, the first of them on a telephone; beside words."""
    size = page.viewport_size
    assert size
    page.wait_for_function(f"() => ({PICTURES})().length > 0", timeout=60_000)
    for _ in range(20):  # one picture gives way to another a moment after the run
        boxes = page.evaluate(PICTURES)
        if boxes and all(box["bottom"] <= size["height"] for box in boxes if size["width"] > 640 or box is boxes[0]):
            break
        page.wait_for_timeout(250)
    for box in boxes if size["width"] > 640 else boxes[:1]:
        assert 0 <= box["top"] < box["bottom"] <= size["height"], (box, size)
        assert size["width"] <= 640 or box["left"] > 0.4 * size["width"], box


def place_of_next(page: Page) -> tuple[float, float]:
    """Where the way on begins, from the top left corner of the page."""
    x, y = page.evaluate(
        """() => { const { left, top } = document.querySelector(".st-key-learn_next button").getBoundingClientRect();
        return [left, top + document.querySelector("[data-testid=stMain]").scrollTop]; }"""
    )
    return round(x), round(y)


class Pointer:
    """Everything by mouse."""

    def choose(self, page: Page, step: Step, k: int) -> None:
        page.get_by_role("button", name=choice_name(step, k)).click()

    def type_in(self, page: Page, number: float) -> None:
        page.get_by_role("spinbutton").fill(f"{number:g}")
        page.get_by_role("button", name="Answer", exact=True).click()

    def move(self, page: Page, knobs: dict[str, tuple[Knob, float]]) -> None:
        """Drag on the picture."""
        for key, (_, value) in knobs.items():
            field = page.get_by_test_id("sketch").locator(f"[data-x^='{key} '], [data-y^='{key} ']").first
            field.scroll_into_view_if_needed()
            across = field.get_attribute("data-x")
            low, high = map(float, (across or field.get_attribute("data-y")).split()[1:])
            box, share = field.bounding_box(), (value - low) / (high - low)
            x, y = (share, 0.5) if across else (0.5, 1 - share)
            page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            page.mouse.down()
            page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=5)
            page.mouse.up()

    def press(self, page: Page, name: str) -> None:
        page.get_by_role("button", name=name, exact=True).click()


class Keys:
    """Everything by keyboard: Tab and Shift+Tab to move, Enter to act."""

    SEEN = """() => {
      let at = document.activeElement;
      while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement; // the ranges under a picture
      if (!at.matches("button, input, a")) return ""; // the page itself takes the focus too, and ends with a choice
      return (at.getAttribute("aria-label") || at.labels?.[0]?.innerText || at.innerText).trim().split("\\n").at(-1);
    }"""

    AHEAD = """(wanted) => {
      const within = (n) => { const up = []; for (; n; n = n.getRootNode().host) up.unshift(n); return up; };
      let at = document.activeElement;
      while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
      const from = within(at), to = within(wanted), k = from.findIndex((n, i) => n !== to[i]);
      return k < 0 || !to[k] || Boolean(from[k].compareDocumentPosition(to[k]) & Node.DOCUMENT_POSITION_FOLLOWING);
    }"""

    def focus(self, page: Page, role: str, name: str | re.Pattern[str]) -> None:
        ahead = page.get_by_role(role, name=name, exact=isinstance(name, str)).first.evaluate(self.AHEAD)
        wanted = re.compile(re.escape(name)) if isinstance(name, str) else name
        for _ in range(100):
            if wanted.fullmatch(page.evaluate(self.SEEN)):
                return
            page.keyboard.press("Tab" if ahead else "Shift+Tab")
        pytest.fail(f"{name} is not reached.")

    def choose(self, page: Page, step: Step, k: int) -> None:
        self.focus(page, "button", choice_name(step, k))
        page.keyboard.press("Enter")

    def type_in(self, page: Page, number: float) -> None:
        self.focus(page, "spinbutton", re.compile("Your answer.*"))
        page.keyboard.press("Control+a")
        page.keyboard.type(f"{number:g}")
        page.keyboard.press("Enter")

    def move(self, page: Page, knobs: dict[str, tuple[Knob, float]]) -> None:
        """The ranges under the picture, from the nearer end by arrows."""
        for knob, value in knobs.values():
            self.focus(page, "slider", knob.name)
            far = value - knob.low > knob.high - value
            page.keyboard.press("End" if far else "Home")
            for _ in range(round((knob.high - value if far else value - knob.low) / knob.step)):
                page.keyboard.press("ArrowLeft" if far else "ArrowRight")

    def press(self, page: Page, name: str) -> None:
        expect(page.get_by_role("button", name=name, exact=True)).to_be_visible(timeout=60_000)
        self.focus(page, "button", name)
        page.keyboard.press("Enter")


def predict(page: Page, step: Step, hand: Pointer | Keys, wrongly: bool) -> None:
    """Answer a step, first wrong where asked to, and see the word and the reveal."""
    if (moved := hands.of(step)) is not None and moved.solved is not None:
        by_hand(page, step, moved, hand, wrongly)
        return
    wrong, right = answers(step)
    for given in (wrong, right) if wrongly else (right,):
        if step.ask.choices:
            hand.choose(page, step, int(given))
        else:
            hand.type_in(page, given)
        word = "Yes." if given == right else "Not quite."
        expect(page.get_by_test_id("stAlert").get_by_text(word)).to_be_visible(timeout=60_000)


def by_hand(page: Page, step: Step, moved: Hand, hand: Pointer | Keys, wrongly: bool) -> None:
    """Answer on the picture, first wrong where asked to: one knob moved to an end that is none of the answer."""
    ask = hands.asked(step, {})
    knobs, solved = {knob.key: knob for knob in moved.knobs(ask)}, moved.solved(ask)
    alert = page.get_by_test_id("stAlert")
    if wrongly:
        key = next(iter(knobs))
        hand.move(page, {key: (knobs[key], knobs[key].high)})
        expect(alert.get_by_text("Not quite.")).to_be_visible(timeout=60_000)
        settle(page)
    for key, value in solved.items():
        if alert.get_by_text("Yes.").count():
            break
        hand.move(page, {key: (knobs[key], value)})
        settle(page)
    expect(alert.get_by_text("Yes.")).to_be_visible(timeout=60_000)


@pytest.mark.parametrize(
    ("hand", "half", "scheme", "width"),
    [
        (Keys(), "first", "light", 1280),
        (Keys(), "second", "dark", 390),
        (Pointer(), "first", "dark", 390),
        (Pointer(), "second", "light", 1280),
    ],
    ids=["keys-first", "keys-second", "pointer-first", "pointer-second"],
)
def test_every_lesson_can_be_walked(open_page: Open, hand: Pointer | Keys, half: str, scheme: str, width: int) -> None:
    page = open_page(path(HALVES[half][0].slug, 1), width=width, scheme=scheme, stage=False)
    page.set_viewport_size({"width": width, "height": 800 if width == 1280 else 844})
    for lesson in HALVES[half]:
        asked, places = 0, set()
        for k in range(1, len(lesson.steps) + 1):
            step = arrive(page, lesson, k)
            see_picture(page)
            places.add(place_of_next(page))
            if step.ask:
                predict(page, step, hand, wrongly=asked == 0)
                asked += 1
                settle(page)
                see_picture(page)
                places.add(place_of_next(page))
            assert page.get_by_test_id("stException").count() == 0
            at_end = k == len(lesson.steps)
            hand.press(page, "Questions" if at_end else "Next")
        expect(page.get_by_text("0 of 3 in a row")).to_be_visible(timeout=60_000)
        settle(page)
        see_picture(page)
        places.add(place_of_next(page))
        hand.press(page, "Skip")
        assert len(places) == 1, (lesson.slug, places)
    if half == "second":
        expect(page.get_by_role("heading", name="Learn", exact=True)).to_be_visible(timeout=60_000)
        expect(page.get_by_text("2 of 3 steps done")).to_be_visible(timeout=60_000)
        settle(page)
        done = [
            sum(not step.goals for step in lesson.steps) if lesson in HALVES[half] else 0 for lesson in all_lessons()
        ]
        told = page.get_by_test_id("cards").get_by_text(re.compile(r"\d+ of \d+ steps done")).all_inner_texts()
        assert [int(re.search(r"\d+", note)[0]) for note in told] == done
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_letters_answer_and_the_right_answer_is_marked(open_page: Open) -> None:
    page = open_page(path("sample", 2), stage=False)
    step = arrive(page, all_lessons()[0], 2)
    wrong, right = answers(step)
    page.keyboard.press("abcd"[int(wrong)])
    expect(page.get_by_test_id("stAlert").get_by_text("Not quite.")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Show me why").click()
    marked = page.get_by_test_id("stIconMaterial").get_by_text("check_circle")
    expect(page.get_by_role("button", name=choice_name(step, int(right))).filter(has=marked)).to_be_visible(
        timeout=60_000
    )
    expect(page.get_by_role("button", name=choice_name(step, int(wrong))).filter(has=marked)).to_have_count(0)


def test_answers_are_given_on_the_picture(open_page: Open) -> None:
    """A wrong one changes the picture into what would happen; the right one opens the reveal. By pointer and by key."""
    page = open_page(path("race", 2), stage=False)
    arrive(page, all_lessons()[1], 2)
    picture = page.get_by_test_id("sketch")
    picture.get_by_role("button", name=re.compile("^Candidate 5")).click()
    expect(page.get_by_test_id("stAlert").get_by_text("Not quite.")).to_be_visible(timeout=60_000)
    expect(picture.get_by_text("the curve meets 1 other")).to_be_visible()
    picture.get_by_role("button", name=re.compile("^Candidate 2")).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("stAlert").get_by_text("Yes.")).to_be_visible(timeout=60_000)

    page = open_page(path("partition", 1), stage=False)
    step = arrive(page, all_lessons()[5], 1)
    wrong, right = answers(step)
    for bin_, word in ((wrong, "Not quite."), (right, "Yes.")):
        page.get_by_test_id("sketch").get_by_role("button", name=f"Bin {bin_:.0f}").click()
        expect(page.get_by_test_id("stAlert").get_by_text(word)).to_be_visible(timeout=60_000)


def test_the_core_answers_every_move_of_a_picture_and_the_release_is_the_answer(open_page: Open) -> None:
    page = open_page(path("reweight", 1), stage=False)
    arrive(page, all_lessons()[6], 1)
    picture = page.get_by_test_id("sketch")
    area = picture.get_by_text(re.compile("^area of the steps"))
    before = area.text_content()
    tap = picture.locator("[data-y^='tap1 ']").bounding_box()
    page.mouse.move(tap["x"] + 20, tap["y"] + 0.5 * tap["height"])
    page.mouse.down()
    for k in range(1, 6):
        page.mouse.move(tap["x"] + 20, tap["y"] + (0.5 + 0.1 * k) * tap["height"])
        expect(picture).to_have_attribute("data-answers", re.compile(f"^{k + 1}$"))  # while it is held
    assert area.text_content() != before
    assert page.get_by_test_id("stAlert").count() == 0
    page.mouse.up()
    expect(page.get_by_test_id("stAlert").get_by_text("Not quite.")).to_be_visible(timeout=60_000)
    expect(picture.get_by_role("slider", name="Tap 1")).to_have_value("1")


def test_no_words_of_a_picture_lie_over_others_or_leave_it(browser: Browser) -> None:
    """Every picture that lessons draw, before the answer and after, and moved to the ends of what can be moved."""
    style, wrong = (ROOT / "rec_viz/components/sketch/sketch.css").read_text(encoding="utf-8"), []
    page = browser.new_page(viewport={"width": 900, "height": 700}, reduced_motion="reduce")
    for lesson, narrow in itertools.product(all_lessons(), (False, True)):
        for k, step in enumerate(lesson.steps, start=1):
            drawn = [
                pictures.draw(step, None, shown, ROLES["light"], narrow)
                for shown in (False, True)
                if pictures.staged(step, shown) is None
            ]
            moved = hands.of(step)
            knob = moved.knobs(hands.asked(step, {}))[:1] if moved else []
            for end in (knob[0].low, knob[0].high) if moved and moved.answer and knob else ():
                given = moved.answer(hands.asked(step, {knob[0].key: end}))
                drawn.append(pictures.draw(step, given, False, ROLES["light"], narrow, {knob[0].key: end}))
            for svg in drawn:
                page.set_content(
                    f"<style>{style} body {{ font-family: sans-serif }}</style>"
                    f"<div class='sketch' style='width: {358 if narrow else 690}px'>{svg}</div>"
                )
                wrong += [f"{lesson.slug} {k}{' narrow' * narrow}: {fault}" for fault in page_faults(page)]
    page.close()
    assert not wrong, "\n".join(wrong)


def test_the_challenge_is_won_with_its_controls(open_page: Open) -> None:
    page = open_page(path("challenge", 2), stage=False)
    step = arrive(page, CHALLENGE, 2)
    assert step.goals
    for d, bits in ((5, 0), (1, 4), (2, 4), (3, 4), (4, 4)):
        page.get_by_test_id("sketch").get_by_role("slider", name=f"Axis {d}").fill(str(bits))
        settle(page)
    expect(page.get_by_text("All of it holds at once.")).to_be_visible(timeout=60_000)
    expect(page.get_by_test_id("sketch").get_by_text("reached")).to_be_visible()


def test_the_tour_leads_through_six_steps_and_back_from_play(open_page: Open) -> None:
    page = open_page("?page=learn&tour=1", stage=False)
    by_slug = {lesson.slug: lesson for lesson in all_lessons()}
    for number, stop in enumerate(tour.stops(), start=1):
        step = by_slug[stop.lesson].steps[stop.step - 1]
        expect(page.get_by_role("heading", name=step.title, exact=True)).to_be_visible(timeout=60_000)
        expect(page.get_by_text(f"step {number} of 6")).to_be_visible()
        settle(page)
        see_picture(page)
        if number == 2:
            page.get_by_role("link", name="Open this in Play").click()
            page.get_by_role("link", name="Back to lesson 2, step 2").click(timeout=120_000)
            expect(page.get_by_text("step 2 of 6")).to_be_visible(timeout=60_000)
            settle(page)
        settle(page)  # a click while the page is drawn is lost
        page.get_by_role("button", name="Finish" if number == 6 else "Next", exact=True).click()
    expect(page.get_by_role("heading", name="Learn", exact=True)).to_be_visible(timeout=60_000)


def test_a_lesson_is_presented_with_keys_alone(open_page: Open) -> None:
    page = open_page(path("race", 3, present="1"))
    expect(page.get_by_role("heading", name="The race: Watch it")).to_be_visible()
    assert page.get_by_role("link", name="Play").count() == 0
    assert page.evaluate("() => parseFloat(getComputedStyle(document.querySelector('.rec-large p')).fontSize)") >= 22
    page.keyboard.press("Space")
    stage = page.get_by_test_id("stage")
    expect(stage).to_have_attribute("data-playing", "true")
    page.keyboard.press("Space")
    expect(stage).to_have_attribute("data-playing", "false")
    now = int(stage.get_attribute("data-step"))
    page.keyboard.press("ArrowRight")
    expect(stage).to_have_attribute("data-step", str(now + 1))
    page.keyboard.press("ArrowLeft")
    expect(stage).to_have_attribute("data-step", str(now))
    page.keyboard.press("PageDown")
    step = all_lessons()[1].steps[3]
    expect(page.get_by_role("heading", name=f"The race: {step.title}")).to_be_visible(timeout=60_000)
    settle(page)
    wrong, right = answers(step)
    page.keyboard.press("abcd"[int(wrong)])
    expect(page.locator(".rec-large").get_by_text("Not quite.")).to_be_visible(timeout=60_000)
    settle(page)
    page.keyboard.press("abcd"[int(right)])
    expect(page.locator(".rec-large").get_by_text("Yes.")).to_be_visible(timeout=60_000)
    settle(page)
    page.keyboard.press(".")
    expect(page.get_by_test_id("blank")).to_be_visible()
    page.keyboard.press(".")
    expect(page.get_by_test_id("blank")).to_be_hidden()
    page.keyboard.press("PageUp")
    expect(page.get_by_role("heading", name="The race: Watch it")).to_be_visible(timeout=60_000)
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Next")).to_be_visible(timeout=60_000)
    expect(page).not_to_have_url(re.compile("present"))
    expect(page.get_by_role("link", name="Play", exact=True)).to_be_visible()


def test_the_lab_is_presented_with_keys_alone(open_page: Open) -> None:
    page = open_page("?v=1&present=1")
    expect(page.get_by_role("heading", name="Cut and reweight")).to_be_visible()
    assert page.get_by_test_id("stSidebar").count() == 0
    page.set_viewport_size({"width": 1280, "height": 800})
    page.wait_for_timeout(500)
    assert page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollHeight") <= 800
    stage = page.get_by_test_id("stage")
    now = int(stage.get_attribute("data-step"))
    page.keyboard.press("ArrowRight")
    expect(stage).to_have_attribute("data-step", str(now + 1))
    page.keyboard.press("b")
    expect(page.get_by_test_id("blank")).to_be_visible()
    page.keyboard.press("ArrowRight")  # any key brings the page back and does nothing else
    expect(page.get_by_test_id("blank")).to_be_hidden()
    expect(stage).to_have_attribute("data-step", str(now + 1))
    page.keyboard.press("PageDown")
    expect(page.get_by_role("heading", name="Why plain is slow")).to_be_visible(timeout=60_000)
    page.keyboard.press("PageUp")
    expect(page.get_by_role("heading", name="Cut and reweight")).to_be_visible(timeout=60_000)
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Play", exact=True)).to_be_visible(timeout=60_000)
    expect(page).not_to_have_url(re.compile("present"))


def test_a_step_leads_to_the_lab_and_to_paper(open_page: Open) -> None:
    page = open_page(path("stop", 3), stage=False)
    page.get_by_role("link", name="Open this in Play").click()
    expect(page.get_by_role("heading", name="Play", exact=True)).to_be_visible(timeout=60_000)
    seed = next(one for one in all_lessons() if one.slug == "stop").steps[2].view.seed
    expect(page.get_by_test_id("stage").get_by_role("slider", name="Seed")).to_have_value(str(seed), timeout=60_000)
    page.get_by_role("link", name="Learn").click()
    page.get_by_role("link", name="Why the search is slow").click(timeout=60_000)
    settle(page)
    page.get_by_role("button", name="Share").click()
    page.get_by_role("link", name="Print this lesson").click(timeout=60_000)
    with page.expect_download(timeout=60_000) as download:
        page.get_by_role("button", name="Download to print").click()
    assert download.value.suggested_filename == "rec-lab-stop.html"


def test_a_teacher_makes_a_class_link(open_page: Open) -> None:
    page = open_page("?v=1")
    page.get_by_role("button", name="Share").click()
    page.get_by_text("Make a link for a class").click()
    page.get_by_text("Another seed for every student").click()
    made = page.locator("code", has_text="seed=student")
    expect(made).to_be_visible(timeout=60_000)
    student = open_page(made.inner_text().split("/")[-1])
    expect(student.get_by_text("Yours has seed")).to_be_visible()
    expect(student).to_have_url(re.compile(r"seed=\d+"))


def test_progress_outlives_a_reload(open_page: Open) -> None:
    page = open_page(path("challenge", 1), stage=False)
    arrive(page, CHALLENGE, 1)
    page.goto(page.url.split("learn")[0] + "?v=1&page=learn", wait_until="commit")
    expect(page.get_by_text("1 of 3 steps done")).to_be_visible(timeout=60_000)


def test_a_browser_that_keeps_nothing_shows_the_lessons_all_the_same(open_page: Open) -> None:
    page = open_page(path("challenge", 1), stage=False, own=True)
    page.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new Error('no'); } })")
    arrive(page, CHALLENGE, 1)
    page.get_by_role("button", name="All lessons").click()
    expect(page.get_by_text("1 of 3 steps done")).to_be_visible(timeout=60_000)
