"""A* search on a tree of boxes that are halves of each other, written to be read; with it the tree's receiver.

The root is all of P, or one of several bins. A box is halved where its mass under P is, along the axis in which it is
widest in units that both sides know. A node has one candidate, uniform in its box, and one arrival time, T = T of its
parent + Exp(rate P(box)): the first arrival in the box after its parent's. The two halves of a box go on independently,
so all nodes together are one Poisson process, and the winner min T / r(X) follows PFR's law. Nodes are taken in the
order of T / sup of r in the box, and the search ends where that exceeds the best race time.

In dimension d a box halved k times is interval `number` of n 2^k, n the intervals of the roots. Its place in a message
counts all such intervals, those of fewer halvings first, from 0: n (2^k - 1) + number. So a message tells the box
without the tree, and the receiver makes its candidate in O(D).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from .. import families
from ..arrays import LN2, Floats, Ints, Word, Words
from ..candidates import candidate
from ..jit import kernel
from ..partition import split_bin
from ..randomness import NODE_CLOCK, bin_key, block, to_uniform
from ..tables import Tables, bin_sum, log_ratio
from .by_clocks import sink
from .method import Outcome, Record, copy, note
from .rows import Rows, prepare

FINEST = 2**50  # intervals of a dimension, at most: more are finer than float64 can tell apart
_SHAPES = np.int64(64)  # more than the halvings of any dimension
_EVENLY = 2  # the place of 'uniform' in WEIGHTINGS: weights are not used here, and these are made fastest


class Nodes(NamedTuple):
    """Nodes that wait, a row each: what bounds their race time, and a heap of their rows with the smallest first."""

    bounds: Floats  # (S,) ln of T over the supremum of r in the box
    log_times: Floats  # (S,)
    depths: Ints  # (S,)
    numbers: Ints  # (S, D) of the intervals of the box
    halvings: Ints  # (S, D) k of each dimension
    peaks: Floats  # (S, D) ln sup of r_d over the intervals
    widths: Floats  # (S, D) in the units of the axes; 0 where the box is not to be halved
    queue: Ints  # (S,)


@kernel
def new_nodes(size: int, dim: int) -> Nodes:
    """Room for `size` nodes."""
    return Nodes(
        np.empty(size), np.empty(size), np.empty(size, np.int64), np.empty((size, dim), np.int64),
        np.empty((size, dim), np.int64), np.empty((size, dim)), np.empty((size, dim)), np.empty(size, np.int64),
    )  # fmt: skip


@kernel
def copy_box(nodes: Nodes, row: int, target: Nodes, place: int) -> None:
    """Copy the box of a node into another row."""
    for d in range(nodes.peaks.shape[1]):
        target.numbers[place, d], target.halvings[place, d] = nodes.numbers[row, d], nodes.halvings[row, d]
        target.peaks[place, d], target.widths[place, d] = nodes.peaks[row, d], nodes.widths[row, d]


@kernel
def room_for_more(nodes: Nodes, used: int) -> Nodes:
    """The nodes, or a copy twice the size if all rows are used."""
    if used < nodes.bounds.shape[0]:
        return nodes
    larger = new_nodes(2 * used, nodes.peaks.shape[1])
    for i in range(used):
        larger.bounds[i], larger.log_times[i] = nodes.bounds[i], nodes.log_times[i]
        larger.depths[i], larger.queue[i] = nodes.depths[i], nodes.queue[i]
        copy_box(nodes, i, larger, i)
    return larger


@kernel
def rise(queue: Ints, place: int, values: Floats) -> None:
    """Restore a heap whose entry at `place` may be too small; the other half of `by_clocks.sink`."""
    moving = queue[place]
    while place > 0:
        above = (place - 1) // 2
        if values[queue[above]] <= values[moving]:
            break
        queue[place] = queue[above]
        place = above
    queue[place] = moving


@kernel
def node_key(seed: Word, roots: Ints, halvings: Ints, numbers: Ints, intervals: Ints, shapes: Ints) -> Word:
    """The key of a box; writes its `intervals` (D,), n 2^k. Boxes of one number and other shapes have other keys."""
    halved = False
    for d in range(roots.shape[0]):
        intervals[d] = roots[d] << halvings[d]
        halved |= halvings[d] > 0
    key = bin_key(seed, intervals, numbers)
    return bin_key(key, shapes, halvings) if halved else key


@kernel
def log_gap(key: Word, depth: int, log_boxes: float) -> float:
    """ln of the time a node takes after its parent: unit exponential times the number of boxes of its size."""
    word, _ = block(key, NODE_CLOCK, np.uint64(depth + 1), np.uint64(0))
    return math.log(-math.log(to_uniform(word))) + log_boxes


@kernel
def log_later(log_time: float, log_step: float) -> float:
    """ln of a time that is a step later."""
    top, low = max(log_time, log_step), min(log_time, log_step)
    return top + math.log1p(math.exp(low - top))


@kernel
def width(family: int, number: int, intervals: int, ends: tuple[float, float], unit: float) -> float:
    """How wide an interval is, in units: twice from its median to the nearer end; 0 if it is not to be halved."""
    if unit == 0.0 or 2 * intervals > FINEST:
        return 0.0
    middle = families.edge(family, 2 * number + 1, 2 * intervals)
    return 2.0 * unit * min(middle - ends[0], ends[1] - middle)


@kernel
def plant(table: Tables, units: Floats, seed: Word, nodes: Nodes) -> int:
    """Make the roots, one for each bin of the table that Q reaches; returns how many there are."""
    dim, waiting, count, log_roots = units.shape[0], 0, 1, 0.0
    numbers = np.empty(dim, np.int64)
    for n in table.intervals:
        count *= n
        log_roots += math.log(n)
    for j in range(count):
        split_bin(j, table.intervals, numbers)
        peak = bin_sum(table.log_peak, table, numbers)
        if peak > -np.inf:
            log_time = log_gap(bin_key(seed, table.intervals, numbers), int(np.int64(0)), log_roots)
            nodes.bounds[waiting], nodes.log_times[waiting] = log_time - peak, log_time
            nodes.depths[waiting], nodes.queue[waiting] = 0, waiting
            for d in range(dim):
                nodes.numbers[waiting, d], nodes.halvings[waiting, d] = numbers[d], 0
                nodes.peaks[waiting, d] = table.log_peak[table.offsets[d] + numbers[d]]
                n = table.intervals[d]
                ends = families.edge(table.family, numbers[d], n), families.edge(table.family, numbers[d] + 1, n)
                nodes.widths[waiting, d] = width(table.family, numbers[d], n, ends, units[d])
            waiting += 1
    for place in range(waiting // 2 - 1, -1, -1):
        sink(nodes.queue, waiting, place, nodes.bounds)
    return waiting


@kernel
def axis_of(widths: Floats) -> int:
    """The axis in which a box is widest; -1 if it is not to be halved."""
    axis, widest = -1, 0.0
    for d in range(widths.shape[0]):
        if widths[d] > widest:
            axis, widest = d, widths[d]
    return axis


@kernel
def race_by_tree(
    table: Tables, units: Floats, seed: Word, log_sup: float, max_examined: int, winner: Ints, record: Record
) -> Outcome:
    """A* search with the bins of the table as roots. Writes the winning box's places in messages into `winner`.

    `units` (D,) says how wide a box is; 0 for an axis that is never halved. A box that is not to be halved is its own
    only child: candidates of one bin, one after the other.
    """
    dim, roots, num_roots, log_roots = units.shape[0], table.intervals, 1, 0.0
    for n in roots:
        num_roots *= n
        log_roots += math.log(n)
    nodes = new_nodes(num_roots + 64, dim)
    waiting, front = plant(table, units, seed, nodes), int(np.int64(0))
    used = waiting  # rows; those of nodes that are done are taken again
    intervals, box, x, shapes = np.empty(dim, np.int64), np.empty(dim, np.int64), np.empty(dim), np.full(dim, _SHAPES)
    best, best_ratio, best_index, examined = np.inf, -np.inf, 0, 0
    while waiting > 0 and nodes.bounds[nodes.queue[0]] <= best:
        if examined >= max_examined:
            return Outcome(0, examined, best, best_ratio, np.inf)
        examined += 1
        row = nodes.queue[0]
        depth, log_time = nodes.depths[row], nodes.log_times[row]
        numbers, halvings = nodes.numbers[row], nodes.halvings[row]
        key = node_key(seed, roots, halvings, numbers, intervals, shapes)
        candidate(table.family, key, depth + 1, intervals, numbers, x)
        peak = 0.0
        for d in range(dim):
            box[d] = intervals[d] - roots[d] + numbers[d]
            peak += nodes.peaks[row, d]
        log_r = min(log_ratio(table.family, table.params, x), peak)
        log_race = log_time - log_r
        improves = log_race < best
        if improves:
            best, best_ratio, best_index = log_race, log_r, depth + 1
            copy(box, winner)
        note(record, examined, box, depth + 1, log_time, log_r, log_race, improves)

        axis, log_boxes, halved = axis_of(nodes.widths[row]), log_roots, int(np.int64(0))
        for d in range(dim):
            log_boxes += LN2 * halvings[d]
        low, middle, high, number, count = 0.0, 0.0, 0.0, int(np.int64(0)), int(np.int64(0))
        if axis >= 0:
            number, count = 2 * numbers[axis], 2 * intervals[axis]
            low, high = families.edge(table.family, number, count), families.edge(table.family, number + 2, count)
            middle = families.edge(table.family, number + 1, count)
            log_boxes += LN2
            halved = halvings[axis]
        children, child = 0, row  # the first child takes the row of its parent
        for side in range(2 if axis >= 0 else 1):
            if children == 1:
                nodes = room_for_more(nodes, used)
                if waiting == used:
                    nodes.queue[used] = used
                    used += 1
                child = nodes.queue[waiting]
                copy_box(nodes, row, nodes, child)
            if axis >= 0:
                ends = (middle, high) if side == 1 else (low, middle)
                nodes.numbers[child, axis], nodes.halvings[child, axis] = number + side, halved + 1
                nodes.peaks[child, axis] = families.log_sup(table.family, table.params[axis], ends[0], ends[1])
                nodes.widths[child, axis] = width(table.family, number + side, count, ends, units[axis])
            peak = 0.0
            for d in range(dim):
                peak += nodes.peaks[child, d]
            if peak == -np.inf:
                continue
            key = node_key(seed, roots, nodes.halvings[child], nodes.numbers[child], intervals, shapes)
            later = log_later(log_time, log_gap(key, depth + 1, log_boxes))
            if later - peak > best:
                continue
            nodes.bounds[child], nodes.log_times[child], nodes.depths[child] = later - peak, later, depth + 1
            if children == 0:
                sink(nodes.queue, waiting, front, nodes.bounds)
            else:
                waiting += 1
                rise(nodes.queue, waiting - 1, nodes.bounds)
            children += 1
        if children == 0:
            waiting -= 1
            nodes.queue[0], nodes.queue[waiting] = nodes.queue[waiting], row
            sink(nodes.queue, waiting, front, nodes.bounds)
    return Outcome(best_index, examined, best, best_ratio, best + log_sup)


@kernel
def open_box(roots: Ints, box: Ints, halvings: Ints, numbers: Ints) -> None:
    """Write how often a box was halved in each dimension, and its number there, both (D,), from its places."""
    for d in range(roots.shape[0]):
        halvings[d], numbers[d], count = 0, box[d], roots[d]
        while numbers[d] >= count:
            numbers[d] -= count
            count *= 2
            halvings[d] += 1


@kernel
def decode_tree(family: int, seed: Word, index: int, roots: Ints, box: Ints, x: Floats) -> None:
    """Write the sample of a message into x (D,)."""
    dim = roots.shape[0]
    halvings, numbers, intervals = np.empty(dim, np.int64), np.empty(dim, np.int64), np.empty(dim, np.int64)
    open_box(roots, box, halvings, numbers)
    key = node_key(seed, roots, halvings, numbers, intervals, np.full(dim, _SHAPES))
    candidate(family, key, index, intervals, numbers, x)


@kernel
def many_by_tree(
    table: Tables, channel_scales: Floats, units: Floats, seeds: Words, max_examined: int, record: Record, rows: Rows
) -> int:
    """A row for each seed; the first run over budget, or -1. If `channel_scales` is empty, all are of one problem."""
    log_sup, divergence = 0.0, 0.0
    for i in range(seeds.shape[0]):
        if i == 0 or channel_scales.shape[0] > 0:
            table, log_sup, divergence = prepare(table, channel_scales, _EVENLY, True, seeds[i])
        rows.kl[i] = divergence
        outcome = race_by_tree(table, units, seeds[i], log_sup, max_examined, rows.bins[i], record)
        rows.indices[i], rows.examined[i], rows.log_races[i] = outcome.local_index, outcome.examined, outcome.log_race
        if outcome.local_index == 0:
            return i
        decode_tree(table.family, seeds[i], outcome.local_index, table.intervals, rows.bins[i], rows.samples[i])
    return -1
