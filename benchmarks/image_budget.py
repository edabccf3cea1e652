"""Does the channel's budget hold picture by picture? `python benchmarks/image_budget.py --cifar PATH`. Resumable.

Sender and receiver deal weights into blocks by I_d, the mean KL of weight d over training pictures. Two fits to test
pictures of CIFAR-10 say how far single pictures, weights and blocks are from that:

- `free`: one price for every bit, as in training: a picture takes what it takes;
- `held`: the codec's fit, which moves each block's price until its KL is the block's size. What is left of the
  difference is then taken by widths, before the block is sent.

Of a Gaussian channel with these I_d, targets differ in KL too, by a standard deviation in closed form; it is told
beside the measured one. --ship writes rec_core/images/budget.csv and docs/measurements/image_budget.md.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

from machine import machine
from rec_core import images
from rec_core.images import inr, network, posterior, prior
from rec_viz.model.images.measured import Budget
from tables import SHIPPED, markdown, rewrite, write_csv

BLOCK_BITS, LOG2_BINS = 48, 40
SAMPLES = 4  # of each posterior, for its PSNR
LN2 = np.log(2.0)


class Fits(NamedTuple):
    """KL in bits of every weight (N, num_weights) and PSNR in dB (N,) of N pictures."""

    kl_bits: np.ndarray
    psnr_db: np.ndarray


def fit_free(known: prior.Prior, pictures: np.ndarray) -> Fits:
    """Posteriors fitted at the price of training, the same for all bits; steps as in the codec."""
    generator = np.random.default_rng(0)
    posteriors = posterior.start(len(pictures), np.exp2(-known.information_bits.astype(np.float64)))
    targets, inputs = network.as_targets(pictures), network.features(known.waves)
    for step in range(inr.FIT_STEPS):
        noise = generator.standard_normal(posteriors.mean.shape, dtype=np.float32)
        weights = known.mu + known.sigma * (posteriors.mean + posteriors.scale * noise)
        gradient = network.gradients(known.shape, weights, inputs, targets)[1]
        price = np.float32(known.beta)
        posterior.descend(posteriors, gradient, noise, known.sigma, price, inr.fit_rate(step), step + 1)
    return told(known, posteriors.mean, posteriors.scale, targets)


def fit_held(plan: inr.Plan, pictures: np.ndarray) -> Fits:
    """The codec's own fits, before the first block is sent."""
    means, scales = [], []
    for number, picture in enumerate(pictures):
        fit = inr.begin(plan, picture, number)
        for step in range(inr.FIT_STEPS):
            fit.descend(inr.fit_rate(step))
        means.append(fit.posteriors.mean[0])
        scales.append(fit.posteriors.scale[0])
    return told(plan.prior, np.stack(means), np.stack(scales), network.as_targets(pictures))


def told(known: prior.Prior, mean: np.ndarray, scale: np.ndarray, targets: np.ndarray) -> Fits:
    """What posteriors (N, num_weights) say."""
    generator, inputs = np.random.default_rng(1), network.features(known.waves)
    levels = []
    for _ in range(SAMPLES):
        noise = generator.standard_normal(mean.shape, dtype=np.float32)
        weights = known.mu + known.sigma * (mean + scale * noise)
        levels.append(-10.0 * np.log10(network.gradients(known.shape, weights, inputs, targets)[0]))
    kl = posterior.kl_nats(mean.astype(np.float64), scale.astype(np.float64)) / LN2
    return Fits(kl, np.mean(levels, axis=0))


def channel_spread(information_bits: np.ndarray) -> float:
    """Standard deviation over targets, in bits, of the KL of a Gaussian channel with this information (D,).

    KL_d = I_d + (m_d^2 - v_d) / (2 ln 2) with m_d ~ N(0, v_d), v_d = 1 - 4^-I_d, independent over dimensions.
    """
    variance = 1.0 - np.exp2(-2.0 * np.asarray(information_bits))
    return float(np.sqrt(0.5 * np.sum(variance**2)) / LN2)


def of_blocks(plan: inr.Plan, kl_bits: np.ndarray) -> np.ndarray:
    """KL of every block, (N, B), of that of every weight, (N, num_weights)."""
    return np.stack([kl_bits[:, members].sum(axis=1) for members in plan.blocks.members], axis=1)


def budget(plan: inr.Plan, rate: str, free: Fits, held: Fits) -> list[Budget]:
    """Every weight and block over the pictures, and every picture over its blocks."""
    information = plan.prior.information_bits.astype(np.float64)
    kinds = {
        "weight": ([np.array([d]) for d in range(information.size)], [fits.kl_bits for fits in (free, held)]),
        "block": (plan.blocks.members, [of_blocks(plan, fits.kl_bits) for fits in (free, held)]),
    }
    rows: list[tuple[object, ...]] = []
    for of, (members, both) in kinds.items():
        rows += [
            (of, k, information[some].sum(), channel_spread(information[some]),
             *(statistic(kl[:, k]) for kl in both for statistic in (np.mean, np.std)))
            for k, some in enumerate(members)
        ]  # fmt: skip
    whole = information.sum(), channel_spread(information)
    rows += [
        ("picture", n, *whole, *(value for kl in both for value in (kl[n].sum(), kl[n].std())))
        for n in range(len(free.psnr_db))
    ]
    return [Budget(rate, of, number, *(round(float(v), 2) for v in values)) for of, number, *values in rows]


SUMMARY = (
    "rate", "I, bits per pixel", "mean KL of a picture", "lowest", "highest", "deviation", "of the channel",
    "deviation of a block", "of the channel", "of a block, held", "correlation of a weight’s KL with I_d",
    "PSNR free, dB", "held",
)  # fmt: skip


def summary(plan: inr.Plan, rate: str, free: Fits, held: Fits) -> list[str]:
    """One line: how much pictures and blocks differ from the channel's I, in % of it."""
    information = plan.prior.information_bits.astype(np.float64)
    sizes = np.array([information[some].sum() for some in plan.blocks.members])
    whole = 100.0 * free.kl_bits.sum(axis=1) / information.sum()
    shares = [100.0 * of_blocks(plan, fits.kl_bits) / sizes for fits in (free, held)]
    own = [100.0 * channel_spread(information[some]) / information[some].sum() for some in plan.blocks.members]
    numbers = (
        whole.mean(), whole.min(), whole.max(), whole.std(ddof=1),
        100.0 * channel_spread(information) / information.sum(), shares[0].std(), np.mean(own), shares[1].std(),
    )  # fmt: skip
    alike = np.corrcoef(information, free.kl_bits.mean(axis=0))[0, 1]
    return [
        rate, f"{information.sum() / network.NUM_PIXELS:.3f}", *(f"{value:.1f}" for value in numbers),
        f"{alike:.3f}", f"{free.psnr_db.mean():.2f}", f"{held.psnr_db.mean():.2f}",
    ]  # fmt: skip


def fitted(plan: inr.Plan, rate: str, pictures: np.ndarray, out: Path) -> tuple[Fits, Fits]:
    """Both fits, from OUT where they have been made."""
    path = out / f"budget-{rate}-{len(pictures)}.npz"
    if not path.exists():
        begun = time.monotonic()
        both = (*fit_free(plan.prior, pictures), *fit_held(plan, pictures))
        out.mkdir(parents=True, exist_ok=True)
        np.savez(path, *both)
        sys.stderr.write(f"{rate}: {time.monotonic() - begun:.0f} s\n")
    with np.load(path, allow_pickle=False) as data:
        return Fits(data["arr_0"], data["arr_1"]), Fits(data["arr_2"], data["arr_3"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--cifar", type=Path, required=True, help="an .npz whose array 'test' is uint8 (N,32,32,3)")
    parser.add_argument("--pictures", type=int, default=48)
    parser.add_argument("--rates", nargs="+", choices=images.RATES, default=list(images.RATES))
    parser.add_argument("--out", type=Path, default=Path("results-images"))
    parser.add_argument("--ship", action="store_true", help="write the table into the package and the docs")
    given = parser.parse_args()
    with np.load(given.cifar, allow_pickle=False) as data:
        pictures = data["test"][: given.pictures]
    rows, lines = [], []
    for rate in given.rates:
        plan = inr.make_plan(rate, BLOCK_BITS, LOG2_BINS)
        both = fitted(plan, rate, pictures, given.out)
        rows += budget(plan, rate, *both)
        lines.append(summary(plan, rate, *both))
    text = f"{len(pictures)} test pictures of CIFAR-10, blocks of {BLOCK_BITS} bits; {machine()}. "
    text += "KL and deviations in % of I.\n\n"
    text += markdown(SUMMARY, lines)
    print(text)
    if given.ship:
        write_csv(SHIPPED / "budget.csv", Budget._fields, rows)
        rewrite("image_budget", text)


if __name__ == "__main__":
    main()
