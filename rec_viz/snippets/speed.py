"""The charts of the Speed page as programs."""

from __future__ import annotations

from ..controls import View
from . import head


def blame(view: View) -> str:
    """sup r' of every bin under two weightings."""
    return f"""{head(view)}
from rec_viz.figures import speed

(peaks,) = rec.bin_peaks_bits(problem, bins)
sups = {{}}
for name, weights in {{"target mass": "target_mass", "peak ratio": "peak_ratio"}}.items():
    (share,) = rec.bin_weights(problem, bins, weights)
    sups[name] = np.nan_to_num(np.exp2(peaks) / (share * bins.num_bins))
roles = {{"target mass": "best", "peak ratio": "heuristic"}}
figure = speed.blame(sups, roles, rec.laws.expected_examined(problem), colours)
"""
