"""Codes for the local index, their lengths in bits, and messages to bytes and back.

A message is a bin and a local index. The bin costs log2 J bits, because the decoder does not know the target and all
bins are alike to it. The index is coded by a law both sides agree on beforehand: `ZipfCode` when the mean of its
logarithm is known, `MatchedCode` when the channel is, `EliasDelta` when nothing is, `FixedCode` when it is one of a
fixed number (ordered random coding), `PowerCode` when it is one of a fixed number and not uniform.

Lengths called ideal are -log2 of the probability, no rounding. `pack` comes within a fraction of a bit a message of
their sum by range coding (the `constriction` library), with no slot rounded up to whole bits. Everything the range
coder is told is a whole number derived by exact or decimal arithmetic, so any machine reads what any other wrote.

code: what every code does. stream: the range coder. octaves: how long indices are written. zipf, elias, fixed, power,
matched: the codes. frame: `pack` and `unpack`.
"""

from ..partition import INDEX_LIMIT
from .code import Code
from .elias import EliasDelta
from .fixed import FixedCode
from .frame import FORMAT_VERSION, FRAME_BYTES, message_length_bits, pack, pack_bare, unpack, unpack_bare
from .matched import MatchedCode
from .power import PowerCode
from .stream import TableCode, decode_places, encode_places, pack_stream, unpack_stream
from .zipf import CODEWORD_LIMIT_BITS, ZipfCode

__all__ = [
    "CODEWORD_LIMIT_BITS",
    "FORMAT_VERSION",
    "FRAME_BYTES",
    "INDEX_LIMIT",
    "Code",
    "EliasDelta",
    "FixedCode",
    "MatchedCode",
    "PowerCode",
    "TableCode",
    "ZipfCode",
    "decode_places",
    "encode_places",
    "message_length_bits",
    "pack",
    "pack_bare",
    "pack_stream",
    "unpack",
    "unpack_bare",
    "unpack_stream",
]
