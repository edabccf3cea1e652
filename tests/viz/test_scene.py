"""What the stage is given is what the core says: the same winner, bits that name it, curves that touch it."""

from __future__ import annotations

import base64
import json
import math
import re

import numpy as np
import pytest

import rec_core as rec
from rec_viz import stage
from rec_viz.model import lab, setting
from rec_viz.settings import PRESETS, View
from rec_viz.settings.table import OTHERS
from rec_viz.snippets.lab import search
from rec_viz.stage.scene import as_bytes, as_json


def unpack(packed):
    array = np.frombuffer(base64.b64decode(packed["b64"]), dtype=f"<{packed['t']}")
    assert array.size == packed["n"]
    return array


VIEWS = [pytest.param(preset.view, id=preset.name) for preset in PRESETS]


@pytest.mark.parametrize("view", VIEWS)
def test_the_scene_is_the_search(view):
    race = lab.race(view)
    scene = stage.scene(race, view.view)
    assert len(json.dumps(as_json(scene))) < 3_000_000
    shown = [lane for lane in race.lanes if lane.trace is not None]
    assert len(scene["lanes"]) == len(shown) >= 1
    for lane, drawn, held in zip(shown, scene["lanes"], scene["receiver"], strict=True):
        sent = rec.encode(race.problem, lane.method, seed=view.seed)
        race_times = drawn["race"]
        assert drawn["examined"] == sent.examined
        assert int(np.argmin(race_times)) == drawn["winner"]
        assert race_times[drawn["winner"]] == pytest.approx(sent.race_time, rel=1e-12)
        assert tuple(drawn["message"]["bin"]) == sent.message.bin
        assert drawn["message"]["index"] == sent.message.index
        assert held["equal"]
        assert held["x"] == sent.sample[:8].tolist()
        finite = np.isfinite(race_times)
        quotient = np.log2(drawn["arrival"]) - drawn["log2_ratio"]
        np.testing.assert_allclose(np.log2(race_times[finite]), quotient[finite], rtol=1e-6, atol=1e-6)
        assert (quotient[~finite] > 1000).all()
        bits = drawn["message"]["bin_bits"]
        assert len(bits) == math.ceil(lane.partition.log2_bins)
        flat = 0
        for b, n in zip(sent.message.bin, lane.partition.intervals, strict=True):
            flat = flat * n + b
        assert int(bits or "0", 2) == flat
        code = rec.ZipfCode(lane.zipf_bits)
        assert drawn["message"]["index_bits"] == code.codeword(sent.message.index)
        assert len(drawn["message"]["index_bits"]) == math.ceil(float(code.length_bits(sent.message.index)))


@pytest.mark.parametrize("dim", [1, 2, 3])
@pytest.mark.parametrize("others", [("rejection", "greedy", "gprs"), ("truncated", "mrc"), ("astar", "dither")])
def test_methods_without_bins_are_drawn_as_they_are_searched(others, dim):
    view = View(lanes=(), others=others, dim=dim)
    race = lab.race(view)
    scene = stage.scene(race, live=view)
    assert as_bytes(scene)
    assert [drawn["name"] for drawn in scene["lanes"]] == [name for name in OTHERS if name in others]
    for lane, drawn, held in zip(race.lanes, scene["lanes"], scene["receiver"], strict=True):
        sent = rec.encode(race.problem, lane.method, seed=view.seed)
        e, race_times = drawn["winner"], drawn["race"]
        assert held["equal"]
        assert lane.received == tuple(sent.sample.tolist())
        assert (drawn["examined"], int(np.argmin(race_times))) == (sent.examined, e)
        assert lane.length_bits > 0.0
        if drawn["stopping"] == "accept":  # every candidate but the last lies above the curve
            assert (race_times[:e] > 1.0).all()
            assert race_times[e] <= 1.0
            assert not drawn["in_order"]
        u = race.problem.prior.cdf(sent.sample)
        if "lattice" in drawn:
            assert np.abs(drawn["lattice"] - u[0]).min() < 1e-12
            assert len(drawn["lattice"]) > 12
        if "box_low" in drawn:
            assert (drawn["box_low"] <= drawn["u"][:, 0]).all()
            assert (drawn["u"][:, 0] <= drawn["box_high"]).all()
            wide = drawn["box_high"] - drawn["box_low"]
            assert (np.log2(wide) == np.round(np.log2(wide))).all()
            assert wide[0] == 1.0
    assert ("lattice" in scene["lanes"][-1]) == ("dither" in others and dim == 1)


@pytest.mark.parametrize("view", [View(family="uniform"), View(source="own", means="0.7", scales="0.2")])
def test_dither_has_a_length_for_every_source_it_takes(view):
    (lane,) = lab.race(view._replace(lanes=(), others=("dither",))).lanes
    assert not lane.refusal
    assert 0.0 < lane.length_bits < 12.0


@pytest.mark.parametrize("name", OTHERS)
def test_the_program_of_a_method_without_bins_makes_its_search(name):
    view = View(lanes=(), others=(name,), dim=2)
    made: dict[str, object] = {}
    exec(search(view, name), made)
    (lane,) = lab.race(view).lanes
    assert made["message"] == lane.trace.message
    assert made.get("data", b"") == lane.data
    assert tuple(made["decoded"].tolist()) == lane.received


@pytest.mark.parametrize("family", ["gaussian", "uniform"])
@pytest.mark.parametrize("weighting", ["peak_ratio", "target_mass", "uniform"])
def test_the_curve_touches_the_winner_and_no_other_and_the_front_covers_what_was_looked_at(family, weighting):
    """The geometric promises of one dimension: s r at the winning s passes through the winner alone, by the bins' own
    clocks; and the candidates under the front J pi_j t are those examined, where all bins stop at one t.
    """
    view = View(lanes=("pfr", "pfr_bins"), family=family, bits=2.5, weighting=weighting, seed=9)
    drawn_scene = stage.scene(lab.race(view))
    grid = drawn_scene["grid"]
    assert np.trapezoid(grid["p"], grid["x"]) == pytest.approx(1, abs=5e-3)
    assert np.trapezoid(grid["p"] * grid["r"], grid["x"]) == pytest.approx(1, abs=5e-3)
    assert np.trapezoid(grid["r"], grid["u"]) == pytest.approx(1, abs=5e-3)
    for drawn in drawn_scene["lanes"]:
        assert np.trapezoid(drawn["grid_weight"], grid["u"]) == pytest.approx(1, abs=5e-3)
        s = drawn["race"][drawn["winner"]]
        height = s * np.interp(drawn["u"].ravel(), grid["u"], grid["r"])
        gap = drawn["height"] - height
        tolerance = 0.02 * s * grid["r"].max()
        assert abs(gap[drawn["winner"]]) <= tolerance
        assert (np.delete(gap, drawn["winner"]) > -tolerance).all()
        # the check can fail: a curve raised a little more than it tolerates passes over the winner
        raised = 1.0 + 1.1 * tolerance / height[drawn["winner"]]
        assert (drawn["height"] - raised * height).min() < -0.99 * tolerance
        assert height[drawn["winner"]] < drawn_scene["top"]
        rain = drawn["rain"]
        at = np.searchsorted(grid["u"], rain["u"].ravel())
        if drawn["stopping"] == "single" or weighting == "peak_ratio":
            front = drawn["grid_weight"][at] * drawn["stop_time"]
            clear = abs(rain["height"] - front) > 1e-3 * drawn_scene["top"]
            names = np.stack((rain["bin"].ravel(), rain["local"]), axis=1)
            under = set(map(tuple, names[clear & (rain["height"] < front)].tolist()))
            over = set(map(tuple, names[clear & (rain["height"] > front)].tolist()))
            examined = set(zip(drawn["bin"].ravel().tolist(), drawn["local"].tolist(), strict=True))
            assert under or family == "uniform"  # there the winner stands on the front itself
            assert under <= examined
            assert not over & examined


def test_bins_stop_one_by_one_only_where_the_weighting_does_not_make_them_stop_together():
    def lane(weighting, **change):
        return stage.scene(lab.race(View(lanes=("pfr_bins",), weighting=weighting, **change)))["lanes"][0]

    for weighting, own in (("target_mass", True), ("uniform", True), ("peak_ratio", False)):
        assert lane(weighting)["per_bin"] is own
        assert ("grid_stop" in lane(weighting)) is own
        assert not lane(weighting, stopping="single")["per_bin"]


def test_a_bin_with_a_stop_line_of_its_own_is_left_as_soon_as_it_can_hold_no_winner_any_more():
    """What is looked at in a bin, event by event, against the line through the best race time before each event."""
    view = View(lanes=("pfr_bins",), weighting="uniform", bits=4.0, seed=11)
    race = lab.race(view)
    trace, drawn = race.lanes[0].trace, stage.scene(race)["lanes"][0]
    grid = stage.scene(race)["grid"]
    (peaks,), n = rec.bin_peaks_bits(race.problem, race.lanes[0].partition), race.lanes[0].partition.num_bins
    best = np.append(np.inf, np.minimum.accumulate(trace.race_times)[:-1])
    for number in range(n):
        (at,) = np.flatnonzero(np.abs(grid["u"] - (number + 0.5) / n) == np.abs(grid["u"] - (number + 0.5) / n).min())[
            :1
        ]
        stop, peak = drawn["grid_stop"][at], 2.0 ** peaks[number]
        assert stop <= trace.stop_time * (1 + 1e-9)
        here = trace.bins[:, 0] == number
        assert (trace.arrival_times[here] <= stop * (1 + 1e-9)).all()
        # by the line at every event: the bin is open before its stop, and closed after
        line = best * peak
        before = trace.arrival_times < stop * (1 - 1e-9)
        assert (trace.arrival_times[before] <= line[before] * (1 + 1e-9)).all()
        assert (trace.arrival_times[~before] >= np.minimum(line, stop)[~before] * (1 - 1e-9)).all()


def test_bytes_and_json_hold_the_same_scene():
    drawn = stage.scene(lab.race(View()))
    sent = as_bytes(drawn)
    length = int.from_bytes(sent[:4], "little")
    header = json.loads(sent[4 : 4 + length])

    def unpacked(value):
        if isinstance(value, dict) and value.keys() == {"t", "n", "at"}:
            return np.frombuffer(sent, f"<{value['t']}", value["n"], 4 + length + value["at"]).tolist()
        if isinstance(value, dict):
            return {name: unpacked(item) for name, item in value.items()}
        return [unpacked(item) for item in value] if isinstance(value, list) else value

    def plain(value):
        if isinstance(value, dict) and value.keys() == {"t", "n", "b64"}:
            return unpack(value).tolist()
        if isinstance(value, dict):
            return {name: plain(item) for name, item in value.items()}
        return [plain(item) for item in value] if isinstance(value, list) else value

    assert unpacked(header) == plain(json.loads(json.dumps(as_json(drawn))))


def test_weights_change_the_time_and_never_the_message():
    sent = {}
    for weighting in ("peak_ratio", "target_mass", "uniform"):
        lane = lab.race(View(lanes=("pfr_bins",), bits=6.0, log2_bins=5, weighting=weighting)).lanes[0]
        sent[weighting] = (lane.trace.message, lane.bin_bits, lane.index_bits)
    assert len(set(sent.values())) == 1


def test_a_hopeless_lane_says_what_it_would_take():
    plain, bins = lab.race(PRESETS[-1].view).lanes
    assert plain.trace is None
    assert plain.expected_examined > 2**45
    assert re.search(r"With J = 2\^\d+ bins", plain.refusal)
    assert bins.trace is not None


def test_averages_lie_between_information_and_bound():
    view = View(bits=5.0, log2_bins=4)
    for lane in lab.race(view).lanes:
        average = lab.measured(view, lane)
        assert average.runs >= 100
        assert 5.0 < average.mean_bits < lane.bound_bits


def test_own_intervals_are_read_or_refused_in_a_sentence():
    view = View(dim=2, strategy="own", intervals="8, 3")
    assert setting.partition_of(view, setting.channel_of(view)) == rec.Partition((8, 3))
    for text in ("8", "8, three", "8, 0", "8; 3"):
        with pytest.raises(rec.RecError, match=r"\d|whole"):
            lab.race(view._replace(intervals=text))


# ---------------------------------------------------------------------------------------------------- pointing


def test_steps_are_named_and_counted_from_one():
    race = lab.race(View())
    assert stage.scene(race)["point"] == {"step": None, "targets": []}
    assert stage.scene(race, step="winner")["point"]["step"] == {"kind": "winner"}
    assert stage.scene(race, step="cut")["point"]["step"] == {"kind": "cut"}
    assert stage.scene(race, step="candidate:2")["point"]["step"] == {"kind": "candidate", "event": 1}


def test_a_candidate_is_found_where_recording_left_gaps():
    race = lab.race(View(lanes=("pfr",), dim=12, bits=12.0, seed=3))
    positions = race.lanes[0].trace.positions
    assert positions[-1] > len(positions)  # the recording has gaps
    (target,) = stage.scene(race, highlight=f"candidate:{positions[-1]}")["point"]["targets"]
    assert target == {"lane": 0, "kind": "candidate", "event": len(positions) - 1}
    missing = next(k for k in range(1, int(positions[-1])) if k not in set(positions.tolist()))
    with pytest.raises(ValueError, match="Nothing here is called"):
        stage.scene(race, highlight=f"candidate:{missing}")


def test_things_are_pointed_at_wherever_they_are():
    race = lab.race(View())
    targets = stage.scene(race, highlight=("q", "bin:3", "pfr/candidate:2", "heuristic"))["point"]["targets"]
    assert targets == [
        {"lane": 0, "kind": "q"},
        {"lane": 1, "kind": "q"},
        {"lane": 1, "kind": "bin", "bin": [2]},
        {"lane": 0, "kind": "candidate", "event": 1},
        {"lane": 1, "kind": "heuristic"},
    ]
    plane = lab.race(View(dim=2, log2_bins=4))
    assert stage.scene(plane, highlight="bin:2,1")["point"]["targets"] == [{"lane": 1, "kind": "bin", "bin": [1, 0]}]


@pytest.mark.parametrize(
    ("view", "asked"),
    [
        (View(), {"step": "overture"}),
        (View(), {"step": "candidate:0"}),
        (View(), {"step": "candidate:x"}),
        (View(lanes=("pfr",)), {"step": "cut"}),
        (View(), {"highlight": "bin:9"}),
        (View(), {"highlight": "bin:0"}),
        (View(), {"highlight": "bin:1,1"}),
        (View(), {"highlight": "bin:one"}),
        (View(lanes=("pfr",)), {"highlight": "bin:1"}),
        (View(lanes=("pfr",)), {"highlight": "heuristic"}),
        (View(), {"highlight": "moon"}),
        (View(), {"highlight": "orc/q"}),
        (View(), {"highlight": "nobody/q"}),
        (View(dim=2, log2_bins=4), {"highlight": "curve"}),
    ],
    ids=str,
)
def test_what_cannot_be_pointed_at_is_said(view, asked):
    with pytest.raises(ValueError, match=r"no step|no search|Nothing here|cannot point|whole numbers|No search"):
        stage.scene(lab.race(view), **asked)


def test_the_trap_names_the_bin_that_sets_the_stop_line():
    trap = next(preset.view for preset in PRESETS if preset.name == "The tail-bin trap")
    race = lab.race(trap)
    lane = race.lanes[-1]
    (peaks,), (weights,) = (
        rec.bin_peaks_bits(race.problem, lane.partition),
        rec.bin_weights(race.problem, lane.partition, "target_mass"),
    )
    worst = int(np.argmax(peaks - np.log2(weights))) + 1
    assert stage.worst_bin(race) == f"bin:{worst}"
    assert stage.scene(race, highlight=stage.worst_bin(race))["point"]["targets"][0]["bin"] == [worst - 1]
    assert max(peaks - np.log2(weights)) - 3 == pytest.approx(lane.trace.log2_sup_ratio)
    for same in (trap._replace(weighting="peak_ratio"), trap._replace(stopping="per_bin"), trap._replace(log2_bins=0)):
        assert stage.worst_bin(lab.race(same)) is None
