"""Answers to generated questions by another hand: what a question prints is read as a student reads it, and worked out
with NumPy, SciPy and tests/naive.py alone. Nothing of rec_core or rec_viz is used here."""

from __future__ import annotations

import functools
import itertools
import math
import re
from typing import Any

import numpy as np
from scipy import integrate, optimize, special
from scipy.special import ndtr, ndtri

from tests import naive


def log_density(x: Any) -> Any:
    """ln of the density of N(0, 1)."""
    return -0.5 * x * x - 0.5 * math.log(2 * math.pi)


def read(text: str) -> list[float]:
    """The numbers printed in a text, in order; those of P are no news."""
    found = re.findall(r"[−-]?\d[\d,]*(?:\.\d+)?", text.replace("width 1 around 0", "").replace("T / r", ""))
    return [float(word.replace(",", "").replace("−", "-")) for word in found]


def value(option: str) -> float:
    """The number an option stands for."""
    if option.startswith("No "):
        return math.inf
    if "× 10" in option:
        power = option.split("× 10")[1].translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789"))
        return read(option.split("×")[0])[0] * 10.0 ** int(power)
    if "×" in option:
        return math.log2(read(option)[0])
    return read(option)[0] / (100 if option.endswith("%") else 1)


def rows(asked: Any) -> list[list[float]]:
    """The numbers of a table, without its heading and the names of its rows."""
    return [[read(cell)[0] / (100 if cell.endswith("%") else 1) for cell in row[1:]] for row in asked.table[1:]]


# ------------------------------------------------------------------------------------------------ laws, worked again


@functools.cache
def log2_geometric_table() -> tuple[np.ndarray, np.ndarray]:
    """E[log2 n] of geometric laws by summing them, at ln of their means."""
    y = np.linspace(0.0, 11.0, 111)
    n = np.arange(1, 40 * 60_000, dtype=float)
    logs, out = np.log2(n), []
    for mean in np.exp(y):
        last = int(min(40 * mean + 10, n.size))
        p = 1.0 / mean
        out.append(p * float((1.0 - p) ** (n[:last] - 1) @ logs[:last]))
    return y, np.array(out)


def mean_log2(g: np.ndarray) -> np.ndarray:
    y, table = log2_geometric_table()
    at = np.log1p(np.maximum(g, 0.0))
    # past the table log2 n is that of an exponential law: log2 of the mean, less gamma / ln 2
    return np.where(at < y[-1], np.interp(at, y, table), (at - np.euler_gamma) / math.log(2))


def local_excess(m: np.ndarray, s: float, x: np.ndarray, bins: int) -> np.ndarray:
    """g_j(x) of Q = N(m, s) against N(0, 1): within the bin of x, what lies below the level r(x)."""
    vertex = m / (1 - s * s)
    low, high = np.minimum(x, 2 * vertex - x), np.maximum(x, 2 * vertex - x)
    number = np.minimum(np.floor(ndtr(x) * bins), bins - 1)
    left, right = ndtri(number / bins), ndtri((number + 1) / bins)
    low, high = np.clip(low, left, right), np.clip(high, left, right)
    log_ratio = log_density((x - m) / s) - math.log(s) - log_density(x)

    def outside(scale: float, center: Any) -> np.ndarray:
        z = [(end - center) / scale for end in (left, low, high, right)]
        return ndtr(z[1]) - ndtr(z[0]) + ndtr(-z[2]) - ndtr(-z[3])

    return np.exp(log_ratio) * outside(1.0, 0.0) - outside(s, m)


@functools.cache
def channel_length(information: float, bins: int) -> float:
    """Mean length of a message of a Gaussian channel: log2 J and Zipf words, over midpoints of Y and of X given Y."""
    s = 2.0**-information
    m = math.sqrt(1 - s * s) * ndtri((np.arange(100) + 0.5) / 100)[:, None]
    x = m + s * ndtri((np.arange(400) + 0.5) / 400)[None, :]
    index = float(mean_log2(local_excess(m, s, x, bins)).mean())
    log_ratio = log_density((x - m) / s) - math.log(s) - log_density(x)
    return math.log2(bins) + zipf_length(index, float(np.logaddexp(0, log_ratio - math.log(bins)).mean() / math.log(2)))


def zipf_length(mean_log2_index: float, c: float) -> float:
    """Mean length of Zipf words with parameter c."""
    return (1 + 1 / c) * mean_log2_index + math.log2(special.zeta(1 + 1 / c))


@functools.cache
def upper_sum(mean: float, s: float, intervals: int) -> float:
    """The mean over equal shares of N(0, 1) of the peaks of r: at the vertex, or at the end that is nearer to it."""
    if s == 1:
        return 1.0
    edges = ndtri(np.arange(intervals + 1) / intervals)
    at = np.clip(mean / (1 - s * s), edges[:-1], edges[1:])
    return float(np.mean(np.exp(log_density((at - mean) / s) - math.log(s) - log_density(at))))


@functools.cache
def races(p: float, q: float) -> float:
    """How often the winner lies in a region with so much of P and of Q, by 4,000 races."""
    rng = np.random.default_rng(5)
    inside = rng.random((4_000, 60)) < p
    times = np.cumsum(rng.exponential(size=inside.shape), axis=1)
    winners = np.argmin(times / np.where(inside, q / p, (1 - q) / (1 - p)), axis=1)
    return float(inside[np.arange(len(winners)), winners].mean())


@functools.cache
def orc_share(low: float, high: float, mean: float, s: float, candidates: int) -> float:
    """How often ORC sends a sample of a region, by 100,000 races."""
    rng = np.random.default_rng(6)
    x = rng.standard_normal((100_000, candidates))
    times = np.sort(rng.exponential(size=x.shape), axis=1)
    scores = np.log(times) - log_density((x - mean) / s) + log_density(x)
    sent = x[np.arange(len(x)), np.argmin(scores, axis=1)]
    return float(np.mean((sent > low) & (sent < high)))


@functools.cache
def spike_length(foot: float, tip: float) -> float:
    """The message of a flat Q with a spike that falls by a fixed factor a step: midpoints of P in and beside it."""
    x = (np.arange(4000) + 0.5) / 4000
    r = np.append(tip**x, 1.0)
    share = np.append(np.full(4000, 1 / foot / 4000), 1 - 1 / foot)
    r = r / (r @ share)
    g = np.array([share @ np.maximum(level - r, 0.0) for level in r])
    q = r * share
    return zipf_length(float(q @ mean_log2(g)), float(q @ np.log2(1 + r)))


@functools.cache
def mean_overpaid(k: int, dim: int) -> float:
    """ε of a Gaussian channel with as many bits of bins as of information, by 200,000 draws."""
    rng, s = np.random.default_rng(7), 2.0**-k
    total = np.zeros(200_000)
    for _ in range(dim):
        m = math.sqrt(1 - s * s) * rng.standard_normal(total.size)
        x = m + s * rng.standard_normal(total.size)
        total += (x * x - ((x - m) / s) ** 2) / 2 / math.log(2)  # log2 r - k
    return float(np.maximum(-total, 0.0).mean())


# ------------------------------------------------------------------------------------------------ kind by kind


def greedy_share(asked: Any) -> float:
    factor, n = read(asked.text)
    t = np.linspace(1 / factor, 12, 20_001)
    nearest = n * 2 * np.exp(log_density(t)) * (2 * ndtr(-t)) ** (n - 1)  # the density of the nearest of n
    return float(integrate.simpson(nearest, x=t))


def early(asked: Any) -> float:
    mean, factor, _, limit = read(asked.text)
    x = mean + ndtri((np.arange(4000) + 0.5) / 4000) / factor
    g = local_excess(np.float64(mean), 1 / factor, x, 1)
    return float(1 - np.mean((g / (1 + g)) ** limit))


def which_way(asked: Any) -> float:
    first, second, m, n, _ = read(asked.text)
    cost = {}
    for option in asked.options:
        across, up = map(int, read(option.text))
        cost[math.log2(across)] = upper_sum(m, 2.0**-first, across) * upper_sum(n, 2.0**-second, up)
    return min(cost, key=cost.__getitem__)


def which_j(asked: Any) -> float:
    information, mean, factor, limit, longest = read(asked.text)
    good = [
        j for j in (int(read(option.text)[0]) for option in asked.options)
        if channel_length(information, j) < longest and upper_sum(mean, 1 / factor, j) < limit
    ]  # fmt: skip
    return float(good[0]) if len(good) == 1 else math.nan


def winner(asked: Any) -> float:
    times, ratios = rows(asked)
    return 1.0 + min(range(5), key=lambda k: times[k] / ratios[k])


def winners_between(asked: Any) -> float:
    low, high, p, q, _, runs, _, _ = read(asked.text)
    assert abs(races(p / 100, q / 100) - q / 100) < 0.04
    assert abs(ndtr(high) - ndtr(low) - p / 100) < 0.0051
    return runs * q / 100


def bias(asked: Any) -> float:
    mean, factor, *_, budget = read(asked.text)
    return naive_bias(mean, factor, int(budget))


@functools.cache
def naive_bias(mean: float, factor: float, budget: int) -> float:
    return naive.total_variation_of_orc(naive.gaussian(mean, 1 / factor), budget)


def pulled(asked: Any) -> float:
    mean, factor, low, high, _, _, candidates = read(asked.text)
    return orc_share(low, high, mean, 1 / factor, int(candidates))


def tail_bin(asked: Any) -> float:
    shares, peaks, _ = rows(asked)
    return max(peak / (4 * share) for peak, share in zip(peaks, shares, strict=True))


def overpaid(asked: Any) -> float:
    cost = read(asked.text)[0]
    return float(np.mean(np.maximum(cost - np.array(rows(asked)[0]), 0.0)))


def doublings(asked: Any) -> float:
    start, first, then, second, last = read(asked.text)
    return second + (second - first) * math.log2(last / then) / math.log2(then / start)


def of_text(work: Any) -> Any:
    """An oracle that needs the numbers of the text alone."""
    return lambda asked: work(*read(asked.text))


@functools.cache
def floor(information: float) -> float:
    """The mean over targets of -E log2 w(h): widths of the ratio's slices around its vertex, by Simpson's rule."""
    s = 2.0**-information
    m = math.sqrt(1 - s * s) * ndtri((np.arange(400) + 0.5) / 400)[:, None]
    vertex = m / (1 - s * s)
    reach = np.linspace(0.0, 14.0, 4001)[None, :] * s / math.sqrt(1 - s * s)  # how far a slice reaches from there
    peak = np.exp(log_density((vertex - m) / s) - math.log(s) - log_density(vertex))
    height = peak * np.exp(-0.5 * reach**2 * (1 - s * s) / s**2)
    width = np.maximum(ndtr(vertex + reach) - ndtr(vertex - reach), 1e-300)
    return -float(np.mean([integrate.simpson((w * np.log2(w))[::-1], x=h[::-1])
                           for w, h in zip(width, height, strict=True)]))  # fmt: skip


def geometric_length(mean: float) -> float:
    """The entropy of the number of tries, of which one in `mean` succeeds, summed; bits."""
    n = np.arange(1, int(60 * mean) + 60)
    log_p = (n - 1) * math.log1p(-1 / mean) - math.log(mean)
    return float(-np.sum(np.exp(log_p) * log_p) / math.log(2))


def first_of_two(p: float, q: float) -> float:
    """How often the first of two kinds of letters wins: a first A always, a first B if no A comes in time.

    B came at T1 ~ Exp(1), and an A, which come at rate p, beats it until T1 times the ratio of both r.
    """
    odds = (q / p) / ((1 - q) / (1 - p))
    return p + (1 - p) * integrate.quad(lambda t: math.exp(-t) * math.exp(-p * t * (odds - 1)), 0, math.inf)[0]


def cheapest_dice(rows: list[list[float]], source: list[float]) -> float:
    """The least mean entropy, in bits, of what shared dice leave to be said: they choose a map from Y to X, in such
    shares that X given Y is as in `rows`. A linear program over all maps."""
    maps = list(itertools.product(range(len(rows[0])), repeat=len(rows)))
    masses = [[sum(s for s, x in zip(source, one, strict=True) if x == k) for k in range(len(rows[0]))] for one in maps]
    costs = [-sum(m * math.log2(m) for m in mass if m > 0) for mass in masses]
    cells = [(y, x) for y in range(len(rows)) for x in range(len(rows[0]))]
    found = optimize.linprog(
        costs, A_eq=[[float(one[y] == x) for one in maps] for y, x in cells], b_eq=[rows[y][x] for y, x in cells]
    )
    assert found.success
    return float(found.fun)


ORACLES = {
    "sample/halvings": of_text(lambda dim, factor: dim * math.log2(factor)),
    "sample/look_up": lambda asked: [read(cell)[0] for cell in asked.table[1][1:]][int(read(asked.text)[-1]) - 1],
    "sample/greedy_share": greedy_share,
    "race/winner": winner,
    "race/winners_between": winners_between,
    "race/overtake": of_text(lambda time, ratio, score, best, late: late / (time / ratio)),
    "index/early": early,
    "index/doublings": doublings,
    "index/surcharge": of_text(lambda low, length, high: channel_length(high, 1)),
    "stop/stop_line": of_text(lambda time, ratio, score, peak: time / ratio * peak),
    "stop/how_many": of_text(lambda kl, d_inf: 2.0**d_inf),
    "stop/more_bits": of_text(
        lambda mean, factor, bits, before, more, after: 2.0 ** naive.gaussian_d_inf_bits(mean, 1 / factor / more)
    ),
    "stop/spike": of_text(lambda low, high, one, foot, tip, d_inf, time: spike_length(foot, tip)),
    "budget/fixed_words": of_text(lambda information, n, one, last: math.log2(last)),
    "budget/bias": bias,
    "budget/pulled": pulled,
    "partition/two_parts": of_text(lambda information, without, j, cut: channel_length(information, int(j))),
    "partition/bin_tapes": lambda asked: rows(asked)[int(read(asked.text)[0]) - 1][int(read(asked.text)[1]) - 1],
    "partition/only_cut": of_text(
        lambda mean, factor, before, j: 2.0 ** naive.gaussian_d_inf_bits(mean, 1 / factor)
    ),
    "reweight/by_peaks": lambda asked: float(np.mean(rows(asked)[0])),
    "reweight/weights_and_bits": of_text(
        lambda information, j, slow, length, size, fast: channel_length(information, int(j))
    ),
    "reweight/cancels": of_text(lambda time, ratio, weight, again: (time / weight) / (ratio / weight)),
    "reweight/tail_bin": tail_bin,
    "overhead/flat": of_text(lambda low, high, one, narrow, bins: narrow / bins),
    "overhead/too_many": of_text(lambda information, few, before, many: channel_length(information, int(many))),
    "overhead/growth": of_text(lambda information, j, one, dim: mean_overpaid(int(information), int(dim))),
    "overhead/overpaid": overpaid,
    "dimensions/tiles": of_text(lambda *axes: math.prod(axes)),
    "dimensions/which_way": which_way,
    "dimensions/empty_axis": of_text(
        lambda mean, factor, before, cut: 2.0 ** naive.gaussian_d_inf_bits(mean, 1 / factor)
    ),
    "dimensions/how_far": of_text(lambda dim, bits, mean, factor, cut: upper_sum(mean, 1 / factor, int(cut)) ** dim),
    "challenge/which_j": which_j,
    "challenge/in_step": of_text(
        lambda mean, factor, j, before, more, many: upper_sum(mean, 1 / factor / more, int(many))
    ),
    "challenge/who_works": lambda asked: 0.0,
    "rejection/kept": of_text(lambda peak, ratio: ratio / peak),
    "rejection/number": of_text(
        lambda mean, factor, tries, kl: geometric_length(2.0 ** naive.gaussian_d_inf_bits(mean, 1 / factor))
    ),
    "floor/least": of_text(lambda information, most: floor(information)),
    "floor/saved": of_text(lambda information, length, least: channel_length(information, 1) - floor(information)),
    "dither/comb": of_text(
        lambda space, one, two, three, center: one + space * round((center - one) / space)
    ),
    "dither/many": of_text(lambda information, one, dim: dim * floor(information)),
    "tree/next_box": lambda asked: 1.0 + int(np.argmin(np.divide(*rows(asked)))),
    "tree/halved": of_text(lambda across, up: 2.0**across * 2.0**up),
    "letters/first": of_text(lambda p, q: first_of_two(p / 100, q / 100)),
    "letters/coin": of_text(
        lambda flip: cheapest_dice([[1 - flip / 100, flip / 100], [flip / 100, 1 - flip / 100]], [0.5, 0.5])
    ),
}  # fmt: skip


def answer(asked: Any) -> float:
    """The answer to a question."""
    return float(ORACLES[f"{asked.lesson}/{asked.kind}"](asked))


def agrees(option: str, true: float) -> bool:
    """Whether a printed option is the answer: to half a unit of its last digit, and 2.5% for what is measured."""
    said = value(option)
    if math.isinf(said) or math.isinf(true):
        return said == true
    figures = re.search(r"\d\.(\d+)", option)
    unit = 10.0 ** -(len(figures[1]) if figures else 0) * (0.01 if option.endswith("%") else 1.0)
    if "× 10" in option:
        unit *= 10.0 ** math.floor(math.log10(said))
    return abs(said - true) <= 0.51 * unit + 0.025 * abs(true)
