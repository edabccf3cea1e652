"""Candidates a second of an exact search: `python benchmarks/search.py`; `--write` for docs/measurements/search.md.

The task is ORC at 20 bits of information: n candidates in D dimensions, the winner's index. Every contender draws its
own candidates and arrival times. Contenders take turns, and the table shows medians, so a busy moment is shared; those
of one thread are timed by the processor time they take, those of two by the clock on the wall.

    every candidate   this package's float32 kernel, which works out all candidates
    sieved            the same search by cells of the top plane, which `rec.encode` runs
    two threads       the sieve in two threads
    NumPy, PyTorch, JAX   chunks of 2^14 candidates in float32, as one would write it
    naive loop        one candidate after the other in Numba, float64
    words, normals    the ceiling: 32-bit words of the generator, and float32 normals made of them

A second table is about threads: how long one search takes with one and with two, where `rec.encode` begins to take two.
A third is about bins with clocks of their own.

PyTorch and JAX come with `pip install -e ".[bench]"`; where one is missing its column says so.
"""

from __future__ import annotations

import argparse
import importlib.util
import math
import os
import time
from collections.abc import Callable

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")

import numpy as np
from numba import njit

import rec_core as rec
from machine import machine
from rec_core.methods import new_record
from rec_core.methods.by_clocks import race_by_clocks
from rec_core.randomness import MIDDLE
from rec_core.searches import dispatch, threads, tiles, tiles_bins
from rec_core.tables import log_sup_reweighted, tables
from tables import rewrite

CHUNK = 2**14
BITS = 20.0


def vertex_form(problem: rec.Problem) -> tuple[np.ndarray, np.ndarray]:
    """Vertex and slope of each dimension in float32: log r = C - sum ((x - vertex) slope)^2."""
    mean, scale = np.array(problem.params).T
    gap = 1.0 - scale**2
    return (mean / gap).astype(np.float32), (np.sqrt(gap / 2) / scale).astype(np.float32)


def numpy_search(problem: rec.Problem, n: int) -> Callable[[], object]:
    vertex, slope = vertex_form(problem)
    rng = np.random.default_rng(0)

    def run() -> int:
        best, winner, start = math.inf, 0, 0.0
        for first in range(0, n, CHUNK):
            size = min(CHUNK, n - first)
            x = rng.standard_normal((size, problem.dim), dtype=np.float32)
            x -= vertex
            x *= slope
            score = np.einsum("ij,ij->i", x, x)
            arrival = np.cumsum(rng.standard_exponential(size, dtype=np.float32), dtype=np.float64) + start
            start = arrival[-1]
            score += np.log(arrival.astype(np.float32))
            i = int(score.argmin())
            if score[i] < best:
                best, winner = score[i], first + i + 1
        return winner

    return run


def torch_search(problem: rec.Problem, n: int) -> Callable[[], object]:
    import torch

    torch.set_num_threads(1)
    vertex, slope = (torch.from_numpy(part) for part in vertex_form(problem))

    def run() -> int:
        best, winner, start = math.inf, 0, 0.0
        for first in range(0, n, CHUNK):
            size = min(CHUNK, n - first)
            x = torch.randn(size, problem.dim).sub_(vertex).mul_(slope)
            arrival = torch.cumsum(torch.empty(size).exponential_(), 0, dtype=torch.float64).add_(start)
            start = float(arrival[-1])
            score = x.square_().sum(1).add_(arrival.float().log_())
            i = int(score.argmin())
            if score[i] < best:
                best, winner = float(score[i]), first + i + 1
        return winner

    return run


def jax_search(problem: rec.Problem, n: int) -> Callable[[], object]:
    import jax
    import jax.numpy as jnp

    vertex, slope = vertex_form(problem)

    @jax.jit
    def chunk(key: jax.Array, start: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
        first, second = jax.random.split(key)
        x = (jax.random.normal(first, (min(CHUNK, n), problem.dim)) - vertex) * slope
        arrival = start + jnp.cumsum(jax.random.exponential(second, (min(CHUNK, n),)))
        score = (x * x).sum(1) + jnp.log(arrival)
        i = score.argmin()
        return score[i], i, arrival[-1]

    keys = jax.random.split(jax.random.key(0), -(-n // CHUNK))

    def run() -> int:
        best, winner, start = math.inf, 0, jnp.float32(0.0)
        for number, key in enumerate(keys):
            score, i, start = chunk(key, start)
            if float(score) < best:
                best, winner = float(score), number * CHUNK + int(i) + 1
        return winner

    return run


@njit(nogil=True)
def _naive(rng: np.random.Generator, n: int, mean: np.ndarray, scale: np.ndarray) -> int:
    best, winner, arrival = np.inf, 0, 0.0
    for i in range(n):
        arrival += rng.standard_exponential()
        log_ratio = 0.0
        for d in range(mean.shape[0]):
            x = rng.standard_normal()
            z = (x - mean[d]) / scale[d]
            log_ratio += 0.5 * (x * x - z * z)
        score = math.log(arrival) - log_ratio
        if score < best:
            best, winner = score, i + 1
    return winner


def naive_search(problem: rec.Problem, n: int) -> Callable[[], object]:
    mean, scale = np.array(problem.params).T.copy()
    rng = np.random.default_rng(0)
    return lambda: _naive(rng, n, mean, scale)


def ours(problem: rec.Problem, n: int, way: str) -> Callable[[], object]:
    """This package's kernel for one bin; `way` is 'all', 'sieve' or 'threads'."""
    method = rec.ORC(n)
    table, rules = tables(problem, rec.Partition.uncut(problem.dim), method.weighting), method.rules(problem.dim)
    seed, log_sup, expected = np.uint64(1), log_sup_reweighted(table), 1.0 if way == "all" else math.inf
    if way == "threads":
        return lambda: threads.race_in_threads(table, rules, seed, log_sup, 2)
    return lambda: tiles.race_sieved(table, tiles.make_sieve(table, expected), rules, seed, log_sup)


@njit(nogil=True)
def _ceiling(num_tiles: int, dim: int, normals: bool) -> float:
    room = tiles.new_room(dim)
    total = 0.0
    for tile in range(num_tiles):
        for d in range(dim):
            tiles.fill_plane(np.uint64(1), MIDDLE, np.uint64(tile), d, room.words)
            if normals:
                if dim <= 2 or d % 2 == 0:
                    number = d if dim <= 2 else d // 2
                    tiles.fill_top(np.uint64(1), np.uint64(tile), number, room.planes[number])
                tiles.quantiles32(room, room.bytes[d if dim <= 2 else d // 2], 0 if d % 2 else 4, 4)
                total += room.near[5]
            else:
                total += room.words[5]
    return total


CONTENDERS: dict[str, Callable[[rec.Problem, int], Callable[[], object]]] = {
    "every candidate": lambda problem, n: ours(problem, n, "all"),
    "sieved": lambda problem, n: ours(problem, n, "sieve"),
    "two threads": lambda problem, n: ours(problem, n, "threads"),
    "NumPy": numpy_search,
    "PyTorch": torch_search,
    "JAX": jax_search,
    "naive loop": naive_search,
    "words": lambda problem, n: lambda: _ceiling(n // 1024, problem.dim, False),
    "normals": lambda problem, n: lambda: _ceiling(n // 1024, problem.dim, True),
}
MODULES = {"PyTorch": "torch", "JAX": "jax"}


def measure(problem: rec.Problem, n: int, rounds: int, budget: float) -> dict[str, float | None]:
    """Millions of candidates a second (of numbers, for the ceiling); None for what is not installed.

    Contenders much slower than the budget run once a round on fewer candidates: theirs is a rate.
    """
    runs: dict[str, tuple[Callable[[], object], int]] = {}
    times: dict[str, list[float]] = {}
    for name, make in CONTENDERS.items():
        if name in MODULES and importlib.util.find_spec(MODULES[name]) is None:
            continue
        size = n
        if name not in ("sieved", "two threads"):
            size = min(n, max(2**16, int(budget * 2e8 / problem.dim / (1 if name in ("words", "normals") else 4))))
            size = 2 ** int(math.log2(size))
        runs[name] = make(problem, size), size
        runs[name][0]()  # compiles
        times[name] = []
    for _ in range(rounds):
        for name, (run, _) in runs.items():
            clock = time.perf_counter if name == "two threads" else time.process_time
            begun = clock()
            run()
            times[name].append(clock() - begun)
    rates: dict[str, float | None] = dict.fromkeys(CONTENDERS)
    for name, (_, size) in runs.items():
        each = problem.dim if name in ("words", "normals") else 1
        rates[name] = each * size / float(np.median(times[name])) / 1e6
    return rates


def shown(rate: float | None, against: float) -> str:
    if rate is None:
        return "–"
    number = f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}"
    return number if rate == against else f"{number} ({rate / against:.1f}×)"


def table(dims: list[int], sizes: list[int], rounds: int, budget: float) -> str:
    """The Markdown table, with the machine above it."""
    missing = [name for name, module in MODULES.items() if importlib.util.find_spec(module) is None]
    lines = [
        f"Millions of candidates a second, ORC at {BITS:g} bits, one thread unless it says two; in brackets against "
        f"NumPy in the same run. {machine()}; medians of {rounds} interleaved rounds.",
        "",
        "| D | n | " + " | ".join(CONTENDERS) + " |",
        "|" + "---:|" * (len(CONTENDERS) + 2),
    ]
    for dim in dims:
        problem = rec.gaussian_channel([BITS / dim] * dim).draw(1)
        for size in sizes:
            rates = measure(problem, size, rounds, budget)
            base = rates["NumPy"]
            assert base is not None
            cells = [
                f"{rates[name]:,.0f}" if name in ("words", "normals") else shown(rates[name], base) for name in rates
            ]
            lines.append(f"| {dim} | 2^{int(math.log2(size))} | " + " | ".join(cells) + " |")
            print(lines[-1], flush=True)
    if missing:
        lines += ["", f'Not installed here: {" and ".join(missing)} (`pip install -e ".[bench]"`).']
    return "\n".join(lines)


def threads_table(dims: list[int], rounds: int) -> str:
    """Searches just long enough for threads, for targets that hard: few tiles can be passed over."""
    lines = [
        "The clock on the wall, one thread and two, for ORC with n candidates at log2 n bits (few tiles can be passed "
        "over) and at 6 bits less.",
        "",
        "| D | n | one thread, ms | two threads, ms | times as fast | one thread, 6 bits less | two | times as fast |",
        "|" + "---:|" * 8,
    ]
    for dim in dims:
        log2_size = math.ceil(math.log2(dispatch.THREADS_FROM / dim)) + 1
        cells = [str(dim), f"2^{log2_size}"]
        for bits in (log2_size, log2_size - 6):
            problem = rec.gaussian_channel([bits / dim] * dim).draw(1)
            runs = [ours(problem, 2**log2_size, way) for way in ("sieve", "threads")]
            times: list[list[float]] = [[], []]
            for turn in range(rounds + 1):
                for k, run in enumerate(runs):
                    begun = time.perf_counter()
                    run()
                    if turn > 0:  # the first compiles
                        times[k].append(time.perf_counter() - begun)
            one, two = (float(np.median(part)) for part in times)
            cells += [f"{1e3 * one:.1f}", f"{1e3 * two:.1f}", f"{one / two:.2f}×"]
        lines.append("| " + " | ".join(cells) + " |")
        print(lines[-1], flush=True)
    return "\n".join(lines)


BINNED = (((18.0,), (2,)), ((12.0, 8.0), (4, 4)), ((4.0,) * 5, (2,) * 5), ((0.9,) * 16, (2,) * 6 + (1,) * 10))


def bins_table(seeds: int) -> str:
    """PFR with a clock for every bin: the readable search and the one by tiles, in the same races."""
    lines = [
        f"PFR with a clock for every bin, means of {seeds} races: one candidate after the other (`by_clocks`) against "
        "whole tiles (`tiles_bins`).",
        "",
        "| bits of each dimension | J | candidates expected | one by one, ms | by tiles, ms | times as fast |",
        "|---|" + "---:|" * 5,
    ]
    for bits, intervals in BINNED:
        problem, method = rec.gaussian_channel(bits).draw(1), rec.PFR(rec.Partition(intervals))
        table, rules = tables(problem, method.partition, method.weighting), method.rules(problem.dim)
        expected, winner, none = log_sup_reweighted(table), np.zeros(problem.dim, np.int64), new_record(0, 1)
        spent = np.zeros(2)
        for seed in range(seeds + 1):
            times = [time.process_time()]
            found = race_by_clocks(table, rules, np.uint64(seed), expected, winner, none)
            times.append(time.process_time())
            if found != tiles_bins.race_bins_by_clocks(table, rules, np.uint64(seed), expected, winner):
                raise AssertionError("the two searches disagree")
            times.append(time.process_time())
            spent += np.diff(times) if seed else 0.0  # the first compiles
        slow, fast = 1e3 * spent / seeds
        shape = ", ".join(f"{value:g}" for value in bits) if len(set(bits)) > 1 else f"{bits[0]:g} ({len(bits)}×)"
        cells = (shape, math.prod(intervals), f"{math.exp(expected):,.0f}", f"{slow:.1f}", f"{fast:.2f}")
        lines.append(f"| {' | '.join(map(str, cells))} | {slow / fast:.0f}× |")
        print(lines[-1], flush=True)
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dims", type=int, nargs="+", default=[1, 2, 5, 16, 64])
    parser.add_argument("--log2-candidates", type=int, nargs="+", default=[16, 22])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--budget", type=float, default=0.5, help="seconds a round, about, for one contender")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/measurements/search.md")
    given = parser.parse_args()
    text = table(given.dims, [2**k for k in given.log2_candidates], given.rounds, given.budget)
    text += "\n\n" + threads_table(given.dims, given.rounds) + "\n\n" + bins_table(3 * given.rounds)
    print("\n" + text)
    if given.write:
        rewrite("search", text + "\n")


if __name__ == "__main__":
    main()
