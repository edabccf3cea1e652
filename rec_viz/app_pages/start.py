"""Start: what relative entropy coding is, in one screen, with a race ready to play."""

from pathlib import Path

import streamlit as st

from rec_viz import settings, stage
from rec_viz.app_pages import parts
from rec_viz.model import lab

VIEW = settings.PRESETS[1].view

st.title("Send a random sample in a few bits", anchor=False)
st.markdown(
    "A sender knows a distribution :orange[**Q**] and wants a receiver to hold one random sample of it. "
    "**Relative entropy coding** does this in hardly more bits than the sample is worth. Both sides draw the same "
    "random candidates from a shared distribution :blue[**P**], using a shared seed. The sender looks for one that "
    "suits Q, judging each by its ratio (how much likelier Q makes it than P), and sends only its number; the receiver "
    "draws that one candidate and holds the sample."
)

parts.wait_for_kernels(height=430, on_start=True)
race = lab.race(VIEW)
stage.show(stage.scene(race, height=270, compact=True), key="start_stage")
plain, bins = race.lanes
assert plain.trace is not None
assert bins.trace is not None
st.markdown(
    "The plain search on the left (PFR, the Poisson functional representation) looked at "
    f"**{plain.trace.examined}** candidates. On the right the space was cut into {bins.partition.num_bins} bins "
    f"and P reweighted so that candidates fall where Q is likely: **{bins.trace.examined}** candidates, for a "
    "message of nearly the same length."
)

ask, button = st.columns([3, 1], vertical_alignment="center")
ask.markdown("**Next:** change the target, the number of bins and the dimension, and see the answer at once.")
button.page_link(Path(__file__).with_name("lab.py"), label="Open the Lab", icon=":material/science:")
