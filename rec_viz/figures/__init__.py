"""Figures: pure functions from numbers to something Streamlit shows."""
