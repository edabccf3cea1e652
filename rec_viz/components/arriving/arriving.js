// Pictures that arrive at the same bits a second. A way's frames stand one below the other in one picture.

import { el, setText } from "../../stage/dom.js";
import { mounted } from "../../stage/mounted.js";

/** How many blocks are there once this many bits have come. @param {number[]} bits @param {number} come */
function blocksHeld(bits, come) {
  const next = bits.findIndex((end) => end > come);
  return next < 0 ? bits.length : next;
}

/**
 * @typedef {{ name: string, color: string, frames: string, bits: number[], quality: string }} Way
 * @typedef {{ sent: string, ways: Way[], seconds: number }} Arriving
 */

const lastOf = (/** @type {Way} */ { bits }) => bits[bits.length - 1];
const longest = (/** @type {Way[]} */ ways) => Math.max(...ways.map(lastOf));

function create(parent) {
  const root = parent.querySelector(".arriving"), [sent, ...canvases] = root.querySelectorAll("canvas");
  const words = [...root.querySelectorAll("figure p")].slice(1), names = [...root.querySelectorAll("figcaption")].slice(1);
  const bars = root.querySelector(".bars"), button = root.querySelector("button");
  let /** @type {Arriving | undefined} */ data, sources = [], fills = [], frame = 0, begun = 0;

  const load = (/** @type {string} */ source) => {
    const image = new Image();
    image.src = source;
    return image.decode().then(() => image);
  };

  async function show(/** @type {Arriving} */ given) {
    if (data && data.sent === given.sent && data.ways.every((way, k) => way.frames === given.ways[k].frames)) return;
    data = given;
    const [picture, ...frames] = await Promise.all([given.sent, ...given.ways.map((way) => way.frames)].map(load));
    sent.getContext("2d").drawImage(picture, 0, 0);
    sources = frames;
    fills = given.ways.map(() => el("div", "fill"));
    bars.replaceChildren(...given.ways.map((way, k) => {
      const bar = el("div", "bar"), track = el("div", "track"), name = el("span");
      setText(name, way.name);
      track.append(fills[k]);
      bar.append(name, track);
      return bar;
    }));
    given.ways.forEach((way, k) => {
      setText(names[k], way.name);
      canvases[k].setAttribute("aria-label", `${way.name}: ${Math.round(lastOf(way)).toLocaleString()} bits, ${way.quality}`);
    });
    given.ways.forEach((way, k) => { fills[k].style.background = way.color; });
    matchMedia("(prefers-reduced-motion: reduce)").matches ? paint(given, Infinity) : play();
  }

  /** Everything as it stands once `come` bits have come by each way. */
  function paint(/** @type {Arriving} */ { ways }, /** @type {number} */ come) {
    const most = longest(ways);
    ways.forEach(({ bits, quality }, k) => {
      const held = blocksHeld(bits, come), done = held === bits.length, context = canvases[k].getContext("2d");
      if (held) context.drawImage(sources[k], 0, 32 * (held - 1), 32, 32, 0, 0, 32, 32);
      else {
        context.fillStyle = "#808080";
        context.fillRect(0, 0, 32, 32);
      }
      const total = held ? bits[held - 1] : 0;
      fills[k].style.width = `${(100 * total) / most}%`;
      setText(words[k], `${Math.round(total).toLocaleString("en")} bits${done ? `, ${quality}` : ""}`);
    });
    root.dataset.playing = String(come < most);
    return come < most;
  }

  function play() {
    cancelAnimationFrame(frame);
    if (!data) return;
    begun = performance.now();
    const given = data, most = longest(given.ways);
    const step = (/** @type {number} */ now) => {
      if (paint(given, ((now - begun) / 1000 / given.seconds) * most)) frame = requestAnimationFrame(step);
    };
    frame = requestAnimationFrame(step);
  }

  button.onclick = play;
  return { root, show, destroy: () => cancelAnimationFrame(frame) };
}

export default mounted(create);
