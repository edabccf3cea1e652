"""Three right answers in a row pass a lesson, and what was missed comes back after days. Pure; a day is its number."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any, NamedTuple

from . import questions
from .questions import Misconception, Question

IN_A_ROW = 3
AFTER_DAYS = (1, 3, 7, 21)  # a kind of question that was missed comes back so long after each right answer
AT_ONCE = 2  # of those that come back


class Quiz(NamedTuple):
    """Questions of some `kinds`, each by "lesson/kind", in turn; `needed` right ones in a row pass it.

    After a wrong answer comes a new question of the same kind. `asked` counts the questions before this one, `chosen`
    is the answer to this one: an option from 0, or None. `given` are the answers so far, each with its question's name.
    """

    kinds: tuple[str, ...]
    seed: int
    needed: int = IN_A_ROW
    asked: int = 0
    turn: int = 0
    row: int = 0
    chosen: int | None = None
    given: tuple[tuple[str, int], ...] = ()

    @property
    def kind(self) -> str:
        """The kind of this question."""
        return self.kinds[self.turn % len(self.kinds)]

    @property
    def question(self) -> Question:
        """This question."""
        return questions.named(f"{self.kind}/{self.seed + self.asked}")

    @property
    def right(self) -> bool:
        """Whether it was answered right."""
        return self.chosen == self.question.right

    @property
    def passed(self) -> bool:
        """Whether enough were right in a row."""
        return self.row >= self.needed

    @property
    def idea(self) -> Misconception | None:
        """The one misconception that all answers so far show."""
        return questions.diagnosed((questions.named(name), chosen) for name, chosen in self.given)

    def answered(self, chosen: int) -> Quiz:
        """With an answer to this question; only the first one counts."""
        if self.chosen is not None or not 0 <= chosen < len(self.question.options):
            return self
        row = self.row + 1 if chosen == self.question.right else 0
        return self._replace(chosen=chosen, row=row, given=(*self.given, (self.question.name, chosen)))

    def following(self) -> Quiz:
        """At the next question, once this one is answered; after those that pass the count begins anew."""
        if self.chosen is None:
            return self
        return self._replace(
            asked=self.asked + 1, turn=self.turn + self.right, row=0 if self.passed else self.row, chosen=None
        )


def of_lesson(lesson: str, seed: int) -> Quiz:
    """The quiz at the end of a lesson. LessonError for a lesson without questions."""
    return Quiz(tuple(f"{lesson}/{kind}" for kind in questions.kinds(lesson)), seed)


class Missed(NamedTuple):
    """A kind of question that was missed: how often it has come back since, and the day of the last answer."""

    times: int
    day: int

    @property
    def due(self) -> int:
        """The day it comes back."""
        return self.day + AFTER_DAYS[self.times]


def noted(missed: Mapping[str, Missed], kind: str, right: bool, day: int) -> dict[str, Missed]:
    """What is missed after an answer: a wrong one begins anew, a right one on the due day or later takes a step."""
    kept = dict(missed)
    if not right:
        kept[kind] = Missed(0, day)
    elif kind in kept and day >= kept[kind].due:
        again = Missed(kept[kind].times + 1, day)
        if again.times < len(AFTER_DAYS):
            kept[kind] = again
        else:
            del kept[kind]
    return kept


def due(missed: Mapping[str, Missed], day: int) -> tuple[str, ...]:
    """The kinds that come back on a day, those longest due first, AT_ONCE at most."""
    back = sorted((one.due, kind) for kind, one in missed.items() if one.due <= day)
    return tuple(kind for _, kind in back[:AT_ONCE])


def returning(missed: Mapping[str, Missed], day: int, seed: int) -> Quiz | None:
    """The quiz of what comes back, None where nothing does."""
    kinds = due(missed, day)
    return Quiz(kinds, seed, needed=len(kinds)) if kinds else None


def written(passed: Set[str], missed: Mapping[str, Missed]) -> dict[str, Any]:
    """Both as a browser keeps them."""
    return {"passed": sorted(passed), "missed": {kind: list(one) for kind, one in sorted(missed.items())}}


def read(found: Any) -> tuple[set[str], dict[str, Missed]]:
    """The same back, of whatever a browser hands over: what is no lesson and no kind is passed over."""
    if not isinstance(found, dict):
        return set(), {}
    passed, missed = found.get("passed"), found.get("missed")
    kinds = {f"{lesson}/{kind}" for lesson in questions.LESSONS for kind in questions.kinds(lesson)}
    return (
        {lesson for lesson in questions.LESSONS if isinstance(passed, list) and lesson in passed},
        {
            kind: Missed(*one)
            for kind, one in (missed.items() if isinstance(missed, dict) else ())
            if kind in kinds and isinstance(one, list) and len(one) == 2
            and all(type(n) is int for n in one) and 0 <= one[0] < len(AFTER_DAYS) and 0 < one[1] < 10**7
        },
    )  # fmt: skip
