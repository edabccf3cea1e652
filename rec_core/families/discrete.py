"""Discrete: K letters, each an interval of u in [0, 1] as wide as its prior mass; P = U[0, 1], r constant on a letter.

`params` are the K masses of P, then those of Q; a row is the ends of the letters (K + 1,), then ln r of each (K,).
"""

from __future__ import annotations

import math

import numpy as np

from ..arrays import Floats
from ..errors import RecError
from ..jit import kernel
from . import uniform
from .location import Params

LABEL = "discrete"
PRIOR = "U[0, 1]"
PARAMS = ()  # as many as there are letters, twice
LAWS = "steps"
HAS_CELLS = False
STANDARD = (1.0, 1.0)
SUPPORT = (0.0, 1.0)
MAX_LETTERS = 256
LEAST = 2.0**-40  # mass of a letter under P: float64 tells the ends of letters apart
kernel_means = kernel_mean = None  # by quadrature
quantile, log_pdf = uniform.quantile, uniform.log_pdf  # of u

_SLIVER = 1e-15  # an overlap of a letter and an interval below this is only rounding of their ends


def check(params: Params) -> None:
    """Raises RecError for more than one dimension, and for anything but two probability vectors of one length."""
    if len(params) != 1:
        raise RecError(f"A discrete problem has one dimension; got {len(params)}.")
    count, odd = divmod(len(params[0]), 2)
    if odd or not 1 <= count <= MAX_LETTERS:
        raise RecError(f"Give the prior and the target the same letters, 1 to {MAX_LETTERS}.")
    prior, target = params[0][:count], params[0][count:]
    if min(prior) < LEAST or min(target) < 0.0:
        raise RecError("Every letter needs a prior of at least 2^-40 and a target of 0 or more: probabilities.")
    if abs(math.fsum(prior) - 1.0) > 1e-9 or abs(math.fsum(target) - 1.0) > 1e-9:
        raise RecError("Probabilities must sum to 1; divide those of the prior and of the target by their sums.")


def narrow(bits: float) -> tuple[float, ...]:
    """Parameters of a dimension in which sup r = 2^bits: Q is one letter of two."""
    return 2.0**-bits, 1.0 - 2.0**-bits, 1.0, 0.0


def letter_ends(prior: Floats) -> Floats:
    """Where letters with these prior masses (K,) begin and end in u, (K + 1,). Sender and receiver both use it."""
    ends = np.append(0.0, np.cumsum(prior))
    ends /= ends[-1]
    return ends


def table(params: Params) -> Floats:
    """Rows as kernels take them, (1, 2 K + 1)."""
    prior, target = np.array(params[0]).reshape(2, -1)
    ends = letter_ends(prior)
    with np.errstate(divide="ignore"):
        logs = np.log(target / target.sum() / np.diff(ends))
    return np.concatenate((ends, logs))[None]


def width_bits(table: Floats) -> float:
    """-log2 of the mass under P of the letters that Q may send."""
    ends, ratios = letters_of(table[0])
    return -math.log2(float(np.diff(ends)[ratios > 0.0].sum()))


def letters_of(row: Floats) -> tuple[Floats, Floats]:
    """Ends of the letters (K + 1,), and r of each (K,)."""
    count = row.size // 2
    return row[: count + 1], np.exp(row[count + 1 :])


@kernel
def letter(row: Floats, x: float) -> int:
    """The letter, from 0, at x in [0, 1]."""
    low, high = int(np.int64(0)), row.shape[0] // 2
    while high - low > 1:
        middle = (low + high) // 2
        if row[middle] <= x:
            low = middle
        else:
            high = middle
    return low


@kernel
def log_ratio(row: Floats, x: float) -> float:
    """ln r(x): constant on a letter, -inf on those that Q never sends."""
    return float(row[row.shape[0] // 2 + 1 + letter(row, x)]) if 0.0 <= x <= 1.0 else -np.inf


@kernel
def log_sup(row: Floats, low: float, high: float) -> float:
    """Supremum of ln r over [low, high]."""
    low, high = max(low, 0.0), min(high, 1.0)
    top, count, least = -np.inf, row.shape[0] // 2, min(_SLIVER, 0.5 * (high - low))
    for k in range(letter(row, low), letter(row, high) + 1):
        if min(high, row[k + 1]) - max(low, row[k]) >= least:
            top = max(top, row[count + 1 + k])
    return float(top)


@kernel
def log_mass(row: Floats, low: float, high: float) -> float:
    """ln Q([low, high])."""
    low, high = max(low, 0.0), min(high, 1.0)
    total, count, least = 0.0, row.shape[0] // 2, min(_SLIVER, 0.5 * (high - low))
    for k in range(letter(row, low), letter(row, high) + 1):
        overlap = min(high, row[k + 1]) - max(low, row[k])
        if overlap >= least:
            total += overlap * math.exp(row[count + 1 + k])
    return math.log(total) if total > 0.0 else -np.inf


def log_peak_sum(row: Floats, intervals: int) -> float:
    """ln of the summed suprema of r over many equal intervals: those inside a letter are counted."""
    ends, ratios = letters_of(row)
    first, last = np.ceil(ends[:-1] * intervals), np.floor(ends[1:] * intervals)
    across = straddled(row, intervals)
    inside = np.maximum(last - first, 0.0) @ ratios
    return math.log(inside + sum(math.exp(log_sup(row, j / intervals, (j + 1) / intervals)) for j in across))


def straddled(row: Floats, intervals: int) -> list[int]:
    """Numbers of the equal intervals in which a letter ends, not at their edge."""
    places = row[1 : row.size // 2] * intervals
    return [int(j) for j in np.unique(np.floor(places[places != np.floor(places)]))]


@kernel
def kl(row: Floats) -> float:
    """KL(Q || P) in nats."""
    total, count = 0.0, row.shape[0] // 2
    for k in range(count):
        log = row[count + 1 + k]
        if log > -np.inf:
            total += (row[k + 1] - row[k]) * math.exp(log) * log
    return max(0.0, total)


def moments(row: Floats) -> tuple[float, float, float]:
    """Mean of u under Q, and its standard deviation twice: it has no other scale."""
    ends, ratios = letters_of(row)
    mean = float(np.diff(ends**2) @ ratios) / 2.0
    spread = math.sqrt(max(float(np.diff((ends - mean) ** 3) @ ratios) / 3.0, 0.0))
    return mean, spread, spread


def target_quantile(row: Floats, u: Floats) -> Floats:
    """Quantiles of Q at u in (0, 1)."""
    ends, ratios = letters_of(row)
    some = ratios > 0.0
    masses = (np.diff(ends) * ratios)[some]
    below = np.append(0.0, np.cumsum(masses))
    k = np.clip(np.searchsorted(below, u * below[-1], side="right") - 1, 0, masses.size - 1)
    part = np.clip((u * below[-1] - below[k]) / masses[k], 0.0, 1.0)
    return np.asarray(ends[:-1][some][k] + part * np.diff(ends)[some][k])


def breaks(row: Floats) -> Floats:
    """Ends of panels in which q and r are smooth: those of the letters."""
    return row[: row.size // 2 + 1].copy()


def between(row: Floats, way: float) -> Floats:
    """The row of the density proportional to q^way."""
    ends, ratios = letters_of(row)
    with np.errstate(divide="ignore"):
        logs = np.log(ratios**way / float(np.diff(ends) @ ratios**way))
    return np.concatenate((ends, logs))
