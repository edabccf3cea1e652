"""Other codecs on the same pictures: `python benchmarks/image_codecs.py --cifar PATH`. Needs Pillow 11.3, imagecodecs.

All test pictures of CIFAR-10 at hand as JPEG (chroma at half and at full resolution), WebP (which has half), AVIF
(full, tuned for PSNR, a slow speed) and JPEG XL (for the eye, its slowest effort), each at twelve qualities. A picture
of 32x32 pixels is smaller than most headers, so these are told apart: all of a file that is not coded picture. Of JPEG
XL, whose header has no whole bytes, it is what all files begin with. Means are over the pictures at one setting; those
of the first pictures stand beside `benchmarks/images.py`.
--ship writes the table into rec_core/images/codecs.csv and docs/measurements/image_codecs.md.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image, features

from rec_core import images
from rec_viz.model.images import measured
from rec_viz.model.images.pictures import QUALITIES, Compressed, compress
from tables import SHIPPED, markdown, rewrite, write_csv

OURS = ("orc-16", "partitioned-48", "theory")
FIRST = 100  # pictures, as in `benchmarks/images.py`
DISTANCES = (15.0, 12.0, 10.0, 8.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.5, 1.0, 0.5)  # of JPEG XL
LEVELS = (23.0, 26.0, 29.0)  # dB at which the docs compare, near those of our rates
PIXELS = 32 * 32
COLUMNS = measured.CodecPoint._fields


def jpeg_xl(picture: np.ndarray) -> list[tuple[bytes, float]]:
    """Files and their PSNR in dB at all DISTANCES."""
    import imagecodecs  # here: nothing else needs it

    files = [imagecodecs.jpegxl_encode(picture, distance=distance, effort=9) for distance in DISTANCES]
    return [(data, images.psnr_db(picture, imagecodecs.jpegxl_decode(data))) for data in files]


def all_jpeg_xl(pictures: np.ndarray) -> list[list[Compressed]]:
    """Every picture at all DISTANCES; `quality` counts these. The header is what all files of a setting share."""
    made = [jpeg_xl(picture) for picture in pictures]
    shared = [common([row[k][0] for row in made]) for k in range(len(DISTANCES))]
    return [[Compressed(k, 8 * len(data), 8 * shared[k], level) for k, (data, level) in enumerate(row)] for row in made]


def common(files: Sequence[bytes]) -> int:
    """With how many equal bytes all files begin."""
    return next((k for k, column in enumerate(zip(*files, strict=False)) if len(set(column)) > 1), min(map(len, files)))


def each(kind: str, pictures: np.ndarray, **options: object) -> list[Sequence[Compressed]]:
    return [compress(picture, kind, **options) for picture in pictures]


CODECS: dict[str, Callable[[np.ndarray], Sequence[Sequence[Compressed]]]] = {
    "jpeg-420": partial(each, "JPEG", subsampling="4:2:0"),
    "jpeg-444": partial(each, "JPEG", subsampling="4:4:4"),
    "webp": partial(each, "WEBP"),
    "avif": partial(each, "AVIF", subsampling="4:4:4", speed=4, advanced={"tune": "psnr"}),
    "jpeg-xl": all_jpeg_xl,
}


def points(codec: str, rows: Sequence[Sequence[Compressed]]) -> list[measured.CodecPoint]:
    """Means over pictures, a point a setting; standard errors are over pictures, bits without the header."""
    table = []
    for number, column in enumerate(zip(*rows, strict=True)):
        header = np.array([one.header_bits for one in column]) / PIXELS
        bits = np.array([one.file_bits for one in column]) / PIXELS - header
        level = np.array([one.psnr_db for one in column])
        root = np.sqrt(len(column))
        setting = DISTANCES[number] if codec == "jpeg-xl" else QUALITIES[number]
        numbers = (bits.mean(), bits.std(ddof=1) / root, level.mean(), level.std(ddof=1) / root, header.mean())
        table.append(measured.CodecPoint(codec, float(setting), len(column), *(round(float(v), 5) for v in numbers)))
    return table


def words(table: Sequence[measured.CodecPoint]) -> str:
    """Bits per pixel at three levels of PSNR in Markdown, without headers and of whole files, ours beside them."""
    counts = sorted({one.pictures for one in table})
    lines = []
    for count in counts:
        curves: dict[str, Sequence[measured.Measured]] = {
            codec: [one for one in table if (one.codec, one.pictures) == (codec, count)] for codec in CODECS
        }
        if count == FIRST:
            ours = {system: [one for one in measured.curves() if one.system == system] for system in OURS}
            curves = {**curves, **ours}
        for codec, curve in curves.items():
            found = [(measured.bits_at(curve, level, False), measured.bits_at(curve, level, True)) for level in LEVELS]
            cells = [f"{bare:.2f} ({whole:.2f})" if bare == bare else "" for bare, whole in found]
            lines.append([count, codec, *cells])
    heads = ("pictures", "codec", *(f"at {level:g} dB" for level in LEVELS))
    versions = f"Pillow {Image.__version__}, libavif {features.version('avif')}, libwebp {features.version('webp')}"
    return (
        f"Bits per pixel at a mean PSNR, without headers (with them); {versions}. Empty: not reached.\n\n"
        + markdown(heads, lines)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--cifar", type=Path, required=True, help="an .npz whose array 'test' is uint8 (N,32,32,3)")
    parser.add_argument("--ship", action="store_true", help="write the table into the package and the docs")
    given = parser.parse_args()
    with np.load(given.cifar, allow_pickle=False) as data:
        pictures = data["test"]
    table: list[measured.CodecPoint] = []
    for codec, encode in CODECS.items():
        sys.stderr.write(f"\r{codec} of {len(pictures)} pictures\x1b[K")
        rows = encode(pictures)
        table += points(codec, rows[:FIRST]) + (points(codec, rows) if len(rows) > FIRST else [])
    print(f"\n{words(table)}")
    if given.ship:
        write_csv(SHIPPED / "codecs.csv", COLUMNS, table)
        rewrite("image_codecs", words(table))


if __name__ == "__main__":
    main()
