"""The only cache: from a view to what the core says about it. Keys are flat; nothing here draws."""

from __future__ import annotations

import hashlib
import math
import threading
import time
from typing import NamedTuple

import numpy as np
import streamlit as st

import rec_core as rec

from .controls import LANES, View

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
    channel_bits: tuple[float, ...]
    lanes: tuple[Lane, ...]


def channel_of(view: View) -> rec.Channel:
    """The channel a view describes; its I shared over dimensions."""
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
    channel = channel_of(view)
    problem = channel.draw(view.target)
    cut = partition_of(view, channel)
    lanes = tuple(_lane(name, view, channel, problem, cut) for name in LANES if name in view.lanes)
    digest = hashlib.blake2b(repr(view).encode(), digest_size=8).hexdigest()
    return Race(digest, problem, channel.information_bits, channel.bits, lanes)


def _lane(name: str, view: View, channel: rec.Channel, problem: rec.Problem, cut: rec.Partition) -> Lane:
    method = name.split("_")[0]
    bins = cut if name.endswith("_bins") else rec.partition((1,) * view.dim)
    enumerable = bins.num_bins <= rec.ENUMERABLE_BINS
    stopping = (view.stopping if enumerable else "single") if method == "pfr" else None
    n = view.candidates if method == "orc" else None
    settings = {"method": method, "partition": bins, "weights": view.weights, "stopping": stopping, "num_candidates": n}
    zipf_bits = rec.laws.log2_index_bound_bits(channel, bins)
    overhead = rec.laws.overhead_bits(channel, bins) if bins.num_bins > 1 else 0.0
    bound = rec.laws.bound_bits(channel.information_bits, bins.log2_num_bins, overhead)
    trace, sentence, length, bin_bits, index_bits, data, held = None, "", math.nan, "", "", b"", ()
    try:
        expected = rec.laws.expected_examined(problem, **settings)
        trace = rec.trace(
            problem, **settings, seed=view.seed, max_examined=MAX_EXAMINED, max_events=max(64, MAX_NUMBERS // view.dim)
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
        name, LANES[name], method, bins, view.weights, stopping, n, trace, sentence, expected, zipf_bits, length,
        bound, bin_bits, index_bits, data, held,
    )  # fmt: skip


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
    """Average message length over fresh targets and races, in bits."""

    runs: int
    mean_bits: float
    error_bits: float  # one standard error
    mean_examined: float


def measured(view: View, lane: Lane) -> Measured | None:
    """A lane's average over fresh races, where it is cheap enough to take now."""
    if lane.trace is None or not lane.expected_examined < MEASURED_CANDIDATES / 20:
        return None
    return _measured(lane.name, **view._asdict())


@st.cache_data(max_entries=256, show_spinner=False)
def _measured(name: str, **values: object) -> Measured | None:
    view = View(**values)  # type: ignore[arg-type]
    channel = channel_of(view)
    lane = next(lane for lane in race(view).lanes if lane.name == name)
    runs = int(min(MEASURED_RUNS, MEASURED_CANDIDATES / max(lane.expected_examined, 1.0)))
    try:
        result = rec.encode_many(
            channel, runs, lane.method, lane.partition, lane.weights, lane.stopping, lane.num_candidates,
            seed=view.seed, max_examined=MEASURED_CANDIDATES,
        )  # fmt: skip
    except rec.RecError:
        return None
    lengths = lane.partition.log2_num_bins + rec.ZipfCode(lane.zipf_bits).length_bits(result.indices)
    return Measured(runs, float(lengths.mean()), float(lengths.std() / math.sqrt(runs)), float(result.examined.mean()))


# ---------------------------------------------------------------------------------------------------- warming up


class WarmUp:
    """Compiles the kernels the pages need in a background thread, once a process, so that no page waits for Numba."""

    def __init__(self) -> None:
        self.ready = threading.Event()
        self.started = time.monotonic()
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


@st.cache_resource(show_spinner=False)
def warm_up() -> WarmUp:
    """The process's one warm-up, started by the first page that asks."""
    return WarmUp()
