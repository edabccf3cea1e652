"""Answers to a step: which is right, and what to say to the others."""

from __future__ import annotations

import math
from typing import NamedTuple

from ..settings import View
from .conditions import evaluated, parsed
from .errors import LessonError
from .format import Step
from .numbers import Situation, filled, situation, value


def holds(condition: str, now: Situation) -> bool:
    """Whether a condition holds in a situation."""
    return bool(evaluated(parsed(condition), lambda name: value(name, now)))


class Verdict(NamedTuple):
    """What an answer earns: whether it is right, and a word about it."""

    right: bool
    says: str


def right_choice(step: Step) -> int:
    """The number from 0 of the one right choice. LessonError unless exactly one choice is right."""
    assert step.ask is not None
    now = situation(step)
    right = [k for k, choice in enumerate(step.ask.choices) if holds(choice.when, now)]
    if len(right) != 1:
        raise LessonError(f"“{step.title}”: {len(right)} of its choices are right; exactly one must be.")
    return right[0]


def right_number(step: Step) -> float:
    """The number a step asks for."""
    assert step.ask is not None
    return float(value(step.ask.number, situation(step)))


def judge(step: Step, answer: float) -> Verdict:
    """An answer to a step: the number of a choice from 0, or the number asked for."""
    assert step.ask is not None
    ask, now = step.ask, situation(step)
    if ask.choices:
        chosen = int(answer)
        return Verdict(chosen == right_choice(step), filled(ask.choices[chosen].says, now))
    off = answer - right_number(step)
    if not math.isfinite(off):
        return Verdict(False, "Please type a number.")
    right = abs(off) <= ask.within + 1e-9
    return Verdict(right, filled(ask.right if right else ask.low if off < 0 else ask.high, now))


def right_answer(step: Step) -> str:
    """The right answer in words, for the hand-out."""
    assert step.ask is not None
    if step.ask.choices:
        k = right_choice(step)
        return f"{'ABCD'[k]}. {filled(step.ask.choices[k].text, situation(step))}"
    number = right_number(step)
    return f"{number:.2f}" if number % 1 else f"{number:.0f}"


def goals_met(step: Step, view: View) -> list[tuple[bool, str]]:
    """Each goal of a challenge on a view: whether it is met, and what to say."""
    now = situation(step, view)
    out = []
    for goal in step.goals:
        met = holds(goal.when, now)
        out.append((met, filled(goal.done if met else goal.missing, now)))
    return out
