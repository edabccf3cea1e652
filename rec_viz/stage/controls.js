// The row under the picture: native ranges, answered while they move.

import { el, setAria, setText } from "./dom.js";

const KEYS_MS = 400;

// `drag(change)` gets every move, {key: value}; `release()` is called when the reader lets go.
export function createControls(/** @type {HTMLElement} */ row, { drag, release }) {
  const made = new Map(); // key -> { box, range, told, says }
  let timer = 0; // a pause of the keys is their release

  function make(/** @type {Control} */ { key, name }) {
    const range = el("input"), told = el("output");
    range.type = "range";
    told.setAttribute("aria-hidden", "true"); // the range says it
    range.addEventListener("input", () => { say(key); drag({ [key]: Number(range.value) }); });
    range.addEventListener("keydown", () => { clearTimeout(timer); timer = setTimeout(letGo, KEYS_MS); });
    range.addEventListener("change", () => { if (!timer) release(); });
    range.addEventListener("blur", () => { if (timer) letGo(); });
    const one = { box: el("div", "control", el("label", "", el("span", "", ...named(name)), range), told), range, told };
    made.set(key, one);
    return one;
  }

  function letGo() {
    clearTimeout(timer);
    timer = 0;
    release();
  }

  function say(key) {
    const { range, told } = made.get(key), value = Number(range.value);
    const text = made.get(key).says ?? (key === "bits" ? `${value.toFixed(1)} bits` : String(value));
    setText(told, text);
    setAria(range, { valuetext: key === "log2_bins" ? `${value}, ${2 ** value} bins` : text });
  }

  // What can be dragged now. While something is (`dragged`), no range comes or goes, and what is dragged keeps its value.
  return function attach(/** @type {Control[]} */ controls, /** @type {Change | null} */ dragged = null) {
    for (const control of controls) {
      const { key, low, high, step, value, says } = control;
      if (dragged && !made.has(key)) continue;
      const one = made.get(key) ?? make(control);
      one.says = says;
      if (!(dragged && key in dragged)) Object.assign(one.range, { min: low, max: high, step, value });
      say(key);
    }
    if (dragged) return;
    row.hidden = !controls.length;
    const keys = controls.map(({ key }) => key).join();
    if (row.dataset.keys === keys) return; // or the hand would lose its range
    row.dataset.keys = keys;
    row.replaceChildren(...controls.map(({ key }) => made.get(key).box));
  };
}

// log2 J with its 2 as people write it; the accessible name stays "log2 J".
const named = (/** @type {string} */ name) => name.split(/(?<=log)(2)/).map((part) => (part === "2" ? el("sub", "", part) : part));
