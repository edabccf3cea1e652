// Pointing: what is pointed at is outlined and named, the rest is veiled, and the words below say it.

import { drawClock } from "./clock.js";
import { boxes, circle, css, font, polyline, sizeCanvas, stroke, within, write } from "./draw.js";
import { clamp } from "./mix.js";
import { blockOf, contourPath, floorPath } from "./plane.js";
import { DENSITY_NAMES, binTitle } from "./pointed.js";
import { curvePoints, densityLine, drawBest, stopPoints } from "./race.js";
import { binOf, hasBins } from "./scene.js";
import { fmt, whole } from "./words.js";

const VEIL = 0.3;

// What every kind of target looks like in a view: `hole` stays unveiled, `draw` outlines it, `at` is where its name goes.
// A kind that a view lacks is marked in the page instead (message, count) or not at all.
/** @type {Record<string, Record<string, (view: any, pose: Pose, target: any) => Mark | null>>} */
const MARKS = {
  race: { bin: raceBin, candidate: markCandidate, curve: raceCurve, stop: raceStop, p: raceDensity("p"), q: raceDensity("q"),
    heuristic: raceDensity("heuristic"), count: raceCount },
  plane: { bin: planeBin, candidate: markCandidate, p: planeP, q: planeQ, heuristic: planeHeuristic },
  strips: { bin: stripsBin, candidate: stripsCandidate, p: stripsP, q: stripsQ, heuristic: stripsHeuristic },
};

export function drawHighlights(/** @type {View} */ view, /** @type {Pose} */ pose) {
  if (!view.targets.length || pose.point <= 0) return;
  const marks = view.targets.flatMap((target) => MARKS[view.scene.view][target.kind]?.(view, pose, target) ?? []);
  const inPage = view.targets.some(({ kind }) => kind === "message" || kind === "count");
  if (!marks.length && !inPage) return;
  const { ctx, theme, width, height } = view;
  const veil = view.veil ??= document.createElement("canvas");
  const fits = veil.width === view.canvas.width && veil.height === view.canvas.height;
  const cover = view.veilCtx = fits && view.veilCtx ? view.veilCtx : sizeCanvas(veil, width, height, view.ratio);
  cover.globalCompositeOperation = "source-over";
  cover.clearRect(0, 0, width, height);
  cover.fillStyle = css(theme.bg, VEIL * pose.point);
  cover.fillRect(0, 0, width, height);
  cover.globalCompositeOperation = "destination-out";
  for (const { hole } of marks) if (hole) cover.fill(hole);
  ctx.drawImage(veil, 0, 0, width, height);
  ctx.globalAlpha = pose.point;
  for (const mark of marks) mark.draw();
  ctx.globalAlpha = 1;
  for (const { name, at, colour = theme.text } of marks) writeName(view, name, at, colour, pose.point);
}

// On a plate, for it may lie on other labels, and never beyond the picture's edge.
function writeName(/** @type {View} */ view, name, /** @type {At} */ [x, y, align = "left"], /** @type {Colour} */ colour, alpha) {
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
function outline(/** @type {View} */ { ctx, theme }, /** @type {Path2D} */ path, width = 2.5) {
  ctx.lineJoin = "round";
  stroke(ctx, path, css(theme.bg), width + 4);
  stroke(ctx, path, css(theme.text), width);
}

// A line keeps its colour and gets an edge on both sides.
function outlineLine(/** @type {View} */ { ctx, theme }, /** @type {Path2D} */ path, /** @type {Role} */ role) {
  ctx.lineJoin = "round";
  stroke(ctx, path, css(theme.bg), 10.5);
  stroke(ctx, path, css(theme.text), 6.5);
  stroke(ctx, path, css(theme.bg), 4);
  stroke(ctx, path, css(theme[role]), 2.5);
}

/** An area: outlined, and left as bright as it was. @returns {Mark} */
function area(/** @type {View} */ view, /** @type {Path2D} */ path, name, /** @type {At} */ at, width = 2.5, /** @type {Role | null} */ role = null) {
  return { hole: path, draw: () => outline(view, path, width), name, at, colour: role ? view.theme.ink[role] : view.theme.text };
}

// ---- race view

function raceBin(/** @type {RaceView} */ view, /** @type {Pose} */ pose, /** @type {BinTarget} */ target) {
  const [b] = target.bin, { edges } = view;
  if (!edges || pose.cut < 0.5) return null;
  const x0 = edges[b], x1 = Math.max(edges[b + 1], x0 + 2), path = boxes([[x0 - 3, view.top - 6, x1 + 3, view.bottom]]);
  const mark = area(view, path, binTitle(target.bin), [(x0 + x1) / 2, view.top + 12, "center"]);
  return target.clock ? { ...mark, draw: () => { mark.draw(); drawClock(view, pose); } } : mark;
}

/** @returns {Mark | null} */
function raceCurve(/** @type {RaceView} */ view, /** @type {Pose} */ pose) {
  if (!(pose.level > 0) || !Number.isFinite(pose.level) || pose.big > 0.1) return null;
  return { draw() {
    within(view.ctx, view.left, view.top - 5, view.right, view.floor + 0.5, () => outlineLine(view, polyline(curvePoints(view, pose)), "q"));
    drawBest(view, pose); // what it touches lies on top
  }, name: `curve: race time ${fmt(pose.level)}`, at: [view.right - 6, view.floor - 10, "right"] };
}

/** @returns {Mark | null} */
function raceStop(/** @type {RaceView} */ view, /** @type {Pose} */ pose) {
  if (pose.big > 0.1 || !Number.isFinite(pose.stopLevel)) return null;
  const points = stopPoints(view, pose), seen = points.filter(([, y]) => y > view.top - 8 && y < view.floor - 2);
  if (!seen.length) return null;
  const [x, y] = seen[seen.length - 1];
  const draw = () => within(view.ctx, view.left, view.top - 8, view.right, view.floor + 1, () => outlineLine(view, polyline(points), "bound"));
  return { draw, name: view.lane.budget === null ? "stop line" : "budget", at: [Math.min(x, view.right - 8), y < view.top + 14 ? y + 21 : y - 10, "right"] };
}

/** @type {(which: "p" | "q" | "heuristic") => (view: RaceView, pose: Pose) => Mark | null} */
function raceDensity(which) {
  return (view, pose) => {
    if (which === "heuristic" && (!view.lane.partitioned || pose.weigh < 0.5)) return null;
    const { path, peak } = densityLine(view, pose, which);
    const draw = () => within(view.ctx, view.left, view.top - 8, view.right, view.floor + 3, () => outlineLine(view, path, which));
    return { draw, name: DENSITY_NAMES[which], at: [peak[0] + 10, Math.max(peak[1], view.top + 8)], colour: view.theme.ink[which] };
  };
}

// The count is the star's rank in its own column.
function raceCount(/** @type {View} */ view, /** @type {Pose} */ pose) {
  const { lane, edges } = view;
  if (!edges || pose.big > 0.1) return null;
  const b = binOf(lane, lane.winner, 0), y = view.py[lane.winner];
  const path = boxes([[edges[b] - 3, Math.max(y - 12, view.top - 8), Math.max(edges[b + 1], edges[b] + 6) + 3, view.floor]]);
  return area(view, path, "local count", [edges[b + 1] + 8, view.floor - 10]);
}

// ---- candidates, wherever they are drawn as dots

function markCandidate(/** @type {View} */ view, /** @type {Pose} */ pose, /** @type {CandidateTarget} */ { event: e }) {
  if (e >= pose.seen || pose.big > 0.1) return null;
  const x = view.px[e], y = view.py[e];
  if (y < -20) return null;
  return area(view, circle(x, y, 13), `candidate ${whole(view.lane.position[e])}`, x > view.width / 2 ? [x - 19, y - 13, "right"] : [x + 19, y - 13]);
}

// ---- plane view

function planeBin(/** @type {PlaneView} */ view, /** @type {Pose} */ pose, /** @type {BinTarget} */ target) {
  const block = view.lane.partitioned && pose.cut >= 0.5 && view.order.length ? blockOf(view, pose, target.bin[0], target.bin[1]) : null;
  if (!block) return null;
  const [n, m] = view.lane.intervals, path = new Path2D(), [x, y] = view.F((target.bin[0] + 0.5) / n, (target.bin[1] + 0.5) / m, block.z);
  for (const face of [block.left, block.right, block.top]) path.addPath(face);
  return area(view, path, binTitle(target.bin), [x, Math.max(y - 22, 16), "center"], 1.75);
}

/** A line on the floor. @returns {Mark} */
function onFloor(/** @type {View} */ view, /** @type {Path2D} */ path, /** @type {"p" | "q"} */ role, /** @type {At} */ at) {
  return { draw: () => outlineLine(view, path, role), name: DENSITY_NAMES[role], at, colour: view.theme.ink[role] };
}

function planeQ(/** @type {PlaneView} */ view) {
  const [ring] = view.scene.contours, [x, y] = view.F(ring[0], ring[1]);
  return onFloor(view, contourPath(view), "q", [x + 10, y + 4]);
}

const farCorner = (/** @type {PlaneView} */ view) => { const [[a0], [b0]] = view.scene.window, [x, y] = view.F(a0, b0); return /** @type {At} */ ([x, y - 10, "center"]); };

function planeP(/** @type {PlaneView} */ view) { return onFloor(view, floorPath(view), "p", farCorner(view)); }

function planeHeuristic(/** @type {PlaneView} */ view, /** @type {Pose} */ pose) {
  if (!view.order.length || !view.lane.partitioned || pose.weigh < 0.5) return null;
  return area(view, floorPath(view), DENSITY_NAMES.heuristic, farCorner(view), 2.5, "heuristic");
}

// ---- strips view

const rowEdges = (/** @type {View} */ view, d) => [view.R(d) - view.pitch / 2, view.R(d) + view.pitch / 2];

function stripsBin(/** @type {View} */ view, /** @type {Pose} */ pose, /** @type {BinTarget} */ target) {
  const { lane } = view;
  if (pose.cut < 0.5) return null;
  const path = boxes(Array.from({ length: view.rows }, (_, d) => {
    const [y0, y1] = rowEdges(view, d), b = target.bin[d], n = lane.intervals[d];
    return [view.U(b / n, d), y0 + 1, view.U((b + 1) / n, d), y1 - 1];
  }));
  return area(view, path, binTitle(target.bin), [view.left, view.top - 6], 2);
}

function stripsCandidate(/** @type {View} */ view, /** @type {Pose} */ pose, /** @type {CandidateTarget} */ { event: e }) {
  if (e >= pose.seen) return null;
  const path = new Path2D();
  for (let d = 0; d < view.rows; d++) {
    const x = view.U(view.lane.u[e * view.lane.dim + d], d), y = view.R(d), r = Math.min(7, view.pitch / 2);
    path.addPath(circle(x, y, r));
    if (d + 1 === view.rows) continue;
    path.moveTo(x, y + r);
    path.lineTo(view.U(view.lane.u[e * view.lane.dim + d + 1], d + 1), view.R(d + 1) - r);
  }
  const raced = Number.isFinite(view.lane.race[e]);
  if (raced) path.addPath(circle(view.px[e], view.py[e], 10));
  return area(view, path, `candidate ${whole(view.lane.position[e])}`, raced ? [view.px[e], view.py[e] - 16, "center"] : [view.left, view.top - 6], 2);
}

function stripsQ(/** @type {View} */ view) {
  const { q_low: low, q_high: high } = view.scene.problem;
  const path = boxes(Array.from({ length: view.rows }, (_, d) => {
    const [y0, y1] = rowEdges(view, d), x0 = view.U(low[d], d);
    return [x0 - 1, y0 + 1, Math.max(view.U(high[d], d), x0 + 3) + 1, y1 - 1];
  }));
  return area(view, path, "Q, the middle 95% of it", [view.right, view.top - 6, "right"], 2, "q");
}

function stripsRows(/** @type {View} */ view, name, /** @type {Role} */ role) {
  return area(view, boxes([[view.left, view.top, view.right, view.top + view.rows * view.pitch]]), name, [view.left, view.top - 6], 2.5, role);
}

function stripsP(/** @type {View} */ view) { return stripsRows(view, "P: evenly along every row", "p"); }

function stripsHeuristic(/** @type {View} */ view, /** @type {Pose} */ pose) {
  return pose.weigh < 0.5 || !hasBins(view.lane) ? null : stripsRows(view, "P′: more where the steps are high", "heuristic");
}
