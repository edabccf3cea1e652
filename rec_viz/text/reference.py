r"""The Reference page's statements: what holds, why, whose it is, the code that does it, and numbers to check it by.

Claims and proofs are Markdown with LaTeX. Every number is worked out when it is asked for: `check` compares a law with
races run on the spot. Nothing here draws.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from typing import Any, NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike

import rec_core as rec
from rec_core import codes, families, randomness
from rec_core.allocation import greedy_powers
from rec_core.arrays import Floats
from rec_core.methods.by_clocks import race_by_clocks
from rec_core.methods.by_draws import race_by_draws
from rec_core.methods.method import FINEST_SCALE, MAX_EXAMINED
from rec_core.tables import MAX_INTERVALS, fill_tables, log_sup_reweighted

from ..memo import memo
from ..model import code_lengths

RUNS = 5000
SLOW_RUNS = 2000  # where every run is looked at in Python
PAPER = "He, Flamich & Hernández-Lobato 2024"
PFR = "Li & El Gamal 2018"
ORC = "Theis & Yosri 2022"
OURS = "this project"
FOLKLORE = "the data-processing inequality, known long before"

TARGET = rec.gaussian_problem([0.8], [0.3])
BINS = rec.Partition((8,))
TRAP = rec.gaussian_problem([1.5], [0.4])
CHANNEL = rec.gaussian_channel([6.0])
CHANNEL_BINS = rec.allocate(CHANNEL, 6)


class Check(NamedTuple):
    """One number: what theory says, and where races were run, what they gave with the half width of 95%."""

    what: str
    theory: float
    measured: float | None = None
    half_width: float = 0.0


class Statement(NamedTuple):
    """One thing that is true."""

    id: str
    section: str
    title: str
    due: str
    claim: str
    proof: str
    code: tuple[Callable[..., Any], ...]
    check: Callable[[], tuple[Check, ...]] | None = None


@memo(64)
def remembered(name: str, _work: Callable[[], tuple[Any, ...]]) -> tuple[Any, ...]:
    """What `_work` gives, done once under this name: the numbers beside a statement, which never change."""
    return _work()


def source(function: Callable[..., Any]) -> tuple[str, str]:
    """Where a function of the package is, as rec_core/file.py, and its text as it stands."""
    plain = getattr(function, "py_func", function)
    return f"{plain.__module__.replace('.', '/')}.py", inspect.getsource(plain)


def _mean(what: str, theory: float, values: ArrayLike) -> Check:
    """A mean of independent values beside its law."""
    found: Floats = np.asarray(values, dtype=np.float64)
    return Check(what, theory, float(found.mean()), 1.96 * float(found.std(ddof=1)) / math.sqrt(found.size))


# ------------------------------------------------------------------------------------------------ the checks


def check_converse() -> tuple[Check, ...]:
    code = rec.MatchedCode(CHANNEL, CHANNEL_BINS)
    many = rec.encode_many(CHANNEL, RUNS, rec.PFR(CHANNEL_BINS), seed=15)
    mean = CHANNEL_BINS.log2_bins + rec.laws.index_law(CHANNEL, CHANNEL_BINS).entropy_bits
    lengths = CHANNEL_BINS.log2_bins + code.length_bits(many.indices)
    return Check("I, bits", CHANNEL.information_bits), _mean("mean length of our shortest code, bits", mean, lengths)


def check_pfr() -> tuple[Check, ...]:
    many = rec.encode_many(TARGET, RUNS, seed=1)
    (mean, scale), x = TARGET.params[0], many.samples[:, 0]
    z = (x - mean) / scale
    return (
        _mean("mean of X", mean, x),
        _mean("variance of X", scale**2, (x - mean) ** 2),
        _mean("mean of S", 1.0, many.race_times),
        _mean("covariance of S and X, in units of Q", 0.0, (many.race_times - 1.0) * z),
    )


def check_index() -> tuple[Check, ...]:
    many, law = rec.encode_many(TARGET, RUNS, seed=2), rec.laws.index_law(TARGET)
    return (
        _mean("mean of log₂ N", law.mean_log2, np.log2(many.indices)),
        _mean("share of N = 1", float(law.pmf(1)[0]), many.indices == 1),
        _mean("share of N > 8", float(law.tail(9)), many.indices > 8),
    )


def check_examined() -> tuple[Check, ...]:
    many, top = rec.encode_many(TARGET, RUNS, rec.PFR(stopping="single"), seed=3), 2.0**TARGET.d_inf_bits
    return (
        _mean("mean of K", top, many.examined),
        _mean("share of K = 1", 1.0 / top, many.examined == 1),
    )


def check_decoder() -> tuple[Check, ...]:
    runs = 300
    many = rec.encode_many(CHANNEL, runs, rec.PFR(CHANNEL_BINS), seed=4)
    rows = zip(many.messages, many.seeds.tolist(), strict=True)
    held = [rec.decode(message, CHANNEL.prior, CHANNEL_BINS, seed=seed) for message, seed in rows]
    same = (np.array(held) == many.samples).all(axis=1).sum()
    return (Check(f"samples equal to the last bit, of {runs}", runs, float(same)),)


def check_orc() -> tuple[Check, ...]:
    n, (mean, scale) = 4, TARGET.params[0]
    many = rec.encode_many(TARGET, RUNS, rec.ORC(n), seed=5)
    x = np.linspace(-7.0, 7.0, 4001)
    density = rec.laws.orc_density(TARGET, rec.ORC(n), x[:, None])
    near = np.abs(x - mean) < scale
    return (
        _mean(f"mean of the output, n = {n} (Q: {mean:g})", float(np.trapezoid(x * density, x)), many.samples[:, 0]),
        _mean(
            f"share within {scale:g} of {mean:g} (Q: {math.erf(math.sqrt(0.5)):.3f})",
            float(np.trapezoid(density * near, x)),
            np.abs(many.samples[:, 0] - mean) < scale,
        ),
    )


def check_invariance() -> tuple[Check, ...]:
    runs = 500
    methods = {weighting: rec.PFR(BINS, weighting=weighting) for weighting in get_args(rec.Weighting)}
    found = {weighting: rec.encode_many(TARGET, runs, method, seed=6) for weighting, method in methods.items()}
    first = found["peak_ratio"]
    same = np.ones(runs, dtype=bool)
    for other in found.values():
        same &= (other.bins == first.bins).all(axis=1) & (other.indices == first.indices)
    times = (
        _mean(
            f"candidates under {name.replace('_', ' ')}",
            rec.laws.expected_examined(TARGET, methods[name]),
            many.examined,
        )
        for name, many in found.items()
    )
    return (Check(f"messages alike under three weights, of {runs}", runs, float(same.sum())), *times)


def check_upper_sum() -> tuple[Check, ...]:
    rows = []
    for intervals in (1, 8, 64):
        cut = rec.Partition((intervals,))
        many = rec.encode_many(TARGET, RUNS, rec.PFR(cut), seed=7)
        rows.append(_mean(f"candidates at J = {intervals}", 2.0 ** rec.upper_sum_bits(TARGET, cut), many.examined))
    return tuple(rows)


def check_trap() -> tuple[Check, ...]:
    expected = rec.laws.expected_examined
    rows = [_mean("no bins", expected(TRAP, rec.PFR()), rec.encode_many(TRAP, 4 * RUNS, seed=8).examined)]
    for seed, what, method in (
        (9, "target mass, one stop line", rec.PFR(BINS, weighting="target_mass", stopping="single")),
        (16, "target mass, a stop line a bin", rec.PFR(BINS, weighting="target_mass", stopping="per_bin")),
        (17, "peak ratio", rec.PFR(BINS, stopping="per_bin")),
    ):
        many = rec.encode_many(TRAP, 4 * RUNS, method, seed=seed)
        rows.append(_mean(what, expected(TRAP, method), many.examined))
    return tuple(rows)


def check_two_part() -> tuple[Check, ...]:
    many, law = rec.encode_many(TARGET, RUNS, rec.PFR(BINS), seed=10), rec.laws.index_law(TARGET, BINS)
    (shares,) = rec.bin_weights(TARGET, BINS, "target_mass")
    most = int(np.argmax(shares))
    return (
        _mean(f"share of bin {most + 1}, Q(B)", float(shares[most]), many.bins[:, 0] == most),
        _mean("mean of log₂ n", law.mean_log2, np.log2(many.indices)),
        _mean("share of n = 1", float(law.pmf(1)[0]), many.indices == 1),
    )


def check_length() -> tuple[Check, ...]:
    code = rec.ZipfCode(rec.laws.log2_index_bound_bits(CHANNEL, CHANNEL_BINS))
    many = rec.encode_many(CHANNEL, RUNS, rec.PFR(CHANNEL_BINS), seed=11)
    exact = code_lengths.zipf_mean_bits(code, rec.laws.expected_log2_index(CHANNEL, CHANNEL_BINS))
    log2_bins, overhead = CHANNEL_BINS.log2_bins, rec.laws.overhead_bits(CHANNEL, CHANNEL_BINS)
    return (
        Check("I, bits", CHANNEL.information_bits),
        _mean("mean length, bits", log2_bins + exact, log2_bins + code.length_bits(many.indices)),
        Check("sharper bound, bits", rec.laws.sharp_bound_bits(CHANNEL, CHANNEL_BINS)),
        Check("bound, bits", rec.laws.bound_bits(CHANNEL.information_bits, log2_bins, overhead)),
    )


def check_overhead() -> tuple[Check, ...]:
    many = rec.encode_many(CHANNEL, SLOW_RUNS, rec.PFR(CHANNEL_BINS), seed=12)
    density = np.array(
        [
            CHANNEL.draw(seed).log_ratio_bits(x)
            for seed, x in zip(many.seeds.tolist(), many.samples, strict=True)
        ]
    )  # fmt: skip
    information = CHANNEL.information_bits
    uniform = rec.uniform_channel([4.0])
    return (
        _mean(
            "E[ε], bits",
            rec.laws.overhead_bits(CHANNEL, CHANNEL_BINS),
            np.maximum(0.0, CHANNEL_BINS.log2_bins - density),
        ),
        Check("bound by the channel’s scales", HALF_LOG2_E * math.sqrt(float(np.sum(1.0 - CHANNEL.scales**2)))),
        Check("bound by I alone", GAUSSIAN_OVERHEAD * math.sqrt(information)),
        Check("the paper’s, 0.9 √I", 0.9 * math.sqrt(information)),
        Check("uniform target, bins that fit", rec.laws.overhead_bits(uniform, rec.allocate(uniform, 4))),
    )


def check_matched() -> tuple[Check, ...]:
    rows = []
    for what, cut in (("no bins", rec.Partition((1,))), ("J = 2⁶", CHANNEL_BINS)):
        law = rec.laws.index_law(CHANNEL, cut)
        zipf = rec.ZipfCode(rec.laws.log2_index_bound_bits(CHANNEL, cut))
        matched = rec.MatchedCode(CHANNEL, cut)
        indices = rec.encode_many(CHANNEL, RUNS, rec.PFR(cut), seed=13).indices
        base = cut.log2_bins
        rows += [
            _mean(
                f"Zipf, {what}",
                base + code_lengths.zipf_mean_bits(zipf, law.mean_log2),
                base + zipf.length_bits(indices),
            ),
            _mean(f"matched, {what}", base + law.entropy_bits, base + matched.length_bits(indices)),
        ]
    return tuple(rows)


def check_allocation() -> tuple[Check, ...]:
    channel = rec.gaussian_channel([4.0, 0.0])
    problem, rows = channel.draw(1), []
    for what, cut in (
        ("no bins", rec.Partition((1, 1))),
        ("8 bins across the informative axis", rec.allocate(channel, 3, "information")),
        ("8 bins across the empty axis", rec.allocate(channel, 3, "collapsed")),
    ):
        many = rec.encode_many(problem, RUNS, rec.PFR(cut), seed=14)
        rows.append(_mean(f"candidates, {what}", 2.0 ** rec.upper_sum_bits(problem, cut), many.examined))
    return tuple(rows)


def check_mean_of_log() -> tuple[Check, ...]:
    found = [CHANNEL.draw(target).d_inf_bits for target in range(SLOW_RUNS)]
    return (_mean("mean of D∞ over targets, bits", CHANNEL.information_bits + HALF_LOG2_E, found),)


def check_zipf() -> tuple[Check, ...]:
    code = rec.ZipfCode(3.0)
    zeta = 2.0 ** float(code.length_bits(1))
    return (
        Check("λ at C = 3", code.exponent),
        Check("ζ(λ) at C = 3, at most 1 + C = 4", zeta),
        Check("Σ P(n) over the first million", float(np.exp2(-code.length_bits(np.arange(1, 10**6 + 1))).sum())),
    )


# ------------------------------------------------------------------------------------------------ the constants

HALF_LOG2_E = 0.5 / math.log(2.0)
GAUSSIAN_OVERHEAD = 1.0 / math.sqrt(2.0 * math.log(2.0))

CONSTANTS: tuple[tuple[str, float | int, str], ...] = (
    ("½ log₂ e = 1 / (2 ln 2)", HALF_LOG2_E, "bits of D∞ above I, on average, for each informative Gaussian dimension"),
    ("1 / √(2 ln 2)", GAUSSIAN_OVERHEAD, "E[ε] of a Gaussian channel is at most this times √I"),
    (
        "1 + log₂(e) / e",
        1.0 + math.log2(math.e) / math.e,
        "what E[log₂ N] may exceed I by in the original proof of PFR; 1 is enough",
    ),
    ("rec_core.FRAME_BYTES", rec.FRAME_BYTES, "bytes of frame before the payload of a packed stream"),
    ("rec_core.ENUMERABLE_BINS", rec.ENUMERABLE_BINS, "up to this many bins, every bin has a clock of its own"),
    ("methods.method.MAX_EXAMINED", MAX_EXAMINED, "candidates a search may examine unless told otherwise"),
    ("tables.MAX_INTERVALS", MAX_INTERVALS, "intervals a dimension may have in a search"),
    (
        "methods.method.FINEST_SCALE",
        FINEST_SCALE,
        "a Gaussian narrower than this falls between double-precision candidates",
    ),
    ("codes.INDEX_LIMIT", codes.INDEX_LIMIT, "indices stay below this"),
)


# ------------------------------------------------------------------------------------------------ the statements

STATEMENTS: tuple[Statement, ...] = (
    Statement(
        "converse",
        "The goal",
        "No method beats I",
        FOLKLORE,
        r"""
Let $Y$ be what the sender knows, $X$ the sample the receiver ends up with, $M$ the message, a word of a prefix-free
code, and $W$ the shared randomness, independent of $Y$. Then $\;\mathbb E|M| \ge I[X;Y]$.
""",
        r"""
$X$ is a function of $(M, W)$, so $I[X;Y] \le I[M,W;Y] = I[M;Y \mid W]$, because $W$ alone says nothing of $Y$. That
is at most $H[M \mid W]$, and a prefix-free code has mean length at least its entropy. $\square$
""",
        (rec.message_length_bits,),
        check_converse,
    ),
    Statement(
        "pfr",
        "The race",
        "PFR is exact, and its race time is exponential",
        PFR,
        r"""
Candidates $X_1, X_2, \dots$ are independent draws from $P$; $T_1 < T_2 < \dots$ are the arrivals of a Poisson process
of rate 1. The winner is $N = \arg\min_i T_i / r(X_i)$ and its race time is $S = T_N / r(X_N)$. Then $X_N \sim Q$ and
$S \sim \mathrm{Exp}(1)$, independent of each other.
""",
        r"""
The pairs $(T_i, X_i)$ are a Poisson process on time and space with mean measure $dt\,P(dx)$. Move each point from
$(t, x)$ to $(s, x)$ with $s = t/r(x)$. The result is again a Poisson process, and since $dt = r(x)\,ds$ its mean
measure is $ds\; r(x) P(dx) = ds\, Q(dx)$: the very process one gets by drawing candidates from $Q$ at rate 1. The
first point of that process comes at an exponential time and lies, independently, at a draw from $Q$. (Points with
$r = 0$ move to infinity and never win.) $\square$
""",
        (race_by_clocks, rec.encode),
        check_pfr,
    ),
    Statement(
        "index",
        "The race",
        "The law of the index",
        f"{PFR} for the Poisson step; the rest is one integral",
        r"""
Let $g(x) = \mathbb E_{U \sim P}\,(r(x) - r(U))^+$. Given $X_N = x$ and $S = s$, the number of candidates before the
winner is $N - 1 \sim \mathrm{Poisson}(s\,g(x))$. So given $x$ alone $N$ is geometric,

$P(N = n \mid x) = \dfrac{1}{1 + g}\Big(\dfrac{g}{1 + g}\Big)^{n-1}$ and $\mathbb E[N] = 1 + \mathbb E_Q[g(X)]$.

""",
        r"""
$S = s$ says only that no point lies where $t < s\,r(u)$. Earlier candidates that lost have $s\,r(u) < t < s\,r(x)$.
That region is disjoint from the empty one, so the process there is still Poisson, with mean
$\int s\,(r(x) - r(u))^+ P(du) = s\,g(x)$. Since $S$ is exponential and independent of $X_N$,
$\int_0^\infty e^{-s} e^{-sg} (sg)^k / k!\; ds = g^k / (1+g)^{k+1}$. $\square$
""",
        (rec.laws.index_law, rec.laws.IndexLaw),
        check_index,
    ),
    Statement(
        "examined",
        "The race",
        "How many candidates plain PFR examines",
        f"{PFR} and {PAPER}",
        r"""
Let $M = \sup r = 2^{D_\infty}$. The search may stop at the first arrival with $T_i / M$ above the best race time so
far. The number examined is $K \sim \mathrm{Geometric}(1/M)$, so $\mathbb E[K] = 2^{D_\infty}$.
""",
        r"""
Candidate $i$ is examined exactly if $T_i \le M S$. If so, the best so far is at least $S \ge T_i/M$ and the search
goes on. If not, the winner has come already, at $T_N = r(X_N)\,S \le M S$, the best is $S$ and the line is crossed.
Given $X_N = x$ and $S = s$, arrivals before $M s$ other than the winner's lie where $s\,r(u) < t < M s$, a Poisson
number with mean $s\,(M - 1)$. With $S$ exponential, as in the statement before, $K - 1$ is geometric with mean
$M - 1$. $\square$
""",
        (rec.laws.expected_examined, race_by_draws),
        check_examined,
    ),
    Statement(
        "decoder",
        "The race",
        "The receiver needs no clock",
        OURS,
        r"""
The receiver draws one candidate, whatever the index. It needs the seed, the bin and the number within the bin, and
never an arrival time, which therefore is the sender's business and may be drawn in any exact way.
""",
        r"""
Candidate $n$ of bin $j$ is a function of the address (seed, $j$, $n$) alone: the random numbers come from a generator
that turns an address into bits. Clocks have addresses of another kind, so nothing drawn for them moves a candidate.
$\square$
""",
        (rec.decode, randomness.uniforms, randomness.bin_key),
        check_decoder,
    ),
    Statement(
        "orc",
        "A budget",
        "What ORC puts out",
        f"{ORC} for the method; the integral is by {OURS}",
        r"""
ORC looks at $n$ candidates with the sorted arrival times of $n$ independent exponentials. Its output has the density

$q_n(x) = q(x)\,h_n(x)$ with $h_n(x) = \mathbb E\Big[\dfrac{n}{r(x) + \sum_{i=1}^{n-1} r(U_i)}\Big]$,

where the $U_i$ are independent draws from $P$, or, with $\varphi(t) = \mathbb E\, e^{-t\,r(U)}$,

$h_n(x) = n \int_0^\infty e^{-t\,r(x)}\,\varphi(t)^{n-1}\,dt.$
""",
        r"""
Candidates are exchangeable, so sorting the times changes nothing for the sample: give candidate $i$ its own
exponential $E_i$. Then $E_i / r(X_i)$ is exponential with rate $r(X_i)$, and the smallest of $n$ such is number $i$
with probability $r(X_i) / \sum_k r(X_k)$. By symmetry the density at $x$ is $n\,p(x)$ times the mean of
$r(x)/(r(x) + \sum r(U_i))$, the first form. For the second write $1/a = \int_0^\infty e^{-ta} dt$ and take the mean
inside, factor by factor. $\square$
""",
        (rec.laws.orc_density, race_by_draws),
        check_orc,
    ),
    Statement(
        "two-part",
        "Bins and time",
        "Bins: the law of a two-part message",
        f"{PAPER} for the message; the exact law is the one above, in a bin",
        r"""
Cut $P$ into $J$ bins of mass $1/J$, give every bin its own clock, and send the pair (bin $j$, number $n$ within it).
The sample is still exact, $P(j) = Q(B_j)$, and given $x \in B_j$ the number is geometric,
$\mathbb E[n \mid x] = 1 + g_j(x)$ with

$g_j(x) = \int_{B_j} (r(x) - r(u))^+ P(du) \;\le\; r(x) / J.$

""",
        r"""
In $J\,t$, the clock of bin $j$ runs at rate $1/J$ and its candidates are $P$ restricted to $B_j$: together the bins
make the process of plain PFR, so winner and race time have the same law. The count of losers before the winner now
runs over its own bin only, which restricts the integral of $g$ to $B_j$. Dropping $r(u)$ leaves $r(x)\,P(B_j)$.
$\square$
""",
        (rec.Partition, race_by_clocks),
        check_two_part,
    ),
    Statement(
        "invariance",
        "Bins and time",
        "Weights change the time, never the message",
        OURS,
        r"""
Let the search prior $P'$ visit bin $j$ with weight $\pi_j$. For PFR with a clock for every bin, the winning pair
$(j, n)$ does not depend on the weights at all, race by race.
""",
        r"""
In $P'$ the clock of bin $j$ runs at rate $\pi_j$, so its candidate $n$ arrives at $T_{j,n}/\pi_j$; its ratio is
$r' = q/p' = r/(J \pi_j)$. The race time is $\dfrac{T_{j,n}/\pi_j}{r/(J\pi_j)} = J\,T_{j,n}/r(X_{j,n})$: the weight
cancels. $\square$
""",
        (race_by_clocks, rec.bin_weights),
        check_invariance,
    ),
    Statement(
        "upper-sum",
        "Bins and time",
        "The fastest weights, and the upper Riemann sum",
        OURS,
        r"""
Let $M_j = \sup_{B_j} r$. With one stop line the number examined is geometric with mean
$\sup r' = \max_j M_j/(J\pi_j)$. It is least for $\pi_j \propto M_j$ (`peak_ratio`), where it equals

$U_J = \dfrac1J \sum_j M_j,$

the upper sum of $\int r\,dP = 1$: from $U_1 = \sup r$ it falls towards 1 as bins are refined.
""",
        r"""
The count is that of plain PFR with $P'$ for $P$. Since $\sum_j \pi_j = 1$,
$\frac1J \sum_j M_j = \sum_j \pi_j \frac{M_j}{J\pi_j} \le \max_j \frac{M_j}{J \pi_j}$, with equality when all terms
are alike. A refined bin has two suprema, neither above the old one, so $U_J$ cannot rise; for a Riemann-integrable
ratio it tends to $\int r\,dP$. $\square$
""",
        (rec.upper_sum_bits, log_sup_reweighted, fill_tables),
        check_upper_sum,
    ),
    Statement(
        "tail-bin",
        "Bins and time",
        "The tail-bin trap",
        OURS,
        r"""
Weights equal to the target's mass, $\pi_j = Q(B_j)$, bring $P'$ closest to $Q$, which is right for ORC. For exact PFR
with one stop line they can be slower than no bins, because then $\sup r' = \max_j M_j / (J\,Q(B_j))$ and a single bad
bin decides.
""",
        r"""
$J\,Q(B_j)$ is the mean of $r$ over bin $j$ and $M_j$ its peak there. In a tail bin, where the target's slope cuts
across, the peak may exceed the mean many times over, so the stop line lies far out although that bin is hardly ever
visited. A stop line for every bin drops such a bin once $J\,T/M_j$ exceeds the best. And why target mass is closest:
$\mathrm{KL}(Q\|P') = \mathrm{KL}(Q\|P) - \log J - \sum_j Q(B_j) \log \pi_j$, and the last sum is largest at
$\pi_j = Q(B_j)$ (Gibbs). $\square$
""",
        (rec.laws.expected_examined, rec.bin_weights),
        check_trap,
    ),
    Statement(
        "allocation",
        "Bins and time",
        "Which axis to cut",
        f"{PAPER} for cutting by information; `runtime` is by {OURS}",
        r"""
Cutting a dimension without information leaves the number of candidates as it was and adds the bits that name its
interval to the bin. `information` deals the factors of $J$ out in proportion to $I_d$; `runtime` gives each factor to
the dimension where it lowers $\mathbb E_Y[\log U]$ most.
""",
        r"""
Where $I_d = 0$ the ratio does not depend on $x_d$, so all intervals of that dimension share the same $M_j$ and $U_J$
does not move. Elsewhere $\log U_J$ is a sum over dimensions, each depending on its own number of intervals only,
which is what a greedy choice needs. $\square$
""",
        (rec.allocate, greedy_powers),
        check_allocation,
    ),
    Statement(
        "mean-of-log",
        "Bins and time",
        "Why averages over targets are of logarithms",
        OURS,
        r"""
Over the targets of a Gaussian channel with some information the mean number of candidates is infinite, for every $J$.
The mean of its logarithm is not: for plain PFR $\mathbb E_Y[D_\infty] = I + \frac{1}{2 \ln 2}\,\#\{d : I_d > 0\}$
bits.
""",
        r"""
In one dimension $\ln \sup r = I \ln 2 + \frac{m^2}{2(1 - s^2)}$ and $m = \sqrt{1 - s^2}\,Z$ with $Z$ normal. So
$\ln \sup r = I \ln 2 + Z^2/2$, with mean $I \ln 2 + \frac12$, while $\mathbb E\,e^{Z^2/2}$ has no end: the density of
$Z$ cancels the growth. Bins do not help, because one of the $M_j$ is $\sup r$ and so $U_J \ge \sup r / J$. $\square$
""",
        (families.log_sup,),
        check_mean_of_log,
    ),
    Statement(
        "zipf",
        "How many bits",
        "The Zipf code",
        PFR,
        r"""
If $\mathbb E[\log_2 n] \le C$, the law $P(n) = n^{-\lambda}/\zeta(\lambda)$ with $\lambda = 1 + 1/C$ codes $n$ in at
most $C + 1 + \log_2(C + 1)$ bits on average.
""",
        r"""
The ideal length is $\lambda \log_2 n + \log_2 \zeta(\lambda)$, with mean at most $C + 1 + \log_2 \zeta(\lambda)$. And
$\zeta(\lambda) \le 1 + \int_1^\infty t^{-\lambda} dt = 1 + \frac{1}{\lambda - 1} = 1 + C$. $\square$
""",
        (rec.ZipfCode,),
        check_zipf,
    ),
    Statement(
        "length",
        "How many bits",
        "The bound on the message, constants included",
        f"{PAPER} for the form; the constants and the sharper bound are by {OURS}",
        r"""
Let $\varepsilon = \mathbb E_Q\,(\log_2 J - \log_2 r(X))^+$ and $A = \mathbb E \log_2(1 + r(X)/J)$, over $Y$ and $X$.
Then

$\mathbb E|M| \le I + \mathbb E[\varepsilon] + \log_2\!\big(I + \mathbb E[\varepsilon] - \log_2 J + 2\big) + 2,$

$\mathbb E|M| \le \log_2 J + A + \log_2(A + 1) + 1$, the sharper one.

Plain PFR is $J = 1$, and there even $\varepsilon = 0$ will do in the first, because $A \le I + 1$.
""",
        r"""
By Jensen $\mathbb E[\log_2 n \mid x] \le \log_2(1 + g_j(x)) \le \log_2(1 + r(x)/J)$, so $\mathbb E \log_2 n \le A$,
and the Zipf code with $C = A$ plus $\log_2 J$ bits for the bin is the sharper bound. For the other use
$\log_2(1 + y) \le 1 + (\log_2 y)^+$: then
$\log_2 J + A \le 1 + \mathbb E[\max(\log_2 J, \log_2 r)] = 1 + I + \mathbb E[\varepsilon]$. At $J = 1$,
$\log_2(1 + r) = \log_2 r + \log_2(1 + 1/r)$, and
$\mathbb E_Q \log_2(1 + 1/r) \le \log_2(1 + \mathbb E_Q[1/r]) \le 1$. $\square$
""",
        (rec.laws.bound_bits, rec.laws.sharp_bound_bits, rec.laws.log2_index_bound_bits),
        check_length,
    ),
    Statement(
        "overhead",
        "How many bits",
        "The overhead of bins",
        f"{PAPER} with 0.9 in front of the root; the constants here are by {OURS}",
        r"""
A uniform target that fills whole bins has $\varepsilon = 0$. For a Gaussian channel of $D$ dimensions and
$J \le 2^I$,

$\mathbb E[\varepsilon] \le \dfrac{1}{2 \ln 2} \sqrt{\textstyle\sum_d (1 - 4^{-I_d})} \le \sqrt{\dfrac{I}{2 \ln 2}}.$

""",
        r"""
A uniform target has $\log_2 r = I \ge \log_2 J$ on its box. For a Gaussian let $W = \log_2 r(X) - I$, whose mean is
0. As $\log_2 J \le I$,
$\mathbb E[\varepsilon] \le \mathbb E[(-W)^+] = \frac12 \mathbb E|W| \le \frac12 \mathrm{sd}(W)$. With $z = (x - m)/s$
in one dimension, $W \ln 2 = \frac12 (x - z)(x + z)$; both factors are normal and independent, with variances
$2(1 - s)$ and $2(1 + s)$, so $\mathrm{var}(W \ln 2) = 1 - s^2 = 1 - 4^{-I_d}$, and dimensions add. Last,
$1 - e^{-y} \le y$ with $y = 2 I_d \ln 2$. $\square$
""",
        (rec.laws.overhead_bits,),
        check_overhead,
    ),
    Statement(
        "matched",
        "How many bits",
        "The matched code",
        OURS,
        r"""
Both sides know the channel and the bins, so both can work out the exact law of $n$ averaged over targets, a mixture
of geometric laws, and code by it. No code of $n$ alone, the same for all targets, is shorter on average. Coding
without bins then costs hardly more than with bins, up to $J = 2^I$. Most of what bins save under the Zipf code is the
price of its wrong shape; what they buy is time, for next to nothing.
""",
        r"""
Lengths $-\log_2 P(n)$ have mean $H(n)$ where $P$ is the law of $n$; lengths of any other law $P^*$ cost
$\mathrm{KL}(P\|P^*) \ge 0$ bits more (Gibbs). The mixture is the law of the index above, averaged over $X$ and $Y$.
$\square$
""",
        (rec.MatchedCode, rec.laws.index_law),
        check_matched,
    ),
)
