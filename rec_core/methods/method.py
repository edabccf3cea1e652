"""What a method is, and what every race shares: its rules, its outcome, the record of its events.

A search is a race. Candidates X ~ P' arrive at times T; a candidate's race time is T / r'(X), r' = q/p', and the
smallest wins.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any, NamedTuple, Protocol

import numpy as np

from .. import families
from ..arrays import Floats, Ints, Word
from ..channel import Problem
from ..checks import check_method, shown
from ..errors import RecError
from ..jit import kernel
from ..partition import Message, Partition
from ..tables import Tables, log_sup_reweighted

SINGLE, PER_BIN = 0, 1
MAX_EXAMINED = 2**26
HOPELESS = 16.0  # a search expected to need this many budgets is refused before it starts
FINEST_SCALE = 2.0**-40  # a Gaussian narrower than this falls between float64 candidates
_EXTRA_EVENTS = 256  # room in a trace for improvements past max_events


class Rules(NamedTuple):
    """A race's rules as kernels take them.

    `num_bins` is J, 0 for more than ENUMERABLE_BINS; `weighting` a position in WEIGHTINGS, `stopping` SINGLE or
    PER_BIN, `num_candidates` 0 for PFR, and `max_examined` the budget.

    >>> import rec_core as rec
    >>> rules = rec.PFR(rec.Partition((8, 4))).rules(2)
    >>> rules.num_bins, rules.stopping == PER_BIN, rules.num_candidates
    (32, True, 0)
    """

    num_bins: int
    weighting: int
    stopping: int
    num_candidates: int
    max_examined: int


class Outcome(NamedTuple):
    """How a race ended; logs in nats. `local_index` 0 means the budget ran out first."""

    local_index: int
    examined: int
    log_race: float
    log_ratio: float
    log_stop: float  # PFR: ln of the stop line at the end, S sup r'; ORC: ln of the last arrival time


class Record(NamedTuple):
    """Events of a search as they happen, for `trace`: `capacity` of them and some more improvements.

    `used[0]` rows are filled of `bins` (rows, D), `numbers` (rows, 2): position and local index, and `logs` (rows, 3)
    in nats: of arrival time, ratio and race time. Made by `new_record`.

    >>> new_record(0, 1).used
    array([0])
    """

    capacity: int
    used: Ints
    bins: Ints
    numbers: Ints
    logs: Floats


@kernel
def copy(source: Ints, target: Ints) -> None:
    """target[:] = source, as a loop: an array assignment costs seconds of compile time."""
    for d in range(source.shape[0]):
        target[d] = source[d]


@kernel
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
    """Record a candidate: the first `capacity`, and afterwards those that take the lead."""
    k = record.used[0]
    if k < record.capacity or (improves and k < record.bins.shape[0]):
        copy(numbers, record.bins[k])
        record.numbers[k, 0], record.numbers[k, 1] = position, index
        record.logs[k, 0], record.logs[k, 1], record.logs[k, 2] = log_arrival, log_ratio, log_race
        record.used[0] = k + 1


def new_record(capacity: int, dim: int) -> Record:
    """Room for `capacity` events and some more improvements in `dim` dimensions; none at all for 0.

    Raises nothing. Source: here.

    >>> new_record(100, 2).bins.shape
    (356, 2)
    """
    size = capacity + _EXTRA_EVENTS if capacity else 0
    bins, numbers = np.empty((size, dim), np.int64), np.empty((size, 2), np.int64)
    return Record(capacity, np.zeros(1, np.int64), bins, numbers, np.empty((size, 3)))


class SearchResult(NamedTuple):
    """What a search by any method returns; logs in nats.

    The `message`, how many candidates were `examined`, and logs of the race time, `log_race`, of r of the sample,
    `log_ratio`, of the stop line at the end, `log_stop`, and of sup r', `log_sup`, which is NaN for a fixed number of
    candidates unless they are recorded. `stopping` of a race is 'single', 'per_bin', or 'count' for a fixed number.

    >>> SearchResult(Message((0,), 5), examined=9, log_race=0.1, log_ratio=2.5, log_stop=2.9, log_sup=2.8).stopping
    ''
    """

    message: Message
    examined: int
    log_race: float
    log_ratio: float
    log_stop: float
    log_sup: float
    stopping: str = ""


class About(NamedTuple):
    """What is known of a method, in a few words each: `help(rec)`, the league and Reference show it.

    `title` is its name in the literature, `exact` whether samples follow Q exactly, `message` what is sent, `decoder`
    what the receiver must do, `length` and `cost` how `expected_bits` and `expected_examined` are known ("exact
    law", "upper bound", "fixed"), `source` the paper.

    >>> import rec_core as rec
    >>> rec.PFR.about.exact, rec.ORC.about.exact
    (True, False)
    """

    title: str
    exact: bool
    message: str
    decoder: str
    length: str
    cost: str
    source: str


Race = Callable[[Tables, Rules, Word, float, Ints, Record], Outcome]
"""A race in tables by rules: (table, rules, seed, ln sup r', winner (D,) to be written, record)."""


class Method(Protocol):
    """What `encode`, `trace`, `encode_many`, `study` and `laws.expected_examined` need of a method: a frozen value.

    Any frozen dataclass with these members is a method. What it may have besides:

    - `rules(dim)`, as PFR and ORC, or `many(source, seeds, num_threads)`, which returns what `rows.in_rows` does: then
      `encode_many` runs it on all cores without Python in the loop;
    - `receive(message, prior, seed) -> (D,)`, if its sample is not the candidate that `decode` finds under `partition`;
    - `expected_bits(source)`, the mean ideal length of its message for a problem or a channel, in bits, and
      `about: ClassVar[About]`: then `advise` has a row for it;
    - if it is not exact, `total_variation(problem)` of its samples from Q, which `advise` compares with `max_bias`;
    - a classmethod `for_source(source)`, its settings for a problem or a channel, if `advise` cannot choose them: it
      makes one without arguments, with the fewest `num_candidates` that will do, and with bins if it has any.

    Raises nothing itself; see its members. Source: here.

    >>> import rec_core as rec
    >>> from rec_core.methods import new_record
    >>> from rec_core.searches import race
    >>> problem, method = rec.gaussian_problem([1.0], [0.5]), rec.ORC(16)  # a rec.Method
    >>> method.check(problem)
    >>> method.partition, method.expected_examined(problem), method.rules(problem.dim).num_candidates
    (None, 16.0, 16)
    >>> result = method.search(problem, np.uint64(7), new_record(0, 1), race)
    >>> result.message == rec.encode(problem, method, seed=7).message
    True
    """

    @property
    def partition(self) -> Partition | None:
        """The bins of its messages; None is one bin, whatever the dimension."""

    def check(self, problem: Problem) -> None:
        """Raises RecError for problems that the method cannot search."""

    def search(self, problem: Problem, seed: Word, record: Record, race: Race) -> SearchResult:
        """Search with this seed, and write events into the record if it has room. A method that races calls `race`.

        Raises RecError, of which BudgetExceeded is one.
        """

    def expected_examined(self, problem: Problem) -> float:
        """Expected number of candidates a search examines; inf if it is unbounded.

        Raises RecError for a partition of another dimension.
        """


def name_of(method: Method) -> str:
    """The name of a method in tables and folders of results: that of its class, in lower case.

    Raises nothing. Source: here.

    >>> import rec_core as rec
    >>> name_of(rec.ORC(16))
    'orc'
    """
    return type(method).__name__.lower()


def with_partition(method: Method, partition: Partition) -> Any:
    """The same method with another partition; a method without bins is the same with one bin.

    Raises RecError unless the method is a frozen dataclass, and for bins that it does not have. Source: here.

    >>> import rec_core as rec
    >>> with_partition(rec.ORC(16), Partition((8,))).partition
    Partition(intervals=(8,))
    """
    check_method(method)
    if not is_dataclass(method) or isinstance(method, type) or type(method).__hash__ is None:
        raise RecError(f"The method must be a frozen dataclass, so that a study can store it; got {shown(method)}.")
    if has_bins(type(method)):
        return replace(method, partition=partition)
    if partition.num_bins > 1:
        raise RecError(f"{type(method).__name__} has no bins; use log2_bins 0 for it, or rec.PFR or rec.ORC.")
    return method


def has_bins(kind: type[Any]) -> bool:
    """Whether methods of this kind take a partition."""
    return any(field.name == "partition" for field in fields(kind))


def check_bounded(problem: Problem, name: str) -> None:
    """Raises RecError for a target whose ratio is unbounded, which a search by this name could never finish."""
    if math.isinf(problem.d_inf_bits):
        raise RecError(
            "Q is wider than P in some dimension, or as wide and shifted, so the density ratio has no upper bound "
            f"and {name} could never stop. Use rec.ORC(num_candidates), or make every scale of Q smaller than P's."
        )


def check_width(problem: Problem) -> None:
    """Raises RecError for a target narrower than the gaps between float64 candidates."""
    bits = families.family(problem.family).width_bits(problem.table)
    if bits > -math.log2(FINEST_SCALE):
        raise RecError(
            f"A dimension of Q is narrower than 2^-40 of P (it has {bits:.1f} bits of width), finer than float64 "
            "candidates can tell apart. Spread the information over more dimensions."
        )


@kernel
def is_hopeless(rules: Rules, log_sup: float) -> bool:
    """Whether a search for the smallest race time is refused before it starts, where its expected number is known."""
    mean = rules.num_candidates == 0 and (rules.stopping == SINGLE or rules.weighting == 0)
    return mean and log_sup > math.log(HOPELESS * rules.max_examined)


def run(
    problem: Problem, table: Tables, rules: Rules, seed: Word, record: Record, race: Race
) -> tuple[SearchResult, bool]:
    """Run a race; also whether it had a winner."""
    winner = np.zeros(problem.dim, np.int64)
    wanted = rules.num_candidates == 0 or record.capacity > 0  # ORC needs no stop line, and it may take long
    log_sup = float(log_sup_reweighted(table)) if wanted else math.nan
    outcome = race(table, rules, seed, log_sup, winner, record)
    message = Message(tuple(winner.tolist()), int(outcome.local_index))
    stopping = "count" if rules.num_candidates else ("single", "per_bin")[rules.stopping]
    logs = outcome.log_race, outcome.log_ratio, outcome.log_stop, log_sup
    return SearchResult(message, int(outcome.examined), *logs, stopping), message.index > 0
