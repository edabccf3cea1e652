"""Which dimensions to cut, by ORC with few candidates: `python benchmarks/paper.py` prints the Paper page's table.

The recipe is `interval_study` of rec_viz/model/paper/studies.py at its middle size: five dimensions of which one holds
nothing, 20 candidates, 5,000 runs a target. --ship writes docs/measurements/intervals.md.
"""

from __future__ import annotations

import argparse

import numpy as np

from rec_core import study
from rec_viz.figures.paper import Choice
from rec_viz.model.paper import results, studies
from tables import markdown, rewrite

COLUMNS = (
    "dimensions cut", "intervals", "MMD, exact", "MMD measured, 95%", "length, bits",
    "mean and deviation of what was sent, in Q’s deviations",
)  # fmt: skip


def words(size: studies.Size, found: dict[str, Choice]) -> str:
    """The table in Markdown, with its recipe."""
    lines = []
    for choice in found.values():
        point, (mean, scale) = choice.measured, choice.target
        z = (choice.sent - mean) / scale
        lines.append([
            choice.name, " × ".join(map(str, choice.intervals)), f"{point.mmd_exact:.3f}",
            f"{point.mmd_low:.3f} to {point.mmd_high:.3f}", f"{point.length.mean:.2f}",
            f"{np.mean(z):+.2f}, {np.std(z):.2f}",
        ])  # fmt: skip
    return (
        f"I = {studies.INTERVAL_BITS:g} bits over four dimensions and none in the fifth, {studies.INTERVAL_CANDIDATES} "
        f"candidates, {size.targets} targets with {size.interval_runs:,} runs each, seed {studies.SEED}.\n\n"
        f"{markdown(COLUMNS, lines)}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--ship", action="store_true", help="write the table into the docs")
    given = parser.parse_args()
    size = studies.SIZES["medium"]
    work = studies.interval_study(size)
    text = words(size, results.interval_result(work, study.run(work)))
    print(text)
    if given.ship:
        rewrite("intervals", text)


if __name__ == "__main__":
    main()
