// A picture as SVG, and the answers given on it: by pointer, or by Enter and Space where it can be focused.

import { part, setText } from "../../stage/dom.js";
import { mounted } from "../../stage/mounted.js";

function createSketch(parent) {
  const root = /** @type {HTMLElement} */ (parent.querySelector(".sketch"));
  let shown = "", tell = (_name, _value) => {};

  const rise = (event) => {
    const field = event.target.closest?.("[data-rise]"), guide = root.querySelector(".guide");
    if (!field) return null;
    const box = field.getBoundingClientRect(), [low, high] = field.dataset.rise.split(" ").map(Number);
    const share = Math.min(1, Math.max(0, (box.bottom - event.clientY) / box.height)), value = low + share * (high - low);
    if (guide) {
      const y = Number(field.getAttribute("y")) + (1 - share) * Number(field.getAttribute("height"));
      guide.setAttribute("transform", `translate(0 ${y})`);
      /** @type {SVGElement} */ (guide).style.opacity = "1";
      setText(part(guide, "text"), value.toFixed(1));
    }
    return Math.round(value * 10) / 10;
  };
  const choose = (event) => {
    const pick = event.target.closest?.("[data-pick]"), value = pick ? Number(pick.dataset.pick) : rise(event);
    if (value !== null) tell("picked", value);
  };
  root.addEventListener("pointermove", rise);
  root.addEventListener("click", choose);
  root.addEventListener("keydown", (event) => {
    if ((event.key !== "Enter" && event.key !== " ") || !(/** @type {Element} */ (event.target).closest("[data-pick]"))) return;
    event.preventDefault();
    choose(event);
  });

  return {
    root,
    show(data, setTriggerValue) {
      tell = setTriggerValue;
      if (data.svg === shown) return;
      const at = root.querySelector(":focus")?.getAttribute("data-pick");
      root.innerHTML = shown = data.svg; // made by us, in figures/
      if (at) /** @type {HTMLElement} */ (root.querySelector(`[data-pick="${at}"]`))?.focus();
    },
    destroy: () => {},
  };
}

export default mounted(createSketch);
