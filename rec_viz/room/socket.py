"""What happens in a room, told at once: a WebSocket beside Streamlit, so that no page has to run to count an answer.

A page says who it is, {"code": ...}, and a teacher's also {"key": ..., "question": "race/2"}, again whenever that
changes. A student hears {"news": how often something happened that students hear of}; a teacher {"question", "joined",
"answered", "rows": [[answer, how many], ...]} after every change, changes in quick succession at once. A room that is
gone is {"gone": true}; what cannot be read is answered {"error": a sentence}, and the socket is closed.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import ExitStack
from typing import Any, NamedTuple

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from ..live import same_origin
from . import ROOMS
from .rooms import RoomError, clean, rows

MOST_BYTES = 300  # of what a page says
MOST_SOCKETS = 1024
GAP = 0.05  # seconds between two things told
_open: set[WebSocket] = set()


class Asked(NamedTuple):
    """Who a page is."""

    code: str
    key: str
    question: str


def read(text: str) -> Asked:
    """What a page said. Raises ValueError."""
    if len(text.encode()) > MOST_BYTES:
        raise ValueError("That is too long.")
    said = json.loads(text)
    if not isinstance(said, dict) or not all(isinstance(said.get(name, ""), str) for name in Asked._fields):
        raise ValueError("Say {code}, or {code, key, question}.")
    asked = Asked(*(said.get(name, "") for name in Asked._fields))
    if clean(asked.code) != asked.code or not asked.code:
        raise ValueError("That is no room’s code.")
    if asked.key and ROOMS.exists(asked.code) and not ROOMS.is_teacher(asked.code, asked.key):
        raise ValueError("That is not the room’s key.")
    return asked


def told(asked: Asked) -> dict[str, Any]:
    """What a page hears."""
    try:
        if not asked.key:
            news = ROOMS.news(asked.code)
            return {"news": news} if news >= 0 else {"gone": True}
        tally = ROOMS.tally(asked.code, asked.question)
    except RoomError:
        return {"gone": True}
    return {
        "question": asked.question,
        "joined": tally.joined,
        "answered": tally.answered,
        "rows": rows(tally.counts),
    }


async def _serve(socket: WebSocket) -> None:
    """One page, until it goes."""
    if not same_origin(socket) or len(_open) >= MOST_SOCKETS:
        await socket.close(1008)
        return
    await socket.accept()
    _open.add(socket)
    loop, changed = asyncio.get_running_loop(), asyncio.Event()
    asked: Asked | None = None
    trouble: str | None = None  # "" where the page just went

    def wake() -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(changed.set)

    async def listen() -> None:
        nonlocal asked, trouble
        try:
            while True:
                asked = read(await socket.receive_text())
                changed.set()
        except (WebSocketDisconnect, RuntimeError):
            trouble = ""
        except KeyError:
            trouble = "Say it as text."
        except (ValueError, RecursionError) as error:
            trouble = str(error)[:200]
        changed.set()

    listener = asyncio.create_task(listen())
    try:
        with ExitStack() as stack:
            last, listens = "", ""
            while trouble is None:
                await changed.wait()
                changed.clear()
                if asked is None or trouble is not None:
                    continue
                if listens != asked.code and ROOMS.exists(asked.code):
                    stack.close()
                    stack.enter_context(ROOMS.listening(asked.code, wake))
                    listens = asked.code
                if (text := json.dumps(told(asked))) != last:
                    await socket.send_text(text)
                    last = text
                await asyncio.sleep(GAP)
            if trouble:
                await socket.send_text(json.dumps({"error": trouble}))
    except (WebSocketDisconnect, RuntimeError, RoomError):  # gone meanwhile
        pass
    finally:
        listener.cancel()
        _open.discard(socket)
        if socket.application_state is WebSocketState.CONNECTED and socket.client_state is WebSocketState.CONNECTED:
            await socket.close(1008)


ROUTES: list[Any] = [WebSocketRoute("/room", _serve)]
