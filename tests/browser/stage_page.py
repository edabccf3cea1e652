"""A page that shows one stage as its address asks: preset, view, step, highlight. For test_stage.py and for looking."""

import streamlit as st

from rec_viz import live, stage
from rec_viz.model import lab
from rec_viz.settings import PRESETS
from rec_viz.settings.view import dragged


def commit(change: dict) -> None:
    st.session_state.view = dragged(st.session_state.view, change)


def main() -> None:
    st.set_page_config(layout="wide")
    st.title("One stage")
    query = st.query_params
    preset = next(p for p in PRESETS if p.name == query.get("preset", "Cut and reweight"))
    view = st.session_state.setdefault("view", preset.view)
    race = lab.race(view)
    step = st.text_input("Step", query.get("step", ""), key="step")
    highlight = st.text_input("Highlight", query.get("highlight", ""), key="highlight")
    st.button("Run again")
    scene = stage.scene(
        race,
        query.get("view", "auto"),
        step=step or None,
        highlight=highlight.split(),
        handles="handles" in query,
        save="save" in query,
        live=view if "live" in query else None,
    )
    stage.show(scene, key="stage", on_commit=commit)


if __name__ == "__main__":
    main()
else:
    app = st.App(__file__, routes=live.ROUTES)
