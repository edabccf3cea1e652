"""Families by their verbs, against SciPy's densities, exact decimals, brute force and simulation.

A new family is taken in by one line of WORLDS: how a problem is made, and its density by another hand.
"""

from __future__ import annotations

import itertools
import math
from decimal import Decimal, localcontext

import numpy as np
import pytest
from scipy import signal, stats

import rec_core as rec
from rec_core import families, laws
from rec_core.laws import line, mixture
from tests import naive
from tests.core.conftest import ALPHA, Pair, index_p, ks_p, ks_p_all, mean_p

WORLDS = {
    "gaussian": (rec.gaussian_problem, stats.norm),
    "laplace": (rec.laplace_problem, stats.laplace),
    "logistic": (rec.logistic_problem, stats.logistic),
}
NEW = ("laplace", "logistic")
TARGETS = [
    (0.3, 0.5), (-2.0, 0.02), (5.0, 0.99), (0.0, 0.3), (8.0, 0.1), (0.7, 1e-6),  # narrower than P
    (1.0, 1.0), (-1.5, 1.0), (1e-9, 1.0), (1e-9, 1.0 - 1e-9), (0.4, 1.0 - 1e-12), (-3e-13, 1.0 + 1e-12),  # as wide
    (0.5, 2.0), (-3.0, 7.0), (0.0, 1.1),
]  # fmt: skip


def pair(family, mean, scale):
    make, law = WORLDS[family]
    mean, scale = np.atleast_1d(mean), np.atleast_1d(scale)
    target = tuple(law(m, s) for m, s in zip(mean, scale, strict=True))
    return Pair(make(mean, scale), naive.Problem(target, tuple(law() for _ in target)))


def one(family, mean, scale):
    """Code, row and SciPy's Q and P of one dimension."""
    problem, oracle = pair(family, mean, scale)
    return problem.family_code, problem.table[0], oracle.target[0], oracle.prior[0]


# ------------------------------------------------------------------------------------------------------------ formulas


def test_every_family_has_every_verb():
    verbs = (
        "LABEL", "PRIOR", "PARAMS", "STANDARD", "SUPPORT", "LAWS", "HAS_CELLS", "check", "narrow", "table",
        "width_bits", "quantile", "log_pdf", "log_ratio", "log_sup", "log_mass", "kl", "moments", "target_quantile",
        "breaks", "kernel_means", "kernel_mean",
    )  # fmt: skip
    for name, code in families.FAMILIES.items():
        own = families.family(name)
        assert own is families.family(code)
        assert [verb for verb in verbs if not hasattr(own, verb)] == []
        problem = rec.Problem(name, (own.STANDARD,))
        assert (problem.kl_bits, problem.d_inf_bits) == (0.0, 0.0)
        assert tuple(families.support(code)) == own.SUPPORT
        narrow = rec.Problem(name, (own.narrow(12.0),))
        assert narrow.d_inf_bits == pytest.approx(12.0)
        low, high = families.ends(name, narrow.table[0])
        inside = families.log_mass(code, narrow.table[0], low, high)
        assert math.exp(inside) == pytest.approx(1.0 if own.LAWS == "box" else 0.95)
        channels = families.family(families.channel_family(name))
        assert channels.SUPPORT == own.SUPPORT
        assert (channels is own) == hasattr(own, "draw")
        if own.PARAMS:
            assert len(own.PARAMS) == len(own.STANDARD)
            assert own.fault(own.STANDARD) is None
            assert own.fault((0.5, 0.0))[0] == 1
    assert set(NEW) | {"gaussian"} == {
        name for name in families.FAMILIES if families.family(name).SUPPORT[1] == math.inf
    }


@pytest.mark.parametrize("family", WORLDS)
def test_quantiles_from_both_tails_alike(family):
    code, _, _, prior = one(family, 0.0, 1.0)
    for n in (1, 2, 3, 2**20):
        for number, v in itertools.product(sorted({0, n // 2, n - 1}), (2.0**-53, 2.0**-30, 0.25, 0.5, 1 - 2.0**-53)):
            x, mirrored = families.quantile(code, number, n, v), families.quantile(code, n - 1 - number, n, 1.0 - v)
            assert x == -mirrored or abs(x + mirrored) < 1e-14
            u = (number + v) / n
            wanted = prior.ppf(u) if u <= 0.5 else prior.isf((n - 1 - number + (1 - v)) / n)
            assert x == pytest.approx(wanted, rel=1e-13, abs=1e-13)


@pytest.mark.parametrize("family", NEW)
@pytest.mark.parametrize(("mean", "scale"), TARGETS)
def test_ratio_is_that_of_the_densities(family, mean, scale):
    code, row, target, prior = one(family, mean, scale)
    x = np.concatenate([[mean, 0.0], mean + scale * np.linspace(-300, 300, 101), np.linspace(-40, 40, 101)])
    with np.errstate(over="ignore"):
        q, p = target.logpdf(x), prior.logpdf(x)
    fine = q > -600.0  # beyond, SciPy's own loses digits
    log_r = families.log_ratios(code, row, x)
    room = 1e-15 * (10.0 + np.abs(q) + np.abs(p) + np.abs(x - mean) / scale + np.abs(mean) / scale * 2.0**-40)
    assert (np.abs(log_r - (q - p))[fine] <= room[fine]).all()
    problem = WORLDS[family][0]([mean], [scale])
    assert problem.pdf(x[:, None])[fine] == pytest.approx(np.exp(q[fine]), rel=1e-9, abs=1e-300)
    assert problem.prior.pdf(x[:, None]) == pytest.approx(np.exp(p), rel=1e-12)


def decimal_mass(family, mean, scale, low, high):
    """Q([low, high]) with 60 digits from the given doubles."""
    with localcontext() as context:
        context.prec = 80

        def cdf(x):
            z = (Decimal(x) - Decimal(mean)) / Decimal(scale)
            if family == "logistic":
                return 1 / (1 + (-z).exp())
            return z.exp() / 2 if z < 0 else 1 - (-z).exp() / 2

        return float((cdf(high) - cdf(low)).ln())


@pytest.mark.parametrize("family", NEW)
@pytest.mark.parametrize(("mean", "scale"), [(0.0, 1.0), (0.3, 0.5), (-2.0, 0.02), (5.0, 7.0)])
def test_masses_of_any_interval_keep_twelve_digits(family, mean, scale):
    code, row, *_ = one(family, mean, scale)
    for a, b in [
        (50, 60),
        (-60.5, -50),
        (100, 100.001),
        (-100, 101),
        (-1e-7, 1e-7),
        (3, 3 + 1e-9),
        (-0.1, 12),
        (-9, -8),
    ]:
        low, high = mean + scale * a, mean + scale * b
        assert families.log_mass(code, row, low, high) == pytest.approx(
            decimal_mass(family, mean, scale, low, high), rel=1e-15, abs=1e-12
        )
    assert families.log_mass(code, row, -np.inf, np.inf) == 0.0
    assert families.log_mass(code, row, 1.0, 1.0) == -np.inf
    far = families.log_mass(code, row, mean + 40 * scale, np.inf)
    assert far == pytest.approx(-40 - (math.log(2) if family == "laplace" else 0), abs=1e-12)


@pytest.mark.parametrize("family", NEW)
@pytest.mark.parametrize(("mean", "scale"), TARGETS)
def test_supremum_is_never_below_a_dense_grid_and_hardly_above(family, mean, scale):
    """Also with ends at 0 and at the mean, where Laplace bends, and on tiny intervals."""
    code, row, *_ = one(family, mean, scale)
    rng = np.random.default_rng(1)
    ends = [(0.0, 1.0), (mean, mean + scale), (mean - 3 * scale, mean), (-1.0, 0.0), (mean, mean + 1e-12)]
    ends += [tuple(sorted(mean + scale * rng.normal(0, 4, 2))) for _ in range(20)]
    ends += [tuple(sorted(rng.normal(0, 4, 2))) for _ in range(20)]
    for low, high in ends:
        bends = np.array([low, high, mean, 0.0, families.turn(code, row)])
        grid = np.concatenate((np.linspace(low, high, 4001), mean + scale * np.linspace(-30, 30, 4001), bends))
        top = families.log_ratios(code, row, np.clip(grid, low, high)).max()
        sup = families.log_sup(code, row, low, high)
        rounding = 4e-16 * (4 + abs(top) + max(abs(low), abs(high), abs(mean)) * (1 + 1 / scale * 2.0**-30))
        assert top - rounding <= sup <= top + 1e-5 * (1 + abs(top))
    everywhere = families.log_sup(code, row, -np.inf, np.inf)
    if scale > 1.0:
        assert (
            everywhere
            == families.log_sup(code, row, 3.0, np.inf)
            == families.log_sup(code, row, -np.inf, 0.0)
            == np.inf
        )
    else:
        far = families.log_ratios(code, row, np.linspace(-600, 600, 10**5 + 1))
        assert far.max() - 1e-12 <= everywhere
    if scale == 1.0:
        assert everywhere == abs(mean)
        assert families.log_sup(code, row, -np.inf, -700.0) == pytest.approx(-mean, abs=1e-12)


def test_the_ratio_at_the_mean_is_no_bound():
    """The spoiled twin of the above: a logistic Q peaks beyond its mean, seen from P."""
    code, row, *_ = one("logistic", 5.0, 0.9)
    assert families.log_ratio(code, row, 5.0) < families.log_sup(code, row, -np.inf, np.inf) - 0.1


@pytest.mark.parametrize("family", NEW)
@pytest.mark.parametrize(("mean", "scale"), TARGETS)
def test_divergence_is_its_integral(family, mean, scale):
    """By a trapezium rule in the quantile's logit, which converges for both."""
    code, row, target, prior = one(family, mean, scale)
    z = np.arange(-45_000, 45_000) * 1e-3
    x = mean + scale * z
    if family == "laplace":  # its bends are nodes of an own rule
        nodes, weights = np.polynomial.legendre.leggauss(20)
        breaks = np.union1d(mean + scale * np.linspace(-45, 45, 181), [0.0])
        half = np.diff(breaks)[:, None] / 2
        x, step = (breaks[:-1, None] + half * (1 + nodes)).ravel(), (half * weights).ravel()
    else:
        step = np.full(x.size, 1e-3 * scale)
    x, step = x[target.pdf(x) > 0.0], step[target.pdf(x) > 0.0]
    values = target.pdf(x) * (target.logpdf(x) - prior.logpdf(x))
    assert families.kl(code, row) == pytest.approx(float(values @ step), rel=1e-12, abs=2e-12 * (1 + scale))


@pytest.mark.parametrize("family", WORLDS)
@pytest.mark.parametrize(("mean", "scale"), [(0.3, 0.5), (-3.0, 7.0), (1.0, 1.0)])
def test_moments_and_quantiles_of_the_target(family, mean, scale):
    problem, oracle = pair(family, mean, scale)
    target = oracle.target[0]
    assert (problem.mean[0], problem.scale[0]) == (mean, scale)
    assert problem.spread[0] == pytest.approx(target.std(), rel=1e-12)
    u = np.array([1e-9, 0.2, 0.5, 0.999])
    quantile = families.family(family).target_quantile(problem.table[0], u)
    assert quantile == pytest.approx(target.ppf(u), rel=1e-9)


# ------------------------------------------------------------------------------------------------------- what is sent

SENT = [
    (0.3, 0.5, (1,), "peak_ratio"), (-1.0, 0.2, (4,), "peak_ratio"), (1.5, 0.9, (3,), "target_mass"),
    (1.0, 1.0, (2,), "uniform"),
]  # fmt: skip


@pytest.mark.parametrize("family", NEW)
@pytest.mark.parametrize(("mean", "scale", "intervals", "weighting"), SENT)
def test_what_is_sent_has_its_laws(family, mean, scale, intervals, weighting):
    """Sample, local index, race time, number examined: 10,000 runs each; a slightly different law fails."""
    problem, oracle = pair(family, mean, scale)
    cut = rec.Partition(intervals)
    method = rec.PFR(cut, weighting=weighting)
    sent = rec.encode_many(problem, 10_000, method, seed=3)
    held = rec.decode_many((sent.bins, sent.indices), problem.prior, cut, seeds=sent.seeds)
    assert (held == sent.samples).all()
    assert rec.metrics.ks(sent.samples, problem).p_value[0] == pytest.approx(
        ks_p_all(sent.samples, oracle.target), rel=1e-6
    )
    assert ks_p_all(sent.samples, oracle.target) > ALPHA
    assert ks_p_all(sent.samples, (WORLDS[family][1](mean, 1.2 * scale),)) < 1e-6
    assert ks_p(sent.race_times, stats.expon.cdf) > ALPHA
    pmf = laws.index_pmf(problem, cut, max_index=4000)
    assert index_p(sent.indices, pmf) > ALPHA
    assert index_p(sent.indices, stats.geom(0.9 * pmf[0]).pmf(np.arange(1, 4001))) < ALPHA
    assert pmf[:50] == pytest.approx(naive.index_pmf(oracle, intervals, 50, 6000), abs=2e-5)
    expected = laws.expected_examined(problem, method)
    assert expected == pytest.approx(naive.expected_examined(oracle, intervals, weighting, "per_bin"), rel=2e-3)
    assert mean_p(sent.examined, expected) > ALPHA
    assert mean_p(sent.examined, 1.1 * expected) < ALPHA
    assert mean_p(sent.kl_bits - problem.log_ratio_bits(sent.samples), 0.0) > ALPHA


@pytest.mark.parametrize("family", NEW)
@pytest.mark.parametrize(
    ("mean", "scale", "intervals"),
    [(4.0, 0.01, (1,)), (3.0, 0.5, (2,)), ([2.0, -1.0], [0.1, 0.1], (1, 1)), ([1.0] * 5, [0.3] * 5, (2, 1, 1, 1, 1))],
)
def test_searches_by_tiles_find_the_winner_of_the_readable_race(family, mean, scale, intervals):
    """`trace` runs the readable race, `encode` the fast one: winner, race time and number examined to the last bit."""
    problem, _ = pair(family, mean, scale)
    scaled = problem.d_inf_bits
    for method in (rec.PFR(rec.Partition(intervals)), rec.ORC(3000, rec.Partition(intervals))):
        for seed in range(8):
            slow, fast = rec.trace(problem, method, seed=seed, max_events=1), rec.encode(problem, method, seed=seed)
            assert (fast.message, fast.examined) == (slow.message, slow.examined)
            assert fast.race_time == slow.race_times[-1]
    assert scaled < 16


@pytest.mark.parametrize("family", NEW)
def test_the_output_of_orc_is_its_law(family):
    problem, oracle = pair(family, 1.0, 0.2)
    for intervals, weighting in (((1,), "uniform"), ((4,), "target_mass")):
        method = rec.ORC(8, rec.Partition(intervals), weighting=weighting)
        x, cdf = naive.orc_cdf(oracle, 8, intervals=intervals, weighting=weighting)
        samples = rec.encode_many(problem, 10_000, method, seed=5).samples[:, 0]
        assert ks_p(samples, lambda at, x=x, cdf=cdf: np.interp(at, x, cdf)) > ALPHA
        points = oracle.target[0].ppf(np.linspace(0.01, 0.99, 25))[:, None]
        wanted = oracle.target[0].pdf(points[:, 0]) * naive.orc_factor(oracle, 8, points, intervals, weighting)
        assert laws.orc_density(problem, method, points) == pytest.approx(wanted, rel=3e-3)
        bias = laws.orc_bias(problem, method)
        kinds = {"intervals": intervals, "weighting": weighting}
        assert bias.total_variation == pytest.approx(naive.total_variation_of_orc(oracle, 8, **kinds), rel=1e-2)
    assert ks_p(samples, oracle.target[0].cdf) < 1e-6  # it is not Q


# ---------------------------------------------------------------------------------------------------------------- laws


@pytest.mark.parametrize(
    ("mean", "scale", "intervals"),
    [(1.5, 0.4, 1), (1.5, 0.4, 8), (-0.3, 0.9, 4), (2.0, 0.05, 64), (0.5, 1.0, 4), (0.5, 1.5, 4), (3.0, 0.01, 1024)],
)
def test_the_general_law_of_the_index_is_the_gaussian_one(mean, scale, intervals):
    """By two codes: one knows Gaussian formulas, the other only the verbs of a family."""
    problem = rec.gaussian_problem([mean], [scale])
    found = mixture.mixed(*line.index_nodes(problem.family_code, problem.table[0], intervals, 0.0), 0.0)
    known = laws.index_law(problem, rec.Partition((intervals,)))
    assert found.mean_log2 == pytest.approx(known.mean_log2, abs=1e-9)
    assert found.pmf(20) == pytest.approx(known.pmf(20), abs=1e-8)


@pytest.mark.parametrize("family", NEW)
@pytest.mark.parametrize(("mean", "scale"), [(0.3, 0.5), (-2.0, 0.02), (1.5, 1.0), (0.4, 1.0 - 1e-9), (0.5, 1.7)])
@pytest.mark.parametrize("intervals", [1, 5])
def test_bounds_are_their_integrals(family, mean, scale, intervals):
    problem, oracle = pair(family, mean, scale)
    cut = rec.Partition((intervals,))
    v = (np.arange(2**18) + 0.5) / 2**18
    log_r = naive.log_ratio(oracle, oracle.target[0].ppf(v)[:, None]) / math.log(2)
    over = np.maximum(0, math.log2(intervals) - log_r).mean() if intervals > 1 else 0.0  # one bin costs nothing
    assert laws.overhead_bits(problem, cut) == pytest.approx(over, abs=2e-4)
    soft = np.logaddexp2(0, log_r - math.log2(intervals)).mean()
    assert laws.log2_index_bound_bits(problem, cut) == pytest.approx(soft, abs=2e-4)
    assert laws.expected_log2_index(problem, cut) <= soft


@pytest.mark.parametrize("family", NEW)
def test_laws_in_more_dimensions(family):
    """By convolution, against 20,000 runs; idle dimensions count too."""
    problem, oracle = pair(family, [0.5, -1.0, 0.0], [0.3, 0.6, 1.0])
    cut = rec.Partition((3, 2, 2))
    sent = rec.encode_many(problem, 20_000, rec.PFR(cut), seed=1)
    pmf = laws.index_pmf(problem, cut, max_index=2000)
    assert index_p(sent.indices, pmf) > ALPHA
    assert mean_p(np.log2(sent.indices), laws.expected_log2_index(problem, cut)) > ALPHA
    assert mean_p(np.log2(sent.indices), laws.expected_log2_index(problem, rec.Partition((3, 3, 2)))) < ALPHA
    assert ks_p_all(sent.samples, oracle.target) > ALPHA
    assert rec.upper_sum_bits(problem, cut) == pytest.approx(math.log2(naive.upper_sum(oracle, (3, 2, 2))), abs=1e-6)
    x = np.stack([law.rvs(200_000, random_state=d) for d, law in enumerate(oracle.target)], axis=1)
    over = np.maximum(0.0, cut.log2_bins - problem.log_ratio_bits(x))
    assert mean_p(over, laws.overhead_bits(problem, cut)) > ALPHA


@pytest.mark.parametrize("family", NEW)
@pytest.mark.parametrize(("scale", "intervals"), [(1e-3, 2**16), (1e-9, 2**20), (1e-9, 1)])
def test_laws_of_a_narrow_target(family, scale, intervals):
    """Next to Q's mean P is flat: in units of Q's scale all is Q's standard law over bins of one width."""
    mean = 2.0
    problem, oracle = pair(family, mean, scale)
    law = laws.index_law(problem, rec.Partition((intervals,)))
    assert law.pmf(10**4).sum() <= 1.0 + 1e-6
    assert law.mean_log2 <= laws.log2_index_bound_bits(problem, rec.Partition((intervals,)))
    (prior,) = oracle.prior
    width, u = 1.0 / (intervals * scale * prior.pdf(mean)), prior.cdf(mean) * intervals
    count = math.ceil(40 / width) + 1
    ends = (math.floor(u) - u + np.arange(-count, count + 1)) * width
    total = 0.0
    y = np.linspace(0.0, 80.0, 20_001)
    mean_log2 = laws.mean_log2_geometric(y)  # its bends are wider than a step of this by far
    for low, high in itertools.pairwise(np.clip(ends, -40.0, 40.0)):
        step = (high - low) / 4000
        ranked = np.sort(prior.pdf(low + step * (np.arange(4000) + 0.5)))
        g = (ranked * np.arange(1, 4001) - np.cumsum(ranked)) * step  # of (q(z) - q(w))^+ over the bin
        g += ranked * (width - (high - low))  # where q is nothing
        total += float(np.sum(ranked * step * np.interp(np.log1p(np.maximum(g, 0.0)), y, mean_log2)))
    assert law.mean_log2 == pytest.approx(total, abs=2e-3, rel=2e-3)


def test_a_family_knows_what_is_no_member():
    for make in (rec.laplace_problem, rec.logistic_problem):
        for mean, scale in (([0.0], [0.0]), ([0.0], [-1.0]), ([math.nan], [1.0]), ([0.0], [1.0, 2.0]), (0.0, 1.0)):
            with pytest.raises(rec.RecError):
                make(mean, scale)
    for family in ("cauchy", "Laplace", None):
        with pytest.raises(rec.RecError, match="family"):
            rec.Problem(family, ((0.0, 1.0),))
    with pytest.raises(rec.RecError, match="numbers"):
        rec.Problem("laplace", ((0.0, 1.0, 2.0),))
    with pytest.raises(rec.RecError, match="channels"):
        rec.Channel("laplace", (1.0,))
    with pytest.raises(rec.RecError, match="no upper bound"):
        rec.encode(rec.laplace_problem([0.0], [1.5]), seed=0)


# ------------------------------------------------------------------------------------------------------------- metrics

MEASURED = {
    "laplace": rec.laplace_problem([0.7], [0.3]),
    "logistic": rec.logistic_problem([-1.0], [0.2]),
    "wide": rec.laplace_problem([1.0], [2.0]),
    "piecewise": rec.piecewise_problem([0.0, 6.0, -2.0, 3.0, 3.0]),
    "many knots": rec.piecewise_problem(np.random.default_rng(4).normal(0.0, 3.0, 129)),
    "steep": rec.piecewise_problem([0.0, -80.0, -80.0, 6.0]),
}


@pytest.mark.parametrize("width", [0.003, 0.2, 5.0])
@pytest.mark.parametrize("name", MEASURED)
def test_mmd_takes_exact_expectations_under_q(name, width):
    """Against sums over 2^18 midpoints of a line that holds all of Q, the double one by a convolution."""
    problem = MEASURED[name]
    middle, reach = problem.mean[0], 35 * problem.scale[0]
    low, high = (0.0, 1.0) if problem.family == "piecewise" else (middle - reach, middle + reach)
    step = (high - low) / 2**18
    y = low + step * (np.arange(2**18) + 0.5)
    mass = step * problem.pdf(y[:, None])
    assert mass.sum() == pytest.approx(1.0, abs=1e-6)
    far = min(math.ceil(9 * width / step), 2**18)
    means = signal.fftconvolve(mass, np.exp(-0.5 * (np.arange(-far, far + 1) * step / width) ** 2), mode="same")
    double = float(means @ mass)
    x = problem.mean[0] + problem.spread[0] * np.array([-0.8, -0.1, 0.3, 1.0])
    cross = np.mean([np.exp(-0.5 * ((one - y) / width) ** 2) @ mass for one in x])
    own = np.exp(-0.5 * ((x[:, None] - x) / width) ** 2)[~np.eye(4, dtype=bool)].mean()
    found = rec.metrics.mmd(x[:, None], problem, bandwidth=width).squared
    assert found == pytest.approx(own - 2 * cross + double, abs=2e-6)
    assert found != pytest.approx(own - 2 * cross + 1.05 * double, abs=2e-6)


@pytest.mark.parametrize("name", MEASURED)
def test_distances_of_what_is_sent(name):
    """Of Q's samples they are noise, of samples of P they are not, and of ORC's output they are what its law says."""
    problem = MEASURED[name]
    assert rec.metrics.median_bandwidth(problem)[0] == pytest.approx(
        problem.spread[0] * math.sqrt(2 * 0.454936), rel=1e-5
    )
    exact = rec.ORC(4096, weighting="target_mass")
    sent = rec.encode_many(problem, 2000, exact, seed=2).samples
    assert rec.metrics.ks(sent, problem).p_value[0] > ALPHA
    far = rec.metrics.mmd(sent, problem)
    assert abs(far.squared) < 4 * far.error
    plain = rec.encode_many(problem, 2000, rec.ORC(1), seed=2).samples
    assert rec.metrics.ks(plain, problem).p_value[0] < ALPHA
    off = rec.metrics.mmd(plain, problem)
    assert off.squared > 5 * off.error
    assert rec.metrics.output_mmd(problem, [rec.ORC(1)])[0] ** 2 == pytest.approx(off.squared, abs=4 * off.error)
    some = rec.metrics.mmd(rec.encode_many(problem, 4000, rec.ORC(3), seed=3).samples, problem)
    assert rec.metrics.output_mmd(problem, [rec.ORC(3)])[0] ** 2 == pytest.approx(some.squared, abs=4 * some.error)
