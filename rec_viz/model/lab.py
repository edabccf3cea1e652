"""Races: the lanes of a view searched, and their averages over fresh races."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

import rec_core as rec
from rec_core import families
from rec_core.methods import name_of

from ..memo import memo
from ..settings import View
from ..settings.table import ALL_LANES
from .setting import coded_for, partition_of, problem_of

MAX_EXAMINED = 2**21  # of a search on the stage: about half a second
MAX_NUMBERS = 24_000  # events times dimensions shipped to the browser
MEASURED_RUNS = 400
MEASURED_CANDIDATES = 200_000  # what the average under the stage may cost


class Effort(NamedTuple):
    """What a search may cost, and whether its message is also bounded, packed and received as bytes."""

    max_examined: int
    max_numbers: int  # events times dimensions shipped to the browser
    whole: bool


FULL = Effort(MAX_EXAMINED, MAX_NUMBERS, True)


def live(dim: int) -> Effort:
    """Of an answer while something is dragged: a few milliseconds."""
    return Effort(2**14 >> (dim - 1).bit_length(), 500, False)


class Lane(NamedTuple):
    """One method on the problem: its choices, its search or why there is none, and what theory says."""

    name: str
    title: str
    method: rec.Method
    partition: rec.Partition  # its bins; one where it has none
    seed: int
    trace: rec.Trace | None
    refusal: str  # why there is no trace; else empty
    expected_examined: float
    zipf_bits: float  # parameter of the index code
    length_bits: float  # ideal length of this message
    bound_bits: float  # on the mean length; nan where there is none, and where the effort is not whole
    bin_bits: str
    index_bits: str
    told: str  # what the bits of the index say
    data: bytes  # the message as it travels, packed alone; empty where the effort is not whole
    received: tuple[float, ...]  # what the receiver made of those bytes, or else of the message, and the seed

    @property
    def kind(self) -> str:
        """The method’s name in the core, as 'pfr'."""
        return name_of(self.method)

    @property
    def weighting(self) -> rec.Weighting:
        """The weighting of the bins."""
        weighting: rec.Weighting = getattr(self.method, "weighting", "uniform")
        return weighting

    @property
    def stopping(self) -> rec.Stopping | None:
        """PFR's rule; None for others."""
        return getattr(self.method, "stopping", None)

    @property
    def agrees(self) -> bool:
        """Whether the receiver has the sender's sample, to the last bit."""
        return self.trace is not None and self.received == tuple(self.trace.samples[self.trace.winner].tolist())

    @property
    def num_candidates(self) -> int | None:
        """Of ORC and others that look at so many; else None."""
        return getattr(self.method, "num_candidates", None)


class Race(NamedTuple):
    """A view worked out."""

    id: str
    problem: rec.Problem
    information_bits: float
    lanes: tuple[Lane, ...]


@memo(128)
def race(view: View) -> Race:
    """Run every lane of a view. Raises RecError for a view that cannot be."""
    return run(view, FULL)


def run(view: View, effort: Effort) -> Race:
    """The same within an effort, and not kept."""
    channel, problem = problem_of(view)
    cut, source = partition_of(view, channel), coded_for(view)
    chosen = [name for name in ALL_LANES if name in view.lanes + view.others]
    lanes = tuple(_lane(name, view, source, problem, cut, effort) for name in chosen)
    digest = hashlib.blake2b(repr(view).encode(), digest_size=8).hexdigest()
    return Race(digest, problem, channel.information_bits, lanes)


def theory(source: rec.Channel | rec.Problem, cut: rec.Partition) -> tuple[float, float, float]:
    """Parameter of the Zipf code, overhead E[eps] (none without bins) and bound on the mean length; bits."""
    overhead = rec.laws.overhead_bits(source, cut)
    information = source.kl_bits if isinstance(source, rec.Problem) else source.information_bits
    bound = rec.laws.bound_bits(information, cut.log2_bins, overhead)
    return index_bound(source, cut), overhead, bound


def coding(
    method: rec.Method, source: rec.Channel | rec.Problem, cut: rec.Partition, whole: bool
) -> tuple[float, float]:
    """Parameter of the Zipf code of a method's index, and a bound on the mean length, nan unless `whole`; bits.

    Only PFR and ORC have a bound here; the league has the means of the others.
    """
    if isinstance(method, rec.PFR | rec.ORC):
        return index_bound(source, cut), theory(source, cut)[2] if whole else math.nan
    if isinstance(method, rec.RejectionSampling):  # log2 of a number whose mean is sup r
        problem = source.draw(0) if isinstance(source, rec.Channel) else source
        return max(problem.d_inf_bits, 0.01), math.nan  # a code needs some, where the first is always taken too
    bound = index_bound(source, cut)
    return math.log2(bound + 1.0) if isinstance(method, rec.AStar) else bound, math.nan  # a depth of about I


class Written(NamedTuple):
    """A message as bits: of the bin and of the index, what the latter says, and the ideal length."""

    bin_bits: str
    index_bits: str
    told: str
    length_bits: float


def written(trace: rec.Trace, bins: rec.Partition, zipf_bits: float, source: rec.Channel | rec.Problem) -> Written:
    """The message of a search, by a code made for the source. Dither's has its mean length where it has no code."""
    method, (place, index) = trace.method, trace.message
    if isinstance(method, rec.LayeredDither):
        numbers = ", ".join(f"{(k + 1) // 2 if k % 2 == 0 else -(k + 1) // 2}" for k in place)
        if isinstance(source, rec.Channel) and families.family(source.family).LAWS == "normal":
            seeds = np.array([trace.seed], np.uint64)
            length = float(rec.codes.DitherCode(source).length_bits([trace.message], seeds)[0])
        else:
            length = mean_bits(method, source)
        return Written("", "".join(f"{k:b}" for k in place), f"rounded: {numbers}", length)
    if isinstance(method, rec.AStar):
        halvings = [(k + 1).bit_length() - 1 for k in place]
        path = "".join(format(k + 1 - 2**h, f"0{h}b") if h else "" for k, h in zip(place, halvings, strict=True))
        code = rec.ZipfCode(zipf_bits)
        return Written(path, code.codeword(index), f"depth {index - 1}", len(path) + float(code.length_bits(index)))
    number = _code_of(method, zipf_bits)
    told = f"{'local index' if bins.num_bins > 1 else 'index'} {index:,}"
    length = bins.log2_bins + float(number.length_bits(index))
    return Written(bin_bits(place, bins), number.codeword(index), told, length)


def _code_of(method: rec.Method, zipf_bits: float) -> rec.ZipfCode | rec.FixedCode:
    """The code of a method's index: all indices of minimal random coding are as likely."""
    if isinstance(method, rec.MinimalRandomCoding):
        return rec.FixedCode(method.num_candidates)
    return rec.ZipfCode(zipf_bits)


@memo(2048)
def index_bound(source: rec.Channel | rec.Problem, cut: rec.Partition) -> float:
    """Parameter of the Zipf code, bits."""
    return rec.laws.log2_index_bound_bits(source, cut)


@memo(256)
def _expected(problem: rec.Problem, method: rec.Method) -> float:
    return rec.laws.expected_examined(problem, method)


def _lane(
    name: str, view: View, source: rec.Channel | rec.Problem, problem: rec.Problem, cut: rec.Partition, effort: Effort
) -> Lane:
    bins = cut if name.endswith("_bins") else rec.Partition.uncut(view.dim)
    trace, refusal, sent, data = None, "", Written("", "", "", math.nan), b""
    zipf_bits = bound = math.nan
    received: tuple[float, ...] = ()
    method: rec.Method = rec.PFR(bins)
    try:
        method = method_of(name, view, bins, effort.max_examined)
        zipf_bits, bound = coding(method, source, bins, effort.whole)
        trace = rec.trace(problem, method, seed=view.seed, max_events=max_events(view.dim, effort))
        quick = effort.whole or (name != "astar" and (view.dim == 1 or view.weighting == "peak_ratio"))
        expected = _expected(problem, method) if quick else math.nan
        sent = written(trace, bins, zipf_bits, source)
        if effort.whole and not hasattr(method, "receive"):
            code = rec.ZipfCode(zipf_bits)
            data = rec.pack([trace.message], bins, code, seed=view.seed, prior=problem.prior)
            received = receive(data, problem.prior, bins, zipf_bits, view.seed)
        else:
            received = tuple(rec.decode(trace.message, problem.prior, method, seed=view.seed).tolist())
    except rec.BudgetExceeded as error:
        expected = 2.0**error.expected_bits if error.expected_bits < 1000 else math.inf
        stops = "the stage stops at" if effort.whole else "while you drag, a search stops at"
        refusal = f"It needs {over_budget(error, bins, f'; {stops} {effort.max_examined:,}', view.weighting)}"
    except rec.RecError as error:
        expected, refusal = math.nan, str(error)
    title = ALL_LANES[name]
    return Lane(
        name,
        title,
        method,
        bins,
        view.seed,
        trace,
        refusal,
        expected,
        zipf_bits,
        sent.length_bits,
        bound,
        sent.bin_bits,
        sent.index_bits,
        sent.told,
        data,
        received,
    )


_MADE: Mapping[str, Callable[[View, int], rec.Method]] = {
    "rejection": lambda view, most: rec.RejectionSampling(max_examined=most),
    "greedy": lambda view, most: rec.GreedyRejection(max_examined=most),
    "gprs": lambda view, most: rec.GPRS(max_examined=most),
    "astar": lambda view, most: replace(rec.AStar.for_source(problem_of(view)[0]), max_examined=most),
    "truncated": lambda view, most: rec.TruncatedPFR(view.candidates, max_examined=most),
    "mrc": lambda view, most: rec.MinimalRandomCoding(view.candidates, max_examined=most),
    "dither": lambda view, most: rec.LayeredDither.for_source(coded_for(view)),
}
"""Methods without bins, by their lanes: for a view, and the most candidates that may be examined."""


def method_of(name: str, view: View, bins: rec.Partition, most: int = MAX_EXAMINED) -> rec.Method:
    """The method of a lane, which examines at most so many. Raises RecError where it cannot be."""
    if name in _MADE:
        return _MADE[name](view, most)
    if name.startswith("orc"):  # one bin's peak may be infinite, and it needs no weight
        weighting = "uniform" if bins.num_bins == 1 else view.weighting
        return rec.ORC(view.candidates, bins, weighting=weighting, max_examined=most)
    stopping = view.stopping if bins.num_bins <= rec.ENUMERABLE_BINS else "single"
    return rec.PFR(bins, weighting=view.weighting, stopping=stopping, max_examined=most)


def max_events(dim: int, effort: Effort = FULL) -> int:
    """How many candidates of a search are recorded for the stage."""
    return max(64, effort.max_numbers // dim)


def over_budget(
    error: rec.BudgetExceeded, bins: rec.Partition, limit: str, weighting: rec.Weighting = "peak_ratio"
) -> str:
    """The core's refusal in words: candidates on average, the `limit` in words, and bins with which it would run."""
    text = f"2^{error.expected_bits:.0f} candidates on average{limit}."
    if error.suggested_intervals and error.suggested_intervals != bins.intervals:
        powers = rec.Partition(error.suggested_intervals).log2_bins
        weights = "" if weighting == "peak_ratio" else " and peak-ratio weights"
        text += f" With J = 2^{powers:.0f} bins{weights} it would run."
    return text


def receive(data: bytes, prior: rec.Prior, bins: rec.Partition, zipf_bits: float, seed: int) -> tuple[float, ...]:
    """The receiver: bytes and shared knowledge in, the sample out. It sees neither the target nor the race."""
    (message,) = rec.unpack(data, bins, rec.ZipfCode(zipf_bits), seed=seed, prior=prior)
    return tuple(rec.decode(message, prior, bins, seed=seed).tolist())


def bin_bits(bin: tuple[int, ...], bins: rec.Partition) -> str:
    """The bin as a binary number of ceil(log2 J) digits."""
    width = (bins.num_bins - 1).bit_length()
    return format(bins.number(bin), f"0{width}b") if width else ""


class Measured(NamedTuple):
    """Average message length over fresh races, and over fresh targets where they are drawn; in bits."""

    runs: int
    mean_bits: float
    error_bits: float  # one standard error


def measured(view: View, lane: Lane) -> Measured | None:
    """A lane's average over fresh races, where it is cheap enough to take now."""
    if lane.trace is None or not lane.expected_examined < MEASURED_CANDIDATES / 20:
        return None
    return _measured(view, lane.name)


@memo(256)
def mean_bits(method: rec.Method, source: rec.Channel | rec.Problem) -> float:
    """What the messages of a method without bins take on average, by the best code; bits. May take seconds."""
    bits: float = method.expected_bits(source)  # type: ignore[attr-defined]
    return bits


@memo(256)
def _measured(view: View, name: str) -> Measured | None:
    lane = next(lane for lane in race(view).lanes if lane.name == name)
    runs = int(min(MEASURED_RUNS, MEASURED_CANDIDATES / max(lane.expected_examined, 1.0)))
    try:
        method: Any = replace(lane.method, max_examined=MEASURED_CANDIDATES)  # type: ignore[type-var]
        result = rec.encode_many(coded_for(view), runs, method, seed=view.seed)
    except rec.RecError:
        return None
    lengths = lane.partition.log2_bins + rec.ZipfCode(lane.zipf_bits).length_bits(result.indices)
    return Measured(runs, float(lengths.mean()), float(lengths.std() / math.sqrt(runs)))
