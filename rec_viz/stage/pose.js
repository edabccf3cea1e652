// Where the picture stands between two steps, and how it moves there; how old weights of the bins turn into new ones.

import { clamp, mix, smooth } from "./mix.js";
import { frontAt, hasFront } from "./scene.js";
import { POP_SECONDS, TWEEN } from "./timeline.js";

// Where the picture should be at this step; what is shown moves there over a few frames.
function targetPose(/** @type {View} */ view, /** @type {Playback} */ state) {
  const { timeline } = state, { lane, scene } = view;
  const kind = timeline.kind(state.step);
  const searching = kind === "candidate";
  const early = kind === "densities" || kind === "cut" || kind === "reweight";
  const seen = early ? 0 : kind === "glance" ? lane.count : Math.min(timeline.seenAt(state.step), lane.count);
  const best = !seen || (lane.accepts && seen < lane.count) ? -1 : lane.best[seen - 1];
  const raced = best >= 0 && Number.isFinite(lane.race[best]);
  return {
    kind, searching, seen, best: raced ? best : -1,
    lit: 0,
    big: early ? 1 : 0,
    cut: early && kind === "densities" ? 0 : 1,
    stretch: scene.units === "own" || kind === "densities" || (kind === "cut" && state.since < CUT_SECONDS) ? 0 : 1,
    weigh: early && kind !== "reweight" ? 0 : 1,
    final: searching || early ? 0 : 1,
    decoded: kind === "decoded" ? 1 : 0,
    point: view.targets.length ? 1 : 0,
    inverse: lane.accepts ? 1 : raced ? 1 / lane.race[best] : 0,
    top: scene.top * (searching ? zoomOut(scene, timeline.seenAt(state.step)) : 1),
    sweep: early || !lane.in_order ? 0 : searching && seen < lane.count ? lane.arrival[seen - 1] : searching ? lane.arrival[lane.count - 1] : lane.stop_time,
  };
}

const CUT_SECONDS = 1.3; // after which the axis is stretched
const WIDEST = 4; // times its scale at which a picture is drawn, at most, for a curve that is too high for it

// How many times as high the picture must be for the curves of all lanes, where that is little enough.
function zoomOut(/** @type {Scene} */ scene, seenAt) {
  let most = 1;
  for (const lane of scene.lanes) {
    const seen = Math.min(seenAt, lane.count), best = seen ? lane.best[seen - 1] : -1;
    const wanted = best < 0 || lane.accepts ? 1 : (1.05 * lane.race[best] * scene.peak) / scene.top;
    if (wanted <= WIDEST) most = Math.max(most, wanted);
  }
  return most;
}

const LINEAR = { big: 0.7, cut: 1.0, stretch: 1.2, weigh: 1.0, final: 0.3, lit: 0.3, decoded: 0.5, point: 0.3 };

function approach(/** @type {View} */ view, /** @type {Partial<Pose>} */ target, dt, speed) {
  const { pose } = view;
  let moving = false;
  for (const name in LINEAR) {
    const gap = target[name] - pose[name], most = (dt * speed) / LINEAR[name], near = Math.abs(gap) <= most;
    pose[name] = near ? target[name] : pose[name] + Math.sign(gap) * most;
    if (!near) moving = true;
  }
  const share = 1 - Math.exp((-dt * Math.max(1, speed)) / 0.11);
  for (const name of ["inverse", "sweep", "top"]) {
    const gap = target[name] - pose[name];
    const near = Math.abs(gap) < 2e-3 * (Math.abs(target[name]) + 1e-9) || share === 1;
    pose[name] = near ? target[name] : pose[name] + gap * share;
    if (!near) moving = true;
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
  const grown = kind !== "winner" || still || lane.accepts ? 1 : clamp((state.since - 0.4) / (TWEEN.winner - 0.4), 0, 1);
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
  pose.counted = kind === "decoded" && !still ? clamp((state.since - 0.4) / (TWEEN.decoded - 0.8), 0, 1) : 1;
  pose.stopLevel = pose.inverse > 0 ? 1 / pose.inverse : Infinity;
  pose.level = pose.growing ? lane.winTime * slowing(grown) : pose.stopLevel;
  return moving || pose.growing || pose.halo < 1 || pose.fresh.length > 0 || pose.freshBest < 1;
}

const MORPH_SECONDS = 1.1;

// What a lane changes from, where the same Q is searched with other weights or bins; else nothing.
export function morphFrom(/** @type {Scene | undefined} */ earlier, /** @type {Scene} */ scene, /** @type {Lane} */ lane) {
  if (!earlier || earlier.view !== scene.view || earlier.problem.kl_bits !== scene.problem.kl_bits) return null;
  const old = earlier.lanes.find((other) => other.title === lane.title);
  if (!old || (old.weighting === lane.weighting && String(old.intervals) === String(lane.intervals))) return null;
  const from = {}, to = {};
  if (lane.weights_by_dim && lane.weights_by_dim.length === old.weights_by_dim?.length) {
    from.weights_by_dim = old.weights_by_dim.slice();
    to.weights_by_dim = lane.weights_by_dim.slice();
  }
  const front = hasFront(lane) && hasFront(old) && earlier.grid && scene.grid ? resampled(earlier.grid.u, scene.grid.u, (i) => frontAt(old, i, old.stop_time)) : null;
  return front || Object.keys(to).length ? { from, to, front, age: 0, share: 0 } : null;
}

// What stood at the places of one grid, at those of another.
function resampled(/** @type {ArrayLike<number>} */ before, /** @type {ArrayLike<number>} */ now, value) {
  let i = 0;
  return Float64Array.from(now, (u) => {
    while (i + 1 < before.length && before[i + 1] <= u) i++;
    return value(i);
  });
}

export function morph(/** @type {View} */ view, /** @type {Morph} */ under, dt) {
  const { from, to } = under;
  under.age += dt;
  const t = under.share = smooth(clamp(under.age / MORPH_SECONDS, 0, 1));
  for (const name in to) view.lane[name].set(to[name].map((v, i) => mix(from[name][i], v, t)));
  view.base.key = null; // the backdrop shows the weights
  if (t === 1) view.morph = null;
}
