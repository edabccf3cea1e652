"""Rooms without a server: they end, they are bounded, every browser counts once, and forty threads lose nothing."""

from __future__ import annotations

import csv
import io
import math
import threading
from collections import Counter

import numpy as np
import pytest

from rec_viz.lessons import questions
from rec_viz.room import forms, gain, rooms
from rec_viz.room.rooms import Form, RoomError, Rooms, bucket, choice, clean, rows


class Clock:
    """Time that passes when told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def school(clock: Clock) -> Rooms:
    return Rooms(clock)


def token(k: int) -> str:
    return f"browser-{k:06d}"


def test_a_room_ends_after_a_day(school: Rooms, clock: Clock):
    code, key = school.open()
    school.join(code, token(1))
    clock.now = rooms.LIFE
    assert school.exists(code)
    clock.now += 1
    assert not school.exists(code)
    assert school.news(code) == -1
    assert not school.is_teacher(code, key)
    with pytest.raises(RoomError, match="no room"):
        school.vote(code, token(1), "race/2", "A")
    assert school._rooms == {}  # and nothing of it is left


def test_a_code_has_no_letters_that_are_taken_for_others(school: Rooms):
    codes = {school.open()[0] for _ in range(50)}
    assert len(codes) == 50
    for code in codes:
        assert len(code) == rooms.CODE_LENGTH
        assert clean(code) == clean(f" {code.lower()} ") == code
    assert not set("".join(codes)) & set("AEIOULQSVZ0125")
    for typed in ("", "KXT", "KXTTT", "K<b>", "1234", "ＫＸＴＴ", "K\u0000XTT" * 9, "x" * 10**6):
        assert clean(typed) == ""


def test_each_browser_counts_once_and_may_change_its_mind(school: Rooms):
    code, _ = school.open()
    for k in range(3):
        school.join(code, token(k))
        school.join(code, token(k))  # a page loaded again
        assert school.vote(code, token(k), "race/2", choice(0))
    assert school.tally(code, "race/2") == (3, 3, {"A": 3})
    assert school.vote(code, token(1), "race/2", choice(2))
    assert school.vote(code, token(1), "race/3", choice(1))
    assert school.tally(code, "race/2") == (3, 3, {"A": 2, "C": 1})
    assert school.tally(code, "race/3") == (3, 1, {"B": 1})
    assert not school.vote(code, token(9), "race/2", "A")  # not in the room
    school.leave(code, token(1))
    assert school.tally(code, "race/2") == (2, 2, {"A": 2})


def test_a_room_knows_nothing_of_another(school: Rooms):
    (one, key), (other, _) = school.open(), school.open()
    school.join(one, token(1))
    school.vote(one, token(1), "race/2", "A")
    assert school.tally(other, "race/2") == (0, 0, {})
    with pytest.raises(RoomError, match="teacher"):
        school.reveal(other, key, "race/2")


def test_after_the_reveal_nothing_counts(school: Rooms):
    code, key = school.open()
    school.join(code, token(1))
    school.vote(code, token(1), "race/2", "A")
    before = school.news(code)
    school.reveal(code, key, "race/2")
    assert school.revealed(code, "race/2")
    assert school.news(code) == before + 1
    assert not school.vote(code, token(1), "race/2", "B")
    assert school.tally(code, "race/2").counts == {"A": 1}
    assert school.counted(code, token(1), "race/2")
    school.ask_again(code, key, "race/2")
    assert not school.counted(code, token(1), "race/2")
    assert school.vote(code, token(1), "race/2", "B")
    assert school.tally(code, "race/2").counts == {"B": 1}


def test_only_the_teacher_turns_pages_reveals_and_closes(school: Rooms):
    code, key = school.open()
    school.join(code, token(1))
    for act in (
        lambda: school.turn(code, "wrong", "race/3"),
        lambda: school.lead(code, "", False),
        lambda: school.reveal(code, token(1), "race/2"),
        lambda: school.ask_again(code, "", "race/2"),
        lambda: school.hand_out(code, key + "x", "pre", ["race"], 1),
        lambda: school.take_back(code, "x"),
        lambda: school.marks(code, "é"),
        lambda: school.close(code, ""),
    ):
        with pytest.raises(RoomError, match="teacher"):
            act()
    school.turn(code, key, "race/3")
    assert school.place(code) == "race/3"
    heard = school.news(code)
    school.turn(code, key, "race/3")
    assert school.news(code) == heard
    school.lead(code, key, False)
    assert school.place(code) == ""
    school.close(code, key)
    assert not school.exists(code)


def test_what_a_room_holds_is_bounded(school: Rooms, monkeypatch):
    code, _ = school.open()
    for k in range(rooms.MOST_BROWSERS):
        school.join(code, token(k))
    with pytest.raises(RoomError, match="full"):
        school.join(code, token(rooms.MOST_BROWSERS))
    school.join(code, token(0))  # who is in stays in
    monkeypatch.setattr(rooms, "MOST_VOTES", 3)
    assert [school.vote(code, token(k), f"race/{k % 2}", "A") for k in range(5)] == [True] * 3 + [False] * 2
    assert school.vote(code, token(0), "race/0", "B")  # a mind may still change


def test_rooms_are_bounded_and_those_nobody_entered_give_way(school: Rooms, clock: Clock):
    first, _ = school.open()
    school.join(first, token(1))
    others = []
    for _ in range(rooms.MOST_ROOMS - 1):
        clock.now += 1
        others.append(school.open()[0])
    newest, _ = school.open()
    assert school.exists(newest)
    assert school.exists(first)
    assert not school.exists(others[0])
    for code in (*others[1:], newest):
        school.join(code, token(2))
    with pytest.raises(RoomError, match="taken"):
        school.open()
    clock.now += rooms.LIFE
    school.open()


@pytest.mark.parametrize(
    ("name", "question", "given"),
    [("short", "race/2", "A"), ("x" * 41, "race/2", "A"), ("a b c d e f", "race/2", "A"), (token(1), "", "A"),
     (token(1), "<script>", "A"), (token(1), "a" * 61, "A"), (token(1), "race/2", ""), (token(1), "race/2", "I"),
     (token(1), "race/2", "<b>1</b>"), (token(1), "race/2", "1" * 50), (token(1), "race/2", "nan")],
)  # fmt: skip
def test_what_comes_from_outside_is_bounded(school: Rooms, name: str, question: str, given: str):
    code, _ = school.open()
    school.join(code, token(1))

    def act() -> None:
        school.join(code, name)
        school.vote(code, name, question, given)

    with pytest.raises(RoomError):
        act()
    assert school.tally(code, question) == (1, 0, {})


def test_forty_threads_lose_no_vote(school: Rooms):
    code, _ = school.open()
    students, questions, changes = 40, 25, 8
    heard = Counter()
    gate = threading.Barrier(students)

    def student(k: int) -> None:
        school.join(code, token(k))
        gate.wait()
        for change in range(changes):
            for q in range(questions):
                assert school.vote(code, token(k), f"race/{q}", choice((k + q + change) % 4))

    with school.listening(code, lambda: heard.update(["change"])):
        threads = [threading.Thread(target=student, args=(k,)) for k in range(students)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for q in range(questions):
        expected = Counter(choice((k + q + changes - 1) % 4) for k in range(students))
        assert school.tally(code, f"race/{q}") == (students, students, expected)
    assert heard["change"] > students
    before = heard["change"]
    school.vote(code, token(0), "race/0", "A")
    assert heard["change"] == before  # nobody listens any more


def test_numbers_are_pooled_in_three_digits():
    assert [bucket(x) for x in (2, 2.0, -0.0, 1234.5, 0.33333, 1e300)] == ["2", "2", "0", "1.23e+03", "0.333", "1e+300"]
    for x in (math.nan, math.inf, -math.inf):
        with pytest.raises(RoomError):
            bucket(x)


def test_a_histogram_of_choices_and_of_numbers():
    assert rows({"C": 2, "A": 1}) == [("A", 1), ("C", 2)]
    assert rows({"10": 1, "2": 5, "-1": 1}) == [("-1", 1), ("2", 5), ("10", 1)]
    assert rows({}) == []
    spread = np.random.default_rng(0).normal(5, 1, 200).tolist()
    counts = Counter(bucket(x) for x in [*spread, 1e9])
    told = rows(counts)
    assert len(told) <= rooms.MOST_ROWS
    assert sum(count for _, count in told) == 201
    assert max(count for _, count in told[1:-1]) < 60  # the slip does not squeeze the others together
    assert told[-1][0].startswith("above")


# ---------------------------------------------------------------------------------------------------- the two tests


def test_a_test_is_taken_once_and_only_while_it_is_out(school: Rooms):
    code, key = school.open()
    for k in range(3):
        school.join(code, token(k))
    assert not school.hand_in(code, token(0), "pre", [True] * 8)
    school.hand_out(code, key, "pre", ["index"], 3)
    school.hand_out(code, key, "pre", ["race"], 1)
    assert school.form(code) == ("pre", ("race",), 1)
    assert school.hand_in(code, token(0), "pre", [True] * 4 + [False] * 4)
    assert not school.hand_in(code, token(0), "pre", [True] * 8)
    assert school.handed_in(code, token(0), "pre")
    assert not school.hand_in(code, token(0), "post", [True] * 8)
    assert not school.hand_in(code, "not-in-the-room", "pre", [True] * 8)
    school.hand_out(code, key, "post", ["index"], 2)
    assert school.form(code) == ("post", ("race",), 1)  # about the same as the first
    assert school.hand_in(code, token(0), "post", [True] * 8)
    assert school.hand_in(code, token(2), "post", [False] * 8)
    school.take_back(code, key)
    assert school.form(code) is None
    told = school.marks(code, key)
    assert told["pre"] == {"1": (True,) * 4 + (False,) * 4}
    assert told["post"] == {"1": (True,) * 8, "2": (False,) * 8}
    both = gain.of_class(told)
    assert both[:4] == (1, 0.5, 1.0, 1.0)
    read = list(csv.DictReader(io.StringIO(gain.table(told))))
    assert [row["browser"] for row in read] == ["1", "2"]
    assert read[0]["pre"] == "0.5000"
    assert read[1]["pre"] == read[1]["pre_1"] == ""
    assert read[0]["post_8"] == "1"
    assert not any(token(0) in cell for row in read for cell in row.values())


def test_the_gain_is_that_of_class_means():
    rng = np.random.default_rng(3)
    pre = rng.integers(1, 6, 30) / 8
    post = np.minimum(1.0, pre + rng.integers(-1, 5, 30) / 8)
    told = gain.gain(pre, post)
    assert told.gain == pytest.approx((post.mean() - pre.mean()) / (1 - pre.mean()), rel=1e-12)
    assert told.low < told.gain < told.high
    # against the delta method on the ratio of two means
    left, one = 1 - post, 1 - pre
    ratio = left.mean() / one.mean()
    error = np.sqrt(np.mean((left - ratio * one) ** 2) / 30) / one.mean()
    assert told.high - told.low == pytest.approx(2 * 1.96 * error, rel=0.1)


def test_a_gain_that_is_not_defined_is_nan():
    assert math.isnan(gain.gain([1.0, 1.0, 1.0], [1.0, 0.5, 1.0]).gain)
    assert gain.gain([], []).students == 0
    few = gain.gain([0.5, 0.25], [0.75, 0.5])
    assert few.gain == pytest.approx(0.4)
    assert math.isnan(few.low)
    assert gain.table({}) == "browser\n"


def test_the_test_after_asks_the_same_kinds_with_other_numbers():
    for lessons, seed in ((("race", "index"), 3), (questions.LESSONS, 4)):
        pre, post = (forms.asked(Form(name, lessons, seed)) for name in ("pre", "post"))
        assert len(pre) == len(post) == forms.SIZE
        for before, after in zip(pre, post, strict=True):
            assert (before.lesson, before.kind) == (after.lesson, after.kind)
            assert (before.text, before.table) != (after.text, after.table)
        assert {one.lesson for one in pre} <= set(lessons)
        answers = [one.right for one in pre]
        assert forms.right(Form("pre", lessons, seed), answers) == [True] * 8
        assert forms.right(Form("pre", lessons, seed), [None, *answers[1:]]) == [False] + [True] * 7
        assert forms.right(Form("post", lessons, seed), [(one.right + 1) % 3 for one in post]) == [False] * 8
