"""What pages are set to: `table` has every parameter, `view` what becomes of a View, `presets` views worth seeing,
`links` records as addresses, and `widgets`, which alone needs Streamlit, the session's.
"""

from .links import link, link_query, read_link
from .presets import PRESETS
from .table import LANES, PAGES, TABLE, View

__all__ = ["LANES", "PAGES", "PRESETS", "TABLE", "View", "link", "link_query", "read_link"]
