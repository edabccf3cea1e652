"""Tables of the intervals that count, against tables of all; and searches with more than any table could hold."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext
from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

import rec_core as rec
from rec_core import families, laws
from rec_core.laws import index_knots
from rec_core.methods import by_draws
from rec_core.methods.method import new_record
from rec_core.searches import dispatch
from rec_core.searches.tiles_bins import race_tiled
from rec_core.tables import (
    MOST_ENTRIES,
    WEIGHTINGS,
    Tables,
    entry_edges,
    every_interval,
    log_sup_reweighted,
    search_steps,
    tables,
)
from tests.core.conftest import ALL_WEIGHTINGS, ALPHA, index_p, ks_p, mean_p


def whole(problem, cut, weighting):
    """The tables with every interval in them."""
    place = WEIGHTINGS.index(weighting)
    pairs = [
        every_interval(problem.family_code, row, n, place)
        for row, n in zip(problem.table, cut.counts.tolist(), strict=True)
    ]
    peaks, weights = (np.concatenate(parts) for parts in zip(*pairs, strict=True))
    offsets, none = np.concatenate(([0], np.cumsum(cut.counts))), np.zeros(problem.dim, np.int64)
    one, totals = np.ones(problem.dim, np.int64), np.empty(problem.dim)
    counts = cut.counts
    return Tables(problem.family_code, problem.table, counts, place, offsets, none, counts, one, totals, peaks, weights)


def drawn_problem(rng):
    """One to three dimensions cut into thousands of intervals or more, of every family."""
    dim = int(rng.choice([1, 1, 2, 3]))
    counts = np.floor(2.0 ** rng.uniform(13.0 / dim, 16.0 / dim + 1.0, dim)).astype(int)
    scale = 2.0 ** -rng.uniform(0.05, 1.3 * np.log2(counts))
    make = [rec.gaussian_problem, rec.laplace_problem, rec.logistic_problem, rec.uniform_problem][rng.integers(4)]
    if make is rec.uniform_problem:
        low = rng.random(dim) * (1.0 - scale)
        return make(low, low + scale), rec.Partition(counts)
    return make(rng.standard_normal(dim) * rng.choice([0.3, 1.0, 3.0]), scale), rec.Partition(counts)


def outcome(table, problem, method, seed, run=by_draws.race_by_draws):
    """Winner and outcome of a race, but for its last arrival time, which tiles do not tell for ORC."""
    rules, winner = method.rules(problem.dim), np.zeros(problem.dim, np.int64)
    record = () if run is race_tiled else (new_record(0, problem.dim),)
    out = run(table, rules, np.uint64(seed), log_sup_reweighted(table), winner, *record)
    return tuple(winner.tolist()), *out[: 4 if rules.num_candidates else 5]


# ------------------------------------------------------------------------------------------------------------- equality


@pytest.mark.parametrize("weighting", ALL_WEIGHTINGS)
def test_messages_are_those_of_all_intervals_to_the_last_bit(weighting):
    """Drawing, winner, index, count and race time; what is left out has no bit in any running sum."""
    rng = np.random.default_rng(1)
    windows = 0
    for seed in range(40):
        problem, cut = drawn_problem(rng)
        table, every = tables(problem, cut, weighting), whole(problem, cut, weighting)
        # all intervals have some beyond 1e9 nats, where a log has seven digits
        assert log_sup_reweighted(table) == pytest.approx(log_sup_reweighted(every), abs=2e-7)
        windows += int((table.lasts - table.firsts < table.intervals).any())
        for method in (rec.PFR(cut, weighting=weighting, max_examined=3000), rec.ORC(200, cut, weighting=weighting)):
            ours, theirs = (outcome(each, problem, method, seed) for each in (table, every))
            assert ours[:5] == theirs[:5]
            if dispatch.is_fast(problem.family_code, method.rules(problem.dim), log_sup_reweighted(table)):
                assert outcome(table, problem, method, seed, race_tiled) == ours
    assert (windows > 20) == (weighting != "uniform")


@pytest.mark.parametrize("weighting", ["peak_ratio", "target_mass"])
def test_thresholds_are_those_of_all_intervals(weighting):
    """Before the first entry nothing is drawn, after the last nothing is left; between them every bit agrees."""
    rng = np.random.default_rng(2)
    for _ in range(30):
        problem, cut = drawn_problem(rng)
        table, every = tables(problem, cut, weighting), whole(problem, cut, weighting)
        ours, theirs = by_draws.bin_thresholds(table), by_draws.bin_thresholds(every)
        for d in range(problem.dim):
            first, last = table.firsts[d], table.lasts[d]
            own, of_all = (
                part[each.offsets[d] : each.offsets[d + 1]] for part, each in ((ours, table), (theirs, every))
            )
            assert (own == of_all[first:last]).all()
            assert (of_all[:first] == 0).all()
            assert (of_all[last:] == 2**63).all()


def test_a_few_entries_are_enough_where_bins_are_as_many_as_bits():
    """I = 16 to 40 bits and 2^I intervals: fewer than 200 entries, where there were 2^I."""
    for bits in (16, 24, 40):
        for mean in (0.0, 1.3, -3.0):
            problem = rec.gaussian_problem([mean], [2.0**-bits])
            for weighting in ("peak_ratio", "target_mass"):
                table = tables(problem, rec.Partition((2**bits,)), weighting)
                assert 1 <= table.log_peak.size < 200
                assert (table.blocks == 1).all()


# ------------------------------------------------------------------------------------------------- beyond any table


NARROW = rec.gaussian_problem([0.7], [2.0**-30])
WIDE = rec.gaussian_problem([-0.4], [0.3])
CUT = rec.Partition((2**40,))


PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862803482534211706798")


def exact_pdf(x):
    return (-x * x / 2).exp() / (2 * PI).sqrt()


def exact_cdf(x):
    """The N(0, 1) cdf in decimals, by its series about 0, whose terms have one sign."""
    term, total, k = x, x, 1
    while abs(term) > Decimal(10) ** -70:
        k += 2
        term *= x * x / k
        total += term
    return Decimal("0.5") + exact_pdf(x) * total


@pytest.mark.parametrize("weighting", ["peak_ratio", "target_mass"])
def test_weights_of_2_to_the_40_intervals_by_seventy_digits(weighting):
    """Spot checks in decimals: edges by Newton's method on the cdf, masses and densities from them."""
    problem = rec.gaussian_problem([0.7], [2.0**-38])
    table = tables(problem, CUT, weighting)
    assert (table.blocks == 1).all()
    with localcontext(prec=80):
        mean, scale, raw = Decimal(problem.params[0][0]), Decimal(2) ** -38, []

        def edge(b):
            u, x = Decimal(b) / 2**40, Decimal(float(stats.norm.ppf(b / 2**40)))
            for _ in range(3):
                x -= (exact_cdf(x) - u) / exact_pdf(x)
            return x

        ends = [edge(b) for b in range(int(table.firsts[0]), int(table.lasts[0]) + 1)]
        for low, high in pairwise(ends):
            if weighting == "target_mass":
                raw.append(exact_cdf((high - mean) / scale) - exact_cdf((low - mean) / scale))
            else:
                x = min(max(mean / (1 - scale**2), low), high)
                raw.append((x * x / 2 - ((x - mean) / scale) ** 2 / 2).exp())
        wanted = np.array([float(one / sum(raw)) for one in raw])
    # an edge is off by 2^-53 where intervals are as wide as 2^-38: that, times the slope of ln q, of a weight
    got, there = np.exp(table.log_weight), wanted > 1e-6
    assert there.sum() > 10
    assert np.abs(got[there] / wanted[there] - 1.0).max() < 1e-3


def test_pfr_is_exact_beyond_every_table():
    """Up to 2^40 intervals, one by one or in blocks; a slightly wrong law fails."""
    for problem, bits in ((NARROW, 30), (WIDE, 40), (rec.laplace_problem([2.0], [2.0**-12]), 32)):
        sent = rec.encode_many(problem, 2000, rec.PFR(rec.Partition((2**bits,))), seed=3)
        make = {"gaussian": stats.norm, "laplace": stats.laplace}[problem.family]
        mean, scale = problem.params[0]
        z = (sent.samples[:, 0] - mean) / scale
        assert ks_p(z, make.cdf) > ALPHA
        assert ks_p(z, make(0.0, 1.4).cdf) < ALPHA
        cut = rec.Partition((2**bits,))
        assert (rec.decode_many(sent.messages, problem.prior, cut, seeds=sent.seeds) == sent.samples).all()


@pytest.mark.parametrize("weighting", ALL_WEIGHTINGS)
def test_one_candidate_is_a_draw_from_the_search_prior(weighting):
    """ORC(1) sends P': Q where bins are fine and weighed by Q's mass or peaks, P where they are weighed equally."""
    z = rec.encode_many(WIDE, 2000, rec.ORC(1, CUT, weighting=weighting), seed=4).samples[:, 0]
    to_q, to_p = ks_p(z, stats.norm(-0.4, 0.3).cdf), ks_p(z, stats.norm.cdf)
    right, wrong = (to_p, to_q) if weighting == "uniform" else (to_q, to_p)
    assert right > ALPHA
    assert wrong < ALPHA


def test_intervals_of_a_block_are_equally_likely():
    table = tables(WIDE, CUT, "peak_ratio")
    assert table.blocks[0] > 1
    assert table.log_peak.size <= MOST_ENTRIES
    bins = rec.encode_many(WIDE, 2000, rec.ORC(1, CUT, weighting="peak_ratio"), seed=5).bins[:, 0]
    assert ((bins >= table.firsts[0]) & (bins < table.lasts[0])).all()
    place = ((bins - table.firsts[0]) % table.blocks[0] + 0.5) / table.blocks[0]
    assert ks_p(place, stats.uniform.cdf) > ALPHA
    assert ks_p(place**1.2, stats.uniform.cdf) < ALPHA


def test_index_and_cost_are_as_their_laws_say():
    """24 bits in 2^22 bins, about two bits left to search; a law of twice the bins fails."""
    problem, cut = rec.gaussian_problem([0.5], [2.0**-24]), rec.Partition((2**22,))
    sent = rec.encode_many(problem, 4000, rec.PFR(cut), seed=6)
    assert index_p(sent.indices, laws.index_pmf(problem, cut, 200)) > ALPHA
    assert index_p(sent.indices, laws.index_pmf(problem, rec.Partition((2**23,)), 200)) < ALPHA
    assert mean_p(sent.examined, rec.PFR(cut).expected_examined(problem)) > ALPHA
    assert mean_p(sent.examined, 0.9 * rec.PFR(cut).expected_examined(problem)) < ALPHA
    log_sup = log_sup_reweighted(tables(problem, cut, "peak_ratio"))
    assert log_sup / math.log(2) == pytest.approx(rec.upper_sum_bits(problem, cut), abs=1e-9)


def test_tiles_agree_with_the_readable_race():
    """Enough candidates for tiles, in windows and in blocks."""
    plane = rec.gaussian_problem([0.3, -1.0], [2.0**-36, 0.4])
    for problem, method in (
        (rec.gaussian_problem([0.3], [2.0**-35]), rec.PFR(rec.Partition((2**24,)))),
        (WIDE, rec.ORC(1500, CUT)),
        (plane, rec.PFR(rec.Partition((2**25, 2**30)))),
        (plane, rec.ORC(1500, rec.Partition((2**30, 2**30)), weighting="uniform")),
    ):
        table = tables(problem, method.partition, method.weighting)
        assert dispatch.is_fast(problem.family_code, method.rules(problem.dim), log_sup_reweighted(table))
        for seed in range(6):
            assert outcome(table, problem, method, seed, race_tiled) == outcome(table, problem, method, seed)


def test_the_density_orc_sends_is_a_density_and_what_it_sends():
    method = rec.ORC(2, rec.Partition((2**28,)))
    x = rec.encode_many(NARROW, 4000, method, seed=7).samples[:, 0]
    z = np.linspace(-30.0, 30.0, 12001)
    density = laws.orc_density(NARROW, method, (0.7 + 2.0**-30 * z)[:, None]) * 2.0**-30
    cdf = np.concatenate(([0.0], np.cumsum(0.5 * (density[1:] + density[:-1]) * np.diff(z))))
    assert cdf[-1] == pytest.approx(1.0, abs=2e-3)
    assert ks_p((x - 0.7) * 2.0**30, lambda v: np.interp(v, z, cdf / cdf[-1])) > ALPHA
    assert ks_p((x - 0.7) * 2.0**30, stats.norm.cdf) < ALPHA


@pytest.mark.nojit
def test_p_prime_over_p_has_the_mass_of_p():
    """Its steps, windows and blocks alike, integrate to 1 over P; where nothing is drawn, it is 0."""
    for problem, bits in ((rec.gaussian_problem([0.5], [2.0**-12]), 13), (WIDE, 22)):
        table = tables(problem, rec.Partition((2**bits,)), "peak_ratio")
        edges, steps = search_steps(table, 0)
        cdf = np.concatenate(([0.0], problem.prior.cdf(edges[:, None])[:, 0], [1.0]))
        assert steps.size == edges.size + 1
        assert float(np.diff(cdf) @ np.exp(steps)) == pytest.approx(1.0, abs=1e-9)
        assert set(edges) >= set(entry_edges(table, 0)[1:-1])


# ------------------------------------------------------------------------------------------------------ laws of knots


@pytest.mark.parametrize("intervals", [5000, 2**16 + 1, 10**6])
def test_upper_sums_of_knots_are_geometric_series(intervals):
    for logs in ([0.0, 40.0, -3.0, 12.0], [1.0, 1.0], [0.0, 2.0, 2.0, -500.0], list(np.sin(np.arange(257.0)))):
        problem = rec.piecewise_problem(logs)
        edges = np.arange(intervals + 1) / intervals
        every = families.log_ratios(problem.family_code, problem.table[0], edges)
        peaks = np.maximum(every[1:], every[:-1])
        for k, top in enumerate(problem.table[0].tolist()):
            at = k * intervals / (len(logs) - 1)
            peaks[max(math.ceil(at) - 1, 0) : math.floor(at) + 1] = np.maximum(
                peaks[max(math.ceil(at) - 1, 0) : math.floor(at) + 1], top
            )
        wanted = np.log2(np.exp(peaks).mean())
        assert rec.upper_sum_bits(problem, rec.Partition((intervals,))) == pytest.approx(wanted, abs=1e-11)


def test_the_index_of_many_intervals_between_knots_needs_a_few_of_them(monkeypatch):
    for logs in ([0.0, 40.0, -3.0, 12.0], list(3.0 * np.sin(np.arange(33.0)))):
        row, count = rec.piecewise_problem(logs).table[0], 2**16 + 1
        few = index_knots.knots_law(row, count).mean_log2
        with monkeypatch.context() as context:
            context.setattr(index_knots, "_ONE_BY_ONE", 2**17)
            assert few == pytest.approx(index_knots.knots_law(row, count).mean_log2, rel=2e-3)
        assert index_knots.knots_law(row, 2**40).mean_log2 < 1e-9


def test_values_of_a_million_intervals_are_not_listed():
    for call in (rec.bin_weights, rec.bin_peaks_bits):
        with pytest.raises(rec.RecError, match="are not listed"):
            call(WIDE, CUT)
    with pytest.raises(rec.RecError, match=r"2\^52"):
        rec.encode(WIDE, rec.PFR(rec.Partition((2**53,))), seed=1)
