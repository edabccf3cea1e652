"""Relative entropy coding (channel simulation): send a random sample X ~ Q in about I[X;Y] bits.

    import rec_core as rec
    channel = rec.gaussian_channel([4.0, 2.0])               # bits of information in each dimension
    problem = channel.draw(seed=7)                           # one target Q, known to the sender only
    bins = rec.allocate(channel, log2_bins=6)                # J = 64 bins, known to both sides
    sent = rec.encode(problem, "pfr", bins, seed=7)          # sent.message is all that travels
    held = rec.decode(sent.message, channel.coding, bins, seed=7)
    assert (held == sent.sample).all()                       # to the last bit

Read in this order: families, randomness, channel, partition, counts, race, kernels, kernels_bins, search, laws, codes,
metrics, study (`from rec_core import study`). SciPy is imported by the functions that use it: that takes longer than
all the rest.
"""

from .cache import kernels_kept

with kernels_kept():
    from . import laws, metrics, randomness
    from .channel import (
        Channel,
        Coding,
        Problem,
        gaussian_channel,
        gaussian_problem,
        piecewise_problem,
        uniform_channel,
        uniform_problem,
    )
    from .codes import FRAME_BYTES, EliasDelta, FixedCode, MatchedCode, ZipfCode, message_length_bits, pack, unpack
    from .errors import BudgetExceeded, MessageError, RecError
    from .partition import Message, Partition, allocate, bin_peaks_bits, bin_weights, partition, upper_sum_bits
    from .search import ENUMERABLE_BINS, Encoding, Encodings, Trace, decode, decode_many, encode, encode_many, trace

__version__ = "0.1.0"

__all__ = [
    "ENUMERABLE_BINS",
    "FRAME_BYTES",
    "BudgetExceeded",
    "Channel",
    "Coding",
    "EliasDelta",
    "Encoding",
    "Encodings",
    "FixedCode",
    "MatchedCode",
    "Message",
    "MessageError",
    "Partition",
    "Problem",
    "RecError",
    "Trace",
    "ZipfCode",
    "__version__",
    "allocate",
    "bin_peaks_bits",
    "bin_weights",
    "decode",
    "decode_many",
    "encode",
    "encode_many",
    "gaussian_channel",
    "gaussian_problem",
    "laws",
    "message_length_bits",
    "metrics",
    "pack",
    "partition",
    "piecewise_problem",
    "randomness",
    "trace",
    "uniform_channel",
    "uniform_problem",
    "unpack",
    "upper_sum_bits",
]
