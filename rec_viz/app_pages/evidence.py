"""Evidence: what was measured, behind one page of cards; their pictures fill in as they are worked out."""

from __future__ import annotations

from typing import Any

import streamlit as st

from rec_viz import warm_up
from rec_viz.app_pages import parts
from rec_viz.background import Halted, Job, Steps
from rec_viz.components import cards
from rec_viz.figures import evidence as figures
from rec_viz.model import evidence as model
from rec_viz.model.evidence import TITLES
from rec_viz.model.images import pictures

ABOUT = {  # until the numbers are there
    "code_lengths": "How long messages are, and where their bits go.",
    "speed": "How many candidates a search examines.",
    "bias": "How far off samples are when the search has a budget.",
    "league": "Every method at one channel: bits, candidates, time.",
    "images": "One picture, sent in small blocks and in large ones.",
    "paper": "The paper’s experiments, run on this machine.",
    "reference": "Statements with their proofs, their code, and numbers to check them by.",
}


def drawn(page: str, found: Any, colours: dict[str, str]) -> tuple[str, str]:
    """A card's picture and finding; without numbers, what the page is about."""
    if found is None:
        return "", ABOUT[page]
    if page == "images":
        sources = [pictures.as_source(one.frames[-1]) for one in found.received]
        return figures.images(sources, found.saved)
    picture, says = getattr(figures, page)(*found, colours)
    return picture, says


def work_out(state: dict[str, Any], halted: Halted) -> Steps:
    """All numbers, once the kernels are compiled: the cards themselves need not wait for those."""
    warm_up.warm_up().ready.wait()
    yield from model.work_out(state, halted)


def show() -> None:
    """The cards as far as they are."""
    colours, job = parts.colours(), st.session_state.evidence_job
    made = {page: drawn(page, job.state.get(page), colours) for page in TITLES}
    chosen = cards.show(
        [cards.Card(page, TITLES[page], says, picture) for page, (picture, says) in made.items()], key="cards"
    )
    parts.open_card(chosen)
    if not job.running and st.session_state.pop("evidence_waiting", False):
        st.rerun()  # all cards are ready: stop the timer


st.title("Evidence", anchor=False)
st.markdown("Seven claims, each worked out and measured on this machine. Every card opens the experiment behind it.")
if "evidence_job" not in st.session_state:
    st.session_state.evidence_job = Job({}, work_out, parts.alive())
if st.session_state.evidence_job.running:
    st.session_state.evidence_waiting = True
st.fragment(show, run_every=0.7 if st.session_state.evidence_job.running else None)()
