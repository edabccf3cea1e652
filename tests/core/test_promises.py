"""The promise of docs/format.md, kept by other kernels and threads: `python -m tests.promises` replays all of it."""

from __future__ import annotations

import json

import pytest

from tests import promises
from tests.core import test_golden as golden

pytestmark = pytest.mark.reliability


@pytest.mark.parametrize(
    ("way", "files"),
    [("not compiled", ("messages", "rows", "bytes")), ("one thread", ("rows",)), ("two threads", ("rows",))],
)
def test_golden_answers_are_the_same_in_another_way(way, files):
    found = promises.again(way, *files, "--step", "12")
    assert found["replayed"] > 3
    assert not found["changed"], found["changed"][:3]


def test_golden_answers_are_the_same_on_any_processor(pytestconfig):
    """All kernels are compiled anew, so it takes minutes: only with `--odd 1000` or more."""
    if pytestconfig.getoption("--odd") < 1000:
        pytest.skip("--odd 1000 replays golden messages with kernels for any processor.")
    found = promises.again("compiled for any processor", "messages", "--step", "8")
    assert found["replayed"] > 20
    assert not found["changed"], found["changed"][:3]


def test_an_answer_that_has_changed_is_reported(monkeypatch):
    given, wanted = next(case for case in golden.cases("bytes"))
    monkeypatch.setattr(golden, "cases", lambda _: [(given, wanted | {"data": wanted["data"][:-2]})])
    assert next(wrong for _, wrong in promises.replayed(["bytes"], 1e9, 1))


def test_every_family_and_method_and_code_is_pinned():
    from rec_core import codes, families, methods

    text = "\n".join(json.dumps(given) for name in golden.FILES for given, _ in golden.cases(name))
    assert all(f'"{family}_' in text for family in families.FAMILIES)
    kinds = {name for name, kind in vars(codes).items() if isinstance(kind, type) and hasattr(kind, "codeword")}
    assert all(f'"{name}"' in text for name in kinds - {"Code"})  # a protocol
    assert all(name == "pfr" or f'"method": "{name}"' in text for name in methods.METHODS)
