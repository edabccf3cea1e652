"""The poster: the paper's panels as live miniatures."""

import streamlit as st

st.title("The poster", anchor=False)
