"""PFR and ORC, plain and partitioned, written to be read beside the paper.

Every search is a race. Candidates X ~ P' arrive at times T; a candidate's race time is T / r'(X), r' = q/p', and the
smallest wins. All times are kept as logs, so a bin whose Q-mass underflows is as good as any other.

Two ways to run the clock, by the number of bins J:

- `race_by_clocks` (PFR, J <= ENUMERABLE_BINS): every bin has its own rate-1 Poisson clock. In P' bin j runs at rate
  pi_j, so its candidate n arrives at T_jn / pi_j and has race time (T_jn / pi_j) / r' = J T_jn / r(X_jn): pi cancels,
  and the winner is the same under all weights. Weights only order the work.
- `race_by_draws` (ORC; PFR beyond enumeration): one clock for all; each arrival draws its bin, dimension by dimension.

Candidate n of a bin is a function of (seed, bin, n) alone, so `decode` computes it in O(D).

Sources: PFR, Li & El Gamal (2018); ORC, Theis & Yosri (2022); partitioning, He, Flamich & Hernandez-Lobato (2024).
"""

from __future__ import annotations

import heapq
import math
import operator
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numba import njit, types
from numba.typed import Dict
from numpy.typing import NDArray

from . import families
from .channel import LN2, Channel, Coding, Problem, draw_target
from .errors import BudgetExceeded, RecError
from .families import FAMILIES
from .partition import (
    WEIGHTS,
    Message,
    Partition,
    Tables,
    check_partition,
    empty_tables,
    fill_tables,
    greedy_powers,
    log_sup_reweighted,
    log_upper_sum,
    tables,
)
from .randomness import BIN_CHOICE, CANDIDATE, Floats, Ints, Word, bin_key, check_seed, exponential, run_seeds, uniforms

ENUMERABLE_BINS = 4096
MAX_EXAMINED = 2**26
FINEST_SCALE = 2.0**-40  # a Gaussian narrower than this falls between float64 candidates
_HOPELESS = 16.0  # a search expected to need this many budgets is refused before it starts
_EXTRA_EVENTS = 256  # room in a trace for improvements past max_events

PFR, ORC = 0, 1
SINGLE, PER_BIN = 0, 1


class Outcome(NamedTuple):
    """What a search found; logs in nats. `local_index` 0 means the budget ran out first."""

    local_index: int
    examined: int
    log_race: float
    log_ratio: float
    log_stop: float  # PFR: ln of the stop line at the end, S sup r'; ORC: ln of the last arrival time


class Record(NamedTuple):
    """Events of a search as they happen, for `trace`; capacity C, `used[0]` filled."""

    capacity: int
    used: Ints
    positions: Ints
    bins: Ints
    indices: Ints
    log_arrival: Floats
    log_ratio: Floats
    log_race: Floats


@njit(cache=True, nogil=True)
def copy(source: Ints, target: Ints) -> None:
    """target[:] = source, as a loop: an array assignment costs seconds of compile time."""
    for d in range(source.shape[0]):
        target[d] = source[d]


@njit(cache=True, nogil=True)
def note(
    record: Record,
    position: int,
    numbers: Ints,
    index: int,
    log_arrival: float,
    log_ratio: float,
    log_race: float,
    improves: bool,
) -> None:
    """Record a candidate: the first `capacity`, and after those the ones that take the lead."""
    k = record.used[0]
    if k < record.capacity or (improves and k < record.positions.shape[0]):
        record.positions[k] = position
        copy(numbers, record.bins[k])
        record.indices[k] = index
        record.log_arrival[k] = log_arrival
        record.log_ratio[k] = log_ratio
        record.log_race[k] = log_race
        record.used[0] = k + 1


# ---------------------------------------------------------------------------------------------------- candidates


@njit(cache=True, nogil=True)
def candidate(family: int, key: Word, index: int, intervals: Ints, numbers: Ints, x: Floats) -> None:
    """Write candidate `index` (from 1) of the bin with these interval numbers and this key into x (D,)."""
    uniforms(key, CANDIDATE, np.uint64(index), x)
    for d in range(x.shape[0]):
        x[d] = families.quantile(family, numbers[d], intervals[d], x[d])


@njit(cache=True, nogil=True)
def log_ratio(family: int, params: Floats, x: Floats) -> float:
    """ln r(x), all dimensions."""
    total = 0.0
    for d in range(x.shape[0]):
        total += families.log_ratio(family, params[d], x[d])
    return total


@njit(cache=True, nogil=True)
def bin_sum(values: Floats, table: Tables, numbers: Ints) -> float:
    """Sum over dimensions of a per-interval value at one bin."""
    total = 0.0
    for d in range(numbers.shape[0]):
        total += values[table.offsets[d] + numbers[d]]
    return total


@njit(cache=True, nogil=True)
def split_bin(j: int, intervals: Ints, numbers: Ints) -> None:
    """Interval numbers of bin j in mixed radix, the last dimension fastest."""
    for d in range(intervals.shape[0] - 1, -1, -1):
        numbers[d] = j % intervals[d]
        j //= intervals[d]


@njit(cache=True, nogil=True)
def join_bin(numbers: Ints, intervals: Ints) -> int:
    """The bin's number in mixed radix."""
    j = 0
    for d in range(intervals.shape[0]):
        j = j * intervals[d] + numbers[d]
    return j


# ---------------------------------------------------------------------------------------------------- the searches


@njit(cache=True, nogil=True)
def race_by_clocks(
    table: Tables,
    num_bins: int,
    seed: Word,
    stopping: int,
    log_sup: float,
    max_examined: int,
    winner: Ints,
    record: Record,
) -> Outcome:
    """PFR with a clock for every bin. Writes the winning bin's interval numbers into `winner` (D,).

    `stopping` SINGLE: stop at the first arrival T' with T' / sup r' above the best race time (`log_sup` = ln sup r').
    PER_BIN: drop a bin once its next arrival cannot win, J T / M_j > best; stop when no bin is left. With peak_ratio
    weights the two coincide and candidates come in the order of their bounds: best first.
    """
    log_j = math.log(num_bins)
    numbers = np.empty(table.intervals.shape[0], np.int64)
    x = np.empty(table.intervals.shape[0])
    keys = np.empty(num_bins, np.uint64)
    clocks = np.zeros(num_bins)
    indices = np.ones(num_bins, np.int64)
    weights = np.empty(num_bins)
    peaks = np.empty(num_bins)
    queue = [(0.0, 0) for _ in range(0)]
    for j in range(num_bins):
        split_bin(j, table.intervals, numbers)
        weights[j] = bin_sum(table.log_weight, table, numbers)
        peaks[j] = bin_sum(table.log_peak, table, numbers)
        if weights[j] > -np.inf and (stopping == SINGLE or peaks[j] > -np.inf):
            keys[j] = bin_key(seed, table.intervals, numbers)
            clocks[j] = exponential(keys[j], np.uint64(1))
            queue.append((math.log(clocks[j]) - weights[j], j))
    heapq.heapify(queue)

    best, best_ratio, best_index, examined = np.inf, -np.inf, 0, 0
    while len(queue) > 0:
        log_arrival, j = queue[0]
        bound = log_j + math.log(clocks[j]) - peaks[j]
        if stopping == SINGLE and log_arrival - log_sup > best:
            break
        if stopping == PER_BIN and bound > best:
            heapq.heappop(queue)
            continue
        if examined >= max_examined:
            return Outcome(0, examined, best, best_ratio, np.inf)
        examined += 1
        split_bin(j, table.intervals, numbers)
        candidate(table.family, keys[j], indices[j], table.intervals, numbers, x)
        log_r = min(log_ratio(table.family, table.params, x), peaks[j])
        log_race = log_j + math.log(clocks[j]) - log_r
        improves = log_race < best
        if improves:
            best, best_ratio, best_index = log_race, log_r, indices[j]
            copy(numbers, winner)
        note(record, examined, numbers, indices[j], log_arrival, log_r - log_j - weights[j], log_race, improves)
        indices[j] += 1
        clocks[j] += exponential(keys[j], np.uint64(indices[j]))
        heapq.heapreplace(queue, (math.log(clocks[j]) - weights[j], j))
    return Outcome(best_index, examined, best, best_ratio, best + log_sup)


@njit(cache=True, nogil=True)
def cumulative_weights(table: Tables) -> Floats:
    """Per dimension, the running sum of pi_d scaled to end at exactly 1; (sum n_d,)."""
    out = np.empty(table.log_weight.shape[0])
    for d in range(table.intervals.shape[0]):
        total = 0.0
        for b in range(table.offsets[d], table.offsets[d + 1]):
            total += math.exp(table.log_weight[b])
            out[b] = total
        for b in range(table.offsets[d], table.offsets[d + 1]):
            out[b] /= total
    return out


@njit(cache=True, nogil=True)
def draw_bin(table: Tables, cumulative: Floats, seed: Word, arrival: int, v: Floats, numbers: Ints) -> None:
    """Interval numbers of the bin of this arrival, by inverse cdf in every cut dimension; `v` is scratch (D,)."""
    uniforms(seed, BIN_CHOICE, np.uint64(arrival), v)
    for d in range(numbers.shape[0]):
        start = table.offsets[d]
        low, high = start, table.offsets[d + 1] - 1
        while low < high:
            middle = (low + high) // 2
            if cumulative[middle] > v[d]:
                high = middle
            else:
                low = middle + 1
        numbers[d] = low - start


@njit(cache=True, nogil=True)
def race_by_draws(
    table: Tables,
    num_bins: int,
    seed: Word,
    num_candidates: int,
    log_sup: float,
    max_examined: int,
    winner: Ints,
    record: Record,
) -> Outcome:
    """One clock; every arrival draws its bin. PFR where `num_candidates` is 0, else ORC with that many.

    `num_bins` is J where bins are enumerable and 0 beyond: it decides how local indices are counted. ORC's arrival
    times are sorted exponentials, times n so that they compare with a rate-1 clock.
    """
    dim = table.intervals.shape[0]
    numbers = np.zeros(dim, np.int64)
    x = np.empty(dim)
    cumulative = cumulative_weights(table)
    counts = np.zeros(num_bins, np.int64)
    hashed = Dict.empty(types.uint64, types.int64)
    log_intervals = 0.0
    for d in range(dim):
        log_intervals += math.log(table.intervals[d])

    best, best_ratio, best_index, examined, arrival = np.inf, -np.inf, 0, 0, 0.0
    while True:
        if num_candidates > 0 and examined == num_candidates:
            return Outcome(best_index, examined, best, best_ratio, math.log(arrival))
        gap = exponential(seed, np.uint64(examined + 1))
        if num_candidates > 0:
            gap *= num_candidates / (num_candidates - examined)
        arrival += gap
        log_arrival = math.log(arrival)
        if num_candidates == 0 and log_arrival - log_sup > best:
            return Outcome(best_index, examined, best, best_ratio, best + log_sup)
        if examined >= max_examined:
            return Outcome(0, examined, best, best_ratio, np.inf)
        examined += 1
        if num_bins == 1:
            key, index = seed, examined
        else:
            draw_bin(table, cumulative, seed, examined, x, numbers)
            key = bin_key(seed, table.intervals, numbers)
            if num_bins > 0:
                j = join_bin(numbers, table.intervals)
                counts[j] += 1
                index = counts[j]
            else:
                index = hashed.get(key, 0) + 1
                hashed[key] = index
        candidate(table.family, key, index, table.intervals, numbers, x)
        log_r = log_ratio(table.family, table.params, x)
        log_reweighted = log_r - log_intervals - bin_sum(table.log_weight, table, numbers)
        log_race = log_arrival - log_reweighted
        improves = log_race < best
        if improves:
            best, best_ratio, best_index = log_race, log_r, index
            copy(numbers, winner)
        note(record, examined, numbers, index, log_arrival, log_reweighted, log_race, improves)


@njit(cache=True, nogil=True)
def run_race(
    table: Tables,
    num_bins: int,
    seed: Word,
    method: int,
    stopping: int,
    num_candidates: int,
    log_sup: float,
    max_examined: int,
    winner: Ints,
    record: Record,
) -> Outcome:
    """The search these choices name; `num_bins` 0 beyond enumeration."""
    if method == PFR and num_bins > 0:
        return race_by_clocks(table, num_bins, seed, stopping, log_sup, max_examined, winner, record)
    return race_by_draws(table, num_bins, seed, num_candidates, log_sup, max_examined, winner, record)


# ---------------------------------------------------------------------------------------------------- the plan


class Plan(NamedTuple):
    """A search with every choice made and checked."""

    cut: Partition
    method: int
    weights: str
    stopping: int
    num_candidates: int  # 0 for PFR
    num_bins: int  # 0 beyond enumeration
    max_examined: int


def make_plan(
    dim: int,
    method: str,
    partition: Partition | None,
    weights: str | None,
    stopping: str | None,
    num_candidates: int | None,
    max_examined: int,
) -> Plan:
    """Check the choices of `encode` and fill in the defaults, in sentences where they do not go together."""
    cut = check_partition(partition, dim)
    if method not in ("pfr", "orc"):
        raise RecError(f"Unknown method {method!r}; choose 'pfr' (exact) or 'orc' (a fixed number of candidates).")
    if weights is None:
        weights = "peak_ratio" if method == "pfr" else "target_mass"
    if weights not in WEIGHTS:
        raise RecError(f"Unknown bin weights {weights!r}; choose one of {', '.join(WEIGHTS)}.")
    budget = _count(max_examined, "max_examined")
    enumerable = cut.num_bins <= ENUMERABLE_BINS
    if method == "orc":
        if num_candidates is None:
            raise RecError("ORC needs num_candidates: about 2^(KL + 2) keeps its bias small.")
        if stopping is not None:
            raise RecError("ORC always examines num_candidates candidates; leave stopping out, or use method='pfr'.")
        number, line = _count(num_candidates, "num_candidates"), SINGLE
        if number > budget:
            raise BudgetExceeded(
                f"ORC with {number} candidates examines all of them, over max_examined = {budget}; "
                "raise max_examined or lower num_candidates.",
                expected_bits=math.log2(number),
            )
    else:
        if num_candidates is not None:
            raise RecError(
                "PFR examines as many candidates as it needs; leave num_candidates out, or use method='orc'."
            )
        if stopping not in (None, "single", "per_bin"):
            raise RecError(f"Unknown stopping rule {stopping!r}; choose 'single' or 'per_bin'.")
        if stopping == "per_bin" and not enumerable:
            raise RecError(
                f"stopping='per_bin' keeps a clock for every bin and works up to J = {ENUMERABLE_BINS}; "
                "this partition has more: use stopping='single'."
            )
        line = SINGLE if stopping == "single" or not enumerable else PER_BIN
        number = 0
    return Plan(cut, ORC if number else PFR, weights, line, number, cut.num_bins if enumerable else 0, budget)


def _count(value: Any, name: str) -> int:
    try:
        number = operator.index(value)
    except TypeError:
        raise RecError(f"{name} must be a whole number >= 1, got {value!r}.") from None
    if isinstance(value, bool) or not 1 <= number < 2**62:
        raise RecError(f"{name} must be a whole number >= 1, got {value!r}.")
    return number


def check_problem(problem: Any) -> None:
    """A sentence for anything that is not a problem."""
    if not isinstance(problem, Problem):
        raise RecError(
            "Give a problem, made by channel.draw(seed), rec.gaussian_problem, uniform_problem or piecewise_problem; "
            f"got {type(problem).__name__}."
        )


def check_searchable(problem: Problem, plan: Plan) -> None:
    """Sentences for targets no search can serve."""
    if plan.method == PFR and math.isinf(problem.renyi_inf_bits):
        raise RecError(
            "Q is wider than P in some dimension, or as wide and shifted, so the density ratio has no upper bound and "
            "PFR could never stop. Use method='orc', or make every scale of Q smaller than 1."
        )
    if plan.weights == "peak_ratio" and math.isinf(problem.renyi_inf_bits):
        raise RecError("Q is wider than P, so some bin's peak ratio is infinite; use target_mass or uniform weights.")
    if problem.family == "piecewise":
        return
    widths = problem.table[:, 2]
    if widths.max() > -math.log(FINEST_SCALE):
        raise RecError(
            f"A dimension of Q is narrower than 2^-40 of P (it has {widths.max() / LN2:.1f} bits of width), finer than "
            "float64 candidates can tell apart. Spread the information over more dimensions."
        )


def _doubling_cost(family: str, params: tuple[float, ...]) -> Callable[[int], float]:
    """ln of a dimension's factor of U_J at 2^k intervals, as a function of k."""
    return lambda k: log_upper_sum(family, params, 2**k)


def suggest_intervals(problem: Problem, budget: int) -> tuple[int, ...] | None:
    """Intervals of a partition, found greedily, whose U_J is at most a quarter of the budget; None if there is none."""
    target = max(0.0, math.log(budget) - math.log(4.0))
    costs = [_doubling_cost(problem.family, row) for row in problem.params]
    powers = greedy_powers(costs, 40 * problem.dim, target)
    found = sum(cost(int(k)) for cost, k in zip(costs, powers, strict=True)) <= math.log(budget)
    return tuple(2 ** int(k) for k in powers) if found else None


def _refuse(problem: Problem, plan: Plan, log_expected: float, examined: int) -> BudgetExceeded:
    """The error for a search over budget: what it would take, and what would make it fit."""
    bits = log_expected / LN2
    at_most = "at most " if plan.stopping == PER_BIN and plan.weights != "peak_ratio" else ""
    number = f"2^{bits:.1f}" if bits > 20 else f"{2**bits:.4g}"
    text = f"This search needs {at_most}{number} candidates on average, "
    text += f"and examined {examined} without an end; " if examined else ""
    text += f"max_examined is {plan.max_examined}. "
    intervals = suggest_intervals(problem, plan.max_examined)
    if intervals is None:
        text += "No partition brings it under; raise max_examined or use method='orc'."
    elif intervals == plan.cut.intervals:
        text += "It was unlucky: another seed, a larger max_examined or weights='peak_ratio' will do."
    else:
        shown = intervals if len(intervals) <= 8 else f"{str(intervals[:8])[:-1]}, ...)"
        text += (
            f"A partition with J = 2^{sum(n.bit_length() - 1 for n in intervals)} bins brings it under "
            f"with weights='peak_ratio': rec.partition({shown}); or raise max_examined."
        )
    return BudgetExceeded(text, expected_bits=bits, suggested_intervals=intervals)


def from_logs(logs: Floats) -> Floats:
    """Race times from their logs; inf past float64, as where Q has almost no mass."""
    with np.errstate(over="ignore"):
        times: Floats = np.exp(logs)
    return times


def new_record(capacity: int, dim: int) -> Record:
    """Room for `capacity` events and some improvements more; none at all for 0."""
    size = capacity + _EXTRA_EVENTS if capacity else 0
    return Record(
        capacity,
        np.zeros(1, np.int64),
        np.empty(size, np.int64),
        np.empty((size, dim), np.int64),
        np.empty(size, np.int64),
        np.empty(size),
        np.empty(size),
        np.empty(size),
    )


def _search(problem: Problem, plan: Plan, seed: int, record: Record) -> tuple[Message, Outcome, Tables]:
    check_searchable(problem, plan)
    key = check_seed(seed)
    table = tables(problem, plan.cut, plan.weights)
    log_expected = log_sup_reweighted(table) if plan.method == PFR else math.log(plan.num_candidates)
    exact = plan.method == PFR and (plan.stopping == SINGLE or plan.weights == "peak_ratio")
    if exact and log_expected > math.log(_HOPELESS * plan.max_examined):
        raise _refuse(problem, plan, log_expected, 0)
    winner = np.zeros(problem.dim, np.int64)
    outcome = Outcome(
        *run_race(
            table, plan.num_bins, key, plan.method, plan.stopping, plan.num_candidates, log_expected,
            plan.max_examined, winner, record,
        )
    )  # fmt: skip
    if outcome.local_index == 0:
        if plan.method == PFR:
            raise _refuse(problem, plan, log_expected, outcome.examined)
        raise RecError(
            f"None of the {plan.num_candidates} candidates fell where Q has any mass; ORC needs more candidates, "
            f"about 2^(KL + 2) = 2^{problem.kl_bits + 2:.1f} without a partition."
        )
    return Message(tuple(winner.tolist()), int(outcome.local_index)), outcome, table


# ---------------------------------------------------------------------------------------------------- public


@dataclass(frozen=True)
class Encoding:
    """One encoded sample.

    `message` is all that is sent. `sample` (D,) is what the receiver will hold. `examined` counts the candidates whose
    ratio was evaluated, `race_time` is the winner's arrival time over its ratio, `log_ratio_bits` is log2 r(sample).
    """

    message: Message
    sample: Floats
    examined: int
    race_time: float
    log_ratio_bits: float


def encode(
    problem: Problem,
    method: str = "pfr",
    partition: Partition | None = None,
    weights: str | None = None,
    stopping: str | None = None,
    num_candidates: int | None = None,
    seed: int = 0,
    max_examined: int = MAX_EXAMINED,
) -> Encoding:
    """Choose a sample of Q and the message that lets the receiver hold it.

    `method`: 'pfr' is exact, 'orc' examines `num_candidates` and is slightly biased.
    `weights`: bin weights of P', 'peak_ratio' (default for PFR), 'target_mass' (default for ORC) or 'uniform'; they
    change the time PFR takes, never its message where bins are enumerable (J <= 4096).
    `stopping` (PFR): 'single', one stop line T sup r' as in the paper, or 'per_bin'; default per_bin where enumerable.

    Raises BudgetExceeded past `max_examined` candidates, RecError for choices that do not go together.
    """
    check_problem(problem)
    plan = make_plan(problem.dim, method, partition, weights, stopping, num_candidates, max_examined)
    message, outcome, _ = _search(problem, plan, seed, new_record(0, problem.dim))
    return Encoding(
        message=message,
        sample=decode(message, problem.coding, plan.cut, seed),
        examined=int(outcome.examined),
        race_time=float(from_logs(np.array(outcome.log_race))),
        log_ratio_bits=outcome.log_ratio / LN2,
    )


@njit(cache=True, nogil=True)
def _decode(family: int, seed: Word, index: int, intervals: Ints, numbers: Ints, x: Floats) -> None:
    candidate(family, bin_key(seed, intervals, numbers), index, intervals, numbers, x)


def decode(message: Message, coding: Coding, partition: Partition | None = None, seed: int = 0) -> Floats:
    """The sample (D,) a message names: equal to the encoder's to the last bit, in O(D) whatever the index.

    `coding` is `problem.coding` or `channel.coding`; partition and seed must be the sender's.
    """
    if not isinstance(coding, Coding) or coding.family not in FAMILIES:
        raise RecError(f"Give the coding distribution as problem.coding or channel.coding; got {coding!r}.")
    family, dim = coding
    cut = check_partition(partition, dim)
    try:
        numbers = [operator.index(b) for b in message[0]]
        index = operator.index(message[1])
    except (TypeError, IndexError):
        raise RecError(f"Give the message as rec.Message(bin, index), all whole numbers; got {message!r}.") from None
    if len(numbers) != dim:
        raise RecError(f"The message names a bin in {len(numbers)} dimensions, the coding distribution has {dim}.")
    for d, (b, n) in enumerate(zip(numbers, cut.intervals, strict=True)):
        if not 0 <= b < n:
            raise RecError(
                f"The message names interval {b} of dimension {d}, which has {n}; is the partition the sender's?"
            )
    if not 1 <= index < 2**63:
        raise RecError(f"A local index is a whole number from 1 to 2^63 - 1, got {index}.")
    if max(cut.intervals) >= 2**52:
        raise RecError("A dimension with 2^52 intervals or more is finer than float64 can tell apart.")
    x = np.empty(dim)
    _decode(
        FAMILIES[family],
        check_seed(seed),
        index,
        np.array(cut.intervals, np.int64),
        np.array(numbers, np.int64),
        x,
    )
    return x


@dataclass(frozen=True)
class Trace:
    """A search as arrays, K events in the order they were examined.

    `samples`, `quantiles` (K, D): where a candidate lies, in x and in u = F_P(x). `bins` (K, D) from 0, `indices` (K,)
    local, from 1. `arrival_times` (K,) in P' time (the bin's clock over its weight), `log_ratios_bits` (K,) log2 r',
    `race_times` (K,) their quotient. `best` (K,) is the event leading after each event, `winner` the last of them.
    `positions` (K,) counts from 1 and has gaps where `max_events` cut the recording short: improvements are
    always kept. `log2_sup_ratio` is log2 sup r'. `stop_time` is the stop line at the end, the winning race time times
    sup r': nothing that arrives later can win (ORC: the last candidate's arrival time).
    """

    message: Message
    samples: Floats
    quantiles: Floats
    bins: Ints
    indices: Ints
    arrival_times: Floats
    log_ratios_bits: Floats
    race_times: Floats
    best: Ints
    positions: Ints
    winner: int
    examined: int
    stop_time: float
    log2_sup_ratio: float
    stopping: str


def trace(
    problem: Problem,
    method: str = "pfr",
    partition: Partition | None = None,
    weights: str | None = None,
    stopping: str | None = None,
    num_candidates: int | None = None,
    seed: int = 0,
    max_examined: int = MAX_EXAMINED,
    max_events: int = 4096,
) -> Trace:
    """The same search as `encode`, recorded: at most `max_events` candidates and every later improvement."""
    check_problem(problem)
    plan = make_plan(problem.dim, method, partition, weights, stopping, num_candidates, max_examined)
    record = new_record(_count(max_events, "max_events"), problem.dim)
    message, outcome, table = _search(problem, plan, seed, record)
    used = slice(0, int(record.used[0]))
    bins, indices = record.bins[used], record.indices[used]
    samples, quantiles = np.empty(bins.shape), np.empty(bins.shape)
    _replay(table, check_seed(seed), bins, indices, samples, quantiles)
    log_race = record.log_race[used]
    running = np.minimum.accumulate(log_race)
    best = np.maximum.accumulate(np.where(log_race <= running, np.arange(log_race.size), 0))
    return Trace(
        message=message,
        samples=samples,
        quantiles=quantiles,
        bins=bins,
        indices=indices,
        arrival_times=np.exp(record.log_arrival[used]),
        log_ratios_bits=record.log_ratio[used] / LN2,
        race_times=from_logs(log_race),
        best=best,
        positions=record.positions[used],
        winner=int(best[-1]),
        examined=int(outcome.examined),
        stop_time=float(from_logs(np.array(outcome.log_stop))),
        log2_sup_ratio=log_sup_reweighted(table) / LN2,
        stopping="count" if plan.method == ORC else ("single", "per_bin")[plan.stopping],
    )


@njit(cache=True, nogil=True)
def _replay(table: Tables, seed: Word, bins: Ints, indices: Ints, samples: Floats, quantiles: Floats) -> None:
    for i in range(bins.shape[0]):
        key = bin_key(seed, table.intervals, bins[i])
        candidate(table.family, key, indices[i], table.intervals, bins[i], samples[i])
        uniforms(key, CANDIDATE, np.uint64(indices[i]), quantiles[i])
        for d in range(bins.shape[1]):
            quantiles[i, d] = (bins[i, d] + quantiles[i, d]) / table.intervals[d]


@dataclass(frozen=True)
class Encodings:
    """Many encoded samples, one a row; R runs. Run i is `encode(problem_i, ..., seed=int(seeds[i]))`, where
    problem_i is the problem, or `channel.draw(int(seeds[i]))`. `race_times` as in `Encoding`."""

    samples: Floats
    bins: Ints
    indices: Ints
    examined: Ints
    race_times: Floats
    kl_bits: Floats
    seeds: NDArray[np.uint64]


@njit(cache=True, nogil=True)
def _many(
    table: Tables,
    channel_scales: Floats,
    weights: int,
    num_bins: int,
    seeds: NDArray[np.uint64],
    method: int,
    stopping: int,
    num_candidates: int,
    max_examined: int,
    record: Record,
    samples: Floats,
    bins: Ints,
    indices: Ints,
    examined: Ints,
    log_races: Floats,
    kl: Floats,
) -> int:
    """Runs of one thread. Where `channel_scales` is empty the table's problem serves every run."""
    for i in range(seeds.shape[0]):
        if channel_scales.shape[0] > 0:
            draw_target(table.family, channel_scales, seeds[i], table.params)
        if channel_scales.shape[0] > 0 or i == 0:
            fill_tables(table, weights)
            log_sup = log_sup_reweighted(table)
            divergence = 0.0
            for d in range(table.intervals.shape[0]):
                divergence += families.kl(table.family, table.params[d])
        kl[i] = divergence
        outcome = run_race(
            table, num_bins, seeds[i], method, stopping, num_candidates, log_sup, max_examined, bins[i], record
        )
        indices[i] = outcome.local_index
        examined[i] = outcome.examined
        log_races[i] = outcome.log_race
        if outcome.local_index == 0:
            return i
        _decode(table.family, seeds[i], outcome.local_index, table.intervals, bins[i], samples[i])
    return -1


def encode_many(
    channel_or_problem: Channel | Problem,
    num_runs: int,
    method: str = "pfr",
    partition: Partition | None = None,
    weights: str | None = None,
    stopping: str | None = None,
    num_candidates: int | None = None,
    seed: int = 0,
    max_examined: int = MAX_EXAMINED,
    num_threads: int | None = None,
) -> Encodings:
    """`num_runs` independent encodings, on all cores and without Python in the loop.

    Give a channel to draw a new target for every run, or a problem to keep one. `max_examined` is for each run; the
    first run over it raises. The result does not depend on `num_threads` (default: every core).
    """
    source = channel_or_problem
    if not isinstance(source, Channel):
        check_problem(source)
    runs = _count(num_runs, "num_runs")
    plan = make_plan(source.dim, method, partition, weights, stopping, num_candidates, max_examined)
    dim = source.dim
    if isinstance(source, Problem):
        params, scales = source.table, np.empty(0)
        check_searchable(source, plan)
    else:
        params, scales = np.empty((dim, 3)), source.scales
        check_searchable(source.draw(0), plan)
    seeds = run_seeds(seed, runs)
    samples, bins = np.empty((runs, dim)), np.zeros((runs, dim), np.int64)
    indices, examined = np.zeros(runs, np.int64), np.zeros(runs, np.int64)
    log_races, kl = np.empty(runs), np.empty(runs)
    intervals = np.array(plan.cut.intervals, np.int64)

    def work(part: slice) -> int:
        table = empty_tables(source.family_code, params.copy(), intervals)
        failed = _many(
            table, scales, WEIGHTS.index(plan.weights), plan.num_bins, seeds[part], plan.method, plan.stopping,
            plan.num_candidates, plan.max_examined, new_record(0, dim), samples[part], bins[part], indices[part],
            examined[part], log_races[part], kl[part],
        )  # fmt: skip
        return int(failed) if failed < 0 else part.start + int(failed)

    threads = (os.cpu_count() or 1) if num_threads is None else _count(num_threads, "num_threads")
    size = max(1, min(1024, -(-runs // threads)))
    parts = [slice(start, min(start + size, runs)) for start in range(0, runs, size)]
    with ThreadPoolExecutor(min(threads, len(parts))) as pool:
        failures = [run for run in pool.map(work, parts) if run >= 0]
    if failures:
        run_seed = int(seeds[failures[0]])
        problem = source if isinstance(source, Problem) else source.draw(run_seed)
        _search(problem, plan, run_seed, new_record(0, dim))  # the same run again, for its sentence
    return Encodings(samples, bins, indices, examined, from_logs(log_races), kl / LN2, seeds)
