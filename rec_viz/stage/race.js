// One dimension: candidates as an even rain over equal shares of P, Q as a curve, and a front that says how far the
// sender has looked. Across is u = F_P(x), or x itself; up is the bin's own clock, J T.

import { binName } from "./captions.js";
import { css, disc, drawHalo, font, line, niceTicks, place, polyline, ring, star, stroke, within, write } from "./draw.js";
import { drawArrivals, popDot, showLayer } from "./layers.js";
import { clamp, highest, mix, smooth } from "./mix.js";
import { frontAt, sameBin } from "./scene.js";
import { count, fmt, whole } from "./words.js";

const FLATTEST = 0.14; // the lower of two densities gets this share of the picture at least

export function layoutRace(/** @type {RaceView} */ view) {
  const { lane, scene, width, height, theme } = view, type = theme?.scale ?? 1;
  view.narrow = width < 480 * type;
  view.left = 8;
  view.right = width - 8;
  view.top = 30 * type;
  view.floor = view.bottom = height - 27 * type;
  const [lo, hi] = scene.problem.range[0];
  view.X = (x) => mix(view.left, view.right, (clamp(x, lo, hi) - lo) / (hi - lo));
  view.U = (u) => mix(view.left, view.right, u);
  view.timeTop = view.stretch = -1;
  view.Y = (h) => view.floor - (h / view.timeTop) * (view.floor - view.top);
  view.gx = new Float64Array(scene.grid.x.length);
  view.edges = lane.edges && lane.partitioned ? new Array(lane.edges.length).fill(0) : null;
  const { rain } = lane;
  view.rx = new Float32Array(rain ? rain.height.length : 0);
  view.ry = new Float32Array(view.rx.length);
}

// Everything to its place, when the scale or the units have moved.
export function zoomRace(/** @type {RaceView} */ view, /** @type {Pose} */ pose) {
  const { lane, scene } = view, stretch = smooth(pose.stretch);
  const wide = view.stretch !== stretch, tall = view.timeTop !== pose.top;
  view.stretch = stretch;
  view.timeTop = pose.top;
  const across = (x, u) => mix(view.X(x), view.U(u), stretch);
  if (wide) {
    view.gx = Float64Array.from(scene.grid.x, (x, i) => across(x, scene.grid.u[i]));
    for (let e = 0; e < lane.count; e++) view.px[e] = across(lane.x[e], lane.u[e]);
    if (lane.edges && view.edges) view.edges = Array.from(lane.edges, (x, b) => across(x, b / lane.intervals[0]));
    if (lane.rain) for (let k = 0; k < view.rx.length; k++) view.rx[k] = across(lane.rain.x[k], lane.rain.u[k]);
  }
  if (wide || tall) {
    for (let e = 0; e < lane.count; e++) view.py[e] = view.Y(lane.height[e]);
    if (lane.rain) for (let k = 0; k < view.ry.length; k++) view.ry[k] = view.Y(lane.rain.height[k]);
    view.layer.done = Infinity;
  }
}

export function drawRace(/** @type {RaceView} */ view, /** @type {Pose} */ pose) {
  const { ctx, theme, lane } = view, race = 1 - smooth(pose.big);
  view.taken = [];
  drawColumns(view, pose);
  drawFront(view, pose);
  within(ctx, view.left, view.top - 8, view.right, view.floor + 1, () => {
    drawCurve(view, pose);
    if (lane.lattice && race > 0.02) drawLattice(view, lane.lattice, race);
    else if (lane.accepts && race > 0.02) line(ctx, stopPoints(view, pose), css(theme.p, race), 1.5, [5, 4]); // the highest ratio
    if (race > 0.02 && lane.box_low) drawBoxes(view, pose, race);
    if (race > 0.02) drawDots(view, pose, race);
  });
  drawAxes(view, race);
  if (race > 0.9) {
    drawBest(view, pose);
    labelRace(view, pose);
  } else if (race < 0.1) labelDensities(view, pose);
}

// ---- heights

// The two densities, in either unit, as shares of the picture's height: one power for both, so that neither is lost.
function densities(/** @type {RaceView} */ view) {
  if (view.shares) return view.shares;
  const { p, r } = view.scene.grid, n = p.length;
  const own = (q, flat) => {
    const top = q.reduce((a, b) => Math.max(a, b), 0), level = flat.reduce((a, b) => Math.max(a, b), 0), most = Math.max(top, level);
    const power = Math.min(1, Math.log(FLATTEST) / Math.log(Math.min(level / most, 0.999)));
    return (v) => (0.92 * (v / most)) ** power;
  };
  const q = Float64Array.from(p, (v, i) => v * r[i]), ones = new Float64Array(n).fill(1);
  return (view.shares = { q, inX: own(q, p), inU: own(r, ones) });
}

// How high a value of q, or p, at a grid point is drawn before the race.
function densityY(/** @type {RaceView} */ view, i, perShare) {
  const { inX, inU } = densities(view);
  return view.floor - (view.floor - view.top) * mix(inX(perShare * view.scene.grid.p[i]), inU(perShare), view.stretch);
}

const both = (/** @type {RaceView} */ view, /** @type {Pose} */ pose, i, perShare, height) => {
  const big = smooth(pose.big);
  if (big === 0) return Math.max(view.Y(height), -60);
  return mix(Math.max(view.Y(height), view.top - 40), densityY(view, i, perShare), big);
};

const along = (/** @type {RaceView} */ view, y) => Array.from(view.gx, (x, i) => [x, y(i)]);

function under(/** @type {RaceView} */ view, points) {
  return polyline([[points[0][0], view.floor], ...points, [points[points.length - 1][0], view.floor]]);
}

// ---- the front: what the sender has looked at lies under it

function frontPoints(/** @type {RaceView} */ view, /** @type {Pose} */ pose) {
  const weigh = smooth(pose.weigh);
  return along(view, (i) => both(view, pose, i, mix(1, view.lane.grid_weight[i], weigh), frontHeight(view, pose, i)));
}

function frontHeight(/** @type {RaceView} */ view, /** @type {Pose} */ pose, i) {
  const now = frontAt(view.lane, i, pose.sweep);
  return view.morph?.front ? mix(view.morph.front[i], now, view.morph.share) : now;
}

export const frontRole = (/** @type {Lane} */ lane) => (lane.partitioned ? "heuristic" : "p");

function drawFront(/** @type {RaceView} */ view, /** @type {Pose} */ pose) {
  const { ctx, theme, lane } = view;
  if (!lane.in_order && pose.big < 0.02) return; // nothing is ruled out by when it comes
  const points = frontPoints(view, pose);
  const colour = theme.p.map((v, i) => mix(v, theme[frontRole(lane)][i], pose.weigh)); // until it is reweighted it is P
  within(ctx, view.left, view.top - 8, view.right, view.floor + 1, () => {
    ctx.fillStyle = css(colour, mix(0.17, 0.2, pose.big));
    ctx.fill(under(view, points));
    ctx.lineJoin = "miter";
    stroke(ctx, polyline(points), css(colour), 2);
  });
}

// How far the sender will have to look for the best so far to be sure: the front at the end of the search.
export function stopPoints(/** @type {RaceView} */ view, /** @type {Pose} */ pose) {
  const { lane } = view, { budget } = lane, s = pose.stopLevel;
  if (budget !== null) return along(view, (i) => view.Y(lane.grid_weight[i] * budget));
  return along(view, (i) => view.Y(lane.per_bin ? s * lane.grid_peak[i] : lane.grid_weight[i] * s * lane.sup));
}

// ---- columns, curve, dots

function drawColumns(/** @type {RaceView} */ view, /** @type {Pose} */ pose) {
  const { ctx, theme, lane, edges } = view;
  if (!edges) return;
  const n = edges.length - 1, won = lane.bin[lane.winner];
  if (pose.lit > 0) {
    ctx.fillStyle = css(theme.winner, 0.1 * pose.lit);
    ctx.fillRect(edges[won], view.top - 8, edges[won + 1] - edges[won], view.floor - view.top + 8);
  }
  if (n > 128) return;
  for (let b = 1; b < n; b++) {
    const own = smooth(clamp(pose.cut * 2 - b / n, 0, 1)); // one after the other
    if (own > 0) line(ctx, [[edges[b], view.floor], [edges[b], mix(view.floor, view.top - 8, own)]], css(theme.heuristic, own * (n > 40 ? 0.25 : 0.45)), 1);
  }
}

const curveFits = (/** @type {RaceView} */ view, level) => level > 0 && level * view.scene.peak <= 4.2 * view.scene.top;

export function curvePoints(/** @type {RaceView} */ view, /** @type {Pose} */ pose) {
  const { r } = view.scene.grid, fits = curveFits(view, pose.level);
  return along(view, (i) => (fits ? both(view, pose, i, r[i], pose.level * r[i]) : densityY(view, i, r[i])));
}

// Q before the race. In it, grown or shrunk by s: all points of equal race time; the first candidate it meets from the floor wins.
function drawCurve(/** @type {RaceView} */ view, /** @type {Pose} */ pose) {
  const { ctx, theme } = view, big = smooth(pose.big), alpha = curveFits(view, pose.level) ? 1 : big;
  if (alpha <= 0) return;
  const points = curvePoints(view, pose);
  ctx.fillStyle = css(theme.q, alpha * mix(0.18, 0.1, big));
  ctx.fill(under(view, points));
  ctx.lineJoin = "round";
  stroke(ctx, polyline(points), css(theme.q, alpha), 2.5);
}

function drawDots(/** @type {RaceView} */ view, /** @type {Pose} */ pose, alpha) {
  const { ctx, theme, lane } = view, size = view.theme.scale;
  const morphing = Boolean(view.morph?.front), dim = mix(1, 0.3, pose.decoded);
  ctx.globalAlpha = alpha;
  if (lane.rain) {
    const r = (view.rx.length > 300 ? 1.8 : 3) * size, hollow = new Path2D();
    for (let k = 0; k < view.rx.length; k++) {
      const x = view.rx[k], y = view.ry[k];
      if (y < view.top - 8) continue;
      if (morphing && lane.rain.height[k] <= frontHeight(view, pose, lane.rain.grid[k])) { disc(ctx, x, y, r + 0.8, css(theme.candidate, dim)); continue; }
      hollow.moveTo(x + r, y);
      hollow.arc(x, y, r, 0, 7);
    }
    stroke(ctx, hollow, css(theme.candidate, (view.rx.length > 200 ? 0.4 : 0.75) * dim), 1.25);
  }
  if (!morphing) {
    showLayer(view, alpha * dim);
    ctx.globalAlpha = alpha;
    drawArrivals(pose, (e, t) => popDot(view, e, t));
  }
  ctx.globalAlpha = 1;
  if (pose.decoded > 0) drawReceived(view, pose);
}

const acrossShare = (/** @type {RaceView} */ view, u) => (view.stretch > 0.5 ? view.U(u) : view.gx[nearest(view.scene.grid.u, u)]);

// Dither: the sample is one of the points that both sides know, the one nearest to what the sender wants to say.
function drawLattice(/** @type {RaceView} */ view, /** @type {ArrayLike<number>} */ points, alpha) {
  for (let k = 0; k < points.length; k++) {
    const x = acrossShare(view, points[k]);
    line(view.ctx, [[x, view.floor], [x, view.top + 20]], css(view.theme.candidate, 0.5 * alpha), 1);
  }
}

// The box of every node looked at: from it the candidate was drawn, at the height of its arrival.
function drawBoxes(/** @type {RaceView} */ view, /** @type {Pose} */ pose, alpha) {
  const { ctx, theme, lane } = view, { box_low: low, box_high: high } = lane;
  if (!low || !high) return;
  for (let e = 0; e < pose.seen; e++) {
    const y = view.py[e];
    if (y < view.top - 8) continue;
    const x0 = acrossShare(view, low[e]), x1 = Math.max(acrossShare(view, high[e]), x0 + 2);
    line(ctx, [[x0, y - 4], [x0, y + 4]], css(theme.heuristic, alpha), 1.25);
    line(ctx, [[x1, y - 4], [x1, y + 4]], css(theme.heuristic, alpha), 1.25);
    line(ctx, [[x0, y], [x1, y]], css(theme.heuristic, 0.8 * alpha), 1.75);
  }
}

export function drawBest(/** @type {RaceView} */ view, /** @type {Pose} */ pose) {
  const { ctx, theme, lane } = view;
  if (pose.best < 0) return;
  const x = view.px[pose.best], y = view.py[pose.best];
  if (y < view.top - 10) return;
  const won = pose.final > 0.5 && pose.best === lane.winner && pose.touched;
  if (!won) { ring(ctx, theme, x, y, mix(16, lane.radii[pose.best] + 4, smooth(pose.freshBest))); return; }
  line(ctx, [[x, y + 8], [x, view.floor + 4]], css(theme.winner), 1.5, [2, 3]);
  drawHalo(view, pose, x, y);
  star(ctx, theme, x, y, 10 * theme.scale);
}

// What the receiver draws: the candidates of the winner's bin from the floor up, until it has counted to the index.
function drawReceived(/** @type {RaceView} */ view, /** @type {Pose} */ pose) {
  if (!view.lane.counts) return;
  const { ctx, theme, lane } = view, upTo = Math.max(1, Math.ceil(pose.counted * lane.message.index));
  const few = lane.message.index <= 40;
  const mark = (x, y, number) => {
    if (number > upTo || y < view.top - 8) return;
    const last = number === lane.message.index;
    if (!last) disc(ctx, x, y, 4 * theme.scale, css(theme.winner, 0.85));
    if (!few || last) return;
    write(ctx, theme, String(number), x + 8, y + 5, { size: 13, weight: 600, colour: theme.ink.winner });
    view.taken.push([x + 6, y - 10 * theme.scale, x + (10 + 8 * String(number).length) * theme.scale, y + 9 * theme.scale]);
  };
  for (let e = 0; e <= lane.winner; e++) {
    if (lane.partitioned && !sameBin(lane, e, lane.winner)) continue;
    mark(view.px[e], view.py[e], lane.partitioned ? lane.local[e] : lane.position[e]);
  }
}

// ---- axes and labels: five at most

function drawAxes(/** @type {RaceView} */ view, race) {
  const { ctx, theme, scene } = view, [lo, hi] = scene.problem.range[0], type = theme.scale;
  line(ctx, [[view.left, view.floor], [view.right, view.floor]], css(theme.text, 0.7), 1.25);
  const words = view.stretch > 0.5 ? "equal shares of P →" : "x →", style = { size: 13, halo: false };
  ctx.font = font(theme, 13);
  const room = ctx.measureText(words).width + 14;
  write(ctx, theme, words, view.right, view.floor + 19 * type, { ...style, align: "right" });
  let last = -Infinity;
  for (const x of niceTicks(lo, hi, (view.right - view.left) / (view.stretch > 0.5 ? 40 : 80))) {
    const at = mix(view.X(x), view.U(scene.grid.u[nearest(scene.grid.x, x)]), view.stretch), text = fmt(x), half = ctx.measureText(text).width / 2;
    line(ctx, [[at, view.floor], [at, view.floor + 4]], css(theme.text, 0.6), 1);
    if (at - half < Math.max(last + 9, 2) || at + half > view.right - room) continue;
    write(ctx, theme, text, at, view.floor + 19 * type, { ...style, align: "center" });
    last = at + half;
  }
  if (race < 0.5) return;
  write(ctx, theme, view.lane.lattice ? "points that both sides know" : view.lane.accepts ? "↑ height, against q/p" : view.lane.partitioned ? "↑ time on the bin’s own clock" : "↑ arrival time", view.left, 15 * type, { ...style, alpha: race });
  ctx.font = font(theme, 13);
  view.taken.push([0, 0, view.left + 210 * type, 20 * type]);
}

function nearest(/** @type {ArrayLike<number>} */ sorted, value) {
  let lo = 0, hi = sorted.length - 1;
  while (lo < hi) { const mid = (lo + hi) >> 1; if (sorted[mid] < value) lo = mid + 1; else hi = mid; }
  return lo;
}

function labelRace(/** @type {RaceView} */ view, /** @type {Pose} */ pose) {
  const { theme, lane } = view, won = pose.final > 0.5 && pose.touched;
  const role = frontRole(lane), style = { size: 13, weight: 600 }, k = theme.scale;
  if (won) {
    const x = view.px[lane.winner], y = Math.min(view.py[lane.winner], view.floor - 11); // words stay off the axis
    const number = lane.counts ? `number ${whole(lane.message.index)}` : lane.message.told;
    const text = pose.decoded > 0.5 ? "receiver: same dot" : lane.partitioned ? `${binName(lane, lane.winner)}, ${number}` : lane.counts ? `${number} ${lane.accepts ? "is accepted" : "wins"}` : number;
    /** @type {At[]} over the star where a box is drawn through it */
    const above = lane.counts ? [] : [[x, y - 17 * k, "center"]];
    place(view, text, [...above, [x + 15 * k, y + 5], [x - 15 * k, y + 5, "right"], [x, y - 17 * k, "center"], [x, y + 28 * k, "center"], [x - 15 * k, y - 12 * k, "right"]], { ...style, colour: theme.ink.winner });
  }
  if (lane.in_order) labelFront(view, pose, role, style);
  labelCurve(view, pose, won, style);
}

function labelFront(/** @type {RaceView} */ view, /** @type {Pose} */ pose, role, style) {
  const { theme, lane, narrow } = view, heights = frontPoints(view, pose);
  const shown = highest(heights.length, (k) => (heights[k][1] > view.top + 2 && heights[k][1] < view.floor - 6 ? -heights[k][1] + 0.001 * heights[k][0] : -Infinity));
  const [x, y] = heights[shown];
  const beyond = heights.some(([, h]) => h < view.top - 8);
  const noun = pose.searching ? "looked at so far" : lane.budget === null ? "looked at: nothing above can win" : `looked at: all ${count(lane.num_candidates ?? lane.examined, "candidate")}`;
  const text = beyond ? "looked at, and far above ↑" : narrow ? "looked at" : noun;
  /** @type {At[]} a level front is named anywhere along it, a staircase at its highest step */
  const elsewhere = lane.partitioned ? [[x - 4, y - 25, "right"], [x + 4, y - 25], [x + 4, y + 18]] : [[view.left + 6, y - 7], [view.right - 6, y - 7, "right"], [view.left + 6, y + 18]];
  if (y > view.top + 2 && y < view.floor - 6) place(view, text, [[x + 4, y - 7], [x - 4, y - 7, "right"], ...elsewhere], { ...style, colour: theme.ink[role] });
  else if (beyond) place(view, text, [[view.right - 6, view.top + 8, "right"], [view.left + 6, view.top + 24]], { ...style, colour: theme.ink[role] });
}

function labelCurve(/** @type {RaceView} */ view, /** @type {Pose} */ pose, won, style) {
  if (view.lane.lattice) return;
  const { theme, lane, narrow } = view, { r } = view.scene.grid, k = theme.scale;
  if (curveFits(view, pose.level) && !pose.growing) {
    const i = highest(r.length, (k) => r[k]), top = view.Y(pose.level * r[i]);
    const flank = (side) => { let k = i; while (r[k] > 0.5 * r[i] && r[k + side] !== undefined) k += side; return view.gx[k]; };
    const text = lane.accepts ? (narrow ? "below: accepted" : "q/p: what is under it is accepted") : won ? (narrow ? `s = ${fmt(pose.stopLevel)}` : `Q: equal race time s = ${fmt(pose.stopLevel)}`) : narrow ? "below: better" : "under the curve: better than the best";
    const y = Math.max(view.Y(0.5 * pose.level * r[i]), view.top + 14);
    place(view, text, [[flank(1) + 9, y], [flank(-1) - 9, y, "right"], [view.gx[i], top - 8, "center"], [flank(1) + 9, y - 22 * k], [flank(-1) - 9, y - 22 * k, "right"], [flank(1) + 9, y + 22 * k]], { ...style, colour: theme.ink.q });
  }
}

const LONG = { q: "Q, the target: only the sender knows it", p: "P: shared by both sides", heuristic: "P′: where the sender will look" };
const SHORT = { q: "Q", p: "P", heuristic: "P′" };

function labelDensities(/** @type {RaceView} */ view, /** @type {Pose} */ pose) {
  const { theme, lane, narrow } = view, names = narrow ? SHORT : LONG, { r, p } = view.scene.grid;
  const { q } = densities(view), share = view.stretch > 0.5;
  const peak = highest(r.length, (i) => (share ? r[i] : q[i]));
  const style = { size: 14, weight: 600 }, x = view.gx[peak], y = densityY(view, peak, r[peak]);
  place(view, names.q, [[x + 12, y + 14], [x - 12, y + 14, "right"], [x, y - 8, "center"]], { ...style, colour: theme.ink.q });
  const weighed = lane.partitioned && pose.weigh > 0.5, level = weighed ? lane.grid_weight : null;
  const far = highest(r.length, (i) => (share ? -Math.abs(view.gx[i] - (x > (view.left + view.right) / 2 ? view.left + 40 : view.right - 40)) : p[i] - q[i]));
  const role = weighed ? "heuristic" : "p", most = level ? level.reduce((a, b) => Math.max(a, b), 0) : 1;
  const step = level ? level.findIndex((w) => w > 0.5 * most) : far, py = densityY(view, step, level ? level[step] : 1);
  place(view, names[role], level ? [[view.gx[step] - 8, py + 14, "right"], [view.gx[step], py - 9], [view.gx[step], py - 9, "right"]]
    : [[view.gx[far], py - 9, "center"], [view.gx[far], py - 25, "center"]], { ...style, colour: theme.ink[role] });
}

// A density as a line, "p", "q" or "heuristic", and where its peak is; in the race, where it then stands.
export function densityLine(/** @type {RaceView} */ view, /** @type {Pose} */ pose, which) {
  const { lane } = view, { r } = view.scene.grid, race = pose.big < 0.5;
  const value = { p: () => 1, q: (i) => r[i], heuristic: (i) => lane.grid_weight[i] }[which];
  const scale = which === "q" ? pose.level : pose.sweep / Math.max(1, race && which === "p" ? lane.sup : 1);
  const points = along(view, (i) => both(view, pose, i, value(i), which === "heuristic" ? frontHeight(view, pose, i) : scale * value(i)));
  const peak = points.reduce((best, at) => (at[1] < best[1] ? at : best), points[0]);
  return { path: polyline(points), peak };
}
