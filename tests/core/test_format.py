"""The bitstream: a second decoder, by another hand, reads what was written down."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest

import rec_core as rec
from rec_core import codes, methods
from tests import second_decoder as second

from .test_golden import GOLDEN, make_partition, make_source

PACKED = [json.loads(line) for line in (GOLDEN / "bytes.jsonl").read_text().splitlines()]
SENT = [json.loads(line) for line in (GOLDEN / "messages.jsonl").read_text().splitlines()]


@pytest.mark.parametrize(("given", "answer"), PACKED)
def test_the_second_decoder_reads_every_golden_stream(given, answer):
    name, *arguments = given["code"]
    channel, cut = make_source(given), make_partition(given)
    code = codes.MatchedCode(channel, cut) if channel else getattr(codes, name)(*arguments)
    spec = (name, code._table) if channel else given["code"]
    prior = f"{channel.prior.family} {channel.prior.dim}" if channel else ""
    agreed = {"seed": given.get("seed"), "prior": prior}
    data = bytes.fromhex(answer["data"])
    read = second.messages(data, given["intervals"], spec, repr(code), **agreed)
    assert read == [(tuple(bin_), index) for bin_, index in given["messages"]]
    dice = random.Random(answer["data"])
    spoiled = bytearray(data)
    spoiled[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    with pytest.raises(ValueError, match=r"another format|does not fit"):
        second.messages(bytes(spoiled), given["intervals"], spec, repr(code), **agreed)


def test_the_second_decoder_holds_every_golden_sample():
    tried = 0
    for given, answer in SENT:
        if given["do"] != "encode" or "index" not in answer:
            continue
        prior = make_source(given).prior
        if prior.family not in second.QUANTILES or hasattr(methods.METHODS[given.get("method", "pfr")], "receive"):
            continue
        intervals = given.get("intervals") or [1] * prior.dim
        places = second.candidate(given["seed"], intervals, answer["bin"], answer["index"])
        sample = [second.QUANTILES[prior.family](*place) for place in places]
        if prior.shift:
            sample = [m + s * x for m, s, x in zip(prior.shift, prior.scale, sample, strict=True)]
        assert sample == pytest.approx([float.fromhex(x) for x in answer["sample"]], rel=1e-12, abs=1e-13), given
        tried += 1
    assert tried > 100


def test_the_second_decoder_reads_a_stream_of_its_time():
    """Many messages over bins that are no power of two, by every code that needs no channel."""
    cut, rng = rec.Partition((1000, 7, 2**40)), np.random.default_rng(5)
    sent = [
        rec.Message((int(rng.integers(1000)), int(rng.integers(7)), int(rng.integers(2**40))), int(n))
        for n in np.minimum(rng.zipf(1.4, 400), 2**60)
    ]
    for spec in (["ZipfCode", 2.5], ["EliasDelta"], ["FixedCode", 2**60 + 1], ["PowerCode", 1.2, 62]):
        code = getattr(codes, spec[0])(*spec[1:])
        data = rec.pack(sent, cut, code, seed=7)
        assert second.messages(data, cut.intervals, spec, repr(code), seed=7) == [tuple(m) for m in sent]


def test_the_second_decoder_is_short_and_alone():
    source = Path(second.__file__).read_text(encoding="utf-8")
    assert not any(f"import {name}" in source for name in ("numpy", "constriction", "rec_core"))
    assert len(source.splitlines()) < 260
