// What the handles say before Python has heard of it: the picture and its numbers follow the pointer, without candidates.

import { setText } from "./dom.js";
import { css, line, within, write } from "./draw.js";
import { HALF_LOG_2PI, logRatio, previewProblem } from "./maths.js";
import { clamp, mix, smooth } from "./mix.js";
import { paintPlane, planeCells } from "./plane.js";
import { drawBins, drawCurve, drawDensities, drawTimeAxis, drawValueAxis } from "./race.js";
import { offsetsOf } from "./scene.js";
import { fmt } from "./words.js";

const MOST_PREVIEWED = 4096; // intervals of a dimension: more would not keep up with the pointer
const LEVEL = 1; // the curve of a preview is drawn at race time 1, the average one

// A draft holds Q's rows, [mean, scale] or [low, high] a dimension, and the intervals of the searches with bins.
export function draftOf(/** @type {Scene} */ scene) {
  const { family, mean, scale, low, high } = scene.problem;
  const [first, second] = family === "gaussian" ? [mean, scale] : [low, high];
  const binned = scene.lanes.find((lane) => lane.binned);
  return { rows: Array.from(first, (v, d) => [v, second[d]]), intervals: binned ? [...binned.intervals] : null };
}

export const sameDraft = (a, b) => JSON.stringify(a) === JSON.stringify(b);

export const canPreview = (/** @type {Scene} */ scene) => Boolean(scene.handles) && scene.view !== "strips"
  && scene.lanes.every((lane) => Math.max(...lane.intervals) <= MOST_PREVIEWED);

// The lane as the draft would have it.
export function draftLane(/** @type {Scene} */ scene, /** @type {Lane} */ lane, /** @type {Draft} */ draft) {
  const intervals = lane.binned ? draft.intervals : lane.intervals.map(() => 1);
  const numbers = previewProblem(scene.problem.family, draft.rows, intervals, lane.bin_weights);
  const flat = (name, f) => Float64Array.from(numbers.cuts.flatMap((cut) => Array.from(cut[name], f)));
  return {
    ...lane, count: 0, intervals, offsets: offsetsOf(intervals), numbers, partitioned: numbers.log2Bins > 0, perBin: false, sup: 2 ** numbers.log2_sup_ratio,
    hasGrid: Math.max(...intervals) <= 256, edges: flat("edges", (v) => v), weights_by_dim: flat("logWeight", Math.exp),
  };
}

// Said with a handle's own value: what the picture would tell.
export function draftWords(/** @type {Lane[]} */ lanes) {
  const costs = lanes.map((lane) => `${lane.title}: ${fmt(expectedOf(lane).candidates)} candidates expected`);
  return `${fmt(lanes[0].numbers.kl_bits)} bits from P; ${costs.join(", ")}`;
}

function expectedOf(/** @type {Lane} */ lane) {
  if (lane.budget !== null) return { candidates: lane.num_candidates ?? lane.examined, most: false };
  return { candidates: lane.sup, most: lane.partitioned && lane.stopping === "per_bin" && lane.bin_weights !== "peak_ratio" };
}

export function previewText(/** @type {Scene} */ scene, /** @type {Lane[]} */ lanes, /** @type {Draft} */ draft) {
  const { family } = scene.problem;
  const names = draft.rows.map(([a, b]) => (family === "gaussian" ? `N(${fmt(a)}, ${fmt(b)}²)` : `U[${fmt(a)}, ${fmt(b)}]`));
  const { numbers } = lanes[0];
  const bounds = lanes.map((lane) => fmt(lane.numbers.bound_bits));
  return `Q = ${names.join(" × ")}: ${fmt(numbers.kl_bits)} bits from P, highest ratio ${fmt(2 ** numbers.d_inf_bits)}. `
    + `Bound on the mean message: ${bounds.join(" and ")} bits. Let go to race.`;
}

export function drawPreview(/** @type {View} */ view, /** @type {Draft} */ draft, /** @type {Lane} */ lane) {
  const { ctx } = view;
  ctx.clearRect(0, 0, view.width, view.height);
  const ghost = Object.assign(Object.create(view), { lane, taken: [] });
  (view.scene.view === "race" ? drawRacePreview : drawPlanePreview)(ghost, draft);
  view.base.key = null;
  const { candidates, most } = expectedOf(lane);
  setText(view.number, fmt(candidates));
  setText(view.unit, most ? "expected at most" : "expected");
}

const PREVIEW_POSE = /** @type {Pose} */ ({ cut: 1, weigh: 1, lit: 0, final: 0, decoded: 0, best: -1, sweep: 0, level: LEVEL, stopLevel: LEVEL });

function drawRacePreview(/** @type {View} */ ghost, /** @type {Draft} */ draft) {
  const { ctx, theme, lane, scene } = ghost;
  const pose = { ...PREVIEW_POSE, big: ghost.pose.big };
  const race = 1 - smooth(pose.big);
  const grid = previewGrid(scene, lane, draft.rows[0]);
  ghost.scene = { ...scene, grid };
  Object.assign(lane, { grid_heuristic: grid.heuristic, grid_ratio: grid.ratio });
  ghost.gx = Float64Array.from(grid.x, ghost.X);
  ghost.edges = lane.partitioned && lane.hasGrid ? Array.from(lane.edges, ghost.X) : null;
  ghost.timeTop = 1.25 * clamp(lane.sup, 1e-9, 1e12); // a Q wider than P has no highest ratio
  ghost.Y = (t) => ghost.floor - (t / ghost.timeTop) * (ghost.floor - ghost.top);
  if (ghost.edges) drawBins(ghost, pose, race);
  drawDensities(ghost, pose);
  drawValueAxis(ghost);
  if (race <= 0.02) return;
  drawTimeAxis(ghost, race);
  within(ctx, ghost.left, ghost.top - 5, ghost.right, ghost.floor + 0.5, () => drawCurve(ghost, pose, race));
  const y = ghost.Y(lane.sup);
  line(ctx, [[ghost.left, y], [ghost.right, y]], css(theme.bound, race), 2, [7, 5]);
  write(ctx, theme, ghost.narrow ? `stop line: ${fmt(lane.sup)}` : `at race time 1, the average, the stop line is at ${fmt(lane.sup)}`, ghost.left + 6, y - 6,
    { colour: theme.ink.bound, weight: 600, alpha: race });
}

// Where the curves are drawn: evenly, closely where Q is, and both sides of every cut, where r′ jumps.
function previewGrid(/** @type {Scene} */ scene, /** @type {Lane} */ lane, row) {
  const { family } = scene.problem;
  const [lo, hi] = scene.problem.range[0];
  const [cut] = lane.numbers.cuts, [n] = lane.intervals;
  const [a, b] = family === "gaussian" ? [row[0] - 4 * row[1], row[0] + 4 * row[1]] : row;
  const points = [];
  for (let i = 0; i <= 480; i++) points.push(mix(lo, hi, i / 480));
  for (let i = 0; i <= 120; i++) points.push(mix(a, b, i / 120));
  if (family === "uniform") points.push(a - 1e-9, b + 1e-9);
  points.sort((u, v) => u - v);
  const x = [], bin = [];
  const add = (at, j) => { x.push(at); bin.push(j); };
  let i = 0;
  for (let j = 0; j < n; j++) {
    const from = Math.max(lo, cut.edges[j]), to = Math.min(hi, cut.edges[j + 1]);
    if (from >= to) continue;
    add(from, j);
    for (; i < points.length && points[i] < to; i++) if (points[i] > from) add(points[i], j);
    add(to, j);
  }
  const p = Float64Array.from(x, (v) => (family === "gaussian" ? Math.exp(-0.5 * v * v - HALF_LOG_2PI) : 1));
  const logs = Float64Array.from(x, (v) => logRatio(family, row, v));
  return {
    x, p, q: logs.map((l, k) => p[k] * Math.exp(l)),
    heuristic: p.map((v, k) => v * n * Math.exp(cut.logWeight[bin[k]])),
    ratio: logs.map((l, k) => (l > -Infinity ? Math.exp(l - Math.log(n) - cut.logWeight[bin[k]]) : 0)),
  };
}

function drawPlanePreview(/** @type {View} */ ghost, /** @type {Draft} */ draft) {
  const { lane, scene } = ghost;
  const [first, second] = [0, 1].map((k) => draft.rows.map((row) => row[k]));
  const names = scene.problem.family === "gaussian" ? ["mean", "scale"] : ["low", "high"];
  ghost.scene = { ...scene, problem: { ...scene.problem, [names[0]]: first, [names[1]]: second } };
  ghost.cells = lane.partitioned && lane.hasGrid ? planeCells(ghost) : null;
  paintPlane(ghost, PREVIEW_POSE);
}
