r"""What the Reference page says: statements with their proofs and their authors, names, and sources.

Claims and proofs are Markdown with LaTeX. The code and the numbers beside a statement are in model/reference.py, under
its id.
"""

from __future__ import annotations

from typing import NamedTuple

PAPER = "He, Flamich & Hernández-Lobato 2024"
PFR = "Li & El Gamal 2018"
ORC = "Theis & Yosri 2022"
PLAIN_BOUND = "Li & Anantharam 2021"
INDEX_LAW = "Wei & Kountouris 2026"
MRC = "Havasi, Peharz & Hernández-Lobato 2019"
BEST_FIRST = "Maddison, Tarlow & Minka 2014 and Flamich, Markou & Hernández-Lobato 2022"
OURS = "this project"
FOLKLORE = "the data-processing inequality, known long before"


class Statement(NamedTuple):
    """One thing that is true."""

    id: str
    section: str
    title: str
    due: str
    claim: str
    proof: str


STATEMENTS: tuple[Statement, ...] = (
    Statement(
        "converse",
        "The goal",
        "No method beats I",
        FOLKLORE,
        r"""
Let $Y$ be what the sender knows, $X$ the sample the receiver ends up with, $M$ the message, a word of a prefix-free
code, and $W$ the shared randomness, independent of $Y$. Then $\;\mathbb E|M| \ge I[X;Y]$.

One sample at a time, even $I$ is out of reach. The least that any one-shot code needs is the **functional information**
$I_F = \mathbb E\, D_{CS}[P_{Y \mid X} \Vert P_Y]$ (Flamich, Sriramu & Wagner 2025), where $D_{CS}[Q \Vert P]$ is
the differential entropy of the width function $w(h) = P(r \ge h)$, a density on $h > 0$; and $I_F + \log_2 e$ bits
suffice given the shared randomness (Hill, Alajaji, Linder & Flamich 2026). $I \le I_F$, equal where $r$ has one value.
""",
        r"""
$X$ is a function of $(M, W)$, so $I[X;Y] \le I[M,W;Y] = I[M;Y \mid W]$, because $W$ alone says nothing of $Y$. That
is at most $H[M \mid W]$, and a prefix-free code has mean length at least its entropy. $\square$
""",
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
    ),
    Statement(
        "index",
        "The race",
        "The law of the index",
        f"{PFR} for the Poisson step; the rest is one integral, also in {INDEX_LAW}",
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
    ),
    Statement(
        "orc",
        "A budget",
        "What ORC puts out",
        f"{ORC} for the method, and for the law it shares with minimal random coding, {MRC}; the integral is by {OURS}",
        r"""
ORC looks at $n$ candidates with the sorted arrival times of $n$ independent exponentials. Its output has the density

$q_n(x) = q(x)\,h_n(x)$ with $h_n(x) = \mathbb E\Big[\dfrac{n}{r(x) + \sum_{i=1}^{n-1} r(U_i)}\Big]$,

where the $U_i$ are independent draws from $P$, or, with $\varphi(t) = \mathbb E\, e^{-t\,r(U)}$,

$h_n(x) = n \int_0^\infty e^{-t\,r(x)}\,\varphi(t)^{n-1}\,dt.$

Minimal random coding, which sends candidate $i$ with probability $r(X_i) / \sum_k r(X_k)$, has the same output; its
index is uniform, and costs $\log_2 n$ bits.
""",
        r"""
Candidates are exchangeable, so sorting the times changes nothing for the sample: give candidate $i$ its own
exponential $E_i$. Then $E_i / r(X_i)$ is exponential with rate $r(X_i)$, and the smallest of $n$ such is number $i$
with probability $r(X_i) / \sum_k r(X_k)$. By symmetry the density at $x$ is $n\,p(x)$ times the mean of
$r(x)/(r(x) + \sum r(U_i))$, the first form. For the second write $1/a = \int_0^\infty e^{-ta} dt$ and take the mean
inside, factor by factor. $\square$
""",
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
    ),
    Statement(
        "upper-sum",
        "Bins and time",
        "The fastest weights, and the upper Riemann sum",
        f"{OURS}; visiting bins by the best they can hold is A* sampling on a one-level partition, {BEST_FIRST}",
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
    ),
    Statement(
        "length",
        "How many bits",
        "The bound on the message, constants included",
        f"{PLAIN_BOUND} for $J = 1$ (Li 2025: $I + \\log_2(I + 3.4) + 1$), {PAPER} for the form with "
        f"bins; its constants and the sharper bound are by {OURS}",
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
    ),
    Statement(
        "matched",
        "How many bits",
        "The matched code",
        OURS,
        r"""
Both sides know the channel and the bins, so both can work out the exact law of $n$ averaged over targets, a mixture
of geometric laws, and code by it. No code of $n$ alone, the same for all targets, is shorter on average. Most of what
bins save under the Zipf code is the price of its wrong shape: with the matched code they save a tenth of a bit in one
dimension and cost up to about a bit in more, at $J = 2^I$ for instance 0.5 bits in 4 dimensions of 4 bits and 1.2 in 16
of 2. What they buy is time.
""",
        r"""
Lengths $-\log_2 P(n)$ have mean $H(n)$ where $P$ is the law of $n$; lengths of any other law $P^*$ cost
$\mathrm{KL}(P\|P^*) \ge 0$ bits more (Gibbs). The mixture is the law of the index above, averaged over $X$ and $Y$.
$\square$
""",
    ),
)


class Name(NamedTuple):
    """One row of the glossary: what the code says, the symbol, the meaning, and what the paper calls it."""

    code: str
    symbol: str
    meaning: str
    paper: str


GLOSSARY: tuple[Name, ...] = (
    Name("target", "$Q$, $q$", "what the sample must be distributed as; known to the sender only",
         r"target $q(X \mid Y)$"),
    Name("prior", "$P$, $p$", "shared by both sides; candidates come from it",
         "coding distribution, or prior"),
    Name("search prior", "$P'$", "$P$ with its bins reweighted; the sender’s business", "reweighted prior"),
    Name("density ratio, `log_ratio_bits`", "$r = q/p$", "how well a candidate fits", "$q(x)/p(x)$"),
    Name("channel, `information_bits`", "$I[X;Y]$", "$I$ known and $Q$ random; what no method can beat",
         "mutual information $I[X,Y]$"),
    Name("`laws.functional_information_bits`", "$I_F$", "the floor: the least any one-shot code needs", "none"),
    Name("problem, `kl_bits`, `d_inf_bits`", r"$\mathrm{KL}$, $D_\infty$",
         r"one $Q$; $\mathbb E_Q[\log_2 r]$, and $\log_2 \sup r$", r"$D_{\mathrm{KL}}$, $D_\infty$"),
    Name("seed, shared randomness", "", "what makes both sides draw the same candidates", "shared random seed"),
    Name("partition, bin, intervals", "$J$, $B_j$, $n_d$",
         "boxes of equal $P$ mass, $n_d$ intervals in dimension $d$", "space partitioning, bins"),
    Name("bin weights", r"$\pi_j$", "how often $P'$ visits a bin: `peak_ratio`, `target_mass`, `uniform`",
         "reweighting"),
    Name("candidate", "$X_i$, $X_{j,n}$", "a draw from $P$ that may win", "sample"),
    Name("arrival time, race time", "$T$, $T / r'$", "when a candidate comes; what it is judged by", "—"),
    Name("stop line", r"$T = s \cdot \sup r'$", "nothing that arrives above it can win", "—"),
    Name("message: bin, local index", "$(j, n)$",
         "what is sent: the bin (from 0 in the code) and the candidate’s number in it (from 1)",
         "bin index, sample index in this bin"),
    Name("examined", "$K$", "candidates whose ratio was evaluated: the run time", "number of steps"),
    Name("upper sum, `upper_sum_bits`", "$U_J$", "mean of the bins’ peak ratios: candidates expected of PFR", "—"),
    Name("overhead, `overhead_bits`", r"$\varepsilon$",
         r"what the two-part message costs: $\mathbb E_Q \max(0, \log_2 J - \log_2 r)$",
         r"$\epsilon$, printed without the max"),
    Name("matched code", "", "codes the index by its exact law", "—"),
)  # fmt: skip

SOURCES = r"""
- J. He, G. Flamich & J. M. Hernández-Lobato, [*Accelerating Relative Entropy Coding with Space
  Partitioning*](https://arxiv.org/abs/2405.12203), NeurIPS 2024. **The paper**: bins, reweighting, two-part messages.
- C. T. Li & A. El Gamal, [*Strong Functional Representation Lemma and Applications to Coding
  Theorems*](https://arxiv.org/abs/1701.02827), IEEE Transactions on Information Theory 2018. PFR and its Zipf code.
- C. T. Li & V. Anantharam, [*A Unified Framework for One-Shot Achievability via the Poisson Matching
  Lemma*](https://arxiv.org/abs/1812.03616), IEEE Transactions on Information Theory 2021. $\mathbb E[\log_2 N] \le I +
  1$ for PFR; C. T. Li, [arXiv 2501.13736](https://arxiv.org/abs/2501.13736), 2025, has a smaller bound on the message.
- C. J. Maddison, D. Tarlow & T. Minka, [*A\* Sampling*](https://arxiv.org/abs/1411.0030), NeurIPS 2014, and G. Flamich,
  S. Markou & J. M. Hernández-Lobato, [*Fast Relative Entropy Coding with A\* Coding*](https://arxiv.org/abs/2201.12857),
  ICML 2022. Searching the most promising part first.
- L. Theis & N. Yosri, [*Algorithms for the Communication of
  Samples*](https://arxiv.org/abs/2110.12805), ICML 2022. ORC, and that its output is minimal random coding’s; that is
  from M. Havasi, R. Peharz & J. M. Hernández-Lobato, [*Minimal Random Code
  Learning*](https://arxiv.org/abs/1810.00440), ICLR 2019.
- G. Flamich, S. M. Sriramu & A. B. Wagner, [*The Redundancy of Non-Singular Channel
  Simulation*](https://arxiv.org/abs/2501.14053), 2025: the floor, functional information. Hill, Alajaji, Linder &
  Flamich, [*Rejection Sampling is Optimal for Relative Entropy Coding*](https://arxiv.org/abs/2604.23076), 2026, reach
  it to within $\log_2 e$ bits.
- Wei & Kountouris, 2026. The law of the index as a mixture of geometric laws.
- J. Ziv, *On Universal Quantization*, 1985; R. Zamir & M. Feder, *On Universal Quantization by Randomized
  Uniform/Lattice Quantizers*, 1992; M. Hegazy & C. T. Li, *Randomized Quantization with Exact Error Distribution*,
  2022. Dither, and its layers.
- P. Harsha, R. Jain, D. McAllester & J. Radhakrishnan, *The Communication Complexity of Correlation*, 2007, and G.
  Flamich & L. Theis, *Adaptive Greedy Rejection Sampling*, 2023. Greedy rejection.
- P. Elias, [*Universal Codeword Sets and Representations of the
  Integers*](https://doi.org/10.1109/TIT.1975.1055349), IEEE Transactions on Information Theory 1975. Elias delta.
- J. K. Salmon, M. A. Moraes, R. O. Dror & D. E. Shaw, [*Parallel Random Numbers: As Easy as 1, 2,
  3*](https://doi.org/10.1145/2063384.2063405), SC 2011. Philox, the generator whose numbers have addresses.
- D. S. Wilkerson, [*A Proposal for Proquints*](https://arxiv.org/abs/0901.4016), 2009. The words of the Message page.
"""
