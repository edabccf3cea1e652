"""Metrics against closed forms, SciPy and one another; each check has a twin that shows a wrong law is caught."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

import rec_core as rec
from rec_core import metrics
from tests.core.conftest import ALPHA

Q = rec.gaussian_problem([0.8, -0.3, 0.1], [0.4, 0.7, 1.0])
OFF = 0.15  # a shift, in standard deviations, that every measure must see at these sample sizes


def drawn(problem: rec.Problem, count: int, seed: int, shift: float = 0.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    pairs = np.array(problem.params)
    if problem.family == "gaussian":
        return pairs[:, 0] + pairs[:, 1] * (rng.standard_normal((count, problem.dim)) + shift)
    return pairs[:, 0] + (pairs[:, 1] - pairs[:, 0]) * rng.random((count, problem.dim)) + shift


def test_ks_passes_q_and_fails_a_shift():
    for target in (Q, drawn(Q, 20_000, 1)):
        assert (metrics.ks(drawn(Q, 4000, 2), target).p_value > ALPHA).all()
        assert (metrics.ks(drawn(Q, 4000, 2, OFF), target).p_value < ALPHA).all()
    box = rec.uniform_problem([0.25], [0.5])
    assert metrics.ks(drawn(box, 4000, 3), box).p_value[0] > ALPHA
    assert metrics.ks(drawn(box, 4000, 3, 0.02), box).p_value[0] < ALPHA


def test_total_variation_is_that_of_the_cells():
    edges = np.linspace(-3.0, 4.0, 60)
    density, other = stats.norm(0.0, 1.0), stats.norm(1.0, 1.0)
    cells = 0.5 * np.abs(np.diff(density.cdf(edges)) - np.diff(other.cdf(edges))).sum()
    tails = 0.5 * abs(np.diff(density.cdf(edges[[0, -1]])) - np.diff(other.cdf(edges[[0, -1]])))[0]
    x = density.ppf((np.arange(200_000) + 0.5) / 200_000)  # samples without noise
    assert metrics.total_variation(x, other.pdf, edges) == pytest.approx(cells + tails, abs=2e-4)
    assert metrics.total_variation(x, density.pdf, edges) < 2e-4
    assert metrics.total_variation(x, x + 1.0, edges) == pytest.approx(cells + tails, abs=4e-4)


def test_total_variation_noise_is_as_stated():
    edges = np.linspace(-2.5, 2.5, 51)
    noise = metrics.total_variation(np.random.default_rng(4).standard_normal(20_000), stats.norm.pdf, edges)
    assert 0.5 < noise / math.sqrt(50 / (2 * math.pi * 20_000)) < 1.2


@pytest.mark.parametrize(
    "problem", [rec.gaussian_problem([0.4], [0.6]), rec.uniform_problem([0.2], [0.7])], ids=["gaussian", "uniform"]
)
def test_expectations_of_the_kernel_are_closed_forms(problem):
    first, second = problem.params[0]
    low, high = (first - 8 * second, first + 8 * second) if problem.family == "gaussian" else (first, second)
    law = stats.norm(first, second) if problem.family == "gaussian" else stats.uniform(first, second - first)
    width = np.array([0.35])
    x = np.array([[0.1], [0.9]])
    nodes, weights = np.polynomial.legendre.leggauss(200)
    y = low + 0.5 * (high - low) * (1 + nodes)
    expected = (0.5 * (high - low) * weights * law.pdf(y) * np.exp(-0.5 * ((x - y) / 0.35) ** 2)).sum(axis=1)
    np.testing.assert_allclose(metrics.discrepancy.kernel_means(problem, x, width), expected, rtol=1e-9)
    mass = 0.5 * (high - low) * weights * law.pdf(y)
    double = mass @ np.exp(-0.5 * ((y[:, None] - y) / 0.35) ** 2) @ mass
    assert metrics.discrepancy.kernel_mean(problem, width) == pytest.approx(double, rel=1e-9)


def shifted_mmd_squared(problem: rec.Problem, shift: float, widths: tuple[float, ...]) -> float:
    """Of a Gaussian Q and Q moved by `shift` standard deviations in every dimension, exact."""
    scales = np.array(problem.params)[:, 1]
    b = np.array(widths)
    together = np.prod(b / np.sqrt(b**2 + 2 * scales**2))
    return float(2 * together * -math.expm1(-0.5 * np.sum((shift * scales) ** 2 / (b**2 + 2 * scales**2))))


def test_mmd_is_the_closed_form():
    """100 repeats of 200 samples: their mean is the exact MMD^2, their spread the stated error."""
    for shift in (0.0, 0.5):
        found = [metrics.mmd(drawn(Q, 200, seed, shift), Q) for seed in range(100)]
        squares = np.array([one.squared for one in found])
        exact = shifted_mmd_squared(Q, shift, found[0].bandwidth)
        z = (squares.mean() - exact) / (squares.std(ddof=1) / 10.0)
        assert abs(z) < stats.norm.isf(ALPHA / 2)
        errors = np.array([one.error for one in found])
        assert 0.8 < errors.mean() / squares.std(ddof=1) < 1.25
        assert (np.abs(squares - exact) < 3 * errors).sum() >= 94  # and no error is far too small
        excess = np.array([one.biased_squared for one in found]).mean() - squares.mean()
        diagonal = (1 - metrics.discrepancy.kernel_mean(Q, np.array(found[0].bandwidth))) / 200  # (1 - E k) / M
        assert excess == pytest.approx(diagonal, rel=0.02)
    wrong = shifted_mmd_squared(Q, 0.6, found[0].bandwidth)
    assert abs(squares.mean() - wrong) / (squares.std(ddof=1) / 10.0) > stats.norm.isf(ALPHA / 2)


def test_mmd_of_two_samples_is_the_same_number():
    width = metrics.median_bandwidth(Q)
    ours, theirs = drawn(Q, 4000, 5, 0.5), drawn(Q, 4000, 6)
    found = metrics.mmd(ours, theirs, width)
    assert abs(found.squared - shifted_mmd_squared(Q, 0.5, width)) < 4 * found.error
    assert found.squared > 4 * found.error
    none = metrics.mmd(drawn(Q, 4000, 7), theirs, width)
    assert abs(none.squared) < 4 * none.error


def test_mmd_by_hand():
    x, y = np.array([[0.0], [1.0], [3.0]]), np.array([[0.5], [2.0]])

    def k(a, b):
        return np.exp(-0.5 * (a - b.T) ** 2 / 0.49)

    unbiased = (k(x, x).sum() - 3) / 6 + (k(y, y).sum() - 2) / 2 - 2 * k(x, y).mean()
    biased = k(x, x).mean() + k(y, y).mean() - 2 * k(x, y).mean()
    found = metrics.mmd(x, y, 0.7)
    assert (found.squared, found.biased_squared) == pytest.approx((unbiased, biased))
    assert found.value == math.sqrt(max(0.0, unbiased))


def test_median_bandwidth_is_the_median_distance():
    x = drawn(Q, 5000, 8)
    scaled = x / np.array(Q.params)[:, 1]
    median = np.median(np.linalg.norm(scaled[:2500] - scaled[2500:], axis=1))
    np.testing.assert_allclose(metrics.median_bandwidth(Q), median * np.array(Q.params)[:, 1], rtol=0.05)
    distance = np.median(np.linalg.norm(x[:2500] - x[2500:], axis=1))
    np.testing.assert_allclose(metrics.median_bandwidth(x), (distance,) * 3, rtol=0.05)


COUNTS = 2 ** np.arange(9)
OUTPUTS = [([2.5], 0), ([2.5], 3), ([0.8] * 4, 0), ([0.8] * 4, 4)]


def stopped(problem: rec.Problem, cut: rec.Partition, runs: int) -> np.ndarray:
    """Samples PFR would send if stopped after each of COUNTS: the candidate that leads then; (K, runs, D)."""
    out = np.empty((COUNTS.size, runs, problem.dim))
    for run in range(runs):
        trace = rec.trace(problem, rec.PFR(cut), seed=run, max_events=1)
        leaders = np.unique(trace.best)
        at = np.searchsorted(trace.positions[leaders], COUNTS, side="right") - 1
        out[:, run] = trace.samples[leaders[at]]
    return out


@pytest.mark.parametrize(("bits", "log2_bins"), OUTPUTS)
@pytest.mark.parametrize("method", ["orc", "pfr"])
def test_the_law_of_an_output_is_that_of_its_samples(bits, log2_bins, method):
    """Every number of candidates, stopped PFR and ORC, within 4 standard errors and 6% of the exact MMD."""
    channel = rec.gaussian_channel(bits)
    problem, cut = channel.draw(4), rec.allocate(channel, log2_bins)

    def law(factor: int) -> np.ndarray:
        counts = [factor * int(n) for n in COUNTS]
        if method == "orc":
            return metrics.output_mmd(problem, [rec.ORC(n, cut) for n in counts])
        return metrics.output_mmd(problem, [rec.PFR(cut, max_examined=n) for n in counts])

    exact = law(1)
    if method == "orc":
        sent = [rec.encode_many(problem, 1500, rec.ORC(int(n), cut), seed=int(n)) for n in COUNTS]
        samples = [one.samples for one in sent]
    else:
        samples = list(stopped(problem, cut, 1500))
    found = [metrics.mmd(x, problem) for x in samples]

    def agrees(means: np.ndarray) -> bool:
        return all(
            abs(one.squared - mean**2) < 4 * one.error + 2 * 0.06 * mean**2
            for one, mean in zip(found, means, strict=True)
        )

    assert agrees(exact)
    assert not agrees(law(2))
    assert (np.diff(exact) < 1e-6).all()


def test_orc_in_one_dimension_is_the_quadrature_of_its_density():
    channel = rec.gaussian_channel([2.0])
    problem, method = channel.draw(1), rec.ORC(6, rec.Partition([4]))
    nodes, weights = np.polynomial.legendre.leggauss(20)
    ends = np.sort(np.concatenate((np.linspace(-7.0, 7.0, 61), stats.norm.ppf([0.25, 0.5, 0.75]))))
    half = 0.5 * np.diff(ends)[:, None]
    x = (ends[:-1, None] + half * (1.0 + nodes)).ravel()
    mean, scale = problem.params[0]
    width = metrics.median_bandwidth(problem)[0]
    delta = rec.laws.orc_density(problem, method, x[:, None]) - stats.norm.pdf(x, mean, scale)
    delta *= (half * weights).ravel()
    assert abs(delta.sum()) < 1e-4
    kernel = np.exp(-0.5 * ((x[:, None] - x) / width) ** 2)
    assert metrics.output_mmd(problem, [method])[0] == pytest.approx(math.sqrt(delta @ kernel @ delta), rel=0.01)


def test_pfr_stopped_after_one_candidate_or_never():
    problem = rec.gaussian_channel([1.0]).draw(2)
    points = np.array([-3.0, 0.0, 1.0])
    one, never = (rec.laws.output_ratio(problem, rec.PFR(max_examined=n), points) for n in (1, 10_000))
    np.testing.assert_allclose(one, 1.0, rtol=1e-6)  # the output is P'
    np.testing.assert_allclose(never, np.exp2(points), rtol=1e-3)  # the output is Q
    assert metrics.output_mmd(rec.uniform_channel([3.0]).draw(0), [rec.ORC(1), rec.ORC(8)]).tolist() == [0.0, 0.0]
    for wrong in (5, "pfr", rec.PFR):
        with pytest.raises(rec.RecError, match="Give a method"):
            rec.laws.output_ratio(problem, wrong, points)
    cut = rec.Partition([2])
    for mixed in ([], [rec.ORC(1), rec.ORC(1, cut)], [rec.ORC(1), rec.ORC(1, weighting="uniform")]):
        with pytest.raises(rec.RecError, match="one partition and one weighting"):
            metrics.output_mmd(problem, mixed)


def test_a_uniform_target_is_sent_exactly_unless_a_bin_weighed_by_mass_lies_partly_outside():
    """False alarms: ALPHA."""
    problem, cut, n = rec.uniform_problem([0.2], [0.56]), rec.Partition([4]), 16
    for weighting in ("peak_ratio", "uniform"):
        assert metrics.output_mmd(problem, [rec.ORC(n, cut, weighting=weighting)]) == [0.0]
    assert metrics.output_mmd(rec.uniform_problem([0.25], [0.75]), [rec.ORC(n, cut)]) == [0.0]
    with pytest.raises(rec.RecError, match="partly outside the box"):
        metrics.output_mmd(problem, [rec.ORC(n, cut)])
    edges, x = np.array([0.2, 0.25, 0.5, 0.56]), np.array([[0.22], [0.3], [0.52]])
    samples = rec.encode_many(problem, 40_000, rec.ORC(n, cut), seed=1).samples[:, 0]
    counts, _ = np.histogram(samples, edges)
    shares = rec.laws.orc_density(problem, rec.ORC(n, cut), x) * np.diff(edges)
    assert shares.sum() == pytest.approx(1.0, abs=1e-3)
    assert stats.chisquare(counts, counts.sum() * shares / shares.sum()).pvalue > ALPHA
    assert stats.chisquare(counts, counts.sum() * np.diff(edges) / 0.36).pvalue < ALPHA  # Q itself is not what is sent


@pytest.mark.parametrize("interval", [metrics.mean_interval, metrics.bootstrap_interval])
def test_intervals_cover_as_often_as_they_say(interval):
    """400 intervals at 90% of 60 values each: those that cover are binomial but for a small shortfall by skewness."""
    rng = np.random.default_rng(9)
    extra = {"resamples": 300} if interval is metrics.bootstrap_interval else {}
    covers = 0
    for _ in range(400):
        found = interval(rng.standard_gamma(4.0, 60), 0.9, **extra)
        assert found.low < found.mean < found.high
        covers += found.low < 4.0 < found.high
    assert stats.binomtest(covers, 400, 0.88).pvalue > ALPHA
    assert stats.binomtest(covers, 400, 0.78).pvalue < ALPHA


def test_the_bootstrap_follows_the_skew():
    values = np.random.default_rng(10).standard_exponential(80) ** 3
    student, skewed = metrics.mean_interval(values), metrics.bootstrap_interval(values)
    assert skewed.low > student.low
    assert skewed.high > student.high
    assert metrics.bootstrap_interval([3.0, 3.0, 3.0]) == (3.0, 3.0, 3.0)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: metrics.mmd(np.zeros((5, 2)), Q), "2 dimensions"),
        (lambda: metrics.mmd(np.zeros((1, 3)), Q), "at least 2 rows"),
        (lambda: metrics.mmd(np.full((5, 3), np.nan), Q), "NaN"),
        (lambda: metrics.mmd(np.zeros((5, 3)), Q, [1.0, -1.0, 1.0]), "positive"),
        (lambda: metrics.mmd(np.zeros((5, 3)), Q, [1.0, 1.0]), "positive"),
        (lambda: metrics.mmd(np.zeros((5, 3)), np.zeros((5, 3))), "median distance is 0"),
        (lambda: metrics.mmd("words", Q), "numbers"),
        (lambda: metrics.total_variation([0.0], stats.norm.pdf, [1.0, 0.0]), "increasing"),
        (lambda: metrics.total_variation(np.zeros((4, 2)), stats.norm.pdf, [0.0, 1.0]), "one dimension"),
        (lambda: metrics.mean_interval([1.0]), "at least 2"),
        (lambda: metrics.mean_interval([1.0, 2.0], level=95), "between 0 and 1"),
        (lambda: metrics.bootstrap_interval(np.zeros((3, 2))), "vector"),
    ],
)
def test_bad_input_raises_rec_error(call, words):
    with pytest.raises(rec.RecError, match=words):
        call()


def test_exact_mmd_of_orc_agrees_with_a_closed_form():
    """With one candidate and no bins ORC sends P: MMD^2 of two normals with a Gaussian kernel."""
    problem = rec.gaussian_channel([4.0]).draw(1)
    ((mean, scale),), (width,) = problem.params, metrics.median_bandwidth(problem)

    def kernel(distance, variance):
        return width / np.sqrt(width**2 + variance) * np.exp(-0.5 * distance**2 / (width**2 + variance))

    expected = kernel(0.0, 2.0) - 2.0 * kernel(mean, 1.0 + scale**2) + kernel(0.0, 2.0 * scale**2)
    assert metrics.orc_mmd_squared(problem, rec.ORC(1)) == pytest.approx(expected, rel=1e-6)
    with pytest.raises(rec.RecError, match="one dimension"):
        metrics.orc_mmd_squared(rec.gaussian_problem([0.0, 1.0], [0.5, 0.5]), rec.ORC(1))


@pytest.mark.parametrize("n", [1, 8, 64])
@pytest.mark.parametrize(
    "problem",
    [
        rec.gaussian_problem([3.0], [0.5], 1.0, 2.0),
        rec.Problem("laplace", ((1.0, 0.4),)),
        rec.Problem("logistic", ((1.0, 0.4),)),
        rec.piecewise_problem([0.0, 3.0, -2.0, 4.0]),
    ],
    ids=lambda problem: problem.family,
)
def test_two_ways_to_the_mmd_of_orc_agree(problem, n):
    """By quadrature of the density, and by the law of the ratio, which promises 1%."""
    method = rec.ORC(n, rec.Partition((4,)))
    (other,) = metrics.output_mmd(problem, [method])
    assert metrics.orc_mmd_squared(problem, method) == pytest.approx(other**2, rel=0.02)
    assert metrics.orc_mmd_squared(problem, rec.ORC(2 * n, method.partition)) < 0.7 * other**2


LEVELS = (0.2, 0.1, 0.05, 0.02)


def test_a_stopped_search_meets_its_level_where_it_says():
    channel = rec.gaussian_channel([0.8] * 5)
    problem, cut = channel.draw(1), rec.allocate(channel, 4)
    found = metrics.searched_until(problem, LEVELS, cut)
    assert list(found) == sorted(found)
    for level, log2 in zip(LEVELS, found, strict=True):
        after = metrics.output_mmd(problem, [rec.PFR(cut, max_examined=int(2 ** np.ceil(log2 + 1e-9)))])[0]
        before = metrics.output_mmd(problem, [rec.PFR(cut, max_examined=int(2 ** np.floor(log2)))])[0]
        assert after < level * 1.0001
        assert before > level * 0.9999
    assert (np.array(metrics.searched_until(problem, LEVELS)) > found).all()
