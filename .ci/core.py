"""The core, installed without extras: it loads nothing that draws, and sends a message."""

import sys
from pathlib import Path

import rec_core as rec

EXTRAS = {"streamlit", "plotly", "PIL", "skimage", "pyarrow", "pandas", "distributed", "rec_viz"}

assert Path(sys.prefix) in Path(rec.__file__).parents, rec.__file__
assert not EXTRAS & {name.partition(".")[0] for name in sys.modules}
channel = rec.gaussian_channel([8, 8, 8, 8, 8, 8])
bins = rec.allocate(channel, log2_bins=48)
sent = rec.encode(channel.draw(seed=1), rec.PFR(bins), seed=7)
assert (rec.decode(sent.message, channel.prior, bins, seed=7) == sent.sample).all()
print(f"rec-lab {rec.__version__} sent one of 2^48 bins after {sent.examined} candidates.")
