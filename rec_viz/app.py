"""Which pages there are, and nothing else. `rec-lab` starts this script; in a checkout `streamlit run app.py` too."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from rec_viz import live, warm_up
from rec_viz.settings import links, widgets

HERE = Path(__file__).parent
PAGES = HERE / "app_pages"


def main() -> None:
    """One run of the script: sets the page up, starts compiling, and runs the page that was asked for."""
    st.set_page_config(page_title="REC Lab", page_icon=str(HERE / "assets" / "icon.png"), layout="wide")
    warm_up.warm_up()
    start = st.Page(PAGES / "start.py", title="Start", icon=":material/home:", default=True)
    learn = st.Page(PAGES / "learn.py", title="Learn", icon=":material/school:", url_path="learn")
    lab = st.Page(PAGES / "lab.py", title="Play", icon=":material/science:", url_path="lab")
    lengths = st.Page(
        PAGES / "code_lengths.py", title="Code lengths", icon=":material/straighten:", url_path="code_lengths"
    )
    speed = st.Page(PAGES / "speed.py", title="Speed", icon=":material/speed:", url_path="speed")
    bias = st.Page(PAGES / "bias.py", title="Bias", icon=":material/balance:", url_path="bias")
    message = st.Page(PAGES / "message.py", title="Message", icon=":material/mail:", url_path="message")
    pictures = st.Page(PAGES / "images.py", title="Images", icon=":material/image:", url_path="images")
    reference = st.Page(PAGES / "reference.py", title="Reference", icon=":material/menu_book:", url_path="reference")
    paper = st.Page(PAGES / "paper.py", title="Paper", icon=":material/article:", url_path="paper")
    pages = [start, learn, lab, message, lengths, speed, bias, pictures, paper, reference]
    page = st.navigation(pages, position="hidden" if widgets.presenting() else "top")
    query = st.query_params.to_dict()
    if page == start and links.is_link(query):  # a share link: it opens at the root, where Streamlit loads cleanest
        wanted = query.pop("page", "lab")
        st.switch_page({page.url_path: page for page in pages[1:]}.get(wanted, lab), query_params=query)
    if widgets.presenting() and page not in (learn, lab):  # only these can be presented, and know the key that leaves
        del st.query_params["present"]
        st.rerun()
    page.run()


if __name__ == "__main__":  # run for a visitor
    main()
elif __name__ == Path(__file__).stem:  # started by `rec-lab`
    app = st.App(__file__, routes=live.ROUTES)
