"""The numbers behind the poster's miniatures: the target of Start cut into bins, and the paper's ORC experiment."""

from __future__ import annotations

from typing import NamedTuple, get_args

import numpy as np

import rec_core as rec
from rec_core.arrays import Floats
from rec_core.trace import arrivals

from ..memo import memo
from . import start
from .paper.studies import ORC_BITS, channel

BINS = rec.Partition((8,))
SEED = 3288  # its winner is its bin's second candidate, so the message has two parts to show
CEILING = 1.5  # how far above the level line candidates are drawn, in its height
ORC_POWERS = tuple(range(0, 13, 2))  # log2 of the n whose bias is worked out


class Race(NamedTuple):
    """One search in equal shares of P: where candidates lie and when they arrive on their bins' own clocks, (K,).

    `height` is the winner's race time: the curve height * r touches the winner, and a candidate of bin j is looked at
    where it lies below `height` times the front, which is sup r without bins and every bin's own peak with them.
    `ceiling` is how high candidates are drawn.
    """

    places: Floats
    arrivals: Floats
    winner: int
    height: float
    grid: Floats
    ratios: Floats  # r at the grid
    top: float  # sup r
    ceiling: float
    peaks: Floats  # of every bin
    expected_plain: float
    expected_binned: float
    messages: dict[str, rec.Message]  # the same search's, by weighting


@memo(1)
def race() -> Race:
    """The search of the panels on bins."""
    target = start.TARGET
    search = rec.trace(target, rec.PFR(BINS, weighting="uniform", stopping="single"), seed=SEED)
    height, top = float(search.race_times[search.winner]), 2.0**target.d_inf_bits
    every = arrivals(target.prior, BINS, seed=SEED, until=CEILING * height * top)
    grid = (np.arange(240) + 0.5) / 240
    (peaks,) = rec.bin_peaks_bits(target, BINS)
    return Race(
        places=every.quantiles[:, 0],
        arrivals=every.heights,
        winner=search.winner,  # the search looks at these in order, so it stands where it stood
        height=height,
        grid=grid,
        ratios=start.ratios(grid),
        top=top,
        ceiling=CEILING * height * top,
        peaks=np.exp2(peaks),
        expected_plain=rec.laws.expected_examined(target, rec.PFR()),
        expected_binned=rec.laws.expected_examined(target, rec.PFR(BINS)),
        messages={
            weighting: rec.encode(target, rec.PFR(BINS, weighting=weighting), seed=SEED).message
            for weighting in get_args(rec.Weighting)
        },
    )


class Biased(NamedTuple):
    """Exact MMD of ORC's output from a target of the paper's 5-D channel, over log2 n; without bins and with 2^I."""

    powers: Floats
    plain: Floats
    binned: Floats


@memo(1)
def biased() -> Biased:
    """Of the panel on approximate samples."""
    source = channel(ORC_BITS)
    counts = [2**power for power in ORC_POWERS]
    plain, binned = (
        rec.metrics.output_mmd(source.draw(0), [rec.ORC(n, cut) for n in counts])
        for cut in (rec.Partition.uncut(source.dim), rec.allocate(source, round(ORC_BITS)))
    )
    return Biased(np.array(ORC_POWERS, dtype=float), plain, binned)
