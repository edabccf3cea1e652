"""What several tests of pages need: their closed parts, a server of routes, and a loop of one's own.

What is in a closed part of a page is only there once it is open.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from streamlit.testing.v1 import AppTest

from rec_viz.text.reference import STATEMENTS

PARTS = {
    "code_lengths": ["lengths_parts_part", "lengths_live_part", "lengths_codes_part", "lengths_weights_part",
                     "lengths_dimensions_part", "lengths_sweep_part", "lengths_width_part", "lengths_maps_part"],
    "speed": ["speed_trade_part", "speed_strategies_part", "speed_trap_part"],
    "bias": ["bias_measures_part", "bias_decay_part", "bias_enough_part"],
    "league": ["league_border_part"],
    "images": ["images_open_part", "images_rate_part", "images_measured_part", "images_reach_part"],
    "paper": ["paper_pfr_part", "paper_stopped_part", "paper_orc_part", "paper_intervals_part"],
    "reference": [f"statement_{statement.id}" for statement in STATEMENTS],
}  # fmt: skip


def open_parts(app: AppTest, page: str) -> None:
    """Before its run: as if every part of the page had been opened."""
    for key in PARTS.get(page, ()):
        app.session_state[key] = True


@contextmanager
def serving(routes: Sequence[Any]) -> Iterator[str]:
    """The address of a server of these routes alone, in a thread."""
    config = uvicorn.Config(Starlette(routes=routes), port=0, log_level="error", ws="websockets-sansio")
    server = uvicorn.Server(config)
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        time.sleep(0.02)
    yield f"127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True


def run(talk: Coroutine[Any, Any, Any]) -> Any:
    """`asyncio.run` in a thread of its own: where a browser test came before, Playwright's loop runs in this one."""
    with ThreadPoolExecutor(1) as elsewhere:
        return elsewhere.submit(asyncio.run, talk).result()
