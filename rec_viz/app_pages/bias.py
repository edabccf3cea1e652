"""Bias: what ORC puts out instead of Q when its candidates run short, exact and measured."""

from __future__ import annotations

import math

import numpy as np
import streamlit as st

import rec_core as rec
from rec_viz import cached, controls, theme
from rec_viz.app_pages import parts
from rec_viz.export import chart
from rec_viz.figures import bias as figures
from rec_viz.snippets import bias as snippets

view = parts.research_page(
    "bias",
    "Bias",
    {
        "The channel": ("family", "bits", "dim", "spread", "target"),
        "The candidates": ("candidates",),
        "The bins": ("strategy", "log2_bins", "intervals", "weights"),
    },
    lanes=("orc", "orc_bins"),
)
st.markdown(
    "ORC takes the best of n candidates and stops. With too few of them none may lie where Q wants one, so what it "
    "sends leans towards P. Bins put the candidates where Q is, and the same n goes much further."
)
if not parts.compiled(height=520):
    st.stop()
if view.family == "uniform":
    try:
        chances = cached.chance_of_silence(view)
    except rec.RecError as error:
        st.warning(str(error), icon=":material/info:")
        st.stop()
    st.markdown(
        "A uniform target has the same ratio all over its box, so whatever ORC sends is an **exact** sample of Q. What "
        "too few candidates cost here is silence: none of them lies in the box, and there is nothing to send."
    )
    st.markdown(
        f"| n = {view.candidates:,} | Chance that a race has nothing to send |\n|---|---|\n"
        + "\n".join(f"| {controls.LANES[name]} | {parts.small(chance)} |" for name, chance in chances.items())
    )
    st.markdown("Choose the Gaussian family to see a bias.")
    st.stop()
try:
    methods = cached.bias(view)
except rec.RecError as error:
    st.warning(str(error), icon=":material/info:")
    st.stop()
colours = theme.ROLES["dark" if st.context.theme.type == "dark" else "light"]
problem = cached.channel_of(view).draw(view.target)

# ------------------------------------------------------------------------------------------------ densities


def densities() -> None:
    """Q and what is sent instead, on the line."""
    mean, scale = problem.params[0]
    ends = [mean - 4 * scale, mean + 4 * scale]
    ends += [end for m in methods.values() if m.samples.size for end in np.quantile(m.samples[:, 0], [0.002, 0.998])]
    x = np.linspace(min(ends), max(ends), 500)
    edges = np.linspace(x[0], x[-1], 61)
    outputs = []
    for name, role in snippets.ROLES.items():
        drawn = methods[name].samples[:, 0]
        counts, _ = np.histogram(drawn, edges)
        measured = counts / (max(drawn.size, 1) * np.diff(edges))
        density = cached.output_density(view, name, x)
        outputs.append(figures.Output(controls.LANES[name], role, density, edges, measured))
    target = np.exp2(problem.log_ratio_bits(x[:, None])) * np.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)
    chart(figures.densities(x, target, outputs, colours), "bias_densities", snippets.densities(view))


if view.dim == 1:
    densities()
else:
    st.markdown("The densities themselves are drawn in one dimension; the measures below hold in any.")


def unnoticed(kl_bits: float) -> str:
    """For the table: samples that are safe."""
    most = cached.unnoticed_samples(kl_bits)
    return "not even one" if most < 1.0 else "any number" if math.isinf(most) else parts.number(math.floor(most))


def mmd(method: cached.Method) -> str:
    """For the table: MMD, exact where it is known, and measured where there are samples."""
    exact = method.chosen_mmd_squared
    said = [] if math.isnan(exact) else [parts.small(math.sqrt(exact))]
    if len(method.samples):
        found = cached.measured_mmd(view, method)
        said.append(
            f"measured {parts.small(found.value)}" if found.squared > 1.96 * found.error else "measured: lost in noise"
        )
    return ", ".join(said) or "not worked out"


st.markdown(
    f"| n = {view.candidates:,} | Total variation from Q | KL from Q, bits | MMD from Q | Samples that are safe |\n"
    "|---|---|---|---|---|\n"
    + "\n".join(
        f"| {controls.LANES[name]} | {parts.small(method.chosen.total_variation)} | "
        f"{parts.small(method.chosen.kl_bits)} | {mmd(method)} | {unnoticed(method.chosen.kl_bits)} |"
        for name, method in methods.items()
    )
)
runs = len(methods["orc"].samples)
st.markdown(
    "Exact numbers unless they say measured"
    + (
        f"; {runs:,} samples of each method were drawn just now. "
        if runs
        else "; samples at this n would take too long. "
    )
    + "**Total variation** is how much probability is in the wrong place, **KL** what a code made for Q would waste, "
    "**MMD** the largest difference in the mean of any smooth function, smooth on the scale of Q. **Safe** is how many "
    f"samples anyone may compare with as many of Q’s and still tell them apart with less than {cached.NOTICEABLE:g} "
    "advantage over guessing, whatever the test: that follows from KL (Pinsker’s inequality), and is often too careful."
)

# ------------------------------------------------------------------------------------------------ decay

st.header("How the bias falls with n", anchor=False)
MEASURES = {
    "total_variation": "total variation",
    "kl_bits": "KL(output ‖ Q), bits",
    "mmd_squared": "MMD² from Q",
}


def decay(measure: str) -> None:
    """One measure over n."""
    lines = []
    for name, role in snippets.ROLES.items():
        method = methods[name]
        marks = method.marks if measure == "mmd_squared" else ()
        at, measured, error = (np.array([mark[k] for mark in marks]) for k in range(3))
        exact = np.array(getattr(method, measure))
        lines.append(figures.Decay(controls.LANES[name], role, exact, at, measured, 1.96 * error))
    grid = np.array([float(k) for k in cached.BIAS_POWERS])
    figure = figures.decay(grid, lines, math.log2(view.candidates), MEASURES[measure], colours)
    chart(figure, f"bias_{measure}", snippets.decay(view, measure, MEASURES[measure]))


for column, measure in zip(st.columns(2), ("total_variation", "kl_bits"), strict=True):
    with column:
        decay(measure)
decay("mmd_squared")
st.markdown(
    f"Plain ORC needs about 2ᴷᴸ candidates before it gets going: KL is **{problem.kl_bits:.1f} bits** for this one. "
    "With bins what counts is the divergence left inside P′. Diamonds are measured on up to "
    f"{cached.MMD_RUNS:,} samples, with 95% bars, where they can be told from 0"
    + ("." if view.dim == 1 else "; the exact MMD is drawn in one dimension.")
)

# ------------------------------------------------------------------------------------------------ how many

st.header("How many candidates are enough?", anchor=False)
samples = st.select_slider(
    "Samples someone may compare", [10**k for k in range(1, 7)], value=1000, format_func=lambda n: f"{n:,}",
    key="bias_samples",
)  # fmt: skip
rows = []
for name in snippets.ROLES:
    enough = cached.candidates_unnoticed(view, samples, name)
    rows.append(f"| {controls.LANES[name]} | {'more than 2³⁰' if enough is None else parts.number(enough)} |")
st.markdown("| Safe in that many samples | Candidates n |\n|---|---|\n" + "\n".join(rows))
st.markdown(
    "The least power of two whose bias no test can find in that many samples, by the same inequality. A given test, "
    "such as one on the MMD, would let you off with fewer."
)
