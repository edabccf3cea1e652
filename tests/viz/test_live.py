"""Live answers: those of the page, within a budget; what is malformed is refused with a word, on a socket too."""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import Iterator
from threading import current_thread
from types import SimpleNamespace

import numpy as np
import pytest
from starlette.websockets import WebSocketState
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

import rec_core as rec
from rec_viz import background, live
from rec_viz.model import lab
from rec_viz.settings import PRESETS, View, link_query
from rec_viz.settings.table import OTHERS
from rec_viz.settings.view import dragged
from rec_viz.stage.scene import as_bytes, scene
from rec_viz.warm_up import warm_up
from tests.viz.parts import run, serving

THREE = View(lanes=("pfr", "pfr_bins", "orc_bins"))


def request(view: View, **change: object) -> str:
    return json.dumps({"view": link_query(view), "change": change})


def opened(data: bytes) -> dict:
    """What `decodeBytes` of scene.js makes of an answer."""
    (length,) = struct.unpack("<I", data[:4])

    def arrays(value):
        if isinstance(value, dict) and "at" in value:
            return np.frombuffer(data, f"<{value['t']}", value["n"], 4 + length + value["at"])
        if isinstance(value, dict):
            return {key: arrays(item) for key, item in value.items()}
        return [arrays(item) for item in value] if isinstance(value, list) else value

    return arrays(json.loads(data[4 : 4 + length]))


def asked(view: View, **change: object) -> dict:
    return opened(live.answer(request(view, **change)))


CHANGES = [
    {"log2_bins": 5}, {"bits": 4.5}, {"seed": 8}, {"dim": 2}, {"weighting": "target_mass"}, {"candidates": 32},
    {"target": 3}, {"rows": [[-0.5, 0.25]]}, {"intervals": [32]}, {"rows": [[0.2, 0.3]], "intervals": [16]},
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_the_answer_is_the_scene_of_the_changed_view(change):
    view = dragged(THREE, change)
    assert view != THREE
    data = live.answer(request(THREE, **change))
    assert data == as_bytes(scene(lab.run(view, lab.live(view.dim)), view.view, live=view))
    assert opened(data)["live"]["query"] == link_query(view)


def test_a_lessons_picture_is_answered_as_it_is_moved():
    place = {"lesson": "reweight", "step": 1, "shown": False, "narrow": True, "dark": True}
    closed, opened = (json.loads(live.answer(json.dumps(place | {"hand": {"tap7": tap}}))) for tap in (1, 100))
    assert closed["svg"].startswith("<svg")
    assert closed["svg"] != opened["svg"]
    assert [one["knobs"][6]["value"] for one in (closed, opened)] == [1, 100]
    for wrong in (place, place | {"step": 99, "hand": {}}, place | {"hand": {"tap7": "wide"}}):
        assert set(json.loads(live.answer(json.dumps(wrong)))) == {"error"}


@pytest.mark.parametrize("view", [pytest.param(preset.view, id=preset.name) for preset in PRESETS])
def test_what_is_answered_is_what_the_page_then_shows(view):
    """The same winner, bits and costs; fewer of the candidates on the way."""
    answer, page = asked(view), scene(lab.race(view), view.view)
    assert answer["id"] == page["id"]
    shown = {lane["name"]: lane for lane in page["lanes"]}
    assert len(answer["lanes"]) + len(answer["refused"]) == len(view.lanes)
    for lane, receiver in zip(answer["lanes"], answer["receiver"], strict=True):
        whole = shown[lane["name"]]
        for key in ("message", "examined", "expected_examined", "stop_time", "log2_sup_ratio"):
            assert lane[key] == whole[key], key
        assert lane["race"][lane["winner"]] == whole["race"][whole["winner"]]
        assert receiver["equal"]


@pytest.mark.parametrize("other", OTHERS)
def test_at_no_information_every_method_has_a_length(other):
    told = asked(View(lanes=("pfr",), others=(other,)), bits=0.0)
    assert len(told["lanes"]) + len(told["refused"]) == 2
    assert all(np.isfinite(lane["message"]["length_bits"]) for lane in told["lanes"])


def test_a_process_aside_answers_as_the_thread_does_and_may_be_killed(monkeypatch):
    warm_up().ready.wait(240)
    asks = [("stage", request(THREE, bits=4.5)), ("stage", "{"), ("rule", "{}")]
    here = [live.ANSWERS[kind](text) for kind, text in asks]
    aside = live._ASIDE
    for lost in range(background.MOST_LOST):
        assert live.worked_out(*asks[0]) == here[0]  # by the thread, while it starts
        assert aside.there.wait(120)
        with monkeypatch.context() as patch:
            patch.setattr(live, "ANSWERS", {})  # the thread cannot
            assert [live.worked_out(*ask) for ask in asks] == here
        aside.process.kill()
        aside.process.wait()
        assert live.worked_out(*asks[0]) == here[0]
        assert aside.lost == lost + 1
    assert live.worked_out(*asks[0]) == here[0]
    assert aside.process is None  # one that is lost every time is not begun again


class Opened:
    """A page that opens its socket and asks nothing."""

    application_state = client_state = WebSocketState.DISCONNECTED

    def __init__(self, origin):
        self.headers = {"origin": origin, "host": "here"}

    async def accept(self): ...

    async def close(self, code): ...

    async def receive(self):
        return {"type": "websocket.disconnect"}


def test_the_process_aside_begins_when_a_page_opens(monkeypatch):
    """Before a hand drags; not for a page from elsewhere."""
    warm_up().ready.wait(240)
    begun = []
    monkeypatch.setattr(live, "_ASIDE", SimpleNamespace(begin=lambda: begun.append(current_thread().name)))
    for origin in ("http://elsewhere", "http://here"):
        assert begun == []
        asyncio.run(live._serve("stage", Opened(origin)))
    live._WORKERS.submit(int).result(10)
    assert [name.startswith("live") for name in begun] == [True]


def test_an_answer_keeps_to_its_budget():
    told = asked(View(lanes=("pfr", "pfr_bins"), log2_bins=4), bits=13.0)
    for lane in told["lanes"]:
        assert lane["examined"] <= 2**14
        assert lane["num_events"] <= 500 + 256  # improvements are always kept
    long = asked(View(lanes=("pfr",)), bits=20.0)
    assert long["lanes"] == []
    problem = lab.race(View(lanes=("pfr_bins",), bits=20.0, log2_bins=16)).problem
    expected = round(np.log2(rec.laws.expected_examined(problem, rec.PFR())))
    assert f"2^{expected} candidates on average" in long["refused"][0]["refusal"]
    assert "16,384" in long["refused"][0]["refusal"]
    few = asked(View(lanes=("orc",)), candidates=2**16)
    assert "2^16 candidates" in few["refused"][0]["refusal"]


def test_controls_are_those_that_say_something():
    names = lambda told: [control["name"] for control in told["live"]["controls"]]  # noqa: E731
    assert names(asked(THREE)) == ["log2 J", "Dimension D", "Information I", "Seed"]
    assert names(asked(THREE._replace(lanes=("pfr",)))) == ["Dimension D", "Information I", "Seed"]
    assert names(asked(THREE, rows=[[0.5, 0.5]])) == ["log2 J", "Seed"]  # Q is the reader's own
    for control in asked(THREE, seed=123_456)["live"]["controls"]:
        assert control["low"] <= control["value"] <= control["high"]


HOSTILE = [
    "", "null", "[]", "3", '"view"', "{", "{}}", "\x00", "[" * 4000, '{"view": []}', '{"view": {"bits": 3}}',
    '{"change": []}', '{"change": {"bits": "many"}}', '{"change": {"bits": 1e999}}', '{"change": {"bits": NaN}}',
    '{"change": {"bits": -1}}', '{"change": {"bits": [1]}}', '{"change": {"log2_bins": 49}}',
    '{"change": {"dim": 0}}', '{"change": {"dim": 2.5}}', '{"change": {"seed": -1}}', '{"change": {"seed": 1e300}}',
    '{"change": {"weighting": "heavy"}}', '{"change": {"lanes": "pfr"}}', '{"change": {"lanes": [["pfr"]]}}',
    '{"change": {"lanes": []}}', '{"change": {"__class__": "x"}}', '{"change": {"candidates": 3}}',
    '{"change": {"rows": 3}}', '{"change": {"rows": [[1]]}}', '{"change": {"rows": [[1, NaN]]}}',
    '{"change": {"rows": [["a", "b"]]}}', '{"change": {"rows": [[0, -1]]}}', '{"change": {"rows": [[0, 0]]}}',
    '{"change": {"intervals": [0]}}', '{"change": {"intervals": ["x"]}}', '{"change": {"intervals": [1e400]}}',
    json.dumps({"change": {"rows": [[0.0, 0.5]] * 65}}), json.dumps({"change": {"intervals": [10**400]}}),
    '{"top": "high"}', '{"top": -1}', '{"top": NaN}', '{"top": 1e999}',
    '{"view": {"bits": "NaN"}}', '{"view": {"lanes": "pfr,../etc"}}', '{"view": {"v": "2"}}',
    json.dumps({"view": {"means": "9" * 5000}}), json.dumps({"view": {"source": "own", "means": "a"}}),
    json.dumps({"view": {"source": "own", "means": "1e400", "scales": "1"}}),
    json.dumps({"view": {"source": "drawn", "heights": "1e308,-1e308"}}),
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_cannot_be_answered_is_refused_with_a_word(text):
    told = opened(live.answer(text))
    assert list(told) == ["error"]
    assert 3 < len(told["error"]) <= 300


def test_the_picture_keeps_its_height_where_the_race_fits():
    told = lambda top: opened(live.answer(json.dumps({"view": link_query(THREE), "top": top})))["top"]  # noqa: E731
    fits = told(None)
    assert told(1.2 * fits) == 1.2 * fits
    assert told(0.9 * fits) == 0.9 * fits
    assert told(0.1 * fits) == told(9.0 * fits) == fits


def test_a_long_request_is_refused_unread():
    fits = request(THREE)
    assert "error" not in opened(live.answer(fits + " " * (live.MOST_BYTES - len(fits))))
    assert "too long" in opened(live.answer(fits + " " * (live.MOST_BYTES - len(fits) + 1)))["error"]


# ---------------------------------------------------------------------------------------------------- the socket


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving(live.ROUTES) as host:
        yield host


def test_a_socket_answers_and_survives_a_bad_request(address):
    async def talk() -> list[dict]:
        async with connect(f"ws://{address}/live", origin=f"http://{address}") as socket:
            told = []
            for text in (request(THREE, seed=4), "nonsense", request(THREE, seed=5)):
                await socket.send(text)
                told.append(opened(await socket.recv()))
            return told

    first, bad, second = run(talk())
    assert first["live"]["query"]["seed"] == "4"
    assert "error" in bad
    assert second["live"]["query"]["seed"] == "5"


def test_the_newest_request_wins(address):
    async def talk() -> list[str]:
        async with connect(f"ws://{address}/live", origin=f"http://{address}") as socket:
            for seed in range(60):
                await socket.send(request(THREE, seed=seed))
            told = []
            while not told or told[-1] != "59":
                told.append(opened(await asyncio.wait_for(socket.recv(), 20))["live"]["query"]["seed"])
            return told

    told = run(talk())
    assert len(told) < 40  # most were stale before their turn came
    assert told == sorted(told, key=int)


@pytest.mark.parametrize("origin", ["http://elsewhere.example", None])
def test_pages_from_elsewhere_are_turned_away(address, origin):
    async def talk() -> None:
        async with connect(f"ws://{address}/live", origin=origin):
            pass

    with pytest.raises(InvalidStatus, match="403"):
        run(talk())


def test_bytes_are_no_request(address):
    async def talk() -> None:
        async with connect(f"ws://{address}/live", origin=f"http://{address}") as socket:
            await socket.send(b"\x00\x01")
            await socket.recv()

    with pytest.raises(ConnectionClosed):
        run(talk())


def test_a_visitor_who_leaves_at_once_does_no_harm(address):
    async def talk() -> None:
        for _ in range(5):
            async with connect(f"ws://{address}/live", origin=f"http://{address}") as socket:
                await socket.send(request(THREE, seed=1))
        async with connect(f"ws://{address}/live", origin=f"http://{address}") as socket:
            await socket.send(request(THREE, seed=2))
            assert opened(await socket.recv())["live"]["query"]["seed"] == "2"
        await asyncio.sleep(0.2)

    run(talk())
    assert not live._open
