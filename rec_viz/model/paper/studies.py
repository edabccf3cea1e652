"""What each experiment runs.

An experiment is a `rec_core.study.Study` with the command that makes the same rows; the search cut short, which no
study runs, is worked out from its law target by target.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

import rec_core as rec
from rec_core import metrics, study
from rec_core.arrays import Floats

from ...background import Halted
from ...memo import memo

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
EXACT_BITS = (2, 4, 6, 8, 10)
EXACT_TARGETS = 16  # of each, counted by the exact law
CANDIDATES_BITS = 22  # how far the number of candidates of a stopped search is looked for


class Size(NamedTuple):
    """How much an experiment runs."""

    bits: tuple[int, ...]  # I of Figure 2
    runs: int  # a channel, in Figure 2
    budget_bits: int  # candidates a search may examine
    law_targets: int  # of a channel, for the stopped search
    targets: int  # of Figure 3 and of the intervals
    orc_runs: int
    candidates: tuple[int, ...]  # of Figure 3
    interval_runs: int
    law_bits: tuple[int, ...] = (2, 4, 6, 8, 10)  # I of those targets


SIZES = {
    "small": Size((2, 4, 6), 150, 18, 5, 3, 400, (1, 4, 16, 64, 256), 5000),
    "medium": Size((2, 4, 6, 8), 600, 20, 12, 6, 2000, (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024), 5000),
    "large": Size(
        (2, 3, 4, 5, 6, 7, 8, 9, 10), 1500, 22, 24, 8, 3000, (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096),
        5000, (2, 3, 4, 5, 6, 7, 8, 9, 10),
    ),
}  # fmt: skip


def channel(bits: float, dim: int = DIM, idle: int = 0) -> rec.Channel:
    """I shared equally over `dim` dimensions, and `idle` more that hold none."""
    return rec.gaussian_channel((bits / dim,) * dim + (0.0,) * idle)


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


def candidates_of(cell: study.Cell) -> int:
    """n of a cell of ORC."""
    assert isinstance(cell.method, rec.ORC)
    return cell.method.num_candidates


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


@memo(1)
def exact_targets() -> tuple[Floats, Floats]:
    """Targets of channels of EXACT_BITS: D_inf and log2 of the candidates expected with J = 2^I bins, both (K,)."""
    found = []
    for bits in EXACT_BITS:
        source = channel(bits)
        cut = rec.allocate(source, bits)
        problems = [source.draw(target) for target in range(EXACT_TARGETS)]
        found += [(problem.d_inf_bits, rec.upper_sum_bits(problem, cut)) for problem in problems]
    d_inf, bins = np.array(found).T
    return d_inf, bins


def run_stopped(size: Size, halted: Halted = lambda: False) -> Iterator[Stopped]:
    """How long a search must go on for an approximate sample, target by target."""
    for target in range(size.law_targets):
        for bits in size.law_bits:
            if halted():
                return
            yield stopped(channel(bits), target)


def stopped(source: rec.Channel, target: int) -> Stopped:
    """A target of a channel, without bins and with J = 2^I."""
    problem = source.draw(target)
    cut = rec.allocate(source, round(source.information_bits))
    return Stopped(
        problem.d_inf_bits,
        metrics.searched_until(problem, LEVELS, most_bits=CANDIDATES_BITS),
        metrics.searched_until(problem, LEVELS, cut, CANDIDATES_BITS),
    )
