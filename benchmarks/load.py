"""Forty people in Play at once: `python benchmarks/load.py [SECONDS [ROUNDS]]`.

Forty sessions open Play together; then each lets go of a control every 2.5 seconds, first alone, then beside ten
people who drag all the time. Sessions speak Streamlit's own protocol, drags the live socket's, so no browser's work is
in the times. ROUNDS: so many more such classes come and go, of 20 seconds each, and what the server holds after each.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import subprocess
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path

from websockets.asyncio.client import ClientConnection

from classroom import run, session
from machine import machine
from rec_viz.settings import View, link_query
from serving import VIEW, dragger, served

SESSIONS, DRAGGERS, EVERY = 40, 10, 2.5


def some_view(dice: random.Random) -> View:
    """What a release may leave: other bins, information, target and seed."""
    bits = dice.choice([2.0, 3.0, 4.0, 5.0])
    return VIEW._replace(log2_bins=dice.randrange(7), bits=bits, target=dice.randrange(50), seed=dice.randrange(1000))


async def release(link: ClientConnection, script: str, dice: random.Random) -> float:
    """Seconds until the page of another view is drawn."""
    begun = time.perf_counter()
    await run(link, link_query(some_view(dice)), script)
    return time.perf_counter() - begun


async def person(link: ClientConnection, script: str, number: int, until: float) -> list[float]:
    """A release every 2.5 seconds, not in step with the others."""
    dice, waits = random.Random(number), []
    await asyncio.sleep(EVERY * number / SESSIONS)
    while (begun := time.perf_counter()) < until:
        waits.append(await release(link, script, dice))
        await asyncio.sleep(max(0.0, EVERY - (time.perf_counter() - begun)))
    return waits


async def crowd(host: str, seconds: float) -> tuple[list[float], list[list[float]], list[float]]:
    """Times of the first pages, of releases without and with draggers, and the draggers' answers a second."""
    async with AsyncExitStack() as stack:
        links = [await stack.enter_async_context(session(host)) for _ in range(SESSIONS)]

        async def first(link: ClientConnection) -> tuple[float, str]:
            begun = time.perf_counter()
            page = await run(link, link_query(VIEW))
            return time.perf_counter() - begun, page.script

        opened = await asyncio.gather(*map(first, links))
        rounds, rates = [], []
        for draggers in (0, DRAGGERS):
            until = time.perf_counter() + seconds
            people = [
                person(link, script, k, until) for k, (link, (_, script)) in enumerate(zip(links, opened, strict=True))
            ]
            *waits, drags = await asyncio.gather(
                *people, asyncio.gather(*(dragger(host, k, until) for k in range(draggers)))
            )
            rounds.append([wait for one in waits for wait in one])
            rates += drags
        return [wait for wait, _ in opened], rounds, rates


def memory(server: subprocess.Popen[bytes]) -> float:
    """Resident memory of the server in MB."""
    status = Path(f"/proc/{server.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def spread(waits: list[float]) -> str:
    """Median, 95% and maximum of seconds, in words."""
    ordered = sorted(waits)
    late = ordered[int(0.95 * len(ordered))]
    return f"median {statistics.median(ordered):.2f} s   95% {late:.2f} s   max {ordered[-1]:.2f} s   of {len(ordered)}"


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    with served() as (host, server):
        asyncio.run(warm(host))
        before = memory(server)
        opened, (alone, beside), rates = asyncio.run(crowd(host, seconds))
        held = [memory(server)]
        for _ in range(rounds):
            asyncio.run(crowd(host, 10.0))
            held.append(memory(server))
    print(f"machine: {machine()}")
    print(f"{SESSIONS} sessions open Play at once, first page   {spread(opened)}")
    print(f"a release every {EVERY} s each   {spread(alone)}")
    print(f"the same beside {DRAGGERS} who drag   {spread(beside)}")
    print(f"answers a second each of those who drag   {min(rates):.0f} to {max(rates):.0f}")
    print(f"memory of the server   {before:.0f} MB before, then {', '.join(f'{mb:.0f}' for mb in held)} MB")


async def warm(host: str) -> None:
    """Kernels that are not kept are compiled, and the views' methods have run once."""
    async with session(host) as link:
        page = await run(link, link_query(VIEW))
        for k in range(20):
            await release(link, page.script, random.Random(k))
        await dragger(host, 0, time.perf_counter() + 1)  # a page that is open has its live socket
        await asyncio.sleep(20)  # and what is compiled while the first page is read


if __name__ == "__main__":
    main()
