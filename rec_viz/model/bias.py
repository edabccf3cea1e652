"""Bias: how far ORC's output is from Q at a number of candidates, and when a test would notice."""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

import numpy as np

import rec_core as rec
from rec_core.arrays import Floats

from ..figures import bias as figures
from ..memo import memo
from ..settings import LANES, View
from ..settings.table import LANE_ROLES
from ..text import reading
from . import setting
from .setting import channel_of, partition_of, problem_of

BIAS_POWERS = tuple(range(0, 22, 3))  # log2 of the n whose bias is worked out
BIAS_NUMBERS = 2**21  # candidates times D that samples of one n may cost in all
BIAS_RUNS = 20_000  # samples of the chosen n, if they are cheap
MMD_RUNS = 4000  # samples an MMD is measured from
WIDEST = 0.99994  # of Q's mass: what a chart of densities shows
LEAST_RUNS = 500  # fewer samples are not worth showing
MOST_INTERVALS = 2**13  # of all dimensions: with more, a law of the bias takes seconds
Measure = Literal["total_variation", "kl_bits", "mmd_squared"]
MEASURES: dict[Measure, str] = {
    "total_variation": "total variation",
    "kl_bits": "KL(output ‖ Q), bits",
    "mmd_squared": "MMD² from Q",
}


class Bias(NamedTuple):
    """How far ORC's output is from Q: exact, and measured where samples are cheap."""

    total_variation: float
    kl_bits: float
    mmd_squared: float  # nan in more than one dimension
    measured_squared: float  # MMD^2 of samples, nan without them
    error_squared: float  # its standard error


def bias(view: View, name: str, candidates: int) -> Bias:
    """One lane's bias on a view's Gaussian target with some n. Raises RecError for a view that cannot be."""
    return _bias(problem_of(view)[1], orc(view, name, candidates), view.seed)


def far(view: View, name: str) -> rec.laws.OrcBias:
    """What of a lane's bias at the view's n is quick to work out. Raises RecError for a view that cannot be."""
    return _far(problem_of(view)[1], orc(view, name, view.candidates))


_far = memo(1024)(rec.laws.orc_bias)


@memo(1024)
def _bias(problem: rec.Problem, method: rec.ORC, seed: int) -> Bias:
    far = _far(problem, method)
    exact = rec.metrics.orc_mmd_squared(problem, method) if problem.dim == 1 else math.nan
    samples = _samples(problem, method, runs_of(MMD_RUNS, method, problem.dim), seed)
    if not len(samples):
        return Bias(far.total_variation, far.kl_bits, exact, math.nan, math.nan)
    found = rec.metrics.mmd(samples, problem)
    return Bias(far.total_variation, far.kl_bits, exact, found.squared, found.error)


def orc_bins(view: View, name: str) -> rec.Partition:
    """The bins of a lane of ORC. Raises RecError for more than can be worked out while someone waits."""
    if name != "orc_bins":
        return rec.Partition.uncut(view.dim)
    cut = partition_of(view, channel_of(view))
    if sum(cut.intervals) > MOST_INTERVALS:
        raise rec.RecError(
            f"The bias is worked out for up to {MOST_INTERVALS:,} intervals of all dimensions together; these bins "
            f"have {reading.number(sum(cut.intervals))}. Choose a smaller J."
        )
    return cut


def orc(view: View, name: str, candidates: int) -> rec.ORC:
    """A lane's method at some n."""
    return rec.ORC(candidates, orc_bins(view, name), weighting=view.weighting)


def runs_of(most: int, method: rec.ORC, dim: int) -> int:
    """How many samples of ORC are drawn: as many as are cheap, none where that is too few to show.

    Each run looks at every interval once, which takes a quarter as long as drawing a number.
    """
    intervals = sum(method.partition.intervals) if method.partition else 0
    runs = min(most, BIAS_NUMBERS // (method.num_candidates * dim + intervals // 4))
    return runs if runs >= LEAST_RUNS else 0


def orc_samples(view: View, name: str) -> Floats:
    """Samples (runs, D) of a lane at the view's n; no runs where they would take long."""
    method = orc(view, name, view.candidates)
    return _samples(problem_of(view)[1], method, runs_of(BIAS_RUNS, method, view.dim), view.seed)


@memo(64)
def _samples(problem: rec.Problem, method: rec.ORC, runs: int, seed: int) -> Floats:
    return rec.encode_many(problem, runs, method, seed=seed).samples if runs else np.empty((0, problem.dim))


class InBox(NamedTuple):
    """A lane of ORC on a uniform target: the chance that it sends nothing, and how far what it sends is from Q."""

    silence: float
    total_variation: float


def in_box(view: View) -> dict[str, InBox]:
    """For a uniform target, by lane."""
    _, problem = problem_of(view)
    methods = {name: orc(view, name, view.candidates) for name in ORC_LANES}
    return {
        name: InBox(rec.laws.orc_silence(problem, method), rec.laws.orc_bias(problem, method).total_variation)
        for name, method in methods.items()
    }


def candidates_unnoticed(view: View, samples: int, name: str) -> int | None:
    """The least power of two of candidates whose bias goes unnoticed in that many samples; None past 2^30."""
    return _candidates_unnoticed(problem_of(view)[1], orc(view, name, 1), samples)


_candidates_unnoticed = memo(64)(rec.laws.unnoticed_candidates)


# ------------------------------------------------------------------------------------------------ what charts show

Densities = tuple[Floats, Floats, list[figures.Output]]
ORC_LANES = ("orc", "orc_bins")


@memo(16)
def densities(view: View) -> Densities:
    """Q and what is sent instead on the line, exact and as histograms of samples: x, q, an output for each lane."""
    _, problem = problem_of(view)
    samples = {name: orc_samples(view, name)[:, 0] for name in ORC_LANES}
    ends = [*setting.ends(problem, WIDEST)[:, 0]]
    ends += [end for drawn in samples.values() if drawn.size for end in np.quantile(drawn, [0.002, 0.998])]
    x = np.linspace(min(ends), max(ends), 500)
    edges = np.linspace(x[0], x[-1], 61)
    outputs = []
    for name, drawn in samples.items():
        counts, _ = np.histogram(drawn, edges)
        measured = counts / (drawn.size * np.diff(edges)) if drawn.size else np.full(counts.size, np.nan)
        density = rec.laws.orc_density(problem, orc(view, name, view.candidates), x[:, None])
        outputs.append(figures.Output(LANES[name], LANE_ROLES[name], density, edges, measured))
    return x, problem.pdf(x[:, None]), outputs


def decay(view: View, measure: Measure) -> tuple[Floats, list[figures.Decay], float, str]:
    """How a measure falls with n: log2 n, a line for each lane, where the view stands, and what it is."""
    lines = []
    for name in ORC_LANES:
        rows = [bias(view, name, 2**k) for k in BIAS_POWERS]
        exact, measured, error = (
            np.array([getattr(row, field) for row in rows]) for field in (measure, "measured_squared", "error_squared")
        )
        marks = (measured, 1.96 * error) if measure == "mmd_squared" else ()
        lines.append(figures.Decay(LANES[name], LANE_ROLES[name], exact, *marks))
    return np.array(BIAS_POWERS, dtype=float), lines, math.log2(view.candidates), MEASURES[measure]
