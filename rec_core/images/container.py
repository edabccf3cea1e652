"""The file: a header as small as can be, then one stream of messages.

    bytes  what
    1      format (high four bits) and codec (low four)
    1-2    width, then height: whole numbers in groups of seven bits, the last group without the top bit
    1      rate: 0 to 3 for the named ones, from 16 on 2^((byte - 112) / 16) bits per pixel
    1      bits of a block
    2      log2 J (six bits), octaves of the index (six), which of EXPONENTS (four)
    1-10   seed, written like width and height
    4      checksum of all the rest (CRC-32), big-endian
    rest   the messages, as `codes.pack_bare` writes them

A 32x32 picture with a seed below 128 has a header of 12 bytes. The checksum guards against damage, not forgery.
"""

from __future__ import annotations

import math
import zlib
from typing import Literal, NamedTuple, get_args

from ..checks import shown
from ..codes import PowerCode
from ..errors import MessageError, RecError
from .blocks import BLOCK_BITS, EXPONENTS
from .prior import RATES

FORMAT = 1
Codec = Literal["inr", "dct"]
"""Name of a codec: "inr" fits networks, "dct" sends transform coefficients."""

CODECS: tuple[Codec, ...] = get_args(Codec)
"""All of them."""

DITHERED = "dct-dither"
"""What a file calls "dct" whose samples are those of layered dither, which needs another decoder."""

_STORED = (*CODECS, DITHERED)
LONGEST_SIDE = 16384
_FIRST_NUMBER = 16  # rate bytes from here on are numbers
_LAST_NUMBER = 208
_UNIT = 112  # the byte of 1 bit per pixel
_CHECKSUM_BYTES = 4


class Header(NamedTuple):
    """What the receiver gets in addition to the messages. `code` is the law of the index.

    `codec` is one of CODECS, or DITHERED: then no block has bins, and what is said of these and the index is not read.
    """

    codec: str
    width: int
    height: int
    rate: str | float
    block_bits: int
    partition_bits: int
    code: PowerCode
    seed: int


def settle_rate(rate: str | float) -> str | float:
    """The rate as a header can store it: a name, or bits per pixel on a grid of 1/16 octave.

    Raises RecError for other rates.
    """
    if isinstance(rate, str):
        if rate not in RATES:
            raise RecError(
                f"Unknown rate {shown(rate)}; choose one of {', '.join(RATES)}, or bits per pixel as a number."
            )
        return rate
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not 2.0**-6 <= rate <= 2.0**6:
        raise RecError(f"A rate in bits per pixel must be a number from 1/64 to 64, got {shown(rate)}.")
    return float(2.0 ** (round(16.0 * math.log2(rate)) / 16.0))


def write(header: Header, payload: bytes) -> bytes:
    """The file."""
    wanted = header.rate
    rate = RATES.index(wanted) if isinstance(wanted, str) else _UNIT + round(16.0 * math.log2(wanted))
    laws = header.partition_bits << 10 | header.code.octaves << 4 | EXPONENTS.index(header.code.exponent)
    head = (
        bytes([FORMAT << 4 | _STORED.index(header.codec)])
        + _groups(header.width)
        + _groups(header.height)
        + bytes([rate, header.block_bits])
        + laws.to_bytes(2, "big")
        + _groups(header.seed)
    )
    return head + zlib.crc32(head + payload).to_bytes(_CHECKSUM_BYTES, "big") + payload


def read(data: bytes) -> tuple[Header, bytes, int]:
    """Header, messages and the header's length in bytes. Raises MessageError for anything but a whole file."""
    if not isinstance(data, bytes | bytearray | memoryview):
        raise MessageError(f"Expected the bytes that encode returned, got {type(data).__name__}.")
    data = bytes(data)
    if not data or data[0] >> 4 != FORMAT or data[0] & 15 >= len(_STORED):
        first = "or its first byte is damaged"
        raise MessageError(f"This is not a picture of format {FORMAT} ({first}); pass a whole file.")
    try:
        width, at = _number(data, 1)
        height, at = _number(data, at)
        rate, block_bits = data[at], data[at + 1]
        laws = int.from_bytes(data[at + 2 : at + 4], "big")
        seed, at = _number(data, at + 4)
    except IndexError:
        raise MessageError("The file ends within its header; pass all of it.") from None
    head, checksum, payload = data[:at], data[at : at + _CHECKSUM_BYTES], data[at + _CHECKSUM_BYTES :]
    if checksum != zlib.crc32(head + payload).to_bytes(_CHECKSUM_BYTES, "big"):
        raise MessageError("The checksum does not match: the file is damaged or cut short; fetch it again.")
    octaves = laws >> 4 & 63
    low, high = BLOCK_BITS
    if (
        not (1 <= width <= LONGEST_SIDE and 1 <= height <= LONGEST_SIDE and low <= block_bits <= high and octaves >= 2)
        or len(RATES) <= rate < _FIRST_NUMBER
        or rate > _LAST_NUMBER
        or seed >= 2**64
    ):
        raise MessageError("The header has values that no encoder writes; the file is not of this format.")
    stored = RATES[rate] if rate < len(RATES) else float(2.0 ** ((rate - _UNIT) / 16.0))
    code = PowerCode(EXPONENTS[laws & 15], octaves)
    header = Header(_STORED[data[0] & 15], width, height, stored, block_bits, laws >> 10, code, seed)
    return header, payload, at + _CHECKSUM_BYTES


def _groups(number: int) -> bytes:
    """A whole number >= 0, seven bits per byte, lowest first; the top bit is set if more follow."""
    out = bytearray()
    while number >= 128:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def _number(data: bytes, at: int) -> tuple[int, int]:
    """What `_groups` wrote at `at`, and where it ends."""
    number = shift = 0
    while True:
        number |= (data[at] & 127) << shift
        shift += 7
        at += 1
        if data[at - 1] < 128 or shift > 70:
            return number, at
