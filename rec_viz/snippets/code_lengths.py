"""The charts of the page Code lengths as programs."""

from __future__ import annotations

from collections.abc import Mapping

from ..model import code_lengths as model
from ..model import lab, setting
from ..model.code_lengths import ALONE, ORC_SPARE_BITS
from ..settings import LANES, View
from . import head

_SAMPLED = """
from rec_viz.figures import code_lengths as figures

seeds = rec.randomness.run_seeds({seed}, {most})  # one a batch of {size} encodings
lanes = []
for name, role, cut, batches in [
{lanes}
]:
    law = rec.laws.index_law(channel, cut)
    code = rec.ZipfCode(rec.laws.log2_index_bound_bits(channel, cut))
    runs = [
        rec.encode_many(channel, {size}, rec.PFR(cut, weighting="{weights}", max_examined={budget}), seed=int(seed))
        for seed in seeds[:batches]
    ]
    indices = np.concatenate([run.indices for run in runs])
"""
_LAW = """
lanes = []
for name, cut in {{"PFR": rec.Partition([1] * {dim}), "Partitioned PFR": bins}}.items():
    law = rec.laws.index_law(channel, cut)
    code = rec.ZipfCode(rec.laws.log2_index_bound_bits(channel, cut))
"""


def _sampled(view: View, batches: Mapping[str, int], size: int) -> str:
    """The encodings a page has run so far: `batches` of `size`, by lane."""
    cuts = {"pfr": f"rec.Partition([1] * {view.dim})", "pfr_bins": "bins"}
    roles = {"pfr": "p", "pfr_bins": "heuristic"}
    lanes = "\n".join(
        f'    ("{LANES[name]}", "{roles[name]}", {cuts[name]}, {count}),' for name, count in batches.items()
    )
    return head(view) + _SAMPLED.format(
        lanes=lanes, seed=view.seed, most=max(batches.values()), size=size, weights=view.weights,
        budget=lab.MAX_EXAMINED,
    )  # fmt: skip


def running_mean(view: View, batches: Mapping[str, int], size: int) -> str:
    """Mean message length as encodings come in."""
    return f"""{_sampled(view, batches, size)}\
    exact = cut.log2_bins + (code.length_bits(1) + code.exponent * law.mean_log2)
    overhead = rec.laws.overhead_bits(channel, cut) if cut.num_bins > 1 else 0.0
    bound = rec.laws.bound_bits(channel.information_bits, cut.log2_bins, overhead)
    lengths = cut.log2_bins + code.length_bits(indices)
    lanes.append(figures.running(name, role, lengths, exact, bound))
figure = figures.running_mean(lanes, channel.information_bits, colours)
"""


def index_histogram(view: View, batches: Mapping[str, int], size: int) -> str:
    """Local indices under their exact law."""
    return f"""{_sampled(view, batches, size)}\
    lanes.append(figures.histogram(name, role, indices, law.tail))
figure = figures.index_histogram(lanes, colours)
"""


def size_histogram(view: View, batches: Mapping[str, int], size: int) -> str:
    """Total lengths, ideal and as bytes."""
    return f"""{_sampled(view, batches, size)}\
    alone, together = [], 0
    for run in runs:
        messages = [rec.Message(tuple(b), n) for b, n in zip(run.bins.tolist(), run.indices.tolist(), strict=True)]
        alone += [8 * (len(rec.pack([one], cut, code)) - rec.FRAME_BYTES) for one in messages[:{ALONE}]]
        together += 8 * (len(rec.pack(messages, cut, code)) - rec.FRAME_BYTES)
    shortest = cut.log2_bins + float(code.length_bits(1))
    index = figures.histogram(name, role, indices, law.tail)
    lanes.append(figures.Sizes(index, shortest, code.exponent, np.array(alone), together / indices.size))
figure = figures.size_histogram(lanes, channel.information_bits, colours)
"""


def account(view: View) -> str:
    """Where the bits go."""
    return f"""{head(view)}
from rec_viz.figures import code_lengths as figures
{_LAW.format(dim=view.dim)}\
    mean = cut.log2_bins + (code.length_bits(1) + code.exponent * law.mean_log2)
    overhead = rec.laws.overhead_bits(channel, cut) if cut.num_bins > 1 else 0.0
    lanes.append(figures.message_account(name, cut.log2_bins, overhead, law.mean_log2, mean))
figure = figures.account(lanes, channel.information_bits, colours)
"""


def sweep(view: View) -> str:
    """Every method over I, with the encodings the page could afford."""
    grid = model.sweep_grid(view)
    points = [model.sweep_point(view, information) for information in grid]
    run = [
        [point.information_bits for point, mean in zip(points, means, strict=True) if mean]
        for means in (
            [point.plain.measured for point in points],
            [point.bins.measured for point in points],
            [point.orc for point in points],
        )
    ]
    return f"""\
import numpy as np
import rec_core as rec
from rec_viz import theme
from rec_viz.figures import code_lengths as figures

colours = theme.ROLES["light"]
grid = {grid}  # values of I, bits
shares = np.array({setting.shares_of(view).tolist()})  # of I, one a dimension


def cut_at(information, log2_bins):
    channel = rec.{view.family}_channel(information * shares / shares.sum())
    return channel, rec.allocate(channel, log2_bins, "{model.sweep_strategy(view)}")


def measured(channel, cut, n=None):
    method = rec.ORC(n, cut) if n else rec.PFR(cut)
    many = rec.encode_many(channel, {model.SWEEP_RUNS}, method, seed={view.seed})
    code = rec.ZipfCode(rec.laws.log2_index_bound_bits(channel, cut))
    lengths = cut.log2_bins + code.length_bits(many.indices)
    return figures.Mean(lengths.mean(), 1.96 * lengths.std() / np.sqrt(lengths.size))


def method(channel, cut, run):
    law = rec.laws.index_law(channel, cut)
    code = rec.ZipfCode(rec.laws.log2_index_bound_bits(channel, cut))
    overhead = rec.laws.overhead_bits(channel, cut) if cut.num_bins > 1 else 0.0
    return figures.Method(
        cut.log2_bins + (code.length_bits(1) + code.exponent * law.mean_log2),
        cut.log2_bins + law.entropy_bits,
        rec.laws.bound_bits(channel.information_bits, cut.log2_bins, overhead),
        rec.laws.sharp_bound_bits(channel, cut),
        measured(channel, cut) if run else None,
    )


plain = [method(*cut_at(i, 0), i in {run[0]}) for i in grid]
bins = [method(*cut_at(i, i), i in {run[1]}) for i in grid]
orc = [measured(*cut_at(i, 0), 2 ** (i + {ORC_SPARE_BITS})) if i in {run[2]} else None for i in grid]
ways = [figures.Swept("plain", "p", plain), figures.Swept("J = 2ᴵ", "heuristic", bins)]
figure = figures.sweep(np.array(grid, dtype=float), ways, orc, {ORC_SPARE_BITS}, colours)
"""
