"""The hero: a sender, a receiver, and a sample sent, in twelve seconds. Python ships one search; JavaScript draws."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ...model import start
from ...theme import ROLES
from .. import mount

_MOUNT = mount("hero", Path(__file__).with_name("hero.js"), base=True)


def show(key: str) -> None:
    """The hero on the one search that Start tells of."""
    told = {
        name: value.tolist() if isinstance(value, np.ndarray) else value
        for name, value in start.sent()._asdict().items()
    }
    data = {**told, "seed": start.SEED, "ratios": start.ratios(start.SHARES).tolist(), "colors": ROLES}
    _MOUNT(data=data, key=key, width="stretch", height="content")
