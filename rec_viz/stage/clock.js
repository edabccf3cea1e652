// The clock of one bin: choose a bin, with the pointer on the picture or from the list, and see its own arrivals counted.

import { el, setText } from "./dom.js";
import { css, disc, write } from "./draw.js";
import { binNumbers, binText } from "./pointed.js";
import { hasBins } from "./scene.js";
import { count, fmt, whole } from "./words.js";

const MOST_LISTED = 64;

const hasClocks = (/** @type {View} */ { scene, lane }) => scene.handles && scene.view === "race" && hasBins(lane) && lane.partitioned && lane.intervals[0] <= MOST_LISTED;

export function clockRow(/** @type {View} */ view, choose) {
  const { lane } = view;
  view.clock = -1;
  view.clockEvents?.abort(); // those of the bins before
  view.clockEvents = new AbortController();
  setText(view.clockText, "");
  if (!hasClocks(view)) return "";
  const list = el("select", "", ...Array.from({ length: lane.intervals[0] + 1 }, (_, b) => {
    const option = el("option", "", b ? `bin ${b}` : "no bin");
    option.value = String(b - 1);
    return option;
  }));
  const pick = (b) => {
    view.clock = view.clock === b ? -1 : b;
    list.value = String(view.clock);
    choose(view);
  };
  list.addEventListener("change", () => { view.clock = -1; pick(Number(list.value)); });
  view.canvas.addEventListener("click", (event) => {
    const x = event.clientX - view.canvas.getBoundingClientRect().left;
    const { edges } = view;
    if (!edges || x < view.left || x > view.right || view.pose.cut < 0.5) return;
    pick(edges.findIndex((edge, b) => b + 1 < edges.length && edge <= x && x < edges[b + 1]));
  }, { signal: view.clockEvents.signal });
  return el("div", "clock", el("label", "", el("span", "", "Clock of"), list), view.clockText);
}

/** @returns {Target[]} */
export const clockTarget = (/** @type {View} */ view) => (view.clock < 0 ? [] : [{ kind: "bin", bin: [view.clock], clock: true }]);

// So far: what this bin's clock has counted at the present step.
export function clockWords(/** @type {View} */ view) {
  const { scene, lane, clock, pose } = view;
  if (clock < 0 || !hasBins(lane)) return "";
  const met = [];
  for (let e = 0; e < (pose.seen || 0); e++) if (lane.bin[e] === clock) met.push(e);
  const shown = met.slice(0, 6).map((e) => `number ${whole(lane.local[e])} at ${fmt(lane.arrival[e])}`).join(", ");
  const { weight } = binNumbers(lane, [clock]);
  const text = binText(scene, lane, [clock]);
  return `${text[0].toUpperCase()}${text.slice(1)} Its clock ticks at that rate, once in ${fmt(1 / weight)} on average; `
    + (met.length ? `so far ${count(met.length, "candidate")}: ${shown}${met.length > 6 ? ", …" : ""}.` : "so far no candidate.");
}

export function drawClock(/** @type {View} */ view, /** @type {Pose} */ pose) {
  const { ctx, lane, theme } = view;
  for (let e = 0; e < pose.seen; e++) {
    if (lane.bin[e] !== view.clock || view.py[e] < view.top - 8) continue;
    disc(ctx, view.px[e], view.py[e], lane.radii[e] + 1.5, css(e === lane.winner ? theme.winner : theme.text));
    write(ctx, theme, String(lane.local[e]), view.px[e] + 8, view.py[e] + 4, { size: 13, weight: 700, colour: theme.text });
  }
}
