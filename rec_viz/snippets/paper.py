"""The charts of the Paper page as programs."""

from __future__ import annotations

from ..model.paper import (
    DIM,
    INTERVAL_BITS,
    INTERVAL_CANDIDATES,
    ORC_BITS,
    SEED,
    SIZES,
    STRATEGIES,
    STUDIES,
)

_IMPORTS = """\
import rec_core as rec
from rec_core import study
from rec_viz import theme
from rec_viz.figures import paper
from rec_viz.model import paper as experiments

colours = theme.ROLES["light"]
"""


def _rows(key: str, size: str, cells: str) -> str:
    """The study of an experiment and its rows."""
    work = STUDIES[key](SIZES[size])
    samples = ", samples=True" if work.samples else ""
    return f"""{_IMPORTS}
cells = study.grid(
{cells}
)
work = study.Study(cells, runs={work.runs}, seed={SEED}, chunk={work.chunk}{samples})
rows = study.run(work)  # with out="a folder" it keeps them there and resumes
"""


def _pfr(size: str) -> str:
    chosen = SIZES[size]
    cells = f"""\
    [rec.gaussian_channel([bits / {DIM}] * {DIM}) for bits in {chosen.bits}],
    log2_bins=(0, "I"),  # one bin, and J = 2^I
    methods=(rec.PFR(max_examined=2**{chosen.budget_bits}),),"""
    return f"""{_rows("pfr", size, cells)}
result = experiments.pfr_result(work, rows, *experiments.of_targets(work, rows))"""


def steps(size: str) -> str:
    """Figure 2: candidates against D_inf."""
    return f"{_pfr(size)}\nfigure = paper.steps(result.steps, colours)\n"


def lengths(size: str) -> str:
    """Figure 2: lengths against I."""
    return f"{_pfr(size)}\nfigure = paper.lengths(result.lengths, colours)\n"


def stopped(size: str) -> str:
    """Figure 2: candidates of a stopped search against D_inf."""
    chosen = SIZES[size]
    return f"""{_IMPORTS}
channels = [rec.gaussian_channel([bits / {DIM}] * {DIM}) for bits in {chosen.bits}]
found = [experiments.stopped(channel, target) for target in range({chosen.law_targets}) for channel in channels]
levels = [experiments.stopped_steps(found, level) for level in range(len(experiments.LEVELS))]
figure = paper.stopped(levels, colours)
"""


def _orc(size: str) -> str:
    chosen = SIZES[size]
    cells = f"""\
    [rec.gaussian_channel([{ORC_BITS:g} / {DIM}] * {DIM})],
    log2_bins=(0, "I"),  # one bin, and J = 2^I
    methods=[rec.ORC(n) for n in {chosen.candidates}],
    targets={chosen.targets},"""
    return f"{_rows('orc', size, cells)}result = experiments.orc_result(work, rows)"


def bias(size: str) -> str:
    """Figure 3: MMD against the number of candidates."""
    return f"{_orc(size)}\nfigure = paper.bias(result, colours)\n"


def orc_lengths(size: str) -> str:
    """Figure 3: lengths against the number of candidates."""
    return f"{_orc(size)}\nfigure = paper.orc_lengths(result, colours)\n"


def _intervals(size: str) -> str:
    chosen = SIZES[size]
    cells = f"""\
    [rec.gaussian_channel([{INTERVAL_BITS:g} / {DIM - 1}] * {DIM - 1} + [0])],  # the last dimension holds nothing
    log2_bins=(0, "I"),
    strategies={tuple(STRATEGIES)},
    methods=(rec.ORC({INTERVAL_CANDIDATES}),),
    targets={chosen.targets},"""
    return f"{_rows('intervals', size, cells)}choices = experiments.interval_result(work, rows)\n"


def intervals(size: str) -> str:
    """Bias and length of each way to choose intervals."""
    return f"{_intervals(size)}figure = paper.intervals(choices, colours)\n"


def histograms(size: str) -> str:
    """Coded samples of each way to choose intervals."""
    return f"{_intervals(size)}figure = paper.histograms(choices, colours)\n"
