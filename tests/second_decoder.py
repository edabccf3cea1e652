"""The receiver once more, by another hand: docs/format.md in plain Python, from bytes to messages to samples.

Shares no line with rec_core and needs neither NumPy nor constriction. tests/core/test_format.py holds the two together.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from decimal import Context, Decimal, localcontext
from itertools import pairwise
from statistics import NormalDist

M32, M64 = 2**32 - 1, 2**64 - 1
Law = Callable[[int], tuple[int, int, int]]  # a quantile below 2^24 to symbol, what lies below it, and its share


class RangeDecoder:
    """64 bits of state, 32 at a time; what the bytes end too early for is zero."""

    def __init__(self, payload: bytes) -> None:
        padded = payload + bytes(-len(payload) % 4)
        self.words = (int.from_bytes(padded[k : k + 4], "big") if k < len(padded) else 0 for k in range(0, M64, 4))
        self.low, self.range = 0, M64
        self.point = (next(self.words) << 32) | next(self.words)

    def read(self, law: Law) -> int:
        scale = self.range >> 24
        symbol, below, share = law(((self.point - self.low) & M64) // scale)
        self.low, self.range = (self.low + scale * below) & M64, scale * share
        if self.range <= M32:
            self.low, self.range = (self.low << 32) & M64, self.range << 32
            self.point = ((self.point << 32) & M64) | next(self.words)
        return symbol


def uniform(size: int) -> Law:
    each = (1 << 24) // size

    def law(quantile: int) -> tuple[int, int, int]:
        symbol = min(quantile // each, size - 1)
        return symbol, symbol * each, each if symbol < size - 1 else (1 << 24) - symbol * each

    return law


def table(counts: Sequence[int]) -> Law:
    def law(quantile: int) -> tuple[int, int, int]:
        below = 0
        for symbol, share in enumerate(counts):
            if quantile < below + share:
                return symbol, below, share
            below += share
        raise ValueError("no encoder writes this")

    return law


def low_bits(coder: RangeDecoder, powers: Sequence[int]) -> list[int]:
    """A number below 2^power for each power: its low 16 bits, for all of them, then the next 16, and so on."""
    values = [0] * len(powers)
    for shift in range(0, max(powers, default=0), 16):
        for i, power in enumerate(powers):
            if power > shift:
                values[i] |= coder.read(uniform(1 << min(power - shift, 16))) << shift
    return values


def numbers_below(coder: RangeDecoder, size: int, count: int) -> list[int]:
    spare = max(0, size.bit_length() - 13)
    tops = ((size - 1) >> spare) + 1
    high = [coder.read(uniform(tops)) for _ in range(count)] if tops > 1 else [0] * count
    return [top << spare | low for top, low in zip(high, low_bits(coder, [spare] * count), strict=True)]


def whole_counts(weights: Sequence[Decimal]) -> list[int]:
    total = sum(weights)
    counts = [max(1, round(weight * 2**24 / total)) for weight in weights]
    counts[counts.index(max(counts))] += 2**24 - sum(counts)
    return counts


def power_tables(slope: Decimal, last: int) -> tuple[list[int], list[int]]:
    """Of the law n^-(1 + slope): each n below 2^8 and each octave up to `last`; the 64 parts of an octave."""
    with localcontext(Context(prec=25)):
        edges = [(Decimal(2 ** (k + 1) - 1) / 2).ln() for k in range(8, last + 2)]
        octaves = [(a - b) / slope for a, b in pairwise((-slope * edge).exp() for edge in edges)]
        near = [(-(1 + slope) * Decimal(n).ln()).exp() for n in range(1, min(255, 2 ** (last + 1) - 1) + 1)]
        cuts = [(-slope * (1 + Decimal(k) / 64).ln()).exp() for k in range(65)]
        return whole_counts(near + octaves), whole_counts([abs(a - b) for a, b in pairwise(cuts)])


def delta_tables() -> tuple[list[int], list[int]]:
    lengths = [k + 2 * ((k + 1).bit_length() - 1) + 1 for k in (n.bit_length() - 1 for n in range(1, 256))]
    lengths += [2 * ((k + 1).bit_length() - 1) + 1 for k in range(8, 63)]
    with localcontext(Context(prec=25)):
        return whole_counts([Decimal(2 ** (24 - bits)) for bits in lengths]), [2**18] * 64


def by_octave(coder: RangeDecoder, count: int, tables: tuple[list[int], list[int]]) -> list[int]:
    heads = [coder.read(table(tables[0])) for _ in range(count)]
    leads = [coder.read(table(tables[1])) if head >= 255 else 0 for head in heads]
    rest = [head - 253 if head >= 255 else 0 for head in heads]  # the octave less the six bits that are known
    low = low_bits(coder, rest)
    return [head + 1 if head < 255 else (64 + lead << bits) | part
            for head, lead, bits, part in zip(heads, leads, rest, low, strict=True)]  # fmt: skip


def by_sixteenth(coder: RangeDecoder, count: int, counts: Sequence[int]) -> list[int]:
    heads = [coder.read(table(counts)) for _ in range(count)]
    rest = [0 if head < 255 else (head - 255) // 16 + 4 for head in heads]
    low = low_bits(coder, rest)
    return [head + 1 if head < 255 else (16 + (head - 255) % 16 << bits) | part
            for head, bits, part in zip(heads, rest, low, strict=True)]  # fmt: skip


def of_those_that_win(coder: RangeDecoder, candidates: Sequence[int], counts: Sequence[int], power: int) -> int:
    symbol = coder.read(table(counts))
    if symbol:
        return candidates[symbol]
    high = by_octave(coder, 1, delta_tables())[0] - 1
    return high << power | low_bits(coder, [power])[0]


def indices(coder: RangeDecoder, count: int, code: Sequence[object]) -> list[int]:
    """`code` is the name of a code and what it is made from; for MatchedCode the counts both sides work out, for
    ConditionalCode the candidates and counts of every seed, and the low bits of what escapes."""
    name, *rest = code
    if name == "FixedCode":
        return [number + 1 for number in numbers_below(coder, rest[0], count)]
    if name == "MatchedCode":
        return by_sixteenth(coder, count, rest[0])
    if name == "EliasDelta":
        return by_octave(coder, count, delta_tables())
    if name == "ConditionalCode":
        return [of_those_that_win(coder, *law, rest[1]) for law in rest[0][:count]]
    if name == "PowerCode":
        return by_octave(coder, count, power_tables(Decimal(rest[0]) - 1, rest[1] - 1))
    with localcontext(Context(prec=25)):
        slope = 1 / Decimal(rest[0])
    return by_octave(coder, count, power_tables(slope, 62))


def messages(
    data: bytes, intervals: Sequence[int], code: Sequence[object], named: str, seed: int | None = None, prior: str = ""
) -> list[tuple[tuple[int, ...], int]]:
    """The (bin, index) pairs of a packed stream; `named` is the code as Python prints it. ValueError for damage."""
    if data[0] != 1:
        raise ValueError("another format")
    agreed = f"{','.join(format(n, 'x') for n in intervals)}\n{named}\n{seed}{prior and chr(10)}{prior}".encode()
    signed = data[:5] + len(agreed).to_bytes(4, "big") + agreed + data[13:]
    if data[5:13] != hashlib.blake2b(signed, digest_size=8).digest():
        raise ValueError("the checksum does not fit")
    count, coder = int.from_bytes(data[1:5], "big"), RangeDecoder(data[13:])
    bins = numbers_below(coder, math.prod(intervals), count)
    found = indices(coder, count, code)
    return [(bin_of(number, intervals), index) for number, index in zip(bins, found, strict=True)]


def bin_of(number: int, intervals: Sequence[int]) -> tuple[int, ...]:
    digits = []
    for size in reversed(intervals):
        number, digit = divmod(number, size)
        digits.append(digit)
    return tuple(reversed(digits))


# ------------------------------------------------------------------------------------------------------ samples


def philox(counter: tuple[int, int, int, int], key: int) -> tuple[int, ...]:
    c0, c1, c2, c3 = counter
    k0, k1 = key & M32, key >> 32
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 & M32, (p0 >> 32) ^ c3 ^ k1, p0 & M32
        k0, k1 = (k0 + 0x9E3779B9) & M32, (k1 + 0xBB67AE85) & M32
    return c0, c1, c2, c3


def words(key: int, purpose: int, number: int, pair: int) -> tuple[int, ...]:
    return philox((number & M32, number >> 32, pair, purpose), key)


def absorbed(key: int, limb: int, number: int) -> int:
    first, second, *_ = words(key, 3, limb, number)
    return first | second << 32


def bin_key(seed: int, intervals: Sequence[int], bin_: Sequence[int]) -> int:
    key, limb, size, number = seed, 0, 1, 0
    for n, digit in zip(intervals, bin_, strict=True):
        if size * n >= 2**63:
            key, limb, size, number = absorbed(key, limb, number), 0, 1, number + 1
        limb, size = limb * n + digit, size * n
    return absorbed(key, limb, number) if size > 1 else key


Place = tuple[float, float]  # u and 1 - u of a point, in (0, 1): where it lies under P


def candidate(seed: int, intervals: Sequence[int], bin_: Sequence[int], index: int) -> Iterator[Place]:
    """Where candidate `index` of a bin lies, in every dimension."""
    return of_key(bin_key(seed, intervals, bin_), intervals, bin_, index)


def of_key(key: int, intervals: Sequence[int], bin_: Sequence[int], index: int) -> Iterator[Place]:
    dim = len(intervals)
    tile, place = divmod(index - 1, 1024)
    row, column = divmod(place, 256)
    for d, (n, digit) in enumerate(zip(intervals, bin_, strict=True)):
        bits, shared = (8, 1) if dim <= 2 else (4, 2)
        byte = words(key, 7, tile * 64 + column // 4, d // shared)[row] >> 8 * (column % 4) & 255
        top = byte >> (8 - bits) if d % shared == 0 else byte & 15
        middle = words(key, 0, tile * 256 + column, d)[row]
        low = words(key, 8, index, d // 8)[d % 8 // 2] >> 16 * (d % 2) & 0xFFFF
        whole = top << (52 - bits) | middle << (20 - bits) | low >> (bits - 4)
        above = (1 << 53) - (2 * whole + 1)
        yield (digit + (2 * whole + 1) / 2**53) / n, (n - 1 - digit + above / 2**53) / n


QUANTILES: dict[str, Callable[[float, float], float]] = {
    "uniform": lambda u, _: u,
    "gaussian": lambda u, rest: NormalDist().inv_cdf(u) if u < rest else -NormalDist().inv_cdf(rest),
    "laplace": lambda u, rest: math.log(2 * u) if u < rest else -math.log(2 * rest),
    "logistic": lambda u, rest: math.log(u / rest),
}


# ------------------------------------------------------------------------------------------------------ other receivers


def pair_of(key: int, purpose: int, number: int, dimension: int) -> tuple[int, int]:
    a, b, c, d = words(key, purpose, number, dimension)
    return a | b << 32, c | d << 32


def listed(seed: int, index: int, count: int) -> int:
    """The candidate that minimal random coding of `count` candidates names with this index."""
    width = math.isqrt(count - 1) + 1
    height = -(-count // width)

    def shift(number: int, half: int, size: int) -> int:
        return pair_of(seed, 13, half, number)[0] % size

    place = (index - 1 - shift(8, 0, count)) % count
    while True:
        left, right = divmod(place, width)
        for number in (6, 4, 2, 0):
            right = (right - shift(number + 1, left, width)) % width
            left = (left - shift(number, right, height)) % height
        place = left * width + right
        if place < count:
            return place + 1


def node(seed: int, roots: Sequence[int], places: Sequence[int], index: int) -> Iterator[Place]:
    """The candidate of a box of A* coding."""
    halvings, numbers = [], []
    for root, place in zip(roots, places, strict=True):
        halvings.append((place // root + 1).bit_length() - 1)
        numbers.append(place - root * (2 ** halvings[-1] - 1))
    intervals = [root << k for root, k in zip(roots, halvings, strict=True)]
    key = bin_key(seed, intervals, numbers)
    if any(halvings):
        key = bin_key(key, [64] * len(roots), halvings)
    return of_key(key, intervals, numbers, index)


def walked(seed: int, path: int, steps: int) -> Place:
    """The end of a path of fast GPRS."""
    low, high = (0.0, 1.0), (1.0, 0.0)
    for step in range(1, steps + 1):
        key = bin_key(seed, [1 << (step - 1)], [path >> (steps - step)])
        ((v, rest),) = of_key(key, [1], [0], step)
        mass = low[1] - high[1] if low[0] > 0.5 else high[0] - low[0]
        point = low[0] + v * mass, high[1] + rest * mass
        if step < steps and path >> (steps - step - 1) & 1:
            low = point
        else:
            high = point
    return point


LAYERS: dict[str, Callable[[float, float], float]] = {
    "gaussian": lambda p, q: math.sqrt(NormalDist().inv_cdf(p / 2) ** 2 - 2 * math.log(q)),
    "laplace": lambda p, q: -math.log(p * q),
    "logistic": lambda p, q: 2 * math.acosh(1 / math.sqrt(q * p * (2 - p))),
    "uniform": lambda p, q: 0.5,
}


def dithered(family: str, scales: Sequence[float], seed: int, numbers: Sequence[int]) -> Iterator[float]:
    """The sample of layered dither, for a standard P."""
    least, most = (0.0, 1.0) if family == "uniform" else (-math.inf, math.inf)
    for d, (scale, number) in enumerate(zip(scales, numbers, strict=True)):
        p, q = (((word >> 12) + 0.5) / 2**52 for word in pair_of(seed, 15, 0, d))
        offset = ((pair_of(seed, 14, 0, d // 2)[d % 2] >> 12) + 0.5) / 2**52
        k = -(number // 2) - 1 if number % 2 else number // 2
        x = 2 * scale * max(LAYERS[family](p, q), 2**-17) * (k - offset)
        yield min(max(x, least), most)
