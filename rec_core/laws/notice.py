"""When ORC's bias is detectable: how many samples a test needs, how many candidates are enough."""

from __future__ import annotations

import bisect
import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from .. import families
from ..arguments import checked
from ..arrays import LN2
from ..channel import Problem
from ..checks import whole_number
from ..errors import RecError
from ..partition import check_partition
from ..tables import entry_edges, tables
from .orc import OrcBias, orc_bias
from .ratio import search_law

if TYPE_CHECKING:
    from ..methods import ORC

NOTICEABLE = 0.1
"""Advantage over guessing below which a test is as good as blind."""

MOST_POWER = 30  # log2 of the most candidates in `unnoticed_candidates`


@checked
def unnoticed_samples(bias: OrcBias, advantage: float = NOTICEABLE) -> float:
    """How many samples no test can distinguish from Q's with more than this advantage over guessing.

    By Pinsker's inequality, because KL adds up over m independent samples: their total variation is at most
    sqrt(m KL ln 2 / 2). KL is taken to be at least what Pinsker's inequality implies for one sample; inf if it is 0.

    Raises RecError unless 0 <= advantage <= 1. Source: here, by Pinsker's inequality (Cover & Thomas, lemma 11.6.1).

    >>> round(unnoticed_samples(OrcBias(total_variation=0.001, kl_bits=1e-4)))
    289
    """
    if not 0.0 <= advantage <= 1.0:
        raise RecError(f"advantage must be from 0 to 1, got {advantage:g}.")
    if bias.total_variation == 0.0:
        return math.inf
    return 2.0 * advantage**2 / max(bias.kl_bits * LN2, 2.0 * bias.total_variation**2)


@checked
def unnoticed_candidates(problem: Problem, method: ORC, num_samples: int) -> int | None:
    """The least power of two of candidates with which ORC's bias is not detectable in `num_samples`; None above 2^30.

    `method` gives partition and weighting; its own number of candidates is ignored. By `unnoticed_samples` of
    `orc_bias`, with its errors.

    Raises RecError for a problem that the method cannot search, and for an invalid number. Source: here.

    >>> import rec_core as rec
    >>> unnoticed_candidates(rec.gaussian_problem([1.0], [0.5]), rec.ORC(1), 1000)
    256
    """
    samples = whole_number(num_samples, "num_samples")

    def unnoticed(power: int) -> bool:
        return unnoticed_samples(orc_bias(problem, replace(method, num_candidates=2**power))) >= samples

    power = bisect.bisect_left(range(MOST_POWER + 1), True, key=unnoticed)
    return 2**power if power <= MOST_POWER else None


@checked
def orc_silence(problem: Problem, method: ORC) -> float:
    """The probability that none of ORC's candidates has mass under Q, in which case `encode` raises; exact.

    0 except for uniform targets, whose box has P'-mass E_Q[1 / r'], a product over dimensions of sums over intervals,
    and for letters that are never sent.

    Raises RecError for a problem that the method cannot search. Source: here.

    >>> import rec_core as rec
    >>> orc_silence(rec.uniform_problem([0.25], [0.5]), rec.ORC(2, weighting="uniform"))
    0.5625
    """
    method.check(problem)
    cut, kind = check_partition(method.partition, problem.dim), families.family(problem.family).LAWS
    if kind == "steps":
        _, shares = search_law(tables(problem, cut, method.weighting))
        return float(max(0.0, 1.0 - shares.sum()) ** method.num_candidates)
    if kind != "box":
        return 0.0
    inside = 2.0**-problem.kl_bits
    table = tables(problem, cut, method.weighting)
    for d, row in enumerate(table.params):
        masses = np.diff(families.cdfs(table.family, row, entry_edges(table, d)))
        inside *= float(masses @ np.exp(table.log_weight[table.offsets[d] : table.offsets[d + 1]])) * table.intervals[d]
    return float(max(0.0, 1.0 - inside) ** method.num_candidates)
