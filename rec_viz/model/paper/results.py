"""What an experiment's rows say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import rec_core as rec
from rec_core import metrics, study
from rec_core.arrays import Floats

from ...figures.paper import Band, Choice, Measured, Orc
from ...memo import memo
from .studies import (
    CHOICES,
    DIM,
    INTERVAL_BITS,
    INTERVAL_CANDIDATES,
    LEAST_RUNS,
    LEVELS,
    STRATEGIES,
    STUDIES,
    Rows,
    Size,
    Stopped,
    candidates_of,
    channel,
)


def steps(work: study.Study, table: study.Table, d_inf: Floats, expected: Floats) -> list[Band]:
    """Candidates examined against D_inf in steps of one bit; log2 of mean and quartiles.

    Bins of targets whose search would often be cut off by the budget are left out: their means would be too low.
    """
    bands = []
    method = work.cells[0].method
    assert isinstance(method, rec.PFR)
    limit = math.log2(method.max_examined) - 3.0
    for name, role, cut in (("plain", "p", False), ("J = 2ᴵ bins", "heuristic", True)):
        here = _is_cut(work, table) == cut
        rows = []
        for low in np.arange(0.0, limit):
            some = here & (d_inf >= low) & (d_inf < low + 1.0) & (table["index"] > 0)
            if low + 1.0 > limit or some.sum() < LEAST_RUNS:
                continue
            values = table["examined"][some]
            rows.append((d_inf[some].mean(), values.mean(), *np.quantile(values, (0.25, 0.75)),
                         np.exp2(expected[some]).mean()))  # fmt: skip
        if rows:
            x, *others = (np.array(column) for column in zip(*rows, strict=True))
            bands.append(Band(name, role, x, *np.log2(others)))
    return bands


def _is_cut(work: study.Study, table: study.Table) -> NDArray[np.bool_]:
    return np.array([one.cut.num_bins > 1 for one in work.cells])[table["cell"]]


def gap_slope(work: study.Study, table: study.Table, d_inf: Floats) -> tuple[float, float]:
    """By how many bits the gap between plain and partitioned searches grows for each bit of D_inf, with its standard
    error: the least-squares slope of log2(examined plain) - log2(examined with bins) on D_inf, over pairs of runs that
    met the same target with the same seed. NaN below three pairs."""
    fine = table["index"] > 0
    cut = _is_cut(work, table)
    counts = {
        flag: {(int(seed), round(d, 6)): math.log2(n) for seed, d, n in
               zip(table["seed"][some], d_inf[some], table["examined"][some], strict=True)}
        for flag in (False, True) for some in (fine & (cut == flag),)
    }  # fmt: skip
    pairs = np.array(
        [(key[1], plain - counts[True][key]) for key, plain in counts[False].items() if key in counts[True]]
    )
    return slope(pairs[:, 0], pairs[:, 1]) if len(pairs) > 2 else (math.nan, math.nan)


def slope(x: Floats, y: Floats) -> tuple[float, float]:
    """Least-squares slope of y on x and its standard error, which allows for noise that varies with x."""
    centred = x - x.mean()
    value = float(centred @ y / (centred @ centred))
    residuals = y - y.mean() - value * centred
    return value, float(math.sqrt((centred**2) @ residuals**2) / (centred @ centred))


def pfr_lengths(work: study.Study, table: study.Table) -> list[Band]:
    """Message length against I: mean, quartiles and the exact mean."""
    return [
        _lengths(name, role, table, [number for number, one in enumerate(work.cells) if (one.cut.num_bins > 1) == cut],
                 work)
        for name, role, cut in (("plain", "p", False), ("J = 2ᴵ bins", "heuristic", True))
    ]  # fmt: skip


def floors(work: study.Study) -> tuple[Floats, Floats]:
    """I of a study's channels, increasing, and the least that any one-shot code of each needs; bits."""
    channels = {one.source for one in work.cells if isinstance(one.source, rec.Channel)}
    rows = sorted((one.information_bits, rec.laws.functional_information_bits(one)) for one in channels)
    information, least = np.array(rows).T
    return information, least


def _lengths(name: str, role: str, table: study.Table, numbers: Sequence[int], work: study.Study) -> Band:
    rows = []
    for number in numbers:
        values = table["length_bits"][(table["cell"] == number) & (table["index"] > 0)]
        if values.size:
            one = work.cells[number]
            assert isinstance(one.source, rec.Channel)
            x, exact = one.source.information_bits, exact_length(one)
            rows.append((x, values.mean(), *np.quantile(values, (0.25, 0.75)), exact))
    return Band(name, role, *(np.array(column) for column in zip(*rows, strict=True))) if rows else _empty(name, role)


def _empty(name: str, role: str) -> Band:
    return Band(name, role, *np.empty((5, 0)))


def exact_length(cell: study.Cell) -> float:
    """Exact mean length of a channel's PFR message, Zipf-coded as in a study."""
    return rec.laws.mean_length_bits(cell.source, cell.cut, rec.ZipfCode.for_source(cell.source, cell.cut))


def stopped_levels(parts: Sequence[Stopped]) -> list[tuple[float, list[Band]]]:
    """For each of LEVELS, log2 of candidates until the MMD is below it, against D_inf in steps of two bits."""
    return [(level, _stopped_steps(parts, k)) for k, level in enumerate(LEVELS)]


def _stopped_steps(parts: Sequence[Stopped], level: int) -> list[Band]:
    d_inf = np.array([part.d_inf_bits for part in parts])
    bands = []
    for name, role, values in (
        ("plain", "p", np.array([part.plain_bits[level] for part in parts])),
        ("J = 2ᴵ bins", "heuristic", np.array([part.bins_bits[level] for part in parts])),
    ):
        rows = []
        for low in np.arange(0.0, 40.0, 2.0):
            some = (d_inf >= low) & (d_inf < low + 2.0)
            if some.sum() >= 3 and np.isfinite(values[some]).all():
                counts = np.exp2(values[some])
                rows.append((d_inf[some].mean(), *np.log2((counts.mean(), *np.quantile(counts, (0.25, 0.75))))))
        if rows:
            x, mean, low_, high = (np.array(column) for column in zip(*rows, strict=True))
            bands.append(Band(name, role, x, mean, low_, high, np.full(x.size, math.nan)))
    return bands


def measured(work: study.Study, table: study.Table, numbers: Sequence[int]) -> Measured | None:
    """What the cells of these numbers say together, one cell per target; None until every one has two runs.

    The squares of the MMD are averaged over targets, their root is given. An unbiased square may come out below 0: then
    the root is 0.
    """
    squares, errors, exact, lengths = [], [], [], []
    x = study.samples(table)
    for number in numbers:
        here = (table["cell"] == number) & (table["index"] > 0)
        if here.sum() < 2:
            return None
        one = work.cells[number]
        assert isinstance(one.source, rec.Problem)
        found = metrics.mmd(x[here], one.source)
        squares.append(found.squared)
        errors.append(found.error)
        exact.append(exact_bias(one, tuple(sorted({candidates_of(other) for other in work.cells}))) ** 2)
        lengths.append(table["length_bits"][here])
    mean, half = float(np.mean(squares)), 1.96 * float(np.linalg.norm(errors)) / len(errors)
    every = np.concatenate(lengths)
    middle, low, high, law = (
        math.sqrt(max(0.0, value)) for value in (mean, mean - half, mean + half, float(np.mean(exact)))
    )
    first, third = np.quantile(every, (0.25, 0.75)).tolist()
    return Measured(middle, low, high, law, metrics.mean_interval(every), first, third, every.size)


def exact_bias(cell: study.Cell, counts: tuple[int, ...]) -> float:
    """Exact MMD of a cell's output; `counts` are the numbers of candidates to work out at once."""
    assert isinstance(cell.source, rec.Problem)
    return _exact_biases(cell.source, cell.cut, counts)[counts.index(candidates_of(cell))]


@memo(256)
def _exact_biases(problem: rec.Problem, cut: rec.Partition, counts: tuple[int, ...]) -> list[float]:
    found: list[float] = metrics.output_mmd(problem, [rec.ORC(n, cut) for n in counts]).tolist()
    return found


def orc_points(work: study.Study, cut: bool) -> dict[int, list[int]]:
    """Number of candidates -> the cells that use it, one per target."""
    found: dict[int, list[int]] = {}
    for number, one in enumerate(work.cells):
        if (one.cut.num_bins > 1) == cut:
            found.setdefault(candidates_of(one), []).append(number)
    return found


def interval_points(work: study.Study) -> dict[str, list[int]]:
    """Of CHOICES: the cells, one per target. Two strategies that choose the same bins share cells."""
    source = channel(INTERVAL_BITS, DIM - 1, 1)
    numbers = {one: number for number, one in enumerate(work.cells)}
    found: dict[str, list[int]] = {}
    targets = list(dict.fromkeys(one.source for one in work.cells))
    cuts = {name: rec.allocate(source, round(INTERVAL_BITS), name) for name in STRATEGIES}
    for strategy, cut in [*cuts.items(), ("none", rec.Partition.uncut(source.dim))]:
        found[strategy] = [numbers[study.Cell(target, rec.ORC(INTERVAL_CANDIDATES, cut))] for target in targets]
    return found


class Pfr(NamedTuple):
    """Figure 2, (a) and (b): lines of steps and of lengths, I and the floors, and by how much the gap grows, with its
    standard error."""

    steps: list[Band]
    lengths: list[Band]
    floors: tuple[Floats, Floats]
    slope: float
    slope_error: float
    failed: int  # runs over the budget


Result = Pfr | list[tuple[float, list[Band]]] | Orc | dict[str, Choice]


def result_of(key: str, size: Size, parts: Sequence[Rows], targets: Sequence[Stopped]) -> Result:
    """What an experiment's rows, or targets, say."""
    if key == "stopped":
        return stopped_levels(targets)
    work, table = STUDIES[key](size), study.join(part.table for part in parts)
    if key == "orc":
        return orc_result(work, table)
    if key == "intervals":
        return interval_result(work, table)
    cells, runs = (np.concatenate([part.table[name] for part in parts]) for name in ("cell", "run"))
    order = np.lexsort((runs, cells))
    return pfr_result(work, table, *(np.concatenate([part[k] for part in parts])[order] for k in (1, 2)))


def pfr_result(work: study.Study, table: study.Table, d_inf: Floats, expected: Floats) -> Pfr:
    """Of a study's rows and `of_targets` of them."""
    return Pfr(
        steps(work, table, d_inf, expected),
        pfr_lengths(work, table),
        floors(work),
        *gap_slope(work, table, d_inf),
        int((table["index"] == 0).sum()),
    )


def orc_result(work: study.Study, table: study.Table) -> Orc:
    """Of a study's rows; numbers of candidates some target has no runs of yet are left out."""
    both = []
    for cut in (False, True):
        found = {n: measured(work, table, numbers) for n, numbers in orc_points(work, cut).items()}
        both.append({n: point for n, point in found.items() if point is not None})
    return Orc(*both)


def interval_result(work: study.Study, table: study.Table) -> dict[str, Choice]:
    """Of a study's rows, strategy by strategy."""
    found = {}
    for strategy, numbers in interval_points(work).items():
        point, first = measured(work, table, numbers), work.cells[numbers[0]]
        if point is not None:
            params = first.target(0).params
            far = int(np.argmax([abs(mean) for mean, _ in params]))
            sent = study.samples(table)[table["cell"] == numbers[0], far]
            name = CHOICES[strategy]
            found[strategy] = Choice(name, first.cut.intervals, point, sent, (params[far][0], params[far][1]))
    return found
