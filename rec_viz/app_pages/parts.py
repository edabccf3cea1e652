"""Pieces of a page that more than one page shows."""

from __future__ import annotations

import streamlit as st

from rec_viz import cached


def compiled(height: int) -> bool:
    """True once the kernels are compiled; until then hold the stage's place and look again by itself."""
    warm = cached.warm_up()
    if not warm.ready.is_set():
        _wait(height)
        return False
    return True


@st.fragment(run_every=0.5)
def _wait(height: int) -> None:
    if cached.warm_up().ready.is_set():
        st.rerun()
    with st.container(height=height, border=True, key="compiling"):
        st.markdown(
            "**Compiling the search for this machine.** This happens once after installation and takes a few seconds."
        )
