"""A field for choosing a file, labelled and usable by keyboard: the browser's own, in the look of the page."""

from __future__ import annotations

import base64
from collections.abc import Callable

import streamlit as st

MOST_BYTES = 5_000_000

_MOUNT = st.components.v2.component(
    "rec_lab_upload",
    html='<label class="upload"><span></span><input type="file"></label>',
    css="""
.upload { display: flex; flex-direction: column; gap: 0.35rem; width: fit-content; max-width: 100%; font-size: 0.875rem;
  font-family: var(--st-font, "Source Sans", sans-serif); color: var(--st-text-color, #1f2328); }
.upload input { font: inherit; max-width: 100%; padding: 0.25rem; border-radius: var(--st-button-radius, 0.5rem); }
.upload input:focus-visible { outline: 2px solid var(--st-primary-color, #0a66c2); outline-offset: 2px; }
.upload input::file-selector-button { font: inherit; color: inherit; cursor: pointer; min-height: 2.25rem;
  margin-right: 0.75rem; padding: 0 0.75rem; background: var(--st-background-color, #fff);
  border: 1px solid color-mix(in srgb, var(--st-text-color, #1f2328) 28%, var(--st-background-color, #fff));
  border-radius: var(--st-button-radius, 0.5rem); }
.upload input::file-selector-button:hover { background: var(--st-secondary-background-color, #f3f4f6); }
""",
    js="""
export default function ({ data, parentElement, setTriggerValue }) {
  parentElement.querySelector(".upload span").textContent = data.label;
  const input = parentElement.querySelector(".upload input");
  input.accept = data.accept;
  input.onclick = () => { // the same file may be chosen again once it is mended
    input.value = "";
    delete input.dataset.told;
  };
  const tell = () => {
    const [file] = input.files;
    if (!file) return;
    input.dataset.told = "true";
    if (file.size > data.most) return setTriggerValue("chosen", { name: file.name });
    const reader = new FileReader();
    reader.onload = () => setTriggerValue("chosen", { name: file.name, b64: reader.result.split(",")[1] ?? "" });
    reader.readAsDataURL(file);
  };
  input.onchange = tell;
  if (!input.dataset.told) tell(); // a file chosen before this was there to hear of it
}
""",
)


def show(label: str, accept: str, key: str, on_file: Callable[[str, bytes | None], None]) -> None:
    """The field. `on_file` is told the name and the bytes of what was chosen, None where there are over MOST_BYTES."""

    def chosen() -> None:
        file = st.session_state[key].get("chosen")
        if file is not None:
            on_file(str(file["name"]), base64.b64decode(file["b64"]) if "b64" in file else None)

    data = {"label": label, "accept": accept, "most": MOST_BYTES}
    _MOUNT(data=data, key=key, width="stretch", height="content", on_chosen_change=chosen)
