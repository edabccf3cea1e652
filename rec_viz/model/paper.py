"""The toy experiments of the Paper page: what each runs, and what its rows say. Nothing here draws or caches.

An experiment is a `rec_core.study.Study` with the command that makes the same rows; the search cut short, which no
study runs, is worked out from its law target by target.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import rec_core as rec
from rec_core import metrics, study

from ..background import Halted, Job, Steps
from ..figures.paper import Band, Choice, Measured, Orc
from ..memo import memo

Floats = NDArray[np.float64]

DIM = 5
WORKERS = 2  # threads of one run: other sessions want to compute too
SEED = 2024
ORC_BITS = 8.0
INTERVAL_BITS = 8.0
INTERVAL_CANDIDATES = 20
STRATEGIES: dict[rec.Strategy, str] = {
    "information": "by information",
    "random": "at random",
    "collapsed": "the empty dimension",
    "runtime": "by run time",
}
CHOICES = dict[str, str](STRATEGIES.items()) | {"none": "none"}  # of dimensions to cut
LEVELS = (0.2, 0.1, 0.05, 0.02)  # of MMD, at which a stopped search is called good enough
LEAST_RUNS = 8  # of a bin of targets that is drawn
CANDIDATES_BITS = 22  # how far the number of candidates of a stopped search is looked for


class Size(NamedTuple):
    """How much an experiment runs."""

    bits: tuple[int, ...]  # I of Figure 2
    runs: int  # a channel, in Figure 2
    budget_bits: int  # candidates a search may examine
    law_targets: int  # a channel, whose stopped search is worked out
    targets: int  # of Figure 3 and of the intervals
    orc_runs: int
    candidates: tuple[int, ...]  # of Figure 3
    interval_runs: int


SIZES = {
    "small": Size((2, 4, 6), 150, 18, 5, 3, 400, (1, 4, 16, 64, 256), 5000),
    "medium": Size((2, 4, 6, 8), 600, 20, 12, 6, 2000, (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024), 5000),
    "large": Size(
        (2, 3, 4, 5, 6, 7, 8, 9, 10), 1500, 22, 24, 8, 3000, (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096),
        5000,
    ),
}  # fmt: skip


def channel(bits: float, dim: int = DIM, idle: int = 0) -> rec.Channel:
    """I shared equally over `dim` dimensions, and `idle` more that hold none."""
    return rec.gaussian_channel((bits / dim,) * dim + (0.0,) * idle)


# ------------------------------------------------------------------------------------------------ what is run


def pfr_study(size: Size) -> study.Study:
    """Figure 2: PFR without and with J = 2^I bins, a fresh target of the channel for every run."""
    method = rec.PFR(max_examined=2**size.budget_bits)
    cells = study.grid([channel(bits) for bits in size.bits], (0, "I"), methods=(method,))
    return study.Study(cells, size.runs, SEED, 50)


def orc_study(size: Size) -> study.Study:
    """Figure 3: ORC without and with bins on a few targets, over the number of candidates."""
    cells = study.grid(
        [channel(ORC_BITS)], (0, "I"), methods=[rec.ORC(n) for n in size.candidates], targets=size.targets
    )
    return study.Study(cells, size.orc_runs, SEED, 200, samples=True)


def interval_study(size: Size) -> study.Study:
    """Which dimensions to cut, or none: ORC with few candidates, one dimension of five without information."""
    cells = study.grid(
        [channel(INTERVAL_BITS, DIM - 1, 1)], (0, "I"), tuple(STRATEGIES), (rec.ORC(INTERVAL_CANDIDATES),),
        targets=size.targets,
    )  # fmt: skip
    return study.Study(cells, size.interval_runs, SEED, 250, samples=True)


STUDIES = {"pfr": pfr_study, "orc": orc_study, "intervals": interval_study}


def command(key: str, size: Size) -> str:
    """The command that makes the rows of `STUDIES[key](size)`."""
    work = STUDIES[key](size)
    options = {
        "pfr": f"--bits {_listed(size.bits)} --dim {DIM} --log2-bins 0,I --max-examined {2**size.budget_bits}",
        "orc": f"--bits {ORC_BITS:g} --dim {DIM} --targets {size.targets} --log2-bins 0,I --method orc "
        f"--num-candidates {_listed(size.candidates)} --samples",
        "intervals": f"--bits {INTERVAL_BITS:g} --dim {DIM - 1} --idle-dims 1 --targets {size.targets} --log2-bins 0,I "
        f"--strategy {','.join(STRATEGIES)} --method orc --num-candidates {INTERVAL_CANDIDATES} --samples",
    }
    return (
        f"python -m rec_core.study {options[key]} --runs {work.runs} --chunk {work.chunk} --seed {work.seed} "
        f"--out {key}"
    )


def _listed(values: Sequence[int]) -> str:
    return ",".join(map(str, values))


def candidates(key: str, size: Size) -> float:
    """How many candidates an experiment will examine, about: what it costs."""
    if key == "pfr":  # plain searches make up nearly all of it
        most = 2.0**size.budget_bits
        rows = [min(2.0 ** channel(bits).draw(target).d_inf_bits, most) for bits in size.bits for target in range(300)]
        return 1.3 * float(np.mean(rows)) * len(size.bits) * size.runs
    work = STUDIES[key](size)
    return float(sum(candidates_of(one) for one in work.cells) * work.runs)


# ------------------------------------------------------------------------------------------------ running


class Rows(NamedTuple):
    """A chunk of a study, and of each run's target D_inf and log2 of the candidates to expect."""

    table: study.Table
    d_inf_bits: Floats
    expected_bits: Floats


class Stopped(NamedTuple):
    """One target: D_inf, and for each of LEVELS log2 of the candidates until the output's MMD is below it; NaN past
    2^CANDIDATES_BITS."""

    d_inf_bits: float
    plain_bits: tuple[float, ...]
    bins_bits: tuple[float, ...]


def run_study(key: str, size: Size, halted: Halted) -> Iterator[Rows]:
    """The chunks of an experiment as they come."""
    work = STUDIES[key](size)
    with ThreadPoolExecutor(WORKERS) as pool:
        for table in study.stream(work, executor=pool, stop=halted, in_flight=2 * WORKERS):
            yield Rows(table, *(of_targets(work, table) if key == "pfr" else (np.empty(0), np.empty(0))))


def of_targets(work: study.Study, table: study.Table) -> tuple[Floats, Floats]:
    """D_inf of the target of every row, and log2 of the candidates its search examines on average; (R,) both."""
    pairs = [(work.cells[n], seed) for n, seed in zip(table["cell"].tolist(), table["seed"].tolist(), strict=True)]
    targets = [(one.target(seed), one.cut) for one, seed in pairs]
    d_inf = np.array([problem.d_inf_bits for problem, _ in targets])
    return d_inf, np.array([rec.upper_sum_bits(problem, cut) for problem, cut in targets])


def run_stopped(size: Size, halted: Halted = lambda: False) -> Iterator[Stopped]:
    """How long a search must go on for an approximate sample, target by target."""
    for target in range(size.law_targets):
        for bits in size.bits:
            if halted():
                return
            yield stopped(channel(bits), target)


def stopped(source: rec.Channel, target: int) -> Stopped:
    """A target of a channel, without bins and with J = 2^I."""
    problem = source.draw(target)
    cut = rec.allocate(source, round(source.information_bits))
    return Stopped(
        problem.d_inf_bits,
        candidates_until(problem, rec.Partition.uncut(problem.dim)),
        candidates_until(problem, cut),
    )


def candidates_until(problem: rec.Problem, cut: rec.Partition, levels: Sequence[float] = LEVELS) -> tuple[float, ...]:
    """log2 of the candidates after which stopped PFR's MMD from Q is below each level, between powers of two by the
    line through the logs; NaN past 2^CANDIDATES_BITS."""
    most = min(CANDIDATES_BITS, math.ceil(rec.upper_sum_bits(problem, cut)) + 4)
    bias = metrics.output_mmd(problem, [rec.PFR(cut, max_examined=2**k) for k in range(most + 1)])
    bias = np.log(np.minimum.accumulate(np.maximum(bias, 1e-12)))
    found = []
    for level in np.log(levels):
        after = int(np.argmax(bias < level)) if bias[-1] < level else -1
        before = max(after - 1, 0)
        share = (bias[before] - level) / (bias[before] - bias[after]) if after > 0 else 0.0
        found.append(math.nan if after < 0 else before + share)
    return tuple(found)


# ------------------------------------------------------------------------------------------------ what rows say


def steps(work: study.Study, table: study.Table, d_inf: Floats, expected: Floats) -> list[Band]:
    """Candidates examined against D_inf in steps of one bit; log2 of mean and quartiles.

    Bins of targets whose search would often be cut off by the budget are left out: their means would be too low.
    """
    bands = []
    limit = math.log2(work.cells[0].method.max_examined) - 3.0
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
    source, cut = cell.source, cell.cut
    code = rec.ZipfCode(rec.laws.log2_index_bound_bits(source, cut))
    return cut.log2_bins + float(code.length_bits(1)) + code.exponent * rec.laws.expected_log2_index(source, cut)


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
    """What the cells of these numbers say together, one cell a target; None until every one has two runs.

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


def candidates_of(cell: study.Cell) -> int:
    """n of a cell of ORC."""
    assert isinstance(cell.method, rec.ORC)
    return cell.method.num_candidates


@memo(256)
def _exact_biases(problem: rec.Problem, cut: rec.Partition, counts: tuple[int, ...]) -> list[float]:
    found: list[float] = metrics.output_mmd(problem, [rec.ORC(n, cut) for n in counts]).tolist()
    return found


def orc_points(work: study.Study, cut: bool) -> dict[int, list[int]]:
    """Number of candidates -> the cells that use it, one a target."""
    found: dict[int, list[int]] = {}
    for number, one in enumerate(work.cells):
        if (one.cut.num_bins > 1) == cut:
            found.setdefault(candidates_of(one), []).append(number)
    return found


def interval_points(work: study.Study) -> dict[str, list[int]]:
    """Of CHOICES: the cells, one a target. Two strategies that choose the same bins share cells."""
    source = channel(INTERVAL_BITS, DIM - 1, 1)
    numbers = {one: number for number, one in enumerate(work.cells)}
    found: dict[str, list[int]] = {}
    targets = list(dict.fromkeys(one.source for one in work.cells))
    cuts = {name: rec.allocate(source, round(INTERVAL_BITS), name) for name in STRATEGIES}
    for strategy, cut in [*cuts.items(), ("none", rec.Partition.uncut(source.dim))]:
        found[strategy] = [numbers[study.Cell(target, rec.ORC(INTERVAL_CANDIDATES, cut))] for target in targets]
    return found


class Pfr(NamedTuple):
    """Figure 2, (a) and (b): lines of steps and of lengths, and by how much the gap grows, with its standard error."""

    steps: list[Band]
    lengths: list[Band]
    slope: float
    slope_error: float
    failed: int  # runs over the budget


Result = Pfr | list[tuple[float, list[Band]]] | Orc | dict[str, Choice]


def said(key: str, size: Size, parts: Sequence[Rows], targets: Sequence[Stopped]) -> Result:
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


class Rates(NamedTuple):
    """What this machine does on two threads: candidates a second in 5-D; seconds for the exact law of one search."""

    candidates_per_second: float
    law_seconds: float


@memo(64)
def paper_rates() -> Rates:
    """Measured once: what the Paper page's estimates of time rest on."""
    source = channel(6.0)
    cut = rec.allocate(source, 6)
    runs, each = 8, 2**13
    for target in range(2):  # the first compiles
        problem, begun = source.draw(target), time.perf_counter()
        rec.encode_many(problem, runs, rec.ORC(each, cut), seed=0, num_threads=WORKERS)
        searched = time.perf_counter()
        rec.metrics.output_mmd(problem, [rec.ORC(2**k, cut) for k in range(10)])
        ended = time.perf_counter()
    return Rates(runs * each / (searched - begun), ended - searched)


@memo(64)
def paper_seconds(key: str, size: str) -> float:
    """How long an experiment of the Paper page will take here, about."""
    chosen, rates = SIZES[size], paper_rates()
    if key == "stopped":
        return 2.0 * len(chosen.bits) * chosen.law_targets * rates.law_seconds
    work = STUDIES[key](chosen)
    laws = len({(one.source, one.cut) for one in work.cells})
    pairs = len(work.cells) * work.runs**2 if work.samples else 0
    return (
        candidates(key, chosen) / rates.candidates_per_second
        + laws * rates.law_seconds
        + pairs * 1e-8  # of the MMD of samples
        + work.num_runs * (1e-3 if key == "pfr" else 2e-5)  # of looking at targets, and of Python
    )


# ------------------------------------------------------------------------------------------------ in the background


@dataclass
class Run:
    """An experiment: its rows so far, and what they say.

    `result` is worked out anew as rows come, seldom enough to cost a small part of the time, and once at the end.
    """

    key: str  # 'pfr', 'stopped', 'orc' or 'intervals'
    size: str
    parts: list[Rows] = field(default_factory=list)
    targets: list[Stopped] = field(default_factory=list)
    result: Result | None = None

    @property
    def rows(self) -> study.Table:
        """All that is done, sorted by cell and run."""
        return study.join(part.table for part in self.parts)


def start(key: str, size: str, alive: Callable[[], bool] = lambda: True) -> Job[Run]:
    """Run an experiment at one of SIZES."""
    return Job(Run(key, size), _work, alive)


def _work(run: Run, halted: Halted) -> Steps:
    size, due = SIZES[run.size], 0.0
    stopped = run.key == "stopped"
    total = len(size.bits) * size.law_targets if stopped else STUDIES[run.key](size).num_runs
    yield 0, total
    for part in run_stopped(size, halted) if stopped else run_study(run.key, size, halted):
        if isinstance(part, Rows):
            run.parts.append(part)
        else:
            run.targets.append(part)
        yield (len(run.targets) if stopped else sum(part.table["run"].size for part in run.parts)), total
        if time.monotonic() > due:
            begun = time.monotonic()
            run.result = said(run.key, size, run.parts, run.targets)
            due = 5.0 * time.monotonic() - 4.0 * begun + 0.5
    if run.parts or run.targets:
        run.result = said(run.key, size, run.parts, run.targets)
