"""Which picture a step shows: its name, the exact numbers it is drawn from, and the figure that draws it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

import rec_core as rec
from rec_core.arrays import Floats
from rec_core.trace import arrivals

from ..figures import lessons as figures
from ..figures import lessons_bins as binned
from ..figures import lessons_further as further
from ..figures import still
from ..figures.questions import bars
from ..figures.style import Colours
from ..memo import memo
from ..model import code_lengths, lab, letters, setting, speed
from ..settings import View
from ..stage.scene import scene
from .asked import Asked
from .format import Lesson, Step
from .hands import HANDS
from .numbers import (
    GREEDY_CANDIDATES,
    channel_of_letters,
    filled,
    law_of,
    likeliest,
    orc_density,
    problem_of,
    situation,
    trace_of,
    value,
    winners_of,
)


def draw(
    step: Step, given: float | None, shown: bool, colours: Colours, narrow: bool,
    hand: Mapping[str, float] | None = None,
) -> str:  # fmt: skip
    """The picture of a step that has one, as SVG; `hand` is where the reader left its knobs."""
    name, _ = step.shows(given, shown)
    return PICTURES[name](Asked(situation(step), given, shown, colours, narrow, hand or {}))


def cover(lesson: Lesson, colours: Colours) -> str:
    """The picture that stands for a lesson, without its words, which would be too small to read on a card."""
    step = lesson.steps[lesson.cover - 1]
    if step.figure:
        svg = PICTURES[step.figure](Asked(situation(step), None, True, colours, True))
    else:
        race = lab.race(step.view)
        svg = still.paper(scene(race), race.lanes[-1].name, colours)
    return re.sub(r"<text.*?</text>", "", svg, flags=re.DOTALL)


def staged(
    step: Step, shown: bool, view: View | None = None, given: float | None = None
) -> tuple[lab.Race, dict[str, Any]] | None:
    """The race on the stage of a step and where it opens and points, if it shows one now."""
    _, options = step.shows(given, shown)
    if options is None:
        return None
    now = situation(step, view)
    race: lab.Race = lab.race(now.view)
    points: dict[str, Any] = {key: filled(text, now) for key, text in options.items()}
    if not shown and step.ask and any(".expected" in choice.when for choice in step.ask.choices):
        secret = tuple(lane._replace(expected_examined=math.inf) for lane in race.lanes)  # it is what is asked
        race = race._replace(id=f"{race.id}-asked", lanes=secret)
    if only := points.pop("only", ""):
        race = race._replace(id=f"{race.id}-{only}", lanes=tuple(lane for lane in race.lanes if lane.name == only))
    return race, points


_X = np.linspace(-3.2, 3.2, 321)


def _densities(view: View, x: Floats = _X) -> tuple[Floats, Floats, Floats]:
    problem = problem_of(view)
    return x, problem.prior.pdf(x[:, None]), problem.pdf(x[:, None])


def _ratio(view: View, x: Floats = _X) -> Floats:
    ratio: Floats = np.exp2(problem_of(view).log_ratio_bits(x[:, None]))
    return ratio


# ------------------------------------------------------------------------------------------------ lessons 1 to 4


def _two_people(ask: Asked) -> str:
    x, _, q = _densities(ask.now.view)
    return figures.two_people(x, q, *ask.look)


def _p_and_q(ask: Asked) -> str:
    number = ask.number
    x, p, q = _densities(ask.now.view)
    widths = (number("prior_scale"), number("scale"))
    return figures.p_and_q(x, p, q, widths, number("mean"), number("information"), *ask.how)


def _tapes(ask: Asked, whole: bool = False) -> str:
    x, _, q = _densities(ask.now.view, np.linspace(-2.2, 1.6, 240))
    trace = trace_of(ask.lane("pfr"))
    shown = ask.shown or whole
    return figures.tapes(trace.samples[:, 0], trace.message.index, x, q, shown, *ask.look, whole=shown)


def _greedy(ask: Asked) -> str:
    view = ask.now.view
    candidates = rec.trace(problem_of(view), rec.ORC(GREEDY_CANDIDATES), seed=view.seed).samples[:, 0]
    x, _, q = _densities(view, np.linspace(-2.4, 2.4, 321))
    chosen = likeliest(problem_of(view))
    sent = {"the likeliest, every time": chosen, "honest draws from Q": winners_of(problem_of(view))[: chosen.size]}
    return figures.greedy(x, q, candidates, sent, *ask.how)


def _race(ask: Asked) -> str:
    trace = trace_of(ask.lane("pfr"))
    given = None if ask.given is None or not 1 <= ask.given <= trace.examined else round(ask.given) - 1
    x = np.linspace(-1.8, 1.4, 321)
    return figures.race(
        x, _ratio(ask.now.view, x), trace.samples[:, 0], trace.arrival_times, np.exp2(trace.log_ratios_bits),
        trace.winner, given, *ask.how,
    )  # fmt: skip


def _winners(ask: Asked) -> str:
    """The winners under P and Q; before the reveal under what was answered, A: P, B: only where r is highest."""
    x, p, q = _densities(ask.now.view)
    claims = (p, np.where(x == x[np.argmax(_ratio(ask.now.view))], 1.6 * q.max(), 0.0), q)
    claim = None if ask.shown or ask.choice is None else ("ABC"[ask.choice], claims[ask.choice])
    return figures.winners(x, p, q, winners_of(problem_of(ask.now.view)), claim, *ask.look)


def _index_law(ask: Asked) -> str:
    law = law_of(ask.now.view, ask.lane("pfr")).law
    if ask.shown:
        return figures.index_law(law.pmf(256), round(ask.number("late")), ask.number("pfr.late_chance"), *ask.look)
    falling = law.pmf(8)
    middle = np.exp(-0.5 * ((np.arange(8) - 3.5) / 1.6) ** 2)
    indices = _indices(setting.channel_of(ask.now.view))
    shares = np.bincount(indices, minlength=9)[1:9] / indices.size
    laws = (falling, np.full(8, falling[0]), falling[0] * middle)
    return figures.shapes(laws, (indices.size, shares), ask.choice, *ask.look)


@memo(8)
def _indices(channel: rec.Channel) -> Any:
    """N of as many races as a reader believes."""
    return rec.encode_many(channel, 400, seed=1).indices.astype(np.int64)


def _word_lengths(ask: Asked) -> str:
    code = rec.ZipfCode(ask.lane("pfr").zipf_bits)
    n = [2**k for k in range(6 if ask.narrow else 9)]
    bits = [float(code.length_bits(k)) for k in n]
    steps = np.arange(len(n)) if ask.choice == 0 else 2.0 ** np.arange(len(n)) - 1.0
    steps = 2.0 - 2.0 ** (1.0 - np.arange(len(n))) if ask.choice == 2 else steps
    claim = None if ask.choice is None or ask.shown else ("ABC"[ask.choice], bits[0] + (bits[1] - bits[0]) * steps)
    return figures.word_lengths(n, bits, claim, *ask.how)


def _stopped(ask: Asked) -> str:
    return HANDS["stop line"].draw(ask._replace(given=None, shown=True))


def _skyline(ask: Asked) -> str:
    bits = range(1, 7 if ask.narrow else 10)
    found = [2.0 ** problem_of(ask.now.view._replace(dim=1, bits=float(k))).d_inf_bits for k in bits]
    return figures.skyline(list(bits), found, *ask.look)


def _years(ask: Asked) -> str:
    also = ask.now.also
    views = [*(also[name] for name in ("ten", "twenty", "thirty")), also.get("plain", ask.now.view)]
    at = [ask.now._replace(view=view) for view in views]
    rows = [(f"{view.bits:g} bits", float(value("pfr.seconds", now)), str(value("pfr.time", now)))
            for view, now in zip(views, at, strict=True)]  # fmt: skip
    if ask.shown and "plain" in also:
        rows.append(("with bins", ask.number("pfr_bins.seconds"), str(value("pfr_bins.time", ask.now))))
    marks = [(1.0, "1 s"), (86_400.0, "1 day"), (31_557_600.0, "1 year")]
    return figures.years(rows, marks, *ask.look)


# ------------------------------------------------------------------------------------------------ lessons 5 to 10


def _pulled(ask: Asked) -> str:
    view = ask.now.view
    budgets = (1, 4, view.candidates) if ask.shown else ()
    x, p, q = _densities(view, np.linspace(-3.2, 3.2, 161))
    return binned.pulled(x, p, q, {n: orc_density(view, n, x) for n in budgets}, *ask.look)


def _variation(ask: Asked) -> str:
    now = ask.now
    views = [now.also["two"], now.also["four"], now.also["eight"], now.view, now.also["big"], now.also["bigger"]]
    errors = [float(value("orc.variation", now._replace(view=view))) for view in views] if ask.shown else []
    x, _, q = _densities(now.view, np.linspace(-1.6, 0.4, 161))
    output = orc_density(now.view, now.view.candidates, x)
    return binned.variation(x, q, output, [view.candidates for view in views], errors,
                            ask.number("information"), *ask.how)  # fmt: skip


def _fixed_code(ask: Asked) -> str:
    return binned.fixed_code(round(ask.number("log2_candidates")), round(ask.number("orc.index")), *ask.how)


def _bins(ask: Asked) -> str:
    lane = ask.lane("pfr_bins")
    x, p, _ = _densities(ask.now.view)
    edges = problem_of(ask.now.view).prior.edges(0, lane.partition.num_bins)
    given = None if ask.given is None else round(ask.given)
    return binned.bins(x, p, edges, lane.bin_bits, given, *ask.how)


def _bin_tapes(ask: Asked, rows: int = 5) -> str:
    lane, problem = ask.lane("pfr_bins"), problem_of(ask.now.view)
    named = trace_of(lane).message
    rows = max(rows, named.index)
    bins = np.repeat(np.arange(lane.partition.num_bins), rows)
    numbers = np.tile(np.arange(1, rows + 1), lane.partition.num_bins)
    samples = rec.decode_many((bins[:, None], numbers), problem.prior, lane.partition, seeds=lane.seed)
    shares = problem.prior.cdf(samples)[:, 0] * lane.partition.num_bins - bins
    return binned.bin_tapes(list(shares.reshape(-1, rows)), (named.bin[0] + 1, named.index), *ask.how)


WEIGHTINGS = {"uniform": "equal", "target_mass": "by Q’s share", "peak_ratio": "by peak"}


def _cancels(ask: Asked) -> str:
    trace = trace_of(ask.lane("pfr_bins", weighting="uniform"))
    if not ask.shown:
        event = trace.winner
        return binned.cancels(float(trace.arrival_times[event]), float(2.0 ** trace.log_ratios_bits[event]), *ask.look)
    problem, lane = problem_of(ask.now.view), ask.lane("pfr_bins", weighting="uniform")
    u = np.linspace(0.001, 0.999, 400)
    ratio = np.exp2(problem.log_ratio_bits(problem.prior.quantile(u[:, None])))
    curve = trace.race_times[trace.winner] * ratio
    top, number = 1.6 * float(curve.max()), lane.partition.num_bins
    rain = arrivals(problem.prior, lane.partition, seed=lane.seed, until=top)
    at = int(np.argmin(np.abs(rain.samples[:, 0] - trace.samples[trace.winner, 0])))
    lanes = []
    for weighting, name in WEIGHTINGS.items():
        found = trace_of(ask.lane("pfr_bins", weighting=weighting, stopping="single"))
        (shares,) = rec.bin_weights(problem, lane.partition, weighting)  # type: ignore[arg-type]
        front = number * shares[np.minimum((u * number).astype(int), number - 1)] * found.stop_time
        lanes.append((name, front, found.examined))
    star = (float(rain.quantiles[at, 0]), float(rain.heights[at]))
    return binned.fronts(u, curve, (rain.quantiles[:, 0], rain.heights), star, lanes, top, *ask.look)


def _cut_alone(ask: Asked) -> str:
    """One race without bins and with them, all searched alike: the same dots, the same line."""
    lane, problem = ask.lane("pfr_bins"), problem_of(ask.now.view)
    trace, number = trace_of(lane), lane.partition.num_bins
    u = np.linspace(0.001, 0.999, 400)
    ratio = np.exp2(problem.log_ratio_bits(problem.prior.quantile(u[:, None])))
    curve, top = trace.race_times[trace.winner] * ratio, 1.4 * trace.stop_time
    rain = arrivals(problem.prior, lane.partition, seed=lane.seed, until=top)
    at = int(np.argmin(np.abs(rain.samples[:, 0] - trace.samples[trace.winner, 0])))
    front = np.full(u.size, trace.stop_time)
    lanes = [("without bins", front, trace.examined), (f"{number} bins, all alike", front, trace.examined)]
    star = (float(rain.quantiles[at, 0]), float(rain.heights[at]))
    return binned.fronts(u, curve, (rain.quantiles[:, 0], rain.heights), star, lanes, top, *ask.look, cuts=(1, number))


def _overpaid(ask: Asked) -> str:
    problem = problem_of(ask.now.view)
    mean, scale = problem.params[0]
    u = np.linspace(0.01, 0.99, 199)
    quantiles = rec.gaussian_problem([0.0], [1.0]).prior.quantile(u[:, None])[:, 0]
    worth = problem.log_ratio_bits((mean + scale * quantiles)[:, None])
    return binned.overpaid(u, worth, ask.number("pfr_bins.log2_bins"), ask.number("pfr_bins.overhead"), *ask.how)


def _more_bins(ask: Asked) -> str:
    powers = [float(k) for k in range(0, ask.now.also["j10"].log2_bins + 1)]
    lengths = [speed.cost(ask.now.view, (2 ** int(k),)).zipf_bits for k in powers]
    return binned.more_bins(powers, lengths, ask.number("information"), ask.now.also["j8"].log2_bins, *ask.how)


def _story(ask: Asked) -> str:
    return _tapes(ask, whole=True)


# ------------------------------------------------------------------------------------------------ lessons 11 to 15


def _slices(ask: Asked) -> str:
    problem = problem_of(ask.now.view)
    u = np.linspace(0.0005, 0.9995, 800)
    ratio = np.exp2(problem.log_ratio_bits(problem.prior.quantile(u[:, None])))
    at = 2.0**problem.d_inf_bits * np.array([0.12, 0.5, 0.88])
    return further.slices(u, ratio, at, rec.laws.width_function(problem, at), *ask.look)


def _methods(ask: Asked) -> str:
    """Messages on average; before the answer the information alone, and a place for the floor."""
    number, known = ask.number, (("I", ask.number("information")),)
    if not ask.shown:
        return bars(known, ("floor", number("floor")), "bits", 1, *ask.look, False)
    names = {"race": "pfr", "bins": "pfr_bins", "dither": "dithered.dither", "rejection": "rejection"}
    others = sorted(((name, number(f"{lane}.matched_length")) for name, lane in names.items()), key=lambda bar: bar[1])
    return bars((*known, ("floor", number("floor")), *others), None, "bits", 1, *ask.look, True, marked="floor")


_DIMS = (1, 2, 4, 8)


def _overheads(ask: Asked) -> str:
    known = len(_DIMS) if ask.shown else 3
    lines = {name: np.array(values) for name, values in _above(ask.now.view).items()}
    axes = ("numbers in one message", "bits above I")
    return further.lines(np.array(_DIMS, float), lines, known, axes, "{:.1f}".format, *ask.look)


@memo(8)
def _above(view: View) -> Mapping[str, list[float]]:
    """What dither and a race in bins take above I in so many dimensions, each with the view's bits of one."""
    above: dict[str, list[float]] = {"dither": [], "bins": []}
    for dim in _DIMS:
        bits = view.bits / view.dim * dim
        wide = view._replace(lanes=("pfr_bins",), others=(), dim=dim, bits=bits, log2_bins=round(bits))
        channel = setting.channel_of(wide)
        dithered = lab.mean_bits(rec.LayeredDither.for_source(channel), channel)
        law = code_lengths.lane_law("pfr_bins", channel, setting.partition_of(wide, channel))
        above["dither"].append(dithered - channel.information_bits)
        above["bins"].append(law.codes[0] - channel.information_bits)
    return above


def _halvings(ask: Asked) -> str:
    """How many candidates plain search and A* look at, over I, on a scale of doublings."""
    bits = np.array([1.0, 2.0, 4.0, 6.0, 8.0, 10.0])
    looked: dict[str, list[float]] = {"plain": [], "A*": []}
    for one in bits:
        race = lab.race(ask.now.view._replace(lanes=("pfr",), others=("astar",), dim=1, bits=float(one)))
        for name, lane in zip(looked, race.lanes, strict=True):
            looked[name].append(math.log2(lane.expected_examined))
    lines = {name: np.array(values) for name, values in looked.items()}
    axes = ("I, bits", "candidates, by doublings")
    return further.lines(bits, lines, bits.size, axes, lambda doublings: f"{2**doublings:,.0f}", *ask.look)


def _noisy_bit(ask: Asked) -> str:
    return further.letters(*letters.laws(letters.problem(channel_of_letters("noisy", ask.now))), *ask.how)


def _counted(ask: Asked) -> str:
    """The law of N; before the answer the letters are not told apart."""
    law = letters.chances(letters.problem(channel_of_letters("noisy", ask.now)), 6 if ask.narrow else 8)
    return further.counted(law, *ask.how)


LINES = {"noisy": "a bit that may be flipped", "erased": "a bit that may be lost"}


def _two_lines(ask: Asked) -> str:
    rows = {
        words: [ask.number(f"{name}.{one}") for one in ("information", "floor", "length")]
        for name, words in LINES.items()
    }
    return further.two_lines(rows, ("I", "floor", "race"), *ask.how)


def _shared_dice(ask: Asked) -> str:
    rows = {LINES[name]: (ask.number(f"{name}.said"), words)
            for name, words in (("noisy", "a coin"), ("erased", "a blank"))}  # fmt: skip
    return further.dice(rows, *ask.look)


PICTURES: dict[str, Callable[[Asked], str]] = {
    **{name: hand.draw for name, hand in HANDS.items()},
    "two people": _two_people, "p and q": _p_and_q, "tapes": _tapes, "greedy": _greedy,
    "race": _race, "winners": _winners, "index law": _index_law, "word lengths": _word_lengths,
    "stopped": _stopped, "skyline": _skyline,
    "years": _years, "pulled": _pulled, "variation": _variation, "fixed code": _fixed_code, "bins": _bins,
    "bin tapes": _bin_tapes, "cancels": _cancels, "cut alone": _cut_alone,
    "noisy bit": _noisy_bit, "counted": _counted, "two lines": _two_lines, "shared dice": _shared_dice,
    "slices": _slices, "methods": _methods, "overheads": _overheads, "halvings": _halvings,
    "overpaid": _overpaid, "more bins": _more_bins, "story": _story,
}  # fmt: skip
