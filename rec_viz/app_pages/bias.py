"""Bias: what ORC puts out instead of Q when its candidates run short, exact and measured."""

from __future__ import annotations

import math

import numpy as np
import streamlit as st

import rec_core as rec
from rec_viz import cached, controls, theme
from rec_viz.app_pages import parts
from rec_viz.figures import bias as figures

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
    result = cached.bias(view)
except rec.RecError as error:
    st.warning(str(error), icon=":material/info:")
    st.stop()
colours = theme.ROLES["dark" if st.context.theme.type == "dark" else "light"]
ROLE = {"orc": "p", "orc_bins": "heuristic"}
_, problem = cached.problem_of(view)

# ------------------------------------------------------------------------------------------------ densities

if view.dim == 1:
    spread = np.concatenate([np.quantile(samples[:, 0], [0.002, 0.998]) for samples in result.samples.values()])
    first, second = problem.params[0]
    ends = (first - 4 * second, first + 4 * second)
    x = np.linspace(min(spread.min(), ends[0]), max(spread.max(), ends[1]), 500)
    outputs = []
    for name in ROLE:
        edges = np.linspace(x[0], x[-1], 61)
        counts, _ = np.histogram(result.samples[name][:, 0], edges)
        outputs.append(
            figures.Output(
                controls.LANES[name],
                ROLE[name],
                cached.output_density(view, name, x),
                edges,
                counts / (len(result.samples[name]) * np.diff(edges)),
            )
        )
    prior = np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
    target = prior * np.exp2(problem.log_ratio_bits(x[:, None]))
    st.plotly_chart(figures.densities(x, target, outputs, colours), key="bias_densities")
else:
    st.markdown("The densities themselves are drawn in one dimension; the measures below hold in any.")


def unnoticed(kl_bits: float) -> str:
    """For the table: samples that are safe."""
    most = cached.unnoticed_samples(kl_bits)
    return "not even one" if most < 1.0 else "any number" if math.isinf(most) else parts.number(math.floor(most))


runs = len(result.samples["orc"])
st.markdown(
    f"| n = {view.candidates:,} | Total variation from Q | KL from Q, bits | Samples before anyone could notice |\n"
    "|---|---|---|---|\n"
    + "\n".join(
        f"| {controls.LANES[name]} | {parts.small(tv)} | {parts.small(kl)} | {unnoticed(kl)} |"
        for name, (tv, kl) in result.chosen.items()
    )
)
st.markdown(
    f"Exact numbers; the steps in the picture are {runs:,} real samples. **Noticing** means telling m of ORC’s samples "
    f"from m of Q’s with an advantage over guessing above {cached.NOTICEABLE:g}. No test whatever can while "
    "m · KL stays small enough (Pinsker’s inequality), so the last column is safe, and often too careful."
)

# ------------------------------------------------------------------------------------------------ decay

st.header("How the bias falls with n", anchor=False)
grid = np.array(result.log2_candidates)
chosen = math.log2(view.candidates)
for column, (what, rows) in zip(
    st.columns(2),
    (("total variation", result.total_variation), ("KL(output ‖ Q), bits", result.kl_bits)),
    strict=True,
):
    lines = [(controls.LANES[name], ROLE[name], np.array(values)) for name, values in rows.items()]
    column.plotly_chart(figures.decay(grid, lines, chosen, what, colours), key=f"bias_{what[:2]}")
st.markdown(
    f"Plain ORC needs about 2ᴷᴸ candidates before it gets going: KL is **{problem.kl_bits:.1f} bits** for this one. "
    "With bins what counts is the divergence left inside P′."
)

# ------------------------------------------------------------------------------------------------ how many

st.header("How many candidates are enough?", anchor=False)
samples = st.select_slider(
    "Samples someone may compare", [10**k for k in range(1, 7)], value=1000, format_func=lambda n: f"{n:,}",
    key="bias_samples",
)  # fmt: skip
rows = []
for name in ROLE:
    enough = cached.candidates_unnoticed(view, samples, name)
    rows.append(f"| {controls.LANES[name]} | {'more than 2³⁰' if enough is None else parts.number(enough)} |")
st.markdown("| Unnoticed in that many samples | Candidates n |\n|---|---|\n" + "\n".join(rows))
