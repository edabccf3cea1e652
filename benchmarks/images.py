"""What the picture codec is worth: `python benchmarks/images.py --cifar PATH`. Resumable; prints the tables.

Test pictures of CIFAR-10 (array `test` of an .npz) go through four systems at the four shipped rates:

- `orc-16`: ORC without bins in blocks of 16 bits;
- `partitioned-48`: ORC with J = 2^40 bins in blocks of 48 bits;
- `theory` and `theory-16`: the fits of the 48-bit and of the 16-bit blocks, each sampled from Q itself and charged
  its KL from the P that was learnt: what no code can beat that takes this P for the law of the samples.

Every picture and seed is one row of OUT/rows.csv; a run that was stopped goes on where it was. At the end a fresh
process decodes every file and compares it with what the sender saw, and damaged copies must be refused. The curves and
the rate saved at equal PSNR (Bjontegaard's measure, with a bootstrap over pictures) go to rec_core/images/measured.csv
and saved.csv where --ship is given.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import itertools
import os
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.interpolate import PchipInterpolator

from machine import machine
from rec_core import images
from rec_core.errors import MessageError
from rec_core.images import inr
from rec_core.randomness import run_seeds
from tables import SHIPPED, read_rows, write_csv

SYSTEMS = {"orc-16": (16, 0), "partitioned-48": (48, 40), "theory": (48, 40), "theory-16": (16, 0)}
EXACT = {"orc-16": "theory-16", "partitioned-48": "theory"}  # the same fit, sampled exactly
RESAMPLES = 2000
PIXELS = 32 * 32


class Row(NamedTuple):
    """One picture through one system."""

    picture: int
    seed: int
    rate: str
    system: str
    kl_bits: float
    ideal_bits: float
    payload_bits: int
    header_bits: int
    psnr_db: float
    log_ratio_bits: float
    examined: int
    seconds: float
    digest: str  # of the sender's pixels


def measure(picture: np.ndarray, number: int, seed: int, rate: str, system: str, files: Path) -> Row:
    """One row; the file, where there is one, goes to `files`."""
    begun = time.perf_counter()
    block_bits, partition_bits = SYSTEMS[system]
    sent: list[images.BlockCoded] = []
    if system not in EXACT:
        plan = inr.make_plan(rate, block_bits, partition_bits)
        seeds = run_seeds(seed, plan.blocks.num_blocks)
        sent = [
            event for event in inr.encode_tile(plan, picture, "exact", seeds) if isinstance(event, images.BlockCoded)
        ]
        kl_bits = sum(event.kl_bits for event in sent)
        held, ideal, payload, header = sent[-1].picture, kl_bits, round(kl_bits), 0
    else:
        for event in images.encode_detailed(picture, "inr", rate, block_bits, "orc", partition_bits or None, seed):
            if isinstance(event, images.BlockCoded):
                sent.append(event)
            elif isinstance(event, images.Coded):
                (files / f"{number}-{seed}-{rate}-{system}.rec").write_bytes(event.data)
                held, report = event.picture, event.report
        kl_bits, ideal = report.kl_bits, report.ideal_bits
        payload, header = report.payload_bits, report.header_bits
    return Row(
        number,
        seed,
        rate,
        system,
        kl_bits,
        ideal,
        payload,
        header,
        images.psnr_db(picture, held),
        sum(event.log_ratio_bits for event in sent),
        sum(event.examined for event in sent),
        time.perf_counter() - begun,
        digest(held),
    )


def digest(picture: np.ndarray) -> str:
    return hashlib.blake2b(picture.tobytes(), digest_size=8).hexdigest()


def run(pictures: np.ndarray, seeds: int, rates: list[str], out: Path, workers: int) -> list[Row]:
    """All rows, those there are already and the missing ones; written as they come."""
    files = out / "files"
    files.mkdir(parents=True, exist_ok=True)
    rows = read_rows(out / "rows.csv", Row)
    there = {row[:4] for row in rows}
    todo = [key for key in itertools.product(range(len(pictures)), range(seeds), rates, SYSTEMS) if key not in there]
    begun = time.monotonic()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # for the workers, which start afresh
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool, (out / "rows.csv").open("a", newline="") as file:
        writer = csv.writer(file)
        futures = [pool.submit(measure, pictures[key[0]], *key, files) for key in todo]
        for done, future in enumerate(as_completed(futures), start=1):
            rows.append(future.result())
            writer.writerow(rows[-1])
            file.flush()
            left = (time.monotonic() - begun) / done * (len(todo) - done)
            sys.stderr.write(f"\r{done}/{len(todo)} rows, {left / 60:.0f} min left\x1b[K")
    wanted = set(itertools.product(range(len(pictures)), range(seeds), rates, SYSTEMS))
    return sorted(row for row in rows if row[:4] in wanted)


# ------------------------------------------------------------------------------------------------- what they say


def means(rows: list[Row], system: str, rates: list[str], pictures: int) -> tuple[np.ndarray, np.ndarray]:
    """Bits per pixel (payload) and PSNR, averaged over seeds: two arrays (pictures, rates)."""
    bits, level = np.zeros((pictures, len(rates))), np.zeros((pictures, len(rates)))
    count = np.zeros((pictures, len(rates)))
    for row in rows:
        if row.system == system:
            at = row.picture, rates.index(row.rate)
            bits[at] += (row.payload_bits if system in EXACT else row.kl_bits) / PIXELS
            level[at] += row.psnr_db
            count[at] += 1
    return bits / count, level / count


def bd_rate(anchor: tuple[np.ndarray, np.ndarray], other: tuple[np.ndarray, np.ndarray]) -> float:
    """Mean relative change of rate at equal PSNR from `anchor` to `other`, each (bits per pixel, PSNR), over the PSNR
    both reach; log rate is interpolated by PCHIP (Bjontegaard 2001, with a monotone interpolant)."""
    low = max(anchor[1].min(), other[1].min())
    high = min(anchor[1].max(), other[1].max())
    levels = np.linspace(low, high, 200)
    difference = [PchipInterpolator(level, np.log(bits))(levels) for bits, level in (anchor, other)]
    return float(np.expm1(np.mean(difference[1] - difference[0])))


def saved(rows: list[Row], anchor: str, other: str, rates: list[str], pictures: int) -> tuple[float, float, float]:
    """BD-rate from `anchor` to `other` of the mean curves, and a 95% interval by resampling pictures."""
    curves = [means(rows, system, rates, pictures) for system in (anchor, other)]
    generator = np.random.default_rng(0)

    def of(chosen: np.ndarray) -> float:
        a, b = ((bits[chosen].mean(axis=0), level[chosen].mean(axis=0)) for bits, level in curves)
        return bd_rate(a, b)

    draws = [of(generator.integers(pictures, size=pictures)) for _ in range(RESAMPLES)]
    low, high = np.quantile(draws, [0.025, 0.975])
    return of(np.arange(pictures)), float(low), float(high)


CURVE_COLUMNS = (
    "system", "rate", "pictures", "seeds", "machine", "bits_per_pixel", "bits_per_pixel_standard_error", "psnr_db",
    "psnr_db_standard_error", "kl_bits_per_pixel", "ideal_bits_per_pixel", "header_bits_per_pixel", "seconds",
)  # fmt: skip


def curves(rows: list[Row], rates: list[str], pictures: int, seeds: int) -> list[list[object]]:
    """The points of the curves; standard errors are over pictures. Bits per pixel are without the header."""
    table: list[list[object]] = []
    for system, (position, rate) in itertools.product(SYSTEMS, enumerate(rates)):
        bits, level = (values[:, position] for values in means(rows, system, rates, pictures))
        own = [row for row in rows if row.system == system and row.rate == rate]
        root = max(1.0, np.sqrt(pictures))
        spread = [float(values.std(ddof=1) / root) if pictures > 1 else 0.0 for values in (bits, level)]
        per_pixel = [
            np.mean([getattr(row, name) for row in own]) / PIXELS for name in ("kl_bits", "ideal_bits", "header_bits")
        ]
        numbers = [bits.mean(), spread[0], level.mean(), spread[1], *per_pixel, np.mean([row.seconds for row in own])]
        table.append([system, rate, pictures, seeds, machine(), *(f"{value:.5f}" for value in numbers)])
    return table


def check_files(rows: list[Row], out: Path) -> str:
    """Decode every file in a fresh process, and damaged copies in this one; a sentence."""
    sent = [row for row in rows if row.system in EXACT]
    names = [f"{row.picture}-{row.seed}-{row.rate}-{row.system}.rec" for row in sent]
    script = (
        "import hashlib, pathlib, sys\nfrom rec_core import images\n"
        "for name in sys.stdin.read().split():\n"
        "    held = images.decode(pathlib.Path(name).read_bytes())\n"
        "    print(hashlib.blake2b(held.tobytes(), digest_size=8).hexdigest())\n"
    )
    listing = "\n".join(str(out / "files" / name) for name in names)
    done = subprocess.run([sys.executable, "-c", script], input=listing, capture_output=True, text=True, check=True)
    equal = sum(row.digest == found for row, found in zip(sent, done.stdout.split(), strict=True))
    generator = np.random.default_rng(0)
    refused = tried = 0
    for name in names[:: max(1, len(names) // 100)]:
        data = bytearray((out / "files" / name).read_bytes())
        data[int(generator.integers(len(data)))] ^= int(generator.integers(1, 256))
        tried += 1
        try:
            images.decode(bytes(data))
        except MessageError:
            refused += 1
    return (
        f"{equal} of {len(sent)} files decode in a fresh process to the sender's pixels; {refused} of {tried} damaged "
        "copies are refused."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--cifar", type=Path, required=True, help="an .npz whose array 'test' is uint8 (N,32,32,3)")
    parser.add_argument("--pictures", type=int, default=100)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--rates", nargs="+", choices=images.RATES, default=list(images.RATES))
    parser.add_argument("--out", type=Path, default=Path("results-images"))
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--ship", action="store_true", help="write the tables into the package")
    given = parser.parse_args()
    with np.load(given.cifar, allow_pickle=False) as data:
        pictures = data["test"][: given.pictures]
    count = len(pictures)
    rows = run(pictures, given.seeds, given.rates, given.out, given.workers)
    table = curves(rows, given.rates, count, given.seeds)
    print(f"\n{count} test pictures of CIFAR-10, {given.seeds} seeds; {machine()}")
    print(" ".join(CURVE_COLUMNS))
    for line in table:
        print(*line)
    savings = []
    if len(given.rates) > 1:
        for anchor, other in (("orc-16", "partitioned-48"), ("theory", "orc-16"), ("theory", "partitioned-48")):
            middle, low, high = saved(rows, anchor, other, given.rates, count)
            savings.append([anchor, other, f"{middle:.5f}", f"{low:.5f}", f"{high:.5f}"])
            print(f"rate of {other} against {anchor} at equal PSNR: {middle:+.2%} [{low:+.2%}, {high:+.2%}]")
    by_key = {row[:4]: row for row in rows}
    for system, rate in itertools.product(EXACT, given.rates):
        own = [row for row in rows if row.system == system and row.rate == rate]
        payload, ideal = sum(row.payload_bits for row in own), sum(row.ideal_bits for row in own)
        whole = payload + sum(row.header_bits for row in own)
        exact = np.mean([by_key[(*row[:3], EXACT[system])].psnr_db for row in own])
        print(
            f"{system} {rate}: file {payload / ideal - 1:+.3%} over ideal ({whole / ideal - 1:+.2%} with header); "
            f"PSNR {np.mean([row.psnr_db for row in own]) - exact:+.3f} dB from exact samples"
        )
    print(check_files(rows, given.out))
    if given.ship:
        write_csv(SHIPPED / "measured.csv", CURVE_COLUMNS, table)
        write_csv(SHIPPED / "saved.csv", ("anchor", "system", "bd_rate", "low", "high"), savings)


if __name__ == "__main__":
    main()
