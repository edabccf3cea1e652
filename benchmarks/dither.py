"""Layered dither: `python benchmarks/dither.py` prints how many samples a second, and its bits against other ways.

A sample is a number: one dimension of one run of `encode_many` on a channel, its own target, message and sample. Speed
is by the processor time of one thread, so that a busy machine does not tell, and by the clock on the wall with all
cores. Bits are means in closed form, and those of a real file of 20,000 messages; `bins` is what a message with bins
takes by the matched code, J = 2^(bits - 2), and `floor` is functional information.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

import rec_core as rec
from machine import machine
from rec_core import codes
from tables import markdown

RUNS = 20_000
CHANNELS = ([1.0], [2.0], [6.0], [8.0] * 2, [8.0] * 6, [3.0] * 16)


def speed(dim: int, numbers: int, rounds: int) -> list[object]:
    """Millions of samples a second, a row of the table."""
    channel = rec.gaussian_channel([2.0] * dim)
    method, runs = rec.LayeredDither.for_source(channel), numbers // dim
    rec.encode_many(channel, 2, method, seed=0)  # compiles
    one, all_cores = [], []
    for seed in range(rounds):
        begun = time.process_time()
        rec.encode_many(channel, runs, method, seed=seed, num_threads=1)
        one.append(time.process_time() - begun)
        begun = time.perf_counter()
        rec.encode_many(channel, runs, method, seed=seed)
        all_cores.append(time.perf_counter() - begun)
    return [dim, *(f"{runs * dim / float(np.median(times)) / 1e6:.1f}" for times in (one, all_cores))]


def bits(values: list[float]) -> list[object]:
    """Bits of a message of this channel by every way, a row of the table."""
    channel = rec.gaussian_channel(values)
    method = rec.LayeredDither.for_source(channel)
    sent = rec.encode_many(channel, RUNS, method, seed=1)
    data = codes.pack_stream(lambda coder: codes.DitherCode(channel).encode(coder, sent.messages, sent.seeds))
    cut = rec.allocate(channel, round(channel.information_bits) - 2) if channel.information_bits > 3.0 else None
    binned = rec.laws.mean_length_bits(channel, cut, rec.MatchedCode(channel, cut))
    floor = rec.laws.functional_information_bits(channel)
    told = (channel.information_bits, floor, method.expected_bits(channel), 8 * len(data) / RUNS, binned)
    return [f"{len(values)} x {values[0]:g}", *(f"{value:.3f}" for value in told)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--numbers", type=int, default=2**20)
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    print(machine())
    rows = [speed(dim, given.numbers, given.rounds) for dim in (1, 2, 8, 64)]
    print(markdown(("D", "millions of samples a second of processor time", "on all cores, by the clock"), rows))
    heads = ("channel", "I", "floor", "layered dither", "its file", "bins, matched code")
    print(markdown(heads, map(bits, CHANNELS)))


if __name__ == "__main__":
    main()
