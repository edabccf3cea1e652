"""What was measured on test pictures, on the Images page: other codecs, ways to choose intervals, the budget."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import streamlit as st

from rec_viz.app_pages import parts
from rec_viz.components.export import chart
from rec_viz.figures import images as figures
from rec_viz.figures import measured as drawn
from rec_viz.model.images import measured
from rec_viz.settings import widgets
from rec_viz.settings.table import Images
from rec_viz.snippets import images as snippets
from rec_viz.text.reading import signed

COMPARED = 26.0  # dB


def show(settings: Images) -> None:
    """The three panels, each where its table is shipped."""
    ours, others = measured.curves(), measured.codecs()
    if ours and others:
        st.subheader("Other codecs on the same pictures", anchor=False)
        codecs(ours, others)
    rows = measured.strategies()
    if rows:
        st.subheader("Which weights to cut", anchor=False)
        strategies(rows, settings.rate)
    budgets = [row for row in measured.budgets() if row.rate == settings.rate]
    if budgets:
        st.subheader("Does the budget hold picture by picture?", anchor=False)
        budget(budgets, settings.rate)


def codecs(ours: list[measured.Point], others: list[measured.CodecPoint]) -> None:
    whole, count = widgets.now(Images).counted == "files", ours[0].pictures
    mine = measured.measured_curves(ours, whole)[1:2]
    curves = measured.codec_curves(others, count, whole)
    chart(figures.rate_distortion(mine, curves, [], parts.colours()), "images_codecs", snippets.codecs(count, whole))
    named: dict[str, Sequence[measured.Measured]] = {
        "Partitioned ORC": [one for one in ours if one.system == "partitioned-48"]
    }
    named |= {
        name: [one for one in others if (one.codec, one.pictures) == (codec, count)]
        for codec, (name, *_) in measured.CODECS.items()
    }
    bits = {name: [measured.bits_at(curve, COMPARED, w) for w in (False, True)] for name, curve in named.items()}
    told = [f"{name} {bare:.2f} ({all_:.2f})" for name, (bare, all_) in bits.items() if math.isfinite(bare)]
    st.markdown(
        f"At {COMPARED:g} dB, bits a pixel without headers (and of whole files): {', '.join(told)}. Pictures of 32 by "
        "32 pixels are smaller than most headers. AVIF is tuned for PSNR here, JPEG XL for the eye; the network was "
        "learnt from pictures of the same data set, an advantage the others lack. Means over "
        f"{count} test pictures of CIFAR-10."
    )


def strategies(rows: list[drawn.Strategy], rate: str) -> None:
    st.markdown(
        "The same fits, blocks of 48 bits and number of candidates, 2¹⁶ a block; only the dimensions cut into J = 2⁴⁰ "
        "bins differ. Look for what is left of the picture."
    )
    chart(drawn.strategies(rows, parts.colours()), "images_strategies", snippets.strategies())
    shown = rate if any(row.rate == rate for row in rows) else rows[-1].rate
    st.markdown(
        f"| At rate {shown}: weights cut | Bits a pixel | PSNR against exact samples, dB | KL left to search, bits |\n"
        "|---|---|---|---|\n"
        + "\n".join(
            f"| {drawn.STRATEGIES[row.strategy][0]} | {row.bits_per_pixel:.3f} | {signed(row.from_exact_db, 2)} ± "
            f"{1.96 * row.from_exact_db_standard_error:.2f} | {row.left_bits:.1f} |"
            for row in rows
            if row.rate == shown and row.strategy != "exact"
        )
    )
    one = rows[0]
    st.markdown(
        "“Weights that tell least” is our own bad case: two weights of each block take all cuts. Without bins a block "
        "of 48 bits cannot be searched: its candidates hold nothing near Q. The last row is what one would do "
        "instead, blocks of 12 bits with a quarter of the candidates each. “Left to search” is how far Q is from P′; "
        f"the search reaches 16 bits. {one.pictures} test pictures of CIFAR-10, one seed, 95% intervals over pictures "
        f"({one.machine})."
    )


def budget(rows: list[drawn.Budget], rate: str) -> None:
    st.markdown(
        "Blocks and bins are made for I, the mean KL over training pictures. Look for how far single test pictures "
        "are from it."
    )
    chart(drawn.budget(rows, parts.colours()), "images_budget", snippets.budget(rate))
    pictures = [row for row in rows if row.of == "picture"]
    free = np.array([100 * row.free_bits / row.information_bits for row in pictures])
    channel = 100 * pictures[0].channel_spread / pictures[0].information_bits
    st.markdown(
        f"**No.** With one price for every bit, as in training, test pictures take {free.min():.0f}% to "
        f"{free.max():.0f}% of I, {free.mean():.0f}% on average. Their deviation is {free.std(ddof=1):.1f}%; targets "
        f"of the Gaussian channel have {channel:.1f}%. A quiet picture tells less in nearly every block, which a "
        "channel of independent weights does not know. So the codec moves the price of each block until its KL is the "
        "block’s size: every picture takes the same rate, and quiet ones come out better instead. Bars are deviations "
        f"over pictures, dashed lines what the channel says, ± 2 deviations. {len(pictures)} test pictures of CIFAR-10."
    )
