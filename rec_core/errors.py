"""Every error a caller can provoke, each raised with a sentence that says what to do instead."""

from __future__ import annotations


class RecError(ValueError):
    """Base of every error for bad input."""


class MessageError(RecError):
    """Bytes or a message that were damaged, cut short, or written for another partition or code."""


class BudgetExceeded(RecError):
    """The search would examine, or has examined, more candidates than `max_examined`.

    `expected_bits` is log2 of the exact expected number of candidates, `suggested_intervals` the intervals per
    dimension of a partition whose expected number is within the budget (None where there is none).
    """

    def __init__(
        self, message: str, *, expected_bits: float, suggested_intervals: tuple[int, ...] | None = None
    ) -> None:
        super().__init__(message)
        self.expected_bits = expected_bits
        self.suggested_intervals = suggested_intervals

    def __reduce__(self) -> tuple[object, ...]:
        """So that it can be pickled, and one refused search does not end a pool of processes."""
        return _rebuilt, (str(self), self.expected_bits, self.suggested_intervals)


def _rebuilt(message: str, expected_bits: float, suggested_intervals: tuple[int, ...] | None) -> BudgetExceeded:
    return BudgetExceeded(message, expected_bits=expected_bits, suggested_intervals=suggested_intervals)
