"""Questions made from seeds: numbers from a seed, answers from the exact laws or a real search, wrong options from
misconceptions. Pure; no Streamlit.

    from rec_viz.lessons import questions
    asked = questions.question("race", "winner", seed=7)     # a kind of a lesson; without one the seed chooses
    asked.text, asked.table, asked.why                       # plain text; rows of cells (first the heading), or ()
    [option.text for option in asked.options]                # 3 or 4 answers, all different; asked.right is one
    asked.shows(chosen)                                      # the Misconception behind an option, None for right
    asked.drawn(theme.ROLES["light"], narrow, answered)      # its picture as SVG
    asked.name                                               # "race/winner/7"; questions.named(name) makes it again
    questions.kinds("race")                                  # ("winner", "winners_between", "overtake")
    questions.LESSONS                                        # every lesson's short name, in their order
    questions.COURSE                                         # and of those of the course, without the further ones
    questions.form(seed=3, size=8)                           # eight questions of different lessons, the same for a seed
    questions.diagnosed([(asked, chosen), ...])              # the one Misconception the answers show, or None

The same lesson, kind and seed give the same question on every machine. A Misconception has a short name `slug`, a
`name`, the `belief` and a `help`; all of them are in MISCONCEPTIONS.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from ..errors import LessonError
from . import bins, further, lengths, races, searches, spaces
from .diagnosis import diagnosed
from .form import Kind, Option, Picture, Question, made
from .misconceptions import MISCONCEPTIONS, Misconception

_KINDS: dict[str, dict[str, Kind]] = {
    name: dict(module.LESSONS[name])
    for name, module in (
        ("sample", races), ("race", races), ("index", lengths), ("stop", searches), ("budget", searches),
        ("partition", bins), ("reweight", bins), ("overhead", lengths), ("dimensions", spaces), ("challenge", spaces),
        ("rejection", further), ("floor", further), ("dither", further), ("tree", further), ("letters", further),
    )
}  # fmt: skip
LESSONS = tuple(_KINDS)
COURSE = tuple(name for name in LESSONS if name not in further.LESSONS)


def kinds(lesson: str) -> tuple[str, ...]:
    """The kinds of questions of a lesson. LessonError for a lesson that has none."""
    if lesson not in _KINDS:
        raise LessonError(f"There are no questions of a lesson “{lesson}”.")
    return tuple(_KINDS[lesson])


def question(lesson: str, kind: str | None = None, *, seed: int) -> Question:
    """The question of a lesson and a kind with this seed. LessonError where there is no such lesson or kind."""
    every = kinds(lesson)
    if kind is None:
        kind = Random(f"{lesson}/{seed}").choice(every)
    if kind not in every:
        raise LessonError(f"There are no questions “{lesson}/{kind}”.")
    return made(lesson, kind, seed, _KINDS[lesson][kind])


def named(name: str) -> Question:
    """The question with a name such as "race/winner/7". LessonError for what is no such name."""
    lesson, _, rest = name.partition("/")
    kind, _, seed = rest.partition("/")
    if not (seed.isascii() and seed.isdigit()):
        raise LessonError(f"“{name}” names no question.")
    return question(lesson, kind, seed=int(seed))


def form(seed: int, size: int = 8, lessons: Sequence[str] = COURSE) -> list[Question]:
    """So many questions for a test before or after, of lessons in turn and in order, no kind twice while kinds last.

    Give the `lessons` of one form to the other, so that both ask of the same.
    """
    dice = Random(f"form/{seed}")
    turns = [lesson for _ in range(size // len(lessons)) for lesson in lessons]
    turns += dice.sample(list(lessons), size % len(lessons))
    used: dict[str, int] = {}
    out = []
    for lesson in sorted(turns, key=list(lessons).index):
        order = Random(f"form/{seed}/{lesson}").sample(kinds(lesson), len(kinds(lesson)))
        at = used[lesson] = used.get(lesson, -1) + 1
        out.append(question(lesson, order[at % len(order)], seed=1000 * seed + at))
    return out


__all__ = [
    "COURSE", "LESSONS", "MISCONCEPTIONS", "Misconception", "Option", "Picture", "Question", "diagnosed", "form",
    "kinds", "named", "question",
]  # fmt: skip
