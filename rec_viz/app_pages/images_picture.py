"""Which picture the Images page sends: a tile or the whole of a photograph, one's own, or one of CIFAR-10."""

from __future__ import annotations

import numpy as np
import streamlit as st

import rec_core as rec
from rec_viz.app_pages import parts
from rec_viz.components import upload
from rec_viz.figures import images as figures
from rec_viz.model.images import pictures, sending
from rec_viz.model.images.pictures import PHOTOS, TILES, Picture
from rec_viz.settings import TABLE, widgets
from rec_viz.settings.table import Images
from rec_viz.text import reading

OTHER = "A tile of your own"


def choose() -> Picture | None:
    """The picture to send; None while there is none, with the reason on the page."""
    chosen, tiled = widgets.now(Images), widgets.now(Images).codec in sending.TILED
    left, right = st.columns([3, 2])
    with left:
        row, name = TABLE[Images]["origin"], widgets.name_of(Images, "origin")
        offered = pictures.offers_cifar() or chosen.origin == "cifar"  # a link may ask for what is not there
        kinds = {key: label for key, label in row.options.items() if key != "cifar" or offered}
        st.session_state.setdefault(name, chosen.origin)
        widgets.draw_widget(row._replace(options=kinds), name)
    if chosen.origin == "cifar":
        return from_cifar()
    if chosen.origin == "photo":
        with right:
            if tiled:
                pick_tile(chosen)
            else:
                widgets.widget(Images, "photo")
        source = pictures.photo(chosen.photo)
        says = f"{TABLE[Images]['photo'].options[chosen.photo]}. Photograph: {PHOTOS[chosen.photo]}."
    else:
        upload.show(
            f"PNG, JPEG or WebP, up to {upload.MOST_BYTES // 10**6} MB", "image/png,image/jpeg,image/webp",
            key="images_file", on_file=take_upload,
        )  # fmt: skip
        taken = st.session_state.get("images_upload")
        if taken is None or isinstance(taken[1], str):
            if taken is None:
                st.markdown("The picture stays on the machine that runs this app, and no link carries it.")
            else:
                st.error(reading.plain(taken[1]), icon=":material/error:")
            return None
        name, source = taken
        says = f"`{name.replace('`', '')}`"
    made = (cut_tile if tiled else scale_down)(source)
    st.markdown(f":small[{says}]")
    return made


def pick_tile(chosen: Images) -> None:
    """A good tile to begin with."""
    names = {tile: name for name, tile in TILES.items()}
    options = [*TILES, OTHER]
    st.session_state.images_good = good = names.get(pictures.tile_of(chosen), OTHER)
    st.selectbox("A good tile", options, options.index(good), key="images_good", on_change=take_good_tile)


def take_good_tile() -> None:
    tile = TILES.get(st.session_state.images_good)
    if tile:
        widgets.put(widgets.now(Images)._replace(**tile._asdict()))


def take_upload(name: str, data: bytes | None) -> None:
    """Keep an uploaded picture with its name, or what is wrong with it."""
    try:
        if data is None:
            raise rec.RecError(f"The file is larger than {upload.MOST_BYTES / 1e6:g} MB; scale the picture down first.")
        picture = pictures.read_upload(data)
    except rec.RecError as error:
        st.session_state.images_upload = (name, str(error))
        return
    st.session_state.images_upload = (name, picture)
    height, width = picture.shape[:2]
    side = min(height, width)
    widgets.put(widgets.now(Images)._replace(left=(width - side) // 2, top=(height - side) // 2, side=side))


def cut_tile(source: Picture) -> Picture:
    """Sliders that move a square over the picture, and the 32x32 pixels it becomes."""
    height, width = source.shape[:2]
    shortest = min(height, width)
    tile = pictures.fitted(pictures.tile_of(widgets.now(Images)), source)
    photo, small, sliders = st.columns([3, 2, 2], vertical_alignment="center")
    with sliders:
        if shortest > pictures.SIDE:
            side = position("side", pictures.SIDE, shortest, tile.side)
            tile = pictures.fitted(tile._replace(side=side), source)
            left = position("left", 0, width - side, tile.left)
            top = position("top", 0, height - side, tile.top)
            tile = tile._replace(left=left, top=top)
    colour = parts.colours()["q"]
    seen = pictures.scaled(source, 480)
    photo.html(
        figures.outlined(
            pictures.as_source(seen, "jpeg"), "The whole picture; the tile is outlined.", (height, width), tile[1:],
            colour,
        )
    )  # fmt: skip
    made = pictures.cut(source, tile)
    small.html(figures.crisp(pictures.as_source(made), "The tile, 32 by 32 pixels"))
    return made


def position(key: str, low: int, high: int, value: int) -> int:
    """A slider in pixels whose range follows the picture."""
    name = widgets.name_of(Images, key)
    st.session_state[name] = min(max(value, low), high)
    row = TABLE[Images][key]._replace(kind="slider", low=low, high=max(high, low + 1))
    return int(widgets.draw_widget(row, name))


def scale_down(source: Picture) -> Picture:
    """The whole picture, its longest side chosen."""
    photo, size = st.columns([3, 2], vertical_alignment="center")
    with size:
        longest = widgets.widget(Images, "longest")
    made = pictures.scaled(source, longest)
    photo.html(figures.crisp(pictures.as_source(made), "The picture to send", made.shape, 360))
    return made


def from_cifar() -> Picture | None:
    """A picture of the copy that whoever started the app named."""
    try:
        found = pictures.operators_cifar()
    except rec.RecError as error:
        st.error(reading.plain(str(error)), icon=":material/error:")
        return None
    if found is None:
        st.markdown("CIFAR-10 is not shipped. Who has a copy starts the app with it: `rec-lab --cifar PATH`.")
        return None
    row, name = TABLE[Images]["number"], widgets.name_of(Images, "number")
    st.session_state[name] = min(widgets.now(Images).number, len(found) - 1)
    number = widgets.draw_widget(row._replace(label=f"Picture, of {len(found):,}", high=len(found) - 1), name)
    picture = np.ascontiguousarray(found[number])
    st.html(figures.crisp(pictures.as_source(picture), f"Picture {number} of CIFAR-10"))
    return picture
