"""Numbers as people read and write them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def raised(text: str) -> str:
    """2^48 as people write it: 2⁴⁸."""
    return re.sub(r"\^(-?\d+)", lambda match: match[1].translate(_SUPERSCRIPTS), text)


def plain(text: str) -> str:
    """Text that may come from outside, as Markdown that shows it letter for letter: no picture, link or formula.

    Streamlit makes links and little pictures even of escaped text, so an invisible mark parts what they begin with.
    """
    parted = re.sub(r"(?i)(w)(?=ww)", "\\1\u2060", re.sub(r"[:@]", "\\g<0>\u2060", text))
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", parted)


def number(value: float) -> str:
    """A count for reading: 8, 7.7, 12,345 or 4.8 × 10¹⁵."""
    if not math.isfinite(value):
        return "no end"
    if value >= 1e6:
        exponent = math.floor(math.log10(value))
        return raised(f"{value / 10.0**exponent:.1f} × 10^{exponent}")
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.1f}"


def small(value: float) -> str:
    """A measure that may be tiny: 0.12, 0.0034 or 2.1 × 10⁻⁷."""
    if value >= 1e-3 or value <= 0.0:
        return f"{value:.3g}"
    exponent = math.floor(math.log10(value))
    return raised(f"{value / 10.0**exponent:.1f} × 10^{exponent}")


def bits(value: float | None) -> str:
    """Bits in a table; a dash where there is no such number."""
    return "—" if value is None or not math.isfinite(value) else f"{value:.2f}"


_TIMES = (
    ("years", 31_557_600.0), ("days", 86_400.0), ("hours", 3600.0), ("min", 60.0), ("s", 1.0), ("ms", 1e-3),
    ("µs", 1e-6), ("ns", 0.0),
)  # fmt: skip


def duration(seconds: float) -> str:
    """A time for reading, from nanoseconds to years."""
    unit, size = next((unit, size) for unit, size in _TIMES if seconds >= size)
    count = number(seconds / (size or 1e-9))
    return f"{count} {unit.removesuffix('s') if count == '1' and unit in ('years', 'days', 'hours') else unit}"


def time_left(seconds: float | None) -> str:
    """How long something still takes, about."""
    return "time left unknown" if seconds is None else f"{duration(max(1.0, round(seconds)))} left"


def power(log2: float) -> str:
    """A number of candidates by its log2: 2¹⁶."""
    return raised(f"2^{log2:.0f}")


def signed(value: float, digits: int = 1) -> str:
    """A number with its sign, as people write it."""
    return f"{value:+.{digits}f}".replace("-", "−")


def typed(text: str, marks: str = r"[,;\s]+") -> tuple[float, ...] | None:
    """The numbers a person typed, between `marks`, or by default commas, spaces and semicolons; None where one of them
    is not a number."""
    try:
        return tuple(float(part) for part in re.split(marks, text.replace("−", "-").strip(" ,;\n")))
    except ValueError:
        return None


def written(numbers: Iterable[float]) -> str:
    """Numbers as a person would type them."""
    return ", ".join(f"{number:.9g}" for number in numbers)
