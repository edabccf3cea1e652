"""Every method at ten channels: `python benchmarks/league.py`; `--write` updates docs/measurements/league.md.

Bits and candidates are as `rec.advise` says how they are known; seconds are measured here, one message on one core.
"""

from __future__ import annotations

import argparse
import math

import rec_core as rec
import tables
from machine import machine

G, U = rec.gaussian_channel, rec.uniform_channel
CHANNELS: tuple[tuple[str, rec.Channel], ...] = (
    ("Gaussian, 1 bit", G([1])),
    ("Gaussian, 3 bits", G([3])),
    ("Gaussian, 8 bits", G([8])),
    ("Gaussian, 2 x 2.5 bits", G([2.5] * 2)),
    ("Gaussian, 4 x 6 bits", G([6] * 4)),
    ("Gaussian, 6 x 8 bits", G([8] * 6)),
    ("Gaussian, 16 x 1 bit", G([1] * 16)),
    ("Gaussian, 16 x 3 bits", G([3] * 16)),
    ("Uniform, 4 bits", U([4])),
    ("Uniform, 2.5 and 1.7 bits", U([2.5, 1.7])),
)
COLUMNS = ("method", "bits", "above the floor", "candidates", "seconds", "bias", "bits are", "candidates are")


def cells(option: rec.Option) -> tuple[str, ...]:
    """A row of a table."""
    if math.isnan(option.bits):
        return option.name, *[""] * 6, f"refused: {option.refused}"
    count = f"2^{option.log2_candidates:.1f}" if option.log2_candidates > 20 else f"{2**option.log2_candidates:.3g}"
    above = round(option.above_floor_bits, 2) + 0.0  # no minus at zero
    return (
        option.name, f"{option.bits:.2f}", f"{above:+.2f}", count, f"{option.seconds:.1e}",
        "exact" if option.bias == 0 else f"{option.bias:.2g}", *option.known[:2],
    )  # fmt: skip


def report(seconds: float, max_bias: float) -> str:
    """The league of every channel, in Markdown."""
    parts = [f"On {machine()}.\n"]
    for name, channel in CHANNELS:
        advice = rec.advise(channel, max_bias=max_bias, seconds=seconds)
        head = f"\n**{name}**: I {channel.information_bits:g}, floor {advice.floor_bits:.2f} bits\n\n"
        parts.append(head + tables.markdown(COLUMNS, map(cells, advice.options)))
        print(parts[-1], flush=True)
    return "".join(parts)


def main() -> None:
    """Print the league, and write it where asked."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seconds", type=float, default=2.0, help="of runs, for each channel")
    options.add_argument("--bias", type=float, default=0.01, help="total variation that is allowed")
    options.add_argument("--write", action="store_true", help="into docs/measurements/league.md")
    chosen = options.parse_args()
    text = report(chosen.seconds, chosen.bias)
    if chosen.write:
        tables.rewrite("league", text)


if __name__ == "__main__":
    main()
