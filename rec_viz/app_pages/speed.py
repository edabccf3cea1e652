"""Speed: how many candidates a search examines, what bins buy, and when they cost."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import streamlit as st

import rec_core as rec
from rec_core.advise import candidates_per_second
from rec_viz import stage
from rec_viz.app_pages import parts
from rec_viz.components.export import chart
from rec_viz.figures import speed as figures
from rec_viz.model import lab, setting
from rec_viz.model import speed as model
from rec_viz.model.speed import Cost
from rec_viz.settings import PRESETS, View, widgets
from rec_viz.settings.table import Speed
from rec_viz.snippets import speed as snippets
from rec_viz.text import reading

view, place = parts.research_page(
    "speed",
    "Speed",
    {
        "The channel": ("family", "bits", "dim", "spread", "target"),
        "The bins": ("strategy", "log2_bins", "intervals"),
    },
)
colours = parts.colours()
here = parts.attempt(lambda: model.here(view))
parts.finding(
    place,
    f"To send {here.kl_bits:.3g} bits, plain search examines **{reading.candidates(here.plain_bits)}** candidates on "
    f"average. With {reading.raised(f'2^{view.log2_bins}') if view.strategy != 'own' else 'your'} bins it is "
    f"**{reading.candidates(here.binned_bits)}**.",
)


def show_button(label: str, key: str, values: View) -> None:
    """A button in a part of the page that makes the whole page show another view."""
    if st.button(label, key=key, on_click=widgets.put, args=(values,)):
        st.rerun()


def times(bits: float) -> str:
    """A change of log2 of candidates as people say it."""
    return "the same" if abs(bits) < 0.005 else f"{'÷' if bits < 0 else '×'} {reading.number(2.0 ** abs(bits))}"


def change(bits: float) -> str:
    """A change of length, with its sign."""
    return f"{bits:+.2f}".replace("-", "−")


# ------------------------------------------------------------------------------------------------ growth

axis = widgets.now(Speed).axis
title = f"Candidates a search examines, as information grows, in {view.dim} dimension{'s' * (view.dim > 1)}"
curves = (view.family, view.dim, view.spread, view.source)
if st.session_state.get("speed_measured") != curves:  # lines first, for they are there at once
    first = st.empty()
    with first.container():
        lines = figures.growth(*model.growth_chart(view, axis, run=False), math.nan, colours)
        st.markdown(f"**{title}**")
        st.plotly_chart(lines, key="speed_growth_first")
    parts.wait_for_kernels(height=100)
    parts.each(lambda bits: model.growth(view, bits), model.growth_grid(view), "Running searches")
    first.empty()
    st.session_state.speed_measured = curves
rate = candidates_per_second(view.family, view.dim)
chart(
    figures.growth(*model.growth_chart(view, axis), rate, colours), "speed_growth", snippets.growth(view, axis), title
)
widgets.widget(Speed, "axis", "content")
st.markdown(
    "Plain search takes, on average, as many candidates as the peak of r = q/p. With bins it is the average of the "
    "peaks of the bins, which falls to 1 as bins shrink. "
    + {
        "information_bits": f"Each point averages log₂ over {setting.TARGETS} targets of a channel of I bits. ",
        "kl_bits": "Channels are placed at the average KL of their targets. Plain PFR stays above 2ᴷᴸ, because sup r "
        "is the largest ratio and KL an average of its logarithm. ",
        "d_inf_bits": "Channels are placed at the average D∞ = log₂ sup r of their targets, so plain PFR is the "
        "diagonal. ",
    }[axis]
    + f"Lines are exact, diamonds were run just now (bars: 95%). This machine examines about "
    f"**{reading.number(rate)}** candidates a second."
)

# ------------------------------------------------------------------------------------------------ trade


def trade() -> None:
    """Length against time as J doubles."""
    if here.information_bits == 0:
        st.markdown(
            "Nothing, without information: the first candidate is taken whatever the bins, and each bit of J is a "
            "wasted bit of message."
        )
        return
    try:
        partitions = model.trade_partitions(view)
        now, after = model.doubled(view)
    except rec.RecError as error:
        st.warning(reading.plain(reading.raised(str(error))), icon=":material/info:")
        return
    *_, one, chosen, twice = parts.each(
        lambda intervals: model.cost(view, intervals),
        [*partitions, (1,) * view.dim, now, after],
        "Working out what each J costs",
    )
    chart(
        figures.trade(*model.trade_chart(view), colours), "speed_trade", snippets.trade(view),
        "Candidates against message length, a mark for each J",
    )  # fmt: skip
    st.markdown(
        "| Step | Candidates | Message, Zipf code | Message, matched code |\n|---|---|---|---|\n"
        + (step_row(one, chosen) if chosen.log2_bins > 0 else "")
        + step_row(chosen, twice)
    )
    st.markdown(
        "Down is faster, left is shorter; numbers are for a typical target of this channel, in bits a message. The "
        "matched code knows the exact law of the index, the Zipf code only its size, so bins may even save it bits."
    )


def bins_name(cost: Cost) -> str:
    """no bins, J = 2³, or J = 24."""
    if cost.log2_bins == 0:
        return "no bins"
    whole = float(cost.log2_bins).is_integer()
    return f"J = {reading.raised(f'2^{cost.log2_bins:.0f}') if whole else reading.number(math.prod(cost.intervals))}"


def step_row(before: Cost, after: Cost) -> str:
    """A row of the table: from one partition to another."""
    return (
        f"| {bins_name(before)} → {bins_name(after)} | {times(after.candidates_bits - before.candidates_bits)} | "
        f"{change(after.zipf_bits - before.zipf_bits)} bits | "
        f"{change(after.matched_bits - before.matched_bits)} bits |\n"
    )


# ------------------------------------------------------------------------------------------------ strategies


def compare_strategies() -> None:
    """The same J, shared out over dimensions in each way."""
    if view.dim == 1 or here.information_bits == 0:
        st.markdown(
            "In one dimension there is only one way to cut, and without information none helps. It starts to matter "
            "where dimensions differ:"
        )
        show_button(
            "Show 12 bits in four dimensions, one empty", "speed_show_strategies",
            view._replace(dim=4, spread="one_empty", bits=12.0, log2_bins=8, strategy="information"),
        )  # fmt: skip
        return
    found = model.strategies(view)
    costs = parts.each(lambda strategy: model.cost(view, strategy.now), found, "Comparing the cuts")
    log2_bins = math.log2(math.prod(found[0].now))
    drawn = figures.strategies(*model.strategies_chart(view), colours)
    chart(drawn, "speed_strategies", snippets.strategies(view), "Candidates as J grows, by which dimensions are cut")
    st.markdown(
        f"| {reading.raised(f'2^{log2_bins:.0f}')} bins cut | Intervals | Candidates | Message, Zipf code |\n"
        "|---|---|---|---|\n"
        + "".join(
            f"| {s.title} | {cut_text(s.now)} | {reading.number(2.0**cost.candidates_bits)} | "
            f"{reading.bits(cost.zipf_bits)} bits |\n"
            for s, cost in zip(found, costs, strict=True)
        )
    )
    if any(s.name == "collapsed" for s in found):
        st.markdown(
            "A cut through a dimension without information saves no candidate. It only moves bits of the message from "
            "the index to the bin, and once there are more bins than the index had numbers it adds bits."
        )
    else:
        st.markdown(
            "Every dimension holds information here, so none is empty; spread it with the last one empty to see."
        )


def cut_text(intervals: Sequence[int]) -> str:
    """Intervals dimension by dimension, or where they are many how many dimensions have how many."""
    if len(intervals) <= 8:
        return " × ".join(map(str, intervals))
    counts = [(n, list(intervals).count(n)) for n in sorted(set(intervals), reverse=True)]
    return ", ".join(f"{n} in {count}" for n, count in counts) + " dimensions"


# ------------------------------------------------------------------------------------------------ the trap


def blame() -> None:
    """Which bin makes target mass with one stop line slow."""
    trap = model.trap(view)
    if trap is None:
        st.markdown(
            "Weighting bins by target mass can be slower than not cutting at all. One bin is to blame, which shows in "
            "one dimension with 2 to 64 bins:"
        )
        show_button(
            "Show the trap", "speed_show_trap",
            next(preset.view for preset in PRESETS if preset.name == "The tail-bin trap"),
        )  # fmt: skip
        return
    race = lab.race(view._replace(lanes=("pfr", "pfr_bins"), weighting="target_mass", stopping="single"))
    worst = stage.worst_bin(race)
    if sum(lane.trace is not None for lane in race.lanes) == 2:
        stage.show(
            stage.scene(race, height=300, compact=True, step="reweight", highlight=worst or ()), key="speed_stage"
        )
    else:
        st.markdown("The two races are too long to show here; the bars are exact all the same.")
    chart(
        figures.blame(*model.blame_chart(view), colours), "speed_blame", snippets.blame(view),
        "The highest ratio r′ in each bin, under two weightings",
    )  # fmt: skip
    st.markdown(
        "| Search for this target | Candidates examined on average |\n|---|---|\n"
        + "\n".join(f"| {name} | {reading.number(value)} |" for name, value in trap.rows)
    )
    (_, plain), (_, single), (_, per_bin), _ = trap.rows
    if worst is None:
        st.markdown("No trap here: every bin that Q visits has the same sup r′.")
        return
    number = int(np.argmax(trap.target_mass))
    st.markdown(
        "Weighted by target mass, the bar of a bin is the peak of r in it over its average there. With one stop line "
        f"for all bins the search is as slow as the highest bar: **bin {number + 1}** (outlined), which holds "
        f"{reading.small(100 * trap.target_share[number])}% of Q. Its r climbs to "
        f"{reading.number(trap.target_mass[number])} times its average, and the line must clear that peak"
        + (" — **slower than no bins at all**. " if single > plain else ". ")
        + "Weights by peak level the bars. A stop line for each bin keeps a high bar from holding up the others"
        + (", and the trap is gone." if per_bin < plain else ", though here that is not enough.")
    )


parts.section("What another bit of J buys", "speed_trade_part", trade)
parts.section("Which dimensions to cut", "speed_strategies_part", compare_strategies)
parts.section("The tail-bin trap: slower than no bins at all", "speed_trap_part", blame)
