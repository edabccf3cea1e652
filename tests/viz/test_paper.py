"""The page of the paper: what its figures say, the command and the Python that make the same, runs one can stop."""

from __future__ import annotations

import shlex
import time
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from rec_core import study
from rec_core.study import __main__ as command
from rec_viz import theme, warm_up
from rec_viz.background import Job
from rec_viz.figures import paper as figures
from rec_viz.figures.data import as_csv
from rec_viz.model.paper import results, running, studies
from rec_viz.model.paper.running import Run, start
from rec_viz.model.paper.studies import SIZES, STUDIES, Size
from rec_viz.snippets import paper as snippets
from tests.viz.parts import open_parts
from tests.viz.test_snippets import assert_same, made_by

COLOURS = theme.ROLES["light"]
TINY = Size((2, 4), 60, 16, 3, 2, 60, (1, 16), 60, (2, 4))


@pytest.fixture(autouse=True)
def _tiny(monkeypatch):
    monkeypatch.setitem(SIZES, "tiny", TINY)


@pytest.fixture(scope="module")
def pfr():
    """Enough of Figure 2 to say something: its study, rows, D_inf and expected candidates."""
    work = studies.pfr_study(Size((2, 4, 6, 8), 250, 18, 0, 0, 0, (), 0))
    rows = study.run(work)
    return work, rows, *studies.of_targets(work, rows)


def finished(key: str) -> Job[Run]:
    job = start(key, "tiny")
    assert job.ended.wait(300)
    assert job.error is None
    assert job.done == job.total > 0
    return job


# ------------------------------------------------------------------------------------------------ the shape


def test_the_gap_between_plain_and_partitioned_grows_with_d_inf(pfr):
    """Figure 2's shape: at least 0.2 bits for each bit of D_inf, with 4 standard errors to spare (false alarms: 3e-5).
    With D_inf dealt to the wrong runs there is no slope."""
    work, rows, d_inf, _ = pfr
    slope, error = results.gap_slope(work, rows, d_inf)
    assert slope - 4 * error > 0.2
    plain = np.array([one.cut.num_bins == 1 for one in work.cells])[rows["cell"]]
    dealt = d_inf.copy()
    partner = {(seed, d): k for k, (seed, d) in enumerate(zip(rows["seed"], d_inf.round(6), strict=True)) if plain[k]}
    first = np.array([partner[seed, d] for seed, d in zip(rows["seed"], d_inf.round(6), strict=True)])
    values = d_inf[plain]
    numbers = np.cumsum(plain) - 1
    dealt = np.random.default_rng(1).permutation(values)[numbers[first]]  # the same for both runs of a pair
    slope, error = results.gap_slope(work, rows, dealt)
    assert abs(slope) < 4 * error
    assert not slope - 4 * error > 0.2


def test_steps_are_those_of_the_law(pfr):
    """Means of groups of runs against 2^D_inf and U_J: the counts are geometric or less spread."""
    work, rows, d_inf, expected = pfr
    plain, bins = results.steps(work, rows, d_inf, expected)
    assert plain.x.size >= 8
    assert np.allclose(plain.exact, plain.x, atol=0.2)  # log2 of a mean of 2^D_inf over one bit
    for band in (plain, bins):
        counts = [((d_inf >= low) & (d_inf < low + 1)).sum() / 2 for low in np.floor(band.x)]
        z = (np.exp2(band.mean - band.exact) - 1.0) * np.sqrt(counts)
        assert (np.abs(z) < 5.0).all()
        assert (band.low <= band.high).all()
    common = np.isin(np.floor(plain.x), np.floor(bins.x))
    gap = plain.exact[common] - bins.exact[: common.sum()]
    assert gap[-1] > gap[0] + 2
    shifted = (np.exp2(plain.mean - plain.exact + 1.0) - 1.0) * np.sqrt(60)
    assert (np.abs(shifted) > 5.0).any()


def test_lengths_are_those_of_the_law(pfr):
    work, rows, *_ = pfr
    for band in results.pfr_lengths(work, rows):
        assert band.x.tolist() == [2, 4, 6, 8]
        spread = (band.high - band.low) / 1.35 / np.sqrt(250)
        assert (np.abs(band.mean - band.exact) < 5 * spread).all()
        assert (band.exact > band.x).all()
        assert not (np.abs(band.mean - band.exact - 1.0) < 5 * spread).all()


def test_orc_is_less_biased_in_bins_and_as_the_law_says():
    work = studies.orc_study(Size((), 0, 0, 0, 2, 400, (1, 8, 64), 0))
    result = results.orc_result(work, study.run(work))
    for found in (result.plain, result.bins):
        assert list(found) == [1, 8, 64]
        for one in found.values():
            half = (one.mmd_high - one.mmd_low) / 2
            assert abs(one.mmd - one.mmd_exact) < 2.1 * half + 0.06 * one.mmd_exact  # 4 standard errors, and the law's
            assert one.runs == 800
    assert all(result.bins[n].mmd_high < result.plain[n].mmd_low for n in (1, 8, 64))


def test_cutting_the_empty_dimension_is_the_bad_case():
    work = studies.interval_study(Size((), 0, 0, 0, 2, 0, (), 500))
    found = results.interval_result(work, study.run(work))
    assert list(found) == list(studies.CHOICES)
    assert found["collapsed"].intervals == (1, 1, 1, 1, 256)
    assert found["collapsed"].measured.mmd_low > found["random"].measured.mmd_high
    assert found["random"].measured.mmd_low > found["information"].measured.mmd_high
    assert found["information"].measured.mmd_high > found["runtime"].measured.mmd_low


def test_bins_along_the_empty_dimension_are_as_good_as_none_and_cost_their_bits():
    """The exact MMD of 256 bins where Q is P is that without bins; the message names a bin for nothing. 20 candidates
    are too few, so samples stay near P: their mean lies between P's and Q's, further from Q than with good bins."""
    work = studies.interval_study(Size((), 0, 0, 0, 2, 0, (), 1000))
    found = results.interval_result(work, study.run(work))
    empty, none, good = (found[name] for name in ("collapsed", "none", "information"))
    assert none.intervals == (1,) * 5
    assert empty.measured.mmd_exact == pytest.approx(none.measured.mmd_exact, rel=0.02)
    assert good.measured.mmd_exact < 0.5 * none.measured.mmd_exact
    assert empty.measured.length.low > none.measured.length.high + 2.0
    problem = studies.channel(8.0, 4, 1).draw(0)
    mean, scale = problem.params[3]
    assert none.target == good.target == (mean, scale)
    assert abs(mean) == max(abs(row[0]) for row in problem.params)
    short = [(mean - choice.sent.mean()) / mean for choice in (good, none, empty)]
    assert abs(short[0]) < 0.05
    assert 0.2 < short[1] < 0.5
    assert short[2] == pytest.approx(short[1], abs=0.08)  # over 5 standard errors of 1,000 runs


def test_histograms_are_densities_and_same_bins_share_a_panel():
    work = studies.interval_study(TINY)
    choices = results.interval_result(work, study.run(work))
    figure = figures.histograms(choices, COLOURS)
    titles = [note.text for note in figure.layout.annotations]
    assert len(titles) == 4
    assert titles[0].endswith("by information and by run time")
    for bars, key in zip(figure.select_traces("bar"), ("information", "random", "collapsed", "none"), strict=True):
        inside = (np.abs(choices[key].sent) < 3.5).mean()
        assert np.dot(bars.y, bars.width) == pytest.approx(inside, abs=1e-12)
    for curve in figure.select_traces({"type": "scatter"}):
        assert np.sum(curve.y) * 0.1 == pytest.approx(1.0, abs=2e-3)


# ------------------------------------------------------------------------------------------------ the same elsewhere


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("key", STUDIES)
def test_the_command_makes_the_same_study(monkeypatch, key, size):
    asked = []

    def capture(work, *_):
        asked.append(work)
        return study.join(())

    monkeypatch.setattr(command, "run", capture)
    program, module, *arguments = shlex.split(studies.command(key, SIZES[size]))[1:]
    assert (program, module) == ("-m", "rec_core.study")
    assert command.main(arguments) == 0
    assert asked == [STUDIES[key](SIZES[size])]


def test_the_command_makes_the_same_rows(tmp_path):
    arguments = shlex.split(studies.command("intervals", TINY))[3:]
    assert command.main([*arguments[:-1], str(tmp_path / "rows")]) == 0
    theirs, ours = study.read(tmp_path / "rows"), finished("intervals").state.rows
    assert theirs["index"].tolist() == ours["index"].tolist()
    np.testing.assert_array_equal(study.samples(theirs), study.samples(ours))


def charts_of(key: str, job: Job[Run]) -> dict[str, object]:
    result = job.state.result
    return {
        "pfr": lambda: {
            "steps": figures.steps(result.steps, COLOURS),
            "lengths": figures.lengths(result.lengths, result.floors, COLOURS),
        },
        "stopped": lambda: {"stopped": figures.stopped(result, COLOURS)},
        "orc": lambda: {"bias": figures.bias(result, COLOURS), "orc_lengths": figures.orc_lengths(result, COLOURS)},
        "intervals": lambda: {
            "intervals": figures.intervals(result, COLOURS),
            "histograms": figures.histograms(result, COLOURS),
        },
    }[key]()


@pytest.mark.parametrize("key", ["pfr", "stopped", "orc", "intervals"])
def test_the_python_under_a_chart_makes_that_chart(monkeypatch, key):
    if key == "stopped":
        monkeypatch.setitem(SIZES, "tiny", TINY._replace(law_bits=(2,), law_targets=6))
    for name, figure in charts_of(key, finished(key)).items():
        program = getattr(snippets, name)("tiny")
        assert_same(made_by(program), figure)
        assert len(as_csv(figure).splitlines()) > 3
        assert any(figure.layout[axis].title.text for axis in ("xaxis", "xaxis2", "xaxis3") if figure.layout[axis])
        assert figure.layout.yaxis.title.text
        if key == "pfr":
            other = program.replace("run(work)", "run(study.Study(work.cells, work.runs, 7, 50))")
            with pytest.raises(AssertionError):
                assert_same(made_by(other), figure)


# ------------------------------------------------------------------------------------------------ running


def test_a_stopped_run_keeps_what_is_done(monkeypatch):
    monkeypatch.setitem(SIZES, "long", TINY._replace(runs=200_000))
    job = start("pfr", "long")
    while not job.state.result and not job.ended.is_set():
        time.sleep(0.05)
    job.stop.set()
    assert job.ended.wait(60)
    assert 0 < job.done < job.total
    assert job.state.rows["run"].size == job.done
    assert job.state.result.lengths[0].x.tolist() == [2, 4]


def test_a_run_ends_with_its_session():
    job = start("orc", "tiny", lambda: False)
    assert job.ended.wait(60)
    assert job.state.result is None
    assert job.error is None


def test_an_error_is_said_and_rows_are_kept(monkeypatch):
    def breaks(*_):
        yield from ()
        raise RuntimeError("no more memory")

    monkeypatch.setattr(running, "run_study", breaks)
    job = start("orc", "tiny")
    assert job.ended.wait(60)
    assert str(job.error) == "no more memory"


def test_the_page_runs_stops_and_remembers(monkeypatch):
    monkeypatch.setitem(SIZES, "small", TINY)
    warm_up.warm_up().ready.wait(120)
    app = AppTest.from_file(str(Path(__file__).parents[2] / "app.py"), default_timeout=180)
    app.query_params["v"], app.query_params["page"] = "1", "paper"
    open_parts(app, "paper")
    app.run()
    assert not app.exception
    jobs = app.session_state.paper_jobs
    assert not jobs  # nothing runs before it is asked for
    assert [chart.key for chart in app.get("plotly_chart")] == ["paper_exact"]
    assert f"**{2.0 ** results.slope(*studies.exact_targets())[0]:.2f} times**".strip("*") in app.get("html")[0].value
    app.button(key="paper_pfr_run").click().run()
    assert jobs["pfr"].ended.wait(120)
    app.run()
    assert not app.exception
    words = " ".join(element.value for element in app.markdown)
    assert "of every bit of D∞" in words or "for every bit of D∞" in words
    assert any("--max-examined" in block.value for block in app.code)
    app.button(key="paper_intervals_run").click().run()
    assert not app.exception
    assert jobs["intervals"].ended.wait(120)
    app.run()
    assert not app.exception
    assert "are the very same bins here" in " ".join(element.value for element in app.markdown)
