"""The charts of the Images page: the poster's plot, and what blocks and bins cost before any is sent."""

from __future__ import annotations

import streamlit as st

import rec_core as rec
from rec_core.images import blocks as grouping
from rec_viz.app_pages import parts
from rec_viz.components.export import chart
from rec_viz.figures import images as figures
from rec_viz.model.images import measured, pictures, sending, typical_blocks
from rec_viz.model.images.pictures import Picture
from rec_viz.model.images.sending import Sending
from rec_viz.settings import widgets
from rec_viz.settings.table import Images
from rec_viz.snippets import images as snippets
from rec_viz.text.reading import power, signed

# ------------------------------------------------------------------------------------------------ the poster's plot


NETWORK_CURVES = (
    "Thick curves are means over test pictures. **Theory** is exact samples of the Q actually coded, charged their KL "
    "from the P that was learnt: no code that takes this P for the law of the samples does with less."
)
MODEL_CURVE = (
    "The dashed curve is exact: of the Gaussian mixture the codec takes pictures for, the rate-distortion function "
    "R(D) given the class of each piece, and the bits that name the classes. The mixture’s own R(D) is at most that. A "
    "photograph is no sample of it: a quiet one lies above the curve, a busy one below."
)


def poster(picture: Picture | None, settings: Images) -> None:
    """PSNR against bits per pixel: shipped curves, the pictures sent here, JPEG and WebP of this one."""
    network = settings.codec == "inr"
    points = measured.curves() if network else []
    if network and not points:
        st.info(
            f"The curves over test pictures are not there. Make them with your copy of CIFAR-10: `{measured.COMMAND}`",
            icon=":material/info:",
        )
    whole = widgets.widget(Images, "counted", "content") == "files"
    widgets.write_link(widgets.now(Images))
    sent = st.session_state.get("images_sent", [])
    marks = [
        figures.Mark(one.name, (one.payload_bits + whole * one.header_bits) / one.pixels, one.psnr_db) for one in sent
    ]
    curves = measured.measured_curves(points, whole) if network else [measured.model_curve()]
    others = [] if picture is None else measured.compressed_curves(picture, whole)
    chart(
        figures.rate_distortion(curves, others, marks, parts.colours()),
        "images_poster",
        snippets.poster(settings, whole, marks, picture is not None),
        "How good a picture is, against the bits it takes",
    )
    st.markdown(
        "Left and up is better. Thin curves are this picture as JPEG and WebP, stars the pictures sent here: single "
        "pictures differ far more than methods do, so compare a star with the thin curves. "
        + (NETWORK_CURVES if network else MODEL_CURVE)
    )
    if points:
        st.markdown(provenance(points))
    if not network and (against := measured.photographs()):
        st.markdown(dither_words(against))
    if picture is not None:
        st.markdown(others_table(picture, sent[-1] if sent else None))


def provenance(points: list[measured.Point]) -> str:
    """Where the curves come from, what bins save, and how far ORC's samples are from exact ones."""
    one = points[0]
    pictures_, seeds = f"{one.pictures} test pictures of CIFAR-10", f"{one.seeds} seed{'s' * (one.seeds > 1)}"
    text = f"Curves: the small network on {pictures_}, {seeds}, bars 95% over pictures, made by `{measured.COMMAND}` "
    text += f"({one.machine}). "
    saved = measured.savings().get(("orc-16", "partitioned-48"))
    if saved:
        mean, low, high = (f"{signed(100.0 * value)}%" for value in saved[2:])
        text += (
            f"At equal PSNR and without headers, the bits of 48-bit blocks with bins differ by **{mean}** (95%: {low} "
            f"to {high}) from those of 16-bit blocks without. "
        )
    levels = {(point.system, point.rate): point.psnr_db for point in points}
    told = []
    for system, exact, name in (("orc-16", "theory-16", "16-bit"), ("partitioned-48", "theory", "48-bit")):
        gaps = [level - levels[exact, rate] for (of, rate), level in levels.items()
                if of == system and (exact, rate) in levels]  # fmt: skip
        if gaps:
            told.append(f"{signed(min(gaps), 2)} to {signed(max(gaps), 2)} dB in {name} blocks")
    if told:
        text += (
            "ORC stops at a finite number of candidates, so its samples are a little off: against exact samples of Q "
            f"its pictures are {', '.join(told)}, from rate to rate."
        )
    return text


def dither_words(against: dict[tuple[str, str], measured.Saved]) -> str:
    """What layered dither takes against blocks that are searched for, over crops of photographs."""

    def told(anchor: str) -> str:
        mean, low, high = (f"{signed(100.0 * value)}%" for value in against[anchor, "dither"][2:])
        return f"**{mean}** (95%: {low} to {high})"

    return (
        "Over crops of two photographs at equal PSNR, the bits of layered dither differ by "
        f"{told('partitioned-48')} from those of 48-bit blocks with bins, and by {told('orc-16')} from those of 16-bit "
        "blocks without. It searches for nothing, but each number costs up to half a bit beyond its information; a "
        "block of many numbers pays a few bits once."
    )


def others_table(picture: Picture, last: sending.Sent | None) -> str:
    """Header bytes by themselves: JPEG and WebP at the quality nearest to the last picture sent, or a middling one."""
    pixels = picture.shape[0] * picture.shape[1]
    rows = []
    if last is not None:
        rows.append(("Sent here last", last.psnr_db, last.payload_bits, last.header_bits, last.pixels))
    for kind, name in measured.OTHERS.items():
        found = pictures.compressed(picture, kind)
        level = last.psnr_db if last is not None else 27.0
        one = min(found, key=lambda one: abs(one.psnr_db - level))
        rows.append((f"{name[0]}, quality {one.quality}", one.psnr_db, one.file_bits - one.header_bits,
                     one.header_bits, pixels))  # fmt: skip
    return (
        "| One picture | PSNR, dB | Bits a pixel | Header, bits a pixel | Whole file, bytes |\n|---|---|---|---|---|\n"
        + "\n".join(
            f"| {name} | {level:.2f} | {bits / count:.3f} | {header / count:.3f} | {(bits + header) // 8:,} |"
            for name, level, bits, header, count in rows
        )
    )


# ------------------------------------------------------------------------------------------------ how far


TYPICAL = {
    "inr": "Each line is worked out for this rate’s blocks of the network, with targets drawn from what was learnt in "
    "training.",
    "dct": "Each line is worked out for blocks of this rate that the model of photographs draws. Its numbers have few "
    "bits each, of which bins save less, so with bins blocks stay smaller than what is asked for: the lines end flat.",
}


def how_far(settings: Images, sent: Sending | None) -> None:
    """Time and bits against the size of a block, and against J for the chosen one."""
    codec, chosen_rate, block_bits = settings.codec, settings.rate, settings.block_bits
    most, times = typical_blocks.limit_bits(codec), 2.0 ** typical_blocks.margin_bits(codec)
    st.markdown(
        f"ORC looks at {times:.0f} times 2 to the block’s bits of candidates, so plain blocks end near 20 bits. Bins "
        "take most of that away: what is left to search is how far Q is from P′. " + TYPICAL[codec]
    )
    sizes, plain, binned = typical_blocks.reach_rows(codec, chosen_rate)
    colours = parts.colours()
    limits = (grouping.PLAIN_LIMIT_BITS, most)
    rate = typical_blocks.orc_rate(typical_blocks.typical(codec, chosen_rate, block_bits, 0).dim, True)
    left, right = st.columns(2)
    with left:
        chart(
            figures.reach(sizes, plain[0], binned[0], limits, block_bits, rate, colours),
            "images_reach",
            snippets.reach(settings, limits, rate),
            "Candidates for one block, by its size",
        )
    marks = overhead_marks(settings, sent)
    with right:
        chart(
            figures.overhead(sizes, plain[1], binned[1], marks, colours),
            "images_overhead",
            snippets.overhead(settings, marks),
            "What a block takes beyond its KL, by its size",
        )
    st.markdown(
        "Left: expected candidates for one block. Right: why large blocks are worth it. Each message costs a few bits "
        "beyond its KL, and fewer, larger blocks pay them less often. Lines are the bound for exact samples by PFR "
        "with a Zipf code; marks are measured with ORC, whose code fits its indices better and whose samples are a "
        "little off."
    )
    bought = typical_blocks.trade_rows(codec, chosen_rate, block_bits)
    st.subheader(f"What J buys for a block of {bought.kl_bits:.0f} bits", anchor=False)
    try:
        log2_bins = grouping.check_blocks(block_bits, settings.partition_bits)
        here = typical_blocks.typical(codec, chosen_rate, block_bits, log2_bins)
        chosen = (here.bound_bits, here.search_bits) if log2_bins or codec == "inr" else None
    except rec.RecError:  # said above
        chosen = None
    chart(
        figures.trade(*bought, chosen, most, colours),
        "images_trade",
        snippets.trade(settings, chosen),
    )
    st.markdown(
        "Down is faster, left is shorter. More bins make the search shorter almost bit for bit and, up to a point, the "
        "message too, as a bin is sent without overhead; with too many, bins are finer than Q and each further bit of "
        "J is a bit more to send. ORC with bins looks at no more than "
        f"{power(most)} candidates: above the dashed line its samples get worse instead."
        + (
            f" J is for a whole block of {block_bits} bits, and a smaller block has fewer bins."
            if codec == "dct"
            else ""
        )
    )


def overhead_marks(settings: Images, sent: Sending | None) -> list[figures.Measured]:
    """What blocks took beyond their KL: the shipped systems at this rate, and the picture sent here."""
    marks = []
    for point in measured.curves() if settings.codec == "inr" else ():
        if point.rate == settings.rate and point.system in ("orc-16", "partitioned-48"):
            name, role, _, symbol = measured.CURVES[point.system]
            percent = 100.0 * (point.bits_per_pixel / point.kl_bits_per_pixel - 1.0)
            marks.append(figures.Measured(name, role, symbol, float(point.system.split("-")[1]), percent))
    if sent is not None and sent.coded and sent.settings.codec == settings.codec:
        report = sent.coded.report
        percent = 100.0 * ((report.payload_bits - report.side_bits) / report.kl_bits - 1.0)
        marks.append(figures.Measured("sent here", "winner", "star", report.kl_bits / len(sent.blocks), percent))
    return marks
