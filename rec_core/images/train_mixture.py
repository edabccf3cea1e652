"""Learn the mixture of "dct" from photographs: colors by principal components, classes by alternately assigning each
block to its most probable class and fitting each class to its blocks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..arrays import Floats, Ints
from . import transform
from .events import Picture
from .mixture import UNIT, Mixture, context
from .transform import FINE, Colors

COARSE_CLASSES = 8
FINE_CLASSES = 24
_ROUNDS = 60
_NARROWEST = 0.5  # sigma, in pixel values
_FEWEST = 24  # blocks of a class


def learn(photographs: Sequence[Picture], source: str) -> Mixture:
    """The mixture of these photographs, each of at least 32x32 pixels, used as they are and transposed.

    Only whole tiles are used.
    """
    whole = [trim(turned) for photo in photographs for turned in (photo, photo.swapaxes(0, 1))]
    colors = principal_colors(whole)
    strips = [
        [transform.forward(photo[top : top + transform.SIDE], colors) for top in range(0, len(photo), transform.SIDE)]
        for photo in whole
    ]
    coarse, tiles = cluster(np.concatenate([s.coarse for photo in strips for s in photo]), COARSE_CLASSES)
    fine, blocks = cluster(np.concatenate([s.fine.reshape(-1, FINE) for photo in strips for s in photo]), FINE_CLASSES)
    counts = np.ones((FINE_CLASSES, FINE_CLASSES), np.int64)
    first = 0
    for photo in strips:
        rows = []
        for strip in photo:
            size = strip.fine.shape[0] * transform.PER_TILE
            own = blocks[first : first + size].reshape(-1, transform.ACROSS, transform.ACROSS).swapaxes(0, 1)
            rows.append(own.reshape(transform.ACROSS, -1))
            first += size
        grid = np.concatenate(rows)
        for row, column in np.ndindex(grid.shape):
            counts[context(grid, row, column, FINE_CLASSES), grid[row, column]] += 1
    return Mixture(source, colors, coarse, fine, 1 + np.bincount(tiles, minlength=COARSE_CLASSES), counts)


def trim(photo: Picture) -> Picture:
    """The whole tiles of a picture."""
    height, width = (side // transform.SIDE * transform.SIDE for side in photo.shape[:2])
    return photo[:height, :width]


def principal_colors(photographs: Sequence[Picture]) -> Colors:
    """Mean and principal axes of all colors, the axis of most variance first and pointing towards white."""
    colors = np.concatenate([photo.reshape(-1, 3) for photo in photographs]).astype(np.float64)
    offset = np.rint(colors.mean(axis=0))
    _, axes = np.linalg.eigh(np.cov(colors.T))
    basis = axes.T[::-1]
    return Colors(np.ascontiguousarray(basis * np.where(basis.sum(axis=1) < 0, -1.0, 1.0)[:, None]), offset)


def cluster(values: Floats, num_classes: int) -> tuple[Ints, Ints]:
    """Classes of `values` (N, numbers): log2 sigma (classes, numbers) in steps of 1/UNIT, and the class of each, (N,).

    A classification EM that starts with classes of equal size in order of energy; classes that become empty are filled
    with the blocks that fit their class least. Classes are returned in order of their energy.
    """
    squares = values**2
    order = np.argsort(np.log(squares + 1.0).sum(axis=1), kind="stable")
    chosen = np.empty(len(values), np.int64)
    chosen[order] = np.arange(len(values)) * num_classes // len(values)
    table = np.empty((num_classes, values.shape[1]), np.int64)
    for _ in range(_ROUNDS):
        for number in range(num_classes):
            own = squares[chosen == number]
            sigma = np.sqrt((own.sum(axis=0) + _NARROWEST**2) / (len(own) + 1.0))
            table[number] = np.rint(UNIT * np.log2(np.maximum(sigma, _NARROWEST)))
        shares = np.log(np.bincount(chosen, minlength=num_classes) + 1.0)
        cost = squares @ (0.5 * 4.0 ** (-table / UNIT)).T + np.log(2.0) / UNIT * table.sum(axis=1) - shares
        chosen = np.argmin(cost, axis=1)
        for empty in np.flatnonzero(np.bincount(chosen, minlength=num_classes) < _FEWEST):
            worst = np.argsort(cost[np.arange(len(chosen)), chosen])[-_FEWEST:]
            chosen[worst] = empty
            cost[worst, empty] = -np.inf
    rank = np.argsort(np.argsort(table.sum(axis=1), kind="stable"))
    return table[np.argsort(rank)], rank[chosen]
