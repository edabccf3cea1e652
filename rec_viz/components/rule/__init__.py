"""Rules to choose a candidate by: the reader sets one, predicts whether it is fair, and sees what the receiver gets.

from rec_viz.components import rule
rule.show(settings, guesses, key="rule", on_commit=lambda settings: ..., on_guess=lambda name, guess: ...)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import streamlit as st

from ...model import rule as model
from ...settings.table import TABLE, Rule
from ...theme import ROLES
from .. import mount

_MOUNT = mount("rule", Path(__file__).with_name("rule.js"), base=True)


def show(
    settings: Rule, guesses: Mapping[str, str], key: str, on_commit: Callable[[Rule], None],
    on_guess: Callable[[str, str], None],
) -> None:  # fmt: skip
    """The rule as it is set. `on_commit` is told what the reader set and let go, `on_guess` a rule and what was
    predicted of it, "fair" or "unfair"."""

    def committed() -> None:
        asked = st.session_state[key].get("commit")
        if isinstance(asked, dict):
            try:
                on_commit(model.checked(asked))
            except ValueError:  # not from our page
                return

    def guessed() -> None:
        told = st.session_state[key].get("guess")
        if isinstance(told, list) and len(told) == 2 and told[0] in model.RULES and told[1] in ("fair", "unfair"):
            on_guess(*told)

    rows, (x, p, q) = TABLE[Rule], model.densities()
    data = {
        "rules": [
            {"name": name, "label": rows["rule"].options[name], "setting": setting}
            for name, (_, setting) in model.RULES.items()
        ],
        "settings": {
            name: {"label": rows[name].label, "low": rows[name].low, "high": rows[name].high, "step": rows[name].step}
            for _, name in model.RULES.values()
            if name
        },
        "sizes": list(rows["samples"].options),
        "outcome": model.told(settings),
        "guesses": dict(guesses),
        "edges": model.EDGES.tolist(),
        "curves": {"x": x.tolist(), "p": p.tolist(), "q": q.tolist()},
        "colors": ROLES,
    }
    _MOUNT(data=data, key=key, width="stretch", height="content", on_commit_change=committed, on_guess_change=guessed)
