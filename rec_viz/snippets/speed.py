"""The charts of the Speed page as programs."""

from __future__ import annotations

import math

from ..figures import speed as figures
from ..model import setting
from ..model import speed as model
from ..settings import View
from . import head


def growth(view: View, axis: str) -> str:
    """Expected and measured candidates over I, KL or D_inf (`axis`: a field of `model.Growth`)."""
    rows = []
    points = [model.growth(view, bits) for bits in model.growth_grid(view)]
    for k, search in enumerate(model.SEARCHES):
        exact = [p.information_bits for p in points if math.isfinite(p.exact_bits[k])]
        run = [p.information_bits for p in points if math.isfinite(p.measured_bits[k])]
        rows.append(f"    ({', '.join(map(repr, search))},\n     {exact},\n     {run}),\n")
    average, own = {
        "information_bits": ("information", "channel.information_bits"),
        "kl_bits": ("np.mean([problem.kl_bits for problem in problems])", "problem.kl_bits"),
        "d_inf_bits": ("np.mean([problem.d_inf_bits for problem in problems])", "problem.d_inf_bits"),
    }[axis]
    stars = ['speed.Star("this target, no bins", "p", x_here, problem.d_inf_bits)']
    if math.isfinite(model.here(view).binned_bits):
        stars.append('speed.Star("this target, these bins", "heuristic", x_here, rec.upper_sum_bits(problem, bins))')
    return f"""{head(view)}
import math
from rec_viz.figures import speed

rate = {model.candidates_per_second(view.family, view.dim)}  # candidates a second, measured where the chart was made
targets, runs = {setting.TARGETS}, {model.SPEED_RUNS}
shares = np.array({setting.shares_of(view).tolist()})  # of the dimensions in the information
searches = [  # name, colour, dash, weights, stopping; log2 of bins beyond 2^I; where it is worked out, and where run
{"".join(rows)}]


def channel_at(information):
    return rec.{view.family}_channel(information * shares / shares.sum())


def bins_at(information, more):
    if more is None:
        return rec.Partition([1] * shares.size)
    shared = rec.allocate(channel_at(information), int(information) + more)
    return rec.Partition([min(n, 2**{model.CUT_BITS}) for n in shared.intervals])


def exact(problem, cut, weights, stopping):
    if cut.num_bins == 1:
        return problem.d_inf_bits
    return math.log2(rec.laws.expected_examined(problem, rec.PFR(cut, weighting=weights, stopping=stopping)))


def measured(problem, cut, weights, stopping, seed):
    method = rec.PFR(cut, weighting=weights, stopping=stopping, max_examined=2**24)
    many = rec.encode_many(problem, runs, method, seed=seed)
    mean = float(many.examined.mean())
    return math.log2(mean), float(many.examined.std(ddof=1)) / (mean * math.log(2.0) * math.sqrt(runs))


grid = {model.growth_grid(view)}
values = np.full((3, len(searches), len(grid)), np.nan)  # exact, measured, half of the 95% interval
x = np.empty(len(grid))
for i, information in enumerate(grid):
    problems = [channel_at(information).draw(seed) for seed in range(targets)]
    x[i] = {average}
    for k, (_, _, _, weights, stopping, more, worked_out, run) in enumerate(searches):
        cut = bins_at(information, more)
        if information in worked_out:
            values[0, k, i] = np.mean([exact(problem, cut, weights, stopping) for problem in problems])
        if information in run:
            found = [measured(problem, cut, weights, stopping, seed) for seed, problem in enumerate(problems)]
            values[1, k, i] = np.mean([mean for mean, _ in found])
            values[2, k, i] = 1.96 * math.sqrt(sum(error**2 for _, error in found)) / targets
lines = [speed.Line(*search[:3], *values[:, k]) for k, search in enumerate(searches)]
x_here = {own}
stars = [
    {
        '''
    '''.join(f"{star}," for star in stars)
    }
]
figure = speed.growth(x, {figures.AXES[axis]!r}, lines, stars, rate, colours)
"""


def trade(view: View) -> str:
    """Message length against candidates as J doubles, for the Zipf and the matched code."""
    now, _ = model.doubled(view)
    return f"""{head(view)}
from rec_viz.figures import speed

targets = [channel.draw(seed) for seed in range({setting.TARGETS})]


def cost(intervals):  # log2 of candidates of a typical target; mean bits of a message with either code
    cut = rec.Partition(intervals)
    law = rec.laws.index_law(channel, cut)
    zipf = rec.ZipfCode(rec.laws.log2_index_bound_bits(channel, cut))
    zipf_bits = float(zipf.length_bits(1)) + zipf.exponent * law.mean_log2  # Zipf lengths are linear in log2 n
    looked_at = rec.Partition([n if bits > 0 else 1 for n, bits in zip(intervals, channel.bits)])
    candidates = np.mean([rec.upper_sum_bits(target, looked_at) for target in targets])
    return cut.log2_bins, candidates, cut.log2_bins + zipf_bits, cut.log2_bins + law.entropy_bits


partitions = {[list(intervals) for intervals in model.trade_partitions(view)]}
log2_bins, candidates, zipf, matched = np.array([cost(intervals) for intervals in partitions]).T
_, chosen_candidates, chosen_bits, _ = cost({list(now)})
figure = speed.trade(
    log2_bins,
    candidates,
    [("Zipf code", "heuristic", zipf), ("matched code", "best", matched)],
    channel.information_bits,
    (chosen_bits, chosen_candidates),
    colours,
)
"""


def strategies(view: View) -> str:
    """Candidates as J grows, by how its factors are shared out over dimensions."""
    found = model.strategies(view)
    log2_bins = [int(k) for k in found[0].log2_bins]
    lines = {s.name: (s.title, model.STRATEGY_ROLES[s.name]) for s in found}
    return f"""{head(view)}
from rec_viz.figures import speed

targets = [channel.draw(seed) for seed in range({setting.TARGETS})]


def typical(cut):  # log2 of candidates; cutting a dimension without information changes nothing
    looked_at = [n if bits > 0 else 1 for n, bits in zip(cut.intervals, channel.bits)]
    if max(looked_at) > 2**{model.CUT_BITS}:
        return np.nan
    return np.mean([rec.upper_sum_bits(target, rec.Partition(looked_at)) for target in targets])


log2_bins = {log2_bins}
lines = []
for strategy, (name, role) in {lines}.items():
    lines.append((name, role, np.array([typical(rec.allocate(channel, k, strategy)) for k in log2_bins])))
figure = speed.strategies(np.array(log2_bins, float), lines, {round(math.log2(math.prod(found[0].now)))}, colours)
"""


def blame(view: View) -> str:
    """sup r' of every bin under two weightings."""
    return f"""{head(view)}
from rec_viz.figures import speed

(peaks,) = rec.bin_peaks_bits(problem, bins)
sups = {{}}
for name, weights in {{"target mass": "target_mass", "peak ratio": "peak_ratio"}}.items():
    (share,) = rec.bin_weights(problem, bins, weights)
    with np.errstate(divide="ignore", invalid="ignore"):  # a bin without Q has weight 0
        sups[name] = np.nan_to_num(np.exp2(peaks) / (share * bins.num_bins))
roles = {{"target mass": "best", "peak ratio": "heuristic"}}
figure = speed.blame(sups, roles, rec.laws.expected_examined(problem, rec.PFR()), colours)
"""
