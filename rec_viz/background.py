"""Work elsewhere: the only long job, in a thread that a page watches and can stop; a process that answers; and a door
that lets few in at a time."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Generic, TypeVar

State = TypeVar("State")
Halted = Callable[[], bool]
Steps = Iterator[tuple[float, float]]  # how much is done, of how much


class Job(Generic[State]):
    """One piece of work under way: what there is so far, how far it is, how to stop it, what went wrong."""

    def __init__(self, state: State, work: Callable[[State, Halted], Steps], alive: Callable[[], bool]) -> None:
        """Begin. `work` fills `state` and tells after every step how far it is; once halted it soon ends by itself,
        as it does where `alive` is false. An error ends it; the state so far stays."""
        self.state = state
        self.done: float = 0
        self.total: float = 0
        self.error: Exception | None = None
        self.stop, self.ended = threading.Event(), threading.Event()
        self._steps = work(state, lambda: self.stop.is_set() or not alive())
        self._begun: tuple[float, float] | None = None  # when, and how much was done already
        threading.Thread(target=self._run, daemon=True, name=type(state).__name__).start()

    def _run(self) -> None:
        try:
            for done, total in self._steps:
                self.done, self.total = done, total
                self._begun = self._begun or (time.monotonic(), self.done)
        except Exception as error:
            self.error = error
        finally:
            self.ended.set()

    @property
    def running(self) -> bool:
        return not self.ended.is_set()

    @property
    def share(self) -> float:
        """How much is done, from 0 to 1."""
        return min(self.done / self.total, 1.0) if self.total else 0.0

    @property
    def seconds_left(self) -> float | None:
        """About how long it still takes; None before anything is known."""
        begun, first = self._begun or (0.0, self.done)
        fresh = self.done - first
        return (time.monotonic() - begun) / fresh * (self.total - self.done) if fresh > 0 else None


SECONDS_AWAY = 30.0
"""How long a browser may be without a connection before what it runs ends."""


def patient(there: Callable[[], bool], seconds: float) -> Callable[[], bool]:
    """Says what `there` says, except that it is believed to be gone only after so many seconds."""
    gone: list[float] = []  # since when

    def still() -> bool:
        if there():
            gone.clear()
            return True
        gone[:] = gone or [time.monotonic()]
        return time.monotonic() - gone[0] < seconds

    return still


class Door:
    """Lets `most` in at a time. Many threads that share one interpreter all end late: each takes it from the others in
    mid-run. Who has waited `seconds` goes in all the same, so that nobody waits for somebody's long work."""

    def __init__(self, most: int, seconds: float) -> None:
        self._places, self._seconds = threading.BoundedSemaphore(most), seconds

    @contextmanager
    def passed(self) -> Iterator[bool]:
        """While this is on, a place is taken, or, after so many seconds, is not."""
        taken = self._places.acquire(timeout=self._seconds)
        try:
            yield taken
        finally:
            if taken:
                self._places.release()


RUNS = Door(2, 2.0)
"""Where runs of pages pass. Of two, one often waits for a kernel, which leaves the interpreter to the other."""


MOST_LOST = 3
"""How often a process that answers is begun anew."""


class Aside(threading.local):
    """For each thread that asks, a process of its own that answers, so that it needs nobody else's interpreter.

    The process runs a module, which calls `answer_lines`. It ends with the program.
    """

    def __init__(self, module: str) -> None:
        self.module = module
        self.process: subprocess.Popen[bytes] | None = None
        self.there = threading.Event()
        self.lost = 0

    def ask(self, line: str) -> bytes | None:
        """The answer to a line; None while the process starts, where it ends before it has answered, and where it has
        done so three times."""
        self.begin()
        if self.process is None or not self.there.is_set():
            return None
        try:
            assert self.process.stdin is not None
            self.process.stdin.write(line.encode() + b"\n")
            self.process.stdin.flush()
            return _framed(self.process)
        except (OSError, EOFError):
            self.process.kill()
            self.process.wait()
            self.process, self.lost = None, self.lost + 1
            return None

    def begin(self) -> None:
        """Start the process, unless there is one or too many were lost."""
        if self.process is not None or self.lost >= MOST_LOST:
            return
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-m", self.module], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                start_new_session=True,  # it ends with its input, not with Ctrl-C
            )  # fmt: skip
        except OSError:
            self.lost = MOST_LOST
            self.there.set()  # or who waits for it would wait in vain
            return
        self.there = threading.Event()
        threading.Thread(target=_await, args=(self.process, self.there), daemon=True).start()

    def end(self) -> None:
        """End the process, which has answered."""
        if self.process is not None and self.process.stdin is not None:
            with suppress(OSError):
                self.process.stdin.close()
            self.process.wait()
            self.process = None


def _await(process: subprocess.Popen[bytes], there: threading.Event) -> None:
    """Until the process has said its first, empty word. Where it ended instead, the first question finds out."""
    with suppress(EOFError):
        _framed(process)
    there.set()


def _framed(process: subprocess.Popen[bytes]) -> bytes:
    """The next bytes that a process says, behind their number. Raises EOFError."""
    assert process.stdout is not None
    head = process.stdout.read(4)
    data = process.stdout.read(int.from_bytes(head, "little"))
    if len(head) < 4 or len(data) < int.from_bytes(head, "little"):
        raise EOFError
    return data


def answer_lines(answer: Callable[[str], bytes]) -> None:
    """What a process of `Aside` does: an empty word, then a line in and an answer out until there are no more lines."""
    if hasattr(os, "nice"):
        os.nice(5)  # who waits for a page comes first
    gc.freeze()
    with suppress(BrokenPipeError), os.fdopen(os.dup(1), "wb") as out:  # who asked may be gone
        os.dup2(2, 1)  # what is printed is no answer
        said = b""
        while True:
            out.write(len(said).to_bytes(4, "little") + said)
            out.flush()
            if not (line := sys.stdin.buffer.readline()):
                return
            said = answer(line.decode())
