"""Code lengths: thousands of encodings filling in, against the exact law, the bounds and I."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
import streamlit as st

import rec_core as rec
from rec_viz.app_pages import parts
from rec_viz.components.export import chart, tools
from rec_viz.figures import code_lengths as figures
from rec_viz.figures import floor as floor_figures
from rec_viz.model import code_lengths as model
from rec_viz.model import floor, lab, setting
from rec_viz.settings import TABLE, View
from rec_viz.snippets import code_lengths as snippets
from rec_viz.text import reading

BATCH = 2000
TARGET_RUNS = 20_000
TITLES = (
    "Mean message length as encodings come in (dotted: exact mean, dashed: bound)",
    "Candidate numbers, against their exact law",
    "Message lengths, ideal and as bytes",
)


view, place = parts.research_page(
    "code_lengths",
    "Code lengths",
    {
        "The channel": ("family", "bits", "dim", "spread"),
        "The bins": ("strategy", "log2_bins", "intervals", "weighting"),
        "The race": ("seed",),
    },
)
theory = parts.attempt(lambda: model.lengths(view), "Working out the exact laws")
limits = model.limits(view)
colours = parts.colours()
bins = theory.lanes[-1]
parts.finding(
    place,
    f"With bins a message takes **{bins.zipf_mean_bits:.2f} bits** on average, "
    f"**{bins.zipf_mean_bits - limits.floor_bits:.2f} bits above the floor**: the least any one-shot code needs is "
    f"**{limits.floor_bits:.2f}**. (I = {limits.information_bits:g}; the bound is {bins.bound_bits:.2f}.)",
)
chart(
    figures.account(model.accounts(view), limits, colours), "lengths_account", snippets.account(view),
    "Where the bits of a message go, on average",
)  # fmt: skip


def what_parts_are() -> None:
    """The parts of the bars in words."""
    st.markdown(
        "The exact averages. The parts of a method add up to its mean length; the dotted line is I, the solid one the "
        "floor.\n"
        "- **Bin, what it tells.** A sample with density ratio r is worth log₂ r bits. Naming its bin takes log₂ J "
        "bits, and of these at most log₂ r say something about it.\n"
        "- **Bin, overhead E[ε].** The rest of log₂ J, where the sample is worth less than the bin’s name: ε = log₂ J "
        f"− log₂ r where that is positive, else 0. Here **{reading.bits(bins.overhead_bits)} bits** of "
        f"{reading.bits(bins.log2_bins)}.\n"
        "- **Index, E[log₂ n].** The binary digits of the candidate’s number n, counted within its bin if there are "
        "bins.\n"
        "- **Size of the index.** How many digits n has is not known beforehand, so the code must tell that too. This "
        "part grows like a logarithm, and it is never zero, not even for an index that is always 1: the Zipf code "
        "leaves room for others.\n"
        f"- **The floor, I_F.** No method beats I = {limits.information_bits:g} bits. A code that sends one sample at "
        f"a time needs at least the functional information, **{reading.bits(limits.floor_bits)} bits** here; that plus "
        "log₂ e = 1.44 is always enough. What a method wastes is what it sends above the floor."
    )


parts.wait_for_kernels(height=100)
parts.section("What the parts are", "lengths_parts_part", what_parts_are)

# ------------------------------------------------------------------------------------------------ live encodings

if st.session_state.get("lengths_of") != view:
    st.session_state.lengths_of = view
    st.session_state.lengths_batches = {lane.name: 0 for lane in theory.lanes}
    st.session_state.lengths_out = set()
batches: dict[str, int] = st.session_state.lengths_batches  # how many there are of each method
out_of_reach: set[str] = st.session_state.lengths_out


def restart(running: bool) -> None:
    st.session_state.lengths_running = running
    if running and (total() >= TARGET_RUNS or st.session_state.get("lengths_of") != view):
        st.session_state.lengths_of = None


def total() -> int:
    return BATCH * max(batches.values())


def add_batch() -> None:
    """Some more encodings by each method that still runs; what is there is kept whatever happens."""
    for lane in theory.lanes:
        if lane.name not in out_of_reach:
            try:
                model.length_batch(view, lane.name, batches[lane.name], BATCH)
                batches[lane.name] += 1
            except rec.RecError:
                out_of_reach.add(lane.name)


class Drawn(NamedTuple):
    """A live chart as last drawn, and what its Export button offers."""

    label: str
    figure: go.Figure
    python: str


@st.fragment(run_every=0.4 if st.session_state.get("lengths_running") else None)
def live() -> None:
    running = st.session_state.get("lengths_running", False)
    if running or not total():
        add_batch()
    if running and (total() >= TARGET_RUNS or len(out_of_reach) == len(theory.lanes)):
        st.session_state.lengths_running = False
        st.rerun()
    for lane in theory.lanes:
        if lane.name in out_of_reach:
            st.info(
                f"**{lane.title}** is not run {'further ' if batches[lane.name] else ''}here, its exact law stands "
                f"below: some target needs more than {lab.MAX_EXAMINED:,} candidates.",
                icon=":material/timer_off:",
            )
    shown = [lane for lane in theory.lanes if batches[lane.name]]
    if not shown:
        return
    runs = [model.running(view, lane.name, batches[lane.name], BATCH) for lane in shown]
    sizes = [model.sizes(view, lane.name, batches[lane.name], BATCH) for lane in shown]
    for column, lane, run, size in zip(st.columns(len(shown)), shown, runs, sizes, strict=True):
        column.markdown(
            f"**{lane.title}** · {BATCH * batches[lane.name]:,} encodings · mean **{run.mean_bits[-1]:.2f} ± "
            f"{run.half_width_bits[-1]:.2f} bits** (95%) · exact **{lane.zipf_mean_bits:.2f}** · sharp bound "
            f"{lane.sharp_bound_bits:.2f} · bound {lane.bound_bits:.2f}  \n"
            f"As bytes: **{size.together_bits:.2f}** bits a message in a batch, {size.alone_bits.mean():.1f} alone"
        )
    if any((size.histogram.counts[1:] == 0).all() for size in sizes):
        st.caption(
            "Where every index is 1 the bytes end in zeros, and trailing zeros are not sent: so bytes can come out "
            "below the ideal length of the Zipf code."
        )
    done_batches = {lane.name: batches[lane.name] for lane in shown}
    st.session_state.lengths_drawn = drawn = {
        "lengths_running_mean": Drawn(
            "Export means",
            figures.running_mean(runs, limits, colours),
            snippets.running_mean(view, done_batches, BATCH),
        ),
        "lengths_index": Drawn(
            "Export indices",
            figures.index_histogram([size.histogram for size in sizes], colours),
            snippets.index_histogram(view, done_batches, BATCH),
        ),
        "lengths_sizes": Drawn(
            "Export lengths",
            figures.size_histogram(sizes, limits, colours),
            snippets.size_histogram(view, done_batches, BATCH),
        ),
    }
    for (key, chart_now), title in zip(drawn.items(), TITLES, strict=True):
        st.markdown(f"**{title}**")
        st.plotly_chart(chart_now.figure, key=key)


def encodings() -> None:
    """The run and its charts."""
    left, right = st.columns([1, 4], vertical_alignment="center")
    if st.session_state.get("lengths_running"):
        left.button("Stop", icon=":material/stop:", on_click=restart, args=(False,), key="lengths_stop")
        right.progress(min(total() / TARGET_RUNS, 1.0), f"{total():,} of {TARGET_RUNS:,} encodings by each method")
    else:
        left.button(
            f"Run {TARGET_RUNS:,}", icon=":material/play_arrow:", on_click=restart, args=(True,), key="lengths_run"
        )
        right.markdown(
            "Each encoding draws a new target from the channel and runs a new race. Lengths are of the Zipf code."
        )
    st.session_state.lengths_drawn = {}
    live()
    for column, (key, chart_now) in zip(st.columns(3), st.session_state.lengths_drawn.items(), strict=False):
        with column:
            tools(chart_now.figure, key, chart_now.python, chart_now.label)
    if st.session_state.get("lengths_running"):
        st.caption(
            "While a run is going on, CSV and Python are of its beginning; stop it, and they are of all that is there."
        )
    st.markdown(
        "A lone message fills whole bytes, so it takes up to eight bits more than its ideal length; in a batch that is "
        f"shared by all. The frame, {rec.FRAME_BYTES} bytes that guard against damage, comes on top: "
        f"**{8 * rec.FRAME_BYTES} bits** for a message alone, {8 * rec.FRAME_BYTES / BATCH:.2f} bits for each of a "
        "batch "
        f"of {BATCH:,}."
    )


# Open, it is not a part by itself: what runs in it redraws itself.
box = st.expander("**Thousands of real messages**", key="lengths_live_part", on_change="rerun")
if box.open:
    with box:
        encodings()

# ------------------------------------------------------------------------------------------------ codes side by side


def packed(name: str) -> tuple[float, ...]:
    """Measured bits of the codes; dashes where the lane is not run."""
    try:
        return model.packed_codes(view, name, BATCH)
    except rec.RecError:
        return (float("nan"),) * len(model.CODES)


def four_codes() -> None:
    """Exact and measured lengths under every code."""
    with st.spinner("Packing messages"):
        real = {lane.name: packed(lane.name) for lane in theory.lanes}
    st.markdown(
        "| Mean message length, bits | "
        + " | ".join(f"{lane.title}, exact | as bytes" for lane in theory.lanes)
        + " |\n|---|"
        + "---|" * 2 * len(theory.lanes)
        + "\n"
        + "\n".join(
            f"| {name} | "
            + " | ".join(
                f"{reading.bits(lane.codes[row])} | {reading.bits(real[lane.name][row])}" for lane in theory.lanes
            )
            + " |"
            for row, name in enumerate(model.CODES)
        )
    )
    st.markdown(
        "**Matched** uses the exact law of the index, which both sides can compute from the channel and the bins. "
        "**Zipf** "
        "needs only a bound on its mean logarithm, **Elias delta** nothing at all, and a **fixed** code must set a "
        "limit. "
        f"As bytes: {BATCH:,} of the messages packed in one piece, without the frame; a measurement, so it scatters."
    )


parts.section("The same index, four codes", "lengths_codes_part", four_codes)

# ------------------------------------------------------------------------------------------------ invariance


def weights_compared() -> None:
    """The same seeds under every weighting."""
    same = model.invariance(view)
    if bins.log2_bins == 0:
        st.markdown("With one bin there is nothing to weight: choose log₂ J above 0.")
    elif same is None:
        st.markdown(
            "With this many bins, or targets this far from P, each weighting runs its own race; try J up to 4096."
        )
    else:
        st.markdown(
            "| Bin weights | Mean length, bits | Candidates examined, median | 95% of runs below |\n|---|---|---|---|\n"
            + "\n".join(
                f"| {name} | {length:.3f} | {middle:.0f} | {most:.0f} |" for name, length, middle, most in same.rows
            )
        )
        st.markdown(
            f"The same {same.runs} seeds under three weightings: **{same.identical} of {same.runs}** messages are the "
            "same."
        )


parts.section("Weights change the time, never the message", "lengths_weights_part", weights_compared)

# ------------------------------------------------------------------------------------------------ which dimensions


def intervals_in_words(cut: rec.Partition) -> str:
    shown = " × ".join(str(n) for n in cut.intervals[:6])
    return shown if cut.dim <= 6 else f"{shown} × …"


def dimensions() -> None:
    """Every way to deal the factors of J."""
    if view.dim == 1 or round(bins.log2_bins) == 0:
        st.markdown("With one dimension, or one bin, there is nothing to choose: set D above 1 and log₂ J above 0.")
    else:
        with st.spinner("Comparing ways to cut"):
            rows = model.allocations(view)
        st.markdown(
            "| J’s factors of two are dealt | Intervals | Mean length, bits | E[ε], bits | Candidates, typical target |"
            "\n|---|---|---|---|---|\n"
            + "\n".join(
                f"| {TABLE[View]['strategy'].options[row.strategy]} | "
                + (
                    "no dimension is empty | — | — | — |"
                    if row.partition is None
                    else f"{intervals_in_words(row.partition)} | {row.length_bits:.2f} | {row.overhead_bits:.2f} | "
                    f"{reading.number(2.0**row.candidates_bits) if np.isfinite(row.candidates_bits) else '—'} |"
                )
                for row in rows
            )
        )
        timed = [row for row in rows if np.isfinite(row.candidates_bits)]
        spoken = "The overhead E[ε] depends on the channel and on J, not on which dimensions are cut. "
        if len(timed) > 1:
            fast, slow = (pick(timed, key=lambda row: row.candidates_bits) for pick in (min, max))
            shortest, longest = (pick(row.length_bits for row in timed) for pick in (min, max))
            slowest, fastest = (TABLE[View]["strategy"].options[row.strategy] for row in (slow, fast))
            factor = 2.0 ** (slow.candidates_bits - fast.candidates_bits)
            spoken += f"The mean lengths lie within {longest - shortest:.2f} bits of each other"
            spoken += (
                f"; the times do not: “{slowest}” examines **{reading.number(factor)} times** as many candidates as "
                f"“{fastest}”."
                if factor > 1.1
                else ", and the times are the same to a tenth."
            )
        st.markdown(spoken)
        st.caption(
            f"J = {reading.raised(f'2^{round(bins.log2_bins)}')} throughout, peak-ratio weights. A typical target is "
            "the "
            f"median one of {setting.TARGETS}: the mean over all targets of a Gaussian channel is infinite."
        )


parts.section("Which dimensions are cut", "lengths_dimensions_part", dimensions)

# ------------------------------------------------------------------------------------------------ sweep


def over_information() -> None:
    """Every method over I."""
    grid = model.sweep_grid(view)
    *_, last = parts.each(lambda information: model.sweep_point(view, information), grid, "Working out every method")
    chart(
        figures.sweep(*model.sweep(view), colours), "lengths_sweep", snippets.sweep(view),
        "Mean message length above the floor, as I grows",
    )  # fmt: skip

    def above(bits: float) -> str:
        return f"{bits - last.floor_bits:.2f}"

    strategy = TABLE[View]["strategy"].options[model.sweep_strategy(view)].lower()
    st.markdown(
        f"In {view.dim} dimension{'s' * (view.dim > 1)}, the factors of J = 2ᴵ dealt {strategy}. Lines are exact, "
        "solid for the Zipf code and dotted for the matched one; diamonds "
        f"are averages of {model.SWEEP_RUNS:,} real encodings with their 95% intervals, where a search is "
        f"short enough. At I = {last.information_bits} bits plain coding pays **{above(last.plain.zipf_bits)} bits** "
        "above "
        f"the floor, {last.floor_bits:.2f}, with the Zipf code and {above(last.plain.matched_bits)} with the matched "
        "one; with bins it is "
        f"**{above(last.bins.zipf_bits)}** and {above(last.bins.matched_bits)}. ORC never sends more than log₂ n = "
        f"I + {model.ORC_SPARE_BITS} bits with a fixed code, but its samples are a little off Q."
    )


parts.section("From little information to much", "lengths_sweep_part", over_information)

# ------------------------------------------------------------------------------------------------ why there is a floor


def why_a_floor() -> None:
    """The width function of the target at hand, and the two areas."""
    found = floor.width(view)
    chart(
        floor_figures.width(found, colours), "lengths_width", snippets.width(view),
        "The width function, and the areas that are KL and D_CS",
    )  # fmt: skip
    st.markdown(
        "Left: **w(h)**, the share of P’s candidates that fit at least so well, r ≥ h. A code that sends one sample "
        "must also tell, in effect, at what height h under the graph of r it stands, and there are w(h) such "
        f"candidates. Right: the area under log₂ r is KL = **{found.kl_bits:.2f} bits**; the area under −log₂ w is "
        f"D_CS = **{found.divergence_bits:.2f} bits**, the differential entropy of w. Averaged over all targets, the "
        "first is I and the second the floor."
    )


parts.section("Why there is a floor above I", "lengths_width_part", why_a_floor)

# ------------------------------------------------------------------------------------------------ message maps


def maps() -> None:
    """Which message every source sends under every seed."""
    with st.spinner("Drawing every message"):
        found = floor.message_maps(view)
    chart(
        floor_figures.message_maps(found, colours), "lengths_maps", snippets.message_maps(view),
        "Which message every source sends: sources across, a seed a row, color is the message",
    )  # fmt: skip
    plain, bins, *_ = found.maps
    st.markdown(
        f"A Gaussian channel of {found.information_bits:g} bits. Each row is one seed: a way to cut the sources into "
        "messages, known to both sides. Who knows the row needs "
        f"**{plain.given_bits:.2f} bits** for the message without bins and **{bins.given_bits:.2f}** with them: the "
        f"same up to chance, near the floor of {found.floor_bits:.2f}. So what bins cost, ε, is the price of coding "
        "the bin as if all were equally probable. `rec.codes.ConditionalCode` sends the index so; its receiver must "
        "look at the candidates too. The quantizer costs less: a source always gives the same point, no sample."
    )


parts.section("Every message at once", "lengths_maps_part", maps)
