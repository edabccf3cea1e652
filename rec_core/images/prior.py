"""Priors over a network's weights: what sender and receiver share, learned from pictures by `train`."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import RecError
from . import network
from .network import Shape, Singles

RATES = ("low", "medium", "high", "best")
"""Names of the shipped priors, from the fewest bits to the most."""

BETAS = {"low": 2e-5, "medium": 5e-6, "high": 2e-6, "best": 5e-7}
"""The cost of a nat of KL in training, in units of the mean squared error of colors in [0, 1]."""

SHAPES = {
    "low": Shape(6, (5, 5)),
    "medium": Shape(8, (8, 8)),
    "high": Shape(12, (12, 12)),
    "best": Shape(16, (16, 16)),
}
"""Their networks: so small that a weight has two to four bits, and a block of 48 bits few dimensions."""


@dataclass(frozen=True, eq=False)
class Prior:
    """Weight d ~ N(mu[d], sigma[d]^2) over pictures, and statistics of the posteriors in training; arrays are float32.

    `mu`, `sigma` and `information_bits` have shape (num_weights,): the last is the mean KL of that weight's posteriors
    in training, the I_d of the channel for which both sides make blocks and bins. `waves` (waves, 2) is as in
    `network`, `hidden` the widths of the layers after them. `psnr_db` is the quality of the training pictures, each at
    a few samples of its posterior.
    """

    name: str
    source: str
    beta: float
    mu: Singles
    sigma: Singles
    information_bits: Singles
    waves: Singles
    hidden: tuple[int, ...]
    psnr_db: float

    @property
    def shape(self) -> Shape:
        """The network's shape."""
        return Shape(len(self.waves), self.hidden)

    @property
    def bits_per_pixel(self) -> float:
        """Mean KL of a training picture over its pixels."""
        return float(self.information_bits.sum(dtype=np.float64)) / network.NUM_PIXELS


_ARRAYS = ("mu", "sigma", "information_bits", "waves")


def save(prior: Prior, path: Path) -> None:
    """Write a prior, with its source, as .npz."""
    values: dict[str, Any] = {field.name: getattr(prior, field.name) for field in fields(prior)}
    with path.open("wb") as file:
        np.savez_compressed(file, **values)


def load(path: Path | Any) -> Prior:
    """Read what `save` wrote. Raises RecError for anything else."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
            arrays = {name: np.asarray(data[name], dtype=np.float32) for name in _ARRAYS}
            for values in arrays.values():
                values.setflags(write=False)
            return Prior(
                name=str(data["name"]),
                source=str(data["source"]),
                beta=float(data["beta"]),
                hidden=tuple(int(width) for width in data["hidden"]),
                psnr_db=float(data["psnr_db"]),
                **arrays,
            )
    except (OSError, KeyError, ValueError) as error:
        raise RecError(f"{path} is not a prior written by rec_core.images.train ({error}).") from None


@lru_cache(maxsize=len(RATES))
def shipped(name: str) -> Prior:
    """One of the priors that come with the package, by its name in RATES."""
    return load(resources.files(__package__) / "priors" / f"{name}.npz")
