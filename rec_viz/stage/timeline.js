// When each step of the story begins: densities, cut, reweight, candidate after candidate, winner, message, decoded.

import { clamp } from "./mix.js";

const SLOW_CANDIDATES = 12, SLOW_SECONDS = 0.45, FAST_SECONDS = 6.5;
export const POP_SECONDS = 0.35;
const WINNING_SECONDS = 0.9; // a winner's arrival is given time to be seen
export const TWEEN = { densities: 0.8, cut: 1.2, reweight: 1.2, candidate: POP_SECONDS, winner: 2.4, message: 1.6, decoded: 0.7 };
const HOLD = { glance: 0, densities: 1.8, cut: 2.0, reweight: 2.2, winner: 3.4, message: 2.6, decoded: 1.0 };

/** @returns {Timeline} */
export function buildTimeline(lanes) {
  const most = Math.max(...lanes.map((lane) => lane.count));
  const lead = lanes.some((lane) => lane.partitioned) ? ["glance", "densities", "cut", "reweight"] : ["glance", "densities"];
  const kinds = [...lead, ...new Array(most).fill("candidate"), "winner", "message", "decoded"];
  const first = lead.length, length = kinds.length;
  const starts = new Float64Array(length + 1);
  const seconds = candidateSeconds(most);
  const winning = new Set(lanes.map((lane) => first + lane.winner));
  for (let i = 0; i < length; i++) {
    const held = winning.has(i) ? WINNING_SECONDS : 0;
    starts[i + 1] = starts[i] + (kinds[i] === "candidate" ? Math.max(held, seconds(i - first + 1)) : HOLD[kinds[i]]);
  }
  return { first, most, last: length - 1, starts, kind: (i) => kinds[i], seenAt: (i) => clamp(i - first + 1, 0, most) };
}

// The first dozen are slow enough to follow; the rest speed up as a power law towards an even rain, all of them within FAST_SECONDS.
function candidateSeconds(most) {
  const even = Math.min(SLOW_SECONDS, (0.5 * FAST_SECONDS) / most);
  const seconds = (k, power) => k <= SLOW_CANDIDATES ? SLOW_SECONDS : Math.max(even, SLOW_SECONDS * (SLOW_CANDIDATES / k) ** power);
  const tooLong = (power) => {
    let sum = 0;
    for (let k = SLOW_CANDIDATES + 1; k <= most; k++) sum += seconds(k, power);
    return sum > FAST_SECONDS;
  };
  let lo = 0, hi = tooLong(0) ? 8 : 0;
  for (let i = 0; i < 20 && hi > 0; i++) tooLong((lo + hi) / 2) ? (lo = (lo + hi) / 2) : (hi = (lo + hi) / 2);
  return (k) => seconds(k, hi);
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
