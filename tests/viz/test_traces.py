"""A search taken away, as a table or as a program, is the search on the stage."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest

from rec_viz.model import lab, traces
from rec_viz.settings import PRESETS, View, read_link
from rec_viz.snippets import lab as programs

VIEWS = [
    View(),
    View(lanes=("orc", "orc_bins"), bits=2.0, candidates=8, weighting="target_mass"),
    View(source="own", means="1.5, -0.25", scales="0.4, 0.9", dim=2, log2_bins=3, weighting="target_mass"),
    View(source="own", family="uniform", lows="0.1", highs="0.35", stopping="single"),
    View(bits=6.0, dim=3, spread="one_empty", log2_bins=4, strategy="runtime"),
    PRESETS[-1].view,
]


def searches(view):
    race = lab.race(view)
    return [(race, lane) for lane in race.lanes if lane.trace is not None]


@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_the_program_makes_this_very_search_and_message(view):
    for race, lane in searches(view):
        names: dict[str, object] = {}
        exec(programs.search(view, lane.name), names)
        assert names["message"] == lane.trace.message
        assert names["data"] == lane.data
        assert tuple(names["decoded"].tolist()) == lane.received
        np.testing.assert_array_equal(names["trace"].samples, lane.trace.samples)
        np.testing.assert_array_equal(names["trace"].race_times, lane.trace.race_times)
        assert names["problem"] == race.problem


def test_another_view_is_another_program():
    for change in ({"seed": 57}, {"target": 10}, {"log2_bins": 4}, {"weighting": "uniform"}):
        assert programs.search(View()._replace(**change), "pfr_bins") != programs.search(View(), "pfr_bins")


@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_the_tables_hold_every_recorded_candidate(view):
    for race, lane in searches(view):
        trace, dims = lane.trace, range(view.dim)
        text = traces.as_csv(view, race, lane)
        header = [line for line in text.splitlines() if line.startswith("#")]
        rows = list(csv.DictReader(io.StringIO("\n".join(line for line in text.splitlines() if line[0] != "#"))))
        columns = json.loads(traces.as_json(view, race, lane))
        assert columns["meta"]["message"] == {"bin": list(trace.message.bin), "index": trace.message.index}
        assert read_link(columns["meta"]["link"], View) == (view, [])
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
