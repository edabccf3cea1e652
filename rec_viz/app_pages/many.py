"""The foot of Play: upload many problems as a CSV, and see for each, and for all, whether bins would help."""

from __future__ import annotations

import streamlit as st

import rec_core as rec
from rec_viz.app_pages import parts
from rec_viz.background import Job
from rec_viz.components import upload
from rec_viz.model import many as batch
from rec_viz.model.many import Batch, Row, Summary
from rec_viz.settings import link, table
from rec_viz.text import reading

SHOWN = {
    "row": "Row", "name": "Name", "kl_bits": "KL, bits", "d_inf_bits": "D∞, bits",
    "plain_candidates": "No bins: candidates", "plain_bits": "No bins: bits", "plain_seconds": "No bins: time",
    "best_log2_bins": "Best J", "best_candidates": "Best J: candidates", "best_bits": "Best J: bits",
    "best_seconds": "Best J: time", "note": "Note",
}  # fmt: skip


def section() -> None:
    """Uploader, template, and what has been worked out."""
    st.markdown(
        "Would bins help with **your** problems? Upload them as a CSV, one row a problem: a header with `mean_1` to "
        "`mean_D` and `scale_1` to `scale_D` for Gaussian targets against P = N(0, 1), or `low_d` and `high_d` for "
        f"boxes in [0, 1]. A column `name` is optional; up to {table.MAX_DIM} dimensions and {batch.MAX_ROWS:,} "
        "rows. The file stays on the machine that runs this app."
    )
    st.download_button(
        "Template", batch.TEMPLATE, "problems.csv", key="batch_template", on_click="ignore", icon=":material/download:"
    )
    upload.show("CSV of problems", ".csv,text/csv", key="batch_file", on_file=take)
    if "batch_read" not in st.session_state:
        return
    name, found = st.session_state.batch_read
    if found.faults:
        st.error(
            f"Nothing of {code(name)} was worked out. Please mend this first:\n\n"
            + "\n".join(f"- {reading.plain(fault)}" for fault in found.faults),
            icon=":material/error:",
        )
        return
    count = len(found.problems)
    st.markdown(
        f"{code(name)} holds {count:,} problem{'s' * (count != 1)} in {found.problems[0].problem.dim} "
        f"dimension{'s' * (found.problems[0].problem.dim != 1)}."
    )
    job = st.session_state.get("batch_job")
    active = job is not None and job.running
    st.fragment(live, run_every=1.0 if active else None)(found.problems)


def code(name: str) -> str:
    """A file's name as it is, whatever marks it holds."""
    return "`" + name.replace("`", "") + "`"


def take(name: str, data: bytes | None) -> None:
    """Another file: the run of the last one ends."""
    job = st.session_state.pop("batch_job", None)
    if job is not None:
        job.stop.set()
    if data is None:
        found = batch.Contents((), (f"The file is larger than {upload.MOST_BYTES / 1e6:g} MB; split it.",))
    else:
        found = batch.read(data)
    st.session_state.batch_read = name, found


def live(problems: tuple[batch.Entry, ...]) -> None:
    """The run and its rows; redrawn by itself while it runs."""
    job: Job[Batch] | None = st.session_state.get("batch_job")
    active = job is not None and job.running
    left, right = st.columns([1, 3], vertical_alignment="center")
    if job is not None and active:
        if left.button("Stop", icon=":material/stop:", key="batch_stop", width="stretch"):
            job.stop.set()
        right.progress(job.share, f"{job.done:,} of {job.total:,} problems, {reading.time_left(job.seconds_left)}")
    else:
        if st.session_state.pop("batch_running", False):  # it has just ended: stop redrawing
            st.rerun()
        kept = job.state.rows if job is not None else []
        left_over = len(problems) - len(kept)
        begin = "Go on" if kept else f"Work out {len(problems):,} problem{'s' * (len(problems) != 1)}"
        if left.button(
            begin, icon=":material/play_arrow:", key="batch_run", width="stretch", disabled=left_over == 0
        ):  # fmt: skip
            st.session_state.batch_job = batch.start(problems, parts.alive(), kept)
            st.rerun()
        right.markdown(state(job))
    if active:
        st.session_state.batch_running = True
    if job is not None and job.state.rows:
        results(list(job.state.rows), job.state.cuts, len(problems), active)


def state(job: Job[Batch] | None) -> str:
    """What has been worked out, in a few words."""
    if job is None:
        return "Not worked out yet."
    done, total = len(job.state.rows), len(job.state.problems)
    if job.error:
        return f":material/error: It ended early, after {done:,} problems: {reading.plain(str(job.error))}"
    return f"All {total:,} worked out." if done == total else f"Stopped at {done:,} of {total:,}; these are kept."


def results(rows: list[Row], cuts: tuple[rec.Partition, ...], total: int, active: bool) -> None:
    """The verdict over all rows, the table, the download, and a way to one row."""
    said = batch.summary(rows, cuts)
    st.markdown(
        verdict(said, len(rows), total) if said else "PFR cannot serve any of these rows; the last column says why."
    )
    records = [batch.record(row) for row in rows]
    for record in records:
        k = record["best_log2_bins"]
        record["best_log2_bins"] = "" if k is None else reading.raised(f"2^{k:g}") if k else "no bins"
        for end, say in (("seconds", reading.duration), ("candidates", reading.number)):
            for key in (f"plain_{end}", f"best_{end}"):
                amount = record[key]
                record[key] = say(amount) if isinstance(amount, float) else ""
    columns = {
        SHOWN[key]: [record[key] for record in records] for key in SHOWN if any(record[key] != "" for record in records)
    }
    two = st.column_config.NumberColumn(format="%.2f")
    st.dataframe(
        columns, key="batch_table", hide_index=True, height=min(38 + 35 * len(rows), 420),
        column_config={SHOWN[key]: two for key in SHOWN if key.endswith("_bits")},
    )  # fmt: skip
    if active:
        return
    with st.container(horizontal=True, vertical_alignment="bottom", key="batch_take"):
        st.download_button(
            "Results as CSV", batch.as_csv(rows), "problems-worked-out.csv", key="batch_csv", on_click="ignore",
            icon=":material/download:",
        )  # fmt: skip
        number = st.number_input("Row to open", 1, len(rows), 1, key="batch_row", width=160)
        st.link_button(
            f"Open row {number} in Play", link(st.context.url or "", batch.view_of(rows[number - 1])),
            icon=":material/open_in_new:",
        )  # fmt: skip


def verdict(said: Summary, rows: int, total: int) -> str:
    """One J for all of the rows worked out so far of the `total`, against none."""
    plain, best = said.options[0], said.options[said.best]
    left_out = rows - said.served
    whole = "all" if rows == total else "the first"
    over = f"{whole} {said.served:,} problems" if said.served > 1 else "one problem"
    note = f" {left_out:,} more cannot be served by PFR and are left out." if left_out else ""

    def cost(one: batch.Shared) -> str:
        return (
            f"**{said.served * one.mean_bits:,.1f} bits** in all, {reading.number(one.mean_candidates)} candidates on "
            f"average and **{reading.duration(one.seconds)}** of search"
        )

    if not said.best:
        answer = f"**No.** Over {over}, one code and no bins cost {cost(plain)}; no shared partition does better."
    else:
        text = reading.raised(f"2^{best.partition.log2_bins:g}")
        ways = " × ".join(map(str, best.partition.intervals[:8])) + " …" * (len(best.partition.intervals) > 8)
        ways = f" ({ways})" if len(best.partition.intervals) > 1 else ""
        answer = (
            f"**Yes: J = {text}{ways} for all.** Over {over} the two sides agree on one partition and one code. That "
            f"costs {cost(best)}; without bins it is {cost(plain)}."
        )
    return (
        f"{answer}{note} The table gives each row a J and a code of its own, which the receiver would have to know; "
        "best means the fewest bits, counting a search half as long as worth one bit."
    )
