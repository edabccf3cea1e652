// Where the picture stands between two steps, and how it moves there; how old weights of the bins turn into new ones.

import { clamp, mix, smooth } from "./mix.js";
import { POP_SECONDS, TWEEN } from "./timeline.js";

// Where the picture should be at this step; what is shown moves there over a few frames.
/** @returns {Partial<Pose>} */
function targetPose(/** @type {View} */ view, /** @type {Playback} */ state) {
  const { timeline } = state, { lane, closeTop } = view;
  const kind = timeline.kind(state.step);
  const searching = kind === "candidate";
  const early = kind === "densities" || kind === "cut" || kind === "reweight";
  const seen = early ? 0 : kind === "glance" ? lane.count : Math.min(timeline.seenAt(state.step), lane.count);
  const best = seen ? lane.best[seen - 1] : -1;
  const raced = best >= 0 && Number.isFinite(lane.race[best]);
  const reach = seen ? 1.15 * lane.arrival[seen - 1] : 0;
  return {
    kind, searching, seen, best: raced ? best : -1,
    big: early ? 1 : 0,
    cut: early && kind === "densities" ? 0 : 1,
    weigh: early && kind !== "reweight" ? 0 : 1,
    final: searching || early ? 0 : 1,
    decoded: kind === "decoded" ? 1 : 0,
    point: view.targets.length ? 1 : 0,
    inverse: raced ? 1 / lane.race[best] : 0,
    top: searching && seen ? Math.min(lane.timeTop, closeTop * 2 ** Math.ceil(Math.log2(Math.max(1, reach / closeTop)))) : closeTop,
    sweep: early ? 0 : searching && seen < lane.count ? lane.arrival[seen - 1] : searching ? lane.arrival[lane.count - 1] : Math.min(lane.stop, lane.timeTop),
  };
}

const LINEAR = { big: 0.55, cut: 1.0, weigh: 1.0, final: 0.3, lit: 0.3, decoded: 0.5, point: 0.3 };

function approach(/** @type {View} */ view, /** @type {Partial<Pose>} */ target, dt, speed) {
  const { pose } = view;
  let moving = false;
  for (const name in LINEAR) {
    const gap = target[name] - pose[name], most = (dt * speed) / LINEAR[name], near = Math.abs(gap) <= most;
    pose[name] = near ? target[name] : pose[name] + Math.sign(gap) * most;
    if (!near) moving = true;
  }
  const share = 1 - Math.exp((-dt * Math.max(1, speed)) / 0.11);
  for (const name of view.closeTop ? ["inverse", "sweep", "top"] : ["inverse", "sweep"]) {
    const gap = target[name] - pose[name];
    const near = Math.abs(gap) < 2e-3 * (Math.abs(target[name]) + 1e-9) || share === 1;
    pose[name] = near ? target[name] : pose[name] + gap * share;
    if (!near) moving = true;
    if (name === "top") pose.zooming = !near;
  }
  return moving;
}

// Fast at first, ever slower towards the touch, so that the touch itself is seen.
const slowing = (t) => 1 - (1 - t) ** 3;

// Moves a picture on by `dt` seconds; tells whether it goes on moving.
export function updatePose(/** @type {View} */ view, /** @type {Playback} */ state, dt, still) {
  const { lane, pose } = view, { timeline } = state;
  const target = targetPose(view, state);
  const { kind, searching, seen, best } = target;
  // Winner: the sweep line first reaches the stop line, then the curve grows from the floor until it touches.
  const grown = kind !== "winner" || still ? 1 : clamp((state.since - 0.4) / (TWEEN.winner - 0.4), 0, 1);
  target.lit = target.final && grown >= 1 ? 1 : 0;
  const first = !pose.ready;
  pose.ready = true;
  const moving = approach(view, target, still || first ? Infinity : dt, state.playing ? state.speed : 1);
  Object.assign(pose, { kind, searching, seen, best });
  const ageOf = (e) => state.playing ? state.time - timeline.starts[timeline.first + e] : e === timeline.seenAt(state.step) - 1 ? state.since : Infinity;
  pose.fresh = [];
  if (searching && !still) {
    for (let e = seen - 1; e >= Math.max(0, seen - 8); e--) {
      const age = ageOf(e);
      if (age >= POP_SECONDS) break;
      pose.fresh.push({ e, age });
    }
  }
  pose.settled = seen - pose.fresh.length;
  pose.freshBest = searching && best >= 0 && !still ? clamp(ageOf(best) / POP_SECONDS, 0, 1) : 1;
  pose.growing = grown < 1;
  pose.touched = grown >= 1;
  pose.halo = kind === "winner" && !still ? clamp((state.since - TWEEN.winner) / 0.7, 0, 1) : 1;
  pose.stopLevel = pose.inverse > 0 ? 1 / pose.inverse : Infinity;
  pose.level = pose.growing ? lane.winTime * slowing(grown) : pose.stopLevel;
  return moving || pose.growing || pose.halo < 1 || pose.fresh.length > 0 || pose.freshBest < 1;
}

const MORPH_SECONDS = 1.1;
const MORPHED = ["weights_by_dim", "grid_heuristic"];

// What a lane changes from, where only the weights of its bins are new; else nothing.
export function morphFrom(earlier, /** @type {Scene} */ scene, /** @type {Lane} */ lane) {
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

export function morph(/** @type {View} */ view, dt) {
  const { from, to } = view.morph;
  view.morph.age += dt;
  const t = smooth(clamp(view.morph.age / MORPH_SECONDS, 0, 1));
  for (const name in to) view.lane[name].set(to[name].map((v, i) => mix(from[name][i], v, t)));
  view.base.key = null; // the backdrop shows the weights
  if (t === 1) view.morph = null;
}
