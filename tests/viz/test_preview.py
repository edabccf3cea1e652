"""The preview's mathematics in JavaScript is rec_core's: the very functions of the stage, run by node."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

import rec_core as rec
from rec_core import families
from rec_core.tables import WEIGHTINGS, log_sup_reweighted, tables
from rec_viz import stage

MATHS = Path(stage.__file__).parent / "maths.js"
RELATIVE, ABSOLUTE = 1e-9, 1e-11  # absolute where a log is near 0: log2 of a mass near 1, U_J near 1


def numbers(told) -> np.ndarray:
    return np.array(told, dtype=float)


def agree(told, expected, relative=RELATIVE, absolute=ABSOLUTE) -> None:
    np.testing.assert_allclose(numbers(told), np.array(expected, dtype=float), rtol=relative, atol=absolute)


def random_rows(rng: np.random.Generator, family: str, dim: int) -> list[list[float]]:
    if family == "gaussian":
        scale = 2.0 ** rng.uniform(-14, -0.05, dim)
        return [[m, s] for m, s in zip(rng.normal(0, 1.5, dim).tolist(), scale.tolist(), strict=True)]
    width = 2.0 ** rng.uniform(-12, -0.05, dim)
    return [
        [low, low + w] for low, w in zip((rng.uniform(0, 1, dim) * (1 - width)).tolist(), width.tolist(), strict=True)
    ]


def problem_of(family: str, rows: list[list[float]]) -> rec.Problem:
    make = rec.gaussian_problem if family == "gaussian" else rec.uniform_problem
    return make([row[0] for row in rows], [row[1] for row in rows])


def test_normal_tails_and_quantiles(run):
    z = np.concatenate([np.linspace(-60, 12, 400), [-1e3, -1e5, -1e8, -30.0, -29.999, 5.0, 5.001]])
    agree(run(MATHS, "js.logNormalCdf", [[v] for v in z.tolist()]), [families.log_normal_cdf(v) for v in z])
    p = np.concatenate([2.0 ** -np.arange(1, 1000, 7.0), np.linspace(1e-6, 0.5, 200)])
    agree(
        run(MATHS, "js.normalQuantileLower", [[v] for v in p.tolist()]), [families.normal_quantile_lower(v) for v in p]
    )
    x = np.concatenate([np.linspace(-6, 26, 500), [1.9999999, 2.0, 2.0000001]])
    agree(run(MATHS, "js.erfc", [[v] for v in x.tolist()]), [math.erfc(v) for v in x], 1e-12, 0)


def test_ratio_supremum_and_mass_over_intervals_deep_tails_included(run):
    rng = np.random.default_rng(11)
    jobs, ratios, sups, masses = [], [], [], []
    for family in ("gaussian", "uniform"):
        code = families.FAMILIES[family]
        for _ in range(200):
            (row,) = random_rows(rng, family, 1)
            table = problem_of(family, [row]).table[0]
            n = int(2 ** rng.integers(0, 11))
            b = int(rng.integers(0, n))
            low, high = families.edge(code, b, n), families.edge(code, b + 1, n)
            x = float(rng.normal(0, 3))
            jobs.append([family, row, low, high, x])
            ratios.append(families.log_ratio(code, table, x))
            sups.append(families.log_sup(code, table, low, high))
            masses.append(families.log_mass(code, table, low, high))
    deep = np.array(masses)[np.isfinite(masses)]
    assert (deep < -1e4).sum() > 20  # tails far below what a float could hold as a probability
    agree(run(MATHS, "(f, row, lo, hi, x) => js.logRatio(f, row, x)", jobs), ratios)
    agree(run(MATHS, "(f, row, lo, hi) => js.logSup(f, row, lo, hi)", jobs), sups)
    agree(run(MATHS, "(f, row, lo, hi) => js.logMass(f, row, lo, hi)", jobs), masses)


@pytest.mark.parametrize("family", ["gaussian", "uniform"])
@pytest.mark.parametrize("dim", [1, 2])
def test_a_previewed_problem_is_the_problem(run, family, dim):
    """KL, D_inf, U_J, sup r' and the tables of every weighting, over random problems and cuts."""
    rng = np.random.default_rng(100 + dim)
    jobs, expected, logs = [], [], []
    for _ in range(60):
        rows = random_rows(rng, family, dim)
        intervals = [int(2**k) for k in rng.integers(0, 9, dim)]
        weights = WEIGHTINGS[int(rng.integers(3))]
        problem, cut = problem_of(family, rows), rec.Partition(intervals)
        jobs.append([family, rows, intervals, weights])
        table = tables(problem, cut, weights)
        logs.append((table.log_peak, table.log_weight, tables(problem, cut, "target_mass").log_weight))
        expected.append(
            [
                problem.kl_bits,
                problem.d_inf_bits,
                rec.upper_sum_bits(problem, cut),
                log_sup_reweighted(table) / math.log(2),
            ]
        )
    told = run(
        MATHS,
        "(f, rows, n, w) => { const p = js.previewProblem(f, rows, n, w);"
        " const flat = (k) => p.cuts.flatMap((c) => [...c[k]]);"
        " return [[p.kl_bits, p.d_inf_bits, p.upper_sum_bits, p.log2_sup_ratio],"
        " flat('logPeak'), flat('logWeight'), flat('logTarget')]; }",
        jobs,
    )
    for (summary, *found), wanted, right in zip(told, expected, logs, strict=True):
        agree(summary, wanted)
        for logs_js, logs_py in zip(found, right, strict=True):
            agree(logs_js, logs_py, absolute=1e-9)  # a mass between close edges: both lose digits, rec_core says 1e-8


@pytest.mark.parametrize("family", ["gaussian", "uniform"])
@pytest.mark.parametrize("dim", [1, 2])
def test_the_bound_with_its_overhead_is_the_cores(run, family, dim):
    """That of the very target the hand holds, which becomes an own one; the core's overhead is good to 1e-4 bits."""
    rng = np.random.default_rng(7 + dim)
    jobs, expected = [], []
    for powers in ([1, 0], [2, 1], [3, 3], [8, 4]):
        for _ in range(3):
            rows = random_rows(rng, family, dim)
            problem, cut = problem_of(family, rows), rec.Partition([2**k for k in powers[:dim]])
            overhead = rec.laws.overhead_bits(problem, cut)
            jobs.append([family, rows, list(cut.intervals), "peak_ratio"])
            expected.append([overhead, rec.laws.bound_bits(problem.kl_bits, cut.log2_bins, overhead)])
    told = run(
        MATHS, "(...job) => { const p = js.previewProblem(...job); return [p.overhead_bits, p.bound_bits]; }", jobs
    )
    agree(told, expected, absolute=5e-4)
    assert max(overhead for overhead, _ in expected) > 1.0


def test_the_comparison_can_fail(run):
    right = [families.log_normal_cdf(-9.0)]
    agree(run(MATHS, "js.logNormalCdf", [[-9.0]]), right)
    with pytest.raises(AssertionError):
        agree(run(MATHS, "(z) => js.logNormalCdf(z) * (1 + 3e-9)", [[-9.0]]), right)
