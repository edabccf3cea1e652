"""Pictures: what the Images page needs to know of a machine and of a picture."""

from __future__ import annotations

import time

import numpy as np
import streamlit as st

import rec_core as rec
from rec_core.images import dct, mixture

from .. import pictures


@st.cache_data(max_entries=64, show_spinner=False)
def orc_rate(dim: int, bins: bool) -> float:
    """How many candidates of one ORC search in `dim` dimensions this machine examines in a second, to two digits."""
    problem = rec.gaussian_problem([0.0] * dim, [0.5] * dim)
    cut, n = rec.partition((2 if bins else 1,) * dim), 2**16
    seconds = []
    for _ in range(3):  # the first may compile
        begun = time.perf_counter()
        rec.encode(problem, "orc", cut, num_candidates=n, seed=0)
        seconds.append(time.perf_counter() - begun)
    return float(f"{n / min(seconds):.1e}")


@st.cache_data(max_entries=16, show_spinner="Dealing the picture into blocks")
def transform_blocks(picture: pictures.Picture, rate: str, block_bits: int, log2_bins: int) -> tuple[int, float]:
    """Blocks the transform codec makes of a picture, and their mean information in bits."""
    model, level = mixture.shipped(), mixture.level_for(rate)
    tiles, classes = dct.classify(model, level, picture)
    rows = np.split(classes, len(tiles))
    strips = [dct.group(model, level, row, own, block_bits, log2_bins) for row, own in zip(tiles, rows, strict=True)]
    count = sum(len(strip.groups) for strip in strips)
    information = -float(sum(np.log2(strip.scale).sum() for strip in strips))
    return count, information / max(count, 1)


@st.cache_data(max_entries=16, show_spinner=False)
def compressed(picture: pictures.Picture, kind: str) -> tuple[pictures.Compressed, ...]:
    """A picture as "JPEG" or "WEBP" at several qualities."""
    return pictures.compress(picture, kind)
