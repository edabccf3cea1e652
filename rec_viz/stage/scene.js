// What Python ships, unpacked: a scene holds one search, or up to three side by side, that has already been run.

import { clamp } from "./mix.js";
import { buildTimeline } from "./timeline.js";

const ARRAY_TYPES = { f4: Float32Array, f8: Float64Array, i4: Int32Array };

// Arrays come as base64 in JSON, or from a socket as places in the bytes that follow it.
function decode(value, /** @type {ArrayBuffer | null} */ buffer, start = 0) {
  if (Array.isArray(value)) return value.map((item) => decode(item, buffer, start));
  if (value === null || typeof value !== "object") return value;
  if (typeof value.b64 === "string" && value.t in ARRAY_TYPES) {
    const bytes = Uint8Array.from(atob(value.b64), (c) => c.charCodeAt(0));
    return new ARRAY_TYPES[value.t](bytes.buffer, 0, value.n);
  }
  if (buffer && value.t in ARRAY_TYPES) return new ARRAY_TYPES[value.t](buffer, start + value.at, value.n);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, decode(item, buffer, start)]));
}

// What the socket answers: the length of the JSON in four bytes, the JSON, and the arrays.
export function decodeBytes(/** @type {ArrayBuffer} */ buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  return decode(JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length))), buffer, 4 + length);
}

export const decodeScene = (data) => prepareScene(decode(data, null));

/** @returns {Scene} */
export function prepareScene(/** @type {SceneData} */ scene) {
  const lanes = scene.lanes.map((lane, i) => prepareLane(lane, scene.problem.dim, scene.receiver[i], scene.grid));
  const peak = scene.grid ? scene.grid.r.reduce((a, b) => Math.max(a, b), 0) : 2 ** scene.problem.d_inf_bits;
  return { ...scene, lanes, peak, partitioned: lanes.some((lane) => lane.partitioned), timeline: buildTimeline(lanes) };
}

/** @returns {Lane} */
function prepareLane(/** @type {LaneData} */ lane, dim, /** @type {Receiver} */ receiver, /** @type {Grid | undefined} */ grid) {
  const intervals = Array.from(lane.intervals);
  const sup = 2 ** lane.log2_sup_ratio;
  const accepts = lane.stopping === "accept", winTime = accepts ? 1 : lane.race[lane.winner];
  const budget = lane.method === "orc" ? lane.stop_time : null;
  const improvements = [...lane.best.keys()].filter((e) => (accepts ? e === lane.winner : lane.best[e] === e && Number.isFinite(lane.race[e])));
  const rain = lane.rain && grid ? { ...lane.rain, grid: placesOf(lane.rain.u, grid.u) } : undefined;
  return {
    ...lane, dim, intervals, binned: lane.name.endsWith("_bins"), offsets: offsetsOf(intervals), sup, winTime, budget, accepts, receiver,
    rain, improvements, count: lane.num_events, radii: dotRadii(lane, sup),
  };
}

// How far the clock of the bin at a grid point has run when the search has come to a time.
export const frontAt = (/** @type {FrontLane} */ lane, i, time) => lane.grid_weight[i] * Math.min(time, lane.grid_stop?.[i] ?? lane.stop_time);

// The grid point next to each of these quantiles.
function placesOf(/** @type {ArrayLike<number>} */ quantiles, /** @type {ArrayLike<number>} */ grid) {
  return Int32Array.from(quantiles, (u) => {
    let lo = 0, hi = grid.length - 1;
    while (lo < hi) { const mid = (lo + hi) >> 1; if (grid[mid] < u) lo = mid + 1; else hi = mid; }
    return lo;
  });
}

// Where the intervals of each dimension begin in an array of those of all.
function offsetsOf(/** @type {number[]} */ intervals) {
  let end = 0;
  return [0, ...intervals.map((n) => (end += n))];
}

/** @returns {lane is BinnedLane} */
export const hasBins = (/** @type {Lane} */ lane) => Boolean(lane.edges);

/** @returns {lane is FrontLane} */
export const hasFront = (/** @type {Lane} */ lane) => Boolean(lane.grid_weight);

export const binOf = (/** @type {Lane} */ lane, e, d) => lane.bin[e * lane.dim + d];
export const sameBin = (/** @type {Lane} */ lane, a, b) => lane.intervals.every((_, d) => binOf(lane, a, d) === binOf(lane, b, d));
export const sampleOf = (/** @type {Lane} */ lane, e) => lane.x.subarray(e * lane.dim, (e + 1) * lane.dim);
export const ratioOf = (/** @type {Lane} */ lane, e) => 2 ** lane.log2_ratio[e];

// From this many candidates on, dots are small and drawn the cheap way.
export const MANY = 1500;

function dotRadii(/** @type {LaneData} */ { num_events, log2_ratio }, sup) {
  const base = num_events > MANY ? 1.3 : num_events > 300 ? 1.8 : 2.6;
  return Float32Array.from(log2_ratio, (log2) => base + base * 0.9 * Math.sqrt(clamp(2 ** log2 / sup, 0, 1)));
}
