"""What the choice of intervals is worth to pictures: `python benchmarks/image_strategies.py --cifar PATH`. Resumable.

Test pictures of CIFAR-10 go through the small network with the same fits, blocks and number of candidates; only the
intervals differ. Each block of 48 bits examines CANDIDATES by ORC, with J = 2^40 bins whose factors of two are dealt

- `information`: in proportion to what each weight tells (the codec's choice);
- `random`: each to a random weight of the block;
- `collapsed`: all to the weights of the block that tell least, as few as can be cut so often;
- `none`: no bins. Q lies 48 bits from P, so its few candidates hold nothing near Q.

`small` is what one would do without bins instead: blocks of 12 bits with a quarter of the candidates, so as many
candidates for 48 bits. `exact` samples Q of the 48-bit blocks itself and is charged its KL.
--ship writes the table into rec_core/images/strategies.csv and docs/measurements/image_strategies.md.
"""

from __future__ import annotations

import argparse
import itertools
from pathlib import Path
from typing import NamedTuple

import numpy as np

import rec_core as rec
from images import RESAMPLES, bd_rate
from machine import machine
from rec_core import images
from rec_core.images import blocks, inr
from rec_core.randomness import run_seeds
from rec_viz.model.images.measured import Strategy
from tables import SHIPPED, completed, markdown, rewrite, write_csv

CANDIDATES = 2**16  # for 48 bits
BLOCK_BITS, LOG2_BINS, SMALL_BITS = 48, 40, 12
MOST_CUTS = 20  # factors of two in one dimension
STRATEGIES = ("information", "random", "collapsed", "none", "small", "exact")
PIXELS = 32 * 32


class Row(NamedTuple):
    """One picture by one strategy; `left_bits` is the mean over blocks of the KL that is left to search in bins."""

    picture: int
    rate: str
    strategy: str
    bits: float
    psnr_db: float
    left_bits: float
    examined: int


def make_plan(rate: str, strategy: str) -> inr.Plan:
    """Blocks of the rate with the strategy's intervals."""
    if strategy == "small":
        return inr.make_plan(rate, SMALL_BITS, 0)
    known, dealt = inr.make_plan(rate, BLOCK_BITS, LOG2_BINS)
    told = known.information_bits.astype(np.float64)
    log2_bins = 0 if strategy == "none" else LOG2_BINS
    cuts = [intervals(told[members], strategy, log2_bins, b) for b, members in enumerate(dealt.members)]
    return inr.Plan(known, blocks.Blocks(BLOCK_BITS, log2_bins, dealt.members, tuple(cuts)))


def intervals(information_bits: np.ndarray, strategy: str, log2_bins: int, seed: int) -> rec.Partition:
    """2^log2_bins bins for the weights of one block, which tell so much each, (D,)."""
    if strategy == "collapsed":
        least = np.argsort(information_bits, kind="stable")[: -(-log2_bins // MOST_CUTS)]
        kept = np.zeros(information_bits.size, np.int64)
        kept[least] = log2_bins // least.size + (np.arange(least.size) < log2_bins % least.size)
        return rec.Partition(tuple((2**kept).tolist()))
    dealt = "random" if strategy == "random" else "information"
    return rec.allocate(rec.gaussian_channel(information_bits), log2_bins, dealt, seed)


def measure(picture: np.ndarray, number: int, rate: str, strategy: str) -> Row:
    """One row: the codec's fit and blocks, at a fixed number of candidates."""
    plan = make_plan(rate, strategy)
    seeds = run_seeds(number, plan.blocks.num_blocks)
    method = "exact" if strategy == "exact" else "orc"
    count = CANDIDATES * plan.blocks.block_bits // BLOCK_BITS
    events = inr.encode_tile(plan, picture, method, seeds, num_candidates=count)
    sent = [event for event in events if isinstance(event, images.BlockCoded)]
    code = blocks.best_code([event.message.index for event in sent])
    bits = blocks.ideal_bits([event.message for event in sent], plan.blocks.partition_bits, code)
    return Row(
        number, rate, strategy, sum(event.kl_bits for event in sent) if method == "exact" else bits,
        images.psnr_db(picture, sent[-1].picture),
        float(np.mean([blocks.search_bits(event.problem, event.partition) for event in sent])),
        sum(event.examined for event in sent),
    )  # fmt: skip


def run(pictures: np.ndarray, rates: list[str], out: Path) -> list[Row]:
    """All rows, those there are already and the missing ones; written as they come."""
    out.mkdir(parents=True, exist_ok=True)
    wanted = itertools.product(range(len(pictures)), rates, STRATEGIES)
    return completed(out / "strategies.csv", Row, wanted, lambda key: measure(pictures[key[0]], *key))


def means(rows: list[Row], rates: list[str]) -> list[Strategy]:
    """The table: means over pictures, and PSNR against exact samples on the same pictures; standard errors too."""
    exact = {(row.picture, row.rate): row.psnr_db for row in rows if row.strategy == "exact"}
    table = []
    for rate, strategy in itertools.product(rates, STRATEGIES):
        own = [row for row in rows if row.rate == rate and row.strategy == strategy]
        level = np.array([row.psnr_db for row in own])
        apart = level - [exact[row.picture, rate] for row in own]
        root = np.sqrt(len(own))
        numbers = [
            np.mean([row.bits for row in own]) / PIXELS, level.mean(), level.std(ddof=1) / root,
            apart.mean(), apart.std(ddof=1) / root, np.mean([row.left_bits for row in own]),
            np.log2(max(1.0, np.mean([row.examined for row in own]))),
        ]  # fmt: skip
        table.append(Strategy(strategy, rate, len(own), machine(), *(round(float(value), 4) for value in numbers)))
    return table


def saved(rows: list[Row], strategy: str, rates: list[str]) -> tuple[float, float, float]:
    """Relative change of rate at equal PSNR from `information` to `strategy`, and its 95% interval over pictures."""
    curves = []
    for name in ("information", strategy):
        own = {(row.picture, row.rate): (row.bits, row.psnr_db) for row in rows if row.strategy == name}
        numbers = sorted({picture for picture, _ in own})
        curves.append(np.array([[own[number, rate] for rate in rates] for number in numbers]))
    generator = np.random.default_rng(0)

    def of(chosen: np.ndarray) -> float:
        anchor, other = (tuple(curve[chosen].mean(axis=0).T) for curve in curves)
        return bd_rate(anchor, other)

    count = len(curves[0])
    low, high = np.quantile([of(generator.integers(count, size=count)) for _ in range(RESAMPLES)], [0.025, 0.975])
    return of(np.arange(count)), float(low), float(high)


def words(table: list[Strategy]) -> str:
    """The table in Markdown, with its provenance."""
    lines = [
        [one.rate, one.strategy, f"{one.bits_per_pixel:.3f}",
         f"{one.psnr_db:.2f} ± {1.96 * one.psnr_db_standard_error:.2f}",
         f"{one.from_exact_db:+.2f} ± {1.96 * one.from_exact_db_standard_error:.2f}", f"{one.left_bits:.1f}",
         f"{one.log2_examined:.1f}"]
        for one in table
    ]  # fmt: skip
    columns = (
        "rate", "intervals", "bits per pixel", "PSNR, dB", "from exact samples, dB", "KL left to search, bits a block",
        "log2 of candidates a picture",
    )  # fmt: skip
    return f"{table[0].pictures} test pictures of CIFAR-10, one seed; {table[0].machine}.\n\n{markdown(columns, lines)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--cifar", type=Path, required=True, help="an .npz whose array 'test' is uint8 (N,32,32,3)")
    parser.add_argument("--pictures", type=int, default=18)
    parser.add_argument("--rates", nargs="+", choices=images.RATES, default=["low", "medium", "high"])
    parser.add_argument("--out", type=Path, default=Path("results-images"))
    parser.add_argument("--ship", action="store_true", help="write the table into the package and the docs")
    given = parser.parse_args()
    with np.load(given.cifar, allow_pickle=False) as data:
        pictures = data["test"][: given.pictures]
    rows = run(pictures, given.rates, given.out)
    table = means(rows, given.rates)
    text = words(table)
    if len(given.rates) > 1:  # the others share no PSNR with `information`
        changes = [(name, *saved(rows, name, given.rates)) for name in ("random", "small", "exact")]
        text += "\nRate at equal PSNR against `information`: "
        text += "; ".join(f"`{name}` {mean:+.1%} [{low:+.1%}, {high:+.1%}]" for name, mean, low, high in changes)
        text += " (95% over pictures).\n"
    print(f"\n{text}")
    if given.ship:
        write_csv(SHIPPED / "strategies.csv", Strategy._fields, table)
        rewrite("image_strategies", text)


if __name__ == "__main__":
    main()
