"""README's promises: its Python runs as it stands, and its set-up commands are the ones CI uses."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
import pytest

from benchmarks.images import bd_rate

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_example_runs():
    (example,) = re.findall(r"```python\n(.*?)```", README, re.S)
    names: dict[str, object] = {}
    exec(example, names)
    assert names["sent"].examined < 100_000


def test_the_docstring_of_the_package_runs():
    import rec_core

    example = "\n".join(line[4:] for line in rec_core.__doc__.splitlines() if line.startswith("    "))
    assert "rec.encode" in example
    exec(example, {})


def test_the_two_commands_are_there():
    assert 'pip install -e ".[app]" && rec-lab' in README
    assert 'pip install -e ".[test]" && pytest' in README


def test_the_rate_saved_with_and_without_headers_is_that_of_the_shipped_curves():
    with (ROOT / "rec_core/images/measured.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    def saved(header: float) -> float:
        names = "bits_per_pixel", "header_bits_per_pixel", "psnr_db"
        curves = []
        for system in ("orc-16", "partitioned-48"):
            bits, headers, level = np.array([[float(row[name]) for name in names] for row in rows
                                             if row["system"] == system]).T  # fmt: skip
            curves.append((bits + header * headers, level))
        return -100.0 * bd_rate(*curves)

    bare, whole = re.findall(r"(\d\.\d)%", README)
    assert (saved(0.0), saved(1.0)) == pytest.approx((float(bare), float(whole)), abs=0.05)
