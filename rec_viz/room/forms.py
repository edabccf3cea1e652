"""The two tests of a class: eight questions before, and eight of the same kinds with other numbers after."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from ..lessons import questions
from ..memo import memo
from .rooms import Form

SIZE = 8
_LATER = 500_000  # added to a seed


@memo(32)
def asked(form: Form) -> tuple[questions.Question, ...]:
    """The questions of a form, the same for every student. Raises LessonError for a lesson without questions."""
    first = questions.form(form.seed, SIZE, form.lessons)
    return tuple(first) if form.name == "pre" else tuple(map(_other, first))


def _other(one: questions.Question) -> questions.Question:
    """A question of the same kind with other numbers."""
    others = (questions.question(one.lesson, one.kind, seed=one.seed + _LATER + k) for k in count())
    return next(other for other in others if (other.text, other.table) != (one.text, one.table))


def right(form: Form, chosen: Sequence[int | None]) -> list[bool]:
    """Which of the answers, options counted from 0 and None for none, are right."""
    return [answer == one.right for one, answer in zip(asked(form), chosen, strict=True)]
