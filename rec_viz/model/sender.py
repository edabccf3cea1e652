"""Play the sender: one race, every move of it with its options, and what is right by the trace of the search."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

import numpy as np

import rec_core as rec
from rec_core.arrays import Floats, Ints
from rec_core.trace import arrivals

from ..memo import memo
from ..settings.table import TABLE, Sender
from ..text import reading

LEAD, LOSE, GO, STOP = "lead", "lose", "go", "stop"
LENGTHS = {"short": (3, 4), "middle": (5, 7), "long": (8, 12)}  # candidates of a race, least and most
BITS = {"short": 1.5, "middle": 2.0, "long": 3.5}  # of the channel; with bins, one more
BINS = 4
MARGIN = 1.06  # between two numbers that a move compares: what is shown of them tells them apart
SMALLEST, LARGEST = 1e-6, 1e6  # numbers that are told
WORST = 10.0  # race time of a winner: past it none of them is any good, as ORC's may be
CURVE = 401  # places of P where the ratio is drawn
_TRIES = 100_000
_FAR = 1000  # candidates: a search that takes more is given up


class Option(NamedTuple):
    """What can be answered: its key, whether it is right, and why."""

    key: str
    right: bool
    says: str


class Move(NamedTuple):
    """A question after so many candidates: does the last one lead, or what is next."""

    asks: Literal["lead", "next"]
    looked: int
    options: tuple[Option, ...]


class Candidate(NamedTuple):
    """One that the sender looks at. `height` is its arrival time by the bin's own clock, times the number of bins."""

    u: float
    x: float
    bin: int
    local: int  # its number in its bin, from 1
    height: float
    ratio: float
    score: float  # height / ratio: the smallest wins
    best: float  # the smallest so far, its own among them
    leads: bool
    word: str  # the message in bits, were it sent
    received: float  # and what the receiver would draw


class Game(NamedTuple):
    """A race to play, K candidates by J bins (1 where there are none).

    `coming` has K + 1 rows of J: the heights of the bins' next candidates after 0 to K were looked at, inf where a
    method looks at no more.
    """

    method: str
    seed: int
    problem: rec.Problem
    peaks: Floats  # (J,) the highest ratio of each bin
    candidates: tuple[Candidate, ...]
    coming: Floats
    winner: int  # from 0
    moves: tuple[Move, ...]

    @property
    def curve(self) -> Floats:
        """The ratio at CURVE evenly spaced places of P."""
        shares = np.clip(np.linspace(0.0, 1.0, CURVE), 1e-6, 1.0 - 1e-6)
        logs: Floats = self.problem.log_ratio_bits(self.problem.prior.quantile(shares[:, None]))
        return np.exp2(logs)

    @property
    def tops(self) -> list[float]:
        """How far up the picture goes once 0 to K candidates were looked at: past them, past the next that could be
        looked at, and past the curve of the best where that is not out of reach. It never comes down."""
        tops: list[float] = []
        for looked, coming in enumerate(self.coming):
            next_ = coming[int(np.argmin(coming / np.maximum(self.peaks, 1e-300)))]
            seen = max([one.height for one in self.candidates[:looked]], default=0.0)
            high = 1.3 * max(seen, float(next_) if math.isfinite(next_) else 0.0)
            curve = 1.12 * self.candidates[looked - 1].best * float(self.peaks.max()) if looked else 0.0
            last = looked == len(self.candidates)
            tops.append(max([high, *tops[-1:], *([curve] if curve < 1.8 * high or last else [])]))
        return tops


class Result(NamedTuple):
    """How a game went: right moves of all, which candidate would have been sent (from 0, None for none), and whether
    the player stopped before the race was over."""

    right: int
    moves: int
    sent: int | None
    early: bool


@memo(64)
def game(settings: Sender) -> Game:
    """The first race from a seed on that is as long as asked, changes its lead, and decides by clear margins."""
    for seed in range(settings.seed, settings.seed + _TRIES):
        found = _race(settings.method, settings.level, seed)
        if found is not None:
            return found
    raise rec.RecError("No race of this length was found from this seed on.")


def read_best(found: object) -> dict[str, tuple[int, int]]:
    """The best results that a browser has kept, right moves of all by method and level: of whatever it hands over."""
    names = [f"{method}-{level}" for method in TABLE[Sender]["method"].options for level in LENGTHS]
    best = {}
    for name in names if isinstance(found, dict) else ():
        match found.get(name):  # type: ignore[attr-defined]
            case [int(right), int(moves)] if 0 <= right <= moves <= 100 and moves:
                best[name] = (right, moves)
    return best


def bettered(held: dict[str, tuple[int, int]], name: str, right: int, moves: int) -> dict[str, tuple[int, int]]:
    """The best results with another among them."""
    before, of = held.get(name, (0, 1))
    return held | ({name: (right, moves)} if right * of >= before * moves else {})


def play(game: Game, answers: Sequence[str]) -> Result:
    """What a player's answers come to. After a wrong one the race goes on as it should, but stopping too early ends it.
    Raises ValueError for what is no answer."""
    right, sent = 0, None
    for move, answer in zip(game.moves, answers, strict=False):
        option = next((option for option in move.options if option.key == answer), None)
        if option is None:
            raise ValueError(f"not an answer: {answer[:20]!r}")
        right += option.right
        if answer == LEAD:
            sent = move.looked - 1
        if answer == STOP and not option.right:
            return Result(right, len(game.moves), sent, True)
    return Result(right, len(game.moves), sent, False)


# ------------------------------------------------------------------------------------------------ making one


def _race(method: str, level: str, seed: int) -> Game | None:
    """The race of a seed, None where it is not worth playing."""
    bins = BINS if method == "bins" else 1
    cut, source = rec.Partition((bins,)), rec.gaussian_channel([BITS[level] + (method == "bins")])
    least, most = LENGTHS[level]
    problem = source.draw(seed)
    number = least + seed % (most - least + 1)
    try:
        search = rec.trace(
            problem, rec.ORC(number) if method == "orc" else rec.PFR(cut, max_examined=_FAR), seed=seed, max_events=_FAR
        )
    except rec.BudgetExceeded:
        return None
    leads = search.best == np.arange(search.examined)
    if not least <= search.examined <= most or int(leads.sum()) < (2 if level == "short" else 3):
        return None
    peaks, own = np.exp2(rec.bin_peaks_bits(problem, cut)[0]), search.bins[:, 0]
    if method == "bins" and len(set(own.tolist())) < 2:
        return None
    if method == "orc":
        heights = search.arrival_times
        coming = np.append(heights, math.inf)[:, None]
    else:
        heights, coming = _heights(problem.prior, cut, seed, own, search.indices)
    ratios = np.exp2(problem.log_ratio_bits(search.samples))
    scores, best = search.race_times, search.race_times[search.best]
    code = rec.FixedCode(number) if method == "orc" else rec.ZipfCode.for_source(source, cut)
    candidates = tuple(
        Candidate(
            u=float(search.quantiles[k, 0]), x=float(search.samples[k, 0]), bin=int(own[k]), local=local,
            height=float(heights[k]), ratio=float(ratios[k]), score=float(scores[k]), best=float(best[k]),
            leads=bool(leads[k]), word=rec.FixedCode(bins).codeword(int(own[k]) + 1) + code.codeword(local),
            received=float(rec.decode(rec.Message((int(own[k]),), local), problem.prior, cut, seed=seed)[0]),
        )
        for k, local in enumerate(search.indices.tolist())
    )  # fmt: skip
    if (
        candidates[0].score > 0.01 * LARGEST
        or candidates[-1].best > WORST
        or not all(_clear(candidates, peaks, coming, looked, method) for looked in range(1, len(candidates) + 1))
    ):
        return None
    after = [*own.tolist(), None]  # the bin that the search turns to after each number of candidates
    moves = tuple(
        move
        for looked in range(len(candidates) + 1)
        for move in _moves(method, candidates, peaks, coming[looked], looked, after[looked])
    )
    return Game(method, seed, problem, peaks, candidates, coming, search.winner, moves)


def _heights(prior: rec.Prior, cut: rec.Partition, seed: int, own: Ints, indices: Ints) -> tuple[Floats, Floats]:
    """The heights (K,) of the candidates that were looked at, and `Game.coming`, by the clocks of their bins."""
    looked, until = len(own), 16.0 * cut.num_bins
    while True:
        every = arrivals(prior, cut, seed=seed, until=until)
        clocks = [every.heights[every.bins[:, 0] == j] for j in range(cut.num_bins)]
        if min(map(len, clocks)) > looked:
            break
        until *= 2.0
    heights = np.array([clocks[j][n - 1] for j, n in zip(own, indices, strict=True)])
    taken = [[int((own[:k] == j).sum()) for j in range(cut.num_bins)] for k in range(looked + 1)]
    return heights, np.array([[clock[n] for clock, n in zip(clocks, row, strict=True)] for row in taken])


def _clear(candidates: Sequence[Candidate], peaks: Floats, coming: Floats, looked: int, method: str) -> bool:
    """Whether what is compared at and after a candidate differs enough to be seen."""
    last, bounds = candidates[looked - 1], np.sort(coming[looked] / np.maximum(peaks, 1e-300))
    pairs = [(last.score, candidates[looked - 2].best)] if looked > 1 else []
    pairs += [(float(bounds[0]), last.best)] if method != "orc" else []
    pairs += [(float(bounds[0]), float(bounds[1]))] if method == "bins" else []
    return all(not 1.0 / MARGIN < one / other < MARGIN for one, other in pairs)


# ------------------------------------------------------------------------------------------------ what is asked


def _moves(
    method: str, candidates: Sequence[Candidate], peaks: Floats, coming: Floats, looked: int, after: int | None
) -> Iterator[Move]:
    """What is asked once so many candidates were looked at; `after` is the bin looked at next, None at the end."""
    if looked:
        leads, says = candidates[looked - 1].leads, _lead_says(candidates, looked)
        yield Move("lead", looked, (Option(LEAD, leads, says), Option(LOSE, not leads, says)))
    if method == "bins":
        yield Move("next", looked, tuple(_bin_options(candidates, peaks, coming, looked, after)))
    elif looked:
        left = len(candidates) - looked
        says = _orc_says(len(candidates), left) if method == "orc" else _next_says(candidates, peaks, coming, looked)
        yield Move("next", looked, (Option(GO, after is not None, says), Option(STOP, after is None, says)))


def _lead_says(candidates: Sequence[Candidate], looked: int) -> str:
    one = candidates[looked - 1]
    score = _quotient(one.height, one.ratio)
    if looked == 1:
        return f"{score}. There is no best yet, so the first one leads."
    before = short(candidates[looked - 2].best)
    return (
        f"{score}, {'under' if one.leads else 'over'} the best, {before}: it {'leads' if one.leads else 'cannot win'}."
    )


def _next_says(candidates: Sequence[Candidate], peaks: Floats, coming: Floats, looked: int) -> str:
    best, bound = candidates[looked - 1].best, _quotient(float(coming[0]), float(peaks[0]))
    if float(coming[0]) / float(peaks[0]) < best:
        return f"The next may get as low as {bound}, under the best, {short(best)}: it could still win."
    return f"The next gets no lower than {bound}, over the best, {short(best)}: nothing can win any more."


def _orc_says(number: int, left: int) -> str:
    if left:
        return f"ORC always looks at {number}: {left} {'is' if left == 1 else 'are'} left, whether they can win or not."
    return f"That was number {number} of {number}. A later one might have won, but ORC does not wait for it."


def _bin_options(
    candidates: Sequence[Candidate], peaks: Floats, coming: Floats, looked: int, after: int | None
) -> Iterator[Option]:
    best = candidates[looked - 1].best if looked else math.inf
    lowest = [_quotient(float(height), float(peak)) for height, peak in zip(coming, peaks, strict=True)]
    first = int(np.argmin(coming / np.maximum(peaks, 1e-300)))
    for j in range(len(peaks)):
        if after is None:
            says = f"Bin {j + 1} gets no lower than {lowest[j]}, over the best, {short(best)}: no bin can win any more."
        elif j == after:
            says = f"Bin {j + 1} may get as low as {lowest[j]}: no other gets lower."
        else:
            says = f"Bin {j + 1} gets no lower than {lowest[j]}, but bin {first + 1} may get {lowest[first]}."
        yield Option(str(j + 1), j == after, says)
    if after is None:
        says = f"The lowest, bin {first + 1}, would get {lowest[first]}, over the best, {short(best)}: nothing can win."
    elif looked:
        says = f"Bin {after + 1} may get as low as {lowest[after]}, under the best, {short(best)}: it could still win."
    else:
        says = "Nobody leads yet, so there is nothing to send."
    yield Option(STOP, after is None, says)


def short(value: float) -> str:
    """A number to divide by hand, in three digits."""
    if value < SMALLEST or value > LARGEST:
        return "almost 0" if value < SMALLEST else "over a million"
    return reading.number(value) if value >= 1000.0 else reading.small(value)


def _quotient(height: float, ratio: float) -> str:
    return f"{short(height)} / {short(ratio)} = {short(height / ratio if ratio > 0.0 else math.inf)}"
