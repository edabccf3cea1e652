"""How many candidates a search examines."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ..arguments import checked
from ..arrays import Floats
from ..channel import Problem
from ..checks import check_method, whole_number
from ..errors import RecError
from ..partition import split_bin
from ..tables import Tables, bin_sum
from .ratio import reweighted_log_ratios, target_law

if TYPE_CHECKING:
    from ..methods import Method


@checked
def expected_examined(problem: Problem, method: Method) -> float:
    """Expected number of candidates a search by this method examines; inf beyond float64.

    ORC: n. PFR with one stop line: sup r', and with `peak_ratio` weights U_J, both exact; with a stop line for each bin
    and other weights as `examined_by_bins`.

    Raises RecError for a problem that the method cannot search. Source: here.

    >>> import rec_core as rec
    >>> round(rec.laws.expected_examined(rec.gaussian_problem([1.5], [0.4]), rec.PFR()), 3)
    9.541
    """
    check_method(method, "expected_examined")
    method.check(problem)
    return method.expected_examined(problem)


@checked
def examined_by_bins(table: Tables, num_bins: int) -> float:
    """Expected number of candidates PFR examines with a stop line for each bin.

    It is sum_j pi_j / E_P'[min(1, r'(X) / sup_j r')], because a candidate of bin j arriving at t is examined iff no
    earlier one has a race time below t / sup_j r'. Relative error 1e-4 in one dimension, in more about 1e-3, by the
    convolved law of ln r' (bins with sup_j r' < e^-16: by quasi-Monte Carlo).

    `table` is that of `tables.tables`. Raises RecError unless num_bins is that of the table. Source: here.

    >>> import rec_core as rec
    >>> from rec_core.tables import tables
    >>> cut = rec.Partition((8,))
    >>> round(examined_by_bins(tables(rec.gaussian_problem([1.0], [0.1]), cut, "target_mass"), cut.num_bins), 2)
    2.94
    """
    if whole_number(num_bins, "num_bins") != math.prod(table.intervals.tolist()):
        raise RecError(f"The table has {math.prod(table.intervals.tolist())} bins, not {num_bins}.")
    log_weight, log_bin_sup = _bins(table, num_bins)
    points = np.sort(reweighted_log_ratios(table))
    # E[min(1, e^(points - bound))] for every bound at once, from sums over the sorted points
    below = np.searchsorted(points, log_bin_sup)
    logs = np.logaddexp.accumulate(points)
    with np.errstate(divide="ignore"):
        small = np.where(below > 0, np.exp(logs[np.maximum(below - 1, 0)] - log_bin_sup), 0.0)
    mean = (small + (points.size - below)) / points.size
    seen = float(np.exp(np.minimum(points, 700.0)).mean())  # the mass of Q, which is 1, or the points miss it
    if table.intervals.size > 1 or abs(seen - 1.0) > 0.1:
        # the same mean is E_Q[min(1/r', e^-bound)], accurate unless the bound is deep in the tail of Q
        values, masses = target_law(table)
        order = np.argsort(values)
        values, masses = values[order], masses[order]
        place = np.searchsorted(values, log_bin_sup)
        under = np.concatenate((np.zeros(1), np.cumsum(masses)))[place]
        over = np.concatenate((np.cumsum((masses * np.exp(-np.clip(values, -40.0, None)))[::-1])[::-1], np.zeros(1)))
        mean = np.where(log_bin_sup > -16.0, under * np.exp(-np.maximum(log_bin_sup, -40.0)) + over[place], mean)
    weight = np.exp(log_weight)
    with np.errstate(divide="ignore", over="ignore"):
        return float(np.sum(weight[weight > 0.0] / mean[weight > 0.0]))


def _bins(table: Tables, num_bins: int) -> tuple[Floats, Floats]:
    """ln pi_j and ln sup of r' over bin j for every bin that can have the winner."""
    numbers = np.empty(table.intervals.size, np.int64)
    weight, peak = np.empty(num_bins), np.empty(num_bins)
    for j in range(num_bins):
        split_bin(j, table.intervals, numbers)
        weight[j] = bin_sum(table.log_weight, table, numbers)
        peak[j] = bin_sum(table.log_peak, table, numbers)
    alive = (weight > -np.inf) & (peak > -np.inf)
    return weight[alive], peak[alive] - weight[alive] - math.log(num_bins)
