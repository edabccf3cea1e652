"""A message map: which message every source sends under every seed."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from .. import families
from ..arguments import checked
from ..arrays import Ints
from ..channel import Channel, Problem
from ..checks import seed_word, whole_number
from ..encode import encode
from ..errors import RecError
from ..methods import PFR, Method
from ..partition import ENUMERABLE_BINS, check_partition
from .winners import MOST_BITS, winners


@checked
def message_map(channel: Channel, method: Method, seeds: Iterable[int], points: int) -> Ints:
    """The message of every source under every seed, as a number: shape (seeds, points), a row a seed.

    Sources are at `points` evenly spaced quantiles of Y, so all columns are equally probable. Message (bin, index) of J
    bins has the number bin + J (index - 1), J = 1 where there are none. Of PFR on a Gaussian channel by `winners`, of
    others message by message.

    Raises RecError for more than one dimension, and as `encode` does. Source: here.

    >>> import rec_core as rec
    >>> message_map(rec.gaussian_channel([2.0]), rec.PFR(rec.Partition((4,))), seeds=[3, 4], points=8)
    array([[4, 0, 1, 1, 2, 2, 2, 7],
           [0, 0, 1, 1, 2, 2, 7, 3]])
    """
    if channel.dim != 1:
        raise RecError(f"A message map is of one dimension; this channel has {channel.dim}.")
    words = [int(seed_word(seed)) for seed in seeds]
    sources = (np.arange(whole_number(points, "points", 1, 2**16)) + 0.5) / points
    cut = check_partition(method.partition, 1)
    normal = families.family(channel.family).LAWS == "normal" and channel.information_bits <= MOST_BITS
    if isinstance(method, PFR) and normal and cut.num_bins <= ENUMERABLE_BINS:
        lines = []
        for seed in words:
            known = winners(channel, cut, seed=seed)
            numbers = np.array([bin[0] + cut.num_bins * (index - 1) for bin, index in known.messages])
            lines.append(numbers[np.searchsorted(known.shares, sources) - 1])
        return np.array(lines, np.int64).reshape(len(words), points)
    found, wanted = np.empty((len(words), points), np.int64), np.array(words, np.uint64)
    for i, u in enumerate(sources.tolist()):
        row = np.empty(3)
        families.draw(channel.family_code, float(channel.scales[0]), u, row)
        place = channel.prior_shift, channel.prior_scale
        target = Problem(channel.family, ((float(row[0]), float(row[1])),), *place)
        if words and hasattr(method, "many"):
            method.check(target)
            rows, failed = method.many(target, wanted, 1)
            if failed < 0:
                _, bins, indices, *_ = rows
                found[:, i] = bins[:, 0] + cut.num_bins * (indices - 1)
                continue
        for k, seed in enumerate(words):
            bin, index = encode(target, method, seed=seed).message
            found[k, i] = bin[0] + cut.num_bins * (index - 1)
    return found
