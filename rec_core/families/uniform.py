"""Uniform: P = U[0, 1], Q = U[low, high] inside it. Columns of a row: low, high, -ln(high - low)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..arrays import LN2, Floats
from ..errors import RecError
from ..jit import kernel
from .location import Params

LABEL = "uniform"
PRIOR = "U[0, 1]"
PARAMS = ("low", "high")
LAWS = "box"
HAS_CELLS = True
STANDARD = (0.0, 1.0)
SUPPORT = (0.0, 1.0)

_SLIVER = 1e-15  # an overlap of a box and an interval below this is only rounding of their edges


def check(params: Params) -> None:
    """Raises RecError for anything but (low, high) with 0 <= low < high <= 1 in every dimension."""
    for d, row in enumerate(params):
        if len(row) != 2 or fault(row):
            raise RecError(
                f"The box of Q must lie inside the support of P with 0 <= low < high <= 1 in every dimension; "
                f"dimension {d} has [{', '.join(format(value, 'g') for value in row)}]."
            )


def fault(row: Sequence[float]) -> tuple[int, str] | None:
    """The first invalid parameter of a dimension, by its place in PARAMS, and why; None if all are valid."""
    low, high = row
    if not 0.0 <= low <= 1.0:
        return 0, f"the lower end must lie between 0 and 1; it is {low:g}"
    if not low < high <= 1.0:
        return 1, f"the upper end must lie above the lower one, {low:g}, and be at most 1; it is {high:g}"
    return None


def narrow(bits: float) -> tuple[float, ...]:
    """Parameters of a dimension in which sup r = 2^bits."""
    return 0.0, 2.0**-bits


def table(params: Params) -> Floats:
    """Rows as kernels take them, (D, 3)."""
    rows = np.empty((len(params), 3))
    rows[:, :2] = params
    rows[:, 2] = -np.log(rows[:, 1] - rows[:, 0])
    return rows


def width_bits(table: Floats) -> float:
    """-log2 of the smallest width."""
    return float(table[:, 2].max()) / LN2


@kernel
def quantile(number: int, intervals: int, v: float) -> float:
    """Quantile of P at (number + v) / intervals."""
    return (number + v) / intervals


@kernel
def log_pdf(x: float) -> float:
    """ln p(x)."""
    return 0.0 if 0.0 <= x <= 1.0 else -np.inf


@kernel
def log_ratio(row: Floats, x: float) -> float:
    """ln r(x): constant on the box, -inf outside."""
    return float(row[2]) if row[0] <= x <= row[1] else -np.inf


@kernel
def log_sup(row: Floats, low: float, high: float) -> float:
    """Supremum of ln r over [low, high]."""
    return float(row[2]) if min(high, row[1]) - max(low, row[0]) > _SLIVER else -np.inf


@kernel
def log_mass(row: Floats, low: float, high: float) -> float:
    """ln Q([low, high])."""
    overlap = min(high, row[1]) - max(low, row[0])
    return math.log(overlap) + float(row[2]) if overlap > _SLIVER else -np.inf


@kernel
def turn(row: Floats) -> float:
    """The middle of the box: ln r falls on either side of it, once."""
    return float(0.5 * (row[0] + row[1]))


@kernel
def kl(row: Floats) -> float:
    """KL(Q || P) in nats."""
    return float(row[2])


@kernel
def draw(scale: float, v: float, row: Floats) -> None:
    """A target of a channel: a cell of the equal grid if 1 / scale is whole, so that X ~ P exactly; otherwise a box of
    that width, placed uniformly."""
    cells = 1.0 / scale
    if abs(cells - round(cells)) <= 1e-9 * cells and cells < 2.0**50:
        cell = math.floor(v * round(cells))
        row[0] = cell / round(cells)
        row[1] = (cell + 1.0) / round(cells)
    else:
        row[0] = v * (1.0 - scale)
        row[1] = min(1.0, row[0] + scale)
    row[2] = -math.log(row[1] - row[0])


def cells_reached(row: Floats, intervals: int) -> int:
    """How many of `intervals` equal intervals the box overlaps, by the criterion of `log_sup`."""
    low, high = float(row[0]), float(row[1])
    first, last = math.floor(low * intervals), math.ceil(high * intervals)
    first += (first + 1) / intervals - low <= _SLIVER
    last -= high - (last - 1) / intervals <= _SLIVER
    return max(last - first, 1)


def box_places(scale: float, most: int) -> tuple[Floats, float]:
    """Lower ends of one dimension's boxes, at most `most`, evenly chosen from those `draw` makes; and their width."""
    cells = round(1.0 / scale)
    if abs(cells * scale - 1.0) <= 1e-9 and cells < 2**50:
        count = min(cells, most)
        return np.floor((np.arange(count) + 0.5) * (cells / count)) / cells, 1.0 / cells
    return (np.arange(most) + 0.5) / most * (1.0 - scale), scale


def moments(row: Floats) -> tuple[float, float, float]:
    """Mean, width and standard deviation of Q."""
    width = float(row[1] - row[0])
    return 0.5 * float(row[0] + row[1]), width, width / math.sqrt(12.0)


def target_quantile(row: Floats, u: Floats) -> Floats:
    """Quantiles of Q at u in (0, 1)."""
    return np.asarray(row[0] + (row[1] - row[0]) * u)


def breaks(row: Floats) -> Floats:
    """Ends of panels in which q and r are smooth; together they cover Q."""
    return row[:2].copy()


def kernel_means(row: Floats, x: Floats, width: float) -> Floats:
    """E_Q[exp(-(x - Y)^2 / (2 width^2))] at x (M,)."""
    from scipy.special import ndtr

    inside = ndtr((row[1] - x) / width) - ndtr((row[0] - x) / width)
    return np.asarray(math.sqrt(2.0 * math.pi) * width / (row[1] - row[0]) * inside)


def kernel_mean(row: Floats, width: float) -> float:
    """E[exp(-(Y - Y')^2 / (2 width^2))] for independent Y, Y' ~ Q."""
    t = float(row[1] - row[0]) / (width * math.sqrt(2.0))
    return math.sqrt(math.pi) * math.erf(t) / t + math.expm1(-t * t) / (t * t)


@kernel
def place(row: Floats) -> tuple[float, float]:
    """The middle of the box, and its width."""
    return 0.5 * (row[0] + row[1]), row[1] - row[0]


@kernel
def layer(u: float, v: float) -> float:
    """Half the width of a layer of uniform noise of width 1: it has one layer."""
    return 0.5


@kernel
def log_location(scale: float, low: float, high: float) -> float:
    """ln P(middle in (low, high]) of a channel's boxes: middles of cells, or even over what a box can reach."""
    cells = 1.0 / scale
    if abs(cells - round(cells)) <= 1e-9 * cells and cells < 2.0**50:
        first, last = math.floor(low * round(cells) + 0.5), math.floor(high * round(cells) + 0.5)
        count = min(last, round(cells)) - max(first, 0)
        return math.log(count * scale) if count > 0 else -np.inf
    reach = min(high, 1.0 - 0.5 * scale) - max(low, 0.5 * scale)
    return math.log(reach / (1.0 - scale)) if reach > 0.0 else -np.inf


def layer_law() -> tuple[Floats, Floats]:
    """The half width of the one layer, and its probability."""
    return np.array([0.5]), np.array([1.0])


def location_breaks(scale: float) -> Floats:
    """Ends of panels in which the density of the middle is smooth."""
    return np.array([0.5 * scale, 1.0 - 0.5 * scale])
