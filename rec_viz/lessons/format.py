"""What a lesson is, and how its file is read; rec_viz/lessons/__init__.py says how one is written."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from ..memo import memo
from ..settings import TABLE, View
from .conditions import parsed
from .errors import LessonError

FOLDER = Path(__file__).parents[1] / "assets" / "lessons"
FENCE, REVEAL = "+++", "---"
WORDS_A_MINUTE = 200


class Choice(NamedTuple):
    """An answer offered: its words, the condition under which it is the right one, and a word to who chose it."""

    text: str
    when: str
    says: str


class Ask(NamedTuple):
    """A prediction: a choice among `choices`, or the number `number` where there are none."""

    question: str
    choices: tuple[Choice, ...] = ()
    number: str = ""
    within: float = 0.0
    right: str = ""
    low: str = ""
    high: str = ""


class Goal(NamedTuple):
    """One thing a challenge wants: a condition, the words when it holds and the words when it does not."""

    when: str
    done: str
    missing: str


@dataclass(frozen=True)
class Step:
    """One screen of a lesson."""

    title: str
    text: str
    reveal: str
    view: View
    stage: Mapping[str, Any] | None
    stage_after: Mapping[str, Any] | None
    figure: str
    figure_given: str
    figure_after: str
    ask: Ask | None
    goals: tuple[Goal, ...]
    controls: tuple[str, ...]
    let: Mapping[str, float] = field(default_factory=dict)
    also: Mapping[str, View] = field(default_factory=dict)

    @property
    def done_when(self) -> str:
        """What finishes the step: "read", "answered" or "goals"."""
        return "goals" if self.goals else "answered" if self.ask else "read"

    def shows(self, given: float | None, shown: bool) -> tuple[str, Mapping[str, Any] | None]:
        """Its figure or what it has on the stage, by what was answered and whether the reveal is open."""
        if shown:
            return self.figure_after, self.stage_after
        return (self.figure, self.stage) if given is None or not self.figure_given else (self.figure_given, None)

    def strings(self) -> Iterator[str]:
        """Every text a reader can meet in this step."""
        yield from (self.title, self.text, self.reveal)
        if self.ask:
            yield self.ask.question
            yield from (self.ask.right, self.ask.low, self.ask.high)
            for choice in self.ask.choices:
                yield from (choice.text, choice.says)
        for goal in self.goals:
            yield from (goal.done, goal.missing)

    def conditions(self) -> Iterator[str]:
        """Every condition in this step."""
        yield from (choice.when for choice in (self.ask.choices if self.ask else ()))
        yield from (goal.when for goal in self.goals)


@dataclass(frozen=True)
class Lesson:
    """A file of rec_viz/assets/lessons."""

    slug: str
    title: str
    about: str
    steps: tuple[Step, ...]
    cover: int  # the step, from 1, whose picture stands for the lesson
    further: bool = False  # not part of the course: it stands after it, under a heading of its own
    play: bool = True  # whether Play can show its views

    @property
    def minutes(self) -> int:
        """How long it takes: reading, and a little more to think and look."""
        words = sum(len(text.split()) for step in self.steps for text in (*step.strings(),))
        return max(1, round(1.25 * words / WORDS_A_MINUTE))


# ------------------------------------------------------------------------------------------------ reading


@memo(1)
def all_lessons() -> tuple[Lesson, ...]:
    """Every lesson, in the order of its file's number."""
    return tuple(read(path.read_text(encoding="utf-8"), path.name) for path in sorted(FOLDER.glob("*.md")))


def read(text: str, name: str) -> Lesson:
    """A lesson from the text of a file. LessonError says what is wrong and where."""
    slug = re.fullmatch(r"\d\d-([a-z][a-z-]*)\.md", name)
    if slug is None:
        raise LessonError(f"{name}: a lesson’s file is named like 02-race.md.")
    blocks = re.split(rf"^{re.escape(FENCE)}[ \t]*$", text, flags=re.MULTILINE)
    if blocks[0].strip() or len(blocks) < 5 or len(blocks) % 2 == 0:
        raise LessonError(
            f"{name}: begin with a line of {FENCE} and close every block of settings with another; "
            "a lesson needs its own block and at least one step."
        )
    head = _settings(blocks[1], f"{name}, the lesson’s block", {"title", "view", "cover", "further", "play"})
    shared = head.get("view", {})
    steps = []
    for k, (settings, body) in enumerate(zip(blocks[3::2], blocks[4::2], strict=True), start=1):
        steps.append(_step(settings, body, shared, f"{name}, step {k}"))
    cover = head.get("cover", 1)
    if cover not in range(1, len(steps) + 1):
        raise LessonError(f"{name}: cover is the number of one of its {len(steps)} steps; got {cover!r}.")
    further, play = head.get("further") is True, head.get("play") is not False
    return Lesson(slug[1], head["title"], blocks[2].strip(), tuple(steps), cover, further, play)


_STEP_KEYS = {
    "title",
    "view",
    "stage",
    "stage_after",
    "figure",
    "figure_given",
    "figure_after",
    "let",
    "also",
    "controls",
    "ask",
    "goals",
}


def _settings(text: str, where: str, allowed: set[str]) -> dict[str, Any]:
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise LessonError(f"{where}: this is not TOML ({error}).") from None
    _check(values, where, allowed, {"title"})
    return values


def _check(values: Any, where: str, allowed: set[str], needed: set[str]) -> None:
    if not isinstance(values, dict):
        raise LessonError(f"{where}: expected a table of {', '.join(sorted(allowed))}; got {values!r}.")
    for key in sorted(values.keys() - allowed):
        raise LessonError(f"{where}: unknown key “{key}”; the keys are {', '.join(sorted(allowed))}.")
    for key in sorted(needed - values.keys()):
        raise LessonError(f"{where}: “{key}” is missing.")


def _step(settings: str, body: str, shared: dict[str, Any], where: str) -> Step:
    raw = _settings(settings, where, _STEP_KEYS)
    text, *reveal = re.split(rf"^{REVEAL}[ \t]*$", body, flags=re.MULTILINE)
    if len(reveal) > 1:
        raise LessonError(f"{where}: one line of {REVEAL} at most, before the reveal.")
    if bool(reveal) != ("ask" in raw):
        raise LessonError(f"{where}: a step that asks has a reveal after a line of {REVEAL}, and no other step has.")
    if "ask" in raw and raw.keys() & {"goals", "controls"}:
        raise LessonError(f"{where}: a step that asks has neither goals nor controls, which could change the answer.")
    view = _view(shared | raw.get("view", {}), where)
    also = {
        name: _view(shared | raw.get("view", {}) | change, f"{where}, also {name}")
        for name, change in raw.get("also", {}).items()
    }
    for key in raw.get("controls", ()):
        if key not in TABLE[View]:
            raise LessonError(f"{where}: “{key}” is not a parameter; they are {', '.join(TABLE[View])}.")
    for when in ("", "_after"):
        if f"stage{when}" in raw and f"figure{when}" in raw:
            raise LessonError(f"{where}: a step shows the stage or a figure, not both at once.")
    shown = _stage(raw["stage"], f"{where}, stage") if "stage" in raw else None
    stage_after = _stage(raw["stage_after"], f"{where}, stage_after") if "stage_after" in raw else shown
    figure = raw.get("figure", "")
    step = Step(
        title=raw["title"],
        text=text.strip(),
        reveal=reveal[0].strip() if reveal else "",
        view=view,
        stage=shown,
        stage_after=None if "figure_after" in raw else stage_after,
        figure=figure,
        figure_given=raw.get("figure_given", ""),
        figure_after="" if "stage_after" in raw else raw.get("figure_after", figure),
        ask=_ask(raw["ask"], where) if "ask" in raw else None,
        goals=tuple(_goal(goal, where) for goal in raw.get("goals", ())),
        controls=tuple(raw.get("controls", ())),
        let=raw.get("let", {}),
        also=also,
    )
    if not step.text:
        raise LessonError(f"{where}: the step has no text.")
    for condition in step.conditions():
        parsed(condition, where)
    return step


def _view(values: Mapping[str, Any], where: str) -> View:
    chosen = {}
    for key, value in values.items():
        if key not in TABLE[View]:
            raise LessonError(f"{where}: “{key}” is not a parameter of a view; they are {', '.join(TABLE[View])}.")
        try:
            chosen[key] = TABLE[View][key].parse(str(value))
        except ValueError:
            raise LessonError(f"{where}: {key} = {value!r} is not a value a link could hold.") from None
    return View(**chosen)


def _stage(values: Any, where: str) -> dict[str, Any]:
    _check(values, where, {"step", "highlight", "only"}, set())
    return dict(values)


def _ask(values: Any, where: str) -> Ask:
    where = f"{where}, ask"
    if "number" in values:
        _check(values, where, {"question", "number", "within", "right", "low", "high"},
               {"question", "number", "right", "low", "high"})  # fmt: skip
        return Ask(**values)
    _check(values, where, {"question", "choices"}, {"question", "choices"})
    for choice in values["choices"]:
        _check(choice, f"{where}, choices", {"text", "when", "says"}, {"text", "when", "says"})
    if not 2 <= len(values["choices"]) <= 4:
        raise LessonError(f"{where}: offer two to four choices, not {len(values['choices'])}.")
    return Ask(values["question"], tuple(Choice(**choice) for choice in values["choices"]))


def _goal(values: Any, where: str) -> Goal:
    _check(values, f"{where}, goals", {"when", "done", "missing"}, {"when", "done", "missing"})
    return Goal(**values)
