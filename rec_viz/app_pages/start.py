"""Start: what relative entropy coding is, and what it buys, in one screen."""

import streamlit as st

from rec_viz.app_pages import parts
from rec_viz.components import hero, surprise

st.title("Send a random sample for the price of its surprise", anchor=False)
parts.wait_for_kernels(height=430, on_start=True)
hero.show(key="hero")
surprise.show(key="surprise")
