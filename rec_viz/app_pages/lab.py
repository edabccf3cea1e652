"""Lab: every control, up to three methods on one problem, what their messages cost, and the receiver."""

from functools import partial
from typing import Any

import streamlit as st

import rec_core as rec
from rec_viz import stage
from rec_viz.app_pages import many, parts
from rec_viz.components import drawing, presenter
from rec_viz.figures.lab import Bar, length_bars
from rec_viz.model import advice, setting, traces
from rec_viz.model import lab as model
from rec_viz.settings import PRESETS, View, table, widgets
from rec_viz.settings.view import consistent, dragged, drawn, own_target
from rec_viz.snippets import lab as lab_snippets
from rec_viz.text import reading


def choose_preset() -> None:
    name = st.session_state.preset
    for preset in PRESETS:
        if preset.name == name:
            widgets.put(preset.view)


def another(key: str) -> None:
    st.session_state[key] += 1


def let_go(change: dict[str, Any]) -> None:
    """The reader dragged a handle of the stage: the controls follow."""
    widgets.put(dragged(widgets.current(View), change))


def drew(heights: list[float]) -> None:
    """The reader let go of the drawing board: the target follows."""
    widgets.put(drawn(widgets.current(View), heights))


def adopt_target() -> None:
    """An own target begins as the one on the stage."""
    before = widgets.current(View)
    if st.session_state.get("source") != "own" or before.source != "channel":
        return
    try:
        _, problem = setting.problem_of(before._replace(family=st.session_state.family))
    except rec.RecError:
        return
    widgets.put(own_target(before._replace(family=problem.family), problem.params))


def draw_controls() -> View:
    """The sidebar: every parameter that says something in the present view."""
    values: dict[str, Any] = {}
    adopt_target()
    with st.sidebar:
        widgets.draw(
            ("source", "family", "means", "scales", "lows", "highs", "heights", "bits", "dim", "spread", "target"),
            values, "The problem",
        )  # fmt: skip
        if values["source"] == "own" and not widgets.presenting():
            st.markdown(
                "Many problems? A CSV of them can be uploaded at the [foot of the page](#many-problems-at-once)."
            )
        if values["source"] == "channel":
            dice("Another target", "target")
        widgets.draw(
            ("lanes", "candidates", "strategy", "log2_bins", "intervals", "weights", "stopping"), values, "The methods"
        )
        widgets.draw(("seed",), values, "The race")
        dice("Another race", "seed")
        widgets.draw(("view",), values)
        widgets.say_hidden()
    return consistent(View(**values))


def board(view: View) -> None:
    """Where the reader draws; a text that is no drawing leaves the board flat, and the page says why."""
    try:
        setting.problem_of(view)
        heights = reading.typed(view.heights) or ()
    except rec.RecError:
        heights = (0.0,) * 33
    drawing.show(heights, key="lab_drawing", on_commit=drew)


def own_code(race: model.Race) -> str:
    """Whose code it is where the target is the reader's own."""
    numbers = " and ".join(dict.fromkeys(f"{lane.zipf_bits:.2f}" for lane in race.lanes))
    return (
        "The code and the bounds are made for this Q alone, so they hold for it and not on average over  The "
        f"receiver is assumed to know the one number its index code needs, a bound on E[log₂ n]: {numbers} bits here."
    )


def dice(label: str, key: str) -> None:
    """A button that draws a parameter anew, where the parameter itself is there to be changed."""
    if key not in widgets.hidden() and not widgets.presenting():
        st.button(label, icon=":material/casino:", on_click=another, args=(key,), key=f"another_{key}")


def sentences(view: View, race: model.Race) -> None:
    """What is animated, each in a sentence with this view's numbers."""
    bins = next((lane for lane in race.lanes if lane.partition.num_bins > 1), None)
    cut, weigh, choose = st.columns(3)
    if bins is None:
        cut.markdown("**Cutting.** One bin: the space is not cut. Add a method with bins to see it.")
        weigh.markdown("**Reweighting.** Without bins candidates come from P itself.")
    else:
        cut.markdown(
            f"**Cutting.** P is cut into J = {reading.raised(stage.bins_text(bins.partition))} bins, all equally "
            "likely under P, "
            f"so naming one takes log₂ J = {bins.partition.log2_bins:g} bits."
        )
        rule = {
            "peak_ratio": "in proportion to the highest ratio q/p it holds",
            "target_mass": "in proportion to Q’s share of it",
            "uniform": "equally often, as P does",
        }[view.weights]
        weigh.markdown(
            f"**Reweighting.** The search prior P′ visits each bin {rule}. Only the sender needs to know: "
            "the receiver gets the bin and the candidate’s number in it."
        )
    choose.markdown(
        "**Choosing.** A candidate’s race time is its arrival time divided by its ratio. The smallest race time wins, "
        + ("which makes the sample an exact one of Q." if view.lanes[0].startswith("pfr") else "among the n looked at.")
    )


def cards(view: View, race: model.Race) -> None:
    """What each lane's message costs, beside what theory says."""
    ran = [lane for lane in race.lanes if lane.trace is not None]
    averages = [model.measured(view, lane) for lane in ran]
    longest = max(max(lane.bound_bits, lane.length_bits) for lane in ran)
    colours = parts.colours()
    for column, lane, average in zip(st.columns(len(ran)), ran, averages, strict=True):
        with column.container(border=True, key=f"card_{lane.name}"):
            st.markdown(f"**{lane.title}**")
            assert lane.trace is not None
            st.markdown(
                f"Examined **{lane.trace.examined:,}** candidates; "
                f"**{reading.number(lane.expected_examined)}** expected here."
            )
            pieces = tuple(
                part
                for part in (
                    (lane.partition.log2_bins, colours["heuristic"], "bin"),
                    (lane.length_bits - lane.partition.log2_bins, colours["winner"], "index"),
                )
                if part[0] > 0
            )
            bars = [Bar("This message", f"{lane.length_bits:.1f} bits", pieces)]
            if average is not None:
                bars.append(
                    Bar(
                        f"Mean of {average.runs}",
                        f"{average.mean_bits:.1f} ± {average.error_bits:.1f}",
                        (
                            (
                                average.mean_bits,
                                colours["candidate"],
                                "average over fresh races"
                                if view.source != "channel"
                                else "average over fresh targets and races",
                            ),
                        ),
                    )
                )
            bars.append(
                Bar(
                    "Bound on the mean",
                    f"{lane.bound_bits:.1f} bits",
                    ((lane.bound_bits, colours["bound"], "bound"),),
                    True,
                )
            )
            bars.append(
                Bar(
                    "Information I" if view.source == "channel" else "KL(Q‖P)",
                    f"{race.information_bits:.1f} bits",
                    ((race.information_bits, colours["q"], "I" if view.source == "channel" else "KL"),),
                )
            )
            st.html(length_bars(bars, longest))


def exports(view: View, race: model.Race) -> None:
    """Each search as a table and as a program."""
    with st.popover("Export the searches", icon=":material/download:", key="lab_export"):
        st.markdown("Every recorded candidate as a table, and the program that makes this very search and message.")
        for lane in race.lanes:
            if lane.trace is None:
                continue
            st.markdown(f"**{lane.title}**")
            with st.container(horizontal=True, key=f"export_{lane.name}"):
                for ending, make in (("csv", traces.as_csv), ("json", traces.as_json)):
                    st.download_button(
                        ending.upper(),
                        partial(make, view, race, lane),
                        f"{lane.name}.{ending}",
                        key=f"export_{lane.name}_{ending}",
                        on_click="ignore",
                    )
            st.code(lab_snippets.search(view, lane.name), language="python", height=200)


def receiver(view: View, race: model.Race) -> None:
    """Decodes from the seed and the bytes alone, and shows that it holds the sender's sample."""
    st.header("The receiver", anchor=False)
    prior = "N(0, 1)" if view.family == "gaussian" else "U[0, 1]"
    st.markdown(
        f"It knows P = {prior} in {view.dim} dimension{'s' * (view.dim > 1)}, the bins, the code and the seed "
        f"**{view.seed}**. It knows nothing {'else ' * (view.source != 'channel')}of Q and does not run the race."
    )
    for lane in race.lanes:
        if lane.trace is None:
            continue
        sent = lane.trace.samples[lane.trace.winner]
        numbers = ", ".join(str(b + 1) for b in lane.trace.message.bin[:8]) + " …" * (view.dim > 8)
        bin_text = f"bin {numbers}, " if view.dim == 1 else f"bin ({numbers}), "
        with st.container(border=True, key=f"receiver_{lane.name}"):
            st.markdown(
                f"**{lane.title}** · gets `{lane.data.hex(' ')}` "
                f"({len(lane.data) - rec.FRAME_BYTES} byte{'s' * (len(lane.data) - rec.FRAME_BYTES != 1)} of message "
                f"after {rec.FRAME_BYTES} of frame) · reads "
                f"{bin_text if lane.partition.num_bins > 1 else ''}candidate {lane.trace.message.index} · draws"
            )
            shown = ", ".join(repr(value) for value in lane.held[:4]) + (" …" if view.dim > 4 else "")
            same = lane.held == tuple(sent.tolist())
            st.markdown(
                f"x = `{shown}` — "
                + (
                    "the sender’s sample, to the last bit."
                    if same
                    else ":red[not the sender’s sample: please report this.]"
                )
            )


def saved(option: advice.Option, plain: advice.Option) -> str:
    """What an option takes and gives against plain PFR."""
    more = option.mean_bits - plain.mean_bits
    cost = (
        f"for {more:.1f} bits more" if more > 0.05 else f"and {-more:.1f} bits less" if more < -0.05 else "at no cost"
    )
    return f"{reading.number(option.candidates)} candidates instead of {reading.number(plain.candidates)}, {cost}"


def would_bins_help(view: View) -> None:
    """The present target under plain PFR and ever more bins: candidates, bits, time; the best named."""
    st.header("Would bins help here?", anchor=False)
    try:
        with st.spinner("Working out what bins would do"):
            found = advice.advice(view)
    except rec.RecError as error:
        st.markdown(str(error))
        return
    plain, best = found.options[0], found.options[found.best]
    if found.best:
        st.markdown(
            f"**Yes: J = {reading.raised(f'2^{best.log2_bins:g}')} with peak-ratio weights.** {saved(best, plain)}."
        )
    else:
        st.markdown(
            f"**No.** Plain PFR examines {reading.number(plain.candidates)} candidates here; bins cost more bits."
        )
    rows = []
    for i, option in enumerate(found.options):
        name, size = f"PFR, J = {reading.raised(f'2^{option.log2_bins or 0:g}')}", f"{option.mean_bits:.2f}"
        if option.name == "ORC":
            name = "ORC"
        elif not option.log2_bins:
            name = "PFR, no bins"
        mark = "**" if i == found.best else ""
        cells = (
            name + " · best" * (i == found.best),
            reading.number(option.candidates),
            size,
            reading.duration(option.seconds),
        )
        rows.append("| " + " | ".join(f"{mark}{cell}{mark}" for cell in cells) + " |")
    st.markdown("| Method | Candidates | Bits | Time |\n|---|---|---|---|\n" + "\n".join(rows))
    st.markdown(
        "Exact averages over races of this target"
        + ("" if view.source == "channel" else ", its code’s one number known to the receiver")
        + "; the time is that of the search on this machine, from its measured "
        "candidates a second. Best means the fewest bits, counting a search half as long as worth one bit."
        + (
            f" ORC takes as many candidates as keep its bias unnoticed in {advice.UNNOTICED_IN:,} samples, and "
            "names the one it takes by a number of fixed length."
            if found.options[-1].name == "ORC"
            else ""
        )
    )


def turn_preset(steps: int) -> None:
    """Show another of the views worth seeing: the one that many further on."""
    now = [preset.view for preset in PRESETS]
    at = now.index(state_view) if (state_view := widgets.current(View)) in now else -1 if steps > 0 else 0
    widgets.put(now[(at + steps) % len(now)])


def present(view: View) -> None:
    """The Lab before a class: what the view teaches in large type, a large stage, and keys."""

    def act(key: str) -> None:
        if key == "Escape":
            presenter.leave()
        else:
            turn_preset(1 if key == "PageDown" else -1)

    presenter.listen(("PageDown", "PageUp", "Escape"), act, "lab", key="lab_keys")
    preset = next((preset for preset in PRESETS if preset.view == view), None)
    st.title(preset.name if preset else "Lab", anchor=False)
    presenter.large(preset.teaches if preset else "One race, from the first candidate to the message.")
    parts.wait_for_kernels(height=560)
    race = parts.asked(lambda: model.race(view))
    parts.refusals(race)
    if any(lane.trace is not None for lane in race.lanes):
        stage.show(stage.scene(race, view.view, height=560), key="lab_stage")
    st.markdown("Keys: Page Down and Page Up show other views, Space plays, Escape leaves.")


notices = widgets.load_link("lab")
view = draw_controls()
for notice in notices:
    st.info(notice, icon=":material/info:")

if widgets.presenting():
    widgets.write_link(view)
    present(view)
    st.stop()
heading, preset_box, share = st.columns([3, 3, 1], vertical_alignment="bottom")
heading.title("Lab", anchor=False)
preset_box.selectbox(
    "Things to see", [preset.name for preset in PRESETS], index=None, placeholder="Choose a view worth seeing",
    key="preset", on_change=choose_preset,
)  # fmt: skip
with share:
    parts.share(view, "lab")

if not view.lanes:
    st.info("Choose at least one method in the sidebar.", icon=":material/info:")
    st.stop()
if len(view.lanes) > table.MAX_LANES:
    st.info("The stage has room for three methods; take one away to see the others.", icon=":material/info:")
    st.stop()
widgets.write_link(view)
for preset in PRESETS:
    if preset.view == view:
        st.markdown(f"**{preset.name}.** {preset.teaches}")
        break
else:
    draggable = view.dim <= 2 and view.view != "strips" and view.source != "drawn"
    st.markdown(
        "Press Play, step with the arrow keys, or drag the position. "
        + ("Drag the handles on the picture to move Q and the bins. " if draggable else "")
        + "Every control answers at once."
    )

if view.source == "drawn":
    board(view)
parts.wait_for_kernels(height=520)
race = parts.asked(lambda: model.race(view))
problem = race.problem
top = 2.0 ** min(problem.d_inf_bits, 1020)
highest = f"KL(Q‖P) = **{problem.kl_bits:.2f} bits**, highest ratio q/p = **{reading.number(top)}**"
if view.source == "own":
    st.markdown(f"Your own target: {highest}. The bins are dealt out by its KL in each dimension. {own_code(race)}")
elif view.source == "drawn":
    st.markdown(f"The target you drew, against P uniform on [0, 1]: {highest}. {own_code(race)}")
else:
    st.markdown(f"I = **{race.information_bits:.1f} bits** on average over targets · this target: {highest}")
if any(lane.trace is not None for lane in race.lanes):
    blame = stage.worst_bin(race) if view.weights == "target_mass" else None
    scene = stage.scene(race, view.view, highlight=blame or (), handles=view.source != "drawn", save=True, live=view)
    stage.show(scene, key="lab_stage", on_commit=let_go)
parts.refusals(race)
if any(lane.trace is not None for lane in race.lanes):
    exports(view, race)
sentences(view, race)
if any(lane.trace is not None for lane in race.lanes):
    cards(view, race)
    receiver(view, race)
would_bins_help(view)
many.section()
