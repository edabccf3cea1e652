"""Images: a picture becomes numbers, the numbers blocks, and each block is sent by relative entropy coding."""

from __future__ import annotations

import math

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

import rec_core as rec
from rec_core import images
from rec_core.images import blocks as grouping
from rec_core.images import container, dct
from rec_viz import stage
from rec_viz.app_pages import images_charts, images_measured, images_picture, parts
from rec_viz.background import Job
from rec_viz.components import arriving, upload
from rec_viz.figures import images as figures
from rec_viz.model.images import example, pictures, sending, typical_blocks
from rec_viz.model.images.pictures import Picture
from rec_viz.model.images.sending import Sending
from rec_viz.settings import widgets
from rec_viz.settings.table import Images
from rec_viz.text import reading
from rec_viz.text.reading import power, signed

MODELS = {
    "inr": "A tiny network is fitted to the picture; its weights are sent, in blocks. Each weight gets a Gaussian "
    ":orange[**Q**]: a best value, and how far off it may be unnoticed. :blue[**P**] was learnt from other pictures "
    "and ships with the app.",
    "dct": "The picture’s cosine waves are the numbers, each Gaussian with a variance learnt from photographs. Its "
    "R(D) is that of the Gaussian model given its classes, not of photographs.",
}
NAMES = {"orc-16": "16-bit blocks, no bins", "partitioned-48": "48-bit blocks, bins"}
ERROR_FACTOR = 4
OPENED_SIDE = 512  # of a file that is opened here


# ------------------------------------------------------------------------------------------------ sent twice


def sent_twice(place: DeltaGenerator) -> None:
    """The stored example as it arrives, and what large blocks save."""
    ways, saved = example.received(), example.saved()
    small, large = (way.bits[-1] for way in ways)
    share = 1.0 - large / small if saved is None else -saved.bd_rate
    parts.finding(
        place,
        f"**{100 * share:.0f}% fewer bits at equal quality**: blocks of 48 bits with bins, against blocks of 16 bits "
        "without.",
    )
    st.markdown("**The same picture sent twice, at the same number of bits a second**")
    colours = parts.colours()
    arriving.show(
        pictures.as_source(example.picture()),
        [
            arriving.Way(
                NAMES[way.system], colours[way.role], pictures.as_source(np.concatenate(way.frames), "webp"), way.bits,
                f"{way.psnr_db:.1f} dB",
            )
            for way in ways
        ],
        key="images_arriving",
    )  # fmt: skip
    over = (
        ""
        if saved is None
        else f"Over test pictures the saving is {-100 * saved.high:.1f} to {-100 * saved.low:.1f}% (95%). "
    )
    st.markdown(
        f"One picture in two files of ours, decoded block by block. {over}Without bins, a block of 48 bits would take "
        "2⁴⁸ candidates and more."
    )


def share_of(settings: Images) -> None:
    """The Share button."""
    parts.share(
        settings, "images", says="This link opens the page with this tile and these settings."
        if settings.origin == "photo"
        else "This link opens the page with these settings; the picture stays with you.",
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------ the controls


def sidebar() -> None:
    """How the picture is coded."""
    with st.sidebar:
        st.subheader("The codec", anchor=False)
        widgets.widget(Images, "codec")
        widgets.widget(Images, "rate")
        st.subheader("The blocks", anchor=False)
        widgets.widget(Images, "block_bits")
        if widgets.widget(Images, "method") != "dither" and widgets.widget(Images, "bins") == "number":
            widgets.widget(Images, "log2_bins")
        widgets.widget(Images, "seed")


# ------------------------------------------------------------------------------------------------ sending


def before(picture: Picture | None, settings: Images) -> None:
    """What pressing the button will do, by the blocks there will be and typical targets in them."""
    log2_bins = grouping.check_blocks(settings.block_bits, settings.partition_bits)
    bins = f"J = {power(log2_bins)} bins" if log2_bins else "no bins"
    expected = sending.expected(settings)  # of a tile
    if expected is None:
        if picture is not None:
            most = dct.LIMIT_BITS if log2_bins else dct.PLAIN_LIMIT_BITS
            count, mean = typical_blocks.transform_blocks(picture, settings.rate, settings.block_bits, log2_bins)
            if settings.method == "dither":
                st.markdown(
                    f"**{count:,} blocks** of {mean:.1f} bits on average, and **no search**: each number is rounded on "
                    "a random grid that both sides share. Its error is exactly the Gaussian noise of Q, because both "
                    "know how wide Q is."
                )
                return
            st.markdown(
                f"**{count:,} blocks** of {mean:.1f} bits on average, about {settings.block_bits} at most, with up to "
                f"{bins}. A search looks at no more than **{power(most)}** candidates for a block."
                + (
                    " Where numbers have few bits each, bins save less, so blocks are kept smaller there."
                    if log2_bins
                    else ""
                )
            )
        return
    wanted = expected.search_bits if settings.method == "orc" else expected.peak_bits
    looked = min(wanted, grouping.SEARCH_LIMIT_BITS) if settings.method == "orc" and log2_bins else wanted
    seconds = expected.blocks * 2.0**looked / typical_blocks.orc_rate(expected.dim, log2_bins > 0)
    st.markdown(
        f"**{expected.blocks} blocks** of {settings.block_bits} bits, about {expected.dim} weights each, with {bins}. "
        f"A search looks at about **{power(looked)}** candidates for each block, up to {reading.duration(seconds)} in "
        "all on this machine; the network is fitted first, and again between blocks."
        + (f" Without bins each block would take {power(settings.block_bits + grouping.MARGIN_BITS)}." if log2_bins
           else "")
    )  # fmt: skip
    if settings.method == "pfr" and wanted > grouping.PFR_LIMIT_BITS:
        st.warning(
            f"PFR expects {power(wanted)} candidates for a typical block and will most likely refuse; choose ORC, "
            "smaller blocks, or more bins.",
            icon=":material/timer_off:",
        )


def running() -> bool:
    job = st.session_state.get("images_job")
    return job is not None and job.running


def live(picture: Picture | None, settings: Images, refused: str) -> None:
    """The buttons, how far the run is, the picture as it emerges, and a bar a block."""
    state = st.session_state
    job: Job[Sending] | None = state.get("images_job")
    left, right = st.columns([1, 3], vertical_alignment="center")
    if job is not None and job.running:
        state.images_seen = True
        if left.button("Stop", icon=":material/stop:", key="images_stop", width="stretch"):
            job.stop.set()
        right.progress(job.share, progress_words(job))
    else:
        if state.pop("images_seen", False):  # it has just ended: the rest of the page follows
            st.rerun()
        if left.button(
            "Send it", icon=":material/send:", key="images_send", width="stretch",
            disabled=picture is None or bool(refused),
        ) and picture is not None:  # fmt: skip
            state.images_job = sending.start(picture, settings, parts.alive())
            st.rerun()
        right.markdown("Choose a picture first." if picture is None and job is None else ended_words(job))
    with st.container(border=True, key="images_run"):
        waiting = 0 if picture is None or refused else sending.count_blocks(picture, settings)
        so_far(job.state if job else None, (1, 1) if picture is None else picture.shape, waiting)


def progress_words(job: Job[Sending]) -> str:
    left = reading.time_left(job.seconds_left)
    if job.state.blocks:
        return f"{len(job.state.blocks):,} of {job.state.total_blocks:,} blocks sent, {left}"
    if job.state.fitting:
        return f"Fitting the network, step {job.state.fitting.step:,} of {job.state.fitting.steps:,}, {left}"
    return "Beginning"


def ended_words(job: Job[Sending] | None) -> str:
    if job is None:
        return "Press the button, and watch the picture arrive block by block."
    if job.state.coded:
        return f"All {job.state.total_blocks:,} blocks sent: a file of **{len(job.state.coded.data)} bytes**."
    return f"Stopped after **{len(job.state.blocks):,}** of {job.state.total_blocks:,} blocks; what was sent is kept."


def so_far(sent: Sending | None, shape: tuple[int, ...], waiting: int) -> None:
    """What the receiver would draw now, beside what each block took.

    Before a run: an empty picture of this shape, and the places of the blocks `waiting`.
    """
    left, right = st.columns([2, 5], vertical_alignment="center")
    canvas = sent.canvas if sent else None
    if canvas is None:
        grey = pictures.as_source(np.full((1, 1, 3), 128, np.uint8))
        left.html(figures.crisp(grey, "Nothing has arrived yet", sent.picture.shape if sent else shape))
    else:
        left.html(
            figures.crisp(pictures.as_source(canvas), "The picture as the receiver would draw it now", canvas.shape)
        )
    bars = figures.bars_of(sending.block_bits(sent) if sent else [], sent.total_blocks if sent else waiting)
    settings = sent.settings if sent else widgets.now(Images)
    right.html(figures.block_bars(bars, settings.block_bits, parts.colours(), settings.method == "dither"))


# ------------------------------------------------------------------------------------------------ the result


def result(sent: Sending) -> None:
    """Original, decoded and error side by side, what it cost, and the files."""
    canvas = sent.canvas
    if canvas is None:
        return
    st.header("What arrived" if sent.coded else "What arrived before it was stopped", anchor=False)
    level = images.psnr_db(sent.picture, canvas)
    columns = st.columns(3)
    for column, title, shown in zip(
        columns,
        ("Sent", f"Received, {level:.2f} dB" if math.isfinite(level) else "Received", f"Error × {ERROR_FACTOR}"),
        (sent.picture, canvas, pictures.error(sent.picture, canvas, ERROR_FACTOR)),
        strict=True,
    ):
        column.markdown(f"**{title}**")
        column.html(figures.crisp(pictures.as_source(shown), title, shown.shape))
    st.markdown(f"The error is drawn {ERROR_FACTOR} times as strong; grey is none.")
    st.markdown(cost_table(sent, level))
    if sent.coded:
        take_away(sent)


def cost_table(sent: Sending, level: float) -> str:
    """What the picture cost, whole or so far."""
    pixels = sent.picture.shape[0] * sent.picture.shape[1]
    bits = sending.block_bits(sent)
    kl = sum(one.kl_bits for one in bits)
    ideal = sum(one.bin_bits + one.index_bits for one in bits)
    count = len(bits)
    examined, dithered = sum(event.examined for event in sent.blocks), sent.settings.method == "dither"
    plain = grouping.MARGIN_BITS + float(np.logaddexp2.reduce([one.kl_bits for one in bits]))
    rows = [("PSNR", f"{level:.2f} dB")]
    if sent.coded:
        report = sent.coded.report
        spent, header = report.payload_bits - report.side_bits, report.header_bits
        rows += [
            ("Messages", f"{spent:,.0f} bits, **{spent / pixels:.3f} bits a pixel**"),
            ("Header of the file", f"{header} bits more, {header / pixels:.3f} a pixel"),
        ]
        if report.side_bits:
            rows.insert(
                2, ("Which model fits where", f"{report.side_bits:,.0f} bits, {report.side_bits / pixels:.3f} a pixel")
            )
    else:
        spent = ideal
        rows.append(("Messages so far, ideal length", f"{ideal:,.0f} bits, {ideal / pixels:.3f} a pixel"))
    rows += [
        ("KL of the blocks", f"{kl:,.0f} bits; messages against it: {signed(100 * (spent / kl - 1))}%"),
        ("A block", f"{spent / count:.2f} bits for a KL of {kl / count:.2f}"),
        ("Candidates looked at", "none" if dithered else f"{examined:,}, log₂ {math.log2(examined):.1f}"),
        ("ORC without bins would want", f"{reading.number(2.0**plain)}, log₂ {plain:.1f}"),
    ]
    if sent.coded:
        rows.append(("Time", f"{sent.coded.report.seconds:.1f} s in all"))
    return "| Measure | This picture |\n|---|---|\n" + "\n".join(f"| {name} | {text} |" for name, text in rows)


def take_away(sent: Sending) -> None:
    assert sent.coded is not None
    with st.container(horizontal=True, key="images_files"):
        st.download_button(
            "The file, .rec", sent.coded.data, "picture.rec", "application/octet-stream", key="images_rec",
            on_click="ignore", icon=":material/download:",
        )  # fmt: skip
        st.download_button(
            "The received picture, PNG", pictures.as_png(sent.coded.picture), "picture.png", "image/png",
            key="images_png", on_click="ignore", icon=":material/image:",
        )  # fmt: skip


def race_of_a_block(sent: Sending) -> None:
    """The stage on one block's race, run once more from its seed."""
    st.header("One block’s race", anchor=False)
    total = len(sent.blocks)
    number = st.slider("Block", 1, total, 1, key="images_block") if total > 1 else 1
    kept = sent.races
    if number not in kept:
        kept[number] = sending.block_race(sent, number - 1)
    race = kept[number]
    if race is None:
        st.markdown("This search looked at too many candidates to be drawn; smaller blocks or more bins make it short.")
        return
    event = sent.blocks[number - 1]
    st.markdown(
        f"A row is one of the block’s {race.problem.dim} numbers, shaded by how often P′ visits each of its intervals; "
        f"candidate {event.message.index:,} of its bin won. The receiver needs the bin, that index, and the seed."
    )
    stage.show(stage.scene(race, view="strips", height=420, compact=True, step="decoded"), key="images_stage")


def open_file() -> None:
    """Decode a .rec file here: all a receiver does."""
    st.markdown("A receiver needs the file and what ships with this app: no picture, no fitting, no search.")
    upload.show("Open a .rec file", ".rec", key="images_open", on_file=take_file)
    opened = st.session_state.get("images_opened")
    if opened is None:
        return
    name, found = opened
    if isinstance(found, str):
        st.error(reading.plain(found), icon=":material/error:")
        return
    job = st.session_state.get("images_job")
    same = job is not None and job.state.coded is not None and np.array_equal(job.state.coded.picture, found)
    st.markdown(
        f"`{name.replace('`', '')}` holds a picture of {found.shape[1]} by {found.shape[0]} pixels"
        + (", **the sender’s pixels exactly**." if same else ".")
    )
    st.html(figures.crisp(pictures.as_source(found), "The picture in the file", found.shape))


def take_file(name: str, data: bytes | None) -> None:
    """Decode a file, or keep why it cannot be decoded."""
    try:
        if data is None:
            raise rec.MessageError("The file is far larger than a picture’s; open a .rec file that this page wrote.")
        header, _, _ = container.read(data)
        if max(header.width, header.height) > OPENED_SIDE:
            raise rec.MessageError(
                f"The picture has {header.width} by {header.height} pixels; here up to {OPENED_SIDE} a side are "
                "opened. Use rec_core.images.decode for larger ones."
            )
        found: Picture | str = images.decode(data)
    except rec.RecError as error:
        found = str(error)
    st.session_state.images_opened = (name, found)


# ------------------------------------------------------------------------------------------------ the page

notices = widgets.load_link("images")
parts.say_notices(notices)
sidebar()
place = parts.head("Images", lambda: share_of(widgets.now(Images)))
sent_twice(place)
parts.wait_for_kernels(height=520)
st.header("Send a picture of your choice", anchor=False)
st.markdown(MODELS[widgets.now(Images).codec])
picture = images_picture.choose()
settings = widgets.now(Images)
widgets.write_link(settings)
blank = np.zeros((pictures.SIDE, pictures.SIDE, 3), np.uint8)
refused = sending.refusal(blank if picture is None else picture, settings)
if refused and settings.method == "dither" and settings.codec == "inr":
    st.warning(
        "Dither needs widths of Q that both sides know, and those of a network are fitted to the picture. Choose "
        "cosine waves, or another method.", icon=":material/timer_off:",
    )  # fmt: skip
elif refused:
    st.warning(reading.raised(refused), icon=":material/timer_off:")
else:
    before(picture, settings)
st.fragment(live, run_every=0.5 if running() else None)(picture, settings, refused)
job: Job[Sending] | None = st.session_state.get("images_job")
if job is not None and not job.running:
    sent = job.state
    if job.error:
        told = str(job.error) if isinstance(job.error, rec.RecError) else f"The run ended early: {job.error}"
        st.warning(reading.plain(reading.raised(told)), icon=":material/timer_off:")
    if sent.settings != settings or (picture is not None and not np.array_equal(sent.picture, picture)):
        st.markdown("What follows is the picture sent before; press “Send it” for the one above.")
    sending.remember(st.session_state.setdefault("images_sent", []), sent)
    result(sent)
    if sent.blocks and sent.settings.method != "dither":
        st.fragment(race_of_a_block)(sent)
parts.section("Open a file", "images_open_part", open_file)
parts.section("Fidelity against rate", "images_rate_part", lambda: images_charts.poster(picture, settings))
if settings.codec == "inr":
    parts.section("What was measured on test pictures", "images_measured_part", lambda: images_measured.show(settings))
parts.section(
    "How far bins reach", "images_reach_part", lambda: images_charts.how_far(settings, job.state if job else None)
)
