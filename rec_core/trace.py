"""A search as arrays: every candidate it examined, in order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import families
from .arrays import LN2, Floats, Ints, Word
from .channel import Problem, check_problem
from .checks import seed_word, whole_number
from .encode import from_logs, search
from .errors import RecError
from .jit import kernel
from .methods import PFR, Method, new_record
from .partition import Message, check_partition
from .randomness import bin_key, candidate_uniforms


@dataclass(frozen=True, eq=False)
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


def trace(problem: Problem, method: Method = PFR(), *, seed: int, max_events: int = 4096) -> Trace:
    """The same search as `encode`, recorded: at most `max_events` candidates and every later improvement.

    Raises BudgetExceeded and RecError as `encode` does.

    >>> import rec_core as rec
    >>> search = rec.trace(rec.gaussian_problem([1.0], [0.1]), seed=7)
    >>> len(search.race_times) == search.examined
    True
    """
    check_problem(problem)
    record = new_record(whole_number(max_events, "max_events"), problem.dim)
    found = search(problem, method, seed, record)
    used = int(record.used[0])
    if used == 0:
        raise RecError(f"{type(method).__name__} notes no candidates, so there is nothing to trace.")
    bins, (positions, indices), logs = record.bins[:used], record.numbers[:used].T.copy(), record.logs[:used].T.copy()
    samples, quantiles = np.empty(bins.shape), np.empty(bins.shape)
    intervals = check_partition(method.partition, problem.dim).counts
    _replay(problem.family_code, intervals, seed_word(seed), bins, indices, samples, quantiles)
    log_arrival, log_ratio, log_race = logs
    running = np.minimum.accumulate(log_race)
    best = np.maximum.accumulate(np.where(log_race <= running, np.arange(log_race.size), 0))
    return Trace(
        message=found.message,
        samples=problem.prior.place(samples),
        quantiles=quantiles,
        bins=bins,
        indices=indices,
        arrival_times=np.exp(log_arrival),
        log_ratios_bits=log_ratio / LN2,
        race_times=from_logs(log_race),
        best=best,
        positions=positions,
        winner=int(best[-1]),
        examined=found.examined,
        stop_time=float(from_logs(np.array(found.log_stop))),
        log2_sup_ratio=found.log_sup / LN2,
        stopping=found.stopping,
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
