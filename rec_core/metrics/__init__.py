"""How far samples are from their law, and how accurate a mean is.

    from rec_core import metrics                             # or rec.metrics
    sent = rec.encode_many(problem, 2000, rec.ORC(64), seed=1)
    metrics.mmd(sent.samples, problem).squared               # unbiased; only one side is sampled
    metrics.ks(sent.samples, problem).p_value                # one per dimension

Samples have shape (M, D); a vector (M,) has D = 1. What SciPy has is SciPy's; the rest is here.

marginals: one dimension at a time. discrepancy: MMD. outputs: MMD of what a search sends, from its law. means:
confidence intervals.
"""

from .discrepancy import Mmd, median_bandwidth, mmd
from .marginals import Ks, ks, total_variation, variation_interval
from .means import Interval, bootstrap_interval, mean_interval
from .outputs import orc_mmd_squared, output_mmd, searched_until

__all__ = [
    "Interval",
    "Ks",
    "Mmd",
    "bootstrap_interval",
    "ks",
    "mean_interval",
    "median_bandwidth",
    "mmd",
    "orc_mmd_squared",
    "output_mmd",
    "searched_until",
    "total_variation",
    "variation_interval",
]
