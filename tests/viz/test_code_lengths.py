"""The page of code lengths says what is true: its theory adds up, its figures show it, its measurements fill in."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

import rec_core as rec
from rec_viz import theme
from rec_viz.figures import code_lengths as figures
from rec_viz.figures.data import as_csv
from rec_viz.model import code_lengths, setting
from rec_viz.settings import View
from rec_viz.snippets import code_lengths as snippets
from tests.viz.test_snippets import assert_same, made_by

COLOURS = theme.ROLES["light"]
VIEW = View(bits=5.0, log2_bins=4)
ROLE = {"pfr": "p", "pfr_bins": "heuristic"}


@pytest.mark.slow
@pytest.mark.parametrize("view", [VIEW, View(family="uniform", bits=4.0, log2_bins=4), View(bits=6.0, dim=3, seed=1)])
def test_measured_lengths_agree_with_the_exact_law_and_keep_below_the_bounds(view):
    for lane in code_lengths.lengths(view).lanes:
        indices = np.concatenate(
            [code_lengths.length_batch(view, lane.name, number, 2000).indices for number in range(3)]
        )
        sizes = lane.log2_bins + rec.ZipfCode(lane.zipf_bits).length_bits(indices)
        error = sizes.std() / np.sqrt(sizes.size)
        assert abs(sizes.mean() - lane.zipf_mean_bits) < 4.5 * error + 0.01  # false alarm about 1e-5 a lane
        assert abs(sizes.mean() - lane.zipf_mean_bits - 0.5) > 4.5 * error  # half a bit off would be seen
        assert view.bits <= lane.zipf_mean_bits <= lane.sharp_bound_bits <= lane.bound_bits + 1e-6
        matched, zipf, elias, fixed = lane.codes
        assert view.bits <= matched <= zipf + 1e-6
        assert matched <= min(elias, fixed) + 1e-6


def test_matched_and_elias_means_are_the_sums_they_claim():
    law = code_lengths.lengths(VIEW).lanes[1].law
    n = np.arange(1, 2**13)
    mass = law.pmf(n.size)
    some = mass > 0
    assert mass.sum() == pytest.approx(1 - float(law.tail(n.size + 1)), abs=1e-9)
    assert law.entropy_bits == pytest.approx(-(mass[some] * np.log2(mass[some])).sum(), abs=2e-3)
    elias = rec.EliasDelta().mean_length_bits(law)
    assert elias == pytest.approx((mass * rec.EliasDelta().length_bits(n)).sum(), abs=2e-3)
    limit = 2.0 ** law.log2_reach(code_lengths.OVERFLOW)
    assert law.tail(np.floor(limit) + 1) <= code_lengths.OVERFLOW < law.tail(np.floor(limit / 1.1))


def test_weights_leave_every_message_as_it_is():
    same = code_lengths.invariance(VIEW)
    assert same.identical == same.runs
    assert len({row[1] for row in same.rows}) == 1
    assert len({row[3] for row in same.rows}) > 1
    batches = [
        code_lengths.length_batch(VIEW._replace(weighting=w), "pfr_bins", 0, 500) for w in ("peak_ratio", "uniform")
    ]
    assert (batches[0].indices == batches[1].indices).all()
    assert batches[0].together_bits == batches[1].together_bits


# ------------------------------------------------------------------------------------------------ real bytes


@pytest.mark.parametrize("view", [VIEW, View(bits=0.0, log2_bins=3), View(family="uniform", bits=4.0, log2_bins=4)])
def test_a_batch_of_bytes_costs_what_it_ideally_should_and_a_lone_message_up_to_a_byte_more(view):
    for lane in code_lengths.lengths(view).lanes:
        batch = code_lengths.length_batch(view, lane.name, 0, 2000)
        ideal = lane.log2_bins + rec.ZipfCode(lane.zipf_bits).length_bits(batch.indices)
        assert batch.alone_bits.size == code_lengths.ALONE
        assert not (batch.alone_bits % 8).any()
        assert (batch.alone_bits < ideal[: code_lengths.ALONE] + 8.1).all()
        real = code_lengths.packed_codes(view, lane.name, 2000)
        assert real[1] == batch.together_bits / 2000
        assert real[0] <= real[1] + 0.1
        if (batch.indices == 1).all():  # the bytes end in zeros, which are left out
            assert real[:3] == pytest.approx([lane.log2_bins] * 3, abs=0.01)
        else:
            elias = lane.log2_bins + rec.EliasDelta().length_bits(batch.indices).mean()
            assert real[1:] == pytest.approx([ideal.mean(), elias, lane.codes[3]], abs=0.1)


# ------------------------------------------------------------------------------------------------ figures


def test_the_running_mean_is_the_mean_of_what_came_so_far():
    lengths = np.random.default_rng(3).exponential(5.0, 4000)
    run = figures.running("PFR", "p", lengths, 5.0, 8.0)
    assert run.runs[0] == 10
    assert run.runs[-1] == 4000
    for runs, mean, half in zip(run.runs.astype(int), run.mean_bits, run.half_width_bits, strict=True):
        assert mean == pytest.approx(lengths[:runs].mean())
        assert half == pytest.approx(1.96 * lengths[:runs].std() / np.sqrt(runs))


def test_the_running_mean_shows_interval_exact_mean_bound_and_information():
    runs = np.arange(10.0, 100.0)
    lane = figures.Running("PFR", "p", runs, 6 + 0 * runs, 1 / np.sqrt(runs), 6.1, 8.0)
    figure = figures.running_mean([lane], figures.Limits(5.0, 5.5), COLOURS)
    assert "bits" in figure.layout.yaxis.title.text
    lines = {trace.name: trace for trace in figure.data}
    low, high = lines["PFR: 95% interval, from"], lines["PFR: 95% interval, to"]
    assert np.allclose(np.array(high.y) - np.array(low.y), 2 / np.sqrt(runs))
    assert figure.data.index(high) == figure.data.index(low) + 1
    assert (low.fill, high.fill) == (None, "tonexty")
    assert set(lines["PFR: exact mean"].y) == {6.1}
    assert set(lines["PFR: bound"].y) == {8.0}
    assert min(lines["PFR: bound"].y) > max(lines["PFR: mean"].y)
    assert set(lines["I"].y) == {5.0}
    assert set(next(t for name, t in lines.items() if name.startswith("floor")).y) == {5.5}
    rows = list(csv.DictReader(io.StringIO(as_csv(figure))))
    assert sum(row["series"] == "PFR: 95% interval, to" for row in rows) == runs.size


def test_the_histogram_and_its_law_have_the_same_area():
    law = code_lengths.lengths(VIEW).lanes[0].law
    lane = figures.histogram("PFR", "p", code_lengths.length_batch(VIEW, "pfr", 0, 2000).indices, law.tail)
    assert (np.diff(lane.edges) >= 1).all()
    figure = figures.index_histogram([lane], COLOURS)
    bars, curve = figure.data
    assert (np.array(bars.y) * bars.width).sum() == pytest.approx(1, abs=1e-3)
    assert (np.array(curve.y) * bars.width).sum() == pytest.approx(1, abs=5e-3)
    assert "PFR" in figure.layout.xaxis.title.text


def test_the_histogram_of_total_bits_is_that_of_the_lengths_themselves():
    lane = code_lengths.lengths(VIEW).lanes[1]
    batch = code_lengths.length_batch(VIEW, "pfr_bins", 0, 2000)
    code = rec.ZipfCode(lane.zipf_bits)
    ideal = lane.log2_bins + code.length_bits(batch.indices)
    size = figures.Sizes(
        figures.histogram(lane.title, "heuristic", batch.indices, lane.law.tail),
        lane.log2_bins + float(code.length_bits(1)), code.exponent, batch.alone_bits, batch.together_bits / 2000,
    )  # fmt: skip
    bars, curve, steps, together, information, floor = figures.size_histogram(
        [size], figures.Limits(5.0, 5.5), COLOURS
    ).data
    middle, share = np.array(bars.x), np.array(bars.y) * bars.width
    assert share.sum() == pytest.approx(1, abs=1e-3)
    assert middle @ share == pytest.approx(ideal.mean(), abs=0.15)  # a bar stands for its middle
    for x, width, own in zip(middle[:6], bars.width[:6], share[:6], strict=True):
        assert own == pytest.approx((np.abs(ideal - x) <= width / 2).mean())
    assert middle @ (np.array(curve.y) * bars.width) == pytest.approx(lane.zipf_mean_bits, abs=0.15)
    assert 8 * sum(steps.y) == pytest.approx(1)
    assert np.array(steps.x) @ np.array(steps.y) * 8 == pytest.approx(batch.alone_bits.mean())
    assert set(together.x) == {batch.together_bits / 2000}
    assert set(information.x) == {5.0}
    assert set(floor.x) == {5.5}


@pytest.mark.parametrize(
    "view",
    [
        VIEW,
        View(bits=0.0, log2_bins=3),
        View(bits=0.0, log2_bins=0),
        View(bits=5.0, log2_bins=0),
        View(family="uniform", bits=4.0, log2_bins=6),
        View(bits=48.0, dim=64, log2_bins=48),
        View(bits=6.0, dim=3, spread="one_empty", log2_bins=6, strategy="collapsed"),
    ],
    ids=lambda v: f"{v.family}-{v.bits}-{v.dim}-{v.log2_bins}",
)
def test_the_account_adds_up_and_no_part_is_negative(view):
    for lane in code_lengths.lengths(view).lanes:
        account = figures.message_account(
            lane.title, lane.log2_bins, lane.overhead_bits, lane.mean_log2_index, lane.zipf_mean_bits
        )
        assert [part.what for part in account.parts] == list(figures.PARTS)
        assert all(part.bits >= -1e-9 for part in account.parts)
        assert sum(part.bits for part in account.parts[:2]) == pytest.approx(lane.log2_bins)
        limits = code_lengths.limits(view)
        figure = figures.account([account], limits, COLOURS)
        assert sum(bar.x[0] for bar in figure.data[:-2]) == pytest.approx(lane.zipf_mean_bits)
        assert [bar.x[0] for bar in figure.data[-2:]] == pytest.approx([view.bits, limits.floor_bits - view.bits])
        assert view.bits - 1e-9 <= limits.floor_bits <= min(lane.codes[:3])
        assert all(part.meaning in bar.hovertemplate for part, bar in zip(account.parts, figure.data, strict=False))


def test_what_a_bin_tells_is_never_negative_on_a_gaussian_or_uniform_channel():
    """It grows with J (its slope in log2 J is P(r > J)), so two bins are the case to look at."""
    for make in (rec.gaussian_channel, rec.uniform_channel):
        for dim in (1, 2, 6, 64):
            for information in (0.0, 0.01, 0.3, 1.0, 3.0, 12.0, 48.0):
                overhead = rec.laws.overhead_bits(make([information / dim] * dim), rec.Partition([2] + [1] * (dim - 1)))
                assert overhead <= 1.0 + 1e-9


# ------------------------------------------------------------------------------------------------ which dimensions


def test_strategies_share_the_overhead_and_differ_in_time():
    view = View(bits=6.0, dim=3, spread="one_empty", log2_bins=6)
    rows = {row.strategy: row for row in code_lengths.allocations(view)}
    assert set(rows) == {"information", "runtime", "random", "collapsed"}
    assert len({row.overhead_bits for row in rows.values()}) == 1
    assert rows["collapsed"].partition.intervals == (1, 1, 64)
    assert rows["collapsed"].candidates_bits > rows["information"].candidates_bits + 2
    assert rows["runtime"].candidates_bits <= rows["information"].candidates_bits + 0.3
    channel = setting.channel_of(view)
    for row in rows.values():
        assert row.length_bits <= rec.laws.bound_bits(6.0, 6.0, row.overhead_bits)
        assert row.length_bits >= channel.information_bits


def test_a_strategy_without_a_dimension_to_cut_has_no_partition():
    rows = {row.strategy: row for row in code_lengths.allocations(View(bits=6.0, dim=3, spread="falling", log2_bins=6))}
    assert rows["collapsed"].partition is None
    assert rows["information"].partition.intervals[0] > rows["information"].partition.intervals[2]


# ------------------------------------------------------------------------------------------------ the sweep


@pytest.mark.parametrize("view", [View(), View(dim=6, spread="falling"), View(family="uniform", dim=2)])
def test_the_sweep_stays_between_zero_and_the_bounds(view):
    points = [code_lengths.sweep_point(view, information) for information in (0, 2, 4, 16)]
    measured = 0
    for point in points:
        information = point.information_bits
        for method in (point.plain, point.bins):
            assert information - 1e-9 <= point.floor_bits <= method.matched_bits + 1e-6
            assert method.matched_bits <= method.zipf_bits + 1e-6
            assert method.zipf_bits <= method.sharp_bound_bits <= method.bound_bits + 1e-6
            if method.measured:
                mean, half = method.measured
                assert abs(mean - method.zipf_bits) < 2.3 * half + 1e-3  # 4.5 standard errors
                measured += 1
        if point.orc:
            assert point.orc[0] <= point.plain.bound_bits
    assert measured >= 4


def test_the_sweep_leaves_out_what_is_out_of_reach():
    point = code_lengths.sweep_point(View(dim=16), 16)
    assert point.plain.measured is None
    assert point.plain.zipf_bits > 16


def test_the_sweep_has_a_curve_for_each_method_and_points_on_it():
    grid = np.array([0.0, 4.0])
    methods = [
        figures.Method(2.0, 1.5, 4.0, 3.0, None),
        figures.Method(6.0, 5.5, 8.0, 7.0, figures.Mean(6.1, 0.2)),
    ]
    floors = np.array([0.0, 4.5])
    figure = figures.sweep(grid, floors, [figures.Swept("plain", "p", methods)], [None, None], 2, COLOURS)
    lines = {trace.name: np.array(trace.y) for trace in figure.data}
    assert lines["plain, Zipf"] == pytest.approx([2, 1.5])
    assert lines["plain, matched"] == pytest.approx([1.5, 1.0])
    assert lines["I"] == pytest.approx([0, -0.5])
    assert [trace.name for trace in figure.data if trace.showlegend is not False] == [
        "plain, Zipf", "ORC, fixed code of I + 2 bits", "I + log₂(I + 1)",
    ]  # fmt: skip
    assert lines["I + log₂(I + 1)"] == pytest.approx(grid + np.log2(grid + 1) - floors)
    assert lines["plain, Zipf, measured"] == pytest.approx([1.6])
    assert figure.data[-1].error_y.array[0] == 0.2
    assert "bits" in figure.layout.xaxis.title.text
    assert "bits" in figure.layout.yaxis.title.text


# ------------------------------------------------------------------------------------------------ as Python


SMALL = View(bits=3.0, dim=2, spread="falling", log2_bins=3, seed=5)
COUNTS = {"pfr": 2, "pfr_bins": 1}


@pytest.fixture(scope="module")
def lanes():
    """What the page knows of each lane after COUNTS batches of 500: its law, its code, its batches."""
    return [
        (
            lane,
            rec.ZipfCode(lane.zipf_bits),
            [code_lengths.length_batch(SMALL, lane.name, k, 500) for k in range(count)],
        )
        for lane, count in zip(code_lengths.lengths(SMALL).lanes, COUNTS.values(), strict=True)
    ]


def test_the_running_mean_as_python(lanes):
    runs = []
    for lane, code, batches in lanes:
        lengths = lane.log2_bins + code.length_bits(np.concatenate([batch.indices for batch in batches]))
        runs.append(figures.running(lane.title, ROLE[lane.name], lengths, lane.zipf_mean_bits, lane.bound_bits))
    page = figures.running_mean(runs, code_lengths.limits(SMALL), COLOURS)
    assert_same(made_by(snippets.running_mean(SMALL, COUNTS, 500)), page)
    with pytest.raises(AssertionError):
        assert_same(made_by(snippets.running_mean(SMALL._replace(seed=6), COUNTS, 500)), page)


def test_the_histograms_as_python(lanes):
    sizes = [
        figures.Sizes(
            figures.histogram(
                lane.title, ROLE[lane.name], np.concatenate([batch.indices for batch in batches]), lane.law.tail
            ),
            lane.log2_bins + float(code.length_bits(1)),
            code.exponent,
            np.concatenate([batch.alone_bits for batch in batches]),
            sum(batch.together_bits for batch in batches) / (500 * len(batches)),
        )
        for lane, code, batches in lanes
    ]
    page = figures.index_histogram([size.histogram for size in sizes], COLOURS)
    assert_same(made_by(snippets.index_histogram(SMALL, COUNTS, 500)), page)
    limits = code_lengths.limits(SMALL)
    assert_same(made_by(snippets.size_histogram(SMALL, COUNTS, 500)), figures.size_histogram(sizes, limits, COLOURS))
    assert_same(
        made_by(snippets.index_histogram(SMALL, {"pfr_bins": 1}, 500)),
        figures.index_histogram([sizes[1].histogram], COLOURS),
    )


@pytest.mark.parametrize("view", [SMALL, View(bits=0.0, log2_bins=0), View(family="uniform", bits=4.0, log2_bins=4)])
def test_the_account_as_python(view):
    accounts = [
        figures.message_account(
            lane.title, lane.log2_bins, lane.overhead_bits, lane.mean_log2_index, lane.zipf_mean_bits
        )
        for lane in code_lengths.lengths(view).lanes
    ]
    assert_same(made_by(snippets.account(view)), figures.account(accounts, code_lengths.limits(view), COLOURS))


def test_the_sweep_as_python(monkeypatch):
    monkeypatch.setattr(code_lengths, "sweep_grid", lambda view: [0, 1, 4, 16])
    points = [code_lengths.sweep_point(SMALL, information) for information in (0, 1, 4, 16)]
    ways = [
        figures.Swept("plain", "p", [point.plain for point in points]),
        figures.Swept("J = 2ᴵ", "heuristic", [point.bins for point in points]),
    ]
    floors = np.array([point.floor_bits for point in points])
    page = figures.sweep(np.array([0.0, 1, 4, 16]), floors, ways, [point.orc for point in points], 2, COLOURS)
    assert sum("measured" in trace.name for trace in page.data) == 3
    assert_same(made_by(snippets.sweep(SMALL)), page)


def test_more_information_than_can_be_worked_out_is_refused_before_anything_runs():
    view = View(source="own", means="30", scales="1e-9")
    with pytest.raises(rec.RecError, match=r"up to 128 bits of information; the target on Play has 6[0-9][0-9]"):
        code_lengths.lengths(view)
