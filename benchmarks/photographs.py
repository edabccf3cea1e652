"""What the transform codec is worth: `python benchmarks/photographs.py`. Resumable; needs scikit-image.

Crops of 64x64 pixels of the two photographs the mixture was not learnt from, at the four rates, go through

- `orc-16`: ORC without bins in blocks of 16 bits;
- `partitioned-48`: ORC with J = 2^40 bins in blocks of 48 bits;
- `dither`: layered dither, which looks for nothing;
- `theory`: exact samples of Q, charged their KL and the classes.

The rate saved at equal PSNR (Bjontegaard's measure) is of each crop, all of the payload counted; its mean has a
bootstrap interval over crops. --ship writes rec_core/images/photographs.csv and docs/measurements/photographs.md.
"""

from __future__ import annotations

import argparse
import itertools
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
from skimage import data

from images import RESAMPLES, bd_rate
from machine import machine
from rec_core import images
from rec_core.images import dct
from rec_viz.model.images.measured import Saved
from tables import SHIPPED, completed, markdown, rewrite, write_csv

PHOTOS = ("coffee", "chelsea")
SIDE = 64
SYSTEMS = {"orc-16": (16, None, "orc"), "partitioned-48": (48, 40, "orc"), "dither": (48, None, "dither")}
PAIRS = (("orc-16", "dither"), ("partitioned-48", "dither"), ("orc-16", "partitioned-48"))
SEEDS = 3  # of exact samples


class Row(NamedTuple):
    """One crop through one system; bits per pixel."""

    crop: int
    rate: str
    system: str
    payload: float
    ideal: float
    classes: float
    kl: float
    psnr_db: float
    seconds: float
    decoding: float


def crops(count: int) -> list[np.ndarray]:
    """Half of them of each photograph, evenly along its diagonal."""
    found = []
    for name in PHOTOS:
        whole = np.asarray(getattr(data, name)())
        for k in range(count // len(PHOTOS)):
            top, left = ((side - SIDE) * (2 * k + 1) // count for side in whole.shape[:2])
            found.append(np.ascontiguousarray(whole[top : top + SIDE, left : left + SIDE]))
    return found


def measure(picture: np.ndarray, crop: int, rate: str, system: str) -> Row:
    """One row; a file that does not come back to the last pixel is an error."""
    if system == "theory":
        ends = [list(dct.encode_events(picture, rate, 16, "exact", 0, seed))[-1].report for seed in range(SEEDS)]
        bits = ends[0].kl_bits + ends[0].side_bits
        level, spent = float(np.mean([end.psnr_db for end in ends])), (bits, bits, ends[0].side_bits, ends[0].kl_bits)
        return Row(crop, rate, system, *(one / SIDE**2 for one in spent), level, 0.0, 0.0)
    block_bits, partition_bits, method = SYSTEMS[system]
    *_, end = images.encode_detailed(picture, "dct", rate, block_bits, method, partition_bits, crop)
    begun = time.perf_counter()
    equal = (images.decode(end.data) == end.picture).all()
    decoding = time.perf_counter() - begun
    assert equal
    report = end.report
    spent = (report.payload_bits, report.ideal_bits, report.side_bits, report.kl_bits)
    return Row(crop, rate, system, *(one / SIDE**2 for one in spent), report.psnr_db, report.seconds, decoding)


def run(count: int, out: Path) -> list[Row]:
    """All rows, those there are already and the missing ones; written as they come."""
    out.mkdir(parents=True, exist_ok=True)
    pictures = crops(count)
    wanted = itertools.product(range(count), images.RATES, (*SYSTEMS, "theory"))
    return completed(out / "photographs.csv", Row, wanted, lambda key: measure(pictures[key[0]], *key))


def saved(rows: list[Row], anchor: str, system: str) -> Saved:
    """Mean over crops of the relative change of rate at equal PSNR, and its 95% interval."""

    def curve(name: str, crop: int) -> tuple[np.ndarray, np.ndarray]:
        own = {row.rate: row for row in rows if (row.crop, row.system) == (crop, name)}
        points = np.array([(own[rate].payload, own[rate].psnr_db) for rate in images.RATES])
        return points[:, 0], points[:, 1]

    numbers = sorted({row.crop for row in rows})
    each = np.array([bd_rate(curve(anchor, crop), curve(system, crop)) for crop in numbers])
    generator = np.random.default_rng(0)
    means = each[generator.integers(each.size, size=(RESAMPLES, each.size))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return Saved(anchor, system, *(round(float(one), 5) for one in (each.mean(), low, high)))


def words(rows: list[Row], changes: list[Saved]) -> str:
    """The table in Markdown, with its provenance."""
    lines = []
    for rate, system in itertools.product(images.RATES, (*SYSTEMS, "theory")):
        own = [row for row in rows if (row.rate, row.system) == (rate, system)]
        mean = Row(*own[0][:3], *(float(np.mean(column)) for column in list(zip(*own, strict=True))[3:]))
        over = (mean.ideal - (system == "theory") * mean.classes) / mean.kl - 1
        numbers = [f"{mean.payload:.3f}", f"{mean.classes:.3f}", f"{over:+.1%}", f"{mean.psnr_db:.2f}"]
        lines.append([rate, system, *numbers, *(f"{one:.2f}" if one else "" for one in mean[-2:])])
    heads = (
        "rate",
        "system",
        "bits per pixel",
        "of them classes",
        "messages over KL",
        "PSNR, dB",
        "seconds",
        "decoding",
    )
    count = len({row.crop for row in rows})
    text = f"{count} crops of {SIDE}x{SIDE} pixels, one seed; {machine()}.\n\n{markdown(heads, lines)}"
    told = [
        f"`{one.system}` against `{one.anchor}` {one.bd_rate:+.1%} [{one.low:+.1%}, {one.high:+.1%}]" for one in changes
    ]
    return f"{text}\nRate at equal PSNR: {'; '.join(told)} (95% over crops).\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--crops", type=int, default=8, help="an even number")
    parser.add_argument("--out", type=Path, default=Path("results-images"))
    parser.add_argument("--ship", action="store_true", help="write the table into the package and the docs")
    given = parser.parse_args()
    rows = run(given.crops, given.out)
    changes = [saved(rows, *pair) for pair in PAIRS]
    text = words(rows, changes)
    print(f"\n{text}")
    if given.ship:
        write_csv(SHIPPED / "photographs.csv", Saved._fields, changes)
        rewrite("photographs", text)


if __name__ == "__main__":
    main()
