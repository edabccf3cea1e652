"""Golden answers once more, in a process of its own, whose kernels and threads may be others.

`python -m tests.promises` replays them all: without compiled kernels if NUMBA_DISABLE_JIT=1 is set, with those of a
plain processor if NUMBA_CPU_NAME=generic is, and with `--threads N` on N threads. It prints how many were replayed and
which changed. `tests/reliability.py` and tests/core/test_promises.py call it so.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.core import test_golden as golden

ROOT = Path(__file__).parents[1]
WAYS: dict[str, tuple[dict[str, str], list[str]]] = {
    "not compiled": ({"NUMBA_DISABLE_JIT": "1"}, ["--below", "400"]),
    "one thread": ({"OPENBLAS_NUM_THREADS": "1"}, ["--threads", "1"]),
    "two threads": ({"OPENBLAS_NUM_THREADS": "2"}, ["--threads", "2"]),
    "compiled for any processor": ({"NUMBA_CPU_NAME": "generic"}, []),
}


def candidates(given: golden.Given, wanted: golden.Given) -> float:
    """About how many candidates a replay makes; infinite for what is slow without compiled kernels anyhow."""
    if given["do"] in ("law", "picture", "study") or ("source" in given and given["do"] == "pack"):
        return float("inf")
    examined = wanted.get("examined", 0)
    return float(sum(examined)) * given.get("runs", 1) / len(examined) if isinstance(examined, list) else examined


def replayed(names: list[str], below: float, step: int) -> Iterator[tuple[golden.Given, list[str]]]:
    """Every `step`-th golden answer of these files that makes at most `below` candidates, and how it has changed."""
    exact = (golden.GOLDEN / "arithmetic.txt").read_text(encoding="utf-8").strip() == golden.arithmetic()
    for name in names:
        chosen = [case for case in golden.cases(name) if candidates(*case) <= below]
        for given, wanted in chosen[::step]:
            yield given, golden.differences(given, golden.replay(given), wanted, exact)


def again(way: str, *arguments: str) -> dict[str, Any]:
    """What `main` prints in a process of its own, with a kernel cache of its own where kernels are others."""
    settings, more = WAYS[way]
    with tempfile.TemporaryDirectory() as cache:
        own = {"NUMBA_CACHE_DIR": cache} if "NUMBA_CPU_NAME" in settings else {}
        line = [sys.executable, "-m", "tests.promises", *more, *arguments]
        ended = subprocess.run(
            line, cwd=ROOT, env=os.environ | settings | own, capture_output=True, text=True, check=False
        )
    if ended.returncode:
        raise RuntimeError(ended.stderr[-2000:])
    found: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return found


def trial(way: str) -> Counter[str]:
    """A row of the table of `tests.reliability`."""
    found = again(way)
    wrong = f"WRONG: {found['changed'][:1]}"
    return Counter({"equal": found["replayed"] - len(found["changed"]), wrong: len(found["changed"])}) - Counter()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.promises", description="Replay golden answers.")
    parser.add_argument("files", nargs="*", default=[], help=f"of {', '.join(golden.FILES)} (all)")
    parser.add_argument("--threads", type=int, help="as if the machine had so many cores")
    parser.add_argument("--below", type=float, default=float("inf"), help="the most candidates of an answer")
    parser.add_argument("--step", type=int, default=1, help="only every so many-th answer")
    chosen = parser.parse_args()
    if chosen.threads:
        os.cpu_count = lambda: chosen.threads
    done = list(replayed(chosen.files or list(golden.FILES), chosen.below, chosen.step))
    changed = [f"{given}: {'; '.join(wrong)}" for given, wrong in done if wrong]
    print(json.dumps({"replayed": len(done), "changed": changed}))


if __name__ == "__main__":
    main()
