"""The Gaussian model of photographs that sender and receiver of "dct" share, and its exact R(D) given the classes.

Coefficients are independent N(0, sigma^2) given the class of their block or tile, and a class is a table of sigmas: a
Gaussian scale mixture, as in Wainwright & Simoncelli, "Scale mixtures of Gaussians and the statistics of natural
images" (2000). Classes of tiles are independent, that of a block depends on the blocks to the left and above.

At distortion D a coefficient with sigma^2 > D is sent through the forward test channel of the Gaussian rate-distortion
function (Cover & Thomas, section 10.3): 1/2 log2(sigma^2 / D) bits of information, squared error D. Others are not
sent; nor are those below LEAST_BITS, for which a search costs more than they save. log2 sigma and log2 sqrt(D) are
whole multiples of 1/UNIT, so both sides compute the same information to the last bit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..arrays import LN2, Floats, Ints
from ..codes import TableCode
from ..errors import RecError
from .transform import COARSE, FINE, PER_TILE, SIDE, Colors, Strip

UNIT = 64  # steps of a bit
LEAST_BITS = 0.3
RATES_BITS = {"low": 0.35, "medium": 0.8, "high": 1.5, "best": 2.8}
"""Bits of information per pixel of the named rates, under the model."""

_LEAST = math.ceil(LEAST_BITS * UNIT)
_FINEST, _COARSEST = -24 * UNIT, 12 * UNIT  # log2 sqrt(D) of any rate is in between, in steps


@dataclass(frozen=True, eq=False)
class Mixture:
    """The model from `train`: `coarse` (classes, 48) and `fine` (classes, 189), int64, are log2 sigma times UNIT.

    `coarse_counts` (classes,) is how often a class occurred in training, `fine_counts` (classes, classes) how often a
    block's class (second) occurred in a context (first), as in `context`. Fine classes are in order of their energy.
    """

    source: str
    colors: Colors
    coarse: Ints
    fine: Ints
    coarse_counts: Ints
    fine_counts: Ints

    @cached_property
    def coarse_code(self) -> TableCode:
        """The law of a tile's class."""
        return TableCode(tuple(self.coarse_counts.tolist()))

    @cached_property
    def fine_codes(self) -> tuple[TableCode, ...]:
        """The law of a block's class in every context."""
        return tuple(TableCode(tuple(row)) for row in self.fine_counts.tolist())


class Point(NamedTuple):
    """A point of the model's rate-distortion function given the classes, in bits per pixel, all three colors together.

    `classes_bits_per_pixel` is the entropy of the classes, which a code has to send as well; together they are an upper
    bound on the R(D) of the mixture, which need not name a class. `psnr_db` is without rounding and clipping to whole
    pixel values, which changes it slightly for photographs.
    """

    bits_per_pixel: float
    classes_bits_per_pixel: float
    psnr_db: float


class Level(NamedTuple):
    """A distortion level D: `information` of the coefficients of every class in steps of 1/UNIT bit, 0 if not sent."""

    step: int  # log2 sqrt(D), in steps of 1/UNIT
    coarse: Ints
    fine: Ints

    @property
    def distortion(self) -> float:
        """D, in squared steps of pixel values."""
        return float(4.0 ** (self.step / UNIT))


def level_at(mixture: Mixture, step: int) -> Level:
    """The level with log2 sqrt(D) = step / UNIT."""
    return Level(step, *(np.where(table - step >= _LEAST, table - step, 0) for table in (mixture.coarse, mixture.fine)))


def context(classes: Ints, row: int, column: int, num_classes: int) -> int:
    """The context of the class at this place: from the classes (rows, columns) of the blocks to the left and above."""
    left = int(classes[row, column - 1]) if column else -1
    above = int(classes[row - 1, column]) if row else -1
    if left < 0 and above < 0:
        return num_classes // 2
    return max(left, above) if min(left, above) < 0 else (left + above) // 2


def draw_classes(mixture: Mixture, num_tiles: int, seed: int = 0) -> tuple[Ints, Ints]:
    """Classes of the tiles (T,) and blocks (4, 4 T) of a strip, drawn from the model."""
    generator = np.random.default_rng(seed)
    shares, _ = _shares(mixture)
    across = math.isqrt(PER_TILE)
    classes = np.empty((across, across * num_tiles), np.int64)
    for row, column in np.ndindex(classes.shape):
        counts = mixture.fine_counts[context(classes, row, column, len(mixture.fine_counts))]
        classes[row, column] = generator.choice(counts.size, p=counts / counts.sum())
    return generator.choice(shares.size, num_tiles, p=shares), classes


def _shares(mixture: Mixture) -> tuple[Floats, Floats]:
    """Probabilities of classes of tiles and of blocks; those of blocks are averages over contexts in training."""
    coarse, fine = mixture.coarse_counts, mixture.fine_counts.sum(axis=0)
    return coarse / coarse.sum(), fine / fine.sum()


def rate_distortion(mixture: Mixture, step: int) -> Point:
    """The model's R(D) given the classes at log2 sqrt(D) = step / UNIT, exact; below LEAST_BITS nothing is sent."""
    level = level_at(mixture, step)
    bits = error = 0.0
    for table, information, shares, count in zip(
        (mixture.coarse, mixture.fine), (level.coarse, level.fine), _shares(mixture), (1, PER_TILE), strict=True
    ):
        bits += count * float(shares @ information.sum(axis=1)) / UNIT
        errors = np.where(information > 0, level.distortion, 4.0 ** (table / UNIT))
        error += count * float(shares @ errors.sum(axis=1))
    contexts = mixture.fine_counts.sum(axis=1) / mixture.fine_counts.sum()
    classes = _entropy_bits(mixture.coarse_counts) + PER_TILE * sum(
        share * _entropy_bits(row) for share, row in zip(contexts, mixture.fine_counts, strict=True)
    )
    pixels = SIDE * SIDE
    return Point(bits / pixels, classes / pixels, 10.0 * math.log10(255.0**2 * 3 * pixels / error))


def _entropy_bits(counts: Ints) -> float:
    shares = counts[counts > 0] / counts.sum()
    return -float(shares @ np.log2(shares))


@lru_cache(maxsize=64)
def level_for(rate: str | float) -> Level:
    """The level of a named rate, or the one with the shipped model's R(D) nearest to a number of bits per pixel."""
    mixture = shipped()
    wanted = RATES_BITS[rate] if isinstance(rate, str) else rate
    low, high = _FINEST, _COARSEST
    while high - low > 1:
        middle = (low + high) // 2
        if rate_distortion(mixture, middle).bits_per_pixel > wanted:
            low = middle
        else:
            high = middle
    both = [(abs(rate_distortion(mixture, step).bits_per_pixel - wanted), step) for step in (low, high)]
    return level_at(mixture, min(both)[1])


# ------------------------------------------------------------------------------------------------- classes of a picture


def costs_bits(values: Floats, table: Ints, information: Ints, step: int) -> Floats:
    """The cost of coefficients (N, numbers) under each class, (N, classes): KL of those sent, plus distortion of all
    at the slope of R(D), 1 / (2 ln 2 D) bits per unit of squared error."""
    sent = information > 0
    inverse = 4.0 ** (-table / UNIT)  # 1 / sigma^2
    keep = 1.0 - 4.0 ** (-information / UNIT)  # 1 - D / sigma^2, 0 if not sent
    weight = 4.0 ** (-step / UNIT)  # 1 / D
    squares = np.where(sent, inverse * keep + weight * (1.0 - keep) ** 2, weight)
    constant = np.where(sent, 2.0 * LN2 * information / UNIT, 0.0).sum(axis=1)  # -keep of KL and +keep of error cancel
    return np.asarray((values**2 @ squares.T + constant) / (2.0 * LN2))


def choose_classes(mixture: Mixture, level: Level, strip: Strip, above: Ints | None) -> tuple[Ints, Ints]:
    """The cheapest classes of a strip's tiles (T,) and blocks (4, 4 T), including the cost of the classes themselves.

    `above` (4 T,) is the row of blocks above the strip, None at the top.
    """
    coarse = costs_bits(strip.coarse, mixture.coarse, level.coarse, level.step)
    tiles = np.argmin(coarse + mixture.coarse_code.lengths_bits, axis=1)
    across = math.isqrt(PER_TILE)
    costs = costs_bits(strip.fine.reshape(-1, FINE), mixture.fine, level.fine, level.step)
    grid = costs.reshape(-1, across, across, costs.shape[1]).swapaxes(0, 1).reshape(across, -1, costs.shape[1])
    lengths = [code.lengths_bits for code in mixture.fine_codes]
    first = 0 if above is None else 1
    rows = np.empty((first + across, grid.shape[1]), np.int64)
    if above is not None:
        rows[0] = above
    for row in range(across):
        for column in range(grid.shape[1]):
            named = lengths[context(rows, first + row, column, len(lengths))]
            rows[first + row, column] = int(np.argmin(grid[row, column] + named))
    return tiles, rows[first:]


def per_block(classes: Ints) -> Ints:
    """Classes (4, 4 T) of a strip's blocks as (T, 16), the order of `Strip.fine`."""
    across = math.isqrt(PER_TILE)
    return classes.reshape(across, -1, across).swapaxes(0, 1).reshape(-1, PER_TILE)


# ------------------------------------------------------------------------------------------------- files

_TABLES = ("coarse", "fine", "coarse_counts", "fine_counts")


def save(mixture: Mixture, path: Path) -> None:
    """Write a mixture, with its source, as .npz."""
    tables: dict[str, Any] = {name: getattr(mixture, name).astype(np.int32) for name in _TABLES}
    tables["coarse"], tables["fine"] = mixture.coarse.astype(np.int16), mixture.fine.astype(np.int16)
    with path.open("wb") as file:
        np.savez_compressed(file, source=mixture.source, **mixture.colors._asdict(), **tables)


def load(path: Path | Any) -> Mixture:
    """Read what `save` wrote. Raises RecError for anything else."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
            tables = {name: np.asarray(data[name], dtype=np.int64) for name in _TABLES}
            colors = Colors(*(np.asarray(data[name], dtype=np.float64) for name in Colors._fields))
            for values in (*tables.values(), *colors):
                values.setflags(write=False)
            if tables["coarse"].shape[1:] != (COARSE,) or tables["fine"].shape[1:] != (FINE,):
                raise ValueError(f"shapes {tables['coarse'].shape} and {tables['fine'].shape}")
            return Mixture(str(data["source"]), colors, **tables)
    except (OSError, KeyError, ValueError) as error:
        raise RecError(f"{path} is not a mixture written by rec_core.images.train ({error}).") from None


@lru_cache(maxsize=1)
def shipped() -> Mixture:
    """The mixture that comes with the package."""
    return load(resources.files(__package__) / "priors" / "dct.npz")
