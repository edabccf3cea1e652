"""Evidence: what was measured, behind one page of cards."""

from pathlib import Path

import streamlit as st

st.title("Evidence", anchor=False)
for name in ("code_lengths", "speed", "bias", "images", "paper", "reference"):
    st.page_link(Path(__file__).with_name(f"{name}.py"))
