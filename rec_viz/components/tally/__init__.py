"""A room on the screens of those in it: the teacher's tally, and a student's page that follows.

Both hear of it over the room's socket (rec_viz/room/socket.py). Where that is refused `on_refused` is told, and the
page had better ask by itself from then on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from .. import mount

_TALLY = mount("tally", Path(__file__).with_name("tally.js"), base=True)
_PUPIL = mount("pupil", Path(__file__).with_name("pupil.js"), html="<span></span>")


WIDTH = 440  # pixels, beside a title


def show(picture: Mapping[str, Any], key: str, **on: Callable[[], None]) -> None:
    """The teacher's row: the code, how many have answered, and how once S or a button asks for it.

    `picture`: "asked", {code, key, question}, what the socket is told; "link" and its "qr" code as SVG; "lobby",
    whether these are all there is; "opens", whether they are shown at once; "scale" of the type; "asks" and "labels",
    the question and its choices by letter as HTML, None for a number; "right", the answer once it is revealed, and
    "revealed"; "seen", what the socket would tell, where it is refused.
    `on`: what to call with the buttons `reveal` and `again`, when the room is `gone`, and the socket `refused`.
    """
    _TALLY(
        data=dict(picture), key=key, width="stretch" if picture["lobby"] else WIDTH, height="content",
        **{f"on_{name}_change": on.get(name, lambda: None) for name in ("reveal", "again", "gone", "refused")},
    )  # fmt: skip


def follow(code: str, news: int, key: str, on_heard: Callable[[], None], on_refused: Callable[[], None]) -> None:
    """A student's page: `on_heard` is called once there is other news of the room than `news`."""
    _PUPIL(data={"code": code, "news": news}, key=key, on_heard_change=on_heard, on_refused_change=on_refused)
