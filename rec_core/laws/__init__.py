"""What theory predicts about a search: how many candidates it examines, how many bits its message takes.

bounds: bounds on message lengths. floor: what no code goes below. examined: expected candidates. index: the exact law
of the local index, a mixture of geometrics (mixture): in one dimension (line, index_normal), in more (index_space), and
where r is simpler (index_box, index_knots). orc: the output of ORC; orc_index: its index. lengths: mean message
lengths. notice: when ORC's bias is detectable. ratio: the law of ln r', which the others use. grids: laws of sums, by
Fourier transforms.
"""

from .bounds import bound_bits, log2_index_bound_bits, overhead_bits, sharp_bound_bits
from .examined import examined_by_bins, expected_examined
from .floor import channel_simulation_divergence_bits, functional_information_bits, width_function
from .index import expected_log2_index, index_law, index_pmf
from .lengths import mean_length_bits
from .mixture import IndexLaw, mean_log2_geometric
from .notice import NOTICEABLE, orc_silence, unnoticed_candidates, unnoticed_samples
from .orc import OrcBias, orc_bias, orc_density, output_ratio

__all__ = [
    "NOTICEABLE",
    "IndexLaw",
    "OrcBias",
    "bound_bits",
    "channel_simulation_divergence_bits",
    "examined_by_bins",
    "expected_examined",
    "expected_log2_index",
    "functional_information_bits",
    "index_law",
    "index_pmf",
    "log2_index_bound_bits",
    "mean_length_bits",
    "mean_log2_geometric",
    "orc_bias",
    "orc_density",
    "orc_silence",
    "output_ratio",
    "overhead_bits",
    "sharp_bound_bits",
    "unnoticed_candidates",
    "unnoticed_samples",
    "width_function",
]
