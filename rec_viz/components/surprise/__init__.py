"""One control: how surprising the sample is, and what that costs in bits and in time. Python ships the whole table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...model import start
from ...text import reading
from ...theme import ROLES
from .. import mount

_MOUNT = mount("surprise", Path(__file__).with_name("surprise.js"), base=True)

_AT_FIRST = 40  # bits
_TICKS = ((1e-3, "1 ms"), (1.0, "1 s"), (3600.0, "1 hour"), (31_557_600.0, "1 year"))


def show(key: str) -> None:
    """The control on what the exact laws and this machine say."""
    _mount([row(timed) for timed in start.timed()], key)


def hold(key: str) -> None:
    """Its place, while times are taken."""
    _mount([], key)


def _mount(rows: list[dict[str, Any]], key: str) -> None:
    data = {"rows": rows, "start": _AT_FIRST, "ticks": _TICKS, "colors": ROLES}
    _MOUNT(data=data, key=key, width="stretch", height="content")


def row(timed: start.Timed) -> dict[str, Any]:
    """A row as the table ships it: its numbers, and those to be read as text."""
    price, plain, binned = timed
    return {
        "bits": price.bits,
        "floor_bits": price.floor_bits,
        "length_bits": price.length_bits,
        "plain_seconds": plain,
        "binned_seconds": binned,
        "plain_time": reading.duration(plain),
        "binned_time": reading.duration(binned),
        "plain_candidates": reading.number(2.0**price.log2_plain),
        "binned_candidates": reading.number(2.0**price.log2_binned),
    }
