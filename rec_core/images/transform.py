"""Pictures to coefficients and back: orthonormal colors, then a DCT in two levels.

A strip of 32 rows is divided into tiles of 32x32 pixels, a tile into blocks of 8x8. Each block and color has a DCT; the
means of the 16 blocks of a tile have another, of 4x4. So a tile has 48 coarse coefficients, and each of its blocks 189
fine ones. Every step is orthonormal: the squared error of the coefficients is that of the pixels.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats
from .events import Picture

SIDE = 32  # of a tile
BLOCK = 8
ACROSS = SIDE // BLOCK  # blocks along a tile's side
PER_TILE = ACROSS * ACROSS
COARSE = 3 * PER_TILE  # coefficients of a tile's means
FINE = 3 * (BLOCK * BLOCK - 1)  # and of each of its blocks
TILE_NUMBERS = COARSE + PER_TILE * FINE


class Colors(NamedTuple):
    """Color c of a pixel is `basis[c] @ (pixel - offset)`; `basis` (3, 3) is orthonormal, `offset` (3,) a color."""

    basis: Floats
    offset: Floats


class Strip(NamedTuple):
    """Coefficients of T tiles side by side: `coarse` (T, 48), `fine` (T, 16, 189) with blocks row by row."""

    coarse: NDArray[np.float64]
    fine: NDArray[np.float64]


def num_tiles(height: int, width: int) -> tuple[int, int]:
    """Strips of a picture, and tiles of a strip."""
    return -(-height // SIDE), -(-width // SIDE)


def cut_strip(image: Picture, number: int) -> Picture:
    """Strip `number` of a picture, (32, 32 T, 3), padded by repeating the picture's edge."""
    rows = image[number * SIDE : (number + 1) * SIDE]
    return np.pad(rows, ((0, SIDE - rows.shape[0]), (0, -rows.shape[1] % SIDE), (0, 0)), mode="edge")


def forward(pixels: Picture, colors: Colors) -> Strip:
    """Coefficients of a strip uint8 (32, 32 T, 3)."""
    from scipy.fft import dctn

    tiles = pixels.shape[1] // SIDE
    values = (pixels - colors.offset) @ colors.basis.T
    grid = values.reshape(ACROSS, BLOCK, tiles, ACROSS, BLOCK, 3).transpose(2, 0, 3, 5, 1, 4)
    blocks = dctn(grid, axes=(4, 5), norm="ortho").reshape(tiles, ACROSS, ACROSS, 3, BLOCK * BLOCK)
    coarse = dctn(blocks[..., 0], axes=(1, 2), norm="ortho")
    return Strip(coarse.reshape(tiles, COARSE), blocks[..., 1:].reshape(tiles, PER_TILE, FINE))


def inverse(strip: Strip, colors: Colors) -> Picture:
    """The strip uint8 (32, 32 T, 3) with these coefficients, rounded and clipped."""
    from scipy.fft import idctn

    tiles = strip.coarse.shape[0]
    blocks = np.empty((tiles, ACROSS, ACROSS, 3, BLOCK * BLOCK))
    blocks[..., 0] = idctn(strip.coarse.reshape(tiles, ACROSS, ACROSS, 3), axes=(1, 2), norm="ortho")
    blocks[..., 1:] = strip.fine.reshape(tiles, ACROSS, ACROSS, 3, BLOCK * BLOCK - 1)
    grid = idctn(blocks.reshape(tiles, ACROSS, ACROSS, 3, BLOCK, BLOCK), axes=(4, 5), norm="ortho")
    values = grid.transpose(1, 4, 0, 2, 5, 3).reshape(SIDE, tiles * SIDE, 3)
    pixels = values @ colors.basis + colors.offset
    return np.clip(np.rint(pixels), 0, 255).astype(np.uint8)


def flat(strip: Strip) -> Floats:
    """All numbers of a strip as (T * TILE_NUMBERS,), coarse ones first."""
    return np.concatenate((strip.coarse.ravel(), strip.fine.ravel()))


def unflat(numbers: Floats) -> Strip:
    """The strip from the numbers of `flat`."""
    tiles = numbers.size // TILE_NUMBERS
    edge = tiles * COARSE
    return Strip(numbers[:edge].reshape(tiles, COARSE), numbers[edge:].reshape(tiles, PER_TILE, FINE))
