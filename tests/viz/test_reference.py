"""The Reference page: its numbers agree with its laws, and wrong laws do not; its code is the code; its links open."""

from __future__ import annotations

import importlib
import inspect
import itertools
import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import rec_core as rec
from rec_viz import warm_up
from rec_viz.model import reference
from rec_viz.text.reference import OURS, STATEMENTS
from tests.viz.parts import open_parts

ROOT = Path(__file__).parents[2]
BY_ID = {statement.id: statement for statement in STATEMENTS}


def rows(name: str) -> dict[str, reference.Check]:
    return {check.what: check for check in reference.CHECKS[name]()}


def distance(measured: reference.Check, theory: float) -> float:
    """How far a measured mean lies from a law, in standard errors."""
    return abs(measured.measured - theory) / (measured.half_width / 1.96)


@pytest.mark.parametrize("name", BY_ID)
def test_what_is_measured_follows_the_law(name):
    """4.5 standard errors: a false alarm below 1e-5 a number; the seeds are fixed."""
    for check in reference.CHECKS[name]():
        if check.measured is None:
            continue
        if check.half_width:
            assert distance(check, check.theory) < 4.5, check
        else:
            assert check.measured == check.theory, check


@pytest.mark.parametrize(
    ("name", "what", "wrong"),
    [
        ("pfr", "mean of X", lambda: 0.0),  # the prior's
        ("pfr", "variance of X", lambda: 1.0),
        ("pfr", "mean of S", lambda: 1.0 + 0.3**2),
        ("index", "mean of log₂ N", lambda: reference.TARGET.kl_bits),
        ("index", "share of N = 1", lambda: 2.0**-reference.TARGET.d_inf_bits),
        ("examined", "mean of K", lambda: 2.0**reference.TARGET.kl_bits),
        ("orc", "mean of the output, n = 4 (Q: 0.8)", lambda: 0.8),
        ("two-part", "mean of log₂ n", lambda: rec.laws.index_law(reference.TARGET).mean_log2),
        ("upper-sum", "candidates at J = 8", lambda: rec.laws.expected_examined(
            reference.TARGET, rec.PFR(reference.BINS, weighting="target_mass", stopping="single"))),
        ("tail-bin", "target mass, one stop line", lambda: 2.0**reference.TRAP.d_inf_bits),
        ("length", "mean length, bits", lambda: reference.CHANNEL.information_bits + 1.0),
        ("overhead", "E[ε], bits", lambda: 0.7213),
        ("matched", "matched, no bins", lambda: rows("matched")["Zipf, no bins"].theory),
        ("allocation", "candidates, 8 bins across the empty axis", lambda: rows("allocation")[
            "candidates, 8 bins across the informative axis"].theory),
        ("mean-of-log", "mean of D∞ over targets, bits", lambda: reference.CHANNEL.information_bits),
    ],
)  # fmt: skip
def test_a_wrong_law_would_be_seen(name, what, wrong):
    assert distance(rows(name)[what], wrong()) > 4.5


def test_bounds_are_in_order():
    length = rows("length")
    assert (
        length["I, bits"].theory
        < length["mean length, bits"].theory
        < length["sharper bound, bits"].theory
        < length["bound, bits"].theory
    )
    over = rows("overhead")
    assert (
        0.0
        < over["E[ε], bits"].theory
        < over["bound by the channel’s scales"].theory
        < over["bound by I alone"].theory
        < over["the paper’s, 0.9 √I"].theory
    )
    assert over["uniform target, bins that fit"].theory == pytest.approx(0.0, abs=1e-12)
    zipf = rows("zipf")
    assert zipf["ζ(λ) at C = 3, at most 1 + C = 4"].theory < 4.0
    assert 0.98 < zipf["Σ P(n) over the first million"].theory < 1.0


def test_the_trap_is_one_and_matched_is_shorter():
    trap = {what: check.theory for what, check in rows("tail-bin").items()}
    assert trap["target mass, one stop line"] > trap["no bins"] > trap["peak ratio"]
    matched = {what: check.theory for what, check in rows("matched").items()}
    assert matched["matched, no bins"] < matched["Zipf, no bins"]
    assert matched["matched, J = 2⁶"] < matched["Zipf, J = 2⁶"]


@pytest.mark.parametrize("name", BY_ID)
def test_the_code_shown_is_the_code_that_runs(name):
    for function in reference.CODE[name]:
        file, text = reference.source(function)
        assert text in (ROOT / file).read_text(encoding="utf-8")
        assert re.match(r"(@.*\n)*(def|class) " + function.__name__ + r"\b", text)
        module = importlib.import_module(file.removesuffix(".py").replace("/", "."))
        assert getattr(module, function.__name__) is function


def test_source_follows_the_function_and_not_a_copy():
    assert reference.source(rec.decode) == ("rec_core/decode.py", inspect.getsource(rec.decode))
    assert reference.source(rec.decode) != reference.source(rec.encode)


def test_every_statement_is_whole():
    assert len(BY_ID) == len(STATEMENTS)
    sections = [key for key, _ in itertools.groupby(statement.section for statement in STATEMENTS)]
    assert len(sections) == len(set(sections))
    for statement in STATEMENTS:
        assert re.fullmatch("[a-z-]+", statement.id)
        assert statement.proof.rstrip().endswith(r"$\square$")
        assert reference.CODE[statement.id]
        assert statement.id in reference.CHECKS
        for text in (statement.claim, statement.proof):
            assert text.count("$") % 2 == 0
            assert "$$" not in text  # set in the line a formula wraps on a telephone; displayed it would scroll


def test_what_is_ours_is_said_to_be_and_nothing_else():
    assert {s.id for s in STATEMENTS if s.due == OURS} == {
        "decoder", "invariance", "tail-bin", "matched", "mean-of-log",
    }  # fmt: skip
    assert {s.id for s in STATEMENTS if OURS in s.due and s.due != OURS} == {
        "orc", "length", "overhead", "allocation", "upper-sum",
    }  # fmt: skip


def opened(whole: bool = False, **query: str) -> AppTest:
    warm_up.warm_up().ready.wait(120)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=180)
    for key, value in ({"v": "1", "page": "reference"} | query).items():
        app.query_params[key] = value
    if whole:
        open_parts(app, "reference")
    return app.run()


def test_a_statement_is_only_worked_out_once_it_is_opened(monkeypatch):
    monkeypatch.setattr(reference, "numbers", lambda name: pytest.fail(f"{name} was worked out"))
    app = opened()
    assert not app.exception
    assert [h.value for h in app.subheader if h.value != "Contents"] == [s.title for s in STATEMENTS]
    assert not app.code


def test_the_search_finds_statements_by_their_words_and_code_and_says_where_there_are_none():
    app = opened()
    app.text_input(key="reference_search").set_value("matched zipf").run()
    titles = [h.value for h in app.subheader if h.value != "Contents"]
    assert BY_ID["matched"].title in titles
    assert 0 < len(titles) < len(STATEMENTS)
    for title in titles:
        one = next(s for s in STATEMENTS if s.title == title)
        assert "zipf" in " ".join(one).lower()
    app.text_input(key="reference_search").set_value("fill_tables").run()
    assert [h.value for h in app.subheader if h.value != "Contents"] == [BY_ID["upper-sum"].title]
    app.text_input(key="reference_search").set_value("race xylophone").run()
    assert [h.value for h in app.subheader] == ["Contents"]
    assert any("No statement has" in element.value for element in app.markdown)


def test_the_page_shows_every_statement_with_its_numbers_and_code():
    app = opened(whole=True)
    assert not app.exception
    assert [h.value for h in app.subheader if h.value != "Contents"] == [s.title for s in STATEMENTS]
    text = " ".join(element.value for element in app.markdown)
    for statement in STATEMENTS:
        assert statement.claim.strip() in text
        assert f"(#{statement.id})" in text
    assert text.count("| number | theory | measured |") == len(STATEMENTS)
    assert len(app.code) == sum(len(reference.CODE[s.id]) for s in STATEMENTS)


def test_a_link_opens_its_statement_first_and_a_bad_one_is_said():
    app = opened(statement="matched")
    assert not app.exception
    assert app.main.subheader[0].value == BY_ID["matched"].title
    assert any("| number | theory | measured |" in element.value for element in app.markdown)  # it is open
    assert not app.info
    assert "names a statement that is not here" in opened(statement="fermat").info[0].value


def test_the_glossary_has_every_name_of_the_docs():
    app = opened()
    text = " ".join(element.value for element in app.markdown)
    table = (ROOT / "docs" / "names.md").read_text(encoding="utf-8")
    names = [row.split("|")[1].strip() for row in table.splitlines() if row.startswith("| ")][1:]
    assert len(names) >= 10
    for name in names:
        for word in re.split("[,:] ", name):
            assert word in text, word
