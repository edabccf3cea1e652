"""Which method for my problem? Every method at one source, ranked: bits, candidates, time, bias."""

from __future__ import annotations

import html
import math
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from statistics import fmean, median
from typing import Any, NamedTuple

from . import families, laws
from .allocation import allocate
from .arguments import checked
from .channel import Channel, Problem
from .checks import real_number
from .encode import encode_many
from .errors import RecError
from .methods import METHODS, PFR, Method
from .methods.method import MAX_EXAMINED
from .partition import Partition

TARGETS = 24  # of a channel, which a typical one is taken from
CUT_BITS = 40  # log2 of the intervals of a dimension: floats cannot resolve the candidates of finer cuts
MOST_BITS = 60  # log2 of the most bins that are compared
USUAL_BIAS = 0.01  # total variation at which a biased method is looked at where none is allowed
_ADVISED = 6  # at most, of the cuts that are compared
_MOST_POWER = 40  # log2 of the most candidates whose bias is worked out
_MOST_RUNS = 2**14
_FEW_RUNS = 32  # of each target, where candidates are counted


class Option(NamedTuple):
    """One way to send a sample, as `advise` compares them.

    `name` is short, `method` ready for `encode`; None where the source has none, and `refused` says why. `bits` is the
    mean ideal length of its message, `above_floor_bits` how far that is above the floor, `log2_candidates` log2 of the
    expected number of candidates (typical, for a channel), `seconds` the time of one message on one core of this
    machine once a target's tables are made, `bias` the total variation of its samples from Q (of a typical target, for
    a channel), `decoder` what the receiver does. `known` says how bits, candidates and seconds are known.

    >>> import rec_core as rec
    >>> first, *_ = rec.advise(rec.uniform_channel([2.0]), seconds=0.0).options
    >>> first.above_floor_bits == first.bits - 2.0, first.bias, first.refused, round(first.cost_bits, 3)
    (True, 0.0, '', 2.0)
    """

    name: str
    method: Method | None
    bits: float
    above_floor_bits: float
    log2_candidates: float
    seconds: float
    bias: float
    decoder: str
    known: tuple[str, str, str]
    refused: str = ""

    @property
    def cost_bits(self) -> float:
        """What options are ranked by: `bits` + `log2_candidates`, in bits."""
        return self.bits + max(0.0, self.log2_candidates)


@dataclass(frozen=True, eq=False)
class Advice:
    """Every method for one `source`: `options`, best first, those that are refused last. `floor_bits`: the floor.

    The rule: among those that run and whose bias is at most `max_bias`, the least bits + log2(candidates). So a bit of
    message is worth half the search. `repr` is the table as text, and notebooks show it as one.

    >>> import rec_core as rec
    >>> advice = rec.advise(rec.uniform_channel([2.0]), seconds=0.0)
    >>> advice.best is advice.options[0], advice.floor_bits, advice.max_bias, advice.source.dim
    (True, 2.0, 0.0, 1)
    """

    source: Problem | Channel
    floor_bits: float
    max_bias: float
    options: tuple[Option, ...]

    @property
    def best(self) -> Option:
        """The first of `options`. Raises RecError if every method is refused."""
        if not self.options or self.options[0].refused:
            raise RecError("No method can send this: " + "; ".join(f"{o.name}: {o.refused}" for o in self.options[:3]))
        return self.options[0]

    def __repr__(self) -> str:
        lines = [_HEADS, *(_cells(option) for option in self.options)]
        widths = [max(len(line[k]) for line in lines) for k in range(len(_HEADS))]
        text = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]
        return "\n".join([f"floor {self.floor_bits:.2f} bits; {RULE}", *(line.rstrip() for line in text)])

    def _repr_html_(self) -> str:
        """The table for notebooks."""
        head, *body = ([html.escape(cell) for cell in line] for line in (_HEADS, *map(_cells, self.options)))
        rows = "".join(f"<tr><td>{'</td><td>'.join(line)}</td></tr>" for line in body)
        top = f"<p>The floor is {self.floor_bits:.2f} bits; {html.escape(RULE)}.</p>"
        return f"{top}<table><tr><th>{'</th><th>'.join(head)}</th></tr>{rows}</table>"


RULE = "best is the least bits + log2(candidates)"
"""How options are ranked, in words."""
_HEADS = ("method", "bits", "above floor", "candidates", "seconds", "bias", "decoder", "known")


def _cells(option: Option) -> tuple[str, ...]:
    """A row of the table, as text."""
    if option.refused:
        return option.name, *[""] * (len(_HEADS) - 2), f"refused: {option.refused}"
    log2, off = option.log2_candidates, option.bias
    return (
        option.name, f"{option.bits:.2f}", f"{option.above_floor_bits:+.2f}",
        f"2^{log2:.1f}" if log2 > 20 else f"{2.0**log2:.3g}", f"{option.seconds:.1e}",
        "exact" if off == 0 else "not known" if math.isnan(off) else f"{off:.2g}", option.decoder,
        ", ".join(option.known),
    )  # fmt: skip


@checked
def advise(source: Problem | Channel, *, max_bias: float = 0.0, seconds: float = 1.0) -> Advice:
    """Which method for this source? Every method at it, ranked by bits + log2(candidates), as an `Advice`.

    `max_bias` is the total variation from Q that samples may have: 0 admits exact methods only. `seconds` is how long
    runs that measure the time of a message may take in all; what would take longer is predicted from a measured rate,
    and with 0 everything is. The laws take seconds besides, in several dimensions up to minutes. PFR has the number of
    bins that is best by the rule, methods with a fixed number of candidates the least power of two within `max_bias`
    (within 0.01 where it is 0).

    Bits are means over targets, by a code matched to the law. Candidates of a channel are typical, 2^(E log2): over the
    targets of a Gaussian channel the mean of sup r is infinite, whatever the bins.

    Raises RecError for a negative `max_bias` or `seconds`, and for more than an hour.
    Source: here; the methods' own are in their `about`.

    >>> import rec_core as rec
    >>> advice = rec.advise(rec.gaussian_channel([6.0]), seconds=0.0)
    >>> round(advice.floor_bits, 2), min(o.above_floor_bits for o in advice.options if not o.refused) > -0.02
    (6.52, True)
    """
    for name, value in (("max_bias", max_bias), ("seconds", seconds)):
        if not 0.0 <= real_number(value, name) < math.inf:
            raise RecError(f"{name} must be zero or more, and finite; got {value:g}.")
    if seconds > 3600.0:
        raise RecError(f"seconds may be at most 3600, an hour; got {seconds:g}.")
    options = tuple(compared(source, float(max_bias), float(seconds)))
    return Advice(source, floor_bits(source), float(max_bias), ranked(options))


def ranked(options: Iterable[Option]) -> tuple[Option, ...]:
    """Best first by the rule of `Advice`, those that are refused last."""
    return tuple(sorted(options, key=lambda option: (option.refused != "", option.cost_bits)))


def compared(source: Problem | Channel, max_bias: float, seconds: float) -> Iterator[Option]:
    """The rows of `advise` one by one, as they are worked out."""
    for kind in METHODS:
        yield from options_of(kind, source, max_bias, seconds / len(METHODS))


def options_of(kind: str, source: Problem | Channel, max_bias: float, seconds: float) -> list[Option]:
    """The rows of one of METHODS, whose runs may take so many seconds."""
    try:
        methods = settings_for(METHODS[kind], source, max_bias)
    except RecError as error:
        return [_refused(METHODS[kind].__name__, None, _SILENT, str(error))]
    return [_option(method, source, max_bias, seconds / len(methods)) for method in methods]


@lru_cache(maxsize=256)
def floor_bits(source: Problem | Channel) -> float:
    """I_F of a channel, D_CS of a problem; in bits."""
    if isinstance(source, Channel):
        return laws.functional_information_bits(source)
    return laws.channel_simulation_divergence_bits(source)


def targets_of(source: Problem | Channel) -> list[Problem]:
    """The targets a typical one is taken from: the problem alone, or TARGETS of a channel."""
    return [source] if isinstance(source, Problem) else [source.draw(seed) for seed in range(TARGETS)]


@lru_cache(maxsize=256)
def typical_target(source: Problem | Channel) -> Problem:
    """The target of median D_inf."""
    targets = sorted(targets_of(source), key=lambda problem: problem.d_inf_bits)
    return targets[(len(targets) - 1) // 2]


def log2_candidates(source: Problem | Channel, method: Method) -> float:
    """log2 of the expected number of candidates, averaged over targets; by a few runs of each where it has no law."""
    targets = targets_of(source)
    if len(targets) > 1 and hasattr(method, "about") and method.about.cost == "measured":
        seen = [encode_many(one, _FEW_RUNS, method, seed=k).examined for k, one in enumerate(targets)]
        return fmean(math.log2(float(examined.mean())) for examined in seen)
    counts = [method.expected_examined(target) for target in targets]
    return math.inf if math.isinf(max(counts)) else fmean(math.log2(max(count, 1e-300)) for count in counts)


# ----------------------------------------------------------------------------------------------- the bins


def channel_like(problem: Problem) -> Channel:
    """The channel with as much information in every dimension as this one target holds there: I_d = KL_d.

    Where the target's family has no channel, it is the nearest one with the same support of P.
    """
    bits = tuple(max(0.0, Problem(problem.family, (row,)).kl_bits) for row in problem.params)
    return Channel(families.channel_family(problem.family), bits)


def cut_into(channel: Channel, log2_bins: int) -> Partition:
    """2^log2_bins bins by information; one bin serves a channel without any, too."""
    return allocate(channel, log2_bins) if log2_bins else Partition.uncut(channel.dim)


def most_bins(channel: Channel) -> int:
    """log2 of the most bins that are compared for a channel."""
    return min(CUT_BITS * sum(bits > 0 for bits in channel.bits), MOST_BITS)


def cuts_to_compare(channel: Channel) -> list[int]:
    """log2 J of no bins, 4, 16, ..., 2^I and 4 times that; evenly thinned out where they are many."""
    top = round(channel.information_bits)
    if channel.information_bits == 0:
        return [0]
    cuts = sorted({0, *range(2, top, 2), top, top + 2} & set(range(most_bins(channel) + 1)))
    middle, last = cuts[1:-2], cuts[1:][-2:]
    count = min(_ADVISED - 2, len(middle))
    places = sorted({round(k * (len(middle) - 1) / max(1, count - 1)) for k in range(count)})
    return [0, *(middle[place] for place in places), *last]


def best_of(costs: Sequence[tuple[float, float]]) -> int:
    """Which of these (mean bits, candidates) is best: a bit of message is worth half the search."""
    return min(range(len(costs)), key=lambda i: costs[i][0] + math.log2(costs[i][1]))


@lru_cache(maxsize=256)
def best_bins(source: Problem | Channel) -> int:
    """log2 J of the best of `cuts_to_compare` for PFR, by the rule of `Advice`."""
    channel = source if isinstance(source, Channel) else channel_like(source)

    def cost(log2_bins: int) -> float:
        method = PFR(cut_into(channel, log2_bins))
        return method.expected_bits(source) + log2_candidates(source, method)

    return min(cuts_to_compare(channel), key=cost)


# ------------------------------------------------------------------------------------------- the methods


def settings_for(kind: type[Any], source: Problem | Channel, max_bias: float = 0.0) -> list[Any]:
    """The methods of one class that are compared for a source: with settings that suit it.

    A class may choose by itself, `for_source(source)`. Else one that takes a number of candidates has the least power
    of two within the bias, and one that takes bins comes with them, too. Raises RecError where there is none.
    """
    names = {field.name for field in fields(kind)}
    settings: list[dict[str, Any]] = [{}]
    channel = source if isinstance(source, Channel) else channel_like(source)
    if hasattr(kind, "for_source"):
        try:
            return [kind.for_source(source)]
        except RecError:  # some take channels only
            return [kind.for_source(channel)]
    if "partition" in names and (k := best_bins(source)):
        settings.append({"partition": cut_into(channel, k)})
    if "num_candidates" not in names:
        return [kind(**setting) for setting in settings]
    return [_enough(kind(num_candidates=1, **setting), source, max_bias or USUAL_BIAS) for setting in settings]


def _enough(method: Any, source: Problem | Channel, max_bias: float) -> Any:
    """The method with the least power of two of candidates with which its bias on a typical target is small enough."""
    target = typical_target(source)
    bins = method.partition.log2_bins if method.partition else 0.0
    failed, power = -1, min(_MOST_POWER, max(0, math.floor(target.kl_bits - bins)))
    if target.kl_bits - bins > _MOST_POWER:
        return replace(method, num_candidates=2**_MOST_POWER)  # as many as will be refused

    def off(power: int) -> float:
        return float(replace(method, num_candidates=2**power).total_variation(target))

    while power < _MOST_POWER and (now := off(power)) > max_bias:  # which falls like 1 / n
        failed, power = power, min(_MOST_POWER, power + max(1, math.floor(math.log2(now / max_bias))))
    while power - 1 > failed and off(power - 1) <= max_bias:
        power -= 1
    return replace(method, num_candidates=2**power)


def name_of_settings(method: Any) -> str:
    """Its class, its bins and its number of candidates: 'ORC, J = 2^3, n = 64'."""
    parts = [type(method).__name__]
    if method.partition is not None and method.partition.num_bins > 1:
        bins = method.partition.log2_bins
        parts.append(f"J = 2^{bins:g}" if float(bins).is_integer() else f"J = {method.partition.num_bins}")
    if count := getattr(method, "num_candidates", 0):
        parts.append(f"n = {count:,}" if count < 2**20 else f"n = 2^{math.log2(count):g}")
    return ", ".join(parts)


_SILENT = ("", "", "")


def _refused(name: str, method: Method | None, known: tuple[str, str, str], why: str) -> Option:
    """A row without numbers."""
    first = why.split(". ")[0].split("; ")[0].rstrip(".")
    decoder = method.about.decoder if method is not None and hasattr(method, "about") else ""
    return Option(name, method, math.nan, math.nan, math.nan, math.nan, math.nan, decoder, known, first)


def _option(method: Any, source: Problem | Channel, max_bias: float, seconds: float) -> Option:
    """A method's row; its runs may take so many seconds."""
    name, about, target = name_of_settings(method), method.about, typical_target(source)
    known = (about.length, about.cost, "predicted")
    try:
        method.check(target)
        log2 = log2_candidates(source, method)
        most = getattr(method, "max_examined", MAX_EXAMINED)
        if log2 > math.log2(most):
            return _refused(name, method, known, f"2^{log2:.1f} candidates on average, more than 2^{math.log2(most):g}")
        bits = float(method.expected_bits(source))
        bias = 0.0 if about.exact else float(method.total_variation(target))
        spent = 2.0**log2 / candidates_per_second(target.family, target.dim)
        if spent < seconds:
            with suppress(RecError):  # of a run that finds no candidate, which `bias` counts
                spent, known = _measured(method, target, seconds), (*known[:2], "measured")
    except RecError as error:
        return _refused(name, method, known, str(error))
    option = Option(name, method, bits, bits - floor_bits(source), log2, spent, bias, about.decoder, known)
    if not bias <= max_bias:
        return option._replace(refused=f"its bias is {bias:.2g}, more than {max_bias:g}")
    return option


def _measured(method: Method, target: Problem, seconds: float) -> float:
    """Seconds of one message, on one core: from more and more runs until they take the time."""

    def timed(runs: int) -> float:
        begun = time.perf_counter()
        encode_many(target, runs, method, seed=0, num_threads=1)
        return time.perf_counter() - begun

    timed(1)  # may compile
    runs = 1
    while timed(runs) < seconds / 4 and runs < _MOST_RUNS:
        runs *= 4
    return timed(runs) / runs  # again: what came before may have waited for others


@lru_cache(maxsize=256)
def candidates_per_second(family: str, dim: int) -> float:
    """How many candidates of a plain search in `dim` dimensions this machine examines in a second, to two digits."""
    bits = 16.0 - math.log2(dim)  # of sup r, so that every dimension takes about as long
    problem = Problem(family, (families.family(family).narrow(bits / dim),) * dim)
    rates = []
    for _ in range(3):
        begun = time.perf_counter()
        examined = encode_many(problem, 16, seed=0).examined
        rates.append(float(examined.sum()) / (time.perf_counter() - begun))
    return float(f"{median(rates):.1e}")
