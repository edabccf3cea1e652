"""Where pictures come from: free photographs, uploads, a copy of CIFAR-10; and other codecs to compare with.

A picture is an array uint8 (H, W, 3). What cannot be used raises RecError, which says what to do.
"""

from __future__ import annotations

import base64
import io
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

import rec_core as rec
from rec_core import images

from ...memo import memo
from ...settings.table import Images

Picture = NDArray[np.uint8]

SIDE = 32  # of a tile, in pixels
MOST_PIXELS = 40_000_000  # of an upload
MOST_FILE_BYTES = 400_000_000  # of a copy of CIFAR-10
CIFAR_PATH = "REC_LAB_CIFAR"  # the environment's: where a copy is; a visitor has no say in it
FORMATS = ("PNG", "JPEG", "WEBP")


# ------------------------------------------------------------------------------------------------ photographs


PHOTOS = {  # of scikit-image, all free to use: their authors
    "astronaut": "NASA, public domain",
    "chelsea": "Stefan van der Walt, CC0",
    "coffee": "Rachel Michetti, CC0",
    "rocket": "SpaceX, CC0",
    "hubble_deep_field": "NASA, public domain",
}


class Tile(NamedTuple):
    """A square of a photograph: its corner and its side in pixels."""

    photo: str
    left: int
    top: int
    side: int


TILES = {
    "The cat’s eye": Tile("chelsea", 96, 60, 176),
    "The astronaut’s face": Tile("astronaut", 152, 32, 160),
    "The shuttle behind her": Tile("astronaut", 312, 144, 192),
    "The coffee cup": Tile("coffee", 148, 60, 288),
    "The rocket": Tile("rocket", 208, 120, 224),
    "A sky full of galaxies": Tile("hubble_deep_field", 560, 600, 160),
}


def tile_of(settings: Images) -> Tile:
    """The square of the photograph or of the upload that the page is set to."""
    return Tile(settings.photo, settings.left, settings.top, settings.side)


@memo(len(PHOTOS))
def photo(name: str) -> Picture:
    """A photograph, from the files that come with scikit-image."""
    from skimage import data  # takes half a second, which only this page should pay

    return np.ascontiguousarray(getattr(data, name)())


# ------------------------------------------------------------------------------------------------ other sources


def read_upload(data: bytes) -> Picture:
    """A PNG, JPEG or WebP turned upright, transparent parts over white. Raises RecError for anything else."""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise rec.RecError(
                    f"The picture has {image.width:,} by {image.height:,} pixels; up to "
                    f"{MOST_PIXELS // 10**6} million are read. Scale it down first."
                )
            upright = ImageOps.exif_transpose(image)
            if upright.mode.startswith("I"):  # 16 bits a pixel
                upright = Image.fromarray((np.asarray(upright).astype(np.uint32) >> 8).astype(np.uint8))
            coloured = upright.convert("RGBA")
    except rec.RecError:
        raise
    except (OSError, ValueError, SyntaxError, struct.error, Image.DecompressionBombError):
        raise rec.RecError("This file cannot be read as a PNG, JPEG or WebP; save the picture again as one.") from None
    white = Image.new("RGBA", coloured.size, "white")
    return np.ascontiguousarray(Image.alpha_composite(white, coloured).convert("RGB"))


def offers_cifar() -> bool:
    """Whether a copy was named when the app was started."""
    return bool(os.environ.get(CIFAR_PATH))


def operators_cifar() -> Picture | None:
    """The copy named when the app was started; None without one. Raises RecError where it cannot be read."""
    path = os.environ.get(CIFAR_PATH)
    return read_cifar(path) if path else None


def read_cifar(path: str) -> Picture:
    """All pictures (N, 32, 32, 3) of an .npz with an array `test`, or of a file of CIFAR-10's binary version.

    Nothing is unpickled. Raises RecError where the file is neither.
    """
    file = Path(path)
    try:
        if not file.is_file() or file.stat().st_size > MOST_FILE_BYTES:
            raise rec.RecError("There is no copy of CIFAR-10 where this app was told to look for one.")
        found = _read_copy(file, file.stat().st_mtime_ns)
    except rec.RecError:
        raise
    except (OSError, ValueError, KeyError, EOFError, RuntimeError):
        found = np.empty(0, np.uint8)
    if found.dtype != np.uint8 or found.ndim != 4 or found.shape[1:] != (SIDE, SIDE, 3) or not len(found):
        raise rec.RecError(
            "This file cannot be read as a copy of CIFAR-10. Give test_batch.bin of its binary version, or an .npz "
            "whose array “test” is uint8 of shape (N, 32, 32, 3)."
        )
    return found


@memo(1)
def _read_copy(file: Path, changed: int) -> Picture:
    """What the file holds, as it was `changed`; the binary version has a label and 3 x 32 x 32 colours a picture."""
    if file.suffix == ".npz":
        with np.load(file, allow_pickle=False) as data:
            return np.asarray(data["test"])
    rows = np.frombuffer(file.read_bytes(), np.uint8).reshape(-1, 1 + 3 * SIDE * SIDE)
    return np.ascontiguousarray(rows[:, 1:].reshape(-1, 3, SIDE, SIDE).transpose(0, 2, 3, 1))


# ------------------------------------------------------------------------------------------------ cutting, scaling


def fitted(tile: Tile, picture: Picture) -> Tile:
    """The tile moved and shrunk until it lies within the picture."""
    height, width = picture.shape[:2]
    side = max(1, min(tile.side, height, width))
    return Tile(tile.photo, max(0, min(tile.left, width - side)), max(0, min(tile.top, height - side)), side)


def cut(picture: Picture, tile: Tile) -> Picture:
    """The tile as 32x32 pixels, each the mean of those it covers."""
    _, left, top, side = fitted(tile, picture)
    square = Image.fromarray(picture[top : top + side, left : left + side])
    return np.asarray(square.resize((SIDE, SIDE), Image.Resampling.BOX))


def scaled(picture: Picture, longest: int) -> Picture:
    """The picture scaled down until its longest side has at most this many pixels."""
    height, width = picture.shape[:2]
    share = longest / max(height, width)
    if share >= 1.0:
        return picture
    size = max(1, round(width * share)), max(1, round(height * share))
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS))


def error(original: Picture, other: Picture, factor: int) -> Picture:
    """Grey where they agree, lighter where `other` is too light, by `factor` times the difference."""
    difference = other.astype(np.int64) - original.astype(np.int64)
    return np.clip(128 + factor * difference, 0, 255).astype(np.uint8)


def as_png(picture: Picture) -> bytes:
    """The picture as a PNG."""
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "PNG")
    return out.getvalue()


def as_source(picture: Picture, kind: str = "png") -> str:
    """The picture as the src of an img: "png", "webp" to the last pixel too, or "jpeg" for a large photograph that is
    only looked at."""
    options: dict[str, int] = {"png": {}, "webp": {"lossless": 1}, "jpeg": {"quality": 85}}[kind]
    out = io.BytesIO()
    Image.fromarray(picture).save(out, kind, **options)
    data = out.getvalue()
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


# ------------------------------------------------------------------------------------------------ other codecs

QUALITIES = (1, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95)
_WEBP_FRAME_HEADER = 10  # bytes of a VP8 frame before its first partition
_AV1_FRAME = 6  # the kind of unit that holds a coded picture
_STUFFED = (0x00, *range(0xD0, 0xD8))  # after 0xFF these do not end a scan


class Compressed(NamedTuple):
    """A picture by another codec: bits of the file, of it all that is not coded picture, and how good it is."""

    quality: int
    file_bits: int
    header_bits: int
    psnr_db: float


def compress(picture: Picture, kind: str, **options: object) -> tuple[Compressed, ...]:
    """The picture at all QUALITIES; `kind` is "JPEG", "WEBP" or "AVIF", `options` are Pillow's.

    JPEG keeps the standard's own Huffman tables: were they made for the picture, its header would hold a part of it.
    """
    coded_bytes = {"JPEG": jpeg_coded_bytes, "WEBP": webp_coded_bytes, "AVIF": avif_coded_bytes}[kind]
    options = ({"method": 6} if kind == "WEBP" else {}) | options
    found = []
    for quality in QUALITIES:
        out = io.BytesIO()
        Image.fromarray(picture).save(out, kind, quality=quality, **options)
        data = out.getvalue()
        with Image.open(out) as image:
            decoded = np.asarray(image.convert("RGB"))
        header = 8 * (len(data) - coded_bytes(data))
        found.append(Compressed(quality, 8 * len(data), header, images.psnr_db(picture, decoded)))
    return tuple(found)


@memo(16)
def compressed(picture: Picture, kind: str) -> tuple[Compressed, ...]:
    """A picture as "JPEG" or "WEBP" at several qualities."""
    return compress(picture, kind)


def jpeg_coded_bytes(data: bytes) -> int:
    """Bytes of a JPEG's entropy-coded scans: all but markers, tables and sizes."""
    at, coded = 2, 0
    while data[at + 1] != 0xD9:
        scan = data[at + 1] == 0xDA
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if scan:
            begun = at
            while data[at] != 0xFF or data[at + 1] in _STUFFED:
                at += 1
            coded += at - begun
    return coded


def webp_coded_bytes(data: bytes) -> int:
    """Bytes of a lossy WebP's partitions: all but the container and the frame's header of fixed size."""
    at, coded = 12, 0
    while at < len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        if data[at : at + 4] == b"VP8 ":
            coded += size - _WEBP_FRAME_HEADER
        at += 8 + size + size % 2
    return coded


def avif_coded_bytes(data: bytes) -> int:
    """Bytes of an AVIF's coded frames: all but its boxes and the sequence's header. Its only item is the picture."""
    at, coded = 0, 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        if data[at + 4 : at + 8] == b"mdat":
            coded += sum(len(unit) for kind, unit in _av1_units(data[at + 8 : at + size]) if kind == _AV1_FRAME)
        at += size
    return coded


def _av1_units(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The kind and the contents of each unit of an AV1 stream (AV1 specification, section 5.3)."""
    at = 0
    while at < len(data):
        first, at, size, shift = data[at], at + 1, 0, 0
        at += first >> 2 & 1  # an extension
        while True:
            size |= (data[at] & 127) << shift
            at, shift = at + 1, shift + 7
            if data[at - 1] < 128:
                break
        yield first >> 3 & 15, data[at : at + size]
        at += size
