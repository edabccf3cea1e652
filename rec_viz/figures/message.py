"""Bits laid side by side, each group over its name and what it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import NamedTuple


class Group(NamedTuple):
    """Some bits that say one thing: `bits` as 0s and 1s, `role` a role of the theme, `name`, and what they say."""

    bits: str
    role: str
    name: str
    says: str


def bit_groups(groups: Sequence[Group], colours: Mapping[str, str]) -> str:
    """HTML of the groups in reading order, underlined in the colours of their roles; they wrap."""
    cells = "".join(
        f'<div style="min-width:4.5rem;max-width:13rem"><div style="font-family:monospace;font-size:1.05rem;'
        f"overflow-wrap:anywhere;padding:0.1rem 0.3rem;border-bottom:4px solid {colours[group.role]}"
        f'">{escape(group.bits) or "&nbsp;"}</div><div style="padding:0.2rem 0.3rem 0"><strong>{escape(group.name)}'
        f"</strong><br>{escape(group.says)}</div></div>"
        for group in groups
    )
    return f'<div style="display:flex;flex-wrap:wrap;gap:0.8rem 0.4rem;font-size:0.8rem;line-height:1.3">{cells}</div>'
