"""Answers written down once and replayed: messages, bytes, pictures, laws and a study stay what they were.

A file of `golden/` holds one case a line, `[given, answer]`, both plain JSON; `replay` makes the answer anew. Numbers
that a search made are hexadecimal floats and compared exactly, laws to a relative error of 1e-9 unless a case says
`rel` or `abs`. On a machine whose own `exp`, `log` or matrix product ends in other digits, the last digits may differ:
there they are compared to 1e-9, and what hangs on every digit (digests, files of the fitted codec) is left out.

`python -m tests.core.golden.make --force` writes the files anew: only when an answer is meant to change.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rec_core as rec
from rec_core import codes, images, methods, study

GOLDEN = Path(__file__).parent / "golden"
FILES = ("messages", "rows", "bytes", "pictures", "laws", "studies")
Given = dict[str, Any]


def make_partition(given: Given) -> Any:
    """The partition of a case; None where it has none."""
    return rec.Partition(given["intervals"]) if "intervals" in given else None


def make_method(given: Given) -> Any:
    """The method of a case."""
    kind = methods.METHODS[given.get("method", "pfr")]
    settings = [field.name for field in fields(kind) if field.init]
    own = {name: given[name] for name in settings if name in given}
    return kind(**own, **({"partition": make_partition(given)} if "partition" in settings else {}))


def make_code(given: Given, channel: Any, cut: Any) -> Any:
    """The code of a case; those of a channel have it from the case's source."""
    name, *settings = given["code"]
    if channel is not None:
        settings = [channel, cut if name == "MatchedCode" else given["seeds"]]
    return getattr(codes, name)(*settings)


def law(name: str, problem: Any, given: Given) -> Any:
    """The laws that ask for a method."""
    method = make_method(given)
    if name == "expected_examined":
        return rec.laws.expected_examined(problem, method)
    if name == "output_mmd":
        return float(rec.metrics.output_mmd(problem, [method])[0])
    return getattr(rec.laws, name)(problem, method, *([given["at"]] if "at" in given else []))


# ------------------------------------------------------------------------------------------------------------- replay


def make_source(given: Given) -> Any:
    """The problem or channel of a case, as the name of what makes it and its arguments."""
    if "source" not in given:
        return None
    name, *arguments = given["source"]
    made = getattr(rec, name)(*arguments)
    return made.draw(given["target"]) if "target" in given else made


def hexes(values: Any) -> list[str]:
    return [float(value).hex() for value in np.ravel(values)]


def digest(*arrays: Any) -> str:
    """Of shapes, kinds and every bit."""
    found = hashlib.blake2b(digest_size=12)
    for array in map(np.ascontiguousarray, arrays):
        little = array.astype(array.dtype.newbyteorder("<"))
        found.update(f"{little.dtype.str}{little.shape}".encode() + little.tobytes())
    return found.hexdigest()


def replay_encode(given: Given) -> Given:
    problem = make_source(given)
    try:
        method = make_method(given)
        sent = rec.encode(problem, method, seed=given["seed"])
    except rec.BudgetExceeded as refusal:
        intervals = refusal.suggested_intervals
        return {"refused": float(refusal.expected_bits).hex(), "suggested": intervals and list(intervals)}
    except rec.RecError as refusal:
        return {"error": type(refusal).__name__}
    held = rec.decode(sent.message, problem.prior, method, seed=given["seed"])
    assert (held == sent.sample).all()
    return {
        "bin": list(sent.message.bin), "index": sent.message.index, "examined": sent.examined,
        "race_time": sent.race_time.hex(), "log_ratio_bits": sent.log_ratio_bits.hex(), "sample": hexes(sent.sample),
    }  # fmt: skip


def replay_many(given: Given) -> Given:
    source, runs = make_source(given), given["runs"]
    sent = rec.encode_many(source, runs, make_method(given), seed=given["seed"], first=given.get("first", 0))
    held = rec.decode_many((sent.bins, sent.indices), source.prior, make_partition(given), seeds=sent.seeds)
    assert (held == sent.samples).all()
    return {
        "bins": sent.bins[:3].tolist(), "indices": sent.indices[:8].tolist(), "examined": sent.examined[:8].tolist(),
        "seeds": sent.seeds[:2].tolist(), "race_times": hexes(sent.race_times[:3]), "samples": hexes(sent.samples[:2]),
        "whole_digest": digest(sent.bins, sent.indices, sent.examined, sent.seeds),
        "digits_digest": digest(sent.samples, sent.race_times, sent.kl_bits),
    }  # fmt: skip


def replay_trace(given: Given) -> Given:
    events = {"max_events": given["max_events"]} if "max_events" in given else {}
    kept = rec.trace(make_source(given), make_method(given), seed=given["seed"], **events)
    return {
        "bin": list(kept.message.bin), "index": kept.message.index, "examined": kept.examined, "winner": kept.winner,
        "events": len(kept.indices), "stopping": kept.stopping, "stop_time": kept.stop_time.hex(),
        "log2_sup_ratio": kept.log2_sup_ratio.hex(),
        "whole_digest": digest(kept.bins, kept.indices, kept.best, kept.positions),
        "digits_digest": digest(
            kept.samples, kept.quantiles, kept.arrival_times, kept.log_ratios_bits, kept.race_times
        ),
    }  # fmt: skip


def replay_allocate(given: Given) -> Given:
    cut = rec.allocate(make_source(given), given["log2_bins"], strategy=given["strategy"], seed=given.get("seed", 0))
    return {"intervals": list(cut.intervals)}


def replay_pack(given: Given) -> Given:
    channel, cut = make_source(given), make_partition(given)
    code = make_code(given, channel, cut)
    messages = [rec.Message(tuple(bin_), index) for bin_, index in given["messages"]]
    frame = {name: given[name] for name in ("seed",) if name in given}
    if channel is not None:
        frame["prior"] = channel.prior
    data = rec.pack(messages, cut, code, **frame)
    assert rec.unpack(data, cut, code, **frame) == messages
    lengths = hexes(code.length_bits([index for _, index in given["messages"]]))
    return {"data": data.hex(), "words": [code.codeword(index) for index in given["words"]], "lengths_bits": lengths}


def picture(height: int, width: int, seed: int) -> np.ndarray:
    """A coloured slope, a disc and a little grain, in whole numbers alone; uint8 (H, W, 3)."""
    down, across = np.mgrid[0:height, 0:width]
    disc = (down - height // 3) ** 2 + (across - width // 2) ** 2 < (height // 4) ** 2
    grain = (down * 7919 + across * 104729 + seed * 1299709) % 23
    colours = (5 * across + 2 * down + 40 * seed, 200 - 4 * down + 90 * disc, 60 + 3 * across - 50 * disc)
    return np.stack([np.clip(colour + grain, 0, 255) for colour in colours], axis=-1).astype(np.uint8)


def replay_picture(given: Given) -> Given:
    image = picture(*given["picture"])
    data = images.encode(image, given["codec"], given["rate"], seed=given["seed"], **given.get("options", {}))
    return {"picture_digest": digest(image), "file": base64.b64encode(data).decode(), "pixels": pixels(data)}


def pixels(data: bytes) -> str:
    return digest(images.decode(data))


def numbers(count: int, dim: int = 1, seed: int = 0) -> np.ndarray:
    """Evenly spread numbers in (0, 1), without a generator; (count, dim)."""
    place = np.arange(1, count + 1)[:, None] * (7919 + 2 * np.arange(dim)) + seed
    return (place % 10007 + 0.5) / 10007


def replay_law(given: Given) -> Given:
    name, source, cut = given["law"], make_source(given), make_partition(given)
    if name in ("expected_examined", "orc_density", "orc_bias", "output_ratio", "output_mmd"):
        value = law(name, source, given)
    elif name == "index_law":
        found = rec.laws.index_law(source, cut)
        value = [found.mean_log2, found.entropy_bits, *found.tail([1, 2, 10, 1000, 10**6])]
    elif name == "index_pmf":
        value = rec.laws.index_pmf(source, cut, max_index=8)
    elif name in ("expected_log2_index", "overhead_bits", "log2_index_bound_bits", "sharp_bound_bits"):
        value = getattr(rec.laws, name)(source, cut)
    elif name == "bound_bits":
        value = rec.laws.bound_bits(*given["at"])
    elif name == "upper_sum_bits":
        value = rec.upper_sum_bits(source, cut)
    elif name == "bin_weights":
        value = np.concatenate(rec.bin_weights(source, cut, given["weighting"]))
    elif name == "bin_peaks_bits":
        value = np.concatenate(rec.bin_peaks_bits(source, cut))
    elif name == "problem":
        value = [source.kl_bits, source.d_inf_bits, *source.log_ratio_bits(given["at"])]
    else:
        value = metric(name, source, given)
    return {"value": [float(one) for one in np.ravel(value)]}


def metric(name: str, problem: Any, given: Given) -> Any:
    """A metric of evenly spread numbers against a problem, or against others of them."""
    x = numbers(given["count"], given.get("dim", 1))
    other = numbers(given["count"] // 2, given.get("dim", 1), seed=5) ** 2 if problem is None else problem
    if name in ("ks", "mmd"):
        return np.concatenate([np.ravel(part) for part in getattr(rec.metrics, name)(x, other)])
    if name == "total_variation":
        return rec.metrics.total_variation(x, other, given["edges"])
    return getattr(rec.metrics, name)(x**3)


def replay_study(given: Given) -> Given:
    cells = [study.Cell(make_source(one), make_method(one)) for one in given["cells"]]
    table = study.run(study.Study(tuple(cells), given["runs"], given["seed"], samples=given["samples"]))
    lengths = table.pop("length_bits")  # of a code whose parameter is computed, not exact
    table["length_bits"] = np.zeros(len(lengths))
    table["error"] = table["error"] != ""  # whether, and not in which words
    whole = ("cell", "run", "seed", "index", "examined")
    text = study.to_bytes(table, "csv")
    return {
        "examined": table["examined"].tolist(), "index": table["index"].tolist(),
        "errors": int(table["error"].sum()),
        "whole_digest": digest(*(table[name] for name in whole)),
        "digits_digest": hashlib.blake2b(text, digest_size=12).hexdigest(), "value": lengths.tolist(),
    }  # fmt: skip


REPLAY = {
    "encode": replay_encode, "many": replay_many, "trace": replay_trace, "allocate": replay_allocate,
    "pack": replay_pack, "picture": replay_picture, "law": replay_law, "study": replay_study,
}  # fmt: skip


def replay(given: Given) -> Given:
    """The answer to a case, as plain JSON."""
    return REPLAY[given["do"]](given)


# ------------------------------------------------------------------------------------------------------------ compare


def arithmetic() -> str:
    """A digest of how this machine rounds: logarithms, exponentials, and a matrix product in single precision."""
    at = np.arange(1, 2000) / 128.0
    one_by_one = [[f(x) for x in at] for f in (math.log, math.log1p, math.sin, math.erfc)]
    square = np.sin(np.arange(128 * 128, dtype=np.float32).reshape(128, 128) % 251.0)
    return digest(np.array(one_by_one), np.exp(-at), np.log(at), square @ square)


DIGITS = (
    "race_time",
    "race_times",
    "log_ratio_bits",
    "sample",
    "samples",
    "stop_time",
    "log2_sup_ratio",
    "lengths_bits",
)


def differences(given: Given, answer: Given, wanted: Given, exact: bool) -> list[str]:
    """Names of what is not as it was, with both."""
    assert answer.keys() == wanted.keys()
    wrong = []
    for name, new in answer.items():
        old = wanted[name]
        if name == "value":
            rel = given.get("rel", 1e-9)
            same = new == pytest.approx(old, rel=rel, abs=given.get("abs", 1e-3 * rel), nan_ok=True)
        elif name == "refused" or (name in DIGITS and not exact):
            digits = [[float.fromhex(v) for v in ([side] if isinstance(side, str) else side)] for side in (new, old)]
            same = digits[0] == pytest.approx(digits[1], rel=1e-6 if name == "refused" else 1e-9, abs=1e-9)
        elif not exact and (name == "digits_digest" or given.get("codec") == "inr"):
            continue
        else:
            same = new == old
        if not same:
            wrong.append(f"{name}: {str(new)[:200]} was {str(old)[:200]}")
    return wrong


def cases(name: str) -> list[tuple[Given, Given]]:
    lines = (GOLDEN / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [tuple(json.loads(line)) for line in lines]


@pytest.fixture(scope="module")
def exact() -> bool:
    return (GOLDEN / "arithmetic.txt").read_text(encoding="utf-8").strip() == arithmetic()


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_answers_are_what_they_were(name, exact):
    found = [(given, differences(given, replay(given), wanted, exact)) for given, wanted in cases(name)]
    changed = [f"{given}\n    " + "\n    ".join(wrong) for given, wrong in found if wrong]
    assert not changed, f"{len(changed)} of {len(found)} changed:\n" + "\n".join(changed[:8])


def test_files_written_before_are_read():
    for given, wanted in cases("pictures"):
        assert pixels(base64.b64decode(wanted["file"])) == wanted["pixels"], given


def spoil(value: Any) -> Any:
    """Something else of the same kind."""
    if isinstance(value, list):
        return [spoil(value[0]), *value[1:]]
    return value * 1.01 if isinstance(value, float) else value + (1 if isinstance(value, int) else "0")


@pytest.mark.parametrize("name", FILES)
def test_a_changed_answer_is_noticed(name):
    """One digit, index, byte or law off, in any part of the answer, is a difference."""
    given, wanted = cases(name)[0]
    assert differences(given, wanted, wanted, True) == []
    assert differences(given, wanted, wanted, False) == []
    for key in wanted:
        assert differences(given, {**wanted, key: spoil(wanted[key])}, wanted, True) != []
