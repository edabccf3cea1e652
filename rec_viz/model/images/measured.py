"""What `benchmarks/image*.py` measured on test pictures and shipped: ours and other codecs, intervals, budgets."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from importlib import resources
from typing import Any, NamedTuple, TypeVar, get_type_hints

import numpy as np

from rec_core.images import mixture

from ...figures.images import Curve
from ...figures.measured import Budget, Strategy
from .pictures import Picture, compressed

FOLDER = resources.files("rec_core") / "images"
COMMAND = "python benchmarks/images.py --cifar PATH --ship"

Row = TypeVar("Row", bound=Any)


CURVES = {  # a system of the shipped table: its name, role, dash and symbol
    "orc-16": ("ORC, 16-bit blocks", "p", "solid", "circle"),
    "partitioned-48": ("Partitioned ORC, 48-bit blocks", "heuristic", "solid", "diamond"),
    "theory": ("Theory: exact samples at their KL", "bound", "dash", "square"),
}
OTHERS = {"JPEG": ("JPEG", "best", "dot", "x"), "WEBP": ("WebP", "q", "dashdot", "cross")}
MODEL_RATES = (0.1, 4.0)  # bits a pixel between which the transform codec's R(D) is drawn
FARTHEST = (4.0, 8.0)  # bits a pixel of JPEG and WebP that are drawn: without headers, and whole files
CODECS = {  # another codec of the shipped table: its name, role, dash and symbol
    "jpeg-444": ("JPEG", "best", "dot", "x"),
    "webp": ("WebP", "q", "dashdot", "cross"),
    "avif": ("AVIF", "p", "dot", "triangle-up"),
    "jpeg-xl": ("JPEG XL", "winner", "dashdot", "star-diamond"),
}


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


Measured = Point | CodecPoint


def bits_at(curve: Sequence[Measured], psnr_db: float, whole: bool) -> float:
    """Bits per pixel of a curve at this PSNR, between points by the line; NaN outside them. `whole` counts headers."""
    level = [point.psnr_db for point in curve]
    bits = [point.bits_per_pixel + whole * point.header_bits_per_pixel for point in curve]
    return float(np.interp(psnr_db, level, bits, left=np.nan, right=np.nan))


def curves() -> list[Point]:
    """The shipped table of our systems; empty where there is none."""
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


def photographs() -> dict[tuple[str, str], Saved]:
    """The shipped comparisons of the transform codec by (anchor, system); empty where there are none."""
    return {(one.anchor, one.system): one for one in _table("photographs.csv", Saved)}


def _table(name: str, kind: type[Row]) -> list[Row]:
    """The rows of a file of the package as named tuples of the same columns."""
    file = FOLDER / name
    if not file.is_file():
        return []
    types = get_type_hints(kind)
    lines = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    return [kind(**{column: types[column](text) for column, text in line.items()}) for line in lines]


# ------------------------------------------------------------------------------------------------ as curves


def measured_curves(points: Sequence[Point], whole: bool) -> list[Curve]:
    """The shipped systems over their rates; `whole` counts the header of the files too."""
    curves = []
    for system, (name, role, dash, symbol) in CURVES.items():
        own = [point for point in points if point.system == system]
        if own:
            bits, header, bits_error, level, level_error = np.array(
                [(point.bits_per_pixel, point.header_bits_per_pixel, point.bits_per_pixel_standard_error,
                  point.psnr_db, point.psnr_db_standard_error) for point in own]
            ).T  # fmt: skip
            curves.append(
                Curve(name, role, dash, symbol, bits + whole * header, level, 1.96 * bits_error, 1.96 * level_error)
            )
    return curves


def model_curve() -> Curve:
    """The transform codec's Gaussian model: its exact R(D) given the classes, and what naming them takes."""
    model = mixture.shipped()
    first, last = (mixture.level_for(bits).step for bits in MODEL_RATES)
    steps = np.linspace(first, last, 33)
    points = [mixture.rate_distortion(model, round(step)) for step in steps]
    bits = np.array([point.bits_per_pixel + point.classes_bits_per_pixel for point in points])
    level = np.array([point.psnr_db for point in points])
    return Curve(
        "R(D) of the Gaussian model, given the classes",
        "bound",
        "dash",
        "square",
        bits,
        level,
    )


def compressed_curves(picture: Picture, whole: bool) -> list[Curve]:
    """JPEG and WebP of one picture over their qualities, as far as the axis goes."""
    curves = []
    for kind, (name, role, dash, symbol) in OTHERS.items():
        found, pixels = compressed(picture, kind), picture.shape[0] * picture.shape[1]
        bits = np.array([one.file_bits - (not whole) * one.header_bits for one in found]) / pixels
        level = np.array([one.psnr_db for one in found])
        near = bits <= FARTHEST[whole]
        curves.append(Curve(name, role, dash, symbol, bits[near], level[near]))
    return curves


def codec_curves(points: Sequence[CodecPoint], pictures: int, whole: bool) -> list[Curve]:
    """Other codecs over a number of test pictures, as far as the axis goes; `whole` counts headers too."""
    curves = []
    for codec, (name, role, dash, symbol) in CODECS.items():
        own = [point for point in points if (point.codec, point.pictures) == (codec, pictures)]
        bits = np.array([point.bits_per_pixel + whole * point.header_bits_per_pixel for point in own])
        level = np.array([point.psnr_db for point in own])
        near = bits <= FARTHEST[whole]
        curves.append(Curve(name, role, dash, symbol, bits[near], level[near]))
    return curves
