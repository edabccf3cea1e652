"""What a study is: cells, grids that make them, and the chunks that divide the work."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Literal, NamedTuple

from ..allocation import Strategy, allocate
from ..arguments import checked
from ..channel import Channel, Problem, check_problem
from ..checks import check_method, iterable, seed_word, shown, whole_number
from ..encode import MOST_NUMBERS, Encoding, encode
from ..errors import RecError
from ..methods import PFR, Method, with_partition
from ..partition import Partition, check_partition


@dataclass(frozen=True)
class Cell:
    """One point of a study: a `source`, which is a channel or a problem, and the `method` that encodes, any `Method`.

    Raises RecError for a method that cannot search the source, or is not a frozen dataclass. Source: here.

    >>> import rec_core as rec
    >>> cell = Cell(rec.gaussian_channel([3.0]), rec.PFR(rec.Partition((8,))))
    >>> cell.cut.num_bins, cell.encode(seed=5).message.bin
    (8, (7,))
    >>> cell.target(5) == cell.source.draw(5)
    True
    """

    source: Channel | Problem
    method: Method = PFR()

    def __post_init__(self) -> None:
        source = self.source
        if isinstance(source, Channel):
            source = replace(source, bits=tuple(bits + 0.0 for bits in source.bits))  # + 0.0: one zero only
        else:
            check_problem(source)
            source = replace(source, params=tuple(tuple(value + 0.0 for value in row) for row in source.params))
        check_method(self.method)
        cut = check_partition(self.method.partition, source.dim)
        object.__setattr__(self, "source", source)
        object.__setattr__(self, "method", with_partition(self.method, cut))
        self.method.check(self.target(0))

    @property
    def cut(self) -> Partition:
        """The partition."""
        return check_partition(self.method.partition, self.source.dim)

    def target(self, seed: int) -> Problem:
        """The problem of the run with this seed. Raises RecError for an invalid seed."""
        return self.source.draw(seed) if isinstance(self.source, Channel) else self.source

    def encode(self, seed: int) -> Encoding:
        """Repeat the run with this seed (a column of tables). Raises BudgetExceeded as `encode` does."""
        return encode(self.target(seed), self.method, seed=seed)


MOST_CHUNKS = 2**22  # of a study, which all are listed before the first is run
MOST_CELLS = 2**18
"""The most cells of a grid."""


@checked
def grid(
    sources: Iterable[Channel | Problem],
    log2_bins: Sequence[int | Literal["I"]] = (0,),
    strategies: Sequence[Strategy] = ("information",),
    methods: Sequence[Method] = (PFR(),),
    *,
    seed: int = 0,
    targets: int = 0,
) -> tuple[Cell, ...]:
    """Every combination, the first argument varying slowest, each once; every method with every partition.

    Partitions are `allocate(channel, log2_bins, strategy, seed)`, where "I" among `log2_bins` is the channel's
    information in whole bits; for 0 a method keeps its own partition. Bins cannot be allocated to a problem: give the
    methods their partitions. With `targets`, a channel is replaced by its targets draw(0), ..., draw(targets - 1), each
    with cells of its own.

    Raises RecError for bins of a problem, and as `allocate` and `Cell` do. Source: here.

    >>> import rec_core as rec
    >>> [cell.cut.num_bins for cell in grid([rec.gaussian_channel([4.0])], log2_bins=(0, 3, "I"))]
    [1, 8, 16]
    """
    number = whole_number(targets, "targets", 0)
    cells = []
    sources, strategies, methods = list(sources), list(strategies), list(methods)
    sizes = [
        size if isinstance(size, str) and size == "I" else whole_number(size, "log2_bins", 0) for size in log2_bins
    ]
    count = len(sources) * len(sizes) * len(strategies) * len(methods) * max(number, 1)
    if count > MOST_CELLS:
        raise RecError(f"A study has at most {MOST_CELLS} cells; this grid would have {count}.")
    for source, bins, strategy, method in product(sources, sizes, strategies, methods):
        if not isinstance(source, Channel):
            check_problem(source)
        if bins and not isinstance(source, Channel):
            raise RecError("Bins are allocated by a channel's information; give a problem's method its own partition.")
        if bins and isinstance(source, Channel):
            total = round(source.information_bits) if bins == "I" else bins
            method = with_partition(method, allocate(source, total, strategy, seed))
        some = [source.draw(t) for t in range(number)] if number and isinstance(source, Channel) else [source]
        cells += [Cell(one, method) for one in some]
    return tuple(dict.fromkeys(cells))


@dataclass(frozen=True)
class Study:
    """`runs` encodings of each of the `cells`, all from one `seed`.

    They are computed in chunks of at most `chunk` runs, which changes no number. With `samples`, tables include the
    samples.

    Raises RecError for no cells, a cell given twice, counts below 1, and samples of cells that differ in dimension.
    Source: here.

    >>> import rec_core as rec
    >>> Study(grid([rec.gaussian_channel([2.0])], (0, 2)), runs=100, seed=1).num_runs
    200
    """

    cells: tuple[Cell, ...]
    runs: int
    seed: int = 0
    chunk: int = 250
    samples: bool = False

    def __post_init__(self) -> None:
        iterable(self.cells, "cells")
        object.__setattr__(self, "cells", tuple(self.cells))
        for number, cell in enumerate(self.cells):
            if not isinstance(cell, Cell):
                raise RecError(f"cells[{number}] must be a cell, made by rec.study.grid or Cell; got {shown(cell)}.")
        if not self.cells or len(set(self.cells)) < len(self.cells):
            raise RecError("A study needs at least one cell, and each cell only once.")
        object.__setattr__(self, "runs", whole_number(self.runs, "runs"))
        widest = max(cell.source.dim for cell in self.cells)
        object.__setattr__(self, "chunk", whole_number(self.chunk, "chunk", 1, MOST_NUMBERS // widest + 1))
        if (count := len(self.cells) * math.ceil(self.runs / self.chunk)) > MOST_CHUNKS:
            raise RecError(f"A study has at most 2^22 chunks; this one would have {count}. Make chunks larger.")
        object.__setattr__(self, "seed", int(seed_word(self.seed)))
        if not isinstance(self.samples, bool):
            raise RecError(f"samples must be True or False; got {shown(self.samples)}.")
        if self.samples and len({one.source.dim for one in self.cells}) > 1:
            raise RecError("Samples are saved only of cells of one dimension; make a study for each dimension.")

    @property
    def num_runs(self) -> int:
        """Number of runs, of all cells together."""
        return len(self.cells) * self.runs


class Chunk(NamedTuple):
    """Runs `first` .. `first` + `runs` - 1 of cell number `cell`, from 0.

    >>> Chunk(cell=0, first=250, runs=250).first
    250
    """

    cell: int
    first: int
    runs: int


@checked
def chunks(study: Study) -> Iterator[Chunk]:
    """The chunks of a study, the first of every cell before the second of any, so that charts fill evenly.

    Raises RecError for what is no study. Source: here.

    >>> import rec_core as rec
    >>> list(chunks(Study(grid([rec.gaussian_channel([2.0])]), runs=3, chunk=2)))
    [Chunk(cell=0, first=0, runs=2), Chunk(cell=0, first=2, runs=1)]
    """
    return chunks_of(len(study.cells), study.runs, study.chunk)


def chunks_of(num_cells: int, runs: int, chunk: int) -> Iterator[Chunk]:
    """`chunks` from the numbers of a study."""
    for first in range(0, runs, chunk):
        for number in range(num_cells):
            yield Chunk(number, first, min(chunk, runs - first))
