"""Which steps are done, as a browser keeps them from visit to visit."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Any

from ..settings.table import Learn
from .format import Lesson


def written(done: Set[Learn], lessons: Sequence[Lesson]) -> dict[str, list[int]]:
    """The steps that are done, counted from 1, by the lesson's short name."""
    steps = {
        lesson.slug: [k for k in range(1, len(lesson.steps) + 1) if Learn(lesson.slug, k) in done] for lesson in lessons
    }
    return {slug: numbers for slug, numbers in steps.items() if numbers}


def read(found: Any, lessons: Sequence[Lesson]) -> set[Learn]:
    """The same back, of whatever a browser hands over: what is no step is passed over."""
    if not isinstance(found, dict):
        return set()
    return {
        Learn(lesson.slug, k)
        for lesson in lessons
        for k in range(1, len(lesson.steps) + 1)
        if isinstance(steps := found.get(lesson.slug), list) and k in steps
    }
