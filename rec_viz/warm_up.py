"""Kernels compiled in the background."""

from __future__ import annotations

import gc
import os
import threading
import time

import rec_core as rec
from rec_core import jit
from rec_core.trace import arrivals

from . import background
from .memo import memo
from .model import poster, setting, start

PATIENCE = 300.0  # seconds for the other process, which is then done without
DRAWING = 3.0  # seconds that are left to the first page: the two would only hold each other up


class WarmUp:
    """Compiles the kernels the pages need in a background thread, once a process, so that no page waits for Numba.

    Where none are kept yet, a process of its own compiles ahead what is needed last, and the thread finds it done.
    """

    def __init__(self) -> None:
        self.start = threading.Event()  # the Start page's kernels are there
        self.ready = threading.Event()  # the kernels that other pages begin with
        self.timed = threading.Event()  # the times of Start's control
        self.done = threading.Event()  # and all others
        self._ahead = {name: threading.Event() for name in AHEAD}  # compiled by the other process
        threading.Thread(target=self._run, daemon=True, name="warm-up").start()
        threading.Thread(target=self._compile_ahead, daemon=True, name="warm-up ahead").start()

    def _run(self) -> None:
        try:
            for work, there in ((compile_for_start, self.start), (compile_for_pages, self.ready)):
                work()
                there.set()
            self._ahead["times"].wait(PATIENCE)
            start.timed()
            self.timed.set()
            time.sleep(DRAWING)
            self._ahead["later"].wait(PATIENCE)
            compile_for_later()
            gc.collect()
            gc.freeze()  # it stays: to look through it for garbage held all sessions up for half a second
        finally:  # where it failed, a page that asks says why
            for there in (self.start, self.ready, self.timed, self.done):
                there.set()

    def _compile_ahead(self) -> None:
        try:
            if jit.none_kept() and (os.cpu_count() or 1) > 1:
                aside = background.Aside(__name__)
                aside.begin()
                aside.there.wait(60)
                aside.ask("times")
                self._ahead["times"].set()
                self.timed.wait()  # what is timed has the machine for itself
                aside.ask("later")
                aside.end()
        finally:
            for there in self._ahead.values():
                there.set()


def compile_for_start() -> None:
    """What Start shows first: a plain search and one with bins, and what the receiver makes of a message."""
    start.sent()
    poster.race()
    arrivals(start.TARGET.prior, rec.Partition((2,)), seed=0, until=1.0)


def compile_for_pages() -> None:
    """The other searches, many at once, and how many candidates they examine."""
    channel, cut = rec.gaussian_channel([1.0]), rec.Partition((2,))
    problem = channel.draw(0)
    sent = rec.trace(problem, rec.PFR(cut), seed=0)
    rec.laws.log2_index_bound_bits(channel, cut)
    arrivals(channel.prior, cut, seed=0, until=1.0)
    problem.prior.pdf(sent.samples)
    cut.edges(problem.prior)
    setting.ends(problem)
    rec.trace(problem, rec.ORC(2), seed=0)
    rec.encode_many(channel, 2, seed=0)
    rec.laws.expected_examined(problem, rec.PFR(weighting="uniform"))


def compile_for_later() -> None:
    """While the first page is being read: the research pages' kernels, those of long searches, and every method's."""
    channel, cut = rec.gaussian_channel([1.0]), rec.Partition((2,))
    problem, sent = channel.draw(0), rec.encode_many(channel, 3, seed=0)
    for bits in ([1.0], [1.0, 1.0]):
        rec.laws.index_law(rec.gaussian_channel(bits), rec.Partition((2,) * len(bits))).pmf(2)
    rec.encode_many(channel, 1, rec.ORC(1024), seed=0)
    rec.encode(problem, rec.ORC(1024), seed=0)
    poster.biased()
    rec.rules.choose_many(problem, rec.rules.Rule(), 2, seed=0)
    rec.codes.message_map(channel, rec.PFR(cut), seeds=[0], points=2)
    rec.decode_many(sent.messages, channel.prior, seeds=sent.seeds)
    rec.upper_sum_bits(problem, rec.Partition((2**20,)))
    rec.allocate(rec.gaussian_channel([1.0, 2.0]), 2, "runtime")
    rec.laws.orc_bias(problem, rec.ORC(2))
    rec.metrics.mmd(sent.samples, sent.samples)
    rec.advise(channel, seconds=0.01)


AHEAD = {"times": start.timed, "later": compile_for_later}


@memo(64)
def warm_up() -> WarmUp:
    """The process's one warm-up, started by the first page that asks."""
    return WarmUp()


def _ahead(name: str) -> bytes:
    """Compile, in a process that does nothing else."""
    AHEAD[name.strip()]()
    return b""


if __name__ == "__main__":
    background.answer_lines(_ahead)
