"""A class in browsers: a teacher and three students, and forty at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, WebSocketRoute, expect

from classroom import whole_class
from tests.viz.parts import run

from .conftest import BY_NIGHT, ON_A_DESK, for_everyone, settle
from .test_lessons import path

Open = Callable[..., Page]


def tally(page: Page) -> Locator:
    """While Streamlit draws a page anew, the old one may stand behind the new one for a moment."""
    return page.get_by_test_id("tally").first


def open_room(page: Page) -> str:
    """The code of a new room."""
    page.get_by_role("button", name="Open a room").click()
    code = tally(page).locator(".large")
    expect(code).to_have_text(re.compile("^[B-DF-HJ-NP-TV-Z]{4}$"))
    return code.inner_text()


def choose(page: Page, letter: str) -> None:
    page.get_by_role("button", name=re.compile(rf"{letter}\. ")).click()
    expect(page.get_by_text("Your answer is counted.")).to_be_visible()
    settle(page)


def bars(page: Page) -> list[str]:
    return tally(page).locator(".bars .number").all_inner_texts()


def test_a_teacher_and_three_students(open_page: Open) -> None:
    teacher = open_page("?v=1&page=class", stage=False, own=True)
    settle(teacher)
    code = open_room(teacher)
    expect(tally(teacher)).to_contain_text(f"/learn?room={code}")
    settle(teacher)
    for_everyone(teacher)
    teacher.set_viewport_size({"width": 1280, "height": 800})
    teacher.get_by_role("link", name="Present it").click()
    expect(tally(teacher)).to_have_attribute("data-joined", "0")
    settle(teacher)
    teacher.keyboard.press("PageDown")  # to the first step that asks
    teacher.goto(teacher.url.split("?")[0] + path("index", 1, present="1"))  # loaded anew: the room is still theirs
    expect(tally(teacher)).to_be_visible(timeout=60_000)
    settle(teacher)

    # By the link, and by the code, typed in small letters; both are taken to where the teacher is.
    right, wrong = (open_page(f"learn?room={code}", width=390, stage=False) for _ in range(2))
    unsure = open_page("?v=1&page=learn", width=390, stage=False)
    unsure.get_by_role("button", name="Join a class").click()
    unsure.get_by_label("The room’s code").fill("<b>no</b>")
    unsure.get_by_role("button", name="Join", exact=True).click()
    expect(unsure.get_by_text("A room’s code is 4 letters")).to_be_visible()
    settle(unsure)
    unsure.get_by_label("The room’s code").fill(code.lower())
    unsure.get_by_role("button", name="Join", exact=True).click()
    for student in (right, wrong, unsure):
        expect(student.get_by_text("Which numbers win?")).to_be_visible()
        expect(student.get_by_text(f"Room {code}")).to_be_visible()
        settle(student)
    expect(tally(teacher)).to_contain_text("0 of 3 answered")

    choose(right, "A")
    choose(wrong, "C")
    choose(unsure, "B")
    expect(tally(teacher)).to_contain_text("3 of 3 answered")
    assert tally(teacher).get_attribute("data-live") == "true"
    expect(tally(teacher).locator(".bars")).to_be_hidden()  # not before it is asked for
    teacher.keyboard.press("s")
    expect(tally(teacher).locator(".bars")).to_be_visible()
    assert bars(teacher) == ["1", "1", "1"]
    choose(unsure, "A")
    expect(tally(teacher).locator(".bars .number").nth(1)).to_have_text("0")
    assert bars(teacher) == ["2", "0", "1"]  # a mind that changed counts once; and nobody is told yet who is right
    for student in (right, wrong, unsure):
        expect(student.get_by_text("Yes.")).to_have_count(0)

    teacher.keyboard.press("r")
    expect(tally(teacher).locator(".bars .number").nth(0)).to_have_text("2 ✓")
    expect(right.get_by_text("Yes.")).to_be_visible()
    expect(wrong.get_by_text("Not quite.")).to_be_visible()
    expect(unsure.get_by_text("Yes.")).to_be_visible()
    wrong.get_by_role("button", name=re.compile(r"A\. ")).click()
    expect(wrong.get_by_text("Yes.")).to_be_visible()
    settle(teacher)
    assert bars(teacher) == ["2 ✓", "0", "1"]  # what comes after the reveal does not count
    for_everyone(teacher, (ON_A_DESK, ("dark", 1280)))
    teacher.keyboard.press("s")
    expect(tally(teacher).locator(".bars")).to_be_hidden()
    for_everyone(wrong, (BY_NIGHT,))

    # The page turns for all. Where sockets are refused the teacher's page asks by itself.
    teacher.goto(teacher.url.split("?")[0] + path("race", 2, present="1"))
    for student in (right, wrong, unsure):
        expect(student.get_by_role("heading", name="By hand")).to_be_visible()
        settle(student)

    def refuse(socket: WebSocketRoute) -> None:
        socket.close()

    teacher.route_web_socket("**/room", refuse)
    teacher.reload()
    settle(teacher)
    expect(tally(teacher)).to_contain_text("0 of 3 answered", timeout=60_000)
    wrong.reload()  # the same browser again
    expect(wrong.get_by_role("heading", name="By hand")).to_be_visible()
    settle(wrong)
    for student, number in ((right, "2"), (wrong, "1"), (unsure, "1")):
        student.get_by_role("spinbutton").fill(number)
        student.get_by_role("button", name="Answer", exact=True).click()
        expect(student.get_by_text("Your answer is counted.")).to_be_visible()
    expect(tally(teacher)).to_contain_text("3 of 3 answered")
    assert tally(teacher).get_attribute("data-live") == "false"
    teacher.keyboard.press("s")
    assert tally(teacher).locator(".bars .name").all_inner_texts() == ["1", "2"]
    assert bars(teacher) == ["2", "1"]


def test_a_class_takes_two_tests(open_page: Open) -> None:
    teacher = open_page("?v=1&page=class", stage=False)
    settle(teacher)
    code = open_room(teacher)
    student = open_page(f"learn?room={code}", width=390, stage=False)
    expect(student.get_by_text(f"Room {code}")).to_be_visible(timeout=60_000)
    settle(student)
    for when in ("before", "after"):
        teacher.get_by_role("button", name=f"Hand out the test {when}").click()
        expect(student.get_by_role("heading", name=f"Eight questions, {when}")).to_be_visible(timeout=60_000)
        settle(student)
        answers = student.get_by_role("radiogroup")
        expect(answers).to_have_count(8)
        if when == "before":
            for_everyone(student, (BY_NIGHT,))
        for group in answers.all():
            group.locator("label").first.click()
        student.get_by_role("button", name="Hand in").click()
        expect(student.get_by_text("Handed in.")).to_be_visible()
        student.get_by_role("link", name="Back to the lessons").click()
        expect(student.get_by_role("heading", name="Learn")).to_be_visible()
        settle(student)
        expect(teacher.get_by_text(f"1 of 1 handed in the test {when}")).to_be_visible()
    expect(teacher.get_by_text("Normalized gain")).to_be_visible()
    with teacher.expect_download() as file:
        teacher.get_by_role("button", name="Results as CSV").click()
    heading, row = file.value.path().read_text().splitlines()
    assert heading.startswith("browser,pre,post,pre_1,")
    assert re.fullmatch(r"1,[01]\.\d{4},[01]\.\d{4}(,[01]){16}", row)
    teacher.get_by_role("button", name="Close the room").click()
    expect(student.get_by_text("The room has closed.")).to_be_visible()


def test_forty_answer_at_once(app_url: str) -> None:
    """Every answer reaches the teacher's socket, and again where everybody changes their mind."""
    _, rounds = run(whole_class(urlsplit(app_url).netloc, 40, 2))
    assert [rows for _, _, rows in rounds] == [[["A", 14], ["B", 13], ["C", 13]], [["B", 40]]]
