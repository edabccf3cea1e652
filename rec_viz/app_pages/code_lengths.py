"""Code lengths: thousands of encodings filling in, against the exact law, the bounds and I."""

from __future__ import annotations

import numpy as np
import streamlit as st

import rec_core as rec
from rec_viz import cached, theme
from rec_viz.app_pages import parts
from rec_viz.figures import code_lengths as figures

BATCH = 2000
TARGET_RUNS = 20_000


view = parts.research_page(
    "code_lengths",
    "Code lengths",
    {
        "The channel": ("family", "bits", "dim", "spread"),
        "The bins": ("strategy", "log2_bins", "intervals", "weights"),
        "The race": ("seed",),
    },
)
st.markdown(
    "The message is a bin (log₂ J bits) and the candidate’s number in it. How long is it on average, and how close is "
    "that to the information I, which no method can beat?"
)
if not parts.compiled(height=520):
    st.stop()
try:
    theory = cached.lengths(view)
except rec.RecError as error:
    st.warning(str(error), icon=":material/info:")
    st.stop()

colours = theme.ROLES["dark" if st.context.theme.type == "dark" else "light"]
ROLE = {"pfr": "p", "pfr_bins": "heuristic"}


# ------------------------------------------------------------------------------------------------ live encodings


def restart(running: bool) -> None:
    st.session_state.lengths_running = running
    if running and st.session_state.get("lengths_of") == view and total() >= TARGET_RUNS:
        st.session_state.lengths_of = None


def total() -> int:
    return sum(len(batch["pfr_bins"]) for batch in st.session_state.get("lengths_batches", []))


if st.session_state.get("lengths_of") != view:
    st.session_state.lengths_of = view
    st.session_state.lengths_batches = []
    st.session_state.lengths_out = {}


def add_batch() -> None:
    """Some more encodings by each method that still runs; what is there is kept whatever happens."""
    number = len(st.session_state.lengths_batches)
    batch = {}
    for lane in theory.lanes:
        if lane.name in st.session_state.lengths_out:
            batch[lane.name] = np.empty(0, np.int64)
            continue
        try:
            batch[lane.name] = cached.index_batch(view, lane.name, number, BATCH)
        except rec.RecError as error:
            st.session_state.lengths_out[lane.name] = str(error)
            batch[lane.name] = np.empty(0, np.int64)
    st.session_state.lengths_batches.append(batch)


@st.fragment(run_every=0.4 if st.session_state.get("lengths_running") else None)
def live() -> None:
    running = st.session_state.get("lengths_running", False)
    if running or not st.session_state.lengths_batches:
        add_batch()
    if running and total() >= TARGET_RUNS:
        st.session_state.lengths_running = False
        st.rerun()
    indices = {
        lane.name: np.concatenate([batch[lane.name] for batch in st.session_state.lengths_batches])
        for lane in theory.lanes
    }
    shown = [lane for lane in theory.lanes if indices[lane.name].size]
    for lane in theory.lanes:
        if lane.name in st.session_state.lengths_out:
            st.info(
                f"**{lane.title}** is not run here, only its exact law is shown: some target needs more than "
                f"{cached.MAX_EXAMINED:,} candidates.",
                icon=":material/timer_off:",
            )
    runs = []
    for lane in shown:
        lengths = lane.log2_bins + rec.ZipfCode(lane.zipf_bits).length_bits(indices[lane.name])
        at = np.unique(np.round(np.geomspace(10, lengths.size, 120)).astype(int))
        mean = np.cumsum(lengths)[at - 1] / at
        square = np.cumsum(lengths**2)[at - 1] / at
        half = 1.96 * np.sqrt(np.maximum(square - mean**2, 0) / at)
        runs.append(
            figures.Running(
                lane.title, ROLE[lane.name], at.astype(float), mean, half, lane.zipf_mean_bits, lane.bound_bits
            )
        )
    for column, lane in zip(st.columns(max(len(shown), 1)), shown, strict=False):
        run = next(run for run in runs if run.name == lane.title)
        column.markdown(
            f"**{lane.title}** · {indices[lane.name].size:,} encodings · mean **{run.mean_bits[-1]:.2f} ± "
            f"{run.half_width_bits[-1]:.2f} bits** (95%) · exact **{lane.zipf_mean_bits:.2f}** · sharp bound "
            f"{lane.sharp_bound_bits:.2f} · bound {lane.bound_bits:.2f}"
        )
    st.plotly_chart(figures.running_mean(runs, theory.information_bits, colours), key="lengths_running_mean")
    histograms = []
    for lane in shown:
        largest = max(int(indices[lane.name].max()), 8)
        edges = figures.index_edges(2 * largest)
        exact = -np.diff(lane.law.tail(edges + 0.5))
        counts, _ = np.histogram(indices[lane.name], edges)
        histograms.append(figures.Histogram(lane.title, ROLE[lane.name], edges, counts, exact))
    st.plotly_chart(figures.index_histogram(histograms, colours), key="lengths_histogram")


left, right = st.columns([1, 4], vertical_alignment="center")
if st.session_state.get("lengths_running"):
    left.button("Stop", icon=":material/stop:", on_click=restart, args=(False,), key="lengths_stop")
    right.progress(min(total() / TARGET_RUNS, 1.0), f"{total():,} of {TARGET_RUNS:,} encodings by each method")
else:
    left.button(f"Run {TARGET_RUNS:,}", icon=":material/play_arrow:", on_click=restart, args=(True,), key="lengths_run")
    right.markdown("Each encoding draws a new target from the channel and runs a new race.")
live()

# ------------------------------------------------------------------------------------------------ where the bits go

st.header("Where the bits go", anchor=False)
st.markdown(
    "The exact averages. Naming the bin takes log₂ J bits. An index n is worth log₂ n bits, and since nobody knows "
    "beforehand how large it will be, its size must be told too."
)
st.plotly_chart(
    figures.account(
        [
            figures.Account(
                lane.title,
                tuple(
                    part
                    for part in (
                        ("bin, log₂ J", "heuristic", lane.log2_bins),
                        ("index, E[log₂ n]", "winner", lane.mean_log2_index),
                        (
                            "telling the index’s size",
                            "candidate",
                            lane.zipf_mean_bits - lane.log2_bins - lane.mean_log2_index,
                        ),
                    )
                    if part[2] > 1e-9
                ),
            )
            for lane in theory.lanes
        ]
        + [figures.Account("Information I", (("I", "q", theory.information_bits),))],
        colours,
    ),
    key="lengths_account",
)
bins = theory.lanes[-1]
st.markdown(
    f"Cutting costs at most the overhead E[ε] = **{bins.overhead_bits:.2f} bits** here: part of the bin’s log₂ J bits "
    "is wasted where the sample turns out to be worth less than that."
)

# ------------------------------------------------------------------------------------------------ codes side by side

st.header("The same index, four codes", anchor=False)
st.markdown(
    "| Mean message length, bits | "
    + " | ".join(lane.title for lane in theory.lanes)
    + " |\n|---|"
    + "---|" * len(theory.lanes)
    + "\n"
    + "\n".join(
        f"| {name} | " + " | ".join(parts.bits(lane.codes[row]) for lane in theory.lanes) + " |"
        for row, name in enumerate(cached.CODES)
    )
)
st.markdown(
    "**Matched** uses the exact law of the index, which both sides can compute from the channel and the bins. **Zipf** "
    "needs only its mean logarithm, **Elias delta** nothing at all, and a **fixed** code must set a limit."
)

# ------------------------------------------------------------------------------------------------ invariance

st.header("Weights change the time, never the message", anchor=False)
same = cached.invariance(view)
if same is None:
    st.markdown("With this many bins, or targets this far from P, each weighting runs its own race; try J up to 4096.")
else:
    st.markdown(
        "| Bin weights | Mean length, bits | Candidates examined, median | 95% of runs below |\n|---|---|---|---|\n"
        + "\n".join(
            f"| {name} | {length:.3f} | {middle:.0f} | {most:.0f} |" for name, length, middle, most in same.rows
        )
    )
    st.markdown(
        f"The same {same.runs} seeds under three weightings: **{same.identical} of {same.runs}** messages are the same."
    )

# ------------------------------------------------------------------------------------------------ sweep

st.header("From little information to much", anchor=False)
lines, points = cached.length_sweep(view.family)
grid = np.array([row[0] for row in lines])
column = {name: np.array([row[k] for row in lines]) for k, name in enumerate(cached.SWEEP)}
st.plotly_chart(
    figures.sweep(
        [
            figures.Sweep("bound, plain", "p", "dash", grid, column["bound plain"] - grid),
            figures.Sweep("bound, J = 2ᴵ", "heuristic", "dash", grid, column["bound bins"] - grid),
            figures.Sweep("plain, Zipf", "p", "solid", grid, column["plain"] - grid),
            figures.Sweep("J = 2ᴵ, Zipf", "heuristic", "solid", grid, column["bins"] - grid),
            figures.Sweep("plain, matched", "best", "solid", grid, column["matched plain"] - grid),
            figures.Sweep("J = 2ᴵ, matched", "winner", "solid", grid, column["matched bins"] - grid),
            figures.Sweep("log₂(I + 1)", "q", "dot", grid, np.log2(grid + 1.0)),
        ],
        [
            (f"{name}: measured", role, *(np.array(values) for values in zip(*rows, strict=True)))
            for name, role, rows in points
        ],
        colours,
    ),
    key="lengths_sweep",
)
st.markdown(
    "In one dimension. Lines are exact, diamonds are averages of real encodings with their 95% intervals. The bits "
    "above I grow only like the logarithm of I; with J = 2ᴵ bins most of them go away, because the index hardly varies "
    "any more."
)
