"""Views: what a view says of the channel, the target and the bins."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

import rec_core as rec
from rec_core import families
from rec_core.advise import channel_like
from rec_core.arrays import Floats

from ..settings import TABLE, View
from ..settings.table import MAX_DIM
from ..settings.view import VECTORS
from ..text import reading

STEEPEST_BITS = 200  # between the highest and the lowest point of a drawn density
TARGETS = 24  # targets a typical one is averaged over


def problem_of(view: View) -> tuple[rec.Channel, rec.Problem]:
    """The channel a view describes and the target Q at hand: drawn from it, or the reader's own. The one way from a
    view to either. Raises RecError for a view that cannot be.
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
    """The target of the vectors that the reader gave. Raises RecError."""
    names = VECTORS[view.family]
    vectors = []
    for name in names:
        numbers = reading.typed(getattr(view, name))
        if numbers is None:
            raise rec.RecError(
                f"“{TABLE[View][name].label}” must be numbers separated by commas, for example 0.5, -1; "
                f"got “{getattr(view, name)}”."
            )
        if len(numbers) > MAX_DIM:
            raise rec.RecError(
                f"Play shows up to {MAX_DIM} dimensions; “{TABLE[View][name].label}” has {len(numbers)}."
            )
        vectors.append(numbers)
    if len(vectors[0]) != len(vectors[1]):
        raise rec.RecError(
            f"Give one number for each dimension in both: “{TABLE[View][names[0]].label}” has {len(vectors[0])}, "
            f"“{TABLE[View][names[1]].label}” has {len(vectors[1])}."
        )
    return rec.Problem(view.family, tuple(zip(*vectors, strict=True)))


def _drawn_problem(view: View) -> rec.Problem:
    """The target of the density that the reader drew. Raises RecError."""
    heights, name = reading.typed(view.heights), TABLE[View]["heights"].label
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


def _shared_out(view: View) -> rec.Channel:
    """A channel by its I and how it is shared over dimensions."""
    return channel_at(view.family, _spread(view), view.bits)


def channel_at(family: str, shares: Sequence[float] | Floats, information_bits: float) -> rec.Channel:
    """The channel with this I, shared over dimensions in proportion to `shares` (D,)."""
    return rec.Channel(family, tuple((information_bits * np.asarray(shares) / np.sum(shares)).tolist()))


def ends(problem: rec.Problem, share: float = 0.95) -> Floats:
    """Ends of the middle `share` of Q in every dimension, of a box all of it: shape (2, D), in P's own units."""
    standard = [families.ends(problem.family, row, share) for row in problem.table]
    return problem.prior.place(np.transpose(standard))


def ratios(problem: rec.Problem, shares: Floats) -> Floats:
    """Q's density over P's in one dimension, at quantiles `shares` of P (K,), up to 2^1000."""
    logs: Floats = problem.log_ratio_bits(problem.prior.quantile(shares[:, None]))
    return np.exp2(np.minimum(logs, 1000.0))


def sups_bits(problem: rec.Problem, cut: rec.Partition, weighting: rec.Weighting) -> list[Floats]:
    """log2 of sup r' in every bin: for each dimension its share of it, (n_d,); -inf where Q has no mass."""
    every = zip(rec.bin_peaks_bits(problem, cut), rec.bin_weights(problem, cut, weighting), strict=True)
    return [
        np.where(np.isfinite(peaks), peaks - np.log2(np.maximum(shares.size * shares, 5e-324)), -np.inf)
        for peaks, shares in every
    ]


def is_flat(problem: rec.Problem) -> bool:
    """Whether the density ratio is the same all over Q, as for a uniform target: no budget then biases plain ORC."""
    return math.isclose(problem.kl_bits, problem.d_inf_bits, abs_tol=1e-12)


def shares_of(view: View) -> Floats:
    """In what proportion a view's I is shared over dimensions, shape (D,)."""
    if view.source == "channel":
        return _spread(view)
    bits = np.array(channel_of(view).bits)
    return bits if bits.any() else np.ones(bits.size)


def _spread(view: View) -> Floats:
    shares: Floats = np.ones(view.dim)
    if view.spread == "falling":
        shares = np.exp2(-np.arange(float(view.dim)))
    elif view.spread == "one_empty" and view.dim > 1:
        shares[-1] = 0.0
    return shares


def partition_of(view: View, channel: rec.Channel) -> rec.Partition:
    """The partition a view describes. Raises RecError."""
    if view.strategy != "own":
        strategy = view.strategy if channel.information_bits > 0 or view.strategy != "information" else "random"
        return rec.allocate(channel, view.log2_bins, strategy)
    numbers = reading.typed(view.intervals, "[,×]")
    if numbers is None or any(number % 1 for number in numbers):
        raise rec.RecError(
            f"The intervals must be whole numbers separated by commas, for example 8, 4; got “{view.intervals}”."
        )
    if len(numbers) != view.dim:
        raise rec.RecError(
            f"Give a number of intervals for each of the {view.dim} dimensions; “{view.intervals}” has {len(numbers)}."
        )
    return rec.Partition(tuple(int(number) for number in numbers))
