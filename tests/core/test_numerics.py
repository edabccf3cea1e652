"""Numbers at the ends of their ranges against mpmath, at 50 digits: scales to 2^-40, means 40 deviations out,
information to 512 bits, D to 1024, J to 2^512, indices to 2^60.

Every test says its bound. EPS is the distance of 1 from the next float; a float's own digits are taken for exact.
"""

from __future__ import annotations

import math
from itertools import product

import mpmath as mp
import numpy as np
import pytest

import rec_core as rec
from rec_core import codes, families, laws

pytestmark = pytest.mark.reliability
EPS = 2.0**-52
CODES = families.FAMILIES
LOCATED = ("gaussian", "laplace", "logistic")
SCALES = (1.0, 0.75, 0.5, 2.0**-10, 1e-5, 2.0**-25, 2.0**-40)
MEANS = (0.0, 0.3, -1.7, 5.0, -12.5, 40.0)
FAR = (0.0, 1e-3, -1.0, 3.3, -9.0, 40.0, -40.0)  # deviations of Q


@pytest.fixture(autouse=True)
def _fifty_digits():
    with mp.workdps(50):
        yield


def exact(x: float) -> mp.mpf:
    return mp.mpf(float(x))


LOG_DENSITY = {
    "gaussian": lambda x: -x * x / 2 - mp.log(2 * mp.pi) / 2,
    "laplace": lambda x: -abs(x) - mp.log(2),
    "logistic": lambda x: -abs(x) - 2 * mp.log1p(mp.exp(-abs(x))),
}
TAIL = {  # the mass below x <= 0
    "gaussian": lambda x: mp.erfc(-x / mp.sqrt(2)) / 2,
    "laplace": lambda x: mp.exp(x) / 2,
    "logistic": lambda x: mp.exp(x) / (1 + mp.exp(x)),
}


def row_of(family: str, mean: float, scale: float) -> np.ndarray:
    return families.family(family).table(((mean, scale),))[0]


def log_ratio(family: str, mean: float, scale: float, x: mp.mpf) -> mp.mpf:
    m, s = exact(mean), exact(scale)
    return LOG_DENSITY[family]((x - m) / s) - mp.log(s) - LOG_DENSITY[family](x)


def mass(family: str, a: mp.mpf, b: mp.mpf) -> mp.mpf:
    """Of [a, b] under the standard member, no digits lost."""
    if a > 0:
        a, b = -b, -a
    return TAIL[family](b) - TAIL[family](a) if b <= 0 else 1 - TAIL[family](a) - TAIL[family](-b)


@pytest.mark.parametrize("family", LOCATED)
def test_log_ratios(family):
    """Within 8 EPS of the size of what is added: 1, ln s, and ln of both densities."""
    worst = 0.0
    for mean, scale, far, near in product(MEANS, SCALES, FAR, (False, True)):
        x = mean + scale * far if near else far
        found = families.log_ratio(CODES[family], row_of(family, mean, scale), x)
        true = log_ratio(family, mean, scale, exact(x))
        z = (exact(x) - exact(mean)) / exact(scale)
        size = 1 + abs(math.log(scale)) + abs(LOG_DENSITY[family](exact(x))) + abs(LOG_DENSITY[family](z))
        worst = max(worst, float(abs(found - true) / size))
    assert worst < 8 * EPS, worst / EPS


@pytest.mark.parametrize("family", LOCATED)
def test_quantiles_at_edges(family):
    """P's mass on the nearer side of the quantile is what it should be: relative error 1e-14, times |x p(x) / mass|."""
    worst = 0.0
    for intervals in (1, 2, 7, 2**20, 2**40, 2**51):
        for number, v in product({0, 1 % intervals, intervals // 3, intervals // 2, intervals - 1}, (2.0**-50, 0.5)):
            x = families.quantile(CODES[family], number, intervals, v)
            below = (number + exact(v)) / intervals
            wanted, at = (below, exact(x)) if 2 * below <= 1 else (1 - below, -exact(x))
            slope = mp.exp(LOG_DENSITY[family](at)) * max(1, abs(at)) / wanted  # what EPS of x does to the mass
            seen = TAIL[family](at) if at <= 0 else 1 - TAIL[family](-at)
            worst = max(worst, float(abs(seen / wanted - 1) / max(1, slope)))
    assert worst < 1e-14, worst


@pytest.mark.parametrize("family", LOCATED)
def test_log_masses(family):
    """Within 1e-8, or 4 EPS of their own size, or what the last digit of an interval's end does to its width."""
    worst = 0.0
    for mean, scale, low, wide in product(MEANS, SCALES, FAR, (1e-9, 0.1, 2.0, 50.0)):
        a, b = mean + scale * low, mean + scale * (low + wide)
        if a == b:
            continue
        found = families.log_mass(CODES[family], row_of(family, mean, scale), a, b)
        ends = [(exact(one) - exact(mean)) / exact(scale) for one in (a, b)]
        true = mp.log(mass(family, *ends))
        rounded = EPS * (abs(ends[0]) + abs(ends[1])) / (ends[1] - ends[0])  # what the ends' own last digits do
        worst = max(worst, float((abs(found - true) - rounded) / (1 + 1e8 * 4 * EPS * abs(true))))
    assert worst < 1e-8, worst


def peak_of(family: str, mean: float, scale: float) -> mp.mpf:
    """Where r is largest, s < 1: closed, or by Newton's method on the slope of ln r."""
    m, s = exact(mean), exact(scale)
    if family == "gaussian":
        return m / ((1 - s) * (1 + s))
    if family == "laplace":
        return m
    slope = lambda x: mp.tanh(x / 2) - mp.tanh((x - m) / (2 * s)) / s  # noqa: E731
    left, right = (m, m + 2 * s * mp.atanh(s)) if m >= 0 else (m - 2 * s * mp.atanh(s), m)
    if m == 0:
        return mp.mpf(0)
    return mp.findroot(slope, (left, right), solver="anderson", tol=1e-60, verify=False)


@pytest.mark.parametrize("family", LOCATED)
def test_suprema_of_intervals(family):
    """Within 8 EPS of the size of what is added, as a log ratio."""
    worst = 0.0
    for mean, scale, place in product(MEANS, SCALES[1:], (None, -3.0, 0.2, 40.0)):
        low, high = (-math.inf, math.inf) if place is None else (mean + scale * place, mean + scale * (place + 1.5))
        found = families.log_sup(CODES[family], row_of(family, mean, scale), low, high)
        top = peak_of(family, mean, scale)
        at = top if place is None else min(max(top, exact(low)), exact(high))
        z = (at - exact(mean)) / exact(scale)
        size = 1 + abs(math.log(scale)) + abs(LOG_DENSITY[family](at)) + abs(LOG_DENSITY[family](z))
        worst = max(worst, float(abs(found - log_ratio(family, mean, scale, at)) / size))
    assert worst < 8 * EPS, worst / EPS


def kl_nats(family: str, mean: float, scale: float) -> mp.mpf:
    m, s = abs(exact(mean)), exact(scale)
    if family == "gaussian":
        return (m * m + s * s - 1) / 2 - mp.log(s)
    if family == "laplace":
        return m + s * mp.exp(-m / s) - 1 - mp.log(s)
    with mp.workdps(20):
        rest = mp.quad(lambda z: mp.exp(LOG_DENSITY["logistic"](z)) * mp.log1p(mp.exp(-m - s * z)), [-60, -9, 0, 9, 60])
    return m - mp.log(s) - 2 + 2 * rest


@pytest.mark.parametrize("family", LOCATED)
def test_divergences(family):
    """KL: within 16 EPS of the size of what is added (logistic: 1e-13). D_inf of a thousand dimensions: 1e-14."""
    make = getattr(rec, f"{family}_problem")
    worst, tolerance = 0.0, 1e-13 if family == "logistic" else 16 * EPS
    means, scales = (MEANS[:5:2], SCALES[1::2]) if family == "logistic" else (MEANS, SCALES)
    for mean, scale in product(means, scales):
        true = kl_nats(family, mean, scale)
        size = 1 + abs(math.log(scale)) + mean * mean / 2
        worst = max(worst, float(abs(make([mean], [scale]).kl_bits * math.log(2) - true) / size))
    assert worst < tolerance, worst
    wide = make([0.25] * 1024, [0.75] * 1024)
    assert wide.kl_bits == pytest.approx(float(1024 * kl_nats(family, 0.25, 0.75) / mp.log(2)), rel=1e-13)
    top = log_ratio(family, 0.25, 0.75, peak_of(family, 0.25, 0.75))
    assert wide.d_inf_bits == pytest.approx(float(1024 * top / mp.log(2)), rel=1e-14)


def test_512_bits_in_many_dimensions():
    """A channel of 512 bits, whatever D: KL and D_inf of its targets to 1e-13; J = 2^512 bins, exact."""
    for dim in (13, 64, 1024):
        problem = rec.gaussian_channel([512 / dim] * dim).draw(seed=dim)
        kl = mp.fsum(kl_nats("gaussian", *row) for row in problem.params)
        top = mp.fsum(log_ratio("gaussian", *row, peak_of("gaussian", *row)) for row in problem.params)
        assert problem.kl_bits == pytest.approx(float(kl / mp.log(2)), rel=1e-13)
        assert problem.d_inf_bits == pytest.approx(float(top / mp.log(2)), rel=1e-13)
        cut = rec.allocate(rec.gaussian_channel([512 / dim] * dim), 512)
        assert (cut.num_bins, cut.log2_bins, len(cut.intervals)) == (2**512, 512.0, dim)
        assert cut.number(cut.bin(2**512 - 12345)) == 2**512 - 12345


def edge(b: int, n: int) -> mp.mpf:
    """An inner edge of N(0,1): Newton's method at 50 digits."""
    x = exact(families.edge(CODES["gaussian"], b, n))
    for _ in range(2):
        x -= (mp.ncdf(x) - mp.mpf(b) / n) / mp.npdf(x)
    return x


@pytest.mark.parametrize(("mean", "scale", "n"), [(0.3, 0.25, 16), (-1.7, 2.0**-10, 64), (0.9, 2.0**-20, 2**25)])
def test_upper_sums(mean, scale, n):
    """log2 U_J within 1e-10 bits, where float64's edges are as good as that."""
    top = peak_of("gaussian", mean, scale)
    near = [int(mp.floor(mp.ncdf(exact(mean + side * scale)) * n)) for side in (-10.0, 10.0)]
    edges = {b: edge(b, n) for b in range(max(near[0], 1), min(near[1] + 2, n))}
    heights = [mp.exp(log_ratio("gaussian", mean, scale, x)) for x in edges.values()]
    total = mp.fsum(heights) + mp.exp(log_ratio("gaussian", mean, scale, top))
    outside = max(mp.exp(log_ratio("gaussian", mean, scale, exact(mean + side * scale))) for side in (-10.0, 10.0))
    assert outside * n < total * mp.mpf("1e-12") or len(edges) == n - 1
    found = rec.upper_sum_bits(rec.gaussian_problem([mean], [scale]), rec.Partition((n,)))
    assert found == pytest.approx(float(mp.log(total / n, 2)), abs=1e-10 + 40 * EPS * abs(mean) / scale)


def test_bin_weights_and_peaks():
    """Of 2^16 bins a dimension, whole or far out: finite logs, sums 1 to 1e-12, the peak where Q is, to 1e-12."""
    for mean, scale in product(MEANS, SCALES[1:]):
        problem, cut = rec.gaussian_problem([mean] * 2, [scale, 0.5]), rec.Partition((2**16, 4))
        peaks = rec.bin_peaks_bits(problem, cut)
        assert all(np.isfinite(one).all() and one.dtype == np.float64 for one in peaks)
        assert peaks[0].max() == pytest.approx(
            float(log_ratio("gaussian", mean, scale, peak_of("gaussian", mean, scale)) / mp.log(2)), rel=1e-12
        )
        for weighting in ("peak_ratio", "target_mass", "uniform"):
            for weights in rec.bin_weights(problem, cut, weighting):
                assert weights.dtype == np.float64
                assert np.isfinite(weights).all()
                assert weights.sum() == pytest.approx(1.0, rel=1e-12)


def mean_log2_geometric(success: mp.mpf) -> mp.mpf:
    """E[log2 N], N geometric: -ln p - gamma and what is left of it, exact to p^2 ln p."""
    if success < mp.mpf("1e-16"):
        return (-mp.log(success) - mp.euler) / mp.log(2)
    fail = 1 - success
    return success / fail * -mp.diff(lambda s: mp.polylog(s, fail), 0) / mp.log(2)


def test_index_of_a_box():
    """r is 2^I on a box, so the index is geometric: E[log2 N] within 1e-6 bits, from 1/100 to 512 bits, to D = 1024."""
    for bits, dim in ((0.01, 1), (1.0, 2), (3.5, 3), (12.0, 1), (50.0, 2), (200.0, 16), (512.0, 13), (512.0, 1024)):
        problem = rec.uniform_problem([0.0] * dim, [2.0 ** (-bits / dim)] * dim)
        true = float(mean_log2_geometric(mp.mpf(2) ** -exact(problem.kl_bits)))
        assert laws.expected_log2_index(problem) == pytest.approx(true, abs=1e-6)


def test_mean_log_of_geometric_laws():
    """Within 1e-11 bits, for means from 1.01 to 2^1000."""
    for bits in (0.01, 1.0, 4.2, 4.4, 7.0, 20.0, 26.7, 35.7, 39.1, 42.9, 43.2, 43.4, 50.0, 512.0, 1000.0):
        y = bits * math.log(2)
        found = laws.mean_log2_geometric([y])[0]
        assert found == pytest.approx(float(mean_log2_geometric(mp.exp(-exact(y)))), abs=1e-11, rel=4 * EPS)


def test_index_of_a_narrow_gaussian():
    """E[log2 N] within 1e-6 bits: given X, r > r(X) on an interval, whose masses are four cdfs; the mean over X."""
    for mean, scale in ((0.5, 2.0**-16), (-2.0, 2.0**-30), (3.0, 2.0**-38)):
        m, s = exact(mean), exact(scale)
        vertex = m / (1 - s * s)
        z, step = np.linspace(-9.0, 9.0, 361, retstep=True)
        y = []
        for at in z:
            far = abs(m + s * exact(at) - vertex)
            inside = [mass("gaussian", (vertex - far - a) / b, (vertex + far - a) / b) for a, b in ((m, s), (0, 1))]
            r = mp.exp(log_ratio("gaussian", mean, scale, m + s * exact(at)))
            y.append(float(mp.log1p(r * (1 - inside[1]) - (1 - inside[0]))))
        weights = np.exp(-z * z / 2) * step / math.sqrt(2 * math.pi)  # trapezia, exact to 1e-16 for a smooth mean
        true = float(laws.mean_log2_geometric(y) @ weights)
        assert laws.expected_log2_index(rec.gaussian_problem([mean], [scale])) == pytest.approx(true, abs=1e-6)


def test_overheads_and_bounds():
    """Above sup r the overhead is log2 J - KL, to 1e-9 of it; bounds add up to 1e-14."""
    for dim, each in ((1, 2**40), (32, 2**16), (1024, 2)):
        problem = rec.gaussian_problem([0.1] * dim, [0.9] * dim)
        cut = rec.Partition((each,) * dim)
        if problem.d_inf_bits < cut.log2_bins:
            assert laws.overhead_bits(problem, cut) == pytest.approx(cut.log2_bins - problem.kl_bits, rel=1e-9)
        assert math.isfinite(laws.sharp_bound_bits(problem, cut))
    for information, bins, over in ((512.0, 512.0, 3.0), (1e-9, 0.0, 0.0), (512.0, 1.0, 1e-12)):
        inner = exact(information) + exact(over)
        true = inner + mp.log(inner - exact(bins) + 2, 2) + 2
        assert laws.bound_bits(information, bins, over) == pytest.approx(float(true), rel=1e-14)


def test_code_lengths():
    """Indices to 2^63 - 1: the Zipf code within 1e-13 of a length (2e-7 at C = 1e9), the others to 1e-14."""
    for n in (1, 2, 3, 255, 256, 10**6, 2**31 + 1, 2**52 + 1, 2**60, 2**63 - 1):
        for mean, rel in ((1e-6, 1e-13), (0.3, 1e-13), (3.0, 1e-13), (60.0, 1e-13), (512.0, 1e-12), (1e9, 2e-7)):
            slope = 1 + 1 / exact(mean)
            true = slope * mp.log(n, 2) + mp.log(mp.zeta(slope), 2)
            assert rec.ZipfCode(mean).length_bits(n) == pytest.approx(float(true), rel=rel, abs=1e-300)
        octave = n.bit_length() - 1
        assert rec.EliasDelta().length_bits(n) == octave + 2 * ((octave + 1).bit_length() - 1) + 1
        assert rec.FixedCode(2**63 - 1).length_bits(n) == pytest.approx(63.0, rel=1e-14)
        assert np.isfinite(codes.PowerCode(1.5, 63).length_bits(n))


def test_nothing_is_float32():
    """What is returned is float64, for float32 and whole numbers too."""
    for kind in (np.float32, np.int64):
        problem = rec.gaussian_problem(np.array([1, 0], kind), np.array([1, 1], kind) / kind(2))
        sent = rec.encode_many(problem, 3, rec.PFR(rec.Partition((2, 2))), seed=1)
        arrays = [sent.samples, sent.race_times, sent.kl_bits, problem.log_ratio_bits(np.zeros((2, 2), kind))]
        arrays += [problem.pdf(np.zeros((2, 2), kind)), problem.prior.quantile(np.full((1, 2), 0.5, np.float32))]
        arrays += [laws.index_law(problem).weights, np.asarray(rec.ZipfCode(np.float32(2)).length_bits([1, 2]))]
        assert {array.dtype for array in map(np.asarray, arrays)} == {np.dtype(np.float64)}
