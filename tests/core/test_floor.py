"""The floor: functional information and the channel simulation divergence, against sorted samples and known numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest

import rec_core as rec
from rec_core import laws

PROBLEMS = {
    "gaussian": rec.gaussian_problem([1.0], [0.3]),
    "two dimensions": rec.gaussian_problem([0.5, -1.0], [0.3, 0.6]),
    "laplace": rec.laplace_problem([0.7], [0.2]),
    "logistic": rec.logistic_problem([-1.0], [0.4]),
    "piecewise": rec.piecewise_problem([0.0, 3.0, 3.0, -8.0, 1.0, 0.5]),
}


def by_samples(problem, stretched=1.0):
    """-E[log2 w(U r(X))], X ~ Q by rejection from P, w by counting candidates; its standard error. No law is used."""
    rng = np.random.default_rng(7)
    uniforms = rng.random((1_000_000, problem.dim))
    ratios = stretched * problem.log_ratio_bits(problem.prior.quantile(uniforms))
    width = np.sort(ratios)
    accepted = ratios[rng.random(ratios.size) < np.exp2(ratios - stretched * problem.d_inf_bits)]
    heights = accepted + np.log2(rng.random(accepted.size))
    lengths = -np.log2(1.0 - np.searchsorted(width, heights) / width.size)
    return float(lengths.mean()), float(lengths.std() / math.sqrt(lengths.size))


@pytest.mark.parametrize("name", PROBLEMS)
def test_the_divergence_is_the_mean_length_of_uniform_heights(name):
    """Within four standard errors (one false alarm in 16,000) and the stated 0.005; a ratio stretched by 5% is not."""
    problem = PROBLEMS[name]
    exact = laws.channel_simulation_divergence_bits(problem)
    mean, error = by_samples(problem)
    assert abs(exact - mean) < 4 * error + 5e-3
    spoiled, error = by_samples(problem, stretched=1.05)
    assert abs(exact - spoiled) > 4 * error + 5e-3
    assert problem.kl_bits - 1e-9 <= exact <= problem.d_inf_bits + 1e-9
    assert exact <= problem.kl_bits + math.log2(problem.kl_bits + 1) + 1


def test_where_the_ratio_has_one_value_the_floor_is_the_information():
    assert laws.channel_simulation_divergence_bits(rec.uniform_problem([0.1], [0.1 + 2.0**-7])) == pytest.approx(
        7, abs=1e-6
    )
    assert laws.functional_information_bits(rec.uniform_channel([3.0, 2.0])) == pytest.approx(5.0, abs=1e-6)
    assert laws.channel_simulation_divergence_bits(rec.gaussian_problem([0.0], [1.0])) == pytest.approx(0.0, abs=1e-6)


def test_where_boxes_are_no_cells_the_floor_is_the_true_information():
    """X does not follow P there, so I[X;Y] is below the mean KL: against -log2 of X's own density, simulated."""
    bits, rng, runs = 1.5, np.random.default_rng(1), 400_000
    width = 2.0**-bits
    x = rng.random(runs) * (1.0 - width) + width * rng.random(runs)
    covered = (np.minimum(x, 1.0 - width) - np.maximum(x - width, 0.0)) / (1.0 - width)  # chance that a box holds x
    told = -np.log2(covered)
    channel = rec.uniform_channel([bits])
    floor, error = laws.functional_information_bits(channel), told.std() / math.sqrt(runs)
    assert abs(floor - told.mean()) < 4.5 * error
    assert abs(channel.information_bits - told.mean()) > 100 * error
    assert rec.LayeredDither.for_source(channel).expected_bits(channel) == pytest.approx(floor, abs=1e-9)
    assert laws.functional_information_bits(rec.uniform_channel([bits, 3.0])) == pytest.approx(floor + 3.0, abs=1e-9)


@pytest.mark.parametrize(
    ("bits", "above"),
    [
        ([0.5], 0.463),
        ([1.0], 0.505),
        ([2.0], 0.522),
        ([6.0], 0.523),
        ([10.0] * 4, 1.22),
        ([8.0] * 6, 1.48),
        ([3.0] * 16, 2.13),
    ],
)
def test_functional_information_of_gaussian_channels(bits, above):
    """Numbers from two simulations by different hands."""
    channel = rec.gaussian_channel(bits)
    assert laws.functional_information_bits(channel) - channel.information_bits == pytest.approx(above, abs=0.01)


@pytest.mark.parametrize("bits", [[1.0], [6.0], [4.0, 4.0]])
def test_no_exact_mean_length_is_below_the_floor(bits):
    channel = rec.gaussian_channel(bits)
    floor = laws.functional_information_bits(channel)
    for log2_bins in (0, 2, 4):
        cut = rec.allocate(channel, log2_bins)
        for code in (rec.ZipfCode.for_source(channel, cut), rec.MatchedCode(channel, cut), rec.EliasDelta()):
            assert floor <= laws.mean_length_bits(channel, cut, code)
    assert floor >= channel.information_bits


def test_one_target_among_dimensions_that_tell_next_to_nothing():
    """The law of ln r begins with a jump there; and 300 bits are no less exact than 3."""
    one = laws.channel_simulation_divergence_bits(rec.gaussian_problem([0.4], [2.0**-20]))
    beside = laws.channel_simulation_divergence_bits(rec.gaussian_problem([0.4, 0.0, 0.0], [2.0**-20, 0.9999, 1.0]))
    assert beside == pytest.approx(one, abs=5e-3)
    few, many = (laws.functional_information_bits(rec.gaussian_channel([b, b])) - 2 * b for b in (9.0, 300.0))
    assert many == pytest.approx(few, abs=1e-3)


def test_many_bits_in_one_dimension_have_a_closed_form():
    """I_F - I tends to -log2 e - 1 - E[log2 |Z|] + log2(2 pi e) / 2, Z standard normal: w is then twice a distance."""
    mean_log_z = -0.5 * (np.euler_gamma + math.log(2))
    limit = (-1 - math.log(2) - mean_log_z + 0.5 * math.log(2 * math.pi * math.e)) / math.log(2)
    channel = rec.gaussian_channel([16.0])
    assert laws.functional_information_bits(channel) - 16 == pytest.approx(limit, abs=2e-3)


WIDTHS = {
    **PROBLEMS,
    "wider than P": rec.gaussian_problem([1.0], [1.3]),
    "as wide as P": rec.gaussian_problem([1.0], [1.0]),
    "uniform": rec.uniform_problem([0.1, 0.2], [0.2, 0.5]),
}


@pytest.mark.parametrize("name", WIDTHS)
def test_the_width_function_is_the_share_of_candidates_that_high(name):
    """Within five standard errors at 12 heights (one false alarm in 100,000) and 0.005; twice the height is not."""
    problem = WIDTHS[name]
    rng = np.random.default_rng(11)
    ratios = np.exp2(problem.log_ratio_bits(problem.prior.quantile(rng.random((400_000, problem.dim)))))
    heights = np.append(0.0, np.geomspace(1e-3, 0.9 * 2.0 ** min(problem.d_inf_bits, 6.0), 11))
    widths = laws.width_function(problem, heights)
    shares = np.array([(ratios >= height).mean() for height in heights])
    errors = 5 * np.sqrt(shares * (1 - shares) / ratios.size) + 5e-3
    assert (np.abs(widths - shares) < errors).all()
    assert widths[0] == 1.0
    assert (np.diff(widths) <= 0).all()
    assert (np.abs(laws.width_function(problem, 2.0 * heights) - shares) > errors).any()


@pytest.mark.parametrize("name", ["gaussian", "laplace", "logistic"])
def test_the_area_under_the_width_function_is_one_and_its_entropy_the_divergence(name):
    problem = PROBLEMS[name]
    edges = 2.0**problem.d_inf_bits * np.linspace(0.0, 1.0, 2001) ** 2  # finer near 0
    middle, steps = 0.5 * (edges[1:] + edges[:-1]), np.diff(edges)
    widths = laws.width_function(problem, middle)
    assert float(widths @ steps) == pytest.approx(1.0, abs=2e-3)
    entropy = -float((widths * np.log2(np.maximum(widths, 1e-300))) @ steps)
    assert laws.channel_simulation_divergence_bits(problem) == pytest.approx(entropy, abs=1e-2)
    with pytest.raises(rec.RecError, match="heights"):
        laws.width_function(problem, [-1.0])
