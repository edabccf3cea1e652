"""What a question is, and how one is made of a draft: what is asked, what is true, what each misconception gives."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ...memo import memo
from ..errors import LessonError
from .misconceptions import MISCONCEPTIONS, Misconception

ATTEMPTS = 1000  # of numbers for a question, before we say that there are none
APART = 0.1  # of the larger of two options: closer ones would ask for arithmetic


class Picture(NamedTuple):
    """A figure of figures/questions.py and the numbers it is drawn from; `Question.drawn` draws it."""

    figure: Callable[..., str]
    data: tuple[Any, ...]


class Draft(NamedTuple):
    """A question before its options are mixed. `wrong` is what each misconception, by its short name, computes."""

    text: str
    right: float
    wrong: Mapping[str, float]
    why: str
    show: Callable[[float], str]
    picture: Picture
    table: tuple[tuple[str, ...], ...] = ()


class Option(NamedTuple):
    """An answer as printed, its value, and the short name of the misconception that gives it: "" for the right one."""

    text: str
    value: float
    misconception: str


class Question(NamedTuple):
    """A question of a lesson: `options[right]` is the one right answer, `why` says why in numbers.

    `text`, `why` and options are plain text without Markdown. `table`, where there is one, belongs under the text: rows
    of cells, the first of them the heading.
    """

    lesson: str
    kind: str
    seed: int
    text: str
    table: tuple[tuple[str, ...], ...]
    options: tuple[Option, ...]
    right: int
    why: str
    picture: Picture

    @property
    def name(self) -> str:
        """A short name that `questions.named` makes the same question of again."""
        return f"{self.lesson}/{self.kind}/{self.seed}"

    def shows(self, chosen: int) -> Misconception | None:
        """The misconception that option `chosen`, counted from 0, shows; None for the right one."""
        return MISCONCEPTIONS.get(self.options[chosen].misconception)

    def drawn(self, colours: Mapping[str, str], narrow: bool = False, answered: bool = False) -> str:
        """The picture as SVG; once `answered`, with the answer in it. `colours` is one of theme.THEMES."""
        return self.picture.figure(*self.picture.data, colours, narrow, answered)


Kind = Callable[[random.Random], Draft | None]  # None: these numbers will not do


@memo(256)
def made(lesson: str, kind: str, seed: int, draw: Kind) -> Question:
    """The question of a kind with this seed: the first numbers from it whose options differ. LessonError for none."""
    for attempt in range(ATTEMPTS):
        dice = random.Random(f"{lesson}/{kind}/{seed}/{attempt}")
        draft = draw(dice)
        if draft is None:
            continue
        options = [Option(draft.show(draft.right), float(draft.right), "")]
        options += [Option(draft.show(value), float(value), name) for name, value in draft.wrong.items()]
        if not different(options):
            continue
        dice.shuffle(options)
        right = next(k for k, option in enumerate(options) if not option.misconception)
        return Question(
            lesson, kind, seed, draft.text, draft.table, tuple(options), right, draft.why, draft.picture
        )  # fmt: skip
    raise LessonError(f"“{lesson}/{kind}” finds no numbers for seed {seed}.")


def different(options: list[Option]) -> bool:
    """Whether no two options look alike, or nearly so where they are measured numbers."""
    texts = {option.text for option in options}
    if len(texts) < len(options):
        return False
    for k, one in enumerate(options):
        for other in options[:k]:
            measured = not (one.value.is_integer() and other.value.is_integer())
            if measured and abs(one.value - other.value) < APART * max(abs(one.value), abs(other.value)):
                return False
    return True


# ------------------------------------------------------------------------------------------------ what is printed


def bell(mean: float, k: float) -> str:
    """A target in one dimension, in words: its center, and 2 to the power k times narrower than P."""
    return (
        f"P is a bell curve of width 1 around 0. Q has its center at {mean:g} and is {2**k:g} times narrower.".replace(
            "-", "−"
        )
    )


def bits(value: float) -> str:
    """A length: 8.9 bits, 4 bits."""
    return f"{plain(value)} bit{'' if plain(value) == '1' else 's'}".replace("-", "−")


def plain(value: float) -> str:
    """A number of bits: whole where it is whole or large, else to a tenth."""
    return f"{value:,.0f}" if abs(value) >= 100 or abs(value - round(value)) < 1e-9 else f"{value:.1f}"


def count(value: float) -> str:
    """A number of candidates: 3.1, 58, 4,096, and 2⁴⁰ in powers of ten."""
    if value >= 1e6:
        exponent = len(f"{value:.0f}") - 1
        power = str(exponent).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
        return f"{value / 10.0**exponent:.1f} × 10{power}"
    return f"{value:,.0f}" if value >= 20 or abs(value - round(value)) < 1e-6 else f"{value:.1f}"


def percent(value: float) -> str:
    """A share: 16%."""
    return f"{100 * value:.0f}%"


def place(value: float) -> str:
    """A place on the line: −0.42."""
    return f"{value:.2f}".replace("-", "−")


def hundredths(value: float) -> str:
    """A number to two places: 0.08."""
    return f"{value:.2f}"


def tenths(value: float) -> str:
    """A number to one place: 5.1."""
    return f"{value:.1f}"
