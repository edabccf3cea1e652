"""A search taken away, as a table or as a program, is the search on the stage."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest

from rec_viz import cached, traces
from rec_viz.controls import LANES, PRESETS, View
from rec_viz.snippets import lab

VIEWS = [
    View(),
    View(lanes=("orc", "orc_bins"), bits=2.0, candidates=8, weights="target_mass"),
    View(source="own", means="1.5, -0.25", scales="0.4, 0.9", dim=2, log2_bins=3, weights="target_mass"),
    View(source="own", family="uniform", lows="0.1", highs="0.35", stopping="single"),
    View(bits=6.0, dim=3, spread="one_empty", log2_bins=4, strategy="runtime"),
    PRESETS[-1].view,
]


def searches(view):
    race = cached.race(view)
    return [(race, lane) for lane in race.lanes if lane.trace is not None]


@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_the_program_makes_this_very_search_and_message(view):
    for race, lane in searches(view):
        names: dict[str, object] = {}
        exec(lab.search(view, lane.name), names)
        assert names["message"] == lane.trace.message
        assert names["data"] == lane.data
        assert tuple(names["held"].tolist()) == lane.held
        np.testing.assert_array_equal(names["trace"].samples, lane.trace.samples)
        np.testing.assert_array_equal(names["trace"].race_times, lane.trace.race_times)
        assert names["problem"] == race.problem


def test_another_view_is_another_program():
    for change in ({"seed": 57}, {"target": 10}, {"log2_bins": 4}, {"weights": "uniform"}):
        assert lab.search(View()._replace(**change), "pfr_bins") != lab.search(View(), "pfr_bins")


@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_the_tables_hold_every_recorded_candidate(view):
    for race, lane in searches(view):
        trace, dims = lane.trace, range(view.dim)
        text = traces.as_csv(view, race, lane)
        header = [line for line in text.splitlines() if line.startswith("#")]
        rows = list(csv.DictReader(io.StringIO("\n".join(line for line in text.splitlines() if line[0] != "#"))))
        columns = json.loads(traces.as_json(view, race, lane))
        assert columns["meta"]["message"] == {"bin": list(trace.message.bin), "index": trace.message.index}
        assert columns["meta"]["link"]["seed"] == str(view.seed)
        assert len(rows) == len(trace.indices) == len(columns["trace"]["number"])
        winner = next(row for row in rows if row["number"] == str(columns["meta"]["winner"]))
        assert [float(winner[f"x_{d + 1}"]) for d in dims] == trace.samples[trace.winner].tolist()
        assert [int(winner[f"bin_{d + 1}"]) for d in dims] == list(trace.message.bin)
        assert int(winner["local_index"]) == trace.message.index
        assert rows[-1]["leader"] == winner["number"]
        assert [float(row["race_time"]) for row in rows] == trace.race_times.tolist()
        told = [np.inf if value is None else value for value in columns["trace"]["race_time"]]
        assert told == trace.race_times.tolist()
        for name in rows[0]:  # every column is explained, in both files
            generic = name if name in traces.COLUMNS else name.rsplit("_", 1)[0] + "_d"
            assert traces.COLUMNS[generic] == columns["meta"]["columns"][generic]
            assert any(line.startswith(f"# {generic}: ") for line in header)


# ---------------------------------------------------------------------------------------------------- would bins help


def test_advice_is_the_cores_numbers_and_the_best_is_best():
    view = View(bits=8.0, target=7)
    advice = cached.advice(view)
    channel, problem = cached.problem_of(view)
    plain = advice.options[0]
    assert plain.log2_bins == 0
    assert plain.candidates == pytest.approx(2.0**problem.renyi_inf_bits)
    assert [option.log2_bins for option in advice.options if option.name == "PFR"] == [0, 2, 4, 6, 8, 10]
    many = cached.rec.encode_many(problem, 4000, "pfr", cached.rec.allocate(channel, 8), seed=1)
    code = cached.rec.ZipfCode(cached.rec.laws.log2_index_bound_bits(channel, cached.rec.allocate(channel, 8)))
    sizes, eight = 8 + code.length_bits(many.indices), advice.options[4]
    assert abs(sizes.mean() - eight.mean_bits) < 4.5 * sizes.std() / len(sizes) ** 0.5  # false alarm 7e-6, fixed seed
    assert abs(many.examined.mean() - eight.candidates) < 4.5 * many.examined.std() / len(sizes) ** 0.5
    assert abs(many.examined.mean() - 1.2 * eight.candidates) > 4.5 * many.examined.std() / len(sizes) ** 0.5
    costs = [o.mean_bits + np.log2(o.candidates) for o in advice.options if o.name == "PFR"]
    assert int(np.argmin(costs)) == advice.best


def test_advice_at_the_edges():
    assert [o.log2_bins for o in cached.advice(View(bits=0.0)).options if o.name == "PFR"] == [0]
    assert cached.advice(View(source="own", means="0.01", scales="0.97")).best == 0
    with pytest.raises(cached.rec.RecError, match="wider"):
        cached.advice(View(source="own", means="0", scales="1.5"))
    assert [o.log2_bins for o in cached.advice(PRESETS[-1].view).options][-2:] == [48, 50]


# ---------------------------------------------------------------------------------------------------- own targets


def test_an_own_target_is_what_was_typed():
    channel, problem = cached.problem_of(View(source="own", means="1.5; −0.25", scales="0.4 0.9", dim=2))
    assert problem == cached.rec.gaussian_problem([1.5, -0.25], [0.4, 0.9])
    assert channel.information_bits == pytest.approx(problem.kl_bits)
    one = cached.rec.gaussian_problem([-0.25], [0.9])
    assert channel.bits[1] == pytest.approx(one.kl_bits)
    _, box = cached.problem_of(View(source="own", family="uniform", lows="0, 0.5", highs="0.25, 1", dim=2))
    assert box == cached.rec.uniform_problem([0, 0.5], [0.25, 1])


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"means": "one"}, "must be numbers"),
        ({"means": ""}, "must be numbers"),
        ({"means": "1, 2"}, "one number a dimension"),
        ({"scales": "0"}, "must be positive"),
        ({"means": "nan"}, "finite"),
        ({"means": ",".join(["0"] * 65), "scales": ",".join(["0.5"] * 65)}, "up to 64 dimensions"),
        ({"family": "uniform", "lows": "0.5", "highs": "0.2"}, "low < high"),
        ({"means": "60", "scales": "0.5"}, "between 0 and 1000 bits"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_wrong_vector_gets_a_sentence(values, said):
    with pytest.raises(cached.rec.RecError, match=said):
        cached.race(View(source="own")._replace(**values))


def test_every_lane_searches_an_own_target():
    for lane in LANES:
        (ran,) = cached.race(View(lanes=(lane,), source="own", means="1.2", scales="0.3", weights="target_mass")).lanes
        assert ran.trace is not None
        assert ran.held == tuple(ran.trace.samples[ran.trace.winner].tolist())
        average = cached.measured(View(lanes=(lane,), source="own", means="1.2", scales="0.3"), ran)
        assert average.mean_bits < ran.bound_bits
