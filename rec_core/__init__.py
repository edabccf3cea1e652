"""Relative entropy coding (channel simulation): send a random sample X ~ Q in about I[X;Y] bits.

    import rec_core as rec
    channel = rec.gaussian_channel([4.0, 2.0])               # bits of information in each dimension
    problem = channel.draw(seed=7)                           # one target Q, known to the sender only
    bins = rec.allocate(channel, log2_bins=6)                # J = 64 bins, known to both sides
    sent = rec.encode(problem, rec.PFR(bins), seed=7)        # sent.message is all that travels
    sample = rec.decode(sent.message, channel.prior, bins, seed=7)
    assert (sample == sent.sample).all()                     # to the last bit

Read in this order: families, randomness, prior, channel, discrete, partition, candidates, dither, decode (the
receiver), then the sender's side: tables, upper_sum, clocks, laws, methods, searches, encode, advise, trace, rules;
then codes, metrics, study and images.
SciPy is imported inside the functions that use it, because importing it takes longer than all the rest.
"""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import TYPE_CHECKING

from .jit import kernels_cached

if TYPE_CHECKING:
    from . import images, study

with kernels_cached():
    from . import codes, laws, metrics, randomness, rules
    from .advise import Advice, Option, advise
    from .allocation import Strategy, allocate
    from .channel import (
        Channel,
        Problem,
        gaussian_channel,
        gaussian_problem,
        laplace_problem,
        logistic_problem,
        piecewise_problem,
        uniform_channel,
        uniform_problem,
    )
    from .codes import FRAME_BYTES, EliasDelta, FixedCode, MatchedCode, ZipfCode, message_length_bits, pack, unpack
    from .decode import decode, decode_many
    from .discrete import (
        DiscreteChannel,
        binary_symmetric_channel,
        discrete_channel,
        discrete_problem,
        erasure_channel,
        letters,
    )
    from .encode import Encoding, Encodings, encode, encode_many
    from .errors import BudgetExceeded, MessageError, RecError
    from .methods import (
        GPRS,
        ORC,
        PFR,
        AStar,
        FastGPRS,
        GreedyRejection,
        LayeredDither,
        Method,
        MinimalRandomCoding,
        RejectionSampling,
        Stopping,
        TruncatedPFR,
    )
    from .partition import ENUMERABLE_BINS, Message, Partition
    from .prior import Prior
    from .tables import Weighting, bin_peaks_bits, bin_weights
    from .trace import Trace, trace
    from .upper_sum import upper_sum_bits

__version__ = "0.1.0"


def __getattr__(name: str) -> ModuleType:
    """`rec.images` and `rec.study`, imported on first use: few programs need them."""
    if name in ("images", "study"):
        return importlib.import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = [
    "ENUMERABLE_BINS",
    "FRAME_BYTES",
    "GPRS",
    "ORC",
    "PFR",
    "AStar",
    "Advice",
    "BudgetExceeded",
    "Channel",
    "DiscreteChannel",
    "EliasDelta",
    "Encoding",
    "Encodings",
    "FastGPRS",
    "FixedCode",
    "GreedyRejection",
    "LayeredDither",
    "MatchedCode",
    "Message",
    "MessageError",
    "Method",
    "MinimalRandomCoding",
    "Option",
    "Partition",
    "Prior",
    "Problem",
    "RecError",
    "RejectionSampling",
    "Stopping",
    "Strategy",
    "Trace",
    "TruncatedPFR",
    "Weighting",
    "ZipfCode",
    "__version__",
    "advise",
    "allocate",
    "bin_peaks_bits",
    "bin_weights",
    "binary_symmetric_channel",
    "codes",
    "decode",
    "decode_many",
    "discrete_channel",
    "discrete_problem",
    "encode",
    "encode_many",
    "erasure_channel",
    "gaussian_channel",
    "gaussian_problem",
    "images",
    "laplace_problem",
    "laws",
    "letters",
    "logistic_problem",
    "message_length_bits",
    "metrics",
    "pack",
    "piecewise_problem",
    "randomness",
    "rules",
    "study",
    "trace",
    "uniform_channel",
    "uniform_problem",
    "unpack",
    "upper_sum_bits",
]
