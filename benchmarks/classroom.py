"""How soon a class of forty is on its teacher's screen: `python benchmarks/classroom.py`.

Forty sessions open a room's link and answer the same question at once. They speak Streamlit's own protocol, as forty
browsers would, so that the server does for each what it does for a student: run the page, count, draw the page again.
The teacher's count comes over the room's socket.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import NamedTuple
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from machine import machine
from serving import served

STUDENTS, ROUNDS = 40, 5
QUESTION = "index/1"
PATIENCE = 180  # seconds for a page


class Page(NamedTuple):
    """A session after a run: its socket, its script, the buttons on it by label, and what its components were given."""

    link: ClientConnection
    script: str
    buttons: dict[str, str]
    components: list[dict]


@asynccontextmanager
async def session(host: str) -> AsyncIterator[ClientConnection]:
    """A browser without a face, at an app at `host`, such as 127.0.0.1:8501."""
    address = f"ws://{host}/_stcore/stream"
    options = {"subprotocols": ["streamlit"], "max_size": 2**26, "ping_interval": None}  # browsers send no pings
    async with connect(address, origin=f"http://{host}", **options) as link:
        yield link


async def run(link: ClientConnection, query: dict[str, str], script: str = "", click: str = "") -> Page:
    """Run the page of a query, after a click on the button with this id, and wait until it has come to rest."""
    asked = BackMsg()
    asked.rerun_script.query_string = urlencode(query)
    asked.rerun_script.page_script_hash = script
    if click:
        state = asked.rerun_script.widget_states.widgets.add()
        state.id, state.trigger_value = click, True
    await link.send(asked.SerializeToString())
    return await rest(link)


async def rest(link: ClientConnection) -> Page:
    """What a session shows once its run is over."""
    script, buttons, components = "", {}, []
    while True:
        told = ForwardMsg()
        told.ParseFromString(await asyncio.wait_for(link.recv(), PATIENCE))
        match told.WhichOneof("type"):
            case "new_session":
                script, buttons, components = told.new_session.page_script_hash, {}, []
            case "delta":
                element = told.delta.new_element
                if element.WhichOneof("type") == "button":
                    buttons[element.button.label] = element.button.id
                elif element.WhichOneof("type") == "bidi_component" and element.bidi_component.json:
                    components.append(json.loads(element.bidi_component.json))
            case "script_finished":
                if told.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                    return Page(link, script, buttons, components)


async def open_room(host: str) -> tuple[str, str]:
    """A teacher opens a room: its code and key."""
    async with session(host) as link:
        query = {"v": "1", "page": "class"}
        page = await run(link, query)
        page = await run(link, query, page.script, page.buttons["Open a room"])
        asked = next(data["asked"] for data in page.components if "asked" in data)
        return asked["code"], asked["key"]


async def sit(link: ClientConnection, code: str, lesson: str) -> Page:
    """A student opens the room's link, and a lesson."""
    return await run(link, {"v": "1", "page": "learn", "room": code, "lesson": lesson})


async def answer(page: Page, letter: str) -> Page:
    """Press a choice, and wait for the page."""
    click = next(name for label, name in page.buttons.items() if label.startswith(f"{letter}. "))
    return await run(page.link, {"v": "1", "lesson": QUESTION.split("/")[0]}, page.script, click)


async def whole_class(host: str, students: int, rounds: int) -> tuple[float, list[tuple[float, float, list]]]:
    """Let a class come in together, answer together, and change its mind `rounds` - 1 times: seconds until all are in,
    and of each round seconds until the teacher has all counts and until every page is drawn again, and the counts."""
    code, key = await open_room(host)
    async with AsyncExitStack() as stack:
        links = [await stack.enter_async_context(session(host)) for _ in range(students)]
        begun = time.perf_counter()
        pages = await asyncio.gather(*(sit(link, code, QUESTION.split("/")[0]) for link in links))
        seated = time.perf_counter() - begun
        teacher = await stack.enter_async_context(
            connect(f"ws://{host}/room", origin=f"http://{host}", ping_interval=None)
        )
        await teacher.send(json.dumps({"code": code, "key": key, "question": QUESTION}))
        out = []
        for k in range(rounds):
            given = ["ABC"[k % 3] if k else "ABC"[s % 3] for s in range(students)]  # no counts on the way are these
            wanted = [list(row) for row in sorted(Counter(given).items())]
            begun = time.perf_counter()
            answering = asyncio.gather(*(answer(*one) for one in zip(pages, given, strict=True)))
            told: dict = {}
            while told.get("rows") != wanted:
                told = json.loads(await asyncio.wait_for(teacher.recv(), PATIENCE))
            counted = time.perf_counter() - begun
            pages = await answering
            out.append((counted, time.perf_counter() - begun, told["rows"]))
        return seated, out


def main() -> None:
    with served() as (host, _):
        asyncio.run(whole_class(host, 1, 1))  # compiles what is not kept
        seated, told = asyncio.run(whole_class(host, STUDENTS, ROUNDS))
    print(f"machine: {machine()}")
    print(f"{STUDENTS} students open the room at once, every page drawn after   {seated:.2f} s")
    for k, (counted, drawn, _) in enumerate(told):
        print(
            f"answering at once, round {k + 1}   all on the teacher's screen after {counted:.2f} s   every page drawn "
            f"after {drawn:.2f} s"
        )


if __name__ == "__main__":
    main()
