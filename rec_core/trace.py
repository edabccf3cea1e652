"""A search as arrays: every candidate it examined, in order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import families
from .arguments import checked
from .arrays import LN2, Floats, Ints, Word
from .channel import Problem
from .checks import has, seed_word, shown, whole_number
from .clocks import Clock, arrival_time, tick
from .decode import decode_many
from .encode import from_logs, search
from .errors import RecError
from .jit import kernel
from .methods import PFR, Method, new_record
from .partition import ENUMERABLE_BINS, Message, Partition, check_partition, split_bin
from .prior import Prior
from .randomness import bin_key, candidate_uniforms


@dataclass(frozen=True, eq=False, repr=False)
class Trace:
    """The search of `problem` by `method` with this `seed` as arrays: K events, in the order they were examined.

    `samples` and `quantiles` (K, D) are the candidates in x and in u = F_P(x). `bins` (K, D) count from 0, the local
    `indices` (K,) from 1; for a method with a receiver of its own they are those of a message that names the candidate.
    `arrival_times` (K,) are in P' time (the bin's clock over its weight), `log_ratios_bits` (K,) is log2 r' in bits,
    `race_times` (K,) their quotient. `best` (K,) is the event in the lead after each event,
    `winner` the last of them, `message` its message. `positions` (K,) are places among the `examined` candidates, from
    1; they have gaps where `max_events` ended the recording, which improvements extend. `log2_sup_ratio` is log2 sup
    r'. `stop_time` is the stop line at the end, the winning race time times sup r': nothing that arrives later can win
    (ORC: the last candidate's arrival time). `stopping` is the rule: 'single', 'per_bin', 'best_first' on a tree,
    'count' for ORC, or 'accept': then heights are in the place of arrival times, a candidate is accepted if its ratio
    is at least its height, and the first one wins.

    In a notebook a trace shows itself as an animation if rec_viz is installed.

    >>> import rec_core as rec
    >>> search = rec.trace(rec.gaussian_problem([1.0], [0.1]), seed=7)
    >>> search.message, search.examined, search.winner, search.samples.shape, search.stopping
    (Message(bin=(0,), index=5), 9, 4, (9, 1), 'per_bin')
    """

    problem: Problem
    method: Method
    seed: int
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

    def __repr__(self) -> str:
        return f"Trace({self.method!r}, seed={self.seed}, examined={self.examined}, message={self.message!r})"

    def _repr_html_(self) -> str | None:
        """What a notebook shows; None, and thus `repr`, if rec_viz is not installed."""
        try:
            from rec_viz import notebook
        except ImportError:
            return None
        return notebook.html([self])


MOST_NUMBERS = 2**24
"""The most numbers of samples that a trace records."""


@checked
def trace(problem: Problem, method: Method = PFR(), *, seed: int, max_events: int = 4096) -> Trace:
    """The same search as `encode`, recorded: at most `max_events` candidates and every later improvement.

    The result has arrays of shape (K,) and (K, D) for K recorded candidates; max_events times D is at most 2^24.

    Raises BudgetExceeded and RecError as `encode` does, and RecError for a method that records nothing, and for more
    events. Source: here.

    >>> import rec_core as rec
    >>> search = rec.trace(rec.gaussian_problem([1.0], [0.1]), seed=7)
    >>> len(search.race_times) == search.examined
    True
    """
    most = whole_number(max_events, "max_events")
    if most * problem.dim > MOST_NUMBERS:
        raise RecError(f"max_events = {most} in {problem.dim} dimensions are more than 2^24 numbers; record fewer.")
    record = new_record(most, problem.dim)
    result = search(problem, method, seed, record)
    used = int(record.used[0])
    if used == 0:
        raise RecError(f"{type(method).__name__} records no candidates, so there is nothing to trace.")
    bins, (positions, indices), logs = record.bins[:used], record.numbers[:used].T.copy(), record.logs[:used].T.copy()
    samples, quantiles = np.empty(bins.shape), np.empty(bins.shape)
    intervals = check_partition(method.partition, problem.dim).counts
    if has(method, "receive"):
        samples = decode_many((bins, indices), problem.prior, method, seeds=seed)
        quantiles = problem.prior.cdf(samples)
    else:
        _replay(problem.family_code, intervals, seed_word(seed), bins, indices, samples, quantiles)
        samples = problem.prior.place(samples)
    log_arrival, log_ratio, log_race = logs
    running = np.minimum.accumulate(log_race)
    best = np.maximum.accumulate(np.where(log_race <= running, np.arange(log_race.size), 0))
    return Trace(
        problem=problem,
        method=method,
        seed=int(seed),
        message=result.message,
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
        examined=result.examined,
        stop_time=float(from_logs(np.array(result.log_stop))),
        log2_sup_ratio=result.log_sup / LN2,
        stopping=result.stopping,
    )


@kernel
def _replay(
    family: int, intervals: Ints, seed: Word, bins: Ints, indices: Ints, samples: Floats, quantiles: Floats
) -> None:
    for i in range(bins.shape[0]):
        candidate_uniforms(bin_key(seed, intervals, bins[i]), np.uint64(indices[i]), quantiles[i])
        for d in range(bins.shape[1]):
            number, n, v = bins[i, d], intervals[d], quantiles[i, d]
            samples[i, d] = families.quantile(family, number, n, v)
            quantiles[i, d] = (number + v) / n


@dataclass(frozen=True, eq=False)
class Arrivals:
    """Candidates of the shared codebook by their bins' own clocks, K of them in the order of `heights`.

    `heights` (K,) is J T_jn, where T_jn is the arrival time of candidate n by bin j's own clock: one per unit of
    height on average. `samples`, `quantiles` (K, D), `bins` (K, D) from 0 and `indices` (K,) from 1 are as in `Trace`.
    Up to its time t a search with weights pi examines the candidates with height <= J pi_j t, for every target.
    """

    heights: Floats
    samples: Floats
    quantiles: Floats
    bins: Ints
    indices: Ints


def arrivals(
    prior: Prior, partition: Partition | None = None, *, seed: int, until: float, most: int = 4096
) -> Arrivals:
    """The candidates with J T_jn <= `until`, examined by a search or not; about `until` of them, the first `most`.

    For partitions in which every bin has a clock: raises RecError for more bins than ENUMERABLE_BINS.

    >>> import rec_core as rec
    >>> from rec_core.trace import arrivals
    >>> problem = rec.gaussian_problem([1.0], [0.1])
    >>> search = rec.trace(problem, seed=7)
    >>> every = arrivals(problem.prior, seed=7, until=search.arrival_times[-1])
    >>> bool((every.samples == search.samples).all())
    True
    """
    cut = check_partition(partition, prior.dim)
    most = whole_number(most, "most")
    if isinstance(until, bool) or not isinstance(until, (int, float, np.floating)) or not 0.0 <= until < np.inf:
        raise RecError(f"until must be a finite number, zero or more; got {shown(until)}.")
    if cut.num_bins > ENUMERABLE_BINS:
        raise RecError(f"arrivals() needs a clock for each bin, at most {ENUMERABLE_BINS}; there are {cut.num_bins}.")
    heights, numbers, indices = _arrivals(cut.counts, seed_word(seed), float(until), most)
    order = np.argsort(heights, kind="stable")[:most]
    heights, numbers, indices = heights[order], numbers[order], indices[order]
    bins = np.stack(np.unravel_index(numbers, cut.intervals), axis=1).astype(np.int64)
    samples, quantiles = np.empty(bins.shape), np.empty(bins.shape)
    _replay(prior.family_code, cut.counts, seed_word(seed), bins, indices, samples, quantiles)
    return Arrivals(heights, prior.place(samples), quantiles, bins, indices)


@kernel
def _arrivals(intervals: Ints, seed: Word, until: float, most: int) -> tuple[Floats, Ints, Ints]:
    num_bins = 1
    for n in intervals:
        num_bins *= n
    numbers = np.empty(intervals.shape[0], np.int64)
    heights, owners, indices = [0.0], [0], [0]
    for j in range(num_bins):
        split_bin(j, intervals, numbers)
        key, clock = bin_key(seed, intervals, numbers), Clock(0.0, 1.0, 0.0)
        for index in range(1, most + 1):
            clock = tick(key, np.uint64(index), clock)
            height = num_bins * arrival_time(clock)
            if height > until:
                break
            heights.append(height)
            owners.append(j)
            indices.append(index)
    return np.array(heights)[1:], np.array(owners)[1:], np.array(indices)[1:]
