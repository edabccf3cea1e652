"""The class's pages as Streamlit's own test client sees them: nothing that comes from outside is believed."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from rec_viz import lessons, warm_up
from rec_viz.app_pages.class_room import CLOSED, Seat
from rec_viz.lessons import all_lessons
from rec_viz.room import ROOMS, forms

APP = str(Path(__file__).parents[2] / "app.py")
INDEX = all_lessons()[2]


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    warm_up.warm_up().ready.wait(120)


def opened(**query: str) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=120)
    for key, value in {"v": "1", "page": "learn", **query}.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    return app


def seat_of(app: AppTest) -> Seat | None:
    return app.session_state["class_seat"] if "class_seat" in app.session_state else None  # noqa: SIM401


def answer(app: AppTest, k: int) -> None:
    app.button(key=f"choice_index_1_{k}").click().run()
    assert not app.exception


def said(app: AppTest) -> list[str]:
    return [one.value for one in (*app.info, *app.success)]


def test_a_teacher_opens_a_room_and_closes_it():
    app = opened(page="class")
    app.button(key="class_open").click().run()
    seat = app.session_state["class_seat"]
    assert ROOMS.is_teacher(seat.code, seat.key)
    app.toggle(key="class_leads").set_value(False).run()
    assert not ROOMS.leads(seat.code)
    app.button(key="class_close").click().run()
    assert not app.exception
    assert not ROOMS.exists(seat.code)
    assert app.button(key="class_open")


@pytest.mark.parametrize("code", ["", "<b>x</b>", "![](http://a.b/c)", "BBBB" * 99, "bbbb", "../../etc", "\u0000"])
def test_a_code_that_opens_no_room_is_refused_in_words_of_ours(code):
    app = opened(room=code, lesson="race")
    assert seat_of(app) is None
    assert len(said(app)) == (code != "")
    for word in said(app):
        assert "room" in word
        assert "http" not in word
        assert "<b>" not in word


def test_a_students_answer_is_counted_and_not_judged_before_the_reveal():
    code, key = ROOMS.open()
    app = opened(room=code.lower(), lesson="index")
    right = lessons.right_choice(INDEX.steps[0])
    wrong = (right + 1) % 3
    answer(app, wrong)
    answer(app, right)
    assert ROOMS.tally(code, "index/1") == (1, 1, {"ABC"[right]: 1})
    assert [word for word in said(app) if "counted" in word]
    assert not [word for word in said(app) if "Yes" in word]
    assert not app.session_state["learn_shown"]
    ROOMS.reveal(code, key, "index/1")
    app.run()
    assert [word for word in said(app) if "Yes" in word]
    ROOMS.ask_again(code, key, "index/1")
    app.run()
    assert not said(app)  # and may be answered anew
    answer(app, wrong)
    assert ROOMS.tally(code, "index/1").counts == {"ABC"[wrong]: 1}
    ROOMS.close(code, key)
    app.run()
    assert CLOSED.replace(".", "\\.") in said(app)
    assert [word for word in said(app) if "Not quite" in word]  # by themselves again


def test_students_go_where_the_teacher_is_and_where_they_want():
    code, key = ROOMS.open()
    ROOMS.turn(code, key, "race/3")
    app = opened(room=code)
    assert app.query_params["step"] in ("3", ["3"])
    app.button(key="learn_next").click().run()
    assert app.query_params["step"] in ("4", ["4"])  # nobody is held
    ROOMS.turn(code, key, "race/2")
    app.run()
    assert app.query_params["step"] in ("2", ["2"])
    ROOMS.lead(code, key, False)
    ROOMS.turn(code, key, "race/5")
    app.run()
    assert app.query_params["step"] in ("2", ["2"])


def test_a_test_is_taken_on_the_page_class():
    code, key = ROOMS.open()
    ROOMS.hand_out(code, key, "pre", ["race"], 5)
    form = ROOMS.form(code)
    app = opened(room=code)  # led there
    assert len(app.radio) == forms.SIZE
    for k, asked in enumerate(forms.asked(form)):
        if k:
            app.radio(key=f"test_pre_{k}").set_value(asked.right)
    next(one for one in app.button if "Hand in" in one.label).click().run()
    assert not app.exception
    assert list(ROOMS.marks(code, key)["pre"].values()) == [(False, *[True] * 7)]
    assert not app.radio


def test_what_a_browser_kept_is_not_believed():
    from rec_viz.app_pages import class_room

    code, key = ROOMS.open()
    other, _ = ROOMS.open()

    def script(code: str, token: str, key: str) -> None:
        from rec_viz.app_pages import class_room

        class_room.take_up({"code": code, "token": token, "key": key})

    for given, seat in (
        ((code, "browser-kept-1", key), Seat(code, "browser-kept-1", key)),
        ((code, "browser-kept-1", ""), Seat(code, "browser-kept-1")),
        ((other, "browser-kept-1", key), None),  # the key of another room
        ((code, "<script>", ""), None),
        (("XXXX", "browser-kept-1", ""), None),
    ):
        app = AppTest.from_function(script, args=given).run()
        assert not app.exception
        assert seat_of(app) == seat, given
    for junk in (None, 3, [], "x", {"code": 3}, {"code": code, "token": [], "key": {}}, {}):
        class_room.take_up(junk)
