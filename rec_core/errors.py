"""Every error that bad input can raise. Their messages say what to do instead."""

from __future__ import annotations


class RecError(ValueError):
    """Base class of every error for bad input.

    >>> import rec_core as rec
    >>> try:
    ...     rec.Partition((0,))
    ... except rec.RecError as error:
    ...     print(error)
    intervals[0] must be a whole number >= 1, got 0.
    """


class MessageError(RecError):
    """Bytes or a message that are damaged, cut short, or were written for another partition or code.

    >>> import rec_core as rec
    >>> try:
    ...     rec.unpack(b"too short", rec.Partition((8,)), rec.EliasDelta())
    ... except rec.MessageError as error:
    ...     print(error)
    These 9 bytes are shorter than a frame (13 bytes); pass all of them.
    """


class BudgetExceeded(RecError):
    """The search would examine, or has examined, more candidates than `max_examined`.

    `expected_bits` is log2 of the exact expected number of candidates, `suggested_intervals` (D,) the intervals per
    dimension of a partition whose expected number is within the budget (None where there is none).

    >>> import rec_core as rec
    >>> try:
    ...     rec.encode(rec.gaussian_problem([0.5], [2.0**-16]), rec.PFR(max_examined=1000), seed=1)
    ... except rec.BudgetExceeded as error:
    ...     print(round(error.expected_bits, 2), error.suggested_intervals)
    16.18 (512,)
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
