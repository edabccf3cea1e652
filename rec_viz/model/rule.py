"""Build your own rule: what the receiver gets by a rule for choosing among the candidates, and whether that is Q."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

import rec_core as rec
from rec_core.arrays import Floats, Ints
from rec_core.rules import Kind

from ..memo import memo
from ..settings.table import TABLE, Rule
from ..text import reading

TARGET = rec.gaussian_problem([0.9], [0.4])
EDGES = np.linspace(-2.6, 2.6, 53)  # of the cells of a histogram
STEPS = 48  # in which a histogram grows
SUSPICIOUS = 1e-3  # samples of Q have a smaller p-value once in a thousand times

# What a rule of the page is to rec_core, and which of the page's settings it has.
RULES: dict[str, tuple[Kind, str]] = {
    "largest": ("largest", "candidates"),
    "first": ("first", "threshold"),
    "plain": ("quotient", ""),
    "power": ("quotient", "power"),
    "difference": ("difference", "weight"),
}


class Outcome(NamedTuple):
    """What a rule sent, and how that compares with Q; R runs."""

    grown: Ints  # (STEPS, cells) histograms of the first runs, of more and more of them, of all R
    runs: int
    p_value: float  # of a Kolmogorov-Smirnov test against Q
    variation: rec.metrics.Interval  # total variation from Q, from below
    mean: float
    spread: float
    examined: float  # on average
    number: float  # that is sent, on average
    bits: float  # of a Zipf word for it, on average

    @property
    def is_fair(self) -> bool:
        """Whether the test finds no difference from Q; of the rule it knows nothing."""
        return self.p_value >= SUSPICIOUS


def rule_of(settings: Rule) -> rec.rules.Rule:
    """The rule that the page is set to."""
    kind, name = RULES[settings.rule]
    return rec.rules.Rule(kind, getattr(settings, name) if name else 1.0)


@memo(64)
def outcome(settings: Rule) -> Outcome:
    """Race the samples."""
    chosen = rec.rules.choose_many(TARGET, rule_of(settings), settings.samples, seed=settings.seed)
    x = chosen.samples[:, 0]
    ends = np.linspace(0, x.size, STEPS + 1).astype(int)
    parts = [np.histogram(x[low:high], EDGES)[0] for low, high in pairwise(ends)]
    log2_index = float(np.log2(chosen.indices).mean())
    lengths = rec.ZipfCode(max(log2_index, 1e-3)).length_bits(chosen.indices)
    return Outcome(
        np.cumsum(parts, axis=0), x.size, float(rec.metrics.ks(x, TARGET).p_value[0]),
        rec.metrics.variation_interval(x, TARGET), float(x.mean()), float(x.std()), float(chosen.examined.mean()),
        float(chosen.indices.mean()), float(lengths.mean()),
    )  # fmt: skip


def densities() -> tuple[Floats, Floats, Floats]:
    """Where P and Q are drawn, p and q there."""
    x = np.linspace(EDGES[0], EDGES[-1], 209)
    return x, np.exp(TARGET.prior.log_pdf(x[:, None])), TARGET.pdf(x[:, None])


def narrowed(power: float) -> tuple[Floats, Floats, Floats, Floats]:
    """What the smallest T / r^a sends, by its law, whose density is p r^a up to a factor: x, Q's density there, the
    ends of cells and the density in each."""
    x, _, q = densities()
    middles = 0.5 * (EDGES[:-1] + EDGES[1:])[:, None]
    sent = np.exp(TARGET.prior.log_pdf(middles)) * np.exp2(power * TARGET.log_ratio_bits(middles))
    return x, q, EDGES, sent / (sent.sum() * (EDGES[1] - EDGES[0]))


def verdict(found: Outcome) -> str:
    """What the test says."""
    if found.is_fair:
        return f"{found.runs:,} samples cannot be told from Q: the KS test has p = {found.p_value:.2g}."
    odds = math.floor(-math.log10(max(found.p_value, 1e-300)))
    rare = reading.number(10.0**odds) if odds < 6 else reading.raised(f"10^{odds}")
    return f"This is not Q: {found.runs:,} samples of Q look so wrong less than once in {rare} times (KS test)."


def rows(found: Outcome) -> list[tuple[str, str]]:
    """The numbers, each with its name."""
    off, reach = found.variation.mean, found.variation.high - found.variation.mean
    q = TARGET.mean[0], TARGET.spread[0]
    return [
        ("Total variation from Q, at least", f"{reading.signed(off, 3).removeprefix('+')} ± {reach:.3f}"),
        ("Mean and width", f"{found.mean:.2f} and {found.spread:.2f}; Q has {q[0]:.2f} and {q[1]:.2f}"),
        ("Candidates examined", f"{found.examined:.1f} on average"),
        ("Number sent", f"{found.number:.1f} on average, {found.bits:.1f} bits"),
    ]


def checked(given: dict[str, Any]) -> Rule:
    """The settings that a browser asks for. Raises ValueError for what a link could not hold either."""
    values = {}
    for name, row in TABLE[Rule].items():
        if name in given:
            try:
                values[name] = row.parse(row.write(given[name]))
            except (TypeError, ValueError):
                raise ValueError(f"{row.label} cannot be {str(given[name])[:40]}") from None
    return Rule(**values)


def told(settings: Rule) -> dict[str, Any]:
    """An outcome as a browser is told it, JSON."""
    found = outcome(settings)
    return {
        "of": settings._asdict(),
        "grown": found.grown.tolist(),
        "runs": found.runs,
        "fair": found.is_fair,
        "verdict": verdict(found),
        "rows": rows(found),
    }
