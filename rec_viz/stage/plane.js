// Plane view, two dimensions.

import { boxes, css, disc, drawHalo, line, niceTicks, place, ring, star, stroke, within, write } from "./draw.js";
import { drawArrivals, drawBackdrop, popDot, showLayer } from "./layers.js";
import { clamp, mix, smooth } from "./mix.js";
import { drawPanel, layoutPanel } from "./panel.js";
import { drawReceived } from "./race.js";
import { binOf } from "./scene.js";
import { fmt } from "./words.js";

export function layoutPlane(/** @type {View} */ view) {
  const { lane, scene, width, height } = view;
  const wide = width >= height * 1.5;
  view.narrow = width < 480;
  const side = wide ? height - 30 : Math.min(width - 40, height - 128);
  view.left = wide ? 34 : Math.max(34, (width - side) / 2);
  view.top = 8;
  view.right = view.left + side;
  view.bottom = view.top + side;
  const [[x0, x1], [y0, y1]] = scene.problem.range;
  view.X = (x) => mix(view.left, view.right, (clamp(x, x0, x1) - x0) / (x1 - x0));
  view.Y = (y) => mix(view.bottom, view.top, (clamp(y, y0, y1) - y0) / (y1 - y0));
  for (let e = 0; e < lane.count; e++) {
    view.px[e] = view.X(lane.x[e * lane.dim]);
    view.py[e] = view.Y(lane.x[e * lane.dim + 1]);
  }
  view.cells = lane.hasGrid && lane.partitioned ? planeCells(view) : null;
  if (wide) layoutPanel(view, view.right + 44, 0, width, height - 2);
  else layoutPanel(view, 0, view.bottom + 24, width, height);
}

export function planeCells(/** @type {View} */ view) {
  const { lane } = view;
  return [0, 1].map((d) => {
    const cuts = Array.from(lane.edges.subarray(lane.offsets[d] + d, lane.offsets[d + 1] + d + 1), d ? view.Y : view.X);
    const weights = lane.weights_by_dim.subarray(lane.offsets[d], lane.offsets[d + 1]);
    return { cuts, weights, top: Math.max(...weights) };
  });
}

export function drawPlane(/** @type {View} */ view, /** @type {Pose} */ pose) {
  drawBackdrop(view, pose, paintPlane);
  showLayer(view, mix(mix(1, 0.75, pose.final), 0.22, pose.decoded));
  drawRecent(view, pose);
  drawArrivals(pose, (e, t) => popDot(view, e, t));
  drawPanel(view, pose);
  drawPlaneBest(view, pose);
}

export function paintPlane(/** @type {View} */ view, /** @type {Pose} */ pose) {
  const { ctx, theme, scene } = view;
  if (view.cells) paintCells(view, pose);
  ctx.strokeStyle = css(theme.text, 0.4);
  ctx.lineWidth = 1;
  ctx.strokeRect(view.left, view.top, view.right - view.left, view.bottom - view.top);
  within(ctx, view.left, view.top, view.right, view.bottom, () => drawContours(view));
  const [[x0, x1], [y0, y1]] = scene.problem.range;
  for (const x of niceTicks(x0, x1, 5)) write(ctx, theme, fmt(x), view.X(x), view.bottom + 15, { size: 13, align: "center", halo: false });
  for (const y of niceTicks(y0, y1, 5)) write(ctx, theme, fmt(y), view.left - 6, clamp(view.Y(y) + 4, 12, view.bottom), { size: 13, align: "right", halo: false });
  const gaussian = scene.problem.family === "gaussian";
  const { mean, scale, low, high } = scene.problem;
  const q = /** @type {At} */ (gaussian ? [view.X(mean[0] + 2 * scale[0]) + 4, view.Y(mean[1] + 1.2 * scale[1])] : [view.X(high[0]) + 4, view.Y(high[1]) + 12]);
  const qLeft = gaussian ? view.X(mean[0] - 2 * scale[0]) - 4 : view.X(low[0]) - 4;
  place(view, "Q", [q, [qLeft, q[1], "right"]], { colour: theme.ink.q, weight: 600, size: 14 });
  place(view, "P", gaussian ? [[view.X(-1.45), view.Y(1.45), "right"], [view.X(-1.45), view.Y(-1.75), "right"]] : [[view.left + 6, view.top + 16], [view.right - 6, view.bottom - 8, "right"]],
    { colour: theme.ink.p, weight: 600, size: 14 });
}

function paintCells(/** @type {View} */ view, /** @type {Pose} */ pose) {
  const { ctx, theme, lane } = view;
  const [a, b] = view.cells;
  const weigh = smooth(pose.weigh), cut = smooth(pose.cut);
  if (cut <= 0) return;
  for (let i = 0; i < a.weights.length; i++) {
    for (let j = 0; j < b.weights.length; j++) {
      const share = Math.sqrt((a.weights[i] / a.top) * (b.weights[j] / b.top));
      ctx.fillStyle = css(theme.heuristic, cut * mix(0.1, 0.42 * share, weigh));
      ctx.fillRect(a.cuts[i], b.cuts[j + 1], a.cuts[i + 1] - a.cuts[i], b.cuts[j] - b.cuts[j + 1]);
    }
  }
  const grid = css(theme.heuristic, 0.45 * cut);
  if (a.weights.length <= 64) for (const x of a.cuts.slice(1, -1)) line(ctx, [[x, view.bottom], [x, mix(view.bottom, view.top, cut)]], grid);
  if (b.weights.length <= 64) for (const y of b.cuts.slice(1, -1)) line(ctx, [[view.left, y], [mix(view.left, view.right, cut), y]], grid);
  if (pose.lit > 0.5) {
    const i = binOf(lane, lane.winner, 0), j = binOf(lane, lane.winner, 1);
    const path = boxes([[a.cuts[i], b.cuts[j + 1], a.cuts[i + 1], b.cuts[j]]]);
    ctx.fillStyle = css(theme.winner, 0.14);
    ctx.fill(path);
    stroke(ctx, path, css(theme.winner), 2);
  }
}

// Not through view.X and view.Y, which stop at the picture's edge.
export function ellipsePath(/** @type {View} */ view, cx, cy, rx, ry) {
  const [[x0, x1], [y0, y1]] = view.scene.problem.range;
  const sx = (view.right - view.left) / (x1 - x0), sy = (view.bottom - view.top) / (y1 - y0);
  const path = new Path2D();
  path.ellipse(view.left + (cx - x0) * sx, view.bottom - (cy - y0) * sy, rx * sx, ry * sy, 0, 0, 7);
  return path;
}

function drawContours(/** @type {View} */ view) {
  const { ctx, theme, scene } = view;
  const { family, mean, scale, low, high } = scene.problem;
  const shade = (/** @type {Path2D} */ path, strength) => {
    ctx.fillStyle = css(theme.q, strength);
    ctx.fill(path);
    stroke(ctx, path, css(theme.q), 2);
  };
  if (family === "gaussian") {
    for (const r of [1, 2, 3]) stroke(ctx, ellipsePath(view, 0, 0, r, r), css(theme.p), 1.25, [3, 4]);
    for (const r of [2, 1]) shade(ellipsePath(view, mean[0], mean[1], r * scale[0], r * scale[1]), 0.12);
  } else shade(boxes([[view.X(low[0]), view.Y(high[1]), view.X(high[0]), view.Y(low[1])]]), 0.15);
}

// The last few candidates stay darker than the settled ones: a sense of time without an axis for it.
function drawRecent(/** @type {View} */ view, /** @type {Pose} */ pose) {
  if (!pose.searching) return;
  const { ctx, theme, lane } = view;
  for (let e = Math.max(0, pose.settled - 6); e < pose.settled; e++) {
    disc(ctx, view.px[e], view.py[e], lane.radii[e] + 1, css(theme.text, 0.25 + 0.1 * (e - pose.settled + 6)));
  }
}

function drawPlaneBest(/** @type {View} */ view, /** @type {Pose} */ pose) {
  const { ctx, theme } = view;
  if (pose.decoded > 0.3) drawReceived(view, pose);
  if (pose.best < 0) return;
  const x = view.px[pose.best], y = view.py[pose.best];
  const won = pose.final > 0.5 && pose.touched;
  if (!won) return ring(ctx, theme, x, y, pose.freshBest < 1 ? mix(16, 7, smooth(pose.freshBest)) : 7);
  drawHalo(view, pose, x, y);
  star(ctx, theme, x, y, 10);
  place(view, pose.decoded > 0.5 ? "receiver: same sample" : "winner", [[x + 14, y + 4], [x - 14, y + 4, "right"], [x, y - 16, "center"], [x, y + 26, "center"]],
    { colour: theme.ink.winner, weight: 600, size: 13 });
}
