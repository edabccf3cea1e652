"""What docstrings say of numerical errors, each against sums and quadratures from the definitions."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import pytest
from scipy import stats
from scipy.special import ndtr, ndtri

import rec_core as rec
from rec_core import laws
from rec_core.codes import octaves, stream
from rec_core.laws.mixture import mixed

LN2 = math.log(2)
GRID = np.linspace(0, 14, 14_001)
TABLE = laws.mean_log2_geometric(GRID)


def panels(breaks, size):
    """Gauss-Legendre nodes and weights between neighbouring breaks."""
    nodes, weights = np.polynomial.legendre.leggauss(size)
    breaks = np.unique(breaks)
    half = np.diff(breaks)[:, None] / 2
    return (breaks[:-1, None] + half * (1 + nodes)).ravel(), (half * weights).ravel()


def test_laws_kept_on_their_grid_are_right_to_1e_6():
    for y in np.concatenate((np.geomspace(1e-6, 0.3, 40), np.linspace(0.31, 12, 60))):
        law = mixed(np.array([y]), np.ones(1), 0.0)
        assert law.mean_log2 == pytest.approx(float(laws.mean_log2_geometric(y)), abs=1e-6)
        wanted = stats.geom.pmf([1, 2, 5], np.exp(-y))
        assert law.pmf(5)[[0, 1, 4]] == pytest.approx(wanted, abs=1e-6)


@pytest.mark.parametrize("excess", [0.001, 0.5, 7.5, 18.9, 19.2, 60.0])
def test_the_mean_log_of_a_geometric_law_is_right_to_1e_11(excess):
    n = np.arange(2.0, 45 * (1 + excess) + 60)
    direct = math.fsum(np.exp((n - 1) * np.log(excess / (1 + excess)) - math.log1p(excess)) * np.log2(n))
    assert float(laws.mean_log2_geometric(np.log1p(excess))) == pytest.approx(direct, abs=1e-11)


@pytest.mark.parametrize("bits", [0.5, 3.0, 7.0, 8.5, 12.3, 30.0])
def test_the_entropy_of_an_index_is_right_to_1e_3_bits(bits):
    """Without bins a uniform target's index is geometric with success 2^-I."""
    success = 2.0**-bits
    rest = -math.expm1(-bits * LN2)
    entropy = bits - rest / success * math.log1p(-success) / LN2
    assert laws.index_law(rec.uniform_channel([bits])).entropy_bits == pytest.approx(entropy, abs=1e-3)


def mean_log2(y):
    """E[log2 n] of a geometric law with mean e^y, from a table of a thousandth of a nat: right to 1e-7."""
    return np.interp(y, GRID, TABLE)


def line_mean_log2(mean, scale, intervals):
    """E[log2 n] of one Gaussian target: g by the definition, from normal cdfs, between all its kinks."""
    edges = ndtri(np.arange(intervals + 1) / intervals)
    vertex = mean / (1 - scale**2)
    breaks = np.concatenate((mean + scale * np.linspace(-8, 8, 49), edges, 2 * vertex - edges, [vertex]))
    x, weights = panels(np.clip(breaks, mean - 8 * scale, mean + 8 * scale), 12)
    number = np.searchsorted(edges, x) - 1
    low, high = edges[number], edges[number + 1]
    left, right = np.clip(np.minimum(x, 2 * vertex - x), low, high), np.clip(np.maximum(x, 2 * vertex - x), low, high)
    ratio = np.exp((x**2 - ((x - mean) / scale) ** 2) / 2) / scale

    def outside(law):
        return law(left) - law(low) + law(high) - law(right)

    excess = np.maximum(ratio * outside(ndtr) - outside(lambda v: ndtr((v - mean) / scale)), 0)
    return weights @ (stats.norm.pdf(x, mean, scale) * mean_log2(np.log1p(excess)))


@pytest.mark.parametrize("intervals", [1, 3, 8])
@pytest.mark.parametrize(("mean", "scale"), [(1.0, 0.3), (-0.2, 0.6), (2.0, 0.1)])
def test_the_mean_log_of_one_gaussian_dimension_is_right_to_1e_5_bits(mean, scale, intervals):
    problem = rec.gaussian_problem([mean], [scale])
    wanted = line_mean_log2(mean, scale, intervals)
    assert laws.expected_log2_index(problem, rec.Partition([intervals])) == pytest.approx(wanted, abs=1e-5)


@pytest.mark.parametrize(("bits", "intervals"), [(1.0, 1), (2.0, 3), (3.0, 8)])
def test_the_mean_log_of_a_gaussian_channel_is_right_to_1e_5_bits(bits, intervals):
    spread = math.sqrt(1 - 4.0**-bits)
    means, weights = panels(np.linspace(0, 8, 61), 6)  # a mean and its mirror image cost the same
    each = [line_mean_log2(spread * mean, 2.0**-bits, intervals) for mean in means]
    wanted = 2 * (weights * stats.norm.pdf(means)) @ each
    channel = rec.gaussian_channel([bits])
    assert laws.expected_log2_index(channel, rec.Partition([intervals])) == pytest.approx(wanted, abs=1e-5)


def cells_mean_log2(logs, shares, bins):
    """E[log2 n] over cells of P: ln r, P's masses and bin numbers, (K,) each; g by sums over cells in their order."""
    total = 0.0
    for j in np.unique(bins):
        order = np.argsort(logs[bins == j])
        ratio, mass = np.exp(logs[bins == j][order]), shares[bins == j][order]
        excess = ratio * np.cumsum(mass) - np.cumsum(ratio * mass)
        total += (ratio * mass) @ mean_log2(np.log1p(np.maximum(excess, 0)))
    return total


def test_the_mean_log_in_two_dimensions_with_bins_is_right_to_1e_4_bits():
    problem, intervals = rec.gaussian_problem([0.5, -0.3], [0.3, 0.6]), (4, 2)
    points, shares, numbers = [], [], []
    for (mean, scale), n in zip(problem.params, intervals, strict=True):
        edges = ndtri(np.arange(1, n) / n)
        breaks = np.concatenate((mean + scale * np.linspace(-7, 7, 141), np.linspace(-6, 6, 25), edges))
        x, weights = panels(breaks, 6)
        points.append(x)
        shares.append(weights * stats.norm.pdf(x))
        numbers.append(np.searchsorted(edges, x))
    grid = np.stack(np.meshgrid(*points, indexing="ij"), axis=-1).reshape(-1, 2)
    bins = np.add.outer(2 * numbers[0], numbers[1]).ravel()
    wanted = cells_mean_log2(problem.log_ratio_bits(grid) * LN2, np.outer(*shares).ravel(), bins)
    assert laws.expected_log2_index(problem, rec.Partition(intervals)) == pytest.approx(wanted, abs=1e-4)


@pytest.mark.parametrize("intervals", [1, 5])
def test_the_mean_log_of_a_piecewise_target_is_right_to_1e_4_bits(intervals):
    problem = rec.piecewise_problem([0.0, 3.0, 3.0, -8.0, 1.0, 0.5])
    u = (np.arange(300_000) + 0.5) / 300_000
    bins = (u * intervals).astype(int)
    wanted = cells_mean_log2(problem.log_ratio_bits(u[:, None]) * LN2, np.full(u.size, 1 / u.size), bins)
    assert laws.expected_log2_index(problem, rec.Partition([intervals])) == pytest.approx(wanted, abs=1e-4)


@pytest.mark.parametrize(("bits", "intervals"), [(1.3, 3), (2.0001, 4), (0.4, 2), (2.5, 3)])
def test_the_mean_log_of_a_uniform_channel_is_right_to_1e_4_bits(bits, intervals):
    """Boxes anywhere: in a bin they share a part s of its mass, and g = r (1/J - s) there."""
    width = 2.0**-bits
    low = (np.arange(20_000) + 0.5) / 20_000 * (1 - width)
    wanted = 0.0
    for b in range(intervals):
        common = np.maximum(np.minimum(low + width, (b + 1) / intervals) - np.maximum(low, b / intervals), 0)
        excess = np.maximum((1 / intervals - common) / width, 0)
        wanted += np.mean(common / width * laws.mean_log2_geometric(np.log1p(excess)))
    channel = rec.uniform_channel([bits])
    assert laws.expected_log2_index(channel, rec.Partition([intervals])) == pytest.approx(wanted, abs=1e-4)


@pytest.mark.parametrize("weighting", ["target_mass", "uniform"])
def test_candidates_examined_in_one_dimension_are_right_to_1e_4(weighting):
    """sum_j pi_j / E_P'[min(1, r' / sup_j r')] by quadrature between all kinks."""
    mean, scale, intervals = 1.0, 0.3, 4
    problem, cut = rec.gaussian_problem([mean], [scale]), rec.Partition([intervals])
    edges, top = ndtri(np.arange(intervals + 1) / intervals), mean / (1 - scale**2)
    (weights,), (peaks,) = rec.bin_weights(problem, cut, weighting), rec.bin_peaks_bits(problem, cut)
    lift = np.log(intervals * weights)
    wanted = 0.0
    for weight, bound in zip(weights, peaks * LN2 - lift, strict=True):
        # where r' crosses the bound: ln r = bound + lift, a parabola about the vertex
        height = problem.d_inf_bits * LN2 - bound - lift
        away = np.sqrt(np.maximum(height, 0) * 2 * scale**2 / (1 - scale**2))
        breaks = np.concatenate((np.linspace(-9, 9, 181), edges[1:-1], top - away, top + away))
        x, share = panels(np.clip(breaks, -9, 9), 12)
        number = np.searchsorted(edges, x) - 1
        logs = problem.log_ratio_bits(x[:, None]) * LN2 - lift[number]
        wanted += weight / ((share * stats.norm.pdf(x) * np.exp(lift[number])) @ np.exp(np.minimum(logs - bound, 0)))
    method = rec.PFR(cut, weighting=weighting, stopping="per_bin")
    assert laws.expected_examined(problem, method) == pytest.approx(wanted, rel=1e-4)


@pytest.mark.parametrize(("dim", "scale"), [(2, 0.5), (5, 0.8)])
@pytest.mark.parametrize("num_candidates", [2, 16])
def test_the_density_of_orc_in_several_dimensions_is_right_to_a_hundredth_of_p(dim, scale, num_candidates):
    """h_n from the definition; with equal scales ln r falls with the distance to a point, a noncentral chi-square."""
    mean, gap = 0.4, 1 - scale**2
    problem = rec.gaussian_problem([mean] * dim, [scale] * dim)
    law = stats.ncx2(dim, dim * (mean / gap) ** 2)
    q, shares = panels(np.concatenate(([0, 1e-3, 0.01, 0.05, 0.1, 0.2, 0.4], np.geomspace(0.6, 400, 120))), 10)
    shares = shares * law.pdf(q)
    ratio = np.exp(problem.d_inf_bits * LN2 - gap / (2 * scale**2) * q)
    log_t, weights = panels(np.arange(-30.0, 30.0), 8)
    t = np.exp(log_t)
    phi = np.exp(-np.multiply.outer(t, ratio)) @ shares
    x = np.random.default_rng(3).standard_normal((40, dim))
    x[:20] = mean + scale * x[:20]
    r = np.exp2(problem.log_ratio_bits(x))
    h = num_candidates * np.exp(-np.multiply.outer(r, t)) @ (weights * t * phi ** (num_candidates - 1))
    prior = np.prod(stats.norm.pdf(x), axis=1)
    got = laws.orc_density(problem, rec.ORC(num_candidates), x)
    assert np.abs(got / prior - r * h).max() < 1e-2


def test_rounding_the_matched_table_costs_less_than_1e_4_bits():
    channel, cut = rec.gaussian_channel([6.0]), rec.Partition([64])
    law, code = laws.index_law(channel, cut), rec.MatchedCode(channel, cut)
    pmf = law.pmf(255)
    lost = pmf @ (code.length_bits(np.arange(1, 256)) + np.log2(pmf))
    assert -1e-5 < lost < 1e-4


@pytest.mark.parametrize(("exponent", "count"), [(0.5, 14), (1.5, 12), (3.0, 10)])
def test_octaves_of_a_power_law_are_as_near_their_sums_as_is_said(exponent, count):
    heads, _ = octaves.power_tables(Decimal(exponent) - 1, count - 1)
    n = np.arange(1, 2**count, dtype=float) ** -exponent
    for octave in range(8, count):
        share = n[2**octave - 1 : 2 ** (octave + 1) - 1].sum() / n.sum() * 2**24
        assert abs(heads[255 + octave - 8] - share) < 1.5 + 2 * share * (exponent / 512) ** 2


def test_a_limb_that_is_no_power_of_two_loses_less_than_a_thousandth_of_a_bit():
    rng = np.random.default_rng(1)
    for size in [2**12, 2**12 + 1, 5000, 3**20, *(int(v) for v in rng.integers(2**12, 2**60, 200))]:
        tops, low_bits = stream.uniform_limbs(size)
        lost = math.log2(tops) + low_bits - math.log2(size)
        assert -1e-12 < lost < 1e-3
