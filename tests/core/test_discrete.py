"""Finite alphabets: every law against sums over the letters, written down here from what the methods do."""

from __future__ import annotations

import functools
import itertools
import math

import numpy as np
import pytest
from scipy import stats

import rec_core as rec
from rec_core import families, laws
from tests.core.conftest import ALPHA

P, Q = np.array([0.2, 0.5, 0.3]), np.array([0.7, 0.3, 0.0])
R = Q / P
PROBLEM = rec.discrete_problem(Q, P)
WORLDS = {
    "a letter never sent": (Q, P),
    "all sent": (np.array([0.1, 0.3, 0.6]), np.array([0.3, 0.6, 0.1])),
    "no information": (P, P),
}


@pytest.fixture(params=WORLDS, name="world")
def _world(request):
    q, p = WORLDS[request.param]
    return q, p, rec.discrete_problem(q, p)


def shares_of(p, bins):
    """P of every letter in every bin, (bins, K)."""
    ends, edges = np.append(0.0, np.cumsum(p)), np.arange(bins + 1) / bins
    low, high = np.maximum(ends[:-1], edges[:-1, None]), np.minimum(ends[1:], edges[1:, None])
    return np.maximum(high - low, 0.0)


def pfr_index(q, p, bins, count):
    """P(local index = n): arrival n of a bin at T ~ Gamma(n, 1/J) has letter x; no candidate has a smaller T/r."""
    own, r, n = shares_of(p, bins), q / p, np.arange(1, count + 1)
    out = np.zeros(count)
    for j, x in itertools.product(range(bins), np.flatnonzero(q)):
        before = bins * own[j] @ np.maximum(1 - r / r[x], 0)
        after = own[j] @ np.maximum(r / r[x] - 1, 0) + np.delete(own, j, 0).sum(0) @ r / r[x]
        out += bins * own[j, x] / (1 + bins * after) * (before / (1 + bins * after)) ** (n - 1)
    return out


def greedy_index(q, p, count):
    """P(N = n): candidate n adds to every letter what is missing of q, at most p times the chance to come there."""
    sent, out = np.zeros_like(q), np.empty(count)
    for n in range(count):
        more = np.minimum(q - sent, p * (1 - sent.sum()))
        sent, out[n] = sent + more, more.sum()
    return out


def orc_letters(q, p, count):
    """What ORC sends: over all rows of candidates, one with probability proportional to r; given that some r > 0."""
    r, out = q / p, np.zeros_like(q)
    for row in itertools.product(range(p.size), repeat=count):
        if r[list(row)].sum() > 0:
            np.add.at(out, list(row), p[list(row)].prod() * r[list(row)] / r[list(row)].sum())
    return out / out.sum()


def width_bits(q, p):
    """The integral of -w log2 w."""
    r, total = q / p, 0.0
    for low, high in itertools.pairwise(np.unique(np.append(r, 0.0))):
        w = p[r >= high - 1e-12].sum()
        total -= (high - low) * w * math.log2(w)
    return total


def test_formulas(world):
    q, p, problem = world
    some = q > 0
    assert problem.kl_bits == pytest.approx(np.sum(q[some] * np.log2((q / p)[some])), abs=1e-12)
    assert problem.d_inf_bits == pytest.approx(math.log2((q / p).max()), abs=1e-12)
    middles = np.append(0.0, np.cumsum(p))[:-1] + p / 2
    with np.errstate(divide="ignore"):
        assert problem.log_ratio_bits(middles[:, None]) == pytest.approx(np.log2(q / p), abs=1e-12)
    u = (np.arange(10**5) + 0.5) / 10**5
    assert np.bincount(rec.letters(u[:, None], p)) / u.size == pytest.approx(p, abs=1e-5)
    pdf = problem.pdf(u[:, None])
    assert [problem.mean[0], problem.spread[0] ** 2] == pytest.approx(
        [u @ pdf / u.size, np.mean((u - u @ pdf / u.size) ** 2 * pdf)], abs=1e-4
    )
    drawn = families.family("discrete").target_quantile(problem.table[0], u)
    assert np.bincount(rec.letters(drawn[:, None], p), minlength=3) / u.size == pytest.approx(q, abs=1e-4)


@pytest.mark.parametrize("bins", [1, 2, 3, 10, 1000])
def test_masses_and_peaks_of_bins_that_letters_straddle(world, bins):
    q, p, problem = world
    own, cut = shares_of(p, bins), rec.Partition((bins,))
    with np.errstate(divide="ignore"):
        peaks = np.log2(np.max(np.where(own > 1e-12, q / p, 0.0), axis=1))
    assert rec.bin_peaks_bits(problem, cut)[0] == pytest.approx(peaks, abs=1e-9)
    assert rec.bin_weights(problem, cut, "target_mass")[0] == pytest.approx(own @ (q / p), abs=1e-9)
    assert rec.upper_sum_bits(problem, cut) == pytest.approx(math.log2(np.mean(2.0**peaks)), abs=1e-9)


@pytest.mark.parametrize("bins", [1, 3, 4, 10])
def test_the_index_of_pfr(world, bins):
    q, p, problem = world
    naive = pfr_index(q, p, bins, 400)
    law = laws.index_law(problem, rec.Partition((bins,)))
    assert law.pmf(400) == pytest.approx(naive, abs=1e-6)
    assert law.mean_log2 == pytest.approx(naive @ np.log2(np.arange(1, 401)), abs=1e-5)
    some = q > 0
    bound = q[some] @ np.log2(1 + (q / p)[some] / bins)
    found = laws.log2_index_bound_bits(problem, rec.Partition((bins,)))
    assert bound - 1e-9 < found < bound + 2.0**-20 + 1e-9  # rounded up
    if bins == 1 and problem.kl_bits > 0.1:  # and the twin: a target 5% off has another law
        spoiled = 0.95 * q + 0.05 * p
        assert np.abs(law.pmf(400) - pfr_index(spoiled, p, bins, 400)).max() > 1e-3


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_what_orc_sends(world, count):
    q, p, problem = world
    naive, some = orc_letters(q, p, count), q > 0
    found = laws.output_ratio(problem, rec.ORC(count), np.log2((q / p)[some]))
    assert found * p[some] == pytest.approx(naive[some], abs=1e-5)
    assert laws.orc_bias(problem, rec.ORC(count)).total_variation == pytest.approx(abs(naive - q).sum() / 2, abs=1e-6)
    assert laws.orc_silence(problem, rec.ORC(count)) == pytest.approx(p[~some].sum() ** count, abs=1e-12)
    if problem.kl_bits > 0.1:
        assert np.abs(found * p[some] - orc_letters(q, p, count + 1)[some]).max() > 1e-3


def test_rejection_and_greedy(world):
    q, p, problem = world
    top = (q / p).max()
    assert rec.RejectionSampling().index_pmf(problem, 9) == pytest.approx((1 - 1 / top) ** np.arange(9) / top)
    naive = greedy_index(q, p, 400)
    assert rec.GreedyRejection().index_pmf(problem, 9) == pytest.approx(naive[:9], abs=1e-7)
    some = naive[naive > 1e-300]
    assert rec.GreedyRejection().expected_bits(problem) == pytest.approx(-some @ np.log2(some), abs=1e-3)
    assert rec.GPRS().index_pmf(problem, 400).sum() == pytest.approx(1.0, abs=1e-4)


def test_the_floor(world):
    q, p, problem = world
    assert laws.channel_simulation_divergence_bits(problem) == pytest.approx(width_bits(q, p), abs=1e-9)
    heights = np.linspace(0.0, 4.0, 41)
    wanted = [1.0 if h == 0 else p[q / p >= h - 1e-9].sum() for h in heights]
    assert laws.width_function(problem, heights) == pytest.approx(wanted, abs=1e-9)


@pytest.mark.parametrize("share", [0.11, 0.25, 0.5])
def test_an_erasure_channel_needs_its_information_and_a_symmetric_one_more(share):
    """Erasures may come from shared randomness, then X = Y takes a bit: I = 1 - share. Of a symmetric channel X is the
    same for both Y with probability 2 share, else it takes a bit: no code costs less than this mean of entropies."""
    erased, symmetric = rec.erasure_channel(share), rec.binary_symmetric_channel(share)
    assert erased.information_bits == pytest.approx(1 - share)
    assert laws.functional_information_bits(erased) == pytest.approx(1 - share, abs=1e-9)
    entropy = -share * math.log2(share) - (1 - share) * math.log2(1 - share)
    assert symmetric.information_bits == pytest.approx(1 - entropy, abs=1e-12)
    assert laws.functional_information_bits(symmetric) == pytest.approx(1 - 2 * share, abs=1e-9)
    assert share == 0.5 or 1 - 2 * share > symmetric.information_bits + 0.1
    problem = symmetric.draw(seed=1)
    assert laws.channel_simulation_divergence_bits(problem) == pytest.approx(1 - 2 * share, abs=1e-9)


def test_laws_of_a_channel_are_means_over_its_targets():
    channel = rec.discrete_channel([[0.9, 0.1, 0.0], [0.2, 0.3, 0.5]], [0.25, 0.75])
    naive = sum(w * pfr_index(np.array(one.params[0][3:]), channel.masses, 4, 200) for one, w in channel.targets)
    assert laws.index_pmf(channel, rec.Partition((4,)), 200) == pytest.approx(naive, abs=1e-6)
    assert channel.information_bits == pytest.approx(sum(w * one.kl_bits for one, w in channel.targets))


@pytest.mark.parametrize(
    "method",
    [rec.PFR(), rec.PFR(rec.Partition((4,)), weighting="target_mass", stopping="per_bin"), rec.RejectionSampling(),
     rec.GreedyRejection(), rec.AStar(), rec.GPRS()],
    ids=lambda method: f"{type(method).__name__}{method.partition or ''}",
)  # fmt: skip
def test_what_is_sent_follows_q(method):
    """A chi-square test at the rate ALPHA; the prior's letters, and a target 5% off, are told apart."""
    sent = rec.encode_many(PROBLEM, 4000, method, seed=3)
    seen = np.bincount(rec.letters(sent.samples, P), minlength=3)
    assert seen[2] == 0
    assert stats.chisquare(seen[:2], 4000 * Q[:2]).pvalue > ALPHA
    spoiled = Q[:2] + np.array([-0.05, 0.05])
    assert stats.chisquare(seen[:2], 4000 * spoiled).pvalue < ALPHA
    one = rec.encode(PROBLEM, method, seed=int(sent.seeds[5]))
    assert one.sample[0] == sent.samples[5, 0]
    assert rec.decode(one.message, PROBLEM.prior, method, seed=int(sent.seeds[5])) == one.sample
    examined = method.expected_examined(PROBLEM)
    error = sent.examined.std() / math.sqrt(4000)
    assert abs(sent.examined.mean() - examined) < 4 * error + 1e-3 * examined or method.about.cost == "measured"


def test_orc_runs_and_a_trace():
    """ORC's letters follow its own law, not that of one candidate more."""
    seeds = [seed for seed in range(3000) if trial(seed) is not None]
    seen = np.bincount([trial(seed) for seed in seeds], minlength=3)[:2]
    assert stats.chisquare(seen, len(seeds) * orc_letters(Q, P, 2)[:2]).pvalue > ALPHA
    assert stats.chisquare(seen, len(seeds) * orc_letters(Q, P, 3)[:2]).pvalue < ALPHA
    assert stats.binomtest(3000 - len(seeds), 3000, 0.09).pvalue > ALPHA
    traced = rec.trace(PROBLEM, rec.PFR(), seed=2)
    assert traced.message == rec.encode(PROBLEM, rec.PFR(), seed=2).message


@functools.cache
def trial(seed):
    """The letter that ORC sends of two candidates; None where both are letters that Q never sends."""
    try:
        return int(rec.letters(rec.encode(PROBLEM, rec.ORC(2), seed=seed).sample, P))
    except rec.RecError:
        return None


def test_runs_of_a_channel():
    """Both letters, Y and X, as often as they should be; of the channel the other way round they are not."""
    channel = rec.discrete_channel([[0.9, 0.1, 0.0], [0.2, 0.3, 0.5]], [0.25, 0.75])
    sent = rec.encode_many(channel, 1500, rec.PFR(), seed=5)
    first = channel.targets[0][0].kl_bits
    y = (np.abs(sent.kl_bits - first) > 1e-9).astype(int)
    seen = np.zeros((2, 3))
    np.add.at(seen, (y, rec.letters(sent.samples, channel.masses)), 1)
    joint = 1500 * np.array(channel.source)[:, None] * np.array(channel.conditional)
    assert seen[0, 2] == 0
    assert stats.chisquare(np.delete(seen, 2), np.delete(joint, 2)).pvalue > ALPHA
    wrong = 1500 * np.outer(channel.source, channel.masses)
    assert stats.chisquare(seen.ravel(), wrong.ravel()).pvalue < ALPHA


def test_refusals():
    for target, prior in (
        ([0.5, 0.5], [1.0]),
        ([0.5, 0.6], [0.5, 0.5]),
        ([1.0, 0.0], [1.0, 0.0]),
        ([-0.5, 1.5], [0.5, 0.5]),
        ([], []),
    ):
        with pytest.raises(rec.RecError):
            rec.discrete_problem(target, prior)
    for make, wrong in ((rec.erasure_channel, 0.0), (rec.erasure_channel, 1.0), (rec.binary_symmetric_channel, 1.5)):
        with pytest.raises(rec.RecError):
            make(wrong)
    with pytest.raises(rec.RecError, match="a row for each Y"):
        rec.discrete_channel([[0.5, 0.5], [1.0, 0.0]], [1.0])
    with pytest.raises(rec.RecError, match="discrete channel here"):
        rec.allocate(rec.erasure_channel(0.5), 2)
    with pytest.raises(rec.RecError, match="letters"):
        rec.metrics.output_mmd(PROBLEM, [rec.ORC(2)])
    with pytest.raises(rec.RecError, match="flat parts"):
        rec.encode(PROBLEM, rec.FastGPRS(), seed=1)
    with pytest.raises(rec.RecError, match="samples"):
        rec.letters([0.1, 0.2], P)
