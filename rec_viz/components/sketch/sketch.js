// A picture as SVG, and what is answered on it: by pointing at a part of it, or by moving what can be moved. What is moved
// is answered live with the picture anew, drawn by Python; the ranges under it are for the keyboard, and for touch.

import { createControls } from "../../stage/controls.js";
import { part } from "../../stage/dom.js";
import { addressOf, createChannel } from "../../stage/live.js";
import { mounted } from "../../stage/mounted.js";

function createSketch(parent) {
  const root = part(parent, ".sketch"), picture = part(root, ".drawn");
  let shown = "", place = "", /** @type {{ svg: string, knobs: Control[], place: object }} */ data = { svg: "", knobs: [], place: {} }, tell = (_name, _value) => {};
  let /** @type {Record<string, number>} */ hand = {}, moving = false, owed = false; // where the knobs stand; whether Python has yet to hear of it, or to answer
  let /** @type {{ box: DOMRect, axes: Axis[] } | null} */ field = null; // what the pointer is dragged across
  let ranged = {}; // what a range is being moved for

  const channel = createChannel({ open: () => new WebSocket(addressOf(document.baseURI)), answered });
  const controls = createControls(part(root, ".knobs"), {
    drag(change) { ranged = change; move(change); },
    release() { ranged = {}; release(); },
  });

  function draw(/** @type {string} */ svg) {
    if (svg === shown) return;
    const at = picture.querySelector(":focus")?.getAttribute("data-pick");
    picture.innerHTML = shown = svg; // made by us, in figures/
    if (at) /** @type {HTMLElement} */ (picture.querySelector(`[data-pick="${at}"]`))?.focus();
  }

  function move(/** @type {Record<string, number>} */ change) {
    Object.assign(hand, change);
    moving = true;
    root.classList.add("moved"); // what is moved does not begin again at every frame
    channel.ask({ ...data.place, hand });
  }

  function answered(/** @type {ArrayBuffer} */ buffer) {
    const answer = JSON.parse(new TextDecoder().decode(buffer));
    if (answer.error) return;
    draw(answer.svg);
    controls(answer.knobs, ranged);
    root.dataset.answers = String(Number(root.dataset.answers ?? 0) + 1);
  }

  function release() {
    if (moving) tell("moved", { ...hand });
    owed ||= moving;
    moving = false;
  }

  /** @typedef {{ key: string, low: number, high: number, across: boolean }} Axis */
  const axesOf = (/** @type {HTMLElement} */ node) => /** @type {Axis[]} */ (["x", "y"].flatMap((name) => {
    const [key, low, high] = node.dataset[name]?.split(" ") ?? [];
    return key ? [{ key, low: Number(low), high: Number(high), across: name === "x" }] : [];
  }));

  function drag(/** @type {PointerEvent} */ event) {
    if (!field) return;
    const { box, axes } = field;
    move(Object.fromEntries(axes.flatMap(({ key, low, high, across }) => {
      const knob = data.knobs.find((one) => one.key === key);
      if (!knob) return [];
      const share = across ? (event.clientX - box.left) / box.width : (box.bottom - event.clientY) / box.height;
      const value = low + share * (high - low), whole = Math.round((value - knob.low) / knob.step) * knob.step + knob.low;
      return [[key, Number(Math.min(knob.high, Math.max(knob.low, whole)).toFixed(6))]];
    })));
  }

  const pick = (event) => {
    const chosen = event.target.closest?.("[data-pick]");
    if (chosen) tell("picked", Number(chosen.dataset.pick));
    return chosen;
  };
  root.addEventListener("click", pick);
  root.addEventListener("keydown", (event) => { if ((event.key === "Enter" || event.key === " ") && pick(event)) event.preventDefault(); });
  picture.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
    const node = /** @type {HTMLElement} */ (/** @type {Element} */ (event.target).closest("[data-x], [data-y]"));
    if (!node || event.button) return;
    field = { box: node.getBoundingClientRect(), axes: axesOf(node) };
    picture.setPointerCapture(event.pointerId); // the part itself is drawn anew
    drag(event);
  });
  picture.addEventListener("pointermove", drag);
  for (const end of ["pointerup", "pointercancel"]) picture.addEventListener(end, () => { if (field) release(); field = null; });

  return {
    root,
    show(sent, setTriggerValue) {
      tell = setTriggerValue;
      data = sent;
      if (moving) return; // the hand has gone on
      const earlier = owed && data.knobs.some(({ key, value }) => Math.abs(value - (hand[key] ?? value)) > 1e-9);
      if (earlier && JSON.stringify(data.place) === place) return; // what it told before that
      owed = false;
      place = JSON.stringify(data.place);
      hand = Object.fromEntries(data.knobs.map(({ key, value }) => [key, value]));
      channel.drop();
      root.classList.remove("moved");
      draw(data.svg);
      controls(data.knobs);
      if (data.knobs.length) channel.connect();
    },
    destroy: () => channel.close(),
  };
}

export default mounted(createSketch);
