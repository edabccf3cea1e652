"""What two people who pass a message look at: tapes of candidates, one for each bin, and what messages name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

import rec_core as rec
from rec_core.arrays import Floats

from ..memo import memo
from .message import Sent, Shared
from .setting import ratios

MOST_TAPES = 32  # of all bins; where there are more, those beside the ones that matter are shown
BESIDE = 3
FIRST = 4  # candidates at the start of every tape
ROWS = 8  # candidates of a tape that are shown where all that matter are among them


class Tapes(NamedTuple):
    """Part of what a seed, bins and P say: candidates `rows` (counted from 1) of the bins numbered `bins`."""

    bins: tuple[int, ...]
    rows: tuple[int, ...]
    across: Floats  # shape (bins, rows): where each lies in its bin along the first cut dimension, from 0 to 1
    num_bins: int


def tapes(shared: Shared, named: Sequence[rec.Message]) -> Tapes:
    """The tapes of someone who holds `shared`, with whatever `named` names among what is shown."""
    cut = shared.partition
    numbers = [cut.number(message.bin) for message in named if _is_there(message.bin, cut)]
    return _tapes(shared.seed, shared.channel.prior, cut, tuple(numbers), tuple(message.index for message in named))


def _is_there(bin: tuple[int, ...], cut: rec.Partition) -> bool:
    return len(bin) == cut.dim and all(0 <= b < n for b, n in zip(bin, cut.intervals, strict=True))


@memo(32)
def _tapes(
    seed: int, prior: rec.Prior, cut: rec.Partition, numbers: tuple[int, ...], indices: tuple[int, ...]
) -> Tapes:
    if cut.num_bins <= MOST_TAPES:
        bins = list(range(cut.num_bins))
    else:
        near = {number + step for number in numbers or (0,) for step in range(-BESIDE, BESIDE + 1)}
        bins = sorted(number for number in near if 0 <= number < cut.num_bins)
    if max(indices, default=1) <= ROWS:
        rows = list(range(1, ROWS + 1))
    else:
        rows = sorted({*range(1, FIRST + 1), *(max(1, n + step) for n in indices for step in (-1, 0, 1))})
    dimension = next((d for d, n in enumerate(cut.intervals) if n > 1), 0)
    places = [(cut.bin(number), row) for number in bins for row in rows]
    samples = rec.decode_many(
        (np.array([bin for bin, _ in places]), np.array([row for _, row in places])), prior, cut, seeds=seed
    )
    n = cut.intervals[dimension]
    inside = prior.cdf(samples)[:, dimension] * n - np.array([bin[dimension] for bin, _ in places])
    return Tapes(tuple(bins), tuple(rows), np.clip(inside, 0.0, 1.0).reshape(len(bins), len(rows)), cut.num_bins)


def curve(problem: rec.Problem, shown: Tapes) -> list[tuple[float, float]]:
    """Q as the sender sees it over all tapes: shares of P across, its ratio up to 1. Empty where there are dimensions
    or bins that the picture leaves out."""
    if problem.dim > 1 or len(shown.bins) < shown.num_bins:
        return []
    u = np.linspace(0.0005, 0.9995, 240)
    ratio = ratios(problem, u)
    top = float(ratio.max())
    return [(float(at), float(r) / top) for at, r in zip(u, ratio, strict=True)] if top > 0 else []


def picture(
    shared: Shared, own: Shared, problem: rec.Problem | None, sent: Sent | None, data: bytes,
    decoded: rec.Message | None, accepted: bool,
) -> dict[str, Any]:  # fmt: skip
    """Both sides and the wire, as `components.tapes` draws them.

    `data` are the bytes that came, `decoded` what they name to the receiver, whose settings `own` are; `accepted` says
    whether their checksum fits.
    """
    named = [message for message in (sent.message if sent else None, decoded) if message is not None]
    left, right = tapes(shared, named), tapes(own, named)
    return {
        "sender": _side(
            left, sent.message if sent else None, shared.partition, curve(problem, left) if problem else []
        ),
        "receiver": _side(right, decoded, own.partition, []) | {"accepted": accepted},
        "wire": _wire(sent, data),
    }


def _side(shown: Tapes, named: rec.Message | None, cut: rec.Partition, q: list[tuple[float, float]]) -> dict[str, Any]:
    place = None
    if named is not None and _is_there(named.bin, cut) and cut.number(named.bin) in shown.bins:
        place = [shown.bins.index(cut.number(named.bin)), shown.rows.index(named.index)]
    return {
        "bins": [_name(cut.bin(number)) for number in shown.bins],
        "whole": len(shown.bins) == shown.num_bins,
        "cut": shown.num_bins > 1,
        "rows": list(shown.rows),
        "across": shown.across.round(4).tolist(),
        "place": place,
        "q": [[round(a, 4), round(b, 4)] for a, b in q],
    }


def _name(bin: tuple[int, ...]) -> str:
    return ",".join(str(b + 1) for b in bin[:3]) + "…" * (len(bin) > 3)


def _wire(sent: Sent | None, data: bytes) -> dict[str, Any]:
    """The bits of the message itself, which of them changed on the way, and how many the frame adds."""
    shown = data or (sent.data if sent else b"")
    body = shown[rec.FRAME_BYTES :]
    before = sent.data if sent and len(sent.data) == len(shown) else shown
    changed = [i for i in range(8 * len(shown)) if (shown[i // 8] ^ before[i // 8]) >> (7 - i % 8) & 1]
    first = 8 * rec.FRAME_BYTES
    return {
        "bits": "".join(format(byte, "08b") for byte in body[:6]) + "…" * (len(body) > 6),
        "flipped": [i - first for i in changed if i >= first],
        "in_frame": any(i < first for i in changed),
        "frame_bits": first if shown else 0,
        "arrived": bool(data),
    }
