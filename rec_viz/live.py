"""The core answers what is dragged, every frame: a WebSocket beside Streamlit, and the pure function behind it.

`rec_viz.app` serves ROUTES among its own; without them the stage is answered on release, by Streamlit.
"""

from __future__ import annotations

import asyncio
import json
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from . import background
from .lessons import hands
from .model import lab, rule
from .settings import View, read_link
from .settings.view import dragged
from .stage.scene import as_bytes, scene
from .stage.standalone import page
from .warm_up import warm_up

MOST_BYTES = 4096  # of a request
MOST_SOCKETS = 256
_open: set[WebSocket] = set()


def answer(request: str) -> bytes:
    """A view with something changed, raced within `lab.live` and drawn: its scene as bytes, or {"error": why not}.

    The request is JSON: {"view": the parameters of a link, "change": what `settings.view.dragged` takes, "top": the
    height of the picture so far}. Or it is a lesson's picture, {"lesson": its name, ...} as `lessons.hands.frame` takes
    it, and the answer JSON.
    """
    pack: Callable[[Any], bytes] = as_bytes
    try:
        asked = _asked(request)
        if "lesson" in asked:
            pack = _as_json
            return pack(hands.frame(asked))
        view, top = _read(asked)
        return pack(scene(lab.run(view, lab.live(view.dim)), view.view, live=view, top=top))
    except (ValueError, RecursionError) as error:  # RecError is one
        return pack({"error": str(error)[:300]})


def _as_json(value: Any) -> bytes:
    return json.dumps(value).encode()


def answer_rule(request: str) -> bytes:
    """What a rule sends, as `model.rule.told`, as the bytes of JSON, or {"error": a sentence}. The request is JSON: the
    page's settings, those that differ from how it begins."""
    try:
        told = rule.told(rule.checked(_asked(request)))
    except (ValueError, RecursionError) as error:
        told = {"error": str(error)[:300]}
    return _as_json(told)


def _asked(request: str) -> dict[str, Any]:
    """A request as an object. Raises ValueError."""
    if len(request.encode()) > MOST_BYTES:
        raise ValueError("the request is too long")
    asked = json.loads(request)
    if not isinstance(asked, dict):
        raise ValueError("a request is an object")
    return asked


def _read(asked: dict[str, Any]) -> tuple[View, float | None]:
    """The view a request asks for, and the height of its picture. Raises ValueError."""
    if not all(isinstance(asked.get(key, {}), dict) for key in ("view", "change")):
        raise ValueError("a request is {view, change}")
    query = asked.get("view", {})
    if not all(isinstance(value, str) for value in query.values()):
        raise ValueError("the view’s values are texts, as in a link")
    view, notices = read_link(query, View)
    if notices:
        raise ValueError(notices[0])
    top = asked.get("top")
    if top is not None and not (isinstance(top, float | int) and 0.0 <= top < 1e300):
        raise ValueError("top is a height")
    return dragged(view, asked.get("change", {})), top


ANSWERS = {"stage": answer, "rule": answer_rule}
_ASIDE = background.Aside(__name__)
_HERE = threading.Lock()  # two threads would only take the interpreter from each other
_WORKERS = ThreadPoolExecutor(min(4, max(1, (os.cpu_count() or 1) - 1)), thread_name_prefix="live")


def worked_out(kind: str, request: str) -> bytes:
    """The answer, worked out in a process of its own once the kernels are compiled: else all who drag, and all whose
    pages are drawn, wait for one interpreter."""
    if warm_up().ready.is_set():
        told = _ASIDE.ask(json.dumps([kind, request]))
        if told is not None:
            return told
    with _HERE:
        return ANSWERS[kind](request)


def _begin() -> None:
    """Start this thread's process when a page opens: until it is there, who drags is answered by everybody's."""
    if warm_up().ready.is_set():
        _ASIDE.begin()


def _one(line: str) -> bytes:
    kind, request = json.loads(line)
    return ANSWERS[kind](request)


async def _serve(kind: str, socket: WebSocket) -> None:
    """One stage, or another that asks. What arrives while an answer is worked out waits, and only the newest of it."""
    if not same_origin(socket) or len(_open) >= MOST_SOCKETS:
        await socket.close(1008)
        return
    await socket.accept()
    _open.add(socket)
    _WORKERS.submit(_begin)
    newest: asyncio.Queue[str | None] = asyncio.Queue(1)

    async def listen() -> None:
        request: str | None = ""
        while request is not None:
            message = await socket.receive()
            request = message.get("text") if message["type"] == "websocket.receive" else None
            while not newest.empty():
                newest.get_nowait()
            newest.put_nowait(request)

    listener = asyncio.create_task(listen())
    try:
        while (request := await newest.get()) is not None:
            data = await asyncio.get_running_loop().run_in_executor(_WORKERS, worked_out, kind, request)
            await socket.send_bytes(data)
    except (WebSocketDisconnect, RuntimeError):  # gone while an answer was on its way
        pass
    finally:
        listener.cancel()
        _open.discard(socket)
        if socket.application_state is WebSocketState.CONNECTED and socket.client_state is WebSocketState.CONNECTED:
            await socket.close(1003)  # it sent bytes, not text


def same_origin(socket: WebSocket) -> bool:
    """Whether the page that asks came from this server; a browser always says where from."""
    origin = socket.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == socket.headers.get("host")


async def _page(request: Request) -> HTMLResponse:
    """The player without a scene, for a reader who saves one."""
    return HTMLResponse(page(None))


ROUTES: list[Any] = [
    WebSocketRoute("/live", partial(_serve, "stage")),
    WebSocketRoute("/live/rule", partial(_serve, "rule")),
    Route("/live/page", _page),
]


if __name__ == "__main__":
    answer(json.dumps({"view": {}}))  # its kernels are loaded before it says that it is there
    background.answer_lines(_one)
