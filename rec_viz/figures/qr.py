"""A QR code of a link, for the camera of a phone."""

from __future__ import annotations

import io

import segno


def picture(text: str) -> str:
    """SVG of the QR code of a text, black on white in either theme, with the quiet border that cameras need."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out,
        kind="svg",
        border=4,
        dark="#000",
        light="#fff",
        xmldecl=False,
        svgclass=None,
        lineclass=None,
        omitsize=True,
    )
    return out.getvalue().decode()
