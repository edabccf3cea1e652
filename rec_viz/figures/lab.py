"""A message's length beside what theory allows, as a small accessible list of bars."""

from __future__ import annotations

from html import escape
from typing import NamedTuple


class Bar(NamedTuple):
    """One row: parts are (bits, colour, what) laid end to end; `outline` draws a limit rather than a quantity."""

    label: str
    text: str
    parts: tuple[tuple[float, str, str], ...]
    outline: bool = False


def length_bars(bars: list[Bar], longest_bits: float) -> str:
    """HTML of the bars on a common scale from 0 to `longest_bits`; every number stands beside its bar as text."""
    rows = []
    for bar in bars:
        pieces = "".join(
            f'<div title="{escape(what)}" style="width:{100 * max(bits, 0) / longest_bits:.2f}%;height:0.6rem;'
            + (f"border:2px dashed {colour};box-sizing:border-box" if bar.outline else f"background:{colour}")
            + '"></div>'
            for bits, colour, what in bar.parts
        )
        rows.append(
            f'<div style="display:flex;justify-content:space-between;gap:0.5rem"><span>{escape(bar.label)}</span>'
            f'<span style="font-variant-numeric:tabular-nums">{escape(bar.text)}</span></div>'
            f'<div style="display:flex;gap:1px" aria-hidden="true">{pieces}</div>'
        )
    body = "".join(f'<div style="display:grid;gap:0.15rem">{row}</div>' for row in rows)
    return f'<div style="display:grid;gap:0.55rem;font-size:0.875rem;line-height:1.2">{body}</div>'
