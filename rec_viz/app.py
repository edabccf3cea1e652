"""Which pages there are, and nothing else. `rec-lab` starts this script; in a checkout `streamlit run app.py` too."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import streamlit as st
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Route

from rec_core import RecError
from rec_viz import background, live, warm_up
from rec_viz.app_pages.practice import ACTIVITIES
from rec_viz.model.evidence import TITLES
from rec_viz.room import socket
from rec_viz.settings import links, widgets
from rec_viz.text.reading import plain

HERE = Path(__file__).parent
PAGES = HERE / "app_pages"

# Reached from the four places and by their own addresses: what was once linked to still opens.
PRACTICE = {name: title for name, (title, _) in ACTIVITIES.items()}
BEHIND_THE_PLACES = {"message": "Message", **TITLES, "poster": "The poster", "class": "Class", **PRACTICE}
FILES = {"class": "class_page"}  # where a page's file has another name: that word is taken


def _at_root(request: Request) -> RedirectResponse:
    """A page opened by its path is moved to the root, where Streamlit finds the files it asks for."""
    query = {"page": request.url.path.rpartition("/")[2], **request.query_params}
    return RedirectResponse(f"./?{urlencode(query, safe=',')}")


_BASE = str(st.get_option("server.baseUrlPath") or "").strip("/")  # Streamlit puts its own routes under it, not ours
ROUTES: list[Any] = [
    type(route)(f"/{_BASE}{route.path}" if _BASE else route.path, route.endpoint)
    for route in (
        *live.ROUTES,
        *socket.ROUTES,
        *(Route(f"/{name}", _at_root) for name in ("learn", "lab", "evidence", *BEHIND_THE_PLACES)),
    )
]


def main() -> None:
    """One run of the script: sets the page up, starts compiling, and runs the page that was asked for."""
    st.set_page_config(page_title="REC Lab", page_icon=str(HERE / "assets" / "icon.png"), layout="wide")
    warm_up.warm_up()
    start = st.Page(PAGES / "start.py", title="Start", icon=":material/home:", default=True)
    learn = st.Page(PAGES / "learn.py", title="Learn", icon=":material/school:", url_path="learn")
    play = st.Page(PAGES / "lab.py", title="Play", icon=":material/science:", url_path="lab")
    evidence = st.Page(PAGES / "evidence.py", title="Evidence", icon=":material/insights:", url_path="evidence")
    places = [start, learn, play, evidence]
    behind = [
        st.Page(PAGES / f"{FILES.get(name, name)}.py", title=title, url_path=name, visibility="hidden")
        for name, title in BEHIND_THE_PLACES.items()
    ]
    page = st.navigation([*places, *behind], position="hidden" if widgets.presenting() else "top")
    wanted, query = st.session_state.pop("going", ("", st.query_params.to_dict()))  # where `parts.go` was told to
    if not wanted and page == start and links.is_link(query):  # a share link: at the root Streamlit loads cleanest
        wanted = query.pop("page", "lab")
    if wanted:
        known = {other.url_path: other for other in (learn, play, evidence, *behind)}
        st.switch_page(known.get(wanted, play), query_params=query)
    if widgets.presenting() and page not in (learn, play):  # only these can be presented, and know the key that leaves
        del st.query_params["present"]
        st.rerun()
    try:
        with background.RUNS.passed():
            page.run()
    except RecError as error:  # a setting that some part of the page cannot compute
        st.error(plain(str(error)))


if __name__ == "__main__":  # run for a visitor
    main()
elif __name__ == Path(__file__).stem:  # started by `rec-lab`
    app = st.App(__file__, routes=ROUTES)
