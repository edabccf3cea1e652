"""Forged bytes with right checksums: whatever they claim, nothing is made that they cannot pay for."""

from __future__ import annotations

import random
import resource
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import product
from typing import Any

import numpy as np
import pytest

import rec_core as rec
from rec_core import codes, images
from rec_core.codes import frame
from tests import fuzz
from tests.core.test_odd_input import fault

pytestmark = pytest.mark.reliability
CUTS = (rec.Partition((1,)), rec.Partition((8, 4)), rec.Partition((2**20,) * 50), rec.Partition((1,) * 1000))
CODES = (
    rec.EliasDelta(),
    rec.ZipfCode(3.0),
    rec.ZipfCode(1e-300),
    rec.ZipfCode(1e9),
    rec.FixedCode(1),
    codes.PowerCode(4.0, 10),
)
COUNTS = (0, 1, 10, 2000, 10**7, 2**32 - 1)
PAYLOADS = (0, 1, 4, 10, 100)


def forged_frame(payload: bytes, count: int, cut: rec.Partition, code: codes.Code) -> bytes:
    head = bytes([rec.codes.FORMAT_VERSION]) + count.to_bytes(4, "big")
    return head + frame._checksum(head, payload, cut, code, None) + payload


def forged_picture(draw: random.Random) -> bytes:
    side = (1, 32, 300, 4000, 16_384)
    head = bytes([16 | draw.randrange(3)])
    for _ in range(2):
        head += images.container._groups(draw.choice(side))
    laws = draw.choice((0, 1, 8, 40, 63)) << 10 | draw.choice((2, 5, 20, 63)) << 4 | draw.randrange(16)
    head += bytes([draw.randrange(256), draw.choice((8, 24, 48, 64))]) + laws.to_bytes(2, "big") + b"\0"
    payload = draw.choice((b"", b"\0\0", draw.randbytes(4), draw.randbytes(30), draw.randbytes(400)))
    return head + zlib.crc32(head + payload).to_bytes(4, "big") + payload


def most(call: Callable[..., Any], forged: Iterable[dict[str, Any]]) -> tuple[float, float]:
    """The most seconds of processor of one of these calls, and the bytes by which all raise what the process ever held.

    Each has an answer or a short error."""
    took, before = [0.0], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def timed(**arguments: Any) -> Any:
        begun = time.process_time()
        try:
            return call(**arguments)
        finally:
            took.append(time.process_time() - begun)

    for arguments in forged:
        said = fault(timed, arguments)
        assert not said, f"{said}: {arguments!r:.300}"
    return max(took), (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024.0


def forged_frames(number: int) -> Iterator[dict[str, Any]]:
    """So many of them, as `unpack` takes them."""
    draw = random.Random(1)
    for cut, code in product(CUTS, CODES):  # tables are made once
        fault(rec.unpack, {"data": forged_frame(b"", 1, cut, code), "partition": cut, "code": code})
    for _ in range(number):
        cut, code = draw.choice(CUTS), draw.choice(CODES)
        count, payload = draw.choice(COUNTS), draw.randbytes(draw.choice(PAYLOADS))
        yield {"data": forged_frame(payload, count, cut, code), "partition": cut, "code": code}


def forged_pictures(number: int) -> Iterator[dict[str, Any]]:
    """So many of them, as `images.decode` takes them."""
    draw = random.Random(2)
    for first in (16, 17, 18):  # kernels and priors are loaded
        head = bytes([first, 1, 1, 16, 8, 4, 93, 0])
        images.decode(head + zlib.crc32(head).to_bytes(4, "big"))
    for _ in range(number):
        yield {"data": forged_picture(draw)}


def test_a_forged_frame_takes_little(pytestconfig: pytest.Config) -> None:
    took, held = most(rec.unpack, forged_frames(pytestconfig.getoption("--odd")))
    assert took < 1.0
    assert held < 100e6


def test_a_forged_picture_takes_little(pytestconfig: pytest.Config) -> None:
    took, held = most(images.decode, forged_pictures(pytestconfig.getoption("--odd")))
    assert took < 1.0
    assert held < 100e6


def test_a_frame_that_claims_too_much_is_refused() -> None:
    for arguments in forged_frames(100):
        if int.from_bytes(arguments["data"][1:5], "big") >= 10**7:
            with pytest.raises(rec.MessageError, match="max_count"):
                rec.unpack(**arguments)


def test_a_picture_pays_for_all_of_its_strips_and_for_what_its_blocks_hold() -> None:
    """Ten strips that could be paid for one by one, dithered numbers for nothing, and tiles at a tenth of a bit."""
    payload = random.Random(1).randbytes(400)
    for head in ("1120ac029d0803fa00", "1220ac02be08002f00", "10a01fa01f1040002f00"):
        body = bytes.fromhex(head)
        data = body + zlib.crc32(body + payload).to_bytes(4, "big") + payload
        with pytest.raises(rec.MessageError, match="fewer messages"):
            images.decode(data)


def test_the_fuzzer_reaches_the_decoders_and_stops_at_a_bad_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """In short; `python -m tests.fuzz SECONDS` goes on."""
    found = fuzz.fuzz(2.0)
    assert found["tried"] > 20
    assert found["lines"] > 60
    monkeypatch.setattr(fuzz, "fault", lambda *_: "IndexError")
    with pytest.raises(AssertionError, match="IndexError"):
        fuzz.fuzz(2.0)


def test_sixteen_bytes_that_claim_a_huge_picture_are_refused_at_once() -> None:
    head = bytes([16, 128, 128, 1, 128, 128, 1, 0, 24]) + (0 << 10 | 2 << 4).to_bytes(2, "big") + b"\0"
    data = head + zlib.crc32(head).to_bytes(4, "big")
    begun = time.process_time()
    with pytest.raises(rec.MessageError, match="max_pixels"):
        images.decode(data)
    with pytest.raises(rec.MessageError, match="fewer messages"):
        images.decode(data, max_pixels=2**28)
    assert time.process_time() - begun < 5.0


def test_more_messages_than_the_payload_pays_for_are_read_if_the_caller_says_so() -> None:
    cut, code = rec.Partition((8,)), rec.EliasDelta()
    messages = [rec.Message((0,), 1)] * 70_000  # the first bin and index: no byte of payload is needed
    data = rec.pack(messages, cut, code)
    assert len(data) == rec.FRAME_BYTES
    with pytest.raises(rec.MessageError, match="max_count"):
        rec.unpack(data, cut, code)
    assert rec.unpack(data, cut, code, max_count=70_000) == messages
    with pytest.raises(rec.MessageError, match="max_count"):
        codes.unpack_bare(b"", cut, code, 5, max_count=4)


def test_many_honest_messages_need_no_limit() -> None:
    draw = np.random.default_rng(3)
    cut, code = rec.Partition((8,)), rec.FixedCode(2)
    pairs = zip(draw.integers(0, 8, 80_000).tolist(), draw.integers(1, 3, 80_000).tolist(), strict=True)
    messages = [rec.Message((place,), index) for place, index in pairs]
    assert rec.unpack(rec.pack(messages, cut, code), cut, code) == messages
