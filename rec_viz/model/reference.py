"""What stands beside the Reference page's statements, by their ids: the code that does it, and numbers to check it by.

Every number is worked out when it is asked for: a check compares a law with races run on the spot.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike

import rec_core as rec
from rec_core import codes, families, randomness
from rec_core.allocation import greedy_powers
from rec_core.methods.by_clocks import race_by_clocks
from rec_core.methods.by_draws import race_by_draws
from rec_core.methods.method import FINEST_SCALE, MAX_EXAMINED
from rec_core.tables import MOST_ENTRIES, MOST_LISTED, fill_tables, log_sup_reweighted

from ..memo import memo

RUNS = 5000
SLOW_RUNS = 2000  # where every run is looked at in Python
TARGET = rec.gaussian_problem([0.8], [0.3])
BINS = rec.Partition((8,))
TRAP = rec.gaussian_problem([1.5], [0.4])
CHANNEL = rec.gaussian_channel([6.0])
CHANNEL_BINS = rec.allocate(CHANNEL, 6)


class Check(NamedTuple):
    """One number: what theory says, and where races were run, what they gave with the half width of 95%."""

    what: str
    theory: float
    measured: float | None = None
    half_width: float = 0.0


def source(function: Callable[..., Any]) -> tuple[str, str]:
    """Where a function of the package is, as rec_core/file.py, and its text as it stands."""
    plain = inspect.unwrap(getattr(function, "py_func", function))
    file = Path(inspect.getfile(plain)).relative_to(Path(rec.__file__).parents[1])
    return file.as_posix(), inspect.getsource(plain)


def _mean(what: str, theory: float, values: ArrayLike) -> Check:
    """A mean of independent values beside its law."""
    mean, _, high = rec.metrics.mean_interval(np.asarray(values, dtype=np.float64))
    return Check(what, theory, mean, high - mean)


# ------------------------------------------------------------------------------------------------ the checks


def check_converse() -> tuple[Check, ...]:
    code = rec.MatchedCode(CHANNEL, CHANNEL_BINS)
    many = rec.encode_many(CHANNEL, RUNS, rec.PFR(CHANNEL_BINS), seed=15)
    mean = CHANNEL_BINS.log2_bins + rec.laws.index_law(CHANNEL, CHANNEL_BINS).entropy_bits
    lengths = CHANNEL_BINS.log2_bins + code.length_bits(many.indices)
    floor = rec.laws.functional_information_bits(CHANNEL)
    return (
        Check("I, bits", CHANNEL.information_bits),
        Check("floor $I_F$, bits", floor),
        _mean("mean length of our shortest code, bits", mean, lengths),
    )


def check_pfr() -> tuple[Check, ...]:
    many = rec.encode_many(TARGET, RUNS, seed=1)
    (mean, scale), x = TARGET.params[0], many.samples[:, 0]
    z = (x - mean) / scale
    return (
        _mean("mean of X", mean, x),
        _mean("variance of X", scale**2, (x - mean) ** 2),
        _mean("mean of S", 1.0, many.race_times),
        _mean("covariance of S and X, in units of Q", 0.0, (many.race_times - 1.0) * z),
    )


def check_index() -> tuple[Check, ...]:
    many, law = rec.encode_many(TARGET, RUNS, seed=2), rec.laws.index_law(TARGET)
    return (
        _mean("mean of log₂ N", law.mean_log2, np.log2(many.indices)),
        _mean("share of N = 1", float(law.pmf(1)[0]), many.indices == 1),
        _mean("share of N > 8", float(law.tail(9)), many.indices > 8),
    )


def check_examined() -> tuple[Check, ...]:
    many, top = rec.encode_many(TARGET, RUNS, rec.PFR(stopping="single"), seed=3), 2.0**TARGET.d_inf_bits
    return (
        _mean("mean of K", top, many.examined),
        _mean("share of K = 1", 1.0 / top, many.examined == 1),
    )


def check_decoder() -> tuple[Check, ...]:
    runs = 300
    many = rec.encode_many(CHANNEL, runs, rec.PFR(CHANNEL_BINS), seed=4)
    rows = zip(many.messages, many.seeds.tolist(), strict=True)
    decoded = [rec.decode(message, CHANNEL.prior, CHANNEL_BINS, seed=seed) for message, seed in rows]
    same = (np.array(decoded) == many.samples).all(axis=1).sum()
    return (Check(f"samples equal to the last bit, of {runs}", runs, float(same)),)


def check_orc() -> tuple[Check, ...]:
    n, (mean, scale) = 4, TARGET.params[0]
    many = rec.encode_many(TARGET, RUNS, rec.ORC(n), seed=5)
    x = np.linspace(-7.0, 7.0, 4001)
    density = rec.laws.orc_density(TARGET, rec.ORC(n), x[:, None])
    near = np.abs(x - mean) < scale
    return (
        _mean(f"mean of the output, n = {n} (Q: {mean:g})", float(np.trapezoid(x * density, x)), many.samples[:, 0]),
        _mean(
            f"share within {scale:g} of {mean:g} (Q: {math.erf(math.sqrt(0.5)):.3f})",
            float(np.trapezoid(density * near, x)),
            np.abs(many.samples[:, 0] - mean) < scale,
        ),
    )


def check_invariance() -> tuple[Check, ...]:
    runs = 500
    methods = {weighting: rec.PFR(BINS, weighting=weighting) for weighting in get_args(rec.Weighting)}
    found = {weighting: rec.encode_many(TARGET, runs, method, seed=6) for weighting, method in methods.items()}
    first = found["peak_ratio"]
    same = np.ones(runs, dtype=bool)
    for other in found.values():
        same &= (other.bins == first.bins).all(axis=1) & (other.indices == first.indices)
    times = (
        _mean(
            f"candidates under {name.replace('_', ' ')}",
            rec.laws.expected_examined(TARGET, methods[name]),
            many.examined,
        )
        for name, many in found.items()
    )
    return (Check(f"messages alike under three weights, of {runs}", runs, float(same.sum())), *times)


def check_upper_sum() -> tuple[Check, ...]:
    rows = []
    for intervals in (1, 8, 64):
        cut = rec.Partition((intervals,))
        many = rec.encode_many(TARGET, RUNS, rec.PFR(cut), seed=7)
        rows.append(_mean(f"candidates at J = {intervals}", 2.0 ** rec.upper_sum_bits(TARGET, cut), many.examined))
    return tuple(rows)


def check_trap() -> tuple[Check, ...]:
    expected = rec.laws.expected_examined
    rows = [_mean("no bins", expected(TRAP, rec.PFR()), rec.encode_many(TRAP, 4 * RUNS, seed=8).examined)]
    for seed, what, method in (
        (9, "target mass, one stop line", rec.PFR(BINS, weighting="target_mass", stopping="single")),
        (16, "target mass, a stop line a bin", rec.PFR(BINS, weighting="target_mass", stopping="per_bin")),
        (17, "peak ratio", rec.PFR(BINS, stopping="per_bin")),
    ):
        many = rec.encode_many(TRAP, 4 * RUNS, method, seed=seed)
        rows.append(_mean(what, expected(TRAP, method), many.examined))
    return tuple(rows)


def check_two_part() -> tuple[Check, ...]:
    many, law = rec.encode_many(TARGET, RUNS, rec.PFR(BINS), seed=10), rec.laws.index_law(TARGET, BINS)
    (shares,) = rec.bin_weights(TARGET, BINS, "target_mass")
    most = int(np.argmax(shares))
    return (
        _mean(f"share of bin {most + 1}, Q(B)", float(shares[most]), many.bins[:, 0] == most),
        _mean("mean of log₂ n", law.mean_log2, np.log2(many.indices)),
        _mean("share of n = 1", float(law.pmf(1)[0]), many.indices == 1),
    )


def check_length() -> tuple[Check, ...]:
    code = rec.ZipfCode.for_source(CHANNEL, CHANNEL_BINS)
    many = rec.encode_many(CHANNEL, RUNS, rec.PFR(CHANNEL_BINS), seed=11)
    exact = rec.laws.mean_length_bits(CHANNEL, CHANNEL_BINS, code)
    log2_bins, overhead = CHANNEL_BINS.log2_bins, rec.laws.overhead_bits(CHANNEL, CHANNEL_BINS)
    return (
        Check("I, bits", CHANNEL.information_bits),
        _mean("mean length, bits", exact, log2_bins + code.length_bits(many.indices)),
        Check("sharper bound, bits", rec.laws.sharp_bound_bits(CHANNEL, CHANNEL_BINS)),
        Check("bound, bits", rec.laws.bound_bits(CHANNEL.information_bits, log2_bins, overhead)),
    )


def check_overhead() -> tuple[Check, ...]:
    many = rec.encode_many(CHANNEL, SLOW_RUNS, rec.PFR(CHANNEL_BINS), seed=12)
    density = np.array(
        [
            CHANNEL.draw(seed).log_ratio_bits(x)
            for seed, x in zip(many.seeds.tolist(), many.samples, strict=True)
        ]
    )  # fmt: skip
    information = CHANNEL.information_bits
    uniform = rec.uniform_channel([4.0])
    return (
        _mean(
            "E[ε], bits",
            rec.laws.overhead_bits(CHANNEL, CHANNEL_BINS),
            np.maximum(0.0, CHANNEL_BINS.log2_bins - density),
        ),
        Check("bound by the channel’s scales", HALF_LOG2_E * math.sqrt(float(np.sum(1.0 - CHANNEL.scales**2)))),
        Check("bound by I alone", GAUSSIAN_OVERHEAD * math.sqrt(information)),
        Check("the paper’s, 0.9 √I", 0.9 * math.sqrt(information)),
        Check("uniform target, bins that fit", rec.laws.overhead_bits(uniform, rec.allocate(uniform, 4))),
    )


def check_matched() -> tuple[Check, ...]:
    rows = []
    for what, cut in (("no bins", rec.Partition((1,))), ("J = 2⁶", CHANNEL_BINS)):
        law = rec.laws.index_law(CHANNEL, cut)
        zipf = rec.ZipfCode.for_source(CHANNEL, cut)
        matched = rec.MatchedCode(CHANNEL, cut)
        indices = rec.encode_many(CHANNEL, RUNS, rec.PFR(cut), seed=13).indices
        base = cut.log2_bins
        rows += [
            _mean(
                f"Zipf, {what}",
                rec.laws.mean_length_bits(CHANNEL, cut, zipf),
                base + zipf.length_bits(indices),
            ),
            _mean(f"matched, {what}", base + law.entropy_bits, base + matched.length_bits(indices)),
        ]
    return tuple(rows)


def check_allocation() -> tuple[Check, ...]:
    channel = rec.gaussian_channel([4.0, 0.0])
    problem, rows = channel.draw(1), []
    for what, cut in (
        ("no bins", rec.Partition((1, 1))),
        ("8 bins across the informative axis", rec.allocate(channel, 3, "information")),
        ("8 bins across the empty axis", rec.allocate(channel, 3, "collapsed")),
    ):
        many = rec.encode_many(problem, RUNS, rec.PFR(cut), seed=14)
        rows.append(_mean(f"candidates, {what}", 2.0 ** rec.upper_sum_bits(problem, cut), many.examined))
    return tuple(rows)


def check_mean_of_log() -> tuple[Check, ...]:
    found = [CHANNEL.draw(target).d_inf_bits for target in range(SLOW_RUNS)]
    return (_mean("mean of D∞ over targets, bits", CHANNEL.information_bits + HALF_LOG2_E, found),)


def check_zipf() -> tuple[Check, ...]:
    code = rec.ZipfCode(3.0)
    zeta = 2.0 ** float(code.length_bits(1))
    return (
        Check("λ at C = 3", code.exponent),
        Check("ζ(λ) at C = 3, at most 1 + C = 4", zeta),
        Check("Σ P(n) over the first million", float(np.exp2(-code.length_bits(np.arange(1, 10**6 + 1))).sum())),
    )


# ------------------------------------------------------------------------------------------------ the constants

HALF_LOG2_E = 0.5 / math.log(2.0)
GAUSSIAN_OVERHEAD = 1.0 / math.sqrt(2.0 * math.log(2.0))

CONSTANTS: tuple[tuple[str, float | int, str], ...] = (
    ("½ log₂ e = 1 / (2 ln 2)", HALF_LOG2_E, "bits of D∞ above I, on average, for each informative Gaussian dimension"),
    ("1 / √(2 ln 2)", GAUSSIAN_OVERHEAD, "E[ε] of a Gaussian channel is at most this times √I"),
    (
        "1 + log₂(e) / e",
        1.0 + math.log2(math.e) / math.e,
        "what E[log₂ N] may exceed I by in the original proof of PFR; 1 is enough",
    ),
    ("rec_core.FRAME_BYTES", rec.FRAME_BYTES, "bytes of frame before the payload of a packed stream"),
    ("rec_core.ENUMERABLE_BINS", rec.ENUMERABLE_BINS, "up to this many bins, every bin has a clock of its own"),
    ("methods.method.MAX_EXAMINED", MAX_EXAMINED, "candidates a search may examine unless told otherwise"),
    ("tables.MOST_LISTED", MOST_LISTED, "intervals of a dimension up to which each has a weight of its own"),
    ("tables.MOST_ENTRIES", MOST_ENTRIES, "of more, those that Q reaches are weighed in at most so many blocks"),
    (
        "methods.method.FINEST_SCALE",
        FINEST_SCALE,
        "a Gaussian narrower than this falls between double-precision candidates",
    ),
    ("codes.INDEX_LIMIT", codes.INDEX_LIMIT, "indices stay below this"),
)


# ------------------------------------------------------------------------------------------------ by statement

CODE: dict[str, tuple[Callable[..., Any], ...]] = {
    "converse": (rec.message_length_bits,),
    "pfr": (race_by_clocks, rec.encode),
    "index": (rec.laws.index_law, rec.laws.IndexLaw),
    "examined": (rec.laws.expected_examined, race_by_draws),
    "decoder": (rec.decode, randomness.uniforms, randomness.bin_key),
    "orc": (rec.laws.orc_density, race_by_draws),
    "two-part": (rec.Partition, race_by_clocks),
    "invariance": (race_by_clocks, rec.bin_weights),
    "upper-sum": (rec.upper_sum_bits, log_sup_reweighted, fill_tables),
    "tail-bin": (rec.laws.expected_examined, rec.bin_weights),
    "allocation": (rec.allocate, greedy_powers),
    "mean-of-log": (families.family(TARGET.family).log_sup,),
    "zipf": (rec.ZipfCode,),
    "length": (rec.laws.bound_bits, rec.laws.sharp_bound_bits, rec.laws.log2_index_bound_bits),
    "overhead": (rec.laws.overhead_bits,),
    "matched": (rec.MatchedCode, rec.laws.index_law),
}
CHECKS: dict[str, Callable[[], tuple[Check, ...]]] = {
    "converse": check_converse,
    "pfr": check_pfr,
    "index": check_index,
    "examined": check_examined,
    "decoder": check_decoder,
    "orc": check_orc,
    "two-part": check_two_part,
    "invariance": check_invariance,
    "upper-sum": check_upper_sum,
    "tail-bin": check_trap,
    "allocation": check_allocation,
    "mean-of-log": check_mean_of_log,
    "zipf": check_zipf,
    "length": check_length,
    "overhead": check_overhead,
    "matched": check_matched,
}


@memo(64)
def numbers(name: str) -> tuple[Check, ...]:
    """The numbers of a statement, which never change."""
    return CHECKS[name]()
