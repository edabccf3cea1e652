"""Pictures that are moved by hand: what can be moved on them, how it answers the step, and the picture as it stands.

A picture is asked for with `Asked.hand`, where its knobs stand; what is missing there stands where it begins.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

import rec_core as rec
from rec_core.arrays import Floats

from ..figures import lessons as drawing
from ..figures import lessons_hands as figures
from ..model import setting, speed
from ..settings import View
from ..theme import ROLES
from .asked import Asked, situation_of
from .format import Step, all_lessons
from .guesses import GUESSES, guess_of, way
from .knobs import Hand, Knob, knob, places
from .numbers import best_cut, looked_at_by_pfr, orc_density, problem_of, situation, trace_of, value

# ------------------------------------------------------------------------------------------------ digits, heights


def _digit_knobs(ask: Asked) -> list[Knob]:
    tried = (ask.now.let["short"], ask.now.let["long"], 40.0)
    begin = 4.0 if ask.choice is None else tried[ask.choice]
    return [knob(ask, "bits", "Bits sent", (0.0, 40.0, 1.0), begin, "bits")]


def _digits(ask: Asked) -> str:
    drawn = trace_of(ask.lane("pfr"))
    (bits,) = places(_digit_knobs(ask))
    return drawing.digits(float(drawn.samples[drawn.winner, 0]), round(bits), *ask.look)


_HEIGHTS_X = np.linspace(-2.0, 1.6, 321)


def _height_knobs(ask: Asked) -> list[Knob]:
    problem = problem_of(ask.now.view)
    top = round(1.15 * max(float(law.pdf(_HEIGHTS_X[:, None]).max()) for law in (problem, problem.prior)), 2)
    if ask.shown:
        return []
    return [knob(ask, key, f"Height of {key.upper()}", (0.0, top, 0.01), 0.5 * top) for key in ("p", "q")]


def _bars(ask: Asked) -> tuple[float, float]:
    if ask.shown:
        return ask.number("pfr.first_p"), ask.number("pfr.first_q")
    p, q = places(_height_knobs(ask))
    return p, q


def _heights(ask: Asked) -> str:
    problem = problem_of(ask.now.view)
    p, q = (law.pdf(_HEIGHTS_X[:, None]) for law in (problem.prior, problem))
    gaps = ask.given is not None and not ask.shown
    return figures.heights(_HEIGHTS_X, p, q, ask.number("pfr.first_x"), _bars(ask), gaps, *ask.how)


def _ratio_laid(ask: Asked) -> float:
    """q / p of the bars where both reach their curves, else 0."""
    bars, right = _bars(ask), (ask.number("pfr.first_p"), ask.number("pfr.first_q"))
    return bars[1] / bars[0] if all(abs(a - b) <= 0.06 for a, b in zip(bars, right, strict=True)) else 0.0


def _right_heights(ask: Asked) -> dict[str, float]:
    return {"p": round(ask.number("pfr.first_p"), 2), "q": round(ask.number("pfr.first_q"), 2)}


# ------------------------------------------------------------------------------------------------ the stop line


def _line_knobs(ask: Asked) -> list[Knob]:
    stop = ask.number("pfr.stop")
    top = round(1.7 * stop, 1)
    return [] if ask.shown else [knob(ask, "line", "Stop line", (0.0, top, 0.1), 0.35 * top)]


def _stop_line(ask: Asked) -> str:
    trace = trace_of(ask.lane("pfr"))
    x = np.linspace(-1.8, 1.4, 321)
    ratio = np.exp2(problem_of(ask.now.view).log_ratio_bits(x[:, None]))
    line = next(iter(places(_line_knobs(ask))), trace.stop_time)
    return figures.stop_line(
        x, ratio, trace.samples[:, 0], trace.arrival_times, trace.winner, trace.stop_time, line, ask.given, *ask.how
    )


# ------------------------------------------------------------------------------------------------ a budget


def _budget_knobs(ask: Asked) -> list[Knob]:
    return [knob(ask, "budget", "Budget n", (1.0, 64.0, 1.0), float(ask.now.view.candidates), "candidates")]


def _trade(ask: Asked) -> str:
    budget = round(places(_budget_knobs(ask))[0])
    x, problem = np.linspace(-1.6, 0.4, 161), problem_of(ask.now.view)
    error = float(value("orc.variation", situation_of(ask, ask.now.view._replace(candidates=budget))))
    output = orc_density(ask.now.view, budget, x)
    return figures.trade(
        looked_at_by_pfr(problem), x, problem.pdf(x[:, None]), output, budget, error, *ask.look
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------ the prices of bins

MOST_BINS = 10  # log2


def _price_knobs(ask: Asked) -> list[Knob]:
    begin = float(ask.now.view.log2_bins)
    bins = knob(ask, "log2_bins", "Bins, log₂ J", (0.0, float(MOST_BINS), 1.0), begin)
    return [bins._replace(says=f"J = {2 ** round(bins.value):,}")]


def _chosen(ask: Asked) -> View:
    return ask.now.view._replace(log2_bins=round(places(_price_knobs(ask))[0]))


def _prices(ask: Asked) -> str:
    views = [ask.now.view._replace(log2_bins=k) for k in range(MOST_BINS + 1)]
    candidates = [float(value("pfr_bins.expected", situation_of(ask, view))) for view in views]
    lengths = [speed.cost(view, (2**view.log2_bins,)).zipf_bits for view in views]
    chosen = _chosen(ask).log2_bins
    return figures.prices(np.array(candidates), np.array(lengths), ask.number("information"), chosen, *ask.look)


# ------------------------------------------------------------------------------------------------ the surcharge


def _surcharge_knobs(ask: Asked) -> list[Knob]:
    most = ask.now.also["four"].bits
    if ask.shown:
        return [knob(ask, "information", "Information I", (1.0, most, 1.0), most / 2, "bits")]
    return [knob(ask, "guess", "Your guess", (1.0, 6.0, 0.1), 2.0, "bits")]


def _surcharge(ask: Asked) -> str:
    marked = [round(view.bits) for view in (ask.now.view, ask.now.also["double"], ask.now.also["four"])]
    information = np.arange(1.0, marked[-1] + 1.0)
    extra = [speed.cost(ask.now.view._replace(bits=float(bits)), (1,)).zipf_bits - bits for bits in information]
    return figures.surcharge(information, extra, marked, places(_surcharge_knobs(ask))[0],
                             way(ask, "double.pfr.surcharge"), *ask.how)  # fmt: skip


# ------------------------------------------------------------------------------------------------ taps

FULL, DRIP = 100.0, 1.0


def _tap_knobs(ask: Asked) -> list[Knob]:
    number = ask.lane("pfr_bins").partition.num_bins
    start = _solved_taps(ask) if ask.shown else {}
    return [
        knob(ask, f"tap{k}", f"Tap {k}", (DRIP, FULL, 1.0), start.get(f"tap{k}", 0.5 * FULL))
        for k in range(1, number + 1)
    ]


def looked_at(peaks: Floats, taps: Floats) -> tuple[Floats, int, float]:
    """How far the sender looks in every bin, up to one stop line at race time 1; the bin that holds it up; the area.

    `peaks` of r and `taps`, the weights up to a factor, are (J,). The search ends once the front J pi_j t has cleared
    the peak of every bin, so t = max peak_j / (J pi_j), which is the highest ratio against P': the area is t as well.
    """
    weights = taps / taps.sum()
    reach = peaks / (peaks.size * weights)
    worst = int(np.argmax(reach))
    return peaks.size * weights * reach[worst], worst, float(reach[worst])


def _state_of_taps(ask: Asked) -> tuple[Floats, Floats, int, float]:
    """Where the taps stand, and what `looked_at` says of them."""
    taps = np.array(places(_tap_knobs(ask)))
    (peaks,) = np.exp2(rec.bin_peaks_bits(problem_of(ask.now.view), ask.lane("pfr_bins").partition))
    return taps, *looked_at(peaks, taps)


def _taps(ask: Asked) -> str:
    taps, fronts, worst, area = _state_of_taps(ask)
    problem = problem_of(ask.now.view)
    u = np.linspace(0.001, 0.999, 400)
    ratio = np.exp2(problem.log_ratio_bits(problem.prior.quantile(u[:, None])))
    return figures.taps(u, ratio, fronts, worst, taps, area, ask.number("peak"), ask.given is not None, *ask.how)


def _solved_taps(ask: Asked) -> dict[str, float]:
    """Wide open where a peak of r is worth it, a drip elsewhere."""
    (peaks,) = rec.bin_peaks_bits(problem_of(ask.now.view), ask.lane("pfr_bins").partition)
    return {f"tap{k}": FULL if bits > max(peaks) - 2.0 else DRIP for k, bits in enumerate(peaks, start=1)}


# ------------------------------------------------------------------------------------------------ cuts


def _cut_knobs(ask: Asked) -> list[Knob]:
    most, begin = _bits_of_cuts(ask), 0.0
    if ask.shown and ask.now.view.strategy == "own":
        begin = float(best_cut(ask.now.view))
    a = knob(ask, "across", "Cuts across", (0.0, float(most), 1.0), begin)
    return [a._replace(says=f"{2 ** round(a.value)} across, {2 ** (most - round(a.value))} up")]


def _bits_of_cuts(ask: Asked) -> int:
    return round(math.log2(setting.partition_of(ask.now.view, setting.channel_of(ask.now.view)).num_bins))


def _cuts(ask: Asked, plain: float | None = None) -> str:
    most, (at,) = _bits_of_cuts(ask), (round(place) for place in places(_cut_knobs(ask)))
    problem = problem_of(ask.now.view)
    turn = np.linspace(0.0, 2.0 * np.pi, 48, endpoint=False)
    mean, scale = np.array(problem.params).T
    ring = problem.prior.cdf(mean + 2.0 * scale * np.stack((np.cos(turn), np.sin(turn)), axis=1))
    laid = [ask.now.view._replace(strategy="own", intervals=f"{2**a},{2 ** (most - a)}") for a in range(most + 1)]
    costs = [float(value("pfr_bins.expected", situation_of(ask, view))) for view in laid]
    weights = rec.bin_weights(problem, rec.Partition((2**at, 2 ** (most - at))), "peak_ratio")
    candidates = None
    if ask.given is not None or (ask.shown and plain is not None):
        looked = trace_of(ask.lane("pfr_bins", strategy="own", intervals=laid[at].intervals))
        candidates = problem.prior.cdf(looked.samples)
    return figures.cuts(ring, (2**at, 2 ** (most - at)), weights, costs, at, candidates, *ask.how, plain=plain)


def _empty_axis(ask: Asked) -> str:
    return _cuts(ask, ask.number("pfr.expected"))


# ------------------------------------------------------------------------------------------------ the challenge

MOST_CUTS = 6


def _board_knobs(ask: Asked) -> list[Knob]:
    laid = setting.partition_of(ask.now.view, setting.channel_of(ask.now.view)).intervals
    knobs = [
        knob(ask, f"cut{d}", f"Axis {d}", (0.0, float(MOST_CUTS), 1.0), float(round(math.log2(n))))
        for d, n in enumerate(laid, start=1)
    ]
    return [one._replace(says=f"{2 ** round(one.value)} intervals") for one in knobs]


def _laid(ask: Asked) -> View:
    intervals = ",".join(str(2 ** round(place)) for place in places(_board_knobs(ask)))
    return ask.now.view._replace(strategy="own", intervals=intervals)


def _board(ask: Asked) -> str:
    view = _laid(ask)
    now = situation_of(ask, view)
    point = (math.log2(float(value("pfr_bins.expected", now))), float(value("pfr_bins.above_floor", now)))
    farthest = problem_of(view).d_inf_bits  # where nothing is cut
    channel = setting.channel_of(view)
    zone = (math.log2(ask.now.let["limit"]), ask.now.let["spare"])
    cut = [round(place) for place in places(_board_knobs(ask))]
    limits = (MOST_CUTS, (farthest + 1.5, 2.4 * zone[1]))
    return figures.board(channel.bits, cut, point, zone, limits, *ask.look)


HANDS: dict[str, Hand] = {
    "digits": Hand(_digits, _digit_knobs),
    "heights": Hand(_heights, _height_knobs, _ratio_laid, _right_heights),
    "stop line": Hand(_stop_line, _line_knobs, lambda ask: places(_line_knobs(ask))[0],
                      lambda ask: {"line": ask.number("pfr.stop")}),
    "surcharge": Hand(_surcharge, _surcharge_knobs, *guess_of("double.pfr.surcharge", _surcharge_knobs)),
    "taps": Hand(_taps, _tap_knobs, lambda ask: _state_of_taps(ask)[3], _solved_taps),
    "cuts": Hand(_cuts, _cut_knobs, lambda ask: 2.0 ** places(_cut_knobs(ask))[0],
                 lambda ask: {"across": float(best_cut(ask.now.view))}),
    "empty axis": Hand(_empty_axis, lambda ask: _cut_knobs(ask) if ask.shown else []),
    "trade": Hand(_trade, _budget_knobs),
    "prices": Hand(_prices, _price_knobs, view=_chosen),
    "board": Hand(_board, _board_knobs, view=_laid),
    **GUESSES,
}  # fmt: skip


def of(step: Step, shown: bool = False) -> Hand | None:
    """What is moved by hand in a step, if anything is."""
    return HANDS.get(step.figure_after if shown else step.figure)


def asked(step: Step, hand: Mapping[str, float], given: float | None = None, shown: bool = False, dark: bool = False,
          narrow: bool = False) -> Asked:  # fmt: skip
    """A picture of a step asked for with its knobs where they stand."""
    return Asked(situation(step), given, shown, ROLES["dark" if dark else "light"], narrow, hand)


def view(step: Step, hand: Mapping[str, float]) -> View:
    """The step's view as the knobs have it."""
    moved = of(step)
    return moved.view(asked(step, hand)) if moved is not None and moved.view is not None else step.view


def frame(request: Mapping[str, Any]) -> dict[str, Any]:
    """The picture of a step while it is moved, and its knobs. ValueError for a request that makes no sense.

    The request is {"lesson", "step" from 1, "shown", "narrow", "dark", "hand": {key: number}}.
    """
    lesson = next((one for one in all_lessons() if one.slug == request.get("lesson")), None)
    number, places = request.get("step"), request.get("hand")
    if lesson is None or type(number) is not int or not 1 <= number <= len(lesson.steps):
        raise ValueError("there is no such step")
    if not isinstance(places, dict) or not all(_finite(place) for place in places.values()):
        raise ValueError("hand is an object of numbers")
    step, shown = lesson.steps[number - 1], request.get("shown") is True
    moved = of(step, shown)
    if moved is None:
        raise ValueError("nothing can be moved in this step")
    ask = asked(step, places, None, shown, request.get("dark") is True, request.get("narrow") is True)
    return {"svg": moved.draw(ask), "knobs": [one._asdict() for one in moved.knobs(ask)]}


def _finite(place: object) -> bool:
    return isinstance(place, int | float) and abs(place) < 1e9
