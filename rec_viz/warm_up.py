"""Kernels compiled in the background."""

from __future__ import annotations

import threading

import rec_core as rec
from rec_core.trace import arrivals

from .memo import memo


class WarmUp:
    """Compiles the kernels the pages need in a background thread, once a process, so that no page waits for Numba."""

    def __init__(self) -> None:
        self.start = threading.Event()  # the Start page's kernels are there
        self.ready = threading.Event()  # and those that other pages begin with
        self.done = threading.Event()  # and all others
        threading.Thread(target=self._run, daemon=True, name="warm-up").start()

    def _run(self) -> None:
        try:
            compile_for_start()
            self.start.set()
            compile_for_pages()
        finally:
            self.start.set()
            self.ready.set()
        try:
            compile_for_later()
        finally:
            self.done.set()


def compile_for_start() -> None:
    """PFR with a clock for every bin, and what the stage shows of it."""
    channel, cut = rec.gaussian_channel([1.0]), rec.Partition((2,))
    problem = channel.draw(0)
    sent = rec.trace(problem, rec.PFR(cut), seed=0)
    rec.decode(sent.message, channel.prior, cut, seed=0)
    rec.laws.log2_index_bound_bits(channel, cut)
    arrivals(channel.prior, cut, seed=0, until=1.0)
    problem.log_ratio_bits(sent.samples)
    problem.prior.pdf(sent.samples)


def compile_for_pages() -> None:
    """The other searches, many at once, and how many candidates they examine."""
    channel = rec.gaussian_channel([1.0])
    rec.trace(channel.draw(0), rec.ORC(2), seed=0)
    rec.encode_many(channel, 2, seed=0)
    rec.laws.expected_examined(channel.draw(0), rec.PFR(weighting="uniform"))


def compile_for_later() -> None:
    """While the first page is being read: the research pages' kernels, and last those of long searches."""
    channel = rec.gaussian_channel([1.0])
    for bits in ([1.0], [1.0, 1.0]):
        rec.laws.index_law(rec.gaussian_channel(bits), rec.Partition((2,) * len(bits)))
    rec.encode_many(channel, 1, rec.ORC(1024), seed=0)
    rec.encode(channel.draw(0), rec.ORC(1024), seed=0)


@memo(64)
def warm_up() -> WarmUp:
    """The process's one warm-up, started by the first page that asks."""
    return WarmUp()
