"""The charts of the Paper page as programs."""

from __future__ import annotations

_RUN = """\
from rec_core import study
from rec_viz import theme
from rec_viz.figures import paper as figures
from rec_viz.model.paper import results, studies

colours = theme.ROLES["light"]
size = studies.SIZES[{size!r}]
"""
_ROWS = """\
work = studies.STUDIES[{key!r}](size)
rows = study.run(work)  # with out="a folder" it keeps them there and resumes
"""
_PFR = _RUN + _ROWS + "result = results.pfr_result(work, rows, *studies.of_targets(work, rows))\n"
_ORC = _RUN + _ROWS + "result = results.orc_result(work, rows)\n"
_INTERVALS = _RUN + _ROWS + "choices = results.interval_result(work, rows)\n"


def exact() -> str:
    """Expected candidates against D_inf."""
    return """\
from rec_viz import theme
from rec_viz.figures import paper as figures
from rec_viz.model.paper import studies

colours = theme.ROLES["light"]
figure = figures.exact(*studies.exact_targets(), colours)
"""


def steps(size: str) -> str:
    """Figure 2: candidates against D_inf."""
    return _PFR.format(size=size, key="pfr") + "figure = figures.steps(result.steps, colours)\n"


def lengths(size: str) -> str:
    """Figure 2: lengths against I."""
    return _PFR.format(size=size, key="pfr") + "figure = figures.lengths(result.lengths, result.floors, colours)\n"


def stopped(size: str) -> str:
    """Figure 2: candidates of a stopped search against D_inf."""
    return (
        _RUN.format(size=size).replace("from rec_core import study\n", "")
        + """\
targets = list(studies.run_stopped(size))
figure = figures.stopped(results.stopped_levels(targets), colours)
"""
    )


def bias(size: str) -> str:
    """Figure 3: MMD against the number of candidates."""
    return _ORC.format(size=size, key="orc") + "figure = figures.bias(result, colours)\n"


def orc_lengths(size: str) -> str:
    """Figure 3: lengths against the number of candidates."""
    return _ORC.format(size=size, key="orc") + "figure = figures.orc_lengths(result, colours)\n"


def intervals(size: str) -> str:
    """Bias and length of each way to choose intervals."""
    return _INTERVALS.format(size=size, key="intervals") + "figure = figures.intervals(choices, colours)\n"


def histograms(size: str) -> str:
    """Coded samples of each way to choose intervals."""
    return _INTERVALS.format(size=size, key="intervals") + "figure = figures.histograms(choices, colours)\n"
