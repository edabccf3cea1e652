"""What `benchmarks/image*.py` measured on test pictures and shipped: ours and other codecs, intervals, budgets."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from importlib import resources
from typing import Any, NamedTuple, TypeVar, get_type_hints

import numpy as np

FOLDER = resources.files("rec_core") / "images"
COMMAND = "python benchmarks/images.py --cifar PATH --ship"

Row = TypeVar("Row", bound=Any)


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


class CodecPoint(NamedTuple):
    """Another codec at a setting: means over pictures, standard errors over pictures; bits without the header."""

    codec: str
    setting: float
    pictures: int
    bits_per_pixel: float
    bits_per_pixel_standard_error: float
    psnr_db: float
    psnr_db_standard_error: float
    header_bits_per_pixel: float


class Strategy(NamedTuple):
    """A way to choose intervals at a rate and a fixed number of candidates: means over pictures, and standard errors.

    `from_exact_db` is PSNR against exact samples of the same fits; `left_bits` the KL of a block its bins leave to
    search; `log2_examined` of all candidates of a picture.
    """

    strategy: str
    rate: str
    pictures: int
    machine: str
    bits_per_pixel: float
    psnr_db: float
    psnr_db_standard_error: float
    from_exact_db: float
    from_exact_db_standard_error: float
    left_bits: float
    log2_examined: float


class Budget(NamedTuple):
    """KL of one weight or block over test pictures, or of one picture over its blocks, against what the channel says.

    `information_bits` is the sum of I_d over its weights. `free_bits` is the mean KL where every bit has one price,
    `held_bits` where each block's price moves until its KL is the block's size. Spreads are standard deviations;
    `channel_spread` is that of targets of the Gaussian channel with these I_d.
    """

    rate: str
    of: str  # weight, block or picture
    number: int
    information_bits: float
    channel_spread: float
    free_bits: float
    free_spread: float
    held_bits: float
    held_spread: float


Measured = Point | CodecPoint


def bits_at(curve: Sequence[Measured], psnr_db: float, whole: bool) -> float:
    """Bits per pixel of a curve at this PSNR, between points by the line; NaN outside them. `whole` counts headers."""
    level = [point.psnr_db for point in curve]
    bits = [point.bits_per_pixel + whole * point.header_bits_per_pixel for point in curve]
    return float(np.interp(psnr_db, level, bits, left=np.nan, right=np.nan))


def curves() -> list[Point]:
    """The shipped table of ours; empty where there is none."""
    return _table("measured.csv", Point)


def codecs() -> list[CodecPoint]:
    """The shipped table of other codecs; empty where there is none."""
    return _table("codecs.csv", CodecPoint)


def strategies() -> list[Strategy]:
    """The shipped table of intervals; empty where there is none."""
    return _table("strategies.csv", Strategy)


def budgets() -> list[Budget]:
    """The shipped table of KL against the channel; empty where there is none."""
    return _table("budget.csv", Budget)


def savings() -> dict[tuple[str, str], Saved]:
    """The shipped comparisons by (anchor, system); empty where there are none."""
    return {(one.anchor, one.system): one for one in _table("saved.csv", Saved)}


def _table(name: str, kind: type[Row]) -> list[Row]:
    """The rows of a file of the package as named tuples of the same columns."""
    file = FOLDER / name
    if not file.is_file():
        return []
    types = get_type_hints(kind)
    lines = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    return [kind(**{column: types[column](text) for column, text in line.items()}) for line in lines]
