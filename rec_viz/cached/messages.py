"""Messages: what streams of them cost."""

from __future__ import annotations

import streamlit as st

from .. import messages
from ..controls import View
from .races import MAX_EXAMINED
from .views import channel_of, channel_values, partition_of

STREAM_SIZES = (1, 3, 10, 30, 100, 300)


def shared_of(view: View) -> messages.Shared:
    """What a view says both sides hold. RecError where it asks for the impossible."""
    channel = channel_of(view)
    return messages.Shared(view.seed, channel, partition_of(view, channel), view.code)


def stream(view: View) -> tuple[messages.StreamCost, ...]:
    """What many messages in one stream cost, a message. RecError past the budget."""
    return _stream(seed=view.seed, code=view.code, **channel_values(view))


@st.cache_data(max_entries=64, show_spinner="Encoding three hundred messages")
def _stream(**values: object) -> tuple[messages.StreamCost, ...]:
    view = View(**values)  # type: ignore[arg-type]
    return messages.stream_costs(shared_of(view), STREAM_SIZES, MAX_EXAMINED // STREAM_SIZES[-1])
