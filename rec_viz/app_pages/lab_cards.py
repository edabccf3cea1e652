"""The three cards under the stage of Play, and what can be taken away. What is closed is not worked out."""

from __future__ import annotations

import math
from functools import partial

import streamlit as st

import rec_core as rec
from rec_core import families
from rec_core.advise import floor_bits
from rec_viz.app_pages import parts
from rec_viz.figures.lab import Bar, length_bars
from rec_viz.model import advice, setting, traces
from rec_viz.model import lab as model
from rec_viz.settings import View
from rec_viz.settings.table import OTHERS
from rec_viz.snippets import lab as snippets
from rec_viz.text import reading


def cards(view: View, race: model.Race) -> None:
    """What it costs, what the receiver gets, and whether bins would help."""
    for column, card in zip(st.columns(3), (cost, receiver, would_bins_help), strict=True):
        with column.container(border=True, key=f"card_{card.__name__}"):
            card(view, race)


def ran(race: model.Race) -> list[model.Lane]:
    """The lanes that found something."""
    return [lane for lane in race.lanes if lane.trace is not None]


# ------------------------------------------------------------------------------------------------ what it costs


def cost(view: View, race: model.Race) -> None:
    """Every message in bits, beside the information it carries and the bound on the mean."""
    lanes, colours, drawn = ran(race), parts.colours(), view.source == "channel"
    bars = []
    for lane in lanes:
        index_bits = lane.length_bits - lane.partition.log2_bins
        pieces = ((lane.partition.log2_bins, colours["heuristic"], "bin"), (index_bits, colours["winner"], "index"))
        bounded = not math.isnan(lane.bound_bits)
        text = f"{lane.length_bits:.1f} bits" + f", mean at most {lane.bound_bits:.1f}" * bounded
        bars.append(Bar(lane.title, text, tuple(piece for piece in pieces if piece[0] > 0)))
        if bounded:
            bars.append(Bar("", "", ((lane.bound_bits, colours["bound"], "bound on the mean"),), outline=True))
    name, information = ("I", race.information_bits) if drawn else ("KL", race.problem.kl_bits)
    floor = floor_bits(setting.coded_for(view))
    pieces = ((information, colours["q"], name), (floor - information, colours["bound"], f"floor − {name}"))
    bars.append(Bar("The floor", f"{floor:.1f} bits, of which {name} = {information:.1f}", pieces))
    st.header("What it costs", anchor=False)
    st.html(length_bars(bars, max(max(lane.length_bits, lane.bound_bits) for lane in lanes)))
    problem = race.problem
    top = reading.number(2.0 ** min(problem.d_inf_bits, 1020))
    this = f"KL(Q‖P) = **{problem.kl_bits:.2f} bits**, highest ratio q/p **{top}**."
    if drawn:
        st.markdown(
            "The floor is the least any one-shot code needs on average over targets; of it "
            f"I = **{information:.1f} bits** are what a sample tells. This one: {this}"
        )
    else:
        whose = "The target you drew" if view.source == "drawn" else "Your own target"
        st.markdown(f"{whose}: {this} {own_code(lanes)}")
    parts.section("On average", "lab_averages", partial(averages, view, lanes))


def own_code(lanes: list[model.Lane]) -> str:
    """Whose code it is where the target is the reader's own."""
    numbers = " and ".join(dict.fromkeys(f"{lane.zipf_bits:.2f}" for lane in lanes))
    return (
        "Code and bound are made for this Q alone. The receiver is assumed to know the one number its code needs, a "
        f"bound on E[log₂ n]: {numbers} bits."
    )


def averages(view: View, lanes: list[model.Lane]) -> None:
    """Candidates and bits on average, measured over fresh races."""
    rows = ["| | Expected | Mean bits |", "|---|---|---|"]
    for lane in lanes:
        assert lane.trace is not None
        if lane.name in OTHERS:
            with st.spinner("Working out the mean"):
                mean = f"{model.mean_bits(lane.method, setting.coded_for(view)):.2f}"
        else:
            found = model.measured(view, lane)
            mean = (
                "too slow to measure" if found is None else f"{found.mean_bits:.2f}\u00a0±\u00a0{found.error_bits:.2f}"
            )
        rows.append(f"| {reading.plain(lane.title)} | {reading.number(lane.expected_examined)} | {mean} |")
    st.markdown("\n".join(rows))
    fresh = "races" if view.source != "channel" else "targets and races"
    by_law = " Where no ± stands, of a code matched to the law." if any(lane.name in OTHERS for lane in lanes) else ""
    st.markdown(
        "Expected: candidates examined for this target, on average. "
        f"Mean bits: of up to {model.MEASURED_RUNS} fresh {fresh}.{by_law}"
    )


# ------------------------------------------------------------------------------------------------ the receiver


def receiver(view: View, race: model.Race) -> None:
    """What every message is as bytes, and what the receiver makes of it."""
    st.header("What the receiver gets", anchor=False)
    for lane in ran(race):
        assert lane.trace is not None
        message = lane.trace.message
        numbers = ", ".join(str(b + 1) for b in message.bin[:4]) + " …" * (view.dim > 4)
        place = f"bin {numbers if view.dim == 1 else f'({numbers})'}, " if lane.partition.num_bins > 1 else ""
        shown = ", ".join(f"{value:.4g}" for value in lane.received[:3]) + (" …" if view.dim > 3 else "")
        st.markdown(
            f"**{reading.plain(lane.title)}**: "
            + (
                f"{lane.data[rec.FRAME_BYTES :].hex(' ')} is {place}candidate {message.index}"
                if lane.data
                else lane.told
            )
            + f", x = {shown}: "
            + (
                "the sender’s sample, to the last bit."
                if lane.agrees
                else ":red[not the sender’s sample: please report this.]"
            )
        )
    parts.section("Every byte", "lab_bytes", partial(received, view, race))


def received(view: View, race: model.Race) -> None:
    """Every byte, and what the receiver knows."""
    prior = families.family(view.family).PRIOR
    st.markdown(
        f"It knows P = {prior} in {view.dim} dimension{'s' * (view.dim > 1)}, the bins, the code and the seed "
        f"**{view.seed}**, nothing {'else ' * (view.source != 'channel')}of Q, and runs no race. "
        f"{rec.FRAME_BYTES} bytes of frame come first: version, count, checksum."
    )
    for lane in ran(race):
        x = ", ".join(repr(value) for value in lane.received[:4]) + (" …" if view.dim > 4 else "")
        st.markdown(f"**{reading.plain(lane.title)}**: `{lane.data.hex(' ') or lane.told}`  \nx = `{x}`")


# ------------------------------------------------------------------------------------------------ advice


def would_bins_help(view: View, race: model.Race) -> None:
    """One sentence; the other numbers of bins on demand."""
    st.header("Would bins help?", anchor=False)
    try:
        found = advice.glance(view)
    except rec.RecError as error:
        st.markdown(reading.plain(str(error)))
        return
    plain, bins = reading.number(found.plain), reading.number(found.candidates)
    if found.helps:
        st.markdown(
            f"**Yes.** With J = {reading.raised(f'2^{found.log2_bins}')} and peak-ratio weights a search examines "
            f"**{bins}** candidates on average, instead of **{plain}** without bins."
        )
    else:
        st.markdown(f"**Hardly.** Plain PFR examines only **{plain}** candidates on average here.")
    parts.section("In bits, too", "lab_advice", partial(every_option, view))


def every_option(view: View) -> None:
    """The present target under plain PFR, ever more bins, and ORC: candidates and bits, the best named."""
    with st.spinner("Working out what bins would do"):
        found = advice.advice(view)
    rows = ["| Method | Candidates | Bits |", "|---|---|---|"]
    for i, option in enumerate(found.options):
        name = f"PFR, J = {reading.raised(f'2^{option.log2_bins or 0:g}')}"
        if option.name == "ORC":
            name = "ORC"
        elif not option.log2_bins:
            name = "PFR, no bins"
        mark = "**" if i == found.best else ""
        cells = (name + " · best" * (i == found.best), reading.number(option.candidates), f"{option.mean_bits:.2f}")
        rows.append("| " + " | ".join(f"{mark}{cell}{mark}" for cell in cells) + " |")
    st.markdown("\n".join(rows))
    known = "" if view.source == "channel" else ", its code’s one number known to the receiver"
    orc = f" ORC takes as many candidates as keep its bias unnoticed in {advice.UNNOTICED_IN:,} samples."
    st.markdown(
        f"Exact averages over races of this target{known}. Best means the fewest bits, counting a search half as "
        f"long as worth one bit.{orc * (found.options[-1].name == 'ORC')}"
    )


# ------------------------------------------------------------------------------------------------ to take away


def exports(view: View, race: model.Race) -> None:
    """Each search as a table and as a program."""
    st.markdown("Every recorded candidate as a table, and the program that makes this very search and message.")
    for lane in ran(race):
        st.markdown(f"**{reading.plain(lane.title)}**")
        with st.container(horizontal=True, key=f"export_{lane.name}"):
            for ending, make in (("csv", traces.as_csv), ("json", traces.as_json)):
                st.download_button(
                    ending.upper(), partial(make, view, race, lane), f"{lane.name}.{ending}",
                    key=f"export_{lane.name}_{ending}", on_click="ignore",
                )  # fmt: skip
        st.code(snippets.search(view, lane.name), language="python", height=200)
