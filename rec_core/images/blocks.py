"""Blocks: a picture's numbers divided into groups of equal information, each group sent as one sample.

Both sides know how much information each number carries on average (not how much in this picture), so both make the
same blocks, and the same bins for each. The sender chooses a sample for each block and sends a bin and an index per
block, and one number for the law that the indices are coded by.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

import rec_core as rec

from .. import codes
from ..arrays import Floats, Ints
from ..checks import whole_number
from ..codes import PowerCode
from ..randomness import ALLOCATION, uniforms

MARGIN_BITS = 2.0  # ORC examines about 2^(KL from the search prior + this) candidates
SEARCH_LIMIT_BITS = 18  # with bins, at most 2^this
PLAIN_LIMIT_BITS = 20  # of a block without bins
PFR_LIMIT_BITS = 20.0  # PFR's expected number of candidates is at most 2^this
SearchMethod = Literal["orc", "pfr", "dither"]
"""How the samples of blocks are found: by a search, or by layered dither without one."""

SEARCH_METHODS: tuple[SearchMethod, ...] = get_args(SearchMethod)
EXPONENTS = (0.0, 0.25, 0.5, 0.625, 0.75, 0.875, 0.95, 1.05, 1.125, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0)
"""Laws n^-exponent of the index; the sender uses the one with the shortest code."""

BLOCK_BITS = (8, 64)
"""Fewest and most bits of a block."""


@dataclass(frozen=True, eq=False)
class Blocks:
    """B blocks: `members[b]` are the numbers in block b, `cuts[b]` is its partition; all have J bins."""

    block_bits: int
    partition_bits: int
    members: tuple[Ints, ...]
    cuts: tuple[rec.Partition, ...]

    @property
    def num_blocks(self) -> int:
        """B."""
        return len(self.members)


def check_blocks(block_bits: int, partition_bits: int | str | None) -> int:
    """log2 J for these choices; "auto" is 8 less than the block from 24 bits on and none below."""
    low, high = BLOCK_BITS
    size = whole_number(block_bits, "block_bits", low, high + 1)
    if partition_bits == "auto":
        return size - 8 if size >= 24 else 0
    return 0 if partition_bits is None else whole_number(partition_bits, "partition_bits", 0, 64)


def without_bins(block_bits: int, partition_bits: int | str | None) -> int:
    """log2 J = 0 for layered dither, whose blocks are only how a picture arrives. Raises RecError for bins."""
    check_blocks(block_bits, None)
    if partition_bits not in ("auto", None):
        raise rec.RecError("Layered dither has no bins; leave partition_bits out.")
    return 0


def make_blocks(information_bits: Floats, num_blocks: int, block_bits: int, partition_bits: int) -> Blocks:
    """Divide numbers with this mean information (N,) into blocks of about equal information; at least one in each.

    They are shuffled in a fixed way and divided where the running sum passes whole shares. Bins go to a block's
    dimensions in proportion to their information (`allocate`).
    """
    size = information_bits.size
    if not 1 <= num_blocks <= size:
        raise rec.RecError(f"Cannot make {num_blocks} blocks of {size} numbers; choose larger blocks or another rate.")
    shuffle = np.empty(size)
    uniforms(np.uint64(0), ALLOCATION, np.uint64(1), shuffle)
    order = np.argsort(shuffle, kind="stable")
    running = np.cumsum(information_bits[order])
    middle = running - 0.5 * information_bits[order]
    block = np.minimum((middle / running[-1] * num_blocks).astype(np.int64), num_blocks - 1)
    members = tuple(np.sort(order[block == b]) for b in range(num_blocks))
    if not all(part.size for part in members):
        raise rec.RecError(f"{num_blocks} blocks are too many for {size} numbers; take larger blocks or a lower rate.")
    cuts = tuple(rec.allocate(rec.gaussian_channel(information_bits[part]), partition_bits) for part in members)
    return Blocks(block_bits, partition_bits, members, cuts)


def search_bits(problem: rec.Problem, cut: rec.Partition) -> float:
    """KL(Q || P') in bits, P' the prior with its bins reweighted to their mass under Q."""
    weights = np.concatenate(rec.bin_weights(problem, cut, "target_mass"))
    entropy = -float((weights * np.log2(np.maximum(weights, 1e-300))).sum())
    return problem.kl_bits - cut.log2_bins + entropy


def code_block(
    problem: rec.Problem, cut: rec.Partition, method: str, seed: int, num_candidates: int | None = None
) -> rec.Encoding:
    """A sample of Q and its message; by layered dither both sides must know the scales of Q.

    ORC examines `num_candidates`, by default 2^(KL(Q || P') + MARGIN_BITS); with bins, where this differs from picture
    to picture, at most 2^SEARCH_LIMIT_BITS.

    Raises BudgetExceeded if the search would take too long.
    """
    if method == "dither":
        return rec.encode(problem, rec.LayeredDither.for_source(problem), seed=seed)
    if method == "pfr":
        expected = rec.upper_sum_bits(problem, cut)
        if expected > PFR_LIMIT_BITS:
            raise rec.BudgetExceeded(
                f"PFR needs about 2^{expected:.0f} candidates for a block of {problem.kl_bits:.0f} bits in "
                f"{problem.dim} dimensions with 2^{cut.log2_bins:.0f} bins; use method 'orc', smaller blocks, or "
                "more bins.",
                expected_bits=expected,
            )
        return rec.encode(problem, rec.PFR(cut), seed=seed)
    if num_candidates is None:
        wanted = search_bits(problem, cut) + MARGIN_BITS
        if cut.num_bins > 1:
            wanted = min(wanted, SEARCH_LIMIT_BITS)
        num_candidates = max(16, math.ceil(2.0**wanted))
    return rec.encode(problem, rec.ORC(num_candidates, cut), seed=seed)


def draw_exactly(problem: rec.Problem, generator: np.random.Generator) -> rec.Encoding:
    """A sample of Q itself, with an empty message."""
    mean, scale = np.array(problem.params).T
    sample = mean + scale * generator.standard_normal(mean.size)
    log_ratio = float(problem.log_ratio_bits(sample))
    return rec.Encoding(rec.Message((0,) * problem.dim, 1), sample, 0, 0.0, log_ratio)


def check_reach(block_bits: int, partition_bits: int) -> None:
    """Raises BudgetExceeded if a block's search takes too long: without bins ORC needs 2^block_bits candidates."""
    if partition_bits == 0 and block_bits > PLAIN_LIMIT_BITS:
        raise rec.BudgetExceeded(
            f"A block of {block_bits} bits without bins needs at least 2^{block_bits} candidates; set partition_bits "
            f"(for instance {block_bits - 8}), or choose block_bits of at most {PLAIN_LIMIT_BITS}.",
            expected_bits=block_bits + MARGIN_BITS,
        )


# ------------------------------------------------------------------------------------------------- messages to bytes


def best_code(indices: Sequence[int]) -> PowerCode:
    """The law with the shortest code for these indices, with as few octaves as they need."""
    octaves = max(2, max(indices).bit_length())
    laws = [PowerCode(exponent, octaves) for exponent in EXPONENTS]
    return min(laws, key=lambda law: float(law.length_bits(list(indices)).sum()))


def ideal_bits(messages: Sequence[rec.Message], partition_bits: int, code: PowerCode) -> float:
    """Sum of -log2 probability of all messages."""
    return len(messages) * partition_bits + float(code.length_bits([message.index for message in messages]).sum())


def write_messages(messages: Sequence[rec.Message], blocks: Blocks, code: PowerCode) -> bytes:
    """Messages of all blocks, tile after tile, as one stream; a bin is sent as its number among J."""
    numbered = [
        rec.Message((blocks.cuts[position % blocks.num_blocks].number(bin_),), index)
        for position, (bin_, index) in enumerate(messages)
    ]
    return codes.pack_bare(numbered, rec.Partition((2**blocks.partition_bits,)), code)


def most_blocks(num_bytes: int, block_bits: int) -> int:
    """How many blocks of this information such a payload may be said to have.

    On average a message is as long as its block's information; a quarter of it, and 64 bits, no honest file is below.
    """
    return (8 * num_bytes + 64) * 4 // block_bits


def read_messages(payload: bytes, blocks: Blocks, code: PowerCode, count: int) -> list[rec.Message]:
    """What `write_messages` wrote, `count` messages that the payload can pay for."""
    cut = rec.Partition((2**blocks.partition_bits,))
    numbered = codes.unpack_bare(payload, cut, code, count, max_count=count)
    return [
        rec.Message(blocks.cuts[position % blocks.num_blocks].bin(number), index)
        for position, ((number,), index) in enumerate(numbered)
    ]
