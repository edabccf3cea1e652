"""The one typed table of parameters: widgets, URL, presets, lessons and tests all read it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple
from urllib.parse import urlencode

LINK_VERSION = "1"
STUDENT = "student"  # in a link, seed=student: every student gets a seed of their own

CODES = {"elias_delta": "Elias delta", "zipf": "Zipf", "matched": "Matched"}
LANES = {
    "pfr": "PFR",
    "pfr_bins": "Partitioned PFR",
    "orc": "ORC",
    "orc_bins": "Partitioned ORC",
}
MAX_LANES = 3


TWO_BUMPS = "0,0,0,0,0.5,1.5,3,4.5,5.5,6,5.5,4.5,3,1.5,0.5,0,0,0,0,0,0.5,2,4.5,7,8,7,4.5,2,0.5,0,0,0,0"


class View(NamedTuple):
    """Everything that decides what the Lab shows: one value a parameter, flat so that it can key a cache."""

    lanes: tuple[str, ...] = ("pfr", "pfr_bins")
    source: str = "channel"
    family: str = "gaussian"
    means: str = "1"
    scales: str = "0.4"
    lows: str = "0.25"
    highs: str = "0.5"
    heights: str = TWO_BUMPS
    bits: float = 3.0
    dim: int = 1
    spread: str = "equal"
    log2_bins: int = 3
    strategy: str = "information"
    intervals: str = "8"
    weights: str = "peak_ratio"
    stopping: str = "per_bin"
    candidates: int = 16
    view: str = "auto"
    target: int = 9
    seed: int = 232
    code: str = "elias_delta"


class Parameter(NamedTuple):
    """One row: how a value is chosen, checked, and written in a link."""

    key: str
    label: str
    help: str
    kind: Literal["choice", "choices", "slider", "power", "whole", "text"]
    options: Mapping[str, str] = {}
    low: float = 0
    high: float = 0
    step: float = 1

    @property
    def default(self) -> Any:
        return getattr(View(), self.key)

    def parse(self, text: str) -> Any:
        """The value a link holds; ValueError where it is not one of ours."""
        if self.kind == "choice":
            if text not in self.options:
                raise ValueError(text)
            return text
        if self.kind == "choices":
            chosen = tuple(dict.fromkeys(text.split(",")))
            if not 1 <= len(chosen) <= MAX_LANES or any(name not in self.options for name in chosen):
                raise ValueError(text)
            return chosen
        if self.kind == "text":
            if len(text) > self.high:
                raise ValueError(text)
            return text
        value = float(text) if isinstance(self.default, float) else int(text)
        if not self.low <= value <= self.high:
            raise ValueError(text)
        if self.kind == "power" and value not in self.powers:
            raise ValueError(text)
        if self.kind == "slider" and (value - self.low) / self.step % 1:
            raise ValueError(text)
        return value

    def write(self, value: Any) -> str:
        """The value as a link holds it."""
        if self.kind == "choices":
            return ",".join(value)
        return f"{value:g}" if isinstance(value, float) else str(value)

    @property
    def powers(self) -> list[int]:
        """The powers of two a "power" runs over."""
        return [2**k for k in range(int(self.low).bit_length() - 1, int(self.high).bit_length())]


PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "lanes", "Methods side by side",
        "PFR is exact. ORC looks at a fixed number of candidates. Partitioned: bins first. Up to three.",
        "choices", LANES,
    ),
    Parameter(
        "source", "Target Q",
        "A channel draws one for you, you type its vectors or drag it on the stage, or you draw its density by hand.",
        "choice", {"channel": "From a channel", "own": "Typed or dragged", "drawn": "Drawn by hand"},
    ),
    Parameter(
        "family", "Family", "What P and Q look like in every dimension.", "choice",
        {"gaussian": "Gaussian", "uniform": "Uniform"},
    ),
    Parameter("means", "Means of Q", "Numbers separated by commas, one a dimension; P has mean 0 in each.", "text",
              high=2000),
    Parameter("scales", "Scales of Q", "Standard deviations, one a dimension; P has 1 in each. PFR needs them below 1.",
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
        "How much the sample tells about the source: no method can send fewer bits on average.",
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
    Parameter("intervals", "Intervals of each dimension", "Whole numbers separated by commas, one a dimension: 8, 4.",
              "text", high=400),
    Parameter(
        "weights", "Bin weights of P′",
        "How often P′ visits each bin. Peak ratio: by the highest ratio in the bin, fastest for PFR. "
        "Target mass: by Q’s share of the bin. Uniform: as in P.", "choice",
        {"peak_ratio": "Peak ratio", "target_mass": "Target mass", "uniform": "Uniform"},
    ),
    Parameter(
        "stopping", "Stop line of PFR", "One line for all bins, or one for each bin.", "choice",
        {"per_bin": "One a bin", "single": "One for all"},
    ),
    Parameter("candidates", "Candidates n of ORC", "ORC examines exactly this many.", "power", low=1, high=2**16),
    Parameter(
        "view", "View", "Race: one dimension, time upwards. Plane: two. Strips: a row a dimension.", "choice",
        {"auto": "Auto", "race": "Race", "plane": "Plane", "strips": "Strips"},
    ),
    Parameter("target", "Target number", "Each number draws another target Q from the channel.", "whole",
              low=0, high=2**31),
    Parameter("seed", "Seed", "The randomness sender and receiver share: each seed is another race.", "whole",
              low=0, high=2**31),
    Parameter(
        "code", "Code of the index",
        "How the candidate’s number becomes bits. Elias delta can be read bit by bit. Zipf and matched are shorter, "
        "and need to know the channel and the bins.", "choice", CODES,
    ),
)  # fmt: skip

TABLE = {parameter.key: parameter for parameter in PARAMETERS}


class Preset(NamedTuple):
    """A view worth seeing, and the one thing it teaches."""

    name: str
    teaches: str
    view: View


# Targets and seeds are picked so that what happens is close to what is expected; both stand on the page.
PRESETS: tuple[Preset, ...] = (
    Preset("A first race", "The first candidate the growing curve touches wins, and only its number is sent.",
           View(lanes=("pfr",), bits=2.0, target=4, seed=47)),
    Preset("Cut and reweight", "Eight bins, and the same target needs a few candidates instead of a dozen.",
           View()),
    Preset("Why plain search is slow", "Each bit of divergence doubles the candidates of plain PFR; bins undo it.",
           View(bits=8.0, log2_bins=8, target=7, seed=125)),
    Preset("A budget", "ORC stops after n candidates whatever happens: quick, but its samples are a little off.",
           View(lanes=("pfr", "orc", "orc_bins"), bits=4.0, candidates=16, weights="target_mass", target=4, seed=4)),
    Preset("The tail-bin trap", "Weighting by target mass with one stop line can be slower than no bins at all.",
           View(bits=1.5, weights="target_mass", stopping="single", target=6, seed=76)),
    Preset("No overhead for uniforms", "A uniform target that fills whole bins costs not one bit more when cut.",
           View(family="uniform", bits=4.0, log2_bins=4, target=4, seed=4)),
    Preset("Two dimensions", "Bins become tiles, and the race moves to the plane.",
           View(bits=5.0, dim=2, log2_bins=4, target=2, seed=268)),
    Preset("Cutting the wrong way", "Bins along a dimension without information cost bits and save nothing.",
           View(bits=5.0, dim=2, spread="one_empty", log2_bins=3, strategy="collapsed", target=7, seed=4)),
    Preset("48 bits in six dimensions", "2⁴⁸ candidates are out of reach; with 2⁴⁸ bins a few hundred are enough.",
           View(bits=48.0, dim=6, log2_bins=48, target=11, seed=28)),
)  # fmt: skip


# ------------------------------------------------------------------------------------------------ own targets

VECTORS = {"gaussian": ("means", "scales"), "uniform": ("lows", "highs")}
MAX_DIM = int(TABLE["dim"].high)


def vector(text: str) -> tuple[float, ...] | None:
    """The numbers a person typed, separated by commas, spaces or semicolons; None where one of them is not a number."""
    try:
        return tuple(float(part) for part in re.split(r"[,;\s]+", text.replace("−", "-").strip(" ,;\n")))
    except ValueError:
        return None


def write_vector(numbers: Iterable[float]) -> str:
    """Numbers as a person would type them."""
    return ", ".join(f"{number:.9g}" for number in numbers)


def consistent(view: View) -> View:
    """An own target has as many dimensions as numbers: the view's D follows them. A drawn one has one; P is uniform."""
    if view.source == "drawn":
        return view._replace(dim=1, family="uniform")
    first = vector(getattr(view, VECTORS[view.family][0])) if view.source == "own" else None
    return view._replace(dim=len(first)) if first and len(first) <= MAX_DIM else view


def own_target(view: View, rows: Iterable[Sequence[float]]) -> View:
    """The view with Q set to these rows, one a dimension: (mean, scale), or (low, high) of a uniform Q."""
    texts = (write_vector(column) for column in zip(*rows, strict=True))
    return consistent(view._replace(source="own", **dict(zip(VECTORS[view.family], texts, strict=True))))


def drawn(view: View, heights: Iterable[float]) -> View:
    """The view with Q drawn by hand: log2 q at evenly spaced knots, up to a constant."""
    return consistent(view._replace(source="drawn", heights=",".join(f"{height:.9g}" for height in heights)))


def dragged(view: View, change: Mapping[str, Any]) -> View:
    """The view after the reader let go of a handle of the stage; see `stage.show`."""
    if "rows" in change:
        view = own_target(view, change["rows"])
    if "intervals" in change:
        numbers = [int(n) for n in change["intervals"]]
        if view.strategy == "own":
            view = view._replace(intervals=", ".join(map(str, numbers)))
        else:
            view = view._replace(log2_bins=math.prod(numbers).bit_length() - 1)
    return view


# ------------------------------------------------------------------------------------------------ links


def read_link(query: Mapping[str, str]) -> tuple[View, list[str]]:
    """The view a link asks for, and a sentence for every value that could not be used."""
    values: dict[str, Any] = {}
    notices: list[str] = []
    if query.get("v", LINK_VERSION) != LINK_VERSION:
        notices.append(f"This link was made for version {query['v']} of the Lab; what is still known was used.")
    for parameter in PARAMETERS:
        if parameter.key in query:
            try:
                values[parameter.key] = parameter.parse(query[parameter.key])
            except ValueError:
                shown = parameter.write(parameter.default)
                notices.append(f"The link’s value for “{parameter.label}” cannot be used; it is set to {shown}.")
    return consistent(View(**values)), notices


def read_hidden(query: Mapping[str, str]) -> tuple[tuple[str, ...], list[str]]:
    """The controls a class link hides, and a sentence for names that are not controls."""
    asked = [name for name in query.get("hide", "").split(",") if name]
    notices = [f"This link hides “{name[:40]}”, which is not a control; the rest was used." for name in asked
               if name not in TABLE]  # fmt: skip
    return tuple(dict.fromkeys(name for name in asked if name in TABLE)), notices


def link_query(view: View, private: Sequence[str] = (), hide: Sequence[str] = ()) -> dict[str, str]:
    """Every value of the view but the private ones, explicit, as query parameters; the controls a teacher hides."""
    query = {"v": LINK_VERSION} | {p.key: p.write(getattr(view, p.key)) for p in PARAMETERS if p.key not in private}
    return query | ({"hide": ",".join(hide)} if hide else {})


def link(base: str, view: View, page: str = "lab", private: Sequence[str] = (), **extras: str) -> str:
    """The share link of a view on a page; `base` is the address of that page or of the app. It opens at the root.

    Values named in `private` stay out. `extras` are what a class link adds or replaces: hide="bits,seed",
    seed="student", present="1".
    """
    return address(base, page, link_query(view, private) | ({} if page == "lab" else {"page": page}) | extras)


def address(base: str, page: str, query: Mapping[str, str]) -> str:
    """A link into the app at `base`, which may be the address of one of its pages."""
    root = base.split("?")[0].rstrip("/").removesuffix(f"/{page}")
    return f"{root}/?{urlencode(query, safe=',')}"
