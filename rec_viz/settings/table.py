"""The one table of parameters: of every page what it is set to, how a value is chosen, checked and written in a link.

A page is set to one record or two (PAGES). A parameter is a field of a record and a row of TABLE under it; nothing else
is needed for its widget, its place in links and its help.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

import rec_core as rec
from rec_core import families

CODES = {"elias_delta": "Elias delta", "zipf": "Zipf", "matched": "Matched"}
LANES = {
    "pfr": "PFR",
    "pfr_bins": "Partitioned PFR",
    "orc": "ORC",
    "orc_bins": "Partitioned ORC",
}
OTHERS = {
    "rejection": "Rejection sampling",
    "greedy": "Greedy rejection",
    "gprs": "GPRS",
    "astar": "A* coding",
    "truncated": "Truncated PFR",
    "mrc": "Minimal random coding",
    "dither": "Layered dither",
}
COUNTED = ("orc", "orc_bins", "truncated", "mrc")  # those that look at n candidates, or at most n)
LANE_ROLES = {"pfr": "p", "pfr_bins": "heuristic", "orc": "p", "orc_bins": "heuristic"}  # where two are compared
ALL_LANES = LANES | OTHERS
MAX_LANES = 3
TWO_BUMPS = "0,0,0,0,0.5,1.5,3,4.5,5.5,6,5.5,4.5,3,1.5,0.5,0,0,0,0,0,0.5,2,4.5,7,8,7,4.5,2,0.5,0,0,0,0"


# ------------------------------------------------------------------------------------------------ what pages are set to


class View(NamedTuple):
    """A channel, a target, bins, methods and seeds: Play, and the pages that share its controls."""

    lanes: tuple[str, ...] = ("pfr", "pfr_bins")
    others: tuple[str, ...] = ()
    source: str = "channel"
    family: str = families.CHANNELS[0]
    means: str = "1"
    scales: str = "0.4"
    lows: str = "0.25"
    highs: str = "0.5"
    heights: str = TWO_BUMPS
    bits: float = 3.0
    dim: int = 1
    spread: str = "equal"
    log2_bins: int = 3
    strategy: rec.Strategy | Literal["own"] = "information"
    intervals: str = "8"
    weighting: rec.Weighting = "peak_ratio"
    stopping: rec.Stopping = "per_bin"
    candidates: int = 16
    view: str = "auto"
    target: int = 9
    seed: int = 232
    code: str = "zipf"


class Speed(NamedTuple):
    """The Speed page's own."""

    axis: str = "information_bits"


class Bias(NamedTuple):
    """The Bias page's own."""

    samples: int = 1000


class League(NamedTuple):
    """The own of the page Which method?: the bias that is allowed, as total variation."""

    bias: float = 0.0


class Message(NamedTuple):
    """The Message page's own."""

    spelling: str = "words"


class Paper(NamedTuple):
    """The Paper page."""

    size: str = "small"


class Images(NamedTuple):
    """The Images page; an uploaded picture stays on the machine that runs the app."""

    origin: str = "photo"
    photo: str = "chelsea"
    left: int = 96
    top: int = 60
    side: int = 176
    number: int = 0
    longest: int = 128
    codec: str = "inr"
    rate: str = "high"
    block_bits: int = 48
    bins: str = "auto"
    log2_bins: int = 40
    method: str = "orc"
    seed: int = 1
    counted: str = "messages"

    @property
    def partition_bits(self) -> int | str | None:
        """What `images.encode` calls it."""
        if self.method == "dither":
            return None
        return {"auto": "auto", "none": None}.get(self.bins, self.log2_bins)

    @property
    def coding(self) -> dict[str, Any]:
        """The arguments of `images.encode` after the picture."""
        names = ("codec", "rate", "block_bits", "method", "partition_bits", "seed")
        return {name: getattr(self, name) for name in names}


class Learn(NamedTuple):
    """The Learn page: a lesson by its name, none for the list of them, and a step from 1."""

    lesson: str = ""
    step: int = 1


class Sender(NamedTuple):
    """The game of the sender: a method, how long a race, and the seed from which on a race that fits is looked for."""

    method: str = "pfr"
    level: str = "short"
    seed: int = 1


class Rule(NamedTuple):
    """The page of other rules: the rule, what each of them can be set to, and the runs."""

    rule: str = "largest"
    candidates: int = 8
    threshold: float = 1.0
    power: float = 2.0
    weight: float = 1.0
    samples: int = 10_000
    seed: int = 1


class Reference(NamedTuple):
    """The Reference page: the statement shown first."""

    statement: str = ""


# ------------------------------------------------------------------------------------------------ the table


class Parameter(NamedTuple):
    """One row: how a value is chosen, checked, and written in a link.

    One of `options`: "choice" (a list), "buttons" or "steps" (a slider); some of them: "several". A number from `low`
    to `high` in steps of `step`: "slider", or typed, "number". Up to `high` letters: "text".
    """

    key: str
    label: str
    help: str
    kind: Literal["choice", "buttons", "steps", "several", "slider", "number", "text"]
    options: Mapping[Any, str] = {}
    low: float = 0
    high: float = 0
    step: float = 1
    link: str = ""  # its name in links, where that is not the key

    @property
    def name(self) -> str:
        """What a link calls it."""
        return self.link or self.key

    def parse(self, text: str) -> Any:
        """The value of a text in a link. Raises ValueError for what it cannot be."""
        if self.kind == "several":
            chosen = tuple(dict.fromkeys(text.split(","))) if text else ()
            if len(chosen) > MAX_LANES or any(name not in self.options for name in chosen):
                raise ValueError(text)
            return chosen
        if self.kind == "text":
            if len(text) > self.high:
                raise ValueError(text)
            return text
        if self.options:
            found = [value for value in self.options if self.write(value) == text]
            if not found:
                raise ValueError(text)
            return found[0]
        value = type(self.step)(text)
        if not self.low <= value <= self.high or (value - self.low) / self.step % 1:
            raise ValueError(text)
        return value

    def write(self, value: Any) -> str:
        """The text of a value in a link."""
        if self.kind == "several":
            return ",".join(value)
        return f"{value:g}" if isinstance(value, float) else str(value)


_VIEW = (
    Parameter(
        "lanes", "Methods side by side",
        "PFR is exact. ORC looks at a fixed number of candidates. Partitioned: bins first. Up to three.",
        "several", LANES,
    ),
    Parameter(
        "others", "Other methods",
        "From the literature, none of them with bins. Up to three in all; take one of the first away to see another.",
        "several", OTHERS,
    ),
    Parameter(
        "source", "Target Q",
        "A channel draws one for you, you type its vectors or drag it on the stage, or you draw its density by hand.",
        "choice", {"channel": "From a channel", "own": "Typed or dragged", "drawn": "Drawn by hand"},
    ),
    Parameter(
        "family", "Family", "What P and Q look like in every dimension.", "buttons",
        {name: families.LABELS[name].capitalize() for name in families.CHANNELS},
    ),
    Parameter("means", "Means of Q", "Numbers separated by commas, one per dimension; P has mean 0 in each.", "text",
              high=2000),
    Parameter("scales", "Scales of Q", "Standard deviations, one per dimension; P has 1. PFR needs them below 1.",
              "text", high=2000),
    Parameter("lows", "Lower ends of Q", "Where Q’s box begins in each dimension, from 0; P fills 0 to 1.", "text",
              high=2000),
    Parameter("highs", "Upper ends of Q", "Where Q’s box ends in each dimension, up to 1.", "text", high=2000),
    Parameter(
        "heights", "Heights of log₂ q",
        "What the drawing holds: log₂ q at evenly spaced knots from 0 to 1, straight lines between, up to a constant. "
        "Any 2 to 257 numbers separated by commas will do.", "text", high=2000,
    ),
    Parameter(
        "bits", "Information I, bits",
        "How much the sample tells about the source. No method can send fewer bits on average, and a one-shot code "
        "needs a little more: the floor.",
        "slider", low=0.0, high=48.0, step=0.5,
    ),
    Parameter("dim", "Dimension D", "How many numbers a sample has.", "slider", low=1, high=64),
    Parameter(
        "spread", "Information over dimensions", "How the I bits are shared out when D is above 1.", "choice",
        {"equal": "Equally", "falling": "Falling", "one_empty": "Last one empty"},
    ),
    Parameter("log2_bins", "log₂ J: bins in powers of two", "J bins of equal P mass. 0 means one bin, no partition.",
              "slider", low=0, high=48),
    Parameter(
        "strategy", "Which dimensions are cut",
        "How the factors of J are shared out over dimensions. “Own” takes the intervals you type.", "choice",
        {"information": "By information", "runtime": "By run time", "random": "At random", "collapsed": "Empty ones",
         "own": "Own"},
    ),
    Parameter("intervals", "Intervals of each dimension", "Whole numbers separated by commas, one per dimension: 8, 4.",
              "text", high=400),
    Parameter(
        "weighting", "Bin weights of P′",
        "How often P′ visits each bin. Peak ratio: by the highest ratio in the bin, fastest for PFR. "
        "Target mass: by Q’s share of the bin. Uniform: as in P.", "choice",
        {"peak_ratio": "Peak ratio", "target_mass": "Target mass", "uniform": "Uniform"}, link="weights",
    ),
    Parameter(
        "stopping", "Stop line of PFR", "One line for all bins, or one for each bin.", "buttons",
        {"per_bin": "One for each bin", "single": "One for all"},
    ),
    Parameter("candidates", "Candidates n", "ORC examines exactly this many, truncated PFR no more.", "steps",
              {2**k: f"{2**k:,}" for k in range(17)}),
    Parameter(
        "view", "View", "Race: one dimension, time upwards. Plane: two. Strips: a row for each dimension.", "choice",
        {"auto": "Auto", "race": "Race", "plane": "Plane", "strips": "Strips"},
    ),
    Parameter("target", "Target number", "Each number draws another target Q from the channel.", "number",
              low=0, high=2**31),
    Parameter("seed", "Seed", "The randomness sender and receiver share: each seed is another race.", "number",
              low=0, high=2**31),
    Parameter(
        "code", "Code of the index",
        "How the candidate’s number becomes bits. Elias delta can be read bit by bit. Zipf and matched are shorter, "
        "and need to know the channel and the bins.", "choice", CODES,
    ),
)  # fmt: skip

_IMAGES = (
    Parameter("origin", "The picture", "", "buttons",
              {"photo": "A photograph", "upload": "Your own", "cifar": "CIFAR-10"}),
    Parameter("photo", "Photograph", "", "choice",
              {"astronaut": "Astronaut Eileen Collins", "chelsea": "Chelsea the cat", "coffee": "A cup of coffee",
               "rocket": "A rocket launch", "hubble_deep_field": "Hubble’s deep field"}),
    Parameter("left", "From the left", "", "number", high=20_000),
    Parameter("top", "From the top", "", "number", high=20_000),
    Parameter("side", "Side", "", "number", low=1, high=20_000),
    Parameter("number", "Picture of CIFAR-10", "", "number", high=100_000),
    Parameter("longest", "Longest side, pixels", "", "steps", {n: str(n) for n in (64, 128, 256, 512)}),
    Parameter("codec", "Numbers of the picture", "", "buttons", {"inr": "A small network", "dct": "Cosine waves"}),
    Parameter("rate", "Rate", "How many bits a picture may take. Each rate has a model of its own.", "steps",
              {"low": "Low", "medium": "Medium", "high": "High", "best": "Best"}),
    Parameter(
        "block_bits", "Bits of a block",
        "KL between a block’s Q and P: without bins a search needs at least 2 to this power of candidates.",
        "slider", low=8, high=64,
    ),
    Parameter(
        "bins", "Bins, log₂ J",
        "Auto: 8 bits fewer than the block, none for blocks under 24 bits. None: standard ORC.", "buttons",
        {"auto": "Auto", "none": "None", "number": "A number"},
    ),
    Parameter("log2_bins", "log₂ J", "", "slider", high=63),
    Parameter("method", "Method",
              "ORC examines a fixed number of candidates. PFR is exact, and quick enough for small blocks only. "
              "Dither is exact and looks for nothing: it rounds each number on a shared random grid.",
              "buttons", {"orc": "ORC", "pfr": "PFR", "dither": "Dither"}),
    Parameter("seed", "Seed", "The randomness sender and receiver share; it travels in the file.", "number",
              high=2**31),
    Parameter("counted", "Bits counted", "", "buttons", {"messages": "Without headers", "files": "Whole files"}),
)  # fmt: skip


def _rows(rows: Iterable[Parameter]) -> dict[str, Parameter]:
    return {row.key: row for row in rows}


TABLE: Mapping[type, Mapping[str, Parameter]] = {
    View: _rows(_VIEW),
    Speed: _rows([
        Parameter("axis", "Against", "", "buttons",
                  {"information_bits": "Information I", "kl_bits": "KL", "d_inf_bits": "D∞"}),
    ]),
    Bias: _rows([
        Parameter("samples", "Samples someone may compare", "", "steps",
                  {10**k: f"{10**k:,}" for k in range(1, 7)}),
    ]),
    League: _rows([
        Parameter("bias", "Bias that is allowed", "Total variation of the samples from Q.", "buttons",
                  {0.0: "None", 0.001: "0.001", 0.01: "0.01", 0.1: "0.1"}),
    ]),
    Message: _rows([
        Parameter("spelling", "Send it as", "", "buttons", {"words": "Words", "hex": "Hex", "bits": "Bits"}),
    ]),
    Paper: _rows([
        Parameter(
            "size", "How much to run",
            "More runs, more targets, more information. Every button says how long it will take on this machine.",
            "buttons", {"small": "Small", "medium": "Medium", "large": "Large"},
        ),
    ]),
    Images: _rows(_IMAGES),
    Learn: _rows([
        Parameter("lesson", "Lesson", "", "text", high=40),
        Parameter("step", "Step", "", "number", low=1, high=99),
    ]),
    Sender: _rows([
        Parameter("method", "Method", "", "buttons", {"pfr": "PFR", "orc": "ORC", "bins": "PFR with bins"}),
        Parameter("level", "Candidates", "", "buttons",
                  {"short": "3 or 4", "middle": "5 to 7", "long": "8 to 12"}),
        Parameter("seed", "Seed", "", "number", high=2**31),
    ]),
    Rule: _rows([
        Parameter("rule", "Rule", "", "buttons",
                  {"largest": "Largest r of n", "first": "First with r > c", "plain": "Smallest T / r",
                   "power": "Smallest T / rᵃ", "difference": "Smallest T − b ln r"}),
        Parameter("candidates", "Candidates n", "", "slider", low=1, high=64),
        Parameter("threshold", "Threshold c", "", "slider", low=0.0, high=4.0, step=0.125),
        Parameter("power", "Exponent a", "", "slider", low=0.0, high=4.0, step=0.125),
        Parameter("weight", "Weight b", "", "slider", low=0.0, high=4.0, step=0.125),
        Parameter("samples", "Samples", "", "steps", {10**k: f"{10**k:,}" for k in range(3, 6)}),
        Parameter("seed", "Seed", "", "number", high=2**31),
    ]),
    Reference: _rows([Parameter("statement", "Statement", "", "text", high=40)]),
}  # fmt: skip

Record = tuple[Any, ...]  # any of the above
PAGES: Mapping[str, tuple[type[Record], ...]] = {
    "learn": (Learn,),
    "lab": (View,),
    "message": (View, Message),
    "code_lengths": (View,),
    "speed": (View, Speed),
    "bias": (View, Bias),
    "league": (View, League),
    "images": (Images,),
    "paper": (Paper,),
    "sender": (Sender,),
    "rule": (Rule,),
    "reference": (Reference,),
}
MAX_DIM = int(TABLE[View]["dim"].high)
