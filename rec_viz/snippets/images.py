"""The charts of the Images page as programs."""

from __future__ import annotations

from collections.abc import Sequence

from ..figures.images import Mark, Measured
from ..model.images import typical_blocks
from ..settings.pictures import Settings


def poster(settings: Settings, whole: bool, marks: Sequence[Mark], with_picture: bool) -> str:
    """PSNR against bits per pixel: the shipped curves, JPEG and WebP of the picture, the pictures sent."""
    curves = "[images.model_curve()]  # exact, of the Gaussian model"
    if settings.codec == "inr":
        curves = f"images.measured_curves(measured.curves(), {whole})  # True counts the header of the files"
    return f"""\
from rec_viz import theme
from rec_viz.figures import images
from rec_viz.model.images import measured, pictures

colours = theme.ROLES["light"]
curves = {curves}
{_picture(settings) if with_picture else ""}others = []
{_others(whole) if with_picture else ""}marks = {_values("images", marks)}
figure = images.rate_distortion(curves, others, marks, colours)
"""


def _picture(settings: Settings) -> str:
    if settings.origin == "photo":
        made = f"pictures.photo({settings.photo!r})"
    elif settings.origin == "upload":
        made = 'pictures.read_upload(open("your picture", "rb").read())'
    else:
        return f'picture = pictures.read_cifar("your copy of CIFAR-10")[{settings.number}]\n'
    if settings.codec == "inr":
        tile = f"pictures.Tile({settings.photo!r}, {settings.left}, {settings.top}, {settings.side})"
        return f"picture = pictures.cut({made}, {tile})\n"
    return f"picture = pictures.scaled({made}, {settings.longest})\n"


def _others(whole: bool) -> str:
    return f"""\
for kind in images.OTHERS:  # JPEG and WebP
    found = pictures.compress(picture, kind)
    others.append(images.compressed_curve(kind, found, picture.shape[0] * picture.shape[1], {whole}))
"""


_MEASURED = """\
from rec_viz import theme
from rec_viz.figures import images
from rec_viz.figures import measured as figures
from rec_viz.model.images import measured

colours = theme.ROLES["light"]
"""


def codecs(pictures: int, whole: bool) -> str:
    """Other codecs over test pictures beside ours."""
    return f"""{_MEASURED}
ours = images.measured_curves(measured.curves(), {whole})[1:2]  # True counts headers
others = figures.codec_curves(measured.codecs(), {pictures}, {whole})
figure = images.rate_distortion(ours, others, [], colours)
"""


def strategies() -> str:
    """PSNR against rate for each choice of intervals."""
    return f"{_MEASURED}\nfigure = figures.strategies(measured.strategies(), colours)\n"


def budget(rate: str) -> str:
    """KL against what the channel says."""
    return f"""{_MEASURED}
rows = [row for row in measured.budgets() if row.rate == {rate!r}]
figure = figures.budget(rows, colours)
"""


def _values(module: str, values: Sequence[Mark] | Sequence[Measured]) -> str:
    """Named tuples as a list of calls."""
    return "[" + ", ".join(f"{module}.{value!r}" for value in values) + "]"


def reach(settings: Settings, limits: tuple[float, float], rate: float) -> str:
    """Expected candidates over the size of a block."""
    return f"""{_rows(settings)}
rate = {rate}  # candidates a second, measured where the chart was made
figure = images.reach(sizes, plain[0], binned[0], {limits}, {settings.block_bits}, rate, colours)
"""


def overhead(settings: Settings, marks: Sequence[Measured]) -> str:
    """Bits beyond the KL over the size of a block."""
    return f"""{_rows(settings)}
measured = {_values("images", marks)}
figure = images.overhead(sizes, plain[1], binned[1], measured, colours)
"""


_START = """\
import numpy as np
import rec_core as rec
from rec_core.images import blocks, {modules}
from rec_viz import theme
from rec_viz.figures import images{more}

colours = theme.ROLES["light"]


def typical(rate, block_bits, log2_bins):  # log2 of ORC's candidates, bound on the message's mean length, KL
    search, bounds, kl = [], [], []
"""

_HEADS = {
    "inr": _START.format(modules="inr", more="\nfrom rec_viz.model.images.typical_blocks import to_budget")
    + f"""\
    prior, dealt = inr.make_plan(rate, block_bits, log2_bins)
    for i in range(0, dealt.num_blocks, max(1, dealt.num_blocks // {typical_blocks.BLOCKS}))[:{typical_blocks.BLOCKS}]:
        members, cut = dealt.members[i], dealt.cuts[i]
        channel = rec.gaussian_channel(prior.information_bits[members].astype(float))
        kl.append(block_bits)
        bounds.append(rec.laws.sharp_bound_bits(channel, cut) - channel.information_bits + block_bits)
        for seed in range({typical_blocks.TARGETS}):
            problem = to_budget(channel.draw(seed), block_bits)  # widths moved until its KL is block_bits
            search.append(blocks.search_bits(problem, cut) + blocks.MARGIN_BITS)
    return np.mean(search), np.mean(bounds), np.mean(kl)

""",
    "dct": _START.format(modules="dct, mixture", more="")
    + f"""\
    model, level = mixture.shipped(), mixture.level_for(rate)
    drawn = mixture.draw_classes(model, {typical_blocks.TILES})
    scale, _, groups = dct.group(model, level, *drawn, block_bits, log2_bins)
    for i in range(0, len(groups), max(1, len(groups) // {typical_blocks.BLOCKS}))[:{typical_blocks.BLOCKS}]:
        members, cut = groups[i]
        channel = rec.gaussian_channel(-np.log2(scale[members]))
        kl.append(channel.information_bits)
        bounds.append(rec.laws.sharp_bound_bits(channel, cut))
        for seed in range({typical_blocks.TARGETS}):
            search.append(blocks.search_bits(channel.draw(seed), cut) + dct.MARGIN_BITS)
    return np.mean(search), np.mean(bounds), np.mean(kl)

""",
}


def _rows(settings: Settings) -> str:
    return f"""{_HEADS[settings.codec]}
sizes = np.array({list(typical_blocks.SIZES)}, float)
plain, binned = np.empty((2, sizes.size)), np.empty((2, sizes.size))
for i, size in enumerate(sizes.astype(int).tolist()):
    for rows, log2_bins in ((plain, 0), (binned, max(size - 8, 0))):
        search, bound, kl = typical({settings.rate!r}, size, log2_bins)
        rows[:, i] = search, 100 * (bound / kl - 1)  # and % beyond the KL
"""


def trade(settings: Settings, chosen: tuple[float, float] | None) -> str:
    """What J buys for one block; `chosen` is starred."""
    last, step = min(settings.block_bits + typical_blocks.STEP, 63), typical_blocks.STEP
    first, limit = (0.0, "blocks.SEARCH_LIMIT_BITS") if settings.codec == "inr" else (float(step), "dct.LIMIT_BITS")
    return f"""{_HEADS[settings.codec]}
cuts = np.arange({first}, {last} + 1, {step})
search, bounds, kl = np.array([typical({settings.rate!r}, {settings.block_bits}, int(k)) for k in cuts]).T
figure = images.trade(cuts, bounds, search, {chosen}, {limit}, kl[-1], colours)
"""
