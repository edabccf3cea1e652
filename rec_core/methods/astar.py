"""A* coding: best-first search on a tree of halved boxes; exact, and without a number of bins to choose."""

from __future__ import annotations

import math
from dataclasses import KW_ONLY, dataclass
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np

from ..arguments import checked
from ..arrays import LN2, Floats, Ints, Word, Words
from ..channel import Channel, Problem, check_problem
from ..checks import vector, whole_number
from ..errors import BudgetExceeded, RecError
from ..jit import in_parts
from ..partition import ENUMERABLE_BINS, INDEX_LIMIT, Message, Partition, check_message, check_partition
from ..prior import Prior
from ..randomness import run_seeds
from ..tables import empty_tables, log_sup_reweighted, tables
from .by_tree import FINEST, decode_tree, many_by_tree, open_box, race_by_tree
from .method import About, Race, Record, SearchResult, check_width, new_record

MAX_NODES = 2**18
_RUNS = 1024  # whose mean stands for a law


@dataclass(frozen=True)
class AStar:
    bits: tuple[float, ...] | None = None
    partition: Partition | None = None
    _: KW_ONLY
    max_examined: int = MAX_NODES

    def _units(self, dim):
        if self.bits is None: return np.ones(dim)
        b=np.array(self.bits)
        return np.sqrt(np.expm1(2*LN2*np.minimum(b,500.)))
    def search(self, problem: Problem, seed: Word, record: Record, race: Race) -> SearchResult:
        roots = check_partition(self.partition, problem.dim)
        table = tables(problem, roots, "uniform")
        winner, log_sup = np.zeros(problem.dim, np.int64), float(log_sup_reweighted(table))
        found = race_by_tree(table, self._units(problem.dim), seed, log_sup, self.max_examined, winner, record)
        message = Message(tuple(winner.tolist()), int(found[0]))
        return SearchResult(message, int(found[1]), found[2], found[3], found[4], log_sup, "best_first")

    def check(self, problem): pass

    def many(self, source, seeds, num_threads):
        runs, dim = seeds.size, source.dim
        roots = check_partition(self.partition, dim)
        rows = (
            np.empty((runs, dim)), np.zeros((runs, dim), np.int64), np.zeros(runs, np.int64), np.zeros(runs, np.int64),
            np.empty(runs), np.empty(runs),
        )  # fmt: skip
        params = source.table if isinstance(source, Problem) else np.empty((dim, 3))
        scales = source.scales if isinstance(source, Channel) else np.empty(0)

        def work(part: slice) -> int:
            table = empty_tables(source.family_code, params.copy(), roots.counts)
            mine = [column[part] for column in rows]
            failed = int(many_by_tree(table, scales, self._units(dim), seeds[part], self.max_examined, new_record(0, dim), *mine))
            return failed if failed < 0 else part.start + failed

        failures = [run for run in in_parts(work, runs, num_threads) if run >= 0]
        return rows, failures[0] if failures else -1

    def receive(self, message, prior, seed):
        x = np.empty(prior.dim)
        decode_tree(prior.family_code, seed, message.index, check_partition(self.partition, prior.dim).counts, np.array(message.bin), x)
        return prior.place(x)
