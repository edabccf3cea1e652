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
            f'<div title="{escape(what)}" style="width:{100 * max(bits, 0) / longest_bits:.2f}%;height:0.8rem;'
            + (f"border:2px dashed {colour};box-sizing:border-box" if bar.outline else f"background:{colour}")
            + '"></div>'
            for bits, colour, what in bar.parts
        )
        rows.append(
            f'<div style="flex:0 0 8.2rem">{escape(bar.label)}</div>'
            f'<div style="flex:1 1 0;min-width:0;display:flex;gap:1px" aria-hidden="true">{pieces}</div>'
            f'<div style="flex:0 0 5.6rem;text-align:right;font-variant-numeric:tabular-nums">{escape(bar.text)}</div>'
        )
    body = "".join(
        f'<div style="display:flex;align-items:center;gap:0.5rem;height:1.45rem">{row}</div>' for row in rows
    )
    return f'<div style="font-size:0.82rem;line-height:1.1">{body}</div>'
