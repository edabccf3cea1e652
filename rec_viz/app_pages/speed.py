"""Speed: how many candidates a search examines, what bins buy, and when they cost."""

from __future__ import annotations

import numpy as np
import streamlit as st

import rec_core as rec
from rec_viz import cached, theme
from rec_viz.app_pages import parts
from rec_viz.export import chart
from rec_viz.figures import speed as figures
from rec_viz.snippets import speed as snippets

view = parts.research_page(
    "speed",
    "Speed",
    {
        "The channel": ("family", "bits", "dim", "spread", "target"),
        "The bins": ("strategy", "log2_bins", "intervals"),
    },
)
st.markdown(
    "A search lasts as long as the highest ratio r = q/p it must reckon with. Plain PFR examines that many candidates "
    "on average, sup r. With bins weighted by their peaks it is the average of the peaks, which falls towards 1 as "
    "bins shrink."
)
if not parts.compiled(height=520):
    st.stop()
colours = theme.ROLES["dark" if st.context.theme.type == "dark" else "light"]

# ------------------------------------------------------------------------------------------------ growth

rate = cached.candidates_per_second()
growth = cached.growth(view.family, view.dim)
grid = np.array(growth.information_bits)
st.plotly_chart(
    figures.growth(
        [
            figures.Line("plain", "p", "solid", grid, np.array(growth.plain)),
            figures.Line("target mass, one stop line", "best", "dot", grid, np.array(growth.target_mass)),
            figures.Line("peak ratio, J = 2ᴵ", "heuristic", "solid", grid, np.array(growth.peak)),
            figures.Line("peak ratio, four times as many intervals", "winner", "dash", grid, np.array(growth.finer)),
        ],
        [(name, role, np.array(x), np.array(y)) for name, role, x, y in growth.points],
        rate,
        colours,
    ),
    key="speed_growth",
)
st.markdown(
    f"For a typical target in {view.dim} dimension{'s' * (view.dim > 1)}: log₂ averaged over {cached.TARGETS} targets. "
    "Lines are exact, diamonds were run just now. This machine examines about "
    f"**{parts.number(rate)}** candidates a second."
)

# ------------------------------------------------------------------------------------------------ trade

st.header("What another bit of J buys", anchor=False)
try:
    trade = cached.trade(view)
except rec.RecError as error:
    st.warning(str(error), icon=":material/info:")
    st.stop()
chosen = int(np.argmin(np.abs(np.array(trade.log2_bins) - trade.chosen_log2_bins)))
st.plotly_chart(
    figures.trade(
        np.array(trade.log2_bins), np.array(trade.length_bits), np.array(trade.candidates_bits), chosen, colours
    ),
    key="speed_trade",
)
st.markdown(
    "Down is faster, left is shorter. Up to about J = 2ᴵ bins are nearly free, or even save bits because the index "
    "gets easier to code; beyond it every further bit of J is paid for with nearly a bit of message."
)

# ------------------------------------------------------------------------------------------------ the trap

st.header("The tail-bin trap", anchor=False)
trap = cached.trap(view)
if trap is None:
    st.markdown("Shown in one dimension with 2 to 64 bins: set D = 1 and choose J there.")
else:
    chart(
        figures.blame(
            {"target mass": np.array(trap.target_mass), "peak ratio": np.array(trap.peak_ratio)},
            {"target mass": "best", "peak ratio": "heuristic"},
            trap.plain,
            colours,
        ),
        "speed_blame",
        snippets.blame(view),
    )
    worst = int(np.argmax(trap.target_mass)) + 1
    st.markdown(
        "| Search for this target | Candidates examined on average |\n|---|---|\n"
        + "\n".join(f"| {name} | {parts.number(value)} |" for name, value in trap.rows)
    )
    slower = trap.rows[1][1] > trap.rows[0][1]
    st.markdown(
        f"With target mass and one stop line the search is as slow as its worst bin, here **bin {worst}** (outlined): "
        "Q hardly visits it, so it gets next to no weight, and its little mass sits at one edge, so its peak is far "
        "above its average. The one line must clear that peak"
        + (" — **slower than no bins at all**. " if slower else ". ")
        + "A stop line for each bin, or weights by peak, remove the trap."
    )
