// Pointing: what is pointed at is outlined and named, the rest is veiled, and a sentence says it in words.

import { drawClock } from "./clock.js";
import { clipTo, css, font, sizeCanvas, write } from "./draw.js";
import { clamp } from "./mix.js";
import { ellipsePath } from "./plane.js";
import { DENSITY_NAMES, binTitle } from "./pointed.js";
import { curvePath, densityHeight, densityPath, drawBest, stopHeights } from "./race.js";
import { binOf } from "./scene.js";
import { fmt, whole } from "./words.js";

const VEIL = 0.5;

// What every kind of target looks like in a view: `hole` stays unveiled, `draw` outlines it, `at` is where its name goes.
// A kind that a view lacks is marked in the page instead (message, count) or not at all.
const MARKS = {
  race: { bin: raceBin, candidate: markCandidate, curve: raceCurve, stop: raceStop, p: raceDensity("p"), q: raceDensity("q"),
    heuristic: raceDensity("heuristic"), count: raceCount },
  plane: { bin: planeBin, candidate: markCandidate, p: planeP, q: planeQ, heuristic: planeHeuristic },
  strips: { bin: stripsBin, candidate: stripsCandidate, p: stripsP, q: stripsQ, heuristic: stripsHeuristic },
};

export function drawHighlights(scene, view, pose) {
  if (!view.targets.length || pose.point <= 0) return;
  const marks = view.targets.map((target) => MARKS[scene.view][target.kind]?.(view, pose, target)).filter(Boolean);
  const inPage = view.targets.some(({ kind }) => kind === "message" || kind === "count");
  if (!marks.length && !inPage) return;
  const { ctx, theme, width, height } = view;
  const veil = view.veil ??= document.createElement("canvas");
  if (veil.width !== view.canvas.width || veil.height !== view.canvas.height) view.veilCtx = sizeCanvas(veil, width, height, view.ratio);
  const cover = view.veilCtx;
  cover.globalCompositeOperation = "source-over";
  cover.clearRect(0, 0, width, height);
  cover.fillStyle = css(theme.bg, VEIL * pose.point);
  cover.fillRect(0, 0, width, height);
  cover.globalCompositeOperation = "destination-out";
  for (const { hole } of marks) if (hole) cover.fill(hole);
  ctx.drawImage(veil, 0, 0, width, height);
  ctx.globalAlpha = pose.point;
  for (const mark of marks) mark.draw?.(ctx);
  ctx.globalAlpha = 1;
  for (const { name, at, colour } of marks) {
    if (name) writeName(view, name, at, colour || theme.text, pose.point);
  }
}

// On a plate, for it may lie on other labels, and never beyond the picture's edge.
function writeName(view, name, [x, y, align = "left"], colour, alpha) {
  const { ctx, theme } = view;
  ctx.font = font(theme, 13, 700);
  const wide = ctx.measureText(name).width;
  const wanted = align === "center" ? x - wide / 2 : align === "right" ? x - wide : x;
  const left = clamp(wanted, 5, Math.max(5, view.width - wide - 5)), base = clamp(y, 14, view.height - 5);
  ctx.fillStyle = css(theme.bg, 0.92 * alpha);
  ctx.fillRect(left - 4, base - 13, wide + 8, 18);
  write(ctx, theme, name, left, base, { size: 13, weight: 700, colour, halo: false, alpha });
}

// An outline in the colour of the text with the background on both sides stands out from whatever lies under it.
function outline(ctx, theme, path, width = 2.5, dash = []) {
  ctx.lineJoin = "round";
  for (const [colour, w] of [[theme.bg, width + 4], [theme.text, width]]) {
    ctx.strokeStyle = css(colour);
    ctx.lineWidth = w;
    if (colour === theme.text) ctx.setLineDash(dash);
    ctx.stroke(path);
    ctx.setLineDash([]);
  }
}

// A line keeps its colour and gets an edge on both sides.
function outlineLine(ctx, theme, path, colour, width = 3) {
  ctx.lineJoin = "round";
  for (const [c, w] of [[theme.bg, width + 8], [theme.text, width + 4], [theme.bg, width + 1.5], [colour, width]]) {
    ctx.strokeStyle = css(c);
    ctx.lineWidth = w;
    ctx.stroke(path);
  }
}

function boxes(list) {
  const path = new Path2D();
  for (const [x0, y0, x1, y1] of list) path.rect(x0, y0, x1 - x0, y1 - y0);
  return path;
}

// ---- race view

function raceBin(view, pose, target) {
  const [b] = target.bin, { edges } = view;
  if (!edges || pose.cut < 0.5) return null;
  const x0 = edges[b], x1 = Math.max(edges[b + 1], x0 + 2), path = boxes([[x0 - 3, view.top - 6, x1 + 3, view.bottom]]);
  const draw = (ctx) => { outline(ctx, view.theme, path); if (target.clock) drawClock(view, pose, ctx); };
  return { hole: path, draw, name: binTitle(target), at: [(x0 + x1) / 2, view.top + 12, "center"] };
}

function raceCurve(view, pose) {
  if (!(pose.level > 0) || !Number.isFinite(pose.level) || pose.big > 0.1) return null;
  return { draw(ctx) {
    ctx.save();
    clipTo(ctx, view.left, view.top - 5, view.right, view.floor + 0.5);
    outlineLine(ctx, view.theme, curvePath(view, pose), view.theme.q, 2.5);
    ctx.restore();
    drawBest(view, pose); // what it touches lies on top
  }, name: `curve: race time ${fmt(pose.level)}`, at: [view.right - 6, view.floor - 10, "right"] };
}

function raceStop(view, pose) {
  const seen = pose.big > 0.1 || !Number.isFinite(pose.stopLevel) ? [] : stopHeights(view, pose.stopLevel).filter(([, , y]) => y > view.top - 16 && Number.isFinite(y));
  if (!seen.length) return null;
  const path = new Path2D();
  for (const [x0, x1, y] of seen) { path.moveTo(x0, y); path.lineTo(x1, y); }
  const [, x1, y] = seen[seen.length - 1];
  return { draw: (ctx) => outlineLine(ctx, view.theme, path, view.theme.bound, 2.5), name: view.lane.budget === null ? "stop line" : "budget", at: [x1 - 8, y < view.top + 14 ? y + 21 : y - 10, "right"] };
}

function raceDensity(which) {
  return (view, pose) => {
    if (which === "heuristic" && (!view.lane.partitioned || pose.weigh < 0.5)) return null;
    const { path, peak } = densityPath(view, pose, which);
    return { draw(ctx) {
      ctx.save();
      clipTo(ctx, view.left, view.bottom - densityHeight(view, pose) - 3, view.right, view.bottom + 3);
      outlineLine(ctx, view.theme, path, view.theme[which], 2.5);
      ctx.restore();
    }, name: DENSITY_NAMES[which], at: [peak[0] + 10, Math.max(peak[1], view.bottom - densityHeight(view, pose) + 14)], colour: view.theme.ink[which] };
  };
}

function raceCount(view, pose) {
  const { lane, edges } = view;
  if (!edges || edges.length > 34 || pose.big > 0.1) return null;
  const b = binOf(lane, lane.winner, 0);
  const x = (edges[b] + edges[b + 1]) / 2, w = Math.max(edges[b + 1] - edges[b], 24);
  const path = boxes([[x - w / 2, view.floor + 15, x + w / 2, view.floor + 35]]);
  return { hole: path, draw: (ctx) => outline(ctx, view.theme, path), name: "local count", at: [x + w / 2 + 6, view.floor + 30] };
}

// ---- candidates, wherever they are drawn as dots

function circle(x, y, r) {
  const path = new Path2D();
  path.arc(x, y, r, 0, 7);
  return path;
}

function markCandidate(view, pose, { event: e }) {
  if (e >= pose.seen || pose.big > 0.1) return null;
  const x = view.px[e], y = view.py[e];
  if (y < -20) return null;
  return { hole: circle(x, y, 13), draw: (ctx) => outline(ctx, view.theme, circle(x, y, 13)),
    name: `candidate ${whole(view.lane.position[e])}`, at: x > view.width / 2 ? [x - 19, y - 13, "right"] : [x + 19, y - 13] };
}

// ---- plane view

function planeBin(view, pose, target) {
  if (!view.cells || pose.cut < 0.5) return null;
  const [[x0, x1], [y1, y0]] = [0, 1].map((d) => [view.cells[d].cuts[target.bin[d]], view.cells[d].cuts[target.bin[d] + 1]]);
  const path = boxes([[x0, y0, x1, y1]]);
  return { hole: path, draw: (ctx) => outline(ctx, view.theme, path), name: binTitle(target), at: [(x0 + x1) / 2, y0 - 8 < 16 ? y1 + 18 : y0 - 8, "center"] };
}

const planeBox = (view) => boxes([[view.left, view.top, view.right, view.bottom]]);

function inPlane(view, path, colour) {
  return (ctx) => {
    ctx.save();
    ctx.clip(planeBox(view));
    outlineLine(ctx, view.theme, path, colour, 2.5);
    ctx.restore();
  };
}

function planeQ(view) {
  const { family, mean, scale, low, high } = view.scene.problem;
  const path = new Path2D();
  if (family === "gaussian") for (const r of [2, 1]) path.addPath(ellipsePath(view, mean[0], mean[1], r * scale[0], r * scale[1]));
  else path.addPath(boxes([[view.X(low[0]), view.Y(high[1]), view.X(high[0]), view.Y(low[1])]]));
  const [x, y] = family === "gaussian" ? [view.X(mean[0] + 2 * scale[0]) + 8, view.Y(mean[1])] : [view.X(high[0]) + 8, view.Y(high[1]) + 12];
  return { draw: inPlane(view, path, view.theme.q), name: DENSITY_NAMES.q, at: [x, y], colour: view.theme.ink.q };
}

function planeP(view) {
  const path = new Path2D();
  if (view.scene.problem.family === "gaussian") for (const r of [1, 2, 3]) path.addPath(ellipsePath(view, 0, 0, r, r));
  else path.addPath(planeBox(view));
  return { draw: inPlane(view, path, view.theme.p), name: DENSITY_NAMES.p, at: [view.left + 8, view.top + 18], colour: view.theme.ink.p };
}

function planeHeuristic(view, pose) {
  if (!view.cells || pose.weigh < 0.5) return null;
  return { hole: planeBox(view), draw: (ctx) => outline(ctx, view.theme, planeBox(view)), name: DENSITY_NAMES.heuristic, at: [view.left + 8, view.top + 18], colour: view.theme.ink.heuristic };
}

// ---- strips view

const rowEdges = (view, d) => [view.R(d) - view.pitch / 2, view.R(d) + view.pitch / 2];

function stripsBin(view, pose, target) {
  const { lane } = view;
  if (pose.cut < 0.5) return null;
  const path = boxes(Array.from({ length: view.rows }, (_, d) => {
    const [y0, y1] = rowEdges(view, d), b = target.bin[d], n = lane.intervals[d];
    return [view.U(b / n), y0 + 1, view.U((b + 1) / n), y1 - 1];
  }));
  return { hole: path, draw: (ctx) => outline(ctx, view.theme, path, 2), name: binTitle(target), at: [view.left, view.top - 6] };
}

function stripsCandidate(view, pose, { event: e }) {
  if (e >= pose.seen) return null;
  const path = new Path2D();
  for (let d = 0; d < view.rows; d++) {
    const x = view.U(view.lane.u[e * view.lane.dim + d]), y = view.R(d), r = Math.min(7, view.pitch / 2);
    path.addPath(circle(x, y, r));
    if (d + 1 === view.rows) continue;
    path.moveTo(x, y + r);
    path.lineTo(view.U(view.lane.u[e * view.lane.dim + d + 1]), view.R(d + 1) - r);
  }
  const raced = Number.isFinite(view.lane.race[e]);
  if (raced) path.addPath(circle(view.px[e], view.py[e], 10));
  return { hole: path, draw: (ctx) => outline(ctx, view.theme, path, 2), name: `candidate ${whole(view.lane.position[e])}`,
    at: raced ? [view.px[e], view.py[e] - 16, "center"] : [view.left, view.top - 6] };
}

function stripsQ(view) {
  const { q_low: low, q_high: high } = view.scene.problem;
  const path = boxes(Array.from({ length: view.rows }, (_, d) => {
    const [y0, y1] = rowEdges(view, d), x0 = view.U(low[d]);
    return [x0 - 1, y0 + 1, Math.max(view.U(high[d]), x0 + 3) + 1, y1 - 1];
  }));
  return { hole: path, draw: (ctx) => outline(ctx, view.theme, path, 2), name: "Q, the middle 95% of it", at: [view.right, view.top - 6, "right"], colour: view.theme.ink.q };
}

function stripsRows(view, name, role) {
  const path = boxes([[view.left, view.top, view.right, view.top + view.rows * view.pitch]]);
  return { hole: path, draw: (ctx) => outline(ctx, view.theme, path), name, at: [view.left, view.top - 6], colour: view.theme.ink[role] };
}

function stripsP(view) { return stripsRows(view, "P: evenly along every row", "p"); }

function stripsHeuristic(view, pose) {
  return pose.weigh < 0.5 || !view.lane.hasGrid ? null : stripsRows(view, "P′: more in the darker intervals", "heuristic");
}
