"""Searches that show themselves in a notebook: the stage in a frame, without a server and without Streamlit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import rec_core as rec

from .model import lab
from .settings.table import MAX_LANES
from .stage.scene import bins_text, scene
from .stage.standalone import frame

MAX_EVENTS = 600  # times dimensions of what is shown, which should stay under 300 kB


@dataclass(frozen=True, eq=False)
class Comparison:
    """Traces of one problem, side by side where a notebook shows them."""

    traces: tuple[rec.Trace, ...]

    def _repr_html_(self) -> str:
        return html(self.traces)


def compare(problem: rec.Problem, methods: Sequence[rec.Method], *, seed: int) -> Comparison:
    """Up to three searches for one sample of a problem. Raises RecError as `rec_core.trace` does."""
    if not 1 <= len(methods) <= MAX_LANES:
        raise rec.RecError(f"compare() shows one to {MAX_LANES} methods side by side; got {len(methods)}.")
    return Comparison(tuple(rec.trace(problem, method, seed=seed) for method in methods))


def html(traces: Sequence[rec.Trace]) -> str:
    """Searches of one problem as an animation, under 300 kB for up to three."""
    problem, seed = traces[0].problem, traces[0].seed
    most = max(64, MAX_EVENTS // (problem.dim * len(traces)))
    lanes = tuple(_lane(number, _shortened(trace, most)) for number, trace in enumerate(traces))
    race = lab.Race(f"notebook-{seed}", problem, problem.kl_bits, lanes)
    drawn = scene(race, height=360, save=True)
    for lane in drawn["lanes"]:
        if "rain" in lane:
            lane["rain"] = {name: values[:most] for name, values in lane["rain"].items()}
    return frame(drawn, "Relative entropy coding, a search")


def _shortened(trace: rec.Trace, most: int) -> rec.Trace:
    """The same search with fewer of its candidates, where it has many."""
    if len(trace.indices) <= most:
        return trace
    return rec.trace(trace.problem, trace.method, seed=trace.seed, max_events=most)


def _lane(number: int, trace: rec.Trace) -> lab.Lane:
    """A search as the stage knows it. Its code is made for this very problem, as there is no channel."""
    problem, method = trace.problem, trace.method
    bins = method.partition or rec.Partition.uncut(problem.dim)
    zipf_bits, _ = lab.coding(method, problem, bins, False)
    sent = lab.written(trace, bins, zipf_bits, problem)
    title = type(method).__name__ + (f", n = {n:,}" if (n := getattr(method, "num_candidates", 0)) else "")
    return lab.Lane(
        name=f"{number}_bins" if bins.num_bins > 1 else str(number),
        title=f"{title}, J = {bins_text(bins)}" if bins.num_bins > 1 else title,
        method=method,
        partition=bins,
        seed=trace.seed,
        trace=trace,
        refusal="",
        expected_examined=rec.laws.expected_examined(problem, method),
        zipf_bits=zipf_bits,
        length_bits=sent.length_bits,
        bound_bits=math.nan,
        bin_bits=sent.bin_bits,
        index_bits=sent.index_bits,
        told=sent.told,
        data=b"",
        received=tuple(rec.decode(trace.message, problem.prior, method, seed=trace.seed).tolist()),
    )
