// Strips view, any dimension: one row a dimension, in quantile space.

import { css, disc, line, star, write } from "./draw.js";
import { drawArrivals, drawBackdrop, showLayer } from "./layers.js";
import { mix, smooth } from "./mix.js";
import { drawPanel, layoutPanel } from "./panel.js";
import { binOf } from "./scene.js";

const MAX_ROWS = 32;

export function layoutStrips(/** @type {View} */ view) {
  const { lane, width, height } = view;
  const wide = width >= 820;
  const rows = Math.min(lane.dim, MAX_ROWS);
  view.narrow = width < 480;
  view.left = 34;
  view.right = wide ? Math.round(width * 0.6) : width - 6;
  view.top = 20;
  view.bottom = (wide ? height - 22 : height - 138) - (lane.dim > rows ? 14 : 0);
  view.rows = rows;
  view.pitch = Math.min(40, (view.bottom - view.top) / rows);
  view.U = (u) => mix(view.left, view.right, u);
  view.R = (d) => view.top + (d + 0.5) * view.pitch;
  if (wide) layoutPanel(view, view.right + 40, 0, width, height - 2);
  else layoutPanel(view, 0, height - 118, width, height);
  for (let e = 0; e < lane.count; e++) {
    view.px[e] = view.panel.X(e);
    view.py[e] = view.panel.Y(lane.race[e]);
  }
}

export function drawStrips(/** @type {View} */ view, /** @type {Pose} */ pose) {
  const { ctx, theme, lane } = view;
  drawBackdrop(view, pose, paintRows);
  write(ctx, theme, view.narrow ? "row: dimension; across: quantile of P" : "one row per dimension; across: quantile of P, 0 to 1", view.left, 12, { halo: false });
  write(ctx, theme, "Q, 95%", view.right, 12, { halo: false, align: "right", weight: 600, colour: theme.ink.q });
  line(ctx, [[view.right - 66, 6], [view.right - 66, 11], [view.right - 46, 11], [view.right - 46, 6]], css(theme.q), 2);
  if (lane.dim > view.rows) {
    write(ctx, theme, `… and ${lane.dim - view.rows} more dimensions alike`, view.left, view.top + view.rows * view.pitch + 13, { halo: false });
  }
  const final = pose.final > 0.5;
  const from = Math.max(0, pose.seen - (pose.searching ? 5 : 14));
  for (let e = from; e < pose.seen; e++) {
    const age = pose.seen - e;
    const strength = pose.searching ? (age === 1 ? 0.95 : 0.5 / age) : 0.16 * (1 - pose.decoded);
    trace(view, e, css(theme.candidate, strength), age === 1 && pose.searching ? 1.75 : 1, age === 1 && pose.searching ? Math.min(3, view.pitch / 3) : 0);
  }
  if (pose.best >= 0) {
    const won = final && pose.touched;
    trace(view, pose.best, css(won ? theme.winner : theme.best), 2.25, Math.min(4, view.pitch / 2.6), won ? "star" : "ring");
  }
  showLayer(view, 1);
  drawArrivals(pose, (e, t) => Number.isFinite(lane.race[e]) && disc(ctx, view.px[e], view.py[e], 2 + 3 * (1 - t), css(theme.candidate)));
  drawPanel(view, pose);
}

function trace(/** @type {View} */ view, e, colour, width, mark, shape = "dot") {
  const { ctx, theme, lane } = view;
  const points = Array.from({ length: view.rows }, (_, d) => [view.U(lane.u[e * lane.dim + d]), view.R(d)]);
  line(ctx, points, colour, width);
  if (!mark) return;
  for (const [x, y] of points) {
    if (shape === "star" && mark >= 3) star(ctx, theme, x, y, mark + 1.5);
    else if (shape === "ring") { disc(ctx, x, y, mark, css(theme.bg)); disc(ctx, x, y, mark - 1, colour); }
    else disc(ctx, x, y, mark, colour);
  }
}

function paintRows(/** @type {View} */ view, /** @type {Pose} */ pose) {
  const { ctx, theme, lane, scene } = view;
  const { q_low: low, q_high: high } = scene.problem;
  const weigh = smooth(pose.weigh), cut = lane.partitioned ? smooth(pose.cut) : 0;
  const gap = view.pitch > 14 ? 3 : 1;
  const every = view.pitch < 10 ? 4 : view.pitch < 13 ? 2 : 1;
  for (let d = 0; d < view.rows; d++) {
    const y = view.R(d), top = y - view.pitch / 2 + gap / 2, tall = view.pitch - gap;
    ctx.fillStyle = css(theme.p, 0.1);
    ctx.fillRect(view.left, top, view.right - view.left, tall);
    if (d % every === 0) write(ctx, theme, String(d + 1), view.left - 7, y + 4, { size: 13, align: "right", halo: false });
    const n = lane.intervals[d];
    if (cut > 0 && n > 1 && lane.hasGrid) {
      const weights = lane.weights_by_dim.subarray(lane.offsets[d], lane.offsets[d + 1]);
      const most = Math.max(...weights);
      for (let b = 0; b < n; b++) {
        ctx.fillStyle = css(theme.heuristic, cut * mix(0.14, 0.03 + 0.38 * (weights[b] / most), weigh));
        ctx.fillRect(view.U(b / n), top, view.U((b + 1) / n) - view.U(b / n), tall);
        if (b && (view.right - view.left) / n > 4) line(ctx, [[view.U(b / n), top], [view.U(b / n), top + tall * cut]], css(theme.heuristic, 0.8), 1);
      }
      if (pose.lit > 0.5) {
        const b = binOf(lane, lane.winner, d);
        ctx.strokeStyle = css(theme.winner);
        ctx.lineWidth = 1.25;
        ctx.strokeRect(view.U(b / n) + 0.5, top + 0.5, view.U((b + 1) / n) - view.U(b / n) - 1, tall - 1);
      }
    }
    const x0 = view.U(low[d]), x1 = Math.max(view.U(high[d]), x0 + 3), yb = top + tall - 1.5, tick = Math.min(5, tall / 2);
    line(ctx, [[x0, yb - tick], [x0, yb], [x1, yb], [x1, yb - tick]], css(theme.q), 2);
  }
}
