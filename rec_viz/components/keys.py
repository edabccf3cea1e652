"""Presenter mode: large words, and a component without a face that tells Python which key was pressed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from ..lessons import handout

_MOUNT = st.components.v2.component(
    "rec_lab_keys",
    html="<span></span>",
    js="""
const ways = new WeakMap();

function stage(root = document) {
  for (const node of root.querySelectorAll("*")) {
    if (node.dataset?.testid === "stage") return node;
    const found = node.shadowRoot && stage(node.shadowRoot);
    if (found) return found;
  }
  return null;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const before = ways.get(parentElement);
  if (before) document.removeEventListener("keydown", before.press);
  if (before && before.place !== data.place) {
    document.querySelector("[data-testid=stMain]")?.scrollTo({ top: 0 });
  }
  const press = (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.composedPath().some((node) => node.matches?.("input, textarea, select, [role=slider]"));
    if (typing && event.key !== "Escape") return;
    if (event.key === " " && data.keys.length && !event.composedPath().some((node) => node.matches?.("button"))) {
      const found = stage();
      if (!found) return;
      event.preventDefault();
      found.querySelector("[data-act=play]").click();
    } else if (data.keys.includes(event.key)) {
      event.preventDefault();
      setTriggerValue("pressed", event.key);
    }
  };
  document.addEventListener("keydown", press);
  ways.set(parentElement, { press, place: data.place });
  return () => document.removeEventListener("keydown", press);
}
""",
)


def listen(keys: Sequence[str], act: Callable[[str], None], place: str, key: str) -> None:
    """Call `act` with each of `keys` that is pressed outside a field; a change of `place` scrolls the page to its top.

    With any keys to listen to, the space bar plays the stage.
    """

    def pressed() -> None:
        if (name := st.session_state[key].pressed) is not None:
            act(name)

    _MOUNT(data={"keys": list(keys), "place": place}, key=key, on_pressed_change=pressed)


def leave() -> None:
    """Back to the ordinary page; for a callback."""
    if "present" in st.query_params:
        del st.query_params["present"]


_LARGE = """<style>.rec-large { font-size: 1.5rem; line-height: 1.4 }
.rec-large :is(p, li, td, th) { font-size: inherit; line-height: inherit }</style>"""


def large(text: str) -> None:
    """Words for the back row of a class."""
    st.html(f'{_LARGE}<div class="rec-large">{handout.markdown(text)}</div>')
