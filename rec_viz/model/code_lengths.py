"""Code lengths: exact laws, batches of real messages, invariance, allocations, and the sweep over I."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import rec_core as rec
from rec_core.arrays import Floats

from ..figures import code_lengths as figures
from ..memo import memo
from ..settings import LANES, TABLE, View
from ..settings.table import LANE_ROLES
from .lab import MAX_EXAMINED, MEASURED_CANDIDATES, theory
from .setting import TARGETS, channel_at, channel_of, partition_of, shares_of

CODES = ("Matched", "Zipf", "Elias delta", "Fixed, too short once in a million")
OVERFLOW = 1e-6
MOST_INFORMATION_BITS = 128  # of a channel: with more, its laws take many seconds
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
    """Exact lengths of a view's channel. Raises RecError for a view that cannot be."""
    channel = channel_of(view)
    if channel.information_bits > MOST_INFORMATION_BITS:
        raise rec.RecError(
            f"The laws are worked out for up to {MOST_INFORMATION_BITS} bits of information; the target on Play has "
            f"{channel.information_bits:.0f}. Bring it nearer to P there."
        )
    cuts = {"pfr": rec.Partition.uncut(view.dim), "pfr_bins": partition_of(view, channel)}
    return Lengths(channel.information_bits, tuple(lane_law(name, channel, cut) for name, cut in cuts.items()))


def limits(view: View) -> figures.Limits:
    """I of a view's channel, and the floor under every one-shot code of it."""
    channel = channel_of(view)
    return figures.Limits(channel.information_bits, rec.laws.functional_information_bits(channel))


@memo(512)
def lane_law(name: str, channel: rec.Channel, cut: rec.Partition) -> LaneLaw:
    """The law of a lane of `lengths`."""
    law = rec.laws.index_law(channel, cut)
    zipf_bits, overhead, bound = theory(channel, cut)
    zipf = rec.laws.mean_length_bits(channel, cut, rec.ZipfCode(zipf_bits))
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
            rec.laws.mean_length_bits(channel, cut, rec.EliasDelta()),
            cut.log2_bins + law.log2_reach(OVERFLOW),
        ),
    )


class Batch(NamedTuple):
    """Some encodings by one method: local indices (runs,), and what their messages take as bytes, excluding frames."""

    indices: NDArray[np.int64]
    alone_bits: NDArray[np.int64]  # payloads of the first ALONE messages, each packed by itself
    together_bits: int  # payload of all the messages in one piece


def lane_of(view: View, name: str) -> LaneLaw:
    """One lane of `lengths`."""
    return next(lane for lane in lengths(view).lanes if lane.name == name)


def length_batch(view: View, name: str, number: int, runs: int) -> Batch:
    """Fresh targets and races by one lane of `lengths`; the batch's number decides its seed."""
    return _batch(channel_of(view), lane_of(view, name).partition, view.weighting, view.seed, number, runs)


@memo(1024)
def _batch(
    channel: rec.Channel, cut: rec.Partition, weighting: rec.Weighting, seed: int, number: int, runs: int
) -> Batch:  # fmt: skip
    code = rec.ZipfCode.for_source(channel, cut)
    messages = _messages(channel, cut, weighting, seed, number, runs)
    alone = [payload_bits([message], cut, code) for message in messages[:ALONE]]
    return Batch(np.array([message.index for message in messages]), np.array(alone), payload_bits(messages, cut, code))


def _messages(
    channel: rec.Channel, cut: rec.Partition, weighting: rec.Weighting, seed: int, number: int, runs: int
) -> list[rec.Message]:  # fmt: skip
    method = rec.PFR(cut, weighting=weighting, max_examined=MAX_EXAMINED)
    return rec.encode_many(channel, runs, method, seed=int(rec.randomness.run_seeds(seed, 1, first=number)[0])).messages


def payload_bits(messages: list[rec.Message], cut: rec.Partition, code: rec.codes.Code) -> int:
    """Bits of the packed messages without their frame."""
    return 8 * (len(rec.pack(messages, cut, code)) - rec.FRAME_BYTES)


def packed_codes(view: View, name: str, runs: int) -> tuple[float, ...]:
    """Real bits per message of a lane's first batch in one piece, excluding the frame, under each of CODES.

    NaN for a code that cannot code the batch. Raises RecError where the lane is not run.
    """
    return _packed_codes(channel_of(view), lane_of(view, name).partition, view.weighting, view.seed, runs)


@memo(64)
def _packed_codes(
    channel: rec.Channel, cut: rec.Partition, weighting: rec.Weighting, seed: int, runs: int
) -> tuple[float, ...]:  # fmt: skip
    lane, messages = lane_law("pfr", channel, cut), _messages(channel, cut, weighting, seed, 0, runs)
    largest = 2.0 ** (lane.codes[-1] - lane.log2_bins)
    sizes = []
    for make in (
        lambda: rec.MatchedCode(channel, cut),
        lambda: rec.ZipfCode(lane.zipf_bits),
        rec.EliasDelta,
        lambda: rec.FixedCode(round(min(largest, 2.0**63))),
    ):
        try:
            sizes.append(payload_bits(messages, cut, make()) / runs)
        except rec.RecError:
            sizes.append(math.nan)
    return tuple(sizes)


# -------------------------------------------------------------------------------- what charts show


def running(view: View, name: str, batches: int, runs: int) -> figures.Running:
    """The mean length of a lane's first batches of `runs` as it fills in."""
    lane = lane_of(view, name)
    indices = np.concatenate([length_batch(view, name, k, runs).indices for k in range(batches)])
    lengths_ = lane.log2_bins + rec.ZipfCode(lane.zipf_bits).length_bits(indices)
    return figures.running(lane.title, LANE_ROLES[name], lengths_, lane.zipf_mean_bits, lane.bound_bits)


def sizes(view: View, name: str, batches: int, runs: int) -> figures.Sizes:
    """Their indices and sizes, beside the exact law."""
    lane, done = lane_of(view, name), [length_batch(view, name, k, runs) for k in range(batches)]
    code, indices = rec.ZipfCode(lane.zipf_bits), np.concatenate([batch.indices for batch in done])
    return figures.Sizes(
        figures.histogram(lane.title, LANE_ROLES[name], indices, lane.law.tail),
        lane.log2_bins + float(code.length_bits(1)),
        code.exponent,
        np.concatenate([batch.alone_bits for batch in done]),
        sum(batch.together_bits for batch in done) / indices.size,
    )


def accounts(view: View) -> list[figures.Account]:
    """Where the bits of each lane go."""
    return [
        figures.message_account(
            lane.title, lane.log2_bins, lane.overhead_bits, lane.mean_log2_index, lane.zipf_mean_bits
        )
        for lane in lengths(view).lanes
    ]  # fmt: skip


# -------------------------------------------------------------------------------- invariance


class Invariance(NamedTuple):
    """The same seeds under every weighting."""

    runs: int
    identical: int
    rows: tuple[tuple[str, float, float, float], ...]  # weights, mean length in bits, examined: median, 95th percentile


def invariance(view: View) -> Invariance | None:
    """PFR under every weighting, seed by seed; None where bins are too many or the search too long."""
    channel = channel_of(view)
    return _invariance(channel, partition_of(view, channel), view.seed)


@memo(64)
def _invariance(channel: rec.Channel, cut: rec.Partition, seed: int) -> Invariance | None:
    if cut.num_bins > rec.ENUMERABLE_BINS:
        return None
    code = rec.ZipfCode.for_source(channel, cut)
    rows, messages = [], []
    for weighting, title in TABLE[View]["weighting"].options.items():
        try:
            method = rec.PFR(cut, weighting=weighting, stopping="per_bin", max_examined=MEASURED_CANDIDATES)
            many = rec.encode_many(channel, 300, method, seed=seed)
        except rec.RecError:
            return None
        lengths_ = cut.log2_bins + code.length_bits(many.indices)
        middle, most = np.percentile(many.examined, [50, 95]).tolist()
        rows.append((title, float(lengths_.mean()), middle, most))
        messages.append(np.column_stack([many.bins, many.indices]))
    same = np.all([(messages[0] == other).all(axis=1) for other in messages[1:]], axis=0)
    return Invariance(len(same), int(same.sum()), tuple(rows))


# -------------------------------------------------------------------------------- which dimensions are cut


class Allocated(NamedTuple):
    """One way to deal J's factors to dimensions, and what it costs; no partition where no dimension qualifies."""

    strategy: str
    partition: rec.Partition | None
    length_bits: float  # exact mean message length, Zipf
    overhead_bits: float
    candidates_bits: float  # log2 of the expected candidates of the median one of TARGETS targets; else NaN


def allocations(view: View) -> tuple[Allocated, ...]:
    """Every strategy on a view's channel, with the view's J rounded to a power of two."""
    channel = channel_of(view)
    return _allocations(channel, round(partition_of(view, channel).log2_bins))


@memo(64)
def _allocations(channel: rec.Channel, log2_bins: int) -> tuple[Allocated, ...]:
    problems = [channel.draw(target) for target in range(TARGETS)]
    rows = []
    for strategy in TABLE[View]["strategy"].options:
        if strategy == "own":
            continue
        try:
            cut = rec.allocate(channel, log2_bins, strategy)
        except rec.RecError:  # no dimension qualifies
            rows.append(Allocated(strategy, None, math.nan, math.nan, math.nan))
            continue
        candidates = float(np.median([rec.upper_sum_bits(problem, cut) for problem in problems]))
        zipf_bits, overhead, _ = theory(channel, cut)
        length = rec.laws.mean_length_bits(channel, cut, rec.ZipfCode(zipf_bits))
        rows.append(Allocated(strategy, cut, length, overhead, candidates))
    return tuple(rows)


# -------------------------------------------------------------------------------- the sweep over I

SWEEP_RUNS = 1000
SWEEP_CANDIDATES = 2**21  # times dimensions: what a measured point may be expected to cost
ORC_SPARE_BITS = 2  # ORC of the sweep has 2^(I + this) candidates


Sweep = tuple[Floats, Floats, list[figures.Swept], list[figures.Mean | None], int]


class SweepPoint(NamedTuple):
    """Every method at one I. `orc`: measured Zipf length of ORC."""

    information_bits: int
    floor_bits: float
    plain: figures.Method
    bins: figures.Method
    orc: figures.Mean | None


def sweep_grid(view: View) -> list[int]:
    """The values of I the sweep visits: fewer where each takes longer."""
    few = [0, 2, 4, 8, 12, 16, 24, 32, 48]
    return few if view.dim > 16 else sorted({*few, 1, 3, 6})


def sweep_strategy(view: View) -> rec.Strategy:
    """The strategy of the sweep: the view's, where it has a rule that works at every J."""
    if view.strategy == "own" or (view.strategy == "collapsed" and 0.0 not in shares_of(view)):
        return "information"
    return view.strategy


def sweep_point(view: View, information_bits: int) -> SweepPoint:
    """The sweep's numbers at one I; of a view only family, shares of the dimensions, strategy and seed matter."""
    return _sweep_point(view.family, tuple(shares_of(view).tolist()), information_bits, sweep_strategy(view), view.seed)


@memo(512)
def _sweep_point(
    family: str, shares: tuple[float, ...], information_bits: int, strategy: rec.Strategy, seed: int
) -> SweepPoint:
    channel = channel_at(family, shares, information_bits)
    uncut = rec.Partition.uncut(channel.dim)
    n = 2 ** (information_bits + ORC_SPARE_BITS)
    return SweepPoint(
        information_bits,
        rec.laws.functional_information_bits(channel),
        _method(channel, uncut, seed),
        _method(channel, rec.allocate(channel, information_bits, strategy), seed),
        _measured_length(channel, rec.ORC(n, uncut, max_examined=MAX_EXAMINED), float(n), seed),
    )


def sweep(view: View) -> Sweep:
    """Every method over I, as `figures.sweep` draws it: the grid, the floors, both ways, ORC and its spare bits."""
    points = [sweep_point(view, information) for information in sweep_grid(view)]
    ways = [
        figures.Swept("plain", "p", [point.plain for point in points]),
        figures.Swept("J = 2ᴵ", "heuristic", [point.bins for point in points]),
    ]
    floors = np.array([point.floor_bits for point in points])
    return np.array(sweep_grid(view), dtype=float), floors, ways, [point.orc for point in points], ORC_SPARE_BITS


def _method(channel: rec.Channel, cut: rec.Partition, seed: int) -> figures.Method:
    lane = lane_law("pfr", channel, cut)
    candidates = math.inf
    if sum(cut.intervals) <= 2**10:  # tabulated again for every run
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
    code = rec.ZipfCode.for_source(channel, cut)
    mean, _, high = rec.metrics.mean_interval(cut.log2_bins + code.length_bits(many.indices))
    return figures.Mean(mean, high - mean)
