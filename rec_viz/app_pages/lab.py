"""Lab: every control, up to three methods on one problem, what their messages cost, and the receiver."""

from typing import Any

import streamlit as st

import rec_core as rec
from rec_viz import cached, controls, stage, theme
from rec_viz.app_pages import parts
from rec_viz.controls import PRESETS, View
from rec_viz.figures.lengths import Bar, length_bars


def choose_preset() -> None:
    name = st.session_state.preset
    for preset in PRESETS:
        if preset.name == name:
            controls.set_view(preset.view)


def another(key: str) -> None:
    st.session_state[key] += 1


def draw_controls() -> View:
    """The sidebar: every parameter that says something in the present view."""
    values: dict[str, Any] = {}
    with st.sidebar:
        st.subheader("The problem", anchor=False)
        controls.draw(("family", "bits", "dim", "spread", "target"), values)
        st.button("Another target", icon=":material/casino:", on_click=another, args=("target",), key="another_target")
        st.subheader("The methods", anchor=False)
        controls.draw(("lanes", "candidates", "strategy", "log2_bins", "intervals", "weights", "stopping"), values)
        st.subheader("The race", anchor=False)
        controls.draw(("seed",), values)
        st.button("Another race", icon=":material/casino:", on_click=another, args=("seed",), key="another_race")
        controls.draw(("view",), values)
    return View(**values)


def sentences(view: View, race: cached.Race) -> None:
    """What is animated, each in a sentence with this view's numbers."""
    bins = next((lane for lane in race.lanes if lane.partition.num_bins > 1), None)
    cut, weigh, choose = st.columns(3)
    if bins is None:
        cut.markdown("**Cutting.** One bin: the space is not cut. Add a method with bins to see it.")
        weigh.markdown("**Reweighting.** Without bins candidates come from P itself.")
    else:
        cut.markdown(
            f"**Cutting.** P is cut into J = {parts.raised(stage.bins_text(bins.partition))} bins, all equally likely "
            "under P, "
            f"so naming one takes log₂ J = {bins.partition.log2_num_bins:g} bits."
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


def cards(view: View, race: cached.Race) -> None:
    """What each lane's message costs, beside what theory says."""
    ran = [lane for lane in race.lanes if lane.trace is not None]
    averages = [cached.measured(view, lane) for lane in ran]
    longest = max(max(lane.bound_bits, lane.length_bits) for lane in ran)
    colours = theme.ROLES["dark" if st.context.theme.type == "dark" else "light"]
    for column, lane, average in zip(st.columns(len(ran)), ran, averages, strict=True):
        with column.container(border=True, key=f"card_{lane.name}"):
            st.markdown(f"**{lane.title}**")
            st.markdown(
                f"Examined **{lane.trace.examined:,}** candidates; "
                f"**{parts.number(lane.expected_examined)}** expected here."
            )
            pieces = tuple(
                part
                for part in (
                    (lane.partition.log2_num_bins, colours["heuristic"], "bin"),
                    (lane.length_bits - lane.partition.log2_num_bins, colours["winner"], "index"),
                )
                if part[0] > 0
            )
            bars = [Bar("This message", f"{lane.length_bits:.1f} bits", pieces)]
            if average is not None:
                bars.append(
                    Bar(
                        f"Mean of {average.runs}",
                        f"{average.mean_bits:.1f} ± {average.error_bits:.1f}",
                        ((average.mean_bits, colours["candidate"], "average over fresh targets and races"),),
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
                Bar("Information I", f"{race.information_bits:.1f} bits", ((race.information_bits, colours["q"], "I"),))
            )
            st.html(length_bars(bars, longest))


def receiver(view: View, race: cached.Race) -> None:
    """Decodes from the seed and the bytes alone, and shows that it holds the sender's sample."""
    st.header("The receiver", anchor=False)
    prior = "N(0, 1)" if view.family == "gaussian" else "U[0, 1]"
    st.markdown(
        f"It knows P = {prior} in {view.dim} dimension{'s' * (view.dim > 1)}, the bins, the code and the seed "
        f"**{view.seed}**. It knows nothing of Q and does not run the race."
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


notices = controls.load_link("lab")
view = draw_controls()
for notice in notices:
    st.info(notice, icon=":material/info:")

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
if len(view.lanes) > controls.MAX_LANES:
    st.info("The stage has room for three methods; take one away to see the others.", icon=":material/info:")
    st.stop()
controls.write_link(view)
for preset in PRESETS:
    if preset.view == view:
        st.markdown(f"**{preset.name}.** {preset.teaches}")
        break
else:
    st.markdown("Press Play, step with the arrow keys, or drag the position. Every control answers at once.")

if parts.compiled(height=520):
    try:
        race = cached.race(view)
    except rec.RecError as error:
        st.warning(str(error), icon=":material/info:")
        st.stop()
    problem = race.problem
    top = 2.0 ** min(problem.renyi_inf_bits, 1020)
    st.markdown(
        f"I = **{race.information_bits:.1f} bits** on average over targets · this target: KL(Q‖P) = "
        f"**{problem.kl_bits:.2f} bits**, highest ratio q/p = **{parts.number(top)}**"
    )
    if any(lane.trace is not None for lane in race.lanes):
        blame = stage.worst_bin(race) if view.weights == "target_mass" else None
        stage.show(stage.scene(race, view.view, highlight=blame or ()), key="lab_stage")
    for lane in race.lanes:
        if lane.trace is None:
            st.warning(
                f"**{lane.title}** does not run here. {parts.raised(lane.sentence)}", icon=":material/timer_off:"
            )
    sentences(view, race)
    if any(lane.trace is not None for lane in race.lanes):
        cards(view, race)
        receiver(view, race)
