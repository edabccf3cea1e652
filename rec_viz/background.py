"""The only long job: work in a thread of its own, which a page watches and can stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
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
