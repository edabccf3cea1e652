// A row of pictures to press. The pictures are our own SVG; names are written as text.

import { el, setAria } from "../../stage/dom.js";
import { css, readTheme } from "../../stage/draw.js";
import { mounted } from "../../stage/mounted.js";

const DRAWN = ["p", "q", "heuristic", "candidate", "winner"];

function createPresets(parent) {
  const root = parent.querySelector(".presets");
  let /** @type {Tell} */ tell = () => {};

  function make({ slug, name, teaches, svg }) {
    const picture = el("span", "picture"), button = el("button", "", picture, el("span", "name", name));
    picture.innerHTML = svg;
    button.type = "button";
    button.title = teaches;
    button.dataset.slug = slug;
    button.addEventListener("click", () => tell("pressed", slug));
    return button;
  }

  function show(data, /** @type {Tell} */ send) {
    tell = send;
    if (!root.children.length) root.append(...data.presets.map(make));
    for (const button of root.children) {
      const chosen = button.dataset.slug === data.now;
      if (chosen && button.getAttribute("aria-pressed") === "false") inSight(button);
      setAria(button, { pressed: String(chosen) });
    }
    const theme = readTheme(root, data.colors);
    for (const role of DRAWN) root.style.setProperty(`--${role}`, css(theme[role]));
  }

  // Sideways only: the page itself stays where it is.
  function inSight(/** @type {HTMLElement} */ button) {
    const before = button.offsetLeft - 8, after = button.offsetLeft + button.offsetWidth + 8 - root.clientWidth;
    if (before < root.scrollLeft) root.scrollLeft = before;
    if (after > root.scrollLeft) root.scrollLeft = after;
  }

  return { root, show, destroy() {} };
}

export default mounted(createPresets);
