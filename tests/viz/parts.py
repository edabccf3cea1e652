"""What several tests of pages need: their closed parts, and a loop of one's own.

What is in a closed part of a page is only there once it is open.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

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


def run(talk: Coroutine[Any, Any, Any]) -> Any:
    """`asyncio.run` in a thread of its own: where a browser test came before, Playwright's loop runs in this one."""
    with ThreadPoolExecutor(1) as elsewhere:
        return elsewhere.submit(asyncio.run, talk).result()
