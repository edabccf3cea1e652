"""Laws against measurement: `python benchmarks/laws.py`; `--write` puts the table into docs/measurements/laws.md.

For every channel and partition it measures the mean message length over fresh targets and races (bin plus Zipf code of
the index, ideal lengths) and holds it against the exact law, the sharp bound and the bound. The number of candidates
examined has an infinite mean over the targets of a Gaussian channel, whatever the partition; so it is measured for one
fixed target, the median one of TARGETS by its expected number, against that target's exact expectation.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

import rec_core as rec
import tables

CONFIDENCE = 0.99
WIDTH = float(stats.norm.ppf(0.5 + CONFIDENCE / 2))  # half of an interval, in standard errors
TARGETS = 25
BUDGET = 2**26  # candidates of a single run
LAW_ERROR_BITS = 1e-4  # of the exact mean, where `IndexLaw.error_bits` reports none


class Pair(NamedTuple):
    """A channel and a partition, None for plain coding, and how many encodings to measure."""

    channel: rec.Channel
    partition: rec.Partition | None
    runs: int = 4000


G, U, CUT = rec.gaussian_channel, rec.uniform_channel, rec.allocate
_MANY = [6, 5, 4, 3, 2, 1] + [0] * 6
_TAIL = [4, 3, 2, 1] + [0.5] * 2 + [0] * 10

PAIRS: tuple[Pair, ...] = (
    Pair(G([1]), None, 20_000),
    Pair(G([4]), None, 10_000),
    Pair(G([7]), None),
    Pair(G([2, 2]), None),
    Pair(G([3, 1, 0]), None),
    Pair(G([0.5] * 4), None, 2000),
    Pair(U([5]), None, 20_000),
    Pair(U([2.5, 1.7, 0]), None, 20_000),
    Pair(U([0.5] * 16), None, 4000),
    Pair(G([3]), rec.Partition([5]), 20_000),
    Pair(G([6]), CUT(G([6]), 6), 20_000),
    Pair(G([10]), CUT(G([10]), 10)),
    Pair(G([6, 2]), CUT(G([6, 2]), 4)),
    Pair(G([4, 4]), CUT(G([4, 4]), 6, "random", seed=1), 10_000),
    Pair(G([3, 2, 0]), CUT(G([3, 2, 0]), 3, "collapsed"), 2000),
    Pair(G([5, 4, 3, 2, 1, 0]), CUT(G([5, 4, 3, 2, 1, 0]), 15)),
    Pair(G([5, 4, 3, 2, 1, 0]), CUT(G([5, 4, 3, 2, 1, 0]), 20, "runtime")),
    Pair(G([10] * 4), CUT(G([10] * 4), 40)),
    Pair(G([5] * 8), CUT(G([5] * 8), 46), 1000),
    Pair(G(_MANY), CUT(G(_MANY), 21), 2000),
    Pair(G(_TAIL), CUT(G(_TAIL), 12), 1000),
    Pair(U([4]), rec.Partition([16]), 20_000),
    Pair(U([2.5]), rec.Partition([3]), 20_000),
    Pair(U([3.3, 2, 0]), CUT(U([3.3, 2, 0]), 7), 20_000),
    Pair(U([5] * 8), CUT(U([5] * 8), 40)),
    Pair(U([1.5] * 16), CUT(U([1.5] * 16), 32)),
    # next to what formulas treat apart: I = log2 J, no information, boxes that fill bins
    Pair(G([6.0001]), rec.Partition([64]), 20_000),
    Pair(G([2.9999, 3.0002]), rec.Partition([8, 8]), 10_000),
    Pair(G([3, 1e-6]), rec.Partition([8, 1]), 10_000),
    Pair(G([1e-4]), None, 20_000),
    Pair(U([4.0001]), rec.Partition([16]), 20_000),
)


class Row(NamedTuple):
    """One pair: (mean, standard error) as measured and by the law, and the bounds; in bits, examined in candidates."""

    pair: Pair
    measured_bits: tuple[float, float]
    exact_bits: tuple[float, float]
    sharp_bound_bits: float
    bound_bits: float
    measured_examined: tuple[float, float]
    exact_examined: float

    @property
    def length_score(self) -> float:
        """Distance of the measured mean length from the law's, in standard errors."""
        return _score(self.measured_bits, self.exact_bits)

    @property
    def examined_score(self) -> float:
        """The same of the candidates examined."""
        return _score(self.measured_examined, (self.exact_examined, 1e-6 * self.exact_examined))

    @property
    def below_bounds(self) -> bool:
        """Whether the measured mean length keeps below both bounds."""
        return self.measured_bits[0] <= min(self.sharp_bound_bits, self.bound_bits)


def _score(measured: tuple[float, float], exact: tuple[float, float]) -> float:
    return (measured[0] - exact[0]) / math.hypot(measured[1], exact[1])


def measure(pair: Pair, seed: int) -> Row:
    """Run a pair's encodings and work out its laws."""
    channel, runs = pair.channel, pair.runs
    cut = pair.partition or rec.Partition.uncut(channel.dim)
    method = rec.PFR(cut, max_examined=BUDGET)
    code = rec.ZipfCode.for_source(channel, cut)
    many = rec.encode_many(channel, runs, method, seed=seed)
    law = rec.laws.index_law(channel, cut)
    exact = rec.laws.mean_length_bits(channel, cut, code)
    overhead = rec.laws.overhead_bits(channel, cut)
    problem = typical_target(channel, cut)
    races = rec.encode_many(problem, runs, method, seed=seed + 1)
    return Row(
        pair,
        _mean(cut.log2_bins + code.length_bits(many.indices)),
        (exact, code.exponent * max(law.error_bits, LAW_ERROR_BITS)),
        rec.laws.sharp_bound_bits(channel, cut),
        rec.laws.bound_bits(channel.information_bits, cut.log2_bins, overhead),
        _mean(races.examined.astype(float)),
        rec.laws.expected_examined(problem, method),
    )


def typical_target(channel: rec.Channel, cut: rec.Partition) -> rec.Problem:
    """The median one of TARGETS targets by expected candidates."""
    problems = [channel.draw(target) for target in range(TARGETS)]
    return sorted(problems, key=lambda problem: rec.upper_sum_bits(problem, cut))[TARGETS // 2]


def _mean(values: NDArray[np.float64]) -> tuple[float, float]:
    """Mean and its standard error."""
    return float(values.mean()), float(values.std(ddof=1)) / math.sqrt(values.size)


# ------------------------------------------------------------------------------------------------ the table


def table(rows: Iterable[Row]) -> str:
    """The rows in Markdown."""
    columns = (
        "channel", "bits of each dimension", "intervals", "mean length, measured", "exact", "sharp bound", "bound",
        "examined, measured", "exact",
    )  # fmt: skip
    return "\n".join([f"| {' | '.join(columns)} |", "|---" * len(columns) + "|", *map(_line, rows)])


def _line(row: Row) -> str:
    channel, cut = row.pair.channel, row.pair.partition
    cells = (
        channel.family,
        _grouped([f"{bits:g}" for bits in channel.bits]),
        _grouped([str(n) for n in cut.intervals]) if cut else "plain",
        f"{row.measured_bits[0]:.3f} ± {WIDTH * math.hypot(row.measured_bits[1], row.exact_bits[1]):.3f}"
        f"{_mark(row.length_score)}",
        f"{row.exact_bits[0]:.3f}",
        f"{row.sharp_bound_bits:.2f}",
        f"{row.bound_bits:.2f}",
        f"{row.measured_examined[0]:.4g} ± {WIDTH * row.measured_examined[1]:.2g}{_mark(row.examined_score)}",
        f"{row.exact_examined:.4g}",
    )
    return f"| {' | '.join(cells)} |"


def _mark(score: float) -> str:
    return "" if abs(score) <= WIDTH else " (outside)"


def _grouped(values: list[str]) -> str:
    """8, 4, 4, 1 as 8, 4 (2×), 1."""
    groups: list[list[str]] = []
    for value in values:
        if groups and groups[-1][0] == value:
            groups[-1].append(value)
        else:
            groups.append([value])
    return ", ".join(group[0] if len(group) == 1 else f"{group[0]} ({len(group)}×)" for group in groups)


def summary(rows: list[Row]) -> str:
    """How many of the rows keep what is promised, and how many misses chance allows."""
    below = sum(row.below_bounds for row in rows)
    lengths = sum(abs(row.length_score) <= WIDTH for row in rows)
    examined = sum(abs(row.examined_score) <= WIDTH for row in rows)
    return (
        f"{below} of {len(rows)} measured mean lengths lie below both bounds. The exact mean length lies within the "
        f"{CONFIDENCE:.0%} interval of the measured one for {lengths} of {len(rows)}, the exact number of candidates "
        f"for {examined} of {len(rows)}. With right laws more than {allowed(len(rows))} misses in either column would "
        "happen less than once in a hundred times."
    )


def allowed(pairs: int) -> int:
    """The most misses of a column that chance explains at the level of one in a hundred."""
    return int(stats.binom.ppf(0.99, pairs, 1.0 - CONFIDENCE))


def run(pairs: Iterable[Pair], seed: int, tell: Callable[[str], None]) -> list[Row]:
    """Measure the pairs one by one, with a line of progress before each."""
    todo, rows = list(pairs), []
    for number, pair in enumerate(todo, start=1):
        what = f"{pair.channel.family} {_grouped([f'{bits:g}' for bits in pair.channel.bits])}"
        tell(f"{number} of {len(todo)}: {what}")
        rows.append(measure(pair, seed + 2 * number))
    tell("")
    return rows


def _tell(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
    elif text:
        print(text, file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="Mean lengths and run times, measured against their exact laws.")
    parser.add_argument("--write", action="store_true", help="put the table into docs/measurements/laws.md")
    parser.add_argument("--seed", type=int, default=1, help="of all the encodings (default 1)")
    options = parser.parse_args()
    rows = run(PAIRS, options.seed, _tell)
    text = f"{summary(rows)}\n\n{table(rows)}\n"
    print(text)
    if options.write:
        tables.rewrite("laws", text)
    held = all(row.below_bounds for row in rows)
    for scores in ([row.length_score for row in rows], [row.examined_score for row in rows]):
        held &= sum(abs(score) > WIDTH for score in scores) <= allowed(len(rows))
    raise SystemExit(0 if held else "More misses than chance allows: a law or an encoder is wrong.")


if __name__ == "__main__":
    main()
