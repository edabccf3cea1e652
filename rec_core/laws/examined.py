"""How many candidates a search examines."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ..channel import Problem
from ..partition import Partition, Tables, log_sup_reweighted, tables
from ..race import ORC, SINGLE, bin_sum, split_bin
from ..search import check_problem, check_searchable, make_plan
from .ratio import reweighted_log_ratios, target_law


def expected_examined(
    problem: Problem,
    method: str = "pfr",
    partition: Partition | None = None,
    weights: str | None = None,
    stopping: str | None = None,
    num_candidates: int | None = None,
) -> float:
    """Expected number of candidates a search examines; the arguments are those of `encode`.

    ORC: n. PFR with one stop line: sup r', and with `peak_ratio` weights U_J, both exact. PFR with a stop line for each
    bin and other weights: sum_j pi_j / E_P'[min(1, r'(X) / sup_j r')], since a candidate of bin j arriving at t is
    examined iff no earlier one scored below t / sup_j r'; exact to 1e-6 in one dimension, in more to about 1e-3 by the
    convolved law of ln r' (bins with sup_j r' < e^-16: by quasi-Monte Carlo).
    """
    check_problem(problem)
    plan = make_plan(problem.dim, method, partition, weights, stopping, num_candidates, 2**61)
    if plan.method == ORC:
        return float(plan.num_candidates)
    check_searchable(problem, plan)
    table = tables(problem, plan.cut, plan.weights)
    log_sup = log_sup_reweighted(table)
    if plan.stopping == SINGLE or plan.weights == "peak_ratio":
        return math.exp(log_sup) if log_sup < 709.0 else math.inf
    log_weight, log_bin_sup = _bins(table, plan.num_bins)
    points = np.sort(reweighted_log_ratios(table))
    # E[min(1, e^(points - bound))] for every bound at once, from sums over the sorted points
    below = np.searchsorted(points, log_bin_sup)
    logs = np.logaddexp.accumulate(points)
    with np.errstate(divide="ignore"):
        small = np.where(below > 0, np.exp(logs[np.maximum(below - 1, 0)] - log_bin_sup), 0.0)
    mean = (small + (points.size - below)) / points.size
    if problem.dim > 1:  # the same mean as E_Q[min(1/r', e^-bound)], unless the bound is deep in the tail of Q
        values, masses = target_law(table)
        place = np.searchsorted(values, log_bin_sup)
        under = np.concatenate((np.zeros(1), np.cumsum(masses)))[place]
        over = np.concatenate((np.cumsum((masses * np.exp(-np.clip(values, -40.0, None)))[::-1])[::-1], np.zeros(1)))
        mean = np.where(log_bin_sup > -16.0, under * np.exp(-np.maximum(log_bin_sup, -40.0)) + over[place], mean)
    return float(np.sum(np.exp(log_weight) / mean))


def _bins(table: Tables, num_bins: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """ln pi_j and ln sup of r' over bin j for every bin that can hold a winner."""
    numbers = np.empty(table.intervals.size, np.int64)
    weight, peak = np.empty(num_bins), np.empty(num_bins)
    for j in range(num_bins):
        split_bin(j, table.intervals, numbers)
        weight[j] = bin_sum(table.log_weight, table, numbers)
        peak[j] = bin_sum(table.log_peak, table, numbers)
    alive = (weight > -np.inf) & (peak > -np.inf)
    return weight[alive], peak[alive] - weight[alive] - math.log(num_bins)
