"""What the transform codec is worth: `python benchmarks/photographs.py`. Prints one table; needs scikit-image.

128x128 pixels of the two photographs the mixture was not learnt from, at the four rates, in blocks of 16 bits without
bins and of 48 bits with J = 2^40. `over` is the rate of the messages over the KL at which exact samples of Q reach the
same PSNR: what a code pays beyond theory, samples that are a little off included.
The last line is the time of a whole picture of 512x512 pixels.
"""

from __future__ import annotations

import time

import numpy as np
from skimage import data

from machine import machine
from rec_core import images
from rec_core.images import container, dct, mixture

CROPS = {"coffee": (100, 150), "chelsea": (100, 150)}
SIDE = 128
SYSTEMS = {"orc-16": (16, 0), "partitioned-48": (48, 40)}
SEEDS = 3  # of exact samples


def exact(picture: np.ndarray, rate: str | float) -> tuple[float, float]:
    """KL in bits per pixel, and mean PSNR of exact samples of Q."""
    reports = []
    for seed in range(SEEDS):
        *_, end = dct.encode_events(picture, rate, 16, "exact", 0, seed)
        reports.append(end.report)
    pixels = picture.shape[0] * picture.shape[1]
    return reports[0].kl_bits / pixels, float(np.mean([report.psnr_db for report in reports]))


def main() -> None:
    print(machine())
    for rate in images.RATES:
        point = mixture.rate_distortion(mixture.shipped(), mixture.level_for(rate).step)
        print(
            f"model {rate}: {point.bits_per_pixel:.3f} bits per pixel and {point.classes_bits_per_pixel:.3f} of "
            f"classes at {point.psnr_db:.2f} dB"
        )
    print("picture rate system blocks file_bpp messages_bpp classes_bpp kl_bpp psnr_db exact_db over seconds decoding")
    for name, (top, left) in CROPS.items():
        picture = np.asarray(getattr(data, name)())[top : top + SIDE, left : left + SIDE]
        curve = np.array([exact(picture, container.settle_rate(2.0 ** (k / 3))) for k in range(-9, 7)])
        for rate in images.RATES:
            level = exact(picture, rate)[1]
            for system, (block_bits, partition_bits) in SYSTEMS.items():
                *sent, end = images.encode_detailed(picture, "dct", rate, block_bits, "orc", partition_bits or None)
                begun = time.perf_counter()
                equal = (images.decode(end.data) == end.picture).all()
                seconds = time.perf_counter() - begun
                assert equal
                report = end.report
                theory = np.exp(np.interp(report.psnr_db, curve[:, 1], np.log(curve[:, 0])))
                bits = (8 * len(end.data), report.ideal_bits, report.side_bits, report.kl_bits)
                print(
                    name, rate, system, len(sent), *(f"{value / SIDE**2:.4f}" for value in bits),
                    f"{report.psnr_db:.2f} {level:.2f} {report.ideal_bits / SIDE**2 / theory - 1:+.1%}",
                    f"{report.seconds:.1f} {seconds:.2f}", flush=True,
                )  # fmt: skip
    whole = np.asarray(data.astronaut())
    *_, end = images.encode_detailed(whole, "dct", "medium")
    begun = time.perf_counter()
    images.decode(end.data)
    print(f"512x512 at medium: {end.report.seconds:.0f} s, decoded in {time.perf_counter() - begun:.1f} s")


if __name__ == "__main__":
    main()
