"""Build your own rule: race it, and see whether the receiver gets Q."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from rec_viz.app_pages import parts, practice
from rec_viz.components import rule
from rec_viz.settings import widgets
from rec_viz.settings.table import Rule

state = st.session_state
state.setdefault("rule_guesses", {})  # what was predicted of a rule, "fair" or "unfair"


notices = widgets.load_link("rule")
practice.head("rule")
parts.say_notices(notices)
settings = widgets.now(Rule)
widgets.write_link(settings)
parts.wait_for_kernels(height=420)
rule.show(
    settings, state.rule_guesses, key="rule", on_commit=widgets.put,
    on_guess=lambda name, guess: state.rule_guesses.update({name: guess}),
)  # fmt: skip
st.markdown(
    "Any rule that names a candidate can be sent: the receiver counts to its number, whatever the rule. But almost "
    "every rule sends something else than Q. T is the time a candidate arrives, r = q/p its ratio. The verdict is a "
    "test of the samples alone, and knows nothing of the rule."
)
with st.container(horizontal=True, vertical_alignment="center", key="rule_foot"):
    st.page_link(Path(__file__).with_name("sender.py"), label="Play the sender", icon=":material/arrow_back:")
    parts.share(settings, "rule")
