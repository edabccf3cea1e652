// A lane in the page: heading, canvas, message, receiver, what a pointer finds, and the text twin.

import { binName, candidateFacts, laneCaption, laneDetail, numBins } from "./captions.js";
import { clockRow, clockWords } from "./clock.js";
import { el, setText } from "./dom.js";
import { clamp } from "./mix.js";
import { targetText } from "./pointed.js";
import { sampleOf } from "./scene.js";
import { count, fmt, point, raised, whole } from "./words.js";

export function stepName(/** @type {Scene} */ scene, step) {
  const kind = scene.timeline.kind(step);
  if (kind === "candidate") return `Candidate ${step - scene.timeline.first + 1} of ${scene.timeline.most}`;
  return { glance: "At a glance", densities: "P and Q", cut: "Cut into bins", reweight: "Reweight", winner: "Winner", message: "Message", decoded: "Decoded" }[kind];
}

export function createLane(/** @type {Scene} */ scene, /** @type {Lane} */ lane) {
  const pose = /** @type {Pose} */ ({ big: 0, cut: 0, stretch: 1, weigh: 0, final: 0, lit: 0, decoded: 0, point: 0, inverse: 0, sweep: 0, top: 0, seen: 0, fresh: /** @type {Pose["fresh"]} */ ([]) });
  const view = /** @type {View} */ (/** @type {Partial<View>} */ ({
    scene, lane, pose, targets: [], clock: -1, width: 0, height: 0, number: el("b"), unit: el("span"), canvas: el("canvas"), tip: el("div", "tip"), caption: el("p", "lane-caption"),
    clockText: el("p", "clock-text"), title: el("strong"), cost: el("small"), refusal: el("p", "refusal"), clockBox: el("div"), binBits: el("span", "bits"), binTold: el("small"), indexBits: el("span", "bits"), indexTold: el("small"),
    totalBits: el("b"), sample: el("span"), same: el("span", "same"),
  }));
  view.canvas.setAttribute("role", "img");
  view.tip.hidden = true;
  for (const [node, role] of /** @type {[HTMLElement, Role][]} */ ([[view.binBits, "heuristic"], [view.indexBits, "winner"], [view.same, "winner"]])) node.dataset.role = role;
  view.binPart = el("span", "part", view.binBits, view.binTold);
  view.indexPart = el("span", "part", view.indexBits, view.indexTold);
  view.total = el("span", "total", view.totalBits, el("small", "", "ideal length"));
  view.received = el("span", "", view.sample, view.same);
  view.picture = el("div", "picture", view.canvas, view.tip, view.refusal);
  view.message = el("div", "message", el("span", "message-name", "Message"), view.binPart, view.indexPart, view.total);
  view.article = el("div", "lane", el("div", "lane-head", el("div", "lane-title", view.title, view.cost), el("span", "count", view.number, " ", view.unit)),
    view.picture, view.caption, view.message, el("div", "receiver", el("span", "", "Receiver"), view.received), view.clockBox);
  view.canvas.addEventListener("pointermove", (event) => hover(view, event));
  view.canvas.addEventListener("pointerdown", (event) => hover(view, event));
  view.canvas.addEventListener("pointerleave", () => { view.tip.hidden = true; });
  return view;
}

// Writes a search into the nodes of its lane; the list of bins, which is long, only `withBins`.
export function fillLane(/** @type {View} */ view, choose, withBins = true) {
  const { scene, lane } = view, { message } = lane, bins = String(lane.intervals);
  view.filled = true;
  setText(view.title, lane.title);
  setText(view.cost, costText(lane, scene.lanes.length < 3));
  view.article.classList.remove("refuses");
  view.caption.hidden = scene.lanes.length === 1;
  view.binPart.hidden = !message.bin_bits;
  setText(view.binTold, !message.bin_bits ? "" : lane.partitioned ? `${binName(lane, lane.winner)} of ${numBins(lane)}` : "the path");
  setText(view.indexTold, message.told);
  setText(view.totalBits, `${fmt(message.length_bits)} bits`);
  view.bits = [{ box: view.binBits, bits: message.bin_bits }, { box: view.indexBits, bits: message.index_bits }];
  setText(view.sample, `x = ${point(lane.receiver?.x ?? sampleOf(lane, lane.winner))} `);
  setText(view.same, lane.receiver?.equal === false ? "not the same sample" : "✓ same sample");
  view.clockBox.classList.toggle("waiting", view.clockBins !== bins && !withBins);
  if (view.clockBins === bins || !withBins) return;
  view.clockBins = bins;
  view.clockBox.replaceChildren(clockRow(view, choose));
}

// A search that is too long keeps its place, and says what it would take.
export function refuseLane(/** @type {View} */ view, refusal) {
  view.article.classList.add("refuses");
  setText(view.refusal, raised(refusal));
}

// Beside two others a lane has no room to say what the area is.
function costText(/** @type {Lane} */ lane, /** @type {boolean} */ wide) {
  if (lane.budget !== null) return `always ${count(lane.num_candidates ?? lane.examined, "candidate")}`;
  if (lane.lattice) return "no search";
  return lane.expected_examined ? `${fmt(lane.expected_examined)} candidates on average${wide && lane.grid_weight && lane.in_order ? ", the area at s = 1" : ""}` : "\u00a0";
}

// Message and count are marked in the page; the rest is marked on the canvas, which says so to those who cannot see it.
export function markLane(/** @type {View} */ view) {
  const { scene, lane } = view;
  const kinds = view.targets.map(({ kind }) => kind);
  view.message.classList.toggle("marked", kinds.includes("message"));
  view.indexPart.classList.toggle("marked", kinds.includes("count"));
  const told = view.targets.map((target) => targetText(scene, lane, target)).join(" ");
  view.canvas.setAttribute("aria-label", `${lane.title}: ${laneDetail(scene, lane, 0)}${told ? ` Marked: ${told}` : ""}`);
}

export function syncLane(/** @type {View} */ view, /** @type {Playback} */ state, progress) {
  const { scene, lane } = view;
  const kind = scene.timeline.kind(state.step);
  const seen = view.pose.seen || 0;
  const finished = !["densities", "cut", "reweight", "candidate"].includes(kind);
  const stopped = finished || (kind === "candidate" && seen === lane.count && scene.timeline.seenAt(state.step) > lane.count);
  const n = finished || seen === lane.count ? lane.examined : seen ? lane.position[seen - 1] : 0;
  setText(view.number, lane.lattice ? "" : whole(n));
  setText(view.unit, lane.lattice ? "" : stopped && kind === "candidate" ? "looked at, done" : "looked at");
  if (!view.caption.hidden) setText(view.caption, laneCaption(scene, lane, state.step));
  view.caption.title = laneDetail(scene, lane, state.step);
  const all = view.bits.reduce((sum, { bits }) => sum + bits.length, 0);
  let left = kind === "message" ? Math.round(progress * all) : kind === "glance" || kind === "decoded" ? all : 0;
  const written = left === all;
  for (const { box, bits } of view.bits) {
    const here = clamp(left, 0, bits.length);
    setText(box, bits.slice(0, here) + "·".repeat(bits.length - here));
    left -= here;
  }
  for (const node of view.article.querySelectorAll(".part small")) node.classList.toggle("waiting", !written);
  view.total.classList.toggle("waiting", !written);
  view.received.classList.toggle("waiting", kind !== "glance" && kind !== "decoded");
  setText(view.clockText, clockWords(view));
}

function hover(/** @type {View} */ view, event) {
  const { lane, pose } = view;
  const box = view.canvas.getBoundingClientRect();
  const x = event.clientX - box.left, y = event.clientY - box.top;
  let nearest = -1, least = 14 * 14;
  if (pose.big < 0.1) {
    for (let e = 0; e < (pose.seen || 0); e++) {
      const d = (view.px[e] - x) ** 2 + (view.py[e] - y) ** 2;
      if (d < least) { least = d; nearest = e; }
    }
  }
  view.tip.hidden = nearest < 0;
  if (nearest < 0) return;
  view.tip.textContent = candidateFacts(lane, nearest);
  const wide = view.tip.offsetWidth, tall = view.tip.offsetHeight;
  const px = view.px[nearest], py = view.py[nearest];
  view.tip.style.left = `${clamp(px + 14 + wide > view.width ? px - wide - 14 : px + 14, 0, Math.max(0, view.width - wide))}px`;
  view.tip.style.top = `${clamp(py - tall / 2, 0, Math.max(0, view.height - tall))}px`;
}

const TABLE_ROWS = 50;

export function textTwin(/** @type {Scene} */ scene) {
  return scene.lanes.flatMap((lane) => {
    const nodes = [el("h4", "", lane.title), el("p", "", laneDetail(scene, lane, 0)), el("p", "", laneDetail(scene, lane, scene.timeline.last))];
    return [...nodes, candidateTable(lane)];
  });
}

function candidateTable(/** @type {Lane} */ lane) {
  const head = ["Number", ...(lane.partitioned ? ["Bin", "Local index"] : []), "x", ...(lane.accepts ? ["Height", "Ratio (log2)", "Height ÷ ratio", "Accepted"] : ["Arrival time", "Ratio (log2)", "Race time", "Best so far"])];
  const body = el("tbody");
  for (let e = 0; e < lane.count; e++) {
    const improved = lane.best[e] === e;
    if (e >= TABLE_ROWS && !improved) continue;
    const cells = [whole(lane.position[e]), ...(lane.partitioned ? [binName(lane, e), whole(lane.local[e])] : []), point(sampleOf(lane, e)),
      fmt(lane.arrival[e]), fmt(lane.log2_ratio[e]), fmt(lane.race[e]), e === lane.winner ? "yes, the winner" : improved && !lane.accepts ? "yes" : ""];
    body.append(el("tr", "", ...cells.map((cell) => el("td", "", cell))));
  }
  const shortened = lane.count > TABLE_ROWS ? `: the first ${TABLE_ROWS}, then every new best` : "";
  const table = el("table", "", el("caption", "", `Candidates of ${lane.title}${shortened}`),
    el("thead", "", el("tr", "", ...head.map((name) => { const th = el("th", "", name); th.scope = "col"; return th; }))), body);
  const box = el("div", "table", table);
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", `Table of candidates, ${lane.title}`);
  return box;
}
