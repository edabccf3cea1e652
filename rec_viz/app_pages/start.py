"""Start: what relative entropy coding is, and what it buys, in one screen; and three ways on."""

import streamlit as st

from rec_viz import warm_up
from rec_viz.app_pages import parts
from rec_viz.components import cards, hero, surprise
from rec_viz.components.cards import Card
from rec_viz.figures import poster as figures
from rec_viz.lessons import tour
from rec_viz.model import poster, start


def doors() -> list[Card]:
    """The tour, the laboratory and the poster."""
    colours, sent = parts.colours(), start.sent()
    tape = figures.tour(sent.heights, sent.winner, start.ratios(start.SHARES), colours)
    return [
        Card("learn?tour=1", tour.TITLE, "Guess, then see why: from one sample to its bits.", tape),
        Card("lab", "Play", "Change anything, and the race answers.", figures.play(poster.race(), colours)),
        Card("poster", "The poster", "The whole idea on one sheet, every panel alive.", figures.sheet(colours)),
    ]


st.title("Send a random sample for the price of its surprise", anchor=False)
st.markdown(
    "Compressed pictures, federated learning and private statistics all send random samples. "
    "They need not send every digit of them."
)
parts.wait_for_kernels(height=430, on_start=True)
hero.show(key="hero")
control = st.empty()
parts.open_card(cards.show(doors(), key="doors", layout="doors"))
timed = warm_up.warm_up().timed
if not timed.is_set():
    with control:
        surprise.hold(key="no_times")
    parts.wait_for(timed)
with control:
    surprise.show(key="surprise")
