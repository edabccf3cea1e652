"""A fuzzer that follows coverage: bytes that reach new lines of the decoders are kept and changed further.

`python -m tests.fuzz [SECONDS] [SEED]`, 60 and 0 by default. It starts from right frames, pictures and messages, mends
checksums, and stops at the first end that is neither an answer nor a short RecError, with the bytes that led there.
"""

from __future__ import annotations

import random
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import rec_core as rec
from rec_core import images
from rec_core.codes import frame
from tests.core.test_odd_input import fault

HOME = str(Path(rec.__file__).parent)
CUT = rec.Partition((8, 4))
CODES = rec.EliasDelta(), rec.ZipfCode(3.0), rec.FixedCode(9), rec.codes.PowerCode(1.5, 20)
PRIOR = rec.gaussian_channel([1.0, 1.0]).prior


def lines_of(call: Callable[[], str]) -> tuple[set[tuple[str, int]], str]:
    """Every line of the package that a call runs, and what it returns."""
    seen: set[tuple[str, int]] = set()

    def trace(here: Any, event: str, _: Any) -> Any:
        if not here.f_code.co_filename.startswith(HOME):
            return None
        if event == "line":
            seen.add((here.f_code.co_filename, here.f_lineno))
        return trace

    sys.settrace(trace)
    try:
        return seen, call()
    finally:
        sys.settrace(None)


def try_frame(data: bytes) -> str:
    """A frame: by the first byte, its code."""
    code, body = CODES[data[0] % 4] if data else CODES[0], bytearray(data[1:])
    if len(body) >= rec.FRAME_BYTES and data[0] < 192:
        body[5:13] = frame._checksum(bytes(body[:5]), bytes(body[13:]), CUT, code, None)
    return fault(rec.unpack, {"data": bytes(body), "partition": CUT, "code": code})


def try_picture(data: bytes) -> str:
    """A picture, whose checksum is put where the header ends."""
    at = 1
    for skipped in (0, 0, 4):
        at += skipped
        while at < len(data) and data[at] > 127:
            at += 1
        at += 1
    body = bytearray(data)
    if len(body) > at + 4:
        body[at : at + 4] = zlib.crc32(bytes(body[:at] + body[at + 4 :])).to_bytes(4, "big")
    return fault(images.decode, {"data": bytes(body), "max_pixels": 2**14})


def try_message(data: bytes) -> str:
    """A message: two bin numbers and an index, of any size."""
    parts = [int.from_bytes(data[k::3], "big", signed=True) for k in range(3)]
    return fault(rec.decode, {"message": ((parts[0], parts[1]), parts[2]), "prior": PRIOR, "partition": CUT, "seed": 1})


def changed(data: bytes, others: list[bytes], draw: random.Random) -> bytes:
    """One to four small changes."""
    body = bytearray(data)
    for _ in range(draw.randint(1, 4)):
        at = draw.randrange(len(body) + 1)
        kind = draw.randrange(6)
        if kind == 0 and at < len(body):
            body[at] ^= 1 << draw.randrange(8)
        elif kind == 1:
            body[at : at + 1] = bytes([draw.choice((0, 1, 127, 128, 255, draw.randrange(256)))])
        elif kind == 2:
            body[at:at] = draw.randbytes(draw.randint(1, 8))
        elif kind == 3:
            del body[at : at + draw.randint(1, 8)]
        elif kind == 4:
            body[at:] = draw.choice(others)[at:]
        else:
            body[at : at + 4] = draw.choice((1, 2**16, 2**31, 2**32 - 1)).to_bytes(4, "big")
    return bytes(body[:2000])


def fuzz(seconds: float, seed: int = 0) -> dict[str, int]:
    """How many inputs were tried and kept, and lines reached. Raises AssertionError for a bad end."""
    draw, known, tried = random.Random(seed), set[tuple[str, int]](), 0
    sent = [rec.Message((k % 8, k % 4), 1 + k % 9) for k in range(20)]
    corpus: dict[Callable[[bytes], str], list[bytes]] = {
        try_frame: [bytes([k]) + rec.pack(sent, CUT, code) for k, code in enumerate(CODES)],
        try_picture: [images.encode(np.full((32, 32, 3), 90, np.uint8), "dct", rate) for rate in ("low", 0.5)],
        try_message: [bytes((3, 1, 5))],
    }
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        attempt = draw.choice(list(corpus))
        data = changed(draw.choice(corpus[attempt]), corpus[attempt], draw) if tried > 20 else corpus[attempt][0]
        lines, said = lines_of(lambda attempt=attempt, data=data: attempt(data))
        assert not said, f"{attempt.__name__}({data!r}): {said}"
        if lines - known:
            known |= lines
            corpus[attempt].append(data)
        tried += 1
    return {"tried": tried, "kept": sum(map(len, corpus.values())), "lines": len(known)}


if __name__ == "__main__":
    print(fuzz(*[float(one) for one in sys.argv[1:2]] or [60.0], *map(int, sys.argv[2:3])))
