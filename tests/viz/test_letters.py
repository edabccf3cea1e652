"""The lesson of two letters: its law of N against races and integrals, its floors against the best dice there are."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import rec_core as rec
from rec_viz import lessons
from rec_viz.lessons import LessonError
from rec_viz.model import letters
from rec_viz.settings import View
from tests.core.conftest import ALPHA
from tests.viz.question_oracle import cheapest_dice, first_of_two

NOISY, LOST = rec.binary_symmetric_channel(0.1), rec.erasure_channel(0.2)
MOST = 6


def raced(channel: rec.DiscreteChannel, runs: int) -> np.ndarray:
    """How often each letter won with N = 1 to MOST in so many races for the bit 1: (K, MOST)."""
    sent = rec.encode_many(letters.problem(channel), runs, rec.PFR(), seed=15)
    won = rec.letters(sent.samples, channel.masses)
    n = sent.indices.astype(int)
    return np.array([[np.sum((won == k) & (n == m + 1)) for m in range(MOST)] for k in range(channel.masses.size)])


def p_value(found: np.ndarray, chances: np.ndarray, runs: int) -> float:
    """Of a chi-square test of the cells expected five times or more, all others together; 0 for what cannot be."""
    if found[chances == 0.0].any():
        return 0.0
    cells = chances * runs >= 5.0
    seen = np.append(found[cells], runs - found[cells].sum())
    expected = np.append(chances[cells], 1.0 - chances[cells].sum()) * runs
    return float(stats.chisquare(seen, expected).pvalue)


@pytest.mark.parametrize("channel", [NOISY, LOST], ids=["noisy", "lost"])
def test_races_keep_the_law_of_letter_and_number(channel):
    """One test a channel at ALPHA; the twins, the law of the other bit and one of N apart from the letter, fail."""
    law, found = letters.chances(letters.problem(channel), MOST), raced(channel, 4000)
    assert p_value(found, law, 4000) > ALPHA
    assert p_value(found, letters.chances(channel.targets[0][0], MOST), 4000) < ALPHA
    assert p_value(found, law.sum(axis=1, keepdims=True) * law.sum(axis=0), 4000) < ALPHA


@pytest.mark.parametrize(("p", "q"), [(0.5, 0.9), (0.2, 0.7), (0.6, 0.5), (0.5, 0.5), (0.3, 1.0)])
def test_the_law_of_two_letters_is_that_of_the_package_and_of_an_integral(p, q):
    one = rec.discrete_problem([1.0 - q, q], [1.0 - p, p])
    law = letters.chances(one, 40)
    assert law.sum(axis=0) == pytest.approx(rec.laws.index_pmf(one, max_index=40), abs=1e-6)
    assert law[:, :1].sum() == pytest.approx(first_of_two(p, q) if p < q < 1 else law[:, 0].sum(), abs=1e-9)
    many = letters.chances(one, 2000).sum(axis=1)
    assert many == pytest.approx([1.0 - q, q], abs=1e-9)


@pytest.mark.parametrize("chance", [0.01, 0.1, 0.25, 0.45])
def test_shared_dice_reach_the_floor_of_both_lines_and_none_do_better(chance):
    for channel in (rec.binary_symmetric_channel(chance), rec.erasure_channel(chance)):
        least = cheapest_dice([list(row) for row in channel.conditional], list(channel.source))
        assert letters.NUMBERS["floor"](channel) == pytest.approx(least, abs=1e-7)
        assert letters.NUMBERS["said"](channel) == pytest.approx(least, abs=1e-7)
        assert letters.NUMBERS["length"](channel) > least


def test_the_numbers_of_the_lesson():
    told = {name: number(NOISY) for name, number in letters.NUMBERS.items()}
    assert [told[name] for name in ("target", "ratio", "least_ratio", "odds", "first", "falls", "second")] == (
        pytest.approx([0.9, 1.8, 0.2, 9.0, 0.6, 4 / 9, 1.0])
    )
    assert letters.NUMBERS["above"](LOST) == pytest.approx(0.0, abs=1e-12)
    now = lessons.Situation(View(), {"flip": 0.1}, {})
    assert lessons.value("noisy.floor", now) == told["floor"]
    with pytest.raises(LessonError, match="erasure"):
        lessons.value("erased.floor", now)
