// Race view, one dimension: x across, arrival time up.

import { binName } from "./captions.js";
import { css, disc, drawHalo, font, line, niceTicks, place, polyline, ring, star, stroke, within, write } from "./draw.js";
import { drawArrivals, drawBackdrop, popDot, showZoomed } from "./layers.js";
import { clamp, highest, mix, smooth } from "./mix.js";
import { MANY, ratioOf, sameBin, sampleOf } from "./scene.js";
import { count, fmt, point, whole } from "./words.js";

export function layoutRace(/** @type {View} */ view) {
  const { lane, scene, width, height } = view;
  const narrow = view.narrow = width < 480;
  view.left = narrow ? 34 : 42;
  view.right = width - (narrow ? 6 : 12);
  view.top = 22;
  view.bottom = height - 22;
  view.strip = clamp(height * 0.19, 52, 88);
  const foot = scene.partitioned ? 40 : 10;
  view.floor = view.bottom - view.strip - foot;
  const [lo, hi] = scene.problem.range[0];
  view.X = (x) => mix(view.left, view.right, (clamp(x, lo, hi) - lo) / (hi - lo));
  view.timeTop = view.layerTop = 0;
  view.closeTop = lane.budget === null ? lane.timeTop : closeTop(scene, lane);
  view.Y = (t) => view.floor - (t / view.timeTop) * (view.floor - view.top);
  for (let e = 0; e < lane.count; e++) view.px[e] = view.X(lane.x[e]);
  view.gx = Float64Array.from(scene.grid.x, view.X);
  view.edges = lane.hasGrid && lane.partitioned ? Array.from(lane.edges, view.X) : null;
}

// A budget may end far above the curve. The picture starts close to what decides the race, doubles its scale
// whenever time runs out of it, and closes in again when the search is over.
export function closeTop(/** @type {Scene} */ scene, /** @type {Lane} */ lane) {
  const { q } = scene.grid;
  const most = q.reduce((a, b) => Math.max(a, b), 0);
  const ratio = lane.grid_ratio.reduce((top, r, i) => (q[i] > 0.05 * most ? Math.max(top, r) : top), 0);
  return Math.min(lane.timeTop, Math.max(1.9 * lane.winTime * ratio, 1.3 * lane.arrival[lane.winner]));
}

export function zoomRace(/** @type {View} */ view, /** @type {Pose} */ pose) {
  const { lane } = view;
  if (pose.top !== view.timeTop) {
    view.timeTop = pose.top;
    for (let e = 0; e < lane.count; e++) view.py[e] = view.Y(lane.arrival[e]);
  }
  if (view.layerTop === view.timeTop || (lane.count > MANY && pose.zooming)) return;
  view.layerTop = view.timeTop;
  view.layer.done = Infinity;
}

export function drawRace(/** @type {View} */ view, /** @type {Pose} */ pose) {
  const race = 1 - smooth(pose.big);
  drawBackdrop(view, pose, paintRace);
  if (race > 0.02) {
    drawTimeAxis(view, race);
    within(view.ctx, view.left, view.top - 5, view.right, view.floor + 0.5, () => {
      drawCurve(view, pose, race);
      showZoomed(view, pose, race * mix(mix(1, 0.8, pose.final), 0.22, pose.decoded));
      drawArrivals(pose, (e, t) => popDot(view, e, t));
    });
    drawStopLine(view, pose, race);
  }
  if (race > 0.9) {
    drawBest(view, pose);
    if (view.edges && view.edges.length <= 33) drawLocalCounts(view, pose);
    drawRaceLabels(view, pose);
  }
}

function paintRace(/** @type {View} */ view, /** @type {Pose} */ pose) {
  const race = 1 - smooth(pose.big);
  if (view.edges) drawBins(view, pose, race);
  drawDensities(view, pose);
  drawValueAxis(view);
}

export function drawTimeAxis(/** @type {View} */ view, alpha) {
  const { ctx, theme } = view;
  for (const t of niceTicks(0, view.timeTop, (view.floor - view.top) / 56)) {
    const y = view.Y(t);
    if (y < view.top - 4) continue;
    line(ctx, [[view.left, y], [view.right, y]], css(theme.text, (t ? 0.1 : 0.55) * alpha), 1);
    write(ctx, theme, t < 1e4 ? fmt(t) : `${whole(t / 1000)}k`, view.left - 6, y + 4, { size: 11, align: "right", halo: false, alpha });
  }
  write(ctx, theme, "↑ arrival time", 0, 12, { size: 12, alpha });
  view.taken.push([0, 0, 84, 16]);
}

export function drawValueAxis(/** @type {View} */ view) {
  const { ctx, theme, scene } = view;
  const [lo, hi] = scene.problem.range[0];
  line(ctx, [[view.left, view.bottom], [view.right, view.bottom]], css(theme.text, 0.55), 1);
  for (const x of niceTicks(lo, hi, (view.right - view.left) / 70)) {
    line(ctx, [[view.X(x), view.bottom], [view.X(x), view.bottom + 4]], css(theme.text, 0.55), 1);
    write(ctx, theme, fmt(x), view.X(x), view.bottom + 17, { size: 11, align: "center", halo: false });
  }
  write(ctx, theme, "x", view.left - 10, view.bottom + 17, { size: 12, align: "right", halo: false });
}

// Stripes: equal shading once the space is cut, shading by weight once it is reweighted; the weights also hang below the floor as bars.
export function drawBins(/** @type {View} */ view, /** @type {Pose} */ pose, race) {
  const { ctx, theme, lane, edges } = view;
  const n = edges.length - 1;
  const top = Math.max(...lane.weights_by_dim);
  const lit = lane.bin[lane.winner];
  const weigh = smooth(pose.weigh);
  const ceiling = view.top - 6;
  const floor = mix(view.floor, view.bottom, smooth(pose.big));
  for (let b = 0; b < n; b++) {
    const x0 = edges[b], w = edges[b + 1] - x0;
    // Edges sweep in from left to right: each bin has its own little share of the animation.
    const own = smooth(clamp(pose.cut * 2 - b / n, 0, 1));
    if (own <= 0) continue;
    const share = mix(0.45, lane.weights_by_dim[b] / top, weigh);
    const won = b === lit ? pose.lit : 0;
    const tint = theme.heuristic.map((v, i) => mix(v, theme.winner[i], won));
    ctx.fillStyle = css(tint, own * mix(0.02 + 0.15 * share, 0.13, won));
    ctx.fillRect(x0, mix(floor, ceiling, own), w, (floor - ceiling) * own);
    if (race > 0) {
      ctx.fillStyle = css(tint, race * own);
      ctx.fillRect(x0 + 0.5, view.floor + 1, Math.max(w - 1, 0.5), Math.max(0.5, 14 * share));
    }
    if (b > 0) line(ctx, [[x0, floor], [x0, mix(floor, ceiling, own)]], css(theme.heuristic, 0.5 * own * clamp(w / 8, 0.06, 1)), 1);
  }
}

function drawLocalCounts(/** @type {View} */ view, /** @type {Pose} */ pose) {
  const { ctx, theme, lane, edges } = view;
  const counts = new Array(edges.length - 1).fill(0);
  for (let e = 0; e < pose.seen; e++) counts[lane.bin[e]] = Math.max(counts[lane.bin[e]], lane.local[e]);
  const lit = lane.bin[lane.winner];
  counts.forEach((c, b) => {
    const w = edges[b + 1] - edges[b];
    const mine = b === lit && pose.lit > 0.5;
    const text = mine ? String(lane.message.index) : c ? String(c) : "·";
    ctx.font = font(theme, 11);
    if (ctx.measureText(text).width + 2 > w && !mine) return;
    write(ctx, theme, text, edges[b] + w / 2, view.floor + 28, {
      size: mine ? 13 : 11, weight: mine ? 700 : 400, align: "center", halo: mine, colour: mine ? theme.ink.winner : theme.muted });
  });
  if (view.narrow) return;
  write(ctx, theme, "weight", view.left - 5, view.floor + 14, { size: 11, align: "right", halo: false });
  write(ctx, theme, "count", view.left - 5, view.floor + 28, { size: 11, align: "right", halo: false });
}

// The curve holds every point with one and the same race time s: height s × ratio. Growing it from the floor, the first candidate it meets wins.
export function drawCurve(/** @type {View} */ view, /** @type {Pose} */ pose, alpha) {
  const { ctx, theme, lane } = view;
  const s = pose.level;
  if (!(s > 0) || !Number.isFinite(s)) return;
  const path = curvePath(view, pose);
  const sweep = view.Y(pose.sweep);
  const fill = (y0, y1, strength) => {
    if (y1 <= y0) return;
    within(ctx, view.left, y0, view.right, y1, () => {
      ctx.fillStyle = css(theme.q, strength * alpha);
      ctx.fill(path);
    });
  };
  // Above the sweep line and under the curve is the only place where a new best can still land.
  fill(-40, sweep, mix(0.34, 0.2, pose.final));
  fill(sweep, view.floor, mix(0.13, 0.2, pose.final));
  ctx.lineJoin = "round";
  stroke(ctx, path, css(theme.q, alpha), clamp(2 * Math.sqrt(12 / lane.intervals[0]), 0.5, 2));
}

export function curvePath(/** @type {View} */ view, /** @type {Pose} */ pose) {
  const { lane } = view;
  const s = pose.level, n = view.gx.length;
  const touch = pose.best >= 0 ? { x: view.px[pose.best], y: view.Y(s * ratioOf(lane, pose.best)) } : null;
  const path = new Path2D();
  path.moveTo(view.gx[0], view.floor);
  for (let i = 0; i < n; i++) {
    // The grid may step over a narrow peak: let the curve pass exactly through the candidate it touches.
    if (touch && i > 0 && view.gx[i - 1] <= touch.x && touch.x < view.gx[i]) path.lineTo(touch.x, Math.max(touch.y, -40));
    path.lineTo(view.gx[i], Math.max(view.Y(s * lane.grid_ratio[i]), -40));
  }
  path.lineTo(view.gx[n - 1], view.floor);
  return path;
}

export function stopHeights(/** @type {View} */ view, s) {
  const { lane } = view;
  if (lane.budget !== null) return [[view.left, view.right, view.Y(lane.budget)]];
  if (lane.perBin && view.edges) {
    return Array.from(lane.bin_stop, (t, b) => [view.edges[b], view.edges[b + 1], view.Y((t * s) / lane.winTime)]);
  }
  return [[view.left, view.right, view.Y(s * lane.sup)]];
}

function drawStopLine(/** @type {View} */ view, /** @type {Pose} */ pose, alpha) {
  const { ctx, theme, lane } = view;
  if (pose.searching && pose.sweep > 0) {
    const y = view.Y(pose.sweep);
    line(ctx, [[view.left, y], [view.right, y]], css(theme.text, 0.5 * alpha * (1 - pose.final)), 1);
  }
  if (!Number.isFinite(pose.level) || pose.level <= 0) { if (lane.budget === null || !pose.searching) return; }
  for (const [x0, x1, y] of stopHeights(view, pose.stopLevel)) {
    if (y < view.top - 16 || !Number.isFinite(y)) continue;
    line(ctx, [[x0, y], [x1, y]], css(theme.bound, alpha), 2, [7, 5]);
  }
}

export function drawBest(/** @type {View} */ view, /** @type {Pose} */ pose) {
  const { ctx, theme, lane } = view;
  if (pose.decoded > 0.3) drawReceived(view);
  if (pose.best < 0) return;
  const x = view.px[pose.best], y = view.py[pose.best];
  const won = pose.final > 0.5 && pose.best === lane.winner && pose.touched;
  if (won) {
    line(ctx, [[x, y + 8], [x, view.bottom + 3]], css(theme.winner), 1.5, [2, 3]);
    drawHalo(view, pose, x, y);
    star(ctx, theme, x, y, 10);
    const text = `x = ${point(sampleOf(lane, lane.winner))}`;
    ctx.font = font(theme, 12, 600);
    const w = ctx.measureText(text).width, cx = clamp(x, view.left + w / 2, view.right - w / 2);
    ctx.fillStyle = css(theme.bg);
    ctx.fillRect(cx - w / 2 - 4, view.bottom + 3, w + 8, 18);
    write(ctx, theme, text, cx, view.bottom + 17, { size: 12, weight: 600, align: "center", colour: theme.ink.winner, halo: false });
  } else if (pose.freshBest < 1) {
    ring(ctx, theme, x, y, mix(16, lane.radii[pose.best] + 4, smooth(pose.freshBest)));
  } else {
    ring(ctx, theme, x, y, lane.radii[pose.best] + 4);
  }
}

// What the receiver regenerates: the candidates of the winner's bin, counted up to the index in the message.
export function drawReceived(/** @type {View} */ view) {
  const { ctx, theme, lane } = view;
  const few = lane.message.index <= 30;
  for (let e = 0; e < lane.winner; e++) {
    if (lane.partitioned && !sameBin(lane, e, lane.winner)) continue;
    disc(ctx, view.px[e], view.py[e], lane.radii[e], css(theme.candidate));
    if (few) write(ctx, theme, String(lane.partitioned ? lane.local[e] : lane.position[e]), view.px[e] + 6, view.py[e] - 5, { size: 11 });
  }
}

function drawRaceLabels(/** @type {View} */ view, /** @type {Pose} */ pose) {
  const { theme, lane, narrow } = view;
  const won = pose.final > 0.5 && pose.touched;
  if (Number.isFinite(pose.level) && pose.level > 0) {
    const stop = stopHeights(view, pose.stopLevel).find(([, , h]) => h > view.top - 6);
    if (stop) {
      const [x0, x1, y] = stop;
      const text = lane.budget !== null ? `budget: ${count(lane.num_candidates ?? lane.examined, "candidate")}`
        : narrow || lane.perBin ? "stop line" : "stop line: no candidate above it can win";
      const at = y - 6 < view.top - 4 ? y + 15 : y - 6;
      view.taken.push([x0, y - 2, x1, y + 2]);
      place(view, text, lane.perBin ? [[(x0 + x1) / 2, at, "center"]] : [[view.left + 6, at], [view.right - 4, at, "right"]], { colour: theme.ink.bound, weight: 600 });
    } else {
      const above = lane.budget === null ? "stop line: above the picture ↑" : pose.searching ? `budget: ${count(lane.num_candidates ?? lane.examined, "candidate")} ↑`
        : `${count(lane.arrival.reduce((n, t) => n + Number(t > view.timeTop), 0), "more candidate")} above ↑`;
      place(view, above, [[view.right - 4, 12, "right"]], { colour: theme.ink.bound });
    }
  }
  if (pose.searching && pose.sweep > 0 && pose.seen < lane.count) {
    const y = view.Y(pose.sweep);
    place(view, "now", [[view.right - 4, y - 5, "right"], [view.left + 4, y - 5]], {});
  }
  if (won) {
    const x = view.px[lane.winner], y = view.py[lane.winner];
    const text = pose.decoded > 0.5 ? "receiver: same sample"
      : lane.partitioned ? `winner: ${binName(lane, lane.winner)}, number ${whole(lane.message.index)}` : `winner: candidate ${whole(lane.message.index)}`;
    // Outwards from the curve's peak there is usually room.
    const peak = view.gx[highest(view.gx.length, (i) => lane.grid_ratio[i])];
    const right = [[x + 14, y + 4], [x + 12, y + 20]], left = [[x - 14, y + 4, "right"], [x - 12, y + 20, "right"]];
    const [near, far] = x >= peak ? [right, left] : [left, right];
    place(view, text, /** @type {At[]} */ ([near[0], far[0], near[1], far[1], [x, y - 16, "center"], [x, y + 26, "center"]]),
      { colour: theme.ink.winner, weight: 600, size: 13 });
  }
  if (pose.level > 0 && Number.isFinite(pose.level) && !pose.growing) labelCurve(view, pose);
  if (won && pose.decoded < 0.5 && !narrow) labelLoser(view);
}

function labelLoser(/** @type {View} */ view) {
  const { lane } = view;
  let at = -1, least = Infinity;
  for (let e = 0; e < Math.min(lane.count, 200); e++) {
    const away = Math.abs(view.py[e] - (view.top + view.floor) / 2) + (lane.race[e] > 3 * lane.winTime ? 0 : 1e4);
    if (e !== lane.winner && away < least) { least = away; at = e; }
  }
  if (at < 0 || least > 1e4) return;
  const x = view.px[at], y = view.py[at];
  place(view, "a candidate", [[x + 8, y + 4], [x - 8, y + 4, "right"], [x, y - 9, "center"], [x, y + 18, "center"]], { optional: true });
}

function labelCurve(/** @type {View} */ view, /** @type {Pose} */ pose) {
  const { theme, lane } = view;
  const { text, long } = pose.final > 0.5
    ? { text: `race time ${fmt(lane.winTime)}`, long: `all along this curve: race time ${fmt(lane.winTime)}` }
    : { text: `best: ${fmt(pose.level)}`, long: `under this curve: better than ${fmt(lane.race[pose.best])}` };
  const heights = Array.from(lane.grid_ratio, (r) => pose.level * r), peak = heights.reduce((top, h) => Math.max(top, Math.min(view.timeTop, h)), 0);
  const high = heights.flatMap((h, i) => (h < peak * 0.5 ? [] : [view.gx[i]])), first = high[0], last = high[high.length - 1];
  const y = view.Y(peak * 0.5);
  const options = [];
  for (const dy of [0, -18, 18, -36, 36]) {
    options.push([first - 8, y + dy, "right"], [last + 8, y + dy]);
  }
  options.push([(first + last) / 2, y + 18, "center"], [(first + last) / 2, y - 18, "center"]);
  place(view, view.right - view.left < 440 ? text : long, options, { colour: theme.ink.q, weight: 600 });
}

// P, Q and P′. Before the race they fill the picture; then they shrink to a strip below the floor.
export function drawDensities(/** @type {View} */ view, /** @type {Pose} */ pose) {
  const { ctx, theme, lane } = view, { p } = view.scene.grid, n = view.gx.length;
  const big = smooth(pose.big), weigh = lane.partitioned ? smooth(pose.weigh) : 0;
  const height = densityHeight(view, pose), top = densityTop(view, pose);
  const closed = (/** @type {Path2D} */ path) => {
    const area = new Path2D(path);
    area.lineTo(view.gx[n - 1], view.bottom);
    area.lineTo(view.gx[0], view.bottom);
    return area;
  };
  const draw = (/** @type {Role} */ role, fill, width, dash = []) => {
    const { path } = densityPath(view, pose, role);
    if (fill) {
      ctx.fillStyle = css(theme[role], fill);
      ctx.fill(closed(path));
    }
    stroke(ctx, path, css(theme[role]), width, dash);
  };
  within(ctx, view.left, view.bottom - height - 1, view.right, view.bottom + 2, () => {
    draw("p", 0.22, 1.5);
    if (weigh > 0) draw("heuristic", 0.2 * weigh, 1.75, [5, 3]);
    draw("q", 0, 2);
  });
  labelDensities(view, big, weigh, (f, i) => view.bottom - height * Math.min(1, f[i] / top), lane.grid_heuristic || p);
}

export const densityHeight = (/** @type {View} */ view, /** @type {Pose} */ pose) => mix(view.strip, view.bottom - view.top - 16, smooth(pose.big));

function densityTop(/** @type {View} */ view, /** @type {Pose} */ pose) {
  const { p, q } = view.scene.grid;
  const pTop = p.reduce((a, b) => Math.max(a, b), 0);
  // A narrow Q is far taller than P: let it leave the picture rather than flatten P to nothing.
  return Math.min(q.reduce((a, b) => Math.max(a, b), pTop), mix(7, 14, smooth(pose.big)) * pTop) * 1.04;
}

// A density as a line, "p", "q" or "heuristic", and where its peak is.
export function densityPath(/** @type {View} */ view, /** @type {Pose} */ pose, which) {
  const { lane } = view, { p, q } = view.scene.grid;
  const height = densityHeight(view, pose), top = densityTop(view, pose);
  const weigh = smooth(pose.weigh), heuristic = lane.grid_heuristic || p;
  const value = { p: (i) => p[i], q: (i) => q[i], heuristic: (i) => mix(p[i], heuristic[i], weigh) }[which];
  const at = (i, most) => [view.gx[i], view.bottom - height * Math.min(most, value(i) / top)];
  return { path: polyline(Array.from(view.gx.keys(), (i) => at(i, 1.5))), peak: at(highest(view.gx.length, value), 1) };
}

function labelDensities(/** @type {View} */ view, big, weigh, y, heuristic) {
  const { theme, lane, narrow } = view, { p, q } = view.scene.grid;
  const long = big > 0.5 && !narrow;
  const peak = (score) => highest(view.gx.length, score);
  const style = { weight: 600, size: long ? 14 : 12.5 };
  const iq = peak((i) => q[i]);
  const flank = (side) => {
    let i = iq;
    while (q[i] > 0.8 * q[iq] && q[i + side] !== undefined) i += side;
    return view.gx[i];
  };
  const yq = y(q, iq) + 12;
  place(view, long ? "Q, the target: only the sender knows it" : "Q",
    [[flank(1) + 8, yq], [flank(-1) - 8, yq, "right"]], { ...style, colour: theme.ink.q });
  const away = (i) => p[i] - 0.6 * Math.max(q[i], weigh ? heuristic[i] : 0) - (0.02 * Math.abs(i - iq)) / view.gx.length;
  const ip = peak(away);
  const apart = Math.abs(view.gx[iq] - view.gx[ip]) > 60;
  const xp = view.gx[ip] + Math.sign(iq - ip) * (apart ? 16 : -8), yp = y(p, ip) - 7;
  place(view, long ? "P, the coding distribution: shared by both sides" : "P",
    [[xp, yp, iq > ip ? "right" : "left"], [view.gx[ip] - 30, yp, "right"]], { ...style, colour: theme.ink.p });
  if (weigh > 0.5 && lane.partitioned) {
    const narrowTop = (v) => v > 4 * p.reduce((a, b) => Math.max(a, b), 0); // at the top of the strip: no room above
    const ih = peak((i) => heuristic[i] - Math.max(q[i], p[i]) - 0.05 * Math.abs(i - iq) / view.gx.length);
    const yh = y(heuristic, ih) + (narrowTop(heuristic[ih]) ? 12 : -6);
    place(view, long ? "P′: P with its bins reweighted" : "P′",
      [[view.gx[ih] - 8, yh, "right"], [view.gx[ih] + 6, yh]], { ...style, colour: theme.ink.heuristic });
  }
}
