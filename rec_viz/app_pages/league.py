"""Which method? Every method at one channel: bits above the floor, candidates, time, bias; and the border of dither."""

from __future__ import annotations

import math
from typing import Any

import streamlit as st

import rec_core as rec
from rec_core.advise import floor_bits
from rec_viz import warm_up
from rec_viz.app_pages import parts
from rec_viz.background import Halted, Job, Steps
from rec_viz.components.export import chart
from rec_viz.figures import league as figures
from rec_viz.model import league as model
from rec_viz.model import setting
from rec_viz.settings import widgets
from rec_viz.settings.table import League
from rec_viz.snippets import league as snippets
from rec_viz.text import reading

view, place = parts.research_page(
    "league", "Which method?", {"The channel": ("family", "bits", "dim", "spread")}, lanes=("pfr",)
)
colours = parts.colours()
channel = parts.attempt(lambda: setting.channel_of(view))


def said(option: rec.Option) -> str:
    """A method and its two numbers, in words."""
    count = reading.candidates(option.log2_candidates)
    search = "no search" if option.log2_candidates <= 0 else f"{count} candidates"
    return f"**{model.title(option)}**, {option.bits:.2f} bits and {search}"


def finding(options: tuple[rec.Option, ...]) -> str:
    """Which method, in words; while it is worked out, what is asked."""
    best, search = model.answer(options)
    if best is None:
        return "No method serves this channel; the table says why."
    if search is None or best is search:
        return f"Take {said(best)}."
    return f"Take {said(best)}, if the receiver knows how wide Q is. If only the sender does: {said(search)}."


def seconds(option: rec.Option) -> str:
    """The time of a message, and whether it was measured."""
    return reading.duration(option.seconds) + (" *" if option.known[2] == "predicted" else "")


def record(option: rec.Option) -> dict[str, Any]:
    """A row of the table; numbers are missing where there are none."""
    known = math.isfinite(option.bits)
    off = "exact" if option.bias == 0 else "not known" if math.isnan(option.bias) else reading.small(option.bias)
    return {
        "Method": model.title(option),
        "Bits": option.bits if known else None,
        "Above the floor": option.above_floor_bits if known else None,
        "Candidates": reading.candidates(option.log2_candidates) if known else "",
        "Time": seconds(option) if known else "",
        "Samples": off if known else "",
        "The receiver": option.decoder,
        "Bits are": option.known[0],
        "Candidates are": option.known[1],
        "Refused because": reading.raised(option.refused),
    }


def table(options: tuple[rec.Option, ...]) -> None:
    """What `rec.advise` returns."""
    rows = [record(option) for option in options]
    keys = [key for key in record(options[0]) if any(row[key] not in ("", None) for row in rows)] if rows else []
    two = st.column_config.NumberColumn(format="%.2f")
    st.dataframe(
        {key: [row[key] for row in rows] for key in keys}, key="league_table", hide_index=True,
        height=38 + 35 * max(1, len(rows)), column_config={"Bits": two, "Above the floor": two},
    )  # fmt: skip


def work_out(bias: float, state: model.Board, halted: Halted) -> Steps:
    """The whole board, once the kernels are compiled."""
    warm_up.warm_up().ready.wait()
    yield from model.work_out(view, bias, state, halted)


bias = widgets.now(League).bias
if st.session_state.get("league_of") != (channel, bias):
    if "league_job" in st.session_state:
        st.session_state.league_job.stop.set()
    st.session_state.league_of = channel, bias
    st.session_state.league_job = Job(model.Board(), lambda state, halted: work_out(bias, state, halted), parts.alive())


TITLE = "Bits above the floor, against the candidates a message takes"


def drawn(board: model.Board) -> tuple[Any, str, str]:
    """The chart of the race with its key and its program."""
    return figures.race(board.lines, model.marks(board), colours), "league_race", snippets.race(view, bias)


def show(job: Job[model.Board]) -> None:
    """The board while it is worked out; a page drawn anew every second cannot have buttons."""
    options = job.state.ranked
    parts.finding(st.empty(), finding(options) if options else "Every method, one race: bits against candidates.")
    st.progress(job.share, f"Working out {job.state.doing}, {reading.time_left(job.seconds_left)}")
    st.markdown(f"**{TITLE}**")
    st.plotly_chart(drawn(job.state)[0], key="league_race_so_far")
    if options:
        table(options)
    if not job.running:
        st.rerun()


job: Job[model.Board] = st.session_state.league_job
if not job.ended.wait(0.7):
    st.fragment(show, run_every=1.0)(job)
    st.stop()
if job.error:
    raise job.error
board = job.state
parts.finding(place, finding(board.ranked))
chart(*drawn(board), TITLE)
st.markdown(
    "Left is fast, low is short. Lines are exact laws; a dot stands where runs on this machine counted its candidates, "
    "open where samples are a little off. "
    "No method sends fewer bits than the floor, functional information "
    f"(**{floor_bits(channel):.2f} bits** here, I is {channel.information_bits:.4g}), but those whose samples are not "
    "quite Q’s."
)
widgets.widget(League, "bias", "content")
table(board.ranked)
predicted = any(option.known[2] == "predicted" for option in board.ranked if not option.refused)
st.markdown(
    "Best first: the least bits + log₂(candidates), so a bit of message is worth half the search. Bits are mean ideal "
    "lengths under a code matched to the law. Candidates are those of a typical target, 2 to the mean of log₂: over "
    "the targets of a Gaussian channel the mean of sup r has no end. Time is of one message on one core of this "
    "machine" + (", * predicted from candidates a second." if predicted else ".")
)


def border() -> None:
    """Dimensions against bits of each: on which side of the line a channel lies."""
    parts.each(model.crossings, model.BORDER_BITS, "Working out where the border lies")
    chart(
        figures.border(*model.border_chart(view), colours), "league_border", snippets.border(view),
        "To the right of a line, that search takes fewer bits than dither",
    )  # fmt: skip
    st.markdown(
        "By exact laws, for Gaussian channels with equally many bits in every dimension. Dither pays its half bit "
        "above I in every dimension, a search pays once for the whole block. So from about six dimensions on a search "
        "is shorter; below, dither is shorter, and always faster. But it only serves noise that is added and whose "
        "width both sides know: where the width of Q is the sender’s own, it cannot be used."
    )


parts.section("When does searching beat dither?", "league_border_part", border)
