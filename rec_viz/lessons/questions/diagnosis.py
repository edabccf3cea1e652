"""Which misconception a student's answers show: the likeliest of a few explanations of all of them."""

from __future__ import annotations

import math
from collections.abc import Iterable

from .form import Question
from .misconceptions import MISCONCEPTIONS, Misconception

SLIP = 0.1  # the chance of an answer that is not meant
NONE, GUESSING = "", "guessing"
BELIEFS = {NONE: 0.6, GUESSING: 0.1}  # before any answer; the misconceptions offered share the rest alike


def diagnosed(answers: Iterable[tuple[Question, int]]) -> Misconception | None:
    """The one misconception that explains the answers better than knowledge, slips or guessing; None where none does.

    An answer is a question and the option chosen, counted from 0. Bayes' rule among: knows it all, guesses, and one
    misconception each: a student with one chooses its answer wherever it is offered, and else answers right;
    every student slips once in ten answers. None too where two misconceptions explain them alike.
    """
    given = list(answers)
    offered = {option.misconception for asked, _ in given for option in asked.options} - {""}
    share_each = (1.0 - sum(BELIEFS.values())) / max(len(offered), 1)
    prior = {**BELIEFS, **dict.fromkeys(offered, share_each)}
    log_odds = {
        belief: math.log(share) + sum(math.log(chance(belief, asked, k)) for asked, k in given)
        for belief, share in prior.items()
    }
    best = max(log_odds, key=log_odds.__getitem__)
    total = sum(math.exp(value - log_odds[best]) for value in log_odds.values())
    return MISCONCEPTIONS.get(best) if total < 2.0 else None


def chance(belief: str, asked: Question, chosen: int) -> float:
    """How likely a student with a belief chooses an option."""
    count = len(asked.options)
    if belief == GUESSING:
        return 1.0 / count
    meant = next((k for k, option in enumerate(asked.options) if option.misconception == belief), asked.right)
    return 1.0 - SLIP if chosen == meant else SLIP / (count - 1)
