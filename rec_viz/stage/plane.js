// Two dimensions: the square of equal shares of P seen from above at a slant, every bin a tile, and on each a block as high
// as the sender has looked there: a skyline over Q.

import { circle, css, disc, drawHalo, line, place, polyline, ring, star, stroke, write } from "./draw.js";
import { mix, smooth, clamp } from "./mix.js";
import { drawPanel, panelOf } from "./panel.js";
import { frontRole } from "./race.js";
import { binOf, frontAt, hasFront, sameBin } from "./scene.js";
import { POP_SECONDS } from "./timeline.js";

const SLANT = 0.42; // depth of the floor for its width
const MOST_STEMS = 80; // dots that stand on a stem

export function layoutPlane(/** @type {PlaneView} */ view) {
  const { width, height, lane, theme } = view, type = theme?.scale ?? 1;
  const wide = width >= 720;
  view.narrow = width < 480;
  view.left = 8;
  view.right = wide ? Math.round(width * 0.62) : width - 8;
  view.top = 26 * type;
  view.bottom = height - 26 * type;
  const span = Math.min(view.right - view.left, (view.bottom - view.top) * 1.45), depth = span * SLANT;
  const cx = (view.left + view.right) / 2, back = view.bottom - depth, tall = back + depth / 2 - view.top;
  const [[a0, a1], [b0, b1]] = view.scene.window;
  view.F = (u, v, z = 0) => {
    const a = (u - a0) / (a1 - a0), b = (v - b0) / (b1 - b0);
    return [cx + (a - b) * span / 2, back + (a + b) * depth / 2 - z * tall];
  };
  view.unF = (x, y) => {
    const sum = (2 * (y - back)) / depth, difference = (2 * (x - cx)) / span;
    return [mix(a0, a1, (sum + difference) / 2), mix(b0, b1, (sum - difference) / 2)];
  };
  view.panel = wide ? panelOf(lane, view.right + 24, 0, width, height - 2) : null;
  view.order = hasFront(lane) ? tilesByDepth(lane) : [];
}

// The tiles from the far corner to the near one, as pairs of interval numbers.
function tilesByDepth(/** @type {Lane} */ lane) {
  const [n, m] = lane.intervals;
  return Array.from({ length: n * m }, (_, j) => [Math.floor(j / m), j % m]).sort(([a, b], [c, d]) => a / n + b / m - c / n - d / m);
}

export function drawPlane(/** @type {PlaneView} */ view, /** @type {Pose} */ pose) {
  const { lane } = view, [[a0, a1], [b0, b1]] = view.scene.window;
  view.taken = [];
  view.scaleZ = 1 / pose.top;
  for (let e = 0; e < lane.count; e++) {
    const [u, v] = lane.u.subarray(2 * e, 2 * e + 2), [x, y] = view.F(u, v, (lane.height?.[e] ?? 0) * view.scaleZ);
    view.px[e] = x;
    view.py[e] = u < a0 || u > a1 || v < b0 || v > b1 ? -100 : y; // beyond what is shown
  }
  drawFloor(view, pose);
  drawBlocks(view, pose);
  if (pose.big < 0.9) {
    drawDots(view, pose);
    drawPlaneBest(view, pose);
  }
  if (view.panel) drawPanel(view, view.panel, pose);
  labelPlane(view, pose);
}

// ---- the floor

const corners = (/** @type {PlaneView} */ view) => { const [[a0, a1], [b0, b1]] = view.scene.window; return [[a0, b0], [a1, b0], [a1, b1], [a0, b1]]; };

const closed = (points) => { const path = polyline(points); path.closePath(); return path; };

export const floorPath = (/** @type {PlaneView} */ view) => closed(corners(view).map(([u, v]) => view.F(u, v)));

export function contourPath(/** @type {PlaneView} */ view) {
  const path = new Path2D();
  for (const ring of view.scene.contours) path.addPath(closed(Array.from({ length: ring.length / 2 }, (_, i) => view.F(ring[2 * i], ring[2 * i + 1]))));
  return path;
}

function drawFloor(/** @type {PlaneView} */ view, /** @type {Pose} */ pose) {
  const { ctx, theme, lane, scene } = view, floor = floorPath(view), cut = smooth(pose.cut);
  ctx.fillStyle = css(theme.p, 0.13);
  ctx.fill(floor);
  stroke(ctx, floor, css(theme.p), 1.5);
  ctx.save();
  ctx.clip(floor);
  if (lane.partitioned) {
    const [[a0, a1], [b0, b1]] = scene.window;
    for (const d of [0, 1]) {
      const n = lane.intervals[d];
      if (n > 64) continue;
      for (let b = 1; b < n; b++) {
        const ends = d ? [view.F(a0, b / n), view.F(mix(a0, a1, cut), b / n)] : [view.F(b / n, b0), view.F(b / n, mix(b0, b1, cut))];
        line(ctx, ends, css(theme.heuristic, 0.55 * cut), 1);
      }
    }
  }
  const rings = contourPath(view);
  ctx.fillStyle = css(theme.q, 0.2);
  ctx.fill(rings, "nonzero");
  stroke(ctx, rings, css(theme.q), 2);
  ctx.restore();
}

// ---- the skyline

// How high a tile's block is: the front in the race, before it the weight that P or P′ gives the tile.
function blockHeight(/** @type {PlaneView} */ view, /** @type {Pose} */ pose, j) {
  const { lane } = view, big = smooth(pose.big);
  const race = frontAt(lane, j, pose.sweep) * view.scaleZ;
  if (big === 0) return race;
  view.most ??= lane.grid_weight.reduce((a, b) => Math.max(a, b), 1);
  return mix(race, (0.55 * (pose.weigh ? mix(1, lane.grid_weight[j], smooth(pose.weigh)) : 1)) / view.most, big);
}

export function blockOf(/** @type {PlaneView} */ view, /** @type {Pose} */ pose, i, k) {
  const [n, m] = view.lane.intervals, [[a0, a1], [b0, b1]] = view.scene.window;
  const u0 = Math.max(i / n, a0), u1 = Math.min((i + 1) / n, a1), v0 = Math.max(k / m, b0), v1 = Math.min((k + 1) / m, b1);
  if (u0 >= u1 || v0 >= v1) return null;
  const z = Math.min(blockHeight(view, pose, i * m + k), 1.25);
  const near = [view.F(u1, v1), view.F(u1, v1, z)], left = [view.F(u0, v1), view.F(u0, v1, z)], right = [view.F(u1, v0), view.F(u1, v0, z)];
  return { z, top: closed([view.F(u0, v0, z), right[1], near[1], left[1]]), left: closed([left[0], near[0], near[1], left[1]]), right: closed([near[0], right[0], right[1], near[1]]) };
}

function drawBlocks(/** @type {PlaneView} */ view, /** @type {Pose} */ pose) {
  const { ctx, theme, lane } = view, role = pose.weigh > 0.5 ? frontRole(lane) : "p";
  for (const [i, k] of view.order) {
    const own = pose.big > 0.5 && lane.partitioned ? smooth(clamp(pose.cut * 2 - (i + k) / (lane.intervals[0] + lane.intervals[1]), 0, 1)) : 1;
    if (pose.big > 0.5 && !lane.partitioned) continue;
    const block = own > 0 && blockOf(view, pose, i, k);
    if (!block || block.z < 0.002) continue;
    const won = pose.lit > 0.5 && i === binOf(lane, lane.winner, 0) && k === binOf(lane, lane.winner, 1) && lane.partitioned;
    const colour = won ? theme.winner : theme[role];
    for (const [face, strength] of [["left", 0.26], ["right", 0.16], ["top", 0.1]]) {
      ctx.fillStyle = css(colour, /** @type {number} */ (strength) * own);
      ctx.fill(block[face]);
    }
    ctx.lineJoin = "round";
    stroke(ctx, block.top, css(colour, 0.95 * own), won ? 2 : 1.25);
    stroke(ctx, block.left, css(colour, 0.45 * own), 0.75);
    stroke(ctx, block.right, css(colour, 0.45 * own), 0.75);
  }
}

// ---- candidates

function drawDots(/** @type {PlaneView} */ view, /** @type {Pose} */ pose) {
  const { ctx, theme, lane } = view, dim = mix(1, 0.3, pose.decoded), fresh = new Map(pose.fresh.map(({ e, age }) => [e, age]));
  for (let e = 0; e < Math.min(pose.seen, lane.count); e++) {
    const x = view.px[e], y = view.py[e];
    if (y < view.top - 10) continue;
    const age = fresh.get(e), grow = age === undefined ? 1 : clamp(age / POP_SECONDS, 0.05, 1);
    if (lane.count <= MOST_STEMS) line(ctx, [view.F(lane.u[2 * e], lane.u[2 * e + 1]), [x, y]], css(theme.candidate, 0.35 * dim), 1);
    disc(ctx, x, y, lane.radii[e] * theme.scale, css(theme.candidate, dim));
    if (grow < 1) stroke(ctx, circle(x, y, 4 + 14 * grow), css(theme.candidate, 1 - grow), 1.5);
  }
  if (pose.decoded <= 0 || !lane.counts) return;
  const upTo = Math.max(1, Math.ceil(pose.counted * lane.message.index));
  for (let e = 0; e < lane.winner; e++) {
    const number = lane.partitioned ? lane.local[e] : lane.position[e];
    if ((lane.partitioned && !sameBin(lane, e, lane.winner)) || number > upTo || view.py[e] < view.top - 10) continue;
    disc(ctx, view.px[e], view.py[e], 4 * theme.scale, css(theme.winner, 0.85));
    if (lane.message.index > 40) continue;
    write(ctx, theme, String(number), view.px[e] + 8, view.py[e] + 5, { size: 13, weight: 600, colour: theme.ink.winner });
    view.taken.push([view.px[e] + 6, view.py[e] - 10 * theme.scale, view.px[e] + (10 + 8 * String(number).length) * theme.scale, view.py[e] + 9 * theme.scale]);
  }
}

function drawPlaneBest(/** @type {PlaneView} */ view, /** @type {Pose} */ pose) {
  const { ctx, theme, lane } = view, e = pose.best;
  if (e < 0 || view.py[e] < view.top - 12) return;
  const x = view.px[e], y = view.py[e];
  line(ctx, [view.F(lane.u[2 * e], lane.u[2 * e + 1]), [x, y]], css(pose.final > 0.5 ? theme.winner : theme.best), 1.5, [2, 3]);
  if (!(pose.final > 0.5 && pose.touched)) { ring(ctx, theme, x, y, pose.freshBest < 1 ? mix(16, 7, smooth(pose.freshBest)) : 7); return; }
  drawHalo(view, pose, x, y);
  star(ctx, theme, x, y, 10 * theme.scale);
}

function labelPlane(/** @type {PlaneView} */ view, /** @type {Pose} */ pose) {
  const { ctx, theme, lane } = view, type = theme.scale, style = { size: 13, halo: false };
  const [[a0, a1], [b0, b1]] = view.scene.window, near = view.F(a1, b1), left = view.F(a0, b1), right = view.F(a1, b0);
  write(ctx, theme, "dimension 1", (near[0] + left[0]) / 2 - 12, (near[1] + left[1]) / 2 + 20 * type, { ...style, align: "right" });
  write(ctx, theme, "dimension 2", (near[0] + right[0]) / 2 + 12, (near[1] + right[1]) / 2 + 20 * type, style);
  if (pose.big < 0.1) write(ctx, theme, lane.accepts ? "↑ height, against q/p" : "↑ time on the bin’s own clock", view.left, 15 * type, style);
  view.taken.push([0, 0, view.left + 210 * type, 20 * type]);
  const ring = view.scene.contours[0], at = view.F(ring[0], ring[1]);
  place(view, "Q", [[at[0] + 8, at[1] + 5], [at[0] - 26, at[1] - 12, "right"]], { colour: theme.ink.q, weight: 700, size: 14 });
  const back = view.F(a0, b0);
  if (pose.big > 0.5) place(view, pose.weigh > 0.5 && lane.partitioned ? "P′: where the sender will look" : "P: the square is equal shares of it", [[back[0], back[1] - 12, "center"]], { colour: theme.ink[pose.weigh > 0.5 ? frontRole(lane) : "p"], weight: 600 });
  if (pose.final > 0.5 && pose.touched && pose.best >= 0 && pose.big < 0.1) {
    const x = view.px[lane.winner], y = view.py[lane.winner];
    place(view, pose.decoded > 0.5 ? "receiver: same dot" : "winner", [[x + 15, y + 5], [x - 15, y + 5, "right"], [x, y - 17, "center"]], { colour: theme.ink.winner, weight: 600 });
  }
}
