"""Statements of the Reference page, worked out once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st


@st.cache_data(show_spinner=False)
def remembered(name: str, _work: Callable[[], tuple[Any, ...]]) -> tuple[Any, ...]:
    """What `_work` gives, done once under this name: the numbers beside a statement, which never change."""
    return _work()
