"""The bitstream: a second decoder, by another hand, reads what was written down."""

from __future__ import annotations

import itertools
import json
import math
import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import rec_core as rec
from rec_core import codes, methods
from tests import second_decoder as second

from .test_golden import GOLDEN, make_code, make_partition, make_source

PACKED = [json.loads(line) for line in (GOLDEN / "bytes.jsonl").read_text().splitlines()]
SENT = [json.loads(line) for line in (GOLDEN / "messages.jsonl").read_text().splitlines()]


@pytest.mark.parametrize(("given", "answer"), PACKED)
def test_the_second_decoder_reads_every_golden_stream(given, answer):
    channel, cut, spec = make_source(given), make_partition(given), given["code"]
    code = make_code(given, channel, cut)
    if spec == ["MatchedCode"]:
        spec = ("MatchedCode", code._table)
    elif spec == ["ConditionalCode"]:
        spec = conditional(code)
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


def conditional(code):
    """What the second decoder needs to know of a conditional code."""
    tables = [tuple(column.tolist() for column in codes.conditional._table(code.channel, seed)) for seed in code.seeds]
    return "ConditionalCode", tables, 8 + math.ceil(code.channel.information_bits)


def places(given, answer, dim):
    """Where a message's sample lies under P, by the second decoder."""
    seed, bin_, index = given["seed"], answer["bin"], answer["index"]
    intervals = given.get("intervals") or [1] * dim
    match given.get("method"):
        case "minimalrandomcoding":
            return second.candidate(seed, intervals, bin_, second.listed(seed, index, given["num_candidates"]))
        case "astar":
            return second.node(seed, intervals, bin_, index)
        case "fastgprs":
            return [second.walked(seed, bin_[0], index)]
    return second.candidate(seed, intervals, bin_, index)


def test_the_second_decoder_holds_every_golden_sample():
    tried = Counter()
    for given, answer in SENT:
        prior = make_source(given).prior
        if given["do"] != "encode" or "index" not in answer or prior.family not in second.QUANTILES:
            continue
        if given.get("method") == "layereddither":
            sample = list(second.dithered(prior.family, given["scales"], given["seed"], answer["bin"]))
        else:
            sample = [second.QUANTILES[prior.family](*place) for place in places(given, answer, prior.dim)]
        if prior.shift:
            sample = [m + s * x for m, s, x in zip(prior.shift, prior.scale, sample, strict=True)]
        assert sample == pytest.approx([float.fromhex(x) for x in answer["sample"]], rel=1e-12, abs=1e-13), given
        tried[given.get("method", "pfr")] += 1
    assert set(tried) == set(methods.METHODS)
    assert tried.total() > 100


@pytest.mark.parametrize("family", ["gaussian", "laplace", "logistic", "uniform"])
def test_the_second_decoder_receives_what_the_methods_send(family):
    """Methods whose receiver is their own, on fresh problems."""
    for dim, seed in itertools.product((1, 2, 5), range(6)):
        scales, first = [0.5, 0.625, 0.375, 0.6875, 0.5][:dim], [0.25, 0.125, 0.5, 0.0625, 0.375][:dim]
        rest = np.add(first, scales) if family == "uniform" else scales
        problem = getattr(rec, f"{family}_problem")(first, rest)
        tried = [rec.MinimalRandomCoding(n) for n in (700, 1024, 3001)] + [rec.AStar((1.3,) * dim)]
        tried += [rec.AStar(partition=rec.Partition((3,) * dim)), rec.LayeredDither(scales)]
        for method in tried + [rec.FastGPRS()] * (dim == 1):
            sent = rec.encode(problem, method, seed=seed)
            if isinstance(method, rec.LayeredDither):
                sample = list(second.dithered(family, scales, seed, sent.message.bin))
            else:
                given = {"seed": seed, "method": methods.name_of(method)}
                given |= {"num_candidates": getattr(method, "num_candidates", None)}
                given |= {"intervals": method.partition and method.partition.intervals}
                answer = {"bin": sent.message.bin, "index": sent.message.index}
                sample = [second.QUANTILES[family](*place) for place in places(given, answer, dim)]
            assert sample == pytest.approx(sent.sample, rel=1e-11, abs=1e-13), method


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


def test_the_second_decoder_reads_indices_given_the_shared_randomness():
    """Also one that no table has, which escapes; with tables of other seeds it reads something else."""
    channel, cut = rec.gaussian_channel([2.5]), rec.Partition.uncut(1)
    sent = rec.encode_many(channel, 60, seed=4)
    code = codes.ConditionalCode(channel, sent.seeds.tolist())
    wanted = [tuple(message) for message in [*sent.messages[:59], rec.Message((0,), 2**40 + 12345)]]
    name, tables, low_bits = conditional(code)
    data = rec.pack([rec.Message(*pair) for pair in wanted], cut, code)
    agreed = {"seed": None, "prior": ""}
    assert second.messages(data, (1,), (name, tables, low_bits), repr(code), **agreed) == wanted
    assert second.messages(data, (1,), (name, tables[::-1], low_bits), repr(code), **agreed) != wanted


def test_the_second_decoder_is_short_and_alone():
    source = Path(second.__file__).read_text(encoding="utf-8")
    assert not any(f"import {name}" in source for name in ("numpy", "constriction", "rec_core"))
    assert len(source.splitlines()) < 360
