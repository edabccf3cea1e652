"""The laws of `benchmarks/laws.py` on a quick part of its pairs, seeds fixed, and the same check failing on wrong laws.

A score is a distance in standard errors, normal where the law is right; the sum of squares of a column is then
chi-square. Each check has the false-alarm rate ALPHA.
"""

from __future__ import annotations

import math

import pytest
from scipy import stats

import rec_core as rec
import tables
from benchmarks import laws
from tests.core.conftest import ALPHA

QUICK = [pair for pair in laws.PAIRS if sum(pair.channel.bits) <= 8 and pair.channel.dim <= 3]


@pytest.fixture(scope="module")
def rows() -> list[laws.Row]:
    told: list[str] = []
    measured = laws.run(QUICK, 5, told.append)
    assert len(told) == len(QUICK) + 1
    return measured


def surprise(scores: list[float]) -> float:
    """p-value of the column: how likely so large a sum of squares is under the right law."""
    return float(stats.chi2.sf(sum(score**2 for score in scores), len(scores)))


def off_by(row: laws.Row, bits: float) -> laws.Row:
    return row._replace(exact_bits=(row.exact_bits[0] + bits, row.exact_bits[1]))


def test_there_are_plain_and_partitioned_pairs_of_both_families():
    assert len(laws.PAIRS) >= 20
    assert {pair.channel.family for pair in laws.PAIRS} == {"gaussian", "uniform"}
    assert {1, 16} <= {pair.channel.dim for pair in laws.PAIRS}
    assert {1.0, 40.0} <= {pair.channel.information_bits for pair in laws.PAIRS}
    assert any(0.0 in pair.channel.bits for pair in laws.PAIRS)
    assert {pair.partition is None for pair in QUICK} == {True, False}


@pytest.mark.slow
def test_measured_lengths_agree_with_the_exact_law_and_lie_below_the_bounds(rows):
    assert surprise([row.length_score for row in rows]) > ALPHA
    assert all(row.below_bounds for row in rows)
    assert all(row.sharp_bound_bits <= row.bound_bits + 1e-6 for row in rows)


def test_measured_candidates_agree_with_the_exact_law(rows):
    assert surprise([row.examined_score for row in rows]) > ALPHA


def test_laws_off_by_a_tenth_of_a_bit_fail(rows):
    for bits in (-0.1, 0.1):
        assert surprise([off_by(row, bits).length_score for row in rows]) < ALPHA
    swapped = [row._replace(exact_bits=other.exact_bits) for row, other in zip(rows, rows[1:] + rows[:1], strict=True)]
    assert surprise([row.length_score for row in swapped]) < ALPHA


def test_the_law_of_other_weights_fails(rows):
    """Target mass with one stop line instead of peak ratio."""
    scores = []
    for row in rows:
        if row.pair.partition is not None and row.pair.channel.family == "gaussian":
            problem = laws.typical_target(row.pair.channel, row.pair.partition)
            method = rec.PFR(row.pair.partition, weighting="target_mass", stopping="single")
            wrong = rec.laws.expected_examined(problem, method)
            scores.append(row._replace(exact_examined=wrong).examined_score)
    assert len(scores) >= 3
    assert surprise(scores) < ALPHA


def test_the_table_marks_a_miss_and_the_summary_counts_it(rows):
    wrong = [off_by(rows[0], 1.0), *rows[1:]]
    assert "(outside)" in laws.table(wrong).splitlines()[2]
    held = sum(abs(row.length_score) <= laws.WIDTH for row in wrong)
    assert f"for {held} of {len(rows)}, the exact number" in laws.summary(wrong)
    assert laws.table(rows).count("\n") == len(rows) + 1


def test_the_misses_allowed_are_those_chance_explains_once_in_a_hundred():
    for pairs in (1, 20, 26):
        most = laws.allowed(pairs)
        more = 1.0 - sum(math.comb(pairs, k) * 0.01**k * 0.99 ** (pairs - k) for k in range(most + 1))
        assert more <= 0.01 + 1e-12
        assert most == 0 or more + math.comb(pairs, most) * 0.01**most * 0.99 ** (pairs - most) > 0.01


def test_the_docs_hold_the_table():
    text = (
        (tables.DOCS / "laws.md")
        .read_text(encoding="utf-8")
        .split("<!-- laws: begin -->")[1]
        .split("<!-- laws: end")[0]
    )
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    assert len(lines) == len(laws.PAIRS) + 1
    assert f"of {len(laws.PAIRS)}" in text
