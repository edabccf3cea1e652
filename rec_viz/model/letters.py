"""The two smallest channels, a bit that may be flipped and a bit that may be lost, and their exact numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

import rec_core as rec
from rec_core.arrays import Floats
from rec_core.laws.index_steps import steps_nodes

CHANNELS: Mapping[str, tuple[str, Callable[[float], rec.DiscreteChannel]]] = {
    "noisy": ("flip", rec.binary_symmetric_channel),
    "erased": ("erasure", rec.erasure_channel),
}


def problem(channel: rec.DiscreteChannel) -> rec.Problem:
    """The target of the bit 1."""
    return channel.targets[-1][0]


def laws(one: rec.Problem) -> tuple[Floats, Floats, Floats]:
    """P, Q and r of every letter, (K,) each."""
    p, q = np.array(one.params[0]).reshape(2, -1)
    return p, q, q / p


def chances(one: rec.Problem, most: int) -> Floats:
    """The chance that a letter wins with the number N = 1 to `most`, without bins: (K, most)."""
    y, weights = (values[1:, None] for values in steps_nodes(one.table[0], 1))  # the first is of bins without ends
    n = np.arange(1, most + 1)
    return np.asarray(weights * np.exp(-y) * (-np.expm1(-y)) ** (n - 1))


def common(channel: rec.DiscreteChannel) -> float:
    """How often the letter may be drawn before the bit is looked at: what the targets have in common."""
    return float(np.min(channel.conditional, axis=0).sum())


def _floor(channel: rec.DiscreteChannel) -> float:
    return rec.laws.functional_information_bits(channel)


def _of_bit(pick: Callable[[rec.Problem], float]) -> Callable[[rec.DiscreteChannel], float]:
    return lambda channel: float(pick(problem(channel)))


def _second(one: rec.Problem) -> float:
    """How often the winner is the letter of the largest r, of those with N = 2."""
    second = chances(one, 2)[:, 1]
    return float(second[np.argmax(laws(one)[2])] / second.sum())


NUMBERS: Mapping[str, Callable[[rec.DiscreteChannel], float]] = {
    "information": lambda channel: channel.information_bits,
    "floor": _floor,
    "above": lambda channel: _floor(channel) - channel.information_bits,
    "length": lambda channel: rec.laws.index_law(channel).entropy_bits,
    "common": common,
    "said": lambda channel: 1.0 - common(channel),
    "target": _of_bit(lambda one: laws(one)[1].max()),
    "ratio": _of_bit(lambda one: math.exp2(one.d_inf_bits)),
    "least_ratio": _of_bit(lambda one: laws(one)[2].min()),
    "odds": _of_bit(lambda one: laws(one)[2].max() / laws(one)[2].min()),
    "first": _of_bit(lambda one: chances(one, 1).sum()),
    "falls": _of_bit(lambda one: chances(one, 3)[:, 2].sum() / chances(one, 3)[:, 1].sum()),
    "second": _of_bit(_second),
}
