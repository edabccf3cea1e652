"""Many problems from a CSV: every fault is a sentence naming its place, every number is the core's."""

from __future__ import annotations

import csv
import io
import math
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import rec_core as rec
from rec_core.advise import channel_like
from rec_viz import background
from rec_viz.background import Job
from rec_viz.model import advice as model
from rec_viz.model import many as batch
from rec_viz.model import setting
from rec_viz.settings import View, link_query, read_link

HEAD = "name,mean_1,mean_2,scale_1,scale_2\n"
FILE = HEAD + "a,1.2,-0.4,0.03,0.06\nb,0.1,0.8,0.05,0.05\n"


def test_a_file_is_its_problems_in_any_order_of_columns():
    read = batch.read(FILE.encode())
    assert read.faults == ()
    assert read.problems[0] == ("a", rec.gaussian_problem([1.2, -0.4], [0.03, 0.06]))
    other = "\ufeffSCALE_1 ; mean_1\n\n0.5;−1\n;\n"
    assert batch.read(other.encode()).problems == (("", rec.gaussian_problem([-1.0], [0.5])),)
    boxes = batch.read(b"low_1,high_1,low_2,high_2\n0,0.5,0.25,1\n")
    assert boxes.problems[0].problem == rec.uniform_problem([0.0, 0.25], [0.5, 1.0])
    template = batch.read(batch.TEMPLATE.encode())
    assert len(template.problems) == 2
    wide = ",".join(f"mean_{d + 1},scale_{d + 1}" for d in range(64)) + "\n" + ",".join(["0,0.5"] * 64)
    assert batch.read(wide.encode()).problems[0].problem.dim == 64


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "The file is empty"),
        ("\n , \n", "The file is empty"),
        (b"\xff\xfe\x00m", "not text in UTF-8"),
        ("1,0.5\n0,0.4\n", "The first row must be a header"),
        ("mean_1,scale_1\n", "no rows"),
        ("mean_1,mean_1,scale_1\n0,0,1\n", "Column 2: “mean_1” is there twice"),
        ("mean_1,sd_1\n0,0.5\n", "Column 2: “sd_1” is not a name that is known"),
        ("mean_0,scale_0\n0,0.5\n", "Column 1: “mean_0” is not a name"),
        ("name\na\n", "one of these pairs"),
        ("mean_1,scale_1,low_1,high_1\n0,1,0,1\n", "one of these pairs"),
        ("mean_1,scale_1,mean_3,scale_3\n0,0.5,0,0.5\n", "lacks the column mean_2"),
        ("mean_1,mean_2,scale_1\n0,0,0.5\n", "lacks the column scale_2"),
        ("mean_9999,scale_9999\n0,0.5\n", "9999 dimensions; up to 64"),
        (HEAD + "a,1,2,0.5,0.5\nb,1,2,0.5\n", "Row 2 has 4 cells where the header has 5"),
        (HEAD + "a,1,two,0.5,0.5\n", "Row 1, column mean_2: “two” is not a number"),
        (HEAD + "a,1,,0.5,0.5\n", "Row 1, column mean_2: the cell is empty"),
        (HEAD + "a,1,inf,0.5,0.5\n", "Row 1, column mean_2: the number must be finite"),
        (HEAD + "a,1,2,0.5,0\n", "Row 1, column scale_2: the scale must be positive; it is 0"),
        (HEAD + "a,1,90,0.5,0.5\n", "Row 1, column mean_2: Q is more than 1000 bits"),
        ("low_1,high_1\n-0.1,0.5\n", "Row 1, column low_1: the lower end must lie between 0 and 1; it is -0.1"),
        ("low_1,high_1\n0.5,0.5\n", "Row 1, column high_1: the upper end must lie above the lower one, 0.5"),
        ("low_1,high_1\n0.5,1.5\n", "Row 1, column high_1"),
        ("mean_1,scale_1\n" + "0,0.5\n" * 1001, "1,001 rows; up to 1,000"),
        (",".join(f"mean_{d}" for d in range(400_000)), "400,000 columns; up to 129"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_every_fault_is_a_sentence_that_names_its_place(text, said):
    read = batch.read(text if isinstance(text, bytes) else text.encode())
    assert not read.problems
    assert any(said in fault for fault in read.faults), read.faults


def test_all_faults_are_told_but_not_a_thousand():
    read = batch.read((HEAD + "a,x,y,0.5,0.5\n" * 50).encode())
    assert len(read.faults) == batch.MAX_FAULTS + 1
    assert read.faults[-1] == "There are 80 more faults like these."


def worked_out(text: str) -> Job[batch.Batch]:
    job = batch.start(batch.read(text.encode()).problems, lambda: True)
    assert job.ended.wait(120)
    assert not job.error
    return job


@pytest.fixture(scope="module", name="job")
def _job():
    return worked_out(FILE + "c,0,0,1.5,0.5\n")


def test_a_rows_numbers_are_the_cores(job):
    for row, one in zip(job.state.rows[:2], job.state.problems, strict=False):
        record, problem = batch.record(row), one.problem
        cut = rec.allocate(channel_like(problem), int(record["best_log2_bins"]))
        assert record["kl_bits"] == problem.kl_bits
        assert record["plain_candidates"] == pytest.approx(2.0**problem.d_inf_bits)
        assert record["best_candidates"] == pytest.approx(2.0 ** rec.upper_sum_bits(problem, cut))
        code = rec.ZipfCode(rec.laws.log2_index_bound_bits(problem, cut))
        many = rec.encode_many(problem, 4000, rec.PFR(cut), seed=1)
        sizes = cut.log2_bins + code.length_bits(many.indices)
        assert abs(sizes.mean() - record["best_bits"]) < 4.5 * sizes.std() / len(sizes) ** 0.5  # 7e-6, fixed seed
        assert abs(sizes.mean() - record["plain_bits"]) > 4.5 * sizes.std() / len(sizes) ** 0.5


def test_a_row_pfr_cannot_serve_says_so_and_does_not_count(job):
    refused = job.state.rows[2]
    assert refused.advice is None
    assert "wider than P" in refused.note
    assert batch.summary(job.state.rows, job.state.cuts) == batch.summary(job.state.rows[:2], job.state.cuts)
    assert batch.summary([refused], job.state.cuts) is None


def test_one_partition_for_all_is_the_best_of_those_compared(job):
    said = batch.summary(job.state.rows, job.state.cuts)
    problems = [one.problem for one in job.state.problems[:2]]
    costs = []
    for option in said.options:
        cut = option.partition
        code = rec.ZipfCode(np.mean([rec.laws.log2_index_bound_bits(p, cut) for p in problems]))
        runs = [rec.encode_many(p, 3000, rec.PFR(cut), seed=4) for p in problems if cut.num_bins > 64]
        exact = [rec.laws.expected_log2_index(p, cut) for p in problems]
        bits = cut.log2_bins + np.mean([code.length_bits(1) + code.exponent * mean for mean in exact])
        candidates = np.mean([2.0 ** rec.upper_sum_bits(p, cut) for p in problems])
        assert option.mean_bits == pytest.approx(bits)
        assert option.mean_candidates == pytest.approx(candidates)
        if runs:
            sizes = cut.log2_bins + np.concatenate([code.length_bits(many.indices) for many in runs])
            assert abs(sizes.mean() - bits) < 4.5 * sizes.std() / len(sizes) ** 0.5  # false alarm 7e-6, fixed seed
        costs.append(bits + math.log2(candidates))
    assert said.best == int(np.argmin(costs)) > 0
    assert said.served == 2


def test_a_row_opens_in_the_lab_as_the_same_problem(job):
    for row in job.state.rows[:2]:
        view, notices = read_link(link_query(batch.view_of(row)), View)
        assert not notices
        assert setting.problem_of(view)[1] == row.problem
        assert model.advice(view).options[: len(row.advice.options)][row.advice.best] == pytest.approx(
            row.advice.options[row.advice.best]
        )
        assert view.log2_bins == row.advice.options[row.advice.best].log2_bins


def test_results_as_csv_hold_every_row(job):
    rows = list(csv.DictReader(io.StringIO(batch.as_csv(job.state.rows))))
    assert [row["name"] for row in rows] == ["a", "b", "c"]
    assert float(rows[0]["kl_bits"]) == job.state.problems[0].problem.kl_bits
    assert rows[2]["plain_candidates"] == ""
    assert rows[2]["d_inf_bits"] == "inf"


def test_no_cell_of_the_results_is_worked_out_by_a_spreadsheet(job):
    names = ("=1+1", "+A1", "-A1", "@SUM(1)", "\t=1", "＝1", "-0.5", "a=1")
    rows = [job.state.rows[0]._replace(name=name) for name in names]
    read = list(csv.DictReader(io.StringIO(batch.as_csv(rows))))
    assert [row["name"] for row in read] == [*(f"'{name}" for name in names[:-2]), "-0.5", "a=1"]
    assert {float(row["kl_bits"]) for row in read} == {rows[0].problem.kl_bits}


def test_a_stopped_job_keeps_what_it_has():
    problems = batch.read((HEAD + "a,1.2,-0.4,0.03,0.06\n" * 1000).encode()).problems
    asked = iter([True, True, True])
    job = batch.start(problems, lambda: next(asked, False))
    assert job.ended.wait(120)
    assert len(job.state.rows) == 3
    assert job.seconds_left > 0
    assert batch.summary(job.state.rows, job.state.cuts).served == 3
    more = batch.start(problems[:5], lambda: True, job.state.rows)
    assert more.ended.wait(120)
    assert [row.number for row in more.state.rows] == [1, 2, 3, 4, 5]
    assert more.state.rows[:3] == job.state.rows


def test_uniform_boxes_and_targets_without_information():
    job = worked_out("low_1,high_1\n0,0.25\n0.25,0.5\n")
    assert batch.summary(job.state.rows, job.state.cuts).options[1].mean_candidates == pytest.approx(1.0)
    job = worked_out("mean_1,scale_1\n0,1\n")
    assert len(job.state.cuts) == 1


@pytest.mark.reliability
def test_a_connection_lost_for_a_while_ends_nothing(monkeypatch):
    now, there = [0.0], [True]
    monkeypatch.setattr(background.time, "monotonic", lambda: now[0])
    still = background.patient(lambda: there[0], 30.0)
    seen = []
    for now[0], there[0] in ((0, True), (50, False), (79, False), (79, True), (90, False), (119, False), (120, False)):
        seen.append(still())
    assert seen == [True] * 6 + [False]


def test_a_door_lets_few_in_and_who_has_waited_too_long():
    door, may_end, came = background.Door(2, 30.0), threading.Event(), threading.Semaphore(0)

    def enter():
        with door.passed() as taken:
            assert taken
            came.release()
            assert may_end.wait(20)

    with ThreadPoolExecutor(3) as people:
        inside = [people.submit(enter) for _ in range(3)]
        assert came.acquire(timeout=20)
        assert came.acquire(timeout=20)
        assert not came.acquire(timeout=0.5)  # the third waits
        may_end.set()
        for one in inside:
            one.result(20)

    narrow = background.Door(1, 0.05)

    def fail():
        with narrow.passed() as first, narrow.passed() as second:
            assert (first, second) == (True, False)
            raise ZeroDivisionError

    for _ in range(2):  # every place is given back, once
        with pytest.raises(ZeroDivisionError):
            fail()
