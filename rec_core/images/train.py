"""Learn the priors: `python -m rec_core.images.train --cifar PATH`, `--photos`, or `--dct` for the transform codec.

What "dct" needs is learned in seconds, by `train_mixture`. The rest is for "inr": posteriors of all training pictures
are fitted together by gradient descent on error + beta KL, with one reparametrized sample per step. Every few steps the
prior is set to the minimum of the total KL given the posteriors, which has a closed form: its mean is the mean of their
means, its variance their mean variance plus the variance of their means. The waves are learned at the same time.

Progress is saved next to the priors in OUT/work, so a stopped run continues where it was.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..checks import shown
from ..errors import RecError
from . import mixture, network, train_mixture
from .network import NUM_PIXELS, SIDE, Shape, Singles
from .posterior import Posteriors, adam, descend, kl_nats, logit_of, scale_of, start
from .prior import BETAS, RATES, SHAPES, Prior, save

_UPDATE_EVERY = 20  # steps between updates of the prior
_FIRST_UPDATE = 100
_SAVE_SECONDS = 60.0
_NARROWEST = 1e-3  # of the prior: a weight on which all pictures agree costs nothing
_LN2 = float(np.log(2.0))
_SAMPLES = 4  # of each posterior, for the fidelity reported
PHOTOS = ("astronaut", "chelsea", "coffee", "rocket")
_ALL = (slice(None), slice(None))
MIXTURE_PHOTOS = (  # which part, and the factors by which it is reduced
    ("astronaut", _ALL, (1, 2, 4)),
    ("rocket", _ALL, (2, 4)),
    ("hubble_deep_field", (slice(436), slice(500)), (2,)),
    ("immunohistochemistry", _ALL, (2, 4)),
    ("retina", (slice(300, 1100), slice(300, 1100)), (4,)),
)


class Training(NamedTuple):
    """A network, and everything that changes in training; arrays are changed in place."""

    shape: Shape
    posteriors: Posteriors
    mu: Singles
    sigma: Singles
    waves: Singles
    wave_moments: tuple[Singles, Singles]
    step: NDArray[np.int64]  # steps made, shape (1,)


def begin(shape: Shape, num_pictures: int, seed: int) -> Training:
    """A random network for all pictures, and posteriors a fifth as wide as the initial prior."""
    generator = np.random.default_rng(seed)
    mu = network.initial_weights(shape, generator)
    sigma = np.empty(shape.num_weights, np.float32)
    for layer in shape.layers:
        sigma[layer.start : layer.end] = 0.3 * np.sqrt(6.0 / layer.inputs)
    posteriors = start(num_pictures, np.full(shape.num_weights, 0.2))
    waves = network.initial_waves(shape, generator)
    moments = (np.zeros_like(waves), np.zeros_like(waves))
    return Training(shape, posteriors, mu, sigma, waves, moments, np.zeros(1, np.int64))


def train_step(training: Training, targets: Singles, beta: float, rate: float, seed: int) -> float:
    """One step on all pictures; returns their mean squared error at one sample of each posterior."""
    shape, posteriors, mu, sigma, waves, wave_moments, step = training
    step[0] += 1
    count = int(step[0])
    generator = np.random.default_rng((seed, count))
    noise = generator.standard_normal(posteriors.mean.shape, dtype=np.float32)
    weights = mu + sigma * (posteriors.mean + posteriors.scale * noise)
    inputs = network.features(waves)
    errors, gradient, at_inputs = network.gradients(shape, weights, inputs, targets, with_inputs=True)
    assert at_inputs is not None
    descend(posteriors, gradient, noise, sigma, np.float32(beta), rate, count)
    adam(waves, network.wave_gradient(at_inputs, inputs), *wave_moments, 0.5 * rate, count)
    if count >= _FIRST_UPDATE and count % _UPDATE_EVERY == 0:
        move_prior(training)
    return float(errors.mean())


def move_prior(training: Training) -> None:
    """Set the prior to that of least total KL given the posteriors, which do not change as laws of the weights."""
    _, posteriors, mu, sigma, *_ = training
    means, scales = mu + sigma * posteriors.mean, sigma * posteriors.scale
    mu[:] = means.mean(axis=0)
    sigma[:] = np.maximum(np.sqrt((scales**2 + (means - mu) ** 2).mean(axis=0)), _NARROWEST)
    posteriors.mean[:] = (means - mu) / sigma
    posteriors.logit[:] = logit_of(scales / sigma)


def finish(training: Training, targets: Singles, name: str, source: str, beta: float, seed: int) -> Prior:
    """The prior, with statistics of the posteriors in training."""
    shape, posteriors, mu, sigma, waves, *_ = training
    mean, scale = posteriors.mean.astype(np.float64), posteriors.scale.astype(np.float64)
    information = kl_nats(mean, scale).mean(axis=0) / _LN2
    generator = np.random.default_rng((seed, 0))
    inputs = network.features(waves)
    levels = []
    for _ in range(_SAMPLES):
        noise = generator.standard_normal(mean.shape, dtype=np.float32)
        weights = mu + sigma * (posteriors.mean + posteriors.scale * noise)
        levels.append(-10.0 * np.log10(network.gradients(shape, weights, inputs, targets)[0]))
    return Prior(
        name=name,
        source=source,
        beta=beta,
        mu=mu,
        sigma=sigma,
        information_bits=information.astype(np.float32),
        waves=waves,
        hidden=shape.hidden,
        psnr_db=float(np.mean(levels)),
    )


# ------------------------------------------------------------------------------------------------- training pictures


def from_cifar(path: Path, count: int, seed: int) -> tuple[NDArray[np.uint8], str]:
    """`count` pictures from the `train` array of an .npz of CIFAR-10, and a description of them."""
    try:
        with np.load(path, allow_pickle=False) as data:
            pictures = np.asarray(data["train"])
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else shown(str(error))
        name = shown(str(path))
        raise RecError(f"{name} must be an .npz with an array 'train', uint8 (N, 32, 32, 3) ({why}).") from None
    if pictures.dtype != np.uint8 or pictures.ndim != 4 or pictures.shape[1:] != (SIDE, SIDE, 3):
        raise RecError(f"'train' in {path} must be uint8 (N, 32, 32, 3), got {pictures.dtype} {pictures.shape}.")
    chosen = np.random.default_rng(seed).permutation(len(pictures))[:count]
    return pictures[chosen], f"{len(chosen)} training pictures of CIFAR-10 (Krizhevsky, 2009)"


def _photographs() -> tuple[Any, Any]:
    """Pillow's Image and scikit-image's photographs, which only training on photographs needs."""
    try:
        return importlib.import_module("PIL.Image"), importlib.import_module("skimage.data")
    except ImportError:
        raise RecError('Photographs need scikit-image and pillow: pip install "rec-lab[images]".') from None


def whole_photos() -> tuple[list[NDArray[np.uint8]], str]:
    """Photographs from scikit-image for the mixture, in one to three sizes, and a description of them.

    All are CC0 or in the public domain according to `skimage.data`: astronaut (NASA), rocket (SpaceX),
    hubble_deep_field (NASA, ESA; a quarter of it), immunohistochemistry (CMMI), retina (Mikael Haggstrom; its middle,
    without the black border). The smooth ones are reduced, or most blocks would be empty sky. coffee and chelsea are
    left for testing.
    """
    image, data = _photographs()
    photos = []
    for name, (rows, columns), factors in MIXTURE_PHOTOS:
        photo = image.fromarray(np.asarray(getattr(data, name)())[rows, columns])
        photos += [np.asarray(photo.reduce(factor)) for factor in factors]
    return photos, f"scikit-image's photographs {', '.join(name for name, *_ in MIXTURE_PHOTOS)}"


def from_photos(count: int, seed: int) -> tuple[NDArray[np.uint8], str]:
    """`count` tiles, each an eighth to a half of the height of a free photograph of scikit-image, reduced in size."""
    image, data = _photographs()
    generator = np.random.default_rng(seed)
    photos = [np.asarray(getattr(data, name)()) for name in PHOTOS]
    tiles = np.empty((count, SIDE, SIDE, 3), np.uint8)
    for i in range(count):
        photo = photos[int(generator.integers(len(photos)))]
        size = int(photo.shape[0] * generator.uniform(0.125, 0.5))
        top = int(generator.integers(photo.shape[0] - size + 1))
        left = int(generator.integers(photo.shape[1] - size + 1))
        crop = image.fromarray(photo[top : top + size, left : left + size])
        tiles[i] = np.asarray(crop.resize((SIDE, SIDE), image.Resampling.BOX))
    return tiles, f"{count} tiles of scikit-image's photographs {', '.join(PHOTOS)}"


# ------------------------------------------------------------------------------------------------- the command


def _arrays(training: Training) -> list[NDArray[Any]]:
    _, posteriors, mu, sigma, waves, wave_moments, step = training
    return [posteriors.mean, posteriors.logit, *posteriors.moments, mu, sigma, waves, *wave_moments, step]


def _keep(training: Training, path: Path, what: str) -> None:
    whole = path.with_suffix(".part")
    with whole.open("wb") as file:
        np.savez(file, *_arrays(training), what=what)
    whole.replace(path)


def _restore(training: Training, path: Path, what: str) -> None:
    with np.load(path, allow_pickle=False) as data:
        if str(data["what"]) != what:
            raise RecError(
                f"{path} is from a run with other pictures, another seed, network or number of steps; "
                "choose another --out, or delete it to begin again."
            )
        for number, array in enumerate(_arrays(training)):
            array[...] = data[f"arr_{number}"]


def learn(
    pictures: NDArray[np.uint8],
    source: str,
    rates: Sequence[str],
    out: Path,
    steps: int,
    seed: int,
) -> list[Prior]:
    """Learn the priors of these rates and write them into `out`."""
    work = out / "work"
    work.mkdir(parents=True, exist_ok=True)
    targets = network.as_targets(pictures)
    priors = []
    for name in rates:
        training = begin(SHAPES[name], len(pictures), seed)
        checkpoint = work / f"{name}.npz"
        what = f"{SHAPES[name]} {BETAS[name]} {steps} {seed} {zlib.crc32(pictures.tobytes())}"
        if checkpoint.exists():
            _restore(training, checkpoint, what)
        begun = saved = time.monotonic()
        first = int(training.step[0])
        for step in range(first, steps):
            rate = 0.04 * min(1.0, 4.0 * (1.0 - step / steps))
            error = train_step(training, targets, BETAS[name], rate, seed)
            now = time.monotonic()
            if step % 10 == 0:
                left = (now - begun) / (step + 1 - first) * (steps - step - 1)
                _show(name, step + 1, steps, error, training, left)
            if now - saved > _SAVE_SECONDS:
                _keep(training, checkpoint, what)
                saved = now
        move_prior(training)
        _keep(training, checkpoint, what)
        prior = finish(training, targets, name, source, BETAS[name], seed)
        save(prior, out / f"{name}.npz")
        priors.append(prior)
        sys.stderr.write(
            f"\r{name}: {prior.bits_per_pixel:.3f} bits of KL per pixel at {prior.psnr_db:.2f} dB"
            f" (training pictures)\x1b[K\n"
        )
    return priors


def _show(name: str, step: int, steps: int, error: float, training: Training, left: float) -> None:
    posteriors = training.posteriors
    bits = float(kl_nats(posteriors.mean, scale_of(posteriors.logit)).sum(axis=1).mean()) / _LN2
    done = "#" * (30 * step // steps)
    sys.stderr.write(
        f"\r{name:6} [{done:30}] {step}/{steps}  {bits / NUM_PIXELS:.3f} bpp  {-10 * np.log10(error):.2f} dB"
        f"  {left / 60:.1f} min left\x1b[K"
    )
    sys.stderr.flush()


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m rec_core.images.train", description=__doc__.split("\n\n")[0])
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--cifar", type=Path, metavar="PATH", help="an .npz whose array 'train' is uint8 (N,32,32,3)")
    source.add_argument("--photos", action="store_true", help="tiles of scikit-image's free photographs")
    source.add_argument("--dct", action="store_true", help="the mixture of the transform codec, from photographs")
    parser.add_argument("--rates", nargs="+", choices=RATES, default=list(RATES))
    parser.add_argument("--pictures", type=int, default=128, help="how many to train on (default 128)")
    parser.add_argument("--steps", type=int, default=1700, help="of gradient descent, for each rate (default 1700)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("priors"), help="folder for the priors (default ./priors)")
    chosen = parser.parse_args(arguments)
    if chosen.pictures < 2 or chosen.steps < 1:
        parser.error("--pictures must be at least 2 and --steps at least 1")
    try:
        if chosen.dct:
            chosen.out.mkdir(parents=True, exist_ok=True)
            learned = train_mixture.learn(*whole_photos())
            mixture.save(learned, chosen.out / "dct.npz")
            return
        if chosen.photos:
            pictures, words = from_photos(chosen.pictures, chosen.seed)
        else:
            pictures, words = from_cifar(chosen.cifar, chosen.pictures, chosen.seed)
        learn(pictures, words, chosen.rates, chosen.out, chosen.steps, chosen.seed)
    except RecError as error:
        parser.error(str(error))
    except KeyboardInterrupt:
        parser.exit(130, f"\nStopped; the same command continues from {chosen.out / 'work'}, saved every minute.\n")


if __name__ == "__main__":
    main()
