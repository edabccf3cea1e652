"""Lessons are data: Markdown in assets/lessons, read and checked, every number in it computed when it is shown.

A lesson is a file NN-name.md. Blocks between lines of +++ are TOML. The first belongs to the lesson and the text after
it says what it is about; every further block begins a step, followed by the step's text. Where a step asks something,
a line of --- parts the text from the reveal. Keys of a step (all but `title` may be left out):

    title = "..."
    view = { lanes = "pfr", bits = 2, ... }         # values as in a link, on top of the lesson's own `view`
    stage = { step = "winner", highlight = "curve" }  # what the stage shows (rec_viz/stage); {}: from its start
    stage_after = { highlight = "stop" }             # and after the reveal; without `stage`: only then
    let = { limit = 1000 }                           # numbers the step sets, for its text: {let.limit}
    also = { harder = { bits = 8 } }                 # the view with a change, for its numbers: {harder.pfr.expected}
    controls = ["log2_bins"]                         # parameters the reader may move
    ask = { question, choices = [{ text, when, says }, ...] }           # right is the one choice whose `when` holds
    ask = { question, number = "pfr.winner", within = 0, right, low, high }   # or a number, and a word for each case
    goals = [{ when, done, missing }, ...]           # of a challenge: all must hold

Text holds numbers as {name} or {name:.1f}; `when` compares such names: "pfr.expected > 2 * pfr_bins.expected". The
names are those of NUMBERS, of a lane followed by one of LANE_NUMBERS, and of the fields of a View.

    python -m rec_viz.lessons.render OUT    # every step as a picture, through Chromium, to look at
"""

from __future__ import annotations

import ast
import math
import operator
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import rec_core as rec

from ..model import code_lengths, lab, setting, speed
from ..model.lab import Lane
from ..settings import LANES, TABLE, View
from ..text import reading

FOLDER = Path(__file__).parents[1] / "assets" / "lessons"
FENCE, REVEAL = "+++", "---"
WORDS_A_MINUTE = 200


class LessonError(ValueError):
    """A lesson that cannot be read: says which file, which step and what to change."""


# ---------------------------------------------------------------------------------------------------- what a lesson is


class Choice(NamedTuple):
    """An answer offered: its words, the condition under which it is the right one, and a word to who chose it."""

    text: str
    when: str
    says: str


class Ask(NamedTuple):
    """A prediction: a choice among `choices`, or the number `number` where there are none."""

    question: str
    choices: tuple[Choice, ...] = ()
    number: str = ""
    within: float = 0.0
    right: str = ""
    low: str = ""
    high: str = ""


class Goal(NamedTuple):
    """One thing a challenge wants: a condition, the words when it holds and the words when it does not."""

    when: str
    done: str
    missing: str


@dataclass(frozen=True)
class Step:
    """One screen of a lesson."""

    title: str
    text: str
    reveal: str
    view: View
    stage: Mapping[str, Any] | None
    stage_after: Mapping[str, Any] | None
    ask: Ask | None
    goals: tuple[Goal, ...]
    controls: tuple[str, ...]
    let: Mapping[str, float] = field(default_factory=dict)
    also: Mapping[str, View] = field(default_factory=dict)

    @property
    def done_when(self) -> str:
        """What finishes the step: "read", "answered" or "goals"."""
        return "goals" if self.goals else "answered" if self.ask else "read"

    def strings(self) -> Iterator[str]:
        """Every text a reader can meet in this step."""
        yield from (self.title, self.text, self.reveal)
        if self.ask:
            yield self.ask.question
            yield from (self.ask.right, self.ask.low, self.ask.high)
            for choice in self.ask.choices:
                yield from (choice.text, choice.says)
        for goal in self.goals:
            yield from (goal.done, goal.missing)

    def conditions(self) -> Iterator[str]:
        """Every condition in this step."""
        yield from (choice.when for choice in (self.ask.choices if self.ask else ()))
        yield from (goal.when for goal in self.goals)


@dataclass(frozen=True)
class Lesson:
    """A file of rec_viz/assets/lessons."""

    slug: str
    title: str
    about: str
    steps: tuple[Step, ...]

    @property
    def minutes(self) -> int:
        """How long it takes: reading, and a little more to think and look."""
        words = sum(len(text.split()) for step in self.steps for text in (*step.strings(),))
        return max(1, round(1.25 * words / WORDS_A_MINUTE))


# ---------------------------------------------------------------------------------------------------- reading


@cache
def all_lessons() -> tuple[Lesson, ...]:
    """Every lesson, in the order of its file's number."""
    return tuple(read(path.read_text(encoding="utf-8"), path.name) for path in sorted(FOLDER.glob("*.md")))


def read(text: str, name: str) -> Lesson:
    """A lesson from the text of a file. LessonError says what is wrong and where."""
    slug = re.fullmatch(r"\d\d-([a-z][a-z-]*)\.md", name)
    if slug is None:
        raise LessonError(f"{name}: a lesson’s file is named like 02-race.md.")
    blocks = re.split(rf"^{re.escape(FENCE)}[ \t]*$", text, flags=re.MULTILINE)
    if blocks[0].strip() or len(blocks) < 5 or len(blocks) % 2 == 0:
        raise LessonError(
            f"{name}: begin with a line of {FENCE} and close every block of settings with another; "
            "a lesson needs its own block and at least one step."
        )
    head = _settings(blocks[1], f"{name}, the lesson’s block", {"title", "view"})
    shared = head.get("view", {})
    steps = []
    for k, (settings, body) in enumerate(zip(blocks[3::2], blocks[4::2], strict=True), start=1):
        steps.append(_step(settings, body, shared, f"{name}, step {k}"))
    return Lesson(slug[1], head["title"], blocks[2].strip(), tuple(steps))


_STEP_KEYS = {"title", "view", "stage", "stage_after", "let", "also", "controls", "ask", "goals"}


def _settings(text: str, where: str, allowed: set[str]) -> dict[str, Any]:
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise LessonError(f"{where}: this is not TOML ({error}).") from None
    _check(values, where, allowed, {"title"})
    return values


def _check(values: Any, where: str, allowed: set[str], needed: set[str]) -> None:
    if not isinstance(values, dict):
        raise LessonError(f"{where}: expected a table of {', '.join(sorted(allowed))}; got {values!r}.")
    for key in sorted(values.keys() - allowed):
        raise LessonError(f"{where}: unknown key “{key}”; the keys are {', '.join(sorted(allowed))}.")
    for key in sorted(needed - values.keys()):
        raise LessonError(f"{where}: “{key}” is missing.")


def _step(settings: str, body: str, shared: dict[str, Any], where: str) -> Step:
    raw = _settings(settings, where, _STEP_KEYS)
    text, *reveal = re.split(rf"^{REVEAL}[ \t]*$", body, flags=re.MULTILINE)
    if len(reveal) > 1:
        raise LessonError(f"{where}: one line of {REVEAL} at most, before the reveal.")
    if bool(reveal) != ("ask" in raw):
        raise LessonError(f"{where}: a step that asks has a reveal after a line of {REVEAL}, and no other step has.")
    if "ask" in raw and raw.keys() & {"goals", "controls"}:
        raise LessonError(f"{where}: a step that asks has neither goals nor controls, which could change the answer.")
    view = _view(shared | raw.get("view", {}), where)
    also = {
        name: _view(shared | raw.get("view", {}) | change, f"{where}, also {name}")
        for name, change in raw.get("also", {}).items()
    }
    for key in raw.get("controls", ()):
        if key not in TABLE[View]:
            raise LessonError(f"{where}: “{key}” is not a parameter; they are {', '.join(TABLE[View])}.")
    shown = _stage(raw["stage"], f"{where}, stage") if "stage" in raw else None
    step = Step(
        title=raw["title"],
        text=text.strip(),
        reveal=reveal[0].strip() if reveal else "",
        view=view,
        stage=shown,
        stage_after=_stage(raw["stage_after"], f"{where}, stage_after") if "stage_after" in raw else shown,
        ask=_ask(raw["ask"], where) if "ask" in raw else None,
        goals=tuple(_goal(goal, where) for goal in raw.get("goals", ())),
        controls=tuple(raw.get("controls", ())),
        let=raw.get("let", {}),
        also=also,
    )
    if not step.text:
        raise LessonError(f"{where}: the step has no text.")
    for condition in step.conditions():
        _parsed(condition, where)
    return step


def _view(values: Mapping[str, Any], where: str) -> View:
    chosen = {}
    for key, value in values.items():
        if key not in TABLE[View]:
            raise LessonError(f"{where}: “{key}” is not a parameter of a view; they are {', '.join(TABLE[View])}.")
        try:
            chosen[key] = TABLE[View][key].parse(str(value))
        except ValueError:
            raise LessonError(f"{where}: {key} = {value!r} is not a value a link could hold.") from None
    return View(**chosen)


def _stage(values: Any, where: str) -> dict[str, Any]:
    _check(values, where, {"step", "highlight"}, set())
    return dict(values)


def _ask(values: Any, where: str) -> Ask:
    where = f"{where}, ask"
    if "number" in values:
        _check(values, where, {"question", "number", "within", "right", "low", "high"},
               {"question", "number", "right", "low", "high"})  # fmt: skip
        return Ask(**values)
    _check(values, where, {"question", "choices"}, {"question", "choices"})
    for choice in values["choices"]:
        _check(choice, f"{where}, choices", {"text", "when", "says"}, {"text", "when", "says"})
    if not 2 <= len(values["choices"]) <= 4:
        raise LessonError(f"{where}: offer two to four choices, not {len(values['choices'])}.")
    return Ask(values["question"], tuple(Choice(**choice) for choice in values["choices"]))


def _goal(values: Any, where: str) -> Goal:
    _check(values, f"{where}, goals", {"when", "done", "missing"}, {"when", "done", "missing"})
    return Goal(**values)


# ---------------------------------------------------------------------------------------------------- numbers


class Situation(NamedTuple):
    """What names mean in a step: its view (perhaps moved by the reader), its numbers, its other views."""

    view: View
    let: Mapping[str, float]
    also: Mapping[str, View]


def situation(step: Step, view: View | None = None) -> Situation:
    """A step as it stands; `view` where the reader has moved its controls."""
    return Situation(view or step.view, step.let, step.also)


def _problem(view: View) -> rec.Problem:
    return setting.problem_of(view)[1]


def _of_target(pick: Callable[[rec.Problem], float]) -> Callable[[View], float]:
    return lambda view: pick(_problem(view))


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


@cache
def _greedy_spread(problem: rec.Problem) -> float:
    """Standard deviation of the likeliest of GREEDY_CANDIDATES candidates, over GREEDY_RUNS seeds, one dimension."""
    chosen = []
    for seed in range(GREEDY_RUNS):
        x = rec.trace(problem, rec.ORC(GREEDY_CANDIDATES), seed=seed).samples
        chosen.append(float(x[np.argmax(problem.log_ratio_bits(x) - 0.5 * x[:, 0] ** 2 / math.log(2.0)), 0]))
    return float(np.std(chosen))


def _invariance(name: str) -> Callable[[View], int]:
    def number(view: View) -> int:
        result = code_lengths.invariance(view)
        if result is None:
            raise LessonError("Weights are compared only where the bins can be listed.")
        return int(getattr(result, name))

    return number


NUMBERS: dict[str, Callable[[View], float | int | str]] = {
    "information": lambda view: setting.channel_of(view).information_bits,
    "narrower": lambda view: 2.0**view.bits,
    "prior_scale": lambda view: 1.0 if view.family == "gaussian" else math.sqrt(1.0 / 12.0),
    "kl": _of_target(lambda problem: problem.kl_bits),
    "dinf": _of_target(lambda problem: problem.d_inf_bits),
    "peak": _of_target(lambda problem: 2.0**problem.d_inf_bits),
    "mean": _of_target(lambda problem: problem.params[0][0]),
    "scale": _of_target(lambda problem: problem.params[0][1]),
    "dim1_bits": lambda view: setting.channel_of(view).bits[0],
    "last_bits": lambda view: setting.channel_of(view).bits[-1],
    "intervals": lambda view: " × ".join(map(str, _cut(view).intervals)),
    "j": lambda view: _cut(view).num_bins,
    "log2_candidates": lambda view: math.log2(view.candidates),
    "naive.bits": lambda view: 8 * np.dtype(np.float64).itemsize * view.dim,
    "greedy.runs": lambda view: GREEDY_RUNS,
    "greedy.candidates": lambda view: GREEDY_CANDIDATES,
    "greedy.spread": _of_target(_greedy_spread),
    "samples": lambda view: SAMPLES,
    "late": lambda view: LATE,
    "rate": lambda view: speed.candidates_per_second(view.family, view.dim),
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
        rec.bin_weights(_problem(view), _cut(view), "target_mass")[0][_worst_bin(view) - 1]
    ),
}


def _cut(view: View) -> rec.Partition:
    return setting.partition_of(view, setting.channel_of(view))


def _law(view: View, lane: Lane) -> code_lengths.LaneLaw:
    """Exact lengths of a PFR lane's channel, whatever its target."""
    return next(law for law in code_lengths.lengths(view).lanes if law.name == f"pfr{lane.name[3:]}")


def _at_winner(name: str) -> Callable[[View, Lane], float]:
    return lambda view, lane: float(getattr(_trace(lane), name)[_trace(lane).winner])


def _trace(lane: Lane) -> rec.Trace:
    if lane.trace is None:
        raise LessonError(f"“{lane.title}” does not run here: {lane.sentence}")
    return lane.trace


def _bias(view: View, lane: Lane) -> rec.laws.OrcBias:
    return _orc_bias(_problem(view), lane.method)


_orc_bias = cache(rec.laws.orc_bias)


@cache
def _winners(problem: rec.Problem) -> tuple[float, float]:
    """Mean and standard deviation of SAMPLES winners of plain PFR in the first dimension."""
    x = rec.encode_many(problem, SAMPLES, seed=1).samples[:, 0]
    return float(x.mean()), float(x.std())


def _distance_from_p(view: View, lane: Lane) -> float:
    """Total variation between what ORC puts out and P = N(0, 1), by quadrature in one dimension."""
    x = np.linspace(-8.0, 8.0, 4001)
    assert isinstance(lane.method, rec.ORC)
    density = rec.laws.orc_density(_problem(view), lane.method, x[:, None])
    p = np.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)
    return float(0.5 * np.abs(density - p).sum() * (x[1] - x[0]))


def _first(view: View, lane: Lane, heavy: bool) -> float:
    """Height of P, or where `heavy` of Q, at the first candidate of a one-dimensional Gaussian race."""
    x = float(_trace(lane).samples[0, 0])
    p = math.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)
    return p * 2.0 ** float(_problem(view).log_ratio_bits([x])) if heavy else p


def duration(view: View, lane: Lane) -> str:
    """How long this machine would search on average, in words."""
    seconds = lane.expected_examined / speed.candidates_per_second(view.family, view.dim)
    units = (("year", 31_557_600.0), ("day", 86_400.0), ("hour", 3600.0), ("minute", 60.0), ("second", 1.0))
    for unit, size in units:
        if seconds >= size:
            count = reading.number(float(round(seconds / size)))
            return f"{count} {unit}{'s' * (count != '1')}"
    return "less than a second"


def _best_fit(view: View, lane: Lane) -> int:
    return int(np.argmax(_trace(lane).log_ratios_bits)) + 1


def race_table(view: View, lane: Lane) -> str:
    """A short race as a Markdown table to be worked by hand; the last column is left to the reader."""
    trace = _trace(lane)
    rows = ["| Candidate | arrives at T | ratio r |", "|---|---|---|"]
    for i, (arrival, log_ratio) in enumerate(zip(trace.arrival_times, trace.log_ratios_bits, strict=True), start=1):
        rows.append(f"| {i} | {arrival:.1f} | {2.0**log_ratio:.2f} |")
    return "\n".join(rows)


def solved_table(view: View, lane: Lane) -> str:
    """The same table with its race times, worked out from the rounded numbers the reader was given."""
    trace = _trace(lane)
    rows = ["| Candidate | T | r | T / r |", "|---|---|---|---|"]
    for i, (arrival, log_ratio) in enumerate(zip(trace.arrival_times, trace.log_ratios_bits, strict=True)):
        score = round(float(arrival), 1) / round(float(2.0**log_ratio), 2)
        shown = f"**{score:.1f}** wins" if i == trace.winner else f"{score:.1f}"
        rows.append(f"| {i + 1} | {arrival:.1f} | {2.0**log_ratio:.2f} | {shown} |")
    return "\n".join(rows)


def candidate_list(view: View, lane: Lane) -> str:
    """Where the candidates of a one-dimensional race lie, as a Markdown table."""
    places = [f"{x:.2f}" for x in _trace(lane).samples[:, 0]]
    return "\n".join(
        [
            f"| number | {' | '.join(str(i) for i in range(1, len(places) + 1))} |",
            f"|---|{'---|' * len(places)}",
            f"| candidate | {' | '.join(places)} |".replace("-", "−"),
        ]
    )


LANE_NUMBERS: dict[str, Callable[[View, Lane], float | int | str]] = {
    "examined": lambda view, lane: _trace(lane).examined,
    "expected": lambda view, lane: lane.expected_examined,
    "winner": lambda view, lane: int(_trace(lane).positions[_trace(lane).winner]),
    "first_x": lambda view, lane: float(_trace(lane).samples[0, 0]),
    "first_p": lambda view, lane: _first(view, lane, heavy=False),
    "first_q": lambda view, lane: _first(view, lane, heavy=True),
    "first_ratio": lambda view, lane: float(2.0 ** _trace(lane).log_ratios_bits[0]),
    "decoded": lambda view, lane: int(lane.held == tuple(_trace(lane).samples[_trace(lane).winner].tolist())),
    "average": lambda view, lane: _winners(_problem(view))[0],
    "spread": lambda view, lane: _winners(_problem(view))[1],
    "seconds": lambda view, lane: lane.expected_examined / speed.candidates_per_second(view.family, view.dim),
    "time": duration,
    "best_fit": _best_fit,
    "index": lambda view, lane: _trace(lane).message.index,
    "bin": lambda view, lane: _trace(lane).message.bin[0] + 1,
    "bins": lambda view, lane: lane.partition.num_bins,
    "log2_bins": lambda view, lane: lane.partition.log2_bins,
    "race_time": _at_winner("race_times"),
    "stop": lambda view, lane: _trace(lane).stop_time,
    "sup": lambda view, lane: float(2.0 ** _trace(lane).log2_sup_ratio),
    "table": race_table,
    "list": candidate_list,
    "solved": solved_table,
    "mean_length": lambda view, lane: _law(view, lane).zipf_mean_bits,
    "matched_length": lambda view, lane: _law(view, lane).codes[0],
    "surcharge": lambda view, lane: _law(view, lane).zipf_mean_bits - setting.channel_of(view).information_bits,
    "number_length": lambda view, lane: _law(view, lane).zipf_mean_bits - lane.partition.log2_bins,
    "bound": lambda view, lane: _law(view, lane).bound_bits,
    "overhead": lambda view, lane: rec.laws.overhead_bits(setting.channel_of(view), lane.partition),
    "first_chance": lambda view, lane: float(_law(view, lane).law.pmf(1)[0]),
    "second_chance": lambda view, lane: float(_law(view, lane).law.pmf(2)[1]),
    "late_chance": lambda view, lane: float(_law(view, lane).law.tail(LATE + 1.0)),
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
    view = now.view
    if head in LANES and rest in LANE_NUMBERS:
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


def filled(text: str, now: Situation) -> str:
    """A lesson's text with its numbers worked out."""

    def number(match: re.Match[str]) -> str:
        found, spec = value(match[1], now), match[2]
        if isinstance(found, str):
            return found
        if spec == "small":
            return reading.small(float(found))
        if spec == "percent":
            return f"{100 * found:.0f}%"
        return (format(found, spec) if spec else reading.number(float(found))).replace("-", "−")

    return _PLACEHOLDER.sub(number, text)


_COMPARE = {ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Eq: operator.eq,
            ast.NotEq: operator.ne}  # fmt: skip
_COMBINE = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def holds(condition: str, now: Situation) -> bool:
    """Whether a condition such as "4 < pfr.expected <= 2 * information and dim == 1" holds."""
    return bool(_evaluated(_parsed(condition, "a condition"), now))


def _parsed(condition: str, where: str) -> ast.expr:
    try:
        tree = ast.parse(condition, mode="eval").body
    except SyntaxError:
        tree = None
    if not isinstance(tree, ast.Compare | ast.BoolOp):
        raise LessonError(f"{where}: “{condition}” is not a comparison such as “pfr.expected > 2 * pfr_bins.expected”.")
    for node in ast.walk(tree):
        known = (ast.Compare, ast.BoolOp, ast.And, ast.Or, ast.BinOp, ast.Name, ast.Attribute, ast.Constant, ast.Load)
        if not isinstance(node, (*known, *_COMPARE, *_COMBINE)):
            raise LessonError(f"{where}: “{condition}” may only compare names and numbers.")
    return tree


def _evaluated(node: ast.expr, now: Situation) -> Any:
    match node:
        case ast.Constant(value=constant):
            return constant
        case ast.Name() | ast.Attribute():
            return value(ast.unparse(node), now)
        case ast.BinOp(left=left, op=op, right=right):
            return _COMBINE[type(op)](_evaluated(left, now), _evaluated(right, now))
        case ast.BoolOp(op=op, values=values):
            return (all if isinstance(op, ast.And) else any)(_evaluated(part, now) for part in values)
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            terms = [_evaluated(term, now) for term in (left, *comparators)]
            return all(_COMPARE[type(op)](a, b) for op, a, b in zip(ops, terms, terms[1:], strict=False))
    raise LessonError(f"“{ast.unparse(node)}” is not part of a condition.")


# ---------------------------------------------------------------------------------------------------- answers


class Verdict(NamedTuple):
    """What an answer earns: whether it is right, and a word about it."""

    right: bool
    says: str


def right_choice(step: Step) -> int:
    """The number from 0 of the one right choice. LessonError unless exactly one choice is right."""
    assert step.ask is not None
    now = situation(step)
    right = [k for k, choice in enumerate(step.ask.choices) if holds(choice.when, now)]
    if len(right) != 1:
        raise LessonError(f"“{step.title}”: {len(right)} of its choices are right; exactly one must be.")
    return right[0]


def right_number(step: Step) -> float:
    """The number a step asks for."""
    assert step.ask is not None
    return float(value(step.ask.number, situation(step)))


def judge(step: Step, answer: float) -> Verdict:
    """An answer to a step: the number of a choice from 0, or the number asked for."""
    assert step.ask is not None
    ask, now = step.ask, situation(step)
    if ask.choices:
        chosen = int(answer)
        return Verdict(chosen == right_choice(step), filled(ask.choices[chosen].says, now))
    off = answer - right_number(step)
    if not math.isfinite(off):
        return Verdict(False, "Please type a number.")
    right = abs(off) <= ask.within + 1e-9
    return Verdict(right, filled(ask.right if right else ask.low if off < 0 else ask.high, now))


def right_answer(step: Step) -> str:
    """The right answer in words, for the hand-out."""
    assert step.ask is not None
    if step.ask.choices:
        k = right_choice(step)
        return f"{'ABCD'[k]}. {filled(step.ask.choices[k].text, situation(step))}"
    number = right_number(step)
    return f"{number:.2f}" if number % 1 else f"{number:.0f}"


def goals_met(step: Step, view: View) -> list[tuple[bool, str]]:
    """Each goal of a challenge on a view: whether it is met, and what to say."""
    now = situation(step, view)
    out = []
    for goal in step.goals:
        met = holds(goal.when, now)
        out.append((met, filled(goal.done if met else goal.missing, now)))
    return out


# ---------------------------------------------------------------------------------------------------- looking


def render(out: Path, only: str = "") -> Iterator[Path]:
    """Pictures of every step, its reveal open, through Chromium; each path as soon as it is there."""
    import shutil
    import socket
    import subprocess
    import sys
    import time
    import urllib.request

    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise LessonError('Pictures need the package playwright: pip install -e ".[test]".') from None
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        raise LessonError("Pictures need Chromium on the path.")
    out.mkdir(parents=True, exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "rec_viz", "--no-browser", "--port", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2)
                break
            except OSError:
                time.sleep(0.2)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            for number, lesson in enumerate(all_lessons(), start=1):
                for k, step in enumerate(lesson.steps, start=1):
                    if only and only != lesson.slug:
                        continue
                    page.goto(f"http://127.0.0.1:{port}/?v=1&page=learn&lesson={lesson.slug}&step={k}")
                    page.get_by_role("button", name="All lessons").wait_for(timeout=120_000)
                    if step.ask and step.ask.choices:
                        page.get_by_role("button", name=f"{'ABCD'[right_choice(step)]}. ").click()
                    elif step.ask:
                        page.get_by_role("spinbutton").fill(str(right_number(step)))
                        page.keyboard.press("Enter")
                    if step.ask:
                        page.get_by_text("Yes.").wait_for(timeout=60_000)
                    if step.stage_after is not None:
                        page.get_by_test_id("stage").wait_for(timeout=120_000)
                    page.wait_for_timeout(1500)
                    height = page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollHeight")
                    page.set_viewport_size({"width": 1280, "height": max(900, min(height, 4000))})
                    path = out / f"{number:02}-{lesson.slug}-{k}.png"
                    page.screenshot(path=str(path))
                    page.set_viewport_size({"width": 1280, "height": 900})
                    yield path
            browser.close()
    finally:
        server.terminate()
        server.wait(20)


def main() -> None:
    """`python -m rec_viz.lessons.render OUT`."""
    import argparse

    parser = argparse.ArgumentParser(description="Render every step of every lesson to a picture.")
    parser.add_argument("--render", type=Path, required=True, metavar="OUT", help="folder for the pictures")
    parser.add_argument("--lesson", default="", help="only this lesson")
    options = parser.parse_args()
    try:
        for path in render(options.render, options.lesson):
            print(path, flush=True)
    except LessonError as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    main()
