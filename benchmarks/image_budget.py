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


def budget(plan: inr.Plan, rate: str, free: Fits, held: Fits) -> list[Budget]:
    """Every weight and block over the pictures, and every picture over its blocks."""
    information = plan.prior.information_bits.astype(np.float64)
    members = plan.blocks.members
    by_block = [np.stack([fits.kl_bits[:, some].sum(axis=1) for some in members]) for fits in (free, held)]
    rows = []
    for d, bits in enumerate(information):
        rows.append(("weight", d, bits, *(f(x.kl_bits[:, d]) for x in (free, held) for f in (np.mean, np.std))))
    for b, some in enumerate(members):
        rows.append(("block", b, information[some].sum(), *(f(x[b]) for x in by_block for f in (np.mean, np.std))))
    for n in range(len(free.psnr_db)):
        sums = [(fits.kl_bits[n].sum(), x[:, n].std()) for fits, x in zip((free, held), by_block, strict=True)]
        rows.append(("picture", n, information.sum(), *sums[0], *sums[1]))
    return [Budget(rate, of, number, *(round(float(v), 3) for v in values)) for of, number, *values in rows]


SUMMARY = (
    "rate", "I, bits per pixel", "KL of a picture, mean, % of I", "lowest to highest", "deviation", "of the channel",
    "deviation of a block", "of the channel", "weights: correlation of KL with I_d", "held: deviation of a block",
    "PSNR free, dB", "held",
)  # fmt: skip


def summary(plan: inr.Plan, rate: str, free: Fits, held: Fits) -> list[str]:
    """One line: how much pictures and blocks differ from the channel's I, in % of it."""
    information = plan.prior.information_bits.astype(np.float64)
    whole = 100.0 * free.kl_bits.sum(axis=1) / information.sum()
    shares = [
        np.concatenate([100.0 * fits.kl_bits[:, some].sum(axis=1) / plan.blocks.block_bits
                        for some in plan.blocks.members]) for fits in (free, held)
    ]  # fmt: skip
    own = [100.0 * posterior.channel_spread_bits(information[some]) / information[some].sum()
           for some in plan.blocks.members]  # fmt: skip
    numbers = (
        f"{information.sum() / network.NUM_PIXELS:.3f}", f"{whole.mean():.0f}", f"{whole.min():.0f} to "
        f"{whole.max():.0f}", f"{whole.std(ddof=1):.1f}",
        f"{100.0 * posterior.channel_spread_bits(information) / information.sum():.1f}", f"{shares[0].std():.1f}",
        f"{np.mean(own):.1f}", f"{np.corrcoef(information, free.kl_bits.mean(axis=0))[0, 1]:.3f}",
        f"{shares[1].std():.1f}", f"{free.psnr_db.mean():.2f}", f"{held.psnr_db.mean():.2f}",
    )  # fmt: skip
    return [rate, *numbers]


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
    text = f"{len(pictures)} test pictures of CIFAR-10, blocks of {BLOCK_BITS} bits; {machine()}.\n\n"
    text += markdown(SUMMARY, lines)
    print(text)
    if given.ship:
        write_csv(SHIPPED / "budget.csv", Budget._fields, rows)
        rewrite("image_budget", text)


if __name__ == "__main__":
    main()
