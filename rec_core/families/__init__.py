"""Families of one-dimensional (P, Q) pairs, one file per family: the only place with their formulas and their names.

In quantile space u = F_P(x) every P is uniform, and everything factorizes over dimensions, so the rest of the package
knows no family: it calls the functions here. P is always the standard member; `prior.Prior` moves and scales it.
A problem is a table of parameters, float64 with a row for each dimension; logs in here are natural (nats).

    family      P                Q                           a row of the table
    gaussian    N(0, 1)          N(mean, scale^2)            mean, scale, -ln scale
    uniform     U[0, 1]          U[low, high]                low, high, -ln(high - low)
    piecewise   U[0, 1]          ln q linear between knots   ln q at K + 1 evenly spaced knots 0, 1/K, ..., 1
    laplace     exp(-|x|)/2      P scaled and shifted        mean, scale, -ln scale
    logistic    1/(4 cosh^2 x/2) P scaled and shifted        mean, scale, -ln scale
    discrete    U[0, 1]          r constant on K letters     ends of the letters in u, ln r of each

Every file has the same functions in the same order:

    LABEL PRIOR PARAMS             its name in text, and P; names of the `params` of a dimension, () if they vary
    STANDARD SUPPORT               `params` of a dimension where Q = P; ends of the support of P
    LAWS                           how its laws are computed: 'line' by quadrature between its breaks, for any formulas;
                                   'normal', 'box', 'knots' and 'steps' have closed forms
    HAS_CELLS                      whether `log_sup` is cheap and exact on small cells, so that searches can use tiles
    check fault table              raise RecError for bad `params`; the bad one of a dimension (with PARAMS); rows
    narrow                         `params` of a dimension in which sup r is a given power of two
    width_bits                     how much narrower than P the narrowest dimension of Q is, log2 of a ratio of widths
    quantile log_pdf               of P; both tails equally accurate
    log_ratio log_sup log_mass kl  ln r(x); its supremum over an interval; ln Q of an interval; KL(Q || P)
    turn                           the one x at which ln r turns, infinite if none (all but 'knots' and 'steps')
    draw                           how a channel draws a target (CHANNELS only)
    moments target_quantile        mean, scale and standard deviation of Q; its quantiles
    breaks                         ends of panels in which q and r are smooth, which together cover Q
    between                        a row part of the way from P to Q ('box' needs none)
    kernel_means kernel_mean       closed forms of the means of a Gaussian kernel under Q, for the MMD; else None
    place layer log_location       of noise that is added: its place and scale; half the width of a layer; and ln P that
    layer_law location_breaks      the place lies in an interval; nodes, and panels, for laws of these (LAYERED only)

To add a family: write a file with these functions and LAWS = "line", name it in `_ALL`, and give it a branch in each
kernel below (a chain of comparisons, because compiled loops cannot take a function as a value). Then
`rec.Problem("name", params)` can be searched, decoded and measured, and has its laws; a constructor for users is three
lines in `channel`. In `tests/core/test_families.py` it needs one line: its density from another source.
"""

from __future__ import annotations

import math
from types import ModuleType

import numpy as np

from ..arrays import Floats
from ..jit import kernel
from . import discrete, gaussian, laplace, location, logistic, piecewise, uniform

GAUSSIAN, UNIFORM, PIECEWISE, LAPLACE, LOGISTIC, DISCRETE = range(6)
_ALL: dict[str, ModuleType] = {
    "gaussian": gaussian, "uniform": uniform, "piecewise": piecewise, "laplace": laplace, "logistic": logistic,
    "discrete": discrete,
}  # in the order of their codes  # fmt: skip
FAMILIES: dict[str, int] = {name: code for code, name in enumerate(_ALL)}
LABELS: dict[str, str] = {name: family.LABEL for name, family in _ALL.items()}
CHANNELS: tuple[str, ...] = tuple(name for name, family in _ALL.items() if hasattr(family, "draw"))
LAYERED: tuple[str, ...] = tuple(name for name, family in _ALL.items() if hasattr(family, "layer"))


def family(name: str | int) -> ModuleType:
    """The file of a family, by its name or code."""
    return _ALL[name] if isinstance(name, str) else list(_ALL.values())[name]


def channel_family(name: str) -> str:
    """The family itself if it has channels, otherwise the first with channels and the same support of P."""
    return name if name in CHANNELS else next(one for one in CHANNELS if family(one).SUPPORT == family(name).SUPPORT)


def ends(name: str, row: Floats, share: float = 0.95) -> Floats:
    """Ends of the middle `share` of Q, shape (2,), in units in which P is standard; of a box all of it."""
    own = family(name)
    outside = 0.0 if own.LAWS == "box" else 0.5 * (1.0 - share)
    return np.asarray(own.target_quantile(row, np.array([outside, 1.0 - outside])))


@kernel
def quantile(family: int, number: int, intervals: int, v: float) -> float:
    """Quantile of P at u = (number + v) / intervals: a fraction v into an interval. Accurate in both tails."""
    if family == GAUSSIAN:
        return gaussian.quantile(number, intervals, v)
    if family == LAPLACE:
        return laplace.quantile(number, intervals, v)
    if family == LOGISTIC:
        return logistic.quantile(number, intervals, v)
    return uniform.quantile(number, intervals, v)  # piecewise and discrete too


@kernel
def support(family: int) -> tuple[float, float]:
    """Ends of the support of P."""
    return (0.0, 1.0) if family in (UNIFORM, PIECEWISE, DISCRETE) else (-np.inf, np.inf)


@kernel
def edge(family: int, number: int, intervals: int) -> float:
    """Left end of interval `number` of `intervals` of equal P mass; number = intervals is the right end of the last."""
    if number == 0:
        return support(family)[0]
    if number == intervals:
        return support(family)[1]
    return quantile(family, number, intervals, 0.0)


@kernel
def log_pdf(family: int, x: float) -> float:
    """ln p(x); -inf outside the support of P."""
    if family == GAUSSIAN:
        return gaussian.log_pdf(x)
    if family == LAPLACE:
        return laplace.log_pdf(x)
    if family == LOGISTIC:
        return logistic.log_pdf(x)
    return uniform.log_pdf(x)  # piecewise and discrete too


@kernel
def log_pdfs(family: int, x: Floats) -> Floats:
    """`log_pdf` at points (M,)."""
    out = np.empty(x.shape[0])
    for i in range(x.shape[0]):
        out[i] = log_pdf(family, x[i])
    return out


@kernel
def log_ratio(family: int, row: Floats, x: float) -> float:
    """ln r(x) of one dimension; -inf outside the support of Q."""
    if family == GAUSSIAN:
        return gaussian.log_ratio(row, x)
    if family == UNIFORM:
        return uniform.log_ratio(row, x)
    if family == LAPLACE:
        return laplace.log_ratio(row, x)
    if family == LOGISTIC:
        return logistic.log_ratio(row, x)
    if family == DISCRETE:
        return discrete.log_ratio(row, x)
    return piecewise.log_ratio(row, x)


@kernel
def log_ratios(family: int, row: Floats, x: Floats) -> Floats:
    """`log_ratio` at points (M,)."""
    out = np.empty(x.shape[0])
    for i in range(x.shape[0]):
        out[i] = log_ratio(family, row, x[i])
    return out


@kernel
def log_sup(family: int, row: Floats, low: float, high: float) -> float:
    """Supremum of ln r over [low, high] (ends may be infinite); inf where r is unbounded, -inf where r is 0."""
    if family == GAUSSIAN:
        return gaussian.log_sup(row, low, high)
    if family == UNIFORM:
        return uniform.log_sup(row, low, high)
    if family == LAPLACE:
        return laplace.log_sup(row, low, high)
    if family == LOGISTIC:
        return logistic.log_sup(row, low, high)
    if family == DISCRETE:
        return discrete.log_sup(row, low, high)
    return piecewise.log_sup(row, low, high)


@kernel
def log_mass(family: int, row: Floats, low: float, high: float) -> float:
    """ln Q([low, high]); -inf only where Q has no mass."""
    if family == GAUSSIAN:
        return gaussian.log_mass(row, low, high)
    if family == UNIFORM:
        return uniform.log_mass(row, low, high)
    if family == LAPLACE:
        return laplace.log_mass(row, low, high)
    if family == LOGISTIC:
        return logistic.log_mass(row, low, high)
    if family == DISCRETE:
        return discrete.log_mass(row, low, high)
    return piecewise.log_mass(row, low, high)


@kernel
def cdfs(family: int, row: Floats, x: Floats) -> Floats:
    """Q((-inf, x]) at points (M,)."""
    out = np.empty(x.shape[0])
    low, high = support(family)
    for i in range(x.shape[0]):
        out[i] = 0.0 if x[i] <= low else math.exp(log_mass(family, row, low, min(x[i], high)))
    return out


@kernel
def kl(family: int, row: Floats) -> float:
    """KL(Q || P) of one dimension in nats."""
    if family == GAUSSIAN:
        return gaussian.kl(row)
    if family == UNIFORM:
        return uniform.kl(row)
    if family == LAPLACE:
        return laplace.kl(row)
    if family == LOGISTIC:
        return logistic.kl(row)
    if family == DISCRETE:
        return discrete.kl(row)
    return piecewise.kl(row)


@kernel
def turn(family: int, row: Floats) -> float:
    """The one x at which ln r turns, infinite if none; NaN for a family whose ln r may turn more than once."""
    if family == GAUSSIAN:
        return gaussian.turn(row)
    if family == UNIFORM:
        return uniform.turn(row)
    if family == LAPLACE:
        return laplace.turn(row)
    if family == LOGISTIC:
        return logistic.turn(row)
    return np.nan


@kernel
def draw(family: int, scale: float, v: float, row: Floats) -> None:
    """Draw the target of a channel in one dimension from a uniform v, into a row (3,); `scale` as `Channel.scales`."""
    if family == GAUSSIAN:
        gaussian.draw(scale, v, row)
    else:
        uniform.draw(scale, v, row)


@kernel
def place(family: int, row: Floats) -> tuple[float, float]:
    """Where the noise of Q is centered, and its scale: Q is additive noise of one shape (LAYERED families only)."""
    return uniform.place(row) if family == UNIFORM else location.place(row)


@kernel
def layer(family: int, u: float, v: float) -> float:
    """Half the width of a random layer of noise of scale 1, from two uniforms: uniform on it, the noise has its law.

    A layer is where the density exceeds a height, of a point that is uniform under the graph (Wilson, 2000).
    """
    if family == GAUSSIAN:
        return gaussian.layer(u, v)
    if family == LAPLACE:
        return laplace.layer(u, v)
    if family == LOGISTIC:
        return logistic.layer(u, v)
    return uniform.layer(u, v)


@kernel
def log_location(family: int, scale: float, low: float, high: float) -> float:
    """ln P(Q is centered in [low, high]), for targets of this scale that average to P; -inf where that is never."""
    if family == UNIFORM:
        return uniform.log_location(scale, low, high)
    if scale >= 1.0:
        return 0.0 if low <= 0.0 <= high else -np.inf
    if family == GAUSSIAN:
        return gaussian.log_location(scale, low, high)
    if family == LAPLACE:
        return laplace.log_location(scale, low, high)
    return logistic.log_location(scale, low, high)


@kernel
def parabola(family: int, row: Floats) -> tuple[bool, float, float]:
    """True, vertex and slope if ln r = top - (slope (x - vertex))^2 and P is normal; otherwise False."""
    if family == GAUSSIAN:
        return gaussian.parabola(row)
    return False, 0.0, 0.0


log_normal_cdf, log_normal_mass = gaussian.log_normal_cdf, gaussian.log_normal_mass
normal_quantile_lower = gaussian.normal_quantile_lower
