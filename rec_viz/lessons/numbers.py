"""The numbers in lessons: what every name stands for, worked out when it is shown."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

import rec_core as rec
from rec_core import families
from rec_core.advise import candidates_per_second, floor_bits
from rec_core.arrays import Floats

from ..memo import memo
from ..model import code_lengths, lab, letters, setting, speed
from ..model.lab import Lane
from ..settings import TABLE, View
from ..settings.table import ALL_LANES
from ..text import reading
from .errors import LessonError
from .format import Step


class Situation(NamedTuple):
    """What names mean in a step: its view (perhaps moved by the reader), its numbers, its other views."""

    view: View
    let: Mapping[str, float]
    also: Mapping[str, View]


def situation(step: Step, view: View | None = None) -> Situation:
    """A step as it stands; `view` where the reader has moved its controls."""
    return Situation(view or step.view, step.let, step.also)


def problem_of(view: View) -> rec.Problem:
    """The target of a view."""
    return setting.problem_of(view)[1]


def channel_of_letters(name: str, now: Situation) -> rec.DiscreteChannel:
    """One of the channels of model/letters.py, as the step sets it."""
    chance, make = letters.CHANNELS[name]
    if chance not in now.let:
        raise LessonError(f"“{name}” takes let = {{ {chance} = ... }} in its step.")
    return make(now.let[chance])


def _of_target(pick: Callable[[rec.Problem], float]) -> Callable[[View], float]:
    return lambda view: pick(problem_of(view))


def _trap(name: str) -> Callable[[View], float]:
    def number(view: View) -> float:
        trap = speed.trap(view)
        if trap is None:
            raise LessonError("The tail-bin trap needs one dimension and 2 to 64 bins.")
        return dict(trap.rows)[name]

    return number


def _worst_bin(view: View) -> int:
    trap = speed.trap(view)
    return 0 if trap is None else int(np.argmax(trap.target_mass)) + 1


def _zipf(view: View) -> rec.ZipfCode:
    """The code for the index of plain PFR on the view's channel."""
    return rec.ZipfCode(code_lengths.lengths(view).lanes[0].zipf_bits)


def _zipf_step(first: int) -> Callable[[View], float]:
    """What doubling the index from `first` adds to its word, in bits."""
    return lambda view: float(_zipf(view).length_bits(2 * first) - _zipf(view).length_bits(first))


def zipf_table(view: View) -> str:
    """Word lengths of a few indices as a Markdown table."""
    rows = [f"| {n:,} | {float(_zipf(view).length_bits(n)):.1f} |" for n in (1, 2, 4, 16, 256, 65536)]
    return "\n".join(["| N | bits |", "|---|---|", *rows])


GREEDY_RUNS, GREEDY_CANDIDATES = 300, 16
SAMPLES = 4000
LATE = 64
PLAIN = rec.PFR()


@memo(64)
def likeliest(problem: rec.Problem) -> Floats:
    """The likeliest of GREEDY_CANDIDATES candidates in each of GREEDY_RUNS races, one dimension; shape (runs,)."""
    chosen = []
    for seed in range(GREEDY_RUNS):
        x = rec.trace(problem, rec.ORC(GREEDY_CANDIDATES), seed=seed).samples
        chosen.append(float(x[np.argmax(problem.log_ratio_bits(x) * math.log(2.0) + problem.prior.log_pdf(x)), 0]))
    return np.array(chosen)


def _invariance(name: str) -> Callable[[View], int]:
    def number(view: View) -> int:
        result = code_lengths.invariance(view)
        if result is None:
            raise LessonError("Weights are compared only where the bins can be listed.")
        return int(getattr(result, name))

    return number


NUMBERS: dict[str, Callable[[View], float | int | str]] = {
    "information": lambda view: setting.channel_of(view).information_bits,
    "floor": lambda view: floor_bits(setting.channel_of(view)),
    "above": lambda view: floor_bits(setting.channel_of(view)) - setting.channel_of(view).information_bits,
    "enough": lambda view: floor_bits(setting.channel_of(view)) + math.log2(math.e),
    "narrower": lambda view: 2.0**view.bits,
    "prior_scale": lambda view: float(rec.Problem(view.family, (families.family(view.family).STANDARD,)).spread[0]),
    "kl": _of_target(lambda problem: problem.kl_bits),
    "dinf": _of_target(lambda problem: problem.d_inf_bits),
    "peak": _of_target(lambda problem: 2.0**problem.d_inf_bits),
    "mean": _of_target(lambda problem: problem.params[0][0]),
    "scale": _of_target(lambda problem: problem.params[0][1]),
    "dim1_bits": lambda view: setting.channel_of(view).bits[0],
    "last_bits": lambda view: setting.channel_of(view).bits[-1],
    "python.bits": lambda view: ", ".join(f"{bits:g}" for bits in setting.channel_of(view).bits),
    "python.intervals": lambda view: ", ".join(map(str, _cut(view).intervals)),
    "intervals": lambda view: " × ".join(map(str, _cut(view).intervals)),
    "best_cut": lambda view: 2 ** best_cut(view),
    "j": lambda view: _cut(view).num_bins,
    "log2_candidates": lambda view: math.log2(view.candidates),
    "naive.bits": lambda view: 8 * np.dtype(np.float64).itemsize * view.dim,
    "greedy.runs": lambda view: GREEDY_RUNS,
    "greedy.candidates": lambda view: GREEDY_CANDIDATES,
    "greedy.spread": _of_target(lambda problem: float(likeliest(problem).std())),
    "samples": lambda view: SAMPLES,
    "late": lambda view: LATE,
    "rate": lambda view: candidates_per_second(view.family, view.dim),
    "zipf.table": zipf_table,
    "zipf.step_one": _zipf_step(1),
    "zipf.step_two": _zipf_step(2),
    "invariance.runs": _invariance("runs"),
    "invariance.identical": _invariance("identical"),
    "trap.plain": _trap("no bins"),
    "trap.single": _trap("target mass, one stop line"),
    "trap.per_bin": _trap("target mass, a stop line for each bin"),
    "trap.peak": _trap("peak ratio"),
    "trap.bin": _worst_bin,
    "trap.share": lambda view: float(
        rec.bin_weights(problem_of(view), _cut(view), "target_mass")[0][_worst_bin(view) - 1]
    ),
}


def _cut(view: View) -> rec.Partition:
    return setting.partition_of(view, setting.channel_of(view))


def best_cut(view: View) -> int:
    """log2 of the intervals along the first of two axes that make the search fastest, J staying as it is."""
    return _best_cut(view._replace(lanes=("pfr_bins",)), _cut(view).num_bins)


@memo(64)
def _best_cut(view: View, bins: int) -> int:
    most = round(math.log2(bins))
    views = [view._replace(strategy="own", intervals=f"{2**a},{2 ** (most - a)}") for a in range(most + 1)]
    return int(np.argmin([lab.race(one).lanes[0].expected_examined for one in views]))


def law_of(view: View, lane: Lane) -> code_lengths.LaneLaw:
    """Exact lengths of a PFR lane's channel, whatever its target."""
    return next(law for law in code_lengths.lengths(view).lanes if law.name == f"pfr{lane.name[3:]}")


def _at_winner(name: str) -> Callable[[View, Lane], float]:
    return lambda view, lane: float(getattr(trace_of(lane), name)[trace_of(lane).winner])


def trace_of(lane: Lane) -> rec.Trace:
    """A lane's search. LessonError where it has none."""
    if lane.trace is None:
        raise LessonError(f"“{lane.title}” does not run here: {lane.refusal}")
    return lane.trace


def _bias(view: View, lane: Lane) -> rec.laws.OrcBias:
    assert isinstance(lane.method, rec.ORC)
    return _orc_bias(problem_of(view), lane.method)


_orc_bias = memo(64)(rec.laws.orc_bias)


def orc_density(view: View, candidates: int, x: Floats) -> Floats:
    """What ORC with so many candidates sends for a one-dimensional target, as a density at x (n,)."""
    return _orc_at(problem_of(view), candidates, x)


@memo(256)
def _orc_at(problem: rec.Problem, candidates: int, x: Floats) -> Floats:
    return rec.laws.orc_density(problem, rec.ORC(candidates), x[:, None])


@memo(64)
def looked_at_by_pfr(problem: rec.Problem) -> Floats:
    """How many candidates SAMPLES searches of plain PFR looked at."""
    examined: Floats = rec.encode_many(problem, SAMPLES, seed=1).examined.astype(np.float64)
    return examined


@memo(64)
def winners_of(problem: rec.Problem, method: rec.Method = PLAIN) -> Floats:
    """SAMPLES samples that a method sends, in the first dimension."""
    return rec.encode_many(problem, SAMPLES, method, seed=1).samples[:, 0]


def _matched(view: View, lane: Lane) -> float:
    """Mean length by a code that fits the law of the message, over the channel’s targets; bits."""
    if lane.name.startswith("pfr"):
        return law_of(view, lane).codes[0]
    return lab.mean_bits(lane.method, setting.channel_of(view))


def _distance_from_p(view: View, lane: Lane) -> float:
    """Total variation between what ORC puts out and P = N(0, 1), by quadrature in one dimension."""
    x = np.linspace(-8.0, 8.0, 4001)
    assert isinstance(lane.method, rec.ORC)
    density = rec.laws.orc_density(problem_of(view), lane.method, x[:, None])
    p = problem_of(view).prior.pdf(x[:, None])
    return float(0.5 * np.abs(density - p).sum() * (x[1] - x[0]))


def _first(view: View, lane: Lane, heavy: bool) -> float:
    """Height of P, or where `heavy` of Q, at the first candidate of a one-dimensional Gaussian race."""
    law = problem_of(view) if heavy else problem_of(view).prior
    return float(law.pdf(trace_of(lane).samples[0]))


def _duration(view: View, lane: Lane) -> str:
    """How long this machine would search on average, in words."""
    return reading.duration(lane.expected_examined / candidates_per_second(view.family, view.dim))


def _best_fit(view: View, lane: Lane) -> int:
    return int(np.argmax(trace_of(lane).log_ratios_bits)) + 1


def race_table(view: View, lane: Lane) -> str:
    """A short race as a Markdown table to be worked by hand; the last column is left to the reader."""
    trace = trace_of(lane)
    rows = ["| Candidate | arrives at T | ratio r |", "|---|---|---|"]
    for i, (arrival, log_ratio) in enumerate(zip(trace.arrival_times, trace.log_ratios_bits, strict=True), start=1):
        rows.append(f"| {i} | {arrival:.1f} | {2.0**log_ratio:.2f} |")
    return "\n".join(rows)


def solved_table(view: View, lane: Lane) -> str:
    """The same table with its race times, worked out from the rounded numbers the reader was given."""
    trace = trace_of(lane)
    rows = ["| Candidate | T | r | T / r |", "|---|---|---|---|"]
    for i, (arrival, log_ratio) in enumerate(zip(trace.arrival_times, trace.log_ratios_bits, strict=True)):
        score = round(float(arrival), 1) / round(float(2.0**log_ratio), 2)
        shown = f"**{score:.1f}** wins" if i == trace.winner else f"{score:.1f}"
        rows.append(f"| {i + 1} | {arrival:.1f} | {2.0**log_ratio:.2f} | {shown} |")
    return "\n".join(rows)


def candidate_list(view: View, lane: Lane) -> str:
    """Where the candidates of a one-dimensional race lie, as a Markdown table."""
    places = [f"{x:.2f}" for x in trace_of(lane).samples[:, 0]]
    return "\n".join(
        [
            f"| number | {' | '.join(str(i) for i in range(1, len(places) + 1))} |",
            f"|---|{'---|' * len(places)}",
            f"| candidate | {' | '.join(places)} |".replace("-", "−"),
        ]
    )


LANE_NUMBERS: dict[str, Callable[[View, Lane], float | int | str]] = {
    "examined": lambda view, lane: trace_of(lane).examined,
    "expected": lambda view, lane: lane.expected_examined,
    "winner": lambda view, lane: int(trace_of(lane).positions[trace_of(lane).winner]),
    "first_x": lambda view, lane: float(trace_of(lane).samples[0, 0]),
    "first_p": lambda view, lane: _first(view, lane, heavy=False),
    "first_q": lambda view, lane: _first(view, lane, heavy=True),
    "first_ratio": lambda view, lane: float(2.0 ** trace_of(lane).log_ratios_bits[0]),
    "decoded": lambda view, lane: int(lane.received == tuple(trace_of(lane).samples[trace_of(lane).winner].tolist())),
    "average": lambda view, lane: float(winners_of(problem_of(view), lane.method).mean()),
    "spread": lambda view, lane: float(winners_of(problem_of(view), lane.method).std()),
    "seconds": lambda view, lane: lane.expected_examined / candidates_per_second(view.family, view.dim),
    "time": _duration,
    "best_fit": _best_fit,
    "index": lambda view, lane: trace_of(lane).message.index,
    "bin_word": lambda view, lane: lane.bin_bits,
    "bin": lambda view, lane: trace_of(lane).message.bin[0] + 1,
    "bins": lambda view, lane: lane.partition.num_bins,
    "log2_bins": lambda view, lane: lane.partition.log2_bins,
    "race_time": _at_winner("race_times"),
    "stop": lambda view, lane: trace_of(lane).stop_time,
    "sup": lambda view, lane: float(2.0 ** trace_of(lane).log2_sup_ratio),
    "table": race_table,
    "list": candidate_list,
    "solved": solved_table,
    "mean_length": lambda view, lane: law_of(view, lane).zipf_mean_bits,
    "matched_length": _matched,
    "above_matched": lambda view, lane: _matched(view, lane) - floor_bits(setting.channel_of(view)),
    "tooth": lambda view, lane: lane.told.removeprefix("rounded: "),
    "halvings": lambda view, lane: len(lane.bin_bits),
    "depth": lambda view, lane: trace_of(lane).message.index - 1,
    "surcharge": lambda view, lane: law_of(view, lane).zipf_mean_bits - setting.channel_of(view).information_bits,
    "above_floor": lambda view, lane: law_of(view, lane).zipf_mean_bits - floor_bits(setting.channel_of(view)),
    "number_length": lambda view, lane: law_of(view, lane).zipf_mean_bits - lane.partition.log2_bins,
    "bound": lambda view, lane: law_of(view, lane).bound_bits,
    "overhead": lambda view, lane: rec.laws.overhead_bits(setting.channel_of(view), lane.partition),
    "first_chance": lambda view, lane: float(law_of(view, lane).law.pmf(1)[0]),
    "second_chance": lambda view, lane: float(law_of(view, lane).law.pmf(2)[1]),
    "late_chance": lambda view, lane: float(law_of(view, lane).law.tail(LATE + 1.0)),
    "from_p": _distance_from_p,
    "variation": lambda view, lane: _bias(view, lane).total_variation,
}


def value(name: str, now: Situation) -> float | int | str:
    """What a name in a lesson stands for. LessonError for a name that means nothing."""
    head, _, rest = name.partition(".")
    if head == "let" and rest in now.let:
        return now.let[rest]
    if head in now.also:
        return value(rest, now._replace(view=now.also[head], also={}))
    if head in letters.CHANNELS and rest in letters.NUMBERS:
        return letters.NUMBERS[rest](channel_of_letters(head, now))
    view = now.view
    if head in ALL_LANES and rest in LANE_NUMBERS and name not in NUMBERS:  # greedy.spread is no lane's
        lane = next((lane for lane in lab.race(view).lanes if lane.name == head), None)
        if lane is None:
            raise LessonError(f"“{name}”: the step’s view has no lane {head}.")
        return LANE_NUMBERS[rest](view, lane)
    if name in NUMBERS:
        return NUMBERS[name](view)
    if name in View._fields:
        found = getattr(view, name)
        return TABLE[View][name].options.get(found, found) if isinstance(found, str) else found
    raise LessonError(f"“{name}” is not a number a lesson can use.")


_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_.]*)(?::([^{}]+))?\}")


_HANDS = re.compile(r"\[\[([^|\]]*)\|([^\]]*)\]\]")  # [[words on the screen|words on paper]]


def filled(text: str, now: Situation, paper: bool = False) -> str:
    """A lesson's text with its numbers worked out, for the screen or for paper."""

    def number(match: re.Match[str]) -> str:
        found, spec = value(match[1], now), match[2]
        if isinstance(found, str):
            return found
        if spec == "small":
            return reading.small(float(found))
        if spec == "percent":
            return f"{100 * found:.0f}%"
        return (format(found, spec) if spec else reading.number(float(found))).replace("-", "−")

    return _PLACEHOLDER.sub(number, _HANDS.sub(r"\2" if paper else r"\1", text))
