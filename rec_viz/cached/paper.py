"""The paper's experiments: how long they would take here."""

from __future__ import annotations

import time
from typing import NamedTuple

import numpy as np
import streamlit as st

import rec_core as rec

from .. import experiments


class Rates(NamedTuple):
    """What this machine does on two threads: candidates a second in 5-D; seconds for the exact law of one search."""

    candidates_per_second: float
    law_seconds: float


@st.cache_data(show_spinner="Timing this machine")
def paper_rates() -> Rates:
    """Measured once: what the Paper page's estimates of time rest on."""
    source = experiments.channel(6.0)
    cut = rec.allocate(source, 6)
    runs, candidates = 8, 2**13
    for target in range(2):  # the first compiles
        problem, begun = source.draw(target), time.perf_counter()
        rec.encode_many(problem, runs, "orc", cut, num_candidates=candidates, num_threads=experiments.WORKERS)
        middle = time.perf_counter()
        rec.metrics.output_mmd(problem, 2 ** np.arange(10), cut)
        ended = time.perf_counter()
    return Rates(runs * candidates / (middle - begun), ended - middle)


@st.cache_data(show_spinner=False)
def paper_seconds(key: str, size: str) -> float:
    """How long an experiment of the Paper page will take here, about."""
    chosen, rates = experiments.SIZES[size], paper_rates()
    if key == "stopped":
        return 2.0 * len(chosen.bits) * chosen.law_targets * rates.law_seconds
    work = experiments.STUDIES[key](chosen)
    laws = len({(one.source, one.cut) for one in work.cells})
    pairs = len(work.cells) * work.runs**2 if work.samples else 0
    return (
        experiments.candidates(key, chosen) / rates.candidates_per_second
        + laws * rates.law_seconds
        + pairs * 1e-8  # of the MMD of samples
        + work.num_runs * (1e-3 if key == "pfr" else 2e-5)  # of looking at targets, and of Python
    )
