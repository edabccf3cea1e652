"""Exact laws of index, runtime and ORC's output: against closed forms, the oracle's quadratures and simulation.

Statistical checks use fixed seeds and the false-alarm rate ALPHA of conftest.
"""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from scipy import integrate, stats
from scipy.special import ndtr, ndtri

import rec_core as rec
from rec_core import laws
from tests import naive
from tests.core.conftest import ALPHA, gaussian_pair, geometric_pmf, index_p, mean_p, uniform_pair


def brute_excess(bits: float, intervals: int, runs: int, seed: int) -> np.ndarray:
    """g_j(X) of random (Y, X) of a one-dimensional Gaussian channel, from the definition by normal cdf's."""
    rng = np.random.default_rng(seed)
    scale = 2.0**-bits
    mean = np.sqrt(1 - scale**2) * rng.standard_normal(runs)
    x = mean + scale * rng.standard_normal(runs)
    b = np.minimum(np.floor(ndtr(x) * intervals), intervals - 1)
    low, high = ndtri(b / intervals), ndtri((b + 1) / intervals)
    mirror = 2 * mean / (1 - scale**2) - x
    left, right = np.maximum(np.minimum(x, mirror), low), np.minimum(np.maximum(x, mirror), high)
    ratio = np.exp((x**2 - ((x - mean) / scale) ** 2) / 2) / scale

    def mass(a, c):
        return ndtr((c - mean) / scale) - ndtr((a - mean) / scale)

    inside = 1 / intervals - (ndtr(right) - ndtr(left))
    return np.maximum(ratio * inside - (mass(low, high) - mass(left, right)), 0)


@pytest.mark.parametrize("excess", [0.0, 1e-9, 0.02, 1.0, 7.5, 19.0, 21.0, 300.0])
def test_mean_log2_of_a_geometric_law_is_its_sum(excess):
    n = np.arange(1, 40_000)
    direct = stats.geom.pmf(n, 1 / (1 + excess)) @ np.log2(n)
    assert laws.mean_log2_geometric(np.log1p(excess)) == pytest.approx(direct, abs=1e-9)


def test_mean_log2_of_a_long_geometric_law_tends_to_its_asymptote():
    y = np.array([30.0, 48 * math.log(2), 355.0, 1000.0])
    assert laws.mean_log2_geometric(y) == pytest.approx((y - np.euler_gamma) / math.log(2), abs=1e-10)


@pytest.mark.parametrize(
    ("mean", "scale", "intervals"), [(1.0, 0.3, 1), (1.0, 0.3, 4), (-0.7, 0.6, 3), (0.4, 0.9, 1), (2.5, 0.2, 8)]
)
def test_one_gaussian_dimension_agrees_with_the_oracle(mean, scale, intervals):
    pair = gaussian_pair(mean, scale)
    law = laws.index_law(pair.problem, rec.Partition([intervals]))
    wanted = naive.index_pmf(pair.oracle, (intervals,), 40, 20_000 // intervals)
    assert law.pmf(40) == pytest.approx(wanted, abs=2e-4)
    assert 1 + law.weights @ law.excess == pytest.approx(
        naive.mean_index(pair.oracle, (intervals,), 20_000 // intervals), rel=2e-3
    )


def test_law_is_normalized_and_its_tail_is_the_sum_of_the_rest():
    for source, cut in [
        (rec.gaussian_channel([3.0]), rec.Partition([4])),
        (rec.gaussian_channel([2.0, 1.0]), None),
        (rec.gaussian_problem([0.3, 1.0], [0.5, 0.2]), rec.Partition([2, 4])),
        (rec.uniform_channel([1.3, 0.4]), rec.Partition([3, 2])),
    ]:
        law = laws.index_law(source, cut)
        pmf = law.pmf(5000)
        assert law.weights.sum() == pytest.approx(1, abs=1e-12)
        assert pmf.sum() + law.tail(5001) == pytest.approx(1, abs=1e-9)
        assert law.tail([1, 2, 11]) == pytest.approx([1, 1 - pmf[0], 1 - pmf[:10].sum()], abs=1e-9)
        assert pmf @ np.log2(np.arange(1, 5001)) == pytest.approx(law.mean_log2, abs=0.05)


@pytest.mark.parametrize("bits", [12.0, 30.0, 40.0, 48.0])
def test_tail_and_entropy_keep_their_digits_however_long_the_index(bits):
    """A uniform target without bins: the index is geometric, success 2^-I, entropy close to I + log2 e."""
    law = laws.index_law(rec.uniform_channel([bits]))
    success = 2.0**-bits
    n = np.round(2.0 ** np.array([bits - 3.0, bits, bits + 2.0]))
    assert law.tail(n) == pytest.approx(np.exp((n - 1) * math.log1p(-success)), abs=1e-6)
    assert law.entropy_bits == pytest.approx(bits + math.log2(math.e), abs=2e-3)


@pytest.mark.parametrize(("bits", "intervals"), [(6.0, 1), (6.0, 64), (10.0, 1024), (2.5, 3)])
def test_channel_of_one_dimension_agrees_with_random_targets(bits, intervals):
    law = laws.index_law(rec.gaussian_channel([bits]), rec.Partition([intervals]))
    y = np.log1p(brute_excess(bits, intervals, 400_000, seed=4))
    assert mean_p(laws.mean_log2_geometric(y[:50_000]), law.mean_log2) > ALPHA
    assert mean_p(np.exp(-y), law.pmf(1)[0]) > ALPHA
    assert mean_p(np.exp(-y), 1.01 * law.pmf(1)[0]) < ALPHA or bits > 5  # the test can tell one per cent


@pytest.mark.parametrize(
    ("source", "intervals"),
    [
        (rec.gaussian_channel([3.0]), (5,)),
        (rec.gaussian_channel([2.0, 1.0, 0.0]), (4, 2, 2)),
        (rec.gaussian_problem([0.5, -0.3], [0.3, 0.6]), (4, 2)),
        (rec.uniform_channel([1.5, 2.3]), (3, 5)),
        (rec.uniform_problem([0.1, 0.3], [0.55, 0.9]), (3, 4)),
    ],
    ids=["1-D channel", "3-D channel, one collapsed", "2-D problem", "uniform channel", "uniform problem"],
)
def test_simulated_indices_follow_the_law_and_not_the_plain_one(source, intervals):
    cut = rec.Partition(intervals)
    runs = 20_000
    indices = rec.encode_many(source, runs, rec.PFR(cut), seed=11).indices
    law = laws.index_law(source, cut)
    assert index_p(indices, law.pmf(2000)) > ALPHA
    assert mean_p(np.log2(indices), law.mean_log2) > ALPHA
    assert index_p(indices, laws.index_pmf(source, None, 2000)) < ALPHA**3
    assert mean_p(np.log2(indices), laws.expected_log2_index(source)) < ALPHA**3


def ball_mean_log2(mean: list[float], scale: float) -> float:
    """E[log2 N], plain, equal scales: {r > r(x)} is a ball about the vertex, so g is two noncentral chi-squares."""
    center = np.array(mean)
    dim, gap = center.size, 1 - scale**2
    vertex = center / gap
    q_shift, p_shift = np.sum((vertex - center) ** 2) / scale**2, np.sum(vertex**2)
    top = -dim * math.log(scale) + np.sum(center**2) / (2 * gap)
    law = stats.ncx2(dim, q_shift) if q_shift > 0 else stats.chi2(dim)

    def integrand(v: float) -> float:
        radius2 = law.ppf(v) * scale**2
        ratio = math.exp(top - gap / (2 * scale**2) * radius2)
        g = ratio * stats.ncx2.sf(radius2, dim, p_shift) - (1 - v)
        return float(laws.mean_log2_geometric(np.log1p(max(g, 0.0))))

    nodes, weights = np.polynomial.legendre.leggauss(240)
    return float(sum(w / 2 * integrand((1 + t) / 2) for t, w in zip(nodes, weights, strict=True)))


@pytest.mark.parametrize(("dim", "scale"), [(2, 0.25), (2, 0.02), (3, 0.5), (8, 0.4), (64, 0.7)])
def test_equal_scales_agree_with_noncentral_chi_square(dim, scale):
    mean = np.linspace(-0.8, 1.0, dim).tolist()
    problem = rec.gaussian_problem(mean, [scale] * dim)
    assert laws.expected_log2_index(problem) == pytest.approx(ball_mean_log2(mean, scale), abs=1e-4)


def test_several_dimensions_agree_with_cells_of_the_oracle():
    pair = gaussian_pair([0.5, -0.3], [0.3, 0.6])
    for intervals in [(1, 1), (4, 2)]:
        wanted = naive.index_pmf(pair.oracle, intervals, 20, 600 // max(intervals))
        assert laws.index_pmf(pair.problem, rec.Partition(intervals), 20) == pytest.approx(wanted, abs=1e-3)


def test_bins_beyond_enumeration_agree_with_all_of_them(monkeypatch):
    problem, cut = rec.gaussian_problem([0.5, -0.3, 0.1], [0.3, 0.6, 0.4]), rec.Partition([8, 4, 8])
    full = laws.index_law(problem, cut)
    monkeypatch.setattr(laws.index_space, "ENUMERABLE_BINS", 4)
    laws.index._index_law.cache_clear()
    drawn = laws.index_law(problem, cut)
    laws.index._index_law.cache_clear()
    assert full.error_bits == 0 < drawn.error_bits < 0.01
    assert drawn.mean_log2 == pytest.approx(full.mean_log2, abs=5 * drawn.error_bits + 1e-3)


def test_an_average_over_targets_is_the_law_of_the_channel():
    channel, cut = rec.gaussian_channel([2.0, 1.5]), rec.Partition([4, 2])
    law = laws.index_law(channel, cut)
    means = [laws.expected_log2_index(channel.draw(seed), cut) for seed in range(400)]
    assert mean_p(np.array(means), law.mean_log2) > ALPHA
    assert 0 < law.error_bits < 0.005


@pytest.mark.parametrize("bits", [[8.0] * 64, [64.0] * 8, [512.0]])
def test_much_information_pays_information_less_eulers_constant(bits):
    law = laws.index_law(rec.gaussian_channel(bits))
    assert law.mean_log2 == pytest.approx(512 - np.euler_gamma / math.log(2), abs=2e-3)


@pytest.mark.parametrize("dim", [1, 3])
@pytest.mark.parametrize("make", [rec.gaussian_channel, rec.uniform_channel])
def test_without_information_the_index_is_one(make, dim):
    law = laws.index_law(make([0.0] * dim), rec.Partition([4] * dim))
    assert law.pmf(3) == pytest.approx([1, 0, 0], abs=1e-12)
    assert law.mean_log2 == 0


def test_a_collapsed_dimension_changes_a_plain_law_in_nothing_and_splits_a_cut_one():
    bare, padded = rec.gaussian_channel([3.0]), rec.gaussian_channel([3.0, 0.0])
    assert laws.index_pmf(padded) == pytest.approx(laws.index_pmf(bare), abs=1e-12)
    problem = rec.gaussian_problem([0.7, 0.0], [0.3, 1.0])
    one = laws.index_law(rec.gaussian_problem([0.7], [0.3]), rec.Partition([2]))
    y = np.log1p(one.excess / 8)
    split = laws.expected_log2_index(problem, rec.Partition([2, 8]))
    assert split == pytest.approx(float(one.weights @ laws.mean_log2_geometric(y)), abs=1e-5)


@pytest.mark.parametrize("bits", [[3.0], [3.0, 2.0], [1.0] * 10])
def test_uniform_boxes_aligned_with_bins(bits):
    channel, total = rec.uniform_channel(bits), sum(bits)
    cut = rec.Partition([2 ** int(b) for b in bits])
    assert laws.index_pmf(channel, None, 50) == pytest.approx(geometric_pmf(2.0**-total, 50), abs=1e-6)
    assert laws.index_pmf(channel, cut, 3) == pytest.approx([1, 0, 0], abs=1e-12)
    half = rec.Partition([2 ** (int(bits[0]) - 1), *cut.intervals[1:]])
    assert laws.index_pmf(channel, half, 50) == pytest.approx(geometric_pmf(0.5, 50), abs=1e-6)


def test_uniform_problem_agrees_with_cells_of_the_oracle():
    pair = uniform_pair([0.1, 0.3], [0.55, 0.9])
    wanted = naive.index_pmf(pair.oracle, (3, 4), 20, 200)
    assert laws.index_pmf(pair.problem, rec.Partition([3, 4]), 20) == pytest.approx(wanted, abs=5e-3)


def test_wider_targets_have_a_law_too():
    pair = gaussian_pair(0.5, 1.3)
    wanted = naive.index_pmf(pair.oracle, (2,), 20, 20_000)
    assert laws.index_pmf(pair.problem, rec.Partition([2]), 20) == pytest.approx(wanted, abs=5e-4)


def test_mean_log2_keeps_below_its_bound():
    for bits, intervals in [([6.0], (1,)), ([6.0], (256,)), ([2.0, 3.0], (4, 4)), ([1.0] * 16, (2,) * 16)]:
        channel, cut = rec.gaussian_channel(bits), rec.Partition(intervals)
        assert laws.expected_log2_index(channel, cut) < laws.log2_index_bound_bits(channel, cut)


def test_wrong_arguments_raise_rec_error():
    with pytest.raises(rec.RecError, match="partition cuts"):
        laws.index_law(rec.gaussian_channel([1.0]), rec.Partition([2, 2]))
    with pytest.raises(rec.RecError, match="max_index"):
        laws.index_pmf(rec.gaussian_channel([1.0]), max_index=0)
    with pytest.raises(rec.RecError, match="must be a problem, such as"):
        laws.index_law("gaussian")


@pytest.mark.parametrize("weighting", ["target_mass", "uniform"])
def test_examined_in_two_dimensions_with_a_stop_line_a_bin(weighting):
    pair = gaussian_pair([0.5, -0.3], [0.3, 0.6])
    got = laws.expected_examined(pair.problem, rec.PFR(rec.Partition([4, 2]), weighting=weighting, stopping="per_bin"))
    assert got == pytest.approx(naive.expected_examined(pair.oracle, (4, 2), weighting, "per_bin", 400), rel=2e-3)


# --------------------------------------------------------------------------------------------------------------- ORC

ORC_CASES = [
    (1.0, 0.3, None, "uniform"),
    (-0.5, 0.1, (4,), "target_mass"),
    (-0.5, 0.1, (4,), "peak_ratio"),
    (1.5, 1.3, None, "uniform"),
]


@pytest.mark.parametrize("num_candidates", [2, 8, 64])
@pytest.mark.parametrize(("mean", "scale", "intervals", "weighting"), ORC_CASES)
def test_orc_density_agrees_with_the_oracle_and_integrates_to_one(mean, scale, intervals, weighting, num_candidates):
    pair = gaussian_pair(mean, scale)
    cut = None if intervals is None else rec.Partition(intervals)
    x = mean + scale * np.linspace(-3.5, 3.5, 15)[:, None]
    wanted = pair.oracle.target[0].pdf(x[:, 0]) * naive.orc_factor(pair.oracle, num_candidates, x, intervals, weighting)
    method = rec.ORC(num_candidates, cut, weighting=weighting)
    assert laws.orc_density(pair.problem, method, x) == pytest.approx(wanted, rel=1e-3)
    wide = np.linspace(-9, 9, 20_001)
    density = laws.orc_density(pair.problem, method, wide[:, None])
    assert integrate.trapezoid(density, wide) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("num_candidates", [2, 8, 64])
@pytest.mark.parametrize("intervals", [None, (4,)])
def test_orc_samples_follow_the_density_and_not_q(num_candidates, intervals):
    problem = rec.gaussian_problem([1.0], [0.3])
    method = rec.ORC(num_candidates, None if intervals is None else rec.Partition(intervals))
    samples = rec.encode_many(problem, 40_000, method, seed=5).samples[:, 0]
    x = np.linspace(-7, 7, 8001)
    density = laws.orc_density(problem, method, x[:, None])
    cdf = integrate.cumulative_trapezoid(density, x, initial=0)
    assert stats.kstest(samples, lambda s: np.interp(s, x, cdf)).pvalue > ALPHA
    if laws.orc_bias(problem, method).total_variation > 0.03:
        assert stats.kstest(samples, stats.norm(1.0, 0.3).cdf).pvalue < ALPHA**3


def test_orc_bias_is_the_integral_of_its_density_and_falls_with_n():
    for problem in [rec.gaussian_problem([1.0], [0.3]), rec.gaussian_problem([1.0, 0.2], [0.3, 0.5])]:
        biases = [laws.orc_bias(problem, rec.ORC(n)) for n in (1, 4, 32, 2**12, 2**40)]
        variations = [bias.total_variation for bias in biases]
        assert variations == sorted(variations, reverse=True)
        assert variations[-1] < 1e-4
        assert biases[-1].kl_bits < 1e-4
    x = np.linspace(-9, 9, 40_001)
    q, one = stats.norm(1.0, 0.3).pdf(x), rec.gaussian_problem([1.0], [0.3])
    density = laws.orc_density(one, rec.ORC(4), x[:, None])
    bias = laws.orc_bias(one, rec.ORC(4))
    assert bias.total_variation == pytest.approx(integrate.trapezoid(np.abs(density - q), x) / 2, abs=1e-4)
    kl = integrate.trapezoid(density * (np.log(density) - stats.norm(1.0, 0.3).logpdf(x)), x) / math.log(2)
    assert bias.kl_bits == pytest.approx(kl, rel=1e-3)


def line_nodes(mean, scale, bins=1):
    """ln r' and P' at the nodes of a quadrature over the line, with `target_mass` weights of `bins` equal-mass bins."""
    breaks = np.concatenate((np.linspace(-12, 12, 97), mean + scale * np.linspace(-9, 9, 73)))
    edges = ndtri(np.arange(1, bins) / bins)
    x, weights = gauss(np.unique(np.clip(np.append(breaks, edges), -12, 12)))
    ends = np.concatenate(([-np.inf], edges, [np.inf]))
    heuristic = bins * np.diff(ndtr((ends - mean) / scale))[np.searchsorted(edges, x)]
    logs = (x**2 - ((x - mean) / scale) ** 2) / 2 - math.log(scale) - np.log(heuristic)
    return logs, weights * stats.norm.pdf(x) * heuristic


def ball_nodes(mean, scale, dim):
    """The same of equal scales in `dim` dimensions, mean on the diagonal: ln r falls with the distance to a point."""
    gap = 1 - scale**2
    vertex = mean / gap
    law = stats.ncx2(dim, dim * vertex**2)
    q, weights = gauss(np.concatenate(([0, 1e-3, 0.01, 0.05, 0.1, 0.2, 0.4], np.geomspace(0.6, 400, 120))))
    return dim * (mean * vertex / 2 - math.log(scale)) - gap / (2 * scale**2) * q, weights * law.pdf(q)


def gauss(breaks):
    """Nodes and weights of 10 points between neighbouring breaks."""
    nodes, weights = np.polynomial.legendre.leggauss(10)
    half = np.diff(breaks)[:, None] / 2
    return (breaks[:-1, None] + half * (1 + nodes)).ravel(), (half * weights).ravel()


def direct_bias(logs, shares, num_candidates):
    """Total variation and KL in bits from the definition: h = n int exp(-t r) phi(t)^(n-1) dt, nothing interpolated."""
    ratio = np.exp(logs)
    log_t, weights = gauss(np.arange(-40.0, 40.0))
    t = np.exp(log_t) / num_candidates
    struck = -np.expm1(-np.multiply.outer(t, ratio)) @ shares
    missed = np.exp(-np.multiply.outer(t, ratio)) @ shares
    log_phi = np.where(struck < 0.5, np.log1p(-np.minimum(struck, 0.5)), np.log(np.maximum(missed, 1e-300)))
    power = (num_candidates - 1) * log_phi
    h = num_candidates * np.exp(power - np.multiply.outer(ratio, t)) @ (weights * t)
    target = shares * ratio
    assert target @ h == pytest.approx(1, abs=1e-6)
    return target @ np.maximum(1 - h, 0), target @ (h * np.log(h) - h + 1) / math.log(2)


@pytest.mark.parametrize("num_candidates", [16, 2**10, 2**16, 2**20])
@pytest.mark.parametrize(
    ("problem", "intervals", "nodes", "error"),
    [
        (rec.gaussian_problem([1.0], [0.3]), None, line_nodes(1.0, 0.3), 1e-2),
        (rec.gaussian_problem([0.4], [0.7]), None, line_nodes(0.4, 0.7), 1e-2),
        (rec.gaussian_problem([1.0], [0.3]), (4,), line_nodes(1.0, 0.3, 4), 1e-2),
        (rec.gaussian_problem([0.5] * 2, [0.5] * 2), None, ball_nodes(0.5, 0.5, 2), 1e-2),
        (rec.gaussian_problem([0.3] * 5, [0.8] * 5), None, ball_nodes(0.3, 0.8, 5), 1e-2),
    ],
    ids=["narrow", "wide", "in bins", "two dimensions", "five dimensions"],
)
def test_orc_bias_keeps_its_digits_however_small(problem, intervals, nodes, error, num_candidates):
    """KL once came out as 0 where it is 4e-10, and total variation a third too large at n = 2^20."""
    bias = laws.orc_bias(problem, rec.ORC(num_candidates, intervals and rec.Partition(intervals)))
    variation, kl = direct_bias(*nodes, num_candidates)
    assert bias.total_variation == pytest.approx(variation, rel=error)
    assert bias.kl_bits == pytest.approx(kl, rel=error, abs=1e-16)
    assert bias.kl_bits > 0


def test_orc_bias_of_billions_of_candidates_for_a_narrow_target_is_a_number():
    """At 2^33, whose integral runs to 2^33 times where r' matters, rounding once grew to infinity and KL was NaN."""
    problem = rec.gaussian_problem([-0.688, -0.575], [2.0**-14] * 2)
    for count in (2**30, 2**33):
        with warnings.catch_warnings(action="error"):
            bias = laws.orc_bias(problem, rec.ORC(count))
        variation, kl = direct_bias(*two_narrow_nodes(problem), count)
        assert bias.total_variation == pytest.approx(variation, rel=0.01)
        assert bias.kl_bits == pytest.approx(kl, rel=0.01)


def two_narrow_nodes(problem):
    """ln r' and P' where Q is: for one scale ln r' falls with the squared distance to a point of the plane, but for Q's
    own share of P' what is elsewhere has r' = 0."""
    means, scale = np.array(problem.params).T[0], problem.params[0][1]
    gap = 1 - scale**2
    law = stats.ncx2(2, float(means @ means) * scale**2 / gap**2)  # of the distance to the vertex under Q, over scale^2
    q, weights = gauss(np.concatenate(([0, 1e-3], np.geomspace(2e-3, 200, 160))))
    logs = float(means @ means) / (2 * gap) - 2 * math.log(scale) - gap / 2 * q
    return logs, weights * law.pdf(q) * np.exp(-logs)


def test_one_candidate_is_a_draw_from_the_heuristic():
    x = np.linspace(-4, 4, 21)
    problem = rec.gaussian_problem([1.0], [0.3])
    assert laws.orc_density(problem, rec.ORC(1), x[:, None]) == pytest.approx(stats.norm.pdf(x), rel=1e-4)


@pytest.mark.slow
def test_orc_in_two_dimensions_integrates_to_one_and_agrees_with_one_dimension():
    problem = rec.gaussian_problem([1.0, 0.2], [0.3, 0.5])
    axis = np.linspace(-6, 6, 401)
    points = np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1)
    density = laws.orc_density(problem, rec.ORC(16), points)
    assert integrate.trapezoid(integrate.trapezoid(density, axis), axis) == pytest.approx(1, abs=0.01)
    padded = rec.gaussian_problem([1.0, 0.0], [0.3, 1.0])
    one = laws.orc_bias(rec.gaussian_problem([1.0], [0.3]), rec.ORC(16))
    assert laws.orc_bias(padded, rec.ORC(16)) == pytest.approx(one, rel=0.02)


def test_uniform_orc_is_exact_given_that_a_candidate_fell_in_the_box():
    problem = rec.uniform_problem([0.1], [0.4])
    x = np.array([[0.05], [0.2], [0.39], [0.5]])
    assert laws.orc_density(problem, rec.ORC(3), x) == pytest.approx([0, 1 / 0.3, 1 / 0.3, 0], rel=1e-6)
    assert laws.orc_bias(problem, rec.ORC(3)).total_variation == pytest.approx(0, abs=1e-6)
