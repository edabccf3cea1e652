"""Text from outside is shown letter for letter, in every parameter of every page."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from rec_viz.settings import TABLE
from rec_viz.settings.table import PAGES, Learn, View
from rec_viz.text import reading
from rec_viz.warm_up import warm_up

APP = Path(__file__).parents[2] / "app.py"
HOSTILE = (
    "![m](http://host/x.png)", "[go](http://host)", "http://host/x", "www.host.com", "a@host.com",
    "<img src=//host/x onerror=alert(1)>", "<script>alert(1)</script>", ":red[x]", ":material/home:", ":smile:",
    "$x^2$", "`code`", "**bold**", "| a | b |", "# head", "> quote", "--- ", "~~gone~~", "&amp;", "\\", "C:\\x",
    "wwwww.host.com",
)  # fmt: skip
TEXTS = " ".join(HOSTILE)
MARKS = ("![m](", "[go](", "://host", "www.host", "@host", "<img", "<script", ":red[", ":material/home:", ":smile:",
         "$x^2$", "`code`", "**bold**")  # fmt: skip


@pytest.mark.parametrize("page", [*PAGES, "learn"])
def test_no_page_renders_what_a_link_says(page: str) -> None:
    warm_up().ready.wait(240)
    app = AppTest.from_file(str(APP), default_timeout=120)
    for key in {row for kind in (*PAGES.get(page, ()), Learn, View) for row in TABLE[kind]}:
        app.query_params[key] = TEXTS
    for key, value in {"source": "own", "v": TEXTS, "p": TEXTS, "hide": TEXTS, "page": page}.items():
        app.query_params[key] = value
    app.run()
    shown = literal(app)
    assert page == "reference" or any("host" in text for text in shown), shown


def literal(app: AppTest) -> list[str]:
    """All texts of a page, of which none may be Markdown from outside."""
    assert not app.exception
    shown = [e.value for kind in ("markdown", "info", "warning", "error", "caption") for e in getattr(app, kind)]
    for text in shown:
        left = re.sub(r"\\[!-/:-@\[-`{-~]", "", text)  # without what is escaped
        assert not [mark for mark in MARKS if mark in left], text[:400]
    return shown


FIELDS = {
    "page=learn": ["class_typed"],
    "page=message": ["message_means", "message_scales", "receiver_intervals", "message_text"],
    "page=reference": ["reference_search"],
    "page=lab&source=own": ["means", "scales", "intervals"],
    "page=lab&source=own&family=uniform": ["lows", "highs", "intervals"],
}


@pytest.mark.parametrize("link", FIELDS)
def test_no_page_renders_what_is_typed(link: str) -> None:
    warm_up().ready.wait(240)
    app = AppTest.from_file(str(APP), default_timeout=120)
    for key, value in parse_qsl(f"{link}&strategy=own"):
        app.query_params[key] = value
    app.session_state["message_own_target"] = True
    app.session_state["lab_more"] = True  # what is closed is not made
    app.run()

    def fields() -> dict[str, Any]:
        return {one.key: one for one in (*app.text_input, *app.text_area)}

    assert set(fields()) == set(FIELDS[link])
    for key, text in itertools.product(FIELDS[link], (*HOSTILE, TEXTS)):
        fields()[key].set_value(text[: fields()[key].max_chars or None])
        for press in app.button:
            if press.label == "Join":
                press.click()
        app.run()
        literal(app)


def test_plain_text_is_what_it_was() -> None:
    for text in (*HOSTILE, TEXTS, "2⁴⁸ candidates, at 0.5 (a half)."):
        shown = reading.plain(text).replace("\u2060", "")
        read, k = "", 0
        while k < len(shown):  # a backslash before punctuation is Markdown for the character alone
            k += shown[k] == "\\"
            read += shown[k]
            k += 1
        assert read == text


@pytest.mark.parametrize("page", ["lab", "bias", "code_lengths", "speed"])
def test_a_link_to_a_target_far_out_ends_in_a_sentence(page: str) -> None:
    """KL is 987 bits, where float64 ends: what cannot be computed is refused, without a traceback."""
    warm_up().ready.wait(240)
    app = AppTest.from_file(str(APP), default_timeout=120)
    for key, value in {"source": "own", "means": "37", "scales": "0.4", "page": page}.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
