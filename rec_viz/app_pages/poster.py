"""The poster: the paper's panels redrawn as live miniatures, each a way in."""

from __future__ import annotations

import numpy as np
import streamlit as st

from rec_viz import warm_up
from rec_viz.app_pages import parts
from rec_viz.components import cards
from rec_viz.components.cards import Card
from rec_viz.figures import poster as figures
from rec_viz.model import evidence, poster, start
from rec_viz.model.images import measured, pictures


def sent(colours: dict[str, str]) -> tuple[str, str]:
    """The panel on pictures."""
    found = evidence.pictures()
    sources = [pictures.as_source(one.frames[-1]) for one in found.received]
    curves = measured.measured_curves(measured.curves(), whole=False)
    return figures.pictures(sources, curves, -found.saved, colours)


def panels(slow: bool) -> list[Card]:
    """The panels, in the order they are read; those that take a moment are blank unless `slow`."""
    colours, race, prices = parts.colours(), poster.race(), start.prices()
    runtime, later = evidence.targets(), ("", "Being worked out on this machine.")
    bits, floors, lengths = np.array([price[:3] for price in prices], dtype=float).T
    made = (
        (
            "learn?lesson=sample&step=1",
            "What is relative entropy coding?",
            figures.what(bits, floors, lengths, colours),
        ),
        ("learn?lesson=race&step=1", "How does it work?", figures.how(race, colours)),
        ("lab", "Can it be faster? Cut, reweight, sample", figures.cut(race, colours)),
        ("learn?lesson=reweight&step=1", "Need we send the weights?", figures.weights(race.messages, colours)),
        ("paper", "How long exact samples take", figures.runtime(*runtime, colours)),
        ("bias", "How good approximate samples are", figures.bias(*poster.biased(), colours) if slow else later),
        ("images", "Pictures sent as samples", sent(colours) if slow else later),
    )
    return [Card(page, title, says, picture) for page, title, (picture, says) in made]


st.title("The poster", anchor=False)
st.markdown(
    "After J. He, G. Flamich and J. M. Hernández-Lobato, “Accelerating Relative Entropy Coding with Space "
    "Partitioning”, NeurIPS 2024. Drawn anew from numbers worked out here; every panel opens what is behind it."
)
parts.wait_for_kernels(height=520)
place = st.empty()
if not warm_up.warm_up().done.is_set():
    with place:
        parts.open_card(cards.show(panels(slow=False), key="poster_first", layout="poster"))
with place:
    parts.open_card(cards.show(panels(slow=True), key="poster", layout="poster"))
