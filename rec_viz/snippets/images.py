"""The charts of the Images page as programs."""

from __future__ import annotations

from collections.abc import Sequence

from ..figures.images import Mark, Measured
from ..model.images.sending import TILED
from ..settings.table import Images

_HEAD = """\
from rec_viz import theme
from rec_viz.figures import images as figures
from rec_viz.model.images import {modules}

colours = theme.ROLES["light"]
"""
_TABLES = """\
from rec_viz import theme
from rec_viz.figures import images, measured as figures
from rec_viz.model.images import measured as model

colours = theme.ROLES["light"]
"""


def poster(settings: Images, whole: bool, marks: Sequence[Mark], with_picture: bool) -> str:
    """PSNR against bits per pixel: the shipped curves, JPEG and WebP of the picture, the pictures sent."""
    curves = "[measured.model_curve()]  # exact, of the Gaussian model"
    if settings.codec in TILED:
        curves = f"measured.measured_curves(measured.curves(), {whole})  # True counts the header of the files"
    return f"""{_HEAD.format(modules="measured, pictures" if with_picture else "measured")}
curves = {curves}
{_picture(settings, whole) if with_picture else "others = []"}
marks = {_values(marks)}
figure = figures.rate_distortion(curves, others, marks, colours)
"""


def _picture(settings: Images, whole: bool) -> str:
    if settings.origin == "cifar":
        made = f'pictures.read_cifar("your copy of CIFAR-10")[{settings.number}]'
    else:
        upload = 'pictures.read_upload(open("your picture", "rb").read())'
        made = upload if settings.origin == "upload" else f"pictures.photo({settings.photo!r})"
        if settings.codec in TILED:
            tile = f"pictures.Tile({settings.photo!r}, {settings.left}, {settings.top}, {settings.side})"
            made = f"pictures.cut({made}, {tile})"
        else:
            made = f"pictures.scaled({made}, {settings.longest})"
    return f"picture = {made}\nothers = measured.compressed_curves(picture, {whole})  # JPEG and WebP"


def _values(values: Sequence[Mark] | Sequence[Measured]) -> str:
    """Named tuples as a list of calls."""
    return "[" + ", ".join(f"figures.{value!r}" for value in values) + "]"


def codecs(pictures: int, whole: bool) -> str:
    """Other codecs over test pictures beside ours."""
    return f"""{_TABLES}
ours = model.measured_curves(model.curves(), {whole})[1:2]  # True counts headers
others = model.codec_curves(model.codecs(), {pictures}, {whole})
figure = images.rate_distortion(ours, others, [], colours)
"""


def strategies() -> str:
    """PSNR against rate for each choice of intervals."""
    return f"{_TABLES}\nfigure = figures.strategies(model.strategies(), colours)\n"


def budget(rate: str) -> str:
    """KL against what the channel says."""
    return f"""{_TABLES}
rows = [row for row in model.budgets() if row.rate == {rate!r}]
figure = figures.budget(rows, colours)
"""


def _reach(settings: Images) -> str:
    head = _HEAD.format(modules="typical_blocks as model")
    return f"{head}\nsizes, plain, binned = model.reach_rows({settings.codec!r}, {settings.rate!r})\n"


def reach(settings: Images, limits: tuple[float, float], rate: float) -> str:
    """Expected candidates over the size of a block."""
    return f"""{_reach(settings)}\
rate = {rate}  # candidates a second where the chart was made
figure = figures.reach(sizes, plain[0], binned[0], {limits}, {settings.block_bits}, rate, colours)
"""


def overhead(settings: Images, marks: Sequence[Measured]) -> str:
    """Bits beyond the KL over the size of a block."""
    return f"""{_reach(settings)}\
marks = {_values(marks)}
figure = figures.overhead(sizes, plain[1], binned[1], marks, colours)
"""


def trade(settings: Images, chosen: tuple[float, float] | None) -> str:
    """What J buys for one block; `chosen` is starred."""
    asked = f"{settings.codec!r}, {settings.rate!r}, {settings.block_bits}"
    return f"""{_HEAD.format(modules="typical_blocks as model")}
limit = model.limit_bits({settings.codec!r})
figure = figures.trade(*model.trade_rows({asked}), {chosen}, limit, colours)
"""
