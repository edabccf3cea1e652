"""The charts of the Bias page as programs."""

from __future__ import annotations

from ..model import bias as model
from ..settings import LANES, View
from . import head

ROLES = {"orc": "p", "orc_bins": "heuristic"}
_QUADRATURE = f"""

def rule(cut):  # points and weights on the line: panels end where bins do, and are close where Q is
    mean, scale = problem.params[0]
    first, last = np.floor(norm.cdf([mean - 9 * scale, mean + 9 * scale]) * cut.num_bins).astype(int)
    cuts = np.arange(max(first, 1), min(last + 1, cut.num_bins))
    cuts = cuts[:: max(1, cuts.size // 512)]
    breaks = [norm.ppf(cuts / cut.num_bins), np.linspace(-9, 9, 181), mean + scale * np.linspace(-9, 9, 49)]
    ends = np.unique(np.concatenate(breaks))
    nodes, weights = np.polynomial.legendre.leggauss(4)
    half = 0.5 * np.diff(ends)[:, None]
    return (ends[:-1, None] + half * (1.0 + nodes)).ravel(), (half * weights).ravel()


def exact(n, cut):
    x, width = rule(cut)
    target = np.exp2(problem.log_ratio_bits(x[:, None])) * np.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)
    gap = (rec.laws.orc_density(problem, rec.ORC(n, cut, weighting=weighting), x[:, None]) - target) * width
    (bandwidth,) = rec.metrics.median_bandwidth(problem)
    square = float(gap @ np.exp(-0.5 * ((x[:, None] - x) / bandwidth) ** 2) @ gap)
    return square if square > {model.MMD_RESOLVED} else 0.0  # below: the density's own error

"""


def densities(view: View) -> str:
    """The target's density and ORC's output, exact and as a histogram of real samples; one dimension."""
    runs = model.runs_of(model.BIAS_RUNS, view.candidates, view.dim)
    drawn = (
        f"""rec.encode_many(
        problem, {runs}, rec.ORC({view.candidates}, cut, weighting=weighting), seed={view.seed}
    ).samples[:, 0]"""
        if runs
        else "np.empty(0)  # they would take long at this n"
    )
    return f"""{_head(view)}
mean, scale = problem.params[0]
samples = {{}}
for name, _, cut in methods:
    samples[name] = {drawn}
ends = [mean - 4 * scale, mean + 4 * scale]
ends += [end for drawn in samples.values() if drawn.size for end in np.quantile(drawn, [0.002, 0.998])]
x = np.linspace(min(ends), max(ends), 500)
edges = np.linspace(x[0], x[-1], 61)
outputs = []
for name, role, cut in methods:
    density = rec.laws.orc_density(problem, rec.ORC({view.candidates}, cut, weighting=weighting), x[:, None])
    counts, _ = np.histogram(samples[name], edges)
    measured = counts / (samples[name].size * np.diff(edges)) if samples[name].size else np.full(60, np.nan)
    outputs.append(bias.Output(name, role, density, edges, measured))
target = np.exp2(problem.log_ratio_bits(x[:, None])) * np.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)
figure = bias.densities(x, target, outputs, colours)
"""


def decay(view: View, measure: str, what: str) -> str:
    """How `measure` falls with n, under the title `what`: total_variation, kl_bits or mmd_squared."""
    if measure == "mmd_squared":
        return _mmd(view, what)
    return f"""{_head(view)}
powers = np.array({[float(k) for k in model.BIAS_POWERS]})
lines = []
for name, role, cut in methods:
    methods_ = [rec.ORC(2 ** int(k), cut, weighting=weighting) for k in powers]
    exact = [rec.laws.orc_bias(problem, method).{measure} for method in methods_]
    lines.append(bias.Decay(name, role, np.array(exact)))
figure = bias.decay(powers, lines, math.log2({view.candidates}), {what!r}, colours)
"""


def _mmd(view: View, what: str) -> str:
    runs = [model.runs_of(model.MMD_RUNS, 2**k, view.dim) for k in model.BIAS_POWERS]
    exact = "exact(2**k, cut)" if view.dim == 1 else "np.nan"
    return f"""{_head(view)}{_QUADRATURE if view.dim == 1 else ""}
powers = {list(model.BIAS_POWERS)}
runs = {runs}  # samples drawn at n = 2^k
lines = []
for name, role, cut in methods:
    rows = np.full((3, len(powers)), np.nan)  # exact, measured, half of the 95% interval
    for i, (k, count) in enumerate(zip(powers, runs)):
        rows[0, i] = {exact}
        if count:
            drawn = rec.encode_many(problem, count, rec.ORC(2**k, cut, weighting=weighting), seed={view.seed})
            found = rec.metrics.mmd(drawn.samples, problem)
            rows[1:, i] = found.squared, 1.96 * found.error
    lines.append(bias.Decay(name, role, *rows))
figure = bias.decay(np.array(powers, float), lines, math.log2({view.candidates}), {what!r}, colours)
"""


def _head(view: View) -> str:
    first, second = ((LANES[name], role) for name, role in ROLES.items())
    norm = "from scipy.stats import norm\n" if view.dim == 1 else ""
    return f"""{head(view)}
import math
{norm}from rec_viz.figures import bias

weighting = {view.weights!r}
methods = [  # name, colour, bins
    ({first[0]!r}, {first[1]!r}, rec.Partition({[1] * view.dim})),
    ({second[0]!r}, {second[1]!r}, bins),
]
"""
