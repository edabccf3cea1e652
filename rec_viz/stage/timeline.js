// When each step of the story begins: densities, cut, reweight, candidate after candidate, winner, message, decoded.

import { clamp } from "./mix.js";

const FIRST = 3, SLOW_SECONDS = 2.5, MOST_SLOW = 20; // the first few and every new leader are shown one by one, each for SLOW_SECONDS, all within MOST_SLOW
const RAIN_SECONDS = 0.45, RAIN_MOST = 6.5; // the rest rain
export const POP_SECONDS = 0.35;
export const TWEEN = { densities: 0.8, cut: 2.8, reweight: 1.2, candidate: POP_SECONDS, winner: 2.4, message: 1.6, decoded: 2.8 };
const HOLD = { glance: 0, densities: 2.2, cut: 3.6, reweight: 2.6, winner: 3.4, message: 2.6, decoded: 3.2 };

/** @returns {Timeline} */
export function buildTimeline(lanes) {
  const most = Math.max(0, ...lanes.map((lane) => lane.count));
  const lead = lanes.some((lane) => lane.partitioned) ? ["glance", "densities", "cut", "reweight"] : ["glance", "densities"];
  const kinds = [...lead, ...new Array(most).fill("candidate"), "winner", "message", "decoded"];
  const first = lead.length, length = kinds.length;
  const starts = new Float64Array(length + 1);
  const slow = new Set([...Array(Math.min(FIRST, most)).keys(), ...lanes.flatMap((lane) => lane.improvements)]);
  const each = Math.min(SLOW_SECONDS, MOST_SLOW / slow.size), rain = Math.min(RAIN_SECONDS, RAIN_MOST / Math.max(1, most - slow.size));
  for (let i = 0; i < length; i++) {
    starts[i + 1] = starts[i] + (kinds[i] !== "candidate" ? HOLD[kinds[i]] : slow.has(i - first) ? each : rain);
  }
  return { first, most, last: length - 1, starts, kind: (i) => kinds[i], seenAt: (i) => clamp(i - first + 1, 0, most) };
}

export function stepAt(/** @type {Timeline} */ timeline, time) {
  let lo = 0, hi = timeline.last;
  while (lo < hi) {
    const mid = (lo + hi + 1) >> 1;
    if (timeline.starts[mid] <= time) lo = mid; else hi = mid - 1;
  }
  return lo;
}

// The step a scene opens at, from its kind and, for a candidate, its event.
export function stepOf(/** @type {Timeline} */ timeline, { kind, event }) {
  if (kind === "candidate") return timeline.first + Math.min(event, timeline.most - 1);
  for (let i = timeline.last; i > 0; i--) if (timeline.kind(i) === kind) return i;
  return 0;
}
