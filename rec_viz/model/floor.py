"""The floor of the page Code lengths: the width function of its target, and maps of every message."""

from __future__ import annotations

import math

import numpy as np

import rec_core as rec

from ..figures import floor as figures
from ..memo import memo
from ..settings import View
from .setting import channel_of, problem_of


def width(view: View) -> figures.Width:
    """The width function of a view's target, and what follows from it: the laws of log2 r and of -log2 w."""
    return _width(problem_of(view)[1])


@memo(64)
def _width(problem: rec.Problem) -> figures.Width:
    divergence = rec.laws.channel_simulation_divergence_bits(problem)
    top = min(problem.d_inf_bits, divergence + 24.0)  # infinite where Q is wider than P
    steps = np.linspace(0.0, 1.0, 600)
    heights = top - (divergence + 24.0) * steps**2  # finer near the top, where w ends with a slope
    heights = np.minimum(heights, top - 1e-9)[::-1]
    widths = rec.laws.width_function(problem, np.exp2(heights))
    pieces = 0.5 * (widths[1:] + widths[:-1]) * np.diff(np.exp2(heights))
    below = np.exp2(heights[0]) * widths[0] + np.append(0.0, np.cumsum(pieces))
    below /= below[-1]  # P(H <= h), H with the density w
    shares = np.clip(below - np.exp2(heights) * widths, 0.0, 1.0)  # Q(r < h)
    with np.errstate(divide="ignore"):
        lengths = -np.log2(widths)
    return figures.Width(heights, widths, below, lengths, np.maximum.accumulate(shares), problem.kl_bits, divergence)


# -------------------------------------------------------------------------------- message maps

MAP_BITS = 3.0  # of the channel, where the view's own has other than one Gaussian dimension or too many bits
MOST_MAP_BITS = 6.0
MAP_SEEDS, MAP_POINTS, MAP_AVERAGED = 40, 360, 200


def message_maps(view: View) -> figures.MessageMaps:
    """Which message every source sends under every seed, by several methods; of the view's channel if it fits."""
    channel = channel_of(view)
    small = 0.0 < channel.information_bits <= MOST_MAP_BITS
    fits = channel.dim == 1 and channel.family == View().family and small
    return _message_maps(channel.information_bits if fits else MAP_BITS)


@memo(16)
def _message_maps(bits: float) -> figures.MessageMaps:
    channel = rec.gaussian_channel([bits])
    cuts = ("PFR, no bins", rec.Partition.uncut(1)), ("PFR with bins", rec.Partition((2 ** round(bits),)))
    maps = []
    for name, cut in cuts:
        numbers = rec.codes.message_map(channel, rec.PFR(cut), range(MAP_SEEDS), MAP_POINTS)
        given = [rec.codes.winners(channel, cut, seed=seed).entropy_bits for seed in range(MAP_AVERAGED)]
        late = np.log2(1 + numbers // cut.num_bins) / (bits + 5.0 - cut.log2_bins)
        tints = (numbers % cut.num_bins + np.minimum(late, 0.999)) / cut.num_bins
        maps.append(figures.MessageMap(name, tints, float(np.mean(given))))
    maps += [_dither(channel), _quantizer(channel)]
    return figures.MessageMaps(bits, rec.laws.functional_information_bits(channel), tuple(maps))


def _dither(channel: rec.Channel) -> figures.MessageMap:
    """Layered dither: its integer K is what is sent, counted 0, -1, 1, -2, 2, ... in the message."""
    method = rec.LayeredDither.for_source(channel)
    folded = rec.codes.message_map(channel, method, range(MAP_SEEDS), MAP_POINTS)
    numbers = np.where(folded % 2, -(folded + 1) // 2, folded // 2)
    tints = np.clip(0.5 + 0.5 * numbers / 2.0**channel.information_bits, 0.0, 1.0)
    return figures.MessageMap("layered dither", tints, method.expected_bits(channel))


def _quantizer(channel: rec.Channel) -> figures.MessageMap:
    """An ordinary quantizer of the target's mean, with cells whose error has the variance of the channel's noise."""
    scale = float(channel.scales[0])
    spread, step = math.sqrt(1.0 - scale**2), scale * math.sqrt(12.0)
    sources = (np.arange(MAP_POINTS) + 0.5) / MAP_POINTS
    means = spread * channel.prior.quantile(sources[:, None])[:, 0]
    cells = np.round(means / step).astype(int)
    edges = (np.arange(cells.min() - 8, cells.max() + 9) - 0.5) * step / spread
    masses = np.diff(channel.prior.cdf(edges[:, None])[:, 0])
    masses = masses[masses > 0.0]
    tints = (cells - cells.min() + 0.5) / (np.ptp(cells) + 1)
    return figures.MessageMap(
        "a quantizer, not exact", np.tile(tints, (MAP_SEEDS, 1)), -float(masses @ np.log2(masses))
    )
