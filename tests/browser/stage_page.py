"""A page that shows one stage as its address asks: preset, view, step, highlight. For test_stage.py and for looking."""

import streamlit as st

from rec_viz import cached, stage
from rec_viz.controls import PRESETS

st.set_page_config(layout="wide")
cached.warm_up().ready.wait(120)
query = st.query_params
preset = next(p for p in PRESETS if p.name == query.get("preset", "Cut and reweight"))
race = cached.race(preset.view)
where = {"step": query.get("step"), "highlight": query.get_all("highlight")}
if st.button("Point elsewhere"):
    where = {"step": query.get("then"), "highlight": query.get_all("then_highlight")}
st.button("Run again")
stage.show(stage.scene(race, query.get("view", "auto"), compact="compact" in query, **where), key="stage")
