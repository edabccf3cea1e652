"""The only cache: from a view to what the core says about it. Keys are flat; nothing here draws."""

from __future__ import annotations

import bisect
import hashlib
import math
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from scipy.stats import norm

import rec_core as rec
from rec_core.images import dct, mixture
from rec_core.randomness import Floats

from . import experiments, messages, pictures
from .controls import LANES, MAX_DIM, TABLE, VECTORS, View, vector
from .figures import code_lengths as figures

STEEPEST_BITS = 200  # between the highest and the lowest point of a drawn density
MAX_EXAMINED = 2**21  # of a search on the stage: about half a second
MAX_NUMBERS = 24_000  # events times dimensions shipped to the browser
MEASURED_RUNS = 400
MEASURED_CANDIDATES = 200_000  # what the average under the stage may cost


class Lane(NamedTuple):
    """One method on the problem: its choices, its search or the sentence why there is none, and what theory says."""

    name: str
    title: str
    method: str
    partition: rec.Partition
    weights: str
    stopping: str | None
    num_candidates: int | None
    trace: rec.Trace | None
    sentence: str  # why there is no trace; else empty
    expected_examined: float
    zipf_bits: float  # parameter of the index code
    length_bits: float  # ideal length of this message
    bound_bits: float
    bin_bits: str
    index_bits: str
    data: bytes  # the message as it travels, packed alone
    held: tuple[float, ...]  # what the receiver made of those bytes and the seed


class Race(NamedTuple):
    """A view worked out."""

    id: str
    problem: rec.Problem
    information_bits: float
    lanes: tuple[Lane, ...]


def problem_of(view: View) -> tuple[rec.Channel, rec.Problem]:
    """The channel a view describes and the target Q at hand: drawn from it, or the reader's own. The one way from a
    view to either. RecError where the view asks for the impossible.
    """
    if view.source != "channel":
        problem = _own_problem(view) if view.source == "own" else _drawn_problem(view)
        return channel_like(problem), problem
    channel = _shared_out(view)
    return channel, channel.draw(view.target)


def channel_of(view: View) -> rec.Channel:
    """The channel a view describes."""
    return problem_of(view)[0]


def _own_problem(view: View) -> rec.Problem:
    """The target whose vectors the reader gave, or a sentence."""
    names = VECTORS[view.family]
    vectors = []
    for name in names:
        numbers = vector(getattr(view, name))
        if numbers is None:
            raise rec.RecError(
                f"“{TABLE[name].label}” must be numbers separated by commas, for example 0.5, -1; "
                f"got “{getattr(view, name)}”."
            )
        if len(numbers) > MAX_DIM:
            raise rec.RecError(f"The Lab shows up to {MAX_DIM} dimensions; “{TABLE[name].label}” has {len(numbers)}.")
        vectors.append(numbers)
    if len(vectors[0]) != len(vectors[1]):
        raise rec.RecError(
            f"Give one number a dimension in both: “{TABLE[names[0]].label}” has {len(vectors[0])}, "
            f"“{TABLE[names[1]].label}” has {len(vectors[1])}."
        )
    make = rec.gaussian_problem if view.family == "gaussian" else rec.uniform_problem
    return make(*vectors)


def _drawn_problem(view: View) -> rec.Problem:
    """The target whose density the reader drew, or a sentence."""
    heights, name = vector(view.heights), TABLE["heights"].label
    if heights is None:
        raise rec.RecError(
            f"“{name}” must be numbers separated by commas, for example 0, 3, 0; got “{view.heights[:60]}”."
        )
    if not all(math.isfinite(height) for height in heights):
        raise rec.RecError(f"“{name}” must be finite numbers; found NaN or infinity.")
    if max(heights) - min(heights) > STEEPEST_BITS:
        raise rec.RecError(
            f"“{name}” may span {STEEPEST_BITS} bits from the lowest to the highest; "
            f"these span {max(heights) - min(heights):g}."
        )
    return rec.piecewise_problem(heights)


def coded_for(view: View) -> rec.Channel | rec.Problem:
    """What the code and the bounds are made for: the channel, or the one target that is the reader's own."""
    channel, problem = problem_of(view)
    return channel if view.source == "channel" else problem


def channel_like(problem: rec.Problem) -> rec.Channel:
    """The channel with as much information in every dimension as this one target holds there: I_d = KL_d.

    For a drawn target it is the uniform channel, which has the same P.
    """
    bits = [max(0.0, rec.Problem(problem.family, (pair,)).kl_bits) for pair in problem.params]
    return rec.gaussian_channel(bits) if problem.family == "gaussian" else rec.uniform_channel(bits)


def _shared_out(view: View) -> rec.Channel:
    """A channel by its I and how it is shared over dimensions."""
    return channel_at(view.family, _spread(view), view.bits)


def channel_at(family: str, shares: Sequence[float] | Floats, information_bits: float) -> rec.Channel:
    """The channel with this I, shared over dimensions in proportion to `shares` (D,)."""
    make = rec.gaussian_channel if family == "gaussian" else rec.uniform_channel
    return make(information_bits * np.asarray(shares) / np.sum(shares))


def shares_of(view: View) -> Floats:
    """In what proportion a view's I is shared over dimensions, shape (D,)."""
    if view.source == "channel":
        return _spread(view)
    bits = np.array(channel_of(view).bits)
    return bits if bits.any() else np.ones(bits.size)


def _spread(view: View) -> Floats:
    shares = np.ones(view.dim)
    if view.spread == "falling":
        shares = 0.5 ** np.arange(view.dim)
    elif view.spread == "one_empty" and view.dim > 1:
        shares[-1] = 0.0
    return shares


def partition_of(view: View, channel: rec.Channel) -> rec.Partition:
    """The partition a view describes, or a sentence."""
    if view.strategy != "own":
        strategy = view.strategy if channel.information_bits > 0 or view.strategy != "information" else "random"
        return rec.allocate(channel, view.log2_bins, strategy)
    try:
        numbers = [int(part) for part in view.intervals.replace("×", ",").split(",") if part.strip()]
    except ValueError:
        raise rec.RecError(
            f"The intervals must be whole numbers separated by commas, for example 8, 4; got “{view.intervals}”."
        ) from None
    if len(numbers) != view.dim:
        raise rec.RecError(
            f"Give a number of intervals for each of the {view.dim} dimensions; “{view.intervals}” has {len(numbers)}."
        )
    return rec.partition(numbers)


def race(view: View) -> Race:
    """Run every lane of a view, or answer from the cache. RecError where the view asks for the impossible."""
    return _race(**view._asdict())


@st.cache_data(max_entries=128, show_spinner=False)
def _race(**values: object) -> Race:
    view = View(**values)  # type: ignore[arg-type]
    channel, problem = problem_of(view)
    cut = partition_of(view, channel)
    source = coded_for(view)
    lanes = tuple(_lane(name, view, source, problem, cut) for name in LANES if name in view.lanes)
    digest = hashlib.blake2b(repr(view).encode(), digest_size=8).hexdigest()
    return Race(digest, problem, channel.information_bits, lanes)


def _theory(source: rec.Channel | rec.Problem, cut: rec.Partition) -> tuple[float, float, float]:
    """Parameter of the Zipf code, overhead E[eps] (none without bins) and bound on the mean length; bits."""
    overhead = rec.laws.overhead_bits(source, cut) if cut.num_bins > 1 else 0.0
    information = source.kl_bits if isinstance(source, rec.Problem) else source.information_bits
    bound = rec.laws.bound_bits(information, cut.log2_num_bins, overhead)
    return rec.laws.log2_index_bound_bits(source, cut), overhead, bound


def _lane(name: str, view: View, source: rec.Channel | rec.Problem, problem: rec.Problem, cut: rec.Partition) -> Lane:
    bins = cut if name.endswith("_bins") else rec.partition((1,) * view.dim)
    settings = lane_settings(name, view, bins)
    method, stopping, n = settings["method"], settings["stopping"], settings["num_candidates"]
    zipf_bits, _, bound = _theory(source, bins)
    trace, sentence, length, bin_text, index_bits, data, held = None, "", math.nan, "", "", b"", ()
    try:
        expected = rec.laws.expected_examined(problem, **settings)
        trace = rec.trace(
            problem, **settings, seed=view.seed, max_examined=MAX_EXAMINED, max_events=max_events(view.dim)
        )
        code = rec.ZipfCode(zipf_bits)
        length = bins.log2_num_bins + float(code.length_bits(trace.message.index))
        bin_text = bin_bits(trace.message.bin, bins.intervals)
        index_bits = code.codeword(trace.message.index)
        data = rec.pack([trace.message], bins, code, seed=view.seed, coding=problem.coding)
        held = receive(data, problem.coding, bins, zipf_bits, view.seed)
    except rec.BudgetExceeded as error:
        expected = 2.0**error.expected_bits if error.expected_bits < 1000 else math.inf
        sentence = _over_budget(error, bins)
    except rec.RecError as error:
        expected, sentence = math.nan, str(error)
    return Lane(
        name, LANES[name], method, bins, settings["weights"], stopping, n, trace, sentence, expected, zipf_bits, length,
        bound, bin_text, index_bits, data, held,
    )  # fmt: skip


def lane_settings(name: str, view: View, bins: rec.Partition) -> dict[str, Any]:
    """How a lane searches, as `rec.trace` takes it."""
    method = name.split("_")[0]
    stopping = view.stopping if bins.num_bins <= rec.ENUMERABLE_BINS else "single"
    one_bin = method == "orc" and bins.num_bins == 1  # whose peak may be infinite, and needs no weight
    return {
        "method": method,
        "partition": bins,
        "weights": "uniform" if one_bin else view.weights,
        "stopping": stopping if method == "pfr" else None,
        "num_candidates": view.candidates if method == "orc" else None,
    }


def max_events(dim: int) -> int:
    """How many candidates of a search are recorded for the stage."""
    return max(64, MAX_NUMBERS // dim)


def _over_budget(error: rec.BudgetExceeded, bins: rec.Partition) -> str:
    """The core's refusal in the words of the page."""
    text = f"It needs 2^{error.expected_bits:.0f} candidates on average; the stage stops at {MAX_EXAMINED:,}."
    if error.suggested_intervals and error.suggested_intervals != bins.intervals:
        powers = sum(n.bit_length() - 1 for n in error.suggested_intervals)
        text += f" With 2^{powers} bins and peak-ratio weights it would run."
    return text


def receive(data: bytes, coding: rec.Coding, bins: rec.Partition, zipf_bits: float, seed: int) -> tuple[float, ...]:
    """The receiver: bytes and shared knowledge in, the sample out. It sees neither the target nor the race."""
    (message,) = rec.unpack(data, bins, rec.ZipfCode(zipf_bits), seed=seed, coding=coding)
    return tuple(rec.decode(message, coding, bins, seed).tolist())


def bin_bits(numbers: tuple[int, ...], intervals: tuple[int, ...]) -> str:
    """The bin as a binary number of ceil(log2 J) digits."""
    flat, total = 0, 1
    for b, n in zip(numbers, intervals, strict=True):
        flat, total = flat * n + b, total * n
    width = (total - 1).bit_length()
    return format(flat, f"0{width}b") if width else ""


class Measured(NamedTuple):
    """Average message length over fresh races, and over fresh targets where they are drawn; in bits."""

    runs: int
    mean_bits: float
    error_bits: float  # one standard error


def measured(view: View, lane: Lane) -> Measured | None:
    """A lane's average over fresh races, where it is cheap enough to take now."""
    if lane.trace is None or not lane.expected_examined < MEASURED_CANDIDATES / 20:
        return None
    return _measured(lane.name, **view._asdict())


@st.cache_data(max_entries=256, show_spinner=False)
def _measured(name: str, **values: object) -> Measured | None:
    view = View(**values)  # type: ignore[arg-type]
    lane = next(lane for lane in race(view).lanes if lane.name == name)
    runs = int(min(MEASURED_RUNS, MEASURED_CANDIDATES / max(lane.expected_examined, 1.0)))
    try:
        result = rec.encode_many(
            coded_for(view), runs, lane.method, lane.partition, lane.weights,
            lane.stopping, lane.num_candidates, seed=view.seed, max_examined=MEASURED_CANDIDATES,
        )  # fmt: skip
    except rec.RecError:
        return None
    lengths = lane.partition.log2_num_bins + rec.ZipfCode(lane.zipf_bits).length_bits(result.indices)
    return Measured(runs, float(lengths.mean()), float(lengths.std() / math.sqrt(runs)))


# ---------------------------------------------------------------------------------------------------- code lengths


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
    return _lengths(**_channel_values(view))


def _channel_values(view: View) -> dict[str, object]:
    """The values that decide a view's channel and partition: a key no other control disturbs."""
    own = {"channel": (), "own": VECTORS[view.family], "drawn": ("heights",)}[view.source]
    names = ("source", "family", *own, "bits", "dim", "spread", "log2_bins", "strategy", "intervals")
    return {name: getattr(view, name) for name in names}


@st.cache_data(max_entries=64, show_spinner="Working out the exact laws")
def _lengths(**values: object) -> Lengths:
    view = View(**values)  # type: ignore[arg-type]
    channel = channel_of(view)
    cuts = {"pfr": rec.partition((1,) * view.dim), "pfr_bins": partition_of(view, channel)}
    return Lengths(channel.information_bits, tuple(_lane_law(name, channel, cut) for name, cut in cuts.items()))


def _lane_law(name: str, channel: rec.Channel, cut: rec.Partition) -> LaneLaw:
    law = rec.laws.index_law(channel, cut)
    zipf_bits, overhead, bound = _theory(channel, cut)
    zipf = cut.log2_num_bins + zipf_mean_bits(rec.ZipfCode(zipf_bits), law.mean_log2)
    return LaneLaw(
        name=name,
        title=LANES[name],
        partition=cut,
        log2_bins=cut.log2_num_bins,
        zipf_bits=zipf_bits,
        law=law,
        mean_log2_index=law.mean_log2,
        zipf_mean_bits=zipf,
        bound_bits=bound,
        sharp_bound_bits=rec.laws.sharp_bound_bits(channel, cut),
        overhead_bits=overhead,
        codes=(
            cut.log2_num_bins + law.entropy_bits,
            zipf,
            cut.log2_num_bins + elias_mean_bits(law),
            cut.log2_num_bins + fixed_bits(law),
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
    return _length_batch(name, number, runs, seed=view.seed, weights=view.weights, **_channel_values(view))


@st.cache_data(max_entries=256, show_spinner=False)
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
    many = rec.encode_many(
        channel_of(view), runs, "pfr", lane.partition, view.weights, seed=seed, max_examined=MAX_EXAMINED
    )
    pairs = zip(many.bins.tolist(), many.indices.tolist(), strict=True)
    return lane, [rec.Message(tuple(numbers), index) for numbers, index in pairs]


def payload_bits(messages: list[rec.Message], cut: rec.Partition, code: rec.codes.Code) -> int:
    """Bits of the packed messages without their frame."""
    return 8 * (len(rec.pack(messages, cut, code)) - rec.FRAME_BYTES)


def packed_codes(view: View, name: str, runs: int) -> tuple[float, ...]:
    """Real bits a message of a lane's first batch in one piece, frame apart, under each of CODES.

    NaN for a code that cannot code the batch. RecError where the lane is not run.
    """
    return _packed_codes(name, runs, seed=view.seed, weights=view.weights, **_channel_values(view))


@st.cache_data(max_entries=64, show_spinner="Packing messages")
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
    return _invariance(seed=view.seed, **_channel_values(view))


@st.cache_data(max_entries=64, show_spinner=False)
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
            many = rec.encode_many(
                channel, 300, "pfr", cut, weights, "per_bin", seed=view.seed, max_examined=MEASURED_CANDIDATES
            )
        except rec.RecError:
            return None
        lengths_ = cut.log2_num_bins + code.length_bits(many.indices)
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
    return _allocations(channel.family, channel.bits, round(partition_of(view, channel).log2_num_bins))


@st.cache_data(max_entries=64, show_spinner="Comparing ways to cut")
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
        zipf_bits, overhead, _ = _theory(channel, cut)
        index_bits = zipf_mean_bits(rec.ZipfCode(zipf_bits), rec.laws.expected_log2_index(channel, cut))
        rows.append(Allocated(strategy, cut, cut.log2_num_bins + index_bits, overhead, candidates))
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


@st.cache_data(max_entries=512, show_spinner=False)
def _sweep_point(family: str, shares: tuple[float, ...], information_bits: int, strategy: str, seed: int) -> SweepPoint:
    channel = channel_at(family, shares, information_bits)
    uncut = rec.partition((1,) * channel.dim)
    n = 2 ** (information_bits + ORC_SPARE_BITS)
    return SweepPoint(
        information_bits,
        _method(channel, uncut, seed),
        _method(channel, rec.allocate(channel, information_bits, strategy), seed),
        _measured_length(channel, uncut, "orc", n, float(n), seed),
    )


def _method(channel: rec.Channel, cut: rec.Partition, seed: int) -> figures.Method:
    lane = _lane_law("pfr", channel, cut)
    candidates = math.inf
    if sum(cut.intervals) <= 2**10:  # tabulated anew for every run
        candidates = float(np.mean([2.0 ** rec.upper_sum_bits(channel.draw(t), cut) for t in range(TARGETS)]))
    measured = _measured_length(channel, cut, "pfr", None, candidates, seed)
    return figures.Method(lane.zipf_mean_bits, lane.codes[0], lane.bound_bits, lane.sharp_bound_bits, measured)


def _measured_length(
    channel: rec.Channel, cut: rec.Partition, method: str, n: int | None, candidates: float, seed: int
) -> figures.Mean | None:
    """Mean Zipf length of SWEEP_RUNS encodings and the half width of its 95% interval; None where out of reach."""
    if candidates * SWEEP_RUNS * channel.dim > SWEEP_CANDIDATES:
        return None
    try:
        many = rec.encode_many(channel, SWEEP_RUNS, method, cut, num_candidates=n, seed=seed, max_examined=MAX_EXAMINED)
    except rec.RecError:  # some run goes over budget, or ORC finds nothing where Q has mass
        return None
    code = rec.ZipfCode(rec.laws.log2_index_bound_bits(channel, cut))
    sizes = cut.log2_num_bins + code.length_bits(many.indices)
    return figures.Mean(float(sizes.mean()), 1.96 * float(sizes.std()) / math.sqrt(SWEEP_RUNS))


# ---------------------------------------------------------------------------------------------------- speed

TARGETS = 24  # targets a typical one is averaged over
MOST_BITS = 60  # how far curves go
CUT_BITS = 16  # log2 of the intervals of a dimension: finer cuts take long to tabulate for a chart
FINEST_BITS = 40  # of a dimension: floats cannot tell the candidates of a finer target apart
LISTED_BITS = 8  # log2 of the bins up to which the chart gives each its stop line
SPEED_RUNS = 40  # races of each target behind a measured mark
SPEED_NUMBERS_BITS = 10  # log2 of the numbers (candidates times D) a measured race may draw on average
SPEED_INTERVALS = 2**12  # in all dimensions, of a measured race


class Search(NamedTuple):
    """One way to search, a line of the chart: into 2^(I + `more`) bins, or without bins where `more` is None."""

    name: str
    role: str
    dash: str
    weights: str
    stopping: str
    more: int | None


SEARCHES = (
    Search("no bins", "p", "solid", "peak_ratio", "single", None),
    Search("target mass, one stop line", "best", "dot", "target_mass", "single", 0),
    Search("target mass, a stop line a bin", "best", "dash", "target_mass", "per_bin", 0),
    Search("peak ratio", "heuristic", "solid", "peak_ratio", "single", 0),
    Search("peak ratio, 8 × the bins", "winner", "dash", "peak_ratio", "single", 3),
)


class Growth(NamedTuple):
    """A typical target at I bits: means over TARGETS targets; tuples have an entry for each of SEARCHES.

    nan where a search is not worked out or not run.
    """

    information_bits: float
    kl_bits: float
    renyi_inf_bits: float
    exact_bits: tuple[float, ...]  # log2 of the expected candidates
    measured_bits: tuple[float, ...]  # log2 of the mean of SPEED_RUNS races
    error_bits: tuple[float, ...]  # half of its 95% interval


_GRID = (*range(1, 9), *range(10, MOST_BITS + 1, 5))


def growth_grid(view: View) -> list[float]:
    """I of the chart's points, in bits: not so many that a uniform target's box is finer than floats."""
    shares = shares_of(view)
    finest = FINEST_BITS * shares.sum() / shares.max() if view.family == "uniform" else math.inf
    return [float(bits) for bits in _GRID if bits <= finest]


def growth(view: View, information_bits: float) -> Growth:
    """One point of the curves: the view's family, dimension and spread, at another I."""
    return _growth(view.family, tuple(shares_of(view).tolist()), float(information_bits))


@st.cache_data(max_entries=2048, show_spinner=False)
def _growth(family: str, shares: tuple[float, ...], information_bits: float) -> Growth:
    channel = channel_at(family, shares, information_bits)
    problems = [channel.draw(target) for target in range(TARGETS)]
    rows = [_search_bits(channel, problems, search) for search in SEARCHES]
    exact, found, errors = zip(*rows, strict=True)
    kl, top = (_mean([getattr(problem, name) for problem in problems]) for name in ("kl_bits", "renyi_inf_bits"))
    return Growth(information_bits, kl, top, exact, found, errors)


def bins_of(channel: rec.Channel, search: Search) -> rec.Partition:
    """The bins of a search of the chart: shared out by information, no dimension finer than 2^CUT_BITS."""
    if search.more is None:
        return rec.partition((1,) * channel.dim)
    shared = rec.allocate(channel, int(channel.information_bits) + search.more)
    return rec.partition([min(n, 2**CUT_BITS) for n in shared.intervals])


def _search_bits(channel: rec.Channel, problems: list[rec.Problem], search: Search) -> tuple[float, float, float]:
    """log2 of the candidates a search examines: exact, measured, half of the measurement's 95% interval."""
    cut = bins_of(channel, search)
    if search.more is None:
        exact = most = _mean([problem.renyi_inf_bits for problem in problems])
    elif max(channel.bits) > FINEST_BITS or (search.stopping == "per_bin" and cut.num_bins > 2**LISTED_BITS):
        return math.nan, math.nan, math.nan
    else:
        most = _mean([_expected_bits(problem, cut, search.weights, "single") for problem in problems])
        exact = most
        if search.stopping == "per_bin":  # quadrature, quick only in few dimensions
            exact = math.nan
            if channel.dim <= 2 and channel.information_bits % 2 == 0:
                exact = _mean([_expected_bits(problem, cut, search.weights, "per_bin") for problem in problems])
    if not most + math.log2(channel.dim) <= SPEED_NUMBERS_BITS or sum(cut.intervals) > SPEED_INTERVALS:
        return exact, math.nan, math.nan
    found = [_measured_bits(problem, cut, search, seed) for seed, problem in enumerate(problems)]
    variance = sum(error**2 for _, error in found)
    return exact, _mean([mean for mean, _ in found]), 1.96 * math.sqrt(variance) / len(found)


def _mean(values: list[float]) -> float:
    return float(np.mean(values))


def _expected_bits(problem: rec.Problem, cut: rec.Partition, weights: str, stopping: str) -> float:
    """log2 of the candidates PFR is expected to examine; inf past 2^1000."""
    return math.log2(rec.laws.expected_examined(problem, "pfr", cut, weights, stopping))


def _measured_bits(problem: rec.Problem, cut: rec.Partition, search: Search, seed: int) -> tuple[float, float]:
    """log2 of the mean examined over SPEED_RUNS races of one target, and its standard error."""
    examined = rec.encode_many(
        problem, SPEED_RUNS, "pfr", cut, search.weights, search.stopping, seed=seed, max_examined=2**24
    ).examined
    mean = float(examined.mean())
    return math.log2(mean), float(examined.std(ddof=1)) / (mean * math.log(2.0) * math.sqrt(SPEED_RUNS))


class Here(NamedTuple):
    """One target on the chart's axes, and log2 of the candidates it takes, without bins and with the view's.

    The latter under peak-ratio weights; nan where the bins are too fine to look at.
    """

    information_bits: float
    kl_bits: float
    renyi_inf_bits: float
    plain_bits: float
    binned_bits: float


def here(view: View) -> Here:
    """The view's own target. RecError where the view asks for the impossible."""
    channel, problem = problem_of(view)
    cut = partition_of(view, channel)
    top = problem.renyi_inf_bits
    binned = rec.upper_sum_bits(problem, cut) if max(cut.intervals) <= 2**CUT_BITS else math.nan
    return Here(channel.information_bits, problem.kl_bits, top, top, binned)


@st.cache_data(max_entries=256, show_spinner=False)
def candidates_per_second(family: str, dim: int) -> float:
    """How many candidates of a plain search in `dim` dimensions this machine examines in a second, to two digits."""
    bits = 16.0 - math.log2(dim)  # of sup r, so that every dimension takes about as long
    if family == "gaussian":
        problem = rec.gaussian_problem([0.0] * dim, [2.0 ** (-bits / dim)] * dim)
    elif family == "piecewise":
        problem = rec.piecewise_problem([*[0.0] * 128, 200.0, *[0.0] * 128])
    else:
        problem = rec.uniform_problem([0.0] * dim, [2.0 ** (-bits / dim)] * dim)
    rates = []
    for _ in range(3):
        begun = time.perf_counter()
        many = rec.encode_many(problem, 16, "pfr", seed=0)
        rates.append(float(many.examined.sum()) / (time.perf_counter() - begun))
    return float(f"{np.median(rates):.1e}")


class Cost(NamedTuple):
    """What one partition of a channel costs a typical target: log2 of the candidates, and mean message lengths."""

    intervals: tuple[int, ...]
    log2_bins: float
    candidates_bits: float
    zipf_bits: float
    matched_bits: float


def cost(view: View, intervals: tuple[int, ...]) -> Cost:
    """PFR with peak-ratio weights and these intervals on the view's channel."""
    channel = channel_of(view)
    return _cost(channel.family, channel.bits, intervals)


@st.cache_data(max_entries=2048, show_spinner=False)
def _cost(family: str, bits: tuple[float, ...], intervals: tuple[int, ...]) -> Cost:
    channel = rec.Channel(family, bits)
    cut = rec.partition(intervals)
    law = rec.laws.index_law(channel, cut)
    code = rec.ZipfCode(rec.laws.log2_index_bound_bits(channel, cut))
    size = cut.log2_num_bins
    zipf, matched = size + zipf_mean_bits(code, law.mean_log2), size + law.entropy_bits
    return Cost(intervals, size, typical_bits(channel, cut), zipf, matched)


def typical_bits(channel: rec.Channel, cut: rec.Partition) -> float:
    """log2 of the candidates under peak-ratio weights, averaged over TARGETS targets of the channel.

    Intervals of dimensions without information change nothing, and may be too many to look at.
    """
    some = rec.partition([n if bits > 0 else 1 for n, bits in zip(cut.intervals, channel.bits, strict=True)])
    return _mean([rec.upper_sum_bits(channel.draw(target), some) for target in range(TARGETS)])


def trade_partitions(view: View) -> list[tuple[int, ...]]:
    """The partitions of the trade's curve, J doubling by the view's strategy from one bin to beyond 2^I.

    RecError where the strategy has nothing to cut. A strategy of one's own has a single partition, so its curve is that
    of the intervals by information.
    """
    channel = channel_of(view)
    strategy = "information" if view.strategy == "own" else view.strategy
    most = min(math.ceil(channel.information_bits) + 8, MOST_BITS)
    found = []
    for k in np.unique(np.linspace(0, most, min(most + 1, 15)).round().astype(int)).tolist():
        cut = rec.allocate(channel, k, strategy)
        if _readable(channel, cut):
            found.append(cut.intervals)
    return found


def _readable(channel: rec.Channel, cut: rec.Partition) -> bool:
    """Whether no dimension with information is cut finer than charts tabulate."""
    return all(n <= 2**CUT_BITS for n, bits in zip(cut.intervals, channel.bits, strict=True) if bits > 0)


def doubled(view: View) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The view's intervals, and those with twice the bins: by its strategy, or of one's own where it saves most time.

    RecError where they are too fine to work out.
    """
    channel = channel_of(view)
    now = partition_of(view, channel)
    if view.strategy == "own":
        halved = [rec.partition([n * (1 + (e == d)) for e, n in enumerate(now.intervals)]) for d in range(view.dim)]
        after = min((cut for cut in halved if _readable(channel, cut)), key=lambda cut: typical_bits(channel, cut))
    else:
        after = partition_of(view._replace(log2_bins=view.log2_bins + 1), channel)
    if not (_readable(channel, now) and _readable(channel, after)):
        raise rec.RecError(f"Choose bins with fewer than 2^{CUT_BITS} intervals in a dimension to see what more buy.")
    return now.intervals, after.intervals


class Strategy(NamedTuple):
    """One way to share J's factors out over dimensions, as J grows."""

    name: str
    title: str
    log2_bins: tuple[float, ...]
    candidates_bits: tuple[float, ...]  # log2, of a typical target; nan where an interval is too fine
    now: tuple[int, ...]  # intervals at the view's J, or the power of two nearest to it
    readable: bool  # whether what these cost can be worked out


STRATEGY_ROLES = {"information": "heuristic", "runtime": "winner", "random": "candidate", "collapsed": "best"}


@st.cache_data(max_entries=64, show_spinner="Sharing the bins out")
def _strategies(family: str, bits: tuple[float, ...], log2_bins: int) -> list[Strategy]:
    channel = rec.Channel(family, bits)
    most = max(math.ceil(channel.information_bits) + 4, log2_bins)
    grid = sorted({*np.linspace(0, most, 13).round().astype(int).tolist(), log2_bins})
    found = []
    for name in STRATEGY_ROLES:
        try:
            cuts = [rec.allocate(channel, k, name) for k in grid]
        except rec.RecError:  # no dimension to cut: there is none without information
            continue
        typical = [typical_bits(channel, cut) if _readable(channel, cut) else math.nan for cut in cuts]
        now, title = cuts[grid.index(log2_bins)], TABLE["strategy"].options[name]
        powers = tuple(float(k) for k in grid)
        found.append(Strategy(name, title, powers, tuple(typical), now.intervals, _readable(channel, now)))
    return found


def strategies(view: View) -> list[Strategy]:
    """Every strategy the view's channel allows."""
    channel = channel_of(view)
    return _strategies(channel.family, channel.bits, round(partition_of(view, channel).log2_num_bins))


ADVISED = 6  # cuts that are compared at most
UNNOTICED_IN = 1000  # samples in which the bias of an ORC that is compared goes unnoticed


class Option(NamedTuple):
    """One way to send a sample of a view's target, on average over races; `log2_bins` is None for ORC."""

    name: str
    log2_bins: float | None
    candidates: float
    mean_bits: float
    seconds: float


class Advice(NamedTuple):
    """Plain PFR first, then PFR with ever more bins under peak-ratio weights, ORC last; `best` is a place among them.

    Best is the least mean_bits + log2(candidates): a bit of message is worth half the search.
    """

    options: tuple[Option, ...]
    best: int


def advice(view: View) -> Advice:
    """Would bins help with this target? RecError where no search can serve it."""
    keys = _channel_values(view) | {"strategy": "information", "log2_bins": 0, "intervals": "1"}
    return _advice(target=view.target, **keys)


@st.cache_data(max_entries=64, show_spinner="Working out what bins would do")
def _advice(**values: object) -> Advice:
    view = View(**values)  # type: ignore[arg-type]
    channel, problem = problem_of(view)
    found = pfr_advice(problem, channel, coded_for(view))
    if problem.family != "uniform" and view.dim == 1:  # where the exact bias is quickly had
        n = candidates_unnoticed(view, UNNOTICED_IN, "orc")
        if n is not None:
            seconds = n / candidates_per_second(problem.family, 1)
            return found._replace(options=(*found.options, Option("ORC", None, float(n), math.log2(n), seconds)))
    return found


def pfr_advice(problem: rec.Problem, channel: rec.Channel, source: rec.Channel | rec.Problem) -> Advice:
    """PFR on one target, its bins dealt out for `channel`, its code made for `source`. RecError where it never ends."""
    if math.isinf(problem.renyi_inf_bits):
        raise rec.RecError("Q is wider than P somewhere, so its ratio has no limit and no PFR search ever ends.")
    rate = candidates_per_second(problem.family, problem.dim)
    options = []
    for k in cuts_to_compare(channel):
        cut = cut_into(channel, k)
        candidates = 2.0 ** min(rec.upper_sum_bits(problem, cut), 1000.0)
        code = rec.ZipfCode(rec.laws.log2_index_bound_bits(source, cut))
        size = k + zipf_mean_bits(code, rec.laws.expected_log2_index(problem, cut))
        options.append(Option("PFR", float(k), candidates, size, candidates / rate))
    return Advice(tuple(options), best_of([(option.mean_bits, option.candidates) for option in options]))


def best_of(costs: Sequence[tuple[float, float]]) -> int:
    """Which of these (mean bits, candidates) is best: a bit of message is worth half the search."""
    return min(range(len(costs)), key=lambda i: costs[i][0] + math.log2(costs[i][1]))


def cut_into(channel: rec.Channel, log2_bins: int) -> rec.Partition:
    """2^log2_bins bins by information; one bin serves a channel without any, too."""
    return rec.allocate(channel, log2_bins) if log2_bins else rec.partition((1,) * channel.dim)


def cuts_to_compare(channel: rec.Channel) -> list[int]:
    """log2 J of no bins, 4, 16, ..., 2^I and 4 times that; evenly thinned out where they are many."""
    top = round(channel.information_bits)
    if channel.information_bits == 0:
        return [0]
    most = min(CUT_BITS * sum(bits > 0 for bits in channel.bits), MOST_BITS)
    cuts = sorted({0, *range(2, top, 2), top, top + 2} & set(range(most + 1)))
    middle = cuts[1:-2]
    places = np.unique(np.linspace(0, len(middle) - 1, min(ADVISED - 2, len(middle))).round().astype(int))
    return [0, *(middle[i] for i in places), *cuts[1:][-2:]]


class Trap(NamedTuple):
    """Every bin under two weightings, and what four searches examine."""

    target_share: tuple[float, ...]  # Q's mass of every bin
    target_mass: tuple[float, ...]  # sup r' of every bin, 0 where Q has no mass
    peak_ratio: tuple[float, ...]
    rows: tuple[tuple[str, float], ...]  # a search and its expected candidates; the first is without bins

    @property
    def plain(self) -> float:
        """Expected candidates without bins: sup r."""
        return self.rows[0][1]


def trap(view: View) -> Trap | None:
    """The view's target in one dimension; None where there are too few or too many bins to show."""
    channel, problem = problem_of(view)
    cut = partition_of(view, channel)
    if view.dim != 1 or not 2 <= cut.num_bins <= 64 or not 0 < channel.information_bits <= FINEST_BITS:
        return None
    (peaks,) = rec.bin_peaks_bits(problem, cut)
    sups = []
    for weights in ("target_mass", "peak_ratio"):
        (share,) = rec.bin_weights(problem, cut, weights)
        with np.errstate(divide="ignore", invalid="ignore"):
            sups.append(tuple(np.nan_to_num(np.exp2(peaks) / (share * cut.num_bins)).tolist()))
    expected = rec.laws.expected_examined
    rows = (
        ("no bins", expected(problem)),
        ("target mass, one stop line", expected(problem, "pfr", cut, "target_mass", "single")),
        ("target mass, a stop line for each bin", expected(problem, "pfr", cut, "target_mass", "per_bin")),
        ("peak ratio", expected(problem, "pfr", cut, "peak_ratio")),
    )
    (shares,) = rec.bin_weights(problem, cut, "target_mass")
    return Trap(tuple(shares.tolist()), sups[0], sups[1], rows)


# ---------------------------------------------------------------------------------------------------- bias

BIAS_POWERS = tuple(range(0, 22, 3))  # log2 of the n whose bias is worked out
BIAS_NUMBERS = 2**21  # candidates times D that samples of one n may cost in all
BIAS_RUNS = 20_000  # samples of the chosen n, if they are cheap
MMD_RUNS = 4000  # samples an MMD is measured from
MMD_RESOLVED = 1e-11  # smaller squares are those of the density's own error, and count as 0
LEAST_RUNS = 500  # fewer samples are not worth showing
NOTICEABLE = 0.1  # advantage over guessing below which a test may be called blind


class Bias(NamedTuple):
    """How far ORC's output is from Q: exact, and measured where samples are cheap."""

    total_variation: float
    kl_bits: float
    mmd_squared: float  # nan in more than one dimension
    measured_squared: float  # MMD^2 of samples, nan without them
    error_squared: float  # its standard error


def bias(view: View, name: str, candidates: int) -> Bias:
    """One lane's bias on a view's Gaussian target with some n. RecError where the view asks for the impossible."""
    return _bias(name, candidates, **_target_values(view))


def _target_values(view: View) -> dict[str, object]:
    """The values that decide a view's target, its races and its bins: all of ORC but n."""
    return {"target": view.target, "seed": view.seed, "weights": view.weights, **_channel_values(view)}


@st.cache_data(max_entries=1024, show_spinner=False)
def _bias(name: str, candidates: int, **values: object) -> Bias:
    view = View(**values)  # type: ignore[arg-type]
    (_, problem), cut = problem_of(view), orc_bins(view, name)
    far = rec.laws.orc_bias(problem, candidates, cut, view.weights)
    exact = orc_mmd_squared(problem, candidates, cut, view.weights) if view.dim == 1 else math.nan
    samples = _orc_samples(name, candidates, runs_of(MMD_RUNS, candidates, view.dim), **values)
    if not len(samples):
        return Bias(far.total_variation, far.kl_bits, exact, math.nan, math.nan)
    found = rec.metrics.mmd(samples, problem)
    return Bias(far.total_variation, far.kl_bits, exact, found.squared, found.error)


def orc_bins(view: View, name: str) -> rec.Partition:
    """The bins of a lane of ORC."""
    return partition_of(view, channel_of(view)) if name == "orc_bins" else rec.partition((1,) * view.dim)


def runs_of(most: int, candidates: int, dim: int) -> int:
    """How many samples of ORC are drawn: as many as are cheap, none where that is too few to show."""
    runs = min(most, BIAS_NUMBERS // (candidates * dim))
    return runs if runs >= LEAST_RUNS else 0


def orc_samples(view: View, name: str) -> Floats:
    """Samples (runs, D) of a lane at the view's n; no runs where they would take long."""
    runs = runs_of(BIAS_RUNS, view.candidates, view.dim)
    return _orc_samples(name, view.candidates, runs, **_target_values(view))


@st.cache_data(max_entries=64, show_spinner=False)
def _orc_samples(name: str, candidates: int, runs: int, **values: object) -> Floats:
    view = View(**values)  # type: ignore[arg-type]
    if runs == 0:
        return np.empty((0, view.dim))
    (_, problem), cut = problem_of(view), orc_bins(view, name)
    return rec.encode_many(problem, runs, "orc", cut, view.weights, num_candidates=candidates, seed=view.seed).samples


def orc_mmd_squared(problem: rec.Problem, candidates: int, cut: rec.Partition, weights: str) -> float:
    """MMD^2 of ORC's output from Q in one dimension, exact: quadrature of its density, `metrics.mmd`'s own kernel."""
    x, width = line_rule(problem, cut)
    target = np.exp2(problem.log_ratio_bits(x[:, None])) * np.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)
    gap = (rec.laws.orc_density(problem, candidates, x[:, None], cut, weights) - target) * width
    (bandwidth,) = rec.metrics.median_bandwidth(problem)
    square = float(gap @ np.exp(-0.5 * ((x[:, None] - x) / bandwidth) ** 2) @ gap)
    return square if square > MMD_RESOLVED else 0.0


def line_rule(problem: rec.Problem, cut: rec.Partition) -> tuple[Floats, Floats]:
    """Points and weights that integrate over the line: panels end where bins do, and are close where Q is."""
    mean, scale = problem.params[0]
    first, last = np.floor(norm.cdf([mean - 9 * scale, mean + 9 * scale]) * cut.num_bins).astype(int)
    cuts = np.arange(max(first, 1), min(last + 1, cut.num_bins))  # beyond them P' is as smooth as P, or nothing
    cuts = cuts[:: max(1, cuts.size // 512)]  # finer bins make steps too small to matter
    breaks = [norm.ppf(cuts / cut.num_bins), np.linspace(-9, 9, 181), mean + scale * np.linspace(-9, 9, 49)]
    ends = np.unique(np.concatenate(breaks))
    nodes, weights = np.polynomial.legendre.leggauss(4)
    half = 0.5 * np.diff(ends)[:, None]
    return (ends[:-1, None] + half * (1.0 + nodes)).ravel(), (half * weights).ravel()


def output_density(view: View, name: str, x: Floats) -> Floats:
    """Exact density of what ORC puts out at `x` (M,), in one dimension."""
    return _output_density(name, x, view.candidates, **_target_values(view))


@st.cache_data(max_entries=64, show_spinner=False)
def _output_density(name: str, x: Floats, candidates: int, **values: object) -> Floats:
    view = View(**values)  # type: ignore[arg-type]
    _, problem = problem_of(view)
    return rec.laws.orc_density(problem, candidates, x[:, None], orc_bins(view, name), view.weights)


def chance_of_silence(view: View) -> dict[str, float]:
    """For a uniform target: the chance that none of the n candidates lies in its box, so that ORC sends nothing."""
    channel, problem = problem_of(view)
    chances = {}
    for name, cut in (("orc", rec.partition((1,) * view.dim)), ("orc_bins", partition_of(view, channel))):
        shares = rec.bin_weights(problem, cut, "target_mass")
        weights = rec.bin_weights(problem, cut, view.weights)
        inside = 2.0**-problem.kl_bits  # P' of the box: E_Q[1 / r'], interval by interval
        for share, weight, n in zip(shares, weights, cut.intervals, strict=True):
            inside *= float(np.sum(share * weight)) * n
        chances[name] = max(0.0, 1.0 - inside) ** view.candidates
    return chances


def unnoticed_samples(kl_bits: float) -> float:
    """How many samples no test can tell from Q's with advantage above NOTICEABLE: by Pinsker, m KL ln 2 / 2 <= a^2."""
    return math.inf if kl_bits <= 0.0 else 2.0 * NOTICEABLE**2 / (kl_bits * math.log(2.0))


@st.cache_data(max_entries=64, show_spinner=False)
def candidates_for(samples: int, name: str, **values: object) -> int | None:
    """The least power of two of candidates whose bias goes unnoticed in that many samples; None past 2^30."""
    view = View(**values)  # type: ignore[arg-type]
    _, problem = problem_of(view)
    cut = orc_bins(view, name)

    def unnoticed(k: int) -> bool:
        return unnoticed_samples(rec.laws.orc_bias(problem, 2**k, cut, view.weights).kl_bits) >= samples

    k = bisect.bisect_left(range(31), True, key=unnoticed)
    return 2**k if k <= 30 else None


def candidates_unnoticed(view: View, samples: int, name: str) -> int | None:
    """`candidates_for` of a view."""
    return candidates_for(samples, name, target=view.target, weights=view.weights, **_channel_values(view))


# ---------------------------------------------------------------------------------------------------- pictures


@st.cache_data(max_entries=64, show_spinner=False)
def orc_rate(dim: int, bins: bool) -> float:
    """How many candidates of one ORC search in `dim` dimensions this machine examines in a second, to two digits."""
    problem = rec.gaussian_problem([0.0] * dim, [0.5] * dim)
    cut, n = rec.partition((2 if bins else 1,) * dim), 2**16
    seconds = []
    for _ in range(3):  # the first may compile
        begun = time.perf_counter()
        rec.encode(problem, "orc", cut, num_candidates=n, seed=0)
        seconds.append(time.perf_counter() - begun)
    return float(f"{n / min(seconds):.1e}")


@st.cache_data(max_entries=16, show_spinner="Dealing the picture into blocks")
def transform_blocks(picture: pictures.Picture, rate: str, block_bits: int, log2_bins: int) -> tuple[int, float]:
    """Blocks the transform codec makes of a picture, and their mean information in bits."""
    model, level = mixture.shipped(), mixture.level_for(rate)
    tiles, classes = dct.classify(model, level, picture)
    rows = np.split(classes, len(tiles))
    strips = [dct.group(model, level, row, own, block_bits, log2_bins) for row, own in zip(tiles, rows, strict=True)]
    count = sum(len(strip.groups) for strip in strips)
    information = -float(sum(np.log2(strip.scale).sum() for strip in strips))
    return count, information / max(count, 1)


@st.cache_data(max_entries=16, show_spinner=False)
def compressed(picture: pictures.Picture, kind: str) -> tuple[pictures.Compressed, ...]:
    """A picture as "JPEG" or "WEBP" at several qualities."""
    return pictures.compress(picture, kind)


# ---------------------------------------------------------------------------------------------------- messages

STREAM_SIZES = (1, 3, 10, 30, 100, 300)


def shared_of(view: View) -> messages.Shared:
    """What a view says both sides hold. RecError where it asks for the impossible."""
    channel = channel_of(view)
    return messages.Shared(view.seed, channel, partition_of(view, channel), view.code)


def stream(view: View) -> tuple[messages.StreamCost, ...]:
    """What many messages in one stream cost, a message. RecError past the budget."""
    return _stream(seed=view.seed, code=view.code, **_channel_values(view))


@st.cache_data(max_entries=64, show_spinner="Encoding three hundred messages")
def _stream(**values: object) -> tuple[messages.StreamCost, ...]:
    view = View(**values)  # type: ignore[arg-type]
    return messages.stream_costs(shared_of(view), STREAM_SIZES, MAX_EXAMINED // STREAM_SIZES[-1])


# ---------------------------------------------------------------------------------------------------- statements


@st.cache_data(show_spinner=False)
def remembered(name: str, _work: Callable[[], tuple[Any, ...]]) -> tuple[Any, ...]:
    """What `_work` gives, done once under this name: the numbers beside a statement, which never change."""
    return _work()


# ---------------------------------------------------------------------------------------------------- the paper


class Rates(NamedTuple):
    """What this machine does on two threads: candidates a second in 5-D; seconds for the exact law of one search."""

    candidates_per_second: float
    law_seconds: float


@st.cache_data(show_spinner="Timing this machine")
def paper_rates() -> Rates:
    """Measured once: what the Paper page's estimates of time rest on."""
    source = experiments.channel(6.0)
    cut = rec.allocate(source, 6)
    for target, runs, candidates in ((0, 1, 1), (1, 8, 2**13)):  # the first compiles
        problem, begun = source.draw(target), time.perf_counter()
        rec.encode_many(problem, runs, "orc", cut, num_candidates=candidates, num_threads=experiments.WORKERS)
        middle = time.perf_counter()
        rec.metrics.output_mmd(problem, 2 ** np.arange(10), cut)
        ended = time.perf_counter()
    return Rates(runs * candidates / (middle - begun), ended - middle)


@st.cache_data(show_spinner=False)
def paper_seconds(key: str, size: str) -> float:
    """How long an experiment of the Paper page will take here, about."""
    chosen, rates = experiments.SIZES[size], paper_rates()
    if key == "stopped":
        return 2.0 * len(chosen.bits) * chosen.law_targets * rates.law_seconds
    work = experiments.STUDIES[key](chosen)
    laws = len({(one.source, one.cut) for one in work.cells})
    pairs = len(work.cells) * work.runs**2 if work.samples else 0
    return (
        experiments.candidates(key, chosen) / rates.candidates_per_second
        + laws * rates.law_seconds
        + pairs * 1e-8  # of the MMD of samples
        + work.num_runs * (1e-3 if key == "pfr" else 2e-5)  # of looking at targets, and of Python
    )


# ---------------------------------------------------------------------------------------------------- warming up


class WarmUp:
    """Compiles the kernels the pages need in a background thread, once a process, so that no page waits for Numba."""

    def __init__(self) -> None:
        self.start = threading.Event()  # the Start page's kernels are there
        self.ready = threading.Event()  # and those that other pages begin with
        self.done = threading.Event()  # and all others
        threading.Thread(target=self._run, daemon=True, name="warm-up").start()

    def _run(self) -> None:
        try:
            compile_for_start()
            self.start.set()
            compile_for_pages()
        finally:
            self.start.set()
            self.ready.set()
        try:
            compile_for_later()
        finally:
            self.done.set()


def compile_for_start() -> None:
    """PFR with a clock for every bin, and what the stage shows of it."""
    channel, cut = rec.gaussian_channel([1.0]), rec.partition([2])
    problem = channel.draw(0)
    sent = rec.trace(problem, partition=cut)
    rec.decode(sent.message, channel.coding, cut)
    rec.laws.bound_bits(problem.kl_bits, cut.log2_num_bins, 0.0)
    problem.log_ratio_bits(sent.samples)


def compile_for_pages() -> None:
    """The other searches, many at once, and how many candidates they examine."""
    channel = rec.gaussian_channel([1.0])
    rec.trace(channel.draw(0), "orc", num_candidates=2)
    rec.encode_many(channel, 2)
    rec.laws.expected_examined(channel.draw(0), weights="uniform")


def compile_for_later() -> None:
    """While the first page is being read: the research pages' kernels, and last those of long searches."""
    channel = rec.gaussian_channel([1.0])
    for bits in ([1.0], [1.0, 1.0]):
        rec.laws.index_law(rec.gaussian_channel(bits), rec.partition([2] * len(bits)))
    rec.encode_many(channel, 1, "orc", num_candidates=1024)
    rec.encode(channel.draw(0), "orc", num_candidates=1024)


@st.cache_resource(show_spinner=False)
def warm_up() -> WarmUp:
    """The process's one warm-up, started by the first page that asks."""
    return WarmUp()
