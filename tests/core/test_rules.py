"""Other rules than PFR's: what they send follows laws worked out here by another hand, with SciPy alone."""

from __future__ import annotations

import math
import re
from functools import cache

import numpy as np
import pytest
from scipy import integrate, optimize, stats

import rec_core as rec
from rec_core.randomness import run_seeds
from rec_core.rules import KINDS, Rule, choose_many

from .conftest import ALPHA, chi_square_p, geometric_pmf, ks_p, mean_p

MEAN, SCALE = 0.8, 0.45
PROBLEM = rec.gaussian_problem([MEAN], [SCALE])
P, Q = stats.norm(), stats.norm(MEAN, SCALE)
RUNS = 20_000
X = np.linspace(-6.0, 6.0, 4801)
LOG_R = Q.logpdf(X) - P.logpdf(X)
R = np.exp(LOG_R)


def law_of(density):
    """The cdf of a density on X, up to a factor."""
    rising = integrate.cumulative_simpson(density, x=X, initial=0.0)
    return lambda x: np.interp(x, X, rising / rising[-1])


def quotient(a):
    """The race of weights r^a sends p r^a: a Gaussian, whose precision is a mean of the two."""
    precision = (1.0 - a) + a / SCALE**2
    return stats.norm(a * MEAN / SCALE**2 / precision, precision**-0.5).cdf


def first(c):
    """P where the ratio is above c: between the two places where it is c."""
    peak = MEAN / (1.0 - SCALE**2)
    log_ratio = lambda x: float(Q.logpdf(x) - P.logpdf(x)) - math.log(c)  # noqa: E731
    low, high = optimize.brentq(log_ratio, peak - 5.0, peak), optimize.brentq(log_ratio, peak, peak + 5.0)
    return stats.truncnorm(low, high).cdf


def largest(n):
    """Density n p F^(n-1), F the probability of a smaller ratio: of lying further from the ratio's peak."""
    peak = MEAN / (1.0 - SCALE**2)
    away = np.abs(X - peak)
    return law_of(n * P.pdf(X) * (P.cdf(peak - away) + P.sf(peak + away)) ** (n - 1))


def difference(a):
    """Scores below z come at rate p (z + a ln r)^+; the smallest is at x with density p exp(-their mean number). Worked
    out once it is asked for: a second is long for whoever only collects the tests."""
    return lambda x: _difference(a)(x)


@cache
def _difference(a):
    steps = np.linspace(-a * LOG_R.max() + 1e-9, 30.0, 4001)
    expected = np.array([integrate.simpson(P.pdf(X) * np.maximum(z + a * LOG_R, 0.0), x=X) for z in steps])
    survival = np.exp(-expected)
    left = integrate.cumulative_simpson(survival, x=steps, initial=0.0)
    return law_of(P.pdf(X) * (left[-1] - np.interp(-a * LOG_R, steps, left)))


CASES = [
    (Rule(), quotient(1.0)),
    (Rule("quotient", 2.0), quotient(2.0)),
    (Rule("quotient", 0.5), quotient(0.5)),
    (Rule("quotient", 0.0), P.cdf),
    (Rule("difference", 1.0), difference(1.0)),
    (Rule("difference", 0.5), difference(0.5)),
    (Rule("first", 1.5), first(1.5)),
    (Rule("first", 0.3), first(0.3)),
    (Rule("largest", 1), P.cdf),
    (Rule("largest", 6), largest(6)),
]


def test_the_law_of_the_plain_race_is_the_target():
    assert quotient(1.0)(X) == pytest.approx(Q.cdf(X))


@pytest.mark.parametrize(("rule", "law"), CASES, ids=lambda value: str(value) if isinstance(value, Rule) else "")
def test_what_a_rule_sends_follows_its_law(rule, law):
    assert ks_p(choose_many(PROBLEM, rule, RUNS, seed=5).samples[:, 0], law) > ALPHA


@pytest.mark.parametrize(
    ("rule", "law"),
    [
        (Rule("quotient", 1.1), quotient(1.0)),
        (Rule("difference", 0.85), difference(1.0)),
        (Rule("first", 1.35), first(1.5)),
        (Rule("largest", 5), largest(6)),
    ],
    ids=lambda value: value.kind if isinstance(value, Rule) else "",
)
def test_a_slightly_different_rule_does_not(rule, law):
    """The twins."""
    assert ks_p(choose_many(PROBLEM, rule, RUNS, seed=5).samples[:, 0], law) < ALPHA / 100


@pytest.mark.parametrize(
    "problem", [PROBLEM, rec.laplace_problem([1.0, 0.2], [0.3, 0.9], 5.0, 2.0), rec.uniform_problem([0.3], [0.5])]
)
def test_the_plain_race_is_pfr_to_the_last_bit(problem):
    ours, theirs = choose_many(problem, Rule(), 500, seed=8), rec.encode_many(problem, 500, rec.PFR(), seed=8)
    assert (ours.indices == theirs.indices).all()
    assert (ours.examined == theirs.examined).all()
    assert (ours.samples == theirs.samples).all()


@pytest.mark.parametrize("rule", [rule for rule, _ in CASES[1::3]], ids=str)
def test_the_receiver_decodes_any_rule(rule):
    chosen, seeds = choose_many(PROBLEM, rule, 50, seed=2), run_seeds(2, 50)
    for sample, index, seed in zip(chosen.samples, chosen.indices.tolist(), seeds.tolist(), strict=True):
        assert rec.decode(rec.Message((0,), index), PROBLEM.prior, seed=seed) == sample


def test_how_many_candidates_a_rule_takes():
    sup = math.exp(LOG_R.max())
    for a in (0.5, 2.0):  # the race of weights w is over after sup w / E[w] candidates on average
        chosen = choose_many(PROBLEM, Rule("quotient", a), RUNS, seed=6)
        mean = sup**a / integrate.simpson(P.pdf(X) * R**a, x=X)
        assert mean_p(chosen.examined, mean) > ALPHA
        assert mean_p(chosen.examined, 1.1 * mean) < ALPHA
    chosen = choose_many(PROBLEM, Rule("first", 1.5), RUNS, seed=6)
    above = integrate.simpson(P.pdf(X) * (R > 1.5), x=X)
    counts = np.bincount(chosen.indices)[1:]
    assert chi_square_p(counts, geometric_pmf(above, counts.size)) > ALPHA
    assert (chosen.examined == chosen.indices).all()
    chosen = choose_many(PROBLEM, Rule("largest", 6), RUNS, seed=6)
    assert (chosen.examined == 6).all()
    assert chi_square_p(np.bincount(chosen.indices, minlength=7)[1:], np.full(6, 1 / 6)) > ALPHA


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Rule("best"), "Unknown kind"),
        (lambda: Rule("largest", 0), "whole number"),
        (lambda: Rule("largest", 2.5), "whole number"),
        (lambda: Rule("quotient", -1.0), "zero or more"),
        (lambda: Rule("first", math.nan), "zero or more"),
        (lambda: Rule("first", "two"), "must be a number"),
        (lambda: choose_many(PROBLEM, Rule("first", 4.0), 3, seed=1), "the largest is 3"),
        (lambda: choose_many(PROBLEM, "first", 3, seed=1), "Give a rule"),
        (lambda: choose_many(rec.gaussian_problem([0.0], [2.0]), Rule(), 3, seed=1), "wider than P"),
    ],
)
def test_what_cannot_be_is_said(make, says):
    with pytest.raises(rec.RecError, match=re.escape(says)):
        make()


def test_a_search_ends_where_its_budget_does():
    for rule in (Rule("quotient", 3.0), Rule("first", 3.0), Rule("largest", 7)):
        with pytest.raises(rec.RecError, match="max_examined = 6"):
            choose_many(PROBLEM, rule, 200, seed=1, max_examined=6)
    assert set(KINDS) == {rule.kind for rule, _ in CASES}


# ------------------------------------------------------------------------------------------------ total variation


def variation(law):
    """Total variation of a law on X from Q, its density by differences."""
    middle = np.diff(law(X)) - np.diff(Q.cdf(X))
    return 0.5 * float(np.abs(middle).sum())


def test_the_interval_covers_nothing_for_samples_of_the_target():
    found = [rec.metrics.variation_interval(choose_many(PROBLEM, Rule(), 2000, seed=s).samples, PROBLEM)
             for s in range(400)]  # fmt: skip
    covered = sum(one.low <= 0.0 <= one.high for one in found)
    assert stats.binomtest(covered, len(found), 0.95).pvalue > ALPHA
    assert mean_p(np.array([one.mean for one in found]), 0.0) > ALPHA
    spoiled = [rec.metrics.total_variation(choose_many(PROBLEM, Rule(), 2000, seed=s).samples, PROBLEM_PDF, EDGES)
               for s in range(20)]  # fmt: skip
    assert mean_p(np.array(spoiled), 0.0) < ALPHA  # the histogram's own, which luck enters


EDGES = Q.ppf(np.linspace(1e-6, 1 - 1e-6, 33))
PROBLEM_PDF = Q.pdf


@pytest.mark.parametrize(("rule", "law"), CASES[1:], ids=lambda value: str(value) if isinstance(value, Rule) else "")
def test_the_interval_lies_just_below_the_variation(rule, law):
    true = variation(law)
    mean, low, high = rec.metrics.variation_interval(choose_many(PROBLEM, rule, 40_000, seed=3).samples, PROBLEM)
    assert low < true
    assert true - 0.02 < high
    assert mean > 0.8 * true
    assert low > 0.0


def test_the_interval_refuses_what_it_cannot_hold():
    for samples, problem, more in (
        ([0.1, 0.2, 0.3], PROBLEM, {}), ([0.1] * 8, [0.1] * 8, {}), ([0.1] * 8, PROBLEM, {"cells": 1}),
        ([0.1] * 8, PROBLEM, {"level": 1.0}), (np.zeros((8, 2)), rec.gaussian_problem([0.0, 0.0], [0.5, 0.5]), {}),
    ):  # fmt: skip
        with pytest.raises(rec.RecError):
            rec.metrics.variation_interval(samples, problem, **more)
