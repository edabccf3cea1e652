"""Codes for the local index, their lengths in bits, and messages to bytes and back.

A message is a bin and a local index. The bin costs log2 J bits, because the decoder does not know the target, so that
all bins are equally probable to it. The index is coded by a law that both sides agree on beforehand: `ZipfCode` when
the mean of its logarithm is known, `MatchedCode` when the channel is, `EliasDelta` when nothing is, `FixedCode` when it
is one of a fixed number (ordered random coding), `PowerCode` when it is one of a fixed number and not uniform, and
`ConditionalCode` when the receiver has time to look at the candidates itself.

Ideal lengths are -log2 of the probability, without rounding. `pack` is within a fraction of a bit per message of their
sum, by range coding (the `constriction` library), where nothing is rounded up to whole bits. All numbers given to the
range coder are whole and computed by exact or decimal arithmetic, so any machine can read what any other wrote.

code: what every code does. stream: the range coder. octaves: how large indices are coded. zipf, elias, fixed, power,
matched, conditional: the codes. dither: the integers of layered dither. winners: which message which source sends.
message_map: all of them. frame: `pack` and `unpack`.
"""

from ..partition import INDEX_LIMIT
from .code import Code
from .conditional import ConditionalCode
from .dither import DitherCode
from .elias import EliasDelta
from .fixed import FixedCode
from .frame import FORMAT_VERSION, FRAME_BYTES, message_length_bits, pack, pack_bare, unpack, unpack_bare
from .matched import MatchedCode
from .message_map import message_map
from .power import PowerCode
from .stream import TableCode, decode_places, encode_places, pack_stream, unpack_stream
from .winners import Winners, winners
from .zipf import CODEWORD_LIMIT_BITS, ZipfCode

__all__ = [
    "CODEWORD_LIMIT_BITS",
    "FORMAT_VERSION",
    "FRAME_BYTES",
    "INDEX_LIMIT",
    "Code",
    "ConditionalCode",
    "DitherCode",
    "EliasDelta",
    "FixedCode",
    "MatchedCode",
    "PowerCode",
    "TableCode",
    "Winners",
    "ZipfCode",
    "decode_places",
    "encode_places",
    "message_length_bits",
    "message_map",
    "pack",
    "pack_bare",
    "pack_stream",
    "unpack",
    "unpack_bare",
    "unpack_stream",
    "winners",
]
