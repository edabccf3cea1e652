// Strips view, any dimension: one row a dimension, in quantile space.

import { css, disc, line, polyline, star, write } from "./draw.js";
import { drawArrivals, drawBackdrop, showLayer } from "./layers.js";
import { clamp, mix, smooth } from "./mix.js";
import { drawPanel, panelOf } from "./panel.js";
import { binOf, hasBins } from "./scene.js";

const MAX_ROWS = 32;

export function layoutStrips(/** @type {StripsView} */ view) {
  const { lane, scene, width, height, theme } = view, type = theme?.scale ?? 1;
  const wide = width >= 820;
  const rows = Math.min(lane.dim, MAX_ROWS);
  view.narrow = width < 480;
  view.left = 30 * type;
  view.right = wide ? Math.round(width * 0.64) : width - 6;
  view.top = 24 * type;
  view.bottom = (wide ? height - 8 : height - 134) - (lane.dim > rows ? 18 * type : 0);
  view.rows = rows;
  view.pitch = Math.min(110, (view.bottom - view.top) / rows);
  view.U = (u, d = 0) => {
    const [a, b] = scene.window[d];
    return mix(view.left, view.right, clamp((u - a) / (b - a), -0.004, 1.004));
  };
  view.R = (d) => view.top + (d + 0.5) * view.pitch;
  view.panel = wide ? panelOf(lane, view.right + 30, 0, width, height - 2) : panelOf(lane, 0, height - 118, width, height);
  for (let e = 0; e < lane.count; e++) {
    view.px[e] = view.panel.X(e);
    view.py[e] = view.panel.Y(lane.race[e]);
  }
}

export function drawStrips(/** @type {StripsView} */ view, /** @type {Pose} */ pose) {
  const { ctx, theme, lane } = view;
  drawBackdrop(view, pose, paintRows);
  const y = 15 * theme.scale, zoomed = view.scene.window.some(([a, b]) => b - a < 0.99);
  write(ctx, theme, view.narrow ? "one row per dimension" : `one row per dimension, equal shares of P${zoomed ? ", enlarged around Q" : ""}`, view.left, y, { halo: false });
  write(ctx, theme, "Q", view.right, y, { halo: false, align: "right", weight: 700, colour: theme.ink.q });
  if (lane.dim > view.rows) {
    write(ctx, theme, `… and ${lane.dim - view.rows} more dimensions alike`, view.left, view.top + view.rows * view.pitch + 16 * theme.scale, { halo: false });
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
  drawPanel(view, view.panel, pose);
}

function trace(/** @type {View} */ view, e, colour, width, mark, shape = "dot") {
  const { ctx, theme, lane } = view;
  const points = Array.from({ length: view.rows }, (_, d) => [view.U(lane.u[e * lane.dim + d], d), view.R(d)]);
  line(ctx, points, colour, width);
  if (!mark) return;
  for (const [x, y] of points) {
    if (shape === "star" && mark >= 3) star(ctx, theme, x, y, mark + 1.5);
    else if (shape === "ring") { disc(ctx, x, y, mark, css(theme.bg)); disc(ctx, x, y, mark - 1, colour); }
    else disc(ctx, x, y, mark, colour);
  }
}

// A row: all of the axis as a thin line with the part that is shown, under it the intervals as a skyline of their weights,
// and Q, the middle 95% of it.
function paintRows(/** @type {View} */ view, /** @type {Pose} */ pose) {
  const { ctx, theme, lane, scene } = view;
  const { q_low: low, q_high: high } = scene.problem;
  const weigh = smooth(pose.weigh), cut = lane.partitioned ? smooth(pose.cut) : 0;
  const gap = view.pitch > 14 ? 4 : 1, every = Math.ceil((15 * theme.scale) / view.pitch);
  for (let d = 0; d < view.rows; d++) {
    const [a, b] = scene.window[d], strip = view.pitch > 30 && b - a < 0.99 ? 7 : 0;
    const top = view.R(d) - view.pitch / 2 + gap / 2 + strip, tall = view.pitch - gap - strip, floor = top + tall, wide = view.right - view.left;
    if (strip) {
      ctx.fillStyle = css(theme.p, 0.3);
      ctx.fillRect(view.left, top - strip, wide, 3);
      ctx.fillStyle = css(theme.text, 0.8);
      ctx.fillRect(view.left + a * wide, top - strip - 1, Math.max((b - a) * wide, 2), 5);
    }
    ctx.fillStyle = css(theme.p, 0.13);
    ctx.fillRect(view.left, top, wide, tall);
    if (d % every === 0) write(ctx, theme, String(d + 1), view.left - 7, view.R(d) + 5, { size: 13, align: "right", halo: false });
    const x0 = view.U(low[d], d), x1 = Math.max(view.U(high[d], d), x0 + 3);
    ctx.fillStyle = css(theme.q, 0.25);
    ctx.fillRect(x0, top, x1 - x0, tall);
    const n = lane.intervals[d];
    if (cut > 0 && n > 1 && hasBins(lane)) {
      const weights = lane.weights_by_dim.subarray(lane.offsets[d], lane.offsets[d + 1]), most = Math.max(...weights);
      const first = Math.max(0, Math.floor(a * n)), last = Math.min(n, Math.ceil(b * n));
      const heights = [];
      for (let k = first; k < last; k++) {
        const h = tall * cut * mix(0.3, 0.04 + 0.9 * (weights[k] / most), weigh);
        heights.push([view.U(k / n, d), floor - h], [view.U((k + 1) / n, d), floor - h]);
        if (wide / (last - first) > 4 && k > first) line(ctx, [[view.U(k / n, d), floor], [view.U(k / n, d), floor - tall * cut]], css(theme.heuristic, 0.35), 1);
      }
      ctx.fillStyle = css(theme.heuristic, 0.3);
      ctx.fill(polyline([[heights[0][0], floor], ...heights, [heights[heights.length - 1][0], floor]]));
      line(ctx, heights, css(theme.heuristic), 1.25);
      if (pose.lit > 0.5) {
        const k = binOf(lane, lane.winner, d), left = view.U(k / n, d), right = view.U((k + 1) / n, d);
        ctx.strokeStyle = css(theme.winner);
        ctx.lineWidth = 1.75;
        ctx.strokeRect(left, top + 0.5, Math.max(right - left, 2), tall - 1);
      }
    }
    line(ctx, [[x0, floor - 1.5], [x1, floor - 1.5]], css(theme.q), 3);
  }
}
