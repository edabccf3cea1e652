"""Paper: the toy experiments of the paper, run live with this project's own recipe."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import streamlit as st

from rec_core import study
from rec_viz.app_pages import parts
from rec_viz.background import Job
from rec_viz.components.export import chart
from rec_viz.figures import paper as figures
from rec_viz.model.paper import results, running, studies
from rec_viz.model.paper.running import Run
from rec_viz.model.paper.studies import DIM, INTERVAL_BITS, INTERVAL_CANDIDATES, ORC_BITS, SIZES
from rec_viz.settings import widgets
from rec_viz.settings.table import Paper
from rec_viz.snippets import paper as snippets
from rec_viz.text import reading

notices = widgets.load_link("paper")
widgets.write_link(widgets.now(Paper))
parts.say_notices(notices)
place = parts.head("Paper", lambda: parts.share(widgets.now(Paper), "paper"))
colours = parts.colours()
d_inf, bins_bits = studies.exact_targets()
parts.finding(
    place,
    f"Each bit of D∞ doubles a plain search. With bins it makes it **{2.0 ** results.slope(d_inf, bins_bits)[0]:.2f} "
    "times** as long.",
)
chart(
    figures.exact(d_inf, bins_bits, colours), "paper_exact", snippets.exact(),
    f"Candidates against D∞ in {DIM} dimensions, a dot for each target",
)  # fmt: skip
st.markdown(
    "The paper behind this app, [Accelerating Relative Entropy Coding with Space "
    "Partitioning](https://arxiv.org/abs/2405.12203) (He, Flamich and Hernández-Lobato, 2024), tries its idea on small "
    "Gaussian problems first. Above is what the exact law says of such problems. The experiments below run on this "
    "machine. The recipe is ours, stated with each, so look for the **shape**: none of the numbers is the paper’s."
)
parts.wait_for_kernels(height=100)
jobs: dict[str, Job[Run]] = st.session_state.setdefault("paper_jobs", {})


# ------------------------------------------------------------------------------------------------ running


def at_work() -> str:
    """Which experiment runs in this session, or ''."""
    return next((key for key, job in jobs.items() if job.running), "")


def begin(key: str) -> None:
    if not at_work():
        jobs[key] = running.start(key, st.session_state.paper_size, parts.alive())


widgets.widget(Paper, "size", "content")


class Section(NamedTuple):
    """One experiment as the page tells it."""

    key: str
    title: str
    look: str  # what to look for
    paper: str  # what the paper says, in our words
    recipe: str
    draw: Callable[[Run], str]  # draws the charts, and returns what is seen


def show(section: Section) -> None:
    """An experiment, closed until it is asked for; its part redraws itself while it runs."""
    box = st.expander(f"**{section.title}**", key=f"paper_{section.key}_part", on_change="rerun")
    if not box.open:
        return
    with box:
        st.markdown(section.look)
        with st.popover("What the paper says, and our recipe", icon=":material/menu_book:"):
            st.markdown(f"**The paper.** {section.paper}\n\n**Our recipe.** {section.recipe}")
        st.fragment(live, run_every=1.0 if at_work() == section.key else None)(section)


def live(section: Section) -> None:
    key, job = section.key, jobs.get(section.key)
    active = job is not None and job.running
    left, right = st.columns([1, 3], vertical_alignment="center")
    if job is not None and active:
        if left.button("Stop", icon=":material/stop:", key=f"paper_{key}_stop", width="stretch"):
            job.stop.set()
        unit = "targets" if key == "stopped" else "runs"
        words = f"{job.done:,} of {job.total:,} {unit}, {reading.time_left(job.seconds_left)}"
        if job.stop.is_set() or (job.total and job.done == job.total):
            words = "Working out what the runs say"
        right.progress(job.share, words)
    else:
        if st.session_state.get("paper_seen") == key:  # it has just ended: the other buttons may be used again
            st.session_state.paper_seen = ""
            st.rerun()
        with st.spinner("Timing this machine"):
            seconds = running.paper_seconds(key, st.session_state.paper_size)
        if left.button(
            f"Run, {reading.duration(max(round(seconds), 1))}", icon=":material/play_arrow:", key=f"paper_{key}_run",
            disabled=bool(at_work()),
            width="stretch",
        ):  # fmt: skip
            begin(key)
            st.rerun()
        right.markdown(state(job))
    if active:
        st.session_state.paper_seen = key
    if job is None or job.state.result is None:
        return
    seen = section.draw(job.state)
    st.markdown(seen)
    if not active:
        take_away(job.state)


def state(job: Job[Run] | None) -> str:
    """What has been run, in a few words."""
    if job is None:
        return "Not run yet."
    if job.error:
        return f":material/error: It ended early: {reading.plain(str(job.error))}"
    unit = "targets" if job.state.key == "stopped" else "runs"
    whole = f"{job.done:,} {unit}" if job.done == job.total else f"stopped at {job.done:,} of {job.total:,} {unit}"
    return f"Size {job.state.size}: {whole}."


def rows_as(run: Run, form: study.Format) -> bytes:
    """All rows of a run in one of study.FORMATS."""
    return study.to_bytes(run.rows, form)


def take_away(run: Run) -> None:
    """The rows as files, and the command that makes them."""
    if run.key == "stopped":
        st.caption("Worked out from the exact law, so there are no rows: the Python under Export makes the figure.")
        return
    with st.container(horizontal=True, key=f"paper_{run.key}_files"):
        for form in study.FORMATS:
            st.download_button(
                f"All rows as {'CSV' if form == 'csv' else 'Parquet'}", partial(rows_as, run, form),
                f"{run.key}-{run.size}.{form}", key=f"paper_rows_{run.key}_{form}", on_click="ignore",
                icon=":material/table:",
            )  # fmt: skip
    st.markdown("The same rows from a terminal, to the last bit:")
    st.code(studies.command(run.key, SIZES[run.size]), language="sh", wrap_lines=True)


# ------------------------------------------------------------------------------------------------ figure 2


def times(log2: float) -> str:
    """How many times as many: 3.2 times, 340 times."""
    return f"{reading.number(2.0**log2)} times"


def growth(band: figures.Band) -> float:
    """Bits of candidates for each bit of D_inf, by the line through the means."""
    return results.slope(band.x, band.mean)[0]


def draw_pfr(run: Run) -> str:
    result = run.result
    assert isinstance(result, results.Pfr)
    lost = f" Left out: {result.failed} over the budget." if result.failed else ""
    if result.steps:
        chart(
            figures.steps(result.steps, colours),
            "paper_steps",
            snippets.steps(run.size),
            "Candidates against D∞: means and the middle half of runs; thin lines exact",
        )
    if len(result.steps) == 2 and min(band.x.size for band in result.steps) > 2 and not math.isnan(result.slope):
        plain, bins = (growth(band) for band in result.steps)
        half = 1.96 * result.slope_error
        if result.slope > half:
            gap = f"the gap grows, by **{result.slope:.2f} ± {half:.2f} bits** for every bit of D∞"
        else:
            gap = f"whether the gap grows cannot be told yet ({result.slope:.2f} ± {half:.2f} bits for every bit of D∞)"
        st.markdown(
            f"With every bit of D∞ a plain search takes {times(plain)} as many candidates, one with bins "
            f"{times(bins)}; over pairs of runs on the same target {gap}.{lost}"
        )
    st.markdown("**Message length against I.** Look for the distance of both lines from the floor.")
    chart(
        figures.lengths(result.lengths, result.floors, colours),
        "paper_lengths",
        snippets.lengths(run.size),
        "Message length against I: means and the middle half of runs; thin lines exact",
    )
    rows = [
        (x, a, b)
        for x, a in zip(result.lengths[0].x, result.lengths[0].exact, strict=True)
        for y, b in zip(result.lengths[1].x, result.lengths[1].exact, strict=True)
        if x == y
    ]
    if not rows:
        return "Not enough runs yet to say more."
    x, plain, bins = rows[-1]
    change = "more" if bins > plain else "less"
    floor = dict(zip(*result.floors, strict=True))
    above = [length - floor[x] for x, *both in rows for length in both]
    return (
        f"At I = {x:g} bits the exact mean length is {plain:.2f} bits without bins and {bins:.2f} with them, "
        f"{abs(bins - plain):.2f} bits {change}. All of the exact means lie {min(above):.1f} to {max(above):.1f} bits "
        "above the floor, the least any one-shot code needs."
    )


def draw_stopped(run: Run) -> str:
    levels = run.result
    assert isinstance(levels, list)
    if not any(bands for _, bands in levels):
        return "Not enough targets yet."
    chart(
        figures.stopped(levels, colours),
        "paper_stopped",
        snippets.stopped(run.size),
        "Candidates until a sample is good enough, against D∞: means and the middle half",
    )
    middle = 2
    level, both = levels[middle]
    if len(both) < 2:
        return "Not enough targets yet to compare."
    plain, bins = both
    return (
        f"To come within an MMD of {level:g} of Q, targets with D∞ near {plain.x[-1]:.0f} bits need about "
        f"**{reading.number(2.0 ** plain.mean[-1])}** candidates without bins and "
        f"**{reading.number(2.0 ** bins.mean[-1])}** "
        f"with them, at D∞ near {plain.x[0]:.0f} bits {reading.number(2.0 ** plain.mean[0])} and "
        f"{reading.number(2.0 ** bins.mean[0])}."
    )


# ------------------------------------------------------------------------------------------------ figure 3


def draw_orc(run: Run) -> str:
    result = run.result
    assert isinstance(result, figures.Orc)
    chart(
        figures.bias(result, colours),
        "paper_bias",
        snippets.bias(run.size),
        "Distance from Q against the number of candidates; thin lines exact",
    )
    chart(
        figures.orc_lengths(result, colours),
        "paper_orc_lengths",
        snippets.orc_lengths(run.size),
        "Message length against the number of candidates",
    )
    both = [n for n in result.plain if n in result.bins]
    if not both:
        return "Not enough runs yet."
    n = both[-1]
    plain, bins = result.plain[n], result.bins[n]
    enough = next((m for m, one in result.bins.items() if one.mmd_exact <= plain.mmd_exact), n)
    return (
        f"With n = {n:,} candidates the exact MMD is {reading.small(plain.mmd_exact)} without bins and "
        f"{reading.small(bins.mmd_exact)} with them; n = {enough:,} already reaches with bins what {n:,} "
        f"reach without. The "
        f"messages there are {plain.length.mean:.2f} and {bins.length.mean:.2f} bits long. With few candidates plain "
        "messages are shorter, because there is little to choose from and what is sent is not yet a sample of Q."
    )


def draw_intervals(run: Run) -> str:
    choices = run.result
    assert isinstance(choices, dict)
    if not choices:
        return "Not enough runs yet."
    chart(
        figures.intervals(choices, colours),
        "paper_intervals",
        snippets.intervals(run.size),
        "Distance from Q and message length, by which dimensions are cut",
    )
    st.markdown(
        "**The samples themselves.** One target, in the dimension where Q lies furthest from P: look for bars off Q."
    )
    chart(
        figures.histograms(choices, colours),
        "paper_histograms",
        snippets.histograms(run.size),
        "Samples in the dimension where Q lies furthest from P",
    )
    st.markdown(
        "| Dimensions cut | Intervals | MMD, 95% interval | Length, bits |\n|---|---|---|---|\n"
        + "\n".join(
            f"| {one.name} | {' × '.join(map(str, one.intervals))} | {one.measured.mmd_low:.3f} to "
            f"{one.measured.mmd_high:.3f} | {one.measured.length.mean:.2f} |"
            for one in choices.values()
        )
    )
    ranked = sorted(choices, key=lambda name: choices[name].measured.mmd_exact)
    best, worst = (choices[name].measured for name in (ranked[0], ranked[-1]))
    apart = best.mmd_high < worst.mmd_low
    same = [choices[name].name for name in ranked if choices[name].intervals == choices[ranked[0]].intervals]
    bad = [choices[name].name for name in ranked if choices[name].measured.mmd_exact > 0.99 * worst.mmd_exact]
    text = (
        f"Cutting **{' and '.join(same)}** leaves the least bias; **{' and '.join(bad)}** the most, "
        f"{worst.mmd_exact / best.mmd_exact:.1f} times as much"
    )
    text += ": far more than chance can do. " if apart else ", which could still be chance. "
    if {"none", "collapsed"} <= set(choices):
        empty, none = (choices[name].measured for name in ("collapsed", "none"))
        text += (
            f"Without bins the MMD is {none.mmd_exact:.3f}, with the empty dimension cut {empty.mmd_exact:.3f}: those "
            f"bins only make the message longer, {empty.length.mean:.2f} bits for {none.length.mean:.2f}. "
        )
    if len(same) > 1:
        text += f"{' and '.join(same).capitalize()} are the very same bins here: "
        text += "the four dimensions that hold information hold the same."
    return text


# ------------------------------------------------------------------------------------------------ the page

size = SIZES[st.session_state.paper_size]
last = f"{size.bits[0]} to {size.bits[-1]}"
SECTIONS = (
    Section(
        "pfr",
        "Figure 2: steps and lengths of PFR",
        "**Candidates against D∞.** Look for the distance between the two lines: does it widen to the right?",
        "It draws the steps of PFR against D∞ and the message length against I on 5-D Gaussians, plain and with space "
        "partitioning; lines are means and bands the middle half. Its point is a much faster search for "
        "nearly the same "
        "length: E[ε], which is small, is all that bins add to the bound.",
        f"Gaussian channels in {DIM} dimensions with I = {last} bits shared equally. Each run draws a new target and "
        "seeks one exact sample, without bins and with J = 2ᴵ bins cut by information, weighted by their peaks, and a "
        "stop line for each bin. Runs are grouped by the D∞ of their target, one bit wide. Marks and bands "
        "are these runs; "
        "thin lines are exact, 2 to the power D∞ and U_J averaged over the very targets of each group, and "
        "for lengths "
        f"the law of the index. A search may examine 2^{size.budget_bits} candidates; groups near that are not drawn.",
        draw_pfr,
    ),
    Section(
        "stopped",
        "Figure 2: approximate samples",
        "**When may a search stop?** Look for how many candidates it takes until the sample is good enough, "
        "and how that "
        "grows with D∞.",
        "Besides exact samples it draws the steps of approximate sampling against D∞, grouped by the MMD of the "
        "samples, for both methods.",
        "PFR is stopped after its first k candidates and sends the best so far. That sample has a density we know "
        "exactly: its race is decided by k independent uniform times. So no search is run: for each target "
        "we work out "
        "the MMD between that density and Q for every k, and read off the first k below a level, between "
        "powers of two "
        "on the line through the logs. The kernel is Gaussian, its width in each dimension Q’s standard "
        "deviation times "
        f"the median distance of two standard normal points. {size.law_targets} targets for each I = "
        f"{size.law_bits[0]} to {size.law_bits[-1]}; groups of D∞ "
        "two bits wide. Bands are the middle half of the targets. The MMD itself is accurate to about 5%.",
        draw_stopped,
    ),
    Section(
        "orc",
        "Figure 3: ORC",
        "**Bias against the number of candidates.** Look for how far left the line with bins falls.",
        "For ORC the number of samples is chosen beforehand, and too few of them bias the output. The paper compares "
        "standard ORC with ORC in bins over that number.",
        f"{size.targets} targets of the Gaussian channel with I = {ORC_BITS:g} bits in {DIM} dimensions, "
        f"{size.orc_runs:,} runs each for every n; J = 2ᴵ bins cut by information, weighted by Q’s mass. MMD² is "
        "estimated without bias from the samples, with Q’s side in closed form, and averaged over targets; "
        "the root is "
        "drawn with its 95% interval. Thin lines are exact. The kernel is the one above.",
        draw_orc,
    ),
    Section(
        "intervals",
        "Which dimensions to cut",
        "**One dimension of five holds no information.** Look for what happens when that is the one that is cut.",
        "In its ablation the paper compares ways to choose intervals with ORC at 20 samples over 5000 runs, with one "
        "collapsed dimension. Cutting the collapsed dimension is the bad case.",
        f"I = {INTERVAL_BITS:g} bits over four dimensions and none in the fifth; ORC with "
        f"{INTERVAL_CANDIDATES} candidates, "
        f"J = 2^{INTERVAL_BITS:g} bins or none, {size.targets} targets with {size.interval_runs:,} runs each. “By "
        "information” is the paper’s choice; “at random” throws each factor of two at any dimension; “by run time” is "
        "ours and takes each where it shortens the search most. Histograms are of the first target.",
        draw_intervals,
    ),
)
for section in SECTIONS:
    show(section)
