"""The closed parts of pages: what is in them is only there once they are open."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from rec_viz.text.reference import STATEMENTS

PARTS = {
    "code_lengths": ["lengths_parts_part", "lengths_live_part", "lengths_codes_part", "lengths_weights_part",
                     "lengths_dimensions_part", "lengths_sweep_part"],
    "speed": ["speed_trade_part", "speed_strategies_part", "speed_trap_part"],
    "bias": ["bias_measures_part", "bias_decay_part", "bias_enough_part"],
    "images": ["images_open_part", "images_rate_part", "images_measured_part", "images_reach_part"],
    "paper": ["paper_pfr_part", "paper_stopped_part", "paper_orc_part", "paper_intervals_part"],
    "reference": [f"statement_{statement.id}" for statement in STATEMENTS],
}  # fmt: skip


def open_parts(app: AppTest, page: str) -> None:
    """Before its run: as if every part of the page had been opened."""
    for key in PARTS.get(page, ()):
        app.session_state[key] = True
