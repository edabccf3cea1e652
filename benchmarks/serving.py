"""The app on a port of its own, and somebody who drags: what benchmarks and browser tests start with."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from websockets.asyncio.client import connect

from rec_viz.settings import View, link_query

ROOT = Path(__file__).parents[1]
VIEW = View(lanes=("pfr", "pfr_bins", "orc_bins"))


@contextmanager
def served(script: str = "app.py") -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A Streamlit script on a free port: its host, and its process. Raises RuntimeError where it does not start."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{probe.getsockname()[1]}"
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.headless", "true"]
    server = subprocess.Popen(
        [*command, "--server.port", host.split(":")[1]], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(300):
            try:
                if urllib.request.urlopen(f"http://{host}/_stcore/health", timeout=2).status == 200:
                    break
            except OSError:
                time.sleep(0.2)
        else:
            raise RuntimeError("The app did not start within a minute.")
        yield host, server
    finally:
        server.terminate()
        server.wait(20)


async def dragger(host: str, number: int, until: float) -> float:
    """Answers a second to somebody who drags Q's mean, sixty inputs a second, until a time of `time.perf_counter`."""
    async with connect(f"ws://{host}/live", origin=f"http://{host}") as live:
        begun, answers = time.perf_counter(), 0
        while (now := time.perf_counter()) < until:
            change = {"rows": [[0.01 * (answers % 100) + 0.001 * number, 0.4]]}
            await live.send(json.dumps({"view": link_query(VIEW), "change": change}))
            await live.recv()
            answers += 1
            await asyncio.sleep(max(0.0, answers / 60 - (time.perf_counter() - begun)))
        return answers / (now - begun)
