"""What Play shows as programs: a method's search, its message, and what the receiver makes of it."""

from __future__ import annotations

import rec_core as rec

from ..model import lab as model
from ..model import setting
from ..settings import View
from ..settings.table import ALL_LANES, OTHERS
from ..text import reading


def search(view: View, name: str) -> str:
    """The very search of a lane, a name of `ALL_LANES`: leaves `trace`, `message`, `sample` and `decoded`."""
    channel, problem = setting.problem_of(view)
    bins = setting.partition_of(view, channel) if name.endswith("_bins") else rec.Partition.uncut(view.dim)
    method = model.method_of(name, view, bins)
    written = repr(method).replace(repr(bins), "bins")
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
    known = f"rec.laws.log2_index_bound_bits({source}, bins)"
    if name in OTHERS:
        known = repr(model.coding(method, setting.coded_for(view), bins, False)[0])
    sent = _SENT.format(code=f"rec.ZipfCode({known})", seed=view.seed)
    cut = f"bins = rec.Partition({list(bins.intervals)})  # intervals in each dimension; the receiver knows them\n"
    if hasattr(method, "receive"):
        cut = ""  # it has no bins
        sent = _RECEIVED.format(seed=view.seed)
    return f"""\
import rec_core as rec

# {ALL_LANES[name]}: one search, its message, and the receiver
{made}{cut}method = rec.{written}
trace = rec.trace(problem, method, seed={view.seed}, max_events={model.max_events(view.dim)})
message, sample = trace.message, trace.samples[trace.winner]

{sent}
assert (decoded == sample).all()
print(f"examined {{trace.examined}}, sent {{message}}, both hold {{decoded}}")
"""


_SENT = """\
code = {code}  # the receiver knows its one number
data = rec.pack([message], bins, code, seed={seed}, prior=problem.prior)  # what travels
(copy,) = rec.unpack(data, bins, code, seed={seed}, prior=problem.prior)
decoded = rec.decode(copy, problem.prior, bins, seed={seed})"""
_RECEIVED = "decoded = rec.decode(message, problem.prior, method, seed={seed})  # the receiver knows the method"
