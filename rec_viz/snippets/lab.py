"""What Play shows as programs: a method's search, its message, and what the receiver makes of it."""

from __future__ import annotations

import rec_core as rec

from ..model import lab as model
from ..model import setting
from ..settings import LANES, View
from ..text import reading


def search(view: View, name: str) -> str:
    """The very search of a lane, a name of `settings.LANES`: leaves `trace`, `message`, `sample`, `data`, `decoded`."""
    channel, problem = setting.problem_of(view)
    bins = setting.partition_of(view, channel) if name.endswith("_bins") else rec.Partition.uncut(view.dim)
    method = repr(model.method_of(name, view, bins)).replace(repr(bins), "bins")
    source = "channel" if view.source == "channel" else "problem"
    if view.source == "channel":
        made = f"channel = rec.{channel.family}_channel({list(channel.bits)})  # bits in each dimension\n"
        made += f"problem = channel.draw({view.target})  # one target Q of the channel\n"
    elif view.source == "drawn":
        heights = list(reading.typed(view.heights) or ())
        made = f"problem = rec.piecewise_problem({heights})  # log2 q at even knots, up to a constant\n"
    else:
        first, second = (list(column) for column in zip(*problem.params, strict=True))
        made = f"problem = rec.{problem.family}_problem({first}, {second})  # Q\n"
    return f"""\
import rec_core as rec

# {LANES[name]}: one search, its message, and the receiver
{made}bins = rec.Partition({list(bins.intervals)})  # intervals in each dimension; the receiver knows them
method = rec.{method}
trace = rec.trace(problem, method, seed={view.seed}, max_events={model.max_events(view.dim)})
message, sample = trace.message, trace.samples[trace.winner]

code = rec.ZipfCode(rec.laws.log2_index_bound_bits({source}, bins))  # the receiver knows its one number
data = rec.pack([message], bins, code, seed={view.seed}, prior=problem.prior)  # what travels
(copy,) = rec.unpack(data, bins, code, seed={view.seed}, prior=problem.prior)
decoded = rec.decode(copy, problem.prior, bins, seed={view.seed})
assert (decoded == sample).all()
print(f"examined {{trace.examined}}, sent {{message}} in {{len(data)}} bytes, both hold {{decoded}}")
"""
