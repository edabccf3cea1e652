"""Draws the page icon, a target's curve touching its first candidate: `python assets/make_icon.py`."""

from pathlib import Path

import numpy as np
from PIL import Image

SIZE, OVER = 128, 4


def main() -> None:
    n = SIZE * OVER
    y, x = np.mgrid[0:n, 0:n] / n
    image = np.zeros((n, n, 4))
    inside = np.hypot(np.maximum(np.abs(x - 0.5) - 0.34, 0), np.maximum(np.abs(y - 0.5) - 0.34, 0)) < 0.16
    image[inside] = (0.0, 114, 178, 255)
    curve = 0.84 - 0.5 * np.exp(-0.5 * ((x - 0.58) / 0.13) ** 2)
    image[inside & (y > curve) & (y < 0.84)] = (255, 255, 255, 255)
    for cx, cy, r in ((0.24, 0.32, 0.05), (0.58, 0.24, 0.09), (0.8, 0.45, 0.05)):
        image[np.hypot(x - cx, y - cy) < r] = (242, 199, 68, 255) if r > 0.06 else (255, 255, 255, 255)
    small = image.reshape(SIZE, OVER, SIZE, OVER, 4).mean(axis=(1, 3)).round().astype(np.uint8)
    Image.fromarray(small, "RGBA").save(Path(__file__).parents[1] / "rec_viz" / "assets" / "icon.png")


if __name__ == "__main__":
    main()
