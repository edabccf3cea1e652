"""What `benchmarks/images.py` measured and shipped: the curves of the picture codec over test pictures."""

from __future__ import annotations

import csv
from importlib import resources
from typing import NamedTuple

FOLDER = resources.files("rec_core") / "images"
COMMAND = "python benchmarks/images.py --cifar PATH --ship"


class Point(NamedTuple):
    """A system at a rate: means over pictures and seeds, standard errors over pictures; bits without the header."""

    system: str
    rate: str
    pictures: int
    seeds: int
    machine: str
    bits_per_pixel: float
    bits_per_pixel_standard_error: float
    psnr_db: float
    psnr_db_standard_error: float
    kl_bits_per_pixel: float
    ideal_bits_per_pixel: float
    header_bits_per_pixel: float
    seconds: float


class Saved(NamedTuple):
    """How much more or less rate `system` takes than `anchor` at equal PSNR, with its 95% interval; shares of 1."""

    anchor: str
    system: str
    bd_rate: float
    low: float
    high: float


def curves() -> list[Point]:
    """The shipped table; empty where there is none."""
    return [
        Point(row["system"], row["rate"], int(row["pictures"]), int(row["seeds"]), row["machine"],
              *(float(row[name]) for name in Point._fields[5:]))
        for row in _rows("measured.csv")
    ]  # fmt: skip


def savings() -> dict[tuple[str, str], Saved]:
    """The shipped comparisons by (anchor, system); empty where there are none."""
    found = [
        Saved(row["anchor"], row["system"], *(float(row[name]) for name in Saved._fields[2:]))
        for row in _rows("saved.csv")
    ]
    return {(one.anchor, one.system): one for one in found}


def _rows(name: str) -> list[dict[str, str]]:
    file = FOLDER / name
    return list(csv.DictReader(file.read_text(encoding="utf-8").splitlines())) if file.is_file() else []
