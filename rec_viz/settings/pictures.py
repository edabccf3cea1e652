"""What the Images page is set to: one value a control, its link, and the session's widgets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import streamlit as st

from rec_core import images

from ..model.images import pictures
from . import LINK_VERSION

ORIGINS = {"photo": "A photograph", "upload": "Your own", "cifar": "My copy of CIFAR-10"}
BINS = {"auto": "Auto", "none": "None", "number": "A number"}
METHODS = {"orc": "ORC", "pfr": "PFR"}
LONGEST = (64, 128, 256, 512)  # sides of whole pictures, in pixels
TILED = ("inr",)  # codecs that are shown on one tile of 32x32; the others take whole pictures
PREFIX = "images_"  # of the widgets' keys


class Settings(NamedTuple):
    """Everything a link can say; an uploaded picture and the path of a copy of CIFAR-10 stay on their machines."""

    origin: str = "photo"
    photo: str = "chelsea"
    left: int = 96
    top: int = 60
    side: int = 176
    number: int = 0  # of the picture in CIFAR-10
    longest: int = 128
    codec: str = "inr"
    rate: str = "high"
    block_bits: int = 48
    bins: str = "auto"
    log2_bins: int = 40
    method: str = "orc"
    seed: int = 1

    @property
    def partition_bits(self) -> int | str | None:
        """What `images.encode` calls it."""
        return {"auto": "auto", "none": None}.get(self.bins, self.log2_bins)

    @property
    def tile(self) -> pictures.Tile:
        """The square of the photograph or of the upload."""
        return pictures.Tile(self.photo, self.left, self.top, self.side)

    @property
    def coding(self) -> dict[str, Any]:
        """The arguments of `images.encode` after the picture."""
        return {
            "codec": self.codec,
            "rate": self.rate,
            "block_bits": self.block_bits,
            "method": self.method,
            "partition_bits": self.partition_bits,
            "seed": self.seed,
        }


_CHOICES: dict[str, tuple[Any, ...]] = {
    "origin": tuple(ORIGINS), "photo": tuple(pictures.PHOTOS), "longest": LONGEST, "codec": tuple(images.CODECS),
    "rate": tuple(images.RATES), "bins": tuple(BINS), "method": tuple(METHODS),
}  # fmt: skip
RANGES = {
    "left": (0, 20_000), "top": (0, 20_000), "side": (1, 20_000), "number": (0, 100_000), "block_bits": (8, 64),
    "log2_bins": (0, 63), "seed": (0, 2**31),
}  # fmt: skip


def read(query: Mapping[str, str]) -> tuple[Settings, list[str]]:
    """The settings a link asks for, and a sentence for every value that could not be used."""
    values: dict[str, Any] = {}
    notices: list[str] = []
    if query.get("v", LINK_VERSION) != LINK_VERSION:
        notices.append(f"This link was made for version {query['v'][:20]} of the Lab; what is still known was used.")
    for key, default in Settings()._asdict().items():
        if key not in query:
            continue
        try:
            values[key] = _parse(key, query[key])
        except ValueError:
            notices.append(f"The link’s value for “{key}” cannot be used; it is set to {default}.")
    return Settings(**values), notices


def _parse(key: str, text: str) -> Any:
    """A value as it stands in a link; ValueError where it is not one of ours."""
    if key in _CHOICES:
        value = {str(option): option for option in _CHOICES[key]}.get(text)
        if value is None:
            raise ValueError(text)
        return value
    low, high = RANGES[key]
    number = int(text)
    if not low <= number <= high:
        raise ValueError(text)
    return number


def query_of(settings: Settings) -> dict[str, str]:
    """Every value, explicit, as query parameters."""
    return {"v": LINK_VERSION} | {key: str(value) for key, value in settings._asdict().items()}


# ------------------------------------------------------------------------------------------------ the session


def load() -> list[str]:
    """At the top of the page: put a link's settings, or those of the last visit, into the widgets. Returns notices."""
    state, query = st.session_state, st.query_params.to_dict()
    if "images_now" not in state or (query and query != state.get("images_written")):
        settings, state.images_notices = read(query)
        put(settings)
    for key, value in state.images_now._asdict().items():  # widgets not drawn in the last run are forgotten
        state.setdefault(PREFIX + key, value)
    state.view_page = "images"  # the Lab's own view is put back into its widgets there
    return list(state.images_notices)


def put(settings: Settings) -> None:
    """Make the widgets show these settings; call before they are drawn or in a callback."""
    for key, value in settings._asdict().items():
        st.session_state[PREFIX + key] = value
    st.session_state.images_now = settings


def now() -> Settings:
    """What the widgets say."""
    return Settings(*(st.session_state[PREFIX + key] for key in Settings._fields))


def write(settings: Settings) -> None:
    """Keep the address bar on the settings."""
    query = query_of(settings)
    st.session_state.images_now, st.session_state.images_written = settings, query
    if st.query_params.to_dict() != query:
        st.query_params.from_dict(query)
