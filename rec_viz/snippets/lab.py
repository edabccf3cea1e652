"""What the Lab shows as programs: a method's search, its message, and what the receiver makes of it."""

from __future__ import annotations

import rec_core as rec

from ..model import lab as model
from ..model import setting
from ..settings import LANES, View
from . import bins_line, channel_line, problem_line


def search(view: View, name: str) -> str:
    """The very search of a lane, a name of `settings.LANES`: leaves `trace`, `message`, `sample`, `data`, `held`."""
    channel, problem = setting.problem_of(view)
    bins = setting.partition_of(view, channel) if name.endswith("_bins") else rec.partition((1,) * view.dim)
    settings = model.lane_settings(name, view, bins)
    source = "channel" if view.source == "channel" else "problem"
    made = channel_line(channel) if view.source == "channel" else ""
    return f"""\
import rec_core as rec

# {LANES[name]}: one search, its message, and the receiver
{made}{problem_line(view, problem)}{bins_line(bins)}
trace = rec.trace(
    problem,
    method={settings["method"]!r},
    partition=bins,
    weights={settings["weights"]!r},
    stopping={settings["stopping"]!r},
    num_candidates={settings["num_candidates"]!r},
    seed={view.seed},
    max_examined={model.MAX_EXAMINED},
    max_events={model.max_events(view.dim)},
)
message, sample = trace.message, trace.samples[trace.winner]

code = rec.ZipfCode(rec.laws.log2_index_bound_bits({source}, bins))  # the receiver knows its one number
data = rec.pack([message], bins, code, seed={view.seed}, coding=problem.coding)  # what travels
(received,) = rec.unpack(data, bins, code, seed={view.seed}, coding=problem.coding)
held = rec.decode(received, problem.coding, bins, seed={view.seed})
assert (held == sample).all()
print(f"examined {{trace.examined}}, sent {{message}} in {{len(data)}} bytes, both hold {{held}}")
"""
