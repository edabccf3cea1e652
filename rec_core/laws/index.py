"""The exact law of the local index, and its mean logarithm.

Given that the sample is x, in bin j, the local index is geometric with mean excess g_j(x) over 1,

    g_j(x) = integral over B_j of (r(x) - r(u))^+ dP(u) = r(x)/J - Q(B_j) E[min(1, r(x)/r(X'))],   X' ~ Q on B_j.

The second form (from r dP = dQ) needs only the law of ln r under Q, which is a few nats wide for any information, and
loses no digits, because the subtracted term is at most 1. So the law of the index follows from that of g (`mixture`).
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from .. import families
from ..arguments import checked
from ..arrays import Floats
from ..channel import Channel, Problem
from ..discrete import DiscreteChannel
from ..errors import RecError
from ..partition import Partition, check_partition
from .index_box import box_law
from .index_knots import knots_law
from .index_normal import line_channel_law, line_problem_law
from .index_space import grid_law, lattice_channel_law
from .index_steps import steps_nodes
from .line import index_nodes
from .mixture import IndexLaw, mixed


@checked
def index_law(problem_or_channel: Problem | Channel | DiscreteChannel, partition: Partition | None = None) -> IndexLaw:
    """Exact law of the local index that PFR sends (plain: of the index N), averaged over Y for a channel.

    It does not depend on the prior's place, nor on weights or stopping rule, which cancel. Method, and error of
    E[log2 n]:

    - no dimension with information: the index is 1, exactly;
    - letters: sums over the letters of every bin, and over Y (error below 1e-6 bits);
    - piecewise targets: closed form in the sample, Gauss-Legendre between knots and cuts (below 1e-4 bits);
    - uniform targets: ln g is a sum over dimensions, whose law is convolved; Y is averaged in closed form or by 4096
      strata (error below 1e-4 bits, none if bins and boxes are aligned);
    - one informative Gaussian dimension: closed form in the sample, piecewise Gauss-Legendre over it, the bins and Y
      (below 1e-5 bits);
    - more: the law of ln r under Q within a bin by convolution on a grid (below 1e-4 bits), for every bin of a problem
      with at most 4096 of them; otherwise, and for a channel, at lattice nodes of (Y, bin), weighted so that mean and
      variance of the information density are exact. `IndexLaw.error_bits` is the remaining standard error.

    Raises RecError for a partition of another dimension or with 2^52 intervals or more in one, and for indices beyond
    2^94548 (65536 nats) or targets so far off that ln r is beyond float64. Sources: here; the index law as a mixture of
    geometric laws is also in Wei & Kountouris (2026).

    >>> import rec_core as rec
    >>> round(index_law(rec.gaussian_channel([6.0]), rec.Partition((8,))).mean_log2, 3)
    2.534
    """
    cut = check_partition(partition, problem_or_channel.dim)
    return _index_law(problem_or_channel, cut)


@checked
def index_pmf(
    problem_or_channel: Problem | Channel | DiscreteChannel, partition: Partition | None = None, max_index: int = 256
) -> Floats:
    """P(local index = n), n = 1..max_index, shape (max_index,): a mixture of geometrics; see `index_law`.

    Raises RecError as `index_law` does, and unless 1 <= max_index <= 2^24. Source: as `index_law`.

    >>> import rec_core as rec
    >>> index_pmf(rec.uniform_channel([1.0]), max_index=4).round(4)
    array([0.5   , 0.25  , 0.125 , 0.0625])
    """
    return index_law(problem_or_channel, partition).pmf(max_index)


@checked
def expected_log2_index(
    problem_or_channel: Problem | Channel | DiscreteChannel, partition: Partition | None = None
) -> float:
    """E[log2 n] of the local index in bits, exact up to the error given at `index_law`.

    Raises RecError as `index_law` does. Source: as `index_law`.

    >>> import rec_core as rec
    >>> round(expected_log2_index(rec.gaussian_channel([6.0])), 3)
    5.253
    """
    return index_law(problem_or_channel, partition).mean_log2


@lru_cache(maxsize=256)
def _index_law(source: Problem | Channel | DiscreteChannel, cut: Partition) -> IndexLaw:
    if isinstance(source, DiscreteChannel):
        parts = [(*steps_nodes(one.table[0], cut.intervals[0]), weight) for one, weight in source.targets]
        return mixed(
            np.concatenate([y for y, _, _ in parts]), np.concatenate([weight * w for _, w, weight in parts]), 0.0
        )
    own = families.family(source.family)
    if own.LAWS == "box":
        return box_law(source, cut)
    if isinstance(source, Problem) and own.LAWS == "steps":
        return mixed(*steps_nodes(source.table[0], cut.intervals[0]), 0.0)
    if isinstance(source, Problem) and own.LAWS == "knots":
        return knots_law(source.table[0], cut.intervals[0])
    if isinstance(source, Channel):
        active = [
            d for d, scale in enumerate(source.scales) if scale < 1.0
        ]  # below 8e-17 bits float64 has no difference
    else:
        active = [d for d, pair in enumerate(source.params) if pair != own.STANDARD]
    # A dimension without information only divides each bin's share of P: ln r = 0, and J includes its intervals.
    log_idle = math.fsum(math.log(n) for d, n in enumerate(cut.intervals) if d not in active)
    counts = [cut.intervals[d] for d in active]
    if max(counts, default=1) >= 2**52:
        raise RecError("A dimension with 2^52 intervals or more is finer than float64 can tell apart.")
    if not active:
        return mixed(np.zeros(1), np.ones(1), 0.0)
    if isinstance(source, Channel):
        if len(active) == 1:
            return line_channel_law(source.scales[active[0]], counts[0], log_idle)
        return lattice_channel_law(source.scales[active], counts, log_idle)
    rows = source.table[active]
    if len(active) > 1:
        return grid_law(source.family_code, rows, counts, log_idle)
    if own.LAWS == "line":
        return mixed(*index_nodes(source.family_code, rows[0], counts[0], log_idle), 0.0)
    return line_problem_law(source.family_code, rows[0], counts[0], log_idle)
