"""What a user calls: a search planned and checked, run by the kernel that suits it, its message decoded.

`encode`, `encode_many` and `trace` answer alike, whichever kernel ran: `race` holds the searches as one reads them,
`kernels` and `kernels_bins` the same searches for speed.
"""

from __future__ import annotations

import math
import operator
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import families, kernels, kernels_bins
from .cache import kernel
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
from .race import ORC, PER_BIN, PFR, SINGLE, Outcome, Record, candidate, race_by_clocks, race_by_draws, run_race
from .randomness import (
    TILE,
    Floats,
    Ints,
    Word,
    bin_key,
    candidate_uniforms,
    check_seed,
    run_seeds,
    time_after,
)

Result = TypeVar("Result")

ENUMERABLE_BINS = 4096
MAX_EXAMINED = 2**26
FINEST_SCALE = 2.0**-40  # a Gaussian narrower than this falls between float64 candidates
FAST_FROM = 512  # expected candidates (of a clock) from which a search is fast: fewer are over before tables pay
THREADS_FROM = 2**25  # numbers (candidates times dimensions) from which one search takes more than one thread
_INT64 = np.dtype(np.int64)
_CHUNKS = 8  # claims of tiles a thread makes, about
_HOPELESS = 16.0  # a search expected to need this many budgets is refused before it starts
_EXTRA_EVENTS = 256  # room in a trace for improvements past max_events


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


def _first(value: Any, runs: int) -> int:
    """The number of the first of so many runs."""
    try:
        number = operator.index(value)
    except TypeError:
        number = -1
    if isinstance(value, bool) or not 0 <= number < 2**62 - runs:
        raise RecError(f"first, the number of the first run, must be a whole number >= 0, got {value!r}.")
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
    bins, numbers = np.empty((size, dim), np.int64), np.empty((size, 2), np.int64)
    return Record(capacity, np.zeros(1, np.int64), bins, numbers, np.empty((size, 3)))


def _log_expected(table: Tables, plan: Plan) -> float:
    """ln of the expected candidates: exact for ORC and one stop line, an upper bound for others."""
    return float(log_sup_reweighted(table)) if plan.method == PFR else math.log(plan.num_candidates)


def is_fast(family: int, plan: Plan, log_expected: float) -> bool:
    """Whether `kernels` or `kernels_bins` has this search and is worth its tables."""
    if family not in (families.GAUSSIAN, families.UNIFORM):
        return False
    if plan.method == ORC or plan.num_bins in (0, 1):
        return log_expected >= math.log(FAST_FROM)
    in_order = plan.stopping == SINGLE or plan.weights == "peak_ratio"
    return in_order and log_expected >= math.log(FAST_FROM * plan.num_bins)


def _run(table: Tables, plan: Plan, key: Word, log_expected: float, winner: Ints, record: Record) -> Outcome:
    """The search in the kernel that suits it; all give the same outcome."""
    if record.capacity > 0 or not is_fast(table.family, plan, log_expected):
        return Outcome(
            *run_race(
                table, plan.num_bins, key, plan.method, plan.stopping, plan.num_candidates, log_expected,
                plan.max_examined, winner, record,
            )
        )  # fmt: skip
    cores = os.cpu_count() or 1
    dims = table.params.shape[0]
    if plan.num_bins == 1 and cores > 1 and log_expected + math.log(dims) >= math.log(THREADS_FROM):
        return race_in_threads(table, key, plan.num_candidates, log_expected, plan.max_examined, cores)
    expected = math.exp(min(log_expected, 100.0))
    return Outcome(
        *kernels_bins.run_race(
            table, plan.num_bins, key, plan.stopping, plan.num_candidates, log_expected, expected, plan.max_examined,
            winner,
        )
    )  # fmt: skip


@lru_cache(maxsize=1)
def _helpers() -> ThreadPoolExecutor:
    """Threads that wait for work: one search is over sooner than a thread of its own would start."""
    return ThreadPoolExecutor(os.cpu_count(), "rec_core")


def race_in_threads(
    table: Tables, key: Word, num_candidates: int, log_sup: float, max_examined: int, num_threads: int
) -> Outcome:
    """`kernels.race_plain` in several threads, which claim chunks of tiles in order. The outcome is the same."""
    sieve = kernels.make_sieve(table, math.inf)
    limit = num_candidates or max_examined
    num_tiles = -(-limit // TILE)
    log_peak, end = (math.inf, math.inf) if num_candidates else (log_sup, math.inf)
    known = np.empty(num_tiles if num_candidates else 0)
    if num_candidates:
        kernels.fill_starts(key, 0, 0.0, known)
        end = time_after(key, limit, known[-1])
    tiles = math.exp(min(log_sup, 100.0)) / TILE
    chunk = int(min(max(tiles / (_CHUNKS * num_threads), 32), 1024))
    shared, lock = np.full(1, np.inf), threading.Lock()
    first, before = 0, 0.0

    def claim(most: int) -> tuple[int, Floats]:
        """The next tiles and when they begin; none where there are no more, or PFR is past its stop line."""
        nonlocal first, before
        with lock:
            mine, count = first, min(most, num_tiles - first)
            starts = known[mine : mine + count] if num_candidates else np.empty(count)
            if count and not num_candidates:
                kernels.fill_starts(key, mine, before, starts)
                before = starts[-1]
                if mine and math.log(starts[0]) - log_sup > shared[0]:
                    first, starts = num_tiles, starts[:0]
            first += len(starts)
            return mine, starts

    def work(most: int, once: bool) -> kernels.Best:
        room, best = kernels.new_room(table.params.shape[0]), kernels.Best(math.inf, -math.inf, 0)
        while True:
            mine, starts = claim(most)
            if not len(starts):
                return best
            best = kernels.Best(
                *kernels.race_tiles(
                    table, sieve, room, key, log_sup, log_peak, num_candidates, end, limit, mine, starts, best, shared
                )
            )
            if once:
                return best

    found = [work(8, True)]  # a leader first: without one, nothing can be passed over
    others = [_helpers().submit(work, chunk, False) for _ in range(num_threads - 1)]
    found.append(work(chunk, False))
    found += [other.result() for other in others]
    best = min(found, key=lambda one: (one.log_race, one.index))
    return Outcome(*kernels.outcome(best, key, log_sup, num_candidates, limit))


def _search(problem: Problem, plan: Plan, seed: int, record: Record) -> tuple[Message, Outcome, Tables]:
    check_searchable(problem, plan)
    key = check_seed(seed)
    table = tables(problem, plan.cut, plan.weights)
    log_expected = _log_expected(table, plan)
    exact = plan.method == PFR and (plan.stopping == SINGLE or plan.weights == "peak_ratio")
    if exact and log_expected > math.log(_HOPELESS * plan.max_examined):
        raise _refuse(problem, plan, log_expected, 0)
    winner = np.zeros(problem.dim, np.int64)
    outcome = _run(table, plan, key, log_expected, winner, record)
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


def _check_coding(coding: Any) -> None:
    if not isinstance(coding, Coding) or coding.family not in FAMILIES:
        raise RecError(f"Give the coding distribution as problem.coding or channel.coding; got {coding!r}.")


@kernel
def _receive(family: int, address: Ints, intervals: Ints, x: Floats) -> bool:
    """The candidate at an address (seed, index, bin...); False, and nothing written, where it names none."""
    if address.shape[0] != x.shape[0] + 2 or address[0] < 0 or address[1] < 1:
        return False
    numbers = address[2:]
    for d in range(x.shape[0]):
        if not 0 <= numbers[d] < intervals[d]:
            return False
    candidate(family, bin_key(np.uint64(address[0]), intervals, numbers), address[1], intervals, numbers, x)
    return True


def decode(message: Message, coding: Coding, partition: Partition | None = None, seed: int = 0) -> Floats:
    """The sample (D,) a message names: equal to the encoder's to the last bit, in O(D) whatever the index.

    `coding` is `problem.coding` or `channel.coding`; partition and seed must be the sender's.
    """
    _check_coding(coding)
    cut = check_partition(partition, coding.dim)
    x = np.empty(coding.dim)
    try:
        address = np.array((seed, message[1], *message[0]))
    except (TypeError, ValueError, IndexError):
        return _decode_carefully(message, coding, cut, seed)
    whole = address.dtype is _INT64 and not isinstance(seed, bool)
    if whole and _receive(FAMILIES[coding.family], address, cut.counts, x):
        return x
    return _decode_carefully(message, coding, cut, seed)


def _decode_carefully(message: Message, coding: Coding, cut: Partition, seed: int) -> Floats:
    """`decode` with a sentence for whatever is wrong; also where the seed is 2^63 or more."""
    try:
        numbers = tuple(map(operator.index, message[0]))
        index = operator.index(message[1])
    except (TypeError, IndexError):
        raise RecError(f"Give the message as rec.Message(bin, index), all whole numbers; got {message!r}.") from None
    if len(numbers) != coding.dim:
        raise RecError(
            f"The message names a bin in {len(numbers)} dimensions, the coding distribution has {coding.dim}."
        )
    for d in range(coding.dim):
        if not 0 <= numbers[d] < cut.intervals[d]:
            raise _no_such_interval(numbers[d], d, cut)
    if not 1 <= index < 2**63:
        raise RecError(f"A local index is a whole number from 1 to 2^63 - 1, got {index}.")
    x = np.empty(coding.dim)
    _decode(FAMILIES[coding.family], check_seed(seed), index, cut.counts, np.array(numbers, np.int64), x)
    return x


def _no_such_interval(number: int, dimension: int, cut: Partition) -> RecError:
    return RecError(
        f"The message names interval {number} of dimension {dimension}, which has {cut.intervals[dimension]}; "
        "is the partition the sender's?"
    )


@kernel
def _decode(family: int, seed: Word, index: int, intervals: Ints, numbers: Ints, x: Floats) -> None:
    candidate(family, bin_key(seed, intervals, numbers), index, intervals, numbers, x)


@kernel
def _decode_rows(
    family: int, seeds: NDArray[np.uint64], indices: Ints, intervals: Ints, bins: Ints, samples: Floats
) -> None:
    for i in range(indices.shape[0]):
        _decode(family, seeds[i], indices[i], intervals, bins[i], samples[i])


def decode_many(
    messages: Sequence[Message] | tuple[ArrayLike, ArrayLike],
    coding: Coding,
    partition: Partition | None = None,
    seeds: ArrayLike = 0,
) -> Floats:
    """The samples (R, D) of R messages, on all cores: row i is `decode(messages[i], coding, partition, seeds[i])`.

    `messages` may also be two arrays, bins (R, D) and indices (R,), as `encode_many` returns them. `seeds` is one seed
    for all, or (R,). Raises RecError as `decode` does.
    """
    _check_coding(coding)
    cut = check_partition(partition, coding.dim)
    if isinstance(messages, tuple) and not isinstance(messages, Message) and len(messages) == 2:
        named, numbered = messages
    else:
        named, numbered = [message[0] for message in messages], [message[1] for message in messages]
    try:
        bins = np.asarray(named).reshape(-1, coding.dim)
        indices, keys = np.asarray(numbered), np.asarray(seeds)
        if any(column.size and column.dtype.kind not in "iu" for column in (bins, indices, keys)):
            raise ValueError
        keys = np.broadcast_to(keys, indices.shape)
    except ValueError:
        raise RecError(
            f"Give bins of shape (R, {coding.dim}), indices (R,) and one seed or (R,) of them, all whole numbers."
        ) from None
    if indices.shape != (len(bins),):
        raise RecError(f"There are {len(bins)} bins and {indices.size} indices; give one of each for every message.")
    if keys.size and keys.dtype.kind == "i" and keys.min() < 0:
        raise RecError(f"Seeds are whole numbers from 0 to 2^64 - 1, got {keys.min()}.")
    wrong = (bins < 0) | (bins >= np.array(cut.intervals))
    if wrong.any():
        i, d = np.argwhere(wrong)[0]
        raise _no_such_interval(bins[i, d], int(d), cut)
    if indices.size and not (indices.min() >= 1 and indices.max() < 2**63):
        raise RecError(f"A local index is a whole number from 1 to 2^63 - 1, got {indices.min()}.")
    samples = np.empty(bins.shape)
    rows = bins.astype(np.int64), indices.astype(np.int64), keys.astype(np.uint64)

    def work(part: slice) -> None:
        _decode_rows(FAMILIES[coding.family], rows[2][part], rows[1][part], cut.counts, rows[0][part], samples[part])

    _in_parts(work, len(bins), os.cpu_count() or 1)
    return samples


def _in_parts(work: Callable[[slice], Result], count: int, num_threads: int) -> list[Result]:
    """`work` on slices of so many rows, in threads; results in order."""
    size = max(1, min(1024, -(-count // num_threads)))
    parts = [slice(start, min(start + size, count)) for start in range(0, count, size)]
    if len(parts) < 2 or num_threads == 1:
        return [work(part) for part in parts]
    with ThreadPoolExecutor(min(num_threads, len(parts))) as pool:
        return list(pool.map(work, parts))


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
    used = int(record.used[0])
    bins, (positions, indices), logs = record.bins[:used], record.numbers[:used].T.copy(), record.logs[:used].T.copy()
    samples, quantiles = np.empty(bins.shape), np.empty(bins.shape)
    _replay(table, check_seed(seed), bins, indices, samples, quantiles)
    log_arrival, log_ratio, log_race = logs
    running = np.minimum.accumulate(log_race)
    best = np.maximum.accumulate(np.where(log_race <= running, np.arange(log_race.size), 0))
    return Trace(
        message=message,
        samples=samples,
        quantiles=quantiles,
        bins=bins,
        indices=indices,
        arrival_times=np.exp(log_arrival),
        log_ratios_bits=log_ratio / LN2,
        race_times=from_logs(log_race),
        best=best,
        positions=positions,
        winner=int(best[-1]),
        examined=int(outcome.examined),
        stop_time=float(from_logs(np.array(outcome.log_stop))),
        log2_sup_ratio=log_sup_reweighted(table) / LN2,
        stopping="count" if plan.method == ORC else ("single", "per_bin")[plan.stopping],
    )


@kernel
def _replay(table: Tables, seed: Word, bins: Ints, indices: Ints, samples: Floats, quantiles: Floats) -> None:
    for i in range(bins.shape[0]):
        candidate_uniforms(bin_key(seed, table.intervals, bins[i]), np.uint64(indices[i]), quantiles[i])
        for d in range(bins.shape[1]):
            number, n, v = bins[i, d], table.intervals[d], quantiles[i, d]
            samples[i, d] = families.quantile(table.family, number, n, v)
            quantiles[i, d] = (number + v) / n


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


@kernel
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
    """Runs of one thread, by `race`. Where `channel_scales` is empty the table's problem serves every run."""
    log_sup, divergence = 0.0, 0.0
    for i in range(seeds.shape[0]):
        if i == 0 or channel_scales.shape[0] > 0:
            log_sup, divergence = _prepare(table, channel_scales, weights, seeds[i])
        kl[i] = divergence
        if method == PFR and num_bins > 0:  # as `run_race`
            outcome = race_by_clocks(table, num_bins, seeds[i], stopping, log_sup, max_examined, bins[i], record)
        else:
            outcome = race_by_draws(table, seeds[i], num_candidates, log_sup, max_examined, bins[i], record)
        indices[i], examined[i], log_races[i] = outcome.local_index, outcome.examined, outcome.log_race
        if outcome.local_index == 0:
            return i
        _decode(table.family, seeds[i], outcome.local_index, table.intervals, bins[i], samples[i])
    return -1


@kernel
def _many_fast(
    table: Tables,
    channel_scales: Floats,
    weights: int,
    num_bins: int,
    seeds: NDArray[np.uint64],
    stopping: int,
    num_candidates: int,
    max_examined: int,
    samples: Floats,
    bins: Ints,
    indices: Ints,
    examined: Ints,
    log_races: Floats,
    kl: Floats,
) -> int:
    """`_many` by `kernels_bins`: compiled apart, since small problems never need it."""
    log_sup, divergence = 0.0, 0.0
    for i in range(seeds.shape[0]):
        if i == 0 or channel_scales.shape[0] > 0:
            log_sup, divergence = _prepare(table, channel_scales, weights, seeds[i])
        kl[i] = divergence
        expected = float(num_candidates) if num_candidates > 0 else math.exp(min(log_sup, 100.0))
        outcome = kernels_bins.run_race(
            table, num_bins, seeds[i], stopping, num_candidates, log_sup, expected, max_examined, bins[i]
        )
        indices[i], examined[i], log_races[i] = outcome.local_index, outcome.examined, outcome.log_race
        if outcome.local_index == 0:
            return i
        _decode(table.family, seeds[i], outcome.local_index, table.intervals, bins[i], samples[i])
    return -1


@kernel
def _prepare(table: Tables, channel_scales: Floats, weights: int, seed: Word) -> tuple[float, float]:
    """Fill the tables for a run, of a new target where there is a channel; ln sup r' and KL in nats."""
    if channel_scales.shape[0] > 0:
        draw_target(table.family, channel_scales, seed, table.params)
    fill_tables(table, weights)
    divergence = 0.0
    for d in range(table.intervals.shape[0]):
        divergence += families.kl(table.family, table.params[d])
    return log_sup_reweighted(table), divergence


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
    first: int = 0,
) -> Encodings:
    """`num_runs` independent encodings, on all cores and without Python in the loop.

    Give a channel to draw a new target for every run, or a problem to keep one. `max_examined` is for each run; the
    first run over it raises. Runs are numbered from `first` on: those from 0 to 99 and those from 100 to 199 are
    together the first 200. The result does not depend on `num_threads` (default: every core).
    """
    source = channel_or_problem
    if not isinstance(source, Channel):
        check_problem(source)
    runs = _count(num_runs, "num_runs")
    plan = make_plan(source.dim, method, partition, weights, stopping, num_candidates, max_examined)
    dim = source.dim
    if isinstance(source, Problem):
        params, scales, typical = source.table, np.empty(0), source
    else:
        params, scales, typical = np.empty((dim, 3)), source.scales, source.draw(0)
    check_searchable(typical, plan)
    log_expected = _log_expected(tables(typical, plan.cut, plan.weights), plan)
    seeds = run_seeds(seed, runs, _first(first, runs))
    samples, bins = np.empty((runs, dim)), np.zeros((runs, dim), np.int64)
    indices, examined = np.zeros(runs, np.int64), np.zeros(runs, np.int64)
    log_races, kl = np.empty(runs), np.empty(runs)
    intervals = np.array(plan.cut.intervals, np.int64)

    def work(part: slice) -> int:
        table = empty_tables(source.family_code, params.copy(), intervals)
        weighting = WEIGHTS.index(plan.weights)
        mine = samples[part], bins[part], indices[part], examined[part], log_races[part], kl[part]
        if is_fast(source.family_code, plan, log_expected):
            failed = _many_fast(
                table, scales, weighting, plan.num_bins, seeds[part], plan.stopping, plan.num_candidates,
                plan.max_examined, *mine,
            )  # fmt: skip
        else:
            failed = _many(
                table, scales, weighting, plan.num_bins, seeds[part], plan.method, plan.stopping, plan.num_candidates,
                plan.max_examined, new_record(0, dim), *mine,
            )  # fmt: skip
        return int(failed) if failed < 0 else part.start + int(failed)

    threads = (os.cpu_count() or 1) if num_threads is None else _count(num_threads, "num_threads")
    failures = [run for run in _in_parts(work, runs, threads) if run >= 0]
    if failures:
        run_seed = int(seeds[failures[0]])
        problem = source if isinstance(source, Problem) else source.draw(run_seed)
        _search(problem, plan, run_seed, new_record(0, dim))  # the same run again, for its sentence
    return Encodings(samples, bins, indices, examined, from_logs(log_races), kl / LN2, seeds)
