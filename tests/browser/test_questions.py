"""The questions after a lesson in a browser: missed, answered, passed, kept, and back after a day."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from rec_viz.lessons import mastery

from .conftest import for_everyone, settle

Open = Callable[..., Page]
TODAY_IS = """(days) => {
  const kept = JSON.parse(localStorage.getItem("rec-lab-questions"));
  for (const one of Object.values(kept.missed)) one[1] -= days;
  localStorage.setItem("rec-lab-questions", JSON.stringify(kept));
}"""


def test_a_quiz_is_failed_passed_and_kept_by_keyboard(open_page: Open) -> None:
    page = open_page("?v=1&page=learn&lesson=race&questions=1&seed=7", stage=False)
    quiz = mastery.of_lesson("race", 7)

    def answer(rightly: bool) -> None:
        nonlocal quiz
        asked = quiz.question
        expect(page.get_by_text(asked.text)).to_be_visible(timeout=60_000)
        expect(page.get_by_role("button", name="Next", exact=True)).to_be_disabled()
        settle(page)
        chosen = (asked.right + (not rightly)) % len(asked.options)
        page.keyboard.press("abcd"[chosen])
        verdict = page.get_by_test_id("stAlert")
        expect(verdict.get_by_text("Yes." if rightly else "Not quite.")).to_be_visible(timeout=60_000)
        if idea := asked.shows(chosen):
            expect(verdict.get_by_text(idea.help)).to_be_visible()
        quiz = quiz.answered(chosen)
        expect(page.get_by_text(f"{quiz.row} of 3 in a row")).to_be_visible()
        marked = page.get_by_test_id("stIconMaterial").get_by_text("check_circle")
        right = page.get_by_role("button", name=f"{'ABCD'[asked.right]}. {asked.options[asked.right].text}")
        expect(right.filter(has=marked)).to_be_visible()
        settle(page)

    answer(rightly=False)
    for_everyone(page)
    page.set_viewport_size({"width": 1280, "height": 800})
    for key in ("Enter", "ArrowRight", "Enter"):
        page.keyboard.press(key)
        quiz = quiz.following()
        answer(rightly=True)
    assert quiz.passed
    expect(page.get_by_text("Passed.")).to_be_visible()
    expect(page.get_by_role("button", name="Next lesson")).to_be_visible()

    page.goto(page.url.split("?")[0] + "?v=1&page=learn")
    card = page.get_by_test_id("cards").get_by_role("link", name="2. The race")
    expect(card.get_by_text(re.compile("✓.*passed"))).to_be_visible(timeout=60_000)
    expect(page.get_by_text("you missed")).to_have_count(0)

    settle(page)
    page.evaluate(TODAY_IS, 1)
    page.reload()
    expect(page.get_by_text("One question you missed")).to_be_visible(timeout=60_000)
    settle(page)
    page.get_by_role("button", name="Try again").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What you missed")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("0 of 1 in a row")).to_be_visible()
