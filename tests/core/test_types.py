"""A type checker refuses words and values that are refused when run, and takes those that are right."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

WRONG = """
rec.PFR(weighting="prf")
rec.PFR(stopping="perbin")
rec.ORC(8, weighting="mass")
rec.ORC("8")
rec.allocate(channel, 4, "runtimes")
rec.encode(problem, "pfr", seed=1)
rec.encode(problem)
rec.encode_many(channel, 10, rec.PFR(), seed="1")
rec.Partition("8")
rec.images.encode(None, "jpeg")
rec.study.run(rec.study.Study((), 1), form="xlsx")
rec.laws.mean_length_bits(channel, None, channel)
""".strip().splitlines()
RIGHT = """
rec.PFR(rec.Partition((8, 4)), weighting="target_mass", stopping="per_bin")
rec.encode_many(channel, 10, rec.ORC(8), seed=1).samples.mean()
rec.laws.mean_length_bits(channel, None, rec.ZipfCode.for_source(channel))
rec.images.encode(None, "dct", partition_bits="auto")
rec.study.grid([channel], (0, "I"), ["runtime"])
""".strip().splitlines()
START = ["import rec_core as rec", "channel = rec.gaussian_channel([2.0])", "problem = channel.draw(1)"]


def test_a_checker_refuses_what_is_wrong_and_nothing_else(tmp_path):
    program = tmp_path / "program.py"
    program.write_text("\n".join([*START, *WRONG, *RIGHT]) + "\n")
    found = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", str(program)],
        capture_output=True, text=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    lines = {int(number) for number in re.findall(r"program\.py:(\d+): error", found.stdout)}
    assert lines == {len(START) + 1 + k for k in range(len(WRONG))}, found.stdout
