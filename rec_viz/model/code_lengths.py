"""Code lengths: exact laws, batches of real messages, invariance, allocations, and the sweep over I."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import rec_core as rec

from ..figures import code_lengths as figures
from ..memo import memo
from ..settings import LANES, TABLE, View
from .lab import MAX_EXAMINED, MEASURED_CANDIDATES, theory
from .setting import TARGETS, channel_at, channel_of, channel_values, partition_of, shares_of

CODES = ("Matched", "Zipf", "Elias delta", "Fixed, too short once in a million")
OVERFLOW = 1e-6
ALONE = 250  # messages of a batch that are also packed one by one


class LaneLaw(NamedTuple):
    """What is known exactly of one method's message lengths, averaged over targets; bits."""

    name: str
    title: str
    partition: rec.Partition
    log2_bins: float
    zipf_bits: float  # parameter of the Zipf code
    law: rec.laws.IndexLaw
    mean_log2_index: float
    zipf_mean_bits: float
    bound_bits: float
    sharp_bound_bits: float
    overhead_bits: float
    codes: tuple[float, ...]  # mean message length under each of CODES


class Lengths(NamedTuple):
    """The page's theory: plain and partitioned PFR on one channel."""

    information_bits: float
    lanes: tuple[LaneLaw, ...]


def lengths(view: View) -> Lengths:
    """Exact lengths of a view's channel. RecError where the view asks for the impossible."""
    return _lengths(**channel_values(view))


@memo(64)
def _lengths(**values: object) -> Lengths:
    view = View(**values)  # type: ignore[arg-type]
    channel = channel_of(view)
    cuts = {"pfr": rec.Partition.uncut(view.dim), "pfr_bins": partition_of(view, channel)}
    return Lengths(channel.information_bits, tuple(_lane_law(name, channel, cut) for name, cut in cuts.items()))


def _lane_law(name: str, channel: rec.Channel, cut: rec.Partition) -> LaneLaw:
    law = rec.laws.index_law(channel, cut)
    zipf_bits, overhead, bound = theory(channel, cut)
    zipf = cut.log2_bins + zipf_mean_bits(rec.ZipfCode(zipf_bits), law.mean_log2)
    return LaneLaw(
        name=name,
        title=LANES[name],
        partition=cut,
        log2_bins=cut.log2_bins,
        zipf_bits=zipf_bits,
        law=law,
        mean_log2_index=law.mean_log2,
        zipf_mean_bits=zipf,
        bound_bits=bound,
        sharp_bound_bits=rec.laws.sharp_bound_bits(channel, cut),
        overhead_bits=overhead,
        codes=(
            cut.log2_bins + law.entropy_bits,
            zipf,
            cut.log2_bins + elias_mean_bits(law),
            cut.log2_bins + fixed_bits(law),
        ),
    )


def zipf_mean_bits(code: rec.ZipfCode, mean_log2_index: float) -> float:
    """E of the Zipf length: it is linear in log2 n."""
    return float(code.length_bits(1)) + code.exponent * mean_log2_index


def elias_mean_bits(law: rec.laws.IndexLaw) -> float:
    """E of the Elias delta length, which depends on the octave of the index alone."""
    octave = np.arange(law.octaves)
    tails = law.tail(2.0**octave)
    mass = np.maximum(tails - np.append(tails[1:], 0.0), 0.0)
    return float(np.sum(mass * (octave + 2 * np.floor(np.log2(octave + 1)) + 1)))


def fixed_bits(law: rec.laws.IndexLaw) -> float:
    """Length of a fixed code whose largest index is exceeded with probability OVERFLOW at most."""
    sizes = np.floor(2.0 ** np.arange(0, law.octaves, 1 / 16))
    return float(np.log2(sizes[np.argmax(law.tail(sizes + 1.0) <= OVERFLOW)]))


class Batch(NamedTuple):
    """Some encodings by one method: local indices (runs,), and what their messages take as bytes, frames apart."""

    indices: NDArray[np.int64]
    alone_bits: NDArray[np.int64]  # payloads of the first ALONE messages, each packed by itself
    together_bits: int  # payload of all the messages in one piece


def length_batch(view: View, name: str, number: int, runs: int) -> Batch:
    """Fresh targets and races by one lane of `lengths`; the batch's number decides its seed."""
    return _length_batch(name, number, runs, seed=view.seed, weights=view.weights, **channel_values(view))


@memo(256)
def _length_batch(name: str, number: int, runs: int, **values: object) -> Batch:
    view = View(**values)  # type: ignore[arg-type]
    lane, messages = _batch_messages(view, name, number, runs)
    code = rec.ZipfCode(lane.zipf_bits)
    alone = [payload_bits([message], lane.partition, code) for message in messages[:ALONE]]
    indices = np.array([message.index for message in messages])
    return Batch(indices, np.array(alone), payload_bits(messages, lane.partition, code))


def _batch_messages(view: View, name: str, number: int, runs: int) -> tuple[LaneLaw, list[rec.Message]]:
    """A lane and the messages of one of its batches."""
    lane = next(lane for lane in lengths(view).lanes if lane.name == name)
    seed = int(rec.randomness.run_seeds(view.seed, 1, first=number)[0])
    method = rec.PFR(lane.partition, weighting=view.weights, max_examined=MAX_EXAMINED)
    return lane, rec.encode_many(channel_of(view), runs, method, seed=seed).messages


def payload_bits(messages: list[rec.Message], cut: rec.Partition, code: rec.codes.Code) -> int:
    """Bits of the packed messages without their frame."""
    return 8 * (len(rec.pack(messages, cut, code)) - rec.FRAME_BYTES)


def packed_codes(view: View, name: str, runs: int) -> tuple[float, ...]:
    """Real bits a message of a lane's first batch in one piece, frame apart, under each of CODES.

    NaN for a code that cannot code the batch. RecError where the lane is not run.
    """
    return _packed_codes(name, runs, seed=view.seed, weights=view.weights, **channel_values(view))


@memo(64)
def _packed_codes(name: str, runs: int, **values: object) -> tuple[float, ...]:
    view = View(**values)  # type: ignore[arg-type]
    lane, messages = _batch_messages(view, name, 0, runs)
    largest = 2.0 ** (lane.codes[-1] - lane.log2_bins)
    sizes = []
    for make in (
        lambda: rec.MatchedCode(channel_of(view), lane.partition),
        lambda: rec.ZipfCode(lane.zipf_bits),
        rec.EliasDelta,
        lambda: rec.FixedCode(round(min(largest, 2.0**63))),
    ):
        try:
            sizes.append(payload_bits(messages, lane.partition, make()) / runs)
        except rec.RecError:
            sizes.append(math.nan)
    return tuple(sizes)


class Invariance(NamedTuple):
    """The same seeds under every weighting."""

    runs: int
    identical: int
    rows: tuple[tuple[str, float, float, float], ...]  # weights, mean length in bits, examined: median, 95th percentile


def invariance(view: View) -> Invariance | None:
    """PFR under every weighting, seed by seed; None where bins are too many or the search too long."""
    return _invariance(seed=view.seed, **channel_values(view))


@memo(64)
def _invariance(**values: object) -> Invariance | None:
    view = View(**values)  # type: ignore[arg-type]
    channel = channel_of(view)
    cut = partition_of(view, channel)
    if cut.num_bins > rec.ENUMERABLE_BINS:
        return None
    code = rec.ZipfCode(rec.laws.log2_index_bound_bits(channel, cut))
    rows, messages = [], []
    for weights, title in TABLE["weights"].options.items():
        try:
            method = rec.PFR(cut, weighting=weights, stopping="per_bin", max_examined=MEASURED_CANDIDATES)
            many = rec.encode_many(channel, 300, method, seed=view.seed)
        except rec.RecError:
            return None
        lengths_ = cut.log2_bins + code.length_bits(many.indices)
        middle, most = np.percentile(many.examined, [50, 95]).tolist()
        rows.append((title, float(lengths_.mean()), middle, most))
        messages.append(np.column_stack([many.bins, many.indices]))
    same = np.all([(messages[0] == other).all(axis=1) for other in messages[1:]], axis=0)
    return Invariance(len(same), int(same.sum()), tuple(rows))


# --- which dimensions are cut

MOST_INTERVALS = 2**16  # of a dimension: more take long to tabulate for many targets


class Allocated(NamedTuple):
    """One way to deal J's factors to dimensions, and what it costs; no partition where no dimension qualifies."""

    strategy: str
    partition: rec.Partition | None
    length_bits: float  # exact mean message length, Zipf
    overhead_bits: float
    candidates_bits: float  # log2 of the expected candidates of the median one of TARGETS targets; NaN if too many bins


def allocations(view: View) -> tuple[Allocated, ...]:
    """Every strategy on a view's channel, with the view's J rounded to a power of two."""
    channel = channel_of(view)
    return _allocations(channel.family, channel.bits, round(partition_of(view, channel).log2_bins))


@memo(64)
def _allocations(family: str, bits: tuple[float, ...], log2_bins: int) -> tuple[Allocated, ...]:
    channel = rec.Channel(family, bits)
    problems = [channel.draw(target) for target in range(TARGETS)]
    rows = []
    for strategy in TABLE["strategy"].options:
        if strategy == "own":
            continue
        try:
            cut = rec.allocate(channel, log2_bins, strategy)
        except rec.RecError:  # no dimension qualifies
            rows.append(Allocated(strategy, None, math.nan, math.nan, math.nan))
            continue
        candidates = math.nan
        if max(cut.intervals) <= MOST_INTERVALS:
            candidates = float(np.median([rec.upper_sum_bits(problem, cut) for problem in problems]))
        zipf_bits, overhead, _ = theory(channel, cut)
        index_bits = zipf_mean_bits(rec.ZipfCode(zipf_bits), rec.laws.expected_log2_index(channel, cut))
        rows.append(Allocated(strategy, cut, cut.log2_bins + index_bits, overhead, candidates))
    return tuple(rows)


# --- the sweep over I

SWEEP_RUNS = 1000
SWEEP_CANDIDATES = 2**21  # times dimensions: what a measured point may be expected to cost
ORC_SPARE_BITS = 2  # ORC of the sweep has 2^(I + this) candidates


class SweepPoint(NamedTuple):
    """Every method at one I. `orc`: measured Zipf length of ORC."""

    information_bits: int
    plain: figures.Method
    bins: figures.Method
    orc: figures.Mean | None


def sweep_grid(view: View) -> list[int]:
    """The values of I the sweep visits: fewer where each takes longer."""
    few = [0, 2, 4, 8, 12, 16, 24, 32, 48]
    return few if view.dim > 16 else sorted({*few, 1, 3, 6})


def sweep_strategy(view: View) -> str:
    """The strategy of the sweep: the view's, where it has a rule that works at every J."""
    works = view.strategy != "own" and (view.strategy != "collapsed" or 0.0 in shares_of(view))
    return view.strategy if works else "information"


def sweep_point(view: View, information_bits: int) -> SweepPoint:
    """The sweep's numbers at one I; of a view only family, shares of the dimensions, strategy and seed matter."""
    return _sweep_point(view.family, tuple(shares_of(view).tolist()), information_bits, sweep_strategy(view), view.seed)


@memo(512)
def _sweep_point(family: str, shares: tuple[float, ...], information_bits: int, strategy: str, seed: int) -> SweepPoint:
    channel = channel_at(family, shares, information_bits)
    uncut = rec.Partition.uncut(channel.dim)
    n = 2 ** (information_bits + ORC_SPARE_BITS)
    return SweepPoint(
        information_bits,
        _method(channel, uncut, seed),
        _method(channel, rec.allocate(channel, information_bits, strategy), seed),
        _measured_length(channel, rec.ORC(n, uncut, max_examined=MAX_EXAMINED), float(n), seed),
    )


def _method(channel: rec.Channel, cut: rec.Partition, seed: int) -> figures.Method:
    lane = _lane_law("pfr", channel, cut)
    candidates = math.inf
    if sum(cut.intervals) <= 2**10:  # tabulated anew for every run
        candidates = float(np.mean([2.0 ** rec.upper_sum_bits(channel.draw(t), cut) for t in range(TARGETS)]))
    measured = _measured_length(channel, rec.PFR(cut, max_examined=MAX_EXAMINED), candidates, seed)
    return figures.Method(lane.zipf_mean_bits, lane.codes[0], lane.bound_bits, lane.sharp_bound_bits, measured)


def _measured_length(
    channel: rec.Channel, method: rec.PFR | rec.ORC, candidates: float, seed: int
) -> figures.Mean | None:
    """Mean Zipf length of SWEEP_RUNS encodings and the half width of its 95% interval; None where out of reach."""
    if candidates * SWEEP_RUNS * channel.dim > SWEEP_CANDIDATES:
        return None
    try:
        many = rec.encode_many(channel, SWEEP_RUNS, method, seed=seed)
    except rec.RecError:  # some run goes over budget, or ORC finds nothing where Q has mass
        return None
    cut = method.partition or rec.Partition.uncut(channel.dim)
    code = rec.ZipfCode(rec.laws.log2_index_bound_bits(channel, cut))
    sizes = cut.log2_bins + code.length_bits(many.indices)
    return figures.Mean(float(sizes.mean()), 1.96 * float(sizes.std()) / math.sqrt(SWEEP_RUNS))
