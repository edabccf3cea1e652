// New weights for the same bins: the old P′ turns into the new one.

import { clamp, mix, smooth } from "./mix.js";

const MORPH_SECONDS = 1.1;
const MORPHED = ["weights_by_dim", "grid_heuristic"];

// What a lane changes from, where only the weights of its bins are new; else nothing.
export function morphFrom(earlier, scene, lane) {
  if (!earlier || earlier.view !== scene.view || earlier.problem.kl_bits !== scene.problem.kl_bits) return null;
  const old = earlier.lanes.find((other) => other.title === lane.title && String(other.intervals) === String(lane.intervals));
  if (!old || !lane.partitioned || old.weights === lane.weights) return null;
  const from = {}, to = {};
  for (const name of MORPHED) {
    if (!lane[name] || !old[name] || lane[name].length !== old[name].length) continue;
    from[name] = old[name].slice();
    to[name] = lane[name].slice();
  }
  return Object.keys(to).length ? { from, to, age: 0 } : null;
}

export function morph(view, dt) {
  const { from, to } = view.morph;
  view.morph.age += dt;
  const t = smooth(clamp(view.morph.age / MORPH_SECONDS, 0, 1));
  for (const name in to) view.lane[name].set(to[name].map((v, i) => mix(from[name][i], v, t)));
  view.base.key = null; // the backdrop shows the weights
  if (t === 1) view.morph = null;
}
