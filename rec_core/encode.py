"""The sender: choose a sample of Q and the message from which the receiver recovers it."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np

from .arguments import checked
from .arrays import LN2, Floats, Ints, Words
from .channel import Channel, Problem
from .checks import seed_word, whole_number
from .decode import decode
from .discrete import DiscreteChannel
from .errors import RecError
from .methods import PFR, Method, Record, Rules, SearchResult, new_record
from .partition import Message, check_partition
from .randomness import MOST_RUNS, run_seeds
from .searches import race, race_many


@dataclass(frozen=True, eq=False)
class Encoding:
    """One encoded sample, as `encode` returns it.

    `message` is all that is sent. `sample` (D,) is the sample that the receiver decodes. `examined` counts the
    candidates whose ratio was evaluated, `race_time` is the winner's arrival time over its ratio (in units of the
    clock of P), `log_ratio_bits` is log2 r(sample) in bits.

    >>> import rec_core as rec
    >>> sent = rec.encode(rec.gaussian_problem([1.0], [0.1]), seed=7)
    >>> sent.message, sent.sample.round(3), sent.examined, round(sent.log_ratio_bits, 3)
    (Message(bin=(0,), index=5), array([0.936]), 9, 3.658)
    """

    message: Message
    sample: Floats
    examined: int
    race_time: float
    log_ratio_bits: float


@checked
def encode(problem: Problem, method: Method = PFR(), *, seed: int) -> Encoding:
    """Choose a sample of Q by a method, and the message from which the receiver recovers it.

    `method`: `rec.PFR(...)`, which is exact, or `rec.ORC(num_candidates, ...)`, which examines a fixed number of
    candidates and is slightly biased. `seed`: a whole number from 0 to 2^64 - 1, shared with the receiver; take a new
    one for every message. The result has arrays of shape (D,).

    Raises BudgetExceeded past the method's `max_examined` candidates, and RecError for a problem that the method cannot
    search. Source: that of the method.

    >>> import rec_core as rec
    >>> rec.encode(rec.gaussian_problem([1.0, -1.0], [0.1, 0.2]), rec.PFR(rec.Partition((8, 4))), seed=7).message.bin
    (6, 0)
    """
    result = search(problem, method, seed, new_record(0, 1))
    return Encoding(
        message=result.message,
        sample=decode(result.message, problem.prior, method, seed=seed),
        examined=result.examined,
        race_time=float(from_logs(np.array(result.log_race))),
        log_ratio_bits=result.log_ratio / LN2,
    )


def search(problem: Problem, method: Method, seed: int, record: Record) -> SearchResult:
    """Run the method's search where it can search the problem. Raises RecError, of which BudgetExceeded is one."""
    method.check(problem)
    return method.search(problem, seed_word(seed), record, race)


def from_logs(logs: Floats) -> Floats:
    """Race times from their logs; inf beyond float64, which happens where Q has almost no mass."""
    with np.errstate(over="ignore"):
        times: Floats = np.exp(logs)
    return times


@dataclass(frozen=True, eq=False)
class Encodings:
    """Many encoded samples, one per row, as `encode_many` returns them; R runs.

    Run i is `encode(problem_i, method, seed=int(seeds[i]))`, where problem_i is the problem, or
    `channel.draw(int(seeds[i]))`. `samples` and `bins` have shape (R, D), the others (R,): `indices`, `examined` and
    `race_times` are as in `Encoding`, `kl_bits` is KL(Q || P) of each run's target in bits, `seeds` the runs' seeds.

    >>> import rec_core as rec
    >>> sent = rec.encode_many(rec.gaussian_channel([3.0]), 2, seed=1)
    >>> sent.messages, sent.samples.shape
    ([Message(bin=(0,), index=12), Message(bin=(0,), index=46)], (2, 1))
    """

    samples: Floats
    bins: Ints
    indices: Ints
    examined: Ints
    race_times: Floats
    kl_bits: Floats
    seeds: Words

    @property
    def messages(self) -> list[Message]:
        """The R messages, as `pack` and `decode_many` take them."""
        return [
            Message(tuple(bin), index) for bin, index in zip(self.bins.tolist(), self.indices.tolist(), strict=True)
        ]


MOST_NUMBERS = MOST_RUNS
"""The most numbers of samples that `encode_many` returns at once."""


@checked
def encode_many(
    source: Channel | Problem | DiscreteChannel,
    num_runs: int,
    method: Method = PFR(),
    *,
    seed: int,
    num_threads: int | None = None,
    first: int = 0,
) -> Encodings:
    """`num_runs` independent encodings; for PFR and ORC on all cores, without Python in the loop.

    Give a channel to draw a new target for every run, or a problem to use one target for all. `max_examined` is for
    each run; the first run over it raises. Runs are numbered from `first`: runs 0 to 99 and runs 100 to 199 together
    are runs 0 to 199. The result does not depend on `num_threads` (default: every core). Its arrays have shape (R,) or
    (R, D), R = `num_runs`; R times D is at most 2^26, because they are all kept in memory.

    Raises BudgetExceeded and RecError as `encode` does, and RecError for more runs. Source: that of the method.

    >>> import rec_core as rec
    >>> rec.encode_many(rec.gaussian_channel([3.0]), 100, rec.ORC(32), seed=1).samples.shape
    (100, 1)
    """
    runs = whole_number(num_runs, "num_runs")
    if runs * source.dim > MOST_NUMBERS:
        raise RecError(f"num_runs = {runs} in {source.dim} dimensions are more than 2^26 numbers; use parts (`first`).")
    threads = (os.cpu_count() or 1) if num_threads is None else whole_number(num_threads, "num_threads")
    seeds = run_seeds(seed, runs, whole_number(first, "first", 0, 2**62 - runs), threads)
    typical = source if isinstance(source, Problem) else source.draw(0)
    method.check(typical)
    if isinstance(source, DiscreteChannel):
        return _one_by_one(source, method, seeds)
    if hasattr(method, "many"):
        rows, failed = method.many(source, seeds, threads)
    elif hasattr(method, "rules"):
        rules: Rules = method.rules(source.dim)
        if rules.num_candidates > rules.max_examined:
            search(typical, method, seed, new_record(0, 1))  # raises BudgetExceeded
        cut = check_partition(method.partition, source.dim)
        rows, failed = race_many(source, typical, rules, cut, seeds, threads)
    else:
        return _one_by_one(source, method, seeds)
    if failed >= 0:
        search(_target(source, int(seeds[failed])), method, int(seeds[failed]), new_record(0, 1))  # raises
    samples, bins, indices, examined, log_races, kl = rows
    return Encodings(source.prior.place(samples), bins, indices, examined, from_logs(log_races), kl / LN2, seeds)


def _target(source: Channel | Problem | DiscreteChannel, seed: int) -> Problem:
    return source if isinstance(source, Problem) else source.draw(seed)


def _one_by_one(source: Channel | Problem | DiscreteChannel, method: Method, seeds: Words) -> Encodings:
    """`encode_many` for a method without `rules`, and for discrete channels."""
    targets = [_target(source, seed) for seed in seeds.tolist()]
    sent = [encode(target, method, seed=seed) for target, seed in zip(targets, seeds.tolist(), strict=True)]
    return Encodings(
        samples=np.array([one.sample for one in sent]),
        bins=np.array([one.message.bin for one in sent], np.int64),
        indices=np.array([one.message.index for one in sent], np.int64),
        examined=np.array([one.examined for one in sent], np.int64),
        race_times=np.array([one.race_time for one in sent]),
        kl_bits=np.array([target.kl_bits for target in targets]),
        seeds=seeds,
    )
