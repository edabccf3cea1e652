"""Lessons as data: every number is worked out, every prediction has one right answer, errors are sentences."""

from __future__ import annotations

import base64
import dataclasses
import json
import re
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import rec_core as rec
from rec_viz import lessons, stage, warm_up
from rec_viz.lessons import LessonError, all_lessons, handout, hands, pictures, progress, still, tour
from rec_viz.model import lab
from rec_viz.settings import TABLE, View, link, link_query, links, read_link
from rec_viz.settings.links import read_hidden
from rec_viz.settings.table import Learn
from rec_viz.theme import ROLES

APP = str(Path(__file__).parents[2] / "app.py")
STEPS = [
    pytest.param(lesson, k, id=f"{lesson.slug}-{k}")
    for lesson in all_lessons()
    for k in range(1, len(lesson.steps) + 1)
]
ASKING = [case for case in STEPS if case.values[0].steps[case.values[1] - 1].ask]

# Numerals a lesson may write itself: small counts and the constants of a formula, years of publications, and the
# constant of the paper's bound. Everything else is computed.
NUMERALS = {"0", "1", "2", "2018", "2022", "2024", "2025", "2026", "0.9"}
NUMBER_WORDS = re.compile(r"\b(ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|hundreds?|thousands?|millions?)\b")
LOOSE = (  # where such a word counts nothing of ours
    "a few hundred values apart",
    "tens, thousands, millions of bits",
    "each ten bits multiply the time by about a thousand",
    "That would do for ten bits or so",
)


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    warm_up.warm_up().ready.wait(120)


def step_of(lesson, k):
    return lesson.steps[k - 1]


def test_there_are_ten_lessons_of_about_forty_minutes_and_five_short_ones_after_them():
    slugs = [lesson.slug for lesson in all_lessons()]
    assert slugs == [
        "sample", "race", "index", "stop", "budget", "partition", "reweight", "overhead", "dimensions", "challenge",
        "rejection", "floor", "dither", "tree", "letters",
    ]  # fmt: skip
    assert [lesson.further for lesson in all_lessons()] == [False] * 10 + [True] * 5
    assert 30 <= sum(lesson.minutes for lesson in all_lessons() if not lesson.further) <= 50
    assert all(lesson.minutes <= 4 for lesson in all_lessons() if lesson.further)
    assert len(ASKING) >= 25


@pytest.mark.parametrize(("lesson", "k"), STEPS)
def test_every_placeholder_resolves(lesson, k):
    step = step_of(lesson, k)
    for text in step.strings():
        told = lessons.filled(text, lessons.situation(step))
        assert "{" not in told
        assert "[[" not in told
        assert "nan" not in told.split()
        assert "$" not in told  # Streamlit would read it as LaTeX


@pytest.mark.parametrize(("lesson", "k"), STEPS)
def test_numbers_are_computed_not_written(lesson, k):
    for text in step_of(lesson, k).strings():
        own = re.sub(r"\{[^{}]*\}", "", text)
        assert set(re.findall(r"\d+(?:\.\d+)?", own)) <= NUMERALS, own
        for phrase in LOOSE:
            own = own.replace(phrase, "")
        assert not NUMBER_WORDS.search(own.lower().replace("\n", " ")), own


@pytest.mark.parametrize(("lesson", "k"), STEPS)
def test_a_step_is_read_in_under_a_minute(lesson, k):
    step = step_of(lesson, k)
    now = lessons.situation(step)
    pieces = [step.title, step.text, step.reveal]
    if step.ask:
        pieces += [step.ask.question, *(choice.text for choice in step.ask.choices)]
        pieces.append(max((choice.says for choice in step.ask.choices), key=len, default=step.ask.low))
    words = [word for piece in pieces for word in lessons.filled(piece, now).split() if word.strip("|-·")]
    assert len(words) < lessons.WORDS_A_MINUTE


@pytest.mark.slow
@pytest.mark.parametrize(("lesson", "k"), ASKING)
def test_every_prediction_has_one_right_answer_and_can_be_answered(lesson, k):
    step = step_of(lesson, k)
    ask = step.ask
    if ask.choices:
        right = lessons.right_choice(step)
        verdicts = [lessons.judge(step, j) for j in range(len(ask.choices))]
        assert [verdict.right for verdict in verdicts] == [j == right for j in range(len(ask.choices))]
        assert len({verdict.says for verdict in verdicts}) == len(verdicts)
        shown = [lessons.filled(choice.text, lessons.situation(step)) for choice in ask.choices]
        assert len(set(shown)) == len(shown)
    else:
        right = lessons.right_number(step)
        assert lessons.judge(step, right).right
        assert lessons.judge(step, right + ask.within).right
        for off in (-1.0, 1.0):
            wrong = lessons.judge(step, right + off * (ask.within + 0.5))
            assert not wrong.right
            assert wrong.says == lessons.filled(ask.low if off < 0 else ask.high, lessons.situation(step))
        assert not lessons.judge(step, float("nan")).right
    assert step.reveal


def test_the_race_by_hand_gives_the_winner_from_the_rounded_numbers_shown():
    step = next(lesson for lesson in all_lessons() if lesson.slug == "race").steps[1]
    table = lessons.filled("{pfr.table}", lessons.situation(step))
    rows = [[float(cell) for cell in line.strip("| ").split("|")] for line in table.splitlines()[2:]]
    scores = [arrival / ratio for _, arrival, ratio in rows]
    best, second = sorted(scores)[:2]
    assert len(rows) == 5
    assert rows[int(np.argmin(scores))][0] == lessons.right_number(step)
    assert second > 1.2 * best  # no rounding decides
    winner = int(lessons.right_number(step))
    assert winner != 1
    assert winner != 1 + int(np.argmax([ratio for *_, ratio in rows]))  # neither first nor best fit: the rule is needed


@pytest.mark.parametrize(("lesson", "k"), STEPS)
def test_every_step_has_a_picture_before_the_answer_and_after(lesson, k):
    step = step_of(lesson, k)
    for shown in (False, True):
        on_stage = pictures.staged(step, shown)
        if on_stage is None:
            for narrow in (False, True):
                svg = pictures.draw(step, None, shown, ROLES["light"], narrow)
                assert ElementTree.fromstring(svg).attrib["aria-label"]
                assert "nan" not in svg
            continue
        race, points = on_stage
        scene = stage.scene(race, **points)
        assert scene["lanes"]
        assert len(scene["lanes"]) == len(race.lanes)
        if "step" in points:
            assert scene["point"]["step"] is not None


@pytest.mark.parametrize(("lesson", "k"), ASKING)
def test_what_a_picture_asks_to_pick_is_an_answer_and_a_wrong_one_changes_it(lesson, k):
    step = step_of(lesson, k)
    if not step.figure:
        return
    svg = pictures.draw(step, None, False, ROLES["light"], False)
    picks = [float(found) for found in re.findall(r'data-pick="([^"]*)"', svg)]
    if picks:
        right = [lessons.judge(step, answer).right for answer in picks]
        assert right.count(True) == 1
        assert pictures.draw(step, picks[right.index(False)], False, ROLES["light"], False) != svg


def test_what_an_answer_claims_is_not_drawn_after_the_reveal():
    step = all_lessons()[2].steps[1]
    claimed, revealed = (pictures.draw(step, 0.0, shown, ROLES["light"], False) for shown in (False, True))
    assert "if answer A were right" in claimed
    assert "if answer" not in revealed


def test_answers_are_given_on_pictures():
    assert all(pictures.PICTURES[name] is hand.draw for name, hand in hands.HANDS.items())  # no two of one name
    picked, moved = set(), set()
    for case in STEPS:
        lesson, k = case.values
        step = step_of(lesson, k)
        if step.figure:
            svg = pictures.draw(step, None, False, ROLES["light"], False)
            picked |= {(lesson.slug, k)} if "data-pick=" in svg else set()
            moved |= {(lesson.slug, k)} if re.search("data-[xy]=", svg) else set()
    assert picked == {("race", 2), ("index", 1), ("partition", 1)}
    assert moved == {
        ("sample", 2), ("race", 1), ("index", 3), ("index", 4), ("stop", 1), ("stop", 3), ("budget", 4),
        ("partition", 3), ("reweight", 1), ("overhead", 4), ("overhead", 5), ("dimensions", 2), ("challenge", 2),
    }  # fmt: skip


MOVED = [case for case in STEPS if hands.of(step_of(*case.values)) is not None]


@pytest.mark.parametrize(("lesson", "k"), MOVED)
def test_what_is_moved_changes_the_picture_and_can_be_right(lesson, k):
    step = step_of(lesson, k)
    moved = hands.of(step)
    place = {"lesson": lesson.slug, "step": k, "shown": moved.answer is None and moved.view is None}
    begin = hands.frame(place | {"hand": {}})
    for knob in begin["knobs"]:
        assert f"{knob['key']} " in " ".join(re.findall('data-[xy]="([^"]*)"', begin["svg"]))
        other = knob["high"] if knob["value"] < knob["high"] else knob["low"]
        frame = hands.frame(place | {"hand": {knob["key"]: other}})
        assert frame["svg"] != begin["svg"]
        assert next(one for one in frame["knobs"] if one["key"] == knob["key"])["value"] == pytest.approx(other)
        beyond = hands.frame(place | {"hand": {knob["key"]: 1e6}})["knobs"]
        assert next(one for one in beyond if one["key"] == knob["key"])["value"] == pytest.approx(knob["high"])
    if moved.answer is not None:
        assert not lessons.judge(step, moved.answer(hands.asked(step, {}))).right
        solved = moved.solved(hands.asked(step, {}))
        assert set(solved) == {knob["key"] for knob in begin["knobs"]}
        assert lessons.judge(step, moved.answer(hands.asked(step, solved))).right
        wrong = pictures.draw(step, moved.answer(hands.asked(step, {})), False, ROLES["light"], False)
        assert wrong != begin["svg"]  # it shows what would happen


@pytest.mark.parametrize("weighting", ["uniform", "target_mass", "peak_ratio"])
def test_the_area_under_the_steps_is_what_the_search_looks_at(weighting):
    """The taps of lesson 7 against the exact law of rec_core, for the weights that it knows."""
    for low, high in ((0.02, 0.9), (0.3, 0.4)):
        problem, cut = rec.uniform_problem([low], [high]), rec.Partition((16,))
        if weighting == "peak_ratio":
            problem = rec.gaussian_problem([low], [high])
        weights, peaks = rec.bin_weights(problem, cut, weighting)[0], np.exp2(rec.bin_peaks_bits(problem, cut)[0])
        reach = weights > 0
        assert not peaks[~reach].any()
        front, worst, area = hands.looked_at(peaks, np.maximum(7.0 * weights, 1e-300))
        expected = rec.laws.expected_examined(problem, rec.PFR(cut, weighting=weighting, stopping="single"))
        assert area == pytest.approx(expected)
        assert front.mean() == pytest.approx(area)
        assert (front >= peaks * (1 - 1e-12)).all()
        assert front[worst] == pytest.approx(peaks[worst])


@pytest.mark.parametrize(
    "asked",
    [
        {"lesson": "cooking", "step": 1, "hand": {}}, {"lesson": "race", "step": 99, "hand": {}},
        {"lesson": "race", "step": True, "hand": {}}, {"lesson": "race", "step": 2, "hand": {}},
        {"lesson": "race", "step": 1, "hand": {"p": float("nan")}}, {"lesson": "race", "step": 1, "hand": [1]},
        {"lesson": "race", "step": 1},
    ],
)  # fmt: skip
def test_a_picture_that_makes_no_sense_is_refused(asked):
    with pytest.raises(ValueError, match=r"step|hand|moved"):
        hands.frame(asked)


def test_the_tour_is_six_steps_in_the_order_of_the_lessons():
    places = [(lesson.slug, k) for lesson in all_lessons() for k in range(1, len(lesson.steps) + 1)]
    stops = [places.index((stop.lesson, stop.step)) for stop in tour.stops()]
    assert len(stops) == 6
    assert stops == sorted(stops)
    for words in tour.stops().values():
        assert not re.findall(r"\d", words)
        assert len(words.split()) < 80


@pytest.mark.parametrize(("lesson", "k"), STEPS)
def test_the_link_to_the_lab_holds_the_steps_view(lesson, k):
    view = step_of(lesson, k).view
    assert read_link(link_query(view, hide=("seed",)), View) == (view, [])


def test_the_challenge_is_open_at_first_and_can_be_won_and_lost_both_ways():
    step = next(step for lesson in all_lessons() for step in lesson.steps if step.goals)

    def met(**change):
        return [good for good, _ in lessons.goals_met(step, step.view._replace(**change))]

    assert met() == [False, False]
    laid = hands.view(step, {"cut1": 4, "cut2": 4, "cut3": 3, "cut4": 3, "cut5": 0})
    assert laid.intervals == "16,16,8,8,1"
    assert [good for good, _ in lessons.goals_met(step, laid)] == [True, True]
    assert met(strategy="information", log2_bins=14) == [True, True]
    assert met(strategy="information", log2_bins=6) == [False, False]
    assert met(strategy="information", log2_bins=20) == [True, False]
    assert met(strategy="collapsed", log2_bins=14) == [False, True]


# ------------------------------------------------------------------------------------------------ reading files

GOOD = '+++\ntitle = "L"\n+++\nAbout.\n+++\ntitle = "S"\n+++\nText.\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Text.", "begin with a line of"),
        ('+++\ntitle = "L"\n+++\nAbout.', "at least one step"),
        (GOOD.replace('title = "S"', "title = S"), "not TOML"),
        (GOOD.replace('title = "S"', 'titel = "S"'), "unknown key “titel”"),
        (GOOD.replace('title = "S"', "let = { a = 1 }"), "“title” is missing"),
        (GOOD.replace('title = "S"', 'title = "S"\nview = { colour = 1 }'), "not a parameter of a view"),
        (GOOD.replace('title = "S"', 'title = "S"\nview = { bits = "lots" }'), "not a value a link could hold"),
        (GOOD.replace('title = "S"', 'title = "S"\ncontrols = ["volume"]'), "“volume” is not a parameter"),
        (GOOD.replace('title = "S"', 'title = "S"\nstage = { light = 1 }'), "unknown key “light”"),
        (GOOD.replace('title = "S"', 'title = "S"\nfigure = "a"\nstage = {}'), "not both at once"),
        (GOOD.replace("Text.", ""), "has no text"),
        (GOOD + "---\nReveal.\n", "a step that asks has a reveal"),
        (GOOD + "---\n---\n", "one line of"),
        (
            GOOD.replace('title = "S"', 'title = "S"\nask = { question = "Q", choices = [] }') + "---\nR.\n",
            "two to four choices",
        ),
        (
            GOOD.replace('title = "S"', 'title = "S"\nask = { question = "Q", number = "dim" }') + "---\nR.\n",
            "“high” is missing",
        ),
        (
            GOOD.replace('title = "S"', 'title = "S"\ngoals = [{ when = "dim = 1", done = "", missing = "" }]'),
            "is not a comparison",
        ),
        (
            GOOD.replace('title = "S"', 'title = "S"\ngoals = [{ when = "open(1) > 2", done = "", missing = "" }]'),
            "may only compare names and numbers",
        ),
    ],
)
def test_a_bad_file_is_refused_in_a_sentence(text, says):
    with pytest.raises(LessonError, match=re.escape(says)) as caught:
        lessons.read(text, "03-try.md")
    assert str(caught.value).startswith("03-try.md")
    assert str(caught.value).endswith(".")


def test_a_good_file_is_read_and_a_bad_name_refused():
    lesson = lessons.read(GOOD, "03-try.md")
    assert (lesson.slug, lesson.title, lesson.about, lesson.steps[0].text) == ("try", "L", "About.", "Text.")
    with pytest.raises(LessonError, match=r"02-race\.md"):
        lessons.read(GOOD, "try.md")


@pytest.mark.parametrize("name", ["pfr.luck", "weather", "orc.examined", "harder.dim", "let.x"])
def test_an_unknown_name_is_refused(name):
    with pytest.raises(LessonError):
        lessons.value(name, lessons.Situation(View(), {}, {}))


def test_conditions_compare_and_combine():
    now = lessons.Situation(View(dim=3, bits=4.0), {"a": 2.0}, {"wide": View(dim=6)})
    assert lessons.holds("dim == 3 and wide.dim == 2 * dim", now)
    assert lessons.holds("let.a < dim < let.a + let.a", now)
    assert not lessons.holds("dim > 3 or bits < dim", now)


# ------------------------------------------------------------------------------------------------ hand-outs


@pytest.mark.parametrize("lesson", all_lessons(), ids=lambda lesson: lesson.slug)
def test_a_handout_is_one_self_contained_page_with_all_steps_and_answers(lesson):
    page = handout.page(lesson)
    assert page.count("<h2>") == len(lesson.steps) + any(step.ask for step in lesson.steps)
    assert page.count('class="question"') == sum(step.ask is not None for step in lesson.steps)
    assert not re.search(r'(src|href)="(?!data:)', page)
    assert "<script" not in page
    told = re.sub(r'src="[^"]*"', "", page)
    assert not re.search(r"\b(drag|pull|click|press|slider|type its)\b|\[\[", told, re.IGNORECASE)  # paper cannot
    assert "{" not in re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    answers = page.split("<h2>Answers</h2>")
    for k, step in enumerate(lesson.steps, start=1):
        if step.ask and step.ask.choices:
            assert handout.inline(lessons.right_answer(step)) in answers[1], k


def drawn(part: str) -> list[str]:
    """The pictures in a part of a hand-out."""
    found = re.findall(r"data:image/svg\+xml;base64,([^\"]+)", part)
    return [base64.b64decode(one).decode() for one in found]


@pytest.mark.parametrize("lesson", all_lessons(), ids=lambda lesson: lesson.slug)
def test_no_picture_and_no_words_of_a_handout_tell_before_the_answers(lesson):
    """What a picture shows after the answer, and a race that has been run, come after the questions; words that tell an
    earlier answer on a page of their own."""
    questions, *answers = handout.page(lesson).split("<h2>Answers</h2>")
    told = handout.gives_away(lesson)
    sections = re.findall(r"<section.*?</section>", questions, flags=re.DOTALL)
    assert len(sections) == len(lesson.steps)
    for k, (step, section) in enumerate(zip(lesson.steps, sections, strict=True), start=1):
        assert section.startswith('<section class="later">') == (k in told)
        assert told.get(k, 0) < k
        # what stands on pages that come before any that is said to tell the answer of this step
        early = " ".join(one for j, one in enumerate(sections, start=1) if not k <= told.get(j, 0))
        before = drawn(early)
        if step.ask:
            assert handout._words(step, step.reveal) not in questions
        staged = pictures.staged(step, shown=True)
        if staged is not None:
            race, _ = staged
            for svg in filter(None, (still.lane(race, lane) for lane in race.lanes)):
                assert svg not in before, k
        elif step.ask and step.figure and step.figure_after:
            asks, tells = (pictures.draw(step, None, shown, ROLES["light"], narrow=False) for shown in (False, True))
            if asks != tells:
                assert tells not in before, k
                assert tells in drawn("".join(answers)), k


def test_words_that_tell_an_earlier_answer_are_found():
    race = all_lessons()[1]
    assert handout.gives_away(race) == {3: 2}  # “watch it meet candidate 2”, where step 2 asks which one wins
    steps = list(race.steps)
    steps[1], steps[2] = steps[2], steps[1]  # told before it is asked: there is nothing to give away
    assert handout.gives_away(dataclasses.replace(race, steps=tuple(steps))) == {}


def test_the_handout_of_the_race_does_not_show_who_wins_before_the_answers():
    questions, answers = (" ".join(drawn(part)) for part in handout.page(all_lessons()[1]).split("<h2>Answers</h2>"))
    assert "Candidate 2, T = 1.0" in questions  # the question
    for told in ("number 2 of them wins", "T / r = 0.6", "4,000 winners"):
        assert told not in questions
        assert told in answers


def test_a_still_picture_shows_the_trace():
    race = lab.race(View())
    for lane in race.lanes:
        svg = still.lane(race, lane)
        dots = re.findall(r"<circle[^>]*>", svg)
        assert sum('fill="none"' not in dot for dot in dots) == lane.trace.examined - 1  # all but the winner, a star
        assert svg.count(f'fill="{ROLES["light"]["winner"]}"') == 1
        assert still.lane(race, lane, "densities").count("<circle") == 0
        assert still.lane(race, lane) == svg
    plain, bins = race.lanes
    for lane, step, told in ((plain, "reweight", False), (bins, "reweight", True), (bins, "cut", False)):
        assert ("P′" in still.lane(race, lane, step)) is told
    wide = lab.race(View(bits=5.0, dim=2, log2_bins=4))
    assert still.lane(wide, wide.lanes[0]).count('<polygon points="') == 3  # two rings of Q, and the star
    high = lab.race(View(dim=3))
    assert still.lane(high, high.lanes[0]) == ""


def test_markdown_of_lessons_becomes_html():
    html = handout.markdown("A **b** *c* `d<e` :blue[**P**].\n\n- one\n- two\n\n| x | y |\n|---|---|\n| 1 | 2 |")
    assert html == (
        '<p>A <strong>b</strong> <em>c</em> <code>d&lt;e</code> <span style="color:#0072B2"><strong>P</strong></span>.'
        "</p><ul><li>one</li><li>two</li></ul><table><thead><tr><th>x</th><th>y</th></tr></thead><tbody><tr><td>1</td>"
        "<td>2</td></tr></tbody></table>"
    )


# ------------------------------------------------------------------------------------------------ the page


def opened(**query: str) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=120)
    for key, value in query.items():
        app.query_params[key] = value
    return app.run()


def words(app: AppTest) -> str:
    return " ".join(element.value for element in app.markdown)


def pressed(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label.strip("*") == label).click().run()


@pytest.mark.parametrize(("lesson", "k"), STEPS)
def test_every_step_opens_from_its_link(lesson, k):
    app = opened(v="1", page="learn", lesson=lesson.slug, step=str(k))
    assert not app.exception
    assert not app.info or step_of(lesson, k).goals
    assert step_of(lesson, k).title in [header.value for header in app.header]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"lesson": "cooking"}, "There is no lesson “cooking”"),
        ({"lesson": "race", "step": "99"}, "steps 1 to 5"),
        ({"lesson": "race", "step": "two"}, "steps 1 to 5"),
        ({"hide": "everything"}, "not a control"),
    ],
)
def test_a_link_that_asks_in_vain_is_told_so(query, says):
    app = opened(v="1", page="learn", **query)
    assert not app.exception
    assert says in app.info[0].value


def test_a_wrong_answer_gets_its_word_and_may_be_mended():
    app = opened(v="1", page="learn", lesson="sample", step="2")
    step = step_of(all_lessons()[0], 2)
    told = lessons.filled(step.reveal, lessons.situation(step))
    assert told not in words(app)
    pressed(app, "A. 8")
    assert step.ask.choices[0].says in app.info[0].value
    assert told not in words(app)
    pressed(app, "C. There are never enough")
    assert step.ask.choices[2].says in app.success[0].value
    assert told in words(app)
    assert "2 done" not in words(app)
    pressed(app, "Next")
    pressed(app, "Back")
    assert told in words(app)


def test_the_list_keeps_the_progress():
    app = opened(v="1", page="learn", lesson="challenge", step="1")
    pressed(app, "All lessons")
    shown = [one.proto.json for one in app.get("bidi_component") if one.proto.component_name == "rec_lab_cards"]
    cards, further, practice = (json.loads(one)["cards"] for one in shown)
    assert [card["title"] for card in practice] == ["Play the sender", "Build your own rule"]
    titles = [card["title"].split(". ", 1)[1] for card in cards + further]
    assert titles == [lesson.title for lesson in all_lessons()]
    assert (len(cards), further[0]["title"][:4]) == (10, "11. ")
    assert [int(card["note"].split()[0]) for card in cards] == [0] * (len(cards) - 1) + [1]
    assert cards[-1]["note"].startswith("1 of 3 steps done")
    assert all(card["picture"].startswith("<svg") and "<text" not in card["picture"] for card in cards + further)


def test_progress_comes_back_from_a_browser_and_nothing_else_does():
    done = {Learn("race", 2), Learn("race", 5), Learn("challenge", 1)}
    kept = progress.written(done, all_lessons())
    assert kept == {"race": [2, 5], "challenge": [1]}
    assert progress.read(json.loads(json.dumps(kept)), all_lessons()) == done
    strange = {"race": [0, 99, "2", None, 3], "nowhere": [1], "challenge": "1", "sample": {"1": 1}}
    assert progress.read(strange, all_lessons()) == {Learn("race", 3)}
    for nothing in (None, [], "race", 7):
        assert progress.read(nothing, all_lessons()) == set()


# ------------------------------------------------------------------------------------------------ class links


def test_hidden_controls_are_not_drawn_keep_their_value_and_can_be_shown():
    view = View(bits=5.0)
    app = opened(**link_query(view, hide=("bits", "seed")))
    app.session_state["lab_more"] = True
    app.run()
    assert not app.exception
    assert {slider.key for slider in app.slider} == {"dim", "log2_bins"}
    assert all(button.label != "Another race" for button in app.button)
    assert "hides: Information I, bits, Seed" in words(app)
    assert "**5.0 bits**" in words(app)
    pressed(app, "Show them again")
    assert app.slider(key="bits").value == 5.0
    assert "hides" not in words(app)


def test_every_student_gets_a_seed_and_it_is_explicit_from_then_on():
    seeds = set()
    for _ in range(3):
        app = opened(**link_query(View()) | {"seed": "student"})
        assert not app.exception
        app.session_state["lab_more"] = True
        own = app.run().number_input(key="seed").value
        assert f"seed {own}" in app.info[0].value
        assert app.query_params["seed"] in (str(own), [str(own)])
        seeds.add(own)
    assert len(seeds) > 1  # three equal draws of a million: once in 10^12


def test_presenter_mode_has_no_sidebar_and_keeps_the_view():
    app = opened(**link_query(View(bits=5.0)) | {"present": "1"})
    assert not app.exception
    assert not app.sidebar.children
    assert app.query_params["present"] in ("1", ["1"])
    assert app.query_params["bits"] in ("5", ["5"])


def test_a_class_link_holds_what_it_was_given():
    made = link("http://localhost/lab", View(bits=5.0), hide="bits,dim", seed="student", present="1")
    query = dict(parse_qsl(urlsplit(made).query))
    assert set(query) == {"v", "bits", "hide", "seed", "present"}
    assert read_hidden(query) == (("bits", "dim"), [])
    assert query["seed"] == links.STUDENT
    view, notices = read_link(query | {"seed": "1"}, View)
    assert (view.bits, notices) == (5.0, [])


def test_unknown_names_to_hide_are_said():
    hidden, notices = read_hidden({"hide": "bits,,volume,bits," + list(TABLE[View])[-1]})
    assert hidden == ("bits", list(TABLE[View])[-1])
    assert len(notices) == 1
    assert "“volume”" in notices[0]
