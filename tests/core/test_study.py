"""Studies: the same numbers whoever runs them, in whatever order, through deaths, stops and damage."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event

import numpy as np
import pytest

import rec_core as rec
from rec_core import study
from rec_core.study.__main__ import main
from tests.core.conftest import ALL_WEIGHTINGS, ALPHA, mean_p

CELLS = (
    *study.grid([rec.gaussian_channel([2, 1]), rec.uniform_channel([3])], log2_bins=(0, 3)),
    study.Cell(rec.gaussian_channel([2, 1]), rec.ORC(30, rec.Partition((4, 2)))),
    study.Cell(
        rec.gaussian_problem([0.5], [0.3]), rec.PFR(rec.Partition((4,)), weighting="target_mass", stopping="single")
    ),
    study.Cell(rec.uniform_problem([0.3], [0.300001]), rec.PFR(max_examined=1000)),  # needs a million
)
PINNED_SEEDS = [11938372911516021444, 9258096202663396114]
PINNED_INDICES = [3, 1, 1, 1, 1, 1, 1, 4, 1, 1]
SMALL = study.Study(CELLS, runs=70, seed=5, chunk=16)
CHUNKS = len(CELLS) * 5


@pytest.fixture(scope="module")
def expected():
    with ThreadPoolExecutor(1) as pool:
        return study.run(SMALL, executor=pool)


def same(a, b):
    """To the last bit, NaN included."""
    return list(a) == list(b) == list(study.COLUMNS) and all(
        a[name].tolist() == b[name].tolist() if a[name].dtype == object else a[name].tobytes() == b[name].tobytes()
        for name in a
    )


def after(chunks):
    """A stop function that waits for so many chunks, and the progress function that counts them."""
    calls = []
    return (lambda: len(calls) > chunks), (lambda *numbers: calls.append(numbers))


# ---------------------------------------------------------------------------------------------------- numbers


def test_every_run_is_there_once(expected):
    for number in range(len(CELLS) - 1):
        assert expected["run"][expected["cell"] == number].tolist() == list(range(70))
    assert expected["run"][expected["cell"] == len(CELLS) - 1].tolist() == [0, 16, 32, 48, 64]
    assert {name: column.dtype for name, column in expected.items()} == study.COLUMNS


def test_every_run_can_be_run_again(expected):
    for row in range(0, len(expected["run"]) - 5, 29):
        one, seed = CELLS[expected["cell"][row]], int(expected["seed"][row])
        sent = one.encode(seed)
        assert (sent.message.index, sent.examined) == (expected["index"][row], expected["examined"][row])
        assert one.target(seed).kl_bits == pytest.approx(expected["kl_bits"][row], rel=1e-12)
        assert (rec.decode(sent.message, one.source.prior, one.cut, seed=seed) == sent.sample).all()


def test_numbers_are_pinned():
    """Folders outlive versions: other numbers need another FORMAT_VERSION."""
    chunk = study.run_chunk(CELLS[1], 5, 16, 10)
    assert chunk["seed"][:2].tolist() == PINNED_SEEDS
    assert chunk["index"].tolist() == PINNED_INDICES
    assert study.FORMAT_VERSION == 3
    assert study.run_chunk(CELLS[1], 5, 16, 4)["index"].tolist() == PINNED_INDICES[:4]


def test_the_size_of_a_chunk_changes_no_number():
    whole = study.run_chunk(CELLS[1], 5, 0, 30)
    for first, runs in ((0, 7), (7, 20), (27, 3)):
        part = study.run_chunk(CELLS[1], 5, first, runs)
        for name in whole:
            assert part[name].tolist() == whole[name][first : first + runs].tolist()


def test_no_seed_is_used_twice():
    chunks = [study.run_chunk(one, seed, first, 10) for one in CELLS[::2] for seed in (5, 6) for first in (0, 10, 20)]
    seeds = [seed for chunk in chunks for seed in chunk["seed"].tolist()]
    shared = 3 * 2 * 10  # CELLS[0] and CELLS[4] are of one channel
    assert len(set(seeds)) == len(seeds) - shared


def test_cells_of_one_channel_meet_the_same_targets_and_weights_change_no_message():
    methods = [rec.PFR(weighting=weighting) for weighting in ALL_WEIGHTINGS]
    cells = study.grid([rec.gaussian_channel([4])], (3,), methods=methods)
    rows = study.run(study.Study(cells, runs=200, seed=2))
    index, examined, kl = (rows[name].reshape(3, 200) for name in ("index", "examined", "kl_bits"))
    assert (index == index[0]).all()
    assert (kl == kl[0]).all()
    assert (examined[1:].sum(axis=1) > examined[0].sum()).all()


def test_lengths_are_bin_plus_zipf(expected):
    for number in (1, 5):
        one, here = CELLS[number], expected["cell"] == number
        mean = rec.laws.log2_index_bound_bits(one.source, one.cut)
        wanted = one.cut.log2_bins + rec.ZipfCode(mean).length_bits(expected["index"][here])
        np.testing.assert_allclose(expected["length_bits"][here], wanted, rtol=1e-12)
        assert (expected["bin_bits"][here] == one.cut.log2_bins).all()


def test_means_agree_with_the_laws():
    problem, cut = rec.gaussian_problem([0.8, -0.4], [0.3, 0.5]), rec.Partition((8, 2))
    cells = (
        study.Cell(problem),
        study.Cell(problem, rec.PFR(cut)),
        study.Cell(problem, rec.PFR(cut, weighting="target_mass", stopping="single")),
        study.Cell(problem, rec.ORC(40)),
        study.Cell(rec.gaussian_channel([3, 1]), rec.PFR(cut)),
    )
    rows = study.run(study.Study(cells, runs=8000, seed=11, chunk=1000))
    for number, one in enumerate(cells[:3]):
        wanted = rec.laws.expected_examined(problem, one.method)
        assert mean_p(rows["examined"][rows["cell"] == number], wanted) > ALPHA
        assert mean_p(rows["examined"][rows["cell"] == number], 1.15 * wanted) < ALPHA
    means = study.summary(cells, rows)
    assert means["examined_mean"][3] == 40
    assert means["examined_se"][3] == 0
    assert abs(means["kl_bits_mean"][4] - 4) < 4.5 * means["kl_bits_se"][4]
    assert means["length_bits_mean"][4] < rec.laws.sharp_bound_bits(cells[4].source, cells[4].cut)


def test_the_summary_is_the_usual_statistics(expected):
    means = study.summary(CELLS, expected)
    x = expected["examined"][expected["cell"] == 2].astype(float)
    assert means["runs"].tolist() == [70] * (len(CELLS) - 1) + [0]
    assert means["failed"].tolist() == [0] * (len(CELLS) - 1) + [5]
    assert means["examined_mean"][2] == x.mean()
    assert means["examined_se"][2] == pytest.approx(x.std(ddof=1) / np.sqrt(70))
    quartiles = [means[f"examined_{name}"][2] for name in ("q1", "median", "q3")]
    assert quartiles == np.sort(x)[[17, 34, 52]].tolist()
    assert means["log2_index_mean"][2] == np.log2(expected["index"][expected["cell"] == 2]).mean()


def test_a_cell_over_budget_has_its_error(expected):
    last = expected["cell"] == len(CELLS) - 1
    assert (expected["error"][~last] == "").all()
    assert all("2^19.9" in error or "1e+06" in error for error in expected["error"][last])
    assert np.isnan(expected["length_bits"][last]).all()
    means = study.summary(CELLS, expected)
    assert "max_examined is 1000" in means["error"][-1]
    assert np.isnan(means["examined_mean"][-1])
    assert not np.isnan(means["examined_mean"][:-1]).any()


def test_a_run_over_budget_costs_no_other(tmp_path):
    """Over a Gaussian channel plain PFR has a heavy tail; its median is known all the same."""
    cells = [study.Cell(rec.gaussian_channel([6]), rec.PFR(max_examined=budget)) for budget in (200, 2**26)]
    work = study.Study(cells, runs=60, seed=4, chunk=30)
    rows = study.run(work, tmp_path)
    cut, whole = ({name: column[rows["cell"] == i] for name, column in rows.items()} for i in (0, 1))
    failed = cut["error"] != ""
    assert len(cut["run"]) == len(whole["run"]) == 60
    assert 0 < failed.sum() < 20
    assert (failed == (whole["examined"] > 200)).all()
    assert (whole["error"] == "").all()
    for name in ("seed", "index", "examined", "length_bits"):
        assert (cut[name][~failed] == whole[name][~failed]).all()
    np.testing.assert_allclose(cut["kl_bits"][~failed], whole["kl_bits"][~failed], rtol=1e-14)
    assert not cut["index"][failed].any()
    means = study.summary(cells, rows)
    assert means["failed"].tolist() == [failed.sum(), 0]
    assert means["examined_median"][0] == means["examined_median"][1]
    assert np.isnan(means["length_bits_mean"][0])
    assert same(study.read(tmp_path), rows)


# ---------------------------------------------------------------------------------------------------- executors


class Flaky(Executor):
    """Every chunk fails so many times, in the ways executors fail, before it succeeds."""

    def __init__(self, failures=2):
        self.attempts, self.failures = Counter(), failures

    def submit(self, fn, /, *args, **kwargs):
        future, chunk = Future(), (args[0], args[3])
        self.attempts[chunk] += 1
        if self.attempts[chunk] > self.failures:
            future.set_result(fn(*args))
        elif (sum(chunk) + self.attempts[chunk]) % 2:
            future.cancel()
            future.set_running_or_notify_cancel()
        else:
            future.set_exception(OSError("the worker died"))
        return future


def test_threads_give_the_same_to_the_last_bit(expected):
    assert same(study.run(SMALL), expected)
    with ThreadPoolExecutor(2) as pool:
        assert same(study.run(SMALL, executor=pool, in_flight=3), expected)


def test_failures_are_repeated_and_counted_once(expected):
    flaky = Flaky()
    assert same(study.run(SMALL, executor=flaky), expected)
    assert set(flaky.attempts.values()) == {3}
    assert len(flaky.attempts) == CHUNKS


class Asleep(Executor):
    """Takes work and does none, as a cluster without workers."""

    def __init__(self):
        self.futures = []

    def submit(self, fn, /, *args, **kwargs):
        self.futures.append(Future())
        return self.futures[-1]


def test_a_stop_does_not_wait_for_what_has_not_begun():
    asleep = Asleep()
    table = study.run(SMALL, executor=asleep, stop=lambda: bool(asleep.futures), in_flight=7)
    assert len(table["run"]) == 0
    assert len(asleep.futures) == 7
    assert all(future.cancelled() for future in asleep.futures)


def test_a_stop_event_keeps_what_is_done():
    stop = Event()
    at_once = Flaky(failures=0)  # done when submitted, so that it is known how far the study is

    def progress(done, *_):
        if done > 100:
            stop.set()

    table = study.run(SMALL, executor=at_once, progress=progress, stop=stop, in_flight=2)
    assert 100 < len(table["run"]) < SMALL.num_runs / 2
    assert np.isin(table["seed"], study.run(SMALL)["seed"]).all()


def test_what_fails_every_time_is_said_and_the_rest_kept(tmp_path):
    with pytest.raises(RuntimeError, match=r"Chunk\(cell=\d.* failed 4 times, the last time with: "):
        study.run(SMALL, tmp_path, executor=Flaky(failures=9))
    assert len(study.read(tmp_path)["run"]) == 0


@pytest.mark.slow
@pytest.mark.reliability
def test_a_cluster_loses_a_worker_and_nothing_else(tmp_path):
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        assert os.environ.get("CI") != "true", "CI needs distributed, which the extra 'test' brings."
        pytest.skip('The cluster test needs Dask: pip install -e ".[test]"')
    cells = study.grid([rec.gaussian_channel([6]), rec.gaussian_channel([3, 3])], (0, 2))
    work = study.Study(cells, runs=600, seed=3, chunk=20)
    with ThreadPoolExecutor(1) as pool:
        expected = study.run(work, executor=pool)
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        client.wait_for_workers(2, timeout=60)
        pids = client.run(os.getpid)
        tables, count = [], 0
        for table in study.stream(work, tmp_path, executor=client.get_executor(), in_flight=16):
            tables.append(table)
            count += 1
            if count == 10:
                os.kill(next(iter(pids.values())), signal.SIGKILL)
        client.wait_for_workers(2, timeout=60)
        assert set(client.run(os.getpid).values()) != set(pids.values())  # it did die
    assert count == len(list(tmp_path.glob("part-*"))) == 4 * 30
    assert same(study.join(tables), expected)
    assert same(study.read(tmp_path), expected)


# ---------------------------------------------------------------------------------------------------- folders


@pytest.mark.parametrize("form", study.FORMATS)
def test_stopped_and_resumed_equals_uninterrupted(tmp_path, expected, form):
    stop, progress = after(6)
    with ThreadPoolExecutor(2) as pool:
        part = study.run(SMALL, tmp_path, pool, progress, stop, form, in_flight=2)
    held = len(list(tmp_path.glob("part-*")))
    assert 6 <= held < 10  # what was under way is kept
    assert same(study.read(tmp_path), part)
    assert study.load(tmp_path) == SMALL

    reports = []
    whole = study.run(SMALL, tmp_path, progress=lambda *numbers: reports.append(numbers), form=form)
    assert same(whole, expected)
    assert same(study.read(tmp_path), expected)
    assert len(reports) == 1 + CHUNKS - held  # the rest was not run again
    assert reports[0][0] > 0
    assert reports[0][1:] == (SMALL.num_runs, None)
    assert reports[-1] == (SMALL.num_runs, SMALL.num_runs, 0.0)
    assert [done for done, _, _ in reports] == sorted(done for done, _, _ in reports)
    assert sorted(path.name[:5] for path in tmp_path.iterdir()) == ["_stud"] + ["part-"] * CHUNKS

    assert same(study.run(SMALL, tmp_path, executor=Flaky(9), form=form), expected)  # nothing is left to run


def test_closing_the_stream_leaves_only_whole_files(tmp_path, expected):
    tables = study.stream(SMALL, tmp_path)
    first = [next(tables), next(tables)]
    tables.close()
    assert same(study.read(tmp_path), study.join(first))
    assert same(study.run(SMALL, tmp_path), expected)


@pytest.mark.parametrize("form", study.FORMATS)
def test_damaged_and_half_written_files_count_as_absent(tmp_path, expected, form):
    study.run(SMALL, tmp_path, form=form)
    parts = sorted(tmp_path.glob("part-*"))
    whole = parts[0].read_bytes()
    for part, keep in zip(parts, (0, 3, len(whole) // 2, len(whole) - 1), strict=False):
        part.write_bytes(part.read_bytes()[:keep])
    parts[4].write_bytes(parts[5].read_bytes())  # another chunk's
    (tmp_path / f".{parts[6].name}.{'0123' * 8}").write_bytes(parts[6].read_bytes()[:40])
    parts[6].unlink()
    with pytest.warns(UserWarning, match=rf"{parts[0].name}.* 2 more in .*: damaged, left out"):
        assert len(study.read(tmp_path)["run"]) < len(expected["run"])
    with pytest.warns(UserWarning, match=rf"{parts[4].name} in .*: damaged. Its runs are made anew"):
        assert same(study.run(SMALL, tmp_path, form=form), expected)
    assert not list(tmp_path.glob(".*"))
    assert same(study.read(tmp_path), expected)


def test_a_folder_keeps_to_its_study(tmp_path):
    study.run(study.Study(CELLS[:1], 3), tmp_path / "a", form="csv")
    for other, form in (
        (study.Study(CELLS[:1], 4), "csv"),
        (study.Study(CELLS[:1], 3, seed=1), "csv"),
        (study.Study(CELLS[1:2], 3), "csv"),
        (study.Study(CELLS[:1], 3), "parquet"),
    ):
        with pytest.raises(rec.RecError, match="another"):
            study.run(other, tmp_path / "a", form=form)
    description = tmp_path / "a" / "_study.json"
    text = description.read_text()
    other = {key: value for key, value in json.loads(text).items() if key != "checksum"}
    description.write_text(json.dumps({**other, "version": 99}))
    with pytest.raises(rec.RecError, match="version 99"):
        study.read(tmp_path / "a")
    with pytest.raises(rec.RecError, match="another"):
        study.run(study.Study(CELLS[:1], 3), tmp_path / "a", form="csv")
    description.write_text(text[:50])
    with pytest.raises(rec.RecError, match="missing or damaged"):
        study.read(tmp_path / "a")
    for damaged in (True, False):
        with pytest.raises(rec.RecError, match="to describe them"):  # its files are another study's
            study.run(study.Study(CELLS[:1], 3, seed=1), tmp_path / "a", form="csv")
        assert description.exists() == damaged
        study.run(study.Study(CELLS[:1], 3), tmp_path / "a", executor=Flaky(9), form="csv")  # they are this one's
        assert description.read_text() == text
        description.unlink()
    (part,) = (tmp_path / "a").glob("part-*")
    plain = part.rename(part.with_name("part-00000-000000000.csv"))
    with pytest.raises(rec.RecError, match="to describe them"):  # a file without a checksum tells no study
        study.run(study.Study(CELLS[:1], 3), tmp_path / "a", form="csv")
    plain.rename(part)
    with pytest.raises(rec.RecError, match="is a file"):
        study.run(study.Study(CELLS[:1], 3), next((tmp_path / "a").glob("part-*")))
    with pytest.raises(rec.RecError, match="Unknown format"):
        study.run(study.Study(CELLS[:1], 3), tmp_path / "b", form="xlsx")


WRITTEN_BEFORE = {  # a description as version 3 has written it since it was made
    "version": 3, "form": "csv", "study": {"cells": [
        {"family": "gaussian", "bits": [2.0, 1.0], "method": "pfr", "intervals": [4, 2], "weighting": "uniform",
         "stopping": None, "max_examined": 67108864},
        {"family": "uniform", "params": [[0.15, 0.25]], "prior_shift": [0.0], "prior_scale": [2.0], "method": "orc",
         "intervals": [1], "num_candidates": 9, "weighting": "target_mass", "max_examined": 67108864},
    ], "runs": 3, "seed": 4, "chunk": 250, "samples": False},
}  # fmt: skip


def test_a_lost_description_and_a_damaged_file_are_both_mended(tmp_path):
    work = study.Study(CELLS[:1], 9, chunk=3)
    rows = study.run(work, tmp_path, form="csv")
    (tmp_path / "_study.json").write_text("{")
    first = min(tmp_path.glob("part-*"))
    first.write_bytes(first.read_bytes()[:50])
    with pytest.warns(UserWarning, match="made anew"):
        assert same(study.run(work, tmp_path, form="csv"), rows)
    assert same(study.read(tmp_path), rows)


def test_folders_written_before_are_loaded_and_resumed(tmp_path):
    """They had no checksums: what they have is taken as it is, and said; what is added has checksums."""
    text = json.dumps(WRITTEN_BEFORE, indent=1)
    (tmp_path / "_study.json").write_text(text)
    work = study.load(tmp_path)
    assert [type(one.method) for one in work.cells] == [rec.PFR, rec.ORC]
    rows = study.run(work, tmp_path, form="csv")
    assert len(rows["run"]) == 6
    assert (tmp_path / "_study.json").read_text() == text
    first, second = sorted(tmp_path.glob("part-*"))
    plain = first.rename(tmp_path / "part-00000-000000000.csv")
    with pytest.warns(UserWarning, match=r"from before there were checksums \(1\)"):
        assert same(study.read(tmp_path), rows)
    with pytest.warns(UserWarning, match="before there were checksums"):
        assert same(study.run(work, tmp_path, executor=Flaky(9), form="csv"), rows)
    for garbage in (b"", b"\x00", plain.read_bytes()[:-9], plain.read_bytes().replace(b"0,1,", b"0,9" * 40 + b",", 1)):
        plain.write_bytes(garbage)
        with pytest.warns(UserWarning, match=rf"{plain.name} in .*: damaged, left out"):
            assert len(study.read(tmp_path)["run"]) == 3
    with pytest.warns(UserWarning, match="made anew"):
        assert same(study.run(work, tmp_path, form="csv"), rows)
    assert sorted(tmp_path.glob("part-*")) == [first, second]


def test_others_read_the_folder_as_one_table(tmp_path, expected):
    pandas = pytest.importorskip("pandas")
    study.run(SMALL, tmp_path)
    frame = pandas.read_parquet(tmp_path).sort_values(["cell", "run"])
    for name in ("cell", "run", "seed", "index", "examined", "length_bits"):
        assert np.array_equal(frame[name].to_numpy(), expected[name], equal_nan=name == "length_bits")


def test_without_pyarrow_csv_still_works(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(rec.RecError, match=r"rec-lab\[study\]"):
        study.run(study.Study(CELLS[:1], 3), tmp_path / "a")
    assert len(study.run(study.Study(CELLS[:1], 3), tmp_path / "b", form="csv")["run"]) == 3


# ---------------------------------------------------------------------------------------------------- values


def test_a_grid_has_each_combination_once():
    channel = rec.gaussian_channel([4, 0])
    methods = (rec.PFR(stopping="single"), rec.PFR(stopping="per_bin"), rec.ORC(16), rec.ORC(64))
    cells = study.grid([channel], (0, 3), ("information", "collapsed"), methods)
    assert len(cells) == 3 * 4  # uncut, (8, 1) and (1, 8), with two rules of PFR and two numbers of ORC
    assert {one.cut.intervals for one in cells} == {(1, 1), (8, 1), (1, 8)}
    assert {replace(one.method, partition=None) for one in cells} == set(methods)
    assert all(one.source == channel for one in cells)
    assert {hash(one) for one in cells}
    problem, method = rec.gaussian_problem([0.5], [0.5]), rec.PFR(rec.Partition((4,)))
    with pytest.raises(rec.RecError, match="its own partition"):
        study.grid([problem], (2,))
    assert study.grid([problem], methods=[method]) == (study.Cell(problem, method),)  # it keeps its own


def test_cells_that_say_one_thing_are_one():
    channel = rec.gaussian_channel([2.0, -0.0])
    one, two = study.Cell(channel), study.Cell(rec.gaussian_channel([2, 0]), rec.PFR(rec.Partition.uncut(2)))
    assert one == two
    assert repr(one) == repr(two)


def test_bins_of_the_channels_bits_and_targets_in_its_place():
    channels = [rec.gaussian_channel([1, 1.4, 0]), rec.gaussian_channel([2, 2, 0])]
    cells = study.grid(channels, (0, "I"))
    assert [one.cut.log2_bins for one in cells] == [0, 2, 0, 4]
    assert cells == study.grid(channels, (0, 2))[:2] + study.grid(channels, (0, 4))[2:]
    fixed = study.grid(channels[:1], (0, "I"), targets=3)
    assert [one.source for one in fixed] == [channels[0].draw(target) for target in range(3)] * 2
    assert {one.cut for one in fixed} == {one.cut for one in cells[:2]}


@pytest.mark.parametrize("form", study.FORMATS)
def test_samples_are_kept_on_request(tmp_path, form):
    cells = (
        *study.grid([rec.gaussian_channel([2, 1])], (0, "I"), targets=2),
        study.Cell(rec.uniform_problem([0.3, 0.0], [0.3 + 1e-6, 1.0]), rec.PFR(max_examined=1000)),  # needs a million
    )
    kept = study.run(study.Study(cells, 20, seed=3, chunk=8, samples=True), out=tmp_path, form=form)
    assert list(kept) == [*study.COLUMNS, "x1", "x2"]
    x = study.samples(kept)
    for row in range(0, 80, 7):
        assert (cells[kept["cell"][row]].encode(int(kept["seed"][row])).sample == x[row]).all()
    assert np.isnan(x[kept["cell"] == 4]).all()
    again = study.read(tmp_path)
    assert again["index"].tolist() == kept["index"].tolist()
    np.testing.assert_array_equal(study.samples(again), x)
    without = study.run(study.Study(cells, 20, seed=3, chunk=8))
    assert list(without) == list(study.COLUMNS)
    assert without["index"].tolist() == kept["index"].tolist()
    with pytest.raises(rec.RecError, match="only of cells of one dimension"):
        study.Study((*cells, study.Cell(rec.gaussian_channel([1]))), 20, samples=True)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: study.Cell("gaussian"), "Give a problem"),
        (lambda: study.Cell(rec.gaussian_channel([1]), "orc"), "Give a method"),
        (lambda: study.Cell(rec.gaussian_channel([1]), rec.ORC), "Give a method"),
        (lambda: study.Cell(rec.gaussian_channel([1]), rec.PFR(rec.Partition((2, 2)))), "2 dimensions"),
        (lambda: study.Cell(rec.gaussian_problem([0.1], [1.5])), "wider than P"),
        (lambda: study.grid([rec.gaussian_channel([1])], (False,)), "log2_bins must be"),
        (lambda: study.run(study.Study(CELLS, 1), in_flight=True), "in_flight must be"),
        (lambda: study.run_chunk(CELLS[0], 1, 0, True), "runs must be"),
        (lambda: study.Study((), 1), "at least one cell"),
        (lambda: study.Study(CELLS[:1] * 2, 1), "only once"),
        (lambda: study.Study(CELLS, 0), "runs must be"),
        (lambda: study.Study(CELLS, 1, chunk=1.5), "chunk must be"),
        (lambda: study.Study(CELLS, 1, seed=-1), "seed must be"),
    ],
)
def test_choices_that_do_not_go_together_raise_rec_error(make, words):
    with pytest.raises(rec.RecError, match=words):
        make()


def test_time_left_is_for_people():
    texts = [study.time_left(seconds) for seconds in (None, 0.2, 42, 125, 9000)]
    assert texts == ["time left unknown", "0 s left", "42 s left", "2 min left", "2.5 h left"]


# ---------------------------------------------------------------------------------------------------- terminal


def start(*arguments):
    return subprocess.Popen(
        [sys.executable, "-W", "error::RuntimeWarning", "-m", "rec_core.study", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )


def test_the_command_runs_and_resumes(tmp_path):
    command = "--bits", "2,4", "--dim", 1, "--log2-bins", "0,3", "--runs", 250, "--seed", 1, "--out", tmp_path / "r"
    first = start(*command)
    table, progress = first.communicate(timeout=120)
    assert first.returncode == 0, progress
    assert "1000 of 1000 runs, done" in progress
    assert len(table.splitlines()) == 5
    cells = study.grid([rec.gaussian_channel([i]) for i in (2, 4)], (0, 3))
    assert study.load(tmp_path / "r") == study.Study(cells, 250, 1)
    assert f"{study.summary(cells, study.read(tmp_path / 'r'))['length_bits_mean'][1]:.3f} ±" in table
    assert main([str(word) for word in command]) == 0


def test_the_command_for_fixed_targets_idle_dimensions_and_samples(tmp_path):
    command = "--bits 2 --dim 2 --idle-dims 1 --targets 2 --log2-bins 0,I --method orc --num-candidates 4 --runs 5"
    assert main([*command.split(), "--samples", "--out", str(tmp_path / "r")]) == 0
    cells = study.grid([rec.gaussian_channel([1, 1, 0])], (0, "I"), methods=(rec.ORC(4),), targets=2)
    assert study.load(tmp_path / "r") == study.Study(cells, 5, samples=True)
    assert study.samples(study.read(tmp_path / "r")).shape == (20, 3)
    assert main(["--bits", "2", "--idle-dims", "-1"]) == 2


def test_the_command_says_what_is_wrong(tmp_path, capsys):
    assert main(["--bits", "2", "--method", "orc"]) == 2
    assert "--num-candidates" in capsys.readouterr().err
    assert main(["--bits", "2", "--method", "astra"]) == 2
    assert "Unknown method 'astra'" in capsys.readouterr().err
    assert main(["--bits", "2", "--weighting", "best"]) == 2
    assert "Unknown weighting 'best'" in capsys.readouterr().err
    assert main(["--bits", "30", "--max-examined", "50", "--runs", "3"]) == 0
    assert "This search needs" in capsys.readouterr().out


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_ctrl_c_keeps_what_is_done(tmp_path):
    command = start(
        "--family", "uniform", "--bits", 14, "--runs", 200_000, "--chunk", 20, "--out", tmp_path, "--threads", 1
    )
    deadline = time.monotonic() + 60
    while not any(tmp_path.glob("part-*")) and time.monotonic() < deadline:
        time.sleep(0.05)
    command.send_signal(signal.SIGINT)
    table, said = command.communicate(timeout=60)
    assert command.returncode == 130, said
    assert f"saved in {tmp_path}; the same command resumes" in said
    rows = study.read(tmp_path)
    assert rows["run"].tolist() == list(range(len(rows["run"])))
    assert f" {len(rows['run'])} " in table
    assert not any(path.name.startswith(".") for path in tmp_path.iterdir())
