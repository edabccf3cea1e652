"""The room's socket, in a server of its own: the teacher hears every vote, students only that something happened."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from rec_viz.room import ROOMS, socket
from tests.viz.parts import run, serving


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving(socket.ROUTES) as host:
        yield host


def open_socket(address: str) -> connect:
    return connect(f"ws://{address}/room", origin=f"http://{address}")


async def say(page: ClientConnection, **words: str) -> dict:
    await page.send(json.dumps(words))
    return json.loads(await asyncio.wait_for(page.recv(), 20))


async def until(page: ClientConnection, **wanted: object) -> dict:
    """What the page hears, until it hears this."""
    while True:
        heard = json.loads(await asyncio.wait_for(page.recv(), 20))
        if wanted.items() <= heard.items():
            return heard


def test_the_teacher_hears_every_vote_and_students_hear_the_teacher(address):
    async def talk() -> None:
        code, key = ROOMS.open()
        async with open_socket(address) as teacher, open_socket(address) as student:
            assert await say(teacher, code=code, key=key, question="race/2") == {
                "question": "race/2", "joined": 0, "answered": 0, "rows": []
            }  # fmt: skip
            first = await say(student, code=code)
            assert list(first) == ["news"]
            for k in range(40):
                ROOMS.join(code, f"browser-{k}")
            vote = [asyncio.to_thread(ROOMS.vote, code, f"browser-{k}", "race/2", "ABC"[k % 3]) for k in range(40)]
            assert all(await asyncio.gather(*vote))
            heard = await until(teacher, answered=40)
            assert heard["rows"] == [["A", 14], ["B", 13], ["C", 13]]
            ROOMS.vote(code, "browser-0", "race/2", "C")
            assert (await until(teacher, answered=40))["rows"] == [["A", 13], ["B", 13], ["C", 14]]
            ROOMS.vote(code, "browser-0", "race/3", "A")  # another question
            assert (await say(teacher, code=code, key=key, question="race/3"))["rows"] == [["A", 1]]
            ROOMS.reveal(code, key, "race/2")
            assert json.loads(await asyncio.wait_for(student.recv(), 20)) == {"news": first["news"] + 1}
            ROOMS.close(code, key)
            await until(teacher, gone=True)
            await until(student, gone=True)

    run(talk())


BAD = [
    "", "null", "[]", "3", "{", "[" * 290, '{"code": 3}', '{"code": ""}', '{"code": "<b>"}', '{"code": "kxtt"}',
    '{"code": "AAAA"}', '{"code": "KXTT", "key": []}', json.dumps({"code": "KXTT", "question": "x" * 300}),
]  # fmt: skip


def test_what_cannot_be_read_is_refused_with_a_word(address):
    async def refusal(text: str | bytes) -> str:
        async with open_socket(address) as page:
            await page.send(text)
            told = json.loads(await asyncio.wait_for(page.recv(), 20))
            with pytest.raises(ConnectionClosed):
                await asyncio.wait_for(page.recv(), 20)
            assert list(told) == ["error"]
            return told["error"]

    async def talk() -> None:
        code, _ = ROOMS.open()
        for text in (*BAD, b"\x00", json.dumps({"code": code, "key": "wrong"})):
            assert 3 < len(await refusal(text)) <= 200
        async with open_socket(address) as page:
            assert await say(page, code="BBBB" if code != "BBBB" else "CCCC") == {"gone": True}
        for origin in ("http://elsewhere.example", None):
            with pytest.raises(InvalidStatus, match="403"):
                await connect(f"ws://{address}/room", origin=origin)

    run(talk())
    for _ in range(100):
        if not socket._open:
            break
        time.sleep(0.05)
    assert not socket._open
