"""Bias: what ORC puts out instead of Q when its candidates run short, exact and measured."""

from __future__ import annotations

import math

import streamlit as st

import rec_core as rec
from rec_viz.app_pages import parts
from rec_viz.components.export import chart
from rec_viz.figures import bias as figures
from rec_viz.model import bias as model
from rec_viz.model import setting
from rec_viz.settings import LANES, widgets
from rec_viz.settings.table import Bias
from rec_viz.snippets import bias as snippets
from rec_viz.text import reading

view, place = parts.research_page(
    "bias",
    "Bias",
    {
        "The channel": ("family", "bits", "dim", "spread", "target"),
        "The candidates": ("candidates",),
        "The bins": ("strategy", "log2_bins", "intervals", "weighting"),
    },
    lanes=("orc", "orc_bins"),
)
_, problem = parts.attempt(lambda: setting.problem_of(view))
if problem.kl_bits and setting.is_flat(problem):
    boxes = parts.attempt(lambda: model.in_box(view))
    parts.finding(place, "A uniform target has no bias without bins; too few candidates may find nothing to send.")
    st.markdown(
        "Without bins a uniform target has the same ratio all over its box, so whatever ORC sends is an **exact** "
        "sample of Q; with bins too, if they fit the box or are weighed evenly. Weighed by its share of Q, a bin that "
        "lies partly outside the box gets too few candidates. The other cost of too few candidates is silence: none of "
        "them lies in the box, and there is nothing to send."
    )
    st.markdown(
        f"| n = {view.candidates:,} | Chance that a race has nothing to send | Total variation from Q |\n"
        "|---|---|---|\n"
        + "\n".join(
            f"| {LANES[name]} | {reading.small(box.silence)} | {reading.small(box.total_variation)} |"
            for name, box in boxes.items()
        )
    )
    st.markdown("Choose the Gaussian family to see a bias.")
    st.stop()
parts.attempt(lambda: model.orc_bins(view, "orc_bins"))
if problem.kl_bits == 0:
    parts.finding(place, "Without information Q is P, so any candidate will do: ORC has no bias.")
    st.stop()
colours = parts.colours()

plain, binned = parts.attempt(
    lambda: [model.far(view, name).total_variation for name in model.ORC_LANES], "Working out the bias"
)
parts.finding(
    place,
    f"ORC that stops after {view.candidates:,} candidate{'s' * (view.candidates > 1)} is off by "
    f"**{reading.small(plain)}** in total variation; with the same number and bins, by **{reading.small(binned)}**.",
)
parts.wait_for_kernels(height=520)
runs = len(model.orc_samples(view, "orc"))

# ------------------------------------------------------------------------------------------------ densities

if view.dim == 1:
    chart(
        figures.densities(*model.densities(view), colours), "bias_densities", snippets.densities(view),
        "What is sent, against the target Q",
    )  # fmt: skip
else:
    st.markdown("The densities themselves are drawn in one dimension; the measures below hold in any.")


def unnoticed(bias: model.Bias) -> str:
    """For the table: samples that are safe."""
    most = rec.laws.unnoticed_samples(rec.laws.OrcBias(bias.total_variation, bias.kl_bits))
    return "not even one" if most < 1.0 else "any number" if math.isinf(most) else reading.number(math.floor(most))


def mmd(bias: model.Bias) -> str:
    """For the table: MMD, exact where it is known, and measured where there are samples."""
    said = [] if math.isnan(bias.mmd_squared) else [reading.small(math.sqrt(bias.mmd_squared))]
    if math.isfinite(bias.measured_squared):
        clear = bias.measured_squared > 1.96 * bias.error_squared
        said.append(
            f"measured {reading.small(math.sqrt(bias.measured_squared))}" if clear else "measured: lost in noise"
        )
    return ", ".join(said) or "not worked out"


biases = {name: model.bias(view, name, view.candidates) for name in model.ORC_LANES}
st.markdown(
    f"| n = {view.candidates:,} | Total variation from Q | KL from Q, bits | MMD from Q | Samples that are safe |\n"
    "|---|---|---|---|---|\n"
    + "\n".join(
        f"| {LANES[name]} | {reading.small(bias.total_variation)} | {reading.small(bias.kl_bits)} | "
        f"{mmd(bias)} | {unnoticed(bias)} |"
        for name, bias in biases.items()
    )
)
st.markdown(
    "ORC takes the best of n candidates and stops. With too few, none may lie where Q wants one, so what it sends "
    "leans towards P. Bins put the candidates where Q is."
)


def measures() -> None:
    """What the columns of the table mean."""
    st.markdown(
        "Worked out from the exact law of the output, to about 1%, unless they say measured"
        + (
            f"; {runs:,} samples of each method were drawn just now. "
            if runs
            else "; samples at this n would take too long. "
        )
        + "**Total variation** is how much probability is in the wrong place, **KL** what a code made for Q would "
        "waste, **MMD** how far the mean of a bounded function, smooth on the scale of Q, can be off. **Safe** is how "
        "many samples anyone may compare with as many of Q’s and still tell them apart with less than "
        f"{rec.laws.NOTICEABLE:g} advantage over guessing, whatever the test: that follows from KL (Pinsker’s "
        "inequality), and is often too careful."
    )


# ------------------------------------------------------------------------------------------------ decay


def decay(measure: model.Measure) -> None:
    """One measure over n."""
    chart(
        figures.decay(*model.decay(view, measure), colours), f"bias_{measure}", snippets.decay(view, measure),
        f"{model.MEASURES[measure].capitalize() if measure == 'total_variation' else model.MEASURES[measure]}, "
        "as candidates grow",
    )  # fmt: skip


def decays() -> None:
    """Every measure over n."""
    wanted = [(name, 2**k) for k in model.BIAS_POWERS for name in model.ORC_LANES]
    parts.each(lambda one: model.bias(view, *one), wanted, "Working out and measuring the bias")
    left, right = st.columns(2)
    with left:
        decay("total_variation")
    with right:
        decay("kl_bits")
    decay("mmd_squared")
    st.markdown(
        f"Plain ORC needs about 2ᴷᴸ candidates before it gets going: KL is **{problem.kl_bits:.1f} bits** for this "
        "one. With bins what counts is the divergence left inside P′. Diamonds are measured on up to "
        f"{model.MMD_RUNS:,} samples, with 95% bars, where they can be told from 0"
        + ("." if view.dim == 1 else "; the exact MMD is drawn in one dimension.")
    )


# ------------------------------------------------------------------------------------------------ how many


def enough() -> None:
    """How many candidates go unnoticed in some samples."""
    compared = widgets.widget(Bias, "samples")
    widgets.write_link(view, widgets.now(Bias))
    rows = []
    for name in model.ORC_LANES:
        with st.spinner("Looking for the least number"):
            least = model.candidates_unnoticed(view, compared, name)
        rows.append(f"| {LANES[name]} | {'more than 2³⁰' if least is None else reading.number(least)} |")
    st.markdown("| Safe in that many samples | Candidates n |\n|---|---|\n" + "\n".join(rows))
    st.markdown(
        "The least power of two whose bias no test can find in that many samples, by Pinsker’s inequality. A given "
        "test, such as one on the MMD, may let you off with fewer."
    )


parts.section("What the numbers mean", "bias_measures_part", measures)
parts.section("How the bias falls with n", "bias_decay_part", decays)
parts.section("How many candidates are enough?", "bias_enough_part", enough)
