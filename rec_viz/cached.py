"""The only cache: from a view to what the core says about it. Keys are flat; nothing here draws."""

from __future__ import annotations

import bisect
import hashlib
import math
import threading
import time
from typing import Any, NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray

import rec_core as rec
from rec_core.randomness import Floats

from .controls import LANES, MAX_DIM, TABLE, VECTORS, View, vector

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
    if view.source == "own":
        problem = _own_problem(view)
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


def channel_like(problem: rec.Problem) -> rec.Channel:
    """The channel with as much information in every dimension as this one target holds there: I_d = KL_d."""
    bits = [max(0.0, rec.Problem(problem.family, (pair,)).kl_bits) for pair in problem.params]
    return rec.gaussian_channel(bits) if problem.family == "gaussian" else rec.uniform_channel(bits)


def _shared_out(view: View) -> rec.Channel:
    """A channel by its I and how it is shared over dimensions."""
    shares = np.ones(view.dim)
    if view.spread == "falling":
        shares = 0.5 ** np.arange(view.dim)
    elif view.spread == "one_empty" and view.dim > 1:
        shares[-1] = 0.0
    make = rec.gaussian_channel if view.family == "gaussian" else rec.uniform_channel
    return make(view.bits * shares / shares.sum())


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
    lanes = tuple(_lane(name, view, channel, problem, cut) for name in LANES if name in view.lanes)
    digest = hashlib.blake2b(repr(view).encode(), digest_size=8).hexdigest()
    return Race(digest, problem, channel.information_bits, lanes)


def _theory(channel: rec.Channel, cut: rec.Partition) -> tuple[float, float, float]:
    """Parameter of the Zipf code, overhead E[eps] (none without bins) and bound on the mean length; bits."""
    overhead = rec.laws.overhead_bits(channel, cut) if cut.num_bins > 1 else 0.0
    bound = rec.laws.bound_bits(channel.information_bits, cut.log2_num_bins, overhead)
    return rec.laws.log2_index_bound_bits(channel, cut), overhead, bound


def _lane(name: str, view: View, channel: rec.Channel, problem: rec.Problem, cut: rec.Partition) -> Lane:
    bins = cut if name.endswith("_bins") else rec.partition((1,) * view.dim)
    settings = lane_settings(name, view, bins)
    method, stopping, n = settings["method"], settings["stopping"], settings["num_candidates"]
    zipf_bits, _, bound = _theory(channel, bins)
    trace, sentence, length, bin_bits, index_bits, data, held = None, "", math.nan, "", "", b"", ()
    try:
        expected = rec.laws.expected_examined(problem, **settings)
        trace = rec.trace(
            problem, **settings, seed=view.seed, max_examined=MAX_EXAMINED, max_events=max_events(view.dim)
        )
        code = rec.ZipfCode(zipf_bits)
        length = bins.log2_num_bins + float(code.length_bits(trace.message.index))
        bin_bits = _bin_bits(trace.message.bin, bins.intervals)
        index_bits = code.codeword(trace.message.index)
        data = rec.pack([trace.message], bins, code, seed=view.seed)
        held = receive(data, channel.coding, bins, zipf_bits, view.seed)
    except rec.BudgetExceeded as error:
        expected = 2.0**error.expected_bits if error.expected_bits < 1000 else math.inf
        sentence = _over_budget(error, bins)
    except rec.RecError as error:
        expected, sentence = math.nan, str(error)
    return Lane(
        name, LANES[name], method, bins, settings["weights"], stopping, n, trace, sentence, expected, zipf_bits, length,
        bound, bin_bits, index_bits, data, held,
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
    (message,) = rec.unpack(data, bins, rec.ZipfCode(zipf_bits), seed=seed)
    return tuple(rec.decode(message, coding, bins, seed).tolist())


def _bin_bits(numbers: tuple[int, ...], intervals: tuple[int, ...]) -> str:
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
    channel, problem = problem_of(view)
    lane = next(lane for lane in race(view).lanes if lane.name == name)
    runs = int(min(MEASURED_RUNS, MEASURED_CANDIDATES / max(lane.expected_examined, 1.0)))
    try:
        result = rec.encode_many(
            problem if view.source == "own" else channel, runs, lane.method, lane.partition, lane.weights,
            lane.stopping, lane.num_candidates, seed=view.seed, max_examined=MEASURED_CANDIDATES,
        )  # fmt: skip
    except rec.RecError:
        return None
    lengths = lane.partition.log2_num_bins + rec.ZipfCode(lane.zipf_bits).length_bits(result.indices)
    return Measured(runs, float(lengths.mean()), float(lengths.std() / math.sqrt(runs)))


# ---------------------------------------------------------------------------------------------------- code lengths


CODES = ("Matched", "Zipf", "Elias delta", "Fixed, too short once in a million")
OVERFLOW = 1e-6
SWEEP = ("I", "plain", "bins", "matched plain", "matched bins", "bound plain", "bound bins")
SWEEP_RUNS = 2000


class LaneLaw(NamedTuple):
    """What is known exactly of one method's message lengths, averaged over targets; bits."""

    name: str
    title: str
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
    names = ("source", "family", *VECTORS[view.family], "bits", "dim", "spread", "log2_bins", "strategy", "intervals")
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
        log2_bins=cut.log2_num_bins,
        zipf_bits=zipf_bits,
        law=law,
        mean_log2_index=law.mean_log2,
        zipf_mean_bits=zipf,
        bound_bits=bound,
        sharp_bound_bits=rec.laws.sharp_bound_bits(channel, cut),
        overhead_bits=overhead,
        codes=(
            cut.log2_num_bins + matched_mean_bits(law),
            zipf,
            cut.log2_num_bins + elias_mean_bits(law),
            cut.log2_num_bins + fixed_bits(law),
        ),
    )


def zipf_mean_bits(code: rec.ZipfCode, mean_log2_index: float) -> float:
    """E of the Zipf length: it is linear in log2 n."""
    return float(code.length_bits(1)) + code.exponent * mean_log2_index


def matched_mean_bits(law: rec.laws.IndexLaw) -> float:
    """Entropy of the index in bits: every index alone to 2^8, above that even within 1/16 octave."""
    edges = np.unique(np.concatenate([np.arange(1, 2**8 + 1), np.floor(2.0 ** np.arange(8, _octaves(law), 1 / 16))]))
    tails = law.tail(edges)
    mass = np.maximum(tails[:-1] - tails[1:], 0.0)
    some = mass > 1e-15
    return float(np.sum(mass[some] * (np.log2(np.diff(edges)[some]) - np.log2(mass[some]))))


def elias_mean_bits(law: rec.laws.IndexLaw) -> float:
    """E of the Elias delta length, which depends on the octave of the index alone."""
    octave = np.arange(_octaves(law))
    tails = law.tail(2.0**octave)
    mass = np.maximum(tails - np.append(tails[1:], 0.0), 0.0)
    return float(np.sum(mass * (octave + 2 * np.floor(np.log2(octave + 1)) + 1)))


def fixed_bits(law: rec.laws.IndexLaw) -> float:
    """Length of a fixed code whose largest index is exceeded with probability OVERFLOW at most."""
    sizes = 2.0 ** np.arange(0, _octaves(law), 1 / 16)
    return float(np.log2(sizes[np.argmax(law.tail(np.floor(sizes) + 1.0) <= OVERFLOW)]))


def _octaves(law: rec.laws.IndexLaw) -> int:
    """Octaves that hold all but a negligible part of the index: the largest mean, and e^-64 beyond it."""
    return int(np.log2(1.0 + float(law.excess[law.weights > 0].max()))) + 8


@st.cache_data(max_entries=256, show_spinner=False)
def index_batch(values: View, name: str, number: int, runs: int) -> NDArray[np.int64]:
    """Local indices (runs,) of a batch of fresh targets and races; the batch's number decides its seed."""
    view = View(*values)
    channel = channel_of(view)
    cut = partition_of(view, channel) if name == "pfr_bins" else None
    seed = int(rec.randomness.run_seeds(view.seed, 1, first=number)[0])
    return rec.encode_many(
        channel, runs, "pfr", cut, view.weights if cut else None, seed=seed, max_examined=MAX_EXAMINED
    ).indices


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


@st.cache_data(max_entries=8, show_spinner="Working out the exact laws")
def length_sweep(
    family: str,
) -> tuple[list[tuple[float, ...]], list[tuple[str, str, list[tuple[float, float, float]]]]]:
    """Exact mean lengths over I in one dimension, rows as SWEEP, and measured means (I, excess, half width of 95%)."""
    make = rec.gaussian_channel if family == "gaussian" else rec.uniform_channel
    rows = []
    for information in np.arange(0.0, 20.5, 1.0):
        channel = make([float(information)])
        plain, bins = (_lane_law("pfr", channel, rec.partition((2**k,))) for k in (0, int(min(information, 20))))
        rows.append(
            (
                float(information), plain.zipf_mean_bits, bins.zipf_mean_bits, plain.codes[0],
                bins.codes[0], plain.bound_bits, bins.bound_bits,
            )
        )  # fmt: skip
    points = []
    for name, role, cut_of in (("plain", "p", lambda k: 0), ("J = 2ᴵ", "heuristic", lambda k: k)):
        measured_points = []
        for k in (1, 3, 5, 7):
            channel, cut = make([float(k)]), rec.partition((2 ** cut_of(k),))
            many = rec.encode_many(channel, SWEEP_RUNS, "pfr", cut, seed=k, max_examined=2**24)
            code = rec.ZipfCode(rec.laws.log2_index_bound_bits(channel, cut))
            sizes = cut.log2_num_bins + code.length_bits(many.indices)
            half = 1.96 * float(sizes.std()) / math.sqrt(SWEEP_RUNS)
            measured_points.append((float(k), float(sizes.mean()) - k, half))
        points.append((name, role, measured_points))
    return rows, points


# ---------------------------------------------------------------------------------------------------- speed

TARGETS = 24  # targets a typical one is averaged over
MOST_BITS = 60  # how far curves go
CUT_BITS = 12  # of a dimension: bins beyond 2^12 intervals take long to tabulate for a chart


class Growth(NamedTuple):
    """log2 of expected candidates over I, averaged over TARGETS targets; points were measured."""

    information_bits: tuple[float, ...]
    plain: tuple[float, ...]
    target_mass: tuple[float, ...]
    peak: tuple[float, ...]
    finer: tuple[float, ...]
    points: tuple[tuple[str, str, tuple[float, ...], tuple[float, ...]], ...]


@st.cache_data(max_entries=32, show_spinner="Working out the exact numbers of candidates")
def growth(family: str, dim: int) -> Growth:
    """Expected candidates of four searches as I grows to 60 bits in `dim` dimensions, and measured ones."""
    make = rec.gaussian_channel if family == "gaussian" else rec.uniform_channel
    grid = np.unique(np.linspace(1, MOST_BITS, 25).round())
    grid = np.unique(np.concatenate([grid, np.arange(1, min(CUT_BITS * dim, 8) + 1)]))
    columns: list[tuple[float, ...]] = []
    for information in grid.tolist():
        channel = make([information / dim] * dim)
        if family == "uniform" and information > CUT_BITS * dim:  # its ratio is 2^I on the box, whatever the target
            columns.append((information, math.nan, math.nan, math.nan))
            continue
        problems = [channel.draw(target) for target in range(TARGETS)]
        plain_bits = _mean([problem.renyi_inf_bits for problem in problems])
        if information > CUT_BITS * dim:
            columns.append((plain_bits, math.nan, math.nan, math.nan))
            continue
        cut = rec.allocate(channel, int(information))
        finer = rec.partition([4 * n for n in cut.intervals])
        columns.append(
            (
                plain_bits,
                _mean([_log2_single(problem, cut) for problem in problems]),
                _mean([rec.upper_sum_bits(problem, cut) for problem in problems]),
                _mean([rec.upper_sum_bits(problem, finer) for problem in problems]),
            )
        )
    plain, target, peak, fine = (tuple(column) for column in zip(*columns, strict=True))
    points = []
    for name, role, values, factor in (
        ("plain, measured", "p", plain, 0),
        ("peak ratio, measured", "heuristic", peak, 1),
    ):
        x, y = [], []
        for information, expected in zip(grid.tolist(), values, strict=True):
            if expected < 12.0 and len(x) < 8:
                channel = make([information / dim] * dim)
                cut = rec.allocate(channel, int(information) * factor)
                x.append(information)
                y.append(_mean([_measured_log2(channel.draw(target), cut, target) for target in range(TARGETS)]))
        points.append((name, role, tuple(x), tuple(y)))
    return Growth(tuple(grid.tolist()), plain, target, peak, fine, tuple(points))


def _mean(values: list[float]) -> float:
    return float(np.mean(values))


def _log2_single(problem: rec.Problem, cut: rec.Partition) -> float:
    """log2 of the expected candidates under target mass and one stop line; inf past 2^1000."""
    return math.log2(rec.laws.expected_examined(problem, "pfr", cut, "target_mass", "single"))


def _measured_log2(problem: rec.Problem, cut: rec.Partition, seed: int) -> float:
    """log2 of the mean examined over a few races of one target."""
    many = rec.encode_many(problem, 20, "pfr", cut, seed=seed, max_examined=2**24)
    return float(np.log2(many.examined.mean()))


@st.cache_data(show_spinner=False)
def candidates_per_second() -> float:
    """How many candidates of a one-dimensional plain search this machine examines in a second, on all cores."""
    problem = rec.gaussian_channel([4.0]).draw(1)
    rates = []
    for _ in range(3):
        begun = time.perf_counter()
        rec.encode_many(problem, 8, "orc", num_candidates=2**15)
        rates.append(8 * 2**15 / (time.perf_counter() - begun))
    return float(np.median(rates))


class Trade(NamedTuple):
    """Mean message length against expected candidates, one entry a J."""

    log2_bins: tuple[float, ...]
    length_bits: tuple[float, ...]
    candidates_bits: tuple[float, ...]
    chosen_log2_bins: float


def trade(view: View) -> Trade:
    """What J trades on a view's channel, by information. RecError where the view asks for the impossible."""
    return _trade(**_channel_values(view))


@st.cache_data(max_entries=32, show_spinner="Working out what each J costs")
def _trade(**values: object) -> Trade:
    view = View(**values)  # type: ignore[arg-type]
    channel = channel_of(view)
    chosen = partition_of(view, channel).log2_num_bins
    if channel.information_bits == 0:
        raise rec.RecError("Without information there is nothing to trade: every message names candidate 1.")
    most = int(min(channel.information_bits + 3 * view.dim, CUT_BITS * view.dim, MOST_BITS))
    problems = [channel.draw(target) for target in range(TARGETS)]
    rows = []
    for k in np.unique(np.linspace(0, most, min(most + 1, 16)).round().astype(int)).tolist():
        cut = rec.allocate(channel, k)
        code = rec.ZipfCode(rec.laws.log2_index_bound_bits(channel, cut))
        size = k + zipf_mean_bits(code, rec.laws.expected_log2_index(channel, cut))
        rows.append((float(k), size, _mean([rec.upper_sum_bits(problem, cut) for problem in problems])))
    bins, sizes, candidates = zip(*rows, strict=True)
    return Trade(bins, sizes, candidates, chosen)


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
    if math.isinf(problem.renyi_inf_bits):
        raise rec.RecError("Q is wider than P somewhere, so its ratio has no limit and no PFR search ever ends.")
    rate = candidates_per_second() / view.dim  # measured in one dimension
    options = []
    for k in _cuts_to_compare(channel):
        cut = rec.allocate(channel, k) if k else rec.partition((1,) * view.dim)
        log2_candidates = rec.upper_sum_bits(problem, cut)
        candidates = 2.0 ** min(log2_candidates, 1000.0)
        code = rec.ZipfCode(rec.laws.log2_index_bound_bits(channel, cut))
        size = k + zipf_mean_bits(code, rec.laws.expected_log2_index(problem, cut))
        options.append(Option("PFR", float(k), candidates, size, candidates / rate))
    best = min(range(len(options)), key=lambda i: options[i].mean_bits + math.log2(options[i].candidates))
    if view.family == "gaussian" and view.dim == 1:  # where the exact bias is quickly had
        n = candidates_unnoticed(view, UNNOTICED_IN, "orc")
        if n is not None:
            options.append(Option("ORC", None, float(n), math.log2(n), n / rate))
    return Advice(tuple(options), best)


def _cuts_to_compare(channel: rec.Channel) -> list[int]:
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
    """sup r' of every bin under two weightings, and what four searches examine."""

    plain: float
    target_mass: tuple[float, ...]
    peak_ratio: tuple[float, ...]
    rows: tuple[tuple[str, float], ...]


def trap(view: View) -> Trap | None:
    """The view's target in one dimension; None where there are too few or too many bins to show."""
    channel, problem = problem_of(view)
    cut = partition_of(view, channel)
    if view.dim != 1 or not 2 <= cut.num_bins <= 64 or channel.information_bits == 0:
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
    return Trap(rows[0][1], sups[0], sups[1], rows)


# ---------------------------------------------------------------------------------------------------- bias

BIAS_RUNS = 20_000
BIAS_CANDIDATES = 2**22  # what the samples of the page may cost in all
NOTICEABLE = 0.1  # advantage over guessing below which a test may be called blind


class Bias(NamedTuple):
    """ORC without and with bins on one target: exact bias over n, and samples at the chosen n."""

    log2_candidates: tuple[float, ...]
    total_variation: dict[str, tuple[float, ...]]
    kl_bits: dict[str, tuple[float, ...]]
    chosen: dict[str, tuple[float, float]]  # at the chosen n: total variation, KL in bits
    samples: dict[str, NDArray[np.float64]]  # (runs, D)


def bias(view: View) -> Bias:
    """Exact bias of plain and partitioned ORC on a Gaussian target. RecError where the view asks for the impossible."""
    return _bias(
        target=view.target, candidates=view.candidates, seed=view.seed, weights=view.weights, **_channel_values(view)
    )


@st.cache_data(max_entries=32, show_spinner="Working out the exact densities")
def _bias(**values: object) -> Bias:
    view = View(**values)  # type: ignore[arg-type]
    channel, problem = problem_of(view)
    cuts = {"orc": rec.partition((1,) * view.dim), "orc_bins": partition_of(view, channel)}
    powers = tuple(float(k) for k in range(0, 22, 3))
    variation, divergence, chosen, samples = {}, {}, {}, {}
    for name, cut in cuts.items():
        rows = [rec.laws.orc_bias(problem, 2 ** int(k), cut, view.weights) for k in powers]
        variation[name] = tuple(row.total_variation for row in rows)
        divergence[name] = tuple(row.kl_bits for row in rows)
        now = rec.laws.orc_bias(problem, view.candidates, cut, view.weights)
        chosen[name] = (now.total_variation, now.kl_bits)
        runs = max(200, min(BIAS_RUNS, BIAS_CANDIDATES // view.candidates))
        samples[name] = rec.encode_many(
            problem, runs, "orc", cut, view.weights, num_candidates=view.candidates, seed=view.seed
        ).samples
    return Bias(powers, variation, divergence, chosen, samples)


def output_density(view: View, name: str, x: Floats) -> Floats:
    """Exact density of what ORC puts out at `x` (M,), in one dimension."""
    values = _channel_values(view)
    return _output_density(name, x, target=view.target, candidates=view.candidates, weights=view.weights, **values)


@st.cache_data(max_entries=64, show_spinner=False)
def _output_density(name: str, x: Floats, **values: object) -> Floats:
    view = View(**values)  # type: ignore[arg-type]
    channel, problem = problem_of(view)
    cut = partition_of(view, channel) if name == "orc_bins" else None
    return rec.laws.orc_density(problem, view.candidates, x[:, None], cut, view.weights)


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
    channel, problem = problem_of(view)
    cut = partition_of(view, channel) if name == "orc_bins" else None

    def unnoticed(k: int) -> bool:
        return unnoticed_samples(rec.laws.orc_bias(problem, 2**k, cut, view.weights).kl_bits) >= samples

    k = bisect.bisect_left(range(31), True, key=unnoticed)
    return 2**k if k <= 30 else None


def candidates_unnoticed(view: View, samples: int, name: str) -> int | None:
    """`candidates_for` of a view."""
    return candidates_for(samples, name, target=view.target, weights=view.weights, **_channel_values(view))


# ---------------------------------------------------------------------------------------------------- warming up


class WarmUp:
    """Compiles the kernels the pages need in a background thread, once a process, so that no page waits for Numba."""

    def __init__(self) -> None:
        self.ready = threading.Event()
        threading.Thread(target=self._run, daemon=True, name="warm-up").start()

    def _run(self) -> None:
        try:
            channel = rec.gaussian_channel([1.0])
            for method, n in (("pfr", None), ("orc", 2)):
                rec.trace(channel.draw(0), method, num_candidates=n)
                rec.encode_many(channel, 2, method, num_candidates=n)
            rec.laws.expected_examined(channel.draw(0), weights="uniform")
        finally:
            self.ready.set()
        for bits in ([1.0], [1.0, 1.0]):  # the research pages' kernels, while the first page is being read
            rec.laws.index_law(rec.gaussian_channel(bits), rec.partition([2] * len(bits)))


@st.cache_resource(show_spinner=False)
def warm_up() -> WarmUp:
    """The process's one warm-up, started by the first page that asks."""
    return WarmUp()
