"""Taking a chart away: as PNG or SVG from the browser that draws it, its numbers as CSV, its making as Python."""

from __future__ import annotations

from pathlib import Path

import plotly.graph_objects as go
import streamlit as st

from ...figures.data import as_csv
from .. import mount

_PICTURES = mount(
    "pictures",
    Path(__file__).with_name("pictures.js"),
    html='<div class="pictures"><button type="button">PNG</button><button type="button">SVG</button></div>',
)


def chart(figure: go.Figure, key: str, python: str, title: str = "") -> None:
    """Draw a chart with its Export button, under a title that says what it shows. `python` is a program that leaves
    this very figure in `figure`."""
    if title:
        st.markdown(f"**{title}**")
    st.plotly_chart(figure, key=key)
    tools(figure, key, python)


def tools(figure: go.Figure, key: str, python: str, label: str = "Export") -> None:
    """The Export button of the chart drawn with this key. By itself, for a chart in a fragment that redraws: every
    redrawing would close a button inside the fragment."""
    with (
        st.container(horizontal=True, horizontal_alignment="right", key=f"{key}_tools"),
        st.popover(label, icon=":material/download:", type="tertiary", key=f"{key}_export"),
    ):
        st.markdown("The chart as it stands, its numbers, or the program that makes it.")
        _PICTURES(data={"chart": key}, key=f"{key}_pictures", width="stretch", height="content")
        st.download_button(
            "CSV", as_csv(figure), f"{key}.csv", "text/csv", key=f"{key}_csv", on_click="ignore", width="stretch"
        )
        st.code(python, language="python", height=240)
