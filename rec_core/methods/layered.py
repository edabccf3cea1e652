"""Layered dither: no candidates and no search; a rounded number for every dimension."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from .. import families
from ..arguments import checked
from ..arrays import Floats, Ints, Word, Words
from ..channel import Channel, Problem, check_problem
from ..checks import seed_word, shown, vector
from ..dither import FARTHEST, folded, lattice, point, quantized, sample, step_of
from ..errors import RecError
from ..jit import in_parts, kernel
from ..laws.dither import dither_bits
from ..partition import INDEX_LIMIT, Message, Partition, check_message
from ..prior import Prior
from ..randomness import DITHER, LAYER, SOURCE, uniform_pairs
from .method import About, Race, Record, SearchResult, check_width, note

_TOGETHER = 256  # runs whose random numbers are made together
_SAME = 1e-9  # relative difference of a problem's scale from the method's that is rounding


@dataclass(frozen=True)
class LayeredDither:
    """Layered dithered quantization: exact and without any search, for noise that is added and whose law both know.

    `scales` (D,) are those of Q in units in which P is standard, as `Channel.scales`: sender and receiver must know
    them, and only the center of Q is the sender's own. Both draw a lattice of step a and offset U in every dimension
    (a is twice the half width of a random layer of the noise); the sender rounds, K = round(y / a + U), and the sample
    is a (K - U). The message's `bin` has the integers K, counted 0, -1, 1, -2, 2, ... from 0, and its index is 1.
    `codes.DitherCode` makes bytes of them.

    In one dimension it takes functional information, 0.52 bits above the information of a Gaussian channel, and in
    D dimensions D times as much above it: blocks of a search with bins take less from about six dimensions on.

    Raises RecError for anything but scales above 0 and at most 1.
    Sources: Ziv (1985); Zamir & Feder (1992); with layers Wilson (2000) and Hegazy & Li (2022).

    >>> import rec_core as rec
    >>> channel = rec.gaussian_channel([3.0, 2.0])
    >>> method = LayeredDither.for_source(channel)
    >>> method, method.partition, LayeredDither.about.exact
    (LayeredDither(scales=(0.125, 0.25)), None, True)
    >>> sent = rec.encode(channel.draw(seed=7), method, seed=7)
    >>> sent.message, rec.decode(sent.message, channel.prior, method, seed=7) == sent.sample
    (Message(bin=(4, 0), index=1), array([ True,  True]))
    >>> round(method.expected_bits(channel), 2)
    6.04
    >>> method.expected_examined(channel.draw(seed=7))
    1.0
    """

    about: ClassVar[About] = About(
        title="Layered dithered quantization",
        exact=True,
        message="one integer per dimension",
        decoder="makes one point of a lattice",
        length="exact law, given the shared lattice",
        cost="fixed",
        source="Ziv 1985; Zamir & Feder 1992; Wilson 2000; Hegazy & Li 2022",
    )
    scales: tuple[float, ...]

    def __post_init__(self) -> None:
        scales = vector(self.scales, "scales")
        if not scales or not all(0.0 < scale <= 1.0 for scale in scales):
            raise RecError(
                "scales must be one for each dimension, above 0 and at most 1, which is the scale of P; "
                f"got {shown(self.scales)}."
            )
        object.__setattr__(self, "scales", scales)

    @staticmethod
    @checked
    def for_source(source: Problem | Channel) -> LayeredDither:
        """The method for a channel, or for problems with the scales of this one.

        Raises RecError for a family that is no additive noise, and for a Q wider than P.

        >>> import rec_core as rec
        >>> LayeredDither.for_source(rec.uniform_channel([2.0]))
        LayeredDither(scales=(0.25,))
        """
        _check_family(source.family)
        return LayeredDither(tuple(_scales(source).tolist()))

    @property
    def partition(self) -> Partition | None:
        """None: it has no bins."""
        return None

    @property
    def _known(self) -> Floats:
        return np.array(self.scales)

    def check(self, problem: Problem) -> None:
        """Raises RecError for a target that is not noise of these scales around its center."""
        check_problem(problem)
        self._check(problem)
        check_width(problem)
        centers = np.array([families.place(problem.family_code, row)[0] for row in problem.table])
        if (np.abs(centers) > FARTHEST * self._known).any():
            raise RecError("Q lies so far from P that its lattice is finer than float64 can tell apart.")

    def _check(self, source: Problem | Channel) -> None:
        _check_family(source.family)
        if source.dim != len(self.scales):
            raise RecError(f"These are scales of {len(self.scales)} dimensions, but the target has {source.dim}.")
        own = _scales(source)
        wrong = np.flatnonzero(np.abs(own - self._known) > _SAME * self._known)
        if wrong.size:
            d = int(wrong[0])
            raise RecError(
                f"In dimension {d} Q has scale {own[d]:g}, and both sides agreed on {self.scales[d]:g}. Layered dither "
                "adds noise of a scale that the receiver knows; it cannot send a Q whose width only the sender knows. "
                "Use rec.PFR."
            )

    def search(self, problem: Problem, seed: Word, record: Record, race: Race) -> SearchResult:
        """Round the center of Q on the shared lattice. Raises nothing.

        Its one event is a point under the ratio's curve: the sample, at the height of its layer over p there.
        """
        family, table = problem.family_code, problem.table
        (samples, numbers, *_), _ = self.many(problem, np.array([seed], np.uint64), 1)
        log_ratio = sum(families.log_ratio(family, own, x) for own, x in zip(table, samples[0], strict=True))
        low, high = families.support(family)
        log_sup = sum(families.log_sup(family, own, low, high) for own in table)
        steps, offsets = np.empty((2, problem.dim))
        lattice(family, self._known, seed, steps, offsets)
        layers = families.log_pdfs(family, 0.5 * steps / self._known) - np.log(self._known)
        log_height = min(float((layers - families.log_pdfs(family, samples[0])).sum()), log_ratio)
        note(record, 1, numbers[0], 1, log_height, log_ratio, log_height - log_ratio, True)
        return SearchResult(Message(tuple(numbers[0].tolist()), 1), 1, 0.0, log_ratio, 0.0, log_sup, "accept")

    def many(self, source: Problem | Channel, seeds: Words, num_threads: int) -> tuple[Any, int]:
        """A run for each seed, compiled; as `searches.many.race_many`. Raises nothing.

        >>> import rec_core as rec
        >>> channel = rec.gaussian_channel([3.0])
        >>> rows, failed = LayeredDither.for_source(channel).many(channel, rec.randomness.run_seeds(1, 4), 1)
        >>> rows[0].shape, failed
        ((4, 1), -1)
        """
        runs, dim = seeds.size, source.dim
        samples, numbers, kl = np.empty((runs, dim)), np.empty((runs, dim), np.int64), np.empty(runs)
        channel = isinstance(source, Channel)
        table = np.empty((dim, 3)) if isinstance(source, Channel) else source.table
        drawn = source.scales if isinstance(source, Channel) else np.empty(0)

        def work(part: slice) -> None:
            own = table.copy() if channel else table
            _many(source.family_code, own, drawn, self._known, seeds[part], samples[part], numbers[part], kl[part])

        in_parts(work, runs, num_threads)
        ones = np.ones(runs, np.int64)
        return (samples, numbers, ones, ones.copy(), np.zeros(runs), kl), -1

    @checked
    def receive(self, message: Message, prior: Prior, seed: Word) -> Floats:
        """The sample (D,) of a message. Raises RecError for a message that is not D integers and index 1.

        >>> import rec_core as rec
        >>> LayeredDither((0.125,)).receive(rec.Message((5,), 1), rec.gaussian_channel([3.0]).prior, 7).round(3)
        array([-2.349])
        """
        _check_family(prior.family)
        if prior.dim != len(self.scales):
            raise RecError(f"These are scales of {len(self.scales)} dimensions, but the prior has {prior.dim}.")
        _, (numbers, index) = check_message(message, Partition((INDEX_LIMIT,) * prior.dim))
        if index != 1:
            raise RecError(f"A message of layered dither has index 1; this one has {index}.")
        steps, offsets, x = np.empty((3, prior.dim))
        lattice(prior.family_code, self._known, seed_word(seed), steps, offsets)
        sample(prior.family_code, np.array(numbers, np.int64), steps, offsets, x)
        return prior.place(x)

    def expected_examined(self, problem: Problem) -> float:
        """1: there is nothing to look for. Raises nothing."""
        return 1.0

    @checked
    def expected_bits(self, source: Problem | Channel) -> float:
        """Mean of -log2 of the probability of its integers given the shared lattice, in bits, exact to 1e-3.

        Probabilities are those over the targets of a channel of these scales; of a problem the mean is over the lattice
        alone. In one dimension it is `laws.functional_information_bits`.

        Raises RecError for a source of other scales.

        >>> import rec_core as rec
        >>> channel = rec.gaussian_channel([6.0])
        >>> round(LayeredDither.for_source(channel).expected_bits(channel), 2)
        6.52
        """
        self._check(source)
        return dither_bits(source, self.scales)


def _check_family(family: str) -> None:
    if family not in families.LAYERED:
        names = ", ".join(families.LAYERED)
        raise RecError(f"Layered dither is for noise that is added, of the families {names}; {family} is none of them.")


def _scales(source: Problem | Channel) -> Floats:
    """Scales of Q, (D,), in units in which P is standard."""
    if isinstance(source, Channel):
        return source.scales
    return np.array([families.place(source.family_code, row)[1] for row in source.table])


@kernel
def _many(
    family: int,
    table: Floats,
    drawn: Floats,
    scales: Floats,
    seeds: Words,
    samples: Floats,
    numbers: Ints,
    kl: Floats,
) -> None:
    """Runs of one thread: samples and integers (R, D), KL in nats (R,). If `drawn` is empty, all are of one table."""
    u = np.empty((6, min(_TOGETHER, seeds.shape[0])))  # pairs of uniforms: of layers, offsets and targets
    for start in range(0, seeds.shape[0], _TOGETHER):
        some = seeds[start : start + _TOGETHER]
        for d in range(scales.shape[0]):
            row = table[d]
            uniform_pairs(some, LAYER, np.uint64(d), u[0], u[1])
            if d % 2 == 0:
                uniform_pairs(some, DITHER, np.uint64(d // 2), u[2], u[3])
                if drawn.shape[0] > 0:  # as `draw_target`
                    uniform_pairs(some, SOURCE, np.uint64(d // 2), u[4], u[5])
            for k in range(some.shape[0]):
                i, offset = start + k, u[2 + d % 2, k]
                if drawn.shape[0] > 0:
                    families.draw(family, drawn[d], u[4 + d % 2, k], row)
                step = step_of(family, scales[d], u[0, k], u[1, k])
                number = quantized(families.place(family, row)[0], step, offset)
                numbers[i, d], samples[i, d] = folded(number), point(family, number, step, offset)
                kl[i] = (kl[i] if d > 0 else 0.0) + families.kl(family, row)
