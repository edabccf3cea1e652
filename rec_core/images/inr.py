"""The Bayesian INR codec: a picture is a network whose weights have a Gaussian posterior, and a sample of it is sent.

A small COMBINER-like model (Guo, Flamich, He, Chen & Hernandez-Lobato, "Compression with Bayesian implicit neural
representations", 2023). A tile of 32x32 pixels at a time:

1. Fit posteriors over the weights by gradient descent on error + sum over blocks of beta_b KL_b. Each block's beta is
   adjusted until its KL is the block's budget: up if it is above, down if it is below.
2. Set the widths of the next two blocks so that their KL is exactly the budget, and send a sample of each (`blocks`).
3. Adapt the posteriors of the remaining blocks to what was sent, by a few more steps. Repeat from 2.

The receiver needs the file and the prior: each message is a sample in the prior's coordinates, the samples are the
weights, and `network.render` draws the picture.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import rec_core as rec

from ..arrays import LN2, Floats, Ints
from ..codes.frame import paid_for
from ..randomness import run_seeds
from . import blocks as grouping
from . import container, network, posterior, prior
from .blocks import Blocks
from .container import Header
from .events import BlockCoded, Coded, Fitting, Picture, Report, psnr_db
from .network import NUM_PIXELS, SIDE, Singles

FIT_STEPS = 1500
REFIT_STEPS = 20  # for every block sent
_AT_ONCE = 2  # blocks searched in parallel, then the others adapt to both
_FIT_RATE = 0.05
_REFIT_RATE = 0.01
_COOLED = 0.4  # the last part of the fit, in which its rate falls to the one between blocks
_CONTROL_EVERY = 5  # steps between moves of the betas
_CONTROL_GAIN = 0.1
_REPORT_EVERY = 50  # steps between two Fitting events
_WINDOW = 40.0  # a shift of logits beyond this changes no width any more


class Plan(NamedTuple):
    """What both sides know before the first message."""

    prior: prior.Prior
    blocks: Blocks


@lru_cache(maxsize=16)
def make_plan(rate: str | float, block_bits: int, partition_bits: int) -> Plan:
    """Prior and blocks of a rate: a number takes the prior nearest to it, and a number of blocks in proportion."""
    if isinstance(rate, str):
        known = prior.shipped(rate)
        bits = known.bits_per_pixel * NUM_PIXELS
    else:
        priors = [prior.shipped(name) for name in prior.RATES]
        known = min(priors, key=lambda one: abs(math.log(one.bits_per_pixel / rate)))
        bits = rate * NUM_PIXELS
    return plan_for(known, bits, block_bits, partition_bits)


def plan_for(known: prior.Prior, bits: float, block_bits: int, partition_bits: int) -> Plan:
    """The plan for `bits` bits of KL per tile under any prior."""
    information = known.information_bits.astype(np.float64)
    count = max(1, round(bits / block_bits))
    return Plan(known, grouping.make_blocks(information, count, block_bits, partition_bits))


# ------------------------------------------------------------------------------------------------- fitting one tile


@dataclass
class Fit:
    """The state of fitting one tile: weight d is already sent if `sent[d]`, and then its value is `values[d]`."""

    plan: Plan
    target: Singles
    generator: np.random.Generator
    posteriors: posterior.Posteriors
    block_of: Ints
    log_beta: Floats
    sent: NDArray[np.bool_]
    values: Floats
    inputs: Singles
    steps: int = 0
    error: float = math.inf

    def descend(self, rate: float) -> None:
        """One step for the weights not yet sent; every few steps also for the betas."""
        known, means = self.plan.prior, self.posteriors.mean
        noise = self.generator.standard_normal(means.shape, dtype=np.float32)
        drawn = np.where(self.sent, self.values.astype(np.float32), means + self.posteriors.scale * noise)
        errors, gradient, _ = network.gradients(known.shape, known.mu + known.sigma * drawn, self.inputs, self.target)
        self.steps += 1
        self.error = float(errors[0])
        beta = np.exp(self.log_beta).astype(np.float32)[self.block_of]
        posterior.descend(self.posteriors, gradient, noise, known.sigma, beta, rate, self.steps, ~self.sent)
        if self.steps % _CONTROL_EVERY == 0:
            excess = self.kl_bits() / self.plan.blocks.block_bits - 1.0
            self.log_beta += _CONTROL_GAIN * np.clip(excess, -0.5, 0.5)

    def kl_bits(self) -> Floats:
        """KL of each block, shape (B,)."""
        nats = posterior.kl_nats(self.posteriors.mean[0], self.posteriors.scale[0])
        return np.bincount(self.block_of, nats, self.plan.blocks.num_blocks) / LN2

    def problem(self, block: int) -> rec.Problem:
        """The block's Q against N(0, I), its widths set so that its KL is the budget."""
        members = self.plan.blocks.members[block]
        mean = self.posteriors.mean[0, members].astype(np.float64)
        logit = self.posteriors.logit[0, members].astype(np.float64)
        return rec.gaussian_problem(mean, to_budget(mean, logit, self.plan.blocks.block_bits))

    def send(self, block: int, sample: Floats) -> None:
        """Fix the block's weights at these values."""
        members = self.plan.blocks.members[block]
        self.sent[members] = True
        self.values[members] = sample

    def weights(self) -> Floats:
        """The receiver's weights, those not yet sent at the prior's mean."""
        return to_weights(self.plan.prior, self.values)


def begin(plan: Plan, tile: Picture, seed: int) -> Fit:
    """Posteriors at the prior's mean, with the width that they usually have in the end."""
    known, blocks = plan
    block_of = np.empty(known.mu.size, np.int64)
    for number, members in enumerate(blocks.members):
        block_of[members] = number
    return Fit(
        plan=plan,
        target=network.as_targets(tile[None]),
        generator=np.random.default_rng(seed),
        posteriors=posterior.start(1, np.exp2(-known.information_bits.astype(np.float64))),
        block_of=block_of,
        log_beta=np.full(blocks.num_blocks, math.log(known.beta)),
        sent=np.zeros(known.mu.size, np.bool_),
        values=np.zeros(known.mu.size),
        inputs=network.features(known.waves),
    )


def fit_rate(step: int) -> float:
    """Size of this step of a fit, from step 0: it falls to that of the steps between blocks."""
    cooling = min(1.0, (1.0 - step / FIT_STEPS) / _COOLED)
    return _REFIT_RATE + (_FIT_RATE - _REFIT_RATE) * cooling


def to_budget(mean: Floats, logit: Floats, budget_bits: float) -> Floats:
    """Scales (D,) that make the KL the budget, from the logits by one common shift.

    If the means alone exceed the budget, the widest scales possible.
    """
    low, high = -_WINDOW, _WINDOW
    for _ in range(60):
        middle = 0.5 * (low + high)
        scale = posterior.WIDEST / (1.0 + np.exp(-(logit + middle)))
        if posterior.kl_nats(mean, scale).sum() > budget_bits * LN2:
            low = middle
        else:
            high = middle
    return np.asarray(posterior.WIDEST / (1.0 + np.exp(-(logit + high))))


def to_weights(known: prior.Prior, values: Floats) -> Floats:
    """Weights, float64, from their values in the prior's coordinates."""
    return known.mu.astype(np.float64) + known.sigma.astype(np.float64) * values


# ------------------------------------------------------------------------------------------------- sending


def encode_events(
    image: Picture, rate: str | float, block_bits: int, method: str, partition_bits: int, seed: int
) -> Iterator[Fitting | BlockCoded | Coded]:
    """Encode a picture uint8 (H, W, 3), arguments already checked, yielding events; the last is Coded."""
    begun = time.perf_counter()
    plan = make_plan(rate, block_bits, partition_bits)
    tiles = split(image)
    seeds = run_seeds(seed, len(tiles) * plan.blocks.num_blocks)
    messages: list[rec.Message] = []
    pictures = []
    kl_bits = 0.0
    for number, tile in enumerate(tiles):
        own = seeds[number * plan.blocks.num_blocks :][: plan.blocks.num_blocks]
        for event in encode_tile(plan, tile, method, own, (number, len(tiles))):
            yield event
            if isinstance(event, BlockCoded):
                messages.append(event.message)
                kl_bits += event.kl_bits
        assert isinstance(event, BlockCoded)
        pictures.append(event.picture)
    code = grouping.best_code([message.index for message in messages])
    height, width = image.shape[:2]
    header = Header("inr", width, height, rate, block_bits, partition_bits, code, seed)
    payload = grouping.write_messages(messages, plan.blocks, code)
    data = container.write(header, payload)
    picture = join(pictures, height, width)
    report = Report(
        kl_bits=kl_bits,
        ideal_bits=grouping.ideal_bits(messages, partition_bits, code),
        payload_bits=8 * len(payload),
        header_bits=8 * (len(data) - len(payload)),
        psnr_db=psnr_db(image, picture),
        seconds=time.perf_counter() - begun,
    )
    yield Coded(data, picture, report)


def encode_tile(
    plan: Plan,
    tile: Picture,
    method: str,
    seeds: NDArray[np.uint64],
    place: tuple[int, int] = (0, 1),
    num_candidates: int | None = None,
) -> Iterator[Fitting | BlockCoded]:
    """Fit one tile and send its blocks, block b with seed `seeds[b]`.

    `method` "exact" draws each sample from Q itself, without a message, to show the quality at this KL.
    `num_candidates` of "orc" is as in `blocks.code_block`.
    """
    fit = begin(plan, tile, int(seeds[0]))
    for step in range(FIT_STEPS):
        fit.descend(fit_rate(step))
        if (step + 1) % _REPORT_EVERY == 0:
            bits, level = float(fit.kl_bits().sum()), -10.0 * math.log10(fit.error)
            yield Fitting(*place, step + 1, FIT_STEPS, bits, level)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for first in range(0, plan.blocks.num_blocks, _AT_ONCE):
            if first > 0:
                for _ in range(_AT_ONCE * REFIT_STEPS):
                    fit.descend(_REFIT_RATE)
            chosen = range(first, min(first + _AT_ONCE, plan.blocks.num_blocks))
            problems = [fit.problem(block) for block in chosen]
            if method == "exact":
                results = [(grouping.draw_exactly(problem, fit.generator), 0.0) for problem in problems]
            else:
                cuts = [plan.blocks.cuts[block] for block in chosen]
                search = partial(_search, method=method, num_candidates=num_candidates)
                results = list(pool.map(search, problems, cuts, seeds[chosen].tolist()))
            for block, problem, (sent, seconds) in zip(chosen, problems, results, strict=True):
                fit.send(block, sent.sample)
                picture = network.render(plan.prior.shape, fit.weights(), plan.prior.waves)
                yield BlockCoded(
                    *place, block, plan.blocks.num_blocks, problem.kl_bits, sent.message,
                    sent.examined, sent.log_ratio_bits, seconds, picture,
                    problem, plan.blocks.cuts[block], int(seeds[block]),
                )  # fmt: skip


def _search(
    problem: rec.Problem, cut: rec.Partition, seed: int, method: str, num_candidates: int | None
) -> tuple[rec.Encoding, float]:
    """The block's sample and message, and how many seconds the search took."""
    begun = time.perf_counter()
    return grouping.code_block(problem, cut, method, seed, num_candidates), time.perf_counter() - begun


class BlockDecoded(NamedTuple):
    """What the receiver knows of a tile after one more of its blocks: the message, and its picture of the tile."""

    tile: int
    block: int
    message: rec.Message
    partition: rec.Partition
    picture: Picture


def decode(header: Header, payload: bytes) -> Picture:
    """The picture uint8 (H, W, 3) in a file's messages."""
    *_, last = zip(*decode_events(header, payload, whole=True), strict=True)
    return join(list(last), header.height, header.width)


def decode_events(header: Header, payload: bytes, whole: bool = False) -> Iterator[BlockDecoded]:
    """Decode a file's messages block by block; if `whole`, draw only complete tiles, one event for each."""
    plan = make_plan(header.rate, header.block_bits, header.partition_bits)
    tiles = math.ceil(header.height / SIDE) * math.ceil(header.width / SIDE)
    count = plan.blocks.num_blocks
    paid = paid_for(len(payload), 2**header.partition_bits, header.code)
    if tiles * count > min(paid, grouping.most_blocks(len(payload), header.block_bits)):
        raise rec.MessageError(
            "The file has fewer messages than a picture of its size needs; it is not of this format."
        )
    messages = grouping.read_messages(payload, plan.blocks, header.code, tiles * count)
    seeds = run_seeds(header.seed, tiles * count)
    for tile in range(tiles):
        values = np.zeros(plan.prior.mu.size)
        for block, (members, cut) in enumerate(zip(plan.blocks.members, plan.blocks.cuts, strict=True)):
            message, seed = messages[tile * count + block], int(seeds[tile * count + block])
            values[members] = rec.decode(message, rec.Prior("gaussian", members.size), cut, seed=seed)
            if not whole or block == count - 1:
                picture = network.render(plan.prior.shape, to_weights(plan.prior, values), plan.prior.waves)
                yield BlockDecoded(tile, block, message, cut, picture)


# ------------------------------------------------------------------------------------------------- tiles


def split(image: Picture) -> list[Picture]:
    """Tiles (SIDE, SIDE, 3), row by row; the last ones are padded by repeating the picture's edge."""
    height, width = image.shape[:2]
    padded = np.pad(image, ((0, -height % SIDE), (0, -width % SIDE), (0, 0)), mode="edge")
    rows, columns = padded.shape[0] // SIDE, padded.shape[1] // SIDE
    grid = padded.reshape(rows, SIDE, columns, SIDE, 3).swapaxes(1, 2)
    return list(grid.reshape(rows * columns, SIDE, SIDE, 3))


def join(tiles: list[Picture], height: int, width: int) -> Picture:
    """The picture (height, width, 3) from its tiles."""
    rows, columns = math.ceil(height / SIDE), math.ceil(width / SIDE)
    grid = np.stack(tiles).reshape(rows, columns, SIDE, SIDE, 3).swapaxes(1, 2)
    return np.ascontiguousarray(grid.reshape(rows * SIDE, columns * SIDE, 3)[:height, :width])
