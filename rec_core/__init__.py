"""Relative entropy coding (channel simulation): send a random sample X ~ Q in about I[X;Y] bits.

    import rec_core as rec
    channel = rec.gaussian_channel([4.0, 2.0])               # bits of information in each dimension
    problem = channel.draw(seed=7)                           # one target Q, known to the sender only
    bins = rec.allocate(channel, log2_bins=6)                # J = 64 bins, known to both sides
    sent = rec.encode(problem, "pfr", bins, seed=7)          # sent.message is all that travels
    held = rec.decode(sent.message, channel.coding, bins, seed=7)
    assert (held == sent.sample).all()                       # to the last bit

Read in this order: families, channel, partition, randomness, race, codes, laws.
"""

from . import laws, randomness
from .channel import (
    Channel,
    Coding,
    Problem,
    gaussian_channel,
    gaussian_problem,
    uniform_channel,
    uniform_problem,
)
from .errors import BudgetExceeded, MessageError, RecError
from .partition import Message, Partition, allocate, partition, upper_sum_bits
from .race import Encoding, Encodings, Trace, decode, encode, encode_many, trace
