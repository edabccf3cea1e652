"""Fast GPRS: greedy Poisson rejection sampling on a line that narrows at every rejected sample; exact."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .. import families
from ..arguments import checked
from ..arrays import LN2, Floats, Ints, Word, Words
from ..channel import Channel, Problem, check_problem
from ..checks import seed_word
from ..errors import BudgetExceeded, RecError
from ..jit import kernel
from ..laws.greedy_poisson import Rise, log_height, rise
from ..partition import Message, Partition, check_message
from ..prior import Prior
from ..randomness import NODE_CLOCK, bin_key, block, candidate_uniforms, to_uniform
from ..tables import Tables
from .measured import mean_examined, path_bits
from .method import About, Outcome, Race, Record, SearchResult, check_bounded, check_width, new_record, note
from .rows import Rows, in_rows, target_by_target

MOST_STEPS = 62  # paths are sent as whole numbers below 2^61


@dataclass(frozen=True)
class FastGPRS:
    """Greedy Poisson rejection sampling in one dimension where r has one peak: about 1.3 steps for each bit.

    After a rejected sample only the side of it with the peak can have a sample to accept, so the search goes on there,
    with a clock as slow as P's mass there. The sample follows Q exactly, as that of `GPRS`. The message is
    Message((path,), steps): the sides as bits, right is 1, and the number of steps. A search that needs more than 62
    raises BudgetExceeded: about one in a thousand at 30 bits, and most from 45.

    It has no settings. Raises nothing itself; see its members. Source: Flamich (2023).

    >>> import rec_core as rec
    >>> problem, method = rec.gaussian_problem([1.0], [0.01]), rec.FastGPRS()
    >>> sent = rec.encode(problem, method, seed=7)
    >>> bool((rec.decode(sent.message, problem.prior, method, seed=7) == sent.sample).all())
    True
    >>> method.check(problem), method.receive(sent.message, problem.prior, 7) == sent.sample
    (None, array([ True]))
    >>> method.partition, method.about.title, 6.0 < method.expected_examined(problem) < 11.0
    (None, 'Fast GPRS', True)
    """

    about: ClassVar[About] = About(
        title="Fast GPRS",
        exact=True,
        message="path and depth",
        decoder="walks the path",
        length="measured",
        cost="measured",
        source="Flamich 2023",
    )
    partition: ClassVar[None] = None

    def check(self, problem: Problem) -> None:
        """Raises RecError for more than one dimension, a ratio with several peaks, and as `GPRS` does."""
        check_problem(problem)
        peak_of(problem)
        check_bounded(problem, "FastGPRS")
        check_width(problem)

    def search(self, problem: Problem, seed: Word, record: Record, race: Race) -> SearchResult:
        """Narrow the line until a sample is accepted. Raises BudgetExceeded after 62 steps."""
        path = np.zeros(1, np.int64)
        row, peak = problem.table[0], peak_of(problem)
        found = Outcome(*_search(problem.family_code, row, rise(problem), peak, seed, path, np.empty(1), record))
        if found.local_index == 0:
            raise BudgetExceeded(
                f"This search took more than {MOST_STEPS} steps, too many for its message; use rec.AStar().",
                expected_bits=math.log2(MOST_STEPS),
            )
        message = Message((int(path[0]),), int(found.local_index))
        logs = found.log_race, found.log_ratio, 0.0, problem.d_inf_bits * LN2
        return SearchResult(message, int(found.examined), *logs, "accept")

    def many(self, source: Channel | Problem, seeds: Words, num_threads: int) -> tuple[Rows, int]:
        """Runs with these seeds, and the first that took too many steps or -1; as that of `GPRS`. Raises RecError as
        `check` does.

        >>> import rec_core as rec
        >>> rec.FastGPRS().many(rec.gaussian_channel([1.0]), rec.randomness.run_seeds(1, 3), 1)[1]
        -1
        """

        def run(table: Tables, problem: Problem, own: Words, rows: Rows) -> int:
            row, curve, peak = problem.table[0], rise(problem), peak_of(problem)
            return int(_many(problem.family_code, row, curve, peak, own, new_record(0, 1), rows))

        return in_rows(source, Partition.uncut(1), seeds, num_threads, target_by_target(source, run))

    @checked
    def receive(self, message: Message, prior: Prior, seed: Word) -> Floats:
        """The sample (1,) of a message: walks its path. Raises RecError for a message that names no path."""
        if prior.dim != 1:
            raise RecError(f"FastGPRS sends samples of one dimension, and the prior has {prior.dim}.")
        _, (box, steps) = check_message(message, Partition((2 ** (MOST_STEPS - 1),)))
        if steps > MOST_STEPS or box[0] >= 2 ** (steps - 1):
            raise RecError(
                f"A path has a bit for every step but the last, and at most {MOST_STEPS} steps; "
                f"got {box[0]} with {steps}."
            )
        x = np.empty(1)
        x[0] = _walk(prior.family_code, seed_word(seed), box[0], steps)
        return prior.place(x)

    def expected_examined(self, problem: Problem) -> float:
        """Mean number of steps, measured on 1024 runs. Raises RecError as `check` does."""
        self.check(problem)
        return mean_examined(self, problem)

    @checked
    def expected_bits(self, source: Problem | Channel) -> float:
        """Mean length in bits: a bit for each side, and the entropy of their number. Measured on 1024 runs, of a
        channel on 128 for each of some 30 targets; error about 0.15 bits.

        Raises RecError as `check` does.

        >>> import rec_core as rec
        >>> 10.4 < rec.FastGPRS().expected_bits(rec.gaussian_channel([6.0])) < 11.4
        True
        """
        self.check(source.draw(0) if isinstance(source, Channel) else source)
        return path_bits(self, source)


def peak_of(problem: Problem) -> float:
    """Where r is largest, in units in which P is standard. Raises RecError unless r of one dimension has one peak."""
    own, row = families.family(problem.family), problem.table[0]
    if problem.dim != 1:
        raise RecError(f"FastGPRS works in one dimension, and the problem has {problem.dim}; use rec.AStar().")
    if own.LAWS == "box":
        return float(own.moments(row)[0])
    if own.LAWS == "knots":
        top = int(row.argmax())
        if (np.diff(row)[:top] < 0.0).any() or (np.diff(row)[top:] > 0.0).any():
            raise RecError("FastGPRS needs a ratio with one peak, and this one has several; use rec.AStar().")
        return float(top / (row.size - 1))
    if own.LAWS == "steps":
        raise RecError("FastGPRS needs a ratio with one peak, and that of letters has flat parts; use rec.AStar().")
    return float(families.turn(problem.family_code, row))


@kernel
def _place(family: int, u: float, rest: float) -> float:
    """The quantile of P at u, where rest = 1 - u is as accurate as u."""
    if u <= 0.5:
        return float(families.quantile(family, int(np.int64(0)), int(np.int64(1)), u))
    count = np.int64(1)
    while 4.0 * count * rest <= 1.0 and count < np.int64(2**60):
        count *= np.int64(2)
    return float(families.quantile(family, int(count - 1), int(count), 1.0 - count * rest))


@kernel
def _sample(seed: Word, path: int, steps: int, line: Floats, point: Floats) -> float:
    """A sample of P on a line, by the path to it: writes u and 1 - u into `point`, and returns the line's P-mass.

    `line` is u and 1 - u of its ends, so that both tails are accurate.
    """
    numbers, intervals = np.empty(1, np.int64), np.empty(1, np.int64)
    numbers[0], intervals[0] = path, np.int64(1) << (steps - 1)
    candidate_uniforms(bin_key(seed, intervals, numbers), np.uint64(steps), point[:1])
    v, mass = point[0], line[1] - line[3] if line[0] > 0.5 else line[2] - line[0]
    point[0], point[1] = line[0] + v * mass, line[3] + (1.0 - v) * mass
    return float(mass)


@kernel
def _narrow(line: Floats, point: Floats, right: bool) -> None:
    """Keep one side of a point."""
    end = 0 if right else 2
    line[end], line[end + 1] = point[0], point[1]


@kernel
def _all() -> Floats:
    line = np.zeros(4)
    line[1] = line[2] = 1.0
    return line


@kernel
def _walk(family: int, seed: Word, path: int, steps: int) -> float:
    """The sample at the end of a path."""
    line, point = _all(), np.empty(2)
    for step in range(1, steps):
        _sample(seed, path >> (steps - step), step, line, point)
        _narrow(line, point, (path >> (steps - step - 1)) & 1 == 1)
    _sample(seed, path, steps, line, point)
    return float(_place(family, point[0], point[1]))


@kernel
def _search(
    family: int, row: Floats, curve: Rise, peak: float, seed: Word, path: Ints, x: Floats, record: Record
) -> Outcome:
    """Writes the path of the accepted sample into `path` (1,) and the sample into x (1,)."""
    line, point, key = _all(), np.empty(2), np.ones(1, np.int64)
    time, piece = 0.0, int(np.int64(0))
    path[0] = 0
    for steps in range(1, MOST_STEPS + 1):
        mass = _sample(seed, path[0], steps, line, point)
        if not mass > 0.0:
            break
        key[0] = np.int64(1) << (steps - 1)
        word, _ = block(bin_key(seed, key, path), NODE_CLOCK, np.uint64(steps), np.uint64(0))
        time -= math.log(to_uniform(word)) / mass
        height, piece = log_height(curve, time, piece)
        x[0] = _place(family, point[0], point[1])
        log_r = families.log_ratio(family, row, x[0])
        accepted = height <= log_r
        note(record, steps, path, steps, height, log_r, height - log_r, accepted)
        if accepted:
            return Outcome(steps, steps, height - log_r, log_r, 0.0)
        if steps < MOST_STEPS:
            path[0] = 2 * path[0] + (1 if x[0] < peak else 0)
            _narrow(line, point, x[0] < peak)
    return Outcome(0, MOST_STEPS, np.inf, -np.inf, 0.0)


@kernel
def _many(family: int, row: Floats, curve: Rise, peak: float, seeds: Words, record: Record, rows: Rows) -> int:
    """A row for each seed, of one target; the first run that took too many steps, or -1."""
    for i in range(seeds.shape[0]):
        outcome = _search(family, row, curve, peak, seeds[i], rows.bins[i], rows.samples[i], record)
        rows.indices[i], rows.examined[i], rows.log_races[i] = outcome.local_index, outcome.examined, outcome.log_race
        if outcome.local_index == 0:
            return i
    return -1
